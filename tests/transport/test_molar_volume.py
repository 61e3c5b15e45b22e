"""Molar volumes against published sums."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldshell.errors import InputError
from goldshell.transport import le_bas_volume, schroeder_volume

P_MBA = "OC(=O)c1ccc(S)cc1"

# Published Le Bas sums [cm³/mol] and where they stand.
LE_BAS = {
    P_MBA: (160.4, "SCIENCE.md section 4"),
    "CCO": (59.2, "Anantharaman & Begum, Elements of Mass Transfer, Example 2.25"),
    "OCC(O)C(O)C(O)C(O)CO": (185.0, "Treybal, Mass-Transfer Operations, 3rd ed., Illustration 2.5 (mannitol)"),
    "CC(C)=O": (74.0, "Geankoplis, Transport Processes, Example 6.3-2 (0.0740 m3/kmol)"),
    "CCc1ccccc1": (140.4, "Poling et al., 5th ed., Example 11-6"),
    "Clc1ccccc1": (116.9, "Reid et al., 4th ed., Table 3-8 applied to chlorobenzene (117 in the text)"),
    "c1ccc2ccccc2c1": (147.6, "Reid et al., 4th ed.: 10 C + 8 H - 30.0 for naphthalene"),
    "c1ccc2cc3ccccc3cc2c1": (196.7, "Reid et al., 4th ed.: 14 C + 10 H - 47.5 for anthracene"),
}


@pytest.mark.parametrize("smiles", LE_BAS)
def test_le_bas_sums_of_textbooks(smiles: str) -> None:
    value, source = LE_BAS[smiles]
    assert le_bas_volume(smiles).value == pytest.approx(value, abs=1e-6), source


def test_le_bas_reports_its_increments() -> None:
    """7 C 14.8 + 6 H 3.7 + 2 acid O 12.0 + S 25.6 - ring 15.0 = 160.4 (Reid et al., Table 3-8)."""
    increments = {what: (count, each) for what, count, each in le_bas_volume(P_MBA).increments}
    assert increments == {
        "C": (7, 14.8), "H": (6, 3.7), "O, acid": (2, 12.0), "S": (1, 25.6), "6-membered ring": (1, -15.0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("smiles", "kind"),
    [
        ("COC(C)=O", "O, methyl ester or ether"),
        ("CCOC(C)=O", "O, ethyl ester or ether"),
        ("CCCOCCC", "O, higher ester or ether"),
        ("OS(=O)(=O)c1ccccc1", "O, joined to S, P or N"),
        ("CCN", "N, primary amine"),
        ("CNC", "N, secondary amine"),
        ("CC#N", "N, nitrile"),
        ("c1ccncc1", "N, double bond"),
    ],
)
def test_le_bas_recognises_the_groups_of_its_table(smiles: str, kind: str) -> None:
    assert kind in {what for what, _, _ in le_bas_volume(smiles).increments}


def test_schroeder_of_chlorobenzene() -> None:
    """Reid et al., 4th ed., Table 3-8: 6 x 7 + 5 x 7 + 24.5 + 3 x 7 - 7 = 115.5; measured 115."""
    assert schroeder_volume("Clc1ccccc1").value == pytest.approx(115.5)


@pytest.mark.parametrize("smiles", ["CC(C)=O", "c1ccccc1", "CCOC(C)=O", "CC(=O)O"])
def test_both_methods_are_near_measured_volumes(smiles: str) -> None:
    """Measured molar volumes at the boiling point, Reid et al., 4th ed., section 3-10; both methods err by a few %."""
    measured = {"CC(C)=O": 77.5, "c1ccccc1": 96.5, "CCOC(C)=O": 106.0, "CC(=O)O": 64.1}[smiles]
    assert le_bas_volume(smiles).value == pytest.approx(measured, rel=0.08)
    assert schroeder_volume(smiles).value == pytest.approx(measured, rel=0.08)


@given(length=st.integers(1, 30))
def test_a_methylene_adds_its_increments(length: int) -> None:
    """Homologous series: C + 2 H is 14.8 + 2 x 3.7 by Le Bas and 3 x 7 by Schroeder."""
    shorter, longer = "C" * length + "S", "C" * (length + 1) + "S"
    assert le_bas_volume(longer).value - le_bas_volume(shorter).value == pytest.approx(22.2)
    assert schroeder_volume(longer).value - schroeder_volume(shorter).value == pytest.approx(21.0)


def test_smiles_spelling_does_not_matter() -> None:
    assert le_bas_volume("c1cc(S)ccc1C(O)=O").value == le_bas_volume(P_MBA).value


@pytest.mark.parametrize(
    ("smiles", "message"),
    [
        ("", "not a SMILES"),
        ("xyz", "not a SMILES"),
        ("[O-]C(=O)c1ccccc1", "anion"),
        ("CCO.O", "several molecules"),
        ("C[Si](C)(C)C", "no increment for Si"),
    ],
)
def test_bad_structures_are_refused(smiles: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        le_bas_volume(smiles)


def test_a_cation_and_a_large_ring_come_with_a_warning() -> None:
    assert "cation" in le_bas_volume("C[N+](C)(C)CCS").warnings[0]
    assert "7-membered ring" in le_bas_volume("C1CCCCCC1").warnings[0]


def test_schroeder_has_no_phosphorus() -> None:
    with pytest.raises(InputError, match="Schroeder has no increment for P"):
        schroeder_volume("CP(C)C")
