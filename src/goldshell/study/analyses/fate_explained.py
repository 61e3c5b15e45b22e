"""The published numbers on fate, explained by rival mechanisms of one model."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from goldshell.fate import explain
from goldshell.fate.figures_explain import explanation_figure
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    Number,
    literature_ids,
    literature_references,
)

TITLE = "Fate of the published clusters"
_CAPTIONS = {
    "sizes": "Gold in urine against the core diameter under two mechanisms (bands of 95 %), and the published values; "
    "grey where nothing was measured.",
    "zhang2026": "Gold against the number of p-ATP on the cluster under each mechanism that meets what is known; "
    "bands of 95 %, grey where nothing was measured.",
    "table1": "Cells of Table 1 (symbols; triangles are bounds) and what the model says of them and of missing cells.",
}


class Settings(AnalysisSettings):
    """One question on the published numbers."""

    kind: Literal["fate_explained"]
    about: Literal["sizes", "zhang2026", "table1"] = "zhang2026"


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Fit the rivals and say what they leave open."""
    found = explain(settings.about, seed=seed)
    sources = literature_ids(found.sources)
    return Analysis(
        summary=(f"Verdict, computed from the misfits: {found.verdict}.", *found.findings),
        method=(
            "One model of fate is fitted to the published numbers, to bounds as bounds and to statements without "
            "numbers as orders between groups. A rival counts as holding when its misfit, priors included, is less "
            "than 6 above the best. Intervals of predictions are 95 % of the posterior; the table has extrapolations."
        ),
        numbers=tuple(
            Number(f"{item.quantity}, {item.subject} ({item.mechanism})", item.estimate, note=item.note)
            for item in found.forecasts
            if not (item.measured or item.note) and item.mechanism == found.mechanisms[0].name
        ),
        tables={"predictions": found.to_dataframe()},
        figures={"prediction": CaptionedFigure(explanation_figure(found), _CAPTIONS[settings.about])},
        references=literature_references(sources),
        literature=sources,
        warnings=found.unknown,
        next_measurements=("Liver, spleen and carcass at 24 h in %ID for every shell, with blood from 5 min on.",),
    )
