"""Linear compartment models: dx/dt = A x, x(0) = x0, by eigendecomposition, for one animal or a population.

    x(t) = V exp(Lambda t) V^-1 x0

When the eigenvectors are close to dependent (two rate constants alike), this loses digits: matrices with
cond(V) > 1e5 are done by the matrix exponential instead.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm

from goldshell.errors import InputError

Array = NDArray[np.float64]

CONDITION_LIMIT = 1e5  # the error of x is about cond(V) times 1e-16


def solve_linear(matrices: ArrayLike, initial: ArrayLike, times: ArrayLike) -> Array:
    """Amounts of all compartments at all times.

    dx/dt = A x,  x(0) = x0

    Parameters
    ----------
    matrices : rate matrices A, (..., n, n) [1/h]
    initial : x0, (n,) or (..., n) [any]
    times : (k,) [h]

    Returns
    -------
    (..., k, n) [unit of initial]

    Raises
    ------
    InputError : a shape does not fit, or a number is not finite
    """
    rates = np.asarray(matrices, dtype=float)
    when = np.atleast_1d(np.asarray(times, dtype=float))
    if rates.ndim < 2 or rates.shape[-1] != rates.shape[-2]:
        raise InputError(f"a rate matrix of shape {rates.shape} is not square")
    start = np.broadcast_to(np.asarray(initial, dtype=float), rates.shape[:-1])
    for name, numbers in (("rate matrix", rates), ("initial amounts", start), ("times", when)):
        if not np.all(np.isfinite(numbers)):
            raise InputError(f"{name} with a number that is not finite", hint="check the parameters")
    size = rates.shape[-1]
    flat, begin = rates.reshape(-1, size, size), np.ascontiguousarray(start.reshape(-1, size))
    values, vectors, weights, sound = _eigen(flat, begin)
    out = np.empty((len(flat), len(when), size))
    _sum_modes(values, vectors, weights, when, out)
    for index in np.flatnonzero(~sound):
        out[index] = exponential(flat[index], begin[index], when)
    out[:, when == 0.0] = begin[:, None, :]
    return out.reshape(*rates.shape[:-2], len(when), size)


def exponential(matrix: ArrayLike, initial: ArrayLike, times: ArrayLike) -> Array:
    """The same by the matrix exponential, slower and safe for any matrix.

    Parameters
    ----------
    matrix : A, (n, n) [1/h]
    initial : x0, (n,) [any]
    times : (k,) [h]

    Returns
    -------
    (k, n) [unit of initial]
    """
    when = np.asarray(times, dtype=float)
    steps = expm(np.asarray(matrix, dtype=float) * when[:, None, None])
    return np.asarray(steps @ np.asarray(initial, dtype=float))


def _eigen(matrices: Array, initial: Array) -> tuple[Any, Any, Any, NDArray[np.bool_]]:
    """Eigenvalues, eigenvectors, V^-1 x0, and where the eigenvectors are sound."""
    values, vectors = np.linalg.eig(matrices)
    try:
        inverse = np.linalg.inv(vectors)
    except np.linalg.LinAlgError:  # one singular matrix refuses the whole stack
        inverse = np.array([_inverse(one) for one in vectors])
    with np.errstate(all="ignore"):  # near-singular ones overflow, and are done by the exponential
        weights = (inverse @ initial[:, :, None])[:, :, 0]
        condition = np.sqrt(np.sum(np.abs(vectors) ** 2, axis=(1, 2)) * np.sum(np.abs(inverse) ** 2, axis=(1, 2)))
    return values, vectors, weights, np.isfinite(condition) & (condition < CONDITION_LIMIT)


def _inverse(matrix: Any) -> Any:
    try:
        return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.inf)


@numba.njit(cache=True, fastmath=False)
def _sum_modes(values: Any, vectors: Any, weights: Any, times: Any, out: Any) -> None:
    """x_i(t) = Re sum_j V_ij w_j exp(lambda_j t), into ``out``."""
    systems, size = values.shape
    for s in range(systems):
        modes = vectors[s] * weights[s]
        for k in range(times.size):
            for i in range(size):
                out[s, k, i] = 0.0
            for j in range(size):
                factor = np.exp(values[s, j] * times[k])
                for i in range(size):
                    out[s, k, i] += (modes[i, j] * factor).real
