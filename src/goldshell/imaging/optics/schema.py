"""The YAML files of ``goldshell image depth`` (tissue, probe, camera, depths) and ``image voxels`` (labels, media)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from goldshell.errors import InputError
from goldshell.files import read_yaml
from goldshell.imaging.io import open_stack
from goldshell.imaging.optics.tissue import LONGEST, SHORTEST, OpticalProperties, Tissue, properties, tissue
from goldshell.imaging.optics.visibility import Camera, Probe, Visibility, visibility
from goldshell.imaging.optics.voxels import VoxelLight, simulate_voxels
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
    Wave = quantity("nm", minimum=SHORTEST, maximum=LONGEST)
    Time = quantity("s", minimum=0.0, exclusive=True)
    Molar = quantity("1/(M*cm)", minimum=0.0, exclusive=True)
    Irradiance = quantity("mW/mm^2", minimum=0.0, exclusive=True)
    Rate = quantity("1/s", minimum=0.0)

MOST_VOXELS = 50_000_000  # four copies of the tally are 1.6 GB


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


def _known(value: str) -> str:
    try:
        tissue(value)
    except InputError as problem:
        raise ValueError(str(problem)) from problem
    return value


AnyTissue = Annotated[str, AfterValidator(_known)] | OwnTissue


def _made(given: str | OwnTissue) -> Tissue:
    return tissue(given) if isinstance(given, str) else Tissue("given tissue", **given.model_dump())


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

    tissue: AnyTissue = "soft tissue"
    probe: ProbeSection
    camera: CameraSection
    organ_thickness: Length = 1.0
    depths: list[Length] = Field(min_length=1)
    exposures: list[Time] = Field(min_length=1)
    threshold: float = Field(5.0, gt=0)
    spread: float = Field(0.3, ge=0, lt=1)
    photons: int = Field(20_000, ge=1000, le=10_000_000)
    seed: int = 1


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
    return DepthProblem(_made(file.tissue), Probe(**file.probe.model_dump()), Camera(**file.camera.model_dump()), file)


class VoxelFile(_Section):
    """The whole file of ``goldshell image voxels``."""

    labels: str
    voxel: Length
    wavelength: Wave = 808.0
    media: dict[int, AnyTissue] = Field(min_length=1)
    refractive_index: float | None = Field(None, ge=1, le=2)
    beam_radius: Length | None = None
    source: tuple[Length, Length, Length] | None = None
    photons: int = Field(200_000, ge=1000, le=100_000_000)
    seed: int = 1

    @model_validator(mode="after")
    def _one_light(self) -> VoxelFile:
        if self.beam_radius is not None and self.source is not None:
            raise ValueError("give beam_radius or source, not both")
        return self


@dataclass(frozen=True, slots=True, eq=False)
class VoxelProblem:
    """What the file describes; `solve` answers it.

    Parameters
    ----------
    labels : index of the medium in each voxel, (x, y, z)
    numbers : label of each medium in the image
    media : tissues, in the same order
    properties : of the media at the wavelength
    file : the rest
    warnings : what is not known of the tissues
    """

    labels: NDArray[np.int32]
    numbers: tuple[int, ...]
    media: tuple[Tissue, ...]
    properties: tuple[OpticalProperties, ...]
    file: VoxelFile
    warnings: tuple[str, ...]

    def solve(self, device: str = "cpu") -> VoxelLight:
        """Light in the voxels; Monte Carlo on "cpu" or "gpu"."""
        return simulate_voxels(
            self.labels, self.properties, self.file.voxel, self.file.photons, beam_radius=self.file.beam_radius,
            source=self.file.source, seed=self.file.seed, device=device,
        )  # fmt: skip

    def by_medium(self, light: VoxelLight) -> list[dict[str, Any]]:
        """Absorbed share and mean fluence of each medium: label, tissue, voxels, absorbed, mean_fluence_per_mm2."""
        rows = []
        for index, (number, medium) in enumerate(zip(self.numbers, self.media, strict=True)):
            inside = self.labels == index
            rows.append(
                {
                    "label": number, "tissue": medium.name, "voxels": int(inside.sum()),
                    "absorbed": float(light.absorbed[inside].sum()),
                    "mean_fluence_per_mm2": float(light.fluence[inside].mean()),
                }
            )  # fmt: skip
        return rows


def read_voxels(path: Path) -> VoxelProblem:
    """Read the YAML file of ``goldshell image voxels`` and its label image.

    Parameters
    ----------
    path : the file; the label image lies beside it, one slice after the other from the skin downwards

    Returns
    -------
    VoxelProblem

    Raises
    ------
    InputError : names file, line and field; a label without a medium; media of several refractive indices
    """
    file = read_yaml(path, VoxelFile)
    stack = open_stack(path.parent / file.labels)
    if stack.dtype.kind not in "ui":
        raise InputError(
            f"labels are {stack.dtype}, not whole numbers", where=stack.name, hint="save the label image as integers"
        )
    if stack.frames * math.prod(stack.shape) > MOST_VOXELS:
        raise InputError(
            f"{stack.frames * math.prod(stack.shape)} voxels", where=stack.name, hint=f"at most {MOST_VOXELS}: coarsen"
        )
    image = np.stack([np.asarray(frame) for frame in stack]).transpose(2, 1, 0)
    found, counts = np.unique(image, return_counts=True)
    for number, count in zip(found.tolist(), counts.tolist(), strict=True):
        if number not in file.media:
            raise InputError(
                f"label {number} ({count} voxels) has no medium", where=f"{path}: media", hint=f"add {number}: TISSUE"
            )
    media = tuple(_made(file.media[number]) for number in found.tolist())
    if file.refractive_index is not None:
        media = tuple(replace(one, refractive_index=file.refractive_index) for one in media)
    if len(indices := {one.refractive_index for one in media}) > 1:
        raise InputError(
            f"media of several refractive indices ({', '.join(f'{one:g}' for one in sorted(indices))})",
            where=f"{path}: media",
            hint="write refractive_index: 1.37 to take one for all; voxels refract at the outer faces only",
        )
    known = [properties(one, file.wavelength) for one in media]
    return VoxelProblem(
        np.searchsorted(found, image).astype(np.int32), tuple(found.tolist()), media, tuple(one for one, _ in known),
        file, tuple(dict.fromkeys(text for _, warnings in known for text in warnings)),
    )  # fmt: skip
