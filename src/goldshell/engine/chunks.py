"""Tasks in chunks: large enough that sending them costs nothing, small enough that all workers end together."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from goldshell.engine.batch import Outcome
from goldshell.errors import GoldshellError

TARGET_S = 0.3
"""Work in one chunk [s]: a thousand times what sending it takes."""

_SHARE = 4  # no chunk holds more than this part of what is left per worker: the last ones are small
_LARGEST = 2000

_here = threading.local()


class Chunks:
    """Hands out tasks in their order; the size of a chunk follows the time that tasks took so far.

    Parameters
    ----------
    indices : positions of the tasks that are to be done
    slots : workers that take chunks
    size : fixed size of a chunk; 0 to follow the times
    """

    def __init__(self, indices: Iterable[int], slots: int, size: int = 0) -> None:
        self._waiting = deque(indices)
        self._alone: deque[int] = deque()
        self._size = size
        self._count = 0
        self._seconds = 0.0
        self.slots = slots
        self.slot_s = 0.0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._alone)

    def take(self, size: int = 0) -> list[int]:
        """The next chunk, of ``size`` tasks where that is given; empty when nothing is left."""
        if self._alone:
            return [self._alone.popleft()]
        size = size or self._size
        if not size:
            mean = self._seconds / self._count if self._count else TARGET_S
            fair = len(self._waiting) // (_SHARE * self.slots)
            size = min(int(TARGET_S / max(mean, 1e-6)), fair, _LARGEST)
        return [self._waiting.popleft() for _ in range(min(max(size, 1), len(self._waiting)))]

    def learn(self, outcomes: Iterable[Outcome]) -> None:
        """Take note of the times of finished tasks."""
        for one in outcomes:
            self._count += 1
            self._seconds += one.wall_s

    def put_back(self, indices: Sequence[int]) -> None:
        """Tasks whose worker ended; they are handed out one by one, so that one of them cannot take others along."""
        self._alone.extend(indices)


def inside() -> bool:
    """Whether this thread is working on a task for `run` already."""
    return bool(getattr(_here, "working", False))


def work(function: Callable[[Any], Any], items: Sequence[tuple[int, Any]]) -> list[Outcome]:
    """Do the tasks of one chunk; an error ends its own task only.

    Parameters
    ----------
    function : of one task
    items : position and task
    """
    before = inside()
    _here.working = True
    try:
        return [attempt(function, index, task) for index, task in items]
    finally:
        _here.working = before


def attempt(function: Callable[[Any], Any], index: int, task: Any) -> Outcome:
    """Do one task and time it."""
    cpu, wall = time.thread_time(), time.perf_counter()
    value, error = None, ""
    try:
        value = function(task)
    except GoldshellError as problem:
        error = str(problem)
    except Exception as problem:
        error = f"{type(problem).__name__}: {' '.join(str(problem).split())}"
    return Outcome(index, value, error, time.thread_time() - cpu, time.perf_counter() - wall)
