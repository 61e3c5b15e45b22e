"""Cellular interactions in Sang et al.: charge, coverage, hydrophobicity, concentration."""

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
    states_order,
)
from goldshell.literature import Row

_claim = functools.partial(claim, theme="cells")


@_claim(
    "charge-changes-toxicity",
    "Different charges lead to different toxicities",
    inputs=(
        "sang2024-schaeublin-ic50-neutral",
        "sang2024-schaeublin-ic50-positive",
        "sang2024-schaeublin-ic50-negative",
    ),
    wanted=("sang2024-schaeublin-ic50-positive-value", "sang2024-schaeublin-ic50-negative-value"),
)
def toxicity_of_charge(neutral: Row, positive: Row, negative: Row, cation: Row | None, anion: Row | None) -> Finding:
    """Ratio of IC50 for every pair of charges; a bound leaves the ratio open on one side."""
    readings = [
        Reading(f"neutral over {name}", least := neutral.number / row.number, least, math.inf)
        for name, row in (("positive", positive), ("negative", negative))
    ]
    if cation is None or anion is None:
        readings.append(left_open("positive against negative, both as bounds", 0.0, math.inf))
    else:
        high, low = max(cation.number, anion.number), min(cation.number, anion.number)
        readings.append(reading("positive against negative", lambda: high / low))
    return Finding(
        Statement("different (ratio above 1)", above(1.0).low, math.inf),
        readings,
        f"Neutral {neutral.value} over charged < {positive.value} ug/mL is more than {readings[0].value:g}-fold; but "
        f"positive and negative are both printed as < {positive.value} ug/mL, so nothing says that these two differ.",
        every=True,
    )


@_claim(
    "uptake-grows-with-size-of-cations",
    "Positive particles of 2, 4 and 6 nm show a trend with size",
    inputs=(
        "sang2024-jiang2015-uptake-size-order-positive",
        "sang2024-jiang2015-core-diameter-2nm",
        "sang2024-jiang2015-core-diameter-4nm",
        "sang2024-jiang2015-core-diameter-6nm",
    ),
)
def charge_and_size(said: Row, small: Row, middle: Row, large: Row) -> Finding:
    """Sizes at hand per charge; a trend needs two."""
    sizes = len({small.number, middle.number, large.number})
    return Finding(
        Statement(f"{said.value} (two sizes or more)", 2.0, math.inf),
        (
            reading("every charge at every size", lambda: float(sizes)),
            reading("'respectively': one size for each charge", lambda: float(sizes) / 3),
        ),
        f"'Positive, neutral, and negative ... with the core sizes of {small.value}, {middle.value} and {large.value} "
        "nm, respectively' pairs each charge with one size, which leaves no trend; the next sentences treat charge "
        "and size as crossed (nine particles).",
    )


@_claim(
    "low-coverage-low-uptake",
    "29 % coverage is taken up less than 47 %",
    inputs=(
        "sang2024-gong2019-uptake-coverage-order",
        "sang2024-gong2019-membrane-binding-29",
        "sang2024-gong2019-membrane-binding-47",
        "sang2024-gong2019-interaction-rate-coverage-order",
    ),
    wanted=("sang2024-gong2019-cell-gold-29", "sang2024-gong2019-cell-gold-47"),
)
def coverage_uptake(
    said: Row, bound29: Row, bound47: Row, faster: Row, total29: Row | None, total47: Row | None
) -> Finding:
    """Internalised gold of 47 % over 29 %: what is not bound to the membrane, times the gold on the cells."""
    inside = reading(
        "equal gold per cell", lambda low, high: (100 - high) / (100 - low), printed(bound29), printed(bound47)
    )
    if total29 is None or total47 is None:
        readings = [inside, left_open("gold per cell not printed", 0.0, math.inf)]
    else:
        scale = total47.number / total29.number
        readings = [Reading("gold per cell as printed", scale * inside.value, scale * inside.low, scale * inside.high)]
    return Finding(
        Statement(said.value, above(1.0).low, math.inf),
        readings,
        f"If the rest is inside, 100 - {bound47.value} = {100 - bound47.number:g} % over 100 - {bound29.value} = "
        f"{100 - bound29.number:g} % is {inside.value:.1f}-fold at equal gold per cell. The low coverage also binds "
        f"faster ({faster.value}): with {inside.value:.1f} times more gold on its cells the order would turn.",
    )


