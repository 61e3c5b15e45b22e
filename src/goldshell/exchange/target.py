"""What a design must reach and what it may change: the file of ``goldshell exchange design``, checked.

A target sets bounds (``">= 0.9"``, ``"2 to 4"``, a plain number for exactly that) or asks for the least or the most
(``minimal``, ``maximal``). What is not in ``free`` keeps its value of ``fixed``, else that of the published two-phase
protocol. Targets that no parameters can meet are refused when read (`goldshell.exchange.reach`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from goldshell.chemistry.composition import DETECTION_THRESHOLD
from goldshell.errors import InputError, UnknownNameError
from goldshell.exchange.conditions import COUNTER_IONS, make_experiment
from goldshell.exchange.reach import check_reach
from goldshell.exchange.schema import Model, read_parameters
from goldshell.files import read_yaml
from goldshell.literature import value
from goldshell.units import parse

NO_SOLVENT = ("water only", "water", "none")
"""Names that stand for no organic phase in a list of solvents."""

TIME_FLOOR_H = 1.0 / 60.0
"""Shortest reaction that a person can start and stop, where none is given [h]; a convention."""

_COMPARISON = re.compile(r"\s*(<=|>=|==|<|>|=|≤|≥)?\s*(.+?)\s*")
_RANGE = re.compile(r"\s*(.+?)\s+(?:to|-|–)\s+(.+?)\s*")
_SPECIES = re.compile(r"\s*n\s*(<=|>=|==|<|>|=|≤|≥)\s*(\d+)\s*")
_SAME = {"≤": "<=", "≥": ">=", "==": "="}
_EXTREMES = {"minimal": "minimal", "minimum": "minimal", "least": "minimal", "maximal": "maximal", "maximum": "maximal",
             "most": "maximal"}  # fmt: skip
_FATE = ("organ_fate", "fate", "organ", "organs")


@dataclass(frozen=True, slots=True)
class Bound:
    """Limits that a predicted quantity must keep, or a wish for its least or most.

    Parameters
    ----------
    low, high : limits, equal for exactly that value, infinite where open [unit of the quantity]
    extreme : "minimal", "maximal" or ""
    """

    low: float = -math.inf
    high: float = math.inf
    extreme: str = ""

    @property
    def exact(self) -> bool:
        """One value is asked for."""
        return self.low == self.high

    def excess(self, values: Any) -> Any:
        """How far values are outside, 0 inside [unit of the quantity]."""
        return np.maximum(np.maximum(self.low - values, values - self.high), 0.0)

    def in_words(self, unit: str = "") -> str:
        """``>= 0.9``, ``2 to 4``, ``= 4``, ``minimal``."""
        after = f" {unit}" if unit else ""
        if self.extreme:
            return self.extreme
        if self.exact:
            return f"= {self.low:.4g}{after}"
        if math.isinf(self.low):
            return f"<= {self.high:.4g}{after}"
        if math.isinf(self.high):
            return f">= {self.low:.4g}{after}"
        return f"{self.low:.4g} to {self.high:.4g}{after}"


@dataclass(frozen=True, slots=True)
class Goals:
    """What the product must be.

    Parameters
    ----------
    mean_n : mean number of incoming ligands [1]
    variance : of the number of incoming ligands [1]
    dispersion_index : variance over that of a binomial of the same mean [1]
    intact_fraction : intact over all clusters [1]
    time_h : reaction time [h]
    charge : mean charge of the cluster at ``charge_pH`` [elementary charges]
    charge_pH, pka_source : where the charge holds; source of pKa values, "" for the first of those that compete
    absent : species n that must stay below ``threshold``
    threshold : detection threshold, as a fraction of the largest species [1]
    order : extremes in the order in which they were asked for
    """

    mean_n: Bound | None = None
    variance: Bound | None = None
    dispersion_index: Bound | None = None
    intact_fraction: Bound | None = None
    time_h: Bound | None = None
    charge: Bound | None = None
    charge_pH: float = 7.0
    pka_source: str = ""
    absent: tuple[int, ...] = ()
    threshold: float = DETECTION_THRESHOLD
    order: tuple[str, ...] = ()

    def bounds(self) -> dict[str, Bound]:
        """Quantity -> bound, of those that were given."""
        names = ("mean_n", "variance", "dispersion_index", "intact_fraction", "time_h", "charge")
        return {name: bound for name in names if (bound := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Target:
    """A checked target.

    Parameters
    ----------
    cluster : notation of the shell at the start
    sites : N [1]
    goals : what the product must be
    incoming, solvents, counter_ions : what may be chosen among; "" for no organic phase and for no counter-ion
    ranges : quantity -> (low, high), equal where fixed: feed_ratio [1], pH [1], water_mL, organic_mL [mL], cluster_mM
        [mM], addition_h [h] (0 all at once), time_h [h]
    model : model section of the file: laws, site classes, parameters that differ from the defaults
    draws : size of the ensemble of parameters behind the intervals
    seed : of the search and of the ensemble
    level : probability of intervals
    measurement_sd : standard deviations that replace those of `goldshell.exchange.next_experiment`
    warnings : advice to the user
    """

    cluster: str
    sites: int
    goals: Goals
    incoming: tuple[str, ...]
    solvents: tuple[str, ...]
    counter_ions: tuple[str, ...]
    ranges: dict[str, tuple[float, float]]
    model: Model
    draws: int = 100
    seed: int = 1
    level: float = 0.95
    measurement_sd: dict[str, float] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the continuous quantities that the search changes; time is not among them."""
        return tuple(name for name, (low, high) in self.ranges.items() if high > low and name != "time_h")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Goals(_Section):
    mean_n: Any = None
    spread: Any = None
    dispersion_index: Any = None
    absent: str | list[str] | None = None
    intact_fraction: Any = None
    time: Any = None
    charge: Any = None
    threshold: float = Field(DETECTION_THRESHOLD, gt=0.0, lt=1.0)
    organ_fate: Any = None
    fate: Any = None
    organ: Any = None
    organs: Any = None


