"""Exchange from mass spectra: P(n) of raw spectra at several times, and the exchange model fitted to all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from goldshell.exchange import fit
from goldshell.spectra import analyse_spectrum, read_spectrum
from goldshell.spectra.figures import composition_figure
from goldshell.study.analyses.exchange_fit import fitted
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known_references,
)
from goldshell.units import quantity
from goldshell.workflows.exchange_from_esi_ms import DEFAULT_FIT, exchange_data, measured_shell, read_vial

TITLE = "Exchange from mass spectra"
if TYPE_CHECKING:
    Time = float
else:
    Time = quantity("h", minimum=0.0)


class TimedSpectrum(BaseModel):
    """A raw spectrum and when it was taken."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[DataFile, Field(description="mzML, or text with m/z and intensity")]
    time: Annotated[Time, Field(description="since the start of the exchange, '10 min'")]


class Settings(AnalysisSettings):
    """Spectra of one vial at several times, and its conditions as in the file of ``goldshell exchange simulate``."""

    kind: Literal["exchange_from_esi_ms"]
    spectra: Annotated[tuple[TimedSpectrum, ...], Field(min_length=1, max_length=200)]
    vial: Annotated[DataFile, Field(description="YAML: cluster, incoming ligand, phases")]
    charges: Annotated[
        list[Annotated[int, Field(ge=1, le=60)]] | None, Field(min_length=1, description="all that fit if left out")
    ] = None
    polarity: Literal["negative", "positive"] = "negative"
    response: Annotated[
        float, Field(gt=0, description="signal of the fully exchanged over that of the starting cluster [1]")
    ] = 1.0
    fit: Annotated[
        Mapping[str, Mapping[str, Any]], Field(description="what is searched, as under 'fit' of a problem file")
    ] = DEFAULT_FIT
    profiles: Annotated[bool, Field(description="intervals by profile likelihood, else by curvature")] = True


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Deconvolve every spectrum, then fit the exchange model to all P(n) at once."""
    vial = read_vial(data_path(folder, settings.vial))
    results, shells = [], []
    for item in sorted(settings.spectra, key=lambda one: one.time):
        spectrum = read_spectrum(data_path(folder, item.file), polarity=settings.polarity)
        found = analyse_spectrum(
            spectrum, str(vial["cluster"]), str(vial["incoming"]), charges=settings.charges,
            polarity=settings.polarity, response=settings.response,
        )  # fmt: skip
        results.append((item, found))
        shells.append(measured_shell(found.to_dict(), item.time, source=item.file))
    data = exchange_data(shells, vial, fit=settings.fit)
    problem = data.read()
    result = fit(problem.problem, rivals=problem.rivals, profiles=settings.profiles)
    report = fitted(result, profiles=settings.profiles, source="P(n) of the spectra")
    means = [(item, found.mean_n) for item, found in results]
    return replace(
        report,
        summary=(
            "On average " + ", ".join(f"{mean.value:.2f} at {item.time:.3g} h" for item, mean in means)
            + f" of the ligands are {results[0][1].incoming}.",
            *report.summary,
        ),
        method="Each spectrum is deconvolved as in the kind 'esi_ms'; half widths of the intervals of P(n) are the "
        "errors of the fit. " + report.method,
        numbers=(
            *(Number(f"mean n at {item.time:.3g} h", mean, source=item.file) for item, mean in means),
            *report.numbers,
        ),
        tables={
            "spectra": pd.DataFrame(
                [
                    {"time_h": item.time, "n": n, "fraction": one.value, "low": one.low, "high": one.high,
                     "file": item.file}
                    for item, found in results
                    for n, one in enumerate(found.fractions)
                ]
            ),
            **report.tables,
        },
        figures={
            **report.figures,
            **{
                f"shell-{place}": CaptionedFigure(
                    composition_figure(found), f"P(n) at {item.time:.3g} h, beside the binomial of the same mean."
                )
                for place, (item, found) in enumerate(results, 1)
            },
        },
        references=report.references | known_references({"kim2011"}),
        warnings=tuple(
            dict.fromkeys(
                [*data.warnings, *(f"{item.file}: {text}" for item, found in results for text in found.warnings),
                 *report.warnings]
            )
        ),
    )  # fmt: skip
