"""Regio-isomers of Au25(SR)18. Truth: the cycle index worked by hand, every arrangement tried, a crystal."""

from __future__ import annotations

import importlib.util
import itertools
import math
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldshell.chemistry.isomers import (
    GROUPS,
    IsomerCount,
    count_isomers,
    cycle_index,
    enumerate_isomers,
    known_frameworks,
    n_sites,
    site_permutations,
)
from goldshell.errors import InputError, UnknownNameError

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
AU25 = "Au25(SR)18"

# The cycle index of 12 + 6 sites under Th and T, worked by hand from the action on the staples:
# a two-fold axis leaves 2 apex sites, a mirror plane 4 terminal and 4 apex sites, all else nothing.
HAND_CYCLE_INDEX = {
    "Th": {(1,) * 18: 1, (2,) * 8 + (1,) * 2: 3, (2,) * 5 + (1,) * 8: 3, (2,) * 9: 1, (3,) * 6: 8, (6,) * 3: 8},
    "T": {(1,) * 18: 1, (2,) * 8 + (1,) * 2: 3, (3,) * 6: 8},
}
# n = 0..9 and the sum over n = 0..18, from that cycle index
HAND_COUNTS = {
    "Th": ([1, 2, 12, 50, 161, 416, 877, 1456, 1985, 2200], 12_120),
    "T": ([1, 2, 15, 76, 264, 728, 1578, 2680, 3678, 4100], 22_144),
}


