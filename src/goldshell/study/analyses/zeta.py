"""Zeta: potentials and charge per cluster from mobilities, beside the titration model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.spectra.figures_nmr_zeta import charge_figure, mobility_figure
from goldshell.spectra.zeta import analyse_zeta, zeta_table
from goldshell.spectra.zeta_io import read_zeta
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, DataFile, Number, data_path
from goldshell.units import quantity

TITLE = "Zeta potential and charge"


class Settings(AnalysisSettings):
    """Mobilities, one row per measurement; conditions here hold where the file states none."""

    kind: Literal["zeta"]
    data: DataFile
    cluster: str = ""
    diameter: Annotated[quantity("nm", minimum=0, exclusive=True) | None, Field()] = None  # type: ignore[valid-type]
    ionic_strength: Annotated[quantity("mM", minimum=0, exclusive=True) | None, Field()] = None  # type: ignore[valid-type]
    ph: Annotated[float | None, Field(ge=0, le=14)] = None
    instrument: Literal["smoluchowski", "hueckel"] = "smoluchowski"
    level: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.95


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Zeta potential and charge of every sample."""
    results = analyse_zeta(
        read_zeta(data_path(folder, settings.data)),
        cluster=settings.cluster,
        diameter=settings.diameter,
        ionic_strength=settings.ionic_strength,
        ph=settings.ph,
        instrument=settings.instrument,
        level=settings.level,
    )
    figures = {
        "mobility": CaptionedFigure(
            mobility_figure(results), "Zeta potential against mobility: limits of Hückel and Smoluchowski, and Henry."
        )
    }
    if any(one.charge for one in results):
        figures["charge"] = CaptionedFigure(
            charge_figure(results),
            "Charge that moves with the cluster, beside what its groups and core carry under each source of pKa.",
        )
    numbers = []
    for one in results:
        found = one.henry or one.smoluchowski
        way = "Henry" if one.henry else "Smoluchowski"
        numbers.append(Number(f"{one.sample}: zeta potential ({way})", found, source=settings.data))
        if one.charge is not None:
            numbers.append(Number(f"{one.sample}: electrokinetic charge per cluster [e]", one.charge))
    return Analysis(
        summary=tuple(
            f"{one.sample}: {one.reading}."
            if one.reading
            else f"{one.sample}: zeta {(one.henry or one.smoluchowski).value:.3g} mV."
            for one in results
        ),
        method=(
            "Repeats give the mean mobility and its t interval. Zeta follows by Henry's equation with Ohshima's f, the "
            "charge by the relation of Ohshima, Healy and White for a sphere; the titration model gives the charge of "
            "the groups, independent and anticooperative, under each source of pKa values."
        ),
        numbers=tuple(numbers),
        tables={"samples": zeta_table(results)},
        figures=figures,
        warnings=tuple(f"{one.sample}: {text}" for one in results for text in one.warnings),
        next_measurements=("Mobility against pH, which fixes the pKa of the shell.",)
        if any(len(one.titration) > 1 for one in results)
        else (),
    )
