"""Run a command on every combination of values, on all cores or a Dask cluster, and keep a few results of each."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell import engine
from goldshell.errors import AnalysisError, GoldshellError, InputError, UnknownNameError
from goldshell.files import check_mapping, json_ready, write_atomically
from goldshell.workflows.sweep_file import Axis, Kept, Plan, read_sweep

if TYPE_CHECKING:
    import pandas as pd

_COMPILE_FROM = 30  # points for which the compiled integrator is worth waiting for
_JOURNAL = "sweep.progress.jsonl"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Results of a sweep.

    Parameters
    ----------
    plan : what was run
    columns : name -> one value per point, NaN where a point failed or was not reached
    errors : one per point, "" where there is none
    done : points that were computed
    interrupted : stopped by the user
    workers : that worked at the same time
    efficiency : share of the workers' time that the points took; NaN for a resumed sweep [1]
    warnings : advice to the user
    """

    plan: Plan
    columns: Mapping[str, tuple[float, ...]]
    errors: tuple[str, ...]
    done: int
    interrupted: bool
    workers: int
    efficiency: float
    warnings: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """Points that ended in an error."""
        return sum(bool(error) for error in self.errors)

    def grid(self, name: str) -> Any:
        """One column as an array with one dimension per axis."""
        return np.array(self.columns[name]).reshape(self.plan.shape)

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output."""
        table = self.to_dataframe()
        return {
            "command": self.plan.command,
            "base": str(self.plan.base_path),
            "over": [axis.to_dict() for axis in self.plan.axes],
            "keep": [{"name": kept.name, "at_h": kept.at, "label": kept.label} for kept in self.plan.keep],
            "points": len(self.errors),
            "done": self.done,
            "failed": self.failed,
            "interrupted": self.interrupted,
            "workers": self.workers,
            "efficiency": self.efficiency,
            "rows": table.to_dict(orient="records"),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per point: the values of the axes, what was kept, and the error."""
        import pandas as pd

        points = self.plan.points()
        table: dict[str, Any] = {
            axis.label: [axis.values[point[number]] for point in points]
            for number, axis in enumerate(self.plan.axes)
        }  # fmt: skip
        table |= {name: list(values) for name, values in self.columns.items()}
        table["error"] = list(self.errors)
        return pd.DataFrame(table)


def sweep(
    source: Path | Plan, *, out: Path | None = None, workers: int = 0, scheduler: str = "", label: str = ""
) -> Sweep:
    """Run a sweep; with ``out``, write table, JSON and figures there, and go on where an earlier run was interrupted.

    Parameters
    ----------
    source : the YAML file, or what was read from it
    out : folder to write into
    workers : processes; 0 for all cores
    scheduler : address of a Dask scheduler, "" for this machine
    label : of the progress bar; "" for none

    Raises
    ------
    InputError : the file or one of the values cannot be used; a kept result that the command does not have
    AnalysisError : not one point could be computed
    """
    plan = source if isinstance(source, Plan) else read_sweep(source)
    first = _check(plan)
    points = plan.points()
    journal = engine.Journal(out / _JOURNAL, _fingerprint(plan)) if out is not None else None
    batch = engine.run(
        functools.partial(evaluate, plan), points, workers=workers, scheduler=scheduler, journal=journal, label=label
    )
    columns: dict[str, list[float]] = {name: [math.nan] * len(points) for name in first}
    errors = [""] * len(points)
    for position, one in enumerate(batch.outcomes):
        if one is None:
            continue
        errors[position] = one.error
        for name, value in (one.value or {}).items():
            columns.setdefault(name, [math.nan] * len(points))[position] = math.nan if value is None else value
    failed = [error for error in errors if error]
    if failed and len(failed) == batch.done:
        raise AnalysisError(f"none of the {len(failed)} points could be computed: {failed[0]}", where=str(plan.path))
    warnings = [f"{len(failed)} of {len(points)} points failed; the first: {failed[0]}"] if failed else []
    result = Sweep(
        plan, {name: tuple(values) for name, values in columns.items()}, tuple(errors), batch.done, batch.interrupted,
        batch.workers, math.nan if batch.resumed else batch.efficiency(), tuple(warnings),
    )  # fmt: skip
    if out is not None:
        _write(result, out)
        if journal is not None and not batch.interrupted and not failed:
            journal.remove()
    return result


def evaluate(plan: Plan, point: tuple[int, ...]) -> dict[str, float]:
    """What is kept of one point.

    Parameters
    ----------
    plan : the sweep
    point : positions on its axes

    Returns
    -------
    dict : column -> value [unit of the command's output]
    """
    return pick(_COMMANDS[plan.command](plan.at(point), _where(plan, point)), plan.keep)


