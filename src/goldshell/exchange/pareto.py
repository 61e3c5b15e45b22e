"""Search of the conditions of an exchange: every solve gives all reaction times, every candidate is kept.

Conditions are feed ratio, pH, volumes, concentration, duration of a slow addition (continuous) and incoming ligand,
solvent, counter-ion (a choice). One solve of the well-mixed model runs through all reaction times; where the target
asks for an exact mean (or charge) the reaction stops when it is reached, else every time of the grid is a candidate.

    spread = variance of n, yield = intact fraction, time:  a candidate is on the front when no other is at least as
    good in all three and better in one; differences below `RESOLUTION` are no differences

The search is differential evolution, once for each of several weightings of the three, each started from the best of
what is known; the front comes from all candidates of all runs.

References
----------
Storn & Price, J. Global Optim. 11 (1997) 341-359, doi:10.1023/A:1008202821328
"""

from __future__ import annotations

import dataclasses
import math
import time as clock
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError
from goldshell.exchange.conditions import make_experiment
from goldshell.exchange.experiment import Addition, Experiment
from goldshell.exchange.protocol import ONE_PHASE_ADDITION
from goldshell.exchange.reach import charges_by_n
from goldshell.exchange.simulate import solve
from goldshell.exchange.target import Target

Array = NDArray[np.float64]

OBJECTIVES = ("variance", "lost_fraction", "time_h")
"""What the front trades: variance of n [1], 1 - intact fraction [1], reaction time [h]; less is better."""

RESOLUTION = (0.01, 0.001, 1.0 / 60.0)
"""Smallest differences in the objectives that count [1], [1], [h]."""

CONSTRAINTS = ("mean_n", "charge", "variance", "dispersion_index", "intact_fraction", "time_h", "absent")

MEAN_TOLERANCE = 0.05
"""How far an exact mean (or charge) may be missed, for example by a fixed time or by rounding [1]."""

ADDED_SHARE = 0.5
"""Share of the organic phase that a slow addition brings in; the rest is there at first [1]; a convention."""

SEARCH_RTOL = 1e-6

