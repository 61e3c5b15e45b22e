"""Optical properties of tissue from its water, blood and lipid; scattering by a power of the wavelength.

    mu_a  = w mu_water + b mu_blood + f mu_lipid
    mu_s' = a (lambda / 500 nm)^-b

Chromophores stand in the table ``chromophores``, scattering in ``scattering``, compositions in ``tissues``. Blood above
1200 nm absorbs as water less 25 % (Friebel: 20 to 30 % below), with haemoglobin up to 1100 nm and a logarithmic bridge
between. Lipid is known up to 1098 nm; beyond, it is left out, and `properties` says so.

References
----------
Segelstein, M.S. thesis, University of Missouri-Kansas City (1981)
Meinke et al., Appl. Opt. 46 (2007) 1742-1753, doi:10.1364/AO.46.001742
Friebel et al., J. Biomed. Opt. 14 (2009) 034001, doi:10.1117/1.3127200
van Veen et al., OSA Annual BIOMED Topical Meeting (2004)
Jacques, Phys. Med. Biol. 58 (2013) R37-R61, doi:10.1088/0031-9155/58/11/R37
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from goldshell.errors import InputError, UnknownNameError
from goldshell.literature import records

SHORTEST, LONGEST = 700.0, 1710.0  # nm, of the tables
_HAEMATOCRIT = 45.0  # %, of blood in tissue; the table holds standard blood
_STANDARD_FACTOR = 0.1206  # Meinke 2007, 600 to 1100 nm, per % of haematocrit
_HAEMOGLOBIN_ENDS, _WATER_BEGINS = 1100.0, 1200.0  # nm
_BLOOD_OVER_WATER = 0.75
_LIPID_ENDS = 1098.0  # nm
_PER_MM = {"1/cm": 0.1, "1/mm": 1.0, "1/m": 1e-3}


@dataclass(frozen=True, slots=True)
class Tissue:
    """What a tissue is made of.

    Parameters
    ----------
    name : as in the table, or the user's
    water, blood, lipid : volume fractions [1]
    scattering : mu_s' at 500 nm [1/mm]
    scattering_power : b [1]
    anisotropy : g [1]
    refractive_index : n [1]
    """

    name: str
    water: float
    blood: float
    lipid: float
    scattering: float
    scattering_power: float
    anisotropy: float = 0.9
    refractive_index: float = 1.37


@dataclass(frozen=True, slots=True)
class OpticalProperties:
    """Of one medium at one wavelength.

    Parameters
    ----------
    absorption : mu_a [1/mm]
    scattering : mu_s [1/mm]
    anisotropy : g [1]
    refractive_index : n [1]
    """

    absorption: float
    scattering: float
    anisotropy: float = 0.9
    refractive_index: float = 1.37

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("absorption", self.absorption, 0.0, 1e6),
            ("scattering", self.scattering, 0.0, 1e6),
            ("anisotropy", self.anisotropy, -1.0, 1.0),
            ("refractive_index", self.refractive_index, 1.0, 4.0),
        ):
            if not low <= value <= high:  # written so that NaN fails too
                raise InputError(f"{name} of {value:g}", where=name, hint=f"write a number from {low:g} to {high:g}")

    @property
    def reduced_scattering(self) -> float:
        """mu_s' = mu_s (1 - g) [1/mm]."""
        return self.scattering * (1.0 - self.anisotropy)


def tissue_names() -> tuple[str, ...]:
    """Tissues of the table."""
    return tuple(row["tissue"] for row in records("tissues"))


def tissue(name: str) -> Tissue:
    """A tissue of the table ``tissues``.

    Parameters
    ----------
    name : for example "soft tissue"

    Returns
    -------
    Tissue

    Raises
    ------
    UnknownNameError : no such tissue
    """
    for row in records("tissues"):
        if row["tissue"] == name:
            law = next(one for one in records("scattering") if one["tissue"] == row["scattering"])
            return Tissue(
                name, float(row["water"]), float(row["blood"]), float(row["lipid"]), 0.1 * float(law["a"]),
                float(law["b"]), float(row["anisotropy"]), float(row["refractive_index"]),
            )  # fmt: skip
    raise UnknownNameError("tissue", name, tissue_names())


