"""The kinds that start from spectra run as part of a study: report sections, figures, tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from goldshell.study.run import run_study
from reference import uvvis_generator as generator

STUDY = """\
name: spectra
title: From spectra
seed: 1
analyses:
  - {id: etching, kind: etching_from_uvvis, data: [v0.csv, v1.csv, v2.csv, v3.csv], drift: none}
  - {id: stable, kind: stability, data: [pH4.csv, pH9.csv]}
  - {id: nmr, kind: nmr, data: nmr.csv, cluster: Au25(p-MBSA)18, incoming: p-ATP}
  - {id: zeta, kind: zeta, data: zeta.csv, cluster: Au25(p-MBSA)18, ionic_strength: 10 mM, ph: 7}
"""


def test_spectra_make_a_report(tmp_path: Path) -> None:
    conditions = ((0.01, 2.5), (0.04, 2.5), (0.025, 0.8), (0.025, 5.0))
    for i, one in enumerate(generator.traces(points=30, conditions=conditions, seed=2)):
        (tmp_path / f"v{i}.csv").write_text(generator.trace_csv(one))
    axis = np.arange(500.0, 901.0, 2.0)
    for name, rate in (("pH4", 0.0), ("pH9", 0.25)):
        random = np.random.default_rng(3)
        rows = [generator.spectrum(axis, shift=rate * t, random=random) for t in (0.0, 6.0, 12.0, 24.0)]
        (tmp_path / f"{name}.csv").write_text(generator.series_csv([0, 6, 12, 24], rows, axis, condition=name))
    (tmp_path / "nmr.csv").write_text("ligand,protons,integral\np-MBSA,2,15\np-ATP,2,3\n")
    (tmp_path / "zeta.csv").write_text("sample,mobility\na 1,-2.9\na 2,-3.0\na 3,-2.8\n")
    (tmp_path / "study.yaml").write_text(STUDY)
    result = run_study(str(tmp_path), out=tmp_path / "out")
    assert [one["status"] for one in result.analyses] == ["done"] * 4, result
    report = result.report.read_text(encoding="utf-8")
    for words in ("Etching by UV-vis", "Stability by UV-vis", "pH9: changed", "pH4: unchanged", "Composition by NMR",
                  "the fit of all regions", "Zeta potential and charge", "counter-ions"):  # fmt: skip
        assert words in report
