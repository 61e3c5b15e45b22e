"""From a table of samples to a fitting problem: observations, error model, free parameters and their default priors.

Errors are log-normal. The coefficient of variation of a compartment is pooled over its samples with a standard
deviation; where there is none it is estimated from the residuals (single animals) or assumed (means). A model error is
added in quadrature. Cumulative excreta become the increments of their cage.

Every free parameter has a prior, wide for what kinetics determine and narrow for what they mostly do not; each states
its middle, width and reason, and the fit says which numbers are the prior's.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from goldshell.errors import InputError, UnknownNameError
from goldshell.fate.data import EXCRETA, FLUIDS, FateData, FateSample
from goldshell.fate.interface import FateModel, fate_model
from goldshell.fate.lint import lint
from goldshell.fate.physiology import Physiology
from goldshell.fate.problem import Entry, FateParameter, FitProblem, Group

DEFAULT_CV = 0.25  # of a mean without a standard deviation
MODEL_CV = 0.05
ROUGH_SD = 0.2  # of ln value for "~"
RECOVERY_FACTOR = 1.1
SPREAD_BETWEEN_GROUPS = 0.3
_LEAST_FACTOR_SD = 0.01  # no visibility is known better
_SLOPE_FACTOR = 3.0  # one standard deviation of a slope: change over the range of the covariate
_WIDE = 10.0
# Parameter -> width of its prior, as a factor of one standard deviation, and why.
_WIDTHS = {
    "V1": (1.25, "plasma volume of the physiology set"),
    "k12": (_WIDE, ""),
    "k21": (_WIDE, ""),
    "k_faeces": (1.5, "transit through the gut, hours"),
    "tubular_uptake": (2.5, "small share taken up by tubular cells"),
    "k_extrusion": (2.0, "re-eliminated within a month"),
}
_NEVER_FREE = ("GFR", "plateau", "edge_core_diameter", "edge_steepness", "k_on", "k_off")
_BY_GROUP = ("CL_liver", "CL_spleen", "fu_theta", "CL", "sieving", "CL_other", "CL_renal")
_REFERENCE_WEIGHT = 20.0  # [g], of the mouse that the defaults belong to


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to fit.

    Parameters
    ----------
    model : name of a fittable model
    free : parameters to fit; those with a default above zero when empty
    fixed : parameter -> value [its unit]
    by_group : parameters that differ between groups; those of clearance when None
    covariate : column that explains the differences; one that is called so in the table, or the only one, when None
    spread : standard deviation of ln (or logit) between groups beyond the covariate; estimated when None
    level : of the intervals
    model_cv : coefficient of variation added for the model
    seed : of the random numbers
    """

    model: str = "minimal"
    free: tuple[str, ...] = ()
    fixed: Mapping[str, float] = dataclasses.field(default_factory=dict)
    by_group: tuple[str, ...] | None = None
    covariate: str | None = None
    spread: float | None = None
    level: float = 0.95
    model_cv: float = MODEL_CV
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Posed:
    """A problem, and what was decided on the way.

    Parameters
    ----------
    problem : to be fitted
    estimated : series of residuals whose standard deviation is estimated
    left_out : compartments without a counterpart in the model
    covariate : name of the column used, "" for none
    centre : its value at which the population parameters hold
    notes : decisions in words
    """

    problem: FitProblem
    estimated: frozenset[str]
    left_out: tuple[str, ...]
    covariate: str
    centre: float
    notes: tuple[str, ...]


