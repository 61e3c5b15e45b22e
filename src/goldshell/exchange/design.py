"""From a wish to a recipe: conditions that give a wanted shell, what they trade, what limits, what to measure next.

    minimise  spread (variance of n), loss (1 - intact fraction), time
    subject to the wishes (mean n or charge, absent species, limits on the three), over the free conditions

The search (`goldshell.exchange.pareto`) uses the best parameters. The candidate that is best in the order in which the
target asks is rounded to what can be set (`ROUNDING`), re-tuned, solved again, and predicted with every draw of the
parameters (`goldshell.exchange.parameter_ensemble`).

Limits: intervals hold the uncertainty of the parameters, not of the model; the level 1 model has no gradients.
"""

from __future__ import annotations

import dataclasses
import math
import time as clock
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, GoldshellError, InputError
from goldshell.exchange.limiting import Limiting, explain_impossible, limits, refuse_mass_balance
from goldshell.exchange.models.well_mixed import NAMES
from goldshell.exchange.next_experiment import NextExperiment, next_experiment
from goldshell.exchange.parameter_ensemble import ParameterEnsemble, acts, ensemble
from goldshell.exchange.pareto import (
    CONSTRAINTS,
    MEAN_TOLERANCE,
    Candidate,
    Conditions,
    Search,
    best_of,
    evaluated,
    is_feasible,
    make_conditions_experiment,
    non_dominated,
    objectives_of,
    thinned,
)
from goldshell.exchange.protocol import exchange_protocol
from goldshell.exchange.reach import charges_by_n
from goldshell.exchange.schema import read_parameters
from goldshell.exchange.sheet import Protocol
from goldshell.exchange.simulate import RTOL, solve
from goldshell.exchange.target import Target, read_target
from goldshell.exchange.weighing import round_to
from goldshell.numerics import Estimate

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Progress = Callable[[float, str], None]

EVALUATIONS = 2000
"""Solves of the search."""

SECONDS = 45.0
"""Time limit of a design [s]: of it `SHARES` for the search, until the end of the prediction, and the rest."""

SHARES = (0.6, 0.8)

LEAST_DRAWS = 20
"""Draws of the parameters that are always solved, whatever the time."""

FRONT = 40
"""Entries of the Pareto list at most."""

ROUNDING = {"pH": 0.1, "water_mL": 0.05, "organic_mL": 0.05, "addition_h": 1.0 / 60.0, "time_h": 1.0 / 60.0}
"""What can be set: pH [1], volumes [mL], times [h]; below 10 min times go by 0.1 min. Conventions."""

WITHIN = 0.5
"""An exact mean (or charge) counts as met within half a ligand (charge) in the stated chance [1]."""

