"""Simulate an exchange experiment with diffusion and reaction across the interphase (level 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.exchange import film
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.interphase import Interphase, make_interphase, solvent_volume_share
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.interphase_film import Parameters
from goldshell.exchange.simulate import Simulation, check_times, composition_advice, mean_number
from goldshell.exchange.stiffness import give_up
from goldshell.numerics import bdf

Array = NDArray[np.float64]

CELLS = 200
RTOL = 1e-6
# Errors are relative to each concentration, or to this share of the largest of its kind at the start if larger.
_FLOOR = 1e-2
# Where there are fewer clusters than this share of the largest concentration, their mean n is left out.
_SCARCE = 1e-4


@dataclass(frozen=True, slots=True)
class FilmStates:
    """Raw solution: C cells, of which the first and the last are the well-mixed bulks.

    Parameters
    ----------
    time_h : (k,) [h]
    concentrations : (k, C, N + 8) clusters n = 0..N, B, A and pools, as in `goldshell.exchange.film` [mM]
    solid_mM : undissolved thiol per volume of the water bulk, (k,) [mM]
    volumes_mL : of the cells, (C,) [mL]
    interphase : grid and profiles
    counts : steps, rejected steps, failed iterations, evaluations, factorisations
    """

    time_h: Array
    concentrations: Array
    solid_mM: Array
    volumes_mL: Array
    interphase: Interphase
    counts: tuple[int, ...]

    @property
    def sites(self) -> int:
        """N of the layout."""
        return self.concentrations.shape[2] - 3 - film.POOLS

    def amounts(self) -> Array:
        """Amounts in all cells together, (k, N + 8) [umol]."""
        return np.einsum("c,kcj->kj", self.volumes_mL, self.concentrations)

    def balances(self) -> dict[str, float]:
        """Largest relative error of the gold and of each ligand over all times [1]."""
        amounts = self.amounts()
        n = np.arange(self.sites + 1.0)
        clusters, rest = amounts[:, : self.sites + 1], amounts[:, self.sites + 1 :]
        solid = self.solid_mM * self.volumes_mL[0]
        found = {
            "gold": clusters.sum(axis=1) + rest[:, 2 + film.ETCHED],
            "incoming": clusters @ n + rest[:, 0] + rest[:, 2 + film.BOUND_B] + rest[:, 2 + film.DISULFIDE_B] + solid,
            "outgoing": clusters @ (self.sites - n)
            + rest[:, 1] + rest[:, 2 + film.BOUND_A] + rest[:, 2 + film.DISULFIDE_A],
        }  # fmt: skip
        return {
            name: float(np.max(np.abs(total - total[0]))) / max(float(np.max(np.abs(total))), 1e-300)
            for name, total in found.items()
        }


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles across the interphase, from the water bulk (z = 0) to the organic bulk.

    Parameters
    ----------
    z_m : (C,) [m]
    zone_m : where the mixed zone begins and ends [m]
    solvent_share : volume share of solvent, (C,) [1]
    diffusivity_m2_s : of incoming, outgoing ligand and cluster, (3, C) [m²/s]
    time_h : (k,) [h]
    incoming_mM, outgoing_mM, cluster_mM : free ligands and intact clusters, (k, C) [mM]
    mean_n : mean number of incoming ligands per intact cluster; NaN where there are none, (k, C) [1]
    """

    z_m: Array
    zone_m: tuple[float, float]
    solvent_share: Array
    diffusivity_m2_s: Array
    time_h: Array
    incoming_mM: Array
    outgoing_mM: Array
    cluster_mM: Array
    mean_n: Array

    def to_dict(self) -> dict[str, Any]:
        """The ``profiles`` object of the JSON output; no number where there are no clusters."""
        return {
            "z_m": self.z_m,
            "zone_m": list(self.zone_m),
            "solvent_share": self.solvent_share,
            "diffusivity_m2_s": dict(zip(("incoming", "outgoing", "cluster"), self.diffusivity_m2_s, strict=True)),
            "time_h": self.time_h,
            "incoming_mM": self.incoming_mM,
            "outgoing_mM": self.outgoing_mM,
            "cluster_mM": self.cluster_mM,
            "mean_n": [[None if np.isnan(x) else float(x) for x in row] for row in self.mean_n],
        }


