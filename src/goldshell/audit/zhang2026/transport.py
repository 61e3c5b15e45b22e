"""Solvents, diffusion and partition: the argument for the interphase of Zhang et al."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Reading,
    Statement,
    above,
    exact,
    left_open,
    order_reading,
    printed,
    reading,
    states,
    states_order,
)
from goldshell.chemistry import find_ligand
from goldshell.literature import Row
from goldshell.transport import (
    CORRELATIONS,
    diffusivities,
    distribution_ratio,
    equilibrium_concentrations,
    solvent_properties,
    solvent_property,
    viscosity,
    wilke_chang,
)

_claim = functools.partial(claim, theme="transport and solvents")

# The paper writes octanol, hexanol, pentanol, butanol: read as the 1-alkanols.
_SOLVENTS = {name: f"1-{name}" for name in ("octanol", "hexanol", "pentanol", "butanol")} | {
    "ethyl acetate": "ethyl acetate"
}
_SCALES = ("polarity_index", "relative_permittivity", "polarity_et_n")
_ROOM_TEMPERATURE = 298.15
_ATOM_CONTRIBUTION_ERROR = 0.677  # standard deviation of log P, Wildman & Crippen 1999, doi:10.1021/ci990307l


@_claim(
    "wilke-chang-prefactor",
    "The Wilke-Chang prefactor is 7.4e-15",
    inputs=("zhang2026-wilke-chang-prefactor",),
)
def prefactor(said: Row) -> Finding:
    """The published 7.4e-8 for cm²/s and cP, in m²/s and Pa s; Eq. 5 prints no units."""
    pascal_second = wilke_chang(1.0, 1.0, 1000.0, _ROOM_TEMPERATURE) / _ROOM_TEMPERATURE
    return Finding(
        states(said),
        (reading("D in m^2/s, viscosity in Pa s, V in cm^3/mol", lambda: pascal_second),),
        f"7.4e-8 (cm^2/s, cP) x 1e-4 m^2/cm^2 x 1e-3 Pa s/cP = {pascal_second:.1e}; {said.value} is right for D in "
        "m^2/s and viscosity in Pa s with V in cm^3/mol, units that the paper does not print.",
    )


@_claim(
    "association-factor-water",
    "The association factor of water is about 2.6",
    inputs=("zhang2026-association-factor-water",),
)
def association_factor(said: Row) -> Finding:
    """Published values of the solvent table."""
    values = solvent_properties("water", "association_factor")
    spread = _fold({item.source: item.value for item in values})
    return Finding(
        states(said),
        [reading(item.source, lambda item=item: item.value) for item in values],
        "Published values: "
        + ", ".join(f"{item.value:g} ({item.source})" for item in values)
        + f"; D goes with its square root, so the choice moves D by {100 * (math.sqrt(spread) - 1):.0f} %.",
    )


@_claim(
    "polarity-range-of-solvents",
    "The organic solvents span polarity 3.4 to 4.4",
    inputs=("zhang2026-solvent-polarity-range",),
)
def polarity_range(said: Row) -> Finding:
    """Snyder's polarity index of the five solvents."""
    index = _property("polarity_index")
    return Finding(
        states(said),
        [reading(name, lambda value=value: value) for name, value in index.items()],
        "Polarity index P': " + ", ".join(f"{name} {value:g}" for name, value in index.items()) + ".",
        every=True,
    )


@_claim(
    "polarity-order-of-solvents",
    "Polarity rises from octanol to ethyl acetate",
    inputs=("zhang2026-solvent-polarity-order",),
)
def polarity_order(said: Row) -> Finding:
    """The order on three polarity scales; the paper does not name its scale."""
    readings = [order_reading(scale, said, _property(scale)) for scale in _SCALES]
    epsilon = _property("relative_permittivity")
    return Finding(
        states_order(said),
        readings,
        "By polarity index ethyl acetate is the most polar of the five; by relative permittivity "
        f"({epsilon['ethyl acetate']:.1f} against {epsilon['octanol']:.1f} to {epsilon['butanol']:.1f}) and by E_T^N "
        "it is the least. The scale is not named.",
    )


