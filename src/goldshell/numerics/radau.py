"""A compiled stiff integrator: Radau IIA of fixed high order, with error control and dense output.

    Y_i = y + h sum_j a_ij f(t + c_j h, Y_j),   i = 1..s,   y(t + h) = Y_s

Collocation at the s right Radau points: order 2 s - 1, stiffly accurate, L-stable; one step, so no restart after a
switch. The stages are found by simplified Newton iterations on Z = Y - y. With A^-1 = T diag(lambda) T^-1 one
iteration falls into one real and (s - 1) / 2 complex systems,

    (lambda_p / h I - J) dw_p = (T^-1 F(Z))_p - lambda_p / h w_p,   Z = T w

are factorised and solved side by side. The local error is that of an embedded formula of order s, filtered by
(lambda_0 / h I - J)^-1, and the largest of all states relative to their present size counts. It bounds the collocation
polynomial, which is of the same order, so that the output between steps is as good as the steps. Sums that f conserves
are conserved by every iterate, whether or not Newton has converged, and by the polynomial that gives the output.

Arrays (m, WIDTH) hold one row per state: the s stages and a spare, or the real parts of the L = (s + 1) / 2 systems
and then their imaginary parts. One row is what the processor works on at once.

A problem is any NamedTuple type; its equations are given to the compiler by overloading the functions below for that
type with `numba.extending.overload`. No function is passed as a value, so the caller's compiled function can be cached
on disk.

References
----------
Hairer & Wanner, Solving Ordinary Differential Equations II, 2nd ed., Springer 1996, sections IV.5 and IV.8
Hairer & Wanner, J. Comput. Appl. Math. 111 (1999) 93-111, doi:10.1016/S0377-0427(99)00134-X (orders 5, 9, 13)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.polynomial import legendre

from goldshell.numerics.lanes import INNER, load, minus_product, plus, plus_product, spread, store, total

STAGES = 7
LANES = (STAGES + 1) // 2
WIDTH = 2 * LANES


def collocation(stages: int) -> tuple[Any, Any]:
    """Nodes c and matrix A of the Radau IIA method.

    Parameters
    ----------
    stages : number of stages s

    Returns
    -------
    c : (s,) nodes in (0, 1] [1]
    a : (s, s) [1]
    """
    series = np.zeros(stages + 1)
    series[-1], series[-2] = 1.0, -1.0  # P_s - P_(s-1) vanishes at the right Radau points
    roots = np.sort(legendre.legroots(series).real)
    slope = legendre.legder(series)
    for _ in range(3):
        roots -= legendre.legval(roots, series) / legendre.legval(roots, slope)
    c = 0.5 * (roots + 1.0)
    c[-1] = 1.0
    powers = np.arange(1, stages + 1)
    a = np.linalg.solve(np.vander(c, increasing=True).T, (c[:, None] ** powers / powers).T).T
    return c, a


def _tables() -> tuple[Any, ...]:
    """Nodes, shifts lambda, transformations to and from lanes, weights of the error estimate."""
    c, a = collocation(STAGES)
    inverse = np.linalg.inv(a)
    values, vectors = np.linalg.eig(inverse)
    keep = [int(np.argmin(np.abs(values.imag)))] + [i for i in np.argsort(values.imag) if values[i].imag > 1e-9]
    left = np.linalg.inv(vectors)[keep]
    right = vectors[:, keep] * np.where(np.arange(LANES) == 0, 1.0, 2.0)  # complex systems stand for their conjugates
    to_lanes = np.zeros((WIDTH, WIDTH))
    to_lanes[:STAGES, :LANES], to_lanes[:STAGES, LANES:] = left.real.T, left.imag.T
    to_stages = np.zeros((WIDTH, WIDTH))
    to_stages[:LANES, :STAGES], to_stages[LANES:, :STAGES] = right.real.T, -right.imag.T
    shift = np.append(values[keep].real, values[keep].imag)
    shift[LANES] = to_stages[LANES] = 0.0
    # Weights of the embedded quadrature with node 0 and weight 1/lambda_0 there, exact to order s.
    order = np.arange(1, STAGES + 1)
    embedded = np.linalg.solve(np.vander(c, increasing=True).T, 1.0 / order - (order == 1) / shift[0])
    error = np.append((embedded - a[-1]) @ inverse, 0.0)
    return c, shift, to_lanes, to_stages, error


_C, _SHIFT, _TO_LANES, _TO_STAGES, _ERROR = (np.ascontiguousarray(table) for table in _tables())
_WEIGHT = 1.0 / _SHIFT[0]
_NODES = np.append(0.0, _C)

SUCCESS, TOO_MANY_STEPS, STEP_TOO_SMALL = 0, 1, 2
STEPS, REJECTED, FAILED, ITERATIONS = range(4)
COUNTS = 4
MAX_STEPS = 20_000
_MAX_ITERATIONS = 12

# `evaluate`, `linearise`, `factorise` and `solve_lanes` are declarations for the compiler: their bodies never run.
# Each problem gives its own by ``@overload(radau.evaluate)`` for its type (`goldshell.exchange.linear` does).


def evaluate(problem: Any, t: float, y: Any, out: Any) -> None:
    """Fill ``out`` (m,) with f(t, y)."""
    raise NotImplementedError


class Buffers(NamedTuple):
    """Arrays that the integrator works in: (m, WIDTH) z, old, w, v; (STAGES, m) f; (m,) the others."""

    z: Any
    old: Any
    w: Any
    v: Any
    f: Any
    y: Any
    stage: Any
    f0: Any
    scale: Any
    matrix: Any
    shift: Any
    weights: Any


def make_buffers(size: int) -> Buffers:
    """Arrays for a problem of ``size`` states."""
    rows = (size, WIDTH)
    return Buffers(
        z=np.zeros(rows), old=np.zeros(rows), w=np.zeros(rows), v=np.zeros(rows), f=np.zeros((STAGES, size)),
        y=np.zeros(size), stage=np.zeros(size), f0=np.zeros(size), scale=np.zeros(size),
        matrix=np.zeros((WIDTH, WIDTH)), shift=np.zeros(WIDTH), weights=np.zeros(WIDTH),
    )  # fmt: skip


def linearise(problem: Any, t: float, y: Any, work: Any) -> None:
    """Put the Jacobian at (t, y) into ``work``."""
    raise NotImplementedError


def factorise(problem: Any, shift: Any, work: Any) -> None:
    """Factorise (shift_p I - J) for every lane p in ``work``; ``shift`` is (WIDTH,), real then imaginary parts."""
    raise NotImplementedError


def solve_lanes(problem: Any, work: Any, v: Any) -> None:
    """Replace the right-hand sides ``v`` (m, WIDTH), real then imaginary parts, by the solutions."""
    raise NotImplementedError


@numba.njit(inline="always", **INNER)
def _first_step(y, f, scale, span):
    """A first step from the size of y and f in the error norm."""
    d0 = 0.0
    d1 = 0.0
    for i in range(y.shape[0]):
        d0 = max(d0, abs(y[i]) / scale[i])
        d1 = max(d1, abs(f[i]) / scale[i])
    h = 1e-6 * span if d1 <= 1e-10 else 0.01 * d0 / d1
    return min(max(h, 1e-18 * span), span)


@numba.njit(inline="always", **INNER)
def _lagrange(x, weights):
    """Values at x (0 start of the step, 1 end) of the Lagrange polynomials of the nodes c, with 0 as one more node."""
    for s in range(STAGES):
        w = x / _C[s]
        for j in range(STAGES):
            if j != s:
                w *= (x - _C[j]) / (_C[s] - _C[j])
        weights[s] = w


@numba.njit(inline="always", **INNER)
def _extrapolate(ratio, old, z, matrix, weights):
    """Carry the last step's polynomial on to the stages of the next step, ``ratio`` times as long, into ``z``."""
    for s in range(STAGES):
        _lagrange(1.0 + _C[s] * ratio, weights)
        for j in range(STAGES):
            matrix[j, s] = weights[j]
    for s in range(STAGES):
        matrix[STAGES - 1, s] -= 1.0
    for i in range(z.shape[0]):
        low = spread(0.0)
        high = spread(0.0)
        for j in range(STAGES):
            low = plus_product(low, spread(old[i, j]), load(matrix[j], 0))
            high = plus_product(high, spread(old[i, j]), load(matrix[j], LANES))
        store(z[i], 0, low)
        store(z[i], LANES, high)


