"""One file, three levels: dispatch by model name, settings of each, figures, and bad input, through the command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from goldshell.exchange import level_figures, make_experiment, simulate, simulate_film, simulate_stochastic
from goldshell.exchange.figures_stochastic import counts_figure
from goldshell.plotting import to_svg

VIAL = """\
cluster: Au25(p-MBSA)18
incoming: p-MBA
phases:
  water:   {volume: 2 mL, pH: 7, cluster: 0.025 mM}
  organic: {solvent: ethyl acetate, volume: 2 mL, ligand: 0.15 mM}
time: 30 min
outputs: 4
model: {MODEL}
"""
FILM = "name: interphase_film, cells: 20, profiles: true, parameters: {boundary_width: 0.3 um}"
DRAWN = (
    "name: stochastic, clusters: 12, replicates: 3, seed: 5, "
    "parameters: {drop_diameter: 4 mm, film_water: 0.1 mm, film_organic: 0.1 mm}"
)


@pytest.fixture
def vial(tmp_path: Path) -> Callable[[str], Path]:
    def write(model: str) -> Path:
        path = tmp_path / "vial.yaml"
        path.write_text(VIAL.replace("{MODEL}", "{" + model + "}"), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("model", ["name: well_mixed", FILM, DRAWN])
def test_every_level_answers_in_the_same_shape(vial: Callable, goldshell: Callable, model: str) -> None:
    result = goldshell("exchange", "simulate", vial(model), "--json")
    assert result.code == 0, result.err
    out = result.json
    assert out["schema"] == 1
    assert len(out["time_h"]) == len(out["intact_fraction"]) == len(out["mean_n"]) == 4
    assert np.asarray(out["composition"]).shape == (4, 19)
    assert set(out["free_mM"]) == {"water", "interphase", "organic"}
    assert max(out["balances"].values()) < 1e-9
    assert ("profiles" in out) == ("interphase_film" in model)
    assert ("counts" in out) == ("stochastic" in model)


def test_profiles_are_on_request(vial: Callable, goldshell: Callable) -> None:
    model = FILM.replace("profiles: true", "profiles: false")
    assert "profiles" not in goldshell("exchange", "simulate", vial(model), "--json").json


def test_settings_arrive(vial: Callable, goldshell: Callable) -> None:
    out = goldshell("exchange", "simulate", vial(DRAWN), "--json").json
    assert out["clusters"] == 12
    assert out["replicates"] == 3
    assert out["seed"] == 5
    film = goldshell("exchange", "simulate", vial(FILM), "--json").json
    assert len(film["profiles"]["z_m"]) == 22
    assert film["parameters"]["boundary_width"] == pytest.approx(3e-7)


def test_table_on_the_terminal(vial: Callable, goldshell: Callable) -> None:
    result = goldshell("exchange", "simulate", vial(FILM.replace("0.3 um", "0.05 um")))
    assert result.code == 0
    assert "mean n" in result.out
    assert "more cells" in result.out + result.err


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("name: interphase", "interphase_film"),
        ("name: stochastic, cells: 40", "'cells' is a setting of the model interphase_film"),
        ("name: well_mixed, clusters: 40", "'clusters' is a setting of the model stochastic"),
        ("name: interphase_film, cells: 3", "cells"),
        ("name: stochastic, clusters: -1", "clusters"),
        ("name: stochastic, parameters: {boundary_width: 1 um}", "unknown parameter 'boundary_width'"),
        ("name: interphase_film, parameters: {boundary_width: 1}", "boundary_width"),
        ("name: interphase_film, parameters: {boundary_width: 1 mM}", "boundary_width"),
        ("name: interphase_film, parameters: {film_water: 1 mm}", "holds more than the water phase"),
        ("name: interphase_film, parameters: {micromixing: 1}", "micromixing"),
    ],
)
def test_bad_input_names_the_field(vial: Callable, goldshell: Callable, model: str, says: str) -> None:
    result = goldshell("exchange", "simulate", vial(model), "--json")
    assert result.code == 2
    error = result.json["error"]
    assert says in error["message"] + error["where"] + error["hint"]
    assert "vial.yaml" in error["where"]


def test_one_phase_has_no_film(vial: Callable, goldshell: Callable) -> None:
    path = vial(FILM)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line.replace("cluster: 0.025 mM}", "cluster: 0.025 mM, ligand: 1 mM}") for line in lines]
    path.write_text("\n".join(line for line in lines if "organic" not in line or "model" in line), encoding="utf-8")
    result = goldshell("exchange", "simulate", path)
    assert result.code == 2
    assert "organic phase" in result.err


def test_figures_are_written(vial: Callable, goldshell: Callable, tmp_path: Path) -> None:
    for model, names in ((FILM, {"interphase_profiles", "interphase_medium"}), (DRAWN, {"cluster_counts"})):
        folder = tmp_path / next(iter(names))
        assert goldshell("exchange", "simulate", vial(model), "--figures", folder, "--json").code == 0
        assert names <= {path.stem for path in folder.glob("*.svg")}


def test_figures_have_units_and_region_names() -> None:
    experiment = make_experiment(
        "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, solvent="ethyl acetate", organic_mL=2.0,
        organic_ligand_mM=0.25, times_h=(0.0, 0.1, 0.5),
    )  # fmt: skip
    figures = level_figures(simulate_film(experiment, cells=20))
    text = to_svg(figures["interphase_profiles"])
    for words in ("free p-MBA / mM", "intact clusters / mM", "water film", "organic film", "30 min"):
        assert words in text
    assert "volume share of ethyl acetate" in to_svg(figures["interphase_medium"])
    pot = make_experiment(
        "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, water_ligand_mM=0.15, times_h=(0.0, 0.1, 0.5)
    )
    drawn = to_svg(counts_figure(simulate_stochastic(pot, clusters=20, replicates=3), simulate(pot)))
    assert "level 1" in drawn
    assert "intact clusters of 20" in drawn
    assert set(level_figures(simulate(pot))) == {"course"}
