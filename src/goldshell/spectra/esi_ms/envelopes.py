"""Isotope peaks of candidate ions, and what an instrument makes of them: columns of the design matrix.

Column k at m/z x is  sum_j p_kj S((x - c_kj) / w_kj) / w_kj  with c the shifted centroid, w the full width at half
maximum there and S the peak shape of unit area, so a coefficient is the area of an ion [intensity Th].
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from goldshell.chemistry import Formula, abundance_limits, envelope, isotope_table
from goldshell.spectra.esi_ms.columns import Columns, fill_derivatives, fill_envelopes
from goldshell.spectra.esi_ms.grammar import ELECTRON_MASS, Ion, Modification, Shell, heavy_formula

_SMALLEST_PEAK = 2e-4  # of the largest peak of an envelope; the lost area is below 0.1 %
_STEP = 0.01  # of the table of the peak shape, in FWHM
_S34_STEP = 0.002  # between the two envelopes that abundances in between are interpolated from
_NODES = 20.0  # per width, that derivatives are computed on
_GAUSSIAN = 4.0 * math.log(2.0)


@dataclass(frozen=True, slots=True)
class Instrument:
    """Calibration, resolution, peak shape and sulfur abundance: the nuisance parameters of a spectrum.

    Parameters
    ----------
    centre, half_span : of the m/z range that the slope refers to [Th]
    shift : of measured against calculated m/z at the centre [ppm]
    slope : change of the shift from the centre to either end [ppm]
    log_resolution : ln R at the centre, R = m/z over FWHM
    exponent : b of R = R0 ((m/z) / centre)^b
    asymmetry : (right - left half width) / FWHM
    lorentzian : share of the area in a Lorentzian of the same width
    h3, h4, h5, h6 : Gauss-Hermite coefficients, what else the peak shape differs by
    sulfur34 : abundance of 34S [fraction of atoms]
    """

    centre: float
    half_span: float
    shift: float = 0.0
    slope: float = 0.0
    log_resolution: float = math.log(12000.0)
    exponent: float = 0.0
    asymmetry: float = 0.0
    lorentzian: float = 0.0
    h3: float = 0.0
    h4: float = 0.0
    h5: float = 0.0
    h6: float = 0.0
    sulfur34: float = 0.0425

    @property
    def hermite(self) -> np.ndarray:
        """Gauss-Hermite coefficients."""
        return np.array([self.h3, self.h4, self.h5, self.h6])

    @property
    def reach(self) -> float:
        """Distance from the centre where a peak is cut off [FWHM]; Lorentzian wings lose at most 0.3 % of the area."""
        if self.lorentzian < 1e-3:
            return 2.0 * (1 + abs(self.asymmetry)) + 0.3
        return 8.0 if self.lorentzian < 0.03 else 20.0

    def measured(self, mz: np.ndarray) -> np.ndarray:
        """Where a calculated m/z is found [Th]."""
        return mz * (1.0 + 1e-6 * (self.shift + self.slope * (mz - self.centre) / self.half_span))

    def width(self, mz: np.ndarray) -> np.ndarray:
        """Full width at half maximum [Th]."""
        return mz * math.exp(-self.log_resolution) * (mz / self.centre) ** -self.exponent


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Isotope peaks of many ions, flat: those of ion k are start[k]:start[k + 1].

    Parameters
    ----------
    start : shape (ions + 1,)
    mz : calculated centroid, shape (peaks,) [Th]
    probability : at the tabulated abundance of 34S, shape (peaks,)
    sulfur : change of probability per unit of 34S abundance, shape (peaks,)
    """

    start: np.ndarray
    mz: np.ndarray
    probability: np.ndarray
    sulfur: np.ndarray

    @property
    def ion(self) -> np.ndarray:
        """Ion of each peak."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def of(self, chosen: np.ndarray) -> Peaks:
        """The peaks of some ions, in the order given."""
        sizes = np.diff(self.start)[chosen]
        start = np.concatenate([[0], np.cumsum(sizes)])
        index = np.repeat(self.start[:-1][chosen] - start[:-1], sizes) + np.arange(start[-1])
        return Peaks(start, self.mz[index], self.probability[index], self.sulfur[index])

    def probabilities(self, sulfur34: float) -> np.ndarray:
        """Probability of each peak at an abundance of 34S."""
        return np.maximum(self.probability + (sulfur34 - tabulated_sulfur34()) * self.sulfur, 0.0)

    def tops(self) -> np.ndarray:
        """Index of the largest peak of each ion."""
        return np.array(
            [a + int(self.probability[a:b].argmax()) for a, b in zip(self.start, self.start[1:], strict=False)]
        )


@functools.cache
def tabulated_sulfur34() -> float:
    """Representative abundance of 34S."""
    return next(isotope.abundance for isotope in isotope_table()["S"] if isotope.nucleons == 34)


@functools.cache
def sulfur34_limits() -> tuple[float, float]:
    """Limits of the abundance of 34S in normal materials."""
    return abundance_limits("34S") or (0.0396, 0.0477)


def ion_peaks(ions: Sequence[Ion]) -> Peaks:
    """Isotope peaks of ions.

    The envelope is computed once for each shell and modification; ions that differ in protons only are shifted by the
    mass of 1H (deuterium of a few protons changes a probability by less than 1e-3 of itself).
    """
    if not ions:
        return Peaks(np.zeros(1, dtype=int), np.empty(0), np.empty(0), np.empty(0))
    hydrogen = isotope_table()["H"][0].mass
    made: dict[tuple[int, int], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    parts, lost, charge = [], [], []
    for ion in ions:
        # By identity: hashes of shells and modifications take longer than the look-up is worth
        key = (id(ion.shell), id(ion.modification))
        if key not in made:
            made[key] = _neutral_envelope(ion.shell, ion.modification)
        parts.append(made[key])
        lost.append(ion.hydrogens_lost)
        charge.append(ion.charge)
    sizes = np.array([len(part[0]) for part in parts])
    z = np.array(charge)
    masses = np.concatenate([part[0] for part in parts])
    mz = (masses - np.repeat(np.array(lost) * hydrogen + z * ELECTRON_MASS, sizes)) / np.repeat(np.abs(z), sizes)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    return Peaks(start, mz, np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts]))


@functools.lru_cache(maxsize=16384)
def _neutral_envelope(shell: Shell, change: Modification) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masses, probabilities and their change with 34S; elements of one isotope only move the masses."""
    heavy = heavy_formula(shell, change)
    assert heavy is not None
    table = isotope_table()
    single = {element: table[element][0].mass for element, _ in heavy.atoms if len(table[element]) == 1}
    rest = Formula.of({element: count for element, count in heavy.atoms if element not in single})
    masses, p, dp = _isotope_envelope(rest)
    return masses + sum(single[element] * count for element, count in heavy.atoms if element in single), p, dp