@numba.njit(inline="always", **INNER)
def _to_lanes(z, w):
    """w = T^-1 z, row by row."""
    for i in range(z.shape[0]):
        re = spread(0.0)
        im = spread(0.0)
        for s in range(STAGES):
            re = plus_product(re, spread(z[i, s]), load(_TO_LANES[s], 0))
            im = plus_product(im, spread(z[i, s]), load(_TO_LANES[s], LANES))
        store(w[i], 0, re)
        store(w[i], LANES, im)


@numba.njit(inline="always", **INNER)
def _right_sides(w, f, shift, v):
    """Right-hand sides of one Newton iteration, T^-1 F - lambda / h w, by lane."""
    a = load(shift, 0)
    b = load(shift, LANES)
    for i in range(w.shape[0]):
        x = load(w[i], 0)
        y = load(w[i], LANES)
        re = plus_product(minus_product(spread(0.0), a, x), b, y)
        im = minus_product(minus_product(spread(0.0), a, y), b, x)
        for s in range(STAGES):
            re = plus_product(re, spread(f[s, i]), load(_TO_LANES[s], 0))
            im = plus_product(im, spread(f[s, i]), load(_TO_LANES[s], LANES))
        store(v[i], 0, re)
        store(v[i], LANES, im)


@numba.njit(inline="always", **INNER)
def _update(v, scale, w, z):
    """Add the changes dw to w and T dw to z; root mean square of T dw in the error norm."""
    size = 0.0
    m = z.shape[0]
    for i in range(m):
        low = spread(0.0)
        high = spread(0.0)
        for p in range(WIDTH):
            low = plus_product(low, spread(v[i, p]), load(_TO_STAGES[p], 0))
            high = plus_product(high, spread(v[i, p]), load(_TO_STAGES[p], LANES))
        store(w[i], 0, plus(load(w[i], 0), load(v[i], 0)))
        store(w[i], LANES, plus(load(w[i], LANES), load(v[i], LANES)))
        store(z[i], 0, plus(load(z[i], 0), low))
        store(z[i], LANES, plus(load(z[i], LANES), high))
        size += total(plus_product(plus_product(spread(0.0), low, low), high, high)) / (scale[i] * scale[i])
    return np.sqrt(size / (m * STAGES))


