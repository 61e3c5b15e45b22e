"""The composition of a ligand shell from a raw ESI mass spectrum, charges and adducts unknown beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from goldshell.chemistry import Cluster, Ligand, find_ligand, parse_cluster
from goldshell.errors import AnalysisError, InputError
from goldshell.spectra.esi_ms import grammar, quality
from goldshell.spectra.esi_ms.calibrate import observed_resolution, scan
from goldshell.spectra.esi_ms.deconvolve import Channel, Data, Fit, Solver, candidates_in, channel_of, template_mixing
from goldshell.spectra.esi_ms.envelopes import Instrument, columns, ion_peaks
from goldshell.spectra.esi_ms.etching import find_etch_products
from goldshell.spectra.esi_ms.grammar import Ion, Shell
from goldshell.spectra.esi_ms.linear import baseline_columns, inverse_of, noise_from_differences
from goldshell.spectra.esi_ms.report import EsiMsResult
from goldshell.spectra.esi_ms.summary import summarise
from goldshell.spectra.io import Spectrum

_MOST_CHARGES = 12
_CHECK = "check cluster, incoming ligand, charges and polarity"
_POINTS = 6.0  # per width that suffice: denser ones are averaged
_MOST_TURNS = 4  # rounds of adding channels that the residual asks for
_MARGIN = 6.0  # Th kept beside the outermost envelope
_LARGEST_CHANGE = 197.0  # Da, of a modification
_SHORT_RANGE = 100.0  # Th below which slope and exponent cannot be told from the rest
_RUN_TOGETHER = 0.75  # FWHM times charge from which details of the peak shape are lost [Da]
_MERGE = 1.2  # and from which no single isotope peak can be seen
_LARGE_MISFIT = 0.01  # share of the variance above which the other polarity is tried
_PREVIEW = 25.0  # Th beside the tallest peak that show whether the whole is worth trying
_KEEP_Z = 4.0  # standard deviations that the summed amount of a shell must be above zero
_KEEP_ALONE = 8.0  # the same for one with no neighbour n - 1 or n + 1


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for.

    Parameters
    ----------
    cluster : starting cluster
    incoming : ligand that n counts, or None
    charges : signed charges
    core_charges : q
    shells : compositions, those of other clusters included
    dopants : metals that may stand in place of gold
    """

    cluster: Cluster
    incoming: Ligand | None
    charges: tuple[int, ...]
    core_charges: tuple[int, ...]
    shells: tuple[Shell, ...]
    dopants: tuple[str, ...] = ()

    def ions(self, charges: Sequence[int], *, other: bool = False) -> list[Ion]:
        """Candidates at these signed charges; with ``other`` the modifications that only a residual calls for."""
        made = grammar.ions(self.shells, charges, self.core_charges, grammar.modifications(other=other))
        return made + grammar.doped_ions(self.shells, charges, self.core_charges, grammar.doping(self.dopants))


