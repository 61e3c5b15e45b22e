"""Series: the extent of exchange against one condition at a time (pH, counter-ion, incoming ligand, feed).

Shows what was observed and what order it follows; nothing is fitted.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

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
from goldshell.study.figures import SeriesPanel, ligand_count_series
from goldshell.study.orderings import rank_agreement, ranks, read_orderings

TITLE = "Extent of exchange"


class Panel(BaseModel):
    """One condition that was varied.

    The data file has the columns ``condition`` and either ``n_low`` and ``n_high`` (species seen) or ``n_mean``,
    and may have ``source`` and ``note``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, Field(min_length=1)]
    data: DataFile
    condition: Annotated[str, Field(description="what was varied, for the axis: pH, counter-ion, ...")]
    scale: Literal["category", "linear", "log"] = "category"
    feed: Annotated[bool, Field(description="the condition is the feed ratio, incoming ligand : cluster")] = False
    counts: Annotated[str, Field(description="what n counts")] = "incoming ligands per cluster"


class Settings(AnalysisSettings):
    """Series of observations, and orderings that a source states without numbers."""

    kind: Literal["series"]
    sites: Annotated[int, Field(gt=0, description="ligand sites of the cluster")] = 18
    panels: Annotated[list[Panel], Field(min_length=1, max_length=8)]
    orderings: Annotated[
        DataFile | None, Field(description="columns quantity, ordering, conditions, source; 'a > b = c' per row")
    ] = None


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Arrange each series, say which way it runs, and compare the orderings with the first of them."""
    panels, findings, numbers, parts = [], [], [], []
    for panel in settings.panels:
        table = _read_panel(panel, data_path(folder, panel.data), settings.sites)
        parts.append(table)
        panels.append(_to_draw(panel, table))
        findings.append(_describe(panel, table))
        if panel.feed:
            first, last = table.iloc[0], table.iloc[-1]
            findings.append(
                f"Of the ligand fed, {100 * first['fraction_bound']:.0f} % ends on clusters at a feed of "
                f"{first['condition']} and {100 * last['fraction_bound']:.0f} % at {last['condition']}."
            )
            numbers += [
                Number(
                    f"{panel.title} {row['condition']}: fraction of the fed ligand that is bound",
                    float(row["fraction_bound"]),
                    source=row["source"],
                    note="mean n divided by the feed ratio",
                )
                for _, row in table.iterrows()
            ]
    tables = {"observations": pd.concat(parts, ignore_index=True).dropna(axis="columns", how="all")}
    if settings.orderings is not None:
        tables["orderings"] = read_orderings(data_path(folder, settings.orderings))
        findings += _compare_orderings(tables["orderings"])
    sources = literature_ids(cell for table in tables.values() for cell in table.get("source", ()))
    warnings = []
    notes = tables["observations"].get("note", pd.Series(dtype=str)).fillna("")
    if notes.str.contains("feed").any() and notes.str.contains("not printed").any():
        warnings.append("Some series do not state their feed ratio, so they cannot be compared with each other.")
    return Analysis(
        summary=tuple(findings),
        method=(
            "The species seen (bars, lowest to highest n) or the mean composition (points) stand as observed. A "
            "series is called rising or falling when the middle of the observed range moves that way at every step. "
            "The fraction bound is the mean n over the feed ratio. Orderings are compared by Spearman's rank "
            "correlation over the names that two of them share."
        ),
        numbers=tuple(numbers),
        tables=tables,
        figures={
            "series": CaptionedFigure(
                ligand_count_series(panels, sites=settings.sites),
                "Ligands exchanged per cluster in each series. Bars span the species seen, points are single values."
                + (" Dashed: all of the fed ligand bound." if any(panel.feed for panel in panels) else ""),
            )
        },
        references=literature_references(sources),
        literature=sources,
        warnings=tuple(warnings),
        next_measurements=("Populations P(n), not only the range of n, at one stated feed for every series.",),
    )


def _to_draw(panel: Panel, table: pd.DataFrame) -> SeriesPanel:
    return SeriesPanel(
        title=panel.title,
        condition=panel.condition,
        counts=panel.counts,
        scale=panel.scale,
        feed=panel.feed,
        labels=tuple(table["condition"]),
        low=tuple(table["n_low"]),
        high=tuple(table["n_high"]),
    )


def _read_panel(panel: Panel, path: Path, sites: int) -> pd.DataFrame:
    """The data of one panel with n_low and n_high filled in, checked to lie between 0 and the number of sites."""
    optional = ("n_low", "n_high", "n_mean")
    table = read_table(path, ("condition",), optional=optional)
    if table["n_mean"].notna().all():
        table["n_low"] = table["n_high"] = table["n_mean"]
    for row, (low, high) in enumerate(zip(table["n_low"], table["n_high"], strict=True)):
        where, condition = str(path), table["condition"][row]
        if math.isnan(low) or math.isnan(high):
            raise InputError(
                f"condition {condition!r} has neither n_mean nor n_low and n_high", where=where, hint="fill in one"
            )
        if not 0 <= low <= high <= sites:
            raise InputError(
                f"condition {condition!r}: n from {low:g} to {high:g} is not within 0 to {sites}", where=where
            )
    if panel.scale != "category" or panel.feed:
        read_table(path, ("condition",), numeric=("condition",))
    if panel.feed:
        if (table["condition"].astype(float) <= 0).any():
            raise InputError("a feed ratio must be above 0", where=str(path))
        table["fraction_bound"] = (table["n_low"] + table["n_high"]) / 2 / table["condition"].astype(float)
    if "source" not in table:
        table["source"] = panel.data
    table.insert(0, "series", panel.title)
    return table.drop(columns="n_mean")


def _describe(panel: Panel, table: pd.DataFrame) -> str:
    """Which way one series runs, in a sentence."""
    spans = [
        f"{low:g}" if low == high else f"{low:g}–{high:g}"
        for low, high in zip(table["n_low"], table["n_high"], strict=True)
    ]
    conditions = list(table["condition"])
    middle = (table["n_low"] + table["n_high"]) / 2
    steady = middle.is_unique and (middle.is_monotonic_increasing or middle.is_monotonic_decreasing)
    if len(middle) > 2 and steady and _is_numeric(table["condition"]):
        trend = "rises" if middle.is_monotonic_increasing else "falls"
        return f"{panel.title} {conditions[0]} to {conditions[-1]}: n {trend} from {spans[0]} to {spans[-1]}."
    shown = ", ".join(f"{span} ({name})" for span, name in zip(spans, conditions, strict=True))
    return f"{panel.title}: n is {shown}."


def _is_numeric(column: pd.Series) -> bool:
    return bool(pd.to_numeric(column, errors="coerce").notna().all())


def _compare_orderings(table: pd.DataFrame) -> list[str]:
    """Rank correlation of every ordering with the first, where they share three names or more."""
    ranked = [ranks(text) for text in table["ordering"]]
    names = [str(quantity).replace("_", " ") for quantity in table["quantity"]]
    found: dict[str, list[str]] = {}
    for name, other in zip(names[1:], ranked[1:], strict=True):
        rho, _ = rank_agreement(ranked[0], other)
        if not math.isnan(rho):
            found.setdefault(f"{rho:+.2g}", []).append(name)
    return [
        f"As the source orders the conditions, the rank correlation with {names[0]} is {rho} for {', '.join(group)}."
        for rho, group in found.items()
    ]
