"""The GPU's path of the photon Monte Carlo: numba's simulator of CUDA, the compiler of CUDA, and no GPU at all."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from goldshell.errors import InputError
from goldshell.imaging.optics import Layer, OpticalProperties, simulate_layers

SAME_PACKETS = """
import json
import numpy as np
from goldshell.imaging.optics import Layer, OpticalProperties, device, simulate_layers, simulate_voxels

np.seterr(over="ignore")  # the random numbers' integers, which Python's scalars warn of
device._STREAM = 2  # several streams, and so several threads, in a batch
first, second = OpticalProperties(1.0, 4.0, 0.75, 1.37), OpticalProperties(2.0, 5.0, 0.0, 1.37)
layers = [Layer(first, 0.2), Layer(OpticalProperties(2.0, 3.0, 0.9, 1.5), 0.3)]
labels = np.zeros((6, 6, 5), int)
labels[2:4, 2:4, 1:3] = 1
runs = {
    "beam": lambda on: simulate_layers(layers, 192, bins=20, rings=20, device=on),
    "source": lambda on: simulate_layers(layers, 128, source_depth=0.1, bins=20, rings=20, device=on),
    "voxels": lambda on: simulate_voxels(labels, [first, second], 0.1, 192, device=on),
}
worst = {}
for name, run in runs.items():
    cpu, gpu = run("cpu").to_dict(), run("gpu").to_dict()
    assert cpu["photons"] == gpu["photons"] >= 128
    worst[name] = max(float(np.nanmax(np.abs(np.asarray(cpu[key]) - gpu[key]))) for key in cpu)
print(json.dumps({"worst": worst, "kernels": device._kernel.cache_info().currsize}))
"""

COMPILED = """
import sys
from types import SimpleNamespace
from numba import cuda, types
from goldshell.imaging.optics import device, monte_carlo, voxels

for module in list(sys.modules.values()):  # functions that a kernel calls are compiled for the device that is there
    if hasattr(module, "get_current_device"):
        module.get_current_device = lambda: SimpleNamespace(compute_capability=(9, 0))
number, whole = types.float64, types.int64
table = {n: types.Array(number, n, "C") for n in (1, 2, 3, 4)}
states, labels = types.Array(types.uint64, 3, "C"), types.Array(types.int32, 3, "C")
inputs = {
    monte_carlo._trace: (table[2], table[1], *(number,) * 6, *(table[2],) * 4),
    voxels._trace: (labels, table[2], *(number,) * 5, table[1], table[4], table[3], table[2]),
}
for trace, given in inputs.items():
    signature = types.void(states, whole, types.Tuple(given))
    code, _ = cuda.compile_ptx(device._kernel(trace).py_func, signature, cc=(9, 0), device=False)
    print(code.count("atom.global.add.f64"), code.count("ld.local"))
"""


def _python(script: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_gpu_and_cpu_follow_the_same_packets() -> None:
    """Property, in the simulator: all tallies agree but for the order of sums."""
    found = json.loads(_python(SAME_PACKETS, NUMBA_ENABLE_CUDASIM="1"))
    assert found["kernels"] == 2
    assert set(found["worst"]) == {"beam", "source", "voxels"}
    assert max(found["worst"].values()) < 1e-9


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("numba_cuda", "nvidia")), reason="needs goldshell[gpu]"
)
def test_kernels_compile_for_a_gpu() -> None:
    """NVIDIA's compiler takes both kernels; sums are atomic, the state of the generator stays in registers."""
    for line in _python(COMPILED).splitlines():
        atomic, local = (int(word) for word in line.split())
        assert atomic >= 4
        assert local == 0


def test_without_a_gpu_the_cpu_answers_with_one_line(goldshell: Any, tmp_path: Any) -> None:
    from numba import cuda

    if cuda.is_available():
        pytest.skip("there is a GPU")
    slab = [Layer(OpticalProperties(1.0, 9.0, 0.75, 1.0), 0.2)]
    asked, given = (simulate_layers(slab, 1000, device=device) for device in ("gpu", "cpu"))
    assert asked.reflectance == given.reflectance
    with pytest.raises(InputError, match="tpu"):
        simulate_layers(slab, 1000, device="tpu")
    (tmp_path / "depth.yaml").write_text(
        "probe: {molar_absorption: 8000 1/(M*cm), quantum_yield: 0.01}\n"
        "camera: {irradiance: 70 mW/cm^2, numerical_aperture: 0.05, throughput: 0.3, pixel: 0.1 mm, dark: 100 1/s, "
        "read_noise: 3}\ndepths: [4 mm]\nexposures: [1 s]\n"
    )
    on_gpu = goldshell("image", "depth", tmp_path / "depth.yaml", "--device", "gpu", "--json")
    on_cpu = goldshell("image", "depth", tmp_path / "depth.yaml", "--json")
    assert on_gpu.json == on_cpu.json
    assert sum("goldshell[gpu]" in line for line in on_gpu.err.splitlines()) == 1
    refused = goldshell("image", "depth", tmp_path / "depth.yaml", "--device", "tpu")
    assert refused.code == 2
