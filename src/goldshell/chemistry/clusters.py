"""Ligand-protected clusters: reading the field's notation, formula, electron count, size estimates.

``Au25(p-MBSA)14(p-ATP)4``, ``[Au25(SG)18]-``, ``Au24Pt(SC2H4Ph)18``, ``Au25(p-MBA)18^0``. Ligands are names, aliases
or SMILES of `find_ligand`; their order is kept. Metals other than gold are dopants.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from goldshell.chemistry.formula import Formula
from goldshell.chemistry.ligands import Ligand, find_ligand, known_ligands
from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import records, value

# Electrons that an atom gives to the superatom: 6s1 of Au (5s1 of Ag, 4s1 of Cu), none of Pd and Pt (d10 s0), two of
# Cd and Hg (Jiang & Dai 2009; Kwak et al. 2015; Walter & Moseler 2009).
VALENCE_ELECTRONS = {"Au": 1, "Ag": 1, "Cu": 1, "Pd": 0, "Pt": 0, "Cd": 2, "Hg": 2}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻−", "0123456789+--")
_METALS = re.compile(r"([A-Z][a-z]?)(\d*)")
_SIGNED = re.compile(r"\{?(?:([+-])(\d*)|(\d+)([+-])|(0))\}?")
_MAXIMUM_COUNT = 10_000


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster [M_x L_m ...]^q.

    Parameters
    ----------
    metals : (element, count) in the order written
    ligands : (ligand, count) in the order written
    core_charge : q, the charge with every ligand as bound and otherwise protonated [elementary charges]
    framework : "Au25(SR)18" when the numbers of atoms and ligands are those of a known cluster, else ""
    warnings : advice to the user
    """

    metals: tuple[tuple[str, int], ...]
    ligands: tuple[tuple[Ligand, int], ...]
    core_charge: int
    framework: str = ""
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def notation(self) -> str:
        """``Au25(p-MBSA)16(p-MBA)2``, without the charge."""
        return _metal_text(self.metals) + "".join(
            f"({ligand.name}){count if count > 1 else ''}" for ligand, count in self.ligands
        )

    @property
    def formula(self) -> Formula:
        """Formula of all atoms, acid groups protonated."""
        bound = (ligand.thiolate_formula * count for ligand, count in self.ligands)
        return sum(bound, Formula.of(dict(self.metals)))

    @property
    def monoisotopic_mass(self) -> float:
        """Mass with every element as its most abundant isotope [Da]."""
        return self.formula.monoisotopic_mass

    @property
    def average_mass(self) -> float:
        """Mean over the isotopes [g/mol]."""
        return self.formula.average_mass

    @property
    def metal_atoms(self) -> int:
        """Number of metal atoms."""
        return sum(count for _, count in self.metals)

    @property
    def ligand_count(self) -> int:
        """Number of ligands."""
        return sum(count for _, count in self.ligands)

    @property
    def superatom_electrons(self) -> int:
        """Electrons of the superatom, n* = sum over metals of (valence electrons) - N(SR) - q.

        Thiolates, selenolates and alkynyls localise one electron each, phosphines none.

        References
        ----------
        Walter et al., Proc. Natl. Acad. Sci. U.S.A. 105 (2008) 9157-9162, doi:10.1073/pnas.0801001105
        Jiang & Dai, Inorg. Chem. 48 (2009) 2720-2722, doi:10.1021/ic8024588
        Kwak et al., J. Am. Chem. Soc. 137 (2015) 10833-10840, doi:10.1021/jacs.5b06946
        """
        given = sum(VALENCE_ELECTRONS[element] * count for element, count in self.metals)
        taken = sum(count for ligand, count in self.ligands if ligand.takes_electron)
        return given - taken - self.core_charge

    @property
    def core_diameter(self) -> float:
        """Estimate of the diameter of the metal core [nm]: sphere of the bulk volume of its atoms.

        d = 2 (3 N a^3 / 16 pi)^(1/3) with a the lattice constant of gold (that of silver is 0.2 % larger): 0.93 nm
        for 25 atoms, 1.49 nm for 102.
        """
        a = value("gold-lattice-constant", "nm")
        return 2.0 * (3.0 * self.metal_atoms * a**3 / (16.0 * math.pi)) ** (1.0 / 3.0)

    @property
    def hydrodynamic_diameter(self) -> float:
        """Estimate of the hydrodynamic diameter [nm]; NaN when a ligand is too long for conformers.

        d = core diameter + 2 (mean ligand length + van der Waals radius of the last atom), the length being the mean
        donor-to-farthest-atom distance over conformers of the free ligand. No bound water and no counter-ions: true
        values are likely to lie within 0.5 nm.
        """
        lengths = sum(ligand.length * count for ligand, count in self.ligands) / self.ligand_count
        return self.core_diameter + 2.0 * (lengths + value("oxygen-van-der-waals-radius", "nm"))

    def to_dict(self) -> dict[str, Any]:
        """Composition, masses and estimates as JSON types."""
        return {
            "notation": self.notation,
            "formula": self.formula.hill(),
            "monoisotopic_mass": self.monoisotopic_mass,
            "average_mass": self.average_mass,
            "core_charge": self.core_charge,
            "superatom_electrons": self.superatom_electrons,
            "hydrodynamic_diameter_nm": self.hydrodynamic_diameter,
        }