@_claim(
    "coverage-trend-holds-at-32",
    "Binding falls with coverage over 29, 32 and 47 %",
    inputs=(
        "sang2024-gong2019-membrane-binding-coverage-order",
        "sang2024-gong2019-surface-coverage-29",
        "sang2024-gong2019-surface-coverage-32",
        "sang2024-gong2019-surface-coverage-47",
        "sang2024-gong2019-membrane-binding-29",
        "sang2024-gong2019-membrane-binding-47",
    ),
    wanted=("sang2024-gong2019-membrane-binding-32",),
    unit="%",
)
def coverage_trend(
    said: Row, low: Row, middle: Row, high: Row, bound_low: Row, bound_high: Row, bound_middle: Row | None
) -> Finding:
    """Bound fraction at the middle coverage; it is not printed."""
    line = bound_low.number + (bound_high.number - bound_low.number) * (middle.number - low.number) / (
        high.number - low.number
    )
    readings = [] if bound_middle is None else [reading("bound at the middle", float, printed(bound_middle))]
    return Finding(
        Statement(f"{bound_high.value} to {bound_low.value}", bound_high.number, bound_low.number),
        readings,
        f"Three coverages are named, results are given for two ({bound_low.value} % at {low.value} %, "
        f"{bound_high.value} % at {high.value} %): {said.value} rests on two points. A straight line would give "
        f"{line:.0f} % at {middle.value} %.",
    )


@_claim(
    "peg-feed-of-the-viability-series",
    "PEG : AuNP ratios of 100-300 : 1 cover the viability series",
    inputs=("sang2024-liu2015-peg-feed-ratio-range", "sang2024-liu2015-viability-feed-ratio-range"),
)
def peg_ratio(prepared: Row, tested: Row) -> Finding:
    """The ends of the tested series against the range of the preparation, two sentences before."""
    return Finding(
        states(prepared),
        (
            Reading("highest tested", tested.high, tested.high, tested.high),
            Reading("lowest tested", tested.low, tested.low, tested.low),
        ),
        f"Particles are prepared at {prepared.low:g} to {prepared.high:g} : 1, viability is told for {tested.low:g} "
        f"to {tested.high:g} : 1, up to {tested.high / prepared.high:.1f} times beyond what was prepared.",
        every=True,
    )


@_claim(
    "peg-series-has-one-core-size",
    "The PEG series has the same core size, 6 nm",
    inputs=("sang2024-liu2015-core-diameter", "sang2024-cho-large-aunp-core-diameter"),
    unit="%",
)
def one_core_size(said: Row, other: Row) -> Finding:
    """Relative spread; the same is read as no wider than the other particle of its kind in the review, twice over."""
    spread = 100 * said.sd / said.number
    usual = 100 * other.sd / other.number
    return Finding(
        Statement(f"the same (spread up to twice {usual:.0f} %)", 0.0, 2 * usual),
        (
            reading("spread of one batch, shared by all", lambda: 0.0),
            reading("spread between preparations", lambda: spread),
        ),
        f"{said.value} ± {said.sd:g} nm is a spread of {spread:.0f} % (the {other.value} nm particle of section 2.1 "
        f"has {usual:.0f} %): within one SD the volume differs "
        f"{((said.number + said.sd) / (said.number - said.sd)) ** 3:.0f}-fold. Whether ± is the batch or differs "
        "between PEG lengths is not said.",
    )


@_claim(
    "small-hydrophobic-particles-are-trapped",
    "Hydrophobic particles must exceed 10 nm to enter a cell",
    inputs=(
        "sang2024-hydrophobic-active-entry-diameter",
        "sang2024-guo2016-translocation-diameter",
        "sang2024-guo2016-trapped-diameter-4nm",
    ),
    unit="nm",
)
def hydrophobic_entry(said: Row, through: Row, trapped: Row) -> Finding:
    """Where trapping ends: the bracket of the experiment, or another process that the text leaves open."""
    middle = (through.number + trapped.number) / 2
    return Finding(
        states(said),
        (
            Reading("spontaneous passage of a bilayer", middle, trapped.number, through.number),
            left_open("active entry of a living cell, not measured there", through.number, math.inf),
        ),
        f"Those below {said.value} nm are said to be trapped in the bilayer, yet {through.value} nm passes it within "
        f"milliseconds; the edge lies between {trapped.value} and {through.value} nm. Only if > {said.value} nm is "
        "meant of active entry alone can both stand.",
    )


