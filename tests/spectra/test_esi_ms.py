"""ESI-MS: grammar and envelopes against IsoSpec and hand sums, pieces of the fit against plain linear algebra."""

from __future__ import annotations

import math

import IsoSpecPy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from goldshell.chemistry import find_ligand, parse_cluster
from goldshell.errors import InputError
from goldshell.spectra import response_for_mean
from goldshell.spectra.esi_ms.columns import Columns
from goldshell.spectra.esi_ms.envelopes import NUISANCES, Instrument, columns, derivatives, ion_peaks, shape_table
from goldshell.spectra.esi_ms.grammar import (
    CATIONS,
    Ion,
    Modification,
    equal_masses,
    etch_products,
    ions,
    modifications,
    shells,
)
from goldshell.spectra.esi_ms.linear import baseline_columns, noise_model, solve_non_negative, solve_signed

AU25 = parse_cluster("Au25(p-MBSA)18")
MBA = find_ligand("p-MBA")


def ion(n: int = 0, charge: int = -5, core: int = -1, **parts: int) -> Ion:
    cations = tuple((name, count) for name, count in parts.items() if name in CATIONS)
    neutrals = tuple((name, count) for name, count in parts.items() if name not in CATIONS)
    return Ion(shells(AU25, MBA)[n], charge, core, Modification(cations, neutrals))


def test_protons_balance_charge() -> None:
    """x = z + q + y: the rows of the README beside the real spectra, and a sodium adduct."""
    assert [ion(18, -z).hydrogens_lost for z in (3, 4, 5)] == [2, 3, 4]
    assert ion(18, -6, 0).hydrogens_lost == 6
    assert ion(18, -7, 0).hydrogens_lost == 7
    assert ion(0, -5, -1, Na=2).hydrogens_lost == 6
    assert ion(0, -5, -1, Na=2).label == "[Au25(p-MBSA)18 - 6H + 2Na]5-"
    assert ion(18, -5).formula.hill() == "C126H86Au25O36S18"


@pytest.mark.parametrize(
    ("change", "difference"),
    [("Na", 21.98194), ("K", 37.95588), ("NH4", 17.02655), ("SO3", -79.95682), ("O", 15.99491), ("H2O", 18.01056)],
)
def test_modifications_move_the_mass(change: str, difference: float) -> None:
    """Sums of tabulated atomic masses, to 0.01 mDa times the number of parts."""
    moved = (
        ion(0, -5, -1, **{change: 1 if difference > 0 else -1}).formula.monoisotopic_mass
        - ion().formula.monoisotopic_mass
    )
    assert moved == pytest.approx(difference, abs=3e-5)


def test_envelope_is_that_of_isospec() -> None:
    """Another program: peaks of [Au25(p-MBSA)16(p-MBA)2 - 5H + Na]5- from IsoSpecPy's fine structure."""
    one = ion(2, -5, -1, Na=1)
    peaks = ion_peaks([one])
    fine = IsoSpecPy.IsoTotalProb(0.99999, formula=one.formula.hill())
    masses = np.array([mass for mass, _ in fine])
    p = np.array([value for _, value in fine])
    nominal = np.round((masses - one.formula.monoisotopic_mass) / 1.0024).astype(int)
    for k in range(9):
        share = p[nominal == k].sum()
        centroid = float(masses[nominal == k] @ p[nominal == k] / share)
        mz = (centroid + 5 * 0.000548579909) / 5
        nearest = int(np.abs(peaks.mz - mz).argmin())
        assert peaks.mz[nearest] == pytest.approx(mz, abs=2e-4)
        assert peaks.probability[nearest] == pytest.approx(share, rel=0.02)


