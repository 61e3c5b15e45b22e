"""Ratio of two means with its interval, errors log-normal and independent."""

from __future__ import annotations

import math

from goldshell.errors import InputError
from goldshell.numerics.estimate import Estimate

_WIDEST = 100.0  # of the interval of ln r


def ratio_of_means(
    first: float, first_sd: float, second: float, second_sd: float, *, animals: int = 1, level: float = 0.95
) -> Estimate:
    """Ratio of two means.

    ln r = ln a - ln b,  var = [(s_a/a)^2 + (s_b/b)^2] / n

    Parameters
    ----------
    first, second : means a, b [any, the same]
    first_sd, second_sd : standard deviations s_a, s_b between animals; 0 where none is given [the same]
    animals : n, in each group
    level : of the interval [1]

    Returns
    -------
    Estimate [1]

    Raises
    ------
    InputError : a mean that is not above 0, a negative deviation, no animal
    """
    from scipy.stats import norm

    if not 0 < level < 1:
        raise InputError(f"a level of {level:g}", where="level", hint="write 0.95")
    if not (first > 0 and second > 0 and first_sd >= 0 and second_sd >= 0 and animals >= 1):
        raise InputError("a ratio needs means above 0, deviations of 0 or more and one animal or more")
    width = float(norm.ppf(0.5 + 0.5 * level))
    width *= math.hypot(first_sd / first, second_sd / second) / math.sqrt(animals)
    if not width < _WIDEST:
        raise InputError("deviations this large leave no interval", hint="are they in the unit of the means?")
    value = first / second
    return Estimate(value, value * math.exp(-width), value * math.exp(width))
