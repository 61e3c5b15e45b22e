"""Cells: one relation of shell and cell, with what the literature determines, or a fit to own data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.cells import Prediction, fit_relation, predict, read_observations, relation
from goldshell.cells.figures import admissible_band, fitted_curve
from goldshell.cells.predict import grid
from goldshell.numerics import Estimate
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known,
    literature_ids,
    literature_references,
)

TITLE = "Cells"


class Settings(AnalysisSettings):
    """Which relation, at which inputs, and own data for a fit."""

    kind: Literal["cells"]
    model: Annotated[str, known(relation), Field(description="name of a relation, see 'goldshell cells list'")]
    at: Annotated[tuple[float, ...], Field(description="inputs to predict at; a grid when left out")] = ()
    data: Annotated[
        DataFile | None, Field(description="own data to fit: columns named as input and output, optionally sd, series")
    ] = None


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Predict from the literature, and fit own data where there are any."""
    one = relation(settings.model)
    x = list(settings.at) or grid(one, 11).tolist()
    predictions = [predict(one.name, x, series=name) for name in one.series]
    status = predictions[0].known
    findings = [f"{one.title}: {status.status} by the literature.", one.known, f"Open: {one.open}."]
    numbers = [_number(item, place) for item in predictions for place in range(len(item.x))] if settings.at else []
    tables = {"prediction": _table(predictions), "parameters": pd.DataFrame([k.to_dict() for k in status.parameters])}
    figures = {
        "prediction": CaptionedFigure(
            admissible_band([predict(one.name, series=name) for name in one.series]),
            "Line: default parameters. Band: every curve that the published values and conditions admit; its ends are "
            "limits, not probabilities. Points and arrows: published values and bounds.",
        )
    }
    warnings = list(predictions[0].warnings)
    if settings.data is not None:
        result = fit_relation(one.name, read_observations(data_path(folder, settings.data), one.name))
        findings.append(f"{len(result.observations.x)} points of {settings.data}: the fit is {result.status}.")
        numbers += [
            Number(f"{name} (fit)", estimate, source=settings.data) for name, estimate in result.fit.parameters.items()
        ]
        tables["fit"] = result.fit.to_dataframe()
        figures["fit"] = CaptionedFigure(
            fitted_curve(result), f"Own data and fitted curve with its {100 * result.fit.level:g} % interval."
        )
        warnings += result.warnings
    used = literature_ids(one.sources())
    return Analysis(
        summary=tuple(findings),
        method=(
            "Each parameter is drawn from the range that its literature row admits (printed digits, a range, two "
            "stated spreads; a choice where nothing is printed), and a curve is kept when it meets every published "
            "condition. The relation is underdetermined where a parameter rests on a choice. Own data are fitted by "
            "least squares, on a logarithmic scale where the output is drawn so; parameters that too few points leave "
            "free are held at their default and named."
        ),
        numbers=tuple(numbers),
        tables=tables,
        figures=figures,
        references=literature_references(used),
        literature=used,
        warnings=tuple(dict.fromkeys(warnings)),
        next_measurements=(f"{one.open[:1].upper()}{one.open[1:]}.",),
    )


def _number(item: Prediction, place: int) -> Number:
    one = item.known.relation
    series = f", {item.series}" if item.series else ""
    estimate = Estimate(float(item.value[place]), float(item.low[place]), float(item.high[place]), one.y.unit)
    return Number(
        f"{one.y.label}{series} at {one.x.label} {item.x[place]:g}",
        estimate,
        note="ends over all admissible curves" + ("; an extrapolation" if item.outside[place] else ""),
    )


def _table(predictions: list[Prediction]) -> pd.DataFrame:
    parts = []
    for item in predictions:
        part = item.to_dataframe()
        if item.series:
            part.insert(0, "series", item.series)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