def polynomial_counts(index: dict[tuple[int, ...], int]) -> list[int]:
    """Isomers for n = 0..18: coefficients of the cycle index with x_k replaced by 1 + y^k (integer polynomials)."""
    total = np.zeros(19, dtype=np.int64)
    for cycles, weight in index.items():
        product = np.ones(1, dtype=np.int64)
        for length in cycles:
            factor = np.zeros(length + 1, dtype=np.int64)
            factor[[0, length]] = 1
            product = np.convolve(product, factor)
        total += weight * product
    order = sum(index.values())
    assert not np.any(total % order)
    return [int(value) for value in total // order]


def brute_force_counts(permutations: np.ndarray) -> list[int]:
    """Isomers for n = 0..18 by colouring every one of the 2^18 arrangements with the smallest of its orbit."""
    arrangements = np.arange(1 << 18)
    smallest = arrangements.copy()
    for permutation in permutations:
        image = np.zeros_like(arrangements)
        for site, target in enumerate(permutation):
            image |= ((arrangements >> site) & 1) << int(target)
        np.minimum(smallest, image, out=smallest)
    heads = arrangements[smallest == arrangements]
    return np.bincount([int(head).bit_count() for head in heads], minlength=19).tolist()


@pytest.mark.parametrize("group", GROUPS)
def test_counts_by_two_independent_routes(group: str) -> None:
    listed, total = HAND_COUNTS[group]
    polynomial = polynomial_counts(HAND_CYCLE_INDEX[group])
    assert polynomial[:10] == listed
    assert polynomial == polynomial[::-1]
    assert sum(polynomial) == total
    assert brute_force_counts(site_permutations(AU25, group)) == polynomial
    key = {"Th": "achiral", "T": "chiral"}[group]
    assert [count_isomers(AU25, n).to_dict()[key] for n in range(19)] == polynomial
    assert [len(enumerate_isomers(AU25, n, group)) for n in range(19)] == polynomial


@pytest.mark.parametrize("group", GROUPS)
def test_cycle_index_is_the_one_worked_by_hand(group: str) -> None:
    assert cycle_index(AU25, group) == HAND_CYCLE_INDEX[group]


@pytest.mark.parametrize(("group", "order"), [("Th", 24), ("T", 12)])
def test_permutations_form_a_group_with_orbits_of_12_and_6(group: str, order: int) -> None:
    permutations = site_permutations(AU25, group)
    members = {tuple(permutation) for permutation in permutations}
    assert len(members) == order
    for first, second in itertools.product(permutations, repeat=2):
        assert tuple(first[second]) in members
    assert {int(site) for site in permutations[:, 0]} == set(range(12))
    assert {int(site) for site in permutations[:, 12]} == set(range(12, 18))


def test_packaged_tables_are_those_of_the_reference_script() -> None:
    spec = importlib.util.spec_from_file_location("make_au25_framework", REFERENCE / "make_au25_framework.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name, text in script.tables().items():
        packaged = (files("goldshell.literature") / "tables" / name).read_text(encoding="utf-8")
        assert packaged == text


def test_permutations_map_the_framework_onto_itself() -> None:
    """The Th symmetry that crystals show within 0.21 angstrom is exact in the idealised framework."""
    sites = ideal_sites()
    for permutation in site_permutations(AU25):
        target = sites[permutation]
        left, _, right = np.linalg.svd(sites.T @ target)  # best rotation or rotoinversion (Kabsch)
        assert np.abs(sites @ (left @ right) - target).max() < 1e-5


def ideal_sites() -> np.ndarray:
    from goldshell.literature import records

    rows = [row for row in records("au25_framework") if row["site"]]
    return np.array([[float(row[f"{axis}_angstrom"]) for axis in "xyz"] for row in rows])


@given(n=st.integers(0, 18), group=st.sampled_from(GROUPS))
@settings(deadline=None, max_examples=38)
def test_multiplicities_occupancies_and_masks(n: int, group: str) -> None:
    isomers = enumerate_isomers(AU25, n, group)
    assert isomers.arrangements == math.comb(18, n)
    assert isomers.expected_terminal == pytest.approx(2 * n / 3)  # random filling of 12 of 18 sites
    order = len(site_permutations(AU25, group))
    assert all(order % int(multiplicity) == 0 for multiplicity in isomers.multiplicity)  # orbit-stabiliser theorem
    for terminal in range(max(0, n - 6), min(12, n) + 1):  # hypergeometric: C(12, k) C(6, n - k) arrangements
        chosen = isomers.terminal == terminal
        assert isomers.multiplicity[chosen].sum() == math.comb(12, terminal) * math.comb(6, n - terminal)
    for isomer in (isomers[0], isomers[len(isomers) - 1]):
        assert len(isomer.sites) == n == isomer.terminal + isomer.apex
        assert sum(site <= 12 for site in isomer.sites) == isomer.terminal
    assert np.all(np.diff(isomers.apex) >= 0)


@given(n=st.integers(0, 18))
@settings(deadline=None, max_examples=19)
def test_mirror_partners_are_what_t_has_more_than_th(n: int) -> None:
    """Each pair of mirror images is one isomer under Th and two under T."""
    count = count_isomers(AU25, n)
    assert enumerate_isomers(AU25, n, "Th").handed.sum() == count.chiral - count.achiral
    assert enumerate_isomers(AU25, n, "T").handed.sum() == 2 * (count.chiral - count.achiral)


@given(first=st.integers(0, 18), second=st.integers(0, 18))
@settings(deadline=None, max_examples=30)
def test_three_ligands_reduce_to_two_and_do_not_depend_on_order(first: int, second: int) -> None:
    second = min(second, 18 - first)
    counts = (18 - first - second, first, second)
    assert count_isomers(AU25, counts) == count_isomers(AU25, counts[::-1])
    assert count_isomers(AU25, (18 - first, first, 0)) == count_isomers(AU25, first)


def test_three_ligands_one_each_of_two_counted_by_hand() -> None:
    """Ordered pairs of distinct sites, 306; Burnside: (306 + 3 * 2 + 3 * 56) / 24 = 20, (306 + 3 * 2) / 12 = 26."""
    assert count_isomers(AU25, (16, 1, 1)) == IsomerCount(achiral=20, chiral=26)


def test_one_swap_is_terminal_or_apex() -> None:
    isomers = enumerate_isomers(AU25, 1)
    assert [(item.terminal, item.apex, item.multiplicity) for item in isomers] == [(1, 0, 12), (0, 1, 6)]
    assert [item.probability for item in isomers] == pytest.approx([2 / 3, 1 / 3])


def test_tables_and_dictionaries() -> None:
    isomers = enumerate_isomers(AU25, 2)
    table = isomers.to_dataframe()
    assert list(table["index"]) == list(range(1, 13))
    assert table["probability"].sum() == pytest.approx(1)
    assert isomers.to_dict()["arrangements"] == 153
    assert isomers[-1].index == 12
    with pytest.raises(IndexError):
        isomers[12]


@pytest.mark.parametrize("framework", ["Au38(SR)24", "", "Au25"])
def test_other_frameworks_say_what_is_known(framework: str) -> None:
    with pytest.raises(InputError, match=r"known for Au25\(SR\)18"):
        count_isomers(framework, 2)
    assert known_frameworks() == (AU25,)
    assert n_sites(AU25) == 18


@pytest.mark.parametrize("n", [-1, 19, (16, 1), (20, -2), 2.0, "2", True])
def test_bad_counts(n: object) -> None:
    with pytest.raises(InputError):
        count_isomers(AU25, n)  # type: ignore[arg-type]


def test_bad_group_and_more_than_two_ligands() -> None:
    with pytest.raises(UnknownNameError):
        enumerate_isomers(AU25, 2, "Ih")
    with pytest.raises(InputError, match="two ligands"):
        enumerate_isomers(AU25, (16, 1, 1))  # type: ignore[arg-type]
