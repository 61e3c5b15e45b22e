"""Speciation and the balances of two phases: closed forms, limits and conservation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.transport import (
    charge_state_fractions,
    competing_speciation,
    distribution_ratio,
    equilibrium_concentrations,
    neutral_fraction,
    saturated_volumes,
    solvent_property,
    speciation,
)

pka = st.floats(0.0, 14.0)
ph = st.floats(0.0, 14.0)


@given(ph=ph, first=pka, second=pka, p=st.floats(0.01, 1e4))
def test_two_acids_have_the_closed_form(ph: float, first: float, second: float, p: float) -> None:
    """D = P / (1 + 10^(pH - pKa1) + 10^(2 pH - pKa1 - pKa2)) with pKa1 the lower (SCIENCE.md section 4)."""
    low, high = min(first, second), max(first, second)
    expected = p / (1 + 10 ** (ph - low) + 10 ** (2 * ph - low - high))
    assert distribution_ratio(ph, p, (first, second))[0] == pytest.approx(expected, rel=1e-9)


@given(ph=ph, value=pka)
def test_one_group_is_henderson_hasselbalch(ph: float, value: float) -> None:
    assert neutral_fraction(ph, [value])[0] == pytest.approx(1 / (1 + 10 ** (ph - value)))
    assert neutral_fraction(ph, [], [value])[0] == pytest.approx(1 / (1 + 10 ** (value - ph)))


def test_p_mba_at_ph_5_is_76_percent_ionised() -> None:
    """SCIENCE.md section 1: Henderson-Hasselbalch with pKa 4.5 at pH 5."""
    assert 1 - neutral_fraction(5.0, [4.5])[0] == pytest.approx(0.76, abs=0.005)


def test_leaving_out_the_thiol() -> None:
    """SCIENCE.md section 4: 11-fold wrong at pH 7, 1000-fold at pH 9, with pKa 4.5 and 6."""
    ratio = distribution_ratio([7.0, 9.0], 1.0, [4.5]) / distribution_ratio([7.0, 9.0], 1.0, [4.5, 6.0])
    assert ratio[0] == pytest.approx(11.0, rel=0.01)
    assert ratio[1] == pytest.approx(1000.0, rel=0.01)


@given(ph=ph, acids=st.lists(pka, max_size=4), bases=st.lists(pka, max_size=3))
def test_charge_states_sum_to_one_and_span_the_charges(ph: float, acids: list[float], bases: list[float]) -> None:
    charges, fractions = charge_state_fractions(ph, acids, bases)
    assert fractions.sum() == pytest.approx(1.0)
    assert list(charges) == list(range(len(bases), -len(acids) - 1, -1))
    assert 0.0 <= neutral_fraction(ph, acids, bases)[0] <= 1.0 + 1e-12


@given(acids=st.lists(pka, min_size=1, max_size=4), low=st.floats(0, 7), high=st.floats(7, 14))
def test_acids_only_lose_neutral_molecules_with_rising_ph(acids: list[float], low: float, high: float) -> None:
    assert neutral_fraction(high, acids)[0] <= neutral_fraction(low, acids)[0] + 1e-15


def test_mean_charge_is_minus_half_at_the_pka() -> None:
    charges, fractions = charge_state_fractions(4.2, [4.2])
    assert float(charges @ fractions[:, 0]) == pytest.approx(-0.5)


def test_an_amino_acid_is_a_zwitterion() -> None:
    """Glycine, pKa 2.35 and 9.78: neutral over zwitterion is 10^(2.35 - 9.78) for independent sites."""
    at_six = neutral_fraction(6.0, [2.35], [9.78])[0]
    assert at_six == pytest.approx(10 ** (2.35 - 9.78), rel=0.01)


def test_a_weak_amine_beside_a_weak_acid_stays_neutral() -> None:
    """Base weaker than the acid by two units: tautomer constant 10^(4.6 - 6.6) = 0.01, so 99 % of the neutral state."""
    charges, fractions = charge_state_fractions(5.6, [6.6], [4.6])
    neutral_state = fractions[charges == 0][0]
    assert neutral_fraction(5.6, [6.6], [4.6]) / neutral_state == pytest.approx(1 / 1.01)


def test_quoted_and_measured_pka_of_p_atp_differ_a_thousandfold() -> None:
    """SCIENCE.md section 1: only with the quoted 10.46 is p-ATP a zwitterion at pH 7."""
    cases = {case.base_pkas[0]: case for case in competing_speciation("p-ATP", 7.0)}
    assert cases[10.46].neutral_fraction[0] < 1e-3
    assert min(case.neutral_fraction[0] for base, case in cases.items() if base < 6) > 0.1


def test_no_group_means_all_neutral() -> None:
    assert neutral_fraction([2.0, 12.0]).tolist() == [1.0, 1.0]


def test_competing_speciation_of_p_mba() -> None:
    """Each source of the carboxyl pKa gives one case; Z's 4.5 is among them; all keep the thiol."""
    cases = competing_speciation("p-MBA", np.linspace(3, 10, 8), partition_coefficient=50.0)
    assert len(cases) >= 2
    assert any(4.5 in case.acid_pkas and "zhang2026" in case.label for case in cases)
    assert all(len(case.acid_pkas) == 2 for case in cases)
    with pytest.raises(UnknownNameError):
        competing_speciation("p-MBAA", 7.0)


