"""An idealised three-dimensional Au25 cluster with a mixed shell, to look at and to start calculations from.

The framework (``literature/tables/au25_framework.csv``) has Th symmetry with radii inside those of crystals. Each
ligand's sulfur sits on its site; its S-C bond makes the same angle with both of the sulfur's gold atoms, which leaves
two sides of the staple; side, rotation about S-C and conformer are chosen so that ligands do not clash. Ligands are
neutral (every acid protonated), so the atoms add up to the cluster's formula. This is a sketch of the shell, not an
optimised geometry: relax it before computing anything.

References
----------
Heaven et al., J. Am. Chem. Soc. 130 (2008) 3754-3755, doi:10.1021/ja800561b (structure of Au25(SR)18)
Negishi et al., Phys. Chem. Chem. Phys. 12 (2010) 6219-6225, doi:10.1039/b927175a (Pd at the centre)
Christensen et al., J. Phys. Chem. C 116 (2012) 26932 (Pt at the centre)
Riniker & Landrum, J. Chem. Inf. Model. 55 (2015) 2562-2574, doi:10.1021/acs.jcim.5b00654 (ligand conformers)
Bondi, J. Phys. Chem. 68 (1964) 441-451, doi:10.1021/j100785a001 (van der Waals radii)
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from goldshell.chemistry.clusters import Cluster, parse_cluster
from goldshell.chemistry.isomers import enumerate_isomers
from goldshell.errors import AnalysisError, InputError
from goldshell.files import write_atomically
from goldshell.literature import records

S_C_BOND = 1.82
"""Length of the S-C bond, the middle of 1.80-1.85 in crystals [angstrom]."""

AU_S_C_ANGLES = (105.0, 113.0, 121.0)
"""Angles Au-S-C that are tried: 97-110 in crystals, so the first unless ligands are crowded [degree]."""

CLASH_FRACTION = 0.70
"""Atoms clash when nearer than this fraction of the sum of their van der Waals radii [1]."""

VAN_DER_WAALS = {
    "H": 1.20, "C": 1.70, "N": 1.55, "O": 1.52, "F": 1.47, "Si": 2.10, "P": 1.80, "S": 1.80, "Cl": 1.75, "Se": 1.90,
    "Br": 1.85, "I": 1.98, "Au": 1.66, "Pd": 1.63, "Pt": 1.72,
}  # fmt: skip
"""Bondi's radii [angstrom]."""

CENTRAL_DOPANTS = ("Pd", "Pt")
"""Metals known to replace the central gold atom (Negishi 2010, Christensen 2012)."""

FRAMEWORK = "Au25(SR)18"

