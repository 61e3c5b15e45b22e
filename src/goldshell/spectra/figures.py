"""Figures of spectra: the spectrum with its fit, windows per charge, composition against binomial, assignments."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from goldshell.chemistry import binomial_distribution
from goldshell.plotting import COLOURS, GREY, new_figure
from goldshell.spectra.esi_ms import Assignment, EsiMsResult

_MOST_DRAWN = 20000


def spectrum_figure(result: EsiMsResult) -> Figure:
    """The whole spectrum with the fitted ions, each charge labelled, and the residual below.

    Parameters
    ----------
    result : of `analyse_spectrum`
    """
    figure, (top, bottom) = new_figure(
        2, 1, width=7.2, height=4.2, sharex=True, gridspec_kw={"height_ratios": [3.2, 1]}
    )
    scale = 100.0 / float(result.intensity.max())
    x, y, fitted = _thinned(result)
    top.plot(x, scale * y, color="black", linewidth=0.7, label="measured")
    top.plot(x, scale * fitted, color=COLOURS[1], linewidth=0.7, alpha=0.85, label="fitted")
    strong = [item for item in result.assignments if item.intensity > 0.02 * result.assignments[0].intensity]
    for charge in sorted({item.charge for item in strong}, key=abs):
        mine = [item.mz for item in strong if item.charge == charge]
        near = (x > min(mine) - 2.0) & (x < max(mine) + 2.0)
        height = float(scale * y[near].max()) if near.any() else 0.0
        text = f"{abs(charge) if abs(charge) > 1 else ''}{'-' if charge < 0 else '+'}"
        top.annotate(text, (0.5 * (min(mine) + max(mine)), height), (0, 5), textcoords="offset points", ha="center",
                     fontsize=9, fontweight="bold", color=COLOURS[0])  # fmt: skip
    top.set_ylim(-2, 118)
    top.set_ylabel("intensity [% of largest]")
    top.legend(loc="upper right", fontsize=8, frameon=False)
    name = f"{result.cluster} + {result.incoming}" if result.incoming else result.cluster
    top.set_title(f"{name}: {result.calibration_ppm:+.1f} ppm, R {result.resolution:.0f}", loc="left", fontsize=9.5)
    left = result.intensity - result.model - result.baseline
    size = len(result.mz) // _MOST_DRAWN + 1
    blocks = left[: len(left) // size * size].reshape(-1, size)  # the largest of each run, as in the panel above
    residual = scale * blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
    bottom.axhline(0.0, color=GREY, linewidth=0.8)
    bottom.plot(x, residual, color="black", linewidth=0.6)
    strongest = [peak for peak in result.unexplained_peaks if scale * peak[1] > 0.5][:5]
    if strongest:
        bottom.plot([mz for mz, _ in strongest], [scale * height for _, height in strongest], "v", color=COLOURS[1],
                    markersize=4)  # fmt: skip
    bottom.set_ylabel("residual [%]")
    bottom.set_xlabel("m/z [Th]")
    return figure


def window_figure(result: EsiMsResult, *, most: int = 6) -> Figure:
    """A zoomed window around the most intense ion of each charge, with its isotope envelope fitted.

    Parameters
    ----------
    result : of `analyse_spectrum`
    most : windows at most, those of the most intense charges
    """
    chosen: list[Assignment] = []
    for item in result.assignments:
        if abs(item.charge) not in {abs(other.charge) for other in chosen}:
            chosen.append(item)
    chosen = sorted(chosen[:most], key=lambda item: abs(item.charge))
    columns = min(2, len(chosen))
    rows = math.ceil(len(chosen) / columns)
    figure, grid = new_figure(rows, columns, width=3.7 * columns + 0.2, height=2.3 * rows + 0.6, squeeze=False)
    for axis, item in zip(grid.flat, chosen, strict=False):
        half = 9.0 / abs(item.charge)
        inside = (result.mz > item.mz - half) & (result.mz < item.mz + half)
        x, y = result.mz[inside], result.intensity[inside]
        scale = 100.0 / max(float(y.max()), 1e-300)
        axis.plot(x, scale * y, ".", color="black", markersize=2.2, label="measured")
        axis.plot(x, scale * (result.model + result.baseline)[inside], color=COLOURS[1], linewidth=1.0, label="fitted")
        axis.plot(x, scale * result.baseline[inside], color=GREY, linewidth=0.9, linestyle="--", label="baseline")
        axis.set_title(item.ion, loc="left", fontsize=7.5 if len(item.ion) > 34 else 9)
        axis.set_ylim(min(-3.0, 1.05 * float(scale * y.min())), 112)
        axis.ticklabel_format(axis="x", useOffset=False)
        axis.locator_params(axis="x", nbins=5)
        axis.set_xlabel("m/z [Th]")
    for axis in list(grid.flat)[len(chosen) :]:
        axis.set_visible(False)
    for row in grid:
        row[0].set_ylabel("intensity [%]")
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    return figure


def composition_figure(result: EsiMsResult) -> Figure:
    """Fractions of n = 0..N with intervals, beside the binomial of the same mean.

    Parameters
    ----------
    result : of `analyse_spectrum`
    """
    figure, axis = new_figure(width=6.2, height=3.4)
    n = np.arange(len(result.fractions))
    value = np.array([100 * item.value for item in result.fractions])
    low = np.array([100 * item.low for item in result.fractions])
    high = np.array([100 * item.high for item in result.fractions])
    axis.bar(n, value, width=0.75, color="#BBD5EA", edgecolor=COLOURS[0], linewidth=0.8, label="found")
    known = np.isfinite(low) & (high - low < 99.0)
    if known.any():
        below = value[known] - np.minimum(low, value)[known]
        above = np.maximum(high, value)[known] - value[known]
        axis.errorbar(n[known], value[known], [below, above], fmt="none", ecolor="black", elinewidth=1.0, capsize=2.5,
                      label="interval")  # fmt: skip
    sites = len(n) - 1
    expected = 100 * binomial_distribution(sites, min(max(result.mean_n.value / sites, 0.0), 1.0))
    axis.plot(n, expected, "o-", color=COLOURS[1], markersize=4, linewidth=0.9, label="binomial of the same mean")
    unseen = n[np.isfinite(low) & (high - low >= 99.0) & (value == 0)]
    if len(unseen):
        axis.plot(unseen, np.zeros(len(unseen)), "x", color=GREY, markersize=5, label="outside the m/z range",
                  clip_on=False)  # fmt: skip
    axis.set_xticks(n if sites <= 26 else n[::4])
    axis.set_xlim(-0.7, sites + 0.7)
    axis.set_ylim(0, 1.12 * max(float(np.nanmax(np.where(known, high, 0))), float(value.max()), float(expected.max())))
    axis.set_xlabel(f"{result.incoming} per cluster, n")
    axis.set_ylabel("clusters [%]")
    index = result.dispersion_index.value
    text = f", dispersion index {index:.2f}, {result.dispersion_reading}" if math.isfinite(index) else ""
    axis.set_title(f"mean n {result.mean_n.value:.2f}{text}", loc="left", fontsize=9.5)
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    return figure


def assignment_figure(result: EsiMsResult, *, most: int = 22) -> Figure:
    """The most intense ions as a table: ion, charge, protons lost, m/z, share of the intensity.

    Parameters
    ----------
    result : of `analyse_spectrum`
    most : rows at most
    """
    rows = result.assignments[:most]
    total = sum(item.intensity for item in result.assignments)
    figure, axis = new_figure(width=7.2, height=0.24 * (len(rows) + 2) + 0.3)
    axis.axis("off")
    header = ("ion", "core", "H lost", "m/z [Th]", "share [%]")
    places = (0.0, 0.60, 0.70, 0.85, 1.0)
    axis.set_xlim(0, 1)
    axis.set_ylim(-len(rows) - 0.7, 0.8)
    for place, text in zip(places, header, strict=True):
        axis.text(place, 0, text, fontsize=8, fontweight="bold", ha="left" if place == 0 else "right")
    axis.axhline(-0.35, color=GREY, linewidth=0.8)
    for line, item in enumerate(rows, 1):
        cells = (item.ion, f"{item.core_charge:+d}" if item.core_charge else "0", str(item.hydrogens_lost),
                 f"{item.mz:.4f}", f"{100 * item.intensity / total:.2f}")  # fmt: skip
        for place, text in zip(places, cells, strict=True):
            axis.text(place, -line, text, fontsize=8, ha="left" if place == 0 else "right")
    if len(result.assignments) > most:
        axis.text(0, -len(rows) - 0.6, f"and {len(result.assignments) - most} more", fontsize=7, color=GREY, va="top")
    return figure


def _thinned(result: EsiMsResult) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points for a drawing: of each run of neighbours the one with the largest intensity."""
    fitted = result.model + result.baseline
    size = len(result.mz) // _MOST_DRAWN + 1
    if size == 1:
        return result.mz, result.intensity, fitted
    usable = len(result.mz) // size * size
    block = result.intensity[:usable].reshape(-1, size)
    pick = np.arange(len(block)) * size + block.argmax(axis=1)
    return result.mz[pick], result.intensity[pick], fitted[pick]
