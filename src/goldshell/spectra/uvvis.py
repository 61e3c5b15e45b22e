"""Beer-Lambert: absorbance to concentration and back.

    A = epsilon c l + offset

Limits: monochromatic light, no scattering, one absorbing species; above an absorbance of about 2 stray light flattens
the curve.

References
----------
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z, Methods "Etching reaction kinetics investigation"
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.spectra.uvvis_io import AbsorbanceTrace

Array = NDArray[np.float64]

LINEAR_LIMIT = 2.0
"""Absorbance above which stray light is no longer negligible in ordinary instruments [1]."""


def absorbance(concentration: ArrayLike, epsilon: float, *, path_length: float = 1.0, offset: float = 0.0) -> Array:
    """Absorbance of a solution.

    Parameters
    ----------
    concentration : [mM]
    epsilon : molar absorption coefficient [1/(M cm)]
    path_length : [cm]
    offset : absorbance of the blank [1]

    Returns
    -------
    array [1]
    """
    return np.asarray(offset + per_millimolar(epsilon, path_length) * np.asarray(concentration, dtype=float))


def concentration(absorbance: ArrayLike, epsilon: float, *, path_length: float = 1.0, offset: float = 0.0) -> Array:
    """Concentration of the absorbing species; negative where the absorbance is below the offset.

    c = (A - offset) / (epsilon l)

    Parameters
    ----------
    absorbance : [1]
    epsilon : molar absorption coefficient [1/(M cm)]
    path_length : [cm]
    offset : absorbance of the blank [1]

    Returns
    -------
    array [mM]

    Raises
    ------
    InputError : epsilon or the path is not above 0
    """
    return np.asarray((np.asarray(absorbance, dtype=float) - offset) / per_millimolar(epsilon, path_length))


def per_millimolar(epsilon: float, path_length: float = 1.0) -> float:
    """Absorbance of 1 mM, epsilon l [1/mM].

    Raises
    ------
    InputError : epsilon or the path is not above 0
    """
    for name, value, unit in (("epsilon", epsilon, "1/(M cm)"), ("path length", path_length, "cm")):
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"{name} is {value:g} {unit}", hint="it must be above 0")
    return 1e-3 * epsilon * path_length


def trace_advice(trace: AbsorbanceTrace) -> list[str]:
    """What in a trace stands against Beer-Lambert: too much light absorbed, or none."""
    advice = []
    if trace.absorbance.max() > LINEAR_LIMIT:
        advice.append(
            f"{trace.name}: absorbance up to {trace.absorbance.max():.2f}; above {LINEAR_LIMIT:g} stray light bends "
            "it: dilute or use a shorter path"
        )
    if trace.absorbance.min() < -0.02:
        advice.append(f"{trace.name}: absorbance down to {trace.absorbance.min():.3f}: the blank absorbs more")
    return advice
