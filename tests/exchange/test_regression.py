"""Orders by regression: exact power laws, a certified straight line (NIST Norris), influence, refusals, advice."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange import fit_orders, read_rates
from goldshell.exchange.models import power_law

STRD = Path(__file__).parent.parent / "reference" / "nist_strd"
CLUSTER = np.array([0.005, 0.01, 0.02, 0.05, 0.025, 0.025, 0.025, 0.025])
THIOL = np.array([2.5, 2.5, 2.5, 2.5, 0.5, 1.0, 2.0, 4.0])
SCATTER = np.array([0.05, -0.08, 0.02, 0.06, -0.03, 0.09, -0.07, -0.04])


def rates(x: float = 0.04, y: float = 1.8) -> np.ndarray:
    """Rates of the plain power law at CLUSTER and THIOL."""
    law = power_law.Parameters(cluster_order=x, thiol_order=y, cluster_offset=0.0)
    return power_law.rate(CLUSTER, THIOL, law)


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 3), st.floats(0, 4), st.floats(1e-6, 1e3))
def test_exact_power_laws_are_recovered(x: float, y: float, k: float) -> None:
    """Property: without noise the regression returns the orders and the constant."""
    fit = fit_orders(CLUSTER, THIOL, k * CLUSTER**x * THIOL**y)
    assert fit.x is not None
    assert fit.y is not None
    assert (fit.x.value, fit.y.value) == pytest.approx((x, y), abs=1e-8)
    assert fit.k.value == pytest.approx(k, rel=1e-7)
    assert fit.ln_k.value == pytest.approx(math.log(k), abs=1e-7)


def test_orders_of_zhang2026_from_series_in_excess() -> None:
    """The paper's way: one series per order, the other concentration in constant excess; truth by construction."""
    by_cluster = fit_orders(CLUSTER[:4], 2.5, rates()[:4])
    by_thiol = fit_orders(0.025, THIOL[4:], rates()[4:])
    assert by_cluster.y is None
    assert by_cluster.x is not None
    assert by_cluster.x.value == pytest.approx(0.04)
    assert by_thiol.x is None
    assert by_thiol.y is not None
    assert by_thiol.y.value == pytest.approx(1.8)
    assert by_thiol.k_unit == "mM^-0.8/h"
    assert by_thiol.k.value == pytest.approx(0.0247237 * 0.025**0.04)
    assert by_cluster.to_dict()["y"] is None


def test_certified_straight_line() -> None:
    """NIST StRD Norris, certified: ln rate / 1000 against ln thiol / 1000 has its slope and standard deviation."""
    from scipy import stats

    data = pd.read_csv(STRD / "observations.csv").query("dataset == 'Norris'")
    fit = fit_orders(0.025, np.exp(data["x"].to_numpy() / 1000), np.exp(data["y"].to_numpy() / 1000))
    assert fit.y is not None
    assert fit.y.value == pytest.approx(1.00211681802045, rel=1e-12)
    half = stats.t.ppf(0.975, 34) * 0.429796848199937e-03
    assert fit.y.high - fit.y.value == pytest.approx(half, rel=1e-9)
    assert fit.ln_k.value == pytest.approx(-0.262323073774029e-3, rel=1e-8)
    assert fit.r_squared == pytest.approx(0.999993745883712, rel=1e-12)
    assert fit.residual_sd == pytest.approx(0.884796396144373e-3, rel=1e-9)


def test_leaving_one_out_equals_refitting() -> None:
    """Property: orders without a point are those of a fit without it; leverages add up to the number of unknowns."""
    noisy = rates() * np.exp(SCATTER)
    fit = fit_orders(CLUSTER, THIOL, noisy)
    assert sum(point.leverage for point in fit.points) == pytest.approx(3)
    for i, point in enumerate(fit.points):
        rest = np.arange(8) != i
        again = fit_orders(CLUSTER[rest], THIOL[rest], noisy[rest])
        assert again.x is not None
        assert again.y is not None
        assert (point.x_without, point.y_without) == pytest.approx((again.x.value, again.y.value), rel=1e-8)


def test_decisive_point_is_named() -> None:
    """Four rates in a cluster and one far away: leaving the far one out removes the slope."""
    thiol = np.array([1.0, 1.1, 1.2, 1.3, 20.0])
    rate = np.array([0.1, 0.101, 0.099, 0.1, 3.0])
    fit = fit_orders(0.025, thiol, rate, labels=list("abcde"))
    assert [point.label for point in fit.points if point.decisive] == ["e"]
    assert any(text.startswith("e decides the result") for text in fit.warnings)
    assert fit.points[4].cooks_distance > 1


def test_band_contains_the_line_and_widens_outwards() -> None:
    fit = fit_orders(CLUSTER, THIOL, rates() * np.exp(SCATTER))
    grid = np.geomspace(0.1, 20, 31)
    line, low, high = fit.line(0.025, grid)
    assert np.all((low < line) & (line < high))
    width = np.log(high / low)
    assert width[0] > width[15]
    assert width[-1] > width[15]
    assert fit.line(CLUSTER, THIOL)[0] == pytest.approx([point.fitted_rate for point in fit.points], rel=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.floats(0.5, 0.999))
