"""Mice, doses, excretion and statistics of Zhang et al."""

from __future__ import annotations

import functools
import math

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.verdict import (
    Reading,
    Statement,
    above,
    exact,
    exactly,
    printed,
    reading,
    states,
)
from goldshell.chemistry import Formula
from goldshell.literature import Row

_claim = functools.partial(claim, theme="mice and statistics")

_URINE = "zhang2026-urine-p-atp-r150"
_FAECES = "zhang2026-faeces-all-groups"
_MICE = "zhang2026-fig6-mice"
_GROUPS = "zhang2026-group-count-p-atp"
_ORGANS = 6  # liver, spleen, kidney, heart, lung, bladder: a usual panel; the paper prints no count
_USUAL_POWER = 80.0  # percent; convention of Cohen, Statistical Power Analysis, 2nd ed. (1988)


@_claim(
    "mouse-strain",
    "The mice were BALB/c nude (Abstract)",
    inputs=(
        "zhang2026-mice-strain-abstract",
        "zhang2026-mice-age",
        "zhang2026-mice-age-experiments",
        "zhang2026-mice-strain-immunodeficient",
    ),
)
def strain(said: Row, ethics: Row, experiments: Row, immunodeficient: Row) -> Finding:
    """The strain that each section of Methods names, against the Abstract; 1 where they are the same."""
    readings = []
    for place, row in (("Animal ethics", ethics), ("Animal experiments", experiments)):
        same = float(row.subject == said.subject)
        readings.append(Reading(place, same, same, same, shown=row.subject))
    return Finding(
        exactly(1.0, said.subject),
        readings,
        f"The Abstract says {said.subject}, both sections of Methods say {ethics.subject}, and Animal ethics calls "
        "them an immunodeficient strain, which fits BALB/c nude (no T cells) and not BALB/c.",
        every=True,
    )


@_claim(
    "mouse-count",
    "45 mice served the study",
    inputs=(
        "zhang2026-mice-number",
        _GROUPS,
        "zhang2026-group-count-all",
        _MICE,
        "zhang2026-ex-vivo-time-1h",
        "zhang2026-ex-vivo-time-24h",
    ),
    wanted=("zhang2026-mouse-allocation",),
)
def mouse_count(
    said: Row, groups: Row, all_groups: Row, mice: Row, early: Row, late: Row, allocation: Row | None
) -> Finding:
    """Groups times mice times uses; which animals are shared between uses is not stated."""
    series, everything, each = groups.number, all_groups.number, mice.number
    counts = {
        f"{groups.value} groups of the p-ATP series, imaging and both organ times apart": series * each * 3,
        f"all {all_groups.value} groups, both organ times, the late one also imaged": everything * each * 2,
        f"all {all_groups.value} groups, imaging and both organ times apart": everything * each * 3,
    }
    if allocation is not None:
        counts = {"as stated": allocation.number}
    return Finding(
        exactly(said.number),
        [reading(name, lambda count=count: count) for name, count in counts.items()],
        "Organs taken at "
        f"{early.value} and {late.value} h are from different mice. "
        + "; ".join(f"{name}: {count:g} mice" for name, count in counts.items())
        + f". {said.value} leaves none for the hydroxyl groups if every use has its own mice; no allocation is given.",
    )


@_claim(
    "replicates-per-group",
    "Each group has n = 3 mice (Fig. 6)",
    inputs=(_MICE, "zhang2026-statistics-trials", "zhang2026-statistics-replicates"),
)
def replicates(said: Row, trials: Row, least: Row) -> Finding:
    """Three separate trials of at least three replicates each, or three in all."""
    return Finding(
        exactly(said.number),
        (
            reading("at least three replicates in each of three trials", lambda: trials.number * least.number),
            reading("three replicates in all", lambda: least.number),
        ),
        f"Statistical analysis has {trials.value} separate trials with at least {least.value} replicates per group, "
        "which is "
        f"{trials.number * least.number:g} or more; the captions have {said.value}. If the {said.value} are one "
        "mouse of each trial, "
        "the unit of replication is the trial.",
    )


@_claim(
    "early-organ-time",
    "Early organ fluorescence was quantified at 2 h (Fig. 6h)",
    inputs=("zhang2026-fig6-organ-time-h", "zhang2026-fig6-organ-time-f", "zhang2026-ex-vivo-time-1h"),
    unit="h",
)
def organ_time(said: Row, image: Row, method: Row) -> Finding:
    """The images that panel h quantifies, and Methods."""
    return Finding(
        states(said),
        (
            reading("images, Fig. 6f", lambda: image.number),
            reading("Methods", lambda: method.number),
        ),
        f"Panel h, the quantification of the images in f, is labelled {said.value} h; f and Methods say "
        f"{image.value} h.",
        every=True,
    )


