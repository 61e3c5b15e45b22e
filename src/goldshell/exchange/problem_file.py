"""The YAML file of ``goldshell exchange fit``: experiments with observations, what is fitted, rival models.

    base:                                # of all experiments, as for `exchange simulate`; may be `file: vial.yaml`
      cluster: Au25(p-MBSA)18
      incoming: p-MBA
      phases: {water: {volume: 2 mL, cluster: 0.025 mM}, organic: {solvent: ethyl acetate, volume: 2 mL, ligand: 1 mM}}
    experiments:
      - name: R = 4
        override: {phases.organic.ligand: 0.1 mM}
        observations:
          - {kind: range, time: 1 h, low: 3, high: 7}
          - {kind: trace, quantity: absorbance, file: vial4.csv, sd: 0.002, per_mM: 8.8 1/mM}
    fit:
      k_exchange: {start: 3 1/h, prior: {median: 3 1/h, factor: 10}}
      cluster_factor: {prior: {median: 1, factor: 1.2}}
    rivals:
      - {name: no cooperativity, fix: {cooperativity: 0}}

Quantities are written with units. A `prior` is log-normal: median and geometric standard deviation.
"""

from __future__ import annotations

import copy
import fnmatch
import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from goldshell.chemistry.composition import DETECTION_THRESHOLD
from goldshell.errors import InputError, UnknownNameError
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import DETECTION_SPREAD, Observation, Range, Rate, Shell, Trace
from goldshell.exchange.problem import (
    FitExperiment,
    FitParameter,
    FitProblem,
    Prior,
    check_problem,
    fit_parameter,
    targets,
)
from goldshell.exchange.schema import SimulationFile, read_parameters, to_experiment
from goldshell.files import line_of, read_table, read_text, read_yaml
from goldshell.units import parse, quantity

Time = quantity("h", minimum=0.0)
PerConcentration = quantity("1/mM", minimum=0.0, exclusive=True)
ReactionRate = quantity("mM/h", minimum=0.0, exclusive=True)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TraceEntry(_Section):
    """Values over time: in a table with the columns ``time_h`` and the quantity (and ``sd``), or one value."""

    kind: Literal["trace"]
    quantity: Literal["intact_fraction", "mean_n", "absorbance"] = "intact_fraction"
    file: str | None = None
    time: Time | None = None  # type: ignore[valid-type]
    value: float | None = None
    sd: Annotated[float, Field(gt=0.0)] | None = None
    per_mM: PerConcentration | None = None  # type: ignore[valid-type]
    label: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _complete(self) -> TraceEntry:
        if (self.file is None) == (self.value is None):
            raise ValueError("a trace needs either 'file' or 'value' with 'time'")
        if self.value is not None and (self.time is None or self.sd is None):
            raise ValueError("a single value needs 'time' and 'sd'")
        if self.quantity == "absorbance" and self.per_mM is None:
            raise ValueError("absorbance needs 'per_mM', epsilon times path, for example 'per_mM: 8.8 1/mM'")
        return self


class MeanEntry(_Section):
    """Mean number of incoming ligands, for example by NMR."""

    kind: Literal["mean_n", "intact_fraction"]
    time: Time  # type: ignore[valid-type]
    value: Annotated[float, Field(ge=0.0)]
    sd: Annotated[float, Field(gt=0.0)]
    label: str = ""
    source: str = ""


class ShellEntry(_Section):
    """A whole composition: fractions by n here or in a table with the columns ``n`` and ``fraction`` (and ``sd``)."""

    kind: Literal["composition"]
    time: Time  # type: ignore[valid-type]
    fractions: dict[int, Annotated[float, Field(ge=0.0)]] | None = None
    file: str | None = None
    counts: Annotated[float, Field(gt=0.0)] | None = None
    sd: Annotated[float, Field(gt=0.0)] | None = None
    label: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _complete(self) -> ShellEntry:
        if (self.file is None) == (self.fractions is None):
            raise ValueError("a composition needs either 'fractions' or 'file'")
        if self.counts is not None and self.sd is not None:
            raise ValueError("give 'counts' (effective number of clusters) or 'sd', not both")
        if self.fractions is not None and self.counts is None and self.sd is None:
            raise ValueError("a composition needs 'counts' (effective number of clusters) or 'sd'")
        return self


class RangeEntry(_Section):
    """Species seen: a censored observation."""

    kind: Literal["range"]
    time: Time  # type: ignore[valid-type]
    low: Annotated[int, Field(ge=0)] | None = None
    high: Annotated[int, Field(ge=0)]
    threshold: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    spread: Annotated[float, Field(gt=0.0)] | None = None
    label: str = ""
    source: str = ""


