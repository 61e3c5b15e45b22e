"""Groups of animals compared: Student and Welch side by side, Holm, ANOVA with Tukey or Dunnett, effect sizes.

    Student t = (m1 - m2) / (s_p sqrt(1/n1 + 1/n2)),  df = n1 + n2 - 2
    Welch   t = (m1 - m2) / sqrt(s1²/n1 + s2²/n2),    df of Satterthwaite
    Hedges g = J(df) (m1 - m2) / s_p,  J = Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)),  interval by the non-central t
    exact permutation: share of all regroupings whose difference of means is at least as large
    Dunnett P(max |T_i| < d) = int f(s) int phi(z) prod_i [Phi(a_i) - Phi(b_i)] dz ds

Holm's correction runs over every comparison of one call. Stars stand beside numbers and replace none.

References
----------
B. L. Welch, Biometrika 1947, 34, 28, doi:10.1093/biomet/34.1-2.28
S. Holm, Scand. J. Stat. 1979, 6, 65
C. W. Dunnett, J. Am. Stat. Assoc. 1955, 50, 1096, doi:10.1080/01621459.1955.10501294
L. V. Hedges, J. Educ. Stat. 1981, 6, 107, doi:10.3102/10769986006002107
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import integrate, optimize, special, stats

from goldshell.errors import InputError, UnknownNameError
from goldshell.statistics.power import detectable_effect, noncentral_t, power_of_t_test

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

_MOST_REGROUPINGS = 200_000
_SMALL = 5  # animals per group below which the power is printed
STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups.

    Parameters
    ----------
    first, second : names
    n : animals in each
    means, sds : of each [unit of the values]
    difference, low, high : first less second, with Welch's interval [unit of the values]
    student_t, student_df, student_p : equal variances assumed; two-sided
    welch_t, welch_df, welch_p : not assumed
    welch_p_holm, student_p_holm : corrected over all comparisons of the call
    permutation_p : exact where all regroupings could be counted
    permutations : how many were
    hedges_g, hedges_low, hedges_high : effect size with its interval [1]
    paired : whether the values were subtracted animal by animal
    """

    first: str
    second: str
    n: tuple[int, int]
    means: tuple[float, float]
    sds: tuple[float, float]
    difference: float
    low: float
    high: float
    student_t: float
    student_df: float
    student_p: float
    welch_t: float
    welch_df: float
    welch_p: float
    permutation_p: float
    permutations: int
    hedges_g: float
    hedges_low: float
    hedges_high: float
    student_p_holm: float = math.nan
    welch_p_holm: float = math.nan
    paired: bool = False

    def to_dict(self) -> dict[str, Any]:
        """All fields, and the stars of the corrected Welch p."""
        return dataclasses.asdict(self) | {"stars": stars(self.welch_p_holm)}


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """All comparisons of one call.

    Parameters
    ----------
    comparisons : two groups each
    anova_f, anova_df, anova_p : one-way; NaN for two groups
    welch_anova_f, welch_anova_df, welch_anova_p : without equal variances
    post_hoc : "tukey", "dunnett" or ""
    post_hoc_p : of each comparison, family-wise
    groups : name -> values
    level : of the intervals [1]
    warnings : advice to the user
    """

    comparisons: tuple[Comparison, ...]
    anova_f: float
    anova_df: tuple[float, float]
    anova_p: float
    welch_anova_f: float
    welch_anova_df: tuple[float, float]
    welch_anova_p: float
    post_hoc: str
    post_hoc_p: tuple[float, ...]
    groups: Mapping[str, Array]
    level: float = 0.95
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (image compare)."""
        post = self.post_hoc_p or (math.nan,) * len(self.comparisons)
        return {
            "groups": [
                {"name": name, "n": len(values), "mean": float(np.mean(values)), "sd": _sd(values)}
                for name, values in self.groups.items()
            ],
            "comparisons": [item.to_dict() | {"post_hoc_p": p} for item, p in zip(self.comparisons, post, strict=True)],
            "anova": {"f": self.anova_f, "df": self.anova_df, "p": self.anova_p},
            "welch_anova": {"f": self.welch_anova_f, "df": self.welch_anova_df, "p": self.welch_anova_p},
            "post_hoc": self.post_hoc or None,
            "level": self.level,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per comparison."""
        import pandas as pd

        rows = []
        for item in self.to_dict()["comparisons"]:
            for key in ("n", "means", "sds"):
                item[f"{key}_first"], item[f"{key}_second"] = item.pop(key)
            rows.append(item)
        return pd.DataFrame(rows)


