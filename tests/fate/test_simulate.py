"""Simulation: the YAML file and its errors, balance, residual blood, voiding; the commands; the figures."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.fate import nca, physiology, read_fate, simulate
from goldshell.fate.figures import mass_balance, nca_curves, time_courses
from goldshell.fate.models import band_pass, glycocalyx_trap, minimal, two_compartment

CONTRACT = """\
species: {name: mouse, set: httk, body_weight: 20 g}
particle: {cluster: Au25(p-MBSA)9(p-ATP)9, core_diameter: 1.2 nm, hydrodynamic_diameter: 2.4 nm}
dose: 100 %ID
model: {name: minimal, parameters: {CL_liver: 1.2 mL/h, sieving: 0.05}}
times: [0.083 h, 0.5 h, 1 h, 2 h, 24 h]
"""
REFERENCE = Path(__file__).parent.parent / "reference" / "nca"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Write a YAML file."""

    def write(text: str) -> Path:
        path = tmp_path / "fate.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_contract_example(goldshell: Any, written: Callable[[str], Path]) -> None:
    result = goldshell("fate", "simulate", written(CONTRACT), "--json")
    assert result.code == 0
    found = result.json
    assert found["schema"] == 1
    assert found["unit"] == "%ID"
    assert found["time_h"] == [0.083, 0.5, 1, 2, 24]
    assert list(found["compartments"]) == [
        "plasma", "peripheral", "liver", "spleen", "kidney", "urine", "gut", "faeces",
    ]  # fmt: skip
    assert found["balance"] < 1e-10
    assert found["parameters"]["sieving"] == 0.05
    assert sum(course[-1] for course in found["compartments"].values()) == pytest.approx(100, rel=1e-10)


def test_table_output_names_units(goldshell: Any, written: Callable[[str], Path]) -> None:
    result = goldshell("fate", "simulate", written(CONTRACT))
    assert result.code == 0
    assert "time [h]" in result.out
    assert "[%ID]" in result.out


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("name: mouse", "name: mous", ("fate.yaml:1", "species", "mouse")),
        ("set: httk", "set: htt", ("fate.yaml:1", "httk")),
        ("20 g", "20", ("fate.yaml:1", "body_weight", "missing unit")),
        ("20 g", "-20 g", ("fate.yaml:1", "body_weight", "above 0")),
        ("20 g", "20 mL", ("fate.yaml:1", "not a quantity in g")),
        ("20 g", "1e300 g", ("fate.yaml:1", "up to 1e+06 g")),
        ("Au25(p-MBSA)9(p-ATP)9", "Au25(p-MBSB)18", ("fate.yaml:2", "p-MBSA")),
        ("2.4 nm", "0.4 nm", ("fate.yaml:2", "swapped")),
        ("100 %ID", "nan %ID", ("fate.yaml:3", "dose")),
        ("100 %ID", "0 %ID", ("fate.yaml:3", "above 0")),
        ("name: minimal", "name: minimale", ("fate.yaml:4", "minimal")),
        ("CL_liver:", "CL_livr:", ("fate.yaml:4", "CL_liver")),
        ("1.2 mL/h", "1.2 mL", ("fate.yaml:4", "CL_liver")),
        ("1.2 mL/h", "1.2", ("fate.yaml:4", "missing unit")),
        ("sieving: 0.05", "sieving: 1.5", ("fate.yaml:4", "outside 0 to 1")),
        ("sieving: 0.05", "sieving: .nan", ("fate.yaml:4", "sieving")),
        ("1 h, 2 h", "2 h, 1 h", ("fate.yaml:5", "increase")),
        ("[0.083 h, 0.5 h, 1 h, 2 h, 24 h]", "[]", ("fate.yaml:5", "times")),
        ("24 h", "1e300 h", ("fate.yaml:5", "check the unit")),
        ("0.083 h", "-1 h", ("fate.yaml:5", "at least 0")),
        ("times:", "time:", ("did you mean times",)),
        ("dose: 100 %ID", "dose: 100 %ID\nvoiding: [0 h]", ("above 0",)),
    ],
)
def test_errors_name_line_and_field(
    goldshell: Any, written: Callable[[str], Path], old: str, new: str, expected: tuple[str, ...]
) -> None:
    assert old in CONTRACT
    result = goldshell("fate", "simulate", written(CONTRACT.replace(old, new)))
    assert result.code == 2
    assert result.err.count("\n") == 1
    for part in expected:
        assert part in result.err


