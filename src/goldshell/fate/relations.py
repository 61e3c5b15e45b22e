"""Relations of the model files, evaluated by name: what a size, an alloy or a shell does to a parameter of fate."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from goldshell.errors import InputError, UnknownNameError
from goldshell.fate.models import (
    band_pass,
    glycocalyx_trap,
    kidney_injury,
    liver_penetration,
    protein_adsorption,
    silver_biotransformation,
    tubular_endocytosis,
    tumour_targeting,
    tumour_uptake,
)
from goldshell.numerics import describe_parameters

MODELS: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        band_pass, glycocalyx_trap, kidney_injury, liver_penetration, protein_adsorption, silver_biotransformation,
        tubular_endocytosis, tumour_targeting, tumour_uptake,
    )
}  # fmt: skip
_SHELL = ("positive", "negative", "ligands", "core_charge")


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


def relations(model: str | None = None) -> tuple[Relation, ...]:
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
    if model is not None and model not in MODELS:
        raise UnknownNameError("model", model, MODELS)
    found = []
    for name, module in MODELS.items():
        if model in (None, name):
            found += [_describe(name, key, one) for key, one in vars(module).items() if _takes_numbers(module, one)]
    return tuple(found)


def evaluate(model: str, name: str, values: Mapping[str, float]) -> float:
    """Value of a relation.

    Parameters
    ----------
    model, name : of the file and the function
    values : arguments of the function and parameters of the model, in their units; the rest keep their defaults

    Returns
    -------
    float [unit of the relation]

    Raises
    ------
    UnknownNameError : no such model, relation, argument or parameter
    InputError : an argument is missing, or a value outside its bounds
    """
    known = {one.name: one for one in relations(model)}
    if name not in known:
        raise UnknownNameError("relation", name, known)
    module, relation = MODELS[model], known[name]
    parameters = {item.name: item for item in describe_parameters(module.Parameters)}
    taken = {key: values[key] for key in relation.arguments if key in values}
    changed = {key: value for key, value in values.items() if key not in taken}
    for key, value in changed.items():
        if key not in parameters:
            raise UnknownNameError("argument", key, (*relation.arguments, *parameters))
        item = parameters[key]
        if not item.low <= value <= item.high:
            raise InputError(
                f"{value:g} {item.unit} is outside {item.low:g} to {item.high:g}", where=key, hint=item.meaning
            )
    missing = [key for key, default in relation.arguments.items() if default is None and key not in taken]
    if missing:
        raise InputError(f"{name} needs {', '.join(missing)}", hint=f"write {missing[0]}=NUMBER")
    function = getattr(module, name)
    signature = inspect.signature(function).parameters
    call: dict[str, Any] = {key: value for key, value in taken.items() if key not in _SHELL or key in signature}
    if "shell" in signature:
        shell = {key: value for key, value in taken.items() if key in _SHELL}
        call["shell"] = protein_adsorption.Shell(**shell)  # type: ignore[arg-type]
    if "parameters" in signature:
        call["parameters"] = replace(module.Parameters(), **changed)
    for key, argument in signature.items():
        if argument.annotation in ("bool", bool) and key in call:
            call[key] = bool(call[key])
    return float(np.asarray(function(**call), dtype=float))


def _takes_numbers(module: ModuleType, one: Any) -> bool:
    if not inspect.isfunction(one) or one.__module__ != module.__name__ or one.__name__.startswith("_"):
        return False
    signature = inspect.signature(one)
    numbers = {"float", "bool", "ArrayLike", "Shell", "Parameters"}
    return (
        signature.return_annotation in ("float", "Array")
        and all(str(item.annotation) in numbers for item in signature.parameters.values())
        and one.__name__ not in ("rate_matrix", "courses")
    )


def _describe(model: str, name: str, one: Callable[..., Any]) -> Relation:
    arguments: dict[str, float | None] = {}
    for key, item in inspect.signature(one).parameters.items():
        if key == "parameters":
            continue
        if key == "shell":
            arguments |= {"positive": None, "negative": None, "ligands": 18.0, "core_charge": -1.0}
        else:
            arguments[key] = None if item.default is inspect.Parameter.empty else float(item.default)
    text = inspect.getdoc(one) or ""
    unit = text.partition("Returns\n-------\n")[2].partition("\n")[0].rpartition("[")[2].rstrip("]")
    return Relation(model, name, text.partition("\n")[0].rstrip("."), arguments, unit)
