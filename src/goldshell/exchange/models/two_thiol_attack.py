"""Two-thiol attack: etching takes two thiols, one after the other.

    r = k [B]^2 / (1 + K [B])  N (N + c0)^(x - 1)

A first thiol binds (equilibrium constant K), a second one attacks the bound cluster; k = k2 K. With weak binding,
K [B] << 1, the order in thiol is 2 exactly, the rival of Z's 1.8; with strong binding it is 1. In between the apparent
order is 1 + 1 / (1 + K [B]): 1.8 at K [B] = 0.25. The order in clusters is kept as a parameter so that rivals differ in
one thing only; a plain bimolecular attack has x = 1.

Limits: free thiol not depleted by binding; oxygen in excess. A rate of order x = 0.04 in clusters cannot come from
collisions with single clusters: whichever the order in thiol, something else then limits the rate.

Assumption: k is what gives Z's water-only rate, 0.111 mM/h, at 0.025 mM clusters and an *assumed* 2.5 mM thiol.

References
----------
Espenson, Chemical Kinetics and Reaction Mechanisms, 2nd ed., McGraw-Hill 1995
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.exchange.models.power_law import cluster_factor
from goldshell.exchange.rate_law import RateLaw, concentrations
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the two-thiol attack."""

    rate_constant: float = parameter(
        0.0205838,
        unit="mM^-1.04/h",
        bounds=(0.0, 1e6),
        source="etching-rate-constant-two-thiol",
        meaning="rate constant k = k2 K; its unit is mM^(-1-x)/h",
    )
    binding_constant: float = parameter(
        0.0,
        unit="1/mM",
        bounds=(0.0, 1e6),
        source="etching-binding-constant-two-thiol",
        meaning="equilibrium constant K of the first thiol; 0 is weak binding, order 2",
    )
    cluster_order: float = parameter(
        0.04, unit="1", bounds=(0.0, 3.0), source="zhang2026-etching-order-cluster", meaning="order x in clusters"
    )
    cluster_offset: float = parameter(
        1e-4,
        unit="mM",
        bounds=(0.0, 1e-2),
        source="rate-law-cluster-offset",
        meaning="concentration c0 below which orders x < 1 turn into first order",
    )


def rate(cluster: ArrayLike, thiol: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Rate of loss of clusters.

    r = k [B]^2 / (1 + K [B])  N (N + c0)^(x - 1)

    Parameters
    ----------
    cluster : intact clusters N [mM]
    thiol : free thiol [B] [mM]
    parameters : k, K, x, c0

    Returns
    -------
    array [mM/h]

    Raises
    ------
    InputError : a concentration is negative or not finite

    References
    ----------
    Espenson 1995
    """
    clusters, thiols = concentrations(cluster, thiol)
    factor = cluster_factor(clusters, parameters.cluster_order, parameters.cluster_offset)
    attack = parameters.rate_constant * thiols**2 / (1 + parameters.binding_constant * thiols)
    return np.asarray(attack * factor)


def apparent_order(thiol: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Order in thiol, d ln r / d ln [B] = 1 + 1 / (1 + K [B]).

    Parameters
    ----------
    thiol : free thiol [mM]
    parameters : k, K, x, c0

    Returns
    -------
    array [1]
    """
    return np.asarray(1 + 1 / (1 + parameters.binding_constant * np.asarray(thiol, dtype=float)))


def binding_constant_from_order(order: float, thiol: float) -> float:
    """The K that gives an apparent order at one concentration, (1 / (order - 1) - 1) / [B].

    Parameters
    ----------
    order : apparent order, above 1 and at most 2 [1]
    thiol : free thiol [mM]

    Returns
    -------
    float [1/mM]
    """
    return (1 / (order - 1) - 1) / thiol


def through(cluster: float, thiol: float, measured: float, parameters: Parameters = Parameters()) -> Parameters:
    """The same K and x with k chosen so that the law passes through one measured rate.

    Parameters
    ----------
    cluster, thiol : concentrations of the measurement [mM]
    measured : its rate [mM/h]
    parameters : K, x, c0
    """
    unit_rate = float(rate(cluster, thiol, replace(parameters, rate_constant=1.0)))
    return replace(parameters, rate_constant=measured / unit_rate)


def law(parameters: Parameters = Parameters()) -> RateLaw:
    """The rate law with these parameters."""
    return RateLaw("two_thiol_attack", lambda cluster, thiol: rate(cluster, thiol, parameters))


TEST_POINTS = (
    TestPoint(
        rate,
        {"cluster": 0.025, "thiol": 2.5, "parameters": Parameters(cluster_offset=0.0)},
        0.111,
        "Zhang et al. 2026: water-only etching rate 1.11e-1 mM/h, at the assumed 2.5 mM thiol",
        1e-5,
    ),
    TestPoint(
        apparent_order,
        {"thiol": 2.5, "parameters": Parameters()},
        2.0,
        "mathematical property: two thiols, weak binding",
    ),
    TestPoint(
        apparent_order,
        {"thiol": 2.5, "parameters": Parameters(binding_constant=0.1)},
        1.8,
        "mathematical property: order 1.8 at K [B] = 0.25",
    ),
)
