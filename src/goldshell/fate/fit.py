"""Fit a model of fate to measured gold: parameters with intervals, recovery, and what the samples cannot say.

A search from several starts (`goldshell.fate.solve`); intervals by profile likelihood (or curvature); posterior samples
on request. Errors are log-normal (`goldshell.fate.prepare`), the problem is that of `goldshell.fate.problem`.

References
----------
Beal, J. Pharmacokinet. Pharmacodyn. 28 (2001) 481-504, doi:10.1023/A:1012299115260 (censored values)
Raue et al., Bioinformatics 25 (2009) 1923-1929, doi:10.1093/bioinformatics/btp358 (profiles)
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.fate.advice import identifiability_statements
from goldshell.fate.data import FateData
from goldshell.fate.lint import LintResult, lint
from goldshell.fate.precision import data_errors
from goldshell.fate.prepare import FitOptions, Posed, pose
from goldshell.fate.problem import Evaluator, FateParameter, FitProblem, check_problem, outward
from goldshell.fate.solve import STARTS, Solution, best_spread, effective_parameters, solve_with_errors
from goldshell.numerics import (
    Estimate,
    FitResult,
    LeastSquaresProblem,
    ProfileResult,
    aicc,
    summarise,
    trace_profile,
)

if TYPE_CHECKING:
    import pandas as pd

    from goldshell.numerics.sampling import Posterior

Array = NDArray[np.float64]

_DETERMINED = 0.5  # relative error from the samples alone, below which a parameter counts as identified
_TOLD = 0.7  # of the width of the prior of a recovery, which stays in its error: the samples say as much as the prior
_CORRELATED = 0.9


@dataclass(frozen=True, slots=True)
class FittedFate:
    """One fitted number.

    Parameters
    ----------
    parameter : what was fitted
    estimate : value with its interval [unit]
    data_error : relative standard error from the samples alone, without the prior [1]
    identifiable : that error is below 50 %; of a recovery, whose prior stays, below 70 % of the prior's width
    at_bound : "lower" or "upper" when it ended there
    method : "profile" or "curvature"
    """

    parameter: FateParameter
    estimate: Estimate
    data_error: float
    identifiable: bool
    at_bound: str | None
    method: str

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: fate fit)."""
        return {
            "name": self.parameter.name,
            **self.estimate.to_dict(),
            "role": self.parameter.role,
            "identifiable": self.identifiable,
            "data_error_percent": 100.0 * self.data_error,
            "at_bound": self.at_bound,
            "prior": self.parameter.to_dict(),
            "interval": self.method,
        }


@dataclass(frozen=True, slots=True)
class Predicted:
    """One sample and what the model says of it.

    Parameters
    ----------
    group, compartment : where
    time, start : end and begin [h]
    quantity : amount [%ID], concentration [%ID/mL] or relative [a.u.]
    relation : one of = < > ~
    observed, predicted : [unit of the quantity]
    sigma : standard deviation of ln value
    """

    group: str
    compartment: str
    time: float
    start: float
    quantity: str
    relation: str
    observed: float
    predicted: float
    sigma: float

    @property
    def residual(self) -> float:
        """(ln observed - ln predicted) / sigma; for a bound that is met, 0."""
        z = math.log(self.observed / self.predicted) / self.sigma
        met = (self.relation == "<" and z > 0) or (self.relation == ">" and z < 0)
        return 0.0 if met else z

    def to_dict(self) -> dict[str, Any]:
        """The fields and the residual."""
        return {**dataclasses.asdict(self), "residual": self.residual}


