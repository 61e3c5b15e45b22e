"""ESI mass spectrum: the ligands on the clusters, from the raw profile, with intervals."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from goldshell.chemistry import binomial_distribution, find_ligand, parse_cluster
from goldshell.numerics import Estimate
from goldshell.spectra import EsiMsResult, analyse_spectrum, read_spectrum, response_for_mean
from goldshell.spectra.figures import assignment_figure, composition_figure, spectrum_figure, window_figure
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known,
    known_references,
)

TITLE = "Ligands by mass spectrometry"
_CHARGES_DISAGREE = 0.001  # probability below which the means of the charges are said to differ


class Settings(AnalysisSettings):
    """A raw profile spectrum (mzML, or text with m/z and intensity) and the cluster it was taken of."""

    kind: Literal["esi_ms"]
    data: DataFile
    cluster: Annotated[str, known(parse_cluster), Field(description="starting cluster, Au25(p-MBSA)18")]
    incoming: Annotated[str | None, Field(description="ligand that n counts")] = None
    charges: Annotated[
        list[Annotated[int, Field(ge=1, le=60)]] | None, Field(min_length=1, description="all that fit if left out")
    ] = None
    polarity: Literal["negative", "positive"] = "negative"
    core_charges: Annotated[list[int] | None, Field(min_length=1)] = None
    also: Annotated[
        tuple[Annotated[str, known(parse_cluster)], ...], Field(description="other clusters in it", max_length=20)
    ] = ()
    dopants: Annotated[
        tuple[Literal["Ag", "Pd", "Pt", "Cd", "Hg"], ...], Field(description="metals that may replace one or two Au")
    ] = ()
    response: Annotated[
        float, Field(gt=0, description="signal of the fully exchanged over that of the starting cluster [1]")
    ] = 1.0
    nmr_mean: Annotated[float | None, Field(gt=0, description="mean n from NMR, to fit the response to")] = None
    scans: Annotated[tuple[int, int] | None, Field(description="first and last MS1 scan to average")] = None
    minutes: Annotated[tuple[float, float] | None, Field(description="retention times to average [min]")] = None
    level: Annotated[float, Field(gt=0, lt=1, description="of the intervals")] = 0.95

    @model_validator(mode="after")
    def _incoming_is_known(self) -> Settings:
        if self.incoming is not None:
            find_ligand(self.incoming)
        elif self.nmr_mean is not None:
            raise ValueError("nmr_mean needs an incoming ligand, which n counts")
        return self


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Deconvolve the spectrum, compare P(n) with a binomial, and say what stays unexplained."""
    spectrum = read_spectrum(
        data_path(folder, settings.data), scans=settings.scans, minutes=settings.minutes, polarity=settings.polarity
    )
    options: dict[str, Any] = {
        "charges": settings.charges,
        "polarity": settings.polarity,
        "core_charges": settings.core_charges,
        "also": settings.also,
        "dopants": settings.dopants,
        "level": settings.level,
    }
    response = settings.response
    if settings.nmr_mean is not None:
        first = analyse_spectrum(spectrum, settings.cluster, settings.incoming, intervals=False, **options)
        response = response_for_mean(np.array([item.value for item in first.fractions]), settings.nmr_mean)
    result = analyse_spectrum(spectrum, settings.cluster, settings.incoming, response=response, **options)
    figures = {
        "spectrum": CaptionedFigure(
            spectrum_figure(result),
            "Measured spectrum, the fitted sum of isotope envelopes and baseline, and what is left. Labels: charge; "
            "triangles: largest peaks without an ion.",
        ),
        "windows": CaptionedFigure(
            window_figure(result), "The most intense ion of each charge, with every envelope that overlaps it."
        ),
    }
    if result.incoming:
        figures["composition"] = CaptionedFigure(
            composition_figure(result),
            f"Fraction of clusters with n {result.incoming}, with {100 * settings.level:.0f} % intervals, beside the "
            "binomial distribution of the same mean.",
        )
    figures["assignments"] = CaptionedFigure(assignment_figure(result), "The most intense ions and what they carry.")
    return Analysis(
        summary=tuple(_findings(result, settings)),
        method=(
            "The points are fitted by one model: a smooth baseline plus, for every ion [core A(N-n) B(n) + adducts "
            "- x H] of charge z, x = z + core charge + cations, the area of the ion times its isotope envelope at the "
            "peak shape of the instrument. Calibration, resolution, peak shape, abundances of 34S and 13C are fitted "
            "along; amounts are drawn to charge and adduct shares that change linearly with n, as far as the spectrum "
            "agrees. Shells stay when they are clearly above zero. Intensities are areas over m/z"
            + (f", divided by a response of {response:.3g}^(n/N)." if response != 1 else ", taken as amounts.")
        ),
        numbers=tuple(_numbers(result, settings)),
        tables=_tables(result),
        figures=figures,
        references=known_references({"kim2011"}),
        warnings=result.warnings,
        next_measurements=tuple(_next(result)),
    )


