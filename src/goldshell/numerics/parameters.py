"""How a model file declares its parameters and test points.

A model file holds one frozen dataclass ``Parameters`` whose fields are made with `parameter`, the model's
functions, and ``TEST_POINTS``. One shared test runs every model at its defaults and at its test points; the
documentation page is generated from the same declarations.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from goldshell.errors import InputError


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """One parameter of a model: name, default [unit], bounds [unit], source (id of a literature row), meaning."""

    name: str
    unit: str
    default: float
    low: float
    high: float
    source: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TestPoint:
    """A known value of a model function, with where the value comes from.

    Parameters
    ----------
    function : the function that is called
    arguments : its keyword arguments
    expected : the value it must return [the function's unit]
    source : paper, other program or mathematical property that gives ``expected``; never our own output
    relative : relative tolerance
    """

    __test__ = False  # not a pytest class

    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    expected: float
    source: str
    relative: float = 1e-9


def parameter(
    default: float, *, unit: str, source: str, meaning: str, bounds: tuple[float, float] = (-math.inf, math.inf)
) -> Any:
    """A dataclass field that carries unit, bounds, source and meaning.

    Parameters
    ----------
    default : default value [unit]
    unit : pint name, "1" for dimensionless
    source : id of the literature row that the default comes from
    meaning : what it is, in one line
    bounds : allowed range [unit]
    """
    if not bounds[0] <= default <= bounds[1]:
        raise ValueError(f"default {default} outside its bounds {bounds}")
    return field(default=default, metadata={"unit": unit, "source": source, "meaning": meaning, "bounds": bounds})


def describe_parameters(model: type) -> tuple[ParameterInfo, ...]:
    """The parameters of a ``Parameters`` dataclass, in order."""
    return _described(model)


@functools.cache
def _described(model: Any) -> tuple[ParameterInfo, ...]:
    described = []
    for item in dataclasses.fields(model):
        low, high = item.metadata["bounds"]
        described.append(
            ParameterInfo(
                name=item.name,
                unit=item.metadata["unit"],
                default=float(item.default),  # type: ignore[arg-type]
                low=low,
                high=high,
                source=item.metadata["source"],
                meaning=item.metadata["meaning"],
            )
        )
    return tuple(described)


def check_bounds(parameters: Any) -> None:
    """Refuse parameters that are not finite or outside their bounds.

    Parameters
    ----------
    parameters : a ``Parameters`` object; numbers, or arrays for a population

    Raises
    ------
    InputError : names the parameter and its bounds
    """
    for info in describe_parameters(type(parameters)):
        value = np.asarray(getattr(parameters, info.name), dtype=float)
        if not np.all((value >= info.low) & (value <= info.high)):  # written so that NaN fails too
            raise InputError(f"a value outside {info.low:g} to {info.high:g} {info.unit}", where=info.name)
