"""Amounts of every candidate ion in a profile spectrum: selection of shells and channels, then an unbiased refit.

A channel is what an ion carries beside its shell: charge, core charge, cations, neutral parts. Selection works on
templates, which are sums of many columns and so far better determined than single ions: channel c is tested with
T_c = sum_s P_s A_sc, shell s with T_s = sum_c g_c A_sc, in turn. What passes spans a product of shells and channels
whose amounts are fitted without sign constraints, so that sums over channels are unbiased and have honest intervals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from goldshell.spectra.esi_ms.calibrate import prior, refine
from goldshell.spectra.esi_ms.columns import Columns
from goldshell.spectra.esi_ms.envelopes import NUISANCES, Instrument, Peaks, columns, derivatives, ion_peaks
from goldshell.spectra.esi_ms.grammar import Ion, Modification, Shell
from goldshell.spectra.esi_ms.linear import (
    inverse_of,
    noise_model,
    solve_non_negative,
    solve_signed,
)
from goldshell.spectra.esi_ms.sharing import share_out

Channel = tuple[int, int, Modification]  # charge, core charge, modification

_KEEP_Z = 3.0  # standard deviations that a shell or a channel must be above zero
_ADD_Z = 5.0  # and that a channel outside the first grammar must gain, there being many to try
_SMALLEST_CHANNEL = 0.001  # of all ions: weaker channels cannot move a fraction by more than that
_NEARBY = 18.0  # ligands over which shares may change by as much as they are believed to
_PLAIN = 0.05  # of all ions: shells and channels this large in the non-negative fit are judged by the signed one
_COLLINEAR = 0.9995  # cosine of two columns above which their shares are not separated


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Points to fit.

    Parameters
    ----------
    x : shape (points,) [Th]
    y : shape (points,)
    noise : white noise of the quiet regions
    baseline : columns of the baseline
    excluded : points that say nothing (saturated), shape (points,)
    """

    x: np.ndarray
    y: np.ndarray
    noise: float
    baseline: Columns
    excluded: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted spectrum.

    Parameters
    ----------
    ions : on the support
    amounts : area of each, signed, shape (ions,)
    covariance : of the amounts, shape (ions, ions)
    instrument : calibration, width, shape
    model, base : fitted signal and baseline at the points, shape (points,)
    sd : standard deviation of each point, shape (points,)
    root_weight : roots of the weights used, shape (points,)
    robust : covariance of the amounts from the residuals themselves, summed in blocks (sandwich)
    inflation : factor by which correlated residuals widen intervals
    groups : for each ion, index of the column that it shares (ions that resolution cannot separate share one)
    free, free_covariance : amounts and covariance before they are drawn to what shells share
    scatter : relative scatter of amounts about what shells share, infinite where that was not used
    """

    ions: tuple[Ion, ...]
    peaks: Peaks
    amounts: np.ndarray
    covariance: np.ndarray
    robust: np.ndarray
    instrument: Instrument
    model: np.ndarray
    base: np.ndarray
    sd: np.ndarray
    root_weight: np.ndarray
    inflation: float
    groups: np.ndarray
    free: np.ndarray
    free_covariance: np.ndarray
    scatter: float


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidate ions with their isotope peaks, in shells by channels.

    Parameters
    ----------
    ions : those of which at least half the envelope lies where there are points
    peaks : of the ions
    shells, channels : that occur
    index : position of the ion of each shell and channel, -1 for none, shape (shells, channels)
    """

    ions: list[Ion]
    peaks: Peaks
    shells: list[Shell]
    channels: list[Channel]
    index: np.ndarray


