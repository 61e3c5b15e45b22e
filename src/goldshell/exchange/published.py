"""The composition data of paper Z as experiments with observations, built from the literature rows.

Every number comes from a row of ``literature/tables/zhang2026.csv``. What the paper leaves open is set here, once, and
named in `ASSUMPTIONS`.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

from goldshell.exchange.conditions import make_experiment
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.well_mixed import Parameters
from goldshell.exchange.observations import Observation, Range, Rate, Shell, Trace
from goldshell.exchange.problem import FitExperiment
from goldshell.literature import show

CLUSTER = "Au25(p-MBSA)18"
FEEDS = (1, 2, 4, 6, 9)
P_ATP_FEEDS = (4, 20, 50, 150)

ASSUMPTIONS = {
    "detection": "the paper states no detection threshold: 1 % of the largest species",
    "time of the intact fractions": "30 min, as in the text; the caption of Fig. 3 says 1 h",
    "thiol of the etching rates": "not stated: the 100:1 feed",
    "water-only thiol": "the same amount per cluster as stated for the feed, dissolved in the water of the clusters",
    "unstated feed": "the pH series, counter-ions, coverages at 30 min, and NTP, p-ATP, MP and TP of Fig. 5: one "
    "common feed, fitted to the first three",
    "pH series": "the pH is the variable there and taken as stated",
    "counter-ions": "TMAC and TPAC act alike: no concentration is given, and two ranges do not support two factors",
    "counts": "populations at 100:1 carry the scatter of 100 clusters (5 % absolute at 42 %)",
    "intact fraction": "standard deviation 0.03, from the printed 'about'",
    "rates": "geometric standard deviation 1.3",
    "mean n by NMR": "standard deviation 0.5, the rounding to whole ligands and integration",
}

UNSTATED_FEED = 2.0
"""Feed from which the search for an unstated one starts [1]."""

PH_SERIES = ("pH 5", "pH 7", "pH 9")
"""Experiments in which the pH was the variable."""

UNSTATED = (*PH_SERIES, "two-phase 30 min", "water-only 30 min", "counter-ion none", "counter-ion TMAC",
            "counter-ion TPAC", "NTP", "p-ATP", "MP", "TP")  # fmt: skip
"""Experiments whose feed the paper does not state."""

_COUNTS = 100.0
_INTACT_SD = 0.03
_RATE_FACTOR = 1.3
_MEAN_SD = 0.5
_TIME_H = 1.0


def two_phase(
    name: str,
    feed: float,
    observations: tuple[Observation, ...],
    *,
    incoming: str = "p-MBA",
    solvent: str = "ethyl acetate",
    pH: float | None = None,
    counter_ion: str = "",
    parameters: Parameters | None = None,
) -> FitExperiment:
    """One vial of Z's two-phase protocol: 2 mL water with clusters, 2 mL organic phase with the ligand.

    Parameters
    ----------
    name : of the experiment
    feed : incoming ligand per cluster [1]
    observations : what was seen
    incoming, solvent, pH, counter_ion : conditions; the pH of the protocol when None
    parameters : of the model
    """
    clusters = _number("zhang2026-two-phase-cluster-concentration")
    water = _number("zhang2026-two-phase-aqueous-volume")
    organic = _number("zhang2026-two-phase-organic-volume")
    experiment = make_experiment(
        CLUSTER,
        incoming,
        cluster_mM=clusters,
        water_mL=water,
        pH=_number("zhang2026-two-phase-ph") if pH is None else pH,
        solvent=solvent,
        organic_mL=organic,
        organic_ligand_mM=feed * clusters * water / organic,
        counter_ion=counter_ion,
    )
    return FitExperiment(name, experiment, tuple(well_mixed.to_vector(parameters or Parameters())), observations)


def water_only(
    name: str, feed: float, observations: tuple[Observation, ...], *, parameters: Parameters | None = None
) -> FitExperiment:
    """One vial of Z's single-phase protocol: clusters and ligand in the same water."""
    clusters = _number("zhang2026-single-phase-cluster-concentration")
    experiment = make_experiment(
        CLUSTER,
        "p-MBA",
        cluster_mM=clusters,
        water_mL=_number("zhang2026-two-phase-aqueous-volume"),
        pH=_number("zhang2026-fig4-ph"),
        water_ligand_mM=feed * clusters,
    )
    return FitExperiment(name, experiment, tuple(well_mixed.to_vector(parameters or Parameters())), observations)


def figure_4() -> tuple[FitExperiment, ...]:
    """The ten ranges of Fig. 4: five feeds, two-phase then water only."""
    return tuple(
        build(f"{system} R={feed}", feed, (_range(f"zhang2026-fig4-r{feed}-{system}"),))
        for system, build in (("two-phase", two_phase), ("water-only", water_only))
        for feed in FEEDS
    )