class _Conditions(_Section):
    incoming: str | list[str] | None = None
    solvent: str | list[str] | None = None
    counter_ion: str | list[str] | None = None
    feed_ratio: Any = None
    pH: Any = None
    water: Any = None
    organic: Any = None
    cluster: Any = None
    addition: Any = None
    time: Any = None


class TargetFile(_Section):
    """The whole file."""

    cluster: str
    incoming: str | list[str] | None = None
    target: _Goals
    free: _Conditions = Field(default_factory=_Conditions)
    fixed: _Conditions = Field(default_factory=_Conditions)
    model: Model = Field(default_factory=Model)
    ensemble: int = Field(100, ge=2, le=100_000)
    seed: int = Field(1, ge=0)
    level: float = Field(0.95, gt=0.0, lt=1.0)
    measurement_sd: dict[str, float] = Field(default_factory=dict)

    @field_validator("measurement_sd")
    @classmethod
    def _positive(cls, given: dict[str, float]) -> dict[str, float]:
        known = ("mean_n", "intact_fraction", "composition")
        for name, sd in given.items():
            if name not in known:
                raise ValueError(f"unknown measurement {name!r}; known: {', '.join(known)}")
            if not (math.isfinite(sd) and sd > 0.0):
                raise ValueError(f"{name}: the standard deviation must be above 0")
        return given

    @model_validator(mode="after")
    def _once(self) -> TargetFile:
        for name in _Conditions.model_fields:
            if getattr(self.free, name) is not None and getattr(self.fixed, name) is not None:
                raise ValueError(f"{name!r} stands under 'free' and under 'fixed'")
        places = (self.incoming, self.free.incoming, self.fixed.incoming)
        if sum(item is not None for item in places) != 1:
            raise ValueError("give 'incoming' once: the ligand, or under 'free' a list to choose from")
        return self


def read_target(path: Path) -> Target:
    """Read and check the file of ``goldshell exchange design``.

    Raises
    ------
    InputError : names file, line, field and what was expected; or which wishes exclude each other
    """
    data = read_yaml(path, TargetFile)
    try:
        return to_target(data)
    except InputError as problem:
        problem.where = f"{path}: {problem.where}" if problem.where else str(path)
        raise


