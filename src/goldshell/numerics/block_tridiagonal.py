"""Compiled direct solution of block-tridiagonal systems whose off-diagonal blocks are diagonal.

    M_i x_i - l_i * x_(i-1) - u_i * x_(i+1) = r_i,   i = 0..cells - 1   (* element by element)

is what species give that react with one another within each cell of a row and diffuse to the neighbouring cells.
Block elimination

    P_0 = M_0,   P_i = M_i - diag(l_i) P_(i-1)^-1 diag(u_(i-1))

with the inverse of each pivot block by Gauss-Jordan elimination, two rows at a time down the diagonal. Without
exchange of rows this is stable for M-matrices, that is for species that change into one another, and for a few more
species at the end of the block that feed on them. A general band solver needs about six times the operations.

References
----------
Golub & Van Loan, Matrix Computations, 4th ed., 2013, section 4.5 (block tridiagonal systems)
"""

from __future__ import annotations

from typing import Any

import numba


@numba.njit(error_model="numpy")
def invert(a: Any, first: Any, second: Any) -> None:
    """Replace a square matrix by its inverse, 2 x 2 pivots down the diagonal.

    Parameters
    ----------
    a : (size, size)
    first, second : (size,) storage
    """
    size = a.shape[0]
    k = 0
    while k + 1 < size:
        p, q, r, s = a[k, k], a[k, k + 1], a[k + 1, k], a[k + 1, k + 1]
        scale = 1.0 / (p * s - q * r)
        a[k, k] = 1.0
        a[k, k + 1] = 0.0
        a[k + 1, k] = 0.0
        a[k + 1, k + 1] = 1.0
        for j in range(size):
            x, y = a[k, j], a[k + 1, j]
            first[j] = scale * (s * x - q * y)
            second[j] = scale * (p * y - r * x)
        for i in range(size):
            f, g = a[i, k], a[i, k + 1]
            a[i, k] = 0.0
            a[i, k + 1] = 0.0
            for j in range(size):
                a[i, j] -= f * first[j] + g * second[j]
        for j in range(size):
            a[k, j] = first[j]
            a[k + 1, j] = second[j]
        k += 2
    if k < size:
        scale = 1.0 / a[k, k]
        a[k, k] = 1.0
        for j in range(size):
            first[j] = a[k, j] * scale
        for i in range(size):
            f = a[i, k]
            a[i, k] = 0.0
            for j in range(size):
                a[i, j] -= f * first[j]
        for j in range(size):
            a[k, j] = first[j]


@numba.njit(error_model="numpy")
def factorise_blocks(blocks: Any, lower: Any, upper: Any, work: Any) -> None:
    """Replace the diagonal blocks M_i by the inverses of the pivot blocks P_i.

    Parameters
    ----------
    blocks : (cells, size, size) M_i, replaced
    lower, upper : (cells, size) l_i and u_i
    work : (2, size) storage
    """
    cells, size = lower.shape
    for i in range(cells):
        block = blocks[i]
        if i > 0:
            before = blocks[i - 1]
            for p in range(size):
                factor = lower[i, p]
                for q in range(size):
                    block[p, q] -= factor * before[p, q] * upper[i - 1, q]
        invert(block, work[0], work[1])


@numba.njit(error_model="numpy")
def solve_blocks(inverses: Any, lower: Any, upper: Any, x: Any, work: Any) -> None:
    """Solve with the result of `factorise_blocks`, in place.

    Parameters
    ----------
    inverses : (cells, size, size) of `factorise_blocks`
    lower, upper : (cells, size) as given there
    x : (cells, size or more) right-hand sides, replaced by the solution in the first ``size`` columns
    work : (2, size) storage
    """
    cells, size = lower.shape
    v = work[0]
    for i in range(cells):
        for p in range(size):
            v[p] = x[i, p]
        if i > 0:
            for p in range(size):
                v[p] += lower[i, p] * x[i - 1, p]
        _multiply(inverses[i], v, x[i])
    for i in range(cells - 2, -1, -1):
        for p in range(size):
            v[p] = upper[i, p] * x[i + 1, p]
        _multiply(inverses[i], v, work[1])
        for p in range(size):
            x[i, p] += work[1, p]


@numba.njit(error_model="numpy", fastmath={"reassoc", "contract"})
def _multiply(a: Any, v: Any, out: Any) -> None:
    """out = a v, four rows at a time so that each element of v is read once for all of them."""
    size = a.shape[0]
    p = 0
    while p + 3 < size:
        s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
        for q in range(size):
            x = v[q]
            s0 += a[p, q] * x
            s1 += a[p + 1, q] * x
            s2 += a[p + 2, q] * x
            s3 += a[p + 3, q] * x
        out[p] = s0
        out[p + 1] = s1
        out[p + 2] = s2
        out[p + 3] = s3
        p += 4
    while p < size:
        s0 = 0.0
        for q in range(size):
            s0 += a[p, q] * v[q]
        out[p] = s0
        p += 1
