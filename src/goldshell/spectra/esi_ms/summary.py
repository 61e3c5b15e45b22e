"""A fitted spectrum as a result: composition, core charges, agreement of charges, assignments, advice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from goldshell.chemistry import Cluster, Ligand
from goldshell.errors import AnalysisError
from goldshell.numerics import Estimate
from goldshell.spectra.esi_ms import quality
from goldshell.spectra.esi_ms.calibrate import at_limits
from goldshell.spectra.esi_ms.deconvolve import Data, Fit
from goldshell.spectra.esi_ms.grammar import ELECTRON_MASS, Ion, Shell, equal_masses
from goldshell.spectra.esi_ms.intervals import Fractions, fractions, mean_of, same_mean, share
from goldshell.spectra.esi_ms.report import Assignment, EsiMsResult

_SMALLEST_R2 = 0.3
_CHECK = "check cluster, incoming ligand, charges and polarity"
_DISAGREE = 0.001
_PINNED = 2  # parameters of the peak shape at their limits that, with this share unexplained, show a wrong cluster
_UNEXPLAINED = 0.05
_UNRESOLVED = 4.0  # FWHM times charge [Da] from which envelopes of neighbouring shells run together


def summarise(
    data: Data, fit: Fit, cluster: Cluster, incoming: Ligand | None, shells: Sequence[Shell], charges: Sequence[int],
    upper: dict[Shell, tuple[float, float]], warnings: list[str], *, response: float, intervals: bool, level: float,
    seen: float, source: str, extra: Sequence[Assignment] = (), dopants: Sequence[str] = (),
) -> EsiMsResult:  # fmt: skip
    """The result of a fit; see `EsiMsResult`.

    Raises
    ------
    AnalysisError : the ions of this cluster explain too little of the spectrum, or isotopes run together
    """
    sites = cluster.ligand_count if incoming else 0
    amounts, covariance = fit.amounts, fit.covariance * fit.inflation**2
    n = np.array([ion.shell.n for ion in fit.ions])
    factor = response ** (-np.maximum(n, 0) / max(sites, 1))
    amounts, covariance = amounts * factor, covariance * np.outer(factor, factor)
    robust = fit.robust * np.outer(factor, factor)
    main = n >= 0
    if not main.any() or amounts[main].sum() <= 0:
        raise AnalysisError(f"no ion of {cluster.notation} is in the spectrum", where=source, hint=_CHECK)
    everything = data.y - fit.base
    residual = everything - fit.model
    signal = float((np.maximum(everything, 0.0) * np.gradient(data.x)).sum())
    noise_area = float((fit.sd * np.gradient(data.x)).sum()) * 0.4
    usable = ~data.excluded
    r2 = 1.0 - float((residual[usable] ** 2).sum()) / float(((data.y - data.y.mean())[usable] ** 2).sum())
    width = float(np.median(fit.instrument.width(fit.peaks.mz)))
    modelled = float((fit.model * np.gradient(data.x)).sum())
    lost, peaks = quality.unexplained(data.x, np.where(usable, residual, 0.0), fit.sd,
                                      max(signal - noise_area, modelled), width)  # fmt: skip
    _refuse(fit, cluster, r2, lost, peaks, seen, source)
    per_n, spread, there = _by_n(fit.ions, amounts, covariance, robust, sites)
    limits, warn_unseen = _limits(shells, there, upper, sites, level, fit.ions)
    confusable_amount, merged, merged_ions = _merged(fit, amounts, sites)
    composition = fractions(per_n, spread, upper=limits, confusable=confusable_amount, level=level, intervals=intervals)
    warnings = warnings + warn_unseen
    cores = np.array([ion.core_charge for ion in fit.ions])[main]
    core = {
        q: share(amounts[main], covariance[np.ix_(main, main)], cores == q, level, intervals)
        for q in sorted({int(charge) for charge in cores})
    }
    doped = np.array(["".join(f"{m}{k}" for m, k in ion.modification.dopants) for ion in fit.ions])[main]
    doping = {
        text: share(amounts[main], covariance[np.ix_(main, main)], doped == text, level, intervals)
        for text in sorted(set(doped.tolist()))
        if text
    }
    # Charges are compared as the spectrum alone gives them: sharing would make them agree
    free = fit.free_covariance * fit.inflation**2 * np.outer(factor, factor)
    per_charge, consistency = _per_charge(fit.ions, fit.free * factor, free, main, level, intervals)
    if consistency is not None and consistency < _DISAGREE:
        warnings.append("the charges disagree about the mean n: ligands may change how a cluster ionises, or another "
                        "species overlaps; compare per_charge")  # fmt: skip
    if merged_ions and not merged:
        warnings.append("the resolution cannot separate a doped core from an undoped one: see merged_ions")
    if merged:
        warnings.append("the resolution cannot separate some species; their limits include each other")
    if lost > 0.1:
        warnings.append(
            f"{100 * lost:.0f} % of the signal is not explained; largest at m/z {peaks[0][0]:.3f}"
            + ("" if dopants else "; metals in place of gold are looked for when named (dopants)")
        )
    resolved = max(
        abs(ion.charge) * float(fit.instrument.width(np.array([fit.peaks.mz.mean()]))[0]) for ion in fit.ions
    )
    if resolved > 1.3:
        warnings.append("isotope peaks are not resolved: core charge and hydrogens lost rest on the shape of envelopes")
    top = fit.peaks.mz[fit.peaks.tops()]
    strongest = float(top[int(np.argmax(fit.amounts))])
    return EsiMsResult(
        cluster=cluster.notation,
        incoming=incoming.name if incoming else "",
        fractions=tuple(_estimates(composition)),
        mean_n=composition.mean,
        dispersion_index=composition.dispersion,
        dispersion_reading=_reading(composition.dispersion),
        core_charge=core,
        dopants=doping,
        per_charge=tuple(per_charge),
        consistency=consistency,
        instrument=fit.instrument,
        resolution_mz=strongest,
        response=response,
        unexplained_fraction=lost,
        unexplained_peaks=peaks,
        r_squared=r2,
        assignments=(*_assignments(fit, covariance, top), *extra),
        merged=merged,
        merged_ions=merged_ions,
        confusable=tuple(
            equal_masses(
                cluster, incoming, 0.1 * width * float(np.mean([abs(ion.charge) for ion in fit.ions])), dopants=dopants
            )
        ),
        mz=data.x,
        intensity=data.y,
        model=fit.model,
        baseline=fit.base,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _refuse(
    fit: Fit, cluster: Cluster, r2: float, lost: float, peaks: tuple[tuple[float, float], ...], seen: float, source: str
) -> None:
    places = ", ".join(f"{mz:.2f}" for mz, _ in peaks[:3])
    width = np.array([abs(ion.charge) for ion in fit.ions]) * float(np.median(fit.instrument.width(fit.peaks.mz)))
    fitted = math.exp(fit.instrument.log_resolution)
    if math.isfinite(seen) and fitted < 0.5 * seen:
        raise AnalysisError(
            f"envelopes of {cluster.notation} do not match the peaks (width fitted R {fitted:.0f}, seen R {seen:.0f})",
            where=source, hint="check cluster, incoming ligand, core charge and polarity",
        )  # fmt: skip
    pinned = at_limits(fit.instrument)
    if len(pinned) >= _PINNED and lost > _UNEXPLAINED:
        raise AnalysisError(
            f"envelopes of {cluster.notation} do not match the peaks: {100 * lost:.0f} % stays unexplained with a peak "
            f"shape that no instrument has ({', '.join(pinned)} at their limits)",
            where=source, hint="check cluster, incoming ligand, core charge and polarity",
        )  # fmt: skip
    if width.min() > _UNRESOLVED:
        raise AnalysisError(
            f"the resolution, {fitted:.0f}, is too low to tell shells apart",
            where=source, hint="record it with a time-of-flight or Fourier-transform instrument",
        )  # fmt: skip
    if r2 < _SMALLEST_R2 or lost > 0.6:
        raise AnalysisError(
            f"ions of {cluster.notation} explain little of the spectrum (R2 {r2:.2f}, {100 * lost:.0f} % unexplained)",
            where=source,
            hint=f"check cluster, incoming ligand and polarity; largest unexplained peaks: {places or 'none'}",
        )


def _by_n(
    ions: Sequence[Ion], amounts: np.ndarray, covariance: np.ndarray, robust: np.ndarray, sites: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Summed amount of each n, its covariance (the larger of model-based and robust variances), and which are there."""
    member = np.array([[ion.shell.n == k for ion in ions] for k in range(sites + 1)], dtype=float)
    spread = member @ covariance @ member.T
    own = np.maximum(np.diag(spread), 1e-300)
    wider = np.sqrt(np.maximum(1.0, np.einsum("ij,jk,ik->i", member, robust, member) / own))
    return member @ amounts, spread * np.outer(wider, wider), np.asarray(member.any(axis=1))