def to_target(data: TargetFile) -> Target:
    """The target that a checked file describes.

    Raises
    ------
    UnknownNameError : ligand, solvent or counter-ion not known
    InputError : a wish that cannot be read, or one that no conditions can meet
    """
    from goldshell.chemistry import find_ligand
    from goldshell.transport import find_solvent

    read_parameters(data.model.parameters)
    ligands = _names(_first(data.incoming, data.free.incoming, data.fixed.incoming), "incoming")
    incoming = tuple(find_ligand(name).name for name in ligands)
    given = _names(_first(data.free.solvent, data.fixed.solvent, "ethyl acetate"), "solvent")
    solvents = tuple("" if name.strip().lower() in NO_SOLVENT else find_solvent(name) for name in given)
    salts = _names(_first(data.free.counter_ion, data.fixed.counter_ion, "none"), "counter_ion")
    ions = tuple(_counter_ion(name) for name in salts)
    probe = [
        make_experiment(data.cluster, name, cluster_mM=1.0, water_mL=1.0, site_classes=data.model.site_classes)
        for name in incoming
    ]
    for experiment in probe:
        if experiment.outgoing == experiment.incoming:
            raise InputError(f"{data.cluster} already holds nothing but {experiment.incoming}", where="incoming")
    goals = _read_goals(data.target, probe[0].sites)
    ranges = _read_ranges(data, goals)
    target = Target(
        cluster=data.cluster,
        sites=probe[0].sites,
        goals=goals,
        incoming=incoming,
        solvents=solvents,
        counter_ions=ions,
        ranges=ranges,
        model=data.model,
        draws=data.ensemble,
        seed=data.seed,
        level=data.level,
        measurement_sd=dict(data.measurement_sd),
    )
    check_reach(target)
    return target


def parse_bound(given: Any, unit: str, where: str) -> Bound:
    """A bound from ``4``, ``">= 0.9"``, ``"10 min to 2 h"``, ``[1 h, 2 h]``, ``"minimal"``.

    Raises
    ------
    InputError : cannot be read, no unit or a wrong one, low above high
    """
    if isinstance(given, str) and given.strip().lower() in _EXTREMES:
        return Bound(extreme=_EXTREMES[given.strip().lower()])
    if isinstance(given, list | tuple):
        if len(given) != 2:
            raise InputError(f"expected two limits, got {len(given)}", where=where, hint="write [low, high]")
        return _between(parse(given[0], unit, where=where), parse(given[1], unit, where=where), where)
    if isinstance(given, int | float) and not isinstance(given, bool):
        number = parse(given, unit, where=where)
        return Bound(number, number)
    if not isinstance(given, str):
        raise InputError(f"cannot read {given!r}", where=where, hint="write for example '>= 0.9', 4 or minimal")
    if both := _RANGE.fullmatch(given):
        return _between(_quantity(both[1], unit, where), _quantity(both[2], unit, where), where)
    match = _COMPARISON.fullmatch(given)
    if match is None:
        raise InputError(f"cannot read {given!r}", where=where, hint="write for example '>= 0.9', 4 or minimal")
    number = _quantity(match[2], unit, where)
    sign = _SAME.get(match[1] or "=", match[1] or "=")
    if sign == "=":
        return Bound(number, number)
    return Bound(high=number) if sign in ("<", "<=") else Bound(low=number)


def parse_species(given: str | Sequence[str], sites: int, where: str = "target.absent") -> tuple[int, ...]:
    """Species that must be absent, from ``"n < 2"`` or a list of such statements.

    Raises
    ------
    InputError : cannot be read, or nothing or everything would be absent
    """
    found: set[int] = set()
    for text in [given] if isinstance(given, str) else given:
        match = _SPECIES.fullmatch(text)
        if match is None:
            hint = "write for example 'n < 2' or ['n < 2', 'n > 6']"
            raise InputError(f"cannot read {text!r}", where=where, hint=hint)
        sign, edge = _SAME.get(match[1], match[1]), int(match[2])
        keep = {"<": lambda n, e: n < e, "<=": lambda n, e: n <= e, ">": lambda n, e: n > e,
                ">=": lambda n, e: n >= e, "=": lambda n, e: n == e}[sign]  # fmt: skip
        found |= {n for n in range(sites + 1) if keep(n, edge)}
    if len(found) > sites:
        raise InputError(f"no species of n = 0 to {sites} is left", where=where, hint="allow at least one")
    if not found:
        raise InputError(f"no species of n = 0 to {sites} is meant by {given!r}", where=where)
    return tuple(sorted(found))


