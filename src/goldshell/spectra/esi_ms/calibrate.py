"""Calibration, resolution, peak shape, abundances: first guesses from the data, then Gauss-Newton with the amounts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from goldshell.spectra.esi_ms.columns import Columns
from goldshell.spectra.esi_ms.envelopes import (
    ABUNDANCES,
    NUISANCES,
    SHAPES,
    Instrument,
    Peaks,
    columns,
    derivatives,
    normal_abundances,
    tabulated_abundance,
)
from goldshell.spectra.esi_ms.linear import solve_non_negative, solve_signed

# Standard deviations of what is believed before a spectrum is seen: a few ppm of lock-mass error, R constant or falling
# slowly (time of flight), symmetric peaks; CIAAW's limits of normal materials are +-4 sd of abundances.
PRIOR_SD = {
    "shift": 15.0,
    "slope": 5.0,
    "log_resolution": 2.0,
    "exponent": 0.3,
    "asymmetry": 0.15,
    "lorentzian": 0.15,
    "h3": 0.05,
    "h4": 0.05,
    "h5": 0.03,
    "h6": 0.03,
    "sulfur34": 0.0010,
    "carbon13": 0.00025,
}
_LIMITS = {
    "shift": (-60.0, 60.0),
    "slope": (-30.0, 30.0),
    "log_resolution": (math.log(300.0), math.log(400000.0)),
    "exponent": (-1.5, 1.0),
    "asymmetry": (-0.5, 0.5),
    "lorentzian": (0.0, 0.6),
    **dict.fromkeys(("h3", "h4", "h5", "h6"), (-0.2, 0.2)),
}


def observed_resolution(mz: np.ndarray, intensity: np.ndarray, noise: float) -> float:
    """Median R of the tallest isolated peaks, by their width at half height; NaN when there are none."""
    inner = np.flatnonzero((intensity[1:-1] > intensity[:-2]) & (intensity[1:-1] >= intensity[2:])) + 1
    inner = inner[intensity[inner] > max(8.0 * noise, 0.02 * float(intensity.max()))]
    inner = inner[np.argsort(intensity[inner])[::-1][:150]]
    found = []
    for top in inner:
        half = 0.5 * intensity[top]
        left, right = top, top
        while left > 0 and intensity[left] > half and intensity[left] <= 1.15 * intensity[top]:
            left -= 1
        while right < len(mz) - 1 and intensity[right] > half and intensity[right] <= 1.15 * intensity[top]:
            right += 1
        if intensity[left] <= half and intensity[right] <= half and right - left >= 3:
            a = np.interp(half, [intensity[left], intensity[left + 1]], [mz[left], mz[left + 1]])
            b = np.interp(-half, [-intensity[right - 1], -intensity[right]], [mz[right - 1], mz[right]])
            found.append(mz[top] / (b - a))
    return float(np.median(found)) if len(found) >= 3 else math.nan


def scan(
    x: np.ndarray, y: np.ndarray, peaks: Peaks, baseline: Columns, start: Instrument, resolutions: list[float],
    shifts: np.ndarray,
) -> Instrument:  # fmt: skip
    """The shift and resolution of a grid that fit best with non-negative amounts."""
    best, found = math.inf, start
    positive = None
    free = np.concatenate([np.zeros(len(peaks.start) - 1, dtype=bool), np.ones(baseline.size, dtype=bool)])
    for resolution in resolutions:
        for shift in shifts:
            trial = replace(start, shift=float(shift), log_resolution=math.log(resolution))
            design = columns(x, peaks, trial).beside(baseline)
            gram, right = design.gram(), design.dot(y)
            amounts = solve_non_negative(gram, right, free, positive)
            positive = amounts > 0
            misfit = float(amounts @ gram @ amounts - 2.0 * amounts @ right)
            if misfit < best:
                best, found = misfit, trial
    return found


def refine(
    x: np.ndarray, y: np.ndarray, root_weight: np.ndarray, peaks: Peaks, rest: Columns,
    instrument: Instrument, *, steps: int = 4, fixed: frozenset[str] = frozenset(),
) -> Instrument:  # fmt: skip
    """Gauss-Newton steps of the nuisance parameters, jointly with the amounts of these ions and the baseline.

    Parameters
    ----------
    x, y : points
    root_weight : 1/sd of each point
    peaks : of the ions on the support
    rest : other columns (baseline)
    instrument : start
    steps : at most
    fixed : names of `NUISANCES` that stay
    """
    wy = y * root_weight
    ions = len(peaks.start) - 1
    current = instrument
    rest = rest.weighted(root_weight)
    moving = [position for position, name in enumerate(NUISANCES) if name not in fixed]
    cost, coefficients, scaled, inner, residual = _cost(x, wy, root_weight, peaks, rest, current)
    for _ in range(steps):
        slopes = derivatives(x, root_weight, peaks, current, coefficients[:ions])
        size = scaled.size
        precision, pull = prior(current)
        own = slopes.T @ slopes + np.diag(precision)
        gram = np.empty((size + len(moving),) * 2)
        gram[:size, :size] = inner
        gram[:size, size:] = scaled.dot(slopes)[:, moving]
        gram[size:, :size] = gram[:size, size:].T
        gram[size:, size:] = own[np.ix_(moving, moving)]
        # The coefficients are optimal as they are: the residual is orthogonal to their columns
        right = np.concatenate([np.zeros(size), (slopes.T @ residual + pull)[moving]])
        change = np.zeros(len(NUISANCES))
        change[moving] = solve_signed(gram, right)[size:]
        improved = False
        for factor in (1.0, 0.4, 0.1):
            trial = moved(current, factor * change)
            found = _cost(x, wy, root_weight, peaks, rest, trial)
            if found[0] < cost:
                gain, improved = cost - found[0], True
                current, (cost, coefficients, scaled, inner, residual) = trial, found
                break
        if not improved or gain < 1e-4 * abs(cost) / len(x) ** 0.5:
            break
    return current


def prior(instrument: Instrument) -> tuple[np.ndarray, np.ndarray]:
    """Precision of the prior of each nuisance parameter, and its pull (precision times distance to the centre)."""
    centre = {"log_resolution": instrument.log_resolution, **{name: tabulated_abundance(name) for name in ABUNDANCES}}
    # A lock mass drifts slowly over m/z: a short range can hold only part of the slope
    narrow = {"slope": min(1.0, instrument.half_span / 300.0)}
    precision = np.array([(PRIOR_SD[name] * narrow.get(name, 1.0)) ** -2 for name in NUISANCES])
    distance = np.array([centre.get(name, 0.0) - getattr(instrument, name) for name in NUISANCES])
    return precision, precision * distance


def moved(instrument: Instrument, change: np.ndarray) -> Instrument:
    """The instrument after a step, kept within limits and a trust region."""
    bounds = {**_LIMITS, **{name: normal_abundances(name) for name in ABUNDANCES}}
    largest = {
        "log_resolution": 0.4,
        "asymmetry": 0.15,
        "lorentzian": 0.15,
        "shift": 12.0,
        "slope": 8.0,
        "exponent": 0.4,
        **dict.fromkeys(("h3", "h4", "h5", "h6"), 0.05),
    }
    values = {}
    for name, step in zip(NUISANCES, change, strict=True):
        limit = largest.get(name, math.inf)
        values[name] = float(np.clip(getattr(instrument, name) + np.clip(step, -limit, limit), *bounds[name]))
    return replace(instrument, **values)


def at_limits(instrument: Instrument) -> list[str]:
    """Parameters of the peak shape that ended at a limit: no instrument draws such peaks."""
    return [name for name in SHAPES if name != "lorentzian" and _pinned(getattr(instrument, name), _LIMITS[name])] + (
        ["lorentzian"] if instrument.lorentzian >= 0.999 * _LIMITS["lorentzian"][1] else []
    )


def _pinned(value: float, limits: tuple[float, float]) -> bool:
    return value <= 0.999 * limits[0] or value >= 0.999 * limits[1]


def _cost(
    x: np.ndarray, wy: np.ndarray, root_weight: np.ndarray, peaks: Peaks, rest: Columns, instrument: Instrument
) -> tuple[float, np.ndarray, Columns, np.ndarray, np.ndarray]:
    """Weighted misfit with the prior; coefficients, weighted columns, their inner products, weighted residual."""
    scaled = columns(x, peaks, instrument).weighted(root_weight).beside(rest)
    gram = scaled.gram()
    coefficients = solve_signed(gram, scaled.dot(wy))
    precision, pull = prior(instrument)
    residual = wy - scaled.times(coefficients)
    return float(residual @ residual + (pull**2 / precision).sum()), coefficients, scaled, gram, residual
