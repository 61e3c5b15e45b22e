"""Regions of interest: ImageJ's .roi and .zip, label images, polygons in JSON or CSV; and proposals to be edited.

Coordinates are those of ImageJ: (0, 0) is the outer corner of the first pixel, x runs right, y down. What lies beyond
the image is cut off.
"""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError, UnknownNameError
from goldshell.files import read_table, read_text, write_atomically
from goldshell.imaging.raster import Mask, Points, fill_oval, fill_polygons

_NO_AREA = {3: "straight line", 4: "freehand line", 5: "segmented line", 8: "angle", 10: "point"}
_RECTANGLE, _OVAL, _NONE = 1, 2, 6


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """The pixels of one region.

    Parameters
    ----------
    name : as in the file
    top, left : first row and column of the mask [pixel]
    mask : pixels inside, (rows, columns) of the box that bounds them
    outlines : polygons to draw, each (vertices, 2), x and y [pixel]
    """

    name: str
    top: int
    left: int
    mask: Mask
    outlines: tuple[Points, ...] = ()

    @property
    def pixels(self) -> int:
        """How many pixels lie inside."""
        return int(self.mask.sum())

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the bounding box in the image."""
        rows, columns = self.mask.shape
        return slice(self.top, self.top + rows), slice(self.left, self.left + columns)

    def full_mask(self, shape: tuple[int, int]) -> Mask:
        """The mask in an image of that shape (rows, columns)."""
        whole = np.zeros(shape, dtype=bool)
        whole[self.box] = self.mask
        return whole


@dataclass(frozen=True, slots=True)
class RoiSet:
    """Regions of one file.

    Parameters
    ----------
    rois : in the order of the file, names distinct
    path : of the file
    warnings : what was left out or cut off
    """

    rois: tuple[Roi, ...]
    path: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(roi.name for roi in self.rois)

    def __getitem__(self, name: str) -> Roi:
        """A region by name, upper and lower case alike."""
        for roi in self.rois:
            if roi.name.lower() == name.lower():
                return roi
        raise UnknownNameError("region", name, self.names, where=self.path)


def from_mask(name: str, mask: Mask, outlines: Sequence[Points] | None = None) -> Roi:
    """A region from a mask of the whole image.

    Parameters
    ----------
    name : of the region
    mask : (height, width)
    outlines : to draw; traced along the pixels' edges when None

    Returns
    -------
    Roi

    Raises
    ------
    InputError : the mask is empty
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        raise InputError(f"region {name!r} has no pixel within the image", hint="do regions and image belong together?")
    box = np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    top, left = int(rows[0]), int(columns[0])
    lines = trace(box, top, left) if outlines is None else tuple(np.asarray(item, dtype=float) for item in outlines)
    return Roi(name, top, left, box, lines)


def trace(mask: Mask, top: int = 0, left: int = 0) -> tuple[Points, ...]:
    """Outlines of a mask, such that `fill_polygons` gives the mask back.

    Parameters
    ----------
    mask : (rows, columns)
    top, left : of the mask in the image [pixel]

    Returns
    -------
    tuple of (vertices, 2), x and y [pixel]; holes are outlines of their own
    """
    from skimage.measure import find_contours

    found = find_contours(np.pad(mask, 1).astype(float), 0.5)
    # find_contours counts from pixel centres, of an image that was padded by one
    return tuple(np.column_stack((line[:-1, 1] + left - 0.5, line[:-1, 0] + top - 0.5)) for line in found)


def read_rois(path: Path, shape: tuple[int, int]) -> RoiSet:
    """Read regions of any of the known kinds.

    Parameters
    ----------
    path : .roi, .zip (ImageJ), .tif (label image, 0 is outside), .json or .csv / .tsv (polygons)
    shape : rows and columns of the image [pixel]

    Returns
    -------
    RoiSet

    Raises
    ------
    InputError : missing, truncated, of an unknown kind, without any area, or beyond the image
    """
    suffix = path.suffix.lower()
    readers = {
        ".roi": _read_roi, ".zip": _read_zip, ".tif": _read_labels, ".tiff": _read_labels, ".json": _read_json,
        ".csv": _read_csv, ".tsv": _read_csv,
    }  # fmt: skip
    if suffix not in readers:
        raise InputError(
            f"regions of kind {suffix or '(no suffix)'!r} are not known",
            where=str(path),
            hint="expected .roi, .zip, .tif (labels), .json or .csv (polygons)",
        )
    if not path.is_file():
        read_text(path)  # its message names near matches
    warnings: list[str] = []
    shapes = readers[suffix](path, shape, warnings)
    if not shapes:
        raise InputError("no region with an area", where=str(path), hint="; ".join(warnings[:2]))
    rois: list[Roi] = []
    for name, mask, outlines, beyond in shapes:
        if not mask.any():
            raise InputError(
                f"region {name!r} has no pixel within the image of {shape[1]} x {shape[0]} pixels", where=str(path)
            )
        if beyond:
            warnings.append(f"region {name!r} reaches beyond the image and is cut off there")
        rois.append(from_mask(_distinct(name, [roi.name for roi in rois]), mask, outlines))
    return RoiSet(tuple(rois), str(path), tuple(warnings))


