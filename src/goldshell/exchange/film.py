"""Compiled right-hand side, Jacobian and solution of the interphase film (`goldshell.exchange.models.interphase_film`).

Finite volumes: cell 0 is the water bulk, the last cell the organic bulk, the cells of the grid between them. Unknowns
are concentrations [mM], cell by cell: clusters n = 0..N, B, A, then pools (etched clusters, B and A bound to etched
gold, B and A lost to disulfide); after the last cell the undissolved thiol per volume of the water bulk.

A face passes conductance x (c_i / S_i - c_(i+1) / S_(i+1)), so that what leaves one cell enters the next: balances hold
to rounding. Each species diffuses by itself and reacts within its cell, so the Jacobian is block-tridiagonal with
diagonal off-diagonal blocks (`goldshell.numerics.block_tridiagonal`); the pools follow from the rest. Cost is linear in
the number of cells.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
from numba.extending import overload

from goldshell.exchange import kernels
from goldshell.exchange.kernels import (
    E_RELEASED,
    E_THIOL,
    E_WEIGHT_A,
    FORWARD,
    K_DISS,
    K_OX,
    REVERSE,
    etching_law,
    exchange_law,
)  # fmt: skip
from goldshell.numerics import bdf, block_tridiagonal
from goldshell.numerics.block_tridiagonal import factorise_blocks, solve_blocks
from goldshell.numerics.compiled import drop_stale_cache

# Pools after clusters, B and A of each cell.
ETCHED, BOUND_B, BOUND_A, DISULFIDE_B, DISULFIDE_A = range(5)
POOLS = 5


class Film(NamedTuple):
    """What the kernels need, as plain arrays; C cells with the two bulks.

    Parameters
    ----------
    scalars, ladder : of `goldshell.exchange.kernels.Coefficients`
    rate_factor : rates of exchange relative to water, (C,) [1]
    per_volume : 1 / volume, 0 for a bulk whose concentrations are held, (C,) [1/mL]
    conductance : of the faces, (C - 1, N + 3) [mL/h]
    solubility : relative to water, (C, N + 3) [1]
    """

    scalars: Any
    ladder: Any
    rate_factor: Any
    per_volume: Any
    conductance: Any
    solubility: Any


class Work(NamedTuple):
    """The matrix (shift I - J) and its factors."""

    blocks: Any
    lower: Any
    upper: Any
    pools: Any
    unknowns: Any
    storage: Any
    shift: Any


@numba.njit(error_model="numpy")
def right_hand_side(y, out, film):
    """dy/dt [mM/h]."""
    sc = film.scalars
    forward = film.ladder[FORWARD]
    reverse = film.ladder[REVERSE]
    cells = film.per_volume.shape[0]
    count = film.ladder.shape[1]
    sites = count - 1
    width = count + 2 + POOLS
    released = sc[E_RELEASED]
    for i in range(cells):
        c = y[i * width : (i + 1) * width]
        d = out[i * width : (i + 1) * width]
        if film.per_volume[i] == 0.0:
            d[:] = 0.0
            continue
        b = c[count]
        a = c[count + 1]
        gb, ga, _, _, _, _ = exchange_law(b, a, sc)
        gb *= film.rate_factor[i]
        ga *= film.rate_factor[i]
        total = 0.0
        weighted = 0.0
        for n in range(count):
            total += c[n]
            weighted += n * c[n]
        phi, _, _, u, _, _ = etching_law(b, a, total, sc)
        below = 0.0
        net = 0.0
        for n in range(sites):
            flux = gb * forward[n] * c[n] - ga * reverse[n + 1] * c[n + 1]
            d[n] = below - flux - phi * c[n]
            net += flux
            below = flux
        d[sites] = below - phi * c[sites]
        use_b = sc[E_THIOL] * u * b * total
        use_a = sc[E_THIOL] * u * sc[E_WEIGHT_A] * a * total
        gone_b = phi * weighted
        gone_a = phi * (sites * total - weighted)
        d[count] = -net + released * gone_b - use_b - sc[K_OX] * b
        d[count + 1] = net + released * gone_a - use_a - sc[K_OX] * a
        d[count + 2 + ETCHED] = phi * total
        d[count + 2 + BOUND_B] = (1.0 - released) * gone_b + use_b
        d[count + 2 + BOUND_A] = (1.0 - released) * gone_a + use_a
        d[count + 2 + DISULFIDE_B] = sc[K_OX] * b
        d[count + 2 + DISULFIDE_A] = sc[K_OX] * a
    for i in range(cells - 1):
        left = i * width
        right = left + width
        for j in range(count + 2):
            flow = film.conductance[i, j] * (
                y[left + j] / film.solubility[i, j] - y[right + j] / film.solubility[i + 1, j]
            )
            out[left + j] -= flow * film.per_volume[i]
            out[right + j] += flow * film.per_volume[i + 1]
    solid = cells * width
    dissolved = sc[K_DISS] * y[solid] if film.per_volume[0] > 0.0 else 0.0
    out[solid] = -dissolved
    out[count] += dissolved


@numba.njit(error_model="numpy")
def _reactions(c, factor, sc, forward, reverse, block, pools):
    """Subtract the Jacobian of one cell's reactions from ``block``; fill that of etched, bound B, bound A."""
    count = forward.shape[0]
    sites = count - 1
    jb = count
    ja = count + 1
    b = c[jb]
    a = c[ja]
    gb, ga, gbb, gba, gaa, gab = exchange_law(b, a, sc)
    gb *= factor
    ga *= factor
    gbb *= factor
    gba *= factor
    gaa *= factor
    gab *= factor
    total = 0.0
    weighted = 0.0
    for n in range(count):
        total += c[n]
        weighted += n * c[n]
    rest = sites * total - weighted
    w = sc[E_WEIGHT_A]
    phi, phi_s, phi_t, u, u_s, u_t = etching_law(b, a, total, sc)
    phi_a = phi_s * w
    released = sc[E_RELEASED]
    kept = 1.0 - released
    nu = sc[E_THIOL]
    use_b_b = nu * total * (u + u_s * b)
    use_b_a = nu * total * u_s * w * b
    use_a_b = nu * total * u_s * w * a
    use_a_a = nu * total * w * (u + u_s * w * a)
    use_b_t = nu * b * (u_t * total + u)
    use_a_t = nu * w * a * (u_t * total + u)
    if phi_t != 0.0:
        for n in range(count):
            slope = phi_t * c[n]
            for m in range(count):
                block[n, m] += slope
    below_b = 0.0
    below_a = 0.0
    net_b = 0.0
    net_a = 0.0
    for n in range(count):
        up = gb * forward[n]
        down = ga * reverse[n]
        block[n, n] += up + down + phi
        if n < sites:
            block[n + 1, n] -= up
        if n > 0:
            block[n - 1, n] -= down
        flux_b = 0.0
        flux_a = 0.0
        if n < sites:
            going = forward[n] * c[n]
            coming = reverse[n + 1] * c[n + 1]
            flux_b = gbb * going - gab * coming
            flux_a = gba * going - gaa * coming
        block[n, jb] -= below_b - flux_b - phi_s * c[n]
        block[n, ja] -= below_a - flux_a - phi_a * c[n]
        net_b += flux_b
        net_a += flux_a
        below_b = flux_b
        below_a = flux_a
        block[jb, n] -= down - up + released * (n * phi + phi_t * weighted) - use_b_t
        block[ja, n] -= up - down + released * ((sites - n) * phi + phi_t * rest) - use_a_t
        pools[ETCHED, n] = phi + phi_t * total
        pools[BOUND_B, n] = kept * (n * phi + phi_t * weighted) + use_b_t
        pools[BOUND_A, n] = kept * ((sites - n) * phi + phi_t * rest) + use_a_t
    ox = sc[K_OX]
    block[jb, jb] -= -net_b + released * phi_s * weighted - use_b_b - ox
    block[jb, ja] -= -net_a + released * phi_a * weighted - use_b_a
    block[ja, jb] -= net_b + released * phi_s * rest - use_a_b
    block[ja, ja] -= net_a + released * phi_a * rest - use_a_a - ox
    pools[ETCHED, jb] = phi_s * total
    pools[ETCHED, ja] = phi_a * total
    pools[BOUND_B, jb] = kept * phi_s * weighted + use_b_b
    pools[BOUND_B, ja] = kept * phi_a * weighted + use_b_a
    pools[BOUND_A, jb] = kept * phi_s * rest + use_a_b
    pools[BOUND_A, ja] = kept * phi_a * rest + use_a_a


