"""Etching from UV-vis: orders and rate constant from absorbance traces, by the integrated fit and the paper's way."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.numerics import Estimate
from goldshell.spectra import read_traces
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known_references,
)
from goldshell.workflows.etching_from_uvvis import EtchingFit, fit_etching
from goldshell.workflows.figures_etching import laws_figure, orders_figure, traces_figure

TITLE = "Etching by UV-vis"


class Settings(AnalysisSettings):
    """Traces ``time_h,absorbance`` with header lines ``# cluster_mM:``, ``# ligand_mM:``, ``# epsilon_M_cm:``."""

    kind: Literal["etching_from_uvvis"]
    data: Annotated[tuple[DataFile, ...], Field(min_length=1, description="one file per experiment")]
    drift: Literal["auto", "none", "common", "each"] = "auto"
    fit_epsilon: bool = False
    thiol_per_cluster: Annotated[float, Field(ge=0.0)] = 0.0
    level: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Fit all traces at once; the regression of the paper and rival laws beside."""
    traces = [trace for name in settings.data for trace in read_traces(data_path(folder, name))]
    result = fit_etching(
        traces,
        drift=settings.drift,
        fit_epsilon=settings.fit_epsilon,
        thiol_per_cluster=settings.thiol_per_cluster,
        level=settings.level,
        seed=seed,
    )
    source = f"integrated fit of {len(traces)} traces"
    numbers = [Number("order in clusters", result.orders.x, source=source)]
    if result.orders.y is not None:
        numbers.append(Number("order in thiol", result.orders.y, source=source))
    numbers.append(Number("ln k", result.orders.ln_k, source=source, note=f"k in {result.orders.k_unit}"))
    if result.regression is not None:
        for label, name in (("order in clusters", "x"), ("order in thiol", "y")):
            estimate = getattr(result.regression, name)
            if estimate is not None:
                note = f"bias {result.bias[name]:+.2g}" if name in result.bias else ""
                numbers.append(Number(f"{label}, the paper's way", estimate, source="regression", note=note))
    figures = {
        "traces": CaptionedFigure(
            traces_figure(result),
            "Absorbance of each experiment with the integrated fit, its offset and drift, and the residuals.",
        ),
        "orders": CaptionedFigure(
            orders_figure(result),
            "Initial rates against concentration: the integrated law, and the regression of single rates with its "
            "band.",
        ),
    }
    if len(result.alternatives) > 1:
        figures["laws"] = CaptionedFigure(laws_figure(result), "Rival rate laws fitted to the same traces.")
    return Analysis(
        summary=_summary(result),
        method=(
            "One rate law for all traces: its integral times epsilon and path, plus an offset and, where AICc asks for "
            "it, a straight drift of each trace, is fitted by least squares; offsets and drifts are projected out. "
            f"Intervals ({100 * settings.level:g} %) are profile likelihood, widened where residuals follow each "
            "other. The paper's way takes one initial rate of each trace and regresses logarithms; its bias is what it "
            "returns on traces made from the fit, less what they were made with."
        ),
        numbers=tuple(numbers),
        tables={
            "fits": result.fits_dataframe(),
            "traces": result.to_dataframe().drop(columns=["source", "time_range_h"]),
        },
        figures=figures,
        references=known_references({"zhang2026"}),
        warnings=result.warnings,
        next_measurements=_next(result),
    )


def _words(estimate: Estimate) -> str:
    """With as many digits as its interval deserves."""
    width = estimate.high - estimate.low
    digits = min(max(1 - math.floor(math.log10(width)), 1), 4) if 0 < width < math.inf else 2
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"


def _summary(result: EtchingFit) -> tuple[str, ...]:
    x, y = result.orders.x, result.orders.y
    said = [f"The order of etching is {_words(x)} in clusters"]
    if y is not None:
        said[0] += f" and {_words(y)} in thiol"
    said[0] += "."
    if result.regression is not None and result.regression.x is not None:
        printed = result.regression.x
        said.append(
            f"Differentiating and regressing gives {printed.value:.2g} ({printed.low:.2g} to {printed.high:.2g}) in "
            f"clusters, with a bias of {result.bias.get('x', float('nan')):+.2g} on these traces."
        )
    first = result.alternatives[0]
    if first.family.name != "power_law":
        said.append(f"{first.family.name.replace('_', ' ')} describes the traces better than any power law.")
    return tuple(said)


def _next(result: EtchingFit) -> tuple[str, ...]:
    close = [one.family.name.replace("_", " ") for one in result.alternatives[1:]
             if one.aicc - result.alternatives[0].aicc < 4]  # fmt: skip
    wanted = []
    if close:
        wanted.append(f"Traces over a wider range of thiol, to tell {' and '.join(close)} from the best law.")
    if any("record until nothing changes" in text for text in result.warnings):
        wanted.append("Longer traces, until nothing changes, to tell a drift from a rate.")
    return tuple(wanted)
