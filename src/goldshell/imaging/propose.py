"""Candidates for regions: connected bright places, to be accepted, renamed or edited by a person.

The mean over the frames, corrected and smoothed, is cut at Otsu's threshold (of the logarithm, so that a dim organ
beside a bright one is found), split where two places touch, each then cut at half its own height; small places are
dropped.

References
----------
N. Otsu, IEEE Trans. Syst. Man Cybern. 1979, 9, 62, doi:10.1109/TSMC.1979.4310076
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from goldshell.errors import AnalysisError, InputError
from goldshell.imaging.camera import Camera
from goldshell.imaging.roi import Roi, from_mask
from goldshell.imaging.stack import ImageStack

Array = NDArray[np.float64]

_FRAMES = 32
_SMOOTH = 2.0  # pixels
MINIMUM_PIXELS = 30
MOST = 40


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Candidates, the brightest first.

    Parameters
    ----------
    rois : named candidate-1, candidate-2 ...
    means : mean light of each [counts/s]
    threshold : smoothed light above which a pixel counts [counts/s]
    image : what they were found on, (height, width) [counts/s]
    """

    rois: tuple[Roi, ...]
    means: tuple[float, ...]
    threshold: float
    image: Array

    def to_dict(self) -> dict[str, Any]:
        """``candidates, threshold, unit``."""
        return {
            "candidates": [
                {"name": roi.name, "pixels": roi.pixels, "mean": mean, "x": centre[0], "y": centre[1]}
                for roi, mean, centre in zip(self.rois, self.means, map(_centre, self.rois), strict=True)
            ],
            "threshold": self.threshold,
            "unit": "counts/s",
        }


def mean_image(stack: ImageStack, camera: Camera, count: int = _FRAMES) -> Array:
    """Mean of evenly spread frames [counts/s]; pixels that are left out take their neighbours' median.

    Parameters
    ----------
    stack : the frames
    camera : its corrections
    count : most frames that are read

    Returns
    -------
    (height, width)
    """
    numbers = stack.sample(count)
    total = np.zeros(stack.shape)
    for number in numbers:
        total += camera.correct(stack[number], number)
    mean = total / len(numbers)
    if camera.bad.any():
        mean = np.where(camera.bad, ndimage.median_filter(mean, size=3), mean)
    return mean


def propose_rois(
    stack: ImageStack, camera: Camera, *, threshold: float | None = None, minimum_pixels: int = MINIMUM_PIXELS
) -> Proposal:
    """Find candidates for regions.

    Parameters
    ----------
    stack : the frames
    camera : its corrections
    threshold : instead of Otsu's [counts/s]
    minimum_pixels : smallest candidate

    Returns
    -------
    Proposal

    Raises
    ------
    InputError : minimum_pixels below 1
    AnalysisError : nothing is brighter than its surroundings
    """
    from skimage.feature import peak_local_max
    from skimage.filters import threshold_otsu
    from skimage.segmentation import watershed

    if minimum_pixels < 1:
        raise InputError(f"smallest candidate of {minimum_pixels} pixels", hint="write 1 or more")
    image = mean_image(stack, camera)
    smooth = ndimage.gaussian_filter(image, _SMOOTH)
    if threshold is None:
        floor = max(float(np.percentile(smooth, 1)), 1e-3 * float(smooth.max()), 1e-12)
        threshold = float(np.exp(threshold_otsu(np.log(np.maximum(smooth, floor)))))
    above = smooth > threshold
    depth = ndimage.distance_transform_edt(above)
    peaks = peak_local_max(ndimage.gaussian_filter(depth, 1.0), min_distance=5, labels=ndimage.label(above)[0])
    markers = np.zeros(stack.shape, dtype=int)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    places = watershed(-depth, markers, mask=above)
    found = []
    dim = float(np.median(smooth[~above])) if not above.all() else 0.0
    for number in range(1, len(peaks) + 1):
        place = places == number
        half = dim + 0.5 * (float(np.percentile(smooth[place], 90)) - dim)
        mask = ndimage.binary_fill_holes(place & (smooth > half))
        if mask.sum() >= minimum_pixels:
            found.append((float(image[mask].mean()), mask))
    if not found:
        raise AnalysisError(
            f"no place of {minimum_pixels} pixels is above {threshold:.4g} counts/s",
            hint="give --threshold or --minimum-pixels, or draw the regions in ImageJ",
        )
    found.sort(key=lambda item: -item[0])
    rois = tuple(from_mask(f"candidate-{number}", mask) for number, (_, mask) in enumerate(found[:MOST], 1))
    return Proposal(rois, tuple(mean for mean, _ in found[:MOST]), threshold, image)


def _centre(roi: Roi) -> tuple[float, float]:
    rows, columns = np.nonzero(roi.mask)
    return float(columns.mean() + roi.left + 0.5), float(rows.mean() + roi.top + 0.5)
