"""Rate laws by quadrature, against closed forms and the ODE integrator."""

from __future__ import annotations

import numpy as np
import pytest

from goldshell.exchange import integrate
from goldshell.exchange.models import langmuir, oxygen_limited, power_law, two_thiol_attack
from goldshell.exchange.separable import courses

LAWS = [
    *(power_law.law(power_law.Parameters(1.0, order, 1.8, 0.0)) for order in (0.04, 0.5, 1.0, 1.5)),
    power_law.law(),
    langmuir.law(),
    two_thiol_attack.law(),
    oxygen_limited.law(),
]


@pytest.mark.parametrize("thiol_per_cluster", [0.0, 7.0])
@pytest.mark.parametrize("law", LAWS)
def test_quadrature_is_the_integrator(law, thiol_per_cluster: float) -> None:
    """Another program (LSODA) and closed forms: within 2e-6 of N0, in excess thiol and when it runs out."""
    cluster = np.array([0.01, 0.025, 0.05])
    thiol = np.array([2.5, 0.5, 0.1])
    times = [np.linspace(0, end, 41) for end in (0.2, 2.0, 5.0)]
    found = courses(law, cluster, thiol, times, thiol_per_cluster=thiol_per_cluster)
    for one, c, s, t in zip(found, cluster, thiol, times, strict=True):
        expected = integrate(law, c, s, t, thiol_per_cluster=thiol_per_cluster).cluster
        assert one == pytest.approx(expected, abs=3e-6 * c)


def test_nothing_happens_without_rate() -> None:
    """Property: no thiol, no loss."""
    law = power_law.law(power_law.Parameters(1.0, 1.0, 1.0, 0.0))
    assert courses(law, [0.02], [0.0], [np.array([0.0, 5.0])])[0] == pytest.approx([0.02, 0.02])
