"""Profile likelihood intervals, and which combinations of parameters the data do not determine.

    tau(theta) = sqrt((S(theta, others re-fitted) - S_min) / s^2)

is compared with Student's t (the normal when residuals are standardised). For a linear model this is exactly the usual
t interval; for others it follows the curvature, and stays open where the data say nothing. A profile looks at one
parameter at a time, so `identifiability` first lists the directions of the whole parameter space without information.

References
----------
Bates & Watts, Nonlinear Regression Analysis and Its Applications, Wiley 1988, doi:10.1002/9780470316757
Venzon & Moolgavkar, Appl. Stat. 37 (1988) 87-94, doi:10.2307/2347496
Raue et al., Bioinformatics 25 (2009) 1923-1929, doi:10.1093/bioinformatics/btp358
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, UnknownNameError
from goldshell.numerics.estimate import Estimate
from goldshell.numerics.fit import FitResult, solve

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

_GROWTH = 1.7  # each step outward, until the threshold is passed
_FARTHEST = 1e4  # first steps; beyond it the interval is called open
_NULL_DIRECTION = 1e-9  # of the largest singular value: finite-difference noise
_SLOPPY_DIRECTION = 1e-3


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """Profile of one parameter.

    Parameters
    ----------
    name : parameter
    estimate : best value with its profile interval; infinite or a bound where open [unit]
    values : values at which the others were re-fitted, ascending (m,) [unit]
    tau : signed root of the scaled rise of S at ``values`` (m,)
    threshold : |tau| at the ends of the interval
    others : all parameters at ``values`` (m, p) [their units]
    identifiable : the interval is closed on both sides
    level : probability of the interval
    warnings : advice
    """

    name: str
    estimate: Estimate
    values: Array
    tau: Array
    threshold: float
    others: Array
    identifiable: bool
    level: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The interval, the curve and warnings."""
        return {
            "name": self.name,
            **self.estimate.to_dict(),
            "identifiable": self.identifiable,
            "level": self.level,
            "threshold": self.threshold,
            "values": self.values.tolist(),
            "tau": self.tau.tolist(),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """The curve: the parameter's value and tau."""
        import pandas as pd

        return pd.DataFrame({self.name: self.values, "tau": self.tau})


@dataclass(frozen=True, slots=True)
class Direction:
    """A combination of relative parameter changes and how well the data fix it.

    Parameters
    ----------
    information : singular value, relative to the largest
    weights : name -> share of the direction (squares sum to 1), largest first
    """

    information: float
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class IdentifiabilityResult:
    """Directions of parameter space, from the best to the least determined.

    Parameters
    ----------
    directions : one per parameter, for relative changes of the parameters
    undetermined : those without information
    sloppy : those with information, but less than 1e-3 of the best
    warnings : advice
    """

    directions: tuple[Direction, ...]
    undetermined: tuple[Direction, ...]
    sloppy: tuple[Direction, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Directions with weights, and warnings."""
        return {
            "directions": [{"information": one.information, "weights": one.weights} for one in self.directions],
            "undetermined": len(self.undetermined),
            "sloppy": len(self.sloppy),
            "warnings": list(self.warnings),
        }


def profile(fit: FitResult, name: str, *, level: float | None = None, points: int = 25) -> ProfileResult:
    """Profile likelihood interval of one parameter, the others being re-fitted at every value.

    Parameters
    ----------
    fit : the fit
    name : parameter
    level : probability of the interval; that of the fit when None
    points : number of values of the curve

    Returns
    -------
    ProfileResult

    Raises
    ------
    UnknownNameError : no parameter of that name
    AnalysisError : the fit is exact, so that there is no noise to compare with

    References
    ----------
    Bates & Watts 1988, doi:10.1002/9780470316757; Venzon & Moolgavkar 1988, doi:10.2307/2347496
    """
    from scipy import stats
    from scipy.optimize import brentq

    problem = fit.problem
    if name not in problem.names:
        raise UnknownNameError("parameter", name, problem.names)
    if fit.variance <= 0:
        raise AnalysisError(
            "the fit is exact: no residual noise to judge intervals by", hint="give standardised residuals"
        )
    index = problem.names.index(name)
    chosen = fit.level if level is None else level
    threshold = float(
        stats.norm.ppf(0.5 + chosen / 2)
        if problem.standardised
        else stats.t.ppf(0.5 + chosen / 2, fit.degrees_of_freedom)
    )
    best, bounds = float(fit.values[index]), problem.bounds[index]
    error = float(fit.standard_errors[index])
    step = threshold * error if math.isfinite(error) and error > 0 else 0.1 * max(abs(best), 1e-3)
    warnings: list[str] = []
    lowest = [fit.residual_sum_of_squares]

    def tau(value: float, near: Array) -> tuple[float, Array]:
        found, residuals, _, _ = solve(problem, near, {index: value})
        rss = float(residuals @ residuals)
        lowest[0] = min(lowest[0], rss)
        return math.sqrt(max(rss - fit.residual_sum_of_squares, 0.0) / fit.variance), found

    def excess(value: float, near: Array) -> float:
        return tau(value, near)[0] - threshold

    def end(side: int) -> tuple[float, bool]:
        bound = bounds[0] if side < 0 else bounds[1]
        inner, near, reach = best, fit.values, step
        while True:
            outer = best + side * reach
            at_limit = outer <= bound if side < 0 else outer >= bound
            outer = bound if at_limit else outer
            if outer == inner:
                return bound, False
            try:
                height, found = tau(outer, near)
            except AnalysisError:
                warnings.append(
                    f"the model cannot be computed at {name} = {outer:.4g}: the interval is open on that side"
                )
                return (bound if math.isfinite(bound) else side * math.inf), False
            if height >= threshold:
                return float(brentq(excess, inner, outer, args=(near,), xtol=1e-10 * reach, rtol=1e-12)), True
            if at_limit:
                return bound, False
            if reach > _FARTHEST * step:
                return side * math.inf, False
            inner, near, reach = outer, found, reach * _GROWTH

    (low, low_closed), (high, high_closed) = end(-1), end(+1)
    for side, closed in (("below", low_closed), ("above", high_closed)):
        if not closed:
            warnings.append(
                f"the data do not limit {name} from {side}: report it as one-sided, or measure what fixes it"
            )
    values, taus, others = _curve(fit, index, low, high, step, points, tau)
    if lowest[0] < fit.residual_sum_of_squares * (1 - 1e-6) - 1e-300:
        warnings.append(
            f"a better fit was met on the way (S = {lowest[0]:.6g} instead of {fit.residual_sum_of_squares:.6g}): "
            "fit again from another start"
        )
    return ProfileResult(
        name=name,
        estimate=Estimate(best, low, high, problem.units[index]),
        values=values,
        tau=taus,
        threshold=threshold,
        others=others,
        identifiable=low_closed and high_closed,
        level=chosen,
        warnings=tuple(warnings),
    )


def _curve(
    fit: FitResult, index: int, low: float, high: float, step: float, points: int, tau: Any
) -> tuple[Array, Array, Array]:
    """The profile between its ends (three first steps where open), walked outward from the best value."""
    best = float(fit.values[index])
    left = low if math.isfinite(low) else best - 3 * step
    right = high if math.isfinite(high) else best + 3 * step
    grid = np.unique(np.append(np.linspace(left, right, points), best))
    taus, others = np.zeros(grid.size), np.tile(fit.values, (grid.size, 1))
    middle = int(np.searchsorted(grid, best))
    for sign, walk in ((-1, range(middle - 1, -1, -1)), (1, range(middle + 1, grid.size))):
        near = fit.values
        for position in walk:
            height, near = tau(float(grid[position]), near)
            taus[position], others[position] = sign * height, near
    return grid, taus, others


def identifiability(fit: FitResult) -> IdentifiabilityResult:
    """Which combinations of parameters the data determine, from the singular values of the scaled Jacobian.

    Columns are scaled by the parameters' values, so directions are relative changes.

    Parameters
    ----------
    fit : the fit

    Returns
    -------
    IdentifiabilityResult

    References
    ----------
    Raue et al. 2009, doi:10.1093/bioinformatics/btp358
    """
    names = fit.problem.names
    scale = np.where(fit.values != 0, np.abs(fit.values), 1.0)
    _, singular, vectors = np.linalg.svd(fit.jacobian * scale, full_matrices=False)
    top = float(singular[0]) if singular[0] > 0 else 1.0
    directions = []
    for value, vector in zip(singular, vectors, strict=True):
        sign = math.copysign(1.0, vector[np.argmax(np.abs(vector))])
        order = np.argsort(-np.abs(vector))
        weights = {names[i]: float(sign * vector[i]) for i in order if abs(vector[i]) > 0.05}
        directions.append(Direction(float(value) / top, weights))
    undetermined = tuple(one for one in directions if one.information <= _NULL_DIRECTION)
    sloppy = tuple(one for one in directions if _NULL_DIRECTION < one.information < _SLOPPY_DIRECTION)
    warnings = [
        f"no information on {' and '.join(one.weights)} in this combination: fix one of them" for one in undetermined
    ]
    return IdentifiabilityResult(tuple(directions), undetermined, sloppy, tuple(warnings))
