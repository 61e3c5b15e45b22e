"""Linear compartment models against the matrix exponential, closed forms and libRoadRunner."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from goldshell.errors import InputError, UnknownNameError
from goldshell.fate import solve_linear
from goldshell.fate.linear import exponential
from goldshell.fate.models import band_pass, glycocalyx_trap, minimal, two_compartment

TIMES = np.array([0.0, 0.083, 0.5, 1.0, 2.0, 6.0, 24.0])
FULL = replace(
    minimal.Parameters(), k_release=0.01, k_voiding=0.7, CL_tumour=0.05, k_tumour=0.02, CL_glutathione=0.8,
    sieving_coated=0.3,
)  # fmt: skip


def random_compartments(seed: int, size: int) -> np.ndarray:
    """A closed compartment system with some links missing: columns sum to zero."""
    generator = np.random.default_rng(seed)
    rates = generator.uniform(0, 3, (size, size)) * (generator.uniform(size=(size, size)) < 0.5)
    np.fill_diagonal(rates, 0.0)
    return rates - np.diag(rates.sum(axis=0))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 9))
def test_random_systems_against_scipy(seed: int, size: int) -> None:
    """scipy.linalg.expm, 1e-9 of the dose; the sum stays to 1e-10."""
    matrix = random_compartments(seed, size)
    start = np.zeros(size)
    start[0] = 100.0
    found = solve_linear(matrix, start, TIMES)
    expected = np.array([expm(matrix * time) @ start for time in TIMES])
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert np.max(np.abs(found.sum(axis=-1) - 100.0)) < 1e-8


@pytest.mark.parametrize("split", [0.0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3])
def test_defective_chain(split: float) -> None:
    """Closed form (Bateman): A -> B -> C with equal or nearly equal rates gives B = k t exp(-k t)."""
    k = 0.7
    second = k * (1 + split)
    matrix = np.array([[-k, 0, 0], [k, -second, 0], [0, second, 0]])
    found = solve_linear(matrix, np.array([100.0, 0, 0]), TIMES)
    difference = second - k
    factor = TIMES if difference == 0 else -np.expm1(-difference * TIMES) / difference
    assert found[:, 1] == pytest.approx(100 * k * np.exp(-k * TIMES) * factor, rel=1e-9, abs=1e-9)
    assert found.sum(axis=1) == pytest.approx(100.0, rel=1e-10)


def test_oscillating_cycle() -> None:
    """Closed form of the cycle A -> B -> C -> A: (1 + 2 exp(-3kt/2) cos(sqrt(3) kt/2)) / 3, complex eigenvalues."""
    k = 1.3
    matrix = k * np.array([[-1.0, 0, 1], [1, -1, 0], [0, 1, -1]])
    found = solve_linear(matrix, [1.0, 0, 0], TIMES)[:, 0]
    expected = (1 + 2 * np.exp(-1.5 * k * TIMES) * np.cos(math.sqrt(3) / 2 * k * TIMES)) / 3
    assert found == pytest.approx(expected, rel=1e-10)


def test_population_is_its_members() -> None:
    """Property: a stack gives what its matrices give one by one, sound and defective ones mixed."""
    chain = np.array([[-1.0, 0, 0], [1, -1, 0], [0, 1, 0]])
    stack = np.array([[chain, random_compartments(1, 3)], [random_compartments(2, 3), np.zeros((3, 3))]])
    found = solve_linear(stack, [1.0, 2.0, 3.0], TIMES)
    assert found.shape == (2, 2, len(TIMES), 3)
    for i in range(2):
        for j in range(2):
            assert found[i, j] == pytest.approx(exponential(stack[i, j], [1.0, 2.0, 3.0], TIMES), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [(np.ones((2, 3)), "square"), (np.array([[math.nan]]), "not finite"), (np.array([[math.inf]]), "not finite")],
)
def test_bad_matrices_are_refused(matrix: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        solve_linear(matrix, np.ones(matrix.shape[-1]), [1.0])


@settings(deadline=None, max_examples=40)
@given(st.floats(0.01, 20), st.floats(0.01, 20), st.floats(0.01, 10))
def test_two_compartments_in_closed_form(k12: float, k21: float, clearance: float) -> None:
    """Closed form (Gibaldi & Perrier), 1e-9 of the dose."""
    parameters = two_compartment.Parameters(CL=clearance, k12=k12, k21=k21)
    found = solve_linear(two_compartment.rate_matrix(parameters), [100.0, 0, 0], TIMES)
    assert found[:, 0] == pytest.approx(two_compartment.plasma(TIMES, parameters), rel=1e-9, abs=1e-9)


def test_minimal_model_contains_the_two_compartment_model() -> None:
    """Property: with every clearance in one, plasma of the minimal model is that of two compartments."""
    parameters = minimal.Parameters()
    total = parameters.CL_liver + parameters.CL_spleen + minimal.renal_clearance(parameters)
    same = two_compartment.Parameters(CL=total, k12=parameters.k12, k21=parameters.k21)
    plasma = minimal.amounts(TIMES, parameters)[:, 0]
    assert plasma == pytest.approx(two_compartment.plasma(TIMES, same), rel=1e-9)


def test_defaults_have_the_half_lives_of_the_review() -> None:
    """Sang et al. 2024 (from Zhou 2012): 5.0 min and 12.7 h."""
    parameters = minimal.Parameters()
    total = parameters.CL_liver + parameters.CL_spleen + minimal.renal_clearance(parameters)
    same = two_compartment.Parameters(CL=total, k12=parameters.k12, k21=parameters.k21)
    assert two_compartment.distribution_half_life(same) == pytest.approx(5.0 / 60, rel=1e-3)
    assert two_compartment.elimination_half_life(same) == pytest.approx(12.7, rel=1e-3)


@settings(deadline=None, max_examples=40)
@given(
    st.floats(0, 50), st.floats(0, 5), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 2),
    st.floats(0, 5), st.floats(0, 5), st.booleans(),
)  # fmt: skip
def test_the_dose_is_conserved(
    liver: float, spleen: float, sieving: float, uptake: float, bile: float, release: float, tumour: float,
    glutathione: float, bladder: bool,
) -> None:  # fmt: skip
    """Property: all compartments add up to the dose to 1e-10, and none is negative, with any options."""
    parameters = minimal.Parameters(
        CL_liver=liver, CL_spleen=spleen, sieving=sieving, tubular_uptake=uptake, k_bile=bile, k_release=release,
        CL_tumour=tumour, CL_glutathione=glutathione,
    )  # fmt: skip
    found = minimal.amounts(TIMES, parameters, bladder=bladder)
    assert np.max(np.abs(found.sum(axis=1) / 100.0 - 1)) < 1e-10
    assert found.min() > -1e-9


def test_only_the_product_of_unbound_fraction_and_sieving_counts() -> None:
    """Property stated in the model: fu and theta cannot be told apart."""
    one = minimal.amounts(TIMES, minimal.Parameters(unbound_fraction=0.5, sieving=0.02))
    other = minimal.amounts(TIMES, minimal.Parameters(unbound_fraction=0.1, sieving=0.1))
    assert one == pytest.approx(other, rel=1e-12, abs=1e-12)


def test_a_population_as_arrays_of_parameters() -> None:
    """Property: arrays of parameters give what the numbers give one by one."""
    clearances = np.array([0.5, 1.2, 4.0])
    found = minimal.amounts(TIMES, replace(minimal.Parameters(), CL_liver=clearances))
    assert found.shape == (3, len(TIMES), 8)
    for row, clearance in zip(found, clearances, strict=True):
        assert row == pytest.approx(minimal.amounts(TIMES, minimal.Parameters(CL_liver=float(clearance))), rel=1e-12)


def test_options_that_are_off_change_nothing() -> None:
    """Property: a bladder delays urine only; glutathione exchange into an identical particle changes no organ."""
    plain = minimal.amounts(TIMES)
    emptied = minimal.amounts(TIMES, minimal.Parameters(k_voiding=500.0))
    assert emptied[:, 5] + emptied[:, 8] == pytest.approx(plain[:, 5], rel=1e-9, abs=1e-9)
    coated = minimal.amounts(TIMES, minimal.Parameters(CL_glutathione=2.0))
    assert coated[:, 2:8] == pytest.approx(plain[:, 2:8], rel=1e-9, abs=1e-9)
    assert coated[:, 0] + coated[:, 8] == pytest.approx(plain[:, 0], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("change", [{"V1": 0.0}, {"CL_liver": -1.0}, {"k12": math.nan}, {"sieving": 1.5}])
def test_parameters_outside_their_bounds_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        minimal.rate_matrix(replace(minimal.Parameters(), **change))


def test_unknown_compartment_offers_near_matches() -> None:
    with pytest.raises(UnknownNameError, match="liver"):
        minimal.amount("livr", 1.0)


def test_sizes_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="swapped"):
        band_pass.sieving_coefficient(3.0, 1.0)
    for bad in (0.0, -1.0, math.nan):
        with pytest.raises(InputError, match="above 0"):
            band_pass.low_edge(bad)
        with pytest.raises(InputError, match="above 0"):
            glycocalyx_trap.trap_rate(bad)


def test_band_pass_rises_and_falls() -> None:
    """Property: passage grows with the core and falls with the hydrodynamic diameter."""
    core, whole = np.linspace(0.5, 2, 50), np.linspace(2, 20, 50)
    assert np.all(np.diff(band_pass.low_edge(core)) >= 0)
    assert np.all(np.diff(band_pass.high_edge(whole)) <= 0)


def test_band_pass_and_trap_part_ways_after_the_first_hours() -> None:
    """Property: alike at 2 h for small clusters, the trap gives the rest of the urine later."""
    small = 0.69805238
    late, early = (glycocalyx_trap.urine(time, small) for time in (200.0, 2.0))
    assert early == pytest.approx(5.29, rel=1e-3)
    shares = glycocalyx_trap.Parameters()
    filtered = shares.GFR * shares.sieving
    assert late < 100 * filtered / (filtered + shares.CL_other)
    assert late > 5 * early


def test_against_libroadrunner() -> None:
    """libRoadRunner (CVODE) on the same equations as SBML, 12 states, every option on: 1e-9 of the dose."""
    roadrunner = pytest.importorskip("roadrunner")
    names, matrix = minimal.compartments(FULL), minimal.rate_matrix(FULL)
    model = roadrunner.RoadRunner(sbml(matrix))
    model.selections = [f"x{i}" for i in range(len(names))]
    model.integrator.setValue("relative_tolerance", 1e-13)
    model.integrator.setValue("absolute_tolerance", 1e-14)
    model.integrator.setValue("maximum_num_steps", 1_000_000)
    theirs = np.asarray(model.simulate(times=TIMES.tolist()))
    assert minimal.amounts(TIMES, FULL) == pytest.approx(theirs, rel=1e-9, abs=1e-7)


def sbml(matrix: np.ndarray) -> str:
    """An SBML model with one first-order reaction per link of a closed compartment system, 100 in the first."""
    size = len(matrix)
    species = "".join(
        f'<species id="x{i}" compartment="c" initialAmount="{100 * (i == 0)}" hasOnlySubstanceUnits="true" '
        'boundaryCondition="false" constant="false"/>'
        for i in range(size)
    )
    side = '<listOf{0}><speciesReference species="x{1}" stoichiometry="1" constant="true"/></listOf{0}>'
    reactions = "".join(
        f'<reaction id="r{i}_{j}" reversible="false" fast="false">{side.format("Reactants", j)}'
        f'{side.format("Products", i)}<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/>'
        f"<cn>{float(matrix[i, j])!r}</cn><ci>x{j}</ci></apply></math></kineticLaw></reaction>"
        for i in range(size)
        for j in range(size)
        if i != j and matrix[i, j] > 0
    )
    return (
        '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        '<model id="m"><listOfCompartments><compartment id="c" size="1" constant="true" spatialDimensions="3"/>'
        f"</listOfCompartments><listOfSpecies>{species}</listOfSpecies><listOfReactions>{reactions}"
        "</listOfReactions></model></sbml>"
    )
