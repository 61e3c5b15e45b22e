"""Kidney and liver in Sang et al.: band-pass filtration, size limits, re-elimination, filtration rates, size steps."""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Reading,
    Statement,
    above,
    below,
    exact,
    left_open,
    printed,
    reading,
    states,
)
from goldshell.fate.physiology import physiology, physiology_sets
from goldshell.literature import Row

_claim = functools.partial(claim, theme="kidney and liver")

_AU25 = "sang2024-du2017-urine-au25"
_FEWER = ("sang2024-du2017-urine-au18", "sang2024-du2017-urine-au15", "sang2024-du2017-urine-au10-11")
_GFR = ("sang2024-photoacoustic-au25sg18-gfr-normal", "sang2024-photoacoustic-au25sg18-gfr-diseased")
_CONTRAST = ("sang2024-tan2021-hd-ph7p4", "sang2024-tan2021-hd-ph5p5")
_DTDTPA = (
    "sang2024-table1-au-dtdtpa-urine-excretion",
    "sang2024-table1-au-dtdtpa-hydrodynamic-diameter",
    "sang2024-table1-au-dtdtpa-core-diameter",
)
MICE = tuple(name for species, name in physiology_sets() if species == "mouse")
"""Names of the mouse sets; the review states neither strain nor body weight."""


@_claim(
    "band-pass-ratios-of-urine",
    "A few atoms fewer cut urinary gold 4 to 9 times",
    inputs=("sang2024-du2017-clearance-reduction-range", _AU25, *_FEWER),
)
def band_pass(said: Row, most: Row, *fewer: Row) -> Finding:
    """Ratio of the urine of Au25 to that of each smaller cluster."""
    readings = [reading(f"Au25 over {row.subject}", _quotient, printed(most), printed(row)) for row in fewer]
    return Finding(
        states(said),
        readings,
        "; ".join(
            f"{most.value} / {row.value} = {one.value:.2f} ({row.subject})"
            for row, one in zip(fewer, readings, strict=True)
        )
        + ".",
        every=True,
    )


@_claim(
    "band-pass-ratios-as-clearance",
    "Renal clearance rates fall 4 to 9 times below Au25",
    inputs=(
        "sang2024-du2017-clearance-reduction-range",
        _AU25,
        _FEWER[2],
        "sang2024-du2017-urine-time",
        "sang2024-table1-gs-aunps-urine-excretion",
    ),
)
def band_pass_clearance(said: Row, most: Row, least: Row, time: Row, final: Row) -> Finding:
    """Rate constants from the dose in urine at one time, for the cluster that differs most."""

    def rates(excretable: float) -> Callable[[float, float], float]:
        return lambda a, b: math.log1p(-a / excretable) / math.log1p(-b / excretable)

    pair = printed(most), printed(least)
    readings = [
        reading("urine proportional to the rate", _quotient, *pair),
        reading("first order, all of the dose through the kidney", rates(100.0), *pair),
        reading(f"first order, {final.value} % of the dose through the kidney (Table 1)", rates(final.number), *pair),
    ]
    return Finding(
        states(said),
        readings,
        f"The numbers are gold in urine by {time.value} h, not rates. Au25 over Au10-11 is "
        f"{most.value}/{least.value} = {readings[0].value:.1f} as amounts, but Au25 has by then lost half its source: "
        f"ln(1 - {most.number / 100:g}) / ln(1 - {least.number / 100:g}) = {readings[1].value:.1f} as rate constants, "
        f"and {readings[2].value:.0f} if only {final.value} % can ever reach urine.",
    )


@_claim(
    "renal-clearable-below-5p5-nm",
    "Renal-clearable particles have a HD below 5.5 nm",
    inputs=("sang2024-acidity-renal-clearable-hydrodynamic-diameter", *_DTDTPA[:2]),
    unit="nm",
)
def renal_limit(said: Row, urine: Row, diameter: Row) -> Finding:
    """HD of the particle with the most urine in Table 1."""
    return Finding(
        states(said),
        (reading("Au@DTDTPA, Table 1", float, printed(diameter)),),
        f"Table 1 has Au@DTDTPA at HD {diameter.value} nm with > {urine.value} % in urine, the most of all rows, above "
        f"the {said.value} nm of section 4.3.",
    )


@_claim(
    "glomerulus-retains-above-6-nm",
    "The glomerulus retains particles above 6 nm",
    inputs=("sang2024-glomerular-retained-size", *_DTDTPA),
    unit="nm",
)
def glomerular_limit(said: Row, urine: Row, diameter: Row, core: Row) -> Finding:
    """Size of a particle found in urine, by either diameter; size is not said to be one or the other."""
    return Finding(
        Statement(f"up to {said.value}", 0.0, said.number),
        (
            reading("size is the core", float, printed(core)),
            reading("size is the hydrodynamic diameter", float, printed(diameter)),
        ),
        f"> {urine.value} % of Au@DTDTPA is in urine: its core of {core.value} nm passes, its HD of {diameter.value} "
        f"nm should be retained. Section 3.1 does not say which of the two its {said.value} nm is.",
    )


