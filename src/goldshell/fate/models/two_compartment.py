"""Two compartments: plasma and a peripheral compartment, elimination from plasma.

    dP/dt = -(k10 + k12) P + k21 E,   dE/dt = k12 P - k21 E,   k10 = CL / V1
    P(t) = D [(alpha - k21) exp(-alpha t) + (k21 - beta) exp(-beta t)] / (alpha - beta)
    alpha + beta = k10 + k12 + k21,   alpha beta = k10 k21

Meaning: the two half-lives of blood curves, ln 2 / alpha (distribution) and ln 2 / beta (elimination). It is the plasma
of the minimal model with all clearances in one.

Limits: says nothing about where the dose went; half-lives alone do not give CL or V1, which need a dose and a
concentration. The defaults are those of the minimal model, a 20 g mouse.

References
----------
Gibaldi & Perrier, Pharmacokinetics, 2nd ed., Marcel Dekker, New York (1982), chapter 2
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4 (half-lives of GS-[198Au]AuNPs)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

COMPARTMENTS = ("plasma", "peripheral", "eliminated")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the two-compartment model."""

    V1: float = parameter(
        1.0, unit="mL", source="fate-plasma-volume", bounds=(1e-6, 1e6), meaning="V1, volume of plasma"
    )
    CL: float = parameter(
        1.5028, unit="mL/h", source="fate-total-clearance", bounds=(0.0, 1e8), meaning="total clearance from plasma"
    )
    k12: float = parameter(
        6.567, unit="1/h", source="fate-k12", bounds=(0.0, 1e5), meaning="plasma to peripheral compartment"
    )
    k21: float = parameter(
        0.3021, unit="1/h", source="fate-k21", bounds=(0.0, 1e5), meaning="peripheral compartment to plasma"
    )


def rate_matrix(parameters: Parameters = Parameters()) -> Array:
    """Rate matrix of plasma, peripheral and eliminated.

    Parameters
    ----------
    parameters : those of the model

    Returns
    -------
    (3, 3) [1/h]
    """
    k10, k12, k21 = parameters.CL / parameters.V1, parameters.k12, parameters.k21
    return np.array([[-(k10 + k12), k21, 0.0], [k12, -k21, 0.0], [k10, 0.0, 0.0]])


def hybrid_rates(parameters: Parameters = Parameters()) -> tuple[float, float]:
    """Rate constants alpha >= beta of the two exponentials.

    Parameters
    ----------
    parameters : those of the model

    Returns
    -------
    alpha, beta [1/h]
    """
    k10 = parameters.CL / parameters.V1
    total = k10 + parameters.k12 + parameters.k21
    root = math.sqrt(max(total**2 - 4.0 * k10 * parameters.k21, 0.0))
    alpha = 0.5 * (total + root)
    return alpha, (k10 * parameters.k21 / alpha if alpha > 0 else 0.0)


def plasma(time: ArrayLike, parameters: Parameters = Parameters(), *, dose: float = 100.0) -> Array:
    """Amount in plasma after a bolus, in closed form.

    Parameters
    ----------
    time : (k,) [h]
    parameters : those of the model
    dose : [%ID]

    Returns
    -------
    (k,) [%ID]

    References
    ----------
    Gibaldi & Perrier, Pharmacokinetics, 2nd ed. (1982), chapter 2
    """
    when = np.asarray(time, dtype=float)
    alpha, beta = hybrid_rates(parameters)
    if alpha == beta:
        return np.asarray(dose * np.exp(-alpha * when) * (1.0 - (alpha - parameters.k21) * when))
    fast = (alpha - parameters.k21) / (alpha - beta)
    return np.asarray(dose * (fast * np.exp(-alpha * when) + (1.0 - fast) * np.exp(-beta * when)))


def distribution_half_life(parameters: Parameters = Parameters()) -> float:
    """Half-life of distribution, ln 2 / alpha.

    Parameters
    ----------
    parameters : those of the model

    Returns
    -------
    float [h]; infinite where nothing leaves plasma
    """
    alpha, _ = hybrid_rates(parameters)
    return math.log(2) / alpha if alpha else math.inf


def elimination_half_life(parameters: Parameters = Parameters()) -> float:
    """Half-life of elimination, ln 2 / beta.

    Parameters
    ----------
    parameters : those of the model

    Returns
    -------
    float [h]; infinite without elimination
    """
    _, beta = hybrid_rates(parameters)
    return math.log(2) / beta if beta else math.inf


TEST_POINTS = (
    TestPoint(distribution_half_life, {}, 5.0 / 60.0, "Sang et al. 2024 (Zhou 2012): 5.0 min", relative=1e-3),
    TestPoint(elimination_half_life, {}, 12.7, "Sang et al. 2024 (Zhou 2012): 12.7 h", relative=1e-3),
    TestPoint(
        plasma,
        {"time": 2.0, "parameters": Parameters(V1=2.0, CL=1.0, k12=0.0, k21=0.0)},
        100.0 * math.exp(-1.0),
        "mathematical property: one compartment when k12 = 0",
    ),
    TestPoint(
        plasma,
        {"time": 1e4, "parameters": Parameters(CL=0.0, k12=0.3, k21=0.1)},
        25.0,
        "mathematical property: without elimination plasma keeps k21 / (k12 + k21)",
    ),
    TestPoint(
        distribution_half_life,
        {"parameters": Parameters(V1=2.0, CL=1.0, k12=0.0, k21=0.0)},
        2.0 * math.log(2.0),
        "mathematical property: ln 2 V1 / CL of one compartment when k12 = 0",
    ),
)
