"""The packaged study runs from the package alone, away from the checkout; the fixture copies it."""

from __future__ import annotations

import json

from goldshell.study import RunResult


def test_it_ran_from_the_copy_and_wrote_its_results_below_the_working_folder(packaged_run: RunResult) -> None:
    folder = packaged_run.record.parents[2]
    assert {path.name for path in folder.iterdir()} == {"site", "results", "stdout.json", "finished"}
    answer = json.loads((folder / "stdout.json").read_text(encoding="utf-8"))
    assert answer["schema"] == 1
    assert answer["status"] == packaged_run.status == "done"
    assert answer["report"] == "results/zhang2026/report.html"
    record = json.loads(packaged_run.record.read_text(encoding="utf-8"))
    assert record["study"]["folder"] == "packaged with goldshell: zhang2026"


def test_no_path_of_the_machine_stands_in_the_results(packaged_run: RunResult) -> None:
    folder = str(packaged_run.record.parents[2])
    for path in packaged_run.record.parent.rglob("*"):
        if path.is_file():
            assert folder.encode() not in path.read_bytes(), path
