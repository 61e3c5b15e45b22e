"""Figures of NMR (integrals, composition) and of zeta potentials (mobility to zeta, charges)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from goldshell.numerics import Estimate
from goldshell.plotting import COLOURS, GREY, house_style, new_figure
from goldshell.spectra import electrokinetics as ek
from goldshell.spectra.nmr import NmrResult
from goldshell.spectra.zeta import ZetaResult
from goldshell.transport.solvents import viscosity


@house_style
def integrals_figure(result: NmrResult) -> Figure:
    """Integrals of one sample against the fit, and the spectrum with its regions where there is one.

    Parameters
    ----------
    result : of `composition_from_nmr`
    """
    sample = result.sample
    spectrum = sample.ppm is not None
    figure, axes = new_figure(1 + spectrum, 1, width=6.4, height=3.0 + 2.4 * spectrum, squeeze=False)
    names = [one.ligand for one in result.ligands]
    if sample.ppm is not None and sample.intensity is not None:
        axis = axes[0, 0]
        low = min(one.ppm[0] for one in sample.integrals)
        high = max(one.ppm[1] for one in sample.integrals)
        margin = 0.25 * (high - low) + 0.1
        shown = (sample.ppm > low - margin) & (sample.ppm < high + margin)
        scale = 1.0 / max(float(sample.intensity[shown].max()), 1e-300)
        axis.plot(sample.ppm[shown], scale * sample.intensity[shown], color="black", linewidth=0.7)
        for one in sample.integrals:
            axis.axvspan(*one.ppm, color=_colour(one.protons, names), alpha=0.18, linewidth=0)
            axis.annotate(one.environment, (sum(one.ppm) / 2, 1.02), ha="center", fontsize=7.5)
        axis.set_xlim(high + margin, low - margin)
        axis.set_ylim(top=1.15)
        axis.set_xlabel("chemical shift / ppm")
        axis.set_ylabel("intensity / highest")
    axis = axes[-1, 0]
    scale = 100.0 / max(max(one.value for one in sample.integrals), 1e-300)
    for place, (one, sd, fitted) in enumerate(zip(sample.integrals, result.errors, result.fitted, strict=True)):
        axis.bar([place], [scale * one.value], color=_colour(one.protons, names), width=0.6, alpha=0.75)
        axis.errorbar([place], [scale * one.value], yerr=1.96 * scale * sd, color="black", capsize=3, linewidth=0.9)
        axis.plot([place - 0.36, place + 0.36], [scale * fitted] * 2, color="black", linestyle="--", linewidth=1.2)
    axis.set_xticks(range(len(sample.integrals)), [one.environment for one in sample.integrals])
    axis.set_ylabel("integral / % of largest")
    axis.plot([], [], color="black", linestyle="--", linewidth=1.2, label="fit of all regions")
    for i, name in enumerate(names):
        axis.bar([0], [0], color=COLOURS[i], alpha=0.75, label=name)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    mean = f", mean n {result.mean_n.value:.1f} ({result.mean_n.low:.1f} to {result.mean_n.high:.1f})" \
        if result.mean_n else ""  # fmt: skip
    axes[0, 0].set_title(f"{sample.name}{mean}", loc="left")
    return figure


@house_style
def mean_figure(results: Sequence[NmrResult]) -> Figure:
    """Mean number of incoming ligands of every sample, with intervals.

    Parameters
    ----------
    results : of `composition_from_nmr`
    """
    figure, axis = new_figure(width=max(3.6, 0.8 * len(results) + 1.8), height=3.2)
    for place, one in enumerate(results):
        if one.mean_n is not None:
            axis.errorbar([place], [one.mean_n.value], yerr=_bars(one.mean_n), fmt="o", color=COLOURS[0], capsize=3)
    axis.set_xticks(range(len(results)), [one.sample.name for one in results])
    axis.set_xlim(-0.6, len(results) - 0.4)
    axis.set_ylim(bottom=0)
    incoming = next((one.incoming for one in results if one.incoming), "incoming ligand")
    axis.set_ylabel(f"mean {incoming} per cluster")
    return figure


def nmr_figures(results: Sequence[NmrResult]) -> dict[str, Figure]:
    """All figures of the analysis, by name."""
    figures = {f"integrals-{i}": integrals_figure(one) for i, one in enumerate(results, 1)}
    if len(results) > 1 and any(one.mean_n for one in results):
        figures["mean"] = mean_figure(results)
    return figures


@house_style
def mobility_figure(results: Sequence[ZetaResult]) -> Figure:
    """Zeta potential against mobility after Hueckel, Henry and Smoluchowski, with the samples on Henry's line.

    Parameters
    ----------
    results : of `analyse_zeta`
    """
    figure, axis = new_figure(width=5.2, height=3.6)
    first = results[0]
    eta = viscosity("water", first.temperature).value
    reach = 1.25 * max(abs(limit) for one in results for limit in _known(one.mobility))
    values = [one.mobility.value for one in results]
    grid = np.array([min(-0.15 * reach, -reach if min(values) < 0 else 0), reach if max(values) > 0 else 0.15 * reach])
    for f, name, colour, style in ((1.0, "Hückel, f = 1", GREY, "--"), (1.5, "Smoluchowski, f = 1.5", GREY, ":")):
        line = [ek.zeta_from_mobility(mu, f, viscosity=eta, temperature=first.temperature) for mu in grid]
        axis.plot(grid, line, color=colour, linestyle=style, linewidth=1.2, label=name)
    drawn = set()
    for i, one in enumerate(results):
        found = one.henry or one.smoluchowski
        if one.henry is not None and round(one.f, 3) not in drawn:
            line = [ek.zeta_from_mobility(mu, one.f, viscosity=eta, temperature=one.temperature) for mu in grid]
            drawn.add(round(one.f, 3))
            axis.plot(grid, line, color=COLOURS[0], linewidth=1.2,
                      label=f"Henry, f = {one.f:.3f} (κa = {one.kappa_a:.2f})")  # fmt: skip
        axis.errorbar(
            [one.mobility.value], [found.value], xerr=_bars(one.mobility), yerr=_bars(found), fmt="os^Dvp*hX"[i % 9],
            color=COLOURS[(i + 1) % 7], capsize=2, markersize=5, label=one.sample,
        )  # fmt: skip
    axis.axhline(0, color="black", linewidth=0.6)
    axis.axvline(0, color="black", linewidth=0.6)
    axis.set_xlabel("mobility / (µm cm V$^{-1}$ s$^{-1}$)")
    axis.set_ylabel("zeta potential / mV")
    figure.legend(loc="outside right upper")
    return figure


@house_style
def charge_figure(results: Sequence[ZetaResult]) -> Figure:
    """Electrokinetic and soft-shell charge of each sample beside the range of the titration model.

    Parameters
    ----------
    results : of `analyse_zeta`, with sizes
    """
    figure, axis = new_figure(width=max(5.4, 0.9 * len(results) + 3.4), height=3.4)
    sources = list(dict.fromkeys(model.pka_source for one in results for model in one.titration))
    colours = {source: COLOURS[2 + k % 4] for k, source in enumerate(sources)}
    for place, one in enumerate(results):
        if one.charge is not None:
            axis.errorbar([place - 0.15], [one.charge.value], yerr=_bars(one.charge), fmt="o", color=COLOURS[0],
                          capsize=3)  # fmt: skip
        if one.soft_valid and one.soft_charge is not None and one.soft_range is not None:
            low, high = one.soft_range
            axis.plot([place, place], [low, high], color=COLOURS[1], linewidth=5, alpha=0.3, solid_capstyle="butt")
            axis.errorbar([place], [one.soft_charge.value], yerr=_bars(one.soft_charge), fmt="s", color=COLOURS[1],
                          capsize=3, markersize=5)  # fmt: skip
        for k, model in enumerate(one.titration):
            x = place + 0.15 + 0.09 * k
            axis.plot([x, x], [model.independent, model.hill], color=colours[model.pka_source], linewidth=2.0)
            axis.plot([x], [model.independent], "_", color=colours[model.pka_source], markersize=9)
            axis.plot([x], [model.hill], "^", color=colours[model.pka_source], markersize=5)
    axis.plot([], [], "o", color=COLOURS[0], label="electrokinetic (Henry)")
    if any(one.soft_valid for one in results):
        axis.plot([], [], "s", color=COLOURS[1], label="soft shell, 1/λ = 0.3 nm\n(bar: 0.1 to 1 nm)")
    for source, colour in colours.items():
        label = f"titration, pKa {source}\n(– independent, ▲ Hill)"
        axis.plot([], [], color=colour, marker="^", markersize=5, label=label)
    axis.axhline(0, color="black", linewidth=0.6)
    axis.set_xticks(range(len(results)), [one.sample for one in results])
    axis.set_xlim(-0.6, len(results) - 0.3)
    axis.set_ylabel("charge per cluster / e")
    figure.legend(loc="outside right upper")
    return figure


def zeta_figures(results: Sequence[ZetaResult]) -> dict[str, Figure]:
    """All figures of the analysis, by name."""
    figures = {"mobility": mobility_figure(results)}
    if any(one.charge for one in results):
        figures["charge"] = charge_figure(results)
    return figures


def _colour(protons: dict[str, float], names: Sequence[str]) -> str:
    """The ligand's colour; grey for a region that ligands share."""
    own = [i for i, name in enumerate(names) if name in protons]
    return COLOURS[own[0]] if len(own) == 1 and len(protons) == 1 else GREY


def _known(estimate: Estimate) -> list[float]:
    return [value for value in (estimate.value, estimate.low, estimate.high) if math.isfinite(value)]


def _bars(estimate: Estimate) -> list[list[float]] | None:
    if not (math.isfinite(estimate.low) and math.isfinite(estimate.high)):
        return None
    return [[estimate.value - estimate.low], [estimate.high - estimate.value]]
