"""The fitting problem of fate: groups of animals, parameters with priors, residuals and their derivatives.

    ln y_i = ln rho_g + ln H_i x(t_i; theta_g)            predicted value of sample i of group g
    g(theta_gj) = phi_j + beta_j (c_g - c0) + eta_gj      parameter j of group g; g is ln, or logit for fractions
    r_i = (ln y_obs - ln y_i) / sigma_i                   log-normal residual
    r_i = sqrt(-2 ln Phi(+-(ln bound - ln y_i) / sigma_i))   for < and >, censored
    r   = sqrt(-2 ln Phi((ln y_a - ln y_b) / s))          for an order "a > b" that is all a source states
    r_j = (phi_j - mu_j) / s_j                            prior

H adds compartments that were measured together, the blood left in a dissected organ, and takes the difference between
end and begin of a collection, so that cumulative excreta enter as increments of their cage, which are independent.
rho_g is the recovery: the share of the nominal dose that the method finds, above 1 where standards or dose are off.

References
----------
Beal, J. Pharmacokinet. Pharmacodyn. 28 (2001) 481-504, doi:10.1023/A:1012299115260 (censored values)
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.fate.interface import FateModel
from goldshell.fate.physiology import Physiology

Array = NDArray[np.float64]

STEP = 2e-4  # of derivatives, in search coordinates
_TINY = 1e-12  # [%ID], below which a prediction counts as nothing
_NOISE = 1e-7
_UNITY = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class FateParameter:
    """One number to be found.

    Parameters
    ----------
    name : ``CL_liver``, ``CL_liver:slope``, ``CL_liver[group]``, ``recovery[group]``, ``scale[liver]``,
        ``scale`` and ``factor[liver]``
    unit : of the value
    kind : "log", "logit" or "linear": how the search sees it
    start : value [unit]
    prior : value at the middle of the prior [unit]
    spread : standard deviation of the prior in the search coordinate; infinite for none
    reason : where prior and start come from
    low, high : bounds [unit]
    role : "population", "slope", "deviation", "recovery" or "scale"
    """

    name: str
    unit: str
    kind: str
    start: float
    prior: float
    spread: float
    reason: str
    low: float = 0.0
    high: float = math.inf
    role: str = "population"

    @property
    def inner_bounds(self) -> tuple[float, float]:
        """Bounds in the search coordinate: those of the value, and ten widths of the prior."""
        middle = self.inward(self.prior)
        reach = 10.0 * self.spread if math.isfinite(self.spread) else 25.0
        low, high = middle - reach, middle + reach
        if self.kind != "linear":
            low = max(low, self.inward(max(self.low, 1e-12)))
        if math.isfinite(self.high) and self.kind == "log":
            high = min(high, self.inward(self.high))
        return low, high

    def inward(self, value: float) -> float:
        """Search coordinate of a value."""
        if self.kind == "linear":
            return value
        if self.kind == "log":
            return math.log(value)
        bounded = min(max(value, 1e-12), _UNITY)
        return math.log(bounded / (1.0 - bounded))

    def outward(self, inner: float) -> float:
        """Value of a search coordinate."""
        return float(outward(self.kind, np.asarray(inner)))

    def to_dict(self) -> dict[str, Any]:
        """Prior in words and numbers."""
        return {
            "middle": self.prior,
            "spread": self.spread if math.isfinite(self.spread) else None,
            "scale": {"log": "natural logarithm", "logit": "logit", "linear": "value"}[self.kind],
            "reason": self.reason,
        }


def outward(kind: str, inner: Array) -> Array:
    """Values of search coordinates.

    Parameters
    ----------
    kind : "log", "logit" or "linear"
    inner : search coordinates
    """
    if kind == "linear":
        return inner
    if kind == "log":
        return np.asarray(np.exp(inner))
    return np.asarray(1.0 / (1.0 + np.exp(-inner)))


@dataclass(frozen=True, slots=True)
class Entry:
    """One predicted number: what, when, how.

    Parameters
    ----------
    parts : compartments, added
    time, start : end and begin of a collection, or time and 0 [h]
    quantity : "amount" [%ID], "concentration" [%ID/mL] or "relative" [a.u.]
    value : observed; the bound for "<" and ">"; NaN for a number that only an order needs
    sigma : standard deviation of ln value
    relation : = < > ~
    label : for messages
    series : what residual tests must not run across
    count : animals behind it
    """

    parts: tuple[str, ...]
    time: float
    start: float = 0.0
    quantity: str = "amount"
    value: float = math.nan
    sigma: float = 0.25
    relation: str = "="
    label: str = ""
    series: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """Animals that got the same particle.

    Parameters
    ----------
    name : label
    entries : predicted numbers
    covariate : centred, for the slopes [its unit]
    covariates : sizes and other numbers of the group
    """

    name: str
    entries: tuple[Entry, ...]
    covariate: float = 0.0
    covariates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Order:
    """A stated order without numbers: larger > smaller, or alike.

    Parameters
    ----------
    larger, smaller : (group, entry) by number
    spread : ln ratio that a source would call a difference; alike: its standard deviation
    alike : "did not alter" instead of ">"
    label : in words
    source : id of the literature row
    """

    larger: tuple[int, int]
    smaller: tuple[int, int]
    spread: float
    alike: bool = False
    label: str = ""
    source: str = ""


Link = Callable[[Mapping[str, Array], Group], Array]


@dataclass(frozen=True, slots=True)
class FitProblem:
    """What is fitted.

    Parameters
    ----------
    model : the model
    animal : physiology
    groups : with their observations
    parameters : to be found
    fixed : parameter of the model -> value [its unit]
    orders : stated orders between entries
    links : parameter of the model -> function of the population values and the group, for parameters that follow
        from others (the sieving coefficient from the size, say)
    level : of the intervals
    seed : of the random numbers
    """

    model: FateModel
    animal: Physiology
    groups: tuple[Group, ...]
    parameters: tuple[FateParameter, ...]
    fixed: Mapping[str, float] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    links: Mapping[str, Link] = field(default_factory=dict)
    level: float = 0.95
    seed: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(item.name for item in self.parameters)

    @property
    def start(self) -> Array:
        """Start in search coordinates (p,)."""
        return np.array([item.inward(item.start) for item in self.parameters])

    @property
    def count(self) -> int:
        """Number of observations, stated orders included."""
        return sum(not math.isnan(one.value) for group in self.groups for one in group.entries) + len(self.orders)

    def with_sigma(self, change: Callable[[Entry], float]) -> FitProblem:
        """The same with other standard deviations of the residuals."""
        groups = tuple(
            dataclasses.replace(
                group, entries=tuple(dataclasses.replace(one, sigma=change(one)) for one in group.entries)
            )
            for group in self.groups
        )
        return dataclasses.replace(self, groups=groups)


class _Batch:
    """Groups that are solved together, the times that they need, and where each stands among them."""

    def __init__(self, groups: tuple[int, ...], times: Array) -> None:
        self.groups, self.times = groups, times
        self.where = {float(time): position for position, time in enumerate(times)}


class Evaluator:
    """Predictions, residuals and their derivatives for a problem."""

    def __init__(self, problem: FitProblem) -> None:
        self.problem = problem
        index = {name: number for number, name in enumerate(problem.names)}
        kinds = {item.name: item.kind for item in problem.parameters}
        known = {info.name for info in problem.model.parameters} | {"fu_theta"}
        population = [item.name for item in problem.parameters if item.role == "population" and item.name in known]
        self._targets = population + [name for name in problem.links if name not in population]
        info = {item.name: item for item in problem.model.parameters}
        self._kinds = [
            kinds.get(name, "logit" if name == "fu_theta" or info[name].high == 1.0 else "log")
            for name in self._targets
        ]
        # A draw far out, times a deviation, may pass the bound of the model, which would refuse it.
        self._highest = [info[name].high if name in info else _UNITY for name in self._targets]
        self._plain: list[Array] = []  # derivative of a group's parameters (q, p)
        self._shift: list[Array] = []  # derivative of ln y (n, p): recovery and scales
        self._rows: list[slice] = []
        row = 0
        for group in problem.groups:
            matrix = np.zeros((len(self._targets), len(index)))
            for position, name in enumerate(self._targets):
                for column, factor in (
                    (name, 1.0),
                    (f"{name}:slope", group.covariate),
                    (f"{name}[{group.name}]", 1.0),
                ):
                    if column in index:
                        matrix[position, index[column]] = factor
            shift = np.zeros((len(group.entries), len(index)))
            for position, one in enumerate(group.entries):
                for column in ("recovery", f"recovery[{group.name}]"):
                    if column in index and one.quantity != "relative":  # a scale of its own takes it up
                        shift[position, index[column]] = 1.0
                scale = f"scale[{'+'.join(one.parts)}]"
                visible = f"factor[{'+'.join(one.parts)}]"
                for needed in (visible, "scale") if visible in index else (scale,):
                    if one.quantity == "relative" and needed in index:
                        shift[position, index[needed]] = 1.0
            self._plain.append(matrix)
            self._shift.append(shift)
            self._rows.append(slice(row, row + len(group.entries)))
            row += len(group.entries)
        self._size = row
        self._batches = _batches(problem)
        entries = [one for group in problem.groups for one in group.entries]
        self.observed = np.array([not math.isnan(one.value) for one in entries])
        with np.errstate(invalid="ignore", divide="ignore"):
            self._log_value = np.log(np.array([one.value for one in entries]))
        self._sigma = np.array([one.sigma for one in entries])
        self._below = np.array([one.relation == "<" for one in entries])
        self._above = np.array([one.relation == ">" for one in entries])
        orders = problem.orders
        self._larger = np.array([self._rows[one.larger[0]].start + one.larger[1] for one in orders], dtype=int)
        self._smaller = np.array([self._rows[one.smaller[0]].start + one.smaller[1] for one in orders], dtype=int)
        self._order_spread = np.array([one.spread for one in orders])
        self._alike = np.array([one.alike for one in orders], dtype=bool)
        self._prior = np.array([item.inward(item.prior) for item in problem.parameters])
        self._width = np.array([item.spread for item in problem.parameters])
        self._with_prior = np.isfinite(self._width)

    @property
    def groups(self) -> list[str]:
        """Label of every residual, for tests within series."""
        entries = [one for group in self.problem.groups for one in group.entries]
        labels = [one.series for one, seen in zip(entries, self.observed, strict=True) if seen]
        return labels + ["orders"] * len(self.problem.orders) + ["priors"] * int(self._with_prior.sum())

    def group_values(self, inner: Array, number: int) -> dict[str, Array]:
        """Parameters of the model for one group [their units].

        Parameters
        ----------
        inner : search coordinates, (p,) or (m, p)
        number : of the group

        Returns
        -------
        parameter -> (m,)
        """
        coordinates = self._coordinates(np.atleast_2d(inner), number)
        return {
            name: outward(kind, column)
            for name, kind, column in zip(self._targets, self._kinds, coordinates.T, strict=True)
        }

    def courses(self, inner: Array, number: int, times: Array) -> dict[str, Array]:
        """Amounts in the compartments of one group [%ID], nominal dose.

        Parameters
        ----------
        inner : search coordinates, (p,) or (m, p)
        number : of the group
        times : [h]
        """
        return self._courses(self._coordinates(np.atleast_2d(inner), number), _Batch((number,), times))

    def _courses(self, coordinates: Array, batch: _Batch) -> dict[str, Array]:
        problem = self.problem
        values: dict[str, Array] = {
            name: np.full(len(coordinates), float(value)) for name, value in problem.fixed.items()
        }
        for position, (name, kind) in enumerate(zip(self._targets, self._kinds, strict=True)):
            values[name] = np.minimum(outward(kind, coordinates[:, position]), self._highest[position])
        if "fu_theta" in values:
            values["sieving"] = values.pop("fu_theta")
            values["unbound_fraction"] = np.ones(len(coordinates))
        return problem.model.courses(values, batch.times, problem.animal, problem.groups[batch.groups[0]].covariates)

    def _coordinates(self, inner: Array, number: int) -> Array:
        """Coordinates of a group's parameters (m, q)."""
        coordinates = inner @ self._plain[number].T
        if self.problem.links:
            group = self.problem.groups[number]
            values = {
                item.name: outward(item.kind, inner[:, column]) for column, item in enumerate(self.problem.parameters)
            }
            for name, link in self.problem.links.items():
                position = self._targets.index(name)
                found = link(values, group)
                odds = found if self._kinds[position] == "log" else found / (1.0 - found)
                coordinates[:, position] += np.log(odds)
        return np.asarray(coordinates)

    def _slopes(self, inner: Array, number: int) -> Array:
        """Derivative of a group's coordinates (q, p)."""
        matrix = self._plain[number]
        if not self.problem.links:
            return matrix
        shifts = STEP * np.eye(len(inner))
        found = self._coordinates(np.concatenate([inner + shifts, inner - shifts]), number)
        return np.asarray((found[: len(inner)] - found[len(inner) :]).T / (2 * STEP))

    def log_predictions(self, inner: Array) -> Array:
        """ln of every predicted number (n,)."""
        return np.asarray(self._log_many(inner[None])[0])

    def log_derivatives(self, inner: Array) -> Array:
        """Derivative of `log_predictions` (n, p)."""
        return self._log_and_slopes(inner)[1]

    def _log_many(self, inner: Array) -> Array:
        """ln of every predicted number for many points (m, n)."""
        found = self._log([self._coordinates(inner, number) for number in range(len(self.problem.groups))])
        return np.concatenate([one + inner @ shift.T for one, shift in zip(found, self._shift, strict=True)], axis=1)

    def _log_and_slopes(self, inner: Array) -> tuple[Array, Array]:
        """`log_predictions` (n,) and their derivative (n, p) from one solution of the model."""
        matrices, moved, sets = [], [], []
        for number in range(len(self.problem.groups)):
            matrix = self._slopes(inner, number)
            matrices.append(matrix)
            moved.append(np.flatnonzero(np.any(matrix != 0.0, axis=1)))
            steps = STEP * np.eye(len(matrix))[moved[-1]]
            sets.append(self._coordinates(inner[None], number) + np.vstack([np.zeros(len(matrix)), steps, -steps]))
        logs, out = np.empty(self._size), np.empty((self._size, len(inner)))
        for number, found in enumerate(self._log(sets)):
            rows, count = self._rows[number], len(moved[number])
            slopes = (found[1 : 1 + count] - found[1 + count :]).T / (2 * STEP)  # (n, moved)
            slopes[np.abs(slopes) < _NOISE] = 0.0  # rounding errors would look like information
            logs[rows] = found[0] + self._shift[number] @ inner
            out[rows] = slopes @ matrices[number][moved[number]] + self._shift[number]
        return logs, out

    def _log(self, sets: Sequence[Array]) -> list[Array]:
        """ln of the predicted numbers of every group, recovery and scales left out.

        Parameters
        ----------
        sets : coordinates of every group, (m_g, q) each

        Returns
        -------
        (m_g, n_g) for every group
        """
        found: list[Array] = [np.empty(0)] * len(sets)
        for batch in self._batches:
            courses = self._courses(np.concatenate([sets[number] for number in batch.groups]), batch)
            first = 0
            for number in batch.groups:
                rows = slice(first, first + len(sets[number]))
                mine = {name: course[rows] for name, course in courses.items()}
                found[number] = self._read(mine, sets[number], number, batch)
                first = rows.stop
        return found

    def _read(self, courses: Mapping[str, Array], coordinates: Array, number: int, batch: _Batch) -> Array:
        """ln of the predicted numbers of one group from its courses (m, n)."""
        problem, group = self.problem, self.problem.groups[number]
        animal, blood = problem.animal, problem.animal.residual_blood
        volume: Any = animal.plasma_volume
        if "V1" in self._targets:
            position = self._targets.index("V1")
            volume = outward(self._kinds[position], coordinates[:, position])[:, None]
        elif "V1" in problem.fixed:
            volume = problem.fixed["V1"]
        plasma = courses["plasma"] + courses.get("coated_plasma", 0.0)
        concentration = plasma / volume
        cells = 1.0 - animal.hematocrit
        out = np.empty((len(coordinates), len(group.entries)))
        for position, one in enumerate(group.entries):
            end, begin = batch.where[one.time], batch.where[one.start]
            if one.quantity == "concentration":
                value = concentration[:, end] * (cells if one.parts[0] == "blood" else 1.0)
            else:
                value = np.zeros(len(coordinates))
                for part in one.parts:
                    if part in {"plasma", "blood"}:
                        value = value + plasma[:, end]
                        continue
                    if part == "peripheral" or (part == "rest" and part not in courses):
                        value = value + sum(
                            courses[name][:, end] for name in ("peripheral", "coated_peripheral") if name in courses
                        )
                        continue
                    value = value + courses[part][:, end]
                    if one.start > 0:
                        value = value - courses[part][:, begin]
                    if part in blood:
                        value = value + blood[part] * cells * concentration[:, end]
            out[:, position] = value
        return np.asarray(np.log(np.maximum(out, _TINY)))

    def residuals(self, inner: Array) -> Array:
        """Residuals: samples, stated orders, priors."""
        return self._residuals(self.log_predictions(inner), inner)

    def _residuals(self, logs: Array, inner: Array) -> Array:
        """Residuals (..., r) of predictions (..., n) at points (..., p)."""
        with np.errstate(invalid="ignore"):
            z = (self._log_value - logs) / self._sigma
        out = np.where(self._below, _censored(z), np.where(self._above, _censored(-z), z))
        gap = (logs[..., self._larger] - logs[..., self._smaller]) / self._order_spread
        orders = np.where(self._alike, gap, _censored(gap))
        prior = ((inner - self._prior) / self._width)[..., self._with_prior]
        return np.concatenate([out[..., self.observed], orders, prior], axis=-1)

    def jacobian(self, inner: Array) -> Array:
        """Derivative of the residuals (n, p)."""
        logs, slopes = self._log_and_slopes(inner)
        with np.errstate(invalid="ignore"):
            z = (self._log_value - logs) / self._sigma
        factor = np.where(self._below, _censored_slope(z), np.where(self._above, -_censored_slope(-z), 1.0))
        data = (-factor / self._sigma)[:, None] * slopes
        gap = (logs[self._larger] - logs[self._smaller]) / self._order_spread
        steep = np.where(self._alike, 1.0, _censored_slope(gap)) / self._order_spread
        orders = steep[:, None] * (slopes[self._larger] - slopes[self._smaller])
        prior = np.diag(1.0 / self._width)[self._with_prior]
        return np.vstack([data[self.observed], orders, prior])

    def log_posterior(self, inner: Array) -> Array:
        """ln of likelihood and priors up to a constant, for many points at once.

        Parameters
        ----------
        inner : search coordinates (m, p)

        Returns
        -------
        (m,) [nat]
        """
        return np.asarray(-0.5 * np.sum(self._residuals(self._log_many(inner), inner) ** 2, axis=1))

    @property
    def data_rows(self) -> int:
        """Number of residuals that are not priors."""
        return int(self.observed.sum()) + len(self.problem.orders)


