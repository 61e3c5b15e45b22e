"""Arranging a run as one HTML page that needs nothing else: no network, no scripts."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from goldshell.literature import cite
from goldshell.study import typography
from goldshell.study.analysis import Analysis
from goldshell.study.record import describe_changes
from goldshell.study.svg import inline

# Tables up to this many rows stand open; longer ones are folded away, and are in the CSV files in any case.
OPEN_ROWS = 14
# A summary shows this many findings and contradictions of each analysis; its section shows all.
SHOWN_FINDINGS = 2
SHOWN_CONTRADICTIONS = 8
# Cells up to this many characters are not broken.
SHORT_CELL = 18

STATUS_TEXT = {
    "done": "All analyses are done.",
    "failed": "At least one analysis failed; the others are complete.",
    "interrupted": "The run was interrupted; what had finished is here.",
}


def render_report(
    record: Mapping[str, Any], results: Mapping[str, Analysis], figures: Mapping[str, Mapping[str, str]]
) -> str:
    """The report as one HTML document.

    Parameters
    ----------
    record : the run's record, as written to record.json
    results : analysis id -> result, for those that are done
    figures : analysis id -> figure name -> SVG document
    """
    templates = files("goldshell.study") / "templates"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(
        prose=typography.prose,
        number=typography.number,
        unit=typography.unit,
        column=typography.column,
        cell=typography.cell,
        reference=typography.reference,
    )
    template = environment.from_string((templates / "report.html.j2").read_text(encoding="utf-8"))
    numbers = {key: place for place, key in enumerate(record["references"], 1)}
    values = [row["id"] for row in record["literature"]]
    return template.render(
        record=record,
        css=Markup((templates / "report.css").read_text(encoding="utf-8")),
        status_text=STATUS_TEXT[record["status"]],
        changes=describe_changes(record["changes"]),
        sections=_sections(record, results, figures, set(values), numbers),
        summary=_summary(record),
        references=[(place, key, cite(key)) for key, place in numbers.items()],
        reference_numbers=numbers,
    )


def _summary(record: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on the first page: findings, contradictions, next measurements, and warnings by analysis."""
    entries = record["analyses"]
    return {
        "found": [(entry, entry["summary"][:SHOWN_FINDINGS]) for entry in entries],
        "contradicted": [
            (entry, entry["contradicted"][:SHOWN_CONTRADICTIONS], entry["contradicted"][SHOWN_CONTRADICTIONS:])
            for entry in entries
            if entry["contradicted"]
        ],
        "next": [(entry, entry["next_measurements"][0]) for entry in entries if entry["next_measurements"]],
    }


def _sections(
    record: Mapping[str, Any],
    results: Mapping[str, Analysis],
    figures: Mapping[str, Mapping[str, str]],
    values: set[str],
    reference_numbers: Mapping[str, int],
) -> list[dict[str, Any]]:
    """One section per analysis, figures and tables numbered through the report."""
    sections = []
    figure_count = table_count = 0
    for entry in record["analyses"]:
        section: dict[str, Any] = {
            "entry": entry,
            "figures": [],
            "tables": [],
            "numbers": _numbers(entry, values),
            "cited": sorted(reference_numbers[key] for key in entry["references"]),
        }
        result = results.get(entry["id"])
        if result is not None:
            for name, captioned in result.figures.items():
                figure_count += 1
                prefix = f"fig{figure_count}"
                label = f"Figure {figure_count}. {captioned.caption}"
                svg = inline(figures[entry["id"]][name], prefix=prefix, label=label)
                section["figures"].append(
                    {"number": figure_count, "id": prefix, "svg": Markup(svg), "caption": captioned.caption}
                )
            for name, table in result.tables.items():
                table_count += 1
                section["tables"].append(_table(entry, name, table, table_count, values))
        sections.append(section)
    return sections


def _numbers(entry: Mapping[str, Any], values: set[str]) -> list[dict[str, Any]]:
    """The numbers of an analysis, each with whether its source is a row of the report's table of published values."""
    return [{**item, "linked": item["source"] in values} for item in entry["numbers"]]


def _table(entry: Mapping[str, Any], name: str, table: pd.DataFrame, number: int, values: set[str]) -> dict[str, Any]:
    """A table ready to be set: heading, cells with their class, and the CSV file inside the page."""
    path = entry["tables"][name]
    numeric = [pd.api.types.is_numeric_dtype(table[column]) for column in table.columns]
    text = table.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    return {
        "number": number,
        "title": name.replace("_", " ").replace("-", " "),
        "columns": list(zip([str(column) for column in table.columns], numeric, strict=True)),
        "rows": [
            [_cell(column, cell, values) for column, cell in zip(table.columns, row, strict=True)]
            for row in table.itertuples(index=False)
        ],
        "open": len(table) <= OPEN_ROWS,
        "path": path,
        "file": PurePosixPath(path).name,
        "csv": base64.b64encode(text.encode()).decode(),
    }


def _cell(column: Any, value: Any, values: set[str]) -> dict[str, Any]:
    """A table cell: what to show and how."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return {"kind": "text", "value": "yes" if value else "no", "short": True}
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return {"kind": "text", "value": "", "short": True}
    if isinstance(value, int | float):
        return {"kind": "number", "value": value}
    text = str(value)
    if str(column) == "verdict":
        return {"kind": "verdict", "value": text}
    if text in values:
        return {"kind": "row", "value": text}
    return {"kind": "text", "value": text, "short": len(text) <= SHORT_CELL}
