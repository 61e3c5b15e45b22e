"""Shell compositions: moments, dispersion, fits, mass balance. Truth: the published populations and ranges of
Zhang et al. 2026 with arithmetic done by hand, binomial identities, SciPy's distributions, closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from goldshell.chemistry.composition import (
    Composition,
    beta_binomial_distribution,
    binomial_distribution,
    detected_range,
    detected_species,
    dispersion_index,
    read_populations,
    site_class_distribution,
    total_variation,
)
from goldshell.chemistry.composition_fit import MODELS, fit_composition_models
from goldshell.chemistry.feasibility import feasible_mean, range_feasibility
from goldshell.chemistry.figures import composition_figure, isomer_figure, range_figure
from goldshell.errors import InputError, UnknownNameError
from goldshell.plotting import to_svg

# Zhang et al. 2026, two-phase at 100:1: 42.4 % and 36.7 % stated, "the rest 20 %"; n = 15 is what is left of 100 %
AT_100 = {15: 0.9, 16: 36.7, 17: 42.4, 18: 20.0}
# Their Fig. 4: feed ratio -> range of n
TWO_PHASE = {1: (0, 2), 2: (1, 5), 4: (3, 7), 6: (4, 12), 9: (7, 13)}
WATER_ONLY = {1: (0, 9), 2: (0, 10), 4: (0, 10), 6: (1, 11), 9: (3, 12)}


def distributions(n_sites: int = 18) -> st.SearchStrategy[np.ndarray]:
    weights = st.lists(st.floats(0, 1), min_size=n_sites + 1, max_size=n_sites + 1).filter(lambda x: sum(x) > 1e-3)
    return weights.map(lambda x: np.array(x) / sum(x))


def test_moments_of_the_published_populations() -> None:
    """By hand: 15 x 0.009 + 16 x 0.367 + 17 x 0.424 + 18 x 0.2 = 16.815; E n² - mean² = 0.568775; 18 p q = 1.106987."""
    composition = read_populations(AT_100)
    assert composition.mean == pytest.approx(16.815)
    assert composition.variance == pytest.approx(0.568775)
    assert composition.binomial_variance == pytest.approx(16.815 * (1 - 16.815 / 18))
    assert composition.dispersion_index == pytest.approx(0.568775 / 1.1069875)
    assert detected_range(composition.fractions) == (15, 18)


def test_sixteen_full_and_two_slow_sites() -> None:
    """By hand: two sites at p = 0.4 give 0.36, 0.48, 0.16; distance (0.009 + 0.007 + 0.056 + 0.040) / 2 = 0.056."""
    shape = site_class_distribution((16, 2), (1.0, 0.4))
    assert shape[16:] == pytest.approx([0.36, 0.48, 0.16])
    assert total_variation(shape, read_populations(AT_100).fractions) == pytest.approx(0.056)


@pytest.mark.slow
def test_rival_shapes_of_the_published_populations() -> None:
    """Distances as found when these shapes were first compared (two slow sites 0.06, 12 + 6 0.14, cooperative 0.09)."""
    fit = fit_composition_models(read_populations(AT_100))
    assert fit.best.name == "free_site_classes"
    assert fit.best.class_sizes == (16, 2)
    assert round(fit.best.total_variation, 2) == 0.06
    assert round(fit.model("site_classes").total_variation, 2) == 0.14
    assert round(fit.model("cooperative_site_classes").total_variation, 2) == 0.09
    assert fit.best.parameters["p2"].low < 0.42 < fit.best.parameters["p2"].high
    assert fit.best.parameters["p2"].value == pytest.approx(0.4, abs=0.03)
    assert fit.model("beta_binomial").total_variation >= fit.model("free_site_classes").total_variation
    assert "least squares" in fit.warnings[0]
    assert sum(model.weight for model in fit.models) == pytest.approx(1)
    assert {row["name"] for row in fit.to_dict()["models"]} == set(MODELS)
    assert len(fit.to_dataframe()) == len(MODELS)


@given(n_sites=st.integers(1, 60), p=st.floats(0, 1, allow_subnormal=False).filter(lambda p: p == 0 or p > 1e-9))
@settings(deadline=None)
def test_binomial_against_scipy_and_its_dispersion_is_one(n_sites: int, p: float) -> None:
    shape = binomial_distribution(n_sites, p)
    assert shape == pytest.approx(stats.binom.pmf(np.arange(n_sites + 1), n_sites, p), rel=1e-9, abs=1e-14)
    composition = Composition(tuple(shape))
    assert composition.mean == pytest.approx(n_sites * p, abs=1e-9)
    if 0.01 < p < 0.99:
        assert composition.dispersion_index == pytest.approx(1)


@given(n_sites=st.integers(2, 40), p=st.floats(0.02, 0.98), correlation=st.floats(0.001, 0.9))
@settings(deadline=None)
def test_beta_binomial_against_scipy_and_its_dispersion(n_sites: int, p: float, correlation: float) -> None:
    """I = 1 + (N - 1) rho, the textbook variance of the beta-binomial."""
    shape = beta_binomial_distribution(n_sites, p, correlation)
    total = 1 / correlation - 1
    assert shape == pytest.approx(
        stats.betabinom.pmf(np.arange(n_sites + 1), n_sites, p * total, (1 - p) * total), rel=1e-6, abs=1e-12
    )
    assert Composition(tuple(shape / shape.sum())).dispersion_index == pytest.approx(1 + (n_sites - 1) * correlation)


@given(occupancies=st.lists(st.floats(0, 1), min_size=2, max_size=12))
@settings(deadline=None)
def test_poisson_binomial_moments(occupancies: list[float]) -> None:
    """Mean sum p, variance sum p (1 - p); never wider than the binomial of the same mean (Hoeffding 1956)."""
    shape = site_class_distribution([1] * len(occupancies), occupancies)
    composition = Composition(tuple(shape))
    assert composition.mean == pytest.approx(sum(occupancies), abs=1e-9)
    assert composition.variance == pytest.approx(sum(p * (1 - p) for p in occupancies), abs=1e-9)
    assert composition.variance <= composition.binomial_variance + 1e-9


@given(p=st.floats(0.1, 0.9), cooperativity=st.floats(0.01, 1))
@settings(deadline=None)
def test_cooperativity_narrows_when_repulsive_and_is_symmetric_at_half(p: float, cooperativity: float) -> None:
    plain = Composition(tuple(site_class_distribution((18,), (0.5,))))
    narrow = site_class_distribution((18,), (0.5,), cooperativity)
    assert Composition(tuple(narrow)).variance < plain.variance
    assert narrow == pytest.approx(narrow[::-1])
    mirrored = site_class_distribution((18,), (1 - p,), cooperativity)
    assert site_class_distribution((18,), (p,), cooperativity) == pytest.approx(mirrored[::-1])


@given(shape=distributions(), scale=st.floats(0.1, 1e6))
@settings(deadline=None)
def test_reading_does_not_depend_on_scale(shape: np.ndarray, scale: float) -> None:
    first, second = read_populations(list(shape)), read_populations(list(shape * scale))
    assert first.fractions == pytest.approx(second.fractions)
    assert 0 <= first.mean <= 18
    assert first.variance <= first.mean * (18 - first.mean) + 1e-9  # all clusters bare or all full is the widest


def test_bootstrap_over_clusters_is_the_sampling_error() -> None:
    """For a binomial and M clusters: SE(mean) = sqrt(N p q / M), and I (M - 1) ~ chi2 (Fisher's dispersion test)."""
    clusters = 2000
    spread = dispersion_index(
        Composition(tuple(binomial_distribution(18, 0.4)), clusters=clusters), resamples=20_000, seed=1
    )
    half_width = 1.96 * math.sqrt(18 * 0.4 * 0.6 / clusters)
    assert spread.mean.high - spread.mean.low == pytest.approx(2 * half_width, rel=0.05)
    expected = stats.chi2.ppf([0.025, 0.975], clusters - 1) / (clusters - 1)
    assert (spread.index.low, spread.index.high) == pytest.approx(tuple(expected), abs=0.01)
    assert spread.reading == "consistent with binomial"
    assert spread.resampled == "clusters"


def test_bootstrap_over_fraction_errors() -> None:
    """With independent small errors s of two fractions a, b: d(mean) follows from the derivative of sum n f / sum f."""
    populations, sd = {16: 50.0, 17: 50.0}, {16: 1.0, 17: 1.0}
    spread = dispersion_index(read_populations(populations, sd=sd), resamples=20_000)
    # mean = 16 + b / (a + b): d = (a db - b da) / (a + b)^2, SD = 0.5 * sqrt(2) * 0.01
    assert (spread.mean.high - spread.mean.low) / 2 == pytest.approx(1.96 * 0.01 / math.sqrt(2), rel=0.05)
    assert spread.resampled == "fractions"


def test_dispersion_without_errors_has_no_interval() -> None:
    spread = dispersion_index(read_populations(AT_100))
    assert math.isnan(spread.index.low)
    assert spread.resampled == "nothing"
    assert "no interval" in spread.warnings[0]
    assert spread.reading.startswith("narrower")
    narrow = dispersion_index(read_populations(AT_100, clusters=500))
    assert narrow.reading == "narrower than binomial"
    assert dispersion_index(read_populations({18: 1}, clusters=50)).reading == "undefined"
    assert any("too narrow" in text for text in dispersion_index(read_populations(AT_100, clusters=10)).warnings)
    assert dispersion_index(read_populations(AT_100, clusters=500)) == narrow  # same seed, same interval


@pytest.mark.parametrize(
    ("truth", "name", "expected"),
    [
        (binomial_distribution(18, 0.35), "binomial", {"p": 0.35}),
        (beta_binomial_distribution(18, 0.35, 0.15), "beta_binomial", {"p": 0.35, "rho": 0.15}),
        (site_class_distribution((12, 6), (0.9, 0.15)), "site_classes", {"p1": 0.9, "p2": 0.15}),
        (site_class_distribution((16, 2), (0.98, 0.4)), "free_site_classes", {"p2": 0.4, "sites_in_class_2": 2}),
        (site_class_distribution((18,), (0.6,), 0.3), "cooperative", {"p": 0.6, "alpha": 0.3}),
    ],
)
@pytest.mark.parametrize("clusters", [None, 20_000])
def test_exact_shapes_are_recovered(
    truth: np.ndarray, name: str, expected: dict[str, float], clusters: float | None
) -> None:
    """Fitted to its own distribution each shape returns its parameters, at distance zero."""
    model = fit_composition_models(Composition(tuple(truth), clusters), [name]).best
    assert model.total_variation < 2e-3
    for parameter, value in expected.items():
        estimate = model.parameters[parameter]
        assert estimate.value == pytest.approx(value, abs=0.01)
        assert estimate.low <= estimate.value <= estimate.high


def test_intervals_cover_a_sampled_binomial() -> None:
    """Profile interval of p for M clusters of a binomial: p +/- 1.96 sqrt(p q / (N M)) (Wald, large sample)."""
    p, clusters = 0.35, 5000
    model = fit_composition_models(Composition(tuple(binomial_distribution(18, p)), clusters), ["binomial"]).best
    wald = 1.96 * math.sqrt(p * (1 - p) / (18 * clusters))
    assert model.parameters["p"].low == pytest.approx(p - wald, abs=0.05 * wald)
    assert model.parameters["p"].high == pytest.approx(p + wald, abs=0.05 * wald)


@pytest.mark.slow
def test_wider_models_never_fit_worse() -> None:
    """Nested shapes: binomial within beta-binomial, site classes and cooperative; given within fitted class sizes."""
    random = np.random.default_rng(3)
    for _ in range(3):
        sampled = random.multinomial(300, site_class_distribution((12, 6), random.uniform(0.1, 0.9, 2)))
        fit = fit_composition_models(read_populations([float(count) for count in sampled], clusters=300), level=None)
        likelihood = {model.name: model.log_likelihood for model in fit.models}
        for name in ("beta_binomial", "site_classes", "cooperative"):
            assert likelihood[name] >= likelihood["binomial"] - 1e-3
        assert likelihood["free_site_classes"] >= likelihood["site_classes"] - 1e-3
        assert likelihood["cooperative_site_classes"] >= likelihood["site_classes"] - 1e-3


@pytest.mark.slow
def test_interval_of_the_cooperativity_holds_zero_where_the_classes_alone_fit_as_well() -> None:
    """The profile at alpha = 0 is the deviance of the site classes: inside the interval if within 3.84 of the best."""
    populations = {1: 6.1, 2: 16.4, 3: 27.2, 4: 25.9, 5: 15.8, 6: 6.5, 7: 2.1}
    fit = fit_composition_models(
        read_populations(populations, clusters=300), ["site_classes", "cooperative_site_classes"]
    )
    classes, cooperative = fit.model("site_classes"), fit.model("cooperative_site_classes")
    assert 2 * (cooperative.log_likelihood - classes.log_likelihood) < stats.chi2.ppf(0.95, 1)
    assert cooperative.parameters["alpha"].low < 0 < cooperative.parameters["alpha"].high


def test_intervals_are_left_out_on_request() -> None:
    model = fit_composition_models(read_populations(AT_100), ["free_site_classes"], level=None).best
    assert model.class_sizes == (16, 2)
    assert all(math.isnan(item.low) and math.isnan(item.high) for item in model.parameters.values())


@pytest.mark.slow
def test_other_shells_and_error_models() -> None:
    fit = fit_composition_models(read_populations([5, 30, 50, 15], n_sites=3, sd=[1, 2, 2, 2]))
    assert fit.errors == "given SD"
    assert {"site_classes", "cooperative_site_classes"}.isdisjoint(model.name for model in fit.models)
    assert any("left out" in text for text in fit.warnings)
    given_classes = fit_composition_models(read_populations([5, 30, 50, 15], n_sites=3), site_classes=(2, 1))
    assert given_classes.model("site_classes").class_sizes == (2, 1)
    with pytest.raises(InputError, match="do not add up"):
        fit_composition_models(read_populations(AT_100), site_classes=(16, 3))
    with pytest.raises(UnknownNameError, match="did you mean binomial"):
        fit_composition_models(read_populations(AT_100), ["binomal"])


# Mass balance


def lowest_mean_by_search(low: int, high: int, threshold: float) -> float:
    """Smallest mean without a solver: at the optimum every species below some cut is as large as allowed and every
    other as small (a linear fractional programme ends at such a corner); try every cut and every largest species."""
    n = np.arange(19)
    inside = (n >= low) & (n <= high)
    best = math.inf
    for largest in range(low, high + 1):
        for cut in range(20):
            weights = np.where(n < cut, np.where(inside, 1.0, threshold), np.where(inside, threshold, 0.0))
            weights[largest] = 1.0
            best = min(best, float(n @ weights / weights.sum()))
    return best


@pytest.mark.slow
@given(low=st.integers(0, 18), width=st.integers(0, 18), threshold=st.floats(0.001, 0.5))
@settings(deadline=None, max_examples=40)
def test_limits_of_the_mean_against_a_search_of_corners(low: int, width: int, threshold: float) -> None:
    high = min(low + width, 18)
    limits = feasible_mean(range(low, high + 1), threshold=threshold)
    assert limits.low == pytest.approx(lowest_mean_by_search(low, high, threshold), abs=1e-7)
    assert limits.high == pytest.approx(18 - lowest_mean_by_search(18 - high, 18 - low, threshold), abs=1e-7)
    for shape, mean in ((limits.lowest, limits.low), (limits.highest, limits.high)):
        assert sum(shape) == pytest.approx(1)
        assert np.arange(19) @ np.array(shape) == pytest.approx(mean, abs=1e-9)
        inside = np.array(shape[low : high + 1])
        outside = np.array(shape[:low] + shape[high + 1 :])
        assert inside.min() >= threshold * inside.max() - 1e-9
        assert outside.max(initial=0) <= threshold * inside.max() + 1e-9
    strict = feasible_mean(range(low, high + 1), threshold=threshold, undetected=False)
    assert limits.low - 1e-9 <= strict.low <= strict.high <= limits.high + 1e-9


@given(shape=distributions())
@settings(deadline=None, max_examples=40)
def test_every_distribution_lies_within_the_limits_of_what_it_shows(shape: np.ndarray) -> None:
    seen = detected_species(shape)
    limits = feasible_mean(seen)
    assert limits.low - 1e-7 <= np.arange(19) @ shape <= limits.high + 1e-7
    assert detected_range(shape) == (seen[0], seen[-1])


@pytest.mark.parametrize("ranges", [TWO_PHASE, WATER_ONLY])
def test_published_ranges_are_possible_only_if_skewed_low(ranges: dict[int, tuple[int, int]]) -> None:
    """Centres above the feed (by arithmetic: 3 > 2, 5 > 4, 8 > 6, 10 > 9; water only 4.5 > 1, 5 > 2, 5 > 4)."""
    for feed, (low, high) in ranges.items():
        found = range_feasibility(low, high, feed)
        assert found.feasible
        assert found.needs_low_skew == ((low + high) / 2 > feed)
        shape = np.array(found.least_skewed)
        assert shape.sum() == pytest.approx(1)
        assert np.arange(19) @ shape <= feed + 1e-6
        assert detected_range(shape) == (low, high)
        if found.needs_low_skew:
            assert found.tilt > 0
            assert found.skewness > 0
            assert shape[low] == shape.max() == found.share_of_lowest
            assert found.verdict == "possible only if skewed low"
        else:
            assert found.tilt == 0
            assert found.skewness == pytest.approx(0, abs=1e-9)


def test_impossible_range_and_what_would_save_it() -> None:
    found = range_feasibility(10, 13, 9)
    assert found.verdict == "impossible"
    assert found.minimal_mean == pytest.approx(lowest_mean_by_search(10, 13, 0.01))
    assert found.feed_shortfall == pytest.approx(found.minimal_mean / 9 - 1)
    assert "cluster concentration" in found.warnings[0]
    assert found.least_skewed == ()
    assert range_feasibility(10, 13, 9 * (1 + found.feed_shortfall) + 1e-6).feasible


def test_binomial_range_at_a_feed() -> None:
    """SciPy: at p = 1/18 species n = 0..4 reach 1 % of the largest."""
    pmf = stats.binom.pmf(np.arange(19), 18, 1 / 18)
    seen = np.flatnonzero(pmf >= 0.01 * pmf.max())
    assert range_feasibility(0, 2, 1).binomial_range == (seen[0], seen[-1])


def test_feed_beyond_the_sites_says_nothing() -> None:
    found = range_feasibility(15, 18, 100)
    assert found.verdict == "possible"
    assert any("says nothing" in text for text in found.warnings)
    assert found.to_dict()["verdict"] == "possible"


# Bad input


@pytest.mark.parametrize(
    "populations",
    [{}, [], {19: 1.0}, {-1: 1.0}, {1.5: 1.0}, {3: -1.0}, {3: math.nan}, {3: math.inf}, {3: 0.0}, [1.0] * 20],
)
def test_bad_populations(populations: object) -> None:
    with pytest.raises(InputError):
        read_populations(populations)  # type: ignore[arg-type]


def test_bad_compositions_and_settings() -> None:
    for fractions, extra in (
        ((1.0,), {}),
        ((0.5, 0.4), {}),
        ((1.5, -0.5), {}),
        ((0.5, 0.5), {"clusters": 0}),
        ((0.5, 0.5), {"clusters": math.nan}),
        ((0.5, 0.5), {"sd": (0.1,)}),
        ((0.5, 0.5), {"sd": (0.1, -0.1)}),
    ):
        with pytest.raises(InputError):
            Composition(fractions, **extra)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        read_populations(AT_100, n_sites=0)
    composition = read_populations(AT_100)
    with pytest.raises(InputError):
        dispersion_index(composition, level=1)
    with pytest.raises(InputError):
        dispersion_index(composition, resamples=5)
    with pytest.raises(InputError):
        fit_composition_models(composition, [])
    for bad in (0, 1.5, -1, math.nan):
        with pytest.raises(InputError):
            detected_range(composition.fractions, bad)
    with pytest.raises(InputError):
        detected_range([0, 0])


@pytest.mark.parametrize(("low", "high", "feed"), [(5, 2, 4), (-1, 2, 4), (0, 19, 4), (0, 2, -1), (0, 2, math.nan)])
def test_bad_ranges(low: int, high: int, feed: float) -> None:
    with pytest.raises(InputError):
        range_feasibility(low, high, feed)
    with pytest.raises(InputError):
        feasible_mean([])


def test_figures_draw() -> None:
    fit = fit_composition_models(read_populations(AT_100), level=None)
    assert "binomial" in to_svg(composition_figure(fit))
    assert "cooperative" in to_svg(composition_figure(fit, show=["cooperative"]))
    results = [range_feasibility(*limits, feed) for feed, limits in TWO_PHASE.items()]
    impossible = [range_feasibility(10, 13, 9)]
    svg = to_svg(range_figure({"two-phase": results, "other": impossible}))
    assert "range impossible" in svg
    assert "regio-isomers" in to_svg(isomer_figure())
