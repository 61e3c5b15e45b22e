"""The Radau IIA integrator: its tables against the order conditions, its solutions against published ones.

Robertson's kinetics and van der Pol's oscillator: "Test Set for Initial Value Problem Solvers" (Mazzia & Magherini,
University of Bari), problems ROBER (t = 1e11) and VDPOL (t = 2); Hairer & Wanner, Solving Ordinary Differential
Equations II, sections IV.5 (order conditions) and IV.3 (stability).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numba.extending import overload

from goldshell.numerics import radau
from goldshell.numerics.radau import LANES, STAGES, collocation

ROBERTSON, VAN_DER_POL, RELAXATION, EXPLOSION = 0.0, 1.0, 2.0, 3.0


class Problem(NamedTuple):
    """One of four problems, by number, and a constant."""

    which: Any


def is_problem(problem: Any) -> bool:
    return getattr(problem, "instance_class", None) is Problem


@overload(radau.evaluate)
def evaluate(problem, t, y, out):
    if not is_problem(problem):
        return None

    def fill(problem, t, y, out):
        if problem.which[0] == 0.0:
            out[0] = -0.04 * y[0] + 1e4 * y[1] * y[2]
            out[2] = 3e7 * y[1] * y[1]
            out[1] = -out[0] - out[2]
        elif problem.which[0] == 1.0:
            out[0] = y[1]
            out[1] = ((1.0 - y[0] * y[0]) * y[1] - y[0]) / 1e-6
        elif problem.which[0] == 3.0:
            out[0] = y[0] * y[0]
            out[1] = 0.0
        else:  # stiff relaxation to a moving value (Prothero & Robinson)
            out[0] = -1e6 * (y[0] - np.cos(t)) - np.sin(t)
            out[1] = y[1] * np.cos(t)

    return fill


@overload(radau.linearise)
def linearise(problem, t, y, work):
    if not is_problem(problem):
        return None

    def fill(problem, t, y, work):
        j = work[0]
        for i in range(j.shape[0]):
            for k in range(j.shape[1]):
                j[i, k] = 0.0
        if problem.which[0] == 0.0:
            j[0, 0], j[0, 1], j[0, 2] = -0.04, 1e4 * y[2], 1e4 * y[1]
            j[2, 1] = 6e7 * y[1]
            for k in range(3):
                j[1, k] = -j[0, k] - j[2, k]
        elif problem.which[0] == 1.0:
            j[0, 1] = 1.0
            j[1, 0] = (-2.0 * y[0] * y[1] - 1.0) / 1e-6
            j[1, 1] = (1.0 - y[0] * y[0]) / 1e-6
        elif problem.which[0] == 3.0:
            j[0, 0] = 2.0 * y[0]
        else:
            j[0, 0], j[1, 1] = -1e6, np.cos(t)

    return fill


@overload(radau.factorise)
def factorise(problem, shift, work):
    if not is_problem(problem):
        return None

    def fill(problem, shift, work):
        for k in range(shift.shape[0]):
            work[1][0, k] = shift[k]

    return fill


@overload(radau.solve_lanes)
def solve_lanes(problem, work, v):
    if not is_problem(problem):
        return None

    def solve(problem, work, v):
        size = v.shape[0]
        for lane in range(LANES):
            sigma = complex(work[1][0, lane], work[1][0, LANES + lane])
            matrix = np.empty((size, size + 1), np.complex128)
            for i in range(size):
                for k in range(size):
                    matrix[i, k] = (sigma if i == k else 0.0) - work[0][i, k]
                matrix[i, size] = complex(v[i, lane], v[i, LANES + lane])
            for i in range(size):  # Gauss and Jordan: LAPACK's solver takes longer to compile than this file to run
                for row in range(i + 1, size):
                    if abs(matrix[row, i]) > abs(matrix[i, i]):
                        for k in range(i, size + 1):
                            matrix[i, k], matrix[row, k] = matrix[row, k], matrix[i, k]
                for row in range(size):
                    if row != i:
                        factor = matrix[row, i] / matrix[i, i]
                        for k in range(i, size + 1):
                            matrix[row, k] -= factor * matrix[i, k]
            for i in range(size):
                x = matrix[i, size] / matrix[i, i]
                v[i, lane] = x.real
                v[i, LANES + lane] = x.imag

    return solve


compiled = numba.njit(radau.integrate)


def integrate(which: float, start: list[float], times: Any, rtol: float, floor: float = 1e-12) -> tuple[Any, Any, int]:
    y = np.array(start)
    size = len(y)
    work = (np.zeros((size, size)), np.zeros((1, radau.WIDTH)))
    times = np.asarray(times, dtype=float)
    out = np.empty((len(times), size))
    counts = np.zeros(radau.COUNTS, dtype=np.int64)
    status = compiled(
        Problem(np.array([which])), work, radau.make_buffers(size), y, times, rtol, np.full(size, floor), out, counts
    )
    return out, counts, status


# -- the tables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stages", [1, 2, 3, 5, 7])
def test_quadrature_is_exact_to_order_2s_minus_1_and_no_further(stages: int) -> None:
    c, a = collocation(stages)
    b = a[-1]
    for k in range(1, 2 * stages):
        assert b @ c ** (k - 1) == pytest.approx(1.0 / k, rel=1e-12)
    assert abs(b @ c ** (2 * stages - 1) - 0.5 / stages) > 1e-9
    for k in range(1, stages + 1):
        assert a @ c ** (k - 1) == pytest.approx(c**k / k, abs=1e-13)


def test_three_stages_are_those_of_the_book() -> None:
    """Hairer & Wanner, Table IV.5.6."""
    root = math.sqrt(6.0)
    c, a = collocation(3)
    assert c == pytest.approx([(4.0 - root) / 10.0, (4.0 + root) / 10.0, 1.0], rel=1e-14)
    assert a[2] == pytest.approx([(16.0 - root) / 36.0, (16.0 + root) / 36.0, 1.0 / 9.0], rel=1e-13)
    assert a[0, 0] == pytest.approx((88.0 - 7.0 * root) / 360.0, rel=1e-13)


def stability(a: Any, z: complex) -> complex:
    """R(z) = 1 + z b (I - z A)^-1 1."""
    ones = np.ones(len(a))
    return complex(1.0 + z * a[-1] @ np.linalg.solve(np.eye(len(a)) - z * a, ones))


@pytest.mark.parametrize("stages", [2, 3, 5, 7])
def test_method_is_stable_and_damps_at_infinity(stages: int) -> None:
    _, a = collocation(stages)
    assert max(abs(stability(a, 1j * y)) for y in np.geomspace(1e-3, 1e6, 400)) <= 1.0 + 1e-12
    assert abs(stability(a, -1e9)) < 1e-6


@pytest.mark.parametrize("stages", [2, 3, 5])
def test_one_step_has_a_local_error_of_order_2s(stages: int) -> None:
    """R(z) is a Pade approximant of e^z: its series agrees up to z^(2s - 1) and then errs by a known constant.

    (-1)^s s! (s - 1)! / ((2 s)! (2 s - 1)!), Hairer & Wanner, Theorem IV.3.11; coefficients by Fourier transform on the
    unit circle.
    """
    _, a = collocation(stages)
    circle = np.exp(2j * np.pi * np.arange(64) / 64)
    series = np.fft.fft([np.exp(z) - stability(a, z) for z in circle]).real / 64
    factorial = math.factorial
    constant = factorial(stages) * factorial(stages - 1) / (factorial(2 * stages) * factorial(2 * stages - 1))
    assert np.abs(series[: 2 * stages]).max() < 1e-14
    assert series[2 * stages] == pytest.approx((-1) ** stages * constant, rel=1e-3)


def test_lanes_are_the_eigenvalues_of_the_inverse() -> None:
    """T^-1 A^-1 T is diagonal: transforming there and back, and the shifts, against NumPy."""
    _, a = collocation(STAGES)
    z = np.zeros(2 * LANES)
    z[:STAGES] = np.random.default_rng(1).normal(size=STAGES)
    assert (z @ radau._TO_LANES) @ radau._TO_STAGES == pytest.approx(z, abs=1e-12)
    found = radau._SHIFT[:LANES] + 1j * radau._SHIFT[LANES:]
    values = np.linalg.eigvals(np.linalg.inv(a))
    for value in np.concatenate([found, found.conj()]):
        assert np.abs(values - value).min() < 1e-9
    w = z @ radau._TO_LANES
    w = found * (w[:LANES] + 1j * w[LANES:])
    image = np.concatenate([w.real, w.imag]) @ radau._TO_STAGES
    assert image[:STAGES] == pytest.approx(np.linalg.inv(a) @ z[:STAGES], rel=1e-9)


# -- solutions -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_robertson_at_1e11() -> None:
    out, _, status = integrate(ROBERTSON, [1.0, 0.0, 0.0], [0.0, 1e11], 1e-10, 1e-14)
    expected = [0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050]
    assert status == radau.SUCCESS
    assert out[-1] == pytest.approx(expected, rel=1e-7)


def test_what_the_equations_conserve_is_conserved_everywhere() -> None:
    """Sum of the three species at every output, whatever the tolerance."""
    for rtol in (1e-4, 1e-8):
        out, _, _ = integrate(ROBERTSON, [1.0, 0.0, 0.0], np.append(0.0, np.geomspace(1e-6, 1e8, 60)), rtol)
        assert out.sum(axis=1) == pytest.approx(np.ones(61), abs=1e-13)


def test_van_der_pol_at_2() -> None:
    out, _, _ = integrate(VAN_DER_POL, [2.0, 0.0], [0.0, 2.0], 1e-9, 1e-6)
    assert out[-1] == pytest.approx([0.1706167732170483e1, -0.8928097010247975], rel=1e-7)


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8, 1e-10])
def test_output_between_steps_is_as_good_as_the_tolerance_says(rtol: float) -> None:
    """Closed solution cos t, e^(sin t) at 300 times; the tolerance of the stages is 0.1 rtol^(8/14)."""
    times = np.linspace(0.0, 12.0, 301)
    out, counts, _ = integrate(RELAXATION, [1.0, 1.0], times, rtol, 0.1)
    assert counts[radau.STEPS] < 150
    exact = np.stack([np.cos(times), np.exp(np.sin(times))], axis=1)
    assert np.abs(out - exact).max() < rtol ** (8.0 / 14.0)


def test_steps_grow_as_the_order_says() -> None:
    """Local error h^8: a tolerance of the stages 1e4 times smaller takes 1e4^(1/8) = 3.2 times the steps."""
    steps = [integrate(RELAXATION, [1.0, 1.0], [0.0, 300.0], rtol, 0.1)[1][radau.STEPS] for rtol in (1e-5, 1e-12)]
    assert steps[1] / steps[0] == pytest.approx(1e7 ** (1.0 / 14.0), rel=0.25)


def test_solution_that_ceases_to_exist() -> None:
    """y' = y^2 from 1 is 1 / (1 - t): it ends with a status, and is right up to there."""
    out, _, status = integrate(EXPLOSION, [1.0, 0.0], [0.0, 0.5, 0.9, 2.0], 1e-9)
    assert status in (radau.STEP_TOO_SMALL, radau.TOO_MANY_STEPS)
    assert out[1:3, 0] == pytest.approx([2.0, 10.0], rel=1e-6)


def test_one_time_is_the_start() -> None:
    out, counts, status = integrate(ROBERTSON, [1.0, 0.0, 0.0], [0.0], 1e-8)
    assert status == radau.SUCCESS
    assert out[0] == pytest.approx([1.0, 0.0, 0.0])
    assert counts.sum() == 0
