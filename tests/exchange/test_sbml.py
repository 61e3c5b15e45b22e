"""SBML of the well-mixed model, run in libRoadRunner: truth is another program's solve of the same model.

libRoadRunner multiplies its absolute tolerance by the size of each state, so it is set far below what is compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.exchange import Addition, Experiment, Parameters, Withdrawal, kernels, make_experiment, solve
from goldshell.exchange.models import well_mixed
from goldshell.exchange.sbml import to_sbml
from goldshell.exchange.sbml_document import Document, Event, Quantity, Reaction, Rule, mathml, write_document

TIMES = np.linspace(0.0, 1.0, 9)
RTOL = 1e-9

# Eight sites where eighteen show nothing more: libRoadRunner compiles a small model in a tenth of the time.
ONE = make_experiment(
    "Au7(p-MBSA)6(p-MBA)2", "p-MBA", cluster_mM=0.05, water_mL=2.0, water_ligand_mM=0.3, site_classes=(5, 3)
)
TWO = make_experiment(
    "Au8(p-MBSA)8", "p-MBA", cluster_mM=0.05, water_mL=2.0, solvent="ethyl acetate", organic_mL=1.5,
    organic_ligand_mM=2.5, counter_ion="TPAC", counter_ion_mM=1.0, site_classes=(5, 3),
)  # fmt: skip
AU25 = make_experiment(
    "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, solvent="ethyl acetate", organic_mL=1.5,
    organic_ligand_mM=2.5, counter_ion="TPAC", counter_ion_mM=1.0,
)  # fmt: skip

EVERYTHING = {
    "k_exchange": 8.0,
    "cooperativity": 0.06,
    "cooperativity_quadratic": -0.002,
    "cooperativity_reverse": 0.5,
    "class_affinity": 0.3,
    "class_rate": 2.0,
    "released_fraction": 0.4,
    "etching_outgoing": 0.5,
    "k_disulfide": 0.3,
    "interphase_character": 0.4,
    "interphase_rate": 3.0,
    "cluster_partition": 2.0,
    "cluster_partition_growth": 1.5,
}
SCHEDULE = (
    Addition(0.0, 0.4, 0.5, "water", incoming_mM=1.0, outgoing_mM=0.1, cluster_mM=0.02),
    Addition(0.3, 0.3, 0.2, "water", incoming_mM=2.0),
    Withdrawal(0.55, 0.3),
    Withdrawal(0.55, 0.2),
)

CASES = {
    "one phase, defaults": (ONE, {}),
    "one phase, no etching": (ONE, {"k_etching": 0.0}),
    "one phase, power law": (dataclasses.replace(ONE, exchange_law="power_law"), EVERYTHING),
    "one phase, mass action": (
        dataclasses.replace(ONE, exchange_law="mass_action", etching_law="mass_action"), EVERYTHING,
    ),
    "one phase, Langmuir etching": (dataclasses.replace(ONE, etching_law="langmuir"), {"k_etching": 0.02}),
    "ligands kept exceed thiol per gold": (ONE, {"thiol_per_gold": 0.5, "k_etching": 0.02}),
    "thiol that dissolves": (dataclasses.replace(ONE, solid=True), {}),
    "three site classes": (dataclasses.replace(ONE, site_classes=(4, 3, 1)), EVERYTHING),
    "Au25 in two phases": (AU25, {}),
    "two phases, everything": (TWO, EVERYTHING),
    "micromixing": (
        dataclasses.replace(ONE, exposure_classes=2), {"micromixing": 1.2, "mixing_rate": 2.0},
    ),
    "additions and aliquots": (dataclasses.replace(ONE, schedule=SCHEDULE), {}),
    "aliquots at the start": (
        dataclasses.replace(TWO, schedule=(Withdrawal(0.0, 0.5), Withdrawal(0.0, 0.4, "organic"))), {},
    ),
    "addition to the organic phase": (
        dataclasses.replace(
            TWO, schedule=(Addition(0.1, 0.5, 0.4, "organic", incoming_mM=2.0), Withdrawal(0.3, 0.5, "organic")),
        ),
        {},
    ),
}  # fmt: skip


def state_names(experiment: Experiment, classes: int) -> list[str]:
    """Species of the SBML in the order of the states; "" where the file has none."""
    regions = ("water", "interphase", "organic") if experiment.organic_mL else ("water",)
    names = []
    for k in range(classes):
        for n in range(experiment.sites + 1):
            for region in ("water", "interphase"):
                exposure = f"_exposure_{k + 1}" if classes > 1 else ""
                names.append(f"cluster_{region}_{n}{exposure}" if region in regions else "")
    for region in ("water", "interphase", "organic"):
        names += [f"{ligand}_{region}" if region in regions else "" for ligand in ("incoming", "outgoing")]
    names += ["incoming_solid" if experiment.solid else "", "unmixed" if classes > 1 else "", "etched"]
    return names + [
        f"{ligand}_{pool}" for pool in ("on_etched_gold", "disulfide") for ligand in ("incoming", "outgoing")
    ]


def runner(text: str, names: list[str]):  # type: ignore[no-untyped-def]
    """The model in libRoadRunner, at tight tolerances, with some selections."""
    roadrunner = pytest.importorskip("roadrunner")
    model = roadrunner.RoadRunner(text)
    model.integrator.relative_tolerance = 1e-11
    model.integrator.absolute_tolerance = 1e-22
    model.timeCourseSelections = ["time", *names]
    return model


@pytest.mark.parametrize("name", CASES)
def test_libroadrunner_agrees_on_every_species(name: str) -> None:
    experiment, changes = CASES[name]
    parameters = dataclasses.replace(Parameters(), **changes)
    states = solve(experiment, well_mixed.to_vector(parameters), times=TIMES, rtol=RTOL)
    names = state_names(experiment, states.classes)
    shown = [one for one in names if one]
    model = runner(to_sbml(experiment, parameters), [*shown, "intact_fraction", "mean_n"])
    result = np.asarray(model.simulate(0.0, 1.0, len(TIMES)))
    assert set(model.model.getFloatingSpeciesIds()) == set(shown) - {"unmixed"}
    ours = states.amounts[:, [position for position, one in enumerate(names) if one]]
    clusters = experiment.cluster_mM * experiment.water_mL
    peaks = np.max(np.abs(ours), axis=0)
    large = peaks > 1e-6 * clusters
    assert large.sum() > 10
    error = np.max(np.abs(result[:, 1 : 1 + len(shown)] - ours), axis=0) / np.maximum(peaks, 1e-6 * clusters)
    assert np.max(error) < 1e-6, shown[int(np.argmax(error))]
    assert np.allclose(result[:, -2], states.intact_fraction(), rtol=1e-6)
    assert np.allclose(result[:, -1], states.composition() @ np.arange(states.sites + 1.0), rtol=1e-6, atol=1e-9)


def test_parameters_changed_in_libroadrunner_act_as_in_goldshell() -> None:
    changes = {"k_exchange": 12.0, "equilibrium_constant": 1.1, "cooperativity": 0.1, "class_affinity": 0.2,
               "film_water": 4e-5, "interphase_thickness": 2e-6}  # fmt: skip
    model = runner(to_sbml(TWO), ["mean_n", "intact_fraction"])
    for name, value in changes.items():
        model[name] = value
    result = np.asarray(model.simulate(0.0, 1.0, len(TIMES)))
    states = solve(TWO, well_mixed.to_vector(dataclasses.replace(Parameters(), **changes)), times=TIMES, rtol=RTOL)
    assert np.allclose(result[1:, 1], (states.composition() @ np.arange(TWO.sites + 1.0))[1:], rtol=1e-6)
    assert np.allclose(result[:, 2], states.intact_fraction(), rtol=1e-6)


def test_numbers_in_place_of_rules_give_the_same_curve() -> None:
    parameters = dataclasses.replace(Parameters(), **EVERYTHING)
    text = to_sbml(TWO, parameters, numbers=True)
    assert len(text) < len(to_sbml(TWO, parameters))
    result = np.asarray(runner(text, ["mean_n"]).simulate(0.0, 1.0, len(TIMES)))
    states = solve(TWO, well_mixed.to_vector(parameters), times=TIMES, rtol=RTOL)
    assert np.allclose(result[1:, 1], (states.composition() @ np.arange(TWO.sites + 1.0))[1:], rtol=1e-6)


@pytest.mark.parametrize("name", ["two phases, everything", "additions and aliquots", "thiol that dissolves"])
def test_libsbml_finds_no_errors_and_no_inconsistent_units(name: str) -> None:
    libsbml = pytest.importorskip("libsbml")
    experiment, changes = CASES[name]
    document = libsbml.readSBMLFromString(to_sbml(experiment, dataclasses.replace(Parameters(), **changes)))
    assert (document.getLevel(), document.getVersion()) == (3, 2)
    document.checkConsistency()
    problems = [document.getError(i) for i in range(document.getNumErrors())]
    # 99505: numbers without a declared unit, which libsbml cannot check; not an inconsistency.
    assert [item.getMessage() for item in problems if item.getErrorId() != 99505] == []


def test_ligands_and_gold_are_conserved_by_the_stoichiometry() -> None:
    """Every reaction but those that feed keeps gold, incoming and outgoing ligand (a property of the equations)."""
    root = ET.fromstring(to_sbml(dataclasses.replace(TWO, solid=True), Parameters()))
    space = {"s": "http://www.sbml.org/sbml/level3/version2/core"}

    def content(species: str) -> np.ndarray:
        if species.startswith("cluster_"):
            n = int(species.split("_")[2])
            return np.array([1, n, 8 - n])
        if species == "etched":
            return np.array([1, 0, 0])
        return np.array([0, 1, 0]) if species.startswith("incoming") else np.array([0, 0, 1])

    reactions = root.findall(".//s:reaction", space)
    assert len(reactions) > 50
    for reaction in reactions:
        change = np.zeros(3)
        for sign, side in ((-1, "listOfReactants"), (1, "listOfProducts")):
            for item in reaction.findall(f"s:{side}/s:speciesReference", space):
                change += sign * int(item.get("stoichiometry", "")) * content(item.get("species", ""))
        assert not change.any(), reaction.get("id")


def test_file_says_where_defaults_come_from_and_leaves_out_what_does_not_act() -> None:
    root = ET.fromstring(to_sbml(ONE, Parameters(k_exchange=5.0)))
    space = {"s": "http://www.sbml.org/sbml/level3/version2/core"}
    found = {item.get("id"): item for item in root.findall(".//s:listOfParameters/s:parameter", space)}
    assert "film_water" not in found
    assert "exchange_order" not in found
    assert float(found["k_exchange"].get("value", "")) == 5.0
    assert "source" not in "".join(found["k_exchange"].itertext())
    assert "exchange-equilibrium-constant" in "".join(found["equilibrium_constant"].itertext())


def test_aliquot_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"only 1\.8 mL"):
        to_sbml(dataclasses.replace(ONE, schedule=(Withdrawal(0.2, 0.2), Withdrawal(0.5, 1.9))))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 - 2.5e-07 * x", "<apply><minus /><cn type=\"integer\">1</cn><apply><times /><cn type=\"e-notation\">2.5"
         "<sep />-7</cn><ci>x</ci></apply></apply>"),
        ("sum(x, y, 3.5)", "<apply><plus /><ci>x</ci><ci>y</ci><cn>3.5</cn></apply>"),
        ("-exp(x) ** y", "<apply><minus /><apply><power /><apply><exp /><ci>x</ci></apply><ci>y</ci></apply></apply>"),
        ("x if x > 0 else y", "<piecewise><piece><ci>x</ci><apply><gt /><ci>x</ci><cn type=\"integer\">0</cn></apply>"
         "</piece><otherwise><ci>y</ci></otherwise></piecewise>"),
    ],
)  # fmt: skip
def test_formulas_become_content_mathml(formula: str, expected: str) -> None:
    assert ET.tostring(mathml(formula), encoding="unicode") == expected


def test_a_small_document_has_its_closed_form() -> None:
    """x' = -k x with x doubled at t = 1: x(2) = 2 e^(-2k)."""
    document = Document("decay", ["a test"])
    document.compartments["pot"] = Quantity(1.0, "mL", "pot")
    document.species["x"] = "pot", "x"
    document.parameters["k"] = Quantity(0.7, "1/h", "rate constant")
    document.starts["x"] = "1.0"
    document.rules["twice"] = Rule("2 * x", "umol", "twice x")
    document.reactions["decay"] = Reaction({"x": 1}, {}, "k * x")
    document.events["doubling"] = Event("time >= 1", {"x": "twice"})
    result = np.asarray(runner(write_document(document), ["x", "twice"]).simulate(0.0, 2.0, 2))
    assert result[-1, 1] == pytest.approx(2.0 * np.exp(-1.4), rel=1e-8)
    assert result[-1, 2] == pytest.approx(4.0 * np.exp(-1.4), rel=1e-8)


