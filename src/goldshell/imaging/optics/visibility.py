"""Can it be seen? From a dose in an organ at a depth to counts in the camera, and back to the least visible dose.

    excitation   photons absorbed per s and cluster:  q = I phi(z) sigma lambda_x / (h c)
    emission     photons emitted per s and volume:    q QY c N_A
    escape       counts per s and pixel:              S = q QY c N_A  h_organ  E(z) / pi  Omega  a_pixel  T QE
    noise        counts:                              sqrt(S t + B t + dark t + read^2)
    visible      S t >= k noise

I is the irradiance of the laser at the skin, phi(z) the fluence under a broad beam (1 at most a few), sigma the
absorption cross-section, E(z) the share of an isotropic glow that leaves the skin, taken as Lambertian, Omega = pi
sin^2 of the lens' half angle, a_pixel the area of the skin that one pixel sees, T QE the throughput of lens, filters
and sensor. The organ is a slab of thickness h_organ, wide against its depth.

Limits: a homogeneous half space above the organ, no autofluorescence but what B holds, no bleaching. phi and E come
from Monte Carlo, or from diffusion theory where it holds. The range over tissues of different make-up is the interval
that matters; counting noise is small against it.

References
----------
Wang, Jacques & Zheng, Comput. Methods Programs Biomed. 47 (1995) 131-146, doi:10.1016/0169-2607(95)01640-F
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.imaging.optics import diffusion
from goldshell.imaging.optics.device import usable
from goldshell.imaging.optics.monte_carlo import Layer, simulate_layers
from goldshell.imaging.optics.tissue import Tissue, properties

Array = NDArray[np.float64]

PLANCK, LIGHT_SPEED, AVOGADRO = 6.62607015e-34, 2.99792458e8, 6.02214076e23  # J s, m/s, 1/mol
_ESCAPE_SEEDS = 1000  # apart from those of the excitation


@dataclass(frozen=True, slots=True)
class Probe:
    """The emitter.

    Parameters
    ----------
    molar_absorption : at the excitation wavelength [1/(M cm)]
    quantum_yield : into the detected band [1]
    excitation, emission : wavelengths [nm]
    """

    molar_absorption: float
    quantum_yield: float
    excitation: float = 808.0
    emission: float = 1050.0

    def __post_init__(self) -> None:
        if not (self.molar_absorption > 0 and 0 < self.quantum_yield <= 1):
            raise InputError("a probe needs molar_absorption above 0 and a quantum_yield above 0, at most 1")


@dataclass(frozen=True, slots=True)
class Camera:
    """Laser, lens and sensor.

    Parameters
    ----------
    irradiance : of the laser on the skin [mW/mm2]
    numerical_aperture : sine of the half angle that the lens takes in, seen from the skin [1]
    throughput : lens, filters and quantum efficiency [1]
    pixel : edge of the skin that one pixel sees [mm]
    dark : counts of one pixel without light [1/s]
    read_noise : [counts]
    background : autofluorescence and stray light [1/s]
    """

    irradiance: float
    numerical_aperture: float
    throughput: float
    pixel: float
    dark: float
    read_noise: float
    background: float = 0.0

    def __post_init__(self) -> None:
        for name in ("irradiance", "throughput", "pixel", "numerical_aperture"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name} must be above 0", where=name)
        for name in ("dark", "read_noise", "background"):
            if not getattr(self, name) >= 0:
                raise InputError(f"{name} must be 0 or more", where=name)
        if self.numerical_aperture > 1 or self.throughput > 1:
            raise InputError("numerical_aperture and throughput are at most 1")


@dataclass(frozen=True, slots=True)
class Visibility:
    """Least visible concentration by depth and exposure.

    Parameters
    ----------
    depth : (d,) [mm]
    exposure : (e,) [s]
    excitation : fluence at the depth per irradiance, (d,) [1]
    escape : share of a glow that leaves, (d,) [1]
    counts_per_uM : per s and pixel and uM in the organ, (d,) [1/(s uM)]
    least : least visible concentration, (e, d) [uM]
    least_low, least_high : over the range of tissues, (e, d) [uM]
    method : "diffusion" or "monte_carlo", per depth
    threshold : signal over noise that counts as visible [1]
    warnings : what was assumed
    """

    depth: Array
    exposure: Array
    excitation: Array
    escape: Array
    counts_per_uM: Array
    least: Array
    least_low: Array
    least_high: Array
    method: tuple[str, ...]
    threshold: float
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output."""
        return {
            "depth_mm": self.depth,
            "exposure_s": self.exposure,
            "excitation_fluence": self.excitation,
            "escape": self.escape,
            "counts_per_s_uM": self.counts_per_uM,
            "least_uM": self.least,
            "least_low_uM": self.least_low,
            "least_high_uM": self.least_high,
            "method": list(self.method),
            "threshold": self.threshold,
            "warnings": list(self.warnings),
        }


