"""Orderings that a source states in words: "a > b = c"."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from scipy import stats

from goldshell.errors import InputError
from goldshell.files import read_table


def read_orderings(path: Path) -> pd.DataFrame:
    """A table of orderings with the columns quantity and ordering, every one of them readable by `ranks`.

    Raises
    ------
    InputError : names file, line and column, or the ordering that cannot be read
    """
    table = read_table(path, ("quantity", "ordering"))
    for ordering in table["ordering"]:
        ranks(ordering, f"{path}: ordering {ordering!r}")
    return table


def ranks(ordering: str, where: str = "") -> dict[str, float]:
    """Rank of every name in ``a > b = c > d, e``, larger for what stands first; ties share a rank.

    Raises
    ------
    InputError : no names separated by >
    """
    groups = [group.replace("=", ",").split(",") for group in ordering.split(">")]
    found = {name.strip(): -float(place) for place, group in enumerate(groups) for name in group if name.strip()}
    if len(groups) < 2 or len(found) < 2:
        raise InputError("expected names separated by '>'", where=where)
    return found


def rank_agreement(first: Mapping[str, float], second: Mapping[str, float]) -> tuple[float, int]:
    """Spearman's rank correlation over the names that both have, and how many those are.

    Returns
    -------
    correlation, names : NaN when fewer than three names are shared or one side is all ties
    """
    shared = [name for name in first if name in second]
    x, y = [first[name] for name in shared], [second[name] for name in shared]
    if len(shared) < 3 or len(set(x)) < 2 or len(set(y)) < 2:
        return math.nan, len(shared)
    return float(stats.spearmanr(x, y).statistic), len(shared)
