"""Residuals of observations: their squares are -2 ln of the likelihoods they stand for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from goldshell.chemistry.composition import binomial_distribution
from goldshell.errors import InputError
from goldshell.exchange import Range, Rate, Shell, Trace, make_experiment, solve
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import Prediction, check_observation, predict, times_of


def prediction(composition: np.ndarray, **instrument: float) -> Prediction:
    """A prediction with one composition at 1 h, half of 0.02 mM clusters intact."""
    return Prediction(
        np.array([0.0, 1.0]),
        np.array([np.eye(1, composition.size)[0], composition]),
        np.array([1.0, 0.5]),
        np.array([0.02, 0.01]),
        instrument,
    )


def test_range_is_the_probit_likelihood() -> None:
    """Definition: -2 ln of the product of Phi over what was seen and 1 - Phi over what was not."""
    p = binomial_distribution(18, 0.25)
    seen = Range(1.0, 1, 8, threshold=0.02, spread=0.7)
    z = (np.log(p / p.max()) - math.log(0.02)) / 0.7
    expected = 0.0
    for n in range(19):
        probability = stats.norm.cdf(z[n]) if 1 <= n <= 8 else stats.norm.sf(z[n])
        expected -= 2 * math.log(probability)
    residuals = seen.residuals(prediction(p))
    assert residuals @ residuals == pytest.approx(expected, rel=1e-4)


def test_a_species_at_the_threshold_is_seen_half_the_time() -> None:
    """Property: at the threshold Phi = 1/2, so that both answers cost sqrt(2 ln 2)."""
    p = np.zeros(5)
    p[0], p[1] = 1.0, 0.01
    for high in (0, 1):
        residuals = Range(1.0, 0, high, threshold=0.01, spread=0.5).residuals(prediction(p / p.sum()))
        assert residuals[1] == pytest.approx(math.sqrt(2 * math.log(2)), rel=1e-5)


def test_the_fit_can_set_threshold_and_spread() -> None:
    p = binomial_distribution(18, 0.25)
    given_here = Range(1.0, 1, 8, threshold=0.03, spread=0.9).residuals(prediction(p))
    by_the_fit = Range(1.0, 1, 8).residuals(prediction(p, detection_threshold=0.03, detection_spread=0.9))
    assert given_here == pytest.approx(by_the_fit)


def test_only_the_highest_species_reported() -> None:
    """TP in paper Z: "up to 9" says that 9 was seen and nothing above; it says nothing about 0 to 8."""
    p = binomial_distribution(18, 0.3)
    residuals = Range(1.0, None, 9).residuals(prediction(p))
    assert residuals == pytest.approx(Range(1.0, 0, 9).residuals(prediction(p))[9:])
    assert Range(1.0, None, 9).count == 1


def test_composition_with_counts_is_the_multinomial_deviance() -> None:
    """Other program: scipy's multinomial probabilities; deviance = 2 (ln L at the observed - ln L at the predicted)."""
    counts = np.array([3, 10, 22, 14, 1])
    p = np.array([0.1, 0.2, 0.4, 0.25, 0.05])
    shell = Shell(1.0, tuple(counts / counts.sum()), counts=float(counts.sum()))
    residuals = shell.residuals(prediction(p))
    saturated = stats.multinomial.logpmf(counts, counts.sum(), counts / counts.sum())
    expected = 2 * (saturated - stats.multinomial.logpmf(counts, counts.sum(), p))
    assert residuals @ residuals == pytest.approx(expected, rel=1e-6)


def test_composition_with_standard_deviations() -> None:
    shell = Shell(1.0, (0.2, 0.8), sd=(0.05, 0.1))
    assert shell.residuals(prediction(np.array([0.3, 0.7]))) == pytest.approx([2.0, -1.0], abs=1e-6)


