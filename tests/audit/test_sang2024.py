"""The audit of paper S: its numbers, and that every verdict hangs on the literature rows.

Numbers come from the paper, from hand arithmetic on them (shown beside), or from published constants; none is
goldshell's own output.
"""

from __future__ import annotations

from typing import Any

import pytest

from audit.paper import ROWS, Paper
from goldshell.audit import Verdict

PAPER = Paper("sang2024")


def readings(identifier: str) -> dict[str, Any]:
    """Reading -> its number."""
    return {item["name"]: item["computed"] for item in PAPER.checks[identifier].readings}


def test_every_cell_of_table_1_is_used() -> None:
    """No number of the table escapes the audit, but the footnote and the formula of Au25."""
    used = {identifier for claim in PAPER.claims for identifier in claim.inputs}
    cells = {key for key in ROWS if key.startswith("sang2024-table1-")}
    left = {key.removeprefix("sang2024-table1-") for key in cells - used}
    assert {name for name in left if not name.endswith("time-post-injection")} == {
        "02pmiz-aunps-feed-parts-msa-sh",
        "02pmiz-aunps-feed-parts-peg-sh",
        "cy-psma-1-au25-ncs-gold-atoms",
    }


# --- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "computed", "verdict"),
    [
        ("charge-changes-toxicity", 25 / 10, Verdict.UNDERDETERMINED),
        ("low-coverage-low-uptake", (100 - 36) / (100 - 82), Verdict.UNDERDETERMINED),
        ("peg-feed-of-the-viability-series", 800.0, Verdict.CONTRADICTS),
        ("ic50-falls-with-the-tail", 6 / 0.71, Verdict.AGREES),
        ("charge-reversal-in-acid", 17.4 / 1.6, Verdict.AGREES),
        ("band-pass-ratios-of-urine", 46.71 / 10.79, Verdict.AGREES),
        ("band-pass-ratios-as-clearance", 46.71 / 5.29, Verdict.UNDERDETERMINED),
        ("renal-clearable-below-5p5-nm", 6.6, Verdict.CONTRADICTS),
        ("glomerulus-retains-above-6-nm", 2.4, Verdict.UNDERDETERMINED),
        ("superclusters-renal-clearable", 50.0, Verdict.UNDERDETERMINED),
        ("diseased-kidneys-filter-less", 0.57 / 0.26, Verdict.CONTRADICTS),
        # 5.265 mL/min/kg^0.75 x 0.02^0.75 / (15.9 mL/kg x 0.02) (httk, mouse)
        ("normal-gfr-against-physiology", 5.265 * 0.02**0.75 / (15.9 * 0.02), Verdict.UNDERDETERMINED),
        ("size-steps-of-half-a-nanometre", 2.4 - 1.8, Verdict.UNDERDETERMINED),
        ("table1-ultrasmall", 5.0, Verdict.CONTRADICTS),
        ("table1-one-time-per-row", 48.0, Verdict.CONTRADICTS),
        ("tumour-uptake-of-charge-reversal", 6.9, Verdict.UNDERDETERMINED),
        ("liver-uptake-of-charge-reversal", 2.0, Verdict.AGREES),
        # 5.1 / 1.2 = 4.25, but 5.15 / 1.15 = 4.48 is more than 4.4
        ("anchoring-ratio", 4.25, Verdict.AGREES_WITHIN_UNCERTAINTY),
        ("glioma-ratio", 2.5, Verdict.AGREES_WITHIN_UNCERTAINTY),
        ("raman-contrast", 2.0, Verdict.AGREES_WITHIN_UNCERTAINTY),
        ("acidity-ratio", 9.5 / 4.4, Verdict.AGREES),
        ("pegylation-extends-half-lives", 18.8 / 14.9, Verdict.AGREES),
        ("elimination-half-life-is-not-decay", 12.7, Verdict.UNDERDETERMINED),
        # 1 - 2^(-24 / 12.7)
        ("half-life-allows-the-urine", 73.0, Verdict.AGREES),
        ("metastasis-contrast", 4.5, Verdict.AGREES_WITHIN_UNCERTAINTY),
        ("quantum-yield-gain", 12 / 1.8, Verdict.AGREES),
        ("high-yield-beyond-1100-nm", 1070.0, Verdict.UNDERDETERMINED),
        ("perfusion-ratio", 0.24 / 0.11, Verdict.AGREES),
        ("hu-slope-ratio", 17.85 / 4.15, Verdict.AGREES),
        # 17.85 HU/mM over 0.196967 mg/mL per mM (atomic mass of gold 196.967, IUPAC)
        ("hu-slopes-of-gold", 17.85 / 0.196967, Verdict.UNDERDETERMINED),
        ("psma-hu-ratio", 374 / 195, Verdict.AGREES),
    ],
)
def test_computed_number_and_verdict(identifier: str, computed: float, verdict: Verdict) -> None:
    assert PAPER.checks[identifier].computed == pytest.approx(computed, rel=3e-4)
    assert PAPER.checks[identifier].verdict is verdict


