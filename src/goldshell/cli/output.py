"""What every command shares: the --json option, the JSON object, plain tables on stdout, warnings on stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

SCHEMA = 1

JsonOption = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]


def print_json(payload: dict[str, Any]) -> None:
    """One JSON object with the schema version; NaN and infinity become null."""
    from goldshell.files import json_ready

    print(json.dumps({"schema": SCHEMA, **json_ready(payload)}, ensure_ascii=False, allow_nan=False))


def print_table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> None:
    """An aligned text table; numbers to four significant digits, right-aligned."""
    cells = [[format_cell(value) for value in row] for row in rows]
    numeric = [all(_is_number(row[i]) or row[i] in {"", "-"} for row in cells) for i in range(len(header))]
    widths = [
        max(len(str(name)), *(len(row[i]) for row in cells)) if cells else len(name) for i, name in enumerate(header)
    ]
    if title:
        print(title)
    for line in ([str(name) for name in header], ["-" * width for width in widths], *cells):
        print(
            "  ".join(
                text.rjust(width) if right else text.ljust(width)
                for text, width, right in zip(line, widths, numeric, strict=True)
            ).rstrip()
        )


def print_warnings(warnings: Iterable[str]) -> None:
    """Advice on stderr, one line each."""
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)


def format_cell(value: Any) -> str:
    """A table cell as text: numbers to four significant digits, nothing for None and NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