def transport(
    medium: Tissue, probe: Probe, depths: ArrayLike, *, photons: int = 200_000, seed: int = 1, device: str = "cpu"
) -> tuple[Array, Array, tuple[str, ...], tuple[str, ...]]:
    """Excitation at a depth and escape of the glow from it; diffusion where it holds at both wavelengths.

    Parameters
    ----------
    medium : tissue above and around the organ
    probe : for its wavelengths
    depths : [mm]
    photons : packets of each Monte Carlo run
    seed : of the Monte Carlo
    device : "cpu" or "gpu", for the Monte Carlo

    Returns
    -------
    excitation (d,) [1], escape (d,) [1], method per depth, warnings
    """
    device, notices = usable(device)
    z = np.atleast_1d(np.asarray(depths, dtype=float))
    if not (z.size and np.all(np.isfinite(z) & (z > 0))):
        raise InputError("depths must be numbers above 0 mm", where="depth")
    at_x, first = properties(medium, probe.excitation)
    at_m, second = properties(medium, probe.emission)
    excitation, glow = np.empty(z.size), np.empty(z.size)
    easy = np.array([diffusion.holds(at_x, one) and diffusion.holds(at_m, one) for one in z])
    if easy.any():
        excitation[easy] = diffusion.fluence(at_x, z[easy])
        glow[easy] = diffusion.escape(at_m, z[easy])
    if not easy.all():
        hard = z[~easy]
        bins = 400
        light = simulate_layers(
            [Layer(at_x, math.inf)],
            photons,
            seed=seed,
            bins=bins,
            deepest=1.25 * float(hard.max()),
            device=device,
        )
        inside = 1.0 - light.specular  # diffusion's unit is the light that entered
        excitation[~easy] = np.interp(hard, light.depth, light.fluence) / inside
        for number, depth in zip(np.flatnonzero(~easy), hard, strict=True):
            run = simulate_layers(
                [Layer(at_m, math.inf)], photons, source_depth=float(depth), seed=seed + _ESCAPE_SEEDS + int(number),
                deepest=2.0 * float(depth), bins=1, device=device,
            )  # fmt: skip
            glow[number] = run.reflectance
    return excitation, glow, tuple("diffusion" if one else "monte_carlo" for one in easy), first + second + notices


def counts_per_micromolar(
    excitation: ArrayLike, glow: ArrayLike, probe: Probe, camera: Camera, thickness: float
) -> Array:
    """Counts per s and pixel for 1 uM in an organ.

    Parameters
    ----------
    excitation, glow : of `transport` [1]
    probe, camera : emitter and instrument
    thickness : of the organ [mm]

    Returns
    -------
    array [1/(s uM)]
    """
    if not thickness > 0:
        raise InputError(f"an organ of {thickness:g} mm", where="thickness", hint="write a thickness above 0 mm")
    cross_section = probe.molar_absorption * math.log(10.0) * 1e3 / AVOGADRO * 1e2  # mm2
    photon_energy = PLANCK * LIGHT_SPEED / (probe.excitation * 1e-9)  # J
    absorbed = camera.irradiance * 1e-3 * np.asarray(excitation, float) * cross_section / photon_energy  # 1/s, each
    clusters = 1e-6 * AVOGADRO * 1e-6  # per mm3 and uM
    radiance = absorbed * probe.quantum_yield * clusters * thickness * np.asarray(glow, float) / math.pi
    solid_angle = math.pi * camera.numerical_aperture**2
    return np.asarray(radiance * solid_angle * camera.pixel**2 * camera.throughput)


def least_visible(counts: ArrayLike, camera: Camera, exposure: ArrayLike, threshold: float = 5.0) -> Array:
    """Least concentration whose signal is a number of times its noise.

    S t = k sqrt(S t + N),  N = (dark + background) t + read^2, so that S t = (k^2 + k sqrt(k^2 + 4 N)) / 2

    Parameters
    ----------
    counts : per s and uM, (d,) [1/(s uM)]
    camera : noise
    exposure : (e,) [s]
    threshold : k [1]

    Returns
    -------
    (e, d) [uM]
    """
    time = np.atleast_1d(np.asarray(exposure, dtype=float))
    if not (time.size and np.all(np.isfinite(time) & (time > 0))):
        raise InputError("exposures must be numbers above 0 s", where="exposure")
    if not threshold > 0:
        raise InputError(f"a threshold of {threshold:g}", where="threshold")
    noise = (camera.dark + camera.background) * time + camera.read_noise**2
    needed = 0.5 * (threshold**2 + threshold * np.sqrt(threshold**2 + 4.0 * noise))
    with np.errstate(divide="ignore"):  # no light comes back: no concentration is visible
        return np.asarray(needed[:, None] / (time[:, None] * np.asarray(counts, float)[None, :]))


