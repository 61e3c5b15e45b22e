"""Minimal linear model of the fate of an injected particle: plasma, peripheral tissue, liver, spleen, kidney, excreta.

Amounts in %ID, volumes in mL, clearances in mL/h, rate constants in 1/h; C = P/V1 is the plasma concentration:

    plasma      dP/dt = -(k12 + (CL_L + CL_S + CL_R)/V1) P + k21 E + k_rel L,   CL_R = GFR fu theta
    peripheral  dE/dt = k12 P - k21 E
    liver       dL/dt = CL_L C - (k_bile + k_rel) L
    spleen      dS/dt = CL_S C
    kidney      dK/dt = f_tub CL_R C - k_ext K
    urine       dU/dt = (1 - f_tub) CL_R C + k_ext K
    gut         dG/dt = k_bile L - k_f G
    faeces      dF/dt = k_f G

Options, each a state more and off at its default of zero:

    bladder     what would enter the urine enters a bladder B; dU/dt = k_void B (or emptied at given times)
    tumour      dT/dt = CL_T C - k_T T, the second term back to plasma
    glutathione native -> GS-coated in the liver sinusoids with clearance CL_GS: coated plasma P' and peripheral E' with
                the same k12, k21, V1 and CL_T, and their own CL_L', CL_S', fu' theta'; organs hold both forms, and what
                the liver or the tumour releases is GS-coated

Meaning: organs take up from plasma in proportion to its concentration and, but for the liver (bile, release) and the
kidney (extrusion), keep what they take. Only the product fu theta is known from kinetics.

Limits: no saturation of phagocytes, no blood flow (a clearance above the plasma flow of the organ is impossible), no
exchange inside organs. Blood alone does not determine CL_L. The defaults are those of a 20 g mouse and a particle like
Au25(p-MBSA)18: 10 %ID in urine and 5 %ID in faeces at 24 h; the split between liver and peripheral tissue is a choice.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z (urine and faeces at 24 h)
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4 (half-lives, tubular re-elimination)
Davies & Morris, Pharm. Res. 10 (1993) 1093-1095, doi:10.1023/A:1018943613122
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import UnknownNameError
from goldshell.fate.linear import solve_linear
from goldshell.numerics import TestPoint, check_bounds, describe_parameters, parameter

Array = NDArray[np.float64]

BODY = ("plasma", "peripheral", "liver", "spleen", "kidney")
EXCRETA = ("urine", "gut", "faeces")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the minimal model: numbers, or arrays of one shape for a population."""

    V1: float = parameter(
        1.0, unit="mL", source="fate-plasma-volume", bounds=(1e-6, 1e6), meaning="V1, volume of plasma"
    )
    k12: float = parameter(
        6.567, unit="1/h", source="fate-k12", bounds=(0.0, 1e5), meaning="plasma to peripheral tissue"
    )
    k21: float = parameter(
        0.3021, unit="1/h", source="fate-k21", bounds=(0.0, 1e5), meaning="peripheral tissue to plasma"
    )
    CL_liver: float = parameter(
        1.2,
        unit="mL/h",
        source="fate-clearance-liver",
        bounds=(0.0, 1e8),
        meaning="CL_L, plasma clearance by the liver",
    )
    CL_spleen: float = parameter(
        0.1, unit="mL/h", source="fate-clearance-spleen", bounds=(0.0, 1e8),
        meaning="CL_S, plasma clearance by the spleen",
    )  # fmt: skip
    GFR: float = parameter(
        16.8, unit="mL/h", source="fate-glomerular-filtration-rate", bounds=(0.0, 1e6),
        meaning="glomerular filtration rate",
    )  # fmt: skip
    unbound_fraction: float = parameter(
        1.0, unit="1", source="fate-unbound-fraction", bounds=(0.0, 1.0), meaning="fu, particles without protein"
    )
    sieving: float = parameter(
        0.01207, unit="1", source="fate-sieving", bounds=(0.0, 1.0),
        meaning="theta, filtered over plasma concentration of unbound particles",
    )  # fmt: skip
    tubular_uptake: float = parameter(
        0.05, unit="1", source="fate-tubular-uptake", bounds=(0.0, 1.0),
        meaning="f_tub, share of the filtered particles that tubular cells take up",
    )  # fmt: skip
    k_extrusion: float = parameter(
        0.004161, unit="1/h", source="fate-k-extrusion", bounds=(0.0, 1e3), meaning="k_ext, tubular cells to urine"
    )
    k_bile: float = parameter(
        0.007710, unit="1/h", source="fate-k-bile", bounds=(0.0, 1e3), meaning="liver to gut by bile"
    )
    k_faeces: float = parameter(
        0.1538, unit="1/h", source="fate-k-faeces", bounds=(0.0, 1e3), meaning="k_f, gut to faeces"
    )
    k_release: float = parameter(
        0.0, unit="1/h", source="fate-no-rate", bounds=(0.0, 1e3), meaning="k_rel, liver back to plasma"
    )
    k_voiding: float = parameter(
        0.0, unit="1/h", source="fate-no-rate", bounds=(0.0, 1e3), meaning="k_void, bladder to urine; 0: no bladder"
    )
    CL_tumour: float = parameter(
        0.0, unit="mL/h", source="fate-no-clearance", bounds=(0.0, 1e6), meaning="CL_T, plasma to tumour; 0: no tumour"
    )
    k_tumour: float = parameter(
        0.0, unit="1/h", source="fate-no-rate", bounds=(0.0, 1e3), meaning="k_T, tumour back to plasma"
    )
    CL_glutathione: float = parameter(
        0.0, unit="mL/h", source="fate-no-clearance", bounds=(0.0, 1e6),
        meaning="CL_GS, exchange with glutathione in liver sinusoids; 0: none",
    )  # fmt: skip
    CL_liver_coated: float = parameter(
        1.2, unit="mL/h", source="fate-clearance-liver", bounds=(0.0, 1e8), meaning="CL_L' of the GS-coated particle"
    )
    CL_spleen_coated: float = parameter(
        0.1, unit="mL/h", source="fate-clearance-spleen", bounds=(0.0, 1e8), meaning="CL_S' of the GS-coated particle"
    )
    unbound_fraction_coated: float = parameter(
        1.0, unit="1", source="fate-unbound-fraction", bounds=(0.0, 1.0), meaning="fu' of the GS-coated particle"
    )
    sieving_coated: float = parameter(
        0.01207, unit="1", source="fate-sieving", bounds=(0.0, 1.0), meaning="theta' of the GS-coated particle"
    )


