"""Compiled right-hand side and Jacobian of the well-mixed model (equations in `goldshell.exchange.models.well_mixed`).

State vector: amounts [umol], so that every balance is a plain sum.

    clusters      index ((c (N + 1) + n) 2 + r), exposure class c, incoming ligands n, region r (0 water, 1 interphase)
    free ligand   B and A in water, interphase, organic
    S, phi        undissolved incoming thiol; remaining unmixedness (1 -> 0)
    pools         etched clusters; B and A bound to etched gold; B and A lost to disulfide

Nothing depends on the pools. The Jacobian is kept as its parts: 2 x 2 blocks in a tridiagonal chain per exposure class,
a few columns and rows of the free ligands, and the total of intact clusters per region (SCIENCE: the etching law acts
on that total), which enters as a column of its own instead of filling the matrix.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, NamedTuple

import numba
import numpy as np

from goldshell.numerics.lanes import INNER, OPTIONS

# Free-ligand states after the clusters, then solid and unmixedness, then pools.
BW, AW, BI, AI, BO, AO, SOLID, UNMIXED, ETCHED, BOUND_B, BOUND_A, DISULFIDE_B, DISULFIDE_A = range(13)
EXTRA = 13
BORDER = 8
POOLS = EXTRA - BORDER

# Indices into the scalar coefficients.
# fmt: off
(VW, VI, VO, QW, QO, FEED_B_W, FEED_A_W, FEED_B_O, FEED_A_O, FEED_C,
 X_LAW, X_ORDER, X_AFFINITY, X_FLOOR, E_LAW, E_RATE, E_ORDER_C, E_ORDER_L, E_FLOOR_C, E_WEIGHT_A, E_THIOL, E_RELEASED,
 E_AFFINITY, K_C, K_W_B, K_O_B, M_I_B, M_O_B, K_W_A, K_O_A, M_I_A, M_O_A, K_OX, K_DISS, K_MIX, I_FACTOR) = range(36)
# fmt: on
SCALARS = 36

MASS_ACTION, POWER_LAW, LANGMUIR = 0, 1, 2

# Rows of the per-n coefficients.
FORWARD, REVERSE, ESCAPE, FEED_SHARE = range(4)


class Coefficients(NamedTuple):
    """What the kernels need, as plain arrays.

    Parameters
    ----------
    scalars : (SCALARS,) volumes [mL], flows [mL/h], feeds [umol/h], laws, rate constants
    ladder : (4, N + 1) forward and reverse rate constants times site numbers [1/h], water/interphase partition 1/Pi,
        share of a feed [1]
    exposure : (classes,) relative exposure of each class to the incoming ligand [1]
    """

    scalars: Any
    ladder: Any
    exposure: Any


@numba.njit(**INNER)
def _regularised_power(c, order, floor):
    """c (c + floor)^(order - 1) and its derivative; linear continuation below zero."""
    if c <= 0.0:
        slope = floor ** (order - 1.0)
        return c * slope, slope
    p = (c + floor) ** (order - 2.0)
    return c * (c + floor) * p, ((c + floor) + (order - 1.0) * c) * p


@numba.njit(**INNER)
def exchange_law(b, a, sc):
    """g(B), g(A) and dg(B)/dB, dg(B)/dA, dg(A)/dA, dg(A)/dB of the chosen law."""
    law = sc[X_LAW]
    if law == 0.0:
        return b, a, 1.0, 0.0, 1.0, 0.0
    if law == 1.0:
        gb, gbb = _regularised_power(b, sc[X_ORDER], sc[X_FLOOR])
        ga, gaa = _regularised_power(a, sc[X_ORDER], sc[X_FLOOR])
        return gb, ga, gbb, 0.0, gaa, 0.0
    k = sc[X_AFFINITY]
    q = 1.0 / (1.0 + k * (max(b, 0.0) + max(a, 0.0)))
    db = k * q if b > 0.0 else 0.0
    da = k * q if a > 0.0 else 0.0
    gb = k * b * q
    ga = k * a * q
    return gb, ga, k * q - gb * db, -gb * da, k * q - ga * da, -ga * db


@numba.njit(**INNER)
def etching_law(b, a, total, sc):
    """Etching per cluster phi [1/h] and the thiol share h/SR, with derivatives.

    Returns phi, dphi/dSR, dphi/dtotal, u = phi/SR, du/dSR, du/dtotal; SR = B + w A.
    """
    sr = b + sc[E_WEIGHT_A] * a
    if sc[E_LAW] == 2.0:
        q = 1.0 / (1.0 + sc[E_AFFINITY] * max(sr, 0.0))
        h_s = sc[E_AFFINITY] * q
        dh_s = -h_s * sc[E_AFFINITY] * q if sr > 0.0 else 0.0
    else:
        m = sc[E_ORDER_L] - 1.0
        base = max(sr, 0.0) + sc[X_FLOOR]
        h_s = base**m
        dh_s = m * h_s / base if sr > 0.0 else 0.0
    base_c = max(total, 0.0) + sc[E_FLOOR_C]
    m_c = sc[E_ORDER_C] - 1.0
    z = sc[E_RATE] * base_c**m_c
    dz = m_c * z / base_c if total > 0.0 else 0.0
    u = z * h_s
    du_s = z * dh_s
    return u * sr, u + du_s * sr, dz * h_s * sr, u, du_s, dz * h_s


def right_hand_side(problem, t, y, out):  # type: ignore[no-untyped-def]
    """dy/dt [umol/h]; for compiled code (see `rates`)."""
    sc = problem.scalars
    ladder = problem.ladder
    exposure = problem.exposure
    count = ladder.shape[1]
    sites = count - 1
    classes = exposure.shape[0]
    b0 = classes * count * 2
    vw = sc[VW] + sc[QW] * t
    vo = sc[VO] + sc[QO] * t
    vi = sc[VI]
    two = vi > 0.0
    unmixed = y[b0 + UNMIXED]
    for j in range(b0, b0 + EXTRA):
        out[j] = 0.0
    if not two:
        for j in range(1, b0, 2):
            out[j] = 0.0
    released = sc[E_RELEASED]
    etched = 0.0
    bound_b = 0.0
    bound_a = 0.0
    for r in range(2 if two else 1):
        volume = vw if r == 0 else vi
        b = y[b0 + 2 * r] / volume
        a = y[b0 + 2 * r + 1] / volume
        gb, ga, _, _, _, _ = exchange_law(b, a, sc)
        if r == 1:
            gb *= sc[I_FACTOR]
            ga *= sc[I_FACTOR]
        total = 0.0
        weighted = 0.0
        net = 0.0
        for c in range(classes):
            f = gb * (1.0 + (exposure[c] - 1.0) * unmixed)
            base = c * count * 2 + r
            below = 0.0
            current = y[base]
            for n in range(sites):
                above = y[base + 2 * n + 2]
                flux = f * ladder[FORWARD, n] * current - ga * ladder[REVERSE, n + 1] * above
                out[base + 2 * n] = below - flux
                net += flux
                total += current
                weighted += n * current
                below = flux
                current = above
            out[base + 2 * sites] = below
            total += current
            weighted += sites * current
        phi, _, _, u, _, _ = etching_law(b, a, total / volume, sc)
        for j in range(r, b0, 2):
            out[j] -= phi * y[j]
        use_b = sc[E_THIOL] * u * b * total
        use_a = sc[E_THIOL] * u * sc[E_WEIGHT_A] * a * total
        gone_b = phi * weighted
        gone_a = phi * (sites * total - weighted)
        etched += phi * total
        bound_b += (1.0 - released) * gone_b + use_b
        bound_a += (1.0 - released) * gone_a + use_a
        loss_b = sc[K_OX] * y[b0 + 2 * r]
        loss_a = sc[K_OX] * y[b0 + 2 * r + 1]
        out[b0 + 2 * r] += -net + released * gone_b - use_b - loss_b
        out[b0 + 2 * r + 1] += net + released * gone_a - use_a - loss_a
        out[b0 + DISULFIDE_B] += loss_b
        out[b0 + DISULFIDE_A] += loss_a
    if two:
        for c in range(classes):
            for n in range(count):
                j = (c * count + n) * 2
                flux = sc[K_C] * (y[j] / vw - ladder[ESCAPE, n] * y[j + 1] / vi)
                out[j] -= flux
                out[j + 1] += flux
        for s in range(2):
            shift = 4 * s
            inner = sc[K_W_B + shift] * (y[b0 + BI + s] / (vi * sc[M_I_B + shift]) - y[b0 + BW + s] / vw)
            outer = sc[K_O_B + shift] * (
                y[b0 + BO + s] / vo - sc[M_O_B + shift] / sc[M_I_B + shift] * y[b0 + BI + s] / vi
            )
            out[b0 + BW + s] += inner
            out[b0 + BI + s] += outer - inner
            loss = sc[K_OX] * y[b0 + BO + s]
            out[b0 + BO + s] -= outer + loss
            out[b0 + DISULFIDE_B + s] += loss
    dissolved = sc[K_DISS] * y[b0 + SOLID]
    out[b0 + SOLID] -= dissolved
    out[b0 + BW] += dissolved + sc[FEED_B_W]
    out[b0 + AW] += sc[FEED_A_W]
    out[b0 + BO] += sc[FEED_B_O]
    out[b0 + AO] += sc[FEED_A_O]
    out[b0 + UNMIXED] = -sc[K_MIX] * unmixed
    out[b0 + ETCHED] = etched
    out[b0 + BOUND_B] = bound_b
    out[b0 + BOUND_A] = bound_a
    if sc[FEED_C] != 0.0:
        for c in range(classes):
            for n in range(count):
                out[(c * count + n) * 2] += sc[FEED_C] * ladder[FEED_SHARE, n] / classes


class Jacobian(NamedTuple):
    """Parts of the Jacobian; K = classes x (N + 1) blocks.

    Parameters
    ----------
    diagonal : (K, 4) 2 x 2 blocks: ww, wi, iw, ii [1/h]
    lower, upper : (K, 2) coupling of n to n - 1 and n + 1, per region [1/h]
    columns : (K, 2, 4) d(cluster)/d(B_r, A_r, total_r, unmixed) of the own region
    rows : (K, 2, 2) d(B_r, A_r)/d(cluster)
    border : (8, 10) d(free ligand ...)/d(free ligand ..., total_w, total_i)
    pools : (2, 12) per region: phi, then derivatives of the pool rates (see `linearise`)
    volumes : (2,) of water and interphase [mL]
    """

    diagonal: Any
    lower: Any
    upper: Any
    columns: Any
    rows: Any
    border: Any
    pools: Any
    volumes: Any


def empty_jacobian(classes: int, sites: int) -> Jacobian:
    """Storage for the Jacobian's parts."""
    blocks = classes * (sites + 1)
    per_block = ((blocks, 4), (blocks, 2), (blocks, 2), (blocks, 2, 4), (blocks, 2, 2))
    shapes = (*per_block, (BORDER, BORDER + 2), (2, 12), (2,))
    return Jacobian(*(np.zeros(shape) for shape in shapes))