@dataclass(frozen=True, slots=True)
class FateFit:
    """A fit of a model of fate.

    Parameters
    ----------
    posed : what was fitted
    parameters : in the order of the problem
    group_values : group -> parameter -> estimate (curvature) [its unit]
    predictions : per sample
    recoveries : what was found at each time, as the linter lists it
    statements : what the samples can and cannot say
    statistics : least-squares statistics in search coordinates
    profiles : name -> profile in search coordinates
    posterior : samples [their units], if asked for
    chi_squared, degrees_of_freedom : of the samples
    widened : factor on all stated errors, 1 when they fit
    spread : standard deviation between groups that was used; NaN with one group
    aicc : corrected Akaike criterion [nat]
    agreeing, starts : searches that ended at the best solution
    warnings : advice
    """

    posed: Posed
    parameters: tuple[FittedFate, ...]
    group_values: Mapping[str, Mapping[str, Estimate]]
    predictions: tuple[Predicted, ...]
    recoveries: tuple[dict[str, Any], ...]
    statements: tuple[str, ...]
    statistics: FitResult
    profiles: Mapping[str, ProfileResult]
    posterior: Posterior | None
    chi_squared: float
    degrees_of_freedom: float
    widened: float
    spread: float
    aicc: float
    agreeing: int
    starts: int
    warnings: tuple[str, ...]

    @property
    def problem(self) -> FitProblem:
        """What was fitted, with the errors that were used."""
        return self.posed.problem

    @property
    def values(self) -> dict[str, float]:
        """Best parameters by name [their units]."""
        return {item.parameter.name: item.estimate.value for item in self.parameters}

    def estimate(self, name: str) -> Estimate:
        """Estimate of one parameter."""
        return next(item.estimate for item in self.parameters if item.parameter.name == name)

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: fate fit)."""
        return {
            "parameters": [item.to_dict() for item in self.parameters],
            "recovery": list(self.recoveries),
            "identifiability": {
                "statements": list(self.statements),
                "data_error_percent": {item.parameter.name: 100.0 * item.data_error for item in self.parameters},
                "correlated": [list(pair) for pair in self.statistics.correlated(_CORRELATED)],
            },
            "fit": {
                "model": self.problem.model.name,
                "groups": {
                    group: {name: estimate.to_dict() for name, estimate in values.items()}
                    for group, values in self.group_values.items()
                },
                "covariate": self.posed.covariate or None,
                "covariate_centre": self.posed.centre if self.posed.covariate else None,
                "fixed": dict(self.problem.fixed),
                "observations": self.problem.count,
                "samples": [item.to_dict() for item in self.predictions],
                "left_out": list(self.posed.left_out),
                "chi_squared": self.chi_squared,
                "degrees_of_freedom": self.degrees_of_freedom,
                "errors_widened_by": self.widened,
                "spread_between_groups": self.spread,
                "aicc": self.aicc,
                "residual_tests": self.statistics.tests.to_dict(),
                "searches": self.starts,
                "agreeing": self.agreeing,
                "level": self.problem.level,
                "posterior": self.posterior.to_dict() if self.posterior else None,
                "physiology": self.problem.animal.to_dict(),
            },
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per parameter: name, value, low, high, unit, identifiable, data_error_percent, role."""
        import pandas as pd

        columns = ("name", "value", "low", "high", "unit", "identifiable", "data_error_percent", "role")
        return pd.DataFrame([{key: item.to_dict()[key] for key in columns} for item in self.parameters])

    def draws(self, count: int = 200) -> Array:
        """Search coordinates drawn from the fit (count, p): from its posterior if there is one, else by curvature."""
        if self.posterior is not None:
            rows = np.linspace(0, len(self.posterior.samples) - 1, count).astype(int)
            items = self.problem.parameters
            return np.array(
                [
                    [item.inward(float(value)) for item, value in zip(items, self.posterior.samples[row], strict=True)]
                    for row in rows
                ]
            )
        return laplace_draws(self.statistics, count, seed=self.problem.seed)

    def bands(
        self, times: ArrayLike, group: str | None = None, *, count: int = 200
    ) -> dict[str, tuple[Array, Array, Array]]:
        """Courses with bands at the level of the fit.

        Parameters
        ----------
        times : [h]
        group : name; the first when None
        count : draws

        Returns
        -------
        compartment -> best, low, high, each (k,) [%ID]
        """
        names = [one.name for one in self.problem.groups]
        number = names.index(group) if group is not None else 0
        evaluator, when = Evaluator(self.problem), np.asarray(times, dtype=float)
        best = evaluator.courses(self.statistics.values, number, when)
        drawn = evaluator.courses(self.draws(count), number, when)
        tail = 50.0 * (1.0 - self.problem.level)
        out = {}
        for name, course in best.items():
            low, high = np.percentile(drawn[name], [tail, 100.0 - tail], axis=0)
            out[name] = (course[0], low, high)
        return out


def laplace_draws(statistics: FitResult, count: int, *, seed: int) -> Array:
    """Draws from the normal approximation of a fit, within its bounds (count, p).

    Parameters
    ----------
    statistics : in search coordinates
    count : how many
    seed : of the random numbers
    """
    low, high = np.array(statistics.problem.bounds).T
    covariance = np.where(np.isfinite(statistics.covariance), statistics.covariance, 0.0)
    random = np.random.default_rng(seed)
    drawn = random.multivariate_normal(statistics.values, covariance, size=count, method="svd")
    return np.asarray(np.clip(drawn, low, high))


