"""Figures of etching kinetics: traces with fits and residuals, order plots of both ways, rival laws."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from goldshell.plotting import COLOURS, GREY, house_style, label_panels, new_figure
from goldshell.workflows.etching_from_uvvis import EtchingFit


@house_style
def traces_figure(result: EtchingFit) -> Figure:
    """Absorbance of every trace with the integrated fit, on reduced time, and the residuals below.

    Parameters
    ----------
    result : of `fit_etching`
    """
    count = len(result.observed)
    columns = min(3, count)
    rows = math.ceil(count / columns)
    figure, axes = new_figure(
        2 * rows, columns, width=2.45 * columns + 0.6, height=2.5 * rows + 0.4, squeeze=False, sharex=False,
        gridspec_kw={"height_ratios": [2.4, 1] * rows},
    )  # fmt: skip
    best = result.best
    worst = 1.15 * max(float(np.abs(rest).max()) for rest in best.residuals)
    for position, one in enumerate(result.observed):
        row, column = divmod(position, columns)
        top, bottom = axes[2 * row, column], axes[2 * row + 1, column]
        factor, unit = _time_unit(float(one.time[-1]))
        time = factor * one.time
        top.plot(time, one.absorbance, ".", color=GREY, markersize=3, label="measured")
        top.plot(time, best.curves[position], color=COLOURS[0], label="integrated fit")
        top.plot(
            time,
            best.offsets[position] + best.drifts[position] * one.time,
            color=COLOURS[1],
            linestyle="--",
            linewidth=1.0,
            label="offset" + (" and drift" if best.drift != "none" else ""),
        )
        top.set_title(f"{one.cluster:.3g} mM clusters, {one.thiol:.3g} mM thiol", fontsize=8.0)
        top.tick_params(labelbottom=False)
        bottom.axhline(0.0, color=COLOURS[0], linewidth=0.8)
        bottom.plot(time, 1e3 * best.residuals[position], ".", color=GREY, markersize=2.5)
        bottom.set_ylim(-1e3 * worst, 1e3 * worst)
        bottom.set_xlabel(f"time / {unit}")
        if column == 0:
            top.set_ylabel("absorbance")
            bottom.set_ylabel("resid. / 10$^{-3}$")
    for position in range(count, rows * columns):
        row, column = divmod(position, columns)
        axes[2 * row, column].set_axis_off()
        axes[2 * row + 1, column].set_axis_off()
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


@house_style
def orders_figure(result: EtchingFit) -> Figure:
    """ln rate against ln concentration: rates of the paper's way with its line, and the integrated law.

    One panel per concentration that varied; rates are brought to the reference of the other concentration by the law
    whose line is drawn.

    Parameters
    ----------
    result : of `fit_etching`
    """
    panels = [name for name in ("y", "x") if getattr(result.orders, name) is not None]
    figure, axes = new_figure(1, len(panels), width=3.6 * len(panels) + 0.4, height=3.9, squeeze=False)
    clusters = np.array([one.cluster for one in result.observed])
    thiols = np.array([one.thiol for one in result.observed])
    middle = {"x": _middle(clusters), "y": _middle(thiols)}
    for axis, name in zip(axes[0], panels, strict=True):
        values = clusters if name == "x" else thiols
        low, high = values.min() / 1.25, values.max() * 1.25
        grid = np.geomspace(low, high, 50)
        pair = (grid, np.full(50, middle["y"])) if name == "x" else (np.full(50, middle["x"]), grid)
        law = result.best.law()
        axis.plot(grid, law.rate(*pair), color=COLOURS[0], label=f"integrated fit: {_order(result, name, True)}")
        if result.regression is not None and getattr(result.regression, name) is not None:
            line, below, above = result.regression.line(*pair)
            if np.all(np.isfinite(below)):
                axis.fill_between(grid, below, above, color=COLOURS[1], alpha=0.15, linewidth=0)
            axis.plot(grid, line, color=COLOURS[1], linestyle="--", label=f"regression: {_order(result, name, False)}")
            _rate_points(axis, result, name, middle)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel(("clusters" if name == "x" else "thiol") + " / mM")
        axis.set_ylabel("initial rate / (mM h$^{-1}$)")
        other = f"{middle['y']:.3g} mM thiol" if name == "x" else f"{middle['x']:.3g} mM clusters"
        axis.set_title(f"     brought to {other}", loc="left", fontsize=8.0)
        for way in (axis.xaxis, axis.yaxis):
            low, high = way.get_view_interval()
            ticks = [tick for tick in _ticks(low, high) if low <= tick <= high]
            way.set_major_locator(FixedLocator(ticks))
            way.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
            way.set_minor_formatter(NullFormatter())
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.08), fontsize=7.5)
    label_panels(list(axes[0]))
    return figure


@house_style
def laws_figure(result: EtchingFit) -> Figure:
    """AICc of the rival laws above the best of them.

    Parameters
    ----------
    result : of `fit_etching`
    """
    figure, axis = new_figure(width=6.2, height=0.36 * len(result.alternatives) + 1.1)
    least = result.alternatives[0].aicc
    names = [one.family.name.replace("_", " ") for one in result.alternatives]
    heights = [one.aicc - least for one in result.alternatives]
    places = np.arange(len(names))
    axis.barh(places, heights, color=[COLOURS[0] if height <= 4 else GREY for height in heights], height=0.6)
    axis.axvline(4.0, color="black", linewidth=0.8, linestyle=":")
    for place, height in zip(places, heights, strict=True):
        axis.annotate(f"{height:.1f}", (height, place), xytext=(4, 0), textcoords="offset points", va="center",
                      fontsize=8)  # fmt: skip
    axis.set_yticks(places, names)
    axis.invert_yaxis()
    if max(heights) > 50:
        axis.set_xscale("symlog", linthresh=10)
        axis.set_xlim(0, max(heights) * 3)
    else:
        axis.set_xlim(0, max(1.15 * max(heights), 5.0))
    axis.set_xlabel("AICc above the best law (dotted: 4, hardly to be told apart)")
    return figure


def etching_figures(result: EtchingFit) -> dict[str, Figure]:
    """All figures of the analysis, by name."""
    figures = {"traces": traces_figure(result), "orders": orders_figure(result)}
    if len(result.alternatives) > 1:
        figures["laws"] = laws_figure(result)
    return figures


def _order(result: EtchingFit, name: str, integrated: bool) -> str:
    one = getattr(result.orders if integrated else result.regression, name)
    if not (math.isfinite(one.low) and math.isfinite(one.high)):
        return f"{name} = {one.value:.2f}"
    digits = 2 if one.high - one.low > 0.04 else 3
    return f"{name} = {one.value:.{digits}f} ({one.low:.{digits}f} to {one.high:.{digits}f})"


def _rate_points(axis: Axes, result: EtchingFit, name: str, middle: dict[str, float]) -> None:
    """Measured initial rates, brought to the middle of the other concentration by the regressed order.

    Bars that would reach zero, which a logarithmic axis has not, end at 0.3 of the rate.
    """
    assert result.regression is not None
    x = result.regression.x.value if result.regression.x else 0.0
    y = result.regression.y.value if result.regression.y else 0.0
    for one in result.rates:
        moved = (middle["y"] / one.thiol) ** y if name == "x" else (middle["x"] / one.cluster) ** x
        place = one.cluster if name == "x" else one.thiol
        rate = one.rate.value * moved
        low, high = ((limit - one.rate.value) * moved for limit in (one.rate.low, one.rate.high))
        error = [[min(-low, 0.7 * rate)], [high]] if math.isfinite(high) else None
        axis.errorbar([place], [rate], yerr=error, fmt="o", color=COLOURS[1], markersize=4, capsize=2, linewidth=0.9)


def _ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 steps, or only decades where there are many."""
    decades = math.log10(high / low)
    steps = (1.0, 2.0, 5.0) if decades < 1.6 else (1.0, 3.0) if decades < 2.5 else (1.0,)
    return [step * 10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for step in steps]  # fmt: skip


def _middle(values: np.ndarray) -> float:
    return float(np.exp(np.mean(np.log(values))))


def _time_unit(last: float) -> tuple[float, str]:
    if last < 0.05:
        return 3600.0, "s"
    return (60.0, "min") if last < 3 else (1.0, "h")
