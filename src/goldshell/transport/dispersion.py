"""Two stirred liquids: drop size, interfacial area, transfer coefficients, and what they make of a stirred vial."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from goldshell.errors import InputError
from goldshell.literature import value as literature_value
from goldshell.transport.film import check_positive, overall_coefficient
from goldshell.transport.solvents import ROOM_TEMPERATURE, find_solvent, solvent_property, viscosity

# d32 / L = constant (1 + slope phi) We^-0.6 for each correlation, and where it is from.
DROP_CORRELATIONS = {
    "chen_middleman": (0.053, 0.0, "chen1967"),
    "coulaloglou_tavlarides": (0.081, 4.47, "coulaloglou1976"),
    "calderbank": (0.06, 9.0, "calderbank1958"),
}
_TURBULENT_REYNOLDS = 1e4  # stirred-tank correlations of drop size and power are for fully turbulent flow


def stirred_coefficient(
    diffusivity: float, kinematic_viscosity: float, dissipation: float, *, interface: str = "mobile"
) -> float:
    """Mass transfer coefficient at an interface that small turbulent eddies renew.

    mobile interface: k = 0.4 (eps nu)^(1/4) Sc^(-1/2); rigid: k = 0.13 (eps nu)^(1/4) Sc^(-2/3); Sc = nu / D.
    Linek et al. fit 0.523 in place of 0.4 for bubbles in a stirred tank.

    Parameters
    ----------
    diffusivity : D [m²/s]
    kinematic_viscosity : nu, of the continuous phase [m²/s]
    dissipation : eps, power per mass of liquid [W/kg]
    interface : "mobile" (clean) or "rigid" (small or surfactant-covered drops)

    Returns
    -------
    float [m/s]

    Raises
    ------
    InputError : a value that is not a positive number, or another kind of interface

    References
    ----------
    Lamont & Scott, AIChE J. 16 (1970) 513-519, doi:10.1002/aic.690160403; Calderbank & Moo-Young, Chem. Eng. Sci. 16
    (1961) 39-54, doi:10.1016/0009-2509(61)87005-X; Linek et al., Chem. Eng. Process. 43 (2004) 1511-1517,
    doi:10.1016/j.cep.2004.02.009
    """
    check_positive(diffusivity=diffusivity, kinematic_viscosity=kinematic_viscosity, dissipation=dissipation)
    constants = {"mobile": (0.4, -0.5), "rigid": (0.13, -2.0 / 3.0)}
    if interface not in constants:
        raise InputError(f"interface {interface!r}", hint="mobile or rigid")
    prefactor, exponent = constants[interface]
    schmidt = kinematic_viscosity / diffusivity
    return float(prefactor * (dissipation * kinematic_viscosity) ** 0.25 * schmidt**exponent)


def sherwood_number(coefficient: float, length: float, diffusivity: float) -> float:
    """Sherwood number Sh = k L / D [1] of a coefficient [m/s], a length [m] and a diffusivity [m²/s]."""
    check_positive(coefficient=coefficient, length=length, diffusivity=diffusivity)
    return coefficient * length / diffusivity


def drop_inside_coefficient(diffusivity: float, diameter: float) -> float:
    """Mass transfer coefficient inside a drop without circulation, after the first instants.

    k = 2 pi² D / (3 d), that is Sh = 6.58

    Parameters
    ----------
    diffusivity : D, in the drop [m²/s]
    diameter : d, of the drop [m]

    Returns
    -------
    float [m/s]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Newman, Trans. AIChE 27 (1931) 203-220
    """
    check_positive(diffusivity=diffusivity, diameter=diameter)
    return 2.0 * math.pi**2 * diffusivity / (3.0 * diameter)


def weber_number(density: float, stirring_rate: float, stirrer: float, interfacial_tension: float) -> float:
    """Weber number of a stirrer.

    We = rho N² L³ / sigma

    Parameters
    ----------
    density : rho, of the continuous phase [kg/m³]
    stirring_rate : N [rpm]
    stirrer : L, diameter of the stirrer [m]
    interfacial_tension : sigma [mN/m]

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a value that is not a positive number
    """
    check_positive(
        density=density, stirring_rate=stirring_rate, stirrer=stirrer, interfacial_tension=interfacial_tension
    )
    return density * (stirring_rate / 60.0) ** 2 * stirrer**3 / (interfacial_tension * 1e-3)


def drop_diameter(
    weber: float, stirrer: float, phase_fraction: float = 0.0, correlation: str = "coulaloglou_tavlarides"
) -> float:
    """Sauter mean diameter of the drops of a stirred liquid-liquid dispersion.

    d32 = a L (1 + b phi) We^-0.6, with (a, b) = (0.053, 0) Chen & Middleman, dilute; (0.081, 4.47) Coulaloglou &
    Tavlarides; (0.06, 9) Calderbank

    Parameters
    ----------
    weber : Weber number of the stirrer [1]
    stirrer : L, diameter of the stirrer [m]
    phase_fraction : phi, volume fraction of the dispersed phase [1]
    correlation : one of `DROP_CORRELATIONS`

    Returns
    -------
    float [m]

    Raises
    ------
    InputError : a value out of range, or an unknown correlation

    References
    ----------
    Chen & Middleman, AIChE J. 13 (1967) 989-995, doi:10.1002/aic.690130529; Coulaloglou & Tavlarides, AIChE J. 22
    (1976) 289-297, doi:10.1002/aic.690220211; Calderbank, Trans. Inst. Chem. Eng. 36 (1958) 443-463
    """
    check_positive(weber=weber, stirrer=stirrer)
    _check_fraction(phase_fraction)
    if correlation not in DROP_CORRELATIONS:
        raise InputError(f"drop size correlation {correlation!r}", hint=", ".join(DROP_CORRELATIONS))
    constant, slope, _ = DROP_CORRELATIONS[correlation]
    return float(constant * stirrer * (1.0 + slope * phase_fraction) * weber**-0.6)


def largest_stable_drop(interfacial_tension: float, density: float, dissipation: float) -> float:
    """Largest drop that survives isotropic turbulence.

    d = 0.725 (sigma / rho)^0.6 eps^-0.4

    Parameters
    ----------
    interfacial_tension : sigma [mN/m]
    density : rho, of the continuous phase [kg/m³]
    dissipation : eps, power per mass of liquid [W/kg]

    Returns
    -------
    float [m]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Hinze, AIChE J. 1 (1955) 289-295, doi:10.1002/aic.690010303
    """
    check_positive(interfacial_tension=interfacial_tension, density=density, dissipation=dissipation)
    return float(0.725 * (interfacial_tension * 1e-3 / density) ** 0.6 * dissipation**-0.4)


def interfacial_area(volume: float, phase_fraction: float, diameter: float) -> float:
    """Interface between the phases of a dispersion.

    A = 6 phi V / d32

    Parameters
    ----------
    volume : V, of both phases [mL]
    phase_fraction : phi, volume fraction of the dispersed phase [1]
    diameter : d32, Sauter mean diameter of the drops [m]

    Returns
    -------
    float [m²]

    Raises
    ------
    InputError : a value out of range
    """
    check_positive(volume=volume, diameter=diameter)
    _check_fraction(phase_fraction)
    return 6.0 * phase_fraction * volume * 1e-6 / diameter


@dataclass(frozen=True, slots=True)
class VialEstimate:
    """Transfer of a solute between the stirred phases of a vial, an order-of-magnitude estimate.

    Parameters
    ----------
    solvent : organic phase
    weber, reynolds : of the stirrer [1]
    dissipation : power per mass [W/kg]
    drop_diameter : d32, with the lowest and highest of the correlations [m]
    interfacial_area : of the dispersion, with the range that follows [m²]
    flat_area : of the unstirred vial, for comparison [m²]
    water_coefficient, organic_coefficient, overall_coefficient : k_w, k_o, K_w [m/s]
    water_resistance_share : 1/k_w over 1/K_w [1]
    transfer_time : relaxation time towards equilibrium, 1 / [K_w A (1/V_w + 1/(m V_o))], with the range that follows
        from the areas [s]
    estimates : inputs that are estimates, each with why
    warnings : advice
    """

    solvent: str
    weber: float
    reynolds: float
    dissipation: float
    drop_diameter: tuple[float, float, float]
    interfacial_area: tuple[float, float, float]
    flat_area: float
    water_coefficient: float
    organic_coefficient: float
    overall_coefficient: float
    water_resistance_share: float
    transfer_time: tuple[float, float, float]
    estimates: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Values with their unit in the key; ranges as value, low, high."""

        def ranged(triple: tuple[float, float, float], unit: str) -> dict[str, float | str]:
            return {"value": triple[0], "low": triple[1], "high": triple[2], "unit": unit}

        return {
            "solvent": self.solvent,
            "weber": self.weber,
            "reynolds": self.reynolds,
            "dissipation_W_kg": self.dissipation,
            "drop_diameter": ranged(self.drop_diameter, "m"),
            "interfacial_area": ranged(self.interfacial_area, "m^2"),
            "flat_area_m2": self.flat_area,
            "water_coefficient_m_s": self.water_coefficient,
            "organic_coefficient_m_s": self.organic_coefficient,
            "overall_coefficient_m_s": self.overall_coefficient,
            "water_resistance_share": self.water_resistance_share,
            "transfer_time": ranged(self.transfer_time, "s"),
            "estimates": list(self.estimates),
            "warnings": list(self.warnings),
        }


