"""Reading UV-vis files: spectra, spectra against time and kinetic traces, as text or JCAMP-DX.

Text may have any delimiter, a decimal comma, header lines and a byte-order mark (Shimadzu UVProbe, Agilent Cary, plain
CSV). Spectra against time have a wavelength column and one column per time ("0 h", "2 h", "24 h"), or pairs of columns
per spectrum (Cary), or one row per time. Lines such as ``# cluster_mM: 0.025`` carry what the instrument cannot know.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.spectra.vendor_text import NumberTable, read_file_text, read_number_table

Array = NDArray[np.float64]

TRIED = (
    "JCAMP-DX; text with columns by tab, semicolon, comma or spaces (Shimadzu ASCII, Cary CSV, plain), decimal point "
    "or comma"
)
_HOURS = {"s": 1 / 3600, "sec": 1 / 3600, "second": 1 / 3600, "seconds": 1 / 3600, "min": 1 / 60, "minute": 1 / 60,
          "minutes": 1 / 60, "h": 1.0, "hr": 1.0, "hrs": 1.0, "hour": 1.0, "hours": 1.0, "d": 24.0, "day": 24.0,
          "days": 24.0}  # fmt: skip
_TIME = re.compile(r"^\W*(?:elapsed\s+)?(?:reaction\s+)?time\b|^\W*time[_ (\[./]|^t\s*[/(\[]", re.IGNORECASE)
_WAVELENGTH = re.compile(r"wave\s*length|^\W*(wl|lambda|nm|λ)\b|^\W*nm\b", re.IGNORECASE)
_TRANSMITTANCE = re.compile(r"%\s*T\b|T\s*%|transmittance", re.IGNORECASE)
_DURATION = re.compile(r"(?<![\w.])([+-]?\d+(?:[.,]\d+)?)\s*_?(seconds?|sec|minutes?|min|hours?|hrs?|hr|h|days?|d|s)\b",
                       re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class AbsorbanceTrace:
    """Absorbance at one wavelength in time, with the conditions that the file states.

    Parameters
    ----------
    name : of the trace
    time : ascending, shape (points,) [h]
    absorbance : shape (points,) [1]
    cluster : clusters at the start [mM]; NaN where not stated
    ligand : incoming ligand at the start [mM]; NaN where not stated
    wavelength : [nm]; NaN where not stated
    path_length : of the cuvette [cm]; 1 where not stated
    epsilon : molar absorption coefficient of the cluster [1/(M cm)]; NaN where not stated
    blank : absorbance of the blank, stated apart [1]; NaN where not stated
    source : file
    warnings : advice
    """

    name: str
    time: Array
    absorbance: Array
    cluster: float = math.nan
    ligand: float = math.nan
    wavelength: float = math.nan
    path_length: float = 1.0
    epsilon: float = math.nan
    blank: float = math.nan
    source: str = ""
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What the trace is, without its points."""
        return {
            "name": self.name,
            "points": len(self.time),
            "time_range_h": [float(self.time[0]), float(self.time[-1])],
            "cluster_mM": self.cluster,
            "ligand_mM": self.ligand,
            "wavelength_nm": self.wavelength,
            "path_cm": self.path_length,
            "epsilon_M_cm": self.epsilon,
            "blank": self.blank,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, eq=False)
class SpectraInTime:
    """Absorbance spectra of one sample at one or more times, on one wavelength axis.

    Parameters
    ----------
    condition : what the sample stood in, for example "pH 4"
    time : ascending, shape (spectra,) [h]; NaN for a single spectrum without time
    wavelength : ascending, shape (points,) [nm]
    absorbance : shape (spectra, points) [1]
    source : files
    warnings : advice
    metadata : what the file states
    """

    condition: str
    time: Array
    wavelength: Array
    absorbance: Array
    source: str = ""
    warnings: tuple[str, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)


