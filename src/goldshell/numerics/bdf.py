"""A compiled stiff integrator for large systems: numerical differentiation formulas (BDF) of order 1 to 5.

    (1 - kappa_k) gamma_k (y_new - y_pred) + sum_(m=1..k) gamma_m nabla^m y_n = h f(t_new, y_new),   gamma_k = sum 1/j

in backward differences at a step that is kept constant for a while (quasi-constant steps), with error control by
max |error_i| / (rtol |y_i| + atol_i), change of order, and the interpolating polynomial as output. For problems whose
linear systems cost far more than f: the factorised matrix (I / c - J), c = h / ((1 - kappa_k) gamma_k), is kept until
c has changed by a quarter or Newton's iteration slows down; while it is off, corrections are scaled by
2 / (1 + c / c_factorised). Sums that f conserves are conserved by every iterate and by the interpolant, whether or not
Newton has converged.

A problem is any NamedTuple type; its equations are given to the compiler by overloading the functions below for that
type with `numba.extending.overload`. No function is passed as a value, so the caller's compiled function can be cached
on disk.

References
----------
Shampine & Reichelt, SIAM J. Sci. Comput. 18 (1997) 1-22, doi:10.1137/S1064827594276424 (the formulas, their control)
Hindmarsh et al., ACM Trans. Math. Softw. 31 (2005) 363-396, doi:10.1145/1089014.1089020 (keeping the matrix)
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_ORDERS = 5
_KAPPA = np.array([0.0, -0.1850, -1.0 / 9.0, -0.0823, -0.0415, 0.0])
_GAMMA = np.append(0.0, np.cumsum(1.0 / np.arange(1, _ORDERS + 1)))
_ALPHA = (1.0 - _KAPPA) * _GAMMA
_ERROR = _KAPPA * _GAMMA + 1.0 / np.arange(1, _ORDERS + 2)

_ITERATIONS = 5
_MATRIX_DRIFT = 0.25
_MATRIX_AGE = 30
MAX_STEPS = 100_000

SUCCESS, TOO_MANY_STEPS, STEP_TOO_SMALL = 0, 1, 2
STEPS, REJECTED, FAILED, EVALUATIONS, FACTORISATIONS = range(5)
COUNTS = 5

# `evaluate`, `workspace`, `factorise` and `backsolve` are declarations for the compiler: their bodies never run.
# Each problem gives its own by ``@overload(bdf.evaluate)`` for its type (`goldshell.exchange.film` does).


def evaluate(problem: Any, t: float, y: Any, out: Any) -> None:
    """Fill ``out`` with f(t, y)."""
    raise NotImplementedError


def workspace(problem: Any, size: int) -> Any:
    """Storage for the matrix and its factors."""
    raise NotImplementedError


def factorise(problem: Any, t: float, y: Any, shift: float, work: Any) -> None:
    """Factorise (shift I - J(t, y)) in ``work``."""
    raise NotImplementedError


def backsolve(problem: Any, work: Any, vector: Any) -> None:
    """Replace ``vector`` by the solution of the system factorised last."""
    raise NotImplementedError


@numba.njit(fastmath={"nnan", "nsz", "reassoc"})
def _largest(v, weight):
    largest = 0.0
    for i in range(v.shape[0]):
        largest = max(largest, abs(v[i]) * weight[i])
    return largest


@numba.njit(fastmath={"reassoc"})
def _total(v):
    total = 0.0
    for i in range(v.shape[0]):
        total += v[i]
    return total


@numba.njit(error_model="numpy")
def _norm(v, weight):
    """Largest |v| times weight; infinite when v holds a NaN or an infinity."""
    return _largest(v, weight) if np.isfinite(_total(v)) else np.inf


@numba.njit(error_model="numpy")
def _weigh(y, rtol, atol, weight):
    for i in range(y.shape[0]):
        weight[i] = 1.0 / (rtol * abs(y[i]) + atol[i])


@numba.njit(error_model="numpy")
def _predict(table, order, base, psi):
    """Prediction and the part of the formula that the past fixes."""
    for i in range(base.shape[0]):
        base[i] = table[0, i]
        psi[i] = 0.0
    for j in range(1, order + 1):
        gamma = _GAMMA[j] / _ALPHA[order]
        row = table[j]
        for i in range(base.shape[0]):
            base[i] += row[i]
            psi[i] += gamma * row[i]


@numba.njit(error_model="numpy")
def _advance(table, order, d):
    """Backward differences after a step with correction ``d``."""
    above = table[order + 2]
    row = table[order + 1]
    for i in range(d.shape[0]):
        above[i] = d[i] - row[i]
        row[i] = d[i]
    for j in range(order, -1, -1):
        above = table[j + 1]
        row = table[j]
        for i in range(d.shape[0]):
            row[i] += above[i]


@numba.njit(error_model="numpy")
def _rescale(table, order, factor):
    """Backward differences at the step ``factor`` times the old one."""
    step = np.zeros((order + 1, order + 1))
    unit = np.zeros((order + 1, order + 1))
    for j in range(order + 1):
        step[0, j] = 1.0
        unit[0, j] = 1.0
    for i in range(1, order + 1):
        for j in range(1, order + 1):
            step[i, j] = step[i - 1, j] * (i - 1 - factor * j) / i
            unit[i, j] = unit[i - 1, j] * (i - 1 - j) / i
    old = table[: order + 1].copy()
    for j in range(order + 1):
        row = table[j]
        for k in range(row.shape[0]):
            row[k] = 0.0
        for i in range(order + 1):
            share = 0.0
            for k in range(order + 1):
                share += step[i, k] * unit[k, j]
            if share != 0.0:
                source = old[i]
                for k in range(row.shape[0]):
                    row[k] += share * source[k]


@numba.njit(error_model="numpy")
def _newton(problem, t, c, factorised, rate, base, psi, weight, tolerance, y, d, dy, f, work, counts):
    """Simplified Newton iteration for the correction ``d``, y = base + d.

    ``rate`` is the rate of convergence seen last with this matrix, 1 when there is none: a single iteration is enough
    when it says so. Returns the number of iterations, negative when they do not converge, and the rate.
    """
    m = y.shape[0]
    relaxation = 2.0 / (1.0 + c / factorised)
    inverse = 1.0 / factorised
    for i in range(m):
        d[i] = 0.0
        y[i] = base[i]
    previous = 0.0
    for iteration in range(_ITERATIONS):
        evaluate(problem, t, y, f)
        counts[EVALUATIONS] += 1
        for i in range(m):
            dy[i] = (c * f[i] - psi[i] - d[i]) * inverse
        backsolve(problem, work, dy)
        for i in range(m):
            d[i] += relaxation * dy[i]
            y[i] = base[i] + d[i]
        size = relaxation * _norm(dy, weight)
        if iteration > 0:
            seen = size / previous
            if not seen < 2.0:
                return -1, 1.0
            rate = max(0.3 * rate, seen)
        if not np.isfinite(size):
            return -1, 1.0
        if size * min(1.0, rate) <= tolerance:
            return iteration + 1, rate
        previous = size
    return -1, 1.0


@numba.njit(error_model="numpy")
def integrate(problem, start, times, rtol, atol, out, counts):
    """Integrate dy/dt = f(t, y).

    Parameters
    ----------
    problem : NamedTuple for which `evaluate`, `workspace`, `factorise` and `backsolve` are overloaded
    start : y at ``times[0]``, (m,)
    times : output times, increasing, (k,)
    rtol : relative tolerance [1]
    atol : absolute tolerance, (m,) [unit of y]
    out : (k, m), filled
    counts : (COUNTS,) of integers, filled

    Returns
    -------
    SUCCESS, TOO_MANY_STEPS or STEP_TOO_SMALL, and the time that was reached
    """
    m = start.shape[0]
    counts[:] = 0
    t = times[0]
    end = times[-1]
    for i in range(m):
        out[0, i] = start[i]
    done = 1
    if end <= t:
        return SUCCESS, t
    table = np.zeros((_ORDERS + 3, m))
    y = start.copy()
    f = np.empty(m)
    weight = np.empty(m)
    base = np.empty(m)
    psi = np.empty(m)
    d = np.empty(m)
    dy = np.empty(m)
    work = workspace(problem, m)
    evaluate(problem, t, y, f)
    counts[EVALUATIONS] += 1
    _weigh(y, rtol, atol, weight)
    slope = _norm(f, weight)
    h = min(0.01 * (end - t), 0.5 / slope) if slope > 0.0 else 0.01 * (end - t)
    for i in range(m):
        table[0, i] = y[i]
        table[1, i] = h * f[i]
    order = 1
    equal = 0
    factorised = 0.0
    age = 0
    rate = 1.0
    tolerance = max(10.0 * 2.22e-16 / rtol, min(0.03, rtol**0.5))
    while True:
        if counts[STEPS] + counts[REJECTED] + counts[FAILED] >= MAX_STEPS:
            return TOO_MANY_STEPS, t
        if h < 4e-16 * abs(t) or h < 1e-30 * (end - times[0]):
            return STEP_TOO_SMALL, t
        new = t + h
        c = h / _ALPHA[order]
        _predict(table, order, base, psi)
        _weigh(base, rtol, atol, weight)
        if factorised == 0.0 or abs(c / factorised - 1.0) > _MATRIX_DRIFT or age > _MATRIX_AGE:
            factorise(problem, new, base, 1.0 / c, work)
            counts[FACTORISATIONS] += 1
            factorised = c
            age = 0
            rate = 1.0
        iterations, rate = _newton(
            problem, new, c, factorised, rate, base, psi, weight, tolerance, y, d, dy, f, work, counts
        )
        if iterations < 0 and age > 0:
            factorised = 0.0
            continue
        if iterations < 0:
            counts[FAILED] += 1
            _rescale(table, order, 0.5)
            h *= 0.5
            equal = 0
            continue
        _weigh(y, rtol, atol, weight)
        error = _ERROR[order] * _norm(d, weight)
        safety = 0.9 * (2.0 * _ITERATIONS + 1.0) / (2.0 * _ITERATIONS + iterations)
        if not error <= 1.0:
            counts[REJECTED] += 1
            factor = max(0.2, safety * error ** (-1.0 / (order + 1))) if np.isfinite(error) else 0.2
            _rescale(table, order, factor)
            h *= factor
            equal = 0
            continue
        counts[STEPS] += 1
        equal += 1
        age += 1
        t = new
        _advance(table, order, d)
        while done < times.shape[0] and times[done] <= t:
            _interpolate(table, order, (times[done] - t) / h, out[done])
            done += 1
        if done == times.shape[0]:
            return SUCCESS, t
        if equal < order + 1:
            continue
        best = error ** (-1.0 / (order + 1)) if error > 0.0 else 10.0
        chosen = order
        if order > 1:
            lower = _ERROR[order - 1] * _norm(table[order], weight)
            factor = lower ** (-1.0 / order) if lower > 0.0 else 10.0
            if factor > best:
                best = factor
                chosen = order - 1
        if order < _ORDERS:
            upper = _ERROR[order + 1] * _norm(table[order + 2], weight)
            factor = upper ** (-1.0 / (order + 2)) if upper > 0.0 else 10.0
            if factor > best:
                best = factor
                chosen = order + 1
        factor = min(10.0, safety * best)
        if chosen == order and 0.95 < factor < 1.2:
            continue
        order = chosen
        _rescale(table, order, factor)
        h *= factor
        equal = 0


@numba.njit(error_model="numpy")
def _interpolate(table, order, x, out):
    """The polynomial through the last ``order`` + 1 points at x steps after the last of them (x of 0 or less)."""
    for i in range(out.shape[0]):
        out[i] = table[0, i]
    p = 1.0
    for j in range(order):
        p *= (x + j) / (j + 1.0)
        for i in range(out.shape[0]):
            out[i] += p * table[j + 1, i]
