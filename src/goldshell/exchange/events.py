"""Compiled events of the stochastic model (`goldshell.exchange.models.stochastic`): Gillespie's direct method.

Clusters are counted by region (water, interphase) and n; all other molecules stand in one row: B and A of water,
interphase, organic, then undissolved thiol and the pools. Chances (per hour) of the 23 kinds of event are updated only
where the last event changed something; a cluster's n is drawn when its kind of event has been.
"""

from __future__ import annotations

import numba
import numpy as np

from goldshell.exchange import kernels
from goldshell.exchange.kernels import (
    E_RATE,
    E_RELEASED,
    E_THIOL,
    E_WEIGHT_A,
    ESCAPE,
    FORWARD,
    I_FACTOR,
    K_C,
    K_DISS,
    K_O_B,
    K_OX,
    K_W_B,
    M_I_B,
    M_O_B,
    REVERSE,
    VI,
    VO,
    VW,
    etching_law,
    exchange_law,
)
from goldshell.numerics.compiled import drop_stale_cache

# Molecules that are not in intact clusters: B, A of water, interphase, organic; then solid and pools.
SOLID, ETCHED, BOUND_B, BOUND_A, DISULFIDE_B, DISULFIDE_A = range(6, 12)
OTHERS = 12

# Kinds of event, each for the regions or ligands it needs.
_EXCHANGE, _RETURN, _ETCHING = 0, 2, 4
_INTO, _OUT_OF = 6, 7
_LIGANDS = 8  # for B and for A: water -> interphase, back, organic -> interphase, back
_LOSS = 16  # six: B, A of each region
_DISSOLUTION = 22
_KINDS = 23

drop_stale_cache(__file__, (kernels,))


@numba.njit(cache=True, error_model="numpy")
def draw_events(scalars, ladder, omega, shell, first, times, generator, limit, counts, others):
    """Draw events from 0 to the last output time.

    Parameters
    ----------
    scalars, ladder : of `goldshell.exchange.kernels.Coefficients`
    omega : molecules per umol [1/umol]
    shell : clusters with n ligands at the start, all in the water, (N + 1,) [1]
    first : other molecules at the start, (12,) [1]
    times : output times, (k,) [h]
    generator : numpy random generator
    limit : give up beyond this number of events
    counts : (k, 2, N + 1), filled
    others : (k, 12), filled

    Returns
    -------
    number of events, negative when the limit was reached
    """
    count = ladder.shape[1]
    clusters = np.zeros((2, count), dtype=np.int64)
    clusters[0] = shell
    rest = first.copy()
    chances = np.zeros(_KINDS)
    sums = np.zeros((2, 4))
    regions = 2 if scalars[VI] > 0.0 else 1
    for r in range(regions):
        _sum_clusters(ladder, clusters[r], sums[r])
        _update_laws(scalars, omega, sums[r], rest, r, chances)
    _update_transfer(scalars, sums, rest, chances)
    t = 0.0
    done = 0
    events = 0
    while done < times.shape[0]:
        total = 0.0
        for kind in range(_KINDS):
            total += chances[kind]
        if total > 0.0:
            t -= np.log(1.0 - generator.random()) / total
        else:
            t = np.inf
        while done < times.shape[0] and times[done] < t:
            counts[done] = clusters
            others[done] = rest
            done += 1
        if done == times.shape[0]:
            break
        events += 1
        if events > limit:
            return -events
        left = generator.random() * total
        kind = 0
        while kind < _KINDS - 1 and left >= chances[kind]:
            left -= chances[kind]
            kind += 1
        while chances[kind] == 0.0:  # rounding at the upper end
            kind -= 1
        _apply(kind, scalars, ladder, clusters, rest, generator)
        if kind < _LIGANDS:
            for r in range(regions):
                if kind >= _INTO or kind % 2 == r:
                    _sum_clusters(ladder, clusters[r], sums[r])
                    _update_laws(scalars, omega, sums[r], rest, r, chances)
        else:
            outer = kind >= _DISSOLUTION or (kind >= _LOSS and kind < _LOSS + 2) or (kind - _LIGANDS) % 4 < 2
            if outer:
                _update_laws(scalars, omega, sums[0], rest, 0, chances)
            if regions == 2 and kind < _DISSOLUTION:
                _update_laws(scalars, omega, sums[1], rest, 1, chances)
        _update_transfer(scalars, sums, rest, chances)
    return events


@numba.njit(error_model="numpy")
def _sum_clusters(ladder, row, sums):
    """Sums over the clusters of a region: open sites and leaving ligands (weighted by rate), 1/partition, clusters."""
    sums[:] = 0.0
    for n in range(ladder.shape[1]):
        here = row[n]
        if here > 0:
            sums[0] += ladder[FORWARD, n] * here
            sums[1] += ladder[REVERSE, n] * here
            sums[2] += ladder[ESCAPE, n] * here
            sums[3] += here


