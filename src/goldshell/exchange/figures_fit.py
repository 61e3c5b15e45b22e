"""Figures of fits: profile likelihoods, corner plot, P(n) against compositions and ranges, traces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullFormatter

from goldshell.exchange.fit import ExchangeFit
from goldshell.exchange.observations import Prediction, Range, Shell, Trace
from goldshell.exchange.problem import FitExperiment
from goldshell.plotting import COLOURS, GREY, new_figure

_DATA, _MODEL = COLOURS[1], COLOURS[0]
_FAINTEST = 1e-4  # population relative to the largest that a range figure still shows
_CORNER_MOST = 10  # parameters of a corner plot


def profile_figure(fit: ExchangeFit) -> Figure:
    """Profile likelihood of every parameter: rise of -2 ln L, the limit of the interval, the interval.

    Parameters
    ----------
    fit : with profiles
    """
    curves = list(fit.profiles.items())
    columns = min(4, max(1, len(curves)))
    rows = max(1, math.ceil(len(curves) / columns))
    figure, axes = new_figure(rows, columns, width=2.0 * columns + 0.6, height=1.75 * rows + 0.4, squeeze=False)
    for axis, (name, curve) in zip(axes.flat, curves, strict=False):
        item = next(one for one in fit.parameters if one.parameter.name == name)
        values = [item.parameter.outward(float(u)) for u in curve.values]
        limit = curve.threshold**2
        axis.plot(values, curve.tau**2, color=_MODEL, marker="o", markersize=3)
        axis.axhline(limit, color=GREY, linestyle="--", linewidth=1.0)
        axis.axvspan(item.estimate.low, item.estimate.high, color=_MODEL, alpha=0.10, linewidth=0)
        axis.axvline(item.estimate.value, color=_MODEL, linewidth=1.0)
        if item.parameter.logarithmic and max(values) > 20 * min(values):
            axis.set_xscale("log")
            axis.xaxis.set_major_locator(LogLocator(numticks=4))
            axis.xaxis.set_minor_formatter(NullFormatter())
        else:
            axis.locator_params(axis="x", nbins=3)
        axis.set_ylim(-0.2, 2.2 * limit)
        unit = "" if item.parameter.unit == "1" else f" [{item.parameter.unit}]"
        axis.set_xlabel(f"{_in_lines(name)}{unit}", fontsize=8)
        if not item.identifiable:
            axis.text(
                0.5,
                0.95,
                "not identifiable",
                transform=axis.transAxes,
                ha="center",
                va="top",
                fontsize=7.5,
                color=_DATA,
            )
    for axis in axes.flat[len(curves) :]:
        axis.set_visible(False)
    for axis in axes[:, 0]:
        axis.set_ylabel(r"rise of $-2\,\ln L$")
    return figure


def corner_figure(fit: ExchangeFit) -> Figure:
    """Posterior of every parameter and of every pair (at most ten parameters, those with the widest posteriors)."""
    if fit.posterior is None:
        raise ValueError("no posterior: fit with posterior_steps")
    logs = [item.parameter.logarithmic for item in fit.parameters]
    samples = fit.posterior.samples
    shown = np.where(logs, np.log10(np.maximum(samples, 1e-300)), samples)
    keep = np.argsort(-shown.std(axis=0))[:_CORNER_MOST]
    keep = np.sort(keep)
    count = len(keep)
    figure, axes = new_figure(count, count, width=1.15 * count + 1.0, height=1.15 * count + 0.6, squeeze=False)
    for i, row in enumerate(keep):
        for j, column in enumerate(keep):
            axis = axes[i, j]
            if j > i:
                axis.set_visible(False)
                continue
            if i == j:
                axis.hist(shown[:, column], bins=24, color=_MODEL, alpha=0.6)
                axis.set_yticks([])
            else:
                axis.plot(
                    shown[:, column], shown[:, row], ".", color=_MODEL, markersize=1.2, alpha=0.25, rasterized=True
                )
            best = [item.estimate.value for item in fit.parameters]
            at = [math.log10(value) if logs[k] and value > 0 else value for k, value in enumerate(best)]
            axis.axvline(at[column], color=_DATA, linewidth=0.8)
            axis.locator_params(axis="x", nbins=3)
            if i != j:
                axis.axhline(at[row], color=_DATA, linewidth=0.8)
                axis.locator_params(axis="y", nbins=3)
            axis.tick_params(labelsize=6.5, labelbottom=i == count - 1, labelleft=j == 0 and i > 0)
            if i == count - 1:
                axis.set_xlabel(_corner_label(fit, int(column), logs), fontsize=7)
            if j == 0 and i > 0:
                axis.set_ylabel(_corner_label(fit, int(row), logs), fontsize=7)
    return figure


def range_figure(
    experiments: Sequence[FitExperiment], predictions: Sequence[Prediction], *, columns: int = 5
) -> Figure:
    """Predicted P(n) against the species that were seen: bars, the seen range as a band, the detection threshold.

    Parameters
    ----------
    experiments, predictions : those with a range or a composition are drawn, in this order
    columns : panels per row
    """
    cells = [
        (item.name, one, prediction)
        for item, prediction in zip(experiments, predictions, strict=True)
        for one in item.observations
        if isinstance(one, Range | Shell)
    ]
    columns = max(1, min(columns, len(cells)))
    rows = max(1, math.ceil(len(cells) / columns))
    figure, axes = new_figure(
        rows,
        columns,
        width=max(1.75 * columns + 0.7, 5.0),
        height=1.55 * rows + 0.8,
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for position, (axis, (name, one, prediction)) in enumerate(zip(axes.flat, cells, strict=False)):
        p = prediction.composition[prediction.at(one.time_h)]
        n = np.arange(p.size)
        relative = np.maximum(p / p.max(), _FAINTEST)
        if isinstance(one, Range):
            threshold, spread = one.settings(prediction)
            axis.axvspan(
                (-0.5 if one.low is None else one.low - 0.5), one.high + 0.5, color=_DATA, alpha=0.22, linewidth=0
            )
            axis.axhline(threshold, color=GREY, linestyle="--", linewidth=1.0)
            axis.axhspan(
                threshold * math.exp(-spread), threshold * math.exp(spread), color=GREY, alpha=0.15, linewidth=0
            )
            axis.bar(
                n, relative, bottom=0, width=0.8, color=np.where(p >= threshold * p.max(), _MODEL, COLOURS[5]).tolist()
            )
        else:
            axis.bar(n, relative, width=0.8, color=_MODEL)
            seen = np.array(one.fractions)
            kept = seen > 0.0
            axis.plot(n[kept], seen[kept] / p.max(), "D", color=_DATA, markersize=3.5)
        axis.set_yscale("log")
        axis.set_ylim(_FAINTEST, 2.0)
        axis.set_xlim(-0.8, p.size - 0.2)
        axis.set_xticks(range(0, p.size, 6))
        axis.set_title(name, fontsize=8)
        if position % columns == 0:
            axis.set_ylabel(r"$P(n)\,/\,P_{\max}$")
        if position + columns >= len(cells):
            axis.set_xlabel("$n$, incoming ligands")
            axis.tick_params(labelbottom=True)
    for axis in axes.flat[len(cells) :]:
        axis.set_visible(False)
    legend: list[Patch | Line2D] = [
        Patch(color=_DATA, alpha=0.22, label="seen"),
        Patch(color=_MODEL, label="model"),
        Patch(color=COLOURS[5], label="model, below the threshold"),
        Line2D([], [], color=GREY, linestyle="--", label="threshold ± spread"),
    ]
    if any(isinstance(one, Shell) for _, one, _ in cells):
        legend.insert(1, Line2D([], [], color=_DATA, marker="D", markersize=3.5, linestyle="", label="measured"))
    figure.legend(handles=legend, loc="outside lower center", ncols=len(legend), frameon=False, fontsize=7.5)
    return figure


def composition_figure(fit: ExchangeFit) -> Figure:
    """Predicted P(n) as bars against measured fractions as points with their standard deviations.

    Parameters
    ----------
    fit : with at least one composition
    """
    cells = [
        (item.name, one, prediction)
        for item, prediction in zip(fit.problem.experiments, fit.predictions, strict=True)
        for one in item.observations
        if isinstance(one, Shell)
    ]
    columns = min(3, max(1, len(cells)))
    rows = max(1, math.ceil(len(cells) / columns))
    figure, axes = new_figure(rows, columns, width=2.6 * columns + 0.8, height=2.2 * rows + 0.3, squeeze=False)
    for axis, (name, one, prediction) in zip(axes.flat, cells, strict=False):
        p = prediction.composition[prediction.at(one.time_h)]
        o = np.array(one.fractions)
        n = np.arange(p.size)
        sd = np.array(one.sd) if one.sd else np.sqrt(np.maximum(o * (1 - o), 1e-9) / one.counts)
        axis.bar(n, 100 * p, width=0.8, color=_MODEL, alpha=0.7, label="model")
        kept = o > 0.0
        axis.errorbar(
            n[kept], 100 * o[kept], 100 * sd[kept], fmt="o", color=_DATA, markersize=4, capsize=2, label="data"
        )
        axis.set_title(f"{name}, {one.time_h:.3g} h", fontsize=8.5)
        axis.set_xlabel("$n$, incoming ligands")
        axis.set_xlim(-0.8, p.size - 0.2)
    axes[0, 0].set_ylabel("$P(n)$ [%]")
    axes[0, 0].legend(frameon=False, fontsize=7.5)
    for axis in axes.flat[len(cells) :]:
        axis.set_visible(False)
    return figure


def trace_figure(fit: ExchangeFit) -> Figure:
    """Traces over time: data as points, the fit as lines; one panel per quantity."""
    found = [
        (item.name, one, prediction)
        for item, prediction in zip(fit.problem.experiments, fit.predictions, strict=True)
        for one in item.observations
        if isinstance(one, Trace)
    ]
    quantities = list(dict.fromkeys(one.quantity for _, one, _ in found))
    figure, axes = new_figure(
        1, max(1, len(quantities)), width=3.6 * max(1, len(quantities)), height=3.0, squeeze=False
    )
    labels = {"intact_fraction": "intact fraction [1]", "mean_n": "mean $n$ [1]", "absorbance": "absorbance [1]"}
    for axis, quantity in zip(axes.flat, quantities, strict=True):
        for position, (name, one, prediction) in enumerate(cell for cell in found if cell[1].quantity == quantity):
            _trace(axis, name, one, prediction, COLOURS[position % len(COLOURS)])
        axis.set_xlabel("time [h]")
        axis.set_ylabel(labels[quantity])
        axis.set_xlim(left=0.0)
        single = any(len(one.values) == 1 for _, one, _ in found if one.quantity == quantity)
        if single:
            axis.plot([], [], "s", color=GREY, markersize=7, fillstyle="none", label="model")
        axis.legend(fontsize=7, frameon=False)
    return figure


def figures(fit: ExchangeFit) -> dict[str, Figure]:
    """All figures that a fit allows, by name."""
    kinds = [type(one) for item in fit.problem.experiments for one in item.observations]
    made: dict[str, Figure] = {}
    if fit.profiles:
        made["profiles"] = profile_figure(fit)
    if fit.posterior is not None:
        made["posterior"] = corner_figure(fit)
    if Shell in kinds:
        made["compositions"] = composition_figure(fit)
    if Range in kinds:
        made["ranges"] = range_figure(fit.problem.experiments, fit.predictions)
    if Trace in kinds:
        made["traces"] = trace_figure(fit)
    return made


def _trace(axis: Axes, name: str, one: Trace, prediction: Prediction, colour: Any) -> None:
    """Points with errors where there are few, and the model's line (or open squares for single values)."""
    few = len(one.values) <= 20
    axis.errorbar(
        one.time_h, one.values, one.sd if few else None, fmt="o", color=colour, markersize=4 if few else 2, capsize=2,
        alpha=1.0 if few else 0.5, label=name,
    )  # fmt: skip
    if len(one.values) > 1:
        axis.plot(one.time_h, one.predicted(prediction), color=colour)
    else:
        axis.plot(one.time_h, one.predicted(prediction), "s", color=colour, markersize=7, fillstyle="none")


def _in_lines(name: str) -> str:
    """A long name on two lines."""
    words = name.replace("_", " ").split(" ")
    if len(name) <= 16 or len(words) < 2:
        return " ".join(words)
    half = (len(words) + 1) // 2
    return " ".join(words[:half]) + "\n" + " ".join(words[half:])


def _corner_label(fit: ExchangeFit, position: int, logs: Sequence[bool]) -> str:
    item = fit.parameters[position].parameter
    name = _in_lines(item.name)
    return f"lg {name}" if logs[position] else name
