"""Simulate an exchange with several incoming ligands (`goldshell.exchange.models.several_ligands`)."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange import kernels
from goldshell.exchange.experiment import Experiment, Withdrawal
from goldshell.exchange.mixed_kernels import (
    MixedCoefficients,
    entry_count,
    extra_count,
    mixed_jacobian,
    mixed_rates,
)
from goldshell.exchange.models import several_ligands, well_mixed
from goldshell.exchange.models.several_ligands import OWN, Parameters
from goldshell.exchange.simulate import RTOL, check_times, composition_advice, mean_number
from goldshell.numerics.ode import solve_cvode

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

MOST_STATES = 6000
_FLOOR = 1e-5


@dataclass(frozen=True, slots=True)
class Entering:
    """One incoming ligand.

    Parameters
    ----------
    name : of the ligand
    water_mM, organic_mM : free ligand at the start [mM]
    transport : organic/water distribution ratio at the pH [1], diffusivity in water and in the organic phase [m²/s]
    parameters : those of `OWN` that differ from the model's [their units]
    """

    name: str
    water_mM: float
    organic_mM: float
    transport: tuple[float, float, float]
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LigandFlow:
    """Liquid with one incoming ligand (or none) and clusters, added at a constant rate.

    Parameters
    ----------
    start_h, duration_h : when and for how long [h]
    volume_mL : volume added in all [mL]
    region : "water" or "organic"
    mM : ligand -> concentration in the liquid, the outgoing one too [mM]
    cluster_mM : clusters in the liquid, with the shell at the start [mM]
    """

    start_h: float
    duration_h: float
    volume_mL: float
    region: str = "water"
    mM: Mapping[str, float] = field(default_factory=dict)
    cluster_mM: float = 0.0


@dataclass(frozen=True, slots=True)
class MixedExperiment:
    """Conditions of an exchange with several incoming ligands.

    Parameters
    ----------
    vial : everything else: cluster, outgoing ligand, volumes, pH, times, laws; its incoming ligand is not used
    entering : incoming ligands
    start : counts of the incoming ligands in the shell at the start [1]
    flows, aliquots : additions and withdrawals
    """

    vial: Experiment
    entering: tuple[Entering, ...]
    start: tuple[int, ...]
    flows: tuple[LigandFlow, ...] = ()
    aliquots: tuple[Withdrawal, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The outgoing ligand, then the incoming ones."""
        return (self.vial.outgoing, *(one.name for one in self.entering))


@dataclass(frozen=True, slots=True)
class MixedSimulation:
    """Result of a simulated exchange with several incoming ligands.

    Parameters
    ----------
    time_h : (k,) [h]
    intact_fraction : intact over all clusters, (k,) [1]
    states : compositions (n_1, ..., n_L), (S, L) [1]
    composition : share of each among intact clusters, (k, S) [1]
    free_mM : region -> ligand -> (k,) [mM]
    balances : largest relative error of "gold" and of each ligand [1]
    interphase_share : share of the intact clusters that is in the interphase, (k,) [1]
    experiment, parameters : what was simulated
    warnings : advice to the user
    """

    time_h: Array
    intact_fraction: Array
    states: NDArray[np.int64]
    composition: Array
    free_mM: dict[str, dict[str, Array]]
    balances: dict[str, float]
    interphase_share: Array
    experiment: MixedExperiment
    parameters: Parameters
    warnings: tuple[str, ...] = ()

    def marginal(self, ligand: str) -> Array:
        """P(n) of one incoming ligand, whatever the others, (k, N + 1) [1]."""
        names = [one.name for one in self.experiment.entering]
        return self._summed(self.states[:, names.index(ligand)])

    def total(self) -> Array:
        """P(n) of all incoming ligands together, (k, N + 1) [1]."""
        return self._summed(self.states.sum(axis=1))

    def _summed(self, counts: NDArray[np.int64]) -> Array:
        belongs = counts[:, None] == np.arange(self.experiment.vial.sites + 1)[None, :]
        return np.asarray(self.composition @ belongs)

    def mean_n(self) -> dict[str, Array]:
        """Mean number of each incoming ligand per intact cluster, (k,) [1]; NaN where next to none is intact."""
        return {
            one.name: mean_number(self.composition, self.states[:, j].astype(float), self.intact_fraction)
            for j, one in enumerate(self.experiment.entering)
        }

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output: as for one incoming ligand, with ligands by name and compositions listed."""
        means = self.mean_n()
        return {
            "time_h": self.time_h,
            "intact_fraction": self.intact_fraction,
            "incoming": [one.name for one in self.experiment.entering],
            "outgoing": self.experiment.vial.outgoing,
            "states": self.states,
            "composition": self.composition,
            "marginals": {name: self.marginal(name) for name in means},
            "mean_n": means,
            "total": {"composition": self.total(), "mean_n": sum(means.values())},
            "free_mM": self.free_mM,
            "balances": self.balances,
            "interphase_share": self.interphase_share,
            "parameters": dataclasses.asdict(self.parameters)
            | {"ligands": {one.name: dict(one.parameters) for one in self.experiment.entering}},
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per time: intact fraction, means, free ligands, and P of every composition."""
        import pandas as pd

        columns: dict[str, Any] = {"time_h": self.time_h, "intact_fraction": self.intact_fraction}
        columns |= {f"mean_n_{name}": values for name, values in self.mean_n().items()}
        for region, ligands in self.free_mM.items():
            columns |= {f"{name}_{region}_mM": values for name, values in ligands.items()}
        columns |= {
            "P_" + "_".join(map(str, state)): self.composition[:, s] for s, state in enumerate(self.states.tolist())
        }
        return pd.DataFrame(columns)


