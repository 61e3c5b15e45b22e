"""Reading spectra: mzML (profile or centroid, plain or .gz) and the text that vendors export."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from goldshell.errors import InputError
from goldshell.files import read_bytes
from goldshell.spectra.mzml import Scan, read_scans
from goldshell.spectra.vendor_text import decode_text

_MAXIMUM_BYTES = 2 * 1024**3
_LARGEST = 1e18  # of an intensity; no detector counts further
_NUMBER = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
_DECIMAL_COMMA = re.compile(r"^\s*[+-]?\d+,\d+\s*[;\t ]+\s*[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?\s*[;\t ]?")
_MASS_NAMES = ("m/z", "mz", "mass", "m over z", "x")
_INTENSITY_NAMES = ("absolute intensity", "intensity", "abs. int", "abundance", "counts", "signal", "int", "i", "y")
_TRIED = (
    "mzML (.mzML, .mzML.gz), columns of m/z and intensity as text (comma, semicolon, tab, spaces), Bruker line ASCII"
)


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """A mass spectrum, ascending in m/z.

    Parameters
    ----------
    mz : shape (points,) [Th]
    intensity : shape (points,) [instrument's unit]
    source : file it came from
    polarity : "negative", "positive", or "" where the file does not say
    mode : "profile", "centroid", or "" where the file does not say
    scans : number of scans averaged
    warnings : advice
    """

    mz: np.ndarray
    intensity: np.ndarray
    source: str = ""
    polarity: str = ""
    mode: str = ""
    scans: int = 1
    warnings: tuple[str, ...] = ()

    def between(self, low: float, high: float) -> Spectrum:
        """The points from ``low`` to ``high`` [Th]."""
        inside = (self.mz >= low) & (self.mz <= high)
        return replace(self, mz=self.mz[inside], intensity=self.intensity[inside])

    def to_dict(self) -> dict[str, Any]:
        """What the spectrum is, without its points."""
        return {
            "source": self.source,
            "points": len(self.mz),
            "mz_range_Th": [float(self.mz[0]), float(self.mz[-1])],
            "polarity": self.polarity,
            "mode": self.mode,
            "scans": self.scans,
        }


def read_spectrum(
    path: Path | str,
    *,
    scans: tuple[int, int] | None = None,
    minutes: tuple[float, float] | None = None,
    polarity: str = "",
) -> Spectrum:
    """Read a mass spectrum; the MS1 scans of an mzML file are averaged.

    Parameters
    ----------
    path : .mzML, .mzML.gz, or text with columns of m/z [Th] and intensity
    scans : first and last MS1 scan to average, counted from 1
    minutes : first and last retention time to average [min]
    polarity : "negative" or "positive": which scans to average where the file holds both; all must agree when ""

    Returns
    -------
    Spectrum

    Raises
    ------
    InputError : missing, empty, of an unknown format, truncated, or without a scan that fits
    """
    path = Path(path)
    if path.is_dir() and path.suffix.lower() in {".d", ".raw"}:
        raise InputError("is a folder of a vendor's raw data", where=str(path), hint="export it as mzML or as text")
    data = read_bytes(path, largest=_MAXIMUM_BYTES)
    if path.suffix.lower() == ".gz" or data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError) as problem:
            raise InputError("the .gz file is damaged or cut off", where=str(path)) from problem
    start = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"<"):
        if b"mzML" not in data[:4000]:
            raise InputError("XML, but not mzML", where=str(path), hint=f"tried: {_TRIED}")
        return _read_mzml(path, data, scans, minutes, polarity)
    if scans is not None or minutes is not None:
        raise InputError("scans can be chosen only in an mzML file", where=str(path))
    return _read_text(path, data)


def _read_mzml(
    path: Path, data: bytes, scans: tuple[int, int] | None, minutes: tuple[float, float] | None, polarity: str
) -> Spectrum:
    chosen: list[Scan] = []
    seen = 0
    for seen, scan in enumerate(read_scans(data, str(path)), 1):
        if scans and not scans[0] <= seen <= scans[1]:
            continue
        if minutes and not minutes[0] <= scan.minutes <= minutes[1]:
            continue
        if len(scan.mz) != len(scan.intensity):
            raise InputError(f"MS1 scan {seen}: m/z and intensity differ in length", where=str(path))
        chosen.append(scan)
    if not chosen:
        what = f"of {seen} MS1 scans none is in the range asked for" if seen else "no MS1 scan with data"
        raise InputError(what, where=str(path), hint="check scans, times and polarity" if seen else "")
    signs = {scan.polarity for scan in chosen} - {""}
    if len(signs) > 1:
        if not polarity:
            raise InputError("scans of both polarities", where=str(path), hint="choose negative or positive")
        chosen, signs = [scan for scan in chosen if scan.polarity == polarity], {polarity}
    modes = {scan.mode for scan in chosen}
    if "centroid" in modes and "profile" in modes:
        raise InputError("profile and centroid scans are mixed", where=str(path), hint="choose scans of one kind")
    mz, intensity = _average([(scan.mz, scan.intensity) for scan in chosen])
    return _checked(Spectrum(mz, intensity, str(path), "".join(signs), "".join(modes), len(chosen)), where=str(path))


def _average(scans: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Mean of scans, on the m/z axis of the longest one."""
    axis = max((mz for mz, _ in scans), key=len)
    if len(scans) == 1:
        return scans[0]
    total = np.zeros(len(axis))
    for mz, intensity in scans:
        same = len(mz) == len(axis) and np.array_equal(mz, axis)
        total += intensity if same else np.interp(axis, mz, intensity, left=0.0, right=0.0)
    return axis, total / len(scans)


def _read_text(path: Path, data: bytes) -> Spectrum:
    text = decode_text(path, data, hint=f"tried: {_TRIED}")
    bruker = _bruker_lines(text)
    if bruker is not None:
        (mz, intensity), polarity, mode, scans = bruker
        return _checked(Spectrum(mz, intensity, str(path), polarity, mode, scans), where=str(path))
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if _is_row(line)), None)
    if first is None:
        raise InputError("no line with two numbers, m/z and intensity", where=str(path), hint=f"tried: {_TRIED}")
    sample = lines[first]
    comma_is_decimal = bool(_DECIMAL_COMMA.match(sample))
    delimiter = ";" if ";" in sample else "\t" if "\t" in sample else "," if "," in sample else None
    if comma_is_decimal and delimiter == ",":
        delimiter = None
    columns = _columns(lines[:first], delimiter)
    rows = _leading_rows(lines[first:], delimiter, columns, "," if comma_is_decimal else ".")
    end = first + len(rows)
    rest = [i for i in range(end, len(lines)) if lines[i].strip() and not lines[i].lstrip().startswith(("#", "["))]
    if rest and len(rows) < 0.5 * len(lines):
        cells = lines[rest[0]].split(delimiter)
        raise InputError(
            f"cannot read {' '.join(lines[rest[0]].split())[:60]!r} as m/z and intensity",
            where=f"{path}:{rest[0] + 1}",
            hint=f"columns found: {len(cells)}; with decimal commas use semicolons or tabs between columns",
        )
    if delimiter == "," and len(sample.split(",")) == 4 and (first == 0 or len(lines[first - 1].split(",")) == 2):
        raise InputError(
            "four comma-separated numbers: decimal commas with comma separators cannot be told apart",
            where=f"{path}:{first + 1}",
            hint="export with semicolons or tabs",
        )
    notes = (f"line {rest[0] + 1} on was left out: not m/z and intensity",) if rest else ()
    head = " ".join(lines[:first]).lower()
    polarity = "negative" if "negative" in head else "positive" if "positive" in head else ""
    return _checked(
        Spectrum(rows[:, 0], rows[:, 1], str(path), polarity, "", 1, notes), where=str(path), line=first + 1
    )


