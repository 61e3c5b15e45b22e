"""Rival mechanisms of one model, fitted to the same published numbers, and what tells them apart."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from goldshell.fate.explanation import Mechanism
from goldshell.fate.fit import fit_posed
from goldshell.fate.interface import fate_model
from goldshell.fate.physiology import Physiology
from goldshell.fate.prepare import ROUGH_SD, Posed, default_parameters
from goldshell.fate.problem import Entry, Evaluator, FateParameter, FitProblem, Group
from goldshell.literature import show
from goldshell.numerics import Estimate

Array = NDArray[np.float64]

CV = 0.2  # of a published mean without a standard deviation
DRAWS = 400
WORSE = 6.0  # rise of the misfit above which a mechanism no longer meets what is known (2 ln 20)
_MET = 2.5  # standard deviations within which a number counts as met


def observation(parts: tuple[str, ...], time: float, identifier: str, weight: float = 1.0, label: str = "") -> Entry:
    """A literature row as an observation [%ID].

    Parameters
    ----------
    parts : compartments, added
    time : [h]
    identifier : of the row
    weight : of the organ where the row is per gram [g]
    label : for messages; the identifier when empty
    """
    row = show(identifier)
    cv = row.sd / row.number if row.sd > 0 else CV
    sigma = math.sqrt(math.log1p(cv**2) + (ROUGH_SD**2 if row.relation == "~" else 0.0))
    return Entry(
        parts, time, value=row.number * weight, sigma=sigma, relation=row.relation, label=label or identifier,
        series=identifier,
    )  # fmt: skip


def mechanism(name: str, problem: FitProblem) -> Mechanism:
    """One explanation, fitted.

    Parameters
    ----------
    name : in words
    problem : of the numbers and orders, under this explanation
    """
    posed = Posed(problem, frozenset(), (), "", 0.0, ())
    found = fit_posed(posed, profiles=False, widen=False)
    evaluator = Evaluator(problem)
    residuals = evaluator.residuals(found.statistics.values)
    count = evaluator.data_rows
    unmet = [
        f"{item.compartment} at {item.time:g} h of {item.group}: {item.relation} {item.observed:.3g} %ID, "
        f"predicted {item.predicted:.3g} %ID"
        for item in found.predictions
        if abs(item.residual) > _MET
    ]
    orders = residuals[int(evaluator.observed.sum()) : count]
    unmet += [one.label for one, residual in zip(problem.orders, orders, strict=True) if abs(residual) > _MET]
    return Mechanism(
        name, found, float(residuals[:count] @ residuals[:count]), float(residuals[count:] @ residuals[count:]),
        tuple(unmet),
    )  # fmt: skip


def of_groups(explained: Mechanism, groups: tuple[Group, ...]) -> Mechanism:
    """The same fit, asked for other groups.

    Parameters
    ----------
    explained : the fitted mechanism
    groups : whose amounts will be predicted
    """
    problem = dataclasses.replace(explained.fit.problem, groups=groups, orders=())
    posed = dataclasses.replace(explained.fit.posed, problem=problem)
    return dataclasses.replace(explained, fit=dataclasses.replace(explained.fit, posed=posed))


def predict(
    explained: Mechanism, number: int, amounts: Sequence[tuple[tuple[str, ...], float]], draws: Array
) -> tuple[Estimate, ...]:
    """Amounts in one group with their intervals [%ID].

    Parameters
    ----------
    explained : the fitted mechanism
    number : of the group
    amounts : compartments that are added, and the time [h], for each
    draws : from the posterior, search coordinates (m, p)
    """
    evaluator = Evaluator(explained.fit.problem)
    times = np.unique([0.0, *(time for _, time in amounts)])
    best = evaluator.courses(explained.fit.statistics.values, number, times)
    drawn = evaluator.courses(draws, number, times)
    tail = 50.0 * (1.0 - explained.fit.problem.level)
    found = []
    for parts, time in amounts:
        at = int(np.searchsorted(times, time))
        value = sum(float(best[part][0, at]) for part in parts)
        low, high = np.percentile(sum(drawn[part][:, at] for part in parts), [tail, 100.0 - tail])
        found.append(Estimate(value, min(float(low), value), max(float(high), value), "%ID"))
    return tuple(found)


def minimal_parameters(animal: Physiology) -> tuple[list[FateParameter], dict[str, float]]:
    """Parameters of the minimal model with their priors, and what is fixed [its unit].

    Parameters
    ----------
    animal : physiology
    """
    parameters = default_parameters(fate_model("minimal"), animal)
    return parameters, {"GFR": animal.glomerular_filtration_rate}


def ranked(mechanisms: Sequence[Mechanism]) -> tuple[Mechanism, ...]:
    """The best first.

    Parameters
    ----------
    mechanisms : in any order
    """
    return tuple(sorted(mechanisms, key=lambda one: one.total))


def verdict(mechanisms: Sequence[Mechanism]) -> str:
    """From the misfits: contradicted when even the best misses a number; underdetermined when another does as well, or
    when the best has as many parameters as there are numbers and orders.

    Parameters
    ----------
    mechanisms : the best first
    """
    if mechanisms[0].unmet:
        return "contradicted"
    problem = mechanisms[0].fit.problem
    if len(problem.parameters) >= problem.count:
        return "underdetermined"
    rivals = [one for one in mechanisms[1:] if one.total - mechanisms[0].total < WORSE]
    return "underdetermined" if rivals else "explained"


def told_apart(mechanisms: Sequence[Mechanism]) -> list[str]:
    """One sentence on each.

    Parameters
    ----------
    mechanisms : the best first
    """
    best = mechanisms[0]
    said = []
    for one in mechanisms:
        gap = one.total - best.total
        if one is best:
            met = "meets every number and order" if not one.unmet else f"misses: {'; '.join(one.unmet)}"
            said.append(f"Best: {one.name} (misfit {one.misfit:.2g}, priors {one.priors:.2g}); it {met}.")
        elif gap < WORSE:
            said.append(
                f"{one.name[0].upper()}{one.name[1:]} does as well (worse by {gap:.2g}): the data do not decide."
            )
        else:
            unmet = f"; it misses {'; '.join(one.unmet[:3])}" if one.unmet else ""
            said.append(f"{one.name[0].upper()}{one.name[1:]} is worse by {gap:.3g}{unmet}.")
    return said
