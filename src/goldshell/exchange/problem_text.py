"""A fitting problem as the text of its YAML file: the inverse of `goldshell.exchange.problem_file`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from goldshell.errors import InputError
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import Observation, Range, Rate, Shell
from goldshell.exchange.problem import FitExperiment, FitParameter, FitProblem
from goldshell.numerics import describe_parameters

_UNITS = {item.name: item.unit for item in describe_parameters(well_mixed.Parameters)}
_DEFAULTS = well_mixed.to_vector(well_mixed.Parameters())


def to_yaml(problem: FitProblem, *, rivals: Sequence[Mapping[str, Any]] = (), comment: str = "") -> str:
    """The YAML file of a problem.

    Parameters
    ----------
    problem : experiments, observations, parameters
    rivals : entries of ``rivals`` as in the file
    comment : lines put at the top, each behind "# "

    Raises
    ------
    InputError : schedules, or fitted parameters that a file cannot hold
    """
    names = [item.name for item in problem.experiments]
    content: dict[str, Any] = {
        "name": problem.name,
        "experiments": [_experiment(item) for item in problem.experiments],
        "fit": {item.name: _parameter(item, names) for item in problem.parameters},
    }
    if rivals:
        content["rivals"] = [dict(one) for one in rivals]
    content |= {"seed": problem.seed, "starts": problem.starts, "level": problem.level}
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    return head + yaml.dump(
        content, Dumper=yaml.SafeDumper, sort_keys=False, default_flow_style=None, width=118, allow_unicode=True
    )


def _experiment(item: FitExperiment) -> dict[str, Any]:
    given = item.experiment
    if given.schedule:
        raise InputError(f"experiment {item.name!r} has a schedule", hint="write its file by hand")
    water: dict[str, Any] = {
        "volume": _quantity(given.water_mL, "mL"),
        "pH": given.pH,
        "cluster": _quantity(given.cluster_mM, "mM"),
    }
    if given.water_ligand_mM:
        water["ligand"] = _quantity(given.water_ligand_mM, "mM")
    if given.solid:
        water["solid"] = True
    phases: dict[str, Any] = {"water": water}
    if given.organic_mL:
        phases["organic"] = {
            "solvent": given.solvent,
            "volume": _quantity(given.organic_mL, "mL"),
            "ligand": _quantity(given.organic_ligand_mM, "mM"),
        }
    conditions: dict[str, Any] = {"cluster": given.cluster, "incoming": given.incoming, "phases": phases}
    if given.counter_ion:
        conditions["counter_ion"] = {"name": given.counter_ion}
    model = _model(given, item.vector)
    if model:
        conditions["model"] = model
    return {
        "name": item.name,
        "conditions": conditions,
        "observations": [_observation(one) for one in item.observations],
    }


def _model(given: Experiment, vector: Sequence[float]) -> dict[str, Any]:
    """Laws, site classes and parameters, where they are not the defaults."""
    model: dict[str, Any] = {}
    if given.exchange_law != "langmuir":
        model["exchange_law"] = given.exchange_law
    if given.etching_law != "power_law":
        model["etching_law"] = given.etching_law
    model["site_classes"] = list(given.site_classes)
    parameters = {
        name: _quantity(value, _UNITS[name])
        for name, value, default in zip(well_mixed.NAMES, vector, _DEFAULTS, strict=True)
        if value != default
    }
    if parameters:
        model["parameters"] = parameters
    return model


def _observation(one: Observation) -> dict[str, Any]:
    if isinstance(one, Range):
        entry: dict[str, Any] = {"kind": "range", "time": _quantity(one.time_h, "h")}
        if one.low is not None:
            entry["low"] = one.low
        entry |= {"high": one.high, "threshold": one.threshold, "spread": one.spread}
    elif isinstance(one, Rate):
        entry = {
            "kind": "rate",
            "of": one.process,
            "from": _quantity(one.start_h, "h"),
            "time": _quantity(one.time_h, "h"),
            "value": _quantity(one.value, "mM/h"),
            "factor": one.factor,
        }
    elif isinstance(one, Shell):
        if one.sd and len(set(one.sd)) > 1:
            raise InputError("standard deviations that differ from species to species belong into a table")
        entry = {
            "kind": "composition",
            "time": _quantity(one.time_h, "h"),
            "fractions": {n: value for n, value in enumerate(one.fractions) if value > 0.0},
        }
        entry |= {"sd": one.sd[0]} if one.sd else {"counts": one.counts}
    else:
        if len(one.values) != 1:
            raise InputError("a trace of more than one point belongs into a table")
        entry = {
            "kind": "trace",
            "quantity": one.quantity,
            "time": _quantity(one.time_h[0], "h"),
            "value": one.values[0],
            "sd": one.sd[0],
        }
        if one.quantity == "absorbance":
            entry["per_mM"] = _quantity(one.per_mM, "1/mM")
    return entry | {key: value for key, value in (("label", one.label), ("source", one.source)) if value}


def _parameter(item: FitParameter, names: Sequence[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {} if item.name == item.target else {"parameter": item.target}
    entry["start"] = _quantity(item.start, item.unit)
    entry["bounds"] = [_quantity(item.low, item.unit), _quantity(item.high, item.unit)]
    if item.prior is not None:
        entry["prior"] = {"median": _quantity(item.prior.median, item.unit), "factor": item.prior.factor}
        if item.prior.source:
            entry["prior"]["source"] = item.prior.source
    if len(item.experiments) < len(names):
        entry["experiments"] = [names[position] for position in item.experiments]
    entry["scale"] = "log" if item.logarithmic else "linear"
    if item.reason:
        entry["reason"] = item.reason
    return entry


def _quantity(value: float, unit: str) -> Any:
    """A number with its unit, or a plain number; twelve digits, so that 6 x 0.025 reads 0.15."""
    if not math.isfinite(value):
        raise InputError(f"{value} cannot be written to a file")
    short = float(f"{value:.12g}")
    return short if unit == "1" else f"{short!r} {unit}"
