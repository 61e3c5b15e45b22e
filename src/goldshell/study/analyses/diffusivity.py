"""Diffusivity: the diffusion coefficient of a ligand in several solvents, against their polarity and viscosity."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from goldshell.errors import InputError
from goldshell.study.analysis import (
    Analysis,
    AnalysisSettings,
    CaptionedFigure,
    DataFile,
    Number,
    data_path,
    known,
    known_references,
    literature_ids,
    literature_references,
)
from goldshell.study.orderings import rank_agreement, ranks, read_orderings
from goldshell.transport.diffusivity import DEFAULT_SOLVENTS, Diffusivities, diffusivities, spearman
from goldshell.transport.figures import diffusivity_figure
from goldshell.transport.solvents import ROOM_TEMPERATURE, find_solvent
from goldshell.units import quantity

TITLE = "Diffusion of the ligand"


def _find_solute(name: str) -> None:
    diffusivities(name, solvents=["water"])


class Settings(AnalysisSettings):
    """A ligand and the solvents that it diffuses in."""

    kind: Literal["diffusivity"]
    solute: Annotated[str, known(_find_solute), Field(description="ligand name, SMILES or cluster")]
    solvents: Annotated[tuple[Annotated[str, known(find_solvent)], ...], Field(min_length=1)] = DEFAULT_SOLVENTS
    temperature: quantity("K", minimum=0, exclusive=True) = ROOM_TEMPERATURE  # type: ignore[valid-type]
    viscosities: Annotated[
        dict[Annotated[str, known(find_solvent)], quantity("mPa*s", minimum=0, exclusive=True)],  # type: ignore[valid-type]
        Field(default_factory=dict, description="solvent: viscosity, where the table's is not to be used"),
    ]
    orderings: Annotated[
        DataFile | None, Field(description="a table with a row whose quantity is diffusivity; 'a > b' in ordering")
    ] = None


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Diffusion coefficients by every correlation, and what orders them."""
    result = diffusivities(
        settings.solute, settings.temperature, settings.solvents, viscosities=settings.viscosities or None
    )
    stated, sources = _stated(settings, folder)
    organic = [solvent for solvent in dict.fromkeys(row.solvent for row in result.rows) if solvent != "water"]
    return Analysis(
        summary=tuple(_findings(result, organic, stated)),
        method=(
            "Wilke-Chang, Siddiqi-Lucas, Scheibel and Stokes-Einstein at infinite dilution in the pure solvent, with "
            "the molar volume of the solute by Le Bas, and viscosities and association factors of the solvent table. "
            "A correlation outside its range is given and marked, not left out. Orders are compared by Spearman's "
            "rank correlation."
        ),
        numbers=_numbers(result),
        tables={"diffusivity": result.to_dataframe().drop(columns="solute")},
        figures={
            "diffusivity": CaptionedFigure(
                diffusivity_figure(result),
                f"Diffusion coefficient of {result.solute} against polarity index (a) and viscosity (b) of the "
                "solvent. Hollow: outside the validity of the correlation.",
            )
        },
        references=_references(result) | literature_references(sources),
        literature=sources,
        warnings=result.warnings,
        next_measurements=(
            f"Diffusion of {result.solute} in the water-saturated organic phases by DOSY NMR.",
            f"The distribution ratio of {result.solute} between each organic phase and buffer.",
        ),
    )


def _stated(settings: Settings, folder: Path) -> tuple[dict[str, float], tuple[str, ...]]:
    """The order of diffusion that a source states, as ranks by solvent name, and the literature rows it stands in."""
    if settings.orderings is None:
        return {}, ()
    path = data_path(folder, settings.orderings)
    table = read_orderings(path)
    rows = table[table["quantity"] == "diffusivity"]
    if rows.empty:
        raise InputError("no row has the quantity diffusivity", where=str(path))
    row = rows.iloc[0]
    found = {find_solvent(name): rank for name, rank in ranks(row["ordering"]).items()}
    return found, literature_ids([row.get("source", "")])


def _findings(result: Diffusivities, organic: list[str], stated: dict[str, float]) -> list[str]:
    chosen = _chosen(result)
    values = {row.solvent: row.diffusivity for row in result.rows if row.correlation == chosen}
    slowest, fastest = min(values, key=lambda name: values[name]), max(values, key=lambda name: values[name])
    said = [
        f"By {_name(chosen)} the diffusion coefficient of {result.solute} runs from {values[slowest]:.2e} m2/s in "
        f"{slowest} to {values[fastest]:.2e} m2/s in {fastest}, {values[fastest] / values[slowest]:.2g}-fold."
    ]
    if len(organic) >= 3:
        by_polarity, by_viscosity = (spearman(result, key, chosen, organic) for key in ("polarity_index", "viscosity"))
        said.append(
            f"Over {len(organic)} organic solvents D {_trend(by_polarity)} with polarity index (Spearman "
            f"{by_polarity:+.2g}) "
            f"and {_trend(by_viscosity)} with viscosity ({by_viscosity:+.2g}){_against(stated, values)}."
        )
    spread = {
        solvent: [row.diffusivity for row in result.rows if row.solvent == solvent and row.valid] for solvent in values
    }
    widest = max(max(found) / min(found) for found in spread.values() if found)
    if widest > 1.01:
        said.append(f"Within one solvent the correlations that are valid there differ by up to {widest:.2g}-fold.")
    return said


def _trend(rho: float) -> str:
    return "rises" if rho > 0.5 else "falls" if rho < -0.5 else "shows no order"


def _against(stated: dict[str, float], values: dict[str, float]) -> str:
    """How the computed order compares with the one that the source argues from, as the end of a sentence."""
    rho, _ = rank_agreement(stated, values)
    if math.isnan(rho):
        return ""
    how = "the order" if rho > 0.999 else "the reverse of the order" if rho < -0.999 else "not the order"
    return f": {how} that the source argues from ({rho:+.2g})"


def _numbers(result: Diffusivities) -> tuple[Number, ...]:
    chosen = _chosen(result)
    return tuple(
        Number(
            f"D of {result.solute} in {row.solvent}, {_name(chosen)}",
            row.diffusivity,
            unit="m^2/s",
            source=f"computed; viscosity {row.viscosity:.3g} mPa s ({row.viscosity_source})",
        )
        for row in result.rows
        if row.correlation == chosen
    )


def _chosen(result: Diffusivities) -> str:
    """The correlation that findings are told with: Wilke-Chang, which the field uses, where it is there."""
    there = {row.correlation for row in result.rows}
    return "wilke_chang" if "wilke_chang" in there else "stokes_einstein"


def _name(correlation: str) -> str:
    return "-".join(part.capitalize() for part in correlation.split("_"))


def _references(result: Diffusivities) -> frozenset[str]:
    """Keys of the correlations and of the viscosities that were used."""
    correlations = {
        "wilke_chang": "wilke1955", "siddiqi_lucas": "siddiqi1986", "scheibel": "scheibel1954",
        "stokes_einstein": "einstein1905",
    }  # fmt: skip
    keys = {correlations[row.correlation] for row in result.rows} | {row.viscosity_source for row in result.rows}
    return known_references(keys)
