"""Compiled right-hand side and Jacobian for several incoming ligands (`goldshell.exchange.models.several_ligands`).

State vector: amounts [umol]; ligand 0 is the outgoing one.

    clusters     index 2 s + r, composition s, region r (0 water, 1 interphase)
    free ligand  b0 + 3 l + r, ligand l, region r (0 water, 1 interphase, 2 organic)
    pools        etched clusters; each ligand bound to etched gold; each ligand lost to disulfide
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from goldshell.exchange.kernels import (
    E_RELEASED,
    E_THIOL,
    FEED_C,
    I_FACTOR,
    K_C,
    K_OX,
    QO,
    QW,
    VI,
    VO,
    VW,
    X_AFFINITY,
    X_FLOOR,
    X_LAW,
    X_ORDER,
    etching_law,
)  # fmt: skip


class MixedCoefficients(NamedTuple):
    """What the kernels need, as plain arrays.

    Parameters
    ----------
    scalars : as in `goldshell.exchange.kernels`
    paths, constants : replacements, (E, 4) and (E,) [1/h]
    counts : ligands of each kind in each composition, (S, L + 1) [1]
    escape : water/interphase ratio of each composition, (S,) [1]
    films : of each ligand, (L + 1, 4): film conductances of water and organic side [mL/h], m_i, m [1]
    weights : of each ligand in etching, (L + 1,) [1]
    feeds : of each ligand into water and organic phase, (L + 1, 2) [umol/h]
    feed_shell : composition of added clusters, (S,) [1]
    """

    scalars: Any
    paths: Any
    constants: Any
    counts: Any
    escape: Any
    films: Any
    weights: Any
    feeds: Any
    feed_shell: Any


def extra_count(ligands: int) -> int:
    """States after the clusters: free ligand in three regions, etched clusters, bound and disulfide pools."""
    return 5 * ligands + 1


@numba.njit(cache=True, nogil=True)
def _laws(c, sc, g, dg):
    """g of every ligand at concentrations c, and dg_i/dc_j."""
    ligands = c.shape[0]
    for i in range(ligands):
        for j in range(ligands):
            dg[i, j] = 0.0
    law = sc[X_LAW]
    if law == 0.0:
        for i in range(ligands):
            g[i] = c[i]
            dg[i, i] = 1.0
    elif law == 1.0:
        order = sc[X_ORDER]
        incoming = 0.0
        for j in range(1, ligands):
            incoming += max(c[j], 0.0)
        for first, stop, amount in ((0, 1, max(c[0], 0.0)), (1, ligands, incoming)):
            base = amount + sc[X_FLOOR]
            power = base ** (order - 1.0)
            slope = (order - 1.0) * power / base
            for i in range(first, stop):
                g[i] = c[i] * power
                dg[i, i] += power
                for j in range(first, stop):
                    if c[j] > 0.0:
                        dg[i, j] += c[i] * slope
    else:
        k = sc[X_AFFINITY]
        total = 0.0
        for j in range(ligands):
            total += max(c[j], 0.0)
        q = 1.0 / (1.0 + k * total)
        for i in range(ligands):
            g[i] = k * c[i] * q
            dg[i, i] += k * q
            for j in range(ligands):
                if c[j] > 0.0:
                    dg[i, j] -= g[i] * k * q


@numba.njit(cache=True, nogil=True)
def mixed_rates(p, t, y, out):
    """dy/dt [umol/h]."""
    sc = p.scalars
    states, ligands = p.counts.shape
    b0 = 2 * states
    pools = b0 + 3 * ligands
    vw = sc[VW] + sc[QW] * t
    vo = sc[VO] + sc[QO] * t
    vi = sc[VI]
    two = vi > 0.0
    released = sc[E_RELEASED]
    c = np.empty(ligands)
    g = np.empty(ligands)
    dg = np.empty((ligands, ligands))
    gone = np.empty(ligands)
    out[:] = 0.0
    for r in range(2 if two else 1):
        volume = vw if r == 0 else vi
        sr = 0.0
        for i in range(ligands):
            c[i] = y[b0 + 3 * i + r] / volume
            sr += p.weights[i] * c[i]
        _laws(c, sc, g, dg)
        if r == 1:
            g *= sc[I_FACTOR]
        for e in range(p.constants.shape[0]):
            flux = p.constants[e] * g[p.paths[e, 3]] * y[2 * p.paths[e, 0] + r]
            out[2 * p.paths[e, 0] + r] -= flux
            out[2 * p.paths[e, 1] + r] += flux
            out[b0 + 3 * p.paths[e, 2] + r] += flux
            out[b0 + 3 * p.paths[e, 3] + r] -= flux
        total = 0.0
        gone[:] = 0.0
        for s in range(states):
            amount = y[2 * s + r]
            total += amount
            for i in range(ligands):
                gone[i] += p.counts[s, i] * amount
        _, _, _, u, _, _ = etching_law(sr, 0.0, total / volume, sc)
        phi = u * sr
        for s in range(states):
            out[2 * s + r] -= phi * y[2 * s + r]
        out[pools] += phi * total
        for i in range(ligands):
            used = sc[E_THIOL] * u * p.weights[i] * c[i] * total
            loss = sc[K_OX] * y[b0 + 3 * i + r]
            out[b0 + 3 * i + r] += released * phi * gone[i] - used - loss
            out[pools + 1 + i] += (1.0 - released) * phi * gone[i] + used
            out[pools + 1 + ligands + i] += loss
    if two:
        for s in range(states):
            flux = sc[K_C] * (y[2 * s] / vw - p.escape[s] * y[2 * s + 1] / vi)
            out[2 * s] -= flux
            out[2 * s + 1] += flux
        for i in range(ligands):
            j = b0 + 3 * i
            inner = p.films[i, 0] * (y[j + 1] / (vi * p.films[i, 2]) - y[j] / vw)
            outer = p.films[i, 1] * (y[j + 2] / vo - p.films[i, 3] / p.films[i, 2] * y[j + 1] / vi)
            loss = sc[K_OX] * y[j + 2]
            out[j] += inner
            out[j + 1] += outer - inner
            out[j + 2] -= outer + loss
            out[pools + 1 + ligands + i] += loss
    for i in range(ligands):
        out[b0 + 3 * i] += p.feeds[i, 0]
        out[b0 + 3 * i + 2] += p.feeds[i, 1]
    if sc[FEED_C] != 0.0:
        for s in range(states):
            out[2 * s] += sc[FEED_C] * p.feed_shell[s]


@numba.njit(cache=True, nogil=True)
def _put(at, rows, columns, values, row, column, value):
    rows[at] = row
    columns[at] = column
    values[at] = value
    return at + 1


def entry_count(p: MixedCoefficients) -> int:
    """Entries that `mixed_jacobian` writes, both regions counted."""
    states, ligands = p.counts.shape
    return 2 * (len(p.constants) + states * (2 + 3 * ligands) + 4 * ligands * ligands + 2 * ligands) + (
        4 * states + 10 * ligands
    )


@numba.njit(cache=True, nogil=True)
def mixed_jacobian(p, t, y, rows, columns, values, slopes):
    """The Jacobian as entries (row, column, value), which add up where they repeat; returns how many.

    ``slopes`` (2, states of the problem) takes d(dy/dt)/d(total of clusters in region r): a full column of that region,
    kept apart because it would fill the matrix.
    """
    sc = p.scalars
    states, ligands = p.counts.shape
    b0 = 2 * states
    pools = b0 + 3 * ligands
    vw = sc[VW] + sc[QW] * t
    vo = sc[VO] + sc[QO] * t
    vi = sc[VI]
    two = vi > 0.0
    released = sc[E_RELEASED]
    kept = 1.0 - released
    c = np.empty(ligands)
    g = np.empty(ligands)
    dg = np.empty((ligands, ligands))
    gone = np.empty(ligands)
    slopes[:] = 0.0
    at = 0
    for r in range(2 if two else 1):
        volume = vw if r == 0 else vi
        sr = 0.0
        for i in range(ligands):
            c[i] = y[b0 + 3 * i + r] / volume
            sr += p.weights[i] * c[i]
        _laws(c, sc, g, dg)
        if r == 1:
            g *= sc[I_FACTOR]
            dg *= sc[I_FACTOR]
        total = 0.0
        gone[:] = 0.0
        for s in range(states):
            total += y[2 * s + r]
            for i in range(ligands):
                gone[i] += p.counts[s, i] * y[2 * s + r]
        _, _, _, u, u_s, u_t = etching_law(sr, 0.0, total / volume, sc)
        phi = u * sr
        phi_s = (u + u_s * sr) / volume
        phi_t = u_t * sr / volume
        diagonal = np.zeros(states)
        by_ligand = np.zeros((states, ligands))  # d(clusters)/d(free ligand)
        of_ligand = np.zeros((ligands, states))  # d(free ligand)/d(clusters)
        border = np.zeros((ligands, ligands))
        for e in range(p.constants.shape[0]):
            source, target, leaver, enterer = p.paths[e, 0], p.paths[e, 1], p.paths[e, 2], p.paths[e, 3]
            rate = p.constants[e] * g[enterer]
            diagonal[source] -= rate
            of_ligand[leaver, source] += rate
            of_ligand[enterer, source] -= rate
            at = _put(at, rows, columns, values, 2 * target + r, 2 * source + r, rate)
            for i in range(ligands):
                slope = p.constants[e] * dg[enterer, i] / volume * y[2 * source + r]
                by_ligand[source, i] -= slope
                by_ligand[target, i] += slope
                border[leaver, i] += slope
                border[enterer, i] -= slope
        for s in range(states):
            j = 2 * s + r
            at = _put(at, rows, columns, values, j, j, diagonal[s] - phi)
            at = _put(at, rows, columns, values, pools, j, phi)
            slopes[r, j] -= phi_t * y[j]
            for i in range(ligands):
                share = phi * p.counts[s, i]
                value = by_ligand[s, i] - phi_s * p.weights[i] * y[j]
                at = _put(at, rows, columns, values, j, b0 + 3 * i + r, value)
                at = _put(at, rows, columns, values, b0 + 3 * i + r, j, of_ligand[i, s] + released * share)
                at = _put(at, rows, columns, values, pools + 1 + i, j, kept * share)
        slopes[r, pools] += phi_t * total
        for i in range(ligands):
            free = b0 + 3 * i + r
            # thiol used, nu u w_i c_i T: by the total, and by every free ligand
            used_t = sc[E_THIOL] * p.weights[i] * c[i] * (u + u_t * total / volume)
            slopes[r, free] += released * phi_t * gone[i] - used_t
            slopes[r, pools + 1 + i] += kept * phi_t * gone[i] + used_t
            at = _put(at, rows, columns, values, pools, free, phi_s * p.weights[i] * total)
            at = _put(at, rows, columns, values, pools + 1 + ligands + i, free, sc[K_OX])
            for m in range(ligands):
                column = b0 + 3 * m + r
                used = u_s * p.weights[m] * c[i] + (u if m == i else 0.0)
                used *= sc[E_THIOL] * p.weights[i] * total / volume
                given = phi_s * p.weights[m] * gone[i]
                value = border[i, m] + released * given - used - (sc[K_OX] if m == i else 0.0)
                at = _put(at, rows, columns, values, free, column, value)
                at = _put(at, rows, columns, values, pools + 1 + i, column, kept * given + used)
    if two:
        for s in range(states):
            there = sc[K_C] / vw
            back = sc[K_C] * p.escape[s] / vi
            at = _put(at, rows, columns, values, 2 * s, 2 * s, -there)
            at = _put(at, rows, columns, values, 2 * s, 2 * s + 1, back)
            at = _put(at, rows, columns, values, 2 * s + 1, 2 * s, there)
            at = _put(at, rows, columns, values, 2 * s + 1, 2 * s + 1, -back)
        for i in range(ligands):
            j = b0 + 3 * i
            inner_i = p.films[i, 0] / (vi * p.films[i, 2])
            inner_w = p.films[i, 0] / vw
            outer_o = p.films[i, 1] / vo
            outer_i = p.films[i, 1] * p.films[i, 3] / (p.films[i, 2] * vi)
            at = _put(at, rows, columns, values, j, j + 1, inner_i)
            at = _put(at, rows, columns, values, j, j, -inner_w)
            at = _put(at, rows, columns, values, j + 1, j + 2, outer_o)
            at = _put(at, rows, columns, values, j + 1, j + 1, -outer_i - inner_i)
            at = _put(at, rows, columns, values, j + 1, j, inner_w)
            at = _put(at, rows, columns, values, j + 2, j + 2, -outer_o - sc[K_OX])
            at = _put(at, rows, columns, values, j + 2, j + 1, outer_i)
            at = _put(at, rows, columns, values, pools + 1 + ligands + i, j + 2, sc[K_OX])
    return at