def test_traces_and_rates_by_hand() -> None:
    """Arithmetic: half of 0.02 mM lost in 1 h is 0.01 mM/h; one ligand per cluster on 0.01 mM is 0.01 mM/h."""
    one = prediction(np.array([0.0, 1.0, 0.0]))
    assert Trace("intact_fraction", (0.0, 1.0), (1.0, 0.4), (0.1, 0.1)).residuals(one) == pytest.approx([0.0, 1.0])
    assert Trace("mean_n", (1.0,), (1.5,), (0.25,)).residuals(one) == pytest.approx([-2.0])
    absorbance = Trace("absorbance", (1.0,), (0.1,), (0.01,), per_mM=8.0)
    assert absorbance.residuals(one) == pytest.approx([-2.0])
    measured = prediction(np.array([0.0, 1.0, 0.0]), absorbance_factor=1.25, absorbance_offset=0.03)
    assert absorbance.residuals(measured) == pytest.approx([3.0])
    etching = Rate("etching", 0.0, 1.0, 0.01 * math.e, 1.5)
    assert etching.residuals(one) == pytest.approx([-1.0 / math.log(1.5)])
    assert Rate("exchange", 0.0, 1.0, 0.01, 1.5).residuals(one) == pytest.approx([0.0], abs=1e-12)


@given(
    st.lists(st.floats(0.0, 1.0), min_size=4, max_size=19).filter(lambda values: sum(values) > 0.01),
    st.integers(0, 3),
    st.integers(0, 3),
    st.floats(0.1, 3.0),
)
def test_residuals_are_finite(weights: list[float], one: int, other: int, spread: float) -> None:
    """Property: whatever the composition, also with species that are absent."""
    p = np.array(weights) / sum(weights)
    low, high = sorted((one, other))
    assert np.all(np.isfinite(Range(1.0, low, high, spread=spread).residuals(prediction(p))))
    shell = Shell(1.0, tuple(np.eye(p.size)[one]), counts=50.0)
    assert np.all(np.isfinite(shell.residuals(prediction(p))))


@given(st.floats(0.02, 0.9))
def test_the_range_that_a_composition_shows_is_the_likeliest(p: float) -> None:
    """Property: no other range has a higher likelihood than that of the species above the threshold."""
    composition = binomial_distribution(18, p)
    shown = Range(1.0, 0, 18).detected(prediction(composition))
    best = Range(1.0, *shown).residuals(prediction(composition))
    for low, high in ((shown[0] + 1, shown[1]), (shown[0], shown[1] - 1), (shown[0], min(18, shown[1] + 1))):
        if low <= high and (low, high) != shown:
            other = Range(1.0, low, high).residuals(prediction(composition))
            assert other @ other > best @ best


def test_predictions_of_a_solved_experiment() -> None:
    """Balance: without etching all clusters stay, and an absorbance trace is flat at epsilon c l."""
    experiment = make_experiment(
        "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.02, water_mL=2.0, water_ligand_mM=0.1, times_h=(0.0, 0.5)
    )
    vector = well_mixed.to_vector(well_mixed.Parameters(k_etching=0.0))
    found = predict(solve(experiment, vector))
    trace = Trace("absorbance", (0.0, 0.5), (0.16, 0.16), (0.01, 0.01), per_mM=8.0)
    assert trace.residuals(found) == pytest.approx([0.0, 0.0], abs=1e-8)
    assert found.composition.sum(axis=1) == pytest.approx(1.0, rel=1e-9)


def test_times_are_gathered_and_impossible_observations_refused() -> None:
    observations = (
        Range(1.0, 0, 3),
        Trace("mean_n", (0.5, 1.0), (1.0, 2.0), (0.1, 0.1)),
        Rate("etching", 0.0, 0.25, 1e-3, 2),
    )
    assert times_of(observations) == (0.0, 0.25, 0.5, 1.0)
    experiment = make_experiment("Au25(p-MBSA)18", "p-MBA", cluster_mM=0.02, water_mL=2.0, water_ligand_mM=0.1)
    for wrong in (Range(1.0, 2, 19), Range(1.0, 3, 2), Shell(1.0, (0.5, 0.5), counts=10.0)):
        with pytest.raises(InputError):
            check_observation(wrong, experiment)