@numba.njit(inline="always", **INNER)
def _newton(problem, t, h, shift, y, z, w, f, stage, v, work, scale, tolerance, counts):
    """Iterate the stages; returns the number of iterations, negative when they do not converge."""
    m = y.shape[0]
    previous = 0.0
    _to_lanes(z, w)
    for iteration in range(1, _MAX_ITERATIONS + 1):
        counts[ITERATIONS] += 1
        for s in range(STAGES):
            for i in range(m):
                stage[i] = y[i] + z[i, s]
            evaluate(problem, t + _C[s] * h, stage, f[s])
        _right_sides(w, f, shift, v)
        solve_lanes(problem, work, v)
        size = _update(v, scale, w, z)
        if not np.isfinite(size):
            return -iteration
        if iteration > 1:
            theta = size / max(previous, 1e-300)
            if size <= 0.1 * tolerance and theta >= 0.5:  # rounding is all that is left
                return iteration
            if theta >= 0.99:
                return -iteration
            if theta / (1.0 - theta) * size <= tolerance:
                return iteration
            if theta ** (_MAX_ITERATIONS - iteration) / (1.0 - theta) * size > tolerance:
                return -iteration
        elif size <= 1e-3 * tolerance:
            return iteration
        previous = size
    return -_MAX_ITERATIONS


@numba.njit(inline="always", **INNER)
def _error(problem, h, f, z, shift, work, scale, v):
    """Local error, filtered: the largest of all states in units of ``scale``, infinite when there is a NaN."""
    m = v.shape[0]
    for i in range(m):
        e = _WEIGHT * h * f[i]
        for s in range(STAGES):
            e += _ERROR[s] * z[i, s]
        store(v[i], 0, spread(0.0))
        store(v[i], LANES, spread(0.0))
        v[i, 0] = shift * e
    solve_lanes(problem, work, v)
    largest = 0.0
    total = 0.0
    for i in range(m):
        e = abs(v[i, 0]) / scale[i]
        largest = max(largest, e)
        total += e
    return largest if np.isfinite(total) else np.inf