@functools.cache
def _spectrum(chromophore: str) -> tuple[np.ndarray, np.ndarray]:
    rows = [row for row in records("chromophores") if row["chromophore"] == chromophore]
    waves = np.array([float(row["wavelength_nm"]) for row in rows])
    return waves, np.array([float(row["value"]) * _PER_MM[row["unit"]] for row in rows])


def absorption(chromophore: str, wavelength: float) -> float:
    """Absorption coefficient of pure water, whole oxygenated blood or lipid, logarithmically interpolated.

    Parameters
    ----------
    chromophore : "water", "blood" or "lipid"
    wavelength : [nm]

    Returns
    -------
    float [1/mm]; NaN for lipid above 1098 nm, where the source ends

    Raises
    ------
    UnknownNameError : no such chromophore
    InputError : a wavelength outside 700 to 1710 nm
    """
    if chromophore not in ("water", "blood", "lipid"):
        raise UnknownNameError("chromophore", chromophore, ("water", "blood", "lipid"))
    if not SHORTEST <= wavelength <= LONGEST:
        raise InputError(
            f"a wavelength of {wavelength:g} nm", where="wavelength", hint=f"{SHORTEST:g} to {LONGEST:g} nm are known"
        )
    if chromophore == "lipid" and wavelength > _LIPID_ENDS:
        return math.nan
    if chromophore == "blood" and wavelength > _HAEMOGLOBIN_ENDS:
        if wavelength >= _WATER_BEGINS:
            return _BLOOD_OVER_WATER * absorption("water", wavelength)
        share = (wavelength - _HAEMOGLOBIN_ENDS) / (_WATER_BEGINS - _HAEMOGLOBIN_ENDS)
        ends = absorption("blood", _HAEMOGLOBIN_ENDS), absorption("blood", _WATER_BEGINS)
        return float(ends[0] ** (1.0 - share) * ends[1] ** share)
    waves, values = _spectrum(chromophore)
    value = float(np.exp(np.interp(wavelength, waves, np.log(values))))
    return value * (_STANDARD_FACTOR * _HAEMATOCRIT if chromophore == "blood" else 1.0)


def properties(medium: Tissue, wavelength: float) -> tuple[OpticalProperties, tuple[str, ...]]:
    """Optical properties of a tissue at a wavelength, and what is not known about them.

    Parameters
    ----------
    medium : composition and scattering
    wavelength : [nm]

    Returns
    -------
    properties, warnings

    Raises
    ------
    InputError : fractions that are negative or add up to more than 1; a wavelength outside the tables
    """
    parts = (medium.water, medium.blood, medium.lipid)
    if min(parts) < 0 or not sum(parts) <= 1.0 + 1e-9:
        raise InputError(
            f"water {medium.water:g}, blood {medium.blood:g} and lipid {medium.lipid:g} are no volume fractions",
            where=medium.name,
        )
    total = medium.water * absorption("water", wavelength) + medium.blood * absorption("blood", wavelength)
    warnings = []
    if medium.lipid > 0:
        lipid = absorption("lipid", wavelength)
        if math.isnan(lipid):
            warnings.append(
                f"{medium.name}: lipid ({100 * medium.lipid:g} %) left out at {wavelength:g} nm, its spectrum ends at "
                f"{_LIPID_ENDS:g} nm"
            )
        else:
            total += medium.lipid * lipid
    reduced = medium.scattering * (wavelength / 500.0) ** -medium.scattering_power
    if wavelength > 1300.0:
        warnings.append(
            f"{medium.name}: scattering at {wavelength:g} nm extrapolates a power law measured below 1300 nm"
        )
    return (
        OpticalProperties(total, reduced / (1.0 - medium.anisotropy), medium.anisotropy, medium.refractive_index),
        tuple(warnings),
    )