@numba.njit(error_model="numpy")
def factorise(y, film, shift, work):
    """Factorise (shift I - J)."""
    forward = film.ladder[FORWARD]
    reverse = film.ladder[REVERSE]
    cells = film.per_volume.shape[0]
    count = forward.shape[0]
    size = count + 2
    width = size + POOLS
    work.shift[0] = shift
    for i in range(cells):
        block = work.blocks[i]
        block[:] = 0.0
        for j in range(size):
            work.lower[i, j] = 0.0
            work.upper[i, j] = 0.0
            block[j, j] = shift
        if film.per_volume[i] == 0.0:
            work.pools[i] = 0.0
            continue
        _reactions(
            y[i * width : (i + 1) * width], film.rate_factor[i], film.scalars, forward, reverse, block, work.pools[i]
        )
        for j in range(size):
            leaving = 0.0
            if i > 0:
                leaving += film.conductance[i - 1, j]
                work.lower[i, j] = film.per_volume[i] * film.conductance[i - 1, j] / film.solubility[i - 1, j]
            if i < cells - 1:
                leaving += film.conductance[i, j]
                work.upper[i, j] = film.per_volume[i] * film.conductance[i, j] / film.solubility[i + 1, j]
            block[j, j] += film.per_volume[i] * leaving / film.solubility[i, j]
    factorise_blocks(work.blocks, work.lower, work.upper, work.storage)


