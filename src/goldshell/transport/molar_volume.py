"""Molar volume of a liquid at its normal boiling point, from the structure alone: Le Bas and Schroeder increments."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass
from typing import Any

from goldshell.errors import InputError

# Le Bas increments [cm³/mol], Table 3-8 of Reid, Prausnitz & Poling (1987), p. 53.
_LE_BAS_ATOMS = {"C": 14.8, "H": 3.7, "F": 8.7, "Cl": 24.6, "Br": 27.0, "I": 37.0, "S": 25.6}
_LE_BAS_OXYGEN = {
    "other (carbonyl, hydroxyl)": 7.4,
    "methyl ester or ether": 9.1,
    "ethyl ester or ether": 9.9,
    "higher ester or ether": 11.0,
    "acid": 12.0,
    "joined to S, P or N": 8.3,
}
_LE_BAS_NITROGEN = {"double bond": 15.6, "primary amine": 10.5, "secondary amine": 12.0}
# Not in that table; from Le Bas (1915) as later compilations give them.
_LE_BAS_NITROGEN_1915 = {"tertiary amine": 10.8, "nitrile": 16.2}
_LE_BAS_PHOSPHORUS_1915 = 27.0
_LE_BAS_RINGS = {3: -6.0, 4: -8.5, 5: -11.5, 6: -15.0}
_LE_BAS_ANTHRACENE = -47.5

# Schroeder increments [cm³/mol], same table.
_SCHROEDER_ATOMS = {"C": 7.0, "H": 7.0, "O": 7.0, "N": 7.0, "F": 10.5, "Cl": 24.5, "Br": 31.5, "I": 38.5, "S": 21.0}
_SCHROEDER_RING, _SCHROEDER_DOUBLE, _SCHROEDER_TRIPLE = -7.0, 7.0, 14.0


@dataclass(frozen=True, slots=True)
class MolarVolume:
    """A molar volume with the increments it is the sum of.

    Parameters
    ----------
    value : molar volume at the normal boiling point [cm³/mol]
    increments : (what, how many, increment of each [cm³/mol])
    warnings : what is uncertain about it
    """

    value: float
    increments: tuple[tuple[str, int, float], ...]
    warnings: tuple[str, ...] = ()

    def __float__(self) -> float:
        return self.value

    def to_dict(self) -> dict[str, Any]:
        """Value, increments and warnings as JSON types."""
        return {
            "value": self.value,
            "unit": "cm^3/mol",
            "increments": [
                {"what": what, "count": count, "increment": increment} for what, count, increment in self.increments
            ],
            "warnings": list(self.warnings),
        }


@functools.lru_cache(maxsize=256)
def le_bas_volume(smiles: str) -> MolarVolume:
    """Molar volume at the normal boiling point by Le Bas' additive increments.

    V = sum of atoms (C 14.8, H 3.7, O 7.4, S 25.6 ...; O and N by the group they stand in) + sum of rings

    Both oxygens of a carboxylic acid count 12.0, which is the reading that gives p-mercaptobenzoic acid 160.4.

    Parameters
    ----------
    smiles : structure, acids protonated; a permanent cation is taken as if neutral, with a warning

    Returns
    -------
    MolarVolume [cm³/mol]

    Raises
    ------
    InputError : unreadable structure, an anion or a salt, or an element without an increment

    References
    ----------
    Le Bas, The Molecular Volumes of Liquid Chemical Compounds, Longmans (1915); increments as in Reid, Prausnitz &
    Poling, The Properties of Gases and Liquids, 4th ed. (1987), Table 3-8
    """
    molecule = _molecule(smiles)
    terms: Counter[tuple[str, float]] = Counter()
    warnings = _charge_warning(molecule)
    acid = {match[1] for match in molecule.GetSubstructMatches(_pattern("C(=O)[OX2H1]"))}
    acid |= {match[2] for match in molecule.GetSubstructMatches(_pattern("C(=O)[OX2H1]"))}
    for atom in molecule.GetAtoms():
        element = atom.GetSymbol()
        terms["H", _LE_BAS_ATOMS["H"]] += atom.GetTotalNumHs()
        if element == "O":
            kind = "acid" if atom.GetIdx() in acid else _oxygen_kind(atom)
            terms[f"O, {kind}", _LE_BAS_OXYGEN[kind]] += 1
        elif element == "N":
            kind = _nitrogen_kind(atom)
            increment = (_LE_BAS_NITROGEN | _LE_BAS_NITROGEN_1915)[kind]
            terms[f"N, {kind}", increment] += 1
        elif element == "P":
            terms["P", _LE_BAS_PHOSPHORUS_1915] += 1
        elif element in _LE_BAS_ATOMS:
            terms[element, _LE_BAS_ATOMS[element]] += 1
        elif element != "H":
            raise InputError(f"Le Bas has no increment for {element}", where=smiles, hint="give a molar volume instead")
    for what, increment in _ring_terms(molecule, warnings):
        terms[what, increment] += 1
    return _summed(terms, warnings)


@functools.lru_cache(maxsize=256)
def schroeder_volume(smiles: str) -> MolarVolume:
    """Molar volume at the normal boiling point by Schroeder's rule.

    V = 7 (N_C + N_H + N_O + N_N + N_double + 2 N_triple - N_ring) + halogens and sulfur

    Parameters
    ----------
    smiles : structure, acids protonated; a permanent cation is taken as if neutral, with a warning

    Returns
    -------
    MolarVolume [cm³/mol]

    Raises
    ------
    InputError : unreadable structure, an anion or a salt, or an element without an increment

    References
    ----------
    Reid, Prausnitz & Poling, The Properties of Gases and Liquids, 4th ed. (1987), Table 3-8
    """
    from rdkit import Chem

    molecule = Chem.Mol(_molecule(smiles))
    Chem.Kekulize(molecule, clearAromaticFlags=True)
    terms: Counter[tuple[str, float]] = Counter()
    for atom in molecule.GetAtoms():
        element = atom.GetSymbol()
        if element not in _SCHROEDER_ATOMS:
            raise InputError(
                f"Schroeder has no increment for {element}", where=smiles, hint="give a molar volume instead"
            )
        terms["H", _SCHROEDER_ATOMS["H"]] += atom.GetTotalNumHs()
        terms[element, _SCHROEDER_ATOMS[element]] += 1
    for bond in molecule.GetBonds():
        if bond.GetBondType() == Chem.BondType.DOUBLE:
            terms["double bond", _SCHROEDER_DOUBLE] += 1
        elif bond.GetBondType() == Chem.BondType.TRIPLE:
            terms["triple bond", _SCHROEDER_TRIPLE] += 1
    terms["ring", _SCHROEDER_RING] += molecule.GetRingInfo().NumRings()
    return _summed(terms, _charge_warning(molecule))


def is_smiles(text: str) -> bool:
    """Whether the text is a structure that RDKit reads."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return bool(text.strip()) and Chem.MolFromSmiles(text) is not None


