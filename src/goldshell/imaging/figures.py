"""Figures of imaging: frames with regions and scale bar, curves, bars with corrected p."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from goldshell.imaging.camera import Camera
from goldshell.imaging.quantify import TimeActivity
from goldshell.imaging.register import Drift
from goldshell.imaging.roi import Roi
from goldshell.imaging.stack import ImageStack
from goldshell.plotting import COLOURS, GREY, house_style, new_figure
from goldshell.statistics import GroupComparison

Array = NDArray[np.float64]

_PANELS = 8
_NICE = (1, 2, 5)


@house_style
def montage(
    stack: ImageStack,
    rois: Sequence[Roi],
    camera: Camera,
    times: Array | None = None,
    *,
    drift: Drift | None = None,
    panels: int = _PANELS,
) -> Figure:
    """Evenly spread frames on one scale of light, with the outlines of the regions and a scale bar.

    Parameters
    ----------
    stack : the frames
    rois : regions to outline
    camera : corrections
    times : of the frames [s]; their numbers are written without
    drift : moves the outlines with the animal
    panels : most frames drawn

    Returns
    -------
    Figure
    """
    numbers = stack.sample(panels)
    images = [camera.correct(stack[number], number) for number in numbers]
    low = float(min(np.percentile(image, 1) for image in images))
    high = float(max(np.percentile(image, 99.8) for image in images))
    columns = min(4, len(numbers))
    rows = math.ceil(len(numbers) / columns)
    aspect = stack.shape[0] / stack.shape[1]
    figure, axes = new_figure(
        rows, columns, width=8.2, height=0.5 + rows * (7.4 / columns * aspect + 0.3), squeeze=False
    )
    step = max(1, max(stack.shape) // 512)  # a figure needs no more pixels than it prints
    for axis, number, image in zip(axes.ravel(), numbers, images, strict=False):
        shown = axis.imshow(
            image[::step, ::step], cmap="magma", vmin=low, vmax=max(high, low + 1e-9),
            extent=(0, stack.shape[1], stack.shape[0], 0), interpolation="nearest",
        )  # fmt: skip
        move = np.zeros(2) if drift is None else drift.shifts[number][::-1]  # x, y
        for position, roi in enumerate(rois):
            colour = COLOURS[:6][position % 6]
            for outline in roi.outlines:
                axis.add_patch(Polygon(outline + move, closed=True, fill=False, edgecolor="white", linewidth=1.8))
                axis.add_patch(Polygon(outline + move, closed=True, fill=False, edgecolor=colour, linewidth=1.0))
            if number == numbers[0] and roi.outlines:
                right, bottom = roi.outlines[0].max(axis=0) + move
                beside = right < 0.6 * stack.shape[1]  # else the name ends at the region, within the picture
                axis.annotate(
                    roi.name, (right, bottom), (0, 0 if beside else -1), textcoords="offset points", color="white",
                    fontsize=6.5, ha="left" if beside else "right", va="baseline" if beside else "top",
                    annotation_clip=True,
                )  # fmt: skip
        title = f"frame {number + 1}" if times is None else _time_text(float(times[number]))
        axis.set_title(title, fontsize=8.5)
        axis.set_xticks([])
        axis.set_yticks([])
        for side in axis.spines.values():
            side.set_visible(False)
    for axis in axes.ravel()[len(numbers) :]:
        axis.remove()
    _scale_bar(axes[0, 0], stack)
    figure.colorbar(
        shown,
        ax=[axis for axis in axes.ravel() if axis.figure],
        label=f"{'CT number' if stack.unit == 'HU' else 'light'} [{stack.light_unit}]",
        shrink=0.8,
    )
    return figure


@house_style
def activity_curves(results: Mapping[str, TimeActivity]) -> Figure:
    """Curves of each region: every mouse faint, mean and SD over the mice bold; one mouse with its standard error.

    Parameters
    ----------
    results : mouse -> its curves; mice share the regions' names

    Returns
    -------
    Figure
    """
    background = {result.background for result in results.values()}
    names = list(dict.fromkeys(curve.name for result in results.values() for curve in result.rois))
    names = [name for name in names if not (background == {name} and len(names) > 1)]
    columns = min(3, len(names))
    rows = math.ceil(len(names) / columns)
    figure, axes = new_figure(
        rows, columns, width=1.0 + 2.5 * columns, height=0.5 + 2.1 * rows, squeeze=False, sharex=True
    )
    panels = list(axes.ravel())
    for position, (axis, name) in enumerate(zip(panels, names, strict=False)):
        colour = COLOURS[position % 6]
        curves = [curve for result in results.values() for curve in result.rois if curve.name == name]
        times = curves[0].time / 60.0
        for curve in curves:
            if len(curves) == 1:
                axis.errorbar(times, curve.best, yerr=curve.best_sem, fmt="o-", color=colour, markersize=3, capsize=1.5)
            else:
                axis.plot(curve.time / 60.0, curve.best, color=colour, alpha=0.35, linewidth=0.9)
            full = curve.saturated_fraction > 0
            axis.plot(curve.time[full] / 60.0, curve.best[full], "x", color="black", markersize=5)
        if len(curves) > 1 and all(np.array_equal(curve.time, curves[0].time) for curve in curves):
            values = np.array([curve.best for curve in curves])
            mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
            axis.plot(times, mean, color=colour, linewidth=2.0)
            axis.fill_between(times, mean - sd, mean + sd, color=colour, alpha=0.2, linewidth=0)
        axis.axhline(0, color=GREY, linewidth=0.6)
        axis.set_title(name)
    for axis in panels[len(names) :]:
        axis.set_visible(False)
    for column in range(columns):
        lowest = axes[(len(names) - 1 - column) // columns, column]
        lowest.tick_params(labelbottom=True)
        lowest.set_xlabel("time [min]")
    above = "light above background" if any(background) else "light"
    for row in range(rows):
        axes[row, 0].set_ylabel(f"{above}\n[{next(iter(results.values())).unit}]")
    many = len(results) > 1
    note = f"thin: {len(results)} mice; bold: mean, band: SD" if many else "bars: standard error from the pixels' noise"
    if any(curve.saturated_fraction.any() for result in results.values() for curve in result.rois):
        note += "; crosses: saturated pixels, a lower bound"
    figure.supxlabel(note, fontsize=8, color="0.35")
    return figure


@house_style
def comparison_bars(organs: Mapping[str, GroupComparison], *, label: str = "value per animal") -> Figure:
    """Mean and SD of each group as bars, animals as points, Welch's p after Holm's correction above them.

    Parameters
    ----------
    organs : organ -> its comparisons
    label : of the value axis, with its unit

    Returns
    -------
    Figure
    """
    columns = min(3, len(organs))
    rows = math.ceil(len(organs) / columns)
    figure, axes = new_figure(rows, columns, width=1.2 + 2.4 * columns, height=0.4 + 2.7 * rows, squeeze=False)
    panels = list(axes.ravel())
    for axis, (organ, result) in zip(panels, organs.items(), strict=False):
        names = list(result.groups)
        for place, values in enumerate(result.groups.values()):
            axis.bar(
                place, values.mean(), yerr=values.std(ddof=1), width=0.62, color=COLOURS[place % 6], alpha=0.45,
                capsize=3, error_kw={"linewidth": 1.0},
            )  # fmt: skip
            offsets = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else np.zeros(1)
            axis.plot(place + offsets, values, "o", color=COLOURS[place % 6], markersize=4, markeredgecolor="white")
        tops = [max(values.max(), values.mean() + values.std(ddof=1)) for values in result.groups.values()]
        low = min(0.0, *(float(values.min()) for values in result.groups.values()))
        span = max(max(tops) - low, 1e-12)
        for level, item in enumerate(result.comparisons[:6]):
            first, second = names.index(item.first), names.index(item.second)
            height = max(tops) + span * (0.07 + 0.13 * level)
            axis.plot([first, second], [height, height], color="black", linewidth=0.8)
            mark = item.to_dict()["stars"]
            text = f"p = {item.welch_p_holm:.2g}{' ' + mark if mark else ''}"
            axis.annotate(
                text, ((first + second) / 2, height), (0, 2), textcoords="offset points", ha="center", fontsize=7.5
            )
        axis.set_ylim(low, max(tops) + span * (0.2 + 0.13 * min(len(result.comparisons), 6)))
        axis.set_xticks(range(len(names)), [f"{name}\nn = {len(result.groups[name])}" for name in names])
        axis.set_title("" if organ == "all" else organ)
    for axis in panels[len(organs) :]:
        axis.remove()
    for row in range(rows):
        axes[row, 0].set_ylabel(label)
    notes = ("bars: mean, SD; points: animals", "p: Welch, corrected by Holm over all panels")
    figure.supxlabel(("; " if columns > 1 else "\n").join(notes), fontsize=8, color="0.35")
    return figure


def _time_text(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def _scale_bar(axis: object, stack: ImageStack) -> None:
    """A bar of about a quarter of the width: mm where the pixel size is known, else pixels."""
    width, height = stack.shape[1], stack.shape[0]
    known = math.isfinite(stack.pixel_size) and stack.pixel_size > 0
    unit = stack.pixel_size / 1000.0 if known else 1.0
    aim = 0.3 * width * unit
    power = 10.0 ** math.floor(math.log10(aim))
    length = max(step * power for step in _NICE if step * power <= aim)
    left, bottom = 0.05 * width, 0.93 * height
    axis.plot([left, left + length / unit], [bottom, bottom], color="white", linewidth=2.5)  # type: ignore[attr-defined]
    axis.annotate(  # type: ignore[attr-defined]
        f"{length:g} {'mm' if known else 'px'}", (left, bottom), (0, 4), textcoords="offset points", color="white",
        fontsize=7,
    )  # fmt: skip
