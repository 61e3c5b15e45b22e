"""Composition: populations P(n) of one sample, their spread, and the rival shapes that may stand behind them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from goldshell.chemistry.composition import Composition, Dispersion, dispersion_index, read_populations
from goldshell.chemistry.composition_fit import MODELS, CompositionFit, fit_composition_models
from goldshell.chemistry.figures import composition_figure
from goldshell.errors import InputError
from goldshell.files import read_table
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known_references,
    literature_ids,
    literature_references,
)

TITLE = "Composition at one feed"


class Settings(AnalysisSettings):
    """Populations of one sample.

    The data file has the columns ``n`` and ``population`` (percent or any scale), and may have ``sd`` in the same
    scale, ``source``, ``note``, and ``reading`` where the source can be read in more than one way: the first reading
    is fitted, the others show how much hangs on it.
    """

    kind: Literal["composition"]
    data: DataFile
    sites: Annotated[int, Field(gt=0, description="ligand sites of the cluster")] = 18
    clusters: Annotated[float | None, Field(ge=1, description="clusters observed independently, where known")] = None
    site_classes: Annotated[tuple[int, int] | None, Field(description="sizes of two classes of sites")] = None
    models: tuple[Literal[MODELS], ...] = MODELS  # type: ignore[valid-type]
    resamples: Annotated[int, Field(ge=100, le=100_000)] = 4000


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Dispersion index of every reading, and the rival shapes fitted to the first."""
    table = _read(settings, data_path(folder, settings.data))
    readings = {str(name): _composition(settings, part, folder) for name, part in table.groupby("reading", sort=False)}
    spreads = {name: dispersion_index(item, resamples=settings.resamples, seed=seed) for name, item in readings.items()}
    main, composition = next(iter(readings.items()))
    fit = fit_composition_models(composition, settings.models, site_classes=settings.site_classes)
    sources = literature_ids(table["source"])
    return Analysis(
        summary=tuple(_findings(composition, spreads, fit)),
        method=(
            "Populations are divided by their sum. The dispersion index is their variance over that of independent, "
            "equal sites with the same mean; 1 is statistical. Its interval is a bootstrap over clusters or over the "
            "standard deviations, whichever the data carry; without either there is none. Rival shapes are fitted to "
            f"all fractions by {fit.errors} and ranked by AICc; intervals of their parameters are profile likelihoods."
        ),
        numbers=tuple(_numbers(spreads, main, fit, settings.data)),
        tables={
            "populations": table,
            "shapes": fit.to_dataframe(),
            "fitted": _fitted(composition, fit),
        },
        figures={"composition": CaptionedFigure(composition_figure(fit), _caption(fit))},
        references=literature_references(sources) | known_references({"hurvich1989", "dass2008"}),
        literature=sources,
        warnings=tuple(dict.fromkeys((*spreads[main].warnings, *fit.warnings))),
        next_measurements=_next(composition, fit),
    )


def _read(settings: Settings, path: Path) -> pd.DataFrame:
    table = read_table(path, ("n", "population"), numeric=("n", "population"), optional=("sd",))
    for column, missing in (("source", settings.data), ("reading", "as given"), ("note", "")):
        if column not in table:
            table[column] = missing
    for _, row in table.iterrows():
        if row["population"] < 0:
            raise InputError(f"population of n = {row['n']:g} is negative", where=str(path), hint="expected 0 or more")
        if row["n"] != int(row["n"]) or not 0 <= row["n"] <= settings.sites:
            raise InputError(f"n = {row['n']:g} is not a whole number from 0 to {settings.sites}", where=str(path))
    twice = table[table.duplicated(["reading", "n"])]
    if len(twice):
        raise InputError(f"n = {twice.iloc[0]['n']:g} stands twice", where=str(path), hint="one row for each n")
    table["n"] = table["n"].astype(int)
    return table.dropna(axis="columns", how="all")


