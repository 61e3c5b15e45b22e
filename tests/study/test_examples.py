"""The packaged study and the example of ``goldshell new``: made from their sources, and run as they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from goldshell.errors import InputError
from goldshell.literature import show
from goldshell.study import load_study, new_study, run_study
from goldshell.study.examples import make_zhang2026


def test_the_data_of_zhang2026_are_what_the_script_makes_from_the_literature() -> None:
    made = make_zhang2026.make_files()
    there = {path.name for path in make_zhang2026.FOLDER.iterdir()} - {"study.yaml"}
    assert there == set(made)
    for name, text in made.items():
        assert (make_zhang2026.FOLDER / name).read_text(encoding="utf-8") == text, (
            f"{name}: run python -m goldshell.study.examples.make_zhang2026"
        )


def test_every_number_of_zhang2026_stands_in_the_row_it_names() -> None:
    # independent of the script: every cell against the literature row of its source column
    for path in sorted(make_zhang2026.FOLDER.glob("*.csv")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for record in csv.DictReader(lines):
            row = show(record["source"])
            numbers = {row.number, row.low, row.high}
            for column in ("value", "value_percent_id", "order", "population", "n_mean"):
                if column in record:
                    assert float(record[column]) in numbers, (path.name, record)
            if row.relation == "range":
                assert (float(record["n_low"]), float(record["n_high"])) == (row.low, row.high)
            if row.relation == "order":
                assert record["ordering"] == row.value


def test_fig4_of_the_paper_is_whole() -> None:
    # Zhang et al. 2026, Fig. 4, table: ranges of n at feeds of 1, 2, 4, 6, 9
    printed = {
        "two-phase": [(0, 2), (1, 5), (3, 7), (4, 12), (7, 13)],
        "water-only": [(0, 9), (0, 10), (0, 10), (1, 11), (3, 12)],
    }
    lines = (make_zhang2026.FOLDER / "ranges.csv").read_text().splitlines()
    found: dict[str, list[tuple[int, int]]] = {}
    for record in csv.DictReader(line for line in lines if not line.startswith("#")):
        found.setdefault(record["system"], []).append((int(record["n_low"]), int(record["n_high"])))
    assert found == printed


def test_the_example_of_new_runs_as_it_is(tmp_path: Path) -> None:
    written = new_study(tmp_path / "My Study")
    assert {path.name for path in written} >= {"study.yaml", "ranges.csv"}
    text = (tmp_path / "My Study" / "study.yaml").read_text()
    assert yaml.safe_load(text)["name"] == "my-study"
    assert sum(line.lstrip().startswith("#") for line in text.splitlines()) >= 15, "it is commented"
    result = run_study(tmp_path / "My Study", tmp_path / "out")
    assert result.status == "done", result.failures


def test_the_example_of_new_names_every_data_file(tmp_path: Path) -> None:
    written = {path.name for path in new_study(tmp_path / "s")}
    loaded = load_study(str(tmp_path / "s"))
    named = {name for analysis in loaded.study.analyses for name in analysis.data_files()}
    assert named | {"study.yaml"} == written


def test_new_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="the folder is not empty"):
        new_study(tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    with pytest.raises(InputError, match="is a file"):
        new_study(tmp_path / "full" / "notes.txt")
    (tmp_path / "empty").mkdir()
    assert new_study(tmp_path / "empty")
