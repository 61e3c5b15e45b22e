"""Paper Z's composition data, explained: one joint fit, and the same fit with and without each mechanism.

`explain` fits the two-phase and water-only data of Fig. 4 and of the 100:1 feed, the pH series, counter-ions and the
coverages at 30 min together, with one set of parameters, for several sets of mechanisms
(`goldshell.exchange.mechanisms`), ranks them by AICc, and says which mechanism each observation needs:

    gain of a mechanism on an observation = [S(without) - S(with)] / 2        (difference of ln L)

Other ligands and the orderings of organic phases are checks: the parameters of the joint fit are held, and a ligand
gets parameters of its own only where the AICc of its data supports them.

The searches start from ``published_starts.csv``, found by searches from many starts
(``python -m goldshell.exchange.examples.make_starts``), and are optimised again here.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files

import numpy as np

from goldshell.exchange.explanation import Check, Contribution, Explanation, Ordering
from goldshell.exchange.findings import findings
from goldshell.exchange.fit import Misfit, ModelScore, fit, held_misfits, ranked, solved_and_scored
from goldshell.exchange.mechanisms import (
    CAPTION,
    CAPTION_H,
    CHOSEN,
    EXPLANATION,
    MECHANISMS,
    compared,
    model,
    models,
    settled,
)
from goldshell.exchange.models import well_mixed
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
from goldshell.exchange.simulate import Simulation, simulate, solve
from goldshell.literature import show

Progress = Callable[[float, str], None]

LOG_LIKELIHOOD = "ln L"  # row of the recorded starts
_SHORT = 0.5  # of ln L, from which a refined start is not trusted
_COURSE_H = tuple(float(time) for time in np.geomspace(1e-3, 1.0, 41))


def core_experiments(*, intact_h: float | None = None) -> tuple[FitExperiment, ...]:
    """The experiments of the joint fit: Fig. 4 and the 100:1 feed in both systems, and the series of unstated feed.

    Parameters
    ----------
    intact_h : time of the intact fractions, that of the paper's text when None [h]
    """
    return figure_4() + feed_100(intact_h=intact_h) + unstated_feed()


def posed(name: str, mechanisms: Sequence[str], **options: object) -> FitProblem:
    """The joint problem of one model; options of `goldshell.exchange.mechanisms.model`."""
    core = core_experiments(intact_h=CAPTION_H if name == CAPTION else None)
    return model(name, mechanisms, core, **options)  # type: ignore[arg-type]


def explain(
    *,
    only: Sequence[str] | None = None,
    starts: int = 1,
    seed: int = 1,
    profiles: bool = True,
    checks: bool = True,
    progress: Progress | None = None,
) -> Explanation:
    """Fit paper Z's compositions jointly, with and without each mechanism.

    Parameters
    ----------
    only : names of `goldshell.exchange.mechanisms.models` to compare with the explanation; all when None
    starts : searches per model, the first from the stored start; 1 only optimises that again
    seed : of the other starts
    profiles : intervals by profile likelihood; by curvature when False
    checks : predict the series outside the joint fit too
    progress : called with the share done and what comes next

    Returns
    -------
    Explanation

    Raises
    ------
    AnalysisError : a model cannot be solved at any start
    """
    stored, reached = stored_starts()
    wanted = {name: keys for name, keys in models().items() if only is None or name in (EXPLANATION, *only)}
    steps = len(wanted) + 2

    def problem(name: str) -> FitProblem:
        start = stored.get(name, stored.get(EXPLANATION))
        return posed(name, wanted[name], starts=starts, seed=seed, start=start)

    if progress:
        progress(0.0, EXPLANATION)
    best = fit(problem(EXPLANATION), profiles=profiles)
    found = {EXPLANATION: next(item for item in best.models if item.name == EXPLANATION)}
    for name in wanted:
        if name != EXPLANATION:
            if progress:
                progress((len(found) + 1) / steps, name)
            found[name] = _scored(problem(name), reached.get(name) if starts == 1 else None)
    if progress:
        progress(1.0 - 1.0 / steps, "other ligands")
    scores = ranked(list(found.values()))
    contributions = _contributions({item.name: item for item in scores})
    others = _checks(best.problem) if checks else ()
    orderings = _orderings(best.problem) if checks else ()
    if progress:
        progress(1.0, "done")
    return Explanation(
        fit=best,
        models=tuple(scores),
        mechanisms=wanted,
        contributions=contributions,
        checks=others,
        orderings=orderings,
        courses=_courses(best.problem),
        findings=tuple(findings(best, scores, contributions, others, orderings)),
        assumptions=dict(ASSUMPTIONS),
    )


@functools.cache
def stored_starts() -> tuple[Mapping[str, dict[str, float]], Mapping[str, float]]:
    """The recorded searches: model -> parameter -> value [the parameter's unit], and model -> ln L that was reached."""
    text = (files("goldshell.exchange") / "published_starts.csv").read_text(encoding="utf-8")
    starts: dict[str, dict[str, float]] = {}
    reached: dict[str, float] = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        if row["parameter"] == LOG_LIKELIHOOD:
            reached[row["model"]] = float(row["value"])
        else:
            starts.setdefault(row["model"], {})[row["parameter"]] = float(row["value"])
    return starts, reached


def _scored(problem: FitProblem, reached: float | None) -> ModelScore:
    """Score of a model: its recorded start refined, or a whole search where that falls short of what was reached."""
    if reached is not None:
        scored = solved_and_scored(problem, close=True)[1]
        if scored.log_likelihood >= reached - _SHORT:
            return scored
    return solved_and_scored(problem)[1]


def _contributions(scores: Mapping[str, ModelScore]) -> tuple[Contribution, ...]:
    """What every mechanism gains: the explanation against it without, or the explanation with it against it."""
    found = []
    for key, (name, _) in compared().items():
        if name not in scores:
            continue
        chosen = key in CHOSEN
        better, worse = (scores[EXPLANATION], scores[name]) if chosen else (scores[name], scores[EXPLANATION])
        with_it = {(one.experiment, one.label): one.misfit for one in better.misfits}
        gains = {
            (one.experiment, one.label): 0.5 * (one.misfit - with_it[one.experiment, one.label])
            for one in worse.misfits
        }
        mechanism = MECHANISMS[key]
        found.append(
            Contribution(
                key, mechanism.title, mechanism.reason, chosen, name,
                better.log_likelihood - worse.log_likelihood, worse.aicc - better.aicc, gains,
            )
        )  # fmt: skip
    return tuple(found)


def _checks(problem: FitProblem) -> tuple[Check, ...]:
    """Other ligands, with the parameters of the joint fit held and own ones where AICc supports them."""
    values = _values(problem)
    own = tuple(
        fit_parameter(
            name, (), start=values[name], prior=Prior(values[name], 100.0, "the p-MBA fit"), reason="another thiol"
        )
        for name in ("equilibrium_constant", "k_exchange")
    )
    ligands = _held(other_ligands(), problem)
    found = []
    for ligand in dict.fromkeys(item.experiment.incoming for item in ligands):
        series = tuple(item for item in ligands if item.experiment.incoming == ligand)
        found.append(_supported(ligand, series, [(), own[:1], own]))
    return tuple(found)


def _values(problem: FitProblem) -> dict[str, float]:
    return dict(zip(problem.names, problem.values(problem.start).tolist(), strict=True))


def _held(experiments: tuple[FitExperiment, ...], problem: FitProblem) -> tuple[FitExperiment, ...]:
    """Experiments of another series with the mechanisms and parameters of the joint fit, nothing left to fit."""
    return settled(model("held", CHOSEN, experiments, start=_values(problem)))


def _supported(name: str, experiments: tuple[FitExperiment, ...], choices: Sequence[tuple[FitParameter, ...]]) -> Check:
    """A series with those parameters of its own, of several choices, that its AICc supports."""
    everywhere = tuple(range(len(experiments)))
    best: tuple[float, FitProblem, tuple[Misfit, ...]] | None = None
    for choice in choices:
        own = tuple(dataclasses.replace(one, experiments=one.experiments or everywhere) for one in choice)
        problem = FitProblem(name, experiments, own, starts=1)
        if own:
            problem, scored = solved_and_scored(problem)
            value, misfits = scored.aicc, scored.misfits
        else:
            misfits = held_misfits(problem)
            value = sum(one.misfit for one in misfits)
        if best is None or value < best[0]:
            best = value, problem, misfits
    assert best is not None
    _, problem, misfits = best
    if not problem.parameters:
        return Check(name, (), "", misfits)
    result = fit(dataclasses.replace(problem, starts=1), profiles=False)
    reasons = "; ".join(dict.fromkeys(one.reason for one in problem.parameters))
    return Check(name, result.parameters, reasons, result.misfits, result.warnings)


def _orderings(problem: FitProblem) -> tuple[Ordering, ...]:
    """Etching rate at the 100:1 feed, coverage at the feed of the series without one, after 30 min in five phases."""
    time = show("zhang2026-exchange-kinetics-time").number / 60.0
    low = UNSTATED_FEED * _values(problem).get("feed_factor", 1.0)
    etching, coverage = {}, {}
    for vial in _held(solvents(show("zhang2026-feed-ratio-100").number), problem):
        left = solve(vial.experiment, np.array(vial.vector), times=(time,), rtol=1e-7).intact_fraction()[0]
        etching[vial.name] = vial.experiment.cluster_mM * (1.0 - float(left)) / time
    for vial in _held(solvents(low), problem):
        states = solve(vial.experiment, np.array(vial.vector), times=(time,), rtol=1e-7)
        mean = float(predict(states).composition[0] @ np.arange(states.sites + 1.0))
        coverage[vial.name] = 100.0 * mean / states.sites
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


def _courses(problem: FitProblem) -> dict[str, Simulation]:
    """Simulated course of the 100:1 feed and of R = 6 in both systems, by name of the experiment."""
    wanted = ("two-phase R=6", "water-only R=6", "two-phase R=100", "water-only R=100")
    return {
        item.name: simulate(item.experiment, well_mixed.from_vector(np.array(item.vector)), times=_COURSE_H, rtol=1e-6)
        for item in settled(problem)
        if item.name in wanted
    }