def pose(data: FateData, options: FitOptions = FitOptions()) -> Posed:
    """Turn a table into a fitting problem.

    Parameters
    ----------
    data : of `read_fate_data`
    options : how

    Returns
    -------
    Posed

    Raises
    ------
    InputError : the linter found errors, or nothing can be fitted
    UnknownNameError : a model, parameter or covariate that does not exist
    """
    errors = lint(data).errors
    if errors:
        more = f"; {len(errors) - 1} more: goldshell fate check" if len(errors) > 1 else ""
        raise InputError(
            errors[0].message, where=f"{data.path}: {errors[0].where}", hint=f"{errors[0].hint}{more}".strip("; ")
        )
    model = fate_model(options.model)
    first = data.covariates.get(data.groups[0], {})
    there = set(model.compartments(data.animal, first)) | {"tumour", "bladder"} & _optional(model)
    notes = list(data.warnings)
    usable, left_out = [], []
    for item in data.samples:
        if all(_covered(part, there) for part in item.parts):
            usable.append(item)
        else:
            left_out.append(item.compartment)
    if not usable:
        raise InputError(
            f"no sample that the model {model.name} can predict",
            where=data.path,
            hint=f"it has {', '.join(sorted(there))}",
        )
    if left_out:
        names = ", ".join(dict.fromkeys(left_out))
        notes.append(f"the model {model.name} has no {names}: left out of the fit, counted in the recovery")
    usable = _increments(usable)
    variations = _variations(usable)
    covariate, centre, span = _covariate(data, options)
    groups = []
    estimated = set()
    for name in data.groups:
        entries = []
        for item in usable:
            if item.group == name:
                entry, free_sigma = _entry(item, variations, options.model_cv)
                entries.append(entry)
                if free_sigma:
                    estimated.add(entry.series)
        if entries:
            own = data.covariates.get(name, {})
            groups.append(Group(name, tuple(entries), (own[covariate] - centre) / span if covariate else 0.0, own))
    if any(item.relation == "~" for item in usable):
        notes.append(f"values given as about (~) carry {100 * ROUGH_SD:.0f} % more")
    bare = [item for item in usable if math.isnan(item.sd) and item.animals > 1 and item.relation == "="]
    if any(item.compartment not in variations for item in bare):
        notes.append(f"means without a standard deviation are given a CV of {100 * DEFAULT_CV:.0f} % between animals")
    parameters, fixed = _parameters(model, data, groups, usable, options, covariate, span)
    problem = FitProblem(
        model=model,
        animal=data.animal,
        groups=tuple(groups),
        parameters=tuple(parameters),
        fixed=fixed,
        level=options.level,
        seed=options.seed,
    )
    return Posed(problem, frozenset(estimated), tuple(dict.fromkeys(left_out)), covariate, centre, tuple(notes))


def _covered(part: str, there: set[str]) -> bool:
    if part in FLUIDS:
        return "plasma" in there
    return part in there or (part == "rest" and "peripheral" in there)


def _optional(model: FateModel) -> set[str]:
    return {"tumour", "bladder"} if model.name == "minimal" else set()


def _increments(samples: Sequence[FateSample]) -> list[FateSample]:
    """Cumulative excreta of one cage as what was collected since the sample before."""
    out = [item for item in samples if not item.cumulative]
    cages: dict[tuple[str, str, str], list[FateSample]] = defaultdict(list)
    for item in samples:
        if item.cumulative:
            cages[item.group, item.compartment, item.animal].append(item)
    for items in cages.values():
        items.sort(key=lambda item: item.time)
        out.append(items[0])
        for before, after in itertools.pairwise(items):
            gain = after.value - before.value
            exact = before.relation == after.relation == "="
            if after.time == before.time or not exact or gain <= 0:
                out.append(after)
                continue
            variance = after.sd**2 - before.sd**2
            sd = math.sqrt(variance) if variance > 0 else after.sd * gain / after.value
            out.append(dataclasses.replace(after, start=before.time, value=gain, sd=sd))
    return sorted(out, key=lambda item: item.line)


def _variations(samples: Sequence[FateSample]) -> dict[str, float]:
    """Pooled standard deviation of ln value between animals, by compartment."""
    pooled: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for item in samples:
        if item.sd > 0 and item.value > 0:
            pooled[item.compartment].append((max(item.animals - 1, 1), math.log1p((item.sd / item.value) ** 2)))
    return {
        name: math.sqrt(sum(weight * variance for weight, variance in found) / sum(weight for weight, _ in found))
        for name, found in pooled.items()
    }


def _entry(item: FateSample, variations: Mapping[str, float], model_cv: float) -> tuple[Entry, bool]:
    """A sample as an observation, and whether its standard deviation is to be estimated."""
    known = item.compartment in variations
    between = variations.get(item.compartment, math.sqrt(math.log1p(DEFAULT_CV**2)))
    variance = between**2 / item.animals + math.log1p(model_cv**2)
    if item.relation == "~":
        variance += ROUGH_SD**2
    free = not known and item.animals == 1 and item.relation == "="
    label = f"{item.compartment}, {item.time:g} h" + (f", {item.group}" if item.group else "")
    return (
        Entry(
            parts=item.parts,
            time=item.time,
            start=item.start,
            quantity=item.quantity,
            value=item.value,
            sigma=math.sqrt(variance),
            relation=item.relation,
            label=label,
            series=f"{item.group}/{item.compartment}/{item.animal if item.compartment in EXCRETA + FLUIDS else ''}",
            count=item.animals,
        ),
        free,
    )


