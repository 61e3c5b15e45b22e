"""Mechanisms that may explain paper Z's compositions, and the models made of them.

A model is a set of mechanisms on top of a ladder of equal sites with one rate and one equilibrium constant, the same in
all experiments. A mechanism adds fitted parameters, or changes the conditions of some experiments; where it acts on one
system only, its physical reason says why.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldshell.exchange.acidity import without_buffer
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import Range, Shell
from goldshell.exchange.problem import (
    Evaluator,
    FitExperiment,
    FitParameter,
    FitProblem,
    Prior,
    changed_conditions,
    fit_parameter,
)
from goldshell.exchange.published import PH_SERIES, UNSTATED
from goldshell.literature import show

EXPOSURE_CLASSES = 8
"""Classes of exposure where a range or composition is observed; intact fractions need only one."""

_ALL, _TWO_PHASE, _WATER = "", "two-phase", "water-only"
_UNSTATED, _UNSET_PH = "unstated feed", "two-phase, pH not the variable"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One thing that may be going on.

    Parameters
    ----------
    key : short name
    title : in words, for tables
    reason : physical reason, and why it acts where it acts
    parameters : keywords of `fit_parameter` for each parameter that it adds
    system : "" for all experiments, else those whose organic phase is there ("two-phase") or not ("water-only"), those
        whose feed the paper does not state, those with a counter-ion of this name
    changes : fields of the experiment that it changes
    held : parameters of the model that it sets without fitting them
    """

    key: str
    title: str
    reason: str
    parameters: tuple[Mapping[str, Any], ...] = ()
    system: str = _ALL
    changes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    held: Mapping[str, float] = dataclasses.field(default_factory=dict)


def _affinity() -> Prior:
    row = "exchange-binding-constant-langmuir"
    return Prior(show(row).number, 10.0, row)


BASE = Mechanism(
    "ladder",
    "equal sites, one rate and one equilibrium constant",
    "the same chemistry in both systems",
    (
        {"target": "k_exchange", "start": 1e3, "bounds": (0.1, 1e6)},
        {"target": "equilibrium_constant", "start": 1e3, "bounds": (0.1, 1e7)},
        {"target": "k_etching", "start": 0.0075, "bounds": (1e-5, 10.0)},
    ),
)

FEED = Mechanism(
    "unstated feed", "one feed for the series that state none", "the paper states no feed for these series",
    ({"target": "feed_factor", "start": 1.0, "bounds": (0.1, 20.0)},), _UNSTATED,
)  # fmt: skip

