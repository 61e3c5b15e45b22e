"""Figures of rate laws and regressions: units on the axes, assumptions written out, numbers of Zhang et al."""

from __future__ import annotations

import numpy as np
import pytest

from goldshell.exchange import fit_orders
from goldshell.exchange.figures import Anchor, order_regression_figure, rate_law_figure
from goldshell.exchange.models import power_law
from goldshell.plotting import to_svg


def test_rate_laws_state_what_is_assumed() -> None:
    """Z: 68.9-fold less etching needs [SR] 10.5-fold lower, and slows exchange 2.0-fold; [SR] is not printed."""
    figure = rate_law_figure(
        Anchor(0.025, 2.5, 0.111, "0.111 mM/h; [SR] assumed"),
        Anchor(0.025, 2.5, 0.099, "11 % in 30 min; [SR] assumed"),
        two_phase_rate=1.61e-3,
    )
    svg = to_svg(figure)
    for words in (
        "[SR] assumed",
        "10.5-fold lower",
        "2.0-fold (power law)",
        "free thiol [SR] / mM",
        "order 1.8",
        "2.33",
    ):
        assert words in svg


def test_measured_anchor_is_filled() -> None:
    figure = rate_law_figure(Anchor(0.025, 2.5, 0.111), Anchor(0.025, 2.5, 0.099))
    assert "measured" in to_svg(figure)
    assert "two-phase" not in to_svg(figure)


@pytest.mark.parametrize("panels", [1, 2])
def test_regression_has_a_panel_per_order(panels: int) -> None:
    thiol = np.array([0.5, 1.0, 2.0, 4.0, 2.5, 2.5])
    cluster = np.array([0.025] * 4 + ([0.025] * 2 if panels == 1 else [0.01, 0.05]))
    scatter = np.exp([0.05, -0.04, 0.02, -0.03, 0.01, 0.02])
    rate = power_law.rate(cluster, thiol, power_law.Parameters(cluster_offset=0.0)) * scatter
    figure = order_regression_figure(fit_orders(cluster, thiol, rate))
    assert len(figure.axes) == panels
    assert all("/ mM" in axis.get_xlabel() and "mM h" in axis.get_ylabel() for axis in figure.axes)


def test_two_points_have_no_band() -> None:
    figure = order_regression_figure(fit_orders(0.025, [1.0, 4.0], [0.1, 0.4]))
    assert "order y = 1.00" in figure.axes[0].get_title()
    assert "band" not in to_svg(figure)
