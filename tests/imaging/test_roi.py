"""Regions: pixels as ImageJ counts them, every kind of file, bad input."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from goldshell.errors import InputError
from goldshell.imaging import from_mask, read_rois, write_rois
from goldshell.imaging.raster import fill_polygons
from goldshell.imaging.roi import trace

IMAGEJ = Path(__file__).parent.parent / "reference" / "imagej"
SHAPE = (512, 512)


def imagej() -> dict[str, dict[str, str]]:
    lines = (IMAGEJ / "statistics.csv").read_text(encoding="utf-8").splitlines()
    return {row["name"]: row for row in csv.DictReader(line for line in lines if not line.startswith("#"))}


@pytest.mark.parametrize("name", [name for name, row in imagej().items() if row["is_area"] == "true"])
def test_pixels_and_mean_equal_those_of_imagej(name: str) -> None:
    y, x = np.mgrid[:512, :512]
    image = (7 * x + 13 * y + x * y) % 1009
    rois = read_rois(IMAGEJ / f"{name}.roi", SHAPE)
    (roi,) = rois.rois
    assert roi.pixels == int(imagej()[name]["pixels"])
    assert image[roi.box][roi.mask].mean() == pytest.approx(float(imagej()[name]["mean"]), rel=1e-12)
    assert bool(rois.warnings) == any(part in name for part in ("-left", "-top"))  # those reach beyond the image


@pytest.mark.parametrize("name", [name for name, row in imagej().items() if row["is_area"] == "false"])
def test_lines_and_points_have_no_area(name: str) -> None:
    with pytest.raises(InputError, match="no region with an area"):
        read_rois(IMAGEJ / f"{name}.roi", SHAPE)


def test_a_square_of_ten_has_a_hundred_pixels() -> None:
    # the convention of ImageJ; polygon2mask of scikit-image gives 121
    square = np.array([[10, 10], [20, 10], [20, 20], [10, 20]], dtype=float)
    assert fill_polygons([square], 40, 40).sum() == 100
    assert fill_polygons([square], 40, 40)[10:20, 10:20].all()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(3, 9))
def test_a_polygon_has_its_area_in_pixels_up_to_its_rim(seed: int, corners: int) -> None:
    # number of lattice points inside a simple polygon is its area up to its circumference
    random = np.random.default_rng(seed)
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    radius = random.uniform(5, 25, corners)
    points = np.column_stack((30 + radius * np.cos(angle), 30 + radius * np.sin(angle)))
    nearby = np.roll(points, -1, axis=0)
    area = 0.5 * abs(np.sum(points[:, 0] * nearby[:, 1] - nearby[:, 0] * points[:, 1]))
    rim = np.sum(np.hypot(*(nearby - points).T))
    mask = fill_polygons([points], 60, 60)
    assert abs(int(mask.sum()) - area) <= rim
    assert np.array_equal(fill_polygons([points[::-1]], 60, 60), mask)
    assert np.array_equal(fill_polygons(trace(mask), 60, 60), mask)  # an outline gives its mask back


def test_files_of_polygons_and_labels_give_the_same_pixels(tmp_path: Path) -> None:
    labels = np.zeros((30, 40), dtype=np.uint16)
    labels[5:15, 10:20], labels[20:24, 3:9] = 1, 7
    tifffile.imwrite(tmp_path / "labels.tif", labels)
    corners = {"a": [[10, 5], [20, 5], [20, 15], [10, 15]], "b": [[3, 20], [9, 20], [9, 24], [3, 24]]}
    (tmp_path / "map.json").write_text(json.dumps(corners), encoding="utf-8")
    listed = [{"name": name, "polygon": points} for name, points in corners.items()]
    (tmp_path / "list.json").write_text(json.dumps({"rois": listed}), encoding="utf-8")
    rows = [f"{name},{x},{y}" for name, points in corners.items() for x, y in points]
    (tmp_path / "corners.csv").write_text("\n".join(("name,x,y", *rows)), encoding="utf-8")
    expected = [np.flatnonzero(labels == value) for value in (1, 7)]
    for name in ("labels.tif", "map.json", "list.json", "corners.csv"):
        rois = read_rois(tmp_path / name, labels.shape).rois
        assert [roi.pixels for roi in rois] == [100, 24]
        for roi, pixels in zip(rois, expected, strict=True):
            assert np.array_equal(np.flatnonzero(roi.full_mask(labels.shape)), pixels)


@pytest.mark.parametrize("name", ["out.zip", "out.json"])
def test_what_is_written_reads_back(tmp_path: Path, name: str) -> None:
    mask = np.zeros((50, 60), dtype=bool)
    mask[10:30, 20:25] = mask[25:30, 20:50] = True
    write_rois(tmp_path / name, [from_mask("liver", mask), from_mask("kidney", mask[::-1])])
    found = read_rois(tmp_path / name, mask.shape)
    assert found.names == ("liver", "kidney")
    assert np.array_equal(found["Liver"].full_mask(mask.shape), mask)
    assert np.array_equal(found["kidney"].full_mask(mask.shape), mask[::-1])


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.roi", b"Iout\x00", "not an ImageJ region"),
        ("a.roi", b"GIF89a", "Iout"),
        ("a.zip", b"PK\x03\x04broken", "not a whole .zip"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b"[]", "no region"),
        ("a.json", b'{"a": [[1, 2], [3, 4]]}', "three corners"),
        ("a.json", b'{"a": [[1, 2], [3, 4], ["x", 2]]}', "list of [x, y]"),
        ("a.json", b'{"a": [[1, 2], [3, NaN], [5, 2]]}', "not finite"),
        ("a.json", b'{"a": [[500, 500], [600, 500], [600, 600]]}', "no pixel within the image"),
        ("a.csv", b"name,x\na,1\n", "column 'y' is missing"),
        ("a.csv", b"name,x,y\na,1,\n", "is empty"),
        ("a.tif", b"II*\x00", "not a readable TIFF"),
        ("a.png", b"x", "not known"),
    ],
)
def test_bad_files_get_one_line(tmp_path: Path, name: str, content: bytes, part: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as problem:
        read_rois(tmp_path / name, (100, 100))
    assert part in str(problem.value)
    assert name in problem.value.where


def test_a_missing_file_and_an_unknown_region_get_near_matches(tmp_path: Path) -> None:
    (tmp_path / "rois.json").write_text('{"liver": [[1, 1], [9, 1], [9, 9]]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"rois\.json"):
        read_rois(tmp_path / "roi.json", (20, 20))
    with pytest.raises(InputError, match="did you mean liver"):
        read_rois(tmp_path / "rois.json", (20, 20))["livr"]
