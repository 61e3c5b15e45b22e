"""Ligands by name or SMILES: formula, donor, pKa values with their sources, charge of the free ligand."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass, field
from typing import Any

from goldshell.chemistry.formula import Formula
from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import records

_DONORS = {  # SMARTS; how many H the ligand loses on binding
    "thiol": ("[SX2;H1;$(S[#6])]", 1),
    "selenol": ("[SeX2;H1;$([Se][#6])]", 1),
    "phosphine": ("[PX3;$(P([#6])([#6])[#6])]", 0),
    "alkyne": ("[CX2;H1]#[#6]", 1),
}
_PEG = re.compile(r"(m?)PEG[-_ ]?(\d+)[-_ ]?SH", re.IGNORECASE)
_MAXIMUM_PEG_UNITS = 1000
_MAXIMUM_EMBEDDED_ATOMS = 80
_DONOR_GROUPS = ("thiol", "selenol", "alkyne")  # gone once bound
PH_LIMITS = (0.0, 14.0)


@dataclass(frozen=True, slots=True)
class Pka:
    """One pKa value of one ionisable group.

    Parameters
    ----------
    group : "carboxyl", "sulfonate", "amine", "phenol", "thiol" ...
    kind : "acid" (neutral to anion) or "base" (cation to neutral; the pKa is that of the conjugate acid)
    value : pKa
    source : key of the bibliography
    status : measured, derived, estimated or quoted
    analogue : compound the value was measured on, when not the ligand itself
    conditions : temperature, ionic strength
    count : groups of this kind in the ligand that share the value
    note : what a user must know
    """

    group: str
    kind: str
    value: float
    source: str
    status: str = "measured"
    analogue: str = ""
    conditions: str = ""
    count: int = 1
    note: str = ""

    @property
    def on_donor(self) -> bool:
        """The proton is on the atom that binds gold, so a bound ligand has no such group."""
        return self.group.split(" ")[0] in _DONOR_GROUPS

    def to_dict(self) -> dict[str, Any]:
        """Every field as JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Ligand:
    """A ligand as the free molecule.

    Parameters
    ----------
    name : as in the ligand table, or the SMILES
    aliases : other names
    smiles : of the free, protonated ligand
    formula : of the free ligand
    donor : "thiol", "selenol", "phosphine" or "alkyne"
    pka : every value known, competing ones side by side; the first of a group is the preferred one
    formal_charge : of the free ligand (quaternary ammonium groups)
    stored_length : `length` from the table [nm]; NaN when not there
    note : what a user must know
    """

    name: str
    aliases: tuple[str, ...]
    smiles: str
    formula: Formula
    donor: str
    pka: tuple[Pka, ...]
    formal_charge: int = 0
    stored_length: float = field(default=math.nan, compare=False)
    note: str = ""

    @property
    def mass(self) -> float:
        """Average molar mass of the free ligand [g/mol]."""
        return self.formula.average_mass

    @property
    def thiolate_formula(self) -> Formula:
        """Formula as bound: one H less for a thiol, selenol or alkyne, unchanged for a phosphine."""
        return self.formula - Formula.of({"H": _DONORS[self.donor][1]})

    @property
    def takes_electron(self) -> bool:
        """Whether the bound ligand localises one electron of the metal (thiolate, selenolate, alkynyl)."""
        return _DONORS[self.donor][1] == 1

    @property
    def logp(self) -> float:
        """Octanol/water log P of the neutral ligand, Crippen's atomic contributions (calculated, not measured).

        References
        ----------
        Wildman & Crippen, J. Chem. Inf. Comput. Sci. 39 (1999) 868-873, doi:10.1021/ci990307l
        """
        from rdkit.Chem import Crippen

        return float(Crippen.MolLogP(_molecule(self.smiles)))  # type: ignore[attr-defined]

    @property
    def length(self) -> float:
        """Distance from the donor to the farthest heavy atom, mean over conformers [nm]; see `conformer_length`."""
        return conformer_length(self.smiles) if math.isnan(self.stored_length) else self.stored_length

    def pka_sources(self, *, bound: bool = False) -> tuple[str, ...]:
        """Sources that give competing values for a group; empty when no group has more than one."""
        return _competing_sources(self._groups(bound))

    def pka_set(self, source: str = "", *, bound: bool = False) -> tuple[Pka, ...]:
        """One value for each group: that of ``source`` where it gives one, the preferred value elsewhere.

        Parameters
        ----------
        source : key of the bibliography; "" takes the preferred value everywhere
        bound : leave out the group whose proton is lost to gold
        """
        groups = self._groups(bound)
        return tuple(next((value for value in values if value.source == source), values[0]) for values in groups)

    def charge(self, ph: float, source: str = "", *, bound: bool = False) -> float:
        """Mean charge from independent groups (Henderson-Hasselbalch).

        z = z0 - sum over acids 1/(1 + 10^(pKa - pH)) + sum over bases 1/(1 + 10^(pH - pKa))

        Parameters
        ----------
        ph : 0 to 14
        source : which of competing pKa values
        bound : as bound to gold

        Returns
        -------
        float [elementary charges]

        Raises
        ------
        InputError : pH outside 0 to 14
        """
        check_ph(ph)
        return self.formal_charge + sum(
            value.count * ionised_charge(value.kind, value.value, ph) for value in self.pka_set(source, bound=bound)
        )

    def charges(self, ph: float) -> list[dict[str, Any]]:
        """Charge of the free ligand under each pKa source, as ``{"pka_source", "value"}``.

        Raises
        ------
        InputError : pH outside 0 to 14
        """
        sources = self.pka_sources() or (source_label(self.pka_set()),)
        return [{"pka_source": source, "value": self.charge(ph, source)} for source in sources]

    def _groups(self, bound: bool) -> list[list[Pka]]:
        groups: dict[str, list[Pka]] = {}
        for value in self.pka:
            if not (bound and value.on_donor):
                groups.setdefault(value.group, []).append(value)
        return list(groups.values())


