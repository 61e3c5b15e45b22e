"""``goldshell audit``: a paper's quantitative statements, re-derived, with verdicts."""

from __future__ import annotations

from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, format_cell, print_json

app = typer.Typer(add_completion=False, help="Re-derive a paper's quantitative claims, with verdicts.")

_SYMBOLS = {
    "agrees": "=",
    "agrees_within_uncertainty": "~",
    "contradicts": "X",
    "underdetermined": "?",
    "not_testable": "-",
}


@app.command(help="Every statement of PAPER that its own numbers can test; all papers when none is named.")
def audit(
    paper: Annotated[str | None, typer.Argument(metavar="[PAPER]", help="Key of the paper, such as zhang2026.")] = None,
    verdict: Annotated[
        str | None, typer.Option(help="Only checks with this verdict: " + ", ".join(_SYMBOLS) + ".")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.audit import PAPERS
    from goldshell.audit import audit as run
    from goldshell.errors import UnknownNameError

    if verdict is not None and verdict not in _SYMBOLS:
        raise UnknownNameError("verdict", verdict, _SYMBOLS, where="--verdict")
    audits = [run(name).selected(verdict) for name in ([paper] if paper is not None else PAPERS)]
    if json_output:
        found = [one.to_dict() for one in audits]
        print_json(found[0] if paper is not None else {"papers": found})
        return
    for one in audits:
        print(f"{one.paper}: {len(one.checks)} checks")
        print("  ".join(f"{_SYMBOLS[name]} {name.replace('_', ' ')} {count}" for name, count in one.count().items()))
        theme = ""
        for check in one.checks:
            if check.theme != theme:
                theme = check.theme
                print(f"\n{theme}")
            unit = "" if check.unit == "1" or not _is_quantity(check.reported) else f" {check.unit}"
            print(f"  {_SYMBOLS[check.verdict]} {check.title}  [{check.id}]")
            computed = format_cell(check.computed) or "nothing"
            print(f"      reported {format_cell(check.reported)}{unit}, computed {computed}")
            print(f"      {check.because}")


def _is_quantity(reported: float | str | None) -> bool:
    """Numbers, bounds and ranges take a unit; words carry their own."""
    return not isinstance(reported, str) or not any(letter.isalpha() for letter in reported.replace(" to ", ""))
