"""The audit of paper Z: its numbers, and that every verdict hangs on the literature rows.

Numbers come from the paper, from hand arithmetic on them (shown beside), from published constants, or from Burnside
counts; none is goldshell's own output.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from audit.paper import ROWS, Paper
from goldshell.audit import Verdict, audit
from goldshell.errors import UnknownNameError
from goldshell.literature import show

PAPER = Paper("zhang2026")


def computed_by_reading(identifier: str) -> dict[str, Any]:
    """Reading -> its number."""
    return {item["name"]: item["computed"] for item in PAPER.checks[identifier].readings}


# --- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "computed", "verdict"),
    [
        # 1.11e-1 / 1.61e-3 = 68.9 (Z, Results)
        ("etching-suppression-results", 68.944, Verdict.AGREES),
        ("etching-suppression-introduction", 68.944, Verdict.CONTRADICTS),
        # (100 - 34) / (100 - 94) = 11
        ("etching-suppression-against-intact-fractions", 11.0, Verdict.CONTRADICTS),
        # 0.025 mM / 0.111 mM/h = 13.5 min
        ("etching-rate-water-only-against-intact-fraction", 13.51, Verdict.UNDERDETERMINED),
        # 100 (1 - 1.61e-3 x 0.5 / 0.025) = 96.78
        ("etching-rate-two-phase-against-intact-fraction", 96.78, Verdict.UNDERDETERMINED),
        # 68.944^(0.3 / 1.8) = 2.025
        ("one-effective-thiol-concentration", 2.025, Verdict.CONTRADICTS),
        # 11 / 2
        ("exchange-slowdown", 5.5, Verdict.AGREES_WITHIN_UNCERTAINTY),
        # 2 / 18
        ("coverage-water-only-from-maximum-n", 11.11, Verdict.AGREES),
        ("coverage-two-phase-from-maximum-n", 0.0, Verdict.CONTRADICTS),
        # 2^(1.8 - 0.3) = 2.828
        ("etching-more-sensitive-to-thiol", 2.828, Verdict.AGREES),
        ("reaction-time-of-the-intact-fractions", 60.0, Verdict.CONTRADICTS),
        ("feed-ratio-100-from-amounts", 100.0, Verdict.AGREES),
        # Wilke & Chang 1955: 7.4e-8 in cm^2/s and cP
        ("wilke-chang-prefactor", 7.4e-15, Verdict.AGREES),
        ("polar-solvents-more-viscous", -1.0, Verdict.CONTRADICTS),
        # 1 / (1 + 10^(5 - 4.5)) = 24.03 % neutral
        ("p-mba-neutral-at-ph-5", 24.03, Verdict.CONTRADICTS),
        ("p-atp-shell-zwitterionic", 99.965, Verdict.UNDERDETERMINED),
        ("p-mbsa-carboxylate", 0.0, Verdict.CONTRADICTS),
        # IUPAC 2002: borax 9.180, phthalate 4.005
        ("buffer-ph-4", 9.18, Verdict.CONTRADICTS),
        ("buffer-ph-9", 4.005, Verdict.CONTRADICTS),
        ("buffered-at-ph-7", 4.757, Verdict.CONTRADICTS),
        # 100 - 42.4 - 36.7
        ("populations-at-100-to-1-complete", 20.9, Verdict.UNDERDETERMINED),
        # (16 x 36.7 + 17 x 42.4 + 18 x 20 + 15 x 0.9) / 18 = 93.42 %
        ("most-ligands-exchanged-at-100-to-1", 93.417, Verdict.AGREES),
        # var 0.573 / (16.815 x 1.185 / 18 = 1.107)
        ("narrow-distribution-at-100-to-1", 0.5138, Verdict.AGREES),
        ("n-0-to-3-counts-p-mba", 17.0, Verdict.CONTRADICTS),
        ("exchange-yield-94", 94.0, Verdict.UNDERDETERMINED),
        # the hardest case is shown: 9 species of 11 at R = 6
        ("fig4-narrower-at-low-feed", 9 / 11, Verdict.AGREES),
        ("fig4-low-ratios-below-9", 9.0, Verdict.CONTRADICTS),
        ("shells-add-up-to-18", 18.0, Verdict.AGREES),
        # 3 of 4 fed
        ("p-atp-means-within-feed", 75.0, Verdict.AGREES),
        # 66 % / 0.5 h x (9 / 100)^1.8 x 1 h = 1.731 %
        ("etching-negligible-at-low-feed", 1.731, Verdict.AGREES),
        # Burnside count for the 18 sites under Th, n = 9
        ("ligands-precisely-located", 2200, Verdict.CONTRADICTS),
        ("early-organ-time", 1.0, Verdict.CONTRADICTS),
        ("renal-clearance-within-24-h", 20.0, Verdict.CONTRADICTS),
        # 3 trials x 3
        ("replicates-per-group", 9.0, Verdict.UNDERDETERMINED),
        # 1 - 0.95^4 = 18.55 %
        ("significance-level-holds-for-all-comparisons", 18.549, Verdict.UNDERDETERMINED),
        ("figure-of-solvent-comparison", 2.0, Verdict.CONTRADICTS),
        ("supplementary-figures-of-solvents", 3.0, Verdict.CONTRADICTS),
        # 0.3 x 15 x 25 / (7.5 x 20) = 75 %
        ("product-concentration-within-gold", 75.0, Verdict.AGREES),
        # 6.5 x 50 / (7.5 x 20)
        ("ligand-enough-for-the-shell", 2.1667, Verdict.AGREES),
    ],
)
def test_computed_number_and_verdict(identifier: str, computed: float, verdict: Verdict) -> None:
    assert PAPER.checks[identifier].computed == pytest.approx(computed, rel=3e-4, abs=1e-9)
    assert PAPER.checks[identifier].verdict is verdict


def test_suppression_in_first_order_is_17_fold() -> None:
    """ln 0.34 / ln 0.94 = 17.4."""
    readings = {
        item["name"]: item["computed"] for item in PAPER.checks["etching-suppression-against-intact-fractions"].readings
    }
    assert readings["first order in clusters"] == pytest.approx(math.log(0.34) / math.log(0.94))


def test_remaining_cluster_availability_is_shown() -> None:
    """2.025 / 5.5 = 0.37, and [SR] 68.944^(1/1.8) = 10.5-fold lower (SCIENCE of the two rates)."""
    because = PAPER.checks["one-effective-thiol-concentration"].because
    assert "10.5-fold" in because
    assert "0.37" in because


def test_single_exchange_constant_caps_the_means() -> None:
    """K = (16.815/1.185) (16.815/83.185) = 2.87; n/(18-n) n/(R-n) = K at n = 5.25 (R = 6) and 7.28 (R = 9)."""
    because = PAPER.checks["one-exchange-constant-fits-fig4"].because
    assert "= 2.87" in because
    for feed, mean in ((6, 5.25), (9, 7.28)):
        assert mean / (18 - mean) * mean / (feed - mean) == pytest.approx(2.868, rel=0.01)
    assert "7.28 at R = 9" in because
    lowest = [item["computed"] for item in PAPER.checks["one-exchange-constant-fits-fig4"].readings]
    assert max(lowest) < show("zhang2026-fig4-r9-two-phase").low


def test_diffusion_order_is_reversed_by_every_correlation() -> None:
    found = PAPER.checks["polar-solvents-slow-diffusion"]
    assert found.reported == "octanol > hexanol > pentanol > butanol > ethyl acetate"
    assert {item["computed"] for item in found.readings} == {"ethyl acetate > butanol > pentanol > hexanol > octanol"}
    assert len(found.readings) == 4


def test_zwitterionic_only_under_the_quoted_pka() -> None:
    readings = PAPER.checks["p-atp-shell-zwitterionic"].readings
    assert [item["fits"] for item in readings] == ["agrees", *["contradicts"] * (len(readings) - 1)]


def test_power_is_that_of_published_tables() -> None:
    """Two-sided t test, alpha 0.05, n = 3, d = 2: power 0.46."""
    readings = computed_by_reading("no-significant-difference-with-three-mice")
    assert readings["difference of 2 SD"] == pytest.approx(46, abs=0.5)


def test_minimal_mean_of_a_range_is_that_of_the_linear_programme() -> None:
    """R = 1, n = 0-2, threshold 1 %: populations 1, 0.01, 0.01 give (0.01 + 0.02) / 1.02.

    The number shown is that of the range closest to its feed.
    """
    computed = computed_by_reading("fig4-two-phase-mass-balance")
    assert computed["R = 1"] == pytest.approx(0.03 / 1.02, rel=1e-6)
    assert PAPER.checks["fig4-two-phase-mass-balance"].computed == max(computed.values())


def test_mz_of_the_intact_cluster() -> None:
    """Monoisotopic C108H90Au25O54S36 8325.588 Da; [M - 2 H]3- of the anion: (8325.588 - 2 x 1.007825) / 3."""
    assert PAPER.checks["mz-range-covers-the-clusters"].computed == pytest.approx(
        (8325.588 - 2 * 1.007825) / 3, abs=2e-3
    )


def test_significant_difference_of_urine() -> None:
    """t(0.975, 4) = 2.776 (table); 10 / (2.776 sqrt(2/3)) = 4.4 %ID."""
    assert "below 4.4 %ID" in PAPER.checks["urine-twice"].because


# --- verdicts follow the rows ------------------------------------------------------------------------------------

CHANGES: list[tuple[str, dict[str, dict[str, Any] | None], Verdict]] = [
    ("etching-suppression-results", {"etching-rate-water-only": {"value": "0.05"}}, Verdict.CONTRADICTS),
    ("etching-suppression-introduction", {"etching-rate-water-only": {"value": "0.0966"}}, Verdict.AGREES),
    # 66 / 0.96 = 68.75 in zero order, but ln 0.34 / ln 0.9904 = 112 in first order
    ("etching-suppression-against-intact-fractions", {"intact-two-phase": {"value": "99.04"}}, Verdict.UNDERDETERMINED),
    (
        "etching-rate-water-only-against-intact-fraction",
        {"etching-rate-thiol-concentration": {"value": "2.5", "unit": "mM"}},
        Verdict.CONTRADICTS,
    ),
    (
        "etching-rate-water-only-against-intact-fraction",
        {"etching-rate-thiol-concentration": {"value": "25", "unit": "mM"}},
        Verdict.AGREES,
    ),
    (
        "etching-rate-two-phase-against-intact-fraction",
        {"etching-rate-two-phase": {"value": "0.1"}},
        Verdict.CONTRADICTS,
    ),
    (
        "reaction-time-of-the-intact-fractions",
        {"fig3-reaction-time-two-phase": {"value": "0.5"}, "fig3-reaction-time-water-only": {"value": "0.5"}},
        Verdict.AGREES,
    ),
    ("reaction-time-of-the-intact-fractions", {"fig3-reaction-time-two-phase": {"value": "0.5"}}, Verdict.CONTRADICTS),
    # order 0.72: 68.9^(0.72 / 1.8) = 5.4
    ("one-effective-thiol-concentration", {"exchange-order-thiol": {"value": "0.72"}}, Verdict.AGREES),
    ("coverage-two-phase-from-maximum-n", {"coverage-two-phase": {"value": "6"}}, Verdict.AGREES),
    ("coverage-two-phase-against-100-to-1", {"coverage-feed-ratio": {"value": "100"}}, Verdict.CONTRADICTS),
    (
        "etching-order-against-two-thiol-attack",
        {"etching-order-thiol-standard-error": {"value": "0.05"}},
        Verdict.AGREES,
    ),
    (
        "etching-order-against-two-thiol-attack",
        {"etching-order-thiol-standard-error": {"value": "0.2"}},
        Verdict.CONTRADICTS,
    ),
    (
        "etching-order-holds-at-100-to-1",
        {"etching-order-thiol-range": {"relation": "range", "low": 0.005, "high": 0.025, "unit": "mM"}},
        Verdict.CONTRADICTS,
    ),
    (
        "absorbance-gives-cluster-concentration",
        {"relative-absorptivity-products": {"value": "0.3"}},
        Verdict.CONTRADICTS,
    ),
    ("absorbance-gives-cluster-concentration", {"relative-absorptivity-products": {"value": "0"}}, Verdict.AGREES),
    ("feed-ratio-100-from-amounts", {"two-phase-organic-volume": {"value": "4"}}, Verdict.CONTRADICTS),
    ("wilke-chang-prefactor", {"wilke-chang-prefactor": {"value": "7.4e-8"}}, Verdict.CONTRADICTS),
    ("polarity-range-of-solvents", {"solvent-polarity-range": {"low": 3.6}}, Verdict.CONTRADICTS),
    (
        "polar-solvents-slow-diffusion",
        {"solvent-diffusion-order": {"value": "ethyl acetate > butanol > pentanol > hexanol > octanol"}},
        Verdict.AGREES,
    ),
    ("p-mba-neutral-at-ph-5", {"pka-p-mba-carboxylic": {"value": "5.5"}}, Verdict.UNDERDETERMINED),
    ("p-mba-neutral-at-ph-5", {"ph-tested-5": {"value": "4.0"}}, Verdict.AGREES),
    ("p-atp-amine-pka", {"pka-p-atp-amine": {"value": "4.4"}}, Verdict.UNDERDETERMINED),
    ("p-atp-shell-zwitterionic", {"pka-p-atp-amine": {"value": "4.6"}}, Verdict.CONTRADICTS),
    ("p-mbsa-carboxylate", {"p-mbsa-called-carboxylate": {"value": "0"}}, Verdict.AGREES),
    ("buffer-ph-4", {"stability-ph4": {"value": "9"}}, Verdict.AGREES),
    ("buffer-ph-9", {"stability-ph9": {"value": "4"}}, Verdict.AGREES),
    ("buffered-at-ph-7", {"ph-standard": {"value": "4.8"}}, Verdict.AGREES),
    ("ph-7-holds-at-100-to-1", {"buffer-concentration": {"value": "50", "unit": "mM"}}, Verdict.AGREES),
    ("ph-7-holds-at-100-to-1", {"buffer-concentration": {"value": "1", "unit": "mM"}}, Verdict.CONTRADICTS),
    ("populations-at-100-to-1-complete", {"population-n18": {"value": "20.9"}}, Verdict.UNDERDETERMINED),
    ("most-ligands-exchanged-at-100-to-1", {"exchanged-fraction": {"value": "95"}}, Verdict.CONTRADICTS),
    ("n-0-to-3-counts-p-mba", {"species-range": {"low": 15, "high": 18}}, Verdict.AGREES),
    # halves at n = 15 and 18 are broad (var 2.25 against 1.375); 18 alone has no dispersion index
    (
        "narrow-distribution-at-100-to-1",
        {"population-n16": {"value": "0"}, "population-n17": {"value": "0"}, "population-n18": {"value": "50"}},
        Verdict.UNDERDETERMINED,
    ),
    (
        "populations-single-out-a-site-model",
        {"population-error": {"value": "10", "unit": "%"}},
        Verdict.UNDERDETERMINED,
    ),
    ("fig4-two-phase-mass-balance", {"fig4-r9-feed-ratio": {"value": "4"}}, Verdict.CONTRADICTS),
    ("fig4-narrower-at-low-feed", {"fig4-r2-two-phase": {"high": 12}}, Verdict.CONTRADICTS),
    ("etching-negligible-at-low-feed", {"etching-order-thiol": {"value": "0.3"}}, Verdict.CONTRADICTS),
    ("fig4-low-ratios-below-9", {"fig4-low-ratio-limit": {"value": "10"}}, Verdict.AGREES),
    ("shells-add-up-to-18", {"mha-range": {"high": 13}}, Verdict.CONTRADICTS),
    (
        "whole-spectrum-of-n",
        {"fig4-r20-two-phase": {"relation": "range", "low": 10, "high": 15}},
        Verdict.AGREES,
    ),
    ("p-atp-means-within-feed", {"p-atp-feed-4": {"value": "2"}}, Verdict.CONTRADICTS),
    ("p-atp-coverage-tuned-by-feed", {"p-atp-mean-r20": {"value": "2"}}, Verdict.CONTRADICTS),
    ("p-atp-range-of-fig5-against-nmr", {"fig5-feed-ratio": {"value": "50"}}, Verdict.CONTRADICTS),
    ("p-atp-range-of-fig5-against-nmr", {"fig5-feed-ratio": {"value": "4"}}, Verdict.AGREES),
    ("bare-two-phase-exchange-against-fig4", {"counter-ion-feed-ratio": {"value": "6"}}, Verdict.CONTRADICTS),
    ("counter-ions-raise-exchange", {"counter-ion-tmac": {"high": 7}}, Verdict.CONTRADICTS),
    ("mouse-strain", {"mice-strain-abstract": {"subject": "BALB/c mice"}}, Verdict.AGREES),
    ("mouse-count", {"mouse-allocation": {"value": "45"}}, Verdict.AGREES),
    ("early-organ-time", {"fig6-organ-time-h": {"value": "1"}}, Verdict.AGREES),
    ("dose-per-mouse", {"injected-volume": {"value": "0.2", "unit": "mL"}}, Verdict.AGREES),
    ("laser-irradiance", {"illuminated-area": {"value": "250", "unit": "cm^2"}}, Verdict.AGREES),
    ("laser-irradiance", {"illuminated-area": {"value": "10", "unit": "cm^2"}}, Verdict.CONTRADICTS),
    (
        "renal-clearance-within-24-h",
        {"urine-p-atp-r150": {"value": "60"}, "urine-p-mbsa": {"value": "55"}},
        Verdict.AGREES,
    ),
    ("gold-recovered-at-24-h", {"organ-gold-24h": {"value": "75", "unit": "%ID"}}, Verdict.AGREES),
    ("urine-twice", {"urine-p-mbsa-measured": {"value": "18", "unit": "%ID"}}, Verdict.CONTRADICTS),
    ("hydroxyl-control-at-equal-coverage", {"mp-mean-r150": {"value": "4"}}, Verdict.CONTRADICTS),
    (
        "shift-to-kidneys",
        {"kidney-fluorescence-r150": {"value": "8"}, "kidney-fluorescence-r0": {"value": "4"}},
        Verdict.AGREES,
    ),
    ("significance-level-holds-for-all-comparisons", {"group-count-p-atp": {"value": "2"}}, Verdict.AGREES),
    (
        "figure-of-solvent-comparison",
        {"figure-cited-etching-by-solvent": {"value": "2"}, "figure-cited-exchange-by-solvent": {"value": "2"}},
        Verdict.AGREES,
    ),
    (
        "supplementary-figures-of-solvents",
        {"supplement-figures-solvents-methods": {"low": 3, "high": 7}},
        Verdict.AGREES,
    ),
    # 0.7 mM is 175 % of the gold, at least 150 %
    ("product-concentration-within-gold", {"synthesis-product-concentration": {"value": "0.7"}}, Verdict.CONTRADICTS),
    ("ligand-enough-for-the-shell", {"synthesis-ligand-volume": {"value": "2"}}, Verdict.CONTRADICTS),
    ("mz-range-covers-the-clusters", {"esi-mz-range": {"high": 2000}}, Verdict.CONTRADICTS),
]


@pytest.mark.parametrize(
    ("identifier", "changes", "expected"), CHANGES, ids=[f"{row[0]}-{row[2]}-{i}" for i, row in enumerate(CHANGES)]
)
def test_changed_row_changes_the_verdict(
    identifier: str, changes: dict[str, dict[str, Any] | None], expected: Verdict
) -> None:
    assert PAPER.rechecked(identifier, changes).verdict is expected


# --- the result object -------------------------------------------------------------------------------------------


def test_audit_takes_other_rows() -> None:
    changed = {
        **ROWS,
        "zhang2026-etching-rate-water-only": replace(ROWS["zhang2026-etching-rate-water-only"], value="1"),
    }
    found = {item.id: item for item in audit("zhang2026", rows=changed).checks}
    assert found["etching-suppression-results"].computed == pytest.approx(1 / 1.61e-3)


@pytest.mark.parametrize("name", ["zhang", "sang", "", "Zhang2026"])
def test_unknown_paper(name: str) -> None:
    with pytest.raises(UnknownNameError, match="unknown paper"):
        audit(name)
