"""Power law: the rate is a product of powers of the concentrations.

    r = k [SR]^y N^x                        x >= 1
    r = k [SR]^y N (N + c0)^(x - 1)         x < 1

N is the concentration of all intact clusters, [SR] that of free thiol. For x < 1 the plain law is singular at N -> 0
(its slope is infinite, and for x = 0.04 the last cluster would be etched as fast as the first), so a small
concentration c0 makes it first order below c0; at N = 250 c0 the difference is 0.4 %. The defaults are etching by p-MBA
as in Zhang et al.: x = 0.04, y = 1.8. Their exchange has y = 0.3.

Limits: x and y are regressed numbers, valid between the concentrations that were measured; a power law knows no
saturation. The law acts on the total of intact clusters: the sum over species of k N_n^x is not k (sum N_n)^x, so
`rates_by_species` shares the rate of the total in proportion to N_n.

Assumption: Zhang et al. print rates but no rate constant, and not the thiol concentration of the rates. k is what gives
their water-only rate, 0.111 mM/h, at 0.025 mM clusters and an *assumed* 2.5 mM thiol (their 100:1 experiment).

References
----------
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z, Eq. 1-3
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.exchange.rate_law import RateLaw, concentrations
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the power law; the defaults are those of etching."""

    rate_constant: float = parameter(
        0.0247237,
        unit="mM^-0.84/h",
        bounds=(0.0, 1e6),
        source="etching-rate-constant-power-law",
        meaning="rate constant k; its unit is mM^(1-x-y)/h and changes with the orders",
    )
    cluster_order: float = parameter(
        0.04, unit="1", bounds=(0.0, 3.0), source="zhang2026-etching-order-cluster", meaning="order x in clusters"
    )
    thiol_order: float = parameter(
        1.8, unit="1", bounds=(0.0, 4.0), source="zhang2026-etching-order-thiol", meaning="order y in thiol"
    )
    cluster_offset: float = parameter(
        1e-4,
        unit="mM",
        bounds=(0.0, 1e-2),
        source="rate-law-cluster-offset",
        meaning="concentration c0 below which orders x < 1 turn into first order",
    )


ETCHING = Parameters()
# Exchange by p-MBA: order 0.3 is Z's; the cluster order is not printed and taken as 1, k from 11 % coverage in 30 min
# (rows zhang2026-exchange-order-thiol, exchange-cluster-order, exchange-rate-constant-power-law).
EXCHANGE = Parameters(rate_constant=3.00824, cluster_order=1.0, thiol_order=0.3)


