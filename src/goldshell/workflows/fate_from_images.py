"""Organ curves as observations of the fate model: light is proportional to the gold in an organ.

    light(organ, t) = visibility(organ) x amount(organ, t)

The visibility holds depth, tissue and the overlap of organs, and is not known in general: values stay in counts/s, a
relative unit whose factor the fit of the fate model finds for each organ. Where a factor is known (from
`goldshell image depth`, say) the light is divided by it, so that organs compare with each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from goldshell.errors import InputError, UnknownNameError
from goldshell.imaging import TimeActivity

if TYPE_CHECKING:
    import pandas as pd

UNIT = "counts/s"
COLUMNS = ("time_h", "compartment", "value", "sd", "n", "unit", "group", "animal")


def fate_observations(
    animals: Mapping[str, TimeActivity],
    *,
    compartments: Mapping[str, str] | None = None,
    visibility: Mapping[str, float] | None = None,
    groups: Mapping[str, str] | None = None,
    start: float = 0.0,
) -> pd.DataFrame:
    """Curves of animals as the table that ``goldshell fate fit`` reads.

    Parameters
    ----------
    animals : animal -> its curves
    compartments : region -> compartment of the fate model; regions that are not named are left out; None takes all
    visibility : compartment -> light per amount, relative to the others [1]
    groups : animal -> group
    start : time of the injection on the clock of the frames [s]

    Returns
    -------
    DataFrame with the columns of CONTRACT (fate fit); sd is the measurement's, from the noise of the pixels

    Raises
    ------
    UnknownNameError : a region or compartment that no curve has
    InputError : a visibility that is not above 0, or no frame after the injection
    """
    import pandas as pd

    names = {curve.name for result in animals.values() for curve in result.rois}
    chosen = dict(compartments) if compartments is not None else {name: name for name in sorted(names)}
    for region in chosen:
        if region not in names:
            raise UnknownNameError("region", region, names)
    factors = dict(visibility or {})
    for compartment, factor in factors.items():
        if compartment not in chosen.values():
            raise UnknownNameError("compartment", compartment, chosen.values())
        if not (math.isfinite(factor) and factor > 0):
            raise InputError(f"visibility of {compartment} is {factor:g}", hint="write a number above 0")
    rows = []
    for animal, result in animals.items():
        for curve in result.rois:
            if curve.name not in chosen or curve.name == result.background:
                continue
            factor = factors.get(chosen[curve.name], 1.0)
            hours = (curve.time - start) / 3600.0
            for index in np.flatnonzero((hours >= 0) & (curve.saturated_fraction == 0)):
                value, sd = float(curve.best[index]) / factor, float(curve.best_sem[index]) / factor
                group = (groups or {}).get(animal, "")
                rows.append((float(hours[index]), chosen[curve.name], value, sd, 1, UNIT, group, animal))
    if not rows:
        raise InputError("no unsaturated frame after the injection", hint="check the times and the exposure")
    return pd.DataFrame(rows, columns=list(COLUMNS))
