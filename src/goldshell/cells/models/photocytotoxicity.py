"""Viability of cells after light, against the concentration of a photosensitising particle.

    V = 1 / (1 + (c_in / D)^h),   c_in = c f_mitochondria(c)

Meaning: singlet oxygen kills from inside: what counts is the particle in mitochondria, whose share falls as the
concentration rises (`localisation`). D is the internal concentration at which half the cells die under one light dose.

Limits: S says that 1 nM is toxic after light and prints no viability and no light dose; "toxic" is read as at least a
tenth of the cells lost at 1 nM. The dose of light is inside D: another dose needs another D. Dark toxicity is left out.

References
----------
Gong et al. 2021 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.models import localisation
from goldshell.cells.relation import Axis, Condition, Point, Relation
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

TOXIC_BELOW = 0.9  # viability that the word "photocytotoxicity" is read to mean


@dataclass(frozen=True, slots=True)
class Parameters:
    """Half-lethal internal concentration under one light dose, steepness, and the localisation."""

    half_lethal: float = parameter(1.0, unit="nM", source="cells-light-half-dose", bounds=(1e-6, 1e6), meaning="D")
    steepness: float = parameter(1.5, unit="1", source="cells-light-steepness", bounds=(0.1, 20.0), meaning="h")
    half_concentration: float = parameter(
        31.6, unit="nM", source="cells-localisation-half-concentration", bounds=(1e-4, 1e6),
        meaning="K of the localisation",
    )  # fmt: skip
    localisation_steepness: float = parameter(
        1.0, unit="1", source="cells-localisation-steepness", bounds=(0.1, 20.0), meaning="h of the localisation"
    )


def viability(concentration: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share of the cells alive after light.

    Parameters
    ----------
    concentration : c of particles in the medium [nM]
    parameters : half-lethal concentration, steepness, localisation

    Returns
    -------
    V [1]
    """
    c, p = np.asarray(concentration, dtype=float), parameters
    inside = c * (1 - localisation.membrane_share(c, _place(p)))
    with np.errstate(divide="ignore"):
        log_ratio = np.log(inside / p.half_lethal)
    return np.asarray(1 / (1 + np.exp(np.clip(p.steepness * log_ratio, -700, 700))))


def _place(p: Parameters) -> localisation.Parameters:
    return localisation.Parameters(p.half_concentration, p.localisation_steepness)


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return viability(x, parameters)


RELATION = Relation(
    name="photocytotoxicity",
    title="Viability after light against concentration",
    x=Axis("concentration_nM", "concentration", "nM", 0.1, 100.0, log=True, limits=(1e-6, 1e7)),
    y=Axis("viability", "viability after light", "1", 0.0, 1.0),
    parameters=Parameters,
    curve=_curve,
    points=(Point(1.0, 0.0, TOXIC_BELOW, "sang2024-gong2021-photocytotoxicity-concentration"),),
    conditions=(
        Condition(
            "toxic in light at 1 nM", lambda p: viability(1.0, p), 0.0, TOXIC_BELOW,
            "sang2024-gong2021-photocytotoxicity-concentration",
        ),
        Condition(
            "mainly at the membrane at 100 nM",
            lambda p: localisation.membrane_share(100.0, _place(p)),
            0.5, 1.0, "sang2024-gong2021-membrane-binding-concentration",
        ),
    ),
    known="1 nM kills cells in light, where most particles are in mitochondria.",
    open="viability at three concentrations under one stated light dose would fix it",
)  # fmt: skip

TEST_POINTS = (
    TestPoint(
        viability, {"concentration": 1.0, "parameters": Parameters(1.0, 1.5, 1e6, 20.0)}, 0.5,
        "mathematical property: half at D when all are inside", 1e-9,
    ),
    TestPoint(
        viability, {"concentration": 31.6, "parameters": Parameters(15.8, 1.0, 31.6, 1.0)}, 0.5,
        "arithmetic: half of 31.6 nM is inside",
    ),
)  # fmt: skip
