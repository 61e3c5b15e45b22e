"""Exchange, simulated: one vial from its conditions to P(n), intact fraction and free ligand over time."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.chemistry.composition import detected_range
from goldshell.exchange import MixedSimulation, Simulation, level_figures, simulate_file
from goldshell.numerics import describe_parameters
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    literature_ids,
    literature_references,
)

TITLE = "Simulated exchange"

_CAPTIONS = {
    "course": "Left: populations of the intact clusters over time, with their mean. Right: clusters that are still "
    "intact, and free ligand in each region.",
    "interphase_profiles": "Profiles across the interphase.",
    "interphase_medium": "The medium across the interphase.",
    "cluster_counts": "Counts of single clusters.",
    "composition": "Share of every composition among the intact clusters; the pure shells are at the corners, the "
    "cross is the mean.",
    "courses": "a: mean number of each incoming ligand, and intact clusters. b: free ligand in the water. c: each "
    "ligand's own distribution at the end.",
}


class Settings(AnalysisSettings):
    """A vial; the file is that of ``goldshell exchange simulate``."""

    kind: Literal["exchange_simulate"]
    file: Annotated[DataFile, Field(description="YAML: cluster, ligand, phases, time, model")]


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Solve the vial and say what is in it at the end."""
    result = simulate_file(data_path(folder, settings.file))
    if isinstance(result, MixedSimulation):
        return _several(result)
    experiment, end = result.experiment, float(result.time_h[-1])
    low, high = detected_range(result.composition[-1])
    mean, intact = float(result.mean_n[-1]), float(result.intact_fraction[-1])
    n = range(result.composition.shape[1])
    variance = sum(float(share) * (k - mean) ** 2 for k, share in zip(n, result.composition[-1], strict=True))
    carried = (
        f" and carry {mean:.2f} {experiment.incoming} on average; n = {low} to {high} lie above 1 % of the largest "
        "population"
        if math.isfinite(mean)
        else ""
    )
    sources = _sources(result)
    return Analysis(
        summary=(
            f"After {end:g} h at a feed of {experiment.feed_ratio:.3g} {experiment.incoming} per cluster, "
            f"{100 * intact:.1f} % of the clusters are intact{carried}.",
        ),
        method=(
            "The exchange model is solved from the conditions in the file; parameters that the file leaves out have "
            "their defaults, each with its literature row. Gold and both ligands are balanced to "
            f"{max(result.balances.values()):.0e} relative. A simulation shows what the model says, not what was "
            "measured: with the published defaults it has not been fitted to anything."
        ),
        numbers=(
            *(
                (Number(f"mean n after {end:g} h", mean), Number(f"variance of n after {end:g} h", variance))
                if math.isfinite(mean)
                else ()
            ),
            Number(f"intact fraction after {end:g} h", intact),
            Number("feed, incoming ligand per cluster", experiment.feed_ratio, source=settings.file),
        ),
        tables={"course": result.to_dataframe()},
        figures={name: CaptionedFigure(drawn, _CAPTIONS[name]) for name, drawn in level_figures(result).items()},
        references=literature_references(sources),
        literature=sources,
        warnings=result.warnings,
        next_measurements=(f"P(n) of this vial after {end:g} h, to compare with the prediction.",),
    )


def _several(result: MixedSimulation) -> Analysis:
    """The same for several incoming ligands."""
    end, intact = float(result.time_h[-1]), float(result.intact_fraction[-1])
    means = {name: float(values[-1]) for name, values in result.mean_n().items()}
    sources = _sources(result)
    known = {name: mean for name, mean in means.items() if math.isfinite(mean)}
    carried = " and ".join(f"{mean:.2f} {name}" for name, mean in known.items())
    carried = f" and carry {carried} on average" if known else ""
    return Analysis(
        summary=(f"After {end:g} h {100 * intact:.1f} % of the clusters are intact{carried}.",),
        method=(
            "Every composition of the shell is a state; the exchange model is solved from the conditions in the file. "
            "Parameters that the file leaves out have their defaults, each with its literature row. Gold and every "
            f"ligand are balanced to {max(result.balances.values()):.0e} relative. A simulation shows what the model "
            "says, not what was measured."
        ),
        numbers=(
            *(Number(f"mean number of {name} after {end:g} h", mean) for name, mean in known.items()),
            Number(f"intact fraction after {end:g} h", intact),
        ),
        tables={"course": result.to_dataframe()},
        figures={name: CaptionedFigure(drawn, _CAPTIONS[name]) for name, drawn in level_figures(result).items()},
        references=literature_references(sources),
        literature=sources,
        warnings=result.warnings,
        next_measurements=(f"The mass spectrum after {end:g} h, to compare compositions with the prediction.",),
    )


def _sources(result: Simulation | MixedSimulation) -> tuple[str, ...]:
    """Rows of the parameters that have their default."""
    given = dataclasses.asdict(result.parameters)
    return literature_ids(
        item.source for item in describe_parameters(type(result.parameters)) if given[item.name] == item.default
    )