def read_traces(path: Path | str) -> tuple[AbsorbanceTrace, ...]:
    """Kinetic traces of a file: a time column and one or more absorbance columns.

    Header lines ``# cluster_mM:``, ``# ligand_mM:``, ``# wavelength_nm:``, ``# path_cm:``, ``# epsilon_M_cm:`` and
    ``# blank:`` hold for all columns; several numbers separated by commas are for one column each.

    Parameters
    ----------
    path : CSV, TSV, TXT (Shimadzu, Cary, plain) or JCAMP-DX with time on x

    Returns
    -------
    one trace per absorbance column

    Raises
    ------
    InputError : missing, of unknown format (what was tried is named), a time without unit, or values out of range
    """
    path = Path(path)
    text = read_file_text(path)
    if _is_jcamp(text):
        x, y, heads = _read_jcamp(path)
        unit = str(heads.get("xunits", "")).strip().lower()
        hours = _HOURS.get(unit.rstrip("."))
        if hours is None:
            raise InputError(f"x is in {unit or 'no unit'}, expected a time", where=str(path), hint="is it a spectrum?")
        head = {str(key).lower(): str(value) for key, value in heads.items()}
        return _conditions(path, [(str(head.get("title", path.stem)), x * hours, _absorbance(y, heads))], head, ())
    table = read_number_table(path, text, expected="time and absorbance")
    header = [*table.header]
    if _WAVELENGTH.search(header[0] or "") and not _TIME.search(header[0]):
        raise InputError(
            f"column {header[0]!r} is a wavelength: spectra, not a kinetic trace",
            where=table.where(-1 if table.line > 1 else 0),
            hint="'goldshell uvvis stability' reads spectra; a trace has the columns time_h,absorbance",
        )
    times = [i for i, name in enumerate(header) if _TIME.search(name)] or [0]
    hours = _time_unit(table, header[times[0]])
    _refuse_not_finite(table, times)
    pairs = []
    for place, column in enumerate(times):
        last = times[place + 1] if place + 1 < len(times) else table.values.shape[1]
        for signal in range(column + 1, last):
            if re.search(r"\b(sd|std|error|sem)\b", header[signal], re.IGNORECASE):
                continue
            keep = ~np.isnan(table.values[:, column]) & ~np.isnan(table.values[:, signal])
            y = table.values[keep, signal]
            if _TRANSMITTANCE.search(header[signal]):
                y = _from_transmittance(y, table.where())
            name = _trace_name(table, header[signal], column, signal)
            pairs.append((name, hours * table.values[keep, column], y))
    notes = (f"line {table.rest} on was left out: not numbers",) if table.rest and not _is_log(text, table) else ()
    return _conditions(path, pairs, table.metadata, notes)


def read_spectra(path: Path | str) -> SpectraInTime:
    """Spectra of a file, against time where it gives several.

    Parameters
    ----------
    path : CSV, TSV, TXT (Shimadzu, Cary, plain) or JCAMP-DX

    Returns
    -------
    SpectraInTime

    Raises
    ------
    InputError : missing, of unknown format (what was tried is named), times without unit, or values out of range
    """
    path = Path(path)
    text = read_file_text(path)
    if _is_jcamp(text):
        x, y, heads = _read_jcamp(path)
        unit = str(heads.get("xunits", "")).strip().lower()
        x = 1e7 / x if "1/cm" in unit or "cm-1" in unit else x
        head = {str(key).lower(): str(value) for key, value in heads.items() if isinstance(value, str | int | float)}
        return _spectra(path, np.array([_stated_time(head, path.stem)]), x, _absorbance(y, heads)[None, :], head, ())
    table = read_number_table(path, text, expected="wavelength and absorbance", minimum_rows=1)
    header = [*table.header]
    if _TIME.search(header[0] or ""):  # one row per time, wavelengths in the header
        hours = _time_unit(table, header[0])
        axis = np.array([_first_number(name) for name in header[1:]])
        if not np.all(np.isfinite(axis)):
            raise InputError(
                f"column {header[1:][int(np.flatnonzero(~np.isfinite(axis))[0])]!r} names no wavelength",
                where=table.where(-1),
                hint="a kinetic trace is read by 'goldshell uvvis etching'",
            )
        return _spectra(path, hours * table.values[:, 0], axis, table.values[:, 1:], table.metadata, ())
    axes = [i for i, name in enumerate(header) if _WAVELENGTH.search(name)] or [0]
    columns, names = [], []
    axis = table.values[:, axes[0]]
    for place, column in enumerate(axes):
        last = axes[place + 1] if place + 1 < len(axes) else table.values.shape[1]
        own = table.values[:, column]
        _refuse_not_finite(table, [column])
        for signal in range(column + 1, last):
            y = table.values[:, signal]
            y = _from_transmittance(y, table.where()) if _TRANSMITTANCE.search(header[signal]) else y
            order = np.argsort(own)
            columns.append(y if column == axes[0] else np.interp(axis, own[order], y[order]))
            names.append(_trace_name(table, header[signal], column, signal))
    if not columns:
        raise InputError("one column only, expected wavelength and absorbance", where=table.where())
    times = _times_of_columns(table, names)
    if len(columns) == 1 and not math.isfinite(times[0]):
        times = np.array([_stated_time(table.metadata, path.stem)])
    return _spectra(path, times, axis, np.array(columns), table.metadata, ())