def simulate_mixed(
    experiment: MixedExperiment,
    parameters: Parameters | None = None,
    *,
    times: Sequence[float] | Array | None = None,
    rtol: float = RTOL,
) -> MixedSimulation:
    """Simulate an exchange with several incoming ligands.

    Parameters
    ----------
    experiment : conditions
    parameters : of `goldshell.exchange.models.several_ligands`; its defaults when None
    times : output times, increasing; those of the experiment when None [h]
    rtol : error relative to the largest value of each state [1]

    Raises
    ------
    InputError : more compositions than can be solved, micromixing or a solid, an aliquot larger than what is there
    AnalysisError : the integration did not get to the end
    """
    chosen = Parameters() if parameters is None else parameters
    vial = experiment.vial
    asked = np.asarray(vial.times_h if times is None else times, dtype=float)
    check_times(asked)
    _refuse(experiment, chosen)
    states = several_ligands.compositions(vial.sites, len(experiment.entering))
    co = mixed_coefficients(experiment, chosen, states)
    state = _start(experiment, states)
    ligands = len(experiment.names)
    amounts = np.empty((len(asked), len(state)))
    volumes = np.empty((len(asked), 3))
    expected = np.empty((len(asked), ligands + 1))
    water, organic = vial.water_mL, vial.organic_mL
    ledger = _totals(state, co.counts)
    done = 0
    edges = _edges(experiment, float(asked[-1]))
    state, water, organic, ledger = _take(experiment, 0.0, state, water, organic, ledger, co.counts)
    for begin, end in itertools.pairwise(edges):
        flow_w, flow_o = _feed(experiment, co, begin, end)
        co.scalars[kernels.VW], co.scalars[kernels.VO] = water, organic
        last = end == edges[-1]
        stop = int(np.searchsorted(asked, end, side="right" if last else "left"))
        local = np.append(asked[done:stop], end) - begin
        values = _integrate(co, state, np.append(0.0, local), rtol)[1:]
        inside, elapsed = slice(done, stop), local[:-1]
        amounts[inside] = values[:-1]
        volumes[inside] = np.stack(
            [water + flow_w * elapsed, np.full(len(elapsed), co.scalars[kernels.VI]), organic + flow_o * elapsed],
            axis=1,
        )
        fed = np.append(co.scalars[kernels.FEED_C], co.feeds.sum(axis=1))
        fed[1:] += co.scalars[kernels.FEED_C] * (co.feed_shell @ co.counts)
        expected[inside] = ledger + elapsed[:, None] * fed
        ledger = ledger + (end - begin) * fed
        water += flow_w * (end - begin)
        organic += flow_o * (end - begin)
        done = stop
        state, water, organic, ledger = _take(experiment, end, np.array(values[-1]), water, organic, ledger, co.counts)
    return _result(experiment, chosen, asked, states, co.counts, amounts, volumes, expected)


def mixed_coefficients(
    experiment: MixedExperiment, parameters: Parameters, states: NDArray[np.int64]
) -> MixedCoefficients:
    """Plain arrays for the compiled kernels, at the start of the experiment.

    Laws, film transfer, sites and cooperativity are taken from level 1, asked once for each ligand.
    """
    vial = experiment.vial
    unit = dataclasses.replace(parameters, k_exchange=1.0, equilibrium_constant=1.0, cluster_partition_growth=0.0)
    vector = np.array([getattr(unit, name) for name in well_mixed.NAMES])
    ligands = len(experiment.names)
    films = np.zeros((ligands, 4))
    transports = (vial.outgoing_transport, *(one.transport for one in experiment.entering))
    for i, transport in enumerate(transports):
        level1 = well_mixed.coefficients(dataclasses.replace(vial, incoming_transport=transport), vector)
        films[i] = level1.scalars[[kernels.K_W_B, kernels.K_O_B, kernels.M_I_B, kernels.M_O_B]]
    own = {
        name: np.array([one.parameters.get(name, getattr(parameters, name)) for one in experiment.entering])
        for name in OWN
    }
    paths, constants = several_ligands.replacements(
        states, level1.ladder[kernels.FORWARD], level1.ladder[kernels.REVERSE], own, parameters.k_self
    )
    counts = np.column_stack([vial.sites - states.sum(axis=1), states]).astype(float)
    growth = states @ own["cluster_partition_growth"] / vial.sites
    weights = np.ones(ligands)
    weights[0] = parameters.etching_outgoing
    feed_shell = np.all(states == np.array(experiment.start), axis=1).astype(float)
    escape = level1.ladder[kernels.ESCAPE, 0] * np.exp(-growth)
    feeds = np.zeros((ligands, 2))
    return MixedCoefficients(level1.scalars, paths, constants, counts, escape, films, weights, feeds, feed_shell)


