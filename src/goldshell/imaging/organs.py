"""Organs of several animals: light of each, share of the sum, ratio to a reference organ; and curves in numbers.

flux = net mean x pixels,  share = flux / sum of fluxes,  ratio = net / net of the reference
washout: ln(net) against time after the maximum;  first pass: steepest rise over the maximum [1/s]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.errors import UnknownNameError
from goldshell.imaging.camera import prepare_camera
from goldshell.imaging.io import open_stack
from goldshell.imaging.quantify import RoiCurve, TimeActivity, time_activity
from goldshell.imaging.roi import read_rois

if TYPE_CHECKING:
    import pandas as pd

_LEAST_NET = 3.0  # standard errors above zero that a point of a washout needs
_LEAST_POINTS = 3


@dataclass(frozen=True, slots=True)
class CurveNumbers:
    """One curve in numbers; NaN where it does not give them.

    Parameters
    ----------
    peak, peak_time : largest net light and its time [counts/s, s]
    half_life, half_life_low, half_life_high : of the washout, 95 % interval of the regression [s]
    washout_points : points of the regression
    first_pass_rate : steepest rise between two frames over the rise to the peak [1/s]
    area : under the curve [counts]
    """

    peak: float
    peak_time: float
    half_life: float
    half_life_low: float
    half_life_high: float
    washout_points: int
    first_pass_rate: float
    area: float

    def to_dict(self) -> dict[str, float]:
        """All fields."""
        return {name: getattr(self, name) for name in self.__slots__}


def curve_numbers(curve: RoiCurve) -> CurveNumbers:
    """Peak, washout half-life, rate of the first pass and area of a curve.

    Points after the maximum that lie three standard errors above zero are fitted, weighted by the noise of ln(net).

    Parameters
    ----------
    curve : of a region

    Returns
    -------
    CurveNumbers
    """
    from scipy.stats import t as student

    seen = np.isfinite(curve.best)
    if not seen.any():
        return CurveNumbers(*(math.nan,) * 5, 0, math.nan, math.nan)
    time, net, sem = curve.time[seen], curve.best[seen], np.maximum(curve.best_sem[seen], 1e-12)
    top = int(np.argmax(net))
    rate, low, high, points = (math.nan,) * 3 + (0,)
    used = np.flatnonzero((np.arange(len(net)) >= top) & (net > _LEAST_NET * sem))
    if len(used) >= _LEAST_POINTS:
        x, y, weight = time[used], np.log(net[used]), (net[used] / sem[used]) ** 2
        centre = np.average(x, weights=weight)
        spread = float(np.sum(weight * (x - centre) ** 2))
        slope = float(np.sum(weight * (x - centre) * (y - np.average(y, weights=weight))) / spread)
        residual = y - np.average(y, weights=weight) - slope * (x - centre)
        # never below what the pixels' noise alone gives
        scale = max(1.0, float(np.sum(weight * residual**2)) / (len(used) - 2))
        half = float(student.ppf(0.975, len(used) - 2)) * math.sqrt(scale / spread)
        points = len(used)
        if slope < 0:
            rate, low = math.log(2) / -slope, math.log(2) / (-slope + half)
            high = math.log(2) / (-slope - half) if -slope > half else math.inf
    rise = math.nan
    if top > 0 and net[top] > net[0]:
        rise = float(np.max(np.diff(net[: top + 1]) / np.diff(time[: top + 1])) / (net[top] - net[0]))
    area = float(np.trapezoid(net, time)) if len(net) > 1 else math.nan
    return CurveNumbers(float(net[top]), float(time[top]), rate, low, high, points, rise, area)


def excised(
    images: Mapping[str, tuple[Path, Path]],
    *,
    dark: Path | None = None,
    flat: Path | None = None,
    exposure: float | None = None,
    background: str | None = None,
    gain: float | None = None,
    read_noise: float | None = None,
    saturation: float | None = None,
) -> dict[str, TimeActivity]:
    """Measure the excised organs of animals, one image each.

    Parameters
    ----------
    images : animal -> its image and its regions
    dark, flat : images of the camera
    exposure : of every frame [s]; that of the metadata when None
    background : region to subtract, or ``ring:5``
    gain, read_noise, saturation : as for `prepare_camera`

    Returns
    -------
    dict, animal -> its regions
    """
    found = {}
    for animal, (image, rois) in images.items():
        frames = open_stack(image)
        camera = prepare_camera(
            frames,
            dark=open_stack(dark) if dark is not None else None,
            flat=open_stack(flat) if flat is not None else None,
            exposure=exposure, gain=gain, read_noise=read_noise, saturation=saturation,
        )  # fmt: skip
        found[animal] = time_activity(frames, read_rois(rois, frames.shape), camera, background=background)
    return found


def organ_table(images: Mapping[str, TimeActivity], *, reference: str | None = None) -> pd.DataFrame:
    """Light of each organ in each animal; of stacks the mean over the frames.

    Parameters
    ----------
    images : animal -> its regions
    reference : organ that others are divided by

    Returns
    -------
    DataFrame: animal, organ, pixels, value, sem and flux [counts/s], share, ratio, ratio_sem, saturated_fraction

    Raises
    ------
    UnknownNameError : no animal has the reference organ
    """
    import pandas as pd

    names = list(dict.fromkeys(curve.name for result in images.values() for curve in result.rois))
    if reference is not None and reference.lower() not in (name.lower() for name in names):
        raise UnknownNameError("region", reference, names)
    if reference is not None:
        reference = next(name for name in names if name.lower() == reference.lower())
    rows: list[dict[str, Any]] = []
    for animal, result in images.items():
        curves = [curve for curve in result.rois if curve.name != result.background]
        means = {curve.name: float(np.mean(curve.best)) for curve in curves}
        sems = {curve.name: float(np.sqrt(np.mean(curve.best_sem**2) / len(curve.best))) for curve in curves}
        total = sum(means[curve.name] * curve.pixels for curve in curves)
        for curve in curves:
            value, sem = means[curve.name], sems[curve.name]
            flux = value * curve.pixels
            ratio, ratio_sem = math.nan, math.nan
            if reference in means and means[reference] > 0:
                base, base_sem = means[reference], sems[reference]
                ratio = value / base
                ratio_sem = 0.0 if curve.name == reference else math.hypot(sem / base, value * base_sem / base**2)
            rows.append(
                {
                    "animal": animal, "organ": curve.name, "pixels": curve.pixels, "value": value, "sem": sem,
                    "flux": flux, "share": flux / total if total > 0 else math.nan, "ratio": ratio,
                    "ratio_sem": ratio_sem, "saturated_fraction": float(curve.saturated_fraction.max()),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def organ_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and SD over the animals of each organ, and of each group where the table has groups.

    Parameters
    ----------
    table : of `organ_table`, perhaps with a column group

    Returns
    -------
    DataFrame: perhaps group, organ, n, mean, sd [counts/s], share, ratio, ratio_sd
    """
    grouped = table.groupby([*(("group",) if "group" in table else ()), "organ"], sort=False)
    return grouped.agg(
        n=("value", "size"), mean=("value", "mean"), sd=("value", "std"), share=("share", "mean"),
        ratio=("ratio", "mean"), ratio_sd=("ratio", "std"),
    ).reset_index()  # fmt: skip
