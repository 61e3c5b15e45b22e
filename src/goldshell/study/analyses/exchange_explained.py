"""Exchange, explained: one joint fit to a paper's compositions, with and without each mechanism."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.exchange import Explanation, explain
from goldshell.exchange.explanation import DECISIVE, NEEDED
from goldshell.exchange.figures_explain import figures
from goldshell.exchange.fit import COUNTING
from goldshell.exchange.mechanisms import models
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    Number,
    known_references,
    literature_ids,
    literature_references,
)

TITLE = "The compositions, explained"

_CAPTIONS = {
    "ranges": "One set of parameters for all panels. Bars: predicted P(n) relative to the largest (pale below the "
    "detection threshold); band: species that were reported; diamonds: reported populations.",
    "needs": "What each mechanism gains on each observation, as a difference of ln L. Left of the line: mechanisms of "
    "the explanation, against the fit without; right: others, added to it. Bold: above 2. Circles: observations that "
    "the explanation does not reproduce.",
    "models": "AICc of every model relative to the explanation; below zero is better.",
    "courses": "Predicted P(n) over time, with the mean (line); blank below 0.1 % intact.",
    "profiles": "Profile likelihood of each parameter; dashed: the limit of the 95 % interval, shaded.",
}


class Settings(AnalysisSettings):
    """Which paper; its compositions come from the literature table."""

    kind: Literal["exchange_explained"]
    paper: Literal["zhang2026"]
    starts: Annotated[int, Field(ge=1, le=100, description="searches per model; 1 starts from the stored best")] = 1
    compare: Annotated[
        list[Literal[tuple(models())]] | None,  # type: ignore[valid-type]
        Field(description="models to compare with the explanation; all when left out"),
    ] = None
    profiles: Annotated[bool, Field(description="intervals by profile likelihood, else by curvature")] = True


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Fit, compare, check."""
    result = explain(only=settings.compare, starts=settings.starts, seed=seed, profiles=settings.profiles)
    misfits = (*result.fit.misfits, *(one for check in result.checks for one in check.misfits))
    sources = literature_ids([one.source for one in misfits] + [item.source for item in result.orderings])
    return Analysis(
        summary=result.findings,
        method=(
            "Fig. 4 (both systems, five feeds) and the 100:1 feed are fitted together by the well-mixed model, every "
            "parameter the same in all experiments unless a physical reason stands in the table of mechanisms. A range "
            "is a censored observation: each species above or below the detection threshold. A range counts as "
            "reproduced when both ends are met within one species, a value or rate within two standard deviations. "
            f"Models are ranked by AICc ({COUNTING}); a mechanism is needed or rejected at a difference above "
            f"{DECISIVE:g}, and an observation needs it when ln L rises by more than {NEEDED:g}. The other series are "
            "checks with these parameters held; a series has a parameter of its own only where its AICc supports it. "
            "Searches start from stored values and are run again here."
        ),
        numbers=tuple(_numbers(result)),
        tables={
            "observations": result.to_dataframe(),
            "mechanisms": result.mechanism_table(),
            "models": result.model_table(),
            "checks": result.check_table(),
            "assumptions": pd.DataFrame(
                [{"open_in_the_paper": what, "taken_as": how} for what, how in result.assumptions.items()]
            ),
        },
        figures={name: CaptionedFigure(drawn, _CAPTIONS[name]) for name, drawn in figures(result).items()},
        references=literature_references(sources) | known_references({"hurvich1989", "raue2009", "dass2008"}),
        literature=sources,
        warnings=result.fit.warnings,
        next_measurements=(
            "The pH of the water before and after the exchange: it decides how much ligand leaves the organic phase.",
            "P(n) at each feed with a stated detection threshold, after 5, 15 and 60 min in water alone: whether the "
            "shells even out tells slow dissolution from uneven mixing.",
        ),
    )


def _numbers(result: Explanation) -> list[Number]:
    found = []
    for item in result.fit.parameters:
        notes = [f"at its {item.at_bound} bound"] if item.at_bound else []
        if not item.identifiable:
            notes.append("not identifiable")
        if item.parameter.reason:
            notes.append(item.parameter.reason)
        found.append(
            Number(item.parameter.name.replace("_", " "), item.estimate, source="joint fit", note="; ".join(notes))
        )
    return found
