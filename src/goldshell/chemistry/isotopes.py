"""Isotope envelopes by convolution: probability and exact centroid of every nominal mass."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.chemistry.elements import Isotopes, isotope_table, override_abundances
from goldshell.chemistry.formula import Formula
from goldshell.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_MAXIMUM_ATOMS = 1_000_000
_TAIL = 1e-16  # probability below which the ends of a distribution are cut; its effect stays under 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """The isotope envelope of a neutral molecule, one peak for each nominal mass.

    Parameters
    ----------
    formula : what it is the envelope of
    nucleons : mass number of each peak, ascending, shape (peaks,)
    masses : abundance-weighted mean mass of the isotopologues in each peak, shape (peaks,) [Da]
    probabilities : fraction of all molecules in each peak, shape (peaks,); adds up to the coverage asked for
    """

    formula: Formula
    nucleons: np.ndarray
    masses: np.ndarray
    probabilities: np.ndarray

    @property
    def offsets(self) -> np.ndarray:
        """Mass number relative to the monoisotopic peak (every element as its most abundant isotope)."""
        return self.nucleons - monoisotopic_nucleons(self.formula)

    @property
    def top(self) -> int:
        """Index of the most probable peak."""
        return int(self.probabilities.argmax())

    @property
    def coverage(self) -> float:
        """Fraction of all molecules in the peaks."""
        return float(self.probabilities.sum())

    def to_dict(self) -> dict[str, Any]:
        """The envelope as JSON types."""
        return {
            "formula": self.formula.hill(),
            "nucleons": self.nucleons.tolist(),
            "masses_Da": self.masses.tolist(),
            "probabilities": self.probabilities.tolist(),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per peak."""
        import pandas as pd

        return pd.DataFrame(
            {
                "nucleons": self.nucleons,
                "offset": self.offsets,
                "mass_Da": self.masses,
                "probability": self.probabilities,
            }
        )


def envelope(
    formula: Formula | str, *, coverage: float = 0.999, abundances: Mapping[str, float] | None = None
) -> Envelope:
    """The isotope envelope, aggregated by nominal mass with exact centroids.

    With p_k the probability and m_k the mean mass at k nucleons, two independent parts combine as
    p = p1 * p2 and (p m) = (p1 m1) * p2 + p1 * (p2 m2), where * is convolution; the power of an element is built by
    squaring and kept.

    Parameters
    ----------
    formula : neutral molecule
    coverage : fraction of all molecules that the returned peaks hold at least; peaks are dropped from the ends
    abundances : isotope label -> fraction of atoms, in place of the table's, for example ``{"34S": 0.045}``;
        other isotopes of that element keep their ratios

    Returns
    -------
    Envelope

    Raises
    ------
    InputError : coverage outside 0 to 1, an unusable formula or abundance

    References
    ----------
    Rockwood & Haimi, J. Am. Soc. Mass Spectrom. 17 (2006) 415-419, doi:10.1016/j.jasms.2005.12.001
    """
    if not 0.0 < coverage <= 1.0:
        raise InputError(f"coverage {coverage} is not between 0 and 1", hint="write 0.999 for 99.9 %")
    molecule = Formula.parse(formula) if isinstance(formula, str) else formula
    if sum(count for _, count in molecule.atoms) > _MAXIMUM_ATOMS:
        raise InputError(f"more than {_MAXIMUM_ATOMS} atoms in one molecule", where=molecule.hill())
    changed = override_abundances(abundances) if abundances else {}
    table = isotope_table()
    start, total_p, total_q = 0, np.ones(1), np.zeros(1)
    for element, count in molecule.atoms:
        isotopes = changed.get(element) or table[element]
        offset, p, q = _power(isotopes, count)
        start += offset
        total_p, total_q = _combined(total_p, total_q, p, q)
    first, last = _window(total_p, coverage)
    p, q = total_p[first:last], total_q[first:last]
    there = p > 0.0
    nucleons = np.arange(start + first, start + last)[there]
    p, q = p[there], q[there]
    return Envelope(molecule, nucleons, nucleons + q / p, p)


def monoisotopic_nucleons(formula: Formula) -> int:
    """Mass number of the molecule with every element as its most abundant isotope."""
    table = isotope_table()
    return sum(
        count * max(table[element], key=lambda isotope: isotope.abundance).nucleons for element, count in formula.atoms
    )


@functools.lru_cache(maxsize=4096)
def _power(isotopes: Isotopes, count: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Distribution of ``count`` atoms: lowest mass number kept, p and p times the mean mass excess [Da]."""
    if count == 1:
        there = [isotope for isotope in isotopes if isotope.abundance > 0.0]
        lowest = there[0].nucleons
        p, q = np.zeros((2, there[-1].nucleons - lowest + 1))
        for isotope in there:
            p[isotope.nucleons - lowest] = isotope.abundance
            q[isotope.nucleons - lowest] = isotope.abundance * (isotope.mass - isotope.nucleons)
        return lowest, p, q
    start, p, q = _power(isotopes, count // 2)
    start, (p, q) = 2 * start, _combined(p, q, p, q)
    if count % 2:
        offset, single_p, single_q = _power(isotopes, 1)
        start, (p, q) = start + offset, _combined(p, q, single_p, single_q)
    kept = np.flatnonzero(p > _TAIL)
    first, last = int(kept[0]), int(kept[-1]) + 1
    return start + first, p[first:last], q[first:last]


def _combined(p1: np.ndarray, q1: np.ndarray, p2: np.ndarray, q2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.convolve(p1, p2), np.convolve(q1, p2) + np.convolve(p1, q2)


def _window(p: np.ndarray, coverage: float) -> tuple[int, int]:
    """Bounds of the peaks that remain when the less probable end is dropped while ``coverage`` is kept."""
    first, last = 0, len(p)
    spare = float(p.sum()) - coverage
    values = p.tolist()
    while last - first > 1:
        from_left = values[first] <= values[last - 1]
        smaller = values[first] if from_left else values[last - 1]
        if smaller > max(spare, 0.0):
            break
        spare -= smaller
        first, last = (first + 1, last) if from_left else (first, last - 1)
    return first, last
