"""The ladder of shell compositions n = 0..N: how many sites of each class are still open, and how fast they react.

A shell of N sites in classes k of m_k sites (12 terminal + 6 apex for Au25) that holds n incoming ligands has,
at quasi-equilibrium within the shell, Fisher's non-central hypergeometric occupancy of the classes with odds
omega_k (affinity of class k relative to the first):

    W(b | n) prop. to  prod_k C(m_k, b_k) omega_k^b_k,   sum_k b_k = n
    s_n = sum_k r_k (m_k - <b_k>_n)           sites open to the incoming ligand, weighted by relative rate r_k
    t_n = sum_k (r_k / omega_k) <b_k>_n       incoming ligands that can leave, weighted by relative rate

so that forward and reverse rates obey detailed balance class by class. Equal classes give exactly s_n = N - n and
t_n = n.

Limits: quasi-equilibrium says that ligands change sites within one shell faster than with the solution. When they do
not, a slow class fills last whatever its affinity; setting omega_k = r_k (same departure rate in both classes) is then
the closer description. Correlations between n and the occupancy of a class beyond <b_k>_n are not kept.

References
----------
Fog, Commun. Stat. Simul. Comput. 37 (2008) 258-273, doi:10.1080/03610910701790269 (the distribution).
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

SITE_CLASSES = {("Au", 25, 18): (12, 6)}


def site_classes(gold_atoms: int, sites: int) -> tuple[int, ...]:
    """Site classes of a cluster: 12 terminal + 6 apex for Au25L18, else one class of all sites.

    Parameters
    ----------
    gold_atoms : metal atoms of the core [1]
    sites : ligand sites N [1]

    Returns
    -------
    tuple of class sizes, adding to ``sites`` [1]
    """
    return SITE_CLASSES.get(("Au", gold_atoms, sites), (sites,))


@functools.lru_cache(maxsize=256)
def _log_weights(size: int) -> Any:
    return np.log([float(math.comb(size, occupied)) for occupied in range(size + 1)])


def class_occupancy(classes: tuple[int, ...], odds: tuple[float, ...]) -> Any:
    """Mean number of incoming ligands in each site class at each total n (Fisher's non-central hypergeometric).

    Parameters
    ----------
    classes : class sizes m_k [1]
    odds : affinity of each class relative to the first, omega_k > 0 [1]

    Returns
    -------
    array (classes, N + 1) [1]; columns add to n
    """
    total = sum(classes)
    n = np.arange(total + 1)
    if len(classes) == 1:
        return n[None, :].astype(float)
    if len(set(odds)) == 1:
        return np.array([[size * value / total for value in n] for size in classes])
    if len(classes) == 2:
        return _two_class_occupancy(classes, odds)
    polynomials = [
        np.exp(_log_weights(m) - _log_weights(m).max()) * w ** np.arange(m + 1.0)
        for m, w in zip(classes, odds, strict=True)
    ]
    polynomials = [p / p.max() for p in polynomials]
    full = functools.reduce(np.convolve, polynomials)
    rows = []
    for k, own in enumerate(polynomials):
        weighted = functools.reduce(
            np.convolve, [p for j, p in enumerate(polynomials) if j != k], own * np.arange(len(own))
        )
        rows.append(weighted / full)
    occupancy = np.array(rows)
    return occupancy * (n / np.maximum(occupancy.sum(axis=0), 1e-300))


def _two_class_occupancy(classes: tuple[int, ...], odds: tuple[float, ...]) -> Any:
    """Occupancies of two classes from the explicit sum over b_2, in logarithms."""
    first, second = classes
    total = first + second
    log_ratio = np.log(odds[1] / odds[0])
    b = np.arange(second + 1)
    other = np.arange(total + 1)[:, None] - b[None, :]
    allowed = (other >= 0) & (other <= first)
    logs = np.where(
        allowed, _log_weights(first)[np.clip(other, 0, first)] + _log_weights(second)[b] + b * log_ratio, -np.inf
    )
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    mean = weights @ b / weights.sum(axis=1)
    return np.array([np.arange(total + 1) - mean, mean])


def open_sites(
    classes: tuple[int, ...], affinity_ratios: tuple[float, ...], rate_ratios: tuple[float, ...]
) -> tuple[Any, Any]:
    """Rate-weighted numbers of open sites s_n and of incoming ligands that can leave t_n.

    Parameters
    ----------
    classes : class sizes m_k [1]
    affinity_ratios : omega_k, equilibrium constant of class k relative to the first class [1]
    rate_ratios : r_k, forward rate constant of class k relative to the first class [1]

    Returns
    -------
    s, t : arrays (N + 1,) [1]
    """
    sizes = np.array(classes, dtype=float)[:, None]
    occupied = class_occupancy(classes, affinity_ratios)
    rates = np.array(rate_ratios)[:, None]
    s = (rates * (sizes - occupied)).sum(axis=0)
    t = (rates / np.array(affinity_ratios)[:, None] * occupied).sum(axis=0)
    s[-1] = 0.0
    t[0] = 0.0
    return s, t
