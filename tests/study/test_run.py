"""A run: record, outputs, failures that do not lose the others, interruption, and changed data."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import goldshell
from goldshell.errors import InputError
from goldshell.study import RunResult, run, run_study
from goldshell.study.analyses import excretion, series
from goldshell.study.run import analysis_seed


def record_of(result: RunResult) -> dict[str, Any]:
    return json.loads(result.record.read_text(encoding="utf-8"))


def test_the_record_says_what_went_in_and_what_came_out(write_study, tmp_path: Path) -> None:
    study = write_study()
    result = run_study(study, tmp_path / "out")
    record = record_of(result)
    assert record["schema"] == 1
    assert result.status == record["status"] == "done"
    assert record["seed"] == 3
    assert record["versions"]["goldshell"] == goldshell.__version__
    assert record["versions"]["libraries"]["numpy"]
    inputs = {item["path"]: item for item in record["inputs"]}
    assert list(inputs) == ["study.yaml", "ph.csv", "excretion.csv"]
    for name, item in inputs.items():
        # against hashlib, independent of the code under test
        assert item["sha256"] == hashlib.sha256((study / name).read_bytes()).hexdigest()
    assert inputs["ph.csv"]["used_by"] == ["extent"]
    assert record["settings"]["analyses"][0]["panels"][0]["data"] == "ph.csv"
    assert record["started"] <= record["finished"]
    assert [entry["status"] for entry in record["analyses"]] == ["done", "done"]
    assert all(entry["seconds"] >= 0 and entry["summary"] for entry in record["analyses"])
    assert record["changes"] is None
    for name in record["outputs"]:
        assert (tmp_path / "out" / name).stat().st_size > 0
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
    assert written == {*record["outputs"], "record.json"}


def test_tables_hold_the_numbers_and_pdf_comes_on_request(write_study, tmp_path: Path) -> None:
    result = run_study(write_study(), tmp_path / "out", pdf=True)
    table = pd.read_csv(tmp_path / "out" / "tables" / "extent-observations.csv")
    assert table["n_high"].tolist() == [1, 3, 5]
    assert (tmp_path / "out" / "figures" / "extent-series.pdf").read_bytes().startswith(b"%PDF")
    run_study(write_study(), tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.pdf")), "files of the last run that this one did not write go"
    assert result.report.is_file()


def test_the_same_inputs_give_the_same_tables_and_figures(write_study, tmp_path: Path) -> None:
    outputs = []
    for folder in ("one", "two"):
        run_study(write_study(), tmp_path / folder)
        found = sorted((tmp_path / folder).rglob("*.*"))
        outputs.append(
            {
                path.relative_to(tmp_path / folder): path.read_bytes()
                for path in found
                if path.suffix in {".csv", ".svg"}
            }
        )
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("condition,n_low,n_high\n5,0,nan\n", r"ph\.csv:2: column 'n_high': 'nan' is not a finite number"),
        ("condition,n_low,n_high\n5,0,x\n", r"ph\.csv:2: column 'n_high': 'x' is not a number"),
        ("condition,n_lowest,n_high\n5,0,1\n", "neither n_mean nor n_low and n_high"),
        ("pH,n_low,n_high\n5,0,1\n", r"ph\.csv:1: column 'condition' is missing"),
        ("condition,n_low,n_high\n", "header but no rows"),
        ("", "the file is empty"),
        ("condition,n_low,n_high\n5,3,1\n", "n from 3 to 1 is not within 0 to 18"),
        ("condition,n_low,n_high\n5,-1,1\n", "n from -1 to 1 is not within 0 to 18"),
        (None, r"ph\.csv: no such file"),
    ],
)
def test_a_failed_analysis_does_not_lose_the_others(
    write_study, tmp_path: Path, content: str | None, said: str
) -> None:
    study = write_study(files={"ph.csv": content or ""})
    if content is None:
        (study / "ph.csv").unlink()
    result = run_study(study, tmp_path / "out")
    record = record_of(result)
    assert result.status == record["status"] == "failed"
    assert [entry["status"] for entry in record["analyses"]] == ["failed", "done"]
    assert len(result.failures) == 1
    assert re.search(said, result.failures[0]), result.failures
    assert "\n" not in result.failures[0]
    report = result.report.read_text(encoding="utf-8")
    assert record["analyses"][0]["error"]["message"].split("'")[0] in report
    assert (tmp_path / "out" / "tables" / "excretion-excretion.csv").is_file()


def test_negative_and_missing_numbers_of_a_table_are_refused(write_study, tmp_path: Path) -> None:
    header = "group,sample,time_h,value_percent_id\n"
    for row, said in (("a,urine,24,-1", "is negative"), ("a,urine,24,", "is empty"), ("a,urine,,3", "is empty")):
        result = run_study(write_study(files={"excretion.csv": f"{header}{row}\n"}), tmp_path / "out")
        assert said in result.failures[0]


def test_a_fault_of_ours_in_one_analysis_is_one_line_too(
    write_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("float division\nby zero")

    monkeypatch.setattr(excretion, "analyse", broken)
    result = run_study(write_study(), tmp_path / "out")
    assert result.status == "failed"
    assert result.failures == (
        "excretion: internal error: ZeroDivisionError: float division by zero (a fault of goldshell; GOLDSHELL_DEBUG=1 "
        "shows where)",
    )


def test_changed_data_is_said(write_study, tmp_path: Path) -> None:
    study = write_study()
    out = tmp_path / "out"
    assert run_study(study, out).changes == ()
    assert run_study(study, out).changes == (), "nothing changed, nothing said"
    (study / "ph.csv").write_text("condition,n_low,n_high\n5,0,2\n9,1,6\n")
    result = run_study(study, out)
    record = record_of(result)
    assert len(result.changes) == 1
    assert result.changes[0].startswith("input changed since the run of 20")
    assert result.changes[0].endswith(": ph.csv")
    assert record["changes"]["changed"] == ["ph.csv"]
    assert result.changes[0] in result.report.read_text(encoding="utf-8")
    assert run_study(study, out).changes == ()


def test_added_and_removed_inputs_and_other_versions_are_said(write_study, tmp_path: Path) -> None:
    study = write_study()
    out = tmp_path / "out"
    run_study(study, out)
    record = json.loads((out / "record.json").read_text())
    record["versions"]["libraries"]["numpy"] = "0.1"
    (out / "record.json").write_text(json.dumps(record))
    text = (study / "study.yaml").read_text().replace("ph.csv", "acidity.csv")
    (study / "study.yaml").write_text(text)
    (study / "ph.csv").rename(study / "acidity.csv")
    said = "\n".join(run_study(study, out).changes)
    assert "input changed" in said
    assert "study.yaml" in said
    assert "input added" in said
    assert "acidity.csv" in said
    assert "input no longer used" in said
    assert "version changed" in said
    assert "numpy 0.1 ->" in said


def test_a_damaged_old_record_is_no_obstacle(write_study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for text in ("{", "[]", '{"schema": 99}'):
        (out / "record.json").write_text(text)
        assert run_study(write_study(), out).status == "done"


def test_ctrl_c_keeps_what_is_finished(write_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(excretion, "analyse", interrupted)
    result = run_study(write_study(), tmp_path / "out")
    record = record_of(result)
    assert result.status == record["status"] == "interrupted"
    assert [entry["status"] for entry in record["analyses"]] == ["done", "not run"]
    assert (tmp_path / "out" / "tables" / "extent-observations.csv").is_file()
    assert "interrupted" in result.report.read_text(encoding="utf-8")


def test_ctrl_c_while_files_are_written_forgets_that_analysis(
    write_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = run._write_outputs

    def interrupted(folder: Path, entry: dict[str, Any], *rest: Any) -> Any:
        drawn = real(folder, entry, *rest)
        if entry["id"] == "excretion":
            raise KeyboardInterrupt
        return drawn

    monkeypatch.setattr(run, "_write_outputs", interrupted)
    result = run_study(write_study(), tmp_path / "out")
    first, second = record_of(result)["analyses"]
    assert result.status == "interrupted"
    assert (first["status"], second["status"]) == ("done", "not run")
    assert second["summary"] == second["references"] == []
    assert not list((tmp_path / "out").rglob("excretion-*"))
    assert "did not run" in result.report.read_text(encoding="utf-8")


def test_the_record_is_there_while_the_run_is_under_way(
    write_study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = series.analyse

    def watching(*arguments: Any) -> Any:
        seen.append(json.loads((tmp_path / "out" / "record.json").read_text())["status"])
        return real(*arguments)

    monkeypatch.setattr(series, "analyse", watching)
    run_study(write_study(), tmp_path / "out")
    assert seen == ["running"]


def test_an_output_folder_that_cannot_be_used_is_named(write_study, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file, expected a folder"):
        run_study(write_study(), tmp_path / "file")
    with pytest.raises(InputError, match="cannot write"):
        run_study(write_study(), tmp_path / "file" / "below")


def test_progress_counts_every_analysis(write_study, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    run_study(write_study(), tmp_path / "out", progress=lambda *step: seen.append(step))
    assert [step[:2] for step in seen] == [(0, 2), (1, 2), (2, 2)]


def test_the_seed_of_an_analysis_is_its_own() -> None:
    # adding or moving other analyses must not change it; other ids and other studies must
    assert analysis_seed(3, "a") == analysis_seed(3, "a")
    assert len({analysis_seed(seed, name) for seed in (0, 1) for name in ("a", "b", "c")}) == 6
