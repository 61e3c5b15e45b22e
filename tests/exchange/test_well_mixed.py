"""Level 1 against closed solutions: binomial ladders, the etching law on the total, equilibria, films.

Truth: mathematical properties of the equations in `goldshell.exchange.models.well_mixed`, each named where it is used.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import binom

from goldshell.exchange import kernels, make_experiment, simulate, solve
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.well_mixed import Parameters
from reference.random_vials import random_parameters, random_vial

POT = make_experiment("Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, water_ligand_mM=0.6)
VIAL = make_experiment(
    "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, solvent="ethyl acetate", organic_mL=2.0,
    organic_ligand_mM=2.5,
)  # fmt: skip


# -- the ladder ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("law", ["mass_action", "power_law", "langmuir"])
@pytest.mark.parametrize("size", [("Au25(p-MBSA)18", 18), ("Au144(p-MBSA)60", 60)])
def test_equal_independent_sites_are_exactly_binomial(law: str, size: tuple[str, int]) -> None:
    """Whatever the common rate does over time, P(n) = C(N, n) p^n (1 - p)^(N - n) with p = mean / N."""
    pot = dataclasses.replace(
        make_experiment(size[0], "p-MBA", cluster_mM=0.025, water_mL=2.0, water_ligand_mM=0.6, exchange_law=law),
        times_h=(0.0, 0.02, 0.1, 0.5, 2.0),
    )
    result = simulate(pot, Parameters(k_exchange=20.0, equilibrium_constant=3.0, k_etching=0.0), rtol=1e-10)
    n = np.arange(size[1] + 1)
    assert 3.0 < result.mean_n[-1] < size[1] - 3.0
    for shares, mean in zip(result.composition, result.mean_n, strict=True):
        assert shares == pytest.approx(binom.pmf(n, size[1], mean / size[1]), abs=1e-9)


def test_irreversible_exchange_in_excess_is_first_order() -> None:
    """K very large, B in great excess, mass action: an open site stays so with e^(-k B t)."""
    pot = dataclasses.replace(POT, water_ligand_mM=1e4, exchange_law="mass_action", times_h=(0.0, 0.5, 1.0, 2.0))
    result = simulate(pot, Parameters(k_exchange=1e-4, equilibrium_constant=1e9, k_etching=0.0))
    exact = 18.0 * (1.0 - np.exp(-np.array(pot.times_h)))
    assert result.mean_n == pytest.approx(exact, rel=1e-4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    K=st.floats(0.1, 20.0), alpha=st.floats(-0.2, 0.2), alpha2=st.floats(-0.005, 0.005), sigma=st.floats(0.0, 1.0),
    affinity=st.floats(0.1, 10.0), rate=st.floats(0.1, 10.0), partition=st.floats(0.2, 20.0), growth=st.floats(-2, 2),
    ratio=st.floats(0.01, 50.0), law=st.sampled_from(["mass_action", "langmuir"]),
)  # fmt: skip
def test_detailed_balance_at_equilibrium(
    K: float, alpha: float, alpha2: float, sigma: float, affinity: float, rate: float, partition: float, growth: float,
    ratio: float, law: str,
) -> None:  # fmt: skip
    """In the water P(n + 1) / P(n) = K (s_n / t_(n+1)) e^(-(1 - sigma) a_n) B / A; every species at its partition.

    The two regions must agree about the clusters' equilibrium, so their partition does not depend on n here, or
    exchange in the interphase is off.
    """
    vial = dataclasses.replace(
        VIAL, exchange_law=law, incoming_transport=(ratio, 8e-10, 2.3e-9), outgoing_transport=(0.3, 6e-10, 1.5e-9),
        water_outgoing_mM=0.2,
    )  # fmt: skip
    parameters = Parameters(
        k_exchange=200.0, equilibrium_constant=K, cooperativity=alpha, cooperativity_quadratic=alpha2,
        cooperativity_reverse=sigma, class_affinity=affinity, class_rate=rate, k_etching=0.0,
        cluster_partition=partition, cluster_partition_growth=growth, interphase_rate=0.0,
    )  # fmt: skip
    states = solve(vial, well_mixed.to_vector(parameters), times=[3000.0])
    co = well_mixed.coefficients(vial, well_mixed.to_vector(parameters))
    water = states.clusters()[0, 0, :, 0]
    interphase = states.clusters()[0, 0, :, 1]
    volume = states.volumes_mL[0]
    b, a = (states.extra(i)[0] / volume[0] for i in (kernels.BW, kernels.AW))
    n = np.arange(18.0)
    common = (water[1:] > 1e-4 * water.max()) & (water[:-1] > 1e-4 * water.max())
    expected = co.ladder[kernels.FORWARD, :-1] / co.ladder[kernels.REVERSE, 1:] * b / a
    assert (water[1:] / water[:-1])[common] == pytest.approx(expected[common], rel=1e-4)
    bare = Parameters(k_exchange=1.0, class_affinity=affinity, class_rate=rate)
    rungs = well_mixed.coefficients(vial, well_mixed.to_vector(dataclasses.replace(bare, equilibrium_constant=1.0)))
    law_of_n = K * np.exp(-(1.0 - sigma) * (alpha * n + alpha2 * n * n))
    assert expected == pytest.approx(
        law_of_n * b / a * rungs.ladder[kernels.FORWARD, :-1] / rungs.ladder[kernels.REVERSE, 1:], rel=1e-9
    )
    pi = partition * np.exp(growth * np.arange(19.0) / 18.0)
    many = water > 1e-4 * water.max()
    assert (interphase / volume[1])[many] == pytest.approx((pi * water / volume[0])[many], rel=1e-4)
    for first, m in ((0, ratio), (1, 0.3)):
        w, i, o = (states.extra(first + 2 * r)[0] / volume[r] for r in range(3))
        assert o / w == pytest.approx(m, rel=1e-4)
        assert i / w == pytest.approx(m**parameters.interphase_character, rel=1e-4)


# -- etching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0.04, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("spread", [1, 4])
def test_etching_acts_on_the_total_whatever_the_distribution(order: float, spread: int) -> None:
    """-dC/dt = k h(SR) C (C + c0)^(x-1) at constant SR: t(C) by quadrature; the sum over n of k C_n^x is not it."""
    shell = np.zeros(19)
    shell[:spread] = 1.0 / spread
    pot = dataclasses.replace(POT, initial_shell=tuple(shell), water_ligand_mM=1.0, times_h=(0.0, 0.2, 0.6, 1.0))
    p = Parameters(
        k_exchange=0.0, k_etching=0.4 * 0.025 ** (1.0 - order), etching_order_cluster=order, thiol_per_gold=0.0,
        etching_outgoing=0.0,
    )  # fmt: skip
    floor = p.concentration_floor
    result = simulate(pot, p, rtol=1e-10)
    h = (1.0 + floor) ** (p.etching_order_thiol - 1.0)

    def time(left: float) -> float:
        value, _ = quad(lambda c: (c + floor) ** (1.0 - order) / c, left, 0.025, epsabs=0.0, epsrel=1e-11)
        return float(value / (p.k_etching * h))

    for t, intact in zip(pot.times_h[1:], result.intact_fraction[1:], strict=True):
        exact = brentq(lambda c, t=t: time(c) - t, 1e-9, 0.025, xtol=1e-14, rtol=1e-12)
        assert intact == pytest.approx(exact / 0.025, rel=1e-7)
    assert result.composition[-1] == pytest.approx(shell, abs=1e-9)  # in proportion to what is there
    assert result.intact_fraction[-1] < 0.8


def test_thiol_of_etched_gold() -> None:
    """One thiolate per gold atom in the end: 25 per cluster, 18 of them its own, 7 taken from the solution."""
    result = simulate(POT, Parameters(k_exchange=0.0, k_etching=0.5, etching_outgoing=0.0), times=[0.0, 0.3])
    etched = (1.0 - result.intact_fraction) * 0.025
    used = 0.6 - result.free_mM["water"]["incoming"]
    assert etched[-1] > 0.002
    assert used == pytest.approx(7.0 * etched, rel=1e-9)


def test_disulfide_and_dissolution_are_first_order() -> None:
    pot = dataclasses.replace(POT, solid=True, cluster_mM=1e-6, times_h=(0.0, 0.3, 1.0))
    p = Parameters(k_exchange=0.0, k_etching=0.0, k_disulfide=0.7, k_dissolution=2.0)
    result = simulate(pot, p)
    t = np.array(pot.times_h)
    exact = 0.6 * 2.0 / (2.0 - 0.7) * (np.exp(-0.7 * t) - np.exp(-2.0 * t))  # a chain of two first-order steps
    assert result.free_mM["water"]["incoming"] == pytest.approx(exact, rel=1e-7)


# -- films -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partition", [0.1, 1.0, 30.0])
def test_clusters_cross_a_film_of_water(partition: float) -> None:
    """dC_i/dt = (D area / delta V_i) (C_w - C_i / Pi): two exponentials in closed form."""
    p = Parameters(
        k_exchange=0.0, k_etching=0.0, cluster_partition=partition, interphase_thickness=1e-5, cluster_diffusivity=1e-13
    )
    area = 6e-6 * 2.0 / p.drop_diameter
    flow = p.cluster_diffusivity * area / p.film_water * 3.6e9  # mL/h
    inner = area * p.interphase_thickness * 1e6  # mL
    rate = flow * (1.0 / 2.0 + 1.0 / (partition * inner))
    times = np.array([0.0, 0.2, 1.0]) / rate
    result = simulate(VIAL, p, times=times)
    share = partition * inner / (2.0 + partition * inner) * (1.0 - np.exp(-rate * times))
    assert result.interphase_share == pytest.approx(share, rel=1e-6)


def test_no_partition_keeps_clusters_out() -> None:
    result = simulate(VIAL, Parameters(cluster_partition=0.0, k_etching=0.0))
    assert result.interphase_share.max() < 1e-12
    assert result.mean_n[-1] > 0.1


def test_ligand_crosses_two_films_in_series() -> None:
    """Flow (B_o / m - B_w) / (1 / k_w + 1 / (k_o m)), two resistances in series: one exponential in closed form."""
    m = 3.0
    vial = dataclasses.replace(VIAL, incoming_transport=(m, 8e-10, 2.3e-9))
    p = Parameters(k_exchange=0.0, k_etching=0.0, film_water=2e-3, film_organic=2e-3, interphase_thickness=1e-9)
    area = 6e-6 * 2.0 / p.drop_diameter
    k_w, k_o = (D * area / 2e-3 * 3.6e9 for D in (8e-10, 2.3e-9))
    flow = 1.0 / (1.0 / k_w + 1.0 / (k_o * m))
    total = flow * (1.0 + 1.0 / m) / 2.0  # both phases are 2 mL
    times = np.array([0.1, 1.0, 3.0]) / total
    result = simulate(vial, p, times=times)
    exact = 2.5 / (1.0 + m) * -np.expm1(-total * times)
    assert result.free_mM["water"]["incoming"] == pytest.approx(exact, rel=1e-4)


# -- mixing, parameters, balances ------------------------------------------------------------------------------------


@pytest.mark.parametrize("variance", [0.05, 0.5, 3.0])
def test_exposures_are_a_gamma_distribution_in_shares(variance: float) -> None:
    values = well_mixed.exposures(variance, 400)
    assert values.mean() == pytest.approx(1.0, rel=1e-12)
    assert values.var() == pytest.approx(variance, rel=0.05)
    assert np.all(np.diff(values) > 0.0)


def test_unequal_exposure_widens_the_distribution_and_mixing_narrows_it() -> None:
    pot = dataclasses.replace(POT, water_ligand_mM=20.0, times_h=(0.1,))

    def index(**changes: float) -> float:
        p = Parameters(k_exchange=3.0, equilibrium_constant=1e6, k_etching=0.0, **changes)
        result = simulate(pot, p)
        n, share = np.arange(19.0), result.mean_n[0] / 18.0
        return float((result.composition[0] @ n**2 - result.mean_n[0] ** 2) / (18.0 * share * (1.0 - share)))

    assert index() == pytest.approx(1.0, abs=1e-6)
    uneven, mixed = index(micromixing=0.5), index(micromixing=0.5, mixing_rate=300.0)
    assert uneven > 1.5
    assert 1.0 < mixed < 1.0 + 0.3 * (uneven - 1.0)


def test_vector_and_parameters_are_the_same() -> None:
    p = Parameters(k_exchange=1.25, drop_diameter=3e-4)
    assert well_mixed.from_vector(well_mixed.to_vector(p)) == p
    assert math.isclose(well_mixed.to_vector(p)[well_mixed.INDEX["drop_diameter"]], 3e-4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**9))
def test_gold_and_ligands_balance(seed: int) -> None:
    """Any vial, any parameters, any schedule: 1e-9 relative at every output time."""
    random = np.random.default_rng(seed)
    vial: Experiment = random_vial(random)
    parameters: Any = random_parameters(random)
    states = solve(vial, well_mixed.to_vector(parameters))
    assert max(states.balances().values()) < 1e-9
    assert states.intact_fraction().max() <= 1.0 + 1e-9
