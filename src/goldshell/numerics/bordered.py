"""Compiled direct solution of small linear systems with structure, several complex shifts side by side.

A chain of 2 x 2 blocks whose off-diagonal blocks are diagonal (two regions that exchange the same species n, while n
goes to n - 1 and n + 1 within each region):

    (sigma I - D_k) x_k - L_k x_(k-1) - U_k x_(k+1) = r_k,   L_k, U_k diagonal

is eliminated downwards without pivoting, which is stable for the M-matrices that kinetics gives; cost grows linearly
with the chain. Arrays end in a lane axis of length 2 L: the real parts of the systems for L shifts sigma, then the
imaginary parts. A sweep is a chain of dependent operations; the lanes fill the processor while each waits for the one
before.

References
----------
Golub & Van Loan, Matrix Computations, 4th ed., 2013, sections 3.4 (pivoting), 4.5 (block tridiagonal)
"""

from __future__ import annotations

import numba

from goldshell.numerics.lanes import INNER, ZERO, load, minus_product, plus, plus_product, store
from goldshell.numerics.radau import LANES


@numba.njit(**INNER)
def factorise_chain(diagonal, lower, upper, shift, inverse):
    """Inverses of the pivot blocks of one chain, for every shift.

    Parameters
    ----------
    diagonal : (K, 4) blocks D_k: 00, 01, 10, 11
    lower, upper : (K, 2) diagonals of L_k and U_k
    shift : (lanes,) sigma
    inverse : (K, 4, lanes) filled
    """
    for f in range(4):
        for p in range(2 * LANES):
            inverse[0, f, p] = 0.0
    for k in range(diagonal.shape[0]):
        f0 = 0.0
        f1 = 0.0
        f2 = 0.0
        f3 = 0.0
        j = 0
        if k > 0:
            j = k - 1
            f0 = lower[k, 0] * upper[j, 0]
            f1 = lower[k, 0] * upper[j, 1]
            f2 = lower[k, 1] * upper[j, 0]
            f3 = lower[k, 1] * upper[j, 1]
        d0 = diagonal[k, 0]
        d1 = diagonal[k, 1]
        d2 = diagonal[k, 2]
        d3 = diagonal[k, 3]
        for p in range(LANES):
            q = p + LANES
            ar = shift[p] - d0 - f0 * inverse[j, 0, p]
            ai = shift[q] - f0 * inverse[j, 0, q]
            br = -d1 - f1 * inverse[j, 1, p]
            bi = -f1 * inverse[j, 1, q]
            cr = -d2 - f2 * inverse[j, 2, p]
            ci = -f2 * inverse[j, 2, q]
            dr = shift[p] - d3 - f3 * inverse[j, 3, p]
            di = shift[q] - f3 * inverse[j, 3, q]
            xr = ar * dr - ai * di - br * cr + bi * ci
            xi = ar * di + ai * dr - br * ci - bi * cr
            s = 1.0 / (xr * xr + xi * xi)
            xr *= s
            xi *= -s
            inverse[k, 0, p] = dr * xr - di * xi
            inverse[k, 0, q] = dr * xi + di * xr
            inverse[k, 1, p] = bi * xi - br * xr
            inverse[k, 1, q] = -br * xi - bi * xr
            inverse[k, 2, p] = ci * xi - cr * xr
            inverse[k, 2, q] = -cr * xi - ci * xr
            inverse[k, 3, p] = ar * xr - ai * xi
            inverse[k, 3, q] = ar * xi + ai * xr


@numba.njit(**INNER)
def solve_chain(lower, upper, inverse, v, sides):
    """Solve one chain for every lane and every right-hand side, in place.

    Parameters
    ----------
    lower, upper : (K, 2) as given to `factorise_chain`
    inverse : (K, 4, lanes) its result
    v : (2 K, right-hand sides, lanes), replaced by the solutions; entries (k, 0) and (k, 1) side by side
    sides : how many of the right-hand sides are to be solved
    """
    count = lower.shape[0]
    for k in range(count):
        i = 2 * k
        j = i - 2 if k > 0 else 0
        l0 = lower[k, 0] if k > 0 else 0.0
        l1 = lower[k, 1] if k > 0 else 0.0
        for s in range(sides):
            xr = plus(load(v[i, s], 0), l0, load(v[j, s], 0))
            xi = plus(load(v[i, s], LANES), l0, load(v[j, s], LANES))
            yr = plus(load(v[i + 1, s], 0), l1, load(v[j + 1, s], 0))
            yi = plus(load(v[i + 1, s], LANES), l1, load(v[j + 1, s], LANES))
            _add_block(inverse[k], xr, xi, yr, yi, ZERO, ZERO, ZERO, ZERO, v[i, s], v[i + 1, s])
    for k in range(count - 2, -1, -1):
        i = 2 * k
        u0 = upper[k, 0]
        u1 = upper[k, 1]
        for s in range(sides):
            xr = plus(ZERO, u0, load(v[i + 2, s], 0))
            xi = plus(ZERO, u0, load(v[i + 2, s], LANES))
            yr = plus(ZERO, u1, load(v[i + 3, s], 0))
            yi = plus(ZERO, u1, load(v[i + 3, s], LANES))
            _add_block(
                inverse[k], xr, xi, yr, yi, load(v[i, s], 0), load(v[i, s], LANES), load(v[i + 1, s], 0),
                load(v[i + 1, s], LANES), v[i, s], v[i + 1, s],
            )  # fmt: skip


