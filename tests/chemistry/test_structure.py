"""Idealised Au25 structures. Truth: radii and angles seen in crystals, RDKit's and the cluster's formula, ASE as the
reader of the written files, the symmetry of the framework, the isomer list."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.chemistry.clusters import parse_cluster
from goldshell.chemistry.isomers import enumerate_isomers, site_permutations
from goldshell.chemistry.structure import (
    AU_S_C_ANGLES,
    CLASH_FRACTION,
    VAN_DER_WAALS,
    Structure,
    build_structure,
    write_structure,
)
from goldshell.errors import GoldshellError, InputError

AU25 = "Au25(SR)18"


@pytest.fixture(scope="module")
def mixed() -> Structure:
    return build_structure("Au25(p-MBSA)16(p-MBA)2")


def sulfur_sites(structure: Structure) -> np.ndarray:
    """Positions of the 18 sulfur atoms on gold, by site: the first atom of each ligand."""
    return np.array([structure.positions[structure.residues.index(site)] for site in range(1, 19)])


def test_radii_and_bonds_lie_in_the_ranges_of_crystals(mixed: Structure) -> None:
    """Inner Au 2.80-2.86, outer Au 4.74-4.89, terminal S 4.89-5.06, apex S 5.85-6.03, S-C 1.80-1.85 angstrom."""
    gold = mixed.positions[:25]
    radii = np.linalg.norm(gold, axis=1)
    assert radii[0] == pytest.approx(0)
    assert np.all((radii[1:13] >= 2.80) & (radii[1:13] <= 2.86))
    assert np.all((radii[13:] >= 4.74) & (radii[13:] <= 4.89))
    sulfur = sulfur_sites(mixed)
    radii = np.linalg.norm(sulfur, axis=1)
    assert np.all((radii[:12] >= 4.89) & (radii[:12] <= 5.06))
    assert np.all((radii[12:] >= 5.85) & (radii[12:] <= 6.03))
    for site, position in enumerate(sulfur, 1):
        near = np.sort(np.linalg.norm(gold - position, axis=1))
        assert np.all((near[:2] > 2.25) & (near[:2] < 2.45))  # Au-S, 2.30-2.40 in crystals
        assert near[2] > 3.0  # and to two gold atoms only
        carbon = mixed.positions[mixed.residues.index(site) + 1]
        assert 1.80 <= np.linalg.norm(carbon - position) <= 1.85
        for metal in gold[np.argsort(np.linalg.norm(gold - position, axis=1))[:2]]:
            first, second = metal - position, carbon - position
            cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
            assert np.degrees(np.arccos(cosine)) == pytest.approx(mixed.angles[site - 1], abs=1e-6)
        assert np.linalg.norm(carbon) > np.linalg.norm(position)  # ligands point outward
    assert set(mixed.angles) <= set(AU_S_C_ANGLES)


def test_sulfur_framework_has_the_stored_symmetry(mixed: Structure) -> None:
    """Every operation of Th carries each site to where its permutation says; crystals show it within 0.21 angstrom."""
    sulfur = sulfur_sites(mixed)
    found = set()
    for shift, signs in itertools.product(range(3), itertools.product((1, -1), repeat=3)):
        moved = sulfur @ np.roll(np.diag(signs), shift, axis=1).T
        distances = np.linalg.norm(moved[:, None] - sulfur, axis=2)
        assert distances.min(axis=1).max() < 0.25
        found.add(tuple(int(site) for site in distances.argmin(axis=1)))
    assert found == {tuple(int(site) for site in permutation) for permutation in site_permutations(AU25)}


@pytest.mark.parametrize(
    "notation",
    [
        "Au25(p-MBSA)18",
        "Au25(p-MBSA)9(p-ATP)9",
        "Au25(MPA)18",
        "Au25(MHA)18",
        "Au25(PET)18",
        "Au24Pt(PET)18",
        pytest.param("Au25(GSH)18", marks=pytest.mark.slow),
        "Au25(p-MBSA)9(MHA)5(MPA)4",
    ],
)
def test_atoms_add_up_and_ligands_do_not_clash(notation: str) -> None:
    structure = build_structure(notation)
    cluster = parse_cluster(notation)
    assert Counter(structure.symbols) == dict(cluster.formula.atoms)
    assert {name: len(sites) for name, sites in structure.ligand_sites.items()} == {
        ligand.name: count for ligand, count in cluster.ligands
    }
    assert structure.symbols[0] == ("Pt" if "Pt" in notation else "Au")
    # Every contact between ligands, worked out here from the positions alone
    radii = np.array([VAN_DER_WAALS[symbol] for symbol in structure.symbols])
    residues = np.array(structure.residues)
    distances = np.linalg.norm(structure.positions[:, None] - structure.positions, axis=2)
    between = (residues[:, None] != residues) & (residues[:, None] > 0) & (residues > 0)
    nearest = (distances / (radii[:, None] + radii))[between].min()
    assert nearest >= CLASH_FRACTION
    assert structure.closest_contact >= CLASH_FRACTION
    assert distances[between].min() > 1.6  # angstrom: no two ligands bond
    assert structure.warnings == ()


def test_isomers_are_the_listed_ones() -> None:
    listed = enumerate_isomers(AU25, 2)
    for index in (1, 7, 12):
        structure = build_structure("Au25(MPA)16(PET)2", isomer=index)
        assert structure.ligand_sites["PET"] == listed[index - 1].sites
        assert structure.isomer == index
    most = build_structure("Au25(MPA)16(PET)2")
    assert most.isomer is not None
    assert listed[most.isomer - 1].multiplicity == listed.multiplicity.max()
    assert build_structure("Au25(MPA)17(Cys)1").group == "T"  # a chiral ligand: rotations only


def test_same_seed_same_structure() -> None:
    first, second = (build_structure("Au25(MPA)10(PET)5(MHA)3", seed=4) for _ in range(2))
    assert np.array_equal(first.positions, second.positions)
    assert first.ligand_sites == second.ligand_sites
    assert first.isomer is None


@pytest.mark.parametrize("suffix", [".xyz", ".pdb"])
def test_ase_reads_the_files_back(mixed: Structure, tmp_path: Path, suffix: str) -> None:
    io = pytest.importorskip("ase.io")
    path = tmp_path / f"mixed{suffix}"
    write_structure(mixed, path)
    atoms = io.read(path)
    assert atoms.get_chemical_symbols() == list(mixed.symbols)
    assert atoms.get_positions() == pytest.approx(mixed.positions, abs=6e-4)
    if suffix == ".pdb":
        assert list(atoms.arrays["residuenumbers"]) == [residue + 1 for residue in mixed.residues]
        assert set(atoms.arrays["residuenames"]) == set(mixed.residue_names)
        assert all(len(line) <= 80 for line in path.read_text().splitlines())


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        ("Au38(PET)24", "no framework is stored"),
        ("Au24Cd(PET)18", "place of Cd"),
        ("Au23Ag2(PET)18", "place of Ag"),
        ("Au25(OCC(S)C(S)CO)18", "2 thiol groups"),
        ("Au25(p-MBZ)18", "p-MBZ"),
    ],
)
def test_clusters_that_cannot_be_built_say_why(notation: str, message: str) -> None:
    with pytest.raises(GoldshellError, match=message):
        build_structure(notation)


def test_bad_isomers_and_files(mixed: Structure, tmp_path: Path) -> None:
    for index in (0, -1, 13):
        with pytest.raises(InputError, match="isomers 1 to 12"):
            build_structure("Au25(MPA)16(PET)2", isomer=index)
    with pytest.raises(InputError, match="two ligands"):
        build_structure("Au25(MPA)10(PET)5(MHA)3", isomer=1)
    with pytest.raises(InputError, match=r"\.xyz or \.pdb"):
        write_structure(mixed, tmp_path / "mixed.cif")
    with pytest.raises(InputError, match="no such folder"):
        write_structure(mixed, tmp_path / "nowhere" / "mixed.xyz")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_structure(goldshell: Callable[..., Any], tmp_path: Path) -> None:
    xyz, pdb = tmp_path / "shell.xyz", tmp_path / "shell.pdb"
    result = goldshell("cluster", "Au25(MPA)16(PET)2", "--xyz", xyz, "--pdb", pdb, "--isomer", "7", "--json")
    assert result.code == 0
    structure = result.json["structure"]
    assert structure["isomer"] == 7
    assert structure["atoms"] == int(xyz.read_text().split()[0]) == pdb.read_text().count("HETATM")
    assert structure["files"] == [str(xyz), str(pdb)]
    assert "written to" in goldshell("cluster", "Au25(MPA)18", "--xyz", xyz).out
    assert "structure" not in goldshell("cluster", "Au25(MPA)18", "--json").json


@pytest.mark.parametrize(
    "words",
    [
        ("Au25(MPA)16(PET)2", "--isomer", "3"),
        ("Au25(MPA)16(PET)2", "--xyz", "{}/a.xyz", "--isomer", "13"),
        ("Au25(MPA)18", "--xyz", "{}/a.pdb"),
        ("Au25(MPA)18", "--xyz", "{}"),
        ("Au25(MPA)18", "--pdb", "{}/none/a.pdb"),
        ("Au38(MPA)24", "--xyz", "{}/a.xyz"),
    ],
)
def test_bad_input_to_the_command_is_one_line(
    goldshell: Callable[..., Any], tmp_path: Path, words: tuple[str, ...]
) -> None:
    result = goldshell("cluster", *(word.format(tmp_path) for word in words))
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
