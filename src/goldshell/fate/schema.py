"""The YAML file of ``goldshell fate simulate``: checked, and turned into an animal, a model and times."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from goldshell.chemistry import charged_groups, parse_cluster
from goldshell.errors import InputError, UnknownNameError
from goldshell.fate.models import band_pass, minimal, protein_adsorption
from goldshell.fate.physiology import Physiology, physiology
from goldshell.fate.simulate import MODELS, FateSimulation, ModelParameters, simulate
from goldshell.files import read_yaml
from goldshell.numerics import describe_parameters
from goldshell.units import parse, quantity

REFERENCE_CLUSTER = "Au25(p-MBSA)18"  # the particle that the default sieving coefficient belongs to

_LONGEST = 1e6  # [h], longer than any animal lives

if TYPE_CHECKING:
    Weight = float
    Diameter = float
    Dose = float
    Time = float
else:
    Weight = quantity("g", minimum=0.0, exclusive=True)
    Diameter = quantity("nm", minimum=0.0, exclusive=True)
    Dose = quantity("%ID", minimum=0.0, exclusive=True)
    Time = quantity("h", minimum=0.0)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Species(_Section):
    """The animal."""

    name: str = "mouse"
    set: str | None = None
    body_weight: Weight | None = None
    organ_weights: dict[str, Weight] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Species:
        _as_value_error(self.animal)
        return self

    def animal(self) -> Physiology:
        """The physiology that is meant."""
        return physiology(self.name, self.set, body_weight=self.body_weight, organ_weights=self.organ_weights or None)


class Charges(_Section):
    """Charged groups of the shell of one cluster, means over clusters: given, or counted from its ligands at a pH."""

    positive: float | None = Field(default=None, ge=0.0, allow_inf_nan=False)
    negative: float | None = Field(default=None, ge=0.0, allow_inf_nan=False)
    ligands: int = Field(default=18, ge=1)
    core_charge: float = Field(default=-1.0, allow_inf_nan=False)
    pH: float = Field(default=7.4, ge=0.0, le=14.0)
    pka_source: str | None = None
    by_net_charge: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Charges:
        if (self.positive is None) != (self.negative is None):
            raise ValueError("give positive and negative, or neither: then they are counted from the cluster's ligands")
        return self

    def shell(self, cluster: str | None) -> protein_adsorption.Shell:
        """The shell of the adsorption model.

        Parameters
        ----------
        cluster : notation; needed where the groups are not given
        """
        if self.positive is not None and self.negative is not None:
            return protein_adsorption.Shell(self.positive, self.negative, self.ligands, self.core_charge)
        if cluster is None:
            raise InputError("to count charged groups a cluster is needed", hint="write particle: {cluster: ...}")
        parsed = parse_cluster(cluster)
        counted = charged_groups(parsed, self.pH)
        source = self.pka_source or (next(iter(counted)) if len(counted) == 1 else None)
        if source is None:
            rivals = "; ".join(f"{key}: +{plus:.2g} -{minus:.2g}" for key, (plus, minus) in counted.items())
            raise InputError(
                f"published pKa values disagree on the charged groups at pH {self.pH:g} ({rivals})",
                hint="write pka_source, or positive and negative",
            )
        if source not in counted:
            raise UnknownNameError("pKa source", source, counted)
        return protein_adsorption.Shell(*counted[source], parsed.ligand_count, parsed.core_charge)


class Particle(_Section):
    """The particle; sizes are estimated from the cluster where they are left out."""

    cluster: str | None = None
    core_diameter: Diameter | None = None
    hydrodynamic_diameter: Diameter | None = None
    charges: Charges | None = None

    @model_validator(mode="after")
    def _sizes(self) -> Particle:
        if self.cluster is not None:
            _as_value_error(lambda: parse_cluster(str(self.cluster)))
        if self.charges is not None:
            charges = self.charges
            _as_value_error(lambda: protein_adsorption.unbound_fraction(charges.shell(self.cluster)))
        core, whole = self.core_diameter, self.hydrodynamic_diameter
        if core is not None and whole is not None and whole < core:
            raise ValueError("hydrodynamic_diameter is below core_diameter: are the two swapped?")
        return self


class Model(_Section):
    """The model and those parameters that differ from the defaults."""

    name: str = "minimal"
    parameters: dict[str, str | float] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _known_name(cls, value: str) -> str:
        if value not in MODELS:
            raise ValueError(str(UnknownNameError("model", value, MODELS)))
        return value

    @model_validator(mode="after")
    def _known_parameters(self) -> Model:
        _as_value_error(lambda: read_parameters(self.name, self.parameters))
        return self


class FateFile(_Section):
    """The whole file."""

    species: Species = Field(default_factory=Species)
    particle: Particle = Field(default_factory=Particle)
    dose: Dose = 100.0
    model: Model = Field(default_factory=Model)
    times: list[Time] = Field(min_length=1)
    voiding: list[Time] = Field(default_factory=list)

    @field_validator("times")
    @classmethod
    def _increase(cls, value: list[float]) -> list[float]:
        if any(after <= before for before, after in itertools.pairwise(value)):
            raise ValueError("the times must increase")
        if value[-1] > _LONGEST:
            raise ValueError(f"a time of {value[-1]:g} h is beyond {_LONGEST:g} h: check the unit")
        return value

    @model_validator(mode="after")
    def _acts_on_the_model(self) -> FateFile:
        if self.voiding and self.model.name != "minimal":
            raise ValueError(f"the model {self.model.name} has no bladder: remove 'voiding' or use 'minimal'")
        if self.particle.charges is not None and self.model.name != "minimal":
            raise ValueError(f"charges do not act on the model {self.model.name}: remove them or use 'minimal'")
        if any(time <= 0 for time in self.voiding):
            raise ValueError("the times of 'voiding' must be above 0")
        return self


@dataclass(frozen=True, slots=True)
class FateProblem:
    """What the file describes.

    Parameters
    ----------
    parameters : of the model
    animal : physiology
    times : [h]
    dose : [%ID]
    core_diameter : [nm]; None when neither it nor the cluster is given
    voiding_times : [h]
    warnings : what was assumed
    """

    parameters: ModelParameters
    animal: Physiology
    times: tuple[float, ...]
    dose: float = 100.0
    core_diameter: float | None = None
    voiding_times: tuple[float, ...] = ()
    warnings: tuple[str, ...] = ()

    def simulate(self, times: Sequence[float] | None = None) -> FateSimulation:
        """Run it, at other times when given [h]."""
        return simulate(
            self.parameters,
            self.times if times is None else times,
            self.animal,
            dose=self.dose,
            core_diameter=self.core_diameter,
            voiding_times=self.voiding_times,
            warnings=self.warnings,
        )


def drawing_times(times: Sequence[float], events: Sequence[float] = (), count: int = 300) -> tuple[float, ...]:
    """Times close enough to draw a smooth line: logarithmic from a hundredth of the first to the last, all given kept.

    Parameters
    ----------
    times : increasing [h]
    events : times of voiding, drawn as steps [h]
    count : how many

    Returns
    -------
    tuple [h]
    """
    last = times[-1]
    first = min([time for time in times if time > 0] or [1.0])
    if last <= 0:
        return tuple(times)
    spread = np.geomspace(min(0.3 * first, last / 100.0), last, count)[:-1]
    steps = [time * factor for time in events if 0 < time < last for factor in (1.0, 1.0 + 1e-9)]
    return tuple(sorted({*times, *steps, *spread.tolist()}))


def read_fate(path: Path) -> FateProblem:
    """Read the YAML file of ``goldshell fate simulate``.

    Parameters
    ----------
    path : the file

    Returns
    -------
    FateProblem

    Raises
    ------
    InputError : names file, line and field; unknown names get near matches
    """
    return to_problem(read_yaml(path, FateFile))


def to_problem(file: FateFile) -> FateProblem:
    """What a checked file describes."""
    given = read_parameters(file.model.name, file.model.parameters)
    animal = file.species.animal()
    core, whole = _sizes(file.particle)
    values = {"V1": animal.plasma_volume, "GFR": animal.glomerular_filtration_rate} | given
    kind = MODELS[file.model.name].Parameters
    names = {item.name for item in describe_parameters(kind)}
    warnings: list[str] = []
    if file.model.name in ("minimal", "permeability_limited"):
        values |= _sieving(given, core, whole, file.particle.charges is not None, warnings)
    if animal.species != "mouse" or not 10.0 <= animal.body_weight <= 50.0:
        left = sorted(names - set(given) - {"V1", "GFR"})
        if left:
            warnings.append(
                f"the defaults of {', '.join(left[:4])}{' ...' if len(left) > 4 else ''} are those of a 20 g mouse"
            )
    parameters = dataclasses.replace(kind(), **{key: value for key, value in values.items() if key in names})
    if file.particle.charges is not None and isinstance(parameters, minimal.Parameters):
        parameters = _charged(parameters, file.particle.charges, file.particle.cluster, given, warnings)
    return FateProblem(parameters, animal, tuple(file.times), file.dose, core, tuple(file.voiding), tuple(warnings))


def read_parameters(model: str, values: Mapping[str, str | float]) -> dict[str, float]:
    """Parameters of a model from text with units, in the model's units.

    Parameters
    ----------
    model : a name of MODELS
    values : name -> quantity

    Returns
    -------
    dict of those that are given

    Raises
    ------
    UnknownNameError : no such parameter
    InputError : no unit or a wrong one, NaN, outside its bounds
    """
    known = {item.name: item for item in describe_parameters(MODELS[model].Parameters)}
    found = {}
    for name, text in values.items():
        if name not in known:
            raise UnknownNameError("parameter", name, known)
        item = known[name]
        number = parse(text, item.unit, where=name)
        if not item.low <= number <= item.high:
            raise InputError(
                f"{number:g} {item.unit} is outside {item.low:g} to {item.high:g}", where=name, hint=item.meaning
            )
        found[name] = number
    return found


def _sizes(particle: Particle) -> tuple[float | None, float | None]:
    """Core and hydrodynamic diameter [nm], from the cluster where they are not given."""
    core, whole = particle.core_diameter, particle.hydrodynamic_diameter
    if particle.cluster is not None:
        cluster = parse_cluster(particle.cluster)
        core = cluster.core_diameter if core is None else core
        if whole is None:
            estimate = cluster.hydrodynamic_diameter
            whole = estimate if estimate >= core else None  # NaN for ligands too long to estimate
    return core, whole


def _sieving(
    given: Mapping[str, float], core: float | None, whole: float | None, charged: bool, warnings: list[str]
) -> dict[str, float]:
    """The sieving coefficient by size, when it is not given and the sizes are known."""
    if "sieving" in given or core is None or whole is None:
        return {}
    by_size = float(band_pass.sieving_coefficient(core, whole))
    if "unbound_fraction" in given:
        warnings.append(f"sieving coefficient {by_size:.3g} taken from the size (band-pass), charge left out")
        return {"sieving": by_size}
    reference = parse_cluster(REFERENCE_CLUSTER)
    relative = by_size / float(band_pass.sieving_coefficient(reference.core_diameter, reference.hydrodynamic_diameter))
    sieving = minimal.Parameters().sieving * relative
    warnings.append(
        f"sieving coefficient {sieving:.3g}: that of {REFERENCE_CLUSTER}, times {relative:.3g} for the size (band-pass)"
        + ("" if charged else "; protein binding taken as that cluster's")
    )
    return {"sieving": min(sieving, 1.0)}


def _charged(
    parameters: minimal.Parameters, charges: Charges, cluster: str | None, given: Mapping[str, float],
    warnings: list[str],
) -> minimal.Parameters:  # fmt: skip
    """fu theta and clearances by the charges of the shell, where they are not given."""
    shell = charges.shell(cluster)
    scaled = protein_adsorption.fate_parameters(shell, base=parameters, by_net_charge=charges.by_net_charge)
    free = {"CL_liver", "CL_spleen"} | (set() if "unbound_fraction" in given else {"sieving"})
    changed = {name: getattr(scaled, name) for name in sorted(free - set(given))}
    if changed:
        numbers = ", ".join(f"{name} {value:.3g}" for name, value in changed.items())
        warnings.append(
            f"{numbers}: by the charges of the shell (protein_adsorption; {shell.positive:.2g} positive and "
            f"{shell.negative:.2g} negative groups), solved for two shells of one paper; its b_0 is a choice"
        )
    return dataclasses.replace(parameters, **changed)


def _as_value_error(call: Any) -> None:
    """Turn our errors into the ValueError that pydantic locates in the file."""
    try:
        call()
    except InputError as problem:
        raise ValueError(str(problem)) from problem