@dataclass(frozen=True, slots=True)
class FilmSimulation(Simulation):
    """Result of level 2: what level 1 gives, and profiles.

    ``free_mM`` of water and organic are those of the bulks, that of the interphase is the mean over the mixed zone;
    ``interphase_share`` is the share of the intact clusters that is in the zone.

    Parameters
    ----------
    profiles : across the interphase, at the output times
    """

    profiles: Profiles | None = None

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: exchange simulate), with ``profiles`` where they were asked for."""
        out = Simulation.to_dict(self)
        if self.profiles is not None:
            out["profiles"] = self.profiles.to_dict()
        return out


def simulate_film(
    experiment: Experiment,
    parameters: Parameters | None = None,
    *,
    times: Sequence[float] | Array | None = None,
    cells: int = CELLS,
    profiles: bool = True,
    rtol: float = RTOL,
) -> FilmSimulation:
    """Simulate one experiment across the interphase.

    Parameters
    ----------
    experiment : conditions, with an organic phase and without a schedule
    parameters : of the interphase film; its defaults when None
    times : output times, increasing; those of the experiment when None [h]
    cells : number of cells between the bulks; errors fall with its square [1]
    profiles : keep the profiles at the output times
    rtol : relative error of the concentrations in time [1]

    Raises
    ------
    InputError : one phase only, a schedule, micromixing, films that need more than a phase, times not increasing
    AnalysisError : the integration did not get to the end
    """
    chosen = Parameters() if parameters is None else parameters
    states = solve_film(experiment, chosen, times=times, cells=cells, rtol=rtol)
    count = states.sites + 1
    amounts = states.amounts()
    intact = amounts[:, :count].sum(axis=1)
    everything = intact + amounts[:, count + 2 + film.ETCHED]
    composition = amounts[:, :count] / np.where(intact > 0.0, intact, 1.0)[:, None]
    first, last = states.interphase.zone
    zone = slice(first + 1, last + 1)  # cell 0 is the water bulk
    weights = states.volumes_mL[zone] / states.volumes_mL[zone].sum()
    c = states.concentrations
    in_zone = np.einsum("c,kcn->k", states.volumes_mL[zone], c[:, zone, :count])
    free = {
        region: {name: values[:, count + index] for index, name in enumerate(("incoming", "outgoing"))}
        for region, values in (
            ("water", c[:, 0]), ("interphase", np.einsum("c,kcj->kj", weights, c[:, zone])), ("organic", c[:, -1]),
        )
    }  # fmt: skip
    fraction = intact / np.where(everything > 0.0, everything, 1.0)
    return FilmSimulation(
        time_h=states.time_h,
        intact_fraction=fraction,
        composition=composition,
        mean_n=mean_number(composition, np.arange(float(count)), fraction),
        free_mM=free,
        balances=states.balances(),
        interphase_share=in_zone / np.where(intact > 0.0, intact, 1.0),
        experiment=experiment,
        parameters=chosen,
        warnings=(*_advice(chosen, states.interphase), *composition_advice(states.time_h, fraction)),
        profiles=make_profiles(states, experiment) if profiles else None,
    )


def solve_film(
    experiment: Experiment,
    parameters: Parameters,
    *,
    times: Sequence[float] | Array | None = None,
    cells: int = CELLS,
    rtol: float = RTOL,
    held_bulks: bool = False,
) -> FilmStates:
    """Solve the equations of the interphase film.

    Parameters
    ----------
    experiment : conditions, with an organic phase and without a schedule
    parameters : of the interphase film
    times : output times, increasing; those of the experiment when None [h]
    cells : number of cells between the bulks [1]
    rtol : relative error of the concentrations in time [1]
    held_bulks : keep the bulks as they are at the start: a film between two reservoirs, as in textbooks (its balances
        then mean nothing)

    Raises
    ------
    InputError : one phase only, a schedule, micromixing, films that need more than a phase, times not increasing
    AnalysisError : the integration did not get to the end
    """
    if experiment.schedule:
        raise InputError("the interphase film has no additions or aliquots", hint="use the model well_mixed")
    if parameters.micromixing > 0.0:
        raise InputError("the interphase film has no micromixing", where="micromixing", hint="leave it at 0")
    asked = np.asarray(experiment.times_h if times is None else times, dtype=float)
    check_times(asked)
    interphase = make_interphase(experiment, parameters, cells)
    vector = np.array([getattr(parameters, name) for name in well_mixed.NAMES])
    rates = well_mixed.coefficients(experiment, vector)
    volumes = interphase.volumes_mL
    per_volume = 1.0 / volumes
    if held_bulks:
        per_volume[[0, -1]] = 0.0
    ends = interphase.bulk_solubility
    solubility = np.concatenate([ends[:, :1], interphase.solubility, ends[:, 1:]], axis=1).T
    start, tolerance = _start(experiment, interphase, cells)
    points = asked if asked[0] == 0.0 else np.append(0.0, asked)
    out = np.empty((len(points), len(start)))
    counts = np.zeros(bdf.COUNTS, dtype=np.int64)
    status, reached = film.integrate_film(
        rates.scalars, rates.ladder, np.concatenate(([1.0], interphase.rate_factor, [parameters.interphase_rate])),
        per_volume, interphase.conductances(), np.ascontiguousarray(solubility), start, points, rtol, rtol * tolerance,
        out, counts,
    )  # fmt: skip
    if status != bdf.SUCCESS:
        reason = "too many steps" if status == bdf.TOO_MANY_STEPS else "the step size fell to nothing"
        raise give_up(experiment, vector, "interphase_film", f"{reason} at {reached:g} h")
    if len(points) > len(asked):
        out = out[1:]
    return FilmStates(
        time_h=asked,
        concentrations=out[:, :-1].reshape(len(asked), cells + 2, -1),
        solid_mM=out[:, -1],
        volumes_mL=volumes,
        interphase=interphase,
        counts=tuple(int(count) for count in counts),
    )


def make_profiles(states: FilmStates, experiment: Experiment) -> Profiles:
    """Profiles across the interphase from a raw solution."""
    interphase = states.interphase
    count = states.sites + 1
    clusters = states.concentrations[:, :, :count]
    total = clusters.sum(axis=2)
    present = total > _SCARCE * total.max()
    mean = np.where(present, clusters @ np.arange(float(count)), np.nan) / np.where(present, total, 1.0)
    edges = interphase.edges_m
    share = np.concatenate(([0.0], interphase.organic_share, [1.0]))
    return Profiles(
        z_m=np.concatenate((edges[:1], interphase.middles_m, edges[-1:])),
        zone_m=(float(edges[interphase.zone[0]]), float(edges[interphase.zone[1]])),
        solvent_share=solvent_volume_share(experiment.solvent, share),
        diffusivity_m2_s=np.pad(interphase.diffusivity, ((0, 0), (1, 1)), mode="edge"),
        time_h=states.time_h,
        incoming_mM=states.concentrations[:, :, count],
        outgoing_mM=states.concentrations[:, :, count + 1],
        cluster_mM=total,
        mean_n=mean,
    )


def _start(experiment: Experiment, interphase: Interphase, cells: int) -> tuple[Array, Array]:
    """Concentrations at the start, each film like its bulk and the zone empty, and the scale of each unknown [mM]."""
    count = experiment.sites + 1
    first, last = interphase.zone
    state = np.zeros((cells + 2, count + 2 + film.POOLS))
    state[: first + 1, :count] = experiment.cluster_mM * np.asarray(experiment.initial_shell)
    state[: first + 1, count + 1] = experiment.water_outgoing_mM
    if not experiment.solid:
        state[: first + 1, count] = experiment.water_ligand_mM
    state[last + 1 :, count] = experiment.organic_ligand_mM
    solid = experiment.water_ligand_mM * experiment.water_mL / interphase.bulk_mL[0] if experiment.solid else 0.0
    clusters = max(experiment.cluster_mM, 1e-9)
    ligand = max(
        experiment.organic_ligand_mM, experiment.water_ligand_mM, experiment.water_outgoing_mM,
        experiment.sites * clusters,
    )  # fmt: skip
    scale = np.full(state.shape, _FLOOR * ligand)
    scale[:, :count] = _FLOOR * clusters
    scale[:, count + 2 + film.ETCHED] = _FLOOR * clusters
    return np.append(state, solid), np.append(scale, _FLOOR * ligand)


def _advice(parameters: Parameters, interphase: Interphase) -> tuple[str, ...]:
    found = []
    radius = 0.5 * parameters.drop_diameter
    thickness = max(parameters.film_water, parameters.film_organic)
    if thickness > 0.2 * radius:
        found.append(
            f"a film of {thickness:g} m is not thin against drops of radius {radius:g} m: plane geometry is off by "
            f"about {thickness / radius:.0%}"
        )
    step = float(interphase.widths_m[interphase.zone[0]])
    if 0.0 < parameters.boundary_width < 2.0 * step:
        found.append(
            f"cells of {step:.2g} m do not resolve a boundary of {parameters.boundary_width:.2g} m: use more cells"
        )
    return tuple(found)
