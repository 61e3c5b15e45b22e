"""Level 1: ligand exchange and etching in well-mixed water | interphase | organic regions.

P over n = 0..N of the intact clusters in water and interphase, free incoming (B) and outgoing (A) ligand in each
region, etched gold, disulfide and undissolved thiol. In each region r (concentrations in mM, rates in 1/h):

    ladder      n -> n + 1 at k s_n e^-a_n g(B),  n + 1 -> n at (k/K) t_(n+1) e^(-sigma a_n) g(A),
                a_n = alpha n + alpha2 n^2
    mass action g(B) = B / mM        power law g(B) = B (B + c0)^(y - 1) / mM^y
    Langmuir    g(B) = kappa B / (1 + kappa (A + B)), g(A) likewise: thiols compete for one pre-equilibrium
    etching     -dC_n/dt = C_n k_e h(SR) (C + c0)^(x - 1),  C = sum_n C_n,  SR = B + w A
                h(SR) = SR (SR + c0)^(y_e - 1), or kappa_e SR / (1 + kappa_e SR)
                so that the total is lost at k_e h(SR) C^x whatever its distribution over n
    etched gold keeps (1 - f) of its ligands, gives f back, and binds free thiol up to `thiol_per_gold` per gold atom
    disulfide   dB/dt = -k_ox B (and A)           solid thiol  dS/dt = -k_diss S, into the water
    cluster     water -> interphase  (D_c area / delta_w) (C_w - C_i / Pi_n),  Pi_n = Pi f_ion e^(beta n / N)
    ligand      interphase -> water  (D_w area / delta_w) (B_i / m_i - B_w),
                organic -> interphase (D_o area / delta_o) (B_o - (m / m_i) B_i),  m_i = m^chi
                with m the organic/water distribution ratio at the pH of the water: neutral and ionised are one pool
    micromixing exposure classes of equal share see f = 1 + (X - 1) u times the forward rate, X gamma-distributed
                with mean 1 and variance `micromixing`, du/dt = -mixing_rate u

Meaning: with no organic phase it is one pot; with no etching, equal sites and one class it is a binomial ladder.

Limits: no gradients inside a region (level 2 has them); a Langmuir or mass-action ladder relaxes to the same
equilibrium K B / A, a power law of order other than 1 does not (its equilibrium is K (B/A)^y); site classes at
quasi-equilibrium (`goldshell.exchange.ladder`); the pH is held by a buffer; disulfide and etched gold count as being in
the water when an aliquot is taken.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z (Eq. 1-5)
Dass et al., J. Phys. Chem. C 112 (2008) 20276-20283 (ligand populations are binomial when sites are alike)
Whitman, Int. J. Heat Mass Transfer 5 (1962) 429-433, doi:10.1016/0017-9310(62)90032-7 (two films; reprint of 1923)
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from goldshell.exchange import kernels
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.ladder import open_sites
from goldshell.numerics import TestPoint, parameter

LAWS = {"mass_action": kernels.MASS_ACTION, "power_law": kernels.POWER_LAW, "langmuir": kernels.LANGMUIR}
_MM_TO_MOLAR_VOLUME = 3.6e9  # m³/s -> mL/h
SMALLEST_PARTITION = 1e-12  # below it no clusters are in the interphase, and 1 / Pi stays finite


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the well-mixed model."""

    k_exchange: float = parameter(
        3.0, unit="1/h", source="exchange-rate-constant", bounds=(0.0, 1e6),
        meaning="forward rate constant of one site at g = 1",
    )  # fmt: skip
    equilibrium_constant: float = parameter(
        2.87, unit="1", source="exchange-equilibrium-constant", bounds=(1e-6, 1e9),
        meaning="K = forward / reverse rate constant of one site",
    )  # fmt: skip
    exchange_order: float = parameter(
        0.3, unit="1", source="zhang2026-exchange-order-thiol", bounds=(0.0, 3.0),
        meaning="order in thiol of exchange (power law)",
    )  # fmt: skip
    exchange_affinity: float = parameter(
        0.933, unit="1/mM", source="exchange-affinity", bounds=(0.0, 1e6),
        meaning="kappa of the Langmuir law of exchange",
    )  # fmt: skip
    cooperativity: float = parameter(
        0.0, unit="1", source="exchange-cooperativity", bounds=(-3.0, 3.0),
        meaning="alpha: forward rate falls by e^-alpha per ligand exchanged",
    )  # fmt: skip
    cooperativity_quadratic: float = parameter(
        0.0, unit="1", source="exchange-cooperativity", bounds=(-0.5, 0.5),
        meaning="alpha2: quadratic term of the cooperativity",
    )  # fmt: skip
    cooperativity_reverse: float = parameter(
        0.0, unit="1", source="exchange-cooperativity", bounds=(0.0, 1.0),
        meaning="sigma: share of the cooperativity that the reverse rate has too (1: K does not depend on n)",
    )  # fmt: skip
    class_affinity: float = parameter(
        1.0, unit="1", source="exchange-site-classes", bounds=(1e-6, 1e6),
        meaning="equilibrium constant of the second site class relative to the first",
    )  # fmt: skip
    class_rate: float = parameter(
        1.0, unit="1", source="exchange-site-classes", bounds=(1e-6, 1e6),
        meaning="forward rate constant of the second site class relative to the first",
    )  # fmt: skip
    k_etching: float = parameter(
        0.0076, unit="mM/h", source="etching-rate-constant", bounds=(0.0, 1e6),
        meaning="etching rate at 1 mM thiol and 1 mM clusters (Langmuir: at saturation)",
    )  # fmt: skip
    etching_order_cluster: float = parameter(
        0.04, unit="1", source="zhang2026-etching-order-cluster", bounds=(0.0, 3.0), meaning="x, order in clusters"
    )
    etching_order_thiol: float = parameter(
        1.8,
        unit="1",
        source="zhang2026-etching-order-thiol",
        bounds=(0.0, 4.0),
        meaning="y, order in thiol (power law)",
    )
    etching_affinity: float = parameter(
        0.933,
        unit="1/mM",
        source="exchange-affinity",
        bounds=(0.0, 1e6),
        meaning="kappa of the Langmuir law of etching",
    )
    etching_outgoing: float = parameter(
        1.0, unit="1", source="etching-outgoing-weight", bounds=(0.0, 10.0),
        meaning="w: etching by outgoing relative to incoming thiol",
    )  # fmt: skip
    concentration_floor: float = parameter(
        1e-4, unit="mM", source="rate-law-floor", bounds=(1e-9, 1.0),
        meaning="c0, below which orders other than 1 go over to first order",
    )  # fmt: skip
    thiol_per_gold: float = parameter(
        1.0, unit="1", source="etching-thiol-per-gold", bounds=(0.0, 3.0),
        meaning="thiolates bound per etched gold atom",
    )  # fmt: skip
    released_fraction: float = parameter(
        0.0, unit="1", source="etching-released-fraction", bounds=(0.0, 1.0),
        meaning="f: share of the shell that etching sets free",
    )  # fmt: skip
    k_disulfide: float = parameter(
        0.0, unit="1/h", source="disulfide-rate", bounds=(0.0, 1e4), meaning="loss of free thiol to disulfide"
    )
    k_dissolution: float = parameter(
        2.0, unit="1/h", source="dissolution-rate", bounds=(0.0, 1e5), meaning="dissolution of solid thiol"
    )
    micromixing: float = parameter(
        0.0, unit="1", source="micromixing-number", bounds=(0.0, 20.0),
        meaning="variance of the relative exposure of clusters, mixing time / reaction time",
    )  # fmt: skip
    mixing_rate: float = parameter(
        0.0, unit="1/h", source="mixing-rate", bounds=(0.0, 1e6),
        meaning="rate at which unequal exposure evens out (0: kept for the whole run)",
    )  # fmt: skip
    drop_diameter: float = parameter(
        2e-4, unit="m", source="drop-diameter", bounds=(1e-7, 0.1),
        meaning="mean drop diameter of the dispersed phase; area = 6 V / d",
    )  # fmt: skip
    film_water: float = parameter(
        2e-5, unit="m", source="film-thickness", bounds=(1e-9, 10.0), meaning="film on the water side"
    )
    film_organic: float = parameter(
        2e-5, unit="m", source="film-thickness", bounds=(1e-9, 10.0), meaning="film on the organic side"
    )
    interphase_thickness: float = parameter(
        1e-6, unit="m", source="interphase-thickness", bounds=(1e-9, 1e-3), meaning="thickness of the miscible zone"
    )
    interphase_character: float = parameter(
        0.5, unit="1", source="interphase-character", bounds=(0.0, 1.0),
        meaning="chi: 0 the interphase holds ligand like water, 1 like the organic phase",
    )  # fmt: skip
    interphase_rate: float = parameter(
        1.0, unit="1", source="interphase-rate", bounds=(0.0, 1e3),
        meaning="rate constants of exchange in the interphase relative to water",
    )  # fmt: skip
    cluster_partition: float = parameter(
        1.0, unit="1", source="cluster-partition", bounds=(0.0, 1e6),
        meaning="Pi: interphase/water partition of the unexchanged cluster",
    )  # fmt: skip
    cluster_partition_growth: float = parameter(
        0.0, unit="1", source="cluster-partition-growth", bounds=(-20.0, 20.0),
        meaning="beta: ln of the partition of the fully exchanged over that of the unexchanged cluster",
    )  # fmt: skip
    counter_ion_factor: float = parameter(
        5.0, unit="1", source="counter-ion-factor", bounds=(1.0, 1e6),
        meaning="factor on the cluster's partition when a hydrophobic counter-ion is there",
    )  # fmt: skip
    cluster_diffusivity: float = parameter(
        2e-10, unit="m²/s", source="cluster-diffusivity", bounds=(1e-13, 1e-8), meaning="of the cluster in water"
    )


