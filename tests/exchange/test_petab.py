"""A fitting problem as PEtab: checked by PEtab's own linter, and run elsewhere.

The residuals that PEtab's library computes from libRoadRunner's curves of the files must be those of the fit.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from goldshell.errors import InputError
from goldshell.exchange import Parameters, Withdrawal, make_experiment
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import Range, Rate, Shell, Trace
from goldshell.exchange.petab import write_petab
from goldshell.exchange.problem import Evaluator, FitExperiment, FitProblem, Prior, fit_parameter

# PEtab's library reads its tables in a way that pandas is giving up.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ONE = make_experiment("Au7(p-MBSA)4", "p-MBA", cluster_mM=0.05, water_mL=2.0, water_ligand_mM=0.4)
TWO = make_experiment(
    "Au7(p-MBSA)4", "p-MBA", cluster_mM=0.05, water_mL=2.0, solvent="ethyl acetate", organic_mL=1.5,
    organic_ligand_mM=2.0,
)  # fmt: skip
VECTOR = tuple(well_mixed.to_vector(Parameters(k_etching=0.02)).tolist())

SEEN = (
    Trace("mean_n", (0.2, 0.6), (0.8, 2.1), (0.1, 0.2)),
    Shell(1.0, (0.1, 0.2, 0.4, 0.2, 0.1), sd=(0.02, 0.03, 0.05, 0.03, 0.02)),
)
ABSORBANCE = Trace("absorbance", (0.25, 0.5, 1.0), (0.43, 0.41, 0.38), (0.01, 0.01, 0.02), per_mM=8.8, label="698 nm")
RATES = (Rate("etching", 0.0, 0.5, 0.01, 1.3), Rate("exchange", 0.0, 0.1, 0.4, 1.5))
LOST = (Range(1.0, 1, 3, label="ESI"), Rate("etching", 0.2, 0.5, 0.01, 1.3))


def one_model() -> FitProblem:
    """Three vials that one model serves, with shared and separate parameters."""
    experiments = (
        FitExperiment("R = 4", ONE, VECTOR, (*SEEN, ABSORBANCE)),
        FitExperiment(
            "R = 8", dataclasses.replace(ONE, water_ligand_mM=0.8, water_mL=3.0), VECTOR, (*RATES, ABSORBANCE)
        ),
        FitExperiment("only a range", ONE, VECTOR, LOST),
    )
    parameters = (
        fit_parameter("k_exchange", (0, 1, 2), start=5.0, prior=Prior(3.0, 4.0)),
        fit_parameter("k_etching", (0,), name="k_etching[R = 4]", start=0.03),
        fit_parameter("cooperativity", (1,), start=0.05, bounds=(-1.0, 1.0), logarithmic=False),
        fit_parameter("feed_factor", (0, 1), start=1.2),
        fit_parameter("absorbance_factor", (0, 1), start=1.1),
        fit_parameter("absorbance_offset", (1,), start=0.01),
        fit_parameter("detection_threshold", (2,), start=0.01),
        fit_parameter("film_water", (0, 1, 2)),
    )
    return FitProblem("test", experiments, parameters)


def simulated(problem):  # type: ignore[no-untyped-def]
    """PEtab's simulation table of a problem at its nominal values: libRoadRunner solves, PEtab's grammar evaluates."""
    roadrunner = pytest.importorskip("roadrunner")
    libsbml = pytest.importorskip("libsbml")
    import petab.v1 as petab
    from petab.v1.math import sympify_petab

    nominal = problem.parameter_df["nominalValue"].to_dict()

    def value(cell: object) -> float:
        return float(nominal[cell]) if cell in nominal else float(cell)  # type: ignore[arg-type, index]

    def run(condition: str, time: float):  # type: ignore[no-untyped-def]
        document = libsbml.readSBMLFromString(problem.model.to_sbml_str())
        model = document.getModel()
        cells = problem.condition_df.loc[condition].drop("conditionName").to_dict()
        for name, cell in {**nominal, **cells}.items():
            if model.getParameter(name):
                model.getParameter(name).setValue(value(cell))
            elif model.getCompartment(name):
                model.getCompartment(name).setSize(value(cell))
        solver = roadrunner.RoadRunner(libsbml.writeSBMLToString(document))
        solver.integrator.relative_tolerance, solver.integrator.absolute_tolerance = 1e-10, 1e-20
        solver.simulate(0.0, time, 2)
        return solver

    rows = []
    solved = {}
    for _, row in problem.measurement_df.iterrows():
        key = row["simulationConditionId"], float(row["time"])
        solver = solved.setdefault(key, run(*key) if key not in solved else None)
        formula = sympify_petab(problem.observable_df.loc[row["observableId"], "observableFormula"])
        given = petab.split_parameter_replacement_list(row["observableParameters"])
        places = {f"observableParameter{i}_{row['observableId']}": value(one) for i, one in enumerate(given, 1)}
        known = {name: places[str(name)] if str(name) in places else solver[str(name)] for name in formula.free_symbols}
        rows.append({**row.to_dict(), "simulation": float(formula.subs(known))})
    return pd.DataFrame(rows).drop(columns="measurement")


def residuals(problem, measured):  # type: ignore[no-untyped-def]
    """Residuals of PEtab's library, with the sign of the fit's, in the order of the measurement table."""
    from petab.v1.calculate import calculate_residuals

    table = calculate_residuals(
        problem.measurement_df, measured, problem.observable_df, problem.parameter_df
    )[0]  # fmt: skip
    return -table["residual"].to_numpy()


def test_petab_finds_no_errors_and_the_same_residuals(tmp_path: Path) -> None:
    petab = pytest.importorskip("petab.v1")
    ours = one_model()
    found = write_petab(ours, tmp_path / "petab")
    problem = petab.Problem.from_yaml(found.files[0])
    assert not petab.lint_problem(problem)
    theirs = residuals(problem, simulated(problem))
    evaluator = Evaluator(ours, rtol=1e-9)
    expected = evaluator.residuals(ours.start)
    labels = evaluator.groups()
    kept = [i for i, label in enumerate(labels) if label != "prior" and not label.startswith("only a range")]
    assert len(theirs) == len(kept) == 2 + 5 + 3 + 1 + 1 + 3
    assert np.allclose(theirs, expected[kept], rtol=2e-5, atol=2e-5)


def test_what_petab_cannot_say_is_named(tmp_path: Path) -> None:
    found = write_petab(one_model(), tmp_path)
    text = "\n".join(found.warnings)
    for words in ("ESI: left out, a range", "a rate from 0.2 h", "only a range: left out", "film_water: has no part",
                  "detection_threshold: left out"):  # fmt: skip
        assert words in text
    assert (tmp_path / "left_out.txt").read_text(encoding="utf-8").splitlines() == list(found.warnings)
    assert found.to_dict()["files"][0].endswith("problem.yaml")


def test_parameters_conditions_and_priors(tmp_path: Path) -> None:
    write_petab(one_model(), tmp_path)
    parameters = pd.read_csv(tmp_path / "parameters.tsv", sep="\t", index_col=0)
    conditions = pd.read_csv(tmp_path / "conditions.tsv", sep="\t", index_col=0)
    assert list(parameters.index) == [
        "k_exchange", "k_etching_R_4", "fitted_cooperativity", "feed_factor", "absorbance_factor",
        "absorbance_offset",
    ]  # fmt: skip
    assert parameters.loc["k_exchange", "objectivePriorType"] == "parameterScaleNormal"
    mean, sd = (float(x) for x in parameters.loc["k_exchange", "objectivePriorParameters"].split(";"))
    assert (mean, sd) == pytest.approx((math.log(3.0), math.log(4.0)))
    assert parameters.loc["fitted_cooperativity", "parameterScale"] == "lin"
    assert list(conditions.index) == ["R_4", "R_8"]
    assert set(conditions.columns) == {
        "conditionName", "water", "incoming_water_start", "k_etching", "cooperativity",
    }  # fmt: skip
    assert conditions.loc["R_8", "k_etching"] == "0.02"
    assert conditions.loc["R_4", "cooperativity"] == "0.0"


def test_experiments_of_different_structure_get_models_of_their_own(tmp_path: Path) -> None:
    petab = pytest.importorskip("petab.v1")
    experiments = (
        FitExperiment("water", ONE, VECTOR, SEEN),
        FitExperiment("with an aliquot", dataclasses.replace(ONE, schedule=(Withdrawal(0.3, 0.5),)), VECTOR, SEEN),
        FitExperiment("two phases", TWO, VECTOR, SEEN),
    )
    parameters = (
        fit_parameter("k_exchange", (0, 1, 2)),
        fit_parameter("film_water", (0, 1, 2)),
        fit_parameter("cluster_partition", (2,)),
    )
    ours = FitProblem("test", experiments, parameters)
    found = write_petab(ours, tmp_path)
    assert not found.warnings
    both = petab.CompositeProblem.from_yaml(str(found.files[0]))
    assert set(both.parameter_df.index) == {"k_exchange", "film_water", "cluster_partition"}
    for one in both.problems:
        assert not petab.lint_problem(one)
        one.parameter_df = both.parameter_df
    expected = Evaluator(ours, rtol=1e-9).residuals(ours.start)
    theirs = np.concatenate([residuals(one, simulated(one)) for one in both.problems])
    assert np.allclose(theirs, expected, rtol=2e-5, atol=2e-5)


def test_counts_become_standard_deviations(tmp_path: Path) -> None:
    """Near the observation the deviance's square roots are (p - o) / sqrt(o / M): a property of the multinomial."""
    shell = Shell(1.0, (0.1, 0.2, 0.4, 0.3, 0.0), counts=50.0)
    found = write_petab(FitProblem("test", (FitExperiment("vial", ONE, VECTOR, (shell,)),),
                                   (fit_parameter("k_exchange", (0,)),)), tmp_path)  # fmt: skip
    table = pd.read_csv(tmp_path / "measurements.tsv", sep="\t")
    assert table["noiseParameters"].tolist() == pytest.approx([math.sqrt(o / 50.0) for o in (0.1, 0.2, 0.4, 0.3, 0.02)])
    assert "counts (50)" in found.warnings[0]


