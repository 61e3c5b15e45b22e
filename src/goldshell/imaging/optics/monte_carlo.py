"""Photon Monte Carlo in layered tissue: where light is absorbed, how much comes back, how much of a glow escapes.

Packets of light carry a weight; at every interaction the share mu_a / mu_t is absorbed, the rest scattered by
Henyey-Greenstein; Fresnel's equations decide at boundaries; packets of small weight play roulette. Batches are
independent, each with its own generator: the same seed gives the same result on any number of cores, and the scatter of
the batches gives the standard errors.

References
----------
Wang, Jacques & Zheng, Comput. Methods Programs Biomed. 47 (1995) 131-146, doi:10.1016/0169-2607(95)01640-F
Blackman & Vigna, ACM Trans. Math. Softw. 47 (2021) 36, doi:10.1145/3460772 (xoshiro256+)
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.imaging.optics.tissue import OpticalProperties

Array = NDArray[np.float64]

BATCHES = 32
_SMALL_WEIGHT, _SURVIVAL = 1e-4, 0.1
_FAR = 1e30  # mm; infinities and fast arithmetic do not go together
_OPTIONS: dict[str, Any] = {
    "nogil": True, "fastmath": {"contract", "arcp", "reassoc", "nsz", "afn"}, "error_model": "numpy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of tissue.

    Parameters
    ----------
    medium : optical properties
    thickness : [mm]; infinite for the last of a half space
    """

    medium: OpticalProperties
    thickness: float


@dataclass(frozen=True, slots=True)
class Light:
    """Result of a Monte Carlo run; all amounts are shares of the light that was sent.

    Parameters
    ----------
    specular : reflected before it entered [1]
    reflectance, reflectance_error : left through the top after entering, standard error [1]
    transmittance, transmittance_error : left through the bottom [1]
    absorbed, absorbed_error : per layer, (layers,) [1]
    depth : middles of the depth bins, (bins,) [mm]
    fluence, fluence_error : absorbed share over mu_a and bin width, (bins,) [1]: fluence rate per irradiance under a
        broad beam
    radius : middles of the rings, (rings,) [mm]
    profile : light leaving the top per area, (rings,) [1/mm2]
    photons : packets sent
    """

    specular: float
    reflectance: float
    reflectance_error: float
    transmittance: float
    transmittance_error: float
    absorbed: Array
    absorbed_error: Array
    depth: Array
    fluence: Array
    fluence_error: Array
    radius: Array
    profile: Array
    photons: int

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}


