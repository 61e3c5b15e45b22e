"""Verdicts computed from numbers: what a paper states against what follows from each admissible reading of it.

Rules
-----
Printed digits: a number stands for half a unit of its last printed place on either side (68 is 67.5 to 68.5);
"~" doubles that (~20 is 19 to 21); "more than 68" excludes 68; a range and a count are exact.
Each reading of the text gives a number, with limits that come from rounding of its inputs:
  agrees       the number lies in the stated interval
  within       it does not, but the limits overlap the interval
  open         the text leaves a free choice, and some choice agrees; or the number is undefined
  contradicts  none of these
The verdict over all readings: *contradicts* only when every reading does; *underdetermined* when readings disagree
with one another or one is open; *agrees* when all agree; *agrees within uncertainty* when some need their limits;
*not testable* when there is nothing to compare because an input is not in the literature tables.
Where a statement is about several cases (five feeds, three ligands), the readings are its cases, and one that
contradicts is enough.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from goldshell.literature import Row
from goldshell.units import convert


class Verdict(StrEnum):
    """How a statement of a paper compares with what is computed from the paper's numbers."""

    AGREES = "agrees"
    AGREES_WITHIN_UNCERTAINTY = "agrees_within_uncertainty"
    CONTRADICTS = "contradicts"
    UNDERDETERMINED = "underdetermined"
    NOT_TESTABLE = "not_testable"


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the limits that its printed digits set.

    Parameters
    ----------
    value : the number [unit of the context]
    low, high : limits [same unit]
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Statement:
    """What a paper states, as an interval.

    Parameters
    ----------
    shown : the number, or the words, as stated
    low, high : what the statement allows [unit of the check]
    """

    shown: float | str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One admissible reading of the text, and what follows from it.

    Parameters
    ----------
    name : which reading
    value : the number that follows; NaN when the reading only gives limits [unit of the check]
    low, high : its limits [unit of the check]
    open : the text leaves the choice within the limits free
    shown : the number, or words where the number is only a score (orderings)
    """

    name: str
    value: float
    low: float
    high: float
    open: bool = False
    shown: float | str | None = None

    def agrees_with(self, statement: Statement) -> str:
        """One of "agrees", "within", "open", "contradicts", by the rules of this module."""
        if math.isnan(self.value) and not self.open:
            return "open"  # an undefined number decides nothing
        overlaps = self.low <= statement.high and self.high >= statement.low
        if self.open:
            return "open" if overlaps else "contradicts"
        if statement.low <= self.value <= statement.high:
            return "agrees"
        return "within" if overlaps else "contradicts"

    def to_dict(self) -> dict[str, Any]:
        """The reading as JSON types."""
        computed = self.value if self.shown is None else self.shown
        return {"name": self.name, "computed": computed, "low": self.low, "high": self.high}


def compare(statement: Statement, readings: Sequence[Reading], *, every: bool = False) -> Verdict:
    """The verdict over all admissible readings, or over all cases of the statement.

    Parameters
    ----------
    statement : what the paper states
    readings : what follows from each reading of the text; none when an input is missing
    every : the readings are cases that must all hold, not alternatives

    Returns
    -------
    Verdict
    """
    found = {reading.agrees_with(statement) for reading in readings}
    if not found:
        return Verdict.NOT_TESTABLE
    if found == {"contradicts"} or (every and "contradicts" in found):
        return Verdict.CONTRADICTS
    if found & {"contradicts", "open"}:
        return Verdict.UNDERDETERMINED
    return Verdict.AGREES if found == {"agrees"} else Verdict.AGREES_WITHIN_UNCERTAINTY


def printed(row: Row, unit: str | None = None) -> Number:
    """The number of a row with the limits of its printed digits, converted to ``unit`` when given.

    Parameters
    ----------
    row : a literature row with relation = or ~
    unit : [pint name]
    """
    number = Decimal(row.value)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    half = Decimal(5).scaleb(exponent - 1) * (2 if row.relation == "~" else 1)
    limits = (float(number), float(number - half), float(number + half))
    return Number(*(limits if unit is None else (convert(limit, row.unit, unit) for limit in limits)))


def exact(row: Row, unit: str | None = None) -> Number:
    """The number of a row taken as it stands: counts, settings, amounts weighed in.

    Parameters
    ----------
    row : a literature row with a number
    unit : [pint name]
    """
    number = row.number if unit is None else convert(row.number, row.unit, unit)
    return Number(number, number, number)


def states(row: Row, unit: str | None = None) -> Statement:
    """The interval that a row allows, by its relation: digits, "~", bound or range.

    Parameters
    ----------
    row : a literature row, not an ordering
    unit : [pint name]
    """
    if row.relation == "range":
        low, high = (limit if unit is None else convert(limit, row.unit, unit) for limit in (row.low, row.high))
        return Statement(f"{low:g} to {high:g}", low, high)
    if row.relation in {"<", ">"}:
        bound = exact(row, unit).value
        return below(bound) if row.relation == "<" else above(bound)
    number = printed(row, unit)
    return Statement(number.value, number.low, number.high)


def stated(number: Number) -> Statement:
    """A number that follows from what the paper states, taken as its statement."""
    return Statement(number.value, number.low, number.high)


def above(bound: float) -> Statement:
    """More than ``bound``, itself excluded."""
    return Statement(f"> {bound:g}", math.nextafter(bound, math.inf), math.inf)


def below(bound: float) -> Statement:
    """Less than ``bound``, itself excluded."""
    return Statement(f"< {bound:g}", -math.inf, math.nextafter(bound, -math.inf))


def exactly(value: float, shown: str | None = None) -> Statement:
    """A count or a definition, which leaves no room."""
    return Statement(value if shown is None else shown, value, value)


def derived(function: Callable[..., float], *inputs: Number | float) -> Number:
    """A function of numbers with limits; limits from all corners, exact when it is monotonic in every input.

    Parameters
    ----------
    function : of as many floats as there are inputs
    inputs : numbers with limits, or plain floats

    Returns
    -------
    Number [the function's unit]
    """
    numbers = [item if isinstance(item, Number) else Number(item, item, item) for item in inputs]
    value = function(*(number.value for number in numbers))
    corners = [function(*corner) for corner in itertools.product(*({n.low, n.high} for n in numbers))]
    return Number(value, min(value, *corners), max(value, *corners))


def reading(name: str, function: Callable[..., float], *inputs: Number | float) -> Reading:
    """A reading whose number is ``function`` of the inputs, with limits from their printed digits.

    Parameters
    ----------
    name : which reading
    function, inputs : as in `derived`
    """
    number = derived(function, *inputs)
    return Reading(name, number.value, number.low, number.high)


def left_open(name: str, low: float, high: float) -> Reading:
    """A reading that the text leaves open: anything between the limits would be consistent with it."""
    return Reading(name, math.nan, low, high, open=True, shown=f"{low:.3g} to {high:.3g}")


def states_order(row: Row) -> Statement:
    """The statement of an ordering row: a score of 1, every stated pair in its order."""
    return Statement(row.value, 1.0, 1.0)


def order_reading(name: str, row: Row, values: Mapping[str, float]) -> Reading:
    """How far values keep a stated ordering: (pairs kept - pairs reversed) / stated pairs, so 1 keeps all.

    Parameters
    ----------
    name : which reading
    row : literature row with relation ``order``, such as "a > b = c"
    values : item -> value that should follow the order

    Returns
    -------
    Reading with the score [1]; ``shown`` is the computed order
    """
    levels = [[item.strip() for item in re.split(r"[=,]", level)] for level in row.value.split(">")]
    pairs = [(a, b) for upper, lower in itertools.combinations(levels, 2) for a in upper for b in lower]
    score = sum((values[a] > values[b]) - (values[a] < values[b]) for a, b in pairs) / len(pairs)
    ranked = sorted((item for level in levels for item in level), key=lambda item: -values[item])
    return Reading(name, score, score, score, shown=" > ".join(ranked))