def parse_cluster(notation: str) -> Cluster:
    """Read a cluster in the field's notation.

    The charge of the core may be written ``[...]-``, ``[...]2-``, ``...^-1``, ``...^0``; without it the value of the
    cluster table is taken (Au25(SR)18: -1), or 0 with a warning when the cluster is not in the table.

    Raises
    ------
    UnknownNameError : a ligand that is not known; near matches are offered
    InputError : unbalanced brackets, no metal or no ligand, a count of zero, a metal without a valence, a wrong number
        of ligands for a known cluster, a malformed charge
    """
    text = "".join(notation.split()).translate(_SUPERSCRIPTS)
    if not text:
        raise InputError("the cluster notation is empty", hint="write for example Au25(p-MBSA)18")
    _check_brackets(text, notation)
    body, charge = _split_charge(text, notation)
    start = body.find("(")
    if start == 0:
        raise InputError(f"no metal before the first bracket of {notation!r}", hint="write Au25(p-MBSA)18")
    metals = _read_metals(body if start < 0 else body[:start], notation)
    if start < 0:
        raise InputError(f"{notation!r} has no ligands", hint="write them in brackets: Au25(p-MBSA)18")
    ligands: dict[str, tuple[Ligand, int]] = {}
    for name, count in _read_groups(body[start:], notation):
        ligand = _ligand(name, notation)
        ligands[ligand.name] = (ligand, count + (ligands[ligand.name][1] if ligand.name in ligands else 0))
    warnings: list[str] = []
    row = _table_row(metals, tuple(ligands.values()), notation)
    if charge is None:
        charge = int(row["core_charge"]) if row else 0
        if row is None:
            warnings.append(f"no core charge is known for {_metal_text(metals)}; 0 is taken, or write it: [...]-")
    framework = row["framework"] if row else ""
    return Cluster(metals, tuple(ligands.values()), charge, framework, tuple(warnings))


def known_clusters() -> tuple[dict[str, str], ...]:
    """Rows of the cluster table: metals, ligands, framework, core_charge, superatom_electrons, source, note."""
    return records("clusters")


def _check_brackets(text: str, notation: str) -> None:
    """Raise InputError at the first bracket that does not match."""
    closing = {"(": ")", "[": "]", "{": "}"}
    opened: list[str] = []
    for character in text:
        if character in closing:
            opened.append(character)
        elif character in closing.values() and (not opened or closing[opened.pop()] != character):
            raise InputError(f"unbalanced {character!r} in {notation!r}")
    if opened:
        raise InputError(f"unbalanced {opened[-1]!r} in {notation!r}")


def _split_charge(text: str, notation: str) -> tuple[str, int | None]:
    """The notation without brackets around it and its charge, None when not written."""
    suffix: str | None = None
    if text.startswith("["):
        body, suffix = text[1 : text.rindex("]")], text[text.rindex("]") + 1 :].removeprefix("^")
    elif "^" in text:
        body, _, suffix = text.rpartition("^")
    elif text[-1] in "+-":
        body, suffix = text[:-1], text[-1]
    else:
        body = text
    if not suffix:
        return body, None
    match = _SIGNED.fullmatch(suffix)
    if match is None:
        raise InputError(f"cannot read the charge {suffix!r} of {notation!r}", hint="write ]-, ]2-, ^-1 or ^0")
    before, after_sign, number, after, _ = match.groups()
    sign, size = before or after or "+", after_sign or number or ("1" if before else "0")
    return body, int(size) * (-1 if sign == "-" else 1)


