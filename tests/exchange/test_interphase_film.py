"""Level 2 against analytic films, level 1, CVODE and its own balances.

Truth: Fick's law through layers in series, the film with first-order reaction (Hatta 1932: Ha / tanh Ha), the Fourier
series of a slab (Crank, The Mathematics of Diffusion, 2nd ed. 1975, section 2.4), partition equilibrium, level 1 in the
limit of thin films, another integrator (CVODE) on the same equations, and order of convergence.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from goldshell.errors import InputError
from goldshell.exchange import film, make_experiment, simulate
from goldshell.exchange.experiment import Addition, Experiment
from goldshell.exchange.interphase import grid, make_interphase, solvent_volume_share
from goldshell.exchange.models import interphase_film as model
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.interphase_film import Parameters
from goldshell.exchange.simulate_film import FilmStates, simulate_film, solve_film
from goldshell.numerics import bdf
from goldshell.transport import enhancement_factor, hatta_number

VIAL = make_experiment(
    "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, solvent="ethyl acetate", organic_mL=2.0,
    organic_ligand_mM=0.25, times_h=(0.0, 0.25, 0.5, 1.0),
)  # fmt: skip
D, LENGTH = 1e-9, 4.1e-5
# One ligand in a uniform film of 20 + 1 + 20 um between an organic phase at 1 mM and water without any.
UNIFORM = dataclasses.replace(
    VIAL, cluster_mM=0.0, organic_ligand_mM=1.0, incoming_transport=(1.0, D, D), outgoing_transport=(1.0, D, D)
)
STEADY_H = 30.0 * LENGTH**2 / D / 3600.0


def ligand(states: FilmStates) -> Any:
    """Free incoming ligand, (k, cells + 2) [mM]."""
    return states.concentrations[:, :, states.sites + 1]


def flux(states: FilmStates, face: int) -> float:
    """Of incoming ligand through a face at the last time, towards the water [mol/(m² s)]."""
    interphase = states.interphase
    activity = ligand(states)[-1] / np.concatenate(
        (interphase.bulk_solubility[-2, :1], interphase.solubility[-2], interphase.bulk_solubility[-2, 1:])
    )
    conductance = interphase.conductances()[face, -2] / (interphase.area_m2 * 3.6e9)
    cells = len(activity)
    return float(conductance * np.diff(activity)[face % (cells - 1)])


def orders(errors: list[float]) -> list[float]:
    """Order of convergence between grids that are refined twofold."""
    return [math.log2(coarse / fine) for coarse, fine in itertools.pairwise(errors)]


# -- transport alone -------------------------------------------------------------------------------------------------


def test_steady_film_with_partition_jumps_is_exact_on_any_grid() -> None:
    """Sharp boundaries: N = (C_o/m - C_w) / (delta_w/D_w + delta_i/(D_i m^chi) + delta_o/(D_o m))."""
    m, in_water, in_organic = 20.0, 8e-10, 2.3e-9
    vial = dataclasses.replace(UNIFORM, water_ligand_mM=0.01, incoming_transport=(m, in_water, in_organic))
    p = Parameters(boundary_width=0.0, interphase_character=0.4)
    fraction = model.mole_fraction(0.4, 98.0 / 18.0)
    states = solve_film(vial, p, times=[0.0, 20.0 * STEADY_H], cells=10, held_bulks=True, rtol=1e-9)
    zone = states.interphase.diffusivity[0, 5]
    assert zone == pytest.approx(in_water ** (1 - fraction) * in_organic**fraction, rel=0.02)  # molar volumes rounded
    layers = (
        model.film_resistance(p.film_water, in_water, 1.0)
        + model.film_resistance(p.interphase_thickness, zone, m**0.4)
        + model.film_resistance(p.film_organic, in_organic, m)
    )
    for face in (0, -1):
        assert flux(states, face) == pytest.approx((1.0 / m - 0.01) / layers, rel=1e-8)


def test_steady_film_with_smooth_profile_converges_at_second_order() -> None:
    """N = (C_o/m) / integral dz / (D S), the integral by adaptive quadrature."""
    m, in_water, in_organic = 50.0, 8e-10, 2.3e-9
    vial = dataclasses.replace(UNIFORM, incoming_transport=(m, in_water, in_organic))
    p = Parameters(film_water=2e-6, film_organic=2e-6, boundary_width=4e-7, viscosity_interaction=1.5)
    ratio = make_ratio(vial)

    def resistivity(z: float) -> float:
        first = model.step(z, p.film_water, p.boundary_width)
        second = model.step(z, p.film_water + p.interphase_thickness, p.boundary_width)
        share = p.interphase_character * first + (1.0 - p.interphase_character) * second
        d = model.mixture_diffusivity(in_water, in_organic, model.mole_fraction(share, ratio), 1.5)
        return float(1.0 / (d * model.local_solubility(m, share)))

    exact = 1.0 / m / quad(resistivity, 0.0, 5e-6, points=[2e-6, 3e-6], epsabs=0.0, epsrel=1e-11, limit=400)[0]
    errors = []
    for cells in (30, 60, 120):
        states = solve_film(vial, p, times=[0.0, STEADY_H], cells=cells, held_bulks=True, rtol=1e-9)
        errors.append(abs(flux(states, 0) / exact - 1.0))
    assert min(orders(errors)) > 1.8
    assert errors[-1] < 2e-3


def make_ratio(vial: Experiment) -> float:
    """Molar volume ratio that the profile uses."""
    from goldshell.exchange.interphase import molar_volume_ratio

    return molar_volume_ratio(vial.solvent)


def test_molar_volumes_are_those_of_the_liquids() -> None:
    """Ethyl acetate 88.105 g/mol over 0.8945 g/mL, water 18.015 over 0.9970 (CRC Handbook): 98.5 / 18.07."""
    assert make_ratio(VIAL) == pytest.approx(98.5 / 18.07, rel=5e-3)


@pytest.mark.parametrize(
    "hatta", [pytest.param(0.5, marks=pytest.mark.slow), 2.0, pytest.param(6.0, marks=pytest.mark.slow)]
)
def test_film_with_first_order_reaction_is_enhanced_as_hatta_says(hatta: float) -> None:
    """Enhancement Ha / tanh Ha at the entrance, Ha / sinh Ha left at the exit, both at second order."""
    per_h = hatta**2 * D / LENGTH**2 * 3600.0
    p = Parameters(k_disulfide=per_h)
    entering, leaving = [], []
    for cells in (160, 320, 640):
        states = solve_film(UNIFORM, p, times=[0.0, STEADY_H], cells=cells, held_bulks=True, rtol=1e-9)
        entering.append(abs(flux(states, -1) * LENGTH / D / (hatta / math.tanh(hatta)) - 1.0))
        leaving.append(abs(flux(states, 0) * LENGTH / D / (hatta / math.sinh(hatta)) - 1.0))
    assert min(orders(entering)) > 1.8
    assert min(orders(leaving)) > 1.8
    assert max(entering[-1], leaving[-1]) < 1e-3
    assert hatta_number(per_h, D, D / LENGTH) == pytest.approx(hatta)
    assert flux(states, -1) == pytest.approx(enhancement_factor(hatta) * D / LENGTH, rel=1e-2)


def test_transient_in_a_slab_converges_to_its_fourier_series_at_second_order() -> None:
    """Ends held at 0 and C, at first C where the organic film is and 0 elsewhere."""
    t = 0.15 * LENGTH**2 / D
    start = 2.1e-5
    n = np.arange(1, 60)
    weights = 2.0 / (n * math.pi) * np.cos(n * math.pi * start / LENGTH) * np.exp(-D * (n * math.pi / LENGTH) ** 2 * t)
    errors = []
    for cells in (20, 40, 80):
        states = solve_film(UNIFORM, Parameters(), times=[t / 3600.0], cells=cells, held_bulks=True, rtol=1e-9)
        z = states.interphase.middles_m
        exact = z / LENGTH + np.sin(np.outer(z, n) * math.pi / LENGTH) @ weights
        errors.append(float(np.abs(ligand(states)[0, 1:-1] - exact).max()))
    assert min(orders(errors)) > 1.8
    assert errors[-1] < 1e-3


def test_equilibrium_is_partition_everywhere() -> None:
    """Without reaction c / S ends up the same in every cell and in both bulks, and nothing is lost."""
    vial = dataclasses.replace(VIAL, incoming_transport=(12.0, 8e-10, 2.3e-9), water_outgoing_mM=0.1,
                               outgoing_transport=(0.05, 6e-10, 1.5e-9))  # fmt: skip
    p = Parameters(k_exchange=0.0, k_etching=0.0, cluster_partition=4.0, cluster_organic=0.02)
    states = solve_film(vial, p, times=[0.0, 10.0], cells=30, rtol=1e-8)
    interphase = states.interphase
    ends = interphase.bulk_solubility
    solubility = np.concatenate([ends[:, :1], interphase.solubility, ends[:, 1:]], axis=1)
    for species in (0, 19, 20):
        activity = states.concentrations[-1, :, species] / solubility[species]
        assert activity == pytest.approx(np.full(len(activity), activity[0]), rel=1e-6)
    assert max(states.balances().values()) < 1e-12


# -- with the ladder -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("partition", "growth"), [(1.0, 0.0), (6.0, 1.5), (0.2, -1.0)])
def test_films_that_hold_nothing_give_level_1(partition: float, growth: float) -> None:
    """Thickness and diffusivity down together keep the film's resistance; the difference to level 1 halves with them.

    Levels 1 and 2 mean the same, whatever the cluster's partition, when boundaries are sharp and the zone is thin
    against the films.
    """
    differences = []
    for scale in (0.25, 0.125, 0.0625):
        vial = dataclasses.replace(
            VIAL,
            incoming_transport=(5.0, 4e-11 * scale, 1.15e-10 * scale),
            outgoing_transport=(0.2, 3e-11 * scale, 7.5e-11 * scale),
        )
        shared = {
            "film_water": 1e-5 * scale, "film_organic": 1e-5 * scale, "interphase_thickness": 1e-6 * scale**2,
            "interphase_rate": 20.0 / scale**2, "cluster_diffusivity": 1e-11 * scale, "cluster_partition": partition,
            "cluster_partition_growth": growth, "class_affinity": 0.5, "cooperativity": 0.05,
            "released_fraction": 0.3, "k_disulfide": 0.2,
        }  # fmt: skip
        thin = simulate_film(vial, Parameters(boundary_width=0.0, cluster_organic=1e-9, **shared), cells=40)
        lumped = simulate(vial, well_mixed.Parameters(**shared))
        assert lumped.mean_n[-1] > 1.5
        differences.append(
            [
                np.abs(thin.composition - lumped.composition).max(),
                np.abs(thin.intact_fraction - lumped.intact_fraction).max(),
                np.abs(thin.free_mM["water"]["incoming"] - lumped.free_mM["water"]["incoming"]).max(),
                np.abs(thin.free_mM["water"]["outgoing"] - lumped.free_mM["water"]["outgoing"]).max(),
            ]
        )
    assert np.all(np.array(differences[-1]) < [5e-4, 1e-6, 1e-5, 1e-5])
    ratios = np.array(differences[:-1]) / np.array(differences[1:])
    assert ratios.min() > 1.8
    assert ratios.max() < 2.2


def test_whole_model_converges_at_second_order_in_the_grid() -> None:
    """Differences between grids refined twofold fall fourfold."""
    p = Parameters(k_exchange=30.0, interphase_rate=5.0, cluster_partition=3.0, cluster_partition_growth=1.0)
    results = [simulate_film(VIAL, p, cells=cells, profiles=False, rtol=1e-8) for cells in (50, 100, 200, 400)]
    steps = [np.abs(fine.composition - coarse.composition).max() for coarse, fine in itertools.pairwise(results)]
    assert min(orders(steps)) > 1.8


def test_solution_is_that_of_cvode() -> None:
    """The same right-hand side through CVODE with a band Jacobian by differences."""
    from sksundae.cvode import CVODE

    p = Parameters(k_exchange=20.0, cluster_partition=2.0, released_fraction=0.5, k_disulfide=0.3)
    cells = 12
    states = solve_film(VIAL, p, cells=cells, rtol=1e-8)
    interphase = states.interphase
    rates = well_mixed.coefficients(VIAL, np.array([getattr(p, name) for name in well_mixed.NAMES]))
    ends = interphase.bulk_solubility
    problem = film.Film(
        rates.scalars, rates.ladder, np.concatenate(([1.0], interphase.rate_factor, [p.interphase_rate])),
        1.0 / states.volumes_mL, interphase.conductances(),
        np.ascontiguousarray(np.concatenate([ends[:, :1], interphase.solubility, ends[:, 1:]], axis=1).T),
    )  # fmt: skip

    def rhs(t: float, y: Any, out: Any) -> None:
        film.right_hand_side(y, out, problem)

    start = np.append(states.concentrations[0], 0.0)
    width = states.concentrations.shape[2]
    solver = CVODE(rhs, rtol=1e-9, atol=1e-13, linsolver="band", lband=width, uband=width, max_num_steps=100_000)
    other = solver.solve(np.array(VIAL.times_h), start).y[:, :-1].reshape(states.concentrations.shape)
    assert states.concentrations == pytest.approx(other, abs=2e-7 * 0.25)


def test_jacobian_is_the_derivative_of_the_right_hand_side() -> None:
    """(shift I - J) x = r with J by central differences of the compiled right-hand side, every part of the model on."""
    vial = dataclasses.replace(VIAL, solid=True, water_ligand_mM=0.3, exchange_law="langmuir", etching_law="power_law")
    p = Parameters(
        k_disulfide=0.7, released_fraction=0.4, etching_outgoing=0.6, thiol_per_gold=1.4, cluster_partition=2.0,
        interphase_rate=3.0, cooperativity=0.1,
    )  # fmt: skip
    interphase = make_interphase(vial, p, 10)
    rates = well_mixed.coefficients(vial, np.array([getattr(p, name) for name in well_mixed.NAMES]))
    ends = interphase.bulk_solubility
    problem = film.Film(
        rates.scalars, rates.ladder, np.concatenate(([1.0], interphase.rate_factor, [3.0])),
        1.0 / interphase.volumes_mL, interphase.conductances() * 1e-4,
        np.ascontiguousarray(np.concatenate([ends[:, :1], interphase.solubility, ends[:, 1:]], axis=1).T),
    )  # fmt: skip
    size = 12 * 26 + 1
    random = np.random.default_rng(5)
    y = random.uniform(0.2, 1.0, size) * 0.05
    jacobian = np.empty((size, size))
    below, above = np.empty(size), np.empty(size)
    for j in range(size):
        change = np.zeros(size)
        change[j] = 1e-6
        film.right_hand_side(y - change, below, problem)
        film.right_hand_side(y + change, above, problem)
        jacobian[:, j] = (above - below) / 2e-6
    shift = 50.0
    work = film.Work(
        np.zeros((12, 21, 21)), np.zeros((12, 21)), np.zeros((12, 21)), np.zeros((12, 3, 21)), np.zeros((12, 21)),
        np.zeros((2, 21)), np.zeros(1),
    )  # fmt: skip
    film.factorise(y, problem, shift, work)
    right = random.normal(size=size)
    x = right.copy()
    film.backsolve(problem, work, x)
    assert (shift * np.eye(size) - jacobian) @ x == pytest.approx(right, abs=1e-5)


positive = st.floats(0.05, 20.0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    k=positive, etching=st.floats(0.0, 1.0), ratio=st.floats(1e-3, 100.0), feed=st.floats(0.05, 4.0), rate=positive,
    partition=positive, growth=st.floats(-2.0, 2.0), released=st.floats(0.0, 1.0), ox=st.floats(0.0, 2.0),
    width=st.floats(0.0, 1e-6), zone=st.floats(1e-8, 5e-6), chi=st.floats(0.0, 1.0), solid=st.booleans(),
    law=st.sampled_from(["mass_action", "power_law", "langmuir"]),
)  # fmt: skip
def test_gold_and_ligands_balance(
    k: float, etching: float, ratio: float, feed: float, rate: float, partition: float, growth: float, released: float,
    ox: float, width: float, zone: float, chi: float, solid: bool, law: str,
) -> None:  # fmt: skip
    """Every output time, whatever the parameters: 1e-9 relative."""
    vial = dataclasses.replace(
        VIAL, incoming_transport=(ratio, 8e-10, 2.3e-9), outgoing_transport=(0.1 / ratio, 6e-10, 1.5e-9),
        organic_ligand_mM=feed, water_ligand_mM=0.1, solid=solid, exchange_law=law, water_outgoing_mM=0.05,
    )  # fmt: skip
    p = Parameters(
        k_exchange=k, k_etching=etching, interphase_rate=rate, cluster_partition=partition, interphase_character=chi,
        cluster_partition_growth=growth, released_fraction=released, k_disulfide=ox, boundary_width=width,
        interphase_thickness=zone,
    )  # fmt: skip
    result = simulate_film(vial, p, cells=20, profiles=False)
    assert max(result.balances.values()) < 1e-9
    assert result.intact_fraction == pytest.approx(np.clip(result.intact_fraction, 0.0, 1.0), abs=1e-5)


# -- grid, profiles, output, bad input -------------------------------------------------------------------------------


@given(st.floats(1e-7, 1e-4), st.floats(1e-8, 1e-5), st.floats(1e-7, 1e-4), st.integers(10, 300))
def test_grid_fills_the_films_and_widens_smoothly(water: float, zone: float, organic: float, cells: int) -> None:
    edges, (first, last) = grid(water, zone, organic, cells)
    widths = np.diff(edges)
    assert len(widths) == cells
    assert edges[0] == 0.0
    assert edges[[first, last, -1]] == pytest.approx([water, water + zone, water + zone + organic], rel=1e-9)
    assert (widths > 0.0).all()
    assert np.diff(widths[last:]).min() > -1e-6 * widths.max()


def test_profiles_and_output_hold_together() -> None:
    result = simulate_film(VIAL, Parameters(), cells=40)
    assert result.profiles is not None
    shape = (len(VIAL.times_h), 42)
    assert result.profiles.cluster_mM.shape == result.profiles.mean_n.shape == shape
    assert result.profiles.incoming_mM[:, 0] == pytest.approx(result.free_mM["water"]["incoming"])
    out = result.to_dict()
    assert {"time_h", "intact_fraction", "composition", "mean_n", "free_mM", "balances", "profiles"} <= out.keys()
    assert np.asarray(out["composition"]).sum(axis=1) == pytest.approx(np.ones(4))
    assert len(out["profiles"]["mean_n"][0]) == 42
    assert "profiles" not in simulate_film(VIAL, Parameters(), cells=20, profiles=False).to_dict()
    assert result.to_dataframe().shape[0] == 4


def test_solvent_ends_are_the_mutual_solubilities() -> None:
    """Water saturated with ethyl acetate holds about 8 % of it by mass, the solvent about 3 % water (CRC Handbook)."""
    ends = solvent_volume_share("ethyl acetate", np.array([0.0, 1.0]))
    assert 0.07 < ends[0] < 0.11
    assert 0.96 < ends[1] < 0.98


@pytest.mark.parametrize(
    ("vial", "parameters", "cells", "says"),
    [
        (dataclasses.replace(VIAL, organic_mL=0.0), {}, 40, "organic phase"),
        (VIAL, {}, 5, "too few"),
        (VIAL, {"micromixing": 0.3}, 40, "micromixing"),
        (VIAL, {"film_water": 1e-4}, 40, "holds more than the water phase"),
        (dataclasses.replace(VIAL, schedule=(Addition(0.0, 0.1, 0.1),)), {}, 40, "additions"),
        (dataclasses.replace(VIAL, times_h=(0.5, 0.2)), {}, 40, "increasing"),
        (dataclasses.replace(VIAL, solvent="ethil acetate"), {}, 40, "unknown solvent"),
    ],
)
def test_what_cannot_be_simulated_says_why(vial: Experiment, parameters: dict, cells: int, says: str) -> None:
    with pytest.raises(InputError, match=says):
        simulate_film(vial, Parameters(**parameters), cells=cells)


def test_advice_on_thick_films_and_coarse_grids() -> None:
    assert any("plane" in text for text in simulate_film(VIAL, Parameters(film_water=2.5e-5), cells=200).warnings)
    assert any("more cells" in text for text in simulate_film(VIAL, Parameters(), cells=10).warnings)


def test_film_counts_few_factorisations() -> None:
    states = solve_film(VIAL, Parameters(), cells=40)
    assert states.counts[bdf.FACTORISATIONS] < states.counts[bdf.STEPS]
