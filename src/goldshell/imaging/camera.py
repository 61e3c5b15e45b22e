"""What stands between light and counts: dark signal, flat field, exposure, noise, saturated and unusable pixels.

    counts/s = (raw - dark) / flat / exposure
    variance of a raw pixel [counts²] = read² + (raw - dark) / gain,   gain in electrons per count

Gain and read noise are taken as given, else estimated from the differences of consecutive frames (Janesick's photon
transfer), from which what is smooth in space has been removed by the kernel of Immerkaer, so that neither the animal's
own light nor a slow change of it counts as noise.

References
----------
J. R. Janesick, Photon Transfer, SPIE Press 2007, doi:10.1117/3.725073
J. Immerkaer, Comput. Vis. Image Underst. 1996, 64, 300, doi:10.1006/cviu.1996.0060
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from goldshell.errors import InputError
from goldshell.imaging.stack import ImageStack

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_KERNEL = np.array([[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]], dtype=np.float32)
_KERNEL_POWER = 36.0  # sum of its squares
_CORRELATED = 3.0  # neighbours share noise after the kernel: sum of its squared autocorrelation
_BINS = 24
_PAIRS = 8
_NOISE_PIXELS = 500_000  # that the noise is estimated from, of all pairs
_SAMPLED_FRAMES = 16
_STEEP = 2.0  # times the slope of the light that is passed by a tenth of the pixels
_WINDOW = 512  # pixels along a side that the noise is estimated from
_HOT = 10.0  # robust standard deviations above its neighbours' dark signal
_DEAD = 0.2  # of the median sensitivity
_MOST_BAD = 0.02  # more than this share is a pattern of the camera, not single pixels
_RELATIVE_FLAT = 10.0  # a flat field of floats below this is a relative sensitivity as it stands
_LARGEST = 1e12  # counts; no camera counts more, and squares of single precision end at 1e38
_PILED_UP = 3  # pixels at exactly the largest value that make it a saturation level
_SATURATION_BITS = (10, 12, 14, 16)


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """Corrections of one stack.

    Parameters
    ----------
    dark : (height, width) or a number [counts]
    flat : relative sensitivity, (height, width); None without a flat field
    exposures : of each frame, (frames,) [s]
    read_variance : variance of a pixel without light [counts²]
    shot_slope : growth of the variance with the signal, 1 / gain [counts]
    dark_variance : variance of the dark image itself, the same in every frame [counts²]
    levels : raw values that may be the saturation level; one when it is given [counts]
    bad : pixels that are not used, (height, width)
    bad_reasons : reason -> how many pixels
    noise_source : where the noise comes from
    warnings : what was assumed
    """

    dark: Array | float
    flat: Array | None
    exposures: Array
    read_variance: float
    shot_slope: float
    dark_variance: float
    levels: tuple[float, ...]
    bad: Mask
    bad_reasons: dict[str, int]
    noise_source: str
    warnings: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """Electrons per count; infinite when no shot noise was found."""
        return 1.0 / self.shot_slope if self.shot_slope > 0 else math.inf

    @property
    def read_noise(self) -> float:
        """Standard deviation of a pixel without light [counts]."""
        return math.sqrt(self.read_variance)

    def correct(self, frame: NDArray[Any], index: int, box: tuple[slice, slice] | None = None) -> Array:
        """A frame, or a window of it, in counts/s."""
        where = box if box is not None else (slice(None), slice(None))
        dark = self.dark[where] if isinstance(self.dark, np.ndarray) else self.dark
        signal = np.asarray(frame[where], dtype=float) - dark
        if self.flat is not None:
            signal = signal / self.flat[where]
        return np.asarray(signal / self.exposures[index])


def prepare_camera(
    stack: ImageStack,
    *,
    dark: ImageStack | None = None,
    flat: ImageStack | None = None,
    exposure: float | None = None,
    exposures: Array | None = None,
    gain: float | None = None,
    read_noise: float | None = None,
    saturation: float | None = None,
) -> Camera:
    """Corrections and noise of a stack.

    Parameters
    ----------
    stack : the frames
    dark : without light, one frame or several, at the exposure of the stack
    flat : of even light (counts; the dark is subtracted), or relative sensitivity (floats near 1, used as they stand)
    exposure : of every frame [s]; those of the stack's metadata when None
    exposures : of each frame, before the metadata [s]
    gain : electrons per count
    read_noise : [electrons]; needs the gain
    saturation : raw value of a full pixel [counts]; found from the data when None

    Returns
    -------
    Camera

    Raises
    ------
    InputError : no exposure, images of another size, values that are not above 0
    """
    given = {"exposure": exposure, "gain": gain, "read noise": read_noise, "saturation": saturation}
    for name, value in given.items():
        allowed_zero = name == "read noise"
        if value is not None and not (math.isfinite(value) and (value > 0 or (allowed_zero and value == 0))):
            raise InputError(f"{name} of {value:g}", where=name, hint="write a number above 0")
    if read_noise is not None and gain is None:
        raise InputError("a read noise in electrons needs the gain", hint="give --gain, in electrons per count")
    warnings: list[str] = []
    times = _exposures(stack, exposure, exposures)
    dark_image, dark_spread, dark_count = _dark(stack, dark, warnings)
    if dark is not None and dark.exposures is not None and abs(dark.exposures[0] / times[0] - 1) > 0.01:
        warnings.append(f"the dark was exposed for {dark.exposures[0]:g} s, the first frame for {times[0]:g} s")
    flat_image = _flat(stack, flat, dark_image, warnings)
    top, low, still = _extremes(stack)
    levels = (saturation,) if saturation is not None else _levels(stack.dtype)
    full = saturation if saturation is not None else (top if top in levels else math.inf)
    if flat_image is not None:
        dead = flat_image < _DEAD * float(np.median(flat_image))
        flat_image = np.where(dead, float(np.median(flat_image)), flat_image)  # its pixels are left out
    else:
        dead = None
    bad, reasons = _bad_pixels(stack, dark_image, dead, still, low, full, warnings)
    read_variance, slope, dark_variance, source = _noise(
        stack, dark_image, flat_image, bad, full, gain, read_noise, dark_spread
    )
    if dark is None:
        dark_variance = 0.0
        if stack.unit != "HU":
            warnings.append("no dark image: the camera's offset is counted as light")
    elif dark_count > 1:
        dark_variance = dark_spread / dark_count
    if stack.frames == 1 and gain is None:
        warnings.append("the noise is estimated from a single frame, so fine texture counts as noise: give --gain")
    return Camera(
        dark_image, flat_image, times, read_variance, slope, dark_variance, tuple(levels), bad, reasons, source,
        tuple(warnings),
    )  # fmt: skip


def saturation_level(levels: tuple[float, ...], largest: float, at_largest: int) -> float:
    """The raw value of a full pixel, judged after all data were seen.

    Parameters
    ----------
    levels : possible ones, rising [counts]
    largest : largest raw value [counts]
    at_largest : how many pixels have it

    Returns
    -------
    float [counts]; the only level when it was given, else the largest value when it is 2^bits - 1 and piled up, else
    the end of the type
    """
    if len(levels) == 1:
        return levels[0]
    if largest in levels and at_largest >= _PILED_UP:
        return largest
    return levels[-1] if levels else math.inf


def _levels(dtype: np.dtype[Any]) -> tuple[float, ...]:
    if dtype.kind not in "ui":
        return ()
    end = int(np.iinfo(dtype).max)
    return (*(float(2**bits - 1) for bits in _SATURATION_BITS if 2**bits - 1 < end), float(end))


def _exposures(stack: ImageStack, exposure: float | None, exposures: Array | None) -> Array:
    if stack.unit == "HU":  # a CT number is no rate
        if exposure is not None or exposures is not None:
            raise InputError("CT numbers are not divided by an exposure", where=stack.name, hint="leave it out")
        return np.ones(stack.frames)
    if exposure is not None:
        return np.full(stack.frames, float(exposure))
    found = exposures if exposures is not None else stack.exposures
    if found is None:
        raise InputError("the file does not say how long it was exposed", where=stack.name, hint="give --exposure [s]")
    return found


def _mean_image(stack: ImageStack, of: ImageStack, what: str) -> tuple[Array, Array | None]:
    """Mean over the frames, and the variance over them where there are several."""
    if stack.shape != of.shape:
        raise InputError(
            f"the {what} has {stack.shape[1]} x {stack.shape[0]} pixels, the images {of.shape[1]} x {of.shape[0]}",
            where=stack.name,
        )
    total, squares, start = np.zeros(stack.shape), np.zeros(stack.shape), np.asarray(stack[0], dtype=float)
    for frame in stack:
        deviation = frame - start
        total += deviation
        squares += deviation**2
    mean = start + total / stack.frames
    if not np.all(np.isfinite(mean)):
        raise InputError(f"the {what} has pixels that are not finite", where=stack.name)
    if stack.frames == 1:
        return mean, None
    return mean, (squares - total**2 / stack.frames) / (stack.frames - 1)


def _dark(stack: ImageStack, dark: ImageStack | None, warnings: list[str]) -> tuple[Array | float, float, int]:
    """Dark image, typical variance of one dark frame (NaN when unknown), number of frames."""
    if dark is None:
        return 0.0, math.nan, 0
    mean, variance = _mean_image(dark, stack, "dark image")
    return mean, math.nan if variance is None else float(np.mean(variance)), dark.frames


def _flat(stack: ImageStack, flat: ImageStack | None, dark: Array | float, warnings: list[str]) -> Array | None:
    if flat is None:
        return None
    mean, _ = _mean_image(flat, stack, "flat field")
    if flat.dtype.kind == "f" and float(np.median(mean)) < _RELATIVE_FLAT:
        relative = mean
        warnings.append("the flat field is taken as relative sensitivity, as it stands")
    else:
        light = mean - dark
        if float(np.median(light)) <= 0:
            raise InputError("the flat field is not brighter than the dark", where=flat.name)
        relative = light / float(np.mean(light))
    if not float(np.median(relative)) > 0:
        raise InputError("the flat field is not above 0", where=flat.name)
    return relative


def _extremes(stack: ImageStack) -> tuple[float, NDArray[Any], Mask]:
    """Largest raw value of the sampled frames, the smallest of each pixel, and pixels that never change."""
    numbers = stack.sample(_SAMPLED_FRAMES)
    low = np.array(stack[numbers[0]])
    high = low.copy()
    for number in numbers[1:]:
        frame = stack[number]
        np.minimum(low, frame, out=low)
        np.maximum(high, frame, out=high)
    if not np.isfinite(np.sum(high, dtype=float)):
        raise InputError("the images have pixels that are not finite", where=stack.name)
    if max(abs(float(high.max())), abs(float(low.min()))) > _LARGEST:
        raise InputError(f"pixels beyond {_LARGEST:g} counts", where=stack.name, hint="is this an image of a camera?")
    return float(high.max()), low, (high == low) & (len(numbers) >= 4)


def _bad_pixels(
    stack: ImageStack, dark: Array | float, dead: Mask | None, still: Mask, low: NDArray[Any], full: float,
    warnings: list[str],
) -> tuple[Mask, dict[str, int]]:  # fmt: skip
    """Hot in the dark, dead under even light, or stuck at one value below saturation."""
    found: dict[str, Mask] = {}
    if isinstance(dark, np.ndarray):
        excess = dark - ndimage.median_filter(dark, size=5, mode="nearest")
        spread = 1.4826 * float(np.median(np.abs(excess)))
        found["hot"] = excess > max(_HOT * spread, 1.0)
    if dead is not None:
        found["dead"] = dead
    found["stuck"] = still & (low < full)
    bad = np.zeros(stack.shape, dtype=bool)
    reasons = {}
    for reason, mask in found.items():
        share = float(mask.mean())
        if share > _MOST_BAD:
            if reason != "stuck":
                warnings.append(f"{100 * share:.0f} % of the pixels look {reason}: taken as a pattern, all are used")
            continue
        if mask.any():
            reasons[reason] = int((mask & ~bad).sum())
            bad |= mask
    return bad, reasons


def _noise(
    stack: ImageStack, dark: Array | float, flat: Array | None, bad: Mask, full: float, gain: float | None,
    read_noise: float | None, dark_spread: float,
) -> tuple[float, float, float, str]:  # fmt: skip
    """Read variance, shot slope, variance of a single dark frame, and where they come from."""
    if gain is not None and read_noise is not None and (math.isfinite(dark_spread) or not isinstance(dark, np.ndarray)):
        quantisation = 1.0 / 12.0 if stack.dtype.kind in "ui" else 0.0
        return (read_noise / gain) ** 2 + quantisation, 1.0 / gain, 0.0, "gain and read noise as given"
    signal, variance, precision, excess = _transfer(stack, dark, flat, bad, full)
    if gain is not None and read_noise is not None:
        read, slope, source = (read_noise / gain) ** 2, 1.0 / gain, "gain and read noise as given"
    elif gain is not None:
        slope = 1.0 / gain
        measured = math.isfinite(dark_spread)
        read = dark_spread if measured else max(float(np.median(variance - slope * signal)), 0.0)
        source = f"gain as given, read noise from the {'dark frames' if measured else 'frames'}"
    else:
        read, slope = _line(signal, variance, precision)
        source = "estimated from the differences of frames" if stack.frames > 1 else "estimated from one frame"
    quantisation = 1.0 / 12.0 if stack.dtype.kind in "ui" and read_noise is not None else 0.0
    read += quantisation  # an estimate from the data holds it already
    return read, slope, min(max(excess, 0.0), read), source


def _transfer(
    stack: ImageStack, dark: Array | float, flat: Array | None, bad: Mask, full: float
) -> tuple[Array, Array, Array, float]:
    """Mean signal and variance of a raw pixel in bins of the signal, the relative standard error of the variance;
    variance of the dark image in dim places.

    The last is what one frame less the dark varies from pixel to pixel beyond what frames vary among each other.
    """
    box = _window(stack.shape)
    offset = dark[box] if isinstance(dark, np.ndarray) else dark
    even = 1.0 if flat is None else flat[box]  # uneven pixels would differ by the change of the light
    blocked = _grown(bad[box])
    pairs = _calm_pairs(stack, box)
    levels, deviations, steepness, single = [], [], [], []
    for first, second in pairs:
        a, b = (np.asarray(stack[i][box], dtype=np.float32) for i in (first, second))
        usable = ~blocked if math.isinf(full) else ~(blocked | _grown((a >= full) | (b >= full)))
        usable[[0, -1]] = usable[:, [0, -1]] = False
        light, other = (a - offset) / even, (b - offset) / even
        alone = ndimage.convolve(light, _KERNEL)
        rough = ndimage.convolve(light - other, _KERNEL) / math.sqrt(2.0) if stack.frames > 1 else alone
        level = ndimage.uniform_filter((light + other) / 2, size=3)
        # a + b and a - b are independent: choosing by the slope of the one does not bias the scatter of the other
        slope = ndimage.maximum_filter(ndimage.gaussian_gradient_magnitude((light + other) / 2, 1.0), size=5)
        steepness.append(slope[usable])
        levels.append(level[usable])
        deviations.append(rough[usable])
        if isinstance(dark, np.ndarray) and stack.frames > 1:
            single.append(alone[usable])
    signal, rough, steep = np.concatenate(levels), np.concatenate(deviations), np.concatenate(steepness)
    if signal.size < 200:
        raise InputError(
            "too few usable pixels to estimate the noise", where=stack.name, hint="give --gain and --read-noise"
        )
    bins = min(_BINS, signal.size // 200 + 1)
    cuts = np.linspace(0, signal.size, bins + 1).astype(int)[1:-1]
    order = np.argpartition(signal, cuts) if bins > 1 else np.arange(signal.size)
    groups = [_even(group, steep[group]) for group in np.split(order, cuts)]
    means = np.array([float(np.mean(signal[group])) for group in groups])
    variances = np.array([_robust_power(rough[group]) for group in groups]) / _KERNEL_POWER
    excess = 0.0
    if single:
        once = np.concatenate(single)
        dim = np.concatenate(groups[: len(groups) // 2 + 1])
        excess = (_robust_power(once[dim]) - _robust_power(rough[dim])) / _KERNEL_POWER
    precision = np.sqrt(2.0 * _CORRELATED / np.array([len(group) for group in groups]))
    return means, variances, precision, float(excess)


def _calm_pairs(stack: ImageStack, box: tuple[slice, slice]) -> list[tuple[int, int]]:
    """Pairs of consecutive frames between which the light changes least."""
    if stack.frames == 1:
        return [(0, 0)]
    changes = []
    for first in sorted({min(index, stack.frames - 2) for index in stack.sample(2 * _PAIRS)}):
        a, b = (_blocks(stack[index][box]) for index in (first, first + 1))
        changes.append((float(np.mean(np.abs(a - b))), first))
    size = (box[0].stop - box[0].start) * (box[1].stop - box[1].start)
    return [(first, first + 1) for _, first in sorted(changes)[: int(np.clip(_NOISE_PIXELS // size, 2, _PAIRS))]]


def _grown(mask: Mask) -> Mask:
    """The mask and its neighbours."""
    return np.asarray(ndimage.binary_dilation(mask, np.ones((3, 3)))) if mask.any() else mask


def _blocks(image: NDArray[Any], size: int = 8) -> Array:
    """Means of blocks."""
    rows, columns = (max(length // size, 1) for length in image.shape)
    cut = image[: rows * size, : columns * size].astype(float)
    return np.asarray(cut.reshape(rows, -1, columns, cut.shape[1] // columns).mean(axis=(1, 3)))


def _even(group: NDArray[np.intp], steepness: NDArray[Any]) -> NDArray[np.intp]:
    """Those pixels of a group that lie in even light: at most a quarter, none much steeper than the flattest."""
    flat = len(group) // 10
    limit = _STEEP * np.partition(steepness, flat)[flat]
    below = int(np.count_nonzero(steepness < limit))
    count = int(np.clip(below, min(50, len(group)), max(len(group) // 4, 1)))
    return group[np.argpartition(steepness, count - 1)[:count]]


def _robust_power(values: NDArray[Any]) -> float:
    """Mean square without what is beyond four robust standard deviations (edges that moved, cosmic rays)."""
    limit = 4.0 * 1.4826 * float(np.median(np.abs(values)))
    kept = values[np.abs(values) <= limit] if limit > 0 else values
    return float(np.mean(np.square(kept, dtype=float)))


def _line(signal: Array, variance: Array, precision: Array) -> tuple[float, float]:
    """Variance = read + slope x signal, neither below 0; bins that lie off (structure left in them) count little."""
    from scipy.optimize import nnls

    design = np.column_stack((np.ones_like(signal), np.maximum(signal, 0.0)))
    design[:, 1] /= (scale := float(np.max(design[:, 1])) or 1.0)
    weights = 1.0 / (precision * np.maximum(variance, 1e-12))
    found = np.zeros(2)
    for _ in range(30):
        found, _residual = nnls(design * weights[:, None], variance * weights)
        expected = design @ found
        error = precision * np.maximum(expected, 1e-12)
        weights = 1.0 / (error * np.sqrt(1.0 + ((variance - expected) / (2.0 * error)) ** 2))
    return float(found[0]), float(found[1]) / scale


def _window(shape: tuple[int, int]) -> tuple[slice, slice]:
    """The middle of the image, large enough to estimate noise from."""
    sizes = [min(length, _WINDOW) for length in shape]
    starts = [(length - size) // 2 for length, size in zip(shape, sizes, strict=True)]
    return slice(starts[0], starts[0] + sizes[0]), slice(starts[1], starts[1] + sizes[1])
