"""Figures of fits of fate: courses with bands, mass balance, what the samples determine, excreta against the shell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from goldshell.fate.figures import COMPARTMENT_COLOURS, log_axis
from goldshell.fate.fit import FateFit, Predicted
from goldshell.fate.problem import Evaluator
from goldshell.plotting import COLOURS, GREY, house_style, new_figure, save

Array = NDArray[np.float64]

_DARK = "#333333"
_MOST_GROUPS = 8
_MOST_TOGETHER = 3  # groups in the panel of a single compartment
_MOST_PANELS = 24


def write_fit_figures(result: FateFit, folder: Path) -> tuple[Path, ...]:
    """Write every figure that a fit allows as SVG.

    Parameters
    ----------
    result : the fit
    folder : made if it is not there
    """
    drawn = {
        "fit_courses": fit_courses(result),
        "fit_balance": fit_balance(result),
        "identifiability": identifiability_bars(result),
        "residuals": observed_against_predicted(result),
    }
    if result.posed.covariate:
        drawn["excreta_against_covariate"] = excreta_against_covariate(result)
    paths = []
    for name, figure in drawn.items():
        paths.append(folder / f"{name}.svg")
        save(figure, paths[-1])
    return tuple(paths)


@house_style
def fit_courses(result: FateFit) -> Figure:
    """Measured gold against time in every compartment with the fitted course and its band, groups in colours.

    Parameters
    ----------
    result : the fit
    """
    problem = result.problem
    shown = list(dict.fromkeys((one.compartment, one.quantity) for one in result.predictions))
    apart = len(shown) == 1 and len(problem.groups) > _MOST_TOGETHER  # one compartment: groups get panels of their own
    groups = problem.groups[: _MOST_PANELS if apart else _MOST_GROUPS]
    panels = len(groups) if apart else len(shown)
    columns = min(4 if apart else 3, panels)
    rows = math.ceil(panels / columns)
    figure, axes = new_figure(
        rows, columns, width=(2.1 if apart else 2.6) * columns + 0.6, height=(1.8 if apart else 2.1) * rows + 0.5,
        squeeze=False,
    )  # fmt: skip
    last = max(one.time for one in result.predictions)
    first = min(min(one.time for one in result.predictions if one.time > 0), last / 30.0)
    times = np.unique(np.concatenate([np.geomspace(0.5 * first, 1.05 * last, 90), [last]]))
    evaluator = Evaluator(problem)
    draws = result.draws(150)
    several = len(groups) > 1 and not apart
    tail = 50.0 * (1.0 - problem.level)
    for number, group in enumerate(groups):
        best = evaluator.courses(result.statistics.values, number, times)
        every = evaluator.courses(draws, number, times)
        volume = _volumes(result, number)
        spread = _volumes(result, number, draws)
        where = [axes.ravel()[number]] if apart else axes.ravel()
        for (compartment, quantity), axis in zip(shown, where, strict=False):
            colour = COLOURS[number % 7] if several else COMPARTMENT_COLOURS.get(compartment, COLOURS[0])
            line = _measured_course(result, best, compartment, quantity, volume)[0]
            band = _measured_course(result, every, compartment, quantity, spread)
            factor = _found_share(result, group.name, compartment, quantity)
            low, high = np.percentile(band, [tail, 100.0 - tail], axis=0)
            axis.fill_between(times, factor * low, factor * high, color=colour, alpha=0.18, linewidth=0)
            axis.plot(times, factor * line, color=colour, linewidth=1.5, label=group.name or None)
            mine = [
                one
                for one in result.predictions
                if (one.group, one.compartment, one.quantity) == (group.name, compartment, quantity)
            ]
            shift = 1.06 ** (number - 0.5 * (len(groups) - 1)) if several else 1.0  # beside each other
            _points(axis, mine, factor * line, times, colour if several else _DARK, shift)
    titles = [(f"{shown[0][0]}, {group.name}", shown[0][1]) for group in groups] if apart else shown
    for (compartment, quantity), axis in zip(titles, axes.ravel(), strict=False):
        unit = {"amount": "%ID", "concentration": "%ID/mL", "relative": "a.u."}[quantity]
        axis.set_title(compartment.replace("+", " + "), loc="left")
        axis.set_ylabel(unit)
        log_axis(axis)
        axis.set_ylim(bottom=0)
        axis.set_xlabel("time [h]")
    for axis in axes.ravel()[panels:]:
        axis.set_visible(False)
    if several:
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 4))
    return figure


def _volumes(result: FateFit, number: int, rows: Array | None = None) -> Array:
    """Plasma volume of a group at the best parameters or for draws, (m, 1) [mL]."""
    evaluator = Evaluator(result.problem)
    found = evaluator.group_values(result.statistics.values if rows is None else rows, number)
    known = result.problem.fixed.get("V1", result.problem.animal.plasma_volume)
    return np.asarray(found.get("V1", np.array([known])))[:, None]


def _found_share(result: FateFit, group: str, compartment: str, quantity: str) -> float:
    """What the method shows of an amount: the recovery, or the scale of an image [1; a.u. per %ID]."""
    values = result.values
    if quantity != "relative":
        return values.get("recovery", values.get(f"recovery[{group}]", 1.0))
    known = values.get("scale", 1.0) * values.get(f"factor[{compartment}]", 1.0)
    return values.get(f"scale[{compartment}]", known)


def _measured_course(
    result: FateFit, courses: dict[str, Array], compartment: str, quantity: str, volume: Array
) -> Array:
    """What a sample of a compartment would show along the course, (m, k); excreta from the injection on."""
    animal = result.problem.animal
    cells = 1.0 - animal.hematocrit
    plasma = courses["plasma"] + courses.get("coated_plasma", 0.0)
    if quantity == "concentration":
        return np.asarray(plasma / volume * (cells if compartment == "blood" else 1.0))
    total = np.zeros_like(plasma)
    for part in compartment.split("+"):
        name = part if part in courses else {"blood": "plasma", "rest": "peripheral"}[part]
        total = total + courses[name]
        if part in animal.residual_blood:
            total = total + animal.residual_blood[part] * cells * plasma / volume
    return np.asarray(total)


def _points(axis: Axes, samples: Sequence[Predicted], line: Array, times: Array, colour: str, shift: float) -> None:
    """Samples as points; an increment stands on top of the fitted amount at its begin."""
    for one in samples:
        time = one.time * shift
        base = float(np.interp(one.start, times, line)) if one.start > 0 else 0.0
        value = base + one.observed
        if one.relation in "<>":
            axis.plot(time, value, "v" if one.relation == "<" else "^", color=colour, markersize=5, mfc="none")
            continue
        below, above = one.observed * -math.expm1(-one.sigma), one.observed * math.expm1(one.sigma)
        axis.errorbar(
            time, value, yerr=[[below], [above]], fmt="o", color=colour, markersize=3.2, capsize=1.5, linewidth=0.8
        )


@house_style
def fit_balance(result: FateFit) -> Figure:
    """The fitted amounts stacked to the dose, and what was found at each time of dissection, red above 100 %ID.

    Parameters
    ----------
    result : the fit
    """
    problem = result.problem
    groups = problem.groups[:4]
    figure, axes = new_figure(
        1, len(groups), width=max(6.4, 2.7 * len(groups) + 1.4), height=3.4, squeeze=False, sharey=True
    )
    last = max(one.time for one in result.predictions)
    times = np.geomspace(max(last / 300.0, 1e-3), last, 100)
    evaluator = Evaluator(problem)
    top = 100.0
    handles: dict[str, Artist] = {}
    for number, (group, axis) in enumerate(zip(groups, axes[0], strict=True)):
        best = evaluator.courses(result.statistics.values, number, times)
        names = [name for name in COMPARTMENT_COLOURS if name in best] + [
            name for name in best if name not in COMPARTMENT_COLOURS
        ]
        stack = axis.stackplot(
            times, [best[name][0] for name in names], colors=[COMPARTMENT_COLOURS.get(name, GREY) for name in names],
            linewidth=0.4, edgecolor="white",
        )  # fmt: skip
        handles |= dict(zip(names, stack, strict=True))
        for item in result.recoveries:
            if item["group"] != group.name:
                continue
            total = item["found_percent_id"]
            top = max(top, total)
            marker = axis.plot(
                item["time_h"], total, "D", color="#B00020" if total > 100 else "black", markersize=5, zorder=5,
                markeredgecolor="white", clip_on=False,
            )[0]  # fmt: skip
            handles.setdefault("found in all samples", marker)
        axis.axhline(100.0, color="black", linewidth=0.8)
        axis.set_xlim(times[0], times[-1] * 1.06)
        log_axis(axis)
        axis.set_xlabel("time [h]")
        axis.set_title(group.name, loc="left")
    axes[0, 0].set_ylim(0, 1.05 * top)
    axes[0, 0].set_ylabel("amount, stacked [%ID]")
    figure.legend(
        list(handles.values())[::-1], [name.replace("_", " ") for name in handles][::-1], loc="outside right upper",
        fontsize=8,
    )  # fmt: skip
    return figure


@house_style
def identifiability_bars(result: FateFit) -> Figure:
    """Relative error of every parameter from the samples alone; grey where the number is the prior's.

    Parameters
    ----------
    result : the fit
    """
    items = [item for item in result.parameters if item.parameter.role in {"population", "recovery"}]
    items.sort(key=lambda item: -item.data_error)
    errors = np.array([100.0 * item.data_error for item in items])
    shown = np.minimum(errors, 1000.0)
    figure, axis = new_figure(width=6.4, height=0.9 + 0.28 * len(items))
    rows = np.arange(len(items))
    axis.barh(rows, shown, color=[COLOURS[0] if item.identifiable else GREY for item in items], height=0.7)
    for row, (value, drawn) in enumerate(zip(errors, shown, strict=True)):
        text = f"{value:.0f} %" if value < 1000 else "not determined"
        axis.annotate(text, (drawn, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7.5)
    axis.axvline(50.0, color="black", linewidth=0.8, linestyle=":")
    axis.set_yticks(rows, [item.parameter.name for item in items])
    axis.set_xlim(min(1.0, 0.8 * float(shown.min())), 4000.0)
    log_axis(axis)
    axis.set_xlabel("relative standard error from the samples alone [%]\n(grey: the number is the prior's)")
    return figure


@house_style
def observed_against_predicted(result: FateFit) -> Figure:
    """Every sample against what the fit says of it, and the standardised residual against time.

    Parameters
    ----------
    result : the fit
    """
    figure, (left, right) = new_figure(1, 2, width=7.2, height=3.2)
    named: set[str] = set()
    for one in result.predictions:
        colour = COMPARTMENT_COLOURS.get(one.compartment, GREY)
        label = None if one.compartment in named else one.compartment
        named.add(one.compartment)
        marker = {"<": "v", ">": "^"}.get(one.relation, "o")
        left.plot(one.predicted, one.observed, marker, color=colour, markersize=4, label=label, linestyle="none")
        right.plot(max(one.time, 1e-3), one.residual, marker, color=colour, markersize=4)
    ends = np.array([min(*left.get_xlim(), *left.get_ylim()), max(*left.get_xlim(), *left.get_ylim())])
    smallest = min(min(one.predicted, one.observed) for one in result.predictions)
    ends[0] = 0.6 * smallest
    ends[1] = 1.6 * max(max(one.predicted, one.observed) for one in result.predictions)
    left.plot(ends, ends, color="black", linewidth=0.8)
    left.set_xscale("log")
    left.set_yscale("log")
    left.set_xlabel("predicted [%ID, %ID/mL or a.u.]")
    left.set_ylabel("measured")
    left.legend(fontsize=7)
    right.axhspan(-2, 2, color="0.92", zorder=0)
    right.axhline(0, color="black", linewidth=0.8)
    log_axis(right)
    right.set_xlabel("time [h]")
    right.set_ylabel("residual [standard deviations]")
    return figure


@house_style
def excreta_against_covariate(result: FateFit, time: float | None = None) -> Figure:
    """Excreta, liver, spleen, kidney and tumour at one time against the covariate of the groups, with bands and data.

    Lines are what samples show: with the blood left in an organ, and with the recovery where there are samples.
    Increments of a cage are added up. What the model does not have is left out.

    Parameters
    ----------
    result : a fit of several groups with a covariate
    time : the last of the samples when None [h]
    """
    when = max(one.time for one in result.predictions) if time is None else time
    evaluator = Evaluator(result.problem)
    draws = result.draws(200)
    tail = 50.0 * (1.0 - result.problem.level)
    groups = result.problem.groups
    there = evaluator.courses(result.statistics.values, 0, np.array([0.0, when]))
    panels = [
        (title, names)
        for title, every in (
            (f"excreted by {when:g} h", ("urine", "faeces", "eliminated")),
            (f"held at {when:g} h", ("liver", "spleen", "kidney", "tumour")),
        )
        if (names := [name for name in every if name in there])
    ]
    figure, axes = new_figure(1, len(panels), width=3.8 * len(panels), height=3.3, squeeze=False)
    x = np.array([group.covariates[result.posed.covariate] for group in groups])
    order = np.argsort(x)
    measured = {one.compartment for one in result.predictions}
    for name, axis in ((name, axis) for (_, names), axis in zip(panels, axes[0], strict=True) for name in names):
        colour = COMPARTMENT_COLOURS.get(name, GREY)
        best, low, high = [], [], []
        for number, group in enumerate(groups):
            grid, at = np.array([0.0, when]), result.statistics.values
            factor = _found_share(result, group.name, name, "amount") if name in measured else 1.0
            line = _measured_course(
                result, evaluator.courses(at, number, grid), name, "amount", _volumes(result, number)
            )
            band = _measured_course(
                result, evaluator.courses(draws, number, grid), name, "amount", _volumes(result, number, draws)
            )
            best.append(factor * float(line[0, 1]))
            limits = factor * np.percentile(band[:, 1], [tail, 100.0 - tail])
            low.append(float(limits[0]))
            high.append(float(limits[1]))
            for value, sigma in _measured_by(result, group.name, name, when):
                axis.errorbar(
                    x[number], value, yerr=[[value * -math.expm1(-sigma)], [value * math.expm1(sigma)]],
                    fmt="o", color=colour, markersize=4, capsize=2, markeredgecolor="black",
                )  # fmt: skip
        axis.fill_between(x[order], np.array(low)[order], np.array(high)[order], color=colour, alpha=0.2, linewidth=0)
        axis.plot(x[order], np.array(best)[order], color=colour, label=name)
    for axis, (title, _) in zip(axes[0], panels, strict=True):
        axis.set_xlabel(result.posed.covariate.replace("_", " "))
        axis.set_ylabel("gold [%ID]")
        axis.set_ylim(bottom=0)
        axis.set_title(title, loc="left")
        axis.legend()
    return figure


def _measured_by(result: FateFit, group: str, compartment: str, when: float) -> list[tuple[float, float]]:
    """Amounts measured up to a time, increments of a cage added up, each with its standard deviation of ln."""
    mine = [
        one
        for one in result.predictions
        if (one.group, one.compartment, one.quantity) == (group, compartment, "amount") and one.relation in "=~"
    ]
    whole = [(one.observed, one.sigma) for one in mine if one.start == 0 and one.time == when]
    if whole:
        return whole
    total, variance, end = 0.0, 0.0, 0.0
    for one in sorted(mine, key=lambda one: one.start):
        if one.start == end:
            total, variance, end = total + one.observed, variance + (one.observed * one.sigma) ** 2, one.time
    return [(total, math.sqrt(variance) / total)] if end == when and total > 0 else []
