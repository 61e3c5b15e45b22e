"""Ensembles and fits of the exchange model: 10,000 parameter sets on all cores, and a fit of 8 parameters to 6 traces.

    python benchmarks/bench_ensemble.py [ensemble] [fit]

Wall-clock numbers depend on what else the machine does, so its load is printed, and two shares are given: the processor
time of the tasks over cores x wall (other programs lower it), and the time by the clock that workers spent inside tasks
(what the engine itself loses).
"""

from __future__ import annotations

import dataclasses
import functools
import os
import sys
import time

import numpy as np

from goldshell import engine
from goldshell.exchange import (
    FitExperiment,
    FitProblem,
    Prior,
    Trace,
    ensemble,
    fit,
    fit_parameter,
    make_experiment,
    solve,
)
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import predict

SETS = 10_000
TIMES = tuple(float(t) for t in np.linspace(0.0, 1.0, 121))


def vial(feed: float, two_phase: bool) -> Experiment:
    """A vial of 0.025 mM Au25(p-MBSA)18."""
    ligand = 0.025 * feed
    given = (
        {"solvent": "ethyl acetate", "organic_mL": 2.0, "organic_ligand_mM": ligand}
        if two_phase
        else {"water_ligand_mM": ligand}
    )
    return make_experiment("Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, site_classes=(18,), **given)


def solve_one(experiment: Experiment, vector: np.ndarray) -> list[float]:
    """P(n) at the end of one hour, 61 output times."""
    return solve(experiment, vector).composition()[-1].tolist()


def load() -> str:
    """Load average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def ensemble_efficiency(sets: int = SETS) -> None:
    """Level 1 at `sets` draws of the default parameters with their literature spreads."""
    experiment = vial(20.0, True)
    draws = ensemble(draws=sets, seed=1).draws
    solve_one(experiment, draws[0])
    before = load()
    batch = engine.run(functools.partial(solve_one, experiment), list(draws), label="ensemble", trial=False)
    cpu = sum(one.cpu_s for one in batch.outcomes if one)
    print(
        f"{sets} parameter sets on {batch.workers} workers ({engine.core_count()} cores, load {before} to {load()}): "
        f"{cpu:.1f} s of processor time, {1e3 * cpu / sets:.2f} ms each, {batch.wall_s:.1f} s wall, "
        f"{len(batch.failed)} failed"
    )
    print(f"once the workers ran: {100 * batch.efficiency('wall'):.1f} % of their time by the clock inside tasks, "
          f"{100 * batch.efficiency('cpu'):.1f} % as processor time over cores x wall")  # fmt: skip


def fit_time() -> None:
    """8 parameters, 6 traces of 121 points, profile likelihoods; synthetic data with noise."""
    truth = {"k_exchange": 30.0, "equilibrium_constant": 5.0, "cooperativity": 0.05, "exchange_affinity": 0.933,
             "k_etching": 0.004, "etching_order_thiol": 1.8, "film_organic": 0.01}  # fmt: skip
    vector = well_mixed.to_vector(dataclasses.replace(well_mixed.Parameters(), **truth))
    random = np.random.default_rng(1)
    experiments = []
    for number, (feed, two_phase) in enumerate(
        [(20.0, True), (60.0, True), (100.0, True), (10.0, False), (30.0, False), (60.0, False)]
    ):
        experiment = vial(feed, two_phase)
        kind, sd = ("mean_n", 0.1) if number % 2 else ("intact_fraction", 0.005)
        empty = Trace(kind, TIMES, (0.0,) * 121, (sd,) * 121)
        seen = predict(solve(experiment, vector, times=TIMES))
        noisy = dataclasses.replace(empty, values=tuple(empty.predicted(seen) + random.normal(0.0, sd, 121)))
        base = tuple(well_mixed.to_vector(well_mixed.Parameters()))
        experiments.append(FitExperiment(f"vial {number + 1}", experiment, base, (noisy,)))
    everywhere, two = tuple(range(6)), (0, 1, 2)
    parameters = [
        fit_parameter(name, two if name == "film_organic" else everywhere, start=1.3 * value)
        for name, value in truth.items()
    ]
    parameters.append(fit_parameter("cluster_factor", everywhere, start=1.0, prior=Prior(1.0, 1.1)))
    problem = FitProblem("bench", tuple(experiments), tuple(parameters), starts=1)
    solve(experiments[0].experiment, vector)
    cpu, wall, before = time.process_time(), time.perf_counter(), load()
    found = fit(problem, profiles=True)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"fit of {len(parameters)} parameters to 6 traces of 121 points with profiles: {cpu:.1f} s processor time on "
          f"one core, {wall:.1f} s wall (load {before} to {load()})")  # fmt: skip
    for item in found.parameters:
        name, one = item.parameter.name, item.estimate
        print(f"  {name:22s} {one.value:9.4g} [{one.low:.4g}, {one.high:.4g}]  true {truth.get(name, 1.0):g}")


def main() -> None:
    """Both, or those named on the command line."""
    wanted = sys.argv[1:] or ["ensemble", "fit"]
    if "ensemble" in wanted:
        ensemble_efficiency()
    if "fit" in wanted:
        fit_time()


if __name__ == "__main__":
    main()
