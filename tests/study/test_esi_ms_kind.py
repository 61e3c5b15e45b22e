"""The study kind esi_ms on a synthetic spectrum of the independent generator."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.study import run_study

GENERATOR = Path(__file__).resolve().parents[1] / "reference" / "esi_ms_generator.py"
STUDY = """\
name: masses
title: A synthetic spectrum
question: How many p-MBA are on the clusters?
analyses:
  - {id: ms, kind: esi_ms, data: spectrum.csv, cluster: Au25(p-MBSA)18, incoming: p-MBA}
"""


def test_a_spectrum_becomes_a_section(tmp_path: Path) -> None:
    """Known composition: mean n 1.2 within 0.03; tables hold 19 fractions that add to one, every figure is drawn."""
    spec = importlib.util.spec_from_file_location("esi_ms_generator_for_studies", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    generator = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    fractions = np.zeros(19)
    fractions[:4] = [0.25, 0.4, 0.25, 0.1]
    made = generator.make(generator.Case("low", fractions, charges={5: 0.6, 6: 0.4}, points=12000, noise=0.002))
    points = np.c_[made.mz, made.intensity]
    np.savetxt(tmp_path / "spectrum.csv", points, delimiter=",", header="mz,intensity", comments="")
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    done = run_study(tmp_path, tmp_path / "out")
    assert done.status == "done", done.failures
    entry = json.loads(done.record.read_text(encoding="utf-8"))["analyses"][0]
    numbers = {item["label"]: item for item in entry["numbers"]}
    assert numbers["mean n"]["value"] == pytest.approx(1.2, abs=0.03)
    assert numbers["mean n"]["low"] < 1.2 < numbers["mean n"]["high"]
    table = np.genfromtxt(done.record.parent / "tables" / "ms-composition.csv", delimiter=",", names=True)
    assert len(table) == 19
    assert table["fraction"].sum() == pytest.approx(1.0, abs=1e-6)
    assert len(list((done.record.parent / "figures").glob("ms-*.svg"))) == 4
    (tmp_path / "study.yaml").write_text(STUDY.replace("p-MBA}", "p-MBB}"), encoding="utf-8")
    with pytest.raises(InputError, match="p-MBA"):
        run_study(tmp_path, tmp_path / "out2")
