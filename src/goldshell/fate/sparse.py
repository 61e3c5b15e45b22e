"""Area under a curve to which each animal gave only some of the points: destructive or sparse sampling.

The mean at each time is joined by the linear rule, AUC = sum_i w_i mean_i. Its variance is that of a weighted sum of
means; an animal that was sampled at several times contributes the variance of its weighted sum.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.fate.nca import HIGHEST

Array = NDArray[np.float64]

BOOTSTRAP_DRAWS = 2000
SEED = 20260121


@dataclass(frozen=True, slots=True)
class SparseArea:
    """Area from sparse samples.

    Parameters
    ----------
    auc : area to the last time [c t]
    standard_error : [c t]
    degrees_of_freedom : Satterthwaite; NaN when nothing varies
    t_interval : auc ± t SE; NaN without degrees of freedom [c t]
    bootstrap_interval : percentiles over animals drawn with replacement within each schedule [c t]
    level : of both intervals
    times, means, counts : (k,) [t, c, 1]
    warnings : advice to the user
    """

    auc: float
    standard_error: float
    degrees_of_freedom: float
    t_interval: tuple[float, float]
    bootstrap_interval: tuple[float, float]
    level: float
    times: Array
    means: Array
    counts: NDArray[np.int64]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Area, error, intervals and the mean curve."""
        return {
            "auc": self.auc,
            "standard_error": self.standard_error,
            "degrees_of_freedom": self.degrees_of_freedom,
            "t_interval": list(self.t_interval),
            "bootstrap_interval": list(self.bootstrap_interval),
            "level": self.level,
            "time": self.times,
            "mean": self.means,
            "count": self.counts,
            "warnings": list(self.warnings),
        }


def sparse_auc(
    times: ArrayLike,
    concentrations: ArrayLike,
    animals: Sequence[Hashable] | NDArray[Any] | None = None,
    *,
    level: float = 0.95,
    draws: int = BOOTSTRAP_DRAWS,
    seed: int = SEED,
) -> SparseArea:
    """Area under the mean curve of destructive or sparse sampling, with its standard error.

    AUC = sum_i w_i mean_i,  w = (dt before + dt after) / 2,
    var = sum over schedules b of s_b² / n_b,  df = var² / sum_b (s_b² / n_b)² / (n_b - 1)

    s_b² is the variance over the n_b animals of a schedule of their sum of w_i c_i; with one sample per animal a
    schedule is a time.

    Parameters
    ----------
    times : (m,) [t]
    concentrations : (m,) [c]
    animals : animal of each sample; None: every sample is another animal
    level : of the intervals [1]
    draws : bootstrap draws; 0 for none
    seed : of the bootstrap

    Returns
    -------
    SparseArea

    Raises
    ------
    InputError : bad numbers, fewer than two times, a schedule with one animal

    References
    ----------
    Bailer, J. Pharmacokinet. Biopharm. 16 (1988) 303-309
    Nedelman & Jia, J. Biopharm. Stat. 8 (1998) 317-328, doi:10.1080/10543409808835241
    """
    time, concentration = np.asarray(times, dtype=float), np.asarray(concentrations, dtype=float)
    if time.ndim != 1 or time.shape != concentration.shape:
        raise InputError(f"{time.size} times and {concentration.size} concentrations")
    for what, values in (("time", time), ("concentration", concentration)):
        bad = np.flatnonzero(~((values >= 0) & (values <= HIGHEST)))
        if bad.size:
            raise InputError(f"{what} {values[bad[0]]:g} of sample {bad[0] + 1} is not within 0 to {HIGHEST:g}")
    if not 0.0 < level < 1.0:
        raise InputError(f"a level of {level:g}", where="level", hint="write a level between 0 and 1, such as 0.95")
    points, place = np.unique(time, return_inverse=True)
    if len(points) < 2:
        raise InputError("an area needs at least two times")
    names = list(range(len(time))) if animals is None else list(animals)
    if len(names) != len(time):
        raise InputError(f"{len(names)} animals and {len(time)} samples")

    samples: dict[Hashable, dict[int, float]] = defaultdict(dict)
    for name, index, value in zip(names, place.tolist(), concentration.tolist(), strict=True):
        if index in samples[name]:
            raise InputError(f"animal {name} was sampled twice at time {points[index]:g}")
        samples[name][index] = value
    schedules: dict[tuple[int, ...], list[dict[int, float]]] = defaultdict(list)
    for curve in samples.values():
        schedules[tuple(sorted(curve))].append(curve)
    lonely = [schedule for schedule, group in schedules.items() if len(group) < 2]
    if lonely:
        when = ", ".join(f"{points[index]:g}" for index in lonely[0])
        raise InputError(
            f"only one animal was sampled at time {when}", hint="a standard error needs two animals of a kind or more"
        )

    edges = np.diff(points, prepend=points[0], append=points[-1])
    weights = 0.5 * (edges[:-1] + edges[1:])
    counts = np.bincount(place)
    means = np.bincount(place, weights=concentration) / counts
    # The mean at a time weighs all its animals alike, whatever their schedule.
    groups = [
        np.array([sum(weights[i] * c / counts[i] for i, c in curve.items()) for curve in group])
        for group in schedules.values()
    ]
    sizes = np.array([len(group) for group in groups])
    parts = np.array([len(group) * group.var(ddof=1) for group in groups])
    variance = float(parts.sum())
    area, error = float(weights @ means), math.sqrt(variance)
    freedom = variance**2 / float(np.sum(parts**2 / (sizes - 1))) if variance > 0 else math.nan

    from scipy.stats import t

    reach = float(t.ppf(0.5 + level / 2, freedom)) * error if math.isfinite(freedom) else math.nan
    warnings = []
    if math.isfinite(freedom) and freedom < 3:
        warnings.append(f"{freedom:.1f} degrees of freedom: more animals at the times that weigh most would help")
    bootstrap = _bootstrap(groups, level, draws, seed) if draws > 0 else (math.nan, math.nan)
    if draws > 0 and sizes.min() < 4:
        warnings.append(
            f"with {sizes.min()} animals in a group the bootstrap interval is too narrow: use the t interval"
        )
    return SparseArea(
        area, error, freedom, (area - reach, area + reach), bootstrap, level, points, means, counts, tuple(warnings)
    )


def _bootstrap(groups: list[Array], level: float, draws: int, seed: int) -> tuple[float, float]:
    """Percentiles of the area when the animals of each schedule are drawn with replacement."""
    generator = np.random.default_rng(seed)
    areas = np.zeros(draws)
    for group in groups:
        areas += group[generator.integers(0, len(group), (draws, len(group)))].sum(axis=1)
    low, high = np.quantile(areas, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)
