"""Level 1 for several incoming ligands: shells of the outgoing ligand A and incoming ligands B_1 ... B_L at once.

A state is the composition (n_1, ..., n_L) with n_1 + ... + n_L = n <= N; A holds the other N - n sites. In each region
one ligand of the shell is replaced by a free one, X entering for Y leaving (concentrations in mM, rates in 1/h):

    B_j for A     k_j s_n e^-a_n g(B_j)
    A for B_j     (k_j / K_j) t_n (n_j / n) e^(-sigma a_(n-1)) g(A)
    B_j for B_i   (k_j k_i / (K_i k_self)) t_n (n_i / n) e^(-sigma a_(n-1)) g(B_j),   i != j
    mass action   g(X) = X          Langmuir  g(X) = kappa X / (1 + kappa (A + B_1 + ... + B_L))
    power law     g(B_j) = B_j (B + c0)^(y - 1),  B = B_1 + ... + B_L;   g(A) = A (A + c0)^(y - 1)
    etching       as in `goldshell.exchange.models.well_mixed` with SR = B_1 + ... + B_L + w A
    cluster       water -> interphase  (D_c area / delta_w) (C_w - C_i / Pi),  Pi = Pi_0 f_ion e^(sum_j beta_j n_j / N)

s_n, t_n, a_n (sites open, ligands that can leave, cooperativity at n incoming ligands in all), film transfer, disulfide
and additions are those of `goldshell.exchange.models.well_mixed`. The rate at which incoming ligands replace each other
is a product of how readily one enters and the other leaves; k_self, the rate at which A replaces A, sets its scale.
Every cycle of replacements then obeys detailed balance, and at equilibrium of the mass-action ladder

    P(n_1, ..., n_L) prop. to N! / (n_A! n_1! ... n_L!)  prod_j (K_j B_j / A)^n_j.

Meaning: shells of three or more ligands from a mixture, or from one ligand after the other. With one incoming ligand,
or with several that are alike (then n counts them together), it is level 1 exactly.

Limits: those of level 1; no exposure classes (`micromixing` 0), no undissolved solid; cooperativity and site classes
see how many sites have been exchanged, not with what; which of two incoming ligands sits where is random.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z (shells of two ligands)
Dass et al., J. Phys. Chem. C 112 (2008) 20276-20283 (ligand populations are binomial when sites are alike)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from goldshell.exchange.models import well_mixed
from goldshell.numerics import TestPoint, parameter

OWN = ("k_exchange", "equilibrium_constant", "cluster_partition_growth")
"""Parameters that each incoming ligand has for itself; where it gives none, that of the model holds."""


@dataclass(frozen=True, slots=True)
class Parameters(well_mixed.Parameters):
    """Parameters of level 1 (`micromixing` must stay 0), and the rate of A replacing itself."""

    k_self: float = parameter(
        3.0, unit="1/h", source="exchange-rate-constant", bounds=(1e-9, 1e9),
        meaning="rate constant of one site at which the outgoing ligand replaces itself at g = 1",
    )  # fmt: skip


def compositions(sites: int, ligands: int) -> Any:
    """All (n_1, ..., n_L) with a sum of at most N, the last running fastest.

    Parameters
    ----------
    sites : N [1]
    ligands : L [1]

    Returns
    -------
    array (states, L) of int [1]
    """
    found: list[tuple[int, ...]] = [()]
    for _ in range(ligands):
        found = [(*one, n) for one in found for n in range(sites - sum(one) + 1)]
    return np.array(found, dtype=np.int64).reshape(len(found), ligands)


def state_count(sites: int, ligands: int) -> int:
    """Number of compositions, C(N + L, L) [1]."""
    return math.comb(sites + ligands, ligands)


def replacements(states: Any, open_sites: Any, leaving: Any, own: Mapping[str, Any], k_self: float) -> tuple[Any, Any]:
    """Every way in which a free ligand replaces one of the shell, with its rate constant.

    Parameters
    ----------
    states : (S, L) compositions [1]
    open_sites : s_n e^-a_n, (N + 1,) [1]
    leaving : t_n e^(-sigma a_(n-1)), (N + 1,) [1]
    own : "k_exchange" [1/h] and "equilibrium_constant" [1] of each incoming ligand, (L,)
    k_self : of the outgoing ligand [1/h]

    Returns
    -------
    paths : (E, 4) source, target, ligand that leaves, ligand that enters (0: outgoing, j: incoming) [1]
    constants : (E,) [1/h]
    """
    place = {tuple(state): number for number, state in enumerate(states.tolist())}
    ligands = states.shape[1]
    enter = [k_self, *own["k_exchange"]]  # relative to A
    leave = [1.0, *(np.asarray(own["k_exchange"]) / np.asarray(own["equilibrium_constant"]) / k_self)]
    paths, constants = [], []
    for source, state in enumerate(states.tolist()):
        n = sum(state)
        for leaver in range(ligands + 1):
            if leaver == 0:
                sites = float(open_sites[n])
            else:
                sites = float(leaving[n]) * state[leaver - 1] / n if n else 0.0
            if sites <= 0.0:
                continue
            for enterer in range(ligands + 1):
                if enterer == leaver:
                    continue
                after = list(state)
                if leaver:
                    after[leaver - 1] -= 1
                if enterer:
                    after[enterer - 1] += 1
                paths.append((source, place[tuple(after)], leaver, enterer))
                constants.append(enter[enterer] * leave[leaver] * sites)
    return np.array(paths, dtype=np.int64).reshape(len(paths), 4), np.array(constants)


def equilibrium_share(constants: tuple[float, ...], ratios: tuple[float, ...], ligand: int) -> float:
    """Share of the sites that one incoming ligand holds at equilibrium, K_j x_j / (1 + sum_i K_i x_i), x = B / A.

    Parameters
    ----------
    constants : K of each incoming ligand [1]
    ratios : free incoming over free outgoing ligand, B_j / A [1]
    ligand : which, from 0

    Returns
    -------
    float [1]
    """
    weights = [k * x for k, x in zip(constants, ratios, strict=True)]
    return weights[ligand] / (1.0 + sum(weights))


TEST_POINTS = (
    TestPoint(state_count, {"sites": 18, "ligands": 2}, 190.0, "C(20, 2) = 190"),
    TestPoint(
        equilibrium_share, {"constants": (1.0, 1.0), "ratios": (1.0, 1.0), "ligand": 0}, 1.0 / 3.0,
        "three ligands alike share the sites equally",
    ),
    TestPoint(
        equilibrium_share, {"constants": (2.87, 5.0), "ratios": (1.0, 0.0), "ligand": 0}, 2.87 / 3.87,
        "without the second ligand K x / (1 + K x)",
    ),
)  # fmt: skip
