"""The shell as a distribution: P(n) of the number n of incoming ligands per cluster, its spread, and model shapes.

The dispersion index compares the variance with that of sites filled independently and alike:

    I = var(n) / [N p (1 - p)],  p = mean / N

I = 1 statistical (binomial), I > 1 mixing-limited or heterogeneous clusters, I < 1 site-selective or anticooperative
exchange. Fits of these shapes to data stand in `composition_fit`, mass balance in `feasibility`.

References
----------
Dass et al., J. Phys. Chem. C 112 (2008) 20276-20283 (ligand populations of Au25 against the binomial)
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.errors import AnalysisError, InputError
from goldshell.numerics import Estimate

if TYPE_CHECKING:
    import pandas as pd

DETECTION_THRESHOLD = 0.01
"""A species counts as observed from this fraction of the most abundant one on [1]; a convention, always stated."""

_FEW_CLUSTERS = 30


@dataclass(frozen=True, slots=True)
class Composition:
    """Fractions P(n) of clusters with n = 0..N incoming ligands.

    Parameters
    ----------
    fractions : P(0)..P(N), adding up to 1 [1]
    clusters : effective number of independently observed clusters behind the fractions, where known
    sd : standard deviation of each fraction, where known [1]

    Raises
    ------
    InputError : negative, not finite, or not adding up to 1
    """

    fractions: tuple[float, ...]
    clusters: float | None = None
    sd: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        values = np.asarray(self.fractions, dtype=float)
        if values.ndim != 1 or len(values) < 2:
            raise InputError(
                "a composition needs a fraction for every n from 0 to N", hint="give at least P(0) and P(1)"
            )
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise InputError("fractions must be finite and not negative")
        if abs(values.sum() - 1) > 1e-6:
            raise InputError(f"fractions add up to {values.sum():.6g}, not 1", hint="read_populations rescales them")
        if self.clusters is not None and not (math.isfinite(self.clusters) and self.clusters >= 1):
            raise InputError(f"the effective number of clusters must be at least 1, got {self.clusters}")
        if self.sd is not None:
            sd = np.asarray(self.sd, dtype=float)
            if sd.shape != values.shape or not np.all(np.isfinite(sd)) or np.any(sd < 0):
                raise InputError("standard deviations must be finite, not negative, and one for each fraction")

    @property
    def n_sites(self) -> int:
        """Number of ligand sites N."""
        return len(self.fractions) - 1

    @property
    def mean(self) -> float:
        """Mean number of incoming ligands per cluster [1]."""
        return float(np.arange(self.n_sites + 1) @ np.asarray(self.fractions))

    @property
    def variance(self) -> float:
        """Variance of the number of incoming ligands [1]."""
        return float((np.arange(self.n_sites + 1) - self.mean) ** 2 @ np.asarray(self.fractions))

    @property
    def binomial_variance(self) -> float:
        """Variance N p (1 - p) of independent, equal sites at the same mean [1]."""
        return self.mean * (1 - self.mean / self.n_sites)

    @property
    def dispersion_index(self) -> float:
        """Variance over binomial variance [1]; NaN for a shell of one kind, where it is 0/0."""
        # var <= n (N - n) holds for any P, so a tiny binomial variance means rounding, not a wide distribution
        return self.variance / self.binomial_variance if self.binomial_variance > 1e-12 else math.nan

    def to_dict(self) -> dict[str, Any]:
        """Fractions and moments as JSON types."""
        sd = self.sd or (math.nan,) * len(self.fractions)
        return {
            "composition": [
                {"n": n, "fraction": fraction, "sd": spread}
                for n, (fraction, spread) in enumerate(zip(self.fractions, sd, strict=True))
            ],
            "mean_n": self.mean,
            "variance": self.variance,
            "binomial_variance": self.binomial_variance,
            "dispersion_index": self.dispersion_index,
            "clusters": self.clusters,
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per n."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["composition"])


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Mean, variance and dispersion index of a composition, with bootstrap intervals.

    Parameters
    ----------
    index, mean, variance : estimates [1]; limits are NaN where nothing could be resampled
    binomial_variance : N p (1 - p) at the estimated mean [1]
    resampled : what the bootstrap drew: "clusters", "fractions", or "nothing"
    resamples : number of draws
    warnings : advice
    """

    index: Estimate
    mean: Estimate
    variance: Estimate
    binomial_variance: float
    resampled: str
    resamples: int
    warnings: tuple[str, ...]

    @property
    def reading(self) -> str:
        """ "narrower than binomial", "broader than binomial", or "consistent with binomial" (the interval holds 1)."""
        if math.isnan(self.index.value):
            return "undefined"
        if math.isnan(self.index.low):
            side = "narrower" if self.index.value < 1 else "broader"
            return f"{side} than binomial, without an interval"
        if self.index.high < 1:
            return "narrower than binomial"
        if self.index.low > 1:
            return "broader than binomial"
        return "consistent with binomial"

    def to_dict(self) -> dict[str, Any]:
        """Estimates as JSON types."""
        return {
            "dispersion_index": self.index.to_dict(),
            "mean_n": self.mean.to_dict(),
            "variance": self.variance.to_dict(),
            "binomial_variance": self.binomial_variance,
            "reading": self.reading,
            "resampled": self.resampled,
            "resamples": self.resamples,
            "warnings": list(self.warnings),
        }


