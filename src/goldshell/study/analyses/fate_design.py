"""Fate, planned: when to dissect how many animals, and what the samples would determine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.fate import design, plan_from_parameters, read_fate
from goldshell.fate.figures_design import identifiability_table_bars, sampling_design
from goldshell.numerics import describe_parameters
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known_references,
    literature_ids,
    literature_references,
)
from goldshell.units import quantity

if TYPE_CHECKING:
    Time = float
else:
    Time = quantity("h", minimum=0.0, exclusive=True)

TITLE = "Fate, planned"
_DETERMINED = 0.5  # relative error from the samples alone


class Settings(AnalysisSettings):
    """A plan; the file is that of ``goldshell fate design``."""

    kind: Literal["fate_design"]
    file: Annotated[DataFile, Field(description="YAML: species, particle, model, times to compare with")]
    animals: Annotated[int, Field(ge=1, description="how many are dissected")] = 12
    measure: Annotated[list[str], Field(min_length=1, description="what every animal gives")] = Field(
        default=["blood", "liver", "spleen", "kidney", "urine", "faeces"]
    )
    earliest: Annotated[Time, Field(description="first time that is possible")] = 5.0 / 60.0
    latest: Annotated[Time, Field(description="last time")] = 72.0
    collections: Annotated[list[Time], Field(description="when cages are changed besides")] = Field(
        default=[6.0, 24.0, 48.0]
    )
    cv: Annotated[float, Field(gt=0, description="coefficient of variation of one sample")] = 0.25
    focus: Annotated[list[str], Field(description="parameters that the plan is to determine")] = Field(default=[])


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Find the D-optimal times and compare them with those of the file."""
    problem = read_fate(data_path(folder, settings.file))
    result = design(
        plan_from_parameters(problem.parameters, problem.animal),
        animals=settings.animals,
        given=problem.times,
        measured=settings.measure,
        earliest=settings.earliest,
        latest=settings.latest,
        collections=settings.collections,
        cv=settings.cv,
        focus=settings.focus,
    )
    when = ", ".join(f"{int(one['animals'])} at {one['time_h']:.3g} h" for one in result.after.schedule())
    open_ones = [item.name for item in result.parameters if not result.after.errors[item.name] < _DETERMINED]
    sources = literature_ids(item.source for item in describe_parameters(type(problem.parameters)))
    samples = pd.DataFrame(
        [{"samples": label, **{name: 100.0 * error for name, error in errors.items()}}
         for label, errors in result.identifiability.items()]
    )  # fmt: skip
    return Analysis(
        summary=(
            f"D-optimal for {settings.animals} animals: {when}; the plan of the file reaches "
            f"{100 * result.efficiency:.0f} % of its efficiency.",
            f"Not determined even so (error from the samples above 50 %): {', '.join(open_ones) or 'nothing'}.",
        ),
        method=(
            "The determinant of the Fisher information of the samples at the planned parameters is maximised over the "
            f"times of dissection; log-normal errors, CV {100 * settings.cv:g} %, excreta as increments of their cage. "
            "A plan is as good as the parameters it assumes."
        ),
        numbers=tuple(
            Number(
                f"error of {item.name}, this plan",
                100.0 * result.after.errors[item.name],
                unit="%",
                source=settings.file,
            )
            for item in result.parameters
        ),
        tables={"schedule": pd.DataFrame(result.after.schedule()), "errors": result.to_dataframe(), "samples": samples},
        figures={
            "plan": CaptionedFigure(
                sampling_design(result), "Planned courses with the times of dissection, and the errors of both plans."
            ),
            "identifiability": CaptionedFigure(
                identifiability_table_bars(result), "What each further kind of sample adds to the plan of the file."
            ),
        },
        references=literature_references(sources) | known_references(problem.animal.sources),
        literature=sources,
        warnings=result.warnings,
        next_measurements=(f"Dissect {when}; take {', '.join(settings.measure)} from each.",),
    )
