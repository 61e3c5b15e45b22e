"""What an analysis of a study takes and gives: the base of its settings, and its result.

Every kind is one module in `goldshell.study.analyses` with a ``Settings`` class (what stands in ``study.yaml``) and
a function ``analyse(settings, folder, seed) -> Analysis``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import pandas as pd
from matplotlib.figure import Figure
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from goldshell.errors import InputError
from goldshell.literature import bibliography, rows, show
from goldshell.numerics import Estimate

SLUG = r"^[a-z0-9][a-z0-9._-]*$"


def _inside_folder(path: str) -> str:
    """Refuse absolute paths and ``..``: a study is a folder that can be handed on whole."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path or not path.strip():
        raise ValueError(f"{path!r} must be the name of a file in the study folder")
    return path


class DataFileName(str):
    """The name of a data file beside study.yaml; a type of its own so that every input of a run can be found."""


DataFile = Annotated[str, AfterValidator(_inside_folder), AfterValidator(DataFileName)]


def known(find: Callable[[str], Any]) -> AfterValidator:
    """A check of a setting that holds a name: ``find`` raises InputError, with near matches, when it is unknown."""

    def check(name: str) -> str:
        try:
            find(name)
        except InputError as problem:
            raise ValueError(str(problem)) from problem
        return name

    return AfterValidator(check)


class AnalysisSettings(BaseModel):
    """What every analysis in ``study.yaml`` may say; each kind adds its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    id: Annotated[str, Field(pattern=SLUG, description="short name, used for its files")]
    kind: str
    title: Annotated[str, Field(description="heading of its section in the report")] = ""
    question: Annotated[str, Field(description="what it is to answer")] = ""

    def data_files(self) -> tuple[str, ...]:
        """Names of the data files that these settings name, each once."""
        return tuple(dict.fromkeys(_data_files(self)))


def _data_files(value: Any) -> Iterable[str]:
    if isinstance(value, DataFileName):
        yield str(value)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _data_files(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _data_files(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _data_files(item)


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a result, with where it comes from.

    Parameters
    ----------
    label : what it is
    value : the number [unit], with its interval when it is an `Estimate`
    unit : pint name, "1" for dimensionless; an Estimate brings its own
    source : id of a literature row, name of a data file, or how it was computed
    relation : one of = < > ~ as a literature row has it
    note : what a user must know about it
    """

    label: str
    value: float | Estimate
    unit: str = "1"
    source: str = "computed here"
    relation: str = "="
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """``label, relation, value, low, high, unit, source, note``; low and high are None without an interval."""
        if isinstance(self.value, Estimate):
            numbers: dict[str, Any] = self.value.to_dict()
        else:
            numbers = {"value": self.value, "low": None, "high": None, "unit": self.unit}
        return {"label": self.label, "relation": self.relation, **numbers, "source": self.source, "note": self.note}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement of the source that the computation contradicts, and the arithmetic."""

    statement: str
    because: str

    def to_dict(self) -> dict[str, str]:
        """``statement, because``."""
        return {"statement": self.statement, "because": self.because}


@dataclass(frozen=True, slots=True)
class CaptionedFigure:
    """A figure and the sentence or two that stand below it."""

    figure: Figure
    caption: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """The result of one analysis; the report and the record are arranged from it.

    Parameters
    ----------
    summary : findings, one sentence each, the most important first
    method : how they were obtained, one paragraph
    contradicted : statements of the source that the computation contradicts
    numbers : the numbers behind the findings
    tables : name -> table; column names carry units
    figures : name -> figure with its caption
    references : keys of the bibliography that were used
    literature : ids of the literature rows that were used
    warnings : advice to the user
    next_measurements : what to measure next, one sentence each, the most useful first
    """

    summary: tuple[str, ...]
    method: str
    contradicted: tuple[Contradiction, ...] = ()
    numbers: tuple[Number, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, CaptionedFigure] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    literature: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    next_measurements: tuple[str, ...] = ()


def literature_ids(candidates: Iterable[Any]) -> tuple[str, ...]:
    """Those of ``candidates`` (cells of a source column, say) that are ids of literature rows, each once."""
    known = {row.id for row in rows()}
    words = (word.strip() for cell in candidates for word in str(cell).split(";"))
    return tuple(dict.fromkeys(word for word in words if word in known))


def literature_references(identifiers: Iterable[str]) -> frozenset[str]:
    """Keys of the bibliography that literature rows come from, those that they quote included."""
    keys = set()
    for identifier in identifiers:
        row = show(identifier)
        keys.add(row.source)
        if row.note.startswith("via "):
            keys.add(row.note.removeprefix("via ").replace(";", " ").split()[0])
    return known_references(keys)


def known_references(keys: Iterable[str]) -> frozenset[str]:
    """Those of ``keys`` that the bibliography has; a source may also be a word such as "given"."""
    known = bibliography()
    return frozenset(key for key in keys if key in known)


def data_path(folder: Path, name: str) -> Path:
    """Where a data file of the study lies."""
    return folder.joinpath(*PurePosixPath(name).parts)
