"""Packages whose exports are imported when first used, so that a command loads only what it needs.

A package writes its exports as ordinary imports under ``if TYPE_CHECKING:``, where type checkers, editors and readers
find them, and calls `lazy_exports` in the ``else:`` branch, which reads that list.
"""

from __future__ import annotations

import ast
import importlib
import sys
from types import ModuleType
from typing import Any


class _LazyPackage(ModuleType):
    """A package that imports an export when it is asked for."""

    def __getattr__(self, name: str) -> Any:
        home = self.__dict__["_homes"].get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(home), name)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # Python binds a submodule in its package when it is loaded. Where an export has the same name
        # (goldshell.exchange.fit), the name means the export, whichever is used first.
        if name in self.__dict__["_homes"] and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__dict__["_homes"]})


def lazy_exports(package: str) -> None:
    """Let a package import what stands under its ``if TYPE_CHECKING:`` when it is first used.

    Parameters
    ----------
    package : ``__name__`` of the package that calls
    """
    module = sys.modules[package]
    assert module.__spec__ is not None
    source = getattr(module.__spec__.loader, "get_source")(package)  # noqa: B009 - the protocol has it optional
    homes = {
        alias.name: statement.module
        for block in ast.parse(source).body
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    module.__dict__.update(_homes=homes, __all__=sorted(homes))
    module.__class__ = _LazyPackage
