"""Exact stochastic simulation of a few hundred clusters (`goldshell.exchange.models.stochastic`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange.events import (
    BOUND_A,
    BOUND_B,
    DISULFIDE_A,
    DISULFIDE_B,
    ETCHED,
    OTHERS,
    SOLID,
    draw_events,
)
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.kernels import VI
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.stochastic import Parameters
from goldshell.exchange.simulate import Simulation, check_times, composition_advice, mean_number

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

CLUSTERS = 300
REPLICATES = 10
MAX_EVENTS = 500_000_000  # about two minutes


@dataclass(frozen=True, slots=True)
class StochasticSimulation(Simulation):
    """Result of level 3: means over the repeats, and how far the repeats scatter.

    Parameters
    ----------
    counts : clusters with n incoming ligands, (replicates, k, N + 1) [1]
    others : molecules B, A of water, interphase, organic, solid, and pools, (replicates, k, 12) [1]
    composition_sd, mean_n_sd, intact_fraction_sd : standard deviation between repeats, (k, N + 1), (k,), (k,) [1]
    clusters : number of clusters of each repeat at the start [1]
    molecules_per_umol : Omega [1/umol]
    seed : of the random numbers
    events : events drawn in all repeats
    """

    counts: Counts | None = None
    others: Counts | None = None
    composition_sd: Array | None = None
    mean_n_sd: Array | None = None
    intact_fraction_sd: Array | None = None
    clusters: int = 0
    molecules_per_umol: float = 0.0
    seed: int = 0
    events: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: exchange simulate); ``counts`` are those of the first repeat."""
        assert self.counts is not None
        out = Simulation.to_dict(self)
        out["composition_sd"] = self.composition_sd
        out["mean_n_sd"] = self.mean_n_sd
        out["intact_fraction_sd"] = self.intact_fraction_sd
        out["counts"] = self.counts[0]
        out["clusters"] = self.clusters
        out["replicates"] = len(self.counts)
        out["seed"] = self.seed
        out["events"] = self.events
        return out


def simulate_stochastic(
    experiment: Experiment,
    parameters: Parameters | None = None,
    *,
    times: Sequence[float] | Array | None = None,
    clusters: int = CLUSTERS,
    replicates: int = REPLICATES,
    seed: int = 1,
    max_events: int = MAX_EVENTS,
) -> StochasticSimulation:
    """Draw the events of a small number of clusters, many times over.

    Parameters
    ----------
    experiment : conditions, without a schedule
    parameters : of the well-mixed model; its defaults when None
    times : output times, increasing; those of the experiment when None [h]
    clusters : number of clusters of each repeat [1]
    replicates : number of repeats [1]
    seed : of the random numbers; the same seed gives the same result
    max_events : give up beyond this number of events in all [1]

    Raises
    ------
    InputError : no clusters, a schedule, micromixing, times not increasing
    AnalysisError : more events than ``max_events``
    """
    chosen = Parameters() if parameters is None else parameters
    _check(experiment, chosen, clusters, replicates)
    asked = np.asarray(experiment.times_h if times is None else times, dtype=float)
    check_times(asked)
    rates = well_mixed.coefficients(experiment, well_mixed.to_vector(chosen))
    omega = clusters / (experiment.cluster_mM * experiment.water_mL)
    generator = np.random.default_rng(seed)
    shell = np.asarray(experiment.initial_shell, dtype=float)
    count = experiment.sites + 1
    counts = np.zeros((replicates, len(asked), 2, count), dtype=np.int64)
    others = np.zeros((replicates, len(asked), OTHERS), dtype=np.int64)
    first = np.zeros(OTHERS, dtype=np.int64)
    first[SOLID if experiment.solid else 0] = round(omega * experiment.water_ligand_mM * experiment.water_mL)
    first[1] = round(omega * experiment.water_outgoing_mM * experiment.water_mL)
    first[4] = round(omega * experiment.organic_ligand_mM * experiment.organic_mL)
    shells = generator.multinomial(clusters, shell / shell.sum(), size=replicates)
    drawn = 0
    for replicate, start in enumerate(shells):
        left = max_events - drawn
        events = draw_events(
            rates.scalars, rates.ladder, omega, start, first, asked, generator, left, counts[replicate],
            others[replicate],
        )  # fmt: skip
        drawn += abs(events)
        if events < 0 or drawn * replicates > max_events * (replicate + 1) * 2:
            raise AnalysisError(
                f"more than {max_events:.3g} events: {drawn:.3g} in {replicate + 1} of {replicates} repeats",
                hint="transfer between the phases is far faster than exchange: take fewer clusters or repeats, "
                "larger drops, thicker films, or the model well_mixed",
            )
    return _summarise(experiment, chosen, asked, counts, others, shells, first, omega, seed, drawn)


