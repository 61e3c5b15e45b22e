"""A small study in a temporary folder, and the packaged study run once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from goldshell.study import RunResult

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
    """The packaged study, run once for all tests and all workers: `run_packaged`."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "packaged-run"
    try:
        folder.mkdir()
    except FileExistsError:  # another worker makes it
        for _ in range(1500):
            if (folder / "finished").exists():
                break
            time.sleep(0.2)
    else:
        try:
            run_packaged(folder)
        finally:
            (folder / "finished").touch()
    results = folder / "results" / "zhang2026"
    record = json.loads((results / "record.json").read_text(encoding="utf-8"))
    return RunResult(record["status"], results / "record.json", results / "report.html", tuple(record["analyses"]), ())


def run_packaged(folder: Path) -> None:
    """``goldshell run zhang2026`` as its user types it, in ``folder``, away from the checkout."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "goldshell", "run", "zhang2026", "--json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    (folder / "stdout.json").write_text(done.stdout, encoding="utf-8")