def linearise(problem, t, y, parts):  # type: ignore[no-untyped-def]
    """Fill the Jacobian's parts (a `Jacobian`, or anything with its fields) at (t, y); for compiled code.

    ``pools[r]`` holds phi, d(etched)/d(B, A, total), d(bound B)/d(B, A, total), d(bound A)/d(B, A, total), with the
    direct dependence on the clusters left out: that is phi, (1 - released) n phi and (1 - released) (N - n) phi.
    """
    sc = problem.scalars
    ladder = problem.ladder
    exposure = problem.exposure
    diagonal = parts.diagonal
    lower = parts.lower
    upper = parts.upper
    columns = parts.columns
    rows = parts.rows
    border = parts.border
    pools = parts.pools
    count = ladder.shape[1]
    sites = count - 1
    classes = exposure.shape[0]
    b0 = classes * count * 2
    vw = sc[VW] + sc[QW] * t
    vo = sc[VO] + sc[QO] * t
    vi = sc[VI]
    two = vi > 0.0
    parts.volumes[0] = vw
    parts.volumes[1] = vi if two else 1.0
    unmixed = y[b0 + UNMIXED]
    released = sc[E_RELEASED]
    for p in range(BORDER):
        for q in range(BORDER + 2):
            border[p, q] = 0.0
    for r in range(2):
        for q in range(12):
            pools[r, q] = 0.0
    if not two:
        for k in range(classes * count):
            diagonal[k, 1] = 0.0
            diagonal[k, 2] = 0.0
            diagonal[k, 3] = 0.0
            lower[k, 1] = 0.0
            upper[k, 1] = 0.0
            for m in range(4):
                columns[k, 1, m] = 0.0
            rows[k, 1, 0] = 0.0
            rows[k, 1, 1] = 0.0
    for r in range(2 if two else 1):
        volume = vw if r == 0 else vi
        jb = 2 * r
        ja = 2 * r + 1
        b = y[b0 + jb] / volume
        a = y[b0 + ja] / volume
        gb, ga, gbb, gba, gaa, gab = exchange_law(b, a, sc)
        factor = sc[I_FACTOR] if r == 1 else 1.0
        gb *= factor
        ga *= factor
        gbb *= factor / volume
        gba *= factor / volume
        gaa *= factor / volume
        gab *= factor / volume
        total = 0.0
        for j in range(r, b0, 2):
            total += y[j]
        phi, phi_s, phi_t, u, u_s, u_t = etching_law(b, a, total / volume, sc)
        w = sc[E_WEIGHT_A]
        phi_b = phi_s / volume
        phi_a = phi_s * w / volume
        net_b = 0.0
        net_a = 0.0
        net_m = 0.0
        weighted = 0.0
        for c in range(classes):
            mix = 1.0 + (exposure[c] - 1.0) * unmixed
            below_b = 0.0
            below_a = 0.0
            below_m = 0.0
            for n in range(count):
                k = c * count + n
                current = y[2 * k + r]
                up = mix * gb * ladder[FORWARD, n]
                down = ga * ladder[REVERSE, n]
                diagonal[k, 3 * r] = -(up + down + phi)
                lower[k, r] = mix * gb * ladder[FORWARD, n - 1] if n > 0 else 0.0
                upper[k, r] = ga * ladder[REVERSE, n + 1] if n < sites else 0.0
                flux_b = 0.0
                flux_a = 0.0
                flux_m = 0.0
                if n < sites:
                    going = ladder[FORWARD, n] * current
                    coming = ladder[REVERSE, n + 1] * y[2 * k + 2 + r]
                    flux_b = mix * gbb * going - gab * coming
                    flux_a = mix * gba * going - gaa * coming
                    flux_m = (exposure[c] - 1.0) * gb * going
                columns[k, r, 0] = below_b - flux_b - phi_b * current
                columns[k, r, 1] = below_a - flux_a - phi_a * current
                columns[k, r, 2] = -phi_t * current
                columns[k, r, 3] = below_m - flux_m
                net_b += flux_b
                net_a += flux_a
                net_m += flux_m
                below_b = flux_b
                below_a = flux_a
                below_m = flux_m
                rows[k, r, 0] = down - up + released * n * phi
                rows[k, r, 1] = up - down + released * (sites - n) * phi
                weighted += n * current
        rest = sites * total - weighted
        # Thiol used by etching, nu u B total and nu u w A total; "total" here is V times the column variable.
        nu = sc[E_THIOL]
        use_b_b = nu * total * (u + u_s * b) / volume
        use_b_a = nu * total * u_s * w * b / volume
        use_a_b = nu * total * u_s * w * a / volume
        use_a_a = nu * total * w * (u + u_s * w * a) / volume
        use_b_t = nu * b * (u_t * total + u * volume)
        use_a_t = nu * w * a * (u_t * total + u * volume)
        ox = sc[K_OX]
        border[jb, jb] += -net_b + released * phi_b * weighted - use_b_b - ox
        border[jb, ja] += -net_a + released * phi_a * weighted - use_b_a
        border[jb, BORDER + r] += released * phi_t * weighted - use_b_t
        border[jb, UNMIXED] += -net_m
        border[ja, jb] += net_b + released * phi_b * rest - use_a_b
        border[ja, ja] += net_a + released * phi_a * rest - use_a_a - ox
        border[ja, BORDER + r] += released * phi_t * rest - use_a_t
        border[ja, UNMIXED] += net_m
        kept = 1.0 - released
        pools[r, 0] = phi
        pools[r, 1] = phi_b * total
        pools[r, 2] = phi_a * total
        pools[r, 3] = phi_t * total
        pools[r, 4] = kept * phi_b * weighted + use_b_b
        pools[r, 5] = kept * phi_a * weighted + use_b_a
        pools[r, 6] = kept * phi_t * weighted + use_b_t
        pools[r, 7] = kept * phi_b * rest + use_a_b
        pools[r, 8] = kept * phi_a * rest + use_a_a
        pools[r, 9] = kept * phi_t * rest + use_a_t
    if two:
        to_interphase = sc[K_C] / vw
        for c in range(classes):
            for n in range(count):
                k = c * count + n
                to_water = sc[K_C] * ladder[ESCAPE, n] / vi
                diagonal[k, 0] -= to_interphase
                diagonal[k, 2] = to_interphase
                diagonal[k, 3] -= to_water
                diagonal[k, 1] = to_water
        for s in range(2):
            shift = 4 * s
            inner_i = sc[K_W_B + shift] / (vi * sc[M_I_B + shift])
            inner_w = sc[K_W_B + shift] / vw
            outer_o = sc[K_O_B + shift] / vo
            outer_i = sc[K_O_B + shift] * sc[M_O_B + shift] / (sc[M_I_B + shift] * vi)
            border[BW + s, BI + s] += inner_i
            border[BW + s, BW + s] -= inner_w
            border[BI + s, BO + s] += outer_o
            border[BI + s, BI + s] -= outer_i + inner_i
            border[BI + s, BW + s] += inner_w
            border[BO + s, BO + s] -= outer_o + sc[K_OX]
            border[BO + s, BI + s] += outer_i
    border[SOLID, SOLID] = -sc[K_DISS]
    border[BW, SOLID] += sc[K_DISS]
    border[UNMIXED, UNMIXED] = -sc[K_MIX]


