"""Write docs/generated/: one page each for models, commands, the Python interface and the published values.

Everything there is read off the code and the literature tables, so it cannot fall behind them.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import goldshell
from goldshell.cli.main import COMMANDS
from goldshell.literature import bibliography, cite, rows
from goldshell.numerics import describe_parameters

OUT = Path(__file__).parent / "generated"
MODEL_PACKAGES = ("exchange", "fate", "cells")
PYTHON_PACKAGES = (
    "chemistry", "transport", "exchange", "spectra", "fate", "cells", "imaging", "workflows", "literature",
    "numerics", "statistics", "audit", "study", "engine",
)  # fmt: skip


def model_modules() -> list[ModuleType]:
    """Every model module of every domain that has models."""
    found = []
    for domain in MODEL_PACKAGES:
        try:
            package = importlib.import_module(f"goldshell.{domain}.models")
        except ModuleNotFoundError:
            continue
        for item in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(item.name)
            if hasattr(module, "Parameters"):
                found.append(module)
    return found


def models_page() -> str:
    """Title, docstring, parameter table and test points of every model."""
    lines = ["# Models", "", "One page section per model file, generated from it.", ""]
    for module in model_modules():
        title, _, body = inspect.getdoc(module).partition("\n")
        lines += [f"## {title.rstrip('.')}", "", f"`{module.__name__}`", "", "```text", body.strip(), "```", ""]
        lines += ["| parameter | default | unit | bounds | source | meaning |", "|---|---|---|---|---|---|"]
        for item in describe_parameters(module.Parameters):
            bounds = f"{item.low:g} to {item.high:g}"
            cells = (f"`{item.name}`", f"{item.default:g}", item.unit, bounds, f"`{item.source}`", item.meaning)
            lines.append("| " + " | ".join(cells) + " |")
        lines += ["", "Test points:", ""]
        lines += [f"- {point.expected:g} ({point.source})" for point in module.TEST_POINTS] + [""]
    return "\n".join(lines)


def commands_page() -> str:
    """``--help`` of every command and subcommand."""
    lines = ["# Commands", "", "The output of `--help`. `--json` prints one JSON object; exit codes are 0, 1, 2.", ""]
    for name in COMMANDS:
        text = help_text(name)
        lines += [f"## goldshell {name}", "", "```text", text, "```", ""]
        if "COMMAND [ARGS]" in text:
            for sub in subcommands(text):
                lines += [f"### goldshell {name} {sub}", "", "```text", help_text(name, sub), "```", ""]
    return "\n".join(lines)


def help_text(*words: str) -> str:
    """Help of one command as the user sees it."""
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "goldshell", *words, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()


def subcommands(text: str) -> list[str]:
    """Names under "Commands:" of a help text."""
    _, _, listing = text.partition("Commands:")
    return [line.split()[0] for line in listing.splitlines() if line.startswith("  ") and not line.startswith("   ")]


def python_page() -> str:
    """A mkdocstrings directive per exported name of every package that exists."""
    lines = ["# Python", "", "The public names of each package.", ""]
    for name in PYTHON_PACKAGES:
        try:
            package = importlib.import_module(f"goldshell.{name}")
        except ModuleNotFoundError:
            continue
        lines += [f"## goldshell.{name}", "", inspect.getdoc(package) or "", ""]
        for public, item in vars(package).items():
            ours = getattr(item, "__module__", "").startswith("goldshell.")
            if ours and not public.startswith("_") and (inspect.isfunction(item) or inspect.isclass(item)):
                lines += [f"::: {item.__module__}.{item.__name__}", ""]
    return "\n".join(lines)


def values_page() -> str:
    """Counts by topic, and the bibliography."""
    found = rows()
    lines = ["# Published values", "", f"{len(found)} rows; `goldshell literature list` shows them.", ""]
    lines += ["| topic | rows |", "|---|---|"]
    lines += [f"| {topic} | {count} |" for topic, count in sorted(Counter(row.topic for row in found).items())]
    lines += ["", "## References", ""] + [f"- `{key}` {cite(key)}" for key in sorted(bibliography())]
    return "\n".join(lines)


def main() -> None:
    """Write all pages."""
    OUT.mkdir(exist_ok=True)
    pages = {"models": models_page, "commands": commands_page, "python": python_page, "values": values_page}
    for name, page in pages.items():
        (OUT / f"{name}.md").write_text(page() + "\n", encoding="utf-8")
    print(f"goldshell {goldshell.__version__}: {len(pages)} pages in {OUT}")


if __name__ == "__main__":
    main()
