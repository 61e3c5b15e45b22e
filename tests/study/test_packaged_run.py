"""The packaged study, run by its command in an empty folder: what stands where."""

from __future__ import annotations

import json
from pathlib import Path

import goldshell
from goldshell.study import RunResult


def test_results_stand_below_the_working_folder(packaged_run: RunResult) -> None:
    folder = packaged_run.record.parents[2]
    assert {path.name for path in folder.iterdir()} == {"results", "stdout.json", "finished"}
    answer = json.loads((folder / "stdout.json").read_text(encoding="utf-8"))
    assert answer["schema"] == 1
    assert answer["status"] == packaged_run.status == "done"
    assert answer["report"] == "results/zhang2026/report.html"
    record = json.loads(packaged_run.record.read_text(encoding="utf-8"))
    assert record["study"]["folder"] == "packaged with goldshell: zhang2026"


def test_no_path_of_the_machine_stands_in_the_results(packaged_run: RunResult) -> None:
    ours = [str(packaged_run.record.parents[2]).encode(), str(Path(goldshell.__file__).parent).encode()]
    for path in packaged_run.record.parent.rglob("*"):
        if path.is_file():
            assert not any(folder in path.read_bytes() for folder in ours), path