MECHANISMS: dict[str, Mechanism] = {
    item.key: item
    for item in (
        Mechanism(
            "saturation", "binding constant of the thiol free", "order in thiol between 0 and 1 (Z measured 0.3)",
            ({"target": "exchange_affinity", "prior": "affinity"},),
        ),
        Mechanism(
            "film", "supply metered by a film", "only the two-phase system has an interface that thiol must cross",
            ({"target": "film_organic", "start": 2e-5, "bounds": (1e-5, 10.0)},), _TWO_PHASE,
        ),
        Mechanism(
            "partition", "thiol held back by the organic phase",
            "distribution ratio other than tabulated at the stated pH",
            ({"target": "distribution_factor", "start": 300.0, "bounds": (1e-3, 1e6), "prior": (1.0, 10.0)},),
            _TWO_PHASE,
        ),
        Mechanism(
            "unbuffered", "the acid of the ligand sets the pH of the water",
            "two-phase only, where the pH decides how much ligand leaves the organic phase, and not where it was the "
            "variable; the text says buffered, Methods name dilute acetic acid; no parameter is fitted",
            system=_UNSET_PH,
        ),
        Mechanism(
            "mixing", "exposure of clusters uneven, evening out (mixing or dissolution limits the addition)",
            "water only: thiol meets the clusters undiluted; through an interface it arrives everywhere alike",
            (
                {"target": "micromixing", "start": 5.0, "bounds": (1e-3, 20.0)},
                {"target": "mixing_rate", "start": 2.0, "bounds": (1e-3, 1e4)},
            ), _WATER,
        ),
        Mechanism(
            "dissolution", "solid thiol dissolves slowly", "water only: Methods add the ligand as such to the water",
            ({"target": "k_dissolution", "start": 2.0, "bounds": (1e-2, 1e4)},), _WATER, {"solid": True},
        ),
        Mechanism(
            "feed", "cluster concentration off by one common factor",
            "one stock of clusters: every nominal feed is off alike",
            ({"target": "cluster_factor", "start": 0.9, "bounds": (0.3, 3.0), "prior": (1.0, 1.2)},),
        ),
        Mechanism(
            "cooperativity", "rate falls with n", "each exchanged ligand changes its neighbours' reactivity",
            ({"target": "cooperativity", "start": 0.2},),
        ),
        Mechanism(
            "curvature", "rate falls with n, quadratically", "the same, to second order",
            ({"target": "cooperativity_quadratic", "start": 0.01},),
        ),
        Mechanism(
            "two-phase cooperativity", "cooperativity of the two-phase system its own",
            "no reason beyond the other solvent: a diagnosis, not an explanation",
            (
                {"target": "cooperativity", "name": "cooperativity, two-phase", "start": 0.8},
                {"target": "cooperativity_quadratic", "name": "cooperativity_quadratic, two-phase", "start": -0.02},
            ), _TWO_PHASE,
        ),
        Mechanism(
            "water-only cooperativity", "cooperativity of the water-only system its own",
            "no reason beyond the other solvent: a diagnosis, not an explanation",
            (
                {"target": "cooperativity", "name": "cooperativity, water-only", "start": 0.1},
                {"target": "cooperativity_quadratic", "name": "cooperativity_quadratic, water-only", "start": 0.01},
            ), _WATER,
        ),
        Mechanism(
            "sites", "6 of 18 sites differ in affinity", "terminal and apex sulfur of Au25",
            ({"target": "class_affinity", "start": 0.1, "bounds": (1e-5, 1e5)},), changes={"site_classes": (12, 6)},
        ),
        Mechanism(
            "two sites", "2 of 18 sites differ in affinity",
            "the populations at 100:1 look like it; no orbit of the Au25 framework has two sites",
            ({"target": "class_affinity", "start": 0.1, "bounds": (1e-5, 1e5)},), changes={"site_classes": (16, 2)},
        ),
        Mechanism(
            "counter-ions", "counter-ions raise the clusters' affinity to the interphase",
            "only where a counter-ion was added; one factor for both",
            ({"target": "counter_ion_factor", "start": 5.0, "bounds": (1.0, 1e4), "prior": (5.0, 5.0)},), _TWO_PHASE,
        ),
        Mechanism(
            "affinity growth", "affinity of clusters to the interphase changes with n",
            "two-phase only: Z says that it grows for thiophenol; here its sign is fitted",
            (
                {"target": "cluster_partition", "start": 1.0, "bounds": (1e-3, 1e3)},
                {"target": "cluster_partition_growth", "start": 1.0, "bounds": (-15.0, 15.0), "logarithmic": False},
            ), _TWO_PHASE,
        ),
        Mechanism(
            "noise", "detection of species scatters more than assumed", "the paper states no detection threshold",
            ({"target": "detection_spread", "start": 1.5, "bounds": (0.1, 5.0), "prior": (0.5, 2.0)},),
        ),
    )
}  # fmt: skip


CHOSEN = ("unbuffered", "mixing", "cooperativity", "two sites", "counter-ions", "noise")
"""Mechanisms of the explanation, from a stepwise search on the Fig. 4 and 100:1 data alone
(``python -m goldshell.exchange.examples.make_starts --choose``); with the pH series and the counter-ions it was
compared with single changes only. Every run compares it again with mechanisms left out or added, and says so if another
has become better."""

_EXCLUDES = {"partition": "unbuffered", "unbuffered": "partition", "sites": "two sites", "two sites": "sites"}
_NEEDS = {"curvature": "cooperativity"}
_DIAGNOSTIC = ("two-phase cooperativity", "water-only cooperativity")

EXPLANATION, CAPTION, CAPTION_H = "explanation", "intact after 1 h", 1.0
"""The chosen model; the model that reads the time of the intact fractions from the caption of Fig. 3 [h]."""

OWN_COOPERATIVITY = "own cooperativity"

DIAGNOSES = (OWN_COOPERATIVITY, CAPTION)
"""Models that tell something but explain nothing: a difference between systems without a reason, another reading."""


def toggled(mechanisms: Sequence[str], key: str) -> tuple[str, ...] | None:
    """A set of mechanisms without one that it has, or with one that it has not; None where that makes no model.

    A mechanism that excludes another takes its place.
    """
    if key in mechanisms:
        left = tuple(one for one in mechanisms if one != key)
        return None if any(_NEEDS.get(one) == key for one in left) else left
    if key in _NEEDS and _NEEDS[key] not in mechanisms:
        return None
    return (*(one for one in mechanisms if one != _EXCLUDES.get(key)), key)


