"""Fit the exchange model to any mix of observations from any number of experiments.

    maximise ln L(theta) + ln prior(theta)  =  minimise S(theta) = sum r^2      (`goldshell.exchange.observations`)

A search from several starts, intervals by profile likelihood (or curvature), posterior samples on request, comparison
of rival models by AICc, and a report on itself: parameters at a bound, directions without information, correlated
pairs, residual patterns, priors that decide alone, experiments that the model does not explain.

What counts as one observation in AICc: one point of a trace, one rate, one species seen in a composition less one, the
two ends of a range (not its N + 1 yes-or-no answers, which follow from them). Priors are part of S, not observations.

References
----------
Hurvich & Tsai, Biometrika 76 (1989) 297-307, doi:10.1093/biomet/76.2.297 (AICc)
Raue et al., Bioinformatics 25 (2009) 1923-1929, doi:10.1093/bioinformatics/btp358 (profiles and identifiability)
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError
from goldshell.exchange.observations import Prediction
from goldshell.exchange.problem import STEP, Evaluator, FitParameter, FitProblem, check_problem
from goldshell.numerics import (
    Estimate,
    FitResult,
    IdentifiabilityResult,
    LeastSquaresProblem,
    ProfileResult,
    Solution,
    aicc,
    identifiability,
    multi_start,
    refine,
    scattered_starts,
    summarise,
    trace_profile,
)

if TYPE_CHECKING:
    import pandas as pd

    from goldshell.numerics.sampling import Posterior

Array = NDArray[np.float64]

COUNTING = "observations in AICc: points of traces, rates, species of a composition less one, the two ends of a range"
_SPREAD = 1.5  # of the starts, in search coordinates (factors of e), where there is no prior
_LOWER = 0.2  # fall of S on the way of a profile that is worth another search
_SAME_OPTIMUM = 0.5  # difference of S between searches that count as having found the same
_CORRELATED = 0.9  # above which a pair is warned of
_LISTED = 0.5  # above which a pair is listed
_UNEXPLAINED = 9.0  # misfit per observation above which an observation is called unexplained: three sd
_PRIOR_ALONE = 0.9  # share of the prior's width that the data leave, above which they say nothing
_GRADIENT_ALARM = 0.02


@dataclass(frozen=True, slots=True)
class FittedParameter:
    """One fitted number.

    Parameters
    ----------
    parameter : what was fitted
    estimate : value with its interval [unit]
    identifiable : the data (not the prior alone) close the interval on both sides
    at_bound : "lower" or "upper" when it ended there
    method : "profile" or "curvature"
    """

    parameter: FitParameter
    estimate: Estimate
    identifiable: bool
    at_bound: str | None
    method: str

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: exchange fit)."""
        return {
            "name": self.parameter.name,
            "target": self.parameter.target,
            **self.estimate.to_dict(),
            "identifiable": self.identifiable,
            "at_bound": self.at_bound,
            "prior": self.parameter.prior.to_dict() if self.parameter.prior else None,
            "interval": self.method,
            "reason": self.parameter.reason,
        }


@dataclass(frozen=True, slots=True)
class Misfit:
    """How one observation is met.

    Parameters
    ----------
    experiment, label, source : which one; where it comes from
    observed, predicted : in words
    misfit : its share of S, -2 ln L up to a constant [1]
    count : independent observations in it
    met : values and rates within two standard deviations, compositions within the 95 % limit of their deviance, both
        ends of a range within one species
    """

    experiment: str
    label: str
    source: str
    observed: str
    predicted: str
    misfit: float
    count: int
    met: bool

    def to_dict(self) -> dict[str, Any]:
        """The fields."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class ModelScore:
    """One of several models of the same observations.

    Parameters
    ----------
    name : of the model
    parameters : number fitted, k
    observations : number n, as counted (`COUNTING`)
    log_likelihood : at the maximum, up to a constant that all models share [nat]
    aicc : corrected Akaike criterion [nat]
    delta : AICc above that of the best [nat]
    weight : Akaike weight [1]
    values : best parameters [their units]
    misfits : share of S per observation
    warnings : parameters at a bound, starts that disagree
    """

    name: str
    parameters: int
    observations: int
    log_likelihood: float
    aicc: float
    delta: float
    weight: float
    values: dict[str, float]
    misfits: tuple[Misfit, ...]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields but the misfits."""
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self) if item.name != "misfits"}