def _refuse(experiment: MixedExperiment, parameters: Parameters) -> None:
    """What this model does not have."""
    vial = experiment.vial
    count = several_ligands.state_count(vial.sites, len(experiment.entering))
    if count > MOST_STATES:
        raise InputError(
            f"{len(experiment.entering)} incoming ligands on {vial.sites} sites make {count} compositions, more than "
            f"{MOST_STATES}", hint="leave a ligand out, or take a smaller cluster",
        )  # fmt: skip
    if parameters.micromixing > 0.0:
        raise InputError("micromixing is there for one incoming ligand only", hint="leave micromixing at 0")
    if vial.solid:
        raise InputError("undissolved solid is there for one incoming ligand only", hint="leave out 'solid'")
    if len(set(experiment.names)) < len(experiment.names):
        raise InputError(f"the ligands {', '.join(experiment.names)} are not all different")


def _start(experiment: MixedExperiment, states: NDArray[np.int64]) -> Array:
    """Amounts at the start [umol]."""
    vial = experiment.vial
    ligands = len(experiment.names)
    state = np.zeros(2 * len(states) + extra_count(ligands))
    place = int(np.flatnonzero(np.all(states == np.array(experiment.start), axis=1))[0])
    state[2 * place] = vial.cluster_mM * vial.water_mL
    free = state[2 * len(states) : 2 * len(states) + 3 * ligands].reshape(ligands, 3)
    free[0, 0] = vial.water_outgoing_mM * vial.water_mL
    for i, one in enumerate(experiment.entering, start=1):
        free[i, 0] = one.water_mM * vial.water_mL
        free[i, 2] = one.organic_mM * vial.organic_mL
    return state


def _totals(amounts: Array, counts: Array) -> Array:
    """Clusters and each ligand, bound and free, (..., 1 + ligands) [umol]."""
    states, ligands = counts.shape
    clusters = amounts[..., : 2 * states].reshape(*amounts.shape[:-1], states, 2).sum(axis=-1)
    extra = amounts[..., 2 * states :]
    free = extra[..., : 3 * ligands].reshape(*amounts.shape[:-1], ligands, 3).sum(axis=-1)
    pools = extra[..., 3 * ligands + 1 :].reshape(*amounts.shape[:-1], 2, ligands).sum(axis=-2)
    gold = clusters.sum(axis=-1) + extra[..., 3 * ligands]
    return np.concatenate([gold[..., None], clusters @ counts + free + pools], axis=-1)


def _edges(experiment: MixedExperiment, end: float) -> list[float]:
    """Times between which nothing is switched [h]."""
    found = {0.0, end}
    for flow in experiment.flows:
        found.update((flow.start_h, flow.start_h + flow.duration_h))
    found.update(aliquot.time_h for aliquot in experiment.aliquots)
    return sorted(time for time in found if 0.0 <= time <= end) if end > 0.0 else [0.0, 0.0]


def _feed(experiment: MixedExperiment, co: MixedCoefficients, begin: float, end: float) -> tuple[float, float]:
    """Set the feeds of one segment in the coefficients; flows into water and organic phase [mL/h]."""
    co.feeds[:] = 0.0
    co.scalars[[kernels.QW, kernels.QO, kernels.FEED_C]] = 0.0
    middle = 0.5 * (begin + end)
    for flow in experiment.flows:
        if not flow.start_h <= middle < flow.start_h + flow.duration_h:
            continue
        rate = flow.volume_mL / flow.duration_h
        column = 0 if flow.region == "water" else 1
        co.scalars[(kernels.QW, kernels.QO)[column]] += rate
        co.scalars[kernels.FEED_C] += rate * flow.cluster_mM
        for name, concentration in flow.mM.items():
            co.feeds[experiment.names.index(name), column] += rate * concentration
    return float(co.scalars[kernels.QW]), float(co.scalars[kernels.QO])