@_claim(
    "dose-per-mouse",
    "The dose of gold per mouse follows from the text",
    inputs=("zhang2026-fig6-organ-concentration", "zhang2026-au25-gold-count"),
    wanted=("zhang2026-injected-volume",),
    unit="nmol",
)
def dose(concentration: Row, gold: Row, volume: Row | None) -> Finding:
    """Concentration times volume; the volume is not stated."""

    def clusters(volume_mL: float) -> float:
        return exact(concentration, "nmol/mL").value * volume_mL

    gold_mass = Formula.parse("Au").average_mass
    readings = [] if volume is None else [reading("clusters per mouse", clusters, exact(volume, "mL"))]
    return Finding(
        Statement(f"{concentration.value} uM", 0.0, math.inf),
        readings,
        f"{concentration.value} uM is given without a volume. 0.2 mL, a usual injection, would be {clusters(0.2):g} "
        "nmol of clusters "
        f"or {clusters(0.2) * gold.number * gold_mass * 1e-3:.1f} ug gold; every %ID rests on it.",
    )


@_claim(
    "laser-irradiance",
    "5 W of laser power is about 20 mW/cm2 on the mouse",
    inputs=("zhang2026-laser-irradiance", "zhang2026-laser-power"),
    wanted=("zhang2026-illuminated-area",),
    unit="mW/cm^2",
)
def irradiance(said: Row, power: Row, area: Row | None) -> Finding:
    """Power over the illuminated area, which is not stated."""
    implied = exact(power, "mW").value / said.number
    readings = (
        []
        if area is None
        else [reading("power over area", lambda p, a: p / a, printed(power, "mW"), exact(area, "cm^2"))]
    )
    return Finding(
        states(said),
        readings,
        f"{power.value} W at {said.value} mW/cm^2 means {implied:g} cm^2 evenly lit (a disc "
        f"{2 * math.sqrt(implied / math.pi):.0f} cm wide); "
        "the illuminated area is not stated.",
    )


@_claim(
    "renal-clearance-within-24-h",
    "The clusters are rapidly cleared by the kidney within 24 h",
    inputs=("zhang2026-clearance-window", _URINE, "zhang2026-urine-p-mbsa", _FAECES),
    unit="%ID",
)
def clearance(said: Row, best: Row, parent: Row, faeces: Row) -> Finding:
    """Cleared is read as more than half of the dose in urine."""
    return Finding(
        Statement("cleared (more than 50 %ID in urine)", above(50.0).low, 100.0),
        (
            reading("R = 150", float, printed(best)),
            reading("Au25(p-MBSA)18", float, printed(parent)),
        ),
        f"Urine holds {best.value} %ID (R = 150) and {parent.value} %ID (no p-ATP) by {said.value} h. With "
        f"{faeces.value} %ID in faeces, "
        f"{100 - best.number - faeces.number:g} to {100 - parent.number - faeces.number:g} %ID is still in the mouse "
        "or not accounted for.",
        every=True,
    )


@_claim(
    "gold-recovered-at-24-h",
    "The injected gold is accounted for at 24 h",
    inputs=(_URINE, _FAECES),
    wanted=("zhang2026-organ-gold-24h",),
    unit="%ID",
)
def recovery(urine: Row, faeces: Row, organs: Row | None) -> Finding:
    """Urine, faeces and organs; gold in organs is not printed."""
    readings = []
    if organs is not None:
        readings.append(
            reading(
                "urine, faeces, organs", lambda a, b, c: a + b + c, printed(urine), printed(faeces), printed(organs)
            )
        )
    return Finding(
        Statement("100 %ID (within 10)", 90.0, 110.0),
        readings,
        f"Urine {urine.value} and faeces {faeces.value} make {urine.number + faeces.number:g} %ID; organs are given "
        "as fluorescence, not "
        f"gold, so {100 - urine.number - faeces.number:g} %ID cannot be placed.",
    )


@_claim(
    "urine-twice",
    "Urinary excretion with p-ATP is twice that without",
    inputs=("zhang2026-urine-ratio", _URINE, "zhang2026-urine-p-mbsa", _MICE),
    wanted=("zhang2026-urine-p-mbsa-measured",),
)
def urine_twice(said: Row, urine: Row, implied: Row, mice: Row, measured: Row | None) -> Finding:
    """The value without p-ATP follows from the ratio itself; the measured one and its SD are not in the text."""
    from scipy.stats import t

    difference = urine.number - implied.number
    critical = float(t.ppf(0.975, 2 * (mice.number - 1)))
    widest = difference / (critical * math.sqrt(2 / mice.number))
    readings = []
    if measured is not None:
        readings.append(reading("ratio of the measured values", lambda a, b: a / b, printed(urine), printed(measured)))
    return Finding(
        exactly(said.number) if measured is None else Statement("twice (1.5 to 2.5)", 1.5, 2.5),
        readings,
        f"{urine.value} / {implied.value} %ID = {urine.number / implied.number:g}, but the {implied.value} is itself "
        f"half of {urine.value}: "
        "the value without p-ATP is not in the text, nor is an SD. With n = "
        f"{mice.value} per group the difference of {difference:g} %ID is significant (p < 0.05) only if the SD is "
        f"below {widest:.1f} %ID.",
    )