@functools.lru_cache(maxsize=8192)
def _isotope_envelope(formula: Formula) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = envelope(formula, coverage=0.99999)
    kept = table.probabilities > _SMALLEST_PEAK * table.probabilities.max()
    masses, p = table.masses[kept], table.probabilities[kept]
    if not formula["S"]:
        return masses, p, np.zeros(len(p))
    more = envelope(formula, coverage=0.999999, abundances={"34S": tabulated_sulfur34() + _S34_STEP})
    there = dict(zip(more.nucleons.tolist(), more.probabilities.tolist(), strict=True))
    changed = np.array([there.get(k, 0.0) for k in table.nucleons[kept].tolist()])
    return masses, p, (changed - p) / _S34_STEP


def shape_table(instrument: Instrument) -> tuple[np.ndarray, np.ndarray]:
    """The peak shape of unit area and FWHM, and its derivative, on a grid of u from -reach to reach [FWHM].

    Two half Gaussians (and Lorentzians) of half widths (1 -+ asymmetry) / 2, placed so that the centroid of the
    Gaussian part is at 0: a tail then does not pass for a shift of the calibration. A Gauss-Hermite series, whose terms
    have no area, no centroid and no variance, takes up what else a real peak differs by.

    References
    ----------
    van der Marel & Franx, Astrophys. J. 407 (1993) 525-539, doi:10.1086/172534 (series for line profiles)
    """
    u = _grid(instrument)
    shape = _shape(u, instrument.asymmetry, instrument.lorentzian)
    if instrument.hermite.any():
        shape += instrument.hermite @ _hermite(u)
    return shape, np.gradient(shape, _STEP)


def _hermite(u: np.ndarray) -> np.ndarray:
    """Terms 3 to 6 of the Gauss-Hermite series of a Gaussian of unit FWHM, shape (4, points)."""
    sigma = 1.0 / math.sqrt(2.0 * _GAUSSIAN)
    v = u / sigma
    gauss = np.exp(-0.5 * v**2) / (sigma * math.sqrt(2.0 * math.pi))
    third = v**3 - 3 * v
    fourth = v**4 - 6 * v**2 + 3
    fifth = v**5 - 10 * v**3 + 15 * v
    sixth = v**6 - 15 * v**4 + 45 * v**2 - 15
    return (
        np.stack([third / math.sqrt(6), fourth / math.sqrt(24), fifth / math.sqrt(120), sixth / math.sqrt(720)]) * gauss
    )


def _grid(instrument: Instrument) -> np.ndarray:
    return np.arange(-instrument.reach - _STEP, instrument.reach + 2 * _STEP, _STEP)


