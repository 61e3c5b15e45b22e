"""A fitting problem as PEtab tables (version 1), for other parameter estimators.

Experiments whose SBML differs in numbers only share one model, and those numbers are columns of its condition table;
others get a model of their own (a file for each, numbered). What PEtab cannot say is left out and named:

    range              a censored observation of many species
    rate not from t = 0, parameters of detection, micromixing
    composition, counts M   written as normal with sd sqrt(max(o, 1/M) / M), the deviance's second order

References
----------
Schmiester et al., PLoS Comput. Biol. 17 (2021) e1008646, doi:10.1371/journal.pcbi.1008646
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from goldshell.errors import InputError
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import Observation, Range, Shell, Trace
from goldshell.exchange.problem import FitExperiment, FitParameter, FitProblem
from goldshell.exchange.sbml import build_document
from goldshell.exchange.sbml_document import Document, write_document
from goldshell.files import write_atomically

_FORMULAS = {
    "intact_fraction": "intact_fraction",
    "mean_n": "mean_n",
    "absorbance": "{0}1_{1} * {0}2_{1} * cluster_mM + {0}3_{1}",
    "etching_rate": "(cluster_start * cluster_factor - cluster_mM) / {0}1_{1}",
    "exchange_rate": "(mean_n - {0}2_{1}) * cluster_mM / {0}1_{1}",
}


@dataclass(frozen=True, slots=True)
class PetabFiles:
    """What was written.

    Parameters
    ----------
    files : problem.yaml first
    warnings : what PEtab cannot say and was left out or changed
    """

    files: tuple[Path, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Names of the files, and warnings."""
        return {"files": [str(path) for path in self.files], "warnings": list(self.warnings)}


@dataclass(frozen=True, slots=True)
class _Measurement:
    observable: str
    time_h: float
    value: float
    noise: float
    given: tuple[float | str, ...] = ()


def write_petab(problem: FitProblem, folder: Path) -> PetabFiles:
    """Write a fitting problem as PEtab: problem.yaml, and tables and SBML beside it.

    Nominal values are the starts of the problem (`FitProblem.started_at` puts a fit's result there).

    Parameters
    ----------
    problem : experiments, observations, parameters
    folder : made where absent; files of the same names are replaced

    Raises
    ------
    InputError : no observation of the problem can be written; the folder is a file
    """
    if folder.exists() and not folder.is_dir():
        raise InputError("not a folder", where=str(folder), hint="name a new or an existing folder")
    warnings: list[str] = []
    documents = [
        build_document(item.experiment, _start_values(problem, i)) for i, item in enumerate(problem.experiments)
    ]
    written = [any(_observation(item, one, {})[0] for one in item.observations) for item in problem.experiments]
    names = _parameter_names(problem, documents, written)
    conditions = _unique([_identifier(item.name) for item in problem.experiments])
    measured = [_measurements(problem, i, names, warnings) for i in range(len(documents))]
    groups: dict[str, list[int]] = {}
    for i, document in enumerate(documents):
        if written[i]:
            groups.setdefault(document.structure(), []).append(i)
        else:
            warnings.append(f"{problem.experiments[i].name}: left out, nothing in it can be written")
    if not groups:
        raise InputError("no observation of this problem can be written as PEtab", hint="; ".join(warnings[:1]))
    texts: dict[str, str] = {}
    entries = []
    used: set[str] = set()
    for number, members in enumerate(groups.values(), 1):
        suffix = "" if len(groups) == 1 else f"_{number}"
        kinds = ("conditions.tsv", "measurements.tsv", "observables.tsv", "model.xml")
        files = {kind: kind.replace(".", f"{suffix}.") for kind in kinds}
        columns = _columns(problem, documents, members, names)
        head = documents[members[0]]
        texts[files["conditions.tsv"]] = _condition_table(problem, documents, members, conditions, columns, names)
        texts[files["measurements.tsv"]] = _measurement_table(problem, measured, members, conditions)
        texts[files["observables.tsv"]] = _observable_table(one.observable for i in members for one in measured[i])
        texts[files["model.xml"]] = write_document(head)
        entries.append(
            {
                "condition_files": [files["conditions.tsv"]],
                "measurement_files": [files["measurements.tsv"]],
                "observable_files": [files["observables.tsv"]],
                "sbml_files": [files["model.xml"]],
                "visualization_files": [],  # PEtab's reader of several problems asks for it
            }
        )
        for j, item in enumerate(problem.parameters):
            acts = item.target in head.parameters and set(item.experiments) & set(members)
            if acts or any(names[j] in one.given for i in members for one in measured[i]):
                used.add(names[j])
    warnings += _unused(problem, documents, names, used)
    texts["parameters.tsv"] = _parameter_table(problem, names, used)
    layout = {"format_version": 1, "parameter_file": "parameters.tsv", "problems": entries}
    texts = {"problem.yaml": yaml.safe_dump(layout, sort_keys=False), **texts}
    if warnings:
        texts["left_out.txt"] = "\n".join(warnings) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomically(folder / name, text)
    return PetabFiles(tuple(folder / name for name in texts), tuple(warnings))


