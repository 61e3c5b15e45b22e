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

from goldshell.numerics.lanes import INNER, load, minus_product, plus, plus_product, ratio, spread, store
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
    zero = spread(0.0)
    one = spread(1.0)
    sr = load(shift, 0)
    si = load(shift, LANES)
    for k in range(diagonal.shape[0]):
        ar = plus(sr, spread(-diagonal[k, 0]))
        ai = si
        br = spread(-diagonal[k, 1])
        bi = zero
        cr = spread(-diagonal[k, 2])
        ci = zero
        dr = plus(sr, spread(-diagonal[k, 3]))
        di = si
        out = inverse[k]
        if k > 0:
            before = inverse[k - 1]
            l0 = lower[k, 0]
            l1 = lower[k, 1]
            u0 = upper[k - 1, 0]
            u1 = upper[k - 1, 1]
            f = spread(l0 * u0)
            ar = minus_product(ar, f, load(before[0], 0))
            ai = minus_product(ai, f, load(before[0], LANES))
            f = spread(l0 * u1)
            br = minus_product(br, f, load(before[1], 0))
            bi = minus_product(bi, f, load(before[1], LANES))
            f = spread(l1 * u0)
            cr = minus_product(cr, f, load(before[2], 0))
            ci = minus_product(ci, f, load(before[2], LANES))
            f = spread(l1 * u1)
            dr = minus_product(dr, f, load(before[3], 0))
            di = minus_product(di, f, load(before[3], LANES))
        xr = plus_product(minus_product(minus_product(plus_product(zero, ar, dr), ai, di), br, cr), bi, ci)
        xi = minus_product(minus_product(plus_product(plus_product(zero, ar, di), ai, dr), br, ci), bi, cr)
        s = ratio(one, plus_product(plus_product(zero, xr, xr), xi, xi))
        xr = plus_product(zero, xr, s)
        xi = minus_product(zero, xi, s)
        _store_product(out[0], dr, di, xr, xi)
        _store_product(out[3], ar, ai, xr, xi)
        xr = minus_product(zero, one, xr)
        xi = minus_product(zero, one, xi)
        _store_product(out[1], br, bi, xr, xi)
        _store_product(out[2], cr, ci, xr, xi)


@numba.njit(**INNER)
def _store_product(out, ar, ai, br, bi):
    """out = a b, complex by lane."""
    store(out, 0, minus_product(plus_product(spread(0.0), ar, br), ai, bi))
    store(out, LANES, plus_product(plus_product(spread(0.0), ar, bi), ai, br))


@numba.njit(**INNER)
def _subtract_product(out, ar, ai, b):
    """out -= a b, complex by lane."""
    br = load(b, 0)
    bi = load(b, LANES)
    store(out, 0, plus_product(minus_product(load(out, 0), ar, br), ai, bi))
    store(out, LANES, minus_product(minus_product(load(out, LANES), ar, bi), ai, br))


@numba.njit(**INNER)
def scale(v, factor):
    """v *= factor, complex by lane."""
    _store_product(v, load(v, 0), load(v, LANES), load(factor, 0), load(factor, LANES))


@numba.njit(**INNER)
def reciprocal(re, im, out):
    """out = 1 / (re + i im), complex by lane."""
    s = ratio(spread(1.0), plus_product(plus_product(spread(0.0), re, re), im, im))
    store(out, 0, plus_product(spread(0.0), re, s))
    store(out, LANES, minus_product(spread(0.0), im, s))


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
    zero = spread(0.0)
    for k in range(count):
        i = 2 * k
        j = i - 2 if k > 0 else 0
        l0 = spread(lower[k, 0] if k > 0 else 0.0)
        l1 = spread(lower[k, 1] if k > 0 else 0.0)
        for s in range(sides):
            xr = plus_product(load(v[i, s], 0), l0, load(v[j, s], 0))
            xi = plus_product(load(v[i, s], LANES), l0, load(v[j, s], LANES))
            yr = plus_product(load(v[i + 1, s], 0), l1, load(v[j + 1, s], 0))
            yi = plus_product(load(v[i + 1, s], LANES), l1, load(v[j + 1, s], LANES))
            _add_row(inverse[k, 0], inverse[k, 1], xr, xi, yr, yi, zero, zero, v[i, s])
            _add_row(inverse[k, 2], inverse[k, 3], xr, xi, yr, yi, zero, zero, v[i + 1, s])
    for k in range(count - 2, -1, -1):
        i = 2 * k
        u0 = spread(upper[k, 0])
        u1 = spread(upper[k, 1])
        for s in range(sides):
            xr = plus_product(zero, u0, load(v[i + 2, s], 0))
            xi = plus_product(zero, u0, load(v[i + 2, s], LANES))
            yr = plus_product(zero, u1, load(v[i + 3, s], 0))
            yi = plus_product(zero, u1, load(v[i + 3, s], LANES))
            pr = load(v[i, s], 0)
            pi = load(v[i, s], LANES)
            qr = load(v[i + 1, s], 0)
            qi = load(v[i + 1, s], LANES)
            _add_row(inverse[k, 0], inverse[k, 1], xr, xi, yr, yi, pr, pi, v[i, s])
            _add_row(inverse[k, 2], inverse[k, 3], xr, xi, yr, yi, qr, qi, v[i + 1, s])


@numba.njit(**INNER)
def _add_row(a, b, xr, xi, yr, yi, pr, pi, out):
    """out = p + a x + b y, complex by lane: one row of a block times (x, y)."""
    ar = load(a, 0)
    ai = load(a, LANES)
    br = load(b, 0)
    bi = load(b, LANES)
    store(out, 0, minus_product(plus_product(minus_product(plus_product(pr, ar, xr), ai, xi), br, yr), bi, yi))
    store(out, LANES, plus_product(plus_product(plus_product(plus_product(pi, ar, xi), ai, xr), br, yi), bi, yr))


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
                _exchange(matrix[k, j], matrix[pivot, j])
        diagonal = matrix[k, k]
        reciprocal(load(diagonal, 0), load(diagonal, LANES), diagonal)
        for i in range(k + 1, size):
            factor = matrix[i, k]
            scale(factor, diagonal)
            re = load(factor, 0)
            im = load(factor, LANES)
            for j in range(k + 1, size):
                _subtract_product(matrix[i, j], re, im, matrix[k, j])


@numba.njit(**INNER)
def _exchange(a, b):
    """Exchange two rows of lanes."""
    re = load(a, 0)
    im = load(a, LANES)
    store(a, 0, load(b, 0))
    store(a, LANES, load(b, LANES))
    store(b, 0, re)
    store(b, LANES, im)


@numba.njit(**INNER)
def solve_dense(lu, order, v):
    """Solve with the factors of `factorise_dense`, in place; ``v`` is (n, lanes)."""
    size = lu.shape[0]
    for k in range(size):
        if order[k] != k:
            _exchange(v[k], v[order[k]])
    for k in range(size):
        re = load(v[k], 0)
        im = load(v[k], LANES)
        for i in range(k + 1, size):
            _subtract_product(v[i], re, im, lu[i, k])
    for k in range(size - 1, -1, -1):
        scale(v[k], lu[k, k])
        re = load(v[k], 0)
        im = load(v[k], LANES)
        for i in range(k):
            _subtract_product(v[i], re, im, lu[i, k])
