"""``goldshell fate relation`` and ``goldshell image relation``: small models, evaluated at given numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from goldshell.cli.output import print_json, print_table

if TYPE_CHECKING:
    from goldshell.numerics.relations import Relations

ModelArgument = Annotated[str | None, typer.Argument(metavar="MODEL", help="Model file.")]
NameArgument = Annotated[str | None, typer.Argument(metavar="RELATION", help="Function of it.")]
ValuesArgument = Annotated[list[str] | None, typer.Argument(metavar="NAME=NUMBER...", help="Arguments and parameters.")]


def print_relation(
    known: Relations, model: str | None, name: str | None, values: list[str] | None, json_output: bool
) -> None:
    """The list of relations, or the value of one."""
    listed = known.list(model)
    if model is None or name is None:
        if json_output:
            print_json({"relations": [one.to_dict() for one in listed]})
            return
        print_table(
            ("model", "relation", "arguments", "unit", "what"),
            [
                (
                    one.model, one.name,
                    " ".join(key if value is None else f"{key}={value:g}" for key, value in one.arguments.items()),
                    one.unit, one.title,
                )
                for one in listed
            ],
        )  # fmt: skip
        return
    given = assignments(values or [])
    found = known.evaluate(model, name, given)
    if json_output:
        value = found if isinstance(found, float) else found.to_dict()
        print_json({"model": model, "relation": name, "arguments": given, "value": value})
        return
    unit = next(one.unit for one in listed if one.name == name)
    number = f"{found:.6g}" if isinstance(found, float) else str(found)
    print(f"{number} {'' if unit == '1' else unit}".rstrip())


def assignments(texts: list[str], where: str = "") -> dict[str, float]:
    """``NAME=VALUE`` words as numbers."""
    from goldshell.errors import InputError

    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not name.strip() or not math.isfinite(number):
            raise InputError(f"cannot read {text!r}", where=where, hint="write a name and a number: time=24")
        found[name.strip()] = number
    return found