def find_ligand(name_or_smiles: str) -> Ligand:
    """A ligand by name, alias (case-insensitive) or SMILES.

    ``PEG8-SH`` is HS(CH2CH2O)8H and ``mPEG8-SH`` its methyl ether, for any number of units. A SMILES that is not in
    the table gets class values of pKa for its groups, marked "estimated".

    Raises
    ------
    UnknownNameError : neither a known name nor a SMILES; near matches are offered
    InputError : a SMILES without a donor atom, with several molecules, or with a negative charge; an empty name
    """
    text = name_or_smiles.strip()
    if not text:
        raise InputError("the ligand name is empty", hint="write for example p-MBA, GSH or a SMILES")
    return _find(text)


def known_ligands() -> tuple[str, ...]:
    """Names of the ligands in the table."""
    return tuple(_table())


@functools.lru_cache(maxsize=256)
def conformer_length(smiles: str) -> float:
    """Mean distance from the donor atom of a free ligand to its farthest heavy atom.

    Mean over 30 ETKDG conformers relaxed with MMFF94, without solvent: an estimate of the thickness of the shell.

    Parameters
    ----------
    smiles : free ligand

    Returns
    -------
    float [nm]; NaN above 80 heavy atoms, where conformers take too long and a coil has no single length
    """
    import numpy as np
    from rdkit import Chem
    from rdkit.Chem import AllChem

    molecule = _molecule(smiles)
    heavy = [atom.GetIdx() for atom in molecule.GetAtoms() if atom.GetAtomicNum() > 1]
    if len(heavy) > _MAXIMUM_EMBEDDED_ATOMS:
        return math.nan
    donor = molecule.GetSubstructMatch(Chem.MolFromSmarts(_DONORS[_composition(smiles)[1]][0]))[0]
    full = Chem.AddHs(molecule)
    parameters = AllChem.ETKDGv3()  # type: ignore[attr-defined]
    parameters.randomSeed = 20260101
    conformers = list(AllChem.EmbedMultipleConfs(full, 30, parameters))  # type: ignore[attr-defined]
    if not conformers:
        return math.nan
    if AllChem.MMFFHasAllMoleculeParams(full):  # type: ignore[attr-defined]
        AllChem.MMFFOptimizeMoleculeConfs(full, maxIters=500)  # type: ignore[attr-defined]
    farthest = []
    for conformer in conformers:
        positions = full.GetConformer(conformer).GetPositions()
        farthest.append(np.linalg.norm(positions[heavy] - positions[donor], axis=1).max())
    return float(np.mean(farthest)) / 10.0


def check_ph(ph: float) -> None:
    """Raise InputError when a pH is not between 0 and 14."""
    if not PH_LIMITS[0] <= ph <= PH_LIMITS[1]:
        raise InputError(f"pH {ph:g} is not between 0 and 14")


def ionised_charge(kind: str, pka: float, ph: float, hill: float = 1.0) -> float:
    """Mean charge of one group: -1/(1 + 10^(n (pKa - pH))) for an acid, 1/(1 + 10^(n (pH - pKa))) for a base."""
    return -1.0 / (1.0 + 10.0 ** (hill * (pka - ph))) if kind == "acid" else 1.0 / (1.0 + 10.0 ** (hill * (ph - pka)))


def source_label(values: tuple[Pka, ...]) -> str:
    """Keys of the sources of a set of pKa values, joined; "none" for an empty set."""
    return " + ".join(sorted({value.source for value in values})) or "none"


def _competing_sources(groups: list[list[Pka]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.source for values in groups if len(values) > 1 for value in values))


@functools.cache
def _table() -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in records("ligands")}


@functools.cache
def _names() -> dict[str, str]:
    """Lower-case name or alias -> name in the table."""
    names = {}
    for name, row in _table().items():
        for alias in (name, *row["aliases"].split("|")):
            if alias:
                names[alias.lower()] = name
    return names


