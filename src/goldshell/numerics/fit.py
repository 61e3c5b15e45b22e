"""Least squares with what a fit must say about itself: errors, correlations, bounds, residual tests, advice.

    minimise  S(theta) = sum_i r_i(theta)^2      covariance = s^2 (J^T J)^-1,  s^2 = S / (n - p)

Residuals are either raw differences, whose variance s^2 is estimated from the fit, or differences already divided by
their known standard deviations (``standardised=True``), when s^2 = 1.

References
----------
Bates & Watts, Nonlinear Regression Analysis and Its Applications, Wiley 1988, doi:10.1002/9780470316757
Wald & Wolfowitz, Ann. Math. Stat. 11 (1940) 147-162, doi:10.1214/aoms/1177731909 (runs test)
Durbin & Watson, Biometrika 38 (1951) 159-177, doi:10.1093/biomet/38.1-2.159
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import AnalysisError, InputError
from goldshell.numerics.estimate import Estimate
from goldshell.numerics.information import aicc

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Residual = Callable[[Array], ArrayLike]

# Singular values of the column-scaled Jacobian below this fraction of the largest are finite-difference noise.
_RANK_TOLERANCE = 1e-9
_HIGH_CORRELATION = 0.95
_RUNS_ALARM = 0.05
_OPEN = ((-math.inf, math.inf),)


@dataclass(frozen=True, slots=True)
class LeastSquaresProblem:
    """What is fitted: residual function, parameter names, units and bounds, and how residuals are scaled.

    Parameters
    ----------
    residual : function of the parameter vector (p,) that returns the residuals (n,)
    names : parameter names
    units : parameter units [pint names]
    bounds : (low, high) per parameter [the parameter's unit]
    sizes : typical size per parameter, in multiples of which it is searched [the parameter's unit]
    standardised : residuals are already divided by their known standard deviations
    tolerance : relative change of parameters and of S at which the search stops
    max_evaluations : limit on evaluations of the residual function, derivatives not counted
    """

    residual: Residual
    names: tuple[str, ...]
    units: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    sizes: tuple[float, ...]
    standardised: bool = False
    tolerance: float = 1e-12
    max_evaluations: int = 2000


@dataclass(frozen=True, slots=True)
class ResidualTests:
    """Do residuals, in the order given, look independent?

    Parameters
    ----------
    durbin_watson : Durbin-Watson statistic, 2 when neighbours are uncorrelated, towards 0 when they follow each other
    runs : number of runs of one sign
    runs_expected : its mean under independence
    runs_p : exact two-sided probability of so extreme a number of runs; NaN when all have one sign
    """

    durbin_watson: float
    runs: int
    runs_expected: float
    runs_p: float

    def to_dict(self) -> dict[str, float]:
        """The statistics by name."""
        return {
            "durbin_watson": self.durbin_watson,
            "runs": self.runs,
            "runs_expected": self.runs_expected,
            "runs_p": self.runs_p,
        }


@dataclass(frozen=True, slots=True)
class FitResult:
    """A least-squares fit.

    Parameters
    ----------
    problem : what was fitted
    values : best parameters (p,) [their units]
    parameters : name -> estimate with its t interval (normal when standardised), clipped at the bounds
    standard_errors : (p,) [their units]; infinite where the data do not determine the parameter
    covariance : (p, p); NaN beside an infinite variance
    residuals : (n,)
    jacobian : dr_i/dtheta_j (n, p)
    residual_sum_of_squares : S
    degrees_of_freedom : n - p
    log_likelihood : normal log-likelihood at the maximum [nat]; comparable between fits of the same residuals only
    aicc : corrected Akaike criterion, an estimated variance counted as a parameter
    level : probability of the intervals
    at_bound : name -> "lower" or "upper" for parameters that ended at a bound
    converged : the search stopped by itself
    tests : residual tests in the order given
    warnings : advice
    """

    problem: LeastSquaresProblem
    values: Array
    parameters: Mapping[str, Estimate]
    standard_errors: Array
    covariance: Array
    residuals: Array
    jacobian: Array
    residual_sum_of_squares: float
    degrees_of_freedom: int
    log_likelihood: float
    aicc: float
    level: float
    at_bound: Mapping[str, str]
    converged: bool
    tests: ResidualTests
    warnings: tuple[str, ...]

    @property
    def variance(self) -> float:
        """s^2, the variance of one residual; 1 when residuals are standardised."""
        return 1.0 if self.problem.standardised else self.residual_sum_of_squares / self.degrees_of_freedom

    @property
    def correlations(self) -> Array:
        """Correlation matrix of the parameters (p, p); NaN where a variance is zero or infinite."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.covariance / np.outer(self.standard_errors, self.standard_errors)

    def correlated(self, threshold: float = _HIGH_CORRELATION) -> tuple[tuple[str, str, float], ...]:
        """Pairs of parameters whose correlation exceeds ``threshold`` in size."""
        matrix = self.correlations
        names = self.problem.names
        return tuple(
            (names[i], names[j], float(matrix[i, j]))
            for i in range(len(names))
            for j in range(i + 1, len(names))
            if abs(matrix[i, j]) > threshold
        )

    def to_dict(self) -> dict[str, Any]:
        """Parameters with intervals, correlated pairs, goodness of fit and warnings."""
        return {
            "parameters": [
                {
                    "name": name,
                    **estimate.to_dict(),
                    "standard_error": float(error),
                    "identifiable": bool(np.isfinite(error)),
                    "at_bound": self.at_bound.get(name),
                }
                for (name, estimate), error in zip(self.parameters.items(), self.standard_errors, strict=True)
            ],
            "correlated": [list(pair) for pair in self.correlated()],
            "residual_sum_of_squares": self.residual_sum_of_squares,
            "degrees_of_freedom": self.degrees_of_freedom,
            "log_likelihood": self.log_likelihood,
            "aicc": self.aicc,
            "level": self.level,
            "converged": self.converged,
            "residual_tests": self.tests.to_dict(),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per parameter: name, value, low, high, unit, standard_error, at_bound."""
        import pandas as pd

        columns = ("name", "value", "low", "high", "unit", "standard_error", "at_bound")
        return pd.DataFrame([{key: row[key] for key in columns} for row in self.to_dict()["parameters"]])


def least_squares_fit(
    residual: Residual,
    start: Sequence[float],
    bounds: Sequence[tuple[float, float]] | None,
    names: Sequence[str],
    units: Sequence[str],
    *,
    level: float = 0.95,
    standardised: bool = False,
    groups: Sequence[object] | None = None,
    tolerance: float = 1e-12,
    max_evaluations: int = 2000,
) -> FitResult:
    """Fit parameters by least squares within bounds (trust region reflective, SciPy).

    Parameters
    ----------
    residual : function of the parameter vector (p,) that returns the residuals (n,)
    start : starting values (p,) [their units]
    bounds : (low, high) per parameter, infinite where open; None for no bounds
    names : parameter names
    units : parameter units [pint names; "1" for dimensionless]
    level : probability of the intervals
    standardised : residuals are already divided by their known standard deviations
    groups : label of the series that each residual belongs to, so that residual tests do not run across series
    tolerance : relative change of parameters and of S at which the search stops
    max_evaluations : limit on evaluations of the residual function, derivatives not counted

    Returns
    -------
    FitResult

    Raises
    ------
    InputError : start outside its bounds, or names, units, bounds and start differ in number
    AnalysisError : fewer residuals than parameters, or residuals that are not finite at the start

    References
    ----------
    Bates & Watts 1988, doi:10.1002/9780470316757
    """
    first = np.asarray(start, dtype=float)
    limits = tuple(map(tuple, np.asarray(bounds, dtype=float))) if bounds is not None else _OPEN * len(names)
    problem = LeastSquaresProblem(
        residual, tuple(names), tuple(units), limits, _sizes(first, limits), standardised, tolerance, max_evaluations
    )
    _check(problem, first, level)
    values, residuals, jacobian, converged = solve(problem, first)
    values, residuals, jacobian = _polished(problem, values, residuals, jacobian)
    return summarise(problem, first, values, residuals, jacobian, converged, level, groups)


def solve(
    problem: LeastSquaresProblem, start: Array, fixed: Mapping[int, float] | None = None
) -> tuple[Array, Array, Array, bool]:
    """Best parameters of a problem, some of them held fixed.

    Parameters
    ----------
    problem : what is fitted
    start : starting values (p,)
    fixed : index -> value of the parameters that are held

    Returns
    -------
    values (p,), residuals (n,), Jacobian (n, free parameters), whether the search stopped by itself
    """
    from scipy.optimize import least_squares

    full = np.array(start, dtype=float)
    held = dict(fixed or {})
    for index, value in held.items():
        full[index] = value
    free = [index for index in range(full.size) if index not in held]

    if not free:
        return full, _evaluate(problem, full), np.empty((0, 0)), True
    low, high = np.array([problem.bounds[index] for index in free]).T
    # SciPy's difference steps suit parameters near 1, and its search hardly leaves a bound that it starts at.
    sizes = np.array(problem.sizes)[free]
    scale = np.where(np.abs(full[free]) > 1e-3 * sizes, np.abs(full[free]), sizes)
    margin = np.minimum(1e-3 * scale, 0.25 * (high - low))

    def scaled(inner: Array) -> Array:
        trial = full.copy()
        trial[free] = np.clip(inner * scale, low, high)
        return _evaluate(problem, trial)

    try:
        with np.errstate(all="ignore"):  # a parameter far out has no effect; SciPy then divides by zero and turns back
            found = least_squares(
                scaled,
                np.clip(full[free], low + margin, high - margin) / scale,
                jac="3-point",
                bounds=(low / scale, high / scale),
                ftol=problem.tolerance,
                xtol=problem.tolerance,
                gtol=None,
                max_nfev=problem.max_evaluations,
            )
    except ValueError as reason:
        raise AnalysisError(
            f"the residuals became infinite or NaN: {reason}",
            hint="narrow the bounds, or start nearer to the solution",
        ) from reason
    full[free] = np.clip(found.x * scale, low, high)
    return full, np.asarray(found.fun), np.asarray(found.jac) / scale, found.status > 0


def _sizes(start: Array, bounds: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Typical size of each parameter: its start, else the width of its bounds, else 1."""
    widths = [high - low if math.isfinite(high - low) else 1.0 for low, high in bounds]
    return tuple(abs(value) if value != 0 else width for value, width in zip(start.tolist(), widths, strict=False))


def _evaluate(problem: LeastSquaresProblem, values: Array) -> Array:
    """Residuals (n,); a trial step may overflow, the search then turns back."""
    with np.errstate(all="ignore"):
        return np.asarray(problem.residual(values.copy()), dtype=float)


def _polished(
    problem: LeastSquaresProblem, values: Array, residuals: Array, jacobian: Array
) -> tuple[Array, Array, Array]:
    """Fourth-order Jacobian at the solution, and the Gauss-Newton steps that still lower S with it."""
    low, high = np.array(problem.bounds).T
    for _ in range(5):
        jacobian = _fine_jacobian(problem, values, residuals, jacobian)
        inside = (values > low) & (values < high) & (np.linalg.norm(jacobian, axis=0) > 0)
        step = np.zeros(values.size)
        step[inside] = np.linalg.lstsq(jacobian[:, inside], -residuals, rcond=_RANK_TOLERANCE)[0]
        trial = np.clip(values + step, low, high)
        found = _evaluate(problem, trial)
        if not np.all(np.isfinite(found)) or found @ found >= residuals @ residuals:
            break
        values, residuals = trial, found
    return values, residuals, jacobian


def _fine_jacobian(problem: LeastSquaresProblem, values: Array, residuals: Array, rough: Array) -> Array:
    """dr/dtheta (n, p) by five-point differences; the rough column is kept where a bound leaves no room."""
    jacobian = rough.copy()
    spread = np.linalg.norm(residuals) / math.sqrt(residuals.size)
    for j, (value, (low, high)) in enumerate(zip(values, problem.bounds, strict=True)):
        sensitivity = float(np.linalg.norm(rough[:, j]))
        # A thousandth of the value, or of what moves the residuals by their own size where the value is near zero.
        wanted = 1e-3 * max(abs(value), min(spread / sensitivity, 1.0) if sensitivity > 0 else 0.0)
        step = min(wanted, (value - low) / 2, (high - value) / 2)
        if step <= 1e-3 * wanted:
            continue
        shifted = [
            _evaluate(problem, np.concatenate((values[:j], [value + shift * step], values[j + 1 :])))
            for shift in (-2, -1, 1, 2)
        ]
        column = (shifted[0] - 8 * shifted[1] + 8 * shifted[2] - shifted[3]) / (12 * step)
        if np.all(np.isfinite(column)):
            jacobian[:, j] = column
    return jacobian


def residual_tests(residuals: ArrayLike, groups: Sequence[object] | None = None) -> ResidualTests:
    """Durbin-Watson statistic and exact runs test of residuals in the order given.

    d = sum (r_i - r_{i-1})^2 / sum r_i^2, and the number of runs of one sign; sums run within each group.

    Parameters
    ----------
    residuals : (n,)
    groups : series that each residual belongs to (n,); one series when None

    Returns
    -------
    ResidualTests

    References
    ----------
    Durbin & Watson 1951, doi:10.1093/biomet/38.1-2.159; Wald & Wolfowitz 1940, doi:10.1214/aoms/1177731909
    """
    values = np.asarray(residuals, dtype=float)
    labels = (
        np.zeros(values.size, dtype=int)
        if groups is None
        else np.unique(list(map(str, groups)), return_inverse=True)[1]
    )
    series = [values[labels == label] for label in np.unique(labels)]
    total = float(np.sum(values**2))
    steps = float(sum(np.sum(np.diff(one) ** 2) for one in series))
    runs, distribution = 0, np.ones(1)
    for one in series:
        signs = one[one != 0] > 0
        runs += 1 + int(np.count_nonzero(np.diff(signs))) if signs.size else 0
        distribution = np.convolve(distribution, runs_distribution(int(signs.sum()), int((~signs).sum())))
    mixed = np.count_nonzero(distribution) > 1
    below, above = float(distribution[: runs + 1].sum()), float(distribution[runs:].sum())
    return ResidualTests(
        durbin_watson=steps / total if total > 0 else math.nan,
        runs=runs,
        runs_expected=float(np.arange(distribution.size) @ distribution),
        runs_p=min(1.0, 2 * min(below, above)) if mixed else math.nan,
    )


def runs_distribution(positive: int, negative: int) -> Array:
    """Probability of 0, 1, 2 ... runs when the order of the signs is random.

    P(2k) = 2 C(a-1, k-1) C(b-1, k-1) / C(a+b, a)
    P(2k+1) = [C(a-1, k) C(b-1, k-1) + C(a-1, k-1) C(b-1, k)] / C(a+b, a)

    Parameters
    ----------
    positive, negative : numbers a and b of residuals of each sign

    Returns
    -------
    (most runs possible + 1,)

    References
    ----------
    Wald & Wolfowitz 1940, doi:10.1214/aoms/1177731909
    """
    from scipy.special import gammaln

    if positive == 0 or negative == 0:
        return np.array([0.0, 1.0]) if positive + negative else np.array([1.0])

    def log_choose(n: int, k: NDArray[np.int_]) -> Array:
        inside = k <= n
        k = np.minimum(k, n)
        return np.asarray(np.where(inside, gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), -np.inf))

    a, b = positive, negative
    k = np.arange(1, min(a, b) + 1)
    log_total = log_choose(a + b, np.array([a]))
    probability = np.zeros(2 * k.size + 2)
    probability[2::2] = 2 * np.exp(log_choose(a - 1, k - 1) + log_choose(b - 1, k - 1) - log_total)
    probability[3::2] = np.exp(log_choose(a - 1, k) + log_choose(b - 1, k - 1) - log_total) + np.exp(
        log_choose(a - 1, k - 1) + log_choose(b - 1, k) - log_total
    )
    return probability


def _check(problem: LeastSquaresProblem, start: Array, level: float) -> None:
    """Refuse a problem that cannot be fitted as posed, in one line."""
    count = len(problem.names)
    for what, size in (("starting values", start.size), ("units", len(problem.units)), ("bounds", len(problem.bounds))):
        if size != count:
            raise InputError(f"{size} {what} for {count} parameters", hint="give one per parameter")
    if not 0 < level < 1:
        raise InputError(f"level {level:g} is not between 0 and 1", hint="0.95 gives 95 % intervals")
    for name, value, (low, high) in zip(problem.names, start, problem.bounds, strict=True):
        if not low < high:
            raise InputError(f"bounds of {name} are {low:g} to {high:g}", hint="the lower must be below the upper")
        if not low <= value <= high:
            raise InputError(
                f"start {value:g} of {name} is outside its bounds {low:g} to {high:g}", hint="start inside the bounds"
            )
    first = _evaluate(problem, start)
    if not np.all(np.isfinite(first)):
        raise AnalysisError(
            f"{np.count_nonzero(~np.isfinite(first))} of {first.size} residuals are not finite at the start",
            hint="check the data and the starting values",
        )
    needed = count if problem.standardised else count + 1
    if first.size < needed:
        raise AnalysisError(
            f"{first.size} observations cannot determine {count} parameters and their errors",
            hint=f"at least {needed} are needed; fix a parameter or add data",
        )


def summarise(
    problem: LeastSquaresProblem,
    start: Array,
    values: Array,
    residuals: Array,
    jacobian: Array,
    converged: bool,
    level: float = 0.95,
    groups: Sequence[object] | None = None,
) -> FitResult:
    """What a fit says about itself, from a solution that was found by any search.

    Parameters
    ----------
    problem : what was fitted
    start : starting values (p,) [their units]
    values : best parameters (p,) [their units]
    residuals : (n,) at the best parameters
    jacobian : dr_i/dtheta_j (n, p) there
    converged : the search stopped by itself
    level : probability of the intervals
    groups : label of the series that each residual belongs to

    Returns
    -------
    FitResult
    """
    from scipy import stats

    n, p = residuals.size, values.size
    rss = float(residuals @ residuals)
    freedom = n - p
    variance = 1.0 if problem.standardised else rss / freedom
    covariance = covariance_matrix(jacobian, variance)
    errors = np.sqrt(np.diag(covariance))
    quantile = float(stats.norm.ppf(0.5 + level / 2) if problem.standardised else stats.t.ppf(0.5 + level / 2, freedom))
    parameters = {
        name: Estimate(
            float(value), float(max(low, value - quantile * error)), float(min(high, value + quantile * error)), unit
        )
        for name, unit, value, error, (low, high) in zip(
            problem.names, problem.units, values, errors, problem.bounds, strict=True
        )
    }
    if problem.standardised:
        log_likelihood = -0.5 * (n * math.log(2 * math.pi) + rss)
    else:
        log_likelihood = -0.5 * n * (math.log(2 * math.pi * rss / n) + 1) if rss > 0 else math.inf
    at_bound = _at_bound(problem, values)
    tests = residual_tests(residuals, groups)
    result = FitResult(
        problem=problem,
        values=values,
        parameters=parameters,
        standard_errors=errors,
        covariance=covariance,
        residuals=residuals,
        jacobian=jacobian,
        residual_sum_of_squares=rss,
        degrees_of_freedom=freedom,
        log_likelihood=log_likelihood,
        aicc=aicc(log_likelihood, p + (0 if problem.standardised else 1), n),
        level=level,
        at_bound=at_bound,
        converged=converged,
        tests=tests,
        warnings=(),
    )
    return replace(result, warnings=tuple(_advice(result, start)))


def covariance_matrix(jacobian: Array, variance: float) -> Array:
    """Covariance s^2 (J^T J)^-1 by singular values, saying which parameters the data do not determine.

    Parameters
    ----------
    jacobian : dr_i/dtheta_j (n, p)
    variance : s^2

    Returns
    -------
    (p, p); infinite variance and NaN covariances for parameters that take part in a direction without information
    """
    rows, columns = jacobian.shape
    if rows < columns:  # the directions that too few rows leave open are then among the singular vectors
        jacobian = np.vstack([jacobian, np.zeros((columns - rows, columns))])
    norms = np.linalg.norm(jacobian, axis=0)
    scale = np.where(norms > 0, norms, 1.0)
    _, singular, directions = np.linalg.svd(jacobian / scale, full_matrices=False)
    known = singular > _RANK_TOLERANCE * singular[0] if singular[0] > 0 else np.zeros(singular.size, dtype=bool)
    inverse = (directions[known].T / singular[known] ** 2) @ directions[known]
    covariance = variance * inverse / np.outer(scale, scale)
    lost = np.any(np.abs(directions[~known]) > 1e-3, axis=0)
    covariance[lost, :] = np.nan
    covariance[:, lost] = np.nan
    covariance[lost, lost] = np.inf
    return np.asarray(covariance)


def _at_bound(problem: LeastSquaresProblem, values: Array) -> dict[str, str]:
    """Parameters that ended at a bound (within 1e-6 of the bound's size, of the range, or of the typical size)."""
    found = {}
    for name, value, size, (low, high) in zip(problem.names, values, problem.sizes, problem.bounds, strict=True):
        width = high - low if math.isfinite(high - low) else size
        for side, bound in (("lower", low), ("upper", high)):
            if math.isfinite(bound) and abs(value - bound) <= 1e-6 * max(abs(bound), width):
                found[name] = side
    return found


def _advice(fit: FitResult, start: Array) -> list[str]:
    """What a user should know before believing the numbers."""
    names = fit.problem.names
    advice = []
    if not fit.converged:
        advice.append("the fit did not converge: start nearer to the solution, or raise max_evaluations")
    for name, side in fit.at_bound.items():
        advice.append(f"{name} ended at its {side} bound: its interval is one-sided; widen the bound or fix {name}")
    lost = [name for name, error in zip(names, fit.standard_errors, strict=True) if math.isinf(error)]
    if len(lost) == 1:
        advice.append(f"the data do not determine {lost[0]}: it does not change the residuals; fix it")
    elif lost:
        advice.append(f"the data do not determine {', '.join(lost)} separately, only a combination: fix one of them")
    for name, value, first in zip(names, fit.values, start, strict=True):
        if value == first and name not in lost and name not in fit.at_bound:
            advice.append(f"{name} is still at its starting value {first:g}: try another start")
    for one, other, r in fit.correlated():
        advice.append(f"{one} and {other} are strongly correlated (r = {r:.3f}): read their profiles, not their errors")
    if fit.tests.runs_p < _RUNS_ALARM and fit.tests.runs < fit.tests.runs_expected:
        advice.append(
            f"residuals follow a pattern (runs test p = {fit.tests.runs_p:.2g}): the model misses something, "
            "and the errors are too small"
        )
    return advice
