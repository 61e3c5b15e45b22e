"""Rates at the beginning of traces of concentration, and the orders that follow from them.

    r = -dN/dt by a straight line through a first window, or by the slope of a moving or global polynomial

Only one rate is taken per trace: slopes along one trace share their errors, and would make the orders look better
known than they are.

References
----------
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z, Methods "Etching reaction kinetics investigation"
Savitzky & Golay, Anal. Chem. 36 (1964) 1627-1639, doi:10.1021/ac60214a047
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.exchange.regression import OrderFit, Vary, fit_orders
from goldshell.numerics import Estimate

Array = NDArray[np.float64]
Method = Literal["initial", "savitzky_golay", "polynomial"]

_AUTO_CONVERSION = 0.10  # part of the clusters that may be consumed in the first window


@dataclass(frozen=True, slots=True)
class KineticTrace:
    """Intact clusters in time at one initial thiol concentration.

    Parameters
    ----------
    name : of the experiment
    time : ascending (n,) [h]
    cluster : intact clusters (n,) [mM]
    thiol : free thiol at the start [mM]
    """

    name: str
    time: Array
    cluster: Array
    thiol: float


@dataclass(frozen=True, slots=True)
class RateEstimate:
    """Rate at the beginning of a trace.

    Parameters
    ----------
    name : of the trace
    rate : -dN/dt with its interval [mM/h]
    cluster : intact clusters that the rate belongs to [mM]
    thiol : free thiol that it belongs to [mM]
    window : time used [h]
    points : observations used
    conversion : part of the clusters consumed within the window [1]
    warnings : advice
    """

    name: str
    rate: Estimate
    cluster: float
    thiol: float
    window: float
    points: int
    conversion: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """All fields; units in the names."""
        return {
            "name": self.name,
            "rate": self.rate.to_dict(),
            "cluster_mM": self.cluster,
            "thiol_mM": self.thiol,
            "window_h": self.window,
            "points": self.points,
            "conversion": self.conversion,
            "warnings": list(self.warnings),
        }


def orders_from_traces(
    traces: Sequence[KineticTrace],
    *,
    method: Method = "initial",
    window: float | None = None,
    points: int = 7,
    degree: int = 2,
    thiol_per_cluster: float = 0.0,
    vary: Vary = "auto",
    level: float = 0.95,
) -> tuple[OrderFit, tuple[RateEstimate, ...]]:
    """Differentiate traces, one initial rate each, and regress the orders.

    Parameters
    ----------
    traces : one per experiment
    method : "initial" straight line through the window; "savitzky_golay" or "polynomial" slope at the first point
    window : length of the window of "initial"; until 10 % are consumed when None [h]
    points, degree : of the moving or global polynomial
    thiol_per_cluster : thiols consumed per cluster lost, to correct [SR] within the window [1]
    vary, level : as in `fit_orders`

    Returns
    -------
    OrderFit, rates

    Raises
    ------
    InputError : a trace that does not fall (it is named), or too few points in a window
    AnalysisError : as `fit_orders`
    """
    rates = tuple(
        initial_rate(
            trace,
            method=method,
            window=window,
            points=points,
            degree=degree,
            thiol_per_cluster=thiol_per_cluster,
            level=level,
        )
        for trace in traces
    )
    for one in rates:
        if one.rate.value <= 0:
            raise InputError(
                f"the concentration does not fall (rate {one.rate.value:.3g} mM/h): its rate has no logarithm",
                where=f"trace {one.name!r}",
                hint="leave the trace out or choose a longer window",
            )
    fit = fit_orders(
        [one.cluster for one in rates],
        [one.thiol for one in rates],
        [one.rate.value for one in rates],
        vary=vary,
        labels=[one.name for one in rates],
        level=level,
    )
    advice = tuple(f"trace {one.name!r}: {text}" for one in rates for text in one.warnings)
    return replace(fit, warnings=fit.warnings + advice), rates


def initial_rate(
    trace: KineticTrace,
    *,
    method: Method = "initial",
    window: float | None = None,
    points: int = 7,
    degree: int = 2,
    thiol_per_cluster: float = 0.0,
    level: float = 0.95,
) -> RateEstimate:
    """Rate of loss of clusters at the beginning of a trace.

    "initial" fits a straight line within the window and assigns its slope to the mean concentration there, which is
    right to second order in the length of the window.

    Parameters
    ----------
    trace : the trace
    method : "initial", "savitzky_golay" or "polynomial"
    window : length of the window of "initial" from the first point; until 10 % are consumed when None [h]
    points, degree : of the moving or global polynomial
    thiol_per_cluster : thiols consumed per cluster lost [1]
    level : probability of the t interval

    Returns
    -------
    RateEstimate

    Raises
    ------
    InputError : fewer than 3 points in the window, times that do not ascend, or unusable numbers
    """
    from scipy import stats

    place = f"trace {trace.name!r}"
    time, cluster = _checked_trace(trace, place)
    if method != "initial":
        slopes = differentiate(time, cluster, method=method, points=points, degree=degree, where=place)
        rate = float(-slopes[0])
        estimate = Estimate(rate, math.nan, math.nan, "mM/h")
        span = (
            float(time[min(points, time.size) - 1] - time[0])
            if method == "savitzky_golay"
            else float(time[-1] - time[0])
        )
        return RateEstimate(trace.name, estimate, float(cluster[0]), trace.thiol, span, time.size, 0.0, ())
    if window is None:
        consumed = np.flatnonzero(cluster < (1 - _AUTO_CONVERSION) * cluster[0])
        count = max(int(consumed[0]) if consumed.size else time.size, 4)
    else:
        count = int(np.count_nonzero(time <= time[0] + window))
    count = min(count, time.size)
    if count < 3:
        raise InputError(
            f"{count} points in the window", where=place, hint="a rate needs 3 points: lengthen the window"
        )
    line = stats.linregress(time[:count], cluster[:count])
    half = float(stats.t.ppf(0.5 + level / 2, count - 2) * line.stderr)
    mean = float(np.mean(cluster[:count]))
    span = float(time[count - 1] - time[0])
    start = float(line.intercept + line.slope * time[0])
    conversion = float(-line.slope * span / start) if start > 0 else math.nan
    return RateEstimate(
        trace.name,
        Estimate(float(-line.slope), float(-line.slope - half), float(-line.slope + half), "mM/h"),
        mean,
        max(trace.thiol - thiol_per_cluster * (start - mean), 0.0),
        span,
        count,
        conversion,
        tuple(_window_advice(time[:count], cluster[:count], conversion)),
    )


def differentiate(
    time: ArrayLike,
    values: ArrayLike,
    *,
    method: Method = "savitzky_golay",
    points: int = 7,
    degree: int = 2,
    where: str = "",
) -> Array:
    """Slope of a trace by least-squares polynomials.

    "savitzky_golay" fits a polynomial to the nearest ``points`` around each time (for even spacing this is the
    Savitzky-Golay filter; uneven spacing is allowed); "polynomial" fits one polynomial to all.

    Parameters
    ----------
    time : ascending (n,) [h]
    values : (n,) [any unit]
    method : "savitzky_golay" or "polynomial"
    points : observations of the moving polynomial
    degree : of the polynomial
    where : name of the trace, for error messages

    Returns
    -------
    (n,) [unit of values / h]

    Raises
    ------
    InputError : more coefficients than points, or more points than the trace has

    References
    ----------
    Savitzky & Golay 1964, doi:10.1021/ac60214a047
    """
    t, v = np.asarray(time, dtype=float), np.asarray(values, dtype=float)
    used = t.size if method == "polynomial" else points
    if degree < 1 or used <= degree:
        raise InputError(f"a polynomial of degree {degree} through {used} points", where=where, hint="use more points")
    if used > t.size:
        raise InputError(f"{used} points asked of a trace of {t.size}", where=where, hint="use fewer points")
    if method == "polynomial":
        curve = np.polynomial.Polynomial.fit(t, v, degree)
        return np.asarray(curve.deriv()(t))
    slopes = np.empty(t.size)
    for i in range(t.size):
        first = min(max(i - (points - 1) // 2, 0), t.size - points)
        part = slice(first, first + points)
        curve = np.polynomial.Polynomial.fit(t[part], v[part], degree)
        slopes[i] = curve.deriv()(t[i])
    return slopes


def _checked_trace(trace: KineticTrace, place: str) -> tuple[Array, Array]:
    time, cluster = np.asarray(trace.time, dtype=float), np.asarray(trace.cluster, dtype=float)
    if time.shape != cluster.shape or time.size < 3:
        raise InputError(f"{time.size} times and {cluster.size} concentrations", where=place, hint="at least 3 of each")
    if not (np.all(np.isfinite(time)) and np.all(np.isfinite(cluster))):
        raise InputError("times and concentrations must be finite numbers", where=place)
    if np.any(np.diff(time) <= 0):
        raise InputError("times must ascend", where=place, hint="sort the rows by time, one row per time")
    if not cluster[0] > 0:
        raise InputError(f"first concentration is {cluster[0]:g} mM", where=place, hint="subtract the blank")
    return time, cluster


def _window_advice(time: Array, cluster: Array, conversion: float) -> list[str]:
    """Is the window straight and short enough for an initial rate?"""
    from scipy import stats

    advice = []
    if conversion > 2 * _AUTO_CONVERSION:
        advice.append(f"{conversion:.0%} are consumed within the window: shorten it for an initial rate")
    if time.size >= 5:
        scaled = (time - time.mean()) / np.ptp(time)
        design = np.column_stack([np.ones_like(scaled), scaled, scaled**2])
        coefficients, rest, _, _ = np.linalg.lstsq(design, cluster, rcond=None)
        noise = float(rest[0]) / (time.size - 3)
        error = math.sqrt(noise * np.linalg.inv(design.T @ design)[2, 2])
        curved = error > 0 and abs(coefficients[2]) > stats.t.ppf(0.975, time.size - 3) * error
        if curved and abs(coefficients[2]) > 0.1 * abs(coefficients[1]):
            advice.append("the trace is curved within the window: shorten it")
    return advice