def test_missing_empty_and_truncated_files(goldshell: Any, written: Callable[[str], Path], tmp_path: Path) -> None:
    assert goldshell("fate", "simulate", tmp_path / "none.yaml").code == 2
    assert goldshell("fate", "simulate", written(" \n")).code == 2
    assert goldshell("fate", "simulate", written(CONTRACT[:60])).code == 2


def test_physiology_sets_plasma_volume_and_filtration(written: Callable[[str], Path]) -> None:
    problem = read_fate(written("species: {name: mouse, body_weight: 40 g}\ntimes: [1 h]\n"))
    assert pytest.approx(2.0) == problem.parameters.V1
    assert pytest.approx(16.8 * 2**0.75, rel=1e-3) == problem.parameters.GFR
    given = read_fate(written("model: {parameters: {GFR: 10 mL/h}}\ntimes: [1 h]\n"))
    assert given.parameters.GFR == 10.0


def test_size_sets_the_sieving_coefficient_and_says_so(written: Callable[[str], Path]) -> None:
    """Property: below the low edge the coefficient falls by what the band-pass says; a given value is kept."""
    particle = "particle: {core_diameter: 0.7 nm, hydrodynamic_diameter: 2 nm}\ntimes: [1 h]\n"
    relative = read_fate(written(particle))
    assert relative.parameters.sieving < 0.2 * minimal.Parameters().sieving
    assert any("band-pass" in text for text in relative.warnings)
    unbound = read_fate(written(particle + "model: {parameters: {unbound_fraction: 0.1}}\n"))
    assert unbound.parameters.sieving == pytest.approx(float(band_pass.sieving_coefficient(0.7, 2.0)))
    same = read_fate(written("particle: {cluster: Au25(p-MBSA)18}\ntimes: [1 h]\n"))
    assert same.parameters.sieving == pytest.approx(minimal.Parameters().sieving)


def test_another_animal_is_warned_of_mouse_defaults(goldshell: Any, written: Callable[[str], Path]) -> None:
    result = goldshell("fate", "simulate", written("species: {name: rat}\ntimes: [1 h]\n"))
    assert result.code == 0
    assert "20 g mouse" in result.err
    assert "residual blood" in result.err


def test_clearance_above_the_blood_flow_is_warned(written: Callable[[str], Path]) -> None:
    result = read_fate(written(CONTRACT.replace("1.2 mL/h", "500 mL/h"))).simulate()
    assert any("plasma flow of the liver" in text for text in result.warnings)


def test_residual_blood_is_added_to_dissected_organs() -> None:
    """Property: at time 0 the organ holds its blood only: f V (1 - H) / V1 of the dose."""
    animal = physiology("mouse")
    result = simulate(minimal.Parameters(V1=animal.plasma_volume), [0.0, 1.0], animal)
    expected = 100 * 0.31 * animal.volumes["liver"] * (1 - animal.hematocrit) / animal.plasma_volume
    assert result.measured["liver"][0] == pytest.approx(expected)
    assert result.compartments["liver"][0] == 0.0
    assert result.measured["lung"][1] > 0


def test_voiding_moves_the_bladder_into_urine() -> None:
    """Property: bladder and urine together are what a model without bladder has as urine; voiding empties it."""
    animal, times = physiology("mouse"), [0.5, 1.0, 1.0 + 1e-9, 5.0, 30.0]
    plain = simulate(minimal.Parameters(), times, animal)
    voided = simulate(minimal.Parameters(), times, animal, voiding_times=[1.0, 12.0])
    together = voided.compartments["bladder"] + voided.compartments["urine"]
    assert together == pytest.approx(plain.compartments["urine"], rel=1e-9)
    assert voided.compartments["urine"][:2] == pytest.approx([0, 0], abs=1e-12)
    assert voided.compartments["bladder"][2] == pytest.approx(0, abs=1e-6)
    assert voided.compartments["urine"][3] == pytest.approx(plain.compartments["urine"][1], rel=1e-9)
    assert voided.balance < 1e-10


