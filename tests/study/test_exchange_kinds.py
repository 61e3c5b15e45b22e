"""The study kinds around the exchange model: files of the commands in, sections out."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from goldshell.exchange import simulate_file
from goldshell.study import run_study

STUDY = """\
name: small
title: A small study
analyses:
"""
SIMULATE = "  - {id: vial, kind: exchange_simulate, file: vial.yaml}\n"
FIT = "  - {id: fit, kind: exchange_fit, file: problem.yaml, data: [trace.csv]}\n"
DESIGN = "  - {id: design, kind: exchange_design, file: target.yaml, seconds: 5}\n"
VIAL = """\
cluster: Au25(p-MBSA)18
incoming: p-MBA
phases: {water: {volume: 2 mL, cluster: 0.025 mM, ligand: 0.15 mM}}
time: 1 h
outputs: 11
"""
PROBLEM = """\
base:
  cluster: Au25(p-MBSA)18
  incoming: p-MBA
  phases: {water: {volume: 2 mL, cluster: 0.0001 mM, ligand: 500 mM}}
  model: {exchange_law: mass_action, parameters: {k_etching: 0 mM/h, equilibrium_constant: 1e9}}
experiments:
  - name: excess
    observations: [{kind: trace, quantity: mean_n, file: trace.csv, sd: 0.05}]
fit: {k_exchange: {start: 3e-4 1/h}}
rivals: [{name: cooperative, free: {cooperativity: {}}}]
"""
# Closed form: mean n = 18 (1 - exp(-k [B] t)) with k [B] = 0.5 1/h.
TRACE = "time_h,mean_n\n0.5,3.981586\n1,7.082445\n2,11.378170\n"


def _run(write_study: Callable[..., Path], tmp_path: Path, entries: str, extra: dict[str, str]) -> dict:
    folder = write_study(STUDY + entries, extra)
    result = run_study(folder, tmp_path / "out")
    assert result.status == "done", result.failures
    return json.loads((tmp_path / "out" / "record.json").read_text(encoding="utf-8"))


def test_a_vial_is_simulated_and_drawn(write_study: Callable[..., Path], tmp_path: Path) -> None:
    """Against `goldshell exchange simulate` of the same file; inputs are fingerprinted."""
    record = _run(write_study, tmp_path, SIMULATE, {"vial.yaml": VIAL})
    entry = record["analyses"][0]
    (tmp_path / "vial.yaml").write_text(VIAL)
    expected = simulate_file(tmp_path / "vial.yaml")
    numbers = {item["label"]: item["value"] for item in entry["numbers"]}
    assert numbers["mean n after 1 h"] == pytest.approx(float(expected.mean_n[-1]))
    assert numbers["feed, incoming ligand per cluster"] == pytest.approx(6.0)
    assert "vial.yaml" in json.dumps(record["inputs"])
    assert set(entry["figures"]) == {"course"}
    assert "exchange-rate-constant" in entry["literature"], "defaults that were used are cited"


def test_a_problem_is_fitted_and_the_rate_found(write_study: Callable[..., Path], tmp_path: Path) -> None:
    """Recovery of k = 1e-3 1/h from noise-free values of the closed form; the idle rival loses."""
    record = _run(write_study, tmp_path, FIT, {"problem.yaml": PROBLEM, "trace.csv": TRACE})
    entry = record["analyses"][0]
    found = entry["numbers"][0]
    assert found["value"] == pytest.approx(1e-3, rel=1e-3)
    assert found["low"] < 1e-3 < found["high"]
    assert entry["summary"][0].startswith("1 of 1 data are met")
    assert {"parameters", "observations", "models"} == set(entry["tables"])
    assert {"profiles", "traces"} <= set(entry["figures"])
    assert "trace.csv" in json.dumps(record["inputs"])


@pytest.mark.slow
def test_a_recipe_is_designed(write_study: Callable[..., Path], tmp_path: Path) -> None:
    """Property: the predicted mean is the wished one within its interval; the protocol has steps."""
    target = (files("goldshell.exchange.examples") / "target.yaml").read_text(encoding="utf-8")
    record = _run(write_study, tmp_path, DESIGN, {"target.yaml": target.replace("ensemble: 100", "ensemble: 20")})
    entry = record["analyses"][0]
    mean = next(item for item in entry["numbers"] if item["label"] == "mean n")
    assert mean["value"] == pytest.approx(4.0, abs=0.2)
    assert {"protocol", "amounts", "pareto"} == set(entry["tables"])


@pytest.mark.parametrize(
    ("entries", "content", "said"),
    [
        (SIMULATE, {"vial.yaml": VIAL.replace("0.15 mM", "0.15")}, "unit"),
        (FIT, {"problem.yaml": PROBLEM.replace("k_exchange", "k_exchang"), "trace.csv": TRACE}, "k_exchange"),
        (FIT, {"problem.yaml": PROBLEM, "trace.csv": "time_h,mean_n\n1,x\n"}, "not a number"),
    ],
)
def test_bad_files_fail_their_analysis_alone(
    write_study: Callable[..., Path], tmp_path: Path, entries: str, content: dict[str, str], said: str
) -> None:
    series = "  - {id: extent, kind: series, panels: [{title: pH, data: ph.csv, condition: pH}]}\n"
    folder = write_study(STUDY + entries + series, content)
    result = run_study(folder, tmp_path / "out")
    assert [item["status"] for item in result.analyses] == ["failed", "done"]
    assert said in result.failures[0]