@_claim(
    "ic50-falls-with-the-tail",
    "IC50 falls as the alkyl tail grows from C1 to C6",
    inputs=(
        "sang2024-chompoosor-ic50-alkyl-order",
        "sang2024-chompoosor-ic50-c1",
        "sang2024-chompoosor-ic50-c6",
        "sang2024-chompoosor-alkyl-carbons-range",
    ),
)
def ic50_tail(said: Row, shortest: Row, longest: Row, carbons: Row) -> Finding:
    """Ratio of the two ends, and what it means per methylene."""
    ratio = reading("IC50 of C1 over C6", lambda a, b: a / b, printed(shortest), printed(longest))
    steps = carbons.high - carbons.low
    energy = 8.314462618e-3 * 310.15 * math.log(ratio.value) / steps
    return Finding(
        Statement(said.value, above(1.0).low, math.inf),
        (ratio,),
        f"{shortest.value} / {longest.value} uM = {ratio.value:.1f}-fold over {steps:g} methylenes, "
        f"{ratio.value ** (1 / steps):.2f} per methylene or {energy:.1f} kJ/mol at 37 degC if every step counts the "
        "same; values between the ends are not printed.",
    )


@_claim(
    "logp-limits-inside-the-series",
    "The log P limits in vivo lie within the series",
    inputs=(
        "sang2024-moyano-logp-range",
        "sang2024-moyano-immune-response-in-vivo-rising-logp",
        "sang2024-moyano-immune-response-in-vivo-plateau-logp",
    ),
)
def logp_limits(series: Row, rising: Row, flat: Row) -> Finding:
    """Both limits against the ends of the series."""
    silent = (flat.number - rising.number) / (series.high - series.low)
    return Finding(
        states(series),
        (reading("end of the rise", float, exact(rising)), reading("less evident", float, exact(flat))),
        f"Rising below {rising.value}, less evident at {flat.value}, of a series from {series.low:g} to "
        f"{series.high:g}; between the two limits, {100 * silent:.0f} % of the series, nothing is said.",
        every=True,
    )


@_claim(
    "photocytotoxicity-at-mitochondrial-concentration",
    "Photocytotoxicity lies where mitochondria are reached",
    inputs=(
        "sang2024-gong2021-mitochondria-concentration",
        "sang2024-gong2021-photocytotoxicity-concentration",
        "sang2024-gong2021-membrane-binding-concentration",
    ),
    unit="nM",
)
def photocytotoxicity(mitochondria: Row, toxic: Row, membrane: Row) -> Finding:
    """Concentration of the effect against the bound of the region."""
    return Finding(
        states(mitochondria),
        (reading("concentration of the effect", float, exact(toxic)),),
        f"{toxic.value} nM is below {mitochondria.value} nM. Between {mitochondria.value} and {membrane.value} nM, a "
        "decade, nothing is said of the location.",
    )


@_claim(
    "charge-reversal-in-acid",
    "The imidazole particles turn positive in acid",
    inputs=("sang2024-tan2021-zeta-order", "sang2024-tan2021-zeta-ph5p5", "sang2024-tan2021-zeta-ph7p4"),
)
def charge_reversal(said: Row, acid: Row, neutral: Row) -> Finding:
    """Distance of each zeta potential from zero in its own stated spreads, with the sign of the claim; two at least."""
    readings = [
        reading("pH 5.5, spreads above zero", lambda: acid.number / acid.sd),
        reading("pH 7.4, spreads below zero", lambda: -neutral.number / neutral.sd),
    ]
    statement = states_order(said)
    return Finding(
        Statement(statement.shown, 2.0, math.inf),
        readings,
        f"{acid.value} ± {acid.sd:g} mV and {neutral.value} ± {neutral.sd:g} mV are {readings[0].value:.1f} and "
        f"{readings[1].value:.1f} of their spreads from zero, on either side of it.",
        every=True,
    )


CLAIMS = claims_in(globals())
