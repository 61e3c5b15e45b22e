"""Figures that stand on one page do not disturb each other."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

from goldshell.plotting import new_figure, to_svg
from goldshell.study.svg import inline, with_fallback_fonts


def drawing() -> str:
    figure, axis = new_figure(width=4, height=2)
    axis.plot([0, 1, 2], [0, 1, 0], "o")
    axis.set_xlabel("time / h")
    return to_svg(figure)


def test_two_copies_share_no_identifier_and_keep_their_links() -> None:
    first, second = (inline(drawing(), prefix=prefix, label="a & b") for prefix in ("fig1", "fig2"))
    one, two = (set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (first, second))
    assert one
    assert not one & two
    for svg, known in ((first, one), (second, two)):
        assert set(re.findall(r'href="#([^"]+)"', svg)) <= known
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= known
        assert re.findall(r"url\(#([^)]+)\)", svg)


def test_the_inline_figure_is_whole_and_carries_no_document_parts() -> None:
    svg = inline(drawing(), prefix="fig1", label='say "hi" & go')
    ElementTree.fromstring(svg)  # well-formed
    assert "xmlns" not in svg
    assert "<metadata" not in svg
    assert "<style" not in svg
    assert 'aria-label="say &quot;hi&quot; &amp; go"' in svg
    assert "viewBox" in svg
    # 4 inch at 96 px per inch
    assert 'style="width:384px"' in svg
    assert "time / h" in svg, "text stays text"


def test_fonts_have_fallbacks() -> None:
    assert "Verdana, Arial, sans-serif" in with_fallback_fonts(drawing())
