"""Recovery of known parameters: 95 % intervals cover the truth 90 to 99 % of the time (study in tests/reference)."""

from __future__ import annotations

import pytest

from reference import recovery

pytestmark = pytest.mark.slow  # hundreds of fits


def test_profile_intervals_cover_the_truth() -> None:
    """Mathematical property: coverage of a 95 % interval, 200 repeats; last result in docs/recovery.md."""
    coverage = recovery.study(recovery.REPEATS)
    assert all(recovery.LOW <= share <= recovery.HIGH for share in coverage.values()), coverage


def test_a_few_repeats_recover_the_truth() -> None:
    """The same, four repeats, curvature intervals: of 24 intervals 17 or fewer cover with a chance of 1e-4."""
    coverage = recovery.study(4, profiles=False)
    assert sum(4 * share for share in coverage.values()) >= 18, coverage


def test_data_without_noise_give_the_truth_back() -> None:
    """Property: noise-free means and traces are fitted exactly, from a start far away."""
    import dataclasses

    import numpy as np

    from goldshell.exchange import Trace, fit
    from goldshell.exchange.models import well_mixed
    from goldshell.exchange.observations import predict
    from goldshell.exchange.simulate import solve

    truth = {
        "k_exchange": 55.0,
        "equilibrium_constant": 3.2,
        "cooperativity": 0.02,
        "k_etching": 0.006,
        "film_organic": 0.02,
    }
    vector = well_mixed.to_vector(dataclasses.replace(well_mixed.Parameters(), **truth))
    vials = []
    for item in recovery.observe({**recovery.MEDIANS, **truth}, np.random.default_rng(1)):
        seen = predict(solve(item.experiment, vector, times=recovery.TRACE_TIMES, rtol=1e-9))
        exact = [
            dataclasses.replace(one, values=tuple(one.predicted(seen)))
            for one in (
                Trace("intact_fraction", recovery.TRACE_TIMES[1::3], (0.0,) * 10, (0.005,) * 10),
                Trace("mean_n", recovery.TRACE_TIMES[1::3], (0.0,) * 10, (0.1,) * 10),
            )
        ]
        vials.append(dataclasses.replace(item, observations=tuple(exact)))
    problem = recovery.problem(tuple(vials))
    problem = dataclasses.replace(problem, parameters=problem.parameters[:-1])
    found = fit(problem, profiles=False)
    for name, value in truth.items():
        assert found.values[name] == pytest.approx(value, rel=2e-3, abs=1e-3)
