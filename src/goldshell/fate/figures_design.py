"""Figures of sampling designs: when to dissect, what it determines, what each kind of sample adds."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from goldshell.fate.design import FateDesign
from goldshell.fate.figures import COMPARTMENT_COLOURS
from goldshell.fate.problem import Evaluator
from goldshell.plotting import COLOURS, GREY, house_style, new_figure

_MOST = 1000.0  # [%], above which an error is drawn as not determined


@house_style
def sampling_design(result: FateDesign) -> Figure:
    """Planned courses with the times of dissection of both plans, and the errors before and after.

    Parameters
    ----------
    result : of `goldshell.fate.design`
    """
    figure, (left, right) = new_figure(1, 2, width=9.0, height=4.2, width_ratios=(1.25, 1.0))
    times = [*result.before.times, *result.after.times]
    grid = np.geomspace(0.7 * min(times), 1.2 * max(times), 120)
    courses = Evaluator(result.problem).courses(result.problem.start, 0, grid)
    for name in result.measured:
        label = "plasma" if name == "blood" else name
        if label in courses:
            left.plot(grid, courses[label][0], color=COMPARTMENT_COLOURS.get(label, GREY), label=label)
    left.set_xscale("log")
    left.set_ylim(-28, 102)
    left.set_yticks([0, 20, 40, 60, 80, 100])
    for level, plan, colour, title in (
        (-10.0, result.before, GREY, "given plan"),
        (-21.0, result.after, COLOURS[1], "D-optimal"),
    ):
        for one in plan.schedule():
            left.scatter(one["time_h"], level, s=26 + 9 * one["animals"], color=colour, zorder=3)
            left.annotate(
                f"{one['animals']:.0f}", (one["time_h"], level), ha="center", va="center", fontsize=6.5, color="white",
                zorder=4,
            )  # fmt: skip
        left.annotate(title, (0.01, level), xycoords=("axes fraction", "data"), va="center", fontsize=7.5, color=colour)
    left.axhline(0, color="black", linewidth=0.8)
    left.set_xlim(0.25 * min(times), 1.3 * max(times))
    left.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    left.set_xlabel("time of dissection [h]; circles: number of animals")
    left.set_ylabel("planned amount [%ID]")
    left.legend(ncols=2, loc="upper left")
    names = [item.name for item in result.parameters]
    rows = np.arange(len(names))[::-1]
    for offset, plan, colour, label in (
        (0.2, result.before, GREY, "given plan"),
        (-0.2, result.after, COLOURS[1], "D-optimal"),
    ):
        _bars(right, rows + offset, [100.0 * plan.errors[name] for name in names], colour, label)
    right.set_yticks(rows, names)
    _error_axis(right)
    right.legend(loc="lower right")
    return figure


@house_style
def identifiability_table_bars(result: FateDesign) -> Figure:
    """Error of every parameter as kinds of samples are added.

    Parameters
    ----------
    result : of `goldshell.fate.design`
    """
    names = [item.name for item in result.parameters if item.role != "recovery"]
    labels = list(result.identifiability)
    figure, axis = new_figure(width=6.8, height=1.0 + 0.48 * len(names))
    rows = np.arange(len(names))[::-1]
    height = 0.8 / len(labels)
    for number, label in enumerate(labels):
        errors = [100.0 * result.identifiability[label][name] for name in names]
        offset = 0.4 - height * (number + 0.5)
        _bars(axis, rows + offset, errors, COLOURS[number % len(COLOURS)], label, height=height)
    axis.set_yticks(rows, names)
    axis.axvline(50.0, color="black", linewidth=0.8, linestyle=":")
    _error_axis(axis)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="samples")
    return figure


def _bars(axis: Axes, rows: Any, errors: list[float], colour: str, label: str, *, height: float = 0.36) -> None:
    shown = np.minimum(np.array(errors), _MOST)
    axis.barh(rows, shown, height=0.92 * height, color=colour, label=label)
    for row, error, drawn in zip(rows, errors, shown, strict=True):
        text = f"{error:.0f}" if error < _MOST else "not determined"
        axis.annotate(text, (drawn, row), xytext=(2, 0), textcoords="offset points", va="center", fontsize=6.5)


def _error_axis(axis: Axes) -> None:
    axis.set_xscale("log")
    axis.set_xlim(2.0, 5.0 * _MOST)
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_xlabel("relative standard error from the samples alone [%]")