@_claim(
    "polar-solvents-more-viscous",
    "More polar solvents are more viscous",
    inputs=("zhang2026-solvent-viscosity-polarity", "zhang2026-solvent-polarity-order"),
)
def viscosity_against_polarity(said: Row, order: Row) -> Finding:
    """Rank correlation of viscosity with polarity over the five solvents."""
    mu = _viscosities()
    readings = [_rank_correlation(f"against {scale}", _property(scale), mu) for scale in _SCALES]
    return Finding(
        Statement(said.value, above(0.0).low, 1.0),
        readings,
        "Viscosities at 25 degC fall along the list: "
        + ", ".join(f"{name} {value:.2f}" for name, value in mu.items())
        + f" mPa s; Spearman {readings[0].value:.2g} with the polarity index, "
        f"{readings[1].value:.2g} with permittivity, {readings[2].value:.2g} with E_T^N.",
    )


@_claim(
    "polar-solvents-slow-diffusion",
    "More polar solvents slow the diffusion of the thiol",
    inputs=("zhang2026-solvent-diffusion-order",),
)
def diffusion_order(said: Row) -> Finding:
    """D of p-MBA in the five solvents by four correlations, against the order that the argument needs."""
    table = diffusivities("p-MBA", solvents=tuple(_SOLVENTS.values()))
    by_correlation = {
        correlation: {name: table.value(solvent, correlation) for name, solvent in _SOLVENTS.items()}
        for correlation in CORRELATIONS
    }
    first = by_correlation["wilke_chang"]
    rank = _rank_correlation("", _property("polarity_index"), first).value
    return Finding(
        states_order(said),
        [order_reading(name, said, values) for name, values in by_correlation.items()],
        "Wilke-Chang gives D of p-MBA as "
        + ", ".join(f"{name} {value:.2e}" for name, value in first.items())
        + f" m^2/s: it rises with polarity index (Spearman {rank:+.0f}), "
        f"{first['ethyl acetate'] / first['octanol']:.0f}-fold from octanol to ethyl acetate.",
    )


@_claim(
    "viscosity-dominates-diffusivity",
    "Viscosity dominates the diffusion coefficient",
    inputs=("zhang2026-viscosity-dominant-order",),
)
def viscosity_dominates(said: Row) -> Finding:
    """Largest factor that each term of Wilke-Chang contributes over the five solvents."""
    factors = {
        "viscosity": _fold(_viscosities()),
        "molar mass": math.sqrt(_fold(_property("molar_mass"))),
        "association factor": math.sqrt(_fold(_property("association_factor"))),
    }
    return Finding(
        states_order(said),
        (order_reading("five solvents", said, factors),),
        "Over the five solvents D changes by "
        + ", ".join(f"{value:.1f}-fold through {name}" for name, value in factors.items())
        + ".",
    )


@_claim(
    "diffusion-coefficient-sets-the-flux",
    "The flux of thiol is governed by its diffusion coefficient",
    inputs=("zhang2026-fick-diffusivity-order", "zhang2026-solvent-etching-order"),
    wanted=("zhang2026-interphase-thickness",),
)
def flux(said: Row, etching: Row, thickness: Row | None) -> Finding:
    """Eq. 4 also holds a thickness and a concentration difference, which are not stated."""
    table = diffusivities("p-MBA", solvents=tuple(_SOLVENTS.values()))
    D = {name: table.value(solvent) for name, solvent in _SOLVENTS.items()}
    readings = [] if thickness is None else [order_reading("D at one thickness", etching, D)]
    return Finding(
        states_order(etching) if readings else Statement(said.value, 1.0, 1.0),
        readings,
        f"N = D / dz (C1 - C2): D spans {_fold(D):.0f}-fold, in the order opposite to the etching rates, so dz or the "
        "concentration difference (partition) would have to outweigh it; neither is stated for any solvent.",
    )


