"""Measurements of where the gold is: any of the field's units in, one table of samples in %ID out.

    amount         %ID = value                      (%ID)
                   %ID = value W                    (%ID/g, W weight of the organ)
                   %ID = 100 value W / D            (ng/g, ug/g, mg/kg; D injected gold)
                   %ID = 100 value / D              (ng, ug, mg)
                   %ID = 100 (counts - blank) f / (s D)   (ICP-MS counts; s counts per ng, f dilution)
    concentration  %ID/mL                           (blood and plasma in %ID/mL, %ID/g, ng/mL, ng/g)
    relative       image curves (counts/s, a.u.): proportional to the amount, factor unknown

Blood and plasma stay concentrations, so that no volume has to be assumed for them. Weights of organs are those of the
table where it gives them, else those of the physiology set. Values are never clipped, and one below its limit of
detection stays what it is, a bound.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldshell.errors import InputError, UnknownNameError, located, near_matches
from goldshell.fate.physiology import BODY_DENSITY, Physiology, physiology
from goldshell.files import read_table, read_text
from goldshell.units import parse

if TYPE_CHECKING:
    import pandas as pd

FLUIDS = ("plasma", "blood")
EXCRETA = ("urine", "faeces")
COMPARTMENTS = (
    *FLUIDS, "liver", "spleen", "kidney", *EXCRETA, "gut", "tumour", "lung", "heart", "brain", "muscle", "skin", "bone",
    "stomach", "pancreas", "bladder", "peripheral", "rest", "lymph node", "thyroid", "uterus", "eliminated",
)  # fmt: skip
SYNONYMS = {
    "feces": "faeces", "fecal": "faeces", "faecal": "faeces", "kidneys": "kidney", "serum": "plasma", "tumor": "tumour",
    "gi": "gut", "git": "gut", "intestine": "gut", "intestines": "gut", "gi tract": "gut", "lungs": "lung",
    "carcass": "rest", "remainder": "rest", "rest of body": "rest", "whole blood": "blood", "livers": "liver",
    "brains": "brain", "bones": "bone",
}  # fmt: skip
_PER_NG = {"ng": 1.0, "ug": 1e3, "µg": 1e3, "μg": 1e3, "mg": 1e6, "pg": 1e-3}
_VALUE = re.compile(r"^\s*(<=|>=|<|>|~|≤|≥|≈)?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*$")
_RELATIONS = {None: "=", "<=": "<", "≤": "<", ">=": ">", "≥": ">", "≈": "~"}
_HEADER = re.compile(r"^#\s*([A-Za-z_][\w .-]*?)\s*:\s*(.+?)\s*$")
_GIVEN = ("dose", "species", "set", "body_weight", "sensitivity", "blank", "dilution", "title", "source", "synthetic")
RELATIVE_UNITS = ("counts/s", "a.u.", "au")


@dataclass(frozen=True, slots=True)
class FateSample:
    """One measured number.

    Parameters
    ----------
    line : in the file, from 1
    time : end of the collection, or when the animal was sampled [h]
    start : begin of the collection of excreta; 0 for cumulative ones [h]
    compartment : where, a name of `COMPARTMENTS` or several joined with "+"
    quantity : "amount" [%ID], "concentration" [%ID/mL] or "relative" [a.u.]
    value : number in the quantity's unit; the bound for "<" and ">"
    sd : between animals, same unit; NaN when not given
    animals : number behind the value, 1 when not given
    relation : one of = < > ~
    group, animal : labels, "" when not given
    printed, unit : as in the file
    factor_sd : relative SD of the visibility that relative values were divided by [1]; NaN when it is not known
    """

    line: int
    time: float
    start: float
    compartment: str
    quantity: str
    value: float
    sd: float
    animals: int
    relation: str
    group: str
    animal: str
    printed: float
    unit: str
    factor_sd: float = math.nan

    @property
    def cumulative(self) -> bool:
        """Excreta collected from the injection on."""
        return self.start == 0.0 and self.compartment in EXCRETA

    @property
    def parts(self) -> tuple[str, ...]:
        """The compartments that were measured together."""
        return tuple(self.compartment.split("+"))


@dataclass(frozen=True, slots=True)
class FateData:
    """A table of samples.

    Parameters
    ----------
    samples : in the order of the file
    animal : physiology that volumes and weights come from
    covariates : group -> name -> number, from further columns that are the same in all rows of a group
    path : the file
    dose_ng : injected gold [ng]; NaN when not given
    warnings : what was assumed
    """

    samples: tuple[FateSample, ...]
    animal: Physiology
    covariates: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    path: str = ""
    dose_ng: float = math.nan
    warnings: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in order."""
        return tuple(dict.fromkeys(item.group for item in self.samples))

    def of(self, group: str) -> tuple[FateSample, ...]:
        """Samples of a group."""
        return tuple(item for item in self.samples if item.group == group)

    def to_dataframe(self) -> pd.DataFrame:
        """One row per sample: time_h, start_h, compartment, quantity, relation, value, sd, n, group, animal, unit."""
        import pandas as pd

        units = {"amount": "%ID", "concentration": "%ID/mL", "relative": "a.u."}
        return pd.DataFrame(
            [
                {
                    "time_h": item.time,
                    "start_h": item.start,
                    "compartment": item.compartment,
                    "relation": item.relation,
                    "value": item.value,
                    "sd": item.sd,
                    "unit": units[item.quantity],
                    "n": item.animals,
                    "group": item.group,
                    "animal": item.animal,
                    "printed": item.printed,
                    "printed_unit": item.unit,
                }
                for item in self.samples
            ]
        )


