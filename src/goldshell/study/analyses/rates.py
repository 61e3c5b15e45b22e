"""Rates: orders of etching and exchange, measured here or stated, and what they say about two systems."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from goldshell.errors import InputError
from goldshell.exchange.figures import Anchor, order_regression_figure, rate_law_figure
from goldshell.exchange.models import power_law
from goldshell.exchange.regression import OrderFit, fit_orders, read_rates
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
from goldshell.units import quantity

TITLE = "Rate laws of etching and exchange"

Process = Literal["etching", "exchange"]

# What a table of systems may state, and the unit that it must be in.
QUANTITIES = {"etching_rate": "mM/h", "intact_fraction": "%", "ligand_coverage": "%"}


class MeasuredRates(BaseModel):
    """Rates at several concentrations; columns ``cluster_mM``, ``thiol_mM``, ``rate_mM_per_h``, and ``label``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    process: Process
    data: DataFile


class Comparison(BaseModel):
    """Two systems side by side, under stated orders.

    ``orders`` has the columns ``process``, ``species`` (cluster or thiol), ``order``; ``systems`` has ``system``,
    ``quantity`` (etching_rate in mM/h, intact_fraction and ligand_coverage in %), ``value``, ``unit`` and, for
    fractions, ``time_h``. Both may have ``source``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    orders: DataFile
    systems: DataFile
    reference: Annotated[str, Field(min_length=1, description="the system that the other is compared with")]
    cluster: Annotated[quantity("mM", minimum=0, exclusive=True), Field(description="clusters at the start")]  # type: ignore[valid-type]
    thiol: Annotated[quantity("mM", minimum=0, exclusive=True), Field(description="thiol of the reference")]  # type: ignore[valid-type]
    thiol_assumed: Annotated[bool, Field(description="the source does not state the thiol of the rates")] = False
    sites: Annotated[int, Field(gt=0)] = 18


class Settings(AnalysisSettings):
    """Rates measured here, or orders and rates that a source states, or both."""

    kind: Literal["rates"]
    measured: tuple[MeasuredRates, ...] = ()
    compare: Comparison | None = None

    @model_validator(mode="after")
    def _something(self) -> Settings:
        if not self.measured and self.compare is None:
            raise ValueError("give 'measured' rates, or 'compare' two systems")
        return self


def analyse(settings: Settings, folder: Path, seed: int) -> Analysis:
    """Regress measured orders; compare two systems under stated ones."""
    findings: list[str] = []
    numbers: list[Number] = []
    tables: dict[str, pd.DataFrame] = {}
    figures: dict[str, CaptionedFigure] = {}
    warnings: list[str] = []
    wanted: list[str] = []
    methods: list[str] = []
    sources: tuple[str, ...] = ()
    for item in settings.measured:
        fit = _regress(item, folder)
        name = f"{item.process}-orders"
        findings.append(_orders_in_words(item.process, fit))
        numbers += _order_numbers(item, fit)
        tables[name] = fit.to_dataframe()
        figures[name] = CaptionedFigure(
            order_regression_figure(fit),
            f"Rates of {item.process} against concentration with the regression of Zhang et al. (Eq. 2) and its band.",
        )
        warnings += [f"{item.process}: {text}" for text in fit.warnings]
    if settings.measured:
        methods.append(
            "Orders are the slopes of ln(rate) against ln(concentration) by ordinary least squares, as in Zhang et "
            "al. (Eq. 2), with t intervals."
        )
        wanted.append("Traces of concentration in time, to fit the integrated rate law to all of them at once.")
    if settings.compare is not None:
        compared = _compare(settings.compare, folder)
        findings += compared.findings
        numbers += compared.numbers
        tables |= {"orders": compared.orders, "systems": compared.systems}
        figures["rate-laws"] = compared.figure
        warnings += compared.warnings
        wanted += compared.next_measurements
        sources = literature_ids((*compared.orders["source"], *compared.systems["source"]))
        methods.append(
            "A fold change of etching is taken from the rates, and apart from them from the intact fractions at one "
            "time under zero and first order. With an order y in thiol, a rate that is f-fold lower needs thiol that "
            "is f^(1/y)-fold lower; the order of exchange then says how much slower exchange should be. Where the "
            "source states no thiol concentration for its rates the laws pass through an assumed one, drawn hollow."
        )
    return Analysis(
        summary=tuple(findings),
        method=" ".join(methods),
        numbers=tuple(numbers),
        tables=tables,
        figures=figures,
        references=literature_references(sources) | known_references({"zhang2026"}),
        literature=sources,
        warnings=tuple(warnings),
        next_measurements=tuple(wanted),
    )


class _Compared(BaseModel):
    """What a comparison adds to the analysis."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    orders: pd.DataFrame
    systems: pd.DataFrame
    findings: list[str]
    numbers: list[Number]
    warnings: list[str]
    next_measurements: list[str]
    figure: CaptionedFigure


