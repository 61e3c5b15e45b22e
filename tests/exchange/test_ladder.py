"""Site classes: occupancies against SciPy's non-central hypergeometric distribution; detailed balance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import Polynomial
from scipy.stats import nchypergeom_fisher

from goldshell.exchange.ladder import class_occupancy, open_sites, site_classes

ratios = st.floats(0.02, 50.0)


def test_au25_has_terminal_and_apex_sites() -> None:
    assert site_classes(25, 18) == (12, 6)
    assert site_classes(44, 26) == (26,)


@given(st.integers(1, 20), st.integers(1, 20), ratios)
def test_two_classes_are_fishers_distribution(first: int, second: int, odds: float) -> None:
    occupancy = class_occupancy((first, second), (1.0, odds))
    n = np.arange(first + second + 1)
    expected = nchypergeom_fisher.mean(first + second, second, n, odds)
    assert occupancy[1] == pytest.approx(expected, rel=1e-8, abs=1e-10)
    assert occupancy.sum(axis=0) == pytest.approx(n)


@given(st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(1, 8)), st.tuples(ratios, ratios))
def test_three_classes_of_which_two_are_alike_are_two_classes(sizes: tuple[int, ...], odds: tuple[float, ...]) -> None:
    three = class_occupancy(sizes, (1.0, odds[0], odds[0]))
    two = class_occupancy((sizes[0], sizes[1] + sizes[2]), (1.0, odds[0]))
    assert three[0] == pytest.approx(two[0], rel=1e-9, abs=1e-12)
    assert three[1] * sizes[2] == pytest.approx(three[2] * sizes[1], rel=1e-9, abs=1e-12)


@given(st.integers(1, 60), ratios, st.integers(1, 5))
def test_classes_that_are_alike_are_no_classes(sites: int, rate: float, second: int) -> None:
    open_, leaving = open_sites((sites, second), (1.0, 1.0), (rate, rate))
    n = np.arange(sites + second + 1.0)
    assert open_ == pytest.approx(rate * (sites + second - n), rel=1e-12)
    assert leaving == pytest.approx(rate * n, rel=1e-12)


@given(st.integers(1, 14), st.integers(1, 14), ratios, ratios)
def test_forward_and_back_balance_for_any_rates(first: int, second: int, odds: float, rate: float) -> None:
    """s_n / t_(n+1) = e_(n+1) / e_n, e_n the coefficients of (1 + x)^m1 (1 + w x)^m2: rates move no equilibrium."""
    open_, leaving = open_sites((first, second), (1.0, odds), (1.0, rate))
    weights = (Polynomial([1.0, 1.0]) ** first * Polynomial([1.0, odds]) ** second).coef
    assert open_[:-1] / leaving[1:] == pytest.approx(weights[1:] / weights[:-1], rel=1e-8)
    assert open_[-1] == leaving[0] == 0.0