_right_hand_side = numba.njit(**INNER)(right_hand_side)
_linearise = numba.njit(**INNER)(linearise)


@numba.njit(cache=True, **OPTIONS)
def rates(problem, t, y, out):
    """`right_hand_side`, to be called from Python (for CVODE and for checks)."""
    _right_hand_side(problem, t, y, out)


def interpreted_rates() -> Any:
    """`right_hand_side` as the interpreter runs it, with nothing compiled: for one short run, at once."""
    names = dict(globals())
    for name in ("_regularised_power", "exchange_law", "etching_law"):
        names[name] = FunctionType(names[name].py_func.__code__, names)
    return FunctionType(right_hand_side.__code__, names)


@numba.njit(cache=True, **OPTIONS)
def dense_jacobian(problem, t, y, parts, full):
    """The whole Jacobian as a dense matrix, assembled from its parts (for CVODE and for checks)."""
    _linearise(problem, t, y, parts)
    sc = problem.scalars
    ladder = problem.ladder
    exposure = problem.exposure
    diagonal = parts.diagonal
    lower = parts.lower
    upper = parts.upper
    columns = parts.columns
    rows = parts.rows
    border = parts.border
    pools = parts.pools
    count = ladder.shape[1]
    sites = count - 1
    classes = exposure.shape[0]
    b0 = classes * count * 2
    vw = sc[VW] + sc[QW] * t
    vi = sc[VI]
    regions = 2 if vi > 0.0 else 1
    kept = 1.0 - sc[E_RELEASED]
    for p in range(full.shape[0]):
        for q in range(full.shape[1]):
            full[p, q] = 0.0
    for k in range(classes * count):
        n = k % count
        j = 2 * k
        full[j, j] = diagonal[k, 0]
        full[j, j + 1] = diagonal[k, 1]
        full[j + 1, j] = diagonal[k, 2]
        full[j + 1, j + 1] = diagonal[k, 3]
        for r in range(regions):
            volume = vw if r == 0 else vi
            if n > 0:
                full[j + r, j + r - 2] = lower[k, r]
            if n < sites:
                full[j + r, j + r + 2] = upper[k, r]
            full[j + r, b0 + 2 * r] = columns[k, r, 0]
            full[j + r, b0 + 2 * r + 1] = columns[k, r, 1]
            full[j + r, b0 + UNMIXED] = columns[k, r, 3]
            for m in range(r, b0, 2):
                full[j + r, m] += columns[k, r, 2] / volume
            full[b0 + 2 * r, j + r] = rows[k, r, 0] + border[2 * r, BORDER + r] / volume
            full[b0 + 2 * r + 1, j + r] = rows[k, r, 1] + border[2 * r + 1, BORDER + r] / volume
            phi = pools[r, 0]
            full[b0 + ETCHED, j + r] = phi + pools[r, 3] / volume
            full[b0 + BOUND_B, j + r] = kept * n * phi + pools[r, 6] / volume
            full[b0 + BOUND_A, j + r] = kept * (sites - n) * phi + pools[r, 9] / volume
    for p in range(BORDER):
        for q in range(BORDER):
            full[b0 + p, b0 + q] = border[p, q]
    for r in range(regions):
        for m in range(2):
            full[b0 + ETCHED, b0 + 2 * r + m] = pools[r, 1 + m]
            full[b0 + BOUND_B, b0 + 2 * r + m] = pools[r, 4 + m]
            full[b0 + BOUND_A, b0 + 2 * r + m] = pools[r, 7 + m]
    for m in range(3 if regions == 2 else 1):
        full[b0 + DISULFIDE_B, b0 + 2 * m] = sc[K_OX]
        full[b0 + DISULFIDE_A, b0 + 2 * m + 1] = sc[K_OX]
