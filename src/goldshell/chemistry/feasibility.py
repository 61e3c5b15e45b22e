"""Can an observed range of species be true? Mass balance as a linear programme.

While clusters are intact every incoming ligand on a shell came from the feed, so mean n <= R, the feed ratio
(incoming ligands per cluster). An observed range "n = low..high" is a censored observation: inside it every species
reaches a detection threshold, a fraction t of the most abundant one, and outside it none does. Over all P(n) that
satisfy this, the programme finds the smallest and largest mean, and the least skewed P(n) that the feed allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from goldshell.chemistry.composition import DETECTION_THRESHOLD, binomial_distribution, detected_range
from goldshell.errors import InputError


@dataclass(frozen=True, slots=True)
class FeasibleMean:
    """Smallest and largest mean of any P(n) with the given species observed.

    Parameters
    ----------
    low, high : limits of the mean number of incoming ligands [1]
    lowest, highest : a P(n) that attains each [1]
    """

    low: float
    high: float
    lowest: tuple[float, ...]
    highest: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """Limits and distributions as JSON types."""
        return {"low": self.low, "high": self.high, "lowest": list(self.lowest), "highest": list(self.highest)}


@dataclass(frozen=True, slots=True)
class RangeFeasibility:
    """What mass balance allows for an observed range at a feed.

    Parameters
    ----------
    low, high : observed range of n
    feed_ratio : incoming ligands per cluster [1]
    threshold : detection threshold, as a fraction of the largest species [1]
    n_sites : N
    minimal_mean : smallest mean of any P(n) that shows this range [1]
    maximal_mean : largest mean of any such P(n), and at most the feed where the feed allows it [1]
    unbounded_mean : largest mean regardless of the feed [1]
    uniform_mean : mean of equal populations over the range, its centre [1]
    feasible : some P(n) shows the range with a mean at or below the feed
    needs_low_skew : even equal populations over the range would need more ligand than was fed
    lowest : the P(n) of minimal mean [1]
    least_skewed : P(n) on the range with mean <= feed that falls off evenly, P ~ max(exp(-tilt (n - low)), threshold),
        with the smallest tilt that the feed allows; empty where infeasible [1]
    tilt : of ``least_skewed``: each further ligand makes a species exp(-tilt) times as abundant; 0 where equal
        populations are allowed, NaN where the range is infeasible or only ``lowest`` will do [1]
    skewness : of ``least_skewed`` [1]
    share_of_lowest : population of n = low in ``least_skewed`` [1]
    binomial_range : range that a binomial whose mean is the feed would show at the same threshold
    warnings : advice
    """

    low: int
    high: int
    feed_ratio: float
    threshold: float
    n_sites: int
    minimal_mean: float
    maximal_mean: float
    unbounded_mean: float
    uniform_mean: float
    feasible: bool
    needs_low_skew: bool
    lowest: tuple[float, ...]
    least_skewed: tuple[float, ...]
    tilt: float
    skewness: float
    share_of_lowest: float
    binomial_range: tuple[int, int]
    warnings: tuple[str, ...]

    @property
    def feed_shortfall(self) -> float:
        """Fraction by which the true feed must exceed the nominal one for the range to be possible; 0 if feasible."""
        return max(0.0, self.minimal_mean / self.feed_ratio - 1) if self.feed_ratio > 0 else math.inf

    @property
    def verdict(self) -> str:
        """ "impossible", "possible only if skewed low", or "possible"."""
        if not self.feasible:
            return "impossible"
        return "possible only if skewed low" if self.needs_low_skew else "possible"

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON types."""
        out = {name: getattr(self, name) for name in self.__slots__}
        return {
            key: list(item) if isinstance(item, tuple) else item
            for key, item in {**out, "verdict": self.verdict, "feed_shortfall": self.feed_shortfall}.items()
        }


def feasible_mean(
    support: Iterable[int],
    *,
    n_sites: int = 18,
    threshold: float = DETECTION_THRESHOLD,
    undetected: bool = True,
) -> FeasibleMean:
    """Smallest and largest mean of any P(n) in which exactly the species of ``support`` are detected.

    minimise or maximise sum n P(n), with sum P(n) = 1 and, P(j) being the largest, t P(j) <= P(n) <= P(j) on the
    support and 0 <= P(n) <= t P(j) off it: one programme for every j of the support.

    Parameters
    ----------
    support : every n that was observed
    n_sites : N
    threshold : t, detection threshold as a fraction of the largest species [1]
    undetected : allow species off the support up to the threshold; otherwise they are absent

    Returns
    -------
    FeasibleMean

    Raises
    ------
    InputError : empty support, n outside 0..N, or threshold outside (0, 1]
    """
    from scipy.optimize import linprog

    seen = np.zeros(n_sites + 1, dtype=bool)
    for species in support:
        if species != int(species) or not 0 <= species <= n_sites:
            raise InputError(f"n = {species} is outside 0 to {n_sites}", where="observed range")
        seen[int(species)] = True
    if not seen.any():
        raise InputError("no observed species is given", where="observed range")
    if not 0 < threshold <= 1:
        raise InputError(f"the detection threshold must be above 0 and at most 1, got {threshold}")
    n = np.arange(n_sites + 1)
    best: dict[int, tuple[float, np.ndarray]] = {}
    for largest in np.flatnonzero(seen):
        unit = np.eye(n_sites + 1)
        at_most = unit - np.outer(np.where(seen, 1.0, threshold if undetected else 0.0), unit[largest])
        at_least = (threshold * unit[largest] - unit)[seen]
        for sense in (1, -1):
            found = linprog(
                sense * n,
                A_ub=np.vstack([at_most, at_least]),
                b_ub=np.zeros(len(at_most) + len(at_least)),
                A_eq=np.ones((1, n_sites + 1)),
                b_eq=[1.0],
                bounds=(0, 1),
                method="highs",
            )
            if found.success and (sense not in best or found.fun < best[sense][0]):
                best[sense] = (float(found.fun), found.x)
    return FeasibleMean(
        low=best[1][0],
        high=-best[-1][0],
        lowest=tuple(float(value) for value in best[1][1]),
        highest=tuple(float(value) for value in best[-1][1]),
    )