def canonical(name: str) -> str:
    """The name of a compartment as goldshell writes it; unknown ones come back in lower case.

    Parameters
    ----------
    name : as in the file, for example "Kidneys" or "gut + feces"
    """
    parts = [" ".join(part.strip().lower().replace("_", " ").split()) for part in name.split("+")]
    return "+".join(SYNONYMS.get(part, part) for part in parts)


def percent_dose(
    value: float,
    unit: str,
    *,
    weight: float = math.nan,
    dose_ng: float = math.nan,
    sensitivity: float = math.nan,
    blank: float = 0.0,
    dilution: float = 1.0,
) -> float:
    """Amount of gold in percent of the injected dose.

    Parameters
    ----------
    value : measured number [unit]
    unit : %ID, %ID/g, ng, ug, mg, ng/g, ug/g, mg/kg, counts
    weight : of the organ, for units per mass [g]
    dose_ng : injected gold, for units of mass and for counts [ng]
    sensitivity : counts per ng of gold in the whole sample [1/ng]
    blank : counts of a sample without gold [counts]
    dilution : volume that was digested over volume that was measured [1]

    Returns
    -------
    float [%ID]

    Raises
    ------
    InputError : what the unit needs is not given; UnknownNameError for the unit
    """
    kind, scale = _unit(unit)
    if kind in {"amount", "relative"}:
        return value * scale
    if kind == "per weight":
        return value * scale * _needed(weight, "the weight of the organ", "a column weight_g", unit)
    dose = _needed(dose_ng, "the injected gold", "a line '# dose: 100 ug'", unit)
    if kind == "mass":
        return 100.0 * value * scale / dose
    if kind == "mass per weight":
        return 100.0 * value * scale * _needed(weight, "the weight of the organ", "a column weight_g", unit) / dose
    factor = _needed(sensitivity, "counts per ng", "a line '# sensitivity: 1200 counts/ng'", unit)
    return 100.0 * (value - blank) * dilution / factor / dose


def read_fate_data(
    path: Path, *, animal: Physiology | None = None, organ_weights: Mapping[str, float] | None = None
) -> FateData:
    """Read a table of measurements (CONTRACT: fate fit).

    Columns ``time_h, compartment, value, unit``; and if there ``sd, n, group, animal, start_h`` (excreta collected
    from then on), ``weight_g`` (of the organ); any further column of numbers that is constant within each group is a
    covariate. Lines ``# dose:``, ``# species:``, ``# set:``, ``# body_weight:``, ``# organ_weight liver:``,
    ``# sensitivity:``, ``# blank:``, ``# dilution:`` may stand above. Values may be ``<0.05``, ``>40``, ``~20``.

    Parameters
    ----------
    path : CSV or TSV
    animal : replaces what the file says
    organ_weights : replace those of the set and of the file's header [g]

    Returns
    -------
    FateData

    Raises
    ------
    InputError : names file, line and column
    """
    table = read_table(
        path,
        ("time_h", "compartment", "value", "unit"),
        numeric=("time_h",),
        optional=("sd", "n", "start_h", "weight_g", "factor_sd"),
    )
    header = _header(path)
    weights = {
        key.removeprefix("organ_weight").strip(" ._"): parse(text, "g", where=f"{path}: {key}")
        for key, text in header.items()
        if key.startswith("organ_weight")
    } | dict(organ_weights or {})
    weights = {canonical(organ): weight for organ, weight in weights.items()}
    creature = animal or _animal(header, weights, path)
    dose = _dose(header, creature, path)
    lines = _lines(path)
    counting = _counting(header, path)
    samples, warnings, assumed = [], [], set()
    for position, row in enumerate(table.to_dict("records")):
        line = lines[position] if position < len(lines) else 0
        sample, used = _sample(row, line, f"{path}:{line}", creature, weights, dose, counting)
        samples.append(sample)
        if used:
            assumed.add(used)
    if assumed:
        warnings.append(
            f"weights of the set {creature.set} of the {creature.species} used for {', '.join(sorted(assumed))}: "
            "give measured ones in a column weight_g"
        )
    return FateData(tuple(samples), creature, _covariates(table), str(path), dose, tuple(warnings))