@_claim(
    "organic-phase-as-reservoir",
    "The organic phase is the reservoir of free thiol at pH 7",
    inputs=(
        "zhang2026-thiol-reservoir-order",
        "zhang2026-ph-standard",
        "zhang2026-two-phase-aqueous-volume",
        "zhang2026-two-phase-organic-volume",
    ),
    unit="%",
)
def reservoir(said: Row, ph: Row, water: Row, organic: Row) -> Finding:
    """Share of p-MBA left in the organic phase at equilibrium, with the thiol ionisation of the ligand table."""
    ligand = find_ligand("p-MBA")
    acids = [pka.value for pka in ligand.pka_set()]

    def share(log_p: float) -> float:
        ratio = float(distribution_ratio(exact(ph).value, 10**log_p, acids)[0])
        return 100 * (1 - equilibrium_concentrations(water.number, organic.number, ratio).fraction_in_water)

    low, high = ligand.logp - 2 * _ATOM_CONTRIBUTION_ERROR, ligand.logp + 2 * _ATOM_CONTRIBUTION_ERROR
    equilibrium = Reading("at equilibrium", share(ligand.logp), share(low), share(high))
    return Finding(
        Statement(said.value, above(50.0).low, 100.0),
        (equilibrium, left_open("before equilibrium, mixing time not stated", 0, 100)),
        f"At pH {ph.value}, with pKa {' and '.join(f'{value:g}' for value in acids)} and log P {ligand.logp:.1f} "
        f"(calculated for octanol), {equilibrium.value:.2g} % of p-MBA ({equilibrium.low:.1g} to "
        f"{equilibrium.high:.2g} %) stays organic at equilibrium: the organic phase is a reservoir only as long as "
        "transfer is slow.",
    )


@_claim(
    "carboxyl-pka-alone-governs-partition",
    "The carboxyl pKa alone governs how p-MBA distributes",
    inputs=("zhang2026-pka-p-mba-carboxylic", "zhang2026-ph-standard", "zhang2026-ph-partition-order"),
)
def thiol_left_out(carboxyl: Row, ph: Row, said: Row) -> Finding:
    """Distribution ratio with the carboxyl only, over that with the thiol too."""
    thiols = [pka for pka in find_ligand("p-MBA").pka if pka.group == "thiol"]

    def overestimate(pka_acid: float, pka_thiol: float) -> float:
        both = distribution_ratio(exact(ph).value, 1.0, (pka_acid, pka_thiol))[0]
        return float(distribution_ratio(exact(ph).value, 1.0, (pka_acid,))[0] / both)

    readings = [reading(pka.source, overestimate, printed(carboxyl), pka.value) for pka in thiols]
    return Finding(
        Statement("no effect of the thiol (1-fold)", 0.5, 2.0),
        readings,
        f"The thiol of p-MBA ionises too (pKa {thiols[0].value:g}): at pH {ph.value} the carboxyl alone (pKa "
        f"{carboxyl.value}) overstates the organic/water ratio {readings[0].value:.0f}-fold.",
    )


def _property(name: str) -> dict[str, float]:
    return {label: solvent_property(solvent, name).value for label, solvent in _SOLVENTS.items()}


def _viscosities() -> dict[str, float]:
    """Viscosity of the five solvents at 25 degC [mPa s]."""
    return {label: viscosity(solvent).value for label, solvent in _SOLVENTS.items()}


def _fold(values: Mapping[str, float]) -> float:
    return max(values.values()) / min(values.values())


def _rank_correlation(name: str, x: Mapping[str, float], y: Mapping[str, float]) -> Reading:
    from scipy.stats import spearmanr

    value = round(float(spearmanr([x[key] for key in x], [y[key] for key in x]).statistic), 12)
    return Reading(name, value, value, value)


CLAIMS = claims_in(globals())
