"""Protocol sheets against the recipe of Zhang et al. (Nat. Commun. 2026, Methods), and their arithmetic."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldshell.errors import InputError, UnknownNameError
from goldshell.exchange.protocol import protocol
from goldshell.exchange.weighing import BALANCE_MG, LEAST_PIPETTED_ML, LEAST_WEIGHED_MG, prepare
from goldshell.literature import show


def test_two_phase_recipe_at_100_to_1() -> None:
    """Z, Methods and Fig. 3: 2 mL of 0.025 mM clusters (0.05 umol) and 2 mL of 2.5 mM p-MBA (5 umol), 1 h, 1000 rpm.

    The mass of p-MBA follows from its molar mass, 154.19 g/mol (C7H6O2S, IUPAC atomic weights).
    """
    sheet = protocol("two-phase")
    clusters, ligand = sheet.amount("Au25(p-MBSA)18"), sheet.amount("p-MBA")
    assert clusters.amount_umol == pytest.approx(0.05)
    assert ligand.amount_umol == pytest.approx(5.0)
    assert ligand.mass_mg == pytest.approx(5.0 * 154.19e-3, rel=1e-4)
    assert ligand.concentration_mM == pytest.approx(2.5)
    assert sheet.ratios["feed_ratio"] == pytest.approx(100.0)
    assert sheet.concentrations_mM["p-MBA over everything"] == pytest.approx(1.25)
    text = sheet.to_text()
    for part in ("2 mL", "1000 rpm", "60 min", "pH to 7", "ethyl acetate", "not 2.5 mM in water"):
        assert part in text


def test_synthesis_recipe() -> None:
    """Z, Methods: 6.5 mL 50 mM ligand, 0.25 mL 1 M NaOH, 7.5 mL 20 mM HAuCl4 in 134 mL water; 15 mL of about 0.3 mM.

    Theoretical yield by hand: 150 umol Au / 25 = 6 umol, 325 umol ligand / 18 = 18.06 umol; 4.5 umol is 75 %.
    """
    sheet = protocol("synthesis")
    assert sheet.amount("water").volume_mL == pytest.approx(134.0)
    assert sheet.amount("p-MBSA").amount_umol == pytest.approx(325.0)
    assert sheet.amount("NaOH").amount_umol == pytest.approx(250.0)
    assert sheet.amount("HAuCl4 3 H2O").amount_umol == pytest.approx(150.0)
    assert sheet.clusters_umol == pytest.approx(6.0)
    assert sheet.limited_by == "gold"
    assert sheet.ratios["ligand_to_gold"] == pytest.approx(325.0 / 150.0)
    assert sheet.ratios["reported_yield"] == pytest.approx(0.75)
    assert sheet.concentrations_mM["Au"] == pytest.approx(150.0 / 148.25)
    text = sheet.to_text()
    for part in ("10.8", "30 min", "2 min", "500 rpm", "6 days", "3 volumes of ethanol"):
        assert part in text


@pytest.mark.parametrize("kind", ["synthesis", "two-phase", "one-phase"])
def test_every_row_named_exists_and_belongs_to_the_paper(kind: str) -> None:
    sheet = protocol(kind)
    named = {row for step in sheet.steps for row in step.rows} | {row for item in sheet.amounts for row in item.rows}
    assert named
    assert {show(row).source for row in named} == {"zhang2026"}
    assert sum(bool(step.rows) for step in sheet.steps) >= len(sheet.steps) - 1


@settings(max_examples=30, deadline=None)
@given(scale=st.floats(0.01, 1000.0), kind=st.sampled_from(["synthesis", "two-phase", "one-phase"]))
def test_scaling_is_linear(scale: float, kind: str) -> None:
    """Amounts and volumes are proportional to the scale; concentrations and ratios do not change."""
    one, scaled = protocol(kind), protocol(kind, scale=scale)
    for first, second in zip(one.amounts, scaled.amounts, strict=True):
        assert second.volume_mL == pytest.approx(scale * first.volume_mL)
        if math.isfinite(first.amount_umol):
            assert second.amount_umol == pytest.approx(scale * first.amount_umol)
            assert second.mass_mg == pytest.approx(scale * first.mass_mg)
            assert second.concentration_mM == pytest.approx(first.concentration_mM)
    assert scaled.clusters_umol == pytest.approx(scale * one.clusters_umol)
    assert scaled.ratios == pytest.approx(one.ratios)
    assert scaled.concentrations_mM == pytest.approx(one.concentrations_mM)


@settings(max_examples=200, deadline=None)
@given(volume=st.floats(0.05, 500.0), concentration=st.floats(1e-3, 100.0), molar_mass=st.floats(50.0, 2000.0))
def test_a_preparation_holds_the_amount_that_is_wanted(volume: float, concentration: float, molar_mass: float) -> None:
    """Weighed mass / flask x volume taken is the amount within the stated error; limits hold."""
    made = prepare("thiol", molar_mass, volume, concentration)
    assert made.amount_umol == pytest.approx(volume * concentration)
    assert made.mass_mg == pytest.approx(volume * concentration * molar_mass * 1e-3)
    taken_umol = made.weighed_mg / molar_mass * 1e3 * made.taken_mL / made.flask_mL
    assert taken_umol == pytest.approx(made.amount_umol, rel=made.relative_error + 1e-9)
    assert made.weighed_mg >= LEAST_WEIGHED_MG - BALANCE_MG
    assert made.taken_mL >= LEAST_PIPETTED_ML or made.warnings or made.method != "stock"
    assert made.taken_mL <= made.flask_mL * (1 + 1e-9)


def test_small_masses_are_not_weighed() -> None:
    """0.77 mg on a balance readable to 0.1 mg is off by 6 %: the sheet advises a solution."""
    sheet = protocol("two-phase")
    assert any("cannot be weighed" in warning for warning in sheet.warnings)
    assert "make 20 mL with 7.7 mg" in sheet.to_text()
    assert not any("cannot be weighed" in warning for warning in protocol("two-phase", scale=10.0).warnings)


def test_miscible_solvent_is_refused_as_a_phase() -> None:
    assert any("no second phase" in warning for warning in protocol("two-phase", solvent="acetone").warnings)


@pytest.mark.parametrize(
    ("kind", "options", "error", "part"),
    [
        ("two-fase", {}, UnknownNameError, "two-phase"),
        ("two-phase", {"scale": 0.0}, InputError, "scale"),
        ("two-phase", {"scale": -2.0}, InputError, "scale"),
        ("synthesis", {"scale": math.nan}, InputError, "scale"),
        ("two-phase", {"feed_ratio": 0.0}, InputError, "feed ratio"),
        ("two-phase", {"feed_ratio": math.nan}, InputError, "feed ratio"),
        ("two-phase", {"water_mL": -1.0}, InputError, "volume of water"),
        ("two-phase", {"time_h": 0.0}, InputError, "reaction time"),
        ("two-phase", {"incoming": "p-MBAX"}, UnknownNameError, "p-MBA"),
        ("synthesis", {"ligand": "p-MBAX"}, UnknownNameError, "p-MBA"),
        ("two-phase", {"cluster": "Au25"}, InputError, "Au25"),
    ],
)
def test_bad_input(kind: str, options: dict[str, Any], error: type[InputError], part: str) -> None:
    with pytest.raises(error) as problem:
        protocol(kind, **options)
    assert part in str(problem.value)


def test_command(goldshell: Any) -> None:
    result = goldshell("exchange", "protocol", "two-phase", "--scale", "2", "--feed", "50", "--json")
    assert result.code == 0
    assert result.json["schema"] == 1
    assert result.json["clusters_umol"] == pytest.approx(0.1)
    assert result.json["ratios"]["feed_ratio"] == pytest.approx(50.0)
    assert result.json["steps"][0]["number"] == 1
    shown = goldshell("exchange", "protocol", "synthesis", "--scale", "3 umol")
    assert shown.code == 0
    assert "67 mL ultrapure water" in shown.out  # 3 of 6 umol: half of 134 mL
    for words in (
        ("two-fase",),
        ("two-phase", "--scale", "x"),
        ("two-phase", "--scale", "1 mL"),
        ("two-phase", "--ph", "20"),
    ):
        bad = goldshell("exchange", "protocol", *words)
        assert bad.code == 2
        assert len(bad.err.strip().splitlines()) == 1
