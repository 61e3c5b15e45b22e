"""A fitting problem: experiments with their observations, what is fitted, and its residuals.

Fitted parameters are searched in coordinates u = 1 + ln(value / start), or u = 1 + (value - start) / scale for those
that may be zero or negative, so that one unit is a factor of e (or one scale) for all of them. A prior is one more
residual, (ln value - ln median) / ln factor.

Derivatives are finite differences of a tight solve. A parameter is differenced only in the experiments that it acts on,
and solutions are remembered, so that parameters of the measurement cost no solve.
"""

from __future__ import annotations

import dataclasses
import math
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.exchange.experiment import Addition, Experiment
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import Observation, Prediction, check_observation, predict, times_of
from goldshell.exchange.simulate import solve
from goldshell.numerics import describe_parameters

Array = NDArray[np.float64]

CONDITIONS = ("cluster_factor", "feed_factor", "distribution_factor", "feed_variance")
"""Factors on what was weighed in or tabulated (cluster concentration, incoming ligand, distribution ratio), and the
variance of the feed between parcels that react before they mix."""

PARCELS = 8
"""Equal shares of the gamma distribution of feeds when ``feed_variance`` is above 0."""

FIT_RTOL = 1e-6
"""Relative tolerance of the solves in a fit; finite differences with `STEP` are then good to about 1e-3."""

STEP = 1e-3
"""Step of the central differences, in the search coordinates."""

STEP_ONE_SIDED = 1e-4
"""Step of the one-sided differences, in the search coordinates."""

_TWO_PHASE_ONLY = tuple(
    name
    for name in well_mixed.NAMES
    if name.startswith(("drop_", "film_", "interphase_", "cluster_partition", "cluster_diffusivity", "counter_ion"))
)
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Prior:
    """A log-normal prior.

    Parameters
    ----------
    median : [the parameter's unit]
    factor : geometric standard deviation, above 1 [1]
    source : where it comes from
    """

    median: float
    factor: float
    source: str = ""

    def to_dict(self) -> dict[str, float | str]:
        """Median and factor."""
        return {"median": self.median, "factor": self.factor, "source": self.source}


@dataclass(frozen=True, slots=True)
class FitParameter:
    """One fitted number.

    Parameters
    ----------
    name : unique in the problem
    target : a parameter of the well-mixed model, or one of `CONDITIONS` or `INSTRUMENT`
    start, low, high : [unit]
    unit : pint name
    logarithmic : searched as its logarithm
    experiments : positions of the experiments that it acts on
    prior : log-normal prior, if any
    reason : why it is not the same in all experiments, where it is not
    """

    name: str
    target: str
    start: float
    low: float
    high: float
    unit: str
    logarithmic: bool
    experiments: tuple[int, ...]
    prior: Prior | None = None
    reason: str = ""

    @property
    def scale(self) -> float:
        """What one unit of the search coordinate is for a parameter that is not logarithmic [unit]."""
        width = self.high - self.low
        return width / 10.0 if math.isfinite(width) else max(abs(self.start), 1.0)

    def inward(self, value: float) -> float:
        """Search coordinate of a value."""
        if self.logarithmic:
            return 1.0 + math.log(value / self.start)
        return 1.0 + (value - self.start) / self.scale

    def outward(self, inner: float) -> float:
        """Value of a search coordinate [unit]."""
        if self.logarithmic:
            return self.start * math.exp(min(max(inner - 1.0, -700.0), 700.0))
        return self.start + (inner - 1.0) * self.scale

    @property
    def inner_bounds(self) -> tuple[float, float]:
        """Bounds in the search coordinate."""
        return self.inward(self.low), self.inward(self.high)


