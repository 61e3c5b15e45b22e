"""Charge reversal with pH, and the aggregation that goes with it: zeta potential and hydrodynamic diameter.

    zeta(pH) = zeta_1 t(pH) / t(pH_1),  t(pH) = tanh(ln(10)/2 h (pI - pH))         acid of pI; zeta_2, pH_2 above it
    log10 d(pH) = log10 d_0 + log10(d_1 / d_0) / (1 + 10^(m (pH - pH_agg)))        from the particle to the aggregate
    N = (d_1 / d_0)^D                                                              particles in an aggregate

Meaning: an imidazole shell gains protons as it turns acid; its zeta potential crosses zero at the isoelectric pH and
the particles aggregate. Zeta is taken to fall steadily with pH, as a Hill curve about the isoelectric pH pI (slope h)
on either side. With two measured pH only the sign change is bracketed: every pI between them and every slope fits both
values exactly.

Limits: two pH (7.4 and 5.5) of one particle. Outside them nothing is measured. The aggregate stands at +17 mV, where a
charge of the other sign, 11 mV, keeps the particles apart at pH 7.4: charge alone does not explain the aggregation.

References
----------
Tan et al. 2021 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
Koivisto et al., J. Phys. Chem. C 120 (2016) 10041-10050, doi:10.1021/acs.jpcc.6b00922 (slopes below 1)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

ACID_PH, NEUTRAL_PH = 5.5, 7.4
"""The two pH of the measured pair."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Measured pair, and what is assumed between the two pH."""

    zeta_acid: float = parameter(
        17.4,
        unit="mV",
        source="sang2024-tan2021-zeta-ph5p5",
        bounds=(-200.0, 200.0),
        meaning="zeta potential at pH 5.5",
    )
    zeta_neutral: float = parameter(
        -10.9, unit="mV", source="sang2024-tan2021-zeta-ph7p4", bounds=(-200.0, 200.0), meaning="the same at pH 7.4"
    )
    isoelectric_ph: float = parameter(
        6.6, unit="1", source="charge-reversal-ph", bounds=(5.5, 7.4), meaning="pH of zero zeta potential"
    )
    steepness: float = parameter(
        1.0, unit="1", source="charge-reversal-steepness", bounds=(0.1, 10.0), meaning="h, Hill slope of the titration"
    )
    diameter_acid: float = parameter(
        1048.7, unit="nm", source="sang2024-tan2021-hd-ph5p5", bounds=(0.1, 1e5),
        meaning="hydrodynamic diameter at pH 5.5",
    )  # fmt: skip
    diameter_neutral: float = parameter(
        3.5, unit="nm", source="sang2024-tan2021-hd-ph7p4", bounds=(0.1, 1e5), meaning="the same at pH 7.4"
    )
    aggregation_ph: float = parameter(
        6.5, unit="1", source="charge-reversal-aggregation-ph", bounds=(5.5, 7.4),
        meaning="pH_agg, middle of the growth on a logarithmic scale",
    )  # fmt: skip
    aggregation_steepness: float = parameter(
        4.0, unit="1", source="charge-reversal-aggregation-steepness", bounds=(0.5, 50.0), meaning="m"
    )
    fractal_dimension: float = parameter(
        2.4, unit="1", source="charge-reversal-fractal-dimension", bounds=(1.0, 3.0), meaning="D of the aggregate"
    )


