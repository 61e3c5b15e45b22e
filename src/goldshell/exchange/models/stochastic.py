"""Level 3: ligand exchange and etching of a few hundred clusters, every event drawn (exact stochastic simulation).

M clusters, each with its own whole number n of incoming ligands, and whole numbers of free ligand molecules in water |
interphase | organic (one pot: water only). Volumes and numbers keep the ratio of the vial: Omega = M / (c V_w)
molecules per umol. With the laws and parameters of level 1 (`goldshell.exchange.models.well_mixed`) at the
concentrations count / (Omega V_r), the events and their probabilities per time are

    n -> n + 1      g(B) s_n e^-a_n k           per cluster with n, takes one B, gives one A
    n + 1 -> n      g(A) t_(n+1) k / K ...      per cluster with n + 1, takes one A, gives one B
    etching         phi(SR, C)                  per cluster; each ligand is set free with probability f, else bound, and
                                                the thiol that the gold binds is drawn from B and A as B : w A
    transfer        of one cluster or one ligand molecule between neighbouring regions
    disulfide       k_ox per free ligand;   dissolution k_diss per undissolved thiol

and one after another they are drawn by Gillespie's direct method: waiting time -ln(u) / sum, event in proportion.
Clusters are not distinguished beyond n and region, which is exact.

Meaning: means over many repeats approach level 1 with an error of order 1/M (the laws are not linear); the scatter
between repeats is what an analysis of M clusters would show, and balances hold exactly.

Limits: cost grows with the number of events, which transfer between phases dominates (about 10^4 per molecule and hour
at the default films); numbers of molecules are rounded; no micromixing, no additions, no aliquots.

References
----------
Gillespie, J. Phys. Chem. 81 (1977) 2340-2361, doi:10.1021/j100540a008
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from goldshell.exchange.models.well_mixed import Parameters as Parameters
from goldshell.numerics import TestPoint


def sampling_sd(share: Any, clusters: int) -> Any:
    """Standard deviation of an observed share when independent clusters are counted.

    sd = sqrt(P (1 - P) / M)

    Parameters
    ----------
    share : P(n) [1]
    clusters : M, number of clusters counted [1]

    Returns
    -------
    array like ``share`` [1]
    """
    p = np.asarray(share, dtype=float)
    return np.sqrt(p * (1.0 - p) / clusters)


def indifferent_equilibrium(sites: int, clusters: int, incoming: int, outgoing: int, n: int) -> float:
    """Exact equilibrium P(n) in one pot when ligands do not care where they are (equal sites, mass action, K = 1).

    P(n) = C(N, n) C(T - N, B - n) / C(T, B): N of all T = M N + free ligands are drawn, of which B are incoming
    (hypergeometric)

    Parameters
    ----------
    sites : N [1]
    clusters : M [1]
    incoming : B, all incoming ligands, free and bound [1]
    outgoing : all outgoing ligands, free and bound [1]
    n : [1]

    Returns
    -------
    float [1]
    """
    total = incoming + outgoing
    if total < sites * clusters or n < 0 or n > sites or incoming - n < 0 or outgoing - (sites - n) < 0:
        return 0.0
    return math.comb(sites, n) * math.comb(total - sites, incoming - n) / math.comb(total, incoming)


TEST_POINTS = (
    TestPoint(sampling_sd, {"share": 0.5, "clusters": 100}, 0.05, "binomial: sqrt(0.25 / 100)"),
    TestPoint(
        indifferent_equilibrium,
        {"sites": 5, "clusters": 1, "incoming": 4, "outgoing": 48, "n": 1},
        0.29947361,
        "five cards of 52 hold exactly one of the four aces: 778 320 / 2 598 960",
        relative=1e-6,
    ),
)