def _read_goals(data: _Goals, sites: int) -> Goals:
    for name in _FATE:
        if getattr(data, name) is not None:
            raise InputError(
                "organ fate as a target comes with the fate model and is not available yet",
                where=f"target.{name}",
                hint="give mean_n or charge instead",
            )
    found: dict[str, Any] = {"threshold": data.threshold}
    for name, field, unit in (
        ("mean_n", "mean_n", "1"), ("dispersion_index", "dispersion_index", "1"),
        ("intact_fraction", "intact_fraction", "1"), ("time", "time_h", "h"),
    ):  # fmt: skip
        given = getattr(data, name)
        if given is not None:
            found[field] = parse_bound(given, unit, f"target.{name}")
    if data.spread is not None:
        field, bound = _read_spread(data.spread)
        if field in found:
            raise InputError("the dispersion index is bounded twice", where="target.spread")
        found[field] = bound
    if data.charge is not None:
        found |= _read_charge(data.charge)
    for name in ("mean_n", "variance", "dispersion_index", "time_h"):
        if name in found and found[name].high < 0.0:
            raise InputError(f"{name} cannot be below 0", where=f"target.{name}")
    if "intact_fraction" in found and (found["intact_fraction"].low > 1.0 or found["intact_fraction"].high < 0.0):
        raise InputError("an intact fraction lies between 0 and 1", where="target.intact_fraction")
    if data.absent is not None:
        found["absent"] = parse_species(data.absent, sites)
    if not any(name in found for name in ("mean_n", "charge", "absent", "variance", "dispersion_index")):
        raise InputError(
            "no wish about the shell", where="target", hint="give mean_n, charge, absent or spread, as in mean_n: 4"
        )
    names = {"spread": "variance", "time": "time_h"}
    found["order"] = tuple(
        field for name in data.model_fields_set
        if (field := _spread_field(data.spread) if name == "spread" else names.get(name, name)) in found
        and isinstance(found[field], Bound) and found[field].extreme
    )  # fmt: skip
    return Goals(**found)


def _read_spread(given: Any) -> tuple[str, Bound]:
    if isinstance(given, dict):
        if len(given) != 1 or next(iter(given)) not in ("variance", "dispersion_index"):
            raise InputError(
                f"cannot read {given!r}", where="target.spread",
                hint="minimal, a largest variance, or {dispersion_index: '<= 0.8'}",
            )  # fmt: skip
        name, content = next(iter(given.items()))
        return name, parse_bound(content, "1", f"target.spread.{name}")
    bound = parse_bound(given, "1", "target.spread")
    # A plain number is the largest variance that will do.
    return "variance", Bound(high=bound.high) if bound.exact else bound


def _spread_field(given: Any) -> str:
    return "dispersion_index" if isinstance(given, dict) and "dispersion_index" in given else "variance"


def _read_charge(given: Any) -> dict[str, Any]:
    where = "target.charge"
    if isinstance(given, str):
        text, _, acidity = given.partition(" at pH ")
        if not acidity:
            raise InputError(f"{given!r} names no pH", where=where, hint="write '-12 at pH 7.4'")
        given = {"value": text, "pH": acidity}
    if not isinstance(given, dict) or not {"value", "pH"} <= set(given) or set(given) - {"value", "pH", "pka_source"}:
        raise InputError(f"cannot read {given!r}", where=where, hint="write '-12 at pH 7.4' or {value: -12, pH: 7.4}")
    pH = parse(given["pH"], "1", where=f"{where}.pH")
    if not 0.0 <= pH <= 14.0:
        raise InputError(f"pH {pH:g} is not between 0 and 14", where=f"{where}.pH")
    bound = parse_bound(given["value"], "1", f"{where}.value")
    return {"charge": bound, "charge_pH": pH, "pka_source": str(given.get("pka_source", ""))}