def zeta_potential(ph: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Zeta potential through the measured pair and zero at the isoelectric pH; steady in pH.

    Parameters
    ----------
    ph : pH
    parameters : measured pair, isoelectric pH, slope

    Returns
    -------
    zeta [mV]
    """
    acidity, p = np.asarray(ph, dtype=float), parameters

    def turned(at: ArrayLike) -> Array:
        """tanh form of the Hill curve about the isoelectric pH, 0 there."""
        return np.tanh(0.5 * np.log(10.0) * p.steepness * (p.isoelectric_ph - np.asarray(at)))

    edge = 1e-9
    acid = p.zeta_acid * turned(acidity) / np.maximum(turned(ACID_PH), edge)
    neutral = p.zeta_neutral * turned(acidity) / np.minimum(turned(NEUTRAL_PH), -edge)
    return np.asarray(np.where(acidity < p.isoelectric_ph, acid, neutral))


def reversed_share(ph: float, parameters: Parameters = Parameters()) -> float:
    """Share of the charge reversal that has happened, 0 at pH 7.4 and 1 at pH 5.5.

    a(pH) = [zeta(pH) - zeta(7.4)] / [zeta(5.5) - zeta(7.4)]

    Parameters
    ----------
    ph : of the surroundings [1]
    parameters : measured pair, isoelectric pH, slope

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a pH outside the measured 5.5 to 7.4
    """
    if not ACID_PH <= ph <= NEUTRAL_PH:
        raise InputError(f"a pH of {ph:g}", where="ph", hint=f"measured from {ACID_PH:g} to {NEUTRAL_PH:g}")
    zeta, low, high = (float(zeta_potential(one, parameters)) for one in (ph, NEUTRAL_PH, ACID_PH))
    return (zeta - low) / (high - low)


def hydrodynamic_diameter(ph: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Hydrodynamic diameter between particle and aggregate; exact at the two measured pH.

    Parameters
    ----------
    ph : pH
    parameters : the two diameters, middle and steepness of the growth

    Returns
    -------
    d [nm]
    """
    acidity, p = np.asarray(ph, dtype=float), parameters

    def grown(at: ArrayLike) -> Array:
        distance = p.aggregation_steepness * (p.aggregation_ph - np.asarray(at))
        return np.asarray(0.5 * (1 + np.tanh(0.5 * np.log(10.0) * distance)))

    first, last = grown(NEUTRAL_PH), grown(ACID_PH)
    share = (grown(acidity) - first) / np.maximum(last - first, 1e-12)
    return np.asarray(p.diameter_neutral * (p.diameter_acid / p.diameter_neutral) ** share)


def aggregation_number(parameters: Parameters = Parameters()) -> Array:
    """Particles in an aggregate at pH 5.5, (d_1 / d_0)^D.

    Parameters
    ----------
    parameters : the two diameters and the fractal dimension

    Returns
    -------
    N [1]
    """
    return np.asarray((parameters.diameter_acid / parameters.diameter_neutral) ** parameters.fractal_dimension)


def isoelectric_bracket(
    first_ph: float, first_zeta: float, second_ph: float, second_zeta: float
) -> tuple[float, float]:
    """Between which pH the sign changes, if zeta falls steadily with pH; all that two measurements determine.

    Parameters
    ----------
    first_ph, second_ph : the two pH, in any order
    first_zeta, second_zeta : zeta potentials there [mV]

    Returns
    -------
    lower and upper pH

    Raises
    ------
    InputError : the sign does not change, or it changes towards positive with pH
    """
    (low, acid), (high, neutral) = sorted([(first_ph, first_zeta), (second_ph, second_zeta)])
    if not np.all(np.isfinite([low, acid, high, neutral])):
        raise InputError("pH and zeta potentials must be finite numbers")
    if not (acid > 0 > neutral and low < high):
        raise InputError(
            f"zeta is {acid:g} mV at pH {low:g} and {neutral:g} mV at pH {high:g}: no reversal from positive to "
            "negative between them",
            hint="measure further apart in pH, or check the signs",
        )
    return low, high


TEST_POINTS = (
    TestPoint(zeta_potential, {"ph": 5.5}, 17.4, "Sang et al. 2024: pH 5.5"),
    TestPoint(zeta_potential, {"ph": 7.4}, -10.9, "Sang et al. 2024: pH 7.4"),
    TestPoint(zeta_potential, {"ph": 6.6}, 0.0, "mathematical property: zero at the isoelectric pH"),
    TestPoint(reversed_share, {"ph": 7.4}, 0.0, "Sang et al. 2024: -10.9 mV at pH 7.4"),
    TestPoint(reversed_share, {"ph": 5.5}, 1.0, "Sang et al. 2024: +17.4 mV at pH 5.5"),
    TestPoint(hydrodynamic_diameter, {"ph": 5.5}, 1048.7, "Sang et al. 2024: pH 5.5"),
    TestPoint(hydrodynamic_diameter, {"ph": 7.4}, 3.5, "Sang et al. 2024: pH 7.4"),
    TestPoint(aggregation_number, {"parameters": Parameters(fractal_dimension=3.0)}, (1048.7 / 3.5) ** 3, "arithmetic"),
)
