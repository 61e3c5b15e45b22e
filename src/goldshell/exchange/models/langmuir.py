"""Langmuir pre-equilibrium: thiol binds to the cluster first, and only bound clusters react.

    r = k N K [B] / (1 + K [B])

A fast equilibrium C + B = CB of constant K is followed by a slow step of rate constant k. Order 1 in thiol when
K [B] << 1, order 0 when the clusters are saturated; in between the apparent order is 1 / (1 + K [B]), which is 0.3 at
K [B] = 2.33. So Z's order 0.3 of exchange needs no fractional mechanism, but then the order must fall from 1 to 0 over
two decades of concentration: measuring over a wider range tells the two apart.

Limits: one kind of site, free thiol not depleted by binding, first order in clusters. Initial exchange rates of about
1 in thiol were found for labile sites of larger particles (Donkers et al.).

Assumption: K is what gives order 0.3 at an *assumed* 2.5 mM thiol, and k what gives 11 % coverage of 18 sites in 30 min
there; Z prints neither the concentration nor k.

References
----------
Langmuir, J. Am. Chem. Soc. 40 (1918) 1361-1403, doi:10.1021/ja02242a004
Espenson, Chemical Kinetics and Reaction Mechanisms, 2nd ed., McGraw-Hill 1995
Donkers, Song & Murray, Langmuir 20 (2004) 4703-4707
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.exchange.rate_law import RateLaw, concentrations
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the Langmuir pre-equilibrium."""

    rate_constant: float = parameter(
        5.65714,
        unit="1/h",
        bounds=(0.0, 1e6),
        source="exchange-rate-constant-langmuir",
        meaning="exchange events per hour of a cluster that has thiol bound, k",
    )
    binding_constant: float = parameter(
        0.933333,
        unit="1/mM",
        bounds=(0.0, 1e6),
        source="exchange-binding-constant-langmuir",
        meaning="equilibrium constant K of binding thiol to the cluster",
    )


def rate(cluster: ArrayLike, thiol: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Rate of exchange (at the start, also the rate at which unexchanged clusters are lost).

    r = k N K [B] / (1 + K [B])

    Parameters
    ----------
    cluster : clusters N [mM]
    thiol : free thiol [B] [mM]
    parameters : k, K

    Returns
    -------
    array [mM/h]

    Raises
    ------
    InputError : a concentration is negative or not finite

    References
    ----------
    Langmuir 1918, doi:10.1021/ja02242a004
    """
    clusters, thiols = concentrations(cluster, thiol)
    bound = parameters.binding_constant * thiols
    return np.asarray(parameters.rate_constant * clusters * bound / (1 + bound))


def apparent_order(thiol: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Order in thiol, d ln r / d ln [B] = 1 / (1 + K [B]).

    Parameters
    ----------
    thiol : free thiol [mM]
    parameters : k, K

    Returns
    -------
    array [1]
    """
    return np.asarray(1 / (1 + parameters.binding_constant * np.asarray(thiol, dtype=float)))


def binding_constant_from_order(order: float, thiol: float) -> float:
    """The K that gives an apparent order at one concentration, (1 / order - 1) / [B].

    Parameters
    ----------
    order : apparent order, between 0 and 1 [1]
    thiol : free thiol [mM]

    Returns
    -------
    float [1/mM]

    Raises
    ------
    InputError : the order is not between 0 and 1, or the concentration is not above 0
    """
    if not (0 < order <= 1 and 0 < thiol < math.inf):
        raise InputError(
            f"no Langmuir law has order {order:g} at {thiol:g} mM", hint="give an order above 0 up to 1, thiol above 0"
        )
    return (1 / order - 1) / thiol


def through(cluster: float, thiol: float, measured: float, parameters: Parameters = Parameters()) -> Parameters:
    """The same K with k chosen so that the law passes through one measured rate.

    Parameters
    ----------
    cluster, thiol : concentrations of the measurement [mM]
    measured : its rate [mM/h]
    parameters : K
    """
    unit_rate = float(rate(cluster, thiol, replace(parameters, rate_constant=1.0)))
    return replace(parameters, rate_constant=measured / unit_rate)


def law(parameters: Parameters = Parameters()) -> RateLaw:
    """The rate law with these parameters; at constant thiol clusters decay exponentially."""

    def decay(cluster0: float, thiol: float, times: Array) -> Array:
        bound = parameters.binding_constant * thiol
        return np.asarray(cluster0 * np.exp(-parameters.rate_constant * bound / (1 + bound) * times))

    return RateLaw("langmuir", lambda cluster, thiol: rate(cluster, thiol, parameters), decay)


TEST_POINTS = (
    TestPoint(
        apparent_order,
        {"thiol": 7 / 3, "parameters": Parameters(binding_constant=1.0)},
        0.3,
        "mathematical property: order 0.3 at K [B] = 7/3 = 2.33",
    ),
    TestPoint(
        rate,
        {"cluster": 0.025, "thiol": 2.5, "parameters": Parameters(rate_constant=2.0, binding_constant=0.4)},
        0.025,
        "mathematical property: half of k N at K [B] = 1",
    ),
    TestPoint(
        rate,
        {"cluster": 0.025, "thiol": 2.5, "parameters": Parameters()},
        0.11 * 18 * 0.025 / 0.5,
        "Zhang et al. 2026: 11 % of 18 sites in 30 min at 0.025 mM, at the assumed 2.5 mM thiol",
        1e-5,
    ),
)
