"""The command line itself: help without heavy imports, usage errors, one line each."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from goldshell.cli.main import COMMANDS

HEAVY = ("rich", "numpy", "scipy", "pandas", "pydantic", "pint", "matplotlib", "rdkit", "numba")


@pytest.mark.parametrize("words", [["--help"], ["literature", "--help"], ["run", "--help"], ["nonsense"]])
def test_help_and_usage_errors_import_nothing_heavy(words: list[str]) -> None:
    """CONTRACT: help and usage errors must not import rich or anything heavy."""
    code = f"import sys; from goldshell.cli.main import main; main({words!r}); print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in HEAVY if name in loaded] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_module_and_help(name: str, goldshell: Callable) -> None:
    module = importlib.import_module(f"goldshell.cli.{COMMANDS[name][0]}")
    assert module.__doc__
    result = goldshell(name, "--help")
    assert result.code == 0
    assert "Usage: goldshell" in result.out
    assert "completion" not in result.out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("lit",), "did you mean literature"),
        (("literature", "list", "--topc", "x"), "--topc"),
        (("literature", "list", "--topic", "etchin"), "did you mean etching"),
        (("literature", "list", "--source", "zhang"), "did you mean zhang2026"),
        (("literature", "show", "zhang2026-etching-order"), "did you mean zhang2026-etching-order"),
        (("literature", "export", "rows.txt"), "must end in .csv"),
        (("literature", "export", "nowhere/rows.csv"), "no such folder"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(words: tuple[str, ...], problem: str, goldshell: Callable) -> None:
    plain = goldshell(*words)
    assert plain.code == 2
    assert plain.out == ""
    assert len(plain.err.strip().splitlines()) == 1
    assert problem in plain.err
    as_json = goldshell(*words, "--json")
    assert as_json.code == 2
    assert as_json.json["schema"] == 1
    assert set(as_json.json["error"]) == {"message", "where", "hint"}


def test_literature_list_show_export(goldshell: Callable, tmp_path) -> None:
    listed = goldshell("literature", "list", "--topic", "etching", "--json").json["rows"]
    assert {row["topic"] for row in listed} == {"etching"}
    shown = goldshell("literature", "show", listed[0]["id"], "--json").json["rows"]
    assert shown == [listed[0]]
    assert listed[0]["id"] in goldshell("literature", "list", "--topic", "etching").out
    file = tmp_path / "rows.csv"
    assert goldshell("literature", "export", file, "--topic", "etching").code == 0
    assert len(file.read_text().splitlines()) == len(listed) + 1


def test_version() -> None:
    out = subprocess.run([sys.executable, "-m", "goldshell", "--version"], capture_output=True, text=True, check=True)
    assert out.stdout.startswith("goldshell ")


def test_json_has_no_nan(goldshell: Callable) -> None:
    json.loads(goldshell("literature", "list", "--json").out, parse_constant=lambda name: pytest.fail(name))