class RateEntry(_Section):
    """A mean rate between two times; ``factor`` is its uncertainty as a geometric standard deviation."""

    kind: Literal["rate"]
    of: Literal["etching", "exchange"]
    start: Time = Field(0.0, alias="from")  # type: ignore[valid-type]
    time: Time  # type: ignore[valid-type]
    value: ReactionRate  # type: ignore[valid-type]
    factor: Annotated[float, Field(gt=1.0)]
    label: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _forward(self) -> RateEntry:
        if float(self.time) <= float(self.start):
            raise ValueError("the rate ends before it begins: 'time' must be after 'from'")
        return self


Entry = Annotated[TraceEntry | MeanEntry | ShellEntry | RangeEntry | RateEntry, Field(discriminator="kind")]


class ExperimentEntry(_Section):
    """One experiment: fields of `exchange simulate`, or changes of the base, and what was seen."""

    name: str
    file: str | None = None
    conditions: dict[str, Any] | None = None
    override: dict[str, Any] = Field(default_factory=dict)
    observations: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _one_source(self) -> ExperimentEntry:
        if self.file is not None and self.conditions is not None:
            raise ValueError("give 'file' or 'conditions', not both")
        return self


class PriorEntry(_Section):
    """A log-normal prior: median, and geometric standard deviation."""

    median: str | float
    factor: Annotated[float, Field(gt=1.0)]
    source: str = ""


class ParameterEntry(_Section):
    """What is fitted, from where, within which bounds."""

    parameter: str | None = None
    start: str | float | None = None
    bounds: tuple[str | float, str | float] | None = None
    prior: PriorEntry | None = None
    per: Literal["shared", "experiment"] = "shared"
    experiments: tuple[str, ...] = ("*",)
    scale: Literal["log", "linear"] | None = None
    reason: str = ""


class RivalEntry(_Section):
    """Another model of the same observations: parameters fixed or freed, conditions changed."""

    name: str
    fix: dict[str, str | float] = Field(default_factory=dict)
    free: dict[str, ParameterEntry] = Field(default_factory=dict)
    override: dict[str, Any] = Field(default_factory=dict)


class Detection(_Section):
    """Detection of species in ranges."""

    threshold: Annotated[float, Field(gt=0.0, lt=1.0)] = DETECTION_THRESHOLD
    spread: Annotated[float, Field(gt=0.0)] = DETECTION_SPREAD


class ProblemFile(_Section):
    """The whole file."""

    name: str = "model"
    base: dict[str, Any] = Field(default_factory=dict)
    experiments: tuple[ExperimentEntry, ...] = Field(min_length=1)
    fit: dict[str, ParameterEntry] = Field(min_length=1)
    rivals: tuple[RivalEntry, ...] = ()
    detection: Detection = Field(default_factory=Detection)
    seed: int = 1
    starts: Annotated[int, Field(ge=1, le=1000)] = 8
    level: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95

    @field_validator("fit")
    @classmethod
    def _known(cls, value: dict[str, ParameterEntry]) -> dict[str, ParameterEntry]:
        for name, entry in value.items():
            target = entry.parameter or name
            if target not in targets():
                raise ValueError(str(UnknownNameError("parameter", target, targets())))
        return value


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """A problem read from a file.

    Parameters
    ----------
    problem : the model
    rivals : other models of the same observations
    """

    problem: FitProblem
    rivals: tuple[FitProblem, ...]


def read_problem(path: Path) -> ReadProblem:
    """Read and check the file of ``goldshell exchange fit``.

    Raises
    ------
    InputError : names file, line, field and what was expected
    """
    data = read_yaml(path, ProblemFile)
    problem = _problem(path, data, data.name, {}, {}, {})
    rivals = []
    for number, rival in enumerate(data.rivals):
        with _Located(path, ("rivals", number)):
            rivals.append(_problem(path, data, rival.name, rival.override, rival.fix, rival.free))
    return ReadProblem(problem, tuple(rivals))


class _Located:
    """Adds file and line of a part of the file to an InputError that is raised inside."""

    def __init__(self, path: Path, location: tuple[int | str, ...]) -> None:
        self.path, self.location = path, location

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, InputError) and not problem.where.startswith(str(self.path.parent / "")):
            where = f"{self.path}:{line_of(self.path, self.location)}"
            problem.where = f"{where}: {problem.where}" if problem.where else where


