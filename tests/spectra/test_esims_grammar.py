"""Every kind of ion of the grammar, recovered from spectra made of IsoSpecPy envelopes of formulas written here."""

from __future__ import annotations

import functools

import IsoSpecPy
import numpy as np
import pytest

from goldshell.chemistry import find_ligand, parse_cluster
from goldshell.errors import UnknownNameError
from goldshell.spectra import EsiMsResult, Spectrum, analyse_spectrum
from goldshell.spectra.esi_ms.grammar import equal_masses

ELECTRON = 0.000548579909
PARENT = {"Au": 25, "C": 126, "H": 90, "O": 36, "S": 18}  # Au25(p-MBA)18, all acids protonated
RESOLUTION = 20000.0


def changed(**atoms: int) -> dict[str, int]:
    """The parent with atoms more or fewer."""
    return {element: PARENT.get(element, 0) + atoms.get(element, 0) for element in {**PARENT, **atoms}}


def made(
    species: list[tuple[dict[str, int], int, float]], extra: tuple[dict[str, int], int, float] | None = None
) -> Spectrum:
    """Sum of (formula with all protons, core charge, area) at 5- and 6-, and an ion; 0.2 % noise, 3 ppm off."""
    ions = [({**atoms, "H": atoms["H"] - z - q}, z, area) for atoms, q, area in species for z in (5, 6)]
    if extra is not None:
        ions.append(extra)
    sticks = []
    for atoms, z, area in ions:
        formula = "".join(f"{element}{count}" for element, count in atoms.items() if count)
        fine = IsoSpecPy.IsoTotalProb(0.9995, formula=formula)
        sticks += [((mass + z * ELECTRON) / z * (1 + 3e-6), area * p) for mass, p in fine]
    centre, height = np.array(sticks).T
    x = np.linspace(np.sqrt(centre.min() - 8), np.sqrt(centre.max() + 8), 25_000) ** 2
    cell = np.round(np.log(centre) * RESOLUTION * 25).astype(int)
    _, place = np.unique(cell, return_inverse=True)
    total = np.bincount(place, height)
    centre = np.bincount(place, height * centre) / total
    y = np.zeros(len(x))
    for c, p in zip(centre, total, strict=True):
        sd = c / RESOLUTION / 2.35482
        i, j = np.searchsorted(x, [c - 6 * sd, c + 6 * sd])
        y[i:j] += p / sd * np.exp(-0.5 * ((x[i:j] - c) / sd) ** 2)
    y = 1e4 * (y / y.max() + 0.002 * np.random.default_rng(3).normal(size=len(x)))
    return Spectrum(x, y)


def share_of(result: EsiMsResult, part: str) -> float:
    """Area of the ions whose label holds a part, over that of all ions of the cluster."""
    total = sum(item.intensity for item in result.assignments if item.n >= 0)
    return sum(item.intensity for item in result.assignments if part in item.ion) / total


@pytest.mark.parametrize(
    ("metal", "count", "core"),
    [("Ag", 1, -1), ("Ag", 2, -1), ("Pd", 1, -2), ("Pd", 1, 0), ("Pt", 1, -2), ("Cd", 1, 0), ("Hg", 1, 0)],
)
def test_dopants(metal: str, count: int, core: int) -> None:
    """A quarter of the clusters with gold replaced, at core charges of 8 (Pd also 6) superatom electrons.

    Pt at -2 lies under the undoped cluster; IsoSpec's 13C, 0.01079, is not that of goldshell's table, 0.0107.
    """
    spectrum = made([(PARENT, -1, 0.75), (changed(Au=-count, **{metal: count}), core, 0.25)])
    result = analyse_spectrum(spectrum, "Au25(p-MBA)18", dopants=["Ag", "Pd", "Pt", "Cd", "Hg"])
    assert set(result.dopants) == {f"{metal}{count}"}
    found = result.dopants[f"{metal}{count}"]
    assert found.value == pytest.approx(0.25, abs=0.01)
    assert found.low < 0.25 < found.high
    assert result.core_charge[core].value == pytest.approx(1.0 if core == -1 else 0.25, abs=0.01)


def test_dopants_beside_exchange() -> None:
    """Doping does not move the composition: 60 % n = 0 and 40 % n = 2, both a fifth Ag1."""
    two = changed(C=-2, H=0, O=2, S=2)  # two p-MBSA (C6H5O3S2) for two p-MBA (C7H5O2S)
    silver = [({**atoms, "Au": 24, "Ag": 1}, -1, 0.2 * area) for atoms, area in ((PARENT, 0.6), (two, 0.4))]
    spectrum = made([(PARENT, -1, 0.48), (two, -1, 0.32), *silver])
    result = analyse_spectrum(spectrum, "Au25(p-MBA)18", "p-MBSA", dopants=["Ag"])
    assert [item.value for item in result.fractions[:3]] == pytest.approx([0.6, 0.0, 0.4], abs=0.01)
    assert result.dopants["Ag1"].value == pytest.approx(0.2, abs=0.01)


