"""Orders of reaction by linear regression of logarithms, the way of Zhang et al. (their Eq. 2).

    ln(-dN/dt) = ln k + x ln N + y ln [SR]

The errors are those of the straight line: they do not contain the errors of the rates, nor of a wrong rate law. Fitting
the integrated law to the raw traces, all at once, is to be preferred; this is for comparison with what papers print.

References
----------
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z, Eq. 2
Belsley, Kuh & Welsch, Regression Diagnostics, Wiley 1980, doi:10.1002/0471725153 (influence)
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import AnalysisError, InputError
from goldshell.exchange.models.power_law import rate_constant_unit
from goldshell.numerics import Estimate

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Vary = Literal["auto", "cluster", "thiol", "both"]

RATE_COLUMNS = ("cluster_mM", "thiol_mM", "rate_mM_per_h")

_NARROW_RANGE = 3.0  # an order from less than a factor of 3 in concentration is mostly noise
_COLLINEAR = 1e-6  # 1 - r^2 of the two log concentrations
_HIGH_INFLATION = 10.0  # variance inflation factor
_NUMERICAL_NOISE = 1e-6  # of an order


@dataclass(frozen=True, slots=True)
class RatePoint:
    """One rate in a regression and its influence.

    Parameters
    ----------
    label : name of the point
    cluster, thiol : concentrations [mM]
    rate, fitted_rate : measured and fitted [mM/h]
    leverage : diagonal of the hat matrix; 1 means that the line must pass through the point
    cooks_distance : Cook's distance
    x_without, y_without : orders when the point is left out; NaN where not regressed or not possible
    decisive : leaving it out moves an order outside its interval
    """

    label: str
    cluster: float
    thiol: float
    rate: float
    fitted_rate: float
    leverage: float
    cooks_distance: float
    x_without: float
    y_without: float
    decisive: bool


@dataclass(frozen=True, slots=True)
class OrderFit:
    """Orders of reaction from a regression of logarithms.

    Parameters
    ----------
    x, y : orders in clusters and in thiol; None where that concentration did not vary
    ln_k : ln of k in ``k_unit``; contains the constant concentration's part where an order is None
    k : rate constant, exp(ln_k)
    names : columns of the regression, "ln_k" first
    covariance : of those columns
    r_squared, residual_sd : of the regression of ln rate
    degrees_of_freedom : points minus columns
    level : probability of the t intervals
    points : the rates and their influence
    warnings : advice
    """

    x: Estimate | None
    y: Estimate | None
    ln_k: Estimate
    k: Estimate
    names: tuple[str, ...]
    covariance: Array
    r_squared: float
    residual_sd: float
    degrees_of_freedom: int
    level: float
    points: tuple[RatePoint, ...]
    warnings: tuple[str, ...]

    @property
    def k_unit(self) -> str:
        """Unit of k [pint name]."""
        return self.k.unit

    def line(self, cluster: ArrayLike, thiol: ArrayLike) -> tuple[Array, Array, Array]:
        """Fitted rate with the confidence band of the line.

        Parameters
        ----------
        cluster, thiol : concentrations [mM]

        Returns
        -------
        rate, low, high [mM/h]
        """
        from scipy import stats

        ln_cluster, ln_thiol = np.broadcast_arrays(np.log(cluster), np.log(thiol))
        columns = {"ln_k": np.ones_like(ln_cluster), "x": ln_cluster, "y": ln_thiol}
        design = np.stack([columns[name] for name in self.names], axis=-1)
        estimates = {"ln_k": self.ln_k, "x": self.x, "y": self.y}
        values = np.array([estimate.value for name in self.names if (estimate := estimates[name]) is not None])
        centre = design @ values
        if self.degrees_of_freedom > 0:
            error = np.sqrt(np.einsum("...i,ij,...j->...", design, self.covariance, design))
            half = stats.t.ppf(0.5 + self.level / 2, self.degrees_of_freedom) * error
        else:
            half = np.full_like(centre, np.inf)
        with np.errstate(over="ignore"):
            return np.exp(centre), np.exp(centre - half), np.exp(centre + half)

    def to_dict(self) -> dict[str, Any]:
        """Method, orders, ln k with its unit, goodness of fit, points and warnings."""
        return {
            "method": "regression",
            "x": self.x.to_dict() if self.x else None,
            "y": self.y.to_dict() if self.y else None,
            "ln_k": self.ln_k.to_dict(),
            "k": self.k.to_dict(),
            "k_unit": self.k_unit,
            "r_squared": self.r_squared,
            "residual_sd": self.residual_sd,
            "degrees_of_freedom": self.degrees_of_freedom,
            "level": self.level,
            "points": self.to_dataframe().to_dict("records"),
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per rate: concentrations, measured and fitted rate, leverage, influence."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "label": point.label,
                    "cluster_mM": point.cluster,
                    "thiol_mM": point.thiol,
                    "rate_mM_per_h": point.rate,
                    "fitted_rate_mM_per_h": point.fitted_rate,
                    "leverage": point.leverage,
                    "cooks_distance": point.cooks_distance,
                    "x_without": point.x_without,
                    "y_without": point.y_without,
                    "decisive": point.decisive,
                }
                for point in self.points
            ]
        )


def read_rates(path: Path) -> pd.DataFrame:
    """Read a table of rates with columns cluster_mM, thiol_mM, rate_mM_per_h, and label if there is one.

    Parameters
    ----------
    path : CSV or TSV file

    Raises
    ------
    InputError : names file, line and column
    """
    from goldshell.files import read_table

    return read_table(path, RATE_COLUMNS, numeric=RATE_COLUMNS)


def fit_orders(
    cluster: ArrayLike,
    thiol: ArrayLike,
    rate: ArrayLike,
    *,
    vary: Vary = "auto",
    labels: Sequence[str] | None = None,
    level: float = 0.95,
    where: str = "",
) -> OrderFit:
    """Orders of reaction by ordinary least squares of ln rate on ln concentrations.

    ln r = ln k + x ln N + y ln [SR]

    Parameters
    ----------
    cluster : intact clusters (n,) or one number [mM]
    thiol : free thiol (n,) or one number [mM]
    rate : rates of loss of clusters, positive (n,) [mM/h]
    vary : "both" regresses x and y together; "thiol" or "cluster" one of them, the other in constant excess;
        "auto" those concentrations that vary
    labels : names of the points; "row 1" ... when None
    level : probability of the t intervals
    where : file name for error messages

    Returns
    -------
    OrderFit

    Raises
    ------
    InputError : a rate or concentration that has no logarithm (the row is named), or lengths that differ
    AnalysisError : no concentration varies, too few points, or both vary in constant proportion

    References
    ----------
    Zhang et al. 2026, doi:10.1038/s41467-026-68345-z, Eq. 2
    """
    from scipy import stats
    from statsmodels.regression.linear_model import OLS

    clusters, thiols, rates, names = _checked(cluster, thiol, rate, labels, where)
    regressed = _regressed(clusters, thiols, vary, where)
    logs = {"x": np.log(clusters), "y": np.log(thiols)}
    design = np.column_stack([np.ones(rates.size)] + [logs[name] for name in regressed])
    n, p = design.shape
    if n < p:
        raise AnalysisError(
            f"{n} point{'s' if n > 1 else ''} for {p} unknowns ({', '.join(('ln k', *regressed))})",
            where=where,
            hint=f"at least {p + 1} points are needed for an order with an error",
        )
    warnings = _warnings_before(clusters, thiols, regressed, n - p)
    fitted = OLS(np.log(rates), design).fit()
    spread = float(np.sum((np.log(rates) - np.mean(np.log(rates))) ** 2))
    freedom = n - p
    values = np.asarray(fitted.params)
    covariance = np.asarray(fitted.cov_params()) if freedom > 0 else np.full((p, p), np.inf)
    half = stats.t.ppf(0.5 + level / 2, freedom) * np.sqrt(np.diag(covariance)) if freedom > 0 else np.full(p, np.inf)
    estimates = {
        name: Estimate(float(value), float(value - width), float(value + width))
        for name, value, width in zip(("ln_k", *regressed), values, half, strict=True)
    }
    x, y = estimates.get("x"), estimates.get("y")
    with np.errstate(over="ignore"):
        low, centre, high = (float(np.exp(limit)) for limit in (values[0] - half[0], values[0], values[0] + half[0]))
    k = Estimate(centre, low, high, rate_constant_unit(x.value if x else 0.0, y.value if y else 0.0))
    points = _points(fitted, design, values, half, clusters, thiols, rates, names, regressed)
    warnings += [
        f"{point.label} decides the result: without it {_without(point, regressed)}, outside the interval"
        for point in points
        if point.decisive
    ]
    return OrderFit(
        x=x,
        y=y,
        ln_k=estimates["ln_k"],
        k=k,
        names=("ln_k", *regressed),
        covariance=covariance,
        r_squared=1 - float(fitted.ssr) / spread if spread > 0 else math.nan,
        residual_sd=math.sqrt(float(fitted.ssr) / freedom) if freedom > 0 else math.nan,
        degrees_of_freedom=freedom,
        level=level,
        points=points,
        warnings=tuple(warnings),
    )


def _checked(
    cluster: ArrayLike, thiol: ArrayLike, rate: ArrayLike, labels: Sequence[str] | None, where: str
) -> tuple[Array, Array, Array, list[str]]:
    rates = np.atleast_1d(np.asarray(rate, dtype=float))
    columns = []
    for name, given in (("cluster", cluster), ("thiol", thiol)):
        values = np.asarray(given, dtype=float)
        if values.ndim and values.shape != rates.shape:
            raise InputError(f"{values.size} {name} concentrations for {rates.size} rates", where=where)
        columns.append(np.broadcast_to(values, rates.shape))
    if labels is not None and len(labels) != rates.size:
        raise InputError(f"{len(labels)} labels for {rates.size} rates", where=where)
    names = list(labels) if labels is not None else [f"row {i + 1}" for i in range(rates.size)]
    for what, unit, values in (
        ("cluster concentration", "mM", columns[0]),
        ("thiol concentration", "mM", columns[1]),
        ("rate", "mM/h", rates),
    ):
        for label, value in zip(names, values, strict=True):
            if not (math.isfinite(value) and value > 0):
                raise InputError(
                    f"{what} {value:g} {unit} has no logarithm",
                    where=f"{where}: {label}" if where else label,
                    hint="orders need positive numbers: leave the row out or correct it",
                )
    return columns[0], columns[1], rates, names


def _regressed(clusters: Array, thiols: Array, vary: Vary, where: str) -> tuple[str, ...]:
    """Which orders are regressed: "x" (clusters), "y" (thiol) or both."""
    varies = {"x": np.ptp(np.log(clusters)) > 1e-6, "y": np.ptp(np.log(thiols)) > 1e-6}
    wanted = {
        "auto": tuple(name for name in "xy" if varies[name]),
        "cluster": ("x",),
        "thiol": ("y",),
        "both": ("x", "y"),
    }
    if vary not in wanted:
        raise InputError(f"vary is {vary!r}", where=where, hint="auto, cluster, thiol or both")
    regressed = wanted[vary]
    full = {"x": "cluster", "y": "thiol"}
    flat = [full[name] for name in regressed if not varies[name]] or ([] if regressed else ["cluster", "thiol"])
    if flat:
        raise AnalysisError(
            f"the {' and '.join(flat)} concentration is the same in all rows: its order cannot be found",
            where=where,
            hint="measure rates at several concentrations",
        )
    if regressed == ("x", "y") and clusters.size > 2:
        r = np.corrcoef(np.log(clusters), np.log(thiols))[0, 1]
        if 1 - r**2 < _COLLINEAR:
            raise AnalysisError(
                "cluster and thiol concentration vary together (constant feed ratio): only x + y can be found",
                where=where,
                hint="add rates at another feed ratio",
            )
    return regressed


def _warnings_before(clusters: Array, thiols: Array, regressed: tuple[str, ...], freedom: int) -> list[str]:
    warnings = []
    if clusters.size < 3:
        warnings.append(f"{clusters.size} points: an order needs at least 3 to have an error")
    elif freedom == 0:
        warnings.append("as many unknowns as points: the orders have no error")
    for name, what, values in (("x", "cluster", clusters), ("y", "thiol", thiols)):
        ratio = float(np.max(values) / np.min(values))
        if name in regressed and ratio < _NARROW_RANGE:
            warnings.append(
                f"{what} concentration spans a factor of {ratio:.2g} only: widen it to at least 3, better 10"
            )
        if name not in regressed and ratio > 1 + 1e-6:
            warnings.append(f"{what} concentration varies {ratio:.3g}-fold but is taken as constant: use vary='both'")
    if regressed == ("x", "y") and freedom > 0:
        r = np.corrcoef(np.log(clusters), np.log(thiols))[0, 1]
        inflation = 1 / (1 - r**2)
        if inflation > _HIGH_INFLATION:
            warnings.append(
                f"cluster and thiol concentration vary nearly together (variance inflation {inflation:.0f}): "
                "x and y trade against each other"
            )
    return warnings


def _points(
    fitted: Any,
    design: Array,
    values: Array,
    half: Array,
    clusters: Array,
    thiols: Array,
    rates: Array,
    labels: list[str],
    regressed: tuple[str, ...],
) -> tuple[RatePoint, ...]:
    """The points with leverage, Cook's distance and orders without each of them."""
    n, p = design.shape
    predicted = np.exp(design @ values)
    leverage = np.asarray(fitted.get_influence().hat_matrix_diag)
    left_out, cooks = np.full((n, p), np.nan), np.full(n, np.nan)
    if n > p:
        movable = leverage < 1 - 1e-9
        influence = fitted.get_influence()
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # leaving a point out may leave too few: its row is not used then
            shift = np.asarray(influence.dfbeta)
            distance = np.asarray(influence.cooks_distance[0])
        left_out[movable] = values - shift[movable]
        cooks[movable] = distance[movable]
    points = []
    for i in range(n):
        without = dict(zip(regressed, left_out[i, 1:], strict=True))
        # With 1 degree of freedom, leaving a point out leaves an exact line: nothing to judge by.
        moved = np.abs(values[1:] - left_out[i, 1:])
        decisive = n > p + 1 and bool(np.any(moved > np.maximum(half[1:], _NUMERICAL_NOISE)))
        points.append(
            RatePoint(
                label=labels[i],
                cluster=float(clusters[i]),
                thiol=float(thiols[i]),
                rate=float(rates[i]),
                fitted_rate=float(predicted[i]),
                leverage=float(leverage[i]),
                cooks_distance=float(cooks[i]),
                x_without=float(without.get("x", math.nan)),
                y_without=float(without.get("y", math.nan)),
                decisive=decisive,
            )
        )
    return tuple(points)


def _without(point: RatePoint, regressed: tuple[str, ...]) -> str:
    found = {"x": point.x_without, "y": point.y_without}
    return ", ".join(f"{name} = {found[name]:.3g}" for name in regressed)
