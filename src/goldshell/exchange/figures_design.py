"""Figures of a design: the Pareto front, the predicted shell with intervals, what the next experiment would give."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from goldshell.chemistry.composition import binomial_distribution
from goldshell.exchange.design import DesignResult
from goldshell.exchange.next_experiment import MEASUREMENTS, Proposal
from goldshell.exchange.pareto import Conditions
from goldshell.plotting import COLOURS, GREY, label_panels, new_figure

_LEGEND: dict[str, Any] = {"frameon": False, "fontsize": 8}
_SHOWN_FRACTION = 1e-3
_PROPOSALS = 10
_SHORT = {"mean_n": "mean n by NMR", "composition": "P(n) by ESI-MS", "intact_fraction": "intact fraction by UV-vis"}
_FLAT = 0.05  # variance range below which its axis is given this width


def pareto_figure(result: DesignResult) -> Figure:
    """Pareto front: spread against yield and yield against time, the third objective as colour, the recipe marked.

    Parameters
    ----------
    result : of `goldshell.exchange.design.design`
    """
    figure, axes = new_figure(1, 2, width=7.6, height=3.4)
    variance = np.array([one.variance for one in result.pareto])
    intact = 100.0 * np.array([one.intact_fraction for one in result.pareto])
    minutes = 60.0 * np.array([one.conditions.time_h for one in result.pareto])
    here = (
        result.predicted.variance.value,
        100.0 * result.predicted.intact_fraction.value,
        60.0 * result.conditions.time_h,
    )
    for axis, x, y, colour, label, chosen in (
        (axes[0], intact, variance, minutes, "time / min", (here[1], here[0])),
        (axes[1], minutes, intact, variance, "variance of n", (here[2], here[1])),
    ):
        low, high = float(colour.min()), float(colour.max())
        if label == "variance of n" and high - low < _FLAT:
            low, high = 0.5 * (low + high - _FLAT), 0.5 * (low + high + _FLAT)
        points = axis.scatter(
            x, y, c=colour, cmap="viridis", vmin=low, vmax=high, s=28, edgecolor="white", linewidth=0.4
        )
        axis.plot(*chosen, "o", mfc="none", mec=COLOURS[1], markersize=11, mew=1.8, label="recipe")
        _colour_bar(figure, points, axis, label)
    axes[0].set_xlabel("intact clusters / %")
    axes[0].set_ylabel("spread: variance of n")
    axes[1].set_xlabel("time / min")
    axes[1].set_ylabel("intact clusters / %")
    if minutes.max() > 20.0 * minutes.min() > 0.0:
        axes[1].set_xscale("log")
    middle, width = 0.5 * (variance.min() + variance.max()), max(np.ptp(variance), _FLAT)
    axes[0].set_ylim(middle - 0.65 * width, middle + 0.65 * width)
    bound = result.target.goals.intact_fraction
    if bound is not None and np.isfinite(bound.low) and bound.low > 0.0:
        span = max(np.ptp(intact), 1.0)
        if 100.0 * bound.low > intact.min() - span:
            axes[0].axvline(100.0 * bound.low, color=GREY, linestyle="--", linewidth=1.0, label="wish")
            axes[1].axhline(100.0 * bound.low, color=GREY, linestyle="--", linewidth=1.0)
    axes[0].legend(loc="best", **_LEGEND)
    label_panels(list(axes))
    return figure


def prediction_figure(result: DesignResult) -> Figure:
    """Predicted P(n) with interval bars, against the binomial of the same mean; absent species shaded.

    Parameters
    ----------
    result : of `goldshell.exchange.design.design`
    """
    figure, axis = new_figure(width=5.6, height=3.2)
    value, low, high = (100.0 * part for part in result.predicted.composition)
    n = np.arange(len(value))
    shown = np.flatnonzero((high > 100.0 * _SHOWN_FRACTION) | (value > 100.0 * _SHOWN_FRACTION))
    keep = slice(int(shown.min()), int(shown.max()) + 1)
    name = result.conditions.incoming
    axis.bar(n[keep], value[keep], width=0.72, color=COLOURS[0], alpha=0.75, label="best parameters")
    axis.errorbar(
        n[keep], value[keep], yerr=(value[keep] - low[keep], high[keep] - value[keep]), fmt="none", ecolor=COLOURS[6],
        elinewidth=1.1, capsize=2.5, label=f"{100 * result.predicted.level:.0f} % of parameter draws",
    )  # fmt: skip
    binomial = 100.0 * binomial_distribution(len(value) - 1, result.predicted.mean_n.value / (len(value) - 1))
    axis.plot(n[keep], binomial[keep], "D", color=COLOURS[1], markersize=4, mfc="white", label="binomial, same mean")
    for species in result.target.goals.absent:
        if keep.start <= species < keep.stop:
            axis.axvspan(species - 0.5, species + 0.5, color=GREY, alpha=0.15, linewidth=0)
    axis.set_xlim(keep.start - 0.7, keep.stop - 0.3)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.set_xlabel(f"n, {name} per cluster")
    axis.set_ylabel("clusters / %")
    mean = result.predicted.mean_n
    axis.set_title(
        f"mean n {mean.value:.2f} ({mean.low:.1f} to {mean.high:.1f}) after {60 * result.predicted.time_h:.4g} min",
        fontsize=9.5,
    )
    figure.legend(loc="outside upper center", ncols=3, **_LEGEND)
    return figure


def next_experiment_figure(result: DesignResult) -> Figure:
    """Standard deviation of the predicted mean now, and after each of the best proposals.

    Parameters
    ----------
    result : of `goldshell.exchange.design.design`
    """
    found = result.next_experiment
    proposals = [*([found.best] if found.best else []), *found.others][:_PROPOSALS]
    figure, axis = new_figure(width=7.2, height=1.3 + 0.27 * max(len(proposals), 1))
    colours = dict(zip(MEASUREMENTS, COLOURS, strict=False))
    for row, one in enumerate(proposals):
        axis.barh(row, one.sd_after, color=colours[one.measurement], height=0.7)
        axis.annotate(f"{one.sd_after:.2f}", (one.sd_after, row), xytext=(3, 0), textcoords="offset points",
                      va="center", fontsize=8)  # fmt: skip
    handles: list[Any] = [Patch(color=colours[name], label=_SHORT[name]) for name in MEASUREMENTS
                          if any(one.measurement == name for one in proposals)]  # fmt: skip
    if proposals:
        before = proposals[0].sd_before
        handles.append(
            axis.axvline(before, color=COLOURS[6], linestyle="--", linewidth=1.2, label=f"now, {before:.2f}")
        )
    labels = [f"{_difference(one.conditions, result.conditions)}; {_times(one)}" for one in proposals]
    axis.set_yticks(range(len(proposals)), labels)
    axis.set_ylim(len(proposals) - 0.4, -0.6)
    axis.set_xlabel("standard deviation of the predicted mean n")
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), **_LEGEND)
    return figure


def _times(one: Proposal) -> str:
    return ", ".join(f"{60 * time:.3g}" for time in one.times_h) + " min"


def _difference(vial: Conditions, recipe: Conditions) -> str:
    """In what a vial differs from the recipe."""
    parts = []
    if vial.solvent != recipe.solvent:
        parts.append(vial.solvent or "water only")
    if vial.feed_ratio != recipe.feed_ratio:
        parts.append(f"feed {vial.feed_ratio:.3g}")
    if vial.pH != recipe.pH:
        parts.append(f"pH {vial.pH:.3g}")
    return ", ".join(parts) or "as the recipe"


def _colour_bar(figure: Figure, points: Any, axis: Any, label: str) -> None:
    bar = figure.colorbar(points, ax=axis)
    bar.set_label(label, fontsize=9)
    bar.ax.tick_params(labelsize=8)