def compartments(parameters: Parameters = Parameters(), *, bladder: bool = False) -> tuple[str, ...]:
    """Names of the states, in order.

    Parameters
    ----------
    parameters : those of the model; an option with a value above zero anywhere adds its states
    bladder : a bladder also without k_voiding, for voiding at given times
    """
    names: tuple[str, ...] = BODY + EXCRETA
    if bladder or np.any(np.asarray(parameters.k_voiding) > 0):
        names += ("bladder",)
    if np.any(np.asarray(parameters.CL_tumour) > 0):
        names += ("tumour",)
    if np.any(np.asarray(parameters.CL_glutathione) > 0):
        names += ("coated_plasma", "coated_peripheral")
    return names


def rate_matrix(parameters: Parameters = Parameters(), *, bladder: bool = False) -> Array:
    """Rate matrix A of dx/dt = A x; its columns sum to zero.

    Parameters
    ----------
    parameters : numbers, or arrays of one shape (...)
    bladder : as in `compartments`

    Returns
    -------
    (..., n, n) [1/h], states as `compartments` names them

    Raises
    ------
    InputError : a parameter is not finite or outside its bounds
    """
    check_bounds(parameters)
    value = {info.name: np.asarray(getattr(parameters, info.name), float) for info in describe_parameters(Parameters)}
    shape = np.broadcast_shapes(*(item.shape for item in value.values()))
    names = compartments(parameters, bladder=bladder)
    index = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((*shape, len(names), len(names)))

    def move(source: str, target: str, rate: ArrayLike) -> None:
        matrix[..., index[source], index[source]] -= rate
        matrix[..., index[target], index[source]] += rate

    volume, uptake, outlet = value["V1"], value["tubular_uptake"], "bladder" if "bladder" in index else "urine"
    coated = "coated_plasma" in index
    for prefix, suffix in (("", ""), ("coated_", "_coated")) if coated else (("", ""),):
        plasma, peripheral = f"{prefix}plasma", f"{prefix}peripheral"
        filtration = value["GFR"] * value[f"unbound_fraction{suffix}"] * value[f"sieving{suffix}"] / volume
        move(plasma, peripheral, value["k12"])
        move(peripheral, plasma, value["k21"])
        move(plasma, "liver", value[f"CL_liver{suffix}"] / volume)
        move(plasma, "spleen", value[f"CL_spleen{suffix}"] / volume)
        move(plasma, "kidney", uptake * filtration)
        move(plasma, outlet, (1.0 - uptake) * filtration)
        if "tumour" in index:
            move(plasma, "tumour", value["CL_tumour"] / volume)
    returned = "coated_plasma" if coated else "plasma"
    move("liver", returned, value["k_release"])
    move("liver", "gut", value["k_bile"])
    move("gut", "faeces", value["k_faeces"])
    move("kidney", outlet, value["k_extrusion"])
    if "bladder" in index:
        move("bladder", "urine", value["k_voiding"])
    if "tumour" in index:
        move("tumour", returned, value["k_tumour"])
    if coated:
        move("plasma", "coated_plasma", value["CL_glutathione"] / volume)
    return matrix


