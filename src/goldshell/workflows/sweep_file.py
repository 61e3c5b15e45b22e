"""The YAML file of ``goldshell sweep``: a command, its file, what is varied in it, and which results are kept."""

from __future__ import annotations

import copy
import dataclasses
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from goldshell.errors import InputError
from goldshell.files import line_of, read_mapping, read_yaml
from goldshell.units import parse, quantity

if TYPE_CHECKING:
    Time = float
else:
    Time = quantity("h", minimum=0.0)

Command = Literal["exchange simulate", "fate simulate"]
MOST_POINTS = 1_000_000

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-zµμ°%Å].*)?\Z")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Grid(_Section):
    """Values between two ends, evenly in the value or in its logarithm."""

    log: tuple[str | float, str | float] | None = None
    linear: tuple[str | float, str | float] | None = None
    points: int = Field(ge=2, le=100_000)

    @model_validator(mode="after")
    def _one(self) -> Grid:
        if (self.log is None) == (self.linear is None):
            raise ValueError("give either 'log: [from, to]' or 'linear: [from, to]'")
        numbers, _ = self._ends()
        if self.log is not None and min(numbers) <= 0.0:
            raise ValueError("the ends of 'log' must be above 0")
        if numbers[0] == numbers[1]:
            raise ValueError("the two ends are the same")
        return self

    def _ends(self) -> tuple[tuple[float, float], str]:
        first, last = self.log or self.linear or (0.0, 0.0)
        start, unit = split_quantity(first)
        try:
            return (start, parse(last, unit or "1")), unit
        except InputError as problem:
            raise ValueError(str(problem)) from problem

    def numbers(self) -> tuple[list[float], str]:
        """The values and their unit, "" for plain numbers."""
        (start, end), unit = self._ends()
        share = [i / (self.points - 1) for i in range(self.points)]
        if self.log is None:
            middle = [start + (end - start) * s for s in share]
        else:
            middle = [math.exp(math.log(start) + (math.log(end) - math.log(start)) * s) for s in share]
        return [start, *middle[1:-1], end], unit


class Kept(_Section):
    """A result to keep, by its name in the JSON of the command; a series is taken at one time."""

    name: str = Field(min_length=1)
    at: Time | None = None

    @property
    def label(self) -> str:
        """Heading of its column."""
        return self.name if self.at is None else f"{self.name} at {self.at:.4g} h"


class SweepFile(_Section):
    """The whole file."""

    command: Command
    base: str = Field(min_length=1)
    over: dict[str, Grid | list[str | float]] = Field(min_length=1)
    keep: list[Kept] = Field(min_length=1)

    @field_validator("over")
    @classmethod
    def _values(cls, over: dict[str, Any]) -> dict[str, Any]:
        for path, values in over.items():
            if isinstance(values, list) and not values:
                raise ValueError(f"{path}: the list of values is empty")
        return over

    @field_validator("keep", mode="before")
    @classmethod
    def _names(cls, keep: Any) -> Any:
        return [{"name": one} if isinstance(one, str) else one for one in keep] if isinstance(keep, list) else keep

    @model_validator(mode="after")
    def _size(self) -> SweepFile:
        labels = [one.label for one in self.keep]
        if len(set(labels)) < len(labels):
            raise ValueError("the same result is kept twice")
        points = math.prod(len(v) if isinstance(v, list) else v.points for v in self.over.values())
        if points > MOST_POINTS:
            raise ValueError(f"{points} points are more than {MOST_POINTS}: take fewer values per entry of 'over'")
        return self