_DEFAULT_LIGAND = "p-MBA"  # the rows behind the default rate constants
_FINE_TIME_H = 0.1 / 60.0
_FINE_BELOW_H = 10.0 / 60.0
_SLIPS = (
    ("feed 5 % more", "feed_ratio", 1.05),
    ("pH 0.1 higher", "pH", 0.1),
    ("1 min longer", "time_h", 1.0 / 60.0),
)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the recipe should give, with intervals over the draws of the parameters.

    Parameters
    ----------
    composition : P(n) with limits, (N + 1,) each [1]
    mean_n, variance, dispersion_index, intact_fraction : with limits [1]
    charge : mean charge with limits at the pH of the target; None when it asks for none [elementary charges]
    time_h : reaction time [h]
    chance : share of the draws that meet every wish [1]
    chances : wish -> share of the draws that meets it [1]
    execution : what small slips change: (what, mean n, intact fraction)
    level : probability of the intervals
    draws, failed : draws that were tried, and those of them that could not be solved
    """

    composition: tuple[Array, Array, Array]
    mean_n: Estimate
    variance: Estimate
    dispersion_index: Estimate
    intact_fraction: Estimate
    charge: Estimate | None
    time_h: float
    chance: float
    chances: dict[str, float]
    execution: tuple[tuple[str, float, float], ...]
    level: float
    draws: int
    failed: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        value, low, high = self.composition
        found: dict[str, Any] = {
            "composition": [
                {"n": n, "fraction": float(value[n]), "low": float(low[n]), "high": float(high[n])}
                for n in range(len(value))
            ],
            "mean_n": self.mean_n.to_dict(),
            "spread": self.variance.to_dict(),
            "dispersion_index": self.dispersion_index.to_dict(),
            "intact_fraction": self.intact_fraction.to_dict(),
            "time_h": self.time_h,
            "level": self.level,
            "chance": self.chance,
            "chances": dict(self.chances),
            "execution": [
                {"change": what, "mean_n": mean, "intact_fraction": intact} for what, mean, intact in self.execution
            ],
            "draws": self.draws,
            "failed_draws": self.failed,
        }
        if self.charge is not None:
            found["charge"] = self.charge.to_dict()
        return found


@dataclass(frozen=True, slots=True)
class DesignResult:
    """A recipe for a target.

    Parameters
    ----------
    target : what was asked for
    conditions : of the recipe
    recipe : protocol sheet
    predicted : what it should give
    pareto : non-dominated candidates that meet the target, narrowest first
    limiting : which wish or range costs most
    next_experiment : what to measure to know the mean better
    uncertainty : parameters with their origin
    solves, seconds : effort of the search [1], [s]
    warnings : advice to the user
    """

    target: Target
    conditions: Conditions
    recipe: Protocol
    predicted: Prediction
    pareto: tuple[Candidate, ...]
    limiting: Limiting
    next_experiment: NextExperiment
    uncertainty: ParameterEnsemble
    solves: int
    seconds: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: exchange design)."""
        return {
            "recipe": {"conditions": self.conditions.to_dict(), **self.recipe.to_dict()},
            "predicted": {**self.predicted.to_dict(), "parameters": self.uncertainty.to_dict()},
            "pareto": [item.to_dict() for item in self.pareto],
            "limiting": self.limiting.to_dict(),
            "next_experiment": self.next_experiment.to_dict(),
            "solves": self.solves,
            "seconds": self.seconds,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """The Pareto front, one row per candidate."""
        import pandas as pd

        rows = []
        for item in self.pareto:
            entry = item.to_dict()
            rows.append({**{key: value for key, value in entry.items() if key != "conditions"}, **entry["conditions"]})
        return pd.DataFrame(rows)


def design(
    target: Target | Path,
    *,
    fit: Path | Mapping[str, Any] | Any | None = None,
    scale: float = 1.0,
    evaluations: int = EVALUATIONS,
    seconds: float = SECONDS,
    progress: Progress | None = None,
) -> DesignResult:
    """Find conditions for a target, with their front, what limits them and what to measure next.

    Parameters
    ----------
    target : checked target, or its YAML file
    fit : parameters with their uncertainty, see `goldshell.exchange.parameter_ensemble.ensemble`; defaults when None
    scale : factor on the volumes of the recipe [1]
    evaluations : solves of the search
    seconds : time limit; a slow model gets fewer solves, draws and proposals [s]
    progress : called with the share done and a text

    Raises
    ------
    InputError : wishes that exclude each other or mass balance; names the nearest that is feasible
    AnalysisError : no conditions in the ranges meet the wishes; names the one that fails and the nearest feasible
    """
    if isinstance(target, Path):
        try:
            return design(
                read_target(target), fit=fit, scale=scale, evaluations=evaluations, seconds=seconds, progress=progress
            )
        except GoldshellError as problem:
            if problem.where.startswith("target"):
                problem.where = f"{target}: {problem.where}"
            raise
    begun = clock.monotonic()
    wanted = target
    if evaluations < 1 or not seconds > 0.0:
        raise InputError("a search needs at least one solve and some time")
    given = read_parameters(wanted.model.parameters)
    known = (*wanted.model.parameters, *_without_effect(wanted))
    uncertainty = ensemble(fit, base=given, known=known, draws=wanted.draws, seed=wanted.seed)
    search = Search(wanted, uncertainty.best, seconds=SHARES[0] * seconds, progress=_part(progress, 0.0, 0.8))
    search.run(evaluations)
    refuse_mass_balance(wanted, search.candidates)
    feasible = search.feasible()
    if not feasible:
        raise explain_impossible(wanted, search)
    best = best_of(wanted, feasible)
    chosen, warnings = _practical(wanted, uncertainty.best, best, search)
    front = _front(wanted, [*feasible, chosen])
    experiment = make_conditions_experiment(wanted, chosen.conditions)
    recipe = exchange_protocol(experiment, time_h=chosen.conditions.time_h, scale=scale)
    predicted = _predict(wanted, chosen, uncertainty, search.begun + SHARES[1] * seconds)
    proposal = next_experiment(
        wanted, chosen.conditions, uncertainty, until=search.begun + seconds, progress=_part(progress, 0.8, 1.0)
    )
    warnings += [*wanted.warnings, *uncertainty.warnings, *_advice(wanted, chosen, search, predicted, uncertainty)]
    return DesignResult(
        target=wanted,
        conditions=chosen.conditions,
        recipe=recipe,
        predicted=predicted,
        pareto=tuple(front),
        limiting=limits(wanted, search.candidates, chosen),
        next_experiment=proposal,
        uncertainty=uncertainty,
        solves=search.solves,
        seconds=clock.monotonic() - begun,
        warnings=tuple(dict.fromkeys([*warnings, *recipe.warnings])),
    )


def _part(progress: Progress | None, low: float, high: float) -> Progress | None:
    """Progress of a part as progress of the whole."""
    if progress is None:
        return None
    return lambda done, text: progress(low + (high - low) * done, text)


def _without_effect(target: Target) -> list[str]:
    """Parameters that act on none of the experiments that the target allows."""
    start = Conditions("", "", "", **{name: low for name, (low, _) in target.ranges.items()})
    experiments = [
        make_conditions_experiment(
            target, dataclasses.replace(start, incoming=incoming, solvent=solvent, counter_ion=counter_ion)
        )
        for incoming in target.incoming for solvent in target.solvents for counter_ion in target.counter_ions
    ]  # fmt: skip
    return [name for name in NAMES if not any(acts(name, one) for one in experiments)]


def _front(target: Target, feasible: list[Candidate]) -> list[Candidate]:
    """The non-dominated candidates, narrowest first, the recipe's among them only if nothing beats it."""
    objectives = np.array([objectives_of(one) for one in feasible])
    kept = np.flatnonzero(non_dominated(objectives))
    kept = kept[thinned(objectives[kept], FRONT)]
    found = [feasible[int(i)] for i in kept]
    return sorted(found, key=lambda one: tuple(objectives_of(one)))


def _practical(target: Target, vector: Array, best: Candidate, search: Search) -> tuple[Candidate, list[str]]:
    """The best candidate with numbers that can be set, tuned again; as found where rounding breaks a wish."""
    rounded = _rounded(target, best.conditions)
    for conditions, step in ((rounded, ROUNDING["time_h"]), (rounded, _FINE_TIME_H), (best.conditions, _FINE_TIME_H)):
        tuned = _tuned(target, vector, conditions, search, step)
        if tuned is not None and is_feasible(target, tuned):
            if conditions is rounded:
                return tuned, []
            return tuned, ["no round numbers meet every wish: set the recipe's as exactly as you can"]
    exact = _solved(target, vector, best.conditions)
    return exact, ["the recipe holds only as it is written: rounding or slips break a wish"]


def _rounded(target: Target, conditions: Conditions) -> Conditions:
    """Free conditions in steps that can be set, within their ranges."""
    found: dict[str, Any] = {}
    for name in target.free:
        low, high = target.ranges[name]
        number = getattr(conditions, name)
        if name in ROUNDING:
            number = round_to(number, ROUNDING[name])
        elif number > 0.0:
            number = round(number, 2 - math.floor(math.log10(number)))
        found[name] = min(max(number, low), high)
    if not conditions.solvent:
        found.pop("organic_mL", None)
    return dataclasses.replace(conditions, **found)


def _tuned(target: Target, vector: Array, conditions: Conditions, search: Search, step: float) -> Candidate | None:
    """Reaction time to its step for these conditions, then the feed so that an exact mean (or charge) is met."""
    try:
        options = search.consider(conditions)
    except AnalysisError:
        return None
    options = [one for one in options if is_feasible(target, one)] or options
    if not options:
        return None
    low, high = target.ranges["time_h"]
    time = best_of(target, options).conditions.time_h
    step = step if time >= _FINE_BELOW_H else _FINE_TIME_H
    time = min(max(round_to(time, step), low, conditions.addition_h), high)
    fixed = dataclasses.replace(conditions, time_h=time)
    gap = _exact_gap(target)
    if gap is None or "feed_ratio" not in target.free:
        return _solved(target, vector, fixed)
    return _solved(target, vector, dataclasses.replace(fixed, feed_ratio=_feed_for(target, vector, fixed, gap)))


def _exact_gap(target: Target) -> Callable[[Candidate], float] | None:
    """How far a candidate is above the exact mean or charge; None when none is asked for."""
    goals = target.goals
    if goals.mean_n is not None and goals.mean_n.exact:
        mean = goals.mean_n.low
        return lambda one: one.mean_n - mean
    if goals.charge is not None and goals.charge.exact:
        charge = goals.charge.low
        return lambda one: float(one.composition @ charges_of(target, one.conditions.incoming)) - charge
    return None


def _feed_for(target: Target, vector: Array, conditions: Conditions, gap: Callable[[Candidate], float]) -> float:
    """Feed within its range that closes the gap at a fixed time, to four digits; as it is where none does."""
    from scipy.optimize import brentq

    low, high = target.ranges["feed_ratio"]
    feed = conditions.feed_ratio

    def miss(number: float) -> float:
        return gap(_solved(target, vector, dataclasses.replace(conditions, feed_ratio=number)))

    ends = max(low, feed / 1.25), min(high, feed * 1.25)
    try:
        if miss(ends[0]) * miss(ends[1]) >= 0.0:
            return feed
        found = float(brentq(miss, *ends, xtol=1e-4 * feed, rtol=1e-6))
    except (AnalysisError, ValueError):
        return feed
    return min(max(round(found, 3 - math.floor(math.log10(found))), low), high)


def _solved(target: Target, vector: Array, conditions: Conditions, rtol: float = RTOL) -> Candidate:
    """What some parameters predict at the reaction time, solved to full accuracy."""
    experiment = make_conditions_experiment(target, conditions)
    states = solve(experiment, vector, times=[conditions.time_h], rtol=rtol)
    shell = np.clip(states.composition()[0], 0.0, 1.0)
    if shell.sum() <= 0.0:
        raise AnalysisError("no intact clusters are left", hint="shorten the reaction or lower the feed")
    return evaluated(target, conditions, shell, float(states.intact_fraction()[0]))


def charges_of(target: Target, incoming: str) -> Array:
    """Charge of the cluster with n incoming ligands at the pH of the target (N + 1,) [elementary charges]."""
    goals = target.goals
    return np.array(charges_by_n(target.cluster, incoming, goals.charge_pH, goals.pka_source)[0])


def _predict(target: Target, chosen: Candidate, uncertainty: ParameterEnsemble, until: float) -> Prediction:
    """The recipe under the draws of the parameters, as many as time allows, and under small slips."""
    drawn: list[Candidate] = []
    tried = 0
    for vector in uncertainty.draws:
        if tried >= LEAST_DRAWS and clock.monotonic() > until:
            break
        tried += 1
        try:
            drawn.append(_solved(target, vector, chosen.conditions, rtol=1e-6))
        except AnalysisError:
            continue
    members = drawn or [chosen]
    tails = (0.5 * (1.0 - target.level), 0.5 * (1.0 + target.level))

    def interval(value: float, values: list[float]) -> Estimate:
        low, high = np.nanquantile(np.array(values), tails)
        return Estimate(float(value), float(min(low, value)), float(max(high, value)))

    shells = np.array([one.composition for one in members])
    low, high = np.quantile(shells, tails, axis=0)
    charge = None
    if target.goals.charge is not None:
        by_n = charges_of(target, chosen.conditions.incoming)
        charge = interval(float(chosen.composition @ by_n), [float(one.composition @ by_n) for one in members])
    chances = dict.fromkeys(_wishes(target), 0.0)
    everything = 0
    for one in members:
        met = {name: _meets(target, one, name) for name in chances}
        everything += all(met.values())
        for name, good in met.items():
            chances[name] += good / tried
    return Prediction(
        composition=(chosen.composition, np.minimum(low, chosen.composition), np.maximum(high, chosen.composition)),
        mean_n=interval(chosen.mean_n, [one.mean_n for one in members]),
        variance=interval(chosen.variance, [one.variance for one in members]),
        dispersion_index=interval(chosen.dispersion_index, [one.dispersion_index for one in members]),
        intact_fraction=interval(chosen.intact_fraction, [one.intact_fraction for one in members]),
        charge=charge,
        time_h=chosen.conditions.time_h,
        chance=everything / tried,
        chances=chances,
        execution=_slips(target, chosen, uncertainty.best),
        level=target.level,
        draws=tried,
        failed=tried - len(drawn),
    )


def _wishes(target: Target) -> list[str]:
    """Wishes that can be met or missed."""
    names = [name for name, bound in target.goals.bounds().items() if not bound.extreme and name != "time_h"]
    return [*names, *(["absent"] if target.goals.absent else [])]


def _meets(target: Target, one: Candidate, name: str) -> bool:
    """One wish is met; an exact mean or charge within `WITHIN`."""
    bound = getattr(target.goals, name) if name != "absent" else None
    if bound is not None and bound.exact and name in ("mean_n", "charge"):
        value = one.mean_n if name == "mean_n" else float(
            one.composition @ charges_of(target, one.conditions.incoming)
        )  # fmt: skip
        return abs(value - bound.low) <= WITHIN
    return bool(one.violation[CONSTRAINTS.index(name)] <= 1e-6)


def _slips(target: Target, chosen: Candidate, vector: Array) -> tuple[tuple[str, float, float], ...]:
    """Mean n and intact fraction after small slips in execution."""
    found = []
    for text, name, change in _SLIPS:
        number = getattr(chosen.conditions, name)
        moved = dataclasses.replace(
            chosen.conditions, **{name: number * change if name == "feed_ratio" else number + change}
        )
        try:
            one = _solved(target, vector, moved, rtol=1e-6)
        except GoldshellError:
            continue
        found.append((text, one.mean_n, one.intact_fraction))
    return tuple(found)


def _advice(
    target: Target, chosen: Candidate, search: Search, predicted: Prediction, uncertainty: ParameterEnsemble
) -> list[str]:
    """What the user should know about the answer."""
    found = []
    if search.stopped:
        found.append(f"the search was ended by {search.stopped} after {search.solves} solves: the best so far is shown")
    if search.failures:
        found.append(f"{search.failures} of {search.solves} conditions could not be solved and were left out")
    ligand = chosen.conditions.incoming
    if uncertainty.origin != "defaults":
        found.append(f"the parameters given are taken to hold for {target.cluster} + {ligand}, whatever was fitted")
    elif ligand != _DEFAULT_LIGAND:
        found.append(f"the default parameters are those of {_DEFAULT_LIGAND}; {ligand} may exchange and etch otherwise")
    solvents = [name for name in target.solvents if name]
    if len(solvents) > 1:
        transport = {
            name: make_conditions_experiment(
                target, dataclasses.replace(chosen.conditions, solvent=name, organic_mL=target.ranges["organic_mL"][1])
            ).incoming_transport
            for name in solvents
        }
        if len(set(transport.values())) == 1:
            found.append(f"{', '.join(solvents)} are alike to the model: it does not decide between them")
    spread = [one.variance for one in search.feasible()]
    if len(spread) > 1 and np.ptp(spread) < 0.02 and "variance" in target.goals.order:
        found.append(
            "no condition changes the spread: with these parameters the shell is "
            f"{'binomial' if abs(chosen.dispersion_index - 1.0) < 0.02 else 'set by the ladder'} at this mean"
        )
    if predicted.chance < 0.5 and predicted.chances:
        weakest = min(predicted.chances, key=lambda name: predicted.chances[name])
        found.append(
            f"{100 * predicted.chance:.0f} % of the parameter draws meet every wish (least: {weakest}, "
            f"{100 * predicted.chances[weakest]:.0f} %): do the next experiment first"
        )
    if predicted.draws < target.draws:
        found.append(f"time allowed {predicted.draws} of {target.draws} parameter draws: intervals are coarse")
    if predicted.failed:
        found.append(f"{predicted.failed} parameter draws could not be solved; the intervals leave them out")
    if target.goals.charge is not None:
        by_source = charges_by_n(
            target.cluster, chosen.conditions.incoming, target.goals.charge_pH, target.goals.pka_source
        )
        if len(by_source[2]) > 1:
            pH = target.goals.charge_pH
            values = []
            for source in by_source[2]:
                by_n = np.array(charges_by_n(target.cluster, ligand, pH, source)[0])
                values.append(f"{source} {float(chosen.composition @ by_n):.3g}")
            found.append(f"pKa values compete; charge of this recipe by {', '.join(values)} (used: {by_source[1]})")
    gap = _exact_gap(target)
    if gap is not None and abs(gap(chosen)) > MEAN_TOLERANCE:
        found.append("the exact mean or charge is missed by more than 0.05 after rounding")
    return found