def _composition(settings: Settings, part: pd.DataFrame, folder: Path) -> Composition:
    populations = dict(zip(part["n"], part["population"], strict=True))
    sd = None
    if "sd" in part and part["sd"].notna().any():
        if part["sd"].isna().any():
            path = data_path(folder, settings.data)
            raise InputError("column 'sd' is filled in some rows only", where=str(path), hint="fill all, or none")
        sd = dict(zip(part["n"], part["sd"], strict=True))
    return read_populations(populations, settings.sites, clusters=settings.clusters, sd=sd)


def _findings(composition: Composition, spreads: dict[str, Dispersion], fit: CompositionFit) -> list[str]:
    spread = next(iter(spreads.values()))
    narrow = f"{composition.variance:.2f} against {composition.binomial_variance:.2f}"
    said = [
        f"On average {composition.mean:.2f} of {composition.n_sites} ligands are exchanged; the variance is {narrow} "
        f"of independent, equal sites, a dispersion index of {spread.index.value:.2f}: {spread.reading}."
    ]
    best, binomial = fit.best, next((model for model in fit.models if model.name == "binomial"), None)
    said.append(
        f"Of {len(fit.models)} shapes, '{best.label}' comes closest by AICc (total variation "
        f"{best.total_variation:.2f})."
    )
    if binomial is not None and binomial is not best and math.isfinite(binomial.delta_aicc):
        said.append(
            f"The binomial lies {binomial.delta_aicc:.1f} AICc units behind (total variation "
            f"{binomial.total_variation:.3f})."
        )
    rivals = [model.label for model in fit.models[1:] if model.delta_aicc < 4]
    if rivals:
        said.append(f"Not to be told apart from it (within 4 AICc units): {', '.join(rivals)}.")
    values = [item.index.value for item in spreads.values()]
    if len(values) > 1:
        span = f"{min(values):.2f}"
        every = "both" if len(values) == 2 else "all of them"
        span = f"is {span} in {every}" if span == f"{max(values):.2f}" else f"runs from {span} to {max(values):.2f}"
        said.append(f"The source can be read in {len(values)} ways; the dispersion index {span}.")
    return said


def _numbers(spreads: dict[str, Dispersion], main: str, fit: CompositionFit, file: str) -> list[Number]:
    numbers = []
    for name, spread in spreads.items():
        label = f" ({name})" if len(spreads) > 1 else ""
        for quantity, estimate in (
            ("mean n", spread.mean),
            ("variance of n", spread.variance),
            ("dispersion index", spread.index),
        ):
            value = estimate.value if math.isnan(estimate.low) else estimate
            numbers.append(Number(f"{quantity}{label}", value, source=f"computed from {file}"))
    best = fit.best
    return numbers + [
        Number(
            f"{best.label}: {name.replace('_', ' ')}",
            estimate,
            source=f"fit to {file}",
            note="at the edge of its range" if name in best.at_bound else "",
        )
        for name, estimate in best.parameters.items()
    ]


def _fitted(composition: Composition, fit: CompositionFit) -> pd.DataFrame:
    """Observed and fitted populations in percent, a column for every n that has more than 0.1 % in one of them."""
    shapes = {"observed": composition.fractions, **{model.label: model.fractions for model in fit.models}}
    shown = [n for n in range(composition.n_sites + 1) if any(found[n] > 1e-3 for found in shapes.values())]
    return pd.DataFrame(
        [
            {"shape": name, **{f"n = {n} [%]": round(100 * float(found[n]), 2) for n in shown}}
            for name, found in shapes.items()
        ]
    )


def _caption(fit: CompositionFit) -> str:
    return (
        f"Observed populations (bars) and fitted shapes (points) of {fit.composition.n_sites} sites. Total variation "
        "is half the sum of the differences."
    )


def _next(composition: Composition, fit: CompositionFit) -> tuple[str, ...]:
    wanted = []
    if fit.errors == "least squares":
        wanted.append("Replicate spectra of one sample, so that each population has a standard deviation.")
    wanted.append("The response factor of ESI-MS for the two ligands, from NMR integrals of the same sample.")
    return tuple(wanted)
