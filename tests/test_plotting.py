"""The house style reaches whatever a figure function makes, and nothing outside it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import matplotlib
import pytest
from matplotlib.figure import Figure

from goldshell.plotting import house_style, new_figure

MODULES = ("chemistry", "transport", "exchange", "audit", "study")
FIGURES = [
    pytest.param(function, id=f"{package}.{name}")
    for package in MODULES
    for name, function in vars(import_module(f"goldshell.{package}.figures")).items()
    if getattr(function, "__module__", "") == f"goldshell.{package}.figures"
    and getattr(function, "__annotations__", {}).get("return") == "Figure"
    and not name.startswith("_")
]


def test_a_legend_made_after_the_axes_has_the_style() -> None:
    @house_style
    def draw() -> Figure:
        figure, axis = new_figure()
        axis.plot([0, 1], label="model")
        axis.legend()
        axis.set_title("title")
        return figure

    before = dict(matplotlib.rcParams)
    axis = draw().axes[0]
    assert not axis.get_legend().get_frame_on()
    assert axis.get_legend().get_texts()[0].get_fontsize() == 8.0
    assert axis.title.get_fontsize() == 9.5
    assert dict(matplotlib.rcParams) == before


def test_figure_functions_are_found() -> None:
    assert len(FIGURES) >= 12


@pytest.mark.parametrize("function", FIGURES)
def test_figure_functions_draw_in_the_house_style(function: Callable[..., Any]) -> None:
    assert hasattr(function, "__wrapped__")
