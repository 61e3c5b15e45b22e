"""Ligands: formulas from textbooks, pKa sets, charges by the Henderson-Hasselbalch equation, refusals."""

from __future__ import annotations

import math
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from goldshell.chemistry import Formula, conformer_length, find_ligand, known_ligands
from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import records

PH = st.floats(0.0, 14.0)


@pytest.mark.parametrize(
    ("name", "formula", "mass"),
    [
        # formulas of the project's facts; molar masses of suppliers' labels [g/mol]
        ("p-MBSA", "C6H6O3S2", 190.24), ("p-MBA", "C7H6O2S", 154.19), ("m-MBA", "C7H6O2S", 154.19),
        ("MPA", "C3H6O2S", 106.14), ("MHA", "C6H12O2S", 148.22), ("NTP", "C6H5NO2S", 155.17),
        ("p-ATP", "C6H7NS", 125.19), ("MP", "C6H6OS", 126.18), ("TP", "C6H6S", 110.18),
        ("GSH", "C10H17N3O6S", 307.32), ("PET", "C8H10S", 138.23), ("MPS", "C3H8O3S2", 156.22),
        ("MUA", "C11H22O2S", 218.36), ("Cys", "C3H7NO2S", 121.16), ("Capt", "C9H15NO3S", 217.29),
        ("TPPTS", "C18H15O9PS3", 502.5), ("PEG8-SH", "C16H34O8S", 386.5),
    ],
)  # fmt: skip
def test_formula_and_mass(name: str, formula: str, mass: float) -> None:
    ligand = find_ligand(name)
    assert ligand.formula.hill() == formula
    assert ligand.mass == pytest.approx(mass, abs=0.05)
    lost = 0 if ligand.donor == "phosphine" else 1
    assert ligand.thiolate_formula + Formula.of({"H": lost}) == ligand.formula


@pytest.mark.parametrize("name", known_ligands())
def test_every_ligand_of_the_table(name: str) -> None:
    """RDKit's own formula; a length that RDKit gives; a pKa or none, each with a source of the bibliography."""
    ligand = find_ligand(name)
    assert ligand.name == name
    assert ligand.formula == Formula.parse(CalcMolFormula(Chem.MolFromSmiles(ligand.smiles)))
    assert 0.1 < ligand.length < 1.6
    assert all(find_ligand(alias.upper()).name == name for alias in ligand.aliases)
    assert find_ligand(ligand.smiles).name == name
    assert math.isfinite(ligand.logp)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("4-mercaptobenzenesulfonic acid", "p-MBSA"), ("PMBSA", "p-MBSA"), ("p-mba", "p-MBA"), ("SG", "GSH"),
        ("Glutathione", "GSH"), ("sc2h4ph", "PET"), ("captopril", "Capt"), (" cysteine ", "Cys"),
        ("c1cc(S)ccc1C(O)=O", "p-MBA"), ("OC(=O)CCS", "MPA"),
    ],
)  # fmt: skip
def test_aliases_and_smiles(alias: str, name: str) -> None:
    assert find_ligand(alias).name == name


def test_stored_lengths_are_those_of_rdkit() -> None:
    """The table was written by tests/reference/ligand_lengths.py; other RDKit versions may differ slightly."""
    for name in ("p-MBSA", "MPA", "PET"):
        ligand = find_ligand(name)
        assert conformer_length(ligand.smiles) == pytest.approx(ligand.stored_length, rel=0.03)
    # the S-O distance of a rigid para-substituted benzene: 1.77 + 2.8 + 1.77 + about 0.5 to 1.4 angstrom
    assert find_ligand("p-MBSA").length == pytest.approx(0.69, abs=0.05)
    assert math.isnan(find_ligand("PEG200-SH").length)


def test_smiles_outside_the_table_gets_class_values() -> None:
    ligand = find_ligand("NCCCS")
    assert ligand.donor == "thiol"
    assert {(pka.group, pka.status) for pka in ligand.pka} == {
        ("thiol (alkyl)", "estimated"),
        ("amine (alkyl)", "estimated"),
    }
    assert ligand.charge(7.0) == pytest.approx(1.0, abs=0.01)  # a protonated alkylamine
    assert "class" in ligand.note
    amide = find_ligand("CC(=O)NCCS")
    assert {pka.group for pka in amide.pka} == {"thiol (alkyl)"}  # an amide is no base
    quaternary = find_ligand("C[N+](C)(C)CCCS")
    assert quaternary.charge(2.0) == pytest.approx(1.0, abs=1e-6)
    nitro = find_ligand("Sc1ccc([N+](=O)[O-])c(C)c1")
    assert nitro.formal_charge == 0
    assert {pka.group for pka in nitro.pka} == {"thiol (aryl)"}


