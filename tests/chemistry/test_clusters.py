"""Cluster notation, formula, electron count and size estimates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldshell.chemistry import find_ligand, known_clusters, parse_cluster
from goldshell.errors import InputError, UnknownNameError


@pytest.mark.parametrize(
    ("notation", "formula", "charge"),
    [
        # the first two are stated in the project's contract and facts; the rest by hand from the ligands' formulas
        ("Au25(p-MBSA)16(p-MBA)2", "C110H90Au25O52S34", -1),
        ("Au25(p-MBSA)18", "C108H90Au25O54S36", -1),
        ("[Au25(SG)18]-", "C180H288Au25N54O108S18", -1),
        ("Au22(GSH)18", "C180H288Au22N54O108S18", 0),
        ("Au24Pt(SC2H4Ph)18", "C144H162Au24PtS18", 0),
        ("PtAu24(PET)18", "C144H162Au24PtS18", 0),
        ("Au25(p-MBA)18^-1", "C126H90Au25O36S18", -1),
        ("Au25(p-MBA)18^0", "C126H90Au25O36S18", 0),
        ("[Au25(PET)18]+", "C144H162Au25S18", 1),
        ("[Au25(PET)18]^1+", "C144H162Au25S18", 1),
        ("[Au44(p-MBA)26]2-", "C182H130Au44O52S26", -2),
        ("[Au24Pt(PET)18]^{2-}", "C144H162Au24PtS18", -2),
        ("Au25(SG)18⁻", "C180H288Au25N54O108S18", -1),
        ("Au102(p-MBA)44", "C308H220Au102O88S44", 0),
        ("Au25(OC(=O)c1ccc(S)cc1)18", "C126H90Au25O36S18", -1),
        ("Au25 (p-MBSA)14 (p-ATP)4", "C108H94Au25N4O42S32", -1),
    ],
)
def test_formula_and_core_charge(notation: str, formula: str, charge: int) -> None:
    cluster = parse_cluster(notation)
    assert cluster.formula.hill() == formula
    assert cluster.core_charge == charge


def test_order_of_ligands_is_kept_and_repeats_are_added() -> None:
    assert parse_cluster("Au25(p-MBA)2(p-MBSA)16").notation == "Au25(p-MBA)2(p-MBSA)16"
    assert parse_cluster("Au25(p-MBSA)10(p-ATP)4(PMBSA)4").notation == "Au25(p-MBSA)14(p-ATP)4"


@pytest.mark.parametrize(
    "row", [row for row in known_clusters() if row["superatom_electrons"]], ids=lambda r: r["metals"]
)
def test_superatom_electrons_are_those_published(row: dict[str, str]) -> None:
    """Walter 2008 (Au25 8, Au102 58), Kwak 2015 (Au24Pt, Au24Pd 6), and the sources of the other rows."""
    assert parse_cluster(f"{row['metals']}(PET){row['ligands']}").superatom_electrons == int(row["superatom_electrons"])


def test_superatom_electrons_follow_the_charge() -> None:
    """Kwak 2015: [PtAu24(SR)18]2- has eight electrons; the anion of Au25 loses one when oxidised."""
    assert parse_cluster("[Au24Pt(PET)18]2-").superatom_electrons == 8
    assert parse_cluster("Au25(PET)18^0").superatom_electrons == 7
    # phosphines localise no electron: Au11(PPh3)7(SR)3 has 8 (Walter 2008)
    assert parse_cluster("Au11(PPh3)7(TP)3").superatom_electrons == 8
    assert parse_cluster("Au20Ag5(PET)18").superatom_electrons == 8
    assert parse_cluster("Au20Ag5(PET)18").framework == "Au25(SR)18"


def test_unknown_cluster_gets_charge_zero_with_a_warning() -> None:
    cluster = parse_cluster("Au13(PET)6")
    assert (cluster.core_charge, cluster.framework) == (0, "")
    assert "core charge" in cluster.warnings[0]
    assert parse_cluster("[Au13(PET)6]-").warnings == ()


@pytest.mark.parametrize(
    ("notation", "message"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("Au25(p-MBA18", r"unbalanced '\('"),
        ("Au25p-MBA)18", r"unbalanced '\)'"),
        ("[Au25(SG)18", r"unbalanced '\['"),
        ("Au25(p-MBA)0", "zero"),
        ("Au0(p-MBA)18", "zero"),
        ("Au25(p-MBSA)18(p-MBA)0", "zero"),
        ("Au25(p-MBA)17", "carries 18 thiolates, not 17"),
        ("Au25(p-MBSA)16(p-MBA)3", "carries 18 thiolates, not 19"),
        ("Au24Pt(PET)17", "carries 18"),
        ("Au25", "no ligands"),
        ("(p-MBA)18", "no metal"),
        ("Au25()18", "empty brackets"),
        ("Fe25(PET)18", "not a metal"),
        ("C6H6", "not a metal"),
        ("Au25(PET)18Au", "cannot read"),
        ("gold(PET)18", "cannot read"),
        ("Au25(SR)18", "any thiolate"),
        ("Au25(CCO)18", "no thiol"),
        ("[Au25(SG)18]x", "charge"),
        ("Au25(SG)18^", None),
        ("Au25(SG)18^--", "charge"),
        ("Au99999999(SG)18", "too large"),
    ],
)
def test_bad_notation_is_one_clear_error(notation: str, message: str | None) -> None:
    if message is None:
        assert parse_cluster(notation).core_charge == -1  # an empty charge is no charge
        return
    with pytest.raises(InputError, match=message):
        parse_cluster(notation)


def test_unknown_ligand_offers_near_matches_and_names_the_cluster() -> None:
    with pytest.raises(UnknownNameError) as caught:
        parse_cluster("Au25(p-MBAX)18")
    assert "p-MBA" in caught.value.near
    assert "Au25(p-MBAX)18" in str(caught.value)


@given(st.integers(1, 17), st.sampled_from(["p-MBA", "p-ATP", "MPA", "GSH", "PET"]))
def test_each_exchange_changes_the_mass_by_the_difference_of_the_ligands(n: int, incoming: str) -> None:
    """Mathematical: M(n) = M(0) + n (m_B - m_A); -35.967 Da for p-MBSA -> p-MBA is a project fact."""
    parent = parse_cluster("Au25(p-MBSA)18")
    mixed = parse_cluster(f"Au25(p-MBSA){18 - n}({incoming}){n}")
    step = find_ligand(incoming).formula.monoisotopic_mass - find_ligand("p-MBSA").formula.monoisotopic_mass
    assert mixed.monoisotopic_mass == pytest.approx(parent.monoisotopic_mass + n * step, abs=1e-6)
    if incoming == "p-MBA":
        assert step == pytest.approx(-35.967, abs=5e-4)
    assert parse_cluster(mixed.notation) == mixed


def test_size_estimates() -> None:
    """Core: 1.5 nm for Au102 (Jadzinsky 2007), about 1 nm for Au25; with its shell 2.4 to 3.0 nm (S, Table 1)."""
    assert parse_cluster("Au102(p-MBA)44").core_diameter == pytest.approx(1.5, abs=0.05)
    assert parse_cluster("Au25(SG)18").core_diameter == pytest.approx(1.0, abs=0.1)
    assert 2.4 <= parse_cluster("Au25(SG)18").hydrodynamic_diameter <= 3.3
    sizes = [parse_cluster(name).hydrodynamic_diameter for name in ("Au25(PET)18", "Au38(PET)24", "Au144(PET)60")]
    assert sizes == sorted(sizes)
