"""Figures of diffusion, speciation and partition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogFormatterSciNotation, LogLocator

from goldshell.plotting import COLOURS, GREY, house_style, label_panels, new_figure
from goldshell.transport.diffusivity import CORRELATIONS, Diffusivities
from goldshell.transport.partition import Speciation
from goldshell.transport.solvents import has_property, solvent_property

_NAMES = {
    "wilke_chang": "Wilke–Chang",
    "siddiqi_lucas": "Siddiqi–Lucas",
    "scheibel": "Scheibel",
    "stokes_einstein": "Stokes–Einstein",
}
_MARKERS = dict(zip(CORRELATIONS, "osD^", strict=True))
_BREAK = 0.75  # the axis is broken when the others stay below this share of water's value
_MOST_NAMES = 12  # more names than this overlap
_SHORT = {
    "ethyl acetate": "EtOAc",
    "n-butyl acetate": "BuOAc",
    "tetrahydrofuran": "THF",
    "2-methyltetrahydrofuran": "2-MeTHF",
    "dichloromethane": "DCM",
    "N,N-dimethylformamide": "DMF",
    "dimethyl sulfoxide": "DMSO",
    "methyl tert-butyl ether": "MTBE",
}


@house_style
def diffusivity_figure(table: Diffusivities) -> Figure:
    """D against polarity index (left) and against viscosity (right); hollow where a correlation is not valid.

    The axis of the polarity index is broken when water stands far above the other solvents.
    """
    polar = [row for row in table.rows if has_property(row.solvent, "polarity_index")]
    index = [solvent_property(row.solvent, "polarity_index").value for row in polar]
    organic = [value for row, value in zip(polar, index, strict=True) if row.solvent != "water"]
    broken = bool(organic) and len(organic) < len(index) and max(organic) < _BREAK * max(index)
    ratios = [2.6, 0.5, 3.0] if broken else [3.0, 3.0]
    figure, axes = new_figure(
        1, len(ratios), width=7.4, height=3.9, sharey=True, gridspec_kw={"width_ratios": ratios, "wspace": 0.02}
    )
    for axis in axes[:-1]:
        _scatter(axis, polar, index)
    _scatter(axes[-1], list(table.rows), [row.viscosity for row in table.rows])
    axes[0].set_yscale("log")
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(low, high * 2.2)  # room for the names of the solvents
    if broken:
        _break_axis(axes[0], axes[1], organic, max(index))
    axes[-1].set_xscale("log")
    left, right = axes[-1].get_xlim()
    axes[-1].set_xlim(left, right * 1.2)
    ticks = [tick for tick in (0.2, 0.5, 1, 2, 5, 10) if left <= tick <= right]
    axes[-1].set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes[-1].xaxis.minorticks_off()
    axes[0].yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes[0].yaxis.set_major_formatter(LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=(np.inf, np.inf)))
    axes[0].set_xlabel("polarity index P′ [1]")
    axes[-1].set_xlabel("viscosity [mPa s]")
    axes[0].set_ylabel(f"D of {table.solute} at {table.temperature:g} K [m²/s]")
    label_panels([axes[0], axes[-1]])
    handles = [
        Line2D([], [], color=COLOURS[i], marker=_MARKERS[key], linestyle="", label=_NAMES[key])
        for i, key in enumerate(CORRELATIONS)
        if any(row.correlation == key for row in table.rows)
    ]
    hollow = Line2D([], [], color=GREY, marker="o", markerfacecolor="white", linestyle="", label="outside its validity")
    figure.legend(
        handles=[*handles, hollow], loc="outside lower center", ncols=5, columnspacing=1.2, handletextpad=0.3,
    )  # fmt: skip
    return figure


@house_style
def speciation_figure(cases: Sequence[Speciation], *, ph_marks: Sequence[float] = (5.0, 7.0, 9.0)) -> Figure:
    """Neutral fraction (left) and distribution ratio (right) against pH under competing pKa values.

    The right panel shows D over P, with, dashed, what leaving out every group but the most acidic one would give.
    """
    figure, axes = new_figure(1, 2, width=7.4, height=4.0)
    for i, case in enumerate(cases):
        colour = COLOURS[i % len(COLOURS)]
        axes[0].plot(case.ph, case.neutral_fraction, color=colour, label=_wrapped(case.label))
        relative = case.distribution_ratio / case.partition_coefficient if case.partition_coefficient else np.nan
        axes[1].plot(case.ph, relative, color=colour)
        if len(case.acid_pkas) > 1 and not case.base_pkas:
            single = 1.0 / (1.0 + 10.0 ** (case.ph - min(case.acid_pkas)))
            axes[1].plot(case.ph, single, color=colour, linestyle="--", linewidth=1.1)
    for axis in axes:
        for ph in ph_marks:
            axis.axvline(ph, color=GREY, linewidth=0.7, linestyle=":", zorder=0)
        axis.set_xlabel("pH")
    axes[0].set_ylabel("neutral fraction [1]")
    axes[1].set_ylabel("D / P, relative to the neutral form [1]")
    axes[1].set_yscale("log")
    if any(len(case.acid_pkas) > 1 and not case.base_pkas for case in cases):
        styles = [
            Line2D([], [], color="black", label="all groups"),
            Line2D([], [], color="black", linestyle="--", linewidth=1.1, label="most acidic group alone"),
        ]
        axes[1].legend(handles=styles, loc="lower left")
    label_panels(list(axes))
    figure.legend(loc="outside lower center", ncols=min(len(cases), 3))
    return figure


def _scatter(axis: Axes, rows: Sequence[Any], x: Sequence[float]) -> None:
    """Markers by correlation, hollow when not valid, and the names of the solvents above."""
    for i, correlation in enumerate(CORRELATIONS):
        for row, position in zip(rows, x, strict=True):
            if row.correlation == correlation:
                axis.plot(
                    position, row.diffusivity, marker=_MARKERS[correlation], linestyle="", markersize=5.5,
                    color=COLOURS[i], markerfacecolor=COLOURS[i] if row.valid else "white", zorder=3,
                )  # fmt: skip
    tops: dict[str, tuple[float, float]] = {}
    for row, position in zip(rows, x, strict=True):
        tops[row.solvent] = (position, max(row.diffusivity, tops.get(row.solvent, (0.0, 0.0))[1]))
    for solvent, (position, top) in tops.items() if len(tops) <= _MOST_NAMES else ():
        axis.annotate(
            _SHORT.get(solvent, solvent), (position, top), xytext=(0, 6), textcoords="offset points",
            rotation=60, fontsize=7, ha="left", va="bottom", color="#444444", annotation_clip=True,
        )  # fmt: skip


def _break_axis(left: Axes, right: Axes, values: Sequence[float], far: float) -> None:
    """Show the near values on the left axis and the far one on the right, with break marks between."""
    margin = 0.15 * (max(values) - min(values)) or 0.5
    left.set_xlim(min(values) - margin, max(values) + 1.6 * margin)
    right.set_xlim(far - 0.5, far + 0.5)
    right.set_xticks([far])
    right.spines["left"].set_visible(False)
    right.tick_params(left=False, which="both")
    for axis, x in ((left, 1.0), (right, 0.0)):
        axis.plot(x, 0.0, marker=[(-1, -2), (1, 2)], markersize=7, linestyle="", color="black", mew=0.9,
                  transform=axis.transAxes, clip_on=False)  # fmt: skip


def _wrapped(label: str) -> str:
    """The label with one group a line."""
    return label.replace(": ", "\n", 1).replace("), ", ")\n")
