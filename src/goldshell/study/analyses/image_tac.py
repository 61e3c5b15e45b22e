"""Light of organs against time, from the image stacks of one animal or several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from goldshell.errors import InputError
from goldshell.imaging import (
    curve_numbers,
    find_drift,
    open_stack,
    prepare_camera,
    read_rois,
    read_times,
    time_activity,
)
from goldshell.imaging.figures import activity_curves, montage
from goldshell.numerics import Estimate
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, DataFile, Number, data_path

TITLE = "Light of organs against time"


class Mouse(BaseModel):
    """The images of one animal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    stack: DataFile
    rois: DataFile
    times: DataFile | None = None


class Settings(AnalysisSettings):
    """Image stacks with their regions, and the camera that took them."""

    kind: Literal["image_tac"]
    animals: Annotated[list[Mouse], Field(min_length=1)]
    dark: DataFile | None = None
    flat: DataFile | None = None
    exposure: Annotated[float | None, Field(gt=0, description="of every frame [s]")] = None
    background: Annotated[str | None, Field(description="region to subtract, or ring:5")] = None
    gain: Annotated[float | None, Field(gt=0, description="electrons per count")] = None
    read_noise: Annotated[float | None, Field(ge=0, description="electrons")] = None
    saturation: Annotated[float | None, Field(gt=0, description="raw value of a full pixel")] = None
    registration: Annotated[bool, Field(description="let the regions follow the animal's drift")] = False


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Measure every animal and put its curves in numbers."""
    results, first = {}, None
    for mouse in settings.animals:
        if mouse.name in results:
            raise InputError(f"two animals are called {mouse.name!r}", where=settings.id)
        stack = open_stack(data_path(folder, mouse.stack))
        rois = read_rois(data_path(folder, mouse.rois), stack.shape)
        times, exposures = (None, None)
        if mouse.times is not None:
            times, exposures = read_times(data_path(folder, mouse.times), stack.frames)
        camera = prepare_camera(
            stack,
            dark=open_stack(data_path(folder, settings.dark)) if settings.dark else None,
            flat=open_stack(data_path(folder, settings.flat)) if settings.flat else None,
            exposure=settings.exposure, exposures=exposures, gain=settings.gain, read_noise=settings.read_noise,
            saturation=settings.saturation,
        )  # fmt: skip
        drift = find_drift(stack, camera) if settings.registration else None
        result = time_activity(stack, rois, camera, background=settings.background, times=times, drift=drift)
        results[mouse.name] = result
        if first is None:
            first = montage(stack, rois.rois, camera, result.rois[0].time, drift=drift)
    assert first is not None
    summary, numbers = [], []
    for name, result in results.items():
        for curve in result.rois:
            if curve.name == result.background:
                continue
            item = curve_numbers(curve)
            numbers.append(Number(f"{curve.name}, {name}: largest light", item.peak, unit=result.unit))
            text = f"{curve.name} of {name}: largest light {item.peak:.4g} {result.unit} at {item.peak_time:.4g} s"
            if item.washout_points:
                half = Estimate(item.half_life, item.half_life_low, item.half_life_high, "s")
                numbers.append(Number(f"{curve.name}, {name}: washout half-life", half))
                text += f", washout half-life {half}"
            summary.append(f"{text}.")
    return Analysis(
        summary=tuple(summary[:8]),
        method=(
            "Light is (raw - dark) / flat / exposure, averaged over the pixels of each region, less the background "
            "where one is given. Standard errors carry the noise of every pixel. Half-lives are "
            "weighted regressions of the "
            "logarithm after the maximum."
        ),
        numbers=tuple(numbers),
        tables={
            "curves": pd.concat(
                [result.to_dataframe().assign(animal=name) for name, result in results.items()], ignore_index=True
            )
        },
        figures={
            "montage": CaptionedFigure(
                first, f"Frames of {settings.animals[0].name} with the regions that were measured."
            ),
            "curves": CaptionedFigure(activity_curves(results), "Light of each region against time."),
        },
        warnings=tuple(f"{name}: {text}" for name, result in results.items() for text in result.warnings),
        next_measurements=(
            "The same organs weighed and counted after the last frame, to turn light into percent of the dose.",
        ),
    )
