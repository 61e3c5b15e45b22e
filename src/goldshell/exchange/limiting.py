"""Which wish or range limits a design, and why an impossible one is impossible.

A wish is dropped in turn and the candidates that the search has already found are judged again: what the best of them
gains is what the wish costs. Nothing is solved anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange.pareto import (
    CONSTRAINTS,
    MEAN_TOLERANCE,
    OBJECTIVES,
    RESOLUTION,
    Candidate,
    Search,
    best_of,
    is_feasible,
    ranking,
)
from goldshell.exchange.target import Target

_AT_BOUND = 0.02  # share of a range (of its logarithm where it spans factors) that counts as its end
_WORTH = 0.02  # relative gain that is worth telling
_NAMES = {"mean_n": "mean n", "variance": "spread", "lost_fraction": "lost fraction", "time_h": "time [h]"}
_STEPS = {"mean_n": MEAN_TOLERANCE, **dict(zip(OBJECTIVES, RESOLUTION, strict=True))}


@dataclass(frozen=True, slots=True)
class Gain:
    """What dropping one wish would give.

    Parameters
    ----------
    constraint : name of the wish
    objective : which of the objectives improves first, in the target's order
    with_it, without_it : its value [1 or h]
    at : conditions that reach it, in words
    """

    constraint: str
    objective: str
    with_it: float
    without_it: float
    at: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {"constraint": self.constraint, "objective": self.objective, "with": self.with_it,
                "without": self.without_it, "at": self.at}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limiting:
    """What limits a design.

    Parameters
    ----------
    constraint : the wish or range that costs most, "" when none binds
    because : in one sentence
    gains : what dropping each wish would give, the costliest first
    at_bounds : free quantities that ended at the end of their range
    """

    constraint: str
    because: str
    gains: tuple[Gain, ...]
    at_bounds: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "constraint": self.constraint or None,
            "because": self.because,
            "gains": [item.to_dict() for item in self.gains],
            "at_bounds": list(self.at_bounds),
        }


def limits(target: Target, candidates: list[Candidate], chosen: Candidate) -> Limiting:
    """Which wish costs most in the objectives, in their order.

    Parameters
    ----------
    target : what was asked for
    candidates : all that the search found
    chosen : the answer
    """
    here = ranking(target, best_of(target, [one for one in candidates if is_feasible(target, one)] or [chosen]))
    gains: list[tuple[tuple[int, float], Gain]] = []
    for name in _constraints(target):
        pool = [one for one in candidates if is_feasible(target, one, without=name)]
        if not pool:
            continue
        best = best_of(target, pool)
        if is_feasible(target, best):
            continue
        there = ranking(target, best)
        for rank, (objective, value) in enumerate(here.items()):
            difference = value - there[objective]
            if difference > max(_WORTH * abs(value), 1.5 * _STEPS[objective]):
                gain = Gain(name, _NAMES[objective], abs(value), abs(there[objective]), best.conditions.in_words())
                gains.append(((rank, -difference / max(abs(value), 1e-9)), gain))
                break
            if abs(difference) > _STEPS[objective]:
                break
    gains.sort(key=lambda item: item[0])
    ends = _at_bounds(target, chosen)
    active = _active(target, chosen)
    if gains:
        first = gains[0][1]
        bound = _in_words(target, first.constraint)
        because = (
            f"without {bound} the {first.objective} could go from {first.with_it:.3g} to {first.without_it:.3g} "
            f"({first.at})"
        )
        return Limiting(first.constraint, because, tuple(gain for _, gain in gains), ends)
    if active:
        return Limiting(active[0], f"{_in_words(target, active[0])} is just met", (), ends)
    if ends:
        return Limiting(ends[0].split(" ")[0], f"no wish binds; {ends[0]}", (), ends)
    spread = [one.variance for one in candidates if is_feasible(target, one)]
    if next(iter(here)) == "variance" and len(spread) > 1 and max(spread) - min(spread) < 0.02:
        because = f"no wish binds; the spread is that of the ladder (dispersion index {chosen.dispersion_index:.3g})"
        return Limiting("", because, (), ends)
    return Limiting("", "no wish binds: dropping any of them would not better the answer", (), ends)


def refuse_mass_balance(target: Target, candidates: list[Candidate]) -> None:
    """Raise InputError when the mean asked for holds more ligand than the largest feed, (mean n) x (intact) > R."""
    mean, feed = target.goals.mean_n, target.ranges["feed_ratio"][1]
    if mean is None or mean.extreme or mean.low <= 0.0:
        return
    intact = target.goals.intact_fraction
    least = intact.low if intact is not None and intact.low > 0.0 else 0.0
    if mean.low * least <= feed:
        return
    pool = [one for one in candidates if is_feasible(target, one, without="mean_n")]
    nearest = max(pool or candidates, key=lambda one: one.mean_n, default=None)
    raise InputError(
        f"mean_n {mean.in_words()} is impossible by mass balance: {feed:g} incoming ligands per cluster give at most "
        f"a mean of {feed / least:.3g} on {100 * least:.3g} % intact clusters",
        where="target.mean_n",
        hint=_nearest(target, nearest, "mean_n") if nearest else f"feed at least {mean.low * least:.3g} per cluster",
    )


def explain_impossible(target: Target, search: Search) -> AnalysisError:
    """The error that says which wish no conditions meet, and the nearest that some do."""
    candidates = search.candidates
    if not candidates:
        return AnalysisError(
            f"none of {search.solves} conditions could be solved", hint="check the parameters of the model"
        )
    if search.stopped:
        return AnalysisError(
            f"the search was ended by {search.stopped} after {search.solves} solves; none of them met the target",
            where="target", hint="give it more time (--seconds)",
        )  # fmt: skip
    positions = {name: CONSTRAINTS.index(name) for name in _constraints(target, every=True)}
    ways: list[tuple[float, str, Candidate]] = []
    for name, position in positions.items():
        pool = [one for one in candidates if is_feasible(target, one, without=name)]
        if pool:
            nearest = min(pool, key=lambda one: float(one.violation[position]))
            ways.append((float(nearest.violation[position]), name, nearest))
    ways.sort(key=lambda item: item[0])
    mean, feed = target.goals.mean_n, target.ranges["feed_ratio"][1]
    balance = ""
    if mean is not None and not mean.extreme and mean.low > feed:
        balance = f"; mass balance: {feed:g} incoming ligands per cluster"
    if not ways:
        nearest = min(candidates, key=lambda one: float(one.violation.sum()))
        missed = [name for name, position in positions.items() if nearest.violation[position] > 0.0]
        wishes = " and ".join(_in_words(target, name) for name in missed)
        return AnalysisError(
            f"impossible target: {wishes} exclude each other{balance}",
            where="target",
            hint=f"nearest feasible: mean n {nearest.mean_n:.3g}, intact fraction {nearest.intact_fraction:.3g}, "
            f"variance {nearest.variance:.3g} ({nearest.conditions.in_words()})",
        )
    _, name, _ = ways[0]
    others = [_in_words(target, other) for other in positions if other != name]
    kept = f" together with {', '.join(others)}" if others else ""
    return AnalysisError(
        f"impossible target: no conditions give {_in_words(target, name)}{kept}{balance}",
        where=f"target.{_key(name)}",
        hint="; or ".join(_nearest(target, one, which) for _, which, one in ways[:2]),
    )


def _constraints(target: Target, *, every: bool = False) -> list[str]:
    """Names of what bounds the answer; the mean and the charge only with ``every``, since they are what is wanted."""
    found = [
        name for name, bound in target.goals.bounds().items()
        if not bound.extreme and name != "time_h" and (every or name not in ("mean_n", "charge"))
    ]  # fmt: skip
    return [*found, "time_h", *(["absent"] if target.goals.absent else [])]


def _in_words(target: Target, name: str) -> str:
    """A wish as the user wrote it."""
    if name == "absent":
        low, high = min(target.goals.absent), max(target.goals.absent)
        species = f"n = {low} to {high}" if high > low else f"n = {low}"
        return f"absent {species} (below {100 * target.goals.threshold:g} % of the largest)"
    if name == "time_h":
        return f"time <= {target.ranges['time_h'][1]:.4g} h"
    return f"{_key(name)} {getattr(target.goals, name).in_words()}"


def _key(name: str) -> str:
    return {"time_h": "time", "variance": "spread"}.get(name, name)


def _nearest(target: Target, one: Candidate, name: str) -> str:
    """The nearest feasible answer when one wish gives way."""
    if name == "mean_n":
        value = f"mean_n {one.mean_n:.3g}"
    elif name == "charge":
        from goldshell.exchange.reach import charges_by_n

        goals = target.goals
        by_n = charges_by_n(target.cluster, one.conditions.incoming, goals.charge_pH, goals.pka_source)[0]
        value = f"charge {float(one.composition @ np.array(by_n)):.3g}"
    elif name == "absent":
        species = list(target.goals.absent)
        share = one.composition[species].max() / one.composition.max()
        value = f"the absent species at up to {100 * share:.3g} % of the largest"
    elif name == "time_h":
        value = f"time {one.conditions.time_h:.3g} h"
    else:
        value = f"{_key(name)} {getattr(one, name):.3g}"
    return f"nearest feasible: {value} ({one.conditions.in_words()}; intact {100 * one.intact_fraction:.3g} %)"


def _active(target: Target, chosen: Candidate) -> list[str]:
    """Limits that the answer just meets."""
    found = []
    for name, bound in target.goals.bounds().items():
        if bound.extreme or bound.exact or name == "charge":
            continue
        value = chosen.conditions.time_h if name == "time_h" else float(getattr(chosen, name))
        ends = [end for end in (bound.low, bound.high) if np.isfinite(end)]
        if any(abs(value - end) <= _AT_BOUND * max(abs(end), 1e-9) for end in ends):
            found.append(name)
    return found


def _at_bounds(target: Target, chosen: Candidate) -> tuple[str, ...]:
    found = []
    for name in target.free:
        low, high = target.ranges[name]
        value = getattr(chosen.conditions, name)
        if name == "organic_mL" and not chosen.conditions.solvent:
            continue
        spread = np.log(high / low) if low > 0.0 and name != "pH" else high - low
        for end, which in ((low, "lower"), (high, "upper")):
            distance = abs(np.log(value / end)) if low > 0.0 and name != "pH" else abs(value - end)
            if distance <= _AT_BOUND * spread and not (name == "addition_h" and which == "lower"):
                found.append(f"{name} is at the {which} end of its range, {end:g}")
    return tuple(found)
