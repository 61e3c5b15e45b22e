"""asv: counting and listing the regio-isomers of Au25(SR)18, fitting a composition, building a shell."""

from __future__ import annotations


class Isomers:
    """Counting by the cycle index and listing by orbits; n = 9 is the largest list (2,200 under Th, 4,100 under T)."""

    params = (["Th", "T"],)
    param_names = ("group",)

    def setup(self, group: str) -> None:
        from goldshell.chemistry.isomers import count_isomers, enumerate_isomers

        self.count, self.list = count_isomers, enumerate_isomers
        self.list("Au25(SR)18", 9, group)  # tables are read once

    def time_count_all(self, group: str) -> None:
        for n in range(19):
            self.count("Au25(SR)18", n)

    def time_list_largest(self, group: str) -> None:
        self.list("Au25(SR)18", 9, group)

    def time_list_all(self, group: str) -> None:
        for n in range(19):
            self.list("Au25(SR)18", n, group)


class Composition:
    """Rival shapes fitted to four populations, and the feasibility of one range."""

    def setup(self) -> None:
        from goldshell.chemistry.composition import read_populations

        self.composition = read_populations({15: 0.9, 16: 36.7, 17: 42.4, 18: 20.0})

    def time_fit(self) -> None:
        from goldshell.chemistry.composition_fit import fit_composition_models

        fit_composition_models(self.composition)

    def time_feasibility(self) -> None:
        from goldshell.chemistry.feasibility import range_feasibility

        range_feasibility(4, 12, 6)


class Structure:
    """A mixed shell of short and of long ligands, kernel already compiled."""

    params = (["Au25(p-MBSA)16(p-MBA)2", "Au25(SG)18"],)
    param_names = ("cluster",)

    def setup(self, cluster: str) -> None:
        from goldshell.chemistry.structure import build_structure

        self.build = build_structure
        self.build(cluster)

    def time_build(self, cluster: str) -> None:
        self.build(cluster)