def _problem(
    path: Path,
    data: ProblemFile,
    name: str,
    override: dict[str, Any],
    fix: dict[str, str | float],
    free: dict[str, ParameterEntry],
) -> FitProblem:
    experiments = []
    for number, entry in enumerate(data.experiments):
        with _Located(path, ("experiments", number)):
            experiments.append(_experiment(path, number, data, entry, override))
    names = [entry.name for entry in data.experiments]
    parameters: list[FitParameter] = []
    for label, wanted in {**data.fit, **free}.items():
        if label in fix:
            continue
        with _Located(path, ("fit", label)):
            parameters += _parameters(label, wanted, names)
    unknown = [label for label in fix if label not in targets() and label not in data.fit]
    if unknown:
        raise UnknownNameError("parameter", unknown[0], {*data.fit, *targets()}, where="fix")
    for label, text in fix.items():
        held = data.fit.get(label, ParameterEntry())
        target = held.parameter or label
        experiments = _fixed(experiments, target, _read(target, text, label), held.experiments)
    problem = FitProblem(name, tuple(experiments), tuple(parameters), data.seed, data.starts, data.level)
    with _Located(path, ("fit",)):
        check_problem(problem)
    return problem


def _fixed(
    experiments: list[FitExperiment], target: str, value: float, patterns: tuple[str, ...]
) -> list[FitExperiment]:
    """The experiments with a parameter of the model held at a value."""
    if target not in well_mixed.INDEX:
        if value != targets()[target][1]:
            raise InputError(f"{target} can only be fixed at {targets()[target][1]:g}", hint="leave it out, or free it")
        return experiments
    changed = []
    for item in experiments:
        vector = list(item.vector)
        if any(fnmatch.fnmatchcase(item.name, pattern) for pattern in patterns):
            vector[well_mixed.INDEX[target]] = value
        changed.append(FitExperiment(item.name, item.experiment, tuple(vector), item.observations))
    return changed


