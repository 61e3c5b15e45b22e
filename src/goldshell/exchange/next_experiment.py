"""Which measurement, at which conditions and times, narrows a predicted mean the most.

With theta the uncertain parameters (covariance C), y the values that a measurement would give (error covariance R,
sensitivities J = dy/dtheta) and m the mean of the design (g = dm/dtheta), the linear-Gaussian posterior gives

    var(m) = g' C g          before
    var(m | y) = g' C g - g' C J' (J C J' + R)^-1 J C g          after

which does not depend on the outcome, so the candidates can be compared before anything is measured: c-optimality on the
Fisher information J' R^-1 J with C^-1 as the information that is there already.

Limits: linear around the best parameters, so a spread of several-fold is only ranked, not predicted; errors of one
series of samples are taken as independent; what an experiment costs is not weighed.

References
----------
Chaloner & Verdinelli, Statist. Sci. 10 (1995) 273-304, doi:10.1214/ss/1177009939
"""

from __future__ import annotations

import dataclasses
import math
import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError
from goldshell.exchange.parameter_ensemble import ParameterEnsemble, acts
from goldshell.exchange.pareto import Conditions, make_conditions_experiment
from goldshell.exchange.simulate import solve
from goldshell.exchange.target import Target
from goldshell.literature import value

Array = NDArray[np.float64]

MEASUREMENTS = {
    "mean_n": "mean n by NMR of the washed product",
    "composition": "P(n) by ESI-MS",
    "intact_fraction": "intact fraction by UV-vis at 698 nm",
}

SAMPLE_SHARES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Times at which samples are considered, as shares of the reaction time of the design [1]."""

STEP = 0.02
"""Step of the central differences in theta, as a share of its standard deviation but at least this [1]."""

_LEAST_SD = 0.01  # of one fraction, whatever its size
_RTOL = 1e-7
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Proposal:
    """One experiment that could be done.

    Parameters
    ----------
    measurement : key of `MEASUREMENTS`
    conditions : of the vial
    times_h : when samples are taken [h]
    sd_before, sd_after : standard deviation of the design's predicted mean n, without and with it [1]
    informs : parameter whose standard deviation it cuts the most
    """

    measurement: str
    conditions: Conditions
    times_h: tuple[float, ...]
    sd_before: float
    sd_after: float
    informs: str

    @property
    def reduction(self) -> float:
        """Share by which the interval of the mean shrinks [1]."""
        return 1.0 - self.sd_after / self.sd_before if self.sd_before > 0.0 else 0.0

    def in_words(self) -> str:
        """One line."""
        times = ", ".join(f"{60 * time:.3g}" for time in self.times_h)
        return f"{MEASUREMENTS[self.measurement]} at {times} min of {self.conditions.in_words().rpartition(',')[0]}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "measurement": self.measurement,
            "description": self.in_words(),
            "conditions": self.conditions.to_dict(),
            "times_h": list(self.times_h),
            "mean_n_sd_before": self.sd_before,
            "mean_n_sd_after": self.sd_after,
            "interval_reduction": self.reduction,
            "informs": self.informs,
        }


@dataclass(frozen=True, slots=True)
class NextExperiment:
    """The proposal that narrows the predicted mean most, and how the others compare.

    Parameters
    ----------
    best : None when nothing is uncertain
    others : the next best, best first
    considered : number of proposals compared
    measurement_sd : errors that were assumed
    method : how they were compared, in one sentence
    """

    best: Proposal | None
    others: tuple[Proposal, ...]
    considered: int
    measurement_sd: dict[str, float]
    method: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON types; the best one's keys at the top."""
        return {
            **(self.best.to_dict() if self.best else {"measurement": None, "description": "nothing is uncertain"}),
            "others": [item.to_dict() for item in self.others],
            "considered": self.considered,
            "assumed_sd": dict(self.measurement_sd),
            "method": self.method,
        }


def measurement_errors(given: dict[str, float] | None = None) -> dict[str, float]:
    """Standard deviations of mean n [1] and intact fraction [1], effective counts of a composition [1].

    Parameters
    ----------
    given : standard deviations that replace the defaults; that of a composition is one fraction's, at one half
    """
    found = {
        "mean_n": value("design-mean-n-sd"),
        "intact_fraction": value("design-intact-fraction-sd"),
        "composition_counts": value("design-composition-counts"),
    }
    for name, sd in (given or {}).items():
        if name == "composition":
            found["composition_counts"] = 0.25 / sd**2
        else:
            found[name] = sd
    return found


