"""The YAML file of ``goldshell exchange simulate`` with a list of incoming ligands."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator

from goldshell.chemistry import parse_cluster
from goldshell.errors import InputError, UnknownNameError
from goldshell.exchange.conditions import make_experiment
from goldshell.exchange.experiment import Withdrawal
from goldshell.exchange.models.several_ligands import OWN, Parameters
from goldshell.exchange.schema import (
    Concentration,
    Event,
    Model,
    Phases,
    SimulationFile,
    Volume,
    Water,
    _Section,
    check_outputs,
    counter_ion,
    read_parameters,
)
from goldshell.exchange.simulate_mixed import (
    Entering,
    LigandFlow,
    MixedExperiment,
    MixedSimulation,
    simulate_mixed,
)


class Incoming(_Section):
    """One incoming ligand: how much of it is where at the start, and its own rate constants."""

    ligand: str = Field(min_length=1)
    water: Concentration = 0.0
    organic: Concentration = 0.0
    parameters: dict[str, str | float] = Field(default_factory=dict)

    @field_validator("parameters")
    @classmethod
    def _own(cls, value: dict[str, str | float]) -> dict[str, str | float]:
        for name in value:
            if name not in OWN:
                raise ValueError(str(UnknownNameError("parameter of one ligand", name, OWN)))
        try:
            read_parameters(value, Parameters)
        except InputError as problem:
            raise ValueError(str(problem)) from problem
        return value


class MixedWater(Water):
    """The aqueous phase; what it holds of the incoming ligands stands with them."""

    @model_validator(mode="after")
    def _elsewhere(self) -> MixedWater:
        if self.ligand or self.solid:
            raise ValueError("with a list of incoming ligands, write amounts there: {ligand: p-MBA, water: 1 mM}")
        return self


class MixedOrganic(_Section):
    """The organic phase; what it holds of the incoming ligands stands with them."""

    solvent: str
    volume: Volume


class MixedPhases(Phases):
    """Water, and the organic phase unless everything is in one pot."""

    water: MixedWater
    organic: MixedOrganic | None = None  # type: ignore[assignment]


class MixedEvent(Event):
    """An addition or an aliquot; ``of`` names the incoming ligand that ``ligand`` is the concentration of."""

    of: str = ""

    @model_validator(mode="after")
    def _named(self) -> MixedEvent:
        if self.ligand and not self.of:
            raise ValueError("'of' is missing: which incoming ligand is added?")
        return self


class MixedModel(Model):
    """The model with its laws and parameters."""

    @field_validator("parameters")
    @classmethod
    def _known(cls, value: dict[str, str | float]) -> dict[str, str | float]:
        try:
            read_parameters(value, Parameters)
        except InputError as problem:
            raise ValueError(str(problem)) from problem
        return value


class MixedFile(SimulationFile):
    """The whole file."""

    incoming: list[Incoming] = Field(min_length=1)  # type: ignore[assignment]
    phases: MixedPhases
    schedule: tuple[MixedEvent, ...] = ()
    model: MixedModel = Field(default_factory=MixedModel)

    @model_validator(mode="after")
    def _times(self) -> MixedFile:  # type: ignore[override]
        check_outputs(self.outputs, self.time)
        names = [one.ligand for one in self.incoming]
        if len(set(names)) < len(names):
            raise ValueError("an incoming ligand stands twice")
        if self.phases.organic is None and any(one.organic for one in self.incoming):
            raise ValueError("an incoming ligand is in the organic phase, but 'phases.organic' is missing")
        if not self.schedule and not any(one.water or one.organic for one in self.incoming):
            raise ValueError("no incoming ligand: give 'water' or 'organic' of one of them")
        return self


def to_mixed_experiment(data: MixedFile) -> MixedExperiment:
    """The experiment that a checked file describes.

    Raises
    ------
    InputError : a shell with more than one outgoing ligand or none, a ligand that is not in the list
    UnknownNameError : ligand, solvent or counter-ion not known
    """
    from goldshell.chemistry import find_ligand

    parsed = parse_cluster(data.cluster)
    names = [find_ligand(one.ligand).name for one in data.incoming]
    leaving = [ligand.name for ligand, _ in parsed.ligands if ligand.name not in names]
    if len(leaving) != 1:
        found = "no ligand that is not incoming" if not leaving else f"{len(leaving)} ligands that are not incoming"
        raise InputError(f"{data.cluster}: the shell has {found}", where="cluster", hint="it must have exactly one")
    sites = sum(count for _, count in parsed.ligands)
    start = tuple(sum(n for ligand, n in parsed.ligands if ligand.name == name) for name in names)
    pure = "".join(f"{symbol}{count}" for symbol, count in parsed.metals) + f"({leaving[0]}){sites}"
    water, organic = data.phases.water, data.phases.organic
    ion = counter_ion(data.counter_ion)
    given: dict[str, Any] = {
        "cluster_mM": water.cluster,
        "water_mL": water.volume,
        "pH": water.pH,
        "water_outgoing_mM": water.outgoing,
        "solvent": organic.solvent if organic else "",
        "organic_mL": organic.volume if organic else 0.0,
        "counter_ion": ion.name if ion else "",
        "counter_ion_mM": ion.concentration if ion else 0.0,
        "temperature_K": data.temperature,
        "times_h": data.times_h(),
        "exchange_law": data.model.exchange_law,
        "etching_law": data.model.etching_law,
        "site_classes": data.model.site_classes,
    }
    vials = [make_experiment(pure, name, **given) for name in names]
    entering = []
    for name, vial, one in zip(names, vials, data.incoming, strict=True):
        known = read_parameters(one.parameters, Parameters)
        own = {key: float(getattr(known, key)) for key in one.parameters}
        entering.append(Entering(name, one.water, one.organic, vial.incoming_transport, own))
    flows, aliquots = [], []
    for number, event in enumerate(data.schedule):
        if event.add is not None and event.duration is not None:
            held = {leaving[0]: event.outgoing} if event.outgoing else {}
            if event.of:
                name = find_ligand(event.of).name
                if name not in names:
                    raise UnknownNameError("incoming ligand", event.of, names, where=f"schedule.{number}.of")
                held[name] = event.ligand
            flows.append(LigandFlow(event.start, event.duration, event.add, event.to, held, event.cluster))
        elif event.withdraw is not None and event.at is not None:
            aliquots.append(Withdrawal(event.at, event.withdraw, event.from_))
    return MixedExperiment(vials[0], tuple(entering), start, tuple(flows), tuple(aliquots))


def simulate_mixed_data(data: MixedFile) -> MixedSimulation:
    """Simulate what a checked file describes."""
    parameters = read_parameters(data.model.parameters, Parameters)
    assert isinstance(parameters, Parameters)
    return simulate_mixed(to_mixed_experiment(data), parameters)
