"""Least squares for deconvolution: normal equations of sparse columns, non-negative and signed solutions, noise."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

from goldshell.spectra.esi_ms.columns import Columns

_RIDGE = 1e-9  # of the diagonal: keeps exact duplicates solvable without moving anything else


def baseline_columns(x: np.ndarray, spacing: float = 15.0) -> Columns:
    """Uniform cubic B-splines for a smooth baseline, one knot every ``spacing`` [Th]; a straight line in a short range.

    The spacing is several times the width of an isotope envelope, so that a baseline cannot take an ion's place.
    """
    intervals = max(1, round((x[-1] - x[0]) / spacing))
    place = (x - x[0]) / (x[-1] - x[0]) * intervals
    degree = 3 if intervals >= 3 else 1
    data, first = [], []
    for k in range(-degree, intervals):  # spline k is above zero from knot k to knot k + degree + 1
        low, high = np.searchsorted(place, k), np.searchsorted(place, k + degree + 1, side="right")
        u = place[low:high] - k
        data.append(_cubic(u) if degree == 3 else np.maximum(1.0 - np.abs(u - 1.0), 0.0))
        first.append(low)
    pointer = np.concatenate([[0], np.cumsum([len(part) for part in data])]).astype(np.int64)
    return Columns(np.concatenate(data), pointer, np.array(first, dtype=np.int64), len(x))


def _cubic(u: np.ndarray) -> np.ndarray:
    """The uniform cubic B-spline on 0 to 4."""
    v = np.minimum(u, 4.0 - u)
    outer = v**3 / 6.0
    inner = (-3.0 * v**3 + 12.0 * v**2 - 12.0 * v + 4.0) / 6.0
    return np.where(v < 1.0, np.maximum(outer, 0.0), inner)


def solve_signed(gram: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solution of the normal equations without constraints."""
    scale, factor = _factored(gram)
    return scale * cholesky_solve(factor, scale * right)


def inverse_of(gram: np.ndarray) -> np.ndarray:
    """Inverse of the matrix of the normal equations: the covariance of the coefficients."""
    scale, factor = _factored(gram)
    return cholesky_inverse(factor) * scale[:, None] * scale[None, :]


def cholesky(matrix: np.ndarray) -> np.ndarray:
    """Lower Cholesky factor of a symmetric matrix, which it overwrites; above the diagonal stands nothing of use.

    Raises
    ------
    LinAlgError : not positive definite
    """
    factor, failed = dpotrf(matrix.T, lower=True, clean=False, overwrite_a=True)
    if failed:
        raise np.linalg.LinAlgError("matrix is not positive definite")
    return factor


