"""Figures of relations: units on axes, every series, published values; fits with their data."""

from __future__ import annotations

import numpy as np
import pytest

from goldshell.cells import fit_relation, predict, relations
from goldshell.cells.figures import admissible_band, fitted_curve
from goldshell.cells.fit import Observations
from goldshell.plotting import to_svg


@pytest.mark.parametrize("name", relations())
def test_band_of_every_relation(name: str) -> None:
    one = relations()[name]
    figure = admissible_band([predict(name, series=series) for series in one.series])
    (axis,) = figure.axes
    assert one.x.label in axis.get_xlabel()
    assert one.x.unit == "1" or f"[{one.x.unit}]" in axis.get_xlabel()
    assert one.y.unit == "1" or f"[{one.y.unit}]" in axis.get_ylabel()
    if len(one.series) > 1:
        assert [text.get_text() for text in axis.get_legend().get_texts()] == list(one.series)
    assert "<svg" in to_svg(figure)


def test_fit_shows_its_points() -> None:
    data = Observations(np.array([2.0, 4.0, 5.0, 6.0]), np.array([0.01, 0.1, 0.5, 0.9]), np.full(4, 0.02), ("",) * 4)
    figure = fitted_curve(fit_relation("translocation", data))
    (axis,) = figure.axes
    assert any(list(line.get_xdata()) == [2.0, 4.0, 5.0, 6.0] for line in axis.lines)
    assert "<svg" in to_svg(figure)
