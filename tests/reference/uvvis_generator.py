"""Independent generator of UV-vis files: kinetic traces of a power law, spectra against time. Uses no goldshell.

Traces: -dN/dt = k N^x S^y integrated by explicit closed form, A = epsilon l N + offset + drift t + noise.
Spectra: three Gaussians on a sloping background, with shift, broadening, loss and growth of a product as asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CONDITIONS = ((0.01, 2.5), (0.02, 2.5), (0.04, 2.5), (0.025, 0.8), (0.025, 1.5), (0.025, 5.0))


@dataclass(frozen=True)
class MadeTrace:
    """One synthetic trace and what it was made with."""

    time_h: np.ndarray
    absorbance: np.ndarray
    cluster_mM: float
    ligand_mM: float
    offset: float
    drift_per_h: float


def traces(
    *,
    x: float = 0.04,
    y: float = 1.8,
    k: float = 0.0247237,
    epsilon: float = 8800.0,
    noise: float = 0.001,
    offset: float = 0.01,
    drift: float = 0.0,
    points: int = 80,
    lifetimes: float = 1.3,
    seed: int = 0,
    conditions: tuple[tuple[float, float], ...] = CONDITIONS,
) -> list[MadeTrace]:
    """Traces until ``lifetimes`` times N0 / rate(0); offset and drift are drawn per trace with these sd."""
    random = np.random.default_rng(seed)
    made = []
    for cluster, ligand in conditions:
        speed = k * ligand**y
        time = np.linspace(0, lifetimes * cluster / (speed * cluster**x), points)
        if abs(x - 1) < 1e-12:
            left = cluster * np.exp(-speed * time)
        else:
            left = np.maximum(cluster ** (1 - x) - (1 - x) * speed * time, 0) ** (1 / (1 - x))
        o, d = offset * random.normal(), drift * random.normal()
        signal = epsilon * 1e-3 * left + o + d * time + noise * random.normal(size=points)
        made.append(MadeTrace(time, signal, cluster, ligand, o, d))
    return made


def trace_csv(trace: MadeTrace, *, epsilon: float | None = 8800.0) -> str:
    """The file of the contract."""
    head = [f"# cluster_mM: {trace.cluster_mM}", f"# ligand_mM: {trace.ligand_mM}", "# wavelength_nm: 698",
            "# path_cm: 1"]  # fmt: skip
    head += [f"# epsilon_M_cm: {epsilon}"] * (epsilon is not None)
    rows = [f"{t:.8g},{a:.6f}" for t, a in zip(trace.time_h, trace.absorbance, strict=True)]
    return "\n".join([*head, "time_h,absorbance", *rows]) + "\n"


def spectrum(
    wavelength: np.ndarray,
    *,
    shift: float = 0.0,
    broadening: float = 1.0,
    scale: float = 1.0,
    product: float = 0.0,
    noise: float = 0.0005,
    random: np.random.Generator | None = None,
) -> np.ndarray:
    """A spectrum like that of Au25: bands at 400, 450 and 690 nm on a background; ``product`` absorbs below 500 nm."""
    bands = ((690.0 + shift, 35.0 * broadening, 0.22), (450.0, 25.0, 0.25), (400.0, 22.0, 0.30))
    total = sum(height * np.exp(-0.5 * ((wavelength - centre) / width) ** 2) for centre, width, height in bands)
    total = scale * (total + 0.9 * np.exp(-(wavelength - 300.0) / 130.0))
    total = total + product * np.exp(-0.5 * ((wavelength - 420.0) / 60.0) ** 2)
    random = random or np.random.default_rng(0)
    return total + noise * random.normal(size=wavelength.size)


def series_csv(times: list[float], spectra: list[np.ndarray], wavelength: np.ndarray, *, condition: str = "") -> str:
    """One wavelength column, one column per time."""
    lines = [f"# condition: {condition}"] if condition else []
    lines.append("wavelength_nm," + ",".join(f"{t:g} h" for t in times))
    for i, w in enumerate(wavelength):
        lines.append(f"{w:g}," + ",".join(f"{row[i]:.5f}" for row in spectra))
    return "\n".join(lines) + "\n"
