"""Organ curves as observations of the fate model: visibilities, several animals, groups."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from goldshell.errors import InputError, UnknownNameError
from goldshell.fate import read_fate_data
from goldshell.imaging import TimeActivity
from goldshell.imaging.optics import diffusion
from goldshell.imaging.optics.schema import read_depth
from goldshell.imaging.optics.tissue import properties
from goldshell.workflows.fate_from_images import Visible, fate_observations, organ_visibility, read_factors

DEPTH = """\
tissue: brain
probe: {molar_absorption: 8000 1/(M*cm), quantum_yield: 0.01, emission: 1064 nm}
camera: {irradiance: 70 mW/cm^2, numerical_aperture: 0.05, throughput: 0.3, pixel: 100 um, dark: 100 1/s, read_noise: 3}
depths: [6 mm]
exposures: [1 s]
photons: 1000
"""
CURVES = """\
roi,pixels,time_s,mean,sem,background,background_sem,net,net_sem,saturated_fraction
liver,100,60,110,1,10,0.5,100,2,0
liver,100,3660,60,1,10,0.5,50,2,0
liver,100,7260,9999,1,10,0.5,9989,2,0.1
spleen,50,60,30,1,10,0.5,20,1,0
muscle,80,60,10,0.5,10,0.5,0,0,0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("m1", "m2"):
        (tmp_path / f"{name}.csv").write_text(CURVES)
    (tmp_path / "animals.csv").write_text("animal,curves,group,start_s\nm1,m1.csv,A,60\nm2,m2.csv,B,0\n")
    (tmp_path / "factors.csv").write_text("organ,factor,sd,compartment\nliver,0.5,0.1,liver\nspleen,1,0.05,spleen\n")
    (tmp_path / "organs.csv").write_text("organ,depth_mm,depth_sd_mm\nskin,6,0\nliver,9,0\nkidney,9,1\n")
    (tmp_path / "depth.yaml").write_text(DEPTH)
    return tmp_path


def test_several_animals_in_one_table(goldshell: Any, folder: Path) -> None:
    out = folder / "fate.csv"
    extra = ("--out", out, "--factors", folder / "factors.csv")
    found = goldshell("image", "fate", folder / "animals.csv", *extra, "--json").json
    assert found["rows"] == 6  # two of the liver and one of the spleen per animal: saturated and background left out
    samples = read_fate_data(out).samples
    assert {(item.animal, item.group) for item in samples} == {("m1", "A"), ("m2", "B")}
    liver = next(item for item in samples if item.compartment == "liver" and item.animal == "m1")
    assert (liver.value, liver.sd, liver.time, liver.factor_sd) == (200.0, 4.0, 0.0, pytest.approx(0.2))
    assert next(item.factor_sd for item in samples if item.compartment == "spleen") == pytest.approx(0.05)
    assert "liver" in goldshell("image", "fate", folder / "animals.csv", *extra).out
    goldshell("image", "fate", folder / "animals.csv", "--out", out)
    assert all(math.isnan(item.factor_sd) for item in read_fate_data(out).samples)


def test_visibility_from_depth(goldshell: Any, folder: Path) -> None:
    """Diffusion theory: light goes as fluence at the excitation times escape at the emission."""
    out = folder / "visible.csv"
    extra = ("--organs", folder / "organs.csv", "--factors", out)
    found = goldshell("image", "depth", folder / "depth.yaml", *extra, "--json").json
    problem = read_depth(folder / "depth.yaml")
    excite, emit = (properties(problem.medium, wave)[0] for wave in (problem.probe.excitation, problem.probe.emission))
    light = [diffusion.fluence(excite, np.array([z])) * diffusion.escape(emit, np.array([z])) for z in (6.0, 9.0)]
    skin, liver, kidney = found["organs"]
    assert (skin["factor"], skin["sd"]) == (1.0, 0.0)
    assert liver["factor"] == pytest.approx(float((light[1] / light[0])[0]), rel=1e-6)
    assert kidney["sd"] > liver["sd"] > 0  # the tissue's part, and that of the depth
    known, compartments = read_factors(out)
    assert compartments is None
    assert known["liver"].relative_sd == pytest.approx(liver["sd"] / liver["factor"])
    assert "visibility" in goldshell("image", "depth", folder / "depth.yaml", *extra).out
    assert organ_visibility(problem, folder / "organs.csv").columns.tolist() == ["organ", "depth_mm", "factor", "sd"]


def test_unknown_organs_and_bad_factors_are_refused(goldshell: Any, folder: Path) -> None:
    curves = {"m1": pd.read_csv(folder / "m1.csv")}
    with pytest.raises(UnknownNameError, match="livr"):
        fate_observations(curves, visibility={"livr": Visible(1.0)})
    for factor in (0.0, -1.0, math.nan):
        with pytest.raises(InputError, match="visibility"):
            Visible(factor)
    for text, said in {
        "organ,factor\nliver,0\n": "liver: a visibility of 0", "organ,factor\nliver,1\nliver,2\n": "twice",
        "organ,factor,sd\nliver,1,-1\n": "0 or more", "organ,x\nliver,1\n": "factor",
    }.items():  # fmt: skip
        (folder / "factors.csv").write_text(text)
        result = goldshell(
            "image", "fate", folder / "animals.csv", "--out", folder / "o.csv", "--factors", folder / "factors.csv"
        )
        assert (result.code, result.err.count("\n")) == (2, 1)
        assert said in result.err
    (folder / "organs.csv").write_text("organ,depth_mm,depth_sd_mm\nliver,2,3\n")
    result = goldshell(
        "image", "depth", folder / "depth.yaml", "--organs", folder / "organs.csv", "--factors", folder / "v.csv"
    )
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "above 0 mm" in result.err


def test_ct_numbers_are_no_amounts() -> None:
    curves = TimeActivity((), "", None, math.inf, unit="HU")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="m1: CT numbers are no amounts"):
        fate_observations({"m1": curves})
