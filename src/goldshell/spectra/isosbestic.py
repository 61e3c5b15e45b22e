"""Isosbestic points: is a change of spectra one species turning into another?

If A turns into B and nothing else happens, every spectrum is S_A + c(t) (S_B - S_A): differences from the first
spectrum all have one shape (rank 1) and cross zero at the same wavelengths. Tested are the number of shapes above the
noise (singular values), and for each crossing whether it stays where it is (chi-square of its positions).

References
----------
Cohen & Fischer, J. Chem. Soc. (1962) 3044-3052, doi:10.1039/jr9620003044 (isosbestic points)
Malinowski, Factor Analysis in Chemistry, 3rd ed., Wiley 2002 (number of species by rank)
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.numerics import Estimate
from goldshell.spectra.uvvis_io import SpectraInTime

Array = NDArray[np.float64]

_SMOOTH = 4.0  # width of the filter before crossings are looked for [nm]
_ALARM = 0.01


@dataclass(frozen=True, slots=True)
class Isosbestic:
    """What the differences from the first spectrum say.

    Parameters
    ----------
    noise : standard deviation of one absorbance, from neighbouring points [1]
    shapes : independent shapes of change above the noise; 0 when nothing changes
    points : wavelengths where differences cross zero, with intervals over the spectra [nm]
    fixed_p : for each point, probability of so much wandering by chance
    reading : in words
    """

    noise: float
    shapes: int
    points: tuple[Estimate, ...]
    fixed_p: tuple[float, ...]
    reading: str

    def to_dict(self) -> dict[str, Any]:
        """Points with their tests, and the reading."""
        return {
            "noise": self.noise,
            "shapes": self.shapes,
            "points": [{**one.to_dict(), "p": p} for one, p in zip(self.points, self.fixed_p, strict=True)],
            "reading": self.reading,
        }


def isosbestic(series: SpectraInTime, level: float = 0.95) -> Isosbestic:
    """Look for isosbestic points among spectra in time.

    Parameters
    ----------
    series : two spectra at least
    level : probability of the intervals

    Returns
    -------
    Isosbestic
    """
    rows = series.absorbance
    noise = spectral_noise(rows)
    differences = rows[1:] - rows[0]
    shapes = _shapes(differences, noise)
    if shapes == 0:
        return Isosbestic(noise, 0, (), (), "no change above the noise")
    points, probabilities = _crossings(series.wavelength, differences, noise, level)
    if rows.shape[0] < 3:
        reading = "two spectra always cross somewhere: three times are needed to test"
    elif not points:
        reading = f"{shapes} shape{'s' * (shapes > 1)} of change, no common crossing: no isosbestic point"
    elif shapes == 1 and any(p > _ALARM for p in probabilities):
        kept = [one for one, p in zip(points, probabilities, strict=True) if p > _ALARM]
        where = " and ".join(f"{one.value:.0f}" for one in kept)
        reading = f"one shape of change with fixed crossings at {where} nm, as when one species turns into another"
    elif shapes == 1:
        reading = "one shape of change, but the crossings wander: a drifting baseline or more than two species"
    else:
        reading = f"{shapes} shapes of change: more than two species, or a shifting baseline"
    return Isosbestic(noise, shapes, points, probabilities, reading)


def spectral_noise(rows: Array) -> float:
    """Noise of one point from third differences along the wavelength, which smooth bands do not reach [1]."""
    third = np.diff(rows, n=3, axis=1)
    return float(max(1.4826 * np.median(np.abs(third)) / math.sqrt(20.0), 1e-9))


def _shapes(differences: Array, noise: float) -> int:
    """Singular values above what noise alone gives: the first spectrum's noise is in every difference."""
    count, width = differences.shape
    values = np.linalg.svd(differences, compute_uv=False)
    limit = 1.15 * noise * (math.sqrt(width * (1 + count)) + 2 * math.sqrt(count))
    return int(np.count_nonzero(values > limit))


def _crossings(
    axis: Array, differences: Array, noise: float, level: float
) -> tuple[tuple[Estimate, ...], tuple[float, ...]]:
    """Zero crossings shared by the differences that rise above the noise, and whether they stay."""
    from scipy import stats
    from scipy.ndimage import gaussian_filter1d

    step = float(np.median(np.diff(axis)))
    sigma = max(_SMOOTH / step, 1.0)
    smooth = gaussian_filter1d(differences, sigma, axis=1)
    error = math.sqrt(2) * noise / math.sqrt(2 * math.sqrt(math.pi) * sigma)
    strong = smooth[np.max(np.abs(smooth), axis=1) > 8 * error]
    if not len(strong):
        return (), ()
    reference = strong[int(np.argmax(np.max(np.abs(strong), axis=1)))]
    points, probabilities = [], []
    for place in _zeros(axis, reference, 4 * error):
        found, weights = [], []
        for row in strong:
            near = [(w, s) for w, s in ((z, _slope(axis, row, z)) for z in _zeros(axis, row, 4 * error))
                    if abs(w - place) < 25.0]  # fmt: skip
            if near:
                w, s = min(near, key=lambda item: abs(item[0] - place))
                found.append(w)
                weights.append((s / error) ** 2)
        if len(found) < max(1, math.ceil(0.7 * len(strong))):
            continue
        total = float(np.sum(weights))
        mean = float(np.average(found, weights=weights))
        chi = float(np.sum(np.array(weights) * (np.array(found) - mean) ** 2))
        freedom = len(found) - 1
        half = float(stats.norm.ppf(0.5 + level / 2)) / math.sqrt(total)
        half *= math.sqrt(max(chi / freedom, 1.0)) if freedom else 1.0
        points.append(Estimate(mean, mean - half, mean + half, "nm"))
        probabilities.append(float(stats.chi2.sf(chi, freedom)) if freedom else 1.0)
    return tuple(points), tuple(probabilities)


def _zeros(axis: Array, row: Array, least: float) -> list[float]:
    """Where a smooth difference changes sign between parts that both rise above ``least``."""
    places = []
    strong = np.flatnonzero(np.abs(row) > least)
    for left, right in itertools.pairwise(strong):
        if row[left] * row[right] < 0:
            part = slice(left, right + 1)
            signs = np.flatnonzero(np.diff(np.sign(row[part])) != 0)
            i = left + int(signs[len(signs) // 2])
            share = row[i] / (row[i] - row[i + 1]) if row[i] != row[i + 1] else 0.5
            places.append(float(axis[i] + share * (axis[i + 1] - axis[i])))
    return places


def _slope(axis: Array, row: Array, place: float) -> float:
    near = np.abs(axis - place) <= 6.0
    if np.count_nonzero(near) < 3:
        return 1e-12
    return max(abs(float(np.polyfit(axis[near] - place, row[near], 1)[0])), 1e-12)
