"""How well samples determine the parameters: Fisher information of the measurements alone, without the priors.

    I = sum_i (d ln y_i / d phi)^T (d ln y_i / d phi) / sigma_i^2        relative error of theta_j = sqrt((I^-1)_jj)

Priors of recoveries and of deviations between groups stay in, since they are part of the error model; those of the
parameters themselves do not.

References
----------
Raue et al., Bioinformatics 25 (2009) 1923-1929, doi:10.1093/bioinformatics/btp358
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from goldshell.fate.problem import Entry, Evaluator, FateParameter, FitProblem
from goldshell.numerics.fit import covariance_matrix

Array = NDArray[np.float64]

_KEPT = ("recovery", "deviation", "scale")


def data_errors(problem: FitProblem, inner: Array, evaluator: Evaluator | None = None) -> dict[str, float]:
    """Relative standard error of every parameter from the samples alone [1]; infinite where they say nothing.

    Parameters
    ----------
    problem : with its samples
    inner : search coordinates (p,)
    evaluator : of the problem, when there is one already
    """
    jacobian = (evaluator or Evaluator(problem)).jacobian(inner)
    rows = (evaluator or Evaluator(problem)).data_rows
    with_prior = [item for item in problem.parameters if math.isfinite(item.spread)]
    kept = [number for number, item in enumerate(with_prior, rows) if item.role in _KEPT]
    return _errors(np.vstack([jacobian[:rows], jacobian[kept]]), problem.parameters, inner)


def errors_with(problem: FitProblem, inner: Array, extra: Sequence[Entry], group: int = 0) -> dict[str, float]:
    """The same after further samples have been taken from one group.

    Parameters
    ----------
    problem : with its samples
    inner : search coordinates (p,)
    extra : samples to add; their values do not matter
    group : number of the group that gives them
    """
    groups = list(problem.groups)
    exact = tuple(dataclasses.replace(one, value=1.0, relation="=") for one in extra)
    groups[group] = dataclasses.replace(groups[group], entries=groups[group].entries + exact)
    return data_errors(dataclasses.replace(problem, groups=tuple(groups), orders=()), inner)


def sensitivity(problem: FitProblem, inner: Array, entries: Sequence[Entry]) -> Array:
    """Derivative of ln of every entry over its standard deviation, (n, p); its square is the information.

    Parameters
    ----------
    problem : of one group, whose own samples are not counted
    inner : search coordinates (p,)
    entries : possible samples
    """
    group = dataclasses.replace(problem.groups[0], entries=tuple(entries))
    slopes = Evaluator(dataclasses.replace(problem, groups=(group,), orders=())).log_derivatives(inner)
    return np.asarray(slopes / np.array([one.sigma for one in entries])[:, None])


def relative(item: FateParameter, inner: float, error: float) -> float:
    """Relative error of a value from the error of its search coordinate.

    Parameters
    ----------
    item : the parameter
    inner : its search coordinate
    error : standard error of that
    """
    return error * (1.0 - item.outward(inner)) if item.kind == "logit" else error


def _errors(jacobian: Array, parameters: Sequence[FateParameter], inner: Array) -> dict[str, float]:
    covariance = covariance_matrix(jacobian, 1.0)
    return {
        item.name: relative(item, float(inner[number]), math.sqrt(float(covariance[number, number])))
        for number, item in enumerate(parameters)
    }
