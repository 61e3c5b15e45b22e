"""Solving (sigma I - J) x = r for the ladder: block-tridiagonal chains, a border of free ligands, pools behind.

    clusters  T x - G z - g tau = r_x           T: one chain of 2 x 2 blocks (water, interphase) per exposure class
    border    -H x + (sigma I - B) z - b tau = r_z
    totals    tau_r = (1 / V_r) sum_n x_(n, r)       tau: change of the total of intact clusters in region r

The total of intact clusters, on which the etching law acts, has a column and a row of its own; written out it would fill
the matrix. Undissolved thiol and unmixedness depend on nothing else and are solved first, the ligands of the organic
phase depend on the interphase only and are eliminated by hand, so that what is left dense is 6 x 6: B, A and the total
in water and in the interphase. The pools follow from x and z. Cost is linear in N and in the number of classes.

Lanes as in `goldshell.numerics.radau`: real parts of the systems for each shift sigma, then imaginary parts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types
from numba.extending import overload

from goldshell.exchange import kernels
from goldshell.exchange.kernels import (
    AI,
    AO,
    AW,
    BI,
    BO,
    BORDER,
    BOUND_A,
    BOUND_B,
    BW,
    DISULFIDE_A,
    DISULFIDE_B,
    E_RELEASED,
    ETCHED,
    EXTRA,
    K_DISS,
    K_MIX,
    K_OX,
    POOLS,
    QW,
    SOLID,
    UNMIXED,
    VI,
    VW,
    Coefficients,
)  # fmt: skip
from goldshell.numerics import bordered, lanes, radau
from goldshell.numerics.bordered import factorise_chain, factorise_dense, solve_chain, solve_dense
from goldshell.numerics.compiled import drop_stale_cache
from goldshell.numerics.lanes import INNER, OPTIONS
from goldshell.numerics.radau import LANES, WIDTH

# Dense unknowns: B, A, total of water (0 to 2) and of the interphase (3 to 5); column 6 is the unmixedness.
_CORE = 6
_COLUMNS = 7


class Work(NamedTuple):
    """The Jacobian's parts (see `goldshell.exchange.kernels.Jacobian`) and, per lane, the factors."""

    diagonal: Any
    lower: Any
    upper: Any
    columns: Any
    rows: Any
    border: Any
    pools: Any
    volumes: Any
    shift: Any
    inverse: Any
    reach: Any
    core: Any
    sums: Any
    order: Any
    outer: Any
    small: Any


def make_work(classes: int, count: int) -> Work:
    """Storage for ``classes`` chains of ``count`` blocks."""
    blocks = classes * count
    return Work(
        np.zeros((blocks, 4)), np.zeros((blocks, 2)), np.zeros((blocks, 2)), np.zeros((blocks, 2, 4)),
        np.zeros((blocks, 2, 2)), np.zeros((BORDER, BORDER + 2)), np.zeros((2, 12)), np.zeros(2),
        np.zeros((4, WIDTH)), np.zeros((blocks, 4, WIDTH)), np.zeros((_COLUMNS, 2 * blocks, WIDTH)),
        np.zeros((_CORE, _CORE, WIDTH)), np.zeros((_COLUMNS, _CORE, WIDTH)), np.zeros(_CORE, dtype=np.int64),
        np.zeros((2, WIDTH)), np.zeros((_CORE, WIDTH)),
    )  # fmt: skip


@numba.njit(**INNER)
def _column(columns, j, v):
    """Right-hand side of border column j (see `_COLUMNS`) for one chain, real."""
    for k in range(columns.shape[0]):
        x = columns[k, 0, j] if j < 3 else (columns[k, 0, 3] if j == 6 else 0.0)
        y = columns[k, 1, j - 3] if 3 <= j < 6 else (columns[k, 1, 3] if j == 6 else 0.0)
        for p in range(LANES):
            v[2 * k, p] = x
            v[2 * k, p + LANES] = 0.0
            v[2 * k + 1, p] = y
            v[2 * k + 1, p + LANES] = 0.0