def compared(chosen: Sequence[str] = CHOSEN) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Mechanism -> name of the model that has it toggled, and that model's mechanisms."""
    found = {}
    for key in MECHANISMS:
        other = None if key in _DIAGNOSTIC else toggled(chosen, key)
        if other is not None:
            found[key] = (f"{'without' if key in chosen else 'with'} {key}", other)
    return found


def models(chosen: Sequence[str] = CHOSEN) -> dict[str, tuple[str, ...]]:
    """Models that are compared: name -> mechanisms."""
    own = tuple(one for one in chosen if one not in ("cooperativity", "curvature"))
    return {
        EXPLANATION: tuple(chosen),
        **dict(compared(chosen).values()),
        OWN_COOPERATIVITY: (*own, *_DIAGNOSTIC),
        CAPTION: tuple(chosen),
    }


def model(
    name: str,
    mechanisms: Sequence[str],
    experiments: Sequence[FitExperiment],
    *,
    starts: int = 1,
    seed: int = 1,
    start: Mapping[str, float] | None = None,
) -> FitProblem:
    """The fitting problem of a set of mechanisms.

    Parameters
    ----------
    name : of the model
    mechanisms : keys of `MECHANISMS`
    experiments : with their observations
    starts, seed : of the search
    start : starting values by parameter, where other than those of the mechanisms
    """
    chosen = [BASE, FEED, *(MECHANISMS[key] for key in mechanisms)]
    vials = [
        dataclasses.replace(
            item,
            experiment=dataclasses.replace(
                item.experiment,
                exposure_classes=EXPOSURE_CLASSES if _shows_shells(item) else 1,
                site_classes=(item.experiment.sites,),
            ),
        )
        for item in experiments
    ]
    parameters: list[FitParameter] = []
    for mechanism in chosen:
        where = tuple(i for i, item in enumerate(vials) if _acts(mechanism, item))
        if not where:
            continue
        for i in where:
            vials[i] = _changed(vials[i], mechanism)
        reason = mechanism.reason if mechanism.system else ""
        for given in mechanism.parameters:
            options = dict(given)
            target = options.pop("target")
            prior = options.pop("prior", None)
            if prior is not None:
                options["prior"] = _affinity() if prior == "affinity" else Prior(*prior)
            parameters.append(fit_parameter(target, where, reason=reason, **options))
    problem = FitProblem(name, tuple(vials), tuple(parameters), seed=seed, starts=starts)
    return problem.started_at(dict(start)) if start else problem


def _shows_shells(item: FitExperiment) -> bool:
    return any(isinstance(one, Range | Shell) for one in item.observations)


def _acts(mechanism: Mechanism, item: FitExperiment) -> bool:
    if mechanism.key == "counter-ions":
        return bool(item.experiment.counter_ion)
    two_phase = item.experiment.organic_mL > 0.0
    return {
        _ALL: True,
        _TWO_PHASE: two_phase,
        _WATER: not two_phase,
        _UNSTATED: item.name in UNSTATED,
        _UNSET_PH: two_phase and item.name not in PH_SERIES,
    }[mechanism.system]


def _changed(item: FitExperiment, mechanism: Mechanism) -> FitExperiment:
    if mechanism.key == "unbuffered":
        return dataclasses.replace(item, experiment=without_buffer(item.experiment))
    vector = list(item.vector)
    for name, value in mechanism.held.items():
        vector[well_mixed.INDEX[name]] = value
    return dataclasses.replace(
        item, experiment=dataclasses.replace(item.experiment, **mechanism.changes), vector=tuple(vector)
    )


def settled(problem: FitProblem) -> tuple[FitExperiment, ...]:
    """The experiments of a problem with its parameters at their starts, nothing left to fit."""
    evaluator = Evaluator(problem)
    found = []
    for position, item in enumerate(problem.experiments):
        vector, conditions, instrument = evaluator.settings(position, problem.values(problem.start))
        spread = instrument.get("detection_spread")
        observations = tuple(
            dataclasses.replace(one, spread=spread) if spread is not None and isinstance(one, Range) else one
            for one in item.observations
        )
        experiment = changed_conditions(item.experiment, conditions)
        found.append(FitExperiment(item.name, experiment, tuple(vector.tolist()), observations))
    return tuple(found)
