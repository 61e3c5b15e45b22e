"""Membrane-bound share of the gold on cells against the surface coverage of the particle, at 6 h.

    logit f = logit f_29 + (logit f_47 - logit f_29) (c^p - 29^p) / (47^p - 29^p)       c in %

Meaning: a bare surface binds to the membrane, a covered one is taken up. Two coverages are measured (82 % bound at
29 %, 36 % at 47 %); the curve passes both whatever the shape p, which stands for all steady forms between them.

Limits: between 29 and 47 % coverage, particles of 2 nm, 6 h, one study. "Bound" and "internalised" are taken to add to
100 %, which S does not say; gold per cell is not printed, so amounts do not follow.

References
----------
Gong et al. 2019 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Relation, point
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

LOW, HIGH = 29.0, 47.0  # coverages of the two measurements [%]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Bound shares at the two measured coverages, and the shape between them."""

    bound_at_29: float = parameter(
        82.0, unit="%", source="sang2024-gong2019-membrane-binding-29", bounds=(0.01, 99.99),
        meaning="f_29, bound at 29 % coverage",
    )  # fmt: skip
    bound_at_47: float = parameter(
        36.0, unit="%", source="sang2024-gong2019-membrane-binding-47", bounds=(0.01, 99.99),
        meaning="f_47, bound at 47 % coverage",
    )  # fmt: skip
    shape: float = parameter(
        1.0, unit="1", source="cells-coverage-shape", bounds=(-10.0, 10.0), meaning="p, exponent of the coverage"
    )


def membrane_bound(coverage: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share of the cell's gold that is bound to the membrane.

    Parameters
    ----------
    coverage : c [%]
    parameters : the two values and the shape

    Returns
    -------
    f [%]
    """
    p = np.where(np.abs(parameters.shape) < 1e-6, 1e-6, parameters.shape)
    way = np.expm1(p * np.log(np.asarray(coverage, dtype=float) / LOW)) / np.expm1(p * np.log(HIGH / LOW))
    first, last = _logit(parameters.bound_at_29), _logit(parameters.bound_at_47)
    return np.asarray(100 / (1 + np.exp(-np.clip(first + (last - first) * way, -700, 700))))


def internalised(coverage: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share that is inside, if bound and inside add to 100 %.

    Parameters
    ----------
    coverage : c [%]
    parameters : as for `membrane_bound`

    Returns
    -------
    100 - f [%]
    """
    return np.asarray(100.0 - membrane_bound(coverage, parameters))


def _logit(percent: ArrayLike) -> Array:
    share = np.asarray(percent, dtype=float) / 100
    return np.asarray(np.log(share / (1 - share)))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return membrane_bound(x, parameters) if series == "bound" else internalised(x, parameters)


RELATION = Relation(
    name="coverage_binding",
    title="Membrane binding against surface coverage, 6 h",
    x=Axis("coverage_percent", "surface coverage", "%", 29.0, 47.0, limits=(1.0, 100.0)),
    y=Axis("share_percent", "share of the cell's gold", "%", 0.0, 100.0),
    parameters=Parameters,
    curve=_curve,
    series=("bound", "internalised"),
    points=(
        point("sang2024-gong2019-membrane-binding-29", LOW, "%", "bound"),
        point("sang2024-gong2019-membrane-binding-47", HIGH, "%", "bound"),
    ),
    known="82 % bound at 29 % coverage and 36 % at 47 %, falling between them.",
    open="the bound share at 32 % coverage (made, not reported) would fix the shape",
)

TEST_POINTS = (
    TestPoint(membrane_bound, {"coverage": 29.0}, 82.0, "Sang et al. 2024: ~82 % at 29 %"),
    TestPoint(membrane_bound, {"coverage": 47.0}, 36.0, "Sang et al. 2024: ~36 % at 47 %"),
    TestPoint(internalised, {"coverage": 47.0}, 64.0, "arithmetic: 100 - 36"),
)
