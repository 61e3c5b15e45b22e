"""Diffusion coefficients against worked examples of textbooks, another program, and measurements."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.literature import value
from goldshell.transport import (
    CORRELATIONS,
    DEFAULT_SOLVENTS,
    diffusivities,
    scheibel,
    siddiqi_lucas_aqueous,
    siddiqi_lucas_organic,
    spearman,
    sphere_diameter,
    stokes_einstein,
    wilke_chang,
)

# SCIENCE.md section 4: viscosity [mPa s] and D of p-MBA at 298.15 K [m²/s].
P_MBA = {
    "1-octanol": (7.29, 1.64e-10),
    "1-hexanol": (4.53, 2.34e-10),
    "1-pentanol": (3.45, 2.86e-10),
    "1-butanol": (2.55, 3.54e-10),
    "ethyl acetate": (0.431, 22.8e-10),
    "water": (0.890, 8.06e-10),
}
ORGANIC = DEFAULT_SOLVENTS[:5]
positive = st.floats(0.05, 500.0)


@pytest.mark.parametrize("solvent", P_MBA)
def test_p_mba_in_six_solvents(solvent: str) -> None:
    """SCIENCE.md section 4, with the viscosities given there."""
    given_viscosities = {name: mu for name, (mu, _) in P_MBA.items()}
    table = diffusivities("p-MBA", solvents=list(P_MBA), viscosities=given_viscosities)
    assert table.value(solvent) == pytest.approx(P_MBA[solvent][1], rel=0.02)


@pytest.mark.parametrize("solvent", P_MBA)
def test_p_mba_with_the_tables_own_viscosities(solvent: str) -> None:
    """The project's cited viscosities differ by less than 1 % from the bracketed ones, and each row says its source."""
    row = next(row for row in diffusivities("p-MBA").rows if row.solvent == solvent)
    assert row.diffusivity == pytest.approx(P_MBA[solvent][1], rel=0.02)
    assert row.viscosity_source in row.note


@pytest.mark.parametrize(
    ("arguments", "expected", "digits"),
    [
        # Treybal, Mass-Transfer Operations, 3rd ed., Illustration 2.5 (p. 37): mannitol in water, 0.601e-9 m²/s
        ((185.0, 18.02, 1.005, 293.0, 2.26), 0.601e-9, 0.002),
        # Geankoplis, Transport Processes and Separation Process Principles, Example 6.3-2: acetone in water
        ((74.0, 18.02, 0.8937, 298.0, 2.6), 1.277e-9, 0.002),
        ((74.0, 18.02, 0.5494, 323.0, 2.6), 2.251e-9, 0.002),
        # Welty, Wicks, Wilson & Rorrer, Fundamentals of Momentum, Heat and Mass Transfer: ethanol in water at 10 degC
        ((59.2, 18.0, 1.45, 283.0, 2.26), 7.96e-10, 0.002),
        # Bird, Stewart & Lightfoot, Transport Phenomena, Example on TNT in benzene at 15 degC: 1.38e-5 cm²/s
        ((140.0, 78.11, 0.705, 288.0, 1.0), 1.38e-9, 0.005),
        # Poling et al., 5th ed., Example 11-6: ethylbenzene in water at 293 K, 0.77e-5 cm²/s (two digits)
        ((140.4, 18.0, 1.0, 293.0, 2.6), 0.77e-9, 0.01),
    ],
)
def test_wilke_chang_worked_examples(arguments: tuple[float, ...], expected: float, digits: float) -> None:
    assert wilke_chang(*arguments) == pytest.approx(expected, rel=digits)


