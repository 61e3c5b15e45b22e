"""Tasks for the tests of the engine: small functions in a module that workers can import."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any


def square(number: float) -> float:
    """The square; an error for 13."""
    if number == 13:
        raise ValueError("13 is not wanted")
    return number * number


def threads(_: Any) -> tuple[str | None, int]:
    """BLAS threads of the environment, and the process."""
    return os.environ.get("OPENBLAS_NUM_THREADS"), os.getpid()


def deadly(number: int) -> int:
    """Ends its process at 7."""
    if number == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def cannot_be_sent(number: int) -> Any:
    """A lock at 3."""
    return threading.Lock() if number == 3 else number


def spin(seconds: float) -> float:
    """Keep the processor busy for some processor time."""
    begun = time.thread_time()
    while time.thread_time() - begun < seconds:
        pass
    return seconds


def nested(count: int) -> list[float]:
    """A run inside a task."""
    from goldshell.engine import run

    batch = run(square, range(count), workers=2, trial=False)
    assert batch.workers == 1
    return batch.values()


def interrupt_at(number: int) -> int:
    """As if the user pressed Ctrl-C at 5."""
    if number == 5:
        raise KeyboardInterrupt
    return number
