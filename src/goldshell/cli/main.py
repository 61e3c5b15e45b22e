"""Entry point: finds the command, loads only its module, and turns every error into one line or one JSON object."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

os.environ["TYPER_USE_RICH"] = "0"  # rich would double the time of `goldshell --help`

import typer
from click import ClickException, UsageError
from click.exceptions import NoArgsIsHelpError
from typer.core import TyperGroup

from goldshell.errors import GoldshellError, near_matches

# Command -> (module under goldshell.cli, one-line help). Modules are imported only when their command is used.
COMMANDS = {
    "run": ("run", "Run every analysis of a study folder and write the report."),
    "new": ("new", "Write a commented study folder to start from."),
    "audit": ("audit", "Re-derive a paper's quantitative claims, with verdicts."),
    "literature": ("literature", "Published values with their sources: list, show, export."),
    "ligand": ("ligand", "A ligand by name or SMILES: formula, pKa, charge, volumes."),
    "cluster": ("cluster", "A cluster by notation: formula, mass, isomers, shell charge."),
    "diffusivity": ("diffusivity", "Diffusion coefficient of a ligand in solvents, four correlations."),
    "exchange": ("exchange", "Ligand exchange and etching: simulate a vial, fit, design."),
    "esims": ("esims", "ESI mass spectrum of a cluster: ligand distribution with intervals."),
    "uvvis": ("uvvis", "UV-vis: orders of etching from traces, stability from spectra in time."),
    "nmr": ("nmr", "NMR integrals: ligand ratio and mean composition with intervals."),
    "zeta": ("zeta", "Mobility to zeta potential and charge per cluster, beside the titration model."),
    "fate": ("fate", "Fate in the body: non-compartmental analysis, simulation of organs and excreta."),
    "cells": ("cells", "Cells: uptake, toxicity, immune response; what is known, predictions, fits."),
    "sweep": ("sweep", "Run a command on every combination of values, on all cores or a cluster."),
    "image": ("image", "Images: light of organs against time, calibration, comparison of groups."),
    "serve": ("serve", "Show the reports of a results folder in the browser (this machine only)."),
}


class _LazyGroup(TyperGroup):
    """A command group whose commands are imported when called, so that help stays fast."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"goldshell.cli.{COMMANDS[cmd_name][0]}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = near_matches(args[0], COMMANDS)
            advice = f"; did you mean {' or '.join(near)}?" if near else ""
            raise UsageError(f"unknown command {args[0]!r}{advice}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


app = typer.Typer(cls=_LazyGroup, add_completion=False, no_args_is_help=True)


def _print_version(asked: bool) -> None:
    if asked:
        from goldshell import __version__

        typer.echo(f"goldshell {__version__}")
        raise typer.Exit


@app.callback(help="A workbench for the ligand shell of gold nanoclusters, from the flask to the mouse.")
def _root(
    version: bool = typer.Option(
        False, "--version", is_eager=True, callback=_print_version, help="Print the version and stop."
    ),
) -> None:
    """Hold the options that come before a command."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : words after ``goldshell``; those of the process when None

    Returns
    -------
    int : 0 done, 1 an analysis failed, 2 bad input or usage
    """
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    try:
        code = typer.main.get_command(app).main(args=words, prog_name="goldshell", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except GoldshellError as problem:
        if os.environ.get("GOLDSHELL_DEBUG") == "1":
            raise
        return _report(problem.to_dict(), str(problem), problem.exit_code, as_json)
    except ClickException as problem:
        if isinstance(problem, NoArgsIsHelpError) and not as_json:
            print(problem.format_message(), file=sys.stderr)
            return 2
        line = "missing command" if isinstance(problem, NoArgsIsHelpError) else _one_line(problem.format_message())
        where = getattr(getattr(problem, "ctx", None), "command_path", "") or "goldshell"
        hint = f"see '{where} --help'"
        return _report({"message": line, "where": where, "hint": hint}, f"{where}: {line} ({hint})", 2, as_json)
    except (KeyboardInterrupt, typer.Abort):
        return _report({"message": "interrupted", "where": "", "hint": ""}, "interrupted", 1, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:
        if os.environ.get("GOLDSHELL_DEBUG") == "1":
            raise
        if isinstance(problem, OSError) and problem.filename:
            # Files to read are opened with messages of their own: this is a place to write to
            line, hint = f"cannot be written: {problem.strerror}", "name another place"
            where = str(problem.filename2 or problem.filename)  # a file is written beside its place, then moved there
            return _report({"message": line, "where": where, "hint": hint}, f"{where}: {line} ({hint})", 2, as_json)
        line = f"internal error: {type(problem).__name__}: {_one_line(str(problem))}"
        hint = "a fault of goldshell; GOLDSHELL_DEBUG=1 shows where"
        return _report({"message": line, "where": "", "hint": hint}, f"{line} ({hint})", 1, as_json)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _report(error: dict[str, str], line: str, code: int, as_json: bool) -> int:
    """Print an error as one JSON object on stdout, or as one line on stderr, and return the exit code."""
    if as_json:
        import json

        print(json.dumps({"schema": 1, "error": error}, ensure_ascii=False))
    else:
        print(f"goldshell: {line}" if not line.startswith("goldshell") else line, file=sys.stderr)
    return code


def entry() -> None:
    """Console script."""
    raise SystemExit(main())


if __name__ == "__main__":
    entry()