def test_level_widens_the_interval(level: float) -> None:
    assume(level < 0.99)
    noisy = rates() * np.exp(SCATTER)
    narrow, wide = (fit_orders(CLUSTER, THIOL, noisy, level=p) for p in (level, 0.99))
    assert narrow.y is not None
    assert wide.y is not None
    assert wide.y.low < narrow.y.low < narrow.y.high < wide.y.high


@pytest.mark.parametrize("bad", [0.0, -0.01, math.nan, math.inf])
def test_rate_without_logarithm_is_refused_by_row(bad: float) -> None:
    with pytest.raises(InputError, match="has no logarithm") as caught:
        fit_orders(0.025, [1.0, 2.0, 4.0], [0.1, bad, 0.3], where="rates.csv")
    assert caught.value.where == "rates.csv: row 2"


@pytest.mark.parametrize(("cluster", "thiol", "what"), [([0.1, 0, 0.3], 1.0, "cluster"), (0.1, [1, -2, 3], "thiol")])
def test_concentration_without_logarithm_is_refused_by_row(cluster: object, thiol: object, what: str) -> None:
    with pytest.raises(InputError, match=f"{what} concentration") as caught:
        fit_orders(cluster, thiol, [0.1, 0.2, 0.3])  # type: ignore[arg-type]
    assert caught.value.where == "row 2"


def test_advice_on_small_and_narrow_series() -> None:
    two = fit_orders(0.025, [1.0, 4.0], [0.1, 0.4])
    assert two.y is not None
    assert two.y.value == pytest.approx(1.0)
    assert math.isinf(two.y.high)
    assert any("2 points" in text for text in two.warnings)
    narrow = fit_orders(0.025, [1.0, 1.5, 2.0], [0.1, 0.15, 0.21])
    assert any("factor of 2 only" in text for text in narrow.warnings)
    ignored = fit_orders(CLUSTER, THIOL, rates(), vary="thiol")
    assert any("taken as constant" in text for text in ignored.warnings)
    assert fit_orders(0.025, [1.0, 4.0, 16.0], [0.1, 0.41, 1.58]).warnings == ()


def test_constant_feed_ratio_cannot_separate_the_orders() -> None:
    """Diluting one mixture changes both concentrations alike: only x + y acts."""
    dilution = np.array([1.0, 0.5, 0.25, 0.1])
    with pytest.raises(AnalysisError, match="only x \\+ y"):
        fit_orders(0.025 * dilution, 2.5 * dilution, dilution**1.84)
    nearly = dilution * np.array([1.0, 1.1, 0.95, 1.02])
    fit = fit_orders(0.025 * dilution, 2.5 * nearly, dilution**0.04 * nearly**1.8)
    assert any("vary nearly together" in text for text in fit.warnings)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([0.025, 0.025], 2.5, [0.1, 0.1]), AnalysisError, "same in all rows"),
        ((0.025, [1.0], [0.1]), AnalysisError, "same in all rows"),
        (([0.01, 0.02], [1.0, 3.0], [0.1, 0.2]), AnalysisError, "2 points for 3 unknowns"),
        (([0.01, 0.02, 0.03], [1.0, 3.0], [0.1, 0.2]), InputError, "3 cluster concentrations for 2 rates"),
    ],
)
def test_impossible_regressions_are_refused(arguments: tuple, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        fit_orders(*arguments)


def test_unknown_choice_and_labels_are_refused() -> None:
    with pytest.raises(InputError, match="vary is"):
        fit_orders(0.025, [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], vary="ligand")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="2 labels"):
        fit_orders(0.025, [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], labels=["a", "b"])
    with pytest.raises(AnalysisError, match="cluster concentration is the same"):
        fit_orders(0.025, [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], vary="both")


def test_table_of_rates_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("# etching\ncluster_mM,thiol_mM,rate_mM_per_h,label\n0.025,1,0.02,a\n0.025,4,0.25,b\n", "utf-8")
    table = read_rates(file)
    fit = fit_orders(table["cluster_mM"], table["thiol_mM"], table["rate_mM_per_h"], labels=list(table["label"]))
    assert fit.y is not None
    assert fit.y.value == pytest.approx(math.log(0.25 / 0.02) / math.log(4))
    assert fit.to_dataframe()["label"].to_list() == ["a", "b"]
    assert fit.to_dict()["method"] == "regression"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cluster_mM,thiol,rate_mM_per_h\n1,2,3\n", "'thiol_mM' is missing"),
        ("cluster_mM,thiol_mM,rate_mM_per_h\n0.025,1,fast\n", ":2: column 'rate_mM_per_h'"),
        ("cluster_mM,thiol_mM,rate_mM_per_h\n0.025,1,\n", "is empty"),
        ("cluster_mM,thiol_mM,rate_mM_per_h\n", "no rows"),
        ("", "the file is empty"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_rates(file)
    assert words in str(caught.value)
