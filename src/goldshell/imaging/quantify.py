"""Light of regions against time, in counts per second, with the noise of the pixels carried into every number.

    mean = sum_i w_i s_i / sum_i w_i,   s = (raw - dark) / flat / exposure
    sem² = sum_i (w_i / flat_i)² (read² + signal_i / gain + var_dark) / (exposure sum_i w_i)²
    net = mean - background,   SBR = mean / background,   CNR = net / SD of the background's pixels

w is 1 inside a region (between 0 and 1 at its rim after registration). sem is the measurement's noise alone: the animal
varies far more, and the animal, not the pixel or the frame, is the unit of every comparison.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from goldshell.errors import InputError
from goldshell.imaging.camera import Camera, saturation_level
from goldshell.imaging.register import Drift, moved_weights
from goldshell.imaging.roi import Roi, RoiSet, from_mask
from goldshell.imaging.stack import ImageStack

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

RING = "ring"
RING_GAP = 2.0  # pixels between a region and its ring
_RIM = 0.5  # a pixel counts towards the saturated fraction when at least this much of it lies inside
_WARN_BAD = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class RoiCurve:
    """One region against time; every array has one number per frame.

    Parameters
    ----------
    name : of the region
    pixels : inside it
    bad_pixels : of those left out as hot, dead or stuck
    time : [s]
    mean, sem : light per pixel and its standard error [counts/s]
    background, background_sem : of the background; None without one [counts/s]
    net, net_sem : mean less background [counts/s]
    sbr, sbr_sem : mean over background [1]
    cnr : net over the standard deviation of the background's pixels [1]
    saturated_fraction : of the region's pixels [1]
    """

    name: str
    pixels: int
    bad_pixels: int
    time: Array
    mean: Array
    sem: Array
    saturated_fraction: Array
    background: Array | None = None
    background_sem: Array | None = None
    net: Array | None = None
    net_sem: Array | None = None
    sbr: Array | None = None
    sbr_sem: Array | None = None
    cnr: Array | None = None

    @property
    def best(self) -> Array:
        """Net where there is a background, else the mean [counts/s]."""
        return self.mean if self.net is None else self.net

    @property
    def best_sem(self) -> Array:
        """Standard error of `best` [counts/s]."""
        return self.sem if self.net_sem is None else self.net_sem

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: image tac)."""
        return {
            "name": self.name,
            "pixels": self.pixels,
            "bad_pixels": self.bad_pixels,
            "time_s": self.time,
            **{
                name: getattr(self, name)
                for name in (
                    "mean", "sem", "background", "background_sem", "net", "net_sem", "sbr", "sbr_sem", "cnr",
                    "saturated_fraction",
                )
            },
        }  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class TimeActivity:
    """Curves of all regions of one stack.

    Parameters
    ----------
    rois : in the order of the file
    background : region or ring that was subtracted, "" without
    camera : corrections and noise
    saturation : raw value that counts as saturated [counts]; infinite for floats
    drift : of the animal; None without registration
    name : of the stack
    warnings : advice to the user
    unit : of the light, "counts/s" or "HU"
    """

    rois: tuple[RoiCurve, ...]
    background: str
    camera: Camera
    saturation: float
    drift: Drift | None = None
    name: str = ""
    warnings: tuple[str, ...] = field(default=())
    unit: str = "counts/s"

    def __getitem__(self, name: str) -> RoiCurve:
        """The curve of a region."""
        for curve in self.rois:
            if curve.name == name:
                return curve
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: image tac)."""
        return {
            "rois": [curve.to_dict() for curve in self.rois],
            "unit": self.unit,
            "background_region": self.background or None,
            "exposure_s": self.camera.exposures,
            "noise": {
                "source": self.camera.noise_source,
                "gain_electrons_per_count": self.camera.gain,
                "read_noise_counts": self.camera.read_noise,
            },
            "saturation_counts": self.saturation,
            "bad_pixels": self.camera.bad_reasons,
            "drift": None if self.drift is None else self.drift.to_dict(),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per region and frame."""
        import pandas as pd

        names = ("mean", "sem", "background", "background_sem", "net", "net_sem", "sbr", "sbr_sem", "cnr")
        parts = [
            pd.DataFrame(
                {"roi": curve.name, "pixels": curve.pixels, "time_s": curve.time}
                | {name: getattr(curve, name) for name in names if getattr(curve, name) is not None}
                | {"saturated_fraction": curve.saturated_fraction}
            )
            for curve in self.rois
        ]
        return pd.concat(parts, ignore_index=True)


