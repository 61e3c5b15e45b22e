"""Where packets of light are followed: on all cores, or on a GPU with the same result.

Packets go in streams of at most 256, each with its own random numbers, and streams in 32 batches, whose scatter gives
the standard errors. The number of packets and the seed alone fix the streams, so that one core, many cores and a GPU
follow the same packets; what differs is the order of sums, in the last digits.

A trace, ``trace(states, batch, packets, *inputs, *tallies)``, follows the packets of some streams of one batch. Its
source stands once: here it is compiled again for the GPU, a stream per thread, with sums that threads may share.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.imaging.optics import photon

Array = NDArray[np.float64]

DEVICES = ("cpu", "gpu")
BATCHES = 32
_STREAM = 256  # packets; shorter ones cost the CPU some percent, longer ones leave a GPU idle
_THREADS = 64  # per block of the GPU


def send(
    trace: Callable[..., None],
    photons: int,
    inputs: Sequence[Any],
    tallies: Sequence[Array],
    *,
    seed: int,
    device: str = "cpu",
    cores: int | None = None,
) -> int:
    """Follow packets; what they leave is added to the tallies.

    Parameters
    ----------
    trace : compiled, ``trace(states, batch, packets, *inputs, *tallies)``
    photons : packets, rounded up so that all streams are equally long
    inputs : arrays and numbers that the trace reads
    tallies : arrays whose first length divides the number of batches; the trace adds to the row of its batch
    seed : of the random numbers
    device : "cpu" or "gpu", where it is there (`usable`)
    cores : threads of the CPU; all by default

    Returns
    -------
    packets that were sent

    Raises
    ------
    InputError : no such device, or no packet
    """
    device, _ = usable(device)
    if photons < 1:
        raise InputError(f"{photons} photons", where="photons", hint="write 1000 or more")
    streams = -(-photons // (BATCHES * _STREAM))
    packets = -(-photons // (BATCHES * streams))
    states = np.random.SeedSequence(seed).generate_state(4 * BATCHES * streams, np.uint64)
    states = states.reshape(BATCHES, streams, 4)
    if device == "gpu":
        from numba import cuda

        on_gpu = [cuda.to_device(one) for one in tallies]
        given = [cuda.to_device(one) if isinstance(one, np.ndarray) else one for one in inputs]
        blocks = -(-BATCHES * streams // _THREADS)
        _kernel(trace)[blocks, _THREADS](cuda.to_device(states), packets, (*given, *on_gpu))
        for one, found in zip(tallies, on_gpu, strict=True):
            found.copy_to_host(one)
        return BATCHES * streams * packets
    rows = min(len(one) for one in tallies)  # two threads never add to one row

    def run(row: int) -> None:
        for batch in range(row * BATCHES // rows, (row + 1) * BATCHES // rows):
            trace(states[batch], batch, packets, *inputs, *tallies)

    with ThreadPoolExecutor(cores or os.cpu_count() or 1) as pool:
        list(pool.map(run, range(rows)))
    return BATCHES * streams * packets


def usable(device: str) -> tuple[str, tuple[str, ...]]:
    """The device to use: the one that was asked for, or the CPU and a notice where that one is not there.

    Parameters
    ----------
    device : "cpu" or "gpu"

    Returns
    -------
    device, warnings

    Raises
    ------
    InputError : no such device
    """
    if device not in DEVICES:
        raise InputError(f"no device {device!r}", where="device", hint="write cpu or gpu")
    if device == "gpu" and not _has_gpu():
        return "cpu", (
            "no GPU can be used here, so the CPU follows the photons (the result is the same): install goldshell[gpu] "
            "on a machine with an NVIDIA GPU and its driver",
        )
    return device, ()


def _has_gpu() -> bool:
    try:
        from numba import cuda
    except ImportError:
        return False
    return bool(cuda.is_available())


def standard_error(tally: Array) -> Array:
    """Standard error of the mean of the batches (first axis)."""
    return np.asarray(tally.std(axis=0, ddof=1) / np.sqrt(len(tally)))


def _stream_per_thread(states, packets, rest):  # type: ignore[no-untyped-def]
    """Body of the kernel; its names are those that `_kernel` gives it."""
    place = cuda.grid(1)  # type: ignore[name-defined]  # noqa: F821
    streams = states.shape[1]
    if place < states.shape[0] * streams:
        batch = place // streams
        state = cuda.local.array((1, 4), numba.uint64)  # type: ignore[name-defined]  # noqa: F821
        for k in range(4):
            state[0, k] = states[batch, place % streams, k]
        trace(state, batch, packets, *rest)  # type: ignore[name-defined]  # noqa: F821


def _shared_add(tally, index, amount):  # type: ignore[no-untyped-def]
    cuda.atomic.add(tally, index, amount)  # type: ignore[name-defined]  # noqa: F821


@cache
def _kernel(trace: Any) -> Any:
    """The trace and all compiled functions that it names, compiled for the GPU."""
    from numba import cuda

    names: dict[str, Any] = {**vars(photon), **trace.py_func.__globals__, "cuda": cuda, "numba": numba}
    sources = {name: one.py_func for name, one in names.items() if hasattr(one, "py_func")}
    for name, source in (sources | {"add": _shared_add, "trace": trace.py_func}).items():
        names[name] = cuda.jit(device=True)(FunctionType(source.__code__, names, name))
    return cuda.jit(FunctionType(_stream_per_thread.__code__, names, "packets"))