_OUTPUTS = 48
_BEYOND = 1.5  # times are looked at up to this factor over the limit, to see what the limit costs
_LEAST_INTACT = 1e-3  # below it a composition is numerical noise
_LEAST_ADDITION_H = 5.0 / 60.0
_PENALTY = 10.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a person sets.

    Parameters
    ----------
    incoming, solvent, counter_ion : names; "" for no organic phase and for no counter-ion
    feed_ratio : incoming ligand per cluster [1]
    pH : of the water [1]
    water_mL, organic_mL : volumes; organic 0 in one phase [mL]
    cluster_mM : clusters in the water at the start [mM]
    addition_h : duration over which the ligand is added, 0 all at once [h]
    time_h : reaction time, counted from the start of the addition [h]
    """

    incoming: str
    solvent: str
    counter_ion: str
    feed_ratio: float
    pH: float
    water_mL: float
    organic_mL: float
    cluster_mM: float
    addition_h: float
    time_h: float

    def to_dict(self) -> dict[str, Any]:
        """As JSON types; solvent and counter-ion null where there is none."""
        found = dataclasses.asdict(self)
        return {**found, "solvent": self.solvent or None, "counter_ion": self.counter_ion or None}

    def in_words(self) -> str:
        """One line."""
        parts = [f"{self.incoming}, feed {self.feed_ratio:.4g}", self.solvent or "water only", f"pH {self.pH:.3g}"]
        if self.counter_ion:
            parts.append(self.counter_ion)
        if self.addition_h:
            parts.append(f"added over {60 * self.addition_h:.3g} min")
        return ", ".join([*parts, f"{60 * self.time_h:.4g} min"])


@dataclass(frozen=True, slots=True)
class Candidate:
    """Conditions with what the best parameters predict for them.

    Parameters
    ----------
    conditions : what is set
    composition : P(n) (N + 1,) [1]
    mean_n, variance : of n [1]
    intact_fraction : [1]
    violation : how far each of `CONSTRAINTS` is missed, scaled to about 1 (7,) [1]
    """

    conditions: Conditions
    composition: Array
    mean_n: float
    variance: float
    intact_fraction: float
    violation: Array

    @property
    def dispersion_index(self) -> float:
        """Variance over that of a binomial of the same mean [1]."""
        binomial = self.mean_n * (1.0 - self.mean_n / (len(self.composition) - 1))
        return self.variance / binomial if binomial > 1e-12 else math.nan

    def to_dict(self) -> dict[str, Any]:
        """One entry of the Pareto list."""
        return {
            "spread": self.variance,
            "dispersion_index": self.dispersion_index,
            "intact_fraction": self.intact_fraction,
            "time_h": self.conditions.time_h,
            "mean_n": self.mean_n,
            "conditions": self.conditions.to_dict(),
        }


def make_conditions_experiment(target: Target, conditions: Conditions) -> Experiment:
    """The experiment of these conditions.

    Two phases: the ligand is in the organic phase, or in the `ADDED_SHARE` of it that is pumped in. One phase: it is in
    the water, or in a tenth of it that is pumped in.
    """
    two = bool(conditions.solvent)
    ligand = conditions.feed_ratio * conditions.cluster_mM * conditions.water_mL
    organic = conditions.organic_mL if two else 0.0
    fields: dict[str, Any] = {}
    if conditions.addition_h > 0.0:
        volume = ADDED_SHARE * organic if two else ONE_PHASE_ADDITION * conditions.water_mL
        organic -= volume if two else 0.0
        region = "organic" if two else "water"
        fields["schedule"] = (Addition(0.0, conditions.addition_h, volume, region, ligand / volume),)
    elif two:
        fields["organic_ligand_mM"] = ligand / organic
    else:
        fields["water_ligand_mM"] = ligand / conditions.water_mL
    return make_experiment(
        target.cluster, conditions.incoming, cluster_mM=conditions.cluster_mM, water_mL=conditions.water_mL,
        pH=conditions.pH, solvent=conditions.solvent, organic_mL=organic, counter_ion=conditions.counter_ion,
        site_classes=target.model.site_classes, exchange_law=target.model.exchange_law,
        etching_law=target.model.etching_law, **fields,
    )  # fmt: skip


def non_dominated(objectives: Array) -> NDArray[np.bool_]:
    """Which rows no other row dominates (at least as small in all columns, smaller in one); of equal rows the first.

    Parameters
    ----------
    objectives : (k, m), less is better

    Returns
    -------
    array (k,) of bool
    """
    values = np.asarray(objectives, dtype=float)
    order = np.lexsort(values.T[::-1])
    kept: list[int] = []
    front = np.empty((0, values.shape[1]))
    for index in order:
        # Sorted by the first objective, a row is only dominated (or repeated) by one that came before.
        if not len(front) or not np.any(np.all(front <= values[index], axis=1)):
            kept.append(int(index))
            front = np.vstack([front, values[index]])
    mask = np.zeros(len(values), dtype=bool)
    mask[kept] = True
    return mask


def thinned(objectives: Array, count: int) -> list[int]:
    """Indices of at most ``count`` rows, far apart: the best of each objective, then the farthest from those chosen."""
    values = np.asarray(objectives, dtype=float)
    if len(values) <= count:
        return list(range(len(values)))
    span = np.ptp(values, axis=0)
    scaled = (values - values.min(axis=0)) / np.where(span > 0.0, span, 1.0)
    chosen = list(dict.fromkeys(int(index) for index in scaled.argmin(axis=0)))[:count]
    distance = np.min(np.linalg.norm(scaled[:, None, :] - scaled[None, chosen, :], axis=2), axis=1)
    while len(chosen) < count:
        index = int(distance.argmax())
        chosen.append(index)
        distance = np.minimum(distance, np.linalg.norm(scaled - scaled[index], axis=1))
    return sorted(chosen)


class _Stop(Exception):  # noqa: N818 - not an error
    """The budget is spent."""


@dataclass(slots=True)
class Search:
    """The search of one target: evaluates conditions, keeps every candidate.

    Parameters
    ----------
    target : what must be reached
    vector : parameters in the order of `well_mixed.NAMES`
    seconds : time limit [s]
    progress : called with the share done and a text
    candidates : all that were found, with mean [1], variance [1], intact fraction [1], time [h]
    solves, failures : how many were done, how many could not be
    stopped : why the search ended early, "" when it did not
    begun : moment of `time.monotonic` from which the time limit counts [s]
    """

    target: Target
    vector: Array
    seconds: float = 40.0
    progress: Callable[[float, str], None] | None = None
    candidates: list[Candidate] = field(default_factory=list)
    solves: int = 0
    failures: int = 0
    stopped: str = ""
    begun: float = math.inf
    _budget: int = 1
    _points: list[tuple[Array, list[Candidate]]] = field(default_factory=list)

    def run(self, evaluations: int) -> None:
        """Sample, then evolve; an interrupt or the time limit ends it and keeps what was found."""
        self._budget = max(evaluations, 1)
        try:
            # The first solve may compile the kernels: the clock starts after it.
            self._remembered(np.full(self._size, 0.5))
            self.begun = clock.monotonic()
            if self._size == 0:
                return
            first = max(8, evaluations // 5)
            for point in self._sample(first):
                self._remembered(point)
            weightings = self._weightings()
            share = (evaluations - first) // (len(weightings) + 1)
            # The last run ignores the limits, so that what they cost is known.
            for number, weights in enumerate([*weightings, weightings[0]]):
                self._evolve(weights, share, number, limited=number < len(weightings))
        except _Stop:
            self.stopped = f"the time limit of {self.seconds:g} s"
        except KeyboardInterrupt:
            self.stopped = "an interrupt"
        if self.progress is not None:
            self.progress(1.0, self._state())

    def evaluate(self, point: Array) -> list[Candidate]:
        """Solve the conditions of one point of the unit cube and keep its candidates.

        Parameters
        ----------
        point : one number from 0 to 1 for each choice with several options, then for each free quantity
        """
        if clock.monotonic() > self.begun + self.seconds:
            raise _Stop
        return self.consider(self.decode(point))

    def consider(self, conditions: Conditions) -> list[Candidate]:
        """Solve some conditions over all reaction times and keep the candidates."""
        self.solves += 1
        if self.progress is not None and self.solves % 20 == 0:
            self.progress(min(self.solves / self._budget, 0.99), self._state())
        times = time_grid(self.target, conditions.addition_h)
        experiment = make_conditions_experiment(self.target, conditions)
        try:
            states = solve(experiment, self.vector, times=times, rtol=SEARCH_RTOL)
        except AnalysisError:
            self.failures += 1
            return []
        found = candidates_of(self.target, conditions, times, states.composition(), states.intact_fraction())
        self.candidates += found
        return found

    def decode(self, point: Array) -> Conditions:
        """Conditions of one point of the unit cube; the time is the upper limit."""
        target, rest = self.target, list(point)
        chosen = []
        for options in (target.incoming, target.solvents, target.counter_ions):
            position = min(int(rest.pop(0) * len(options)), len(options) - 1) if len(options) > 1 else 0
            chosen.append(options[position])
        values: dict[str, Any] = {}
        for name, (low, high) in target.ranges.items():
            if name == "time_h":
                continue
            share = min(max(float(rest.pop(0)), 0.0), 1.0) if high > low else 0.0
            values[name] = _scaled(name, low, high, share)
        values["organic_mL"] = values["organic_mL"] if chosen[1] else 0.0
        counter_ion = chosen[2] if chosen[1] else ""  # it acts through the interphase only
        return Conditions(chosen[0], chosen[1], counter_ion, time_h=target.ranges["time_h"][1], **values)

    def feasible(self) -> list[Candidate]:
        """Candidates that meet every constraint."""
        return [one for one in self.candidates if is_feasible(self.target, one)]

    @property
    def _size(self) -> int:
        target = self.target
        choices = sum(len(options) > 1 for options in (target.incoming, target.solvents, target.counter_ions))
        return choices + len(target.free)

    def _sample(self, count: int) -> Array:
        from scipy.stats import qmc

        points = qmc.Sobol(self._size, scramble=True, rng=np.random.default_rng(self.target.seed))
        return np.asarray(points.random(1 << (count - 1).bit_length())[:count])

    def _weightings(self) -> list[Array]:
        """Weights of the objectives: each leading in turn, the wanted order first, then all alike."""
        rank = {name: position for position, name in enumerate(objective_order(self.target))}
        first = np.array([0.05 ** rank[name] for name in OBJECTIVES])
        leading = [np.where(np.arange(3) == i, 1.0, 0.03) for i in range(3)]
        return [first, *(w for w in leading if w.argmax() != first.argmax()), np.full(3, 0.4)]

    def _cost(self, found: list[Candidate], weights: Array, limited: bool = True) -> float:
        """Least weighted sum over the candidates of one point; only mean and charge are kept when not limited."""
        if not found:
            return 1e3
        target = self.target
        scale = np.array([0.25 * target.sites, 1.0, max(target.ranges["time_h"][1], 1e-9)])
        costs = []
        for one in found:
            missed = _missed(target, one)
            missed = missed if limited else missed[:2]
            penalty = _PENALTY * float(missed.sum()) + float(np.any(missed > 0.0))
            costs.append(float(weights @ (objectives_of(one) / scale)) + penalty)
        return min(costs)

    def _evolve(self, weights: Array, solves: int, number: int, limited: bool) -> None:
        """Differential evolution for one weighting, started from the best sampled points and random ones."""
        from scipy.optimize import differential_evolution

        size = self._size
        population = int(np.clip(6 * size, 8, 30))
        generations = max(1, solves // population - 1)
        rng = np.random.default_rng([self.target.seed, number + 1])
        known = sorted(self._points, key=lambda item: self._cost(item[1], weights, limited))
        start = np.array([point for point, _ in known[: population // 2]])
        random = rng.random((population - len(start), size))
        differential_evolution(
            lambda point: self._cost(self._remembered(point), weights, limited),
            [(0.0, 1.0)] * size,
            init=np.clip(np.vstack([start, random]) if len(start) else random, 0.0, 1.0),
            maxiter=generations, popsize=1, tol=1e-6, polish=False, rng=rng, updating="immediate",
        )  # fmt: skip

    def _remembered(self, point: Array) -> list[Candidate]:
        found = self.evaluate(point)
        self._points.append((np.array(point), found))
        return found

    def _state(self) -> str:
        good = sum(is_feasible(self.target, one) for one in self.candidates[-500:])
        return f"{self.solves} solves, {len(self.candidates)} candidates, {good} of the last meet the target"


def candidates_of(
    target: Target, conditions: Conditions, times: Array, composition: Array, intact: Array
) -> list[Candidate]:
    """Reaction times worth considering of one course: where an exact mean or charge is reached, else the whole grid.

    Parameters
    ----------
    target : what must be reached
    conditions : of the course
    times : (k,) [h]
    composition : P(n) (k, N + 1) [1]
    intact : intact fraction (k,) [1]
    """
    usable = (intact > _LEAST_INTACT) & (times >= conditions.addition_h - 1e-12)
    if not usable.any():
        return []
    times, composition, intact = times[usable], np.clip(composition[usable], 0.0, 1.0), intact[usable]
    low, high = target.ranges["time_h"]
    wanted = _wanted(target, conditions, composition)
    points: list[tuple[float, Array, float]] = []
    if wanted is not None and high > low:
        gap = wanted
        for i in np.flatnonzero((gap[:-1] == 0.0) | (gap[:-1] * gap[1:] < 0.0))[:3]:
            points.append(_crossing(times, gap, composition, intact, int(i)))
        if not points:
            i = int(np.abs(np.where(times <= high, gap, np.inf)).argmin())
            points.append((float(times[i]), composition[i], float(intact[i])))
    elif high == low:
        i = int(np.abs(times - high).argmin())
        points.append((float(times[i]), composition[i], float(intact[i])))
    else:
        points = [(float(t), composition[i], float(intact[i])) for i, t in enumerate(times)]
    return [evaluated(target, dataclasses.replace(conditions, time_h=t), shell, share) for t, shell, share in points]


def evaluated(target: Target, conditions: Conditions, composition: Array, intact: float) -> Candidate:
    """A candidate with its moments and what it misses."""
    shell = composition / composition.sum()
    n = np.arange(len(shell))
    mean = float(shell @ n)
    variance = float(shell @ (n - mean) ** 2)
    goals, sites = target.goals, target.sites
    binomial = mean * (1.0 - mean / sites)
    quantities = {
        "mean_n": mean, "variance": variance, "intact_fraction": intact, "time_h": conditions.time_h,
        "dispersion_index": variance / binomial if binomial > 1e-12 else 0.0,
    }  # fmt: skip
    scales = {"mean_n": sites, "charge": sites, "variance": 0.25 * sites, "time_h": target.ranges["time_h"][1]}
    violation = np.zeros(len(CONSTRAINTS))
    for position, name in enumerate(CONSTRAINTS):
        if name == "absent":
            if goals.absent:
                share = float(shell[list(goals.absent)].max() / shell.max())
                violation[position] = max(0.0, math.log10(max(share, 1e-30) / goals.threshold)) / 2.0
            continue
        bound = getattr(goals, name)
        low, high = target.ranges["time_h"]
        if name == "time_h":
            violation[position] = max(low - conditions.time_h, conditions.time_h - high, 0.0) / max(high, 1e-9)
        elif bound is not None and not bound.extreme:
            value = float(shell @ _charges(target, conditions.incoming)) if name == "charge" else quantities[name]
            violation[position] = float(bound.excess(value)) / scales.get(name, 1.0)
    return Candidate(conditions, shell, mean, variance, intact, np.where(violation < 1e-9, 0.0, violation))


def is_feasible(target: Target, candidate: Candidate, *, without: str = "") -> bool:
    """Every constraint is met, apart from the one named."""
    return not np.any(_missed(target, candidate, without=without) > 0.0)


def objectives_of(candidate: Candidate) -> Array:
    """Variance [1], lost fraction [1] and time [h], to their resolution."""
    raw = np.array([candidate.variance, 1.0 - candidate.intact_fraction, candidate.conditions.time_h])
    return np.asarray(np.round(raw / RESOLUTION) * RESOLUTION)


def objective_order(target: Target) -> tuple[str, ...]:
    """Objectives from the first to the last, as the target asks for them."""
    names = dict(zip(("variance", "intact_fraction", "time_h"), OBJECTIVES, strict=True), dispersion_index="variance")
    asked = [names[name] for name in target.goals.order if name in names]
    return tuple(dict.fromkeys([*asked, *OBJECTIVES]))


def ranking(target: Target, candidate: Candidate) -> dict[str, float]:
    """What the target asks for, first things first, to the resolution that counts; less is better.

    A mean that shall be minimal or maximal comes before the objectives (maximal: its negative).
    """
    found: dict[str, float] = {}
    mean = target.goals.mean_n
    if mean is not None and mean.extreme:
        sign = -1.0 if mean.extreme == "maximal" else 1.0
        found["mean_n"] = sign * round(candidate.mean_n / MEAN_TOLERANCE) * MEAN_TOLERANCE
    values = dict(zip(OBJECTIVES, objectives_of(candidate).tolist(), strict=True))
    return found | {name: values[name] for name in objective_order(target)}


def best_of(target: Target, candidates: list[Candidate]) -> Candidate:
    """The candidate that is best in the order of `ranking`; ties go to the lower feed."""
    return min(candidates, key=lambda one: (*ranking(target, one).values(), one.conditions.feed_ratio))


def time_grid(target: Target, addition_h: float) -> Array:
    """Times that a course is looked at [h]: geometric up to the limit and a little beyond."""
    low, high = target.ranges["time_h"]
    start = max(min(low, high / 50.0), high / 500.0)
    grid = np.geomspace(start, high * _BEYOND, _OUTPUTS)
    extra = [time for time in (low, high, addition_h) if time > 0.0]
    return np.unique(np.concatenate([grid, extra]))


def _missed(target: Target, candidate: Candidate, *, without: str = "") -> Array:
    """Violations beyond what is tolerated."""
    missed = candidate.violation.copy()
    for name in ("mean_n", "charge"):
        bound = getattr(target.goals, name)
        if bound is not None and bound.exact:
            position = CONSTRAINTS.index(name)
            missed[position] = max(0.0, missed[position] - MEAN_TOLERANCE / target.sites)
    missed[missed < 1e-6] = 0.0
    if without:
        missed[CONSTRAINTS.index(without)] = 0.0
    return missed


def _wanted(target: Target, conditions: Conditions, composition: Array) -> Array | None:
    """Distance of the mean (or charge) from its exact value over the course (k,); None where none is asked for."""
    goals = target.goals
    if goals.mean_n is not None and goals.mean_n.exact:
        return np.asarray(composition @ np.arange(composition.shape[1]) - goals.mean_n.low)
    if goals.charge is not None and goals.charge.exact:
        return np.asarray(composition @ _charges(target, conditions.incoming) - goals.charge.low)
    return None


def _charges(target: Target, incoming: str) -> Array:
    return np.array(charges_by_n(target.cluster, incoming, target.goals.charge_pH, target.goals.pka_source)[0])


def _crossing(times: Array, gap: Array, composition: Array, intact: Array, i: int) -> tuple[float, Array, float]:
    """Time after ``times[i]`` at which the gap closes, with P(n) and intact fraction there.

    Cubic interpolation in ln t: a straight line between two compositions would add to their variance.
    """
    nodes = np.arange(max(0, min(i - 1, len(times) - 4)), min(len(times), max(i + 3, 4)))
    x = np.log(times[nodes])

    def weights(at: float) -> Array:
        differences = at - x
        return np.array(
            [np.prod(np.delete(differences, k)) / np.prod(np.delete(x[k] - x, k)) for k in range(len(x))]
        )  # fmt: skip

    low, high = float(np.log(times[i])), float(np.log(times[i + 1]))
    falling = gap[i] > 0.0
    for _ in range(24):
        middle = 0.5 * (low + high)
        if (float(weights(middle) @ gap[nodes]) > 0.0) != falling:
            high = middle
        else:
            low = middle
    at = weights(0.5 * (low + high))
    return math.exp(0.5 * (low + high)), np.clip(at @ composition[nodes], 0.0, 1.0), float(at @ intact[nodes])


def _scaled(name: str, low: float, high: float, share: float) -> float:
    """A value between two limits: pH evenly, an addition with 'all at once' as its first part, the rest by factors."""
    if high <= low:
        return low
    if name == "pH":
        return low + share * (high - low)
    if name == "addition_h" and low <= _LEAST_ADDITION_H:
        if share < 0.2 or high <= _LEAST_ADDITION_H:
            return low
        low, share = _LEAST_ADDITION_H, (share - 0.2) / 0.8
    return low * (high / low) ** share
