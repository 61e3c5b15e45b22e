"""Tumour: what leaks in from plasma, what receptors hold, what washes out.

    plasma, peripheral   the two-compartment model
    free in the tumour   dT/dt = CL_T C - k_T T - k_on (R - B) T + k_off B,   C = P / V1
    on receptors         dB/dt = k_on (R - B) T - k_off B

T, B and R in %ID per g of tumour, CL_T in mL/h per g. The tumour is small: what it takes is not missed in plasma.

Meaning: enhanced permeability (CL_T), retention (1/k_T) and active targeting (R) of S section 4. Without receptors the
uptake is CL_T times the plasma curve convolved with exp(-k_T t), so that the ratio of two uptakes at one time is the
ratio of their CL_T when nothing else differs: 5.1 over 1.2 %ID/g for two anchorings of the same glutathione.

For a fit (`rate_matrix`, a linear model: no receptors) the tumour has a weight W and its gold is missed in plasma,
because published tumours hold up to 39 %ID:

    tumour [%ID]         dA/dt = CL_T W C - k_T A,   A = W T;   what washes out returns to plasma

Limits: one well-mixed tumour without vessels, necrosis or growth. One uptake at one time gives CL_T only with plasma
curve and k_T assumed (`clearance_for_uptake`); S mostly gives neither times nor blood curves. k_T and k_on, k_off, R
are choices.

References
----------
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4, section 4
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.fate.linear import solve_linear
from goldshell.numerics import TestPoint, check_bounds, parameter
from goldshell.numerics.ode import solve_cvode

Array = NDArray[np.float64]

COMPARTMENTS = ("plasma", "peripheral", "tumour", "eliminated")  # of `rate_matrix`
RTOL, ATOL = 1e-9, 1e-11  # of CVODE; %ID


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of plasma and tumour."""

    V1: float = parameter(
        1.0, unit="mL", source="fate-plasma-volume", bounds=(1e-6, 1e6), meaning="V1, volume of plasma"
    )
    CL: float = parameter(
        1.5028, unit="mL/h", source="fate-total-clearance", bounds=(0.0, 1e8), meaning="total clearance from plasma"
    )
    k12: float = parameter(
        6.567, unit="1/h", source="fate-k12", bounds=(0.0, 1e5), meaning="plasma to peripheral tissue"
    )
    k21: float = parameter(
        0.3021, unit="1/h", source="fate-k21", bounds=(0.0, 1e5), meaning="peripheral tissue to plasma"
    )
    CL_tumour: float = parameter(
        0.05, unit="mL/h/g", source="tumour-clearance", bounds=(0.0, 1e4), meaning="CL_T, plasma to tumour, per g of it"
    )
    k_washout: float = parameter(
        0.0289, unit="1/h", source="tumour-washout", bounds=(0.0, 1e3), meaning="k_T, free in the tumour to plasma"
    )
    receptors: float = parameter(
        0.0, unit="%ID/g", source="fate-no-receptors", bounds=(0.0, 1e6), meaning="R, places on receptors; 0: none"
    )
    k_on: float = parameter(
        1.0, unit="g/(%ID*h)", source="tumour-binding-rate", bounds=(0.0, 1e6), meaning="k_on, binding to receptors"
    )
    k_off: float = parameter(
        0.01, unit="1/h", source="tumour-unbinding-rate", bounds=(0.0, 1e4), meaning="k_off, unbinding"
    )


def rate_matrix(parameters: Parameters = Parameters(), *, tumour_weight: float) -> Array:
    """Rate matrix of plasma, peripheral, tumour and eliminated, all in %ID, without receptors.

    Parameters
    ----------
    parameters : those of the model
    tumour_weight : [g]

    Returns
    -------
    (4, 4) [1/h]; its columns sum to zero

    Raises
    ------
    InputError : a parameter or the weight is not finite or outside its bounds, or there are receptors
    """
    check_bounds(parameters)
    if not 0.0 < tumour_weight < float("inf"):
        raise InputError(f"a tumour of {tumour_weight:g} g", hint="write a weight above 0")
    if parameters.receptors > 0.0:
        raise InputError("receptors make the tumour non-linear", hint="leave them out of a fit, or use `courses`")
    matrix = np.zeros((4, 4))
    for source, target, rate in (
        (0, 1, parameters.k12),
        (1, 0, parameters.k21),
        (0, 2, parameters.CL_tumour * tumour_weight / parameters.V1),
        (2, 0, parameters.k_washout),
        (0, 3, parameters.CL / parameters.V1),
    ):
        matrix[source, source] -= rate
        matrix[target, source] += rate
    return matrix


