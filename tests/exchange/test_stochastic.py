"""Level 3 against exact distributions, level 1, and its own whole numbers.

Truth: the hypergeometric equilibrium of indifferent ligands, binomial survival of molecules that are lost one by one,
multinomial scatter of independent clusters, and level 1 within three standard errors plus a term of order 1/N.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange import make_experiment, simulate
from goldshell.exchange.events import DISULFIDE_B
from goldshell.exchange.experiment import Addition, Experiment
from goldshell.exchange.models.stochastic import Parameters, indifferent_equilibrium, sampling_sd
from goldshell.exchange.stochastic import StochasticSimulation, simulate_stochastic

POT = make_experiment(
    "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, water_ligand_mM=0.15, times_h=(0.0, 0.2, 0.5, 1.0)
)
VIAL = dataclasses.replace(
    POT, water_ligand_mM=0.0, solvent="ethyl acetate", organic_mL=2.0, organic_ligand_mM=0.15,
    incoming_transport=(2.0, 8e-10, 2.3e-9), outgoing_transport=(0.3, 6e-10, 1.5e-9),
)  # fmt: skip
SLOW_TRANSFER = {"drop_diameter": 4e-3, "film_water": 1e-4, "film_organic": 1e-4, "interphase_thickness": 1e-4}


def error_of_mean(spread: np.ndarray, result: StochasticSimulation) -> np.ndarray:
    assert result.counts is not None
    return spread / math.sqrt(len(result.counts))


# -- exact distributions ---------------------------------------------------------------------------------------------


def test_indifferent_ligands_end_up_hypergeometric() -> None:
    """K = 1, equal sites, mass action: every arrangement of the ligands is as likely as any other."""
    pot = dataclasses.replace(POT, exchange_law="mass_action")
    p = Parameters(k_exchange=200.0, equilibrium_constant=1.0, k_etching=0.0)
    clusters, repeats = 40, 1500
    result = simulate_stochastic(pot, p, times=[1.0], clusters=clusters, replicates=repeats, seed=3)
    exact = np.array([indifferent_equilibrium(18, clusters, 6 * clusters, 18 * clusters, n) for n in range(19)])
    assert exact.sum() == pytest.approx(1.0)
    assert result.composition_sd is not None
    error = error_of_mean(result.composition_sd[0], result)
    assert np.all(np.abs(result.composition[0] - exact) <= 3.5 * error + 1e-4)
    n = np.arange(19)
    variance = result.composition[0] @ n**2 - result.mean_n[0] ** 2
    expected = exact @ n**2 - (exact @ n) ** 2
    assert variance == pytest.approx(expected, rel=4.0 * math.sqrt(2.0 / (clusters * repeats)))


def test_molecules_lost_one_by_one_survive_binomially() -> None:
    """Disulfide: what is left of B_0 molecules after t is binomial with e^-kt; mean and variance."""
    pot = dataclasses.replace(POT, water_ligand_mM=0.5)
    p = Parameters(k_exchange=0.0, k_etching=0.0, k_disulfide=0.8)
    result = simulate_stochastic(pot, p, times=[1.5], clusters=10, replicates=20_000, seed=4)
    assert result.others is not None
    left, lost = result.others[:, 0, 0], result.others[:, 0, DISULFIDE_B]
    assert np.all(left + lost == 200)
    share = math.exp(-1.2)
    variance = 200 * share * (1.0 - share)
    assert left.mean() == pytest.approx(200 * share, abs=3.0 * math.sqrt(variance / 20_000))
    assert left.var() == pytest.approx(variance, rel=3.0 * math.sqrt(2.0 / 20_000))


def test_etching_of_first_order_leaves_a_binomial_number_of_clusters() -> None:
    """x = 1, first order in a thiol that is not used up: M(t) is binomial with e^(-k SR t)."""
    pot = dataclasses.replace(POT, etching_law="mass_action")
    p = Parameters(k_exchange=0.0, k_etching=4.0, etching_order_cluster=1.0, thiol_per_gold=0.0)
    result = simulate_stochastic(pot, p, times=[1.0], clusters=50, replicates=3000, seed=5)
    assert result.counts is not None
    left = result.counts[:, 0].sum(axis=1)
    share = math.exp(-4.0 * 0.15)
    variance = 50 * share * (1.0 - share)
    assert left.mean() == pytest.approx(50 * share, abs=3.0 * math.sqrt(variance / 3000))
    assert left.var() == pytest.approx(variance, rel=3.0 * math.sqrt(2.0 / 3000))


def test_independent_clusters_scatter_multinomially() -> None:
    """In a great excess of ligand clusters do not feel each other: sd of P(n) is sqrt(P (1 - P) / M)."""
    pot = dataclasses.replace(POT, water_ligand_mM=25.0, exchange_law="mass_action")
    p = Parameters(k_exchange=0.03, k_etching=0.0)
    result = simulate_stochastic(pot, p, times=[0.5], clusters=100, replicates=800, seed=6)
    common = result.composition[0] > 0.02
    assert common.sum() > 5
    assert result.composition_sd is not None
    ratio = result.composition_sd[0, common] / sampling_sd(result.composition[0, common], 100)
    assert ratio == pytest.approx(np.ones(common.sum()), abs=3.5 / math.sqrt(2 * 800))


# -- level 1 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vial", "parameters"),
    [
        (dataclasses.replace(POT, exchange_law="mass_action"), {"k_exchange": 40.0, "cooperativity": 0.1}),
        (
            POT,
            {"k_exchange": 20.0, "class_affinity": 0.3, "class_rate": 0.3, "k_etching": 0.3, "released_fraction": 0.5},
        ),
        (dataclasses.replace(POT, exchange_law="power_law", solid=True), {"k_disulfide": 0.5, "etching_outgoing": 0.4}),
        (
            VIAL,
            {
                **SLOW_TRANSFER,
                "k_exchange": 10.0,
                "interphase_rate": 8.0,
                "cluster_partition": 3.0,
                "cluster_partition_growth": 1.0,
            },
        ),
    ],
    ids=["mass action", "site classes and etching", "power law, solid thiol", "three regions"],
)
def test_mean_and_variance_are_those_of_level_1(vial: Experiment, parameters: dict[str, float]) -> None:
    """Within three standard errors plus 1/N of the full scale, at every output time."""
    p = Parameters(**parameters)
    clusters, repeats = 200, 60
    result = simulate_stochastic(vial, p, clusters=clusters, replicates=repeats, seed=7)
    whole = simulate(vial, p)
    n = np.arange(19)
    assert result.counts is not None
    assert result.mean_n_sd is not None
    assert result.composition_sd is not None
    assert result.intact_fraction_sd is not None
    assert whole.mean_n[-1] > 0.5
    slack = 1.0 / clusters
    assert np.all(np.abs(result.mean_n - whole.mean_n) <= 3.0 * error_of_mean(result.mean_n_sd, result) + 18 * slack)
    apart = np.abs(result.composition - whole.composition)
    assert np.all(apart <= 3.0 * error_of_mean(result.composition_sd, result) + slack)
    error = 3.0 * error_of_mean(result.intact_fraction_sd, result)
    assert np.all(np.abs(result.intact_fraction - whole.intact_fraction) <= error + slack)
    by_repeat = result.counts / result.counts.sum(axis=2, keepdims=True)
    # The variance within a repeat of M clusters, corrected for its own mean (M - 1).
    within = (by_repeat @ n**2 - (by_repeat @ n) ** 2) * clusters / (clusters - 1)
    error = within.std(axis=0, ddof=1) / math.sqrt(repeats)
    variance = whole.composition @ n**2 - whole.mean_n**2
    assert np.all(np.abs(within.mean(axis=0) - variance) <= 3.0 * error + 18 * slack)
    for region, ligands in whole.free_mM.items():
        for ligand, values in ligands.items():
            assert result.free_mM[region][ligand] == pytest.approx(values, rel=0.1, abs=0.005 + 0.05 * values.max())


def test_difference_to_level_1_falls_with_the_number_of_clusters() -> None:
    """Few ligands per cluster: the difference of the means times N stays within a fixed bound."""
    pot = dataclasses.replace(POT, water_ligand_mM=0.05)
    p = Parameters(k_exchange=60.0, k_etching=0.0, exchange_affinity=60.0)
    whole = simulate(pot, p, times=[0.1])
    for clusters, repeats in ((2, 20_000), (8, 5_000), (32, 1_500)):
        result = simulate_stochastic(pot, p, times=[0.1], clusters=clusters, replicates=repeats, seed=8)
        assert result.mean_n_sd is not None
        error = error_of_mean(result.mean_n_sd, result)[0]
        assert abs(result.mean_n[0] - whole.mean_n[0]) <= 3.0 * error + 0.5 / clusters


# -- whole numbers, seeds, bad input ---------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    clusters=st.integers(1, 60), k=st.floats(0.0, 50.0), etching=st.floats(0.0, 2.0), released=st.floats(0.0, 1.0),
    ox=st.floats(0.0, 3.0), thiols=st.floats(0.0, 3.0), two=st.booleans(), solid=st.booleans(), seed=st.integers(0, 99),
    law=st.sampled_from(["mass_action", "power_law", "langmuir"]),
)  # fmt: skip
def test_every_atom_and_ligand_is_accounted_for(
    clusters: int, k: float, etching: float, released: float, ox: float, thiols: float, two: bool, solid: bool,
    seed: int, law: str,
) -> None:  # fmt: skip
    vial = dataclasses.replace(VIAL if two else POT, solid=solid, exchange_law=law, water_outgoing_mM=0.05)
    p = Parameters(
        k_exchange=k, k_etching=etching, released_fraction=released, k_disulfide=ox, thiol_per_gold=thiols,
        **SLOW_TRANSFER,
    )  # fmt: skip
    result = simulate_stochastic(vial, p, clusters=clusters, replicates=2, seed=seed)
    assert result.balances == {"gold": 0.0, "incoming": 0.0, "outgoing": 0.0}
    assert result.counts is not None
    assert result.others is not None
    assert result.counts.min() >= 0
    assert result.others.min() >= 0


def test_same_seed_same_result() -> None:
    first, second, other = (simulate_stochastic(POT, clusters=30, replicates=3, seed=seed) for seed in (1, 1, 2))
    assert first.counts is not None
    assert np.array_equal(first.counts, second.counts)
    assert not np.array_equal(first.counts, other.counts)
    assert not np.array_equal(first.counts[0], first.counts[1])


def test_mixed_shell_at_the_start_is_drawn() -> None:
    shell = tuple(0.25 if n in (2, 3) else 0.5 if n == 5 else 0.0 for n in range(19))
    pot = dataclasses.replace(POT, initial_shell=shell)
    result = simulate_stochastic(pot, times=[0.0], clusters=400, replicates=50)
    assert result.mean_n[0] == pytest.approx(3.75, abs=3.0 * math.sqrt(1.6875 / 20_000))


def test_output_has_the_shape_of_level_1_and_more() -> None:
    out = simulate_stochastic(VIAL, Parameters(**SLOW_TRANSFER), clusters=20, replicates=4).to_dict()
    level_1 = simulate(VIAL, Parameters(**SLOW_TRANSFER)).to_dict()
    assert level_1.keys() <= out.keys()
    assert np.asarray(out["composition"]).sum(axis=1) == pytest.approx(np.ones(4))
    assert np.asarray(out["counts"]).shape == (4, 19)
    assert np.asarray(out["counts"])[0].sum() == out["clusters"] == 20
    assert out["replicates"] == 4


@pytest.mark.parametrize(
    ("vial", "parameters", "options", "says"),
    [
        (POT, {}, {"clusters": 0}, "one or more"),
        (POT, {}, {"replicates": 0}, "one or more"),
        (POT, {"micromixing": 1.0}, {}, "micromixing"),
        (dataclasses.replace(POT, cluster_mM=0.0), {}, {}, "no clusters"),
        (dataclasses.replace(POT, schedule=(Addition(0.0, 0.1, 0.1),)), {}, {}, "additions"),
    ],
)
def test_what_cannot_be_drawn_says_why(vial: Experiment, parameters: dict, options: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        simulate_stochastic(vial, Parameters(**parameters), **options)


def test_too_many_events_say_what_to_do() -> None:
    with pytest.raises(AnalysisError, match="fewer clusters"):
        simulate_stochastic(VIAL, clusters=100, max_events=1000)
