"""study.yaml is checked before anything runs: each error names file, line, field and what was expected."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goldshell.errors import InputError, UnknownNameError
from goldshell.study import load_study, packaged_studies
from goldshell.study.analyses import KINDS

RATES = """\
name: rates
title: Rates
analyses:
  - id: laws
    kind: rates
    compare:
      orders: orders.csv
      systems: systems.csv
      reference: water-only
      cluster: {cluster}
      thiol: 2.5 mM
"""


def test_the_packaged_study_is_valid_and_uses_every_kind() -> None:
    loaded = load_study("zhang2026")
    assert loaded.packaged
    own_files = {"exchange_simulate", "exchange_fit", "exchange_design"}  # in tests/study/test_exchange_kinds.py
    own_files |= {"cells"}  # in tests/study/test_analyses.py
    raw_data = {
        "etching_from_uvvis",
        "stability",
        "nmr",
        "zeta",
        "exchange_from_esi_ms",
    }  # in tests/study/test_spectra_kinds.py
    raw_data |= {
        "image_tac",
        "image_compare",
        "image_exvivo",
        "image_calibration",
    }  # in tests/study/test_image_kinds.py
    raw_data |= {"image_depth", "ct", "photoacoustic"}
    raw_data |= {"esi_ms"}  # in tests/study/test_esi_ms_kind.py
    own_files |= {"fate_simulate", "fate_fit", "fate_nca", "fate_design"}  # in tests/study/test_fate_kinds.py
    elsewhere = own_files | raw_data
    assert {analysis.kind for analysis in loaded.study.analyses} >= set(KINDS) - elsewhere


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("kind: series", "kind: serie", 7, r"unknown kind 'serie'.*did you mean series"),
        ("kind: series", "kind: zzz", 7, r"unknown kind 'zzz'.*known: rates.*audit"),
        ("    kind: series\n", "", 6, r"'analyses\.0\.kind' is missing"),
        ("name: small", "name: Small Study", 1, r"name.*match"),
        ("title: A small study\n", "", 1, r"'title' is missing"),
        ("seed: 3", "seed: -1", 4, r"seed.*greater than or equal to 0"),
        ("seed: 3", "seed: many", 4, r"seed.*integer"),
        ("id: excretion", "id: extent", 5, r"two analyses have the id 'extent'"),
        ("    data: excretion.csv", "    file: excretion.csv", 12, r"file.*did you mean"),
        ("data: excretion.csv", "data: ../excretion.csv", 12, r"must be the name of a file in the study folder"),
        ("data: excretion.csv", "data: /etc/passwd", 12, r"must be the name of a file in the study folder"),
        ("    panels:", "    sites: 0\n    panels:", 8, r"sites.*greater than 0"),
        ("    panels:", "    sites: .nan\n    panels:", 8, r"sites.*(finite|integer)"),
    ],
)
def test_each_problem_of_study_yaml_is_named(write_study, old: str, new: str, line: int, said: str) -> None:
    study = write_study()
    text = (study / "study.yaml").read_text()
    assert old in text
    (study / "study.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load_study(str(study))
    message = str(caught.value)
    assert re.search(said, message), message
    assert f"study.yaml:{line}:" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ("0.025", "missing unit"),
        ("-0.025 mM", "above 0"),
        ("0 mM", "above 0"),
        (".nan", "missing unit|finite"),
        ("nan mM", "not a finite number"),
        ("0.025 mL", "not a quantity in mM"),
        ("0.025 mMol/Q", "cannot read"),
    ],
)
def test_quantities_need_a_unit_and_a_sensible_number(tmp_path: Path, cluster: str, said: str) -> None:
    (tmp_path / "study.yaml").write_text(RATES.format(cluster=cluster))
    with pytest.raises(InputError, match=said) as caught:
        load_study(str(tmp_path))
    assert "study.yaml:10:" in str(caught.value)


def test_truncated_yaml_and_empty_files_are_named(write_study) -> None:
    study = write_study("name: small\ntitle: 'A small\n")
    with pytest.raises(InputError, match=r"study\.yaml:\d+: not valid YAML"):
        load_study(str(study))
    with pytest.raises(InputError, match="the file is empty"):
        load_study(str(write_study("\n")))
    with pytest.raises(InputError, match="expected 'key: value' lines"):
        load_study(str(write_study("- a\n- b\n")))
    with pytest.raises(InputError, match="analyses"):
        load_study(str(write_study("name: small\ntitle: Small\nanalyses: []\n")))


def test_a_study_is_found_by_folder_file_and_packaged_name(
    write_study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    study = write_study()
    assert load_study(str(study)).study.name == "small"
    assert load_study(str(study / "study.yaml")).folder == study
    assert "zhang2026" in packaged_studies()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownNameError, match=r"unknown study 'zang2026' \(did you mean zhang2026"):
        load_study("zang2026")
    with pytest.raises(UnknownNameError, match="did you mean small"):
        load_study("smal")
    with pytest.raises(InputError, match="no such study folder"):
        load_study("nowhere/at/all")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"the folder has no study\.yaml"):
        load_study("empty")
    with pytest.raises(InputError, match="expected a folder"):
        load_study(str(study / "ph.csv"))


def test_a_folder_of_results_does_not_hide_the_packaged_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zhang2026").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_study("zhang2026").packaged