def candidates_in(ions: Sequence[Ion], data: Data, instrument: Instrument) -> Candidates:
    """The ions whose envelopes lie in the data, arranged."""
    every = ion_peaks(ions)
    inside = np.flatnonzero(_covered(every, data.x, instrument) > 0.5).tolist() if ions else []
    kept = [ions[i] for i in inside]
    shells = list(dict.fromkeys(ion.shell for ion in kept))
    channels = list(dict.fromkeys(channel_of(ion) for ion in kept))
    shell_at = {shell: i for i, shell in enumerate(shells)}
    channel_at = {channel: i for i, channel in enumerate(channels)}
    index = np.full((len(shells), len(channels)), -1)
    for position, ion in enumerate(kept):
        index[shell_at[ion.shell], channel_at[channel_of(ion)]] = position
    return Candidates(kept, every.of(np.array(inside, dtype=int)), shells, channels, index)


def channel_of(ion: Ion) -> Channel:
    """Charge, core charge and modification of an ion."""
    return ion.charge, ion.core_charge, ion.modification


def weights(data: Data, model: np.ndarray, base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation of each point, and root weights that leave out what stands out of the model."""
    residual = data.y - model - base
    usable = ~data.excluded
    a, b, c = noise_model(residual[usable], model[usable], data.noise)
    signal = np.maximum(model, 0.0)
    sd = np.sqrt(a + b * signal + c * signal**2)
    root = 1.0 / sd
    # Peaks that no candidate explains stand above the model: their points count less (one-sided, so noise is not cut)
    scaled = residual / sd
    smooth = scaled.copy()
    smooth[1:] += scaled[:-1]
    smooth[:-1] += scaled[1:]
    smooth /= 3.0
    root = np.where(smooth > 3.0, root * np.minimum(1.0, (3.0 / np.maximum(smooth, 1e-9)) ** 2), root)
    return sd, np.where(data.excluded, 0.0, root)


class Solver:
    """Alternates amounts, nuisance parameters and noise on a growing and shrinking support."""

    def __init__(self, data: Data, instrument: Instrument, fixed: frozenset[str]) -> None:
        self.data, self.instrument, self.fixed = data, instrument, fixed
        self.root = np.where(data.excluded, 0.0, 1.0 / data.noise)
        self.sd = np.full(len(data.x), data.noise)

    def first_amounts(self, candidates: Candidates, rounds: int = 3) -> np.ndarray:
        """Non-negative amounts of all candidates, with nuisance parameters and noise fitted along."""
        data = self.data
        free = np.concatenate([np.zeros(len(candidates.ions), bool), np.ones(data.baseline.size, bool)])
        amounts = np.zeros(len(free))
        passive = None
        for turn in range(rounds):
            matrix = columns(data.x, candidates.peaks, self.instrument)
            scaled = matrix.beside(data.baseline).weighted(self.root)
            gram, right = scaled.gram(), scaled.dot(data.y * self.root)
            amounts = solve_non_negative(gram, right, free, passive)
            passive = amounts > 0
            k = len(candidates.ions)
            model, base = matrix.times(amounts[:k]), data.baseline.times(amounts[k:])
            self.sd, self.root = weights(data, model, base)
            if turn < rounds - 1:
                self._refine(candidates.peaks, amounts[:k], steps=3 if turn == 0 else 2, share_kept=0.98)
        return amounts[: len(candidates.ions)]

    def _refine(self, peaks: Peaks, amounts: np.ndarray, steps: int, share_kept: float = 1.0) -> None:
        """Nuisance parameters jointly with the strongest ions; the others are taken off the data as they are."""
        data = self.data
        order = np.argsort(amounts)[::-1]
        share = np.cumsum(np.maximum(amounts[order], 0.0)) / max(float(np.maximum(amounts, 0.0).sum()), 1e-300)
        strong = np.sort(order[: max(1, int(np.searchsorted(share, share_kept)) + 1)])
        strong = strong[amounts[strong] > 0] if share_kept < 1 else np.flatnonzero(amounts)
        if not len(strong):
            return
        weak = np.setdiff1d(np.flatnonzero(amounts), strong)
        y = data.y
        if len(weak):
            y = y - columns(data.x, peaks.of(weak), self.instrument).times(amounts[weak])
        self.instrument = refine(data.x, y, self.root, peaks.of(strong), data.baseline,
                                 self.instrument, steps=steps, fixed=self.fixed)  # fmt: skip

    def select(
        self, candidates: Candidates, amounts: np.ndarray, rounds: int = 4
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Shells and channels that stand above zero, with their shares under a product model.

        Returns
        -------
        shells, channels : True where kept; shares of the shells, shares of the channels
        """
        data = self.data
        table = np.where(candidates.index >= 0, amounts[candidates.index], 0.0)
        table[candidates.index < 0] = 0.0
        shell_share, channel_share = table.sum(axis=1), table.sum(axis=0)
        total = float(table.sum())
        if total <= 0:
            return shell_share > 0, channel_share > 0, shell_share, channel_share
        shell_share, channel_share = shell_share / total, channel_share / total
        plain_s, plain_c = shell_share > _PLAIN, channel_share > _PLAIN
        scaled = columns(data.x, candidates.peaks, self.instrument).beside(data.baseline).weighted(self.root)
        wy = data.y * self.root
        system = _System(
            scaled.gram(), scaled.dot(wy), float(wy @ wy), int((self.root > 0).sum()), len(candidates.ions)
        )
        keep_s, keep_c = np.ones(len(shell_share), bool), np.ones(len(channel_share), bool)
        for _ in range(rounds):
            fitted = _templates(system, candidates.index.T, shell_share * keep_s)
            keep_c = (fitted[0] > _KEEP_Z * fitted[1]) & (fitted[0] > _SMALLEST_CHANNEL * fitted[0].sum())
            if not keep_c.any():
                keep_c[int(np.argmax(fitted[0]))] = True
            channel_share = np.where(keep_c, fitted[0], 0.0)
            channel_share /= max(channel_share.sum(), 1e-300)
            fitted = _templates(system, candidates.index, channel_share)
            keep_s = fitted[0] > _KEEP_Z * fitted[1]
            if not keep_s.any():
                keep_s[int(np.argmax(fitted[0]))] = True
            shell_share = np.where(keep_s, fitted[0], 0.0)
            shell_share /= max(shell_share.sum(), 1e-300)
        return keep_s | plain_s, keep_c | plain_c, shell_share, channel_share

    def grow(
        self, ions: list[Ion], amounts: np.ndarray, more: Candidates, shell_share: dict[Shell, float], most: int = 12
    ) -> list[Channel]:
        """Channels outside the support that the residual asks for, strongest first, each fitted with all others."""
        data = self.data
        if not more.ions or not ions:
            return []
        share = np.array([shell_share.get(shell, 0.0) for shell in more.shells])
        mixing = template_mixing(more.index.T, share, len(more.ions))
        every = columns(data.x, more.peaks, self.instrument).beside(columns(data.x, ion_peaks(ions), self.instrument))
        scaled = every.beside(data.baseline).weighted(self.root)
        gram, right = scaled.gram(), scaled.dot(data.y * self.root)
        k = len(more.ions)
        gram_t = mixing.T @ gram[:k, :k] @ mixing
        # Nuisance parameters have already taken what they could imitate (34S can look like potassium): they count as
        # columns of the support, at whose optimum the residual is
        peaks = ion_peaks(ions)
        free = [i for i, name in enumerate(NUISANCES) if name not in self.fixed]
        slopes = derivatives(data.x, self.root, peaks, self.instrument, amounts)[:, free]
        touched = scaled.dot(slopes)
        support = scaled.size - k
        gram_s = np.empty((support + len(free),) * 2)
        gram_s[:support, :support] = gram[k:, k:]
        gram_s[:support, support:] = touched[k:]
        gram_s[support:, :support] = touched[k:].T
        gram_s[support:, support:] = slopes.T @ slopes + np.diag(prior(self.instrument)[0][free])
        fitted = solve_signed(gram[k:, k:], right[k:])
        residual = data.y * self.root - scaled.of(np.arange(k, scaled.size)).times(fitted)
        right_t = mixing.T @ scaled.of(np.arange(k)).dot(residual)
        right_s = np.concatenate([np.zeros(support), slopes.T @ residual + prior(self.instrument)[1][free]])
        cross = np.concatenate([gram[k:, :k] @ mixing, touched[:k].T @ mixing])
        inverse = inverse_of(gram_s)
        # What is left of the templates and of the data once the support has taken its part
        left = gram_t - cross.T @ inverse @ cross
        score = right_t - cross.T @ inverse @ right_s
        chosen: list[int] = []
        total = float(np.abs(amounts).sum())
        scale = np.diag(gram_t)
        for _ in range(most):
            open_ = np.flatnonzero((np.diag(left) > 0.005 * scale) & (scale > 0))
            open_ = open_[~np.isin(open_, chosen)]
            if not len(open_):
                break
            if chosen:
                done = np.array(chosen)
                block = left[np.ix_(done, done)]
                solved = np.linalg.solve(block, np.column_stack([score[done], left[np.ix_(done, open_)]]))
                rest = score[open_] - left[np.ix_(open_, done)] @ solved[:, 0]
                own = np.diag(left)[open_] - np.einsum("ij,ji->i", left[np.ix_(open_, done)], solved[:, 1:])
            else:
                rest, own = score[open_], np.diag(left)[open_]
            own = np.where(own > 0.005 * scale[open_], own, np.inf)
            z = rest / np.sqrt(own)
            penalty = np.array([more.channels[i][2].complexity for i in open_])
            merit = np.where(rest / own > _SMALLEST_CHANNEL * total, z - 0.5 * penalty, -np.inf)
            best = int(np.argmax(merit))
            if merit[best] < _ADD_Z:
                break
            chosen.append(int(open_[best]))
        return [more.channels[i] for i in chosen]

    def refit(
        self, ions: list[Ion], rounds: int = 2, steps: int = 2, *, joint: bool = False, share: bool = False
    ) -> Fit:
        """Signed amounts of ions, jointly with nuisance parameters, noise and merged groups.

        Parameters
        ----------
        ions : the support
        rounds : times that nuisance parameters and noise are fitted again
        steps : Gauss-Newton steps in each
        joint : let the covariance hold the uncertainty of the nuisance parameters too
        share : draw the amounts to what shells have in common
        """
        data = self.data
        peaks = ion_peaks(ions)
        amounts, groups = np.zeros(len(ions)), np.arange(len(ions))
        for turn in range(rounds + 1):
            matrix = columns(data.x, peaks, self.instrument)
            scaled = matrix.beside(data.baseline).weighted(self.root)
            gram, right = scaled.gram(), scaled.dot(data.y * self.root)
            groups = _merged(gram[: len(ions), : len(ions)], ions)
            heads = np.unique(groups)
            used = np.concatenate([heads, np.arange(len(ions), scaled.size)])
            solution = solve_signed(gram[np.ix_(used, used)], right[used])
            amounts = np.zeros(len(ions))
            amounts[heads] = solution[: len(heads)]
            model, base = matrix.times(amounts), data.baseline.times(solution[len(heads) :])
            self.sd, self.root = weights(data, model, base)
            if turn < rounds:
                self._refine(peaks, amounts, steps=steps)
        if joint:
            inverse = self._joint_inverse(gram[np.ix_(used, used)], scaled.of(used), peaks, amounts)
        else:
            inverse = inverse_of(gram[np.ix_(used, used)])
        residual = (data.y - model - base) * self.root
        meat = scaled.of(used).weighted(residual).in_blocks(self._block()).gram()
        k = len(heads)
        sandwich = inverse[:k] @ meat @ inverse[:, :k]
        ratio = np.diag(sandwich) / np.maximum(np.diag(inverse)[:k], 1e-300)
        inflation = math.sqrt(max(1.0, float(np.median(ratio))))
        covariance, robust = np.zeros((len(ions), len(ions))), np.zeros((len(ions), len(ions)))
        covariance[np.ix_(heads, heads)] = inverse[:k, :k]
        robust[np.ix_(heads, heads)] = sandwich
        fit = Fit(tuple(ions), peaks, amounts, covariance, robust, self.instrument, model, base, self.sd, self.root,
                  inflation, groups, amounts, covariance, math.inf)  # fmt: skip
        return _shared(fit) if share else fit

    def _block(self) -> int:
        """Points in half a Thomson, at least 12: residuals so close belong together (peak shape, electronics)."""
        return max(12, round(0.5 / float(np.median(np.diff(self.data.x)))))

    def supported(self, fit: Fit, shell: Shell) -> bool:
        """Whether most isotope peaks of a shell stand above the rest of the model, not just a few.

        Each isotope peak gives its own estimate of the amount; their weighted median must be above zero. A peak of
        something else that falls on one place of an envelope moves the mean but not the median.
        """
        data = self.data
        members = np.array([i for i, ion in enumerate(fit.ions) if ion.shell == shell])
        share: dict[Channel, float] = {}
        for ion, amount in zip(fit.ions, fit.amounts, strict=True):
            share[channel_of(ion)] = share.get(channel_of(ion), 0.0) + max(float(amount), 0.0)
        mine = fit.peaks.of(members)
        parts = np.array([share[channel_of(fit.ions[i])] for i in members]) / max(sum(share.values()), 1e-300)
        matrix = columns(data.x, mine, fit.instrument)
        rest = (data.y - fit.model - fit.base + matrix.times(fit.amounts[members])) / fit.sd
        template = matrix.times(parts) / fit.sd
        rest, template = np.where(data.excluded, 0.0, rest), np.where(data.excluded, 0.0, template)
        top = np.cumsum(np.concatenate([[0.0], template * rest]))
        bottom = np.cumsum(np.concatenate([[0.0], template**2]))
        size = np.array([abs(fit.ions[i].charge) for i in members])[mine.ion]
        centre = fit.instrument.measured(mine.mz)
        low, high = np.searchsorted(data.x, centre - 0.5 / size), np.searchsorted(data.x, centre + 0.5 / size)
        weight = bottom[high] - bottom[low]
        usable = weight > 1e-6 * float(weight.max(initial=0.0))
        if not usable.any():
            return False
        single = (top[high] - top[low])[usable] / weight[usable]
        order = np.argsort(single)
        running = np.cumsum(weight[usable][order])
        median = float(single[order][np.searchsorted(running, 0.5 * running[-1])])
        return median * math.sqrt(float(running[-1])) > 2.0 * 1.25 * fit.inflation

    def _joint_inverse(self, gram: np.ndarray, scaled: Columns, peaks: Peaks, amounts: np.ndarray) -> np.ndarray:
        """Covariance of the columns' coefficients, the nuisance parameters (with their priors) integrated out."""
        # Those that are not fitted, because the spectrum cannot tell them, are not known any better
        slopes = derivatives(self.data.x, self.root, peaks, self.instrument, amounts)
        cross = scaled.dot(slopes)
        own = slopes.T @ slopes + np.diag(prior(self.instrument)[0])
        # Schur complement: what the nuisance parameters could imitate is not information about amounts
        return inverse_of(gram - cross @ np.linalg.solve(own, cross.T))


def _shared(fit: Fit) -> Fit:
    """The fit with its amounts drawn to what shells have in common."""
    n = np.array([ion.shell.n for ion in fit.ions], dtype=float)
    heads, sizes = np.unique(fit.groups, return_counts=True)
    alone = (n < 0) | np.isin(fit.groups, heads[sizes > 1])
    used = np.flatnonzero(fit.groups == np.arange(len(n)))
    numbers: dict[Channel, int] = {}
    shells: dict[Shell, int] = {}
    channel = np.array([numbers.setdefault(channel_of(ion), len(numbers)) for ion in fit.ions])
    shell = np.array([shells.setdefault(ion.shell, len(shells)) for ion in fit.ions])
    span = max(float(np.ptp(n[~alone])), 1.0) if not alone.all() else 1.0
    kept = np.maximum(fit.amounts, 0.0) * ~alone
    place = 2.0 * (n - float(n @ kept) / max(float(kept.sum()), 1e-300)) / max(span, _NEARBY)
    found = share_out(fit.amounts[used], fit.covariance[np.ix_(used, used)] * fit.inflation**2, shell[used],
                      channel[used], place[used], alone[used])  # fmt: skip
    amounts, covariance, robust = fit.amounts.copy(), fit.covariance.copy(), fit.robust.copy()
    amounts[used] = found.amounts
    covariance[np.ix_(used, used)] = found.covariance / fit.inflation**2
    robust[np.ix_(used, used)] = found.gain @ fit.robust[np.ix_(used, used)] @ found.gain.T
    return replace(fit, amounts=amounts, covariance=covariance, robust=robust, scatter=found.scatter)


def _covered(peaks: Peaks, x: np.ndarray, instrument: Instrument) -> np.ndarray:
    """Share of each ion's envelope that lies where there are points."""
    centre = instrument.measured(peaks.mz)
    width = instrument.width(peaks.mz)
    there = np.searchsorted(x, centre + 0.5 * width) > np.searchsorted(x, centre - 0.5 * width)
    return np.add.reduceat(np.where(there, peaks.probability, 0.0), peaks.start[:-1])


@dataclass(frozen=True, slots=True, eq=False)
class _System:
    """Normal equations of all candidates followed by the baseline."""

    gram: np.ndarray
    right: np.ndarray
    square: float
    points: int
    ions: int


def template_mixing(index: np.ndarray, share: np.ndarray, ions: int) -> np.ndarray:
    """Templates sum_j share_j A_(i, j) for the rows i of ``index``, as weights of the ions, shape (ions, rows)."""
    rows, others = np.nonzero((index >= 0) & (share > 0)[None, :])
    mixing = np.zeros((ions, index.shape[0]))
    mixing[index[rows, others], rows] = share[others]
    return mixing


def _templates(system: _System, index: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Non-negative amounts of templates and their standard deviations (infinite for empty ones)."""
    k = system.ions
    mixing = template_mixing(index, share, k)
    size, splines = mixing.shape[1], len(system.right) - k
    gram = np.empty((size + splines, size + splines))
    gram[:size, :size] = mixing.T @ system.gram[:k, :k] @ mixing
    gram[size:, :size] = system.gram[k:, :k] @ mixing
    gram[:size, size:] = gram[size:, :size].T
    gram[size:, size:] = system.gram[k:, k:]
    right = np.concatenate([mixing.T @ system.right[:k], system.right[k:]])
    there = np.concatenate([np.diag(gram)[:size] > 0, np.ones(splines, bool)])
    free = np.concatenate([np.zeros(size, bool), np.ones(splines, bool)])
    found, sd = np.zeros(size), np.full(size, np.inf)
    chosen = np.flatnonzero(there)
    solution = solve_non_negative(gram[np.ix_(chosen, chosen)], right[chosen], free[chosen])
    positive = chosen[(solution > 0) | free[chosen]]
    inverse = inverse_of(gram[np.ix_(positive, positive)])
    rest = system.square - 2 * right[chosen] @ solution + solution @ gram[np.ix_(chosen, chosen)] @ solution
    misfit = max(1.0, rest / max(1, system.points))
    inside = positive < size
    sd[positive[inside]] = np.sqrt(np.diag(inverse)[inside] * misfit)
    there_ions = chosen[chosen < size]
    found[there_ions] = solution[: len(there_ions)]
    return found, sd


def _merged(gram: np.ndarray, ions: Sequence[Ion]) -> np.ndarray:
    """For each ion the simplest ion with (nearly) the same column."""
    size = 1.0 / np.sqrt(np.maximum(np.diag(gram), 1e-300))
    cosine = gram * size[:, None] * size[None, :]
    groups = np.arange(len(ions))
    first, second = np.nonzero(np.triu(cosine > _COLLINEAR, 1))
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        a, b = groups[i], groups[j]
        if a != b:
            head, tail = (a, b) if ions[a].modification.complexity <= ions[b].modification.complexity else (b, a)
            groups[groups == tail] = head
    return groups