def test_no_dopant_where_there_is_none() -> None:
    result = analyse_spectrum(made([(PARENT, -1, 1.0)]), "Au25(p-MBA)18", dopants=["Ag", "Pd", "Pt", "Cd", "Hg"])
    assert sum(item.value for item in result.dopants.values()) < 0.003


CHANGES = {
    "+ Au]": {"Au": 1},
    "- Au]": {"Au": -1},
    "+ O]": {"O": 1},
    "+ H2O]": {"H": 2, "O": 1},
    "+ CH3OH]": {"C": 1, "H": 4, "O": 1},
    "+ CH3CN]": {"C": 2, "H": 3, "N": 1},
    "+ NH4]": {"N": 1, "H": 3},
    "+ K]": {"K": 1, "H": -1},
    "+ 2Na]": {"Na": 2, "H": -2},
}


@functools.cache
def everything() -> EsiMsResult:
    """All changes at once, 6 % of the clusters each."""
    species = [(changed(**atoms), -1, 0.06) for atoms in CHANGES.values()]
    return analyse_spectrum(made([(PARENT, -1, 1 - 0.06 * len(CHANGES)), *species]), "Au25(p-MBA)18")


@pytest.mark.parametrize("label", list(CHANGES))
def test_adducts_losses_and_oxidation(label: str) -> None:
    """Six per cent of the clusters carry it."""
    assert share_of(everything(), label) == pytest.approx(0.06, abs=0.005)


def test_loss_of_sulfur_trioxide() -> None:
    """Au25(p-MBSA)18, a fifth without one SO3."""
    whole = {"Au": 25, "C": 108, "H": 90, "O": 54, "S": 36}
    lost = {**whole, "O": 51, "S": 35}
    result = analyse_spectrum(made([(whole, -1, 0.8), (lost, -1, 0.2)]), "Au25(p-MBSA)18")
    assert share_of(result, "- SO3]") == pytest.approx(0.2, abs=0.01)


def test_etch_product() -> None:
    """[Au4(p-MBA)4 - H]- beside the cluster."""
    spectrum = made([(PARENT, -1, 1.0)], extra=({"Au": 4, "C": 28, "H": 19, "O": 8, "S": 4}, 1, 0.2))
    result = analyse_spectrum(spectrum, "Au25(p-MBA)18")
    assert "[Au4(p-MBA)4 - H]-" in {item.ion for item in result.assignments}


def test_three_ligands() -> None:
    """Au25(p-MBA)16(MPA)2 against (p-MBA)15(MPA)2(p-MBSA): 70 to 30."""
    start = changed(C=2 * (3 - 7), O=0, H=0)  # MPA thiolate C3H5O2S for p-MBA C7H5O2S, twice
    next_ = {**start, "C": start["C"] - 1, "O": start["O"] + 1, "S": start["S"] + 1}
    spectrum = made([(start, -1, 0.7), (next_, -1, 0.3)])
    result = analyse_spectrum(spectrum, "Au25(p-MBA)16(MPA)2", "p-MBSA", core_charges=[-1])
    assert [item.value for item in result.fractions[:2]] == pytest.approx([0.7, 0.3], abs=0.01)


def test_what_resolution_cannot_separate_is_said() -> None:
    """By the masses of the elements: five p-MBSA fewer weigh 0.288 Da less than two Au turned into Ag."""
    found = {
        (item["n_shift"], item["modification"]): item["difference_mDa"]
        for item in equal_masses(parse_cluster("Au25(p-MBSA)18"), find_ligand("p-MBA"), 0.3, dopants=["Ag", "Cd"])
    }
    swap = 12.0 - 15.99491462 - 31.97207117  # p-MBSA C6H5O3S2 to p-MBA C7H5O2S
    expected = -5 * swap + 2 * (106.9050916 - 196.9665701)
    assert found[(-5, "+ 2Ag - 2Au")] == pytest.approx(1000 * expected, abs=0.1)
    assert (-5, "+ 2Ag - 2Au") not in {
        (item["n_shift"], item["modification"])
        for item in equal_masses(parse_cluster("Au25(p-MBSA)18"), find_ligand("p-MBA"), 0.3)
    }


def test_unknown_dopant_is_said() -> None:
    with pytest.raises(UnknownNameError, match="dopant"):
        analyse_spectrum(made([(PARENT, -1, 1.0)]), "Au25(p-MBA)18", dopants=["Ni"])