@dataclass(frozen=True, slots=True)
class ExchangeFit:
    """A fit of the exchange model.

    Parameters
    ----------
    problem : what was fitted, starting at the solution
    parameters : in the order of the problem
    correlated : pairs with |r| above 0.5, in search coordinates (logarithms of positive parameters)
    log_likelihood : at the maximum, up to a constant of the data [nat]
    aicc : corrected Akaike criterion [nat]
    observations : number, as counted (`COUNTING`)
    misfits : per observation
    models : this model and its rivals, best first
    statistics : least-squares statistics in search coordinates
    directions : information in every direction of parameter space
    profiles : name -> profile in search coordinates
    posterior : samples [their units], if asked for
    predictions : per experiment
    agreeing_starts, starts : how many of the searches ended at the same sum of squares
    gradient_error : relative change of the derivatives when the difference step is quartered
    warnings : advice
    """

    problem: FitProblem
    parameters: tuple[FittedParameter, ...]
    correlated: tuple[tuple[str, str, float], ...]
    log_likelihood: float
    aicc: float
    observations: int
    misfits: tuple[Misfit, ...]
    models: tuple[ModelScore, ...]
    statistics: FitResult
    directions: IdentifiabilityResult
    profiles: dict[str, ProfileResult]
    posterior: Posterior | None
    predictions: tuple[Prediction, ...]
    agreeing_starts: int
    starts: int
    gradient_error: float
    warnings: tuple[str, ...] = field(default=())

    @property
    def values(self) -> dict[str, float]:
        """Best parameters by name [their units]."""
        return {item.parameter.name: item.estimate.value for item in self.parameters}

    @property
    def missed(self) -> tuple[Misfit, ...]:
        """Observations that are not met."""
        return tuple(one for one in self.misfits if not one.met)

    @property
    def covariance(self) -> Array:
        """Covariance in search coordinates (p, p)."""
        return self.statistics.covariance

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: exchange fit)."""
        return {
            "parameters": [item.to_dict() for item in self.parameters],
            "correlated": [list(pair) for pair in self.correlated],
            "aicc": self.aicc,
            "log_likelihood": self.log_likelihood,
            "observations": self.observations,
            "counting": COUNTING,
            "models": [item.to_dict() for item in self.models],
            "misfits": [item.to_dict() for item in self.misfits],
            "identifiability": self.directions.to_dict(),
            "residual_tests": self.statistics.tests.to_dict(),
            "starts": {"searches": self.starts, "agreeing": self.agreeing_starts},
            "gradient_error": self.gradient_error,
            "posterior": self.posterior.to_dict() if self.posterior else None,
            "level": self.problem.level,
            "seed": self.problem.seed,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per parameter: name, value, low, high, unit, identifiable, at_bound, interval."""
        import pandas as pd

        columns = ("name", "value", "low", "high", "unit", "identifiable", "at_bound", "interval")
        return pd.DataFrame([{key: item.to_dict()[key] for key in columns} for item in self.parameters])


