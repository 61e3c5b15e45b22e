"""Running one experiment: events, integrators, balances, and what happens when it cannot be done.

Truth: the experiment written in another way (an aliquot at the start is a smaller vial), conservation, CVODE.
"""

from __future__ import annotations

import dataclasses
import importlib

import numpy as np
import pytest

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange import Addition, Parameters, Withdrawal, kernels, make_experiment, simulate, solve
from goldshell.exchange.models import well_mixed
from goldshell.exchange.stiffness import stiffest_parameter
from goldshell.numerics import radau

simulation = importlib.import_module("goldshell.exchange.simulate")  # the package exports a function of this name

VIAL = make_experiment(
    "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, solvent="ethyl acetate", organic_mL=2.0,
    organic_ligand_mM=2.5, times_h=(0.0, 0.1, 0.5, 1.0),
)  # fmt: skip
DEFAULTS = well_mixed.to_vector(Parameters())


def test_aliquot_at_the_start_is_a_smaller_vial() -> None:
    """Nothing has moved yet at t = 0, so what is left is the same vial made up with less water."""
    taken = solve(dataclasses.replace(VIAL, schedule=(Withdrawal(0.0, 0.5),)), DEFAULTS)
    # The drops, and so the interphase, are those of the vial as it was made up.
    small = well_mixed.Parameters(drop_diameter=Parameters().drop_diameter * 1.5 / 2.0)
    smaller = solve(dataclasses.replace(VIAL, water_mL=1.5), well_mixed.to_vector(small))
    assert taken.amounts == pytest.approx(smaller.amounts, abs=1e-9)
    assert taken.volumes_mL == pytest.approx(smaller.volumes_mL)
    assert max(taken.balances().values()) < 1e-9
    assert np.all(taken.volumes_mL[:, 0] == 1.5)


