"""Compositions from mass spectra at several times, as the problem file that ``goldshell exchange fit`` reads.

Each spectrum gives one observation: the fractions P(n) at its time with standard errors from their intervals,

    sd = (high - low) / (2 z),   z the normal quantile of the level,   at least ``least_sd``

Fractions add to 1, so their errors are correlated, which the fit does not know: it takes them as independent. Species
that the resolution cannot separate (``merged``) have wide intervals and so little weight each. The same goes for NMR:
a mean n with its interval becomes an observation ``mean_n``.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from goldshell.chemistry import find_ligand, parse_cluster
from goldshell.errors import InputError
from goldshell.exchange import read_problem
from goldshell.exchange.problem_file import ReadProblem
from goldshell.exchange.schema import SimulationFile
from goldshell.files import read_text, read_yaml, write_atomically
from goldshell.units import parse

LEAST_SD = 0.003
"""Smallest standard error of a fraction, so that an absent species does not weigh without limit [1]; an assumption."""

DEFAULT_FIT: Mapping[str, Mapping[str, Any]] = {"k_exchange": {"start": "3 1/h"}, "equilibrium_constant": {"start": 1}}


@dataclass(frozen=True, slots=True)
class MeasuredShell:
    """What one measurement says at one time.

    Parameters
    ----------
    time : [h]
    fractions, sd : P(n) and standard errors (N + 1,) [1]; empty when only the mean is known
    mean_n, mean_sd : mean number of incoming ligands and its error [1]; NaN when the fractions are known
    cluster, incoming : what was analysed; "" where not stated
    source : file
    """

    time: float
    fractions: tuple[float, ...]
    sd: tuple[float, ...]
    mean_n: float
    mean_sd: float
    cluster: str
    incoming: str
    source: str


@dataclass(frozen=True, slots=True)
class ExchangeData:
    """A problem file and the tables that it names.

    Parameters
    ----------
    problem : text of the YAML file
    tables : file name -> text of the CSV table
    shells : what they hold, in the order of time
    warnings : advice
    """

    problem: str
    tables: Mapping[str, str]
    shells: tuple[MeasuredShell, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON types."""
        return {
            "observations": [
                {"time_h": one.time, "kind": "composition" if one.fractions else "mean_n", "source": one.source,
                 "mean_n": sum(n * p for n, p in enumerate(one.fractions)) if one.fractions else one.mean_n}
                for one in self.shells
            ],
            "tables": list(self.tables),
            "warnings": list(self.warnings),
        }  # fmt: skip

    def write(self, path: Path) -> None:
        """Write the problem file and its tables beside it, once the fit can read them.

        Raises
        ------
        InputError : the conditions are not those of an experiment (what is missing is named)
        """
        self.read()
        for name, text in self.tables.items():
            write_atomically(path.parent / name, text)
        write_atomically(path, self.problem)

    def read(self) -> ReadProblem:
        """The problem as the fit reads it.

        Raises
        ------
        InputError : the conditions are not those of an experiment (what is missing is named)
        """
        with tempfile.TemporaryDirectory() as folder:
            for name, text in self.tables.items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
            problem = Path(folder) / "problem.yaml"
            problem.write_text(self.problem, encoding="utf-8")
            try:
                return read_problem(problem)
            except InputError as fault:
                raise InputError(fault.message, where=fault.where.replace(f"{folder}/", ""), hint=fault.hint) from fault


