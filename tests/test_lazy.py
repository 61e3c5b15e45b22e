"""Exports on demand: a command loads what it needs; names mean what type checkers see in the list of a package."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from importlib.resources import as_file, files
from types import ModuleType

import pytest

import goldshell

PACKAGES = [
    item.name for item in pkgutil.iter_modules(goldshell.__path__) if item.ispkg and item.name not in {"cli", "web"}
]


def _run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_export_exists_and_is_no_module(name: str) -> None:
    package = importlib.import_module(f"goldshell.{name}")
    assert package.__all__, "the list under TYPE_CHECKING was read"
    for export in package.__all__:
        assert not isinstance(getattr(package, export), ModuleType), export
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize(
    "first", ["import goldshell.exchange.fit", "from goldshell.exchange import fit", "import goldshell.exchange.design"]
)
def test_a_name_shared_with_a_submodule_means_the_export(first: str) -> None:
    """`goldshell.exchange.fit` is the function, whether or not the module of that name was loaded before."""
    assert _run(f"{first}\nfrom goldshell.exchange import fit\nprint(type(fit).__name__)") == "function"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        importlib.import_module("goldshell.exchange").no_such_name  # noqa: B018


def test_a_simulated_vial_loads_no_library_that_it_does_not_need() -> None:
    """Each takes 0.1 to 0.6 s to import. Times cannot be tested; CVODE, used while nothing is compiled, loads scipy."""
    script = """
import contextlib, importlib, io, sys
simulation = importlib.import_module("goldshell.exchange.simulate")
before, solve = [], simulation.solve
def watched(*given, **named):
    before.extend(sys.modules)
    return solve(*given, **named)
simulation.solve = watched
from goldshell.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    assert main(["exchange", "simulate", sys.argv[1], "--json"]) == 0
assert "goldshell.exchange.schema" in before
assert not {"scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.special"} & set(before)
print(*sys.modules)
"""
    with as_file(files("goldshell.exchange.examples") / "vial.yaml") as vial:
        loaded = set(_run(script, str(vial)).split())
    assert not loaded & {
        "pint", "dask", "pandas", "matplotlib", "scipy.stats", "statsmodels", "emcee", "jinja2", "rich",
        "goldshell.exchange.design", "goldshell.exchange.fit", "goldshell.exchange.simulate_mixed",
        "goldshell.exchange.simulate_film", "goldshell.chemistry.structure",
    }  # fmt: skip
