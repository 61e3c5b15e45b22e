"""Tasks on a Dask cluster: the same chunks, sent to ``tcp://host:port`` (extra ``cluster``).

Start workers with one thread each (``dask worker tcp://... --nthreads 1 --nworkers N``); Dask gives each one BLAS
thread. A chunk whose worker is lost is sent again by Dask; one that ends worker after worker is done task by task.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from typing import Any

from goldshell.engine.batch import Outcome
from goldshell.engine.chunks import Chunks, work
from goldshell.errors import AnalysisError, InputError

_CONNECT_S = 5
_AHEAD = 2  # chunks in hand of each worker, so that none waits for the network


def connect(scheduler: str) -> tuple[Any, int]:
    """A client of the cluster and the number of its workers' threads.

    Raises
    ------
    InputError : Dask is not installed, nobody answers at the address
    AnalysisError : no workers, or another version of goldshell on them
    """
    try:
        import distributed
    except ModuleNotFoundError as problem:
        raise InputError(
            "Dask is not installed", where="--scheduler", hint="pip install 'goldshell[cluster]'"
        ) from problem
    try:
        client = distributed.Client(scheduler, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as problem:
        raise InputError(
            f"no Dask scheduler answers at {scheduler}", where="--scheduler", hint="write it as tcp://host:8786"
        ) from problem
    try:
        slots = sum(client.nthreads().values())
        if not slots:
            raise AnalysisError(
                f"the Dask cluster at {scheduler} has no workers", hint=f"start one: dask worker {scheduler}"
            )
        here = version("goldshell")
        for address, there in client.run(version, "goldshell", on_error="return").items():
            if there != here:
                found = there if isinstance(there, str) else "none"
                raise AnalysisError(
                    f"the Dask worker {address} has goldshell {found}, here is {here}",
                    hint="install the same version there",
                )
    except BaseException:
        client.close()
        raise
    return client, slots


def execute(
    function: Callable[[Any], Any], tasks: Sequence[Any], chunks: Chunks, client: Any
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of one chunk after the other, in the order in which they are done; closes the client.

    Parameters
    ----------
    function : of one task; it, the tasks and the values go through pickle
    tasks : all tasks
    chunks : which of them are to be done
    client : of `connect`

    Raises
    ------
    AnalysisError : the cluster was lost
    """
    begun = time.perf_counter()
    running: dict[Any, list[int]] = {}
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def send() -> None:
        if chunk := chunks.take():
            items = [(index, tasks[index]) for index in chunk]
            future = client.submit(work, function, items, pure=False)
            running[future] = chunk
            future.add_done_callback(finished.put)

    try:
        for _ in range(_AHEAD * chunks.slots):
            send()
        while running:
            future = finished.get()
            chunk = running.pop(future)
            if future.status == "finished":
                outcomes = future.result()
                chunks.learn(outcomes)
            elif client.status != "running":
                raise AnalysisError("the connection to the Dask cluster was lost")
            elif len(chunk) == 1:
                why = " ".join(str(future.exception()).split())
                outcomes = [Outcome(chunk[0], None, f"the task ended its Dask workers: {why}")]
            else:
                chunks.put_back(chunk)
                outcomes = []
            send()
            if outcomes:
                yield outcomes
    finally:
        chunks.slot_s += chunks.slots * (time.perf_counter() - begun)
        if running:
            with contextlib.suppress(Exception):
                client.cancel(list(running), force=True)
        client.close()
