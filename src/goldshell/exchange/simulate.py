"""Simulate an exchange experiment with the well-mixed model."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange import kernels
from goldshell.exchange.experiment import Addition, Experiment, Withdrawal
from goldshell.exchange.linear import integrate_ladder, is_compiled
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.well_mixed import Parameters
from goldshell.exchange.stiffness import give_up
from goldshell.numerics import radau

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

# Errors are controlled relative to the present size of a state, or to this share of all clusters if that is larger.
_FLOOR = 1e-6
RTOL = 1e-8
_CVODE_STEPS = 20_000
_FEW_BLOCKS = 64


@dataclass(frozen=True, slots=True)
class States:
    """Raw solution of one experiment.

    Parameters
    ----------
    time_h : (k,) [h]
    amounts : (k, states) in the layout of `goldshell.exchange.kernels` [umol]
    volumes_mL : (k, 3) water, interphase, organic [mL]
    expected : (k, 3) clusters, incoming and outgoing ligand put in minus taken out [umol]
    classes, sites : exposure classes and N of the layout
    """

    time_h: Array
    amounts: Array
    volumes_mL: Array
    expected: Array
    classes: int
    sites: int

    def clusters(self) -> Array:
        """Amounts of intact clusters, (k, classes, N + 1, 2) [umol]."""
        count = self.classes * (self.sites + 1) * 2
        return self.amounts[:, :count].reshape(len(self.time_h), self.classes, self.sites + 1, 2)

    def extra(self, index: int) -> Array:
        """One of the states after the clusters (index of `goldshell.exchange.kernels`), (k,) [umol]."""
        return self.amounts[:, self.classes * (self.sites + 1) * 2 + index]

    def composition(self) -> Array:
        """P(n) of all intact clusters, (k, N + 1) [1]."""
        by_n = self.clusters().sum(axis=(1, 3))
        total = by_n.sum(axis=1, keepdims=True)
        return by_n / np.where(total > 0.0, total, 1.0)

    def intact_fraction(self) -> Array:
        """Intact over intact plus etched clusters, (k,) [1]."""
        intact = self.clusters().sum(axis=(1, 2, 3))
        everything = intact + self.extra(kernels.ETCHED)
        return intact / np.where(everything > 0.0, everything, 1.0)

    def balances(self) -> dict[str, float]:
        """Largest relative error of the gold and of each ligand over all times [1]."""
        by_n = self.clusters().sum(axis=(1, 3))
        n = np.arange(self.sites + 1.0)
        found = (
            by_n.sum(axis=1) + self.extra(kernels.ETCHED),
            by_n @ n + sum(self.extra(i) for i in (kernels.BW, kernels.BI, kernels.BO, kernels.SOLID,
                                                   kernels.BOUND_B, kernels.DISULFIDE_B)),
            by_n @ (self.sites - n) + sum(self.extra(i) for i in (kernels.AW, kernels.AI, kernels.AO,
                                                                  kernels.BOUND_A, kernels.DISULFIDE_A)),
        )  # fmt: skip
        errors = {}
        for name, total, expected in zip(("gold", "incoming", "outgoing"), found, self.expected.T, strict=True):
            scale = max(float(np.max(np.abs(expected))), 1e-300)
            errors[name] = float(np.max(np.abs(total - expected))) / scale
        return errors


@dataclass(frozen=True, slots=True)
class Simulation:
    """Result of a simulated exchange.

    Parameters
    ----------
    time_h : (k,) [h]
    intact_fraction : intact over all clusters, (k,) [1]
    composition : P(n) of intact clusters summed over regions, (k, N + 1) [1]
    mean_n : mean number of incoming ligands per intact cluster, (k,) [1]; NaN where less than 1e-6 of the clusters are
        intact
    free_mM : region -> {"incoming", "outgoing"} -> (k,) [mM], neutral + ionised
    balances : largest relative error of "gold", "incoming", "outgoing" [1]
    interphase_share : share of the intact clusters that is in the interphase, (k,) [1]
    experiment, parameters : what was simulated
    warnings : advice to the user
    """

    time_h: Array
    intact_fraction: Array
    composition: Array
    mean_n: Array
    free_mM: dict[str, dict[str, Array]]
    balances: dict[str, float]
    interphase_share: Array
    experiment: Experiment
    parameters: Parameters
    warnings: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: exchange simulate)."""
        return {
            "time_h": self.time_h,
            "intact_fraction": self.intact_fraction,
            "composition": self.composition,
            "mean_n": self.mean_n,
            "free_mM": self.free_mM,
            "balances": self.balances,
            "interphase_share": self.interphase_share,
            "parameters": dataclasses.asdict(self.parameters),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per time: intact fraction, mean n, free ligand per region, P(0) ... P(N)."""
        import pandas as pd

        columns: dict[str, Any] = {
            "time_h": self.time_h, "intact_fraction": self.intact_fraction, "mean_n": self.mean_n,
        }  # fmt: skip
        for region, ligands in self.free_mM.items():
            for ligand, values in ligands.items():
                columns[f"{ligand}_{region}_mM"] = values
        for n in range(self.composition.shape[1]):
            columns[f"P{n}"] = self.composition[:, n]
        return pd.DataFrame(columns)


def simulate(
    experiment: Experiment,
    parameters: Parameters | None = None,
    *,
    times: Sequence[float] | Array | None = None,
    rtol: float = RTOL,
    integrator: str = "radau",
) -> Simulation:
    """Simulate one experiment.

    Parameters
    ----------
    experiment : conditions
    parameters : of the well-mixed model; its defaults when None
    times : output times, increasing; those of the experiment when None [h]
    rtol : error relative to the size of each state, or to a 1e-6 of all clusters if that is larger [1]
    integrator : as in `solve`, or "auto" for a single run: radau where its compiled code is at hand, else CVODE, whose
        solution takes longer than 2 ms but is there before the compiler would be

    Raises
    ------
    InputError : times not increasing, an aliquot larger than what is there
    AnalysisError : the integration did not get to the end
    """
    chosen = Parameters() if parameters is None else parameters
    if integrator == "auto":
        integrator = "radau" if is_compiled() else _uncompiled(experiment, chosen)
    states = solve(experiment, well_mixed.to_vector(chosen), times=times, rtol=rtol, integrator=integrator)
    composition, fraction = states.composition(), states.intact_fraction()
    clusters = states.clusters()
    intact = clusters.sum(axis=(1, 2, 3))
    regions = ("water", "interphase", "organic") if experiment.organic_mL > 0.0 else ("water",)
    free = {
        region: {
            "incoming": states.extra(2 * index) / states.volumes_mL[:, index],
            "outgoing": states.extra(2 * index + 1) / states.volumes_mL[:, index],
        }
        for index, region in enumerate(regions)
    }
    return Simulation(
        time_h=states.time_h,
        intact_fraction=fraction,
        composition=composition,
        mean_n=mean_number(composition, np.arange(states.sites + 1.0), fraction),
        free_mM=free,
        balances=states.balances(),
        interphase_share=clusters[..., 1].sum(axis=(1, 2)) / np.where(intact > 0.0, intact, 1.0),
        experiment=experiment,
        parameters=chosen,
        warnings=composition_advice(states.time_h, fraction),
    )


def solve(
    experiment: Experiment,
    vector: Array,
    *,
    times: Sequence[float] | Array | None = None,
    rtol: float = RTOL,
    integrator: str = "radau",
) -> States:
    """Solve one experiment for a plain parameter vector: what fits and ensembles call.

    Parameters
    ----------
    experiment : conditions
    vector : parameters in the order of `goldshell.exchange.models.well_mixed.NAMES` [their units]
    times : output times, increasing; those of the experiment when None [h]
    rtol : error relative to the size of each state, or to a 1e-6 of all clusters if that is larger [1]
    integrator : "radau" (own, structured; CVODE where it does not get to the end), "cvode", or "interpreted" (CVODE
        with rates that are not compiled)

    Raises
    ------
    InputError : times not increasing, an aliquot larger than what is there
    AnalysisError : the integration did not get to the end; names the parameter that makes it so stiff
    """
    asked = np.asarray(experiment.times_h if times is None else times, dtype=float)
    check_times(asked)
    co = well_mixed.coefficients(experiment, vector)
    classes, sites = len(co.exposure), experiment.sites
    state = start_state(experiment, classes)
    integrate = _integrator(integrator)
    edges = _edges(experiment, asked)
    amounts = np.empty((len(asked), len(state)))
    volumes = np.empty((len(asked), 3))
    expected = np.empty((len(asked), 3))
    water, organic = experiment.water_mL, experiment.organic_mL
    ledger = _totals(state, classes, sites)
    done = 0
    for begin, end in itertools.pairwise(edges):
        water, organic, ledger = _withdraw(experiment, begin, state, water, organic, ledger, classes, sites)
        flows = _flows(experiment.schedule, begin, end)
        scalars = co.scalars
        scalars[kernels.VW], scalars[kernels.VO] = water, organic
        for index, value in flows.items():
            scalars[index] = value
        last = end == edges[-1]
        stop = int(np.searchsorted(asked, end, side="right" if last else "left"))
        local = np.append(asked[done:stop], end) - begin
        try:
            values = integrate(co, state, np.append(0.0, local) if local[0] > 0.0 else local, rtol)
        except AnalysisError as problem:
            raise give_up(experiment, vector, "well_mixed", problem.message) from problem
        if local[0] > 0.0:
            values = values[1:]
        inside = slice(done, stop)
        elapsed = local[:-1]
        amounts[inside] = values[:-1]
        volumes[inside] = np.stack(
            [water + flows[kernels.QW] * elapsed, np.full(len(elapsed), scalars[kernels.VI]),
             organic + flows[kernels.QO] * elapsed], axis=1,
        )  # fmt: skip
        fed = np.array(
            [flows[kernels.FEED_C],
             flows[kernels.FEED_B_W] + flows[kernels.FEED_B_O] + flows[kernels.FEED_C] * _shell_mean(experiment),
             flows[kernels.FEED_A_W] + flows[kernels.FEED_A_O]
             + flows[kernels.FEED_C] * (sites - _shell_mean(experiment))]
        )  # fmt: skip
        expected[inside] = ledger + elapsed[:, None] * fed
        ledger = ledger + (end - begin) * fed
        water += flows[kernels.QW] * (end - begin)
        organic += flows[kernels.QO] * (end - begin)
        state = np.array(values[-1])
        done = stop
    if edges[-1] > 0.0:  # after the last output; still has to be possible
        _withdraw(experiment, edges[-1], state, water, organic, ledger, classes, sites)
    return States(asked, amounts, volumes, expected, classes, sites)


def mean_number(composition: Array, counts: Array, intact_fraction: Array) -> Array:
    """Mean number of a ligand per intact cluster, NaN where next to none is intact, (k,) [1].

    Parameters
    ----------
    composition : shares of the intact clusters, (k, S) [1]
    counts : of the ligand in each composition, (S,) [1]
    intact_fraction : (k,) [1]
    """
    return np.where(intact_fraction < _FLOOR, np.nan, composition @ counts)


def composition_advice(time_h: Array, intact_fraction: Array) -> tuple[str, ...]:
    """What to know where next to no cluster is intact."""
    gone = intact_fraction < _FLOOR
    if not gone.any():
        return ()
    since = time_h[int(np.argmax(gone))]
    return (
        f"less than {_FLOOR:g} of the clusters are intact at {since:g} h: their composition no longer means anything",
    )


def check_times(times: Array) -> None:
    """Raise InputError unless the times are finite, not negative and increasing [h]."""
    if times.ndim != 1 or not len(times):
        raise InputError("no output times", hint="give at least one")
    if not np.all(np.isfinite(times)) or times[0] < 0.0 or np.any(np.diff(times) <= 0.0):
        raise InputError("output times must be finite, not negative and increasing")


def start_state(experiment: Experiment, classes: int) -> Array:
    """Amounts at the start in the layout of `goldshell.exchange.kernels` [umol]."""
    count = experiment.sites + 1
    state = np.zeros(classes * count * 2 + kernels.EXTRA)
    clusters = experiment.cluster_mM * experiment.water_mL
    shell = np.asarray(experiment.initial_shell, dtype=float)
    for c in range(classes):
        state[2 * c * count : 2 * (c + 1) * count : 2] = clusters / classes * shell
    extra = state[classes * count * 2 :]
    extra[kernels.SOLID if experiment.solid else kernels.BW] = experiment.water_ligand_mM * experiment.water_mL
    extra[kernels.AW] = experiment.water_outgoing_mM * experiment.water_mL
    extra[kernels.BO] = experiment.organic_ligand_mM * experiment.organic_mL
    extra[kernels.UNMIXED] = 1.0
    return state


def _shell_mean(experiment: Experiment) -> float:
    return float(np.dot(experiment.initial_shell, np.arange(experiment.sites + 1.0)))


def _totals(state: Array, classes: int, sites: int) -> Array:
    """Clusters, incoming and outgoing ligand in a state, bound and free [umol]."""
    count = sites + 1
    by_n = state[: classes * count * 2].reshape(classes, count, 2).sum(axis=(0, 2))
    extra = state[classes * count * 2 :]
    n = np.arange(count)
    incoming = (kernels.BW, kernels.BI, kernels.BO, kernels.SOLID, kernels.BOUND_B, kernels.DISULFIDE_B)
    outgoing = (kernels.AW, kernels.AI, kernels.AO, kernels.BOUND_A, kernels.DISULFIDE_A)
    return np.array(
        [by_n.sum() + extra[kernels.ETCHED], by_n @ n + extra[list(incoming)].sum(),
         by_n @ (sites - n) + extra[list(outgoing)].sum()]
    )  # fmt: skip


def _edges(experiment: Experiment, asked: Array) -> list[float]:
    """Times between which nothing is switched [h]."""
    end = float(asked[-1])
    found = {0.0, end}
    for event in experiment.schedule:
        if isinstance(event, Addition):
            found.update((event.start_h, event.start_h + event.duration_h))
        else:
            found.add(event.time_h)
    return sorted(time for time in found if 0.0 <= time <= end) if end > 0.0 else [0.0, 0.0]


def _flows(schedule: Sequence[Addition | Withdrawal], begin: float, end: float) -> dict[int, float]:
    """Flows [mL/h] and feeds [umol/h] during one segment, by index of the scalar coefficients."""
    flows = dict.fromkeys(
        (
            kernels.QW,
            kernels.QO,
            kernels.FEED_B_W,
            kernels.FEED_A_W,
            kernels.FEED_B_O,
            kernels.FEED_A_O,
            kernels.FEED_C,
        ),
        0.0,
    )
    middle = 0.5 * (begin + end)
    for event in schedule:
        if isinstance(event, Addition) and event.start_h <= middle < event.start_h + event.duration_h:
            flow = event.volume_mL / event.duration_h
            water = event.region == "water"
            flows[kernels.QW if water else kernels.QO] += flow
            flows[kernels.FEED_B_W if water else kernels.FEED_B_O] += flow * event.incoming_mM
            flows[kernels.FEED_A_W if water else kernels.FEED_A_O] += flow * event.outgoing_mM
            flows[kernels.FEED_C] += flow * event.cluster_mM
    return flows


def _withdraw(
    experiment: Experiment,
    time: float,
    state: Array,
    water: float,
    organic: float,
    ledger: Array,
    classes: int,
    sites: int,
) -> tuple[float, float, Array]:
    """Take the aliquots of this moment out of ``state`` (in place); volumes and ledger afterwards."""
    extra = state[classes * (sites + 1) * 2 :]
    for event in experiment.schedule:
        if not isinstance(event, Withdrawal) or event.time_h != time:
            continue
        in_water = event.region == "water"
        volume = water if in_water else organic
        if event.volume_mL >= volume:
            raise InputError(
                f"cannot take {event.volume_mL:g} mL at {time:g} h: only {volume:g} mL of {event.region} left",
                hint="take less than is there",
            )
        keep = 1.0 - event.volume_mL / volume
        before = _totals(state, classes, sites)
        if in_water:
            state[: classes * (sites + 1) * 2 : 2] *= keep
            extra[[kernels.BW, kernels.AW, kernels.SOLID, *range(kernels.ETCHED, kernels.EXTRA)]] *= keep
            water -= event.volume_mL
        else:
            extra[[kernels.BO, kernels.AO]] *= keep
            organic -= event.volume_mL
        ledger = ledger - (before - _totals(state, classes, sites))
    return water, organic, ledger


def _uncompiled(experiment: Experiment, parameters: Parameters) -> str:
    """The integrator that answers soonest when nothing is compiled: the interpreter is too slow for many states."""
    classes = experiment.exposure_classes if parameters.micromixing > 0.0 else 1
    return "interpreted" if classes * (experiment.sites + 1) <= _FEW_BLOCKS else "cvode"


def _integrator(name: str) -> Callable[..., Array]:
    if name == "radau":
        return _with_radau
    if name == "cvode":
        return _with_cvode
    if name == "interpreted":
        return functools.partial(_with_cvode, interpreted=True)
    raise InputError(f"unknown integrator {name!r}", hint="radau, cvode or interpreted")


def _floor(start: Array) -> Array:
    """Values below which errors count as if relative to these: a share of all clusters [umol]."""
    extra = start[-kernels.EXTRA :]
    clusters = max(float(np.sum(start[: -kernels.EXTRA])) + float(extra[kernels.ETCHED]), 1e-12)
    floor = np.full(len(start), _FLOOR * clusters)
    floor[-kernels.EXTRA + kernels.UNMIXED] = _FLOOR
    return floor


def _with_radau(co: kernels.Coefficients, start: Array, times: Array, rtol: float) -> Array:
    """Integrate over one segment with Radau IIA; times count from the start of the segment [h]."""
    out = np.empty((len(times), len(start)))
    status, _ = integrate_ladder(co, start, times, rtol, _floor(start), out)
    if status == radau.SUCCESS:
        return out
    return _with_cvode(co, start, times, rtol)


def _with_cvode(
    co: kernels.Coefficients, start: Array, times: Array, rtol: float, *, interpreted: bool = False
) -> Array:
    """Integrate over one segment with CVODE; times count from the start of the segment [h]."""
    from goldshell.numerics.ode import solve_cvode

    rates = kernels.interpreted_rates() if interpreted else kernels.rates
    parts = kernels.empty_jacobian(len(co.exposure), co.ladder.shape[1] - 1)

    def rhs(t: float, y: Array, out: Array) -> None:
        rates(co, t, y, out)

    def jacobian(t: float, y: Array, f: Array, out: Array) -> None:
        kernels.dense_jacobian(co, t, y, parts, out)

    atol = rtol * _floor(start)
    if times[-1] <= times[0]:
        return np.repeat(start[None, :], len(times), axis=0)
    unique, back = np.unique(times, return_inverse=True)
    return np.asarray(
        solve_cvode(
            rhs, start, unique, rtol=rtol, atol=atol, jacobian=None if interpreted else jacobian, max_steps=_CVODE_STEPS
        )
    )[back]
