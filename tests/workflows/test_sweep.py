"""Sweeps: values and paths, what is kept, agreement with the single command, resuming, bad input, figures."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from goldshell import engine
from goldshell.errors import AnalysisError, InputError
from goldshell.exchange import simulate_file
from goldshell.plotting import to_svg
from goldshell.workflows import sweep
from goldshell.workflows.figures_sweep import sweep_figures
from goldshell.workflows.sweep_file import put, read_sweep

VIAL = """\
cluster: Au25(p-MBSA)18
incoming: p-MBA
phases:
  water:   {volume: 2 mL, pH: 7, cluster: 0.025 mM}
  organic: {solvent: ethyl acetate, volume: 2 mL, ligand: 0.15 mM}
time: 30 min
outputs: 4
"""
MOUSE = "particle: {cluster: Au25(p-MBSA)18}\ntimes: [1 h, 24 h]\n"
TWO = """\
command: exchange simulate
base: vial.yaml
over: {phases.organic.ligand: {log: [0.025 mM, 400 uM], points: 3}, phases.organic.solvent: [ethyl acetate, 1-butanol]}
keep: [mean_n, {name: intact_fraction, at: 15 min}, composition]
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    (tmp_path / "vial.yaml").write_text(VIAL)
    (tmp_path / "mouse.yaml").write_text(MOUSE)

    def file(text: str) -> Path:
        path = tmp_path / "sweep.yaml"
        path.write_text(text)
        return path

    return file


def test_each_point_is_what_the_single_command_gives(write: Callable, tmp_path: Path) -> None:
    """Another path through the program: the base file edited by hand and simulated alone."""
    result = sweep(write(TWO), workers=1)
    assert result.plan.shape == (3, 2)
    assert result.plan.axes[0].values == pytest.approx([0.025, 0.1, 0.4])  # geometric, in the unit of the first end
    table = result.to_dataframe()
    assert list(table.columns[:4]) == [
        "phases.organic.ligand [mM]", "phases.organic.solvent", "mean_n", "intact_fraction at 0.25 h",
    ]  # fmt: skip
    assert len(table) == 6
    alone = tmp_path / "alone.yaml"
    alone.write_text(VIAL.replace("0.15 mM", "0.1 mM").replace("ethyl acetate", "1-butanol"))
    single = simulate_file(alone)
    row = table.iloc[3]
    assert row["mean_n"] == pytest.approx(single.mean_n[-1], rel=1e-6)
    assert row["intact_fraction at 0.25 h"] == pytest.approx(
        np.interp(0.25, single.time_h, single.intact_fraction), rel=1e-6
    )
    shell = row[[f"composition.{n}" for n in range(19)]].to_numpy(dtype=float)
    assert shell == pytest.approx(single.composition[-1], abs=1e-7)
    assert result.grid("mean_n").shape == (3, 2)


def test_fate_and_linear_grids(write: Callable) -> None:
    """Property: a linear model scales with the dose."""
    text = (
        "command: fate simulate\nbase: mouse.yaml\nover: {dose: {linear: [10 %ID, 30 %ID], points: 3}}\n"
        "keep: [compartments.urine, balance]\n"
    )
    result = sweep(write(text), workers=1)
    urine = result.grid("compartments.urine")
    assert urine == pytest.approx(urine[0] * np.array([1.0, 2.0, 3.0]), rel=1e-9)
    assert max(result.columns["balance"]) < 1e-9


def test_parts_that_the_base_leaves_out_and_positions_in_lists() -> None:
    data = {"a": None, "list": [{"x": 1}, 2]}
    put(data, "a.b.c", 3)
    put(data, "list.0.x", 4)
    put(data, "list.1", 5)
    assert data == {"a": {"b": {"c": 3}}, "list": [{"x": 4}, 5]}
    with pytest.raises(InputError, match="list is a list of 2"):
        put(data, "list.7", 1)
    with pytest.raises(InputError, match="which has no part 'y'"):
        put(data, "list.1.y", 1)


