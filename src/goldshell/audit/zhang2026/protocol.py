"""Synthesis, instruments and cross-references of Zhang et al."""

from __future__ import annotations

import functools
import math

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Reading,
    Statement,
    derived,
    exact,
    exactly,
    printed,
    reading,
    states,
)
from goldshell.chemistry import Formula, parse_cluster
from goldshell.literature import Row

_claim = functools.partial(claim, theme="recipe and document")

_HYDROGEN = Formula.parse("H").monoisotopic_mass  # Da
_ELECTRON = 5.48579909e-4  # Da, CODATA


@_claim(
    "figure-of-solvent-comparison",
    "Rates by solvent are in Fig. 1e and 1f",
    inputs=(
        "zhang2026-figure-cited-etching-by-solvent",
        "zhang2026-figure-captioned-etching-by-solvent",
        "zhang2026-figure-cited-exchange-by-solvent",
        "zhang2026-figure-captioned-exchange-by-solvent",
    ),
)
def figure_of_solvents(etching: Row, etching_caption: Row, exchange: Row, exchange_caption: Row) -> Finding:
    """The figure that the text cites, and the caption that has these panels."""
    return Finding(
        exactly(etching.number, f"Fig. {etching.value}e, {exchange.value}f"),
        (
            reading("caption with etching rates by solvent", lambda: etching_caption.number),
            reading("caption with ligand exchange by solvent", lambda: exchange_caption.number),
        ),
        f"The text cites Fig. {etching.value}e and {exchange.value}f; the panels stand in Fig. "
        f"{etching_caption.value}e and "
        f"{exchange_caption.value}f. Fig. 1 is one scheme without panels.",
        every=True,
    )


@_claim(
    "supplementary-figures-of-solvents",
    "Species by solvent are in Supplementary Figs. 2-6 (Methods)",
    inputs=(
        "zhang2026-supplement-figures-solvents-methods",
        "zhang2026-supplement-figures-solvents-results",
        "zhang2026-supplement-figure-ph",
    ),
)
def supplementary_figures(methods: Row, results: Row, ph: Row) -> Finding:
    """First figure of the series in Results, and what else has the number that Methods start with."""
    return Finding(
        exactly(methods.low, f"{methods.low:g} to {methods.high:g}"),
        (reading("first figure of the series in Results", lambda: results.low),),
        f"Methods say {methods.low:g}-{methods.high:g}, Results say {results.low:g}-{results.high:g} for the same "
        "spectra, and Supplementary "
        f"Fig. {ph.value} is the pH series.",
    )


@_claim(
    "product-concentration-within-gold",
    "The product is 15 mL of about 0.3 mM Au25",
    inputs=(
        "zhang2026-synthesis-product-concentration",
        "zhang2026-synthesis-product-volume",
        "zhang2026-synthesis-haucl4-volume",
        "zhang2026-synthesis-haucl4-concentration",
        "zhang2026-au25-gold-count",
    ),
    unit="%",
)
def product_concentration(product: Row, volume: Row, gold_volume: Row, gold: Row, atoms: Row) -> Finding:
    """Gold in the product over gold put in."""
    put_in = exact(gold_volume, "mL").value * exact(gold, "mM").value
    most = put_in / atoms.number / exact(volume, "mL").value

    def gold_yield(concentration: float) -> float:
        return 100 * concentration / most

    recovered = derived(gold_yield, printed(product, "mM"))
    return Finding(
        Statement("at most 100 % of the gold", 0.0, 100.0),
        (Reading("gold yield", recovered.value, recovered.low, recovered.high),),
        f"{gold_volume.value} mL x {gold.value} mM = {put_in:g} umol gold, at most {put_in / atoms.number:g} umol "
        f"Au25 or {most:g} mM in "
        f"{volume.value} mL; {product.value} mM is a gold yield of {recovered.value:.0f} % ({recovered.low:.0f} to "
        f"{recovered.high:.0f} %).",
    )


@_claim(
    "ligand-enough-for-the-shell",
    "The synthesis has enough ligand for Au25L18",
    inputs=(
        "zhang2026-synthesis-ligand-volume",
        "zhang2026-synthesis-ligand-concentration",
        "zhang2026-synthesis-haucl4-volume",
        "zhang2026-synthesis-haucl4-concentration",
        "zhang2026-au25-ligand-count",
        "zhang2026-au25-gold-count",
    ),
)
def ligand_to_gold(volume: Row, ligand: Row, gold_volume: Row, gold: Row, shell: Row, atoms: Row) -> Finding:
    """Ligand : gold as mixed against 18 : 25."""
    ligand_umol = exact(volume, "mL").value * exact(ligand, "mM").value
    gold_umol = exact(gold_volume, "mL").value * exact(gold, "mM").value
    needed = shell.number / atoms.number
    return Finding(
        Statement(f"at least {needed:g}", needed, math.inf),
        (reading("ligand : gold as mixed", lambda: ligand_umol / gold_umol),),
        f"{ligand_umol:g} umol ligand to {gold_umol:g} umol gold is {ligand_umol / gold_umol:.2f}:1, against "
        f"{shell.value}:{atoms.value} = "
        f"{needed:g} in the cluster.",
    )


@_claim(
    "mz-range-covers-the-clusters",
    "m/z 100 to 6000 covers the clusters (charges 3 to 8)",
    inputs=("zhang2026-esi-mz-range", "zhang2026-au25-ligand-count", "zhang2026-au44-ligand-count"),
    unit="Th",
)
def mz_range(said: Row, shell: Row, large: Row) -> Finding:
    """m/z at both ends of the usual charge states of shells with acid groups, protons lost beyond the core charge."""
    notations = (f"Au25(p-MBSA){shell.value}", f"Au25(p-MBA){shell.value}", f"Au44(p-MBA){large.value}")
    clusters = {notation: parse_cluster(notation) for notation in notations}
    masses = {notation: cluster.monoisotopic_mass for notation, cluster in clusters.items()}

    def mz(notation: str, charge: int) -> float:
        lost = charge + clusters[notation].core_charge
        return (masses[notation] - lost * _HYDROGEN + charge * _ELECTRON) / charge

    readings = [
        reading(f"{notation}, charge {charge}-", lambda name=notation, z=charge: mz(name, z))
        for notation in notations
        for charge in (3, 8)
    ]
    first = masses[notations[0]]
    return Finding(
        states(said),
        readings,
        f"{notations[0]} has {first:.1f} Da: m/z {readings[0].value:.0f} (3-) to {readings[1].value:.0f} (8-); "
        f"{notations[2]} has "
        f"{masses[notations[2]]:.0f} Da, {readings[4].value:.0f} (3-). Singly charged Au25 ({first:.0f}) "
        "would lie outside.",
        every=True,
    )


CLAIMS = claims_in(globals())
