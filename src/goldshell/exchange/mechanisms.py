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
    CONDITIONS,
    FitExperiment,
    FitParameter,
    FitProblem,
    Prior,
    changed_conditions,
    fit_parameter,
)
from goldshell.literature import show

EXPOSURE_CLASSES = 12
"""Classes of exposure where a range or composition is observed; intact fractions need only one."""

_ALL, _TWO_PHASE, _WATER = "", "two-phase", "water-only"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One thing that may be going on.

    Parameters
    ----------
    key : short name
    title : in words, for tables
    reason : physical reason, and why it acts where it acts
    parameters : keywords of `fit_parameter` for each parameter that it adds
    system : "" for all experiments, else those whose organic phase is there ("two-phase") or not ("water-only")
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

MECHANISMS: dict[str, Mechanism] = {
    item.key: item
    for item in (
        Mechanism(
            "saturation", "binding constant of the thiol free", "order in thiol between 0 and 1 (Z measured 0.3)",
            ({"target": "exchange_affinity", "prior": "affinity"},),
        ),
        Mechanism(
            "film", "supply metered by a film", "only the two-phase system has an interface that thiol must cross",
            ({"target": "film_organic", "start": 0.02, "bounds": (1e-5, 10.0)},), _TWO_PHASE,
        ),
        Mechanism(
            "partition", "thiol held back by the organic phase",
            "distribution ratio other than tabulated at the stated pH",
            ({"target": "distribution_factor", "start": 300.0, "bounds": (1e-3, 1e6), "prior": (1.0, 10.0)},),
            _TWO_PHASE,
        ),
        Mechanism(
            "unbuffered", "the ligand sets the pH of the water",
            "two-phase only: Methods name dilute acetic acid, no buffer; no parameter is fitted", system=_TWO_PHASE,
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
            "parcels", "feed of parcels uneven, they react before they mix",
            "water only: the limit of fast reaction and slow mixing",
            ({"target": "feed_variance", "start": 0.5, "bounds": (1e-3, 10.0), "logarithmic": True},), _WATER,
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
            "sites", "12 + 6 sites differ in rate and affinity", "terminal and apex sulfur of Au25",
            (
                {"target": "class_rate", "start": 0.05, "bounds": (1e-5, 1e5)},
                {"target": "class_affinity", "start": 0.1, "bounds": (1e-5, 1e5)},
            ), changes={"site_classes": (12, 6)},
        ),
        Mechanism(
            "two slow sites", "16 + 2 sites differ in rate and affinity", "the populations at 100:1 look like it",
            (
                {"target": "class_rate", "start": 0.05, "bounds": (1e-5, 1e5)},
                {"target": "class_affinity", "start": 0.1, "bounds": (1e-5, 1e5)},
            ), changes={"site_classes": (16, 2)},
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


FULL = ("saturation", "film", "partition", "mixing", "feed", "cooperativity", "curvature", "noise")
"""Mechanisms of the full model."""


def _without(*keys: str) -> tuple[str, ...]:
    return tuple(key for key in FULL if key not in keys)


MODELS: dict[str, tuple[str, ...]] = {
    "all": FULL,
    "no saturation": _without("saturation"),
    "no film": _without("film"),
    "tabulated partition": _without("partition"),
    "unbuffered water": (*_without("partition"), "unbuffered"),
    "even exposure": _without("mixing"),
    "no feed error": _without("feed"),
    "linear cooperativity": _without("curvature"),
    "independent sites": _without("cooperativity", "curvature"),
    "detection as assumed": _without("noise"),
    "12 + 6 sites": (*_without("cooperativity", "curvature"), "sites"),
    "16 + 2 sites": (*_without("cooperativity", "curvature"), "two slow sites"),
    "uneven parcels": (*_without("mixing"), "parcels"),
    "slow dissolution": (*_without("mixing"), "dissolution"),
    "interphase affinity": (*FULL, "affinity growth"),
    "fewest and interphase affinity": ("partition", "mixing", "cooperativity", "noise", "affinity growth"),
    "fewest": ("partition", "mixing", "cooperativity", "noise"),
    "fewest, quadratic": ("partition", "mixing", "cooperativity", "curvature", "noise"),
    "own cooperativity": (
        *_without("cooperativity", "curvature"),
        "two-phase cooperativity",
        "water-only cooperativity",
    ),
    "intact after 1 h": FULL,
}
"""Models that are compared: name -> mechanisms."""

CAPTION, CAPTION_H = "intact after 1 h", 1.0
"""Model that reads the time of the intact fractions from the caption of Fig. 3 [h]."""

DIAGNOSES = ("own cooperativity", CAPTION)
"""Models that tell something but explain nothing: a difference between systems without a reason, another reading."""

REMOVED = {
    "film": "no film",
    "partition": "tabulated partition",
    "mixing": "even exposure",
    "feed": "no feed error",
    "cooperativity": "independent sites",
    "curvature": "linear cooperativity",
    "saturation": "no saturation",
    "noise": "detection as assumed",
}
"""Mechanism -> the model without it."""

ALTERNATIVES = {"sites": "12 + 6 sites", "two slow sites": "16 + 2 sites", "parcels": "uneven parcels",
                "dissolution": "slow dissolution", "affinity growth": "interphase affinity",
                "unbuffered": "unbuffered water"}  # fmt: skip
"""Mechanism -> the model that has it, in place of another or on top."""


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
    chosen = [BASE, *(MECHANISMS[key] for key in mechanisms)]
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
    two_phase = item.experiment.organic_mL > 0.0
    return mechanism.system == _ALL or two_phase == (mechanism.system == _TWO_PHASE)


def _changed(item: FitExperiment, mechanism: Mechanism) -> FitExperiment:
    if mechanism.key == "unbuffered":
        return dataclasses.replace(item, experiment=without_buffer(item.experiment))
    vector = list(item.vector)
    for name, value in mechanism.held.items():
        vector[well_mixed.INDEX[name]] = value
    return dataclasses.replace(
        item, experiment=dataclasses.replace(item.experiment, **mechanism.changes), vector=tuple(vector)
    )


def held_at(item: FitExperiment, values: Mapping[str, float]) -> FitExperiment:
    """An experiment of another series with the parameters of a joint fit: model, conditions, detection.

    Parameters
    ----------
    item : conditions and observations
    values : fitted parameters by name; those of the other system are left out
    """
    two_phase = item.experiment.organic_mL > 0.0
    vector = list(item.vector)
    conditions: dict[str, float] = {}
    for name, value in values.items():
        mechanisms = [one for one in MECHANISMS.values() if any(p["target"] == name for p in one.parameters)]
        if mechanisms and all(one.system and (one.system == _TWO_PHASE) != two_phase for one in mechanisms):
            continue
        if name in well_mixed.INDEX:
            vector[well_mixed.INDEX[name]] = value
        elif name in CONDITIONS:
            conditions[name] = value
    spread = values.get("detection_spread")
    observations = tuple(
        dataclasses.replace(one, spread=spread) if spread is not None and isinstance(one, Range) else one
        for one in item.observations
    )
    experiment = dataclasses.replace(
        changed_conditions(item.experiment, conditions),
        exposure_classes=EXPOSURE_CLASSES if _shows_shells(item) else 1,
        site_classes=(item.experiment.sites,),
    )
    return dataclasses.replace(item, experiment=experiment, vector=tuple(vector), observations=observations)