def pick(output: Mapping[str, Any], keep: tuple[Kept, ...]) -> dict[str, float]:
    """Results by name from the object that a command gives as JSON; series at one time, the last when none is given.

    Parameters
    ----------
    output : the object
    keep : what to take from it; between output times a series is interpolated linearly

    Raises
    ------
    UnknownNameError : no such result
    InputError : a result that is not a number, a time outside the series
    """
    found: dict[str, float] = {}
    times = np.asarray(output.get("time_h", ()), dtype=float)
    for kept in keep:
        node: Any = output
        for part in kept.name.split("."):
            if not isinstance(node, Mapping) or part not in node:
                raise UnknownNameError("result", kept.name, _names(output), where="keep")
            node = node[part]
        try:
            values = np.asarray(node, dtype=float)
        except (TypeError, ValueError):
            values = np.array(None)
        if values.dtype.kind != "f" or values.ndim > 2:
            inside = [name for name in _names(output) if name.startswith(f"{kept.name}.")]
            hint = f"take one of its parts: {', '.join(inside[:4])}" if inside else ""
            raise InputError(f"{kept.name} is not a number or a series", where="keep", hint=hint)
        if values.ndim and len(values) == len(times):
            values = _at(values, times, kept)
        elif kept.at is not None:
            raise InputError(
                f"{kept.name} is not a series over time: it cannot be taken at {kept.at:g} h", where="keep"
            )
        if values.ndim > 1:
            raise InputError(f"{kept.name} is not a number or a series", where="keep")
        if values.ndim == 0:
            found[kept.label] = float(values)
        else:
            found |= {f"{kept.label}.{number}": float(value) for number, value in enumerate(values)}
    return found


def _at(values: Any, times: Any, kept: Kept) -> Any:
    """A series, or one series per column, at the time that is wanted."""
    if kept.at is None:
        return values[-1]
    if not times[0] <= kept.at <= times[-1] * (1.0 + 1e-12):
        raise InputError(
            f"{kept.label}: the output runs from {times[0]:g} to {times[-1]:g} h", where="keep",
            hint="choose a time in between, or change the times of the base file",
        )  # fmt: skip
    if values.ndim == 1:
        return np.asarray(np.interp(kept.at, times, values))
    return np.array([np.interp(kept.at, times, column) for column in values.T])


def _names(output: Mapping[str, Any], before: str = "") -> list[str]:
    """Names of everything in an object, parts joined by points."""
    found = []
    for name, item in output.items():
        if isinstance(item, Mapping):
            found += _names(item, f"{before}{name}.")
        else:
            found.append(f"{before}{name}")
    return found


def _check(plan: Plan) -> dict[str, float]:
    """Refuse a bad value before anything runs; what the first point that can be computed gives."""
    for probe in plan.probes():
        _VALIDATE[plan.command](plan.at(probe), _where(plan, probe))
    first = (0,) * len(plan.axes)
    if plan.command == "exchange simulate" and math.prod(plan.shape) >= _COMPILE_FROM:
        from goldshell.exchange.levels import simulate_data

        with contextlib.suppress(GoldshellError):
            simulate_data(_check_exchange(plan.at(first), str(plan.path)), integrator="radau")
    try:
        return evaluate(plan, first)
    except InputError as problem:
        problem.where = f"{plan.path}: {problem.where}" if problem.where == "keep" else problem.where or str(plan.path)
        raise
    except GoldshellError:
        return {}  # this point cannot be computed; others may


def _where(plan: Plan, point: tuple[int, ...]) -> str:
    """The values of one point in words, for messages."""
    parts = (f"{axis.path} = {axis.text(position)}" for axis, position in zip(plan.axes, point, strict=True))
    return f"{plan.path}, {', '.join(parts)}"


def _check_exchange(data: dict[str, Any], where: str) -> Any:
    from goldshell.exchange.levels import check_data, file_kind

    checked = check_mapping(data, file_kind(data), where=where)
    _placed(lambda: check_data(checked), where)
    return checked


def _exchange(data: dict[str, Any], where: str) -> Mapping[str, Any]:
    from goldshell.exchange.levels import simulate_data

    checked = _check_exchange(data, where)
    return simulate_data(checked).to_dict()


def _check_fate(data: dict[str, Any], where: str) -> Any:
    from goldshell.fate.schema import FateFile, to_problem

    checked = check_mapping(data, FateFile, where=where)
    return _placed(lambda: to_problem(checked), where)


def _fate(data: dict[str, Any], where: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _check_fate(data, where).simulate().to_dict()
    return found


def _placed(call: Callable[[], Any], where: str) -> Any:
    """Say in an error which point it was."""
    try:
        return call()
    except InputError as problem:
        problem.where = f"{where}: {problem.where}" if problem.where else where
        raise


_VALIDATE: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "exchange simulate": _check_exchange,
    "fate simulate": _check_fate,
}
_COMMANDS: dict[str, Callable[[dict[str, Any], str], Mapping[str, Any]]] = {
    "exchange simulate": _exchange,
    "fate simulate": _fate,
}


def _fingerprint(plan: Plan) -> str:
    """Changes with everything that the results depend on."""
    what = [
        version("goldshell"), plan.command, plan.base, [axis.to_dict() for axis in plan.axes],
        [kept.label for kept in plan.keep],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(json_ready(what), sort_keys=True, default=str).encode()).hexdigest()


def _write(result: Sweep, out: Path) -> None:
    """Table, JSON and figures."""
    from goldshell.plotting import save
    from goldshell.workflows.figures_sweep import sweep_figures

    write_atomically(out / "sweep.csv", result.to_dataframe().to_csv(index=False))
    write_atomically(out / "sweep.json", json.dumps({"schema": 1, **json_ready(result.to_dict())}, allow_nan=False))
    for name, figure in sweep_figures(result).items():
        save(figure, out / f"{name}.svg")


__all__ = ["Axis", "Plan", "Sweep", "evaluate", "pick", "read_sweep", "sweep"]
