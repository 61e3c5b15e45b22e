"""Profiles: exact for linear models, equal to another program (lmfit) for others, open where data are silent."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from goldshell.errors import AnalysisError, UnknownNameError
from goldshell.numerics import identifiability, least_squares_fit, profile

FOLDER = Path(__file__).parent.parent / "reference"
OBSERVATIONS = pd.read_csv(FOLDER / "nist_strd" / "observations.csv")
CERTIFIED = pd.read_csv(FOLDER / "nist_strd" / "certified.csv")
LMFIT = pd.read_csv(FOLDER / "lmfit_profiles.csv")
MODELS = {
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
}
NOISE = np.array([0.3, -0.1, -0.4, 0.2, 0.5, -0.3, -0.2, 0.1, -0.1, 0.0])


@pytest.mark.parametrize("level", [0.68, 0.95, 0.99])
def test_profile_of_a_linear_model_is_the_t_interval(level: float) -> None:
    """Property: with a straight line, profile and t interval are the same; tau is linear in the parameter."""
    x = np.arange(10.0)
    y = 1 + 0.7 * x + NOISE
    fit = least_squares_fit(lambda b: b[0] + b[1] * x - y, [0.0, 0.1], None, ["a", "b"], ["1", "1"], level=level)
    for name in ("a", "b"):
        result = profile(fit, name)
        assert result.identifiable
        assert result.estimate.low == pytest.approx(fit.parameters[name].low, rel=1e-7)
        assert result.estimate.high == pytest.approx(fit.parameters[name].high, rel=1e-7)
        index = fit.problem.names.index(name)
        expected = (result.values - fit.values[index]) / fit.standard_errors[index]
        assert result.tau == pytest.approx(expected, abs=1e-5)


def test_known_errors_use_the_normal_quantile() -> None:
    y = np.array([1.0, 5.0, 9.0, 5.0])
    fit = least_squares_fit(lambda b: (b[0] - y) / 2.0, [1.0], None, ["mean"], ["mM"], standardised=True)
    result = profile(fit, "mean")
    assert result.estimate.low == pytest.approx(5 - 1.959963984540054, rel=1e-9)
    assert result.estimate.unit == "mM"


@pytest.mark.parametrize("name", MODELS)
def test_profiles_agree_with_lmfit(name: str) -> None:
    """Another program: lmfit 1.3.4 conf_interval at 95 % (tests/reference/lmfit_profiles.py)."""
    data = OBSERVATIONS.query("dataset == @name")
    certified = CERTIFIED.query("dataset == @name")
    x, y = data["x"].to_numpy(), data["y"].to_numpy()
    names = certified["parameter"].to_list()
    fit = least_squares_fit(
        lambda b: MODELS[name](b, x) - y, certified["start2"].to_list(), None, names, ["1"] * len(names)
    )
    for row in LMFIT.query("dataset == @name").itertuples():
        estimate = profile(fit, row.parameter, points=5).estimate
        assert estimate.low == pytest.approx(row.low, rel=1e-5)
        assert estimate.high == pytest.approx(row.high, rel=1e-5)


def test_saturated_data_leave_the_rate_open_above() -> None:
    """All points on the plateau: the rate has a lower limit only, and the t interval would hide it."""
    x = np.linspace(4, 10, 10)
    y = 1 - np.exp(-2 * x) + 0.02 * NOISE
    fit = least_squares_fit(
        lambda b: b[0] * (1 - np.exp(-b[1] * x)) - y, [1.0, 1.5], [(0, 9), (0, 50)], ["plateau", "rate"], ["1", "1/h"]
    )
    result = profile(fit, "rate")
    assert not result.identifiable
    assert result.estimate.high == 50
    assert 0 < result.estimate.low < 2
    assert any("do not limit rate from above" in text for text in result.warnings)


def test_product_is_an_undetermined_direction() -> None:
    """Only a * b acts: the direction (+1, -1) of relative changes carries no information; both profiles are open."""
    x = np.linspace(0, 1, 10)
    y = 2 * x + 0.1 * NOISE
    fit = least_squares_fit(
        lambda p: p[0] * p[1] * x - y, [1.0, 1.0], [(0.001, 1e3), (0.001, 1e3)], ["a", "b"], ["1", "1"]
    )
    found = identifiability(fit)
    assert len(found.undetermined) == 1
    assert abs(found.undetermined[0].weights["a"]) == pytest.approx(math.sqrt(0.5), rel=1e-3)
    assert found.undetermined[0].weights["a"] == pytest.approx(-found.undetermined[0].weights["b"], rel=1e-3)
    assert "a" in found.warnings[0]
    assert not profile(fit, "a", points=3).identifiable
    assert found.to_dict()["undetermined"] == 1


def test_better_optimum_is_reported() -> None:
    """A sine of unknown frequency fitted from a far start ends in a side minimum; its profile meets the true one."""
    x = np.linspace(0, 6, 40)
    y = np.sin(2 * x) + 0.3 * np.cos(17 * x)
    fit = least_squares_fit(
        lambda b: b[0] * np.sin(b[1] * x) - y, [0.3, 3.4], [(0, 3), (0.5, 6)], ["a", "w"], ["1", "1"]
    )
    assert fit.parameters["w"].value > 2.5
    result = profile(fit, "w", level=0.999)
    assert any("a better fit was met" in text for text in result.warnings)


def test_profile_errors() -> None:
    x = np.arange(5.0)
    exact = least_squares_fit(lambda b: b[0] * np.ones(5), [0.0], None, ["a"], ["1"])
    with pytest.raises(AnalysisError, match="exact"):
        profile(exact, "a")
    fit = least_squares_fit(lambda b: b[0] * x - x**2, [1.0], None, ["slope"], ["1"])
    with pytest.raises(UnknownNameError, match="slope"):
        profile(fit, "slop")


def test_profile_tables() -> None:
    x = np.arange(10.0)
    fit = least_squares_fit(lambda b: b[0] + b[1] * x - NOISE, [0.0, 0.1], None, ["a", "b"], ["mM", "1"])
    result = profile(fit, "a", points=5)
    assert list(result.to_dataframe().columns) == ["a", "tau"]
    assert result.to_dict()["unit"] == "mM"
    assert np.all(np.diff(result.values) > 0)
