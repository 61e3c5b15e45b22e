"""``goldshell run``: JSON as in the contract, exit codes, one line for each problem."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from goldshell.study.analyses import excretion
from goldshell.study.examples import make_zhang2026

STUDY = """\
name: small
title: Small
analyses:
  - {id: extent, kind: series, panels: [{title: pH, data: ph.csv, condition: pH}]}
  - {id: excretion, kind: excretion, data: excretion.csv}
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY)
    for name in ("ph.csv", "excretion.csv"):
        shutil.copy(make_zhang2026.FOLDER / name, folder / name)
    return folder


def test_json_is_one_object_as_in_the_contract(goldshell, study: Path, tmp_path: Path) -> None:
    done = goldshell("run", study, "--out", tmp_path / "out", "--json")
    assert done.code == 0, done.err
    assert done.json["schema"] == 1
    assert done.json["status"] == "done"
    assert Path(done.json["record"]).is_file()
    assert Path(done.json["report"]).is_file()
    assert [set(item) for item in done.json["analyses"]] == 2 * [{"id", "kind", "status", "summary", "warnings"}]
    assert done.err == ""


def test_text_names_findings_and_the_report(goldshell, study: Path, tmp_path: Path) -> None:
    done = goldshell("run", study, "--out", tmp_path / "out")
    assert done.code == 0
    assert "extent (series)" in done.out
    assert f"report: {tmp_path / 'out' / 'report.html'}" in done.out


def test_results_go_below_the_working_folder_by_default(
    goldshell, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = goldshell("run", "small", "--json")
    assert done.json["report"] == "results/small/report.html"
    assert (tmp_path / "results" / "small" / "record.json").is_file()


def test_a_failed_analysis_exits_1_with_error_and_the_rest(goldshell, study: Path, tmp_path: Path) -> None:
    (study / "ph.csv").write_text("condition,n_low,n_high\n5,0,nan\n")
    failed = goldshell("run", study, "--out", tmp_path / "out", "--json")
    assert failed.code == 1
    assert set(failed.json["error"]) == {"message", "where", "hint"}
    assert "ph.csv:2: column 'n_high': 'nan' is not a finite number" in failed.json["error"]["message"]
    assert failed.json["status"] == "failed"
    assert [item["status"] for item in failed.json["analyses"]] == ["failed", "done"]
    assert json.loads(Path(failed.json["record"]).read_text())["status"] == "failed"
    text = goldshell("run", study, "--out", tmp_path / "out")
    assert text.code == 1
    assert "Traceback" not in text.err
    assert sum("n_high" in line for line in text.err.splitlines()) == 1


def test_changed_data_is_said_on_stderr(goldshell, study: Path, tmp_path: Path) -> None:
    goldshell("run", study, "--out", tmp_path / "out")
    (study / "ph.csv").write_text("condition,n_low,n_high\n5,0,2\n7,1,3\n")
    again = goldshell("run", study, "--out", tmp_path / "out", "--json")
    assert "note: input changed since the run of" in again.err
    assert "ph.csv" in again.err
    assert again.json["changes"][0].startswith("input changed")


def test_ctrl_c_exits_1_and_keeps_what_is_finished(
    goldshell, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(excretion, "analyse", interrupted)
    done = goldshell("run", study, "--out", tmp_path / "out", "--json")
    assert done.code == 1
    assert done.json["status"] == "interrupted"
    assert "interrupted" in done.json["error"]["message"]
    assert [item["status"] for item in done.json["analyses"]] == ["done", "not run"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: series", "kind: serie", "did you mean series"),
        ("title: Small", "title: [", "not valid YAML"),
        ("title: Small\n", "", "'title' is missing"),
        ("panels:", "sites: -3, panels:", "greater than 0"),
    ],
)
def test_a_bad_study_exits_2_with_one_line(goldshell, study: Path, old: str, new: str, said: str) -> None:
    (study / "study.yaml").write_text(STUDY.replace(old, new, 1))
    bad = goldshell("run", study)
    assert bad.code == 2
    assert bad.out == ""
    assert said in bad.err
    assert "study.yaml:" in bad.err
    assert len(bad.err.splitlines()) == 1
    as_json = goldshell("run", study, "--json")
    assert as_json.code == 2
    assert set(as_json.json) == {"schema", "error"}


def test_unknown_studies_and_folders_that_cannot_be_used(goldshell, study: Path, tmp_path: Path) -> None:
    assert "did you mean zhang2026" in goldshell("run", "zhang202").err
    assert goldshell("run", "zhang202").code == 2
    assert goldshell("run").code == 2
    taken = goldshell("run", study, "--out", study / "ph.csv")
    assert taken.code == 2
    assert "is a file, expected a folder" in taken.err


def test_unknown_names_in_a_study_are_found_before_anything_runs(goldshell, study: Path, tmp_path: Path) -> None:
    for analysis, said in (
        ("{id: d, kind: diffusivity, solute: p-MBAA}", "did you mean p-MBA"),
        ("{id: d, kind: diffusivity, solute: p-MBA, solvents: [ethil acetate]}", "did you mean ethyl acetate"),
        ("{id: d, kind: diffusivity, solute: p-MBA, temperature: 25}", "missing unit"),
        ("{id: s, kind: speciation, clusters: ['Au25(p-MBSA)17']}", "Au25 carries 18 thiolates, not 17"),
        ("{id: s, kind: speciation, ligands: [p-MBA], ph: [15]}", "less than or equal to 14"),
        ("{id: a, kind: audit, paper: zhang2025}", "did you mean zhang2026"),
    ):
        (study / "study.yaml").write_text(f"name: small\ntitle: Small\nanalyses:\n  - {analysis}\n")
        bad = goldshell("run", study, "--out", tmp_path / "out")
        assert bad.code == 2, bad.out
        assert said in bad.err
        assert "study.yaml:4:" in bad.err
    assert not (tmp_path / "out").exists()
