"""The well-mixed exchange model as SBML, for other simulators (equations in `goldshell.exchange.models.well_mixed`).

Regions are compartments, species are amounts (umol, mL, h), every parameter of the model that acts is a constant that
can be changed in the other tool, and what follows from it (numbers of open sites, laws, films) an assignment rule.
Additions and aliquots are events.

Numbers, not formulas, in the file: the exposures of the micromixing classes (equal shares of a gamma distribution) and
what hangs on pH, solvent and ligand (distribution ratios, diffusivities).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from goldshell.errors import InputError
from goldshell.exchange.experiment import Addition, Experiment, Withdrawal
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.well_mixed import Parameters
from goldshell.exchange.sbml_document import Document, Event, Quantity, Reaction, Rule, write_document
from goldshell.numerics import describe_parameters

_LIGANDS = ("incoming", "outgoing")


def to_sbml(experiment: Experiment, parameters: Parameters | None = None, *, numbers: bool = False) -> str:
    """The well-mixed model of one experiment as SBML Level 3 Version 2 core.

    Parameters
    ----------
    experiment : conditions
    parameters : of the well-mixed model; its defaults when None
    numbers : write what follows from constants as numbers: runs faster elsewhere, but k_exchange, film_water ... can no
        longer be changed there

    Returns
    -------
    str, the XML document

    Raises
    ------
    InputError : an aliquot larger than what is there
    """
    document = build_document(experiment, Parameters() if parameters is None else parameters)
    if numbers:
        document.fix_constants()
        document.drop_unused()
    return write_document(document)


def build_document(experiment: Experiment, parameters: Parameters) -> Document:
    """The well-mixed model of one experiment as names, formulas and values.

    Parameters
    ----------
    experiment : conditions
    parameters : of the well-mixed model
    """
    _check_schedule(experiment)
    document = Document(
        name=f"{experiment.cluster} + {experiment.incoming}, well-mixed exchange",
        notes=_notes(experiment, parameters),
    )
    exposures = well_mixed.exposures(parameters.micromixing, experiment.exposure_classes).tolist()
    regions = ["water", "interphase"] if experiment.organic_mL > 0.0 else ["water"]
    _constants(document, experiment, parameters, exposures)
    _compartments(document, experiment)
    _species(document, experiment, regions, len(exposures))
    _ladder(document, experiment)
    for region in regions:
        _laws(document, experiment, region, len(exposures))
        _exchange(document, experiment, region, len(exposures))
        _etching(document, experiment, region, len(exposures))
    if len(regions) > 1:
        _films(document, experiment, len(exposures))
    _losses(document, experiment, [*regions, "organic"] if len(regions) > 1 else regions)
    _observables(document, experiment, regions, len(exposures))
    _schedule(document, experiment, len(exposures))
    document.drop_unused()
    return document


def _cluster(region: str, n: int, k: int, classes: int) -> str:
    return f"cluster_{region}_{n}" if classes == 1 else f"cluster_{region}_{n}_exposure_{k + 1}"


def _sum(terms: Iterable[str]) -> str:
    return f"sum({', '.join(terms)})"


def _notes(experiment: Experiment, parameters: Parameters) -> list[str]:
    conditions = f"pH {experiment.pH:g}, {experiment.temperature_K:g} K"
    if experiment.organic_mL > 0.0:
        conditions += f", {experiment.solvent or 'organic phase'} beside water"
    if experiment.counter_ion:
        conditions += f", {experiment.counter_ion} {experiment.counter_ion_mM:g} mM"
    notes = [
        f"Ligand exchange on {experiment.cluster} with {experiment.incoming}: written by goldshell. Amounts in umol, "
        f"volumes in mL, time in h. n counts {experiment.incoming}; outgoing is {experiment.outgoing}.",
        f"Conditions: {conditions}. Distribution ratios and diffusivities are numbers that hold under them.",
    ]
    if parameters.micromixing > 0.0:
        notes.append(
            f"The exposures are numbers: {experiment.exposure_classes} equal shares of a gamma distribution with "
            f"mean 1 and variance {parameters.micromixing:g} (parameter micromixing of goldshell)."
        )
    return notes


def _constants(document: Document, experiment: Experiment, parameters: Parameters, exposures: list[float]) -> None:
    for item in describe_parameters(Parameters):
        value = float(getattr(parameters, item.name))
        source = item.source if value == item.default else ""
        document.parameters[item.name] = Quantity(value, item.unit, item.meaning, source)
    given: dict[str, tuple[float, str, str]] = {
        "cluster_start": (experiment.cluster_mM, "mM", "clusters in the water at the start"),
        "incoming_water_start": (experiment.water_ligand_mM, "mM", "incoming ligand in the water at the start"),
        "incoming_organic_start": (experiment.organic_ligand_mM, "mM", "incoming ligand in the organic phase at start"),
        "outgoing_water_start": (experiment.water_outgoing_mM, "mM", "free outgoing ligand in the water at the start"),
        "cluster_factor": (1.0, "1", "true over stated cluster concentration"),
        "feed_factor": (1.0, "1", "true over stated amount of incoming ligand"),
        "distribution_factor": (1.0, "1", "true over tabulated distribution ratio of the incoming ligand"),
        "gold_atoms": (experiment.gold_atoms, "1", "gold atoms per cluster"),
        "sites": (experiment.sites, "1", "ligand sites per cluster, N"),
        "counter_ion": (float(bool(experiment.counter_ion)), "1", "1 with a hydrophobic counter-ion, else 0"),
        "dispersed_volume": (
            min(experiment.water_mL, experiment.organic_mL), "mL", "volume of the dispersed phase, that of the drops",
        ),
        "smallest_partition": (
            well_mixed.SMALLEST_PARTITION, "1", "interphase/water partition below which it counts as this",
        ),
        "one_mM": (1.0, "mM", "reference concentration of the rate laws"),
        "m3_per_mL": (1e-6, "m³/mL", "conversion of units"),
        "mL_per_m3": (1e6, "mL/m³", "conversion of units"),
        "mL_s_per_h_m3": (3.6e9, "mL·s/h/m³", "conversion of units"),
    }  # fmt: skip
    for ligand in _LIGANDS:
        ratio, in_water, in_organic = getattr(experiment, f"{ligand}_transport")
        given[f"{ligand}_distribution"] = ratio, "1", f"organic/water distribution ratio, {ligand} ligand"
        given[f"{ligand}_diffusivity_water"] = in_water, "m²/s", f"{ligand} ligand in water"
        given[f"{ligand}_diffusivity_organic"] = in_organic, "m²/s", f"{ligand} ligand in the organic phase"
    if len(exposures) > 1:
        for k, value in enumerate(exposures):
            given[f"exposure_{k + 1}"] = value, "1", "relative exposure of a class to the incoming ligand"
    for name, (value, unit, meaning) in given.items():
        document.parameters[name] = Quantity(float(value), unit, meaning)


def _compartments(document: Document, experiment: Experiment) -> None:
    document.compartments["water"] = Quantity(experiment.water_mL, "mL", "water")
    if experiment.organic_mL > 0.0:
        document.rules["area"] = Rule(
            "6 * dispersed_volume * m3_per_mL / drop_diameter", "m²", "area between the phases"
        )
        document.compartments["interphase"] = Quantity(math.nan, "mL", "interphase")
        document.rules["interphase"] = Rule("area * interphase_thickness * mL_per_m3", "mL", "interphase")
        document.compartments["organic"] = Quantity(experiment.organic_mL, "mL", "organic phase")


def _species(document: Document, experiment: Experiment, regions: list[str], classes: int) -> None:
    for region in regions:
        for k in range(classes):
            for n in range(experiment.sites + 1):
                name = _cluster(region, n, k, classes)
                document.species[name] = region, f"clusters with {n} incoming ligands, {region}"
                share = float(experiment.initial_shell[n]) / classes
                if region == "water" and share > 0.0:
                    document.starts[name] = f"cluster_start * cluster_factor * water * {share!r}"
    for region in [*regions, "organic"] if len(regions) > 1 else regions:
        for ligand in _LIGANDS:
            document.species[f"{ligand}_{region}"] = region, f"free {ligand} ligand, {region}"
    if experiment.solid:
        document.species["incoming_solid"] = "water", "undissolved incoming ligand"
    document.species["etched"] = "water", "etched clusters"
    for ligand in _LIGANDS:
        document.species[f"{ligand}_on_etched_gold"] = "water", f"{ligand} ligand bound to etched gold"
        document.species[f"{ligand}_disulfide"] = "water", f"{ligand} ligand lost to disulfide"
    feed = "incoming_solid" if experiment.solid else "incoming_water"
    document.starts[feed] = "incoming_water_start * feed_factor * water"
    document.starts["outgoing_water"] = "outgoing_water_start * water"
    if len(regions) > 1:
        document.starts["incoming_organic"] = "incoming_organic_start * feed_factor * organic"


def _ladder(document: Document, experiment: Experiment) -> None:
    """Open sites, leaving ligands and rate constants of each rung.

    With two site classes the mean occupancy of the second is the one of Fisher's distribution, written out
    (`goldshell.exchange.ladder`); further classes share the second one's parameters and so its rule.
    """
    rules, sites = document.rules, experiment.sites
    first, second = experiment.site_classes[0], sites - experiment.site_classes[0]
    for n in range(sites + 1):
        if second:
            rules[f"second_class_{n}"] = Rule(
                _occupancy(first, second, n), "1", f"incoming ligands in the second site class at n = {n}"
            )
            held = f"second_class_{n}"
            open_ = f"{first} - ({n} - {held}) + class_rate * ({second} - {held})"
            leaving = f"{n} - {held} + class_rate / class_affinity * {held}"
        else:
            open_, leaving = f"{sites - n}", f"{n}"
        exponent = f"(cooperativity * {n} + cooperativity_quadratic * {n * n})"
        if n < sites:
            rules[f"forward_{n}"] = Rule(
                f"k_exchange * ({open_}) * exp(-{exponent})", "1/h", f"rate constant of {n} -> {n + 1} at g = 1"
            )
        if n > 0:
            below = f"(cooperativity * {n - 1} + cooperativity_quadratic * {(n - 1) ** 2})"
            rules[f"reverse_{n}"] = Rule(
                f"k_exchange / equilibrium_constant * ({leaving}) * exp(-cooperativity_reverse * {below})",
                "1/h", f"rate constant of {n} -> {n - 1} at g = 1",
            )  # fmt: skip


def _occupancy(first: int, second: int, n: int) -> str:
    """<b>_n = sum_b b C(m1, n - b) C(m2, b) w^b / sum_b C(m1, n - b) C(m2, b) w^b."""
    allowed = range(max(0, n - first), min(second, n) + 1)
    if len(allowed) == 1:
        return f"{allowed[0]}"
    # Lowest power taken out, coefficients scaled so that large shells stay within a double.
    weights = {b: math.comb(first, n - b) * math.comb(second, b) for b in allowed}
    largest = max(weights.values())
    over = _sum(f"{b * weights[b] / largest!r} * class_affinity ** {b - allowed[0]}" for b in allowed if b)
    under = _sum(f"{weights[b] / largest!r} * class_affinity ** {b - allowed[0]}" for b in allowed)
    return f"{over} / {under}"


def _laws(document: Document, experiment: Experiment, region: str, classes: int) -> None:
    """Concentrations, g of both ligands and the etching rate of one region."""
    rules = document.rules
    names = [(_cluster(region, n, k, classes), n) for k in range(classes) for n in range(experiment.sites + 1)]
    rules[f"clusters_{region}"] = Rule(_sum(name for name, _ in names), "umol", "intact clusters")
    rules[f"incoming_held_{region}"] = Rule(
        _sum(f"{n} * {name}" for name, n in names if n), "umol", "incoming ligand on intact clusters"
    )
    rules[f"outgoing_held_{region}"] = Rule(
        f"sites * clusters_{region} - incoming_held_{region}", "umol", "outgoing ligand on intact clusters"
    )
    for ligand in _LIGANDS:
        rules[f"{ligand}_{region}_mM"] = Rule(f"{ligand}_{region} / {region}", "mM", f"free {ligand} ligand")
    factor = "interphase_rate * " if region == "interphase" else ""
    for ligand in _LIGANDS:
        own = f"{ligand}_{region}_mM"
        law = {
            "mass_action": f"{own} / one_mM",
            "power_law": f"{own} / one_mM * (({own} + concentration_floor) / one_mM) ** (exchange_order - 1)",
            "langmuir": f"exchange_affinity * {own} "
            f"/ (1 + exchange_affinity * (incoming_{region}_mM + outgoing_{region}_mM))",
        }[experiment.exchange_law]
        rules[f"g_{ligand}_{region}"] = Rule(factor + law, "1", f"rate law of exchange, {ligand} ligand")
    rules[f"thiol_{region}_mM"] = Rule(
        f"incoming_{region}_mM + etching_outgoing * outgoing_{region}_mM", "mM", "thiol that etches"
    )
    thiol = f"thiol_{region}_mM"
    law = {
        "mass_action": "1 / one_mM",
        "power_law": f"(({thiol} + concentration_floor) / one_mM) ** (etching_order_thiol - 1) / one_mM",
        "langmuir": f"etching_affinity / (1 + etching_affinity * {thiol})",
    }[experiment.etching_law]
    total = f"((clusters_{region} / {region} + concentration_floor) / one_mM) ** (etching_order_cluster - 1)"
    rules[f"etching_per_thiol_{region}"] = Rule(
        f"k_etching / one_mM * {total} * {law}", "1/mM/h", "etching rate of a cluster per thiol"
    )
    rules[f"etching_{region}"] = Rule(f"etching_per_thiol_{region} * {thiol}", "1/h", "etching rate of a cluster")


def _exchange(document: Document, experiment: Experiment, region: str, classes: int) -> None:
    if classes > 1 and region == "water":
        document.rules["unmixed"] = Rule("exp(-mixing_rate * time)", "1", "remaining unevenness of exposure")
        for k in range(classes):
            document.rules[f"uneven_{k + 1}"] = Rule(
                f"1 + (exposure_{k + 1} - 1) * unmixed", "1", "forward rate of a class over the even one"
            )
    for k in range(classes):
        uneven = f"uneven_{k + 1} * " if classes > 1 else ""
        for n in range(experiment.sites):
            low, high = _cluster(region, n, k, classes), _cluster(region, n + 1, k, classes)
            document.reactions[f"exchange_{low.removeprefix('cluster_')}"] = Reaction(
                {low: 1, f"incoming_{region}": 1},
                {high: 1, f"outgoing_{region}": 1},
                f"{uneven}g_incoming_{region} * forward_{n} * {low} - g_outgoing_{region} * reverse_{n + 1} * {high}",
            )


def _etching(document: Document, experiment: Experiment, region: str, classes: int) -> None:
    document.rules["thiol_per_cluster"] = Rule(
        "thiol_per_gold * gold_atoms - sites * (1 - released_fraction) "
        "if thiol_per_gold * gold_atoms > sites * (1 - released_fraction) else 0",
        "1", "thiol that an etched cluster binds beyond the ligands that it keeps",
    )  # fmt: skip
    for k in range(classes):
        for n in range(experiment.sites + 1):
            name = _cluster(region, n, k, classes)
            kept = {"incoming_on_etched_gold": n, "outgoing_on_etched_gold": experiment.sites - n}
            document.reactions[f"etching_{name.removeprefix('cluster_')}"] = Reaction(
                {name: 1}, {"etched": 1, **{pool: count for pool, count in kept.items() if count}},
                f"etching_{region} * {name}",
            )  # fmt: skip
    for ligand, weight in (("incoming", ""), ("outgoing", "etching_outgoing * ")):
        free, pool = f"{ligand}_{region}", f"{ligand}_on_etched_gold"
        document.reactions[f"{ligand}_release_{region}"] = Reaction(
            {pool: 1}, {free: 1}, f"released_fraction * etching_{region} * {ligand}_held_{region}",
            f"{ligand} ligand set free by etching",
        )  # fmt: skip
        document.reactions[f"{ligand}_use_{region}"] = Reaction(
            {free: 1}, {pool: 1},
            f"thiol_per_cluster * etching_per_thiol_{region} * {weight}{free} / {region} * clusters_{region}",
            f"free {ligand} ligand bound by etched gold",
        )  # fmt: skip


def _films(document: Document, experiment: Experiment, classes: int) -> None:
    rules, reactions = document.rules, document.reactions
    rules["cluster_film"] = Rule(
        "cluster_diffusivity * area / film_water * mL_s_per_h_m3", "mL/h", "film transfer of clusters"
    )
    for n in range(experiment.sites + 1):
        rules[f"partition_{n}"] = Rule(
            "(cluster_partition if cluster_partition > smallest_partition else smallest_partition) "
            f"* counter_ion_factor ** counter_ion * exp(cluster_partition_growth * {n} / sites)",
            "1", f"interphase/water partition of clusters with {n} incoming ligands",
        )  # fmt: skip
        for k in range(classes):
            outside, inside = _cluster("water", n, k, classes), _cluster("interphase", n, k, classes)
            reactions[f"transfer_{outside.removeprefix('cluster_water_')}"] = Reaction(
                {outside: 1}, {inside: 1},
                f"cluster_film * ({outside} / water - {inside} / interphase / partition_{n})",
            )  # fmt: skip
    for ligand, factor in (("incoming", " * distribution_factor"), ("outgoing", "")):
        ratio, inner_ratio = f"{ligand}_ratio", f"{ligand}_interphase_ratio"
        rules[ratio] = Rule(f"{ligand}_distribution{factor}", "1", "organic/water distribution ratio")
        rules[inner_ratio] = Rule(f"{ratio} ** interphase_character", "1", "interphase/water distribution ratio")
        for film in ("water", "organic"):
            rules[f"{ligand}_film_{film}"] = Rule(
                f"{ligand}_diffusivity_{film} * area / film_{film} * mL_s_per_h_m3", "mL/h",
                f"film transfer of {ligand} ligand, {film} side",
            )  # fmt: skip
        reactions[f"{ligand}_interphase_to_water"] = Reaction(
            {f"{ligand}_interphase": 1}, {f"{ligand}_water": 1},
            f"{ligand}_film_water * ({ligand}_interphase / interphase / {inner_ratio} - {ligand}_water / water)",
        )  # fmt: skip
        reactions[f"{ligand}_organic_to_interphase"] = Reaction(
            {f"{ligand}_organic": 1}, {f"{ligand}_interphase": 1},
            f"{ligand}_film_organic * ({ligand}_organic / organic "
            f"- {ratio} / {inner_ratio} * {ligand}_interphase / interphase)",
        )  # fmt: skip


def _losses(document: Document, experiment: Experiment, regions: list[str]) -> None:
    for ligand in _LIGANDS:
        for region in regions:
            document.reactions[f"{ligand}_to_disulfide_{region}"] = Reaction(
                {f"{ligand}_{region}": 1}, {f"{ligand}_disulfide": 1}, f"k_disulfide * {ligand}_{region}"
            )
    if experiment.solid:
        document.reactions["dissolution"] = Reaction(
            {"incoming_solid": 1}, {"incoming_water": 1}, "k_dissolution * incoming_solid"
        )


def _observables(document: Document, experiment: Experiment, regions: list[str], classes: int) -> None:
    """What is measured: intact fraction, intact clusters per volume of water, mean n, P(n)."""
    rules = document.rules
    rules["clusters_intact"] = Rule(_sum(f"clusters_{region}" for region in regions), "umol", "intact clusters")
    rules["intact_fraction"] = Rule("clusters_intact / (clusters_intact + etched)", "1", "intact over all clusters")
    rules["cluster_mM"] = Rule("clusters_intact / water", "mM", "intact clusters of all regions per volume of water")
    held = _sum(f"incoming_held_{region}" for region in regions)
    rules["mean_n"] = Rule(f"{held} / clusters_intact", "1", "mean number of incoming ligands per intact cluster")
    for n in range(experiment.sites + 1):
        members = _sum(_cluster(region, n, k, classes) for region in regions for k in range(classes))
        rules[f"share_{n}"] = Rule(f"{members} / clusters_intact", "1", f"P({n}) of the intact clusters")


def _schedule(document: Document, experiment: Experiment, classes: int) -> None:
    additions = [event for event in experiment.schedule if isinstance(event, Addition)]
    growth: dict[str, list[str]] = {}
    for number, event in enumerate(additions, 1):
        own = f"addition_{number}"
        document.parameters |= {
            f"{own}_on": Quantity(0.0, "1", "1 while liquid is added"),
            f"{own}_start": Quantity(event.start_h, "h", "start of the addition"),
            f"{own}_duration": Quantity(event.duration_h, "h", "duration of the addition"),
            f"{own}_volume": Quantity(event.volume_mL, "mL", "volume added in all"),
            f"{own}_incoming": Quantity(event.incoming_mM, "mM", "incoming ligand in the liquid"),
            f"{own}_outgoing": Quantity(event.outgoing_mM, "mM", "outgoing ligand in the liquid"),
            f"{own}_cluster": Quantity(event.cluster_mM, "mM", "clusters in the liquid"),
        }
        flow = f"{own}_on * {own}_volume / {own}_duration"
        growth.setdefault(event.region, []).append(flow)
        document.events[f"{own}_starts"] = Event(f"time >= {own}_start", {f"{own}_on": "1"})
        document.events[f"{own}_stops"] = Event(f"time >= {own}_start + {own}_duration", {f"{own}_on": "0"})
        fed = {
            f"incoming_{event.region}": f"{own}_incoming * feed_factor",
            f"outgoing_{event.region}": f"{own}_outgoing",
        }
        if event.cluster_mM > 0.0:
            for k in range(classes):
                for n, share in enumerate(experiment.initial_shell):
                    if share > 0.0:
                        fed[_cluster("water", n, k, classes)] = (
                            f"{own}_cluster * cluster_factor * {float(share) / classes!r}"
                        )
        for species, concentration in fed.items():
            document.reactions[f"{own}_{species}"] = Reaction({}, {species: 1}, f"{flow} * {concentration}")
    for region, flows in growth.items():
        document.rates[region] = _sum(flows)
    taken: dict[tuple[float, str], float] = {}
    for one in experiment.schedule:
        if isinstance(one, Withdrawal):
            taken[one.time_h, one.region] = taken.get((one.time_h, one.region), 0.0) + one.volume_mL
    for number, ((time, region), volume) in enumerate(sorted(taken.items()), 1):
        own = f"withdrawal_{number}"
        document.parameters[f"{own}_time"] = Quantity(time, "h", "time of the aliquot")
        document.parameters[f"{own}_volume"] = Quantity(volume, "mL", "volume of the aliquot")
        kept = f"(1 - {own}_volume / {region})"
        members = [name for name, (compartment, _) in document.species.items() if compartment == region]
        document.events[own] = Event(
            f"time >= {own}_time",
            {**{name: f"{name} * {kept}" for name in members}, region: f"{region} - {own}_volume"},
        )


def _check_schedule(experiment: Experiment) -> None:
    """Raise InputError for an aliquot that is not there."""
    for event in experiment.schedule:
        if not isinstance(event, Withdrawal):
            continue
        left = experiment.water_mL if event.region == "water" else experiment.organic_mL
        for other in experiment.schedule:
            if other is event or other.region != event.region:
                continue
            if isinstance(other, Addition):
                left += other.volume_mL * min(max((event.time_h - other.start_h) / other.duration_h, 0.0), 1.0)
            elif other.time_h <= event.time_h:
                left -= other.volume_mL
        if event.volume_mL >= left:
            raise InputError(
                f"cannot take {event.volume_mL:g} mL at {event.time_h:g} h: only {left:g} mL of {event.region} left",
                hint="take less than is there",
            )