def range_feasibility(
    low: int,
    high: int,
    feed_ratio: float,
    *,
    threshold: float = DETECTION_THRESHOLD,
    n_sites: int = 18,
    undetected: bool = True,
) -> RangeFeasibility:
    """Whether an observed range n = low..high is possible at a feed ratio, and how skewed P(n) must be.

    Parameters
    ----------
    low, high : observed range of n
    feed_ratio : incoming ligands per cluster in the vial [1]
    threshold : detection threshold as a fraction of the largest species [1]
    n_sites : N
    undetected : allow species outside the range up to the threshold

    Returns
    -------
    RangeFeasibility

    Raises
    ------
    InputError : range outside 0..N or reversed, or a feed that is negative or not finite
    """
    if low > high:
        raise InputError(f"the range {low} to {high} is reversed", where="observed range")
    if not (math.isfinite(feed_ratio) and feed_ratio >= 0):
        raise InputError(f"the feed ratio must be a number from zero up, got {feed_ratio}", where="feed ratio")
    limits = feasible_mean(range(low, high + 1), n_sites=n_sites, threshold=threshold, undetected=undetected)
    feasible = limits.low <= feed_ratio + 1e-9
    uniform_mean = (low + high) / 2
    needs_low_skew = uniform_mean > feed_ratio
    shape, tilt = _least_skewed(low, high, feed_ratio, n_sites, threshold)
    warnings = []
    if not feasible:
        warnings.append(
            f"n = {low}-{high} needs a mean of at least {limits.low:.2f} but the feed gives {feed_ratio:g}: "
            "check the feed, the cluster concentration and the assignment of the lowest species"
        )
    elif feed_ratio > n_sites:
        warnings.append(f"the feed exceeds the {n_sites} sites, so mass balance says nothing about this range")
    if feasible and not shape:
        shape, tilt = limits.lowest, math.nan
    n = np.arange(n_sites + 1)
    skewness = math.nan
    if feasible:
        probability = np.asarray(shape)
        deviation = n - probability @ n
        variance = probability @ deviation**2
        skewness = float(probability @ deviation**3 / variance**1.5) if variance > 1e-12 else 0.0
    return RangeFeasibility(
        low=low,
        high=high,
        feed_ratio=feed_ratio,
        threshold=threshold,
        n_sites=n_sites,
        minimal_mean=limits.low,
        maximal_mean=min(limits.high, feed_ratio) if feasible else limits.high,
        unbounded_mean=limits.high,
        uniform_mean=uniform_mean,
        feasible=feasible,
        needs_low_skew=needs_low_skew,
        lowest=limits.lowest,
        least_skewed=shape if feasible else (),
        tilt=tilt if feasible else math.nan,
        skewness=skewness,
        share_of_lowest=float(shape[low]) if feasible else math.nan,
        binomial_range=detected_range(binomial_distribution(n_sites, min(feed_ratio / n_sites, 1.0)), threshold),
        warnings=tuple(warnings),
    )


def _least_skewed(
    low: int, high: int, feed_ratio: float, n_sites: int, threshold: float
) -> tuple[tuple[float, ...], float]:
    """The evenly falling P(n) on low..high with mean at most the feed, and its tilt (0 where equal shares will do)."""
    from scipy.optimize import brentq

    n = np.arange(low, high + 1)

    def shares(tilt: float) -> np.ndarray:
        weights = np.maximum(np.exp(-tilt * (n - low)), threshold)
        return weights / weights.sum()

    tilt = 0.0
    if (low + high) / 2 > feed_ratio:
        steepest = -math.log(threshold)  # from here on every species but the lowest is at the threshold
        if shares(steepest) @ n > feed_ratio:
            return (), math.nan
        tilt = float(brentq(lambda value: shares(value) @ n - feed_ratio, 0.0, steepest, xtol=1e-12))
    out = np.zeros(n_sites + 1)
    out[low : high + 1] = shares(tilt)
    return tuple(float(value) for value in out), tilt
