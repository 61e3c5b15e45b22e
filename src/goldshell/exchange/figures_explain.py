"""Figures of the explanation of paper Z: ranges against predictions, models ranked, what each observation needs."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from goldshell.exchange.explanation import NEEDED, Explanation
from goldshell.exchange.figures_fit import profile_figure, range_figure
from goldshell.exchange.mechanisms import EXPLANATION
from goldshell.exchange.observations import Range, Shell
from goldshell.plotting import COLOURS, GREY, house_style, new_figure

_GONE = 1e-3  # intact fraction below which there is no shell to draw
_FULL_SCALE = 20.0  # gain of ln L at which a cell has its full colour


@house_style
def explained_ranges_figure(explanation: Explanation) -> Figure:
    """Predicted P(n) of the explanation against every range and population of Fig. 4 and of the 100:1 feed."""
    fit = explanation.fit
    shown = [
        (item, prediction)
        for item, prediction in zip(fit.problem.experiments, fit.predictions, strict=True)
        if any(isinstance(one, Range | Shell) for one in item.observations)
    ]
    return range_figure([item for item, _ in shown], [prediction for _, prediction in shown], columns=5)


@house_style
def model_figure(explanation: Explanation) -> Figure:
    """AICc of every model relative to that of the explanation."""
    models = list(reversed(explanation.models))
    figure, axis = new_figure(width=6.6, height=0.25 * len(models) + 0.9)
    reference = next(item.aicc for item in models if item.name == EXPLANATION)
    rises = [item.aicc - reference for item in models]
    axis.barh(range(len(models)), rises, color=[COLOURS[0] if rise < 0 else COLOURS[5] for rise in rises])
    axis.axvline(0.0, color=GREY, linewidth=1.0)
    axis.set_xscale("symlog", linthresh=10.0)
    axis.set_xlim(min(0.0, 2.0 * min(rises)), 40.0 * max(10.0, *rises))
    ticks = [-10, 0, 10, 100, 1000]
    axis.set_xticks([tick for tick in ticks if tick <= 3.0 * max(10.0, *rises) and tick >= 2.0 * min(0.0, *rises)])
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.minorticks_off()
    for position, (item, rise) in enumerate(zip(models, rises, strict=True)):
        text = (
            f"  {rise:+.1f}, {item.parameters} parameters"
            if item.name != EXPLANATION
            else (f"  {item.parameters} parameters")
        )
        axis.text(max(rise, 0.0), position, text, va="center", fontsize=7.5)
    axis.set_yticks(range(len(models)), [item.name for item in models])
    axis.set_xlabel("AICc relative to the explanation [nat]")
    return figure


@house_style
def needs_figure(explanation: Explanation) -> Figure:
    """Difference of ln L that each mechanism makes on each observation: violet, it helps; orange, it hurts.

    Left of the line are the mechanisms of the explanation (with it against without), right of it those that it does not
    have (added against left out). Open circles: observations that the explanation does not reproduce.
    """
    items = sorted(explanation.contributions, key=lambda item: (not item.chosen, -item.aicc_gain))
    observations = explanation.fit.misfits
    gains = np.array(
        [[item.by_observation.get((one.experiment, one.label), np.nan) for item in items] for one in observations]
    )
    labels = [f"{one.experiment}, {one.label}" + ("" if one.met else "  ○") for one in observations]
    figure, axis = new_figure(width=0.48 * len(items) + 3.3, height=0.24 * len(labels) + 1.7)
    image = axis.imshow(
        np.clip(gains, -_FULL_SCALE, _FULL_SCALE), cmap="PuOr", norm=TwoSlopeNorm(0.0, -_FULL_SCALE, _FULL_SCALE),
        aspect="auto",
    )  # fmt: skip
    for i, row in enumerate(gains):
        for j, value in enumerate(row):
            if abs(value) >= 0.5:
                axis.text(
                    j, i, f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}", ha="center", va="center",
                    fontsize=6.5, color="white" if abs(value) > 0.6 * _FULL_SCALE else "black",
                    fontweight="bold" if value > NEEDED else "normal",
                )  # fmt: skip
    axis.axvline(sum(item.chosen for item in items) - 0.5, color="black", linewidth=1.4)
    axis.set_xticks(range(len(items)), [item.key for item in items], rotation=40, ha="right", rotation_mode="anchor")
    axis.set_yticks(range(len(labels)), labels)
    axis.tick_params(labelsize=7.5)
    bar = figure.colorbar(image, ax=axis, shrink=0.7)
    bar.set_label(r"gain in $\ln L$ [nat]")
    return figure


@house_style
def course_figure(explanation: Explanation) -> Figure:
    """P(n) over time as heat maps, in both systems at a low and at the highest feed, with the mean and intact share."""
    courses = explanation.courses
    figure, axes = new_figure(2, 2, width=7.4, height=5.0, sharex=True, sharey=True)
    image = None
    for axis, (name, result) in zip(axes.T.flat, courses.items(), strict=True):
        time = result.time_h
        edges = np.concatenate([time[:1], np.sqrt(time[1:] * time[:-1]), time[-1:]])
        there = np.where(result.intact_fraction > _GONE, 1.0, np.nan)
        n = np.arange(result.composition.shape[1] + 1) - 0.5
        image = axis.pcolormesh(
            edges, n, 100.0 * there * result.composition.T, cmap="Blues", vmin=0.0, vmax=60.0, rasterized=True
        )
        axis.plot(time, there * result.mean_n, color=COLOURS[1], linewidth=1.2)
        axis.set_title(f"{name}: {100 * result.intact_fraction[-1]:.0f} % intact after {time[-1]:g} h", fontsize=8.5)
        axis.set_ylim(-0.5, n[-1])
    axes[0, 0].set_xscale("log")
    for axis in axes[1]:
        axis.set_xlabel("time [h]")
    for axis in axes[:, 0]:
        axis.set_ylabel("$n$, incoming ligands")
    if image is not None:
        figure.colorbar(image, ax=axes, label="$P(n)$ [%]", shrink=0.6, extend="max")
    return figure


def figures(explanation: Explanation) -> dict[str, Figure]:
    """All figures of an explanation, by name."""
    made = {"ranges": explained_ranges_figure(explanation)}
    if explanation.contributions:
        made["needs"] = needs_figure(explanation)
    if len(explanation.models) > 1:
        made["models"] = model_figure(explanation)
    made["courses"] = course_figure(explanation)
    if explanation.fit.profiles:
        made["profiles"] = profile_figure(explanation.fit)
    return made