def _covariate(data: FateData, options: FitOptions) -> tuple[str, float, float]:
    """Column that explains the groups, its mean and its range; an empty name for none."""
    if len(data.groups) < 2:
        return "", 0.0, 1.0
    sizes = {
        *("core_diameter_nm", "hydrodynamic_diameter_nm", "core_diameter", "hydrodynamic_diameter"),
        *("tumour_weight_g", "tumour_weight"),
    }
    common = [
        name
        for name in dict.fromkeys(key for own in data.covariates.values() for key in own)
        if all(name in data.covariates.get(group, {}) for group in data.groups)
        and len({data.covariates[group][name] for group in data.groups}) > 1
    ]
    if options.covariate is not None:
        if options.covariate not in common:
            raise UnknownNameError("covariate", options.covariate, common or ["(none: no such column of numbers)"])
        chosen = options.covariate
    else:
        candidates = [name for name in common if name not in sizes]
        if "covariate" in candidates:
            chosen = "covariate"
        elif len(candidates) == 1:
            chosen = candidates[0]
        else:
            return "", 0.0, 1.0
    values = [data.covariates[group][chosen] for group in data.groups]
    return chosen, sum(values) / len(values), max(values) - min(values)


def _parameters(
    model: FateModel,
    data: FateData,
    groups: Sequence[Group],
    samples: Sequence[FateSample],
    options: FitOptions,
    covariate: str,
    span: float,
) -> tuple[list[FateParameter], dict[str, float]]:
    """Free parameters with their priors, and the values of the others that differ from the defaults."""
    population, fixed = _free_and_fixed(model, data, samples, options)
    between = _between_groups(population, groups, options, covariate, span)
    recoveries = _recoveries(groups, {item.group for item in samples if item.quantity != "relative"})
    images = [item for item in samples if item.quantity == "relative"]
    return [*population.values(), *between, *recoveries, *_scales(images)], fixed


def _free_and_fixed(
    model: FateModel, data: FateData, samples: Sequence[FateSample], options: FitOptions
) -> tuple[dict[str, FateParameter], dict[str, float]]:
    """Parameters of the model to fit, and the values of those that are held."""
    measured = {part for item in samples for part in item.parts}
    population = {item.name: item for item in default_parameters(model, data.animal, measured)}
    info = {item.name: item for item in model.parameters}
    fixed: dict[str, float] = {}
    if "GFR" in info:
        fixed["GFR"] = data.animal.glomerular_filtration_rate
    for name, value in options.fixed.items():
        if name not in info and name not in population:
            raise UnknownNameError("parameter", name, {*info, *population})
        population.pop(name, None)
        low, high = (info[name].low, info[name].high) if name in info else (0.0, 1.0)
        if not low <= value <= high:
            raise InputError(f"{name} of {value:g} is outside {low:g} to {high:g}", where="--fix")
        if name == "fu_theta":
            fixed |= {"sieving": value, "unbound_fraction": 1.0}
        else:
            fixed[name] = value
            if name in {"sieving", "unbound_fraction"}:
                population.pop("fu_theta", None)
    if options.free:
        for name in options.free:
            if name not in population:
                raise UnknownNameError("parameter", name, population)
        for name, item in population.items():
            if name not in options.free and name != "fu_theta":
                fixed[name] = item.start
        population = {name: item for name, item in population.items() if name in options.free}
    return population, fixed


def _between_groups(
    population: Mapping[str, FateParameter], groups: Sequence[Group], options: FitOptions, covariate: str, span: float
) -> list[FateParameter]:
    """Slopes on the covariate, and deviations of the groups."""
    spread = options.spread if options.spread is not None else SPREAD_BETWEEN_GROUPS
    if not 0 < spread < 10:
        raise InputError(f"a spread of {spread:g} between groups", where="--spread", hint="write for example 0.3")
    if len(groups) < 2:
        return []
    for name in options.by_group or ():
        if name not in population:
            raise UnknownNameError("parameter", name, population)
    varying = options.by_group if options.by_group is not None else _BY_GROUP
    out: list[FateParameter] = []
    for name in varying:
        if name not in population:
            continue
        if covariate:
            out.append(
                FateParameter(
                    f"{name}:slope", "1", "linear", 0.0, 0.0, math.log(_SLOPE_FACTOR),
                    f"change of {_coordinate(population[name])} over the range of {covariate} ({span:g})", -math.inf,
                    role="slope",
                )
            )  # fmt: skip
        if not (covariate and len(groups) < 3):
            out += [
                FateParameter(
                    f"{name}[{group.name}]", "1", "linear", 0.0, 0.0, spread,
                    f"deviation of {_coordinate(population[name])} of the group", -math.inf, role="deviation",
                )
                for group in groups
            ]  # fmt: skip
    return out


