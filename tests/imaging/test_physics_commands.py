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
    rows = goldshell("image", "performance", "--json").json["rows"]
    assert any(row["unit"] == "nm" for row in rows)
    said = goldshell("image", "performance").out  # what S 5.1 quotes: lymph node, bone, perfusion, stomach
    for text in ("lymph node", "spine", "0.11", "1000 to 1100", "gastric acid > methylene blue bound"):
        assert text in said


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


VOXELS = """\
labels: labels.tif
voxel: 0.25 mm
media: {0: soft tissue, 7: {water: 0.7, blood: 0.3, lipid: 0, scattering: 1.5 1/mm, scattering_power: 1}}
beam_radius: 1 mm
photons: 2000
"""


@pytest.fixture
def block(tmp_path: Path) -> Path:
    import tifffile

    labels = np.zeros((8, 12, 16), np.uint8)  # slices from the skin downwards
    labels[3:5, 5:8, 6:10] = 7
    tifffile.imwrite(tmp_path / "labels.tif", labels, photometric="minisblack")
    tifffile.imwrite(tmp_path / "floats.tif", labels.astype(np.float32), photometric="minisblack")
    (tmp_path / "voxels.yaml").write_text(VOXELS)
    return tmp_path


def test_voxels(goldshell: Any, block: Path) -> None:
    """Property: all light is accounted for, roulette apart; the fluence is that of the medium's absorption."""
    import tifffile

    run = ("image", "voxels", block / "voxels.yaml")
    found = goldshell(*run, "--fluence", block / "out.tif", "--figures", block / "figures", "--json").json
    media = {row["label"]: row for row in found["media"]}
    assert media[7]["voxels"] == 2 * 3 * 4
    total = found["specular"] + found["reflectance"] + found["left"] + sum(row["absorbed"] for row in media.values())
    assert total == pytest.approx(1.0, abs=5e-3)
    fluence = tifffile.imread(block / "out.tif")
    assert fluence.shape == (8, 12, 16)
    assert fluence[3:5, 5:8, 6:10].mean() == pytest.approx(media[7]["mean_fluence_per_mm2"], rel=1e-5)
    assert fluence[0].mean() > fluence[-1].mean()
    assert (block / "figures" / "voxels.svg").exists()
    assert "given tissue" in goldshell(*run).out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("labels.tif", "none.tif", "none.tif"),
        ("labels.tif", "floats.tif", "not whole numbers"),
        (", 7:", ", 8:", "label 7 (24 voxels) has no medium"),
        ("0: soft tissue", "0: bone", "several refractive indices"),
        ("0: soft tissue", "0: sof tissue", "soft tissue"),
        ("beam_radius: 1 mm", "beam_radius: 9 mm", "does not fit"),
        ("beam_radius: 1 mm", "source: [1 mm, 1 mm, 9 mm]", "outside the block"),
        ("beam_radius: 1 mm", "beam_radius: 1 mm\nsource: [1 mm, 1 mm, 1 mm]", "not both"),
        ("0.25 mm", "0.25 s", "mm"),
    ],
)
def test_voxels_that_cannot_be_are_one_line(goldshell: Any, block: Path, old: str, new: str, expected: str) -> None:
    (block / "voxels.yaml").write_text(VOXELS.replace(old, new))
    refused = goldshell("image", "voxels", block / "voxels.yaml", "--fluence", block / "out.tif")
    assert refused.code == 2
    assert expected in refused.err
    assert refused.err.count("\n") == 1
    assert not (block / "out.tif").exists()


def test_mri(goldshell: Any, files: Path) -> None:
    """By hand: 1/T = 0.4 + r c with r 4 and 8 1/(mM s)."""
    rows = [f"{name},{c},{1 / (0.4 + r * c)!r}" for name, r in (("one", 4.0), ("two", 8.0)) for c in (0, 0.5, 1, 2)]
    (files / "mri.csv").write_text("agent,concentration,time_s\n" + "\n".join(rows) + "\n")
    found = goldshell("image", "mri", files / "mri.csv", "--figures", files / "out", "--json").json["agents"]
    assert found["one"]["slope"]["value"] == pytest.approx(4.0)
    assert found["two"]["slope"]["value"] == pytest.approx(8.0)
    assert found["two"]["slope"]["unit"] == "1/(mM*s)"
    assert "relaxivity" in goldshell("image", "mri", files / "mri.csv").out
    (files / "mri.csv").write_text("concentration,time_s\n0,1\n1,0\n2,0.1\n")
    refused = goldshell("image", "mri", files / "mri.csv")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "mri.csv" in refused.err


def test_relations(goldshell: Any) -> None:
    """S: 1.8 % assembled, 12 % free; 0.4 +/- 0.2 over 0.2 +/- 0.04; 1 mW/mm3 heats water by 0.239 K/s."""
    listed = {one["name"] for one in goldshell("image", "relation", "--json").json["relations"]}
    assert listed == {"quantum_yield", "free_fraction", "temperature_rise", "ratio_of_means"}
    cases: tuple[tuple[tuple[str, ...], float], ...] = (
        (("nir2", "quantum_yield", "free_fraction=1"), 0.12),
        (("nir2", "free_fraction", "enhancement=1"), 0.0),
        (("nir2", "temperature_rise", "absorption=0.1", "fluence=10", "time=4.18"), 1.0),
    )
    for words, expected in cases:
        assert goldshell("image", "relation", *words, "--json").json["value"] == pytest.approx(expected)
    ratio = ("ratio", "ratio_of_means", "first=0.4", "first_sd=0.2", "second=0.2", "second_sd=0.04")
    found = goldshell("image", "relation", *ratio, "--json").json["value"]
    assert found["value"] == pytest.approx(2.0)
    assert found["low"] < 2.2 < found["high"]
    assert "2 (" in goldshell("image", "relation", *ratio, "animals=3").out
    for words, reason in (
        ((*ratio, "animals=2.5"), "whole number"),
        (("nir2", "temperature_ris"), "temperature_rise"),
        (("nir2", "temperature_rise", "absorption=0.1"), "fluence"),
        (("nir2", "quantum_yield", "free_fraction=two"), "free_fraction=two"),
        (("nir2", "quantum_yield", "free_fraction=2"), "0 to 1"),
    ):
        refused = goldshell("image", "relation", *words)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert reason in refused.err


def test_effective_half_life(goldshell: Any, files: Path) -> None:
    """1/T = 1/12.7 + 1/12.7 h for copper that the organ loses as fast as it decays."""
    run = ("image", "decay", files / "decay.csv", "--nuclide", "64Cu", "--biological", "12.7006")
    assert goldshell(*run, "--json").json["effective_half_life_h"] == pytest.approx(6.35, rel=1e-3)
    assert "effective half life 6.35 h" in goldshell(*run).out
