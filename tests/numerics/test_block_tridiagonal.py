"""Block-tridiagonal elimination against the dense solution of the same system (LAPACK through numpy)."""

from __future__ import annotations

import numpy as np
import pytest

from goldshell.numerics.block_tridiagonal import factorise_blocks, solve_blocks


def system(seed: int, cells: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A diagonally dominant system as diffusion with reactions within the cells gives it."""
    random = np.random.default_rng(seed)
    blocks = -random.random((cells, size, size))
    blocks[:, np.arange(size), np.arange(size)] = size + 2.0
    return blocks, random.random((cells, size)), random.random((cells, size))


def dense(blocks: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    cells, size = lower.shape
    full = np.zeros((cells * size, cells * size))
    for i in range(cells):
        here = slice(i * size, (i + 1) * size)
        full[here, here] = blocks[i]
        if i > 0:
            full[here, (i - 1) * size : i * size] = -np.diag(lower[i])
        if i < cells - 1:
            full[here, (i + 1) * size : (i + 2) * size] = -np.diag(upper[i])
    return full


@pytest.mark.parametrize(("cells", "size"), [(1, 1), (1, 6), (7, 1), (5, 2), (6, 5), (40, 21)])
def test_solution_is_that_of_the_dense_system(cells: int, size: int) -> None:
    blocks, lower, upper = system(1, cells, size)
    right = np.random.default_rng(2).normal(size=(cells, size + 3))
    expected = np.linalg.solve(dense(blocks, lower, upper), right[:, :size].ravel())
    work = np.zeros((2, size))
    x = right.copy()
    factorise_blocks(blocks, lower, upper, work)
    solve_blocks(blocks, lower, upper, x, work)
    assert x[:, :size].ravel() == pytest.approx(expected, rel=1e-11, abs=1e-13)
    assert np.array_equal(x[:, size:], right[:, size:])
