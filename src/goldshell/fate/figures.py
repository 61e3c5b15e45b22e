"""Figures of fate: courses per organ, the balance of the dose, concentration curves with their terminal slope."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from goldshell.fate.nca import NcaResult
from goldshell.fate.simulate import FateSimulation
from goldshell.plotting import COLOURS, GREY, new_figure

Array = NDArray[np.float64]
Points = tuple[ArrayLike, ArrayLike, ArrayLike | None]

# One colour per compartment in every figure of fate; related ones share a hue.
COMPARTMENT_COLOURS = {
    "plasma": "#D55E00",
    "coated_plasma": "#F0945C",
    "peripheral": "#A6A6A6",
    "coated_peripheral": "#6F8FA3",
    "liver": "#8B5A2B",
    "spleen": "#CC79A7",
    "kidney": "#009E73",
    "glycocalyx": "#4FB39A",
    "tumour": "#000000",
    "endosomes": "#009E73",
    "nanoassemblies": "#00614A",
    "brain": "#B8A0D8",
    "heart": "#A02C2C",
    "muscle": "#C98F7A",
    "skin": "#E8C4A2",
    "bone": "#D9D2B5",
    "adipose": "#F3E3A0",
    "rest": "#BDBDBD",
    "bladder": "#D8C24A",
    "urine": "#E69F00",
    "gut": "#56B4E9",
    "gut_lumen": "#2E8BC0",
    "faeces": "#0072B2",
    "eliminated": "#0072B2",
    "elsewhere": "#8A8A8A",
}
_TITLE = 9.5
_FEW_DECADES = 50.0
_LOG_SPAN = 30.0  # last over first time above zero from which a logarithmic time axis reads better


def time_courses(
    simulation: FateSimulation,
    *,
    bands: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    data: Mapping[str, Points] | None = None,
) -> Figure:
    """Amount in every compartment against time, one panel each; dashed: the organ as dissected, with residual blood.

    Parameters
    ----------
    simulation : the model's courses
    bands : compartment -> lower and upper limit at the times of the simulation [%ID]
    data : compartment -> times [h], values [%ID], standard deviations [%ID] or None

    Returns
    -------
    Figure
    """
    names = list(simulation.compartments)
    columns = 4 if len(names) > 3 else len(names)
    rows = math.ceil(len(names) / columns)
    figure, axes = new_figure(rows, columns, width=8.4, height=0.3 + 1.9 * rows, sharex=True, squeeze=False)
    panels = axes.ravel()
    shown = simulation.time_h > 0
    time = simulation.time_h[shown]
    for axis, name in zip(panels, names, strict=False):
        colour = COMPARTMENT_COLOURS.get(name, GREY)
        if bands and name in bands:
            low, high = (np.asarray(limit, dtype=float)[shown] for limit in bands[name])
            axis.fill_between(time, low, high, color=colour, alpha=0.25, linewidth=0)
        axis.plot(time, simulation.compartments[name][shown], color=colour, linewidth=1.8)
        if name in simulation.measured:
            axis.plot(time, simulation.measured[name][shown], color="black", linestyle="--", linewidth=1.0)
        if data and name in data:
            when, value, spread = data[name]
            axis.errorbar(when, value, yerr=spread, fmt="o", color="black", markersize=3.5, capsize=2, linewidth=1)
        axis.set_title(name.replace("_", " "), loc="left", fontsize=_TITLE)
        axis.set_ylim(bottom=0)
        _time_axis(axis, time)
    _close_grid(axes, len(names))
    for column in range(columns):
        axes[(len(names) - 1 - column) // columns, column].set_xlabel("time [h]")
    for row in range(rows):
        axes[row, 0].set_ylabel("amount [%ID]")
    if simulation.measured:
        figure.supxlabel("line: tissue; dashed: organ as dissected, with its residual blood", fontsize=8, color="0.35")
    return figure


def mass_balance(simulation: FateSimulation) -> Figure:
    """All compartments stacked: they fill the dose at every time.

    Parameters
    ----------
    simulation : the model's courses

    Returns
    -------
    Figure
    """
    shown = simulation.time_h > 0
    time = simulation.time_h[shown]
    names = [name for name in simulation.compartments if float(np.max(simulation.compartments[name])) > 0.0]
    names.sort(key=list(COMPARTMENT_COLOURS).index)
    figure, axis = new_figure(width=7.0, height=3.8)
    axis.stackplot(
        time,
        [simulation.compartments[name][shown] for name in names],
        labels=[name.replace("_", " ") for name in names],
        colors=[COMPARTMENT_COLOURS[name] for name in names],
        linewidth=0.4,
        edgecolor="white",
    )
    axis.axhline(simulation.dose, color="black", linewidth=0.8)
    axis.set_ylim(0, simulation.dose)
    axis.set_xlim(time[0], time[-1] if len(time) > 1 else time[0] * 1.01)
    axis.set_ylabel("amount, stacked [%ID]")
    axis.set_xlabel("time [h]")
    _time_axis(axis, time)
    handles, labels = axis.get_legend_handles_labels()
    axis.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    return figure


def nca_curves(
    identifiers: Sequence[Hashable], times: ArrayLike, concentrations: ArrayLike, result: NcaResult, *, limit: int = 12
) -> Figure:
    """Concentration of each subject on a logarithmic axis, with the terminal regression and its half-life.

    Parameters
    ----------
    identifiers, times, concentrations : the data, (m,) [t, c]
    result : of `nca` on them
    limit : most subjects drawn

    Returns
    -------
    Figure
    """
    names = np.array([str(item) for item in identifiers])
    time, concentration = np.asarray(times, dtype=float), np.asarray(concentrations, dtype=float)
    subjects = result.subjects[:limit]
    columns = min(4, len(subjects))
    rows = math.ceil(len(subjects) / columns)
    figure, axes = new_figure(
        rows, columns, width=1.2 + 1.9 * columns, height=0.5 + 1.7 * rows, sharex=True, sharey=True, squeeze=False
    )
    panels = axes.ravel()
    for axis, subject in zip(panels, subjects, strict=False):
        mine = (names == subject.id) & (concentration > 0)
        axis.plot(time[mine], concentration[mine], "o", color=COLOURS[0], markersize=3.5)
        if math.isfinite(subject.lambda_z):
            ends = np.array([subject.lambda_z_start, subject.lambda_z_end])
            line = subject.clast_pred * np.exp(subject.lambda_z * (subject.tlast - ends))
            axis.plot(ends, line, color=COLOURS[1])
            axis.annotate(
                f"half-life {subject.half_life:.3g}",
                (0.97, 0.95),
                xycoords="axes fraction",
                ha="right",
                va="top",
                fontsize=8,
            )
        if math.isfinite(subject.c0):
            axis.plot(0.0, subject.c0, "o", markersize=4.5, markerfacecolor="white", color=COLOURS[0])
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter(FuncFormatter(_plain))
        axis.set_title(f"subject {subject.id}", loc="left", fontsize=_TITLE)
    _close_grid(axes, len(subjects))
    figure.supxlabel("time [unit of the table]", fontsize=9)
    figure.supylabel("concentration [unit of the table]", fontsize=9)
    return figure


def _close_grid(axes: Any, used: int) -> None:
    """Hide the panels that are left over and label the time axis of the lowest ones."""
    columns = axes.shape[1]
    for axis in axes.ravel()[used:]:
        axis.set_visible(False)
    for column in range(min(columns, used)):
        axes[(used - 1 - column) // columns, column].tick_params(labelbottom=True)


def _time_axis(axis: Axes, time: Array) -> None:
    if len(time) > 1 and time[-1] > _LOG_SPAN * time[0]:
        log_axis(axis)


def log_axis(axis: Axes) -> None:
    """Make the horizontal axis logarithmic with plain numbers, 1, 2, 5 in each decade where there are few.

    Parameters
    ----------
    axis : whose limits or data are set already
    """
    axis.set_xscale("log")
    low, high = axis.get_xlim()
    axis.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < _FEW_DECADES * low else (1.0,)))
    axis.xaxis.set_major_formatter(FuncFormatter(_plain))
    axis.xaxis.set_minor_formatter(NullFormatter())


def _plain(value: float, _: Any) -> str:
    return f"{value:g}"
