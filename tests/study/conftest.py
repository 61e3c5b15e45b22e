"""A small study in a temporary folder, and the packaged study run once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from goldshell.study import RunResult, run_study

STUDY = """\
name: small
title: A small study
question: Does it work?
seed: 3
analyses:
  - id: extent
    kind: series
    panels:
      - {title: Aqueous pH, data: ph.csv, condition: pH}
  - id: excretion
    kind: excretion
    data: excretion.csv
"""
PH = "condition,n_low,n_high\n5,0,1\n7,0,3\n9,1,5\n"
EXCRETION = "group,sample,time_h,value_percent_id,sd_percent_id\nanionic,urine,24,10,2\nmixed,urine,24,20,4\n"

WriteStudy = Callable[..., Path]


@pytest.fixture
def write_study(tmp_path: Path) -> WriteStudy:
    """Write a study folder: ``write_study(text, **{"ph.csv": ...})``; what is not given is as above."""

    def write(text: str = STUDY, files: dict[str, str] | None = None, folder: str = "small") -> Path:
        target = tmp_path / folder
        target.mkdir(exist_ok=True)
        for name, content in {"study.yaml": text, "ph.csv": PH, "excretion.csv": EXCRETION, **(files or {})}.items():
            (target / name).write_text(content, encoding="utf-8")
        return target

    return write


@pytest.fixture(scope="session")
def packaged_run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """The packaged study zhang2026, run once for all tests of the session."""
    return run_study("zhang2026", tmp_path_factory.mktemp("zhang2026"), pdf=True)
