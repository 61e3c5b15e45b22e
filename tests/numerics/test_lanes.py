"""Vectors of four against NumPy on the same numbers."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from goldshell.numerics import lanes
from goldshell.numerics.lanes import QUAD, load, minus_product, plus, plus_product, ratio, spread, store, total


@numba.njit(**lanes.OPTIONS)
def every_operation(a, b, c, number, out):
    x = load(a, 1)
    y = load(b, 0)
    z = load(c, 2)
    store(out[0], 0, plus(x, y))
    store(out[1], 0, ratio(x, y))
    store(out[2], 0, plus_product(x, y, z))
    store(out[3], 0, minus_product(x, y, z))
    store(out[4], 0, spread(number))
    out[5, 0] = total(x)


def test_operations_are_those_of_numpy() -> None:
    random = np.random.default_rng(1)
    a, b, c = random.normal(size=(3, QUAD + 3))
    out = np.zeros((6, QUAD))
    every_operation(a, b, c, 0.7, out)
    x, y, z = a[1 : 1 + QUAD], b[:QUAD], c[2 : 2 + QUAD]
    expected = [x + y, x / y, x + y * z, x - y * z, np.full(QUAD, 0.7)]
    assert out[:5] == pytest.approx(np.array(expected), rel=1e-15)
    assert out[5, 0] == pytest.approx(x.sum(), rel=1e-14)


def test_infinities_and_nan_are_kept() -> None:
    """A failed step is recognised by them, whatever fast arithmetic is allowed."""
    a = np.array([0.0, 1.0, np.inf, np.nan, -1.0, 0.0, 0.0])
    out = np.zeros((6, QUAD))
    every_operation(a, np.array([0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]), np.zeros(7), 1.0, out)
    assert np.isposinf(out[0, 1])
    assert np.isnan(out[0, 2])
    assert np.isposinf(out[1, 0])
    assert np.isnan(out[5, 0])


def test_only_contiguous_rows_of_floats_are_loaded() -> None:
    @numba.njit
    def first(a):
        return total(load(a, 0))

    assert first(np.arange(4.0)) == 6.0
    with pytest.raises(numba.TypingError):
        first(np.arange(8.0)[::2])
    with pytest.raises(numba.TypingError):
        first(np.arange(4))
