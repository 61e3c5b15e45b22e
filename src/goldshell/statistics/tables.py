"""Comparisons from a table of animals: the animal is the unit, also where it has several rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from goldshell.errors import AnalysisError, InputError, located
from goldshell.files import read_table
from goldshell.statistics.compare import GroupComparison, compare_many, stars
from goldshell.statistics.longitudinal import MixedModel, area_per_animal, mixed_model


@dataclass(frozen=True, slots=True)
class TableComparison:
    """Comparisons of a table.

    Parameters
    ----------
    organs : organ -> its comparisons; one called "all" without a column of organs
    quantity : what was compared
    mixed : organ -> mixed model of the curves, where there are times
    warnings : advice to the user
    """

    organs: Mapping[str, GroupComparison]
    quantity: str
    mixed: Mapping[str, MixedModel] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def post_hoc(self) -> str:
        """Name of the post-hoc test, "" without."""
        return next((result.post_hoc for result in self.organs.values()), "")

    def rows(self) -> list[tuple[Any, ...]]:
        """One row per comparison, for a table of the screen."""
        found = []
        for organ, result in self.organs.items():
            post = result.post_hoc_p or (math.nan,) * len(result.comparisons)
            for item, p in zip(result.comparisons, post, strict=True):
                found.append(
                    (
                        organ, f"{item.first} - {item.second}", f"{item.n[0]}, {item.n[1]}", item.difference, item.low,
                        item.high, item.welch_p, item.welch_p_holm, stars(item.welch_p_holm), item.student_p,
                        item.student_p_holm, item.permutation_p, item.hedges_g, p,
                    )
                )  # fmt: skip
        return found

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (image compare)."""
        return {
            "quantity": self.quantity,
            "organs": [{"organ": organ, **result.to_dict()} for organ, result in self.organs.items()],
            "mixed_models": [{"organ": organ, **model.to_dict()} for organ, model in self.mixed.items()],
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per comparison."""
        parts = [result.to_dataframe().assign(organ=organ) for organ, result in self.organs.items()]
        return pd.concat(parts, ignore_index=True)


def read_comparison(
    path: Path,
    *,
    value: str = "value",
    group: str = "group",
    animal: str | None = None,
    by: str | None = None,
    time: str | None = None,
) -> pd.DataFrame:
    """Read a table of animals under the names value, group, animal, organ, time.

    Parameters
    ----------
    path : CSV or TSV
    value, group, animal, by, time : names of its columns

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError : a column that is missing or named twice, a value that is no number
    """
    if time is not None and animal is None:
        raise InputError("curves need to know which points are of one animal", hint="name the column with --animal")
    named = [one for one in (value, group, animal, by, time) if one is not None]
    if twice := [one for one in named if named.count(one) > 1]:
        raise InputError(f"column {twice[0]!r} is named twice", where=str(path), hint="name another for each role")
    columns = {value: "value", group: "group"} | {
        given: name for given, name in ((animal, "animal"), (by, "organ"), (time, "time")) if given is not None
    }
    table = read_table(path, tuple(columns), numeric=(value, *((time,) if time else ())))
    return table[list(columns)].rename(columns=columns)


def compare_table(
    table: pd.DataFrame,
    *,
    control: str | None = None,
    paired: bool = False,
    level: float = 0.95,
    seed: int = 0,
    where: str = "",
) -> TableComparison:
    """Compare the groups of a table; with times, areas per animal and a mixed model.

    Parameters
    ----------
    table : columns value, group and perhaps animal, organ, time
    control : group that the others are compared with
    paired : the same animals in every group
    level : of the intervals [1]
    seed : of sampled permutations
    where : file of the table, for messages

    Returns
    -------
    TableComparison

    Raises
    ------
    InputError : paired without a column of animals, or an animal that lacks a group
    """
    with located(where):
        return _compare_table(table, control=control, paired=paired, level=level, seed=seed)


def _compare_table(
    table: pd.DataFrame, *, control: str | None, paired: bool, level: float, seed: int
) -> TableComparison:
    if paired and "animal" not in table:
        raise InputError("paired groups need to know the animals", hint="name the column with --animal")
    families: dict[str, dict[str, list[float]]] = {}
    mixed, warnings, quantity = {}, [], "value per animal"
    organs = table["organ"] if "organ" in table else pd.Series("all", index=table.index)
    for organ, part in table.groupby(organs, sort=False):
        name = str(organ)
        if "time" in table:
            quantity = "area under the curve per animal"
            animals, kinds = part["animal"].tolist(), part["group"].tolist()
            times, values = part["time"].to_numpy(dtype=float), part["value"].to_numpy(dtype=float)
            areas = area_per_animal(animals, kinds, times, values)
            families[name] = {kind: list(found.values()) for kind, found in areas.items()}
            try:
                mixed[name] = mixed_model(animals, kinds, times, values)
                warnings += [f"{name}: {text}" for text in mixed[name].warnings]
            except AnalysisError as problem:
                warnings.append(f"{name}: no mixed model: {problem}")
            continue
        if "animal" in table:
            repeated = part.duplicated(["group", "animal"]).sum()
            if repeated:
                warnings.append(f"{name}: {repeated} repeated rows of an animal are averaged; the animal is the unit")
            wide = part.groupby(["group", "animal"], sort=False)["value"].mean()
            if paired:
                frame = wide.unstack("group")
                lacking = frame.index[frame.isna().any(axis=1)]
                if len(lacking):
                    raise InputError(f"{name}: animal {lacking[0]!r} is not in every group")
                families[name] = {str(kind): frame[kind].tolist() for kind in dict.fromkeys(part["group"])}
                continue
            part = wide.reset_index()
        families[name] = {str(kind): rows["value"].tolist() for kind, rows in part.groupby("group", sort=False)}
    found = compare_many(families, control=control, paired=paired, level=level, seed=seed)
    warnings += [text for result in found.values() for text in result.warnings]
    return TableComparison(found, quantity, mixed, tuple(dict.fromkeys(warnings)))
