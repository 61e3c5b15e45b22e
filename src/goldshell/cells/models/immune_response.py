"""Immune response against the hydrophobicity of the headgroup (log P), in cells and in the animal.

    cells:    ln y = a (x - x_0)
    in vivo:  ln y = a [(x - x_0) - w ln((1 + e^((x - m)/w)) / (1 + e^((x_0 - m)/w)))]     slope a / (1 + e^((x - m)/w))

Meaning: hydrophobic headgroups set off the innate immune system. In cells the response rises over the whole series; in
the animal the dependence fades around log P = m, where very hydrophobic particles no longer reach the organs.

Limits: log P 0.63 to 5.35 of headgroups, particles of 2 nm, one study. S prints no response at all: only that it rises
below 1.95 in vivo and depends less on log P by 3.77, read as a slope above and below half of the first. A fall after
the rise is not excluded by S and not modelled.

References
----------
Moyano et al. 2012 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Condition, Relation
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

FIRST = 0.63  # log P of the least hydrophobic headgroup, whose response is 1


@dataclass(frozen=True, slots=True)
class Parameters:
    """Slope, and where it fades in the animal."""

    slope: float = parameter(
        0.5, unit="1", source="cells-immune-slope", bounds=(-5.0, 10.0), meaning="a, per unit of log P"
    )
    turn: float = parameter(
        2.8, unit="1", source="cells-immune-turn", bounds=(-5.0, 15.0), meaning="m, log P at half of the slope"
    )
    width: float = parameter(
        0.3, unit="1", source="cells-immune-turn-width", bounds=(0.01, 10.0), meaning="w, how gradually it fades"
    )


def response(log_p: ArrayLike, where: str, parameters: Parameters = Parameters()) -> Array:
    """Immune response relative to the least hydrophobic headgroup (log P 0.63).

    Parameters
    ----------
    log_p : of the headgroup
    where : "cells" or "in vivo"
    parameters : slope, turn, width

    Returns
    -------
    y [1]
    """
    p, x = parameters, np.asarray(log_p, dtype=float)
    rise = x - FIRST
    if where == "in vivo":
        rise = rise - p.width * (np.logaddexp(0, (x - p.turn) / p.width) - np.logaddexp(0, (FIRST - p.turn) / p.width))
    return np.asarray(np.exp(p.slope * rise))


def slope_share(log_p: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Slope in the animal as a share of its first value, 1 / (1 + e^((x - m)/w)).

    Parameters
    ----------
    log_p : of the headgroup
    parameters : turn, width

    Returns
    -------
    share [1]
    """
    return np.asarray(0.5 * (1 - np.tanh((np.asarray(log_p) - parameters.turn) / (2 * parameters.width))))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return response(x, series, parameters)


RELATION = Relation(
    name="immune_response",
    title="Immune response against log P of the headgroup",
    x=Axis("log_p", "log P of the headgroup", "1", 0.63, 5.35, limits=(-5.0, 10.0)),
    y=Axis("relative_response", "response relative to log P 0.63", "1", 1.0, 1e4, log=True),
    parameters=Parameters,
    curve=_curve,
    series=("cells", "in vivo"),
    conditions=(
        Condition(
            "rising below log P 1.95 in vivo", lambda p: slope_share(1.95, p), 0.5, 1.0,
            "sang2024-moyano-immune-response-in-vivo-rising-logp",
        ),
        Condition(
            "less dependent by log P 3.77 in vivo", lambda p: slope_share(3.77, p), 0.0, 0.5,
            "sang2024-moyano-immune-response-in-vivo-plateau-logp",
        ),
    ),
    known="It rises with log P in cells, and in vivo up to a turn between log P 1.95 and 3.77.",
    open="one measured response (a cytokine, relative to log P 0.63) would fix the slope, one near log P 2.8 the turn",
)  # fmt: skip

TEST_POINTS = (
    TestPoint(response, {"log_p": 0.63, "where": "in vivo"}, 1.0, "definition: the reference"),
    TestPoint(response, {"log_p": 2.63, "where": "cells"}, math.e, "arithmetic: exp(0.5 x 2)"),
    TestPoint(slope_share, {"log_p": 2.8}, 0.5, "mathematical property: half at the turn"),
)
