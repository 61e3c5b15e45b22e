"""The YAML file of ``goldshell exchange simulate``: checked, and turned into an `Experiment` and `Parameters`."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from goldshell.errors import InputError, UnknownNameError
from goldshell.exchange.conditions import COUNTER_IONS, make_experiment
from goldshell.exchange.experiment import Addition, Experiment, Withdrawal
from goldshell.exchange.models.well_mixed import Parameters
from goldshell.files import read_yaml
from goldshell.numerics import describe_parameters
from goldshell.units import parse, quantity

if TYPE_CHECKING:
    Volume = float
    Concentration = float
    Time = float
else:
    Volume = quantity("mL", minimum=0.0, exclusive=True)
    Concentration = quantity("mM", minimum=0.0)
    Time = quantity("h", minimum=0.0)
Law = Literal["mass_action", "power_law", "langmuir"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Water(_Section):
    """The aqueous phase."""

    volume: Volume
    pH: float = Field(7.0, ge=0.0, le=14.0)
    cluster: Concentration
    ligand: Concentration = 0.0
    outgoing: Concentration = 0.0
    solid: bool = False


class Organic(_Section):
    """The organic phase."""

    solvent: str
    volume: Volume
    ligand: Concentration


class Phases(_Section):
    """Water, and the organic phase unless everything is in one pot."""

    water: Water
    organic: Organic | None = None


class CounterIon(_Section):
    """A hydrophobic counter-ion."""

    name: str
    concentration: Concentration = 0.0


class Model(_Section):
    """The model, its laws and those parameters that differ from the defaults."""

    name: Literal["well_mixed"] = "well_mixed"
    exchange_law: Law = "langmuir"
    etching_law: Law = "power_law"
    site_classes: tuple[int, ...] | None = None
    parameters: dict[str, str | float] = Field(default_factory=dict)

    @field_validator("parameters")
    @classmethod
    def _known(cls, value: dict[str, str | float]) -> dict[str, str | float]:
        try:
            read_parameters(value)
        except InputError as problem:
            raise ValueError(str(problem)) from problem
        return value


class Event(_Section):
    """An addition (``add``) or an aliquot (``withdraw``)."""

    add: Volume | None = None
    to: Literal["water", "organic"] = "water"
    start: Time = 0.0
    duration: quantity("h", minimum=0.0, exclusive=True) | None = None  # type: ignore[valid-type]
    ligand: Concentration = 0.0
    outgoing: Concentration = 0.0
    cluster: Concentration = 0.0
    withdraw: Volume | None = None
    from_: Literal["water", "organic"] = Field("water", alias="from")
    at: Time | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Event:
        if (self.add is None) == (self.withdraw is None):
            raise ValueError("expected either 'add' (with start, duration, ligand) or 'withdraw' (with at)")
        if self.add is not None and self.duration is None:
            raise ValueError("an addition needs a duration, for example 'duration: 30 min'")
        if self.withdraw is not None and self.at is None:
            raise ValueError("an aliquot needs its time, for example 'at: 0.5 h'")
        return self


class SimulationFile(_Section):
    """The whole file."""

    cluster: str
    incoming: str
    phases: Phases
    counter_ion: CounterIon | Literal["none"] | None = None
    temperature: quantity("K", minimum=0.0, exclusive=True) = 298.15  # type: ignore[valid-type]
    time: Time | None = None
    outputs: int | list[Time] = 61
    schedule: tuple[Event, ...] = ()
    model: Model = Field(default_factory=Model)

    @model_validator(mode="after")
    def _times(self) -> SimulationFile:
        check_outputs(self.outputs, self.time)
        if self.phases.organic is None and self.phases.water.ligand == 0.0 and not self.schedule:
            raise ValueError("no incoming ligand: give 'phases.water.ligand' (one phase) or 'phases.organic'")
        return self

    def times_h(self) -> tuple[float, ...]:
        """Output times [h]."""
        if isinstance(self.outputs, int):
            end = float(self.time or 0.0)
            return tuple(end * i / (self.outputs - 1) for i in range(self.outputs))
        return tuple(self.outputs)


def check_outputs(outputs: int | list[float], time: float | None) -> None:
    """Raise ValueError unless the output times can be used."""
    if isinstance(outputs, int):
        if time is None or time <= 0.0:
            raise ValueError("'time' is missing or not above 0: write for example 'time: 1 h'")
        if not 2 <= outputs <= 100_000:
            raise ValueError("'outputs' must be a number of times from 2 to 100000, or a list of times")
    elif not outputs or any(b <= a for a, b in itertools.pairwise(outputs)):
        raise ValueError("the times in 'outputs' must increase")


def counter_ion(given: CounterIon | str | None) -> CounterIon | None:
    """The counter-ion of a checked file, None without one.

    Raises
    ------
    UnknownNameError : not one of `COUNTER_IONS`
    """
    if not isinstance(given, CounterIon):
        return None
    if given.name not in COUNTER_IONS:
        raise UnknownNameError("counter-ion", given.name, COUNTER_IONS, where="counter_ion.name")
    return given


def read_parameters(values: dict[str, str | float], kind: type[Parameters] = Parameters) -> Parameters:
    """Parameters from text with units; what is left out keeps its default.

    Parameters
    ----------
    values : name -> number with its unit
    kind : parameters of which model

    Raises
    ------
    UnknownNameError : no such parameter
    InputError : no unit or a wrong one, NaN, outside its bounds
    """
    known = {item.name: item for item in describe_parameters(kind)}
    found: dict[str, Any] = {}
    for name, text in values.items():
        if name not in known:
            raise UnknownNameError("parameter", name, known)
        item = known[name]
        value = parse(text, item.unit, where=name)
        if not item.low <= value <= item.high:
            raise InputError(
                f"{value:g} {item.unit} is outside {item.low:g} to {item.high:g}", where=name, hint=item.meaning
            )
        found[name] = value
    return dataclasses.replace(kind(), **found)


def read_simulation(path: Path) -> tuple[Experiment, Parameters]:
    """Read and check the file of ``goldshell exchange simulate``.

    Raises
    ------
    InputError : names file, line, field and what was expected
    """
    data = read_yaml(path, SimulationFile)
    try:
        return to_experiment(data), read_parameters(data.model.parameters)
    except InputError as problem:
        problem.where = f"{path}: {problem.where}" if problem.where else str(path)
        raise


def to_experiment(data: SimulationFile) -> Experiment:
    """The experiment that a checked file describes."""
    water, organic = data.phases.water, data.phases.organic
    ion = counter_ion(data.counter_ion)
    schedule: list[Addition | Withdrawal] = []
    for event in data.schedule:
        if event.add is not None and event.duration is not None:
            schedule.append(
                Addition(event.start, event.duration, event.add, event.to, event.ligand, event.outgoing, event.cluster)
            )
        elif event.withdraw is not None and event.at is not None:
            schedule.append(Withdrawal(event.at, event.withdraw, event.from_))
    return make_experiment(
        data.cluster,
        data.incoming,
        cluster_mM=water.cluster,
        water_mL=water.volume,
        pH=water.pH,
        water_ligand_mM=water.ligand,
        water_outgoing_mM=water.outgoing,
        solid=water.solid,
        solvent=organic.solvent if organic else "",
        organic_mL=organic.volume if organic else 0.0,
        organic_ligand_mM=organic.ligand if organic else 0.0,
        counter_ion=ion.name if ion else "",
        counter_ion_mM=ion.concentration if ion else 0.0,
        temperature_K=data.temperature,
        times_h=data.times_h(),
        schedule=tuple(schedule),
        exchange_law=data.model.exchange_law,
        etching_law=data.model.etching_law,
        site_classes=data.model.site_classes,
    )