@dataclass(frozen=True, slots=True)
class Axis:
    """One entry of ``over``.

    Parameters
    ----------
    path : place in the file that is varied, for example "phases.water.pH"
    values : numbers, or names such as solvents
    unit : of the numbers; "" for plain numbers and names
    logarithmic : the values are even in the logarithm
    """

    path: str
    values: tuple[float | str, ...]
    unit: str = ""
    logarithmic: bool = False

    @property
    def label(self) -> str:
        """Heading of its column."""
        return f"{self.path} [{self.unit}]" if self.unit else self.path

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return all(not isinstance(value, str) for value in self.values)

    def text(self, position: int) -> str | float:
        """One value as it would stand in the file."""
        value = self.values[position]
        return f"{value!r} {self.unit}" if self.unit else value

    def to_dict(self) -> dict[str, Any]:
        """path, unit, values."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep that was read: what to run, and over what.

    Parameters
    ----------
    path, base_path : of the sweep's file and of the file that is varied
    command : that runs each point
    base : what stands in the base file
    axes : what is varied
    keep : which results
    """

    path: Path
    base_path: Path
    command: Command
    base: dict[str, Any]
    axes: tuple[Axis, ...]
    keep: tuple[Kept, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values on each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    def points(self) -> list[tuple[int, ...]]:
        """Positions on the axes of every point; the last axis runs fastest."""
        found: list[tuple[int, ...]] = [()]
        for size in self.shape:
            found = [(*point, position) for point in found for position in range(size)]
        return found

    def probes(self) -> Iterator[tuple[int, ...]]:
        """Points that together show every value once: the first, then each axis alone."""
        yield (0,) * len(self.axes)
        for number, axis in enumerate(self.axes):
            for position in range(1, len(axis.values)):
                yield tuple(position if other == number else 0 for other in range(len(self.axes)))

    def at(self, point: tuple[int, ...]) -> dict[str, Any]:
        """The base file with the values of one point."""
        changed = copy.deepcopy(self.base)
        for axis, position in zip(self.axes, point, strict=True):
            put(changed, axis.path, axis.text(position))
        return changed


def read_sweep(path: Path) -> Plan:
    """Read the file of ``goldshell sweep`` and the file that it varies.

    Raises
    ------
    InputError : names file, line and field
    """
    data = read_yaml(path, SweepFile)
    base_path = path.parent / data.base
    base = read_mapping(base_path)
    axes = []
    for place, given in data.over.items():
        where = f"{path}:{line_of(path, ('over', place))}"
        if isinstance(given, Grid):
            numbers, unit = given.numbers()
            axis = Axis(place, tuple(numbers), unit, given.log is not None)
        else:
            axis = _listed(place, given, where)
        if len(set(axis.values)) < len(axis.values):
            raise InputError(f"{place}: a value stands twice", where=where)
        try:
            put(copy.deepcopy(base), place, axis.text(0))
        except InputError as problem:
            problem.where = where
            raise
        axes.append(axis)
    return Plan(path, base_path, data.command, base, tuple(axes), tuple(data.keep))


def split_quantity(value: str | float) -> tuple[float, str]:
    """Number and unit of a quantity, "" where it has none.

    Raises
    ------
    ValueError : no number
    """
    if not isinstance(value, str):
        return float(value), ""
    found = _NUMBER.match(value)
    if found is None:
        raise ValueError(f"{value!r} is not a quantity: write a number and a unit, for example '1 mM'")
    return float(found[1]), (found[2] or "").strip()


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Set one place of a nested mapping in place, given as names and positions joined by points.

    Raises
    ------
    InputError : the path leads through something that is neither a mapping nor a list
    """
    parts = path.split(".")
    node: Any = data
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        here = ".".join(parts[:number]) or "the file"
        if isinstance(node, dict):
            if last:
                node[part] = value
            else:
                if node.get(part) is None:
                    node[part] = {}
                node = node[part]
        elif isinstance(node, list):
            if not part.isdigit() or int(part) >= len(node):
                raise InputError(
                    f"{path}: {here} is a list of {len(node)}", hint="name an entry by its position from 0"
                )
            if last:
                node[int(part)] = value
            else:
                node = node[int(part)]
        else:
            raise InputError(f"{path}: {here} is {node!r}, which has no part {part!r}", hint="check the path")


def _listed(place: str, given: list[str | float], where: str) -> Axis:
    """An axis of listed values: numbers, quantities (in the unit of the first), or names."""
    if all(not isinstance(value, str) for value in given):
        return Axis(place, tuple(given))
    try:
        _, unit = split_quantity(given[0])
        numbers = tuple(parse(value, unit or "1", where=where) for value in given)
    except ValueError:
        return Axis(place, tuple(str(value) for value in given))
    return Axis(place, numbers, unit)
