"""Small Au(I)-thiolates that etching leaves behind, searched one by one beside the clusters."""

from __future__ import annotations

import math

import numpy as np

from goldshell.chemistry import Cluster, Ligand
from goldshell.spectra.esi_ms.columns import Columns
from goldshell.spectra.esi_ms.envelopes import Instrument, columns, ion_peaks
from goldshell.spectra.esi_ms.grammar import ELECTRON_MASS, etch_products, ions, modifications
from goldshell.spectra.esi_ms.linear import inverse_of, noise_from_differences, solve_signed
from goldshell.spectra.esi_ms.report import Assignment
from goldshell.spectra.io import Spectrum

_WINDOW = 3.0  # Th beside the envelope
_CLEAR = 8.0  # standard deviations; there are hundreds of places to look at
_SAME_SHAPE = 0.8  # share of the window's variance that the envelope must explain


def find_etch_products(
    spectrum: Spectrum, cluster: Cluster, incoming: Ligand | None, instrument: Instrument, negative: bool
) -> list[Assignment]:
    """Au_k L_k and Au_k L_(k+1) with one or two charges whose isotope envelope stands in the spectrum.

    Each is fitted alone in its own window with a straight baseline, at the calibration and resolution of the clusters;
    it must be clear of the noise and have the right shape.

    Parameters
    ----------
    spectrum : whole
    cluster, incoming : whose ligands
    instrument : fitted to the clusters
    negative : ions are negative
    """
    ligands = list(dict.fromkeys([*(ligand for ligand, _ in cluster.ligands), *([incoming] if incoming else [])]))
    charges = (-1, -2) if negative else (1, 2)
    made = ions(etch_products(ligands), charges, (0,), modifications(1))
    peaks = ion_peaks(made)
    low, high = float(spectrum.mz[0]), float(spectrum.mz[-1])
    tops = peaks.mz[peaks.tops()]
    found = []
    for k in np.flatnonzero((tops > low + _WINDOW) & (tops < high - _WINDOW)).tolist():
        mine = peaks.of(np.array([k]))
        first = np.searchsorted(spectrum.mz, mine.mz.min() - _WINDOW)
        last = np.searchsorted(spectrum.mz, mine.mz.max() + _WINDOW)
        x, y = spectrum.mz[first:last], spectrum.intensity[first:last]
        if len(x) < 20:
            continue
        noise = max(noise_from_differences(y), 2e-4 * float(spectrum.intensity.max()))
        size = len(x)
        line = Columns(np.concatenate([np.ones(size), x - x[0]]), np.array([0, size, 2 * size]), np.array([0, 0]), size)
        design = columns(x, mine, instrument).beside(line)
        gram = design.gram()
        solution = solve_signed(gram, design.dot(y))
        sd = noise * math.sqrt(float(inverse_of(gram)[0, 0]))
        if solution[0] < _CLEAR * sd:
            continue
        left = y - design.times(solution)
        if float((left**2).sum()) > (1.0 - _SAME_SHAPE) * float(((y - np.median(y)) ** 2).sum()):
            continue
        ion = made[k]
        formula = ion.formula
        mono = (formula.monoisotopic_mass - ion.charge * ELECTRON_MASS) / abs(ion.charge)
        found.append(
            Assignment(ion.label, formula.hill(), ion.charge, -1, 0, ion.hydrogens_lost, float(tops[k]), mono,
                       float(solution[0]), sd)
        )  # fmt: skip
    return sorted(found, key=lambda item: -item.intensity)
