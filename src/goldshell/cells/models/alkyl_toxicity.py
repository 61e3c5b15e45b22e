"""IC50 of quaternary ammonium particles against the length of their alkyl tail, C1 to C6.

    ln I(n) = ln I_1 + (ln I_6 - ln I_1) s + k s (1 - s),   s = (n - 1) / 5

Meaning: each methylene makes the cation bind more firmly to the bilayer. With k = 0 each step counts the same, a factor
of 1.53, or RT ln 1.53 = 1.1 kJ/mol. k > 0 lets the fall start late, k < 0 early.

Limits: C1 to C6, cations of 2 nm, one study; the four values between the ends are not printed, so k is open. The unit
(uM of particles) is printed once, after the second value.

References
----------
Chompoosor et al. 2010 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Relation, point
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

SHORTEST, LONGEST = 1.0, 6.0  # carbons of the two printed values
_GAS_CONSTANT = 8.314462618e-3  # kJ/(mol K)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The two ends and the curvature between them."""

    ic50_c1: float = parameter(
        6.0, unit="uM", source="sang2024-chompoosor-ic50-c1", bounds=(1e-4, 1e4), meaning="I_1, IC50 with a C1 tail"
    )
    ic50_c6: float = parameter(
        0.71, unit="uM", source="sang2024-chompoosor-ic50-c6", bounds=(1e-4, 1e4), meaning="I_6, IC50 with a C6 tail"
    )
    curvature: float = parameter(0.0, unit="1", source="cells-ic50-curvature", bounds=(-10.0, 10.0), meaning="k")


def half_maximal_concentration(carbons: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """IC50 by the number of carbons of the tail.

    Parameters
    ----------
    carbons : n [1]
    parameters : the two ends and the curvature

    Returns
    -------
    IC50 [uM]
    """
    s = (np.asarray(carbons, dtype=float) - SHORTEST) / (LONGEST - SHORTEST)
    first, last = np.log(parameters.ic50_c1), np.log(parameters.ic50_c6)
    return np.asarray(np.exp(first + (last - first) * s + parameters.curvature * s * (1 - s)))


def energy_per_methylene(temperature: float = 310.15, parameters: Parameters = Parameters()) -> float:
    """Mean gain in binding free energy per methylene if toxicity follows binding, RT ln(I_1 / I_6) / 5 [kJ/mol].

    Parameters
    ----------
    temperature : T [K]
    parameters : the two ends
    """
    steps = LONGEST - SHORTEST
    return float(_GAS_CONSTANT * temperature * np.log(parameters.ic50_c1 / parameters.ic50_c6) / steps)


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return half_maximal_concentration(x, parameters)


RELATION = Relation(
    name="alkyl_toxicity",
    title="IC50 of cationic particles against tail length",
    x=Axis("tail_carbons", "carbons of the alkyl tail", "1", 1.0, 6.0, limits=(1.0, 18.0)),
    y=Axis("ic50_uM", "IC50", "uM", 0.1, 10.0, log=True),
    parameters=Parameters,
    curve=_curve,
    points=(
        point("sang2024-chompoosor-ic50-c1", 1.0, "uM"),
        point("sang2024-chompoosor-ic50-c6", 6.0, "uM"),
    ),
    known="6 uM at C1 and 0.71 uM at C6: a mean factor of 1.53 per methylene.",
    open="the IC50 of C3 or C4 (made, not printed in S) would fix the curvature",
    whole_x=True,
)

TEST_POINTS = (
    TestPoint(half_maximal_concentration, {"carbons": 1.0}, 6.0, "Sang et al. 2024: C1"),
    TestPoint(half_maximal_concentration, {"carbons": 6.0}, 0.71, "Sang et al. 2024: C6"),
    TestPoint(
        energy_per_methylene, {"temperature": 310.15},
        8.314462618e-3 * 310.15 * 2.13424978 / 5, "arithmetic: ln(6 / 0.71) = 2.13425", 1e-6,
    ),
)  # fmt: skip
