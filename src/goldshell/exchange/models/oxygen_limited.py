"""Oxygen-limited etching: surface reaction and supply of oxygen from the air in series.

    r = 1 / (1 / r_i + 1 / r_max),   r_i = k [SR]^y N (N + c0)^(x - 1),   r_max = (k_L / d) C* / nu

Thiol etching of gold clusters needs dissolved oxygen. With a reaction that is first order in oxygen and oxygen that
crosses the liquid film below the air at the rate (k_L / d)(C* - C), the steady state gives two resistances in series:
r_i is the rate in air-saturated solution, r_max the fastest rate that the supply can keep up. All apparent orders, in
thiol and in clusters, shrink by the same factor 1 / (1 + r_i / r_max).

So supply alone cannot explain Z's etching: what pulls the cluster order from 1 to 0.04 would pull the thiol order from
1.8 with it. Complete oxidation of [Au25(SR)18]- (8 superatom electrons, 4 per O2) takes nu = 2.

Limits: steady state, so not the first minutes, when oxygen already dissolved (0.26 mM, enough for 0.13 mM of clusters)
is used; no autoxidation of thiol, which takes oxygen as well; open vessel.

References
----------
Whitman, Int. J. Heat Mass Transfer 5 (1962) 429-433, doi:10.1016/0017-9310(62)90032-7 (two-film theory)
Dreier et al., J. Phys. Chem. C 120 (2016), doi:10.1021/acs.jpcc.6b09110 (oxygen in thiol etching)
Benson & Krause, Limnol. Oceanogr. 29 (1984) 620-632, doi:10.4319/lo.1984.29.3.0620 (C*)
Lavery & Nienow, Biotechnol. Bioeng. 30 (1987) 368-373, doi:10.1002/bit.260300307 (k_L)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.exchange.models.power_law import cluster_factor
from goldshell.exchange.rate_law import RateLaw, concentrations
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of oxygen-limited etching."""

    rate_constant: float = parameter(
        0.0247237,
        unit="mM^-0.84/h",
        bounds=(0.0, 1e6),
        source="etching-rate-constant-power-law",
        meaning="rate constant k in air-saturated solution; its unit is mM^(1-x-y)/h",
    )
    cluster_order: float = parameter(
        0.04,
        unit="1",
        bounds=(0.0, 3.0),
        source="zhang2026-etching-order-cluster",
        meaning="order x in clusters without limitation",
    )
    thiol_order: float = parameter(
        1.8,
        unit="1",
        bounds=(0.0, 4.0),
        source="zhang2026-etching-order-thiol",
        meaning="order y in thiol without limitation",
    )
    transfer_coefficient: float = parameter(
        0.085,
        unit="m/h",
        bounds=(0.0, 10.0),
        source="oxygen-transfer-coefficient-surface-aeration",
        meaning="liquid-film coefficient k_L of oxygen at a stirred surface; middle of the published range",
    )
    liquid_depth: float = parameter(
        0.02,
        unit="m",
        bounds=(1e-4, 1.0),
        source="etching-liquid-depth",
        meaning="depth d of the liquid under the air: volume over surface",
    )
    oxygen_saturation: float = parameter(
        0.258,
        unit="mM",
        bounds=(0.0, 2.0),
        source="oxygen-saturation-water-25-degc",
        meaning="dissolved oxygen C* in equilibrium with air",
    )
    oxygen_per_cluster: float = parameter(
        2.0,
        unit="1",
        bounds=(0.1, 100.0),
        source="oxygen-per-au25-cluster",
        meaning="molecules of oxygen nu used per cluster",
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

    r = r_i r_max / (r_i + r_max)

    Parameters
    ----------
    cluster : intact clusters N [mM]
    thiol : free thiol [mM]
    parameters : k, x, y, c0, k_L, d, C*, nu

    Returns
    -------
    array [mM/h]

    Raises
    ------
    InputError : a concentration is negative or not finite

    References
    ----------
    Whitman 1962, doi:10.1016/0017-9310(62)90032-7
    """
    surface, ceiling = _surface_rate(cluster, thiol, parameters), rate_ceiling(parameters)
    return np.asarray(surface * ceiling / (surface + ceiling)) if ceiling > 0 else np.zeros_like(surface)


def rate_ceiling(parameters: Parameters = Parameters()) -> float:
    """Fastest loss of clusters that the supply of oxygen can keep up, r_max = (k_L / d) C* / nu.

    Parameters
    ----------
    parameters : k_L, d, C*, nu

    Returns
    -------
    float [mM/h]
    """
    supply = parameters.transfer_coefficient / parameters.liquid_depth * parameters.oxygen_saturation
    return supply / parameters.oxygen_per_cluster


def apparent_order(thiol: ArrayLike, parameters: Parameters = Parameters(), *, cluster: float = 0.025) -> Array:
    """Order in thiol, d ln r / d ln [SR] = y / (1 + r_i / r_max).

    Parameters
    ----------
    thiol : free thiol [mM]
    parameters : k, x, y, c0, k_L, d, C*, nu
    cluster : intact clusters [mM]

    Returns
    -------
    array [1]
    """
    return np.asarray(
        parameters.thiol_order / (1 + _surface_rate(cluster, thiol, parameters) / rate_ceiling(parameters))
    )


def through(cluster: float, thiol: float, measured: float, parameters: Parameters = Parameters()) -> Parameters:
    """The same orders and supply with k chosen so that the law passes through one measured rate.

    Parameters
    ----------
    cluster, thiol : concentrations of the measurement [mM]
    measured : its rate [mM/h]
    parameters : x, y, c0, k_L, d, C*, nu

    Raises
    ------
    InputError : the rate is above what the supply of oxygen allows
    """
    ceiling = rate_ceiling(parameters)
    if measured >= ceiling:
        raise InputError(
            f"a rate of {measured:g} mM/h is above the oxygen supply's {ceiling:.3g} mM/h",
            hint="raise the transfer coefficient or lower the depth",
        )
    unit_rate = float(_surface_rate(cluster, thiol, replace(parameters, rate_constant=1.0)))
    return replace(parameters, rate_constant=1 / (1 / measured - 1 / ceiling) / unit_rate)


def law(parameters: Parameters = Parameters()) -> RateLaw:
    """The rate law with these parameters."""
    return RateLaw("oxygen_limited", lambda cluster, thiol: rate(cluster, thiol, parameters))


def _surface_rate(cluster: ArrayLike, thiol: ArrayLike, parameters: Parameters) -> Array:
    """r_i, the rate in air-saturated solution [mM/h]."""
    clusters, thiols = concentrations(cluster, thiol)
    factor = cluster_factor(clusters, parameters.cluster_order, parameters.cluster_offset)
    return np.asarray(parameters.rate_constant * thiols**parameters.thiol_order * factor)


TEST_POINTS = (
    TestPoint(
        rate_ceiling,
        {"parameters": Parameters(transfer_coefficient=0.1, liquid_depth=0.01, oxygen_saturation=0.25)},
        1.25,
        "arithmetic: 10 1/h x 0.25 mM / 2",
    ),
    TestPoint(
        rate,
        {
            "cluster": 1.0,
            "thiol": 1.0,
            "parameters": Parameters(
                rate_constant=1.25,
                cluster_order=1.0,
                transfer_coefficient=0.1,
                liquid_depth=0.01,
                oxygen_saturation=0.25,
            ),
        },
        0.625,
        "mathematical property: equal resistances halve the rate",
    ),
    TestPoint(
        apparent_order,
        {
            "thiol": 1.0,
            "cluster": 1.0,
            "parameters": Parameters(
                rate_constant=1.25,
                cluster_order=1.0,
                transfer_coefficient=0.1,
                liquid_depth=0.01,
                oxygen_saturation=0.25,
            ),
        },
        0.9,
        "mathematical property: equal resistances halve the order",
    ),
)