def _leading_rows(lines: list[str], delimiter: str | None, columns: tuple[int, int], decimal: str) -> np.ndarray:
    """Two columns of the lines up to the first that does not hold numbers there, shape (rows, 2)."""
    if decimal == ".":
        try:  # a whole block at once, where nothing follows it
            found = np.loadtxt(lines, delimiter=delimiter, usecols=columns, comments=None, ndmin=2)
        except ValueError:
            found = np.empty((0, 2))
        if len(found) == len(lines):
            return found
    pairs = []
    for line in lines:
        cells = line.split(delimiter)
        try:
            pairs.append([float(cells[column].strip(' "').replace(decimal, ".")) for column in columns])
        except (ValueError, IndexError):
            break
    return np.array(pairs).reshape(-1, 2)


def _is_row(line: str) -> bool:
    """Whether a line holds nothing but numbers, two at least."""
    cells = [cell for cell in re.split(r"[;,\s]+", line.replace('"', " ").strip()) if cell]
    try:
        return len([float(cell) for cell in cells]) >= 2
    except ValueError:
        return False


def _columns(header: list[str], delimiter: str | None) -> tuple[int, int]:
    """Columns of m/z and intensity by the last header line that names them; the first two otherwise."""
    for line in reversed(header):
        cells = [cell.strip(' "#').lower() for cell in line.split(delimiter)]
        mass = next((i for name in _MASS_NAMES for i, cell in enumerate(cells) if cell.startswith(name)), None)
        height = next(
            (i for name in _INTENSITY_NAMES for i, cell in enumerate(cells) if cell.startswith(name) and i != mass),
            None,
        )
        if mass is not None and height is not None:
            return mass, height
    return 0, 1