def cholesky_solve(factor: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solution by a factor of `cholesky`."""
    return dpotrs(factor, right, lower=True)[0]


def cholesky_inverse(factor: np.ndarray) -> np.ndarray:
    """Inverse of the matrix whose factor `cholesky` gave, which it overwrites."""
    lower = np.tril(dpotri(factor, lower=True, overwrite_c=True)[0])
    return lower + np.tril(lower, -1).T


def _factored(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scale = 1.0 / np.sqrt(np.maximum(np.diag(gram), 1e-300))
    scaled = gram * scale[:, None] * scale[None, :]
    scaled[np.diag_indices_from(scaled)] += _RIDGE
    return scale, cholesky(scaled)


def solve_non_negative(
    gram: np.ndarray, right: np.ndarray, free: np.ndarray, passive: np.ndarray | None = None
) -> np.ndarray:
    """Non-negative least squares on normal equations by block principal pivoting.

    Parameters
    ----------
    gram, right : A'WA and A'Wy
    free : True for coefficients of any sign (baseline)
    passive : coefficients thought above zero, for a warm start

    References
    ----------
    Kim & Park, SIAM J. Sci. Comput. 33 (2011) 3261-3281, doi:10.1137/110821172
    """
    size = len(right)
    scale = 1.0 / np.sqrt(np.maximum(np.diag(gram), 1e-300))
    h = gram * scale[:, None] * scale[None, :]
    h[np.diag_indices_from(h)] += _RIDGE
    g = right * scale
    inside = free.copy() if passive is None else (free | passive)
    tolerance = 1e-9 * max(float(np.abs(g).max(initial=0.0)), 1e-300)
    best, patience = size + 1, 3
    solution = np.zeros(size)
    for _ in range(200):
        solution = np.zeros(size)
        index = np.flatnonzero(inside)
        if len(index):
            solution[index] = cholesky_solve(cholesky(h[np.ix_(index, index)]), g[index])
        slack = h[:, index] @ solution[index] - g
        wrong = (inside & ~free & (solution < -1e-12)) | (~inside & (slack < -tolerance))
        count = int(wrong.sum())
        if count == 0:
            break
        if count < best:
            best, patience = count, 3
        elif patience > 0:
            patience -= 1
        else:  # Murty's rule: one exchange at a time cannot cycle
            last = int(np.flatnonzero(wrong)[-1])
            wrong = np.zeros(size, dtype=bool)
            wrong[last] = True
        inside = inside ^ wrong
    return np.where(free, solution, np.maximum(solution, 0.0)) * scale


def noise_from_differences(y: np.ndarray) -> float:
    """Standard deviation of white noise from second differences of the quieter half of the points."""
    second = (y[2:] - 2.0 * y[1:-1] + y[:-2]) / np.sqrt(6.0)
    quiet = second[y[1:-1] <= np.median(y)]
    spread = 1.4826 * float(np.median(np.abs(quiet))) if len(quiet) else 0.0
    return spread


def noise_model(residual: np.ndarray, model: np.ndarray, floor: float) -> np.ndarray:
    """Coefficients (a, b, c) of the variance a + b mu + c mu^2 of the residuals, mu the fitted signal.

    The spread is taken robustly within groups of points of similar signal, so that peaks nobody fitted do not count.

    Parameters
    ----------
    residual : shape (points,)
    model : signal above the baseline, shape (points,)
    floor : smallest standard deviation
    """
    signal = np.maximum(model, 0.0)
    top = float(signal.max(initial=0.0))
    quiet = signal < 1e-3 * top if top > 0 else np.ones(len(signal), dtype=bool)
    groups: list[tuple[float, float, int]] = []
    if quiet.sum() >= 30:
        groups.append(
            (float(signal[quiet].mean()), (1.4826 * float(np.median(np.abs(residual[quiet])))) ** 2, int(quiet.sum()))
        )
    rest = np.flatnonzero(~quiet)
    order = rest[np.argsort(signal[rest])]
    for part in np.array_split(order, max(1, min(12, len(order) // 25))):
        if len(part) >= 8:
            # larger of the median-based and a trimmed spread: misfit of the peak shape sits in the wings only
            r = np.sort(np.abs(residual[part]))
            middle = 0.5 * float(r[(len(r) - 1) // 2] + r[len(r) // 2])
            kept = r[: max(4, int(0.95 * len(r)))]
            spread = max((1.4826 * middle) ** 2, float((kept**2).mean()) * 1.3)
            groups.append((float(signal[part].mean()), spread, len(part)))
    if not groups:
        return np.array([max(floor, float(residual.std())) ** 2, 0.0, 0.0])
    mu, variance, count = (np.array(item) for item in zip(*groups, strict=True))
    coefficients = np.zeros(3)
    guess = np.maximum(variance, floor**2)
    design = np.stack([np.ones_like(mu), mu, mu**2], axis=1)
    for _ in range(5):  # relative errors of the variances, so the small ones count as much as the large
        weight = np.sqrt(count) / guess
        scaled = design * weight[:, None]
        coefficients = solve_non_negative(scaled.T @ scaled, scaled.T @ (variance * weight), np.zeros(3, dtype=bool))
        guess = np.maximum(design @ coefficients, max(floor**2, 1e-3 * float(variance.min()) + 1e-300))
    coefficients[0] = max(coefficients[0], floor**2)
    return coefficients