def next_experiment(
    target: Target,
    chosen: Conditions,
    uncertainty: ParameterEnsemble,
    *,
    conditions: Sequence[Conditions] | None = None,
    until: float = math.inf,
    progress: Callable[[float, str], None] | None = None,
) -> NextExperiment:
    """The candidate experiment that narrows the predicted mean n of a design the most.

    Parameters
    ----------
    target : gives laws, site classes and measurement errors
    chosen : the design
    uncertainty : parameters with their covariance
    conditions : vials to consider; the design and variations of it when None
    until : no further vial is begun after this moment of `time.monotonic` [s]
    progress : called with the share done and a text

    Raises
    ------
    AnalysisError : the design cannot be solved around the best parameters
    """
    errors = measurement_errors(target.measurement_sd)
    method = (
        "expected variance of the mean n of the design after the measurement, linear-Gaussian (Fisher information of "
        "the measurement added to that of the parameters), derivatives at the best parameters"
    )
    covariance = uncertainty.covariance
    if not uncertainty.varied:
        return NextExperiment(None, (), 0, errors, method)
    times = np.array([share * chosen.time_h for share in SAMPLE_SHARES])
    here = _series_sensitivities(target, chosen, uncertainty, times)
    sensitivity = here[1]["composition"][SAMPLE_SHARES.index(1.0)].T @ np.arange(target.sites + 1)
    before = float(sensitivity @ covariance @ sensitivity)
    if before <= 0.0:
        return NextExperiment(None, (), 0, errors, method)
    vials = list(conditions) if conditions is not None else _variations(target, chosen)
    proposals: list[Proposal] = []
    for number, vial in enumerate(vials):
        if proposals and clock.monotonic() > until:
            break
        try:
            series = here if vial == chosen else _series_sensitivities(target, vial, uncertainty, times)
        except AnalysisError:
            continue
        except KeyboardInterrupt:
            break
        proposals += _proposals(series, vial, times, errors, uncertainty, sensitivity, before)
        if progress is not None:
            progress((number + 1) / len(vials), f"next experiment: {number + 1} of {len(vials)} vials")
    proposals.sort(key=lambda one: one.sd_after)
    return NextExperiment(
        proposals[0] if proposals else None, tuple(_varied_list(proposals)), len(proposals), errors, method
    )


def expected_variance(sensitivity: Array, covariance: Array, jacobian: Array, error: Array) -> float:
    """Variance of a linear prediction after a measurement, g' C g - g' C J' (J C J' + R)^-1 J C g.

    Parameters
    ----------
    sensitivity : g (p,)
    covariance : C (p, p)
    jacobian : J (k, p)
    error : standard deviations of the k values (k,)

    Returns
    -------
    float, between 0 and g' C g
    """
    return float(sensitivity @ _posterior(covariance, jacobian, error) @ sensitivity)


def _posterior(covariance: Array, jacobian: Array, error: Array) -> Array:
    """C - C J' (J C J' + R)^-1 J C."""
    cross = jacobian @ covariance
    return np.asarray(covariance - cross.T @ np.linalg.solve(cross @ jacobian.T + np.diag(error**2), cross))


def _series_sensitivities(
    target: Target, conditions: Conditions, uncertainty: ParameterEnsemble, times: Array
) -> tuple[Array, dict[str, Array], NDArray[np.bool_]]:
    """P(n) at the best parameters (k, N + 1); derivatives of P(n) (k, N + 1, p) and of the intact fraction (k, p)."""
    experiment = make_conditions_experiment(target, conditions)

    def outcome(vector: Array) -> tuple[Array, Array]:
        states = solve(experiment, vector, times=times, rtol=_RTOL)
        return states.composition(), states.intact_fraction()

    shell, intact = outcome(uncertainty.best)
    size = len(uncertainty.varied)
    shells, intacts = np.zeros((*shell.shape, size)), np.zeros((len(times), size))
    for j, item in enumerate(uncertainty.varied):
        if not acts(item.name, experiment):
            continue
        step = max(STEP, STEP * item.sd) if item.logarithmic else STEP * item.sd
        above, below = uncertainty.shifted(j, step), uncertainty.shifted(j, -step)
        width = uncertainty.theta(above, j) - uncertainty.theta(below, j)
        if width <= 0.0:
            continue
        (shell_above, intact_above), (shell_below, intact_below) = outcome(above), outcome(below)
        shells[:, :, j] = (shell_above - shell_below) / width
        intacts[:, j] = (intact_above - intact_below) / width
    usable = intact > 1e-3
    return shell, {"composition": shells * usable[:, None, None], "intact_fraction": intacts}, usable


