"""The levels of the exchange model behind one file and one command: well mixed, interphase film, stochastic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from goldshell.errors import InputError
from goldshell.exchange.models import interphase_film, stochastic, well_mixed
from goldshell.exchange.schema import Model, SimulationFile, read_parameters, to_experiment
from goldshell.exchange.simulate import Simulation, simulate
from goldshell.files import read_mapping, read_yaml

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from goldshell.exchange.mixed_file import MixedFile
    from goldshell.exchange.simulate_mixed import MixedSimulation

PARAMETERS: dict[str, type[well_mixed.Parameters]] = {
    "well_mixed": well_mixed.Parameters,
    "interphase_film": interphase_film.Parameters,
    "stochastic": stochastic.Parameters,
}
# Settings that only one model has.
_OWN = {"interphase_film": ("cells", "profiles"), "stochastic": ("clusters", "replicates", "seed")}


class LevelModel(Model):
    """The section ``model``: any level, with the settings of its own."""

    name: Literal["well_mixed", "interphase_film", "stochastic"] = "well_mixed"  # type: ignore[assignment]
    cells: int = Field(200, ge=10, le=10_000)
    profiles: bool = False
    clusters: int = Field(300, ge=1, le=1_000_000)
    replicates: int = Field(10, ge=1, le=100_000)
    seed: int = Field(1, ge=0)

    @field_validator("parameters")
    @classmethod
    def _known(cls, value: dict[str, str | float], info: ValidationInfo) -> dict[str, str | float]:  # type: ignore[override]
        try:
            read_parameters(value, PARAMETERS[info.data.get("name", "well_mixed")])
        except InputError as problem:
            raise ValueError(str(problem)) from problem
        return value

    @model_validator(mode="after")
    def _own_settings(self) -> LevelModel:
        for model, settings in _OWN.items():
            foreign = [name for name in settings if name in self.model_fields_set]
            if foreign and model != self.name:
                raise ValueError(f"'{foreign[0]}' is a setting of the model {model}, not of {self.name}")
        return self

    def settings(self) -> dict[str, Any]:
        """What this model takes beyond experiment and parameters."""
        return {name: getattr(self, name) for name in _OWN.get(self.name, ())}


class LevelFile(SimulationFile):
    """The whole file."""

    model: LevelModel = Field(default_factory=LevelModel)  # type: ignore[arg-type]


def file_kind(data: dict[str, Any]) -> type[LevelFile] | type[MixedFile]:
    """Which file a mapping is: with one incoming ligand, or with a list of them."""
    if not isinstance(data.get("incoming"), list):
        return LevelFile
    from goldshell.exchange.mixed_file import MixedFile

    return MixedFile


def simulate_file(path: Path, *, profiles: bool = False) -> Simulation | MixedSimulation:
    """Simulate what a file of ``goldshell exchange simulate`` describes, at the level that it names.

    Parameters
    ----------
    path : YAML file
    profiles : keep the profiles across the interphase also where the file does not ask for them

    Raises
    ------
    InputError : names file, line, field and what was expected
    AnalysisError : the model could not be solved
    """
    data = read_yaml(path, file_kind(read_mapping(path)))
    try:
        return simulate_data(data, profiles=profiles)
    except InputError as problem:
        problem.where = f"{path}: {problem.where}" if problem.where else str(path)
        raise


def check_data(data: LevelFile | MixedFile) -> None:
    """Raise InputError where a checked file names a cluster, ligand or solvent that cannot be used."""
    if isinstance(data, LevelFile):
        to_experiment(data)
        return
    from goldshell.exchange.mixed_file import to_mixed_experiment

    to_mixed_experiment(data)


def simulate_data(
    data: LevelFile | MixedFile, *, profiles: bool = False, integrator: str = "auto"
) -> Simulation | MixedSimulation:
    """Simulate what a checked file describes, at the level that it names.

    Parameters
    ----------
    data : the file
    profiles : keep the profiles across the interphase also where the file does not ask for them
    integrator : of the well-mixed model, see `goldshell.exchange.simulate.simulate`
    """
    if not isinstance(data, LevelFile):
        from goldshell.exchange.mixed_file import simulate_mixed_data

        return simulate_mixed_data(data)
    chosen = data.model
    experiment = to_experiment(data)
    parameters = read_parameters(chosen.parameters, PARAMETERS[chosen.name])
    if isinstance(parameters, interphase_film.Parameters):
        from goldshell.exchange.simulate_film import simulate_film

        return simulate_film(experiment, parameters, cells=chosen.cells, profiles=profiles or chosen.profiles)
    if chosen.name == "stochastic":
        from goldshell.exchange.stochastic import simulate_stochastic

        return simulate_stochastic(experiment, parameters, **chosen.settings())
    return simulate(experiment, parameters, integrator=integrator)


def level_figures(result: Simulation | MixedSimulation) -> dict[str, Figure]:
    """Figures of a simulated vial, by name: its course, and what only its level has (profiles, clusters, triangle)."""
    if not isinstance(result, Simulation):
        from goldshell.exchange.figures_mixed import courses_figure, triangle_figure

        triangle = {"composition": triangle_figure(result)} if len(result.experiment.entering) == 2 else {}
        return {**triangle, "courses": courses_figure(result)}
    from goldshell.exchange.figures_simulation import course_figure
    from goldshell.exchange.simulate_film import FilmSimulation
    from goldshell.exchange.stochastic import StochasticSimulation

    made = {"course": course_figure(result)} if len(result.time_h) > 1 else {}
    if isinstance(result, FilmSimulation) and result.profiles is not None:
        from goldshell.exchange.figures_profiles import medium_figure, profile_figure

        made |= {"interphase_profiles": profile_figure(result), "interphase_medium": medium_figure(result)}
    if isinstance(result, StochasticSimulation):
        from goldshell.exchange.figures_stochastic import counts_figure

        made["cluster_counts"] = counts_figure(result)
    return made
