"""Tasks one after the other in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from goldshell.engine.batch import Outcome
from goldshell.engine.chunks import Chunks, attempt


def execute(function: Callable[[Any], Any], tasks: Sequence[Any], chunks: Chunks) -> Iterator[list[Outcome]]:
    """Yield outcomes as they are done, one at a time."""
    while indices := chunks.take(1):
        begun = time.perf_counter()
        one = attempt(function, indices[0], tasks[indices[0]])
        chunks.slot_s += time.perf_counter() - begun
        chunks.learn([one])
        yield [one]
