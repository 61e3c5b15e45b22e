"""Paper Z's composition data, explained: one joint fit, and the same fit without each mechanism.

`explain` fits the two-phase and water-only data of Fig. 4 and of the 100:1 feed together, with one set of parameters,
for several sets of mechanisms (`goldshell.exchange.mechanisms`), ranks them by AICc, and says which mechanism each
observation needs:

    gain of a mechanism on an observation = [S(without) - S(with)] / 2        (difference of ln L)

The other series (pH, counter-ions, coverage at 30 min, other ligands) follow with the shared parameters held and only
what is their own fitted: the feed where the paper states none, the counter-ion's factor, rate and equilibrium constant
of another thiol.

The searches start from ``published_starts.csv``, found by searches from many starts
(``python -m goldshell.exchange.examples.make_zhang2026``), and are optimised again here.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files

import numpy as np

from goldshell.exchange.explanation import REPRODUCED, Contribution, Explanation, Ordering, Series
from goldshell.exchange.findings import findings
from goldshell.exchange.fit import ModelScore, fit, ranked, solved_and_scored
from goldshell.exchange.mechanisms import (
    ALTERNATIVES,
    CAPTION,
    CAPTION_H,
    DIAGNOSES,
    MECHANISMS,
    MODELS,
    REMOVED,
    held_at,
    model,
)
from goldshell.exchange.observations import predict
from goldshell.exchange.problem import FitExperiment, FitParameter, FitProblem, Prior, fit_parameter
from goldshell.exchange.published import (
    ASSUMPTIONS,
    SOLVENTS,
    UNSTATED_FEED,
    feed_100,
    figure_4,
    other_ligands,
    solvents,
    unstated_feed,
)
from goldshell.exchange.simulate import solve
from goldshell.literature import show

_NEEDED = 2.0  # gain of ln L above which an observation is said to need a mechanism


def core_experiments(*, intact_h: float | None = None) -> tuple[FitExperiment, ...]:
    """The experiments of the joint fit: Fig. 4 and the 100:1 feed, both systems.

    Parameters
    ----------
    intact_h : time of the intact fractions, that of the paper's text when None [h]
    """
    return figure_4() + feed_100(intact_h=intact_h)


def explain(*, models: Sequence[str] | None = None, starts: int = 1, seed: int = 1, series: bool = True) -> Explanation:
    """Fit paper Z's compositions jointly, with and without each mechanism.

    Parameters
    ----------
    models : names of `MODELS` to compare; all when None
    starts : searches per model, the first from the stored start; 1 only optimises that again
    seed : of the other starts
    series : fit the other series too

    Returns
    -------
    Explanation
    """
    stored = stored_starts()
    found: dict[str, tuple[FitProblem, ModelScore]] = {}
    for name in MODELS if models is None else models:
        core = core_experiments(intact_h=CAPTION_H if name == CAPTION else None)
        posed = model(name, MODELS[name], core, starts=starts, seed=seed, start=stored.get(name))
        found[name] = solved_and_scored(posed)
    scores = ranked([item[1] for item in found.values()])
    best = next(item.name for item in scores if item.name not in DIAGNOSES)
    problem = found[best][0]
    result = fit(dataclasses.replace(problem, starts=1), profiles=False)
    by_name = {item.name: item for item in scores}
    others = _series(problem) if series else ()
    orderings = _orderings(problem, others) if series else ()
    return Explanation(
        best=best,
        models=tuple(scores),
        mechanisms={item.name: MODELS[item.name] for item in scores},
        parameters=result.parameters,
        contributions=tuple(_contributions(by_name)),
        reproduced=tuple(one for one in result.misfits if one.misfit <= REPRODUCED * one.count),
        not_reproduced=tuple(one for one in result.misfits if one.misfit > REPRODUCED * one.count),
        series=others,
        orderings=orderings,
        findings=tuple(findings(by_name, best, result.parameters, result.misfits, problem, others, orderings)),
        assumptions=dict(ASSUMPTIONS),
        experiments=problem.experiments,
        predictions=result.predictions,
        observations=problem.count,
        warnings=result.warnings,
    )


@functools.cache
def stored_starts() -> Mapping[str, dict[str, float]]:
    """Best parameters of the recorded searches: model -> parameter -> value [the parameter's unit]."""
    text = (files("goldshell.exchange") / "published_starts.csv").read_text(encoding="utf-8")
    starts: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        starts.setdefault(row["model"], {})[row["parameter"]] = float(row["value"])
    return starts


def _contributions(models: Mapping[str, ModelScore]) -> list[Contribution]:
    """Gain of every mechanism of the full model over the model without it; of alternatives over the full model."""
    found = []
    for key, other in {**REMOVED, **ALTERNATIVES}.items():
        if other not in models or "all" not in models:
            continue
        reference = "all"
        with_it, without = (other, reference) if key in ALTERNATIVES else (reference, other)
        found.append(_contribution(key, models[with_it], models[without], other))
    return found


def _contribution(key: str, with_it: ModelScore, without: ModelScore, compared: str) -> Contribution:
    better = {(one.experiment, one.label): one.misfit for one in with_it.misfits}
    gains = {
        (one.experiment, one.label): 0.5 * (one.misfit - better[one.experiment, one.label]) for one in without.misfits
    }
    mechanism = MECHANISMS[key]
    return Contribution(
        key,
        mechanism.title,
        mechanism.reason,
        compared,
        with_it.log_likelihood - without.log_likelihood,
        without.aicc - with_it.aicc,
        gains,
        tuple(f"{experiment}, {label}" for (experiment, label), gain in gains.items() if gain > _NEEDED),
    )


def _series(problem: FitProblem) -> tuple[Series, ...]:
    """The other series with the shared parameters of the core fit held."""
    shared = dict(zip(problem.names, problem.values(problem.start).tolist(), strict=True))
    found = []
    unstated = _held(unstated_feed(), shared)
    ions = [(i, item.experiment.counter_ion) for i, item in enumerate(unstated) if item.experiment.counter_ion]
    parameters = [fit_parameter("feed_factor", tuple(range(len(unstated))), bounds=(0.1, 20.0),
                                reason="the paper states no feed for these")]  # fmt: skip
    parameters += [
        fit_parameter("counter_ion_factor", (i,), name=f"counter_ion_factor, {ion}", bounds=(1.0, 1e4),
                      reason="another counter-ion")
        for i, ion in ions
    ]  # fmt: skip
    found.append(_fit_series("pH, counter-ions, coverage at 30 min", unstated, parameters))
    ligands = _held(other_ligands(), shared)
    for ligand in dict.fromkeys(item.experiment.incoming for item in ligands):
        vials = tuple(item for item in ligands if item.experiment.incoming == ligand)
        everywhere = tuple(range(len(vials)))
        own = [
            fit_parameter(
                "k_exchange", everywhere, start=shared["k_exchange"], bounds=(1e-3, 1e6), reason="another thiol",
                prior=Prior(shared["k_exchange"], 100.0, "the p-MBA fit"),
            ),
            fit_parameter(
                "equilibrium_constant", everywhere, start=shared["equilibrium_constant"], bounds=(1e-3, 1e7),
                reason="another thiol", prior=Prior(shared["equilibrium_constant"], 100.0, "the p-MBA fit"),
            ),
        ]  # fmt: skip
        found.append(_fit_series(ligand, vials, own))
    return tuple(found)


def _orderings(problem: FitProblem, series: Sequence[Series]) -> tuple[Ordering, ...]:
    """Etching rate and coverage after 30 min in five organic phases, at the feed of the series without one."""
    shared = dict(zip(problem.names, problem.values(problem.start).tolist(), strict=True))
    feed = next((item.estimate.value for item in series[0].own if item.parameter.target == "feed_factor"), 1.0)
    time = show("zhang2026-exchange-kinetics-time").number / 60.0
    etching, coverage = {}, {}
    for vial in _held(solvents(UNSTATED_FEED * feed), shared):
        states = solve(vial.experiment, np.array(vial.vector), times=(time,), rtol=1e-7)
        seen = predict(states)
        lost = vial.experiment.cluster_mM - float(seen.cluster_mM[0])
        etching[vial.name] = lost / time
        coverage[vial.name] = 100.0 * float(seen.composition[0] @ np.arange(states.sites + 1.0)) / states.sites
    return tuple(
        Ordering(quantity, SOLVENTS, values, _rank_correlation(list(values.values())), row)
        for quantity, values, row in (
            ("etching rate [mM/h]", etching, "zhang2026-solvent-etching-order"),
            ("coverage [%]", coverage, "zhang2026-solvent-coverage-order"),
        )
    )


def _rank_correlation(falling: Sequence[float]) -> float:
    """Spearman's correlation of values with a falling order; NaN where they differ by less than 1 %."""
    from scipy.stats import spearmanr

    if max(falling) - min(falling) <= 0.01 * max(abs(value) for value in falling):
        return math.nan
    return float(spearmanr(range(len(falling), 0, -1), falling).statistic)


def _held(experiments: Sequence[FitExperiment], shared: Mapping[str, float]) -> tuple[FitExperiment, ...]:
    """Experiments with the shared parameters, factors on conditions and instrument settings of the core fit."""
    return tuple(held_at(item, shared) for item in experiments)


def _fit_series(name: str, experiments: tuple[FitExperiment, ...], parameters: Sequence[FitParameter]) -> Series:
    result = fit(FitProblem(name, experiments, tuple(parameters), starts=4), profiles=False)
    return Series(name, result.parameters, result.misfits, result.warnings)
