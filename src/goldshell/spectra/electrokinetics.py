"""Mobility, zeta potential and charge of a sphere in a 1:1 electrolyte.

    zeta = 3 eta mu / (2 eps f(kappa a)),   f = 1 + 1/2 [1 + 5 / (2 kappa a (1 + 2 exp(-kappa a)))]^-3

with f = 1 after Hueckel (kappa a -> 0) and 3/2 after Smoluchowski (kappa a -> infinity). From zeta the charge behind
the plane of shear (Ohshima, Healy & White), and for a core with a soft charged shell Ohshima's mobility.

Limits: |zeta| below about 50 mV (no relaxation of the ionic cloud); the soft shell must be thicker than 1/kappa and
1/lambda; the shell of a cluster (0.7 nm) is that only in concentrated salt (above 0.2 M).

References
----------
Ohshima, J. Colloid Interface Sci. 168 (1994) 269-271, doi:10.1006/jcis.1994.1419 (f within 1 %)
Ohshima, Healy & White, J. Colloid Interface Sci. 90 (1982) 17-26, doi:10.1016/0021-9797(82)90393-9 (charge from zeta)
Ohshima, Adv. Colloid Interface Sci. 62 (1995) 189-235, doi:10.1016/0001-8686(95)00279-Y (soft particles)
Malmberg & Maryott, J. Res. Natl. Bur. Stand. 56 (1956) 1-8, doi:10.6028/jres.056.001 (permittivity of water)
"""

from __future__ import annotations

import math

import numpy as np

from goldshell.errors import AnalysisError, InputError

ELEMENTARY_CHARGE = 1.602176634e-19  # [C], exact
BOLTZMANN = 1.380649e-23  # [J/K], exact
AVOGADRO = 6.02214076e23  # [1/mol], exact
VACUUM_PERMITTIVITY = 8.8541878128e-12  # [F/m], CODATA 2018


def water_permittivity(temperature: float = 298.15) -> float:
    """Relative permittivity of water.

    eps = 87.740 - 0.40008 t + 9.398e-4 t^2 - 1.410e-6 t^3,  t in degrees Celsius

    Parameters
    ----------
    temperature : 273 to 373 [K]

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : outside liquid water

    References
    ----------
    Malmberg & Maryott 1956, doi:10.6028/jres.056.001
    """
    if not 273.0 <= temperature <= 373.2:
        raise InputError(f"temperature {temperature:g} K is not that of liquid water", hint="273 to 373 K")
    t = temperature - 273.15
    return 87.740 - 0.40008 * t + 9.398e-4 * t**2 - 1.410e-6 * t**3


def debye_length(ionic_strength: float, temperature: float = 298.15) -> float:
    """Debye length 1/kappa of a 1:1 electrolyte in water.

    kappa^2 = 2 e^2 N_A I / (eps k T)

    Parameters
    ----------
    ionic_strength : above 0 [mM]
    temperature : [K]

    Returns
    -------
    float [nm]

    Raises
    ------
    InputError : ionic strength not above 0
    """
    if not (math.isfinite(ionic_strength) and ionic_strength > 0):
        raise InputError(f"ionic strength {ionic_strength:g} mM", hint="it must be above 0")
    permittivity = water_permittivity(temperature) * VACUUM_PERMITTIVITY
    # 1 mM is 1 mol/m3
    squared = 2 * ELEMENTARY_CHARGE**2 * AVOGADRO * ionic_strength / (permittivity * BOLTZMANN * temperature)
    return 1e9 / math.sqrt(squared)


def henry_function(kappa_a: float) -> float:
    """Ohshima's form of Henry's function, 1 (Hueckel) to 3/2 (Smoluchowski), within 1 % of the exact one.

    Parameters
    ----------
    kappa_a : radius over Debye length, 0 or above [1]

    Returns
    -------
    float [1]

    References
    ----------
    Ohshima 1994, doi:10.1006/jcis.1994.1419
    """
    if kappa_a < 0:
        raise InputError(f"kappa a is {kappa_a:g}", hint="it must not be negative")
    if kappa_a == 0:
        return 1.0
    return 1 + 0.5 * (1 + 2.5 / (kappa_a * (1 + 2 * math.exp(-kappa_a)))) ** -3


def zeta_from_mobility(mobility: float, f: float, *, viscosity: float, temperature: float = 298.15) -> float:
    """Zeta potential, 3 eta mu / (2 eps f).

    Parameters
    ----------
    mobility : [um cm/(V s)]
    f : value of Henry's function; 1 is Hueckel, 1.5 Smoluchowski
    viscosity : [mPa s]
    temperature : [K]

    Returns
    -------
    float [mV]
    """
    permittivity = water_permittivity(temperature) * VACUUM_PERMITTIVITY
    return 1e3 * 3 * 1e-3 * viscosity * 1e-8 * mobility / (2 * permittivity * f)


def mobility_from_zeta(zeta: float, f: float, *, viscosity: float, temperature: float = 298.15) -> float:
    """Mobility [um cm/(V s)] of a zeta potential [mV]; the inverse of `zeta_from_mobility`."""
    return zeta / zeta_from_mobility(1.0, f, viscosity=viscosity, temperature=temperature)


