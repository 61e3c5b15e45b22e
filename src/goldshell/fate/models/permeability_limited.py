"""Organs between the heart's two sides, limited by blood flow and by permeability, with phagocytes that fill up.

Amounts in %ID, plasma flows Q in mL/h; organ i has plasma of volume V_i (amount B_i, C_i = B_i/V_i) and tissue T_i of
volume W_i; C_a and C_v are the concentrations of arterial and venous plasma:

    organ plasma  dB_i/dt = Q_i (C_a - C_i) - PS_i (fu C_i - T_i / (W_i R)) - phagocytosis - filtration,  PS_i = p W_i
    tissue        dT_i/dt = PS_i (fu C_i - T_i / (W_i R))
    liver plasma  inflow Q_artery C_a + Q_gut C_gut + Q_spleen C_spleen, and all of it flows out
    phagocytes    dM/dt = CL C_i (1 - M / M_max) - k_rel M (- k_bile M in the liver), in liver and spleen
    kidney        filtration GFR fu theta C_kidney to urine
    gut lumen     dG/dt = k_bile M_liver - k_f G,   faeces dF/dt = k_f G

Meaning: what the clearances of the minimal model are made of. An organ cannot clear more plasma than it receives;
phagocytes that are full let the rest of the dose pass, so that the share of the liver falls as the dose grows. With
M_max of the share "filled" far above the dose the model is linear.

Limits: one permeability and one tissue/plasma ratio R for all organs; blood cells carry nothing; the lungs' tissue and
other organs' phagocytes are left out; a rest-of-body organ holds what the set does not name. M_max is in %ID, so that
it depends on the dose injected: half the dose, twice the M_max. Clearances, permeability and capacity are choices,
not measurements (see their rows).

References
----------
Nestorov, Clin. Pharmacokinet. 42 (2003) 883-908, doi:10.2165/00003088-200342100-00002
Davies & Morris, Pharm. Res. 10 (1993) 1093-1095, doi:10.1023/A:1018943613122
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.fate.linear import solve_linear
from goldshell.fate.physiology import Physiology, physiology
from goldshell.numerics import TestPoint, check_bounds, parameter
from goldshell.numerics.ode import solve_cvode

Array = NDArray[np.float64]

RTOL, ATOL = 1e-9, 1e-10  # of CVODE; %ID
_DEFAULT_BLOOD = 0.04  # of an organ's volume, where the set has no residual blood: that of the gut
_PHAGOCYTES = ("liver", "spleen")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters beside those of the animal."""

    unbound_fraction: float = parameter(
        1.0, unit="1", source="fate-unbound-fraction", bounds=(0.0, 1.0), meaning="fu, particles without protein"
    )
    sieving: float = parameter(
        0.01207, unit="1", source="fate-sieving", bounds=(0.0, 1.0),
        meaning="theta, filtered over plasma concentration of unbound particles",
    )  # fmt: skip
    permeability: float = parameter(
        1.0, unit="1/h", source="fate-permeability", bounds=(0.0, 1e4),
        meaning="p, permeability-surface product per volume of tissue",
    )  # fmt: skip
    partition: float = parameter(
        1.0, unit="1", source="fate-tissue-partition", bounds=(1e-6, 1e4),
        meaning="R, tissue over unbound plasma concentration at equilibrium",
    )  # fmt: skip
    CL_liver: float = parameter(
        1.2, unit="mL/h", source="fate-clearance-liver", bounds=(0.0, 1e8),
        meaning="CL of the liver's phagocytes when empty",
    )  # fmt: skip
    CL_spleen: float = parameter(
        0.1, unit="mL/h", source="fate-clearance-spleen", bounds=(0.0, 1e8),
        meaning="CL of the spleen's phagocytes when empty",
    )  # fmt: skip
    capacity_liver: float = parameter(
        1e6, unit="%ID", source="fate-no-saturation", bounds=(1e-3, 1e12), meaning="M_max of the liver's phagocytes"
    )
    capacity_spleen: float = parameter(
        1e6, unit="%ID", source="fate-no-saturation", bounds=(1e-3, 1e12), meaning="M_max of the spleen's phagocytes"
    )
    k_release: float = parameter(
        0.0, unit="1/h", source="fate-no-rate", bounds=(0.0, 1e3), meaning="k_rel, phagocytes back to plasma"
    )
    k_bile: float = parameter(
        0.007710, unit="1/h", source="fate-k-bile", bounds=(0.0, 1e3), meaning="liver to gut lumen by bile"
    )
    k_faeces: float = parameter(
        0.1538, unit="1/h", source="fate-k-faeces", bounds=(0.0, 1e3), meaning="k_f, gut lumen to faeces"
    )


