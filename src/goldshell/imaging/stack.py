"""Frames of one acquisition, whatever file they stand in: read one at a time, when asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[Any]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ImageStack:
    """Frames of one acquisition, read when asked for.

    Parameters
    ----------
    read : frame number -> raw pixels, (height, width)
    frames : how many
    shape : height and width [pixel]
    dtype : of the raw pixels
    name : file or folder, for messages
    times : of the frames from the first [s]; None when the file does not say
    exposures : of each frame [s]; None when the file does not say
    pixel_size : width of a pixel [um]; NaN when the file does not say
    unit : of the pixels, "counts" or "HU"; Hounsfield units do not grow with the exposure
    paths : files that it is read from
    warnings : what was assumed
    """

    read: Callable[[int], Frame] = field(repr=False)
    frames: int
    shape: tuple[int, int]
    dtype: np.dtype[Any]
    name: str = ""
    times: Array | None = None
    exposures: Array | None = None
    pixel_size: float = math.nan
    unit: str = "counts"
    paths: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def light_unit(self) -> str:
        """Unit of corrected pixels: counts/s, or HU as they stand."""
        return "HU" if self.unit == "HU" else f"{self.unit}/s"

    def __len__(self) -> int:
        """Number of frames."""
        return self.frames

    def __getitem__(self, index: int) -> Frame:
        """One frame, raw; a view of the file where it can be mapped."""
        if not -self.frames <= index < self.frames:
            raise IndexError(index)
        return self.read(index % self.frames)

    def __iter__(self) -> Iterator[Frame]:
        """Frame by frame."""
        return (self[index] for index in range(self.frames))

    def sample(self, count: int) -> list[int]:
        """Numbers of up to ``count`` frames, evenly spread, first and last among them."""
        return sorted({round(index) for index in np.linspace(0, self.frames - 1, min(count, self.frames))})

    def block(self, first: int, last: int, box: tuple[slice, slice]) -> Frame:
        """A window of several frames, (last - first, rows, columns)."""
        return np.stack([self[index][box] for index in range(first, last)])
