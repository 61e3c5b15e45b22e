"""Regio-isomers of a mixed ligand shell: how many there are, which they are, how likely each is by chance.

The 18 sulfur sites of Au25(SR)18 fall into 12 terminal and 6 apex sites of six staples under the point group Th
(order 24). With achiral ligands two arrangements that Th carries into each other are one isomer, mirror images
included; a chiral ligand leaves only the rotations, T (order 12). Sites 1-12 are terminal (two for each staple),
13-18 apex. The permutations are stored (``literature/tables/au25_site_permutations.csv``), not worked out at run time.

References
----------
Pólya, Acta Math. 68 (1937) 145-254, doi:10.1007/BF02546665 (counting by the cycle index)
Heaven et al., J. Am. Chem. Soc. 130 (2008) 3754-3755, doi:10.1021/ja800561b (structure of Au25(SR)18)
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import records

if TYPE_CHECKING:
    import pandas as pd

GROUPS = ("Th", "T")
_TABLES = {"Au25(SR)18": ("au25_framework", "au25_site_permutations")}


@dataclass(frozen=True, slots=True)
class IsomerCount:
    """Number of regio-isomers: ``achiral`` ligands (Th, mirror images are one) and ``chiral`` ligands (T)."""

    achiral: int
    chiral: int

    def to_dict(self) -> dict[str, int]:
        """``{"achiral", "chiral"}`` of the JSON output."""
        return {"achiral": self.achiral, "chiral": self.chiral}


@dataclass(frozen=True, slots=True)
class Isomer:
    """One regio-isomer.

    Parameters
    ----------
    index : its place in the list, from 1
    sites : sites (from 1) of the incoming ligand in the canonical arrangement, the smallest bit mask of its orbit
    terminal, apex : number of incoming ligands on terminal and apex sites
    multiplicity : number of arrangements that are this isomer
    probability : multiplicity over the number of all arrangements: its share when sites are filled at random
    handed : differs from its mirror image, so that under T it stands beside its partner in the list
    """

    index: int
    sites: tuple[int, ...]
    terminal: int
    apex: int
    multiplicity: int
    probability: float
    handed: bool

    def to_dict(self) -> dict[str, Any]:
        """The isomer as JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Isomers:
    """Every regio-isomer of a shell with n incoming ligands, by apex occupancy, then by mask.

    Parameters
    ----------
    framework : for example "Au25(SR)18"
    n : number of incoming ligands
    group : "Th" or "T"
    masks : canonical arrangements, shape (isomers,); bit i is site i + 1
    multiplicity, terminal, apex : shape (isomers,)
    handed : shape (isomers,)
    """

    framework: str
    n: int
    group: str
    masks: np.ndarray
    multiplicity: np.ndarray
    terminal: np.ndarray
    apex: np.ndarray
    handed: np.ndarray

    def __len__(self) -> int:
        return len(self.masks)

    def __getitem__(self, position: int) -> Isomer:
        """The isomer at a position from 0 (its ``index`` is one more)."""
        position = range(len(self))[position]
        mask = int(self.masks[position])
        return Isomer(
            index=position + 1,
            sites=tuple(site + 1 for site in range(n_sites(self.framework)) if mask >> site & 1),
            terminal=int(self.terminal[position]),
            apex=int(self.apex[position]),
            multiplicity=int(self.multiplicity[position]),
            probability=float(self.multiplicity[position] / self.arrangements),
            handed=bool(self.handed[position]),
        )

    @property
    def arrangements(self) -> int:
        """Number of all arrangements, the sum of the multiplicities: C(sites, n)."""
        return int(self.multiplicity.sum())

    @property
    def expected_terminal(self) -> float:
        """Mean number of incoming ligands on terminal sites when sites are filled at random: 2/3 n for Au25."""
        return float(self.multiplicity @ self.terminal / self.arrangements)

    def to_dict(self) -> dict[str, Any]:
        """Counts and the list of isomers as JSON types."""
        return {
            "framework": self.framework,
            "n": self.n,
            "group": self.group,
            "isomers": [self[position].to_dict() for position in range(len(self))],
            "arrangements": self.arrangements,
            "expected_terminal": self.expected_terminal,
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per isomer."""
        import pandas as pd

        return pd.DataFrame([self[position].to_dict() for position in range(len(self))])


def known_frameworks() -> tuple[str, ...]:
    """Frameworks whose site permutations are stored."""
    return tuple(_TABLES)


def n_sites(framework: str) -> int:
    """Number of thiolate sites of a framework.

    Raises
    ------
    InputError : no permutations are stored for it
    """
    return len(_site_kinds(framework))


def site_permutations(framework: str, group: str = "Th") -> np.ndarray:
    """The stored permutations of the sites.

    Parameters
    ----------
    framework : for example "Au25(SR)18"
    group : "Th" (achiral ligands) or "T" (chiral ligands)

    Returns
    -------
    array of int, shape (24 or 12, 18); entry (g, i) is the site (from 0) that operation g carries site i to

    Raises
    ------
    InputError : no permutations are stored for the framework
    UnknownNameError : group
    """
    if group not in GROUPS:
        raise UnknownNameError("point group", group, GROUPS)
    return _permutations(_known(framework), group)


def count_isomers(framework: str, n: int | Sequence[int]) -> IsomerCount:
    """Number of regio-isomers from the cycle index (Burnside, Pólya).

    Number = 1/|G| sum over g in G of the colourings that g leaves unchanged; g leaves one unchanged when every cycle
    of its permutation carries one ligand.

    Parameters
    ----------
    framework : for example "Au25(SR)18"
    n : number of incoming ligands of a two-ligand shell, or the count of every ligand of a shell of any number of
        ligands, adding up to the number of sites

    Returns
    -------
    IsomerCount

    Raises
    ------
    InputError : no permutations are stored for the framework, n is not between 0 and the number of sites, or the
        counts do not add up to it

    References
    ----------
    Pólya, Acta Math. 68 (1937) 145-254, doi:10.1007/BF02546665
    """
    counts = _ligand_counts(framework, n)
    totals = {}
    for group in GROUPS:
        index = cycle_index(framework, group)
        order = sum(index.values())
        totals[group] = sum(weight * _unchanged(cycles, counts) for cycles, weight in index.items()) // order
    return IsomerCount(achiral=totals["Th"], chiral=totals["T"])


def cycle_index(framework: str, group: str = "Th") -> dict[tuple[int, ...], int]:
    """The cycle index of the sites: cycle lengths in descending order -> number of operations that have them.

    For Au25 under Th: (x1^18 + 3 x1^2 x2^8 + 3 x1^8 x2^5 + x2^9 + 8 x3^6 + 8 x6^3) / 24.
    """
    return dict(Counter(_cycle_lengths(permutation) for permutation in site_permutations(framework, group)))


def enumerate_isomers(framework: str, n: int, group: str = "Th") -> Isomers:
    """Every regio-isomer of a two-ligand shell, with terminal and apex occupancy and multiplicity.

    Each of the C(sites, n) arrangements is a bit mask; an isomer is an orbit of masks under the group and is named by
    its smallest mask.

    Parameters
    ----------
    framework : for example "Au25(SR)18"
    n : number of incoming ligands
    group : "Th" (achiral ligands) or "T" (chiral ligands)

    Returns
    -------
    Isomers

    Raises
    ------
    InputError : no permutations are stored for the framework, or n out of range
    UnknownNameError : group
    """
    if not isinstance(n, int | np.integer):
        raise InputError("isomers are listed for shells of two ligands only", hint="give one n, or count instead")
    _ligand_counts(framework, n)
    site_permutations(framework, group)
    sites = n_sites(framework)
    every = np.arange(1 << sites, dtype=np.uint32)
    arrangements = every[np.bitwise_count(every) == n]
    masks, multiplicity = np.unique(_canonical(arrangements, framework, group), return_counts=True)
    apex_bits = sum(1 << site for site, kind in enumerate(_site_kinds(framework)) if kind == "apex")
    apex = np.bitwise_count(masks & np.uint32(apex_bits)).astype(np.int64)
    order = np.lexsort((masks, apex))
    masks, multiplicity, apex = masks[order], multiplicity[order], apex[order]
    # The mirror image under any improper operation; the stored ones stand after the rotations
    mirrored = _images(masks, framework, "Th")[len(site_permutations(framework, "T"))]
    handed = _canonical(masks, framework, "T") != _canonical(mirrored, framework, "T")
    return Isomers(framework, int(n), group, masks, multiplicity, n - apex, apex, handed)


def _known(framework: str) -> str:
    if framework not in _TABLES:
        raise InputError(
            f"no site permutations are stored for {framework}",
            hint=f"isomers are known for {', '.join(_TABLES)}, also with Pd or Pt at its centre",
        )
    return framework


@functools.cache
def _site_kinds(framework: str) -> tuple[str, ...]:
    """ "terminal" or "apex" of each site."""
    rows = records(_TABLES[_known(framework)][0])
    return tuple(row["kind"] for row in rows if row["site"])


@functools.cache
def _permutations(framework: str, group: str) -> np.ndarray:
    rows = records(_TABLES[framework][1])
    chosen = [row for row in rows if group == "Th" or row["proper"] == "yes"]
    table = np.array([[int(site) - 1 for site in row["permutation"].split()] for row in chosen])
    table.setflags(write=False)
    return table


def _ligand_counts(framework: str, n: int | Sequence[int]) -> tuple[int, ...]:
    sites = n_sites(framework)
    if isinstance(n, bool | float | str):
        raise InputError(f"expected a whole number of ligands, got {n!r}")
    counts = (sites - int(n), int(n)) if isinstance(n, int | np.integer) else tuple(int(count) for count in n)
    if min(counts) < 0 or sum(counts) != sites:
        raise InputError(
            f"{n} ligands do not fit the {sites} sites of {framework}",
            hint=f"n is between 0 and {sites}; counts of several ligands add up to {sites}",
        )
    return counts


def _cycle_lengths(permutation: np.ndarray) -> tuple[int, ...]:
    lengths, left = [], set(range(len(permutation)))
    while left:
        length, site = 0, next(iter(left))
        while site in left:
            left.remove(site)
            site = int(permutation[site])
            length += 1
        lengths.append(length)
    return tuple(sorted(lengths, reverse=True))


def _unchanged(cycles: tuple[int, ...], counts: tuple[int, ...]) -> int:
    """Ways to give each cycle one ligand so that ligand j fills counts[j] sites: a coefficient of prod(sum y_j^c)."""
    ways: dict[tuple[int, ...], int] = {counts: 1}
    for length in cycles:
        extended: Counter[tuple[int, ...]] = Counter()
        for left, number in ways.items():
            for ligand, room in enumerate(left):
                if room >= length:
                    extended[(*left[:ligand], room - length, *left[ligand + 1 :])] += number
        ways = dict(extended)
    return sum(ways.values())


@functools.cache
def _half_tables(framework: str, group: str) -> tuple[int, np.ndarray, np.ndarray]:
    """Images of the low and of the high half of a mask, so that a permutation of bits is two look-ups."""
    permutations = _permutations(framework, group)
    half = permutations.shape[1] // 2
    values = np.arange(1 << half, dtype=np.uint32)
    tables = []
    for sites in (permutations[:, :half], permutations[:, half:]):
        bits = (values[:, None] >> np.arange(sites.shape[1], dtype=np.uint32)) & 1
        tables.append((bits @ (np.uint32(1) << sites.T.astype(np.uint32))).T.astype(np.uint32))
    return half, tables[0], tables[1]


def _images(masks: np.ndarray, framework: str, group: str) -> np.ndarray:
    """The image of each mask under each operation, shape (operations, masks)."""
    half, low, high = _half_tables(framework, group)
    return low[:, masks & np.uint32((1 << half) - 1)] | high[:, masks >> np.uint32(half)]


def _canonical(masks: np.ndarray, framework: str, group: str) -> np.ndarray:
    """The smallest mask of the orbit of each mask."""
    return _images(masks, framework, group).min(axis=0)
