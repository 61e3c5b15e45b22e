"""Figures of spectra in time: the spectra, the track of the peak, and the changes against their tolerances."""

from __future__ import annotations

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from goldshell.plotting import COLOURS, GREY, house_style, new_figure
from goldshell.spectra.stability import ConditionStability, StabilityResult

_VERDICT = {"unchanged": COLOURS[0], "changed": COLOURS[1], "undetermined": GREY}


@house_style
def spectra_figure(result: ConditionStability) -> Figure:
    """Spectra of one sample over time, with position and width of the band in time beside.

    Parameters
    ----------
    result : one condition of `stability`
    """
    import matplotlib

    figure, axes = new_figure(2, 2, width=7.4, height=3.9, width_ratios=(1.55, 1))
    grid = axes[0, 0].get_gridspec()
    for axis in axes[:, 0]:
        axis.remove()
    left = figure.add_subplot(grid[:, 0])
    series = result.series
    shades = ListedColormap(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.88, 256)))
    norm = Normalize(float(series.time[0]), float(series.time[-1]))
    for time, row in zip(series.time, series.absorbance, strict=True):
        left.plot(series.wavelength, row, color=shades(norm(time)), linewidth=1.0)
    left.axvspan(*result.window, color=GREY, alpha=0.12, linewidth=0)
    for point in result.isosbestic.points if result.isosbestic.shapes == 1 else ():
        left.axvline(point.value, color="black", linestyle=":", linewidth=0.8)
    left.set_xlabel("wavelength / nm")
    left.set_ylabel("absorbance")
    left.set_title(f"{series.condition}: {result.verdict}", loc="left", fontweight="bold")
    left.set_xlim(series.wavelength[0], series.wavelength[-1])
    figure.colorbar(ScalarMappable(norm, shades), ax=left, label="time / h", pad=0.02)
    time = [one.time for one in result.peaks]
    for axis, name, values, errors in (
        (axes[0, 1], "position / nm", [p.position for p in result.peaks], [p.position_sd for p in result.peaks]),
        (axes[1, 1], "width (FWHM) / nm", [p.width for p in result.peaks], [p.width_sd for p in result.peaks]),
    ):
        axis.errorbar(time, values, yerr=1.96 * np.array(errors), fmt="o", color=COLOURS[0], markersize=4, capsize=2,
                      linewidth=0.9)  # fmt: skip
        quantity = "shift" if name.startswith("pos") else "broadening"
        found = [one for one in result.changes if one.quantity == quantity]
        if found and values:
            margin = found[0].tolerance * (1.0 if quantity == "shift" else values[0])
            axis.axhspan(values[0] - margin, values[0] + margin, color=COLOURS[2], alpha=0.15, linewidth=0)
            low, high = min([*values, values[0] - margin]), max([*values, values[0] + margin])
            axis.set_ylim(low - 0.35 * margin, high + 0.35 * margin)
        axis.set_ylabel(name)
        axis.ticklabel_format(axis="y", useOffset=False)
    axes[0, 1].tick_params(labelbottom=False)
    axes[0, 1].set_title("band: green, within tolerance", fontsize=8.0)
    axes[1, 1].set_xlabel("time / h")
    return figure


@house_style
def verdicts_figure(result: StabilityResult) -> Figure:
    """Changes of every sample in units of their tolerance, with intervals; inside the band is unchanged.

    Parameters
    ----------
    result : of `stability`
    """
    names = {"shift": "shift", "broadening": "width", "absorbance": "absorbance"}
    rows = [(one.series.condition, change) for one in result.conditions for change in one.changes]
    figure, axis = new_figure(width=6.4, height=0.27 * len(rows) + 1.2)
    axis.add_patch(Rectangle((-1, -0.5), 2, len(rows), color=COLOURS[2], alpha=0.15, linewidth=0))
    axis.axvline(0, color=GREY, linewidth=0.8)
    for place, (_, change) in enumerate(rows):
        centre, low, high = (value / change.tolerance for value in
                             (change.estimate.value, change.estimate.low, change.estimate.high))  # fmt: skip
        axis.errorbar([centre], [place], xerr=[[centre - low], [high - centre]], fmt="o", markersize=4, capsize=2,
                      color=_VERDICT[change.verdict])  # fmt: skip
    labels = [f"{condition}: {names[change.quantity]}" for condition, change in rows]
    axis.set_yticks(range(len(rows)), labels)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    limit = max(1.6, *(1.15 * max(abs(c.estimate.low), abs(c.estimate.high)) / c.tolerance for _, c in rows))
    axis.set_xscale("symlog", linthresh=2.0)
    axis.set_xlim(-limit, limit)
    ticks = [tick for tick in (-100, -30, -10, -5, -2, -1, 0, 1, 2, 5, 10, 30, 100) if abs(tick) <= limit]
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_xticks([], minor=True)
    c = result.criteria
    axis.set_xlabel(
        f"change / tolerance ({c.shift:g} nm, {100 * c.broadening:g} % of width, {100 * c.loss:g} % of absorbance)"
    )
    for verdict, colour in _VERDICT.items():
        axis.plot([], [], "o", color=colour, label=verdict)
    figure.legend(loc="outside upper right", ncols=3)
    return figure


def stability_figures(result: StabilityResult) -> dict[str, Figure]:
    """All figures of the analysis, by name."""
    figures = {"verdicts": verdicts_figure(result)}
    for number, one in enumerate(result.conditions, 1):
        figures[f"spectra-{number}"] = spectra_figure(one)
    return figures