@_claim(
    "shift-to-kidneys",
    "p-ATP shifts the clusters from liver and spleen to kidneys",
    inputs=("zhang2026-organ-shift-abstract", "zhang2026-organ-shift"),
    wanted=("zhang2026-kidney-fluorescence-r150", "zhang2026-kidney-fluorescence-r0"),
)
def kidneys(said: Row, shift: Row, with_amine: Row | None, without: Row | None) -> Finding:
    """Kidney signal with over without p-ATP; numbers are in the figures only."""
    readings = []
    if with_amine is not None and without is not None:
        readings.append(reading("kidney signal, ratio", lambda a, b: a / b, printed(with_amine), printed(without)))
    return Finding(
        Statement(said.value, above(1.0).low, math.inf),
        readings,
        "No organ value is printed in the text: kidney fluorescence stands in Fig. 6h, i only. Urine and bladder, "
        "which the text "
        "reports, say that gold left the kidney, not that it stayed there.",
    )


@_claim(
    "hydroxyl-control-at-equal-coverage",
    "The hydroxyl control (MP) matches the p-ATP shells",
    inputs=("zhang2026-p-atp-mean-r150", "zhang2026-mp-feed-150", "zhang2026-mp-range"),
    wanted=("zhang2026-mp-mean-r150",),
)
def hydroxyl_control(amine: Row, feed: Row, species: Row, hydroxyl: Row | None) -> Finding:
    """Number of MP on the cluster at the same feed; it is not stated."""
    readings = [] if hydroxyl is None else [reading("MP per cluster", float, printed(hydroxyl))]
    return Finding(
        states(amine),
        readings,
        f"At R = {feed.value} p-ATP reaches n = {amine.value}; for MP only the species of Fig. 5 are given (n = "
        f"{species.low:g}-"
        f"{species.high:g}, feed not stated). With fewer ligands exchanged the control would keep more charge and "
        "test something else.",
    )


@_claim(
    "significance-level-holds-for-all-comparisons",
    "Results are significant at p < 0.05",
    inputs=("zhang2026-statistics-alpha", _GROUPS),
    unit="%",
)
def family_error(alpha: Row, groups: Row) -> Finding:
    """Chance of at least one false positive over independent comparisons, with and without a protecting ANOVA."""
    level, k = alpha.number, int(groups.number)

    def family(comparisons: int) -> float:
        return 100 * (1 - (1 - level) ** comparisons)

    readings = [
        reading(f"t tests of {k - 1} groups against the control (captions)", lambda: family(k - 1)),
        reading(f"t tests of all {k * (k - 1) // 2} pairs (captions)", lambda: family(k * (k - 1) // 2)),
        reading("analysis of variance first (Methods)", lambda: family(1)),
    ]
    return Finding(
        Statement(100 * level, 0.0, 100 * level * (1 + 1e-9)),
        readings,
        f"1 - (1 - {level:g})^{k - 1} = {readings[0].value:.0f} % for {k - 1} t tests against the control, "
        f"{readings[1].value:.0f} % for all "
        f"pairs, and {family(_ORGANS):.1f} % over {_ORGANS} organs for one pair. No correction is named, and "
        "Methods' wording (Student's t-tests analysis of variance) leaves open whether an ANOVA came first.",
    )


@_claim(
    "no-significant-difference-with-three-mice",
    "'ns' with three mice means that groups do not differ",
    inputs=(_MICE, "zhang2026-statistics-alpha", "zhang2026-mp-kidney-order"),
    unit="%",
)
def power(mice: Row, alpha: Row, said: Row) -> Finding:
    """Power of a two-sided t test at three effect sizes; at least 80 % is the usual demand."""
    from statsmodels.stats.power import TTestIndPower

    test = TTestIndPower()

    def found(effect: float) -> float:
        return 100 * float(test.power(effect, nobs1=mice.number, alpha=alpha.number))

    readings = [reading(f"difference of {effect:g} SD", found, effect) for effect in (1.0, 2.0, 4.0)]
    least = float(test.solve_power(None, nobs1=mice.number, alpha=alpha.number, power=_USUAL_POWER / 100))
    return Finding(
        Statement(f"power of at least {_USUAL_POWER:g} %", _USUAL_POWER, 100.0),
        readings,
        f"With n = {mice.value} per group, a t test finds a difference of 1, 2, 4 SD in "
        + ", ".join(f"{item.value:.0f} %" for item in readings)
        + f" of experiments; {_USUAL_POWER:g} % needs {least:.1f} SD. 'Did not significantly alter' (the hydroxyl "
        "control) is no evidence of equality.",
    )


CLAIMS = claims_in(globals())
