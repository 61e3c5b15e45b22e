"""Run one function on many independent tasks: here, on processes, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any

from goldshell.engine import processes, serial
from goldshell.engine.batch import Batch, Outcome, in_order
from goldshell.engine.chunks import Chunks, inside
from goldshell.engine.journal import Journal
from goldshell.engine.progress import progress
from goldshell.errors import InputError

_TRIAL_S = 1.0  # work here first: short jobs end before workers would have started
_WORTH_S = 4.0  # work left for which starting workers pays


def core_count() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def run(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    *,
    workers: int = 0,
    scheduler: str = "",
    chunk: int = 0,
    journal: Journal | None = None,
    label: str = "",
    trial: bool = True,
) -> Batch:
    """Run ``function(task)`` for every task, in chunks, and give the results in the order of the tasks.

    An error ends its own task only. Ctrl-C returns what is done (``Batch.interrupted``). Inside a task of another `run`
    everything is done in place.

    Parameters
    ----------
    function : defined in a module (not a lambda), so that it can be sent to workers; so must its tasks and values
    tasks : independent of each other
    workers : processes on this machine; 0 for all cores
    scheduler : address of a Dask scheduler, ``tcp://host:port``; "" for this machine
    chunk : tasks per chunk; 0 to follow the time that they take
    journal : finished tasks are written there, and those that it holds are not done again
    label : of the progress bar; "" for none
    trial : start with a second of work in this process, which also compiles what must be compiled once, and start
        workers only when enough is left

    Raises
    ------
    InputError : workers below 0, no scheduler at the address, a journal of other work
    AnalysisError : workers do not start, or the cluster is lost
    """
    if workers < 0:
        raise InputError(f"{workers} workers", hint="give 1 or more, or 0 for all cores")
    begun = time.perf_counter()
    found = {index: one for index, one in (journal.read() if journal else {}).items() if index < len(tasks)}
    resumed = len(found)
    left = [index for index in range(len(tasks)) if index not in found]
    count = min(workers or core_count(), max(1, len(left)))
    if inside():
        count, scheduler = 1, ""
    chunks = Chunks(left, count, chunk)
    interrupted = False
    with contextlib.ExitStack() as stack:
        advance = stack.enter_context(progress(label, len(tasks), resumed))
        source = _source(function, tasks, chunks, count, scheduler if left else "", trial)
        try:
            for outcomes in source:
                for one in journal.write(outcomes) if journal else outcomes:
                    found[one.index] = one
                advance(len(outcomes))
        except KeyboardInterrupt:
            interrupted = True
        finally:
            source.close()
    return Batch(
        outcomes=in_order(found, tasks),
        workers=chunks.slots,
        wall_s=time.perf_counter() - begun,
        slot_s=chunks.slot_s,
        resumed=resumed,
        interrupted=interrupted,
    )


def _source(
    function: Callable[[Any], Any], tasks: Sequence[Any], chunks: Chunks, workers: int, scheduler: str, trial: bool
) -> Generator[list[Outcome], None, None]:
    """Outcomes as they come from where the work is done."""
    if scheduler:
        from goldshell.engine import dask

        client, chunks.slots = dask.connect(scheduler)
        yield from dask.execute(function, tasks, chunks, client)
        return
    if workers == 1:
        yield from serial.execute(function, tasks, chunks)
        return
    if trial and (yield from _try_here(function, tasks, chunks)):
        return
    yield from processes.execute(function, tasks, chunks, workers)


def _try_here(
    function: Callable[[Any], Any], tasks: Sequence[Any], chunks: Chunks
) -> Generator[list[Outcome], None, bool]:
    """Work in this process until it is clear that workers would pay; whether everything was done."""
    begun = time.perf_counter()
    for outcomes in serial.execute(function, tasks, chunks):
        yield outcomes
        tried = time.perf_counter() - begun >= _TRIAL_S and len(tasks) - len(chunks) > 1
        if tried and len(chunks) * outcomes[0].wall_s > _WORTH_S:
            return False
    return True
