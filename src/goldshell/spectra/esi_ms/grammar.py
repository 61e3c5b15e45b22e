"""Every ion that a cluster can give in ESI-MS, from one grammar.

    [core A(N-n) B(n) + m - x H + sum y_k X_k]^(-z),   x = z + q + sum y_k

with q the core charge, X_k cations that stand in for protons (Na, K, NH4), m neutral parts gained or lost (water,
solvent, SO3, O, Au; a dopant M in the place of a gold atom is + M - Au), and z > 0 for negative ions (z < 0 for
positive ones, where x may be negative: protons gained).

References
----------
Masses of electron and ions: m/z = (M + z m_e) / |z| with M the mass of all atoms of the ion.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from goldshell.chemistry import Cluster, Formula, Ligand
from goldshell.chemistry.clusters import VALENCE_ELECTRONS
from goldshell.errors import InputError, UnknownNameError

ELECTRON_MASS = 5.48579909065e-4  # Da, CODATA 2018
CATIONS = {"Na": "Na", "K": "K", "NH4": "NH4"}
NEUTRALS = {
    "H2O": "H2O",
    "CH3OH": "CH4O",
    "CH3CN": "C2H3N",
    "HCl": "HCl",
    "O": "O",
    "SO3": "SO3",
    "Au": "Au",
}
DOPANTS = ("Ag", "Pd", "Pt", "Cd", "Hg")
_MOST_DOPANTS = 2


@dataclass(frozen=True, slots=True)
class Modification:
    """What an ion carries beside its shell: cations in place of protons, and neutral parts gained or lost.

    Parameters
    ----------
    cations : (name, count) pairs
    neutrals : (name, count) pairs, negative for a loss
    """

    cations: tuple[tuple[str, int], ...] = ()
    neutrals: tuple[tuple[str, int], ...] = ()
    positive_charges: int = field(init=False, compare=False, repr=False)  # that the cations bring

    def __post_init__(self) -> None:
        # Kept, because every ion asks for it many times
        object.__setattr__(self, "positive_charges", sum(count for _, count in self.cations))

    @property
    def dopants(self) -> tuple[tuple[str, int], ...]:
        """(metal, count) pairs of the metals in place of gold."""
        return tuple((name, count) for name, count in self.neutrals if name in DOPANTS)

    @property
    def core_shift(self) -> int:
        """Change of the core charge at which a doped core keeps its number of superatom electrons."""
        return sum((VALENCE_ELECTRONS[name] - VALENCE_ELECTRONS["Au"]) * count for name, count in self.dopants)

    @property
    def complexity(self) -> int:
        """Number of parts: of two explanations that a spectrum cannot tell apart the smaller is taken."""
        # Sodium is everywhere; other cations and neutral parts need more to be believed
        return sum(count * (1 if name == "Na" else 2) for name, count in self.cations) + sum(
            2 * abs(count) + 1 for _, count in self.neutrals
        )

    @property
    def label(self) -> str:
        """`` + 2Na - SO3``, empty for none."""
        parts = []
        for name, count in (*self.cations, *self.neutrals):
            parts.append(f"{'+' if count > 0 else '-'} {abs(count) if abs(count) > 1 else ''}{name}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Shell:
    """One composition of the ligand shell.

    Parameters
    ----------
    name : notation of the cluster
    n : number of incoming ligands; -1 for a species outside the composition (another cluster, an etch product)
    formula : of all atoms, acid groups protonated
    acids : groups that can lose a proton
    """

    name: str
    n: int
    formula: Formula
    acids: int

    def __hash__(self) -> int:
        """Of the name: ions are looked up by shell very often."""
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Ion:
    """One candidate ion.

    Parameters
    ----------
    shell : its composition
    charge : signed charge
    core_charge : q
    modification : cations and neutral parts
    """

    shell: Shell
    charge: int
    core_charge: int
    modification: Modification = field(default_factory=Modification)

    @property
    def hydrogens_lost(self) -> int:
        """x of [M - x H]; negative when protons are gained."""
        return -self.charge + self.core_charge + self.modification.positive_charges

    @property
    def formula(self) -> Formula:
        """Formula of all atoms of the ion."""
        return _shifted(heavy_formula(self.shell, self.modification), -self.hydrogens_lost)

    @property
    def label(self) -> str:
        """``[Au25(p-MBA)18 - 4H]5-``."""
        x = self.hydrogens_lost
        hydrogen = f" {'-' if x > 0 else '+'} {abs(x) if abs(x) > 1 else ''}H" if x else ""
        extra = f" {self.modification.label}" if self.modification.label else ""
        size = abs(self.charge)
        return f"[{self.shell.name}{hydrogen}{extra}]{size if size > 1 else ''}{'-' if self.charge < 0 else '+'}"


def shells(cluster: Cluster, incoming: Ligand | None, also: Sequence[Cluster] = ()) -> list[Shell]:
    """Every composition of the shell: all ways to share its sites among its ligands and the incoming one.

    Parameters
    ----------
    cluster : starting cluster
    incoming : ligand that n counts; None for a cluster that is not exchanged
    also : other clusters to look for, unexchanged (n = -1)

    Raises
    ------
    InputError : more than three ligands, or more than 2,000 compositions
    """
    ligands = list(dict.fromkeys([*(ligand for ligand, _ in cluster.ligands), *([incoming] if incoming else [])]))
    if len(ligands) > 3:
        raise InputError(f"{len(ligands)} different ligands", where=cluster.notation, hint="at most three")
    sites = cluster.ligand_count
    metals = Formula.of(dict(cluster.metals))
    metal_text = cluster.notation.partition("(")[0]
    made = []
    for counts in _shares(sites, len(ligands)):
        parts = [(ligand, count) for ligand, count in zip(ligands, counts, strict=True) if count]
        formula = sum((ligand.thiolate_formula * count for ligand, count in parts), metals)
        acids = sum(_acids(ligand) * count for ligand, count in parts)
        name = metal_text + "".join(f"({ligand.name}){count if count > 1 else ''}" for ligand, count in parts)
        n = counts[ligands.index(incoming)] if incoming else 0
        made.append(Shell(name, n, formula, acids))
    if len(made) > 2000:
        raise InputError(f"{len(made)} compositions are too many", where=cluster.notation, hint="use fewer ligands")
    made.sort(key=lambda shell: shell.n)
    for other in also:
        acids = sum(_acids(ligand) * count for ligand, count in other.ligands)
        made.append(Shell(other.notation, -1, other.formula, acids))
    return made


def etch_products(ligands: Sequence[Ligand], largest: int = 6) -> list[Shell]:
    """Au(I)-thiolates that etching leaves: rings Au_k L_k and chains Au_k L_(k+1) with one H, k = 1..largest."""
    made = []
    for ligand in ligands:
        for gold in range(1, largest + 1):
            for count in (gold, gold + 1):
                formula = Formula.of({"Au": gold, "H": count - gold}) + ligand.thiolate_formula * count
                name = f"Au{gold if gold > 1 else ''}({ligand.name}){count if count > 1 else ''}"
                made.append(
                    Shell(name + ("H" if count > gold else ""), -1, formula, _acids(ligand) * count + count - gold)
                )
    return made


def modifications(sodium: int = 4, *, other: bool = False) -> list[Modification]:
    """Modifications to try: 0..sodium Na and one K, and with ``other`` NH4, mixed cations, neutral parts too.

    Potassium is tried from the start because one K weighs 1.99 Da more than one swap of p-MBSA for p-MBA: left out, it
    would pass for other shells and for 34S.
    """
    plain = [Modification((("Na", count),) if count else ()) for count in range(sodium + 1)]
    if sodium:
        plain.append(Modification((("K", 1),)))
    if not other:
        return plain
    cations: list[tuple[tuple[str, int], ...]] = [()]
    for counts in itertools.product(range(3), range(3), range(3)):
        chosen = tuple((name, count) for name, count in zip(CATIONS, counts, strict=True) if count)
        if chosen and sum(counts) <= 3:
            cations.append(chosen)
    neutrals = [
        (("O", 1),),
        (("SO3", -1),),
        (("H2O", 1),),
        (("CH3OH", 1),),
        (("CH3CN", 1),),
        (("Au", -1),),
        (("Au", 1),),
    ]
    made = plain + [Modification(item) for item in cations]
    made += [Modification((), item) for item in neutrals] + [Modification((("Na", 1),), item) for item in neutrals]
    return list(dict.fromkeys(made))


def doping(metals: Sequence[str], sodium: int = 1) -> list[Modification]:
    """Modifications with one or two gold atoms replaced by one of these metals, bare and with up to ``sodium`` Na.

    Raises
    ------
    UnknownNameError : not one of `DOPANTS`
    """
    for metal in metals:
        if metal not in DOPANTS:
            raise UnknownNameError("dopant", metal, DOPANTS)
    return [
        Modification((("Na", salt),) if salt else (), ((metal, count), ("Au", -count)))
        for metal in dict.fromkeys(metals)
        for count in range(1, _MOST_DOPANTS + 1)
        for salt in range(sodium + 1)
    ]


def doped_ions(
    all_shells: Sequence[Shell], charges: Sequence[int], core_charges: Sequence[int], changes: Sequence[Modification]
) -> list[Ion]:
    """Ions of doped cores with as many superatom electrons as the undoped ones at ``core_charges``.

    Pd and Pt, which give none, also with two fewer: Au24Pd(SR)18 is stable with eight (q = -2) and with six (q = 0).

    References
    ----------
    Kwak et al., J. Am. Chem. Soc. 137 (2015) 10833-10840, doi:10.1021/jacs.5b06946
    """
    made = []
    for change in changes:
        fewer = (0, 2) if change.core_shift < 0 else (0,)
        cores = sorted({core + change.core_shift + oxidised for core in core_charges for oxidised in fewer})
        made += ions(all_shells, charges, cores, [change])
    return made


def ions(
    all_shells: Sequence[Shell], charges: Sequence[int], core_charges: Sequence[int], changes: Sequence[Modification]
) -> list[Ion]:
    """Every ion whose protons suffice: x is at most the acid groups and at least 0 for negative ions.

    Parameters
    ----------
    charges : signed
    """
    return ions_of(all_shells, list(itertools.product(charges, core_charges, changes)))


def ions_of(all_shells: Sequence[Shell], channels: Sequence[tuple[int, int, Modification]]) -> list[Ion]:
    """As `ions`, of given combinations of charge, core charge and modification."""
    return [Ion(shell, *channel) for shell in all_shells for channel in channels if _possible(shell, *channel)]


def _possible(shell: Shell, charge: int, core: int, change: Modification) -> bool:
    lost = -charge + core + change.positive_charges
    if lost > shell.acids + 1 or (charge < 0 and lost < 0):
        return False
    # Only a loss can be impossible
    return all(count > 0 for _, count in change.neutrals) or heavy_formula(shell, change) is not None


def equal_masses(
    cluster: Cluster, incoming: Ligand | None, tolerance: float, swaps: int = 5, dopants: Sequence[str] = ()
) -> list[dict[str, object]]:
    """Modifications that, with some ligands more or fewer exchanged, weigh the same: no resolution at hand tells them.

    Parameters
    ----------
    cluster, incoming : the exchange; nothing is returned without exactly one outgoing ligand
    tolerance : largest difference in mass that cannot be separated [Da]
    swaps : at most
    dopants : metals that may stand in place of gold

    Returns
    -------
    list of ``{"n_shift", "modification", "difference_mDa"}``: an ion with n could be one of n + n_shift so modified
    """
    outgoing = [ligand for ligand, _ in cluster.ligands if ligand != incoming]
    if incoming is None or len(outgoing) != 1:
        return []
    step = incoming.thiolate_formula.monoisotopic_mass - outgoing[0].thiolate_formula.monoisotopic_mass
    hydrogen = Formula.of({"H": 1}).monoisotopic_mass
    found: list[dict[str, object]] = []
    tried = [*modifications(6, other=True), *(Modification((), ((name, k),)) for name in NEUTRALS for k in (1, 2)),
             *doping(dopants)]  # fmt: skip
    for change in dict.fromkeys(tried):
        gained = sum(k * (Formula.parse(CATIONS[name]).monoisotopic_mass - hydrogen) for name, k in change.cations)
        gained += sum(k * Formula.parse(NEUTRALS.get(name, name)).monoisotopic_mass for name, k in change.neutrals)
        for shift in range(-swaps, swaps + 1):
            difference = shift * step + gained
            if shift and abs(difference) < tolerance:
                found.append(
                    {"n_shift": shift, "modification": change.label, "difference_mDa": round(1000 * difference, 2)}
                )
    return found


@functools.lru_cache(maxsize=65536)
def heavy_formula(shell: Shell, change: Modification) -> Formula | None:
    """Atoms of shell and modification with every proton in place; None when a loss is impossible."""
    counts = dict(shell.formula.atoms)
    for name, count in (*change.cations, *change.neutrals):
        for element, number in Formula.parse(CATIONS.get(name) or NEUTRALS.get(name, name)).atoms:
            counts[element] = counts.get(element, 0) + number * count
    return Formula.of(counts) if min(counts.values()) >= 0 else None


def _shifted(formula: Formula | None, hydrogens: int) -> Formula:
    assert formula is not None
    counts = dict(formula.atoms)
    counts["H"] = counts.get("H", 0) + hydrogens
    return Formula.of(counts)


@functools.lru_cache(maxsize=256)
def _acids(ligand: Ligand) -> int:
    groups = {value.group: value.count for value in ligand.pka if value.kind == "acid" and not value.on_donor}
    return sum(groups.values())


def _shares(total: int, parts: int) -> list[tuple[int, ...]]:
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in _shares(total - first, parts - 1)]
