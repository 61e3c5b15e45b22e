"""Transfer across an interface: Fick's law, two films in series, and enhancement by reaction (Hatta)."""

from __future__ import annotations

import math

from goldshell.errors import InputError

_SECONDS_PER_HOUR = 3600.0


def fick_flux(diffusivity: float, thickness: float, start: float, end: float) -> float:
    """Steady flux across a layer (Eq. 4 of Z).

    N = D (C_1 - C_2) / dz

    Parameters
    ----------
    diffusivity : D [m²/s]
    thickness : dz [m]
    start, end : concentrations C_1 and C_2 at the two sides [mM]

    Returns
    -------
    float [mol/(m² s)], positive from start to end

    Raises
    ------
    InputError : a diffusivity or thickness that is not a positive number
    """
    check_positive(diffusivity=diffusivity, thickness=thickness)
    return diffusivity * (start - end) / thickness


def film_coefficient(diffusivity: float, thickness: float) -> float:
    """Mass transfer coefficient of a stagnant film.

    k = D / delta

    Parameters
    ----------
    diffusivity : D [m²/s]
    thickness : delta [m]

    Returns
    -------
    float [m/s]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Lewis & Whitman, Ind. Eng. Chem. 16 (1924) 1215-1220, doi:10.1021/ie50180a002
    """
    check_positive(diffusivity=diffusivity, thickness=thickness)
    return diffusivity / thickness


def overall_coefficient(water_coefficient: float, organic_coefficient: float, distribution_ratio: float) -> float:
    """Overall coefficient of two films in series, on water concentrations.

    1/K_w = 1/k_w + 1/(k_o m); the flux into the water is K_w (C_o/m - C_w)

    Parameters
    ----------
    water_coefficient, organic_coefficient : k_w and k_o [m/s]
    distribution_ratio : m, organic over water at equilibrium [1]

    Returns
    -------
    float [m/s]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Lewis & Whitman, Ind. Eng. Chem. 16 (1924) 1215-1220, doi:10.1021/ie50180a002
    """
    check_positive(
        water_coefficient=water_coefficient,
        organic_coefficient=organic_coefficient,
        distribution_ratio=distribution_ratio,
    )
    return 1.0 / (1.0 / water_coefficient + 1.0 / (organic_coefficient * distribution_ratio))


def hatta_number(
    rate_constant: float,
    diffusivity: float,
    coefficient: float,
    *,
    interface: float = 1.0,
    bulk: float = 1.0,
    order: float = 1.0,
    partner_order: float = 0.0,
) -> float:
    """Hatta number of a reaction of order m in the transferred species A and n in its partner B.

    Ha = sqrt( 2/(m+1) k C_Ai^(m-1) C_B^n D_A ) / k_L, for the rate k C_A^m C_B^n

    Parameters
    ----------
    rate_constant : k [mM^(1-m-n)/h]
    diffusivity : D_A [m²/s]
    coefficient : k_L, without reaction [m/s]
    interface : C_Ai, of A at the interface [mM]
    bulk : C_B, of B in the bulk [mM]
    order, partner_order : m (above -1) and n [1]

    Returns
    -------
    float [1]; below 0.3 the reaction is in the bulk, above 3 in the film

    Raises
    ------
    InputError : a value out of range

    References
    ----------
    Hatta, Technol. Rep. Tohoku Imp. Univ. 10 (1932) 613-622; Hikita & Asai, Int. Chem. Eng. 4 (1964) 332-340
    """
    check_positive(diffusivity=diffusivity, coefficient=coefficient, interface=interface, bulk=bulk)
    if not math.isfinite(rate_constant) or rate_constant < 0:
        raise InputError(f"rate constant {rate_constant:g} must be a number from 0 up")
    if not math.isfinite(order) or order <= -1 or not math.isfinite(partner_order):
        raise InputError(f"reaction orders {order:g} and {partner_order:g}", hint="the first must be above -1")
    per_second = rate_constant / _SECONDS_PER_HOUR
    rate = 2.0 / (order + 1.0) * per_second * interface ** (order - 1.0) * bulk**partner_order
    return math.sqrt(rate * diffusivity) / coefficient


def enhancement_limit(
    partner_diffusivity: float, diffusivity: float, bulk: float, interface: float, stoichiometry: float = 1.0
) -> float:
    """Enhancement by an instantaneous reaction, film theory.

    E_i = 1 + D_B C_B / (b D_A C_Ai), for A + b B

    Parameters
    ----------
    partner_diffusivity, diffusivity : D_B and D_A [m²/s]
    bulk : C_B, of B in the bulk [mM]
    interface : C_Ai, of A at the interface [mM]
    stoichiometry : b, moles of B that one mole of A consumes [1]

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    van Krevelen & Hoftijzer, Recl. Trav. Chim. Pays-Bas 67 (1948) 563-586, doi:10.1002/recl.19480670708
    """
    check_positive(
        partner_diffusivity=partner_diffusivity,
        diffusivity=diffusivity,
        bulk=bulk,
        interface=interface,
        stoichiometry=stoichiometry,
    )
    return 1.0 + partner_diffusivity * bulk / (stoichiometry * diffusivity * interface)


def enhancement_factor(hatta: float, limit: float = math.inf, partner_order: float = 1.0) -> float:
    """How much a reaction in the film speeds up transfer.

    E = Ha eta / tanh(Ha eta), eta = [(E_i - E)/(E_i - 1)]^(n/2); exact for first order (E_i infinite), an approximation
    within about 10 % of the film equations otherwise.

    Parameters
    ----------
    hatta : Ha [1]
    limit : E_i of the instantaneous reaction; infinite when the partner is in excess [1]
    partner_order : n, order in the partner [1]

    Returns
    -------
    float, 1 to ``limit`` [1]

    Raises
    ------
    InputError : a negative Hatta number, or a limit below 1

    References
    ----------
    Hatta, Technol. Rep. Tohoku Imp. Univ. 10 (1932) 613-622; van Krevelen & Hoftijzer, Recl. Trav. Chim. Pays-Bas 67
    (1948) 563-586, doi:10.1002/recl.19480670708; Hikita & Asai, Int. Chem. Eng. 4 (1964) 332-340
    """
    if math.isnan(hatta) or hatta < 0:
        raise InputError(f"Hatta number {hatta:g} must be a number from 0 up")
    if math.isnan(limit) or limit < 1:
        raise InputError(f"limit of the enhancement {limit:g} must be 1 or more")
    if limit == 1 or hatta == 0:
        return 1.0
    if math.isinf(limit) or partner_order == 0:
        return min(_first_order(hatta), limit)
    from scipy.optimize import brentq

    def excess(enhancement: float) -> float:
        eta = ((limit - enhancement) / (limit - 1.0)) ** (partner_order / 2.0)
        return _first_order(hatta * eta) - enhancement

    # At E = 1 the right side is above 1, at E = E_i it is 1: one root between.
    return float(brentq(excess, 1.0, limit, xtol=1e-12, rtol=1e-12))


def _first_order(hatta: float) -> float:
    """Ha / tanh(Ha), 1 at Ha = 0."""
    return 1.0 + hatta**2 / 3.0 if hatta < 1e-4 else hatta / math.tanh(hatta)


def check_positive(**values: float) -> None:
    """Raise InputError naming the first value that is not a positive finite number."""
    for name, value in values.items():
        if not math.isfinite(value) or value <= 0:
            raise InputError(f"{name.replace('_', ' ')} {value:g} must be a positive number")