def integrate(problem, work, buffers, start, times, rtol, floor, out, counts):
    """Integrate from ``times[0]`` and fill ``out`` with y at ``times``.

    Parameters
    ----------
    problem : NamedTuple whose type has the overloads
    work : storage for the Jacobian and its factors, whatever the overloads expect
    buffers : of `make_buffers`
    start : (m,) y at times[0]
    times : (k,) increasing
    rtol : wanted error relative to the present size of each state [1]
    floor : (m,) values below which errors count as if relative to this [unit of y]
    out : (k, m) filled
    counts : (COUNTS,) integers: steps, rejected, Newton failures, Newton iterations

    Returns
    -------
    int : SUCCESS, TOO_MANY_STEPS or STEP_TOO_SMALL
    """
    m = start.shape[0]
    z, old, w, v, f, y, stage, f0, scale, matrix, shift, weights = buffers
    k = times.shape[0]
    for i in range(m):
        y[i] = start[i]
        out[0, i] = start[i]
    for j in range(COUNTS):
        counts[j] = 0
    if k == 1:
        return SUCCESS
    t = times[0]
    end = times[k - 1]
    span = end - t
    # The error estimate is of order s, the method of order 2 s - 1: as in RADAU, the tolerance is stretched for that.
    tolerance = 0.1 * rtol ** ((STAGES + 1.0) / (2.0 * STAGES))
    newton = max(10.0 * 2.3e-16 / tolerance, 0.001)
    h = 0.0
    before = 0.0
    before_error = 1.0
    following = 1
    linear = False
    rejected = False
    while following < k:
        if counts[STEPS] + counts[REJECTED] + counts[FAILED] >= MAX_STEPS:
            return TOO_MANY_STEPS
        if not linear:
            evaluate(problem, t, y, f0)
            linearise(problem, t, y, work)
            linear = True
            for i in range(m):
                scale[i] = tolerance * max(abs(y[i]), floor[i])
            if h == 0.0:
                h = _first_step(y, f0, scale, span)
        if h < 4e-16 * abs(t) or h < 1e-30 * span:
            return STEP_TOO_SMALL
        if t + 1.0001 * h >= end:
            h = end - t
        for p in range(WIDTH):
            shift[p] = _SHIFT[p] / h
        factorise(problem, shift, work)
        if before > 0.0:
            _extrapolate(h / before, old, z, matrix, weights)
        else:
            for i in range(m):
                store(z[i], 0, spread(0.0))
                store(z[i], LANES, spread(0.0))
        iterations = _newton(problem, t, h, shift, y, z, w, f, stage, v, work, scale, newton, counts)
        if iterations < 0:
            counts[FAILED] += 1
            h *= 0.5
            rejected = True
            continue
        size = _error(problem, h, f0, z, shift[0], work, scale, v)
        size = max(size, 1e-10)
        factor = 0.9 * (2 * _MAX_ITERATIONS + 1.0) / (2 * _MAX_ITERATIONS + iterations) * size ** (-1.0 / (STAGES + 1))
        if not size <= 1.0:
            counts[REJECTED] += 1
            h *= max(0.1, min(0.9, factor)) if np.isfinite(size) else 0.1
            rejected = True
            continue
        counts[STEPS] += 1
        arrived = t + h
        last = h == end - t
        while following < k and (times[following] <= arrived or last):
            x = min(1.0, (times[following] - t) / h)
            _lagrange(x, weights)
            for i in range(m):
                value = y[i]
                for s in range(STAGES):
                    value += weights[s] * z[i, s]
                out[following, i] = value
            following += 1
        if before > 0.0:
            # Gustafsson's predictive controller.
            factor = min(factor, 0.9 * h / before * (before_error / (size * size)) ** (1.0 / (STAGES + 1)))
        before = h
        before_error = max(size, 1e-2)
        t = arrived
        for i in range(m):
            y[i] += z[i, STAGES - 1]
            for s in range(WIDTH):
                old[i, s] = z[i, s]
        linear = False
        h *= max(0.2, min(8.0, factor)) if not rejected else max(0.2, min(1.0, factor))
        rejected = False
    return SUCCESS
