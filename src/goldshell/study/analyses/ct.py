"""CT number against concentration of gold, beside the published slopes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.imaging.ct import published_slopes, read_ct
from goldshell.statistics import compare_slopes
from goldshell.statistics.calibration import MARGIN
from goldshell.study.analyses.image_calibration import of_lines
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    DataFile,
    Number,
    data_path,
    literature_references,
)

TITLE = "X-ray contrast"
_ROWS = (
    "sang2024-ct-albumin-auncs-hu-slope", "sang2024-ct-iopromide-hu-slope", "sang2024-ct-gs-aunps-hu",
    "sang2024-ct-gs-aunps-concentration",
)  # fmt: skip


class Settings(AnalysisSettings):
    """A dilution series in the scanner: columns concentration, hu and perhaps agent."""

    kind: Literal["ct"]
    data: DataFile
    unit: Annotated[Literal["mg/mL", "mM"], Field(description="of the concentration")] = "mg/mL"
    margin: Annotated[float, Field(gt=0, lt=1, description="difference of slopes that does not matter")] = MARGIN


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Fit a line for each agent, compare slopes, show the published ones."""
    lines = read_ct(data_path(folder, settings.data), unit=settings.unit)
    compared = compare_slopes(list(lines.values()), margin=settings.margin) if len(lines) > 1 else None
    found = of_lines(
        lines, compared, settings.data, f"concentration [{settings.unit}]", "CT number [HU]",
        f"detection limit [{settings.unit}]",
    )  # fmt: skip
    published = published_slopes()
    numbers = (
        Number("published slope, albumin clusters", published.clusters, source=_ROWS[0], note="printed without a unit"),
        Number("published slope, iopromide", published.iopromide, source=_ROWS[1], note="printed without a unit"),
        Number(
            "845 HU over 9 mg/mL, per mM",
            published.particles_per_millimolar,
            source=_ROWS[2],
            note=f"HU/mM, if the line passes 0; that is {published.particles:.3g} HU mL/mg",
        ),
    )
    return replace(
        found,
        numbers=(*found.numbers, *numbers),
        literature=_ROWS,
        references=literature_references(_ROWS),
    )
