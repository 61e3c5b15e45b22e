"""Signal against concentration: line, detection limit, and whether shells are equally bright."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.imaging.figures_physics import calibration_figure
from goldshell.statistics import CalibrationLine, SlopeComparison, compare_slopes
from goldshell.statistics.calibration import MARGIN, read_lines
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, DataFile, Number, data_path

TITLE = "Calibration of the signal"


class Settings(AnalysisSettings):
    """A dilution series; the data file has one row per measured sample."""

    kind: Literal["image_calibration"]
    data: DataFile
    concentration: Annotated[str, Field(description="column of the concentration")] = "concentration"
    value: Annotated[str, Field(description="column of the signal")] = "value"
    shell: Annotated[str | None, Field(description="column of the shell; one line for each")] = None
    concentration_label: Annotated[str, Field(description="for the axis, with its unit")] = "concentration"
    signal_label: Annotated[str, Field(description="for the axis, with its unit")] = "signal"
    margin: Annotated[float, Field(gt=0, lt=1, description="difference of slopes that does not matter")] = MARGIN


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Fit a line for each shell and compare their slopes."""
    lines = read_lines(
        data_path(folder, settings.data), concentration=settings.concentration, value=settings.value, by=settings.shell
    )
    compared = compare_slopes(list(lines.values()), margin=settings.margin) if len(lines) > 1 else None
    return of_lines(
        lines, compared, settings.data, settings.concentration_label, settings.signal_label, "limit [concentration]"
    )


def of_lines(
    lines: Mapping[str, CalibrationLine], compared: SlopeComparison | None, source: str, x_label: str, y_label: str,
    limit: str,
) -> Analysis:  # fmt: skip
    """The analysis of fitted lines, for signals of any kind.

    Parameters
    ----------
    lines : name -> line
    compared : their slopes; None of a single line
    source : name of the data file
    x_label, y_label : of the axes, with units
    limit : heading of the detection limits

    Returns
    -------
    Analysis
    """
    summary, numbers = [], []
    if compared is not None:
        summary.append(f"{compared.statement[0].upper()}{compared.statement[1:]}.")
        for name, ratio in list(zip(lines, compared.ratio, strict=True))[1:]:
            numbers.append(Number(f"slope of {name} over that of {next(iter(lines))}", ratio, source=source))
    for name, line in lines.items():
        numbers.append(Number(f"{name}: slope", line.slope, source=source, note=f"R2 = {line.r_squared:.4g}"))
        if math.isfinite(line.detection_limit):
            summary.append(
                f"{name}: slope {line.slope.value:.4g} ({line.slope.low:.4g} to {line.slope.high:.4g}), detection "
                f"limit {line.detection_limit:.3g} in the unit of the concentration."
            )
        else:
            summary.append(f"{name}: the signal is not shown to rise with the concentration.")
    table = pd.DataFrame(
        [
            {
                "name": name, "points": line.x.size, "slope": line.slope.value, "low": line.slope.low,
                "high": line.slope.high, "intercept": line.intercept.value, "residual_sd": line.residual_sd,
                "r2": line.r_squared, limit: line.detection_limit,
            }
            for name, line in lines.items()
        ]
    )  # fmt: skip
    return Analysis(
        summary=tuple(summary[:8]),
        method=(
            "Least-squares lines with 95 % intervals; the detection limit is 3.3 s / b, s the residual standard "
            "deviation, b the slope."
            + (
                " Slopes are compared by analysis of covariance; whether they are equivalent is asked by two one-sided "
                f"tests of each pair within {100 * compared.margin:g} %, the margin of this study."
                if compared is not None
                else ""
            )
        ),
        numbers=tuple(numbers),
        tables={"lines": table},
        figures={
            "calibration": CaptionedFigure(
                calibration_figure(lines, x_label, y_label),
                "Points: samples; lines with 95 % bands; dotted: detection limits.",
            )
        },
        warnings=tuple(f"{name}: {text}" for name, line in lines.items() for text in line.warnings),
        next_measurements=("More concentrations or repeats, until slopes are shown to agree or to differ.",)
        if compared is not None and not (compared.equivalent or compared.different)
        else (),
    )