def _findings(result: EsiMsResult, settings: Settings) -> list[str]:
    said = []
    if result.incoming:
        found = [(n, item) for n, item in enumerate(result.fractions) if item.value >= 0.005]
        largest = max(found, key=lambda pair: pair[1].value)
        said.append(
            f"Clusters carry {_interval(result.mean_n)} {result.incoming} on average; n runs from {found[0][0]} to "
            f"{found[-1][0]}, most often {largest[0]} ({100 * largest[1].value:.0f} %)."
        )
        if math.isfinite(result.dispersion_index.value):
            said.append(
                f"P(n) is {result.dispersion_reading}: its variance is {_interval(result.dispersion_index)} times that "
                "of independent sites."
            )
    cores = ", ".join(f"{charge:+d} ({100 * item.value:.0f} %)" for charge, item in result.core_charge.items())
    said.append(f"Core charge: {cores}.")
    if result.dopants:
        shares = ", ".join(f"{text} ({100 * item.value:.1f} %)" for text, item in result.dopants.items())
        said.append(f"Metals in place of gold, as shares of all ions: {shares}.")
    if result.consistency is not None and len(result.per_charge) > 1:
        verdict = "disagree" if result.consistency < _CHARGES_DISAGREE else "agree"
        said.append(f"The {len(result.per_charge)} charges {verdict} on the mean n (p = {result.consistency:.2g}).")
    said.append(
        f"The ions explain {100 * (1 - result.unexplained_fraction):.1f} % of the signal (R² {result.r_squared:.4f}) "
        f"at a resolution of {result.resolution:.0f} and a calibration off by {result.calibration_ppm:+.1f} ppm."
    )
    return said


def _interval(item: Estimate) -> str:
    if math.isnan(item.low):
        return f"{item.value:.3g}"
    return f"{item.value:.3g} ({item.low:.3g} to {item.high:.3g})"


def _numbers(result: EsiMsResult, settings: Settings) -> list[Number]:
    made = []
    if result.incoming:
        made += [
            Number("mean n", result.mean_n, source=settings.data),
            Number("dispersion index", result.dispersion_index, source=settings.data, note=result.dispersion_reading),
        ]
        made += [
            Number(f"fraction with n = {n}", item, source=settings.data)
            for n, item in enumerate(result.fractions)
            if item.value > 0
        ]
    made += [
        Number(f"fraction of core charge {charge:+d}", item, source=settings.data)
        for charge, item in result.core_charge.items()
    ]
    made += [
        Number("calibration, measured minus calculated", result.calibration_ppm, unit="ppm", source=settings.data),
        Number("resolution, m/z over full width", result.resolution, source=settings.data,
               note=f"at m/z {result.resolution_mz:.1f}"),
        Number("signal without an ion", result.unexplained_fraction, source=settings.data),
    ]  # fmt: skip
    return made


def _tables(result: EsiMsResult) -> dict[str, pd.DataFrame]:
    tables = {}
    if result.incoming:
        composition = result.to_dataframe()
        sites = len(composition) - 1
        mean = min(max(result.mean_n.value / sites, 0.0), 1.0)
        composition["binomial"] = binomial_distribution(sites, mean)
        tables["composition"] = composition
    tables["assignments"] = pd.DataFrame([item.to_dict() for item in result.assignments])
    tables["charges"] = pd.DataFrame(result.per_charge)
    tables["unexplained"] = pd.DataFrame(result.unexplained_peaks, columns=["mz", "height"])
    return tables


def _next(result: EsiMsResult) -> list[str]:
    wanted = []
    if result.incoming and result.response == 1:
        wanted.append("An NMR ratio of the two ligands on the same clusters: whether intensity is amount.")
    if result.merged or result.confusable:
        wanted.append(
            "The same sample at a higher resolution, or desalted: some ions of different n weigh nearly the same."
        )
    if result.unexplained_fraction > 0.1:
        wanted.append(
            "A blank of the solvent and the free ligands, to tell the peaks that no ion of the cluster explains."
        )
    return wanted
