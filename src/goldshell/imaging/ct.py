"""X-ray contrast: CT number against concentration, with detection limit; contrast of a tumour against its surroundings.

    HU = a + b c,   least visible rise = 3.3 s / b

Limits: b depends on the tube voltage and the scanner; values of two papers compare only at one voltage. S prints slopes
(17.85 against 4.15) without a unit, and 845 HU at 9 mg/mL of another particle, which is 94 HU mL/mg if the line passes
through 0: `published_slopes` shows them side by side and what unit would make them agree.

References
----------
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4, section 5.2
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from goldshell.errors import InputError
from goldshell.literature import show
from goldshell.statistics import CalibrationLine, calibration_line
from goldshell.statistics.calibration import read_lines

GOLD_MOLAR_MASS = 196.96657  # g/mol, so that mM of gold is 0.197 mg/mL


@dataclass(frozen=True, slots=True)
class PublishedSlopes:
    """S's slopes of the CT number, as printed.

    Parameters
    ----------
    clusters, iopromide : printed without unit [1]
    ratio : clusters over iopromide [1]
    particles : 845 HU over 9 mg/mL [HU mL/mg]
    particles_per_millimolar : the same per mM of gold [HU/mM]
    """

    clusters: float
    iopromide: float
    ratio: float
    particles: float
    particles_per_millimolar: float

    def to_dict(self) -> dict[str, Any]:
        """All fields by name."""
        return {name: getattr(self, name) for name in self.__slots__}


def published_slopes() -> PublishedSlopes:
    """The slopes that S quotes, and what they would be in HU per mM of gold.

    Returns
    -------
    PublishedSlopes
    """
    clusters = show("sang2024-ct-albumin-auncs-hu-slope").number
    iopromide = show("sang2024-ct-iopromide-hu-slope").number
    particles = show("sang2024-ct-gs-aunps-hu").number / show("sang2024-ct-gs-aunps-concentration").number
    return PublishedSlopes(
        clusters, iopromide, clusters / iopromide, particles, particles * GOLD_MOLAR_MASS / 1000.0
    )  # fmt: skip


def ct_line(
    concentration: ArrayLike, ct_number: ArrayLike, *, unit: str = "mg/mL", level: float = 0.95
) -> CalibrationLine:
    """CT number against concentration.

    Parameters
    ----------
    concentration : of gold (k,) [unit]
    ct_number : (k,) [HU]
    unit : of the concentration, "mg/mL" or "mM"
    level : of the intervals [1]

    Returns
    -------
    CalibrationLine, with the detection limit [unit]
    """
    slope_unit = {"mg/mL": "HU*mL/mg", "mM": "HU/mM"}.get(unit, "1")
    return calibration_line(concentration, ct_number, level=level, slope_unit=slope_unit, signal_unit="HU")


def read_ct(path: Path, *, unit: str = "mg/mL", level: float = 0.95) -> dict[str, CalibrationLine]:
    """Lines of the agents of a table.

    Parameters
    ----------
    path : CSV or TSV with concentration [unit], hu [HU] and perhaps agent
    unit : "mg/mL" or "mM"
    level : of the intervals [1]

    Returns
    -------
    dict, agent -> line; one called "all" without that column

    Raises
    ------
    InputError : another unit, or a table without the columns
    """
    if unit not in ("mg/mL", "mM"):
        raise InputError(f"unit {unit!r}", where="unit", hint="choose mg/mL or mM")
    return read_lines(
        path, value="hu", by="agent", by_needed=False, level=level, line=functools.partial(ct_line, unit=unit)
    )
