"""Uptake of charge-reversal particles against pH, relative to pH 7.4.

    u(pH) = w(zeta(pH)) / w(zeta(7.4)),   w(zeta) = 1 + (R - 1) / (1 + e^(-zeta / z_0))

Meaning: the shell turns from negative to positive in acid (`goldshell.chemistry.charge_reversal`), and a positive
particle is taken up R times as much as a neutral or negative one, R from large particles; z_0 is the zeta potential
over which the one becomes the other.

Limits: pH 5.5 to 7.4 (one particle, two pH). R is of other particles (17.7 nm). Aggregation at low pH, which S reports
for the same particle (3.5 to 1049 nm), changes uptake in ways that are not measured and not modelled.

References
----------
Tan et al. 2021 and Cho et al. 2009 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44,
doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Condition, Relation
from goldshell.chemistry import charge_reversal
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Charge reversal of the shell and the gain of a positive charge."""

    positive_to_neutral: float = parameter(
        7.0, unit="1", source="sang2024-cho-uptake-charge-ratio", bounds=(0.1, 1000.0), meaning="R"
    )
    zeta_scale: float = parameter(6.0, unit="mV", source="cells-zeta-scale", bounds=(0.1, 100.0), meaning="z_0")
    zeta_acid: float = parameter(
        17.4, unit="mV", source="sang2024-tan2021-zeta-ph5p5", bounds=(-200.0, 200.0), meaning="zeta at pH 5.5"
    )
    zeta_neutral: float = parameter(
        -10.9, unit="mV", source="sang2024-tan2021-zeta-ph7p4", bounds=(-200.0, 200.0), meaning="zeta at pH 7.4"
    )
    isoelectric_ph: float = parameter(
        6.6, unit="1", source="charge-reversal-ph", bounds=(5.5, 7.4), meaning="pH of zero zeta potential"
    )
    steepness: float = parameter(
        1.0, unit="1", source="charge-reversal-steepness", bounds=(0.1, 10.0), meaning="Hill slope of the titration"
    )


def relative_uptake(ph: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Uptake relative to pH 7.4.

    Parameters
    ----------
    ph : pH of the medium
    parameters : charge reversal and gain

    Returns
    -------
    u [1]
    """
    return np.asarray(_weight(ph, parameters) / _weight(charge_reversal.NEUTRAL_PH, parameters))


def _weight(ph: ArrayLike, p: Parameters) -> Array:
    shell = charge_reversal.Parameters(
        zeta_acid=p.zeta_acid, zeta_neutral=p.zeta_neutral, isoelectric_ph=p.isoelectric_ph, steepness=p.steepness
    )
    zeta = charge_reversal.zeta_potential(ph, shell)
    return np.asarray(1 + (p.positive_to_neutral - 1) / (1 + np.exp(np.clip(-zeta / p.zeta_scale, -700, 700))))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return relative_uptake(x, parameters)


RELATION = Relation(
    name="acid_uptake",
    title="Uptake of charge-reversal particles against pH",
    x=Axis("ph", "pH", "1", 5.5, 7.4, limits=(4.0, 9.0)),
    y=Axis("relative_uptake", "uptake relative to pH 7.4", "1", 1.0, 10.0),
    parameters=Parameters,
    curve=_curve,
    conditions=(
        Condition(
            "more uptake in acid", lambda p: relative_uptake(5.5, p), 1.0, np.inf,
            "sang2024-tan2021-reabsorption-order",
        ),
    ),
    known="The sign: more in acid, at most 5 to 10 times, with the change where the charge reverses (pH 5.5 to 7.4).",
    open="zeta potential and uptake at one pH between 6 and 7 would fix the middle of the change",
)  # fmt: skip

TEST_POINTS = (
    TestPoint(relative_uptake, {"ph": 7.4}, 1.0, "definition: the reference"),
    TestPoint(lambda ph: _weight(ph, Parameters()), {"ph": 6.6}, 4.0, "arithmetic: 1 + 6/2 at zero zeta potential"),
)
