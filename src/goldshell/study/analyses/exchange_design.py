"""Exchange, designed: a recipe for a wanted shell, with what it should give and what to measure next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.exchange import DesignResult, design
from goldshell.exchange import figures_design as draw
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    literature_ids,
    literature_references,
)

TITLE = "Recipe for a wanted shell"


class Settings(AnalysisSettings):
    """A wish; the file is that of ``goldshell exchange design``."""

    kind: Literal["exchange_design"]
    file: Annotated[DataFile, Field(description="YAML: cluster, ligand, target, what is free")]
    fit: Annotated[DataFile | None, Field(description="parameters: JSON of 'exchange fit', or CSV of draws")] = None
    scale: Annotated[float, Field(gt=0, description="factor on the volumes of the recipe")] = 1.0
    seconds: Annotated[float, Field(gt=0, description="time limit of the search [s]")] = 40.0


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Search for the recipe, predict with intervals, and arrange the protocol."""
    result = design(
        data_path(folder, settings.file),
        fit=None if settings.fit is None else data_path(folder, settings.fit),
        scale=settings.scale,
        seconds=settings.seconds,
    )
    predicted, best = result.predicted, result.next_experiment.best
    recipe = result.recipe
    rows = [row for amount in recipe.amounts for row in amount.rows] + [
        row for step in recipe.steps for row in step.rows
    ]
    sources = literature_ids(rows)
    return Analysis(
        summary=tuple(_findings(result)),
        method=(
            "A search over what is free finds the conditions that meet the wishes with the least of what is to be "
            "minimised; the recipe is then rounded to what can be weighed and measured. Intervals "
            f"({100 * predicted.level:.0f} %) are over {predicted.draws} draws of the parameters: "
            f"{result.uncertainty.description}."
        ),
        numbers=(
            Number("mean n", predicted.mean_n),
            Number("variance of n", predicted.variance),
            Number("dispersion index", predicted.dispersion_index),
            Number("intact fraction", predicted.intact_fraction),
            Number("chance that every wish is met", predicted.chance),
        ),
        tables={
            "protocol": pd.DataFrame(
                [
                    {"step": number, "what": step.text, "source": "; ".join(step.rows)}
                    for number, step in enumerate(result.recipe.steps, 1)
                ]
            ),
            "amounts": result.recipe.to_dataframe(),
            "pareto": result.to_dataframe(),
        },
        figures={
            "pareto": CaptionedFigure(
                draw.pareto_figure(result), "Conditions that nothing beats in spread, yield and time at once."
            ),
            "prediction": CaptionedFigure(draw.prediction_figure(result), "Predicted P(n) with intervals."),
            "next": CaptionedFigure(
                draw.next_experiment_figure(result), "What each further experiment would leave of the uncertainty."
            ),
        },
        references=literature_references(sources),
        literature=sources,
        warnings=tuple(dict.fromkeys((*result.warnings, *result.recipe.warnings))),
        next_measurements=(f"{best.in_words()}.",) if best is not None else (),
    )


def _findings(result: DesignResult) -> list[str]:
    predicted = result.predicted
    mean, intact = predicted.mean_n, predicted.intact_fraction
    return [
        f"{result.conditions.in_words()}: mean n {mean.value:.2f} ({mean.low:.2f} to {mean.high:.2f}), "
        f"{100 * intact.value:.0f} % intact ({100 * intact.low:.0f} to {100 * intact.high:.0f} %).",
        f"{100 * predicted.chance:.0f} % of the draws of the parameters meet every wish.",
        f"What limits: {result.limiting.because}.".replace("..", "."),
    ]
