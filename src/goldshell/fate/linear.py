"""Linear compartment models: dx/dt = A x, x(0) = x0, by eigendecomposition, for one animal or a population.

    x(t) = V exp(Lambda t) V^-1 x0

When the eigenvectors are close to dependent (two rate constants alike), this loses digits: matrices with
cond(V) > 1e5 are done by the matrix exponential instead, our own, since scipy's (1.17) loses digits itself for a
triangular matrix with nearly equal diagonal elements, which is what a chain of compartments is.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError

Array = NDArray[np.float64]

CONDITION_LIMIT = 1e5  # the error of x is about cond(V) times 1e-16
_RESIDUAL_LIMIT = 1e-12  # of A V - V Lambda: LAPACK's eigenvectors can be wrong when rates differ by 1e-200
_BLOCK = 2048  # systems at a time, so that their eigenvectors stay in the cache
_TAYLOR_TERMS = 20  # 1/20! is below the rounding error


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
    out = np.empty((len(flat), len(when), size))
    for first in range(0, len(flat), _BLOCK):
        block = slice(first, first + _BLOCK)
        values, vectors, weights, sound = _eigen(flat[block], begin[block])
        _sum_modes(values, vectors, weights, when, out[block])
        for index in first + np.flatnonzero(~sound):
            out[index] = exponential(flat[index], begin[index], when)
    out[:, when == 0.0] = begin[:, None, :]
    return out.reshape(*rates.shape[:-2], len(when), size)


def exponential(matrix: ArrayLike, initial: ArrayLike, times: ArrayLike) -> Array:
    """The same by the matrix exponential, slower and safe for any matrix.

    exp(A t) = [exp(-c h) sum_k (Q h)^k / k!]^(2^s),  Q = A + c,  h = t / 2^s

    With c the fastest rate constant, Q of a compartment system has no negative element, so that nothing cancels.

    Parameters
    ----------
    matrix : A, (n, n) [1/h]
    initial : x0, (n,) [any]
    times : (k,) [h]

    Returns
    -------
    (k, n) [unit of initial]
    """
    rates, start = np.asarray(matrix, dtype=float), np.asarray(initial, dtype=float)
    identity = np.eye(len(rates))
    shift = max(0.0, float(np.max(-np.diag(rates))))
    shifted = rates + shift * identity
    norm = float(np.abs(shifted).sum(axis=0).max())
    out = []
    for time in np.asarray(times, dtype=float):
        squarings = max(0, math.ceil(math.log2(norm * abs(time)))) if norm * time else 0
        step = time / 2.0**squarings
        result = identity.copy()
        for term in range(_TAYLOR_TERMS, 0, -1):
            result = identity + shifted @ result * (step / term)
        result *= math.exp(-shift * step)
        for _ in range(squarings):
            result = result @ result
        out.append(result @ start)
    return np.array(out)


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
    residual = np.abs(matrices @ vectors - vectors * values[:, None, :]).max(axis=(1, 2))
    scale = np.abs(matrices).max(axis=(1, 2))
    sound = np.isfinite(condition) & (condition < CONDITION_LIMIT) & (residual <= _RESIDUAL_LIMIT * scale)
    return values, vectors, weights, sound


def _inverse(matrix: Any) -> Any:
    try:
        return np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.inf)


@numba.njit(cache=True, fastmath=False)
def _sum_modes(values: Any, vectors: Any, weights: Any, times: Any, out: Any) -> None:
    """x_i(t) = Re sum_j V_ij w_j exp(lambda_j t), into ``out``."""
    systems, size = values.shape
    modes = np.empty((size, size), vectors.dtype)
    for s in range(systems):
        for j in range(size):
            for i in range(size):
                modes[j, i] = vectors[s, i, j] * weights[s, j]
        for k in range(times.size):
            row = out[s, k]
            row[:] = 0.0
            for j in range(size):
                factor = np.exp(values[s, j] * times[k])
                for i in range(size):
                    row[i] += (modes[j, i] * factor).real
