"""What makes a spectrum unfit for deconvolution: centroids, saturation, gaps, no signal; and unexplained peaks."""

from __future__ import annotations

import numpy as np

from goldshell.errors import AnalysisError
from goldshell.spectra.io import Spectrum

_COARSEST = 12000.0  # m/z over point spacing; below it even R 4000 has fewer than three points in a width
_STEEPEST = 0.45  # height of the higher neighbour of a maximum over the maximum


def check_profile(spectrum: Spectrum) -> None:
    """Raise AnalysisError when the points are peak centroids instead of a profile.

    Profile points are smooth over a peak; of centroids nearly every point is a maximum or stands alone.

    Raises
    ------
    AnalysisError
    """
    advice = "export or convert the raw data in profile mode; an envelope needs the peak shape"
    if spectrum.mode == "centroid":
        raise AnalysisError("the spectrum holds centroids, not a profile", where=spectrum.source, hint=advice)
    y, x = spectrum.intensity, spectrum.mz
    if len(x) < 20:
        raise AnalysisError(f"only {len(x)} points", where=spectrum.source, hint=advice)
    tops = np.flatnonzero((y[1:-1] >= y[:-2]) & (y[1:-1] >= y[2:]) & (y[1:-1] > 0.05 * y.max())) + 1
    if len(tops) < 3:
        return
    # On a profile the neighbours of a peak's top are nearly as high and lie far closer than an isotope spacing
    tops = tops[np.argsort(y[tops])[::-1][:60]]
    nearest = np.minimum(x[tops] - x[tops - 1], x[tops + 1] - x[tops])
    neighbour = np.maximum(y[tops - 1], y[tops + 1]) / y[tops]
    if np.median(x[tops] / nearest) < _COARSEST or np.median(neighbour) < _STEEPEST:
        raise AnalysisError("the points look like centroids, not a profile", where=spectrum.source, hint=advice)


def with_zeros(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points with zeros put back where a file left them out, at the spacing of the points around the gap."""
    gap = np.diff(x)
    # the usual spacing changes slowly with m/z: median over blocks
    block = min(200, len(gap))
    whole = len(gap) // block * block
    usual = np.repeat(np.median(gap[:whole].reshape(-1, block), axis=1), block)
    usual = np.concatenate([usual, np.full(len(gap) - whole, usual[-1])])
    wide = np.flatnonzero(gap > 3.5 * usual)
    if not len(wide):
        return x, y
    added = [
        np.arange(x[i] + usual[i], x[i + 1] - 0.5 * usual[i], usual[i])
        for i in wide
        if (x[i + 1] - x[i]) / usual[i] < 200_000
    ]
    more = np.concatenate(added) if added else np.empty(0)
    if not len(more) or len(more) > 2_000_000:
        return x, y
    every = np.concatenate([x, more])
    order = np.argsort(every, kind="stable")
    return every[order], np.concatenate([y, np.zeros(len(more))])[order]


def averaged(
    x: np.ndarray, y: np.ndarray, clipped: np.ndarray, coarsest: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The points averaged in groups, as many as keep the usual spacing below ``coarsest`` [Th]."""
    size = int(coarsest / float(np.median(np.diff(x))))
    if size < 2:
        return x, y, clipped
    usable = len(x) // size * size
    mean_x, mean_y = (values[:usable].reshape(-1, size).mean(axis=1) for values in (x, y))
    return mean_x, mean_y, np.asarray(clipped[:usable].reshape(-1, size).any(axis=1))


def saturated(y: np.ndarray) -> np.ndarray:
    """Points of flat tops at the largest intensity: three or more neighbours within 0.1 % of it, in a row."""
    top = y >= 0.999 * y.max()
    found = np.zeros(len(y), dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], top.astype(int), [0]])))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        values = y[start:stop]
        if stop - start >= 3 and np.ptp(values) <= 1e-3 * y.max():
            found[start:stop] = True
    runs = np.flatnonzero(np.diff(np.concatenate([[0], found.astype(int), [0]])) == 1)
    longest = int(found.sum()) / max(1, len(runs))
    # One smooth maximum may be flat over three points of a dense axis; a clipped detector is flat in several peaks
    return found if len(runs) >= 2 or longest >= 8 else np.zeros(len(y), dtype=bool)


def unexplained(
    x: np.ndarray, residual: np.ndarray, sd: np.ndarray, signal: float, width: float, most: int = 10
) -> tuple[float, tuple[tuple[float, float], ...]]:
    """Share of the signal in positive residual peaks above four standard deviations, and the largest of them.

    Parameters
    ----------
    x : points [Th]
    residual : data minus model and baseline
    sd : of the white noise and model error at each point
    signal : area above the baseline [intensity Th]
    width : FWHM [Th]
    """
    step = np.gradient(x)
    span = max(1, round(0.5 * width / float(np.median(step))))
    smooth = np.convolve(residual / sd, np.full(span, 1.0 / span), mode="same") * np.sqrt(span)
    above = (smooth > 4.0) & (residual > 0)
    area = float((residual * step)[above].sum())
    found: list[tuple[float, float]] = []
    for i in np.flatnonzero(above)[np.argsort(residual[above])[::-1]]:
        if all(abs(x[i] - place) > 2.0 * width for place, _ in found):
            found.append((float(x[i]), float(residual[i])))
        if len(found) == most:
            break
    return min(1.0, max(0.0, area / (signal + 1e-300))), tuple(found)
