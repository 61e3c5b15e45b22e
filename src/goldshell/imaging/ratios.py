"""Ratios of signals with intervals: tumour over background in Raman and MRI, signal over background, relaxivity.

    r = a / b,   ln-interval from (s_a/a)^2/n_a + (s_b/b)^2/n_b
    MRI: 1/T = 1/T_0 + r_1 c

Meaning: the form in which S quotes Raman (0.4 +/- 0.2 against 0.2 +/- 0.04: 2.0, S says 2.2) and MRI contrast.

Limits: normal errors of means on the logarithmic scale; standard deviations are between animals, so that their number
matters: without it the interval is that of one animal against one.

References
----------
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4, section 5.3
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from goldshell.errors import InputError
from goldshell.numerics.estimate import Estimate
from goldshell.statistics import CalibrationLine, calibration_line


def signal_ratio(
    signal: float, signal_sd: float, background: float, background_sd: float, *, animals: int = 1, level: float = 0.95
) -> Estimate:
    """Ratio of two mean signals.

    Parameters
    ----------
    signal, background : means [any, the same]
    signal_sd, background_sd : standard deviations between animals [the same]
    animals : in each group
    level : of the interval [1]

    Returns
    -------
    Estimate [1]

    Raises
    ------
    InputError : a signal that is not above 0, a negative deviation, no animal
    """
    if not (signal > 0 and background > 0 and signal_sd >= 0 and background_sd >= 0 and animals >= 1):
        raise InputError("a ratio needs signals above 0, deviations of 0 or more and one animal or more")
    width = float(norm.ppf(0.5 + 0.5 * level))
    width *= math.hypot(signal_sd / signal, background_sd / background) / math.sqrt(animals)
    value = signal / background
    return Estimate(value, value * math.exp(-width), value * math.exp(width))


def relaxivity(concentration: ArrayLike, relaxation_time: ArrayLike, *, level: float = 0.95) -> CalibrationLine:
    """Relaxivity: slope of 1/T against concentration.

    Parameters
    ----------
    concentration : (k,) [mM]
    relaxation_time : T1 or T2, (k,) [s]
    level : of the intervals [1]

    Returns
    -------
    CalibrationLine, slope [1/(mM s)]

    Raises
    ------
    InputError : a relaxation time that is not above 0
    """
    times = np.asarray(relaxation_time, dtype=float)
    if not np.all(times > 0):
        raise InputError("a relaxation time must be above 0 s", where="relaxation_time")
    return calibration_line(concentration, 1.0 / times, level=level, slope_unit="1/(mM*s)", signal_unit="1/s")
