"""What no parameters can reach: bounds on mean, spread and charge of a shell that follow from counting alone.

sites            0 <= mean n <= N, charge between those of the two pure shells
absent species   P(n) at most the detection threshold bounds the mean
whole numbers    variance >= f (1 - f), f the fractional part of the mean
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from goldshell.errors import InputError, UnknownNameError
from goldshell.exchange.conditions import make_experiment

if TYPE_CHECKING:
    from goldshell.exchange.target import Target


def check_reach(target: Target) -> None:
    """Raise InputError for wishes that no parameters and no conditions in the ranges can meet, but mass balance."""
    goals, sites = target.goals, target.sites
    mean = goals.mean_n
    if mean is not None and (mean.low > sites or mean.high < 0.0):
        raise InputError(
            f"mean_n {mean.in_words()} is impossible: {target.cluster} has {sites} sites",
            where="target.mean_n", hint=f"nearest feasible: {sites}",
        )  # fmt: skip
    if goals.charge is not None:
        _check_charge(target)
    if goals.absent:
        allowed = [n for n in range(sites + 1) if n not in goals.absent]
        least, most = reachable_means(allowed, sites, goals.threshold)
        if mean is not None and (mean.high < least - 1e-9 or mean.low > most + 1e-9):
            nearest = least if mean.high < least else most
            raise InputError(
                f"mean_n {mean.in_words()} and the absent species exclude each other: without them the mean lies "
                f"between {least:.3g} and {most:.3g}",
                where="target.absent", hint=f"nearest feasible: mean_n {nearest:.3g}",
            )  # fmt: skip
    variance = goals.variance
    if mean is not None and mean.exact and variance is not None and variance.high < smallest_variance(mean.low):
        raise InputError(
            f"spread {variance.in_words()} is impossible: whole numbers with a mean of {mean.low:g} have a variance "
            f"of at least {smallest_variance(mean.low):.3g}",
            where="target.spread", hint=f"nearest feasible: mean_n {round(mean.low)}",
        )  # fmt: skip


@functools.lru_cache(maxsize=64)
def charges_by_n(
    cluster: str, incoming: str, pH: float, pka_source: str = ""
) -> tuple[tuple[float, ...], str, tuple[str, ...]]:
    """Charge of the cluster with n incoming ligands, core included, for n = 0..N, in its dense shell.

    Parameters
    ----------
    cluster : notation of the shell at the start
    incoming : ligand
    pH : of the solution in which the charge counts [1]
    pka_source : one of those that compete, "" for the first

    Returns
    -------
    charges (N + 1) [elementary charges], source used, all competing sources

    Raises
    ------
    UnknownNameError : no such source of pKa values
    """
    from goldshell.chemistry import parse_cluster, shell_charge

    experiment = make_experiment(cluster, incoming, cluster_mM=1.0, water_mL=1.0)
    core = f"Au{experiment.gold_atoms}"
    found: list[float] = []
    known: tuple[str, ...] = ()
    for n in range(experiment.sites + 1):
        outgoing = f"({experiment.outgoing}){experiment.sites - n}" if n < experiment.sites else ""
        result = shell_charge(parse_cluster(core + outgoing + (f"({experiment.incoming}){n}" if n else "")), pH)
        sources = {charge.pka_source: position for position, charge in enumerate(result.charges)}
        if len(sources) > len(known):
            known = tuple(sources)
        if pka_source and len(sources) > 1 and pka_source not in sources:
            raise UnknownNameError("source of pKa values", pka_source, sources, where="target.charge.pka_source")
        found.append(result.net(sources.get(pka_source, 0)))
    return tuple(found), pka_source or known[0], known


def smallest_variance(mean: float) -> float:
    """Smallest variance of a whole number with this mean, f (1 - f) with f its fractional part [1]."""
    part = mean - math.floor(mean)
    return part * (1.0 - part)


def reachable_means(allowed: Sequence[int], sites: int, threshold: float) -> tuple[float, float]:
    """Smallest and largest mean when the species that are not allowed stay at or below the threshold.

    With P(j) the largest, all others are at most threshold P(j): the mean is least when j is the lowest allowed species
    and every lower one is at its threshold.
    """
    lowest, highest = min(allowed), max(allowed)
    below, above = range(lowest), range(highest + 1, sites + 1)
    least = (lowest + threshold * sum(below)) / (1.0 + threshold * len(below))
    most = (highest + threshold * sum(above)) / (1.0 + threshold * len(above))
    return least, most


def _check_charge(target: Target) -> None:
    goals = target.goals
    assert goals.charge is not None
    for incoming in target.incoming:
        charges, source, _ = charges_by_n(target.cluster, incoming, goals.charge_pH, goals.pka_source)
        low, high = min(charges), max(charges)
        if goals.charge.excess(low) > 0.0 and goals.charge.excess(high) > 0.0 and not low < goals.charge.low < high:
            if len(target.incoming) > 1:
                continue
            nearest = low if goals.charge.high < low else high
            raise InputError(
                f"charge {goals.charge.in_words()} at pH {goals.charge_pH:g} is impossible: with {incoming} (pKa of "
                f"{source}) it goes from {charges[0]:.3g} to {charges[-1]:.3g}",
                where="target.charge", hint=f"nearest feasible: {nearest:.3g}",
            )  # fmt: skip
