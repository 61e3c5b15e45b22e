"""Race in the liver sinusoid: a particle is transformed by glutathione and oxygen, or taken by a Kupffer cell.

    sinusoid     dX/dt = -(k_t + k_K) X
    rate         k_t = k_K [r_Au + (r_AuAg - r_Au) s(x_Ag) (pO2 / pO2_ref) ([GSH] / [GSH]_ref)]
    escaped      phi = k_t / (k_t + k_K)
    contrast     S/N = S/N_0 / (1 - phi):  the tumour sees what circulates, the liver what Kupffer cells hold

Meaning: gold-silver particles react with oxygen and glutathione in the sinusoid, shed serum proteins and leave the
liver; pure gold is too slow and stays. r is the rate of transformation over that of capture; s is 1 for the alloy that
was measured and 0 for pure gold.

Limits: S gives S/N = 2.3 for the alloy and "~6.5 times higher" than gold: one ratio, so that r_AuAg follows from an
assumed r_Au (0 here: r_AuAg = 5.5, and 6.5 when "6.5 times higher" means 7.5-fold; any r_Au gives
r_AuAg = 6.5 (1 + r_Au) - 1). First order in oxygen and in glutathione is an assumption, neither was varied; the time of
S/N is not stated; S prints 2.3 both as S/N and as the size in nm.

References
----------
Tan et al. (2022), as reported by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from goldshell.errors import InputError
from goldshell.numerics import TestPoint, check_bounds, parameter


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of the race."""

    ratio_gold: float = parameter(
        0.0, unit="1", source="biotransformation-ratio-gold", bounds=(0.0, 1e6),
        meaning="r_Au, transformation over capture for pure gold",
    )  # fmt: skip
    ratio_alloy: float = parameter(
        5.5, unit="1", source="biotransformation-ratio-alloy", bounds=(0.0, 1e6),
        meaning="r_AuAg, transformation over capture for the alloy at the reference oxygen and glutathione",
    )  # fmt: skip
    oxygen_reference: float = parameter(
        44.4, unit="mmHg", source="sang2024-tan2022-sinusoid-oxygen", bounds=(1e-3, 1e3),
        meaning="pO2_ref, of the sinusoid",
    )  # fmt: skip
    contrast_gold: float = parameter(
        0.354, unit="1", source="sang2024-tan2022-tumour-liver-snr-monometallic", bounds=(0.0, 1e6),
        meaning="S/N of tumour to liver of pure gold",
    )  # fmt: skip


def escaped_fraction(
    silver: float = 1.0, parameters: Parameters = Parameters(), *, oxygen: float = 44.4, glutathione: float = 1.0
) -> float:
    """Share that is transformed before a Kupffer cell takes it, phi = r / (1 + r).

    Parameters
    ----------
    silver : s, 0 for gold, 1 for the alloy that was measured [1]
    parameters : those of the model
    oxygen : pO2 [mmHg]
    glutathione : [GSH] over that of the sinusoid [1]

    Returns
    -------
    float [1]

    Raises
    ------
    InputError : a parameter or a condition outside its bounds
    """
    check_bounds(parameters)
    if not 0.0 <= silver <= 1.0:
        raise InputError(f"a silver share of {silver:g}", where="silver", hint="0 is gold, 1 the alloy of the paper")
    for name, value in (("oxygen", oxygen), ("glutathione", glutathione)):
        if not 0.0 <= value < float("inf"):
            raise InputError(f"{name} of {value:g}", where=name, hint="write a number of 0 or more")
    drive = silver * (oxygen / parameters.oxygen_reference) * glutathione
    ratio = parameters.ratio_gold + (parameters.ratio_alloy - parameters.ratio_gold) * drive
    return max(ratio, 0.0) / (1.0 + max(ratio, 0.0))


def contrast(
    silver: float = 1.0, parameters: Parameters = Parameters(), *, oxygen: float = 44.4, glutathione: float = 1.0
) -> float:
    """S/N of tumour to liver, relative to gold as 1 / (1 - phi).

    Parameters
    ----------
    silver, oxygen, glutathione : as in `escaped_fraction`
    parameters : those of the model

    Returns
    -------
    float [1]
    """
    kept = 1.0 - escaped_fraction(silver, parameters, oxygen=oxygen, glutathione=glutathione)
    kept_gold = 1.0 - escaped_fraction(0.0, parameters)
    return parameters.contrast_gold * kept_gold / kept


def alloy_ratio(fold: float, ratio_gold: float = 0.0) -> float:
    """r_AuAg that a fold of contrast asks for, given r_Au: fold (1 + r_Au) - 1.

    Parameters
    ----------
    fold : S/N of the alloy over that of gold [1]
    ratio_gold : r_Au, assumed [1]

    Returns
    -------
    float [1]
    """
    return fold * (1.0 + ratio_gold) - 1.0


TEST_POINTS = (
    TestPoint(contrast, {"silver": 1.0}, 2.3, "Sang et al. 2024: S/N ~2.3, 6.5 times that of gold", 2e-3),
    TestPoint(contrast, {"silver": 0.0}, 2.3 / 6.5, "Sang et al. 2024: 2.3 / 6.5", 2e-3),
    TestPoint(alloy_ratio, {"fold": 6.5}, 5.5, "arithmetic: 6.5 (1 + 0) - 1"),
    TestPoint(
        escaped_fraction,
        {"silver": 1.0, "parameters": replace(Parameters(), ratio_alloy=1.0)},
        0.5,
        "mathematical property: even race",
    ),
    TestPoint(escaped_fraction, {"silver": 1.0, "oxygen": 0.0}, 0.0, "mathematical property: no oxygen, no reaction"),
)
