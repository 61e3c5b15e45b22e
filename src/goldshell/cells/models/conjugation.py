"""Valency of conjugation: how many particles carry 0, 1, 2 or more DNA when the mean is known.

    P(n) = C(N, n) q^n (1 - q)^(N - n),  q = mean / N;      N -> infinity: Poisson, e^-mean mean^n / n!

Meaning: molecules that attach independently to N equal sites give a binomial distribution, to very many sites Poisson.
At a mean of 1 at most 36.8 % (Poisson) to 50 % (N = 2) of the particles carry exactly one: a discrete valency needs a
template, sites that exclude each other, or separation.

Limits: independent, equal sites. S reports particles with 1 and 2 DNA on a template and no purity; a purity above the
curve for every N >= 2 says that the sites are not independent.

References
----------
Dai et al. 2020 as quoted by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.cells.relation import Axis, Relation
from goldshell.errors import InputError
from goldshell.numerics import TestPoint, parameter

Array = NDArray[np.float64]

POISSON_SITES = 1000.0
"""From this number of sites on, the distribution is computed as Poisson (difference below 0.001)."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Number of sites."""

    sites: float = parameter(
        18.0,
        unit="1",
        source="cells-conjugation-sites",
        bounds=(1.0, 1000.0),
        meaning="N; a number between two whole ones mixes them",
    )


def valency(mean: ArrayLike, count: int, parameters: Parameters = Parameters()) -> Array:
    """Share of the particles that carry ``count`` molecules.

    Parameters
    ----------
    mean : molecules per particle [1]
    count : n
    parameters : number of sites

    Returns
    -------
    P(n) [1]; NaN where the mean exceeds the sites

    Raises
    ------
    InputError : a count below 0
    """
    if count < 0:
        raise InputError(f"{count} molecules per particle", hint="count from 0")
    below = np.floor(parameters.sites)
    way = np.asarray(parameters.sites) - below
    first = _whole_sites(mean, count, below)
    return np.asarray(np.where(way > 0, (1 - way) * first + way * _whole_sites(mean, count, below + 1), first))


def _whole_sites(mean: ArrayLike, count: int, number: ArrayLike) -> Array:
    """The same for a whole number of sites."""
    from scipy.special import gammaln, xlog1py, xlogy

    average, sites = np.broadcast_arrays(np.asarray(mean, dtype=float), np.asarray(number, dtype=float))
    with np.errstate(invalid="ignore", divide="ignore"):
        q = average / sites
        binomial = np.where(
            count <= sites,
            np.exp(
                gammaln(sites + 1) - gammaln(count + 1) - gammaln(np.maximum(sites - count, 0) + 1)
                + xlogy(count, q) + xlog1py(np.maximum(sites - count, 0), -q)
            ),
            0.0,
        )  # fmt: skip
        poisson = np.exp(xlogy(count, average) - average - gammaln(count + 1))
    share = np.where(sites >= POISSON_SITES, poisson, binomial)
    return np.asarray(np.where((average < 0) | (average > sites), np.nan, share))


def two_or_more(mean: ArrayLike, parameters: Parameters = Parameters()) -> Array:
    """Share of the particles with two or more molecules.

    Parameters
    ----------
    mean : molecules per particle [1]
    parameters : number of sites

    Returns
    -------
    1 - P(0) - P(1) [1]
    """
    return np.asarray(1.0 - valency(mean, 0, parameters) - valency(mean, 1, parameters))


_COUNTS = {"none": 0, "one": 1, "two": 2}


def _curve(x: Array, parameters: Any, series: str) -> Array:
    return valency(x, _COUNTS[series], parameters) if series in _COUNTS else two_or_more(x, parameters)


RELATION = Relation(
    name="conjugation",
    title="Particles with 0, 1, 2 or more conjugated molecules",
    x=Axis("mean_valency", "mean molecules per particle", "1", 0.05, 2.0, limits=(0.0, 1000.0)),
    y=Axis("share", "share of the particles", "1", 0.0, 1.0),
    parameters=Parameters,
    curve=_curve,
    series=("one", "none", "two", "two or more"),
    known="What independent attachment gives for every number of sites from 2 on.",
    open="the share of two or three valencies in one batch (gel bands) would fix the number of sites",
)

TEST_POINTS = (
    TestPoint(
        valency, {"mean": 1.0, "count": 1, "parameters": Parameters(1000.0)}, float(np.exp(-1)), "Poisson, mean 1"
    ),
    TestPoint(valency, {"mean": 1.0, "count": 1, "parameters": Parameters(2.0)}, 0.5, "binomial: 2 x 1/2 x 1/2"),
    TestPoint(two_or_more, {"mean": 1.0, "parameters": Parameters(2.0)}, 0.25, "binomial: (1/2)^2"),
    TestPoint(valency, {"mean": 1.0, "count": 1, "parameters": Parameters(1.0)}, 1.0, "one site, always filled"),
)
