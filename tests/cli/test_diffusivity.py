"""``goldshell diffusivity``: contract, table, bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


def test_json_follows_the_contract(goldshell: Run) -> None:
    """CONTRACT.md; D of p-MBA in water 8.06e-10 m²/s and V 160.4 from SCIENCE.md section 4."""
    result = goldshell("diffusivity", "p-MBA", "--json")
    assert result.code == 0
    assert result.json["schema"] == 1
    assert result.json["solute"] == "p-MBA"
    assert result.json["molar_volume_cm3_mol"] == pytest.approx(160.4)
    rows = {(row["solvent"], row["correlation"]): row for row in result.json["rows"]}
    assert {key[1] for key in rows} == {"wilke_chang", "siddiqi_lucas", "scheibel", "stokes_einstein"}
    assert {"1-octanol", "ethyl acetate", "water"} <= {key[0] for key in rows}
    water = rows["water", "wilke_chang"]
    assert water["D_m2_s"] == pytest.approx(8.06e-10, rel=0.02)
    assert water["viscosity_mPa_s"] == pytest.approx(0.890, rel=0.005)
    assert water["valid"] is True
    assert water["note"]
    assert rows["water", "stokes_einstein"]["valid"] is False


def test_solvents_and_temperature(goldshell: Run) -> None:
    result = goldshell(
        "diffusivity", "p-MBA", "--solvent", "EtOAc", "--solvent", "toluene", "--temperature", "310", "--json"
    )
    assert {row["solvent"] for row in result.json["rows"]} == {"ethyl acetate", "toluene"}
    assert result.json["temperature_K"] == 310
    assert all("310 K" in row["note"] for row in result.json["rows"])


def test_a_cluster(goldshell: Run) -> None:
    result = goldshell("diffusivity", "Au25(p-MBSA)18", "--solvent", "water", "--json")
    assert [row["correlation"] for row in result.json["rows"]] == ["stokes_einstein"]
    assert result.json["molar_volume_cm3_mol"] is None


def test_table_for_people(goldshell: Run) -> None:
    result = goldshell("diffusivity", "p-MBA", "--solvent", "water")
    assert result.code == 0
    assert "p-MBA at 298.15 K, molar volume 160.4 cm3/mol (Le Bas)" in result.out
    assert "8.06e-10" in result.out
    assert "warning" in result.err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("p-MBAA",), "p-MBA"),
        (("p-MBA", "--solvent", "ethyl acetat"), "ethyl acetate"),
        (("p-MBA", "--temperature", "-3"), "kelvin"),
        (("p-MBA", "--temperature", "nan"), "kelvin"),
        (("",), "ligand name"),
        (("Au25(p-MBSA",), ""),
        (("C[Si](C)(C)CS",), "molar volume"),
    ],
)
def test_bad_input_is_one_line_or_one_object(goldshell: Run, words: tuple[str, ...], hint: str) -> None:
    result = goldshell("diffusivity", *words, "--json")
    assert result.code == 2
    assert set(result.json) == {"schema", "error"}
    assert hint in result.json["error"]["hint"]
    plain = goldshell("diffusivity", *words)
    assert plain.code == 2
    assert plain.out == ""
    assert len(plain.err.strip().splitlines()) == 1
    assert "Traceback" not in plain.err


def test_a_given_molar_volume(goldshell: Run) -> None:
    result = goldshell("diffusivity", "[SeH]CC", "--molar-volume", "80", "--solvent", "water", "--json")
    assert result.json["molar_volume_cm3_mol"] == 80


def test_help_names_units(goldshell: Run) -> None:
    result = goldshell("diffusivity", "--help")
    assert result.code == 0
    assert "[m2/s]" in result.out
    assert "[K]" in result.out
