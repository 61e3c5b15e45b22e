"""Figures of the explanation of paper Z: data against predictions, models ranked, what each mechanism explains."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from goldshell.exchange.explanation import Explanation
from goldshell.exchange.figures_fit import range_figure
from goldshell.exchange.observations import Range, Shell
from goldshell.plotting import COLOURS, GREY, new_figure

_FULL_SCALE = 20.0  # gain of ln L at which a cell has its full colour


def explained_ranges_figure(explanation: Explanation) -> Figure:
    """Predicted P(n) of the best model against every range and population of Fig. 4 and of the 100:1 feed."""
    shown = [
        (item, prediction)
        for item, prediction in zip(explanation.experiments, explanation.predictions, strict=True)
        if any(isinstance(one, Range | Shell) for one in item.observations)
    ]
    return range_figure([item for item, _ in shown], [prediction for _, prediction in shown], columns=5)


def model_figure(explanation: Explanation) -> Figure:
    """AICc of every model above that of the best."""
    models = list(reversed(explanation.models))
    figure, axis = new_figure(width=6.4, height=0.27 * len(models) + 0.9)
    lowest = min(item.aicc for item in models)
    rises = [item.aicc - lowest for item in models]
    colours = [COLOURS[0] if item.name == explanation.best else COLOURS[5] for item in models]
    axis.barh(range(len(models)), rises, color=colours)
    widest = max(rises)
    for position, (item, rise) in enumerate(zip(models, rises, strict=True)):
        text = f"{rise:.1f}  ({item.parameters} parameters)"
        axis.text(min(rise, 0.62 * widest) + 0.01 * widest, position, text, va="center", fontsize=7.5)
    axis.set_yticks(range(len(models)), [item.name for item in models])
    axis.set_xlabel("AICc above the lowest [nat]")
    axis.set_xlim(0, 1.02 * widest)
    return figure


def gain_figure(explanation: Explanation) -> Figure:
    """Difference of ln L that each mechanism makes on each observation: blue, it helps; orange, it hurts."""
    table = explanation.to_dataframe()
    keys = [item.key for item in explanation.contributions]
    gains = table[keys].to_numpy(dtype=float)
    labels = [
        f"{experiment}, {label}" for experiment, label in zip(table["experiment"], table["observation"], strict=True)
    ]
    figure, axis = new_figure(width=0.52 * len(keys) + 2.6, height=0.26 * len(labels) + 1.4)
    image = axis.imshow(
        np.clip(gains, -_FULL_SCALE, _FULL_SCALE),
        cmap="PuOr",
        norm=TwoSlopeNorm(0.0, -_FULL_SCALE, _FULL_SCALE),
        aspect="auto",
    )
    for i, row in enumerate(gains):
        for j, value in enumerate(row):
            if abs(value) >= 0.5:
                text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"
                colour = "white" if abs(value) > 0.6 * _FULL_SCALE else "black"
                axis.text(j, i, text, ha="center", va="center", fontsize=6.5, color=colour)
    removed = sum(key not in {"sites", "two slow sites", "parcels", "dissolution", "affinity growth"} for key in keys)
    axis.axvline(removed - 0.5, color=GREY, linewidth=1.0)
    axis.set_xticks(range(len(keys)), keys, rotation=40, ha="right", rotation_mode="anchor", fontsize=7.5)
    axis.set_yticks(range(len(labels)), labels, fontsize=7.5)
    bar = figure.colorbar(image, ax=axis, shrink=0.7)
    bar.set_label(r"gain in $\ln L$ [nat]")
    return figure


def figures(explanation: Explanation) -> dict[str, Figure]:
    """All figures of an explanation, by name."""
    made = {"ranges": explained_ranges_figure(explanation), "models": model_figure(explanation)}
    if explanation.contributions:
        made["gains"] = gain_figure(explanation)
    return made