def _sample(
    row: Mapping[Any, Any],
    line: int,
    where: str,
    creature: Physiology,
    weights: Mapping[str, float],
    dose: float,
    counting: Mapping[str, Any],
) -> tuple[FateSample, str]:
    """One row as a sample, and the weight of the set that it needed, in words."""
    relation, printed = _value(str(row["value"]), where)
    time, start = float(row["time_h"]), float(row["start_h"])
    start = 0.0 if math.isnan(start) else start
    if time < 0 or not 0 <= start <= time or (start == time and start > 0):
        raise InputError(f"a collection from {start:g} to {time:g} h", where=where, hint="expected start_h < time_h")
    compartment = canonical(str(row["compartment"]))
    if not compartment:
        raise InputError("no compartment", where=where, hint="write for example liver")
    unit = str(row["unit"]).strip()
    try:
        kind, _ = _unit(unit)
    except UnknownNameError as problem:
        hint = problem.hint if problem.near else f"known: {', '.join(KNOWN_UNITS)}"
        raise InputError(problem.message, where=f"{where}: column 'unit'", hint=hint) from problem
    fluid = compartment in FLUIDS
    quantity = "relative" if kind == "relative" else "amount"
    weight, used = float(row["weight_g"]), ""
    if fluid and kind in {"per weight", "mass per weight", "per volume", "mass per volume"}:
        quantity, weight = "concentration", 1.0  # 1 g of blood or plasma is taken as 1 mL
    elif kind in {"per volume", "mass per volume"}:
        raise InputError(f"{unit} of {compartment}", where=where, hint="per volume is for blood and plasma only")
    elif math.isnan(weight) and kind in {"per weight", "mass per weight"}:
        weight, measured = _weight(creature, weights, compartment, where)
        if not measured:
            used = f"{compartment} {weight:.3g} g"
    per_mass = unit.replace("mL", "g") if kind in {"per volume", "mass per volume"} else unit
    with located(where):
        value = percent_dose(printed, per_mass, weight=weight, dose_ng=dose, **counting)
        zero = percent_dose(0.0, per_mass, weight=weight, dose_ng=dose, **counting)
    factor = (value - zero) / printed if printed else 1.0
    sd, number = float(row["sd"]), float(row["n"])
    if sd < 0 or number < 1 or (not math.isnan(number) and number != round(number)):
        raise InputError(f"sd {sd:g}, n {number:g}", where=where, hint="sd is 0 or more, n a whole number from 1")
    factor_sd = float(row["factor_sd"])
    if factor_sd < 0 or (quantity != "relative" and not math.isnan(factor_sd)):
        raise InputError(
            f"factor_sd {factor_sd:g} of {unit}",
            where=where,
            hint="0 or more, of counts/s or a.u.",
        )
    return (
        FateSample(
            line=line,
            time=time,
            start=start,
            compartment=compartment,
            quantity=quantity,
            value=value,
            sd=sd * abs(factor) if sd > 0 else math.nan,
            animals=1 if math.isnan(number) else int(number),
            relation=relation,
            group=str(row.get("group") or "").strip(),
            animal=str(row.get("animal") or "").strip(),
            printed=printed,
            unit=unit,
            factor_sd=factor_sd,
        ),
        used,
    )


KNOWN_UNITS = (
    "%ID", "%ID/g", "%ID/mL", "fraction ID", "ng", "ug", "mg", "ng/g", "ug/g", "mg/kg", "ng/mL", "ug/mL", "counts",
    *RELATIVE_UNITS,
)  # fmt: skip


