"""Integrated rate laws fitted to all absorbance traces at once; blank offset and drift per trace are nuisances.

    A_i(t) = epsilon l N_i(t; theta) + o_i + d_i t + noise,      dN_i/dt = -r(N_i, S_i; theta)

Offsets o and drifts d enter linearly, so they are projected out exactly: the residuals are rotated (QR) to the space
that offsets and drifts cannot reach, and only the parameters theta of the law are searched. Degrees of freedom and
profile likelihood intervals are then right without further correction. Rate laws are those of `goldshell.exchange`.

References
----------
Golub & Pereyra, SIAM J. Numer. Anal. 10 (1973) 413-432, doi:10.1137/0710036 (variable projection)
Venzon & Moolgavkar, Appl. Stat. 37 (1988) 87-94, doi:10.2307/2347496 (profile likelihood)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError
from goldshell.exchange.models import langmuir, oxygen_limited, power_law, two_thiol_attack
from goldshell.exchange.rate_law import RateLaw
from goldshell.exchange.separable import courses
from goldshell.numerics import Estimate
from goldshell.numerics.fit import FitResult, ResidualTests, least_squares_fit, residual_tests
from goldshell.numerics.identifiability import profile
from goldshell.numerics.information import aicc

Array = NDArray[np.float64]
Drift = Literal["none", "common", "each"]
DRIFTS: tuple[Drift, ...] = ("none", "common", "each")

_MOST_POINTS = 250  # of a trace; longer ones are averaged in equal groups
_ORDERS_X, _ORDERS_Y = (-0.9, 4.0), (-1.0, 5.0)
_ALARM = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """One trace as it is fitted.

    Parameters
    ----------
    name : of the trace
    time : (n,) [h]
    absorbance : (n,) [1]
    cluster, thiol : at the start [mM]
    per_mM : absorbance of 1 mM, epsilon times path; NaN where epsilon is fitted [1/mM]
    path_length : [cm]
    """

    name: str
    time: Array
    absorbance: Array
    cluster: float
    thiol: float
    per_mM: float
    path_length: float


@dataclass(frozen=True, slots=True)
class LawFamily:
    """A rate law with the parameters that a fit searches.

    Parameters
    ----------
    name : of the law
    names, units : of its parameters; logarithms are called ln_...
    bounds : per parameter
    starts : starting values to try, first for the rate constant
    build : parameter values -> rate law
    """

    name: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    starts: tuple[tuple[float, ...], ...]
    build: Callable[[Array], RateLaw]


@dataclass(frozen=True, slots=True, eq=False)
class IntegratedFit:
    """One law fitted to all traces.

    Parameters
    ----------
    family : the law
    drift : "none", "common" to all traces, or "each" its own
    fit : of the projected residuals
    epsilon : [1/(M cm)]; None where given
    offsets : per trace [1]
    drifts : per trace [1/h]
    curves : fitted absorbance per trace
    residuals : measured minus fitted, per trace
    aicc : corrected Akaike criterion, nuisances and the noise counted [nat]
    tests : residual tests along each trace
    autocorrelation : of neighbouring residuals [1]
    """

    family: LawFamily
    drift: Drift
    fit: FitResult
    epsilon: float | None
    offsets: Array
    drifts: Array
    curves: tuple[Array, ...]
    residuals: tuple[Array, ...]
    aicc: float
    tests: ResidualTests
    autocorrelation: float

    @property
    def noise(self) -> float:
        """Standard deviation of one absorbance [1]."""
        return math.sqrt(self.fit.variance)

    @property
    def widening(self) -> float:
        """Factor on intervals for residuals that follow each other, sqrt((1 + rho) / (1 - rho)); 1 when they do not."""
        if not (self.tests.runs_p < _ALARM and self.autocorrelation > 0):
            return 1.0
        rho = min(self.autocorrelation, 0.95)
        return math.sqrt((1 + rho) / (1 - rho))

    def value(self, name: str) -> float:
        """Best value of a parameter."""
        return float(self.fit.values[self.fit.problem.names.index(name)])

    def interval(self, name: str) -> tuple[Estimate, tuple[str, ...]]:
        """Profile likelihood interval of a parameter, widened where residuals follow each other, and advice."""
        try:
            found = profile(self.fit, name, points=2)
            estimate, advice = found.estimate, found.warnings
        except AnalysisError as problem:
            estimate, advice = self.fit.parameters[name], (f"{name}: interval by its standard error ({problem})",)
        centre = estimate.value
        low, high = (centre + self.widening * (limit - centre) for limit in (estimate.low, estimate.high))
        return Estimate(centre, low, high, estimate.unit), advice

    def law(self) -> RateLaw:
        """The law with the best parameters."""
        return self.family.build(self.fit.values)

    def to_dict(self) -> dict[str, Any]:
        """Law, drift, criterion and parameters."""
        return {
            "law": self.family.name,
            "drift": self.drift,
            "aicc": self.aicc,
            "parameters": [
                {"name": name, "value": float(value), "unit": unit}
                for name, value, unit in zip(self.fit.problem.names, self.fit.values, self.fit.problem.units,
                                             strict=True)
            ],
        }  # fmt: skip


def families(*, thiol_varies: bool) -> tuple[LawFamily, ...]:
    """Rate laws that the traces can be compared under; with one thiol concentration only its power law's k' is left."""

    def power(values: Array) -> RateLaw:
        ln_k, x, y = (*values[:2], values[2] if thiol_varies else 0.0)
        return power_law.law(power_law.Parameters(_exp(ln_k), float(x), float(y), 0.0))

    def first_order(values: Array) -> RateLaw:
        return power_law.law(power_law.Parameters(_exp(values[0]), 1.0, float(values[1]) if thiol_varies else 0.0, 0.0))

    def attack(values: Array) -> RateLaw:
        return two_thiol_attack.law(
            two_thiol_attack.Parameters(_exp(values[0]), _exp(values[1]), float(values[2]), 0.0)
        )

    def saturation(values: Array) -> RateLaw:
        return langmuir.law(langmuir.Parameters(_exp(values[0]), _exp(values[1])))

    def oxygen(values: Array) -> RateLaw:
        ln_k, x, y, ln_film = values
        return oxygen_limited.law(
            oxygen_limited.Parameters(_exp(ln_k), float(x), float(y), _exp(ln_film), cluster_offset=0.0)
        )

    x_starts, y_starts = (0.0, 0.5, 1.0), ((0.3, 1.0, 2.0) if thiol_varies else (0.0,))
    k_bounds, thiol = (-60.0, 60.0), ((_ORDERS_Y,) if thiol_varies else ())
    found = [
        LawFamily(
            "power_law", ("ln_k", "x", *("y",) * thiol_varies), ("1",) * (2 + thiol_varies),
            (k_bounds, _ORDERS_X, *thiol),
            tuple((x, *(y,) * thiol_varies) for x in x_starts for y in y_starts), power,
        ),
        LawFamily(
            "power_law, first order in clusters", ("ln_k", *("y",) * thiol_varies), ("1",) * (1 + thiol_varies),
            (k_bounds, *thiol), tuple((y,) * thiol_varies for y in y_starts), first_order,
        ),
    ]  # fmt: skip
    if thiol_varies:
        found += [
            LawFamily("langmuir", ("ln_k", "ln_K"), ("1", "1"), (k_bounds, (-12.0, 8.0)),
                      ((-3.0,), (0.0,), (2.0,)), saturation),
            LawFamily("two_thiol_attack", ("ln_k", "ln_K", "x"), ("1", "1", "1"),
                      (k_bounds, (-12.0, 8.0), _ORDERS_X),
                      tuple((binding, x) for binding in (-3.0, 0.0) for x in x_starts), attack),
            LawFamily("oxygen_limited", ("ln_k", "x", "y", "ln_transfer"), ("1", "1", "1", "1"),
                      (k_bounds, _ORDERS_X, _ORDERS_Y, (-14.0, 3.0)),
                      tuple((x, y, film) for x in (0.0, 1.0) for y in (1.0, 2.0) for film in (-4.0, -2.0)), oxygen),
        ]  # fmt: skip
    return tuple(found)


def fit_law(
    family: LawFamily,
    traces: Sequence[Observed],
    *,
    drift: Drift = "none",
    thiol_per_cluster: float = 0.0,
    level: float = 0.95,
) -> IntegratedFit:
    """Fit one rate law to all traces at once.

    Parameters
    ----------
    family : the law
    traces : with the same noise
    drift : straight drift of the absorbance: none, common to all traces, or each its own
    thiol_per_cluster : thiols consumed per cluster lost [1]
    level : probability of the intervals

    Returns
    -------
    IntegratedFit

    Raises
    ------
    AnalysisError : too few points, or a law that cannot be computed from any start
    """
    free_epsilon = any(math.isnan(one.per_mM) for one in traces)
    measured = np.concatenate([one.absorbance for one in traces])
    labels = np.concatenate([np.full(one.time.size, i) for i, one in enumerate(traces)])
    nuisance = _nuisance(traces, labels, drift)
    if measured.size <= nuisance.shape[1] + len(family.names) + 1 + free_epsilon:
        raise AnalysisError(
            f"{measured.size} points for {nuisance.shape[1] + len(family.names)} unknowns", hint="add points or traces"
        )
    rotate = _rotation(nuisance)
    starts, thiols = np.array([one.cluster for one in traces]), np.array([one.thiol for one in traces])
    times = [one.time for one in traces]
    path = np.array([one.path_length for one in traces])[labels]
    fixed_scale = np.array([one.per_mM for one in traces])[labels]

    def model(values: Array) -> Array:
        law = family.build(values[: len(family.names)])
        clusters = np.concatenate(courses(law, starts, thiols, times, thiol_per_cluster=thiol_per_cluster))
        scale = 1e-3 * math.exp(values[-1]) * path if free_epsilon else fixed_scale
        return np.asarray(scale * clusters)

    def residual(values: Array) -> Array:
        return rotate(model(values) - measured)

    extra = [math.log(float(np.median([1e3 * np.ptp(one.absorbance) / one.cluster / one.path_length for one in traces]
                                      if all(np.ptp(one.absorbance) > 0 for one in traces) else [1e4])))
             ] if free_epsilon else []  # fmt: skip
    names = (*family.names, *("ln_epsilon",) * free_epsilon)
    units = (*family.units, *("1",) * free_epsilon)
    bounds = (*family.bounds, *((0.0, 20.0),) * free_epsilon)
    fit: FitResult | None = None
    for start in _promising(family, residual, traces, extra):
        try:
            tried = least_squares_fit(
                residual, start, bounds, names, units, level=level, tolerance=1e-9, max_evaluations=200
            )
        except AnalysisError:
            continue
        if fit is None or tried.residual_sum_of_squares < fit.residual_sum_of_squares:
            fit = tried
    if fit is None:
        raise AnalysisError(f"{family.name} could not be fitted from any start")
    rest = measured - model(fit.values)
    linear: Array = np.linalg.lstsq(nuisance, rest, rcond=None)[0].astype(float)
    left = rest - nuisance @ linear
    count = measured.size
    rss = max(float(left @ left), 1e-300)
    log_likelihood = -0.5 * count * (math.log(2 * math.pi * rss / count) + 1)
    parts = tuple(left[labels == i] for i in range(len(traces)))
    pairs = sum(float(part[1:] @ part[:-1]) for part in parts)
    return IntegratedFit(
        family=family,
        drift=drift,
        fit=fit,
        epsilon=math.exp(fit.values[-1]) if free_epsilon else None,
        offsets=linear[: len(traces)],
        drifts={"none": np.zeros(len(traces)), "common": np.full(len(traces), linear[-1])}.get(
            drift, linear[len(traces) :]
        ),
        curves=tuple((measured - left)[labels == i] for i in range(len(traces))),
        residuals=parts,
        aicc=aicc(log_likelihood, len(names) + nuisance.shape[1] + 1, count),
        tests=residual_tests(left, list(labels)),
        autocorrelation=pairs / rss,
    )


def thinned(time: Array, absorbance: Array) -> tuple[Array, Array]:
    """A long trace averaged in equal groups of neighbours, so that at most 250 points are left."""
    groups = max(1, math.ceil(time.size / _MOST_POINTS))
    if groups == 1:
        return time, absorbance
    edges = np.arange(0, time.size, groups)
    sizes = np.diff(np.append(edges, time.size))
    return np.add.reduceat(time, edges) / sizes, np.add.reduceat(absorbance, edges) / sizes


def _exp(value: float) -> float:
    return math.exp(min(max(float(value), -300.0), 300.0))


def _nuisance(traces: Sequence[Observed], labels: NDArray[np.int_], drift: Drift) -> Array:
    """Columns that offsets and drifts multiply."""
    offsets = (labels[:, None] == np.arange(len(traces))).astype(float)
    time = np.concatenate([one.time for one in traces])[:, None]
    return {
        "none": offsets,
        "common": np.hstack([offsets, time]),
        "each": np.hstack([offsets, offsets * time]),
    }[drift]


def _rotation(nuisance: Array) -> Callable[[Array], Array]:
    """Residuals -> their coordinates outside the space of the nuisance columns."""
    from scipy.linalg import qr
    from scipy.linalg.lapack import dormqr

    (packed, tau), _ = qr(nuisance, mode="raw")
    packed = np.asfortranarray(packed)
    count = nuisance.shape[1]

    def rotate(residuals: Array) -> Array:
        turned, _, info = dormqr("L", "T", packed, tau, residuals[:, None].copy(order="F"), 64)
        if info != 0:
            raise AnalysisError("the offsets could not be separated")
        return np.asarray(turned[count:, 0])

    return rotate


def _promising(
    family: LawFamily, residual: Callable[[Array], Array], traces: Sequence[Observed], extra: list[float]
) -> list[list[float]]:
    """The two best starts of a grid over the law's shape, each with rate constants over six decades."""
    cluster = float(np.exp(np.mean([math.log(one.cluster) for one in traces])))
    thiol = float(np.exp(np.mean([math.log(max(one.thiol, 1e-6)) for one in traces])))
    last = float(np.median([one.time[-1] for one in traces]))
    scored = []
    for shape in family.starts:
        unit = float(family.build(np.array([0.0, *shape])).rate(cluster, thiol))
        if not (math.isfinite(unit) and unit > 0):
            continue
        for decades in np.linspace(-2.5, 2.5, 11):
            ln_k = float(np.clip(math.log(cluster / last / unit) + decades * math.log(10), -59, 59))
            start = [ln_k, *shape, *extra]
            rest = residual(np.array(start))
            total = float(rest @ rest)
            if math.isfinite(total):
                scored.append((total, start))
    scored.sort(key=lambda item: item[0])
    chosen: list[list[float]] = []
    for _, start in scored:
        if all(other[1:] != start[1:] for other in chosen):
            chosen.append(start)
        if len(chosen) == 2:
            break
    return chosen