NAMES = tuple(item.name for item in dataclasses.fields(Parameters))
INDEX = {name: position for position, name in enumerate(NAMES)}


def to_vector(parameters: Parameters) -> Any:
    """The parameters as an array in the order of `NAMES` [their units]."""
    return np.array([getattr(parameters, name) for name in NAMES])


def from_vector(vector: Any) -> Parameters:
    """Parameters from an array in the order of `NAMES` [their units]."""
    return Parameters(**{name: float(value) for name, value in zip(NAMES, vector, strict=True)})


def exposures(variance: float, classes: int) -> Any:
    """Mean exposure of each of ``classes`` equal shares of a gamma distribution with mean 1.

    Parameters
    ----------
    variance : of the relative exposure [1]
    classes : number of shares

    Returns
    -------
    array (classes,) [1], with mean exactly 1
    """
    if variance <= 0.0 or classes == 1:
        return np.ones(1)
    from scipy.special import gammainc, gammaincinv

    shape = 1.0 / variance
    edges = np.append(gammaincinv(shape, np.arange(classes) / classes), np.inf)
    below = gammainc(shape + 1.0, edges)
    return np.diff(below) * classes


def coefficients(experiment: Experiment, vector: Any) -> kernels.Coefficients:
    """Plain arrays for the compiled kernels, at the start of the experiment.

    Parameters
    ----------
    experiment : conditions
    vector : parameters in the order of `NAMES` [their units]
    """
    p = dict(zip(NAMES, np.asarray(vector, dtype=float).tolist(), strict=True))
    sites = experiment.sites
    classes = experiment.site_classes
    if len(classes) > 1 and (p["class_affinity"] != 1.0 or p["class_rate"] != 1.0):
        others = len(classes) - 1
        open_, leaving = open_sites(
            classes, (1.0,) + (p["class_affinity"],) * others, (1.0,) + (p["class_rate"],) * others
        )
    else:
        leaving = np.arange(sites + 1.0)
        open_ = sites - leaving
    n = np.arange(sites + 1.0)
    exponent = p["cooperativity"] * n + p["cooperativity_quadratic"] * n * n
    ladder = np.zeros((4, sites + 1))
    ladder[kernels.FORWARD] = p["k_exchange"] * open_ * np.exp(-exponent)
    ladder[kernels.REVERSE] = p["k_exchange"] / p["equilibrium_constant"] * leaving
    ladder[kernels.REVERSE, 1:] *= np.exp(-p["cooperativity_reverse"] * exponent[:-1])
    factor = p["counter_ion_factor"] if experiment.counter_ion else 1.0
    partition = max(p["cluster_partition"], SMALLEST_PARTITION) * factor
    ladder[kernels.ESCAPE] = np.exp(-p["cluster_partition_growth"] * n / sites) / partition
    ladder[kernels.FEED_SHARE] = experiment.initial_shell
    sc = np.zeros(kernels.SCALARS)
    sc[kernels.VW] = experiment.water_mL
    sc[kernels.X_LAW] = LAWS[experiment.exchange_law]
    sc[kernels.X_ORDER] = p["exchange_order"]
    sc[kernels.X_AFFINITY] = p["exchange_affinity"]
    sc[kernels.X_FLOOR] = p["concentration_floor"]
    sc[kernels.E_LAW] = LAWS[experiment.etching_law]
    sc[kernels.E_RATE] = p["k_etching"]
    sc[kernels.E_ORDER_C] = p["etching_order_cluster"]
    sc[kernels.E_ORDER_L] = 1.0 if experiment.etching_law == "mass_action" else p["etching_order_thiol"]
    sc[kernels.E_FLOOR_C] = p["concentration_floor"]
    sc[kernels.E_WEIGHT_A] = p["etching_outgoing"]
    kept = sites * (1.0 - p["released_fraction"])
    sc[kernels.E_THIOL] = max(0.0, p["thiol_per_gold"] * experiment.gold_atoms - kept)
    sc[kernels.E_RELEASED] = p["released_fraction"]
    sc[kernels.E_AFFINITY] = p["etching_affinity"]
    sc[kernels.K_OX] = p["k_disulfide"]
    sc[kernels.K_DISS] = p["k_dissolution"]
    sc[kernels.K_MIX] = p["mixing_rate"]
    sc[kernels.I_FACTOR] = p["interphase_rate"]
    if experiment.organic_mL > 0.0:
        area = 6e-6 * min(experiment.water_mL, experiment.organic_mL) / p["drop_diameter"]
        sc[kernels.VI] = area * p["interphase_thickness"] * 1e6
        sc[kernels.VO] = experiment.organic_mL
        sc[kernels.K_C] = p["cluster_diffusivity"] * area / p["film_water"] * _MM_TO_MOLAR_VOLUME
        for shift, ratio, in_water, in_organic in (
            (0, *experiment.incoming_transport),
            (4, *experiment.outgoing_transport),
        ):
            sc[kernels.K_W_B + shift] = in_water * area / p["film_water"] * _MM_TO_MOLAR_VOLUME
            sc[kernels.K_O_B + shift] = in_organic * area / p["film_organic"] * _MM_TO_MOLAR_VOLUME
            sc[kernels.M_I_B + shift] = ratio ** p["interphase_character"]
            sc[kernels.M_O_B + shift] = ratio
    exposure = exposures(p["micromixing"], experiment.exposure_classes)
    return kernels.Coefficients(sc, ladder, exposure)


def apparent_order(affinity: float, concentration: float) -> float:
    """Apparent order in thiol of the Langmuir law, d ln g / d ln B = 1 / (1 + kappa B).

    Parameters
    ----------
    affinity : kappa [1/mM]
    concentration : B [mM]

    Returns
    -------
    float [1]
    """
    return 1.0 / (1.0 + affinity * concentration)


TEST_POINTS = (
    TestPoint(
        apparent_order, {"affinity": 2.33, "concentration": 1.0}, 0.3, "order 0.3 at kappa [B] = 2.33", relative=2e-3
    ),
    TestPoint(apparent_order, {"affinity": 0.0, "concentration": 1.0}, 1.0, "no pre-equilibrium is first order"),
)