def read_populations(
    populations: Mapping[int, float] | Sequence[float],
    n_sites: int = 18,
    *,
    clusters: float | None = None,
    sd: Mapping[int, float] | Sequence[float] | None = None,
) -> Composition:
    """A composition from populations in any scale (percent, intensities); they are divided by their sum.

    Parameters
    ----------
    populations : population of each n, as ``{n: population}`` (others are zero) or from n = 0 on
    n_sites : number of ligand sites N
    clusters : effective number of independently observed clusters, where known
    sd : standard deviation of each population, in the same scale and form

    Returns
    -------
    Composition

    Raises
    ------
    InputError : n outside 0..N, a negative or not finite population, or nothing above zero
    """
    values = _by_n(populations, n_sites, "population")
    total = values.sum()
    if total <= 0:
        raise InputError("all populations are zero", hint="give at least one above zero")
    spread = None if sd is None else tuple(float(item) for item in _by_n(sd, n_sites, "standard deviation") / total)
    return Composition(tuple(float(value) for value in values / total), clusters, spread)


def dispersion_index(
    composition: Composition, *, level: float = 0.95, resamples: int = 4000, seed: int = 0
) -> Dispersion:
    """The dispersion index with a percentile bootstrap interval.

    What is resampled decides what the interval means, and follows from what the composition carries:
    ``clusters`` M: M clusters are drawn anew from P(n) (multinomial; counting error only);
    ``sd``: every fraction is drawn from a normal distribution of its own SD, cut at zero, and the sum restored to 1
    (the measurement error that the SDs express); neither: no interval. With both, the SDs are used.

    Parameters
    ----------
    composition : observed P(n)
    level : of the interval [1]
    resamples : bootstrap draws
    seed : of the random numbers

    Returns
    -------
    Dispersion

    Raises
    ------
    InputError : level outside (0, 1), or fewer than 100 resamples

    References
    ----------
    Efron & Tibshirani, An Introduction to the Bootstrap, Chapman & Hall (1993)
    """
    if not 0 < level < 1:
        raise InputError(f"the level must be between 0 and 1, got {level}")
    if resamples < 100:
        raise InputError(f"{resamples} resamples are too few for an interval", hint="use at least 100, better 2000")
    random = np.random.default_rng(seed)
    fractions = np.asarray(composition.fractions)
    warnings = []
    if composition.sd is not None:
        resampled = "fractions"
        draws = np.clip(random.normal(fractions, composition.sd, size=(resamples, len(fractions))), 0, None)
        draws = draws[draws.sum(axis=1) > 0]
    elif composition.clusters is not None:
        resampled = "clusters"
        draws = random.multinomial(round(composition.clusters), fractions, size=resamples).astype(float)
        if composition.clusters < _FEW_CLUSTERS:
            warnings.append(f"only {composition.clusters:.0f} clusters: the bootstrap interval is too narrow")
    else:
        resampled = "nothing"
        draws = np.empty((0, len(fractions)))
        warnings.append("no interval: give the number of clusters observed, or an SD for each fraction")
    n = np.arange(len(fractions))
    draws = draws / draws.sum(axis=1, keepdims=True)
    means = draws @ n
    variances = np.maximum(draws @ n**2 - means**2, 0)
    expected = means * (1 - means / composition.n_sites)
    kept = expected > 1e-12
    if math.isnan(composition.dispersion_index):
        warnings.append("every cluster is the same: the dispersion index is undefined")

    def estimate(value: float, drawn: np.ndarray) -> Estimate:
        if len(drawn) == 0 or math.isnan(value):
            return Estimate(value, math.nan, math.nan)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        return Estimate(value, float(low), float(high))

    return Dispersion(
        index=estimate(composition.dispersion_index, variances[kept] / expected[kept]),
        mean=estimate(composition.mean, means),
        variance=estimate(composition.variance, variances),
        binomial_variance=composition.binomial_variance,
        resampled=resampled,
        resamples=len(draws),
        warnings=tuple(warnings),
    )


def total_variation(first: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray) -> float:
    """Total variation distance of two distributions, half the sum of |P(n) - Q(n)|, between 0 and 1 [1]."""
    return float(0.5 * np.abs(np.asarray(first, dtype=float) - np.asarray(second, dtype=float)).sum())


