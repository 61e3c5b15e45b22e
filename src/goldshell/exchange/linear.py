"""Solving (sigma I - J) x = r for the ladder: block-tridiagonal chains, a border of free ligands, pools behind.

    clusters  T x - G z - g tau = r_x           T: one chain of 2 x 2 blocks (water, interphase) per exposure class
    border    -H x + (sigma I - B) z - b tau = r_z
    totals    tau_r = (1 / V_r) sum_n x_(n, r)       tau: change of the total of intact clusters in region r

The total of intact clusters, on which the etching law acts, has a column and a row of its own; written out it would
fill the matrix. Undissolved thiol and unmixedness depend on nothing else and are solved first, the ligands of the
organic phase depend on the interphase only and are eliminated by hand, so that what is left dense is 6 x 6: B, A and
the total in water and in the interphase. The pools follow from x and z. Cost is linear in N and in the number of
classes.

Lanes as in `goldshell.numerics.radau`: real parts of the systems for each shift sigma, then imaginary parts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types
from numba.extending import overload

from goldshell.exchange import kernels
from goldshell.exchange.kernels import (
    BI,
    BO,
    BORDER,
    BOUND_A,
    BOUND_B,
    BW,
    DISULFIDE_B,
    E_RELEASED,
    ETCHED,
    EXTRA,
    K_DISS,
    K_MIX,
    K_OX,
    POOLS,
    SOLID,
    UNMIXED,
    VI,
    Coefficients,
)  # fmt: skip
from goldshell.numerics import bordered, lanes, radau
from goldshell.numerics.bordered import factorise_chain, factorise_dense, reciprocal, scale, solve_chain, solve_dense
from goldshell.numerics.compiled import drop_stale_cache
from goldshell.numerics.lanes import INNER, OPTIONS, load, minus_product, plus, plus_product, spread, store
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
        np.zeros((3, WIDTH)), np.zeros((blocks, 4, WIDTH)), np.zeros((2 * blocks, _COLUMNS, WIDTH)),
        np.zeros((_CORE, _CORE, WIDTH)), np.zeros((_COLUMNS, _CORE, WIDTH)), np.zeros(_CORE, dtype=np.int64),
        np.zeros((2, WIDTH)), np.zeros((_CORE, WIDTH)),
    )  # fmt: skip


@numba.njit(inline="always", **INNER)
def _columns(columns, used, v):
    """Border columns (see `_COLUMNS`) of one chain as right-hand sides, real: ``v`` is (2 K, columns, lanes)."""
    for k in range(columns.shape[0]):
        for j in range(used):
            x = columns[k, 0, j] if j < 3 else (columns[k, 0, 3] if j == 6 else 0.0)
            y = columns[k, 1, j - 3] if 3 <= j < 6 else (columns[k, 1, 3] if j == 6 else 0.0)
            store(v[2 * k, j], 0, spread(x))
            store(v[2 * k, j], LANES, spread(0.0))
            store(v[2 * k + 1, j], 0, spread(y))
            store(v[2 * k + 1, j], LANES, spread(0.0))


def factorise(problem, shift, work):
    """Factorise (sigma I - J) for every lane."""
    sc = problem.scalars
    count = problem.ladder.shape[1]
    classes = problem.exposure.shape[0]
    two = sc[VI] > 0.0
    used = _COLUMNS if classes > 1 else (_CORE if two else _CORE // 2)
    re = load(shift, 0)
    im = load(shift, LANES)
    reciprocal(re, im, work.shift[0])
    reciprocal(plus(re, spread(sc[K_DISS])), im, work.shift[1])
    reciprocal(plus(re, spread(sc[K_MIX])), im, work.shift[2])
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
            outer = work.outer[s]
            reciprocal(plus(re, spread(-border[BO + s, BO + s])), im, outer)
            own = core[3 + s, 3 + s]
            store(own, 0, minus_product(load(own, 0), spread(product), load(outer, 0)))
            store(own, LANES, minus_product(load(own, LANES), spread(product), load(outer, LANES)))
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
        solve_chain(work.lower[part], work.upper[part], work.inverse[part], chain, chain.shape[1])
    scale(v[b0 + SOLID], work.shift[1])
    scale(v[b0 + UNMIXED], work.shift[2])
    _add(v[b0 + BW], sc[K_DISS], v[b0 + SOLID])
    _border_sums(work.rows, single, 0, small)
    for r in range(2):
        _add(small[3 * r], 1.0, v[b0 + 2 * r])
        _add(small[3 * r + 1], 1.0, v[b0 + 2 * r + 1])
        _add(small[3 * r + 2], 1.0 / work.volumes[r] - 1.0, small[3 * r + 2])
    if classes > 1:
        _unmixed_sums(border, work.sums, work.volumes, v[b0 + UNMIXED], small)
    if two:
        for s in range(2):
            scale(v[b0 + BO + s], work.outer[s])
            _add(small[3 + s], border[BI + s, BO + s], v[b0 + BO + s])
    solve_dense(work.core, work.order, small)
    for s in range(2):
        _copy(small[s], v[b0 + BW + s])
        if two:
            _copy(small[3 + s], v[b0 + BI + s])
            # z_o = (r_o + coupling z_i) / d_o, of which the first part stands there already.
            _pass_one_on(work.outer[s], border[BO + s, BI + s], small[3 + s], v[b0 + BO + s])
    _pass_on(work.reach, small, 0, _CORE if two else _CORE // 2, v, b0)
    if classes > 1:
        _pass_on(work.reach, v[b0 + UNMIXED : b0 + UNMIXED + 1], 6, 7, v, b0)
    _solve_pools(sc, count, work, v, b0)


@numba.njit(**INNER)
def _add(out, factor, x):
    """out += factor x, with one number ``factor``."""
    f = spread(factor)
    store(out, 0, plus_product(load(out, 0), f, load(x, 0)))
    store(out, LANES, plus_product(load(out, LANES), f, load(x, LANES)))


@numba.njit(**INNER)
def _copy(x, out):
    """out = x."""
    store(out, 0, load(x, 0))
    store(out, LANES, load(x, LANES))


@numba.njit(**INNER)
def _pass_one_on(a, factor, x, out):
    """out += a factor x, complex by lane, with one number ``factor``."""
    f = spread(factor)
    zero = spread(0.0)
    ar = plus_product(zero, f, load(a, 0))
    ai = plus_product(zero, f, load(a, LANES))
    xr = load(x, 0)
    xi = load(x, LANES)
    store(out, 0, minus_product(plus_product(load(out, 0), ar, xr), ai, xi))
    store(out, LANES, plus_product(plus_product(load(out, LANES), ar, xi), ai, xr))


@numba.njit(inline="always", **INNER)
def _assemble(border, sums, volumes, shift, core):
    """The dense matrix of B, A and the total of both regions after elimination of the clusters."""
    for r in range(2):
        for s in range(3):
            a = 3 * r + s
            weight = -1.0 if s < 2 else -1.0 / volumes[r]
            for b in range(_CORE):
                re = plus_product(spread(0.0), spread(weight), load(sums[b, a], 0))
                im = plus_product(spread(0.0), spread(weight), load(sums[b, a], LANES))
                if s < 2:
                    x = border[2 * r + s, 2 * (b // 3) + b % 3 if b % 3 < 2 else BORDER + b // 3]
                    re = plus(re, spread(-x))
                if a == b:
                    if s < 2:
                        re = plus(re, load(shift, 0))
                        im = plus(im, load(shift, LANES))
                    else:
                        re = plus(re, spread(1.0))
                store(core[a, b], 0, re)
                store(core[a, b], LANES, im)


@numba.njit(**INNER)
def _border_sums(rows, v, j, small):
    """What the clusters, column j of ``v``, do to B, A and the total of each region: the rows of the border."""
    for r in range(2):
        for half in range(0, WIDTH, LANES):
            b = spread(0.0)
            a = spread(0.0)
            t = spread(0.0)
            for k in range(rows.shape[0]):
                x = load(v[2 * k + r, j], half)
                b = plus_product(b, spread(rows[k, r, 0]), x)
                a = plus_product(a, spread(rows[k, r, 1]), x)
                t = plus(t, x)
            store(small[3 * r], half, b)
            store(small[3 * r + 1], half, a)
            store(small[3 * r + 2], half, t)


@numba.njit(inline="always", **INNER)
def _unmixed_sums(border, sums, volumes, unmixed, small):
    """What the unmixedness does to B, A and the total of each region, through the clusters and directly."""
    for a in range(_CORE):
        direct = a % 3 < 2
        _pass_one_on(sums[6, a], 1.0 if direct else 1.0 / volumes[a // 3], unmixed, small[a])
        if direct:
            _add(small[a], border[2 * (a // 3) + a % 3, UNMIXED], unmixed)


@numba.njit(**INNER)
def _pass_on(reach, changes, first, stop, v, b0):
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


@numba.njit(inline="always", **INNER)
def _solve_pools(sc, count, work, v, b0):
    """The pools follow from everything else: k = (r + J_pool x) / sigma."""
    kept = 1.0 - sc[E_RELEASED]
    sites = count - 1
    small = work.small
    for r in range(2):
        pool = work.pools[r]
        phi = pool[0]
        for half in range(0, WIDTH, LANES):
            all_n = spread(0.0)
            by_n = spread(0.0)
            for first in range(0, b0, 2 * count):
                for n in range(count):
                    x = load(v[first + 2 * n + r], half)
                    all_n = plus(all_n, x)
                    by_n = plus_product(by_n, spread(float(n)), x)
            store(small[0], half, all_n)
            store(small[1], half, by_n)
        b = v[b0 + 2 * r]
        a = v[b0 + 2 * r + 1]
        _add(v[b0 + ETCHED], phi + pool[3] / work.volumes[r], small[0])
        _add(v[b0 + ETCHED], pool[1], b)
        _add(v[b0 + ETCHED], pool[2], a)
        _add(v[b0 + BOUND_B], kept * phi, small[1])
        _add(v[b0 + BOUND_B], pool[6] / work.volumes[r], small[0])
        _add(v[b0 + BOUND_B], pool[4], b)
        _add(v[b0 + BOUND_B], pool[5], a)
        _add(v[b0 + BOUND_A], -kept * phi, small[1])
        _add(v[b0 + BOUND_A], kept * phi * sites + pool[9] / work.volumes[r], small[0])
        _add(v[b0 + BOUND_A], pool[7], b)
        _add(v[b0 + BOUND_A], pool[8], a)
    for s in range(2):
        for r in range(3):
            _add(v[b0 + DISULFIDE_B + s], sc[K_OX], v[b0 + 2 * r + s])
    for j in range(EXTRA - POOLS, EXTRA):
        scale(v[b0 + j], work.shift[0])


def _is_ladder(problem: Any) -> bool:
    return isinstance(problem, types.NamedTuple) and problem.instance_class is Coefficients


@overload(radau.evaluate)
def _evaluate(problem, t, y, out):
    return kernels.right_hand_side if _is_ladder(problem) else None


@overload(radau.linearise)
def _linearise(problem, t, y, parts):
    return kernels.linearise if _is_ladder(problem) else None


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


def is_compiled() -> bool:
    """Whether the integrator is compiled in this process or on disk: compiling it takes about ten seconds."""
    cache: Any = _integrate._cache
    return bool(_integrate.signatures) or any(Path(cache.cache_path).glob("radau.integrate-*.nbi"))
