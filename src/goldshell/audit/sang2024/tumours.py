"""Tumour interactions in Sang et al.: ratios quoted against numbers quoted, half-lives, units."""

from __future__ import annotations

import functools
import math

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Reading,
    Statement,
    above,
    exact,
    left_open,
    printed,
    reading,
    states,
)
from goldshell.literature import Row

_claim = functools.partial(claim, theme="tumours")

_HALF_LIFE = "sang2024-nuclear-gs-198au-aunps-elimination-half-life"


def ratio_finding(said: Row, upper: Row, lower: Row, note: str = "") -> Finding:
    """A quoted ratio against the quotient of the two quoted numbers, with the limits of their digits."""
    ratio = reading("ratio of the printed numbers", lambda a, b: a / b, printed(upper), printed(lower))
    unit = "" if upper.unit == "1" else f" {upper.unit}"
    sign = {">": "more than ", "~": "about "}.get(said.relation, "")
    return Finding(
        states(said),
        (ratio,),
        f"{upper.value} / {lower.value}{unit} = {ratio.value:.3g} against {sign}{said.value}; the printed digits allow "
        f"{ratio.low:.3g} to {ratio.high:.3g}.{note}",
    )


@_claim(
    "anchoring-ratio",
    "COO-Au anchoring gives more than 4.4 times the uptake",
    inputs=(
        "sang2024-passive-weak-anchoring-tumour-uptake-ratio",
        "sang2024-passive-weak-anchoring-coo-tumour-uptake",
        "sang2024-passive-weak-anchoring-n-tumour-uptake",
    ),
)
def anchoring(said: Row, upper: Row, lower: Row) -> Finding:
    """5.1 over 1.2."""
    return ratio_finding(said, upper, lower)


@_claim(
    "glioma-ratio",
    "2.6-nm particles reach gliomas 2.3 times better than 18-nm",
    inputs=(
        "sang2024-glioma-gs-aunps-tumour-uptake-ratio",
        "sang2024-glioma-gs-aunps-2p6nm-tumour-uptake",
        "sang2024-glioma-gs-aunps-18nm-tumour-uptake",
    ),
)
def glioma(said: Row, upper: Row, lower: Row) -> Finding:
    """0.2 over 0.08."""
    spreads = (upper.number - lower.number) / math.hypot(upper.sd, lower.sd)
    return ratio_finding(said, upper, lower, f" The two differ by {spreads:.1f} of their stated spreads.")


@_claim(
    "acidity-ratio",
    "GC-AuNPs in LNCaP tumours are twice those in PC-3",
    inputs=(
        "sang2024-acidity-gc-aunps-lncap-pc3-ratio",
        "sang2024-acidity-gc-aunps-lncap-tumour-uptake",
        "sang2024-acidity-gc-aunps-pc3-tumour-uptake",
    ),
)
def acidity(said: Row, upper: Row, lower: Row) -> Finding:
    """9.5 over 4.4."""
    return ratio_finding(
        said, upper, lower, " The two models differ in vessels too (PC-3 has more), so acidity alone is not isolated."
    )


@_claim(
    "tumours-within-tumour-ph",
    "Both prostate tumours lie within pHe 6.5 to 7.2",
    inputs=(
        "sang2024-acidity-tumour-extracellular-ph",
        "sang2024-acidity-lncap-tumour-ph",
        "sang2024-acidity-pc3-tumour-ph",
    ),
)
def tumour_ph(said: Row, lncap: Row, pc3: Row) -> Finding:
    """The pH of each model against the range."""
    return Finding(
        states(said),
        (reading("LNCaP", float, exact(lncap)), reading("PC-3", float, exact(pc3))),
        f"pH {lncap.value} and {pc3.value} against {said.low:g} to {said.high:g}; they differ by "
        f"{pc3.number - lncap.number:.1f}, "
        f"{10 ** (pc3.number - lncap.number):.1f}-fold in protons.",
        every=True,
    )


