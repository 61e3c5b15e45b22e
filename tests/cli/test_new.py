"""``goldshell new``: writes a study that runs, and refuses a folder with something in it."""

from __future__ import annotations

from pathlib import Path


def test_new_then_run(goldshell, tmp_path: Path) -> None:
    made = goldshell("new", tmp_path / "mine")
    assert made.code == 0
    assert str(tmp_path / "mine" / "study.yaml") in made.out
    assert f"goldshell run {tmp_path / 'mine'}" in made.out
    done = goldshell("run", tmp_path / "mine", "--out", tmp_path / "out", "--json")
    assert done.code == 0
    assert done.json["status"] == "done"


def test_new_refuses_a_folder_that_is_not_empty(goldshell, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = goldshell("new", tmp_path)
    assert refused.code == 2
    assert "not empty" in refused.err
    assert len(refused.err.splitlines()) == 1