def fit(
    problem: FitProblem,
    *,
    rivals: Sequence[FitProblem] = (),
    profiles: bool = True,
    posterior_steps: int = 0,
) -> ExchangeFit:
    """Fit a problem.

    Parameters
    ----------
    problem : experiments, observations, parameters
    rivals : other models of the same observations, compared by AICc
    profiles : intervals by profile likelihood; by curvature when False
    posterior_steps : steps of the posterior sampler, 0 for none

    Returns
    -------
    ExchangeFit

    Raises
    ------
    InputError : a problem that cannot be fitted as posed
    AnalysisError : the model cannot be solved at any start
    """
    centred, evaluator, found = _best(problem)
    statistics, curves, gradient_error = _intervals(centred, evaluator, found[0].converged, profiles)
    lower = _lower_on_the_way(evaluator, curves)
    if lower is not None:
        centred, evaluator, again = _best(centred.started_at(lower), starts=1)
        found[0] = again[0]
        statistics, curves, gradient_error = _intervals(centred, evaluator, again[0].converged, profiles)
    predictions = tuple(evaluator.predictions(centred.start))
    misfits = _misfits(centred, predictions)
    agreeing = sum(one.sum_of_squares - found[0].sum_of_squares < _SAME_OPTIMUM for one in found)
    parameters = tuple(
        _fitted(item, statistics, curves.get(item.name), position) for position, item in enumerate(centred.parameters)
    )
    directions = identifiability(statistics)
    models = ranked([_score(centred, found[0].sum_of_squares, misfits), *(score(one) for one in rivals)])
    log_likelihood = -0.5 * found[0].sum_of_squares
    warnings = _advice(centred, statistics, parameters, misfits, directions, curves, agreeing, len(found))
    for item, before in zip(centred.parameters, problem.parameters, strict=True):
        if item.start == before.start and item.name not in statistics.at_bound:
            warnings.append(f"{item.name} is still at its starting value {item.start:g}: try another start")
    if gradient_error > _GRADIENT_ALARM:
        warnings.append(
            f"derivatives change by {100 * gradient_error:.0f} % with the step: the solve is not smooth here, "
            "read the profiles"
        )
    posterior = _sample(centred, evaluator, statistics, posterior_steps) if posterior_steps else None
    return ExchangeFit(
        problem=centred,
        parameters=parameters,
        correlated=_correlated(statistics, directions),
        log_likelihood=log_likelihood,
        aicc=aicc(log_likelihood, len(centred.parameters), centred.count),
        observations=centred.count,
        misfits=misfits,
        models=tuple(models),
        statistics=statistics,
        directions=directions,
        profiles=curves,
        posterior=posterior,
        predictions=predictions,
        agreeing_starts=agreeing,
        starts=len(found),
        gradient_error=gradient_error,
        warnings=tuple(warnings) + (posterior.warnings if posterior else ()),
    )


def score(problem: FitProblem) -> ModelScore:
    """Fit a model for comparison only: no intervals.

    Raises
    ------
    AnalysisError : the model cannot be solved at any start
    """
    return solved_and_scored(problem)[1]


def solved_and_scored(problem: FitProblem, *, close: bool = False) -> tuple[FitProblem, ModelScore]:
    """Fit a model for comparison only; also the problem, starting at its solution.

    Parameters
    ----------
    problem : experiments, observations, parameters
    close : the start is known to be close to the solution; no search, only refinement of S to 0.01
    """
    centred, evaluator, found = _refined(problem) if close else _best(problem)
    misfits = _misfits(centred, tuple(evaluator.predictions(centred.start)))
    return centred, _score(centred, found[0].sum_of_squares, misfits)


def held_misfits(problem: FitProblem) -> tuple[Misfit, ...]:
    """How the observations are met with every parameter at its start, or with none: a prediction.

    Raises
    ------
    AnalysisError : an experiment cannot be solved
    """
    return _misfits(problem, Evaluator(problem).predictions(problem.start))


def ranked(models: Sequence[ModelScore]) -> list[ModelScore]:
    """The models from the lowest AICc to the highest, with differences and Akaike weights."""
    lowest = min(item.aicc for item in models)
    if not math.isfinite(lowest):
        return list(models)
    total = sum(math.exp(-0.5 * (item.aicc - lowest)) for item in models)
    return sorted(
        (
            dataclasses.replace(item, delta=item.aicc - lowest, weight=math.exp(-0.5 * (item.aicc - lowest)) / total)
            for item in models
        ),
        key=lambda item: item.aicc,
    )


def _intervals(
    problem: FitProblem, evaluator: Evaluator, converged: bool, profiles: bool
) -> tuple[FitResult, dict[str, ProfileResult], float]:
    """Statistics and profiles of a problem that starts at its solution, and the error of its derivatives."""
    inner = problem.start
    residuals, jacobian = evaluator.residuals(inner), evaluator.jacobian(inner)
    gradient_error = _gradient_error(jacobian, evaluator.jacobian(inner, STEP / 4.0))
    posed = LeastSquaresProblem(
        evaluator.residuals,
        problem.names,
        tuple(item.unit for item in problem.parameters),
        tuple(item.inner_bounds for item in problem.parameters),
        (1.0,) * len(problem.parameters),
        standardised=True,
    )
    found = summarise(posed, inner, inner, residuals, jacobian, converged, problem.level, evaluator.groups())
    names = problem.names if profiles else ()
    return found, {name: trace_profile(found, evaluator.slopes, name) for name in names}, gradient_error


