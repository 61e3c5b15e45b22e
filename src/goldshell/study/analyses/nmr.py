"""NMR: ligand ratio and mean composition from integrals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.chemistry import find_ligand, parse_cluster
from goldshell.spectra.figures_nmr_zeta import integrals_figure, mean_figure
from goldshell.spectra.nmr import RELATIVE_ERROR, composition_from_nmr
from goldshell.spectra.nmr_io import read_nmr
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known,
    known_references,
)

TITLE = "Composition by NMR"


class Settings(AnalysisSettings):
    """Integrals (columns ``ligand, protons, integral``; ``sample``, ``sd``), or a JCAMP-DX spectrum with regions."""

    kind: Literal["nmr"]
    data: DataFile
    regions: Annotated[DataFile | None, Field(description="columns ppm_low, ppm_high, ligand, protons")] = None
    cluster: Annotated[str, known(parse_cluster)]
    incoming: Annotated[str, known(find_ligand)]
    relative_error: Annotated[float, Field(gt=0.0, lt=1.0)] = RELATIVE_ERROR
    level: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Composition of every sample of the table."""
    regions = data_path(folder, settings.regions) if settings.regions else None
    results = [
        composition_from_nmr(
            sample,
            cluster=settings.cluster,
            incoming=settings.incoming,
            relative_error=settings.relative_error,
            level=settings.level,
        )
        for sample in read_nmr(data_path(folder, settings.data), regions=regions)
    ]
    figures = {
        f"integrals-{i}": CaptionedFigure(
            integrals_figure(one),
            f"{one.sample.name}: integrals with their errors; dashed, the fit of all regions. Grey bars are shared.",
        )
        for i, one in enumerate(results, 1)
    }
    if len(results) > 1:
        figures["mean"] = CaptionedFigure(mean_figure(results), "Mean number of incoming ligands of each sample.")
    return Analysis(
        summary=tuple(
            f"{one.sample.name}: {one.mean_n.value:.2g} ({one.mean_n.low:.2g} to {one.mean_n.high:.2g}) "
            f"{one.incoming} per cluster, {one.composition}."
            for one in results
            if one.mean_n is not None
        ),
        method=(
            "Every integral is the sum over ligands of protons times amount; amounts follow by weighted least squares "
            "over all regions, shares with Fieller's intervals. Integrals without a stated error are taken to "
            f"{100 * settings.relative_error:g} %."
        ),
        numbers=tuple(
            Number(f"{one.sample.name}: mean {one.incoming} per cluster", one.mean_n, source=settings.data)
            for one in results
            if one.mean_n is not None
        ),
        tables={"ligands": pd.concat([one.to_dataframe() for one in results], ignore_index=True)},
        figures=figures,
        references=known_references({"zhang2026"}),
        warnings=tuple(f"{one.sample.name}: {text}" for one in results for text in one.warnings),
        next_measurements=("P(n) by ESI-MS: the mean alone does not say how clusters differ from each other.",),
    )
