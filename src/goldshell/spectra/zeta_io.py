"""Reading zeta potential exports (Malvern Zetasizer and plain tables): one row per measurement."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from goldshell.errors import InputError
from goldshell.spectra.vendor_text import TextTable, read_file_text, read_text_table

_MOBILITY = ("mobility", "mob", "electrophoretic mobility", "mean mobility", "zeta potential mobility")
_ZETA = ("zeta potential (mv)", "zeta_mv", "zeta_mV", "zp", "zeta potential", "zeta")
_UNITS = {  # letters and digits of a unit -> factor to ours: um cm/(V s), mV, mS/cm
    "mobility": {"umcmvs": 1.0, "umcmvsec": 1.0, "umcmv1s1": 1.0, "umscmv": 1.0, "108m2vs": 1.0, "1e8m2vs": 1.0,
                 "m2vs": 1e8, "cm2vs": 1e4},
    "zeta": {"mv": 1.0, "v": 1e3},
    "conductivity": {"mscm": 1.0, "uscm": 1e-3, "sm": 10.0, "msm": 0.01},
}  # fmt: skip
_LIMIT_MV, _LIMIT_MOBILITY = 200.0, 15.0


@dataclass(frozen=True, slots=True)
class ZetaRecord:
    """One measurement.

    Parameters
    ----------
    sample : name
    mobility : [um cm/(V s)]; NaN where only zeta is given
    zeta : as the instrument computed it [mV]; NaN where not given
    temperature : [K]; NaN where not stated
    conductivity : [mS/cm]; NaN where not stated
    ph : NaN where not stated
    ionic_strength : [mM]; NaN where not stated
    diameter : hydrodynamic [nm]; NaN where not stated
    cluster : notation; "" where not stated
    where : file and line
    """

    sample: str
    mobility: float
    zeta: float
    temperature: float = math.nan
    conductivity: float = math.nan
    ph: float = math.nan
    ionic_strength: float = math.nan
    diameter: float = math.nan
    cluster: str = ""
    where: str = ""


def read_zeta(path: Path | str) -> tuple[ZetaRecord, ...]:
    """Measurements of an export.

    Columns (in any order, case and delimiter): a sample name, mobility [um cm/(V s)] or zeta [mV], and where there
    are any temperature [degC], conductivity [mS/cm], pH, ionic_strength_mM, diameter_nm, cluster. What no column gives
    may stand above in lines such as ``# ionic_strength_mM: 10``.

    Parameters
    ----------
    path : CSV, TSV or TXT

    Raises
    ------
    InputError : missing, of unknown format (what was tried is named), empty, or values out of range
    """
    path = Path(path)
    text = read_file_text(path)
    try:
        table = read_text_table(path, text, (_lower(_MOBILITY),), expected="mobilities")
    except InputError:
        table = read_text_table(path, text, (_lower((*_ZETA, *_MOBILITY)),), expected="zeta potentials or mobilities")
    columns = {
        "mobility": table.column(*_lower(_MOBILITY)),
        "zeta": _column_of_zeta(table),
        "temperature": table.column("temperature", "temp", "t (", "t"),
        "conductivity": table.column("conductivity", "cond"),
        "ph": table.column("ph"),
        "ionic_strength": table.column("ionic_strength", "ionic strength"),
        "diameter": table.column("diameter", "hydrodynamic"),
    }
    if columns["temperature"] is not None and table.header[columns["temperature"]].lower().startswith("type"):
        columns["temperature"] = None
    stated = {name: _stated(table, name) for name in columns}
    second = table.rows[0] if _is_units(table.rows[0], columns.values()) else ()
    factors = {
        key: _factor(key, table.header[place], second[place] if place < len(second) else "", str(path))
        for key, place in columns.items()
        if place is not None
    }
    name, cluster = table.column("sample name", "sample", "name"), table.column("cluster")
    records = []
    for row, cells in enumerate(table.rows):
        where = f"{path}:{table.lines[row]}"
        if _is_units(cells, columns.values()):
            continue
        values = {key: factors[key] * table.number(row, place) if place is not None else math.nan
                  for key, place in columns.items()}  # fmt: skip
        values = {key: stated[key] if math.isnan(value) else value for key, value in values.items()}
        if math.isnan(values["mobility"]) and math.isnan(values["zeta"]):
            raise InputError("neither mobility nor zeta potential", where=where, hint="is the row cut off?")
        _check(values, where)
        if not math.isnan(values["temperature"]):
            values["temperature"] += 273.15 if values["temperature"] < 150 else 0.0
        label = cells[name] if name is not None and name < len(cells) else ""
        records.append(
            ZetaRecord(
                sample=re.sub(r"\s+\d+$", "", label) or path.stem,
                cluster=(cells[cluster] if cluster is not None and cluster < len(cells) else "")
                or table.metadata.get("cluster", ""),
                where=where,
                **values,
            )
        )
    if not records:
        raise InputError("no measurements", where=str(path))
    return tuple(records)


def _lower(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _column_of_zeta(table: TextTable) -> int | None:
    """The mean zeta potential, not its deviation or quality."""
    for names in _lower(_ZETA):
        for i, cell in enumerate(table.header):
            lowered = cell.lower()
            if lowered.startswith(names) and not re.search(r"dev|width|sd|quality|mobility|peak|runs", lowered):
                return i
    return None


def _stated(table: TextTable, name: str) -> float:
    keys = {
        "temperature": ("temperature_c", "temperature"),
        "ph": ("ph",),
        "ionic_strength": ("ionic_strength_mm", "ionic strength (mm)"),
        "diameter": ("diameter_nm", "hydrodynamic_diameter_nm"),
        "conductivity": ("conductivity_ms_cm",),
    }.get(name, ())
    for key in keys:
        if key in table.metadata:
            match = re.match(r"[+-]?\d+(?:[.,]\d+)?", table.metadata[key])
            if not match:
                raise InputError(f"{table.metadata[key]!r} is not a number", where=f"{table.path}: '# {key}'")
            return float(match[0].replace(",", "."))
    return math.nan


def _is_units(cells: tuple[str, ...], columns: object) -> bool:
    """A second header line with units, as the Zetasizer writes it."""
    places = [place for place in columns if place is not None]  # type: ignore[attr-defined]
    filled = [cells[place] for place in places if place < len(cells) and cells[place]]
    return bool(filled) and not any(re.search(r"\d", cell) for cell in filled)


def _factor(quantity: str, name: str, below: str, path: str) -> float:
    """From the unit of a column, in brackets behind its name or in a line of units, to ours; 1 where none is stated."""
    bracket = re.search(r"[(\[](.*)[)\]]\s*$", name)
    text = bracket[1] if bracket else below
    known = _UNITS.get(quantity)
    if known is None or not text:
        return 1.0
    unit = re.sub(r"[^a-z0-9]", "", text.lower().replace("\u00b5", "u").replace("\u03bc", "u"))
    if unit not in known:
        hint = {"mobility": "um cm/(V s)", "zeta": "mV", "conductivity": "mS/cm"}[quantity]
        raise InputError(f"{quantity} in {text!r}", where=path, hint=f"expected {hint}")
    return known[unit]


def _check(values: dict[str, float], where: str) -> None:
    for name, limit, unit in (("zeta", _LIMIT_MV, "mV"), ("mobility", _LIMIT_MOBILITY, "um cm/(V s)")):
        if abs(values[name]) > limit:
            raise InputError(
                f"{name} is {values[name]:g} {unit}",
                where=where,
                hint="expected mobility in um cm/(V s) = 1e-8 m2/(V s), zeta in mV",
            )
    for name in ("ionic_strength", "diameter", "conductivity"):
        if values[name] <= 0:
            raise InputError(f"{name.replace('_', ' ')} is {values[name]:g}", where=where, hint="it must be above 0")
    if not (math.isnan(values["ph"]) or 0 <= values["ph"] <= 14):
        raise InputError(f"pH {values['ph']:g} is not between 0 and 14", where=where)
