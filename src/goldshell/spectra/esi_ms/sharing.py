"""Amounts of ions, drawn to what shells have in common: charges and adducts change slowly from shell to shell.

    A_sc = F_s G_c (1 + D_c v_s) (1 + e_sc),   v_s = 2 (n_s - mean n) / N,   D_c ~ N(0, 0.5^2),   e_sc ~ N(0, t^2)

with s a shell and c a channel (charge, core charge, modification). F, G and D are fitted; the scatter t is found by the
marginal likelihood of the free amounts, with ln t ~ N(ln 0.05, 1.2^2), and the largest value within half a unit of
log-likelihood of the best is taken. A large t leaves every amount as the spectrum alone says, a small one lets strong
ions say how weak ones are shared. An ion that stands far above what all others predict for it lies under something
else; its own amount then no longer counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from goldshell.spectra.esi_ms.linear import cholesky, cholesky_inverse, cholesky_solve

_LEAN = 0.5  # prior standard deviation of D
_SCATTERS = np.array([0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6])
_USUAL, _SPREAD = math.log(0.05), 1.2  # of ln t
_ABOVE = 3.0  # standard deviations from the prediction by all others
_UNKNOWN = 0.1  # scatter where no two large shells show it
_SMALL = 0.05  # of all clusters: ions of larger shells are not taken for something else
_TINY = 0.01  # nor larger ions
_CLOSE = 0.5  # of the log-likelihood
_LEVEL = 1e-4  # of all ions: expected amounts below it scatter as if they were of this size


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Amounts under the model of sharing.

    Parameters
    ----------
    amounts : shape (ions,)
    covariance : of the amounts
    gain : matrix that takes free amounts to these (for other covariances of the free amounts)
    scatter : t
    under : ions that lie under something else
    """

    amounts: np.ndarray
    covariance: np.ndarray
    gain: np.ndarray
    scatter: float
    under: tuple[int, ...] = ()


