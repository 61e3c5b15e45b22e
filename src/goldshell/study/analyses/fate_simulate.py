"""Fate, simulated: one injected dose from physiology, particle and model to amounts in organs and excreta."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.fate import drawing_times, read_fate
from goldshell.fate.figures import mass_balance, time_courses
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

TITLE = "Fate, simulated"


class Settings(AnalysisSettings):
    """A dose; the file is that of ``goldshell fate simulate``."""

    kind: Literal["fate_simulate"]
    file: Annotated[DataFile, Field(description="YAML: species, particle, dose, model, times")]


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Solve the model and say where the gold is at the end."""
    problem = read_fate(data_path(folder, settings.file))
    result = problem.simulate()
    smooth = problem.simulate(drawing_times(problem.times, problem.voiding_times))
    end = float(result.time_h[-1])
    last = sorted(((float(course[-1]), name) for name, course in result.compartments.items()), reverse=True)
    sources = literature_ids(item.source for item in describe_parameters(type(result.parameters)))
    return Analysis(
        summary=(
            f"At {end:g} h: "
            + ", ".join(f"{amount:.3g} %ID in {name}" for amount, name in last[:5] if amount > 0)
            + ".",
        ),
        method=(
            f"The model {result.model} is solved for a {result.physiology.species} of "
            f"{result.physiology.body_weight:g} g (set {result.physiology.set}); the dose is balanced to "
            f"{result.balance:.0e} relative. Parameters that "
            "the file leaves out have their defaults. A simulation shows what the model says, not what was measured."
        ),
        numbers=tuple(
            Number(f"{name} at {end:g} h", amount, unit="%ID", source=settings.file) for amount, name in last
        ),
        tables={"courses": result.to_dataframe()},
        figures={
            "courses": CaptionedFigure(
                time_courses(smooth), "Amount in every compartment; dashed: organ as dissected, with its blood."
            ),
            "balance": CaptionedFigure(mass_balance(smooth), "All compartments, stacked to the dose."),
        },
        references=literature_references(sources) | known_references(result.physiology.sources),
        literature=sources,
        warnings=result.warnings,
        next_measurements=("Liver and urine at the last time, which decide the two largest clearances.",),
    )
