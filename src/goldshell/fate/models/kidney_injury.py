"""Injured kidney: in acid tubules a charge-reversing particle turns positive, is taken up more and stays longer.

    reversed share     a(pH)       of the charge, 0 at pH 7.4 and 1 at pH 5.5 (`goldshell.chemistry.charge_reversal`)
    uptake             f(pH) = f_n + (f_a - f_n) a
    extrusion          k(pH) = k_n / (1 + (r - 1) a)
    kidney             `tubular_endocytosis` with f(pH) and k(pH)

Meaning: particles with an imidazole shell go from -10.9 to +17.4 mV between pH 7.4 and 5.5 and aggregate; acidosis of
early injury makes tubules acid, so that more is reabsorbed and aggregates in the cells, and retention tells injured
from normal kidneys.

Limits: S gives orders only (injured > normal for reabsorption, aggregation and retention): f_a and r are choices that
satisfy them, and a kidney course at two pH would measure them. The share a between the two measured pH rests on the
assumed titration curve.

References
----------
Tan et al. (2021), as reported by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from goldshell.chemistry import charge_reversal
from goldshell.fate.linear import solve_linear
from goldshell.fate.models import tubular_endocytosis
from goldshell.numerics import TestPoint, check_bounds, parameter


@dataclass(frozen=True, slots=True)
class Parameters:
    """Uptake and extrusion at the two ends of pH."""

    uptake_neutral: float = parameter(
        0.05, unit="1", source="fate-tubular-uptake", bounds=(0.0, 1.0), meaning="f_n, tubular uptake at pH 7.4"
    )
    uptake_acid: float = parameter(
        0.5, unit="1", source="kidney-injury-uptake", bounds=(0.0, 1.0), meaning="f_a, tubular uptake at pH 5.5"
    )
    k_extrusion: float = parameter(
        0.004390, unit="1/h", source="tubular-extrusion-rate", bounds=(0.0, 1e3), meaning="k_n, extrusion at pH 7.4"
    )
    retention_ratio: float = parameter(
        3.0, unit="1", source="kidney-injury-retention", bounds=(1.0, 1e3),
        meaning="r, extrusion time at pH 5.5 over that at pH 7.4",
    )  # fmt: skip


def tubular_parameters(ph: float, parameters: Parameters = Parameters()) -> tubular_endocytosis.Parameters:
    """Parameters of `tubular_endocytosis` at a tubular pH.

    Parameters
    ----------
    ph : of the tubule [1]
    parameters : those of the model

    Returns
    -------
    parameters of the tubular model

    Raises
    ------
    InputError : a parameter outside its bounds, or a pH that was not measured
    """
    check_bounds(parameters)
    share = charge_reversal.reversed_share(ph)
    return replace(
        tubular_endocytosis.Parameters(),
        tubular_uptake=parameters.uptake_neutral + (parameters.uptake_acid - parameters.uptake_neutral) * share,
        k_extrusion=parameters.k_extrusion / (1.0 + (parameters.retention_ratio - 1.0) * share),
    )


def kidney_retention(time: float, ph: float, parameters: Parameters = Parameters()) -> float:
    """Amount in tubular cells after a bolus into plasma.

    Parameters
    ----------
    time : [h]
    ph : of the tubule [1]
    parameters : those of the model

    Returns
    -------
    float [%ID]
    """
    matrix = tubular_endocytosis.rate_matrix(tubular_parameters(ph, parameters))
    return float(solve_linear(matrix, [100.0, 0.0, 0.0, 0.0, 0.0], [time])[0, 1:3].sum())


def contrast(time: float, ph: float, parameters: Parameters = Parameters()) -> float:
    """Retention in an acid kidney over that in a normal one.

    Parameters
    ----------
    time : [h]
    ph : of the injured tubule [1]
    parameters : those of the model

    Returns
    -------
    float [1]
    """
    return kidney_retention(time, ph, parameters) / kidney_retention(time, charge_reversal.NEUTRAL_PH, parameters)


def _early(ph: float) -> float:
    return contrast(1e-6, ph)


TEST_POINTS = (
    TestPoint(contrast, {"time": 24.0, "ph": 7.4}, 1.0, "mathematical property: the normal kidney itself"),
    TestPoint(_early, {"ph": 5.5}, 10.0, "mathematical property: at first the ratio of the uptakes, 0.5 / 0.05", 1e-5),
)
