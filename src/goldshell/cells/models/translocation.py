"""Passage of hydrophobic particles through a lipid bilayer against their diameter.

    f = 1 / (1 + (d_t / d)^n)

Meaning: particles with dodecanethiol that are smaller than the bilayer stay trapped in it; larger ones bridge it and
pass within milliseconds. f is the share that passes, d_t where half does.

Limits: 2, 4 and 6 nm (trapped, trapped, passing) in a model bilayer; S prints no share, "trapped" and "passing" are
read as less and more than half. Says nothing of active entry by living cells.

References
----------
Guo et al. 2016 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
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
    """Diameter at which half passes, and steepness."""

    threshold: float = parameter(
        5.0, unit="nm", source="sang2024-guo2016-translocation-threshold-diameter", bounds=(0.1, 100.0), meaning="d_t"
    )
    steepness: float = parameter(
        20.0, unit="1", source="cells-translocation-steepness", bounds=(0.5, 500.0), meaning="n"
    )


def passing_share(diameter: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share of the particles that pass the bilayer.

    Parameters
    ----------
    diameter : d [nm]
    parameters : threshold and steepness

    Returns
    -------
    f [1]
    """
    ratio = np.log(np.asarray(diameter, dtype=float) / parameters.threshold)
    return np.asarray(1 / (1 + np.exp(np.clip(-parameters.steepness * ratio, -700, 700))))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return passing_share(x, parameters)


RELATION = Relation(
    name="translocation",
    title="Passage of hydrophobic particles through a bilayer",
    x=Axis("diameter_nm", "diameter", "nm", 2.0, 6.0, limits=(0.5, 100.0)),
    y=Axis("passing_share", "share that passes", "1", 0.0, 1.0),
    parameters=Parameters,
    curve=_curve,
    points=(
        Point(2.0, 0.0, 0.5, "sang2024-guo2016-trapped-diameter-2nm"),
        Point(4.0, 0.0, 0.5, "sang2024-guo2016-trapped-diameter-4nm"),
        Point(6.0, 0.5, 1.0, "sang2024-guo2016-translocation-diameter"),
    ),
    conditions=(
        Condition(
            "trapped at 4 nm", lambda p: passing_share(4.0, p), 0.0, 0.5, "sang2024-guo2016-trapped-diameter-4nm"
        ),
        Condition(
            "passing at 6 nm", lambda p: passing_share(6.0, p), 0.5, 1.0, "sang2024-guo2016-translocation-diameter"
        ),
    ),
    known="The threshold lies between 4 and 6 nm.",
    open="the share that passes at 5 nm would halve the bracket",
)

TEST_POINTS = (
    TestPoint(passing_share, {"diameter": 5.0}, 0.5, "mathematical property: half at the threshold"),
    TestPoint(passing_share, {"diameter": 10.0}, 1 / (1 + 2.0**-20), "arithmetic"),
)
