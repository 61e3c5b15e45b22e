"""Calibration lines against statsmodels, NIST's Norris data set, and properties."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from goldshell.errors import InputError
from goldshell.statistics import calibration_line, compare_slopes

RANDOM = np.random.default_rng(3)
X = np.repeat([0.0, 1.0, 2.0, 5.0, 10.0], 3)
Y = 4.0 + 17.85 * X + RANDOM.normal(0, 2.0, X.size)


def test_against_statsmodels() -> None:
    line = calibration_line(X, Y)
    other = sm.OLS(Y, sm.add_constant(X)).fit()
    low, high = other.conf_int()[1]
    assert (line.slope.value, line.slope.low, line.slope.high) == pytest.approx((other.params[1], low, high), rel=1e-9)
    assert line.intercept.value == pytest.approx(other.params[0], rel=1e-9)
    assert line.residual_sd == pytest.approx(np.sqrt(other.mse_resid), rel=1e-9)
    assert line.r_squared == pytest.approx(other.rsquared, rel=1e-9)
    middle, low_band, high_band = line.band([3.0])
    frame = other.get_prediction([[1.0, 3.0]]).summary_frame()
    assert middle[0] == pytest.approx(frame["mean"][0])
    assert (low_band[0], high_band[0]) == pytest.approx((frame["mean_ci_lower"][0], frame["mean_ci_upper"][0]))


def test_nist_norris() -> None:
    """Certified: NIST StRD Norris, slope 1.00211681802045, intercept -0.262323073774029."""
    x = [0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5,
         11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2,
         669.1, 448.9, 0.5]  # fmt: skip
    y = [0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9,
         10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9,
         668.4, 449.2, 0.2]  # fmt: skip
    line = calibration_line(x, y)
    assert line.slope.value == pytest.approx(1.00211681802045, rel=1e-12)
    assert line.intercept.value == pytest.approx(-0.262323073774029, rel=1e-10)
    assert line.residual_sd == pytest.approx(0.884796396144373, rel=1e-11)


def test_interval_of_a_concentration_covers() -> None:
    """Property: Fieller's interval holds its level for normal errors."""
    random, inside = np.random.default_rng(8), 0
    for _ in range(600):
        line = calibration_line(X, 4.0 + 2.0 * X + random.normal(0, 1.0, X.size))
        found = line.concentration(4.0 + 2.0 * 3.0 + random.normal(0, 1.0))
        inside += found.low <= 3.0 <= found.high
    assert 0.925 < inside / 600 < 0.975


def test_equal_slopes_are_rejected_at_the_level() -> None:
    """Property: p is uniform when slopes are equal; two slopes that differ by half are told apart."""
    random, rejected = np.random.default_rng(5), 0
    for _ in range(400):
        pair = [calibration_line(X, a + 3.0 * X + random.normal(0, 1.0, X.size)) for a in (0.0, 5.0)]
        rejected += compare_slopes(pair).p < 0.05
    assert 0.02 < rejected / 400 < 0.09
    other = calibration_line(X, 4.5 * X + random.normal(0, 1.0, X.size))
    found = compare_slopes([pair[0], other])
    assert found.p < 1e-6
    assert found.ratio[1].low < 1.5 < found.ratio[1].high


def test_equivalence_has_its_level_at_the_margin() -> None:
    """Property: lines whose slopes stand exactly 1 to 1 / (1 - m) are called equivalent in 5 % of experiments."""
    random, found = np.random.default_rng(6), {1.25: 0, 1.0: 0}
    for ratio in found:
        for _ in range(300):
            pair = [calibration_line(X, slope * X + random.normal(0, 1.0, X.size)) for slope in (3.0, 3.0 * ratio)]
            found[ratio] += compare_slopes(pair).equivalent
    assert 0.02 < found[1.25] / 300 < 0.09
    assert found[1.0] / 300 > 0.99


def test_equivalence_is_the_interval_of_the_ratio_within_the_margin() -> None:
    """Property: TOST at 5 % agrees exactly when Fieller's 90 % interval of the ratio lies within the limits."""
    from scipy.stats import t

    random = np.random.default_rng(7)
    for _ in range(40):
        pair = [
            calibration_line(X, b * X + random.normal(0, 6.0, X.size)) for b in (3.0, 3.0 * random.uniform(0.8, 1.3))
        ]
        spread = float(np.sum((X - X.mean()) ** 2))
        pooled = np.mean([line.residual_sd**2 for line in pair]) / spread
        quantile = t.ppf(0.95, 2 * (X.size - 2))
        first, second = (line.slope.value for line in pair)
        # Fieller: all ratios r with (second - r first)^2 <= quantile^2 pooled (1 + r^2)
        limits = np.sort(
            np.roots([first**2 - quantile**2 * pooled, -2 * first * second, second**2 - quantile**2 * pooled]).real
        )
        found = compare_slopes(pair)
        assert found.equivalent == bool(limits[0] > 0.8 and limits[1] < 1.25)
        turned = compare_slopes(pair[::-1])
        assert found.largest_p == pytest.approx(turned.largest_p)  # whichever is named first


def test_equivalence_is_said_in_words_and_needs_a_margin() -> None:
    random = np.random.default_rng(2)

    def pair(ratio: float, noise: float) -> list:
        return [calibration_line(X, b * X + random.normal(0, noise, X.size)) for b in (3.0, 3.0 * ratio)]

    assert "shown to agree within 20 %" in compare_slopes(pair(1.0, 0.5)).statement
    assert compare_slopes(pair(1.5, 0.5)).statement.startswith("slopes differ")
    assert compare_slopes(pair(1.0, 20.0)).statement.startswith("undecided")
    small = compare_slopes(pair(1.1, 0.2))
    assert small.different
    assert small.equivalent
    with pytest.raises(InputError, match="margin"):
        compare_slopes(pair(1.0, 1.0), margin=1.0)


def test_flat_and_bent_lines_are_said() -> None:
    flat = calibration_line([0, 1, 2, 3, 4.0], [1.0, 1.2, 0.9, 1.1, 1.0])
    assert np.isinf(flat.detection_limit)
    assert "may be 0" in flat.warnings[0]
    assert np.isinf(flat.concentration(2.0).high)
    assert any("bend" in text for text in calibration_line([0, 1, 2, 3, 4.0], [0, 1.1, 3.9, 9.1, 16.0]).warnings)


@pytest.mark.parametrize(
    ("x", "y"), [([1, 2], [1, 2]), ([1, 1, 1], [1, 2, 3]), ([1, 2, np.nan], [1, 2, 3]), ([1, 2, 3], [1, 2, np.inf])]
)
def test_what_cannot_be_fitted_is_refused(x: list[float], y: list[float]) -> None:
    with pytest.raises(InputError):
        calibration_line(x, y)
