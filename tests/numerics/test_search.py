"""Searches and cheap profiles: exact for linear models, equal to another program (lmfit) for others."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from goldshell.errors import AnalysisError, UnknownNameError
from goldshell.numerics import least_squares_fit, multi_start, refine, scattered_starts, trace_profile

FOLDER = Path(__file__).parent.parent / "reference"
OBSERVATIONS = pd.read_csv(FOLDER / "nist_strd" / "observations.csv")
CERTIFIED = pd.read_csv(FOLDER / "nist_strd" / "certified.csv")
LMFIT = pd.read_csv(FOLDER / "lmfit_profiles.csv")
MODELS = {
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
}


def difference(residual, at, step=1e-6):
    """Central differences of a residual function."""
    columns = []
    for j in range(at.size):
        shift = np.zeros(at.size)
        shift[j] = step
        columns.append((residual(at + shift) - residual(at - shift)) / (2 * step))
    return np.array(columns).T


@pytest.mark.parametrize("level", [0.68, 0.95, 0.99])
def test_profile_of_a_linear_model_is_the_normal_interval(level: float) -> None:
    """Property: for a straight line with known errors the profile ends at value ± z standard errors."""
    x = np.arange(10.0)
    y = 1 + 0.7 * x + np.array([0.3, -0.1, -0.4, 0.2, 0.5, -0.3, -0.2, 0.1, -0.1, 0.0])

    def residual(b):
        return (b[0] + b[1] * x - y) / 0.3

    fit = least_squares_fit(
        residual, [0.0, 0.1], [(-5, 5), (-5, 5)], ["a", "b"], ["1", "1"], level=level, standardised=True
    )
    for name in ("a", "b"):
        found = trace_profile(fit, lambda b: difference(residual, b), name)
        assert found.identifiable
        assert found.estimate.low == pytest.approx(fit.parameters[name].low, rel=1e-3)
        assert found.estimate.high == pytest.approx(fit.parameters[name].high, rel=1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_profiles_agree_with_lmfit(name: str) -> None:
    """Another program: lmfit 1.3.4 conf_interval at 95 % (tests/reference/lmfit_profiles.py), in logarithms."""
    data = OBSERVATIONS.query("dataset == @name")
    certified = CERTIFIED.query("dataset == @name")
    x, y = data["x"].to_numpy(), data["y"].to_numpy()
    names = certified["parameter"].to_list()
    best = certified["value"].to_numpy() if "value" in certified else certified["certified"].to_numpy()
    freedom = len(y) - len(names)
    sd = math.sqrt(np.sum((MODELS[name](best, x) - y) ** 2) / freedom)

    def residual(u):
        return (MODELS[name](best * np.exp(u - 1), x) - y) / sd

    fit = least_squares_fit(
        residual, np.ones(len(names)), [(-4, 6)] * len(names), names, ["1"] * len(names), standardised=True
    )
    # lmfit uses Student's t because it estimates sd; the level whose normal quantile is that t quantile.
    level = 2 * stats.norm.cdf(stats.t.ppf(0.975, freedom)) - 1
    expected = LMFIT.query("dataset == @name").set_index("parameter")
    for parameter, value in zip(names, best, strict=True):
        found = trace_profile(fit, lambda u: difference(residual, u), parameter, level=level).estimate
        low, high = (value * math.exp(end - 1) for end in (found.low, found.high))
        width = expected.loc[parameter, "high"] - expected.loc[parameter, "low"]
        assert low == pytest.approx(expected.loc[parameter, "low"], abs=0.02 * width)
        assert high == pytest.approx(expected.loc[parameter, "high"], abs=0.02 * width)


def test_a_parameter_without_influence_is_open_on_both_sides() -> None:
    def residual(u):
        return np.array([u[0] - 1.0, 2.0 * (u[0] - 1.2)])

    fit = least_squares_fit(residual, [0.5, 1.0], [(-5, 5), (-5, 5)], ["a", "b"], ["1", "1"], standardised=True)
    found = trace_profile(fit, lambda u: difference(residual, u), "b")
    assert not found.identifiable
    assert (found.estimate.low, found.estimate.high) == (-5, 5)
    assert len(found.warnings) == 2


def test_profile_follows_a_curved_valley() -> None:
    """Property: r = (u v - 1, w) leaves u open while v moves as 1/u; S along the profile stays zero."""

    def residual(u):
        return np.array([10.0 * (u[0] * u[1] - 1.0), u[2], 0.0])

    fit = least_squares_fit(
        residual, [1.0, 1.0, 0.0], [(0.2, 5), (0.1, 10), (-3, 3)], ["u", "v", "w"], ["1"] * 3, standardised=True
    )
    found = trace_profile(fit, lambda x: difference(residual, x), "u")
    assert not found.identifiable
    assert found.others[:, 0] * found.others[:, 1] == pytest.approx(1.0, abs=0.01)


def test_many_starts_find_the_deeper_of_two_minima() -> None:
    """Property: (x^2 - 1)^2 + 0.1 (x - 1)^2 is least at x = 1; a search from -1.2 alone stays in the other well."""

    def residual(x):
        return np.array([x[0] ** 2 - 1.0, math.sqrt(0.1) * (x[0] - 1.0)])

    def jacobian(x):
        return difference(residual, x)

    alone = multi_start(residual, jacobian, [np.array([-1.2])], [(-3, 3)])
    assert alone[0].values[0] < 0
    starts = scattered_starts(np.array([-1.2]), [(-3, 3)], 12, seed=3, spread=[1.5])
    found = multi_start(residual, jacobian, starts, [(-3, 3)])
    assert found[0].values[0] == pytest.approx(1.0, abs=1e-4)
    assert found[0].sum_of_squares <= found[-1].sum_of_squares


def test_starts_are_reproducible_and_inside() -> None:
    bounds = [(-1.0, 1.0), (0.0, 2.0)]
    one = scattered_starts(np.array([0.0, 1.0]), bounds, 9, seed=5, spread=[3.0, 3.0])
    two = scattered_starts(np.array([0.0, 1.0]), bounds, 9, seed=5, spread=[3.0, 3.0])
    assert np.array_equal(one, two)
    assert all(low <= value <= high for row in one for value, (low, high) in zip(row, bounds, strict=True))


def test_a_model_that_cannot_be_computed_is_told() -> None:
    with pytest.raises(AnalysisError, match="not finite at any of 2 starts"):
        multi_start(lambda x: np.array([np.nan]), lambda x: np.zeros((1, 1)), [np.ones(1), np.zeros(1)], [(-1, 2)])


def test_unknown_parameter_of_a_profile() -> None:
    fit = least_squares_fit(lambda b: b - 1.0, [0.5], [(0, 2)], ["mean"], ["1"], standardised=True)
    with pytest.raises(UnknownNameError):
        trace_profile(fit, lambda b: np.ones((1, 1)), "men")


def test_refinement_of_a_linear_model_is_the_normal_equations() -> None:
    """Closed form, with one Jacobian; a bound holds where the solution lies outside it."""
    rng = np.random.default_rng(3)
    design, data = rng.normal(size=(12, 3)), rng.normal(size=12)
    calls = 0

    def jacobian(theta: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        return design

    def residual(theta: np.ndarray) -> np.ndarray:
        return design @ theta - data

    best, *_ = np.linalg.lstsq(design, data, rcond=None)
    found = refine(residual, jacobian, np.zeros(3), [(-9.0, 9.0)] * 3, tolerance=1e-10)
    assert found.values == pytest.approx(best, abs=1e-5)
    assert calls <= 3
    low = best[0] + 0.5
    held = refine(residual, jacobian, np.full(3, low + 1.0), [(low, low + 9.0), (-9.0, 9.0), (-9.0, 9.0)])
    assert held.values[0] == pytest.approx(low)
    with pytest.raises(AnalysisError, match="not finite"):
        refine(lambda theta: theta * np.nan, lambda theta: np.eye(3) * np.nan, np.ones(3), [(0.0, 2.0)] * 3)