def test_abundances_move_the_envelope_as_isospec_says() -> None:
    """Another program: IsoSpecPy at 34S 0.0440 (ratios of the others kept) and 13C 0.0112."""
    one = ion(2, -5, -1)
    peaks = ion_peaks([one])
    at = Instrument(1600.0, 100.0, sulfur34=0.0440, carbon13=0.0112)
    kept = (1.0 - 0.0440) / (1.0 - 0.0425)
    abundances = {
        "C": [0.9888, 0.0112], "H": [0.999885, 0.000115], "O": [0.99757, 0.00038, 0.00205], "Au": [1.0],
        "S": [0.9499 * kept, 0.0075 * kept, 0.0440, 0.0001 * kept],
    }  # fmt: skip
    lightest = {"C": [12, 13], "H": [1, 2], "O": [16, 17, 18], "Au": [197], "S": [32, 33, 34, 36]}
    atoms = dict(one.formula.atoms)
    found = IsoSpecPy.IsoTotalProb(0.99999, atomCounts=list(atoms.values()),
                                   isotopeMasses=[[float(mass) for mass in lightest[element]] for element in atoms],
                                   isotopeProbabilities=[abundances[element] for element in atoms])  # fmt: skip
    nucleons = np.array([round(mass) for mass, _ in found])
    expected = np.bincount(nucleons - nucleons.min(), [p for _, p in found])
    assert peaks.probabilities(at)[:12] == pytest.approx(expected[:12], rel=0.01)
    assert np.abs(expected[:12] / peaks.probability[:12] - 1).max() > 0.05


def test_grammar_counts() -> None:
    """19 compositions of two ligands on 18 sites, 190 of three; p-ATP has no acid to lose a proton from."""
    assert [shell.n for shell in shells(AU25, MBA)] == list(range(19))
    assert len(shells(parse_cluster("Au25(p-MBSA)16(MPA)2"), MBA)) == 190
    made = ions(shells(AU25, MBA), [-5], [-1, 0], modifications(2))
    assert len(made) == 19 * 2 * 4  # none, Na, 2Na, K
    amine = shells(parse_cluster("Au25(p-MBSA)18"), find_ligand("p-ATP"))[18]
    assert amine.acids == 0
    assert not ions([amine], [-5], [-1], modifications(0))
    with pytest.raises(InputError, match="different ligands"):
        shells(parse_cluster("Au25(p-MBSA)10(MPA)4(MHA)4"), MBA)


def test_masses_that_cannot_be_told_apart() -> None:
    """One swap with HCl differs by 9.7 mDa, with two waters by 54 mDa (masses of the elements)."""
    found = {(item["n_shift"], item["modification"]): item["difference_mDa"] for item in equal_masses(AU25, MBA, 0.06)}
    assert found[(1, "+ HCl")] == pytest.approx(9.7, abs=0.1)
    assert found[(1, "+ 2H2O")] == pytest.approx(54.1, abs=0.2)
    assert (1, "+ 2H2O") not in {(i["n_shift"], i["modification"]) for i in equal_masses(AU25, MBA, 0.02)}


def test_etch_products_are_neutral_thiolates() -> None:
    made = {shell.name: shell.formula.hill() for shell in etch_products([MBA], largest=4)}
    assert made["Au4(p-MBA)4"] == "C28H20Au4O8S4"
    assert made["Au(p-MBA)2H"] == "C14H11AuO4S2"


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(0.0, 0.5))
def test_peak_shape_has_unit_area_and_width(asymmetry: float, lorentzian: float) -> None:
    """Mathematical: area 1 (a Lorentzian leaves tails outside the table), full width at half maximum 1."""
    shape, _ = shape_table(Instrument(1500.0, 100.0, asymmetry=asymmetry, lorentzian=lorentzian))
    area = shape.sum() * 0.01
    assert area == pytest.approx(1.0, abs=0.005 + 0.05 * lorentzian)
    above = np.flatnonzero(shape >= 0.5 * shape.max())
    assert (above[-1] - above[0]) * 0.01 == pytest.approx(1.0, abs=0.025)


