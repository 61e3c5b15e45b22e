"""The study kind exchange_from_esi_ms: simulated exchange, synthetic spectra, and back."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.study import run_study

GENERATOR = Path(__file__).resolve().parents[1] / "reference" / "esi_ms_generator.py"
VIAL = """\
cluster: Au25(p-MBSA)18
incoming: p-MBA
phases:
  water: {volume: 2 mL, pH: 7, cluster: 0.025 mM}
  organic: {solvent: ethyl acetate, volume: 2 mL, ligand: 2.5 mM}
time: 15 min
outputs: [2 min, 5 min, 15 min]
model: {name: well_mixed, parameters: {k_exchange: 4 1/h}}
"""
STUDY = """\
name: kinetics
title: Exchange by mass spectra
question: How fast is it?
analyses:
  - id: fit
    kind: exchange_from_esi_ms
    vial: vial.yaml
    profiles: false
    fit: {k_exchange: {start: 3 1/h}}
    spectra:
      - {file: "15.csv", time: 15 min}
      - {file: "2.csv", time: 2 min}
"""


def test_spectra_become_a_rate_constant(goldshell: Any, tmp_path: Path) -> None:
    """Round trip: P(n) simulated at 4 1/h, spectra of the independent generator, the rate constant within 3 %."""
    spec = importlib.util.spec_from_file_location("esi_ms_generator_for_exchange", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    generator = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    (tmp_path / "vial.yaml").write_text(VIAL)
    simulated = goldshell("exchange", "simulate", tmp_path / "vial.yaml", "--json").json
    for minutes in (2, 15):
        place = int(np.argmin(np.abs(np.array(simulated["time_h"]) - minutes / 60)))
        fractions = generator.trimmed(np.array(simulated["composition"][place]))
        case = generator.Case("t", fractions, charges={5: 0.6, 6: 0.4}, points=10000, adducts={0: 0.8, 1: 0.2})
        made = generator.make(case)
        np.savetxt(tmp_path / f"{minutes}.csv", np.c_[made.mz, made.intensity], delimiter=",", header="mz,intensity",
                   comments="")  # fmt: skip
    (tmp_path / "vial.yaml").write_text(VIAL.replace("model:", "# model:"))
    (tmp_path / "study.yaml").write_text(STUDY)
    done = run_study(tmp_path, tmp_path / "out")
    assert done.status == "done", done.failures
    entry = json.loads(done.record.read_text(encoding="utf-8"))["analyses"][0]
    numbers = {item["label"]: item for item in entry["numbers"]}
    assert numbers["k_exchange"]["value"] == pytest.approx(4.0, rel=0.03)
    assert numbers["mean n at 0.0333 h"]["value"] < numbers["mean n at 0.25 h"]["value"]
    drawn = {path.stem for path in (done.record.parent / "figures").glob("*.svg")}
    assert {"fit-compositions", "fit-shell-1", "fit-shell-2"} <= drawn
    (tmp_path / "study.yaml").write_text(STUDY.replace("time: 2 min", "time: 2 mM"))
    with pytest.raises(InputError, match="2 mM"):
        run_study(tmp_path, tmp_path / "out2")
