"""The solvent tables: every value has a unit and a source, viscosities against independent data."""

from __future__ import annotations

import itertools
import math
from importlib.resources import files

import pytest

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.literature import bibliography, records
from goldshell.transport import find_solvent, solvent_names, solvent_properties, solvent_property, viscosity
from goldshell.transport.solvents import solvent_molar_volume, solvent_smiles
from goldshell.units import check_unit

ROWS = [row for name in solvent_names() for row in solvent_properties(name)]
SIX = ("water", "ethyl acetate", "1-octanol", "1-hexanol", "1-pentanol", "1-butanol")


def _known_keys() -> str:
    """The bibliography, with fragments that are not merged yet."""
    folder = files("goldshell.literature")
    return "".join(item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".bib"))


def test_every_value_has_unit_source_and_temperature() -> None:
    keys = _known_keys()
    for row in ROWS:
        assert math.isfinite(row.value), row
        check_unit(row.unit)
        assert row.source in bibliography() or f"{{{row.source}," in keys, row.source
        assert row.status in {"measured", "quoted", "derived", "estimated"}
        if row.property not in {"molar_mass", "association_factor"}:
            assert 200 < row.temperature < 400, row


def test_one_value_of_each_property_is_preferred() -> None:
    for name in solvent_names():
        for kind in {row.property for row in solvent_properties(name)}:
            assert sum(row.preferred for row in solvent_properties(name, kind)) == 1, (name, kind)


@pytest.mark.parametrize("name", SIX)
def test_the_solvents_of_z_are_complete(name: str) -> None:
    wanted = {"viscosity", "density", "molar_mass", "association_factor", "polarity_index", "relative_permittivity"}
    if name != "water":
        wanted |= {"solubility_in_water", "solubility_of_water"}
    assert wanted <= {row.property for row in solvent_properties(name)}


@pytest.mark.parametrize("name", SIX)
def test_competing_viscosities_agree_within_six_percent(name: str) -> None:
    """Perry's correlation, Viswanath & Natarajan and the CRC Handbook are independent compilations."""
    values = [row.value for row in solvent_properties(name, "viscosity")]
    assert max(values) / min(values) < 1.06


def test_names_abbreviations_and_cas_numbers_find_a_solvent() -> None:
    assert find_solvent("EtOAc") == find_solvent("EA") == find_solvent("141-78-6") == "ethyl acetate"
    assert find_solvent(" N-Octanol ") == "1-octanol"
    assert find_solvent("DMF") == "N,N-dimethylformamide"


@pytest.mark.parametrize("name", ["ethyl acetat", "octanolx", ""])
def test_an_unknown_solvent_offers_near_matches(name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        find_solvent(name)
    assert caught.value.hint


def test_missing_property_says_so() -> None:
    with pytest.raises(AnalysisError, match="no relative permittivity of methyl tert-butyl ether"):
        solvent_property("MTBE", "relative_permittivity")
    with pytest.raises(UnknownNameError, match="solvent property"):
        solvent_property("water", "viscocity")


def test_molar_masses_and_boiling_volumes() -> None:
    """Molar mass of ethyl acetate 88.11 g/mol; 18.9 cm3/mol for water (Treybal, Table 2.3)."""
    assert solvent_property("ethyl acetate", "molar_mass").value == pytest.approx(88.11, abs=0.01)
    assert solvent_molar_volume("water") == 18.9
    assert solvent_smiles("EtOAc") == "CCOC(C)=O"


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(273.16, 1.7911), (293.15, 1.0016), (298.15, 0.8900), (310.15, 0.6913), (353.15, 0.35405)],
)
def test_water_viscosity_against_iapws(temperature: float, expected: float) -> None:
    """IAPWS 2008 viscosity at 0.101325 MPa by the package `chemicals` 1.5.2, mu_IAPWS(T, iapws95_rho(T, 101325))."""
    assert viscosity("water", temperature).value == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize(
    ("solvent", "temperature", "expected"),
    [("ethanol", 273.15, 1.786), ("ethanol", 323.15, 0.694), ("1-butanol", 323.15, 1.394), ("toluene", 323.15, 0.424)],
)
def test_viscosity_at_other_temperatures(solvent: str, temperature: float, expected: float) -> None:
    """CRC Handbook, Section 6, Viscosity of Liquids (another compilation than the correlation used)."""
    found = viscosity(solvent, temperature)
    assert found.valid
    assert found.value == pytest.approx(expected, rel=0.04)
    assert "temperature correlation of green2007" in found.note


def test_correlation_and_tabulated_value_agree_at_25_degrees() -> None:
    for row in records("solvent_viscosity"):
        name = row["solvent"]
        near = viscosity(name, 298.15 + 0.2).value
        assert near == pytest.approx(viscosity(name, 298.15).value, rel=0.015), name


def test_viscosity_falls_with_temperature() -> None:
    for row in records("solvent_viscosity"):
        low, high = max(float(row["Tmin_K"]), 285.0), min(float(row["Tmax_K"]), 345.0)
        values = [viscosity(row["solvent"], low + (high - low) * i / 20).value for i in range(21)]
        assert all(b < a for a, b in itertools.pairwise(values)), row["solvent"]


def test_outside_the_range_it_is_marked() -> None:
    hot = viscosity("water", 500.0)
    assert not hot.valid
    assert hot.temperature == 383.15
    single = viscosity("2-MeTHF", 310.0)
    assert not single.valid
    assert "known at 298.15 K only" in single.note


@pytest.mark.parametrize("temperature", [0.0, -5.0, math.nan, math.inf])
def test_bad_temperature(temperature: float) -> None:
    with pytest.raises(InputError, match="temperature"):
        viscosity("water", temperature)