def test_band_pass_ratios_are_those_of_hand_arithmetic() -> None:
    """46.71 / 10.79, 6.03, 5.29."""
    assert readings("band-pass-ratios-of-urine") == pytest.approx(
        {"Au25 over Au18": 4.329, "Au25 over Au15": 7.746, "Au25 over Au10-11": 8.830}, rel=1e-3
    )


def test_rate_constants_are_further_apart_than_the_urine() -> None:
    """ln 0.5329 / ln 0.9471 = 0.62942 / 0.05435 = 11.58."""
    first_order = readings("band-pass-ratios-as-clearance")["first order, all of the dose through the kidney"]
    assert first_order == pytest.approx(11.58, rel=1e-3)


def test_uncorrected_decay_is_taken_out() -> None:
    """1 / (1/12.7 - 1/64.68) = 15.80 h; 2.695 d is 64.68 h."""
    assert readings("elimination-half-life-is-not-decay")["counts not corrected"] == pytest.approx(15.80, abs=0.01)


def test_re_elimination_rate_is_ln_20_over_a_month() -> None:
    """ln 20 / 730 h = 0.0041 1/h, half-life 7.0 d."""
    because = PAPER.checks["re-elimination-as-share-of-the-dose"].because
    assert "0.0041 1/h" in because
    assert "7.0 d" in because


def test_reversal_point_of_the_straight_line() -> None:
    """7.4 - 0.9 x 11.4 / (11.4 + 18.7) = 7.06 and 7.4 - 0.9 x 31.2 / (31.2 + 1.4) = 6.54 are the extremes."""
    line = PAPER.checks["charge-reverses-over-tumour-ph"].readings[0]
    assert line["low"] == pytest.approx(6.539, abs=1e-3)
    assert line["high"] == pytest.approx(7.059, abs=1e-3)


def test_pairs_of_table_1() -> None:
    """Counted by hand from the table.

    Liver: only < 10 (Au@DTDTPA) against > 5 and < 30 (GS-Au NCs) against 20, > 20, > 5, > 17, > 14, > 15 stay open,
    which is 7 of 56. Urine: 50.5, > 40, > 20, > 60, > 50, > 30 against 3 hold; against > 50 (PVP-ZrC) none does.
    """
    assert (
        "56 pairs: 49 keep the order, 0 reverse it, 7 are left open"
        in PAPER.checks["table1-liver-lower-than-others"].because
    )
    assert (
        "12 pairs: 6 keep the order, 0 reverse it, 6 are left open"
        in PAPER.checks["table1-urine-higher-than-others"].because
    )


def test_recovery_in_a_mouse_of_20_g() -> None:
    """GS-AuNPs, httk: 50.5 + 3.7 x 52.29 mL/kg x 0.02 kg + 0.3 x 1.047 x 0.02 = 54.376 %ID."""
    assert readings("table1-recovery-gold")["GS-AuNPs, mouse set httk"] == pytest.approx(54.376, abs=1e-3)


def test_welch_test_of_the_aggregates() -> None:
    """n = 3: t = 1045.2 / sqrt(225.7^2/3 + 0.4^2/3) = 8.02; on 2 df p = 1 - t / sqrt(t^2 + 2) = 0.0152."""
    assert readings("aggregation-in-acid-significant")["± is an SD of 3"] == pytest.approx(0.0152, abs=2e-4)


def test_dose_implied_by_the_tumour() -> None:
    """(374 - 195) / (845 / 9) = 1.907 mg/mL; / 0.089 = 21.4 mg."""
    assert "at least 21 mg" in PAPER.checks["psma-hu-against-uptake"].because


def test_hindrance_in_a_pore() -> None:
    """Renkin 1954: d/D = 18/300 = 0.06 passes 0.8836 x 0.8742 = 0.7725, 2.6/300 0.9827 x 0.9818 = 0.9648."""
    assert readings("glioma-from-leakier-vessels")["carried through the pores by flow"] == pytest.approx(
        0.9648 / 0.7725, rel=1e-3
    )


# --- verdicts follow the rows ------------------------------------------------------------------------------------

