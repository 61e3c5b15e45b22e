"""Keeping numba's disk cache honest: numba notices edits of the cached function's own file, not of what it calls."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType


def drop_stale_cache(file: str, dependencies: Iterable[ModuleType]) -> None:
    """Remove the cached compilations of ``file`` that are older than the modules that it calls.

    Parameters
    ----------
    file : ``__file__`` of the module with ``numba.njit(cache=True)`` functions
    dependencies : modules whose compiled functions end up inside them
    """
    source = Path(file)
    newest = max(Path(str(module.__file__)).stat().st_mtime for module in dependencies)
    for index in (source.parent / "__pycache__").glob(f"{source.stem}.*.nbi"):
        try:
            if index.stat().st_mtime < newest:
                index.unlink()
        except OSError:  # another process was first, or the installation is read-only
            continue
