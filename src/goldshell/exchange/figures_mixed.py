"""Figures of an exchange with several incoming ligands: the triangle of compositions, and courses in time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from goldshell.exchange.simulate_mixed import MixedSimulation
from goldshell.plotting import COLOURS, GREY, house_style, label_panels, new_figure

_SMALLEST = 1e-3  # of the largest share, where the colour ends
_HEIGHT = math.sqrt(3.0) / 2.0


@house_style
def triangle_figure(result: MixedSimulation, times: tuple[float, ...] = ()) -> Figure:
    """P(n1, n2) as hexagons in a triangle with one pure shell at each corner, at three times.

    Parameters
    ----------
    result : with two incoming ligands
    times : which output times, the nearest are taken; those at which a third, two thirds and all of the final number of
        ligands has come in when empty [h]
    """
    total = result.total() @ np.arange(result.experiment.vial.sites + 1.0)
    if times:
        shown = [int(np.argmin(np.abs(result.time_h - time))) for time in times]
    else:
        start, end = float(total[0]), float(total[-1])
        wanted = (start + (end - start) * share for share in (1 / 3, 2 / 3, 1.0))
        shown = sorted({int(np.argmin(np.abs(total - value))) for value in wanted} | {len(total) - 1})
    figure, axes = new_figure(1, len(shown), width=3.0 * len(shown) + 0.7, height=3.2, squeeze=False)
    largest = float(result.composition[shown].max())
    norm = LogNorm(_SMALLEST * largest, largest)
    for axis, row in zip(axes[0], shown, strict=True):
        hexagons = _triangle(axis, result, result.composition[row], norm)
        axis.set_title(
            f"{_time(result.time_h[row])}, {100 * result.intact_fraction[row]:.0f} % intact", fontsize=9, pad=2
        )
    figure.colorbar(hexagons, ax=list(axes[0]), label="P(n$_1$, n$_2$)", shrink=0.75, extend="min")
    return figure


def _triangle(axis: Axes, result: MixedSimulation, share: Any, norm: LogNorm) -> PolyCollection:
    """One triangle: outgoing ligand at the lower left, first incoming at the lower right, second on top."""
    sites = result.experiment.vial.sites
    first, second = (result.states[:, j].astype(float) for j in (0, 1))
    x, y = first + 0.5 * second, _HEIGHT * second
    angle = np.radians(30.0 + 60.0 * np.arange(6))
    corner = np.column_stack([np.cos(angle), np.sin(angle)]) / math.sqrt(3.0)
    seen = share >= norm.vmin
    axis.add_collection(
        PolyCollection([corner + c for c in np.column_stack([x, y])[~seen]], facecolor="#F2F2F2", edgecolor="white",
                       linewidth=0.3)
    )  # fmt: skip
    hexagons = PolyCollection(
        [corner + c for c in np.column_stack([x, y])[seen]], array=share[seen], cmap="viridis_r", norm=norm,
        edgecolor="white", linewidth=0.3,
    )  # fmt: skip
    axis.add_collection(hexagons)
    names = result.experiment.names
    axis.text(-0.9, -1.4, f"{sites} {names[0]}", ha="left", va="top", fontsize=7.5)
    axis.text(sites + 0.9, -1.4, f"{sites} {names[1]}", ha="right", va="top", fontsize=7.5)
    axis.text(0.5 * sites, _HEIGHT * sites + 1.0, f"{sites} {names[2]}", ha="center", va="bottom", fontsize=7.5)
    mean = [float(share @ first), float(share @ second)]
    axis.plot(mean[0] + 0.5 * mean[1], _HEIGHT * mean[1], "+", color=COLOURS[1], markersize=9, markeredgewidth=1.6)
    axis.text(
        sites, 0.62 * _HEIGHT * sites, f"+ mean\n{mean[0]:.1f} {names[1]}\n{mean[1]:.1f} {names[2]}", ha="center",
        va="center", fontsize=7.5, color=COLOURS[1],
    )  # fmt: skip
    axis.set_xlim(-1.5, sites + 2.5)
    axis.set_ylim(-2.6, _HEIGHT * sites + 2.2)
    axis.set_aspect("equal")
    axis.set_axis_off()
    return hexagons


@house_style
def courses_figure(result: MixedSimulation) -> Figure:
    """Mean of each incoming ligand and intact fraction over time, free ligands in the water, and P(n) at the end.

    Parameters
    ----------
    result : of `goldshell.exchange.simulate_mixed.simulate_mixed`
    """
    figure, axes = new_figure(1, 3, width=9.6, height=3.0)
    minutes = bool(result.time_h[-1] <= 2.0)
    time = result.time_h * (60.0 if minutes else 1.0)
    names = [one.name for one in result.experiment.entering]
    for number, (name, values) in enumerate(result.mean_n().items()):
        axes[0].plot(time, values, color=COLOURS[number], label=name)
    axes[0].set_ylabel("mean n")
    axes[0].legend(loc="center right")
    beside = axes[0].twinx()
    beside.plot(time, 100.0 * result.intact_fraction, color=GREY, linestyle="--", linewidth=1.2)
    beside.set_ylabel("intact / % (dashed)", color=GREY)
    beside.set_ylim(0.0, 105.0)
    beside.spines["right"].set_visible(True)
    for number, name in enumerate((*names, result.experiment.vial.outgoing)):
        axes[1].plot(
            time, result.free_mM["water"][name], color=COLOURS[number], linestyle="-" if name in names else ":",
            label=name,
        )  # fmt: skip
    axes[1].set_ylabel("free ligand in the water / mM")
    axes[1].legend(loc="best")
    n = np.arange(result.experiment.vial.sites + 1)
    for number, name in enumerate(names):
        axes[2].plot(n, 100.0 * result.marginal(name)[-1], "o-", color=COLOURS[number], markersize=3, label=name)
    axes[2].plot(n, 100.0 * result.total()[-1], "s:", color=GREY, markersize=3, label="all incoming")
    axes[2].set_xlabel("n")
    axes[2].set_ylabel(f"P(n) at {_time(result.time_h[-1])} / %")
    axes[2].legend(loc="best")
    for axis in axes[:2]:
        axis.set_xlabel("time / min" if minutes else "time / h")
    label_panels(list(axes))
    return figure


def _time(hours: float) -> str:
    return f"{60.0 * hours:.3g} min" if hours < 1.0 else f"{hours:.3g} h"
