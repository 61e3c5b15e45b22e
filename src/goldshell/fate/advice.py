"""What the samples of a fit can and cannot say, computed for each fit from the information of its own samples."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from goldshell.fate.precision import errors_with
from goldshell.fate.problem import Entry, FitProblem

Array = NDArray[np.float64]

_EARLY = 1.0 / 12.0  # [h], 5 min
_LATE = 0.25  # [h], first blood sample after which V1 suffers
_ANIMALS = 3
_CV = 0.25
_POOR = 0.5
# Parameter -> what determines it.
_CURES = {
    "CL_liver": ("liver",),
    "CL_spleen": ("spleen",),
    "fu_theta": ("urine",),
    "k_bile": ("faeces",),
    "k_faeces": ("faeces",),
    "tubular_uptake": ("kidney",),
    "k_extrusion": ("kidney",),
    "CL_tumour": ("tumour",),
    "V1": ("blood",),
}


def identifiability_statements(problem: FitProblem, inner: Array, errors: Mapping[str, float]) -> tuple[str, ...]:
    """One sentence per limit of what was measured, with its arithmetic.

    Parameters
    ----------
    problem : as fitted
    inner : best search coordinates (p,)
    errors : relative errors from the samples alone, as `goldshell.fate.precision.data_errors` gives them [1]

    Returns
    -------
    tuple of sentences
    """
    said = []
    names = set(problem.names)
    entries = [one for group in problem.groups for one in group.entries if not math.isnan(one.value)]
    measured = {part for one in entries for part in one.parts}
    last = max((one.time for one in entries), default=24.0)
    if "fu_theta" in names or {"unbound_fraction", "sieving"} <= names:
        said.append(
            "Only the product fu theta (unbound fraction times sieving coefficient) can be known from kinetics: a "
            "binding assay splits it."
        )
    blood = sorted(one.time for one in entries if set(one.parts) & {"blood", "plasma"})
    if measured and measured <= {"blood", "plasma"} and "CL_liver" in names:
        better = _with(problem, inner, ("liver",), last)
        said.append(
            f"Blood alone leaves CL_liver undetermined (error {_percent(errors['CL_liver'])}): it tells the sum of the "
            f"losses, not where the gold goes; the livers of {_ANIMALS} animals at {last:g} h would bring it to "
            f"{_percent(better['CL_liver'])}."
        )
    elif measured & {"blood", "plasma"} == set() and names & {"V1", "k12"}:
        said.append("No blood or plasma was measured: volume and distribution (V1, k12, k21) are those of the priors.")
    if blood and "V1" in names and blood[0] > _LATE:
        better = _with(problem, inner, ("blood",), _EARLY)
        if better["V1"] < 0.9 * errors["V1"]:
            said.append(
                f"The first blood sample is at {60 * blood[0]:.0f} min: V1 is known to {_percent(errors['V1'])}, and "
                f"would be to {_percent(better['V1'])} with one at 5 min ({_fold(errors['V1'], better['V1'])})."
            )
    for name, parts in _CURES.items():
        if name not in names or errors[name] < _POOR or set(parts) & measured or name == "V1":
            continue
        if name == "CL_liver" and measured <= {"blood", "plasma"}:
            continue
        better = _with(problem, inner, parts, last)
        if better[name] < 0.7 * errors[name]:
            said.append(
                f"{name} is not determined (error {_percent(errors[name])}): {parts[0]} of {_ANIMALS} animals at "
                f"{last:g} h would bring it to {_percent(better[name])}."
            )
    return tuple(said)


def _with(problem: FitProblem, inner: Array, parts: tuple[str, ...], time: float) -> dict[str, float]:
    quantity = "concentration" if parts == ("blood",) else "amount"
    sigma = math.sqrt(math.log1p(_CV**2) / _ANIMALS)
    return errors_with(problem, inner, [Entry(parts, time, quantity=quantity, sigma=sigma)])


def _percent(error: float) -> str:
    return f"{100 * error:.0f} %" if error < 10 else "more than 1000 %"


def _fold(before: float, after: float) -> str:
    return f"{before / after:.1f}-fold better" if before < 10 else "from nothing"
