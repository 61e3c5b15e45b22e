"""What CVODE says when it gives up stands in the error and nowhere else: stdout may hold the JSON of a command."""

from __future__ import annotations

import numpy as np
import pytest

from goldshell.errors import AnalysisError
from goldshell.numerics.ode import solve_cvode


def _shaken(t: float, y: np.ndarray, out: np.ndarray) -> None:
    out[:] = 1e8 * np.sin(1e7 * t) * y


def _undefined(t: float, y: np.ndarray, out: np.ndarray) -> None:
    out[:] = np.nan


@pytest.mark.parametrize("rates", [_shaken, _undefined])
def test_a_failed_integration_prints_nothing(rates: object, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AnalysisError, match="CVODE stopped at t = "):
        solve_cvode(rates, np.array([1.0]), np.linspace(0.0, 1.0, 5), rtol=1e-10, atol=1e-12, max_steps=20)
    assert capfd.readouterr() == ("", "")
