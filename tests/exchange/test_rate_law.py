"""Rate laws and their integration against closed forms, limits, and the arithmetic of Zhang et al."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from goldshell.errors import InputError
from goldshell.exchange import RateLaw, integrate
from goldshell.exchange.models import langmuir, oxygen_limited, power_law, two_thiol_attack
from goldshell.literature import value
from goldshell.units import convert

CONCENTRATION = st.floats(1e-4, 50)
TIMES = np.linspace(0, 0.4, 9)
ALL = (power_law, langmuir, two_thiol_attack, oxygen_limited)


def test_fold_changes_of_zhang2026() -> None:
    """Z prints 1.11e-1, 1.61e-3 mM/h, orders 1.8 and 0.3: 68.9-fold, [SR] 10.5-fold lower, exchange 2.0-fold slower."""
    fold = value("zhang2026-etching-rate-water-only", "mM/h") / value("zhang2026-etching-rate-two-phase", "mM/h")
    thiol = power_law.concentration_ratio(fold, value("zhang2026-etching-order-thiol"))
    exchange = thiol ** value("zhang2026-exchange-order-thiol")
    assert (fold, thiol, exchange) == pytest.approx((68.9, 10.5, 2.0), rel=0.015)


def test_time_to_consume_all_clusters() -> None:
    """SCIENCE of Z: 0.111 mM/h takes 13.5 min for 0.025 mM at order 0; at order 0.04 it is 1 / 0.96 of that."""
    law = power_law.law(power_law.Parameters(cluster_offset=0.0))
    end = 0.025 / 0.111 / 0.96
    course = integrate(law, 0.025, 2.5, [0.0, 0.999 * end, 1.001 * end])
    assert course.closed_form
    assert course.cluster[1] > 0
    assert course.cluster[2] == 0
    assert 0.96 * end * 60 == pytest.approx(13.5, abs=0.05)


@settings(deadline=None)
@given(CONCENTRATION, CONCENTRATION, st.floats(0, 3), st.floats(0, 3))
def test_power_law_orders_are_log_slopes(cluster: float, thiol: float, x: float, y: float) -> None:
    """Property: doubling a concentration multiplies the plain law by 2^order."""
    law = power_law.Parameters(rate_constant=1.0, cluster_order=x, thiol_order=y, cluster_offset=0.0)
    base = power_law.rate(cluster, thiol, law)
    assert power_law.rate(2 * cluster, thiol, law) == pytest.approx(2**x * base, rel=1e-9)
    assert power_law.rate(cluster, 2 * thiol, law) == pytest.approx(2**y * base, rel=1e-9)


@settings(deadline=None)
@given(CONCENTRATION, CONCENTRATION)
def test_apparent_orders_are_the_derivatives(cluster: float, thiol: float) -> None:
    """Property: apparent_order = d ln r / d ln [SR], by central differences."""
    step = 1e-4
    for model in ALL:
        up, down = (float(model.rate(cluster, thiol * math.exp(s))) for s in (step, -step))
        slope = math.log(up / down) / (2 * step)
        extra = {"cluster": cluster} if model is oxygen_limited else {}
        assert float(model.apparent_order(thiol, **extra)) == pytest.approx(slope, abs=1e-6)
    up, down = (float(power_law.rate(cluster * math.exp(s), thiol)) for s in (step, -step))
    assert float(power_law.apparent_cluster_order(cluster)) == pytest.approx(math.log(up / down) / (2 * step), abs=1e-6)


def test_regularised_law_is_first_order_near_zero_and_close_elsewhere() -> None:
    """c0 = 1e-4 mM: 0.4 % off the plain law at 0.025 mM, (N / (N + c0))^0.96 by arithmetic; finite slope at 0."""
    plain = power_law.rate(0.025, 2.5, power_law.Parameters(cluster_offset=0.0))
    assert float(power_law.rate(0.025, 2.5) / plain) == pytest.approx((0.025 / 0.0251) ** 0.96, rel=1e-12)
    small = power_law.rate(np.array([0.0, 1e-12, 2e-12]), 2.5)
    assert small[0] == 0
    assert small[2] / small[1] == pytest.approx(2, rel=1e-6)


@pytest.mark.parametrize("order", [0.04, 1.0, 1.1, 2.0])
def test_law_acts_on_the_total(order: float) -> None:
    """Property: shares add up to the total's rate; summing the law over m equal species gives m^(1-x) times that."""
    parameters = power_law.Parameters(cluster_order=order, cluster_offset=0.0)
    species = np.full(7, 0.01 / 7)
    shares = power_law.rates_by_species(species, 2.5, parameters)
    total = float(power_law.rate(0.01, 2.5, parameters))
    assert shares.sum() == pytest.approx(total, rel=1e-12)
    naive = float(power_law.rate(species, 2.5, parameters).sum())
    assert naive / total == pytest.approx(7 ** (1 - order), rel=1e-9)


