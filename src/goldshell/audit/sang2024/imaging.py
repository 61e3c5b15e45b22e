"""Imaging in Sang et al.: emission and quantum yields, Hounsfield units, perfusion, Raman contrast."""

from __future__ import annotations

import functools
import math

from goldshell.audit.check import Finding, claim, claims_in
from goldshell.audit.sang2024.tumours import ratio_finding
from goldshell.audit.verdict import (
    Statement,
    derived,
    exact,
    left_open,
    printed,
    reading,
    stated,
    states,
)
from goldshell.chemistry import Formula
from goldshell.literature import Row

_claim = functools.partial(claim, theme="imaging")

_HU_SLOPES = ("sang2024-ct-albumin-auncs-hu-slope", "sang2024-ct-iopromide-hu-slope")
_GS_HU = ("sang2024-ct-gs-aunps-hu", "sang2024-ct-gs-aunps-concentration")
_PSMA_HU = ("sang2024-ct-psma-au25-pc3pip-hu", "sang2024-ct-psma-au25-pc3flu-hu")


@_claim(
    "emissions-in-nir-ii",
    "Emissions called NIR-II lie in 1000-1700 nm",
    inputs=(
        "sang2024-imaging-nir-ii-window",
        "sang2024-zhao2023-emission-wavelength",
        "sang2024-imaging-diee-assembly-emission",
        "sang2024-imaging-abc-unimer-aunps-emission",
        "sang2024-imaging-au25sg18-emission",
        "sang2024-imaging-au25ncs-emission",
        "sang2024-imaging-cd-auncs-emission",
        "sang2024-imaging-gastric-auncs-emission",
        "sang2024-imaging-pc-gs-auncs-emission",
        "sang2024-photoacoustic-au44ncs-emission-1080",
        "sang2024-photoacoustic-au44ncs-emission-1280",
    ),
    unit="nm",
)
def nir_ii(window: Row, *emissions: Row) -> Finding:
    """Every printed maximum against the window."""
    readings = [reading(row.subject, float, exact(row)) for row in emissions]
    values = [one.value for one in readings]
    return Finding(
        states(window),
        readings,
        f"{len(values)} maxima from {min(values):g} to {max(values):g} nm; {sum(v < 1100 for v in values)} of them are "
        "below 1100 nm, at the edge of the window.",
        every=True,
    )


@_claim(
    "quantum-yield-gain",
    "Disassembly raises the emission more than 6-fold",
    inputs=(
        "sang2024-imaging-diee-emission-gain",
        "sang2024-imaging-diee-disassembled-quantum-yield",
        "sang2024-imaging-diee-assembled-quantum-yield",
    ),
)
def quantum_yield(said: Row, after: Row, before: Row) -> Finding:
    """12 over 1.8."""
    return ratio_finding(said, after, before, " Equal absorption is assumed: a yield is emission per absorbed photon.")


@_claim(
    "high-yield-beyond-1100-nm",
    "The 12 % particles emit beyond 1100 nm",
    inputs=(
        "sang2024-imaging-nir-ii-emission-challenge",
        "sang2024-imaging-diee-assembly-emission",
        "sang2024-imaging-diee-disassembled-quantum-yield",
        "sang2024-imaging-diee-assembled-quantum-yield",
    ),
    wanted=("sang2024-imaging-diee-disassembled-emission",),
    unit="nm",
)
def beyond_1100(said: Row, assembled: Row, high: Row, low: Row, disassembled: Row | None) -> Finding:
    """The wavelength of the assembled state, and that of the disassembled one, which is not printed."""
    if disassembled is None:
        readings = [
            reading(f"assembled ({low.value} %)", float, exact(assembled)),
            left_open(f"disassembled ({high.value} %), not printed", 1000.0, 1700.0),
        ]
    else:
        readings = [reading(f"disassembled ({high.value} %)", float, exact(disassembled))]
    return Finding(
        states(said),
        readings,
        f"High yield beyond {said.value} nm is the challenge that precedes the particles; their printed maximum is "
        f"{assembled.value} nm, of the {low.value} % state. The {high.value} % belong to the disassembled state, whose "
        "wavelength is not printed.",
    )


@_claim(
    "light-beyond-the-filter",
    "A 1300 nm long-pass passes enough of a 1090 nm emission",
    inputs=("sang2024-imaging-pc-auncs-long-pass-filter", "sang2024-imaging-pc-gs-auncs-emission"),
    wanted=("sang2024-imaging-pc-gs-auncs-emission-width",),
    unit="%",
)
def long_pass(cut: Row, peak: Row, width: Row | None) -> Finding:
    """Share of a Gaussian emission beyond the filter; its width is not printed."""
    distance = cut.number - peak.number

    def beyond(fwhm: float) -> float:
        return 50 * math.erfc(distance / fwhm * 2 * math.sqrt(math.log(2)))

    readings = [] if width is None else [reading("Gaussian emission", beyond, exact(width, "nm"))]
    return Finding(
        Statement("enough (above 1)", 1.0, 100.0),
        readings,
        f"The filter opens {distance:g} nm above the maximum: {beyond(200):.2g} % of a Gaussian of 200 nm width "
        f"passes, {beyond(400):.2g} % of one of 400 nm. The width of the emission is not printed.",
    )