CHANGES: list[tuple[str, dict[str, dict[str, Any] | None], Verdict]] = [
    (
        "charge-changes-toxicity",
        {"schaeublin-ic50-positive-value": {"value": "4"}, "schaeublin-ic50-negative-value": {"value": "8"}},
        Verdict.AGREES,
    ),
    (
        "low-coverage-low-uptake",
        {"gong2019-cell-gold-29": {"value": "8"}, "gong2019-cell-gold-47": {"value": "2"}},
        Verdict.CONTRADICTS,
    ),
    (
        "low-coverage-low-uptake",
        {"gong2019-cell-gold-29": {"value": "2"}, "gong2019-cell-gold-47": {"value": "2"}},
        Verdict.AGREES,
    ),
    ("coverage-trend-holds-at-32", {"gong2019-membrane-binding-32": {"value": "70"}}, Verdict.AGREES),
    ("coverage-trend-holds-at-32", {"gong2019-membrane-binding-32": {"value": "20"}}, Verdict.CONTRADICTS),
    ("peg-feed-of-the-viability-series", {"liu2015-viability-feed-ratio-range": {"high": 300}}, Verdict.AGREES),
    ("peg-series-has-one-core-size", {"liu2015-core-diameter": {"sd": 0.5}}, Verdict.AGREES),
    ("ic50-falls-with-the-tail", {"chompoosor-ic50-c6": {"value": "60"}}, Verdict.CONTRADICTS),
    ("logp-limits-inside-the-series", {"moyano-logp-range": {"high": 3.0}}, Verdict.CONTRADICTS),
    (
        "photocytotoxicity-at-mitochondrial-concentration",
        {"gong2021-photocytotoxicity-concentration": {"value": "50"}},
        Verdict.CONTRADICTS,
    ),
    ("charge-reversal-in-acid", {"tan2021-zeta-ph5p5": {"value": "-5"}}, Verdict.CONTRADICTS),
    ("band-pass-ratios-of-urine", {"du2017-urine-au18": {"value": "30.00"}}, Verdict.CONTRADICTS),
    ("band-pass-ratios-as-clearance", {"du2017-urine-au10-11": {"value": "40.00"}}, Verdict.CONTRADICTS),
    ("renal-clearable-below-5p5-nm", {"table1-au-dtdtpa-hydrodynamic-diameter": {"value": "5.0"}}, Verdict.AGREES),
    ("glomerulus-retains-above-6-nm", {"table1-au-dtdtpa-hydrodynamic-diameter": {"value": "5.0"}}, Verdict.AGREES),
    ("re-elimination-as-share-of-the-dose", {"huang2023b-endocytosed-fraction": {"value": "10"}}, Verdict.AGREES),
    ("aggregation-in-acid-significant", {"tan2021-hd-measurements": {"value": "3"}}, Verdict.AGREES),
    ("aggregation-in-acid-significant", {"tan2021-hd-measurements": {"value": "2"}}, Verdict.CONTRADICTS),
    (
        "diseased-kidneys-filter-less",
        {
            "photoacoustic-au25sg18-gfr-normal": {"value": "0.57"},
            "photoacoustic-au25sg18-gfr-diseased": {"value": "0.26"},
        },
        Verdict.AGREES,
    ),
    ("normal-gfr-against-physiology", {"photoacoustic-gfr-volume": {"value": "1"}}, Verdict.CONTRADICTS),
    ("table1-recovery-gold", {"table1-gs-aunps-liver-uptake": {"value": "80"}}, Verdict.CONTRADICTS),
    ("table1-recovery-others", {"table1-pvp-zrc-nds-liver-uptake": {"value": "60"}}, Verdict.CONTRADICTS),
    ("table1-gold-accounted-for", {"table1-gs-aunps-rest-of-the-body": {"value": "45"}}, Verdict.AGREES),
    ("table1-core-within-particle", {"table1-peg-aunps-hydrodynamic-diameter": {"value": "2.0"}}, Verdict.CONTRADICTS),
    ("table1-gsh-shell", {"table1-gs-au-ncs-hydrodynamic-diameter": {"value": "1.9"}}, Verdict.AGREES),
    ("table1-one-time-per-row", {"table1-cu2xs-nds-urine-time": {"value": "8"}}, Verdict.AGREES),
    ("table1-liver-lower-than-others", {"table1-gs-aunps-liver-uptake": {"value": "60"}}, Verdict.CONTRADICTS),
    (
        "table1-liver-lower-than-others",
        {"table1-au-dtdtpa-liver-uptake": {"value": "5"}, "table1-gs-au-ncs-liver-uptake": {"value": "5"}},
        Verdict.AGREES,
    ),
    ("table1-spleen-lower-than-others", {"table1-gs-aunps-spleen-uptake": {"value": "60"}}, Verdict.CONTRADICTS),
    ("table1-urine-higher-than-others", {"table1-gs-aunps-urine-excretion": {"value": "2"}}, Verdict.CONTRADICTS),
    (
        "table1-balance-of-targeting",
        {
            "table1-bi-nps-liver-uptake": {"relation": "=", "value": "0.1"},
            "table1-gs-au-ncs-liver-uptake": {"relation": "="},
            "table1-gs-au-ncs-tumour-uptake": {"relation": "="},
        },
        Verdict.CONTRADICTS,
    ),
    ("sizes-quoted-twice", {"passive-peg-aunps-diameter": {"value": "3.3"}}, Verdict.CONTRADICTS),
    (
        "tumour-uptake-of-charge-reversal",
        {"acidity-optimised-aunps-time": {"value": "6", "unit": "h"}},
        Verdict.CONTRADICTS,
    ),
    ("liver-uptake-of-charge-reversal", {"acidity-optimised-aunps-liver-uptake": {"value": "12"}}, Verdict.CONTRADICTS),
    ("anchoring-ratio", {"passive-weak-anchoring-coo-tumour-uptake": {"value": "5.5"}}, Verdict.AGREES),
    ("anchoring-ratio", {"passive-weak-anchoring-coo-tumour-uptake": {"value": "3.1"}}, Verdict.CONTRADICTS),
    ("glioma-ratio", {"glioma-gs-aunps-18nm-tumour-uptake": {"value": "0.20"}}, Verdict.CONTRADICTS),
    ("tumours-within-tumour-ph", {"acidity-pc3-tumour-ph": {"value": "7.3"}}, Verdict.CONTRADICTS),
    (
        "peg-three-times-zwitterionic",
        {"passive-gs-aunps-tumour-uptake-of-liu2013b": {"value": "2.8"}},
        Verdict.AGREES,
    ),
    (
        "pegylation-extends-half-lives",
        {"passive-peg-min23-auncs-distribution-half-life": {"value": "10"}},
        Verdict.CONTRADICTS,
    ),
    (
        "elimination-half-life-is-not-decay",
        {"nuclear-gs-198au-decay-correction": {"value": "1"}},
        Verdict.AGREES,
    ),
    (
        "half-life-allows-the-urine",
        {"nuclear-gs-198au-aunps-elimination-half-life": {"value": "127"}},
        Verdict.CONTRADICTS,
    ),
    ("crgd-uptake-per-gram", {"peptide-crgd-auncs-tumour-mass": {"value": "0.1", "unit": "g"}}, Verdict.CONTRADICTS),
    ("emissions-in-nir-ii", {"imaging-au25ncs-emission": {"value": "812"}}, Verdict.CONTRADICTS),
    ("quantum-yield-gain", {"imaging-diee-assembled-quantum-yield": {"value": "3.0"}}, Verdict.CONTRADICTS),
    ("high-yield-beyond-1100-nm", {"imaging-diee-disassembled-emission": {"value": "1060"}}, Verdict.CONTRADICTS),
    ("light-beyond-the-filter", {"imaging-pc-gs-auncs-emission-width": {"value": "400", "unit": "nm"}}, Verdict.AGREES),
    (
        "light-beyond-the-filter",
        {"imaging-pc-gs-auncs-emission-width": {"value": "200", "unit": "nm"}},
        Verdict.CONTRADICTS,
    ),
    ("perfusion-ratio", {"imaging-au25ncs-perfusion-injured": {"value": "0.06"}}, Verdict.CONTRADICTS),
    ("hu-slope-ratio", {"ct-iopromide-hu-slope": {"value": "3.15"}}, Verdict.CONTRADICTS),
    ("hu-slopes-of-gold", {"ct-albumin-auncs-hu-slope-unit": {"value": "1", "unit": "1/mM"}}, Verdict.AGREES),
    ("psma-hu-ratio", {"ct-psma-au25-pc3flu-hu": {"value": "95"}}, Verdict.CONTRADICTS),
    ("psma-hu-against-uptake", {"ct-psma-au25-dose": {"value": "2", "unit": "mg"}}, Verdict.CONTRADICTS),
    ("raman-contrast", {"raman-superclusters-tumour-intensity": {"value": "1.4"}}, Verdict.CONTRADICTS),
]


@pytest.mark.parametrize(
    ("identifier", "changes", "expected"), CHANGES, ids=[f"{row[0]}-{row[2]}-{i}" for i, row in enumerate(CHANGES)]
)
def test_changed_row_changes_the_verdict(
    identifier: str, changes: dict[str, dict[str, Any] | None], expected: Verdict
) -> None:
    assert PAPER.rechecked(identifier, changes).verdict is expected
