"""How names, numbers and units of the field are set in the HTML report."""

from __future__ import annotations

import math
import re
from typing import Any

from markupsafe import Markup, escape

_CLUSTER = re.compile(r"\[?\b(?:Au|Ag|Pt|Pd)\d+(?:[A-Z][a-z]?\d*)*(?:\((?:[^()\s]{1,24})\)(?:\d+(?:[-–−]n)?|n)?)*\]?")
_SCIENTIFIC = re.compile(r"(?<![\w.])([-−]?\d+(?:\.\d+)?)e([+-]?)0*(\d+)(?!\w)")
_POWER = re.compile(r"\^(?:\(([^()]{1,12})\)|([-+−]?\d+(?:\.\d+)?))")
_UNIT_AFTER_NUMBER = re.compile(
    r"(?:(?<=\d)|(?<=</sup>)) (?=(?:%|mM|µM|nm|min|mL|mPa|kJ|cm|g/mol|eV|mV|h\b|s\b|K\b|m<sup>))"
)
_PARA = re.compile(r"(?<![\w-])([pmo])-(?=[A-Z])")
_MINUS = re.compile(r"(?:^|(?<=[\s(\[]))-(?=\d)")
_DOI = re.compile(r"doi:(10\.\S+?)(?=[.,;]?(?:\s|$))")

# Ending of a column name -> unit as printed. Longest first, so that m2_s is not read as s.
_COLUMN_UNITS = {
    "_cm3_per_mol": "cm³ mol⁻¹", "_cm3_mol": "cm³ mol⁻¹", "_percent_id": "%ID", "_mPa_s": "mPa s", "_m2_s": "m² s⁻¹",
    "_mM_h": "mM h⁻¹", "_mM_per_h": "mM h⁻¹", "_percent": "%", "_g_mol": "g mol⁻¹", "_mM": "mM", "_nm": "nm",
    "_mL": "mL", "_mV": "mV", "_min": "min", "_Da": "Da", "_h": "h", "_K": "K",
}  # fmt: skip
_IDENTIFIER = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b(?!\.\w)")  # but not the name of a file
_NAMES = {"wilke_chang": "Wilke-Chang", "siddiqi_lucas": "Siddiqi-Lucas", "stokes_einstein": "Stokes-Einstein"}
_SPELLINGS = {"ph": "pH", "pka": "pKa", "aicc": "AICc", "delta": "Δ"}
_UNITS = {
    "1": "", "m^2/s": "m² s⁻¹", "m**2/s": "m² s⁻¹", "m2/s": "m² s⁻¹", "mM/h": "mM h⁻¹", "1/h": "h⁻¹", "1/s": "s⁻¹",
    "cm^3/mol": "cm³ mol⁻¹", "cm**3/mol": "cm³ mol⁻¹", "g/mol": "g mol⁻¹", "mPa*s": "mPa s", "degC": "°C",
    "percent": "%", "percent_injected_dose": "%ID", "um": "µm", "uM": "µM", "1/mM": "mM⁻¹",
}  # fmt: skip


def prose(text: Any) -> Markup:
    """Text with clusters and ligands set as chemists do, powers of ten as such, and true minus signs."""
    safe = str(escape(str(text)))
    safe = _CLUSTER.sub(lambda found: _set_cluster(found[0]), safe)
    safe = _PARA.sub(r"<i>\1</i>-", safe)
    safe = _SCIENTIFIC.sub(lambda found: _power(found[1], found[2], found[3]), safe)
    safe = _POWER.sub(lambda found: f"<sup>{(found[1] or found[2]).replace('-', '−')}</sup>", safe)
    safe = re.sub(r"\b([A-Z])_([A-Z])\^([A-Z])\b", r"<i>\1</i><sub>\2</sub><sup>\3</sup>", safe)
    safe = _MINUS.sub("−", safe)
    safe = re.sub(r"(?<=[\s/·])(m|cm|nm)\^?([23])(?=[\s/).,;]|$)", r"\1<sup>\2</sup>", safe)
    safe = _UNIT_AFTER_NUMBER.sub("\u00a0", safe.replace(" degC", " °C"))
    safe = re.sub(r"(?<=\d)-(?=fold)", "\u2011", safe)  # 2-fold does not break
    safe = re.sub(r"(?<=\w)&#39;(?=\w)", "’", safe)
    safe = re.sub(r"&#39;(.{1,60}?)&#39;", r"‘\1’", safe)
    return Markup(safe)


def number(value: Any, digits: int = 4) -> Markup:
    """A number to so many significant digits; integers whole; nothing for None and NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Markup("")
    if isinstance(value, bool):
        return Markup("yes" if value else "no")
    if isinstance(value, float) and math.isinf(value):
        return Markup("∞" if value > 0 else "−∞")
    text = f"{value:d}" if isinstance(value, int) else f"{float(value):.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return Markup(_power(mantissa, exponent[0], exponent[1:].lstrip("0")))
    return Markup(text.replace("-", "−"))


def unit(name: str) -> Markup:
    """A unit as printed; nothing for dimensionless."""
    return Markup(escape(_UNITS.get(name, name)))


def column(name: str) -> Markup:
    """A column name as a heading: words, and its unit after a slash."""
    for ending, printed in _COLUMN_UNITS.items():
        if name.endswith(ending) and len(name) > len(ending):
            return Markup(f"{prose(_words(name.removesuffix(ending)))} / {printed}")
    return prose(_words(name))


def cell(text: str) -> Markup:
    """A text cell: names_like_this as words, those of people as such."""
    return prose(_IDENTIFIER.sub(lambda found: _NAMES.get(found[0], found[0].replace("_", " ")), text))


def _words(name: str) -> str:
    return " ".join(_SPELLINGS.get(word, word) for word in name.replace("_", " ").split())


def reference(text: str) -> Markup:
    """A reference with its DOI as a link."""
    return Markup(_DOI.sub(r'<a href="https://doi.org/\1">doi:\1</a>', str(escape(text))))


def _set_cluster(text: str) -> str:
    """Subscripts for every count in a cluster's notation."""
    text = re.sub(r"\)(\d+(?:[-–−]n)?|n)", lambda found: f")<sub>{found[1].replace('-', '−')}</sub>", text)
    return re.sub(r"(?<=[a-z])(\d+)(?=[A-Z(\]]|$)", r"<sub>\1</sub>", text)


def _power(mantissa: str, sign: str, exponent: str) -> str:
    minus = "−" if sign == "-" else ""
    return f"{mantissa.replace('-', '−')} × 10<sup>{minus}{exponent}</sup>"
