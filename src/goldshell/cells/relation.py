"""What a relation is: one input, one output, a curve, and the published values and conditions that it must meet."""

from __future__ import annotations

import functools
import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import UnknownNameError
from goldshell.literature import Row, show
from goldshell.numerics import ParameterInfo, describe_parameters
from goldshell.units import convert

Array = NDArray[np.float64]
Curve = Callable[[Array, Any, str], Array]


@dataclass(frozen=True, slots=True)
class Axis:
    """An input or output.

    Parameters
    ----------
    name : column name in files, snake_case
    label : for axes, in words
    unit : pint name, "1" for dimensionless
    low, high : range in which anything is published [unit]; outside it the relation extrapolates
    log : drawn and spaced logarithmically
    limits : physical limits of the values [unit]
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    log: bool = False
    limits: tuple[float, float] = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Point:
    """A published value of the output, for figures and tables; an infinite end is a bound.

    Parameters
    ----------
    x : input [its unit]
    low, high : interval of the output from digits, sign or spread [its unit]
    series : which curve
    source : id of a literature row
    """

    x: float
    low: float
    high: float
    source: str
    series: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What every admissible curve must meet.

    Parameters
    ----------
    text : the condition in words
    value : function of the parameters; the condition holds where it is within the limits
    low, high : limits [the unit of ``value``]
    source : id of the literature row that states it
    """

    text: str
    value: Callable[[Any], Array]
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A quantitative relation of a particle's property and what cells do.

    Parameters
    ----------
    name, title : file name and one line
    x, y : input and output
    parameters : class of the parameters
    curve : function of x (k,), parameters (each a number, or an array (m, 1)) and series; broadcasts
    series : names of the curves, such as charges; ("",) when there is one
    points : published values
    conditions : what admissible curves must meet
    known : what is determined, in one sentence
    open : what is not, and what would determine it, in one sentence
    whole_x : the input takes whole numbers only
    """

    name: str
    title: str
    x: Axis
    y: Axis
    parameters: type
    curve: Curve
    known: str
    open: str
    series: tuple[str, ...] = ("",)
    points: tuple[Point, ...] = ()
    conditions: tuple[Condition, ...] = ()
    whole_x: bool = False

    def check_series(self, series: str | None) -> str:
        """The series by name; the first when None."""
        if series is None:
            return self.series[0]
        if series not in self.series:
            raise UnknownNameError(f"series of {self.name}", series, self.series)
        return series

    def sources(self) -> tuple[str, ...]:
        """Ids of the literature rows behind it, each once."""
        rows = [item.source for item in describe_parameters(self.parameters)]
        return tuple(dict.fromkeys((*rows, *(p.source for p in self.points), *(c.source for c in self.conditions))))


@dataclass(frozen=True, slots=True)
class Admitted:
    """The range of a parameter that its literature row admits.

    Parameters
    ----------
    info : the parameter
    low, high : range [its unit]
    chosen : the range is a choice (row status ``estimated``), not a published value
    log : drawn logarithmically
    """

    info: ParameterInfo
    low: float
    high: float
    chosen: bool
    log: bool


def admitted(kind: type) -> tuple[Admitted, ...]:
    """The admitted range of every parameter, from the digits, sign, spread or range of its row.

    Parameters
    ----------
    kind : a ``Parameters`` class
    """
    found = []
    for info in describe_parameters(kind):
        row = show(info.source)
        low, high = interval(row, info.unit)
        low, high = max(low, info.low), min(high, info.high)
        found.append(Admitted(info, low, high, row.status == "estimated" and low < high, low > 0 and high / low > 10))
    return tuple(found)


def interval(row: Row, unit: str) -> tuple[float, float]:
    """What a row admits: range, bound, two spreads, or half a unit of the last digit (twice that after "~").

    Parameters
    ----------
    row : a literature row, not an ordering
    unit : [pint name]
    """
    if row.relation == "range":
        low, high = row.low, row.high
    elif row.relation in {"<", ">"}:
        low, high = (-math.inf, row.number) if row.relation == "<" else (row.number, math.inf)
    elif row.status == "estimated":
        low = high = row.number
    elif row.sd > 0:
        low, high = row.number - 2 * row.sd, row.number + 2 * row.sd
    else:
        exponent = Decimal(row.value).as_tuple().exponent
        assert isinstance(exponent, int)
        half = 0.5 * 10.0**exponent * (2 if row.relation == "~" else 1)
        low, high = row.number - half, row.number + half
    if unit == row.unit:
        return low, high
    return convert(low, row.unit, unit), convert(high, row.unit, unit)


def point(identifier: str, x: float, unit: str, series: str = "") -> Point:
    """A published value of the output.

    Parameters
    ----------
    identifier : id of a literature row
    x : input
    unit : of the output [pint name]
    series : which curve
    """
    low, high = interval(show(identifier), unit)
    return Point(x, low, high, identifier, series)


@functools.cache
def relations() -> Mapping[str, Relation]:
    """Every relation by name, one per file of `goldshell.cells.models`."""
    package = importlib.import_module("goldshell.cells.models")
    found = {}
    for item in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{item.name}")
        found[module.RELATION.name] = module.RELATION
    return found


def relation(name: str) -> Relation:
    """The relation of this name.

    Raises
    ------
    UnknownNameError : with near matches
    """
    known = relations()
    if name not in known:
        raise UnknownNameError("relation", name, known)
    return known[name]
