"""Charge reversal: the measured pair of Sang et al. 2024, monotony, and what two pH determine."""

from __future__ import annotations

import numpy as np
import pytest

from goldshell.chemistry.charge_reversal import (
    Parameters,
    aggregation_number,
    hydrodynamic_diameter,
    isoelectric_bracket,
    zeta_potential,
)
from goldshell.errors import InputError

PH = np.linspace(5.5, 7.4, 77)


@pytest.mark.parametrize("isoelectric", [5.6, 6.2, 6.6, 7.3])
@pytest.mark.parametrize("steepness", [0.4, 1.0, 2.0])
def test_every_admissible_curve_passes_the_measured_pair(isoelectric: float, steepness: float) -> None:
    """S: 17.4 mV at pH 5.5, -10.9 mV at pH 7.4; a titration of one sign falls steadily."""
    shell = Parameters(isoelectric_ph=isoelectric, steepness=steepness)
    assert zeta_potential([5.5, 7.4], shell) == pytest.approx([17.4, -10.9])
    assert zeta_potential(isoelectric, shell) == pytest.approx(0.0, abs=1e-12)
    assert np.all(np.diff(zeta_potential(PH, shell)) < 0)


@pytest.mark.parametrize("middle", [5.6, 6.5, 7.3])
def test_diameter_grows_from_particle_to_aggregate(middle: float) -> None:
    shell = Parameters(aggregation_ph=middle)
    assert hydrodynamic_diameter([5.5, 7.4], shell) == pytest.approx([1048.7, 3.5])
    assert np.all(np.diff(hydrodynamic_diameter(PH, shell)) <= 0)


def test_particles_in_an_aggregate() -> None:
    """(1048.7 / 3.5)^3 = 2.69e7 for a compact sphere, (299.63)^1.8 = 2.87e4 for a diffusion-limited cluster."""
    assert aggregation_number(Parameters(fractal_dimension=3.0)) == pytest.approx(2.690e7, rel=1e-3)
    assert aggregation_number(Parameters(fractal_dimension=1.8)) == pytest.approx(2.87e4, rel=2e-3)


def test_two_ph_bracket_the_isoelectric_point() -> None:
    assert isoelectric_bracket(7.4, -10.9, 5.5, 17.4) == (5.5, 7.4)


@pytest.mark.parametrize(
    "values", [(5.5, -17.4, 7.4, 10.9), (5.5, 17.4, 7.4, 10.9), (6.0, 5.0, 6.0, -5.0), (5.5, float("nan"), 7.4, -1.0)]
)
def test_no_reversal_is_refused(values: tuple[float, float, float, float]) -> None:
    with pytest.raises(InputError):
        isoelectric_bracket(*values)
