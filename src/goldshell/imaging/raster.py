"""Which pixels lie inside an outline, by ImageJ's convention.

Pixel (x, y) covers [x, x + 1] x [y, y + 1]; it belongs to an outline when its centre (x + 0.5, y + 0.5) lies inside, by
the even-odd rule. A square with corners (10, 10) and (20, 20) thus has 100 pixels. A centre exactly on an edge belongs
to the outline when the inside is to its right. Masks equal those of ImageJ 1.53t.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]


def fill_polygons(outlines: Sequence[Points], width: int, height: int) -> Mask:
    """Pixels inside one or several closed outlines (even-odd: an outline within another is a hole).

    Parameters
    ----------
    outlines : each (vertices, 2), x and y [pixel]; closed from the last vertex to the first
    width, height : of the mask [pixel]

    Returns
    -------
    mask, (height, width)
    """
    # The parity of the crossings left of a pixel is a running sum of the crossings at each column.
    crossings = np.zeros((height, width + 1), dtype=np.int32)
    for outline in outlines:
        points = np.asarray(outline, dtype=float)
        if len(points) < 3:
            continue
        for (x1, y1), (x2, y2) in zip(points, np.roll(points, -1, axis=0), strict=True):
            if y1 == y2:
                continue
            low, high = min(y1, y2), max(y1, y2)
            first, last = max(int(np.ceil(low - 0.5)), 0), min(int(np.ceil(high - 0.5)), height)
            if first >= last:
                continue
            rows = np.arange(first, last)
            where = x1 + (rows + 0.5 - y1) * (x2 - x1) / (y2 - y1)
            columns = np.clip(np.floor(where + 0.5), 0, width).astype(np.intp)
            np.add.at(crossings, (rows, columns), 1)
    return np.cumsum(crossings, axis=1)[:, :width] % 2 == 1


def fill_oval(left: float, top: float, oval_width: float, oval_height: float, width: int, height: int) -> Mask:
    """Pixels whose centre lies inside the ellipse that a box bounds.

    Parameters
    ----------
    left, top, oval_width, oval_height : the box [pixel]
    width, height : of the mask [pixel]

    Returns
    -------
    mask, (height, width)
    """
    if oval_width <= 0 or oval_height <= 0:
        return np.zeros((height, width), dtype=bool)
    x = (np.arange(width) + 0.5 - left - oval_width / 2) / (oval_width / 2)
    y = (np.arange(height) + 0.5 - top - oval_height / 2) / (oval_height / 2)
    return np.asarray(y[:, None] ** 2 + x[None, :] ** 2 <= 1.0)