def _lower_on_the_way(evaluator: Evaluator, curves: dict[str, ProfileResult]) -> dict[str, float] | None:
    """Parameters of a point of the profiles with S lower than the fit by more than `_LOWER`, if there is one."""
    here = evaluator.residuals(evaluator.problem.start)
    lowest, found = float(here @ here) - _LOWER, None
    for curve in curves.values():
        for row in curve.others[curve.tau == 0.0]:
            residuals = evaluator.residuals(row)
            if float(residuals @ residuals) < lowest:
                lowest, found = float(residuals @ residuals), row
    if found is None:
        return None
    return dict(zip(evaluator.problem.names, evaluator.problem.values(found).tolist(), strict=True))


def _best(problem: FitProblem, starts: int | None = None) -> tuple[FitProblem, Evaluator, list[Solution]]:
    """The problem re-centred on its best solution, its evaluator, and where all searches ended."""
    check_problem(problem)
    evaluator = Evaluator(problem)
    bounds = [item.inner_bounds for item in problem.parameters]
    spread = [
        math.log(item.prior.factor) if item.prior and item.logarithmic else _SPREAD for item in problem.parameters
    ]
    count = starts or problem.starts
    scattered = scattered_starts(problem.start, bounds, count, seed=problem.seed, spread=spread)
    try:
        found = multi_start(evaluator.residuals, evaluator.slopes, scattered, bounds, fine=evaluator.jacobian)
    except AnalysisError as reason:
        values = problem.values(problem.start)
        bad = [
            item.name
            for position, item in enumerate(problem.experiments)
            if not np.all(np.isfinite(evaluator.residuals_of(position, values)))
        ]
        if bad:
            raise AnalysisError(
                f"model {problem.name!r}: experiment {bad[0]!r} cannot be solved at the starting values",
                hint="start with smaller rate constants",
            ) from reason
        raise
    centred = _centred(problem, found[0])
    return centred, Evaluator(centred), found


def _refined(problem: FitProblem) -> tuple[FitProblem, Evaluator, list[Solution]]:
    """As `_best`, from a start that is close to the solution."""
    check_problem(problem)
    evaluator = Evaluator(problem)
    bounds = [item.inner_bounds for item in problem.parameters]
    found = refine(evaluator.residuals, evaluator.slopes, problem.start, bounds)
    centred = _centred(problem, found)
    return centred, Evaluator(centred), [found]


def _centred(problem: FitProblem, found: Solution) -> FitProblem:
    """The problem, starting at a solution of it."""
    return problem.started_at(dict(zip(problem.names, problem.values(found.values).tolist(), strict=True)))


def _correlated(statistics: FitResult, directions: IdentifiabilityResult) -> tuple[tuple[str, str, float], ...]:
    """Strongly correlated pairs; -1 or 1 for pairs of which the data know only a combination."""
    found = {pair[:2]: pair[2] for pair in statistics.correlated(_LISTED)}
    for one in directions.undetermined:
        names = [name for name in statistics.problem.names if abs(one.weights.get(name, 0.0)) > 0.3]
        for first, second in itertools.combinations(names, 2):
            found[first, second] = math.copysign(1.0, one.weights[first] * one.weights[second])
    return tuple((*pair, r) for pair, r in found.items())


def _gradient_error(one: Array, other: Array) -> float:
    """Largest relative difference of a column of two Jacobians."""
    scale = np.linalg.norm(other, axis=0)
    known = scale > 1e-6
    if not np.any(known):
        return 0.0
    return float(np.max(np.linalg.norm(one - other, axis=0)[known] / scale[known]))


def _misfits(problem: FitProblem, predictions: Sequence[Prediction]) -> tuple[Misfit, ...]:
    found = []
    for item, prediction in zip(problem.experiments, predictions, strict=True):
        for one in item.observations:
            residuals = one.residuals(prediction)
            observed, predicted = one.in_words(prediction)
            label = one.label or one.kind
            total = float(residuals @ residuals)
            found.append(
                Misfit(item.name, label, one.source, observed, predicted, total, one.count, bool(one.met(prediction)))
            )
    return tuple(found)