def compartments(animal: Physiology) -> tuple[str, ...]:
    """Names of the states, in order; ``liver_tissue`` is tissue, ``liver_phagocytes`` what phagocytes hold.

    Parameters
    ----------
    animal : whose organs
    """
    organs = tuple(animal.flows)
    return (
        "vein",
        "artery",
        "lung_plasma",
        *(f"{organ}_plasma" for organ in organs),
        *(f"{organ}_tissue" for organ in organs),
        *(f"{organ}_phagocytes" for organ in _PHAGOCYTES),
        "urine",
        "gut_lumen",
        "faeces",
    )


def summary(courses: Array, animal: Physiology) -> dict[str, Array]:
    """The states in the words of the other models: plasma, an amount for each organ without its plasma, excreta.

    Parameters
    ----------
    courses : (k, n), of `amounts` [%ID]
    animal : as there

    Returns
    -------
    name -> (k,) [%ID]; they add up to the dose
    """
    names = compartments(animal)
    column = {name: courses[:, number] for number, name in enumerate(names)}
    out = {"plasma": sum((values for name, values in column.items() if name.endswith("_plasma")), column["vein"])}
    out["plasma"] = out["plasma"] + column["artery"]
    for organ in animal.flows:
        out[organ] = column[f"{organ}_tissue"] + column.get(f"{organ}_phagocytes", 0.0)
    return out | {"urine": column["urine"], "gut_lumen": column["gut_lumen"], "faeces": column["faeces"]}


def dissected(courses: Array, animal: Physiology) -> dict[str, Array]:
    """What dissected organs would show: tissue, phagocytes and the plasma that stays in their vessels.

    Parameters
    ----------
    courses : (k, n), of `amounts` [%ID]
    animal : as there

    Returns
    -------
    organ -> (k,) [%ID], of those whose residual blood is known
    """
    names, organs = compartments(animal), summary(courses, animal)
    return {
        organ: organs.get(organ, 0.0) + courses[:, names.index(f"{organ}_plasma")]
        for organ in animal.residual_blood_fraction
    }


def plasma_volumes(animal: Physiology) -> dict[str, float]:
    """Plasma of every region, which adds up to the animal's; of what organs do not hold, a third is arterial.

    Parameters
    ----------
    animal : physiology

    Returns
    -------
    region -> [mL]; regions are "vein", "artery", "lung" and the organs
    """
    cells = 1.0 - animal.hematocrit
    held = {}
    for organ in ("lung", *animal.flows):
        fraction = animal.residual_blood_fraction.get(organ, _DEFAULT_BLOOD)
        held[organ] = fraction * animal.volumes[organ] * cells
    large = animal.plasma_volume - sum(held.values())
    if large <= 0.05 * animal.plasma_volume:
        # organs of a small animal hold most of its blood: keep a tenth of it in the large vessels
        factor = 0.9 * animal.plasma_volume / sum(held.values())
        held = {organ: factor * volume for organ, volume in held.items()}
        large = animal.plasma_volume - sum(held.values())
    return {"vein": 2.0 * large / 3.0, "artery": large / 3.0, **held}


def rate_matrix(animal: Physiology, parameters: Parameters = Parameters()) -> Array:
    """Rate matrix with empty phagocytes; its columns sum to zero.

    Parameters
    ----------
    animal : physiology
    parameters : those of the model

    Returns
    -------
    (n, n) [1/h], states as `compartments` names them

    Raises
    ------
    InputError : a parameter is not finite or outside its bounds
    """
    check_bounds(parameters)
    names = compartments(animal)
    index = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(names), len(names)))
    volumes, cells = plasma_volumes(animal), 1.0 - animal.hematocrit

    def move(source: str, target: str, rate: float) -> None:
        matrix[index[source], index[source]] -= rate
        matrix[index[target], index[source]] += rate

    def region(name: str) -> str:
        return name if name in ("vein", "artery") else f"{name}_plasma"

    for (source, target), flow in animal.circulation().items():
        move(region(source), region(target), flow * cells / volumes[source])
    for organ in animal.flows:
        blood = f"{organ}_plasma"
        tissue = animal.volumes[organ] - volumes[organ] / cells
        if tissue <= 0:
            raise InputError(f"{organ} has no volume beside its blood", where=f"physiology set {animal.set}")
        exchange = parameters.permeability * tissue
        move(blood, f"{organ}_tissue", exchange * parameters.unbound_fraction / volumes[organ])
        move(f"{organ}_tissue", blood, exchange / (tissue * parameters.partition))
    for organ, clearance in zip(_PHAGOCYTES, (parameters.CL_liver, parameters.CL_spleen), strict=True):
        move(f"{organ}_plasma", f"{organ}_phagocytes", clearance / volumes[organ])
        move(f"{organ}_phagocytes", f"{organ}_plasma", parameters.k_release)
    filtration = animal.glomerular_filtration_rate * parameters.unbound_fraction * parameters.sieving
    move("kidney_plasma", "urine", filtration / volumes["kidney"])
    move("liver_phagocytes", "gut_lumen", parameters.k_bile)
    move("gut_lumen", "faeces", parameters.k_faeces)
    return matrix


