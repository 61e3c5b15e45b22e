"""Power of the two-sample t test, and the effect that a number of animals can show.

power = P(|T'| > t_crit),  T' non-central t with df = 2 n - 2 and non-centrality d sqrt(n / 2)
"""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, special, stats

from goldshell.errors import InputError

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(300)


def noncentral_t(t: float, df: float, shift: float) -> float:
    """P(T <= t) of the non-central t, by quadrature over the standard deviation; it holds at any non-centrality.

    P = int Phi(t s - shift) f(s) ds,  df s² is chi-square

    Parameters
    ----------
    t : statistic
    df : degrees of freedom
    shift : non-centrality

    Returns
    -------
    float [1]
    """
    low, high = (math.sqrt(float(stats.chi2.ppf(p, df)) / df) for p in (1e-15, 1 - 1e-15))
    s = 0.5 * (low + high) + 0.5 * (high - low) * _NODES
    density = 0.5 * (high - low) * _WEIGHTS * 2 * s * df * stats.chi2.pdf(df * s * s, df)
    return float(np.sum(density * special.ndtr(t * s - shift)))


def power_of_t_test(effect: float, n: int, *, alpha: float = 0.05) -> float:
    """Probability of p < alpha (two-sided, Student, equal groups).

    Parameters
    ----------
    effect : difference over the standard deviation [1]
    n : animals per group
    alpha : level of the test [1]

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : fewer than two animals, alpha not within 0 and 1
    """
    if n < 2 or not 0 < alpha < 1:
        raise InputError(f"{n} animals per group at alpha = {alpha:g}")
    df = 2 * n - 2
    critical = float(stats.t.ppf(1 - alpha / 2, df))
    shift = effect * math.sqrt(n / 2)
    return 1.0 - noncentral_t(critical, df, shift) + noncentral_t(-critical, df, shift)


def detectable_effect(n: int, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest effect that n animals per group show with a given power.

    Parameters
    ----------
    n : animals per group
    power : wanted [1]
    alpha : level of the test [1]

    Returns
    -------
    float, difference over the standard deviation [1]
    """
    return float(optimize.brentq(lambda effect: power_of_t_test(effect, n, alpha=alpha) - power, 0.0, 60.0))
