"""``goldshell literature``: published values with their sources."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table
from goldshell.errors import InputError

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Published values with their sources: list, show, export."
)

_TOPIC = Annotated[str | None, typer.Option(help="Only rows of this topic.")]
_SOURCE = Annotated[str | None, typer.Option(help="Only rows of this source (key of references.bib).")]


@app.command("list", help="List the rows, all or of one topic or source.")
def list_rows(topic: _TOPIC = None, source: _SOURCE = None, json_output: JsonOption = False) -> None:
    from goldshell.literature import rows

    found = [row.to_dict() for row in rows(topic=topic, source=source)]
    if json_output:
        print_json({"rows": found})
        return
    print_table(
        ("id", "subject", "quantity", "", "value", "unit", "status"),
        [
            (row["id"], row["subject"], row["quantity"], row["relation"], _shown(row), row["unit"], row["status"])
            for row in found
        ],
    )


@app.command(help="Show one row with its locator and reference.")
def show(identifier: Annotated[str, typer.Argument(metavar="ID")], json_output: JsonOption = False) -> None:
    from goldshell.literature import cite
    from goldshell.literature import show as find

    row = find(identifier).to_dict()
    if json_output:
        print_json({"rows": [row]})
        return
    for name, cell in row.items():
        if cell not in (None, ""):
            print(f"{name:<11} {cell}")
    print(f"{'reference':<11} {cite(row['source'])}")


@app.command(help="Write the rows to a CSV file.")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    topic: _TOPIC = None,
    source: _SOURCE = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.files import write_atomically
    from goldshell.literature import COLUMNS, rows

    if file.suffix.lower() != ".csv":
        raise InputError("the file name must end in .csv", where=str(file))
    if not file.parent.is_dir():
        raise InputError("no such folder", where=str(file.parent), hint="make it first")
    found = [row.to_dict() for row in rows(topic=topic, source=source)]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    write_atomically(file, buffer.getvalue())
    if json_output:
        print_json({"rows": found, "file": file})
    else:
        print(f"{len(found)} rows written to {file}")


def _shown(row: dict[str, object]) -> object:
    """The value of a row for a table: number, range, or ordering."""
    if row["relation"] == "range":
        return f"{row['low']:g} to {row['high']:g}"
    if row["sd"] is not None:
        return f"{row['value']:g} ± {row['sd']:g}"
    return row["value"]
