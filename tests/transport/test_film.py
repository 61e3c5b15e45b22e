"""Films and reaction: limits, exact solutions, and the film equations solved numerically."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_bvp

from goldshell.errors import InputError
from goldshell.transport import (
    enhancement_factor,
    enhancement_limit,
    fick_flux,
    film_coefficient,
    hatta_number,
    overall_coefficient,
)

coefficient = st.floats(1e-8, 1e-2)


def test_fick_flux_of_a_unit_layer() -> None:
    """Z Eq. 4: 1e-9 m²/s over 10 µm and 2.5 mM (mol/m³) is 2.5e-4 mol/(m² s), and reverses with the gradient."""
    assert fick_flux(1e-9, 1e-5, 2.5, 0.0) == pytest.approx(2.5e-4)
    assert fick_flux(1e-9, 1e-5, 0.0, 2.5) == pytest.approx(-2.5e-4)
    assert film_coefficient(1e-9, 1e-5) * 2.5 == pytest.approx(2.5e-4)


@given(water=coefficient, organic=coefficient, ratio=st.floats(1e-3, 1e3))
def test_two_films_in_series(water: float, organic: float, ratio: float) -> None:
    """Resistances add; the overall coefficient lies below each film's; both bases give the same flux: K_o m = K_w."""
    overall = overall_coefficient(water, organic, ratio)
    assert overall <= min(water, organic * ratio)
    assert 1 / overall == pytest.approx(1 / water + 1 / (organic * ratio))
    on_organic = 1 / (1 / organic + ratio / water)
    assert on_organic * ratio == pytest.approx(overall)


def test_one_film_controls_in_the_limits() -> None:
    assert overall_coefficient(1e-5, 1e-5, 1e6) == pytest.approx(1e-5, rel=1e-5)
    assert overall_coefficient(1e-5, 1e-5, 1e-6) == pytest.approx(1e-11, rel=1e-5)


def test_hatta_number_of_a_first_order_reaction() -> None:
    """Ha² = k D / k_L² (Hatta 1932): 3600 1/h = 1 1/s, D 1e-9, k_L 1e-5 give sqrt(1e-9)/1e-5 = 3.162."""
    assert hatta_number(3600.0, 1e-9, 1e-5) == pytest.approx(math.sqrt(10))


def test_hatta_number_of_other_orders() -> None:
    """2/(m+1) k C_Ai^(m-1) C_B^n D / k_L²: m = 2 at 3 mM is first order with 2/3 k 3; m = 1, n = 1 is k C_B."""
    second = hatta_number(3600.0, 1e-9, 1e-5, order=2.0, interface=3.0)
    assert second == pytest.approx(math.sqrt(2.0 / 3.0 * 3.0 * 10.0))
    mixed = hatta_number(3600.0, 1e-9, 1e-5, partner_order=1.0, bulk=4.0)
    assert mixed == pytest.approx(2 * math.sqrt(10))


@given(hatta=st.floats(0, 50))
def test_first_order_enhancement_is_exact(hatta: float) -> None:
    """E = Ha / tanh Ha; 1 for a slow and Ha for a fast reaction."""
    found = enhancement_factor(hatta)
    assert found >= 1.0
    assert found == pytest.approx(hatta / math.tanh(hatta) if hatta > 1e-6 else 1.0)
    if hatta > 5:
        assert found == pytest.approx(hatta, rel=1e-3)


@given(hatta=st.floats(0, 1e4), limit=st.floats(1.0, 1e3), order=st.floats(0.1, 3.0))
def test_enhancement_lies_between_one_and_its_limit(hatta: float, limit: float, order: float) -> None:
    found = enhancement_factor(hatta, limit, order)
    assert 1.0 - 1e-9 <= found <= limit + 1e-9
    assert found <= enhancement_factor(hatta) + 1e-9


def test_an_instantaneous_reaction_reaches_the_limit() -> None:
    """E_i = 1 + D_B C_B / (b D_A C_Ai): equal diffusivities, 10 mM against 2 mM and b = 1 give 6."""
    limit = enhancement_limit(1e-9, 1e-9, 10.0, 2.0)
    assert limit == pytest.approx(6.0)
    assert enhancement_factor(1e4, limit) == pytest.approx(limit, rel=1e-3)


@pytest.mark.parametrize(("hatta", "limit"), [(1.0, 3.0), (3.0, 5.0), (5.0, 20.0), (10.0, 6.0)])
def test_second_order_enhancement_against_the_film_equations(hatta: float, limit: float) -> None:
    """a'' = Ha² a b, b'' = Ha² a b / (E_i - 1) over the film, by collocation; van Krevelen & Hoftijzer: within 10 %."""
    ratio = limit - 1.0

    def film(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        rate = hatta**2 * y[0] * y[2]
        return np.vstack((y[1], rate, y[3], rate / ratio))

    def ends(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return np.array([left[0] - 1.0, left[3], right[0], right[2] - 1.0])

    grid = np.linspace(0, 1, 101)
    guess = np.vstack((1 - grid, -np.ones_like(grid), np.ones_like(grid), np.zeros_like(grid)))
    solution = solve_bvp(film, ends, grid, guess, tol=1e-8, max_nodes=20000)
    assert solution.success
    exact = -solution.y[1][0]
    assert enhancement_factor(hatta, limit) == pytest.approx(exact, rel=0.1)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_bad_numbers_are_refused(bad: float) -> None:
    with pytest.raises(InputError, match="thickness"):
        film_coefficient(1e-9, bad)
    with pytest.raises(InputError, match="distribution ratio"):
        overall_coefficient(1e-5, 1e-5, bad)
    with pytest.raises(InputError, match="coefficient"):
        hatta_number(1.0, 1e-9, bad)


def test_bad_hatta_arguments() -> None:
    with pytest.raises(InputError, match="orders"):
        hatta_number(1.0, 1e-9, 1e-5, order=-1.0)
    with pytest.raises(InputError, match="rate constant"):
        hatta_number(-1.0, 1e-9, 1e-5)
    with pytest.raises(InputError, match="Hatta number"):
        enhancement_factor(-0.1)
    with pytest.raises(InputError, match="limit"):
        enhancement_factor(1.0, 0.5)
