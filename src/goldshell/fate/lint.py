"""What is wrong with a table of measured gold before anything is fitted to it.

    recovery         sum of all that was found at one time, against 100 %ID; above it is flagged, never clipped
    missing-gold     less than half of the dose found, and what was not measured
    unit-slip        a value off by 1000 or 100 from its neighbours, or all of a block in fractions
    below-limit      values that are bounds; zeros and negative ones, which are not measurements
    duplicate        the same sample twice, or the same run of numbers under two labels
    label            unknown compartments, names that differ by case or spacing, one animal in two groups or dissected
                     twice
    excreta          cumulative amounts that fall
    spread           standard deviations above the value, of one animal, or exactly in proportion to the value
    weight           %ID and %ID/g of one organ that imply an impossible weight
    serial           blood or images of one animal at several times, which a fit takes as independent

Findings are errors (the fit refuses), warnings (the fit goes on and repeats them) and notes.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from goldshell.errors import near_matches
from goldshell.fate.data import COMPARTMENTS, EXCRETA, FLUIDS, FateData, FateSample

if TYPE_CHECKING:
    import pandas as pd

_SLIPS = {1000.0: 0.35, 1e6: 0.35}  # factor -> tolerance of its decimal logarithm
_STEADY = 10.0  # a series whose other values lie within this factor can show a slip
_WHOLE = 100.05  # [%ID], above rounding
_FOUND_LITTLE = 50.0  # [%ID]
_COLLECTED = ("urine", "faeces", "liver", "blood or plasma", "rest")
_MANY = 3  # identical numbers in a row that are no chance
_WEIGHT_FACTOR = 4.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the linter found.

    Parameters
    ----------
    severity : "error", "warning" or "note"
    code : recovery, missing-gold, unit-slip, below-limit, duplicate, label, excreta, spread, weight
    message : what
    where : line, or group and time
    hint : what to do
    """

    severity: str
    code: str
    message: str
    where: str = ""
    hint: str = ""

    def to_dict(self) -> dict[str, str]:
        """The fields."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} ({self.hint})" if self.hint else text


@dataclass(frozen=True, slots=True)
class LintResult:
    """All findings on a table, and the recovery at each time.

    Parameters
    ----------
    data : the table
    findings : errors first
    recoveries : group, time [h], %ID found, compartments summed, relation
    """

    data: FateData
    findings: tuple[Finding, ...]
    recoveries: tuple[dict[str, Any], ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop a fit."""
        return tuple(item for item in self.findings if item.severity == "error")

    def to_dict(self) -> dict[str, Any]:
        """The object of ``goldshell fate check --json``."""
        return {
            "samples": len(self.data.samples),
            "groups": list(self.data.groups),
            "status": "error" if self.errors else "warning" if self.findings else "clean",
            "findings": [item.to_dict() for item in self.findings],
            "recoveries": list(self.recoveries),
            "warnings": list(self.data.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per finding."""
        import pandas as pd

        columns = [item.name for item in dataclasses.fields(Finding)]
        return pd.DataFrame([item.to_dict() for item in self.findings], columns=columns)


def lint(data: FateData) -> LintResult:
    """Look for what is wrong with a table.

    Parameters
    ----------
    data : of `read_fate_data`

    Returns
    -------
    LintResult
    """
    recoveries = tuple(_recoveries(data))
    checks = (
        _bounds(data), _labels(data), _duplicates(data), _slips(data), _excreta(data), _spreads(data), _weights(data),
        _serial(data),
        _balance(data, recoveries),
    )  # fmt: skip
    found = list(itertools.chain.from_iterable(checks))
    order = {"error": 0, "warning": 1, "note": 2}
    return LintResult(data, tuple(sorted(found, key=lambda item: order[item.severity])), recoveries)


def _at(item: FateSample) -> str:
    return f"line {item.line}"


def _bounds(data: FateData) -> Iterator[Finding]:
    below = [item for item in data.samples if item.relation == "<"]
    if below:
        names = ", ".join(dict.fromkeys(item.compartment for item in below))
        yield Finding("note", "below-limit", f"{len(below)} values are bounds (<): fitted as censored ({names})")
    for item in data.samples:
        if item.value < 0:
            yield Finding(
                "error", "below-limit", f"{item.compartment}: {item.printed:g} {item.unit} is negative", _at(item),
                "a value below the blank is below the limit of detection: write <limit",
            )  # fmt: skip
        elif item.value == 0:
            yield Finding(
                "error", "below-limit", f"{item.compartment}: 0 {item.unit} is not a measurement", _at(item),
                "write the limit of detection, for example <0.05",
            )  # fmt: skip


def _labels(data: FateData) -> Iterator[Finding]:
    for item in data.samples:
        for part in item.parts:
            if part not in COMPARTMENTS:
                near = near_matches(part, COMPARTMENTS, 1)
                yield Finding(
                    "error" if near else "warning", "label", f"unknown compartment {part!r}", _at(item),
                    f"is it {near[0]}?" if near else "it is left out of a fit",
                )  # fmt: skip
    folded: dict[str, set[str]] = defaultdict(set)
    for name in data.groups:
        folded["".join(character for character in name.lower() if character.isalnum())].add(name)
    for names in folded.values():
        if len(names) > 1:
            spelled = " and ".join(repr(name) for name in sorted(names))
            yield Finding("warning", "label", f"groups {spelled} differ in spelling only", hint="one group or two?")
    by_animal: dict[str, list[FateSample]] = defaultdict(list)
    for item in data.samples:
        if item.animal:
            by_animal[item.animal].append(item)
    for name, mine in by_animal.items():
        groups = list(dict.fromkeys(item.group for item in mine))
        if len(groups) > 1:
            yield Finding(
                "warning", "label", f"animal {name!r} stands in groups {', '.join(map(repr, groups))}", _at(mine[0]),
                "number the animals through, or check the labels",
            )  # fmt: skip
            continue
        dissected = sorted({item.time for item in mine if _terminal(item)})
        if len(dissected) > 1:
            times = ", ".join(f"{time:g}" for time in dissected)
            yield Finding(
                "error", "label", f"animal {name!r} was dissected at {times} h", _at(mine[0]),
                "an animal gives its organs once: check label and time",
            )  # fmt: skip


def _terminal(item: FateSample) -> bool:
    """Whether taking it ends the animal's life."""
    return item.quantity == "amount" and not any(part in {*EXCRETA, *FLUIDS, "bladder"} for part in item.parts)


def _duplicates(data: FateData) -> Iterator[Finding]:
    seen: dict[tuple[Any, ...], FateSample] = {}
    for item in data.samples:
        key = (item.group, item.animal, item.time, item.start, item.compartment, item.unit)
        first = seen.setdefault(key, item)
        if first is not item and (item.animal or first.animals > 1 or item.value == first.value):
            same = "the same value" if item.value == first.value else f"{first.printed:g} there"
            yield Finding(
                "error", "duplicate", f"{item.compartment} at {item.time:g} h stands twice ({same}, line {first.line})",
                _at(item), "remove one, or name the animals",
            )  # fmt: skip
    series = _series(data.samples)
    keys = [key for key in series if len(series[key]) >= _MANY]
    for one, other in itertools.combinations(keys, 2):
        if [item.value for item in series[one]] == [item.value for item in series[other]]:
            yield Finding(
                "warning", "duplicate",
                f"{_name(one)} and {_name(other)} hold the same {len(series[one])} numbers", _at(series[other][0]),
                "a block was pasted twice",
            )  # fmt: skip


_Key = tuple[str, str, str, str]


def _series(samples: Sequence[FateSample]) -> dict[_Key, list[FateSample]]:
    """Samples of one compartment, group and animal in the order of time (terminal animals together)."""
    found: dict[_Key, list[FateSample]] = defaultdict(list)
    for item in samples:
        label = "" if _terminal(item) else item.animal
        found[item.group, item.compartment, label, item.quantity].append(item)
    return {key: sorted(items, key=lambda item: item.time) for key, items in found.items()}


def _name(key: _Key) -> str:
    group, compartment, animal, _ = key
    return compartment + (f" of {group}" if group else "") + (f", animal {animal}" if animal else "")


def _slips(data: FateData) -> Iterator[Finding]:
    """Values off by a factor of 1000 from the others of their compartment, and blocks in fractions."""
    flagged: set[int] = set()
    by_compartment: dict[tuple[str, str], list[FateSample]] = defaultdict(list)
    for item in data.samples:
        if item.value > 0 and item.relation in "=~":
            by_compartment[item.compartment, item.quantity].append(item)
    for (compartment, _), items in by_compartment.items():
        for item in items:
            # the nearest in time, in any group, so that a steep curve is no slip
            others = sorted((one for one in items if one is not item), key=lambda one: _apart(one, item))[:4]
            if len(others) < 2:
                continue
            values = [one.value for one in others]
            if max(values) > _STEADY * min(values):
                continue
            ratio = math.log10(item.value / median(values))
            for factor, tolerance in _SLIPS.items():
                if abs(abs(ratio) - math.log10(factor)) < tolerance and item.line not in flagged:
                    flagged.add(item.line)
                    yield Finding(
                        "error", "unit-slip",
                        f"{compartment} at {item.time:g} h: {item.printed:g} {item.unit} is about "
                        f"{factor:g} times {'above' if ratio > 0 else 'below'} its neighbours", _at(item),
                        "ng for ug, mg for g?",
                    )  # fmt: skip
    for item in data.samples:
        if item.quantity == "amount" and item.value > 200 and item.relation != "<" and item.line not in flagged:
            flagged.add(item.line)
            yield Finding(
                "error", "unit-slip", f"{item.compartment} at {item.time:g} h holds {item.value:.4g} %ID", _at(item),
                "check unit, dose and weight",
            )  # fmt: skip
    for group in data.groups:
        mine = [item for item in data.of(group) if item.quantity == "amount" and item.unit == "%ID"]
        if len(mine) >= 4 and max(item.value for item in mine) <= 1.0 and 0.5 < _largest_sum(mine) <= 1.2:
            yield Finding(
                "error", "unit-slip", f"group {group or '(one)'}: all values of a time add up to about 1", _at(mine[0]),
                "fractions of the dose? write the unit 'fraction ID'",
            )  # fmt: skip


def _apart(one: FateSample, other: FateSample) -> tuple[float, int]:
    return abs(math.log((one.time + 0.02) / (other.time + 0.02))), abs(one.line - other.line)


def _largest_sum(samples: Sequence[FateSample]) -> float:
    sums: dict[float, float] = defaultdict(float)
    for item in samples:
        sums[item.time] += item.value
    return max(sums.values())


def _excreta(data: FateData) -> Iterator[Finding]:
    for key, items in _series([item for item in data.samples if item.cumulative]).items():
        for before, after in itertools.pairwise(items):
            if after.relation == before.relation == "=" and after.value < before.value and after.time > before.time:
                yield Finding(
                    "error" if after.animal else "warning", "excreta",
                    f"cumulative {_name(key)} falls from {before.printed:g} at {before.time:g} h to "
                    f"{after.printed:g} at {after.time:g} h", _at(after),
                    "for amounts per interval give a column start_h",
                )  # fmt: skip


def _spreads(data: FateData) -> Iterator[Finding]:
    ratios = []
    for item in data.samples:
        if math.isnan(item.sd):
            continue
        if item.animals == 1 and item.animal:
            yield Finding("warning", "spread", f"{item.compartment}: a standard deviation of one animal", _at(item))
        elif item.sd > item.value > 0:
            yield Finding(
                "warning", "spread", f"{item.compartment}: sd {item.sd:.3g} above the value {item.value:.3g}",
                _at(item),
                "the value itself may be below its limit",
            )  # fmt: skip
        if item.value > 0:
            ratios.append(item.sd / item.value)
    if len(ratios) >= 5 and max(ratios) - min(ratios) < 1e-6:
        yield Finding(
            "warning", "spread", f"every standard deviation is {100 * ratios[0]:.3g} % of its value",
            hint="an assumed error, not a measured one?",
        )  # fmt: skip


def _weights(data: FateData) -> Iterator[Finding]:
    """One organ in %ID and in %ID/g at the same time: their ratio is a weight."""
    pairs: dict[tuple[Any, ...], dict[str, FateSample]] = defaultdict(dict)
    for item in data.samples:
        if item.relation == "=" and item.printed > 0:
            pairs[item.group, item.animal, item.time, item.compartment][item.unit] = item
    implied: dict[tuple[str, str], list[tuple[float, FateSample]]] = defaultdict(list)
    for (group, _, _, compartment), units in pairs.items():
        if {"%ID", "%ID/g"} <= set(units):
            implied[group, compartment].append((units["%ID"].printed / units["%ID/g"].printed, units["%ID"]))
    for (_, compartment), found in implied.items():
        numbers = [weight for weight, _ in found]
        expected = data.animal.volumes.get(compartment)
        worst = max(found, key=lambda one: abs(math.log(one[0] / (expected or median(numbers)))))
        if expected and not 1 / _WEIGHT_FACTOR < worst[0] / expected < _WEIGHT_FACTOR:
            yield Finding(
                "warning", "weight", f"%ID and %ID/g of {compartment} imply {worst[0]:.3g} g (set: {expected:.3g} g)",
                _at(worst[1]), "labels swapped, or another dose?",
            )  # fmt: skip
        elif max(numbers) > _WEIGHT_FACTOR * min(numbers):
            yield Finding(
                "warning", "weight",
                f"%ID and %ID/g of {compartment} imply weights from {min(numbers):.3g} to {max(numbers):.3g} g",
                _at(worst[1]), "growth, or columns that do not belong together?",
            )  # fmt: skip


def _serial(data: FateData) -> Iterator[Finding]:
    """Samples of one animal at several times: what sets it apart from the others is in all of them."""
    repeated: dict[str, dict[tuple[str, str], set[float]]] = defaultdict(lambda: defaultdict(set))
    for item in data.samples:
        if item.animal and item.compartment not in EXCRETA and not _terminal(item):
            repeated[item.compartment][item.group, item.animal].add(item.time)
    for compartment, animals in repeated.items():
        counts = [len(times) for times in animals.values() if len(times) > 1]
        if counts:
            mean = sum(counts) / len(counts)
            yield Finding(
                "warning", "serial",
                f"{compartment}: {len(counts)} {'animal' if len(counts) == 1 else 'animals'} sampled {mean:.3g} times "
                f"each; a fit takes the {sum(counts)} samples as independent, its intervals may be up to "
                f"{math.sqrt(mean):.2g} times too narrow", "",
                "blood: analyse it animal by animal with fate nca; or give means over animals with sd and n",
            )  # fmt: skip


def _recoveries(data: FateData) -> Iterator[dict[str, Any]]:
    """What was found at each time of dissection, mean over animals, cumulative excreta to that time included."""
    for group in data.groups:
        mine = [item for item in data.of(group) if item.quantity == "amount" and item.value > 0]
        times = sorted({item.time for item in mine if _terminal(item)} or {item.time for item in mine})
        for time in times:
            means, relation = {}, "="
            for compartment in dict.fromkeys(item.compartment for item in mine):
                here = [item for item in mine if item.compartment == compartment and item.relation != "<"]
                if compartment in EXCRETA:
                    amount, bound = _excreted(here, time)
                else:
                    now = [item for item in here if item.time == time]
                    if not now:
                        continue
                    amount = sum(item.value * item.animals for item in now) / sum(item.animals for item in now)
                    bound = next((item.relation for item in now if item.relation in "<>"), "=")
                if amount <= 0:
                    continue
                means[compartment] = amount
                relation = bound if relation == "=" else relation if bound in {"=", relation} else "~"
            for fluid in [item for item in data.of(group) if item.quantity == "concentration" and item.time == time][
                :1
            ]:
                volume = data.animal.blood_volume if fluid.compartment == "blood" else data.animal.plasma_volume
                if fluid.compartment not in means:
                    means[fluid.compartment] = fluid.value * volume
            if len(means) > 1 or any(value > 100 for value in means.values()):
                yield {
                    "group": group,
                    "time_h": time,
                    "found_percent_id": sum(means.values()),
                    "relation": relation,
                    "compartments": sorted(means),
                }


def _excreted(samples: Sequence[FateSample], time: float) -> tuple[float, str]:
    """Mean cumulative amount up to a time, and its relation."""
    by_animal: dict[str, list[FateSample]] = defaultdict(list)
    for item in samples:
        if item.time <= time:
            by_animal[item.animal].append(item)
    totals = []
    relation = "="
    for mine in by_animal.values():
        last = max(mine, key=lambda item: item.time)
        if last.time < time:
            continue
        relation = last.relation if last.relation in "<>" else relation
        totals.append(last.value if last.start == 0 else sum(item.value for item in mine))
    return (sum(totals) / len(totals), relation) if totals else (0.0, "=")


def _balance(data: FateData, recoveries: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    for item in recoveries:
        label = f"{item['group']}, {item['time_h']:g} h" if item["group"] else f"{item['time_h']:g} h"
        total = item["found_percent_id"]
        if total > _WHOLE:
            yield Finding(
                "warning", "recovery", f"{total:.1f} %ID found in {' + '.join(item['compartments'])}", label,
                "more than was injected: check dose, blanks and standards; nothing is clipped",
            )  # fmt: skip
        elif total < _FOUND_LITTLE and item["relation"] not in ">~":
            there = set(item["compartments"])
            absent = [name for name in _COLLECTED if not there & set(name.split(" or "))]
            if absent:
                yield Finding(
                    "note", "missing-gold", f"{total:.1f} %ID found; not measured: {', '.join(absent)}", label,
                    "measure the carcass to close the balance",
                )  # fmt: skip
            else:
                yield Finding("warning", "missing-gold", f"only {total:.1f} %ID found though all was measured", label)