def test_a_problem_of_ranges_alone_is_refused(tmp_path: Path) -> None:
    problem = FitProblem("test", (FitExperiment("vial", ONE, VECTOR, LOST),), (fit_parameter("k_exchange", (0,)),))
    with pytest.raises(InputError, match="no observation of this problem"):
        write_petab(problem, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "petab").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="not a folder"):
        write_petab(one_model(), tmp_path / "petab")


PROBLEM = """
base:
  cluster: Au25(p-MBSA)18
  incoming: p-MBA
  phases:
    water: {volume: 2 mL, cluster: 0.025 mM}
    organic: {solvent: ethyl acetate, volume: 2 mL, ligand: 0.1 mM}
experiments:
  - name: R = 4
    observations:
      - {kind: range, time: 1 h, low: 3, high: 7}
      - {kind: mean_n, time: 1 h, value: 3.4, sd: 0.5}
  - name: R = 9
    override: {phases.organic.ligand: 0.225 mM}
    observations:
      - {kind: intact_fraction, time: 30 min, value: 0.94, sd: 0.03}
fit:
  k_exchange: {start: 3 1/h}
"""


def test_command_writes_petab(goldshell: Any, tmp_path: Path) -> None:
    (tmp_path / "problem.yaml").write_text(PROBLEM, encoding="utf-8")
    result = goldshell("exchange", "export", tmp_path / "problem.yaml", "--petab", tmp_path / "petab", "--json")
    assert result.code == 0
    assert [Path(path).name for path in result.json["files"]] == [
        "problem.yaml", "conditions.tsv", "measurements.tsv", "observables.tsv", "model.xml", "parameters.tsv",
        "left_out.txt",
    ]  # fmt: skip
    assert result.json["warnings"] == ["R = 4, observation 1: left out, a range of species is a censored observation"]
    conditions = pd.read_csv(tmp_path / "petab" / "conditions.tsv", sep="\t", index_col=0)
    assert conditions["incoming_organic_start"].tolist() == [0.1, 0.225]


def test_command_takes_problems_not_vials(goldshell: Any, tmp_path: Path) -> None:
    (tmp_path / "vial.yaml").write_text(
        "cluster: Au25(p-MBSA)18\nincoming: p-MBA\nphases: {water: {volume: 2 mL, cluster: 0.025 mM, ligand: 1 mM}}\n"
        "time: 1 h\n", encoding="utf-8",
    )  # fmt: skip
    result = goldshell("exchange", "export", tmp_path / "vial.yaml", "--petab", tmp_path / "petab")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert not (tmp_path / "petab").exists()
