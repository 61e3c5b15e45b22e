"""Making a figure's SVG fit to stand inside a page beside others."""

from __future__ import annotations

import html
import re

_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_NAMESPACES = re.compile(r'\s+xmlns(?::\w+)?="[^"]*"')
_IDENTIFIER = re.compile(r'\bid="([^"]+)"')
_LINK = re.compile(r'(?:xlink:)?href="#([^"]+)"')
_PAINT = re.compile(r"url\(#([^)]+)\)")
_STYLE = re.compile(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>\s*", re.DOTALL)

# Where matplotlib's own font is absent; Verdana has nearly the same widths, so labels keep their places.
FONTS = "'DejaVu Sans', 'Bitstream Vera Sans', Verdana, Arial, sans-serif"


def with_fallback_fonts(svg: str) -> str:
    """Name fonts to fall back on wherever the SVG asks for matplotlib's own."""
    return re.sub(r"'DejaVu Sans'(?:, [^;\"<]*)?", FONTS, svg)


def inline(svg: str, *, prefix: str, label: str) -> str:
    """Rewrite an SVG document to stand inside HTML.

    Identifiers get a prefix, because those of two figures may be the same; XML namespaces, metadata and the
    document-wide style sheet go; the size becomes a natural width that shrinks with the page.

    Parameters
    ----------
    svg : document as `goldshell.plotting.to_svg` makes it
    prefix : begins every identifier; must be unique on the page
    label : what a screen reader says
    """
    svg = _STYLE.sub("", _METADATA.sub("", svg.strip()))
    head_end = svg.index(">")
    head, body = svg[:head_end], svg[head_end:]
    width = re.search(r'\bwidth="([\d.]+)pt"', head)
    head = _NAMESPACES.sub("", re.sub(r'\s(?:width|height|version)="[^"]*"', "", head))
    natural = f' style="width:{float(width[1]) * 4 / 3:.0f}px"' if width else ""
    head += f'{natural} role="img" aria-label="{html.escape(label, quote=True)}"'
    svg = head + body
    svg = _IDENTIFIER.sub(rf'id="{prefix}-\1"', svg)
    svg = _LINK.sub(rf'href="#{prefix}-\1"', svg)
    svg = _PAINT.sub(rf"url(#{prefix}-\1)", svg)
    return with_fallback_fonts(svg)
