"""The one figure style: sizes, colour-blind-safe colours, SVG with text as text.

Figure functions live in a ``figures.py`` beside the code whose results they draw; each is decorated with
`house_style` and returns a ``matplotlib.figure.Figure`` made by `new_figure`, so that legends, titles and ticks have
the style whenever they are made, and nothing touches pyplot's global state.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe & Ito, colour-blind-safe; first two are used for "two-phase" and "water only" throughout.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
GREY = "#8A8A8A"

_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=COLOURS),
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "lines.linewidth": 1.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "goldshell",  # same input, same SVG
}


_Arguments = ParamSpec("_Arguments")


def house_style(draw: Callable[_Arguments, Figure]) -> Callable[_Arguments, Figure]:
    """Decorator of figure functions: matplotlib reads its settings when a legend or title is made, so set them then."""

    @functools.wraps(draw)
    def draw_in_style(*args: _Arguments.args, **options: _Arguments.kwargs) -> Figure:
        with matplotlib.rc_context(_STYLE):
            return draw(*args, **options)

    return draw_in_style


def new_figure(
    rows: int = 1, columns: int = 1, *, width: float = 7.0, height: float = 3.4, **options: Any
) -> tuple[Figure, Any]:
    """A figure and its axes (one Axes, or an array of them) in the goldshell style.

    Parameters
    ----------
    rows, columns : grid of axes
    width, height : size [inch]
    options : passed to ``Figure.subplots``
    """
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(rows, columns, **options)
    return figure, axes


def to_svg(figure: Figure) -> str:
    """The figure as an SVG document."""
    buffer = io.StringIO()
    with matplotlib.rc_context(_STYLE):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def save(figure: Figure, path: Path) -> None:
    """Write the figure to ``path``, its folder made where it is absent; the format is its suffix (svg, pdf, png)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"Date": None} if path.suffix == ".svg" else None
    with matplotlib.rc_context(_STYLE):
        figure.savefig(path, metadata=metadata, dpi=200)


def label_panels(axes: list[Axes]) -> None:
    """Write a, b, c ... at the top left of each panel."""
    for letter, axis in zip("abcdefghijkl", axes, strict=False):
        axis.set_title(letter, loc="left", fontweight="bold")