def detected_species(
    fractions: Sequence[float] | np.ndarray, threshold: float = DETECTION_THRESHOLD
) -> tuple[int, ...]:
    """Every n whose fraction reaches ``threshold`` times that of the most abundant species.

    Parameters
    ----------
    fractions : P(0)..P(N), in any scale
    threshold : fraction of the largest [1]

    Raises
    ------
    InputError : threshold outside (0, 1], or no fraction above zero
    """
    values = np.asarray(fractions, dtype=float)
    if not 0 < threshold <= 1:
        raise InputError(f"the detection threshold must be above 0 and at most 1, got {threshold}")
    if not np.all(np.isfinite(values)) or values.max(initial=0) <= 0:
        raise InputError("no species has a fraction above zero")
    return tuple(int(n) for n in np.flatnonzero(values >= threshold * values.max() * (1 - 1e-12)))


def detected_range(fractions: Sequence[float] | np.ndarray, threshold: float = DETECTION_THRESHOLD) -> tuple[int, int]:
    """Smallest and largest n whose fraction reaches ``threshold`` times that of the most abundant species."""
    seen = detected_species(fractions, threshold)
    return seen[0], seen[-1]


def binomial_distribution(n_sites: int, p: float) -> np.ndarray:
    """P(n) of N independent sites of equal occupancy p: C(N, n) p^n (1 - p)^(N - n).

    Returns
    -------
    array, shape (N + 1,) [1]
    """
    n = np.arange(n_sites + 1)
    return _binomial_coefficients(n_sites) * p**n * (1.0 - p) ** (n_sites - n)


def beta_binomial_distribution(n_sites: int, p: float, correlation: float) -> np.ndarray:
    """P(n) when the occupancy itself varies between clusters as a beta distribution (uneven exposure).

    The occupancy has mean p and variance p (1 - p) rho, so that I = 1 + (N - 1) rho.

    Parameters
    ----------
    n_sites : N
    p : mean occupancy, between 0 and 1 [1]
    correlation : rho of two sites of one cluster, 0 (binomial) to 1 [1]

    Returns
    -------
    array, shape (N + 1,) [1]
    """
    from scipy.special import betaln

    if correlation <= 0:
        return binomial_distribution(n_sites, p)
    first, second = p * (1 / correlation - 1), (1 - p) * (1 / correlation - 1)
    n = np.arange(n_sites + 1)
    return _binomial_coefficients(n_sites) * np.exp(betaln(n + first, n_sites - n + second) - betaln(first, second))


def site_class_distribution(
    sizes: Sequence[int], occupancies: Sequence[float], cooperativity: float = 0.0
) -> np.ndarray:
    """P(n) of independent sites in classes of equal occupancy (Poisson-binomial), with optional cooperativity.

    P(n) is the convolution of the binomials of the classes, times exp(-alpha (n - N/2)^2 / 2), rescaled.

    Parameters
    ----------
    sizes : number of sites of each class; (12, 6) for terminal and apex, (16, 2), or ones for any Poisson-binomial
    occupancies : occupancy of a site of each class (with cooperativity: what it would be at half coverage) [1]
    cooperativity : alpha, the energy in kT that each pair of incoming ligands adds; above zero they repel [1]

    Returns
    -------
    array, shape (sum of sizes + 1,) [1]
    """
    probability = np.ones(1)
    for size, occupancy in zip(sizes, occupancies, strict=True):
        probability = np.convolve(probability, binomial_distribution(size, occupancy))
    if cooperativity:
        n_total = len(probability) - 1
        exponent = -cooperativity * (np.arange(n_total + 1) - n_total / 2) ** 2 / 2
        with np.errstate(divide="ignore"):
            log_weight = np.log(probability) + exponent
        probability = np.exp(log_weight - log_weight.max())
    total = probability.sum()
    if not total > 0:
        raise AnalysisError("the site-class distribution vanishes", hint="take occupancies further from 0 and 1")
    return probability / total


@functools.cache
def _binomial_coefficients(n_sites: int) -> np.ndarray:
    return np.array([math.comb(n_sites, n) for n in range(n_sites + 1)], dtype=float)


def _by_n(values: Mapping[int, float] | Sequence[float], n_sites: int, what: str) -> np.ndarray:
    if isinstance(n_sites, bool) or n_sites < 1 or n_sites != int(n_sites):
        raise InputError(f"the number of sites must be a whole number above zero, got {n_sites}")
    pairs = dict(values) if isinstance(values, Mapping) else dict(enumerate(values))
    if not pairs:
        raise InputError(f"no {what} is given")
    table = np.zeros(int(n_sites) + 1)
    for n, value in pairs.items():
        if n != int(n) or not 0 <= n <= n_sites:
            raise InputError(f"n = {n} is outside 0 to {n_sites}", where=what)
        if not math.isfinite(value) or value < 0:
            raise InputError(f"the {what} of n = {n} is {value}", hint="expected a number from zero up")
        table[int(n)] = value
    return table
