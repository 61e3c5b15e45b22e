"""Image stacks on disk, read one frame at a time, so that a stack may be larger than the memory.

TIFF of 8 to 32 bit, ImageJ hyperstacks, OME-TIFF and Micro-Manager (times, exposure and pixel size from the metadata),
series of one file per frame, DICOM (`goldshell.imaging.dicom`). Contiguous data are mapped into memory, others read
page by page.
"""

from __future__ import annotations

import logging
import math
import re
import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.files import read_table, read_text
from goldshell.imaging.metadata import read_metadata
from goldshell.imaging.stack import Frame, ImageStack

Array = NDArray[np.float64]

TIFF_SUFFIXES = (".tif", ".tiff", ".btf", ".tf8")
DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
_ORDER = "TZIQSPHLVARFXEC"  # which of several long axes counts as time, after channel and slice have been chosen


def open_stack(source: Path | str | Sequence[Path], *, channel: int = 0, depth: int | None = None) -> ImageStack:
    """Open an image, a stack or a series.

    Parameters
    ----------
    source : a TIFF or DICOM file, a folder of them, a pattern such as ``day1/*.tif``, or a list of files in order
    channel : of a file with several, from 0
    depth : which slice of a file with both time and depth, from 0

    Returns
    -------
    ImageStack

    Raises
    ------
    InputError : missing, truncated, of an unknown kind, in colour, frames of different sizes
    """
    paths = _files(source)
    name = str(source) if isinstance(source, Path | str) else f"{paths[0]} and {len(paths) - 1} more"
    if paths[0].suffix.lower() in DICOM_SUFFIXES:
        from goldshell.imaging.dicom import open_dicom

        return open_dicom(paths, name)
    if len(paths) == 1:
        return _open_tiff(paths[0], channel, depth)
    parts = [_open_tiff(path, channel, depth) for path in paths]
    for part in parts[1:]:
        if part.shape != parts[0].shape or part.dtype != parts[0].dtype:
            first = parts[0]
            raise InputError(
                f"{part.shape[1]} x {part.shape[0]} pixels of {part.dtype}, but {first.name} has {first.shape[1]} x "
                f"{first.shape[0]} of {first.dtype}",
                where=part.name,
            )
    starts = np.concatenate(([0], np.cumsum([part.frames for part in parts])))

    def read(index: int) -> Frame:
        which = int(np.searchsorted(starts, index, side="right")) - 1
        return parts[which].read(index - int(starts[which]))

    exposures = [part.exposures for part in parts]
    return replace(
        parts[0],
        read=read,
        frames=int(starts[-1]),
        name=name,
        times=_series_times(paths, parts),
        exposures=np.concatenate([item for item in exposures if item is not None])
        if all(item is not None for item in exposures)
        else None,
        paths=tuple(paths),
        warnings=tuple(dict.fromkeys(text for part in parts for text in part.warnings)),
    )


def from_array(pixels: Frame, *, name: str = "array", **options: Any) -> ImageStack:
    """A stack of an array in memory.

    Parameters
    ----------
    pixels : (frames, height, width) or (height, width)
    name : for messages
    options : further fields of ImageStack

    Returns
    -------
    ImageStack
    """
    data = pixels[None] if pixels.ndim == 2 else pixels
    if data.ndim != 3 or 0 in data.shape:
        raise InputError(f"an image of shape {pixels.shape}", where=name, hint="expected (frames, height, width)")
    return ImageStack(
        lambda index: data[index], len(data), (data.shape[1], data.shape[2]), data.dtype, name=name, **options
    )


def read_times(path: Path, frames: int) -> tuple[Array, Array | None]:
    """Times of the frames, and exposures where the table has them.

    Parameters
    ----------
    path : CSV or TSV with ``time_s``, one row per frame, and perhaps ``exposure_s``
    frames : how many there must be

    Returns
    -------
    times, (frames,) [s]; exposures, (frames,) [s] or None

    Raises
    ------
    InputError : another number of rows, times that do not increase, an exposure that is not above 0
    """
    table = read_table(path, ("time_s",), numeric=("time_s",), optional=("exposure_s",))
    times = table["time_s"].to_numpy(dtype=float)
    if len(times) != frames:
        raise InputError(f"{len(times)} times for {frames} frames", where=str(path), hint="write one row per frame")
    if np.any(np.diff(times) <= 0):
        row = int(np.flatnonzero(np.diff(times) <= 0)[0]) + 1
        raise InputError(f"times must increase: {times[row]:g} s follows {times[row - 1]:g} s", where=str(path))
    exposures = table["exposure_s"].to_numpy(dtype=float)
    if np.all(np.isnan(exposures)):
        return times, None
    if not np.all(exposures > 0):
        raise InputError("every exposure_s must be above 0, or the column left out", where=str(path))
    return times, exposures


def _files(source: Path | str | Sequence[Path]) -> list[Path]:
    """The files that are meant, in natural order of their names."""
    if not isinstance(source, Path | str):
        paths = [Path(item) for item in source]
        if not paths:
            raise InputError("no image files given")
        return paths
    path = Path(source)
    known = (*TIFF_SUFFIXES, *DICOM_SUFFIXES)
    if path.is_dir():
        found = [item for item in path.iterdir() if item.suffix.lower() in known and item.is_file()]
        kinds = {item.suffix.lower() in DICOM_SUFFIXES for item in found}
        if not found:
            raise InputError("the folder has no TIFF or DICOM files", where=str(source))
        if len(kinds) > 1:
            raise InputError("the folder has both TIFF and DICOM files", where=str(source), hint="keep them apart")
        return sorted(found, key=_natural)
    if any(mark in path.name for mark in "*?[") and not path.exists():
        found = [item for item in path.parent.glob(path.name) if item.is_file()] if path.parent.is_dir() else []
        if not found:
            raise InputError("no file fits the pattern", where=str(source))
        return sorted(found, key=_natural)
    if not path.is_file():
        read_text(path)  # its message names near matches
    if path.suffix.lower() not in known:
        raise InputError(
            f"images of kind {path.suffix or '(no suffix)'!r} are not known", where=str(source), hint="TIFF or DICOM"
        )
    return [path]