@numba.njit(inline="always", **INNER)
def _add_block(inverse, xr, xi, yr, yi, pr, pi, qr, qi, first, second):
    """Put (p, q) + D^-1 (x, y) into the rows ``first`` and ``second``, complex by lane."""
    ar = load(inverse[0], 0)
    ai = load(inverse[0], LANES)
    br = load(inverse[1], 0)
    bi = load(inverse[1], LANES)
    store(first, 0, minus_product(plus_product(minus_product(plus_product(pr, ar, xr), ai, xi), br, yr), bi, yi))
    store(first, LANES, plus_product(plus_product(plus_product(plus_product(pi, ar, xi), ai, xr), br, yi), bi, yr))
    ar = load(inverse[2], 0)
    ai = load(inverse[2], LANES)
    br = load(inverse[3], 0)
    bi = load(inverse[3], LANES)
    store(second, 0, minus_product(plus_product(minus_product(plus_product(qr, ar, xr), ai, xi), br, yr), bi, yi))
    store(second, LANES, plus_product(plus_product(plus_product(plus_product(qi, ar, xi), ai, xr), br, yi), bi, yr))


@numba.njit(**INNER)
def factorise_dense(matrix, order):
    """LU factors of small dense matrices, one per lane, in place; rows are exchanged as lane 0 (real) asks.

    Parameters
    ----------
    matrix : (n, n, lanes), replaced by the factors with inverted pivots
    order : (n,) filled with the row exchanges
    """
    size = matrix.shape[0]
    for k in range(size):
        pivot = k
        for i in range(k + 1, size):
            if abs(matrix[i, k, 0]) > abs(matrix[pivot, k, 0]):
                pivot = i
        order[k] = pivot
        if pivot != k:
            for j in range(size):
                for p in range(2 * LANES):
                    x = matrix[k, j, p]
                    matrix[k, j, p] = matrix[pivot, j, p]
                    matrix[pivot, j, p] = x
        for p in range(LANES):
            a = matrix[k, k, p]
            b = matrix[k, k, p + LANES]
            s = 1.0 / (a * a + b * b)
            matrix[k, k, p] = a * s
            matrix[k, k, p + LANES] = -b * s
        for i in range(k + 1, size):
            for p in range(LANES):
                q = p + LANES
                a = matrix[i, k, p]
                b = matrix[i, k, q]
                matrix[i, k, p] = a * matrix[k, k, p] - b * matrix[k, k, q]
                matrix[i, k, q] = a * matrix[k, k, q] + b * matrix[k, k, p]
            for j in range(k + 1, size):
                for p in range(LANES):
                    q = p + LANES
                    a = matrix[i, k, p]
                    b = matrix[i, k, q]
                    matrix[i, j, p] -= a * matrix[k, j, p] - b * matrix[k, j, q]
                    matrix[i, j, q] -= a * matrix[k, j, q] + b * matrix[k, j, p]


@numba.njit(**INNER)
def solve_dense(lu, order, v):
    """Solve with the factors of `factorise_dense`, in place; ``v`` is (n, lanes)."""
    size = lu.shape[0]
    for k in range(size):
        pivot = order[k]
        if pivot != k:
            for p in range(2 * LANES):
                x = v[k, p]
                v[k, p] = v[pivot, p]
                v[pivot, p] = x
    for k in range(size):
        for i in range(k + 1, size):
            for p in range(LANES):
                q = p + LANES
                v[i, p] -= lu[i, k, p] * v[k, p] - lu[i, k, q] * v[k, q]
                v[i, q] -= lu[i, k, p] * v[k, q] + lu[i, k, q] * v[k, p]
    for k in range(size - 1, -1, -1):
        for p in range(LANES):
            q = p + LANES
            a = v[k, p]
            b = v[k, q]
            v[k, p] = a * lu[k, k, p] - b * lu[k, k, q]
            v[k, q] = a * lu[k, k, q] + b * lu[k, k, p]
        for i in range(k):
            for p in range(LANES):
                q = p + LANES
                v[i, p] -= lu[i, k, p] * v[k, p] - lu[i, k, q] * v[k, q]
                v[i, q] -= lu[i, k, p] * v[k, q] + lu[i, k, q] * v[k, p]
