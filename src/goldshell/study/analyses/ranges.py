"""Ranges: which species are seen at each feed, and whether mass balance allows them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.chemistry.composition import DETECTION_THRESHOLD
from goldshell.chemistry.feasibility import RangeFeasibility, range_feasibility
from goldshell.chemistry.figures import range_figure
from goldshell.errors import InputError
from goldshell.files import read_table
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    data_path,
    literature_ids,
    literature_references,
)

TITLE = "Mass balance of the observed ranges"


class Settings(AnalysisSettings):
    """Observed ranges; the data file has the columns ``system``, ``feed_ratio`` (incoming ligand : cluster), ``n_low``
    and ``n_high``, and may have ``source``.
    """

    kind: Literal["ranges"]
    data: DataFile
    sites: Annotated[int, Field(gt=0, description="ligand sites of the cluster")] = 18
    threshold: Annotated[
        float, Field(gt=0, le=1, description="smallest population seen, as a fraction of the largest")
    ] = DETECTION_THRESHOLD


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Feasibility of every range under mass balance, and its width against a binomial at the same feed."""
    path = data_path(folder, settings.data)
    table = _read(settings, path)
    results = [
        range_feasibility(
            int(row["n_low"]),
            int(row["n_high"]),
            float(row["feed_ratio"]),
            threshold=settings.threshold,
            n_sites=settings.sites,
        )
        for _, row in table.iterrows()
    ]
    arranged = pd.DataFrame(
        [
            _row(system, source, item)
            for system, source, item in zip(table["system"], table["source"], results, strict=True)
        ]
    )
    by_system = {
        str(system): [item for item, name in zip(results, table["system"], strict=True) if name == system]
        for system in dict.fromkeys(table["system"])
    }
    sources = literature_ids(table["source"])
    return Analysis(
        summary=tuple(_findings(by_system)),
        method=(
            "While clusters are intact, every incoming ligand on a shell came from the feed, so the mean of n cannot "
            "exceed the feed ratio. A linear programme finds the smallest mean of any P(n) in which all species of "
            f"the range reach {100 * settings.threshold:g} % of the most abundant one (an assumption: the source "
            "states no detection threshold) and no others do. Where even equal populations would need more ligand "
            "than was fed, the most even falling P(n) that the feed allows is given. The binomial range is what "
            "independent, equal sites would show at the same threshold if all of the feed were bound."
        ),
        tables={"ranges": arranged},
        figures={
            "ranges": CaptionedFigure(
                range_figure(by_system),
                "Species seen at each feed. Dashed: mean n equal to the feed, the most that mass balance allows.",
            )
        },
        references=literature_references(sources),
        literature=sources,
        warnings=tuple(
            dict.fromkeys(
                f"{name}: {text}" for name, items in by_system.items() for item in items for text in item.warnings
            )
        ),
        next_measurements=(
            "Populations P(n) at each feed with a stated detection threshold: they give the mean, which the feed "
            "bounds.",
            "The cluster concentration by ICP-MS: an error in it is an error in every feed ratio.",
        ),
    )


def _read(settings: Settings, path: Path) -> pd.DataFrame:
    columns = ("feed_ratio", "n_low", "n_high")
    table = read_table(path, ("system", *columns), numeric=columns)
    if "source" not in table:
        table["source"] = settings.data
    for _, row in table.iterrows():
        what = f"{row['system']} at feed {row['feed_ratio']:g}"
        if row["feed_ratio"] <= 0:
            raise InputError(f"{what}: a feed ratio must be above 0", where=str(path))
        if not 0 <= row["n_low"] <= row["n_high"] <= settings.sites or any(row[name] % 1 for name in columns[1:]):
            raise InputError(
                f"{what}: n from {row['n_low']:g} to {row['n_high']:g} is not a range of whole numbers within 0 to "
                f"{settings.sites}",
                where=str(path),
            )
    return table


def _row(system: str, source: str, item: RangeFeasibility) -> dict[str, object]:
    low, high = item.binomial_range
    return {
        "system": system,
        "feed_ratio": item.feed_ratio,
        "range": f"{item.low} to {item.high}",
        "centre": item.uniform_mean,
        "smallest_mean": item.minimal_mean,
        "mass_balance": item.verdict.removeprefix("possible ") or item.verdict,
        "share_of_lowest_n": item.share_of_lowest if item.needs_low_skew else math.nan,
        "binomial_range": f"{low} to {high}",
        "source": source,
    }


def _findings(by_system: dict[str, list[RangeFeasibility]]) -> list[str]:
    """Mass balance of every system first, then the hardest range and the width of each."""
    balance, details = [], []
    for system, items in by_system.items():
        name = f"{system[0].upper()}{system[1:]}"
        impossible = [item for item in items if not item.feasible]
        skewed = [item for item in items if item.feasible and item.needs_low_skew]
        parts = [f"{len(impossible)} of {len(items)} ranges cannot be true at the stated feed"] * bool(impossible)
        if skewed:
            parts.append(
                f"{len(skewed)} of {len(items)} ranges are possible only if populations fall off from the low end"
            )
            worst = max(skewed, key=lambda item: item.share_of_lowest)
            details.append(
                f"{name}: the hardest is n = {worst.low} to {worst.high} at a feed of {worst.feed_ratio:g}; if "
                "populations "
                f"fall off evenly, n = {worst.low} holds at least {100 * worst.share_of_lowest:.0f} % of the clusters."
            )
        text = " and ".join(parts) or f"all {len(items)} ranges are possible without further assumption"
        balance.append(f"{name}: {text}.")
        details += _widths(name, items)
    return balance + details


def _widths(name: str, items: list[RangeFeasibility]) -> list[str]:
    """Where ranges are broader or narrower than a binomial of the same feed."""
    width = [(item.high - item.low, item.binomial_range[1] - item.binomial_range[0], item) for item in items]
    broader = [f"{item.feed_ratio:g}" for seen, expected, item in width if seen > expected]
    narrower = [f"{item.feed_ratio:g}" for seen, expected, item in width if seen < expected]
    shape = [f"narrower at feeds {', '.join(narrower)}"] * bool(narrower)
    shape += [f"broader at feeds {', '.join(broader)}"] * bool(broader)
    return [f"{name} against a binomial with all of the feed bound: {'; '.join(shape)}."] if shape else []
