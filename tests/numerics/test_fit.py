"""Least squares against certified values (NIST StRD), other programs (statsmodels) and properties."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError
from goldshell.numerics import FitResult, aicc, least_squares_fit, residual_tests
from goldshell.numerics.fit import runs_distribution

FOLDER = Path(__file__).parent.parent / "reference" / "nist_strd"
OBSERVATIONS = pd.read_csv(FOLDER / "observations.csv")
CERTIFIED = pd.read_csv(FOLDER / "certified.csv")
MODELS: dict[str, Callable[..., np.ndarray]] = {
    "Norris": lambda b, x: b[0] + b[1] * x,
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
}


def fit_nist(name: str, start: str) -> tuple[FitResult, pd.DataFrame]:
    """Our fit of a NIST set, and its certified values."""
    data = OBSERVATIONS.query("dataset == @name")
    certified = CERTIFIED.query("dataset == @name")
    x, y = data["x"].to_numpy(), data["y"].to_numpy()
    first = certified[start].fillna(1.0).to_list()
    names = certified["parameter"].to_list()
    return least_squares_fit(lambda b: MODELS[name](b, x) - y, first, None, names, ["1"] * len(names)), certified


def line(x: np.ndarray, y: np.ndarray, **options: object) -> FitResult:
    """Straight-line fit with parameters intercept and slope."""
    return least_squares_fit(lambda b: b[0] + b[1] * x - y, [0.0, 1.0], None, ["a", "b"], ["mM", "mM/h"], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("name", MODELS)
def test_certified_values_are_reproduced(name: str, start: str) -> None:
    """NIST StRD: estimates and standard deviations to 6 digits and more from both published starts."""
    fit, certified = fit_nist(name, start)
    assert fit.converged
    assert fit.values == pytest.approx(certified["value"].to_numpy(), rel=1e-6)
    assert fit.standard_errors == pytest.approx(certified["standard_deviation"].to_numpy(), rel=1e-6)
    assert fit.residual_sum_of_squares == pytest.approx(certified["residual_sum_of_squares"].iloc[0], rel=1e-9)
    assert fit.degrees_of_freedom == certified["degrees_of_freedom"].iloc[0]


def test_likelihood_and_interval_agree_with_statsmodels() -> None:
    """Another program on the Norris data: log-likelihood, t intervals, covariance, Durbin-Watson."""
    import statsmodels.api as sm
    from statsmodels.stats.stattools import durbin_watson

    data = OBSERVATIONS.query("dataset == 'Norris'")
    reference = sm.OLS(data["y"].to_numpy(), sm.add_constant(data["x"].to_numpy())).fit()
    fit, _ = fit_nist("Norris", "start1")
    assert fit.log_likelihood == pytest.approx(reference.llf, rel=1e-10)
    assert fit.aicc == pytest.approx(aicc(reference.llf, 3, 36), rel=1e-10)
    assert fit.covariance == pytest.approx(reference.cov_params(), rel=1e-7)
    intervals = [[estimate.low, estimate.high] for estimate in fit.parameters.values()]
    assert np.array(intervals) == pytest.approx(reference.conf_int(), rel=1e-8)
    assert fit.tests.durbin_watson == pytest.approx(durbin_watson(reference.resid), rel=1e-8)


def test_known_errors_are_not_rescaled() -> None:
    """Textbook: with known standard deviation s, var(mean) = s^2 / n, whatever the scatter."""
    y = np.array([1.0, 5.0, 9.0, 5.0])
    fit = least_squares_fit(lambda b: (b[0] - y) / 2.0, [1.0], None, ["mean"], ["mM"], standardised=True)
    assert fit.values[0] == pytest.approx(5.0)
    assert fit.standard_errors[0] == pytest.approx(2.0 / math.sqrt(4), rel=1e-9)
    assert fit.parameters["mean"].high == pytest.approx(5.0 + 1.959963984540054, rel=1e-9)


@settings(deadline=None, max_examples=25)
@given(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9))
def test_units_do_not_matter(scale_a: float, scale_b: float) -> None:
    """Property: measuring parameters in other units multiplies estimates and errors, nothing else."""
    data = OBSERVATIONS.query("dataset == 'BoxBOD'")
    x, y = data["x"].to_numpy(), data["y"].to_numpy()
    fit = least_squares_fit(
        lambda b: scale_a * b[0] * (1 - np.exp(-scale_b * b[1] * x)) - y,
        [200 / scale_a, 0.5 / scale_b],
        [(0, math.inf), (0, math.inf)],
        ["a", "b"],
        ["1", "1"],
    )
    certified = CERTIFIED.query("dataset == 'BoxBOD'")
    scales = np.array([scale_a, scale_b])
    assert fit.values * scales == pytest.approx(certified["value"].to_numpy(), rel=1e-6)
    assert fit.standard_errors * scales == pytest.approx(certified["standard_deviation"].to_numpy(), rel=1e-5)


@pytest.mark.parametrize("high", [9, math.inf])
def test_bound_is_reported_and_clips_the_interval(high: float) -> None:
    x = np.linspace(0, 1, 8)
    y = 1 - 0.5 * x + 0.05 * np.cos(9 * x)
    fit = least_squares_fit(lambda b: b[0] + b[1] * x - y, [1.0, 0.5], [(-9, 9), (0, high)], ["a", "b"], ["1", "1"])
    assert fit.at_bound == {"b": "lower"}
    assert fit.parameters["b"].low == 0
    assert any("b ended at its lower bound" in text for text in fit.warnings)
    assert fit.to_dict()["parameters"][1]["at_bound"] == "lower"


def test_undetermined_combination_is_named() -> None:
    """Only the product of a and b acts on the data; c is determined all the same."""
    x = np.linspace(0, 1, 9)
    y = 2 + 6 * x + 0.1 * np.sin(20 * x)
    fit = least_squares_fit(lambda p: p[2] + p[0] * p[1] * x - y, [1.0, 1.0, 1.0], None, ["a", "b", "c"], ["1"] * 3)
    assert np.isinf(fit.standard_errors[:2]).all()
    assert np.isfinite(fit.standard_errors[2])
    assert math.isinf(fit.parameters["a"].high)
    assert any("a, b separately" in text for text in fit.warnings)
    assert [row["identifiable"] for row in fit.to_dict()["parameters"]] == [False, False, True]


def test_parameter_without_effect_is_named() -> None:
    x = np.linspace(0, 1, 9)
    fit = least_squares_fit(lambda p: p[0] * x - np.sin(x), [1.0, 1.0], None, ["a", "idle"], ["1", "1"])
    assert any("do not determine idle" in text for text in fit.warnings)


def test_strong_correlation_is_reported() -> None:
    """NIST Rat43: b2 and b3, b2 and b4 are correlated beyond 0.95 (from the certified model)."""
    fit, _ = fit_nist("Rat43", "start2")
    assert {(one, other) for one, other, _ in fit.correlated()} == {("b2", "b3"), ("b2", "b4")}
    assert np.diag(fit.correlations) == pytest.approx(np.ones(4))


def test_exact_data_give_zero_error() -> None:
    x = np.arange(5.0)
    fit = line(x, 2 + 3 * x)
    assert fit.values == pytest.approx([2, 3], rel=1e-9)
    assert fit.standard_errors == pytest.approx([0, 0], abs=1e-8)


def test_pattern_in_residuals_is_reported() -> None:
    """A parabola fitted by a straight line leaves three runs in 41 residuals."""
    x = np.linspace(-1, 1, 41)
    fit = line(x, x**2)
    assert fit.tests.runs == 3
    assert fit.tests.durbin_watson < 0.5
    assert any("follow a pattern" in text for text in fit.warnings)


def test_result_tables() -> None:
    x = np.linspace(0, 1, 6)
    fit = line(x, np.exp(x))
    assert list(fit.to_dataframe()["name"]) == ["a", "b"]
    assert list(fit.to_dataframe()["unit"]) == ["mM", "mM/h"]
    assert fit.to_dict()["degrees_of_freedom"] == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": [5.0], "bounds": [(0, 1)]}, "outside its bounds"),
        ({"start": [0.5], "bounds": [(1, 0)]}, "lower must be below"),
        ({"start": [0.5, 1.0], "bounds": [(0, 1)]}, "2 starting values for 1 parameters"),
        ({"start": [0.5], "bounds": [(0, 1)], "level": 95.0}, "level 95"),
    ],
)
def test_bad_problems_are_refused(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        least_squares_fit(lambda b: b[0] - np.arange(4.0), names=["a"], units=["1"], **options)


def test_nan_and_too_few_data_are_refused() -> None:
    with pytest.raises(AnalysisError, match="2 of 3 residuals are not finite"):
        least_squares_fit(lambda b: np.array([b[0], math.nan, math.inf]), [1.0], None, ["a"], ["1"])
    with pytest.raises(AnalysisError, match="2 observations cannot determine 2 parameters"):
        line(np.arange(2.0), np.arange(2.0))


def test_runs_probabilities_of_the_published_table() -> None:
    """Swed & Eisenhart, Ann. Math. Stat. 14 (1943) 66: 10 and 10 signs, P(R <= 6) = .019, P(R <= 7) = .051."""
    cumulative = np.cumsum(runs_distribution(10, 10))
    assert cumulative[6] == pytest.approx(0.019, abs=5e-4)
    assert cumulative[7] == pytest.approx(0.051, abs=5e-4)


@pytest.mark.parametrize(("a", "b"), [(1, 1), (1, 4), (3, 3), (2, 5), (5, 4), (0, 3), (0, 0)])
def test_runs_probabilities_by_counting(a: int, b: int) -> None:
    """Property: the formula equals counting all arrangements of the signs."""
    arrangements = set(itertools.permutations([1] * a + [0] * b))
    runs = [sum(1 for _ in itertools.groupby(one)) for one in arrangements]
    counted = np.bincount(runs) / len(arrangements)
    found = runs_distribution(a, b)
    assert found[: counted.size] == pytest.approx(counted, abs=1e-12)
    assert found[counted.size :] == pytest.approx(0, abs=1e-12)


def test_series_are_tested_apart() -> None:
    """Two series, one above and one below the fit: one run each, no evidence; joined, a clear pattern."""
    residuals = np.array([1.0, 1.1, 0.9, 1.0, 1.2, -1.0, -0.9, -1.1, -1.0, -1.2])
    joined = residual_tests(residuals)
    apart = residual_tests(residuals, ["a"] * 5 + ["b"] * 5)
    assert (joined.runs, apart.runs) == (2, 2)
    assert joined.runs_p == pytest.approx(2 * 2 / math.comb(10, 5))
    assert math.isnan(apart.runs_p)
    assert apart.durbin_watson < joined.durbin_watson


def test_alternating_residuals() -> None:
    """Durbin-Watson of +1, -1, ... n times is 4 (n - 1) / n by arithmetic."""
    tests = residual_tests([1.0, -1.0] * 10)
    assert tests.durbin_watson == pytest.approx(4 * 19 / 20)
    assert tests.runs == 20
    assert tests.to_dict()["runs_p"] < 1e-3