@_claim(
    "superclusters-renal-clearable",
    "Superclusters above 50 nm are renal-clearable",
    inputs=(
        "sang2024-acidity-renal-clearable-hydrodynamic-diameter",
        "sang2024-raman-superclusters-diameter",
        "sang2024-raman-auncs-diameter",
    ),
    unit="nm",
)
def superclusters(limit: Row, whole: Row, parts: Row) -> Finding:
    """Size against the limit of the review, whole and fallen apart."""
    return Finding(
        states(limit),
        (
            Reading("as injected", whole.number, whole.number, math.inf),
            Reading("fallen apart into their clusters", (parts.low + parts.high) / 2, parts.low, parts.high),
        ),
        f"> {whole.value} nm is beyond the {limit.value} nm limit; the clusters inside, {parts.low:g} to "
        f"{parts.high:g} nm, are not. That they come apart is not stated there.",
    )


@_claim(
    "re-elimination-as-share-of-the-dose",
    "Organelle extrusion returns > 95 % to the urine in a month",
    inputs=("sang2024-huang2023b-re-eliminated-fraction", "sang2024-huang2023b-re-elimination-time"),
    wanted=("sang2024-huang2023b-endocytosed-fraction",),
    unit="%ID",
)
def re_elimination(said: Row, time: Row, taken: Row | None) -> Finding:
    """Share of the dose; the share that the tubules take up is not printed."""
    month = exact(time, "h").value
    rate = -math.log1p(-said.number / 100) / month
    readings = [] if taken is None else [reading("of the dose", lambda: said.number * taken.number / 100)]
    return Finding(
        Statement(f"> {said.value} % of what was taken up", 0.0, 100.0),
        readings,
        f"> {said.value} % in a month ({month:.0f} h) is a rate constant of at least {rate:.2g} 1/h in first order, a "
        f"half-life of at most {math.log(2) / rate / 24:.1f} d. It is a share of what the tubules took up, which is "
        "not given as a share of the dose.",
    )


@_claim(
    "aggregation-in-acid-significant",
    "The HD increases significantly from pH 7.4 to 5.5",
    inputs=_CONTRAST,
    wanted=("sang2024-tan2021-hd-measurements",),
)
def aggregation(neutral: Row, acid: Row, count: Row | None) -> Finding:
    """p of a Welch test from mean ± SD, for the numbers of measurements that are usual; the number is not stated."""
    from scipy.stats import ttest_ind_from_stats

    def p_value(n: int) -> float:
        test = ttest_ind_from_stats(acid.number, acid.sd, n, neutral.number, neutral.sd, n, equal_var=False)
        return float(test.pvalue)

    numbers = (2, 3, 5) if count is None else (int(count.number),)
    readings = [reading(f"± is an SD of {n}", p_value, n) for n in numbers]
    if count is None:
        errors = math.hypot(acid.sd, neutral.sd)
        readings.append(
            reading("± is a standard error", lambda: math.erfc((acid.number - neutral.number) / errors / 2**0.5))
        )
    return Finding(
        Statement("significant (p below 0.05)", 0.0, below(0.05).high),
        readings,
        f"{neutral.value} ± {neutral.sd:g} to {acid.value} ± {acid.sd:g} nm, {acid.number / neutral.number:.0f}-fold: "
        + ", ".join(f"p = {one.value:.2g} ({one.name})" for one in readings)
        + ". Neither the number of measurements nor the meaning of ± is stated.",
    )


@_claim(
    "charge-reverses-over-tumour-ph",
    "Charge-reversal particles are positive at tumour pH 6.5-7.2",
    inputs=(
        "sang2024-acidity-charge-reversal-stimulus-ph",
        "sang2024-acidity-charge-reversal-aunps-zeta-ph7p4",
        "sang2024-acidity-charge-reversal-aunps-zeta-ph6p5",
    ),
)
def reversal_point(tumour: Row, neutral: Row, acid: Row) -> Finding:
    """pH of zero zeta potential between the two measured pH; straight line for every pair of ends, or left open."""
    first, last = _ph(neutral), _ph(acid)

    def crossing(at_neutral: float, at_acid: float) -> float:
        return first - (first - last) * -at_neutral / (at_acid - at_neutral)

    ends = [crossing(a, b) for a in (neutral.low, neutral.high) for b in (acid.low, acid.high)]
    middle = crossing((neutral.low + neutral.high) / 2, (acid.low + acid.high) / 2)
    return Finding(
        Statement(f"reversal at pH {tumour.high:g} or above", tumour.high, first),
        (
            Reading("straight line between the two pH", middle, min(ends), max(ends)),
            left_open("any other titration curve", last, first),
        ),
        f"{neutral.low:g} to {neutral.high:g} mV at pH {first:g} and {acid.low:g} to {acid.high:g} mV at pH {last:g} "
        f"cross zero at pH {min(ends):.1f} to {max(ends):.1f} on a straight line: at the mild end of the "
        f"stated tumour range ({tumour.low:g}-{tumour.high:g}) the particles would stay negative. Two pH do not "
        "fix the curve.",
    )


