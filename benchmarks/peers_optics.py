"""Photon Monte Carlo: photons per second for the van de Hulst slab with a depth tally, beside pmcxcl where it is there.

Slab of albedo 0.9, g 0.75, optical depth 2, matched boundaries (R 0.09739, T 0.66096). pmcxcl (GPL; a separate program,
never a dependency) needs an OpenCL driver and simulates the slab in voxels, as goldshell's voxel kernel does; packets
that leave by the sides count as transmitted in both. Where PoCL is the driver, its compiler must be loaded before
pmcxcl's own libraries (LD_PRELOAD=libpocl.so.2:libclang-cpp.so.15). Run ``python benchmarks/peers_optics.py``.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from goldshell.imaging.optics import Layer, OpticalProperties, simulate_layers, simulate_voxels

PHOTONS = 2_000_000
VOXEL_PHOTONS = 1_000_000
SLAB = OpticalProperties(1.0, 9.0, 0.75, 1.0)
VOXEL, SHAPE = 0.02, (100, 100, 10)


def compare() -> list[dict[str, Any]]:
    """One row per program: photons per second of wall and of CPU time, reflectance and transmittance."""
    simulate_layers([Layer(SLAB, 0.2)], 1000)  # compile
    simulate_voxels(np.zeros(SHAPE, int), [SLAB], VOXEL, 1000)
    rows = []
    light, wall, cpu = _timed(lambda: simulate_layers([Layer(SLAB, 0.2)], PHOTONS))
    rows.append(_row("goldshell, layers, depth tally", PHOTONS, wall, cpu, light.reflectance, light.transmittance))
    voxels, wall, cpu = _timed(
        lambda: simulate_voxels(np.zeros(SHAPE, int), [SLAB], VOXEL, VOXEL_PHOTONS, beam_radius=VOXEL)
    )
    rows.append(_row("goldshell, voxels", VOXEL_PHOTONS, wall, cpu, voxels.reflectance, voxels.left))
    try:
        import pmcxcl
    except (ImportError, OSError):
        print("pmcxcl is left out: not installed, or no OpenCL driver")
        return rows
    setting = {
        "nphoton": VOXEL_PHOTONS, "vol": np.ones(SHAPE, dtype=np.uint8), "tstart": 0, "tend": 5e-9, "tstep": 5e-9,
        "srcpos": [SHAPE[0] / 2, SHAPE[1] / 2, 0], "srcdir": [0, 0, 1], "issrcfrom0": 1, "unitinmm": VOXEL,
        "prop": [[0, 0, 1, 1], [SLAB.absorption, SLAB.scattering, SLAB.anisotropy, SLAB.refractive_index]],
        "isreflect": 0, "issaveexit": 1, "bc": "______111111", "maxdetphoton": VOXEL_PHOTONS, "seed": 7,
    }  # fmt: skip
    pmcxcl.run(setting)  # compile
    found, wall, cpu = _timed(lambda: pmcxcl.run(setting))
    _, path, _, _, z, *_ = found["detp"]  # of packets that left: path in the medium and height, in voxels
    weight = np.exp(-SLAB.absorption * VOXEL * path) / VOXEL_PHOTONS
    back = z < 0.5
    rows.append(_row("pmcxcl, voxels", VOXEL_PHOTONS, wall, cpu, weight[back].sum(), weight[~back].sum()))
    return rows


def _timed(call: Any) -> tuple[Any, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return found, time.perf_counter() - wall, time.process_time() - cpu


def _row(program: str, photons: int, wall: float, cpu: float, back: float, through: float) -> dict[str, Any]:
    return {"program": program, "wall": photons / wall, "cpu": photons / cpu, "R": back, "T": through}


def main() -> None:
    """Print the table."""
    for row in compare():
        print(
            f"{row['program']:<32} {row['wall'] / 1e6:7.3f} M photons/s, {row['cpu'] / 1e6:7.3f} M per CPU second   "
            f"R {row['R']:.4f} T {row['T']:.4f}"
        )


if __name__ == "__main__":
    main()
