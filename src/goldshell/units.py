"""Units at the border: text with units in, plain floats in working units inside.

Working units: concentration mM, time h, length m, diffusivity m²/s, volume mL, mass g, molar mass g/mol,
m/z Th, dose %ID, energy kJ/mol. Quantities are parsed where data enter (study files, literature tables,
command line) and nowhere else.
"""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from goldshell.errors import InputError

if TYPE_CHECKING:
    import pint

_DEFINITIONS = (
    "percent_injected_dose = 0.01 * injected_dose = _ = pctID",
    "thomson = dalton / elementary_charge = Th_mz",
    "HU = [hounsfield] = HU = hounsfield_unit",
    "counts = [detector_counts] = counts",
    "equivalent_feed = 1 = equiv",
)

# Working unit -> unit -> (multiply, divide): the common units of a vial, so that pint (0.4 s to import) can stay out.
_EXACT = {
    "h": {"h": (1.0, 1.0), "min": (1.0, 60.0), "s": (1.0, 3600.0)},
    "mL": {"mL": (1.0, 1.0), "uL": (1.0, 1e3), "L": (1e3, 1.0)},
    "mM": {"mM": (1.0, 1.0), "uM": (1.0, 1e3), "M": (1e3, 1.0)},
    **{unit: {unit: (1.0, 1.0)} for unit in ("1/h", "K", "nm", "g/mol", "m**2/s", "Pa*s")},
}

_STARTS_WITH_NUMBER = re.compile(r"[-+]?(\d|\.\d|nan\b|inf\b)", re.IGNORECASE)


@functools.cache
def registry() -> pint.UnitRegistry[float]:
    """The one pint registry, with %ID (percent of the injected dose), HU, Th and counts defined."""
    import pint

    units: pint.UnitRegistry[float]
    try:
        units = pint.UnitRegistry(cache_folder=":auto:")  # parsed definitions in the user's cache folder: 0.4 s less
    except OSError:  # a home that cannot be written
        units = pint.UnitRegistry()
    units.define("injected_dose = [injected_dose]")
    for definition in _DEFINITIONS:
        units.define(definition)
    return units


def _spell_out(text: str) -> str:
    """Rewrite the field's spellings (%ID, %, °C, µ, ·, superscripts) to what pint parses."""
    replacements = (
        ("%ID", " percent_injected_dose"),
        ("% ID", " percent_injected_dose"),
        ("°C", "degC"),
        ("Å", "angstrom"),
        ("µ", "u"),
        ("μ", "u"),
        ("·", "*"),
        ("²", "**2"),
        ("³", "**3"),
        ("⁻¹", "**-1"),
        ("^", "**"),
    )
    for old, new in replacements:
        text = text.replace(old, new)
    return text.replace("%", " percent")


def parse(text: str | float, unit: str, *, where: str = "") -> float:
    """Convert a quantity written with its unit to a plain float in ``unit``.

    Parameters
    ----------
    text : for example ``"0.025 mM"`` or ``"2 mL"``
    unit : the working unit to return [pint name; "1" for dimensionless]
    where : file, line or option, for the error message

    Returns
    -------
    float [unit]

    Raises
    ------
    InputError : no number, no unit, an unknown unit, or a unit of another dimension; NaN or infinity
    """
    example = f"write a number and a unit, for example '1 {unit}'" if unit != "1" else "write a plain number"
    if isinstance(text, bool):
        raise InputError(f"expected a quantity, got {text}", where=where, hint=example)
    if isinstance(text, int | float):
        if unit != "1":
            raise InputError(f"missing unit in {text!r}", where=where, hint=example)
        return _finite(float(text), str(text), where)
    spelled = _spell_out(text).strip()
    number, _, name = spelled.partition(" ")
    if not _STARTS_WITH_NUMBER.match(spelled):
        raise InputError(f"cannot read the quantity {text!r}", where=where, hint=example)
    factor = _EXACT.get(unit, {}).get(name.strip())
    if factor is not None and _is_number(number):
        return _finite(float(number) * factor[0] / factor[1], text, where)
    units = registry()
    from pint import DimensionalityError

    try:
        # Quantity(number, unit) rather than an expression: offset units (25 degC) need it.
        quantity = units.Quantity(float(number), name) if _is_number(number) and name else units.Quantity(spelled)
    except Exception as problem:  # pint's tokenizer raises assorted types on malformed text
        raise InputError(f"cannot read the quantity {text!r}", where=where, hint=example) from problem
    if quantity.unitless and unit != "1":
        raise InputError(f"missing unit in {text!r}", where=where, hint=example)
    try:
        value = float(quantity.to("dimensionless" if unit == "1" else _spell_out(unit)).magnitude)
    except DimensionalityError as problem:
        raise InputError(f"{text!r} is not a quantity in {unit}", where=where, hint=example) from problem
    return _finite(value, text, where)


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """Convert a number between two units, both pint names."""
    factor = _EXACT.get(to_unit, {}).get(from_unit)
    if factor is not None:
        return value * factor[0] / factor[1]
    units = registry()
    return float(units.Quantity(value, _spell_out(from_unit)).to(_spell_out(to_unit)).magnitude)


def check_unit(unit: str, *, where: str = "") -> None:
    """Raise InputError when ``unit`` is not a unit that the registry knows ("1" is dimensionless)."""
    if unit == "1":
        return
    try:
        registry().Unit(_spell_out(unit).strip())
    except Exception as problem:  # pint's tokenizer raises assorted types on malformed text
        raise InputError(f"unknown unit {unit!r}", where=where) from problem


def quantity(unit: str, *, minimum: float | None = None, maximum: float | None = None, exclusive: bool = False) -> Any:
    """A pydantic field type: text with a unit, validated and converted to a float in ``unit``.

    Parameters
    ----------
    unit : working unit [pint name]
    minimum, maximum : smallest and largest allowed value [unit]
    exclusive : the minimum itself is not allowed
    """

    def read(text: Any) -> float:
        if not isinstance(text, str | int | float):
            raise ValueError(f"expected a quantity such as '1 {unit}'")
        try:
            value = parse(text, unit)
        except InputError as problem:
            raise ValueError(str(problem)) from problem
        if minimum is not None and (value < minimum or (exclusive and value == minimum)):
            raise ValueError(f"{text!r} must be {'above' if exclusive else 'at least'} {minimum:g} {unit}")
        if maximum is not None and value > maximum:
            raise ValueError(f"{text!r} must be at most {maximum:g} {unit}")
        return value

    return Annotated[float, BeforeValidator(read)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _finite(value: float, text: str, where: str) -> float:
    if not math.isfinite(value):
        raise InputError(f"{text!r} is not a finite number", where=where)
    return value
