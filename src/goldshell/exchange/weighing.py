"""From an amount to what a balance and a pipette can do: weigh it, weigh it into a flask, or dilute a stock.

The limits are conventions, stated on every protocol sheet: a balance readable to 0.1 mg is trusted from 50 times that
(a reading is off by at most half a digit, 1 %), a pipette readable to 0.01 mL from ten times that (5 %).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from goldshell.errors import InputError

BALANCE_MG = 0.1
"""Readability of the balance [mg]; a convention."""

LEAST_WEIGHED_MG = 5.0
"""Least mass that is worth weighing: 50 times the readability [mg]."""

PIPETTE_ML = 0.01
"""Readability of the pipette [mL]; a convention."""

LEAST_PIPETTED_ML = 0.1
"""Least volume that is worth pipetting: ten times the readability [mL]."""

FLASKS_ML = (5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0)
"""Volumetric flasks [mL]."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a solution of a solid is made.

    Parameters
    ----------
    substance : name
    method : "weigh", "flask" (more is made than is used) or "stock" (a stronger stock is diluted)
    volume_mL, concentration_mM : the solution that is wanted
    amount_umol, mass_mg : what it holds
    weighed_mg : what is weighed, to the readability of the balance [mg]
    flask_mL : volume that the weighed mass is made up to [mL]
    taken_mL : volume of it that is used [mL]
    relative_error : half a digit of the balance and of the pipette, added [1]
    warnings : advice to the user
    """

    substance: str
    method: str
    volume_mL: float
    concentration_mM: float
    amount_umol: float
    mass_mg: float
    weighed_mg: float
    flask_mL: float
    taken_mL: float
    relative_error: float
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {name: list(item) if isinstance(item := getattr(self, name), tuple) else item for name in self.__slots__}

    def in_words(self, solvent: str) -> str:
        """The instruction, without the full stop."""
        goal = f"{volume_text(self.volume_mL)} of {self.concentration_mM:.4g} mM {self.substance} in {solvent}"
        if self.method == "weigh":
            return f"dissolve {self.weighed_mg:.1f} mg {self.substance} in {volume_text(self.volume_mL)} {solvent}"
        stock = f"make {volume_text(self.flask_mL)} with {self.weighed_mg:.1f} mg {self.substance} in {solvent}"
        if self.method == "flask":
            return f"{stock} ({self.concentration_mM:.4g} mM) and take {volume_text(self.taken_mL)}"
        return f"{stock}, take {volume_text(self.taken_mL)} and fill up to {goal}"


def prepare(substance: str, molar_mass: float, volume_mL: float, concentration_mM: float) -> Preparation:
    """How to make a solution so that weighing and pipetting stay accurate.

    Weighed directly from `LEAST_WEIGHED_MG` on; else the smallest flask that needs that much of the same solution; else
    a stock of that much in the smallest flask, of which at least `LEAST_PIPETTED_ML` is diluted.

    Parameters
    ----------
    substance : name
    molar_mass : [g/mol]
    volume_mL, concentration_mM : the solution that is wanted [mL], [mM]

    Raises
    ------
    InputError : a value that is not a positive number
    """
    for what, value in (
        ("molar mass", molar_mass),
        (f"volume of the {substance} solution", volume_mL),
        (f"concentration of {substance}", concentration_mM),
    ):
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(f"{what}: {value:g} must be above 0")
    amount = volume_mL * concentration_mM
    mass = amount * molar_mass * 1e-3
    if mass >= LEAST_WEIGHED_MG:
        return _made(substance, "weigh", volume_mL, concentration_mM, amount, mass, mass, volume_mL, volume_mL)
    per_mL = concentration_mM * molar_mass * 1e-3
    for flask in FLASKS_ML[:6]:
        if flask >= volume_mL and flask * per_mL >= LEAST_WEIGHED_MG:
            return _made(
                substance, "flask", volume_mL, concentration_mM, amount, mass, flask * per_mL, flask, volume_mL
            )
    for flask in FLASKS_ML:
        taken = amount / (LEAST_WEIGHED_MG / molar_mass * 1e3 / flask)
        if taken >= LEAST_PIPETTED_ML and taken <= volume_mL:
            break
    else:
        flask, taken = FLASKS_ML[-1], amount * FLASKS_ML[-1] / (LEAST_WEIGHED_MG / molar_mass * 1e3)
    return _made(substance, "stock", volume_mL, concentration_mM, amount, mass, LEAST_WEIGHED_MG, flask, taken)


def round_to(value: float, step: float) -> float:
    """Nearest multiple of a step, without binary dust."""
    return round(round(value / step) * step, 10)


def volume_text(volume_mL: float) -> str:
    """A volume as a pipette or cylinder gives it, to three digits in uL, mL or L."""
    if volume_mL < 0.9995:
        return f"{volume_mL * 1e3:.3g} uL"
    return f"{volume_mL:.3g} mL" if volume_mL < 999.5 else f"{volume_mL / 1e3:.3g} L"


def _made(
    substance: str, method: str, volume: float, concentration: float, amount: float, mass: float, weighed: float,
    flask: float, taken: float,
) -> Preparation:  # fmt: skip
    warnings = []
    shown = max(round_to(weighed, BALANCE_MG), BALANCE_MG)
    error = 0.5 * BALANCE_MG / weighed
    if method != "weigh":
        error += 0.5 * PIPETTE_ML / taken
        if taken < LEAST_PIPETTED_ML:
            warnings.append(f"{substance}: {taken * 1e3:.3g} uL of the stock is too little to pipette; scale up")
        elif mass < LEAST_WEIGHED_MG:
            warnings.append(
                f"{substance}: {mass:.3g} mg cannot be weighed to better than {50 * BALANCE_MG / mass:.0f} %; "
                "use the solution advised"
            )
    return Preparation(
        substance, method, volume, concentration, amount, mass, shown, flask, taken, error, tuple(warnings)
    )
