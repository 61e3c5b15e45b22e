"""Organ curves as observations of the fate model: light is proportional to the gold in an organ.

    light(organ, t) = scale x visibility(organ) x amount(organ, t)

The visibility holds depth, tissue and the overlap of organs. Where it is not known the values stay in counts/s and the
fit of the fate model finds one factor for each organ. Where it is known relative to the other organs (measured, or from
the depth by `organ_visibility`) the light is divided by it; its uncertainty goes along as ``factor_sd``, the relative
standard deviation that all values of the organ share. The fit then has one scale for these organs together and a factor
of each within its uncertainty: it neither averages away over time points nor is taken as sure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from goldshell.errors import InputError, UnknownNameError, located
from goldshell.files import read_table
from goldshell.imaging import TimeActivity
from goldshell.imaging.optics.schema import DepthProblem
from goldshell.imaging.optics.visibility import relative_visibility

if TYPE_CHECKING:
    import pandas as pd

UNIT = "counts/s"
COLUMNS = ("time_h", "compartment", "value", "sd", "n", "unit", "group", "animal")


@dataclass(frozen=True, slots=True)
class Visible:
    """What is known of an organ's visibility.

    Parameters
    ----------
    factor : light per amount, relative to the other organs [1]
    relative_sd : standard deviation of ln factor [1]
    """

    factor: float
    relative_sd: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.factor) and self.factor > 0):
            raise InputError(f"a visibility of {self.factor:g}", hint="write a number above 0")
        if not (math.isfinite(self.relative_sd) and self.relative_sd >= 0):
            raise InputError(f"a standard deviation of {self.relative_sd:g}", hint="write 0 or more")


def fate_observations(
    animals: Mapping[str, TimeActivity | pd.DataFrame],
    *,
    compartments: Mapping[str, str] | None = None,
    visibility: Mapping[str, Visible] | None = None,
    groups: Mapping[str, str] | None = None,
    start: float | Mapping[str, float] = 0.0,
) -> pd.DataFrame:
    """Curves of animals as the table that ``goldshell fate fit`` reads.

    Parameters
    ----------
    animals : animal -> its curves, or their table as `TimeActivity.to_dataframe` gives it
    compartments : region -> compartment of the fate model; regions that are not named are left out; None takes all
    visibility : compartment -> light per amount, relative to the others
    groups : animal -> group
    start : time of the injection on the clock of the frames, of all or of each animal [s]

    Returns
    -------
    DataFrame with the columns of CONTRACT (fate fit), and factor_sd where a visibility is given; sd is the
    measurement's, from the noise of the pixels

    Raises
    ------
    UnknownNameError : a region or compartment that no curve has
    InputError : no frame after the injection; CT numbers, which are no amounts
    """
    import pandas as pd

    for name, item in animals.items():
        if isinstance(item, TimeActivity) and item.unit == "HU":
            raise InputError("CT numbers are no amounts", where=name, hint="turn them into gold with 'image ct'")
    tables = {name: item.to_dataframe() if isinstance(item, TimeActivity) else item for name, item in animals.items()}
    backgrounds = {item.background for item in animals.values() if isinstance(item, TimeActivity)}
    names = list(dict.fromkeys(str(roi) for table in tables.values() for roi in table["roi"]))
    chosen = dict(compartments) if compartments is not None else {name: name for name in sorted(names)}
    for region in chosen:
        if region not in names:
            raise UnknownNameError("region", region, names)
    known = dict(visibility or {})
    for compartment in known:
        if compartment not in chosen.values():
            raise UnknownNameError("compartment", compartment, chosen.values())
    rows = []
    for animal, table in tables.items():
        begin = start[animal] if isinstance(start, Mapping) else start
        for label, part in table.groupby("roi", sort=False):
            region = str(label)
            if region not in chosen or region in backgrounds or _is_background(part):
                continue
            organ = chosen[region]
            factor = known.get(organ, Visible(1.0))
            net = "net" if "net" in part else "mean"
            light, noise = (part[name].to_numpy(dtype=float) for name in (net, f"{net}_sem" if net == "net" else "sem"))
            hours = (part["time_s"].to_numpy(dtype=float) - begin) / 3600.0
            usable = (hours >= 0) & (part["saturated_fraction"].to_numpy(dtype=float) == 0)
            group = (groups or {}).get(animal, "")
            rows += [
                (
                    float(hours[i]), organ, light[i] / factor.factor, noise[i] / factor.factor, 1, UNIT, group, animal,
                    factor.relative_sd if organ in known else math.nan,
                )
                for i in np.flatnonzero(usable)
            ]  # fmt: skip
    if not rows:
        raise InputError("no unsaturated frame after the injection", hint="check the times and the exposure")
    found = pd.DataFrame(rows, columns=[*COLUMNS, "factor_sd"])
    return found if known else found.drop(columns="factor_sd")


def read_factors(path: Path) -> tuple[dict[str, Visible], dict[str, str] | None]:
    """Visibilities of organs, and names of compartments where the table has them.

    Parameters
    ----------
    path : CSV or TSV with organ, factor, and perhaps sd (of the factor, absolute) and compartment (of the fate model)

    Returns
    -------
    compartment -> visibility; organ -> compartment, or None without that column

    Raises
    ------
    InputError : an organ twice, a factor that is not above 0, a negative sd
    """
    table = read_table(path, ("organ", "factor"), numeric=("factor",), optional=("sd",))
    named = "compartment" in table
    known: dict[str, Visible] = {}
    compartments: dict[str, str] = {}
    for row in table.to_dict("records"):
        organ = str(row["organ"]).strip()
        target = (str(row["compartment"]).strip() if named else organ) or organ
        if organ in compartments or target in known:
            raise InputError(f"organ {organ!r} stands there twice", where=str(path))
        sd = 0.0 if math.isnan(row["sd"]) else float(row["sd"])
        try:
            known[target] = Visible(float(row["factor"]), sd / float(row["factor"]) if row["factor"] else math.nan)
        except InputError as problem:
            raise InputError(f"{organ}: {problem.message}", where=str(path), hint=problem.hint) from problem
        compartments[organ] = target
    return known, compartments if named else None


def organ_visibility(problem: DepthProblem, organs: Path, device: str = "cpu") -> pd.DataFrame:
    """Visibility of organs from their depth, by the optics of ``goldshell image depth``.

    Parameters
    ----------
    problem : tissue and probe
    organs : CSV or TSV with organ, depth_mm and perhaps depth_sd_mm
    device : "cpu" or "gpu", for the Monte Carlo

    Returns
    -------
    DataFrame with organ, depth_mm, factor (1 of the shallowest) and sd, as `read_factors` reads it
    """
    import pandas as pd

    table = read_table(organs, ("organ", "depth_mm"), numeric=("depth_mm",), optional=("depth_sd_mm",))
    if table["organ"].duplicated().any():
        raise InputError(f"organ {table['organ'][table['organ'].duplicated()].iloc[0]!r} stands there twice",
                         where=str(organs))  # fmt: skip
    depth = table["depth_mm"].to_numpy(dtype=float)
    with located(organs):
        factor, sd = relative_visibility(
            problem.medium, problem.probe, depth, depth_sd=np.nan_to_num(table["depth_sd_mm"].to_numpy(dtype=float)),
            spread=problem.file.spread, photons=problem.file.photons, seed=problem.file.seed, device=device,
        )  # fmt: skip
    return pd.DataFrame({"organ": table["organ"], "depth_mm": depth, "factor": factor, "sd": sd * factor})


def read_animals(path: Path) -> tuple[dict[str, pd.DataFrame], dict[str, str], dict[str, float]]:
    """Curves of several animals, from a table that names the files.

    Parameters
    ----------
    path : CSV or TSV with animal, curves (file of ``image tac --csv``, beside it) and perhaps group and start_s

    Returns
    -------
    animal -> table of its curves; animal -> group; animal -> time of the injection [s]

    Raises
    ------
    InputError : an animal twice, or a file of curves that is missing or lacks columns
    """
    listed = read_table(path, ("animal", "curves"), optional=("start_s",))
    curves, groups, starts = {}, {}, {}
    for row in listed.to_dict("records"):
        animal = str(row["animal"]).strip()
        if animal in curves:
            raise InputError(f"animal {animal!r} stands there twice", where=str(path))
        curves[animal] = read_table(
            path.parent / str(row["curves"]).strip(), ("roi", "time_s", "mean", "sem", "saturated_fraction"),
            numeric=("time_s", "mean", "sem", "saturated_fraction"), optional=("net", "net_sem"),
        ).dropna(axis="columns", how="all")  # fmt: skip
        groups[animal] = str(row.get("group") or "").strip()
        starts[animal] = 0.0 if math.isnan(float(row["start_s"])) else float(row["start_s"])
    return curves, groups, starts


def _is_background(part: pd.DataFrame) -> bool:
    """A region that was subtracted from itself."""
    return "net_sem" in part and bool((part["net_sem"].astype(float) == 0).all())
