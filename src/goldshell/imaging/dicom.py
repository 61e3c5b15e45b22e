"""DICOM CT: slices in the order of the table's axis, in Hounsfield units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from goldshell.errors import InputError
from goldshell.imaging.stack import Frame, ImageStack


def open_dicom(paths: Sequence[Path], name: str = "") -> ImageStack:
    """Open slices or one multi-frame file; a pixel is slope x stored value + intercept.

    Slices are sorted by their position along the normal of the image plane, or by instance number.

    Parameters
    ----------
    paths : files of one series
    name : for messages

    Returns
    -------
    ImageStack, read slice by slice [HU for CT]

    Raises
    ------
    InputError : not DICOM, without pixels, compressed by a method that is not installed, or of several series
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    headers: list[tuple[Path, Any]] = []
    for path in paths:
        try:
            headers.append((path, pydicom.dcmread(path, stop_before_pixels=True)))
        except (InvalidDicomError, OSError, ValueError, EOFError, AttributeError) as problem:
            raise InputError(f"not a readable DICOM file: {problem}", where=str(path)) from problem
    series = {str(header.get("SeriesInstanceUID", "")) for _, header in headers}
    if len(series) > 1:
        raise InputError(f"slices of {len(series)} series", where=name, hint="keep one series in a folder")
    first = headers[0][1]
    for path, header in headers:
        if "Rows" not in header or "Columns" not in header:
            raise InputError("the file has no pixels", where=str(path))
        if (header.Rows, header.Columns) != (first.Rows, first.Columns):
            raise InputError("slices of different sizes", where=str(path))
        if int(header.get("SamplesPerPixel", 1)) != 1:
            raise InputError("the image is in colour", where=str(path), hint="save the intensities as grey")
    headers.sort(key=lambda item: _position(item[1]))
    places = [
        (path, number, float(header.get("RescaleSlope", 1.0)), float(header.get("RescaleIntercept", 0.0)))
        for path, header in headers
        for number in range(int(header.get("NumberOfFrames", 1)))
    ]
    several = any(int(header.get("NumberOfFrames", 1)) > 1 for _, header in headers)

    def read(index: int) -> Frame:
        path, number, slope, intercept = places[index]
        try:
            pixels = pydicom.dcmread(path).pixel_array
        except Exception as problem:  # pydicom's decoders raise assorted types
            raise InputError(f"the pixels cannot be read: {_one_line(problem)}", where=str(path)) from problem
        chosen = pixels[number] if several and pixels.ndim == 3 else pixels
        return np.asarray(chosen * slope + intercept, dtype=np.float64)

    spacing = first.get("PixelSpacing")
    return ImageStack(
        read,
        len(places),
        (int(first.Rows), int(first.Columns)),
        np.dtype(np.float64),
        name=name or str(paths[0]),
        pixel_size=1000.0 * float(spacing[1]) if spacing else math.nan,
        unit="HU" if str(first.get("Modality", "")) == "CT" else "counts",
        paths=tuple(path for path, _ in headers),
    )


def _position(header: Any) -> tuple[float, float]:
    """Place of a slice along the normal of its plane, and its number."""
    number = float(header.get("InstanceNumber") or 0)
    place, axes = header.get("ImagePositionPatient"), header.get("ImageOrientationPatient")
    if place is None or axes is None:
        return 0.0, number
    normal = np.cross(np.array(axes[:3], dtype=float), np.array(axes[3:], dtype=float))
    return float(np.dot(normal, np.array(place, dtype=float))), number


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split())[:200]
