"""The published numbers on fate, explained: what one model can say about all of them, and what they cannot say.

Three questions, each answered from rows of the literature tables:

    sizes      Au10-11, Au15, Au18, Au25 and larger GS-covered gold: is the low edge of filtration a sieve or a trap?
    zhang2026  p-ATP and MP shells on Au25: does the shell change filtration, uptake by liver and spleen, or both?
    table1     seven gold particles of Table 1 of Sang et al.: do urine, liver and spleen of a row go together?

Numbers enter with their relation (= < > ~); statements without numbers as orders between groups. A group of mechanisms
that all meet what is known is reported as such: "underdetermined" is a result.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
Du et al., Nat. Nanotechnol. 12 (2017) 1096-1102, doi:10.1038/nnano.2017.170
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import UnknownNameError
from goldshell.fate.fit import FateFit, fit_posed, posterior_draws
from goldshell.fate.interface import fate_model
from goldshell.fate.models import band_pass
from goldshell.fate.physiology import Physiology, physiology
from goldshell.fate.prepare import ROUGH_SD, Posed, default_parameters
from goldshell.fate.problem import Entry, Evaluator, FateParameter, FitProblem, Group, Order
from goldshell.literature import show
from goldshell.numerics import Estimate, describe_parameters

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

CV = 0.2  # of a published mean without a standard deviation
ORDER_SPREAD = 0.1  # ln ratio that a paper would call a difference
ALIKE_SPREAD = 0.2
_WORSE = 6.0  # rise of the misfit above which a mechanism no longer meets what is known (2 ln 20)
_DRAWS = 400
_MET = 2.5  # standard deviations within which a number counts as met
SHELLS = (0, 1, 3, 4, 6, 8, 9, 12, 15, 18)
_SLOPE_SPREAD = math.log(3.0)
_PATP = (("feed 0", 0.0), ("feed 4", 3.0), ("feed 20", 4.0), ("feed 50", 8.0), ("feed 150", 9.0))
_MP = ("MP feed 20", "MP feed 150")
_RANGE = 9.0
_VARYING = ("CL_liver", "CL_spleen", "fu_theta")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One explanation and how well it meets what is known.

    Parameters
    ----------
    name : in words
    fit : of its problem
    misfit : of numbers and orders at the best parameters, -2 ln L [1]
    priors : share of the sum of squares that the priors pay [1]
    unmet : observations that are missed by more than 2.5 standard deviations
    """

    name: str
    fit: FateFit
    misfit: float
    priors: float
    unmet: tuple[str, ...]

    @property
    def total(self) -> float:
        """Misfit and priors together."""
        return self.misfit + self.priors

    def to_dict(self) -> dict[str, Any]:
        """Name, misfit, what is unmet, and the parameters."""
        return {
            "name": self.name,
            "misfit": self.misfit,
            "prior_cost": self.priors,
            "unmet": list(self.unmet),
            "parameters": [item.to_dict() for item in self.fit.parameters],
        }


