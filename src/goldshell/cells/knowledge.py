"""What the literature determines of a relation: parameter draws that meet every published value and condition.

Set membership: each parameter is drawn from the range that its literature row admits (quasi-random, Sobol; on a
logarithmic scale where the range spans more than a decade), and a draw is kept when all conditions hold. The ends of
what is kept are limits, not probabilities: a range that is a choice stays a choice.

References
----------
Walter & Pronzato, Identification of Parametric Models from Experimental Data, Springer 1997, ch. 5 (bounded errors)
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.cells.relation import Admitted, Relation, admitted, relation
from goldshell.errors import AnalysisError

Array = NDArray[np.float64]

_DRAWS = 2**13
_LEAST = 200
_NARROWED = 0.8  # share of a chosen range below which the conditions, not the choice, set its ends


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one parameter.

    Parameters
    ----------
    name, unit, meaning, source : as in the model
    default : of the model [unit]
    low, high : ends of the admissible values [unit]
    kind : "published" (value or range printed), "bounded" (its range is a choice, narrowed by the conditions),
        "open" (its range is a choice) or "fixed"
    """

    name: str
    unit: str
    meaning: str
    source: str
    default: float
    low: float
    high: float
    kind: str

    def to_dict(self) -> dict[str, Any]:
        """All fields by name; the default is ``value``."""
        return {
            "name": self.name,
            "value": self.default,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "kind": self.kind,
            "meaning": self.meaning,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the literature determines of a relation.

    Parameters
    ----------
    relation : the relation
    parameters : what is known of each
    draws : admissible parameters, one row per draw (m, p) [their units]
    kept : share of the draws that met all conditions [1]
    status : "determined" when no parameter is open, "underdetermined" when none is published,
        else "partly determined"
    """

    relation: Relation
    parameters: tuple[Known, ...]
    draws: Array
    kept: float
    status: str

    @property
    def undetermined(self) -> tuple[str, ...]:
        """Names of the parameters that rest on a choice."""
        return tuple(item.name for item in self.parameters if item.kind in {"open", "bounded"})

    def columns(self) -> Any:
        """The draws as a ``Parameters`` object whose fields are arrays (m, 1)."""
        return self.relation.parameters(*(column[:, None] for column in self.draws.T))

    def to_dict(self) -> dict[str, Any]:
        """Parameters, published values, conditions, what is known and what is open."""
        one = self.relation
        return {
            "model": one.name,
            "title": one.title,
            "status": self.status,
            "known": one.known,
            "open": one.open,
            "undetermined": list(self.undetermined),
            "x": _axis(one.x),
            "y": _axis(one.y),
            "series": [name for name in one.series if name],
            "parameters": [item.to_dict() for item in self.parameters],
            "points": [
                {"x": p.x, "low": p.low, "high": p.high, "series": p.series, "source": p.source} for p in one.points
            ],
            "conditions": [{"text": c.text, "source": c.source} for c in one.conditions],
            "kept": self.kept,
        }


def _axis(axis: Any) -> dict[str, Any]:
    return {"name": axis.name, "label": axis.label, "unit": axis.unit, "low": axis.low, "high": axis.high}


@functools.cache
def knowledge(name: str) -> Knowledge:
    """What the literature determines of the relation of this name.

    Parameters
    ----------
    name : one of `relations`

    Returns
    -------
    Knowledge

    Raises
    ------
    UnknownNameError : no such relation
    AnalysisError : the published values and conditions exclude every curve
    """
    one = relation(name)
    ranges = admitted(one.parameters)
    draws = _draw(ranges)
    columns = one.parameters(*(column[:, None] for column in draws.T))
    keep = np.ones(len(draws), dtype=bool)
    for condition in one.conditions:
        value = np.broadcast_to(np.asarray(condition.value(columns), dtype=float), (len(draws), 1))[:, 0]
        keep &= (value >= condition.low) & (value <= condition.high)
    kept = draws[keep]
    if len(kept) < _LEAST:
        raise AnalysisError(
            f"only {len(kept)} of {len(draws)} curves of {name} meet all published values and conditions",
            hint="the sources contradict each other, or a range of a parameter is too narrow",
        )
    known = tuple(_known(item, column) for item, column in zip(ranges, kept.T, strict=True))
    return Knowledge(one, known, kept, len(kept) / len(draws), _status(known))


def _draw(ranges: tuple[Admitted, ...]) -> Array:
    """Sobol points of the admitted box (m, p); the default stands in for a range of no width."""
    from scipy.stats import qmc

    unit = qmc.Sobol(len(ranges), scramble=True, seed=0).random(_DRAWS)
    columns = []
    for share, item in zip(unit.T, ranges, strict=True):
        if item.log:
            columns.append(item.low * (item.high / item.low) ** share)
        else:
            columns.append(item.low + (item.high - item.low) * share)
    return np.column_stack(columns)


def _known(item: Admitted, kept: Array) -> Known:
    low, high = float(kept.min()), float(kept.max())
    if item.low == item.high:
        kind = "fixed"
    elif not item.chosen:
        kind, low, high = "published", max(item.low, low), min(item.high, high)
    else:
        kind = "bounded" if _width(item, low, high) < _NARROWED else "open"
    info = item.info
    return Known(info.name, info.unit, info.meaning, info.source, info.default, low, high, kind)


def _width(item: Admitted, low: float, high: float) -> float:
    """Share of the admitted range that is left, on the scale on which it is drawn."""
    if item.log:
        return float(np.log(high / low) / np.log(item.high / item.low))
    return (high - low) / (item.high - item.low)


def _status(known: tuple[Known, ...]) -> str:
    kinds = {item.kind for item in known} - {"fixed"}
    if "open" not in kinds and "bounded" not in kinds:
        return "determined"
    return "partly determined" if "published" in kinds else "underdetermined"