def _read_metals(text: str, notation: str) -> tuple[tuple[str, int], ...]:
    metals: dict[str, int] = {}
    position = 0
    while position < len(text):
        match = _METALS.match(text, position)
        if match is None:
            raise InputError(
                f"cannot read {text[position:]!r} in {notation!r}", hint="metals first, ligands in brackets: Au25(SG)18"
            )
        element, number = match.groups()
        if element not in VALENCE_ELECTRONS:
            raise InputError(
                f"{element} in {notation!r} is not a metal of known clusters",
                hint=f"known: {', '.join(VALENCE_ELECTRONS)}; write ligands in brackets",
            )
        metals[element] = metals.get(element, 0) + _count(number, notation)
        position = match.end()
    return tuple(metals.items())


def _read_groups(text: str, notation: str) -> Iterator[tuple[str, int]]:
    """The bracketed ligands and their counts; brackets inside a ligand's name or SMILES are its own."""
    position = 0
    while position < len(text):
        if text[position] != "(":
            raise InputError(
                f"cannot read {text[position:]!r} in {notation!r}", hint="write every ligand in brackets: (p-MBA)18"
            )
        depth, end = 0, position
        while True:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if depth == 0:
                break
            end += 1
        name = text[position + 1 : end]
        if not name:
            raise InputError(f"empty brackets in {notation!r}")
        number = re.match(r"\d*", text[end + 1 :])
        digits = number[0] if number else ""
        yield name, _count(digits, notation)
        position = end + 1 + len(digits)


def _count(digits: str, notation: str) -> int:
    count = int(digits) if digits else 1
    if count == 0:
        raise InputError(f"a count of zero in {notation!r}", hint="leave it out")
    if count > _MAXIMUM_COUNT:
        raise InputError(f"a count of {digits} in {notation!r} is too large", hint=f"at most {_MAXIMUM_COUNT}")
    return count


def _ligand(name: str, notation: str) -> Ligand:
    """The ligand, the cluster named in the error when it is not known."""
    try:
        return find_ligand(name)
    except UnknownNameError as problem:
        raise UnknownNameError("ligand", name, problem.near or known_ligands(), where=notation) from None


def _table_row(
    metals: tuple[tuple[str, int], ...], ligands: tuple[tuple[Ligand, int], ...], notation: str
) -> dict[str, str] | None:
    """The row of the cluster table with these metals and number of ligands; None for a cluster not in the table.

    Silver and copper stand in for gold (one electron each), so Au23Ag2 has the row of Au25.

    Raises
    ------
    InputError : the metals are known but not with this number of thiolates
    """
    rows = _rows_by_metals().get(_table_key(metals))
    if rows is None or not all(ligand.takes_electron for ligand, _ in ligands):
        return None
    count = sum(number for _, number in ligands)
    for row in rows:
        if int(row["ligands"]) == count:
            return row
    known = " or ".join(row["ligands"] for row in rows)
    raise InputError(
        f"{_metal_text(metals)} carries {known} thiolates, not {count}",
        where=notation,
        hint="check the counts; they must add up",
    )


@functools.cache
def _rows_by_metals() -> dict[frozenset[tuple[str, int]], list[dict[str, str]]]:
    found: dict[frozenset[tuple[str, int]], list[dict[str, str]]] = {}
    for row in records("clusters"):
        metals = tuple((element, int(number or 1)) for element, number in _METALS.findall(row["metals"]))
        found.setdefault(_table_key(metals), []).append(row)
    return found


def _table_key(metals: tuple[tuple[str, int], ...]) -> frozenset[tuple[str, int]]:
    """Metals with silver and copper counted as gold, unless there is no gold."""
    counts = dict(metals)
    if "Au" in counts:
        counts["Au"] += counts.pop("Ag", 0) + counts.pop("Cu", 0)
    return frozenset(counts.items())


def _metal_text(metals: tuple[tuple[str, int], ...]) -> str:
    return "".join(f"{element}{count if count > 1 else ''}" for element, count in metals)
