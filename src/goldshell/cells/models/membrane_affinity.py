"""Affinity of amphiphilic particles for the cell membrane against the octanethiols on them.

    A = A_S^(m / m_S),   e = RT ln(A_S) / m_S

Meaning: each octanethiol adds the same free energy e of insertion, so the affinity rises exponentially with their
number m; the particle of S, with m_S of them, bound 18 times as much as the hydrophilic one: RT ln 18 = 7.5 kJ/mol in
all.

Limits: fluorescence is taken as amount bound at equilibrium in the linear range. S does not print how many
octanethiols were exchanged, so the energy per ligand is open; GS particles of 1.8 nm, one study.

References
----------
Sun et al. 2018 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Relation
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

_GAS_CONSTANT = 8.314462618e-3  # kJ/(mol K)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The measured ratio and the number of ligands behind it."""

    measured_ratio: float = parameter(
        18.0, unit="1", source="sang2024-sun2018-membrane-fluorescence-ratio", bounds=(1.0, 1e6), meaning="A_S"
    )
    measured_count: float = parameter(
        5.0, unit="1", source="cells-octanethiol-count", bounds=(0.1, 1000.0),
        meaning="m_S, octanethiols on the particle of the measurement",
    )  # fmt: skip


def affinity_ratio(count: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Membrane affinity relative to the particle without octanethiol.

    Parameters
    ----------
    count : m, octanethiols per particle [1]
    parameters : measured ratio and count

    Returns
    -------
    A [1]
    """
    return np.asarray(parameters.measured_ratio ** (np.asarray(count, dtype=float) / parameters.measured_count))


def total_energy(temperature: float = 310.15, parameters: Parameters = Parameters()) -> float:
    """Free energy behind the measured ratio, RT ln A_S [kJ/mol].

    Parameters
    ----------
    temperature : T [K]
    parameters : measured ratio
    """
    return float(_GAS_CONSTANT * temperature * np.log(parameters.measured_ratio))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return affinity_ratio(x, parameters)


RELATION = Relation(
    name="membrane_affinity",
    title="Membrane affinity against octanethiols per particle",
    x=Axis("octanethiols", "octanethiols per particle", "1", 0.0, 5.0, limits=(0.0, 200.0)),
    y=Axis("affinity_ratio", "affinity relative to none", "1", 1.0, 1e4, log=True),
    parameters=Parameters,
    curve=_curve,
    known="18-fold for the particle of S, 7.5 kJ/mol in all at 37 degC.",
    open="the number of octanethiols on that particle (NMR) would fix the energy per ligand",
    whole_x=True,
)

TEST_POINTS = (
    TestPoint(affinity_ratio, {"count": 0.0}, 1.0, "definition: without octanethiol"),
    TestPoint(affinity_ratio, {"count": 5.0}, 18.0, "Sang et al. 2024: 18 times"),
    TestPoint(
        total_energy,
        {"temperature": 310.15},
        8.314462618e-3 * 310.15 * 2.89037176,
        "arithmetic: ln 18 = 2.890372",
        1e-7,
    ),
)
