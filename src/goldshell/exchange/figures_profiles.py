"""Figures of level 2: profiles across the interphase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from goldshell.errors import AnalysisError
from goldshell.exchange.simulate_film import FilmSimulation, Profiles
from goldshell.plotting import COLOURS, GREY, label_panels, new_figure

_CURVES = 5
_LEGEND: dict[str, Any] = {"frameon": False, "fontsize": 8}


def profile_figure(result: FilmSimulation, times_h: Sequence[float] | None = None) -> Figure:
    """Free ligands, intact clusters and mean n across the interphase at several times.

    The horizontal axis gives water film, mixed zone (with the tails of the solvent profile) and organic film the same
    room, each on its own linear scale; it counts from the beginning of the zone.

    Parameters
    ----------
    result : of `goldshell.exchange.simulate_film.simulate_film`, with profiles
    times_h : output times to draw, the nearest ones are taken; five spread evenly in the square root of time when
        None [h]

    Raises
    ------
    AnalysisError : the result has no profiles
    """
    profiles = _profiles(result)
    chosen = _choose(profiles.time_h, times_h)
    figure, axes = new_figure(2, 2, width=7.6, height=5.6, sharex=True)
    experiment = result.experiment
    panels = (
        (profiles.incoming_mM, f"free {experiment.incoming} / mM"),
        (profiles.outgoing_mM, f"free {experiment.outgoing} / mM"),
        (profiles.cluster_mM, "intact clusters / mM"),
        (profiles.mean_n, f"mean n of {experiment.incoming} per cluster"),
    )
    colours = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, len(chosen)))
    for axis, (values, label) in zip(axes.flat, panels, strict=True):
        for colour, index in zip(colours, chosen, strict=True):
            axis.plot(profiles.z_m * 1e6, values[index], color=colour, label=_hours(profiles.time_h[index]))
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0.0)
        _across(axis, result, profiles)
    for axis in axes[1]:
        axis.set_xlabel("distance from the water side of the mixed zone / µm")
    for axis in axes[0]:
        _name_regions(axis)
    axes[0, 0].legend(title="after", title_fontsize=8, **_LEGEND)
    label_panels(list(axes.flat))
    return figure


def medium_figure(result: FilmSimulation) -> Figure:
    """The medium that the species meet across the interphase: share of solvent, and diffusivities.

    Parameters
    ----------
    result : of `goldshell.exchange.simulate_film.simulate_film`, with profiles

    Raises
    ------
    AnalysisError : the result has no profiles
    """
    profiles = _profiles(result)
    figure, axes = new_figure(1, 2, width=7.6, height=3.1)
    z = profiles.z_m * 1e6
    axes[0].plot(z, profiles.solvent_share, color=COLOURS[0])
    axes[0].set_ylim(0.0, 1.0)
    axes[0].set_ylabel(f"volume share of {result.experiment.solvent}")
    names = (result.experiment.incoming, result.experiment.outgoing, "clusters")
    styles = zip(COLOURS, ("-", "--", "-."), names, profiles.diffusivity_m2_s, strict=False)
    for colour, style, name, values in styles:
        axes[1].plot(z, 1e10 * values, style, color=colour, label=name)
    axes[1].set_ylim(bottom=0.0)
    axes[1].set_ylabel("diffusivity / 10$^{-10}$ m² s$^{-1}$")
    axes[1].legend(loc="upper left", **_LEGEND)
    for axis in axes:
        _across(axis, result, profiles)
        _name_regions(axis)
        axis.set_xlabel("distance from the mixed zone / µm")
    label_panels(list(axes))
    return figure


def _profiles(result: FilmSimulation) -> Profiles:
    if result.profiles is None:
        raise AnalysisError("the simulation kept no profiles", hint="simulate with profiles=True")
    return result.profiles


def _choose(times: Any, wanted: Sequence[float] | None) -> list[int]:
    """Indices of the times to draw, without the start (which has no profile but the filling)."""
    if wanted is None:
        wanted = times[-1] * (np.arange(1, _CURVES + 1) / _CURVES) ** 2
    return sorted({int(np.argmin(np.abs(times - time))) for time in wanted})


def _hours(time: float) -> str:
    return f"{time:.3g} h" if time >= 1.0 else f"{60.0 * time:.3g} min"


def _across(axis: Axes, result: FilmSimulation, profiles: Profiles) -> None:
    """Horizontal axis with the same room for water film, zone and organic film, counted from the zone [µm]."""
    first, second = (1e6 * edge for edge in profiles.zone_m)
    last = 1e6 * float(profiles.z_m[-1])
    tail = 2e6 * getattr(result.parameters, "boundary_width", 0.0)
    around = (max(first - tail, 0.5 * first), min(second + tail, 0.5 * (second + last)))
    places, values = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, *around, last])
    axis.set_xscale(
        "function",
        functions=(lambda z: np.interp(z, values, places), lambda x: np.interp(x, places, values)),
    )
    axis.set_xlim(0.0, last)
    ticks = [0.0, 0.5 * values[1], first, second, 0.5 * (values[2] + last), last]
    axis.set_xticks(ticks, [f"{tick - first:.2g}".replace("-", "−") for tick in ticks])
    axis.axvspan(first, second, color=GREY, alpha=0.15, linewidth=0)


def _name_regions(axis: Axes) -> None:
    """Names above the three parts of `_across`."""
    for place, name in zip((1.0 / 6.0, 0.5, 5.0 / 6.0), ("water film", "zone", "organic film"), strict=True):
        axis.text(place, 1.01, name, transform=axis.transAxes, ha="center", va="bottom", fontsize=8, color="#444444")
