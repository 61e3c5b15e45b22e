"""MRI: relaxivity of a contrast agent.

    1/T = 1/T_0 + r c

Limits: a slope belongs to one field and one temperature.

References
----------
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4, section 5.3
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from goldshell.errors import InputError
from goldshell.statistics import CalibrationLine, calibration_line
from goldshell.statistics.calibration import read_lines


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
        raise InputError("a relaxation time must be above 0 s")
    return calibration_line(concentration, 1.0 / times, level=level, slope_unit="1/(mM*s)", signal_unit="1/s")


def read_relaxivity(path: Path, *, level: float = 0.95) -> dict[str, CalibrationLine]:
    """Relaxivities of the agents of a table.

    Parameters
    ----------
    path : CSV or TSV with concentration [mM], time_s (T1 or T2) [s] and perhaps agent
    level : of the intervals [1]

    Returns
    -------
    dict, agent -> line; one called "all" without that column

    Raises
    ------
    InputError : a table that cannot be read or fitted
    """
    return read_lines(path, value="time_s", by="agent", by_needed=False, level=level, line=relaxivity)
