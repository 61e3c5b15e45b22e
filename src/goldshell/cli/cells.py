"""``goldshell cells``: relations between a particle's shell and what cells do, with what is known of each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Cells: uptake, toxicity, immune response, location; what the literature determines, and fits to own data.",
)

_Model = Annotated[str, typer.Argument(metavar="MODEL", help="Name of a relation, see 'goldshell cells list'.")]
_Figures = Annotated[Path | None, typer.Option(metavar="DIR", help="Write the figure (SVG) into this folder.")]


@app.command("list", help="Every relation, its input and output, and how far the literature determines it.")
def list_relations(json_output: JsonOption = False) -> None:
    from goldshell.cells import knowledge, relations

    known = [knowledge(name) for name in relations()]
    if json_output:
        print_json(
            {
                "models": [
                    {key: item.to_dict()[key] for key in ("model", "title", "status", "x", "y", "series", "known")}
                    for item in known
                ]
            }
        )
        return
    print_table(
        ("model", "input", "output", "status"),
        [(k.relation.name, _axis(k.relation.x), _axis(k.relation.y), k.status) for k in known],
    )


@app.command(help="One relation: parameters with their ranges and sources, published values, what is open.")
def show(model: _Model, figures: _Figures = None, json_output: JsonOption = False) -> None:
    from goldshell.cells import knowledge, predict

    known = knowledge(model)
    if figures is not None:
        _write(figures, model, [predict(model, series=name) for name in known.relation.series])
    if json_output:
        print_json(known.to_dict())
        return
    one = known.relation
    print(f"{one.title} ({known.status})")
    print(f"{_axis(one.y)} against {_axis(one.x)}, {one.x.low:g} to {one.x.high:g}")
    print(f"known: {one.known}")
    print(f"open:  {one.open}.\n")
    print_table(
        ("parameter", "value", "low", "high", "unit", "kind", "source"),
        [(k.name, k.default, k.low, k.high, k.unit, k.kind, k.source) for k in known.parameters],
    )
    if one.points:
        print()
        print_table(
            (one.x.name, "low", "high", "series", "source"),
            [(p.x, p.low, p.high, p.series, p.source) for p in one.points],
            title="published values",
        )
    for condition in one.conditions:
        print(f"condition: {condition.text} ({condition.source})")


@app.command("predict", help="The output at given inputs, with the band of all curves that the literature admits.")
def predict_relation(
    model: _Model,
    at: Annotated[
        str | None, typer.Option(metavar="X,X,...", help="Inputs, separated by commas; a grid when left out.")
    ] = None,
    series: Annotated[str | None, typer.Option(help="Which curve; all when left out.")] = None,
    figures: _Figures = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.cells import predict, relation
    from goldshell.cells.predict import grid

    one = relation(model)
    names = one.series if series is None else (one.check_series(series),)
    x = grid(one, 11) if at is None else _numbers(at)
    found = [predict(model, x, series=name) for name in names]
    if figures is not None:
        _write(figures, model, [predict(model, series=name) for name in names])
    if json_output:
        print_json(
            {
                "model": model,
                "status": found[0].known.status,
                "predictions": [{key: item.to_dict()[key] for key in ("series", "x", "y")} for item in found],
                "warnings": list(found[0].warnings),
            }
        )
        return
    print_table(
        (one.x.name, *(("series",) if len(one.series) > 1 else ()), one.y.name, "low", "high"),
        [
            (float(x), *((item.series,) if len(one.series) > 1 else ()), float(value), float(low), float(high))
            for item in found
            for x, value, low, high in zip(item.x, item.value, item.low, item.high, strict=True)
        ],
        title=f"{one.title}: {_axis(one.y)} (value at the defaults; low, high: all admissible curves)",
    )
    print_warnings(found[0].warnings)


@app.command(help="Fit a relation to own data: columns named as its input and output, optionally sd and series.")
def fit(
    model: _Model,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV or TSV with a header line.")],
    level: Annotated[float, typer.Option(help="Level of the intervals [1].")] = 0.95,
    figures: _Figures = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.cells import fit_relation, read_observations

    result = fit_relation(model, read_observations(file, model), level=level)
    if figures is not None:
        from goldshell.cells.figures import fitted_curve
        from goldshell.plotting import save

        save(fitted_curve(result), figures / f"{model}_fit.svg")
    if json_output:
        print_json(result.to_dict())
        return
    payload = result.to_dict()
    print_table(
        ("parameter", "value", "low", "high", "unit"),
        [(p["name"], p["value"], p["low"], p["high"], p["unit"]) for p in payload["parameters"]]
        + [(p["name"], p["value"], None, None, "held") for p in payload["held"]],
        title=f"{result.relation.title}: {payload['points']} points, {result.status}, {100 * level:g} % intervals",
    )
    print_warnings(result.warnings)


def _axis(axis: Any) -> str:
    return axis.name if axis.unit == "1" else f"{axis.name} [{axis.unit}]"


def _numbers(text: str) -> list[float]:
    from goldshell.errors import InputError

    found = []
    for cell in text.split(","):
        try:
            found.append(float(cell))
        except ValueError:
            raise InputError(
                f"{cell.strip()!r} is not a number", where="--at", hint="separate numbers by commas: --at 29,32,47"
            ) from None
    return found


def _write(folder: Path, model: str, predictions: list[Any]) -> None:
    from goldshell.cells.figures import admissible_band
    from goldshell.plotting import save

    save(admissible_band(predictions), folder / f"{model}.svg")