def _shape(u: np.ndarray, asymmetry: float, lorentzian: float) -> np.ndarray:
    moved = u + asymmetry / math.sqrt(math.pi * math.log(2.0))
    v = moved / np.where(moved < 0, 1.0 - asymmetry, 1.0 + asymmetry)
    gauss = np.exp(-_GAUSSIAN * v**2) * 2.0 * math.sqrt(math.log(2.0) / math.pi)
    return (1 - lorentzian) * gauss + lorentzian * (2 / math.pi) / (1 + 4 * v**2)


def _shape_change(instrument: Instrument, which: str, step: float) -> np.ndarray:
    """Difference quotient of the shape table with asymmetry or Lorentzian share, on the same grid of u."""
    u, a, share = _grid(instrument), instrument.asymmetry, instrument.lorentzian
    if which == "asymmetry":
        return (_shape(u, a + step, share) - _shape(u, a - step, share)) / (2 * step)
    return (_shape(u, a, share + step) - _shape(u, a, share)) / step


def _layout(x: np.ndarray, peaks: Peaks, instrument: Instrument) -> tuple[np.ndarray, ...]:
    """Centre and width of each peak, the points that it reaches, and the run of points of each ion."""
    centre = instrument.measured(peaks.mz)
    width = instrument.width(peaks.mz)
    low = np.searchsorted(x, centre - instrument.reach * width)
    high = np.searchsorted(x, centre + instrument.reach * width)
    first = np.minimum.reduceat(low, peaks.start[:-1])
    last = np.maximum.reduceat(high, peaks.start[:-1])
    pointer = np.concatenate([[0], np.cumsum(np.maximum(last - first, 0))]).astype(np.int64)
    return centre, width, low, high, first, pointer


def columns(x: np.ndarray, peaks: Peaks, instrument: Instrument) -> Columns:
    """Unit-area columns of ions at the points x.

    Parameters
    ----------
    x : ascending, shape (points,) [Th]
    peaks : of the ions
    instrument : calibration, width and shape

    Returns
    -------
    Columns [1/Th]
    """
    centre, width, low, high, first, pointer = _layout(x, peaks, instrument)
    shape, _ = shape_table(instrument)
    p = peaks.probabilities(instrument.sulfur34)
    data = fill_envelopes(x, peaks.start, low, high, centre, width, p, pointer, first, shape, _STEP, instrument.reach)
    return Columns(data, pointer, first, len(x))


SHAPES = ("asymmetry", "lorentzian", "h3", "h4", "h5", "h6")
NUISANCES = ("shift", "slope", "log_resolution", "exponent", *SHAPES, "sulfur34")


def derivatives(
    x: np.ndarray, weight: np.ndarray, peaks: Peaks, instrument: Instrument, amounts: np.ndarray
) -> np.ndarray:
    """Weight times the change of the model, sum of amounts times columns, with each nuisance parameter of `NUISANCES`.

    Returns
    -------
    array, shape (points, 11)
    """
    nodes = _gathered(peaks, instrument, amounts)
    shape, slope = shape_table(instrument)
    grid = _grid(instrument)
    changes = [_shape_change(instrument, which, 1e-3) for which in ("asymmetry", "lorentzian")]
    tables = np.stack([shape, slope, shape + slope * grid, *changes, *_hermite(grid)], axis=1)
    return fill_derivatives(x, weight, instrument.centre, instrument.half_span, instrument.measured(nodes.mz),
                            instrument.width(nodes.mz), nodes.probability, nodes.sulfur, tables, _STEP,
                            instrument.reach)  # fmt: skip


def _gathered(peaks: Peaks, instrument: Instrument, amounts: np.ndarray) -> Peaks:
    """The isotope peaks of all ions, weighted by their amounts, as one ion on nodes 1/20 of a width apart.

    Each peak is shared between the two nodes beside it, which keeps area and centroid; it changes
    the height of a peak by less than 2e-3. Ions overlap a hundredfold, so that nodes are far fewer than peaks.
    """
    used = amounts[peaks.ion]
    there = used != 0.0
    if not there.any():
        return peaks.of(np.array([0])) if len(peaks.start) > 1 else peaks
    step = math.exp(-instrument.log_resolution) / _NODES
    position = np.log(peaks.mz[there]) / step
    left = np.floor(position).astype(np.int64)
    rest = position - left
    area = used[there] * peaks.probabilities(instrument.sulfur34)[there]
    sulfur = used[there] * peaks.sulfur[there]
    node, place = np.unique(np.concatenate([left, left + 1]), return_inverse=True)
    share = np.concatenate([1.0 - rest, rest])
    return Peaks(
        np.array([0, len(node)]),
        np.exp(node * step),
        np.bincount(place, share * np.tile(area, 2)),
        np.bincount(place, share * np.tile(sulfur, 2)),
    )
