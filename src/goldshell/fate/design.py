"""When to take which samples: D-optimal times of dissection for a number of animals.

    maximise  ln det M - ln det M_nn,   M = I_0 + sum_k n_k I(t_k),   sum_k n_k = animals

An animal that is dissected at t gives blood, organs, and the excreta of its cage, collected at t and at the fixed times
before it. I(t) is the information of those samples at the planned parameters, I_0 that of the priors, without which
no plan could be compared that leaves a parameter undetermined. M_nn is the part of the parameters that are not in focus
(recovery, and all but those that are named): D_s-optimality. The times come from a logarithmic grid, chosen one by
one and then exchanged until no exchange helps (Fedorov); the same input gives the same plan.

Limits: local, so as good as the planned parameters; the samples' coefficient of variation is the same for all.

References
----------
Fedorov, Theory of Optimal Experiments, Academic Press, New York (1972)
Atkinson, Donev & Tobias, Optimum Experimental Designs, with SAS, Oxford University Press (2007)
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError, UnknownNameError
from goldshell.fate.data import EXCRETA, FLUIDS, canonical
from goldshell.fate.interface import FateModel, fate_model
from goldshell.fate.physiology import Physiology
from goldshell.fate.precision import relative, sensitivity
from goldshell.fate.prepare import RECOVERY_FACTOR, default_parameters
from goldshell.fate.problem import Entry, FateParameter, FitProblem, Group
from goldshell.numerics.fit import covariance_matrix

if TYPE_CHECKING:
    import pandas as pd

    from goldshell.fate.simulate import ModelParameters

Array = NDArray[np.float64]

MEASURED = ("blood", "liver", "spleen", "kidney", "urine", "faeces")
COLLECTIONS = (6.0, 24.0, 48.0)  # [h], when cages are changed
_GRID = 48
_ROUND = 1.0 / 12.0  # [h], 5 min
_POOR = 0.5
_STEPS = (("blood", ("blood",)), ("+ organs", ("liver", "spleen", "kidney")), ("+ urine", ("urine",)),
          ("+ faeces", ("faeces",)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """Times of dissection and what they would determine.

    Parameters
    ----------
    times : of dissection, one per animal, ascending [h]
    errors : parameter -> relative standard error from the samples alone [1]; infinite where they say nothing
    posterior_errors : the same with the priors [1]
    log_determinant : of the information with the priors [1]
    """

    times: tuple[float, ...]
    errors: dict[str, float]
    posterior_errors: dict[str, float]
    log_determinant: float

    def schedule(self) -> list[dict[str, float]]:
        """Time and number of animals."""
        return [{"time_h": time, "animals": count} for time, count in sorted(Counter(self.times).items())]


@dataclass(frozen=True, slots=True)
class FateDesign:
    """A sampling design and the plan it is compared with.

    Parameters
    ----------
    problem : at the planned parameters
    before, after : the plan that was given, and the D-optimal one
    measured : compartments that every animal gives
    collections : when excreta are collected [h]
    parameters : planned values
    identifiability : what each further kind of sample adds to the plan that was given: label -> parameter -> error [1]
    efficiency : of the plan that was given, against the optimal one (D-efficiency) [1]
    cv : coefficient of variation of one sample [1]
    warnings : advice
    """

    problem: FitProblem
    before: Plan
    after: Plan
    measured: tuple[str, ...]
    collections: tuple[float, ...]
    parameters: tuple[FateParameter, ...]
    identifiability: dict[str, dict[str, float]]
    efficiency: float
    cv: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The object of ``goldshell fate design --json``."""
        return {
            "schedule": self.after.schedule(),
            "given": self.before.schedule(),
            "measured": list(self.measured),
            "collections_h": list(self.collections),
            "cv": self.cv,
            "efficiency_of_given": self.efficiency,
            "parameters": [
                {
                    "name": item.name,
                    "planned": item.start,
                    "unit": item.unit,
                    "error_before_percent": 100.0 * self.before.errors[item.name],
                    "error_after_percent": 100.0 * self.after.errors[item.name],
                    "error_before_with_prior_percent": 100.0 * self.before.posterior_errors[item.name],
                    "error_after_with_prior_percent": 100.0 * self.after.posterior_errors[item.name],
                }
                for item in self.parameters
            ],
            "identifiability": [
                {"samples": label, "error_percent": {name: 100.0 * error for name, error in errors.items()}}
                for label, errors in self.identifiability.items()
            ],
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per parameter: planned value, errors before and after [%]."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["parameters"])


def planning_problem(model: FateModel, animal: Physiology, values: dict[str, float] | None = None) -> FitProblem:
    """A problem without samples at planned parameters, for designs.

    Parameters
    ----------
    model : the model
    animal : physiology
    values : planned parameters that differ from the defaults; ``fu_theta`` or ``sieving`` and ``unbound_fraction``
    """
    planned = dict(values or {})
    defaults = {item.name: item.default for item in model.parameters}
    if {"sieving", "unbound_fraction"} <= set(defaults) and "fu_theta" not in planned:
        planned["fu_theta"] = planned.get("sieving", defaults["sieving"]) * planned.get(
            "unbound_fraction", defaults["unbound_fraction"]
        )
    tumour = {"tumour"} if planned.get("CL_tumour", 0.0) > 0 else set()
    parameters = []
    for item in default_parameters(model, animal, tumour):
        value = planned.get(item.name, item.start)
        if value > 0:
            parameters.append(dataclasses.replace(item, start=value, prior=value))
    parameters.append(
        FateParameter("recovery", "1", "log", 1.0, 1.0, math.log(RECOVERY_FACTOR), "dose", role="recovery")
    )
    free = {item.name for item in parameters} | {"sieving", "unbound_fraction", "fu_theta"}
    fixed = {name: value for name, value in planned.items() if name in defaults and name not in free}
    if "GFR" in defaults:
        fixed.setdefault("GFR", animal.glomerular_filtration_rate)
    return FitProblem(model, animal, (Group("", ()),), tuple(parameters), fixed)


def plan_from_parameters(parameters: ModelParameters, animal: Physiology) -> FitProblem:
    """The same from the parameters of a simulation.

    Parameters
    ----------
    parameters : of the model
    animal : physiology
    """
    name = type(parameters).__module__.rpartition(".")[2]
    return planning_problem(
        fate_model(name),
        animal,
        {item.name: float(getattr(parameters, item.name)) for item in dataclasses.fields(parameters)},
    )


def animal_samples(
    time: float, measured: Sequence[str] = MEASURED, *, collections: Sequence[float] = COLLECTIONS, cv: float = 0.25
) -> list[Entry]:
    """What one animal gives that is dissected at a time.

    Parameters
    ----------
    time : of dissection [h]
    measured : compartments
    collections : when excreta are collected besides [h]
    cv : coefficient of variation of one sample [1]
    """
    sigma = math.sqrt(math.log1p(cv**2))
    entries = []
    for name in measured:
        if name in EXCRETA:
            ends = [*(end for end in collections if end < 0.999 * time), time]
            entries += [
                Entry((name,), end, start, sigma=sigma) for start, end in zip([0.0, *ends[:-1]], ends, strict=True)
            ]
        else:
            entries.append(Entry((name,), time, quantity="concentration" if name in FLUIDS else "amount", sigma=sigma))
    return entries


def evaluate(
    problem: FitProblem,
    times: Sequence[float],
    measured: Sequence[str] = MEASURED,
    *,
    collections: Sequence[float] = COLLECTIONS,
    cv: float = 0.25,
    focus: Sequence[str] = (),
) -> Plan:
    """What a plan would determine.

    Parameters
    ----------
    problem : of `planning_problem`
    times : of dissection, one per animal [h]
    measured : compartments
    collections : when excreta are collected besides [h]
    cv : coefficient of variation of one sample [1]
    focus : parameters that the criterion is about; all when empty

    Returns
    -------
    Plan
    """
    rows = {time: _rows(problem, time, measured, collections, cv) for time in set(times)}
    return _plan(problem, tuple(sorted(times)), np.vstack([rows[time] for time in times]), _nuisance(problem, focus))


def design(
    problem: FitProblem,
    *,
    animals: int = 12,
    given: ArrayLike | None = None,
    measured: Sequence[str] = MEASURED,
    earliest: float = 1.0 / 12.0,
    latest: float = 72.0,
    collections: Sequence[float] = COLLECTIONS,
    cv: float = 0.25,
    focus: Sequence[str] = (),
) -> FateDesign:
    """D-optimal times of dissection.

    Parameters
    ----------
    problem : of `planning_problem`
    animals : number
    given : times of the plan to compare with, shared out among the animals; evenly on a logarithmic scale when None [h]
    measured : compartments that every animal gives
    earliest, latest : of dissection [h]
    collections : when excreta are collected besides [h]
    cv : coefficient of variation of one sample [1]
    focus : parameters that the plan is to determine; all when empty

    Returns
    -------
    FateDesign

    Raises
    ------
    InputError : numbers that make no plan; UnknownNameError for a compartment that the model does not have
    """
    names = tuple(dict.fromkeys(canonical(name) for name in measured))
    known = set(problem.model.compartments(problem.animal)) | set(FLUIDS)
    for name in names:
        if name not in known:
            raise UnknownNameError("compartment", name, known, where="measured")
    if not names:
        raise InputError("nothing is measured", where="measured", hint="write for example blood,liver,urine")
    if not 1 <= animals <= 500:
        raise InputError(f"{animals} animals", where="animals", hint="expected 1 to 500")
    if not (0.0 < earliest < latest < math.inf):
        raise InputError(
            f"times from {earliest:g} to {latest:g} h", where="times", hint="expected 0 < earliest < latest"
        )
    if not 0.0 < cv < 10.0:
        raise InputError(f"a coefficient of variation of {cv:g}", where="cv", hint="write for example 0.25")
    grid = _rounded(np.geomspace(earliest, latest, _GRID), earliest, latest)
    rows = [_rows(problem, float(time), names, collections, cv) for time in grid]
    blocks = np.array([one.T @ one for one in rows])
    prior, nuisance = _prior_information(problem), _nuisance(problem, focus)
    chosen = _exchanged(blocks, prior, _greedy(blocks, prior, animals, nuisance), nuisance)
    times = tuple(float(grid[one]) for one in sorted(chosen))
    after = _plan(problem, times, np.vstack([rows[one] for one in chosen]), nuisance)
    if given is None:
        current = _rounded(np.geomspace(earliest, latest, min(animals, 6)), earliest, latest)
    else:
        current = np.unique(np.asarray(given, dtype=float))
        current = current[current > 0]
        if not current.size:
            raise InputError("no time above 0 in the plan", where="times")
    shared = [float(current[number * len(current) // animals]) for number in range(animals)]
    if animals < len(current):
        shared = [float(current[round(one)]) for one in np.linspace(0, len(current) - 1, animals)]
    before = evaluate(problem, shared, names, collections=collections, cv=cv, focus=focus)
    table = identifiability_table(problem, shared, measured=names, collections=collections, cv=cv)
    efficiency = math.exp((before.log_determinant - after.log_determinant) / (len(problem.parameters) - len(nuisance)))
    warnings = []
    lost = [name for name, error in after.errors.items() if error > _POOR and name != "recovery"]
    if lost:
        warnings.append(f"no plan with these samples determines {', '.join(lost)} to 50 %: measure something else")
    if "fu_theta" in problem.names:
        warnings.append("only the product fu theta can be known from kinetics: a binding assay splits it")
    if not set(names) & set(FLUIDS):
        warnings.append("without blood or plasma, volume and distribution are those of the priors")
    return FateDesign(
        problem, before, after, names, tuple(collections), problem.parameters, table, efficiency, cv, tuple(warnings)
    )


def identifiability_table(
    problem: FitProblem,
    times: Sequence[float],
    *,
    measured: Sequence[str] = MEASURED,
    collections: Sequence[float] = COLLECTIONS,
    cv: float = 0.25,
) -> dict[str, dict[str, float]]:
    """Relative errors from the samples alone when kinds of samples are added one after the other.

    Parameters
    ----------
    problem : of `planning_problem`
    times : of dissection, one per animal [h]
    measured : compartments; kinds without any of them are left out
    collections : when excreta are collected besides [h]
    cv : coefficient of variation of one sample [1]

    Returns
    -------
    "blood", "+ organs", "+ urine", "+ faeces" -> parameter -> relative error [1]
    """
    table, taken = {}, []
    remaining = list(measured)
    for label, names in _STEPS:
        new = [name for name in measured if name in names or (label == "blood" and name in FLUIDS)]
        if not new:
            continue
        taken += new
        remaining = [name for name in remaining if name not in new]
        table[label] = evaluate(problem, times, taken, collections=collections, cv=cv).errors
    if remaining:
        table[f"+ {', '.join(remaining)}"] = evaluate(problem, times, measured, collections=collections, cv=cv).errors
    return table


def _rows(problem: FitProblem, time: float, measured: Sequence[str], collections: Sequence[float], cv: float) -> Array:
    """Sensitivities of the samples of one animal (n, p)."""
    return sensitivity(problem, problem.start, animal_samples(time, measured, collections=collections, cv=cv))


def _prior_information(problem: FitProblem) -> Array:
    return np.diag([1.0 / item.spread**2 for item in problem.parameters])


def _nuisance(problem: FitProblem, focus: Sequence[str]) -> list[int]:
    """Numbers of the parameters that the criterion is not about."""
    for name in focus:
        if name not in problem.names:
            raise UnknownNameError("parameter", name, problem.names, where="focus")
    return [
        number
        for number, item in enumerate(problem.parameters)
        if item.role == "recovery" or (focus and item.name not in focus)
    ]


def _criterion(gathered: Array, nuisance: list[int]) -> Array:
    """ln det of the information on the parameters in focus, (...)."""
    whole = np.linalg.slogdet(gathered)[1]
    return np.asarray(whole - np.linalg.slogdet(gathered[..., nuisance, :][..., nuisance])[1] if nuisance else whole)


def _plan(problem: FitProblem, times: tuple[float, ...], rows: Array, nuisance: list[int]) -> Plan:
    prior = np.diag([1.0 / item.spread for item in problem.parameters])
    recovery = prior[[number for number, item in enumerate(problem.parameters) if item.role == "recovery"]]
    return Plan(
        times,
        _errors(problem, np.vstack([rows, recovery])),
        _errors(problem, np.vstack([rows, prior])),
        float(_criterion(rows.T @ rows + _prior_information(problem), nuisance)),
    )


def _errors(problem: FitProblem, rows: Array) -> dict[str, float]:
    covariance = covariance_matrix(rows, 1.0)
    return {
        item.name: relative(item, float(problem.start[number]), math.sqrt(float(covariance[number, number])))
        for number, item in enumerate(problem.parameters)
    }


def _greedy(blocks: Array, prior: Array, animals: int, nuisance: list[int]) -> list[int]:
    chosen: list[int] = []
    gathered = prior.copy()
    for _ in range(animals):
        best = int(np.argmax(_criterion(gathered + blocks, nuisance)))
        chosen.append(best)
        gathered = gathered + blocks[best]
    return chosen


def _exchanged(blocks: Array, prior: Array, chosen: list[int], nuisance: list[int]) -> list[int]:
    """Exchange one animal's time for another while that helps."""
    current = list(chosen)
    for _ in range(20):
        improved = False
        for position in range(len(current)):
            others = prior + blocks[[one for number, one in enumerate(current) if number != position]].sum(axis=0)
            values = _criterion(others + blocks, nuisance)
            best = int(np.argmax(values))
            if values[best] > values[current[position]] + 1e-9:
                current[position] = best
                improved = True
        if not improved:
            break
    return current


def _rounded(times: Array, earliest: float, latest: float) -> Array:
    """Times that can be written on a cage: 5 min below 1 h, a quarter hour below 8 h, hours above."""
    step = np.where(times < 1.0, _ROUND, np.where(times < 8.0, 0.25, 1.0))
    return np.unique(np.clip(np.round(times / step) * step, earliest, latest))
