"""Route of uptake of amphiphilic neutral particles against core diameter: membrane fusion or endocytosis.

    f = 1 / (1 + (d / d_t)^n)

Meaning: f is the share that enters by fusion with the membrane; the rest goes by clathrin and lipid rafts. d_t is where
the two routes are equal.

Limits: S names the main route at 2, 4 (fusion) and 6 nm (endocytosis) and no share; "mainly" is read as more than
half. Neutral amphiphilic particles only.

References
----------
Jiang et al. 2015 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
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
    """Where the routes are equal, and how sharp the change is."""

    transition_diameter: float = parameter(
        5.0, unit="nm", source="sang2024-jiang2015-mechanism-transition-core-diameter", bounds=(0.1, 100.0),
        meaning="d_t, core diameter of equal shares",
    )  # fmt: skip
    steepness: float = parameter(10.0, unit="1", source="cells-mechanism-steepness", bounds=(0.5, 200.0), meaning="n")


def fusion_share(core_diameter: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share of the uptake that goes by membrane fusion.

    Parameters
    ----------
    core_diameter : d [nm]
    parameters : transition and steepness

    Returns
    -------
    f [1]
    """
    ratio = np.log(np.asarray(core_diameter, dtype=float) / parameters.transition_diameter)
    return np.asarray(1 / (1 + np.exp(np.clip(parameters.steepness * ratio, -700, 700))))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return fusion_share(x, parameters)


RELATION = Relation(
    name="uptake_mechanism",
    title="Membrane fusion against endocytosis by core diameter",
    x=Axis("core_diameter_nm", "core diameter", "nm", 2.0, 6.0, limits=(0.5, 100.0)),
    y=Axis("fusion_share", "share by membrane fusion", "1", 0.0, 1.0),
    parameters=Parameters,
    curve=_curve,
    points=(
        Point(2.0, 0.5, 1.0, "sang2024-jiang2015-membrane-fusion-core-diameter-2nm"),
        Point(4.0, 0.5, 1.0, "sang2024-jiang2015-membrane-fusion-core-diameter-4nm"),
        Point(6.0, 0.0, 0.5, "sang2024-jiang2015-endocytosis-core-diameter"),
    ),
    conditions=(
        Condition(
            "mainly fusion at 4 nm", lambda p: fusion_share(4.0, p), 0.5, 1.0,
            "sang2024-jiang2015-membrane-fusion-core-diameter-4nm",
        ),
        Condition(
            "mainly endocytosis at 6 nm", lambda p: fusion_share(6.0, p), 0.0, 0.5,
            "sang2024-jiang2015-endocytosis-core-diameter",
        ),
    ),
    known="The routes are equal between 4 and 6 nm.",
    open="the share of each route (inhibitors of clathrin and rafts) at one size between 4 and 6 nm would fix it",
)  # fmt: skip

TEST_POINTS = (
    TestPoint(fusion_share, {"core_diameter": 5.0}, 0.5, "mathematical property: half at the transition"),
    TestPoint(fusion_share, {"core_diameter": 10.0}, 1 / (1 + 2.0**10), "arithmetic"),
)