def test_other_models(goldshell: Any, written: Callable[[str], Path]) -> None:
    two = goldshell("fate", "simulate", written("model: {name: two_compartment}\ntimes: [1 h]\n"), "--json").json
    assert list(two["compartments"]) == list(two_compartment.COMPARTMENTS)
    text = "particle: {cluster: Au18(SG)14}\nmodel: {name: glycocalyx_trap}\ntimes: [2 h]\n"
    trap = goldshell("fate", "simulate", written(text), "--json")
    assert list(trap.json["compartments"]) == list(glycocalyx_trap.COMPARTMENTS)
    assert trap.json["balance"] < 1e-10
    missing = goldshell("fate", "simulate", written("model: {name: glycocalyx_trap}\ntimes: [2 h]\n"))
    assert missing.code == 2
    assert "core diameter" in missing.err
    void = goldshell("fate", "simulate", written("model: {name: two_compartment}\nvoiding: [1 h]\ntimes: [2 h]\n"))
    assert void.code == 2
    assert "bladder" in void.err


def test_charges_of_the_shell_move_gold_from_the_liver_to_urine(goldshell: Any, written: Callable[[str], Path]) -> None:
    """Zhang et al. 2026: ~10 %ID in urine of p-MBSA, ~20 of nine p-ATP; the faeces, ~5 %ID in both, are not met."""
    text = "particle: {{charges: {{positive: {}, negative: {}}}}}\ntimes: [24 h]\n"
    plain, mixed = (
        goldshell("fate", "simulate", written(text.format(*charges)), "--json").json for charges in ((0, 18), (9, 9))
    )
    assert plain["compartments"]["urine"][0] == pytest.approx(10.0, rel=2e-3)
    assert mixed["compartments"]["urine"][0] == pytest.approx(20.0, rel=2e-3)
    assert mixed["compartments"]["liver"][0] < plain["compartments"]["liver"][0]
    assert mixed["compartments"]["faeces"][0] < 0.7 * plain["compartments"]["faeces"][0]
    assert any("by the charges of the shell" in one for one in mixed["warnings"])


def test_charges_are_counted_from_the_ligands(goldshell: Any, written: Callable[[str], Path]) -> None:
    """Nine sulfonates and nine amines: under the pKa of 10.46 that Z quotes the amines are charged, under 4.6 not."""
    text = "particle: {{cluster: Au25(p-MBSA)9(p-ATP)9, charges: {{{}}}}}\ntimes: [24 h]\n"
    given = goldshell("fate", "simulate", written(text.format("positive: 9, negative: 9")), "--json").json
    counted = goldshell("fate", "simulate", written(text.format("pka_source: zhang2026")), "--json").json
    assert counted["compartments"]["urine"] == pytest.approx(given["compartments"]["urine"], rel=1e-2)
    neutral = goldshell("fate", "simulate", written(text.format("pka_source: martell1976")), "--json").json
    assert neutral["compartments"]["urine"][0] < 0.6 * given["compartments"]["urine"][0]
    unsaid = goldshell("fate", "simulate", written(text.format("pH: 7.4")))
    assert unsaid.code == 2
    assert "published pKa values disagree" in unsaid.err
    assert "write pka_source" in unsaid.err


@pytest.mark.parametrize(
    ("charges", "model", "said"),
    [
        ("{pH: 7.4}", "minimal", "a cluster is needed"),
        ("{positive: -1, negative: 9}", "minimal", "greater than or equal to 0"),
        ("{positive: 30, negative: 30}", "minimal", "more than two charged groups"),
        ("{positive: .nan, negative: 9}", "minimal", "finite"),
        ("{positive: 9}", "minimal", "negative"),
        ("{positive: 9, negative: 9}", "two_compartment", "do not act on the model"),
    ],
)
def test_charges_that_cannot_be(
    goldshell: Any, written: Callable[[str], Path], charges: str, model: str, said: str
) -> None:
    result = goldshell(
        "fate",
        "simulate",
        written(f"particle: {{charges: {charges}}}\nmodel: {{name: {model}}}\ntimes: [24 h]\n"),
    )
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [-1.0], [math.nan]])
def test_times_that_make_no_sense(times: list[float]) -> None:
    with pytest.raises(InputError, match="times"):
        simulate(minimal.Parameters(), times, physiology())


