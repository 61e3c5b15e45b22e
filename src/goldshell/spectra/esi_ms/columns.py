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


@numba.njit(cache=True)
def fill_derivatives(
    x: np.ndarray, low: np.ndarray, high: np.ndarray, centre: np.ndarray, width: np.ndarray, p: np.ndarray,
    sulfur: np.ndarray, moves: np.ndarray, tables: np.ndarray, step: float, reach: float,
) -> np.ndarray:  # fmt: skip
    """Change of the model with shift, slope, ln R, exponent, each shape parameter, and 34S.

    ``p`` and ``sulfur`` are areas and their change with 34S; ``moves`` holds per peak dc/d(shift), dc/d(slope) and
    -d(ln w)/d(exponent); ``tables`` the shape, its slope and its change with each shape parameter.
    """
    shapes = tables.shape[0] - 2
    out = np.zeros((len(x), 5 + shapes))
    for j in range(len(p)):
        inverse = 1.0 / width[j]
        for i in range(low[j], high[j]):
            u = (x[i] - centre[j]) * inverse
            place = (u + reach) / step + 1.0
            cell = int(place)
            rest = place - cell
            value = tables[0, cell] * (1.0 - rest) + tables[0, cell + 1] * rest
            slope = tables[1, cell] * (1.0 - rest) + tables[1, cell + 1] * rest
            area = p[j] * inverse
            moved = -area * slope * inverse
            narrowed = area * (value + slope * u)
            out[i, 0] += moved * moves[j, 0]
            out[i, 1] += moved * moves[j, 1]
            out[i, 2] += narrowed
            out[i, 3] += narrowed * moves[j, 2]
            for s in range(shapes):
                out[i, 4 + s] += area * (tables[2 + s, cell] * (1.0 - rest) + tables[2 + s, cell + 1] * rest)
            out[i, 4 + shapes] += sulfur[j] * inverse * value
    return out
