"""Light of excised organs, from one image per animal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from goldshell.errors import InputError
from goldshell.imaging import excised, organ_summary, organ_table
from goldshell.imaging.figures_groups import organ_bars
from goldshell.numerics import Estimate
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, DataFile, Number, data_path

TITLE = "Light of excised organs"


class Excised(BaseModel):
    """The image of one animal's organs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    image: DataFile
    rois: DataFile
    group: str = ""


class Settings(AnalysisSettings):
    """One image per animal with its regions, and the camera that took them."""

    kind: Literal["image_exvivo"]
    animals: Annotated[list[Excised], Field(min_length=1)]
    reference: Annotated[str | None, Field(description="organ that others are divided by")] = None
    dark: DataFile | None = None
    flat: DataFile | None = None
    exposure: Annotated[float | None, Field(gt=0, description="of every image [s]")] = None
    background: Annotated[str | None, Field(description="region to subtract, or ring:5")] = None
    gain: Annotated[float | None, Field(gt=0, description="electrons per count")] = None
    read_noise: Annotated[float | None, Field(ge=0, description="electrons")] = None
    saturation: Annotated[float | None, Field(gt=0, description="raw value of a full pixel")] = None


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Measure every animal's organs; mean and interval over the animals."""
    from scipy.stats import t

    names = [item.name for item in settings.animals]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise InputError(f"two animals are called {repeated!r}", where=settings.id)
    found = excised(
        {item.name: (data_path(folder, item.image), data_path(folder, item.rois)) for item in settings.animals},
        dark=data_path(folder, settings.dark) if settings.dark else None,
        flat=data_path(folder, settings.flat) if settings.flat else None,
        exposure=settings.exposure, background=settings.background, gain=settings.gain,
        read_noise=settings.read_noise, saturation=settings.saturation,
    )  # fmt: skip
    table = organ_table(found, reference=settings.reference)
    groups = {item.name: item.group for item in settings.animals}
    if any(groups.values()):
        table.insert(1, "group", [groups[name] for name in table["animal"]])
    summary = organ_summary(table)
    numbers, sentences = [], []
    for row in summary.to_dict("records"):
        where = f"{row['organ']}, {row['group']}" if "group" in row else str(row["organ"])
        half = float(t.ppf(0.975, row["n"] - 1)) * row["sd"] / np.sqrt(row["n"]) if row["n"] > 1 else np.nan
        value = Estimate(row["mean"], row["mean"] - half, row["mean"] + half, "1/s") if row["n"] > 1 else row["mean"]
        numbers.append(Number(f"{where}: light per pixel, counts", value, unit="1/s", note=f"n = {row['n']}"))
        spread = f" (SD {row['sd']:.4g})" if row["n"] > 1 else ""
        other = settings.reference is not None and str(row["organ"]).lower() != settings.reference.lower()
        ratio = f", {row['ratio']:.3g} times {settings.reference}" if other else ""
        sentences.append((row["mean"], f"{where}: {row['mean']:.4g}{spread} counts/s, n = {row['n']}{ratio}."))
    warnings = [f"{name}: {text}" for name, result in found.items() for text in result.warnings]
    if summary["n"].min() < 3:
        warnings.append("fewer than three animals: their scatter is hardly known")
    label = "light per pixel [counts/s]" if settings.background is None else "light above background [counts/s]"
    figures = {"organs": CaptionedFigure(organ_bars(table, label=label), "Bars: mean and SD; points: animals.")}
    if settings.reference is not None:
        figures["ratios"] = CaptionedFigure(
            organ_bars(
                table[table["organ"].str.lower() != settings.reference.lower()], value="ratio",
                label=f"light over that of {settings.reference} [1]",
            ),
            f"Light of each organ over that of {settings.reference} of the same animal.",
        )  # fmt: skip
    return Analysis(
        summary=tuple(text for _, text in sorted(sentences, reverse=True)[:8]),
        method=(
            "Light is (raw - dark) / flat / exposure, averaged over the pixels of each organ, less the background "
            "where one is given. The animal is the unit: intervals are of Student's t over animals; sem in the table "
            "is the noise of one image. Light per pixel is no amount: thickness and absorption of the organ are in it."
        ),
        numbers=tuple(numbers),
        tables={"organs": summary, "animals": table},
        figures=figures,
        warnings=tuple(warnings),
        next_measurements=("Gold of the same organs by ICP-MS, to turn light into percent of the dose.",),
    )
