"""Protocol sheets: the CO-reduction synthesis and the two-phase and one-phase exchange of Zhang et al., at any scale.

Every number comes from a row of the literature table, which the step names. Scaling multiplies amounts and volumes;
concentrations, ratios and times stay:

    amount = scale x volume x concentration,  clusters at most  min(Au / 25, ligand / 18)

Limits: stirring, gas supply and drop size do not scale with volume; a sheet at another scale says so.

References
----------
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z (Methods)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.exchange.conditions import make_experiment
from goldshell.exchange.experiment import Addition, Experiment
from goldshell.exchange.sheet import Amount, Protocol, Step
from goldshell.exchange.weighing import LEAST_PIPETTED_ML, Preparation, prepare, volume_text
from goldshell.literature import value

KINDS = ("synthesis", "two-phase", "one-phase")

_Z = "zhang2026-"
_LARGEST_VOLUME_CHANGE = 0.05  # of a phase by mutual saturation, above which the sheet warns
_SCALE_LIMITS = (1e-3, 1e4)

ONE_PHASE_ADDITION = 0.1
"""Share of the water in which the ligand of a one-phase exchange is brought in [1]; a convention."""


def protocol(kind: str, *, scale: float = 1.0, **options: Any) -> Protocol:
    """The protocol sheet of one of `KINDS`.

    Parameters
    ----------
    kind : "synthesis", "two-phase" or "one-phase"
    scale : factor on the published amounts [1]
    options : of `synthesis` or `exchange_protocol`

    Raises
    ------
    UnknownNameError : no such kind, ligand or solvent
    InputError : a scale or amount that is not a positive number
    """
    if kind not in KINDS:
        raise UnknownNameError("protocol", kind, KINDS)
    if kind == "synthesis":
        return synthesis(scale=scale, **options)
    return published_exchange(two_phase=kind == "two-phase", scale=scale, **options)


def synthesis(ligand: str = "p-MBSA", *, scale: float = 1.0) -> Protocol:
    """Au25 clusters by CO reduction, after the Methods of Zhang et al.

    Parameters
    ----------
    ligand : p-MBSA or p-MBA in the paper; another is scaled likewise and flagged
    scale : factor on the published amounts [1]
    """
    from goldshell.chemistry import Formula, find_ligand, parse_cluster

    _check_scale(scale)
    found = find_ligand(ligand)
    cluster = parse_cluster(f"Au25({found.name})18")
    ligand_mL, ligand_mM = scale * _row("synthesis-ligand-volume", "mL"), _row("synthesis-ligand-concentration", "mM")
    base_mL, base_mM = scale * _row("synthesis-naoh-volume", "mL"), _row("synthesis-naoh-concentration", "mM")
    gold_mL, gold_mM = scale * _row("synthesis-haucl4-volume", "mL"), _row("synthesis-haucl4-concentration", "mM")
    water_mL = scale * _row("synthesis-water-volume", "mL")
    product_mL, product_mM = scale * _row("synthesis-product-volume", "mL"), _row("synthesis-product-concentration")
    ligand_umol, base_umol, gold_umol = ligand_mL * ligand_mM, base_mL * base_mM, gold_mL * gold_mM
    total_mL = ligand_mL + base_mL + gold_mL + water_mL
    by_gold, by_ligand = gold_umol / cluster.metal_atoms, ligand_umol / cluster.ligand_count
    clusters = min(by_gold, by_ligand)
    gold_salt, gold_mass = "HAuCl4 3 H2O", Formula.parse("HAuCl4(H2O)3").average_mass
    ligand_made = prepare(found.name, found.formula.average_mass, ligand_mL, ligand_mM)
    gold_made = prepare(gold_salt, gold_mass, gold_mL, gold_mM)
    base_mass = Formula.parse("NaOH").average_mass
    expected = product_mL * product_mM
    steps = (
        Step(f"Ligand solution: {ligand_made.in_words('water')}.", (_Z + "synthesis-ligand-concentration",)),
        Step(f"Gold solution: {gold_made.in_words('water')}.", (_Z + "synthesis-haucl4-concentration",)),
        Step(
            f"To {volume_text(water_mL)} ultrapure water add in this order, stirring: {volume_text(ligand_mL)} ligand "
            f"solution ({ligand_mM:g} mM), {volume_text(base_mL)} of {base_mM / 1e3:g} M NaOH, {volume_text(gold_mL)} "
            f"gold solution ({gold_mM:g} mM).",
            tuple(_Z + f"synthesis-{name}-volume" for name in ("water", "ligand", "naoh", "haucl4")),
        ),
        Step(f"Stir for about {_row('synthesis-stir-before-ph', 'min'):g} min.", (_Z + "synthesis-stir-before-ph",)),
        Step(
            f"Bring the pH to {_row('synthesis-ph'):g} with {_row('synthesis-ph-naoh', 'M'):g} M NaOH, then stir "
            f"vigorously for {_row('synthesis-stir-after-ph', 'min'):g} min.",
            (_Z + "synthesis-ph", _Z + "synthesis-ph-naoh", _Z + "synthesis-stir-after-ph"),
        ),
        Step(
            f"In a fume hood with a CO alarm, bubble CO ({_row('synthesis-co-pressure', 'bar'):g} bar) through for "
            f"{_row('synthesis-co-time', 'min'):g} min, then seal the bottle gas-tight at once.",
            (_Z + "synthesis-co-pressure", _Z + "synthesis-co-time"),
        ),
        Step(
            f"Stir at {_row('synthesis-stirring', 'rpm'):g} rpm and about {_celsius():g} °C for "
            f"{_row('synthesis-time', 'day'):g} days, away from sunlight.",
            (_Z + "synthesis-stirring", _Z + "synthesis-temperature", _Z + "synthesis-time"),
        ),
        Step(
            f"Concentrate by rotary evaporation, precipitate with {_row('synthesis-ethanol-ratio'):g} volumes of "
            f"ethanol and wash {_row('synthesis-dmf-washes'):g} times with dimethylformamide.",
            (_Z + "synthesis-ethanol-ratio", _Z + "synthesis-dmf-washes"),
        ),
        Step(
            f"Dissolve in {volume_text(product_mL)} ultrapure water; the paper reports about {product_mM:g} mM, "
            f"{expected:.3g} umol at this scale, {100 * expected / clusters:.0f} % of the theoretical yield.",
            (_Z + "synthesis-product-volume", _Z + "synthesis-product-concentration", _Z + "synthesis-gold-yield"),
        ),
    )
    warnings = [*ligand_made.warnings, *gold_made.warnings, *_scale_warnings(scale, "gas supply and heat removal")]
    if found.name not in ("p-MBSA", "p-MBA"):
        warnings.append(f"the paper makes p-MBSA and p-MBA shells this way; {found.name} is an extrapolation")
    return Protocol(
        kind="synthesis",
        title=f"{cluster.notation} by CO reduction, {scale:g} x the published scale",
        scale=scale,
        amounts=(
            Amount("water", "solvent", water_mL, rows=(_Z + "synthesis-water-volume",)),
            Amount(found.name, "ligand", ligand_mL, ligand_mM, ligand_umol, ligand_made.mass_mg,
                   (_Z + "synthesis-ligand-volume", _Z + "synthesis-ligand-concentration")),
            Amount("NaOH", "base", base_mL, base_mM, base_umol, base_umol * base_mass * 1e-3,
                   (_Z + "synthesis-naoh-volume", _Z + "synthesis-naoh-concentration")),
            Amount(gold_salt, "gold", gold_mL, gold_mM, gold_umol, gold_made.mass_mg,
                   (_Z + "synthesis-haucl4-volume", _Z + "synthesis-haucl4-concentration")),
        ),
        steps=steps,
        concentrations_mM={
            found.name: ligand_umol / total_mL, "NaOH": base_umol / total_mL, "Au": gold_umol / total_mL,
        },
        ratios={"ligand_to_gold": ligand_umol / gold_umol, "ligand_to_gold_in_cluster":
                cluster.ligand_count / cluster.metal_atoms, "reported_yield": expected / clusters},
        clusters_umol=clusters,
        clusters_mg=clusters * cluster.average_mass * 1e-3,
        limited_by="gold" if by_gold <= by_ligand else "ligand",
        checks=(
            f"{volume_text(total_mL)} in all before the pH is set: {ligand_umol / total_mL:.3g} mM {found.name}, "
            f"{gold_umol / total_mL:.3g} mM Au, ligand : Au {ligand_umol / gold_umol:.3g} (cluster "
            f"{cluster.ligand_count / cluster.metal_atoms:.2f})",
            f"theoretical yield {clusters:.4g} umol = {clusters * cluster.average_mass * 1e-3:.3g} mg of "
            f"{cluster.notation}, limited by {'gold' if by_gold <= by_ligand else 'the ligand'}",
            "masses of the gold salt are for the trihydrate; the paper prints HAuCl4 without saying which",
        ),
        warnings=tuple(warnings),
    )  # fmt: skip


def published_exchange(
    *,
    two_phase: bool = True,
    cluster: str = "Au25(p-MBSA)18",
    incoming: str = "p-MBA",
    feed_ratio: float = 100.0,
    solvent: str = "ethyl acetate",
    pH: float | None = None,
    time_h: float | None = None,
    water_mL: float | None = None,
    organic_mL: float | None = None,
    scale: float = 1.0,
) -> Protocol:
    """The published exchange protocol with what is given changed.

    Parameters
    ----------
    two_phase : ligand in an organic phase; else everything in the water
    cluster : notation of the shell at the start
    incoming : ligand that comes in
    feed_ratio : incoming ligand per cluster [1]
    solvent : organic solvent
    pH, time_h : 7 and 1 h in the paper [1], [h]
    water_mL, organic_mL : before scaling; 2 mL each in the paper [mL]
    scale : factor on all volumes [1]
    """
    base = "two-phase" if two_phase else "single-phase"
    water = _row("two-phase-aqueous-volume", "mL") if water_mL is None else water_mL
    organic = (_row("two-phase-organic-volume", "mL") if organic_mL is None else organic_mL) if two_phase else 0.0
    concentration = _row(f"{base}-cluster-concentration", "mM")
    for what, number in (("feed ratio", feed_ratio), ("volume of water", water), ("organic volume", organic)):
        if not math.isfinite(number) or number < 0.0 or (number == 0.0 and (two_phase or what != "organic volume")):
            raise InputError(f"{what} {number:g} must be above 0")
    acidity = _row("two-phase-ph") if pH is None else pH
    if not 0.0 <= acidity <= 14.0:
        raise InputError(f"pH {acidity:g} is not between 0 and 14")
    ligand_umol = feed_ratio * concentration * water
    experiment = make_experiment(
        cluster, incoming, cluster_mM=concentration, water_mL=water, pH=acidity,
        solvent=solvent if two_phase else "", organic_mL=organic,
        water_ligand_mM=0.0 if two_phase else ligand_umol / water,
        organic_ligand_mM=ligand_umol / organic if two_phase else 0.0,
    )  # fmt: skip
    hours = _row(f"{base}-time", "h") if time_h is None else time_h
    return exchange_protocol(experiment, time_h=hours, scale=scale)


def exchange_protocol(experiment: Experiment, *, time_h: float, scale: float = 1.0) -> Protocol:
    """The protocol sheet of an exchange experiment.

    Parameters
    ----------
    experiment : conditions; at most one addition in its schedule
    time_h : when it is stopped [h]
    scale : factor on all volumes [1]

    Raises
    ------
    InputError : no clusters, no ligand, no time, a scale that is not a positive number
    """
    from goldshell.chemistry import find_ligand, parse_cluster

    _check_scale(scale)
    if not (math.isfinite(time_h) and time_h > 0.0):
        raise InputError(f"reaction time {time_h:g} h must be above 0")
    cluster, ligand = parse_cluster(experiment.cluster), find_ligand(experiment.incoming)
    two = experiment.organic_mL > 0.0
    additions = [event for event in experiment.schedule if isinstance(event, Addition)]
    added_mL = scale * sum(event.volume_mL for event in additions)
    added_umol = scale * sum(event.volume_mL * event.incoming_mM for event in additions)
    water_mL, organic_mL = scale * experiment.water_mL, scale * experiment.organic_mL
    clusters_umol = experiment.cluster_mM * water_mL
    at_once_umol = experiment.organic_ligand_mM * organic_mL + experiment.water_ligand_mM * water_mL
    ligand_umol = at_once_umol + added_umol
    if clusters_umol <= 0.0 or ligand_umol <= 0.0:
        raise InputError(
            "a protocol needs clusters and incoming ligand", hint="give concentrations and volumes above 0"
        )
    medium = experiment.solvent if two else "water"
    made = _ligand_preparation(experiment, ligand.name, ligand.formula.average_mass, scale, additions)
    base = "two-phase" if two else "single-phase"
    first_mL = water_mL if two or additions else water_mL * (1.0 - ONE_PHASE_ADDITION)
    steps, stock_warnings = _water_steps(experiment, cluster.notation, clusters_umol, first_mL, two)
    steps.append(
        Step(
            f"{'Organic phase' if two else 'Ligand solution'}: {made.in_words(medium)}"
            + ("." if two else f"; set its pH to {experiment.pH:.3g} too."),
            (_Z + "two-phase-organic-volume",) if two else (),
        )
    )
    if experiment.counter_ion:
        steps.append(
            Step(
                f"Add the counter-ion {experiment.counter_ion} to the water"
                + (f" to {experiment.counter_ion_mM:.3g} mM." if experiment.counter_ion_mM else
                   " (its concentration is not printed in the paper and does not enter the model)."),
                (_Z + f"counter-ion-{experiment.counter_ion.lower()}",),
            )
        )  # fmt: skip
    minutes = 60.0 * time_h
    stirring = f"{_row('two-phase-stirring', 'rpm'):g} rpm"
    if additions:
        event = additions[0]
        rate = scale * event.volume_mL / (60.0 * event.duration_h)
        steps.append(
            Step(
                (f"Put {volume_text(organic_mL)} {medium} on the water, stir vigorously at {stirring} and " if two else
                 "Stir the aqueous phase and ")
                + f"pump in {volume_text(added_mL)} of the ligand solution at {rate * 1e3:.3g} uL/min, in "
                f"{60.0 * event.duration_h:.3g} min; count the time from its start.",
                (_Z + "two-phase-stirring",) if two else (),
            )
        )  # fmt: skip
    elif two:
        steps.append(
            Step(
                f"Add {volume_text(made.volume_mL)} of it to the aqueous phase at once and stir vigorously at "
                f"{stirring}; count the time from now.",
                (_Z + "two-phase-stirring",),
            )
        )
    else:
        steps.append(
            Step(
                f"Add {volume_text(made.volume_mL)} of it to the aqueous phase at once and stir; count the time from "
                "now.",
                (_Z + "single-phase-cluster-concentration",),
            )
        )
    steps.append(Step(f"Stop after {minutes:.4g} min.", (_Z + f"{base}-time",) if time_h == 1.0 else ()))
    if two:
        steps.append(Step("Let the phases separate at once and collect the water.", (_Z + "two-phase-aqueous-volume",)))
    ethanol, salt = _row("exchange-quench-ethanol"), _row("exchange-quench-nacl", "M")
    steps.append(
        Step(
            f"Quench: {ethanol:g} volumes of ethanol ({volume_text(ethanol * water_mL)}) and NaCl to {salt:g} M in the "
            f"mixture; wash {_row('exchange-quench-dmf'):g} times with dimethylformamide; take up in water.",
            (_Z + "exchange-quench-ethanol", _Z + "exchange-quench-nacl", _Z + "exchange-quench-dmf"),
        )
    )
    total_mL = water_mL + organic_mL + added_mL
    checks, warnings = _vial_checks(experiment, ligand_umol, water_mL, organic_mL + (added_mL if two else 0.0))
    warnings = [*stock_warnings, *made.warnings, *warnings, *_scale_warnings(scale, "drop size and mixing")]
    row_volume = (_Z + "two-phase-aqueous-volume",)
    amounts = [
        Amount(cluster.notation, "clusters", water_mL, experiment.cluster_mM, clusters_umol,
               clusters_umol * cluster.average_mass * 1e-3, (*row_volume, _Z + f"{base}-cluster-concentration")),
        Amount(ligand.name, "incoming ligand", made.volume_mL, made.concentration_mM, ligand_umol, made.mass_mg,
               (_Z + "two-phase-thiol-amount-r100",) if math.isclose(experiment_feed(experiment), 100.0) else ()),
    ]  # fmt: skip
    if two:
        row = (_Z + "two-phase-organic-volume",)
        amounts.append(Amount(experiment.solvent, "organic phase", organic_mL + added_mL, rows=row))
    concentrations = {
        f"{cluster.notation} in water": experiment.cluster_mM,
        f"{ligand.name} in the ligand solution": made.concentration_mM,
        f"{ligand.name} over everything": ligand_umol / total_mL,
    }
    feed = ligand_umol / clusters_umol
    return Protocol(
        kind="two-phase" if two else "one-phase",
        title=f"{cluster.notation} + {ligand.name}, {feed:.4g} per cluster, "
        + (f"water | {experiment.solvent}" if two else "in water")
        + (f", {scale:g} x" if scale != 1.0 else ""),
        scale=scale,
        amounts=tuple(amounts),
        steps=tuple(steps),
        concentrations_mM=concentrations,
        ratios={
            "feed_ratio": feed,
            "ligand_to_gold": ligand_umol / (clusters_umol * cluster.metal_atoms),
            "ligand_to_sites": feed / experiment.sites,
        },
        clusters_umol=clusters_umol,
        clusters_mg=clusters_umol * cluster.average_mass * 1e-3,
        limited_by="clusters" if feed >= experiment.sites else "incoming ligand",
        checks=tuple(checks),
        warnings=tuple(warnings),
    )


def experiment_feed(experiment: Experiment) -> float:
    """Incoming ligand per cluster, what is added later included [1]."""
    added = sum(event.volume_mL * event.incoming_mM for event in experiment.schedule if isinstance(event, Addition))
    clusters = experiment.cluster_mM * experiment.water_mL
    return experiment.feed_ratio + (added / clusters if clusters else 0.0)


def _ligand_preparation(
    experiment: Experiment, name: str, molar_mass: float, scale: float, additions: Sequence[Addition]
) -> Preparation:
    """The ligand solution: the organic phase, what is pumped in, or a tenth of the water, ten times as strong."""
    if additions:
        event = additions[0]
        return prepare(name, molar_mass, scale * event.volume_mL, event.incoming_mM)
    if experiment.organic_mL > 0.0:
        return prepare(name, molar_mass, scale * experiment.organic_mL, experiment.organic_ligand_mM)
    share = ONE_PHASE_ADDITION
    return prepare(name, molar_mass, scale * share * experiment.water_mL, experiment.water_ligand_mM / share)


def _water_steps(
    experiment: Experiment, notation: str, clusters_umol: float, water_mL: float, two: bool
) -> tuple[list[Step], list[str]]:
    """Making the aqueous phase from the purified stock, and setting its pH."""
    stock_mM = _row("synthesis-product-concentration", "mM")
    stock_mL = clusters_umol / stock_mM
    warnings = []
    if experiment.cluster_mM > stock_mM:
        warnings.append(
            f"{experiment.cluster_mM:g} mM clusters is above the {stock_mM:g} mM of the published stock: concentrate it"
        )
    elif stock_mL < LEAST_PIPETTED_ML:
        warnings.append(
            f"{stock_mL * 1e3:.3g} uL of the {stock_mM:g} mM cluster stock is too little to pipette; dilute it first"
        )
    base = "two-phase" if two else "single-phase"
    steps = [
        Step(
            f"Aqueous phase: dilute {volume_text(stock_mL)} of purified {notation} (stock of about {stock_mM:g} mM; "
            f"measure yours at {_row('etching-protocol-wavelength', 'nm'):g} nm) with water to {volume_text(water_mL)} "
            f"of {clusters_umol / water_mL:.4g} mM ({clusters_umol:.4g} umol).",
            (_Z + "two-phase-aqueous-volume", _Z + f"{base}-cluster-concentration",
             _Z + "synthesis-product-concentration", _Z + "etching-protocol-wavelength"),
        ),
        Step(
            f"Set the pH to {experiment.pH:.3g} with dilute acetic acid or NaOH, and measure it.",
            (_Z + "two-phase-ph",) if experiment.pH == _row("two-phase-ph") else (),
        ),
    ]  # fmt: skip
    return steps, warnings


def _vial_checks(
    experiment: Experiment, ligand_umol: float, water_mL: float, organic_mL: float
) -> tuple[list[str], list[str]]:
    """Dilution, mutual solubility, and what the ligand does at equilibrium."""
    from goldshell.transport import equilibrium_concentrations, saturated_volumes

    checks, warnings = [], []
    if organic_mL > 0.0:
        in_organic = ligand_umol / organic_mL
        checks.append(
            f"{in_organic:.3g} mM in {volume_text(organic_mL)} organic + {volume_text(water_mL)} water is "
            f"{ligand_umol / (organic_mL + water_mL):.3g} mM over everything, not {in_organic:.3g} mM in water"
        )
        ratio = experiment.incoming_transport[0]
        spread = equilibrium_concentrations(water_mL, organic_mL, ratio, organic=in_organic)
        checks.append(
            f"if no ligand reacted, the water would reach {spread.water:.3g} mM at pH {experiment.pH:.3g} "
            f"(organic/water distribution ratio {ratio:.3g})"
        )
        try:
            wet, dry = saturated_volumes(experiment.solvent, water_mL, organic_mL)
        except AnalysisError as problem:
            warnings.append(f"phases: {problem}")
        else:
            text = (
                f"mutually saturated, {volume_text(water_mL)} water and {volume_text(organic_mL)} {experiment.solvent} "
                f"become {volume_text(wet)} and {volume_text(dry)}"
            )
            change = max(abs(wet / water_mL - 1.0), abs(dry / organic_mL - 1.0))
            if change > _LARGEST_VOLUME_CHANGE:
                text += f": saturate both beforehand, or concentrations are off by up to {100 * change:.0f} %"
            checks.append(text)
        checks.append(
            f"solubility of {experiment.incoming} in {experiment.solvent} is not tabulated: see that nothing is left "
            "undissolved"
        )
        return checks, warnings
    checks.append(f"{ligand_umol / water_mL:.3g} mM {experiment.incoming} is all in the water")
    warnings.append(
        f"no solubility of {experiment.incoming} in water is tabulated; the paper collects a suspension "
        f"[{_Z}single-phase-cluster-concentration]: check that it dissolves at pH {experiment.pH:.3g}"
    )
    return checks, warnings


def _scale_warnings(scale: float, what: str) -> list[str]:
    if math.isclose(scale, 1.0):
        return []
    return [f"{scale:g} x the published scale: amounts scale, {what} need not; check on a small batch"]


def _check_scale(scale: float) -> None:
    low, high = _SCALE_LIMITS
    if not (math.isfinite(scale) and low <= scale <= high):
        raise InputError(
            f"scale {scale:g} is not between {low:g} and {high:g}", hint="a factor on the published amounts"
        )


def _row(name: str, unit: str | None = None) -> float:
    return value(_Z + name, unit)


def _celsius() -> float:
    return value(_Z + "synthesis-temperature")
