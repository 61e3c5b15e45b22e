"""Isotopes of the elements: masses (AME2020) and representative abundances (CIAAW), row by row with their sources.

Where CIAAW gives an interval (H, Li, B, C, N, O, Mg, Si, S, Cl, Br, Tl) the table holds the single representative
value of IUPAC 2009 and the interval beside it; every abundance can be overridden, because that of 34S alone moves the
envelope of a gold thiolate by 6-10 %.

References
----------
Wang et al., Chin. Phys. C 45 (2021) 030003, doi:10.1088/1674-1137/abddaf (AME2020)
Meija et al., Pure Appl. Chem. 88 (2016) 293-306, doi:10.1515/pac-2015-0503 (isotopic compositions 2013)
Berglund & Wieser, Pure Appl. Chem. 83 (2011) 397-410, doi:10.1351/PAC-REP-10-06-02 (isotopic compositions 2009)
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import records

_LABEL = re.compile(r"(\d+)([A-Z][a-z]?)")


class Isotope(NamedTuple):
    """One isotope: mass number, mass [Da], abundance [fraction of atoms]."""

    nucleons: int
    mass: float
    abundance: float


Isotopes = tuple[Isotope, ...]


@functools.cache
def isotope_table() -> MappingProxyType[str, Isotopes]:
    """Element -> its isotopes by mass number, abundances adding up to one."""
    found: dict[str, list[Isotope]] = {}
    for row in records("isotopes"):
        isotope = Isotope(int(row["nucleons"]), float(row["mass_Da"]), float(row["abundance"]))
        found.setdefault(row["element"], []).append(isotope)
    return MappingProxyType({element: _scaled(isotopes) for element, isotopes in found.items()})


@functools.cache
def abundance_limits(label: str) -> tuple[float, float] | None:
    """CIAAW's limits of an isotope's abundance in normal materials, ``"34S"`` -> (0.0396, 0.0477); None if not given.

    Raises
    ------
    InputError, UnknownNameError : not an isotope of the table
    """
    element, nucleons = _read_label(label, isotope_table())
    for row in records("isotopes"):
        if row["element"] == element and int(row["nucleons"]) == nucleons:
            return (float(row["abundance_low"]), float(row["abundance_high"])) if row["abundance_low"] else None
    raise AssertionError(label)


def isotopes_of(element: str) -> Isotopes:
    """The isotopes of an element.

    Raises
    ------
    UnknownNameError : not an element of the table
    """
    try:
        return isotope_table()[element]
    except KeyError:
        raise UnknownNameError("element", element, isotope_table()) from None


def override_abundances(abundances: Mapping[str, float]) -> dict[str, Isotopes]:
    """Isotopes of the elements whose abundances are set by hand.

    An element's other isotopes keep their ratios and share what is left; if all of them are set they must add up to
    one (within 1e-4).

    Parameters
    ----------
    abundances : isotope label -> fraction of atoms, for example ``{"34S": 0.045}``

    Returns
    -------
    element -> isotopes, for the elements named

    Raises
    ------
    InputError : not an isotope, a fraction outside 0 to 1, or fractions of one element that do not add up
    """
    wanted: dict[str, dict[int, float]] = {}
    for label, fraction in abundances.items():
        element, nucleons = _read_label(label, isotope_table())
        if not (math.isfinite(fraction) and 0.0 <= fraction <= 1.0):
            raise InputError(f"abundance {fraction} is not between 0 and 1", where=label)
        wanted.setdefault(element, {})[nucleons] = float(fraction)
    changed = {}
    for element, fixed in wanted.items():
        isotopes = isotopes_of(element)
        left = 1.0 - sum(fixed.values())
        rest = sum(isotope.abundance for isotope in isotopes if isotope.nucleons not in fixed)
        if left < -1e-4 or (rest == 0.0 and abs(left) > 1e-4):
            raise InputError(f"the abundances of {element} add up to {1.0 - left:g}", hint="they must add up to 1")
        scale = max(left, 0.0) / rest if rest else 0.0
        changed[element] = _scaled(
            isotope._replace(abundance=fixed.get(isotope.nucleons, isotope.abundance * scale)) for isotope in isotopes
        )
    return changed


def _scaled(isotopes: object) -> Isotopes:
    found = sorted(isotopes)  # type: ignore[call-overload]
    total = math.fsum(isotope.abundance for isotope in found)
    return tuple(isotope._replace(abundance=isotope.abundance / total) for isotope in found)


def _read_label(label: str, table: Mapping[str, Isotopes]) -> tuple[str, int]:
    match = _LABEL.fullmatch(label)
    if match is None:
        raise InputError(f"{label!r} is not an isotope", hint="write the mass number and the element: 34S")
    nucleons, element = int(match[1]), match[2]
    known = [isotope.nucleons for isotope in isotopes_of(element)]
    if nucleons not in known:
        raise InputError(
            f"{label} is not in the isotope table", hint=f"{element} has {', '.join(f'{a}{element}' for a in known)}"
        )
    return element, nucleons