@pytest.mark.parametrize("name", NUISANCES)
def test_derivatives_are_difference_quotients(name: str) -> None:
    """Mathematical: central differences of the model."""
    from dataclasses import replace

    x = np.linspace(1500.0, 1690.0, 12000)
    peaks = ion_peaks([ion(0), ion(4), ion(2, -5, 0, Na=1)])
    amounts = np.array([1.0, 0.5, 0.2])
    at = Instrument(1595.0, 95.0, 3.0, 1.0, math.log(9000.0), 0.1, 0.05, 0.1, 0.0425)
    step = {
        "shift": 3.0,
        "slope": 3.0,
        "sulfur34": 1e-5,
        "carbon13": 1e-5,
        "log_resolution": 0.04,
        "exponent": 0.8,
    }.get(name, 1e-3)
    up = columns(x, peaks, replace(at, **{name: getattr(at, name) + step})).times(amounts)
    down = columns(x, peaks, replace(at, **{name: getattr(at, name) - step})).times(amounts)
    weight = 1.0 + x / 1600.0
    found = derivatives(x, weight, peaks, at, amounts)[:, NUISANCES.index(name)]
    expected = weight * (up - down) / (2 * step)
    assert np.abs(found - expected).max() < 0.02 * np.abs(expected).max()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_non_negative_solution_is_that_of_lawson_and_hanson(seed: int) -> None:
    """Another program: scipy.optimize.nnls."""
    random = np.random.default_rng(seed)
    a = random.normal(size=(40, 12)) + 0.5
    b = random.normal(size=40) + a @ np.maximum(random.normal(size=12), 0)
    ours = solve_non_negative(a.T @ a, a.T @ b, np.zeros(12, bool))
    np.testing.assert_allclose(ours, nnls(a, b)[0], atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_columns_are_a_matrix(seed: int) -> None:
    """Mathematical: inner products and sums of the stored runs equal those of the dense matrix."""
    random = np.random.default_rng(seed)
    first = random.integers(0, 30, size=5)
    sizes = random.integers(1, 20, size=5)
    pointer = np.concatenate([[0], np.cumsum(sizes)])
    made = Columns(random.normal(size=pointer[-1]), pointer, first, 50)
    dense = np.zeros((50, 5))
    for k in range(5):
        dense[first[k] : first[k] + sizes[k], k] = made.data[pointer[k] : pointer[k + 1]]
    weight, amounts, values = random.random(50), random.normal(size=5), random.normal(size=50)
    np.testing.assert_allclose(made.gram(), dense.T @ dense, atol=1e-12)
    np.testing.assert_allclose(made.times(amounts), dense @ amounts, atol=1e-12)
    np.testing.assert_allclose(made.weighted(weight).dot(values), dense.T @ (weight * values), atol=1e-12)
    np.testing.assert_allclose(made.of(np.array([3, 1])).gram(), (dense.T @ dense)[np.ix_([3, 1], [3, 1])], atol=1e-12)
    blocks = np.add.reduceat(np.vstack([dense, np.zeros((4, 5))]), np.arange(0, 54, 7), axis=0)
    np.testing.assert_allclose(made.in_blocks(7).gram(), blocks.T @ blocks, atol=1e-12)


def test_baseline_splines_hold_straight_lines_and_add_to_one() -> None:
    """Mathematical: B-splines are a partition of unity and reproduce polynomials of their degree."""
    x = np.linspace(1000.0, 1400.0, 4000)
    base = baseline_columns(x)
    np.testing.assert_allclose(base.times(np.ones(base.size)), 1.0, atol=1e-9)
    curve = 3.0 + 0.01 * x + 2e-5 * (x - 1200) ** 2 + 1e-7 * (x - 1200) ** 3
    fitted = base.times(solve_signed(base.gram(), base.dot(curve)))
    np.testing.assert_allclose(fitted, curve, rtol=1e-5)


def test_noise_model_finds_white_and_counting_noise() -> None:
    """Statistical: variance 4 + 0.5 mu drawn from normal numbers is found within a quarter."""
    random = np.random.default_rng(3)
    mu = np.concatenate([np.zeros(4000), random.exponential(200.0, size=6000)])
    residual = random.normal(size=10_000) * np.sqrt(4.0 + 0.5 * mu)
    a, b, c = noise_model(residual, mu, 0.01)
    for level in (0.0, 100.0, 600.0):
        assert a + b * level + c * level**2 == pytest.approx(4.0 + 0.5 * level, rel=0.25)


def test_response_that_moves_a_mean() -> None:
    """By hand: equal signals of n = 0, 9, 18 and response r weigh 1, r^-1/2, 1/r; r = 4 gives (4.5 + 4.5) / 1.75."""
    values = np.zeros(19)
    values[[0, 9, 18]] = 1 / 3
    assert response_for_mean(values, 9.0 / 1.75) == pytest.approx(4.0, rel=1e-6)
    with pytest.raises(InputError, match="no response"):
        response_for_mean(values, 18.5)