def share_out(
    amounts: np.ndarray, covariance: np.ndarray, shell: np.ndarray, channel: np.ndarray, place: np.ndarray,
    alone: np.ndarray, *, rounds: int = 2,
) -> Shared:  # fmt: skip
    """Draw free amounts towards the model of sharing as far as they agree with it.

    Parameters
    ----------
    amounts, covariance : of a fit without constraints, shape (ions,) and (ions, ions)
    shell, channel : number of each ion's shell and channel, shape (ions,)
    place : v of each ion's shell [1]
    alone : ions that the model says nothing about (other clusters, columns shared by several ions)
    rounds : of linearisation
    """
    size = len(amounts)
    inside = np.flatnonzero(~alone)
    counts = np.bincount(channel[inside], minlength=1)
    if len(inside) < 3 or len(np.unique(shell[inside])) < 2 or (counts > 0).sum() < 2:
        return Shared(amounts, covariance, np.eye(size), math.inf)
    model = _Model(amounts[inside], shell[inside], channel[inside], place[inside])
    spread = covariance[np.ix_(inside, inside)]
    scatter = float(_SCATTERS[-1])
    under: list[int] = []
    spread = spread.copy()
    for _ in range(rounds):
        scatter = _scatter(model, amounts[inside], spread)
        # No ion of a large shell is taken for something else, so the scatter stays while ions are set aside
        for worst in _above(model, amounts[inside], spread, scatter, under, len(inside) // 8):
            under.append(worst)
            spread[worst, worst] += _set_aside(amounts[inside], worst)
        model = model.step(amounts[inside], spread, scatter)
    # Best linear unbiased prediction: generalised least squares for F, G, D and what the scatter leaves to each ion
    expected, jacobian = model.expected(), model.jacobian()
    own = np.diag((scatter * model.level()) ** 2)
    prior = own + jacobian @ (model.prior_sd[:, None] ** 2 * jacobian.T)
    everything = covariance.copy()
    everything[np.ix_(inside, inside)] = spread
    factor = cholesky(prior + spread)
    gain = cholesky_solve(factor, prior).T
    full = np.eye(size)
    full[np.ix_(inside, inside)] = gain
    outside = np.flatnonzero(alone)
    # Ions outside follow through their correlation with those inside
    pull = cholesky_solve(factor, covariance[np.ix_(inside, outside)]).T if len(outside) else np.empty((0, len(inside)))
    drawn = amounts.copy()
    rest = model.target(expected) - amounts[inside]
    drawn[inside] = amounts[inside] + (np.eye(len(inside)) - gain) @ rest
    if len(outside):
        full[np.ix_(outside, inside)] = -pull
        drawn[outside] = amounts[outside] + pull @ rest
    after = full @ everything
    return Shared(drawn, 0.5 * (after + after.T), full, scatter, tuple(inside[under].tolist()))


class _Model:
    """F, G and E = G D of the expected amounts, and their linearisation."""

    def __init__(self, amounts: np.ndarray, shell: np.ndarray, channel: np.ndarray, place: np.ndarray) -> None:
        _, self.shell = np.unique(shell, return_inverse=True)
        _, self.channel = np.unique(channel, return_inverse=True)
        self.place = place
        kept = np.maximum(amounts, 0.0)
        self.total = max(float(kept.sum()), 1e-300)
        self.f = np.maximum(np.bincount(self.shell, kept), 1e-3 * self.total)
        self.g = np.bincount(self.channel, kept) / self.total
        self.e = np.zeros(len(self.g))

    @property
    def prior_sd(self) -> np.ndarray:
        """Standard deviations of the steps of F, G and E: nearly flat but for E."""
        wide = np.concatenate([np.maximum(self.f, 0.02 * self.total), np.maximum(self.g, 0.02)])
        return np.concatenate([wide, _LEAN * np.maximum(self.g, 1e-3)])

    def expected(self) -> np.ndarray:
        return self.f[self.shell] * (self.g[self.channel] + self.e[self.channel] * self.place)

    def jacobian(self) -> np.ndarray:
        rows = np.arange(len(self.shell))
        made = np.zeros((len(rows), len(self.f) + 2 * len(self.g)))
        made[rows, self.shell] = self.g[self.channel] + self.e[self.channel] * self.place
        made[rows, len(self.f) + self.channel] = self.f[self.shell]
        made[rows, len(self.f) + len(self.g) + self.channel] = self.f[self.shell] * self.place
        return made

    def level(self) -> np.ndarray:
        """Size that the relative scatter refers to."""
        return np.maximum(np.abs(self.expected()), _LEVEL * self.total)

    def target(self, expected: np.ndarray) -> np.ndarray:
        """Expected amounts with E at the centre of its prior: the mean of the linearised prior."""
        return expected - self.f[self.shell] * self.e[self.channel] * self.place

    def step(self, amounts: np.ndarray, spread: np.ndarray, scatter: float) -> _Model:
        """F, G and E after one generalised least squares step."""
        jacobian = self.jacobian()
        variance = spread + np.diag((scatter * self.level()) ** 2)
        factor = cholesky(variance)
        sd = self.prior_sd
        weighted = cholesky_solve(factor, jacobian)
        normal = jacobian.T @ weighted + np.diag(sd**-2.0)
        right = weighted.T @ (amounts - self.expected())
        right[len(self.f) + len(self.g) :] -= self.e / sd[len(self.f) + len(self.g) :] ** 2
        change = cholesky_solve(cholesky(normal), right)
        made = object.__new__(_Model)
        made.shell, made.channel, made.place, made.total = self.shell, self.channel, self.place, self.total
        f = np.maximum(self.f + change[: len(self.f)], 1e-4 * self.total)
        g = np.maximum(self.g + change[len(self.f) : len(self.f) + len(self.g)], 1e-5)
        e = self.e + change[len(self.f) + len(self.g) :]
        scale = float(g.sum())
        made.f, made.g, made.e = f * scale, g / scale, e / scale
        return made


def _scatter(model: _Model, amounts: np.ndarray, spread: np.ndarray) -> float:
    """The largest scatter that the free amounts of the larger shells do not speak against.

    Small shells are left out: what lies under them is not scatter.
    """
    large = np.flatnonzero(model.f[model.shell] > _SMALL * model.f.sum())
    if len(np.unique(model.shell[large])) < 2:
        return _UNKNOWN
    jacobian, sd = model.jacobian()[large], model.prior_sd
    base = spread[np.ix_(large, large)] + jacobian @ (sd[:, None] ** 2 * jacobian.T)
    rest = (amounts - model.target(model.expected()))[large]
    level = model.level()[large]
    found = np.empty(len(_SCATTERS))
    for i, scatter in enumerate(_SCATTERS):
        factor = cholesky(base + np.diag((scatter * level) ** 2))
        found[i] = -np.log(np.diag(factor)).sum() - 0.5 * float(rest @ cholesky_solve(factor, rest))
        found[i] -= 0.5 * ((math.log(scatter) - _USUAL) / _SPREAD) ** 2
    return float(_SCATTERS[np.flatnonzero(found >= found.max() - _CLOSE)[-1]])


def _set_aside(amounts: np.ndarray, which: int) -> float:
    """Variance that keeps an ion's own amount from counting."""
    return 100.0 * max(float(amounts[which]), 0.0) ** 2


def _above(
    model: _Model, amounts: np.ndarray, spread: np.ndarray, scatter: float, known: list[int], most: int
) -> list[int]:
    """Ions far above what the others predict for them, furthest first, each judged with those before it set aside."""
    jacobian, sd = model.jacobian(), model.prior_sd
    variance = spread + np.diag((scatter * model.level()) ** 2) + jacobian @ (sd[:, None] ** 2 * jacobian.T)
    inverse = cholesky_inverse(cholesky(variance))
    rest = amounts - model.target(model.expected())
    closed = (model.f[model.shell] > _SMALL * model.f.sum()) | (amounts > _TINY * model.f.sum())
    closed[known] = True
    found: list[int] = []
    while len(known) + len(found) < most:
        score = np.where(closed, 0.0, inverse @ rest / np.sqrt(np.diag(inverse)))
        worst = int(np.argmax(score))
        if score[worst] <= _ABOVE:
            break
        found.append(worst)
        closed[worst] = True
        more = _set_aside(amounts, worst)
        column = inverse[:, worst].copy()  # Sherman and Morrison: one element of the diagonal grows
        inverse -= np.outer(column, column * (more / (1.0 + more * column[worst])))
    return found
