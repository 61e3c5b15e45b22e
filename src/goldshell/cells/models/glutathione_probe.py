"""Fluorescence of a probe that glutathione turns on, against glutathione: a calibration.

    F = F_0 + a G / (1 + G / K)

Meaning: a dye quenched on the cluster lights up when glutathione displaces it. At G far below K the calibration is the
straight line that S reports; K shows where it bends.

Limits: S says "linear" and prints neither slope, range nor time; nothing here but the sign is published. Fit own
calibration data; reading a concentration off the line is valid inside their range only.

References
----------
Jiang et al. 2019, 2021 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Condition, Relation
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Intercept, slope, and where the line bends."""

    dark: float = parameter(
        1.0, unit="1", source="cells-gsh-dark", bounds=(-1e9, 1e9), meaning="F_0, without glutathione"
    )
    slope: float = parameter(
        1.0, unit="1/mM", source="cells-gsh-turn-on", bounds=(-1e9, 1e9), meaning="a, at low glutathione"
    )
    half_saturation: float = parameter(
        100.0, unit="mM", source="cells-gsh-half-saturation", bounds=(1e-3, 1e6), meaning="K"
    )


def fluorescence(glutathione: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Fluorescence at a concentration of glutathione.

    Parameters
    ----------
    glutathione : G [mM]
    parameters : intercept, slope, bend

    Returns
    -------
    F [unit of F_0]
    """
    g = np.asarray(glutathione, dtype=float)
    return np.asarray(parameters.dark + parameters.slope * g / (1 + g / parameters.half_saturation))


def glutathione_from(signal: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Glutathione from a fluorescence, the calibration read backwards.

    Parameters
    ----------
    signal : F [unit of F_0]
    parameters : intercept, slope, bend

    Returns
    -------
    G [mM]; NaN above the highest fluorescence of the probe
    """
    rise = (np.asarray(signal, dtype=float) - parameters.dark) / parameters.slope
    with np.errstate(divide="ignore", invalid="ignore"):
        found = rise / (1 - rise / parameters.half_saturation)
    return np.asarray(np.where(rise < parameters.half_saturation, found, np.nan))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return fluorescence(x, parameters)


RELATION = Relation(
    name="glutathione_probe",
    title="Glutathione-activated fluorescence, a calibration",
    x=Axis("glutathione_mM", "glutathione", "mM", 0.0, 10.0, limits=(0.0, 1e4)),
    y=Axis("fluorescence", "fluorescence", "1", 0.0, 100.0),
    parameters=Parameters,
    curve=_curve,
    conditions=(
        Condition(
            "more glutathione, more light", lambda p: p.slope, 0.0, np.inf, "sang2024-jiang2021b-fluorescence-gsh-order"
        ),
    ),
    known="The sign: fluorescence rises with glutathione.",
    open="a calibration (three concentrations, each in duplicate) fixes intercept, slope and bend",
)

TEST_POINTS = (
    TestPoint(fluorescence, {"glutathione": 0.0}, 1.0, "definition: without glutathione"),
    TestPoint(fluorescence, {"glutathione": 100.0}, 51.0, "mathematical property: half of the plateau a K at G = K"),
    TestPoint(glutathione_from, {"signal": 51.0}, 100.0, "inverse of the calibration"),
)
