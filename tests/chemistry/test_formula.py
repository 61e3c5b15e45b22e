"""Formula reading, arithmetic and masses, against pyteomics (NIST masses), IUPAC atomic weights and algebra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyteomics import mass as pyteomics_mass

from goldshell.chemistry import Formula, isotope_table
from goldshell.errors import InputError, UnknownNameError

ELEMENTS = st.sampled_from(["C", "H", "N", "O", "S", "Au", "Ag", "Pt", "Cl", "Na"])
FORMULAS = st.dictionaries(ELEMENTS, st.integers(1, 200), min_size=1).map(Formula.of)


@pytest.mark.parametrize(
    ("text", "hill"),
    [
        ("C108H90Au25O54S36", "C108H90Au25O54S36"),
        ("Au25(SC6H4(SO3H))18", "C108H90Au25O54S36"),
        ("Au25(S(C6H4)SO3H)18", "C108H90Au25O54S36"),
        ("[Au(CN)2]K", "C2AuKN2"),
        ("H2O", "H2O"),
        ("HClO4", "ClHO4"),  # without carbon everything is alphabetical (Hill 1900)
        ("CH3 (CH2)4 CH3", "C6H14"),
        ("Au₂₅", "Au25"),
    ],
)
def test_parses_to_hill_order(text: str, hill: str) -> None:
    assert Formula.parse(text).hill() == hill


@pytest.mark.parametrize(
    "text",
    ["", "  ", "C6H", "C6H12O6", "Au25S18"],
)
def test_empty_is_refused_and_others_read(text: str) -> None:
    if text.strip():
        assert Formula.parse(text).hill() == text
    else:
        with pytest.raises(InputError, match="empty"):
            Formula.parse(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Au25(SC6H4", "unbalanced"),
        ("Au25SC6H4)18", "unbalanced"),
        ("Au(C]2", "unbalanced"),
        ("C0H4", "zero"),
        ("2H2O", "follows no element"),
        ("C6H-5", "cannot read '-'"),
        ("C()2", "empty brackets"),
        ("C6.5", "cannot read '.'"),
    ],
)
def test_malformed_formula_is_one_clear_error(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Formula.parse(text)


def test_unknown_element() -> None:
    with pytest.raises(UnknownNameError, match="Xx"):
        Formula.parse("C6Xx2")
    with pytest.raises(UnknownNameError):
        Formula.of({"Au": 1, "Q": 2})


def test_negative_and_fractional_counts() -> None:
    with pytest.raises(InputError, match="negative"):
        Formula.parse("H2O") - Formula.parse("O2")
    with pytest.raises(InputError, match="negative"):
        Formula.parse("H2O") * -1
    with pytest.raises(InputError, match="whole"):
        Formula.of({"C": 1.5})  # type: ignore[dict-item]


@given(FORMULAS, FORMULAS, st.integers(0, 7))
def test_arithmetic_is_that_of_counts(a: Formula, b: Formula, times: int) -> None:
    assert a + b == b + a
    assert (a + b) - b == a
    assert a * times == sum([a] * times, Formula.of({}))
    assert (a + b).monoisotopic_mass == pytest.approx(a.monoisotopic_mass + b.monoisotopic_mass, rel=1e-12)
    assert Formula.parse(a.hill()) == a
    assert hash(Formula.parse(a.hill())) == hash(a)


def test_formula_is_immutable() -> None:
    water = Formula.parse("H2O")
    with pytest.raises(AttributeError):
        water.atoms = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        water.counts["H"] = 3  # type: ignore[index]


@pytest.mark.parametrize(
    "text", ["C108H90Au25O54S36", "C10H17N3O6S", "C144H162AgAu24S18", "C6H12O6", "C144H162Au24PtS18", "NaCl"]
)
def test_monoisotopic_mass_is_that_of_pyteomics(text: str) -> None:
    """pyteomics carries NIST masses of an older evaluation: they agree to 3e-8 of each atom's mass."""
    counts = pyteomics_mass.Composition(formula=text)
    expected = pyteomics_mass.calculate_mass(composition=counts)
    # pyteomics' "monoisotopic" of Pt is its own most abundant isotope, as here
    assert Formula.parse(text).monoisotopic_mass == pytest.approx(expected, rel=1e-7)


def test_monoisotopic_mass_of_the_cluster_of_zhang2026() -> None:
    """8325.588, computed with IsoSpecPy and molmass when the project's facts were collected."""
    assert Formula.parse("C108H90Au25O54S36").monoisotopic_mass == pytest.approx(8325.588, abs=5e-4)


@pytest.mark.parametrize(
    ("element", "weight", "uncertainty"),
    [
        # IUPAC standard atomic weights 2021 (Prohaska et al. 2022): conventional or single values
        ("Au", 196.966570, 4e-6), ("Pt", 195.084, 9e-3), ("Pd", 106.42, 1e-2), ("Ag", 107.8682, 2e-4),
        ("Cd", 112.414, 4e-3), ("Hg", 200.592, 3e-3), ("S", 32.06, 2e-2), ("C", 12.011, 2e-3),
        ("H", 1.008, 2e-4), ("O", 15.999, 1e-3), ("N", 14.007, 1e-3), ("Se", 78.971, 8e-3),
        ("P", 30.973761998, 1e-7), ("Na", 22.98976928, 2e-8), ("Cl", 35.45, 1e-2), ("K", 39.0983, 1e-4),
        ("Cu", 63.546, 3e-3), ("Fe", 55.845, 2e-3), ("Br", 79.904, 3e-3), ("Si", 28.085, 1e-3),
    ],
)  # fmt: skip
def test_average_mass_is_the_standard_atomic_weight(element: str, weight: float, uncertainty: float) -> None:
    assert Formula.of({element: 1}).average_mass == pytest.approx(weight, abs=uncertainty)


def test_abundances_add_up_to_one() -> None:
    for element, isotopes in isotope_table().items():
        assert sum(isotope.abundance for isotope in isotopes) == pytest.approx(1.0, abs=1e-12), element
        assert all(abs(isotope.mass - isotope.nucleons) < 0.11 for isotope in isotopes), element
