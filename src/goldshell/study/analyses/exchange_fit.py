"""Exchange, fitted: one set of parameters for all experiments of a problem, and rival models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.exchange import ExchangeFit, fit, read_problem
from goldshell.exchange.figures_fit import figures
from goldshell.exchange.fit import COUNTING
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

TITLE = "Exchange model, fitted"

_CAPTIONS = {
    "profiles": "Profile likelihood of each parameter; dashed: the limit of the interval, shaded.",
    "posterior": "Posterior samples of the parameters; red: the best fit.",
    "compositions": "Fitted P(n) (bars) and measured fractions (points).",
    "ranges": "Fitted P(n) relative to the largest (bars) and the species that were seen (band).",
    "traces": "Measured values (points) and the fit.",
}


class Settings(AnalysisSettings):
    """A fitting problem; the file is that of ``goldshell exchange fit``."""

    kind: Literal["exchange_fit"]
    file: Annotated[DataFile, Field(description="YAML: experiments, observations, what is fitted, rivals")]
    data: Annotated[list[DataFile], Field(default_factory=list, description="the files that the problem reads, if any")]
    profiles: Annotated[bool, Field(description="intervals by profile likelihood, else by curvature")] = True
    posterior_steps: Annotated[int, Field(ge=0, le=100_000, description="steps of the sampler; 0 for none")] = 0


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Fit the problem and its rivals."""
    read = read_problem(data_path(folder, settings.file))
    result = fit(read.problem, rivals=read.rivals, profiles=settings.profiles, posterior_steps=settings.posterior_steps)
    return fitted(result, profiles=settings.profiles, source=settings.file)


def fitted(result: ExchangeFit, *, profiles: bool, source: str) -> Analysis:
    """What the report says about a fit of the exchange model."""
    sources = literature_ids(
        [item.source for item in result.misfits]
        + [item.parameter.prior.source for item in result.parameters if item.parameter.prior]
    )
    return Analysis(
        summary=tuple(_findings(result)),
        method=(
            "One set of parameters for all experiments, by least squares on the log-likelihood of every observation "
            f"(a range is a censored observation), from {result.starts} start"
            f"{'s' if result.starts > 1 else ''}; intervals by "
            f"{'profile likelihood' if profiles else 'curvature'}. Models are ranked by AICc ({COUNTING})."
        ),
        numbers=tuple(
            Number(item.parameter.name, item.estimate, source=source, note=_note(item)) for item in result.parameters
        ),
        tables={
            "parameters": result.to_dataframe(),
            "observations": pd.DataFrame([item.to_dict() for item in result.misfits]),
            "models": pd.DataFrame(
                [
                    {
                        "model": item.name,
                        "parameters": item.parameters,
                        "ln L": item.log_likelihood,
                        "AICc": item.aicc,
                        "difference": item.delta,
                        "weight": item.weight,
                    }
                    for item in result.models
                ]
            ),
        },
        figures={name: CaptionedFigure(drawn, _CAPTIONS[name]) for name, drawn in figures(result).items()},
        references=literature_references(sources) | known_references({"hurvich1989", "raue2009"}),
        literature=sources,
        warnings=result.warnings,
        next_measurements=_next(result),
    )


def _note(item: object) -> str:
    parameter, bound = item.parameter, item.at_bound  # type: ignore[attr-defined]
    notes = [f"at its {bound} bound"] if bound else []
    if not item.identifiable:  # type: ignore[attr-defined]
        notes.append("not identifiable")
    if parameter.reason:
        notes.append(parameter.reason)
    return "; ".join(notes)


def _findings(result: ExchangeFit) -> list[str]:
    missed = result.missed
    best = result.models[0]
    said = [
        f"{len(result.misfits) - len(missed)} of {len(result.misfits)} data are met within two standard deviations by "
        f"{len(result.parameters)} parameters."
    ]
    if len(result.models) > 1:
        following = result.models[1]
        said.append(
            f"Of {len(result.models)} models, '{best.name}' has the lowest AICc; '{following.name}' follows "
            f"{following.delta:.1f} above."
        )
    said += [
        f"Not met: {one.experiment}, {one.label}: observed {one.observed}, predicted {one.predicted}." for one in missed
    ]
    unknown = [item.parameter.name for item in result.parameters if not item.identifiable]
    if unknown:
        said.append(f"The data do not fix {', '.join(unknown)}.")
    return said


def _next(result: ExchangeFit) -> tuple[str, ...]:
    unknown = [item.parameter.name for item in result.parameters if not item.identifiable]
    if not unknown:
        return ()
    return (f"A measurement that fixes {', '.join(unknown)}; 'exchange_design' proposes one.",)