def group_spectra(files: Iterable[SpectraInTime]) -> tuple[SpectraInTime, ...]:
    """Join files of single spectra that share a condition into one series each, in the order of time.

    Raises
    ------
    InputError : a series without times, two spectra at one time, or wavelengths that do not overlap
    """
    groups: dict[str, list[SpectraInTime]] = {}
    for item in files:
        groups.setdefault(item.condition, []).append(item)
    return tuple(_joined(name, parts) for name, parts in groups.items())


def _joined(name: str, parts: Sequence[SpectraInTime]) -> SpectraInTime:
    for part in parts:
        if not np.all(np.isfinite(part.time)):
            raise InputError(
                "a spectrum without a time",
                where=part.source,
                hint="add a line '# time_h: 24', or name the columns '0 h', '2 h', '24 h'",
            )
    low = max(float(part.wavelength[0]) for part in parts)
    high = min(float(part.wavelength[-1]) for part in parts)
    axis = parts[0].wavelength[(parts[0].wavelength >= low) & (parts[0].wavelength <= high)]
    if axis.size < 5:
        raise InputError(f"spectra of {name!r} do not share a range of wavelengths", where=parts[-1].source)
    rows = [np.interp(axis, part.wavelength, row) for part in parts for row in part.absorbance]
    time = np.concatenate([part.time for part in parts])
    order = np.argsort(time, kind="stable")
    if np.any(np.diff(time[order]) <= 0):
        raise InputError(
            f"two spectra of {name!r} at one time",
            where=parts[-1].source,
            hint="state conditions by '# condition: pH 4', or average repeats",
        )
    return replace(
        parts[0],
        time=time[order],
        wavelength=axis,
        absorbance=np.array(rows)[order],
        source=", ".join(part.source for part in parts),
        warnings=tuple(text for part in parts for text in part.warnings),
    )


def _spectra(
    path: Path, time: Array, axis: Array, absorbance: Array, metadata: dict[str, str], notes: tuple[str, ...]
) -> SpectraInTime:
    """Ascending in wavelength and time, finite; the condition by its line, the title or the file's name."""
    keep = np.isfinite(axis) & np.all(np.isfinite(absorbance), axis=0)
    if np.count_nonzero(~keep) > 0.1 * keep.size:
        raise InputError(f"{np.count_nonzero(~keep)} of {keep.size} points are not finite numbers", where=str(path))
    axis, absorbance = axis[keep], absorbance[:, keep]
    if axis.size < 5:
        raise InputError(f"{axis.size} wavelengths are no spectrum", where=str(path), hint=f"tried: {TRIED}")
    if axis.min() < 100 or axis.max() > 4000:
        raise InputError(
            f"wavelengths from {axis.min():g} to {axis.max():g} nm", where=str(path), hint="expected nm in column one"
        )
    _refuse_other_quantity(absorbance, str(path))
    axis, first = np.unique(axis, return_index=True)
    order = np.argsort(time, kind="stable")
    condition = metadata.get("condition") or metadata.get("sample") or path.stem
    return SpectraInTime(condition, time[order], axis, absorbance[:, first][order], str(path), notes, metadata)