# On matrices of this size the threads of a BLAS wait for each other longer than they compute
@threadpool_limits.wrap(limits=1, user_api="blas")
def analyse_spectrum(
    spectrum: Spectrum, cluster: Cluster | str, incoming: Ligand | str | None = None, *,
    charges: Sequence[int] | None = None, polarity: str = "negative", core_charges: Sequence[int] | None = None,
    also: Sequence[Cluster | str] = (), dopants: Sequence[str] = (), response: float = 1.0, intervals: bool = True,
    level: float = 0.95,
) -> EsiMsResult:  # fmt: skip
    """Deconvolve an ESI mass spectrum of a cluster whose shell is a mixture.

    Model: y(x) = baseline + sum over ions of area times isotope envelope at the instrument's peak shape. Calibration
    shift and slope, resolution, peak asymmetry, Lorentzian share and the abundances of 34S and 13C are fitted along,
    weights follow a noise model of the residuals.

    Parameters
    ----------
    spectrum : profile
    cluster : starting cluster, ``"Au25(p-MBSA)18"``
    incoming : ligand that n counts
    charges : numbers of charges to look for; every one that the m/z range allows when None
    polarity : "negative" or "positive"
    core_charges : core charges to look for; the cluster's own and one electron less when None
    also : other clusters in the sample, unexchanged
    dopants : metals of which one or two may stand in place of gold: Ag, Pd, Pt, Cd, Hg
    response : signal of the fully exchanged cluster over that of the starting cluster, per amount [1]; in between it
        changes geometrically with n
    intervals : compute intervals
    level : of the intervals [1]

    Returns
    -------
    EsiMsResult

    Raises
    ------
    InputError : unknown names, charges or polarity that cannot be
    AnalysisError : centroids, wrong polarity, no ion of this cluster, resolution too low
    """
    search = _search(spectrum, cluster, incoming, charges, polarity, core_charges, also, dopants)
    if not (math.isfinite(response) and response > 0):
        raise InputError(f"response {response:g} must be above zero")
    if not 0 < level < 1:
        raise InputError(f"the level must be between 0 and 1, got {level:g}")
    quality.check_profile(spectrum)
    warnings = list(spectrum.warnings)
    first = search.ions(search.charges)
    if not first:
        raise InputError("no ion of this cluster has these charges", where=search.cluster.notation)
    data, start, active, seen = _prepare(spectrum, first, search)
    clipped = int(data.excluded.sum())
    if clipped:
        warnings.append(f"the detector is saturated ({clipped} points at its limit): they are left out; "
                        "record it again at lower intensity")  # fmt: skip
    solver = Solver(data, start, _undetermined(data, start, search))
    fit, active = _fit(solver, search, active)
    upper = _upper_limits(solver, fit, search) if intervals else {}
    result = summarise(data, fit, search.cluster, search.incoming, search.shells, search.charges, upper, warnings,
                       dopants=search.dopants, response=response, intervals=intervals, level=level, seen=seen,
                       source=spectrum.source, extra=find_etch_products(spectrum, search.cluster, search.incoming,
                       fit.instrument, search.charges[0] < 0))  # fmt: skip
    if not spectrum.polarity and _misfit(data, fit) > _LARGE_MISFIT:
        top = float(data.x[int(np.where(data.excluded, 0.0, data.y).argmax())])
        near = (data.x > top - _PREVIEW) & (data.x < top + _PREVIEW)
        # Where the tallest peaks are first: a whole fit costs as much as the analysis itself
        for part, misfit in (
            (spectrum.between(top - _PREVIEW, top + _PREVIEW), _misfit(data, fit, near)),
            (spectrum, _misfit(data, fit)),
        ):
            if not _better_otherwise(part, search, polarity, charges, also, misfit):
                break
        else:
            other = "positive" if polarity == "negative" else "negative"
            raise AnalysisError(
                f"the spectrum fits {other} ions better than {polarity} ones", where=spectrum.source,
                hint=f"use polarity {other}",
            )  # fmt: skip
    return result


def _misfit(data: Data, fit: Fit, chosen: np.ndarray | None = None) -> float:
    """Share of the variance of the points that is neither model nor white noise."""
    usable = ~data.excluded if chosen is None else ~data.excluded & chosen
    left, y = (data.y - fit.model - fit.base)[usable], data.y[usable]
    return float((left**2).sum() - usable.sum() * data.noise**2) / float(((y - y.mean()) ** 2).sum())


def _better_otherwise(
    spectrum: Spectrum, search: Search, polarity: str, charges: Sequence[int] | None,
    also: Sequence[Cluster | str], misfit: float,
) -> bool:  # fmt: skip
    """Whether ions of the other polarity fit far better."""
    other = "positive" if polarity == "negative" else "negative"
    try:
        there = _search(spectrum, search.cluster, search.incoming, charges, other, search.core_charges, also,
                        search.dopants)  # fmt: skip
        ions = there.ions(there.charges)
        data, start, active, _ = _prepare(spectrum, ions, there)
        solver = Solver(data, start, _undetermined(data, start, there))
        fit, _ = _fit(solver, there, active)
    except (AnalysisError, InputError, np.linalg.LinAlgError):
        return False
    return _misfit(data, fit) < 0.4 * misfit and fit.instrument.log_resolution > start.log_resolution - 0.7