def test_equation_5_of_z_is_the_same_equation() -> None:
    """Z's 7.4e-15 (its literature row) with mu in Pa s and D in m²/s is 7.4e-8 with mu in mPa s and D in cm²/s."""
    phi, mass, temperature, pascal_seconds, volume = 2.6, 18.015, 298.15, 0.890e-3, 160.4
    prefactor = value("zhang2026-wilke-chang-prefactor")
    of_z = prefactor * math.sqrt(phi * mass) * temperature / (pascal_seconds * volume**0.6)
    assert wilke_chang(volume, mass, pascal_seconds * 1e3, temperature, phi) == pytest.approx(of_z, rel=1e-12)


def test_siddiqi_lucas_organic_against_another_program() -> None:
    """azoth (a port of NeqSim), doctest of eos.siddiqi_lucas_diffusivity: the value is not ours."""
    found = siddiqi_lucas_organic(40.203262233375156, 88.16478555304741, 0.9163064908813372, 298.15)
    assert found == pytest.approx(1.9844756155084e-09, rel=1e-12)


def test_siddiqi_lucas_aqueous_exponents() -> None:
    """V^-0.5473, mu^-1.026, T (Siddiqi & Lucas 1986; the same constants in NeqSim): 2.98e-7 cm²/s when all are 1."""
    assert siddiqi_lucas_aqueous(1.0, 1.0, 1.0) == pytest.approx(2.98e-11)
    assert siddiqi_lucas_aqueous(2.0, 1.0, 1.0) / siddiqi_lucas_aqueous(1.0, 1.0, 1.0) == pytest.approx(2**-0.5473)
    assert siddiqi_lucas_aqueous(1.0, 2.0, 1.0) / siddiqi_lucas_aqueous(1.0, 1.0, 1.0) == pytest.approx(2**-1.026)


@pytest.mark.parametrize(
    ("volume", "measured"),
    [(74.0, 1.16e-9), (96.0, 1.02e-9), (134.8, 1.00e-9)],
    ids=["acetone", "benzene", "benzoic acid"],
)
def test_correlations_in_water_against_measurements(volume: float, measured: float) -> None:
    """Measured in water at 25 degC (Cussler, Diffusion, 3rd ed., section 5.1); correlations err by tens of percent."""
    for estimate in (
        wilke_chang(volume, 18.015, 0.890, 298.15, 2.6),
        siddiqi_lucas_aqueous(volume, 0.890, 298.15),
        scheibel(volume, 18.9, 0.890, 298.15, "water"),
    ):
        assert estimate == pytest.approx(measured, rel=0.35)


def test_scheibel_constants_of_small_solutes() -> None:
    """Scheibel 1954: 25.2e-8 in water (V_A < V_B), 18.9e-8 in benzene (< 2 V_B), 17.5e-8 in others (< 2.5 V_B)."""
    for solvent, ratio, constant in (("water", 1.0, 25.2e-12), ("benzene", 2.0, 18.9e-12), ("other", 2.5, 17.5e-12)):
        small = 0.99 * ratio * 50.0
        assert scheibel(small, 50.0, 1.0, 1.0, solvent) == pytest.approx(constant / small ** (1 / 3))
        large = 1.01 * ratio * 50.0
        expected = 8.2e-12 * (1 + (3 * 50.0 / large) ** (2 / 3)) / large ** (1 / 3)
        assert scheibel(large, 50.0, 1.0, 1.0, solvent) == pytest.approx(expected)


def test_scheibel_tends_to_stokes_einstein_scaling() -> None:
    """For a very large solute the bracket tends to 1 and D falls with the cube root of the volume."""
    ratio = scheibel(8e9, 100.0, 1.0, 300.0) / scheibel(1e9, 100.0, 1.0, 300.0)
    assert ratio == pytest.approx(0.5, rel=1e-3)


def test_stokes_einstein_of_a_two_nanometre_sphere() -> None:
    """k_B T / (3 pi mu d) with CODATA k_B: 1.380649e-23 x 298.15 / (3 pi x 8.9e-4 x 2e-9) = 2.454e-10 m²/s."""
    assert stokes_einstein(2e-9, 0.89, 298.15) == pytest.approx(2.454e-10, rel=1e-3)