@_claim(
    "diseased-kidneys-filter-less",
    "Diseased kidneys filter less than normal ones",
    inputs=_GFR,
)
def diseased(normal: Row, ill: Row) -> Finding:
    """Ratio of the two printed rates; disease lowers filtration."""
    ratio = reading("diseased over normal, as printed", _quotient, printed(ill), printed(normal))
    return Finding(
        Statement("less (ratio below 1)", -math.inf, below(1.0).high),
        (ratio,),
        f"{ill.value} ± {ill.sd:g} over {normal.value} ± {normal.sd:g} mL/min/mL = {ratio.value:.2f}: the diseased "
        f"kidney would filter more, by {(ill.number - normal.number) / math.hypot(ill.sd, normal.sd):.0f} of the "
        f"stated spreads. Swapped, the ratio is {1 / ratio.value:.2f}: the two look exchanged.",
    )


@_claim(
    "normal-gfr-against-physiology",
    "A normal kidney filters 0.26 mL/min per mL",
    inputs=(_GFR[0], _GFR[1]),
    wanted=("sang2024-photoacoustic-gfr-volume",),
    unit="mL/min/mL",
)
def normal_gfr(normal: Row, ill: Row, volume: Row | None) -> Finding:
    """Filtration per volume of kidney in each mouse set; of what volume the paper's is, is not stated."""
    found = {}
    for name in MICE:
        mouse = physiology("mouse", name, body_weight=20.0)
        found[name] = mouse.glomerular_filtration_rate / 60 / mouse.volumes["kidney"]
    readings = [reading(f"both kidneys, mouse set {name}", lambda x=x: x) for name, x in found.items()]
    if volume is None:
        readings.append(left_open("another volume than the kidneys", 0.0, math.inf))
    return Finding(
        Statement(f"{normal.value} ± {2 * normal.sd:g}", normal.number - 2 * normal.sd, normal.number + 2 * normal.sd),
        readings,
        "A 20 g mouse filters "
        + ", ".join(f"{x:.2f} ({name})" for name, x in found.items())
        + f" mL/min per mL of kidney; {ill.value}, printed for the diseased kidney, is nearer than {normal.value}. The "
        "volume in the unit is not named.",
    )


@_claim(
    "sinusoids-let-ultrasmall-particles-through",
    "Fenestrations of 50-200 nm let particles below 3 nm through",
    inputs=("sang2024-liver-extravasation-size", "sang2024-liver-fenestration-diameter"),
)
def fenestrations(particle: Row, pore: Row) -> Finding:
    """Narrowest pore over largest particle."""
    ratio = pore.low / particle.number
    return Finding(
        above(1.0),
        (Reading("narrowest pore over largest particle", ratio, ratio, math.inf),),
        f"{pore.low:g} nm is {ratio:.0f} times {particle.value} nm; the size limit cannot come from the pores, so what "
        "keeps particles of some nanometres in liver is not the fenestration.",
    )


@_claim(
    "size-steps-of-half-a-nanometre",
    "Steps of about 0.5 nm decide the fate in liver",
    inputs=(
        "sang2024-sub-nanometre-size-difference",
        "sang2024-cai2023-core-diameter-2p4nm",
        "sang2024-cai2023-core-diameter-1p8nm",
        "sang2024-cai2023-core-diameter-1p4nm",
        "sang2024-cai2023-size-range-2p4-aunps",
        "sang2024-cai2023-size-range-1p8-aunps",
    ),
    unit="nm",
)
def size_steps(said: Row, large: Row, middle: Row, small: Row, range_large: Row, range_middle: Row) -> Finding:
    """Differences of the names, and of the middles of the printed ranges."""
    names = [large.number, middle.number, small.number]
    middles = [(range_large.low + range_large.high) / 2, (range_middle.low + range_middle.high) / 2, small.number]
    readings = []
    for label, sizes in (("as named", names), ("middles of the printed ranges", middles)):
        for upper, lower in itertools.pairwise(sizes):
            step = round(upper - lower, 9)
            readings.append(reading(f"{label}: {upper:g} to {lower:g}", lambda step=step: step))
    shared = range_middle.high - range_middle.low
    return Finding(
        states(said),
        readings,
        f"By name the steps are {readings[0].value:g} and {readings[1].value:g} nm. But the {large.value}-AuNPs span "
        f"{range_large.low:g} to {range_large.high:g} nm and the {middle.value}-AuNPs {range_middle.low:g} to "
        f"{range_middle.high:g} nm: {shared:g} nm of the first are the second, and the middles differ by "
        f"{readings[2].value:g} and {readings[3].value:g} nm.",
    )


def _quotient(a: float, b: float) -> float:
    return a / b


def _ph(row: Row) -> float:
    """The pH that the conditions of a row name."""
    found = re.search(r"pH (\d+(?:\.\d+)?)", row.conditions)
    return float(found[1]) if found else math.nan


CLAIMS = claims_in(globals())