def vial_estimate(
    solvent: str,
    water_diffusivity: float,
    organic_diffusivity: float,
    distribution_ratio: float,
    *,
    water_volume: float = 2.0,
    organic_volume: float = 2.0,
    stirring_rate: float = 1000.0,
    stirrer: float | None = None,
    vial_diameter: float | None = None,
    power_number: float | None = None,
    interface: str = "rigid",
    temperature: float = ROOM_TEMPERATURE,
) -> VialEstimate:
    """Drop size, interfacial area, coefficients and transfer time in a stirred vial.

    Water is taken as the continuous phase. Power P = N_p rho N³ L⁵ over the mass of both liquids gives the dissipation;
    drops by `drop_diameter`; k_w by `stirred_coefficient`; k_o by `drop_inside_coefficient`. The defaults of volumes
    and stirring rate are rows zhang2026-two-phase-aqueous-volume, -organic-volume and -stirring.

    Parameters
    ----------
    solvent : organic phase
    water_diffusivity, organic_diffusivity : of the solute in each phase [m²/s]
    distribution_ratio : organic over water [1]
    water_volume, organic_volume : [mL]
    stirring_rate : [rpm]
    stirrer : length of the stirring bar; an estimate by default [m]
    vial_diameter : inner diameter; an estimate by default [m]
    power_number : N_p of the bar; an estimate by default [1]
    interface : "rigid" or "mobile", see `stirred_coefficient`
    temperature : [K]

    Returns
    -------
    VialEstimate

    Raises
    ------
    InputError, UnknownNameError : a value out of range, an unknown solvent
    AnalysisError : the table has no interfacial tension of that solvent
    """
    name = find_solvent(solvent)
    check_positive(
        water_volume=water_volume,
        organic_volume=organic_volume,
        stirring_rate=stirring_rate,
        distribution_ratio=distribution_ratio,
    )
    estimates: list[str] = []
    bar = _given_or_estimated(stirrer, "vial-stirrer-length", "m", "length of the stirring bar", estimates)
    inner = _given_or_estimated(vial_diameter, "vial-inner-diameter", "m", "inner diameter of the vial", estimates)
    power = _given_or_estimated(power_number, "vial-power-number", "1", "power number of the bar", estimates)
    tension = solvent_property(name, "interfacial_tension_water")
    density = solvent_property("water", "density").value
    organic_density = solvent_property(name, "density").value
    kinematic = viscosity("water", temperature).value * 1e-3 / density
    rate = stirring_rate / 60.0
    mass = (water_volume * density + organic_volume * organic_density) * 1e-6
    dissipation = power * density * rate**3 * bar**5 / mass
    weber = weber_number(density, stirring_rate, bar, tension.value)
    reynolds = rate * bar**2 / kinematic
    volume = water_volume + organic_volume
    fraction = organic_volume / volume
    sizes = {key: drop_diameter(weber, bar, fraction, key) for key in DROP_CORRELATIONS}
    sizes["hinze"] = largest_stable_drop(tension.value, density, dissipation)
    middle = sizes["coulaloglou_tavlarides"]
    drops = (middle, min(sizes.values()), max(sizes.values()))
    areas = tuple(interfacial_area(volume, fraction, size) for size in (middle, drops[2], drops[1]))
    k_water = stirred_coefficient(water_diffusivity, kinematic, dissipation, interface=interface)
    k_organic = drop_inside_coefficient(organic_diffusivity, middle)
    overall = overall_coefficient(k_water, k_organic, distribution_ratio)
    capacity = 1e-6 / (1.0 / water_volume + 1.0 / (distribution_ratio * organic_volume))
    times = tuple(capacity / (overall * area) for area in (areas[0], areas[2], areas[1]))
    estimates += [
        f"interfacial tension {tension.value:g} mN/m ({tension.source}): solutes and clusters lower it, drops shrink",
        "water as the continuous phase: at equal volumes either phase can be",
        f"drops fill {fraction:.0%} of the volume, while the correlations rest on smaller fractions and baffled tanks",
        f"{interface} interface for k_w; a stagnant drop for k_o, the slowest case",
    ]
    warnings = []
    if reynolds < _TURBULENT_REYNOLDS:
        warnings.append(
            f"Re = {reynolds:.0f}: the drop size and power correlations are for turbulent flow (above 10000)"
        )
    return VialEstimate(
        solvent=name,
        weber=weber,
        reynolds=reynolds,
        dissipation=dissipation,
        drop_diameter=drops,
        interfacial_area=(areas[0], areas[1], areas[2]),
        flat_area=math.pi / 4.0 * inner**2,
        water_coefficient=k_water,
        organic_coefficient=k_organic,
        overall_coefficient=overall,
        water_resistance_share=overall / k_water,
        transfer_time=(times[0], times[1], times[2]),
        estimates=tuple(estimates),
        warnings=tuple(warnings),
    )


def _given_or_estimated(value: float | None, row: str, unit: str, what: str, estimates: list[str]) -> float:
    """The user's value, else that of a literature row, noted as an estimate."""
    if value is not None:
        check_positive(**{what: value})
        return value
    estimated = literature_value(row, unit)
    estimates.append(f"{what} {estimated:g}{'' if unit == '1' else f' {unit}'} ({row})")
    return estimated


def _check_fraction(phase_fraction: float) -> None:
    if not 0.0 <= phase_fraction < 1.0:
        raise InputError(f"phase fraction {phase_fraction:g}", hint="a number from 0 to below 1")
