"""``goldshell sweep``: a command on every combination of values, on all cores or a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(add_completion=False)

_SHOWN = 40


@app.command(
    help="Run a command (exchange simulate, fate simulate) on every combination of the values that a YAML file gives, "
    "and keep the numbers that it names. With --out, an interrupted sweep goes on where it stopped."
)
def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Command, base file, what is varied and kept.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write sweep.csv, sweep.json and figures (SVG) here.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 for all cores.")] = 0,
    scheduler: Annotated[
        str, typer.Option(metavar="tcp://HOST:PORT", help="Send the points to a Dask cluster instead.")
    ] = "",
    json_output: JsonOption = False,
) -> None:
    from goldshell.workflows import sweep as run

    result = run(file, out=out, workers=workers, scheduler=scheduler, label="sweep")
    error = _error(result, out)
    if json_output:
        print_json(result.to_dict() | ({"error": error} if error else {}))
    else:
        table = result.to_dataframe()
        if not result.failed:
            table = table.drop(columns="error")
        rows = [tuple(row) for row in table.itertuples(index=False)]
        print_table(
            list(table.columns), rows[:_SHOWN], title=f"{result.plan.command}, {result.done} of {len(rows)} points"
        )
        if len(rows) > _SHOWN:
            print(f"... {len(rows) - _SHOWN} more" + ("" if out else " (--out DIR writes them all)"))
        if out is not None:
            print(f"\nwritten: {out / 'sweep.csv'}")
        print_warnings(result.warnings)
        if error:
            print_warnings([f"{error['message']} ({error['hint']})"])
    if error:
        raise typer.Exit(1)


def _error(result: Any, out: Path | None) -> dict[str, str] | None:
    """The ``error`` object of a sweep that is not whole; its rows stand beside it."""
    if result.interrupted:
        again = "run it again with the same --out" if out else "with --out DIR it could go on later"
        return {
            "message": f"interrupted after {result.done} of {len(result.errors)} points", "where": "", "hint": again
        }  # fmt: skip
    if result.failed:
        return {"message": f"{result.failed} points failed", "where": "", "hint": "the others are complete"}
    return None
