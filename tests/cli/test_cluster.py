"""``goldshell cluster``: contract, exit codes, one-line errors."""

from __future__ import annotations

from typing import Any

import pytest


def test_json_is_that_of_the_contract(goldshell: Any) -> None:
    result = goldshell("cluster", "Au25(p-MBSA)16(p-MBA)2", "--ph", "7", "--json")
    assert result.code == 0
    data = result.json
    assert set(data) == {
        "schema", "notation", "formula", "monoisotopic_mass", "average_mass", "core_charge", "superatom_electrons",
        "isomers", "shell_charge", "hydrodynamic_diameter_nm",
    }  # fmt: skip
    # stated in the contract and the project's facts
    assert data["formula"] == "C110H90Au25O52S34"
    assert data["isomers"] == {"achiral": 12, "chiral": 15}
    assert data["core_charge"] == -1
    assert data["superatom_electrons"] == 8
    assert set(data["shell_charge"][0]) == {"pka_source", "independent", "hill"}
    assert data["monoisotopic_mass"] == pytest.approx(8325.588 - 2 * 35.967, abs=2e-3)
    assert 2.0 < data["hydrodynamic_diameter_nm"] < 3.0


@pytest.mark.parametrize(("n", "achiral", "chiral"), [(0, 1, 1), (1, 2, 2), (3, 50, 76), (9, 2200, 4100)])
def test_isomer_counts_of_the_project_facts(goldshell: Any, n: int, achiral: int, chiral: int) -> None:
    notation = "Au25(p-MBSA)18" if n == 0 else f"Au25(p-MBSA){18 - n}(p-MBA){n}"
    assert goldshell("cluster", notation, "--json").json["isomers"] == {"achiral": achiral, "chiral": chiral}


def test_isomers_are_null_where_not_known(goldshell: Any) -> None:
    for notation in ("Au22(SG)18", "Au24Hg(PET)18", "Au24Ag(PET)18"):
        result = goldshell("cluster", notation, "--json")
        assert result.code == 0
        assert result.json["isomers"] is None
        assert "regio-isomers" in result.err
    assert goldshell("cluster", "Au24Pt(PET)17(TP)1", "--json").json["isomers"] == {"achiral": 2, "chiral": 2}


def test_text_output(goldshell: Any) -> None:
    result = goldshell("cluster", "Au25(p-MBSA)14(p-ATP)4")
    assert result.code == 0
    for part in ("superatom electrons", "zhang2026", "without the core charge", "nm"):
        assert part in result.out
    assert "long coil" in goldshell("cluster", "Au25(PEG200-SH)18").out


def test_long_coil_has_no_diameter(goldshell: Any) -> None:
    assert goldshell("cluster", "Au25(PEG200-SH)18", "--json").json["hydrodynamic_diameter_nm"] is None


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("Au25(p-MBAX)18",), "did you mean p-MBA"),
        (("Au25(p-MBA18",), "unbalanced"),
        (("Au25(p-MBA)17",), "18 thiolates"),
        (("Au25(p-MBA)0",), "zero"),
        (("",), "empty"),
        (("Au25(p-MBA)18", "--ph", "20"), "pH 20"),
        (("Au25(p-MBA)18", "--ph", "nan"), "pH nan"),
        ((), "NOTATION"),
    ],
)
def test_bad_input(goldshell: Any, words: tuple[str, ...], part: str) -> None:
    result = goldshell("cluster", *words)
    assert result.code == 2
    assert result.out == ""
    assert part in result.err
    assert len(result.err.strip().splitlines()) == 1
    as_json = goldshell("cluster", *words, "--json")
    assert as_json.code == 2
    assert set(as_json.json["error"]) == {"message", "where", "hint"}
