"""The record of a run: what went in, with which versions, what came out, and what changed since the last run."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from goldshell import __version__
from goldshell.errors import InputError
from goldshell.files import json_ready, sha256, write_atomically
from goldshell.study.analysis import data_path
from goldshell.study.schema import STUDY_FILE, LoadedStudy

SCHEMA = 1
RECORD_FILE = "record.json"

# Libraries whose version can change a number or a figure.
_LIBRARIES = (
    "numpy", "scipy", "pandas", "numba", "statsmodels", "scikit-sundae", "rdkit", "pint", "pydantic", "matplotlib",
    "jinja2",
)  # fmt: skip


def versions() -> dict[str, Any]:
    """Versions of goldshell, Python, the system, and the libraries that numbers and figures depend on."""
    libraries = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "goldshell": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": libraries,
    }


def fingerprint_inputs(loaded: LoadedStudy) -> list[dict[str, Any]]:
    """Every input of a study with size and SHA-256: study.yaml first, then each data file.

    A file that cannot be read has neither; the analysis that reads it will say so.
    """
    users: dict[str, list[str]] = {STUDY_FILE: []}
    for settings in loaded.study.analyses:
        for name in settings.data_files():
            users.setdefault(name, []).append(settings.id)
    inputs = []
    for name, analyses in users.items():
        path = data_path(loaded.folder, name)
        there = path.is_file() and os.access(path, os.R_OK)
        inputs.append(
            {
                "path": name,
                "sha256": sha256(path) if there else None,
                "bytes": path.stat().st_size if there else None,
                "used_by": analyses,
            }
        )
    return inputs


def read_previous(folder: Path) -> dict[str, Any] | None:
    """The record of the last run into this folder; None when there is none that can be read."""
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("schema") == SCHEMA and "inputs" in record else None


def changes_since(previous: dict[str, Any] | None, record: dict[str, Any]) -> dict[str, Any] | None:
    """Which inputs and versions differ from the last run; None when there was none.

    Returns
    -------
    dict with ``previous_run`` (when it started), ``changed``, ``added``, ``removed`` (names of input files) and
    ``versions`` (one "name old -> new" each)
    """
    if previous is None:
        return None
    old = {item["path"]: item["sha256"] for item in previous["inputs"]}
    new = {item["path"]: item["sha256"] for item in record["inputs"]}
    before, now = _flat(previous.get("versions", {})), _flat(record["versions"])
    differing = [name for name in now if before.get(name, now[name]) != now[name]]
    return {
        "previous_run": previous.get("started", ""),
        "changed": [name for name in new if name in old and old[name] != new[name]],
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "versions": [f"{name} {before[name]} -> {now[name]}" for name in differing],
    }


def describe_changes(changes: dict[str, Any] | None) -> list[str]:
    """What changed since the last run as sentences; empty when nothing did."""
    if changes is None:
        return []
    since = f"since the run of {changes['previous_run']}"
    said = [
        f"{what} {since}: {', '.join(changes[key])}"
        for key, what in (
            ("changed", "input changed"),
            ("added", "input added"),
            ("removed", "input no longer used"),
            ("versions", "version changed"),
        )
        if changes[key]
    ]
    return said


def write_record(folder: Path, record: dict[str, Any]) -> Path:
    """Write ``record.json``, whole or not at all.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    path = folder / RECORD_FILE
    text = json.dumps(json_ready(record), ensure_ascii=False, allow_nan=False, indent=2)
    try:
        write_atomically(path, text + "\n")
    except OSError as problem:
        raise InputError(
            f"cannot write: {problem.strerror}", where=str(folder), hint="choose another folder with --out"
        ) from problem
    return path


def remove_stale(folder: Path, previous: dict[str, Any] | None, kept: Iterable[str]) -> None:
    """Delete files that the last run wrote into ``folder`` and this one did not."""
    if previous is None:
        return
    still = set(kept)
    for name in previous.get("outputs", []):
        path = folder / str(name)
        if str(name) not in still and path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            path.unlink()


def _flat(found: dict[str, Any]) -> dict[str, str]:
    flat = {key: str(item) for key, item in found.items() if not isinstance(item, dict)}
    return flat | {key: str(item) for key, item in found.get("libraries", {}).items()}
