"""Reading stacks: the same pixels from every container, times and exposures from the metadata, bad files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from goldshell.errors import InputError
from goldshell.imaging import RoiSet, from_mask, open_stack, prepare_camera, read_times, time_activity

PIXELS = np.random.default_rng(5).integers(0, 60000, (5, 20, 30)).astype(np.uint16)


def plane(index: int, channels: int = 1) -> dict[str, list[float] | list[str]]:
    times = [2.5 * (number // channels) for number in range(index * channels)]
    return {"DeltaT": times, "ExposureTime": [250.0] * len(times), "ExposureTimeUnit": ["ms"] * len(times)}


def check(path: Path | str, pixels: np.ndarray = PIXELS, **options: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    stack = open_stack(path, **options)
    assert (stack.frames, stack.shape) == (len(pixels), pixels.shape[1:])
    for index, frame in enumerate(stack):
        assert np.array_equal(frame, pixels[index])
    return stack.times, stack.exposures


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_plain_tiff_mapped_or_page_by_page(tmp_path: Path, compression: str | None, byteorder: str) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, compression=compression, byteorder=byteorder, photometric="minisblack")
    assert check(tmp_path / "a.tif") == (None, None)


def test_imagej_hyperstack(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    metadata = {"axes": "TYX", "finterval": 2.5, "tunit": "sec", "unit": "micron", "Info": "Exposure-ms = 250"}
    tifffile.imwrite(path, PIXELS, imagej=True, metadata=metadata, resolution=(1 / 40, 1 / 40))
    times, exposures = check(path)
    assert times == pytest.approx(2.5 * np.arange(5))
    assert exposures == pytest.approx(np.full(5, 0.25))
    assert open_stack(path).pixel_size == pytest.approx(40.0, rel=1e-6)


def test_imagej_channels_and_slices(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    data = np.random.default_rng(1).integers(0, 900, (4, 3, 2, 16, 18)).astype(np.uint16)  # T Z C Y X
    tifffile.imwrite(path, data, imagej=True, metadata={"axes": "TZCYX"})
    check(path, data[:, 2, 1], channel=1, depth=2)
    with pytest.raises(InputError, match="runs along T"):
        open_stack(path)
    with pytest.raises(InputError, match="no channel 2"):
        open_stack(path, channel=2, depth=0)
    with pytest.raises(InputError, match="no slice 3"):
        open_stack(path, depth=3)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_ome_tiff(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "a.ome.tif"
    metadata = {"axes": "TYX", "PhysicalSizeX": 0.05, "PhysicalSizeXUnit": "mm", "Plane": plane(5)}
    tifffile.imwrite(path, PIXELS, metadata=metadata, compression=compression)
    times, exposures = check(path)
    assert times == pytest.approx(2.5 * np.arange(5))
    assert exposures == pytest.approx(np.full(5, 0.25))
    assert open_stack(path).pixel_size == pytest.approx(50.0)


def test_ome_tiff_with_channels(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    data = np.stack([PIXELS, PIXELS[::-1]], axis=1)
    tifffile.imwrite(path, data, metadata={"axes": "TCYX", "Plane": plane(5, 2)}, photometric="minisblack")
    times, _ = check(path, data[:, 1], channel=1)
    assert times == pytest.approx(2.5 * np.arange(5))


def test_series_of_files_in_natural_order(tmp_path: Path) -> None:
    numbers = (1, 2, 9, 10, 11)
    for number, frame in zip(numbers, PIXELS, strict=True):
        tifffile.imwrite(tmp_path / f"day{number}.tif", frame, datetime=f"2026:01:01 00:00:{number:02d}")
    times, _ = check(tmp_path)
    assert times == pytest.approx(np.array(numbers) - 1.0)
    check(str(tmp_path / "day*.tif"))
    tifffile.imwrite(tmp_path / "day12.tif", PIXELS[0, :, :9])
    with pytest.raises(InputError, match="9 x 20 pixels"):
        open_stack(tmp_path)


def dicom(path: Path, pixels: np.ndarray, number: int, place: float) -> None:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, f"1.2.3.{number}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID, data.SeriesInstanceUID = CTImageStorage, f"1.2.3.{number}", "1.2.9"
    data.Modality, data.InstanceNumber, data.PixelSpacing = "CT", number, [0.1, 0.1]
    data.ImagePositionPatient, data.ImageOrientationPatient = [0, 0, place], [1, 0, 0, 0, 1, 0]
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation = 15, 0
    data.RescaleSlope, data.RescaleIntercept = 2, -1000
    data.PixelData = pixels.tobytes()
    data.save_as(path, enforce_file_format=True)


def test_dicom_slices_by_place_in_hounsfield_units(tmp_path: Path) -> None:
    for number, (frame, place) in enumerate(zip(PIXELS, (3.0, 1.0, 2.0, 0.0, 4.0), strict=True), 1):
        dicom(tmp_path / f"{number}.dcm", frame, number, place)
    check(tmp_path, 2.0 * PIXELS[[3, 1, 2, 0, 4]] - 1000)
    stack = open_stack(tmp_path)
    assert (stack.unit, stack.pixel_size) == ("HU", 100.0)
    camera = prepare_camera(stack)
    region = from_mask("tumour", np.pad(np.ones((4, 5), bool), ((2, 14), (3, 22))))
    found = time_activity(stack, RoiSet((region,)), camera)
    assert found.unit == "HU"
    assert found["tumour"].mean == pytest.approx([2.0 * one[2:6, 3:8].mean() - 1000 for one in PIXELS[[3, 1, 2, 0, 4]]])
    assert found["tumour"].time.tolist() == [1, 2, 3, 4, 5]
    with pytest.raises(InputError, match="not divided by an exposure"):
        prepare_camera(stack, exposure=0.5)
    (tmp_path / "6.dcm").write_bytes(b"not DICOM")
    with pytest.raises(InputError, match="not a readable DICOM"):
        open_stack(tmp_path)


def test_bad_images_get_one_line(tmp_path: Path) -> None:
    whole = tmp_path / "whole.tif"
    tifffile.imwrite(whole, PIXELS, photometric="minisblack")
    content = whole.read_bytes()
    (tmp_path / "cut.tif").write_bytes(content[: len(content) // 2])
    (tmp_path / "empty.tif").write_bytes(b"")
    (tmp_path / "text.tif").write_bytes(b"hello")
    (tmp_path / "a.png").write_bytes(b"x")
    tifffile.imwrite(tmp_path / "colour.tif", np.zeros((8, 9, 3), np.uint8), photometric="rgb")
    (tmp_path / "folder").mkdir()
    cases = {
        "cut.tif": "cut off", "empty.tif": "empty", "text.tif": "not a readable TIFF", "a.png": "not known",
        "colour.tif": "in colour", "folder": "no TIFF", "whol.tif": "whole.tif", "none*.tif": "pattern",
    }  # fmt: skip
    for name, part in cases.items():
        with pytest.raises(InputError) as problem:
            open_stack(tmp_path / name)
        assert part in str(problem.value), name
        assert name in problem.value.where


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_cut_stack_is_refused_at_the_latest_at_its_frame(tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, PIXELS, compression=compression, photometric="minisblack")
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(InputError, match="cut off"):
        list(open_stack(path))


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ("0\n1", "2 times for 3 frames"),
        ("0\n2\n1", "must increase"),
        ("0\n1\nx", "not a number"),
        ("0\n1\nnan", "finite"),
    ],
)
def test_bad_times(tmp_path: Path, rows: str, part: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"time_s\n{rows}\n", encoding="utf-8")
    with pytest.raises(InputError, match=part):
        read_times(path, 3)