@pytest.mark.parametrize(
    ("smiles", "donor"), [("C#Cc1ccccc1", "alkyne"), ("[SeH]c1ccccc1", "selenol"), ("CP(C)C", "phosphine")]
)
def test_donors(smiles: str, donor: str) -> None:
    assert find_ligand(smiles).donor == donor


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CC(=O)O", "no thiol"),
        ("CSC", "no thiol"),
        ("CC#CC", "no thiol"),
        ("S", "no thiol"),
        ("[O-]C(=O)CS", "negative charge"),
        ("OC(=O)CS.[Na]", "several molecules"),
        ("[13CH3]CS", "isotopes"),
        ("", "empty"),
        ("PEG-SH", "number of units"),
        ("PEG0-SH", "ethylene glycol units"),
        ("PEG99999-SH", "ethylene glycol units"),
        ("SR", "any thiolate"),
    ],
)
def test_refused_with_advice(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_ligand(text)


def test_unknown_name_offers_near_matches() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find_ligand("p-MBAA")
    assert "p-MBA" in caught.value.hint
    with pytest.raises(UnknownNameError):
        find_ligand("C1CC(")


def test_p_mba_at_ph_5_is_three_quarters_ionised() -> None:
    """Henderson-Hasselbalch by hand: 1/(1 + 10^-0.5) = 0.76 at pKa 4.5 (Z: "extensively in neutral form")."""
    p_mba = find_ligand("p-MBA")
    assert p_mba.charge(5.0, "zhang2026", bound=True) == pytest.approx(-0.76, abs=0.001)


def test_competing_values_of_p_atp() -> None:
    """At pH 7 the bound amine is a cation under the pKa that Z quotes and neutral under an arylamine's."""
    p_atp = find_ligand("p-ATP")
    assert {"zhang2026", "martell1976"} <= set(p_atp.pka_sources())
    assert p_atp.charge(7.0, "zhang2026", bound=True) == pytest.approx(1 / (1 + 10 ** (7 - 10.46)))
    assert p_atp.charge(7.0, "martell1976", bound=True) == pytest.approx(1 / (1 + 10 ** (7 - 4.601)))
    assert [item["pka_source"] for item in p_atp.charges(7.0)] == list(p_atp.pka_sources())


def test_aromatic_thiols_are_near_six_and_alkyl_thiols_near_ten() -> None:
    """Project facts: aromatic thiols about 6; Serjeant & Dempsey: 3-mercaptopropanoic acid 10.2-10.84."""
    for name, low, high in (("p-MBA", 5.5, 6.5), ("TP", 6.0, 7.0), ("MPA", 10.0, 10.9)):
        thiol = next(pka for pka in find_ligand(name).pka if pka.group == "thiol")
        assert low <= thiol.value <= high


def test_glutathione_is_a_dianion_minus_one_cation_at_ph_7() -> None:
    """Textbook: two carboxylates and one ammonium, net -1, at neutral pH; +1 in strong acid; -3 in strong base."""
    gsh = find_ligand("GSH")
    assert gsh.charge(7.0) == pytest.approx(-1.0, abs=0.02)
    assert gsh.charge(0.0) == pytest.approx(1.0, abs=0.02)
    assert gsh.charge(14.0) == pytest.approx(-3.0, abs=0.02)


@given(st.sampled_from(known_ligands()), PH, PH)
def test_charge_falls_with_ph(name: str, one: float, other: float) -> None:
    ligand = find_ligand(name)
    for source in ligand.pka_sources() or ("",):
        low, high = sorted((one, other))
        assert ligand.charge(low, source) >= ligand.charge(high, source) - 1e-12


@given(st.sampled_from(known_ligands()), PH)
def test_binding_removes_only_the_donor_group(name: str, ph: float) -> None:
    ligand = find_ligand(name)
    thiol = sum(-1 / (1 + 10 ** (pka.value - ph)) for pka in ligand.pka_set() if pka.on_donor)
    assert ligand.charge(ph) == pytest.approx(ligand.charge(ph, bound=True) + thiol, abs=1e-12)


@pytest.mark.parametrize("ph", [-0.1, 14.1, float("nan"), float("inf")])
def test_ph_out_of_range(ph: float) -> None:
    with pytest.raises(InputError, match="pH"):
        find_ligand("p-MBA").charge(ph)


def test_property_tables_name_their_sources() -> None:
    folder = files("goldshell.literature")
    bibliography = "".join(item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".bib"))
    keys = set(re.findall(r"@\w+\{\s*([^,\s]+)", bibliography))
    for table in ("pka", "pka_groups", "ligands", "clusters", "isotopes"):
        for row in records(table):
            for column, cell in row.items():
                if column.endswith("source") and cell:
                    assert cell in keys, (table, cell)
    assert {row["ligand"] for row in records("pka")} <= {*known_ligands(), "PEG-SH"}
    assert {row["kind"] for row in (*records("pka"), *records("pka_groups"))} == {"acid", "base"}
