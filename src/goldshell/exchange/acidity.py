"""pH and the distribution of an acid between water and an organic phase."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from goldshell.chemistry import find_ligand
from goldshell.exchange.experiment import Experiment
from goldshell.transport import distribution_ratio


def without_buffer(experiment: Experiment) -> Experiment:
    """The experiment with the pH that its incoming acid sets in unbuffered water, and the distribution ratio there.

    Nothing changes without an organic phase, or where the ligand is no acid that would lower the stated pH.

    Parameters
    ----------
    experiment : two-phase
    """
    ligand = find_ligand(experiment.incoming)
    groups = ligand.pka_set()
    acids = sorted(pka.value for pka in groups if pka.kind == "acid" for _ in range(pka.count))
    bases = [pka.value for pka in groups if pka.kind == "base" for _ in range(pka.count)]
    if not experiment.organic_mL or not acids or bases:
        return experiment
    amount = experiment.organic_ligand_mM * experiment.organic_mL + experiment.water_ligand_mM * experiment.water_mL
    neutral = 10.0**ligand.logp
    ph = min(experiment.pH, unbuffered_ph(amount, experiment.water_mL, experiment.organic_mL, neutral, acids))
    ratio = distribution_ratio(ph, neutral, tuple(acids)).item()
    return dataclasses.replace(experiment, pH=ph, incoming_transport=(ratio, *experiment.incoming_transport[1:]))


def ph_of_distribution_ratio(ratio: float, partition_coefficient: float, pka: Sequence[float]) -> float:
    """pH at which D = P / (1 + 10^(pH - pKa1) + 10^(2 pH - pKa1 - pKa2)) takes a value.

    Parameters
    ----------
    ratio : organic/water distribution ratio D [1]
    partition_coefficient : of the neutral molecule P, above D [1]
    pka : of its acid groups, ascending [1]

    Returns
    -------
    pH [1]; NaN where D is not below P
    """
    from scipy.optimize import brentq

    if not 0.0 < ratio < partition_coefficient:
        return math.nan

    def excess(ph: float) -> float:
        total, exponent = 1.0, 0.0
        for one in pka:
            exponent += ph - one
            total += 10.0**exponent
        return math.log(partition_coefficient / total / ratio)

    return float(brentq(excess, -10.0, 20.0))


def unbuffered_ph(
    acid_umol: float, water_mL: float, organic_mL: float, partition_coefficient: float, pka: Sequence[float]
) -> float:
    """pH of pure water in contact with an organic phase that holds a weak acid.

    [H+] = [HA-] + 2 [A2-] + Kw / [H+], the neutral acid distributed between the phases with P.

    Parameters
    ----------
    acid_umol : acid in both phases together [umol]
    water_mL, organic_mL : volumes [mL]
    partition_coefficient : organic/water, of the neutral acid [1]
    pka : of its acid groups, ascending [1]

    Returns
    -------
    pH [1]
    """
    from scipy.optimize import brentq

    def excess(ph: float) -> float:
        hydrogen = 10.0**-ph
        charged, exponent = [], 0.0
        for one in pka:
            exponent += ph - one
            charged.append(10.0**exponent)
        neutral = 1e-3 * acid_umol / (water_mL * (1.0 + sum(charged)) + organic_mL * partition_coefficient)
        negative = neutral * sum((k + 1) * share for k, share in enumerate(charged))
        return hydrogen - negative - 1e-14 / hydrogen

    return float(brentq(excess, 0.0, 7.0))
