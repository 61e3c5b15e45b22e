"""The kinds of analysis on fate, run in a study."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldshell.study import run_study

STUDY = """\
name: fate
title: Fate
question: Where does the gold go?
analyses:
  - {id: dose, kind: fate_simulate, file: dose.yaml}
  - {id: organs, kind: fate_fit, data: gold.csv, free: [CL_liver, fu_theta]}
  - {id: plan, kind: fate_design, file: dose.yaml, animals: 4, measure: [blood, liver], latest: 24 h,
     focus: [CL_liver]}
  - {id: blood, kind: fate_nca, data: blood.csv, dose: 100, route: bolus, subject: animal, time: time_h,
     concentration: c}
"""
GOLD = """\
# synthetic: yes
time_h,compartment,value,sd,n,unit
0.5,blood,2.1,0.4,3,%ID/mL
24,liver,80,8,3,%ID
24,urine,32,5,3,%ID
24,faeces,4,1,3,%ID
"""


def test_a_study_of_fate(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY)
    (folder / "dose.yaml").write_text("model: {name: minimal}\ntimes: [1 h, 24 h]\n")
    (folder / "gold.csv").write_text(GOLD)
    (folder / "blood.csv").write_text("animal,time_h,c\nm1,0.5,8\nm1,1,4\nm1,2,1\nm1,3,0.25\n")
    result = run_study(folder, tmp_path / "out")
    assert result.status == "done", result.failures
    report = next((tmp_path / "out").rglob("report.html")).read_text(encoding="utf-8")
    assert "More than was injected is found: 116.0" in report
    assert "D-optimal for 4 animals" in report
    assert "Terminal half-lives run from 0.5" in report  # two halvings an hour


@pytest.mark.slow
def test_the_published_numbers_in_a_report(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.yaml").write_text(
        "name: fate\ntitle: Fate\nquestion: Why?\nanalyses:\n  - {id: sizes, kind: fate_explained, about: sizes}\n"
    )
    assert run_study(folder, tmp_path / "out").status == "done"
