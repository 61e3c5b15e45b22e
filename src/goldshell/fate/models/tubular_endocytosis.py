"""Kidney after filtration: tubular cells take up a part, gather it into nanoassemblies and throw it out again.

    plasma         dP/dt = -(CL_R + CL_other) C,   C = P / V1
    endosomes      dD/dt = f CL_R C - (k_exo + k_assembly) D
    nanoassemblies dA/dt = k_assembly D - k_ext A
    urine          dU/dt = (1 - f) CL_R C + k_exo D + k_ext A
    elsewhere      dW/dt = CL_other C

Meaning: proximal tubular cells endocytose gold of 2.6 nm, transform it into nanoassemblies of 200 to 300 nm in
lysosomes and squeeze them out in balloons of 5 um (organelle extrusion), so that more than 95 % of what they took is in
the urine within a month. The kidney that is dissected holds D + A; the share f does not show in the total urine of a
month, only in its course.

Limits: first order throughout; "within a month, more than 95 %" is one inequality for two rates in series, so that
k_ext is a lower bound that depends on the chosen k_assembly (fit kidneys over weeks to tell them apart); no damage to
the cells. f and k_assembly are choices.

References
----------
Huang et al., Nat. Biomed. Eng. (2023), as reported by Sang et al., Nano-Micro Lett. 16 (2024) 44,
doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.fate.linear import solve_linear
from goldshell.numerics import TestPoint, check_bounds, parameter

Array = NDArray[np.float64]

COMPARTMENTS = ("plasma", "endosomes", "nanoassemblies", "urine", "elsewhere")
MONTH_H = 720.0  # 30 days


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the tubular cells."""

    V1: float = parameter(
        1.0, unit="mL", source="fate-plasma-volume", bounds=(1e-6, 1e6), meaning="V1, volume of plasma"
    )
    CL_renal: float = parameter(
        0.2028, unit="mL/h", source="fate-renal-clearance", bounds=(0.0, 1e6),
        meaning="CL_R, clearance by filtration, GFR fu theta",
    )  # fmt: skip
    CL_other: float = parameter(
        1.3, unit="mL/h", source="glycocalyx-other-clearance", bounds=(0.0, 1e8), meaning="clearance by other organs"
    )
    tubular_uptake: float = parameter(
        0.05, unit="1", source="fate-tubular-uptake", bounds=(0.0, 1.0),
        meaning="f, share of the filtered particles that tubular cells take up",
    )  # fmt: skip
    k_exocytosis: float = parameter(
        0.0, unit="1/h", source="fate-no-rate", bounds=(0.0, 1e3), meaning="k_exo, endosomes straight to urine"
    )
    k_assembly: float = parameter(
        0.02888, unit="1/h", source="tubular-assembly-rate", bounds=(0.0, 1e3),
        meaning="k_assembly, endosomes to nanoassemblies",
    )  # fmt: skip
    k_extrusion: float = parameter(
        0.004390, unit="1/h", source="tubular-extrusion-rate", bounds=(0.0, 1e3),
        meaning="k_ext, nanoassemblies to urine by organelle extrusion",
    )  # fmt: skip


def rate_matrix(parameters: Parameters = Parameters()) -> Array:
    """Rate matrix; its columns sum to zero.

    Parameters
    ----------
    parameters : those of the model

    Returns
    -------
    (5, 5) [1/h], states as `COMPARTMENTS`

    Raises
    ------
    InputError : a parameter is not finite or outside its bounds
    """
    check_bounds(parameters)
    filtered, other = parameters.CL_renal / parameters.V1, parameters.CL_other / parameters.V1
    uptake = parameters.tubular_uptake
    out, onward, thrown = parameters.k_exocytosis, parameters.k_assembly, parameters.k_extrusion
    matrix = np.zeros((5, 5))
    matrix[:, 0] = -(filtered + other), uptake * filtered, 0.0, (1.0 - uptake) * filtered, other
    matrix[1:4, 1] = -(out + onward), onward, out
    matrix[2:4, 2] = -thrown, thrown
    return matrix


def re_eliminated_fraction(time: float, parameters: Parameters = Parameters()) -> float:
    """Share of what tubular cells took up at one moment that is in the urine a time later.

    Parameters
    ----------
    time : [h]
    parameters : those of the model

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a negative or infinite time
    """
    if not 0.0 <= time < math.inf:
        raise InputError(f"a time of {time:g} h", hint="write a time of 0 h or more")
    return float(solve_linear(rate_matrix(parameters), [0.0, 1.0, 0.0, 0.0, 0.0], [time])[0, 3])


TEST_POINTS = (
    TestPoint(
        re_eliminated_fraction, {"time": MONTH_H}, 0.95,
        "Sang et al. 2024: more than 95 % within a month; the default k_ext is solved for 95 % in 30 days", 1e-4,
    ),
    TestPoint(
        re_eliminated_fraction,
        {"time": 100.0, "parameters": replace(Parameters(), k_assembly=0.0, k_exocytosis=0.01)},
        -math.expm1(-1.0),
        "mathematical property: one step, 1 - exp(-k t)",
    ),
    TestPoint(
        re_eliminated_fraction,
        {"time": 10.0, "parameters": replace(Parameters(), k_assembly=0.1, k_extrusion=0.2)},
        1.0 - (0.2 * math.exp(-1.0) - 0.1 * math.exp(-2.0)) / 0.1,
        "mathematical property: two steps in series (Bateman)",
    ),
)  # fmt: skip