def test_shares_follow_the_populations() -> None:
    grid = np.array([[0.01, 0.03, 0.0], [0.0, 0.0, 0.0]])
    shares = power_law.rates_by_species(grid, np.array([1.0, 1.0]))
    assert shares.shape == (2, 3)
    assert shares[0, 1] == pytest.approx(3 * shares[0, 0])
    assert np.all(shares[1] == 0)


@pytest.mark.parametrize("order", [0.0, 0.04, 0.5, 1.0, 1.5, 2.0])
def test_closed_form_equals_the_integrator(order: float) -> None:
    """Property: N^(1-x) falls linearly; LSODA on the same law agrees where N stays above zero."""
    parameters = power_law.Parameters(rate_constant=0.01, cluster_order=order, cluster_offset=0.0)
    law = power_law.law(parameters)
    closed = integrate(law, 0.025, 2.0, TIMES)
    stepped = integrate(RateLaw(law.name, law.rate), 0.025, 2.0, TIMES)
    assert closed.closed_form
    assert not stepped.closed_form
    assert stepped.cluster == pytest.approx(closed.cluster, rel=1e-6)


def test_regularised_law_against_quadrature() -> None:
    """Property: t = integral of dN / r(N) between N and N0."""
    times = np.array([0.05, 0.15, 0.22, 0.232])
    course = integrate(power_law.law(), 0.025, 2.5, times)
    assert not course.closed_form
    for time, cluster in zip(times, course.cluster, strict=True):
        elapsed, _ = quad(lambda n: 1 / float(power_law.rate(n, 2.5)), cluster, 0.025, epsabs=1e-12, epsrel=1e-10)
        assert elapsed == pytest.approx(time, rel=1e-6)


def test_second_order_reaction_with_consumption_of_thiol() -> None:
    """Textbook (Espenson 1995): r = k A B with A + nu B, N(t) from ln[(S/S0)/(N/N0)] = (S0 - nu N0) k t."""
    k, nu, n0, s0 = 3.0, 7.0, 0.025, 0.3
    law = power_law.law(power_law.Parameters(rate_constant=k, cluster_order=1.0, thiol_order=1.0))
    course = integrate(law, n0, s0, np.linspace(0, 3, 7), thiol_per_cluster=nu)
    assert course.thiol == pytest.approx(s0 - nu * (n0 - course.cluster), abs=1e-12)
    ratio = np.log((course.thiol / s0) / (course.cluster / n0))
    assert ratio == pytest.approx((s0 - nu * n0) * k * course.times, rel=1e-6, abs=1e-9)


def test_thiol_runs_out() -> None:
    """7 thiols per cluster and 0.07 mM thiol: at most 0.01 mM clusters can be etched."""
    course = integrate(power_law.law(), 0.025, 0.07, np.linspace(0, 5000, 5), thiol_per_cluster=7)
    assert course.cluster[-1] == pytest.approx(0.015, rel=0.02)
    assert np.all(course.thiol >= 0)
    assert np.all(np.diff(course.cluster) <= 0)


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__.rpartition(".")[2])
def test_all_laws_integrate_monotonically(model: object) -> None:
    course = integrate(model.law(), 0.025, 2.5, np.linspace(0, 1, 11))  # type: ignore[attr-defined]
    assert np.all(np.diff(course.cluster) <= 1e-15)
    assert np.all(course.cluster >= 0)
    assert list(course.to_dataframe().columns) == ["time_h", "cluster_mM", "thiol_mM"]
    assert course.to_dict()["law"] == model.__name__.rpartition(".")[2]  # type: ignore[attr-defined]


def test_langmuir_limits() -> None:
    """Order 1 and k K N [B] far below saturation, order 0 and k N far above; 0.3 at K [B] = 2.33."""
    law = langmuir.Parameters(rate_constant=2.0, binding_constant=1.0)
    assert float(langmuir.rate(0.025, 1e-6, law)) == pytest.approx(2.0 * 1e-6 * 0.025, rel=1e-5)
    assert float(langmuir.rate(0.025, 1e6, law)) == pytest.approx(2.0 * 0.025, rel=1e-5)
    assert float(langmuir.apparent_order(2.33, law)) == pytest.approx(0.3, abs=5e-4)
    assert langmuir.binding_constant_from_order(0.3, 2.5) * 2.5 == pytest.approx(2.33, abs=5e-3)


