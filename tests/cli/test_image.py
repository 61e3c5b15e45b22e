"""``goldshell image``: contract, files written, one-line errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from goldshell.fate.data import read_fate_data

TIMES = (0.0, 60.0, 120.0, 240.0, 480.0)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A synthetic stack: a square falling with a half-life of 120 s, on even background, at 0.5 s exposure."""
    random = np.random.default_rng(3)
    pixels = np.full((len(TIMES), 60, 70), 400.0)  # electrons
    for frame, time in zip(pixels, TIMES, strict=True):
        frame[20:40, 20:40] += 20000 * 2 ** (-time / 120)
    tifffile.imwrite(tmp_path / "stack.tif", (100 + random.poisson(pixels)).astype(np.uint16), photometric="minisblack")
    tifffile.imwrite(tmp_path / "dark.tif", np.full((60, 70), 100, np.uint16))
    squares = {"liver": [[22, 22], [38, 22], [38, 38], [22, 38]], "muscle": [[50, 5], [65, 5], [65, 25], [50, 25]]}
    (tmp_path / "rois.json").write_text(json.dumps(squares), encoding="utf-8")
    (tmp_path / "times.csv").write_text("time_s\n" + "\n".join(map(str, TIMES)), encoding="utf-8")
    return tmp_path


def words(folder: Path) -> tuple[str | Path, ...]:
    return (
        folder / "stack.tif", "--rois", folder / "rois.json", "--dark", folder / "dark.tif", "--exposure", "0.5",
        "--background", "muscle",
    )  # fmt: skip


def test_tac_is_that_of_the_contract(goldshell: Any, images: Path) -> None:
    extra = ("--times", images / "times.csv", "--figures", images / "figures", "--fate", images / "fate.csv")
    result = goldshell("image", "tac", *words(images), *extra, "--json")
    assert result.code == 0
    liver, muscle = result.json["rois"]
    assert {
        "name", "pixels", "time_s", "mean", "sem", "background", "net", "sbr", "saturated_fraction",
    } <= set(liver)  # fmt: skip
    assert (liver["name"], liver["pixels"], liver["time_s"]) == ("liver", 256, list(TIMES))
    truth = 40000 * 2 ** (-np.array(TIMES) / 120)  # counts/s, by hand: 20000 electrons, gain 1, in 0.5 s
    assert liver["net"] == pytest.approx(truth, rel=0.01)
    assert np.subtract(liver["mean"], liver["background"]) == pytest.approx(liver["net"])
    assert muscle["net"] == [0.0] * 5
    assert result.json["curves"]["liver"]["half_life"] == pytest.approx(120.0, rel=0.01)
    plain = goldshell("image", "tac", *words(images), "--times", images / "times.csv").out
    assert "washout half-life [s]" in plain
    assert {path.name for path in (images / "figures").iterdir()} == {"montage.svg", "curves.svg"}
    samples = read_fate_data(images / "fate.csv").samples
    assert {item.compartment for item in samples} == {"liver"}
    assert {item.quantity for item in samples} == {"relative"}


def test_exvivo_ratio_to_a_reference(goldshell: Any, images: Path) -> None:
    result = goldshell("image", "exvivo", *words(images), "--reference", "liver", "--json")
    (organ,) = result.json["organs"]
    assert (organ["organ"], organ["n"], organ["ratio"]) == ("liver", 1, 1.0)


def test_propose_finds_the_square(goldshell: Any, images: Path) -> None:
    out = images / "proposed.zip"
    result = goldshell("image", "propose", images / "stack.tif", "--out", out, "--exposure", "0.5", "--json")
    (found,) = result.json["candidates"]
    assert found["pixels"] == pytest.approx(400, rel=0.1)
    assert (found["x"], found["y"]) == pytest.approx((30, 30), abs=0.5)
    again = goldshell("image", "tac", images / "stack.tif", "--rois", out, "--exposure", "0.5", "--json")
    assert again.json["rois"][0]["pixels"] == found["pixels"]


def test_calibrate_compares_shells(goldshell: Any, tmp_path: Path) -> None:
    rows = [f"{c},{brightness * c + noise},{shell}" for shell, brightness in (("A", 2), ("B", 3))
            for c, noise in ((0, 0.1), (1, -0.1), (2, -0.1), (4, 0.1))]  # fmt: skip
    (tmp_path / "c.csv").write_text("\n".join(("concentration,value,shell", *rows)), encoding="utf-8")
    result = goldshell("image", "calibrate", tmp_path / "c.csv", "--shell", "shell", "--json")
    slopes = [line["slope"]["value"] for line in result.json["lines"]]
    assert slopes[1] - slopes[0] == pytest.approx(1.0)
    assert result.json["comparison"]["p"] < 0.001


def test_compare_tells_power_and_corrects(goldshell: Any, tmp_path: Path) -> None:
    rows = ["liver,a,12", "liver,a,14", "liver,a,13", "liver,b,22", "liver,b,31", "liver,b,19"]
    (tmp_path / "c.csv").write_text("\n".join(("organ,group,value", *rows)), encoding="utf-8")
    result = goldshell("image", "compare", tmp_path / "c.csv", "--by", "organ", "--figures", tmp_path / "f", "--json")
    assert result.json["organs"][0]["comparisons"][0]["permutation_p"] == pytest.approx(0.1)
    assert "n = 3" in result.json["warnings"][0]
    assert (tmp_path / "f" / "comparison.svg").is_file()


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("--exposure", "0"), "above 0"),
        (("--background", "muscl"), "did you mean muscle"),
        (("--rois", "none.zip"), "none.zip"),
        (("--times", "rois.json"), "column 'time_s' is missing"),
        (("--slice", "3"), "no slice 3"),
    ],
)
def test_bad_input(goldshell: Any, images: Path, change: tuple[str, str], part: str) -> None:
    value = str(images / change[1]) if change[1].endswith("json") else change[1]
    result = goldshell("image", "tac", *words(images), change[0], value)
    assert (result.code, result.out) == (2, "")
    assert part in result.err
    assert len(result.err.strip().splitlines()) == 1


def test_curves_of_groups_print_their_mixed_model(goldshell: Any, tmp_path: Path) -> None:
    """By construction: A starts at 5 and falls by 0.4 per hour, B starts at 7; animals differ by 0.5."""
    random = np.random.default_rng(2)
    rows = ["mouse,group,hour,value"]
    for group, start in (("A", 5.0), ("B", 7.0)):
        for mouse in range(6):
            own = random.normal(0, 0.5)
            rows += [
                f"{group}{mouse},{group},{t},{start + own - 0.4 * t + random.normal(0, 0.05)}" for t in (1, 2, 4, 8)
            ]
    (tmp_path / "curves.csv").write_text("\n".join(rows) + "\n")
    found = goldshell("image", "compare", tmp_path / "curves.csv", "--time", "hour", "--animal", "mouse")
    assert "slope of A" in found.out
    assert "levels at time 3.75" in found.out
    slope = next(line for line in found.out.splitlines() if line.startswith("slope of A ")).split()
    assert float(slope[3]) == pytest.approx(-0.4, abs=3 * float(slope[4]))
