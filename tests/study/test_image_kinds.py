"""Study kinds of imaging: a synthetic stack and a table of animals through the whole run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from goldshell.study import run_study

STUDY = """\
name: light
title: Light of organs
analyses:
  - id: tac
    kind: image_tac
    animals: [{name: m1, stack: stack.tif, rois: rois.json, times: times.csv}]
    exposure: 0.5
    background: muscle
  - {id: groups, kind: image_compare, data: animals.csv, organ: organ, label: "net light [counts/s]"}
"""


def test_stack_and_groups_run_through(tmp_path: Path) -> None:
    times = np.array([0.0, 60, 120, 240, 480])
    pixels = np.full((5, 50, 60), 300.0)
    pixels[:, 10:30, 10:30] += 10000 * 2 ** (-times / 120)[:, None, None]
    raw = np.random.default_rng(1).poisson(pixels).astype(np.uint16)
    tifffile.imwrite(tmp_path / "stack.tif", raw, photometric="minisblack")
    squares = {"liver": [[12, 12], [28, 12], [28, 28], [12, 28]], "muscle": [[40, 5], [55, 5], [55, 25], [40, 25]]}
    rows = ["liver,a,12", "liver,a,14", "liver,a,13", "liver,b,22", "liver,b,31", "liver,b,19"]
    for name, text in {
        "study.yaml": STUDY, "rois.json": json.dumps(squares), "times.csv": "time_s\n0\n60\n120\n240\n480\n",
        "animals.csv": "\n".join(("organ,group,value", *rows)),
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = run_study(str(tmp_path), tmp_path / "out")
    assert result.status == "done", result
    record = json.loads(result.record.read_text(encoding="utf-8"))
    tac, groups = record["analyses"]
    half = next(item for item in tac["numbers"] if "half-life" in item["label"])
    assert half["value"] == pytest.approx(120.0, rel=0.01)  # as generated
    assert half["low"] < 120 < half["high"]
    assert "not shown to differ" in groups["summary"][0]
    assert any("n = 3" in text for text in groups["warnings"])