def _search(
    spectrum: Spectrum, cluster: Cluster | str, incoming: Ligand | str | None, charges: Sequence[int] | None,
    polarity: str, core_charges: Sequence[int] | None, also: Sequence[Cluster | str], dopants: Sequence[str],
) -> Search:  # fmt: skip
    if polarity not in {"negative", "positive"}:
        raise InputError(f"polarity {polarity!r}", hint="write negative or positive")
    if spectrum.polarity and spectrum.polarity != polarity:
        raise AnalysisError(
            f"the spectrum was recorded in {spectrum.polarity} mode, {polarity} ions are looked for",
            where=spectrum.source, hint=f"use polarity {spectrum.polarity}, or the other file",
        )  # fmt: skip
    start = parse_cluster(cluster) if isinstance(cluster, str) else cluster
    ligand = find_ligand(incoming) if isinstance(incoming, str) else incoming
    others = [parse_cluster(item) if isinstance(item, str) else item for item in also]
    made = grammar.shells(start, ligand, others)
    sign = -1 if polarity == "negative" else 1
    cores = tuple(core_charges) if core_charges else (start.core_charge, start.core_charge + 1)
    if charges is not None:
        wanted = sorted({abs(int(z)) for z in charges})
        if not wanted or wanted[0] < 1 or wanted[-1] > 60:
            raise InputError("charges must be between 1 and 60", where="charges")
    else:
        heavy = max(shell.formula.average_mass for shell in made)
        light = min(shell.formula.average_mass for shell in made)
        low, high = float(spectrum.mz[0]), float(spectrum.mz[-1])
        acids = max(shell.acids for shell in made) + 1
        most = max(3, acids) if sign < 0 else _MOST_CHARGES
        wanted = [
            z for z in range(1, min(_MOST_CHARGES, most) + 1) if light / z - 5 <= high and heavy / z + 95 / z >= low
        ]
        if not wanted:
            raise AnalysisError(
                f"no charge puts {start.notation} into m/z {low:.0f} to {high:.0f}", where=spectrum.source,
                hint="check the cluster and the m/z range",
            )  # fmt: skip
    return Search(start, ligand, tuple(sign * z for z in wanted), cores, tuple(made), tuple(dopants))


def _prepare(spectrum: Spectrum, ions: list[Ion], search: Search) -> tuple[Data, Instrument, list[Ion], float]:
    """Points to fit, a first guess of the instrument, and the candidates whose isotope peaks are there."""
    x, y = quality.with_zeros(spectrum.mz, spectrum.intensity)
    peaks = ion_peaks(ions)
    # A gold atom lost or gained is the largest change that a residual can ask for
    sizes = [abs(ion.charge) for ion in ions]
    low = float(peaks.mz.min()) - _MARGIN - _LARGEST_CHANGE / max(sizes)
    high = float(peaks.mz.max()) + _MARGIN + _LARGEST_CHANGE / min(sizes)
    kept = (x >= low) & (x <= high)
    if kept.sum() < 20:
        raise AnalysisError(
            f"no points where {search.cluster.notation} could be, m/z {low:.0f} to {high:.0f}", where=spectrum.source,
            hint="check the cluster, the charges and the m/z range",
        )  # fmt: skip
    x, y = x[kept], y[kept]
    if y.max() <= 0:
        raise AnalysisError("no signal where the cluster could be", where=spectrum.source)
    clipped = quality.saturated(y)
    noise = max(noise_from_differences(y), 2e-4 * float(y.max()))
    seen = observed_resolution(x, y, noise)
    if math.isfinite(seen):
        # An unresolved envelope looks wide: the finest resolution in question then is that of merging peaks
        widest = max(seen, search.cluster.average_mass / _RUN_TOGETHER)
        x, y, clipped = quality.averaged(x, y, clipped, float(np.median(x)) / widest / _POINTS)
        noise = max(noise_from_differences(y), 2e-4 * float(y.max()))
    guess = min(seen, 12000.0) if math.isfinite(seen) else 8000.0
    centre, half_span = 0.5 * (x[0] + x[-1]), max(0.5 * (x[-1] - x[0]), 1.0)
    start = Instrument(centre, half_span, log_resolution=math.log(guess))
    there = _present(x, y, ions, start, noise)
    if not there:
        raise AnalysisError(
            f"no isotope envelope of {search.cluster.notation} at any charge {_range(search.charges)}",
            where=spectrum.source, hint="check cluster, incoming ligand, polarity and calibration",
        )  # fmt: skip
    data = Data(x, y, noise, baseline_columns(x), clipped)
    start = _scanned(data, there, start, seen, search.cluster.average_mass)
    return data, start, there, seen


