"""A packet of light in tissue: how far it flies, where it is scattered to, what a boundary sends back, when it ends.

    free path     -ln(1 - u), in mean free paths
    scattering    p(c) = (1 - g^2) / [2 (1 + g^2 - 2 g c)^(3/2)]                  Henyey-Greenstein, c = cos theta
    boundary      R = (r_s^2 + r_p^2) / 2                                         Fresnel, unpolarised
    roulette      a packet below 1e-4 survives with probability 0.1, ten times as heavy

u is uniform on [0, 1) by xoshiro256+. All functions are compiled; `goldshell.imaging.optics.device` compiles the same
source for a GPU, where only `add` differs.

References
----------
Wang, Jacques & Zheng, Comput. Methods Programs Biomed. 47 (1995) 131-146, doi:10.1016/0169-2607(95)01640-F
Henyey & Greenstein, Astrophys. J. 93 (1941) 70-83, doi:10.1086/144246
Blackman & Vigna, ACM Trans. Math. Softw. 47 (2021) 36, doi:10.1145/3460772 (xoshiro256+)
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

SMALL_WEIGHT, SURVIVAL = 1e-4, 0.1
FAR = 1e30  # mm; infinities and fast arithmetic do not go together
COMPILED: dict[str, Any] = {
    "nogil": True, "fastmath": {"contract", "arcp", "reassoc", "nsz", "afn"}, "error_model": "numpy",
}  # fmt: skip


@numba.njit(inline="always", **COMPILED)
def add(tally, index, amount):
    """Add to one cell of a tally."""
    tally[index] += amount


@numba.njit(inline="always", **COMPILED)
def uniform(s):
    """Random number in [0, 1); s is the state of the generator, (4,) of uint64."""
    result = s[0] + s[3]
    t = s[1] << np.uint64(17)
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = (s[3] << np.uint64(45)) | (s[3] >> np.uint64(19))
    return (result >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@numba.njit(inline="always", **COMPILED)
def free_path(s):
    """Way to the next interaction [mean free paths]."""
    return -math.log(1.0 - uniform(s))


@numba.njit(inline="always", **COMPILED)
def fresnel(incident, transmitted, cosine):
    """Reflectance of unpolarised light at a flat boundary, and the cosine behind it.

    Parameters
    ----------
    incident, transmitted : refractive indices [1]
    cosine : of the angle of incidence [1]

    Returns
    -------
    reflectance [1], 1 beyond the critical angle; cosine of the angle of refraction [1]
    """
    if incident == transmitted:
        return 0.0, cosine
    sine = incident / transmitted * math.sqrt(max(0.0, 1.0 - cosine * cosine))
    if sine >= 1.0:
        return 1.0, 0.0
    other = math.sqrt(1.0 - sine * sine)
    parallel = (transmitted * cosine - incident * other) / (transmitted * cosine + incident * other)
    crossed = (incident * cosine - transmitted * other) / (incident * cosine + transmitted * other)
    return 0.5 * (parallel * parallel + crossed * crossed), other


@numba.njit(inline="always", **COMPILED)
def scattered(s, g, ux, uy, uz):
    """Direction after scattering by Henyey-Greenstein."""
    if g == 0.0:
        cosine = 2.0 * uniform(s) - 1.0
    else:
        ratio = (1.0 - g * g) / (1.0 - g + 2.0 * g * uniform(s))
        cosine = (1.0 + g * g - ratio * ratio) / (2.0 * g)
        cosine = min(1.0, max(-1.0, cosine))
    sine = math.sqrt(1.0 - cosine * cosine)
    while True:  # a direction on the circle without trigonometry
        a = 2.0 * uniform(s) - 1.0
        b = 2.0 * uniform(s) - 1.0
        norm = a * a + b * b
        if 0.0 < norm <= 1.0:
            break
    norm = 1.0 / math.sqrt(norm)
    cos_phi = a * norm
    sin_phi = b * norm
    if abs(uz) > 0.99999:
        return sine * cos_phi, sine * sin_phi, cosine if uz > 0 else -cosine
    root = math.sqrt(1.0 - uz * uz)
    x = sine * (ux * uz * cos_phi - uy * sin_phi) / root + ux * cosine
    y = sine * (uy * uz * cos_phi + ux * sin_phi) / root + uy * cosine
    return x, y, -sine * cos_phi * root + uz * cosine


@numba.njit(inline="always", **COMPILED)
def roulette(s, weight):
    """Weight that a packet goes on with; 0 ends it."""
    if weight >= SMALL_WEIGHT:
        return weight
    if weight > 0.0 and uniform(s) < SURVIVAL:
        return weight / SURVIVAL
    return 0.0
