"""Chains of 2 x 2 blocks and small dense systems, four complex shifts at once, against LAPACK (through NumPy)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest

from goldshell.numerics import bordered
from goldshell.numerics.lanes import OPTIONS, load, store
from goldshell.numerics.radau import LANES, WIDTH


@numba.njit(**OPTIONS)
def chain(diagonal, lower, upper, shift, inverse, v, sides):
    bordered.factorise_chain(diagonal, lower, upper, shift, inverse)
    bordered.solve_chain(lower, upper, inverse, v, sides)


@numba.njit(**OPTIONS)
def dense(matrix, order, v):
    bordered.factorise_dense(matrix, order)
    bordered.solve_dense(matrix, order, v)


@numba.njit(**OPTIONS)
def times_reciprocal(v, factor):
    bordered.reciprocal(load(factor, 0), load(factor, LANES), factor)
    bordered.scale(v, factor)
    store(factor, 0, load(v, 0))


def to_complex(lanes: Any) -> Any:
    return lanes[..., :LANES] + 1j * lanes[..., LANES:]


def to_lanes(values: Any) -> Any:
    return np.concatenate([values.real, values.imag], axis=-1)


def kinetic_chain(random: np.random.Generator, blocks: int, spread: float) -> tuple[Any, ...]:
    """Blocks as a ladder in two regions gives them: columns of the rate matrix add to 0 or less."""
    rates = np.exp(random.normal(scale=spread, size=(blocks, 2, 2)))
    swap = np.exp(random.normal(scale=spread, size=(blocks, 2)))
    lower, upper = np.zeros((2, blocks, 2))
    lower[1:], upper[:-1] = rates[:-1, :, 0], rates[1:, :, 1]
    leaving = rates.sum(axis=2) + swap
    diagonal = np.stack([-leaving[:, 0], swap[:, 1], swap[:, 0], -leaving[:, 1]], axis=1)
    return diagonal, lower, upper


def as_matrix(diagonal: Any, lower: Any, upper: Any) -> Any:
    blocks = len(diagonal)
    full = np.zeros((2 * blocks, 2 * blocks))
    for k in range(blocks):
        full[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = diagonal[k].reshape(2, 2)
        for r in range(2):
            if k > 0:
                full[2 * k + r, 2 * k - 2 + r] = lower[k, r]
            if k < blocks - 1:
                full[2 * k + r, 2 * k + 2 + r] = upper[k, r]
    return full


@pytest.mark.parametrize("blocks", [1, 2, 19, 145])
@pytest.mark.parametrize("spread", [0.3, 4.0])
def test_chain_is_solved_as_the_dense_system_is(blocks: int, spread: float) -> None:
    random = np.random.default_rng(blocks)
    parts = kinetic_chain(random, blocks, spread)
    shift = random.uniform(0.5, 20.0, LANES) + 1j * random.uniform(0.0, 20.0, LANES)
    right = random.normal(size=(2 * blocks, 3, LANES)) + 1j * random.normal(size=(2 * blocks, 3, LANES))
    v = to_lanes(right)
    chain(*parts, to_lanes(shift), np.zeros((blocks, 4, WIDTH)), v, 2)
    full = as_matrix(*parts)
    for lane in range(LANES):
        expected = np.linalg.solve(shift[lane] * np.eye(2 * blocks) - full, right[:, :2, lane])
        assert np.abs(to_complex(v)[:, :2, lane] - expected).max() < 1e-10 * np.abs(expected).max()
    assert to_complex(v)[:, 2] == pytest.approx(right[:, 2])  # not asked for


def test_dense_systems_are_solved_with_exchange_of_rows() -> None:
    """The first pivot is 0 in every lane, and the real lane asks for other rows."""
    random = np.random.default_rng(2)
    matrix = random.normal(size=(6, 6, LANES)) + 1j * random.normal(size=(6, 6, LANES))
    matrix[0, 0] = 0.0
    matrix[:, :, 0] = matrix[:, :, 0].real
    right = random.normal(size=(6, LANES)) + 1j * random.normal(size=(6, LANES))
    v = to_lanes(right)
    order = np.zeros(6, dtype=np.int64)
    dense(to_lanes(matrix), order, v)
    assert order[0] != 0
    for lane in range(LANES):
        assert to_complex(v)[:, lane] == pytest.approx(np.linalg.solve(matrix[:, :, lane], right[:, lane]), rel=1e-9)


def test_reciprocal_and_scale_are_complex_division() -> None:
    random = np.random.default_rng(3)
    a, b = random.normal(size=(2, LANES)) + 1j * random.normal(size=(2, LANES))
    v = to_lanes(a)
    times_reciprocal(v, to_lanes(b))
    assert to_complex(v) == pytest.approx(a / b, rel=1e-13)