def write_rois(path: Path, rois: Iterable[Roi]) -> None:
    """Write regions as an ImageJ .zip (to be edited in its ROI Manager) or as polygons in .json.

    Parameters
    ----------
    path : .zip or .json
    rois : to write

    Raises
    ------
    InputError : another suffix; a region with holes in .json
    """
    listed = list(rois)
    if path.suffix.lower() == ".json":
        holes = [roi.name for roi in listed if len(roi.outlines) > 1]
        if holes:
            raise InputError(f"region {holes[0]!r} is not one polygon", where=str(path), hint="write a .zip")
        content = {"rois": [{"name": roi.name, "polygon": roi.outlines[0].tolist()} for roi in listed]}
        write_atomically(path, json.dumps(content, indent=1, ensure_ascii=False))
        return
    if path.suffix.lower() != ".zip":
        raise InputError("regions are written as .zip (ImageJ) or .json", where=str(path))
    from roifile import ImagejRoi

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for roi in listed:
            for number, outline in enumerate(roi.outlines):
                name = roi.name if number == 0 else f"{roi.name}-{number + 1}"
                item = ImagejRoi.frompoints(np.asarray(outline, dtype=np.float32))
                item.name = name
                archive.writestr(zipfile.ZipInfo(f"{name}.roi"), item.tobytes())
    write_atomically(path, buffer.getvalue())


_Shape = tuple[str, Mask, "tuple[Points, ...] | None", bool]


def _read_roi(path: Path, shape: tuple[int, int], warnings: list[str]) -> list[_Shape]:
    found = _imagej(path.read_bytes(), path.stem, str(path), shape, warnings)
    return [found] if found else []


def _read_zip(path: Path, shape: tuple[int, int], warnings: list[str]) -> list[_Shape]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".roi")]
            contents = [(name, archive.read(name)) for name in names]
    except (zipfile.BadZipFile, OSError, RuntimeError) as problem:
        raise InputError(f"not a whole .zip: {problem}", where=str(path), hint="save it again in ImageJ") from problem
    found = (_imagej(data, Path(name).stem, f"{path}:{name}", shape, warnings) for name, data in contents)
    return [item for item in found if item]


def _imagej(data: bytes, name: str, where: str, shape: tuple[int, int], warnings: list[str]) -> _Shape | None:
    """One ImageJ region; None, with a warning, when it has no area."""
    from roifile import ImagejRoi

    try:
        if data[:4] != b"Iout":
            raise ValueError("it does not begin with 'Iout'")
        item = ImagejRoi.frombytes(data)
        kind = int(item.roitype)
        coordinates = item.coordinates(multi=True) if item.composite else [item.coordinates()]
    except (ValueError, struct.error, IndexError, TypeError) as problem:
        raise InputError(f"not an ImageJ region: {problem}", where=where, hint="is the file cut off?") from problem
    name = item.name or name
    if kind in _NO_AREA or kind == _NONE:
        warnings.append(f"region {name!r} is left out: a {_NO_AREA.get(kind, 'region of no kind')} has no area")
        return None
    height, width = shape
    outlines = tuple(np.asarray(points, dtype=float) for points in coordinates if len(points) > 2)
    if item.composite:
        mask = fill_polygons(outlines, width, height)
    elif kind == _OVAL:
        mask = fill_oval(item.left, item.top, item.right - item.left, item.bottom - item.top, width, height)
        outlines = (_oval(item.left, item.top, item.right, item.bottom),)
    elif kind == _RECTANGLE:
        if item.rounded_rect_arc_size:
            warnings.append(f"region {name!r}: its rounded corners are taken as square")
        corners = ((item.left, item.top), (item.right, item.top), (item.right, item.bottom), (item.left, item.bottom))
        outlines = (np.array(corners, dtype=float),)
        mask = fill_polygons(outlines, width, height)
    else:
        mask = fill_polygons(outlines, width, height)
    return name, mask, outlines, _beyond(outlines, shape)