def test_nca_command_on_indomethacin(goldshell: Any) -> None:
    """WinNonlin, subject 1, bolus of 25 mg, linear rule."""
    words = ("--id", "Subject", "--time", "time", "--conc", "conc", "--dose", "25", "--route", "bolus")
    file = REFERENCE / "Indometh.csv"
    first = goldshell("fate", "nca", file, *words, "--method", "linear", "--json").json["subjects"][0]
    assert first["id"] == "1"
    assert first["c0"] == pytest.approx(2.3936170212766, rel=1e-6)
    assert first["auc_inf_obs"] == pytest.approx(2.356267234094, rel=1e-6)
    assert first["vss"] == pytest.approx(35.0889819320671, rel=1e-6)
    assert first["lambda_z_points"] == 3
    table = goldshell("fate", "nca", file, *words)
    assert table.code == 0
    assert "half-life" in table.out
    assert "extrapolated" not in table.out


def test_nca_command_errors(goldshell: Any, tmp_path: Path) -> None:
    file = REFERENCE / "Theoph.csv"
    words = ("--id", "Subject", "--time", "Time", "--conc", "conc", "--dose", "320")
    assert "did you mean extravascular" in goldshell("fate", "nca", file, *words, "--route", "extravasculer").err
    wrong = goldshell("fate", "nca", file, *words[:4], "--conc", "Conc", "--dose", "320", "--route", "bolus", "--json")
    assert wrong.code == 2
    assert "conc" in wrong.json["error"]["hint"]
    assert goldshell("fate", "nca", file, *words, "--route", "infusion").code == 2
    flat = tmp_path / "zero.csv"
    flat.write_text("id,time,conc\n1,0,0\n1,1,0\n", encoding="utf-8")
    assert goldshell("fate", "nca", flat, "--dose", "1", "--route", "bolus").code == 1


def test_sparse_command(goldshell: Any, tmp_path: Path) -> None:
    """PKNCA test-sparse.R, batch design: the animals are named."""
    rows = zip(
        [1, 2, 3] * 3 + [4, 5, 6] * 2 + [7, 8, 9] * 2,
        np.repeat([0, 1, 6, 2, 10, 4, 24], 3),
        [0, 0, 0, 1.75, 2.2, 1.58, 4.63, 2.99, 1.52, 3.03, 1.98, 2.22, 3.34, 1.3, 1.22, 3.54, 2.84, 2.55, 0.3, 0.0421,
         0.231],
        strict=True,
    )  # fmt: skip
    file = tmp_path / "sparse.csv"
    file.write_text("id,time,conc\n" + "\n".join(f"{a},{t},{c}" for a, t, c in rows), encoding="utf-8")
    words = ("fate", "nca", file, "--dose", "100", "--route", "extravascular", "--sparse")
    found = goldshell(*words, "--json").json["sparse"]
    assert found["auc"] == pytest.approx(39.4689)
    assert found["standard_error"] == pytest.approx(7.30997787038754)
    assert goldshell(*words).code == 0


def test_figures(goldshell: Any, written: Callable[[str], Path], tmp_path: Path) -> None:
    """Axes carry units, the stack reaches the dose, every compartment has a panel."""
    assert goldshell("fate", "simulate", written(CONTRACT), "--figures", tmp_path / "figures").code == 0
    assert {item.name for item in (tmp_path / "figures").iterdir()} == {"time_courses.svg", "mass_balance.svg"}
    result = simulate(minimal.Parameters(CL_glutathione=1.0, CL_tumour=0.1), np.geomspace(0.01, 48, 40), physiology())
    data = {"liver": ([1.0, 24.0], [15.0, 50.0], [2.0, 5.0])}
    bands = {"liver": (0.9 * result.compartments["liver"], 1.1 * result.compartments["liver"])}
    panels = [axis for axis in time_courses(result, bands=bands, data=data).axes if axis.get_visible()]
    assert len(panels) == len(result.compartments)
    assert panels[0].get_ylabel() == "amount [%ID]"
    stack = mass_balance(result).axes[0]
    assert stack.get_ylim() == (0, 100)
    assert stack.get_xlabel() == "time [h]"
    names, times = ["a"] * 5 + ["b"] * 5, np.tile([0.5, 1.0, 2.0, 4.0, 8.0], 2)
    curves = np.exp(-0.3 * times)
    drawn = nca_curves(names, times, curves, nca(names, times, curves, dose=1, route="bolus"))
    assert len(drawn.axes) == 2


def test_simulation_as_table() -> None:
    frame = simulate(minimal.Parameters(), [1.0, 2.0], physiology()).to_dataframe()
    assert list(frame["time_h"]) == [1.0, 2.0]
    assert "liver_measured" in frame