def rate(cluster: ArrayLike, thiol: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Rate of loss of clusters.

    r = k [SR]^y N (N + c0)^(x - 1)

    Parameters
    ----------
    cluster : intact clusters, all species together [mM]
    thiol : free thiol [mM]
    parameters : k, x, y, c0

    Returns
    -------
    array [mM/h]

    Raises
    ------
    InputError : a concentration is negative or not finite

    References
    ----------
    Zhang et al. 2026, doi:10.1038/s41467-026-68345-z, Eq. 1
    """
    clusters, thiols = concentrations(cluster, thiol)
    factor = cluster_factor(clusters, parameters.cluster_order, parameters.cluster_offset)
    return np.asarray(parameters.rate_constant * thiols**parameters.thiol_order * factor)


def cluster_factor(cluster: ArrayLike, order: float, offset: float) -> Array:
    """The clusters' part of a rate law, N^x, regular at N = 0.

    Parameters
    ----------
    cluster : intact clusters N [mM]
    order : x
    offset : c0, used for x < 1 [mM]

    Returns
    -------
    array [mM^x]
    """
    clusters = np.asarray(cluster, dtype=float)
    if order >= 1:
        return np.asarray(clusters**order)
    safe = np.where(clusters > 0, clusters, 1.0)
    return np.asarray(np.where(clusters > 0, clusters * (safe + offset) ** (order - 1), 0.0))


def rates_by_species(clusters: ArrayLike, thiol: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Rate of loss of each species: the rate of the total, shared in proportion.

    r_n = r(sum N_n, [SR]) N_n / sum N_n

    Parameters
    ----------
    clusters : concentrations N_n of the species along the last axis (..., species) [mM]
    thiol : free thiol (...) [mM]
    parameters : k, x, y, c0

    Returns
    -------
    (..., species) [mM/h]
    """
    species = np.asarray(clusters, dtype=float)
    total = species.sum(axis=-1)
    share = species / np.where(total > 0, total, 1.0)[..., None]
    return np.asarray(rate(total, thiol, parameters)[..., None] * share)


def apparent_order(thiol: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Order in thiol, d ln r / d ln [SR]; the same at every concentration.

    Parameters
    ----------
    thiol : free thiol [mM]
    parameters : k, x, y, c0

    Returns
    -------
    array [1]
    """
    return np.full_like(np.asarray(thiol, dtype=float), parameters.thiol_order)


def apparent_cluster_order(cluster: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Order in clusters, d ln r / d ln N = 1 + (x - 1) N / (N + c0) for x < 1: x well above c0, 1 well below.

    Parameters
    ----------
    cluster : intact clusters [mM]
    parameters : k, x, y, c0

    Returns
    -------
    array [1]
    """
    clusters = np.asarray(cluster, dtype=float)
    x, offset = parameters.cluster_order, parameters.cluster_offset
    if x >= 1 or offset == 0:
        return np.full_like(clusters, x)
    return np.asarray(1 + (x - 1) * clusters / (clusters + offset))


def concentration_ratio(rate_ratio: float, order: float) -> float:
    """Ratio of concentrations that explains a ratio of rates, rate_ratio^(1/order).

    Parameters
    ----------
    rate_ratio : faster rate over slower rate [1]
    order : order in the concentration [1]

    Returns
    -------
    float [1]
    """
    return float(rate_ratio ** (1 / order))


def rate_constant_unit(cluster_order: float, thiol_order: float) -> str:
    """Unit of k, mM^(1-x-y)/h, as pint reads it.

    Parameters
    ----------
    cluster_order, thiol_order : x and y; 0 for one that k already contains
    """
    exponent = round(1 - cluster_order - thiol_order, 3)
    if exponent == 0:
        return "1/h"
    return "mM/h" if exponent == 1 else f"mM^{exponent:g}/h"


def through(cluster: float, thiol: float, measured: float, parameters: Parameters = Parameters()) -> Parameters:
    """The same law with k chosen so that it passes through one measured rate.

    Parameters
    ----------
    cluster, thiol : concentrations of the measurement [mM]
    measured : its rate [mM/h]
    parameters : orders and c0
    """
    unit_rate = float(rate(cluster, thiol, replace(parameters, rate_constant=1.0)))
    return replace(parameters, rate_constant=measured / unit_rate)


def law(parameters: Parameters = Parameters()) -> RateLaw:
    """The rate law with these parameters; at constant thiol it has a closed form when c0 plays no part.

    N(t) = [N0^(1-x) - (1 - x) k [SR]^y t]^(1/(1-x)),  N0 exp(-k [SR]^y t) for x = 1
    """

    def decay(cluster0: float, thiol: float, times: Array) -> Array:
        order = parameters.cluster_order
        speed = parameters.rate_constant * thiol**parameters.thiol_order
        if order == 1 or cluster0 == 0:
            return np.asarray(cluster0 * np.exp(-speed * times))
        left = cluster0 ** (1 - order) - (1 - order) * speed * times
        return np.asarray(np.maximum(left, 0.0) ** (1 / (1 - order)))

    regular = parameters.cluster_order >= 1 or parameters.cluster_offset == 0
    return RateLaw("power_law", lambda cluster, thiol: rate(cluster, thiol, parameters), decay if regular else None)


TEST_POINTS = (
    TestPoint(
        rate,
        {"cluster": 0.025, "thiol": 2.5, "parameters": Parameters(cluster_offset=0.0)},
        0.111,
        "Zhang et al. 2026: water-only etching rate 1.11e-1 mM/h, at the assumed 2.5 mM thiol",
        1e-5,
    ),
    TestPoint(
        concentration_ratio,
        {"rate_ratio": 0.111 / 1.61e-3, "order": 1.8},
        10.5,
        "Zhang et al. 2026: rates 1.11e-1 and 1.61e-3 mM/h with order 1.8 need [SR] 10.5-fold lower (arithmetic)",
        2e-3,
    ),
    TestPoint(
        apparent_cluster_order,
        {"cluster": 1e-4, "parameters": Parameters()},
        0.52,
        "mathematical property: halfway between x and 1 at N = c0",
    ),
    TestPoint(
        rate,
        {"cluster": 0.0, "thiol": 2.5, "parameters": Parameters()},
        0.0,
        "mathematical property: no clusters, no loss",
    ),
)
