"""Excretion: gold found in urine and faeces, group by group. Shows the numbers; no model is fitted."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import pandas as pd

from goldshell.errors import InputError
from goldshell.files import read_table
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    literature_ids,
    literature_references,
)
from goldshell.study.figures import excretion_bars

TITLE = "Excretion"


class Settings(AnalysisSettings):
    """Excreted gold; the data file has the columns ``group``, ``sample`` (urine, faeces ...), ``time_h`` and
    ``value_percent_id`` [%ID, percent of the injected dose, cumulative], and may have ``sd_percent_id``,
    ``relation``, ``animals``, ``source``.
    """

    kind: Literal["excretion"]
    data: DataFile


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Arrange the excreted gold by group and sample, and say how much is not recovered."""
    path = data_path(folder, settings.data)
    table = read_table(
        path,
        ("group", "sample", "time_h", "value_percent_id"),
        numeric=("time_h", "value_percent_id"),
        optional=("sd_percent_id", "animals"),
    )
    _check(table, path)
    if "source" not in table:
        table["source"] = settings.data
    if "relation" not in table:
        table["relation"] = "="
    balance = _balance(table)
    numbers = tuple(
        Number(
            f"{row['sample']}, {row['group']}, {row['time_h']:g} h",
            float(row["value_percent_id"]),
            unit="%ID",
            source=row["source"],
            relation=row["relation"],
            note=_spread(row),
        )
        for _, row in table.iterrows()
    )
    sources = literature_ids(table["source"])
    warnings = []
    if table["sd_percent_id"].isna().any():
        warnings.append("Some values have no standard deviation, so differences between groups cannot be tested.")
    over = balance[balance["excreted_percent_id"] > 100]
    if len(over):
        warnings.append(f"More than 100 %ID is excreted in {', '.join(over['group'])}: check the dose and the blanks.")
    return Analysis(
        summary=tuple(_findings(table, balance)),
        method=(
            "Values stand as observed, in percent of the injected dose (%ID), cumulative to the time given. What is "
            "not found in the samples of a group is 100 %ID minus their sum, where every sample of the group was "
            "measured to the same time; it holds what is still in the animal and what was lost. No kinetic model is "
            "fitted."
        ),
        numbers=numbers,
        tables={"excretion": table.dropna(axis="columns", how="all"), "balance": balance},
        figures={
            "excretion": CaptionedFigure(
                excretion_bars(table),
                "Gold excreted by each group, percent of the injected dose. Bars of one standard deviation where the "
                "source gives it.",
            )
        },
        references=literature_references(sources),
        literature=sources,
        warnings=tuple(warnings),
        next_measurements=(
            "Gold left in the carcass, cage wash and organs at the end of the collection, to close the gold balance.",
            "Urine at several times within the first 6 h, from which renal clearance can be fitted.",
        ),
    )


def _check(table: pd.DataFrame, path: Path) -> None:
    for column in ("time_h", "value_percent_id", "sd_percent_id"):
        negative = table[table[column] < 0]
        if len(negative):
            row = negative.iloc[0]
            raise InputError(
                f"column {column!r}: {row[column]:g} for {row['group']!r} is negative",
                where=str(path),
                hint="expected 0 or more",
            )


def _spread(row: pd.Series) -> str:
    parts = [] if math.isnan(row["sd_percent_id"]) else [f"SD {row['sd_percent_id']:g} %ID"]
    parts += [] if math.isnan(row["animals"]) else [f"n = {row['animals']:g} animals"]
    return ", ".join(parts)


def _balance(table: pd.DataFrame) -> pd.DataFrame:
    """Sum over the samples of each group and time, and what is not recovered."""
    samples = table["sample"].nunique()
    rows = [
        {
            "group": group,
            "time_h": time,
            "excreted_percent_id": part["value_percent_id"].sum(),
            "not_recovered_percent_id": 100 - part["value_percent_id"].sum(),
        }
        for (group, time), part in table.groupby(["group", "time_h"], sort=False)
        if part["sample"].nunique() == samples
    ]
    return pd.DataFrame(rows, columns=["group", "time_h", "excreted_percent_id", "not_recovered_percent_id"])


def _findings(table: pd.DataFrame, balance: pd.DataFrame) -> list[str]:
    said = []
    for (sample, time), part in table.groupby(["sample", "time_h"], sort=False):
        ordered = part.sort_values("value_percent_id", kind="stable")
        low, high = ordered.iloc[0], ordered.iloc[-1]
        if low["value_percent_id"] == high["value_percent_id"]:
            groups = f"each of {len(part)} groups" if len(part) > 1 else low["group"]
            said.append(f"Gold in {sample} within {time:g} h: {low['value_percent_id']:g} %ID in {groups}.")
        else:
            fold = high["value_percent_id"] / low["value_percent_id"] if low["value_percent_id"] else math.inf
            said.append(
                f"Gold in {sample} within {time:g} h: from {low['value_percent_id']:g} %ID ({low['group']}) to "
                f"{high['value_percent_id']:g} %ID ({high['group']}), {fold:.2g}-fold."
            )
    if len(balance):
        missing = balance["not_recovered_percent_id"]
        samples = " and ".join(dict.fromkeys(table["sample"]))
        said.append(
            f"{samples[0].upper()}{samples[1:]} together leave {missing.min():g} to {missing.max():g} %ID of the dose "
            "unaccounted for, depending on the group."
        )
    return said