def test_a_permanent_charge_never_partitions() -> None:
    with pytest.raises(InputError, match="permanent charge"):
        competing_speciation("C[N+](C)(C)CCS", 7.0)


def test_speciation_as_table_and_dictionary() -> None:
    case = speciation([5.0, 7.0], [4.5, 6.0], partition_coefficient=20.0, label="p-MBA")
    table = case.to_dataframe()
    assert list(table.columns) == [
        "label", "ph", "charge_+0", "charge_-1", "charge_-2", "neutral_fraction", "distribution_ratio",
    ]  # fmt: skip
    assert case.to_dict()["distribution_ratio"] == pytest.approx(20 * neutral_fraction([5.0, 7.0], [4.5, 6.0]))


def test_plain_dilution_is_part_of_the_barrier() -> None:
    """SCIENCE.md section 4: 2.5 mM in 2 mL organic over 2 mL water is never 2.5 mM in the water; at most 2.5 in all."""
    even = equilibrium_concentrations(2.0, 2.0, 1.0, organic=2.5)
    assert even.water == even.organic == even.average == pytest.approx(1.25)
    assert equilibrium_concentrations(2.0, 2.0, 100.0, organic=2.5).water == pytest.approx(2.5 / 101)
    assert equilibrium_concentrations(2.0, 2.0, 0.0, organic=2.5).water == pytest.approx(2.5)


@given(
    water_volume=st.floats(0.1, 50), organic_volume=st.floats(0.1, 50), ratio=st.floats(0, 1e4),
    water=st.floats(0, 100), organic=st.floats(0, 100),
)  # fmt: skip
def test_amount_is_conserved(
    water_volume: float, organic_volume: float, ratio: float, water: float, organic: float
) -> None:
    found = equilibrium_concentrations(water_volume, organic_volume, ratio, water=water, organic=organic)
    before = water * water_volume + organic * organic_volume
    assert found.water * water_volume + found.organic * organic_volume == pytest.approx(before, abs=1e-9)
    assert found.organic == pytest.approx(ratio * found.water)
    assert found.to_dict()["average_mM"] == pytest.approx(before / (water_volume + organic_volume))


@pytest.mark.parametrize("solvent", ["ethyl acetate", "1-butanol", "1-pentanol", "1-hexanol", "1-octanol"])
def test_saturated_volumes_conserve_both_liquids(solvent: str) -> None:
    """Mass balance of solvent and water over the two saturated phases, 2 mL of each."""
    water_phase, organic_phase = saturated_volumes(solvent, 2.0, 2.0)
    in_water = solvent_property(solvent, "solubility_in_water").value / 100
    of_water = solvent_property(solvent, "solubility_of_water").value / 100
    rho, rho_water = (solvent_property(name, "density").value / 1000 for name in (solvent, "water"))
    mass_water_phase = water_phase / (in_water / rho + (1 - in_water) / rho_water)
    mass_organic_phase = organic_phase / ((1 - of_water) / rho + of_water / rho_water)
    assert in_water * mass_water_phase + (1 - of_water) * mass_organic_phase == pytest.approx(2.0 * rho)
    assert (1 - in_water) * mass_water_phase + of_water * mass_organic_phase == pytest.approx(2.0 * rho_water)


def test_one_phase_has_no_second_volume() -> None:
    with pytest.raises(AnalysisError, match="one phase"):
        saturated_volumes("ethyl acetate", 50.0, 1.0)
    with pytest.raises(AnalysisError, match="mix in all proportions"):
        saturated_volumes("THF", 2.0, 2.0)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_bad_numbers_are_refused(bad: float) -> None:
    with pytest.raises(InputError):
        distribution_ratio(7.0, bad, [4.5])
    with pytest.raises(InputError):
        equilibrium_concentrations(bad, 2.0, 1.0, organic=1.0)
    with pytest.raises(InputError):
        equilibrium_concentrations(2.0, 2.0, 1.0, organic=bad)
    with pytest.raises(InputError):
        saturated_volumes("ethyl acetate", bad, 2.0)
    if not math.isfinite(bad):
        with pytest.raises(InputError):
            neutral_fraction(bad, [4.5])


def test_no_volume_at_all() -> None:
    with pytest.raises(InputError, match="no volume"):
        equilibrium_concentrations(0.0, 0.0, 1.0)
