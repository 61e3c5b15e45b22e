"""Finished tasks on disk, one JSON line each, so that interrupted work goes on where it stopped."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from goldshell.engine.batch import Outcome
from goldshell.errors import InputError

_FORMAT = 1


class Journal:
    """An append-only file of outcomes. Values become JSON types: arrays become lists, NaN becomes null.

    Parameters
    ----------
    path : of the file; it is made when the first outcome is written
    fingerprint : identifies the work (for example a hash of all inputs); a file of other work is refused
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self.fingerprint = fingerprint

    def read(self) -> dict[int, Outcome]:
        """Outcomes without error that are there, by index; failed tasks are done again.

        Raises
        ------
        InputError : the file belongs to other work, or is not a journal
        """
        if not self.path.exists():
            return {}
        lines = self.path.read_text(encoding="utf-8", errors="replace").split("\n")
        header = _loads(lines[0])
        if header.get("goldshell_journal") != _FORMAT:
            raise InputError("not a journal of goldshell", where=str(self.path), hint="choose another folder")
        if header.get("fingerprint") != self.fingerprint:
            raise InputError(
                "holds results of other work (the inputs or goldshell changed)", where=str(self.path),
                hint="remove it to start again, or choose another folder",
            )  # fmt: skip
        found = {}
        for line in lines[1:]:
            entry = _loads(line)  # the last line may be cut off
            if entry.get("error") == "" and isinstance(entry.get("index"), int):
                found[entry["index"]] = Outcome(
                    entry["index"],
                    entry.get("value"),
                    "",
                    float(entry.get("cpu_s", 0.0)),
                    float(entry.get("wall_s", 0.0)),
                )
        return found

    def write(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        """Append outcomes; returns them as they would be read back."""
        from goldshell.files import json_ready  # here: it brings pandas, which a worker may not need

        new = not self.path.exists()
        lines, plain = [], []
        if new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lines.append(json.dumps({"goldshell_journal": _FORMAT, "fingerprint": self.fingerprint}))
        for one in outcomes:
            value = json_ready(one.value)
            entry = {"index": one.index, "value": value, "error": one.error, "cpu_s": one.cpu_s, "wall_s": one.wall_s}
            lines.append(json.dumps(entry))
            plain.append(Outcome(one.index, value, one.error, one.cpu_s, one.wall_s))
        with self.path.open("ab") as stream:
            cut = not new and stream.tell() > 0 and not self._ends_with_newline()
            stream.write((b"\n" if cut else b"") + "".join(f"{line}\n" for line in lines).encode("utf-8"))
        return plain

    def remove(self) -> None:
        """Remove the file: the work is done."""
        self.path.unlink(missing_ok=True)

    def _ends_with_newline(self) -> bool:
        with self.path.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) == b"\n"


def _loads(line: str) -> dict[str, Any]:
    """The JSON object of one line; empty where it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
