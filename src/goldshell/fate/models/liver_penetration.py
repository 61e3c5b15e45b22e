"""Where in the liver and the spleen gold of 1.4 to 2.4 nm stays, by core diameter.

    beyond the sinusoids   s(d) = 1 / (1 + (d_half / d)^n)
    let go again           k_rel(d) = k_0 (1 - s(d))

Meaning: all particles below 3 nm pass the fenestrae (50 to 200 nm) of the sinusoids; whether they stay in the tissue
behind depends on a few tenths of a nanometre. At 6 h, 2.4-nm particles lie throughout liver and spleen, 1.8-nm ones
mainly in the sinusoids, and Au25(MPS)18 (1.4 nm) is hardly found.

Limits: S has words, no numbers. "Mainly in the sinusoids" is s(1.8 nm) < 1/2 and "throughout" s(2.4 nm) > 1/2, so that
d_half lies between 1.8 and 2.4 nm; the steepness n is not determined (`least_steepness` gives what a threshold for
"hardly found" would ask), and neither is k_0. The names are upper ends of size ranges that overlap (1.4 to 1.8 and 1.4
to 2.4 nm).

References
----------
Cai et al. (2023) and Wang et al. (2015), as reported by Sang et al., Nano-Micro Lett. 16 (2024) 44,
doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the penetration."""

    half_diameter: float = parameter(
        2.1, unit="nm", source="liver-penetration-half-diameter", bounds=(0.1, 50.0),
        meaning="d_half, core diameter at which half lies beyond the sinusoids",
    )  # fmt: skip
    steepness: float = parameter(
        8.0, unit="1", source="liver-penetration-steepness", bounds=(0.1, 200.0), meaning="n, not determined by S"
    )
    k_release: float = parameter(
        0.0289, unit="1/h", source="liver-release-rate", bounds=(0.0, 1e3),
        meaning="k_0, release of what is in the sinusoids, not determined by S",
    )  # fmt: skip


def tissue_fraction(core_diameter: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share of an organ's gold that lies beyond the sinusoids.

    Parameters
    ----------
    core_diameter : d [nm]
    parameters : those of the model

    Returns
    -------
    array [1]

    Raises
    ------
    InputError : a diameter is not above 0
    """
    core = np.asarray(core_diameter, dtype=float)
    if not np.all(np.isfinite(core) & (core > 0)):
        raise InputError(f"a core diameter of {core_diameter!r} nm", hint="write a diameter above 0 nm")
    ratio = np.log(parameters.half_diameter / core)
    return np.asarray(np.exp(-np.logaddexp(0.0, parameters.steepness * ratio)))


def release_rate(core_diameter: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Rate constant of release to blood, k_0 (1 - s): the k_release of the minimal model.

    Parameters
    ----------
    core_diameter : d [nm]
    parameters : those of the model

    Returns
    -------
    array [1/h]
    """
    return np.asarray(parameters.k_release * (1.0 - tissue_fraction(core_diameter, parameters)))


def least_steepness(threshold: float, half_diameter: float) -> float:
    """Steepness that "hardly found" (s < threshold) at 1.4 nm and "throughout" (s > 1 - threshold) at 2.4 nm ask for.

    Parameters
    ----------
    threshold : below which gold counts as hardly found [1]
    half_diameter : d_half between 1.4 and 2.4 [nm]

    Returns
    -------
    lower limit of n [1]

    Raises
    ------
    InputError : the threshold is not between 0 and 1/2, or d_half not between the two sizes
    """
    if not 0.0 < threshold < 0.5:
        raise InputError(f"a threshold of {threshold:g}", hint="write a share between 0 and 0.5")
    if not 1.4 < half_diameter < 2.4:
        raise InputError(f"a half diameter of {half_diameter:g} nm", hint="write one between 1.4 and 2.4 nm")
    odds = math.log((1.0 - threshold) / threshold)
    return odds / math.log(min(half_diameter / 1.4, 2.4 / half_diameter))


def _mainly_in_tissue(diameter: float) -> float:
    return float(tissue_fraction(diameter) > 0.5)


TEST_POINTS = (
    TestPoint(tissue_fraction, {"core_diameter": 2.1}, 0.5, "mathematical property: half at d_half"),
    TestPoint(_mainly_in_tissue, {"diameter": 1.8}, 0.0, "Sang et al. 2024: 1.8 nm, mainly in the sinusoids"),
    TestPoint(_mainly_in_tissue, {"diameter": 2.4}, 1.0, "Sang et al. 2024: 2.4 nm, throughout"),
    TestPoint(release_rate, {"core_diameter": 1e-3}, 0.0289, "mathematical property: nothing held, k_0"),
)