def visibility(
    medium: Tissue,
    probe: Probe,
    camera: Camera,
    depths: ArrayLike,
    exposures: ArrayLike,
    *,
    thickness: float = 1.0,
    threshold: float = 5.0,
    spread: float = 0.3,
    photons: int = 200_000,
    seed: int = 1,
    device: str = "cpu",
) -> Visibility:
    """Least visible concentration by depth and exposure, with its range over tissues.

    Parameters
    ----------
    medium : tissue above and around the organ
    probe, camera : emitter and instrument
    depths : [mm]
    exposures : [s]
    thickness : of the organ [mm]
    threshold : signal over noise that counts as visible [1]
    spread : relative uncertainty of water, blood, lipid and scattering, all taken low or all high [1]
    photons, seed, device : of Monte Carlo; "cpu" or "gpu"

    Returns
    -------
    Visibility
    """
    if not 0 <= spread < 1:
        raise InputError(f"a spread of {spread:g}", where="spread", hint="write a share from 0 to below 1")

    def run(factor: float) -> tuple[Array, Array, tuple[str, ...], tuple[str, ...]]:
        return transport(_varied(medium, factor), probe, depths, photons=photons, seed=seed, device=device)

    excitation, glow, method, warnings = run(1.0)
    counts = counts_per_micromolar(excitation, glow, probe, camera, thickness)
    best, low, high = (
        least_visible(
            counts_per_micromolar(*run(factor)[:2], probe, camera, thickness) if factor != 1.0 else counts,
            camera, exposures, threshold,
        )
        for factor in (1.0, 1.0 - spread, 1.0 + spread)
    )  # fmt: skip
    dark = np.atleast_1d(np.asarray(depths, float))[counts == 0]
    if dark.size:
        warnings = (*warnings, f"no light comes back from {dark.min():g} mm: nothing is visible there")
    return Visibility(
        np.atleast_1d(np.asarray(depths, float)), np.atleast_1d(np.asarray(exposures, float)), excitation, glow, counts,
        best, np.minimum(low, high), np.maximum(low, high), method, threshold, tuple(dict.fromkeys(warnings)),
    )  # fmt: skip


def relative_visibility(
    medium: Tissue,
    probe: Probe,
    depths: ArrayLike,
    *,
    depth_sd: ArrayLike = 0.0,
    spread: float = 0.3,
    photons: int = 200_000,
    seed: int = 1,
    device: str = "cpu",
) -> tuple[Array, Array]:
    """Light per amount of organs at depths, relative to the shallowest, with its uncertainty.

    f_i = phi(z_i) E(z_i) / [phi(z_0) E(z_0)],   sd(ln f)^2 = tissue^2 + depth^2

    The tissue's part is half the change of ln f over the range of tissues, that of the depth half its change from one
    SD less to one SD more. Errors of organs are taken as independent of each other, though the tissue is one.

    Parameters
    ----------
    medium : tissue above the organs
    probe : for its wavelengths
    depths : of the organs (d,) [mm]
    depth_sd : standard deviations (d,) or one for all [mm]
    spread : relative uncertainty of water, blood, lipid and scattering, all taken low or all high [1]
    photons, seed, device : of Monte Carlo; "cpu" or "gpu"

    Returns
    -------
    f (d,) [1], standard deviation of ln f (d,) [1]

    Raises
    ------
    InputError : a depth, less its SD, that is not above 0
    """
    z = np.atleast_1d(np.asarray(depths, dtype=float))
    off = np.broadcast_to(np.asarray(depth_sd, dtype=float), z.shape)
    if not np.all(np.isfinite(off) & (off >= 0)) or np.any(z - off <= 0):
        raise InputError("a depth less its standard deviation must stay above 0 mm")

    def seen(factor: float, at: Array) -> Array:
        excitation, glow, _, _ = transport(
            _varied(medium, factor), probe, at, photons=photons, seed=seed, device=device
        )
        return np.asarray(np.log(excitation * glow))

    top = int(np.argmin(z))
    best = seen(1.0, z)
    low, high = (seen(factor, z) for factor in (1.0 - spread, 1.0 + spread))
    tissue = 0.5 * np.abs((high - high[top]) - (low - low[top]))
    depth = 0.5 * np.abs(seen(1.0, z + off) - seen(1.0, z - off)) if np.any(off > 0) else np.zeros(z.size)
    return np.exp(best - best[top]), np.hypot(tissue, depth)


def _varied(medium: Tissue, factor: float) -> Tissue:
    """The tissue with all chromophores and scatterers a factor more."""
    parts = {name: getattr(medium, name) * factor for name in ("water", "blood", "lipid")}
    over = sum(parts.values())
    if over > 1.0:
        parts = {name: share / over for name, share in parts.items()}
    return replace(medium, scattering=medium.scattering * factor, **parts)
