"""What comes back from many tasks: one outcome each, in the order of the tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from goldshell.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one task.

    Parameters
    ----------
    index : position of the task
    value : what the function returned; None after an error
    error : what went wrong in one line; "" when nothing did
    cpu_s : time on the processor [s]
    wall_s : time by the clock [s]
    """

    index: int
    value: Any
    error: str = ""
    cpu_s: float = 0.0
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Batch:
    """The results of all tasks.

    Parameters
    ----------
    outcomes : one per task, in their order; None where the work was interrupted before
    workers : how many worked at the same time
    wall_s : time by the clock, starting workers included [s]
    slot_s : sum over workers of the time from when each was ready to the end [s]
    resumed : outcomes that were read from a journal instead of computed
    interrupted : stopped by the user
    """

    outcomes: tuple[Outcome | None, ...]
    workers: int
    wall_s: float
    slot_s: float
    resumed: int = 0
    interrupted: bool = False

    @property
    def done(self) -> int:
        """Tasks with an outcome, errors included."""
        return sum(one is not None for one in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Outcomes that are errors."""
        return tuple(one for one in self.outcomes if one is not None and one.error)

    def efficiency(self, by: str = "cpu") -> float:
        """Share of the workers' time that tasks took, from when each worker was ready [1].

        Parameters
        ----------
        by : "cpu" counts processor time of the tasks (other programs on the machine lower it), "wall" their time by
            the clock (what the engine itself loses)
        """
        if by not in ("cpu", "wall"):
            raise ValueError(f"efficiency by {by!r}: cpu or wall")
        if self.resumed:
            raise AnalysisError("a resumed batch has no efficiency: part of it was computed at another time")
        busy = sum(one.cpu_s if by == "cpu" else one.wall_s for one in self.outcomes if one is not None)
        return busy / self.slot_s if self.slot_s > 0.0 else 0.0

    def values(self) -> list[Any]:
        """All values in the order of the tasks.

        Raises
        ------
        KeyboardInterrupt : the work was interrupted
        AnalysisError : a task failed; names the first
        """
        found: list[Any] = []
        for one in self.outcomes:
            if one is None:
                raise KeyboardInterrupt
            if one.error:
                more = len(self.failed) - 1
                hint = f"and {more} more of {len(self.outcomes)}" if more else ""
                raise AnalysisError(one.error, where=f"task {one.index + 1}", hint=hint)
            found.append(one.value)
        return found


def in_order(found: dict[int, Outcome], tasks: Sequence[Any]) -> tuple[Outcome | None, ...]:
    """Outcomes by index as one tuple with a place for every task."""
    return tuple(found.get(index) for index in range(len(tasks)))
