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
_SERIES = 40  # terms of the series that takes one atom off an envelope; they fall below 1e-20
_NODES = 20.0  # per width, that derivatives are computed on
_GAUSSIAN = 4.0 * math.log(2.0)
ABUNDANCES = {"sulfur34": ("S", 34), "carbon13": ("C", 13)}  # that are fitted along: element and nucleons


@dataclass(frozen=True, slots=True)
class Instrument:
    """Calibration, resolution, peak shape and isotope abundances: the nuisance parameters of a spectrum.

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
    sulfur34, carbon13 : abundances of 34S and 13C [fraction of atoms]
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
    carbon13: float = 0.0107

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
    probability : at the tabulated abundances, shape (peaks,)
    sulfur, carbon : change of probability per unit of 34S and 13C abundance, shape (peaks,)
    """

    start: np.ndarray
    mz: np.ndarray
    probability: np.ndarray
    sulfur: np.ndarray
    carbon: np.ndarray

    @property
    def ion(self) -> np.ndarray:
        """Ion of each peak."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))

    def of(self, chosen: np.ndarray) -> Peaks:
        """The peaks of some ions, in the order given."""
        sizes = np.diff(self.start)[chosen]
        start = np.concatenate([[0], np.cumsum(sizes)])
        index = np.repeat(self.start[:-1][chosen] - start[:-1], sizes) + np.arange(start[-1])
        return Peaks(start, self.mz[index], self.probability[index], self.sulfur[index], self.carbon[index])

    def probabilities(self, instrument: Instrument) -> np.ndarray:
        """Probability of each peak at the abundances of an instrument."""
        more_sulfur = instrument.sulfur34 - tabulated_abundance("sulfur34")
        more_carbon = instrument.carbon13 - tabulated_abundance("carbon13")
        return np.maximum(self.probability + more_sulfur * self.sulfur + more_carbon * self.carbon, 0.0)

    def tops(self) -> np.ndarray:
        """Index of the largest peak of each ion."""
        return np.array(
            [a + int(self.probability[a:b].argmax()) for a, b in zip(self.start, self.start[1:], strict=False)]
        )


@functools.cache
def tabulated_abundance(name: str) -> float:
    """Representative abundance of an isotope of `ABUNDANCES`."""
    element, nucleons = ABUNDANCES[name]
    return next(isotope.abundance for isotope in isotope_table()[element] if isotope.nucleons == nucleons)


@functools.cache
def normal_abundances(name: str) -> tuple[float, float]:
    """Limits of the abundance of an isotope of `ABUNDANCES` in normal materials."""
    element, nucleons = ABUNDANCES[name]
    found = abundance_limits(f"{nucleons}{element}")
    assert found is not None
    return found


def ion_peaks(ions: Sequence[Ion]) -> Peaks:
    """Isotope peaks of ions.

    The envelope is computed once for each shell and modification; ions that differ in protons only are shifted by the
    mass of 1H (deuterium of a few protons changes a probability by less than 1e-3 of itself).
    """
    if not ions:
        return Peaks(np.zeros(1, dtype=int), *np.empty((4, 0)))
    hydrogen = isotope_table()["H"][0].mass
    made: dict[tuple[int, int], tuple[np.ndarray, ...]] = {}
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
    return Peaks(start, mz, *(np.concatenate([part[i] for part in parts]) for i in (1, 2, 3)))


@functools.lru_cache(maxsize=16384)
def _neutral_envelope(shell: Shell, change: Modification) -> tuple[np.ndarray, ...]:
    """Masses, probabilities, their changes with 34S and 13C; elements of one isotope only move the masses."""
    heavy = heavy_formula(shell, change)
    assert heavy is not None
    table = isotope_table()
    single = {element: table[element][0].mass for element, _ in heavy.atoms if len(table[element]) == 1}
    rest = Formula.of({element: count for element, count in heavy.atoms if element not in single})
    masses, *changes = _isotope_envelope(rest)
    return masses + sum(single[element] * count for element, count in heavy.atoms if element in single), *changes


@functools.lru_cache(maxsize=8192)
def _isotope_envelope(formula: Formula) -> tuple[np.ndarray, ...]:
    table = envelope(formula, coverage=0.99999)
    kept = table.probabilities > _SMALLEST_PEAK * table.probabilities.max()
    place = table.nucleons - table.nucleons[0]
    every = np.zeros(place[-1] + 1)
    every[place] = table.probabilities
    changes = [
        formula[element] * np.convolve(every, _exchanged(element, nucleons))[place][kept]
        for element, nucleons in ABUNDANCES.values()
    ]
    return table.masses[kept], table.probabilities[kept], *changes


@functools.cache
def _exchanged(element: str, nucleons: int) -> np.ndarray:
    """What to convolve an envelope with for its change with an abundance, per atom of the element.

    The envelope of n atoms is s^n, with s that of one and products meaning convolutions; its change is
    n s^n (ds / s), with 1 / s as a power series. Other isotopes of the element keep their ratios.
    """
    isotopes = isotope_table()[element]
    lightest = isotopes[0].nucleons
    one, change = np.zeros((2, isotopes[-1].nucleons - lightest + 1))
    for isotope in isotopes:
        one[isotope.nucleons - lightest] = isotope.abundance
    change = -one / (1.0 - one[nucleons - lightest])
    change[nucleons - lightest] = 1.0
    inverse = np.zeros(_SERIES)
    inverse[0] = 1.0 / one[0]
    for k in range(1, _SERIES):
        terms = min(k, len(one) - 1)
        inverse[k] = -float(one[1 : terms + 1] @ inverse[k - terms : k][::-1]) / one[0]
    return np.convolve(change, inverse)


@functools.lru_cache(maxsize=8)
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
    p = peaks.probabilities(instrument)
    data = fill_envelopes(x, peaks.start, low, high, centre, width, p, pointer, first, shape, _STEP, instrument.reach)
    return Columns(data, pointer, first, len(x))


SHAPES = ("asymmetry", "lorentzian", "h3", "h4", "h5", "h6")
NUISANCES = ("shift", "slope", "log_resolution", "exponent", *SHAPES, *ABUNDANCES)


def derivatives(
    x: np.ndarray, weight: np.ndarray, peaks: Peaks, instrument: Instrument, amounts: np.ndarray
) -> np.ndarray:
    """Weight times the change of the model, sum of amounts times columns, with each nuisance parameter of `NUISANCES`.

    Returns
    -------
    array, shape (points, 12)
    """
    nodes = _gathered(peaks, instrument, amounts)
    shape, slope = shape_table(instrument)
    grid = _grid(instrument)
    changes = [_shape_change(instrument, which, 1e-3) for which in ("asymmetry", "lorentzian")]
    tables = np.stack([shape, slope, shape + slope * grid, *changes, *_hermite(grid)], axis=1)
    return fill_derivatives(x, weight, instrument.centre, instrument.half_span, instrument.measured(nodes.mz),
                            instrument.width(nodes.mz), nodes.probability, nodes.sulfur, nodes.carbon, tables,
                            _STEP, instrument.reach)  # fmt: skip


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
    values = (peaks.probabilities(instrument), peaks.sulfur, peaks.carbon)
    node, place = np.unique(np.concatenate([left, left + 1]), return_inverse=True)
    share = np.concatenate([1.0 - rest, rest])
    return Peaks(
        np.array([0, len(node)]),
        np.exp(node * step),
        *(np.bincount(place, share * np.tile(used[there] * part[there], 2)) for part in values),
    )