def stars(p: float) -> str:
    """* below 0.05, ** below 0.01, *** below 0.001; to stand beside the number."""
    return next((mark for limit, mark in STARS if p < limit), "")


def compare_groups(
    groups: Mapping[str, ArrayLike],
    *,
    control: str | None = None,
    paired: bool = False,
    level: float = 0.95,
    seed: int = 0,
) -> GroupComparison:
    """Compare every pair of groups, or each group with a control.

    Parameters
    ----------
    groups : name -> one value per animal
    control : group that the others are compared with (Dunnett); None for all pairs (Tukey)
    paired : the values of all groups belong to the same animals in the same order
    level : of the intervals [1]
    seed : of sampled permutations, where all cannot be counted

    Returns
    -------
    GroupComparison

    Raises
    ------
    InputError : fewer than two groups or two animals, values that are not finite, unequal lengths when paired
    UnknownNameError : no such control
    """
    if not 0 < level < 1:
        raise InputError(f"a level of {level:g}", hint="write for example 0.95")
    data = {str(name): _checked(str(name), values) for name, values in groups.items()}
    if len(data) < 2:
        raise InputError(f"{len(data)} group to compare", hint="give two or more")
    if control is not None and control not in data:
        raise UnknownNameError("control group", control, data)
    if paired and len({len(values) for values in data.values()}) > 1:
        raise InputError("paired groups of different sizes", hint="leave out animals that lack a value")
    pairs = list(itertools.combinations(data, 2))
    if control is not None:
        pairs = [(name, control) for name in data if name != control]
    found = [compare_two(data[a], data[b], names=(a, b), paired=paired, level=level, seed=seed) for a, b in pairs]
    welch, student = holm([item.welch_p for item in found]), holm([item.student_p for item in found])
    comparisons = tuple(
        dataclasses.replace(item, welch_p_holm=float(w), student_p_holm=float(s))
        for item, w, s in zip(found, welch, student, strict=True)
    )
    values = list(data.values())
    several = len(data) > 2 and not paired
    f, df, p = anova(values) if several else (math.nan, (math.nan, math.nan), math.nan)
    wf, wdf, wp = welch_anova(values) if several else (math.nan, (math.nan, math.nan), math.nan)
    post: tuple[float, ...] = ()
    if several:
        post = dunnett(values, list(data).index(control)) if control is not None else tukey(values)
    kind = ("dunnett" if control is not None else "tukey") if several else ""
    return GroupComparison(
        comparisons, f, df, p, wf, wdf, wp, kind, post, data, level, _advice(data, comparisons, paired)
    )