def _present(x: np.ndarray, y: np.ndarray, ions: list[Ion], start: Instrument, noise: float) -> list[Ion]:
    """Candidates for which something stands at each of their five largest isotope peaks."""
    peaks = ion_peaks(ions)
    base = float(np.median(y))
    order = np.lexsort((-peaks.probability, peaks.ion))
    rank = np.arange(len(order)) - peaks.start[peaks.ion]
    order = order[rank < 5]  # the peaks stay grouped by ion
    ion, mz = peaks.ion[order], peaks.mz[order]
    window = 25e-6 * mz + 0.5 * start.width(mz)
    low, high = np.searchsorted(x, mz - window), np.searchsorted(x, mz + window)
    covered = high > low
    ion, low, high, p = ion[covered], low[covered], high[covered], peaks.probability[order][covered]
    if not len(ion):
        return []
    tops = np.maximum.reduceat(np.append(y, -np.inf), np.stack([low, high], axis=1).ravel())[::2]
    first = np.flatnonzero(np.diff(ion, prepend=-1))
    reach = np.minimum.reduceat((tops - base) / p, first) * np.maximum.reduceat(p, first)
    enough = np.diff(first, append=len(ion)) >= 3
    kept = ion[first][enough & (reach > max(1.5 * noise, 5e-4 * float(y.max())))]
    return [ions[k] for k in kept.tolist()]


def _scanned(data: Data, ions: list[Ion], start: Instrument, seen: float, mass: float) -> Instrument:
    """Shift and resolution by a grid search around the tallest peaks."""
    top = data.x[int(np.where(data.excluded, 0, data.y).argmax())]
    inside = (data.x > top - 12) & (data.x < top + 12)
    peaks = ion_peaks(ions)
    tops = peaks.mz[peaks.tops()]
    near = np.flatnonzero((tops > top - 14) & (tops < top + 14))
    if inside.sum() < 20 or not len(near):
        return start
    x, y = data.x[inside], data.y[inside]
    base = baseline_columns(x)
    # Where isotope peaks run together, what is seen is the width of whole envelopes
    alone = math.isfinite(seen) and mass / seen < _MERGE
    guesses = [min(seen, 14000.0)] if alone else [1500.0, 3000.0, 5000.0, 8000.0, 12000.0]
    coarse = scan(x, y, peaks.of(near), base, start, guesses, np.arange(-32.0, 33.0, 8.0))
    fine = coarse.shift + np.array([-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0])
    around = [math.exp(coarse.log_resolution) * f for f in (0.7, 1.0, 1.4, 2.0)]
    return scan(x, y, peaks.of(near), base, coarse, around, fine)


def _undetermined(data: Data, start: Instrument, search: Search) -> frozenset[str]:
    """Nuisance parameters that a short m/z range, or isotope peaks that run together, cannot tell apart."""
    short = {"slope", "exponent"} if data.x[-1] - data.x[0] < _SHORT_RANGE else set()
    width = search.cluster.average_mass / math.exp(start.log_resolution)  # FWHM times charge [Da]
    return frozenset(short | ({"h3", "h4", "h5", "h6"} if width > _RUN_TOGETHER else set()))