def time_activity(
    stack: ImageStack,
    rois: RoiSet,
    camera: Camera,
    *,
    background: str | None = None,
    times: Array | None = None,
    drift: Drift | None = None,
) -> TimeActivity:
    """Curves of every region, reading each frame once and of it only the regions.

    Parameters
    ----------
    stack : the frames
    rois : the regions
    camera : corrections and noise
    background : name of a region; ``ring:5`` for a ring of 5 pixels around each region; None for none
    times : of the frames [s]; those of the stack when None
    drift : moves the regions with the animal

    Returns
    -------
    TimeActivity

    Raises
    ------
    UnknownNameError : no region of the name of the background
    InputError : a ring without width or without pixels
    """
    warnings = [*stack.warnings, *rois.warnings, *camera.warnings, *(drift.warnings if drift else ())]
    when = _times(stack, camera, times, warnings)
    ring = _ring_width(background)
    measured: dict[str, Roi] = {roi.name: roi for roi in rois.rois}
    around: dict[str, str] = {}
    if ring is not None:
        rings = _rings(rois, stack.shape, ring)
        measured |= rings
        around = {roi.name: f"{roi.name}\n{RING}" for roi in rois.rois}
    elif background is not None:
        around = dict.fromkeys(rois.names, rois[background].name)
    found, saturation = _measure(stack, measured, camera, drift, frozenset(around.values()))
    curves = []
    for roi in rois.rois:
        mean, sem, _, saturated, bad = found[roi.name]
        behind = found[around[roi.name]] if roi.name in around else None
        itself = around.get(roi.name) == roi.name
        curves.append(_curve(roi, when, mean, sem, saturated, bad, behind, itself))
        if bad > _WARN_BAD * roi.pixels:
            warnings.append(f"{bad} of {roi.pixels} pixels of {roi.name!r} are hot, dead or stuck and left out")
        if missing := int(np.isnan(mean).sum()):
            warnings.append(
                f"{roi.name!r} has no usable pixel in {missing} of {stack.frames} frames: it left the picture, or all "
                "of its pixels are left out"
            )
        if saturated.any():
            frames = int(np.count_nonzero(saturated))
            warnings.append(
                f"{roi.name!r} is saturated in {frames} of {stack.frames} frames (up to {100 * saturated.max():.3g} % "
                "of its pixels): the light there is a lower bound; expose for less time"
            )
    if camera.bad.any():
        listed = ", ".join(f"{count} {reason}" for reason, count in camera.bad_reasons.items())
        warnings.append(f"pixels that are left out: {listed}")
    label = background or ""
    return TimeActivity(
        tuple(curves), label, camera, saturation, drift, stack.name, tuple(dict.fromkeys(warnings)), stack.light_unit
    )


_Measured = tuple[Array, Array, Array, Array, int]


def _measure(
    stack: ImageStack, rois: Mapping[str, Roi], camera: Camera, drift: Drift | None, spread_of: frozenset[str]
) -> tuple[dict[str, _Measured], float]:
    """Mean, sem, SD of the pixels (of those asked), saturated fraction, bad pixels of each region; saturation level."""
    frames = stack.frames
    means, sems, spreads = (np.full((len(rois), frames), math.nan) for _ in range(3))
    largest = np.full((len(rois), frames), -math.inf)
    at_largest = np.zeros((len(rois), frames))
    counts = np.zeros((len(rois), frames, len(camera.levels)))
    sizes = np.ones((len(rois), frames))
    width = stack.shape[1]
    windows = [_Window.of(roi.box, roi.mask.astype(float), camera, width) for roi in rois.values()]
    lowest = camera.levels[0] if camera.levels else math.inf
    constant_variance = camera.read_variance + camera.dark_variance
    for index in range(frames):
        pixels = np.asarray(stack[index]).reshape(-1)
        exposure = camera.exposures[index]
        for number, (name, roi) in enumerate(rois.items()):
            window = windows[number]
            if drift is not None:
                window = _Window.of(*moved_weights(roi, drift.shifts[index], stack.shape), camera, width)
            raw = pixels.take(window.inside, mode="clip")  # all lie inside: no check needed
            if raw.size == 0:
                continue
            rim = raw if window.whole else raw[window.mostly]
            if rim.size:
                sizes[number, index] = rim.size
                largest[number, index] = top = rim.max()
                if top >= lowest:
                    at_largest[number, index] = np.count_nonzero(rim == top)
                    counts[number, index] = [np.count_nonzero(rim >= level) for level in camera.levels]
            if window.total <= 0:
                continue
            values = raw.astype(float)
            light, shot = window.weighing @ values - window.offset
            means[number, index] = light / window.total / exposure
            variance = window.square_sum * constant_variance + camera.shot_slope * max(float(shot), 0.0)
            sems[number, index] = math.sqrt(variance) / window.total / exposure
            if name in spread_of:
                kept = window.weights > _RIM
                each = ((values - window.dark) * window.weighing[0])[kept] / window.weights[kept]
                spreads[number, index] = np.std(each, ddof=1) / exposure if each.size > 1 else math.nan
    top = float(largest.max())
    level = saturation_level(camera.levels, top, int(at_largest[largest == top].sum()))
    fractions = np.zeros((len(rois), frames))
    if level in camera.levels:
        fractions = counts[:, :, camera.levels.index(level)] / sizes
    result = {
        name: (means[number], sems[number], spreads[number], fractions[number], windows[number].bad)
        for number, name in enumerate(rois)
    }
    return result, level


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """What of a region does not depend on the frame."""

    inside: NDArray[np.intp]  # pixels of the image, flat
    mostly: Mask
    whole: bool  # all pixels are mostly inside
    weights: Array  # 0 at bad pixels
    weighing: Array  # weights over flat, and their squares, (2, pixels)
    offset: Array  # what the dark adds to both sums
    square_sum: float
    dark: Array | float
    total: float
    bad: int

    @classmethod
    def of(cls, box: tuple[slice, slice], weights: Array, camera: Camera, width: int) -> _Window:
        inside = weights > 0
        rows, columns = np.nonzero(inside)
        listed = weights[inside]
        bad = camera.bad[box][inside]
        good = np.where(bad, 0.0, listed)
        scaled = good if camera.flat is None else good / camera.flat[box][inside]
        dark = camera.dark[box][inside] if isinstance(camera.dark, np.ndarray) else camera.dark
        weighing = np.stack([scaled, scaled**2])
        mostly = listed >= _RIM
        return cls(
            (rows + (box[0].start or 0)) * width + columns + (box[1].start or 0), mostly, bool(mostly.all()), good,
            weighing, weighing @ np.broadcast_to(dark, scaled.shape), float(weighing[1].sum()), dark, float(good.sum()),
            int(bad.sum()),
        )  # fmt: skip