def amounts(
    times: ArrayLike, parameters: Parameters = Parameters(), *, dose: float = 100.0, bladder: bool = False
) -> Array:
    """Amounts in all compartments after a bolus into plasma.

    Parameters
    ----------
    times : (k,) [h]
    parameters : numbers, or arrays of one shape (...) for a population
    dose : [%ID]
    bladder : as in `compartments`

    Returns
    -------
    (..., k, n) [%ID]
    """
    matrix = rate_matrix(parameters, bladder=bladder)
    start = np.zeros(matrix.shape[-1])
    start[0] = dose
    return solve_linear(matrix, start, times)


def amount(compartment: str, time: float, parameters: Parameters = Parameters(), *, dose: float = 100.0) -> float:
    """Amount in one compartment at one time.

    Parameters
    ----------
    compartment : a name of `compartments`
    time : [h]
    parameters : numbers
    dose : [%ID]

    Returns
    -------
    float [%ID]

    Raises
    ------
    UnknownNameError : no such compartment
    """
    names = compartments(parameters)
    if compartment not in names:
        raise UnknownNameError("compartment", compartment, names)
    return float(amounts([time], parameters, dose=dose)[0, names.index(compartment)])


def renal_clearance(parameters: Parameters = Parameters()) -> float:
    """Clearance by filtration, CL_R = GFR fu theta.

    Parameters
    ----------
    parameters : those of the model

    Returns
    -------
    float [mL/h]
    """
    return parameters.GFR * parameters.unbound_fraction * parameters.sieving


_ONE_COMPARTMENT = replace(
    Parameters(), k12=0.0, k21=0.0, CL_liver=1.0, CL_spleen=0.0, GFR=1.0, sieving=1.0, tubular_uptake=0.0, k_bile=0.0
)
TEST_POINTS = (
    TestPoint(
        amount,
        {"compartment": "plasma", "time": 1.0, "parameters": _ONE_COMPARTMENT},
        100.0 * float(np.exp(-2.0)),
        "mathematical property: one compartment, exp(-(CL_L + CL_R) t / V1)",
    ),
    TestPoint(
        amount,
        {"compartment": "urine", "time": 1e3, "parameters": _ONE_COMPARTMENT},
        50.0,
        "mathematical property: the share of the clearances",
    ),
    TestPoint(
        amount,
        {"compartment": "urine", "time": 24.0},
        10.0,
        "Zhang et al. 2026: urine of Au25(p-MBSA)18 is half of ~20 %ID; the defaults are solved for it",
        2e-3,
    ),
    TestPoint(
        amount,
        {"compartment": "faeces", "time": 24.0},
        5.0,
        "Zhang et al. 2026: faeces ~5 %ID in every group; the defaults are solved for it",
        2e-3,
    ),
)