def feed_100(*, intact_h: float | None = None) -> tuple[FitExperiment, ...]:
    """The 100:1 feed in both systems: populations, intact fractions, etching rates.

    Parameters
    ----------
    intact_h : time of the intact fractions; that of the text when None, which the caption contradicts [h]
    """
    time = _number("zhang2026-intact-reaction-time") / 60.0 if intact_h is None else intact_h
    populations = {n: _number(f"zhang2026-population-n{n}") / 100.0 for n in (15, 16, 17, 18)}
    total = sum(populations.values())
    shell = Shell(
        _TIME_H,
        tuple(populations.get(n, 0.0) / total for n in range(19)),
        counts=_COUNTS,
        label="populations",
        source="zhang2026-population-n17",
    )
    return (
        two_phase(
            "two-phase R=100",
            _number("zhang2026-feed-ratio-100"),
            (shell, _intact("zhang2026-intact-two-phase", time), _etching("zhang2026-etching-rate-two-phase")),
        ),
        water_only(
            "water-only R=100",
            _number("zhang2026-feed-ratio-100"),
            (_intact("zhang2026-intact-water-only", time), _etching("zhang2026-etching-rate-water-only")),
        ),
    )


def unstated_feed(nominal: float = UNSTATED_FEED) -> tuple[FitExperiment, ...]:
    """pH series, counter-ions, coverages at 30 min; their feed is not stated (``nominal``, times a fitted factor)."""
    coverage = {
        system: Trace(
            "mean_n",
            (_number("zhang2026-exchange-kinetics-time") / 60.0,),
            (_number(f"zhang2026-coverage-{system}") / 100.0 * 18.0,),
            (_MEAN_SD,),
            label="coverage",
            source=f"zhang2026-coverage-{system}",
        )
        for system in ("two-phase", "water-only")
    }
    series = [
        two_phase("two-phase 30 min", nominal, (coverage["two-phase"],)),
        water_only("water-only 30 min", nominal, (coverage["water-only"],)),
    ]
    for name in PH_SERIES:
        pH = int(name.removeprefix("pH "))
        source = f"zhang2026-ph{pH}-exchange"
        seen = Trace("mean_n", (_TIME_H,), (_number(source),), (_MEAN_SD,), label="ligands", source=source)
        series.append(two_phase(name, nominal, (seen,), pH=float(pH)))
    for ion in ("none", "TMAC", "TPAC"):
        seen_range = _range(f"zhang2026-counter-ion-{ion.lower()}")
        series.append(two_phase(f"counter-ion {ion}", nominal, (seen_range,), counter_ion="" if ion == "none" else ion))
    return tuple(series)


def other_ligands(nominal: float = UNSTATED_FEED) -> tuple[FitExperiment, ...]:
    """Alkyl ligands at 200:1, the ligands of Fig. 5 (feed not stated: ``nominal``), and p-ATP by NMR."""
    found = [
        two_phase(f"{ligand} R=200", _number(f"zhang2026-{ligand.lower()}-feed-ratio"),
                  (_range(f"zhang2026-{ligand.lower()}-range"),), incoming=ligand)
        for ligand in ("MPA", "MHA")
    ]  # fmt: skip
    for ligand in ("NTP", "p-ATP", "MP"):
        found.append(two_phase(ligand, nominal, (_range(f"zhang2026-{ligand.lower()}-range"),), incoming=ligand))
    highest = Range(_TIME_H, None, int(_number("zhang2026-tp-maximum")), label="range", source="zhang2026-tp-maximum")
    found.append(two_phase("TP", nominal, (highest,), incoming="TP"))
    for feed in P_ATP_FEEDS:
        source = f"zhang2026-p-atp-mean-r{feed}"
        mean = Trace("mean_n", (_TIME_H,), (_number(source),), (_MEAN_SD,), label="mean n (NMR)", source=source)
        found.append(two_phase(f"p-ATP R={feed}", feed, (mean,), incoming="p-ATP"))
    return tuple(found)


SOLVENTS = ("1-octanol", "1-hexanol", "1-pentanol", "1-butanol", "ethyl acetate")
"""Organic phases in the order in which paper Z reports falling etching and falling coverage."""


def solvents(feed: float) -> tuple[FitExperiment, ...]:
    """The five organic phases at one feed, without observations: the paper states orderings only."""
    return tuple(two_phase(name, feed, (), solvent=name) for name in SOLVENTS)


def _number(row: str) -> float:
    return show(row).number


def _range(row: str) -> Range:
    found = show(row)
    return Range(_TIME_H, int(found.low), int(found.high), label="range", source=row)


def _intact(row: str, time: float) -> Trace:
    return Trace("intact_fraction", (time,), (_number(row) / 100.0,), (_INTACT_SD,), label="intact", source=row)


def _etching(row: str) -> Rate:
    time = _number("zhang2026-intact-reaction-time") / 60.0
    return Rate("etching", 0.0, time, _number(row), _RATE_FACTOR, label="etching rate", source=row)