def test_sphere_of_a_molar_volume() -> None:
    """One mole of spheres of 1 nm has 6.02214076e23 x pi/6 x 1e-27 m³ = 315.3 cm³."""
    assert sphere_diameter(6.02214076e23 * math.pi / 6 * 1e-27 * 1e6) == pytest.approx(1e-9)


@given(volume=positive, mu=st.floats(0.1, 50.0), temperature=st.floats(200.0, 500.0), factor=st.floats(1.01, 10.0))
def test_diffusion_slows_with_size_and_viscosity(volume: float, mu: float, temperature: float, factor: float) -> None:
    """D falls with viscosity and solute volume and is proportional to T at constant viscosity, in every correlation."""
    laws = (
        lambda v, m, t: wilke_chang(v, 100.0, m, t),
        siddiqi_lucas_aqueous,
        lambda v, m, t: siddiqi_lucas_organic(v, 100.0, m, t),
        lambda v, m, t: stokes_einstein(sphere_diameter(v), m, t),
    )
    for law in laws:
        reference = law(volume, mu, temperature)
        assert law(volume * factor, mu, temperature) < reference
        assert law(volume, mu * factor, temperature) < reference
        assert law(volume, mu, temperature * factor) == pytest.approx(factor * reference)


def test_polarity_orders_diffusion_upwards() -> None:
    """SCIENCE.md section 4: Spearman +1 between D and polarity index over the five organic solvents of Z."""
    table = diffusivities("p-MBA")
    assert spearman(table, solvents=ORGANIC) == pytest.approx(1.0)
    assert spearman(table, "viscosity", solvents=ORGANIC) == pytest.approx(-1.0)
    for correlation in CORRELATIONS:
        assert spearman(table, correlation=correlation, solvents=ORGANIC) == pytest.approx(1.0)


def test_other_polarity_scales_put_ethyl_acetate_last() -> None:
    """On permittivity and ET(30) ethyl acetate is the least polar of the five: ranks 2 3 4 5 1 give Spearman 0."""
    table = diffusivities("p-MBA")
    for scale in ("relative_permittivity", "polarity_et_n"):
        assert spearman(table, scale, solvents=ORGANIC) == pytest.approx(0.0, abs=1e-12)


def test_spearman_needs_three_solvents() -> None:
    with pytest.raises(AnalysisError, match="only 2 solvents"):
        spearman(diffusivities("p-MBA"), solvents=["water", "EtOAc"])


def test_every_solvent_gets_every_correlation() -> None:
    table = diffusivities("p-MBA", solvents=["all"])
    solvents = {row.solvent for row in table.rows}
    assert len(solvents) >= 20
    assert len(table.rows) == len(CORRELATIONS) * len(solvents)
    assert all(math.isfinite(row.diffusivity) and row.diffusivity > 0 for row in table.rows)


def test_stokes_einstein_is_not_for_a_small_molecule() -> None:
    rows = [row for row in diffusivities("p-MBA").rows if row.correlation == "stokes_einstein"]
    assert not any(row.valid for row in rows)
    assert all("more than 5 times" in row.note for row in rows)


def test_water_as_the_solute_is_marked() -> None:
    """Wilke-Chang is about 2.3 times too high for water in organic solvents (Miyabe & Isogai 2011)."""
    table = diffusivities("water", solvents=["ethyl acetate"])
    assert not any(row.valid for row in table.rows)
    assert "not for water as the solute" in table.rows[0].note


def test_the_association_factor_of_higher_alcohols_is_an_assumption() -> None:
    notes = {row.solvent: row.note for row in diffusivities("p-MBA").rows if row.correlation == "wilke_chang"}
    assert "assumed" in notes["1-octanol"]
    assert "assumed" not in notes["water"]
    assert "association factor 2.6" in notes["water"]


