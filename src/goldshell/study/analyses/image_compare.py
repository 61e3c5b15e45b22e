"""Groups of animals compared: Student and Welch, Holm, effect sizes, exact permutation; areas of curves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.imaging.figures import comparison_bars
from goldshell.imaging.figures_groups import longitudinal_curves
from goldshell.numerics import Estimate
from goldshell.statistics import compare_table, read_comparison
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, DataFile, Number, data_path

TITLE = "Comparison of groups"


class Settings(AnalysisSettings):
    """Groups compared; the data file has one row per animal (and organ, and time)."""

    kind: Literal["image_compare"]
    data: DataFile
    value: Annotated[str, Field(description="column of the measured value")] = "value"
    label: Annotated[str, Field(description="what the value is, with its unit, for the axis")] = "value per animal"
    group: Annotated[str, Field(description="column of the group")] = "group"
    animal: Annotated[str | None, Field(description="column of the animal")] = None
    organ: Annotated[str | None, Field(description="column of the organ; each is compared")] = None
    time: Annotated[str | None, Field(description="column of the time; areas per animal are compared")] = None
    time_label: Annotated[str, Field(description="for the axis, with its unit")] = "time"
    control: Annotated[str | None, Field(description="group that the others are compared with")] = None
    paired: Annotated[bool, Field(description="the same animals in every group")] = False


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Compare the groups of each organ, corrected over all of them."""
    table = read_comparison(
        data_path(folder, settings.data), value=settings.value, group=settings.group, animal=settings.animal,
        by=settings.organ, time=settings.time,
    )  # fmt: skip
    result = compare_table(table, control=settings.control, paired=settings.paired, seed=seed)
    found, numbers = [], []
    for organ, part in result.organs.items():
        where = "" if organ == "all" else f"{organ}: "
        for item in part.comparisons:
            verdict = "differ" if item.welch_p_holm < 0.05 else "are not shown to differ"
            found.append(
                (
                    item.welch_p_holm,
                    f"{where}{item.first} and {item.second} {verdict} (p = {item.welch_p_holm:.2g} after correction, "
                    f"n = {item.n[0]} and {item.n[1]}; Hedges g {item.hedges_g:.2g}, {item.hedges_low:.2g} to "
                    f"{item.hedges_high:.2g}).",
                )
            )
            numbers.append(
                Number(
                    f"{where}{item.first} less {item.second}",
                    Estimate(item.difference, item.low, item.high),
                    source=settings.data,
                    note=f"in the unit of the value; Student p {item.student_p:.3g}, Welch p {item.welch_p:.3g}, "
                    f"permutation p {item.permutation_p:.3g}",
                )
            )
    figures = {
        "comparison": CaptionedFigure(
            comparison_bars(result.organs, label=settings.label if settings.time is None else "area per animal"),
            "Bars: mean and standard deviation; points: animals; p by Welch's test after Holm's correction.",
        )
    }
    if settings.time is not None:
        figures["curves"] = CaptionedFigure(
            longitudinal_curves(table, label=settings.label, time_label=settings.time_label),
            "Thin: each animal; bold: mean and standard deviation over the animals.",
        )
    return Analysis(
        summary=tuple(text for _, text in sorted(found, key=lambda pair: pair[0])[:8]),
        method=(
            f"The {result.quantity} is compared; the animal is the unit. Welch's t test is corrected by Holm over "
            "every comparison of this section; Student's stands beside it in the table, with an exact "
            "permutation test and "
            "Hedges g with its interval by the non-central t."
        ),
        numbers=tuple(numbers),
        tables={"comparisons": result.to_dataframe()},
        figures=figures,
        warnings=result.warnings,
        next_measurements=("More animals per group: the power at this number is in the warnings.",)
        if any("n = " in text for text in result.warnings)
        else (),
    )
