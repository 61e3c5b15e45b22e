"""Figures of relations: the band of all admissible curves with the published values, and fits to own data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from goldshell.cells.fit import RelationFit
from goldshell.cells.predict import Prediction
from goldshell.cells.relation import Axis, Point, Relation
from goldshell.plotting import COLOURS, GREY, house_style, new_figure

_LINES = ("-", "--", "-.", ":")  # two curves that coincide at the defaults stay visible


@house_style
def admissible_band(predictions: Sequence[Prediction]) -> Figure:
    """Every series of one relation: default curve, band of all admissible curves, published values and bounds.

    Parameters
    ----------
    predictions : one per series of the same relation
    """
    one = predictions[0].known.relation
    figure, axis = new_figure(width=5.2, height=3.5)
    _mark_range(axis, one, np.concatenate([item.x for item in predictions]))
    for colour, item in zip(COLOURS, predictions, strict=False):
        _band(axis, one, item.x, item.value, item.low, item.high, colour, item.series or "default parameters")
        for entry in one.points:
            if entry.series == item.series:
                _published(axis, one, entry, colour)
    _finish(axis, one, f"{one.title}\n{predictions[0].known.status} by the literature")
    return figure


@house_style
def fitted_curve(result: RelationFit) -> Figure:
    """Own data as points with their SD, the fitted curve with its interval.

    Parameters
    ----------
    result : a fit
    """
    one, data = result.relation, result.observations
    figure, axis = new_figure(width=5.2, height=3.5)
    _mark_range(axis, one, data.x)
    for colour, series in zip(COLOURS, dict.fromkeys(data.series), strict=False):
        here = np.array([name == series for name in data.series])
        curve = result.curve(series)
        _band(axis, one, curve["x"], curve["value"], curve["low"], curve["high"], colour, series or "fit")
        axis.errorbar(
            data.x[here], data.y[here], yerr=None if data.sd is None else data.sd[here],
            fmt="o", color=colour, markersize=4.5, capsize=2, zorder=4,
        )  # fmt: skip
    _finish(axis, one, f"{one.title}\nfit, {result.status}")
    return figure


def _band(
    axis: Axes,
    one: Relation,
    x: np.ndarray,
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    colour: str,
    label: str,
) -> None:
    if one.whole_x:
        errors = np.maximum(np.vstack((value - low, high - value)), 0)
        axis.errorbar(x, value, yerr=errors, fmt="_", color=colour, markersize=9, elinewidth=5, alpha=0.45, label=label)
        return
    axis.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
    axis.plot(x, value, color=colour, label=label, linestyle=_LINES[COLOURS.index(colour) % len(_LINES)])


def _published(axis: Axes, one: Relation, entry: Point, colour: str) -> None:
    """A value as a point with its interval; a bound as a bar that ends at the bound, with an arrow."""
    floor, ceiling = one.y.low, one.y.high
    low, high = max(entry.low, floor), min(entry.high, ceiling)
    is_bound = not (np.isfinite(entry.low) and np.isfinite(entry.high)) or entry.low <= floor or entry.high >= ceiling
    if is_bound:
        start, end = (high, low) if entry.low <= floor else (low, high)
        axis.annotate(
            "", (entry.x, end), (entry.x, start), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.4}, zorder=5
        )
        axis.plot([entry.x], [start], "_", color=colour, markersize=9, markeredgewidth=2, zorder=5)
        return
    middle = (low + high) / 2
    axis.errorbar(
        [entry.x], [middle], yerr=[[middle - low], [high - middle]], fmt="o", color=colour, markersize=5,
        markeredgecolor="white", capsize=3, zorder=5,
    )  # fmt: skip


def _mark_range(axis: Axes, one: Relation, x: np.ndarray) -> None:
    """Grey where nothing is published."""
    low, high = float(np.min(x)), float(np.max(x))
    if one.whole_x:
        return
    for start, end in ((low, min(one.x.low, high)), (max(one.x.high, low), high)):
        if end > start:
            axis.axvspan(start, end, color=GREY, alpha=0.15, linewidth=0)


def _finish(axis: Axes, one: Relation, title: str) -> None:
    if one.x.log:
        axis.set_xscale("log")
        _plain_ticks(axis.xaxis, *axis.get_xlim())
    if one.y.log:
        axis.set_yscale("log")
        _plain_ticks(axis.yaxis, *axis.get_ylim())
    if one.whole_x:
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    if one.y.low == 0.0 and one.y.high in {1.0, 100.0} and not one.y.log and "share" in one.y.label + one.y.name:
        axis.set_ylim(-0.03 * one.y.high, 1.03 * one.y.high)
    axis.set_xlabel(_label(one.x))
    axis.set_ylabel(_label(one.y))
    axis.set_title(title, fontsize=9)
    if len(one.series) > 1:
        axis.legend(loc="best")


def _plain_ticks(scale: Any, low: float, high: float) -> None:
    """1, 2, 5 and 10 as plain numbers where a logarithmic scale spans fewer than three decades."""
    if high / low > 1e3:
        return
    scale.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    scale.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    scale.set_minor_formatter(NullFormatter())


def _label(axis: Axis) -> str:
    return axis.label if axis.unit == "1" else f"{axis.label} [{axis.unit}]"
