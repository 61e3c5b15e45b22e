"""PET and SPECT: decay correction and %ID/g; physical, biological and effective half-life.

    A_0 = A exp(ln 2 (t - t_0) / T),   1/T_effective = 1/T_physical + 1/T_biological
    %ID/g = 100 A_0(organ) / (A_0(injected) mass)

Meaning: counts of one time made those of another. Counts that are decay-corrected show where the gold is; uncorrected
ones fall with the effective half-life.

Limits: dead time, scatter and recovery of the scanner are taken as corrected. S's half-life of GS-[198Au]AuNPs in blood
(12.7 h, pharmacokinetic) happens to equal the physical half-life of 64Cu (12.7 h): they are different quantities.

References
----------
Kondev et al., Chin. Phys. C 45 (2021) 030001, doi:10.1088/1674-1137/abddae (NUBASE2020)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import show

Array = NDArray[np.float64]

_MOST_LIVES = 200.0  # a mole of nuclei is gone after 79
HALF_LIVES = {
    "198Au": "half-life-198au",
    "199Au": "half-life-199au",
    "64Cu": "half-life-64cu",
    "18F": "half-life-18f",
    "89Zr": "half-life-89zr",
    "99mTc": "half-life-99mtc",
    "111In": "half-life-111in",
    "125I": "half-life-125i",
}
"""Nuclide -> row of the literature."""


def half_life(nuclide: str) -> float:
    """Physical half-life.

    Parameters
    ----------
    nuclide : for example "198Au"

    Returns
    -------
    float [h]

    Raises
    ------
    UnknownNameError : not in HALF_LIVES
    """
    if nuclide not in HALF_LIVES:
        raise UnknownNameError("nuclide", nuclide, HALF_LIVES)
    return show(HALF_LIVES[nuclide]).number


def decay_corrected(activity: ArrayLike, time: ArrayLike, nuclide: str, *, reference_time: float = 0.0) -> Array:
    """Activity as it would be at the reference time, had nothing decayed.

    Parameters
    ----------
    activity : [Bq or counts]
    time : of the measurement [h]
    nuclide : for its half-life
    reference_time : t_0 [h]

    Returns
    -------
    array [unit of the activity]

    Raises
    ------
    InputError : a value that is not finite, or so many half-lives that nothing is left
    """
    values, when = np.broadcast_arrays(np.asarray(activity, dtype=float), np.asarray(time, dtype=float))
    if not (np.all(np.isfinite(values)) and np.all(np.isfinite(when))):
        raise InputError("an activity or a time is not a finite number")
    lives = (when - reference_time) / half_life(nuclide)
    if np.any(lives > _MOST_LIVES):
        raise InputError(f"{lives.max():.3g} half-lives after the reference", hint="is the time in h?")
    return np.asarray(values * np.exp2(lives))


def percent_injected_dose_per_gram(
    activity: ArrayLike, injected: float, mass: ArrayLike, *, nuclide: str, time: ArrayLike, injection_time: float = 0.0
) -> Array:
    """%ID/g of an organ from its activity.

    Parameters
    ----------
    activity : of the organ when measured [Bq]
    injected : at injection [Bq]
    mass : of the organ [g]
    nuclide : for its half-life
    time : of the measurement [h]
    injection_time : [h]

    Returns
    -------
    array [%ID/g]

    Raises
    ------
    InputError : a dose or a mass that is not above 0
    """
    weight = np.asarray(mass, dtype=float)
    if not injected > 0 or not np.all(weight > 0):
        raise InputError("injected activity and mass must be above 0")
    return np.asarray(
        100.0 * decay_corrected(activity, time, nuclide, reference_time=injection_time) / injected / weight
    )


def effective_half_life(nuclide: str, biological: float) -> float:
    """Half-life of uncorrected activity in an organ that also loses the substance.

    Parameters
    ----------
    nuclide : for its physical half-life
    biological : half-life of the substance in the organ [h]

    Returns
    -------
    float [h]

    Raises
    ------
    InputError : the biological half-life is not above 0
    """
    if not biological > 0:
        raise InputError(f"a half-life of {biological:g} h", hint="write a time above 0 h")
    physical = half_life(nuclide)
    return physical if math.isinf(biological) else physical * biological / (physical + biological)
