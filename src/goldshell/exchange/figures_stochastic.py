"""Figures of level 3: what a few hundred clusters look like."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from goldshell.exchange.simulate import Simulation
from goldshell.exchange.stochastic import StochasticSimulation
from goldshell.plotting import COLOURS, GREY, label_panels, new_figure


def counts_figure(result: StochasticSimulation, whole: Simulation | None = None) -> Figure:
    """Counts of clusters with n incoming ligands in one repeat, with the scatter between repeats; mean n over time.

    Parameters
    ----------
    result : of `goldshell.exchange.stochastic.simulate_stochastic`
    whole : the same experiment at level 1, drawn as a line
    """
    assert result.counts is not None
    figure, (left, right) = new_figure(1, 2, width=7.6, height=3.3)
    n = np.arange(result.counts.shape[2])
    last = result.counts[:, -1]
    middle, spread = last.mean(axis=0), last.std(axis=0, ddof=1 if len(last) > 1 else 0)
    left.bar(n, last[0], color=COLOURS[5], width=0.8, label="one repeat")
    left.errorbar(n, middle, yerr=2.0 * spread, fmt="o", color=COLOURS[6], markersize=3, capsize=2, linewidth=1,
                  label=f"mean ± 2 sd of {len(last)} repeats")  # fmt: skip
    if whole is not None:
        expected = result.clusters * whole.intact_fraction[-1] * whole.composition[-1]
        left.plot(n, expected, color=COLOURS[1], linewidth=1.2, label="level 1")
    shown = np.flatnonzero((middle + 2.0 * spread > 0.002 * result.clusters) | (last[0] > 0))
    low, high = (int(shown[0]), int(shown[-1])) if len(shown) else (0, len(n) - 1)
    left.set_xlim(max(low - 1.5, -0.6), min(high + 1.5, len(n) - 0.4))
    left.set_ylim(0.0, 1.35 * max(float((middle + 2.0 * spread).max()), float(last[0].max()), 1.0))
    left.set_xlabel(f"n, {result.experiment.incoming} per cluster")
    left.set_ylabel(f"intact clusters of {result.clusters}")
    left.set_title(f"after {result.time_h[-1]:g} h", fontsize=9)
    left.legend(loc="upper right", frameon=False, fontsize=8)
    intact = np.maximum(result.counts.sum(axis=2), 1)
    paths = result.counts @ n / intact
    for path in paths[:20]:
        right.plot(result.time_h, path, color=GREY, linewidth=0.6, alpha=0.7)
    right.plot([], [], color=GREY, linewidth=0.6, label="repeats")
    right.plot(result.time_h, result.mean_n, color=COLOURS[6], label="mean of repeats")
    if whole is not None:
        right.plot(whole.time_h, whole.mean_n, "--", color=COLOURS[1], label="level 1")
    right.set_xlabel("time / h")
    right.set_ylabel("mean n")
    right.set_ylim(bottom=0.0)
    right.legend(loc="lower right", frameon=False, fontsize=8)
    label_panels([left, right])
    return figure
