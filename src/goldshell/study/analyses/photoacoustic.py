"""Filtration of the kidney from photoacoustic curves, by Patlak's model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from goldshell.errors import InputError
from goldshell.files import read_table
from goldshell.imaging.figures_physics import patlak_figure
from goldshell.imaging.photoacoustic import patlak, published_rates
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    literature_references,
)

TITLE = "Filtration of the kidney"
_COLUMNS = ("time_s", "kidney", "artery")
_ROWS = {
    "normal": "sang2024-photoacoustic-au25sg18-gfr-normal",
    "diseased": "sang2024-photoacoustic-au25sg18-gfr-diseased",
}


class Kidney(BaseModel):
    """The curves of one kidney: columns time_s, kidney, artery."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    data: DataFile


class Settings(AnalysisSettings):
    """Kidney and artery curves of one animal or several, and the window of the fit."""

    kind: Literal["photoacoustic"]
    animals: Annotated[list[Kidney], Field(min_length=1)]
    start: Annotated[float, Field(ge=0, description="of the window [s]")] = 0.0
    stop: Annotated[float | None, Field(gt=0, description="end of the window, before urine leaves [s]")] = None
    find_delay: Annotated[bool, Field(description="search the delay of the artery")] = False


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Fit every kidney."""
    fits = {}
    for item in settings.animals:
        if item.name in fits:
            raise InputError(f"two animals are called {item.name!r}", where=settings.id)
        table = read_table(data_path(folder, item.data), _COLUMNS, numeric=_COLUMNS)
        fits[item.name] = patlak(
            *(table[name].to_numpy(dtype=float) for name in _COLUMNS),
            start=settings.start, stop=settings.stop, find_delay=settings.find_delay,
        )  # fmt: skip
    published = published_rates()
    said = "normal and diseased look swapped" if published["looks_swapped"] else ""
    return Analysis(
        summary=tuple(f"{name}: filtration {fit.filtration} per volume of kidney." for name, fit in fits.items())[:8],
        method=(
            "Patlak's model in its linear form: kidney = v artery + G times the integral of artery, by least squares "
            "over the window; G is the filtration per volume of kidney. Intervals are 95 % of the regression; they do "
            "not hold what partial volume in the artery adds."
        ),
        numbers=tuple(
            number
            for name, fit in fits.items()
            for number in (
                Number(f"{name}: filtration", fit.filtration),
                Number(f"{name}: blood fraction", fit.blood_fraction),
            )
        )
        + tuple(
            Number(f"published, {state} kidneys", published[state], unit="mL/min/mL", source=row, note=said)
            for state, row in _ROWS.items()
        ),
        tables={
            "kidneys": pd.DataFrame(
                [
                    {
                        "animal": name,
                        "filtration_mL_min_mL": fit.filtration.value,
                        "low": fit.filtration.low,
                        "high": fit.filtration.high,
                        "blood_fraction": fit.blood_fraction.value,
                        "delay_s": fit.delay,
                        "r2": fit.r_squared,
                    }
                    for name, fit in fits.items()
                ]
            )
        },
        figures={
            f"patlak-{number}": CaptionedFigure(
                patlak_figure(fit), f"{name}: kidney (points), fitted model (line), and residuals."
            )
            for number, (name, fit) in enumerate(list(fits.items())[:6], start=1)
        },
        literature=tuple(_ROWS.values()),
        references=literature_references(_ROWS.values()),
        warnings=tuple(f"{name}: {text}" for name, fit in fits.items() for text in fit.warnings),
    )