@_claim(
    "perfusion-ratio",
    "Perfusion of the injured brain is two times lower",
    inputs=(
        "sang2024-imaging-au25ncs-perfusion-ratio",
        "sang2024-imaging-au25ncs-perfusion-normal",
        "sang2024-imaging-au25ncs-perfusion-injured",
    ),
)
def perfusion(said: Row, normal: Row, injured: Row) -> Finding:
    """0.24 over 0.11."""
    return ratio_finding(said, normal, injured)


@_claim(
    "hu-slope-ratio",
    "The HU slope is 4.3 times that of iopromide",
    inputs=("sang2024-ct-albumin-auncs-hu-slope-ratio", *_HU_SLOPES),
)
def hu_ratio(said: Row, gold: Row, iodine: Row) -> Finding:
    """17.85 over 4.15."""
    return ratio_finding(
        said, gold, iodine, " Neither slope has a unit: per mass of gold, of particle or per mole, the ratio differs."
    )


@_claim(
    "hu-slopes-of-gold",
    "Gold particles have one HU slope: 17.85, and 845 HU at 9 mg/mL",
    inputs=(*_GS_HU, _HU_SLOPES[0]),
    wanted=("sang2024-ct-albumin-auncs-hu-slope-unit",),
    unit="HU*mL/mg",
)
def hu_slopes(hounsfield: Row, concentration: Row, slope: Row, unit: Row | None) -> Finding:
    """Slope of one particle in each unit that the other's could have, per mass of gold."""
    per_mass = derived(lambda h, c: h / c, printed(hounsfield), printed(concentration, "mg/mL"))
    millimole = Formula.parse("Au").average_mass * 1e-3  # mg per umol, so mg/mL per mM
    readings = [reading(f"{slope.value} is per mM gold", lambda s: s / millimole, printed(slope))]
    if unit is None:
        readings.append(reading(f"{slope.value} is per mg/mL gold", float, printed(slope)))
    return Finding(
        stated(per_mass),
        readings,
        f"{hounsfield.value} HU at {concentration.value} mg/mL is {per_mass.value:.1f} HU mL/mg if the line passes "
        f"zero (printed as a slope in HU). {slope.value} has no unit: as HU/mM it is {readings[0].value:.1f} HU mL/mg "
        f"of gold, as HU mL/mg it would be {per_mass.value / slope.number:.1f} times less for the same element.",
    )


@_claim(
    "psma-hu-ratio",
    "The PSMA-positive tumour has twice the HU of the negative",
    inputs=("sang2024-ct-psma-au25-hu-ratio", *_PSMA_HU),
)
def psma_ratio(said: Row, positive: Row, negative: Row) -> Finding:
    """374 over 195."""
    return ratio_finding(
        said,
        positive,
        negative,
        " HU have no natural zero: the ratio of what gold adds needs the HU of the tumour without it, not printed.",
    )


@_claim(
    "psma-hu-against-uptake",
    "The CT value of the tumour fits its uptake",
    inputs=(*_PSMA_HU, *_GS_HU, "sang2024-table1-cy-psma-1-au25-ncs-tumour-uptake"),
    wanted=("sang2024-ct-psma-au25-dose",),
    unit="mg",
)
def psma_dose(
    positive: Row, negative: Row, hounsfield: Row, concentration: Row, uptake: Row, dose: Row | None
) -> Finding:
    """The dose per mouse that excess HU and uptake of one reference imply, within 2-fold; the dose is not printed."""
    slope = hounsfield.number / concentration.number
    gold = (positive.number - negative.number) / slope
    implied = gold / (uptake.number / 100)
    readings = [] if dose is None else [reading("dose as stated", float, exact(dose, "mg"))]
    return Finding(
        Statement(f"{positive.value} against {negative.value} HU", implied / 2, implied * 2),
        readings,
        f"{positive.value} - {negative.value} HU at the {slope:.0f} HU mL/mg of GS-AuNPs is {gold:.1f} mg/mL gold more "
        f"than in the negative tumour; at {uptake.value} %ID/g (Table 1, same reference and time) that is a dose of at "
        f"least {implied:.0f} mg gold, {implied / 0.02 / 1000:.1f} g/kg in a 20 g mouse. The dose is not printed.",
    )


@_claim(
    "raman-contrast",
    "The Raman signal of the tumour is 2.2 times that of normal tissue",
    inputs=(
        "sang2024-raman-superclusters-intensity-ratio",
        "sang2024-raman-superclusters-tumour-intensity",
        "sang2024-raman-superclusters-normal-intensity",
    ),
)
def raman(said: Row, tumour: Row, normal: Row) -> Finding:
    """0.4 over 0.2."""
    spreads = (tumour.number - normal.number) / math.hypot(tumour.sd, normal.sd)
    return ratio_finding(said, tumour, normal, f" The two are {spreads:.1f} of their stated spreads apart.")


CLAIMS = claims_in(globals())
