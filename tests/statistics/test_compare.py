"""Comparisons of groups: R's values (tests/reference/comparisons), exact counts, error rates by simulation."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multicomp import pairwise_tukeyhsd

from goldshell.errors import InputError, UnknownNameError
from goldshell.statistics import compare_groups, compare_many, compare_two, holm, power_of_t_test
from goldshell.statistics.compare import dunnett, permutation_p, tukey
from goldshell.statistics.longitudinal import area_per_animal, mixed_model

REFERENCE = Path(__file__).parent.parent / "reference" / "comparisons"
with (REFERENCE / "comparisons.csv").open(encoding="utf-8") as lines:
    R = {row["name"]: float(row["value"]) for row in csv.DictReader(line for line in lines if line[0] != "#")}

A, B, D = [12.1, 14.3, 13.2], [22.5, 31.7, 18.9], [15.0, 15.9, 19.2, 17.7]
PLANT = {  # R: PlantGrowth
    "ctrl": [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14],
    "trt1": [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
    "trt2": [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26],
}
SLEEP = [[0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]]


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-9)


def test_student_and_welch_equal_r() -> None:
    found = compare_two(A, B)
    assert (found.student_t, found.student_p) == (close(R["student_t"]), close(R["student_p"]))
    assert (found.welch_t, found.welch_df, found.welch_p) == (
        close(R["welch_t"]), close(R["welch_df"]), close(R["welch_p"]),
    )  # fmt: skip
    assert (found.low, found.high) == (close(R["welch_low"]), close(R["welch_high"]))
    paired = compare_two(*SLEEP, paired=True)
    assert (paired.student_t, paired.student_p) == (close(R["paired_t"]), close(R["paired_p"]))


def test_anova_tukey_and_dunnett_equal_r() -> None:
    found = compare_groups({"a": A, "b": B, "d": D})
    assert (found.anova_f, found.anova_p) == (close(R["anova_f"]), close(R["anova_p"]))
    assert (found.welch_anova_f, found.welch_anova_df[1]) == (close(R["welch_anova_f"]), close(R["welch_anova_df"]))
    assert found.welch_anova_p == close(R["welch_anova_p"])
    # R's ptukey is good to some 1e-9 absolute; statsmodels' to 1e-12
    assert found.post_hoc_p == pytest.approx([R[f"tukey_{pair}"] for pair in ("b-a", "d-a", "d-b")], abs=3e-9)
    groups = [np.array(values) for values in PLANT.values()]
    pairs = ("trt1-ctrl", "trt2-ctrl", "trt2-trt1")
    assert tukey(groups) == pytest.approx([R[f"plant_tukey_{pair}"] for pair in pairs], abs=3e-9)
    other = pairwise_tukeyhsd(np.concatenate((A, B, D)), ["a"] * 3 + ["b"] * 3 + ["d"] * 4)
    assert found.post_hoc_p == pytest.approx(other.pvalues, rel=1e-9)
    # mvtnorm integrates by quasi-Monte Carlo to 1e-9 at best and some 1e-6 in fact
    assert dunnett(groups, 0) == pytest.approx([R["plant_dunnett_trt1"], R["plant_dunnett_trt2"]], abs=1e-5)
    against = compare_groups({"a": A, "b": B, "d": D}, control="a")
    assert against.post_hoc_p == pytest.approx([R["dunnett_b"], R["dunnett_d"]], abs=1e-5)
    assert [item.first for item in against.comparisons] == ["b", "d"]


def test_dunnett_with_one_group_is_student() -> None:
    assert dunnett([np.array(A), np.array(B)], 0)[0] == pytest.approx(compare_two(A, B).student_p, rel=1e-9)


def test_holm_equals_r_and_power_equals_r() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([R[f"holm_{i}"] for i in range(1, 5)], rel=1e-12)
    assert power_of_t_test(2.0, 3) == close(R["power_2_3"])
    assert power_of_t_test(1.0, 10) == close(R["power_1_10"])


def test_exact_permutation_counts_every_regrouping() -> None:
    assert permutation_p(np.array(A), np.array(B)) == (2 / 20, 20)  # the two extreme ones of 6 choose 3
    p, count = permutation_p(np.array(SLEEP[0]), np.array(SLEEP[1]), paired=True)
    assert count == 1024
    expected = stats.permutation_test(
        (SLEEP[0], SLEEP[1]), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples", vectorized=True,
        n_resamples=np.inf,
    )  # fmt: skip
    assert p == pytest.approx(expected.pvalue, rel=1e-12)


@pytest.mark.slow
def test_interval_of_hedges_g_covers() -> None:
    random = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        found = compare_two(random.normal(1.5, 1, 6), random.normal(0, 1, 6))
        correction = found.hedges_g / (found.student_t * np.sqrt(1 / 3))
        inside += found.hedges_low <= correction * 1.5 <= found.hedges_high  # exact for d; g scales both by J
    assert inside / 200 == pytest.approx(0.95, abs=0.04)


def test_family_error_is_near_five_percent_with_holm_and_far_above_without() -> None:
    random = np.random.default_rng(1)
    x, y = random.normal(size=(2, 20000, 6, 3))  # six organs, three mice
    p = stats.ttest_ind(x, y, axis=2).pvalue
    with_holm = np.mean([holm(row).min() < 0.05 for row in p])
    assert with_holm == pytest.approx(0.05, abs=0.006)
    assert np.mean(p.min(axis=1) < 0.05) == pytest.approx(1 - 0.95**6, abs=0.015)


def test_several_organs_are_corrected_together() -> None:
    many = compare_many({"liver": {"a": A, "b": B}, "kidney": {"a": A, "b": D}})
    raw = [many[organ].comparisons[0].welch_p for organ in many]
    assert [many[organ].comparisons[0].welch_p_holm for organ in many] == pytest.approx(holm(raw).tolist())


def test_power_is_told_at_three_animals_and_stars_follow_holm() -> None:
    found = compare_groups({"a": A, "b": B})
    assert any("n = 3" in text and "0.46" in text for text in found.warnings)
    assert any("cannot fall below 0.1" in text for text in found.warnings)
    assert found.comparisons[0].to_dict()["stars"] == ""
    assert compare_groups({"a": PLANT["ctrl"], "b": [9, 9.5, 10, 9.2]}).comparisons[0].to_dict()["stars"] == "***"


def test_mixed_model_equals_nlme() -> None:
    table = pd.read_csv(REFERENCE / "orthodont.csv")
    found = mixed_model(table["animal"], table["group"], table["time_h"], table["value"])
    terms = {name: (estimate, error) for name, estimate, error, _ in found.terms}
    assert terms["slope of Male"][0] == pytest.approx(R["lme_slope"], rel=1e-9)
    estimate, error = terms["slope of Female less slope of Male"]
    assert estimate == pytest.approx(R["lme_interaction"], rel=1e-9)
    assert error == pytest.approx(R["lme_interaction_se"], rel=1e-5)
    assert found.animal_sd == pytest.approx(R["lme_sd_subject"], rel=1e-4)
    assert found.residual_sd == pytest.approx(R["lme_sd_residual"], rel=1e-4)


def test_area_per_animal() -> None:
    areas = area_per_animal(["m1"] * 3 + ["m2"] * 3, ["a"] * 3 + ["b"] * 3, [0, 1, 3, 3, 1, 0], [0, 2, 4, 1, 1, 1])
    assert areas == {"a": {"m1": 7.0}, "b": {"m2": 3.0}}
    with pytest.raises(InputError, match="in groups a and b"):
        area_per_animal(["m", "m"], ["a", "b"], [0, 1], [0, 1])
    with pytest.raises(InputError, match="from 0 to 2, others from 0 to 1"):
        area_per_animal(["m", "m", "k", "k"], ["a"] * 4, [0, 1, 0, 2], [0, 1, 0, 1])


def test_bad_input() -> None:
    for groups, part in (
        ({"a": A}, "1 group"),
        ({"a": A, "b": [1.0]}, "'b' has 1 value"),
        ({"a": A, "b": [1.0, float("nan")]}, "not finite"),
    ):
        with pytest.raises(InputError, match=part):
            compare_groups(groups)
    with pytest.raises(InputError, match="different sizes"):
        compare_groups({"a": A, "d": D}, paired=True)
    with pytest.raises(UnknownNameError, match="did you mean PBS"):
        compare_groups({"PBS": A, "b": B}, control="PB")


def test_groups_without_scatter_do_not_fail() -> None:
    found = compare_groups({"a": [1.0, 1.0, 1.0], "b": [2.0, 2.0, 2.0], "c": [1.0, 1.0, 1.0]})
    assert found.comparisons[0].welch_p == 0.0
    assert np.isnan(found.comparisons[1].welch_p)
    assert any("no scatter" in text for text in found.warnings)


def test_mixed_model_without_differences_of_animals_is_least_squares() -> None:
    """Property: where animals differ less than their noise lets them, the restricted likelihood's SD between is 0."""
    import statsmodels.api as sm

    times = np.tile([1.0, 2.0, 4.0, 8.0], 8)
    animals, groups = np.repeat(np.arange(8), 4), np.repeat(["A", "B"], 16)
    noise = np.random.default_rng(3).normal(0, 0.3, (8, 4))
    noise -= noise.mean(axis=1, keepdims=True)  # every animal has the mean of its group
    values = np.where(groups == "A", 5.0, 7.0) - 0.4 * times + noise.ravel()
    found = mixed_model(animals.tolist(), groups.tolist(), times, values)
    member, centred = (groups == "B").astype(float), times - times.mean()
    plain = sm.OLS(values, np.column_stack([np.ones(32), centred, member, member * centred])).fit()
    assert found.animal_sd == pytest.approx(0.0, abs=1e-3)
    assert [term[1] for term in found.terms] == pytest.approx(plain.params.tolist(), rel=1e-4)
    assert [term[2] for term in found.terms] == pytest.approx(plain.bse.tolist(), rel=1e-3)
    assert any("boundary" in text for text in found.warnings)
