"""Times, exposures and pixel size that a TIFF carries: ImageJ, OME, Micro-Manager, plain tags."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.units import convert

Array = NDArray[np.float64]

# ImageJ writes its own words for units.
_WORDS = {"sec": "s", "second": "s", "seconds": "s", "micron": "um", "microns": "um", "µm": "um", "μm": "um",
          "\\u00B5m": "um", "inch": "inch", "pixel": "", "pixels": "", "min": "min", "reference frame": ""}  # fmt: skip
_CENTIMETRE = 3  # TIFF ResolutionUnit; its "inch" is what programs write that do not know the size


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of each page of a file.

    Parameters
    ----------
    times : page -> time from the start [s]
    exposures : page -> exposure [s]
    interval : between frames [s]; NaN when not known
    exposure : of every frame [s]; NaN when not known
    pixel_size : width of a pixel [um]; NaN when not known
    """

    times: dict[int, float]
    exposures: dict[int, float]
    interval: float = math.nan
    exposure: float = math.nan
    pixel_size: float = math.nan

    def times_of(self, pages: Sequence[int], axis: str, count: int) -> Array | None:
        """Times of frames from the first [s]; None when not known or when they do not increase."""
        if all(page in self.times for page in pages):
            known = np.array([self.times[page] for page in pages], dtype=float)
            times = known - known[0]
        elif self.interval > 0 and axis != "Z":
            times = self.interval * np.arange(count, dtype=float)
        else:
            return None
        return np.asarray(times) if np.all(np.diff(times) > 0) else None

    def exposures_of(self, pages: Sequence[int], count: int) -> Array | None:
        """Exposures of frames [s]; None when not known."""
        if all(page in self.exposures for page in pages):
            found = np.array([self.exposures[page] for page in pages])
        elif self.exposure > 0:
            found = np.full(count, self.exposure)
        else:
            return None
        return found if np.all(found > 0) else None


def read_metadata(file: Any) -> Metadata:
    """Metadata of an open TIFF.

    Parameters
    ----------
    file : tifffile.TiffFile

    Returns
    -------
    Metadata
    """
    if file.is_ome and file.ome_metadata:
        return _ome(file.ome_metadata)
    if file.is_imagej:
        return _imagej(file)
    if file.is_micromanager:
        return _micromanager(file)
    return Metadata({}, {}, pixel_size=_tag_size(file, ""))


def _ome(text: str) -> Metadata:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return Metadata({}, {})
    pixels = next((node for node in root.iter() if node.tag.endswith("}Pixels") or node.tag == "Pixels"), None)
    if pixels is None:
        return Metadata({}, {})
    sizes = {axis: int(pixels.get(f"Size{axis}", "1")) for axis in "ZCT"}
    order = pixels.get("DimensionOrder", "XYZCT")[2:]
    times: dict[int, float] = {}
    exposures: dict[int, float] = {}
    for plane in pixels:
        if not plane.tag.endswith("Plane"):
            continue
        page, stride = 0, 1
        for axis in order:
            page += int(plane.get(f"The{axis}", "0")) * stride
            stride *= sizes[axis]
        for key, found in (("DeltaT", times), ("ExposureTime", exposures)):
            value = _number(plane.get(key), plane.get(f"{key}Unit", "s"), "s")
            if math.isfinite(value):
                found[page] = value
    return Metadata(
        times,
        exposures,
        interval=_number(pixels.get("TimeIncrement"), pixels.get("TimeIncrementUnit", "s"), "s"),
        pixel_size=_number(pixels.get("PhysicalSizeX"), pixels.get("PhysicalSizeXUnit", "um"), "um"),
    )


def _imagej(file: Any) -> Metadata:
    found = file.imagej_metadata or {}
    interval = _number(found.get("finterval"), str(found.get("tunit", "s")), "s")
    exposure = math.nan
    for line in str(found.get("Info", "")).splitlines():
        name, _, value = line.partition("=")
        key = name.strip().lower()
        if key.startswith("exposure"):
            if "(" in name:
                unit = name[name.index("(") + 1 :].rstrip(") ")
            else:
                unit = {"-ms": "ms", "-us": "us"}.get(key[-3:], "s")
            exposure = _number(value.strip(), unit, "s")
    return Metadata({}, {}, interval, exposure, _tag_size(file, str(found.get("unit", ""))))


def _micromanager(file: Any) -> Metadata:
    times: dict[int, float] = {}
    exposures: dict[int, float] = {}
    size = math.nan
    for index, page in enumerate(file.pages):
        tag = page.tags.get("MicroManagerMetadata")
        value = tag.value if tag is not None and isinstance(tag.value, dict) else {}
        times[index] = _number(value.get("ElapsedTime-ms"), "ms", "s")
        exposures[index] = _number(value.get("Exposure-ms"), "ms", "s")
        size = _number(value.get("PixelSizeUm"), "um", "um")
    known = {page: time for page, time in times.items() if math.isfinite(time)}
    exposed = {page: time for page, time in exposures.items() if math.isfinite(time)}
    return Metadata(known, exposed, pixel_size=size if size > 0 else math.nan)


def _tag_size(file: Any, unit: str) -> float:
    """Pixel size [um] from the resolution tag, where its unit is a real one."""
    tags = file.pages.first.tags
    resolution = tags.get("XResolution")
    if resolution is None:
        return math.nan
    try:
        numerator, denominator = resolution.value
        size = denominator / numerator
    except (TypeError, ValueError, ZeroDivisionError):
        return math.nan
    if unit:
        return _number(size, unit, "um")
    kind = tags.get("ResolutionUnit")
    return _number(size, "cm", "um") if kind is not None and int(kind.value) == _CENTIMETRE else math.nan


def _number(value: Any, unit: str, target: str) -> float:
    """A value of the metadata in the target unit; NaN where it is absent or not understood."""
    word = _WORDS.get(unit.strip(), unit.strip())
    try:
        return convert(float(value), word, target) if word else math.nan
    except (TypeError, ValueError, InputError):
        return math.nan
    except Exception:  # pint raises assorted types on units it does not know
        return math.nan