def _start_values(problem: FitProblem, position: int) -> well_mixed.Parameters:
    """Parameters of one experiment with the fitted ones at their starts."""
    vector = np.array(problem.experiments[position].vector)
    for item in problem.parameters:
        if position in item.experiments and item.target in well_mixed.INDEX:
            vector[well_mixed.INDEX[item.target]] = item.start
    return well_mixed.from_vector(vector)


def _parameter_names(problem: FitProblem, documents: Sequence[Document], written: list[bool]) -> list[str]:
    """Names in the parameter table: those of the model where one fitted value acts in every model that has it."""
    model = {name for document in documents for name in (*document.parameters, *document.rules, *document.species)}
    names = []
    for item in problem.parameters:
        having = {i for i, document in enumerate(documents) if written[i] and item.target in document.parameters}
        if having and having <= set(item.experiments):
            names.append(item.target)
        else:
            name = _identifier(item.name)
            names.append(f"fitted_{name}" if name in model else name)
    return _unique(names)


def _columns(problem: FitProblem, documents: Sequence[Document], members: list[int], names: list[str]) -> list[str]:
    """Names whose values differ between the experiments of one model, or that are fitted under another name."""
    values = [_values(documents[i]) for i in members]
    differ = {name for name in values[0] if len({one[name] for one in values}) > 1}
    fitted = [(item, item.target == name) for item, name in zip(problem.parameters, names, strict=True)]
    renamed = {item.target for item, same in fitted if not same and set(item.experiments) & set(members)}
    return [name for name in values[0] if name in (differ | renamed) - {item.target for item, same in fitted if same}]


def _values(document: Document) -> dict[str, float]:
    sizes = {name: item.value for name, item in document.compartments.items() if name not in document.rules}
    return sizes | {name: item.value for name, item in document.parameters.items()}


def _condition_table(
    problem: FitProblem,
    documents: Sequence[Document],
    members: list[int],
    conditions: list[str],
    columns: list[str],
    names: list[str],
) -> str:
    rows = []
    for i in members:
        fitted = {item.target: names[j] for j, item in enumerate(problem.parameters) if i in item.experiments}
        values = _values(documents[i])
        rows.append((conditions[i], problem.experiments[i].name, *(fitted.get(name, values[name]) for name in columns)))
    return _table(("conditionId", "conditionName", *columns), rows)


def _measurements(problem: FitProblem, position: int, names: list[str], warnings: list[str]) -> list[_Measurement]:
    item = problem.experiments[position]
    instrument = {
        one.target: names[j] for j, one in enumerate(problem.parameters) if position in one.experiments
    }  # fmt: skip
    found: list[_Measurement] = []
    for number, one in enumerate(item.observations, 1):
        where = f"{item.name}, {one.label or f'observation {number}'}"
        written, advice = _observation(item, one, instrument)
        found += written
        if advice:
            warnings.append(f"{where}: {advice}")
    return found


