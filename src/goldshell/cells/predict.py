"""Prediction of a relation: the band of all curves that the literature admits, at given inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.knowledge import Knowledge, knowledge
from goldshell.cells.relation import Axis, Relation
from goldshell.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Output of a relation at given inputs.

    Parameters
    ----------
    known : what the literature determines
    series : which curve
    x : inputs (k,) [unit of the input]
    value : at the default parameters (k,) [unit of the output]
    low, high : ends over all admissible curves (k,) [same]
    outside : inputs where nothing is published (k,)
    warnings : advice
    """

    known: Knowledge
    series: str
    x: Array
    value: Array
    low: Array
    high: Array
    outside: NDArray[np.bool_]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """``{"model", "series", "status", "undetermined", "x": {...}, "y": {...}, "warnings"}``."""
        one = self.known.relation
        return {
            "model": one.name,
            "series": self.series,
            "status": self.known.status,
            "undetermined": list(self.known.undetermined),
            "x": {"name": one.x.name, "unit": one.x.unit, "value": self.x.tolist(), "outside": self.outside.tolist()},
            "y": {
                "name": one.y.name,
                "unit": one.y.unit,
                "value": self.value.tolist(),
                "low": self.low.tolist(),
                "high": self.high.tolist(),
            },
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per input."""
        import pandas as pd

        one = self.known.relation
        return pd.DataFrame(
            {
                one.x.name: self.x,
                one.y.name: self.value,
                f"{one.y.name}_low": self.low,
                f"{one.y.name}_high": self.high,
                "outside": self.outside,
            }
        )


def predict(name: str, x: ArrayLike | None = None, *, series: str | None = None) -> Prediction:
    """The output of a relation, with the band of all curves that the literature admits.

    Parameters
    ----------
    name : one of `relations`
    x : inputs (k,) [unit of the input]; a grid over the published range when None
    series : which curve; the first when None

    Returns
    -------
    Prediction

    Raises
    ------
    UnknownNameError : no such relation or series
    InputError : an input is not a finite number, or outside what is physical
    """
    known = knowledge(name)
    one = known.relation
    which = one.check_series(series)
    places = grid(one) if x is None else check_inputs(one, x)
    value = np.asarray(one.curve(places, one.parameters(), which), dtype=float)
    all_curves = np.asarray(one.curve(places[None, :], known.columns(), which), dtype=float)
    outside = (places < one.x.low * (1 - 1e-12)) | (places > one.x.high * (1 + 1e-12))
    outside &= ~(np.isclose(places, one.x.low) | np.isclose(places, one.x.high))
    return Prediction(
        known,
        which,
        places,
        np.broadcast_to(value, places.shape).copy(),
        np.minimum(all_curves.min(axis=0), value),
        np.maximum(all_curves.max(axis=0), value),
        outside,
        _warnings(known, places[outside]),
    )


def grid(one: Relation, points: int = 121) -> Array:
    """Inputs over the published range, evenly spaced on the scale of the axis."""
    if one.whole_x:
        return np.arange(math.ceil(one.x.low), math.floor(one.x.high) + 1, dtype=float)
    if one.x.log:
        return np.geomspace(one.x.low, one.x.high, points)
    return np.linspace(one.x.low, one.x.high, points)


def check_inputs(one: Relation, x: ArrayLike | Sequence[float], where: str = "") -> Array:
    """Inputs as an array, each finite, physical, and whole where the relation counts.

    Raises
    ------
    InputError : names the value
    """
    values = np.atleast_1d(np.asarray(x, dtype=float))
    low, high = one.x.limits
    for value in values:
        if not (math.isfinite(value) and low <= value <= high) or (one.whole_x and value != round(value)):
            raise InputError(
                f"{one.x.label} of {value:g}{_unit(one.x)} cannot be used",
                where=where,
                hint=f"give {'whole numbers' if one.whole_x else 'numbers'} from {low:g} to {high:g}; published are "
                f"{one.x.low:g} to {one.x.high:g}{_unit(one.x)}",
            )
    return values


def _unit(axis: Axis) -> str:
    return "" if axis.unit == "1" else f" {axis.unit}"


def _warnings(known: Knowledge, outside: Array) -> tuple[str, ...]:
    one = known.relation
    found = []
    if outside.size:
        found.append(
            f"{one.x.label} {', '.join(f'{value:g}' for value in outside[:4])}{_unit(one.x)} lies outside "
            f"{one.x.low:g} to {one.x.high:g}{_unit(one.x)}, where nothing is published: an extrapolation"
        )
    if known.undetermined:
        found.append(f"{known.status}: {', '.join(known.undetermined)} rest on a choice; {one.open}")
    return tuple(found)