def test_another_temperature_uses_the_cited_correlation() -> None:
    table = diffusivities("p-MBA", 310.15)
    for row in table.rows:
        assert "temperature correlation of" in row.note
    assert table.value("water") > diffusivities("p-MBA").value("water")


def test_without_a_correlation_another_temperature_is_not_valid() -> None:
    rows = diffusivities("p-MBA", 310.15, ["2-MeTHF"]).rows
    assert not any(row.valid for row in rows)
    assert "known at 298.15 K only" in rows[0].note


def test_a_cluster_has_stokes_einstein_only() -> None:
    table = diffusivities("Au25(p-MBSA)18")
    assert {row.correlation for row in table.rows} == {"stokes_einstein"}
    assert table.le_bas is None
    water = next(row for row in table.rows if row.solvent == "water")
    assert water.valid
    # Larger than the 1.2 nm core, smaller than the 6 nm of the kidney's filter (SCIENCE.md section 8, CONTRACT.md).
    assert 1.2e-9 < table.hydrodynamic_diameter < 6e-9
    assert water.diffusivity == stokes_einstein(table.hydrodynamic_diameter, water.viscosity)


def test_solutes_by_name_alias_smiles_and_solvent() -> None:
    by_name = diffusivities("p-MBA", solvents=["water"]).value("water")
    assert diffusivities("OC(=O)c1ccc(S)cc1", solvents=["water"]).value("water") == by_name
    assert diffusivities("EtOAc", solvents=["water"]).solute == "ethyl acetate"
    assert diffusivities("CCO", solvents=["water"]).le_bas is not None  # no donor atom, but a molecule


def test_a_molar_volume_can_be_given() -> None:
    """Selenium has no Le Bas increment; with a volume the correlations need no structure."""
    with pytest.raises(InputError, match="no increment for Se"):
        diffusivities("[SeH]CC", solvents=["water"])
    table = diffusivities("[SeH]CC", solvents=["water"], molar_volume=80.0)
    assert table.value("water") == wilke_chang(80.0, 18.015, 0.8900, 298.15, 2.6)
    with pytest.raises(InputError, match="molar volume"):
        diffusivities("p-MBA", molar_volume=-1.0)


def test_result_as_dictionary_and_table() -> None:
    table = diffusivities("p-MBA", solvents=["water"])
    out = table.to_dict()
    assert out["molar_volume_cm3_mol"] == pytest.approx(160.4)
    assert {"solvent", "correlation", "D_m2_s", "viscosity_mPa_s", "valid", "note"} <= set(out["rows"][0])
    assert list(table.to_dataframe()["correlation"]) == list(CORRELATIONS)
    with pytest.raises(UnknownNameError):
        table.value("toluene")


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_bad_numbers_are_refused(bad: float) -> None:
    with pytest.raises(InputError):
        wilke_chang(bad, 18.0, 1.0)
    with pytest.raises(InputError):
        siddiqi_lucas_aqueous(100.0, bad)
    with pytest.raises(InputError):
        stokes_einstein(1e-9, 1.0, bad)
    with pytest.raises(InputError):
        diffusivities("p-MBA", bad)
    with pytest.raises(InputError, match="viscosity of water"):
        diffusivities("p-MBA", viscosities={"water": bad})


@pytest.mark.parametrize(("solute", "solvents"), [("p-MBAA", None), ("p-MBA", ["ethyl acetat"]), ("p-MBA", ["x"])])
def test_unknown_names(solute: str, solvents: list[str] | None) -> None:
    with pytest.raises(UnknownNameError) as caught:
        diffusivities(solute, solvents=solvents)
    assert caught.value.hint


def test_no_solute_and_no_solvent() -> None:
    with pytest.raises(InputError, match="no solute"):
        diffusivities("  ")
    with pytest.raises(InputError, match="no solvent"):
        diffusivities("p-MBA", solvents=[])
    with pytest.raises(InputError, match="solvent 'oil'"):
        scheibel(100.0, 100.0, 1.0, 298.0, "oil")
