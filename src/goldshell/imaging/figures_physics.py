"""Figures of light in tissue, calibration lines and kidney curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from goldshell.imaging.optics.tissue import LONGEST, SHORTEST, Tissue, absorption, properties
from goldshell.imaging.optics.visibility import Visibility
from goldshell.imaging.optics.voxels import VoxelLight
from goldshell.imaging.photoacoustic import PatlakFit
from goldshell.plotting import COLOURS, GREY, house_style, label_panels, new_figure
from goldshell.statistics import CalibrationLine


@house_style
def tissue_spectra(media: Sequence[Tissue], marks: Sequence[float] = ()) -> Figure:
    """Absorption of the chromophores, absorption and reduced scattering of tissues.

    Parameters
    ----------
    media : tissues
    marks : wavelengths to mark [nm]

    Returns
    -------
    Figure
    """
    waves = np.arange(SHORTEST, LONGEST, 5.0)
    figure, axes = new_figure(1, 3, width=9.6, height=3.2)
    for colour, name in zip(COLOURS, ("water", "blood", "lipid"), strict=False):
        axes[0].plot(waves, [absorption(name, wave) for wave in waves], color=colour, label=name)
    for colour, medium in zip(COLOURS, media, strict=False):
        values = [properties(medium, wave)[0] for wave in waves]
        axes[1].plot(waves, [one.absorption for one in values], color=colour, label=medium.name)
        axes[2].plot(waves, [one.reduced_scattering for one in values], color=colour, label=medium.name)
    labels = (r"$\mu_a$, pure / mm$^{-1}$", r"$\mu_a$, tissue / mm$^{-1}$", "reduced scattering / mm$^{-1}$")
    for axis, label in zip(axes, labels, strict=True):
        axis.set_yscale("log")
        axis.set_xlabel("wavelength / nm")
        axis.set_ylabel(label)
        for mark in marks:
            axis.axvline(mark, color=GREY, linewidth=0.8, linestyle=":")
        axis.legend(loc="best")
    label_panels(list(axes))
    return figure


@house_style
def visibility_map(found: Visibility) -> Figure:
    """Least visible concentration by depth: one line per exposure, with its range over tissues; and the map.

    Parameters
    ----------
    found : of `visibility`

    Returns
    -------
    Figure
    """
    two_ways = found.depth.size > 1 and found.exposure.size > 1
    figure, axes = new_figure(1, 2 if two_ways else 1, width=8.4 if two_ways else 4.8, height=3.5, squeeze=False)
    axis = axes[0, 0]
    for number, exposure in enumerate(found.exposure):
        colour = COLOURS[number % len(COLOURS)]
        axis.fill_between(
            found.depth, found.least_low[number], found.least_high[number], color=colour, alpha=0.2, linewidth=0
        )
        axis.plot(found.depth, found.least[number], color=colour, marker="o", markersize=3, label=f"{exposure:g} s")
    axis.set_yscale("log")
    axis.set_xlabel("depth / mm")
    axis.set_ylabel("least visible concentration / µM")
    axis.legend(title="exposure", loc="best")
    if two_ways:
        edges = [_edges(found.depth), _edges(found.exposure)]
        image = axes[0, 1].pcolormesh(
            edges[0], edges[1], found.least, norm=LogNorm(), cmap="viridis_r", linewidth=0, rasterized=True
        )
        axes[0, 1].set_yscale("log")
        axes[0, 1].set_xlabel("depth / mm")
        axes[0, 1].set_ylabel("exposure / s")
        figure.colorbar(image, ax=axes[0, 1], label="least visible / µM")
        label_panels(list(axes[0]))
    return figure


@house_style
def voxel_figure(found: VoxelLight, labels: NDArray[np.int32], voxel: float) -> Figure:
    """Light that leaves the top, and the fluence in the plane through the middle, with the borders of the media.

    Parameters
    ----------
    found : of `simulate_voxels`
    labels : that it was given, (x, y, z)
    voxel : edge [mm]

    Returns
    -------
    Figure
    """
    nx, ny, nz = found.absorbed.shape
    figure, axes = new_figure(1, 2, width=8.4, height=3.4)
    maps = (
        (found.image.T / voxel**2, (nx, ny), "y / mm", "light that leaves / mm$^{-2}$"),
        (found.fluence[:, ny // 2, :].T, (nx, nz), "depth / mm",
         "fluence / mm$^{-2}$"),
    )  # fmt: skip
    for axis, (values, (width, height), label, name) in zip(axes, maps, strict=True):
        lit = values[np.isfinite(values) & (values > 0)]
        scale = LogNorm(float(np.percentile(lit, 1)), float(lit.max())) if lit.size else None
        drawn = axis.imshow(values, extent=(0, width * voxel, height * voxel, 0), norm=scale, cmap="viridis")
        axis.set_xlabel("x / mm")
        axis.set_ylabel(label)
        axis.grid(False)
        figure.colorbar(drawn, ax=axis, label=name, shrink=0.8)
    section = labels[:, ny // 2, :].T
    middles = ((np.arange(length) + 0.5) * voxel for length in (nx, nz))
    if section.min() < section.max():
        levels = np.unique(section)[:-1] + 0.5
        axes[1].contour(*middles, section, levels=levels, colors="white", linewidths=0.8)
    axes[1].set_title(f"section at y = {(ny // 2 + 0.5) * voxel:.3g} mm")
    label_panels(list(axes))
    return figure


@house_style
def calibration_figure(lines: Mapping[str, CalibrationLine], x_label: str, y_label: str) -> Figure:
    """Measured points, fitted lines with bands, detection limits on the axis.

    Parameters
    ----------
    lines : name -> line
    x_label, y_label : with units

    Returns
    -------
    Figure
    """
    figure, axis = new_figure(width=4.8, height=3.5)
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        at = np.linspace(min(0.0, float(line.x.min())), float(line.x.max()), 100)
        middle, low, high = line.band(at)
        axis.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0)
        axis.plot(at, middle, color=colour, label=name)
        axis.plot(line.x, line.y, "o", color=colour, markersize=4)
        if math.isfinite(line.detection_limit):
            axis.axvline(line.detection_limit, color=colour, linestyle=":", linewidth=1)
    axis.set_xlabel(x_label)
    axis.set_ylabel(y_label)
    axis.legend(loc="best", title="dotted: detection limit")
    return figure


@house_style
def patlak_figure(fit: PatlakFit, unit: str = "a.u.") -> Figure:
    """Kidney curve with the fitted model, and the residuals.

    Parameters
    ----------
    fit : of `patlak`
    unit : of the curves

    Returns
    -------
    Figure
    """
    figure, axes = new_figure(2, 1, width=4.8, height=4.2, sharex=True, height_ratios=(3, 1))
    axes[0].plot(fit.time, fit.measured, "o", color=GREY, markersize=3, label="kidney")
    rate = fit.filtration
    label = f"filtration {rate.value:.3g} ({rate.low:.3g} to {rate.high:.3g}) mL/min/mL"
    axes[0].plot(fit.time, fit.fitted, color=COLOURS[0], label=label)
    axes[0].set_ylabel(f"signal / {unit}")
    axes[0].legend(loc="best")
    axes[1].axhline(0.0, color="black", linewidth=0.8)
    axes[1].plot(fit.time, fit.measured - fit.fitted, "o", color=GREY, markersize=3)
    axes[1].set_ylabel("residual")
    axes[1].set_xlabel("time / s")
    return figure


def _edges(centres: np.ndarray) -> np.ndarray:
    """Edges of cells around increasing centres."""
    middle = np.sqrt(centres[1:] * centres[:-1])
    return np.concatenate([[centres[0] ** 2 / middle[0]], middle, [centres[-1] ** 2 / middle[-1]]])