def _is_jcamp(text: str) -> bool:
    return text.lstrip()[:400].upper().startswith(("##TITLE", "##JCAMP"))


def _read_jcamp(path: Path) -> tuple[Array, Array, dict[str, Any]]:
    import jcamp

    try:
        found = jcamp.readfile(str(path))
        if "x" not in found and found.get("children"):
            found = {**found, **found["children"][0]}
        x, y = np.asarray(found["x"], dtype=float), np.asarray(found["y"], dtype=float)
    except Exception as problem:  # jcamp raises assorted types on damaged files
        raise InputError(
            f"JCAMP-DX that cannot be read: {type(problem).__name__}", where=str(path), hint="is the file cut off?"
        ) from problem
    if x.size < 2 or x.size != y.size:
        raise InputError(f"JCAMP-DX with {x.size} x and {y.size} y values", where=str(path), hint="is it cut off?")
    declared = found.get("npoints")
    if isinstance(declared, int | float) and int(declared) > x.size:
        raise InputError(f"{x.size} of {int(declared)} points: the file is cut off", where=str(path))
    return x, y, found


def _absorbance(y: Array, heads: dict[str, Any]) -> Array:
    unit = str(heads.get("yunits", "")).lower()
    if "transmit" in unit:
        percent = "percent" in unit or "%" in unit or float(np.nanmax(y)) > 2
        return _from_transmittance(y if percent else 100 * y, "JCAMP-DX")
    return y


def _from_transmittance(percent: Array, where: str) -> Array:
    if np.any(percent <= 0):
        raise InputError("a transmittance of 0 % or less has no absorbance", where=where, hint="export absorbance")
    return np.asarray(-np.log10(percent / 100))


def _conditions(
    path: Path, pairs: list[tuple[str, Array, Array]], metadata: dict[str, str], notes: tuple[str, ...]
) -> tuple[AbsorbanceTrace, ...]:
    """Traces with the conditions of the header lines, checked."""
    columns = {
        "cluster": ("cluster_mm", "cluster"),
        "ligand": ("ligand_mm", "thiol_mm", "ligand"),
        "wavelength": ("wavelength_nm", "wavelength (nm)", "wavelength"),
        "path_length": ("path_cm", "path_length_cm"),
        "epsilon": ("epsilon_m_cm",),
        "blank": ("blank",),
    }
    if not pairs:
        raise InputError("no absorbance column", where=str(path), hint="columns: time_h,absorbance")
    stated: dict[str, list[float]] = {}
    for name, keys in columns.items():
        text = next((metadata[key] for key in keys if key in metadata), "")
        stated[name] = _number_list(text, len(pairs), f"{path}: '# {keys[0]}'") if text else []
    traces = []
    for position, (name, time, absorbance) in enumerate(pairs):
        values = {key: numbers[position] for key, numbers in stated.items() if numbers}
        for key, number in values.items():
            if key != "blank" and not (math.isfinite(number) and (number > 0 or (key == "ligand" and number == 0))):
                raise InputError(f"{key} is {number:g}", where=str(path), hint="it must be above 0")
        order = np.argsort(time, kind="stable")
        traces.append(AbsorbanceTrace(name, time[order], absorbance[order], source=str(path), warnings=notes, **values))
        _check_trace(traces[-1])
    return tuple(traces)


def _check_trace(trace: AbsorbanceTrace) -> None:
    place = f"{trace.source}: {trace.name}"
    if trace.time.size < 3:
        raise InputError(f"{trace.time.size} points are no trace", where=place, hint=f"tried: {TRIED}")
    if not np.all(np.isfinite(trace.absorbance)):
        raise InputError("absorbances that are not finite numbers", where=place)
    if np.any(np.diff(trace.time) <= 0):
        raise InputError("two points at one time", where=place, hint="average repeats")
    if trace.time[0] < 0:
        raise InputError(f"the first time is {trace.time[0]:g} h", where=place, hint="count from the mixing")
    _refuse_other_quantity(trace.absorbance, place)


