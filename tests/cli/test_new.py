"""``goldshell new``: writes a study that runs, and refuses a folder with something in it."""

from __future__ import annotations

from pathlib import Path


def test_new_says_what_it_wrote_and_what_comes_next(goldshell, tmp_path: Path) -> None:
    made = goldshell("new", tmp_path / "mine")
    assert made.code == 0
    assert str(tmp_path / "mine" / "study.yaml") in made.out
    assert f"goldshell run {tmp_path / 'mine'}" in made.out


def test_new_refuses_a_folder_that_is_not_empty(goldshell, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = goldshell("new", tmp_path)
    assert refused.code == 2
    assert "not empty" in refused.err
    assert len(refused.err.splitlines()) == 1
