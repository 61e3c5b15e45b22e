"""The findings of an explanation in words; every number in them is computed here or comes with the fit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from goldshell.chemistry import find_ligand
from goldshell.exchange.acidity import ph_of_distribution_ratio, unbuffered_ph
from goldshell.exchange.explanation import DECISIVE, Check, Contribution, Ordering
from goldshell.exchange.fit import ExchangeFit, ModelScore
from goldshell.exchange.mechanisms import CAPTION, EXPLANATION, OWN_COOPERATIVITY
from goldshell.exchange.models import well_mixed
from goldshell.exchange.published import feed_100
from goldshell.exchange.simulate import solve


def findings(
    best: ExchangeFit,
    models: Sequence[ModelScore],
    contributions: Sequence[Contribution],
    checks: Sequence[Check],
    orderings: Sequence[Ordering],
) -> list[str]:
    """What follows, in words, the most important first."""
    by_name = {item.name: item for item in models}
    said = [_overview(best, by_name)]
    said += _one_constant(by_name, contributions)
    said += _retention(best, by_name)
    said += [_verdict(item) for item in contributions]
    said += _evening_out(best)
    said += _detection(best)
    said += _diagnoses(by_name)
    for one in best.missed:
        others = [
            item.name
            for item in models
            for other in item.misfits
            if (other.experiment, other.label) == (one.experiment, one.label) and other.met
        ]
        by = f"only by '{others[0]}'" if others else f"by none of {len(models)} models"
        said.append(
            f"Not reproduced: {one.experiment}, {one.label}: reported {one.observed}, predicted {one.predicted}; {by}."
        )
    said += [item.in_words() for item in checks]
    said += [item.in_words() for item in orderings]
    return said


def _overview(best: ExchangeFit, models: Mapping[str, ModelScore]) -> str:
    chosen = models[EXPLANATION]
    text = (
        f"One set of {chosen.parameters} parameters, the same for both systems, reproduces "
        f"{len(best.misfits) - len(best.missed)} of {len(best.misfits)} data ({best.observations} observations)."
    )
    rivals = [item for item in models.values() if item.name not in (EXPLANATION, CAPTION, OWN_COOPERATIVITY)]
    if not rivals:
        return text
    following = min(rivals, key=lambda item: item.aicc)
    difference = following.aicc - chosen.aicc
    if difference < 0.0:
        return (
            f"{text} '{following.name}' has a lower AICc by {-difference:.1f}: the explanation is not the best model."
        )
    return (
        f"{text} Each of {len(rivals)} models with a mechanism left out or added has a higher AICc; the nearest is "
        f"'{following.name}', {difference:+.1f}."
    )


def _one_constant(models: Mapping[str, ModelScore], contributions: Sequence[Contribution]) -> list[str]:
    """Whether one rate and one equilibrium constant for equal, independent sites are enough."""
    found = next((item for item in contributions if item.key == "cooperativity" and item.chosen), None)
    if found is None:
        return []
    verdict = "rejected" if found.aicc_gain > DECISIVE else "not rejected"
    return [f"One rate and one equilibrium constant for 18 equal, independent sites are {verdict} "
            f"(AICc {found.aicc_gain:+.1f})."]  # fmt: skip


def _retention(best: ExchangeFit, models: Mapping[str, ModelScore]) -> list[str]:
    """What keeps the clusters whole in two phases: intact fractions at the stated pH, and at that of the ligand."""
    vials = {item.name: item for item in feed_100()}
    k_etching = best.values["k_etching"]
    intact = {}
    for name, item in vials.items():
        vector = np.array(item.vector)
        vector[well_mixed.INDEX["k_etching"]] = k_etching
        time = next(one.times[0] for one in item.observations if one.label == "intact")
        intact[name] = float(solve(item.experiment, vector, times=(time,), rtol=1e-6).intact_fraction()[0])
    vial = vials["two-phase R=100"].experiment
    ligand = find_ligand(vial.incoming)
    acids = sorted(pka.value for pka in ligand.pka_set() if pka.kind == "acid")
    neutral = 10.0**ligand.logp
    amount = vial.organic_ligand_mM * vial.organic_mL
    own = unbuffered_ph(amount, vial.water_mL, vial.organic_mL, neutral, acids)
    ratio = vial.incoming_transport[0]
    said = [
        f"At the stated pH {vial.pH:g} and with the estimated films and tabulated partition (distribution ratio "
        f"{ratio:.2g}) the two-phase vial etches like water: {100 * intact['two-phase R=100']:.0f} % intact against "
        f"{100 * intact['water-only R=100']:.0f} %. The reported 94 % needs something that the paper does not publish: "
        "the thiol must stay in the organic phase, or its film be thick."
    ]
    said.append(
        f"{vial.organic_ligand_mM:g} mM of {vial.incoming} alone brings unbuffered water to pH {own:.1f}. The text "
        "says 'buffered pH of 7.0'; Methods name only dilute acetic acid and, for one phase, pure water."
    )
    if "with partition" in models:
        other = models["with partition"]
        factor = other.values["distribution_factor"]
        ph = ph_of_distribution_ratio(ratio * factor, neutral, acids)
        as_ph = f", which the tabulated constants give at pH {ph:.1f}" if math.isfinite(ph) else ""
        difference = other.aicc - models[EXPLANATION].aicc
        said.append(
            f"A fitted distribution ratio instead comes to {ratio * factor:.3g}{as_ph}, with one parameter more and "
            f"AICc {difference:+.1f}."
        )
    return said


def _verdict(item: Contribution) -> str:
    """One sentence per mechanism, from the difference of AICc between the models with and without it."""
    if item.verdict == "needed":
        text = f"'{item.title}' is needed: without it AICc rises by {item.aicc_gain:.1f}"
    elif item.verdict == "helps":
        text = f"'{item.title}' helps: without it AICc is higher by {item.aicc_gain:.1f}"
    else:
        text = f"'{item.title}' is {item.verdict}: with it AICc rises by {-item.aicc_gain:.1f}"
        if item.key == "partition":
            text += ", in place of the pH that the ligand sets"
    shown = item.needed_by
    if not shown:
        return f"{text}."
    rest = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    return f"{text}; ln L rises by more than 2 for {'; '.join(shown[:4])}{rest}."


def _evening_out(best: ExchangeFit) -> list[str]:
    estimate = next((item.estimate for item in best.parameters if item.parameter.target == "mixing_rate"), None)
    if estimate is None:
        return []
    return [
        f"The uneven exposure in water evens out in {60 / estimate.value:.0f} min ({60 / estimate.high:.0f} to "
        f"{60 / estimate.low:.0f} min): far slower than stirring mixes a vial, nearer to how long a solid dissolves."
    ]


def _detection(best: ExchangeFit) -> list[str]:
    item = next((one for one in best.parameters if one.parameter.target == "detection_spread"), None)
    if item is None or item.parameter.prior is None:
        return []
    return [
        f"The ranges need a detection that scatters by a factor of {math.exp(item.estimate.value):.1f} between species "
        f"(assumed: {math.exp(item.parameter.prior.median):.1f}): this is what the model misses, not the spectrometer "
        "alone."
    ]


def _diagnoses(models: Mapping[str, ModelScore]) -> list[str]:
    said = []
    if CAPTION in models:
        difference = models[CAPTION].aicc - models[EXPLANATION].aicc
        said.append(
            "Reading the intact fractions at 1 h (caption of Fig. 3) instead of 30 min (text) changes AICc by "
            f"{difference:+.1f}."
        )
    if OWN_COOPERATIVITY in models:
        difference = models[OWN_COOPERATIVITY].aicc - models[EXPLANATION].aicc
        said.append(
            f"A cooperativity of its own for each system changes AICc by {difference:+.1f}: "
            + (
                "one ladder for both systems misses something, and no physical reason is at hand."
                if difference < -DECISIVE
                else "one ladder serves both systems."
            )
        )
    return said
