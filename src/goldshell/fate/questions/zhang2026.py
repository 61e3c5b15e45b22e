"""p-ATP and MP shells on Au25: does the shell change filtration, uptake by liver and spleen, or both?

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from goldshell.fate.explanation import FateExplanation, Forecast, Mechanism
from goldshell.fate.fit import posterior_draws
from goldshell.fate.interface import fate_model
from goldshell.fate.physiology import physiology
from goldshell.fate.problem import Entry, FateParameter, FitProblem, Group, Order
from goldshell.fate.rivals import (
    DRAWS,
    WORSE,
    mechanism,
    minimal_parameters,
    observation,
    of_groups,
    predict,
    ranked,
    told_apart,
    verdict,
)

SHELLS = (0, 1, 3, 4, 6, 8, 9, 12, 15, 18)  # p-ATP per cluster, of the predictions
VARYING = ("CL_liver", "CL_spleen", "fu_theta")
_ORDER_SPREAD = 0.1  # ln ratio that a paper would call a difference
_ALIKE_SPREAD = 0.2
_SLOPE_SPREAD = math.log(3.0)
_SITES = 18
_PATP = {"feed 0": 0.0, "feed 4": 3.0, "feed 20": 4.0, "feed 50": 8.0, "feed 150": 9.0}  # p-ATP per cluster by NMR
_MP = ("MP feed 20", "MP feed 150")
_RANGE = 9.0
_URINE = {"feed 0": "zhang2026-urine-p-mbsa", "feed 150": "zhang2026-urine-p-atp-r150"}
_FAECES = "zhang2026-faeces-all-groups"
_COMPARED = {  # what the paper orders -> compartments, time [h]
    "urine 6 h": (("urine",), 6.0),
    "liver 6 h": (("liver",), 6.0),
    "liver + spleen 24 h": (("liver", "spleen"), 24.0),
    "kidney 24 h": (("kidney",), 24.0),
    "liver 24 h": (("liver",), 24.0),
}
_SERIES = (  # quantity, literature row, whether it rises with p-ATP
    ("liver 6 h", "zhang2026-liver-6h-order", False),
    ("liver + spleen 24 h", "zhang2026-organ-shift", False),
    ("urine 6 h", "zhang2026-bladder-6h-order", True),
)
_KIDNEY, _MP_ALIKE = "zhang2026-organ-shift-abstract", "zhang2026-mp-kidney-order"
_PREDICTED = {
    "urine by 24 h": (("urine",), 24.0),
    "faeces by 24 h": (("faeces",), 24.0),
    "liver at 24 h": (("liver",), 24.0),
    "spleen at 24 h": (("spleen",), 24.0),
    "kidney at 24 h": (("kidney",), 24.0),
}
_RIVALS: dict[str, tuple[str, ...]] = {
    "filtration rises": ("fu_theta",),
    "uptake by liver and spleen falls": ("CL_liver", "CL_spleen"),
    "filtration and uptake change": VARYING,
    "the shell does nothing": (),
}


def explain_zhang2026(level: float, seed: int, steps: int) -> FateExplanation:
    """Fit rivals, in which the shell changes one thing or another, to the numbers and orders of the paper.

    Parameters
    ----------
    level : of the intervals
    seed : of the random numbers
    steps : of the posterior sampler
    """
    mechanisms = ranked([mechanism(name, _problem(varying, level, seed)) for name, varying in _RIVALS.items()])
    whole = next(one for one in mechanisms if one.name == "filtration and uptake change")
    forecasts = [
        forecast
        for one in mechanisms
        if one.total - mechanisms[0].total <= WORSE
        for forecast in _forecasts(one, steps)
    ]
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
    sources = (*_URINE.values(), _FAECES, *(identifier for _, identifier, _ in _SERIES), _KIDNEY, _MP_ALIKE)
    findings = (*told_apart(mechanisms), *_slopes(whole))
    return FateExplanation(
        "zhang2026", mechanisms, tuple(forecasts), findings, unknown, sources, verdict(mechanisms)
    )  # fmt: skip


def _groups() -> tuple[Group, ...]:
    groups = []
    for name in (*_PATP, *_MP):
        n = _PATP.get(name, 0.0)
        entries = [Entry(parts, time, label=f"{what} of {name}") for what, (parts, time) in _COMPARED.items()]
        entries.append(observation(("faeces",), 24.0, _FAECES, label=f"faeces of {name}"))
        if name in _URINE:
            entries.append(observation(("urine",), 24.0, _URINE[name], label=f"urine of {name}"))
        groups.append(Group(name, tuple(entries), n / _RANGE, {"p_atp": n}))
    return tuple(groups)


def _orders() -> tuple[Order, ...]:
    """What the paper says without numbers."""
    names, quantities = (*_PATP, *_MP), tuple(_COMPARED)

    def order(quantity: str, larger: str, smaller: str, source: str, *, alike: bool = False) -> Order:
        slot = quantities.index(quantity)
        return Order(
            (names.index(larger), slot), (names.index(smaller), slot), _ALIKE_SPREAD if alike else _ORDER_SPREAD,
            alike, f"{quantity}: {larger} {'=' if alike else '>'} {smaller}", source,
        )  # fmt: skip

    found = []
    for quantity, source, rising in _SERIES:
        for less, more in itertools.pairwise(_PATP):
            larger, smaller = (more, less) if rising else (less, more)
            found.append(order(quantity, larger, smaller, source))
    found.append(order("kidney 24 h", "feed 150", "feed 4", _KIDNEY))
    found += [
        order(quantity, name, "feed 0", _MP_ALIKE, alike=True)
        for name in _MP
        for quantity in ("kidney 24 h", "liver 24 h")
    ]
    return tuple(found)


def _problem(varying: Sequence[str], level: float, seed: int) -> FitProblem:
    """Clearances that may vary with the number of p-ATP; MP shells have deviations of their own."""
    animal = physiology("mouse")
    parameters, fixed = minimal_parameters(animal)
    slopes = [
        FateParameter(f"{name}:slope", "1", "linear", 0.0, 0.0, _SLOPE_SPREAD,
                      "change from no to 9 p-ATP; either sign", -math.inf, role="slope")
        for name in varying
    ]  # fmt: skip
    deviations = [
        FateParameter(f"{name}[{group}]", "1", "linear", 0.0, 0.0, 0.3, "MP shell against Au25(p-MBSA)18", -math.inf,
                      role="deviation")
        for name in VARYING
        for group in _MP
    ]  # fmt: skip
    return FitProblem(
        fate_model("minimal"), animal, _groups(), (*parameters, *slopes, *deviations), fixed, _orders(),
        level=level, seed=seed,
    )  # fmt: skip


def _forecasts(one: Mechanism, steps: int) -> list[Forecast]:
    """Gold at 24 h for every shell of SHELLS."""
    draws = posterior_draws(one.fit, DRAWS, steps=steps)
    shells = of_groups(one, tuple(Group(f"n = {n}", (), n / _RANGE, {"p_atp": float(n)}) for n in SHELLS))
    published = {"faeces by 24 h": set(_PATP.values()), "urine by 24 h": {_PATP[name] for name in _URINE}}
    return [
        Forecast(
            one.name, f"Au25(p-MBSA){_SITES - n}(p-ATP){n}", quantity, amount, n in published.get(quantity, ()),
            "extrapolated beyond 9 p-ATP" if n > _RANGE else "",
        )
        for position, n in enumerate(SHELLS)
        for quantity, amount in zip(
            _PREDICTED, predict(shells, position, tuple(_PREDICTED.values()), draws), strict=True
        )
    ]  # fmt: skip


def _slopes(whole: Mechanism) -> list[str]:
    said = []
    for name in VARYING:
        slope = whole.fit.estimate(f"{name}:slope")
        sign = "rises" if slope.low > 0 else "falls" if slope.high < 0 else "may rise or fall"
        low, best, high = (math.exp(value) for value in (slope.low, slope.value, slope.high))
        said.append(
            f"From 0 to 9 p-ATP {name} {sign}: {best:.2g}-fold ({low:.2g} to {high:.2g}), both changes allowed."
        )
    return said