@numba.njit(error_model="numpy")
def backsolve(film, work, vector):
    """Replace ``vector`` by (shift I - J)^-1 vector."""
    cells, size = work.lower.shape
    width = size + POOLS
    count = size - 2
    shift = work.shift[0]
    solid = cells * width
    if film.per_volume[0] > 0.0:
        vector[solid] /= shift + film.scalars[K_DISS]
        vector[count] += film.scalars[K_DISS] * vector[solid]
    else:
        vector[solid] /= shift
    x = work.unknowns
    for i in range(cells):
        for j in range(size):
            x[i, j] = vector[i * width + j]
    solve_blocks(work.blocks, work.lower, work.upper, x, work.storage)
    ox = film.scalars[K_OX]
    for i in range(cells):
        v = vector[i * width : (i + 1) * width]
        for j in range(size):
            v[j] = x[i, j]
        for p in range(3):
            change = 0.0
            for j in range(size):
                change += work.pools[i, p, j] * x[i, j]
            v[size + p] = (v[size + p] + change) / shift
        lost = ox if film.per_volume[i] > 0.0 else 0.0
        v[size + DISULFIDE_B] = (v[size + DISULFIDE_B] + lost * x[i, count]) / shift
        v[size + DISULFIDE_A] = (v[size + DISULFIDE_A] + lost * x[i, count + 1]) / shift


def _is_film(problem: Any) -> bool:
    return getattr(problem, "instance_class", None) is Film


@overload(bdf.evaluate)
def _evaluate(problem, t, y, out):
    if _is_film(problem):
        return lambda problem, t, y, out: right_hand_side(y, out, problem)
    return None


@overload(bdf.workspace)
def _workspace(problem, size):
    if not _is_film(problem):
        return None

    def make(problem, size):
        cells, unknowns = problem.solubility.shape
        return Work(
            np.zeros((cells, unknowns, unknowns)), np.zeros((cells, unknowns)), np.zeros((cells, unknowns)),
            np.zeros((cells, 3, unknowns)), np.zeros((cells, unknowns)), np.zeros((2, unknowns)), np.zeros(1),
        )  # fmt: skip

    return make


@overload(bdf.factorise)
def _factorise(problem, t, y, shift, work):
    if _is_film(problem):
        return lambda problem, t, y, shift, work: factorise(y, problem, shift, work)
    return None


@overload(bdf.backsolve)
def _backsolve(problem, work, vector):
    if _is_film(problem):
        return lambda problem, work, vector: backsolve(problem, work, vector)
    return None


drop_stale_cache(__file__, (kernels, bdf, block_tridiagonal))


@numba.njit(cache=True)
def integrate_film(
    scalars, ladder, rate_factor, per_volume, conductance, solubility, start, times, rtol, atol, out, counts
):
    """Integrate the film; the last six arguments as in `goldshell.numerics.bdf.integrate`."""
    film = Film(scalars, ladder, rate_factor, per_volume, conductance, solubility)
    return bdf.integrate(film, start, times, rtol, atol, out, counts)