def _fit(solver: Solver, search: Search, there: list[Ion]) -> tuple[Fit, list[Ion]]:
    data = solver.data
    candidates = candidates_in(there, data, solver.instrument)
    if not candidates.ions:
        raise AnalysisError("no envelope lies whole in the m/z range", where=search.cluster.notation)
    amounts = solver.first_amounts(candidates)
    found = {(ion.shell, channel_of(ion)): amount for ion, amount in zip(candidates.ions, amounts, strict=True)}
    by_charge: dict[int, float] = {}
    for ion, amount in zip(candidates.ions, amounts, strict=True):
        by_charge[ion.charge] = by_charge.get(ion.charge, 0.0) + float(amount)
    total = sum(by_charge.values())
    if total <= 0:
        raise AnalysisError("no ion of this cluster is in the spectrum", where=search.cluster.notation, hint=_CHECK)
    live = [charge for charge, amount in by_charge.items() if amount > 0.003 * total]
    every = candidates_in(search.ions(live), data, solver.instrument)
    others = search.ions(live, other=True)
    channels = set(every.channels)
    fit: Fit | None = None
    for turn in range(_MOST_TURNS):
        whole = np.array([found.get((ion.shell, channel_of(ion)), 0.0) for ion in every.ions])
        keep_s, keep_c, shell_share, _ = solver.select(every, whole)
        kept_shells = [shell for shell, kept in zip(every.shells, keep_s, strict=True) if kept]
        kept_channels = [channel for channel, kept in zip(every.channels, keep_c, strict=True) if kept]
        kept_channels = _closed(kept_channels)
        support = _product(search, kept_shells, kept_channels, data, solver.instrument)
        fit = solver.refit(support, rounds=1)
        if turn == _MOST_TURNS - 1:
            break
        # One core charge will do to see a modification: the others follow by `_closed`
        core = {(z, change.dopants): q for z, q, change in reversed(kept_channels)}
        here, there_shells = {z for z, _, _ in kept_channels}, set(kept_shells)
        untried = [
            ion
            for ion in others
            if ion.charge in here
            and ion.shell in there_shells
            and ion.core_charge == core.get((ion.charge, ion.modification.dopants), ion.core_charge)
            and channel_of(ion) not in channels
        ]
        shares = dict(zip(every.shells, shell_share, strict=True))
        added = solver.grow(support, fit.amounts, candidates_in(untried, data, solver.instrument), shares)
        if not added:
            break
        channels |= set(added)
        fit = solver.refit(
            _product(search, kept_shells, _closed([*kept_channels, *added]), data, solver.instrument), rounds=1, steps=4
        )
        found = {
            (ion.shell, channel_of(ion)): max(float(amount), 0.0)
            for ion, amount in zip(fit.ions, fit.amounts, strict=True)
        }
        every = candidates_in(
            [ion for ion in dict.fromkeys([*every.ions, *others]) if channel_of(ion) in channels],
            data,
            solver.instrument,
        )
    assert fit is not None
    fit = solver.refit(list(fit.ions), rounds=0, share=True)
    for _ in range(4):
        weak = _weak_shells(solver, fit)
        if not weak:
            break
        support = [ion for ion in fit.ions if ion.shell not in weak]
        fit = solver.refit(support, rounds=0, share=True)
    while weak_ions := _weakest_dopant(fit):
        fit = solver.refit([ion for ion in fit.ions if ion not in weak_ions], rounds=0, share=True)
    fit = solver.refit(list(fit.ions), rounds=1, joint=True, share=True)
    return fit, list(fit.ions)


def _closed(channels: list[Channel]) -> list[Channel]:
    """Every core charge of a charge with every modification that occurs: a weak one missed would bias others."""
    made = []
    changes = dict.fromkeys(change for _, _, change in channels)
    for charge in dict.fromkeys(channel[0] for channel in channels):
        # A doped core has its own charges
        cores: dict[tuple[tuple[str, int], ...], dict[int, None]] = {}
        for size, core, change in channels:
            if size == charge:
                cores.setdefault(change.dopants, {})[core] = None
        made += [(charge, core, change) for change in changes for core in cores.get(change.dopants, ())]
    return made


def _product(
    search: Search, shells: list[Shell], channels: list[Channel], data: Data, instrument: Instrument
) -> list[Ion]:
    return candidates_in(grammar.ions_of(shells, channels), data, instrument).ions