def test_addition_dilutes_and_feeds() -> None:
    """Without reactions what has been added by t is flow x t x concentration, in a volume that has grown by as much."""
    pot = make_experiment("Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, times_h=(0.0, 0.25, 0.5, 1.0))
    adding = Addition(0.25, 0.5, 1.0, incoming_mM=3.0, outgoing_mM=0.5, cluster_mM=0.1)
    still = well_mixed.to_vector(Parameters(k_exchange=0.0, k_etching=0.0))
    states = solve(dataclasses.replace(pot, schedule=(adding,)), still)
    added = np.array([0.0, 0.0, 0.5, 1.0])
    assert states.volumes_mL[:, 0] == pytest.approx(2.0 + added)
    assert states.extra(kernels.BW) == pytest.approx(3.0 * added, abs=1e-12)
    assert states.extra(kernels.AW) == pytest.approx(0.5 * added, abs=1e-12)
    assert states.clusters().sum(axis=(1, 2, 3)) == pytest.approx(0.05 + 0.1 * added)


def test_aliquot_takes_from_one_region_and_leaves_concentrations() -> None:
    before = solve(VIAL, DEFAULTS, times=[0.5])
    after = solve(dataclasses.replace(VIAL, schedule=(Withdrawal(0.5, 0.5),)), DEFAULTS, times=[0.5, 0.5 + 1e-9])
    water = slice(0, 38, 2)
    assert after.amounts[0, water] == pytest.approx(0.75 * before.amounts[0, water], rel=1e-6, abs=1e-12)
    assert after.amounts[0, 1:38:2] == pytest.approx(before.amounts[0, 1:38:2], rel=1e-6, abs=1e-12)
    assert after.extra(kernels.BO) == pytest.approx(before.extra(kernels.BO)[[0, 0]], rel=1e-6)
    assert after.composition()[0] == pytest.approx(before.composition()[0], abs=1e-4)


def test_one_slow_addition_is_two_halves() -> None:
    whole = (Addition(0.1, 0.8, 0.4, incoming_mM=2.0),)
    halves = (Addition(0.1, 0.4, 0.2, incoming_mM=2.0), Addition(0.5, 0.4, 0.2, incoming_mM=2.0))
    first, second = (solve(dataclasses.replace(VIAL, schedule=plan), DEFAULTS, rtol=1e-10) for plan in (whole, halves))
    assert first.amounts == pytest.approx(second.amounts, abs=1e-9)


@pytest.mark.parametrize(("volume", "time"), [(2.0, 0.0), (2.5, 0.5), (2.0, 1.0)])
def test_more_than_there_is_cannot_be_taken(volume: float, time: float) -> None:
    with pytest.raises(InputError, match="cannot take"):
        solve(dataclasses.replace(VIAL, schedule=(Withdrawal(time, volume),)), DEFAULTS)


@pytest.mark.parametrize("times", [[], [0.2, 0.1], [-0.1, 0.2], [0.0, np.nan], [0.1, np.inf]])
def test_times_are_checked(times: list[float]) -> None:
    with pytest.raises(InputError, match="output times"):
        solve(VIAL, DEFAULTS, times=times)


def test_output_does_not_depend_on_the_other_times() -> None:
    alone = solve(VIAL, DEFAULTS, times=[0.37])
    among = solve(VIAL, DEFAULTS, times=np.linspace(0.0, 1.0, 101))
    assert alone.amounts[0] == pytest.approx(among.amounts[37], abs=1e-8)
    assert solve(VIAL, DEFAULTS, times=[0.0]).amounts[0] == pytest.approx(among.amounts[0])


# -- integrators -----------------------------------------------------------------------------------------------------


def test_auto_gives_the_same_answer_by_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    used = []
    monkeypatch.setattr(simulation, "is_compiled", lambda: used.append(False) or False)
    mild = dataclasses.replace(VIAL, organic_ligand_mM=0.25)
    first = simulate(mild, integrator="auto")
    monkeypatch.undo()
    second = simulate(mild, integrator="radau")
    assert used
    assert first.composition == pytest.approx(second.composition, abs=1e-6)
    assert first.intact_fraction == pytest.approx(second.intact_fraction, abs=1e-6)


def test_cvode_takes_over_where_the_own_integrator_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = solve(VIAL, DEFAULTS)
    monkeypatch.setattr(simulation, "integrate_ladder", lambda *given: (radau.TOO_MANY_STEPS, None))
    assert solve(VIAL, DEFAULTS).amounts == pytest.approx(expected.amounts, abs=1e-6 * 0.05)


def test_unknown_integrator() -> None:
    with pytest.raises(InputError, match="euler"):
        solve(VIAL, DEFAULTS, integrator="euler")


def test_failure_names_the_parameter_and_what_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """e^(0.5 n^2) makes rates of 1e60 1/h; both integrators are kept from trying long."""
    monkeypatch.setattr(simulation, "integrate_ladder", lambda *given: (radau.TOO_MANY_STEPS, None))
    monkeypatch.setattr(simulation, "_CVODE_STEPS", 5)
    wild = well_mixed.to_vector(Parameters(cooperativity_quadratic=-0.5))
    pot = dataclasses.replace(VIAL, organic_mL=0.0, water_ligand_mM=1.0, exchange_law="mass_action")
    with pytest.raises(AnalysisError) as caught:
        solve(pot, wild)
    assert caught.value.where == "cooperativity_quadratic"
    assert "cooperativity_quadratic = -0.5" in caught.value.message
    assert "try cooperativity_quadratic nearer to -0.25" in caught.value.hint


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"k_exchange": 1e6}, "k_exchange"),
        ({"k_disulfide": 1e4, "film_water": 1.0, "film_organic": 1.0, "k_exchange": 1e-3}, "k_disulfide"),
        ({"cooperativity": -3.0}, "cooperativity"),
    ],
)
def test_stiffest_parameter(changes: dict[str, float], name: str) -> None:
    pot = dataclasses.replace(VIAL, organic_mL=0.0, water_ligand_mM=1.0)
    found, value, better = stiffest_parameter(pot, well_mixed.to_vector(Parameters(**changes)))
    assert found == name
    assert value == changes[name]
    assert abs(better) < abs(value)


def test_composition_of_nothing_is_called_so() -> None:
    """2.5 mM thiol etches the last cluster within the hour; what is then left in the numbers is rounding."""
    gone = simulate(VIAL)
    assert gone.intact_fraction[-1] < 1e-9
    assert any("no longer means anything" in text for text in gone.warnings)
    assert np.array_equal(np.isnan(gone.mean_n), gone.intact_fraction < 1e-6)
    assert simulate(dataclasses.replace(VIAL, organic_ligand_mM=0.25)).warnings == ()
