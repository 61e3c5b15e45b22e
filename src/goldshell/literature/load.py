"""Loading the literature tables.

Two kinds of table stand in ``tables/``. *Statement tables* (``STATEMENT_TABLES``) hold one published value per row with
the columns of `COLUMNS`. *Property tables* (ligands, pKa, clusters, solvents, isotopes ...) have columns of their own,
and each row names its source.
"""

from __future__ import annotations

import csv
import functools
import math
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from goldshell.errors import UnknownNameError
from goldshell.units import convert

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "id", "source", "locator", "topic", "subject", "quantity", "relation", "value", "low", "high", "sd", "unit",
    "conditions", "status", "note",
)  # fmt: skip
STATEMENT_TABLES = ("zhang2026", "sang2024", "parameters")


@dataclass(frozen=True, slots=True)
class Row:
    """One published value. Text columns as in the table; numbers are NaN where the table has none.

    ``value`` is text when ``relation`` is ``order`` (then ``number`` is NaN).
    """

    id: str
    source: str
    locator: str
    topic: str
    subject: str
    quantity: str
    relation: str
    value: str
    low: float
    high: float
    sd: float
    unit: str
    conditions: str
    status: str
    note: str

    @property
    def number(self) -> float:
        """The value as a number [unit]; NaN for ranges and orderings."""
        try:
            return float(self.value)
        except ValueError:
            return math.nan

    def to_dict(self) -> dict[str, Any]:
        """The row with the columns of `COLUMNS`; absent numbers are None."""
        out: dict[str, Any] = {name: getattr(self, name) for name in COLUMNS}
        if self.relation != "order":
            out["value"] = self.number
        return {key: None if isinstance(item, float) and math.isnan(item) else item for key, item in out.items()}


@functools.cache
def _statements() -> MappingProxyType[str, Row]:
    found: dict[str, Row] = {}
    for name in STATEMENT_TABLES:
        for record in _records(name):
            cells: dict[str, Any] = {key: record[key] for key in COLUMNS}
            for key in ("low", "high", "sd"):
                cells[key] = float(cells[key]) if cells[key] else math.nan
            found[record["id"]] = Row(**cells)
    return MappingProxyType(found)


@functools.cache
def _records(name: str) -> tuple[dict[str, str], ...]:
    text = (files("goldshell.literature") / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines(keepends=True) if not line.startswith("#")))


def rows(*, topic: str | None = None, source: str | None = None) -> tuple[Row, ...]:
    """All published values, or those of one topic and/or one source.

    Raises
    ------
    UnknownNameError : no row has that topic or source
    """
    selected = tuple(_statements().values())
    for kind, wanted in (("topic", topic), ("source", source)):
        if wanted is not None:
            known = {getattr(row, kind) for row in _statements().values()}
            if wanted not in known:
                raise UnknownNameError(kind, wanted, known)
            selected = tuple(row for row in selected if getattr(row, kind) == wanted)
    return selected


def show(identifier: str) -> Row:
    """The row with this id.

    Raises
    ------
    UnknownNameError : with near matches
    """
    try:
        return _statements()[identifier]
    except KeyError:
        raise UnknownNameError("literature row", identifier, _statements()) from None


def value(identifier: str, unit: str | None = None) -> float:
    """The number of a row, converted to ``unit`` when given.

    Raises
    ------
    UnknownNameError : no such row
    ValueError : the row is a range or an ordering
    """
    row = show(identifier)
    if math.isnan(row.number):
        raise ValueError(f"literature row {identifier!r} holds no single number")
    return row.number if unit is None else convert(row.number, row.unit, unit)


def table(name: str) -> pd.DataFrame:
    """A property table (``ligands``, ``pka``, ``clusters``, ``solvents``, ``isotopes`` ...) as text cells."""
    import pandas as pd

    return pd.DataFrame.from_records(list(_records(name)))


def records(name: str) -> tuple[dict[str, str], ...]:
    """A property table as dictionaries of text cells, without pandas (cheap to load)."""
    return _records(name)
