"""Fate, fitted: measured gold in blood, organs and excreta to parameters with intervals, and what they cannot say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.fate import FateFit, FitOptions, fit, lint, read_fate_data
from goldshell.fate.figures_fit import (
    excreta_against_covariate,
    fit_balance,
    fit_courses,
    identifiability_bars,
    observed_against_predicted,
)
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

TITLE = "Fate, fitted"


class Settings(AnalysisSettings):
    """A model of fate fitted to a table; the data file is that of ``goldshell fate fit``."""

    kind: Literal["fate_fit"]
    data: DataFile
    model: str = "minimal"
    free: list[str] = Field(default_factory=list)
    fix: dict[str, float] = Field(default_factory=dict)
    by_group: list[str] | None = None
    covariate: str | None = None
    spread: Annotated[float | None, Field(gt=0, description="between groups; estimated when left out")] = None
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    posterior_steps: Annotated[int, Field(ge=0)] = 0


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Lint the table, fit the model, and say what is known."""
    data = read_fate_data(data_path(folder, settings.data))
    options = FitOptions(
        model=settings.model,
        free=tuple(settings.free),
        fixed=settings.fix,
        by_group=None if settings.by_group is None else tuple(settings.by_group),
        covariate=settings.covariate,
        spread=settings.spread,
        level=settings.level,
        seed=seed,
    )
    result = fit(data, options, posterior_steps=settings.posterior_steps)
    figures = {
        "courses": CaptionedFigure(
            fit_courses(result),
            "Measured gold (points, bars of one standard deviation; triangles are bounds) and the fitted model with "
            f"its {100 * settings.level:g} % band. Organs as dissected, with their residual blood.",
        ),
        "balance": CaptionedFigure(
            fit_balance(result),
            "The fitted amounts, stacked to the dose. Diamonds: sum of all that was measured at a time, "
            "red above 100 %ID.",
        ),
        "identifiability": CaptionedFigure(
            identifiability_bars(result), "Relative standard error of each parameter from the samples alone."
        ),
        "residuals": CaptionedFigure(
            observed_against_predicted(result), "Left: measured against predicted. Right: standardised residuals."
        ),
    }
    if result.posed.covariate:
        figures["covariate"] = CaptionedFigure(
            excreta_against_covariate(result), f"Excreta and organs against {result.posed.covariate}."
        )
    sources = literature_ids(item.source for item in result.problem.model.parameters)
    findings = lint(data).to_dataframe()
    return Analysis(
        summary=(*_found(result), *result.statements),
        method=(
            f"The model {settings.model} is fitted to {result.problem.count} samples with log-normal errors; terminal "
            "animals are independent, cumulative excreta enter as increments of their cage, values below their limit "
            "as bounds, organs with their residual blood. Every parameter has a prior, stated in the table; "
            "intervals are "
            "profile likelihoods. Recovery is fitted, never clipped."
        ),
        numbers=tuple(
            Number(item.parameter.name, item.estimate, source=settings.data, note="" if item.identifiable else "prior")
            for item in result.parameters
            if item.parameter.role != "deviation"
        ),
        tables={"parameters": result.to_dataframe()} | ({"findings": findings} if len(findings) else {}),
        figures=figures,
        references=literature_references(sources) | known_references(data.animal.sources),
        literature=sources,
        warnings=result.warnings,
        next_measurements=tuple(text for text in result.statements if "would" in text),
    )


def _found(result: FateFit) -> tuple[str, ...]:
    known = [item for item in result.parameters if item.identifiable and item.parameter.role in {"population", "slope"}]
    said = [f"{item.parameter.name} = {item.estimate}." for item in known if item.parameter.name in _MAIN]
    above = [item for item in result.recoveries if item["found_percent_id"] > 100.05]
    if above:
        worst = max(above, key=lambda item: item["found_percent_id"])
        said.append(f"More than was injected is found: {worst['found_percent_id']:.1f} %ID at {worst['time_h']:g} h.")
    return tuple(said) or ("The samples alone determine none of the clearances.",)


_MAIN = ("CL_liver", "CL_spleen", "fu_theta", "CL", "CL_liver:slope", "CL_spleen:slope", "fu_theta:slope")
