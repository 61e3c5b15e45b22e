"""Reading and writing files: bad input names file, line, field; nothing is left half-written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict

from goldshell.errors import InputError
from goldshell.files import json_ready, read_table, read_text, read_yaml, write_atomically
from goldshell.units import quantity


class Phase(BaseModel):
    model_config = ConfigDict(extra="forbid")
    volume: quantity("mL", minimum=0, exclusive=True)  # type: ignore[valid-type]
    pH: float = 7.0


class Vial(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    phases: dict[str, Phase]


def write(folder: Path, text: str, name: str = "vial.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_is_read_with_units(tmp_path: Path) -> None:
    vial = read_yaml(write(tmp_path, "name: vial\nphases:\n  water: {volume: 2 mL}\n"), Vial)
    assert vial.phases["water"].volume == 2.0


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("name: vial\nphases:\n  water:\n    volume: 2\n", 4, "missing unit"),
        ("name: vial\nphases:\n  water:\n    volume: -2 mL\n", 4, "must be above 0 mL"),
        ("name: vial\nphases:\n  water:\n    volume: .nan\n", 4, "phases.water.volume"),
        ("name: vial\nphases:\n  water:\n    volum: 2 mL\n", 4, "did you mean volume"),
        ("name: vial\nphases:\n  water: {volume: 2 mL\n", 4, "not valid YAML"),
        ("name: vial\n", 1, "required field 'phases' is missing"),
        ("- a\n- b\n", 1, "expected 'key: value'"),
        ("name: vial\nphases: {}\nname: pot\n", 3, "the key 'name' stands twice"),
        ("name: vial\nphases:\n  water:\n    volume: 2 mL\n    volume: 3 mL\n", 5, "the key 'volume' stands twice"),
    ],
)
def test_yaml_errors_name_file_line_and_field(tmp_path: Path, text: str, line: int, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_yaml(path, Vial)
    message = str(caught.value)
    assert problem in message
    assert "\n" not in message
    if "volum:" not in text and text != "name: vial\n":
        assert message.startswith(f"{path}:{line}")


def test_text_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        read_text(write(tmp_path, "  \n"))
    with pytest.raises(InputError, match=r"did you mean vial\.yaml"):
        read_text(tmp_path / "vail.yaml")
    with pytest.raises(InputError, match="is a folder"):
        read_text(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InputError, match="not UTF-8"):
        read_text(tmp_path / "binary")


def test_table_is_read_and_checked(tmp_path: Path) -> None:
    path = write(tmp_path, "# a comment\ntime_h,absorbance\n0,1.0\n1,0.9\n", "trace.csv")
    table = read_table(path, ("time_h", "absorbance"), numeric=("time_h", "absorbance"))
    assert table["absorbance"].tolist() == [1.0, 0.9]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("time,absorbance\n0,1\n", r":1: column 'time_h' is missing \(is it 'time'"),
        ("time_h,absorbance\n0,1\n1,\n", ":3: column 'absorbance': is empty"),
        ("time_h,absorbance\n0,1\n1,nan\n", ":3: column 'absorbance': 'nan' is not a finite"),
        ("time_h,absorbance\n0,1\n1,x\n", ":3: column 'absorbance': 'x' is not a number"),
        ("time_h,absorbance\n", ":1: the table has a header but no rows"),
    ],
)
def test_table_errors_name_line_and_column(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read_table(write(tmp_path, text, "t.csv"), ("time_h", "absorbance"), numeric=("time_h", "absorbance"))


def test_interrupted_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    write_atomically(path, "old")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_ready_has_no_nan() -> None:
    assert json_ready({"a": np.array([1.0, np.nan]), "b": (np.int64(2), float("inf"))}) == {
        "a": [1.0, None],
        "b": [2, None],
    }