def read_measured_shell(path: Path | str, time: float, *, level: float = 0.95) -> MeasuredShell:
    """Composition or mean from the JSON that ``goldshell esims --json`` or ``goldshell nmr --json`` printed.

    Parameters
    ----------
    path : JSON file
    time : after the start of the exchange [h]
    level : of the intervals in the file

    Returns
    -------
    MeasuredShell

    Raises
    ------
    InputError : missing, no JSON, an error object, or neither a composition nor a mean
    """
    path = Path(path)
    try:
        data = json.loads(read_text(path))
    except json.JSONDecodeError as problem:
        raise InputError(
            f"not JSON: {problem.msg}",
            where=f"{path}:{problem.lineno}",
            hint="write it with 'goldshell esims SPECTRUM ... --json > FILE.json'",
        ) from problem
    if not isinstance(data, dict) or "error" in data:
        message = data["error"].get("message", "") if isinstance(data, dict) else "not an object"
        raise InputError(f"holds no result: {message}", where=str(path), hint="run esims or nmr again")
    return measured_shell(data, time, level=level, source=str(path))


def measured_shell(
    result: Mapping[str, Any], time: float, *, level: float = 0.95, source: str = "", least_sd: float = LEAST_SD
) -> MeasuredShell:
    """One observation from a result's dictionary.

    Parameters
    ----------
    result : ``EsiMsResult.to_dict()`` or ``NmrResult.to_dict()``
    time : [h]
    level : of its intervals
    source : for messages
    least_sd : smallest standard error of a fraction [1]

    Raises
    ------
    InputError : neither a composition nor a mean n, or fractions that are not a distribution
    """
    from scipy import stats

    if not (math.isfinite(time) and time >= 0):
        raise InputError(f"time {time:g} h", where=source, hint="from 0 h on")
    if not 0 < level < 1:
        raise InputError(f"level {level:g} is not between 0 and 1", hint="0.95 gives 95 % intervals")
    quantile = float(stats.norm.ppf(0.5 + level / 2))
    cluster, incoming = str(result.get("cluster", "") or ""), str(result.get("incoming", "") or "")
    composition = result.get("composition")
    if isinstance(composition, list) and composition:
        fractions, errors = [], []
        for expected, item in enumerate(sorted(composition, key=lambda item: item["n"])):
            if item["n"] != expected:
                raise InputError(f"no fraction of n = {expected}", where=source)
            low, high = (item["fraction"] if item.get(key) is None else item[key] for key in ("low", "high"))
            fractions.append(0.0 if abs(item["fraction"]) < 1e-12 else float(item["fraction"]))
            errors.append(max((float(high) - float(low)) / (2 * quantile), least_sd))
        total = sum(fractions)
        if any(not (math.isfinite(p) and p >= 0) for p in fractions) or abs(total - 1) > 0.02:
            raise InputError(f"fractions add to {total:.3g}", where=source, hint="is n counting the incoming ligand?")
        return MeasuredShell(
            time, tuple(p / total for p in fractions), tuple(errors), math.nan, math.nan, cluster, incoming, source
        )
    mean = result.get("mean_n")
    if isinstance(mean, dict) and mean.get("value") is not None:
        low, high = mean.get("low"), mean.get("high")
        if low is None or high is None or not high > low:
            raise InputError("the mean n has no interval", where=source, hint="give its error")
        sd = (high - low) / (2 * quantile)
        return MeasuredShell(time, (), (), float(mean["value"]), float(sd), cluster, incoming, source)
    raise InputError(
        "neither 'composition' nor 'mean_n'", where=source, hint="expected the JSON of 'goldshell esims' or 'nmr'"
    )


