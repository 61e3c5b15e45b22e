"""Drops, areas and the vial: definitions, scaling laws of the sources, and the statement of estimates."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.transport import (
    drop_diameter,
    drop_inside_coefficient,
    interfacial_area,
    largest_stable_drop,
    overall_coefficient,
    sherwood_number,
    stirred_coefficient,
    vial_estimate,
    weber_number,
)


def test_weber_number_by_hand() -> None:
    """rho N² L³ / sigma: 1000 kg/m³, 600 rpm = 10 1/s, 0.1 m, 50 mN/m give 1000 x 100 x 1e-3 / 0.05 = 2000."""
    assert weber_number(1000.0, 600.0, 0.1, 50.0) == pytest.approx(2000.0)


@pytest.mark.parametrize(
    ("correlation", "phase_fraction", "expected"),
    [
        ("chen_middleman", 0.0, 0.053),
        ("coulaloglou_tavlarides", 0.1, 0.081 * 1.447),
        ("calderbank", 0.1, 0.06 * 1.9),
    ],
)
def test_drop_correlations_as_published(correlation: str, phase_fraction: float, expected: float) -> None:
    """d32/L at We = 1: 0.053 (Chen & Middleman), 0.081 (1 + 4.47 phi), 0.06 (1 + 9 phi)."""
    assert drop_diameter(1.0, 1.0, phase_fraction, correlation) == pytest.approx(expected)


@given(weber=st.floats(1.0, 1e5), factor=st.floats(1.1, 100.0))
def test_drops_shrink_as_the_0_6_power_of_weber(weber: float, factor: float) -> None:
    ratio = drop_diameter(weber * factor, 0.05, 0.2) / drop_diameter(weber, 0.05, 0.2)
    assert ratio == pytest.approx(factor**-0.6)


def test_hinze_and_stirrer_forms_scale_alike() -> None:
    """With eps ~ N³ L², (sigma/rho)^0.6 eps^-0.4 goes as L We^-0.6 (Hinze 1955): doubling N gives 2^-1.2 in both."""
    hinze = largest_stable_drop(30.0, 1000.0, 8.0) / largest_stable_drop(30.0, 1000.0, 1.0)
    stirrer = [drop_diameter(weber_number(1000.0, rpm, 0.05, 30.0), 0.05) for rpm in (300.0, 600.0)]
    assert hinze == pytest.approx(2**-1.2)
    assert stirrer[1] / stirrer[0] == pytest.approx(2**-1.2)


@given(volume=st.floats(0.1, 100), fraction=st.floats(0.01, 0.9), diameter=st.floats(1e-6, 1e-2))
def test_area_is_that_of_equal_spheres(volume: float, fraction: float, diameter: float) -> None:
    """Number of drops x surface of one, with the dispersed volume shared among them."""
    number = fraction * volume * 1e-6 / (math.pi / 6 * diameter**3)
    assert interfacial_area(volume, fraction, diameter) == pytest.approx(number * math.pi * diameter**2)


def test_stirred_coefficients_as_published() -> None:
    """0.4 (eps nu)^(1/4) Sc^-0.5 (Lamont & Scott), 0.13 (eps nu)^(1/4) Sc^(-2/3) (Calderbank & Moo-Young), Sc 1000."""
    mobile = stirred_coefficient(1e-9, 1e-6, 1.0)
    rigid = stirred_coefficient(1e-9, 1e-6, 1.0, interface="rigid")
    velocity = 1e-6**0.25
    assert mobile == pytest.approx(0.4 * velocity / math.sqrt(1000))
    assert rigid == pytest.approx(0.13 * velocity / 100)


def test_inside_of_a_drop_has_sherwood_6_58() -> None:
    """Newman 1931: first root of the sphere, Sh = 2 pi²/3 = 6.58."""
    k = drop_inside_coefficient(1e-9, 2e-4)
    assert sherwood_number(k, 2e-4, 1e-9) == pytest.approx(6.58, abs=0.01)


def test_vial_says_what_it_estimates() -> None:
    """SCIENCE.md section 4: state which inputs are estimates; out of the turbulent range it warns."""
    vial = vial_estimate("ethyl acetate", 8.06e-10, 2.28e-9, 0.05)
    for word in ("stirring bar", "power number", "interfacial tension", "continuous phase"):
        assert any(word in line for line in vial.estimates)
    assert any("turbulent" in line for line in vial.warnings)
    assert vial.drop_diameter[1] <= vial.drop_diameter[0] <= vial.drop_diameter[2]
    assert vial.interfacial_area[1] <= vial.interfacial_area[0] <= vial.interfacial_area[2]
    assert vial.transfer_time[1] <= vial.transfer_time[0] <= vial.transfer_time[2]
    assert vial.interfacial_area[0] > vial.flat_area


def test_given_inputs_are_not_estimates() -> None:
    vial = vial_estimate("ethyl acetate", 8.06e-10, 2.28e-9, 0.05, stirrer=0.01, vial_diameter=0.015, power_number=1.0)
    assert not any("stirring bar" in line or "power number" in line for line in vial.estimates)
    assert vial.to_dict()["drop_diameter"]["unit"] == "m"


def test_vial_is_consistent_with_its_parts() -> None:
    """Relaxation of two volumes through A: 1 / [K_w A (1/V_w + 1/(m V_o))], from the mass balance of both phases."""
    ratio = 0.2
    vial = vial_estimate("ethyl acetate", 8.06e-10, 2.28e-9, ratio)
    overall = overall_coefficient(vial.water_coefficient, vial.organic_coefficient, ratio)
    assert vial.overall_coefficient == pytest.approx(overall)
    rate = overall * vial.interfacial_area[0] * (1 / 2e-6 + 1 / (ratio * 2e-6))
    assert vial.transfer_time[0] == pytest.approx(1 / rate)


def test_bad_vials() -> None:
    with pytest.raises(UnknownNameError):
        vial_estimate("ethyl acetat", 1e-9, 1e-9, 1.0)
    with pytest.raises(AnalysisError, match="interfacial tension"):
        vial_estimate("acetone", 1e-9, 1e-9, 1.0)
    with pytest.raises(InputError, match="stirring rate"):
        vial_estimate("ethyl acetate", 1e-9, 1e-9, 1.0, stirring_rate=0.0)
    with pytest.raises(InputError, match="interface 'soft'"):
        stirred_coefficient(1e-9, 1e-6, 1.0, interface="soft")
    with pytest.raises(InputError, match="drop size correlation"):
        drop_diameter(10.0, 0.1, 0.1, "kolmogorov")
    with pytest.raises(InputError, match="phase fraction"):
        drop_diameter(10.0, 0.1, 1.0)
    with pytest.raises(InputError, match="interfacial tension"):
        weber_number(1000.0, 100.0, 0.1, math.nan)