def _regress(item: MeasuredRates, folder: Path) -> OrderFit:
    path = data_path(folder, item.data)
    table = read_rates(path)
    labels = [str(label) for label in table["label"]] if "label" in table else None
    return fit_orders(
        table["cluster_mM"].to_numpy(),
        table["thiol_mM"].to_numpy(),
        table["rate_mM_per_h"].to_numpy(),
        labels=labels,
        where=str(path),
    )


def _orders_in_words(process: str, fit: OrderFit) -> str:
    parts = [
        f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f}) in {what}"
        for what, estimate in (("clusters", fit.x), ("thiol", fit.y))
        if estimate is not None
    ]
    return f"The order of {process} is {' and '.join(parts)}, from {len(fit.points)} rates."


def _order_numbers(item: MeasuredRates, fit: OrderFit) -> list[Number]:
    found = (("order in clusters", fit.x), ("order in thiol", fit.y), ("ln k", fit.ln_k))
    return [
        Number(
            f"{item.process}: {label}", estimate, source=item.data, note=f"k in {fit.k_unit}" if label == "ln k" else ""
        )
        for label, estimate in found
        if estimate is not None
    ]


def _compare(settings: Comparison, folder: Path) -> _Compared:
    """Fold changes between two systems, and whether one concentration of thiol explains them."""
    orders = _read_orders(settings, data_path(folder, settings.orders))
    systems = _read_systems(settings, data_path(folder, settings.systems))
    found = {(row["system"], row["quantity"]): row for _, row in systems.iterrows()}
    others = [name for name in dict.fromkeys(systems["system"]) if name != settings.reference]
    order = {(row["process"], row["species"]): float(row["order"]) for _, row in orders.iterrows()}
    findings: list[str] = []
    numbers: list[Number] = []
    for other in others:
        pair = {
            what: (found[settings.reference, what]["value"], found[other, what]["value"])
            for what in QUANTITIES
            if (settings.reference, what) in found and (other, what) in found
        }
        findings += _fold_changes(settings, other, pair, order, numbers)
    findings += _lifetimes(settings, found, order)
    fastest = found.get((settings.reference, "etching_rate"))
    covered = found.get((settings.reference, "ligand_coverage"))
    if fastest is None or covered is None:
        raise InputError(
            f"system {settings.reference!r} needs an etching_rate and a ligand_coverage",
            where=str(data_path(folder, settings.systems)),
            hint="the rate laws are drawn through them",
        )
    slow = [found[other, "etching_rate"]["value"] for other in others if (other, "etching_rate") in found]
    return _Compared(
        orders=orders,
        systems=systems.dropna(axis="columns", how="all"),
        findings=findings,
        numbers=numbers,
        warnings=[
            f"The thiol concentration of the rates is assumed to be {settings.thiol:g} mM: the source does not state "
            "it."
        ]
        * settings.thiol_assumed,
        next_measurements=[
            "Etching and exchange rates at a stated thiol concentration, over a factor of 10 or more of it.",
            "The thiol concentration in the interphase or the water of the two-phase system, against time.",
        ],
        figure=_figure(settings, order, float(fastest["value"]), covered, slow[0] if slow else None),
    )


def _fold_changes(
    settings: Comparison,
    other: str,
    pair: dict[str, tuple[float, float]],
    order: dict[tuple[str, str], float],
    numbers: list[Number],
) -> list[str]:
    """How many times slower etching and exchange are in another system, and what the orders make of it."""
    said = []
    where = f"{other} against {settings.reference}"
    source = f"computed from {settings.systems}"
    fold = math.nan
    if "etching_rate" in pair:
        fold = pair["etching_rate"][0] / pair["etching_rate"][1]
        said.append(f"By the rates, etching is {fold:.3g}-fold slower ({where}).")
        numbers.append(Number(f"slowdown of etching, {where}, by rates", fold, source=source))
    if "intact_fraction" in pair:
        fast, slow = (value / 100 for value in pair["intact_fraction"])
        zero, first = (1 - fast) / (1 - slow), math.log(fast) / math.log(slow)
        said.append(
            f"By the intact fractions ({100 * fast:g} % and {100 * slow:g} %), it is {zero:.3g}-fold slower in zero "
            f"order and {first:.3g}-fold in first order."
        )
        numbers.append(Number(f"slowdown of etching, {where}, by intact fractions, zero order", zero, source=source))
        numbers.append(Number(f"slowdown of etching, {where}, by intact fractions, first order", first, source=source))
    if not math.isnan(fold):
        thinner = power_law.concentration_ratio(fold, order["etching", "thiol"])
        slower = thinner ** order["exchange", "thiol"]
        asked = (
            f"the etching rates ask for thiol that is {thinner:.3g}-fold lower, which slows exchange {slower:.2g}-fold"
        )
        numbers.append(Number(f"thiol lower, {where}, to explain the etching rates", thinner, source=source))
        numbers.append(Number(f"slowdown of exchange, {where}, that follows", slower, source=source))
        if "ligand_coverage" in pair:
            seen = pair["ligand_coverage"][0] / pair["ligand_coverage"][1]
            numbers.append(Number(f"slowdown of exchange, {where}, by coverages", seen, source=source))
            one = "One lower thiol concentration explains both" if 0.8 < slower / seen < 1.25 else ""
            said.insert(
                0,
                f"{one or 'No single thiol concentration explains both'}: {asked}; the coverages "
                f"({pair['ligand_coverage'][0]:g} % and {pair['ligand_coverage'][1]:g} %) say {seen:.2g}-fold.",
            )
            if not one:
                said.append(
                    f"What is left of the slowdown of exchange is a factor of {slower / seen:.2g}, for example in the "
                    "clusters that are within reach of the ligand."
                )
        else:
            said.insert(0, f"If thiol alone is lower, {asked}.")
    return said


