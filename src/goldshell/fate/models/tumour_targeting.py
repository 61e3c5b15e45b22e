"""Factors of tumour uptake: size, anchoring, PEG, acidity, nanoassembly, metastases.

    uptake = U_0 f_size f_anchor f_PEG f_acid        [%ID/g]
    S/N    = 1 - v + v U_tumour / U_liver            of a metastasis that fills the share v of what is resolved

each factor 1 unless its feature is there. U_0 is the N-anchored, glutathione-coated particle (1.2 %ID/g), or the
particles inside pluronic nanoassemblies (25.3 %ID/g).

Meaning: what S section 4 quotes, made comparable: anchoring by COO-Au in place of N-Au (5.1 against 1.2 %ID/g), PEG
against zwitterionic glutathione (3), pH 6.5 against pH 6.9 (9.5 against 4.4 %ID/g), 2.6 against 18 nm in glioma (0.20
against 0.08 %ID/g). `statistics.ratio_of_means` carries the standard deviations. The uptake of the charge-reversing
particle in an implanted tumour (9 %ID/g) over that in liver (2 %ID/g) gives 4.5; liver metastases of 1 mm showed 4.6.

With a charge-reversing shell the factor follows the pH: f_acid(pH) = exp(s [a(pH) - a(6.9)]), a the share of the charge
that has reversed (`goldshell.chemistry.charge_reversal`), s solved from f_acid at pH 6.5.

Limits: the titration curve is that of another particle (imidazole); every factor comes from another particle, tumour
and time (mostly not stated), so that their product is a hypothesis and no measurement; "as high as" 25.3 is a maximum;
LNCaP and PC-3 differ in vessels as well as in pH; a metastasis may take up otherwise than the implanted tumour. S
quotes ">4.4" and "2.3" for ratios that its own numbers make 4.25 and 2.5.

References
----------
Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4, section 4, with the sources named there
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from goldshell.chemistry.charge_reversal import reversed_share
from goldshell.errors import InputError
from goldshell.numerics import TestPoint, parameter

_ACID_TUMOUR, _REFERENCE_TUMOUR = 6.5, 6.9  # pH of LNCaP and PC-3 tumours, as S quotes them


@dataclass(frozen=True, slots=True)
class Parameters:
    """Reference uptake and factors."""

    reference: float = parameter(
        1.2, unit="%ID/g", source="sang2024-passive-weak-anchoring-n-tumour-uptake", bounds=(0.0, 100.0),
        meaning="U_0, glutathione-coated, anchored by N",
    )  # fmt: skip
    size: float = parameter(
        2.5, unit="1", source="tumour-size-factor", bounds=(0.0, 1e3), meaning="f_size, 2.6 nm over 18 nm in glioma"
    )
    anchoring: float = parameter(
        4.25, unit="1", source="sang2024-passive-weak-anchoring-uptake-ratio-from-values", bounds=(0.0, 1e3),
        meaning="f_anchor, COO-Au over N-Au",
    )  # fmt: skip
    peg: float = parameter(
        3.0, unit="1", source="sang2024-passive-peg-aunps-tumour-uptake-ratio", bounds=(0.0, 1e3),
        meaning="f_PEG, PEG over zwitterionic glutathione",
    )  # fmt: skip
    acidity: float = parameter(
        2.159, unit="1", source="tumour-acidity-factor", bounds=(0.0, 1e3), meaning="f_acid, pH 6.5 over pH 6.9"
    )
    assembled: float = parameter(
        25.3, unit="%ID/g", source="sang2024-passive-f127-nanoassemblies-tumour-uptake", bounds=(0.0, 100.0),
        meaning="U_0 of particles inside pluronic nanoassemblies",
    )  # fmt: skip
    implanted: float = parameter(
        9.0, unit="%ID/g", source="sang2024-acidity-optimised-aunps-tumour-uptake", bounds=(0.0, 100.0),
        meaning="U_tumour, charge-reversing particle in an implanted tumour",
    )  # fmt: skip
    liver: float = parameter(
        2.0, unit="%ID/g", source="sang2024-acidity-optimised-aunps-liver-uptake", bounds=(1e-6, 100.0),
        meaning="U_liver, the same in liver",
    )  # fmt: skip


def uptake(
    parameters: Parameters = Parameters(),
    *,
    large: bool = False,
    coo_anchored: bool = False,
    pegylated: bool = False,
    acid: bool = False,
    assembled: bool = False,
) -> float:
    """Uptake of a particle with some of the features, if factors multiply.

    Parameters
    ----------
    parameters : reference and factors
    large : 18 nm in place of 2.6 nm
    coo_anchored : anchored by COO-Au in place of N-Au
    pegylated : PEG in place of glutathione
    acid : charge-reversing, tumour of pH 6.5 in place of 6.9
    assembled : inside a pluronic nanoassembly

    Returns
    -------
    float [%ID/g]
    """
    value = parameters.assembled if assembled else parameters.reference
    value /= parameters.size if large else 1.0
    value *= parameters.anchoring if coo_anchored else 1.0
    value *= parameters.peg if pegylated else 1.0
    return value * (parameters.acidity if acid else 1.0)


def acid_factor(ph: float, parameters: Parameters = Parameters()) -> float:
    """Uptake of a charge-reversing particle at a tumour pH, over that at pH 6.9.

    Parameters
    ----------
    ph : of the tumour, 5.5 to 7.4 [1]
    parameters : f_acid at pH 6.5

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a pH that was not measured
    """
    slope = math.log(parameters.acidity) / (reversed_share(_ACID_TUMOUR) - reversed_share(_REFERENCE_TUMOUR))
    return math.exp(slope * (reversed_share(ph) - reversed_share(_REFERENCE_TUMOUR)))


def metastasis_contrast(filled: float = 1.0, parameters: Parameters = Parameters()) -> float:
    """S/N of a metastasis in the liver over the liver around it.

    Parameters
    ----------
    filled : v, share of what is resolved that the metastasis fills [1]
    parameters : uptake by tumour and liver

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a share outside 0 to 1
    """
    if not 0.0 <= filled <= 1.0:
        raise InputError(f"a share of {filled:g}", where="filled", hint="write a number from 0 to 1")
    return 1.0 - filled + filled * parameters.implanted / parameters.liver


TEST_POINTS = (
    TestPoint(metastasis_contrast, {}, 4.6, "Sang et al. 2024: S/N 4.6 of liver metastases; 9 over 2 %ID/g", 3e-2),
    TestPoint(metastasis_contrast, {"filled": 0.0}, 1.0, "mathematical property: nothing but liver"),
    TestPoint(uptake, {"assembled": True}, 25.3, "Sang et al. 2024: 25.3 %ID/g of pluronic nanoassemblies"),
    TestPoint(uptake, {}, 1.2, "Sang et al. 2024: 1.2 %ID/g anchored by N-Au"),
    TestPoint(acid_factor, {"ph": 6.5}, 9.5 / 4.4, "Sang et al. 2024: 9.5 over 4.4 %ID/g", 1e-3),
    TestPoint(acid_factor, {"ph": 6.9}, 1.0, "Sang et al. 2024: PC-3, the reference"),
    TestPoint(uptake, {"coo_anchored": True}, 5.1, "Sang et al. 2024: 5.1 %ID/g anchored by COO-Au", 1e-9),
    TestPoint(uptake, {"large": True}, 1.2 * 0.08 / 0.20, "arithmetic with the glioma's 0.20 and 0.08 %ID/g", 1e-9),
)
