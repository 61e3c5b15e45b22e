"""Where in the cell the particles are, against their concentration: plasma membrane or mitochondria.

    f_membrane = c^h / (c^h + K^h),   f_mitochondria = 1 - f_membrane

Meaning: at high concentration particles with a cell-penetrating peptide crowd on the membrane; at low concentration
they are taken in and reach the mitochondria. K is where both are equal.

Limits: S prints no share: membrane above 100 nM, mitochondria below 10 nM, nothing between; each is read as more than
half. Particles of GSH and CR8, one study; other places in the cell are left out.

References
----------
Gong et al. 2021 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Condition, Point, Relation
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Concentration of equal shares, and steepness."""

    half_concentration: float = parameter(
        31.6, unit="nM", source="cells-localisation-half-concentration", bounds=(1e-4, 1e6), meaning="K"
    )
    steepness: float = parameter(1.0, unit="1", source="cells-localisation-steepness", bounds=(0.1, 20.0), meaning="h")


def membrane_share(concentration: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share at the plasma membrane.

    Parameters
    ----------
    concentration : c of particles in the medium [nM]
    parameters : K and h

    Returns
    -------
    f_membrane [1]
    """
    ratio = np.log(np.asarray(concentration, dtype=float) / parameters.half_concentration)
    return np.asarray(1 / (1 + np.exp(np.clip(-parameters.steepness * ratio, -700, 700))))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    share = membrane_share(x, parameters)
    return share if series == "membrane" else 1 - share


RELATION = Relation(
    name="localisation",
    title="Membrane or mitochondria against concentration",
    x=Axis("concentration_nM", "concentration", "nM", 1.0, 1000.0, log=True, limits=(1e-6, 1e7)),
    y=Axis("share", "share of the cell's particles", "1", 0.0, 1.0),
    parameters=Parameters,
    curve=_curve,
    series=("membrane", "mitochondria"),
    points=(
        Point(100.0, 0.5, 1.0, "sang2024-gong2021-membrane-binding-concentration", "membrane"),
        Point(10.0, 0.5, 1.0, "sang2024-gong2021-mitochondria-concentration", "mitochondria"),
    ),
    conditions=(
        Condition(
            "mainly at the membrane at 100 nM", lambda p: membrane_share(100.0, p), 0.5, 1.0,
            "sang2024-gong2021-membrane-binding-concentration",
        ),
        Condition(
            "mainly in mitochondria at 10 nM", lambda p: membrane_share(10.0, p), 0.0, 0.5,
            "sang2024-gong2021-mitochondria-concentration",
        ),
    ),
    known="Both are equal between 10 and 100 nM.",
    open="co-localisation coefficients at two concentrations between 10 and 100 nM would fix both parameters",
)  # fmt: skip

TEST_POINTS = (
    TestPoint(membrane_share, {"concentration": 31.6}, 0.5, "mathematical property: half at K"),
    TestPoint(membrane_share, {"concentration": 94.8}, 0.75, "arithmetic: 3 / (3 + 1)"),
)