def _oval(left: float, top: float, right: float, bottom: float) -> Points:
    turn = np.linspace(0.0, 2 * math.pi, 73)[:-1]
    x, y = (
        (left + right) / 2 + (right - left) / 2 * np.cos(turn),
        (top + bottom) / 2 + (bottom - top) / 2 * np.sin(turn),
    )
    return np.column_stack((x, y))


def _read_labels(path: Path, shape: tuple[int, int], warnings: list[str]) -> list[_Shape]:
    import tifffile

    if path.stat().st_size == 0:
        raise InputError("the file is empty", where=str(path))
    try:
        labels: NDArray[Any] = np.squeeze(tifffile.imread(path))
    except (tifffile.TiffFileError, struct.error, ValueError, OSError, IndexError) as problem:
        raise InputError(f"not a readable TIFF: {problem}", where=str(path)) from problem
    if labels.shape != shape:
        size = " x ".join(str(length) for length in labels.shape[::-1])
        raise InputError(f"labels of {size} pixels for an image of {shape[1]} x {shape[0]}", where=str(path))
    if not np.issubdtype(labels.dtype, np.integer):
        raise InputError(f"labels of type {labels.dtype}", where=str(path), hint="write integers, 0 is outside")
    values = [int(value) for value in np.unique(labels) if value]
    if len(values) > 1000:
        raise InputError(f"{len(values)} labels: is this an image?", where=str(path))
    return [(f"label {value}", labels == value, None, False) for value in values]


def _read_json(path: Path, shape: tuple[int, int], warnings: list[str]) -> list[_Shape]:
    text = read_text(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as problem:
        raise InputError(f"not JSON: {problem.msg}", where=f"{path}:{problem.lineno}") from problem
    listed = data.get("rois", data) if isinstance(data, dict) else data
    if isinstance(listed, dict):
        pairs = list(listed.items())
    elif isinstance(listed, list) and all(
        isinstance(item, dict) and {"name", "polygon"} <= set(item) for item in listed
    ):
        pairs = [(item["name"], item["polygon"]) for item in listed]
    else:
        example = '{"rois": [{"name": "liver", "polygon": [[10, 10], [20, 10], [20, 20]]}]}'
        raise InputError("no regions found", where=str(path), hint=f"expected {example}")
    found = []
    for name, points in pairs:
        try:
            outline = np.asarray(points, dtype=float)
        except (TypeError, ValueError) as problem:
            raise InputError(f"region {name!r}: not a list of [x, y]", where=str(path)) from problem
        found.append(_polygon(str(name), outline, shape, str(path)))
    return found


def _read_csv(path: Path, shape: tuple[int, int], warnings: list[str]) -> list[_Shape]:
    table = read_table(path, ("name", "x", "y"), numeric=("x", "y"))
    return [
        _polygon(str(name), part[["x", "y"]].to_numpy(dtype=float), shape, str(path))
        for name, part in table.groupby("name", sort=False)
    ]


def _polygon(name: str, outline: Points, shape: tuple[int, int], where: str) -> _Shape:
    if outline.ndim != 2 or outline.shape[1] != 2 or len(outline) < 3:
        raise InputError(f"region {name!r} needs at least three corners [x, y]", where=where)
    if not np.all(np.isfinite(outline)):
        raise InputError(f"region {name!r} has a corner that is not finite", where=where)
    return name, fill_polygons([outline], shape[1], shape[0]), (outline,), _beyond((outline,), shape)


def _beyond(outlines: Sequence[Points], shape: tuple[int, int]) -> bool:
    return any(
        bool((line < 0).any() or (line[:, 0] > shape[1]).any() or (line[:, 1] > shape[0]).any()) for line in outlines
    )


def _distinct(name: str, known: Sequence[str]) -> str:
    """The name, with a number where another region has it already."""
    number, candidate = 2, name
    while candidate in known:
        candidate, number = f"{name}-{number}", number + 1
    return candidate