def _batches(problem: FitProblem) -> tuple[_Batch, ...]:
    """Groups that differ in their parameters only, which one call of a linear model solves."""
    together: dict[tuple[Any, ...], list[int]] = {}
    for number, group in enumerate(problem.groups):
        sizes = problem.model.sizes(group.covariates)
        key = tuple(sorted(sizes.items())) if problem.model.linear else (number,)
        together.setdefault(key, []).append(number)
    out = []
    for numbers in together.values():
        entries = [one for number in numbers for one in problem.groups[number].entries]
        times = np.unique([0.0, *(one.time for one in entries), *(one.start for one in entries)])
        out.append(_Batch(tuple(numbers), times))
    return tuple(out)


def _censored(z: Array) -> Array:
    """sqrt(-2 ln Phi(z))."""
    from scipy.special import log_ndtr

    return np.asarray(np.sqrt(-2.0 * log_ndtr(z)))


def _censored_slope(z: Array) -> Array:
    """Its derivative, -phi(z) / (Phi(z) r)."""
    from scipy.special import log_ndtr

    logs = log_ndtr(z)
    root = np.sqrt(np.maximum(-2.0 * logs, 1e-300))
    return np.asarray(-np.exp(-0.5 * z**2 - 0.5 * math.log(2.0 * math.pi) - logs) / root)


def check_problem(problem: FitProblem) -> None:
    """Refuse a problem that cannot be fitted as posed.

    Raises
    ------
    InputError : no observation, or no parameter
    """
    if not problem.count:
        raise InputError("no sample that the model can predict", hint="measure plasma, liver, urine ...")
    if not problem.parameters:
        raise InputError("nothing to fit", hint="leave at least one parameter free")
