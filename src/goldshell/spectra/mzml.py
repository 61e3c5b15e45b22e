"""mzML: the MS1 scans of a file, with the standard library (pyteomics would need psims and its ontologies).

References
----------
Martens et al., Mol. Cell. Proteomics 10 (2011) R110.000133, doi:10.1074/mcp.R110.000133 (the format)
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import xml.etree.ElementTree as ElementTree
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from goldshell.errors import InputError

_TYPES = {"MS:1000523": "<f8", "MS:1000521": "<f4", "MS:1000519": "<i4", "MS:1000522": "<i8"}
_ZLIB, _PLAIN = "MS:1000574", "MS:1000576"
_MZ, _INTENSITY = "MS:1000514", "MS:1000515"
_SECOND = "UO:0000010"


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One MS1 scan.

    Parameters
    ----------
    mz, intensity : shape (points,) [Th], [instrument's unit]
    polarity : "negative", "positive" or ""
    mode : "profile", "centroid" or ""
    minutes : retention time [min]; NaN when not given
    """

    mz: np.ndarray
    intensity: np.ndarray
    polarity: str
    mode: str
    minutes: float


def read_scans(data: bytes, where: str) -> Iterator[Scan]:
    """The MS1 scans of an mzML document.

    Raises
    ------
    InputError : not well-formed, cut off, or with an encoding that is not known
    """
    groups: dict[str, dict[str, tuple[str, str]]] = {}
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(data), events=("end",)):
            name = _name(element)
            if name == "referenceableParamGroup":
                groups[element.get("id", "")] = _own(element)
            elif name == "spectrum":
                scan = _scan(element, groups, where)
                if scan is not None:
                    yield scan
                element.clear()
    except ElementTree.ParseError as problem:
        raise InputError(f"not a readable mzML file: {problem}", where=where, hint="is it cut off?") from problem


def _scan(element: ElementTree.Element, groups: dict[str, dict[str, tuple[str, str]]], where: str) -> Scan | None:
    parameters = _parameters(element, groups)
    if int(parameters.get("MS:1000511", ("1", ""))[0] or 1) != 1:
        return None
    minutes = math.nan
    arrays: dict[str, np.ndarray] = {}
    for child in element.iter():
        name = _name(child)
        if name == "scan":
            start = _parameters(child, groups).get("MS:1000016")
            if start is not None:
                minutes = float(start[0]) / (60.0 if start[1] == _SECOND else 1.0)
        elif name == "binaryDataArray":
            of_array = _parameters(child, groups)
            kind = next((kind for kind in (_MZ, _INTENSITY) if kind in of_array), None)
            if kind is not None:
                arrays[kind] = _decoded(child, of_array, where)
    if _MZ not in arrays or _INTENSITY not in arrays:
        return None
    polarity = "negative" if "MS:1000129" in parameters else "positive" if "MS:1000130" in parameters else ""
    mode = "profile" if "MS:1000128" in parameters else "centroid" if "MS:1000127" in parameters else ""
    return Scan(arrays[_MZ], arrays[_INTENSITY], polarity, mode, minutes)


def _decoded(element: ElementTree.Element, parameters: dict[str, tuple[str, str]], where: str) -> np.ndarray:
    number = next((code for accession, code in _TYPES.items() if accession in parameters), None)
    if number is None or (_ZLIB not in parameters and _PLAIN not in parameters):
        raise InputError("an array of unknown encoding (numpress?)", where=where, hint="convert with zlib or none")
    text = next((child.text or "" for child in element if _name(child) == "binary"), "")
    try:
        raw = base64.b64decode(text)
        return np.frombuffer(zlib.decompress(raw) if _ZLIB in parameters else raw, dtype=number).astype(float)
    except (binascii.Error, zlib.error, ValueError) as problem:
        raise InputError(f"a damaged array: {problem}", where=where, hint="convert the raw file again") from problem


def _parameters(
    element: ElementTree.Element, groups: dict[str, dict[str, tuple[str, str]]]
) -> dict[str, tuple[str, str]]:
    """Accession -> (value, unit accession) of an element and of the groups that it refers to."""
    found = _own(element)
    for child in element:
        if _name(child) == "referenceableParamGroupRef":
            found.update(groups.get(child.get("ref", ""), {}))
    return found


def _own(element: ElementTree.Element) -> dict[str, tuple[str, str]]:
    return {
        child.get("accession", ""): (child.get("value", ""), child.get("unitAccession", ""))
        for child in element
        if _name(child) == "cvParam"
    }


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