def _check(experiment: Experiment, parameters: Parameters, clusters: int, replicates: int) -> None:
    if experiment.schedule:
        raise InputError("the stochastic model has no additions or aliquots", hint="use the model well_mixed")
    if parameters.micromixing > 0.0:
        raise InputError("the stochastic model has no micromixing", where="micromixing", hint="leave it at 0")
    if clusters < 1 or replicates < 1:
        raise InputError(f"{clusters} clusters in {replicates} repeats", hint="one or more of each")
    if experiment.cluster_mM <= 0.0:
        raise InputError("no clusters in the water", hint="give phases.water.cluster")


def _summarise(
    experiment: Experiment,
    parameters: Parameters,
    times: Array,
    counts: Counts,
    others: Counts,
    shells: Counts,
    first: Counts,
    omega: float,
    seed: int,
    events: int,
) -> StochasticSimulation:
    """Means and scatter over the repeats."""
    sites = experiment.sites
    n = np.arange(sites + 1)
    by_n = counts.sum(axis=2)
    intact = by_n.sum(axis=2)
    clusters = int(shells[0].sum())
    some = np.where(intact > 0, intact, 1)
    share = by_n / some[:, :, None]
    fraction = intact / clusters
    whole = fraction.mean(axis=0)
    mean_n = share @ n
    pooled = by_n.sum(axis=0)
    composition = pooled / np.maximum(pooled.sum(axis=1, keepdims=True), 1)
    freedom = 1 if len(counts) > 1 else 0
    scalars = well_mixed.coefficients(experiment, well_mixed.to_vector(parameters)).scalars
    regions = ("water", "interphase", "organic") if experiment.organic_mL > 0.0 else ("water",)
    volumes = (experiment.water_mL, scalars[VI], experiment.organic_mL)
    free = {
        region: {
            name: others[:, :, 2 * r + s].mean(axis=0) / (omega * volumes[r])
            for s, name in enumerate(("incoming", "outgoing"))
        }
        for r, region in enumerate(regions)
    }
    gold = intact + others[:, :, ETCHED]
    incoming = by_n @ n + others[:, :, [0, 2, 4, SOLID, BOUND_B, DISULFIDE_B]].sum(axis=2)
    outgoing = by_n @ (sites - n) + others[:, :, [1, 3, 5, BOUND_A, DISULFIDE_A]].sum(axis=2)
    expected = (
        np.full(len(shells), clusters),
        shells @ n + first[0] + first[4] + first[SOLID],
        shells @ (sites - n) + first[1],
    )
    balances = {
        name: float(np.max(np.abs(found - start[:, None]))) / max(float(start.max()), 1.0)
        for name, found, start in zip(
            ("gold", "incoming", "outgoing"), (gold, incoming, outgoing), expected, strict=True
        )
    }
    in_zone = counts[:, :, 1].sum(axis=(0, 2))
    return StochasticSimulation(
        time_h=times,
        intact_fraction=whole,
        composition=composition,
        mean_n=mean_number(composition, n.astype(float), whole),
        free_mM=free,
        balances=balances,
        interphase_share=in_zone / np.maximum(intact.sum(axis=0), 1),
        experiment=experiment,
        parameters=parameters,
        warnings=composition_advice(times, whole),
        counts=by_n,
        others=others,
        composition_sd=share.std(axis=0, ddof=freedom),
        mean_n_sd=mean_n.std(axis=0, ddof=freedom),
        intact_fraction_sd=fraction.std(axis=0, ddof=freedom),
        clusters=clusters,
        molecules_per_umol=omega,
        seed=seed,
        events=events,
    )