def _score(problem: FitProblem, total: float, misfits: tuple[Misfit, ...]) -> ModelScore:
    values = dict(zip(problem.names, problem.values(problem.start).tolist(), strict=True))
    warnings = [
        f"{item.name} ended at its {side} bound"
        for item in problem.parameters
        for side, bound in (("lower", item.low), ("upper", item.high))
        if abs(item.start - bound) <= 1e-6 * max(abs(bound), 1e-12)
    ]
    return ModelScore(
        name=problem.name,
        parameters=len(problem.parameters),
        observations=problem.count,
        log_likelihood=-0.5 * total,
        aicc=aicc(-0.5 * total, len(problem.parameters), problem.count),
        delta=0.0,
        weight=1.0,
        values=values,
        misfits=misfits,
        warnings=tuple(warnings),
    )


def _fitted(item: FitParameter, fit_: FitResult, curve: ProfileResult | None, position: int) -> FittedParameter:
    inner = curve.estimate if curve is not None else fit_.parameters[item.name]
    low, high = (item.outward(end) for end in (inner.low, inner.high))
    error = float(fit_.standard_errors[position])
    inner_low, inner_high = item.inner_bounds
    closed = curve.identifiable if curve is not None else inner_low < inner.low and inner.high < inner_high
    informed = True
    if item.prior is not None:
        width = math.log(item.prior.factor)
        informed = error < _PRIOR_ALONE * (width if item.logarithmic else width * item.start / item.scale)
    return FittedParameter(
        item,
        Estimate(item.start, low, high, item.unit),
        bool(closed and informed and math.isfinite(error)),
        fit_.at_bound.get(item.name),
        "profile" if curve is not None else "curvature",
    )


def _advice(
    problem: FitProblem,
    statistics: FitResult,
    parameters: Sequence[FittedParameter],
    misfits: Sequence[Misfit],
    directions: IdentifiabilityResult,
    curves: dict[str, ProfileResult],
    agreeing: int,
    starts: int,
) -> list[str]:
    """What a user should know before believing the numbers."""
    said_below = ("starting value", "strongly correlated")
    advice = [text for text in statistics.warnings if not any(part in text for part in said_below)]
    for one, other, r in statistics.correlated(_CORRELATED):
        advice.append(f"{one} and {other} are strongly correlated (r = {r:.3f}): the data fix a combination of them")
    for item in parameters:
        if item.parameter.prior is not None and not item.identifiable and item.at_bound is None:
            advice.append(f"the data say little about {item.parameter.name}: its interval is that of the prior")
    advice += [text for curve in curves.values() for text in curve.warnings]
    advice += list(directions.warnings)
    for unmet in misfits:
        if unmet.misfit > _UNEXPLAINED * unmet.count:
            advice.append(
                f"{unmet.experiment}, {unmet.label}: not explained (misfit {unmet.misfit:.0f} for {unmet.count} "
                f"observation{'s' if unmet.count > 1 else ''}; observed {unmet.observed}, predicted {unmet.predicted})"
            )
    if starts > 1 and agreeing == 1:
        advice.append(f"only 1 of {starts} searches found the best solution: raise 'starts'")
    if problem.count <= len(problem.parameters) + 1:
        advice.append(
            f"{problem.count} observations for {len(problem.parameters)} parameters: AICc is infinite; "
            "fix some, or add data"
        )
    return list(dict.fromkeys(advice))


def _sample(problem: FitProblem, evaluator: Evaluator, statistics: FitResult, steps: int) -> Posterior:
    """Posterior samples in the parameters' units; flat in the search coordinates where there is no prior."""
    from goldshell.numerics.sampling import sample_posterior

    def log_probability(inner: Array) -> float:
        residuals = evaluator.residuals(inner)
        return -0.5 * float(residuals @ residuals)

    found = sample_posterior(
        log_probability,
        problem.start,
        statistics.covariance,
        [item.inner_bounds for item in problem.parameters],
        problem.names,
        seed=problem.seed,
        steps=steps,
    )
    outward = np.array([problem.values(row) for row in found.samples])
    return dataclasses.replace(found, samples=outward)
