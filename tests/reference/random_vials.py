"""Random vials and random parameters for the tests of the solver: every law, region, event and size that level 1 knows.

Ranges are wide on purpose: rates over five decades, films and drops over two, feeds from one thiol per cluster to 200.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from goldshell.exchange import Addition, Experiment, Withdrawal
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.well_mixed import Parameters
from goldshell.exchange.simulate import solve

Random = np.random.Generator
SIZES = ((25, 18, (12, 6)), (25, 18, (18,)), (44, 26, (26,)), (102, 44, (44,)))
TIMES = tuple(i / 30 for i in range(31))


def wide(random: Random, low: float, high: float) -> float:
    """Log-uniform between two limits."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def random_parameters(random: Random) -> Parameters:
    """Every parameter of level 1 drawn."""
    return Parameters(
        k_exchange=wide(random, 0.01, 1000.0),
        equilibrium_constant=wide(random, 0.05, 50.0),
        exchange_order=random.uniform(0.2, 2.0),
        exchange_affinity=wide(random, 0.05, 20.0),
        cooperativity=random.uniform(-0.15, 0.3),
        cooperativity_quadratic=random.uniform(-0.003, 0.003),
        cooperativity_reverse=random.uniform(),
        class_affinity=wide(random, 0.05, 20.0),
        class_rate=wide(random, 0.05, 20.0),
        k_etching=wide(random, 1e-4, 1.0),
        etching_order_cluster=random.choice([0.04, 0.5, 1.0, 2.0]),
        etching_order_thiol=random.uniform(0.5, 2.0),
        etching_affinity=wide(random, 0.05, 20.0),
        etching_outgoing=random.uniform(),
        thiol_per_gold=random.uniform(0.0, 2.0),
        released_fraction=random.choice([0.0, random.uniform()]),
        k_disulfide=random.choice([0.0, wide(random, 0.01, 5.0)]),
        k_dissolution=wide(random, 0.1, 50.0),
        micromixing=random.choice([0.0, 0.0, 0.0, wide(random, 0.1, 3.0)]),
        mixing_rate=random.choice([0.0, wide(random, 0.1, 100.0)]),
        drop_diameter=wide(random, 5e-5, 2e-3),
        film_water=wide(random, 2e-6, 2e-4),
        film_organic=wide(random, 2e-6, 2e-4),
        interphase_thickness=wide(random, 2e-8, 1e-5),
        interphase_character=random.uniform(),
        interphase_rate=wide(random, 0.1, 100.0),
        cluster_partition=wide(random, 0.01, 100.0),
        cluster_partition_growth=random.uniform(-3.0, 3.0),
        cluster_diffusivity=wide(random, 5e-11, 5e-10),
    )


def random_vial(random: Random, sizes: tuple[Any, ...] = SIZES[:2]) -> Experiment:
    """One or two phases, any law, with or without a schedule."""
    gold, sites, classes = sizes[random.integers(len(sizes))]
    cluster = wide(random, 0.005, 0.2)
    two = bool(random.uniform() < 0.7)
    feed = wide(random, 1.0, 200.0) * cluster
    start = np.zeros(sites + 1)
    start[: int(random.integers(1, 4))] = 1.0
    vial = Experiment(
        cluster=f"Au{gold}(A){sites}", incoming="B", outgoing="A", gold_atoms=gold, sites=sites, site_classes=classes,
        initial_shell=tuple(start / start.sum()), cluster_mM=cluster, water_mL=2.0,
        organic_mL=float(random.choice([1.0, 2.0, 4.0])) if two else 0.0, solvent="ethyl acetate" if two else "",
        water_ligand_mM=0.0 if two else feed, organic_ligand_mM=feed if two else 0.0,
        water_outgoing_mM=float(random.choice([0.0, wide(random, 0.01, 1.0)])),
        solid=bool(random.uniform() < 0.15) and not two,
        counter_ion=str(random.choice(["", "", "TPAC"])) if two else "",
        incoming_transport=(wide(random, 1e-3, 1e3), 8e-10, 2.3e-9),
        outgoing_transport=(wide(random, 1e-6, 1.0), 6e-10, 1.5e-9),
        times_h=TIMES, exposure_classes=4,
        exchange_law=str(random.choice(["mass_action", "power_law", "langmuir"])),
        etching_law=str(random.choice(["mass_action", "power_law", "langmuir"])),
    )  # fmt: skip
    if random.uniform() < 0.2:
        schedule: tuple[Addition | Withdrawal, ...] = (
            Addition(0.0, 0.3, 0.5, "water", incoming_mM=feed, cluster_mM=cluster),
            Withdrawal(0.45, 0.2),
            Addition(0.5, 0.01, 0.1, "water", outgoing_mM=2.0 * feed),
        )
        if two:
            schedule += (Addition(0.2, 0.6, 0.5, "organic", incoming_mM=feed), Withdrawal(0.9, 0.1, "organic"))
        vial = dataclasses.replace(vial, schedule=schedule)
    return vial


def worst_error(found: Any, reference: Any, clusters: float) -> float:
    """Largest error relative to a state's peak, of the states whose peak exceeds 1e-6 of all clusters [1]."""
    peak = np.abs(reference).max(axis=0)
    large = peak > 1e-6 * clusters
    return float((np.abs(found - reference).max(axis=0)[large] / peak[large]).max())


def error_of_set(seed: int, sizes: tuple[Any, ...] = SIZES[:2], **options: Any) -> float:
    """Worst peak-relative error of one random set against CVODE at a relative tolerance of 1e-12."""
    random = np.random.default_rng(seed)
    vial = random_vial(random, sizes)
    vector = well_mixed.to_vector(random_parameters(random))
    clusters = vial.cluster_mM * vial.water_mL
    reference = solve(vial, vector, rtol=1e-12, integrator="cvode").amounts
    return worst_error(solve(vial, vector, **options).amounts, reference, clusters)
