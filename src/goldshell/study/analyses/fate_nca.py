"""Concentration curves without a model: areas, half-lives, clearance and volumes of each subject."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.fate import nca
from goldshell.fate.figures import nca_curves
from goldshell.files import read_table
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, DataFile, Number, data_path

TITLE = "Non-compartmental analysis"


class Settings(AnalysisSettings):
    """Concentration curves; the data file has a column each for subject, time and concentration."""

    kind: Literal["fate_nca"]
    data: DataFile
    dose: Annotated[float, Field(gt=0, description="concentration unit x volume unit")]
    route: Literal["bolus", "infusion", "extravascular"]
    duration: Annotated[float, Field(ge=0)] = 0.0
    method: Literal["linear", "linear-up-log-down"] = "linear-up-log-down"
    subject: str = "id"
    time: str = "time"
    concentration: str = "conc"


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Analyse every curve by WinNonlin's rules."""
    numeric = (settings.time, settings.concentration)
    table = read_table(data_path(folder, settings.data), (settings.subject, *numeric), numeric=numeric)
    times, concentrations = (table[name].to_numpy(dtype=float) for name in numeric)
    names = table[settings.subject].tolist()
    result = nca(
        names, times, concentrations, dose=settings.dose, route=settings.route, duration=settings.duration,
        method=settings.method,
    )  # fmt: skip
    numbers = [
        Number(f"{label}, {subject.id}", float(value), source=settings.data, note="unit of the table")
        for subject in result.subjects
        for label, value in (
            ("half-life", subject.half_life), ("area to infinity", subject.auc_inf_obs), ("clearance", subject.cl)
        )
        if math.isfinite(value)
    ]  # fmt: skip
    halves = [subject.half_life for subject in result.subjects if math.isfinite(subject.half_life)]
    if halves:
        said = f"Terminal half-lives run from {min(halves):.3g} to {max(halves):.3g} in {len(halves)} subjects."
    else:
        said = "No curve has a terminal slope."
    return Analysis(
        summary=(said,),
        method=(
            f"Areas by the {settings.method} trapezoid; the terminal slope by the best adjusted r squared of the last "
            f"points; {settings.route}, dose {settings.dose:g}. Units are those of the table."
        ),
        numbers=tuple(numbers),
        tables={"subjects": result.to_dataframe()},
        figures={
            "curves": CaptionedFigure(
                nca_curves(names, times, concentrations, result), "Concentrations with the terminal regression."
            )
        },
        warnings=result.warnings,
        next_measurements=("Later samples, where the extrapolated part of the area is large.",),
    )