def _observation(item: FitExperiment, one: Observation, fitted: dict[str, str]) -> tuple[list[_Measurement], str]:
    """Measurements that say what an observation says, and what is lost."""
    if isinstance(one, Range):
        return [], "left out, a range of species is a censored observation"
    if isinstance(one, Trace):
        given: tuple[float | str, ...] = ()
        if one.quantity == "absorbance":
            given = one.per_mM, fitted.get("absorbance_factor", 1.0), fitted.get("absorbance_offset", 0.0)
        rows = zip(one.time_h, one.values, one.sd, strict=True)
        return [_Measurement(one.quantity, time, value, sd, given) for time, value, sd in rows], ""
    if isinstance(one, Shell):
        spread = one.sd or tuple(math.sqrt(max(o, 1.0 / one.counts) / one.counts) for o in one.fractions)
        rows = zip(range(len(spread)), one.fractions, spread, strict=True)
        advice = "" if one.sd else f"counts ({one.counts:g}) written as standard deviations"
        return [_Measurement(f"share_{n}", one.time_h, value, sd) for n, value, sd in rows], advice
    if one.start_h > 0.0:
        return [], f"left out, a rate from {one.start_h:g} h on needs the state at two times"
    given = (one.time_h,)
    if one.process == "exchange":
        shell = item.experiment.initial_shell
        given = one.time_h, float(np.dot(shell, np.arange(len(shell))))
    return [_Measurement(f"{one.process}_rate", one.time_h, one.value, math.log(one.factor), given)], ""


def _measurement_table(
    problem: FitProblem, measured: list[list[_Measurement]], members: list[int], conditions: list[str]
) -> str:
    header = ("observableId", "simulationConditionId", "measurement", "time", "observableParameters", "noiseParameters")
    rows = [
        (
            f"observed_{one.observable}", conditions[i], one.value, one.time_h,
            ";".join(value if isinstance(value, str) else repr(float(value)) for value in one.given), one.noise,
        )
        for i in members
        for one in measured[i]
    ]  # fmt: skip
    return _table(header, rows)


def _observable_table(observables: Iterable[str]) -> str:
    rows = []
    for name in dict.fromkeys(observables):
        own = f"observed_{name}"
        formula = _FORMULAS.get(name, name).format("observableParameter", own)
        scale = "log" if name.endswith("_rate") else "lin"
        rows.append((own, formula, scale, f"noiseParameter1_{own}", "normal"))
    return _table(
        ("observableId", "observableFormula", "observableTransformation", "noiseFormula", "noiseDistribution"), rows
    )


def _parameter_table(problem: FitProblem, names: list[str], used: set[str]) -> str:
    header = (
        "parameterId", "parameterName", "parameterScale", "lowerBound", "upperBound", "nominalValue", "estimate",
        "objectivePriorType", "objectivePriorParameters",
    )  # fmt: skip
    rows = []
    for name, item in zip(names, problem.parameters, strict=True):
        if name not in used:
            continue
        scale = "log" if item.logarithmic else "lin"
        rows.append((name, f"{item.name} [{item.unit}]", scale, item.low, item.high, item.start, 1, *_prior(item)))
    return _table(header, rows)


def _prior(item: FitParameter) -> tuple[str, str]:
    """A log-normal prior without the factor 1/x of its density, where the scale allows it: ours has none."""
    if item.prior is None:
        return "", ""
    kind = "parameterScaleNormal" if item.logarithmic else "logNormal"
    return kind, f"{math.log(item.prior.median)!r};{math.log(item.prior.factor)!r}"


def _unused(problem: FitProblem, documents: Sequence[Document], names: list[str], used: set[str]) -> list[str]:
    warnings = []
    for name, item in zip(names, problem.parameters, strict=True):
        if name in used:
            continue
        reason = "has no part in what is written"
        if item.target == "micromixing":
            reason = f"fixed at {item.start:g}, the exposures are numbers in the model"
        elif item.target.startswith("detection_"):
            reason = "left out with the ranges"
        elif any(item.target in document.parameters for document in documents):
            reason = "left out with its experiments"
        warnings.append(f"{item.name}: {reason}")
    return warnings


def _identifier(name: str) -> str:
    """Letters, digits and underscores, not beginning with a digit."""
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return plain if plain and not plain[0].isdigit() else f"_{plain}"


def _unique(names: list[str]) -> list[str]:
    """Names with numbers added to those that stand twice."""
    found: list[str] = []
    for name in names:
        number, own = 1, name
        while own in found:
            number += 1
            own = f"{name}_{number}"
        found.append(own)
    return found


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(header)
    writer.writerows([repr(float(cell)) if isinstance(cell, float) else cell for cell in row] for row in rows)
    return text.getvalue()
