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


PHYSICS = """\
name: physics
title: Contrast
analyses:
  - id: organs
    kind: image_exvivo
    animals:
      - {name: a1, image: a1.tif, rois: rois.json, group: a}
      - {name: a2, image: a2.tif, rois: rois.json, group: a}
      - {name: b1, image: b1.tif, rois: rois.json, group: b}
      - {name: b2, image: b2.tif, rois: rois.json, group: b}
    exposure: 2
    background: blank
    reference: liver
  - {id: shells, kind: image_calibration, data: dilution.csv, shell: shell, margin: 0.1}
  - {id: scanner, kind: ct, data: ct.csv, unit: mM}
  - {id: kidneys, kind: photoacoustic, animals: [{name: m1, data: pa.csv}], stop: 50}
  - {id: course, kind: image_compare, data: course.csv, animal: animal, time: time_h, time_label: "time [h]"}
  - {id: sight, kind: image_depth, file: depth.yaml}
"""
DEPTH = """\
tissue: brain
probe: {molar_absorption: 8000 1/(M*cm), quantum_yield: 0.01, emission: 1064 nm}
camera: {irradiance: 70 mW/cm^2, numerical_aperture: 0.05, throughput: 0.3, pixel: 100 um, dark: 100 1/s, read_noise: 3}
depths: [6 mm, 8 mm]
exposures: [100 ms, 1 s]
photons: 1000
"""


def test_contrast_and_excised_organs_run_through(tmp_path: Path) -> None:
    """Values are those of the generating equations."""
    random = np.random.default_rng(4)
    squares = {
        "liver": [[5, 5], [25, 5], [25, 25], [5, 25]], "spleen": [[30, 5], [40, 5], [40, 25], [30, 25]],
        "blank": [[5, 30], [55, 30], [55, 45], [5, 45]],
    }  # fmt: skip
    (tmp_path / "rois.json").write_text(json.dumps(squares), encoding="utf-8")
    for name, factor in {"a1": 0.8, "a2": 1.2, "b1": 2.0, "b2": 2.4}.items():
        pixels = np.full((50, 60), 200.0)
        pixels[5:25, 5:25] += 8000 * factor
        pixels[5:25, 30:40] += 4000 * factor
        tifffile.imwrite(tmp_path / f"{name}.tif", random.poisson(pixels).astype(np.uint16), photometric="minisblack")
    dose = np.repeat([0.0, 1, 2, 4, 8], 3)
    rows = [f"{shell},{c},{5 + b * c + random.normal(0, 0.3)}" for shell, b in (("x", 10), ("y", 10.2)) for c in dose]
    (tmp_path / "dilution.csv").write_text("shell,concentration,value\n" + "\n".join(rows), encoding="utf-8")
    rows = [f"{c},{40 + 18 * c + random.normal(0, 1)}" for c in dose]
    (tmp_path / "ct.csv").write_text("concentration,hu\n" + "\n".join(rows), encoding="utf-8")
    time = np.arange(0.0, 60.0)
    artery = time * np.exp(-time / 12)
    area = np.concatenate([[0.0], np.cumsum(0.5 * (artery[1:] + artery[:-1]))])
    kidney = 0.2 * artery + 0.26 / 60 * area + random.normal(0, 0.01, time.size)
    rows = [f"{t},{k},{a}" for t, k, a in zip(time, kidney, artery, strict=True)]
    (tmp_path / "pa.csv").write_text("time_s,kidney,artery\n" + "\n".join(rows), encoding="utf-8")
    rows = [
        f"{g}{i},{g},{t},{k + 0.1 * i - 0.2 * t}" for g, k in (("a", 5), ("b", 9)) for i in range(3) for t in (0, 2, 6)
    ]
    (tmp_path / "course.csv").write_text("animal,group,time_h,value\n" + "\n".join(rows), encoding="utf-8")
    (tmp_path / "depth.yaml").write_text(DEPTH, encoding="utf-8")
    (tmp_path / "study.yaml").write_text(PHYSICS, encoding="utf-8")
    result = run_study(str(tmp_path), tmp_path / "out")
    assert result.status == "done", result
    found = {item["id"]: item for item in json.loads(result.record.read_text(encoding="utf-8"))["analyses"]}
    organs, shells, scanner, kidneys, course, sight = found.values()
    assert course["numbers"][0]["value"] == pytest.approx(-24.0)  # a is 4 below b over 6 h
    light = {item["label"]: item for item in organs["numbers"]}
    assert light["liver, a: light per pixel, counts"]["value"] == pytest.approx(4000, rel=0.01)
    assert light["spleen, b: light per pixel, counts"]["value"] == pytest.approx(4400, rel=0.01)
    assert "shown to agree within 10 %" in shells["summary"][0]
    slope = next(item for item in scanner["numbers"] if item["label"].endswith("slope"))
    assert slope["low"] < 18 < slope["high"]
    rate = kidneys["numbers"][0]
    assert rate["low"] < 0.26 < rate["high"]
    assert sight["numbers"][0]["value"] > sight["numbers"][2]["value"]  # a longer exposure sees less


def test_two_animals_of_one_name_are_refused(tmp_path: Path) -> None:
    text = PHYSICS.split("  - {id: shells")[0].replace("name: a2", "name: a1")
    for name in ("a1.tif", "a2.tif", "b1.tif", "b2.tif"):
        tifffile.imwrite(tmp_path / name, np.full((50, 60), 200, np.uint16), photometric="minisblack")
    (tmp_path / "rois.json").write_text('{"liver": [[5, 5], [25, 5], [25, 25]]}', encoding="utf-8")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    result = run_study(str(tmp_path), tmp_path / "out")
    assert "two animals are called 'a1'" in json.dumps(result.analyses)
