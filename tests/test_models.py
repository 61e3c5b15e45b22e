"""Every model file of the package: documented, cited, within its bounds, and right at its test points.

A model file is a module in one of PACKAGES that has a class ``Parameters``; it is found, not listed.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import math
import pkgutil
from types import ModuleType

import numpy as np
import pytest

from goldshell.literature import show
from goldshell.numerics import ParameterInfo, TestPoint, describe_parameters
from goldshell.units import check_unit, convert

PACKAGES = ("goldshell.exchange.models", "goldshell.fate.models", "goldshell.cells.models")


def find_models() -> list[ModuleType]:
    """The model files of all packages that exist."""
    found = []
    for name in PACKAGES:
        parent = name.rpartition(".")[0]
        if importlib.util.find_spec(parent) is None or importlib.util.find_spec(name) is None:
            continue
        package = importlib.import_module(name)
        found += [importlib.import_module(f"{name}.{item.name}") for item in pkgutil.iter_modules(package.__path__)]
    return found


MODELS = find_models()
PARAMETERS = [
    pytest.param(item, id=f"{model.__name__.removeprefix('goldshell.')}.{item.name}")
    for model in MODELS
    for item in describe_parameters(model.Parameters)
]
POINTS = [
    pytest.param(point, id=f"{model.__name__.removeprefix('goldshell.')}.{point.function.__name__}-{number}")
    for model in MODELS
    for number, point in enumerate(model.TEST_POINTS)
]


def test_models_are_found() -> None:
    names = {model.__name__.rpartition(".")[2] for model in MODELS}
    assert {"power_law", "langmuir", "two_thiol_attack", "oxygen_limited"} <= names


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__.removeprefix("goldshell."))
def test_model_file_is_complete(model: ModuleType) -> None:
    text = model.__doc__ or ""
    assert "References\n----------" in text
    assert "imits" in text, "the docstring says where the model ends"
    assert len(text.partition("References")[0].splitlines()) > 4, "equation and meaning stand in the docstring"
    assert dataclasses.is_dataclass(model.Parameters)
    assert model.Parameters.__dataclass_params__.frozen
    assert hasattr(model.Parameters, "__slots__")
    assert model.Parameters.__doc__
    model.Parameters()
    assert model.TEST_POINTS
    assert isinstance(model.TEST_POINTS, tuple)


@pytest.mark.parametrize("item", PARAMETERS)
def test_parameter_is_described_and_sourced(item: ParameterInfo) -> None:
    """Unit known, default within bounds, source a row of the literature, and equal to what the row says."""
    check_unit(item.unit)
    assert item.low <= item.default <= item.high
    assert item.meaning
    row = show(item.source)
    if row.relation == "range":
        low, high = (convert(limit, row.unit, item.unit) for limit in (row.low, row.high))
        assert low <= item.default <= high
    elif math.isfinite(row.number):
        same_unit = row.unit == item.unit
        assert item.default == pytest.approx(
            row.number if same_unit else convert(row.number, row.unit, item.unit), rel=1e-3
        )


@pytest.mark.parametrize("point", POINTS)
def test_known_point(point: TestPoint) -> None:
    assert point.source
    value = np.asarray(point.function(**point.arguments), dtype=float)
    assert value == pytest.approx(point.expected, rel=point.relative, abs=1e-12)
