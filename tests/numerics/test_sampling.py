"""The posterior sampler on distributions that are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from goldshell.errors import AnalysisError, InputError
from goldshell.numerics.sampling import sample_posterior

COVARIANCE = np.array([[1.0, 0.8], [0.8, 4.0]])
WIDE = [(-50.0, 50.0), (-50.0, 50.0)]


def gaussian(x: np.ndarray) -> float:
    return -0.5 * float(x @ np.linalg.solve(COVARIANCE, x))


def test_moments_of_a_normal_posterior() -> None:
    """Property: mean 0 and the given covariance, within five standard errors of a chain of this length."""
    found = sample_posterior(gaussian, [0.0, 0.0], COVARIANCE, WIDE, ["a", "b"], seed=2, steps=1500)
    error = 5.0 / math.sqrt(found.effective_samples)
    assert np.abs(found.samples.mean(axis=0) / np.sqrt(np.diag(COVARIANCE))).max() < error
    assert np.abs(np.cov(found.samples.T) / COVARIANCE - 1.0).max() < 3 * error
    middle, low, high = found.interval()[1]
    assert high - low == pytest.approx(2 * 1.96 * 2.0, rel=3 * error)
    assert abs(middle) < 2 * 2.0 * error


def test_same_seed_same_samples() -> None:
    one, two = (
        sample_posterior(gaussian, [0.0, 0.0], COVARIANCE, WIDE, ["a", "b"], seed=4, steps=60) for _ in range(2)
    )
    assert np.array_equal(one.samples, two.samples)


def test_bounds_cut_the_posterior() -> None:
    found = sample_posterior(
        gaussian, [0.5, 0.5], COVARIANCE, [(0.0, 50.0), (-1.0, 1.0)], ["a", "b"], seed=1, steps=200
    )
    assert found.samples[:, 0].min() >= 0.0
    assert np.abs(found.samples[:, 1]).max() <= 1.0


def test_a_direction_without_information_fills_its_range() -> None:
    covariance = np.array([[1.0, np.nan], [np.nan, np.inf]])
    found = sample_posterior(
        lambda x: -0.5 * float(x[0] ** 2), [0.0, 0.0], covariance, [(-9, 9), (-1, 1)], ["a", "b"], seed=1, steps=800
    )
    assert found.samples[:, 1].std() == pytest.approx(1 / math.sqrt(3), abs=0.12)


def test_short_chains_warn_and_too_short_ones_are_refused() -> None:
    found = sample_posterior(gaussian, [0.0, 0.0], COVARIANCE, WIDE, ["a", "b"], seed=1, steps=100)
    assert any("autocorrelation times" in text for text in found.warnings)
    with pytest.raises(InputError, match="too few"):
        sample_posterior(gaussian, [0.0, 0.0], COVARIANCE, WIDE, ["a", "b"], seed=1, steps=5)


def test_nowhere_finite_is_told() -> None:
    with pytest.raises(AnalysisError, match="no starting points"):
        sample_posterior(lambda x: math.nan, [0.0], np.eye(1), [(-1, 1)], ["a"], seed=1, steps=50)
