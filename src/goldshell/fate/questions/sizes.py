"""Au10-11, Au15, Au18, Au25 and larger gold covered with glutathione: is the low edge of filtration a sieve or a trap?

References
----------
Du et al., Nat. Nanotechnol. 12 (2017) 1096-1102, doi:10.1038/nnano.2017.170
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.fate.explanation import FateExplanation, Forecast, Mechanism
from goldshell.fate.fit import posterior_draws
from goldshell.fate.interface import fate_model
from goldshell.fate.models import band_pass
from goldshell.fate.physiology import physiology
from goldshell.fate.prepare import default_parameters
from goldshell.fate.problem import FateParameter, FitProblem, Group
from goldshell.fate.rivals import (
    DRAWS,
    mechanism,
    minimal_parameters,
    observation,
    of_groups,
    predict,
    ranked,
    told_apart,
    verdict,
)
from goldshell.literature import show
from goldshell.numerics import describe_parameters

Array = NDArray[np.float64]

DIAMETERS = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)  # cores [nm]
_CLUSTERS = (("Au25", 25.0), ("Au18", 18.0), ("Au15", 15.0), ("Au10-11", 10.5))  # atoms of gold
_LARGER = (("GS-AuNPs", "gs-aunps"), ("GS-[198Au]AuNPs", "gs-198au-aunps"))
_SHELL = 1.2  # both sides of glutathione [nm]
_LATTICE = 0.40786  # edge of the cell of gold, of 4 atoms [nm]
_TIMES = (2.0, 24.0, 72.0)
_STEEP = FateParameter("", "1", "log", 20.0, 20.0, math.log(3.0), "free; steep")


def explain_sizes(level: float, seed: int, steps: int) -> FateExplanation:
    """Fit sieve, trap, and one coefficient for all to the urine of the size series.

    Parameters
    ----------
    level : of the intervals
    seed : of the random numbers
    steps : of the posterior sampler
    """
    groups, sources = _groups()
    rivals = _rivals(groups, level, seed)
    mechanisms = ranked([mechanism(name, problem) for name, problem in rivals.items()])
    forecasts = _forecasts(mechanisms[:2], groups, steps)
    observed = sum(len(group.entries) for group in groups)
    unknown = (
        f"{observed} values of urine stand against {len(rivals['sieve'].parameters)} parameters: every kinetic "
        "parameter but the filtration is that of its prior.",
        "Sizes above 3 nm are not among the data, so the high edge (6 nm) is not tested by them.",
        "Charge and protein binding of the clusters are not reported; all carry glutathione.",
        "No value has a standard deviation; 20 % is assumed.",
    )
    findings = (*told_apart(mechanisms), *_smallest(forecasts))
    return FateExplanation(
        "sizes", mechanisms, forecasts, findings, unknown, sources, verdict(mechanisms[:2])
    )  # fmt: skip


def _core(atoms: float) -> float:
    """Diameter of a sphere of the bulk volume of some gold atoms [nm]."""
    return (6.0 * atoms * _LATTICE**3 / 4.0 / math.pi) ** (1.0 / 3.0)


def _groups() -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """One group per particle, and the literature rows they come from."""
    groups, sources = [], []
    for name, atoms in _CLUSTERS:
        identifier, core = f"sang2024-du2017-urine-{name.lower()}", _core(atoms)
        sources.append(identifier)
        urine = observation(("urine",), 2.0, identifier, label=f"urine of {name}")
        groups.append(Group(name, (urine,), 0.0, {"core_diameter": core, "hydrodynamic_diameter": core + _SHELL}))
    for name, slug in _LARGER:
        rows = {
            cell: f"sang2024-table1-{slug}-{cell}"
            for cell in ("core-diameter", "hydrodynamic-diameter", "urine-excretion")
        }
        sources += rows.values()
        sizes = {
            "core_diameter": show(rows["core-diameter"]).number,
            "hydrodynamic_diameter": show(rows["hydrodynamic-diameter"]).number,
        }
        urine = observation(("urine",), 24.0, rows["urine-excretion"], label=f"urine of {name}")
        groups.append(Group(name, (urine,), 0.0, sizes))
    return tuple(groups), tuple(sources)


def _sieved(values: Mapping[str, Array], group: Group) -> Array:
    """fu theta of a group between the edges of the band-pass."""
    edges: Any = SimpleNamespace(
        **dataclasses.asdict(band_pass.Parameters())
        | {name: values[name] for name in ("low_edge_core_diameter", "low_edge_steepness", "low_edge_floor")}
    )
    sizes = group.covariates
    shape = band_pass.sieving_coefficient(sizes["core_diameter"], sizes["hydrodynamic_diameter"], edges)
    return np.asarray(np.clip(values["plateau"] * shape, 1e-9, 1.0 - 1e-9))


def _rivals(groups: tuple[Group, ...], level: float, seed: int) -> dict[str, FitProblem]:
    animal = physiology("mouse")
    parameters, fixed = minimal_parameters(animal)
    base = FitProblem(fate_model("minimal"), animal, groups, (), fixed, level=level, seed=seed)
    edge = next(item.default for item in describe_parameters(band_pass.Parameters)
                if item.name == "low_edge_core_diameter")  # fmt: skip

    def edge_of(name: str) -> FateParameter:
        return FateParameter(name, "nm", "log", edge, edge, math.log(1.15), "renal-low-edge-core-diameter")

    sieve = (
        *(item for item in parameters if item.name != "fu_theta"),
        FateParameter("plateau", "1", "logit", 0.12, 0.12, math.log(5.0), "fu theta between the edges; free"),
        edge_of("low_edge_core_diameter"),
        dataclasses.replace(_STEEP, name="low_edge_steepness"),
        FateParameter("low_edge_floor", "1", "logit", 0.1, 0.1, math.log(3.0), "renal-low-edge-floor"),
    )
    trap = (
        *(
            dataclasses.replace(item, spread=math.log(3.0))
            for item in default_parameters(fate_model("glycocalyx_trap"), animal)
            if item.name != "V1"
        ),
        edge_of("edge_core_diameter"),
        dataclasses.replace(_STEEP, name="edge_steepness"),
    )
    return {
        "sieve": dataclasses.replace(base, parameters=sieve, links={"fu_theta": _sieved}),
        "trap": dataclasses.replace(
            base, model=fate_model("glycocalyx_trap"), parameters=trap, fixed={**fixed, "V1": animal.plasma_volume}
        ),
        "one coefficient for all": dataclasses.replace(base, parameters=tuple(parameters)),
    }


def diameter_subject(diameter: float) -> str:
    """Name of a core that was not measured, in the predictions.

    Parameters
    ----------
    diameter : of the core [nm]
    """
    return f"core of {diameter:g} nm"


def _forecasts(mechanisms: Sequence[Mechanism], groups: tuple[Group, ...], steps: int) -> tuple[Forecast, ...]:
    """Urine of the particles that were measured, and of other sizes."""
    cores = tuple(
        Group(diameter_subject(core), (), 0.0, {"core_diameter": core, "hydrodynamic_diameter": core + _SHELL})
        for core in DIAMETERS
    )
    largest = max(group.covariates["core_diameter"] for group in groups)
    found = []
    for one in mechanisms:
        draws = posterior_draws(one.fit, DRAWS, steps=steps)
        asked = of_groups(one, groups + cores)
        for number, group in enumerate(groups + cores):
            amounts = predict(asked, number, [(("urine",), time) for time in _TIMES], draws)
            beyond = "larger than any that was measured" if group.covariates["core_diameter"] > largest else ""
            for time, amount in zip(_TIMES, amounts, strict=True):
                known = any(entry.time == time for entry in group.entries)
                found.append(Forecast(one.name, group.name, f"urine by {time:g} h", amount, known, beyond))
    return tuple(found)


def _smallest(forecasts: Sequence[Forecast]) -> tuple[str, ...]:
    """Whether late urine of the smallest cluster would tell the two best mechanisms apart."""
    late = {
        one.mechanism: one.estimate
        for one in forecasts
        if one.subject == "Au10-11" and one.quantity == "urine by 72 h"
    }  # fmt: skip
    (first, one), (second, other) = late.items()
    apart = one.high < other.low or other.high < one.low
    then = (
        "one measurement would tell them apart."
        if apart
        else "the intervals overlap, so a blood curve is needed too."
    )  # fmt: skip
    return (f"Urine of Au10-11 by 72 h: {first} {one}, {second} {other}; {then}",)