def _proposals(
    series: tuple[Array, dict[str, Array], NDArray[np.bool_]], vial: Conditions, times: Array, errors: dict[str, float],
    uncertainty: ParameterEnsemble, sensitivity: Array, before: float,
) -> list[Proposal]:  # fmt: skip
    """Every measurement at every single time, and at all times, of one vial."""
    shell, slopes, usable = series
    n = np.arange(shell.shape[1])
    late = np.flatnonzero(usable & (times >= vial.addition_h))
    found = []
    for measurement in MEASUREMENTS:
        choices = [late] if measurement == "intact_fraction" else [np.array([i]) for i in late]
        if measurement != "intact_fraction" and len(late) >= 3:
            choices.append(late[[0, len(late) // 2, len(late) - 1]])
        for rows in choices:
            if not len(rows):
                continue
            if measurement == "composition":
                jacobian = slopes["composition"][rows].reshape(-1, sensitivity.size)
                p = np.clip(shell[rows].ravel(), 0.0, 1.0)
                error = np.sqrt(p * (1.0 - p) / errors["composition_counts"] + _LEAST_SD**2)
            elif measurement == "mean_n":
                jacobian = np.einsum("knp,n->kp", slopes["composition"][rows], n)
                error = np.full(len(rows), errors["mean_n"])
            else:
                jacobian = slopes["intact_fraction"][rows]
                error = np.full(len(rows), errors["intact_fraction"])
            posterior = _posterior(uncertainty.covariance, jacobian, error)
            after = float(sensitivity @ posterior @ sensitivity)
            shrunk = np.diag(posterior) / np.maximum(np.diag(uncertainty.covariance), 1e-300)
            found.append(
                Proposal(
                    measurement, vial, tuple(float(times[i]) for i in rows), math.sqrt(before),
                    math.sqrt(max(after, 0.0)), uncertainty.varied[int(shrunk.argmin())].name,
                )
            )  # fmt: skip
    return found


def _variations(target: Target, chosen: Conditions) -> list[Conditions]:
    """The design, and vials that differ from it in one thing: feed, pH, one phase, another solvent, more clusters."""
    low, high = target.ranges["feed_ratio"]
    found = [chosen]
    for factor in (1.0 / 3.0, 3.0):
        feed = min(max(chosen.feed_ratio * factor, min(low, 1.0)), max(high, 200.0))
        found.append(dataclasses.replace(chosen, feed_ratio=feed))
    for shift in (-1.0, 1.0):
        if 4.0 <= chosen.pH + shift <= 10.0:
            found.append(dataclasses.replace(chosen, pH=chosen.pH + shift))
    if chosen.solvent:
        found.append(dataclasses.replace(chosen, solvent="", organic_mL=0.0, counter_ion=""))
    for solvent in target.solvents:
        if solvent and solvent != chosen.solvent:
            organic = chosen.organic_mL or target.ranges["organic_mL"][1]
            found.append(dataclasses.replace(chosen, solvent=solvent, organic_mL=organic))
    return list(dict.fromkeys(found))


def _varied_list(proposals: Sequence[Proposal]) -> list[Proposal]:
    """The next best, one for each measurement and vial."""
    seen: set[tuple[str, Conditions]] = set()
    kept = []
    for one in proposals[1:]:
        key = (one.measurement, one.conditions)
        if key not in seen and key != (proposals[0].measurement, proposals[0].conditions):
            seen.add(key)
            kept.append(one)
    return kept[:_SHOWN]