def _summed(terms: Counter[tuple[str, float]], warnings: list[str]) -> MolarVolume:
    present = [(what, count, increment) for (what, increment), count in sorted(terms.items()) if count]
    return MolarVolume(
        value=round(sum(count * increment for _, count, increment in present), 6),  # the increments have one decimal
        increments=tuple(present),
        warnings=tuple(warnings),
    )


@functools.lru_cache(maxsize=256)
def _molecule(smiles: str) -> Any:
    from rdkit import Chem

    if not is_smiles(smiles):
        raise InputError("not a SMILES structure", where=smiles or "(empty)", hint="for example CCOC(C)=O")
    molecule = Chem.MolFromSmiles(smiles)
    if len(Chem.GetMolFrags(molecule)) > 1:
        raise InputError("several molecules in one structure", where=smiles, hint="give one neutral molecule")
    if Chem.GetFormalCharge(molecule) < 0:
        raise InputError("an anion has no volume increments", where=smiles, hint="write the neutral acid")
    return molecule


def _charge_warning(molecule: Any) -> list[str]:
    from rdkit import Chem

    if Chem.GetFormalCharge(molecule) == 0:
        return []
    return ["the solute is a cation: its volume is summed as if it were neutral, and correlations are for neutral ones"]


@functools.cache
def _pattern(smarts: str) -> Any:
    from rdkit import Chem

    return Chem.MolFromSmarts(smarts)


def _oxygen_kind(atom: Any) -> str:
    """The row of the Le Bas table that an oxygen outside a carboxylic acid belongs to."""
    neighbours = list(atom.GetNeighbors())
    if any(neighbour.GetSymbol() in {"S", "P", "N"} for neighbour in neighbours):
        return "joined to S, P or N"
    if len(neighbours) < 2 or atom.GetTotalNumHs():
        return "other (carbonyl, hydroxyl)"
    alkyls = {_alkyl(neighbour, atom.GetIdx()) for neighbour in neighbours}
    for kind in ("methyl", "ethyl"):
        if kind in alkyls:
            return f"{kind} ester or ether"
    return "higher ester or ether"


def _alkyl(carbon: Any, oxygen: int) -> str:
    """The group on an ether oxygen: methyl, ethyl or higher."""
    others = [neighbour for neighbour in carbon.GetNeighbors() if neighbour.GetIdx() != oxygen]
    if carbon.GetTotalNumHs() == 3:
        return "methyl"
    if carbon.GetTotalNumHs() == 2 and len(others) == 1 and others[0].GetTotalNumHs() == 3:
        return "ethyl"
    return "higher"


def _nitrogen_kind(atom: Any) -> str:
    """The row of the Le Bas table that a nitrogen belongs to."""
    from rdkit import Chem

    orders = {bond.GetBondType() for bond in atom.GetBonds()}
    if Chem.BondType.TRIPLE in orders:
        return "nitrile"
    if Chem.BondType.DOUBLE in orders or (atom.GetIsAromatic() and not atom.GetTotalNumHs() and atom.GetDegree() == 2):
        return "double bond"
    return ("tertiary amine", "secondary amine", "primary amine")[min(atom.GetTotalNumHs(), 2)]


def _ring_terms(molecule: Any, warnings: list[str]) -> list[tuple[str, float]]:
    """One correction per ring, but one for the whole of a three-ring aromatic system."""
    rings = [set(ring) for ring in molecule.GetRingInfo().AtomRings()]
    systems: list[list[set[int]]] = []
    for ring in rings:
        joined = [system for system in systems if any(len(ring & other) >= 2 for other in system)]
        systems = [system for system in systems if system not in joined]
        systems.append([ring, *(other for system in joined for other in system)])
    terms = []
    for system in systems:
        aromatic = all(molecule.GetAtomWithIdx(index).GetIsAromatic() for ring in system for index in ring)
        if len(system) == 3 and aromatic and all(len(ring) == 6 for ring in system):
            terms.append(("anthracene ring system", _LE_BAS_ANTHRACENE))
            continue
        for ring in system:
            if len(ring) in _LE_BAS_RINGS:
                terms.append((f"{len(ring)}-membered ring", _LE_BAS_RINGS[len(ring)]))
            else:
                warnings.append(f"Le Bas has no correction for a {len(ring)}-membered ring: none was applied")
    return terms
