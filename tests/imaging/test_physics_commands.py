"""``goldshell image depth|ct|pa|decay|performance``: output, figures, one-line errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

DEPTH = """\
tissue: soft tissue
probe: {molar_absorption: 8000 1/(M*cm), quantum_yield: 0.01, emission: 1064 nm}
camera: {irradiance: 70 mW/cm^2, numerical_aperture: 0.05, throughput: 0.3, pixel: 100 um, dark: 100 1/s, read_noise: 3}
depths: [4 mm, 8 mm]
exposures: [100 ms, 1 s]
photons: 1000
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "depth.yaml").write_text(DEPTH)
    rows = ["agent,concentration,hu"]
    rows += [f"gold,{c},{10 + 18 * c + e}" for c, e in zip((0, 1, 2, 4, 8), (1, -1, 0.5, -0.5, 0), strict=True)]
    rows += [f"iopromide,{c},{10 + 4 * c + e}" for c, e in zip((0, 1, 2, 4, 8), (-1, 1, 0.3, -0.5, 0), strict=True)]
    (tmp_path / "ct.csv").write_text("\n".join(rows) + "\n")
    time = np.arange(0.0, 60.0, 1.0)
    artery = time * np.exp(-time / 12.0)
    area = np.concatenate([[0.0], np.cumsum(0.5 * (artery[1:] + artery[:-1]))])
    kidney = 0.2 * artery + 0.26 / 60 * area + np.random.default_rng(1).normal(0, 0.01, time.size)
    lines = [f"{t},{k},{a}" for t, k, a in zip(time, kidney, artery, strict=True)]
    (tmp_path / "pa.csv").write_text("time_s,kidney,artery\n" + "\n".join(lines) + "\n")
    (tmp_path / "decay.csv").write_text("time_h,activity,mass_g\n0,100,1\n64.671,50,1\n")
    return tmp_path


def test_depth(goldshell: Any, files: Path) -> None:
    found = goldshell("image", "depth", files / "depth.yaml", "--figures", files / "out", "--json").json
    assert found["schema"] == 1
    assert found["least_uM"][0][0] > found["least_uM"][1][0]
    assert {one.name for one in (files / "out").iterdir()} == {"visibility.svg", "tissue_spectra.svg"}
    assert "soft tissue" in goldshell("image", "depth", files / "depth.yaml").out


def test_ct(goldshell: Any, files: Path) -> None:
    found = goldshell("image", "ct", files / "ct.csv", "--unit", "mM", "--figures", files / "out", "--json").json
    assert found["agents"]["gold"]["slope"]["low"] < 18 < found["agents"]["gold"]["slope"]["high"]
    assert found["comparison"]["p"] < 1e-6
    assert found["comparison"]["equivalence"]["equivalent"] is False
    assert found["comparison"]["statement"].startswith("slopes differ")
    assert found["published"]["ratio"] == pytest.approx(17.85 / 4.15)
    assert "without unit" in goldshell("image", "ct", files / "ct.csv").out


def test_pa(goldshell: Any, files: Path) -> None:
    found = goldshell("image", "pa", files / "pa.csv", "--figures", files / "out", "--json").json
    assert found["filtration"]["low"] < 0.26 < found["filtration"]["high"]
    assert found["published"]["looks_swapped"] is True
    assert "mL/min/mL" in goldshell("image", "pa", files / "pa.csv", "--stop", "40").out


def test_decay_and_performance(goldshell: Any, files: Path) -> None:
    found = goldshell("image", "decay", files / "decay.csv", "--nuclide", "198Au", "--injected", "1000", "--json").json
    assert found["corrected"] == pytest.approx([100.0, 100.0])
    assert found["id_per_g"] == pytest.approx([10.0, 10.0])
    assert any(row["unit"] == "nm" for row in goldshell("image", "performance", "--json").json["rows"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("depth", "none.yaml"), "none.yaml"),
        (("ct", "ct.csv", "--unit", "M"), "mg/mL"),
        (("ct", "pa.csv"), "concentration"),
        (("pa", "ct.csv"), "time_s"),
        (("pa", "pa.csv", "--start", "58"), "four or more"),
        (("decay", "decay.csv", "--nuclide", "197Au"), "198Au"),
    ],
)
def test_errors_are_one_line(goldshell: Any, files: Path, arguments: tuple[str, ...], expected: str) -> None:
    command, file, *rest = arguments
    result = goldshell("image", command, files / file, *rest)
    assert result.code == 2
    assert expected in result.err
    assert result.err.count("\n") == 1