@_claim(
    "peg-three-times-zwitterionic",
    "PEG particles reach tumours 3 times better than GSH ones",
    inputs=(
        "sang2024-passive-peg-aunps-tumour-uptake-ratio",
        "sang2024-table1-peg-aunps-tumour-uptake",
        "sang2024-table1-gs-au-ncs-tumour-uptake",
        "sang2024-passive-weak-anchoring-coo-tumour-uptake",
        "sang2024-passive-weak-anchoring-n-tumour-uptake",
    ),
    wanted=("sang2024-passive-gs-aunps-tumour-uptake-of-liu2013b",),
)
def peg(said: Row, pegylated: Row, table: Row, coo: Row, nitrogen: Row, same_study: Row | None) -> Finding:
    """PEG of Table 1 over every GSH-coated particle with a number; that of the same study is not printed."""
    top = printed(pegylated)
    if same_study is not None:
        readings = [reading("GSH of the same study", lambda a, b: a / b, top, printed(same_study))]
    else:
        highest = pegylated.number / table.number
        readings = [
            Reading("GS-Au NCs of Table 1", highest, 0.0, highest),
            reading("GSH, COO-Au anchored", lambda a, b: a / b, top, printed(coo)),
            reading("GSH, N-Au anchored", lambda a, b: a / b, top, printed(nitrogen)),
            left_open("GSH of the same study, not printed", 0.0, math.inf),
        ]
    return Finding(
        states(said),
        readings,
        f"{pegylated.value} %ID/g of PEG-AuNPs over the GSH-coated particles of the review is below "
        f"{pegylated.number / table.number:.1f} (> {table.value}, 48 h), {pegylated.number / coo.number:.1f} and "
        f"{pegylated.number / nitrogen.number:.1f} ({coo.value}, {nitrogen.value}; weak anchoring): GSH alone does not "
        f"set the tumour uptake. Three times {pegylated.value} needs "
        f"{pegylated.number / said.number:.1f} %ID/g, which is not printed.",
    )


@_claim(
    "pegylation-extends-half-lives",
    "PEGylation of Min-23@AuNCs extends both half-lives",
    inputs=(
        "sang2024-passive-min23-auncs-distribution-half-life",
        "sang2024-passive-peg-min23-auncs-distribution-half-life",
        "sang2024-passive-min23-auncs-elimination-half-life",
        "sang2024-passive-peg-min23-auncs-elimination-half-life",
    ),
)
def half_lives(alpha: Row, alpha_peg: Row, beta: Row, beta_peg: Row) -> Finding:
    """Ratio of each half-life, with two of the stated spreads."""
    readings = []
    for name, before, after in (("distribution", alpha, alpha_peg), ("elimination", beta, beta_peg)):
        low, high = ((after.number + sign * 2 * after.sd) / before.number for sign in (-1, 1))
        readings.append(Reading(name, after.number / before.number, low, high))
    return Finding(
        Statement("longer (ratio above 1)", above(1.0).low, math.inf),
        readings,
        f"{alpha_peg.value} ± {alpha_peg.sd:g} over {alpha.value} min = {readings[0].value:.2f} and {beta_peg.value} ± "
        f"{beta_peg.sd:g} over {beta.value} h = {readings[1].value:.2f}, which are "
        f"{(alpha_peg.number - alpha.number) / alpha_peg.sd:.1f} and "
        f"{(beta_peg.number - beta.number) / beta_peg.sd:.1f} spreads apart. The first of each "
        "pair is printed without its spread.",
        every=True,
    )


@_claim(
    "elimination-half-life-is-not-decay",
    "12.7 h is the elimination half-life of GS-[198Au]AuNPs",
    inputs=(_HALF_LIFE, "gold-198-half-life", "copper-64-half-life"),
    wanted=("sang2024-nuclear-gs-198au-decay-correction",),
    unit="h",
)
def elimination(said: Row, gold: Row, copper: Row, corrected: Row | None) -> Finding:
    """The biological half-life behind 12.7 h if decay was, or was not, corrected for."""
    decay = exact(gold, "h").value
    readings = [reading("counts corrected for decay", float, printed(said))]
    if corrected is None:
        readings.append(reading("counts not corrected", lambda seen: 1 / (1 / seen - 1 / decay), printed(said)))
    return Finding(
        states(said),
        readings,
        f"Without decay correction, {said.value} h seen with 198Au ({decay:.1f} h) means "
        f"{1 / (1 / said.number - 1 / decay):.1f} h in the animal; correction is not stated. The same digits are the "
        f"physical half-life of 64Cu ({exact(copper, 'h').value:g} h), another isotope: not to be "
        "merged.",
    )