def test_an_interrupted_sweep_goes_on(write: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = write(TWO), tmp_path / "out"
    whole = sweep(path, workers=1)
    real, calls = engine.run, []

    def stop_after_two(function: Callable, tasks: list, **options: object) -> engine.Batch:
        def guarded(task: object) -> object:
            if len(calls) == 2:
                raise KeyboardInterrupt
            calls.append(task)
            return function(task)

        return real(guarded, tasks, **options)

    monkeypatch.setattr(engine, "run", stop_after_two)
    part = sweep(path, out=out, workers=1)
    assert part.interrupted
    assert part.done == 2
    assert math.isnan(part.columns["mean_n"][2])
    monkeypatch.undo()
    assert (out / "sweep.progress.jsonl").exists()
    rest = sweep(path, out=out, workers=1)
    assert rest.done == 6
    assert rest.columns["mean_n"] == pytest.approx(whole.columns["mean_n"], rel=1e-12)
    assert not (out / "sweep.progress.jsonl").exists()
    assert {item.name for item in out.iterdir()} == {"sweep.csv", "sweep.json", "sweep.svg"}


def test_a_point_that_fails_leaves_the_others(write: Callable, tmp_path: Path, goldshell: Callable) -> None:
    """An aliquot that is larger than what is there is found only while the point runs."""
    (tmp_path / "vial.yaml").write_text(VIAL + "schedule: [{withdraw: 0.1 mL, from: water, at: 10 min}]\n")
    path = write(
        "command: exchange simulate\nbase: vial.yaml\nover: {schedule.0.withdraw: [0.1 mL, 3 mL]}\nkeep: [mean_n]\n"
    )
    done = goldshell("sweep", path, "--json")
    assert done.code == 1
    assert done.json["failed"] == 1
    assert done.json["error"]["message"] == "1 points failed"
    assert done.json["rows"][0]["mean_n"] > 0.0
    assert done.json["rows"][1]["mean_n"] is None
    assert "cannot take 3 mL" in done.json["rows"][1]["error"]
    assert goldshell("sweep", path).code == 1
    write(path.read_text().replace("[0.1 mL, 3 mL]", "[4 mL, 3 mL]"))
    with pytest.raises((AnalysisError, InputError), match="cannot take"):
        sweep(path)


def test_the_command(write: Callable, tmp_path: Path, goldshell: Callable) -> None:
    path, out = write(TWO), tmp_path / "out"
    done = goldshell("sweep", path, "--out", out, "--json")
    assert done.code == 0, done.err
    payload = done.json
    assert payload["schema"] == 1
    assert payload["points"] == payload["done"] == len(payload["rows"]) == 6
    assert [axis["unit"] for axis in payload["over"]] == ["mM", ""]
    assert json.loads((out / "sweep.json").read_text())["rows"] == payload["rows"]
    plain = goldshell("sweep", path)
    assert plain.code == 0
    assert "6 of 6 points" in plain.out


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("exchange simulate", "exchange fit"), "command"),
        (("vial.yaml", "vail.yaml"), "did you mean vial.yaml"),
        (("phases.organic.ligand", "phases.organic.ligandd"), "did you mean ligand"),
        (("phases.organic.ligand", "phases.water.pH.x"), "phases.water.pH is 7"),
        (("[0.025 mM, 400 uM]", "[0.025 mM, 4 mL]"), "not a quantity in mM"),
        (("[0.025 mM, 400 uM]", "[0 mM, 400 uM]"), "above 0"),
        (("[0.025 mM, 400 uM]", "[0.025 mM, 0.025 mM]"), "the same"),
        (("points: 3", "points: 1"), "greater than or equal to 2"),
        (("points: 3", "points: 99999"), None),
        (("1-butanol", "1-butanal"), "did you mean 1-butanol"),
        (("ethyl acetate, 1-butanol", "1-butanol, 1-butanol"), "stands twice"),
        (("mean_n,", "mean_m,"), "did you mean mean_n"),
        (("mean_n,", "free_mM,"), "free_mM.water.incoming"),
        (("15 min", "2 h"), "runs from 0 to 0.5 h"),
        (("keep:", "kept:"), "did you mean keep"),
        (("log:", "lag:"), "over"),
    ],
)
def test_bad_input_is_one_line(write: Callable, goldshell: Callable, change: tuple, problem: str | None) -> None:
    path = write(TWO.replace(*change))
    if problem is None:
        assert math.prod(read_sweep(path).shape) == 199998
        return
    done = goldshell("sweep", path)
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1
    assert problem in done.err


def test_figures_lines_maps_and_held_axes(write: Callable) -> None:
    base = "command: fate simulate\nbase: mouse.yaml\nkeep: [compartments.urine, compartments.liver]\nover:\n"
    dose = "  dose: {log: [1 %ID, 100 %ID], points: 9}\n"
    time = "  times.1: {linear: [2 h, 24 h], points: 8}\n"
    weight = "  species.body_weight: [20 g, 25 g]\n"
    line = sweep_figures(sweep(write(base + dose + weight), workers=1))
    assert list(line) == ["sweep"]
    assert "body weight" in to_svg(line["sweep"])
    colour = sweep_figures(sweep(write(base + dose + time), workers=1))["sweep"]
    assert len(colour.axes) == 4  # two maps, two colour bars
    both = sweep_figures(sweep(write(base + dose + time + weight), workers=1))
    assert list(both) == ["sweep_1", "sweep_2"]
    assert "25.0 g" in to_svg(both["sweep_2"])
