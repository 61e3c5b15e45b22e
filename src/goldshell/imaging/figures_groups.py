"""Figures of groups of animals: excised organs, and curves against time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from goldshell.plotting import COLOURS, GREY, house_style, new_figure

if TYPE_CHECKING:
    import pandas as pd


@house_style
def organ_bars(table: pd.DataFrame, *, value: str = "value", label: str = "light per pixel [counts/s]") -> Figure:
    """Mean and SD of each organ as bars, animals as points; groups side by side.

    Parameters
    ----------
    table : columns organ, animal and that of the value; perhaps group
    value : column that is drawn
    label : of its axis, with the unit

    Returns
    -------
    Figure
    """
    organs = list(dict.fromkeys(table["organ"]))
    kinds = table["group"].astype(str).tolist() if "group" in table else [""] * len(table)
    groups = list(dict.fromkeys(kinds))
    width = 0.8 / len(groups)
    figure, axis = new_figure(width=max(4.2, 1.4 + 0.8 * len(organs) * max(1.0, 0.6 * len(groups))), height=3.4)
    member = np.array(kinds)
    for number, group in enumerate(groups):
        colour = COLOURS[number % len(COLOURS)]
        for place, organ in enumerate(organs):
            chosen = (table["organ"] == organ).to_numpy() & (member == group)
            values = table[value].to_numpy(dtype=float)[chosen]
            values = values[np.isfinite(values)]
            if not values.size:
                continue
            at = place + (number - (len(groups) - 1) / 2) * width
            error = values.std(ddof=1) if values.size > 1 else None
            axis.bar(
                at, values.mean(), yerr=error, width=0.86 * width, color=colour, alpha=0.45, capsize=3,
                error_kw={"linewidth": 1.0}, label=group if place == 0 else None,
            )  # fmt: skip
            offsets = np.linspace(-0.22, 0.22, values.size) * width if values.size > 1 else np.zeros(1)
            axis.plot(at + offsets, values, "o", color=colour, markersize=4, markeredgecolor="white")
    axis.axhline(0, color=GREY, linewidth=0.6)
    axis.set_xticks(range(len(organs)), organs, rotation=30 if len(organs) > 5 else 0)
    axis.set_ylabel(label)
    if len(groups) > 1:
        axis.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(groups))
    several = table.groupby(["organ", *(("group",) if "group" in table else ())])["animal"].nunique().max() > 1
    figure.supxlabel("bars: mean, SD; points: animals" if several else "one animal", fontsize=8, color="0.35")
    return figure


@house_style
def longitudinal_curves(table: pd.DataFrame, *, label: str = "value", time_label: str = "time") -> Figure:
    """Curves of groups: every animal faint, mean and SD over the animals at each time bold.

    Parameters
    ----------
    table : columns value, group, animal, time; perhaps organ, one panel each
    label, time_label : of the axes, with units

    Returns
    -------
    Figure
    """
    organs = list(dict.fromkeys(table["organ"].astype(str))) if "organ" in table else ["all"]
    groups = list(dict.fromkeys(table["group"].astype(str)))
    columns = min(3, len(organs))
    rows = math.ceil(len(organs) / columns)
    figure, axes = new_figure(
        rows, columns, width=1.4 + 2.6 * columns, height=0.6 + 2.4 * rows, squeeze=False, sharex=True
    )
    panels = list(axes.ravel())
    for axis, organ in zip(panels, organs, strict=False):
        part = table[table["organ"].astype(str) == organ] if "organ" in table else table
        for number, group in enumerate(groups):
            colour = COLOURS[number % len(COLOURS)]
            own = part[part["group"].astype(str) == group]
            wide = own.pivot_table(index="time", columns="animal", values="value").sort_index()
            for animal in wide:
                curve = wide[animal].dropna()
                axis.plot(curve.index, curve, color=colour, alpha=0.3, linewidth=0.8)
            if wide.empty:
                continue
            mean, sd = wide.mean(axis=1), wide.std(axis=1, ddof=1).fillna(0.0)
            axis.errorbar(
                mean.index, mean, yerr=sd, fmt="o-", color=colour, linewidth=1.8, markersize=4, capsize=2,
                label=f"{group} (n = {wide.shape[1]})",
            )  # fmt: skip
        axis.axhline(0, color=GREY, linewidth=0.6)
        axis.set_title("" if organ == "all" else organ)
    for axis in panels[len(organs) :]:
        axis.set_visible(False)
    panels[0].legend(loc="best")
    for column in range(columns):
        lowest = axes[(len(organs) - 1 - column) // columns, column]
        lowest.tick_params(labelbottom=True)
        lowest.set_xlabel(time_label)
    for row in range(rows):
        axes[row, 0].set_ylabel(label)
    figure.supxlabel("thin: animals; bold: mean, SD over the animals", fontsize=8, color="0.35")
    return figure