@dataclass(frozen=True, slots=True)
class Forecast:
    """A number that was not measured.

    Parameters
    ----------
    mechanism : under which explanation
    subject : particle or shell
    quantity : what, in words
    estimate : with its interval [its unit]
    measured : there is a number or bound for it
    note : extrapolated, say
    """

    mechanism: str
    subject: str
    quantity: str
    estimate: Estimate
    measured: bool = False
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The fields, flat."""
        return {
            "mechanism": self.mechanism,
            "subject": self.subject,
            "quantity": self.quantity,
            **self.estimate.to_dict(),
            "measured": self.measured,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class FateExplanation:
    """The answer to one question.

    Parameters
    ----------
    question : "sizes", "zhang2026" or "table1"
    mechanisms : the best first
    forecasts : predictions with intervals
    findings : computed from the fits, one sentence each
    unknown : what cannot be known from the published numbers
    sources : ids of the literature rows
    verdict : "explained", "underdetermined" or "contradicted"
    """

    question: str
    mechanisms: tuple[Mechanism, ...]
    forecasts: tuple[Forecast, ...]
    findings: tuple[str, ...]
    unknown: tuple[str, ...]
    sources: tuple[str, ...]
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """The object of ``goldshell fate explain --json``."""
        return {
            "question": self.question,
            "verdict": self.verdict,
            "findings": list(self.findings),
            "unknown": list(self.unknown),
            "mechanisms": [item.to_dict() for item in self.mechanisms],
            "predictions": [item.to_dict() for item in self.forecasts],
            "sources": list(self.sources),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """The predictions, one per row."""
        import pandas as pd

        return pd.DataFrame([item.to_dict() for item in self.forecasts])


QUESTIONS = ("sizes", "zhang2026", "table1")


def explain(question: str, *, level: float = 0.95, seed: int = 0, steps: int = 150) -> FateExplanation:
    """Answer one question.

    Parameters
    ----------
    question : "sizes", "zhang2026" or "table1"
    level : of the intervals
    seed : of the random numbers
    steps : of the posterior sampler, for the intervals of predictions

    Returns
    -------
    FateExplanation

    Raises
    ------
    UnknownNameError : no such question
    """
    answers: dict[str, Callable[[float, int, int], FateExplanation]] = {
        "sizes": _sizes, "zhang2026": _zhang, "table1": _table1,
    }  # fmt: skip
    if question not in answers:
        raise UnknownNameError("question", question, answers)
    return answers[question](level, seed, steps)


def _observed(parts: tuple[str, ...], time: float, identifier: str, weight: float = 1.0, label: str = "") -> Entry:
    """A literature row as an observation [%ID]."""
    row = show(identifier)
    cv = row.sd / row.number if row.sd > 0 else CV
    sigma = math.sqrt(math.log1p(cv**2) + (ROUGH_SD**2 if row.relation == "~" else 0.0))
    return Entry(
        parts, time, value=row.number * weight, sigma=sigma, relation=row.relation, label=label or identifier,
        series=identifier,
    )  # fmt: skip


def _mechanism(name: str, problem: FitProblem) -> Mechanism:
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


def _predicted(mechanism: Mechanism, number: int, parts: Sequence[str], time: float, draws: Array) -> Estimate:
    """Amount at a time with its interval [%ID]."""
    evaluator = Evaluator(mechanism.fit.problem)
    grid = np.array([0.0, time])
    best = evaluator.courses(mechanism.fit.statistics.values, number, grid)
    drawn = evaluator.courses(draws, number, grid)
    tail = 50.0 * (1.0 - mechanism.fit.problem.level)
    value = sum(float(best[part][0, 1]) for part in parts)
    low, high = np.percentile(sum(drawn[part][:, 1] for part in parts), [tail, 100.0 - tail])
    return Estimate(value, min(float(low), value), max(float(high), value), "%ID")


def _minimal(animal: Physiology) -> tuple[list[FateParameter], dict[str, float]]:
    parameters = default_parameters(fate_model("minimal"), animal)
    return parameters, {"GFR": animal.glomerular_filtration_rate}


def _core(atoms: float) -> float:
    """Diameter of a sphere of the bulk volume of some gold atoms [nm]."""
    volume = atoms * 0.40786**3 / 4.0
    return (6.0 * volume / math.pi) ** (1.0 / 3.0)


# ------------------------------------------------------------------------------------------------------------- sizes


def _sizes(level: float, seed: int, steps: int) -> FateExplanation:
    animal = physiology("mouse")
    clusters = (("Au25", 25.0), ("Au18", 18.0), ("Au15", 15.0), ("Au10-11", 10.5))
    groups, sources = [], []
    for name, atoms in clusters:
        identifier = f"sang2024-du2017-urine-{name.lower()}"
        core = _core(atoms)
        sources.append(identifier)
        groups.append(
            Group(name, (_observed(("urine",), 2.0, identifier, label=f"urine of {name}"),), 0.0,
                  {"core_diameter": core, "hydrodynamic_diameter": core + 1.2})
        )  # fmt: skip
    for name, slug in (("GS-AuNPs", "gs-aunps"), ("GS-[198Au]AuNPs", "gs-198au-aunps")):
        key = f"sang2024-table1-{slug}"
        sizes = {
            "core_diameter": show(f"{key}-core-diameter").number,
            "hydrodynamic_diameter": show(f"{key}-hydrodynamic-diameter").number,
        }
        sources += [f"{key}-core-diameter", f"{key}-hydrodynamic-diameter", f"{key}-urine-excretion"]
        groups.append(
            Group(name, (_observed(("urine",), 24.0, f"{key}-urine-excretion", label=f"urine of {name}"),), 0.0, sizes)
        )

    parameters, fixed = _minimal(animal)
    kept = [item for item in parameters if item.name != "fu_theta"]
    edges = {item.name: item for item in describe_parameters(band_pass.Parameters)}
    own = [
        FateParameter("plateau", "1", "logit", 0.12, 0.12, math.log(5.0), "fu theta between the edges; free"),
        FateParameter("low_edge_core_diameter", "nm", "log", edges["low_edge_core_diameter"].default,
                      edges["low_edge_core_diameter"].default, math.log(1.15), "renal-low-edge-core-diameter"),
        FateParameter("low_edge_steepness", "1", "log", 20.0, 20.0, math.log(3.0), "free; steep"),
        FateParameter("low_edge_floor", "1", "logit", 0.1, 0.1, math.log(3.0), "renal-low-edge-floor"),
    ]  # fmt: skip

    def sieved(values: Mapping[str, Array], group: Group) -> Array:
        edge: Any = SimpleNamespace(
            **dataclasses.asdict(band_pass.Parameters())
            | {name: values[name] for name in ("low_edge_core_diameter", "low_edge_steepness", "low_edge_floor")}
        )
        shape = band_pass.sieving_coefficient(
            group.covariates["core_diameter"], group.covariates["hydrodynamic_diameter"], edge
        )
        return np.asarray(np.clip(values["plateau"] * shape, 1e-9, 1.0 - 1e-9))

    base = FitProblem(fate_model("minimal"), animal, tuple(groups), (), fixed, level=level, seed=seed)
    sieve = dataclasses.replace(base, parameters=(*kept, *own), links={"fu_theta": sieved})
    flat = dataclasses.replace(base, parameters=tuple(parameters))
    trap_parameters = [
        dataclasses.replace(item, spread=math.log(3.0))
        for item in default_parameters(fate_model("glycocalyx_trap"), animal)
        if item.name != "V1"
    ]
    edge = edges["low_edge_core_diameter"].default
    trap_parameters += [
        FateParameter("edge_core_diameter", "nm", "log", edge, edge, math.log(1.15), "renal-low-edge-core-diameter"),
        FateParameter("edge_steepness", "1", "log", 20.0, 20.0, math.log(3.0), "free; steep"),
    ]
    trap = dataclasses.replace(
        base,
        model=fate_model("glycocalyx_trap"),
        parameters=tuple(trap_parameters),
        fixed={**fixed, "V1": animal.plasma_volume},
    )
    mechanisms = _ranked(
        [_mechanism(name, one) for name, one in (("sieve", sieve), ("trap", trap), ("one coefficient for all", flat))]
    )
    forecasts = []
    for mechanism in mechanisms[:2]:
        draws = posterior_draws(mechanism.fit, _DRAWS, steps=steps)
        for number, group in enumerate(groups):
            for time in (2.0, 24.0, 72.0):
                known = any(one.time == time for one in group.entries)
                forecasts.append(
                    Forecast(mechanism.name, group.name, f"urine by {time:g} h",
                             _predicted(mechanism, number, ("urine",), time, draws), known)
                )  # fmt: skip
    findings = _told_apart(mechanisms)
    small = {
        one.mechanism: one.estimate for one in forecasts if one.subject == "Au10-11" and one.quantity == "urine by 72 h"
    }
    if len(small) == 2:
        (first, one), (second, other) = small.items()
        apart = one.high < other.low or other.high < one.low
        findings.append(
            f"Urine of Au10-11 by 72 h: {first} {one}, {second} {other}; "
            + (
                "one measurement would tell them apart."
                if apart
                else "the intervals overlap, so a blood curve is needed too."
            )
        )
    observed = sum(len(group.entries) for group in groups)
    unknown = (
        f"{observed} values of urine stand against {len(sieve.parameters)} parameters: every kinetic parameter but the "
        "filtration is that of its prior.",
        "Sizes above 3 nm are not among the data, so the high edge (6 nm) is not tested by them.",
        "Charge and protein binding of the clusters are not reported; all carry glutathione.",
        "No value has a standard deviation; 20 % is assumed.",
    )
    verdict = _verdict(mechanisms[:2])
    return FateExplanation("sizes", mechanisms, tuple(forecasts), tuple(findings), unknown, tuple(sources), verdict)


def _ranked(mechanisms: Sequence[Mechanism]) -> tuple[Mechanism, ...]:
    return tuple(sorted(mechanisms, key=lambda one: one.total))


def _verdict(mechanisms: Sequence[Mechanism]) -> str:
    """From the misfits: contradicted when even the best misses a number; underdetermined when another does as well, or
    when the best has as many parameters as there are numbers and orders."""
    if mechanisms[0].unmet:
        return "contradicted"
    problem = mechanisms[0].fit.problem
    if len(problem.parameters) >= problem.count:
        return "underdetermined"
    rivals = [one for one in mechanisms[1:] if one.total - mechanisms[0].total < _WORSE]
    return "underdetermined" if rivals else "explained"


def _told_apart(mechanisms: Sequence[Mechanism]) -> list[str]:
    best = mechanisms[0]
    said = []
    for one in mechanisms:
        gap = one.total - best.total
        if one is best:
            met = "meets every number and order" if not one.unmet else f"misses: {'; '.join(one.unmet)}"
            said.append(f"Best: {one.name} (misfit {one.misfit:.2g}, priors {one.priors:.2g}); it {met}.")
        elif gap < _WORSE:
            said.append(
                f"{one.name[0].upper()}{one.name[1:]} does as well (worse by {gap:.2g}): the data do not decide."
            )
        else:
            unmet = f"; it misses {'; '.join(one.unmet[:3])}" if one.unmet else ""
            said.append(f"{one.name[0].upper()}{one.name[1:]} is worse by {gap:.3g}{unmet}.")
    return said


# --------------------------------------------------------------------------------------------------------- zhang2026


def _zhang(level: float, seed: int, steps: int) -> FateExplanation:
    animal = physiology("mouse")
    groups, number = [], {}
    sources = ["zhang2026-urine-p-mbsa", "zhang2026-urine-p-atp-r150", "zhang2026-faeces-all-groups"]
    free = dict.fromkeys(("urine 6 h", "liver 6 h", "liver + spleen 24 h", "kidney 24 h", "liver 24 h"))
    names = [*(name for name, _ in _PATP), *_MP]
    for position, name in enumerate(names):
        n = dict(_PATP).get(name, 0.0)
        entries = [
            Entry(("urine",), 6.0, label=f"urine 6 h of {name}"),
            Entry(("liver",), 6.0, label=f"liver 6 h of {name}"),
            Entry(("liver", "spleen"), 24.0, label=f"liver + spleen of {name}"),
            Entry(("kidney",), 24.0, label=f"kidney of {name}"),
            Entry(("liver",), 24.0, label=f"liver of {name}"),
            _observed(("faeces",), 24.0, "zhang2026-faeces-all-groups", label=f"faeces of {name}"),
        ]
        urine = {"feed 0": "zhang2026-urine-p-mbsa", "feed 150": "zhang2026-urine-p-atp-r150"}.get(name)
        if urine:
            entries.append(_observed(("urine",), 24.0, urine, label=f"urine of {name}"))
        groups.append(Group(name, tuple(entries), n / _RANGE, {"p_atp": n}))
        number[name] = position
    slot = {label: index for index, label in enumerate(free)}
    orders = []
    series = [name for name, _ in _PATP]
    for quantity, identifier, rising in (
        ("liver 6 h", "zhang2026-liver-6h-order", False),
        ("liver + spleen 24 h", "zhang2026-organ-shift", False),
        ("urine 6 h", "zhang2026-bladder-6h-order", True),
    ):
        sources.append(identifier)
        for less, more in itertools.pairwise(series):
            larger, smaller = (more, less) if rising else (less, more)
            orders.append(_order(number, slot, quantity, larger, smaller, identifier))
    sources.append("zhang2026-organ-shift-abstract")
    orders.append(_order(number, slot, "kidney 24 h", "feed 150", "feed 4", sources[-1]))
    sources.append("zhang2026-mp-kidney-order")
    for name in _MP:
        for quantity in ("kidney 24 h", "liver 24 h"):
            orders.append(_order(number, slot, quantity, name, "feed 0", sources[-1], alike=True))

    parameters, fixed = _minimal(animal)
    deviations = [
        FateParameter(f"{name}[{group}]", "1", "linear", 0.0, 0.0, 0.3, "MP shell against Au25(p-MBSA)18", -math.inf,
                      role="deviation")
        for name in _VARYING
        for group in _MP
    ]  # fmt: skip

    def with_slopes(varying: Sequence[str]) -> FitProblem:
        slopes = [
            FateParameter(f"{name}:slope", "1", "linear", 0.0, 0.0, _SLOPE_SPREAD,
                          "change from no to 9 p-ATP; either sign", -math.inf, role="slope")
            for name in varying
        ]  # fmt: skip
        return FitProblem(
            fate_model("minimal"), animal, tuple(groups), (*parameters, *slopes, *deviations), fixed, tuple(orders),
            level=level, seed=seed,
        )  # fmt: skip

    rivals = {
        "filtration rises": ("fu_theta",),
        "uptake by liver and spleen falls": ("CL_liver", "CL_spleen"),
        "both": _VARYING,
        "the shell does nothing": (),
    }
    mechanisms = _ranked([_mechanism(name, with_slopes(varying)) for name, varying in rivals.items()])
    whole = next(one for one in mechanisms if one.name == "both")
    findings = _told_apart(mechanisms)
    for name in _VARYING:
        slope = whole.fit.estimate(f"{name}:slope")
        sign = "rises" if slope.low > 0 else "falls" if slope.high < 0 else "may rise or fall"
        low, best, high = (math.exp(value) for value in (slope.low, slope.value, slope.high))
        findings.append(
            f"From 0 to 9 p-ATP {name} {sign}: {best:.2g}-fold ({low:.2g} to {high:.2g}), both changes allowed."
        )
    forecasts = []
    for mechanism in mechanisms:
        if mechanism.total - mechanisms[0].total > _WORSE:
            continue
        draws = posterior_draws(mechanism.fit, _DRAWS, steps=steps)
        shells = _at_shells(mechanism)
        for position, n in enumerate(SHELLS):
            for quantity, parts, time in (
                ("urine by 24 h", ("urine",), 24.0),
                ("faeces by 24 h", ("faeces",), 24.0),
                ("liver at 24 h", ("liver",), 24.0),
                ("spleen at 24 h", ("spleen",), 24.0),
                ("kidney at 24 h", ("kidney",), 24.0),
            ):
                forecasts.append(
                    Forecast(
                        mechanism.name, f"Au25(p-MBSA){18 - n}(p-ATP){n}", quantity,
                        _predicted(shells, position, parts, time, draws),
                        (quantity == "faeces by 24 h" and n in (0, 3, 4, 8, 9))
                        or (quantity == "urine by 24 h" and n in (0, 9)),
                        "extrapolated beyond 9 p-ATP" if n > _RANGE else "",
                    )
                )  # fmt: skip
    undetermined = [
        item.parameter.name
        for item in whole.fit.parameters
        if item.parameter.role == "population" and not item.identifiable
    ]
    unknown = (
        f"Not determined by the paper's numbers (their values are those of the priors): {', '.join(undetermined)}.",
        "About 75 to 85 %ID was in neither urine nor faeces at 24 h; how liver, spleen and the rest of "
        "the body share it is not printed.",
        "The paper prints two numbers of urine and one of faeces; liver, spleen and kidney are given as orders of "
        "intensity, and the time of the dissection is not stated (24 h taken).",
        "The composition of the MP shells is not printed: only that they differ little from Au25(p-MBSA)18.",
        "Shells with more than 9 p-ATP are extrapolations.",
    )
    return FateExplanation(
        "zhang2026", mechanisms, tuple(forecasts), tuple(findings), unknown, tuple(dict.fromkeys(sources)),
        _verdict(mechanisms),
    )  # fmt: skip


def _order(
    number: Mapping[str, int],
    slot: Mapping[str, int],
    quantity: str,
    larger: str,
    smaller: str,
    source: str,
    *,
    alike: bool = False,
) -> Order:
    return Order(
        (number[larger], slot[quantity]), (number[smaller], slot[quantity]), ALIKE_SPREAD if alike else ORDER_SPREAD,
        alike, f"{quantity}: {larger} {'=' if alike else '>'} {smaller}", source,
    )  # fmt: skip


def _at_shells(mechanism: Mechanism) -> Mechanism:
    """The same fit asked for other shells."""
    problem = mechanism.fit.problem
    groups = tuple(Group(f"n = {n}", (), n / _RANGE, {"p_atp": float(n)}) for n in SHELLS)
    posed = dataclasses.replace(mechanism.fit.posed, problem=dataclasses.replace(problem, groups=groups, orders=()))
    return dataclasses.replace(mechanism, fit=dataclasses.replace(mechanism.fit, posed=posed))


# ------------------------------------------------------------------------------------------------------------ table1

_GOLD_ROWS = (
    ("GS-AuNPs", "gs-aunps"),
    ("GS-[198Au]AuNPs", "gs-198au-aunps"),
    ("CY-PSMA-1-Au25 NCs", "cy-psma-1-au25-ncs"),
    ("Au@DTDTPA", "au-dtdtpa"),
    ("02PMIZ-AuNPs", "02pmiz-aunps"),
    ("PEG-AuNPs", "peg-aunps"),
    ("GS-Au NCs", "gs-au-ncs"),
)


def _table1(level: float, seed: int, steps: int) -> FateExplanation:
    animal = physiology("mouse")
    groups, sources = [], []
    for name, slug in _GOLD_ROWS:
        key = f"sang2024-table1-{slug}"
        time = show(f"{key}-time-post-injection").number
        entries = []
        for parts, cell, weight in (
            (("urine",), "urine-excretion", 1.0),
            (("liver",), "liver-uptake", animal.volumes["liver"]),
            (("spleen",), "spleen-uptake", animal.volumes["spleen"]),
        ):
            try:
                entries.append(_observed(parts, time, f"{key}-{cell}", weight, f"{parts[0]} of {name}"))
            except UnknownNameError:
                continue  # not reported
            sources.append(f"{key}-{cell}")
        groups.append(Group(name, tuple(entries)))
    parameters, fixed = _minimal(animal)
    deviations = [
        FateParameter(f"{name}[{group.name}]", "1", "linear", 0.0, 0.0, 1.0, "difference between particles", -math.inf,
                      role="deviation")
        for name in _VARYING
        for group in groups
    ]  # fmt: skip
    base = FitProblem(
        fate_model("minimal"), animal, tuple(groups), (*parameters, *deviations), fixed, level=level, seed=seed
    )
    alike = dataclasses.replace(base, parameters=tuple(parameters))
    mechanisms = _ranked(
        [_mechanism("each particle its own clearances", base), _mechanism("all particles alike", alike)]
    )
    own = next(one for one in mechanisms if one.name.startswith("each"))
    draws = posterior_draws(own.fit, _DRAWS, steps=steps)
    findings = _told_apart(mechanisms)
    forecasts = []
    for position, group in enumerate(groups):
        time = group.entries[0].time
        there = {one.parts[0] for one in group.entries}
        total = 0.0
        for part in ("urine", "liver", "spleen", "kidney", "faeces"):
            forecasts.append(
                Forecast(own.name, group.name, f"{part} at {time:g} h", _predicted(own, position, (part,), time, draws),
                         part in there)
            )  # fmt: skip
        for one in group.entries:
            total += one.value if one.relation in "=>~" else 0.0
        rest = _predicted(own, position, ("plasma", "peripheral", "kidney", "gut", "faeces"), time, draws)
        exact = all(one.relation in "=~" for one in group.entries)
        findings.append(
            f"{group.name}: the row accounts for {total:.0f} %ID{'' if exact else ' or more'}; "
            f"the model leaves {rest.low:.0f} to {rest.high:.0f} %ID elsewhere."
        )
    bounds = sum(one.relation in "<>" for group in groups for one in group.entries)
    cells = sum(len(group.entries) for group in groups)
    unknown = (
        f"{bounds} of {cells} cells are bounds (< or >): they limit a clearance from one side only.",
        "One time per row: rate constants and the distribution into tissue are those of the priors.",
        "%ID/g is turned to %ID with the organ weights of the set httk (liver 1.05 g, spleen 0.021 g); the spleen of "
        "the other mouse set is 5 times heavier.",
        "Whether the urine is cumulative and in %ID is not stated in the table.",
        "The kidney is not in the table, although all particles pass through it.",
    )
    return FateExplanation(
        "table1", mechanisms, tuple(forecasts), tuple(findings), unknown, tuple(sources), _verdict(mechanisms)
    )
