"""Compositions at times become a fitting problem that `exchange fit` reads; numbers are those that went in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from goldshell.errors import InputError
from goldshell.exchange import read_problem
from goldshell.exchange.observations import Shell
from goldshell.workflows.exchange_from_esi_ms import exchange_data, measured_shell, parse_times, read_measured_shell

VIAL = """\
cluster: Au25(p-MBSA)18
incoming: p-MBA
phases:
  water: {volume: 2 mL, pH: 7, cluster: 0.025 mM}
  organic: {solvent: ethyl acetate, volume: 2 mL, ligand: 2.5 mM}
time: 1 h
"""


def result(peak: int, half: float = 0.0098) -> dict[str, Any]:
    """An esims result with 0.6 at one n and 0.4 at the next; limits 95 %."""
    rows = []
    for n in range(19):
        p = {peak: 0.6, peak + 1: 0.4}.get(n, 0.0)
        rows.append({"n": n, "fraction": p, "low": max(p - half, 0.0), "high": p + half})
    return {"cluster": "Au25(p-MBSA)18", "incoming": "p-MBA", "composition": rows}


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_intervals_become_standard_errors() -> None:
    """Arithmetic: half width 0.0098 is 1.96 x 0.005; below 0.003 nothing is believed."""
    shell = measured_shell(result(3), 0.5)
    assert shell.sd[3] == pytest.approx(0.005, rel=1e-4)
    assert shell.sd[10] == 0.003
    assert shell.fractions[3:5] == (0.6, 0.4)


def test_command_writes_what_the_fit_reads(goldshell: Any, tmp_path: Path) -> None:
    files = [write(tmp_path, f"{i}.json", result(i)) for i in (2, 5)]
    mean = {"incoming": "p-MBA", "mean_n": {"value": 8.0, "low": 7.02, "high": 8.98, "unit": "1"}}
    files.append(write(tmp_path, "nmr.json", mean))
    out = tmp_path / "problem.yaml"
    words = ["exchange", "data", *files, "--vial", write(tmp_path, "vial.yaml", VIAL), "--out", out]
    done = goldshell(*words, "--times", "2 min, 0.5 h, 1 h", "--json")
    assert done.code == 0
    assert [one["kind"] for one in done.json["observations"]] == ["composition", "composition", "mean_n"]
    first, second, third = read_problem(out).problem.experiments[0].observations
    assert isinstance(first, Shell)
    assert first.time_h == pytest.approx(2 / 60)
    assert first.fractions[2] == pytest.approx(0.6)
    assert first.sd[2] == pytest.approx(0.005, rel=1e-3)
    assert isinstance(second, Shell)
    assert third.values == (8.0,)
    assert third.sd[0] == pytest.approx(0.5, rel=1e-3)
    assert "exchange fit" in goldshell(*words, "--times", "2 min, 0.5 h, 1 h").out
    assert goldshell(*words, "--times", "2 min", "--json").code == 2
    assert goldshell(*words, "--times", "2, 3, 4", "--json").code == 2
    assert "level 3" in goldshell(*words, "--times", "2 min, 0.5 h, 1 h", "--level", "3").err
    onto_folder = goldshell(*words[:-1], tmp_path, "--times", "2 min, 0.5 h, 1 h")
    assert onto_folder.code == 2
    assert f"{tmp_path}: cannot be written" in onto_folder.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not JSON"),
        ({"schema": 1, "error": {"message": "no peaks"}}, "no peaks"),
        ({"schema": 1}, "neither"),
        ({"composition": [{"n": 1, "fraction": 1.0, "low": 1, "high": 1}]}, "no fraction of n = 0"),
        ({"composition": [{"n": 0, "fraction": 0.4, "low": 0.3, "high": 0.5}]}, "add to 0.4"),
        ({"mean_n": {"value": 3.0, "low": None, "high": None}}, "no interval"),
    ],
)
def test_bad_results_are_refused(tmp_path: Path, content: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_measured_shell(write(tmp_path, "r.json", content), 1.0)


def test_what_does_not_fit_the_vial_is_refused() -> None:
    vial = {"cluster": "Au25(p-MBSA)18", "incoming": "p-ATP"}
    with pytest.raises(InputError, match="incoming is p-MBA"):
        exchange_data([measured_shell(result(2), 1.0)], vial)
    with pytest.raises(InputError, match="no measurements"):
        exchange_data([], vial)
    same = [measured_shell(result(2), 1.0), measured_shell(result(3), 1.0)]
    with pytest.raises(InputError, match="at 1 h"):
        exchange_data(same, vial | {"incoming": "p-MBA"})
    with pytest.raises(InputError, match="2 times for 1"):
        parse_times("1 h, 2 h", 1)
