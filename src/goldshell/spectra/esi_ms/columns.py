"""Design columns stored as contiguous runs of points, and the compiled loops over them.

An ion or a spline of the baseline touches one run of neighbouring points, so inner products are plain loops over the
overlap of two runs; pairs that do not overlap cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Columns of a design matrix; column k is data[pointer[k]:pointer[k + 1]], on the points from first[k] on.

    Parameters
    ----------
    data : values, flat
    pointer : shape (columns + 1,)
    first : first point of each column, shape (columns,)
    points : number of points
    """

    data: np.ndarray
    pointer: np.ndarray
    first: np.ndarray
    points: int

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.first)

    def weighted(self, weight: np.ndarray) -> Columns:
        """Every row multiplied by its weight."""
        return Columns(_scale_rows(self.data, self.pointer, self.first, weight), self.pointer, self.first, self.points)

    def of(self, chosen: np.ndarray) -> Columns:
        """Some columns, in the order given."""
        sizes = np.diff(self.pointer)[chosen]
        pointer = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        index = np.repeat(self.pointer[:-1][chosen] - pointer[:-1], sizes) + np.arange(pointer[-1])
        return Columns(self.data[index], pointer, self.first[chosen], self.points)

    def beside(self, other: Columns) -> Columns:
        """These columns followed by others."""
        pointer = np.concatenate([self.pointer, self.pointer[-1] + other.pointer[1:]])
        return Columns(
            np.concatenate([self.data, other.data]), pointer, np.concatenate([self.first, other.first]), self.points
        )

    def times(self, amounts: np.ndarray) -> np.ndarray:
        """Sum of amounts times columns, shape (points,)."""
        return _times(self.data, self.pointer, self.first, np.ascontiguousarray(amounts, dtype=float), self.points)

    def gram(self) -> np.ndarray:
        """Inner products of all pairs of columns, shape (columns, columns)."""
        return _gram(self.data, self.pointer, self.first, np.argsort(self.first, kind="stable"))

    def dot(self, values: np.ndarray) -> np.ndarray:
        """Inner products with one vector (points,) or several (points, vectors)."""
        if values.ndim == 1:
            return _dot(self.data, self.pointer, self.first, np.ascontiguousarray(values))
        return _dots(self.data, self.pointer, self.first, np.ascontiguousarray(values))

    def in_blocks(self, block: int) -> Columns:
        """Sums over blocks of points."""
        first = self.first // block
        last = (self.first + np.diff(self.pointer) - 1) // block
        pointer = np.concatenate([[0], np.cumsum(np.maximum(last - first + 1, 0))]).astype(np.int64)
        data = _block_sums(self.data, self.pointer, self.first, pointer, first, block)
        return Columns(data, pointer, first, self.points // block + 1)


@numba.njit(cache=True)
def _scale_rows(data: np.ndarray, pointer: np.ndarray, first: np.ndarray, weight: np.ndarray) -> np.ndarray:
    out = np.empty_like(data)
    for k in range(len(first)):
        shift = first[k] - pointer[k]
        for p in range(pointer[k], pointer[k + 1]):
            out[p] = data[p] * weight[p + shift]
    return out


@numba.njit(cache=True)
def _times(data: np.ndarray, pointer: np.ndarray, first: np.ndarray, amounts: np.ndarray, points: int) -> np.ndarray:
    out = np.zeros(points)
    for k in range(len(first)):
        amount = amounts[k]
        if amount != 0.0:
            shift = first[k] - pointer[k]
            for p in range(pointer[k], pointer[k + 1]):
                out[p + shift] += amount * data[p]
    return out


@numba.njit(cache=True, fastmath=True)
def _dot(data: np.ndarray, pointer: np.ndarray, first: np.ndarray, values: np.ndarray) -> np.ndarray:
    out = np.zeros(len(first))
    for k in range(len(first)):
        shift = first[k] - pointer[k]
        total = 0.0
        for p in range(pointer[k], pointer[k + 1]):
            total += data[p] * values[p + shift]
        out[k] = total
    return out


@numba.njit(cache=True, fastmath=True)
def _dots(data: np.ndarray, pointer: np.ndarray, first: np.ndarray, values: np.ndarray) -> np.ndarray:
    out = np.zeros((len(first), values.shape[1]))
    for k in range(len(first)):
        shift = first[k] - pointer[k]
        for p in range(pointer[k], pointer[k + 1]):
            for i in range(values.shape[1]):
                out[k, i] += data[p] * values[p + shift, i]
    return out


@numba.njit(cache=True, fastmath=True)
def _gram(data: np.ndarray, pointer: np.ndarray, first: np.ndarray, order: np.ndarray) -> np.ndarray:
    size = len(first)
    out = np.zeros((size, size))
    for a in range(size):
        i = order[a]
        end_i = first[i] + pointer[i + 1] - pointer[i]
        for b in range(a, size):
            j = order[b]
            if first[j] >= end_i:
                break
            end = min(end_i, first[j] + pointer[j + 1] - pointer[j])
            length = end - first[j]
            start_i = pointer[i] + first[j] - first[i]
            start_j = pointer[j]
            total = 0.0
            for p in range(length):
                total += data[start_i + p] * data[start_j + p]
            out[i, j] = total
            out[j, i] = total
    return out


@numba.njit(cache=True)
def _block_sums(
    data: np.ndarray, pointer: np.ndarray, first: np.ndarray, new_pointer: np.ndarray, new_first: np.ndarray, block: int
) -> np.ndarray:
    out = np.zeros(new_pointer[-1])
    for k in range(len(first)):
        shift = first[k] - pointer[k]
        for p in range(pointer[k], pointer[k + 1]):
            out[new_pointer[k] + (p + shift) // block - new_first[k]] += data[p]
    return out


@numba.njit(cache=True)
def fill_envelopes(
    x: np.ndarray, start: np.ndarray, low: np.ndarray, high: np.ndarray, centre: np.ndarray, width: np.ndarray,
    p: np.ndarray, pointer: np.ndarray, first: np.ndarray, table: np.ndarray, step: float, reach: float,
) -> np.ndarray:  # fmt: skip
    """Values of the columns of ions: each isotope peak adds p / w times the tabulated shape at u = (x - c) / w."""
    out = np.zeros(pointer[-1])
    for k in range(len(first)):
        shift = pointer[k] - first[k]
        for j in range(start[k], start[k + 1]):
            height = p[j] / width[j]
            inverse = 1.0 / width[j]
            for i in range(low[j], high[j]):
                place = ((x[i] - centre[j]) * inverse + reach) / step + 1.0
                cell = int(place)
                rest = place - cell
                out[i + shift] += height * (table[cell] * (1.0 - rest) + table[cell + 1] * rest)
    return out


@numba.njit(cache=True, fastmath=True)
def fill_derivatives(
    x: np.ndarray, weight: np.ndarray, middle: float, half_span: float, centre: np.ndarray, width: np.ndarray,
    p: np.ndarray, sulfur: np.ndarray, carbon: np.ndarray, tables: np.ndarray, step: float, reach: float,
) -> np.ndarray:  # fmt: skip
    """Weight times the change of the model with shift, slope, ln R, exponent, six shape parameters, 34S and 13C.

    ``p``, ``sulfur``, ``carbon`` are areas of peaks, ascending, and their changes with abundances. ``tables``, shape
    (cells, 9), hold the peak shape S, its slope, d(u S)/du and the changes of S with shape parameters. What depends on
    the place of a peak changes little over its reach and is taken at the point.
    """
    out = np.empty((len(x), 12))
    first = 0
    for i in range(len(x)):
        while first < len(p) and x[i] - centre[first] > reach * width[first]:
            first += 1
        slope = stretch = asymmetry = lorentzian = h3 = h4 = h5 = h6 = heavy_s = heavy_c = 0.0
        for j in range(first, len(p)):
            inverse = 1.0 / width[j]
            place = (x[i] - centre[j]) * inverse + reach
            if place <= 0.0:
                break
            place = place / step + 1.0
            k = int(place)
            right = place - k
            left = 1.0 - right
            height = inverse * (left * tables[k, 0] + right * tables[k + 1, 0])
            heavy_s += sulfur[j] * height
            heavy_c += carbon[j] * height
            left *= p[j] * inverse
            right *= p[j] * inverse
            slope += inverse * (left * tables[k, 1] + right * tables[k + 1, 1])
            stretch += left * tables[k, 2] + right * tables[k + 1, 2]
            asymmetry += left * tables[k, 3] + right * tables[k + 1, 3]
            lorentzian += left * tables[k, 4] + right * tables[k + 1, 4]
            h3 += left * tables[k, 5] + right * tables[k + 1, 5]
            h4 += left * tables[k, 6] + right * tables[k + 1, 6]
            h5 += left * tables[k, 7] + right * tables[k + 1, 7]
            h6 += left * tables[k, 8] + right * tables[k + 1, 8]
        shifted = -1e-6 * x[i] * slope
        out[i, 0], out[i, 1] = shifted, shifted * (x[i] - middle) / half_span
        out[i, 2], out[i, 3] = stretch, stretch * np.log(x[i] / middle)
        out[i, 4], out[i, 5] = asymmetry, lorentzian
        out[i, 6], out[i, 7], out[i, 8], out[i, 9] = h3, h4, h5, h6
        out[i, 10], out[i, 11] = heavy_s, heavy_c
        for k in range(12):
            out[i, k] *= weight[i]
    return out
