"""Rates from traces: slopes against SciPy and polynomials, orders against the law that made the traces."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import savgol_filter

from goldshell.errors import InputError
from goldshell.exchange import KineticTrace, differentiate, initial_rate, integrate, orders_from_traces
from goldshell.exchange.models import power_law

CONDITIONS = [(0.01, 2.5), (0.02, 2.5), (0.05, 2.5), (0.025, 0.5), (0.025, 1.0), (0.025, 5.0)]


def traces(fraction: float, points: int = 21, noise: float = 0.0) -> list[KineticTrace]:
    """Traces of the plain power law until ``fraction`` of the clusters would be consumed at the initial rate."""
    parameters = power_law.Parameters(cluster_offset=0.0)
    random = np.random.default_rng(7)
    made = []
    for cluster, thiol in CONDITIONS:
        end = fraction * cluster / float(power_law.rate(cluster, thiol, parameters))
        time = np.linspace(0, end, points)
        course = integrate(power_law.law(parameters), cluster, thiol, time)
        values = course.cluster + noise * cluster * random.normal(size=points)
        made.append(KineticTrace(f"{cluster:g}/{thiol:g}", time, values, thiol))
    return made


@pytest.mark.parametrize(("points", "degree"), [(5, 2), (7, 2), (7, 3), (9, 4)])
def test_even_spacing_is_the_savitzky_golay_filter(points: int, degree: int) -> None:
    """Another program: scipy.signal.savgol_filter with mode='interp', edges included."""
    time = np.linspace(0, 3, 31)
    values = np.exp(-time) + 0.01 * np.sin(37 * time)
    ours = differentiate(time, values, points=points, degree=degree)
    theirs = savgol_filter(values, points, degree, deriv=1, delta=0.1, mode="interp")
    assert ours == pytest.approx(theirs, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3), st.integers(0, 2**31))
def test_uneven_spacing_is_exact_for_polynomials(coefficients: list[float], seed: int) -> None:
    """Property: a polynomial of the degree used has its exact slope at unevenly spaced times."""
    time = np.cumsum(np.random.default_rng(seed).uniform(0.1, 1.0, 15))
    curve = np.polynomial.Polynomial(coefficients)
    for method in ("savitzky_golay", "polynomial"):
        slopes = differentiate(time, curve(time), method=method, points=5, degree=2)  # type: ignore[arg-type]
        assert slopes == pytest.approx(curve.deriv()(time), abs=1e-7 * (1 + np.abs(curve.deriv()(time)).max()))


@pytest.mark.parametrize("method", ["initial", "savitzky_golay", "polynomial"])
def test_orders_come_back_from_traces(method: str) -> None:
    """Truth by construction (x = 0.04, y = 1.8), noise-free, 10 % conversion: three ways agree to 1e-3."""
    fit, rates = orders_from_traces(traces(0.1), method=method)  # type: ignore[arg-type]
    assert fit.x is not None
    assert fit.y is not None
    assert (fit.x.value, fit.y.value) == pytest.approx((0.04, 1.8), abs=1e-3)
    assert fit.k.value == pytest.approx(0.0247237, rel=2e-3)
    assert [one.name for one in rates] == [point.label for point in fit.points]


def test_noisy_traces_give_intervals_that_hold_the_truth() -> None:
    fit, rates = orders_from_traces(traces(0.1, 41, noise=0.002))
    assert fit.x is not None
    assert fit.y is not None
    assert fit.x.low < 0.04 < fit.x.high
    assert fit.y.low < 1.8 < fit.y.high
    for one, (cluster, thiol) in zip(rates, CONDITIONS, strict=True):
        truth = float(power_law.rate(cluster, thiol, power_law.Parameters(cluster_offset=0.0)))
        assert one.rate.value == pytest.approx(truth, rel=0.05)


def test_first_order_slope_belongs_to_the_middle_of_the_window() -> None:
    """Exponential decay with k = 1/h over 0.2 h: slope over mean concentration is k to second order, k h^2 / 40."""
    time = np.linspace(0, 0.2, 201)
    found = initial_rate(KineticTrace("a", time, 0.025 * np.exp(-time), 1.0), window=0.2)
    assert found.rate.value / found.cluster == pytest.approx(1.0, rel=0.2**2 / 40)
    assert found.conversion == pytest.approx(0.2, abs=0.03)
    assert found.points == 201


def test_window_is_chosen_by_conversion() -> None:
    time = np.linspace(0, 3, 301)
    trace = KineticTrace("a", time, 0.025 * np.exp(-time), 1.0)
    found = initial_rate(trace)
    assert found.window == pytest.approx(-math.log(0.9), abs=0.011)
    assert found.warnings == ()
    late = initial_rate(trace, window=1.5)
    assert any("consumed within the window" in text for text in late.warnings)
    assert any("curved" in text for text in late.warnings)
    assert late.to_dict()["window_h"] == pytest.approx(1.5)


def test_thiol_is_corrected_for_consumption() -> None:
    time = np.linspace(0, 1, 11)
    found = initial_rate(KineticTrace("a", time, 0.025 - 0.01 * time, 0.5), window=1.0, thiol_per_cluster=7)
    assert found.thiol == pytest.approx(0.5 - 7 * 0.005)


def test_trace_that_does_not_fall_is_named() -> None:
    rising = KineticTrace("blank 3", np.arange(5.0), np.array([0.02, 0.021, 0.02, 0.022, 0.021]), 1.0)
    with pytest.raises(InputError, match="does not fall") as caught:
        orders_from_traces([*traces(0.1), rising])
    assert "blank 3" in caught.value.where


@pytest.mark.parametrize(
    ("time", "cluster", "words"),
    [
        ([0, 1], [1, 1], "2 times"),
        ([0, 1, 2], [1, 1], "3 times and 2"),
        ([0, 2, 1], [1, 0.9, 0.8], "ascend"),
        ([0, 1, 2], [1, math.nan, 0.8], "finite"),
        ([0, 1, 2], [0, 0, 0], "first concentration"),
    ],
)
def test_bad_traces_are_refused(time: list, cluster: list, words: str) -> None:
    trace = KineticTrace("a", np.array(time, float), np.array(cluster, float), 1.0)
    with pytest.raises(InputError, match=words):
        initial_rate(trace)


def test_bad_choices_are_refused() -> None:
    trace = traces(0.1)[0]
    with pytest.raises(InputError, match="lengthen the window"):
        initial_rate(trace, window=1e-9)
    with pytest.raises(InputError, match="degree 5 through 5 points"):
        differentiate(trace.time, trace.cluster, points=5, degree=5)
    with pytest.raises(InputError, match="50 points asked of a trace of 21"):
        differentiate(trace.time, trace.cluster, points=50)
