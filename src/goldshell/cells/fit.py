"""Fit of a relation to own data: least squares, with what too few points cannot determine held and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.cells.predict import check_inputs, grid
from goldshell.cells.relation import Admitted, Relation, admitted, relation
from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.numerics.fit import FitResult, least_squares_fit

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

_DRAWS = 400
_TINY = 1e-300
_EXACT = 1e-4  # share of the data's range below which residuals are no scatter
_HUGE = 1e30


@dataclass(frozen=True, slots=True)
class Observations:
    """Measured outputs.

    Parameters
    ----------
    x, y : inputs and outputs (n,) [units of the relation]
    sd : standard deviations (n,) [unit of the output]; None where the table has none
    series : which curve each belongs to (n,)
    """

    x: Array
    y: Array
    sd: Array | None
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelationFit:
    """A relation fitted to own data.

    Parameters
    ----------
    relation : the relation
    observations : what was fitted
    fit : the least-squares fit of the free parameters
    held : parameters that too few points left at their default
    parameters : all parameters at the best fit, a ``Parameters`` object
    warnings : advice
    """

    relation: Relation
    observations: Observations
    fit: FitResult
    held: tuple[str, ...]
    parameters: Any
    warnings: tuple[str, ...]

    @property
    def status(self) -> str:
        """ "determined", or "underdetermined" when a parameter was held or is not identifiable."""
        sure = not self.held and bool(np.all(np.isfinite(self.fit.standard_errors)))
        return "determined" if sure else "underdetermined"

    def band(self, x: Array, series: str, *, seed: int = 0) -> tuple[Array, Array]:
        """Interval of the curve from the covariance of the fit (k,), at the fit's level."""
        names = self.fit.problem.names
        finite = np.isfinite(self.fit.standard_errors)
        covariance = np.where(np.outer(finite, finite), self.fit.covariance, 0.0)
        random = np.random.default_rng(seed)
        draws = random.multivariate_normal(self.fit.values, covariance, _DRAWS, check_valid="ignore")
        low, high = np.array(self.fit.problem.bounds).T
        columns = dict(zip(names, np.clip(draws, low, high).T[:, :, None], strict=True))
        curves = np.asarray(self.relation.curve(x[None, :], replace(self.parameters, **columns), series))
        tail = 50 * (1 - self.fit.level)
        below, above = np.percentile(curves, [tail, 100 - tail], axis=0)
        return below, above

    def curve(self, series: str) -> dict[str, Array]:
        """Best curve and its band over the data and the published range: ``x, value, low, high``."""
        x = grid(self.relation)
        own = self.observations.x
        if not self.relation.whole_x:
            x = np.unique(np.concatenate((x, np.linspace(own.min(), own.max(), 60))))
        else:
            x = np.unique(np.concatenate((x, own)))
        low, high = self.band(x, series)
        return {"x": x, "value": np.asarray(self.relation.curve(x, self.parameters, series)), "low": low, "high": high}

    def to_dict(self) -> dict[str, Any]:
        """``{"model", "status", "held", "parameters": [...], ..., "curves": {...}, "warnings"}``."""
        used = dict.fromkeys(self.observations.series)
        return {
            "model": self.relation.name,
            "status": self.status,
            "points": len(self.observations.x),
            **self.fit.to_dict(),
            "held": [{"name": name, "value": float(getattr(self.parameters, name))} for name in self.held],
            "curves": {name: {key: one.tolist() for key, one in self.curve(name).items()} for name in used},
            "warnings": list(self.warnings),
        }


def read_observations(path: Path, name: str) -> Observations:
    """Own data of a relation: columns named as its input and output, optionally ``sd`` and ``series``.

    Parameters
    ----------
    path : CSV or TSV
    name : one of `relations`

    Raises
    ------
    InputError : a column is missing, a cell is no number, an input or series is impossible
    """
    from goldshell.files import read_table

    one = relation(name)
    header = (one.x.name, one.y.name)
    table = read_table(path, header, numeric=header, optional=("sd",))
    series = _series(one, table, path)
    x = check_inputs(one, table[one.x.name].to_numpy(dtype=float), str(path))
    if one.y.log and not table[one.y.name].between(1 / _HUGE, _HUGE).all():
        raise InputError(
            f"{one.y.name} must be above 0 and below {_HUGE:g}: it is fitted on a logarithmic scale", where=str(path)
        )
    sd = table["sd"].to_numpy(dtype=float)
    if np.all(np.isnan(sd)):
        deviations = None
    elif np.any(~(sd > 0)):
        raise InputError("every sd must be above 0, or the column left out", where=str(path))
    else:
        deviations = sd
    return Observations(x, table[one.y.name].to_numpy(dtype=float), deviations, series)