def _take(
    experiment: MixedExperiment, time: float, state: Array, water: float, organic: float, ledger: Array, counts: Array
) -> tuple[Array, float, float, Array]:
    """Take the aliquots of this moment; state, volumes and ledger afterwards."""
    states, ligands = counts.shape
    for aliquot in experiment.aliquots:
        if aliquot.time_h != time:
            continue
        in_water = aliquot.region == "water"
        volume = water if in_water else organic
        if aliquot.volume_mL >= volume:
            raise InputError(
                f"cannot take {aliquot.volume_mL:g} mL at {time:g} h: only {volume:g} mL of {aliquot.region} left",
                hint="take less than is there",
            )
        before = _totals(state, counts)
        keep = 1.0 - aliquot.volume_mL / volume
        if in_water:
            state[: 2 * states : 2] *= keep
            state[2 * states : 2 * states + 3 * ligands : 3] *= keep
            state[2 * states + 3 * ligands :] *= keep
            water -= aliquot.volume_mL
        else:
            state[2 * states + 2 : 2 * states + 3 * ligands : 3] *= keep
            organic -= aliquot.volume_mL
        ledger = ledger - (before - _totals(state, counts))
    return state, water, organic, ledger


def _integrate(co: MixedCoefficients, start: Array, times: Array, rtol: float) -> Array:
    """Integrate over one segment; times count from its start and may repeat [h]."""
    if times[-1] <= 0.0:
        return np.repeat(start[None, :], len(times), axis=0)
    unknowns = len(start)
    room = entry_count(co)
    rows, columns, values = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    slopes = np.empty((2, unknowns))
    ligand = 2 * len(co.counts)
    clusters = max(float(np.sum(start[:ligand])), 1e-12)
    atol = np.full(unknowns, rtol * _FLOOR * clusters)
    atol[ligand:] = rtol * _FLOOR * max(float(np.sum(start[ligand:])), clusters)

    def rhs(t: float, y: Array, out: Array) -> None:
        mixed_rates(co, t, y, out)

    count = mixed_jacobian(co, 0.0, np.ones(unknowns), rows, columns, values, slopes)
    pattern = csc_matrix((np.ones(count), (rows[:count], columns[:count])), shape=(unknowns, unknowns))
    pattern.sum_duplicates()
    keys = np.repeat(np.arange(unknowns), np.diff(pattern.indptr)) * unknowns + pattern.indices
    slots = np.searchsorted(keys, columns[:count] * unknowns + rows[:count])

    # Without the slopes by the total, which would fill it: l J = 0 still holds for every balance l.
    def jacobian(t: float, y: Array, f: Array, out: Array) -> None:
        mixed_jacobian(co, t, y, rows, columns, values, slopes)
        out[:] = np.bincount(slots, weights=values[:count], minlength=len(keys))

    unique, back = np.unique(times, return_inverse=True)
    try:
        found = solve_cvode(rhs, start, unique, rtol=rtol, atol=atol, jacobian=jacobian, sparsity=pattern)
        return np.asarray(found)[back]
    except AnalysisError as problem:
        raise AnalysisError(problem.message, hint="a rate constant is very large; check the parameters") from problem


def _result(
    experiment: MixedExperiment, parameters: Parameters, time_h: Array, states: NDArray[np.int64], counts: Array,
    amounts: Array, volumes: Array, expected: Array,
) -> MixedSimulation:  # fmt: skip
    number, ligands = counts.shape
    clusters = amounts[:, : 2 * number].reshape(len(time_h), number, 2)
    by_state = clusters.sum(axis=2)
    intact = by_state.sum(axis=1)
    everything = intact + amounts[:, 2 * number + 3 * ligands]
    free = amounts[:, 2 * number : 2 * number + 3 * ligands].reshape(len(time_h), ligands, 3)
    regions = ("water", "interphase", "organic") if experiment.vial.organic_mL > 0.0 else ("water",)
    off = np.abs(_totals(amounts, counts) - expected).max(axis=0) / np.maximum(np.abs(expected).max(axis=0), 1e-300)
    some = np.where(intact > 0.0, intact, 1.0)
    fraction = intact / np.where(everything > 0.0, everything, 1.0)
    return MixedSimulation(
        time_h=time_h,
        intact_fraction=fraction,
        states=states,
        composition=by_state / some[:, None],
        free_mM={
            region: {name: free[:, i, r] / volumes[:, r] for i, name in enumerate(experiment.names)}
            for r, region in enumerate(regions)
        },
        balances=dict(zip(("gold", *experiment.names), off.tolist(), strict=True)),
        interphase_share=clusters[:, :, 1].sum(axis=1) / some,
        experiment=experiment,
        parameters=parameters,
        warnings=composition_advice(time_h, fraction),
    )
