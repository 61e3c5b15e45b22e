"""Photon Monte Carlo in voxels: an animal from a label image, lit by a broad or a narrow beam from above.

As `goldshell.imaging.optics.monte_carlo`, with a medium per voxel and one refractive index throughout; Fresnel's
equations hold at the outer faces.

References
----------
Fang & Boas, Opt. Express 17 (2009) 20178-20190, doi:10.1364/OE.17.020178
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.files import write_atomically
from goldshell.imaging.optics.device import BATCHES, send, standard_error
from goldshell.imaging.optics.photon import COMPILED, FAR, add, free_path, fresnel, roulette, scattered, uniform
from goldshell.imaging.optics.tissue import OpticalProperties

Array = NDArray[np.float64]

_MOST_CELLS = 2**25  # of all copies of the tally, 256 MB


@dataclass(frozen=True, slots=True)
class VoxelLight:
    """Result of a run in voxels; amounts are shares of the light that was sent.

    Parameters
    ----------
    specular : reflected before it entered [1]
    reflectance, reflectance_error : left through the top face after entering [1]
    left : left through any other face [1]
    absorbed : per voxel, as the labels [1]
    fluence : absorbed share over mu_a and voxel volume [1/mm2]
    image : light leaving the top per pixel (x, y) [1]
    photons : packets sent
    """

    specular: float
    reflectance: float
    reflectance_error: float
    left: float
    absorbed: Array
    fluence: Array
    image: Array
    photons: int

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def write_fluence(self, path: Path) -> None:
        """Write the fluence as a TIFF of 32-bit floats, one slice per depth.

        Parameters
        ----------
        path : the file
        """
        import tifffile

        held = BytesIO()
        tifffile.imwrite(held, self.fluence.transpose(2, 1, 0).astype(np.float32), photometric="minisblack")
        write_atomically(path, held.getvalue())


def simulate_voxels(
    labels: NDArray[np.integer[Any]],
    media: Sequence[OpticalProperties],
    voxel: float,
    photons: int = 100_000,
    *,
    beam_radius: float | None = None,
    source: tuple[float, float, float] | None = None,
    seed: int = 1,
    outside: float = 1.0,
    device: str = "cpu",
    cores: int | None = None,
) -> VoxelLight:
    """Send light into a block of voxels from above, or from an isotropic point inside.

    Parameters
    ----------
    labels : number of the medium in each voxel, (x, y, z), z downwards
    media : optical properties by number, all of one refractive index
    voxel : edge [mm]
    photons : packets, rounded up to fill all streams
    beam_radius : of a beam on the middle of the top; None lights the whole top [mm]
    source : x, y, z of an isotropic point, in place of the beam [mm]
    seed : of the generators
    outside : refractive index outside [1]
    device : "cpu", or "gpu" for the same result on an NVIDIA GPU
    cores : threads of the CPU; all by default

    Returns
    -------
    VoxelLight

    Raises
    ------
    InputError : labels without a medium, media of several refractive indices, an empty block, a source outside
    """
    block = np.ascontiguousarray(labels, dtype=np.int32)
    if block.ndim != 3 or block.size == 0:
        raise InputError(f"labels of shape {block.shape}", where="labels", hint="give a block (x, y, z)")
    if block.min() < 0 or block.max() >= len(media):
        raise InputError(f"label {block.max()} with {len(media)} media", where="labels", hint="number the media from 0")
    indices = {one.refractive_index for one in media}
    if len(indices) != 1:
        raise InputError("media of several refractive indices", where="media", hint="use layers, or one index")
    if any(one.absorption + one.scattering <= 0 for one in media):
        raise InputError("a medium neither absorbs nor scatters", where="media")
    if not (voxel > 0 and np.isfinite(voxel)):
        raise InputError(f"a voxel of {voxel:g} mm", where="voxel", hint="write an edge above 0 mm")
    size = np.array(block.shape) * voxel
    if source is not None and not all(0.0 < at < end for at, end in zip(source, size, strict=True)):
        raise InputError(f"a source at {source} mm is outside the block", where="source")
    if beam_radius is not None and not 0.0 < beam_radius <= 0.5 * float(min(size[:2])):
        raise InputError(f"a beam of {beam_radius:g} mm radius does not fit the block", where="beam_radius")
    table = np.array([[one.absorption, one.scattering, one.anisotropy] for one in media])
    index = indices.pop()
    specular = 0.0 if source is not None else fresnel(outside, index, 1.0)[0]
    point = np.array(source if source is not None else (-1.0, -1.0, -1.0), dtype=float)
    inputs = (
        block, table, float(voxel), index, float(outside), 1.0 - specular,
        -1.0 if beam_radius is None else float(beam_radius), point,
    )  # fmt: skip
    out = np.zeros((BATCHES, 2))
    groups = next(number for number in (BATCHES, 16, 8, 4) if number * block.size <= _MOST_CELLS or number == 4)
    absorbed, image = np.zeros((groups, *block.shape)), np.zeros((groups, *block.shape[:2]))
    sent = send(_trace, photons, inputs, (absorbed, image, out), seed=seed, device=device, cores=cores)
    share = absorbed.sum(axis=0) / sent
    mu_a = table[block, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        fluence = np.where(mu_a > 0, share / (mu_a * voxel**3), np.nan)
    out *= BATCHES / sent
    return VoxelLight(
        specular, float(out[:, 0].mean()), float(standard_error(out[:, 0])), float(out[:, 1].mean()), share, fluence,
        image.sum(axis=0) / sent, sent,
    )  # fmt: skip


@numba.njit(cache=True, **COMPILED)
def _trace(states, batch, packets, labels, media, voxel, index, outside, entered, beam, point, absorbed, image, out):  # type: ignore[no-untyped-def]
    """Follow packets of one batch, some from each state; rows of the tallies are added to. Lengths in voxels."""
    group = batch * absorbed.shape[0] // out.shape[0]
    cells, pixels, out_row = absorbed[group], image[group], out[batch]
    nx, ny, nz = labels.shape
    for stream in range(states.shape[0]):
        s = states[stream]
        for _ in range(packets):
            if point[0] >= 0.0:
                x, y, z = point[0] / voxel, point[1] / voxel, point[2] / voxel
                weight = 1.0
                ux, uy, uz = scattered(s, 0.0, 0.0, 0.0, 1.0)
            else:
                weight, z = entered, 0.0
                ux, uy, uz = 0.0, 0.0, 1.0
                if beam < 0.0:
                    x, y = nx * uniform(s), ny * uniform(s)
                else:
                    while True:
                        a = 2.0 * uniform(s) - 1.0
                        b = 2.0 * uniform(s) - 1.0
                        if a * a + b * b <= 1.0:
                            break
                    x, y = 0.5 * nx + a * beam / voxel, 0.5 * ny + b * beam / voxel
            i, j, k = min(int(x), nx - 1), min(int(y), ny - 1), min(int(z), nz - 1)
            alive = True
            while alive:
                free = free_path(s)
                while True:
                    label = labels[i, j, k]
                    mu_a, mu_s, g = media[label, 0], media[label, 1], media[label, 2]
                    total = (mu_a + mu_s) * voxel
                    way = free / total
                    gap, axis = FAR, 0
                    if ux != 0.0:
                        one = ((i + 1 if ux > 0.0 else i) - x) / ux
                        if one < gap:
                            gap, axis = one, 0
                    if uy != 0.0:
                        one = ((j + 1 if uy > 0.0 else j) - y) / uy
                        if one < gap:
                            gap, axis = one, 1
                    if uz != 0.0:
                        one = ((k + 1 if uz > 0.0 else k) - z) / uz
                        if one < gap:
                            gap, axis = one, 2
                    gap = max(gap, 0.0)
                    if gap > way:
                        x += ux * way
                        y += uy * way
                        z += uz * way
                        break
                    x += ux * gap
                    y += uy * gap
                    z += uz * gap
                    free -= gap * total
                    step_i, step_j, step_k = 0, 0, 0
                    if axis == 0:
                        step_i = 1 if ux > 0.0 else -1
                        cosine = abs(ux)
                    elif axis == 1:
                        step_j = 1 if uy > 0.0 else -1
                        cosine = abs(uy)
                    else:
                        step_k = 1 if uz > 0.0 else -1
                        cosine = abs(uz)
                    at_i, at_j, at_k = i + step_i, j + step_j, k + step_k
                    if 0 <= at_i < nx and 0 <= at_j < ny and 0 <= at_k < nz:
                        i, j, k = at_i, at_j, at_k
                        continue
                    if uniform(s) < fresnel(index, outside, cosine)[0]:
                        if axis == 0:
                            ux = -ux
                        elif axis == 1:
                            uy = -uy
                        else:
                            uz = -uz
                        continue
                    if axis == 2 and step_k < 0:
                        add(out_row, 0, weight)
                        add(pixels, (i, j), weight)
                    else:
                        add(out_row, 1, weight)
                    alive = False
                    break
                if not alive:
                    break
                lost = weight * mu_a / (mu_a + mu_s)
                add(cells, (i, j, k), lost)
                weight = roulette(s, weight - lost)
                if weight == 0.0:
                    break
                ux, uy, uz = scattered(s, g, ux, uy, uz)
