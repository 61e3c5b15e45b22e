"""Cellular uptake against core diameter, for positive, neutral and negative shells.

    u = r_q (d / 2 nm)^s_q            relative to a neutral particle of 2 nm; r_neutral = 1
    r_positive = R (17.7 nm / 2 nm)^(s_neutral - s_positive)

Meaning: positive particles stick to the negative membrane and are taken up most, and the more so the larger; neutral
and negative ones are taken up less as they grow. R is the ratio of positive to neutral of large particles.

Limits: S prints one ratio (5 to 10, 17.7 nm, within 24 h) and signs of three trends from 2 to 6 nm; the power law that
joins them and the size of the exponents are choices. Cells, medium and serum are not told; protein coronas are left
out.

References
----------
Cho et al. 2009 and Jiang et al. 2015 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44,
doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Condition, Relation
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

REFERENCE_NM = 2.0
RATIO_NM = 17.7
CHARGES = ("positive", "neutral", "negative")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Ratio of large particles and exponents of size."""

    positive_to_neutral: float = parameter(
        7.0, unit="1", source="sang2024-cho-uptake-charge-ratio", bounds=(0.1, 1000.0),
        meaning="R, uptake of positive over neutral particles of 17.7 nm",
    )  # fmt: skip
    negative_to_neutral: float = parameter(
        1.0, unit="1", source="cells-uptake-negative-over-neutral", bounds=(0.01, 100.0),
        meaning="r_negative, uptake of negative over neutral particles of 2 nm",
    )  # fmt: skip
    exponent_positive: float = parameter(
        0.3, unit="1", source="cells-size-exponent-positive", bounds=(-5.0, 5.0), meaning="s_positive"
    )
    exponent_neutral: float = parameter(
        -0.3, unit="1", source="cells-size-exponent-neutral", bounds=(-5.0, 5.0), meaning="s_neutral"
    )
    exponent_negative: float = parameter(
        -0.3, unit="1", source="cells-size-exponent-negative", bounds=(-5.0, 5.0), meaning="s_negative"
    )


def relative_uptake(core_diameter: ArrayLike, charge: str, parameters: Parameters = Parameters()) -> Array:
    """Uptake relative to a neutral particle of 2 nm.

    Parameters
    ----------
    core_diameter : d [nm]
    charge : "positive", "neutral" or "negative"
    parameters : ratio and exponents

    Returns
    -------
    u [1]
    """
    p, d = parameters, np.asarray(core_diameter, dtype=float)
    if charge == "positive":
        at_reference = p.positive_to_neutral * (RATIO_NM / REFERENCE_NM) ** (p.exponent_neutral - p.exponent_positive)
        return np.asarray(at_reference * (d / REFERENCE_NM) ** p.exponent_positive)
    if charge == "negative":
        return np.asarray(p.negative_to_neutral * (d / REFERENCE_NM) ** p.exponent_negative)
    return np.asarray((d / REFERENCE_NM) ** p.exponent_neutral)


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return relative_uptake(x, series, parameters)


def _margin(other: str, size: float) -> Any:
    """ln of positive over another charge at one size."""
    return lambda p: np.log(relative_uptake(size, "positive", p) / relative_uptake(size, other, p))


RELATION = Relation(
    name="charge_and_size_uptake",
    title="Uptake against core diameter and charge",
    x=Axis("core_diameter_nm", "core diameter", "nm", 2.0, 17.7, log=True, limits=(0.5, 200.0)),
    y=Axis("relative_uptake", "uptake relative to neutral, 2 nm", "1", 0.1, 100.0, log=True),
    parameters=Parameters,
    curve=_curve,
    series=CHARGES,
    conditions=tuple(
        Condition(
            f"positive above {other} at {size:g} nm", _margin(other, size), 0.0, np.inf,
            f"sang2024-jiang2015-uptake-charge-order-{other}",
        )
        for other in ("neutral", "negative")
        for size in (2.0, 4.0, 6.0)
    ),
    known="Signs of the trends with size; positive 5 to 10 times above neutral at 17.7 nm and above it from 2 nm, so "
    "s_positive - s_neutral is below ln 10 / ln 8.85 = 1.06.",
    open="uptake of one charge at two sizes, in numbers, would fix an exponent",
)  # fmt: skip

TEST_POINTS = (
    TestPoint(relative_uptake, {"core_diameter": 2.0, "charge": "neutral"}, 1.0, "definition: the reference"),
    TestPoint(
        lambda core_diameter: relative_uptake(core_diameter, "positive") / relative_uptake(core_diameter, "neutral"),
        {"core_diameter": 17.7}, 7.0, "Sang et al. 2024: 5 to 10 times at 17.7 nm, default 7",
    ),
)  # fmt: skip