def factorise(problem, shift, work):
    """Factorise (sigma I - J) for every lane."""
    sc = problem.scalars
    count = problem.ladder.shape[1]
    classes = problem.exposure.shape[0]
    blocks = classes * count
    two = sc[VI] > 0.0
    for p in range(LANES):
        q = p + LANES
        s = 1.0 / (shift[p] * shift[p] + shift[q] * shift[q])
        work.shift[0, p] = shift[p]
        work.shift[0, q] = shift[q]
        work.shift[1, p] = shift[p] * s
        work.shift[1, q] = -shift[q] * s
        for index in range(2):
            x = shift[p] + (sc[K_DISS] if index == 0 else sc[K_MIX])
            s = 1.0 / (x * x + shift[q] * shift[q])
            work.shift[2 + index, p] = x * s
            work.shift[2 + index, q] = -shift[q] * s
    for c in range(classes):
        part = slice(c * count, (c + 1) * count)
        factorise_chain(work.diagonal[part], work.lower[part], work.upper[part], shift, work.inverse[part])
        for j in range(_COLUMNS):
            if (j == 6 and classes == 1) or (3 <= j < 6 and not two):
                continue
            reached = work.reach[j, 2 * c * count : 2 * (c + 1) * count]
            _column(work.columns[part], j, reached)
            solve_chain(work.lower[part], work.upper[part], work.inverse[part], reached)
    sums = work.sums
    for j in range(_COLUMNS):
        _border_sums(work.rows, work.reach[j], blocks, sums[j])
    border = work.border
    core = work.core
    for a in range(_CORE):
        r = a // 3
        s = a % 3
        weight = 1.0 if s < 2 else 1.0 / work.volumes[r]
        for b in range(_CORE):
            source = 2 * (b // 3) + b % 3 if b % 3 < 2 else BORDER + b // 3
            for p in range(WIDTH):
                core[a, b, p] = -weight * sums[b, a, p]
            if s < 2:
                for p in range(LANES):
                    core[a, b, p] -= border[2 * r + s, source]
        if s < 2:
            for p in range(WIDTH):
                core[a, a, p] += shift[p]
        else:
            for p in range(LANES):
                core[a, a, p] += 1.0
    if two:
        for s in range(2):
            product = border[BO + s, BI + s] * border[BI + s, BO + s]
            for p in range(LANES):
                q = p + LANES
                a = shift[p] - border[BO + s, BO + s]
                b = shift[q]
                x = 1.0 / (a * a + b * b)
                work.outer[s, p] = a * x
                work.outer[s, q] = -b * x
                core[3 + s, 3 + s, p] -= product * a * x
                core[3 + s, 3 + s, q] += product * b * x
    factorise_dense(core, work.order)


def solve_lanes(problem, work, v):
    """Replace the right-hand sides (m, lanes) by (sigma I - J)^-1 times them."""
    sc = problem.scalars
    count = problem.ladder.shape[1]
    classes = problem.exposure.shape[0]
    blocks = classes * count
    b0 = 2 * blocks
    two = sc[VI] > 0.0
    border = work.border
    small = work.small
    for c in range(classes):
        part = slice(c * count, (c + 1) * count)
        solve_chain(work.lower[part], work.upper[part], work.inverse[part], v[2 * c * count : 2 * (c + 1) * count])
    _scale(v[b0 + SOLID], work.shift[2])
    _scale(v[b0 + UNMIXED], work.shift[3])
    for p in range(WIDTH):
        v[b0 + BW, p] += sc[K_DISS] * v[b0 + SOLID, p]
    _border_sums(work.rows, v, blocks, small)
    for r in range(2):
        weight = 1.0 / work.volumes[r]
        for p in range(WIDTH):
            small[3 * r, p] += v[b0 + 2 * r, p]
            small[3 * r + 1, p] += v[b0 + 2 * r + 1, p]
            small[3 * r + 2, p] *= weight
    if classes > 1:
        _unmixed_sums(border, work.sums, work.volumes, v[b0 + UNMIXED], small)
    if two:
        for s in range(2):
            coupling = border[BI + s, BO + s]
            for p in range(LANES):
                q = p + LANES
                a = v[b0 + BO + s, p]
                b = v[b0 + BO + s, q]
                small[3 + s, p] += coupling * (a * work.outer[s, p] - b * work.outer[s, q])
                small[3 + s, q] += coupling * (a * work.outer[s, q] + b * work.outer[s, p])
    solve_dense(work.core, work.order, small)
    for s in range(2):
        coupling = border[BO + s, BI + s]
        for p in range(WIDTH):
            v[b0 + BW + s, p] = small[s, p]
            v[b0 + BI + s, p] = small[3 + s, p]
            v[b0 + BO + s, p] += coupling * small[3 + s, p]
        _scale(v[b0 + BO + s], work.outer[s])
    for j in range(_CORE if two else _CORE // 2):
        _spread(work.reach[j], small[j], v, b0)
    if classes > 1:
        _spread(work.reach[6], v[b0 + UNMIXED], v, b0)
    _solve_pools(sc, count, work, v, b0)


@numba.njit(**INNER)
def _scale(v, factor):
    """v times factor, lane by lane."""
    for p in range(LANES):
        q = p + LANES
        a = v[p]
        b = v[q]
        v[p] = a * factor[p] - b * factor[q]
        v[q] = a * factor[q] + b * factor[p]


@numba.njit(**INNER)
def _border_sums(rows, v, blocks, small):
    """What the clusters do to B, A and the total of each region: the rows of the border."""
    for a in range(_CORE):
        for p in range(WIDTH):
            small[a, p] = 0.0
    for k in range(blocks):
        for r in range(2):
            hb = rows[k, r, 0]
            ha = rows[k, r, 1]
            for p in range(WIDTH):
                x = v[2 * k + r, p]
                small[3 * r, p] += hb * x
                small[3 * r + 1, p] += ha * x
                small[3 * r + 2, p] += x


@numba.njit(**INNER)
def _unmixed_sums(border, sums, volumes, unmixed, small):
    """What the unmixedness does to B, A and the total of each region, through the clusters and directly."""
    for a in range(_CORE):
        weight = 1.0 if a % 3 < 2 else 1.0 / volumes[a // 3]
        direct = border[2 * (a // 3) + a % 3, UNMIXED] if a % 3 < 2 else 0.0
        for p in range(LANES):
            q = p + LANES
            x = direct + weight * sums[6, a, p]
            y = weight * sums[6, a, q]
            small[a, p] += x * unmixed[p] - y * unmixed[q]
            small[a, q] += x * unmixed[q] + y * unmixed[p]


@numba.njit(**INNER)
def _spread(reach, change, v, b0):
    """What a change of one border unknown does to the clusters."""
    for i in range(b0):
        for p in range(LANES):
            q = p + LANES
            a = reach[i, p]
            b = reach[i, q]
            v[i, p] += a * change[p] - b * change[q]
            v[i, q] += a * change[q] + b * change[p]


@numba.njit(**INNER)
def _solve_pools(sc, count, work, v, b0):
    """The pools follow from everything else: k = (r + J_pool x) / sigma."""
    kept = 1.0 - sc[E_RELEASED]
    sites = count - 1
    small = work.small
    for r in range(2):
        pool = work.pools[r]
        phi = pool[0]
        for p in range(WIDTH):
            small[0, p] = 0.0
            small[1, p] = 0.0
        for k in range(b0 // 2):
            n = float(k % count)
            for p in range(WIDTH):
                x = v[2 * k + r, p]
                small[0, p] += x
                small[1, p] += n * x
        for p in range(WIDTH):
            total = small[0, p]
            weighted = small[1, p]
            b = v[b0 + 2 * r, p]
            a = v[b0 + 2 * r + 1, p]
            t = total / work.volumes[r]
            v[b0 + ETCHED, p] += phi * total + pool[1] * b + pool[2] * a + pool[3] * t
            v[b0 + BOUND_B, p] += kept * phi * weighted + pool[4] * b + pool[5] * a + pool[6] * t
            v[b0 + BOUND_A, p] += kept * phi * (sites * total - weighted) + pool[7] * b + pool[8] * a + pool[9] * t
    for p in range(WIDTH):
        v[b0 + DISULFIDE_B, p] += sc[K_OX] * (v[b0 + BW, p] + v[b0 + BI, p] + v[b0 + BO, p])
        v[b0 + DISULFIDE_A, p] += sc[K_OX] * (v[b0 + AW, p] + v[b0 + AI, p] + v[b0 + AO, p])
    for j in range(EXTRA - POOLS, EXTRA):
        _scale(v[b0 + j], work.shift[1])


def _is_ladder(problem: Any) -> bool:
    return isinstance(problem, types.NamedTuple) and problem.instance_class is Coefficients


@overload(radau.evaluate)
def _evaluate(problem, t, y, out):
    def f(problem, t, y, out):
        kernels.right_hand_side(t, y, out, problem.scalars, problem.ladder, problem.exposure)

    return f if _is_ladder(problem) else None


@overload(radau.linearise)
def _linearise(problem, t, y, work):
    def f(problem, t, y, work):
        sc = problem.scalars
        work.volumes[0] = sc[VW] + sc[QW] * t
        work.volumes[1] = sc[VI] if sc[VI] > 0.0 else 1.0
        kernels.linearise(
            t, y, sc, problem.ladder, problem.exposure, work.diagonal, work.lower, work.upper, work.columns, work.rows,
            work.border, work.pools,
        )  # fmt: skip

    return f if _is_ladder(problem) else None


@overload(radau.factorise)
def _factorise(problem, shift, work):
    return factorise if _is_ladder(problem) else None


@overload(radau.solve_lanes)
def _solve_lanes(problem, work, v):
    return solve_lanes if _is_ladder(problem) else None


drop_stale_cache(str(radau.__file__), (kernels, radau, bordered, lanes))


_integrate = numba.njit(cache=True, nogil=True, **OPTIONS)(radau.integrate)


def integrate_ladder(problem: Coefficients, start: Any, times: Any, rtol: float, floor: Any, out: Any) -> Any:
    """Integrate the ladder; arguments as `goldshell.numerics.radau.integrate`.

    Returns
    -------
    int, counts : status and counts of `goldshell.numerics.radau`
    """
    counts = np.zeros(radau.COUNTS, dtype=np.int64)
    work = make_work(problem.exposure.shape[0], problem.ladder.shape[1])
    return _integrate(problem, work, radau.make_buffers(len(start)), start, times, rtol, floor, out, counts), counts
