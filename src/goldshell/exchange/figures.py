"""Figures of rate laws and of the regression of orders."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from goldshell.exchange.models import langmuir, oxygen_limited, power_law, two_thiol_attack
from goldshell.exchange.rate_law import RateLaw
from goldshell.exchange.regression import OrderFit
from goldshell.plotting import COLOURS, GREY, house_style, label_panels, new_figure

_DIVERGED = 1.5  # factor between two laws that a rate measurement can tell


@dataclass(frozen=True, slots=True)
class Anchor:
    """The point that all laws of one panel pass through.

    Parameters
    ----------
    cluster, thiol : concentrations [mM]
    rate : [mM/h]
    assumption : what is assumed about it, written into the figure; empty when all of it was measured
    """

    cluster: float
    thiol: float
    rate: float
    assumption: str = ""


@house_style
def rate_law_figure(
    etching: Anchor,
    exchange: Anchor,
    *,
    two_phase_rate: float | None = None,
    etching_orders: power_law.Parameters = power_law.ETCHING,
    exchange_orders: power_law.Parameters = power_law.EXCHANGE,
) -> Figure:
    """Etching and exchange rate laws against free thiol, with the mechanistic rivals through the same anchor.

    Above: rates of the published power law and of its rivals. Below: rivals divided by the power law; outside the grey
    band (a factor of 1.5) a rate measurement can tell them apart.

    Parameters
    ----------
    etching, exchange : points that the laws pass through
    two_phase_rate : etching rate in the two-phase system, drawn with the thiol concentration that it would need [mM/h]
    etching_orders, exchange_orders : power laws whose orders are drawn; their k follows from the anchors
    """
    figure, axes = new_figure(2, 2, width=7.6, height=5.6, sharex="col", height_ratios=(1.7, 1))
    law = power_law.through(etching.cluster, etching.thiol, etching.rate, etching_orders)
    here = (etching.cluster, etching.thiol, etching.rate)
    etching_rivals = [
        ("two thiols, order 2", two_thiol_attack.law(two_thiol_attack.through(*here))),
        ("oxygen-limited", oxygen_limited.law(oxygen_limited.through(*here))),
    ]
    if 1 < law.thiol_order < 2:
        binding = two_thiol_attack.binding_constant_from_order(law.thiol_order, etching.thiol)
        saturable = two_thiol_attack.Parameters(binding_constant=binding)
        label = f"two thiols, $K$[SR] = {binding * etching.thiol:.2f}"
        etching_rivals.insert(1, (label, two_thiol_attack.law(two_thiol_attack.through(*here, saturable))))
    _laws(axes[:, 0], etching, power_law.law(law), f"power law, order {law.thiol_order:g}", etching_rivals)
    order = exchange_orders.thiol_order
    there = (exchange.cluster, exchange.thiol, exchange.rate)
    exchange_law = power_law.law(power_law.through(*there, exchange_orders))
    exchange_rivals = []
    if 0 < order < 1:
        constant = langmuir.binding_constant_from_order(order, exchange.thiol)
        langmuir_law = langmuir.law(langmuir.through(*there, langmuir.Parameters(binding_constant=constant)))
        exchange_rivals.append((f"Langmuir, $K$[SR] = {constant * exchange.thiol:.2f}", langmuir_law))
    _laws(axes[:, 1], exchange, exchange_law, f"power law, order {order:g}", exchange_rivals)
    axes[0, 0].set_ylabel("etching rate / mM h$^{-1}$")
    axes[0, 1].set_ylabel("exchange rate / mM h$^{-1}$")
    if two_phase_rate is not None:
        _two_phase(
            axes, etching, exchange, two_phase_rate, law.thiol_order, [("power law", exchange_law), *exchange_rivals]
        )
    for axis in axes[0]:
        axis.legend(loc="upper left")
    label_panels(list(axes.flat))
    return figure


@house_style
def order_regression_figure(fit: OrderFit) -> Figure:
    """Rates against concentration with the fitted line and its confidence band, one panel per order.

    In a joint regression each rate is moved along the fitted law to the geometric mean of the other concentration.

    Parameters
    ----------
    fit : regression of the orders
    """
    orders = [(name, estimate) for name, estimate in (("x", fit.x), ("y", fit.y)) if estimate is not None]
    figure, axes = new_figure(1, len(orders), width=3.6 * len(orders) + 0.4, height=3.3, squeeze=False)
    cluster, thiol, rate = (np.array([getattr(p, name) for p in fit.points]) for name in ("cluster", "thiol", "rate"))
    middle = {"x": math.exp(float(np.mean(np.log(thiol)))), "y": math.exp(float(np.mean(np.log(cluster))))}
    for axis, (name, estimate) in zip(axes[0], orders, strict=True):
        along = cluster if name == "x" else thiol
        grid = np.geomspace(along.min() / 1.2, along.max() * 1.2, 100)
        line, low, high = fit.line(grid, middle["x"]) if name == "x" else fit.line(middle["y"], grid)
        shown = fit.line(along, middle["x"])[0] if name == "x" else fit.line(middle["y"], along)[0]
        fitted = np.array([point.fitted_rate for point in fit.points])
        points = rate * shown / fitted
        if fit.degrees_of_freedom > 0:
            axis.fill_between(grid, low, high, color=COLOURS[0], alpha=0.18, linewidth=0, label=f"{fit.level:.0%} band")
        axis.plot(grid, line, color=COLOURS[0], label="fit")
        decisive = np.array([point.decisive for point in fit.points])
        axis.plot(along[~decisive], points[~decisive], "o", color=COLOURS[6], markersize=5, label="rates")
        if decisive.any():
            axis.plot(along[decisive], points[decisive], "o", color=COLOURS[6], mfc="white", label="decides the order")
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_ylim(min(points.min(), line.min()) / 1.5, max(points.max(), line.max()) * 1.5)
        what = "[clusters]" if name == "x" else "[SR]"
        axis.set_xlabel(f"{what} / mM")
        interval = f" ({estimate.low:.2f} to {estimate.high:.2f})" if fit.degrees_of_freedom > 0 else ""
        axis.set_title(f"order {name} = {estimate.value:.2f}{interval}")
        _plain_ticks(axis.xaxis, _one_two_five(*axis.get_xlim()))
        _plain_ticks(axis.yaxis, _one_two_five(*axis.get_ylim()))
        other = f"at [SR] = {middle['x']:.3g} mM" if name == "x" else f"at [clusters] = {middle['y']:.3g} mM"
        axis.set_ylabel(f"rate {other} / mM h$^{{-1}}$" if len(orders) == 2 else "rate / mM h$^{-1}$")
    axes[0][0].legend(loc="best")
    return figure


def _laws(axes: Sequence[Axes], anchor: Anchor, law: RateLaw, name: str, rivals: list[tuple[str, RateLaw]]) -> None:
    """One law and its rivals through the anchor: rates above, ratios to the law below."""
    rates, ratios = axes
    thiol = np.geomspace(anchor.thiol / 100, anchor.thiol * 20, 400)
    reference = law.rate(anchor.cluster, thiol)
    rates.plot(thiol, reference, color=COLOURS[6], linewidth=2.2, label=name)
    ratios.axhspan(1 / _DIVERGED, _DIVERGED, color=GREY, alpha=0.18, linewidth=0)
    ratios.axhline(1, color=COLOURS[6], linewidth=2.2)
    for colour, style, (label, rival) in zip(COLOURS, ("--", "-.", ":"), rivals, strict=False):
        curve = rival.rate(anchor.cluster, thiol)
        rates.plot(thiol, curve, style, color=colour, label=label)
        ratios.plot(thiol, curve / reference, style, color=colour)
    hollow: dict[str, Any] = {"mfc": "white"} if anchor.assumption else {}
    label = anchor.assumption or "measured"
    rates.plot(anchor.thiol, anchor.rate, "o", color=COLOURS[6], markersize=7, zorder=5, label=label, **hollow)
    ratios.plot(anchor.thiol, 1, "o", color=COLOURS[6], markersize=7, zorder=5, **hollow)
    rates.set_xscale("log")
    for axis in axes:
        axis.set_yscale("log")
    # Room above the curves for the legend.
    rates.set_ylim(reference[0] / 10, reference[-1] * (reference[-1] / reference[0]) ** 0.75)
    ratios.set_ylim(0.06, 6)
    _plain_ticks(ratios.yaxis, (0.1, 0.2, 0.5, 1, 2, 5))
    ratios.set_xlabel("free thiol [SR] / mM")
    ratios.set_ylabel("ratio to power law")


def _two_phase(
    axes: Any, etching: Anchor, exchange: Anchor, rate: float, order: float, laws: list[tuple[str, RateLaw]]
) -> None:
    """The two-phase etching rate, the thiol concentration that would explain it alone, and what exchange does there."""
    fold = power_law.concentration_ratio(etching.rate / rate, order)
    effective = etching.thiol / fold
    for axis in axes.flat:
        axis.axvline(effective, ymax=0.5 if axis in axes[0] else 1.0, color=GREY, linewidth=0.9, zorder=0)
    label = f"two-phase, {rate:.3g} mM/h; [SR] inferred"
    axes[0, 0].plot(effective, rate, "s", color=COLOURS[6], mfc="white", markersize=6, zorder=5, label=label)
    slower = [
        f"{exchange.rate / float(law.rate(exchange.cluster, effective)):.1f}-fold ({name.partition(',')[0]})"
        for name, law in laws
    ]
    for axis, text in (
        (axes[0, 0], f"[SR] {fold:.1f}-fold lower\nwould explain the\ntwo-phase rate"),
        (axes[0, 1], "there, exchange is slower\n" + ",\n".join(slower)),
    ):
        axis.annotate(
            text,
            (effective, 0.03),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            xytext=(5, 0),
            fontsize=8,
            color="#444444",
        )


def _plain_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    """Ticks of a logarithmic axis as plain numbers."""
    axis.set_major_locator(FixedLocator(list(ticks)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _one_two_five(low: float, high: float) -> list[float]:
    """1, 2, 5 times powers of ten between two numbers; powers of ten alone over more than two decades."""
    steps = (1, 2, 5) if high / low < 100 else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