def _weak_shells(solver: Solver, fit: Fit) -> set[Shell]:
    """Shells whose summed amount is not `_KEEP_Z` standard deviations above zero; never all of them."""
    members: dict[Shell, list[int]] = {}
    for position, ion in enumerate(fit.ions):
        members.setdefault(ion.shell, []).append(position)
    scores = {}
    for shell, index in members.items():
        amount = float(fit.amounts[index].sum())
        variance = float(fit.covariance[np.ix_(index, index)].sum())
        shared = any(fit.groups[i] != i for i in index)
        scores[shell] = math.inf if shared else amount / (fit.inflation * math.sqrt(max(variance, 1e-300)))
    best = max(scores.values())
    # Exchange goes in steps: a small shell without a neighbour is more likely something else, and must be clearer
    there = {shell.n for shell, score in scores.items() if score >= _KEEP_Z and shell.n >= 0}
    needed = {
        shell: _KEEP_ALONE if shell.n >= 0 and not {shell.n - 1, shell.n + 1} & there else _KEEP_Z for shell in scores
    }
    weak = {shell for shell, score in scores.items() if score < needed[shell] and score < best}
    doubtful = [shell for shell, score in scores.items() if shell not in weak and _KEEP_Z <= score < 0.2 * best]
    return weak | {shell for shell in doubtful if not solver.supported(fit, shell)}


def _weakest_dopant(fit: Fit) -> set[Ion]:
    """Ions of the doped core furthest from `_KEEP_Z` standard deviations above zero; empty when all are clear."""
    members: dict[tuple[tuple[tuple[str, int], ...], int], list[int]] = {}
    for position, ion in enumerate(fit.ions):
        if ion.modification.dopants:
            members.setdefault((ion.modification.dopants, ion.core_charge), []).append(position)
    scores = {}
    for key, index in members.items():
        variance = max(float(fit.covariance[np.ix_(index, index)].sum()), 1e-300)
        scores[key] = float(fit.amounts[index].sum()) / (fit.inflation * math.sqrt(variance))
    if not scores or len(fit.ions) == len(members[worst := min(scores, key=lambda key: scores[key])]):
        return set()
    return {fit.ions[i] for i in members[worst]} if scores[worst] < _KEEP_Z else set()


def _upper_limits(solver: Solver, fit: Fit, search: Search) -> dict[Shell, tuple[float, float]]:
    """For each shell without an amount: its signed amount in the found channels beside all that was found, and sd."""
    present = {ion.shell for ion in fit.ions}
    absent = [shell for shell in search.shells if shell not in present]
    if not absent:
        return {}
    share: dict[Channel, float] = {}
    for ion, amount in zip(fit.ions, fit.amounts, strict=True):
        share[channel_of(ion)] = share.get(channel_of(ion), 0.0) + max(float(amount), 0.0)
    total = sum(share.values())
    live = [channel for channel, part in share.items() if part > 0]
    data = solver.data
    rest = candidates_in(grammar.ions_of(absent, live), data, fit.instrument)
    if not rest.ions:
        return {}
    mixing = template_mixing(
        rest.index, np.array([share[channel] / total for channel in rest.channels]), len(rest.ions)
    )
    heads = np.unique(fit.groups)
    scaled = (
        columns(data.x, rest.peaks, fit.instrument)
        .beside(columns(data.x, fit.peaks.of(heads), fit.instrument))
        .beside(data.baseline)
        .weighted(fit.root_weight)
    )
    gram, right = scaled.gram(), scaled.dot(data.y * fit.root_weight)
    k = len(rest.ions)
    cross = gram[k:, :k] @ mixing
    inverse = inverse_of(gram[k:, k:])
    own = np.einsum("ij,ij->j", mixing, gram[:k, :k] @ mixing) - np.einsum("ij,ij->j", cross, inverse @ cross)
    score = mixing.T @ right[:k] - cross.T @ (inverse @ right[k:])
    found = {}
    for position, shell in enumerate(rest.shells):
        if own[position] > 0:
            found[shell] = (float(score[position] / own[position]), float(fit.inflation / math.sqrt(own[position])))
    return found


def _range(charges: Sequence[int]) -> str:
    sizes = sorted(abs(z) for z in charges)
    return f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else str(sizes[0])
