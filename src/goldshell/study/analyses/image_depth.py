"""What a camera sees through tissue: least visible concentration by depth and exposure."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pandas as pd

from goldshell.imaging.figures_physics import tissue_spectra, visibility_map
from goldshell.imaging.optics.schema import read_depth
from goldshell.numerics import Estimate
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, DataFile, Number, data_path

TITLE = "Light through tissue"


class Settings(AnalysisSettings):
    """A file of tissue, probe, camera, depths and exposures, as for ``goldshell image depth``."""

    kind: Literal["image_depth"]
    file: DataFile
    device: Literal["cpu", "gpu"] = "cpu"


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Solve the file."""
    problem = read_depth(data_path(folder, settings.file))
    found = problem.solve(settings.device)
    numbers, rows = [], []
    for k, exposure in enumerate(found.exposure):
        for i, depth in enumerate(found.depth):
            least = Estimate(found.least[k, i], found.least_low[k, i], found.least_high[k, i], "uM")
            numbers.append(Number(f"least visible at {depth:g} mm in {exposure:g} s", least, source=settings.file))
            rows.append(
                {
                    "depth_mm": depth, "exposure_s": exposure, "excitation": found.excitation[i],
                    "escape": found.escape[i], "least_uM": least.value, "low_uM": least.low, "high_uM": least.high,
                    "method": found.method[i],
                }
            )  # fmt: skip
    last = len(found.exposure) - 1
    spread = 100 * problem.file.spread
    return Analysis(
        summary=tuple(
            f"At {depth:g} mm, {found.least[last, i]:.3g} uM ({found.least_low[last, i]:.2g} to "
            f"{found.least_high[last, i]:.2g}) stands {found.threshold:g} times above the noise in "
            f"{found.exposure[last]:g} s."
            for i, depth in enumerate(found.depth)
        )[:8],
        method=(
            f"Laser light into {problem.medium.name}, glow of the organ out of it, camera noise. Diffusion theory "
            "where it holds, photon Monte Carlo elsewhere. The range is that of tissues with "
            f"{spread:g} % less or more of every chromophore and scatterer."
        ),
        numbers=tuple(numbers),
        tables={"visibility": pd.DataFrame(rows)},
        figures={
            "visibility": CaptionedFigure(visibility_map(found), "Least visible concentration by depth and exposure."),
            "tissue": CaptionedFigure(
                tissue_spectra([problem.medium], (problem.probe.excitation, problem.probe.emission)),
                "Absorption and scattering that were used; dotted: excitation and emission.",
            ),
        },
        warnings=found.warnings,
    )
