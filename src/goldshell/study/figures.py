"""Figures of observations that no model stands behind yet: series and excretion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from goldshell.plotting import COLOURS, GREY, house_style, label_panels, new_figure


@dataclass(frozen=True, slots=True)
class SeriesPanel:
    """One panel of `ligand_count_series`.

    Parameters
    ----------
    title, condition, counts : heading, name of the varied condition, what n counts
    scale : category, linear or log
    feed : the condition is the feed ratio, so the mass balance is drawn
    labels : the conditions
    low, high : span of n at each condition, equal for a mean
    """

    title: str
    condition: str
    counts: str
    scale: str
    feed: bool
    labels: tuple[object, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@house_style
def ligand_count_series(panels: Sequence[SeriesPanel], *, sites: int) -> Figure:
    """Ligands per cluster in several series, one panel each; all on the same scale of n.

    Parameters
    ----------
    panels : up to eight
    sites : ligand sites of the cluster, the end of the n axis
    """
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure, axes = new_figure(rows, columns, height=2.6 * rows, squeeze=False)
    figure.set_layout_engine("constrained", h_pad=0.1, w_pad=0.1)
    flat = list(axes.flat)
    for panel, axis in zip(panels, flat, strict=False):
        if panel.scale == "category":
            _spans_by_category(axis, panel, sites)
        else:
            _points_by_number(axis, panel, sites)
    for axis in flat[len(panels) :]:
        axis.remove()
    if len(panels) > 1:
        label_panels(flat[: len(panels)])
    return figure


def _spans_by_category(axis: Axes, panel: SeriesPanel, sites: int) -> None:
    places = range(len(panel.labels))
    for place, low, high in zip(places, panel.low, panel.high, strict=True):
        axis.plot([low, high], [place, place], color=COLOURS[0], linewidth=5, solid_capstyle="butt", alpha=0.75)
        axis.plot(sorted({low, high}), [place] * len({low, high}), "o", color=COLOURS[0], markersize=4.5)
        text = f"{low:g}" if low == high else f"{low:g}–{high:g}"
        axis.annotate(text, (high, place), (7, 0), textcoords="offset points", va="center", fontsize=8, color="#333333")
    axis.set_yticks(list(places), [str(label) for label in panel.labels])
    axis.set_ylim(len(panel.labels) - 0.5, -0.5)
    axis.set_ylabel(panel.condition)
    axis.set_xlim(-0.5, sites + 0.5)
    axis.set_xticks(_count_ticks(sites))
    axis.set_xlabel(f"n, {panel.counts}")
    axis.set_title(panel.title)


def _points_by_number(axis: Axes, panel: SeriesPanel, sites: int) -> None:
    x = [float(str(label)) for label in panel.labels]
    for place, low, high in zip(x, panel.low, panel.high, strict=True):
        if low != high:
            axis.plot([place, place], [low, high], color=COLOURS[0], linewidth=5, solid_capstyle="butt", alpha=0.75)
    middle = [(low + high) / 2 for low, high in zip(panel.low, panel.high, strict=True)]
    axis.plot(x, middle, "o", color=COLOURS[0])
    if panel.scale == "log":
        axis.set_xscale("log")
        axis.set_xticks(x, [f"{place:g}" for place in x])
        axis.minorticks_off()
    if panel.feed:
        feed = np.geomspace(min(x) / 2, max(x), 200)
        axis.plot(feed, np.minimum(feed, sites), "--", color=GREY, linewidth=1.1, scalex=False)
        axis.annotate("all fed ligand bound", (sites, sites), (4, -11), textcoords="offset points",
                      fontsize=8, color="#555555")  # fmt: skip
    axis.set_xlabel(panel.condition)
    axis.set_ylabel(f"n, {panel.counts}")
    axis.set_ylim(-0.5, sites + 0.5)
    axis.set_yticks(_count_ticks(sites))
    axis.set_title(panel.title)


def _count_ticks(sites: int) -> list[int]:
    step = 3 if sites <= 24 else 10
    return list(range(0, sites + 1, step))


@house_style
def excretion_bars(table: pd.DataFrame) -> Figure:
    """Excreted gold by group, one panel per sample.

    Parameters
    ----------
    table : columns group, sample, value_percent_id [%ID], sd_percent_id [%ID, NaN where not given], relation
    """
    samples = list(dict.fromkeys(table["sample"]))
    groups = list(dict.fromkeys(table["group"]))
    figure, axes = new_figure(1, len(samples), height=1.2 + 0.36 * len(groups), squeeze=False, sharex=True, sharey=True)
    limit = 1.18 * (table["value_percent_id"] + table["sd_percent_id"].fillna(0)).max()
    for sample, axis in zip(samples, axes[0], strict=True):
        part = table[table["sample"] == sample]
        for _, row in part.iterrows():
            place = groups.index(row["group"])
            axis.barh(place, row["value_percent_id"], height=0.55, color=COLOURS[0], alpha=0.8)
            if not math.isnan(row["sd_percent_id"]):
                axis.errorbar(row["value_percent_id"], place, xerr=row["sd_percent_id"], color="#222222", capsize=3)
            relation = str(row.get("relation", "=")).replace("=", "")
            reach = row["value_percent_id"] + (0 if math.isnan(row["sd_percent_id"]) else row["sd_percent_id"])
            axis.annotate(f"{relation}{row['value_percent_id']:g}", (reach, place), (4, 0),
                          textcoords="offset points", va="center", fontsize=8)  # fmt: skip
        for group in groups:
            if group not in set(part["group"]):
                axis.annotate("not given", (0, groups.index(group)), (4, 0), textcoords="offset points", va="center",
                              fontsize=8, color=GREY)  # fmt: skip
        hours = "/".join(f"{time:g}" for time in sorted(set(part["time_h"])))
        axis.set_title(f"{sample}, {hours} h")
        axis.set_xlabel("gold excreted / %ID")
        axis.set_xlim(0, limit if limit > 0 else 1)
    axes[0][0].set_yticks(range(len(groups)), groups)
    axes[0][0].set_ylim(len(groups) - 0.5, -0.5)
    return figure
