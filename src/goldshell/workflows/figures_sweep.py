"""Figures of a sweep: lines against one axis, or a map over two."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from goldshell.plotting import COLOURS, GREY, house_style, new_figure
from goldshell.workflows.sweep import Sweep
from goldshell.workflows.sweep_file import Axis

_MOST_LINES = 7
_MOST_PANELS = 12
_MOST_FIGURES = 6
_WORDS = {
    "mean_n": "mean n", "intact_fraction": "intact fraction", "interphase_share": "clusters in the interphase",
}  # fmt: skip


def sweep_figures(result: Sweep) -> dict[str, Figure]:
    """One figure for each combination of what is not drawn (at most six), by file name.

    The longest numeric axis is x. With one more axis of seven values or fewer there is a line for each; with two longer
    numeric axes a map. Every kept number is a panel; a vector (a composition) at a time is drawn against its index only
    in a sweep over one axis.

    Parameters
    ----------
    result : of `goldshell.workflows.sweep.sweep`
    """
    axes = result.plan.axes
    order = sorted(range(len(axes)), key=lambda i: (not axes[i].numeric, -len(axes[i].values), i))
    drawn = sorted(order[:2], key=order.index)
    others = [i for i in range(len(axes)) if i not in drawn]
    figures = {}
    choices = itertools.product(*(range(len(axes[i].values)) for i in others))
    for number, choice in enumerate(itertools.islice(choices, _MOST_FIGURES)):
        held = dict(zip(others, choice, strict=True))
        name = "sweep" if not others else f"sweep_{number + 1}"
        figures[name] = sweep_figure(result, drawn, held)
    return figures


@house_style
def sweep_figure(result: Sweep, drawn: list[int], held: dict[int, int]) -> Figure:
    """The kept numbers over one or two axes.

    Parameters
    ----------
    result : of `goldshell.workflows.sweep.sweep`
    drawn : the axis that is x, and the other one if there is one
    held : axis -> position, for all others
    """
    axes = result.plan.axes
    names = list(result.columns)[:_MOST_PANELS]
    across = min(len(names), 3)
    rows = -(-len(names) // across)
    figure, panels = new_figure(
        rows, across, width=3.0 * across + 0.9, height=2.7 * rows + (0.3 if held else 0.1), squeeze=False
    )
    x = axes[drawn[0]]
    y = axes[drawn[1]] if len(drawn) > 1 else None
    for panel, name in zip(panels.flat, names, strict=False):
        values = result.grid(name)
        values = values[tuple(held.get(i, slice(None)) for i in range(len(axes)))]
        if y is not None and drawn[0] < drawn[1]:
            values = values.T
        if y is not None and y.numeric and len(y.values) > _MOST_LINES:
            _map(figure, panel, x, y, values, _words(name))
        else:
            _lines(panel, x, y, np.atleast_2d(values), _words(name))
    for panel in list(panels.flat)[len(names) :]:
        panel.set_visible(False)
    if held:
        figure.suptitle(", ".join(f"{axes[i].path} = {axes[i].text(k)}" for i, k in held.items()), fontsize=8)
    return figure


def _words(name: str) -> str:
    base, _, rest = name.partition(" at ")
    return _WORDS.get(base, base) + (f" at {rest}" if rest else "")


def _short(axis: Axis) -> str:
    """The last two parts of the path, and the unit."""
    name = " ".join(axis.path.split(".")[-2:]).replace("_", " ")
    return f"{name} / {axis.unit}" if axis.unit else name


def _lines(panel: Axes, x: Axis, y: Axis | None, values: Any, title: str) -> None:
    """One line per value of ``y``; points where x are names."""
    positions = np.arange(len(x.values)) if not x.numeric else np.array(x.values, dtype=float)
    colours = COLOURS[: max(1, len(values))] if len(values) <= len(COLOURS) else [GREY] * len(values)
    marker = "o" if len(positions) <= 12 or not x.numeric else ""
    order = np.argsort(positions)
    for number, row in enumerate(values):
        label = None if y is None else _value(y, number)
        panel.plot(
            positions[order], row[order], color=colours[number], marker=marker, markersize=4, label=label,
            linestyle="-" if x.numeric else "none",
        )  # fmt: skip
    if not x.numeric:
        panel.set_xticks(positions, [str(value) for value in x.values], rotation=25, ha="right")
        panel.margins(x=0.15)
    elif x.logarithmic or _spans_decades(positions):
        panel.set_xscale("log")
    panel.set_xlabel(_short(x))
    panel.set_ylabel(title)
    if y is not None and len(values) <= _MOST_LINES + 1:
        panel.legend(title=_short(y), fontsize=7, title_fontsize=7)


def _map(figure: Figure, panel: Axes, x: Axis, y: Axis, values: Any, title: str) -> None:
    """Colour over two axes."""
    image = panel.pcolormesh(
        np.array(x.values, dtype=float), np.array(y.values, dtype=float), np.ma.masked_invalid(values),
        shading="nearest", cmap="viridis", rasterized=True,
    )  # fmt: skip
    panel.set_facecolor("#D9D9D9")  # points that failed
    for axis, set_scale in ((x, panel.set_xscale), (y, panel.set_yscale)):
        if axis.logarithmic or _spans_decades(np.array(axis.values, dtype=float)):
            set_scale("log")
    panel.set_xlabel(_short(x))
    panel.set_ylabel(_short(y))
    figure.colorbar(image, ax=panel, label=title)


def _spans_decades(values: Any) -> bool:
    return bool(len(values) > 2 and values.min() > 0.0 and values.max() > 50.0 * values.min())


def _value(axis: Axis, position: int) -> str:
    value = axis.values[position]
    return f"{value:.4g}" if not isinstance(value, str) else value
