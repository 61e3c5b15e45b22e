"""``goldshell audit``: the JSON object of the contract, text, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

VERDICTS = {"agrees", "agrees_within_uncertainty", "contradicts", "underdetermined", "not_testable"}
KEYS = {"id", "title", "reported", "computed", "unit", "verdict", "because", "locators"}


def test_json_of_one_paper(goldshell: Callable[..., Any]) -> None:
    result = goldshell("audit", "zhang2026", "--json")
    assert result.code == 0
    assert result.err == ""
    payload = result.json
    assert payload["schema"] == 1
    assert payload["paper"] == "zhang2026"
    assert len(payload["checks"]) >= 30
    for check in payload["checks"]:
        assert set(check) >= KEYS
        assert check["verdict"] in VERDICTS
        assert isinstance(check["locators"], list)
    by_id = {check["id"]: check for check in payload["checks"]}
    assert by_id["etching-suppression-introduction"]["verdict"] == "contradicts"  # 60 against 68.9


def test_bare_command_gives_all_papers(goldshell: Callable[..., Any]) -> None:
    papers = goldshell("audit", "--json").json["papers"]
    assert [paper["paper"] for paper in papers] == ["zhang2026", "sang2024"]
    assert all(paper["checks"] for paper in papers)


def test_text_shows_the_arithmetic(goldshell: Callable[..., Any]) -> None:
    result = goldshell("audit", "zhang2026")
    assert result.code == 0
    assert "0.111 / 1.61e-3 mM/h = 68.9" in result.out
    assert "etching-suppression-introduction" in result.out


def test_only_one_verdict(goldshell: Callable[..., Any]) -> None:
    checks = goldshell("audit", "zhang2026", "--verdict", "contradicts", "--json").json["checks"]
    assert {check["verdict"] for check in checks} == {"contradicts"}


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "zhang2062"),
        ("audit", "sang2042"),
        ("audit", ""),
        ("audit", "zhang2026", "--verdict", "contradict"),
        ("audit", "zhang2026", "surplus"),
    ],
)
def test_bad_input(goldshell: Callable[..., Any], words: tuple[str, ...]) -> None:
    plain = goldshell(*words)
    assert plain.code == 2
    assert plain.out == ""
    assert plain.err.count("\n") == 1
    assert "Traceback" not in plain.err
    as_json = goldshell(*words, "--json")
    assert as_json.code == 2
    assert set(as_json.json["error"]) == {"message", "where", "hint"}


def test_near_matches_are_offered(goldshell: Callable[..., Any]) -> None:
    assert "zhang2026" in goldshell("audit", "zhang2062").err
    assert "contradicts" in goldshell("audit", "zhang2026", "--verdict", "contradict").err