def posterior_draws(result: FateFit, count: int, *, steps: int = 200) -> Array:
    """Draws from the posterior itself, in search coordinates (count, p).

    Parameters
    ----------
    result : the fit
    count : how many draws
    steps : of the ensemble sampler; the first third is dropped
    """
    found = _posterior(result.problem, Evaluator(result.problem), result.statistics, steps)
    return np.asarray(found.samples[np.linspace(0, len(found.samples) - 1, count).astype(int)])


def fit(
    data: FateData,
    options: FitOptions | None = None,
    *,
    profiles: bool = True,
    posterior_steps: int = 0,
) -> FateFit:
    """Fit a model to a table of samples.

    Parameters
    ----------
    data : of `read_fate_data`
    options : model, free and fixed parameters, groups
    profiles : intervals by profile likelihood; by curvature when False
    posterior_steps : of the posterior sampler, 0 for none

    Returns
    -------
    FateFit

    Raises
    ------
    InputError : the linter found errors, or nothing can be fitted
    AnalysisError : the model cannot be solved at any start
    """
    options = options or FitOptions()
    posed = pose(data, options)
    if options.spread is None and any(item.role == "deviation" for item in posed.problem.parameters):
        posed = dataclasses.replace(posed, problem=best_spread(posed.problem))
    return fit_posed(posed, lint(data), profiles=profiles, posterior_steps=posterior_steps)


def fit_posed(
    posed: Posed,
    linted: LintResult | None = None,
    *,
    profiles: bool = True,
    posterior_steps: int = 0,
    widen: bool = True,
) -> FateFit:
    """Fit a problem that is posed already.

    Parameters
    ----------
    posed : the problem
    linted : findings on the table, repeated among the warnings
    profiles : intervals by profile likelihood; by curvature when False
    posterior_steps : of the posterior sampler, 0 for none
    widen : widen errors that the residuals exceed

    Returns
    -------
    FateFit
    """
    check_problem(posed.problem)
    found = solve_with_errors(posed, widen)
    problem, inner = found.problem, found.inner
    posed = dataclasses.replace(posed, problem=problem)
    evaluator = Evaluator(problem)
    residuals, jacobian = evaluator.residuals(inner), evaluator.jacobian(inner)
    bounds = tuple(item.inner_bounds for item in problem.parameters)
    least = LeastSquaresProblem(
        evaluator.residuals,
        problem.names,
        tuple(item.unit for item in problem.parameters),
        bounds,
        (1.0,) * len(bounds),
        standardised=True,
    )
    statistics = summarise(least, problem.start, inner, residuals, jacobian, True, problem.level, evaluator.groups)
    shown = [item.name for item in problem.parameters if item.role != "deviation"] if profiles else []
    curves = {name: trace_profile(statistics, evaluator.jacobian, name) for name in shown}
    errors = data_errors(problem, inner, evaluator)
    parameters = tuple(
        _fitted(item, statistics, curves.get(item.name), number, errors[item.name])
        for number, item in enumerate(problem.parameters)
    )
    count = evaluator.data_rows
    chi = float(residuals[:count] @ residuals[:count])
    freedom = count - effective_parameters(jacobian[:count], statistics.covariance)
    population = sum(item.role in {"population", "slope"} for item in problem.parameters)
    posterior = _sample(problem, evaluator, statistics, posterior_steps) if posterior_steps else None
    spreads = [item.spread for item in problem.parameters if item.role == "deviation"]
    statements = identifiability_statements(problem, inner, errors)
    warnings = _warnings(posed, statistics, parameters, linted, found)
    predictions = _predictions(evaluator, inner)
    warnings += [
        f"{item.compartment} at {item.time:g} h{f' of {item.group}' if item.group else ''}: observed "
        f"{item.observed:.3g}, predicted {item.predicted:.3g}, {abs(item.residual):.1f} standard deviations apart"
        for item in predictions
        if abs(item.residual) > 3.0
    ]
    return FateFit(
        posed=posed,
        parameters=parameters,
        group_values=_group_values(evaluator, statistics),
        predictions=predictions,
        recoveries=linted.recoveries if linted else (),
        statements=statements,
        statistics=statistics,
        profiles=curves,
        posterior=posterior,
        chi_squared=chi,
        degrees_of_freedom=freedom,
        widened=found.widened,
        spread=spreads[0] if spreads else math.nan,
        aicc=aicc(-0.5 * chi - _log_sigma(problem), population, problem.count),
        agreeing=found.agreeing,
        starts=STARTS,
        warnings=tuple(dict.fromkeys(warnings)) + (posterior.warnings if posterior else ()),
    )


