"""Solving (sigma I - J) x = r for the ladder: block-tridiagonal chains, a border of free ligands, pools behind.

    clusters  T x - G z - g tau = r_x           T: one chain of 2 x 2 blocks (water, interphase) per exposure class
    border    -H x + (sigma I - B) z - b tau = r_z
    totals    tau_r = (1 / V_r) sum_n x_(n, r)       tau: change of the total of intact clusters in region r

The total of intact clusters, on which the etching law acts, has a column and a row of its own; written out it would
fill the matrix. Undissolved thiol and unmixedness depend on nothing else and are solved first, the ligands of the
organic phase depend on the interphase only and are eliminated by hand, so that what is left dense is 6 x 6: B, A and
the total in water and in the interphase. The pools follow from x and z. Cost is linear in N and in the classes.

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
from goldshell.numerics.lanes import INNER, OPTIONS, ZERO, load, minus_product, plus, plus_product, store
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
        np.zeros((4, WIDTH)), np.zeros((blocks, 4, WIDTH)), np.zeros((2 * blocks, _COLUMNS, WIDTH)),
        np.zeros((_CORE, _CORE, WIDTH)), np.zeros((_COLUMNS, _CORE, WIDTH)), np.zeros(_CORE, dtype=np.int64),
        np.zeros((2, WIDTH)), np.zeros((_CORE, WIDTH)),
    )  # fmt: skip


@numba.njit(**INNER)
def _columns(columns, used, v):
    """Border columns (see `_COLUMNS`) of one chain as right-hand sides, real: ``v`` is (2 K, columns, lanes)."""
    for k in range(columns.shape[0]):
        for j in range(used):
            x = columns[k, 0, j] if j < 3 else (columns[k, 0, 3] if j == 6 else 0.0)
            y = columns[k, 1, j - 3] if 3 <= j < 6 else (columns[k, 1, 3] if j == 6 else 0.0)
            store(v[2 * k, j], 0, (x, x, x, x))
            store(v[2 * k, j], LANES, ZERO)
            store(v[2 * k + 1, j], 0, (y, y, y, y))
            store(v[2 * k + 1, j], LANES, ZERO)


def factorise(problem, shift, work):
    """Factorise (sigma I - J) for every lane."""
    sc = problem.scalars
    count = problem.ladder.shape[1]
    classes = problem.exposure.shape[0]
    two = sc[VI] > 0.0
    used = _COLUMNS if classes > 1 else (_CORE if two else _CORE // 2)
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
        reached = work.reach[2 * c * count : 2 * (c + 1) * count]
        _columns(work.columns[part], used, reached)
        solve_chain(work.lower[part], work.upper[part], work.inverse[part], reached, used)
    sums = work.sums
    for j in range(used):
        _border_sums(work.rows, work.reach, j, sums[j])
    border = work.border
    core = work.core
    _assemble(border, sums, work.volumes, shift, core)
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
    single = v.reshape(v.shape[0], 1, WIDTH)
    for c in range(classes):
        part = slice(c * count, (c + 1) * count)
        chain = single[2 * c * count : 2 * (c + 1) * count]
        solve_chain(work.lower[part], work.upper[part], work.inverse[part], chain, 1)
    _scale(v[b0 + SOLID], work.shift[2])
    _scale(v[b0 + UNMIXED], work.shift[3])
    for p in range(WIDTH):
        v[b0 + BW, p] += sc[K_DISS] * v[b0 + SOLID, p]
    _border_sums(work.rows, single, 0, small)
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
    _spread(work.reach, small, 0, _CORE if two else _CORE // 2, v, b0)
    if classes > 1:
        _spread(work.reach, v[b0 + UNMIXED : b0 + UNMIXED + 1], 6, 7, v, b0)
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
def _assemble(border, sums, volumes, shift, core):
    """The dense matrix of B, A and the total of both regions after elimination of the clusters."""
    for r in range(2):
        for s in range(3):
            a = 3 * r + s
            weight = -1.0 if s < 2 else -1.0 / volumes[r]
            for b in range(_CORE):
                re = plus(ZERO, weight, load(sums[b, a], 0))
                im = plus(ZERO, weight, load(sums[b, a], LANES))
                if s < 2:
                    x = border[2 * r + s, 2 * (b // 3) + b % 3 if b % 3 < 2 else BORDER + b // 3]
                    re = (re[0] - x, re[1] - x, re[2] - x, re[3] - x)
                if a == b:
                    if s < 2:
                        re = plus(re, 1.0, load(shift, 0))
                        im = plus(im, 1.0, load(shift, LANES))
                    else:
                        re = (re[0] + 1.0, re[1] + 1.0, re[2] + 1.0, re[3] + 1.0)
                store(core[a, b], 0, re)
                store(core[a, b], LANES, im)


@numba.njit(**INNER)
def _border_sums(rows, v, j, small):
    """What the clusters, column j of ``v``, do to B, A and the total of each region: the rows of the border."""
    for r in range(2):
        for half in range(0, WIDTH, LANES):
            b = ZERO
            a = ZERO
            t = ZERO
            for k in range(rows.shape[0]):
                x = load(v[2 * k + r, j], half)
                b = plus(b, rows[k, r, 0], x)
                a = plus(a, rows[k, r, 1], x)
                t = plus(t, 1.0, x)
            store(small[3 * r], half, b)
            store(small[3 * r + 1], half, a)
            store(small[3 * r + 2], half, t)


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
def _spread(reach, changes, first, stop, v, b0):
    """What changes of the border unknowns first ... stop - 1 do to the clusters."""
    for i in range(b0):
        x = load(v[i], 0)
        y = load(v[i], LANES)
        for j in range(first, stop):
            a = load(reach[i, j], 0)
            b = load(reach[i, j], LANES)
            c = load(changes[j - first], 0)
            d = load(changes[j - first], LANES)
            x = minus_product(plus_product(x, a, c), b, d)
            y = plus_product(plus_product(y, a, d), b, c)
        store(v[i], 0, x)
        store(v[i], LANES, y)


@numba.njit(**INNER)
def _solve_pools(sc, count, work, v, b0):
    """The pools follow from everything else: k = (r + J_pool x) / sigma."""
    kept = 1.0 - sc[E_RELEASED]
    sites = count - 1
    small = work.small
    for r in range(2):
        pool = work.pools[r]
        phi = pool[0]
        for half in range(0, WIDTH, LANES):
            all_n = ZERO
            by_n = ZERO
            for first in range(0, b0, 2 * count):
                for n in range(count):
                    x = load(v[first + 2 * n + r], half)
                    all_n = plus(all_n, 1.0, x)
                    by_n = plus(by_n, float(n), x)
            store(small[0], half, all_n)
            store(small[1], half, by_n)
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
