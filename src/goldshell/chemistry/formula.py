"""Chemical formulas: reading, arithmetic, Hill order, masses."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from goldshell.chemistry.elements import isotope_table, isotopes_of
from goldshell.errors import InputError, UnknownNameError

_TOKEN = re.compile(r"([A-Z][a-z]?)|([(\[{])|([)\]}])|(\d+)|(\s+)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@dataclass(frozen=True, slots=True)
class Formula:
    """A chemical formula: element -> count of atoms, immutable and hashable.

    Make one with `Formula.parse` or `Formula.of`. ``+`` and ``-`` add and take away atoms, ``*`` repeats.

    Parameters
    ----------
    atoms : (element, count) pairs in Hill order, counts above zero
    """

    atoms: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Formula:
        """The formula with these counts; zeros are dropped.

        Raises
        ------
        UnknownNameError : not an element
        InputError : a negative count, or one that is not a whole number
        """
        table = isotope_table()
        kept = {}
        for element, count in counts.items():
            if element not in table:
                raise UnknownNameError("element", element, table)
            if count != int(count):
                raise InputError(f"{count} atoms of {element} is not a whole number")
            if count < 0:
                raise InputError(f"the formula would have {count} atoms of {element}", hint="counts cannot be negative")
            if count:
                kept[element] = int(count)
        return cls(tuple(sorted(kept.items(), key=lambda item: _hill_key(item[0], "C" in kept))))

    @classmethod
    def parse(cls, text: str) -> Formula:
        """Read a formula such as ``"C108H90Au25O54S36"`` or ``"Au25(SC6H4(SO3H))18"``.

        Raises
        ------
        InputError : empty, unbalanced brackets, a count of zero or in the wrong place, a strange character
        UnknownNameError : not an element
        """
        return _parse(text)

    @property
    def counts(self) -> Mapping[str, int]:
        """Element -> count of atoms, in Hill order."""
        return MappingProxyType(dict(self.atoms))

    def hill(self) -> str:
        """Text in Hill order: carbon, hydrogen, then alphabetical; all alphabetical without carbon."""
        return "".join(element + (str(count) if count > 1 else "") for element, count in self.atoms)

    @property
    def monoisotopic_mass(self) -> float:
        """Mass with every element as its most abundant isotope [Da]."""
        return sum(count * _principal_mass(element) for element, count in self.atoms)

    @property
    def average_mass(self) -> float:
        """Mean over the isotopes [g/mol]."""
        return sum(count * _mean_mass(element) for element, count in self.atoms)

    def __getitem__(self, element: str) -> int:
        return dict(self.atoms).get(element, 0)

    def __add__(self, other: Formula) -> Formula:
        return Formula.of(Counter(dict(self.atoms)) + Counter(dict(other.atoms)))

    def __sub__(self, other: Formula) -> Formula:
        left = Counter(dict(self.atoms))
        left.subtract(dict(other.atoms))
        return Formula.of(left)

    def __mul__(self, times: int) -> Formula:
        return Formula.of({element: count * times for element, count in self.atoms})

    __rmul__ = __mul__

    def __str__(self) -> str:
        return self.hill()


@functools.lru_cache(maxsize=4096)
def _parse(text: str) -> Formula:
    plain = text.translate(_SUBSCRIPTS)
    stack: list[Counter[str]] = [Counter()]
    open_brackets: list[str] = []
    group: Counter[str] | None = None  # what a following number multiplies
    position = 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None:
            raise InputError(f"cannot read {plain[position]!r} in the formula {text!r}", hint="write C6H6O3S2")
        element, opening, closing, number, _ = match.groups()
        if element:
            isotopes_of(element)
            group = Counter({element: 1})
            stack[-1] += group
        elif opening:
            open_brackets.append(opening)
            stack.append(Counter())
            group = None
        elif closing:
            if not open_brackets or _CLOSING[open_brackets.pop()] != closing:
                raise InputError(f"unbalanced {closing!r} in the formula {text!r}")
            group = stack.pop()
            if not group:
                raise InputError(f"empty brackets in the formula {text!r}")
            stack[-1] += group
        elif number:
            times = int(number)
            if group is None:
                raise InputError(f"the number {number} in the formula {text!r} follows no element or bracket")
            if times == 0:
                raise InputError(f"a count of zero in the formula {text!r}")
            stack[-1] += Counter({name: count * (times - 1) for name, count in group.items()})
            group = None
        position = match.end()
    if open_brackets:
        raise InputError(f"unbalanced {open_brackets[-1]!r} in the formula {text!r}")
    if not stack[0]:
        raise InputError("the formula is empty", hint="write for example C6H6O3S2")
    return Formula.of(stack[0])


def _hill_key(element: str, organic: bool) -> tuple[int, str]:
    return ({"C": 0, "H": 1}.get(element, 2) if organic else 2, element)


@functools.cache
def _principal_mass(element: str) -> float:
    return max(isotopes_of(element), key=lambda isotope: isotope.abundance).mass


@functools.cache
def _mean_mass(element: str) -> float:
    return sum(isotope.mass * isotope.abundance for isotope in isotopes_of(element))