@dataclass(frozen=True, slots=True)
class FitExperiment:
    """One experiment of a problem.

    Parameters
    ----------
    name : unique in the problem
    experiment : conditions
    vector : parameters of the model that are not fitted, in the order of `well_mixed.NAMES`
    observations : what was seen
    """

    name: str
    experiment: Experiment
    vector: tuple[float, ...]
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class FitProblem:
    """Everything a fit needs.

    Parameters
    ----------
    name : of the model, for comparisons
    experiments : with their observations
    parameters : what is fitted
    seed, starts : of the multi-start search
    level : probability of intervals
    """

    name: str
    experiments: tuple[FitExperiment, ...]
    parameters: tuple[FitParameter, ...]
    seed: int = 1
    starts: int = 1
    level: float = 0.95

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fitted parameters."""
        return tuple(item.name for item in self.parameters)

    @property
    def start(self) -> Array:
        """The start in search coordinates (p,): all ones."""
        return np.ones(len(self.parameters))

    @property
    def count(self) -> int:
        """Independent observations; priors do not count."""
        return sum(one.count for item in self.experiments for one in item.observations)

    def values(self, inner: Array) -> Array:
        """Parameter values (p,) [their units] of search coordinates."""
        return np.array([item.outward(float(u)) for item, u in zip(self.parameters, inner, strict=True)])

    def started_at(self, values: dict[str, float]) -> FitProblem:
        """The same problem with other starting values (by name; others kept), clipped into the bounds."""
        return dataclasses.replace(
            self,
            parameters=tuple(
                dataclasses.replace(item, start=float(np.clip(values.get(item.name, item.start), item.low, item.high)))
                for item in self.parameters
            ),
        )


def targets() -> dict[str, tuple[str, float, float, float, str]]:
    """What can be fitted: name -> (unit, default, low, high, meaning)."""
    known = {
        item.name: (item.unit, item.default, item.low, item.high, item.meaning)
        for item in describe_parameters(well_mixed.Parameters)
    }
    known["cluster_factor"] = ("1", 1.0, 0.1, 10.0, "true over stated cluster concentration")
    known["feed_factor"] = ("1", 1.0, 0.01, 1e3, "true over stated amount of incoming ligand")
    known["distribution_factor"] = ("1", 1.0, 1e-6, 1e6, "true over tabulated organic/water distribution ratio")
    known["feed_variance"] = (
        "1",
        0.0,
        0.0,
        20.0,
        "relative variance of the feed between parcels that react before they mix",
    )
    known["detection_threshold"] = ("1", 0.01, 1e-6, 0.5, "smallest population seen, as a fraction of the largest")
    known["detection_spread"] = ("1", 0.5, 0.05, 5.0, "scatter of ln(intensity / threshold)")
    known["absorbance_factor"] = ("1", 1.0, 0.1, 10.0, "true over stated absorption coefficient")
    known["absorbance_offset"] = ("1", 0.0, -1.0, 1.0, "baseline of the absorbance")
    return known


def fit_parameter(
    target: str,
    experiments: tuple[int, ...],
    *,
    name: str = "",
    start: float | None = None,
    bounds: tuple[float, float] | None = None,
    prior: Prior | None = None,
    logarithmic: bool | None = None,
    reason: str = "",
) -> FitParameter:
    """A fitted parameter with what is left out taken from the model.

    Positive parameters are searched as logarithms, over three decades to either side of the start unless bounded.

    Raises
    ------
    UnknownNameError : no such parameter
    InputError : start outside its bounds, a prior that is not positive
    """
    known = targets()
    if target not in known:
        raise UnknownNameError("parameter", target, known)
    unit, default, low, high, _ = known[target]
    first = default if start is None else start
    label = name or target
    as_log = (low >= 0.0 and first > 0.0) if logarithmic is None else logarithmic
    if as_log and (first <= 0.0 or (bounds is not None and bounds[0] <= 0.0)):
        raise InputError(
            f"{label} cannot be searched as a logarithm from {first:g}", hint="give positive start and bounds"
        )
    if bounds is None:
        bounds = (max(low, first * 1e-3), min(high, first * 1e3)) if as_log else (low, high)
    if not low <= bounds[0] < bounds[1] <= high:
        raise InputError(f"bounds {bounds[0]:g} to {bounds[1]:g} of {label} are not within {low:g} to {high:g} {unit}")
    if not bounds[0] <= first <= bounds[1]:
        raise InputError(f"start {first:g} of {label} is outside its bounds {bounds[0]:g} to {bounds[1]:g}")
    if prior is not None and (prior.median <= 0.0 or prior.factor <= 1.0):
        raise InputError(f"prior of {label}: the median must be above 0 and the factor above 1")
    return FitParameter(label, target, first, bounds[0], bounds[1], unit, as_log, tuple(experiments), prior, reason)


def check_problem(problem: FitProblem) -> None:
    """Raise InputError for a problem that cannot be fitted as posed."""
    if not problem.parameters:
        raise InputError("nothing to fit", hint="name at least one parameter under 'fit'")
    if not any(item.observations for item in problem.experiments):
        raise InputError("no observations", hint="give at least one experiment 'observations'")
    for what, names in (
        ("experiments", [item.name for item in problem.experiments]),
        ("parameters", list(problem.names)),
    ):
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise InputError(f"two {what} are called {sorted(twice)[0]!r}", hint="give each its own name")
    taken: dict[tuple[str, int], str] = {}
    for item in problem.parameters:
        for position in item.experiments:
            if (item.target, position) in taken:
                raise InputError(
                    f"{taken[item.target, position]} and {item.name} both set {item.target} "
                    f"of {problem.experiments[position].name}"
                )
            taken[item.target, position] = item.name
    for vial in problem.experiments:
        for one in vial.observations:
            check_observation(one, vial.experiment)


def changed_conditions(experiment: Experiment, factors: dict[str, float]) -> Experiment:
    """The experiment with factors (`CONDITIONS`) on its cluster concentration, incoming ligand, distribution ratio."""
    if not factors:
        return experiment
    cluster, feed = factors.get("cluster_factor", 1.0), factors.get("feed_factor", 1.0)
    ratio, in_water, in_organic = experiment.incoming_transport
    return dataclasses.replace(
        experiment,
        cluster_mM=experiment.cluster_mM * cluster,
        water_ligand_mM=experiment.water_ligand_mM * feed,
        organic_ligand_mM=experiment.organic_ligand_mM * feed,
        incoming_transport=(ratio * factors.get("distribution_factor", 1.0), in_water, in_organic),
        schedule=tuple(
            dataclasses.replace(event, incoming_mM=event.incoming_mM * feed, cluster_mM=event.cluster_mM * cluster)
            if isinstance(event, Addition)
            else event
            for event in experiment.schedule
        ),
    )


def _mixed(parcels: list[Prediction]) -> Prediction:
    """What is seen after equal parcels have been poured together."""
    amounts = np.array([one.cluster_mM for one in parcels])
    weights = amounts / np.maximum(amounts.sum(axis=0), 1e-300)
    return Prediction(
        parcels[0].time_h,
        np.sum([share[:, None] * one.composition for share, one in zip(weights, parcels, strict=True)], axis=0),
        np.mean([one.intact_fraction for one in parcels], axis=0),
        amounts.mean(axis=0),
        {},
    )


@dataclass(slots=True)
class Evaluator:
    """Residuals and derivatives of a problem, with memory of the last solutions of each experiment.

    Parameters
    ----------
    problem : what is fitted
    rtol : relative tolerance of the solves
    solves : how many were done
    """

    problem: FitProblem
    rtol: float = FIT_RTOL
    solves: int = 0
    _memory: list[OrderedDict[bytes, Prediction | None]] = field(default_factory=list)
    _acting: list[list[int]] = field(default_factory=list)
    _times: list[tuple[float, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for position, item in enumerate(self.problem.experiments):
            self._memory.append(OrderedDict())
            self._acting.append([j for j, one in enumerate(self.problem.parameters) if position in one.experiments])
            self._times.append(times_of(item.observations))

    def residuals(self, inner: Array) -> Array:
        """All residuals, priors last (n,); NaN where an experiment cannot be solved."""
        values = self.problem.values(inner)
        parts = [self.residuals_of(position, values) for position in range(len(self.problem.experiments))]
        return np.concatenate([*parts, self._prior_residuals(values)])

    def slopes(self, inner: Array) -> Array:
        """dr/du by one-sided differences, half the work: for searching (n, p)."""
        return self.jacobian(inner, STEP_ONE_SIDED, central=False)

    def jacobian(self, inner: Array, step: float = STEP, *, central: bool = True) -> Array:
        """dr/du by differences within the bounds (n, p)."""
        problem = self.problem
        base = problem.values(inner)
        here = [self.residuals_of(position, base) for position in range(len(problem.experiments))]
        edges = np.cumsum([0, *(len(part) for part in here)])
        priors = self._prior_residuals(base)
        jacobian = np.zeros((int(edges[-1]) + len(priors), len(problem.parameters)))
        for j, item in enumerate(problem.parameters):
            low, high = item.inner_bounds
            below = max(inner[j] - step, low) if central or inner[j] + step > high else inner[j]
            above = min(inner[j] + step, high) if central or below == inner[j] else inner[j]
            ends = []
            for shifted in (below, above):
                values = base.copy()
                values[j] = base[j] if shifted == inner[j] else item.outward(float(shifted))
                ends.append(values)
            for position in item.experiments:
                rows = slice(edges[position], edges[position + 1])
                first, second = (self.residuals_of(position, values) for values in ends)
                jacobian[rows, j] = (second - first) / (above - below)
            jacobian[edges[-1] :, j] = (self._prior_residuals(ends[1]) - self._prior_residuals(ends[0])) / (
                above - below
            )
        return jacobian

    def predictions(self, inner: Array) -> list[Prediction]:
        """What the parameters predict for each experiment.

        Raises
        ------
        AnalysisError : an experiment cannot be solved; says which
        """
        values = self.problem.values(inner)
        found = []
        for position, item in enumerate(self.problem.experiments):
            one = self._predict(position, values)
            if one is None:
                raise AnalysisError(f"experiment {item.name!r} could not be solved", hint="check starts and bounds")
            found.append(one)
        return found

    def groups(self) -> tuple[str, ...]:
        """Experiment and observation that each residual belongs to (n,)."""
        labels: list[str] = []
        inner = self.problem.start
        for item, prediction in zip(self.problem.experiments, self.predictions(inner), strict=True):
            for number, one in enumerate(item.observations):
                labels += [f"{item.name}/{number}"] * len(one.residuals(prediction))
        return (*labels, *(["prior"] * sum(item.prior is not None for item in self.problem.parameters)))

    def settings(self, position: int, values: Array) -> tuple[Array, dict[str, float], dict[str, float]]:
        """Model vector, conditions and instrument of one experiment for parameter values (p,)."""
        vector = np.array(self.problem.experiments[position].vector)
        conditions: dict[str, float] = {}
        instrument: dict[str, float] = {}
        for j in self._acting[position]:
            target = self.problem.parameters[j].target
            if target in well_mixed.INDEX:
                vector[well_mixed.INDEX[target]] = values[j]
            elif target in CONDITIONS:
                conditions[target] = float(values[j])
            else:
                instrument[target] = float(values[j])
        return vector, conditions, instrument

    def residuals_of(self, position: int, values: Array) -> Array:
        """Residuals of one experiment for parameter values (p,); NaN where it cannot be solved."""
        prediction = self._predict(position, values)
        observations = self.problem.experiments[position].observations
        if prediction is None:
            return np.full(self._size(position), np.nan)
        return np.concatenate([np.empty(0), *(one.residuals(prediction) for one in observations)])

    def _size(self, position: int) -> int:
        sites = self.problem.experiments[position].experiment.sites
        empty = Prediction(
            np.array(self._times[position]),
            np.full((len(self._times[position]), sites + 1), 1.0 / (sites + 1)),
            np.ones(len(self._times[position])),
            np.ones(len(self._times[position])),
            {},
        )
        return sum(len(one.residuals(empty)) for one in self.problem.experiments[position].observations)

    def _predict(self, position: int, values: Array) -> Prediction | None:
        item = self.problem.experiments[position]
        vector, conditions, instrument = self.settings(position, values)
        if item.experiment.organic_mL == 0.0:
            vector[[well_mixed.INDEX[name] for name in _TWO_PHASE_ONLY]] = 0.0
            vector[well_mixed.INDEX["drop_diameter"]] = 1.0
        key = vector.tobytes() + repr(sorted(conditions.items())).encode()
        memory = self._memory[position]
        if key in memory:
            memory.move_to_end(key)
        else:
            memory[key] = self._solve(position, vector, conditions)
            if len(memory) > _REMEMBERED:
                memory.popitem(last=False)
        found = memory[key]
        return dataclasses.replace(found, instrument=instrument) if found is not None and instrument else found

    def _solve(self, position: int, vector: Array, conditions: dict[str, float]) -> Prediction | None:
        self.solves += 1
        experiment = changed_conditions(self.problem.experiments[position].experiment, conditions)
        variance = conditions.get("feed_variance", 0.0)
        if not self._times[position]:
            return Prediction(np.empty(0), np.empty((0, experiment.sites + 1)), np.empty(0), np.empty(0), {})
        try:
            feeds = well_mixed.exposures(variance, PARCELS)
            parcels = [
                predict(
                    solve(
                        changed_conditions(experiment, {"feed_factor": float(feed)}) if variance else experiment,
                        vector,
                        times=self._times[position],
                        rtol=self.rtol,
                    )
                )
                for feed in feeds
            ]
            found = parcels[0] if len(parcels) == 1 else _mixed(parcels)
        except AnalysisError:
            return None
        return found if np.all(np.isfinite(found.composition)) else None

    def _prior_residuals(self, values: Array) -> Array:
        return np.array(
            [
                math.log(max(value, 1e-300) / item.prior.median) / math.log(item.prior.factor)
                for item, value in zip(self.problem.parameters, values, strict=True)
                if item.prior is not None
            ]
        )