@_claim(
    "half-life-allows-the-urine",
    "GS-[198Au]AuNPs put > 40 % into urine within 24 h",
    inputs=(
        "sang2024-table1-gs-198au-aunps-urine-excretion",
        "sang2024-table1-gs-198au-aunps-time-post-injection",
        _HALF_LIFE,
    ),
    unit="%ID",
)
def urine_from_half_life(said: Row, time: Row, half_life: Row) -> Finding:
    """The most that a first-order elimination with this half-life removes by then, all of it into urine."""
    gone = reading(
        "all elimination into urine",
        lambda h: 100 * (1 - 2 ** (-exact(time, "h").value / h)),
        printed(half_life, "h"),
    )
    return Finding(
        states(said),
        (gone,),
        f"1 - 2^(-{time.value}/{half_life.value}) = {gone.value:.0f} % is gone by {time.value} h, which leaves "
        f"room for > {said.value} % in urine.",
    )


@_claim(
    "metastasis-contrast",
    "The S/N of liver metastases, 4.6, fits the uptake",
    inputs=(
        "sang2024-acidity-optimised-aunps-snr-liver",
        "sang2024-acidity-optimised-aunps-tumour-uptake",
        "sang2024-acidity-optimised-aunps-liver-uptake",
    ),
)
def metastasis(said: Row, tumour: Row, liver: Row) -> Finding:
    """Tumour over liver uptake."""
    return ratio_finding(said, tumour, liver, " Metastases of ~1 mm need not take up as the implanted tumour does.")


@_claim(
    "crgd-uptake-per-gram",
    "cRGD-AuNCs reach 6.4 %ID in the tumour",
    inputs=("sang2024-peptide-crgd-auncs-tumour-uptake", "sang2024-table1-cy-psma-1-au25-ncs-tumour-uptake"),
    wanted=("sang2024-peptide-crgd-auncs-tumour-mass",),
    unit="%ID/g",
)
def crgd(said: Row, other: Row, mass: Row | None) -> Finding:
    """%ID over the tumour's mass, which is not stated; other uptakes of the review are per gram."""
    readings = [] if mass is None else [reading("per gram", lambda a, b: a / b, printed(said), exact(mass, "g"))]
    return Finding(
        Statement(f"comparable with other rows (up to {2 * other.number:g} %ID/g)", 0.0, 2 * other.number),
        readings,
        f"{said.value} ± {said.sd:g} is printed as %ID, all other tumour uptakes as %ID/g. It equals "
        f"{other.value} %ID/g (Au25, same time) only in a tumour of {said.number / other.number:.1f} g; in 0.1 g it "
        f"would be {said.number / 0.1:.0f} %ID/g.",
    )


@_claim(
    "glioma-from-leakier-vessels",
    "Vessel leakage explains the glioma uptake of small particles",
    inputs=(
        "sang2024-glioma-gs-aunps-tumour-uptake-ratio",
        "sang2024-glioma-gs-aunps-small-diameter",
        "sang2024-glioma-gs-aunps-large-diameter",
        "sang2024-acidity-tumour-vessel-pore-size",
    ),
)
def leakage(said: Row, small: Row, large: Row, pore: Row) -> Finding:
    """Ratio of pore passage: hindrance of spheres in the printed pores, with and without free diffusion."""

    def hindrance(diameter: float, width: float) -> float:
        x = diameter / width
        return (1 - x) ** 2 * (1 - 2.104 * x + 2.09 * x**3 - 0.95 * x**5)  # Renkin 1954, doi:10.1085/jgp.38.2.225

    sieved = [hindrance(small.number, width) / hindrance(large.number, width) for width in (pore.low, pore.high)]
    diffusion = large.number / small.number
    return Finding(
        states(said),
        (
            Reading("carried through the pores by flow", sieved[0], min(sieved), max(sieved)),
            Reading(
                "diffusing through the pores", sieved[0] * diffusion, min(sieved) * diffusion, max(sieved) * diffusion
            ),
            left_open("a blood-brain barrier with other openings", 1.0, math.inf),
        ),
        f"Pores of {pore.low:g} to {pore.high:g} nm (section 4.3) hold back {large.value} nm hardly more than "
        f"{small.value} nm: {min(sieved):.2f} to {max(sieved):.2f}-fold by hindrance, {min(sieved) * diffusion:.1f} to "
        f"{max(sieved) * diffusion:.1f}-fold if passage is by diffusion; {said.value} lies between.",
    )


CLAIMS = claims_in(globals())
