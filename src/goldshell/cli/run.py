"""``goldshell run``: a study folder in, a report out."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from goldshell.cli.output import JsonOption, print_json, print_warnings

app = typer.Typer(add_completion=False)


@app.command(
    help="""Run every analysis of a study and write report.html, record.json, tables (CSV) and figures (SVG).

    STUDY is a folder with a study.yaml, or the name of a packaged study (zhang2026). Quantities in study.yaml carry
    their units. A failed analysis does not lose the others; the exit code is then 1."""
)
def run(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Study folder, or name of a packaged study.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write into.", show_default="results/<study>")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also write every figure as PDF.")] = False,
    json_output: JsonOption = False,
) -> None:
    from goldshell.study import run_study

    quiet = json_output or not sys.stderr.isatty()
    with _progress(quiet) as progress:
        result = run_study(study, out, pdf=pdf, progress=progress)
    for change in result.changes:
        print(f"note: {change}", file=sys.stderr)
    if json_output:
        payload = result.to_dict()
        if result.status != "done":
            payload["error"] = _error(result.status, result.failures, str(result.report))
        print_json(payload)
    else:
        _print_findings(result.analyses)
        print_warnings(f"{item['id']}: {text}" for item in result.analyses for text in item["warnings"])
        print(f"report: {result.report}")
        if result.status != "done":
            error = _error(result.status, result.failures, str(result.report))
            print(f"goldshell: {error['where']}: {error['message']}", file=sys.stderr)
    if result.status != "done":
        raise typer.Exit(1)


def _print_findings(analyses: tuple[dict[str, Any], ...]) -> None:
    """Each analysis with its first findings, wrapped to the terminal."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 110)
    for item in analyses:
        status = "" if item["status"] == "done" else f"  {item['status'].upper()}"
        print(f"{item['id']} ({item['kind']}){status}")
        for finding in item["summary"][:2]:
            print(textwrap.fill(finding, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False))


def _error(status: str, failures: tuple[str, ...], report: str) -> dict[str, str]:
    """The ``error`` object of a run that did not end well; the rest of the output stands beside it."""
    if status == "interrupted":
        return {"message": "interrupted; finished analyses are kept", "where": report, "hint": "run it again"}
    count = "an analysis" if len(failures) == 1 else f"{len(failures)} analyses"
    return {"message": f"{count} failed: {'; '.join(failures)}", "where": report, "hint": "the others are complete"}


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int, str], None] | None]:
    """A progress bar on stderr; nothing when quiet."""
    if quiet:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(done: int, total: int, title: str) -> None:
            bar.update(task, completed=done, total=total, description=title)

        yield show
