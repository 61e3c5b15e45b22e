"""Audit: the quantitative statements of a paper, re-derived from its own numbers, each with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import AfterValidator

from goldshell.audit import PAPERS, Check, Verdict, audit
from goldshell.audit.figures import verdict_overview
from goldshell.errors import UnknownNameError
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    known_references,
    literature_ids,
    literature_references,
)

TITLE = "What the paper's own numbers contradict"


def _known_paper(name: str) -> str:
    if name not in PAPERS:
        raise ValueError(str(UnknownNameError("paper", name, PAPERS)))
    return name


class Settings(AnalysisSettings):
    """Which paper to audit."""

    kind: Literal["audit"]
    paper: Annotated[str, AfterValidator(_known_paper)]


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Run the audit; contradictions first."""
    result = audit(settings.paper)
    counts = result.count()
    contradicted = [item for item in result.checks if item.verdict is Verdict.CONTRADICTS]
    underdetermined = [item for item in result.checks if item.verdict is Verdict.UNDERDETERMINED]
    used = literature_ids(identifier for item in result.checks for identifier in item.inputs)
    shown = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    order = {verdict: place for place, verdict in enumerate((Verdict.CONTRADICTS, Verdict.UNDERDETERMINED))}
    ranked = sorted(result.checks, key=lambda item: order.get(item.verdict, len(order)))
    return Analysis(
        summary=(
            f"Of {len(result.checks)} quantitative statements re-derived, {shown}.",
            *(f"Underdetermined: {item.title}. {item.because}" for item in underdetermined),
        ),
        contradicted=tuple(f"{item.title}. {item.because}" for item in contradicted),
        method=(
            "Each statement is compared with what follows from the paper's own numbers under every admissible "
            "reading of the text. A printed number stands for half a unit of its last digit on either side, and "
            "twice that after a tilde. A statement is contradicted only when every reading contradicts it, and "
            "underdetermined when readings disagree or the text leaves the choice open. Verdicts are computed, never "
            "typed in."
        ),
        tables={"verdicts": pd.DataFrame([_row(item) for item in ranked])},
        figures={
            "verdicts": CaptionedFigure(
                verdict_overview(result.checks),
                "Every statement that was re-derived, by theme, with its verdict as symbol and colour.",
            )
        },
        references=literature_references(used) | known_references({settings.paper}),
        literature=used,
    )


def _row(item: Check) -> dict[str, object]:
    return {
        "statement": item.title,
        "reported": _shown(item.reported),
        "computed": _shown(item.computed),
        "unit": "" if item.unit == "1" else item.unit,
        "verdict": str(item.verdict),
        "because": item.because,
    }


def _shown(value: float | str | None) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
