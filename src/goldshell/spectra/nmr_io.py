"""Reading NMR: tables of integrals, and Bruker folders or JCAMP-DX spectra whose regions are integrated here."""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError
from goldshell.spectra.vendor_text import TextTable, read_file_text, read_text_table

Array = NDArray[np.float64]

_LARGEST = 1e18  # of an integral; above it squares and sums lose their meaning
TRIED = "table of integrals (CSV, TSV), Bruker folder (pdata/1/1r or fid), JCAMP-DX"


@dataclass(frozen=True, slots=True)
class Integral:
    """The integral of one region.

    Parameters
    ----------
    environment : name of the region
    protons : ligand -> protons that it has in the region
    value : integral [any unit, the same for a sample]
    sd : standard error; NaN where not known
    ppm : region, low and high; NaN where not known
    where : file and line
    """

    environment: str
    protons: dict[str, float]
    value: float
    sd: float = math.nan
    ppm: tuple[float, float] = (math.nan, math.nan)
    where: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON types."""
        return {
            "environment": self.environment,
            "protons": self.protons,
            "integral": self.value,
            "sd": self.sd,
            "ppm": list(self.ppm) if math.isfinite(self.ppm[0]) else None,
        }


@dataclass(frozen=True, slots=True, eq=False)
class NmrSample:
    """Integrals of one sample.

    Parameters
    ----------
    name : of the sample
    integrals : its regions
    cluster, incoming : as the file states; "" where not
    ppm, intensity : the spectrum, where there is one
    warnings : advice
    """

    name: str
    integrals: tuple[Integral, ...]
    cluster: str = ""
    incoming: str = ""
    ppm: Array | None = None
    intensity: Array | None = None
    warnings: tuple[str, ...] = ()


def read_nmr(path: Path | str, *, regions: Path | str | None = None) -> tuple[NmrSample, ...]:
    """Integrals of a file or folder.

    Parameters
    ----------
    path : table with the columns ``ligand, protons, integral`` (and ``sample, environment, sd``); a Bruker folder; or
        a JCAMP-DX spectrum
    regions : table with the columns ``ppm_low, ppm_high, ligand, protons``; needed for spectra

    Returns
    -------
    one sample per name in the table, or one per spectrum

    Raises
    ------
    InputError : missing, of unknown format (what was tried is named), or regions missing or outside the spectrum
    """
    path = Path(path)
    if path.is_dir() or path.name in {"1r", "fid"}:
        ppm, intensity, notes = read_bruker(path)
        name = path.name if path.is_dir() else path.parent.name
    else:
        text = read_file_text(path)
        if not text.lstrip()[:400].upper().startswith(("##TITLE", "##JCAMP")):
            return _samples(path, text)
        ppm, intensity = _read_jcamp(path)
        notes, name = (), path.stem
    if regions is None:
        raise InputError(
            "a spectrum needs its regions",
            where=str(path),
            hint="--regions TABLE.csv with the columns ppm_low,ppm_high,ligand,protons",
        )
    found, metadata = _integrate(Path(regions), ppm, intensity)
    return (NmrSample(name, found, metadata.get("cluster", ""), metadata.get("incoming", ""), ppm, intensity, notes),)


def read_bruker(path: Path) -> tuple[Array, Array, tuple[str, ...]]:
    """Chemical shift and intensity of a Bruker experiment: the processed spectrum, else the FID processed here.

    Parameters
    ----------
    path : experiment folder, its pdata folder, or the file 1r or fid

    Returns
    -------
    ppm ascending (points,), intensity (points,), advice

    Raises
    ------
    InputError : neither a processed spectrum nor an FID, or files that are cut off
    """
    import nmrglue

    folder = path if path.is_dir() else path.parent
    numbered = sorted(folder.glob("pdata/*/1r"), key=lambda item: (len(item.parent.name), item.parent.name))
    spectrum = folder / "1r" if (folder / "1r").is_file() else (numbered[0] if numbered else None)
    try:
        if spectrum is not None:
            dictionary, data = nmrglue.bruker.read_pdata(str(spectrum.parent), bin_files=["1r"])
            procs = dictionary["procs"]
            size = int(procs["SI"])
            if np.ndim(data) != 1 or data.size < size:
                raise InputError(f"{np.size(data)} of {size} points: the file is cut off", where=str(spectrum))
            width = float(procs["SW_p"]) / float(procs["SF"])
            high = float(procs["OFFSET"])
            ppm = high - np.arange(data.size) * width / data.size
            return ppm[::-1], np.asarray(data, dtype=float)[::-1], ()
        if (folder / "fid").is_file():
            return _process_fid(folder)
    except InputError:
        raise
    except Exception as problem:  # nmrglue raises assorted types on damaged folders
        raise InputError(
            f"Bruker folder that cannot be read: {type(problem).__name__}: {problem}",
            where=str(folder),
            hint="needs pdata/1/1r with procs, or fid with acqus",
        ) from problem
    raise InputError("neither pdata/*/1r nor fid in the folder", where=str(folder), hint=f"tried: {TRIED}")


def _process_fid(folder: Path) -> tuple[Array, Array, tuple[str, ...]]:
    """Digital filter removed, 0.3 Hz line broadening, zero filling, Fourier transform, automatic phase."""
    import nmrglue

    dictionary, data = nmrglue.bruker.read(str(folder))
    acquired = dictionary["acqus"]
    data = nmrglue.bruker.remove_digital_filter(dictionary, data)
    data = nmrglue.proc_base.em(data, lb=0.3 / float(acquired["SW_h"]))
    data = nmrglue.proc_base.zf_auto(nmrglue.proc_base.zf_double(data, 1))
    data = nmrglue.proc_base.fft(data)
    data = nmrglue.proc_autophase.autops(data, "acme", disp=False)
    real = np.real(data)
    frequency = float(acquired["SFO1"])
    centre = float(acquired["O1"]) / float(acquired["BF1"])
    width = float(acquired["SW_h"]) / frequency
    ppm = centre + (0.5 - (np.arange(real.size) + 0.5) / real.size) * width
    if ppm[0] > ppm[-1]:
        ppm, real = ppm[::-1], real[::-1]
    note = "no processed spectrum in the folder: the FID was processed and phased automatically; check the phase"
    return ppm, np.asarray(real, dtype=float), (note,)


def _read_jcamp(path: Path) -> tuple[Array, Array]:
    import nmrglue

    kind = re.search(r"^##DATA ?TYPE=\s*(.*?)\s*$", read_file_text(path), re.IGNORECASE | re.MULTILINE)
    if kind and "NMR" not in kind[1].upper():
        raise InputError(f"JCAMP-DX of a {kind[1].lower()}, expected NMR", where=str(path), hint=f"tried: {TRIED}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nmrglue's advice to programmers
            dictionary, data = nmrglue.jcampdx.read(str(path))
        data = data[0] if isinstance(data, list) else data
        universal = nmrglue.jcampdx.guess_udic(dictionary, data)
        ppm = nmrglue.fileiobase.uc_from_udic(universal).ppm_scale()
    except Exception as problem:  # nmrglue raises assorted types on damaged files
        raise InputError(
            f"JCAMP-DX that cannot be read as a spectrum: {type(problem).__name__}",
            where=str(path),
            hint=f"tried: {TRIED}",
        ) from problem
    real = np.real(np.asarray(data)).astype(float)
    order = np.argsort(ppm)
    return np.asarray(ppm)[order], real[order]


def parse_protons(ligand: str, protons: str, *, decimal: str, where: str) -> dict[str, float]:
    """``p-MBSA + p-ATP`` and ``2 + 2`` as ligand -> protons.

    Raises
    ------
    InputError : differing numbers of ligands and protons, or protons that are no number above 0
    """
    names = [part.strip() for part in re.split(r"\s\+\s|&", ligand) if part.strip()]
    counts = [part.strip() for part in re.split(r"\+|&", protons) if part.strip()]
    if not names or len(names) != len(counts):
        raise InputError(
            f"{len(names)} ligands ({ligand!r}) and {len(counts)} numbers of protons ({protons!r})",
            where=where,
            hint="a region that two ligands share: 'p-MBSA + p-ATP' and '2 + 2'",
        )
    found = {}
    for name, count in zip(names, counts, strict=True):
        try:
            number = float(count.replace(",", ".") if decimal == "," else count)
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number > 0):
            raise InputError(f"{count!r} protons of {name}", where=where, hint="a number above 0")
        found[name] = number
    return found


def _samples(path: Path, text: str) -> tuple[NmrSample, ...]:
    table = read_text_table(
        path,
        text,
        (("ligand",), ("proton", "nh", "h"), ("integral", "area", "absolute", "normalized")),
        expected="integrals",
    )
    ligand, protons = table.column("ligand"), table.column("protons", "proton", "nh", "h")
    value = table.column("integral", "area", "absolute", "normalized")
    sample, name = table.column("sample"), table.column("environment", "region", "name", "assignment")
    sd = table.column("sd", "error", "std")
    low, high = table.column("ppm_low"), table.column("ppm_high")
    assert ligand is not None
    assert protons is not None
    assert value is not None
    groups: dict[str, list[Integral]] = {}
    for row, cells in enumerate(table.rows):
        where = f"{path}:{table.lines[row]}"
        if len(cells) <= max(ligand, protons, value):
            raise InputError(f"{len(cells)} cells, expected {len(table.header)}", where=where, hint="is it cut off?")
        number = table.number(row, value)
        if math.isnan(number):
            raise InputError("the integral is empty", where=where)
        if abs(number) > _LARGEST:
            raise InputError(f"an integral of {number:g}", where=where, hint="is it in another unit?")
        error = table.number(row, sd) if sd is not None else math.nan
        if error <= 0:
            raise InputError(f"standard error {error:g}", where=where, hint="leave it empty where it is not known")
        groups.setdefault(cells[sample] if sample is not None else path.stem, []).append(
            Integral(
                cells[name] if name is not None and name != ligand else f"{cells[ligand]} {cells[protons]}H",
                parse_protons(cells[ligand], cells[protons], decimal=table.decimal, where=where),
                number,
                error,
                (table.number(row, low), table.number(row, high))
                if low is not None and high is not None
                else (math.nan, math.nan),
                where,
            )
        )
    cluster, incoming = (table.metadata.get(key, "") for key in ("cluster", "incoming"))
    return tuple(NmrSample(name, tuple(rows), cluster, incoming) for name, rows in groups.items())


def _integrate(path: Path, ppm: Array, intensity: Array) -> tuple[tuple[Integral, ...], dict[str, str]]:
    """Integrals over the regions of a table, each above the straight line between its edges."""
    table: TextTable = read_text_table(
        path, read_file_text(path), (("ppm_low",), ("ppm_high",), ("ligand",), ("proton",)), expected="regions"
    )
    low, high = table.column("ppm_low"), table.column("ppm_high")
    ligand, protons = table.column("ligand"), table.column("proton")
    name = table.column("environment", "region", "name", "assignment")
    assert low is not None
    assert high is not None
    assert ligand is not None
    assert protons is not None
    noise = _noise(intensity)
    step = float(np.median(np.abs(np.diff(ppm))))
    found = []
    for row, cells in enumerate(table.rows):
        where = f"{path}:{table.lines[row]}"
        if len(cells) <= max(low, high, ligand, protons):
            raise InputError(f"{len(cells)} cells, expected {len(table.header)}", where=where, hint="is it cut off?")
        left, right = sorted((table.number(row, low), table.number(row, high)))
        inside = (ppm >= left) & (ppm <= right)
        count = int(np.count_nonzero(inside))
        if count < 8 or left < ppm[0] or right > ppm[-1]:
            raise InputError(
                f"the region {left:g} to {right:g} ppm has {count} points of the spectrum ({ppm[0]:.2f} to "
                f"{ppm[-1]:.2f} ppm)",
                where=where,
            )
        y = intensity[inside]
        edge = max(2, count // 20)
        line = np.linspace(float(np.mean(y[:edge])), float(np.mean(y[-edge:])), count)
        # Points are correlated by zero filling (factor 2 in variance); the base line's ends carry noise as well.
        sd = noise * step * math.sqrt(2 * count + 2 * count**2 / (2 * edge))
        label = cells[name] if name is not None and name != ligand else f"{left:g}-{right:g} ppm"
        shared = parse_protons(cells[ligand], cells[protons], decimal=table.decimal, where=where)
        found.append(Integral(label, shared, float(np.sum(y - line)) * step, sd, (left, right), where))
    return tuple(found), table.metadata


def _noise(intensity: Array) -> float:
    """Noise of one point from the quietest sixteenth of the spectrum."""
    parts = np.array_split(intensity, 16)
    return max(min(float(np.std(part - np.polyval(np.polyfit(np.arange(part.size), part, 1), np.arange(part.size))))
                   for part in parts), 1e-300)  # fmt: skip