def compare_two(
    first: ArrayLike,
    second: ArrayLike,
    *,
    names: tuple[str, str] = ("first", "second"),
    paired: bool = False,
    level: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two groups.

    Parameters
    ----------
    first, second : one value per animal, (n,)
    names : of the groups
    paired : subtract animal by animal
    level : of the intervals [1]
    seed : of sampled permutations

    Returns
    -------
    Comparison, corrected values left out
    """
    a, b = _checked(names[0], first), _checked(names[1], second)
    means, sds = (float(a.mean()), float(b.mean())), (_sd(a), _sd(b))
    difference = means[0] - means[1]
    if paired:
        if len(a) != len(b):
            raise InputError("paired groups of different sizes")
        change = a - b
        error, df = _sd(change) / math.sqrt(len(a)), len(a) - 1.0
        t = _ratio(difference, error)
        student = welch = (t, df, _two_sided(t, df))
        g, g_low, g_high = hedges_g(t, df, 1.0 / math.sqrt(len(a)), level)
    else:
        pooled_df = len(a) + len(b) - 2.0
        pooled = math.sqrt(((len(a) - 1) * sds[0] ** 2 + (len(b) - 1) * sds[1] ** 2) / pooled_df)
        scale = math.sqrt(1.0 / len(a) + 1.0 / len(b))
        t = _ratio(difference, pooled * scale)
        student = (t, pooled_df, _two_sided(t, pooled_df))
        parts = (sds[0] ** 2 / len(a), sds[1] ** 2 / len(b))
        error = math.sqrt(sum(parts))
        df = sum(parts) ** 2 / (parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1)) if error > 0 else pooled_df
        t_welch = _ratio(difference, error)
        welch = (t_welch, df, _two_sided(t_welch, df))
        g, g_low, g_high = hedges_g(t, pooled_df, scale, level)
    half = float(stats.t.ppf(0.5 + level / 2, df)) * error
    p, count = permutation_p(a, b, paired=paired, seed=seed)
    return Comparison(
        *names, (len(a), len(b)), means, sds, difference, difference - half, difference + half, *student, *welch, p,
        count, g, g_low, g_high, paired=paired,
    )  # fmt: skip


def hedges_g(t: float, df: float, scale: float, level: float = 0.95) -> tuple[float, float, float]:
    """Effect size and its interval from a t statistic.

    Parameters
    ----------
    t : Student's
    df : its degrees of freedom
    scale : standard error of the difference over the standard deviation, sqrt(1/n1 + 1/n2)
    level : of the interval [1]

    Returns
    -------
    g, low, high [1]; infinite when the groups do not vary
    """
    correction = (
        math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2) if df > 1 else 1.0
    )
    if not math.isfinite(t):
        return t, t, t

    def bound(probability: float) -> float:
        # P(T > t) falls from 1 to 0 as the non-centrality falls, so the root is unique
        reach = abs(t) + 10.0 + 10.0 * abs(t) / math.sqrt(df)
        return float(
            optimize.brentq(lambda shift: noncentral_t(t, df, shift) - probability, t - reach, t + reach, xtol=1e-11)
        )

    tail = (1 - level) / 2
    return correction * t * scale, correction * bound(1 - tail) * scale, correction * bound(tail) * scale


def holm(p: Sequence[float]) -> Array:
    """Holm's step-down correction.

    Parameters
    ----------
    p : (k,)

    Returns
    -------
    (k,)
    """
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    factors = np.arange(len(values), 0, -1)
    corrected = np.empty_like(values)
    corrected[order] = np.minimum(np.maximum.accumulate(values[order] * factors), 1.0)
    return corrected


def permutation_p(a: Array, b: Array, *, paired: bool = False, seed: int = 0) -> tuple[float, int]:
    """Two-sided p of the difference of means over all regroupings (sign changes when paired).

    Parameters
    ----------
    a, b : (n,), (m,)
    paired : change signs of the differences
    seed : of a sample, when there are more than 200 000 regroupings

    Returns
    -------
    p, number of regroupings
    """
    observed = abs(float(a.mean() - b.mean()))
    edge = observed * (1 - 1e-12) - 1e-300
    random = np.random.default_rng(seed)
    if paired:
        change = a - b
        total = 2 ** len(a)
        if total <= _MOST_REGROUPINGS:
            signs = 1.0 - 2.0 * ((np.arange(total)[:, None] >> np.arange(len(a))) & 1)
        else:
            signs = random.choice((-1.0, 1.0), (_MOST_REGROUPINGS // 10, len(a)))
        means = np.abs(signs @ change) / len(a)
    else:
        pool = np.concatenate((a, b))
        total = math.comb(len(pool), len(a))
        if total <= _MOST_REGROUPINGS:
            chosen = np.array(list(itertools.combinations(range(len(pool)), len(a))))
        else:
            chosen = random.permuted(np.tile(np.arange(len(pool)), (_MOST_REGROUPINGS // 10, 1)), axis=1)[:, : len(a)]
        sums = pool[chosen].sum(axis=1)
        means = np.abs(sums / len(a) - (pool.sum() - sums) / len(b))
    hits = int(np.count_nonzero(means >= edge))
    if len(means) < total:
        return (hits + 1) / (len(means) + 1), len(means)
    return hits / total, total


def anova(groups: Sequence[Array]) -> tuple[float, tuple[float, float], float]:
    """One-way analysis of variance: F, degrees of freedom, p."""
    sizes, df, variance = _pooled(groups)
    centre = float(np.concatenate(groups).mean())
    between = sum(n * (values.mean() - centre) ** 2 for n, values in zip(sizes, groups, strict=True)) / (
        len(groups) - 1
    )
    f = _ratio(float(between), variance)
    return f, (len(groups) - 1.0, df), float(stats.f.sf(f, len(groups) - 1, df))


def welch_anova(groups: Sequence[Array]) -> tuple[float, tuple[float, float], float]:
    """Welch's analysis of variance, without equal variances: F, degrees of freedom, p."""
    if any(_sd(values) == 0 for values in groups):
        return math.nan, (len(groups) - 1.0, math.nan), math.nan
    k = len(groups)
    sizes, means = np.array([len(v) for v in groups]), np.array([v.mean() for v in groups])
    weights = sizes / np.array([v.var(ddof=1) for v in groups])
    total = weights.sum()
    centre = np.sum(weights * means) / total
    lack = np.sum((1 - weights / total) ** 2 / (sizes - 1))
    f = np.sum(weights * (means - centre) ** 2) / (k - 1) / (1 + 2 * (k - 2) / (k**2 - 1) * lack)
    df = (k**2 - 1) / (3 * lack)
    return float(f), (k - 1.0, float(df)), float(stats.f.sf(f, k - 1, df))


def tukey(groups: Sequence[Array]) -> tuple[float, ...]:
    """Tukey-Kramer p of every pair, in the order of itertools.combinations."""
    sizes, df, variance = _pooled(groups)
    if variance == 0:
        return (math.nan,) * math.comb(len(groups), 2)
    found = []
    for i, j in itertools.combinations(range(len(groups)), 2):
        error = math.sqrt(variance / 2 * (1 / sizes[i] + 1 / sizes[j]))
        q = abs(groups[i].mean() - groups[j].mean()) / error
        found.append(float(stats.studentized_range.sf(q, len(groups), df)))
    return tuple(found)


def dunnett(groups: Sequence[Array], control: int) -> tuple[float, ...]:
    """Dunnett's two-sided p of each group against the control, in order, the control left out."""
    sizes, df, variance = _pooled(groups)
    others = [i for i in range(len(groups)) if i != control]
    if variance == 0:
        return (math.nan,) * len(others)
    loads = np.array([math.sqrt(sizes[i] / (sizes[i] + sizes[control])) for i in others])
    found = []
    for i in others:
        error = math.sqrt(variance * (1 / sizes[i] + 1 / sizes[control]))
        found.append(dunnett_tail(abs(groups[i].mean() - groups[control].mean()) / error, loads, df))
    return tuple(found)


def dunnett_tail(d: float, loads: Array, df: float) -> float:
    """P(max |T_i| >= d) of t statistics that share a control.

    Parameters
    ----------
    d : statistic
    loads : sqrt(n_i / (n_i + n_control)), correlation of T_i and T_j is their product, (k,)
    df : degrees of freedom

    Returns
    -------
    float
    """
    nodes, weights = np.polynomial.legendre.leggauss(240)
    z = 9.0 * nodes
    density = 9.0 * weights * stats.norm.pdf(z)
    rest = np.sqrt(1 - loads**2)

    def given(s: float) -> float:
        upper = (loads[:, None] * z + d * s) / rest[:, None]
        lower = (loads[:, None] * z - d * s) / rest[:, None]
        inside = np.prod(special.ndtr(upper) - special.ndtr(lower), axis=0)
        return float(np.sum(density * inside))

    def integrand(s: float) -> float:
        # s² df is chi-square with df degrees of freedom
        return given(s) * 2 * s * df * float(stats.chi2.pdf(df * s * s, df))

    low, high = (math.sqrt(float(stats.chi2.ppf(p, df)) / df) for p in (1e-15, 1 - 1e-15))
    inside, _ = integrate.quad(integrand, low, high, epsabs=1e-12, epsrel=1e-11, limit=400)
    return min(max(1.0 - inside, 0.0), 1.0)


def _pooled(groups: Sequence[Array]) -> tuple[list[int], float, float]:
    sizes = [len(values) for values in groups]
    df = float(sum(sizes) - len(sizes))
    return sizes, df, float(sum(np.sum((values - values.mean()) ** 2) for values in groups) / df)


def _advice(data: Mapping[str, Array], comparisons: Sequence[Comparison], paired: bool) -> tuple[str, ...]:
    warnings = []
    smallest = min(len(values) for values in data.values())
    if smallest < _SMALL:
        level = 0.05 / len(comparisons)
        warnings.append(
            f"n = {smallest} per group: a difference of 2 SD is found with probability "
            f"{power_of_t_test(2.0, smallest):.2f} at p < 0.05 ({power_of_t_test(2.0, smallest, alpha=level):.2f} at "
            f"0.05 over {len(comparisons)} comparisons); 80 % needs {detectable_effect(smallest):.1f} SD. Absence of a "
            "star is no evidence of no effect"
        )
    sds = [_sd(values) for values in data.values()]
    if not paired and min(sds) > 0 and max(sds) / min(sds) > 2:
        warnings.append(f"the SDs differ {max(sds) / min(sds):.1f}-fold: read Welch's p, not Student's")
    if min(sds) == 0:
        warnings.append("a group has no scatter at all: are these values of different animals?")
    if comparisons and all(item.permutations < 40 for item in comparisons):
        count = comparisons[0].permutations
        warnings.append(f"with {count} regroupings the permutation p cannot fall below {2 / count:.2g}")
    return tuple(warnings)


def _checked(name: str, values: ArrayLike) -> Array:
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or found.size < 2:
        raise InputError(
            f"group {name!r} has {found.size} value", hint="give one value per animal, two or more animals"
        )
    if not np.all(np.isfinite(found)):
        raise InputError(f"group {name!r} has a value that is not finite")
    return found


def _sd(values: Array) -> float:
    return float(np.std(values, ddof=1))


def _ratio(difference: float, error: float) -> float:
    if error > 0:
        return difference / error
    return math.nan if difference == 0 else math.copysign(math.inf, difference)


def _two_sided(t: float, df: float) -> float:
    return float(2 * stats.t.sf(abs(t), df))


def compare_many(
    families: Mapping[str, Mapping[str, ArrayLike]],
    *,
    control: str | None = None,
    paired: bool = False,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, GroupComparison]:
    """Compare the groups of several organs; Holm's correction runs over all comparisons of all organs.

    Parameters
    ----------
    families : organ -> group -> one value per animal
    control, paired, level, seed : as in `compare_groups`

    Returns
    -------
    dict, organ -> GroupComparison
    """
    found = {
        name: compare_groups(groups, control=control, paired=paired, level=level, seed=seed)
        for name, groups in families.items()
    }
    listed = [item for result in found.values() for item in result.comparisons]
    welch, student = iter(holm([item.welch_p for item in listed])), iter(holm([item.student_p for item in listed]))
    return {
        name: dataclasses.replace(
            result,
            comparisons=tuple(
                dataclasses.replace(item, welch_p_holm=float(next(welch)), student_p_holm=float(next(student)))
                for item in result.comparisons
            ),
        )
        for name, result in found.items()
    }
