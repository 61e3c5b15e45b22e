"""Searching and profiling when one evaluation takes milliseconds: many starts, few evaluations per profile.

`multi_start` runs a bounded trust-region search from several starts. `trace_profile` walks along one parameter from the
best fit; each next point starts from the local quadratic model, and the other parameters follow by Gauss-Newton steps
whose Jacobian is carried along by Broyden's rank-one update, so that a point costs a handful of evaluations instead of
several Jacobians. `goldshell.numerics.identifiability.profile` does the same to high accuracy for cheap residuals.

Coordinates should be scaled so that one unit means about the same for every parameter (logarithms).

References
----------
Broyden, Math. Comp. 19 (1965) 577-593, doi:10.1090/S0025-5718-1965-0198670-6
Venzon & Moolgavkar, Appl. Stat. 37 (1988) 87-94, doi:10.2307/2347496
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, UnknownNameError
from goldshell.numerics.estimate import Estimate
from goldshell.numerics.fit import FitResult
from goldshell.numerics.identifiability import ProfileResult

Array = NDArray[np.float64]
Residual = Callable[[Array], Array]

_LONGEST_STEP = 1.5  # coordinates, in one Gauss-Newton step
_BETTER = 0.1  # fall of S on the way of a profile that is told to the user
_STEPS = 25  # along a profile, per side
_REFITS = 30  # Gauss-Newton steps per point of a profile


@dataclass(frozen=True, slots=True)
class Solution:
    """Where one search ended.

    Parameters
    ----------
    values : (p,)
    residuals : (n,)
    jacobian : (n, p)
    sum_of_squares : S
    converged : the search stopped by itself
    """

    values: Array
    residuals: Array
    jacobian: Array
    sum_of_squares: float
    converged: bool


def search_from(
    residual: Residual,
    jacobian: Residual,
    start: Array,
    bounds: Sequence[tuple[float, float]],
    *,
    tolerance: float = 1e-8,
    max_evaluations: int = 200,
) -> Solution:
    """Least squares within bounds from one start (trust region reflective, SciPy).

    Parameters
    ----------
    residual : (p,) -> (n,)
    jacobian : (p,) -> (n, p)
    start : (p,)
    bounds : (low, high) per parameter
    tolerance : relative change of S at which the search stops
    max_evaluations : limit on evaluations of the residuals

    Raises
    ------
    AnalysisError : residuals that are not finite at the start
    """
    from scipy.optimize import least_squares

    low, high = np.array(bounds, dtype=float).T
    inside = np.clip(start, low + 1e-9, high - 1e-9)
    try:
        with np.errstate(all="ignore"):
            found = least_squares(
                residual,
                inside,
                jac=jacobian,
                bounds=(low, high),
                ftol=tolerance,
                xtol=tolerance,
                gtol=None,
                max_nfev=max_evaluations,
            )
    except (ValueError, np.linalg.LinAlgError) as problem:
        raise AnalysisError(
            f"the model cannot be computed near the start: {problem}", hint="check the start"
        ) from problem
    # A reflective search stays a hair inside; put what it drives into a bound onto it.
    values = np.where(found.active_mask < 0, low, np.where(found.active_mask > 0, high, found.x))
    residuals = residual(values)
    total = float(residuals @ residuals)
    if not math.isfinite(total) or total > 2.0 * found.cost * (1.0 + 1e-9):
        values, residuals, total = found.x, found.fun, 2.0 * found.cost
    return Solution(values, residuals, np.asarray(found.jac), total, found.status > 0)


def multi_start(
    residual: Residual,
    jacobian: Residual,
    starts: Sequence[Array],
    bounds: Sequence[tuple[float, float]],
    *,
    fine: Residual | None = None,
    tolerance: float = 1e-4,
    max_evaluations: int = 60,
) -> list[Solution]:
    """Search from every start and finish the best; solutions from the best to the worst.

    Starts at which the residuals are not finite are skipped.

    Parameters
    ----------
    residual : (p,) -> (n,)
    jacobian : (p,) -> (n, p)
    starts : (p,) each
    bounds : (low, high) per parameter
    fine : a more accurate Jacobian for the finish; ``jacobian`` when None
    tolerance : relative change of S at which a search stops
    max_evaluations : limit on evaluations of the residuals, per start

    Raises
    ------
    AnalysisError : no start could be evaluated
    """
    found = []
    for start in starts:
        try:
            found.append(
                search_from(residual, jacobian, start, bounds, tolerance=tolerance, max_evaluations=max_evaluations)
            )
        except AnalysisError:
            continue
    if not found:
        raise AnalysisError(
            f"the residuals are not finite at any of {len(starts)} starts", hint="check the starting values and bounds"
        )
    found.sort(key=lambda one: one.sum_of_squares)
    found[0] = _finished(residual, fine or jacobian, found[0], np.array(bounds, dtype=float))
    return found


def refine(
    residual: Residual,
    jacobian: Residual,
    start: Array,
    bounds: Sequence[tuple[float, float]],
    *,
    tolerance: float = 1e-2,
) -> Solution:
    """Gauss-Newton steps from a start that is known to be close: one Jacobian, and more only where it pays.

    Parameters
    ----------
    residual : (p,) -> (n,)
    jacobian : (p,) -> (n, p)
    start : (p,)
    bounds : (low, high) per parameter
    tolerance : promised fall of S below which the start counts as the solution

    Raises
    ------
    AnalysisError : residuals that are not finite at the start
    """
    limits = np.array(bounds, dtype=float)
    inside = np.clip(start, limits[:, 0], limits[:, 1])
    first = jacobian(inside)
    found = _refit(residual, jacobian, inside, None, limits, first, tolerance) if np.all(np.isfinite(first)) else None
    if found is None:
        raise AnalysisError("the residuals are not finite at the start", hint="check the starting values and bounds")
    values, total, derivative = found
    return Solution(values, residual(values), derivative, total, True)


def _finished(residual: Residual, jacobian: Residual, found: Solution, bounds: Array) -> Solution:
    """The solution after Gauss-Newton steps down to changes of S of 1e-5: trust regions stop early in valleys."""
    start = np.clip(found.values, bounds[:, 0], bounds[:, 1])
    refit = _refit(residual, jacobian, start, None, bounds, found.jacobian, 1e-5)
    if refit is None or refit[1] >= found.sum_of_squares:
        return found
    values, total, _ = refit
    return Solution(values, residual(values), jacobian(values), total, True)


def scattered_starts(
    start: Array, bounds: Sequence[tuple[float, float]], count: int, *, seed: int, spread: Sequence[float]
) -> list[Array]:
    """The start, and others around it by a Latin hypercube through normal quantiles, clipped into the bounds.

    Parameters
    ----------
    start : (p,)
    bounds : (low, high) per parameter
    count : number of starts, the given one included
    seed : of the random numbers
    spread : standard deviation of each coordinate around the start (p,)
    """
    from scipy.stats import norm, qmc

    low, high = np.array(bounds, dtype=float).T
    others = qmc.LatinHypercube(d=start.size, rng=np.random.default_rng(seed)).random(max(count - 1, 0))
    shifted = start + norm.ppf(np.clip(others, 1e-6, 1 - 1e-6)) * np.asarray(spread)
    return [np.clip(start, low, high), *np.clip(shifted, low, high)]


def trace_profile(
    fit: FitResult,
    jacobian: Residual,
    name: str,
    *,
    level: float | None = None,
    points: int = 4,
    tolerance: float = 2e-3,
) -> ProfileResult:
    """Profile likelihood of one parameter with few evaluations.

    Parameters
    ----------
    fit : the fit; its residuals must be standardised
    jacobian : dr/dtheta (p,) -> (n, p)
    name : parameter
    level : probability of the interval; that of the fit when None
    points : aimed at between the best value and each end of the interval
    tolerance : decrease of S below which the other parameters count as re-fitted

    Returns
    -------
    ProfileResult

    Raises
    ------
    UnknownNameError : no parameter of that name
    """
    from scipy import stats

    problem = fit.problem
    if name not in problem.names:
        raise UnknownNameError("parameter", name, problem.names)
    index = problem.names.index(name)
    chosen = fit.level if level is None else level
    threshold = float(stats.norm.ppf(0.5 + chosen / 2))
    lowest = fit.residual_sum_of_squares
    better = [lowest]
    ends, closed, sides = [], [], []
    for side in (-1, 1):
        walk = _walk(fit, jacobian, index, side, threshold, points, tolerance, better)
        sides.append(walk)
        end = _crossing(walk, threshold)
        closed.append(end is not None)
        if end is None:
            end = problem.bounds[index][0 if side < 0 else 1]
        ends.append(end)
    below, above = sides
    rows = [*reversed(below[1:]), *above]
    signs = np.array([-1.0] * (len(below) - 1) + [1.0] * len(above))
    warnings = [
        f"the data do not limit {name} from {side}: report it as one-sided, or measure what fixes it"
        for side, ok in zip(("below", "above"), closed, strict=True)
        if not ok
    ]
    if better[0] < lowest - _BETTER:
        warnings.append(
            f"a better fit was met on the way (S = {better[0]:.6g} instead of {lowest:.6g}): fit again from more starts"
        )
    return ProfileResult(
        name=name,
        estimate=Estimate(float(fit.values[index]), ends[0], ends[1], problem.units[index]),
        values=np.array([row[0] for row in rows]),
        tau=signs * np.array([row[1] for row in rows]),
        threshold=threshold,
        others=np.array([row[2] for row in rows]),
        identifiable=all(closed),
        level=chosen,
        warnings=tuple(warnings),
    )


_Walk = list[tuple[float, float, Array]]


def _walk(
    fit: FitResult,
    jacobian: Residual,
    index: int,
    side: int,
    threshold: float,
    points: int,
    tolerance: float,
    better: list[float],
) -> _Walk:
    """Points (value, tau, all parameters) from the best value outward until tau passes the threshold or a bound."""
    bounds = np.array(fit.problem.bounds)
    bound = bounds[index, 0 if side < 0 else 1]
    best, lowest = fit.values, fit.residual_sum_of_squares
    walk: _Walk = [(float(best[index]), 0.0, best)]
    slope = _response(fit.jacobian, index)
    column = fit.jacobian @ slope
    sensitivity = float(np.linalg.norm(column))
    widest = 0.25 * (bounds[index, 1] - bounds[index, 0])
    step = min(threshold / points / sensitivity if sensitivity > 0 else widest, widest, _LONGEST_STEP)
    current, carried = best, fit.jacobian
    for _ in range(_STEPS):
        value = walk[-1][0] + side * step
        if side * (value - bound) >= 0:
            value = float(bound)
        shift = value - current[index]
        if shift == 0.0:
            break
        trial = np.clip(current + shift * slope, bounds[:, 0], bounds[:, 1])
        trial[index] = value
        refit = _refit(fit.problem.residual, jacobian, trial, index, bounds, carried, tolerance)
        if refit is None:
            step *= 0.3
            if step < 1e-4:
                break
            continue
        found, total, carried = refit
        better[0] = min(better[0], total)
        tau = math.sqrt(max(total - lowest, 0.0))
        walk.append((value, tau, found))
        if tau >= threshold or value == bound:
            break
        # Aim at the next of `points` equal rises of tau; at most four times the last step.
        gained = (tau - walk[-2][1]) / abs(value - walk[-2][0])
        wanted = threshold / points if tau + threshold / points < threshold else threshold * 1.02 - tau
        step = min(4.0 * step, wanted / gained if gained > 0 else 4.0 * step, widest, _LONGEST_STEP)
        slope = (found - current) / shift
        current = found
    return walk


def _response(jacobian: Array, index: int) -> Array:
    """How the best other parameters move with one of them, d theta / d theta_index (p,)."""
    others = [j for j in range(jacobian.shape[1]) if j != index]
    slope = np.zeros(jacobian.shape[1])
    slope[index] = 1.0
    if others:
        slope[others] = -np.linalg.lstsq(jacobian[:, others], jacobian[:, index], rcond=1e-6)[0]
    return slope


def _refit(
    residual: Callable[[Array], object],
    jacobian: Residual,
    start: Array,
    index: int | None,
    bounds: Array,
    carried: Array,
    tolerance: float,
) -> tuple[Array, float, Array] | None:
    """Best parameters with at most one held: damped Gauss-Newton with Broyden updates; None where not computable."""
    here = start
    with np.errstate(all="ignore"):
        r = np.asarray(residual(here), dtype=float)
    if not np.all(np.isfinite(r)):
        return None
    total, derivative, fresh, damping = float(r @ r), carried, False, 1e-4
    for _ in range(_REFITS):
        gradient = derivative.T @ r
        free = np.array(
            [
                j != index
                and not (here[j] <= bounds[j, 0] and gradient[j] > 0)
                and not (here[j] >= bounds[j, 1] and gradient[j] < 0)
                for j in range(here.size)
            ]
        )
        if not free.any():
            break
        part = derivative[:, free]
        norms = np.maximum(np.linalg.norm(part, axis=0), 1e-8)
        stacked = np.vstack([part, math.sqrt(damping) * np.diag(norms)])
        step = np.zeros(here.size)
        step[free] = np.linalg.lstsq(stacked, np.append(-r, np.zeros(int(free.sum()))), rcond=None)[0]
        step *= min(1.0, _LONGEST_STEP / max(float(np.max(np.abs(step))), 1e-300))
        trial = np.clip(here + step, bounds[:, 0], bounds[:, 1])
        moved = trial - here
        promised = total - float(np.sum((r + derivative @ moved) ** 2))
        if promised < tolerance:
            if fresh or promised < 0.2 * tolerance:
                break
            derivative, fresh = jacobian(here), True
            continue
        with np.errstate(all="ignore"):
            following = np.asarray(residual(trial), dtype=float)
        finite = bool(np.all(np.isfinite(following)))
        gained = total - float(following @ following) if finite else -math.inf
        if finite:
            derivative = derivative + np.outer(following - r - derivative @ moved, moved) / float(moved @ moved)
        if gained > 0:
            here, r, total = trial, following, total - gained
            damping = max(damping * (0.2 if gained > 0.5 * promised else 1.0), 1e-8)
            if gained < 0.25 * promised and not fresh:
                derivative, fresh = jacobian(here), True
            else:
                fresh = False
        elif not fresh:
            derivative, fresh = jacobian(here), True
        else:
            derivative = derivative if not finite else jacobian(here)
            damping = max(damping, 1e-4) * 10.0
            if damping > 1e8:
                break
    return here, total, derivative


def _crossing(walk: _Walk, threshold: float) -> float | None:
    """Where tau passes the threshold, by inverse interpolation through the last points; None where it does not."""
    if walk[-1][1] < threshold:
        return None
    (x0, t0, _), (x1, t1, _) = walk[-2], walk[-1]
    if t1 == t0:
        return x1
    if len(walk) > 2 and walk[-3][1] < t0:
        x2, t2, _ = walk[-3]
        # Inverse quadratic interpolation, kept only where it stays between the two points around the threshold.
        value = (
            x2 * (threshold - t0) * (threshold - t1) / ((t2 - t0) * (t2 - t1))
            + x0 * (threshold - t2) * (threshold - t1) / ((t0 - t2) * (t0 - t1))
            + x1 * (threshold - t2) * (threshold - t0) / ((t1 - t2) * (t1 - t0))
        )
        if min(x0, x1) <= value <= max(x0, x1):
            return float(value)
    return float(x0 + (x1 - x0) * (threshold - t0) / (t1 - t0))
