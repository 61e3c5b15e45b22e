"""Solvents: properties with their sources (``literature/tables/solvents.csv``), viscosity against temperature."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.literature import records

ROOM_TEMPERATURE = 298.15
_SAME_TEMPERATURE = 0.1  # handbook tables round 298.15 K to 298.2 K


@dataclass(frozen=True, slots=True)
class SolventProperty:
    """One published value of one property of one solvent.

    Parameters
    ----------
    solvent, property : names as in the table
    value : the value [unit]
    unit : pint name
    temperature : temperature it holds at, NaN where it has none [K]
    source : key of the bibliography
    preferred : it is the value that goldshell uses; the others are there to compare
    status : measured, quoted, derived or estimated
    note : what a user must know
    """

    solvent: str
    property: str
    value: float
    unit: str
    temperature: float
    source: str
    preferred: bool
    status: str
    note: str

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Viscosity:
    """A viscosity with where it comes from.

    Parameters
    ----------
    value : dynamic viscosity [mPa s]
    temperature : [K]
    source : key of the bibliography, or "given"
    valid : False when it does not hold at the temperature asked for
    note : what was used
    """

    value: float
    temperature: float
    source: str
    valid: bool
    note: str


def solvent_names() -> tuple[str, ...]:
    """Names of all solvents of the table, in its order."""
    return tuple(_names())


def find_solvent(name: str) -> str:
    """The table's name of a solvent, from that name, an abbreviation or a CAS number; letter case does not matter.

    Raises
    ------
    UnknownNameError : with near matches
    """
    wanted = name.strip().lower()
    for solvent, row in _names().items():
        others = [other.strip() for other in row["other_names"].split(";")]
        if wanted and wanted in {solvent.lower(), row["cas"], *(other.lower() for other in others)}:
            return solvent
    raise UnknownNameError("solvent", name, _names())


def solvent_smiles(solvent: str) -> str:
    """SMILES of a solvent."""
    return _names()[find_solvent(solvent)]["smiles"]


def solvent_properties(solvent: str, property: str | None = None) -> tuple[SolventProperty, ...]:
    """All values of a solvent, or all (competing) values of one property, the preferred first."""
    found = _properties()[find_solvent(solvent)]
    chosen = [row for row in found if property is None or row.property == property]
    return tuple(sorted(chosen, key=lambda row: not row.preferred))


def solvent_property(solvent: str, property: str) -> SolventProperty:
    """The preferred value of a property.

    Raises
    ------
    UnknownNameError : unknown solvent or property
    AnalysisError : the table has no value of that property for that solvent
    """
    known = {row.property for rows in _properties().values() for row in rows}
    if property not in known:
        raise UnknownNameError("solvent property", property, known)
    found = solvent_properties(solvent, property)
    if not found:
        raise AnalysisError(
            f"no {property.replace('_', ' ')} of {find_solvent(solvent)} in the solvent table", hint="give a value"
        )
    return found[0]


def has_property(solvent: str, property: str) -> bool:
    """Whether the table has a value of this property."""
    return bool(solvent_properties(solvent, property))


def solvent_molar_volume(solvent: str) -> float:
    """Molar volume of a solvent at its normal boiling point: of the table (water), else by Le Bas [cm³/mol]."""
    from goldshell.transport.molar_volume import le_bas_volume

    name = find_solvent(solvent)
    if has_property(name, "molar_volume_boiling"):
        return solvent_property(name, "molar_volume_boiling").value
    return le_bas_volume(solvent_smiles(name)).value


def viscosity(solvent: str, temperature: float = ROOM_TEMPERATURE) -> Viscosity:
    """Viscosity of a pure solvent at a temperature.

    At 298.15 K the preferred row of the table; elsewhere the cited correlation, either
    ln(mu/Pa s) = C1 + C2/T + C3 ln T + C4 T^C5 (DIPPR 101, an extended Andrade equation) or, for water,
    mu/µPa s = sum of C_i (T/300 K)^C_(i+4) over i = 1..4. Without a correlation, or outside its range, the value is
    that of the nearest temperature it covers and ``valid`` is False.

    Parameters
    ----------
    solvent : name
    temperature : [K]

    Returns
    -------
    Viscosity [mPa s]

    Raises
    ------
    UnknownNameError : unknown solvent
    InputError : the temperature is not a positive number

    References
    ----------
    Perry's Chemical Engineers' Handbook, 8th ed. (2007), Table 2-313; Pátek et al., J. Phys. Chem. Ref. Data 38 (2009)
    21-29, doi:10.1063/1.3043575
    """
    name = find_solvent(solvent)
    check_temperature(temperature)
    row = solvent_property(name, "viscosity")
    if abs(temperature - row.temperature) <= _SAME_TEMPERATURE:
        return Viscosity(row.value, temperature, row.source, True, f"viscosity from {row.source}")
    curve = _curves().get(name)
    if curve is None:
        note = f"viscosity known at {row.temperature:g} K only ({row.source}), used as it is"
        return Viscosity(row.value, row.temperature, row.source, False, note)
    low, high = float(curve["Tmin_K"]), float(curve["Tmax_K"])
    inside = min(max(temperature, low), high)
    value = _evaluate(curve, inside)
    if inside != temperature:
        note = f"viscosity correlation of {curve['source']} covers {low:g}-{high:g} K: value at {inside:g} K used"
        return Viscosity(value, inside, curve["source"], False, note)
    note = f"viscosity at {temperature:g} K from the temperature correlation of {curve['source']}"
    return Viscosity(value, temperature, curve["source"], True, note)


def check_temperature(temperature: float) -> None:
    """Raise InputError unless the temperature is a positive finite number [K]."""
    if not math.isfinite(temperature) or temperature <= 0:
        raise InputError(f"temperature {temperature:g} K", hint="a positive number in kelvin, for example 298.15")


def _evaluate(curve: dict[str, str], temperature: float) -> float:
    """Viscosity of a correlation row [mPa s]."""
    c = [float(curve[f"C{i}"] or "nan") for i in range(1, 9)]
    if curve["equation"] == "patek":
        return 1e-3 * sum(c[i] * (temperature / 300.0) ** c[i + 4] for i in range(4))
    exponent = c[0] + c[1] / temperature + c[2] * math.log(temperature) + c[3] * temperature ** c[4]
    return 1e3 * math.exp(exponent)


@functools.cache
def _names() -> MappingProxyType[str, dict[str, str]]:
    return MappingProxyType({row["solvent"]: row for row in records("solvent_names")})


@functools.cache
def _curves() -> MappingProxyType[str, dict[str, str]]:
    return MappingProxyType({row["solvent"]: row for row in records("solvent_viscosity")})


@functools.cache
def _properties() -> MappingProxyType[str, tuple[SolventProperty, ...]]:
    found: dict[str, list[SolventProperty]] = {name: [] for name in _names()}
    for row in records("solvents"):
        found[row["solvent"]].append(
            SolventProperty(
                solvent=row["solvent"],
                property=row["property"],
                value=float(row["value"]),
                unit=row["unit"],
                temperature=float(row["temperature_K"] or "nan"),
                source=row["source"],
                preferred=row["preferred"] == "yes",
                status=row["status"],
                note=row["note"],
            )
        )
    return MappingProxyType({name: tuple(rows) for name, rows in found.items()})
