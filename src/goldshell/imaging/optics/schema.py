"""The YAML file of ``goldshell image depth``: tissue, probe, camera, depths, exposures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, field_validator

from goldshell.errors import InputError
from goldshell.files import read_yaml
from goldshell.imaging.optics.tissue import SHORTEST, Tissue, tissue
from goldshell.imaging.optics.visibility import Camera, Probe, Visibility, visibility
from goldshell.units import quantity

if TYPE_CHECKING:
    Length = float
    Attenuation = float
    Wave = float
    Time = float
    Molar = float
    Irradiance = float
    Rate = float
else:
    Length = quantity("mm", minimum=0.0, exclusive=True)
    Attenuation = quantity("1/mm", minimum=0.0, exclusive=True)
    Wave = quantity("nm", minimum=SHORTEST)
    Time = quantity("s", minimum=0.0, exclusive=True)
    Molar = quantity("1/(M*cm)", minimum=0.0, exclusive=True)
    Irradiance = quantity("mW/mm^2", minimum=0.0, exclusive=True)
    Rate = quantity("1/s", minimum=0.0)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnTissue(_Section):
    """A tissue that no table has."""

    water: float = Field(ge=0, le=1)
    blood: float = Field(ge=0, le=1)
    lipid: float = Field(ge=0, le=1)
    scattering: Attenuation
    scattering_power: float = Field(ge=0, le=4)
    anisotropy: float = Field(0.9, ge=0, lt=1)
    refractive_index: float = Field(1.37, ge=1, le=2)


class ProbeSection(_Section):
    """The emitter."""

    molar_absorption: Molar
    quantum_yield: float = Field(gt=0, le=1)
    excitation: Wave = 808.0
    emission: Wave = 1050.0


class CameraSection(_Section):
    """Laser, lens and sensor."""

    irradiance: Irradiance
    numerical_aperture: float = Field(gt=0, le=1)
    throughput: float = Field(gt=0, le=1)
    pixel: Length
    dark: Rate
    read_noise: float = Field(ge=0)
    background: Rate = 0.0


class DepthFile(_Section):
    """The whole file."""

    tissue: str | OwnTissue = "soft tissue"
    probe: ProbeSection
    camera: CameraSection
    organ_thickness: Length = 1.0
    depths: list[Length] = Field(min_length=1)
    exposures: list[Time] = Field(min_length=1)
    threshold: float = Field(5.0, gt=0)
    spread: float = Field(0.3, ge=0, lt=1)
    photons: int = Field(20_000, ge=1000, le=10_000_000)
    seed: int = 1

    @field_validator("tissue")
    @classmethod
    def _known(cls, value: str | OwnTissue) -> str | OwnTissue:
        if isinstance(value, str):
            try:
                tissue(value)
            except InputError as problem:
                raise ValueError(str(problem)) from problem
        return value


@dataclass(frozen=True, slots=True)
class DepthProblem:
    """What the file describes; `solve` answers it."""

    medium: Tissue
    probe: Probe
    camera: Camera
    file: DepthFile

    def solve(self, device: str = "cpu") -> Visibility:
        """Least visible concentration by depth and exposure; Monte Carlo on "cpu" or "gpu"."""
        return visibility(
            self.medium, self.probe, self.camera, self.file.depths, self.file.exposures,
            thickness=self.file.organ_thickness, threshold=self.file.threshold, spread=self.file.spread,
            photons=self.file.photons, seed=self.file.seed, device=device,
        )  # fmt: skip


def read_depth(path: Path) -> DepthProblem:
    """Read the YAML file of ``goldshell image depth``.

    Parameters
    ----------
    path : the file

    Returns
    -------
    DepthProblem

    Raises
    ------
    InputError : names file, line and field
    """
    file = read_yaml(path, DepthFile)
    medium = tissue(file.tissue) if isinstance(file.tissue, str) else Tissue("given tissue", **file.tissue.model_dump())
    return DepthProblem(medium, Probe(**file.probe.model_dump()), Camera(**file.camera.model_dump()), file)
