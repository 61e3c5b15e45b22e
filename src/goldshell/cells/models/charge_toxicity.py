"""IC50 of particles of 1.5 nm against the sign of their charge.

    IC50(neutral) = I_0,  IC50(+) = I_0 / F_+,  IC50(-) = I_0 / F_-

Meaning: charged particles kill at less than 10 ug/mL (apoptosis), neutral ones at 25 ug/mL (necrosis). The factors are
at least 25 / 10.

Limits: one size, one study; S names neither cells nor time of exposure. The two charged values are upper bounds, so
which sign is more toxic is not known. Only signs: the input is -1, 0 or 1, not a number of charges.

References
----------
Schaeublin et al. 2011 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Condition, Relation, point
from goldshell.literature import value
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """IC50 of the neutral particle and how far the charged ones lie below it."""

    neutral: float = parameter(
        25.0, unit="ug/mL", source="sang2024-schaeublin-ic50-neutral", bounds=(1e-3, 1e5), meaning="I_0"
    )
    positive_factor: float = parameter(
        5.0, unit="1", source="cells-ic50-charge-factor", bounds=(0.01, 1e4), meaning="F_+, neutral over positive"
    )
    negative_factor: float = parameter(
        5.0, unit="1", source="cells-ic50-charge-factor", bounds=(0.01, 1e4), meaning="F_-, neutral over negative"
    )


def half_maximal_concentration(sign: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """IC50 by the sign of the charge.

    Parameters
    ----------
    sign : -1, 0 or 1
    parameters : neutral value and factors

    Returns
    -------
    IC50 [ug/mL]
    """
    charge = np.asarray(sign, dtype=float)
    factor = np.where(charge > 0, parameters.positive_factor, np.where(charge < 0, parameters.negative_factor, 1.0))
    return np.asarray(parameters.neutral / factor)


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return half_maximal_concentration(x, parameters)


RELATION = Relation(
    name="charge_toxicity",
    title="IC50 against the sign of the charge, 1.5 nm",
    x=Axis("charge_sign", "sign of the charge", "1", -1.0, 1.0, limits=(-1.0, 1.0)),
    y=Axis("ic50_ug_mL", "IC50", "ug/mL", 0.1, 100.0, log=True),
    parameters=Parameters,
    curve=_curve,
    points=(
        point("sang2024-schaeublin-ic50-neutral", 0.0, "ug/mL"),
        point("sang2024-schaeublin-ic50-positive", 1.0, "ug/mL"),
        point("sang2024-schaeublin-ic50-negative", -1.0, "ug/mL"),
    ),
    conditions=(
        Condition(
            "positive below 10 ug/mL",
            lambda p: half_maximal_concentration(1.0, p),
            0.0,
            value("sang2024-schaeublin-ic50-positive", "ug/mL"),
            "sang2024-schaeublin-ic50-positive",
        ),
        Condition(
            "negative below 10 ug/mL",
            lambda p: half_maximal_concentration(-1.0, p),
            0.0,
            value("sang2024-schaeublin-ic50-negative", "ug/mL"),
            "sang2024-schaeublin-ic50-negative",
        ),
    ),
    known="25 ug/mL for neutral particles, less than 10 ug/mL for either charge.",
    open="the two charged IC50 as numbers, not as bounds, would fix the factors",
    whole_x=True,
)

TEST_POINTS = (
    TestPoint(half_maximal_concentration, {"sign": 0.0}, 25.0, "Sang et al. 2024: neutral, 25 ug/mL"),
    TestPoint(half_maximal_concentration, {"sign": 1.0}, 5.0, "arithmetic: 25 / 5"),
)