def _log_sigma(problem: FitProblem) -> float:
    """Sum of ln sigma of the exact samples, the part of -ln L that depends on estimated errors [nat]."""
    return sum(
        math.log(one.sigma)
        for group in problem.groups
        for one in group.entries
        if not math.isnan(one.value) and one.relation in "=~"
    )


def _fitted(
    item: FateParameter, statistics: FitResult, curve: ProfileResult | None, number: int, error: float
) -> FittedFate:
    inner = curve.estimate if curve is not None else statistics.parameters[item.name]
    ends = sorted(float(outward(item.kind, np.asarray(end))) for end in (inner.low, inner.high))
    enough = item.spread if item.kind == "linear" else _TOLD * item.spread if item.role == "recovery" else _DETERMINED
    return FittedFate(
        item,
        Estimate(item.outward(float(statistics.values[number])), ends[0], ends[1], item.unit),
        error,
        error < enough,
        statistics.at_bound.get(item.name),
        "profile" if curve is not None else "curvature",
    )


def _group_values(evaluator: Evaluator, statistics: FitResult) -> dict[str, dict[str, Estimate]]:
    """Parameters of each group with curvature intervals, by draws."""
    problem = evaluator.problem
    units = {item.name: item.unit for item in problem.model.parameters} | {"fu_theta": "1"}
    drawn = laplace_draws(statistics, 400, seed=problem.seed)
    tail = 50.0 * (1.0 - problem.level)
    out: dict[str, dict[str, Estimate]] = {}
    for number, group in enumerate(problem.groups):
        best = evaluator.group_values(statistics.values, number)
        every = evaluator.group_values(drawn, number)
        out[group.name] = {}
        for name, (value,) in best.items():
            low, high = np.percentile(every[name], [tail, 100.0 - tail])
            out[group.name][name] = Estimate(float(value), float(low), float(high), units.get(name, "1"))
    return out


def _predictions(evaluator: Evaluator, inner: Array) -> tuple[Predicted, ...]:
    logs = evaluator.log_predictions(inner)
    out, row = [], 0
    for group in evaluator.problem.groups:
        for one in group.entries:
            if not math.isnan(one.value):
                out.append(
                    Predicted(
                        group.name, "+".join(one.parts), one.time, one.start, one.quantity, one.relation, one.value,
                        float(np.exp(logs[row])), one.sigma,
                    )
                )  # fmt: skip
            row += 1
    return tuple(out)


def _warnings(
    posed: Posed,
    statistics: FitResult,
    parameters: tuple[FittedFate, ...],
    linted: LintResult | None,
    found: Solution,
) -> list[str]:
    said = [str(item) for item in linted.findings if item.severity == "warning"] if linted else []
    said += [*posed.notes, *found.notes]
    for item in parameters:
        if item.parameter.role == "population" and not item.identifiable:
            error = f"{100 * item.data_error:.0f} %" if item.data_error < 100 else "without limit"
            said.append(
                f"{item.parameter.name} is not determined by the samples (their error: {error}): its number is the "
                f"prior's ({item.parameter.reason})"
            )
        if item.parameter.role == "recovery" and item.estimate.low > 1.0:
            said.append(f"{item.parameter.name} {item.estimate}: more gold is found than was injected; not clipped")
        if item.at_bound:
            said.append(f"{item.parameter.name} ended at its {item.at_bound} bound")
    said += [text for text in statistics.warnings if "pattern" in text]
    if found.agreeing == 1 and STARTS > 1:
        said.append(f"only 1 of {STARTS} searches found the best solution")
    return said


def _posterior(problem: FitProblem, evaluator: Evaluator, statistics: FitResult, steps: int) -> Posterior:
    """Samples in search coordinates."""
    from goldshell.numerics.sampling import sample_posterior

    return sample_posterior(
        evaluator.log_posterior,
        statistics.values,
        statistics.covariance,
        statistics.problem.bounds,
        problem.names,
        seed=problem.seed,
        steps=steps,
        vectorised=True,
    )


def _sample(problem: FitProblem, evaluator: Evaluator, statistics: FitResult, steps: int) -> Posterior:
    found = _posterior(problem, evaluator, statistics, steps)
    columns = [outward(item.kind, found.samples[:, number]) for number, item in enumerate(problem.parameters)]
    return dataclasses.replace(found, samples=np.column_stack(columns))