def _refuse_other_quantity(absorbance: Array, where: str) -> None:
    if absorbance.max() > 10 or absorbance.min() < -1:
        raise InputError(
            f"absorbance from {absorbance.min():g} to {absorbance.max():g}", where=where,
            hint="expected absorbance, not mAU or percent transmittance",
        )  # fmt: skip


def _number_list(text: str, count: int, where: str) -> list[float]:
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        raise InputError(f"cannot read {text!r} as a number", where=where, hint="a number, without unit") from None
    if len(numbers) not in {1, count}:
        raise InputError(
            f"{len(numbers)} numbers for {count} absorbance columns", where=where, hint="give one, or one each"
        )
    return numbers * count if len(numbers) == 1 else numbers


def _time_unit(table: NumberTable, name: str) -> float:
    """Hours per unit of the time column."""
    stated = table.metadata.get("time_unit", "") or table.metadata.get("time unit", "")
    for word in re.split(r"[^A-Za-z]+", f"{name} {stated}".lower()):
        if word in _HOURS and not (word == "d" and "t" in name):
            return _HOURS[word]
    raise InputError(
        f"the unit of the time column {name!r} is not stated" if name else "no header names the time column",
        where=table.where(-1 if table.line > 1 else 0),
        hint="call the columns time_h,absorbance (or time_min, time_s)",
    )


def _refuse_not_finite(table: NumberTable, columns: list[int]) -> None:
    for column in columns:
        bad = np.flatnonzero(np.isinf(table.values[:, column]))
        if bad.size:
            raise InputError("not a finite number", where=table.where(int(bad[0])))


def _trace_name(table: NumberTable, name: str, column: int, signal: int) -> str:
    """A column's name: its header, unless that only says "Abs"; then the sample's name above, or the file's."""
    if name and not re.fullmatch(r"\W*(abs(orbance)?|a|od|%?t%?|ext(inction)?)\.?(\s*[\[(].*)?", name, re.IGNORECASE):
        return name
    width = len(table.header)
    for cells in reversed(table.above):
        for place in (signal, column):
            cell = cells[place] if len(cells) >= width - 1 and place < len(cells) else ""
            if cell and cell not in table.header and not re.search(r"[:=]", cell):
                return cell
    return table.path.stem


def _times_of_columns(table: NumberTable, names: list[str]) -> Array:
    """Times [h] that the names of columns state ("24 h"), or that a line '# time_h: 0, 2, 24' lists."""
    listed = table.metadata.get("time_h", "")
    if listed:
        return np.array(_number_list(listed, len(names), f"{table.path}: '# time_h'"))
    times = []
    for name in names:
        match = _DURATION.search(name)
        times.append(float(match[1].replace(",", ".")) * _HOURS[match[2].lower()] if match else math.nan)
    if len(names) > 1 and not np.all(np.isfinite(times)):
        try:
            bare = [float(name.replace(",", ".")) for name in names]
        except ValueError:
            bare = []
        unit = _HOURS.get(table.metadata.get("time_unit", "").lower())
        if bare and unit is not None:
            return unit * np.array(bare)
        raise InputError(
            f"column {names[int(np.flatnonzero(~np.isfinite(times))[0])]!r} states no time with its unit",
            where=table.where(-1 if table.line > 1 else 0),
            hint="name the columns '0 h', '2 h', '24 h', or add a line '# time_h: 0, 2, 24'",
        )
    return np.array(times)


def _stated_time(metadata: dict[str, str], stem: str) -> float:
    if "time_h" in metadata:
        return _number_list(metadata["time_h"], 1, "# time_h")[0]
    match = _DURATION.search(stem.replace("_", " "))
    return float(match[1].replace(",", ".")) * _HOURS[match[2].lower()] if match else math.nan


def _first_number(text: str) -> float:
    match = re.search(r"\d+(?:[.,]\d+)?", text)
    return float(match[0].replace(",", ".")) if match else math.nan


def _is_log(text: str, table: NumberTable) -> bool:
    """Whether what follows the numbers is an instrument's log (Cary writes one) and may go without a word."""
    lines = text.splitlines()
    return table.rest > 1 and not lines[table.rest - 2].strip(" ,;\t")