def _series(one: Relation, table: pd.DataFrame, path: Path) -> tuple[str, ...]:
    if "series" not in table:
        if len(one.series) > 1:
            raise InputError(
                "needs a column 'series'", where=str(path), hint=f"it names the curve: {', '.join(one.series)}"
            )
        return one.series * len(table)
    if one.series == ("",):
        return one.series * len(table)
    for cell in table["series"]:
        if str(cell).strip() not in one.series:
            raise UnknownNameError(f"series of {one.name}", str(cell).strip(), one.series, where=str(path))
    return tuple(str(cell).strip() for cell in table["series"])


def fit_relation(name: str, data: Observations, *, level: float = 0.95) -> RelationFit:
    """Fit a relation to own data.

    Outputs that are drawn on a logarithmic scale are fitted there, ln y; the others as they are. Parameters that rest
    on a choice are held at their default while there are fewer points than parameters; a fit without standard
    deviations keeps one degree of freedom.

    Parameters
    ----------
    name : one of `relations`
    data : what was measured
    level : probability of the intervals

    Returns
    -------
    RelationFit

    Raises
    ------
    UnknownNameError : no such relation
    AnalysisError : fewer points than one parameter needs
    """
    one = relation(name)
    ranges = admitted(one.parameters)
    able = [item for item in ranges if item.info.low < item.info.high]
    moves = [item for item in able if _has_effect(one, item, data.x, data.series)]
    used = tuple(dict.fromkeys(data.series))
    everywhere = np.tile(grid(one, 13), len(used))
    places = tuple(name for name in used for _ in range(len(everywhere) // len(used)))
    unseen = [item for item in able if item not in moves and _has_effect(one, item, everywhere, places)]
    telling = sum(
        any(_has_effect(one, item, data.x[place : place + 1], data.series[place : place + 1]) for item in moves)
        for place in range(len(data.x))
    )
    room = telling - (0 if data.sd is not None else 1)
    if room < 1:
        raise AnalysisError(
            f"{telling} of {len(data.x)} points depend on a parameter, which cannot be fitted",
            hint="give more points away from the reference of the relation, or the standard deviation (column sd)",
        )
    ranked = sorted(moves, key=lambda item: item.chosen)
    chosen = {item.info.name for item in ranked[:room]}
    free = [item for item in moves if item.info.name in chosen]
    held = tuple(item.info.name for item in able if item in (*moves, *unseen) and item.info.name not in chosen)
    start = one.parameters()
    names = [item.info.name for item in free]

    def residual(values: Array) -> Array:
        trial = replace(start, **dict(zip(names, values.tolist(), strict=True)))
        found = np.empty(len(data.x))
        for name in used:
            here = np.array([one_name == name for one_name in data.series])
            found[here] = one.curve(data.x[here], trial, name)
        if one.y.log:  # spreads of such outputs are relative
            difference = np.log(np.maximum(found, _TINY) / data.y)
            return difference if data.sd is None else difference * data.y / data.sd
        return found - data.y if data.sd is None else (found - data.y) / data.sd

    fit = least_squares_fit(
        residual,
        [item.info.default for item in free],
        [(item.info.low, item.info.high) for item in free],
        names,
        [item.info.unit for item in free],
        level=level,
        standardised=data.sd is not None,
        groups=data.series,
    )
    best = replace(start, **dict(zip(names, fit.values.tolist(), strict=True)))
    warnings = list(fit.warnings)
    if data.sd is None and np.max(np.abs(fit.residuals)) < _EXACT * max(float(np.ptp(data.y)), _TINY):
        warnings.append("the curve passes through all points: without scatter the intervals mean nothing; give sd")
    if held:
        warnings.append(
            f"underdetermined: {len(data.x)} points at these {one.x.name}, so {', '.join(held)} "
            f"{'stays' if len(held) == 1 else 'stay'} at the default; "
            f"{len(moves) + len(unseen) + len(data.x) - room} points, some at other {one.x.name}, would free all"
        )
    return RelationFit(one, data, fit, held, best, tuple(warnings))


def _has_effect(one: Relation, item: Admitted, x: Array, series: Sequence[str]) -> bool:
    """Whether a parameter changes the curves at these inputs."""
    start = one.parameters()
    low, high = (item.low, item.high) if item.low < item.high else (item.info.low, item.info.high)
    width = high - low
    other = low + 0.7 * width if np.isfinite(width) else item.info.default * 1.1 + 0.1
    if np.isclose(other, item.info.default):
        other = low + 0.3 * width
    changed = replace(start, **{item.info.name: other})
    for name in dict.fromkeys(series):
        here = x[np.array([other_name == name for other_name in series])]
        if not np.allclose(one.curve(here, start, name), one.curve(here, changed, name), rtol=1e-9):
            return True
    return False