def test_two_thiol_limits() -> None:
    """Order 2 at weak binding, 1 at strong; K from an order is the inverse of the order from K."""
    strong = two_thiol_attack.Parameters(binding_constant=1e6)
    assert float(two_thiol_attack.apparent_order(2.5, strong)) == pytest.approx(1, abs=1e-5)
    constant = two_thiol_attack.binding_constant_from_order(1.8, 2.5)
    parameters = two_thiol_attack.Parameters(binding_constant=constant)
    assert float(two_thiol_attack.apparent_order(2.5, parameters)) == pytest.approx(1.8)


def test_oxygen_limits() -> None:
    """Fast supply gives the power law, slow supply its ceiling; x and y shrink by one factor."""
    fast = oxygen_limited.Parameters(transfer_coefficient=10.0, liquid_depth=1e-4)
    assert float(oxygen_limited.rate(0.025, 2.5, fast)) == pytest.approx(float(power_law.rate(0.025, 2.5)), rel=1e-4)
    slow = oxygen_limited.Parameters(rate_constant=1e6)
    assert float(oxygen_limited.rate(0.025, 2.5, slow)) == pytest.approx(oxygen_limited.rate_ceiling(slow), rel=1e-5)
    first = oxygen_limited.Parameters(cluster_order=1.0)
    step = 1e-4
    up, down = (float(oxygen_limited.rate(0.025 * math.exp(s), 2.5, first)) for s in (step, -step))
    x = math.log(up / down) / (2 * step)
    assert x / 1.0 == pytest.approx(float(oxygen_limited.apparent_order(2.5, first)) / 1.8, rel=1e-6)


def test_oxygen_saturation_from_the_published_equation() -> None:
    """Benson & Krause 1984 (as in APHA Standard Methods): ln(mg/L) of five terms in 1/T gives the row's 0.258 mM."""
    kelvin = 298.15
    terms = (-139.34411, 1.575701e5, -6.642308e7, 1.243800e10, -8.621949e11)
    milligram = math.exp(sum(term / kelvin**power for power, term in enumerate(terms)))
    assert milligram / 31.998 == pytest.approx(value("oxygen-saturation-water-25-degc", "mM"), abs=5e-4)


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__.rpartition(".")[2])
@given(cluster=st.floats(1e-3, 1), thiol=st.floats(1e-2, 20), measured=st.floats(1e-5, 0.4))
@settings(deadline=None, max_examples=30)
def test_through_passes_through(model: object, cluster: float, thiol: float, measured: float) -> None:
    parameters = model.through(cluster, thiol, measured)  # type: ignore[attr-defined]
    assert float(model.rate(cluster, thiol, parameters)) == pytest.approx(measured, rel=1e-9)  # type: ignore[attr-defined]


def test_rate_above_the_oxygen_supply_is_refused() -> None:
    with pytest.raises(InputError, match="above the oxygen supply"):
        oxygen_limited.through(0.025, 2.5, 10.0)


@pytest.mark.parametrize(
    ("x", "y", "unit"), [(0.04, 1.8, "mM^-0.84/h"), (1, 0, "1/h"), (0, 0, "mM/h"), (1.0, 0.3, "mM^-0.3/h")]
)
def test_rate_constant_unit_is_a_unit(x: float, y: float, unit: str) -> None:
    """k [SR]^y N^x comes out in mM/h, by pint."""
    assert power_law.rate_constant_unit(x, y) == unit
    assert convert(1.0, f"({unit}) * mM^{x + y}".replace("^", "**"), "mM/h") == pytest.approx(1)


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__.rpartition(".")[2])
@pytest.mark.parametrize("bad", [(-1e-3, 1.0), (0.01, math.nan), (math.inf, 1.0), ([0.1, -0.2], 1.0)])
def test_bad_concentrations_are_refused(model: object, bad: tuple) -> None:
    with pytest.raises(InputError, match="concentration"):
        model.rate(*bad)  # type: ignore[attr-defined]


@pytest.mark.parametrize("times", [[], [-1.0, 0.0], [0.0, 0.0], [0.0, math.nan], [1.0, 0.5]])
def test_bad_times_are_refused(times: list[float]) -> None:
    with pytest.raises(InputError, match="times must ascend"):
        integrate(power_law.law(), 0.025, 2.5, times)


def test_bad_stoichiometry_and_empty_vial() -> None:
    with pytest.raises(InputError, match="thiols consumed"):
        integrate(power_law.law(), 0.025, 2.5, [0, 1], thiol_per_cluster=-1)
    assert np.all(integrate(power_law.law(), 0.0, 2.5, [0, 1]).cluster == 0)
    assert integrate(power_law.law(), 0.025, 2.5, [0.0]).cluster == pytest.approx([0.025])
