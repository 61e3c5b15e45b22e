"""Relations of shell and cell: what the literature admits, predictions, fits.

Expected numbers come from Sang et al. 2024, from hand arithmetic on them, or from mathematical properties.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from goldshell.cells import fit_relation, knowledge, predict, read_observations, relation, relations
from goldshell.cells.fit import Observations
from goldshell.cells.models import (
    alkyl_toxicity,
    charge_and_size_uptake,
    conjugation,
    coverage_binding,
    glutathione_probe,
    localisation,
    membrane_affinity,
    peg_uptake,
    photocytotoxicity,
)
from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.literature import show

EVERY = pytest.mark.parametrize("name", relations())

ASKED_FOR = {
    "charge_and_size_uptake", "uptake_mechanism", "coverage_binding", "charge_toxicity", "alkyl_toxicity",
    "immune_response", "localisation", "conjugation", "glutathione_probe", "translocation", "membrane_affinity",
    "peg_uptake", "photocytotoxicity", "acid_uptake",
}  # fmt: skip


def own(x: list[float], y: list[float], sd: list[float] | None = None, series: str = "") -> Observations:
    return Observations(np.array(x), np.array(y), None if sd is None else np.array(sd), (series,) * len(x))


# --- every relation ----------------------------------------------------------------------------------------------


def test_every_relation_of_the_review_is_there() -> None:
    assert set(relations()) == ASKED_FOR
    assert all(name == item.name for name, item in relations().items())


@EVERY
def test_band_holds_the_default_and_every_admissible_curve_meets_the_published_values(name: str) -> None:
    known = knowledge(name)
    one = known.relation
    for series in one.series:
        found = predict(name, series=series)
        assert np.all(np.isfinite(found.value))
        assert np.all(found.low <= found.value)
        assert np.all(found.value <= found.high)
        assert not found.outside.any()
    for entry in one.points:
        curves = one.curve(np.array([[entry.x]]), known.columns(), entry.series)
        wide = 1e-9 * (1 + abs(entry.low) if math.isfinite(entry.low) else 1)
        assert np.all(curves >= entry.low - wide)
        assert np.all(curves <= entry.high + wide)
    for condition in one.conditions:
        values = np.asarray(condition.value(known.columns()))
        assert np.all((values >= condition.low) & (values <= condition.high))


@EVERY
def test_relation_says_what_is_known_and_what_is_open(name: str) -> None:
    known = knowledge(name)
    assert known.relation.known.endswith(".")
    assert known.relation.open
    assert not known.relation.open.endswith(".")
    assert known.undetermined, "no relation of the review is determined by what it prints"
    assert known.status in {"underdetermined", "partly determined"}
    for source in known.relation.sources():
        show(source)
    for item in known.parameters:
        assert item.low <= item.high
        if item.kind == "open":
            assert show(item.source).status == "estimated" or show(item.source).relation != "="


def test_a_choice_is_never_called_published() -> None:
    for name in relations():
        for item in knowledge(name).parameters:
            if item.kind == "published":
                assert show(item.source).status != "estimated"


# --- single relations --------------------------------------------------------------------------------------------


def test_coverage_between_the_two_points_is_bracketed_only() -> None:
    """At 32 % any steady fall from 82 to 36 % is possible; a straight line gives 74.3 %."""
    found = predict("coverage_binding", [29.0, 32.0, 47.0], series="bound")
    assert found.value[[0, 2]] == pytest.approx([82.0, 36.0])
    assert 36 < found.low[1] < 74.3 < found.high[1] < 82
    assert found.high[1] - found.low[1] > 5 * (found.high[0] - found.low[0])
    assert found.low[0] == pytest.approx(81, abs=0.02)
    assert found.high[0] == pytest.approx(83, abs=0.02)
    inside = predict("coverage_binding", [47.0], series="internalised")
    assert inside.value == pytest.approx([64.0])


def test_orderings_bound_the_exponents_of_size() -> None:
    """Positive above neutral at 2 nm with a ratio of at most 10 at 17.7 nm: s+ - s0 < ln 10 / ln (17.7 / 2) = 1.056."""
    draws = knowledge("charge_and_size_uptake").columns()
    difference = draws.exponent_positive - draws.exponent_neutral
    assert difference.max() < math.log(10) / math.log(17.7 / 2)
    assert difference.max() > 0.9
    ratio = [
        charge_and_size_uptake.relative_uptake(17.7, "positive", draws)
        / charge_and_size_uptake.relative_uptake(17.7, "neutral", draws)
    ]
    assert np.min(ratio) == pytest.approx(5.0, rel=0.01)
    assert np.max(ratio) == pytest.approx(10.0, rel=0.01)


def test_tail_length_ends_and_energy() -> None:
    """6 and 0.71 uM; (6 / 0.71)^(1/5) = 1.5324 per methylene."""
    steps = alkyl_toxicity.half_maximal_concentration(np.arange(1.0, 7.0))
    assert steps[:-1] / steps[1:] == pytest.approx(np.full(5, (6 / 0.71) ** 0.2))
    assert alkyl_toxicity.energy_per_methylene() == pytest.approx(1.1007, abs=1e-4)


def test_conjugation_is_a_distribution() -> None:
    for sites in (2.0, 18.0, 1000.0):
        p = conjugation.Parameters(sites)
        shares = [float(conjugation.valency(0.7, n, p)) for n in range(40)]
        assert sum(shares) == pytest.approx(1.0)
        assert sum(n * share for n, share in enumerate(shares)) == pytest.approx(0.7)
    # Le Cam: the total variation of binomial and Poisson is at most mean^2 / N
    near = [conjugation.valency(1.0, n, conjugation.Parameters(999.0)) for n in range(10)]
    poisson = [math.exp(-1) / math.factorial(n) for n in range(10)]
    assert sum(abs(a - b) for a, b in zip(near, poisson, strict=True)) / 2 < 1 / 999


def test_single_valency_of_independent_sites_is_at_most_a_half() -> None:
    """Two sites at a mean of 1 give 50 %, Poisson e^-1 = 36.8 %."""
    found = predict("conjugation", [1.0], series="one")
    assert found.high == pytest.approx([0.5], abs=1e-4)
    assert found.low == pytest.approx([math.exp(-1)], abs=1e-3)


def test_mean_above_the_sites_is_undefined() -> None:
    assert np.isnan(conjugation.valency(3.0, 1, conjugation.Parameters(2.0)))
    with pytest.raises(InputError):
        conjugation.valency(1.0, -1)


def test_localisation_adds_to_one_and_turns_between_the_two_concentrations() -> None:
    c = np.geomspace(0.1, 1e4, 30)
    known = knowledge("localisation").columns()
    one = relation("localisation")
    assert one.curve(c, known, "membrane") + one.curve(c, known, "mitochondria") == pytest.approx(1.0)
    assert np.all(localisation.membrane_share(100.0, known) >= 0.5)
    assert np.all(localisation.membrane_share(10.0, known) <= 0.5)


def test_affinity_energy() -> None:
    """RT ln 18 at 310.15 K = 2.57873 x 2.89037 = 7.4535 kJ/mol."""
    assert membrane_affinity.total_energy() == pytest.approx(7.4535, abs=1e-3)


def test_a_full_peg_layer_caps_the_feed() -> None:
    """pi 6^2 x 4.62 = 522.5 PEG; more cannot bind, so 800 and 600 per particle are the same."""
    assert peg_uptake.bound_share(600.0) == peg_uptake.bound_share(800.0) == 1.0
    assert peg_uptake.bound_share(100.0) == pytest.approx(100 / 522.51, rel=1e-4)


def test_glutathione_calibration_is_inverted() -> None:
    p = glutathione_probe.Parameters(dark=3.0, slope=2.0, half_saturation=20.0)
    g = np.array([0.0, 0.5, 4.0, 15.0])
    assert glutathione_probe.glutathione_from(glutathione_probe.fluorescence(g, p), p) == pytest.approx(g)
    assert np.isnan(glutathione_probe.glutathione_from(3.0 + 2.0 * 20.0, p))


def test_light_kills_less_where_particles_stay_on_the_membrane() -> None:
    """With a steep localisation the internal concentration falls again above K."""
    p = photocytotoxicity.Parameters(1.0, 1.5, 31.6, 4.0)
    assert photocytotoxicity.viability(1000.0, p) > photocytotoxicity.viability(20.0, p)


# --- prediction --------------------------------------------------------------------------------------------------


def test_extrapolation_is_said() -> None:
    found = predict("coverage_binding", [20.0, 40.0])
    assert found.outside.tolist() == [True, False]
    assert "extrapolation" in found.warnings[0]
    assert found.to_dataframe().shape == (2, 5)


@pytest.mark.parametrize("bad", [[math.nan], [math.inf], [0.0], [150.0]])
def test_impossible_inputs(bad: list[float]) -> None:
    with pytest.raises(InputError):
        predict("coverage_binding", bad)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="coverage_bindin"):
        predict("coverage_bindin")
    with pytest.raises(UnknownNameError, match="bounds"):
        predict("coverage_binding", series="bounds")
    with pytest.raises(InputError, match="whole numbers"):
        predict("alkyl_toxicity", [2.5])


# --- fit ---------------------------------------------------------------------------------------------------------


def test_fit_recovers_the_parameters_of_exact_data() -> None:
    """Synthetic: a curve of known parameters without error is found again."""
    truth = coverage_binding.Parameters(75.0, 30.0, 2.0)
    x = [29.0, 33.0, 36.0, 40.0, 44.0, 47.0]
    result = fit_relation("coverage_binding", own(x, list(coverage_binding.membrane_bound(x, truth)), series="bound"))
    assert result.status == "determined"
    assert result.fit.values == pytest.approx([75.0, 30.0, 2.0], rel=1e-5)


def test_fit_on_a_logarithmic_scale_recovers_a_slope() -> None:
    """Synthetic, 10 % relative error, fixed seed: the truth lies in the 95 % interval."""
    truth = alkyl_toxicity.Parameters(8.0, 0.9, 0.0)
    x = np.repeat(np.arange(1.0, 7.0), 3)
    y = alkyl_toxicity.half_maximal_concentration(x, truth) * np.exp(0.1 * np.random.default_rng(1).standard_normal(18))
    result = fit_relation("alkyl_toxicity", own(list(x), list(y)))
    for name, value in (("ic50_c1", 8.0), ("ic50_c6", 0.9), ("curvature", 0.0)):
        estimate = result.fit.parameters[name]
        assert estimate.low < value < estimate.high


def test_two_points_cannot_determine_three_parameters() -> None:
    result = fit_relation("coverage_binding", own([29.0, 47.0], [80.0, 40.0], [2.0, 2.0], "bound"))
    assert result.status == "underdetermined"
    assert result.held == ("shape",)
    assert result.fit.values == pytest.approx([80.0, 40.0], rel=1e-6)
    assert any("shape stays at the default" in text for text in result.warnings)
    curve = result.curve("bound")
    assert np.all((curve["low"] <= curve["value"] + 1e-9) & (curve["value"] <= curve["high"] + 1e-9))


@pytest.mark.slow
def test_a_point_at_the_reference_tells_nothing() -> None:
    """Uptake relative to pH 7.4 is 1 there whatever the parameters: four telling points carry three parameters."""
    result = fit_relation("acid_uptake", own([5.5, 6.0, 6.5, 7.0, 7.4], [4.0, 3.5, 2.0, 1.2, 1.0]))
    assert len(result.fit.values) == 3
    assert result.status == "underdetermined"


def test_every_parameter_that_the_data_see_is_fitted() -> None:
    """Synthetic: two charges of exact power laws give back both exponents and the ratio."""
    truth = charge_and_size_uptake.Parameters(8.0, 1.0, 0.4, -0.2, -0.3)
    x = [2.0, 4.0, 6.0, 10.0]
    series = ("positive",) * 4 + ("neutral",) * 4
    y = np.concatenate([charge_and_size_uptake.relative_uptake(x, name, truth) for name in ("positive", "neutral")])
    result = fit_relation("charge_and_size_uptake", Observations(np.array(x + x), y, None, series))
    values = dict(zip(result.fit.problem.names, result.fit.values, strict=True))
    assert values == pytest.approx({"positive_to_neutral": 8.0, "exponent_positive": 0.4, "exponent_neutral": -0.2})
    assert any("passes through all points" in text for text in result.warnings)


def test_number_of_sites_is_found_from_the_bands_of_a_gel() -> None:
    """Binomial, N = 3, mean 0.6: 0.8^3 = 0.512 without, 3 x 0.2 x 0.64 = 0.384 with one, 0.096 with two."""
    series = ("none", "one", "two")
    data = Observations(np.full(3, 0.6), np.array([0.512, 0.384, 0.096]), np.full(3, 0.005), series)
    result = fit_relation("conjugation", data)
    assert result.fit.parameters["sites"].value == pytest.approx(3.0, abs=0.01)


def test_one_point_without_error_is_refused() -> None:
    with pytest.raises(AnalysisError, match="cannot be fitted"):
        fit_relation("translocation", own([5.0], [0.5]))


def test_two_series_are_fitted_together(tmp_path: Path) -> None:
    path = tmp_path / "share.csv"
    path.write_text(
        "concentration_nM,share,series,sd\n1,0.05,membrane,0.02\n10,0.8,mitochondria,0.02\n30,0.5,membrane,0.02\n"
        "100,0.78,membrane,0.02\n",
        encoding="utf-8",
    )
    result = fit_relation("localisation", read_observations(path, "localisation"))
    assert result.fit.parameters["half_concentration"].value == pytest.approx(30, rel=0.15)
    assert set(result.to_dict()["curves"]) == {"membrane", "mitochondria"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "coverage_percent\n29\n",
        "coverage_percent,share_percent,series\n29,x,bound\n",
        "coverage_percent,share_percent,series\n29,80,bond\n",
        "coverage_percent,share_percent\n29,80\n",
        "coverage_percent,share_percent,series\nnan,80,bound\n",
        "coverage_percent,share_percent,series\n-5,80,bound\n",
        "coverage_percent,share_percent,series,sd\n29,80,bound,0\n40,60,bound,1\n",
    ],
)
def test_bad_tables(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as problem:
        read_observations(path, "coverage_binding")
    assert "own.csv" in str(problem.value)


def test_logarithmic_outputs_must_be_positive(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("tail_carbons,ic50_uM\n1,6\n2,0\n", encoding="utf-8")
    with pytest.raises(InputError, match="above 0"):
        read_observations(path, "alkyl_toxicity")
