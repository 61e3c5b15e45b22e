"""Fixtures shared by all tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from goldshell.cli.main import main

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of one command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        return json.loads(self.out)


@pytest.fixture
def goldshell(capsys: pytest.CaptureFixture[str]) -> Callable[..., CommandResult]:
    """Run a goldshell command in this process: ``goldshell("ligand", "p-MBA", "--json")``."""

    def run(*words: str | os.PathLike[str]) -> CommandResult:
        capsys.readouterr()
        code = main([os.fspath(word) for word in words])
        captured = capsys.readouterr()
        return CommandResult(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of source papers and real data that stands beside some checkouts; skips where absent."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the source papers and data beside the checkout")
    return folder