def _unit(unit: str) -> tuple[str, float]:
    """Kind of a unit, and what turns its number into %ID or ng."""
    text = unit.replace(" ", "").replace("ml", "mL")
    if unit.strip() in RELATIVE_UNITS:
        return "relative", 1.0
    fixed = {
        "%ID": ("amount", 1.0),
        "fractionID": ("amount", 100.0),
        "%ID/g": ("per weight", 1.0),
        "%ID/mL": ("per volume", 1.0),
        "counts": ("counts", 1.0),
        "mg/kg": ("mass per weight", 1e3),
    }
    if text in fixed:
        return fixed[text]
    mass, _, below = text.partition("/")
    if mass in _PER_NG and below in {"", "g", "mL"}:
        return {"": "mass", "g": "mass per weight", "mL": "mass per volume"}[below], _PER_NG[mass]
    raise UnknownNameError("unit", unit, KNOWN_UNITS)


def _needed(value: float, what: str, hint: str, unit: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"{unit} needs {what}", hint=f"add {hint}")
    return value


def _value(text: str, where: str) -> tuple[str, float]:
    found = _VALUE.match(text)
    if found is None:
        what = "is empty" if not text.strip() else f"{text!r} is not a number"
        raise InputError(f"column 'value': {what}", where=where, hint="write 3.2, or <0.05 for one below its limit")
    sign, number = found.groups()
    return _RELATIONS.get(sign, sign or "="), float(number)


def _header(path: Path) -> dict[str, str]:
    found = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        match = _HEADER.match(line)
        if match is None:
            continue
        key = match.group(1).strip().lower()
        if key in _GIVEN or key.startswith("organ_weight"):
            found[key] = match.group(2)
        elif (near := near_matches(key, _GIVEN, 1)) and abs(len(near[0]) - len(key)) <= 2:
            raise InputError(f"unknown header {key!r}", where=f"{path}:{number}", hint=f"did you mean {near[0]}?")
    return found


def _lines(path: Path) -> list[int]:
    """Line numbers of the rows of a table."""
    numbers = [
        number
        for number, line in enumerate(read_text(path).splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    return numbers[1:]


def _animal(header: Mapping[str, str], weights: Mapping[str, float], path: Path) -> Physiology:
    weight = parse(header["body_weight"], "g", where=f"{path}: body_weight") if "body_weight" in header else None
    try:
        base = physiology(header.get("species", "mouse"), header.get("set"), body_weight=weight)
        return physiology(
            base.species,
            base.set,
            body_weight=weight,
            organ_weights={organ: value for organ, value in weights.items() if organ in base.volumes} or None,
        )
    except InputError as problem:
        raise InputError(problem.message, where=f"{path}: header", hint=problem.hint) from problem


def _dose(header: Mapping[str, str], creature: Physiology, path: Path) -> float:
    if "dose" not in header:
        return math.nan
    text, where = header["dose"], f"{path}: dose"
    amount, per, whole = text.partition("/")
    dose = parse(amount, "ng", where=where)
    if per:
        dose *= creature.body_weight / parse(f"1 {whole.strip()}", "g", where=where)
    if dose <= 0:
        raise InputError(f"a dose of {text}", where=where, hint="write the injected gold, for example 100 ug")
    return dose


def _counting(header: Mapping[str, str], path: Path) -> dict[str, float]:
    found = {}
    for key, unit in (("sensitivity", "counts/ng"), ("blank", "counts"), ("dilution", "1")):
        if key in header:
            text: str | float = header[key]
            if unit == "1":
                try:
                    text = float(header[key])
                except ValueError:
                    text = header[key]
            found[key] = parse(text, unit, where=f"{path}: {key}")
    return found


def _weight(creature: Physiology, given: Mapping[str, float], compartment: str, where: str) -> tuple[float, bool]:
    """Weight of an organ [g], and whether it was measured."""
    if compartment in given:
        return given[compartment], True
    volume = creature.volumes.get(compartment)
    if volume is None or compartment == "rest":
        raise InputError(
            f"no weight of {compartment} in the set {creature.set} of the {creature.species}",
            where=where,
            hint="add a column weight_g, or give %ID",
        )
    return volume * BODY_DENSITY, compartment in creature.measured


def _covariates(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Further columns of numbers that are the same in all rows of each group."""
    taken = {"time_h", "compartment", "value", "unit", "sd", "n", "start_h", "weight_g", "group", "animal", "source",
             "factor_sd"}  # fmt: skip
    groups = table["group"].str.strip() if "group" in table else table["time_h"].map(lambda _: "")
    found: dict[str, dict[str, float]] = {name: {} for name in dict.fromkeys(groups)}
    for column in table.columns:
        if column in taken:
            continue
        for name in found:
            cells = set(table[column][groups == name])
            number: Any = cells.pop() if len(cells) == 1 else None
            try:
                value = float(number)
            except (TypeError, ValueError):
                continue
            if math.isfinite(value):
                found[name][str(column)] = value
    return found
