"""The compiled BDF integrator on problems with published or closed solutions.

Robertson's kinetics at t = 1e11: "Test Set for Initial Value Problem Solvers" (Mazzia & Magherini, University of Bari),
problem ROBER, reference solution (0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numba.extending import overload

from goldshell.numerics import bdf


class Kinetics(NamedTuple):
    """Robertson's three species, or (second constant 0) the chain 1 -> 2 -> 3 with a forcing of species 1."""

    constants: Any


def is_kinetics(problem: Any) -> bool:
    return getattr(problem, "instance_class", None) is Kinetics


@overload(bdf.evaluate)
def evaluate(problem, t, y, out):
    if not is_kinetics(problem):
        return None

    def fill(problem, t, y, out):
        k = problem.constants
        first = k[0] * y[0]
        back = k[1] * y[1] * y[2]
        second = k[2] * y[1] * (y[1] if k[1] > 0.0 else 1.0)
        out[0] = back - first
        out[1] = first - back - second
        out[2] = second

    return fill


@overload(bdf.workspace)
def workspace(problem, size):
    if is_kinetics(problem):
        return lambda problem, size: np.zeros((size, size))
    return None


@overload(bdf.factorise)
def factorise(problem, t, y, shift, work):
    if not is_kinetics(problem):
        return None

    def fill(problem, t, y, shift, work):
        k = problem.constants
        slope = 2.0 * k[2] * y[1] if k[1] > 0.0 else k[2]
        work[0, 0] = shift + k[0]
        work[0, 1] = -k[1] * y[2]
        work[0, 2] = -k[1] * y[1]
        work[1, 0] = -k[0]
        work[1, 1] = shift + k[1] * y[2] + slope
        work[1, 2] = k[1] * y[1]
        work[2, 0] = 0.0
        work[2, 1] = -slope
        work[2, 2] = shift

    return fill


@overload(bdf.backsolve)
def backsolve(problem, work, vector):
    if not is_kinetics(problem):
        return None

    def fill(problem, work, vector):  # Cramer's rule: a solver of LAPACK takes longer to compile than this file to run
        a, b, c = work[0], work[1], work[2]
        u, v, w = vector[0], vector[1], vector[2]
        p, q, r = b[1] * c[2] - b[2] * c[1], a[2] * c[1] - a[1] * c[2], a[1] * b[2] - a[2] * b[1]
        whole = a[0] * p + b[0] * q + c[0] * r
        vector[0] = (u * p + v * q + w * r) / whole
        vector[1] = (
            u * (b[2] * c[0] - b[0] * c[2]) + v * (a[0] * c[2] - a[2] * c[0]) + w * (a[2] * b[0] - a[0] * b[2])
        ) / whole
        vector[2] = (
            u * (b[0] * c[1] - b[1] * c[0]) + v * (a[1] * c[0] - a[0] * c[1]) + w * (a[0] * b[1] - a[1] * b[0])
        ) / whole

    return fill


@numba.njit
def integrate(constants, start, times, rtol, atol, out, counts):
    return bdf.integrate(Kinetics(constants), start, times, rtol, atol, out, counts)


def solve(constants: tuple[float, ...], times: Any, rtol: float, atol: float) -> tuple[np.ndarray, np.ndarray]:
    out = np.empty((len(times), 3))
    counts = np.zeros(bdf.COUNTS, dtype=np.int64)
    status, _ = integrate(
        np.array(constants), np.array([1.0, 0.0, 0.0]), np.asarray(times), rtol, np.full(3, atol), out, counts
    )
    assert status == bdf.SUCCESS
    return out, counts


@pytest.mark.slow
def test_robertson_at_late_time() -> None:
    out, counts = solve((0.04, 1e4, 3e7), [0.0, 1e11], 1e-7, 1e-20)
    assert out[-1] == pytest.approx([0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050], rel=1e-5)
    assert counts[bdf.FACTORISATIONS] < counts[bdf.STEPS] / 2


def test_sum_is_conserved_to_rounding_also_between_steps() -> None:
    out, _ = solve((0.04, 1e4, 3e7), np.append(0.0, np.geomspace(1e-6, 1e6, 200)), 1e-4, 1e-10)
    assert np.abs(out.sum(axis=1) - 1.0).max() < 1e-14


def test_error_follows_the_tolerance_on_a_closed_solution() -> None:
    """y1 = e^-at, y2 = a/(b - a) (e^-at - e^-bt): the chain 1 -> 2 -> 3 with a = 1, b = 50."""
    times = np.linspace(0.0, 5.0, 101)
    a, b = 1.0, 50.0
    second = a / (b - a) * (np.exp(-a * times) - np.exp(-b * times))
    exact = np.stack([np.exp(-a * times), second, 1.0 - np.exp(-a * times) - second], axis=1)
    errors = [np.abs(solve((a, 0.0, b), times, rtol, 1e-3 * rtol)[0] - exact).max() for rtol in (1e-4, 1e-6, 1e-8)]
    assert errors[0] < 1e-3
    assert errors[1] < 1e-5
    assert errors[2] < 1e-7


def test_start_alone_is_returned() -> None:
    out, counts = solve((1.0, 0.0, 50.0), [0.0], 1e-6, 1e-9)
    assert out.tolist() == [[1.0, 0.0, 0.0]]
    assert counts[bdf.STEPS] == 0