def simulate_layers(
    layers: Sequence[Layer],
    photons: int = 100_000,
    *,
    source_depth: float | None = None,
    seed: int = 1,
    bins: int = 100,
    deepest: float | None = None,
    rings: int = 50,
    widest: float = 10.0,
    above: float = 1.0,
    below: float = 1.0,
    cores: int | None = None,
) -> Light:
    """Send light into layered tissue from above, or from an isotropic point inside.

    Parameters
    ----------
    layers : from the top
    photons : packets, rounded up to a multiple of the batches
    source_depth : of an isotropic point source; None for a beam straight from above [mm]
    seed : of the generators
    bins, deepest : depth bins and their end; 20 mm where the tissue is infinite [mm]
    rings, widest : rings of the light that leaves the top, and their end [mm]
    above, below : refractive indices outside [1]
    cores : threads; all by default

    Returns
    -------
    Light

    Raises
    ------
    InputError : no layer, a thickness that is not above 0, a layer without interaction, a source outside
    """
    if not layers:
        raise InputError("no layer is given", where="layers")
    for number, layer in enumerate(layers, start=1):
        if not layer.thickness > 0:
            raise InputError(f"layer {number} is {layer.thickness:g} mm thick", hint="write a thickness above 0 mm")
        if layer.medium.absorption + layer.medium.scattering <= 0:
            raise InputError(f"layer {number} neither absorbs nor scatters", hint="leave it out")
        if np.isinf(layer.thickness) and number < len(layers):
            raise InputError(f"layer {number} is infinite and not the last", hint="give it a thickness")
    edges = np.concatenate([[0.0], np.cumsum([layer.thickness for layer in layers])])
    if photons < 1:
        raise InputError(f"{photons} photons", where="photons", hint="write 1000 or more")
    if source_depth is not None and not 0.0 < source_depth < edges[-1]:
        raise InputError(f"a source at {source_depth:g} mm is outside the tissue", where="source_depth")
    end = deepest if deepest is not None else (float(edges[-1]) if np.isfinite(edges[-1]) else 20.0)
    if not (end > 0 and widest > 0 and bins > 0 and rings > 0):
        raise InputError("bins, rings and their ends must be above 0")
    media = np.array(
        [
            [one.medium.absorption, one.medium.scattering, one.medium.anisotropy, one.medium.refractive_index]
            for one in layers
        ]
    )
    each = -(-photons // BATCHES)
    specular = 0.0
    if source_depth is None:
        specular = ((above - media[0, 3]) / (above + media[0, 3])) ** 2
    generators = np.random.SeedSequence(seed).spawn(BATCHES)
    depth_tally, ring_tally = np.zeros((BATCHES, bins)), np.zeros((BATCHES, rings))
    layer_tally, out = np.zeros((BATCHES, len(layers))), np.zeros((BATCHES, 2))

    def run(batch: int) -> None:
        _trace(
            generators[batch].generate_state(4, np.uint64), each, media, np.minimum(edges, _FAR),
            -1.0 if source_depth is None else source_depth, 1.0 - specular, above, below, end, widest,
            depth_tally[batch], ring_tally[batch], layer_tally[batch], out[batch],
        )  # fmt: skip

    with ThreadPoolExecutor(cores or os.cpu_count() or 1) as pool:
        list(pool.map(run, range(BATCHES)))
    for tally in (depth_tally, ring_tally, layer_tally, out):
        tally /= each
    width = end / bins
    middles: Array = (np.arange(bins, dtype=float) + 0.5) * width
    at = np.clip(np.searchsorted(edges, middles, side="right") - 1, 0, len(layers) - 1)
    per = np.where(media[at, 0] > 0, media[at, 0], np.nan) * width
    ends = np.linspace(0.0, widest, rings + 1)
    return Light(
        specular=specular,
        reflectance=float(out[:, 0].mean()),
        reflectance_error=float(_error(out[:, 0])),
        transmittance=float(out[:, 1].mean()),
        transmittance_error=float(_error(out[:, 1])),
        absorbed=layer_tally.mean(axis=0),
        absorbed_error=_error(layer_tally),
        depth=middles,
        fluence=depth_tally.mean(axis=0) / per,
        fluence_error=_error(depth_tally) / per,
        radius=0.5 * (ends[1:] + ends[:-1]),
        profile=ring_tally.mean(axis=0) / (np.pi * np.diff(ends**2)),
        photons=each * BATCHES,
    )


def _error(tally: Array) -> Array:
    """Standard error of the mean of the batches."""
    return np.asarray(tally.std(axis=0, ddof=1) / np.sqrt(len(tally)))


@numba.njit(inline="always", **_OPTIONS)
def _uniform(s):  # type: ignore[no-untyped-def]
    """Random number in [0, 1) by xoshiro256+."""
    result = s[0] + s[3]
    t = s[1] << np.uint64(17)
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = (s[3] << np.uint64(45)) | (s[3] >> np.uint64(19))
    return (result >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@numba.njit(inline="always", **_OPTIONS)
def _reflectance(n1, n2, cosine):  # type: ignore[no-untyped-def]
    """Fresnel reflectance of unpolarised light, and the cosine behind the boundary."""
    if n1 == n2:
        return 0.0, cosine
    sine = n1 / n2 * np.sqrt(max(0.0, 1.0 - cosine * cosine))
    if sine >= 1.0:
        return 1.0, 0.0
    other = np.sqrt(1.0 - sine * sine)
    parallel = (n2 * cosine - n1 * other) / (n2 * cosine + n1 * other)
    crossed = (n1 * cosine - n2 * other) / (n1 * cosine + n2 * other)
    return 0.5 * (parallel * parallel + crossed * crossed), other


@numba.njit(inline="always", **_OPTIONS)
def _scattered(s, g, ux, uy, uz):  # type: ignore[no-untyped-def]
    """Direction after scattering by Henyey-Greenstein."""
    if g == 0.0:
        cosine = 2.0 * _uniform(s) - 1.0
    else:
        ratio = (1.0 - g * g) / (1.0 - g + 2.0 * g * _uniform(s))
        cosine = (1.0 + g * g - ratio * ratio) / (2.0 * g)
        cosine = min(1.0, max(-1.0, cosine))
    sine = np.sqrt(1.0 - cosine * cosine)
    while True:  # a direction on the circle without trigonometry
        a = 2.0 * _uniform(s) - 1.0
        b = 2.0 * _uniform(s) - 1.0
        norm = a * a + b * b
        if 0.0 < norm <= 1.0:
            break
    norm = 1.0 / np.sqrt(norm)
    cos_phi = a * norm
    sin_phi = b * norm
    if abs(uz) > 0.99999:
        return sine * cos_phi, sine * sin_phi, cosine if uz > 0 else -cosine
    root = np.sqrt(1.0 - uz * uz)
    x = sine * (ux * uz * cos_phi - uy * sin_phi) / root + ux * cosine
    y = sine * (uy * uz * cos_phi + ux * sin_phi) / root + uy * cosine
    return x, y, -sine * cos_phi * root + uz * cosine


@numba.njit(cache=True, **_OPTIONS)
def _trace(s, photons, media, edges, source, entered, above, below, end, widest, depths, radii, absorbed, out):  # type: ignore[no-untyped-def]
    """Follow packets of one batch; tallies are added to."""
    layers = len(media)
    per_depth = len(depths) / end
    per_ring = len(radii) / widest
    start_layer = 0
    if source >= 0.0:
        while source > edges[start_layer + 1]:
            start_layer += 1
    for _ in range(photons):
        x, y, layer = 0.0, 0.0, start_layer
        if source < 0.0:
            z, ux, uy, uz, weight = 0.0, 0.0, 0.0, 1.0, entered
        else:
            z, weight = source, 1.0
            ux, uy, uz = _scattered(s, 0.0, 0.0, 0.0, 1.0)
        alive = True
        while alive:
            free = -np.log(1.0 - _uniform(s))  # in mean free paths
            while True:
                mu_a, mu_s, g, index = media[layer, 0], media[layer, 1], media[layer, 2], media[layer, 3]
                total = mu_a + mu_s
                way = free / total
                gap = _FAR
                if uz > 0.0:
                    gap = (edges[layer + 1] - z) / uz
                elif uz < 0.0:
                    gap = (edges[layer] - z) / uz
                if gap > way:
                    x += ux * way
                    y += uy * way
                    z += uz * way
                    break
                x += ux * gap
                y += uy * gap
                free -= gap * total
                down = uz > 0.0
                z = edges[layer + 1] if down else edges[layer]
                nearby = layer + 1 if down else layer - 1
                if nearby < 0:
                    beyond = above
                elif nearby == layers:
                    beyond = below
                else:
                    beyond = media[nearby, 3]
                reflected, cosine = _reflectance(index, beyond, abs(uz))
                if reflected > 0.0 and _uniform(s) < reflected:
                    uz = -uz
                elif nearby < 0 or nearby == layers:
                    if nearby < 0:
                        out[0] += weight
                        radius = np.sqrt(x * x + y * y)
                        if radius < widest:
                            radii[min(int(radius * per_ring), len(radii) - 1)] += weight
                    else:
                        out[1] += weight
                    alive = False
                    break
                else:
                    if index != beyond:
                        bend = index / beyond
                        ux *= bend
                        uy *= bend
                        uz = cosine if down else -cosine
                    layer = nearby
            if not alive:
                break
            lost = weight * mu_a / total
            weight -= lost
            absorbed[layer] += lost
            if z < end:
                depths[min(int(z * per_depth), len(depths) - 1)] += lost
            if weight < _SMALL_WEIGHT:
                if weight > 0.0 and _uniform(s) < _SURVIVAL:
                    weight /= _SURVIVAL
                else:
                    break
            ux, uy, uz = _scattered(s, g, ux, uy, uz)