def _limits(
    shells: Sequence[Shell], seen: np.ndarray, upper: dict[Shell, tuple[float, float]], sites: int, level: float,
    ions: Sequence[Ion],
) -> tuple[np.ndarray, list[str]]:  # fmt: skip
    """Largest amount of each n that was not found; infinite where the m/z range does not show it."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    limits = np.full(sites + 1, 0.0)
    outside = []
    for k in range(sites + 1):
        if seen[k]:
            continue
        values = [upper[shell] for shell in shells if shell.n == k and shell in upper]
        if values:
            limits[k] = sum(max(0.0, value + z * sd) for value, sd in values)
        elif upper:
            limits[k] = math.inf
            outside.append(k)
    if not outside:
        return limits, []
    text = ", ".join(str(k) for k in outside)
    return np.where(np.isinf(limits), 1e300, limits), [f"n = {text} lies outside the m/z range and cannot be judged"]


def _merged(
    fit: Fit, amounts: np.ndarray, sites: int
) -> tuple[np.ndarray, tuple[tuple[int, ...], ...], tuple[tuple[str, ...], ...]]:
    """Amount that each n shares with another n through columns that cannot be told apart."""
    shared = np.zeros(sites + 1)
    sets: list[set[int]] = []
    labels = []
    for head in np.unique(fit.groups):
        members = np.flatnonzero(fit.groups == head)
        numbers = {fit.ions[i].shell.n for i in members if fit.ions[i].shell.n >= 0}
        metals = {fit.ions[i].modification.dopants for i in members}
        if len(numbers) > 1 or len(metals) > 1:
            labels.append(tuple(fit.ions[i].label for i in members))
        if len(numbers) > 1:
            for k in numbers:
                shared[k] += max(float(amounts[head]), 0.0)
            sets.append(numbers)
    joined: list[set[int]] = []
    for group in sets:
        touching = [other for other in joined if other & group]
        joined = [other for other in joined if not other & group] + [group.union(*touching)]
    return shared, tuple(tuple(sorted(group)) for group in joined), tuple(labels)


def _per_charge(
    ions: Sequence[Ion], amounts: np.ndarray, covariance: np.ndarray, main: np.ndarray, level: float, intervals: bool
) -> tuple[list[dict[str, Any]], float | None]:
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    charge = np.array([abs(ion.charge) for ion in ions])
    n = np.array([ion.shell.n for ion in ions], dtype=float)
    total = float(amounts[main].sum())
    rows, means, sds = [], [], []
    for size in sorted(set(charge[main].tolist())):
        chosen = np.flatnonzero(main & (charge == size))
        part = float(amounts[chosen].sum())
        if part <= 0:
            continue
        value, sd = mean_of(amounts[chosen], covariance[np.ix_(chosen, chosen)], n[chosen])
        means.append(value)
        sds.append(sd)
        rows.append({
            "z": int(size),
            "mean_n": value,
            "low": value - z * sd if intervals else math.nan,
            "high": value + z * sd if intervals else math.nan,
            "share": part / total,
        })  # fmt: skip
    probability = same_mean(np.array(means), np.array(sds))[2]
    return rows, probability if math.isfinite(probability) else None


def _estimates(composition: Fractions) -> list[Estimate]:
    return [
        Estimate(float(a), float(b), float(c))
        for a, b, c in zip(composition.value, composition.low, composition.high, strict=True)
    ]


def _reading(index: Estimate) -> str:
    if math.isnan(index.value):
        return "undefined"
    if math.isnan(index.low):
        return "without an interval"
    if index.high < 1:
        return "narrower than binomial"
    return "broader than binomial" if index.low > 1 else "consistent with binomial"


def _assignments(fit: Fit, covariance: np.ndarray, top: np.ndarray) -> list[Assignment]:
    found = []
    for i in np.argsort(fit.amounts)[::-1]:
        amount, sd = float(fit.amounts[i]), math.sqrt(max(float(covariance[i, i]), 0.0))
        if amount <= 2.0 * sd or amount <= 0:
            continue
        ion = fit.ions[i]
        formula = ion.formula
        size = abs(ion.charge)
        found.append(
            Assignment(ion.label, formula.hill(), ion.charge, ion.shell.n, ion.core_charge, ion.hydrogens_lost,
                       float(top[i]), (formula.monoisotopic_mass - ion.charge * ELECTRON_MASS) / size, amount, sd)
        )  # fmt: skip
    return found
