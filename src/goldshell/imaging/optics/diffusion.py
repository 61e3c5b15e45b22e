"""Diffusion theory of light in a half space of tissue, with a refusal where it does not hold.

    D = 1 / (3 (mu_a + mu_s')),  mu_eff = sqrt(mu_a / D),  z_b = 2 D (1 + R) / (1 - R)

The fluence vanishes at -z_b (extrapolated boundary). A broad beam acts as a plane of sources at z' = 1/(mu_a + mu_s'):

    phi(z) = [exp(-mu_eff |z - z'|) - exp(-mu_eff (z + z' + 2 z_b))] / (2 D mu_eff)       per unit of incident light
    escape E(z) = [exp(-mu_eff z) + exp(-mu_eff (z + 2 z_b))] / 2                         of an isotropic source

R is the internal reflection of diffuse light, integrated over angles from Fresnel's equations. Diffusion needs
mu_s' >= 10 mu_a and a depth of some transport mean free paths; elsewhere it is refused, and Monte Carlo is the answer.

References
----------
Haskell et al., J. Opt. Soc. Am. A 11 (1994) 2727-2741, doi:10.1364/JOSAA.11.002727
Farrell et al., Med. Phys. 19 (1992) 879-888, doi:10.1118/1.596777
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad

from goldshell.errors import AnalysisError, InputError
from goldshell.imaging.optics.photon import fresnel
from goldshell.imaging.optics.tissue import OpticalProperties

Array = NDArray[np.float64]

LEAST_SCATTERING = 10.0  # mu_s' / mu_a below which diffusion is refused
LEAST_DEPTH = 2.0  # transport mean free paths from the surface


def effective_attenuation(medium: OpticalProperties) -> float:
    """mu_eff = sqrt(3 mu_a (mu_a + mu_s')).

    Parameters
    ----------
    medium : of one layer

    Returns
    -------
    float [1/mm]
    """
    return math.sqrt(3.0 * medium.absorption * (medium.absorption + medium.reduced_scattering))


def internal_reflection(refractive_index: float) -> float:
    """Effective internal reflection R of diffuse light at the surface to air.

    R = (R_phi + R_j) / (2 - R_phi + R_j),  R_phi = int 2 c R(c) dc,  R_j = int 3 c^2 R(c) dc

    Parameters
    ----------
    refractive_index : of the tissue [1]

    Returns
    -------
    float [1]
    """
    critical = math.sqrt(max(0.0, 1.0 - 1.0 / refractive_index**2))  # reflectance has a kink there
    fluence, flux = (
        sum(
            quad(lambda c, p=power: (p + 1) * c**p * fresnel(refractive_index, 1.0, c)[0], low, high)[0]
            for low, high in ((0.0, critical), (critical, 1.0))
        )
        for power in (1, 2)
    )
    return float((fluence + flux) / (2.0 - fluence + flux))


def boundary_distance(medium: OpticalProperties) -> float:
    """z_b, from the surface to where the fluence is taken to vanish.

    Parameters
    ----------
    medium : half space

    Returns
    -------
    float [mm]
    """
    reflected = internal_reflection(medium.refractive_index)
    diffusivity = 1.0 / (3.0 * (medium.absorption + medium.reduced_scattering))
    return 2.0 * diffusivity * (1.0 + reflected) / (1.0 - reflected)


def fluence(medium: OpticalProperties, depths: ArrayLike) -> Array:
    """Fluence rate under a broad beam of unit irradiance that enters the tissue.

    Parameters
    ----------
    medium : half space
    depths : [mm]

    Returns
    -------
    array [1], per unit of irradiance beneath the surface

    Raises
    ------
    AnalysisError : diffusion does not hold
    """
    z = _checked(medium, depths)
    total = medium.absorption + medium.reduced_scattering
    decay, source, beyond = effective_attenuation(medium), 1.0 / total, boundary_distance(medium)
    waves = np.exp(-decay * np.abs(z - source)) - np.exp(-decay * (z + source + 2.0 * beyond))
    return np.asarray(1.5 * total / decay * waves)


def escape(medium: OpticalProperties, depths: ArrayLike) -> Array:
    """Share of the light of an isotropic source that leaves through the surface.

    Parameters
    ----------
    medium : half space
    depths : of the source [mm]

    Returns
    -------
    array [1]

    Raises
    ------
    AnalysisError : diffusion does not hold
    """
    z = _checked(medium, depths)
    decay, beyond = effective_attenuation(medium), boundary_distance(medium)
    return np.asarray(0.5 * (np.exp(-decay * z) + np.exp(-decay * (z + 2.0 * beyond))))


def holds(medium: OpticalProperties, depth: float) -> bool:
    """Whether diffusion theory may be used at a depth.

    Parameters
    ----------
    medium : half space
    depth : [mm]
    """
    return (
        medium.reduced_scattering >= LEAST_SCATTERING * medium.absorption
        and depth * (medium.absorption + medium.reduced_scattering) >= LEAST_DEPTH
    )


def _checked(medium: OpticalProperties, depths: ArrayLike) -> Array:
    z = np.asarray(depths, dtype=float)
    if not np.all(np.isfinite(z) & (z >= 0)):
        raise InputError("a depth must be a number of 0 mm or more", where="depth")
    ratio = medium.reduced_scattering / medium.absorption if medium.absorption else math.inf
    if ratio < LEAST_SCATTERING:
        raise AnalysisError(
            f"diffusion does not hold: mu_s' is {ratio:.2g} times mu_a, not {LEAST_SCATTERING:g} or more",
            hint="use Monte Carlo",
        )
    path = 1.0 / (medium.absorption + medium.reduced_scattering)
    if z.size and float(z.min()) < LEAST_DEPTH * path:
        raise AnalysisError(
            f"diffusion does not hold within {LEAST_DEPTH * path:.2g} mm of the surface",
            hint="use Monte Carlo there",
        )
    return z
