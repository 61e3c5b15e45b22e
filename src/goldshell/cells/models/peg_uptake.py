"""Uptake of PEG-coated particles against the molar mass and the number of PEG.

    u = (M / 0.55 kDa)^-p  e^(-q (b - b_1)),   b = min(feed, b_full) / b_full,   b_full = pi d^2 g

Meaning: longer PEG keeps cells away (p), and so does a denser layer (q), until the surface is full: b is the share of a
full layer that a feed of PEG per particle can give when all of it binds, b_1 that of a feed of 100, g thiolates per
area.

Limits: S states that uptake falls with molar mass (0.55 to 5 kDa, 6 nm) and prints no uptake; viability rises with the
feed from 200 to 800 : 1 and is best at a critical ratio that is not printed. A full layer on 6 nm takes 520 PEG: feeds
above it cannot all bind. Both exponents are open.

References
----------
Liu et al. 2015 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
Love et al., Chem. Rev. 105 (2005) 1103-1170, doi:10.1021/cr0300789 (thiolates per area)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Relation
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

SHORTEST = 0.55  # kDa, the reference
FIRST_FEED = 100.0  # PEG per particle, the reference
FEEDS = {"feed 100": 100.0, "feed 300": 300.0, "feed 800": 800.0}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Exponents of mass and density, core and density of a full layer."""

    mass_exponent: float = parameter(0.5, unit="1", source="cells-peg-exponent", bounds=(-10.0, 10.0), meaning="p")
    density_exponent: float = parameter(1.0, unit="1", source="cells-peg-screening", bounds=(-20.0, 20.0), meaning="q")
    core_diameter: float = parameter(
        6.0, unit="nm", source="sang2024-liu2015-core-diameter", bounds=(6.0, 6.0), meaning="d"
    )
    full_density: float = parameter(
        4.62, unit="1/nm**2", source="cells-peg-full-coverage", bounds=(4.62, 4.62), meaning="g, of a full layer"
    )


def full_layer(parameters: Parameters = Parameters()) -> Array:
    """PEG of a full layer on one particle, pi d^2 g.

    Parameters
    ----------
    parameters : core and density

    Returns
    -------
    b_full [1]
    """
    return np.asarray(np.pi * parameters.core_diameter**2 * parameters.full_density)


def bound_share(feed: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share of a full layer that a feed can give at most.

    Parameters
    ----------
    feed : PEG per particle [1]
    parameters : core and density

    Returns
    -------
    b [1]
    """
    return np.asarray(np.minimum(np.asarray(feed, dtype=float) / full_layer(parameters), 1.0))


def relative_uptake(
    molar_mass: ArrayLike, feed: ArrayLike = FIRST_FEED, parameters: Parameters = Parameters()
) -> Array:
    """Uptake relative to PEG of 0.55 kDa at a feed of 100.

    Parameters
    ----------
    molar_mass : M of the PEG [kDa]
    feed : PEG per particle [1]
    parameters : exponents, core, density

    Returns
    -------
    u [1]
    """
    mass = (np.asarray(molar_mass, dtype=float) / SHORTEST) ** -np.asarray(parameters.mass_exponent)
    more = bound_share(feed, parameters) - bound_share(FIRST_FEED, parameters)
    return np.asarray(mass * np.exp(-parameters.density_exponent * more))


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return relative_uptake(x, FEEDS[series], parameters)


RELATION = Relation(
    name="peg_uptake",
    title="Uptake against molar mass and number of PEG",
    x=Axis("molar_mass_kDa", "molar mass of PEG", "kDa", 0.55, 5.0, log=True, limits=(0.05, 100.0)),
    y=Axis("relative_uptake", "uptake relative to 0.55 kDa, feed 100", "1", 0.01, 1.0, log=True),
    parameters=Parameters,
    curve=_curve,
    series=tuple(FEEDS),
    known="Uptake falls with molar mass, and about 520 PEG fill a 6-nm particle.",
    open="uptake of two molar masses at one feed, and of one mass at two feeds below 500, would fix both exponents",
)

TEST_POINTS = (
    TestPoint(relative_uptake, {"molar_mass": 0.55}, 1.0, "definition: the reference"),
    TestPoint(relative_uptake, {"molar_mass": 2.2}, 0.5, "arithmetic: 4^-0.5"),
    TestPoint(full_layer, {}, 522.51, "arithmetic: pi x 36 x 4.62", 1e-5),
)