@functools.lru_cache(maxsize=1024)
def _find(text: str) -> Ligand:
    known = _names().get(text.lower())
    if known is not None:
        return _known_ligand(known)
    peg = _PEG.fullmatch(text)
    if peg is not None:
        return _peg(int(peg[2]), methyl=bool(peg[1]))
    if text.lower() in {"peg-sh", "mpeg-sh", "peg"}:
        raise InputError(f"{text!r} needs its number of units", hint="write PEG8-SH for HS(CH2CH2O)8H")
    if text.upper() == "SR":
        raise InputError("'SR' stands for any thiolate", hint="name the ligand, for example p-MBA")
    molecule = _molecule(text)
    if molecule is None:
        raise UnknownNameError("ligand", text, {alias for row in _table().values() for alias in _spellings(row)})
    canonical = _canonical(text)
    if canonical in _canonical_names():
        return _known_ligand(_canonical_names()[canonical])
    return _from_smiles(text, molecule)


def _spellings(row: dict[str, str]) -> list[str]:
    return [row["name"], *filter(None, row["aliases"].split("|"))]


@functools.cache
def _known_ligand(name: str) -> Ligand:
    row = _table()[name]
    formula, donor, charge = _composition(row["smiles"])
    aliases = tuple(filter(None, row["aliases"].split("|")))
    length = float(row["length_nm"])
    return Ligand(name, aliases, row["smiles"], formula, donor, _pka_of(name), charge, length, row["note"])


def _pka_of(name: str) -> tuple[Pka, ...]:
    return tuple(
        Pka(row["group"], row["kind"], float(row["value"]), row["source"], row["status"], row["analogue"],
            row["conditions"], int(row["count"]), row["note"])
        for row in records("pka") if row["ligand"] == name
    )  # fmt: skip


def _peg(units: int, *, methyl: bool) -> Ligand:
    if not 1 <= units <= _MAXIMUM_PEG_UNITS:
        raise InputError(f"{units} ethylene glycol units", hint=f"between 1 and {_MAXIMUM_PEG_UNITS}")
    smiles = "S" + "CCO" * units + ("C" if methyl else "")
    name = f"{'m' if methyl else ''}PEG{units}-SH"
    formula = Formula.of({"C": 2 * units + methyl, "H": 4 * units + 2 + 2 * methyl, "O": units, "S": 1})
    return Ligand(name, (), smiles, formula, "thiol", _pka_of("PEG-SH"))


def _from_smiles(smiles: str, molecule: Any) -> Ligand:
    from rdkit import Chem

    formula, donor, charge = _composition(smiles)
    pka = []
    for row in records("pka_groups"):
        count = len(molecule.GetSubstructMatches(Chem.MolFromSmarts(row["smarts"])))
        if count:
            pka.append(
                Pka(row["group"], row["kind"], float(row["value"]), row["source"], "estimated", row["analogue"],
                    "", count, "class value, not measured on this ligand")
            )  # fmt: skip
    note = "not in the ligand table: pKa values are those of its classes of groups"
    return Ligand(smiles, (), smiles, formula, donor, tuple(pka), charge, note=note)


@functools.lru_cache(maxsize=1024)
def _composition(smiles: str) -> tuple[Formula, str, int]:
    """Formula, donor and formal charge of a SMILES that can be a ligand."""
    from rdkit import Chem

    molecule = _molecule(smiles)
    charge = Chem.GetFormalCharge(molecule)
    if "." in smiles:
        raise InputError("the SMILES holds several molecules", where=smiles, hint="leave out counter-ions")
    if charge < 0:
        raise InputError(
            "the SMILES has a negative charge", where=smiles, hint="write the protonated ligand: SH, COOH, SO3H"
        )
    donor = next(
        (name for name, (smarts, _) in _DONORS.items() if molecule.HasSubstructMatch(Chem.MolFromSmarts(smarts))), None
    )
    if donor is None:
        raise InputError(
            "no thiol, selenol, phosphine or terminal alkyne to bind gold with",
            where=smiles,
            hint="write the free ligand with its SH, for example Sc1ccccc1",
        )
    if any(atom.GetIsotope() for atom in molecule.GetAtoms()):
        raise InputError("the SMILES names isotopes", where=smiles, hint="leave the mass numbers out")
    counts: dict[str, int] = {}
    for atom in Chem.AddHs(molecule).GetAtoms():
        counts[atom.GetSymbol()] = counts.get(atom.GetSymbol(), 0) + 1
    return Formula.of(counts), donor, charge


@functools.lru_cache(maxsize=1024)
def _molecule(smiles: str) -> Any:
    """RDKit's molecule, or None when the text is not a SMILES."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():  # a name that is no SMILES is not worth RDKit's complaint
        return Chem.MolFromSmiles(smiles)


def _canonical(smiles: str) -> str:
    from rdkit import Chem

    return str(Chem.MolToSmiles(_molecule(smiles), isomericSmiles=False))


@functools.cache
def _canonical_names() -> dict[str, str]:
    """Canonical SMILES without stereo -> name in the table."""
    return {_canonical(row["smiles"]): name for name, row in _table().items()}
