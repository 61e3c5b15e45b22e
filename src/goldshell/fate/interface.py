"""One way to call every model of fate that a fit can use: numbers in, named courses out.

A module of `goldshell.fate.models` can be fitted when it has ``Parameters`` and

    rate_matrix(...)  and ``compartments(...)`` or ``COMPARTMENTS``      linear: solved by eigendecomposition
    amounts(...)      and ``compartments(...)`` and, or not, ``summary`` anything else: called for one set at a time

Its functions are called by the names of their arguments: ``parameters``, ``times``, ``animal``, ``core_diameter``,
``hydrodynamic_diameter``, ``tumour_weight``, ``dose``; a model that needs another one cannot be fitted.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError, UnknownNameError
from goldshell.fate.linear import solve_linear
from goldshell.fate.physiology import Physiology
from goldshell.numerics import ParameterInfo, describe_parameters

Array = NDArray[np.float64]
_SIZES = {"core_diameter": "nm", "hydrodynamic_diameter": "nm", "tumour_weight": "g"}  # columns NAME or NAME_UNIT
_KNOWN_ARGUMENTS = {"parameters", "times", "animal", *_SIZES, "dose", "bladder"}
_JOINED = {"gut_lumen": "gut"}  # a dissected gut holds its content


@dataclass(frozen=True, slots=True)
class FateModel:
    """A model that can be fitted.

    Parameters
    ----------
    name : of its file
    module : where it stands
    parameters : its parameters
    linear : solved as dx/dt = A x
    wanted : arguments of its functions
    """

    name: str
    module: ModuleType
    parameters: tuple[ParameterInfo, ...]
    linear: bool
    wanted: frozenset[str]

    def courses(
        self,
        values: Mapping[str, Array],
        times: Array,
        animal: Physiology,
        covariates: Mapping[str, float] | None = None,
        *,
        dose: float = 100.0,
    ) -> dict[str, Array]:
        """Amounts in every compartment after a bolus, for m sets of parameters.

        Parameters
        ----------
        values : parameter -> (m,) [its unit]; others keep their defaults
        times : increasing, (k,) [h]
        animal : physiology
        covariates : of the group; ``core_diameter``, ``hydrodynamic_diameter`` [nm] and ``tumour_weight`` [g] are used
        dose : [%ID]

        Returns
        -------
        compartment -> (m, k) [%ID]

        Raises
        ------
        InputError : the model needs a covariate that is not given
        """
        given = {"times": times, "animal": animal, "dose": dose} | self.sizes(covariates or {})
        size = len(next(iter(values.values()))) if values else 1
        kind = self.module.Parameters
        if self.linear and self.name == "minimal":  # its matrix takes arrays: all sets at once
            full = kind(**{name: np.asarray(number, dtype=float) for name, number in values.items()})
            names = self.module.compartments(full)
            matrices = self.module.rate_matrix(full)
        else:
            sets = [kind(**{name: float(number[row]) for name, number in values.items()}) for row in range(size)]
            if not self.linear:
                return self._one_by_one(sets, given)
            matrices = np.stack([_call(self.module.rate_matrix, given | {"parameters": one}) for one in sets])
            names = self._names(given | {"parameters": sets[0]})
        start = np.zeros(len(names))
        start[0] = dose
        out = solve_linear(matrices, start, times)
        out = out.reshape(-1, *out.shape[-2:])
        return {name: out[..., index] for index, name in enumerate(names)}

    def sizes(self, covariates: Mapping[str, float]) -> dict[str, float]:
        """Those covariates of a group that the model uses.

        Parameters
        ----------
        covariates : as in `courses`

        Returns
        -------
        argument of the model -> value [nm; g]
        """
        return {
            name: covariates[key]
            for name, unit in _SIZES.items()
            for key in (name, f"{name}_{unit}")
            if name in self.wanted and key in covariates
        }

    def _names(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        if hasattr(self.module, "compartments"):
            return tuple(_call(self.module.compartments, given))
        return tuple(self.module.COMPARTMENTS)

    def _one_by_one(self, sets: list[Any], given: Mapping[str, Any]) -> dict[str, Array]:
        rows: list[dict[str, Array]] = []
        for one in sets:
            every = dict(given) | {"parameters": one}
            courses = np.asarray(_call(self.module.amounts, every), dtype=float)
            if hasattr(self.module, "summary"):
                found = _call(self.module.summary, every | {"courses": courses})
            else:
                found = {name: courses[:, index] for index, name in enumerate(self._names(every))}
            row: dict[str, Array] = {}
            for name, course in found.items():
                label = _JOINED.get(name, name)
                row[label] = row.get(label, 0.0) + np.asarray(course)
            rows.append(row)
        return {name: np.stack([row[name] for row in rows]) for name in rows[0]}

    def compartments(self, animal: Physiology, covariates: Mapping[str, float] | None = None) -> tuple[str, ...]:
        """Names of the compartments at the model's defaults.

        Parameters
        ----------
        animal : physiology
        covariates : as in `courses`
        """
        return tuple(self.courses({}, np.array([1.0]), animal, covariates))


def fate_models() -> dict[str, FateModel]:
    """Every model of `goldshell.fate.models` that can be fitted, by name."""
    return dict(_models())


def fate_model(name: str) -> FateModel:
    """A model by name.

    Parameters
    ----------
    name : of its file, for example "minimal"

    Raises
    ------
    UnknownNameError : no such model, or one that cannot be fitted
    """
    known = _models()
    if name not in known:
        raise UnknownNameError("model", name, known)
    return known[name]


@functools.cache
def _models() -> dict[str, FateModel]:
    import goldshell.fate.models as package

    found = {}
    for item in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(item.name)
        if not hasattr(module, "Parameters"):
            continue
        has_names = hasattr(module, "compartments") or hasattr(module, "COMPARTMENTS")
        nonlinear = hasattr(module, "summary") or not hasattr(module, "rate_matrix")
        solver = getattr(module, "amounts" if nonlinear else "rate_matrix", None)
        if solver is None or not has_names:
            continue
        needed = {
            name
            for name, argument in inspect.signature(solver).parameters.items()
            if argument.default is inspect.Parameter.empty
        }
        if needed <= _KNOWN_ARGUMENTS:
            name = item.name.rpartition(".")[2]
            functions = [getattr(module, key) for key in ("compartments", "summary") if hasattr(module, key)]
            wanted = frozenset(itertools.chain(*(inspect.signature(one).parameters for one in (solver, *functions))))
            found[name] = FateModel(name, module, describe_parameters(module.Parameters), not nonlinear, wanted)
    return found


def _call(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a function with those of the given arguments that it names."""
    wanted = inspect.signature(function).parameters
    arguments = {name: given[name] for name in wanted if name in given}
    missing = [
        name
        for name, argument in wanted.items()
        if argument.default is inspect.Parameter.empty and name not in arguments
    ]
    if missing:
        unit = _SIZES.get(missing[0], "nm")
        raise InputError(
            f"the model needs {missing[0]}", where="covariates", hint=f"add a column {missing[0]}_{unit} to the table"
        )
    return function(**arguments)
