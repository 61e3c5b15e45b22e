"""Isotope envelopes against IsoSpecPy (given goldshell's own isotope table) and mathematical properties."""

from __future__ import annotations

from collections import defaultdict

import IsoSpecPy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from goldshell.chemistry import Formula, abundance_limits, envelope, isotope_table, parse_cluster
from goldshell.errors import InputError, UnknownNameError

TWENTY = [
    "Au25(p-MBSA)18",
    "Au25(p-MBSA)16(p-MBA)2",
    "Au25(p-MBSA)9(p-ATP)9",
    "Au25(p-MBA)18",
    "Au25(SG)18",
    "Au25(PET)18",
    "Au25(NTP)9(p-MBSA)9",
    "Au25(Capt)18",
    "Au25(SePh)18",
    "Au24Pt(PET)18",
    "Au24Pd(PET)18",
    "Au24Cd(PET)18",
    "Au24Hg(PET)18",
    "Au20Ag5(PET)18",
    "Au24Ag(p-MBSA)18",
    "Ag25(PET)18",
    pytest.param("Ag44(p-MBA)30", marks=pytest.mark.slow),
    "Au22(SG)18",
    "Au102(p-MBA)44",
    "Au144(PET)60",
]


def isospec_envelope(formula: Formula) -> tuple[dict[int, float], dict[int, float]]:
    """Nominal mass -> probability and centroid, from IsoSpecPy's fine structure to 1 - 1e-8."""
    table = isotope_table()
    elements = [table[element] for element, _ in formula.atoms]
    fine = IsoSpecPy.IsoTotalProb(
        1 - 1e-8,
        atomCounts=[count for _, count in formula.atoms],
        isotopeMasses=[[isotope.mass for isotope in isotopes] for isotopes in elements],
        isotopeProbabilities=[[isotope.abundance for isotope in isotopes] for isotopes in elements],
        get_confs=True,
    )
    probability: dict[int, float] = defaultdict(float)
    moment: dict[int, float] = defaultdict(float)
    for mass, p, configuration in fine:
        nucleons = sum(
            count * isotope.nucleons
            for isotopes, counts in zip(elements, configuration, strict=True)
            for isotope, count in zip(isotopes, counts, strict=True)
        )
        probability[nucleons] += p
        moment[nucleons] += p * mass
    return probability, {nucleons: moment[nucleons] / probability[nucleons] for nucleons in probability}


@pytest.mark.parametrize("notation", TWENTY)
def test_probabilities_and_centroids_are_those_of_isospec(notation: str) -> None:
    formula = parse_cluster(notation).formula
    ours = envelope(formula)
    probability, centroid = isospec_envelope(formula)
    for nucleons, mass, p in zip(ours.nucleons.tolist(), ours.masses, ours.probabilities, strict=True):
        assert abs(p - probability[nucleons]) < 1e-6
        assert abs(mass - centroid[nucleons]) < 1e-6
    # what 99.9 % leaves out is no more than 0.1 %, and nothing probable is left out
    assert 0.999 <= ours.coverage <= 1.0
    left_out = max((p for nucleons, p in probability.items() if nucleons not in set(ours.nucleons.tolist())), default=0)
    assert left_out <= ours.probabilities.min()


def test_top_peak_of_the_cluster_of_zhang2026() -> None:
    """Project facts (IsoSpecPy): monoisotopic 8325.588, top peak M+4."""
    found = envelope("C108H90Au25O54S36")
    assert found.offsets[found.top] == 4
    assert found.masses[found.offsets == 0][0] == pytest.approx(8325.588, abs=5e-4)