def _lifetimes(
    settings: Comparison, found: dict[tuple[str, str], pd.Series], order: dict[tuple[str, str], float]
) -> list[str]:
    """How long the clusters last at a stated rate, against the fraction that is reported left."""
    said = []
    for (system, what), row in found.items():
        left = found.get((system, "intact_fraction"))
        if what != "etching_rate" or left is None:
            continue
        law = power_law.Parameters(
            rate_constant=1.0, cluster_order=order["etching", "cluster"], thiol_order=order["etching", "thiol"]
        )
        law = power_law.through(settings.cluster, settings.thiol, float(row["value"]), law)
        minutes = 60 * settings.cluster / float(row["value"])
        if minutes < 60 * left["time_h"]:
            said.append(
                f"At {row['value']:g} mM/h all of {settings.cluster:g} mM would be gone in {minutes:.3g} min "
                f"({system}); {left['value']:g} % is reported left at {60 * left['time_h']:g} min."
            )
    return said


def _figure(
    settings: Comparison,
    order: dict[tuple[str, str], float],
    fastest: float,
    covered: pd.Series,
    slow: float | None,
) -> CaptionedFigure:
    """Both laws through the reference system."""
    assumption = f"{settings.thiol:g} mM thiol assumed" if settings.thiol_assumed else ""
    exchange_rate = covered["value"] / 100 * settings.sites * settings.cluster / covered["time_h"]
    figure = rate_law_figure(
        Anchor(settings.cluster, settings.thiol, fastest, assumption),
        Anchor(settings.cluster, settings.thiol, float(exchange_rate), assumption),
        two_phase_rate=slow,
        etching_orders=_law(order, "etching"),
        exchange_orders=_law(order, "exchange"),
    )
    return CaptionedFigure(
        figure,
        "Rate laws of etching (a) and exchange (b) against free thiol, with mechanistic rivals through the same "
        "point; below (c, d) rivals over the power law. Outside the grey band, a factor of 1.5, a measurement can "
        "tell them "
        "apart." + (" Hollow: the thiol concentration of that point is assumed." if assumption else ""),
    )


def _law(order: dict[tuple[str, str], float], process: str) -> power_law.Parameters:
    return power_law.Parameters(
        rate_constant=1.0, cluster_order=order.get((process, "cluster"), 1.0), thiol_order=order[process, "thiol"]
    )


def _read_orders(settings: Comparison, path: Path) -> pd.DataFrame:
    table = read_table(path, ("process", "species", "order"), numeric=("order",))
    for column, known in (("process", ("etching", "exchange")), ("species", ("cluster", "thiol"))):
        unknown = [name for name in table[column] if name not in known]
        if unknown:
            raise InputError(
                f"column {column!r}: {unknown[0]!r}", where=str(path), hint=f"expected {' or '.join(known)}"
            )
    given = set(zip(table["process"], table["species"], strict=True))
    for needed in (("etching", "thiol"), ("exchange", "thiol")):
        if needed not in given:
            raise InputError(f"no row gives the order of {needed[0]} in {needed[1]}", where=str(path))
    if "source" not in table:
        table["source"] = settings.orders
    return table


def _read_systems(settings: Comparison, path: Path) -> pd.DataFrame:
    table = read_table(path, ("system", "quantity", "value", "unit"), numeric=("value",), optional=("time_h",))
    for _, row in table.iterrows():
        what = f"{row['system']}, {row['quantity']}"
        if row["quantity"] not in QUANTITIES:
            raise InputError(
                f"unknown quantity {row['quantity']!r}", where=str(path), hint=f"known: {', '.join(QUANTITIES)}"
            )
        if row["unit"] != QUANTITIES[row["quantity"]]:
            raise InputError(
                f"{what}: unit {row['unit']!r}", where=str(path), hint=f"expected {QUANTITIES[row['quantity']]}"
            )
        limit = 100 if row["unit"] == "%" else math.inf
        if not 0 < row["value"] < limit:
            raise InputError(f"{what}: {row['value']:g} {row['unit']} is out of range", where=str(path))
        if row["unit"] == "%" and not row["time_h"] > 0:
            raise InputError(f"{what}: column 'time_h' must hold its time in h", where=str(path))
    if settings.reference not in set(table["system"]):
        raise InputError(f"no row of the reference system {settings.reference!r}", where=str(path))
    if "source" not in table:
        table["source"] = settings.systems
    return table
