"""Stability: peak position, width and absorbance of spectra in time, isosbestic check, a verdict per condition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.spectra.figures_uvvis import spectra_figure, verdicts_figure
from goldshell.spectra.stability import Criteria
from goldshell.spectra.stability import stability as judge
from goldshell.spectra.uvvis_io import group_spectra, read_spectra
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known_references,
)
from goldshell.units import quantity

TITLE = "Stability by UV-vis"


class Settings(AnalysisSettings):
    """Spectra in time, one file per condition (a wavelength column, one column per time), or single spectra."""

    kind: Literal["stability"]
    data: Annotated[tuple[DataFile, ...], Field(min_length=1)]
    peak: Annotated[quantity("nm", minimum=0, exclusive=True) | None, Field()] = None  # type: ignore[valid-type]
    shift: Annotated[quantity("nm", minimum=0, exclusive=True), Field()] = 2.0  # type: ignore[valid-type]
    broadening: Annotated[float, Field(gt=0.0)] = 0.05
    loss: Annotated[float, Field(gt=0.0)] = 0.05
    duration: Annotated[quantity("h", minimum=0, exclusive=True), Field()] = 24.0  # type: ignore[valid-type]
    level: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95


def _names(source: str) -> str:
    """File names without their folder."""
    return ", ".join(Path(part).name for part in source.split(", "))


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Judge every condition by equivalence testing."""
    criteria = Criteria(settings.shift, settings.broadening, settings.loss, settings.duration)
    series = group_spectra(read_spectra(data_path(folder, name)) for name in settings.data)
    result = judge(series, peak=settings.peak, criteria=criteria, level=settings.level)
    words = {"shift": "shift of the band", "broadening": "relative change of its width",
             "absorbance": "relative change of its absorbance"}  # fmt: skip
    findings = [f"{one.series.condition}: {one.verdict}; {one.isosbestic.reading}." for one in result.conditions]
    figures = {"verdicts": CaptionedFigure(
        verdicts_figure(result), "Changes over the time recorded, in units of their tolerance, with intervals."
    )}  # fmt: skip
    for number, one in enumerate(result.conditions, 1):
        figures[f"spectra-{number}"] = CaptionedFigure(
            spectra_figure(one),
            f"{one.series.condition}: spectra in time (grey: window of the fit; dotted: isosbestic points), position "
            "and width of the band (green: tolerance).",
        )
    undetermined = [one.series.condition for one in result.conditions if one.verdict == "undetermined"]
    return Analysis(
        summary=tuple(findings),
        method=(
            "The band is fitted as a Gaussian on a quadratic background. A change is unchanged when its whole "
            f"{100 * settings.level:g} % interval lies within the tolerance ({criteria.shift:g} nm, "
            f"{100 * criteria.broadening:g} % of width, {100 * criteria.loss:g} % of absorbance over "
            f"{criteria.duration:g} h), changed when all of it lies outside, otherwise undetermined."
        ),
        numbers=tuple(
            Number(f"{one.series.condition}: {words[change.quantity]}", change.estimate,
                   source=_names(one.series.source), note=change.verdict)
            for one in result.conditions
            for change in one.changes
        ),
        tables={"changes": result.to_dataframe()},
        figures=figures,
        references=known_references({"zhang2026"}),
        warnings=result.warnings,
        next_measurements=tuple(
            f"{name}: more spectra up to {criteria.duration:g} h, or less noise." for name in undetermined
        ),
    )  # fmt: skip
