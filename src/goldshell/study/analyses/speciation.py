"""Speciation: in which charge states ligands and shells are at a pH, under each competing pKa."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from goldshell.chemistry import Cluster, find_ligand, parse_cluster, shell_charge
from goldshell.chemistry.figures import shell_charge_figure
from goldshell.study.analysis import Analysis, AnalysisSettings, CaptionedFigure, known, known_references
from goldshell.transport import Speciation, competing_speciation, neutral_fraction
from goldshell.transport.figures import speciation_figure

TITLE = "Charge of ligands and shells"

LigandName = Annotated[str, known(find_ligand)]
ClusterName = Annotated[str, known(parse_cluster)]
PH = Annotated[float, Field(ge=0, le=14)]


class Settings(AnalysisSettings):
    """Ligands and clusters, and the pH at which they are told."""

    kind: Literal["speciation"]
    ligands: Annotated[
        tuple[LigandName, ...],
        Field(description="names or SMILES; all ionisable groups titrate"),
    ] = ()
    clusters: Annotated[tuple[ClusterName, ...], Field(description="notations; the core charge is added")] = ()
    ph: Annotated[tuple[PH, ...], Field(min_length=1, description="pH values that findings are told for")] = (5, 7, 9)
    cluster_ph: PH = 7.0
    range: Annotated[tuple[PH, PH], Field(description="of the figures")] = (2.0, 12.0)

    @model_validator(mode="after")
    def _something(self) -> Settings:
        if not self.ligands and not self.clusters:
            raise ValueError("give 'ligands' or 'clusters'")
        if self.range[0] >= self.range[1]:
            raise ValueError("range: the first pH must be below the second")
        return self


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Speciation of each ligand and charge of each shell under every source of pKa values."""
    grid = np.linspace(*settings.range, 201)
    findings: list[str] = []
    tables: dict[str, pd.DataFrame] = {}
    figures: dict[str, CaptionedFigure] = {}
    warnings: list[str] = []
    told: list[dict[str, object]] = []
    for name in settings.ligands:
        cases = competing_speciation(name, settings.ph)
        told += [row for case in cases for row in _told(case)]
        findings += _ligand_in_words(cases)
        figures[f"speciation-{len(figures) + 1}"] = CaptionedFigure(
            speciation_figure(competing_speciation(name, grid), ph_marks=settings.ph),
            f"{find_ligand(name).name}: share of the neutral molecule (a) and its distribution ratio relative to "
            "that of "
            "the neutral molecule, which alone enters the organic phase (b). Dashed: with the most acidic group alone.",
        )
    if told:
        tables["ligands"] = pd.DataFrame(told)
    clusters = [parse_cluster(notation) for notation in settings.clusters]
    if clusters:
        rows, said, more = _shells(clusters, settings.cluster_ph)
        tables["shells"] = rows
        findings = [*said, *findings]
        warnings += more
        figures["shells"] = CaptionedFigure(
            shell_charge_figure(clusters, marked_ph=(settings.cluster_ph,)),
            "Charge of the ligand shell under each source of pKa values, with independent sites and with the "
            "anticooperative titration of a dense shell carried over from Au102(p-MBA)44: the ends of a range. The "
            f"charge of the core ({', '.join(sorted({f'{item.core_charge:+d}' for item in clusters}))}) is not in it.",
        )
    references = _references(settings.ligands, clusters)
    return Analysis(
        summary=tuple(findings),
        method=(
            "Charge states follow from the acid constants of every group, the thiol of a free ligand included and "
            "lost on gold. Only the uncharged molecule partitions, so the distribution ratio is its partition "
            "coefficient times its share. Where sources give competing pKa values, each is carried through; none is "
            "averaged. Shells are titrated with independent sites and with the shift and Hill coefficient measured "
            "on Au102(p-MBA)44."
        ),
        tables=tables,
        figures=figures,
        references=references,
        warnings=tuple(dict.fromkeys(warnings)),
        next_measurements=_wanted(clusters),
    )


