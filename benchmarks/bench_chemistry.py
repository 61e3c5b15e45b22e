"""asv benchmarks of chemistry: isotope envelopes, cluster notation, import time."""

from __future__ import annotations

from goldshell.chemistry import Formula, envelope, find_ligand, parse_cluster
from goldshell.chemistry.isotopes import _power


class EnvelopeTime:
    """Time of one envelope to 99.9 %, with the powers of the elements kept and not."""

    params = ("C108H90Au25O54S36", "C144H162Au24PtS18", "C144H162Au24HgS18", "C480H540Au144S60")
    param_names = ("formula",)

    def setup(self, formula: str) -> None:
        self.formula = Formula.parse(formula)
        envelope(self.formula)

    def time_warm(self, formula: str) -> None:
        envelope(self.formula)

    def time_cold(self, formula: str) -> None:
        _power.cache_clear()
        envelope(self.formula)


class ExchangeSeries:
    """Envelopes of every member of an exchange series, as the assignment of a spectrum needs them."""

    def setup(self) -> None:
        self.formulas = [parse_cluster("Au25(p-MBSA)18").formula, parse_cluster("Au25(p-MBA)18").formula] + [
            parse_cluster(f"Au25(p-MBSA){18 - n}(p-MBA){n}").formula for n in range(1, 18)
        ]

    def time_series(self) -> None:
        for formula in self.formulas:
            envelope(formula)


class Parsing:
    def setup(self) -> None:
        find_ligand("p-MBSA")

    def time_cluster_notation(self) -> None:
        parse_cluster("Au25(p-MBSA)14(p-ATP)4")


def timeraw_import_chemistry() -> str:
    return "import goldshell.chemistry"


def timeraw_import_ligand_command() -> str:
    return "import goldshell.cli.ligand"
