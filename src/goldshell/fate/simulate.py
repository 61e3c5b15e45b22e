"""Simulate the fate of an injected dose: amounts in every compartment, and what a dissected organ would hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.fate.linear import solve_linear
from goldshell.fate.models import (
    glycocalyx_trap,
    minimal,
    permeability_limited,
    tubular_endocytosis,
    two_compartment,
)
from goldshell.fate.physiology import Physiology

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
LinearParameters = (
    minimal.Parameters | two_compartment.Parameters | glycocalyx_trap.Parameters | tubular_endocytosis.Parameters
)
ModelParameters = LinearParameters | permeability_limited.Parameters

MODELS = {
    "minimal": minimal,
    "two_compartment": two_compartment,
    "glycocalyx_trap": glycocalyx_trap,
    "tubular_endocytosis": tubular_endocytosis,
    "permeability_limited": permeability_limited,
}
_VOIDED_FROM, _VOIDED_TO = "bladder", "urine"


@dataclass(frozen=True, slots=True)
class FateSimulation:
    """Result of a simulation.

    Parameters
    ----------
    time_h : (k,) [h]
    compartments : name -> amount, (k,) [%ID]; they add up to the dose
    measured : organ -> amount that a dissected organ would show, tissue and residual blood, (k,) [%ID]; they do not
        add up to the dose, since the same blood is in ``compartments["plasma"]``
    balance : largest error of the sum of all compartments, relative to the dose [1]
    dose : [%ID]
    model : name of the model
    parameters : of the model
    physiology : the animal
    warnings : advice to the user
    """

    time_h: Array
    compartments: Mapping[str, Array]
    measured: Mapping[str, Array]
    balance: float
    dose: float
    model: str
    parameters: ModelParameters
    physiology: Physiology
    warnings: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: fate simulate)."""
        return {
            "time_h": self.time_h,
            "compartments": dict(self.compartments),
            "measured": dict(self.measured),
            "unit": "%ID",
            "balance": self.balance,
            "dose": self.dose,
            "model": self.model,
            "parameters": dataclasses.asdict(self.parameters),
            "physiology": self.physiology.to_dict(),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per time: every compartment, then every organ as dissected [%ID]."""
        import pandas as pd

        columns = {"time_h": self.time_h, **self.compartments}
        columns |= {f"{organ}_measured": amount for organ, amount in self.measured.items()}
        return pd.DataFrame(columns)


def simulate(
    parameters: ModelParameters,
    times: ArrayLike,
    animal: Physiology,
    *,
    dose: float = 100.0,
    core_diameter: float | None = None,
    voiding_times: Sequence[float] = (),
    warnings: Sequence[str] = (),
) -> FateSimulation:
    """Amounts in all compartments after a bolus into plasma.

    A dissected organ holds its residual blood too:
    measured = organ + f V_organ (1 - hematocrit) P / V1, particles being in plasma only.

    Parameters
    ----------
    parameters : of one of MODELS
    times : increasing, (k,) [h]
    animal : for residual blood and for the check of clearances against blood flow
    dose : [%ID]
    core_diameter : for the glycocalyx trap [nm]
    voiding_times : when the bladder is emptied (minimal model) [h]
    warnings : advice from the reading of the input, passed on

    Returns
    -------
    FateSimulation

    Raises
    ------
    InputError : times or dose that make no sense, no core diameter for the trap, voiding in a model without bladder
    """
    when = np.atleast_1d(np.asarray(times, dtype=float))
    if when.size == 0 or not np.all(np.isfinite(when)) or when[0] < 0 or np.any(np.diff(when) <= 0):
        raise InputError("the times must be finite, at least 0, and increase", where="times")
    if not (np.isfinite(dose) and dose > 0):
        raise InputError(f"a dose of {dose:g} %ID", where="dose", hint="write 'dose: 100 %ID'")
    events = np.unique(np.asarray(voiding_times, dtype=float))
    if not np.all(np.isfinite(events) & (events > 0)):
        raise InputError("the times of voiding must be above 0", where="voiding")
    model = _name(parameters)
    if events.size and not isinstance(parameters, minimal.Parameters):
        raise InputError(f"the model {model} has no bladder", where="voiding", hint="use the model 'minimal'")
    measured: dict[str, Array] = {}
    if isinstance(parameters, permeability_limited.Parameters):
        courses = permeability_limited.amounts(when, animal, parameters, dose=dose)
        compartments = permeability_limited.summary(courses, animal)
        measured = permeability_limited.dissected(courses, animal)
    else:
        names, matrix = _assemble(parameters, core_diameter, bladder=events.size > 0)
        start = np.zeros(len(names))
        start[0] = dose
        courses = _propagate(matrix, start, when, events, names)
        compartments = {name: courses[:, index] for index, name in enumerate(names)}
    balance = float(np.max(np.abs(sum(compartments.values()) - dose))) / dose

    advice = list(warnings) + _advice(parameters, animal)
    if isinstance(parameters, minimal.Parameters):
        circulating = compartments["plasma"] + compartments.get("coated_plasma", 0.0)
        blood_concentration = circulating / parameters.V1 * (1.0 - animal.hematocrit)
        measured = {
            organ: compartments.get(organ, 0.0) + volume * blood_concentration
            for organ, volume in animal.residual_blood.items()
        }
    if not measured and isinstance(parameters, minimal.Parameters | permeability_limited.Parameters):
        advice.append(f"the set {animal.set} of the {animal.species} has no residual blood: tissue amounts only")
    return FateSimulation(
        when, compartments, measured, balance, dose, model, parameters, animal, tuple(dict.fromkeys(advice))
    )


def _name(parameters: ModelParameters) -> str:
    return next(name for name, module in MODELS.items() if isinstance(parameters, module.Parameters))


def _assemble(
    parameters: LinearParameters, core_diameter: float | None, *, bladder: bool
) -> tuple[tuple[str, ...], Array]:
    """Compartments and rate matrix of a linear model."""
    if isinstance(parameters, minimal.Parameters):
        return minimal.compartments(parameters, bladder=bladder), minimal.rate_matrix(parameters, bladder=bladder)
    if isinstance(parameters, two_compartment.Parameters):
        return two_compartment.COMPARTMENTS, two_compartment.rate_matrix(parameters)
    if isinstance(parameters, tubular_endocytosis.Parameters):
        return tubular_endocytosis.COMPARTMENTS, tubular_endocytosis.rate_matrix(parameters)
    if core_diameter is None:
        raise InputError(
            "the glycocalyx trap needs the core diameter",
            where="particle.core_diameter",
            hint="write for example 'core_diameter: 0.93 nm', or the cluster",
        )
    return glycocalyx_trap.COMPARTMENTS, glycocalyx_trap.rate_matrix(core_diameter, parameters)


def _propagate(matrix: Array, start: Array, when: Array, events: Array, names: tuple[str, ...]) -> Array:
    """Amounts at ``when``; at each event the bladder is emptied, and a time equal to it is seen before."""
    if not events.size:
        return solve_linear(matrix, start, when)
    out = np.empty((when.size, start.size))
    state, begin = start.copy(), 0.0
    source, target = names.index(_VOIDED_FROM), names.index(_VOIDED_TO)
    for end in (*events.tolist(), np.inf):
        inside = (when >= begin if begin == 0.0 else when > begin) & (when <= end)
        if inside.any():
            out[inside] = solve_linear(matrix, state, when[inside] - begin)
        if np.isinf(end):
            break
        state = solve_linear(matrix, state, [end - begin])[0]
        state[target] += state[source]
        state[source] = 0.0
        begin = end
    return out


def _advice(parameters: ModelParameters, animal: Physiology) -> list[str]:
    """Clearances that no organ can reach, capacities that hold for one dose."""
    found = []
    if isinstance(parameters, permeability_limited.Parameters):
        for organ, capacity in (("liver", parameters.capacity_liver), ("spleen", parameters.capacity_spleen)):
            if capacity < 100.0:
                found.append(
                    f"capacity_{organ} of {capacity:.3g} %ID belongs to this dose: half the dose doubles it in %ID"
                )
    if isinstance(parameters, minimal.Parameters):
        cells = 1.0 - animal.hematocrit
        for organ, clearance, flow in (
            ("liver", parameters.CL_liver, animal.liver_flow * cells),
            ("spleen", parameters.CL_spleen, animal.flows["spleen"] * cells),
        ):
            if clearance > flow:
                found.append(
                    f"CL_{organ} of {clearance:.3g} mL/h is above the plasma flow of the {organ}, {flow:.3g} mL/h: "
                    "no organ clears more than it receives"
                )
    return found
