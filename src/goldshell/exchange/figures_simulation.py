"""Figures of a simulated vial: P(n) over time, and what goes with it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from goldshell.exchange.simulate import Simulation
from goldshell.plotting import COLOURS, house_style, label_panels, new_figure


@house_style
def course_figure(result: Simulation) -> Figure:
    """Shell, intact fraction and free ligands of one vial over time.

    Left: P(n) of the intact clusters as a heat map, with the mean as a line. Right: intact fraction; free incoming and
    outgoing ligand in each region on a logarithmic axis.

    Parameters
    ----------
    result : of `goldshell.exchange.simulate`, with two output times or more
    """
    figure, axes = new_figure(2, 2, width=7.6, height=4.8, width_ratios=(1.25, 1.0))
    grid = axes[0, 0].get_gridspec()
    for axis in axes[:, 0]:
        axis.remove()
    shells = figure.add_subplot(grid[:, 0])
    intact, free = axes[:, 1]
    time, count = result.time_h, result.composition.shape[1]
    between = 0.5 * (time[1:] + time[:-1])
    edges = np.concatenate([time[:1], between, time[-1:]])
    image = shells.pcolormesh(
        edges, np.arange(count + 1) - 0.5, 100.0 * result.composition.T, cmap="Blues", vmin=0.0, rasterized=True
    )
    shells.plot(time, result.mean_n, color=COLOURS[1], label="mean")
    shells.set_xlabel("time [h]")
    shells.set_ylabel(f"$n$, {result.experiment.incoming} per cluster")
    shells.set_ylim(-0.5, count - 0.5)
    shells.legend(loc="upper left", frameon=True, framealpha=0.8, edgecolor="none")
    figure.colorbar(image, ax=shells, label="$P(n)$ [%]", shrink=0.8)
    intact.plot(time, 100.0 * result.intact_fraction, color=COLOURS[6])
    intact.set_ylabel("intact [%]")
    intact.set_ylim(0, 104)
    lowest = np.inf
    for (region, ligands), style in zip(result.free_mM.items(), ("-", "--", ":"), strict=False):
        for (ligand, values), colour in zip(ligands.items(), COLOURS, strict=False):
            name = getattr(result.experiment, ligand)
            seen = np.where(values > 0.0, values, np.nan)
            if np.all(np.isnan(seen)):
                continue
            free.plot(time, seen, style, color=colour, label=f"{name}, {region}")
            lowest = min(lowest, float(seen[-1]))
    free.set_yscale("log")
    if np.isfinite(lowest):
        free.set_ylim(bottom=max(free.get_ylim()[0], 1e-3 * lowest))
    free.set_ylabel("free ligand [mM]")
    free.set_xlabel("time [h]")
    free.legend(fontsize=7, ncols=2)
    label_panels([shells, intact, free])
    return figure
