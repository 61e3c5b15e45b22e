"""Starting a study: a commented study.yaml and example data that run as they are."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from goldshell.errors import InputError
from goldshell.files import write_atomically
from goldshell.study.schema import STUDY_FILE

_TEMPLATE = "new"


def new_study(folder: str | Path) -> tuple[Path, ...]:
    """Write an example study into a new or empty folder.

    Parameters
    ----------
    folder : made when it is not there; the study is named after it

    Returns
    -------
    tuple of the files written

    Raises
    ------
    InputError : the folder is not empty, is a file, or cannot be written to
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise InputError("is a file, expected a folder", where=str(folder), hint="give a new folder")
    if target.is_dir() and any(target.iterdir()):
        raise InputError("the folder is not empty", where=str(folder), hint="give a new or empty folder")
    written = []
    for source in sorted((files("goldshell.study") / "templates" / _TEMPLATE).iterdir(), key=lambda item: item.name):
        text = source.read_text(encoding="utf-8")
        if source.name == STUDY_FILE:
            text = text.replace("my-study", _slug(target.resolve().name), 1)
        try:
            write_atomically(target / source.name, text)
        except OSError as problem:
            raise InputError(f"cannot write: {problem.strerror}", where=str(target)) from problem
        written.append(target / source.name)
    return tuple(written)


def _slug(name: str) -> str:
    """A folder's name as the name of a study: lower case letters, digits, dots, hyphens, underscores."""
    slug = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")
    return slug or "my-study"
