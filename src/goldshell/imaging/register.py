"""Drift of the animal between frames, by cross-correlation, below a pixel.

Frames are followed outwards from the clearest one, each against a running template of those before it, because organs
light up and fade while the animal stays the same. A frame that shows too little keeps its neighbour's place.

The regions are moved, not the image: a region's weights are spread over the pixels that it now covers, so that every
pixel keeps its own noise, dark signal and sensitivity.

References
----------
M. Guizar-Sicairos, S. T. Thurman, J. R. Fienup, Opt. Lett. 2008, 33, 156, doi:10.1364/OL.33.000156
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from goldshell.errors import InputError
from goldshell.imaging.camera import Camera
from goldshell.imaging.roi import Roi
from goldshell.imaging.stack import ImageStack

Array = NDArray[np.float64]

_UPSAMPLING = 50  # drift to 1/50 pixel
_SMOOTH = 1.5  # width of the smoothing before correlation [pixel]
_POOR = 0.5  # correlation with the template below which a frame is not followed
_FARTHEST = 0.15  # of the image's shorter side: no animal moves more from frame to frame, another organ lit up
_LEARNING = 0.2  # share of each frame in the template that the next one is compared with
_ANCHORS = 16  # frames among which the clearest is sought


@dataclass(frozen=True, slots=True, eq=False)
class Drift:
    """Where the animal lies in each frame, relative to the reference.

    Parameters
    ----------
    shifts : down and right, (frames, 2) [pixel]
    correlations : of each frame with the template, after the shift, (frames,)
    reference : number of the reference frame, from 0
    warnings : advice to the user
    """

    shifts: Array
    correlations: Array
    reference: int
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """``reference_frame, down_px, right_px, correlation``."""
        return {
            "reference_frame": self.reference + 1,
            "down_px": self.shifts[:, 0],
            "right_px": self.shifts[:, 1],
            "correlation": self.correlations,
        }


def find_drift(stack: ImageStack, camera: Camera, *, reference: int = 0) -> Drift:
    """Shift of every frame against one.

    Parameters
    ----------
    stack : the frames
    camera : its corrections
    reference : number of the frame that the regions were drawn on, from 0

    Returns
    -------
    Drift

    Raises
    ------
    InputError : no such frame
    """
    if not 0 <= reference < stack.frames:
        raise InputError(f"there is no frame {reference + 1}", where=stack.name, hint=f"1 to {stack.frames}")
    window = np.outer(*(_taper(length) for length in stack.shape))
    anchor = max(stack.sample(_ANCHORS), key=lambda index: float(np.sum(_features(stack, camera, index) ** 2)))
    shifts, correlations = np.zeros((stack.frames, 2)), np.ones(stack.frames)
    lost = np.zeros(stack.frames, dtype=bool)
    for course in (range(anchor + 1, stack.frames), range(anchor - 1, -1, -1)):
        template, last = _unit(_features(stack, camera, anchor)), np.zeros(2)
        for index in course:
            features = _features(stack, camera, index)
            shift = _shift(template * window, features, window, last)
            back = _unit(ndimage.shift(features, -shift, order=1, mode="nearest"))
            correlations[index] = _alike(template * window, back * window)
            jump = float(np.max(np.abs(shift - last))) / min(stack.shape)
            lost[index] = correlations[index] < _POOR or jump > _FARTHEST
            if not lost[index]:
                last = shift
                template = _unit((1 - _LEARNING) * template + _LEARNING * back)
            shifts[index] = last
    shifts = shifts - shifts[reference]
    warnings = []
    if lost.any():
        warnings.append(
            f"registration: {int(lost.sum())} frames show too little to follow, or other organs than the frame beside "
            f"them (frame {int(np.argmax(lost)) + 1} first); they keep the place of the frame beside them"
        )
    return Drift(shifts, correlations, reference, tuple(warnings))


def _shift(fixed: Array, features: Array, window: Array, start: Array) -> Array:
    """Where the features lie relative to the template, down and right [pixel]."""
    from skimage.registration import phase_cross_correlation

    shift = start
    for _ in range(2):  # the taper stays while the animal moves: once more with the animal moved back below it
        back = ndimage.shift(features, -shift, order=1, mode="nearest") * window
        found, _error, _phase = phase_cross_correlation(fixed, back, upsample_factor=_UPSAMPLING, normalization=None)
        shift = shift - found
    return np.asarray(shift, dtype=float)


def _unit(image: Array) -> Array:
    return np.asarray(image / (np.sqrt(np.sum(image**2)) or 1.0))


def _alike(a: Array, b: Array) -> float:
    return float(np.sum(a * b) / (np.sqrt(np.sum(a**2) * np.sum(b**2)) or 1.0))


def moved_weights(roi: Roi, shift: Array, shape: tuple[int, int]) -> tuple[tuple[slice, slice], Array]:
    """Weights of the pixels that a region covers after a shift.

    Parameters
    ----------
    roi : as drawn on the reference
    shift : down and right [pixel]
    shape : of the image [pixel]

    Returns
    -------
    box, rows and columns in the image; weights 0 to 1 within it. They add up to the region's pixels, unless it left
    the image
    """
    down, right = (int(np.floor(step)) for step in shift)
    rest_down, rest_right = float(shift[0] - down), float(shift[1] - right)
    weights = np.pad(roi.mask.astype(float), ((0, 1), (0, 1)))
    weights = (1 - rest_down) * weights + rest_down * np.roll(weights, 1, axis=0)
    weights = (1 - rest_right) * weights + rest_right * np.roll(weights, 1, axis=1)
    top, left = roi.top + down, roi.left + right
    first, last = max(top, 0), min(top + weights.shape[0], shape[0])
    start, end = max(left, 0), min(left + weights.shape[1], shape[1])
    if first >= last or start >= end:
        return (slice(0, 0), slice(0, 0)), np.zeros((0, 0))
    return (slice(first, last), slice(start, end)), weights[first - top : last - top, start - left : end - left]


def _features(stack: ImageStack, camera: Camera, index: int) -> Array:
    """Edges of a smoothed frame: what stays put while the brightness changes."""
    image = camera.correct(stack[index], index)
    if camera.bad.any():
        image = np.where(camera.bad, ndimage.median_filter(image, size=3), image)
    smooth = ndimage.gaussian_filter(image, _SMOOTH)
    return np.asarray(smooth - ndimage.gaussian_filter(smooth, 4 * _SMOOTH))


def _taper(length: int) -> Array:
    """1 in the middle, falling to 0 over an eighth at either end."""
    from scipy.signal.windows import tukey

    return np.asarray(tukey(length, 0.25))