def _curve(
    roi: Roi, time: Array, mean: Array, sem: Array, saturated: Array, bad: int, behind: _Measured | None, itself: bool
) -> RoiCurve:
    if behind is None:
        return RoiCurve(roi.name, roi.pixels, bad, time, mean, sem, saturated)
    level, level_sem, spread = behind[:3]
    net = mean - level
    net_sem = np.zeros_like(net) if itself else np.hypot(sem, level_sem)
    with np.errstate(divide="ignore", invalid="ignore"):
        sbr = np.where(level > 0, mean / level, math.nan)
        sbr_sem = np.abs(sbr) * np.hypot(sem / mean, level_sem / level)
        cnr = np.where(spread > 0, net / spread, math.nan)
    if itself:
        sbr_sem = np.zeros_like(sbr)
    return RoiCurve(
        roi.name, roi.pixels, bad, time, mean, sem, saturated, level, level_sem, net, net_sem, sbr, sbr_sem, cnr
    )


def _times(stack: ImageStack, camera: Camera, times: Array | None, warnings: list[str]) -> Array:
    found = times if times is not None else stack.times
    if found is not None:
        return np.asarray(found, dtype=float)
    if stack.unit == "HU":
        return np.arange(1.0, stack.frames + 1)  # slices, numbered
    if stack.frames > 1:
        warnings.append("the file has no times: frames are taken to follow each other without a pause; give --times")
    return np.concatenate(([0.0], np.cumsum(camera.exposures)[:-1]))


def _ring_width(background: str | None) -> float | None:
    if background is None or not background.lower().startswith(f"{RING}:"):
        return None
    text = background.split(":", 1)[1]
    try:
        width = float(text)
    except ValueError:
        width = math.nan
    if not (math.isfinite(width) and width >= 1):
        raise InputError(f"a ring of {text!r} pixels", where="background", hint="write for example ring:5")
    return width


def _rings(rois: RoiSet, shape: tuple[int, int], width: float) -> dict[str, Roi]:
    """A ring around each region, less what other regions cover."""
    covered = np.zeros(shape, dtype=bool)
    for roi in rois.rois:
        covered[roi.box] |= roi.mask
    rings = {}
    reach = math.ceil(RING_GAP + width) + 1
    for roi in rois.rois:
        rows, columns = roi.mask.shape
        top, left = max(roi.top - reach, 0), max(roi.left - reach, 0)
        near = (
            slice(top, min(roi.top + rows + reach, shape[0])),
            slice(left, min(roi.left + columns + reach, shape[1])),
        )
        distance = ndimage.distance_transform_edt(~roi.full_mask(shape)[near])
        mask = np.zeros(shape, dtype=bool)
        mask[near] = (distance > RING_GAP) & (distance <= RING_GAP + width) & ~covered[near]
        if not mask.any():
            raise InputError(
                f"the ring around {roi.name!r} has no pixel that no region covers", hint="take a region as background"
            )
        rings[f"{roi.name}\n{RING}"] = from_mask(f"{RING} around {roi.name}", mask, ())
    return rings
