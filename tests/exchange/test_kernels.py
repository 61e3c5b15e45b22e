"""The compiled right-hand side and Jacobian of level 1: derivatives, conservation, and the structured solution.

Truth: central differences of the right-hand side, the dense solution of the same system by LAPACK, and sums that the
equations keep.
"""

from __future__ import annotations

import importlib
from typing import Any

import numba
import numpy as np
import pytest

from goldshell.exchange import kernels, linear
from goldshell.exchange.models import well_mixed
from goldshell.numerics.lanes import OPTIONS
from goldshell.numerics.radau import LANES, WIDTH
from reference.random_vials import random_parameters, random_vial

simulation = importlib.import_module("goldshell.exchange.simulate")


def random_state(seed: int) -> tuple[kernels.Coefficients, Any, float]:
    """Coefficients with everything switched on, a state without zeros, and a time."""
    random = np.random.default_rng(seed)
    vial = random_vial(random)
    problem = well_mixed.coefficients(vial, well_mixed.to_vector(random_parameters(random)))
    problem.scalars[[kernels.QW, kernels.FEED_B_W, kernels.FEED_A_W, kernels.FEED_C]] = [0.3, 0.2, 0.1, 0.05]
    two = vial.organic_mL > 0.0
    if two:
        problem.scalars[[kernels.QO, kernels.FEED_B_O]] = [0.2, 0.4]
    size = 2 * len(problem.exposure) * (vial.sites + 1) + kernels.EXTRA
    state = random.uniform(0.2, 1.0, size) * 0.05
    if not two:
        state[1 : size - kernels.EXTRA : 2] = 0.0
        state[[size - kernels.EXTRA + i for i in (kernels.BI, kernels.AI, kernels.BO, kernels.AO)]] = 0.0
    return problem, state, float(random.uniform())


def rates(problem: kernels.Coefficients, t: float, y: Any) -> Any:
    out = np.empty_like(y)
    kernels.rates(problem, t, y, out)
    return out


def jacobian(problem: kernels.Coefficients, t: float, y: Any) -> Any:
    full = np.empty((len(y), len(y)))
    classes, count = len(problem.exposure), problem.ladder.shape[1]
    kernels.dense_jacobian(problem, t, y, kernels.empty_jacobian(classes, count - 1), full)
    return full


@pytest.mark.parametrize("seed", range(24))
def test_jacobian_is_the_derivative_of_the_rates(seed: int) -> None:
    """Central differences of fourth order; columns of states that one phase does not have are left out."""
    problem, y, t = random_state(seed)
    full = jacobian(problem, t, y)
    size = max(float(np.abs(full).max()), 1.0)
    for j in np.flatnonzero(y):
        h = 1e-3 * y[j]
        step = np.zeros_like(y)
        step[j] = h
        slope = 8.0 * (rates(problem, t, y + step) - rates(problem, t, y - step))
        slope -= rates(problem, t, y + 2.0 * step) - rates(problem, t, y - 2.0 * step)
        slope /= 12.0 * h
        column = np.abs(full[:, j]).max()
        rounding = 1e-15 * size * y.max() / h  # of the large terms that cancel
        assert np.abs(full[:, j] - slope).max() <= 1e-7 * column + rounding, j


@pytest.mark.parametrize("seed", range(12))
def test_rates_keep_gold_and_ligands(seed: int) -> None:
    """What comes in is the feed, and nothing else changes the sums."""
    problem, y, t = random_state(seed)
    change = rates(problem, t, y)
    classes, sites = len(problem.exposure), problem.ladder.shape[1] - 1
    found = simulation._totals(change, classes, sites)
    sc, shell = problem.scalars, problem.ladder[kernels.FEED_SHARE]
    held = shell @ np.arange(sites + 1.0)
    fed = [
        sc[kernels.FEED_C],
        sc[kernels.FEED_B_W] + sc[kernels.FEED_B_O] + sc[kernels.FEED_C] * held,
        sc[kernels.FEED_A_W] + sc[kernels.FEED_A_O] + sc[kernels.FEED_C] * (sites - held),
    ]
    assert found == pytest.approx(fed, abs=1e-13 * np.abs(change).sum() * sites)


@numba.njit(**OPTIONS)
def solve_structured(problem, work, shift, v):
    _factorise(problem, shift, work)
    _solve(problem, work, v)


_factorise = numba.njit(**OPTIONS)(linear.factorise)
_solve = numba.njit(**OPTIONS)(linear.solve_lanes)


@pytest.mark.parametrize("seed", range(12))
def test_structured_solution_is_the_dense_one(seed: int) -> None:
    """(sigma I - J) x = r for four complex shifts at once, one and two phases, one and several exposure classes."""
    problem, y, t = random_state(seed)
    random = np.random.default_rng(seed)
    classes, count = len(problem.exposure), problem.ladder.shape[1]
    parts = kernels.empty_jacobian(classes, count - 1)
    full = np.empty((len(y), len(y)))
    kernels.dense_jacobian(problem, t, y, parts, full)
    work = linear.make_work(classes, count)._replace(**parts._asdict())
    shift = random.uniform(1.0, 100.0, LANES) + 1j * random.uniform(0.0, 50.0, LANES)
    right = random.normal(size=(len(y), LANES)) + 1j * random.normal(size=(len(y), LANES))
    here = np.ones(len(y), dtype=bool)
    if problem.scalars[kernels.VI] == 0.0:  # states of the other regions do not exist
        here = y > 0.0
        here[-kernels.POOLS :] = True
    right[~here] = 0.0
    v = np.zeros((len(y), WIDTH))
    v[:, :LANES], v[:, LANES:] = right.real, right.imag
    solve_structured(problem, work, np.concatenate([shift.real, shift.imag]), v)
    for lane in range(LANES):
        matrix = shift[lane] * np.eye(len(y)) - full
        expected = np.linalg.solve(matrix[np.ix_(here, here)], right[here, lane])
        found = (v[:, lane] + 1j * v[:, LANES + lane])[here]
        assert np.abs(found - expected).max() < 1e-9 * np.abs(expected).max()
