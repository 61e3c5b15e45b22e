"""Level 2: ligand exchange and etching with diffusion and reaction across the interphase, in one dimension.

Between well-mixed water (z < 0) and well-mixed organic phase (z > L) lie a stagnant water film (delta_w), the zone in
which the two solvents mix (delta_i) and a stagnant organic film (delta_o), L = delta_w + delta_i + delta_o; the drops'
surface 6 V / d is their area. Concentrations c_j(z, t) in mM of the clusters n = 0..N, of free incoming (B) and
outgoing (A) ligand, of etched clusters, and of ligand bound to etched gold or lost to disulfide:

    dc_j/dt = -dJ_j/dz + R_j(c),   J_j = -D_j(z) S_j(z) d/dz (c_j / S_j(z))
    V_w dc_j/dt = -area J_j(0) + V_w R_j,   V_o dc_j/dt = area J_j(L) + V_o R_j

R_j: the laws of level 1 (`goldshell.exchange.models.well_mixed`) with the local concentrations. In the middle of the
zone they run at `interphase_rate` times their rate in water. The flux is that of an ideal solution in a medium in which
the solubility S_j (relative to water) varies: at equilibrium c_j / S_j is the same everywhere.

    solvent      phi(z) = chi H(z - z_1) + (1 - chi) H(z - z_2),   H(s) = (1 + erf(s / w)) / 2
                 z_1 = delta_w, z_2 = delta_w + delta_i; phi: 0 the water, 1 the organic phase (both as they are there)
    ligands      ln S = phi ln m          (log-linear cosolvency), m: organic/water distribution ratio at the pH
    clusters     ln S_n = H(z - z_1) ln Pi_n + H(z - z_2) (ln Pi_o - ln Pi_n),   Pi_n = Pi f_ion e^(beta n / N)
    diffusivity  ln D = (1 - x) ln D_w + x ln D_o - x (1 - x) G,   x: mole fraction of organic phase
                 from D mu = (D_w mu_w)^(1-x) (D_o mu_o)^x and ln mu = (1-x) ln mu_w + x ln mu_o + x (1-x) G

Pools (etched, bound, disulfide) stay in the cell where they arose. At the start each film is like its bulk and the zone
is empty. The films belong to the volumes of the two phases; the zone, as in level 1, is extra.

Meaning: what level 1 lumps into one interphase concentration is a profile here; exchange in the films, supply that
does not reach the zone's middle, and depletion by reaction (Hatta) are seen.

Limits: plane geometry (films thin against the drops); the solvent profile does not change with time; ideal solution;
local equilibrium of protonation at the pH of the water; no micromixing, no additions, no aliquots. With
w -> 0, films and zone so thin that they hold nothing and even out at once, it becomes level 1.

References
----------
Leffler & Cullinan, Ind. Eng. Chem. Fundam. 9 (1970) 88-93 (D mu of a dilute solute in mixed solvents)
Grunberg & Nissan, Nature 164 (1949) 799-800, doi:10.1038/164799b0 (viscosity of mixtures)
Yalkowsky & Rubino, J. Pharm. Sci. 74 (1985) 416-421 (log-linear solubility in mixed solvents)
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from goldshell.exchange.models import well_mixed
from goldshell.numerics import TestPoint, parameter


@dataclass(frozen=True, slots=True)
class Parameters(well_mixed.Parameters):
    """Parameters of level 1 (`micromixing` must stay 0) and those of the profile across the interphase."""

    boundary_width: float = parameter(
        2.5e-7, unit="m", source="interphase-boundary-width", bounds=(0.0, 1e-3),
        meaning="w: width of the two steps of the solvent profile (0: sharp)",
    )  # fmt: skip
    viscosity_interaction: float = parameter(
        0.0, unit="1", source="viscosity-interaction", bounds=(-5.0, 5.0),
        meaning="G: Grunberg-Nissan interaction of water and solvent (0: Arrhenius' rule)",
    )  # fmt: skip
    cluster_organic: float = parameter(
        1e-6, unit="1", source="cluster-organic-partition", bounds=(1e-12, 1e6),
        meaning="Pi_o: organic/water partition of the cluster",
    )  # fmt: skip


_SHARP = 1e-12  # m, less than an atom
NAMES = tuple(item.name for item in dataclasses.fields(Parameters))


def step(z: Any, position: float, width: float) -> Any:
    """A smooth step from 0 to 1.

    H = (1 + erf((z - position) / width)) / 2

    Parameters
    ----------
    z : where [m]
    position : middle of the step [m]
    width : w; 0 for a sharp step [m]

    Returns
    -------
    array like ``z`` [1]
    """
    from scipy.special import erf

    distance = np.asarray(z, dtype=float) - position
    if width < _SHARP:
        return np.where(distance > 0.0, 1.0, np.where(distance < 0.0, 0.0, 0.5))
    return 0.5 * (1.0 + erf(distance / width))


def mole_fraction(share: Any, molar_volume_ratio: float) -> Any:
    """Mole fraction of the organic phase from its volume share.

    x = phi / (phi + (1 - phi) r)

    Parameters
    ----------
    share : phi, volume share [1]
    molar_volume_ratio : r, molar volume of the solvent over that of water [1]

    Returns
    -------
    array like ``share`` [1]
    """
    phi = np.asarray(share, dtype=float)
    return phi / (phi + (1.0 - phi) * molar_volume_ratio)


def mixture_diffusivity(in_water: float, in_organic: float, fraction: Any, interaction: float = 0.0) -> Any:
    """Diffusivity of a dilute solute in a mixture of two solvents.

    ln D = (1 - x) ln D_w + x ln D_o - x (1 - x) G

    Parameters
    ----------
    in_water, in_organic : D in the pure phases [m²/s]
    fraction : x, mole fraction of the organic phase [1]
    interaction : G of the mixture's viscosity [1]

    Returns
    -------
    array like ``fraction`` [m²/s]

    References
    ----------
    Leffler & Cullinan (1970); Grunberg & Nissan (1949), doi:10.1038/164799b0
    """
    x = np.asarray(fraction, dtype=float)
    return np.exp((1.0 - x) * math.log(in_water) + x * math.log(in_organic) - x * (1.0 - x) * interaction)


def local_solubility(distribution_ratio: float, share: Any) -> Any:
    """Solubility relative to water in a mixture of the two phases, log-linear in composition.

    S = m^phi

    Parameters
    ----------
    distribution_ratio : m, organic over water [1]
    share : phi, volume share of the organic phase [1]

    Returns
    -------
    array like ``share`` [1]

    References
    ----------
    Yalkowsky & Rubino (1985)
    """
    return np.exp(np.asarray(share, dtype=float) * math.log(distribution_ratio))


def film_resistance(thickness: float, diffusivity: float, solubility: float) -> float:
    """Resistance of a uniform layer to transfer, on concentrations in water.

    R = delta / (D S)

    Parameters
    ----------
    thickness : delta [m]
    diffusivity : D [m²/s]
    solubility : S relative to water [1]

    Returns
    -------
    float [s/m]
    """
    return thickness / (diffusivity * solubility)


TEST_POINTS = (
    TestPoint(
        step,
        {"z": 2e-7, "position": 1e-7, "width": 1e-7},
        0.92135039647,
        "(1 + erf 1)/2, Abramowitz & Stegun table 7.1",
    ),
    TestPoint(step, {"z": 1.0, "position": 1.0, "width": 0.1}, 0.5, "the middle of the step"),
    TestPoint(mole_fraction, {"share": 0.3, "molar_volume_ratio": 1.0}, 0.3, "equal volumes: both shares are the same"),
    TestPoint(
        mixture_diffusivity, {"in_water": 1e-9, "in_organic": 4e-9, "fraction": 0.5}, 2e-9, "geometric mean (Vignes)"
    ),
    TestPoint(
        mixture_diffusivity,
        {"in_water": 1e-9, "in_organic": 1e-9, "fraction": 0.5, "interaction": 4.0 * math.log(2.0)},
        0.5e-9,
        "viscosity doubled at x = 1/2 halves D",
    ),
    TestPoint(local_solubility, {"distribution_ratio": 100.0, "share": 0.5}, 10.0, "geometric mean of 1 and m"),
    TestPoint(
        film_resistance,
        {"thickness": 2e-5, "diffusivity": 1e-9, "solubility": 2.0},
        1e4,
        "two-film theory: delta/(D m)",
    ),
)