_SOFT_FRACTION = 0.90  # the search resists contacts from here on
_ANGLE_PENALTY = 0.01  # for each step of 8 degrees, squared; the unit is overlap squared, angstrom²
_OUTWARD_REWARD = 0.002  # for each angstrom of mean distance from the centre
_TORSIONS = 24
_CONFORMERS = 6
_RESTARTS = 12
_GOOD_CONTACT = 0.84  # no further restart once every contact is beyond this
_SWEEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Atoms of a cluster.

    Parameters
    ----------
    notation : of the cluster
    symbols : element of each atom
    positions : shape (atoms, 3) [angstrom]
    residues : 0 for the metal, else the site 1-18 of the ligand that the atom belongs to
    residue_names : three-letter name of each atom's residue
    ligand_sites : ligand name -> its sites
    isomer : index of the regio-isomer in `enumerate_isomers`; None where sites were drawn at random
    group : point group that the isomers are counted under, "T" where a ligand is chiral
    angles : angle Au-S-C of each ligand, site 1 to 18 [degree]
    closest_contact : smallest distance from an atom of a ligand to one of another ligand or of the framework (its own
        sulfur and carbon's neighbours left out), as a fraction of the sum of van der Waals radii [1]
    warnings : advice
    """

    notation: str
    symbols: tuple[str, ...]
    positions: np.ndarray
    residues: tuple[int, ...]
    residue_names: tuple[str, ...]
    ligand_sites: dict[str, tuple[int, ...]]
    isomer: int | None
    group: str
    angles: tuple[float, ...]
    closest_contact: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the coordinates as JSON types."""
        return {
            "notation": self.notation,
            "atoms": len(self.symbols),
            "ligand_sites": {name: list(sites) for name, sites in self.ligand_sites.items()},
            "isomer": self.isomer,
            "group": self.group,
            "au_s_c_angles": list(self.angles),
            "closest_contact": self.closest_contact,
            "warnings": list(self.warnings),
        }

    def to_xyz(self) -> str:
        """The structure as an XYZ file [angstrom]."""
        lines = [str(len(self.symbols)), f"{self.notation} idealised by goldshell, not optimised; angstrom"]
        lines += [
            f"{symbol:<2} {x:12.6f} {y:12.6f} {z:12.6f}"
            for symbol, (x, y, z) in zip(self.symbols, self.positions, strict=True)
        ]
        return "\n".join(lines) + "\n"

    def to_pdb(self) -> str:
        """The structure as a PDB file: residue 1 is the metal core, residues 2-19 the ligands on sites 1-18."""
        lines = [f"TITLE     {self.notation} IDEALISED BY GOLDSHELL, NOT OPTIMISED"[:80]]
        names = dict(zip(self.residues, self.residue_names, strict=True))
        lines += [f"REMARK   2 {names[sites[0]]} = {ligand}"[:80] for ligand, sites in self.ligand_sites.items()]
        rows = zip(self.symbols, self.positions, self.residues, self.residue_names, strict=True)
        for serial, (symbol, (x, y, z), residue, name) in enumerate(rows, 1):
            lines.append(
                f"HETATM{serial:>5} {symbol.upper():>2}   {name:>3} A{residue + 1:>4}    "
                f"{x:8.3f}{y:8.3f}{z:8.3f}{1:6.2f}{0:6.2f}          {symbol.upper():>2}"
            )
        return "\n".join([*lines, "END", ""])


def build_structure(cluster: Cluster | str, isomer: int | None = None, seed: int = 0) -> Structure:
    """Build the idealised structure of an Au25 cluster with any shell of thiolates.

    Parameters
    ----------
    cluster : notation such as "Au25(p-MBSA)16(p-MBA)2", or a parsed cluster
    isomer : index from 1 in the list of `enumerate_isomers` for the last-named of two ligands; None takes the isomer
        that random filling makes most often (the first of equals), and draws the sites of three or more ligands
    seed : of conformers and of the search, and of drawn sites

    Returns
    -------
    Structure

    Raises
    ------
    InputError : not Au25 with 18 thiolates, a dopant whose place is not known, or no such isomer
    AnalysisError : a ligand of which no conformer can be made

    References
    ----------
    Heaven et al., J. Am. Chem. Soc. 130 (2008) 3754-3755, doi:10.1021/ja800561b
    """
    parsed = parse_cluster(cluster) if isinstance(cluster, str) else cluster
    metals = _metals(parsed)
    ligands = [(ligand.name, ligand.smiles, count) for ligand, count in parsed.ligands]
    templates = [_template(name, smiles, seed) for name, smiles, _ in ligands]
    group = "T" if any(template.chiral for template in templates) else "Th"
    random = np.random.default_rng(seed)
    occupants, isomer = _assign_sites([count for *_, count in ligands], isomer, group, random)
    gold, sulfur = _framework_positions()
    placed = _place([templates[ligand] for ligand in occupants], gold, sulfur, metals, random)

    symbols, residues, names = list(metals), [0] * len(metals), ["AU"] * len(metals)
    positions = [gold]
    for site, ligand in enumerate(occupants):
        symbols += ["S", *templates[ligand].symbols]
        positions += [sulfur[site : site + 1], placed.coordinates[site]]
        residues += [site + 1] * (1 + len(templates[ligand].symbols))
        names += [f"L{ligand + 1:02d}"] * (1 + len(templates[ligand].symbols))
    warnings = []
    if placed.closest_contact < CLASH_FRACTION:
        warnings.append(
            f"ligands clash: the closest contact is {placed.closest_contact:.2f} of the van der Waals distance; "
            "try another seed or relax the structure"
        )
    return Structure(
        notation=parsed.notation,
        symbols=tuple(symbols),
        positions=np.vstack(positions),
        residues=tuple(residues),
        residue_names=tuple(names),
        ligand_sites={
            name: tuple(site + 1 for site, ligand in enumerate(occupants) if ligand == number)
            for number, (name, *_) in enumerate(ligands)
        },
        isomer=isomer,
        group=group,
        angles=placed.angles,
        closest_contact=placed.closest_contact,
        warnings=tuple(warnings),
    )


def write_structure(structure: Structure, path: Path) -> None:
    """Write a structure; the format is the suffix, .xyz or .pdb.

    Raises
    ------
    InputError : another suffix, or no such folder
    """
    check_structure_file(path)
    write_atomically(path, structure.to_xyz() if path.suffix.lower() == ".xyz" else structure.to_pdb())


def check_structure_file(path: Path, suffix: str = "") -> None:
    """Raise InputError when a structure cannot be written to ``path``: before the time is spent to build it.

    Parameters
    ----------
    path : file to write
    suffix : "xyz" or "pdb" where only that will do
    """
    allowed = (suffix,) if suffix else ("xyz", "pdb")
    if path.suffix.lower().removeprefix(".") not in allowed:
        raise InputError(f"the file name must end in {' or '.join(f'.{name}' for name in allowed)}", where=str(path))
    if path.is_dir():
        raise InputError("is a folder, expected a file name", where=str(path))
    if not path.parent.is_dir():
        raise InputError("no such folder", where=str(path.parent), hint="make it first")


@dataclass(frozen=True, slots=True, eq=False)
class _Template:
    """A ligand without its sulfur: S at the origin, S-C along +z; several conformers."""

    symbols: tuple[str, ...]
    conformers: np.ndarray  # (conformers, atoms, 3) [angstrom]; atom 0 is the carbon on sulfur
    chiral: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Placement:
    coordinates: list[np.ndarray]
    angles: tuple[float, ...]
    closest_contact: float


def _metals(cluster: Cluster) -> list[str]:
    """Symbols of the 25 metal atoms, the centre first."""
    thiolates = sum(count for _, count in cluster.ligands)
    metals = dict(cluster.metals)
    if sum(metals.values()) != 25 or thiolates != 18:
        raise InputError(
            f"no framework is stored for {cluster.notation}", hint=f"structures are known for {FRAMEWORK} only"
        )
    dopants = {symbol: count for symbol, count in metals.items() if symbol != "Au"}
    if not dopants:
        return ["Au"] * 25
    symbol = next(iter(dopants))
    if sum(dopants.values()) > 1 or symbol not in CENTRAL_DOPANTS:
        raise InputError(
            f"the place of {symbol} in {cluster.notation} is not known",
            hint=f"one {' or '.join(CENTRAL_DOPANTS)} sits at the centre; others are not stored",
        )
    return [symbol] + ["Au"] * 24


def _framework_positions() -> tuple[np.ndarray, np.ndarray]:
    """Positions of the 25 metal atoms and of the 18 sulfur sites [angstrom]."""
    rows = records("au25_framework")
    positions = np.array([[float(row[f"{axis}_angstrom"]) for axis in "xyz"] for row in rows])
    is_sulfur = np.array([row["element"] == "S" for row in rows])
    return positions[~is_sulfur], positions[is_sulfur]


def _assign_sites(
    counts: Sequence[int], isomer: int | None, group: str, random: np.random.Generator
) -> tuple[list[int], int | None]:
    """The ligand (its position in the notation) on each site, and the index of the isomer."""
    occupants = [ligand for ligand, count in enumerate(counts) for _ in range(count)]
    if len(counts) > 2:
        if isomer is not None:
            raise InputError("isomers are listed for shells of two ligands only", where="isomer", hint="leave it out")
        return [int(ligand) for ligand in random.permutation(occupants)], None
    incoming = counts[1] if len(counts) == 2 else 0
    listed = enumerate_isomers(FRAMEWORK, incoming, group)
    position = int(np.argmax(listed.multiplicity)) if isomer is None else isomer - 1
    if not 0 <= position < len(listed):
        raise InputError(
            f"there is no isomer {isomer}", where="isomer", hint=f"this shell has isomers 1 to {len(listed)} ({group})"
        )
    chosen = set(listed[position].sites)
    return [int(site in chosen) for site in range(1, 19)], position + 1


@functools.lru_cache(maxsize=64)
def _template(name: str, smiles: str, seed: int) -> _Template:
    """Conformers of a thiol by RDKit, its S-H hydrogen and its sulfur taken off."""
    from rdkit import Chem
    from rdkit.Chem import rdDistGeom, rdForceFieldHelpers

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise InputError(f"the SMILES of {name} cannot be read", where=smiles)
    chiral = bool(Chem.FindMolChiralCenters(molecule, includeUnassigned=True, useLegacyImplementation=False))
    molecule = Chem.AddHs(molecule)
    thiols = molecule.GetSubstructMatches(Chem.MolFromSmarts("[SX2;H1][#6]"))
    if len(thiols) != 1:
        raise InputError(
            f"{name} has {len(thiols)} thiol groups; a shell is built of ligands with one", where=name or smiles
        )
    sulfur, carbon = thiols[0]
    options: Any = rdDistGeom.ETKDGv3()
    options.randomSeed, options.pruneRmsThresh = seed + 1, 0.4
    if not len(rdDistGeom.EmbedMultipleConfs(molecule, _CONFORMERS, options)):
        raise AnalysisError(f"no conformer of {name} could be made", hint="is the SMILES a possible molecule?")
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(molecule):
        rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(molecule)
    dropped = {sulfur} | {
        atom.GetIdx() for atom in molecule.GetAtomWithIdx(sulfur).GetNeighbors() if atom.GetSymbol() == "H"
    }
    kept = [carbon] + [index for index in range(molecule.GetNumAtoms()) if index not in dropped | {carbon}]
    conformers = []
    for conformer in molecule.GetConformers():
        positions = conformer.GetPositions() - conformer.GetPositions()[sulfur]
        axis = positions[carbon] / np.linalg.norm(positions[carbon])
        positions = positions + axis * (S_C_BOND - np.linalg.norm(positions[carbon]))
        conformers.append(positions[kept] @ _frame(axis).T)
    return _Template(tuple(molecule.GetAtomWithIdx(index).GetSymbol() for index in kept), np.array(conformers), chiral)


def _frame(axis: np.ndarray) -> np.ndarray:
    """Rows: two vectors across ``axis`` and ``axis`` itself, right-handed."""
    across = np.cross(np.eye(3)[np.argmin(np.abs(axis))], axis)
    across /= np.linalg.norm(across)
    return np.array([across, np.cross(axis, across), axis])


def _bond_directions(site: np.ndarray, gold: np.ndarray, angle: float) -> list[np.ndarray]:
    """The two directions from a sulfur that make ``angle`` [degree] with both of its gold atoms."""
    distances = np.linalg.norm(gold - site, axis=1)
    near = np.argsort(distances)[:2]
    first, second = (gold[near] - site) / distances[near, None]
    inward = np.cos(np.radians(angle)) / (1 + first @ second) * (first + second)
    across = np.cross(first, second) / np.linalg.norm(np.cross(first, second))
    height = np.sqrt(1 - inward @ inward)
    return [inward + height * across, inward - height * across]


def _place(
    templates: Sequence[_Template],
    gold: np.ndarray,
    sulfur: np.ndarray,
    metals: Sequence[str],
    random: np.random.Generator,
) -> _Placement:
    """Choose side, angle, rotation and conformer of every ligand: one ligand at a time until none can do better."""
    frame = np.vstack([gold, sulfur])
    frame_radii = np.array([_radius(symbol) for symbol in metals] + [_radius("S")] * len(sulfur))
    radii = [np.array([_radius(symbol) for symbol in template.symbols]) for template in templates]
    states, state_angles, alone = [], [], []
    for site, template in enumerate(templates):
        coordinates, angles = _states(sulfur[site], gold, template)
        other = np.arange(len(frame)) != len(gold) + site
        clash = _overlaps(coordinates, radii[site], frame[other], frame_radii[other])
        outward = np.linalg.norm(coordinates, axis=2).mean(axis=1)
        steps = (angles - AU_S_C_ANGLES[0]) / 8
        states.append(coordinates)
        state_angles.append(angles)
        alone.append(clash + _ANGLE_PENALTY * steps**2 - _OUTWARD_REWARD * outward)

    def others(site: int, chosen: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        rest = [other for other in range(len(states)) if other != site]
        return np.concatenate([states[other][chosen[other]] for other in rest]), np.concatenate(
            [radii[other] for other in rest]
        )

    def closest(chosen: Sequence[int]) -> float:
        nearest = []
        for site, state in enumerate(chosen):
            other = np.arange(len(frame)) != len(gold) + site
            near, near_radii = others(site, chosen)
            sums = radii[site][:, None] + np.concatenate([near_radii, frame_radii[other]])
            distances = np.linalg.norm(states[site][state][:, None] - np.vstack([near, frame[other]]), axis=2)
            nearest.append(float((distances / sums).min()))
        return min(nearest)

    best: tuple[float, list[int], float] | None = None
    for _ in range(_RESTARTS):
        chosen = [int(random.integers(len(coordinates))) for coordinates in states]
        for _ in range(_SWEEPS):
            changed = False
            for site in random.permutation(len(states)):
                cost = alone[site] + _overlaps(states[site], radii[site], *others(site, chosen))
                lowest = int(cost.argmin())
                if cost[lowest] < cost[chosen[site]] - 1e-9:
                    chosen[site], changed = lowest, True
            if not changed:
                break
        total = sum(
            alone[site][state] + _overlaps(states[site][state : state + 1], radii[site], *others(site, chosen))[0] / 2
            for site, state in enumerate(chosen)
        )
        if best is None or total < best[0]:
            best = (float(total), chosen, closest(chosen))
            if best[2] >= _GOOD_CONTACT:
                break
    assert best is not None
    _, chosen, closest_contact = best
    return _Placement(
        coordinates=[states[site][state] for site, state in enumerate(chosen)],
        angles=tuple(float(state_angles[site][state]) for site, state in enumerate(chosen)),
        closest_contact=closest_contact,
    )


def _states(site: np.ndarray, gold: np.ndarray, template: _Template) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates [angstrom], shape (states, atoms, 3), and angle Au-S-C [degree] of every way to put a ligand."""
    turns = 2 * np.pi * np.arange(_TORSIONS) / _TORSIONS
    rotations = np.array(
        [[[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]] for turn in turns]
    )
    turned = np.einsum("tij,caj->tcai", rotations, template.conformers).reshape(-1, len(template.symbols), 3)
    coordinates, angles = [], []
    for angle in AU_S_C_ANGLES:
        for direction in _bond_directions(site, gold, angle):
            coordinates.append(site + turned @ _frame(direction))
            angles.append(np.full(len(turned), angle))
    return np.concatenate(coordinates), np.concatenate(angles)


def _overlaps(states: np.ndarray, radii: np.ndarray, others: np.ndarray, other_radii: np.ndarray) -> np.ndarray:
    """Sum of squared overlaps [angstrom²] of each state of a ligand with the atoms around it, shape (states,)."""
    return _overlap_kernel()(states, radii, others, other_radii, _SOFT_FRACTION)


@functools.cache
def _overlap_kernel() -> Any:
    import numba

    return numba.njit(cache=True)(_sum_overlaps)


def _sum_overlaps(
    states: np.ndarray, radii: np.ndarray, others: np.ndarray, other_radii: np.ndarray, fraction: float
) -> np.ndarray:
    total = np.zeros(states.shape[0])
    near = np.empty(others.shape[0], dtype=np.int64)
    widest = fraction * (radii.max() + other_radii.max())
    for state in range(states.shape[0]):
        low = np.array([states[state, :, axis].min() - widest for axis in range(3)])
        high = np.array([states[state, :, axis].max() + widest for axis in range(3)])
        count = 0
        for other in range(others.shape[0]):
            if (
                low[0] < others[other, 0] < high[0]
                and low[1] < others[other, 1] < high[1]
                and low[2] < others[other, 2] < high[2]
            ):
                near[count] = other
                count += 1
        for atom in range(states.shape[1]):
            for position in range(count):
                other = near[position]
                reach = fraction * (radii[atom] + other_radii[other])
                squared = 0.0
                for axis in range(3):
                    squared += (states[state, atom, axis] - others[other, axis]) ** 2
                if squared < reach * reach:
                    total[state] += (reach - np.sqrt(squared)) ** 2
    return total


def _radius(symbol: str) -> float:
    return VAN_DER_WAALS.get(symbol, 2.0)
