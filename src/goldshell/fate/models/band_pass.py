"""Renal band-pass: the sieving coefficient of a particle from its two sizes.

    theta = theta_0 high(d_h) low(d_c)
    high(d_h) = 1 / (1 + (d_h / d_high)^n_high)                  hydrodynamic diameter: the slits
    low(d_c)  = f + (1 - f) / (1 + (d_low / d_c)^n_low)          core diameter: the glycocalyx

Meaning: particles above ~6 nm do not pass the slits; below ~1 nm, a few gold atoms fewer make the urine of the first
hours 4 to 9 times poorer, since small clusters dwell in the glycocalyx. Between the edges the particle passes freely.

Limits: charge is left out. The low edge rests on four clusters (Au25, Au18, Au15, Au10-11) of one laboratory and is
solved from three ratios, exactly: no degree of freedom is left, and urine is not proportional to the coefficient when
much of the dose is filtered. These are starting values: fit the urine itself. A reversible trap (`glycocalyx_trap`)
explains the same four numbers and differs in the urine of the following days.

References
----------
Du et al., Nat. Nanotechnol. 12 (2017) 1096-1102, doi:10.1038/nnano.2017.170
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4 (the four values of urine; 6 nm)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the band-pass."""

    plateau: float = parameter(
        1.0, unit="1", source="renal-plateau-sieving", bounds=(0.0, 1.0), meaning="theta_0, between the edges"
    )
    high_edge_diameter: float = parameter(
        6.0, unit="nm", source="sang2024-glomerular-retained-size", bounds=(0.1, 100.0),
        meaning="d_high, hydrodynamic diameter at half of the plateau",
    )  # fmt: skip
    high_edge_steepness: float = parameter(
        8.0, unit="1", source="renal-high-edge-steepness", bounds=(0.1, 200.0), meaning="n_high"
    )
    low_edge_core_diameter: float = parameter(
        0.88697, unit="nm", source="renal-low-edge-core-diameter", bounds=(0.1, 10.0),
        meaning="d_low, core diameter at the middle of the low edge",
    )  # fmt: skip
    low_edge_steepness: float = parameter(
        34.476, unit="1", source="renal-low-edge-steepness", bounds=(0.1, 500.0), meaning="n_low"
    )
    low_edge_floor: float = parameter(
        0.097384, unit="1", source="renal-low-edge-floor", bounds=(0.0, 1.0), meaning="f, what the smallest cores keep"
    )


def high_edge(hydrodynamic_diameter: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Passage of the slits by hydrodynamic diameter, 1 / (1 + (d_h / d_high)^n_high).

    Parameters
    ----------
    hydrodynamic_diameter : d_h [nm]
    parameters : edges

    Returns
    -------
    array [1]
    """
    diameter = _positive(hydrodynamic_diameter, "hydrodynamic diameter")
    return np.asarray(
        np.exp(-np.logaddexp(0.0, parameters.high_edge_steepness * np.log(diameter / parameters.high_edge_diameter)))
    )


def low_edge(core_diameter: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Passage of the glycocalyx by core diameter, f + (1 - f) / (1 + (d_low / d_c)^n_low).

    Parameters
    ----------
    core_diameter : d_c [nm]
    parameters : edges

    Returns
    -------
    array [1]
    """
    ratio = np.log(parameters.low_edge_core_diameter / _positive(core_diameter, "core diameter"))
    passed = np.exp(-np.logaddexp(0.0, parameters.low_edge_steepness * ratio))
    return np.asarray(parameters.low_edge_floor + (1.0 - parameters.low_edge_floor) * passed)


def sieving_coefficient(
    core_diameter: ArrayLike, hydrodynamic_diameter: ArrayLike, parameters: Parameters = Parameters()
) -> Array:
    """Sieving coefficient of an unbound particle, theta_0 high(d_h) low(d_c).

    Parameters
    ----------
    core_diameter : d_c [nm]
    hydrodynamic_diameter : d_h [nm]
    parameters : plateau and edges

    Returns
    -------
    array [1]

    Raises
    ------
    InputError : a diameter is not above 0, or the particle is smaller than its core
    """
    core, whole = _positive(core_diameter, "core diameter"), _positive(hydrodynamic_diameter, "hydrodynamic diameter")
    if np.any(whole < core):
        raise InputError("the hydrodynamic diameter is below the core diameter", hint="are the two swapped?")
    return np.asarray(parameters.plateau * high_edge(whole, parameters) * low_edge(core, parameters))


def _positive(diameter: ArrayLike, name: str) -> Array:
    values = np.asarray(diameter, dtype=float)
    if not np.all(np.isfinite(values) & (values > 0)):
        raise InputError(f"a {name} of {diameter!r} nm", hint="write a diameter above 0 nm")
    return values


def _ratio(larger: float, smaller: float) -> float:
    return float(low_edge(larger) / low_edge(smaller))


# Diameters of spheres of the bulk volume of 25, 18, 15 and 10.5 gold atoms (lattice constant 0.40786 nm).
_AU25, _AU18, _AU15, _AU10 = 0.93211947, 0.83544092, 0.78618001, 0.69805238
TEST_POINTS = (
    TestPoint(high_edge, {"hydrodynamic_diameter": 6.0}, 0.5, "mathematical property: half at the edge"),
    TestPoint(
        _ratio, {"larger": _AU25, "smaller": _AU18}, 46.71 / 10.79, "Sang et al. 2024, from Du et al. 2017: urine", 1e-3
    ),
    TestPoint(
        _ratio, {"larger": _AU25, "smaller": _AU15}, 46.71 / 6.03, "Sang et al. 2024, from Du et al. 2017: urine", 1e-3
    ),
    TestPoint(
        _ratio, {"larger": _AU25, "smaller": _AU10}, 46.71 / 5.29, "Sang et al. 2024, from Du et al. 2017: urine", 1e-3
    ),
)
