"""``goldshell new``: a study folder to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command(
    help="""Write a commented study.yaml and example tables into DIR; they run as they are.

    Quantities in study.yaml and column names of the tables carry their units. DIR must be new or empty."""
)
def new(folder: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder.")]) -> None:
    from goldshell.study import new_study

    for path in new_study(folder):
        print(path)
    print(f"Next: goldshell run {folder}")
