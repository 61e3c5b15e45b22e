"""Errors that a user sees: each says what is wrong, where, and what to do.

The command line prints them as one line and never as a traceback. ``exit_code`` is what the process returns:
2 for bad input or usage, 1 for an analysis that could not be done.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class GoldshellError(Exception):
    """Base of all goldshell errors.

    Parameters
    ----------
    message : what is wrong
    where : file, line, cell or option that it concerns
    hint : what to do about it
    """

    exit_code = 1

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """One line: ``where: message (hint)``."""
        line = f"{self.where}: {self.message}" if self.where else self.message
        return f"{line} ({self.hint})" if self.hint else line

    def to_dict(self) -> dict[str, str]:
        """The ``error`` object of the JSON output."""
        return {"message": self.message, "where": self.where, "hint": self.hint}


class InputError(GoldshellError):
    """Bad input: a file, value, unit or option that cannot be used as given."""

    exit_code = 2


@contextmanager
def located(where: object) -> Iterator[None]:
    """Bad input found within is of this file, unless it says where itself.

    Parameters
    ----------
    where : file, line, cell or option
    """
    try:
        yield
    except InputError as problem:
        problem.where = problem.where or str(where)
        raise


class UnknownNameError(InputError):
    """A name (ligand, solvent, topic, paper ...) that goldshell does not know; near matches are offered."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        names = sorted(set(known))
        near = near_matches(name, names)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names[:12])}"
        super().__init__(f"unknown {kind} {name!r}", where=where, hint=hint)
        self.near = near


class AnalysisError(GoldshellError):
    """The input is sound but the analysis cannot be done with it; says why and what would help."""

    exit_code = 1


def near_matches(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Names of ``known`` closest to ``name``, case-insensitive: beginnings first, then the most similar."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    wanted = name.lower()
    starts = sorted(key for key in by_lower if wanted and key.startswith(wanted))
    similar = difflib.get_close_matches(wanted, list(by_lower), n=count, cutoff=0.5)
    return [by_lower[key] for key in dict.fromkeys((*starts, *similar))][:count]
