"""Photon Monte Carlo in layered tissue: where light is absorbed, how much comes back, how much of a glow escapes.

Packets of light carry a weight; at every interaction the share mu_a / mu_t is absorbed, the rest scattered. What a
packet does stands in `goldshell.imaging.optics.photon`, where it is followed in `goldshell.imaging.optics.device`.

References
----------
Wang, Jacques & Zheng, Comput. Methods Programs Biomed. 47 (1995) 131-146, doi:10.1016/0169-2607(95)01640-F
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.imaging.optics.device import BATCHES, send, standard_error
from goldshell.imaging.optics.photon import COMPILED, FAR, add, free_path, fresnel, roulette, scattered, uniform
from goldshell.imaging.optics.tissue import OpticalProperties

Array = NDArray[np.float64]


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
    device: str = "cpu",
    cores: int | None = None,
) -> Light:
    """Send light into layered tissue from above, or from an isotropic point inside.

    Parameters
    ----------
    layers : from the top
    photons : packets, rounded up to fill all streams
    source_depth : of an isotropic point source; None for a beam straight from above [mm]
    seed : of the generators
    bins, deepest : depth bins and their end; 20 mm where the tissue is infinite [mm]
    rings, widest : rings of the light that leaves the top, and their end [mm]
    above, below : refractive indices outside [1]
    device : "cpu", or "gpu" for the same result on an NVIDIA GPU
    cores : threads of the CPU; all by default

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
    specular = fresnel(above, media[0, 3], 1.0)[0] if source_depth is None else 0.0
    inputs = (
        media, np.minimum(edges, FAR), -1.0 if source_depth is None else float(source_depth), 1.0 - specular,
        float(above), float(below), float(end), float(widest),
    )  # fmt: skip
    tallies = [np.zeros((BATCHES, cells)) for cells in (bins, rings, len(layers), 2)]
    sent = send(_trace, photons, inputs, tallies, seed=seed, device=device, cores=cores)
    depth_tally, ring_tally, layer_tally, out = (tally * (BATCHES / sent) for tally in tallies)
    width = end / bins
    middles: Array = (np.arange(bins, dtype=float) + 0.5) * width
    at = np.clip(np.searchsorted(edges, middles, side="right") - 1, 0, len(layers) - 1)
    per = np.where(media[at, 0] > 0, media[at, 0], np.nan) * width
    ends = np.linspace(0.0, widest, rings + 1)
    return Light(
        specular=specular,
        reflectance=float(out[:, 0].mean()),
        reflectance_error=float(standard_error(out[:, 0])),
        transmittance=float(out[:, 1].mean()),
        transmittance_error=float(standard_error(out[:, 1])),
        absorbed=layer_tally.mean(axis=0),
        absorbed_error=standard_error(layer_tally),
        depth=middles,
        fluence=depth_tally.mean(axis=0) / per,
        fluence_error=standard_error(depth_tally) / per,
        radius=0.5 * (ends[1:] + ends[:-1]),
        profile=ring_tally.mean(axis=0) / (np.pi * np.diff(ends**2)),
        photons=sent,
    )


@numba.njit(cache=True, **COMPILED)
def _trace(  # type: ignore[no-untyped-def]
    states, batch, packets, media, edges, source, entered, above, below, end, widest, depths, rings, absorbed, out
):
    """Follow packets of one batch, some from each state of the generator; rows of the tallies are added to."""
    depth_row, ring_row, layer_row, out_row = depths[batch], rings[batch], absorbed[batch], out[batch]
    layers = media.shape[0]
    per_depth = depth_row.size / end
    per_ring = ring_row.size / widest
    start_layer = 0
    if source >= 0.0:
        while source > edges[start_layer + 1]:
            start_layer += 1
    for stream in range(states.shape[0]):
        s = states[stream]
        for _ in range(packets):
            x, y, layer = 0.0, 0.0, start_layer
            if source < 0.0:
                z, ux, uy, uz, weight = 0.0, 0.0, 0.0, 1.0, entered
            else:
                z, weight = source, 1.0
                ux, uy, uz = scattered(s, 0.0, 0.0, 0.0, 1.0)
            alive = True
            while alive:
                free = free_path(s)  # in mean free paths
                while True:
                    mu_a, mu_s, g, index = media[layer, 0], media[layer, 1], media[layer, 2], media[layer, 3]
                    total = mu_a + mu_s
                    way = free / total
                    gap = FAR
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
                    reflected, cosine = fresnel(index, beyond, abs(uz))
                    if reflected > 0.0 and uniform(s) < reflected:
                        uz = -uz
                    elif nearby < 0 or nearby == layers:
                        if nearby < 0:
                            add(out_row, 0, weight)
                            radius = math.sqrt(x * x + y * y)
                            if radius < widest:
                                add(ring_row, min(int(radius * per_ring), ring_row.size - 1), weight)
                        else:
                            add(out_row, 1, weight)
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
                add(layer_row, layer, lost)
                if z < end:
                    add(depth_row, min(int(z * per_depth), depth_row.size - 1), lost)
                weight = roulette(s, weight - lost)
                if weight == 0.0:
                    break
                ux, uy, uz = scattered(s, g, ux, uy, uz)