def _bruker_lines(text: str) -> tuple[tuple[np.ndarray, np.ndarray], str, str, int] | None:
    """Bruker's 'simple line' ASCII, one scan a line: time,+/-,source,level,-,profile,range,points,mz i,mz i ..."""
    fields = text.lstrip().split("\n", 1)[0].split(",")
    if len(fields) < 9 or fields[1].strip() not in {"+", "-"}:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    scans, signs, modes = [], set(), set()
    for line in lines:
        cells = line.split(",")
        start = next(
            (i for i, cell in enumerate(cells) if i > 2 and re.fullmatch(rf"\s*{_NUMBER}\s+{_NUMBER}\s*", cell)), None
        )
        if start is None or len(cells) < 3:
            continue
        signs.add({"+": "positive", "-": "negative"}.get(cells[1].strip(), ""))
        modes.add("profile" if "profile" in line[:200].lower() else "centroid" if "line" in line[:200].lower() else "")
        pairs = np.array([cell.split() for cell in cells[start:] if cell.strip()], dtype=float)
        scans.append((pairs[:, 0], pairs[:, 1]))
    if not scans or len(signs) > 1:
        return None
    return _average(scans), signs.pop(), modes.pop() if len(modes) == 1 else "", len(scans)


def _checked(spectrum: Spectrum, *, where: str, line: int | None = None) -> Spectrum:
    """Ascending, finite, positive m/z; InputError where that cannot be had."""
    mz, intensity = spectrum.mz, spectrum.intensity
    if len(mz) != len(intensity):
        raise InputError(f"{len(mz)} m/z values but {len(intensity)} intensities", where=where)
    if len(mz) < 2:
        raise InputError("fewer than two points", where=where)
    bad = np.flatnonzero(~np.isfinite(mz) | ~np.isfinite(intensity))
    if len(bad):
        place = f"{where}:{line + int(bad[0])}" if line else where
        raise InputError(f"{len(bad)} values are not finite numbers", where=place)
    if mz.min() <= 0:
        place = f"{where}:{line + int(mz.argmin())}" if line else where
        raise InputError(f"m/z {mz.min():g} is not above zero", where=place, hint="is the m/z column the first one?")
    if intensity.max() > _LARGEST:
        worst = int(intensity.argmax())
        place = f"{where}:{line + worst}" if line else where
        raise InputError(f"an intensity of {intensity[worst]:g} at m/z {mz[worst]:g} is no reading", where=place)
    if intensity.max() <= 0:
        raise InputError("no intensity is above zero", where=where)
    order = np.argsort(mz, kind="stable")
    mz, first = np.unique(mz[order], return_index=True)
    return Spectrum(mz, intensity[order][first], spectrum.source, spectrum.polarity, spectrum.mode, spectrum.scans,
                    spectrum.warnings)  # fmt: skip