def _read_ranges(data: TargetFile, goals: Goals) -> dict[str, tuple[float, float]]:
    """Ranges of the continuous conditions; published values where nothing is given."""
    volume = value("zhang2026-two-phase-aqueous-volume", "mL")
    defaults = {
        "feed_ratio": (1.0, 200.0),
        "pH": (value("zhang2026-two-phase-ph"),) * 2,
        "water_mL": (volume, volume),
        "organic_mL": (value("zhang2026-two-phase-organic-volume", "mL"),) * 2,
        "cluster_mM": (value("zhang2026-two-phase-cluster-concentration", "mM"),) * 2,
        "addition_h": (0.0, 0.0),
        "time_h": (TIME_FLOOR_H, value("zhang2026-two-phase-time", "h")),
    }
    units = {"feed_ratio": ("feed_ratio", "1"), "pH": ("pH", "1"), "water": ("water_mL", "mL"),
             "organic": ("organic_mL", "mL"), "cluster": ("cluster_mM", "mM"), "addition": ("addition_h", "h"),
             "time": ("time_h", "h")}  # fmt: skip
    ranges = dict(defaults)
    for name, (field, unit) in units.items():
        for where, section in (("free", data.free), ("fixed", data.fixed)):
            given = getattr(section, name)
            if given is None:
                continue
            bound = parse_bound(given, unit, f"{where}.{name}")
            low = max(bound.low, 0.0) if math.isinf(bound.low) else bound.low
            if bound.extreme or math.isinf(bound.high):
                hint = "write [low, high] or one value"
                raise InputError(f"cannot read {given!r}", where=f"{where}.{name}", hint=hint)
            if low < 0.0 or (field not in ("addition_h", "time_h") and low <= 0.0):
                raise InputError(f"{low:g} {unit} must be above 0".replace(" 1 ", " "), where=f"{where}.{name}")
            ranges[field] = (low, bound.high)
    if ranges["pH"][1] > 14.0:
        raise InputError(f"pH {ranges['pH'][1]:g} is not between 0 and 14", where="free.pH")
    named = data.free.time is not None or data.fixed.time is not None
    wish = goals.time_h
    low, high = ranges["time_h"]
    if wish is not None and not wish.extreme:
        if math.isfinite(wish.high):
            high = min(high, wish.high) if named else wish.high
        elif not named:
            high = max(high, 2.0 * wish.low)
        low = max(low, wish.low) if math.isfinite(wish.low) else min(low, high)
    if high <= 0.0 or low > high:
        raise InputError(f"no time between {low:g} and {high:g} h", where="target.time")
    ranges["time_h"] = (max(low, min(TIME_FLOOR_H, high)), high)
    if ranges["addition_h"][0] > high:
        raise InputError(
            f"the addition takes {ranges['addition_h'][0]:g} h, longer than {high:g} h", where="free.addition"
        )
    ranges["addition_h"] = (ranges["addition_h"][0], min(ranges["addition_h"][1], high))
    return ranges


def _between(low: float, high: float, where: str) -> Bound:
    if low > high:
        raise InputError(f"{low:g} is above {high:g}", where=where, hint="write the lower limit first")
    return Bound(low, high)


def _quantity(text: str, unit: str, where: str) -> float:
    if unit == "1":
        try:
            return parse(float(text), "1", where=where)
        except ValueError:
            pass
    return parse(text, unit, where=where)


def _first(*given: Any) -> Any:
    """The first that was given."""
    return next((item for item in given if item is not None), None)


def _names(given: str | Sequence[str] | None, where: str) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given or ())
    if not names:
        raise InputError("an empty list", where=where, hint="name at least one")
    return tuple(dict.fromkeys(names))


def _counter_ion(name: str) -> str:
    if name.strip().lower() == "none":
        return ""
    if name not in COUNTER_IONS:
        raise UnknownNameError("counter-ion", name, (*COUNTER_IONS, "none"), where="counter_ion")
    return name