def _told(case: Speciation) -> list[dict[str, object]]:
    return [
        {
            "ligand": case.label.partition(":")[0],
            "pka": case.label.partition(": ")[2],
            "ph": float(ph),
            "neutral_fraction": float(neutral),
            "mean_charge": float(case.charges @ case.fractions[:, place]),
        }
        for place, (ph, neutral) in enumerate(zip(case.ph, case.neutral_fraction, strict=True))
    ]


def _ligand_in_words(cases: tuple[Speciation, ...]) -> list[str]:
    """How much of a ligand is neutral at each pH, over all sources of pKa, and what its other groups do to that."""
    name, ph = cases[0].label.partition(":")[0], cases[0].ph
    shares = np.array([case.neutral_fraction for case in cases])
    shown = ", ".join(f"{_percent(shares[:, place])} at pH {value:g}" for place, value in enumerate(ph))
    under = f", over {len(cases)} sets of pKa" if len(cases) > 1 else ""
    said = [f"{name}: the neutral share is {shown}{under}."]
    acidic = [case for case in cases if len(case.acid_pkas) > 1 and not case.base_pkas]
    if acidic:
        folds = np.array([neutral_fraction(ph, (min(case.acid_pkas),)) / case.neutral_fraction for case in acidic])
        overstated = ", ".join(f"{_fold(folds[:, place].max())} at pH {value:g}" for place, value in enumerate(ph))
        said.append(f"{name}: with the most acidic group alone the distribution ratio is too high, {overstated}.")
    return said


def _fold(ratio: float) -> str:
    return f"{ratio:.2g}-fold" if ratio < 100 else f"{float(f'{ratio:.2g}'):.0f}-fold"


def _percent(shares: np.ndarray) -> str:
    low, high = (f"{100 * limit:.2g}" for limit in (shares.min(), shares.max()))
    return f"{low} %" if low == high else f"{low} to {high} %"


def _shells(clusters: Iterable[Cluster], ph: float) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Net charge of each cluster under each pKa source, in a table and in words, the most disputed first."""
    rows: list[dict[str, object]] = []
    said: list[tuple[float, str]] = []
    warnings: list[str] = []
    for cluster in clusters:
        charges = shell_charge(cluster, ph)
        warnings += list(charges.warnings)
        net = {
            charge.pka_source: (charges.net(place, hill=False), charges.net(place))
            for place, charge in enumerate(charges.charges)
        }
        rows += [
            {
                "cluster": cluster.notation,
                "ph": ph,
                "pka_source": source,
                "net_charge_independent": independent,
                "net_charge_anticooperative": hill,
            }
            for source, (independent, hill) in net.items()
        ]
        shown = ", ".join(f"{_span(values)} ({source})" for source, values in net.items())
        by_source = ", by source of the pKa" if len(net) > 1 else ""
        spread = max(map(max, net.values())) - min(map(min, net.values()))
        said.append((spread, f"{cluster.notation} at pH {ph:g} has a net charge of {shown}{by_source}."))
    said.sort(key=lambda item: -item[0])
    return pd.DataFrame(rows), [text for _, text in said], warnings


def _span(values: tuple[float, float]) -> str:
    low, high = sorted(values)
    shown = [f"{value:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0") for value in (low, high)]
    return shown[0] if shown[0] == shown[1] else f"{shown[0]} to {shown[1]}"


def _references(ligands: tuple[str, ...], clusters: Iterable[Cluster]) -> frozenset[str]:
    """Keys of every pKa source that was used, and of the titrated shell."""
    found = [find_ligand(name) for name in ligands]
    found += [ligand for cluster in clusters for ligand, _ in cluster.ligands]
    keys = {pka.source for ligand in found for pka in ligand.pka} | ({"koivisto2016"} if clusters else set())
    return known_references(keys)


def _wanted(clusters: list[Cluster]) -> tuple[str, ...]:
    wanted = [
        "Zeta potential or potentiometric titration of each shell, from pH 3 to 11, to choose between the pKa values."
    ]
    return tuple(wanted if clusters else ())
