"""Figures of chemistry: composition against rival shapes, mass balance, isomer counts, shell charge, envelopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from goldshell.chemistry.clusters import Cluster
from goldshell.chemistry.composition_fit import CompositionFit
from goldshell.chemistry.feasibility import RangeFeasibility
from goldshell.chemistry.isomers import count_isomers, n_sites
from goldshell.chemistry.isotopes import Envelope
from goldshell.chemistry.titration import titration_curve
from goldshell.plotting import COLOURS, GREY, house_style, new_figure


@house_style
def composition_figure(fit: CompositionFit, *, show: Sequence[str] | None = None) -> Figure:
    """Observed populations as bars, fitted shapes as points joined for the eye.

    Parameters
    ----------
    fit : of `fit_composition_models`
    show : names of the models to draw; the binomial, the given site classes and the best when None
    """
    composition = fit.composition
    if show is None:
        wanted = {"binomial", "site_classes", fit.best.name}
        models = [model for model in fit.models if model.name in wanted]
    else:
        models = [fit.model(name) for name in show]
    figure, axis = new_figure(width=6.0, height=3.4)
    n = np.arange(composition.n_sites + 1)
    observed = 100 * np.asarray(composition.fractions)
    shown = np.max([observed, *(100 * np.asarray(model.fractions) for model in models)], axis=0) >= 0.5
    low, high = int(n[shown].min()), int(n[shown].max())
    error = 100 * np.asarray(composition.sd) if composition.sd is not None else None
    axis.bar(n, observed, width=0.75, color="#D9D9D9", edgecolor=GREY, linewidth=0.8, label="observed", yerr=error,
             error_kw={"ecolor": GREY, "capsize": 2})  # fmt: skip
    offsets = np.linspace(-0.16, 0.16, len(models)) if len(models) > 1 else [0.0]
    for model, offset, colour, marker in zip(models, offsets, COLOURS, "osD^vP", strict=False):
        label = f"{model.label} (total variation {model.total_variation:.2f})"
        axis.plot(n + offset, 100 * np.asarray(model.fractions), marker=marker, color=colour, markersize=5,
                  linewidth=0.9, label=label)  # fmt: skip
    axis.set_xlim(low - 0.7, high + 0.7)
    axis.set_xticks(range(low, high + 1))
    axis.set_ylim(0, None)
    axis.set_xlabel("incoming ligands per cluster, n")
    axis.set_ylabel("population [%]")
    index = composition.dispersion_index
    title = f"mean {composition.mean:.2f}, dispersion index {index:.2f}" if np.isfinite(index) else ""
    axis.set_title(title, loc="left")
    handles, labels = axis.get_legend_handles_labels()
    observed_first = sorted(range(len(labels)), key=lambda position: labels[position] != "observed")
    figure.legend(
        [handles[i] for i in observed_first],
        [labels[i] for i in observed_first],
        loc="outside lower center",
        ncols=2,
    )
    return figure


@house_style
def range_figure(by_system: Mapping[str, Sequence[RangeFeasibility]]) -> Figure:
    """Observed ranges of n at each feed, with the means that mass balance allows; one panel per system.

    Parameters
    ----------
    by_system : name of the system -> its results of `range_feasibility`
    """
    figure, grid = new_figure(
        1, len(by_system), width=3.2 * max(2, len(by_system)) + 0.6, height=3.8, sharey=True, squeeze=False
    )
    axes = list(grid[0])
    top = max(item.high for items in by_system.values() for item in items) + 1
    for axis, (system, items), colour in zip(axes, by_system.items(), COLOURS * len(by_system), strict=False):
        ordered = sorted(items, key=lambda item: item.feed_ratio)
        places = np.arange(len(ordered))  # feeds are spaced evenly: their ratio spans two decades
        for place, item in zip(places, ordered, strict=True):
            seen = np.arange(item.low, item.high + 1)
            axis.plot([place] * 2, [item.low, item.high], color=colour, alpha=0.35, linewidth=1)
            axis.plot(np.full(len(seen), place), seen, "o", color=colour, markersize=3.5)
            if item.feasible:
                axis.fill_between([place - 0.3, place + 0.3], item.minimal_mean, item.maximal_mean, color=GREY,
                                  alpha=0.35, linewidth=0)  # fmt: skip
                axis.plot([place - 0.3, place + 0.3], [item.minimal_mean] * 2, color="black", linewidth=1)
            else:
                axis.plot([place - 0.3, place + 0.3], [item.minimal_mean] * 2, color="black", linewidth=1)
                axis.plot(place, item.minimal_mean, "x", color="black", markersize=7)
            feed = min(item.feed_ratio, item.n_sites)
            axis.plot([place - 0.42, place + 0.42], [feed] * 2, color="black", linestyle=(0, (3, 1.5)), linewidth=1.2)
            axis.plot(place + 0.36, item.uniform_mean, "_", color=colour, markersize=9, markeredgewidth=1.6)
        axis.set_xticks(places, [f"{item.feed_ratio:g}" for item in ordered])
        axis.set_xlim(-0.7, len(ordered) - 0.3)
        axis.set_xlabel("feed [incoming ligands per cluster]")
        axis.set_title(system, loc="left")
        axis.set_ylim(-0.7, top)
    axes[0].set_ylabel("incoming ligands per cluster, n")
    axes[0].yaxis.set_major_locator(MaxNLocator(integer=True))
    handles = [
        Line2D([], [], color=GREY, marker="o", linestyle="-", markersize=3.5, label="species observed"),
        Line2D([], [], color=GREY, marker="_", linestyle="", markersize=9, markeredgewidth=1.6,
               label="mean if all were equal"),
        Patch(color=GREY, alpha=0.35, linewidth=0, label="means that mass balance allows"),
        Line2D([], [], color="black", linewidth=1, label="smallest mean with this range"),
        Line2D([], [], color="black", linestyle=(0, (3, 1.5)), linewidth=1.2, label="feed (at most all sites)"),
    ]  # fmt: skip
    if any(not item.feasible for items in by_system.values() for item in items):
        handles.append(Line2D([], [], color="black", marker="x", linestyle="", label="range impossible"))
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


@house_style
def isomer_figure(framework: str = "Au25(SR)18") -> Figure:
    """Number of regio-isomers against the number of incoming ligands, for achiral and chiral ligands."""
    sites = n_sites(framework)
    counts = [count_isomers(framework, n) for n in range(sites + 1)]
    figure, axis = new_figure(width=5.5, height=3.2)
    axis.semilogy(range(sites + 1), [count.chiral for count in counts], "s-", color=COLOURS[1],
                  markersize=4, label="chiral ligands (T)")  # fmt: skip
    axis.semilogy(range(sites + 1), [count.achiral for count in counts], "o-", color=COLOURS[0],
                  markersize=4, label="achiral ligands (Th)")  # fmt: skip
    axis.set_xticks(range(0, sites + 1, 2))
    axis.set_xlabel("incoming ligands per cluster, n")
    axis.set_ylabel("regio-isomers [number]")
    axis.set_title(framework, loc="left")
    axis.legend(loc="lower center")
    return figure


@house_style
def shell_charge_figure(clusters: Sequence[Cluster], *, marked_ph: Sequence[float] = ()) -> Figure:
    """Shell charge against pH under each pKa source, independent and anticooperative; one panel per cluster.

    Parameters
    ----------
    clusters : from `parse_cluster`
    marked_ph : pH values to mark with a vertical line
    """
    panels = len(clusters)
    figure, axes = new_figure(1, panels, width=max(4.2, 3.3 * panels), height=3.6, squeeze=False, sharey=True)
    ph = np.linspace(0.0, 14.0, 281)
    curves = [titration_curve(cluster, ph) for cluster in clusters]
    sources = list(dict.fromkeys(source for curve in curves for source in curve))
    colours = dict(zip(sources, COLOURS, strict=False))
    for axis, cluster, by_source in zip(axes[0], clusters, curves, strict=True):
        for mark in marked_ph:
            axis.axvline(mark, color=GREY, linewidth=0.8, linestyle=":")
        axis.axhline(0.0, color=GREY, linewidth=0.8)
        for source, curve in by_source.items():
            axis.plot(ph, curve["independent"], color=colours[source], linestyle="--", linewidth=1.1)
            axis.plot(ph, curve["hill"], color=colours[source])
        axis.set_title(cluster.notation, loc="left")
        axis.set_xlabel("pH")
        axis.set_xlim(0, 14)
        axis.set_xticks(range(0, 15, 2))
    axes[0, 0].set_ylabel("charge of the shell [e]")
    handles = [Line2D([], [], color=colours[source], label=f"pKa: {source}") for source in sources]
    handles += [
        Line2D([], [], color="black", linestyle="--", linewidth=1.1, label="independent sites"),
        Line2D([], [], color="black", label="anticooperative (Hill)"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3 if panels > 1 else 2)
    return figure


@house_style
def envelope_figure(envelope: Envelope) -> Figure:
    """The isotope envelope as sticks at the centroids of the nominal masses."""
    figure, axis = new_figure(width=5.2, height=3.0)
    percent = 100 * envelope.probabilities / envelope.probabilities.max()
    axis.vlines(envelope.masses, 0, percent, color=COLOURS[0], linewidth=2.0)
    axis.set_ylim(0, 118)
    for mass, offset, height in zip(envelope.masses, envelope.offsets.tolist(), percent, strict=True):
        if height >= 20:
            label = "M" if offset == 0 else f"{offset:+d}"
            axis.annotate(label, (mass, height), (0, 2), textcoords="offset points", ha="center", fontsize=7)
    axis.set_xlabel("mass [Da]")
    axis.set_ylabel("relative intensity [%]")
    axis.set_title(envelope.formula.hill(), loc="left")
    return figure