def _recoveries(groups: Sequence[Group], absolute: Collection[str]) -> list[FateParameter]:
    """One recovery per group that has amounts or concentrations."""
    return [
        FateParameter(
            "recovery" if len(groups) == 1 else f"recovery[{group.name}]", "1", "log", 1.0, 1.0,
            math.log(RECOVERY_FACTOR),
            "share of the nominal dose that is found; above 1 when dose or standards are off", role="recovery",
        )
        for group in groups
        if group.name in absolute
    ]  # fmt: skip


def _scales(images: Sequence[FateSample]) -> list[FateParameter]:
    """What turns amounts into image signals: one scale for organs of known visibility, one each for the others."""
    out: list[FateParameter] = []
    known = {item.compartment: item.factor_sd for item in images if not math.isnan(item.factor_sd)}
    for one in images:
        if one.compartment in known and one.factor_sd != known[one.compartment]:
            raise InputError(
                f"{one.compartment} has factor_sd {known[one.compartment]:g} and {one.factor_sd:g}",
                where=f"line {one.line}", hint="an organ has one visibility",
            )  # fmt: skip
    if known:
        middle = max(max(one.value for one in images if one.compartment in known) / 20.0, 1e-9)
        out.append(
            FateParameter(
                "scale", "1", "log", middle, middle, math.log(100.0), "signal per %ID and visibility, unknown",
                role="scale",
            )
        )  # fmt: skip
        out += [
            FateParameter(
                f"factor[{compartment}]", "1", "log", 1.0, 1.0, max(spread_of, _LEAST_FACTOR_SD),
                "visibility over the one that was given, within its uncertainty", role="scale",
            )
            for compartment, spread_of in known.items()
        ]  # fmt: skip
    for compartment in dict.fromkeys(item.compartment for item in images if item.compartment not in known):
        typical = [item.value for item in images if item.compartment == compartment]
        out.append(
            FateParameter(
                f"scale[{compartment}]", "1", "log", max(max(typical) / 20.0, 1e-9), max(max(typical) / 20.0, 1e-9),
                math.log(100.0), "signal per %ID, unknown", role="scale",
            )
        )  # fmt: skip
    return out


def _coordinate(item: FateParameter) -> str:
    return f"{'logit' if item.kind == 'logit' else 'ln'} {item.name}"


def default_parameters(model: FateModel, animal: Physiology, measured: set[str] | None = None) -> list[FateParameter]:
    """Population parameters of a model with their default priors, scaled to the animal.

    Clearances scale with the power 0.75 of the body weight, rate constants with -0.25, from the mouse of 20 g.

    Parameters
    ----------
    model : the model
    animal : physiology
    measured : compartments that were measured, so that a tumour is fitted only when there is one

    Returns
    -------
    list of FateParameter
    """
    scale = animal.body_weight / _REFERENCE_WEIGHT
    scaled = abs(math.log(scale)) > 0.7
    info = {item.name: item for item in model.parameters}
    joint = {"unbound_fraction", "sieving"} <= set(info)
    defaults = {name: item.default for name, item in info.items()}
    if measured and "tumour" in measured and "CL_tumour" in info:
        defaults["CL_tumour"], defaults["k_tumour"] = 0.05, max(defaults.get("k_tumour", 0.0), 0.02)
    out = []
    for name, item in info.items():
        value = defaults[name]
        if name in _NEVER_FREE or name.endswith("_coated") or value <= 0 or (joint and name == "unbound_fraction"):
            continue
        if name in {"CL_tumour", "k_tumour"} and not (measured and "tumour" in measured):
            continue
        factor, reason = _WIDTHS.get(name, (_WIDE, ""))
        said = f"literature row {item.source}"
        if name == "V1":
            value, said = animal.plasma_volume, f"set {animal.set} of the {animal.species}"
        elif scaled and item.unit == "mL/h":
            value, said = value * scale**0.75, f"{said}, scaled by the body weight"
        elif scaled and item.unit == "1/h":
            value, said = value * scale**-0.25, f"{said}, scaled by the body weight"
        kind = "logit" if item.unit == "1" and item.high == 1.0 else "log"
        label = "fu_theta" if joint and name == "sieving" else name
        if kind == "logit":
            value = min(value, 0.99)
        out.append(
            FateParameter(
                label, item.unit, kind, value, value, math.log(factor),
                f"{reason + '; ' if reason else ''}{said}, within a factor of {factor:g}", item.low,
                1.0 if label == "fu_theta" else item.high,
            )
        )  # fmt: skip
    return out
