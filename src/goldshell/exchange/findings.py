"""The findings of an explanation in words; every number in them is computed here or comes with the fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from goldshell.chemistry import find_ligand
from goldshell.exchange.acidity import ph_of_distribution_ratio, unbuffered_ph
from goldshell.exchange.explanation import REPRODUCED, Ordering, Series
from goldshell.exchange.fit import FittedParameter, Misfit, ModelScore
from goldshell.exchange.mechanisms import ALTERNATIVES, MECHANISMS, MODELS, REMOVED
from goldshell.exchange.models import well_mixed
from goldshell.exchange.problem import FitProblem

_DECISIVE = 6.0  # difference of AICc above which a model is called rejected: Akaike weight ratio 20


def findings(
    models: Mapping[str, ModelScore],
    best: str,
    parameters: Sequence[FittedParameter],
    misfits: Sequence[Misfit],
    problem: FitProblem,
    series: Sequence[Series],
    orderings: Sequence[Ordering],
) -> list[str]:
    """What follows, in words; every number computed here."""
    estimates = {item.parameter.target: item for item in parameters}
    met = sum(one.misfit <= REPRODUCED * one.count for one in misfits)
    said = [
        f"The model with the lowest AICc is '{best}': {models[best].parameters} parameters for {problem.count} "
        f"observations; {met} of {len(misfits)} data are met within two standard deviations."
    ]
    said += _verdicts(models)
    if "partition" in MODELS[best] and "distribution_factor" in estimates:
        said.append(_partition_in_words(estimates["distribution_factor"].estimate.value, problem))
    if "film" in MODELS[best]:
        said.append(_supply_in_words(estimates["film_organic"].estimate.value, problem))
    if "mixing" in MODELS[best]:
        rate = estimates["mixing_rate"].estimate
        said.append(
            f"Uneven exposure in water only evens out in {60 / rate.value:.0f} min ({60 / rate.high:.0f} to "
            f"{60 / rate.low:.0f} min): far slower than stirring mixes a vial, nearer to how long a solid dissolves."
        )
    if "noise" in MODELS[best]:
        spread = estimates["detection_spread"].estimate.value
        said.append(
            f"The ranges need a detection that scatters by a factor of {math.exp(spread):.0f} between species "
            f"(assumed {math.exp(_assumed_spread()):.2g}): what the model misses, not the spectrometer alone."
        )
    for one in misfits:
        if one.misfit > REPRODUCED * one.count:
            said.append(
                f"Not reproduced: {one.experiment}, {one.label}: reported {one.observed}, predicted {one.predicted}."
            )
    for group in series:
        missed = [one for one in group.misfits if one.misfit > REPRODUCED * one.count]
        text = f"{group.name}: {len(group.misfits) - len(missed)} of {len(group.misfits)} reproduced"
        if missed:
            text += "; not " + "; ".join(
                f"{one.experiment} (reported {one.observed}, predicted {one.predicted})" for one in missed
            )
        said.append(text + ".")
    said += [item.in_words() for item in orderings]
    return said


def _verdicts(models: Mapping[str, ModelScore]) -> list[str]:
    """One sentence per mechanism, from the difference of AICc between the full model with and without it."""
    if "all" not in models:
        return []
    full = models["all"].aicc
    said = []
    for key, other in REMOVED.items():
        if other in models:
            said.append(_removal_in_words(MECHANISMS[key].title, models[other].aicc - full))
    if "independent sites" in models:
        difference = models["independent sites"].aicc - full
        verdict = "rejected" if difference > _DECISIVE else "not rejected"
        said.append(
            f"One rate and one equilibrium constant for 18 equal, independent sites are {verdict} "
            f"(AICc {difference:+.1f})."
        )
    for key, other in ALTERNATIVES.items():
        if other in models:
            difference = models[other].aicc - full
            said.append(f"'{MECHANISMS[key].title}' ({other}): AICc {difference:+.1f} against the full model.")
    if "intact after 1 h" in models:
        difference = models["intact after 1 h"].aicc - full
        better = "better" if difference < 0 else "worse"
        said.append(
            f"Reading the intact fractions at 1 h (caption) instead of 30 min (text) fits {better} "
            f"(AICc {difference:+.1f})."
        )
    if "own cooperativity" in models:
        difference = models["own cooperativity"].aicc - full
        said.append(
            f"A cooperativity of its own for each system changes AICc by {difference:+.1f}: "
            + (
                "one ladder for both systems misses something, and no physical reason is at hand."
                if difference < -_DECISIVE
                else "one ladder serves both systems."
            )
        )
    return said


def _removal_in_words(title: str, difference: float) -> str:
    """What leaving a mechanism out costs."""
    if difference > _DECISIVE:
        return f"'{title}' is needed: without it AICc rises by {difference:.1f}."
    if difference < 0.0:
        return f"'{title}' is not supported: without it AICc falls by {-difference:.1f}."
    return f"'{title}' helps little: without it AICc rises by {difference:.1f}."


def _partition_in_words(factor: float, problem: FitProblem) -> str:
    """The fitted distribution ratio as the pH at which the tabulated one has that value."""
    vial = next(item.experiment for item in problem.experiments if item.experiment.organic_mL > 0.0)
    strongest = max(problem.experiments, key=lambda item: item.experiment.organic_ligand_mM).experiment
    ligand = find_ligand(vial.incoming)
    acids = sorted(pka.value for pka in ligand.pka_set() if pka.kind == "acid")
    neutral = 10.0**ligand.logp
    ratio = vial.incoming_transport[0] * factor
    found = ph_of_distribution_ratio(ratio, neutral, acids)
    unbuffered = unbuffered_ph(
        strongest.organic_ligand_mM * strongest.organic_mL, strongest.water_mL, strongest.organic_mL, neutral, acids
    )
    reached = (
        f"which the tabulated constants give at pH {found:.1f}" if math.isfinite(found) else "above that of the neutral"
    )
    return (
        f"The organic phase must hold thiol back: distribution ratio {ratio:.3g} instead of "
        f"{vial.incoming_transport[0]:.2g} at pH {vial.pH:g}, {reached}. Methods name acetic acid, no buffer: "
        f"{strongest.organic_ligand_mM:g} mM of {vial.incoming} alone would bring unbuffered water to pH "
        f"{unbuffered:.1f}."
    )


def _supply_in_words(thickness: float, problem: FitProblem) -> str:
    """The fitted film as the time in which half of the thiol could cross."""
    item = next(item for item in problem.experiments if item.experiment.organic_mL > 0.0)
    drop = item.vector[well_mixed.INDEX["drop_diameter"]]
    area = 6e-6 * min(item.experiment.water_mL, item.experiment.organic_mL) / drop
    default = well_mixed.Parameters().film_organic
    times = [
        60.0 * math.log(2.0) * item.experiment.organic_mL
        / (item.experiment.incoming_transport[2] * area / one * 3.6e9)
        for one in (thickness, default)
    ]  # fmt: skip
    return (
        f"The interface passes thiol slowly: half of it could cross in {times[0]:.2g} min, against "
        f"{times[1] * 60:.1g} s for the films and drops estimated for a stirred vial."
    )


def _assumed_spread() -> float:
    prior = next(p["prior"] for p in MECHANISMS["noise"].parameters)
    return float(prior[0])
