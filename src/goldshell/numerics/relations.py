"""Functions of model files that numbers can be put into, listed and evaluated by name.

A function takes part when its arguments are numbers (or the `Parameters` of the model) and its result is a number, an
array or an `Estimate`; its docstring gives title and unit. A domain names its modules, and what else an argument may be
made of (`Composite`).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from goldshell.errors import InputError, UnknownNameError
from goldshell.numerics.estimate import Estimate
from goldshell.numerics.parameters import describe_parameters

_NUMBERS = {"float", "int", "bool", "ArrayLike", "Parameters"}


@dataclass(frozen=True, slots=True)
class Composite:
    """An argument that is made of numbers.

    Parameters
    ----------
    build : makes it from keyword arguments
    parts : their names -> default; None where a number must be given
    """

    build: Callable[..., Any]
    parts: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Relation:
    """One function of a model file that numbers can be put into.

    Parameters
    ----------
    model, name : of the file and the function
    title : first line of its docstring
    arguments : name -> default; None where a number must be given
    unit : of the result, as its docstring says
    """

    model: str
    name: str
    title: str
    arguments: Mapping[str, float | None]
    unit: str

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Relations:
    """The relations of a domain.

    Parameters
    ----------
    models : name -> module
    composites : name of a type, as annotations write it -> how it is made
    left_out : functions that take numbers but are no relation
    """

    models: Mapping[str, ModuleType]
    composites: Mapping[str, Composite]
    left_out: frozenset[str] = frozenset()

    def list(self, model: str | None = None) -> tuple[Relation, ...]:
        """The relations of one model or of all.

        Parameters
        ----------
        model : name of a model file; all when None

        Returns
        -------
        tuple of Relation

        Raises
        ------
        UnknownNameError : no such model
        """
        if model is not None and model not in self.models:
            raise UnknownNameError("model", model, self.models)
        return tuple(
            self._describe(name, key, one)
            for name, module in self.models.items()
            if model in (None, name)
            for key, one in vars(module).items()
            if self._takes_numbers(module, one)
        )

    def evaluate(self, model: str, name: str, values: Mapping[str, float]) -> float | Estimate:
        """Value of a relation.

        Parameters
        ----------
        model, name : of the file and the function
        values : arguments of the function and parameters of the model, in their units; the rest keep their defaults

        Returns
        -------
        float or Estimate [unit of the relation]

        Raises
        ------
        UnknownNameError : no such model, relation, argument or parameter
        InputError : an argument is missing, or a value outside its bounds
        """
        known = {one.name: one for one in self.list(model)}
        if name not in known:
            raise UnknownNameError("relation", name, known)
        module, relation = self.models[model], known[name]
        taken = {key: values[key] for key in relation.arguments if key in values}
        changed = {key: value for key, value in values.items() if key not in taken}
        _check_parameters(module, relation, changed)
        missing = [key for key, default in relation.arguments.items() if default is None and key not in taken]
        if missing:
            raise InputError(f"{name} needs {', '.join(missing)}", hint=f"write {missing[0]}=NUMBER")
        call: dict[str, Any] = {}
        for key, argument in inspect.signature(getattr(module, name)).parameters.items():
            kind = str(argument.annotation)
            if kind in self.composites:
                made = self.composites[kind]
                call[key] = made.build(**{part: taken[part] for part in made.parts if part in taken})
            elif kind == "Parameters":
                call[key] = replace(module.Parameters(), **changed)
            elif key in taken:
                call[key] = _as_kind(key, taken[key], kind)
        found = getattr(module, name)(**call)
        if isinstance(found, Estimate):
            return found
        number = float(np.asarray(found, dtype=float))
        if not math.isfinite(number):
            raise InputError(f"{name} is not finite at these values", hint="are they in the units of the list?")
        return number

    def _takes_numbers(self, module: ModuleType, one: Any) -> bool:
        if not inspect.isfunction(one) or one.__module__ != module.__name__ or one.__name__.startswith("_"):
            return False
        signature = inspect.signature(one)
        return (
            str(signature.return_annotation) in ("float", "Array", "Estimate")
            and all(str(item.annotation) in _NUMBERS | set(self.composites) for item in signature.parameters.values())
            and one.__name__ not in self.left_out
        )

    def _describe(self, model: str, name: str, one: Callable[..., Any]) -> Relation:
        arguments: dict[str, float | None] = {}
        for key, item in inspect.signature(one).parameters.items():
            kind = str(item.annotation)
            if kind in self.composites:
                arguments |= self.composites[kind].parts
            elif kind != "Parameters":
                arguments[key] = None if item.default is inspect.Parameter.empty else float(item.default)
        text = inspect.getdoc(one) or ""
        unit = text.partition("Returns\n-------\n")[2].partition("\n")[0].rpartition("[")[2].partition("]")[0]
        return Relation(model, name, text.partition("\n")[0].rstrip("."), arguments, unit)


def _check_parameters(module: ModuleType, relation: Relation, changed: Mapping[str, float]) -> None:
    given = getattr(module, "Parameters", None)
    parameters = {item.name: item for item in describe_parameters(given)} if given else {}
    for key, value in changed.items():
        if key not in parameters:
            raise UnknownNameError("argument", key, (*relation.arguments, *parameters))
        item = parameters[key]
        if not item.low <= value <= item.high:
            raise InputError(
                f"{value:g} {item.unit} is outside {item.low:g} to {item.high:g}", where=key, hint=item.meaning
            )


def _as_kind(key: str, value: float, kind: str) -> float | int | bool:
    if kind == "bool":
        if value not in (0.0, 1.0):
            raise InputError(f"{value:g} is neither 0 (no) nor 1 (yes)", where=key)
        return bool(value)
    if kind == "int":
        if not math.isfinite(value) or value != int(value):
            raise InputError(f"{value:g} is no whole number", where=key)
        return int(value)
    return value