def charge_from_zeta(zeta: float, radius: float, ionic_strength: float, temperature: float = 298.15) -> float:
    """Charge behind the plane of shear of a sphere.

    sigma = (2 eps kappa k T / e) sinh(y/2) [1 + 2 / (x cosh^2(y/4)) + 8 ln cosh(y/4) / (x^2 sinh^2(y/2))]^(1/2)

    with y = e zeta / kT and x = kappa a; within 1 % for x above 0.5, and 4 pi eps a zeta (1 + x) for small zeta.

    Parameters
    ----------
    zeta : [mV]
    radius : to the plane of shear [nm]
    ionic_strength : [mM]
    temperature : [K]

    Returns
    -------
    float [elementary charges]

    References
    ----------
    Ohshima, Healy & White 1982, doi:10.1016/0021-9797(82)90393-9
    """
    a, debye = 1e-9 * radius, 1e-9 * debye_length(ionic_strength, temperature)
    permittivity = water_permittivity(temperature) * VACUUM_PERMITTIVITY
    x = a / debye
    y = ELEMENTARY_CHARGE * 1e-3 * zeta / (BOLTZMANN * temperature)
    if abs(y) < 1e-6:
        return 4 * math.pi * permittivity * a * 1e-3 * zeta * (1 + x) / ELEMENTARY_CHARGE
    bracket = 1 + 2 / (x * math.cosh(y / 4) ** 2) + 8 * math.log(math.cosh(y / 4)) / (x**2 * math.sinh(y / 2) ** 2)
    density = 2 * permittivity * BOLTZMANN * temperature / (debye * ELEMENTARY_CHARGE) * math.sinh(y / 2)
    return 4 * math.pi * a**2 * density * math.sqrt(bracket) / ELEMENTARY_CHARGE


def soft_mobility(
    charge: float,
    core_radius: float,
    shell: float,
    ionic_strength: float,
    *,
    softness: float = 1.0,
    viscosity: float,
    temperature: float = 298.15,
) -> float:
    """Mobility of a sphere whose charge is spread in a shell that the liquid penetrates.

    mu = (eps/eta) (psi_0/kappa_m + psi_D/lambda) / (1/kappa_m + 1/lambda) F(d/a) + rho / (eta lambda^2)

    with rho the charge density of the shell, psi_D its Donnan potential, psi_0 that at its surface,
    kappa_m = kappa (1 + (rho / 2 e n)^2)^(1/4) and F = 2/3 [1 + 1/2 (1 + d/a)^-3].

    Parameters
    ----------
    charge : in the shell [elementary charges]
    core_radius : a [nm]
    shell : its thickness d [nm]
    ionic_strength : [mM]
    softness : 1/lambda, how deep the liquid flows into the shell [nm]
    viscosity : [mPa s]
    temperature : [K]

    Returns
    -------
    float [um cm/(V s)]

    References
    ----------
    Ohshima 1995, doi:10.1016/0001-8686(95)00279-Y
    """
    permittivity = water_permittivity(temperature) * VACUUM_PERMITTIVITY
    eta, depth = 1e-3 * viscosity, 1e-9 * softness
    volume = 4 / 3 * math.pi * ((core_radius + shell) ** 3 - core_radius**3) * 1e-27
    density = charge * ELEMENTARY_CHARGE / volume
    ions = AVOGADRO * ionic_strength
    thermal = BOLTZMANN * temperature / ELEMENTARY_CHARGE
    ratio = density / (2 * ELEMENTARY_CHARGE * ions)
    donnan = thermal * math.asinh(ratio)
    surface = donnan - thermal * math.tanh(math.asinh(ratio) / 2)
    inner = 1e-9 * debye_length(ionic_strength, temperature) / (1 + ratio**2) ** 0.25
    shape = 2 / 3 * (1 + 0.5 / (1 + shell / core_radius) ** 3)
    electric = permittivity / eta * (surface * inner + donnan * depth) / (inner + depth) * shape
    return 1e8 * (electric + density * depth**2 / eta)


def soft_charge(
    mobility: float,
    core_radius: float,
    shell: float,
    ionic_strength: float,
    *,
    softness: float = 1.0,
    viscosity: float,
    temperature: float = 298.15,
) -> float:
    """Charge of the soft shell that moves with a mobility: `soft_mobility` inverted.

    Parameters
    ----------
    mobility : [um cm/(V s)]
    core_radius, shell, ionic_strength, softness, viscosity, temperature : as in `soft_mobility`

    Returns
    -------
    float [elementary charges]

    Raises
    ------
    AnalysisError : no charge up to 10,000 gives this mobility
    """
    from scipy.optimize import brentq

    if mobility == 0:
        return 0.0

    def excess(charge: float) -> float:
        return (
            soft_mobility(
                charge, core_radius, shell, ionic_strength, softness=softness, viscosity=viscosity,
                temperature=temperature,
            )
            - mobility
        )  # fmt: skip

    limit = math.copysign(1e4, mobility)
    if np.sign(excess(limit)) == np.sign(excess(0.0)):
        raise AnalysisError(f"no charge of the shell gives a mobility of {mobility:g} um cm/(V s)")
    low, high = sorted((0.0, limit))
    return float(brentq(excess, low, high, xtol=1e-9))
