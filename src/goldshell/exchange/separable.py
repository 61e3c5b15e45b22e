"""A rate law integrated by quadrature: one clusters' balance in one unknown is separable.

    t(N) = integral from N to N0 of dN' / r(N', S0 - nu (N0 - N'))

is computed on a graded grid of N by Gauss-Legendre and inverted by cubic Hermite interpolation with the exact slopes
-r. The same equation as `goldshell.exchange.rate_law.integrate`, for any number of experiments in one call and about
a hundred times faster: made for fits, which need the course thousands of times. Relative error below 1e-6 of N0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.exchange.rate_law import RateLaw

Array = NDArray[np.float64]

_EVEN, _GEOMETRIC = 48, 72
_SPLIT, _LEAST = 0.1, 1e-9
_REMAINING = np.concatenate([np.linspace(1.0, _SPLIT, _EVEN, endpoint=False), np.geomspace(_SPLIT, _LEAST, _GEOMETRIC)])
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(4)


def courses(
    law: RateLaw,
    cluster0: ArrayLike,
    thiol0: ArrayLike,
    times: Sequence[Array],
    *,
    thiol_per_cluster: float = 0.0,
) -> list[Array]:
    """Intact clusters in time, for several experiments at once.

    Parameters
    ----------
    law : rate law
    cluster0, thiol0 : concentrations at t = 0, shape (experiments,) [mM]
    times : from 0 on, one array per experiment [h]
    thiol_per_cluster : thiols consumed per cluster lost; 0 in excess thiol [1]

    Returns
    -------
    list of arrays, one per experiment [mM]
    """
    start = np.atleast_1d(np.asarray(cluster0, dtype=float))
    thiol = np.atleast_1d(np.asarray(thiol0, dtype=float))
    end = np.zeros_like(start)
    if thiol_per_cluster > 0:
        end = np.maximum(start - thiol / thiol_per_cluster, 0.0)
    span = start - end
    nodes = end[:, None] + span[:, None] * _REMAINING
    middle, half = (_REMAINING[:-1] + _REMAINING[1:]) / 2, (_REMAINING[:-1] - _REMAINING[1:]) / 2
    inner = middle[:, None] + half[:, None] * _NODES
    points = end[:, None, None] + span[:, None, None] * inner

    def rate(cluster: Array) -> Array:
        shape = (-1,) + (1,) * (cluster.ndim - 1)
        left = thiol.reshape(shape) - thiol_per_cluster * (start.reshape(shape) - cluster)
        return law.rate(cluster, np.maximum(left, 0.0))

    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        steps = span[:, None] * half * np.sum(_WEIGHTS / rate(points), axis=-1)
        elapsed = np.concatenate([np.zeros((start.size, 1)), np.cumsum(steps, axis=1)], axis=1)
        slopes = -rate(nodes)
    return [
        _interpolated(np.asarray(wanted, dtype=float), elapsed[i], nodes[i], slopes[i], end[i])
        for i, wanted in enumerate(times)
    ]


def _interpolated(wanted: Array, elapsed: Array, nodes: Array, slopes: Array, end: float) -> Array:
    """Cubic Hermite in time; the end value beyond the last node."""
    with np.errstate(invalid="ignore"):
        rising = np.diff(elapsed, prepend=-1.0) > 0
    usable = np.isfinite(elapsed) & np.isfinite(slopes) & rising
    elapsed, nodes, slopes = elapsed[usable], nodes[usable], slopes[usable]
    if elapsed.size < 2:
        return np.full(wanted.size, nodes[0] if nodes.size else end)
    right = np.clip(np.searchsorted(elapsed, wanted, side="right"), 1, elapsed.size - 1)
    left = right - 1
    width = np.maximum(elapsed[right] - elapsed[left], 1e-300)
    s = np.clip((wanted - elapsed[left]) / width, 0.0, 1.0)
    found = (
        (1 + 2 * s) * (1 - s) ** 2 * nodes[left]
        + s * (1 - s) ** 2 * width * slopes[left]
        + s**2 * (3 - 2 * s) * nodes[right]
        + s**2 * (s - 1) * width * slopes[right]
    )
    stalled = elapsed.size < usable.size and nodes[-1] - end > 1e-6 * (nodes[0] - end)  # the rate fell to zero there
    return np.asarray(np.where(wanted > elapsed[-1], nodes[-1] if stalled else end, np.clip(found, end, nodes[0])))