def _experiment(
    path: Path, number: int, data: ProblemFile, entry: ExperimentEntry, override: dict[str, Any]
) -> FitExperiment:
    raw = _raw_conditions(path, data.base)
    if entry.file is not None:
        raw = _merged(raw, _raw_conditions(path, {"file": entry.file}))
    raw = _merged(raw, _raw_conditions(path, entry.conditions or {}))
    for key, value in [*entry.override.items(), *override.items()]:
        _set(raw, key, value)
    observations = tuple(
        _observation(path, one, data.detection, number, position) for position, one in enumerate(entry.observations)
    )
    raw.setdefault("outputs", ["1 h"])
    raw["outputs"] = raw["outputs"] if isinstance(raw["outputs"], list) else ["1 h"]
    try:
        checked = SimulationFile.model_validate(raw)
    except ValidationError as problem:
        first = min(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")
        field = ".".join(str(part) for part in first["loc"])
        what = {"missing": "is missing", "extra_forbidden": "is not a field"}.get(
            first["type"], first["msg"].removeprefix("Value error, ")
        )
        raise InputError(f"experiment {entry.name!r}: {field} {what}", hint="see 'exchange simulate'") from problem
    vector = well_mixed.to_vector(read_parameters(checked.model.parameters))
    shells = tuple(_sized(one, to_experiment(checked).sites) for one in observations)
    return FitExperiment(entry.name, to_experiment(checked), tuple(float(x) for x in vector), shells)


def _raw_conditions(path: Path, given: dict[str, Any]) -> dict[str, Any]:
    """A deep copy of conditions, with those of ``file`` underneath."""
    given = copy.deepcopy(given)
    name = given.pop("file", None)
    if name is None:
        return given
    other = path.parent / str(name)
    try:
        loaded = yaml.safe_load(read_text(other))
    except yaml.YAMLError as problem:
        raise InputError("not valid YAML", where=str(other), hint="is the file cut off?") from problem
    if not isinstance(loaded, dict):
        raise InputError("expected 'key: value' lines at the top level", where=f"{other}:1")
    return _merged(loaded, given)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """``below`` with ``above`` written over it, dictionary by dictionary."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _set(raw: dict[str, Any], key: str, value: Any) -> None:
    """Set a field by its dotted name; None removes it."""
    *way, last = key.split(".")
    place = raw
    for part in way:
        inner = place.get(part)
        place[part] = dict(inner) if isinstance(inner, dict) else {}
        place = place[part]
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value


def _sized(one: Observation, sites: int) -> Observation:
    """Fractions filled up with zeros to n = N."""
    if not isinstance(one, Shell) or len(one.fractions) > sites + 1:
        return one
    missing = sites + 1 - len(one.fractions)
    total = sum(one.fractions)
    fractions = tuple(value / total for value in one.fractions) + (0.0,) * missing
    sd = one.sd + (max(one.sd),) * missing if one.sd else ()
    return Shell(one.time_h, fractions, one.counts, sd, one.label, one.source)


def _observation(path: Path, entry: Any, detection: Detection, number: int, position: int) -> Observation:
    with _Located(path, ("experiments", number, "observations", position)):
        names = {"label": entry.label, "source": entry.source}
        if isinstance(entry, RangeEntry):
            if entry.low is not None and entry.low > entry.high:
                raise InputError(f"range {entry.low} to {entry.high}: low is above high")
            return Range(
                entry.time,
                entry.low,
                entry.high,
                detection.threshold if entry.threshold is None else entry.threshold,
                detection.spread if entry.spread is None else entry.spread,
                **names,
            )
        if isinstance(entry, RateEntry):
            return Rate(entry.of, entry.start, entry.time, entry.value, entry.factor, **names)
        if isinstance(entry, MeanEntry):
            return Trace(
                entry.kind, (entry.time,), (entry.value,), (entry.sd,), label=names["label"], source=names["source"]
            )
        if isinstance(entry, ShellEntry):
            return _shell(path, entry, names)
        return _trace(path, entry, names)


def _trace(path: Path, entry: TraceEntry, names: dict[str, str]) -> Trace:
    if entry.file is None:
        once, value, scatter = (float(given or 0.0) for given in (entry.time, entry.value, entry.sd))
        return Trace(entry.quantity, (once,), (value,), (scatter,), per_mM=entry.per_mM or 1.0, **names)
    other = path.parent / entry.file
    table = read_table(
        other, ("time_h", entry.quantity), numeric=("time_h", entry.quantity),
        optional=("sd",) if entry.sd is None else (),
    )  # fmt: skip
    times, values = tuple(table["time_h"]), tuple(table[entry.quantity])
    sd = tuple(table["sd"]) if entry.sd is None else (entry.sd,) * len(times)
    if not all(math.isfinite(x) and x > 0.0 for x in sd):
        raise InputError("no standard deviations", where=str(other), hint="give a column 'sd', or 'sd:' of the trace")
    if times[0] < 0.0 or any(b <= a for a, b in itertools.pairwise(times)):
        raise InputError("column 'time_h': times must increase from 0 or later", where=str(other))
    return Trace(entry.quantity, times, values, sd, per_mM=entry.per_mM or 1.0, **names)


def _shell(path: Path, entry: ShellEntry, names: dict[str, str]) -> Shell:
    sd: tuple[float, ...] = ()
    if entry.fractions is not None:
        found = entry.fractions
        where = ""
    else:
        other = path.parent / str(entry.file)
        where = str(other)
        table = read_table(other, ("n", "fraction"), numeric=("n", "fraction"), optional=("sd",))
        found = {int(n): float(value) for n, value in zip(table["n"], table["fraction"], strict=True)}
        if entry.counts is None and entry.sd is None:
            sd = tuple(table["sd"])
            if not all(math.isfinite(x) and x > 0.0 for x in sd):
                raise InputError("no standard deviations", where=where, hint="give a column 'sd', or 'counts' or 'sd:'")
            sd = tuple(dict(zip(found, sd, strict=True)).get(n, max(sd)) for n in range(max(found) + 1))
    if min(found) < 0:
        raise InputError("n counts incoming ligands and is not negative", where=where)
    fractions = tuple(found.get(n, 0.0) for n in range(max(found) + 1))
    if not 0.9 < sum(fractions) < 1.1:
        raise InputError(
            f"fractions add up to {sum(fractions):.3g}, not 1", where=where, hint="give shares, not per cent"
        )
    if entry.sd is not None:
        sd = (entry.sd,) * len(fractions)
    return Shell(entry.time, fractions, entry.counts or math.nan, sd, **names)


def _parameters(label: str, entry: ParameterEntry, names: list[str]) -> list[FitParameter]:
    target = entry.parameter or label
    chosen = tuple(
        position
        for position, name in enumerate(names)
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in entry.experiments)
    )
    if not chosen:
        raise UnknownNameError("experiment", entry.experiments[0], names)
    options: dict[str, Any] = {
        "start": None if entry.start is None else _read(target, entry.start, f"{label}.start"),
        "bounds": None
        if entry.bounds is None
        else tuple(_read(target, end, f"{label}.bounds") for end in entry.bounds),
        "prior": None
        if entry.prior is None
        else Prior(_read(target, entry.prior.median, f"{label}.prior.median"), entry.prior.factor, entry.prior.source),
        "logarithmic": None if entry.scale is None else entry.scale == "log",
        "reason": entry.reason,
    }
    if options["start"] is None and options["prior"] is not None:
        options["start"] = options["prior"].median
    if entry.per == "shared":
        return [fit_parameter(target, chosen, name=label, **options)]
    return [fit_parameter(target, (one,), name=f"{label}[{names[one]}]", **options) for one in chosen]


def _read(target: str, text: str | float, where: str) -> float:
    known = targets()
    if target not in known:
        raise UnknownNameError("parameter", target, known, where=where)
    return parse(text, known[target][0], where=where)
