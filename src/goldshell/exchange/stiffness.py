"""Which parameter makes an exchange experiment too stiff to be integrated, for the message when it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from goldshell.errors import AnalysisError
from goldshell.exchange import kernels
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.models import well_mixed
from goldshell.numerics import ParameterInfo, describe_parameters


def give_up(experiment: Experiment, vector: Any, model: str, reason: str) -> AnalysisError:
    """The error of an integration that did not get to the end: what sets the fastest rate and what to try.

    Parameters
    ----------
    experiment : conditions
    vector : parameters in the order of `goldshell.exchange.models.well_mixed.NAMES` [their units]
    model : name of the model
    reason : what the integrator said
    """
    name, value, better = stiffest_parameter(experiment, vector)
    item = next(item for item in describe_parameters(well_mixed.Parameters) if item.name == name)
    unit = "" if item.unit == "1" else f" {item.unit}"
    rate = fastest_rate(experiment, vector)
    return AnalysisError(
        f"the model {model} could not be integrated ({reason}); its fastest rate, {rate:.1e} 1/h, is set by "
        f"{name} = {value:g}{unit}",
        where=name,
        hint=f"try {name} nearer to {better:g}{unit}",
    )


def fastest_rate(experiment: Experiment, vector: Any) -> float:
    """Largest diagonal element of the Jacobian, with clusters of every n and the ligand everywhere [1/h].

    Parameters
    ----------
    experiment : conditions
    vector : parameters in the order of `goldshell.exchange.models.well_mixed.NAMES` [their units]
    """
    with np.errstate(all="ignore"):
        problem = well_mixed.coefficients(experiment, vector)
        classes, sites = len(problem.exposure), experiment.sites
        sc = problem.scalars
        volumes = np.array([sc[kernels.VW], sc[kernels.VI], sc[kernels.VO]])
        state = np.zeros(2 * classes * (sites + 1) + kernels.EXTRA)
        share = volumes / volumes.sum()
        clusters = state[: -kernels.EXTRA].reshape(-1, 2)
        clusters[:] = experiment.cluster_mM * experiment.water_mL * share[:2] / len(clusters)
        extra = state[-kernels.EXTRA :]
        ligand = experiment.water_ligand_mM * experiment.water_mL + experiment.organic_ligand_mM * experiment.organic_mL
        extra[0:6:2] = ligand * share
        extra[1:6:2] = max(ligand, experiment.water_outgoing_mM * experiment.water_mL) * share
        extra[kernels.UNMIXED] = 1.0
        full = np.empty((len(state), len(state)))
        kernels.dense_jacobian(problem, 0.0, state, kernels.empty_jacobian(classes, sites), full)
        rates = np.abs(np.diag(full))
        return float(rates.max()) if np.all(np.isfinite(rates)) else np.inf


def stiffest_parameter(experiment: Experiment, vector: Any) -> tuple[str, float, float]:
    """The parameter that slows the fastest rate most when it is moved, its value, and where to move it.

    Positive parameters are moved by a factor of ten, those of either sign (and those at 0) towards their default.

    Parameters
    ----------
    experiment : conditions
    vector : parameters in the order of `goldshell.exchange.models.well_mixed.NAMES` [their units]
    """
    found = ("k_exchange", float(vector[well_mixed.INDEX["k_exchange"]]), well_mixed.Parameters().k_exchange)
    slowest = np.inf
    for item in describe_parameters(well_mixed.Parameters):
        position = well_mixed.INDEX[item.name]
        value = float(vector[position])
        for moved in _moves(item, value):
            trial = np.array(vector, dtype=float)
            trial[position] = moved
            rate = fastest_rate(experiment, trial)
            if rate < slowest:
                found, slowest = (item.name, value, moved), rate
    return found


def _moves(item: ParameterInfo, value: float) -> list[float]:
    if item.low < 0.0 or value <= 0.0:
        candidates = [0.5 * (value + item.default)]
    else:
        candidates = [0.1 * value, 10.0 * value]
    return [moved for moved in candidates if item.low <= moved <= item.high and moved != value]
