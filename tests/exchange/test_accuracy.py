"""Accuracy of level 1 at its default tolerances, over random vials and parameters.

Truth: CVODE (another integrator) on the same equations at a relative tolerance of 1e-12. Counted are the states whose
peak exceeds 1e-6 of all clusters; the error is relative to that peak among the output times.
"""

from __future__ import annotations

import numpy as np
import pytest

from reference.random_vials import SIZES, error_of_set


def test_worst_error_of_any_state() -> None:
    """Twenty sets; the thousand are `test_worst_error_over_a_thousand_sets`."""
    errors = [error_of_set(seed) for seed in range(20)]
    assert max(errors) < 1e-5, int(np.argmax(errors))


@pytest.mark.parametrize("seed", [3, 8])
def test_large_shells_are_as_accurate(seed: int) -> None:
    assert error_of_set(seed, SIZES[3:]) < 1e-5


def test_error_follows_the_tolerance() -> None:
    """Ten thousand times smaller tolerance: the stages err by (1e-4)^(8/14), 1/190 of it; a tenth is asked."""
    loose, tight = ([error_of_set(seed, rtol=rtol) for seed in range(15)] for rtol in (1e-6, 1e-10))
    assert np.median(tight) < np.median(loose) / 10.0
    assert max(loose) < 1e-3


@pytest.mark.parametrize(("integrator", "sets"), [("cvode", 15), ("interpreted", 5)])
def test_cvode_is_as_accurate_as_its_place_asks(integrator: str, sets: int) -> None:
    """The fallback, and what a first run takes while the own integrator is not compiled, at default tolerances."""
    assert max(error_of_set(seed, integrator=integrator) for seed in range(sets)) < 1e-5


@pytest.mark.slow  # a thousand solutions by CVODE at 1e-12: three minutes
def test_worst_error_over_a_thousand_sets() -> None:
    errors = [error_of_set(seed) for seed in range(1000)]
    assert max(errors) < 1e-5, int(np.argmax(errors))
    assert np.median(errors) < 5e-7