def courses(times: ArrayLike, parameters: Parameters = Parameters(), *, dose: float = 100.0) -> Array:
    """Plasma and peripheral amounts, free and bound in the tumour, after a bolus.

    Parameters
    ----------
    times : increasing, (k,) [h]
    parameters : those of the model
    dose : [%ID]

    Returns
    -------
    (k, 4): plasma, peripheral [%ID], free, bound [%ID/g]

    Raises
    ------
    InputError : a parameter is not finite or outside its bounds
    """
    check_bounds(parameters)
    k10, leak = parameters.CL / parameters.V1, parameters.CL_tumour / parameters.V1
    matrix = np.zeros((4, 4))
    matrix[:3, 0] = -(k10 + parameters.k12), parameters.k12, leak
    matrix[:2, 1] = parameters.k21, -parameters.k21
    matrix[2, 2] = -parameters.k_washout
    start = np.array([dose, 0.0, 0.0, 0.0])
    when = np.atleast_1d(np.asarray(times, dtype=float))
    if parameters.receptors == 0.0:
        return solve_linear(matrix, start, when)
    matrix[2:, 3] = parameters.k_off, -parameters.k_off

    def right_hand_side(_: float, y: Array, out: Array) -> None:
        out[:] = matrix @ y
        binding = parameters.k_on * (parameters.receptors - y[3]) * y[2]
        out[2] -= binding
        out[3] += binding

    points = np.concatenate([[0.0], when[when > 0.0]])
    solved = solve_cvode(right_hand_side, start, points, rtol=RTOL, atol=ATOL)
    return np.asarray(solved[len(points) - len(when) :])


def uptake(time: float, parameters: Parameters = Parameters(), *, dose: float = 100.0) -> float:
    """Free and bound gold per g of tumour.

    Parameters
    ----------
    time : [h]
    parameters : those of the model
    dose : [%ID]

    Returns
    -------
    float [%ID/g]
    """
    return float(courses([time], parameters, dose=dose)[0, 2:].sum())


def clearance_for_uptake(target: float, time: float, parameters: Parameters = Parameters()) -> float:
    """CL_T that gives an uptake at a time, without receptors, plasma curve and washout as assumed.

    Parameters
    ----------
    target : [%ID/g]
    time : [h]
    parameters : of plasma and washout

    Returns
    -------
    float [mL/h/g]

    Raises
    ------
    InputError : the uptake or the time is not above 0
    """
    if not (0.0 < target < float("inf") and 0.0 < time < float("inf")):
        raise InputError(f"an uptake of {target:g} %ID/g at {time:g} h", hint="write numbers above 0")
    return target / uptake(time, replace(parameters, CL_tumour=1.0, receptors=0.0))


_CONSTANT = Parameters(CL=0.0, k12=0.0, CL_tumour=0.1, k_washout=0.5)
TEST_POINTS = (
    TestPoint(
        uptake, {"time": 2.0, "parameters": _CONSTANT}, 20.0 * float(-np.expm1(-1.0)),
        "mathematical property: constant plasma, CL_T C (1 - exp(-k t)) / k",
    ),
    TestPoint(
        clearance_for_uptake, {"target": 20.0 * float(-np.expm1(-1.0)), "time": 2.0, "parameters": _CONSTANT}, 0.1,
        "mathematical property: inverse of the uptake",
    ),
    TestPoint(
        uptake,
        {"time": 1e4, "parameters": replace(_CONSTANT, receptors=5.0, k_on=1.0, k_off=20.0)},
        20.0 + 2.5,
        "mathematical property: at equilibrium 20 %ID/g free and R T / (T + k_off/k_on) bound",
        1e-6,
    ),
)  # fmt: skip