@numba.njit(error_model="numpy")
def _update_laws(scalars, omega, sums, rest, r, chances):
    """Probabilities per time of exchange and etching in region r."""
    scale = 1.0 / (omega * (scalars[VW] if r == 0 else scalars[VI]))
    if sums[3] == 0.0:
        chances[_EXCHANGE + r] = 0.0
        chances[_RETURN + r] = 0.0
        chances[_ETCHING + r] = 0.0
        return
    b = rest[2 * r] * scale
    a = rest[2 * r + 1] * scale
    gb, ga, _, _, _, _ = exchange_law(b, a, scalars)
    factor = scalars[I_FACTOR] if r == 1 else 1.0
    chances[_EXCHANGE + r] = factor * gb * sums[0]
    chances[_RETURN + r] = factor * ga * sums[1]
    if scalars[E_RATE] > 0.0:
        phi, _, _, _, _, _ = etching_law(b, a, sums[3] * scale, scalars)
        chances[_ETCHING + r] = phi * sums[3]


@numba.njit(error_model="numpy")
def _update_transfer(scalars, sums, rest, chances):
    """Probabilities per time of transfer, loss to disulfide and dissolution."""
    ox = scalars[K_OX]
    chances[_DISSOLUTION] = scalars[K_DISS] * rest[SOLID]
    for j in range(6):
        chances[_LOSS + j] = ox * rest[j]
    vi = scalars[VI]
    if vi <= 0.0:
        return
    vw = scalars[VW]
    vo = scalars[VO]
    chances[_INTO] = scalars[K_C] / vw * sums[0, 3]
    chances[_OUT_OF] = scalars[K_C] / vi * sums[1, 2]
    for s in range(2):
        shift = 4 * s
        own = scalars[M_I_B + shift]
        k = _LIGANDS + 4 * s
        chances[k] = scalars[K_W_B + shift] / vw * rest[s]
        chances[k + 1] = scalars[K_W_B + shift] / (vi * own) * rest[2 + s]
        chances[k + 2] = scalars[K_O_B + shift] / vo * rest[4 + s]
        chances[k + 3] = scalars[K_O_B + shift] * scalars[M_O_B + shift] / (own * vi) * rest[2 + s]


@numba.njit(error_model="numpy")
def _choose(row, weights, weighted, generator):
    """A cluster's n, in proportion to clusters (times weights)."""
    total = 0.0
    for n in range(row.shape[0]):
        total += row[n] * (weights[n] if weighted else 1.0)
    left = generator.random() * total
    last = 0
    for n in range(row.shape[0]):
        chance = row[n] * (weights[n] if weighted else 1.0)
        if chance > 0.0:
            last = n
            if left < chance:
                return n
            left -= chance
    return last


@numba.njit(error_model="numpy")
def _apply(kind, scalars, ladder, clusters, rest, generator):
    """Carry out one event."""
    if kind < _RETURN:
        r = kind - _EXCHANGE
        n = _choose(clusters[r], ladder[FORWARD], True, generator)
        clusters[r, n] -= 1
        clusters[r, n + 1] += 1
        rest[2 * r] -= 1
        rest[2 * r + 1] += 1
    elif kind < _ETCHING:
        r = kind - _RETURN
        n = _choose(clusters[r], ladder[REVERSE], True, generator)
        clusters[r, n] -= 1
        clusters[r, n - 1] += 1
        rest[2 * r] += 1
        rest[2 * r + 1] -= 1
    elif kind < _INTO:
        r = kind - _ETCHING
        n = _choose(clusters[r], ladder[FORWARD], False, generator)
        clusters[r, n] -= 1
        _etch(n, ladder.shape[1] - 1, r, scalars, rest, generator)
    elif kind == _INTO:
        n = _choose(clusters[0], ladder[ESCAPE], False, generator)
        clusters[0, n] -= 1
        clusters[1, n] += 1
    elif kind == _OUT_OF:
        n = _choose(clusters[1], ladder[ESCAPE], True, generator)
        clusters[1, n] -= 1
        clusters[0, n] += 1
    elif kind < _LOSS:
        s = (kind - _LIGANDS) // 4
        step = (kind - _LIGANDS) % 4
        outer = s if step < 2 else 4 + s
        change = 1 if step % 2 == 0 else -1
        rest[outer] -= change
        rest[2 + s] += change
    elif kind < _DISSOLUTION:
        j = kind - _LOSS
        rest[j] -= 1
        rest[DISULFIDE_B + j % 2] += 1
    else:
        rest[SOLID] -= 1
        rest[0] += 1


@numba.njit(error_model="numpy")
def _etch(n, sites, r, scalars, rest, generator):
    """What becomes of the ligands of an etched cluster, and of the thiol that its gold binds."""
    rest[ETCHED] += 1
    released = scalars[E_RELEASED]
    for ligand in range(sites):
        s = 0 if ligand < n else 1
        if released > 0.0 and generator.random() < released:
            rest[2 * r + s] += 1
        else:
            rest[BOUND_B + s] += 1
    needed = int(scalars[E_THIOL])
    if generator.random() < scalars[E_THIOL] - needed:
        needed += 1
    weight = scalars[E_WEIGHT_A]
    for _ in range(needed):
        b = float(rest[2 * r])
        a = weight * rest[2 * r + 1]
        if b + a <= 0.0:
            break
        s = 0 if generator.random() * (b + a) < b else 1
        rest[2 * r + s] -= 1
        rest[BOUND_B + s] += 1
