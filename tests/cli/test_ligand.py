"""``goldshell ligand``: contract, exit codes, one-line errors."""

from __future__ import annotations

from typing import Any

import pytest


def test_json_has_the_keys_of_the_contract(goldshell: Any) -> None:
    result = goldshell("ligand", "p-MBA", "--ph", "5", "--json")
    assert result.code == 0
    data = result.json
    assert set(data) == {
        "schema", "name", "smiles", "formula", "mass", "thiolate_formula", "pka", "charge", "logp",
        "molar_volume_cm3_mol",
    }  # fmt: skip
    assert (data["schema"], data["name"], data["formula"], data["thiolate_formula"]) == (
        1, "p-MBA", "C7H6O2S", "C7H5O2S",
    )  # fmt: skip
    assert data["mass"] == pytest.approx(154.19, abs=0.01)
    assert {"group", "value", "source"} == set(data["pka"][0])
    assert {"zhang2026", "koivisto2016"} <= {item["pka_source"] for item in data["charge"]}
    # project facts: Le Bas volume of p-MBA
    assert data["molar_volume_cm3_mol"]["le_bas"] == pytest.approx(160.4)
    assert data["molar_volume_cm3_mol"]["schroeder"] > 0


def test_ph_is_seven_by_default(goldshell: Any) -> None:
    assert goldshell("ligand", "GSH", "--json").json == goldshell("ligand", "GSH", "--ph", "7", "--json").json


def test_text_output_shows_competing_values(goldshell: Any) -> None:
    result = goldshell("ligand", "p-ATP")
    assert result.code == 0
    assert "10.46" in result.out
    assert "martell1976" in result.out
    assert "Crippen" in result.out


def test_volume_that_cannot_be_had_is_null(goldshell: Any) -> None:
    result = goldshell("ligand", "TPPTS", "--json")
    assert result.code == 0
    assert result.json["molar_volume_cm3_mol"]["schroeder"] is None
    assert "warning" in result.err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("p-MBAX",), "did you mean p-MBA"),
        (("CC(=O)O",), "thiol"),
        (("",), "empty"),
        (("p-MBA", "--ph", "15"), "pH 15"),
        (("p-MBA", "--ph", "-1"), "pH -1"),
        (("p-MBA", "--ph", "nan"), "pH nan"),
        (("p-MBA", "--ph", "seven"), "--ph"),
        ((), "NAME_OR_SMILES"),
    ],
)
def test_bad_input(goldshell: Any, words: tuple[str, ...], part: str) -> None:
    result = goldshell("ligand", *words)
    assert result.code == 2
    assert result.out == ""
    assert part in result.err
    assert len(result.err.strip().splitlines()) == 1
    as_json = goldshell("ligand", *words, "--json")
    assert as_json.code == 2
    assert set(as_json.json["error"]) == {"message", "where", "hint"}