def test_carbon_is_binomial() -> None:
    """Mathematical: k heavy atoms of two isotopes are binomial, and their mass is exact."""
    light, heavy = isotope_table()["C"]
    found = envelope("C100", coverage=1 - 1e-12)
    k = found.nucleons - 1200
    assert found.probabilities == pytest.approx(binom.pmf(k, 100, heavy.abundance), abs=1e-13)
    assert found.masses == pytest.approx((100 - k) * light.mass + k * heavy.mass, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["C", "H", "O", "S", "Au", "Pt", "Ag", "Hg", "Se", "Cl"]), st.integers(1, 60), min_size=1
    )
)
def test_moments_and_total(counts: dict[str, int]) -> None:
    """Mathematical: probabilities add up to one; their mean mass is the average mass; masses ascend by about one."""
    formula = Formula.of(counts)
    found = envelope(formula, coverage=1.0)
    assert found.coverage == pytest.approx(1.0, abs=1e-10)
    assert found.probabilities @ found.masses == pytest.approx(formula.average_mass, rel=1e-9)
    assert np.all(np.diff(found.masses) > 0.5)


@given(st.floats(0.5, 0.9999))
@settings(max_examples=30, deadline=None)
def test_coverage_is_reached_with_a_contiguous_window(coverage: float) -> None:
    found = envelope("C108H90Au25O54S36", coverage=coverage)
    assert found.coverage >= coverage
    assert np.all(np.diff(found.nucleons) == 1)
    # dropping either end would fall short
    assert found.coverage - min(found.probabilities[0], found.probabilities[-1]) < coverage


def test_overriding_an_abundance() -> None:
    """S as (32, 33, 34, 36) with 34S set: M+2 of S1 over M is the ratio of the abundances."""
    found = envelope("S", coverage=1.0, abundances={"34S": 0.0477})
    ratio = found.probabilities[found.nucleons == 34][0]
    assert ratio == pytest.approx(0.0477)
    assert found.coverage == pytest.approx(1.0)
    silver = envelope("Ag4", abundances={"107Ag": 1.0, "109Ag": 0.0})
    assert silver.nucleons.tolist() == [428]
    assert envelope("S").probabilities[0] == pytest.approx(0.9499)  # the table is unchanged


def test_34s_limits_move_the_envelope_by_6_to_10_percent() -> None:
    """Project facts: 34S between 0.0396 and 0.0477 moves the envelope of Au25(p-MBSA)18 by 6-10 % (sum of changes)."""
    limits = abundance_limits("34S")
    assert limits == (0.0396, 0.0477)  # CIAAW (Meija et al. 2016)
    base = dict(zip(*_peaks(0.0425), strict=True))
    changes = []
    for abundance in limits:
        moved = dict(zip(*_peaks(abundance), strict=True))
        changes.append(100 * sum(abs(moved.get(n, 0.0) - base.get(n, 0.0)) for n in base | moved))
    assert [round(change) for change in changes] == [6, 10]
    assert abundance_limits("197Au") is None


def _peaks(abundance: float) -> tuple[list[int], list[float]]:
    found = envelope("C108H90Au25O54S36", coverage=1 - 1e-9, abundances={"34S": abundance})
    return found.nucleons.tolist(), found.probabilities.tolist()


@pytest.mark.parametrize(
    "abundances",
    [{"34S": -0.1}, {"34S": float("nan")}, {"34S": 1.2}, {"S34": 0.1}, {"35S": 0.1}, {"33S": 0.6, "34S": 0.6},
     {"107Ag": 0.5, "109Ag": 0.4}, {"197Au": 0.5}],
)  # fmt: skip
def test_bad_abundances(abundances: dict[str, float]) -> None:
    with pytest.raises(InputError):
        envelope("C6H6S2Au", abundances=abundances)


def test_bad_input() -> None:
    with pytest.raises(UnknownNameError):
        envelope("C6H6S2", abundances={"300Xx": 0.1})
    for coverage in (0.0, -1.0, 1.1, float("nan")):
        with pytest.raises(InputError):
            envelope("C6H6", coverage=coverage)
    with pytest.raises(InputError, match="atoms"):
        envelope("C99999999")


def test_tables() -> None:
    found = envelope("C6H6O3S2")
    frame = found.to_dataframe()
    assert list(frame.columns) == ["nucleons", "offset", "mass_Da", "probability"]
    assert frame["probability"].sum() == pytest.approx(found.coverage)
    assert found.to_dict()["formula"] == "C6H6O3S2"