def test_state_layout_is_the_one_compared() -> None:
    assert len(state_names(TWO, 1)) == 2 * 9 + kernels.EXTRA


VIAL = """
cluster: Au25(p-MBSA)18
incoming: p-MBA
phases:
  water: {volume: 2 mL, cluster: 0.025 mM, ligand: 0.1 mM}
time: 1 h
"""


def test_command_writes_sbml(goldshell: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "vial.yaml").write_text(VIAL, encoding="utf-8")
    out = tmp_path / "new" / "vial.xml"
    result = goldshell("exchange", "export", tmp_path / "vial.yaml", "--sbml", out, "--json")
    assert result.code == 0
    assert result.json == {"schema": 1, "files": [str(out)], "warnings": []}
    assert ET.parse(out).getroot().tag.endswith("sbml")
    assert goldshell("exchange", "export", tmp_path / "vial.yaml", "--sbml", out, "--numbers").out.strip() == str(out)
    assert "forward_0" not in {item.get("variable") for item in ET.parse(out).iter()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "give either --sbml OUT.xml or --petab DIR"),
        (("--sbml", "a.xml", "--petab", "b"), "give either --sbml OUT.xml or --petab DIR"),
        (("--sbml", "."), "is a directory"),
    ],
)
def test_command_refuses(goldshell: Callable[..., Any], tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    (tmp_path / "vial.yaml").write_text(VIAL, encoding="utf-8")
    result = goldshell("exchange", "export", tmp_path / "vial.yaml", *words)
    assert result.code == 2
    assert expected in result.err
    assert result.err.count("\n") == 1


def test_command_refuses_a_file_cut_off(goldshell: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "vial.yaml").write_text(VIAL[: VIAL.index("time")], encoding="utf-8")
    result = goldshell("exchange", "export", tmp_path / "vial.yaml", "--sbml", tmp_path / "vial.xml", "--json")
    assert result.code == 2
    assert "time" in result.json["error"]["message"]
    assert not (tmp_path / "vial.xml").exists()
