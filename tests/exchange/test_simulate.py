"""Running one experiment: events, integrators, balances, and what happens when it cannot be done.

Truth: the experiment written in another way (an aliquot at the start is a smaller vial), conservation, CVODE.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from goldshell.exchange import Parameters, Withdrawal, make_experiment, solve
from goldshell.exchange.models import well_mixed

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
