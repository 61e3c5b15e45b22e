"""Search for the best parameters of a problem whose errors are not all known.

A search from several starts. Errors of single animals are estimated from the residuals, in turn with the parameters.
Where the residuals are wider than the stated errors, all errors are widened by the same factor, and this is said. The
spread between groups is the one with the largest marginal likelihood (Laplace).

References
----------
Tierney & Kadane, J. Am. Stat. Assoc. 81 (1986) 82-86, doi:10.1080/01621459.1986.10478240 (Laplace)
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldshell.fate.prepare import Posed
from goldshell.fate.problem import Evaluator, FitProblem
from goldshell.numerics import multi_start, scattered_starts

Array = NDArray[np.float64]

STARTS = 6
_SCATTER = 1.5  # of the starts, search coordinates
_WIDER = 1.5  # chi squared per degree of freedom from which errors are widened
_ROUNDS = 4
_SPREADS = (0.03, 0.1, 0.2, 0.4, 0.8)


@dataclass(frozen=True, slots=True)
class Solution:
    """A solved problem.

    Parameters
    ----------
    problem : with the errors that were used
    inner : best search coordinates (p,)
    agreeing : searches that ended there
    widened : factor on all stated errors, 1 when they fit
    notes : what was done, in words
    """

    problem: FitProblem
    inner: Array
    agreeing: int
    widened: float = 1.0
    notes: tuple[str, ...] = ()


def solve(problem: FitProblem, start: Array | None = None, *, starts: int = STARTS) -> tuple[Array, float, int]:
    """Best search coordinates, their sum of squares, and how many searches ended there.

    Parameters
    ----------
    problem : to solve
    start : where to begin; that of the problem when None
    starts : number of searches
    """
    evaluator = Evaluator(problem)
    bounds = [item.inner_bounds for item in problem.parameters]
    scatter = [min(item.spread, _SCATTER) for item in problem.parameters]
    first = problem.start if start is None else start
    places = scattered_starts(first, bounds, starts, seed=problem.seed, spread=scatter)
    found = multi_start(evaluator.residuals, evaluator.jacobian, places, bounds)
    best = found[0]
    agreeing = sum(one.sum_of_squares - best.sum_of_squares < 0.5 for one in found)
    return best.values, best.sum_of_squares, agreeing


def best_spread(problem: FitProblem) -> FitProblem:
    """The problem with the spread between groups of the largest marginal likelihood (Laplace).

    Parameters
    ----------
    problem : with deviations of groups
    """
    scores, start = [], None
    for spread in _SPREADS:
        trial = _with_spread(problem, spread)
        start, total, _ = solve(trial, start, starts=1 if start is not None else 3)
        jacobian = Evaluator(trial).jacobian(start)
        _, curvature = np.linalg.slogdet(jacobian.T @ jacobian)
        number = sum(item.role == "deviation" for item in trial.parameters)
        scores.append(0.5 * total + 0.5 * curvature + number * math.log(spread))
    return _with_spread(problem, _SPREADS[int(np.argmin(scores))])


def _with_spread(problem: FitProblem, spread: float) -> FitProblem:
    parameters = tuple(
        dataclasses.replace(item, spread=spread) if item.role == "deviation" else item for item in problem.parameters
    )
    return dataclasses.replace(problem, parameters=parameters)


def solve_with_errors(posed: Posed, widen: bool) -> Solution:
    """Solve; estimate the errors that are not known, widen those that are too small, and solve again.

    Parameters
    ----------
    posed : the problem, and which of its errors are to be estimated
    widen : widen errors that the residuals exceed
    """
    inner, _, agreeing = solve(posed.problem)
    found = Solution(posed.problem, inner, agreeing)
    if posed.estimated:
        found = _estimate_errors(found, posed.estimated)
    return _widen_errors(found, posed.estimated) if widen else found


def effective_parameters(jacobian: Array, covariance: Array) -> float:
    """Parameters that the samples, not the priors, decide: the trace of the hat matrix.

    Parameters
    ----------
    jacobian : of the residuals of the samples (n, p)
    covariance : of the parameters (p, p)
    """
    finite = np.where(np.isfinite(covariance), covariance, 0.0)
    return float(np.einsum("ij,jk,ik->", jacobian, finite, jacobian))


def _estimate_errors(found: Solution, series: frozenset[str]) -> Solution:
    """Errors and parameters in turn, until the errors stand."""
    problem, inner, before = found.problem, found.inner, math.nan
    for _ in range(_ROUNDS):
        estimate = _estimated_sigma(problem, inner, series)
        if estimate is None:
            note = "too few single animals to estimate their error: a CV of 25 % between animals is assumed"
            return dataclasses.replace(found, problem=problem, inner=inner, notes=(*found.notes, note))
        sigma = estimate
        problem = _with_sigma(problem, series, sigma)
        inner, _, _ = solve(problem, inner, starts=1)
        if abs(sigma - before) < 0.01 * sigma:
            break
        before = sigma
    note = f"error of single animals estimated from the residuals: CV {100 * math.expm1(sigma**2) ** 0.5:.0f} %"
    return dataclasses.replace(found, problem=problem, inner=inner, notes=(*found.notes, note))


def _widen_errors(found: Solution, estimated: frozenset[str]) -> Solution:
    """All errors by one factor, where the residuals exceed them."""
    entries = [one for group in found.problem.groups for one in group.entries]
    if not any(one.series not in estimated and one.value > 0 for one in entries):
        return found
    evaluator = Evaluator(found.problem)
    residuals, jacobian = evaluator.residuals(found.inner), evaluator.jacobian(found.inner)
    count = evaluator.data_rows
    covariance = np.asarray(np.linalg.pinv(jacobian.T @ jacobian), dtype=np.float64)
    freedom = count - effective_parameters(jacobian[:count], covariance)
    ratio = float(residuals[:count] @ residuals[:count]) / freedom if freedom > 1.0 else 0.0
    if ratio <= _WIDER:
        return found
    factor = math.sqrt(ratio)
    problem = found.problem.with_sigma(lambda one: one.sigma * factor)
    inner, _, _ = solve(problem, found.inner, starts=2)
    note = (
        f"the samples scatter {factor:.2g} times more than their stated errors: all errors and intervals are "
        "widened by it; the model may miss something"
    )
    return dataclasses.replace(found, problem=problem, inner=inner, widened=factor, notes=(*found.notes, note))


def _with_sigma(problem: FitProblem, series: frozenset[str], sigma: float) -> FitProblem:
    return problem.with_sigma(lambda one: sigma if one.series in series and one.relation == "=" else one.sigma)


def _estimated_sigma(problem: FitProblem, inner: Array, series: frozenset[str]) -> float | None:
    """Root mean square residual of ln value of the series, degrees of freedom taken off; None when too few."""
    evaluator = Evaluator(problem)
    entries = [one for group in problem.groups for one in group.entries if not math.isnan(one.value)]
    mine = np.array([one.series in series and one.relation == "=" for one in entries])
    residuals, jacobian = evaluator.residuals(inner)[: len(entries)], evaluator.jacobian(inner)
    covariance = np.asarray(np.linalg.pinv(jacobian.T @ jacobian), dtype=np.float64)
    freedom = mine.sum() - effective_parameters(jacobian[: len(entries)][mine], covariance)
    if freedom < 3.0:
        return None
    logs = residuals[mine] * np.array([one.sigma for one in entries])[mine]
    return max(math.sqrt(float(logs @ logs) / freedom), 0.01)
