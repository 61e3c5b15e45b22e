"""What a user may get wrong with ``goldshell image``: one line (what, where), exit code 2, nothing written."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

ROIS = '{"liver": [[4, 4], [12, 4], [12, 12], [4, 12]], "muscle": [[16, 4], [22, 4], [22, 12], [16, 12]]}'
DECAY = "time_h,activity,mass_g\n0,100,1\n5,50,1\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(1).poisson(500, (4, 20, 30)).astype(np.uint16)
    for name, data in {
        "stack": pixels, "eight": (pixels >> 2).astype(np.uint8), "small": pixels[:, :10],
        "rgb": np.zeros((9, 9, 3), "B"),
        "huge": np.full((4, 20, 30), 1e38, np.float32), "nan": np.full((4, 20, 30), np.nan, np.float32),
    }.items():  # fmt: skip
        tifffile.imwrite(f"{name}.tif", data, photometric="rgb" if name == "rgb" else "minisblack")
    whole = Path("stack.tif").read_bytes()
    for name, data in {"cut.tif": whole[: len(whole) // 2], "empty.tif": b"", "text.tif": b"hello " * 50}.items():
        Path(name).write_bytes(data)
    Path("cut.dcm").write_bytes(b"\0" * 128 + b"DICM\x02\x00")
    Path("text.dcm").write_bytes(b"hello " * 50)
    zipfile.ZipFile("empty.zip", "w").close()
    Path("cut.zip").write_bytes(b"PK\x03\x04 and no more")
    Path("folder").mkdir()
    for name, text in {
        "rois.json": ROIS, "outside.json": '{"a": [[90, 90], [95, 90], [95, 95]]}', "bad.json": '{"a": [[1,',
        "times.csv": "time_s\n0\n1\n2\n3\n", "back.csv": "time_s\n0\n2\n1\n3\n", "few.csv": "time_s\n0\n1\n",
        "one.csv": "group,value\nA,1\nB,2\n", "far.csv": "group,value\nA,1\nA,1e300\nB,2\nB,3\n",
        "decay.csv": DECAY, "years.csv": DECAY.replace("5,50", "1e9,50"), "mass.csv": DECAY.replace("50,1", "50,x"),
        "bare.csv": DECAY.replace("mass_g", "mass"), "pa.csv": "time_s,kidney,artery\n0,1,1\n1,1,1\n",
        "ct.csv": "concentration,hu\n1,2\n1,3\n1,4\n",
        "depth.yaml": "probe: {molar_absorption: 8000 1/(M*cm), quantum_yield: 0.01, emission: 5000 nm}\n",
    }.items():  # fmt: skip
        Path(name).write_text(text)
    return tmp_path


TAC = "tac stack.tif --rois rois.json --exposure 0.25"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tac cut.tif --rois rois.json --exposure 1", "cut.tif"),
        ("tac empty.tif --rois rois.json --exposure 1", "the file is empty"),
        ("tac text.tif --rois rois.json --exposure 1", "not a readable TIFF"),
        ("tac rgb.tif --rois rois.json --exposure 1", "in colour"),
        ("tac nan.tif --rois rois.json --exposure 1", "not finite"),
        ("tac huge.tif --rois rois.json --exposure 1", "huge.tif: pixels beyond"),
        ("tac cut.dcm --rois rois.json --exposure 1", "cut.dcm"),
        ("tac text.dcm --rois rois.json --exposure 1", "text.dcm"),
        ("tac folder --rois rois.json --exposure 1", "no TIFF or DICOM"),
        ("tac rois.json --rois rois.json --exposure 1", "images of kind '.json'"),
        ("tac stack.tif --rois empty.zip --exposure 1", "no region"),
        ("tac stack.tif --rois cut.zip --exposure 1", "not a whole .zip"),
        ("tac stack.tif --rois outside.json --exposure 1", "no pixel within the image"),
        ("tac stack.tif --rois bad.json --exposure 1", "bad.json"),
        ("tac stack.tif --rois empty.tif --exposure 1", "empty.tif: the file is empty"),
        ("tac stack.tif --rois folder --exposure 1", "folder"),
        ("tac stack.tif --rois rois.json", "--exposure"),
        ("tac stack.tif --rois rois.json --exposure 0", "above 0"),
        (f"{TAC} --dark small.tif", "30 x 10"),
        (f"{TAC} --dark text.tif", "text.tif"),
        (f"{TAC} --times back.csv", "must increase"),
        (f"{TAC} --times few.csv", "2 times for 4 frames"),
        (f"{TAC} --times one.csv", "time_s"),
        (f"{TAC} --background live", "liver"),
        (f"{TAC} --channel 3", "no channel 3"),
        (f"{TAC} --csv folder", "folder"),
        (f"{TAC} --figures times.csv", "times.csv"),
        ("exvivo stack.tif --rois rois.json --exposure 1 --reference spleen", "spleen"),
        ("propose text.tif --out out.zip", "not a readable TIFF"),
        ("propose stack.tif --exposure 1 --out out.txt", ".json"),
        ("compare one.csv", "one.csv: group 'A' has 1 value"),
        ("compare far.csv", "far.csv:3"),
        ("compare one.csv --group value", "named twice"),
        ("calibrate ct.csv --value hu", "ct.csv: all concentrations are the same"),
        ("ct ct.csv", "ct.csv: all concentrations are the same"),
        ("pa pa.csv", "pa.csv: 2 points"),
        ("decay mass.csv --nuclide 64Cu --injected 5", "mass.csv:3"),
        ("decay bare.csv --nuclide 64Cu --injected 5", "mass_g"),
        ("decay years.csv --nuclide 64Cu", "years.csv"),
        ("decay decay.csv --nuclide Cu", "64Cu"),
        ("depth depth.yaml", "at most 1710 nm"),
        ("relation nir2 temperature_rise absorption=1e300 fluence=1e300 time=1", "not finite"),
        ("relation ratio ratio_of_means first=1 first_sd=1e300 second=1 second_sd=0", "no interval"),
        ("relation ratio ratio_of_means first=1 first_sd=1 second=1 second_sd=0 level=2", "level"),
    ],
)
def test_one_line_and_nothing_written(goldshell: Any, place: Path, words: str, expected: str) -> None:
    before = sorted(place.rglob("*"))
    refused = goldshell("image", *words.split())
    assert refused.code == 2, refused.err
    assert expected in refused.err
    assert refused.err.count("\n") == 1
    assert sorted(place.rglob("*")) == before


def test_eight_bits_are_said(goldshell: Any, place: Path) -> None:
    found = goldshell("image", "tac", "eight.tif", "--rois", "rois.json", "--exposure", "1")
    assert found.code == 0
    assert "8 bits" in found.err
