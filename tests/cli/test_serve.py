"""``goldshell serve``: help and bad input; the server itself is tested in tests/web."""

from __future__ import annotations

from pathlib import Path


def test_help_says_what_it_is_not(goldshell) -> None:
    shown = goldshell("serve", "--help")
    assert shown.code == 0
    assert "not the interactive workbench" in " ".join(shown.out.split())


def test_a_missing_folder_and_a_bad_port_exit_2(goldshell, tmp_path: Path) -> None:
    missing = goldshell("serve", "--results", tmp_path / "nowhere", "--port", "0")
    assert missing.code == 2
    assert "no such folder" in missing.err
    assert goldshell("serve", "--port", "70000").code == 2
    assert goldshell("serve", "--port", "many").code == 2