def amounts(
    times: ArrayLike, animal: Physiology, parameters: Parameters = Parameters(), *, dose: float = 100.0
) -> Array:
    """Amounts in all states after a bolus into the vein, phagocytes filling up.

    Parameters
    ----------
    times : increasing, at least 0, (k,) [h]
    animal : physiology
    parameters : those of the model
    dose : [%ID]

    Returns
    -------
    (k, n) [%ID], states as `compartments` names them

    Raises
    ------
    InputError : a parameter outside its bounds
    AnalysisError : the integration failed
    """
    matrix = rate_matrix(animal, parameters)
    names = compartments(animal)
    start = np.zeros(len(names))
    start[names.index("vein")] = dose
    blood = np.array([names.index(f"{organ}_plasma") for organ in _PHAGOCYTES])
    cells = np.array([names.index(f"{organ}_phagocytes") for organ in _PHAGOCYTES])
    taken = matrix[cells, blood]
    limits = np.array([parameters.capacity_liver, parameters.capacity_spleen])

    def right_hand_side(_: float, y: Array, out: Array) -> None:
        _rates(y, out, matrix, blood, cells, taken, limits)

    def jacobian(_: float, y: Array, __: Array, out: Array) -> None:
        _jacobian(y, out, matrix, blood, cells, taken, limits)

    when = np.asarray(times, dtype=float)
    points = np.concatenate([[0.0], when[when > 0.0]])
    courses = solve_cvode(right_hand_side, start, points, rtol=RTOL, atol=ATOL, jacobian=jacobian)
    return np.asarray(courses[len(points) - len(when) :])


def organ_over_arterial(organ: str, animal: Physiology | None = None) -> float:
    """Concentration in an organ's plasma over that of arterial plasma at a steady state without any uptake.

    Parameters
    ----------
    organ : a name of the animal's flows
    animal : physiology; the first mouse when None

    Returns
    -------
    float [1]; 1 when flows balance
    """
    mouse = animal or physiology("mouse")
    closed = replace(Parameters(), sieving=0.0, CL_liver=0.0, CL_spleen=0.0)
    names, volumes = compartments(mouse), plasma_volumes(mouse)
    start = np.zeros(len(names))
    start[0] = 100.0
    end = solve_linear(rate_matrix(mouse, closed), start, [1e4])[0]
    arterial = end[names.index("artery")] / volumes["artery"]
    return float(end[names.index(f"{organ}_plasma")] / volumes[organ] / arterial)


@numba.njit(cache=True)
def _rates(y, out, matrix, blood, cells, taken, limits):  # type: ignore[no-untyped-def]
    """dy/dt: linear, less the uptake that full phagocytes leave out."""
    size = y.size
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += matrix[i, j] * y[j]
        out[i] = total
    for k in range(blood.size):
        refused = taken[k] * y[blood[k]] * y[cells[k]] / limits[k]
        out[cells[k]] -= refused
        out[blood[k]] += refused


@numba.njit(cache=True)
def _jacobian(y, out, matrix, blood, cells, taken, limits):  # type: ignore[no-untyped-def]
    """d(dy/dt)/dy."""
    out[:, :] = matrix
    for k in range(blood.size):
        by_blood = taken[k] * y[cells[k]] / limits[k]
        by_cells = taken[k] * y[blood[k]] / limits[k]
        out[cells[k], blood[k]] -= by_blood
        out[blood[k], blood[k]] += by_blood
        out[cells[k], cells[k]] -= by_cells
        out[blood[k], cells[k]] += by_cells


def _total(time: float) -> float:
    return float(amounts([time], physiology("mouse"))[0].sum())


TEST_POINTS = (
    TestPoint(
        organ_over_arterial, {"organ": "liver"}, 1.0,
        "mathematical property: flows balance; published nanoparticle codes reach 1.55 to 6.2 here", 1e-8,
    ),
    TestPoint(organ_over_arterial, {"organ": "spleen"}, 1.0, "mathematical property: flows balance", 1e-8),
    TestPoint(_total, {"time": 24.0}, 100.0, "mathematical property: nothing is lost", 1e-10),
)  # fmt: skip
