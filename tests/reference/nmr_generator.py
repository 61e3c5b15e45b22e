"""Independent generator of a processed Bruker spectrum: pdata/1/1r (int32) and procs, Lorentzian lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def write_bruker(
    folder: Path,
    lines: list[tuple[float, float]],
    *,
    low: float = -1.0,
    high: float = 13.0,
    points: int = 16384,
    width_ppm: float = 0.004,
    noise: float = 0.0,
    seed: int = 0,
) -> None:
    """Write an experiment folder whose spectrum has ``lines`` (shift [ppm], area) on a tilted base line."""
    ppm = high - (high - low) * np.arange(points) / points
    spectrum = 0.02 + 0.001 * ppm
    for centre, area in lines:
        spectrum = spectrum + area / np.pi * (width_ppm / 2) / ((ppm - centre) ** 2 + (width_ppm / 2) ** 2)
    spectrum = spectrum + noise * np.random.default_rng(seed).normal(size=points)
    target = folder / "pdata" / "1"
    target.mkdir(parents=True)
    (1e5 * spectrum).astype("<i4").tofile(target / "1r")
    frequency = 400.13
    entries = {"BYTORDP": 0, "DTYPP": 0, "NC_proc": 0, "OFFSET": high, "SF": frequency, "SI": points,
               "SW_p": (high - low) * frequency, "XDIM": points, "FTSIZE": points}  # fmt: skip
    text = "##TITLE= Parameter file\n##JCAMPDX= 5.0\n" + "".join(
        f"##${key}= {value}\n" for key, value in entries.items()
    )
    (target / "procs").write_text(text + "##END=\n")
