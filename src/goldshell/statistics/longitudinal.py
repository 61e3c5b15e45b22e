"""Curves of animals that were measured again and again: one area per animal, and a mixed model of all points.

    AUC = trapezoids of one animal's curve;  value_ij = group + slope_group (t_ij - mean t) + u_animal + e_ij

The area makes the animal the unit and needs no model; the mixed model (random intercept, REML) uses all points and says
whether the slopes of groups differ.

References
----------
N. M. Laird, J. H. Ware, Biometrics 1982, 38, 963, doi:10.2307/2529876
"""

from __future__ import annotations

import math
import warnings as python_warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import AnalysisError, InputError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MixedModel:
    """Fixed effects of a random-intercept model.

    Parameters
    ----------
    terms : (name, estimate, standard error, Wald p) of each fixed effect; the first group is the reference
    animal_sd, residual_sd : between animals, within one [unit of the values]
    mean_time : that slopes turn about [unit of the times]
    warnings : advice to the user
    """

    terms: tuple[tuple[str, float, float, float], ...]
    animal_sd: float
    residual_sd: float
    mean_time: float
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """``terms, animal_sd, residual_sd, mean_time, warnings``."""
        names = ("name", "estimate", "standard_error", "p")
        return {
            "terms": [dict(zip(names, term, strict=True)) for term in self.terms],
            "animal_sd": self.animal_sd,
            "residual_sd": self.residual_sd,
            "mean_time": self.mean_time,
            "warnings": list(self.warnings),
        }


def area_per_animal(
    animals: Sequence[Hashable], groups: Sequence[Hashable], times: ArrayLike, values: ArrayLike
) -> dict[str, dict[str, float]]:
    """Area under each animal's curve by trapezoids, from its first to its last time.

    Parameters
    ----------
    animals, groups : of each row
    times, values : of each row, (m,)

    Returns
    -------
    dict, group -> animal -> area [value x time]

    Raises
    ------
    InputError : an animal in two groups, with one time only, with a time twice, or with other times than the first
    """
    time, value = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    names, kinds = np.array([str(item) for item in animals]), np.array([str(item) for item in groups])
    span: tuple[float, float] | None = None
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(names.tolist()):
        mine = names == name
        group = set(kinds[mine].tolist())
        if len(group) > 1:
            raise InputError(f"animal {name!r} is in groups {' and '.join(sorted(group))}", hint="name animals apart")
        order = np.argsort(time[mine], kind="stable")
        at, curve = time[mine][order], value[mine][order]
        if len(at) < 2 or np.any(np.diff(at) == 0):
            raise InputError(f"animal {name!r} needs two or more times, each once")
        if span is not None and (at[0], at[-1]) != span:
            raise InputError(
                f"animal {name!r} was measured from {at[0]:g} to {at[-1]:g}, others from {span[0]:g} to {span[1]:g}",
                hint="areas over different spans do not compare; cut the table to a common span",
            )
        span = (float(at[0]), float(at[-1]))
        found.setdefault(group.pop(), {})[name] = float(np.trapezoid(curve, at))
    return found


def mixed_model(
    animals: Sequence[Hashable], groups: Sequence[Hashable], times: ArrayLike, values: ArrayLike
) -> MixedModel:
    """Random-intercept model with a level and a slope for each group, by restricted maximum likelihood.

    Parameters
    ----------
    animals, groups : of each row
    times, values : of each row, (m,)

    Returns
    -------
    MixedModel

    Raises
    ------
    AnalysisError : too few animals, or no convergence
    """
    from scipy import stats
    from statsmodels.regression.mixed_linear_model import MixedLM
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    time, value = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    kinds = [str(item) for item in groups]
    names = list(dict.fromkeys(kinds))
    if len(set(animals)) < len(names) + 2:
        raise AnalysisError(f"{len(set(animals))} animals are too few for a mixed model of {len(names)} groups")
    centre = float(np.mean(time))
    columns, labels = [np.ones_like(time), time - centre], [names[0], f"slope of {names[0]}"]
    for name in names[1:]:
        member = np.array([float(kind == name) for kind in kinds])
        columns += [member, member * (time - centre)]
        labels += [f"{name} less {names[0]}", f"slope of {name} less slope of {names[0]}"]
    design, subjects = np.column_stack(columns), np.array([str(item) for item in animals])
    if np.linalg.matrix_rank(design) < len(labels):
        raise AnalysisError("the mixed model needs two or more times in every group")
    advice = []
    with python_warnings.catch_warnings(record=True) as caught:
        python_warnings.simplefilter("always")
        try:
            fit = MixedLM(value, design, groups=subjects).fit(reml=True, method=["lbfgs", "bfgs", "powell"])
            estimates, errors = np.asarray(fit.fe_params), np.asarray(fit.bse_fe)
            between, scale = max(float(np.asarray(fit.cov_re)[0, 0]), 0.0), float(fit.scale)
            at_boundary = any(issubclass(item.category, ConvergenceWarning) for item in caught)
        except (np.linalg.LinAlgError, ValueError) as problem:
            at_boundary = True
            estimates, errors, between, scale = _without_animals(value, design, subjects, len(names), problem)
    if at_boundary:
        advice.append("the mixed model is at a boundary: animals hardly differ, or too few points; read the areas")
    terms = tuple(
        (
            label,
            float(estimate),
            float(error),
            float(2 * stats.norm.sf(abs(estimate / error))) if error > 0 else math.nan,
        )
        for label, estimate, error in zip(labels, estimates, errors, strict=True)
    )
    if len(set(animals)) < 20:
        advice.append("p values of the mixed model are normal approximations, too small with few animals")
    return MixedModel(terms, math.sqrt(between), math.sqrt(scale), centre, tuple(advice))


def _without_animals(
    value: Array, design: Array, subjects: NDArray[np.str_], groups: int, problem: Exception
) -> tuple[Array, Array, float, float]:
    """The model at the boundary, where animals do not differ: least squares.

    That is the restricted likelihood's maximum where the mean square between animals is not above that within them
    (exactly so when all have the same times); elsewhere the failure stands.
    """
    coefficients = np.asarray(np.linalg.lstsq(design, value, rcond=None)[0], dtype=float)
    residual = value - design @ coefficients
    names = np.unique(subjects)
    among = sum(float(residual[subjects == name].sum()) ** 2 / np.count_nonzero(subjects == name) for name in names)
    freedom = value.size - design.shape[1]
    apart, within = names.size - groups, value.size - design.shape[1] - (names.size - groups)
    total = float(residual @ residual)
    if within < 1 or not 0.0 < total < math.inf or among / apart > (total - among) / within:
        raise AnalysisError(f"the mixed model cannot be fitted: {problem}") from problem
    scale = total / freedom
    errors = np.sqrt(scale * np.diag(np.linalg.inv(design.T @ design)))
    return coefficients, np.asarray(errors, dtype=float), 0.0, scale
