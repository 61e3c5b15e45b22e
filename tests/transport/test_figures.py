"""Figures are drawn whole: units on the axes, one marker per value, hollow where not valid."""

from __future__ import annotations

import numpy as np

from goldshell.plotting import to_svg
from goldshell.transport import CORRELATIONS, competing_speciation, diffusivities
from goldshell.transport.figures import diffusivity_figure, speciation_figure


def test_diffusivity_figure_shows_every_row() -> None:
    table = diffusivities("p-MBA")
    figure = diffusivity_figure(table)
    right = figure.axes[-1]
    markers = [line for line in right.lines if line.get_marker() in {"o", "s", "D", "^"}]
    assert len(markers) == len(table.rows) == 6 * len(CORRELATIONS)
    hollow = [line for line in markers if line.get_markerfacecolor() == "white"]
    assert len(hollow) == sum(not row.valid for row in table.rows)
    assert "[mPa s]" in right.get_xlabel()
    assert "[m²/s]" in figure.axes[0].get_ylabel()
    assert len(figure.axes) == 3  # the axis of the polarity index is broken for water
    assert to_svg(figure).startswith("<svg")


def test_diffusivity_figure_without_water_has_two_panels() -> None:
    figure = diffusivity_figure(diffusivities("p-MBA", solvents=["toluene", "DMF", "MTBE"]))
    assert len(figure.axes) == 2
    assert to_svg(figure).startswith("<svg")


def test_speciation_figure_has_a_curve_per_source() -> None:
    cases = competing_speciation("p-MBA", np.linspace(2, 10, 41))
    figure = speciation_figure(cases)
    assert len([line for line in figure.axes[0].lines if len(line.get_xdata()) == 41]) == len(cases)
    assert len([line for line in figure.axes[1].lines if line.get_linestyle() == "--"]) == len(cases)
    assert to_svg(figure).startswith("<svg")