def _natural(path: Path) -> list[tuple[int, int | str]]:
    """So that frame10 follows frame9."""
    parts = re.split(r"(\d+)", path.name)
    return [(0, int(part)) if part.isdigit() else (1, part.lower()) for part in parts if part]


def _open_tiff(path: Path, channel: int, depth: int | None) -> ImageStack:
    import tifffile

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what it logs is raised here, in one line
    if path.stat().st_size == 0:
        raise InputError("the file is empty", where=str(path))
    try:
        file = tifffile.TiffFile(path)
        series = file.series[0]
        axes, shape, dtype = series.axes, series.shape, np.dtype(series.dtype)
        metadata = read_metadata(file)
    except (tifffile.TiffFileError, struct.error, ValueError, OSError, IndexError, KeyError, TypeError) as problem:
        raise InputError(f"not a readable TIFF: {problem}", where=str(path), hint="is the file cut off?") from problem
    if axes[-2:] != "YX" or dtype.kind not in "uif":
        what = "in colour" if "S" in axes else f"of axes {axes} and type {dtype}"
        raise InputError(f"the image is {what}", where=str(path), hint="save the intensities as one grey channel")
    choose, numbers = _frame_numbers(axes[:-2], shape[:-2], channel, depth, path)
    offset = series.dataoffset
    warnings: list[str] = []
    if dtype.itemsize == 1:
        warnings.append(
            f"{path}: 8 bits per pixel: an export for display may have been rescaled; use the camera's own file"
        )
    if offset is not None and series.is_truncated is False:
        byteorder = file.byteorder
        count = math.prod(shape[:-2])
        if path.stat().st_size < offset + count * shape[-2] * shape[-1] * dtype.itemsize:
            raise InputError("the pixels end before the last frame", where=str(path), hint="is the file cut off?")
        pixels = np.memmap(path, dtype.newbyteorder(byteorder), "r", offset, (count, shape[-2], shape[-1]))

        def read(index: int) -> Frame:
            return pixels[numbers[index]]
    else:

        def read(index: int) -> Frame:
            try:
                page = series.pages[numbers[index]]
                if page is None:
                    raise ValueError("the page is missing")
                return np.asarray(page.asarray())
            except Exception as problem:  # each decoder raises its own types
                raise InputError(
                    f"frame {index + 1} cannot be read: {problem}", where=str(path), hint="is the file cut off?"
                ) from problem

        if len(series.pages) < math.prod(shape[:-2]):
            raise InputError("the file lacks pages that its header names", where=str(path), hint="is it cut off?")
    count = len(numbers)
    return ImageStack(
        read,
        count,
        (int(shape[-2]), int(shape[-1])),
        dtype,
        name=str(path),
        times=metadata.times_of(numbers, choose, count),
        exposures=metadata.exposures_of(numbers, count),
        pixel_size=metadata.pixel_size,
        paths=(path,),
        warnings=tuple(warnings),
    )


def _frame_numbers(
    axes: str, shape: tuple[int, ...], channel: int, depth: int | None, path: Path
) -> tuple[str, list[int]]:
    """The axis that counts as time, and the page of each frame along it."""
    picked: list[Any] = [0] * len(axes)
    long = [index for index, length in enumerate(shape) if length > 1]
    for index in list(long):
        if axes[index] == "C":
            if not 0 <= channel < shape[index]:
                raise InputError(f"there is no channel {channel}", where=str(path), hint=f"0 to {shape[index] - 1}")
            picked[index] = channel
            long.remove(index)
    if channel and "C" not in [axes[index] for index, length in enumerate(shape) if length > 1]:
        raise InputError(f"there is no channel {channel}", where=str(path), hint="the file has one channel, 0")
    if depth is not None:
        slices = [index for index in long if axes[index] == "Z"]
        if not slices or not 0 <= depth < shape[slices[0]]:
            raise InputError(f"there is no slice {depth}", where=str(path))
        picked[slices[0]] = depth
        long.remove(slices[0])
    if len(long) > 1:
        names = " and ".join(f"{axes[index]} ({shape[index]})" for index in long)
        raise InputError(f"the stack runs along {names}", where=str(path), hint="choose one slice with --slice")
    if not long:
        return "", [int(np.ravel_multi_index(picked, shape)) if shape else 0]
    picked[long[0]] = np.arange(shape[long[0]])
    grid = np.broadcast_arrays(*picked)
    return axes[long[0]], [int(page) for page in np.ravel_multi_index(grid, shape)]


def _series_times(paths: Sequence[Path], parts: Sequence[ImageStack]) -> Array | None:
    """Times of a series of single frames, from the date that each TIFF carries."""
    import tifffile

    if any(part.frames != 1 for part in parts):
        return None
    moments = []
    for path in paths:
        with tifffile.TiffFile(path) as file:
            tag = file.pages.first.tags.get("DateTime")
            value = None if tag is None else tag.value
        try:
            moments.append(datetime.strptime(str(value)[:19], "%Y:%m:%d %H:%M:%S"))
        except ValueError:
            return None
    times = np.array([(moment - moments[0]).total_seconds() for moment in moments])
    return times if np.all(np.diff(times) > 0) else None