def exchange_data(
    shells: Sequence[MeasuredShell],
    conditions: Mapping[str, Any],
    *,
    name: str = "exchange",
    fit: Mapping[str, Any] = DEFAULT_FIT,
) -> ExchangeData:
    """Problem file from compositions at times and the conditions of the vial.

    Parameters
    ----------
    shells : of `read_measured_shell`, of one experiment
    conditions : fields of ``goldshell exchange simulate`` (cluster, incoming, phases ...)
    name : of the experiment, also the beginning of the tables' names
    fit : entries of ``fit:``, to be edited by the user

    Returns
    -------
    ExchangeData

    Raises
    ------
    InputError : no measurements, times that repeat, or another cluster or ligand than in the vial
    """
    if not shells:
        raise InputError("no measurements", hint="name one JSON file per time")
    if not re.fullmatch(r"[\w.-]+", name):
        raise InputError(f"name {name!r}", hint="letters, digits, - and _")
    vial = {key: value for key, value in conditions.items() if key not in {"time", "outputs"}}
    warnings = _check_same(shells, vial)
    ordered = sorted(shells, key=lambda one: one.time)
    tables: dict[str, str] = {}
    observations = []
    seen: set[tuple[float, bool]] = set()
    for one in ordered:
        key = (one.time, bool(one.fractions))
        if key in seen:
            raise InputError(f"two measurements of a kind at {one.time:g} h", where=one.source, hint="average repeats")
        seen.add(key)
        source = Path(one.source).name if one.source else ""
        if one.fractions:
            table = f"{name}-{len(tables) + 1}.csv"
            rows = [f"{n},{p:.6g},{sd:.4g}" for n, (p, sd) in enumerate(zip(one.fractions, one.sd, strict=True))]
            tables[table] = "\n".join([f"# P(n) at {one.time:g} h from {source}", "n,fraction,sd", *rows]) + "\n"
            entry: dict[str, Any] = {"kind": "composition", "time": f"{one.time:.9g} h", "file": table}
        else:
            entry = {"kind": "mean_n", "time": f"{one.time:.9g} h", "value": one.mean_n, "sd": one.mean_sd}
        observations.append(entry | ({"source": source} if source else {}))
    problem = {
        "name": name,
        "base": vial,
        "experiments": [{"name": name, "observations": observations}],
        "fit": {key: dict(value) for key, value in fit.items()},
    }
    head = "# Written by 'goldshell exchange data'. Say under 'fit' what is searched; the rest keeps its defaults.\n"
    text = head + yaml.safe_dump(problem, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True)
    if len({one.time for one in ordered}) < 3:
        warnings.append("fewer than 3 times: rate and equilibrium can hardly be told apart")
    return ExchangeData(text, tables, tuple(ordered), tuple(warnings))


def read_vial(path: Path | str) -> dict[str, Any]:
    """Conditions of a vial as written (with units), checked as ``goldshell exchange simulate`` checks them.

    Raises
    ------
    InputError : names file, line, field and what was expected
    """
    path = Path(path)
    read_yaml(path, SimulationFile)
    conditions: dict[str, Any] = yaml.safe_load(read_text(path))
    return conditions


def parse_times(text: str, count: int) -> list[float]:
    """``"0.5 h, 1 h, 30 min"`` as hours.

    Raises
    ------
    InputError : another number than ``count``, or a time without unit
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) != count:
        raise InputError(f"{len(parts)} times for {count} files", where="--times", hint="one each, in their order")
    return [parse(part, "h", where="--times") for part in parts]


def _check_same(shells: Sequence[MeasuredShell], vial: Mapping[str, Any]) -> list[str]:
    warnings = []
    for field, find in (
        ("cluster", lambda text: parse_cluster(text).formula),
        ("incoming", lambda text: find_ligand(text).name),
    ):
        wanted = vial.get(field)
        if not isinstance(wanted, str):
            raise InputError(f"the vial states no {field}", hint="as for 'goldshell exchange simulate'")
        expected = find(wanted)
        for one in shells:
            stated = getattr(one, field)
            if stated and find(stated) != expected:
                raise InputError(
                    f"{field} is {stated}, in the vial {wanted}", where=one.source, hint="analyse with the vial's"
                )
    sites = parse_cluster(str(vial["cluster"])).ligand_count
    for one in shells:
        if one.fractions and len(one.fractions) != sites + 1:
            raise InputError(f"{len(one.fractions)} fractions for {sites} sites", where=one.source)
        if one.fractions and max(one.sd) <= LEAST_SD:
            warnings.append(f"{one.source}: intervals absent or below {LEAST_SD:g}: errors of {LEAST_SD:g} are taken")
    return warnings
