"""From amounts of ions to the composition of the shell: fractions, mean, dispersion and their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtri

from goldshell.errors import InputError
from goldshell.numerics import Estimate

_DRAWS = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Fractions:
    """Fractions of n = 0..N with intervals.

    Parameters
    ----------
    value, low, high : shape (N + 1,) [1]; limits NaN without intervals
    mean, dispersion : of the distribution [1]
    draws : joint draws of the fractions, shape (draws, N + 1); empty without intervals
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: Estimate
    dispersion: Estimate
    draws: np.ndarray


def fractions(
    amounts: np.ndarray, covariance: np.ndarray, *, upper: np.ndarray, confusable: np.ndarray, level: float,
    seed: int = 0, intervals: bool = True,
) -> Fractions:  # fmt: skip
    """Fractions f_n = F_n / sum F from the summed amounts F_n of each n and their covariance.

    The amounts are linear in the data, so their normal distribution is the profile likelihood; it is carried over to
    ratios by the delta method, Var f = J C J' with J = (1 - f 1') / sum F, and cut at 0 and 1.

    Parameters
    ----------
    amounts : F_n of n = 0..N, 0 where nothing was found
    covariance : of F_n
    upper : largest amount that n without any could have, in the same unit
    confusable : amount that each n shares with others which the resolution cannot separate: added to the limits
    level : of the intervals [1]
    seed : of the random draws for the dispersion index
    intervals : leave them out (NaN) when False

    Returns
    -------
    Fractions
    """
    n = np.arange(len(amounts))
    kept = np.maximum(amounts, 0.0)
    total = float(kept.sum())
    value = kept / total
    nan = np.full(len(n), math.nan)
    mean = float(n @ value)
    index = _dispersion(value[None, :], n)[0]
    if not intervals:
        return Fractions(value, nan, nan, Estimate(mean, math.nan, math.nan), Estimate(index, math.nan, math.nan),
                         np.empty((0, len(n))))  # fmt: skip
    jacobian = (np.eye(len(n)) - value[:, None]) / total
    spread = jacobian @ covariance @ jacobian.T
    sd = np.sqrt(np.maximum(np.diag(spread), 0.0))
    z = float(ndtri(0.5 + level / 2))
    found = kept > 0
    low = np.clip(np.where(found, value - z * sd - confusable / total, 0.0), 0.0, 1.0)
    high = np.clip(np.where(found, value + z * sd, np.maximum(upper, 0.0) / (total + np.maximum(upper, 0.0))), 0.0, 1.0)
    high = np.clip(high + confusable / total, 0.0, 1.0)
    mean_sd = math.sqrt(max(float(n @ spread @ n), 0.0))
    random = np.random.default_rng(seed)
    sites = len(n) - 1
    draws = random.multivariate_normal(kept, covariance, size=_DRAWS, method="eigh")
    draws = np.maximum(draws, 0.0) * found
    draws = draws[draws.sum(axis=1) > 0]
    draws /= draws.sum(axis=1, keepdims=True)
    indices = _dispersion(draws, n)
    indices = indices[np.isfinite(indices)]
    limits = np.quantile(indices, [(1 - level) / 2, (1 + level) / 2]) if len(indices) and math.isfinite(index) else (
        math.nan, math.nan)  # fmt: skip
    return Fractions(
        value, low, high,
        Estimate(mean, max(0.0, mean - z * mean_sd), min(float(sites), mean + z * mean_sd)),
        Estimate(index, float(limits[0]), float(limits[1])),
        draws,
    )  # fmt: skip


def share(amounts: np.ndarray, covariance: np.ndarray, member: np.ndarray, level: float, intervals: bool) -> Estimate:
    """The share of the ions marked in ``member`` in the sum of all, by the delta method [1]."""
    total = float(amounts.sum())
    value = float(amounts[member].sum()) / total
    if not intervals:
        return Estimate(min(max(value, 0.0), 1.0), math.nan, math.nan)
    gradient = (member.astype(float) - value) / total
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))
    return Estimate(min(max(value, 0.0), 1.0), max(0.0, value - half), min(1.0, value + half))


def mean_of(amounts: np.ndarray, covariance: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """Mean of n over signed amounts of ions, and its standard deviation."""
    total = float(amounts.sum())
    value = float(amounts @ n) / total
    gradient = (n - value) / total
    return value, math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))


def same_mean(means: np.ndarray, sds: np.ndarray) -> tuple[float, int, float]:
    """Chi-squared test that charges share one mean: statistic, degrees of freedom, probability."""
    usable = np.isfinite(sds) & (sds > 0)
    if usable.sum() < 2:
        return math.nan, 0, math.nan
    weight = sds[usable] ** -2
    centre = float(weight @ means[usable]) / float(weight.sum())
    statistic = float(weight @ (means[usable] - centre) ** 2)
    freedom = int(usable.sum()) - 1
    return statistic, freedom, float(chdtrc(freedom, statistic))


def response_for_mean(values: np.ndarray, mean_n: float) -> float:
    """Response of the fully exchanged over the starting cluster that brings the mean of n to one measured otherwise.

    Solves  sum n f_n r^(-n/N) / sum f_n r^(-n/N) = mean  for r, for example with the mean n of an NMR spectrum.

    Parameters
    ----------
    values : fractions f_0..f_N at a response of 1 [1]
    mean_n : mean number of incoming ligands

    Raises
    ------
    InputError : a mean that no response can give
    """
    from scipy.optimize import brentq  # takes 0.2 s to load

    n = np.arange(len(values))
    there = n[values > 0]
    if not there.min() < mean_n < there.max():
        raise InputError(
            f"no response brings the mean to {mean_n:g}", hint=f"species found have n = {there.min()} to {there.max()}"
        )

    def excess(log_response: float) -> float:
        weight = values * np.exp(-log_response * n / n[-1])
        return float(n @ weight / weight.sum()) - mean_n

    return math.exp(brentq(excess, -60.0, 60.0))


def _dispersion(rows: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Variance over that of a binomial of the same mean, for each row; NaN where it is 0/0."""
    mean = rows @ n
    variance = np.maximum(rows @ n**2 - mean**2, 0.0)
    expected = mean * (1 - mean / n[-1]) if n[-1] else np.zeros_like(mean)
    return np.where(expected > 1e-9, variance / np.where(expected > 1e-9, expected, 1.0), math.nan)
