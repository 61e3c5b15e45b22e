"""Figures of the published numbers explained: urine against size and against the shell, under each mechanism."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from goldshell.errors import UnknownNameError
from goldshell.fate.explanation import FateExplanation
from goldshell.fate.figures import COMPARTMENT_COLOURS
from goldshell.fate.questions.sizes import DIAMETERS, diameter_subject
from goldshell.fate.questions.zhang2026 import SHELLS
from goldshell.plotting import COLOURS, house_style, new_figure


def explanation_figure(explanation: FateExplanation) -> Figure:
    """The figure of a question.

    Parameters
    ----------
    explanation : of `goldshell.fate.explain.explain`
    """
    figures = {"sizes": urine_against_size, "zhang2026": gold_against_shell, "table1": table_rows}
    if explanation.question not in figures:
        raise UnknownNameError("question", explanation.question, figures)
    return figures[explanation.question](explanation)


@house_style
def urine_against_size(explanation: FateExplanation) -> Figure:
    """Urine by 2, 24 and 72 h against the core diameter under sieve and trap, with bands, and the published values.

    Parameters
    ----------
    explanation : of the question "sizes"
    """
    figure, axes = new_figure(1, 3, width=8.6, height=3.4, sharey=True)
    problem = explanation.mechanisms[0].fit.problem
    core = {group.name: group.covariates["core_diameter"] for group in problem.groups}
    names = list(dict.fromkeys(item.mechanism for item in explanation.forecasts))
    subjects = [diameter_subject(one) for one in DIAMETERS]
    for axis, time in zip(axes, ("2", "24", "72"), strict=True):
        for number, mechanism in enumerate(names):
            amounts = {
                item.subject: item.estimate
                for item in explanation.forecasts
                if item.mechanism == mechanism and item.quantity == f"urine by {time} h"
            }
            low, value, high = ([getattr(amounts[one], end) for one in subjects] for end in ("low", "value", "high"))
            axis.fill_between(DIAMETERS, low, high, color=COLOURS[number], alpha=0.15, linewidth=0)
            axis.plot(DIAMETERS, value, color=COLOURS[number], label=mechanism)
        for group in problem.groups:
            for one in group.entries:
                if one.time == float(time):
                    marker = {"=": "o", ">": "^", "<": "v"}[one.relation]
                    axis.plot(core[group.name], one.value, marker, color="black", markersize=5.5, mfc="white", zorder=5)
        axis.axvspan(max(core.values()), DIAMETERS[-1], color="0.95", zorder=0)
        axis.set_title(f"urine by {time} h", loc="left")
        axis.set_xlabel("core diameter [nm]")
        axis.set_xscale("log")
        axis.set_xticks([0.6, 1.0, 2.0, 4.0, 8.0])
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        axis.set_xlim(DIAMETERS[0], DIAMETERS[-1])
        axis.set_ylim(0, 100)
    axes[0].plot([], [], "o", color="black", mfc="white", label="published")
    axes[0].plot([], [], "^", color="black", mfc="white", label="published, more than")
    axes[2].annotate("not\nmeasured", (7.6, 98), ha="right", va="top", fontsize=7.5, color="0.4")
    axes[0].set_ylabel("gold in urine [%ID]")
    axes[0].legend(loc="upper right", fontsize=7.5)
    return figure


@house_style
def gold_against_shell(explanation: FateExplanation) -> Figure:
    """Urine, liver, spleen and kidney at 24 h against the number of p-ATP, one colour per mechanism that holds.

    Parameters
    ----------
    explanation : of the question "zhang2026"
    """
    figure, axes = new_figure(2, 2, width=7.6, height=5.2, sharex=True)
    names = list(dict.fromkeys(item.mechanism for item in explanation.forecasts))
    shells = np.array(SHELLS)
    for axis, quantity in zip(
        axes.ravel(), ("urine by 24 h", "faeces by 24 h", "liver at 24 h", "kidney at 24 h"), strict=True
    ):
        for number, mechanism in enumerate(names):
            mine = [item for item in explanation.forecasts if item.mechanism == mechanism and item.quantity == quantity]
            low, high = ([getattr(item.estimate, end) for item in mine] for end in ("low", "high"))
            axis.fill_between(shells, low, high, color=COLOURS[number], alpha=0.13, linewidth=0)
            axis.plot(shells, [item.estimate.value for item in mine], color=COLOURS[number], label=mechanism)
        axis.axvspan(9.3, 18.5, color="0.95", zorder=0)
        axis.set_title(quantity, loc="left")
        axis.set_ylabel("gold [%ID]")
        axis.set_ylim(bottom=0)
        axis.set_xlim(-0.5, 18.5)
    known = explanation.mechanisms[0].fit.problem.groups
    for group in known:
        if group.name.startswith("MP"):
            continue
        for one in group.entries:
            if one.value > 0:
                axis = axes[0, 0] if one.parts == ("urine",) else axes[0, 1]
                axis.plot(group.covariates["p_atp"], one.value, "o", color="black", mfc="white", markersize=5, zorder=5)
    axes[0, 0].plot([], [], "o", color="black", mfc="white", label="published (about)")
    axes[0, 1].annotate("not measured", (17.5, 0.2), ha="right", va="bottom", fontsize=7.5, color="0.4")
    for axis in axes[1]:
        axis.set_xlabel("p-ATP per cluster")
        axis.set_xticks(range(0, 19, 3))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


@house_style
def table_rows(explanation: FateExplanation) -> Figure:
    """Cells of Table 1 and the model's predictions for them and for the cells that are not there.

    Parameters
    ----------
    explanation : of the question "table1"
    """
    groups = explanation.mechanisms[0].fit.problem.groups
    parts = ("urine", "liver", "spleen", "kidney", "faeces")
    figure, axes = new_figure(1, len(parts), width=9.4, height=3.0, sharey=True)
    rows = np.arange(len(groups))[::-1]
    for axis, part in zip(axes, parts, strict=True):
        for row, group in zip(rows, groups, strict=True):
            item = next(
                one for one in explanation.forecasts if one.subject == group.name and one.quantity.startswith(part)
            )
            axis.plot([item.estimate.low, item.estimate.high], [row, row], color=COMPARTMENT_COLOURS[part], linewidth=4,
                      alpha=0.45)  # fmt: skip
            axis.plot(item.estimate.value, row, "|", color=COMPARTMENT_COLOURS[part], markersize=9, markeredgewidth=2)
            for one in group.entries:
                if one.parts == (part,):
                    marker = {"=": "o", ">": ">", "<": "<", "~": "o"}[one.relation]
                    axis.plot(one.value, row + 0.22, marker, color="black", mfc="white", markersize=5)
        if part == "urine":
            axis.set_xlim(0, 100)
        else:
            axis.set_xscale("log")
        axis.set_title(part, loc="left")
        axis.set_xlabel("[%ID]")
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes[0].set_yticks(rows, [f"{group.name}, {group.entries[0].time:g} h" for group in groups])
    return figure
