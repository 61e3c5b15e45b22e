"""Tasks on processes of this machine.

Workers are started fresh (``spawn``), never forked: a fork would copy the locks of numba, BLAS and of the thread that
draws a progress bar in whatever state they are. Each worker gets one BLAS thread, ignores Ctrl-C (the parent stops it)
and ends when its parent ends. A worker that dies takes no results along: its tasks are done again one by one, and only
the task that kills a worker on its own is given up.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from goldshell.engine.batch import Outcome
from goldshell.engine.chunks import Chunks, work
from goldshell.errors import AnalysisError

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
               "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS")  # fmt: skip
_READY = b"ready"
_PATIENCE_S = 2.0


class _Worker:
    """One process, its pipe, and the chunk that it has in hand."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, function), daemon=True)
        with _one_thread(), _no_interrupt():
            self.process.start()
        theirs.close()
        self.chunk: list[int] = []
        self.ready_at = 0.0

    def stop(self, now: bool) -> None:
        """End the process: when it asks for more work, or at once."""
        self.connection.close()
        if now:
            self.process.terminate()
        self.process.join(_PATIENCE_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def execute(
    function: Callable[[Any], Any], tasks: Sequence[Any], chunks: Chunks, workers: int
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of one chunk after the other, in the order in which they are done.

    Parameters
    ----------
    function : of one task; it, the tasks and the values go through pickle
    tasks : all tasks
    chunks : which of them are to be done
    workers : processes

    Raises
    ------
    AnalysisError : a worker does not start
    """
    staff: dict[Connection, _Worker] = {}
    finished = False

    def hire() -> None:
        worker = _Worker(function)
        staff[worker.connection] = worker

    def account(worker: _Worker) -> None:
        if worker.ready_at:
            chunks.slot_s += time.perf_counter() - worker.ready_at

    def assign(worker: _Worker) -> None:
        worker.chunk = chunks.take()
        if worker.chunk:
            worker.connection.send([(index, tasks[index]) for index in worker.chunk])

    try:
        for _ in range(min(workers, len(chunks))):
            hire()
        while any(worker.chunk or not worker.ready_at for worker in staff.values()):
            for connection in multiprocessing.connection.wait(list(staff)):
                assert isinstance(connection, Connection)
                worker = staff[connection]
                try:
                    message = connection.recv_bytes()
                    outcomes = [] if message == _READY else pickle.loads(message)
                except (EOFError, OSError):
                    account(staff.pop(connection))
                    worker.stop(now=True)
                    if lost := _lost(worker, chunks):
                        yield lost
                    if chunks:
                        hire()
                    continue
                if message == _READY:
                    worker.ready_at = time.perf_counter()
                chunks.learn(outcomes)
                assign(worker)
                if outcomes:
                    yield outcomes
            if chunks:  # put back by a worker that died while others had nothing left to do
                for worker in staff.values():
                    if worker.ready_at and not worker.chunk:
                        assign(worker)
        finished = True
    finally:
        for worker in staff.values():
            account(worker)
        for worker in staff.values():
            worker.stop(now=not finished)


def _lost(worker: _Worker, chunks: Chunks) -> list[Outcome]:
    """What becomes of the chunk of a worker that died: done again singly, or given up where it was one task."""
    code = worker.process.exitcode
    if not worker.ready_at:
        raise AnalysisError(
            f"a worker process ended while it started (exit code {code})",
            hint="in a script of your own, call this below: if __name__ == '__main__':",
        )
    if len(worker.chunk) == 1:
        why = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return [Outcome(worker.chunk[0], None, f"the worker process ended ({why}); is the memory enough?")]
    chunks.put_back(worker.chunk)
    return []


def _serve(connection: Connection, function: Callable[[Any], Any]) -> None:
    """What a worker does: chunks in, outcomes out, until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        connection.send_bytes(_READY)
        while True:
            connection.send_bytes(_packed(work(function, connection.recv())))


def _packed(outcomes: list[Outcome]) -> bytes:
    """The outcomes as bytes; a value that cannot be sent becomes the error of its task."""
    try:
        return pickle.dumps(outcomes, pickle.HIGHEST_PROTOCOL)
    except Exception:  # pickle raises assorted types
        safe = []
        for one in outcomes:
            try:
                pickle.dumps(one)
                safe.append(one)
            except Exception as problem:
                safe.append(Outcome(one.index, None, f"the result cannot be sent: {problem}", one.cpu_s, one.wall_s))
        return pickle.dumps(safe)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """The environment of a worker while it starts: one thread for BLAS and numba."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts, and in that process for good: it would print a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
