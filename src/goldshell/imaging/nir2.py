"""NIR-II performance: published emission, yield and contrast side by side; disassembly; heat of an 808 nm laser.

    disassembly   QY(x) = (1 - x) QY_assembled + x QY_free       x: share of free particles
    heating       dT/dt = mu_a phi / (rho c) - (T - T_0) / tau

Meaning: nanoassemblies of NIR-II particles emit 1.8 %, free ones 12 %: contrast rises where they fall apart. The heat
of the excitation itself bounds the irradiance.

Limits: no interaction between the fractions; 12 % is a maximum. Heating is that of a small volume without blood flow
but what tau stands for; rho c is that of water, 4.18 mJ/(mm3 K). Tables hold what S quotes, with other animals, cameras
and filters in each line: they are not a ranking.

References
----------
Zhou et al. (2022), as reported by Sang et al., Nano-Micro Lett. 16 (2024) 44, section 5.1,
doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.literature import rows, show

Array = NDArray[np.float64]

HEAT_CAPACITY = 4.18  # mJ/(mm3 K), of water
_QUANTITIES = (
    "emission_wavelength", "quantum_yield", "signal_to_background_ratio", "signal_to_noise_ratio", "contrast_index",
    "emission_intensity", "emission_ratio", "nir_ii_signal_ratio", "blood_perfusion_rate", "imaging_window",
)  # fmt: skip


def performance() -> list[dict[str, Any]]:
    """Emission, quantum yield, contrast and perfusion of every probe that S quotes, one line per statement.

    Returns
    -------
    list of subject, quantity, relation, value (NaN for an order), low, high, order (what exceeds what), unit,
    conditions, id
    """
    return [
        {
            "subject": row.subject, "quantity": row.quantity, "relation": row.relation, "value": row.number,
            "low": row.low, "high": row.high, "order": row.value if row.relation == "order" else "",
            "unit": row.unit, "conditions": row.conditions, "id": row.id,
        }
        for row in rows()
        if row.source == "sang2024" and row.topic == "fluorescence" and row.quantity in _QUANTITIES
    ]  # fmt: skip


def quantum_yield(free_fraction: ArrayLike) -> Array:
    """Yield of nanoassemblies of which a share has fallen apart.

    Parameters
    ----------
    free_fraction : x [1]

    Returns
    -------
    array [1]

    Raises
    ------
    InputError : a share outside 0 to 1
    """
    share = np.asarray(free_fraction, dtype=float)
    if not np.all((share >= 0) & (share <= 1)):
        raise InputError(f"a share of {free_fraction!r}", hint="write a number from 0 to 1")
    assembled = show("sang2024-imaging-diee-assembled-quantum-yield").number / 100.0
    free = show("sang2024-imaging-diee-disassembled-quantum-yield").number / 100.0
    return np.asarray((1.0 - share) * assembled + share * free)


def free_fraction(enhancement: float) -> float:
    """Share that has fallen apart, from the gain of emission.

    Parameters
    ----------
    enhancement : emission over that of the assemblies [1]

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a gain below 1, or above that of free particles
    """
    assembled, free = (float(one) for one in quantum_yield([0.0, 1.0]))
    share = (enhancement - 1.0) / (free / assembled - 1.0)
    if not 0.0 <= share <= 1.0:
        raise InputError(
            f"a gain of {enhancement:g}",
            where="enhancement",
            hint=f"free particles emit {free / assembled:.3g} times more",
        )
    return share


def temperature_rise(absorption: float, fluence: float, time: ArrayLike, *, relaxation_time: float = math.inf) -> Array:
    """Temperature rise of a small volume in light.

    Parameters
    ----------
    absorption : mu_a, probe and tissue [1/mm]
    fluence : fluence rate there [mW/mm2]
    time : [s]
    relaxation_time : tau, of the loss of heat [s]

    Returns
    -------
    array [K]

    Raises
    ------
    InputError : a negative number
    """
    when = np.asarray(time, dtype=float)
    if not (absorption >= 0 and fluence >= 0 and relaxation_time > 0 and np.all(when >= 0)):
        raise InputError("absorption, fluence and times must be 0 or more, relaxation_time above 0")
    rate = absorption * fluence / HEAT_CAPACITY
    if math.isinf(relaxation_time):
        return np.asarray(rate * when)
    return np.asarray(-rate * relaxation_time * np.expm1(-when / relaxation_time))
