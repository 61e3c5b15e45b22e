"""Seven gold particles of Table 1 of Sang et al. 2024: do urine, liver and spleen of a row go together?

References
----------
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import UnknownNameError
from goldshell.fate.explanation import FateExplanation, Forecast, Mechanism
from goldshell.fate.fit import posterior_draws
from goldshell.fate.interface import fate_model
from goldshell.fate.physiology import physiology
from goldshell.fate.problem import FateParameter, FitProblem, Group
from goldshell.fate.rivals import (
    DRAWS,
    mechanism,
    minimal_parameters,
    observation,
    predict,
    ranked,
    told_apart,
    verdict,
)
from goldshell.literature import show

Array = NDArray[np.float64]

_PARTICLES = (
    ("GS-AuNPs", "gs-aunps"),
    ("GS-[198Au]AuNPs", "gs-198au-aunps"),
    ("CY-PSMA-1-Au25 NCs", "cy-psma-1-au25-ncs"),
    ("Au@DTDTPA", "au-dtdtpa"),
    ("02PMIZ-AuNPs", "02pmiz-aunps"),
    ("PEG-AuNPs", "peg-aunps"),
    ("GS-Au NCs", "gs-au-ncs"),
)
_CELLS = {"urine": "urine-excretion", "liver": "liver-uptake", "spleen": "spleen-uptake"}
_PREDICTED = ("urine", "liver", "spleen", "kidney", "faeces")
_ELSEWHERE = ("plasma", "peripheral", "kidney", "gut", "faeces")
_VARYING = ("CL_liver", "CL_spleen", "fu_theta")


def explain_table1(level: float, seed: int, steps: int) -> FateExplanation:
    """Fit the gold rows of Table 1, each with clearances of its own or all alike.

    Parameters
    ----------
    level : of the intervals
    seed : of the random numbers
    steps : of the posterior sampler
    """
    groups, sources = _groups()
    alike = _problem(groups, level, seed)
    deviations = [
        FateParameter(f"{name}[{group.name}]", "1", "linear", 0.0, 0.0, 1.0, "difference between particles", -math.inf,
                      role="deviation")
        for name in _VARYING
        for group in groups
    ]  # fmt: skip
    own = mechanism(
        "each particle its own clearances", dataclasses.replace(alike, parameters=(*alike.parameters, *deviations))
    )
    mechanisms = ranked([own, mechanism("all particles alike", alike)])
    draws = posterior_draws(own.fit, DRAWS, steps=steps)
    forecasts, findings = [], told_apart(mechanisms)
    for number, group in enumerate(groups):
        found, said = _row(own, number, group, draws)
        forecasts += found
        findings.append(said)
    cells = [one for group in groups for one in group.entries]
    unknown = (
        f"{sum(one.relation in '<>' for one in cells)} of {len(cells)} cells are bounds (< or >): they limit a "
        "clearance from one side only.",
        "One time per row: rate constants and the distribution into tissue are those of the priors.",
        "%ID/g is turned to %ID with the organ weights of the set httk (liver 1.05 g, spleen 0.021 g); the spleen of "
        "the other mouse set is 5 times heavier.",
        "Whether the urine is cumulative and in %ID is not stated in the table.",
        "The kidney is not in the table, although all particles pass through it.",
    )
    return FateExplanation(
        "table1", mechanisms, tuple(forecasts), tuple(findings), unknown, sources, verdict(mechanisms)
    )  # fmt: skip


def _groups() -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """One group per row of the table, and the literature rows they come from."""
    weights = {"urine": 1.0, **physiology("mouse").volumes}
    groups, sources = [], []
    for name, slug in _PARTICLES:
        key = f"sang2024-table1-{slug}"
        time = show(f"{key}-time-post-injection").number
        entries = []
        for part, cell in _CELLS.items():
            try:
                one = observation((part,), time, f"{key}-{cell}", weights[part], f"{part} of {name}")
            except UnknownNameError:
                continue  # not reported
            entries.append(one)
            sources.append(f"{key}-{cell}")
        groups.append(Group(name, tuple(entries)))
    return tuple(groups), tuple(sources)


def _problem(groups: tuple[Group, ...], level: float, seed: int) -> FitProblem:
    animal = physiology("mouse")
    parameters, fixed = minimal_parameters(animal)
    return FitProblem(fate_model("minimal"), animal, groups, tuple(parameters), fixed, level=level, seed=seed)


def _row(own: Mechanism, number: int, group: Group, draws: Array) -> tuple[list[Forecast], str]:
    """Predictions for one particle, and what its row accounts for."""
    time = group.entries[0].time
    *amounts, rest = predict(own, number, [*(((part,), time) for part in _PREDICTED), (_ELSEWHERE, time)], draws)
    there = {one.parts[0] for one in group.entries}
    forecasts = [
        Forecast(own.name, group.name, f"{part} at {time:g} h", amount, part in there)
        for part, amount in zip(_PREDICTED, amounts, strict=True)
    ]
    total = sum(one.value for one in group.entries if one.relation in "=>~")
    exact = all(one.relation in "=~" for one in group.entries)
    return forecasts, (
        f"{group.name}: the row accounts for {total:.0f} %ID{'' if exact else ' or more'}; "
        f"the model leaves {rest.low:.0f} to {rest.high:.0f} %ID elsewhere."
    )
