"""Audit: the quantitative statements of a paper, re-derived from its own numbers, each with a verdict."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd

from goldshell.audit import PAPERS, Check, Verdict, audit
from goldshell.audit.figures import verdict_overview
from goldshell.errors import UnknownNameError
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    Contradiction,
    known,
    known_references,
    literature_ids,
    literature_references,
)

TITLE = "Audit of the paper"


def _find_paper(name: str) -> None:
    if name not in PAPERS:
        raise UnknownNameError("paper", name, PAPERS)


class Settings(AnalysisSettings):
    """Which paper to audit."""

    kind: Literal["audit"]
    paper: Annotated[str, known(_find_paper)]


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Run the audit; contradictions first."""
    result = audit(settings.paper)
    counts = result.count()
    contradicted = [item for item in result.checks if item.verdict is Verdict.CONTRADICTS]
    underdetermined = [item for item in result.checks if item.verdict is Verdict.UNDERDETERMINED]
    used = literature_ids(identifier for item in result.checks for identifier in item.inputs)
    told = {
        "contradicts": "contradicted",
        "underdetermined": "underdetermined",
        "agrees": "in agreement",
        "agrees_within_uncertainty": "in agreement within uncertainty",
        "not_testable": "not testable from the text",
    }
    shown = ", ".join(f"{counts[name]} {words}" for name, words in told.items() if counts.get(name))
    order = {verdict: place for place, verdict in enumerate((Verdict.CONTRADICTS, Verdict.UNDERDETERMINED))}
    ranked = sorted(result.checks, key=lambda item: order.get(item.verdict, len(order)))
    return Analysis(
        summary=(
            f"Of {len(result.checks)} statements re-derived from the paper's own numbers: {shown}.",
            *_themes("Contradicted", contradicted),
            *_themes("Underdetermined", underdetermined),
        ),
        contradicted=tuple(Contradiction(item.title, item.because) for item in contradicted),
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


def _themes(verdict: str, found: list[Check]) -> list[str]:
    """How many statements of a verdict each theme has, in a sentence."""
    counts = Counter(item.theme for item in found)
    shown = ", ".join(f"{theme} ({count})" for theme, count in counts.most_common())
    return [f"{verdict} statements concern {shown}."] if found else []


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
