"""The verdict overview shows every check with its verdict."""

from __future__ import annotations

import pytest

from goldshell.audit import PAPERS, PaperAudit, audit
from goldshell.audit.figures import verdict_overview
from goldshell.plotting import to_svg


@pytest.fixture(params=PAPERS)
def result(request: pytest.FixtureRequest) -> PaperAudit:
    """The audit of each paper."""
    return audit(request.param)


def test_every_title_and_count_is_drawn(result: PaperAudit) -> None:
    figure = verdict_overview(result.checks)
    drawn = [text.get_text() for axis in figure.axes for text in axis.texts]
    assert all(check.title in drawn for check in result.checks)
    assert all(check.theme in drawn for check in result.checks)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [
        f"{result.count()[name]} {label}"
        for name, label in (
            ("agrees", "agrees"),
            ("agrees_within_uncertainty", "agrees within uncertainty"),
            ("contradicts", "contradicts"),
            ("underdetermined", "underdetermined"),
            ("not_testable", "not testable"),
        )
    ]


def test_titles_fit_their_column(result: PaperAudit) -> None:
    """No title runs into the next column (or out of the figure)."""
    figure = verdict_overview(result.checks)
    figure.draw_without_rendering()
    for axis in figure.axes:
        right = axis.get_window_extent().x1
        assert all(text.get_window_extent().x1 <= right + 1 for text in axis.texts)


def test_one_check_and_one_column() -> None:
    figure = verdict_overview(audit("zhang2026").checks[:1], columns=1)
    assert "<svg" in to_svg(figure)
