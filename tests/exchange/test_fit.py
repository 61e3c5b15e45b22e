"""Fits against closed forms: the irreversible ladder of independent sites is binomial, its likelihood is known."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize, stats

from goldshell.chemistry.composition import binomial_distribution
from goldshell.errors import InputError
from goldshell.exchange import (
    FitExperiment,
    FitProblem,
    Prior,
    Range,
    Shell,
    Trace,
    fit,
    fit_parameter,
    make_experiment,
    read_problem,
    score,
    solve,
)
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import predict
from goldshell.exchange.problem import Evaluator
from goldshell.numerics import aicc

LIGAND_MM = 500.0
"""Incoming ligand in such excess over 1e-4 mM clusters that it stays constant."""

BINOMIAL = well_mixed.Parameters(k_exchange=1e-3, equilibrium_constant=1e9, k_etching=0.0)


def vial(*observations, name: str = "vial", ligand: float = LIGAND_MM, parameters=BINOMIAL, **conditions):
    """Mass action, no etching, no return: P(n) is binomial with p = 1 - exp(-k [B] t)."""
    experiment = make_experiment(
        "Au25(p-MBSA)18", "p-MBA", cluster_mM=1e-4, water_mL=2.0, water_ligand_mM=ligand,
        exchange_law="mass_action", site_classes=(18,), **conditions,
    )  # fmt: skip
    return FitExperiment(name, experiment, tuple(well_mixed.to_vector(parameters)), observations)


def rate_problem(*experiments, **options):
    everywhere = tuple(range(len(experiments)))
    parameter = fit_parameter("k_exchange", everywhere, start=3e-4, **options)
    return FitProblem("binomial", experiments, (parameter,))


def test_the_model_is_binomial_here() -> None:
    """Analytic solution: independent sites in excess ligand."""
    item = vial()
    found = solve(item.experiment, np.array(item.vector), times=(1.0,)).composition()[-1]
    assert found == pytest.approx(binomial_distribution(18, 1 - math.exp(-1e-3 * LIGAND_MM)), abs=1e-5)


def test_rate_from_a_composition_is_the_binomial_estimator() -> None:
    """Closed form: p = mean / N, k = -ln(1 - p) / ([B] t); interval where 2 ln L has fallen by 3.84."""
    fractions = (0.02, 0.07, 0.2, 0.25, 0.22, 0.14, 0.07, 0.03)
    clusters = 120.0
    found = fit(rate_problem(vial(Shell(1.0, fractions + (0.0,) * 11, counts=clusters))))
    mean = sum(n * share for n, share in enumerate(fractions))
    p = mean / 18
    result = found.parameters[0]
    assert result.estimate.value == pytest.approx(-math.log(1 - p) / LIGAND_MM, rel=1e-4)

    def fallen(q: float) -> float:
        log_likelihood = clusters * (mean * math.log(q / p) + (18 - mean) * math.log((1 - q) / (1 - p)))
        return -2 * log_likelihood - stats.chi2.ppf(0.95, 1)

    low, high = (optimize.brentq(fallen, *ends) for ends in ((1e-3, p), (p, 0.999)))
    # A profile point is re-fitted to 2e-3 in S and interpolated: half a per cent of the interval's width.
    width = -math.log(1 - high) + math.log(1 - low)
    assert -math.log(1 - low) / LIGAND_MM == pytest.approx(result.estimate.low, abs=0.005 * width / LIGAND_MM)
    assert -math.log(1 - high) / LIGAND_MM == pytest.approx(result.estimate.high, abs=0.005 * width / LIGAND_MM)
    assert result.identifiable
    assert result.at_bound is None
    assert result.method == "profile"


def test_standard_error_is_that_of_the_fisher_information() -> None:
    """Closed form: var(p) = p (1 - p) / (N M), and d ln k / d p = 1 / ((1 - p) -ln(1 - p))."""
    p = 0.3
    shell = Shell(1.0, tuple(binomial_distribution(18, p)), counts=200.0)
    found = fit(rate_problem(vial(shell)), profiles=False)
    error = math.sqrt(p * (1 - p) / (18 * 200)) / ((1 - p) * -math.log(1 - p))
    assert math.sqrt(found.covariance[0, 0]) == pytest.approx(error, rel=1e-3)
    assert found.log_likelihood == pytest.approx(0.0, abs=1e-4)


def test_rate_from_a_mean_is_exact() -> None:
    """Closed form: mean = N (1 - exp(-k [B] t)), at two times and two concentrations at once."""
    k = 7e-4
    vials = [
        vial(Trace("mean_n", (time,), (18 * (1 - math.exp(-k * ligand * time)),), (0.1,)), name=str(i), ligand=ligand)
        for i, (time, ligand) in enumerate([(0.5, 400.0), (1.0, 600.0)])
    ]
    found = fit(rate_problem(*vials))
    assert found.values["k_exchange"] == pytest.approx(k, rel=1e-4)


def test_rate_from_a_range_is_that_of_the_closed_form_likelihood() -> None:
    """Closed form: the probit likelihood of a binomial, its maximum and its interval found on a fine grid."""
    seen = Range(1.0, 2, 9)
    found = fit(rate_problem(vial(seen)))
    rates = np.geomspace(1e-4, 1e-2, 20001)
    n = np.arange(19)
    total = []
    for k in rates:
        p = binomial_distribution(18, 1 - math.exp(-k * LIGAND_MM))
        z = (np.log((p + 1e-9) / (p + 1e-9).max()) - math.log(0.01)) / 0.5
        total.append(-2 * stats.norm.logcdf(np.where((n >= 2) & (n <= 9), z, -z)).sum())
    total = np.array(total)
    inside = rates[total < total.min() + stats.chi2.ppf(0.95, 1)]
    estimate = found.parameters[0].estimate
    assert estimate.value == pytest.approx(rates[total.argmin()], rel=2e-3)
    assert estimate.low == pytest.approx(inside[0], rel=0.01)
    assert estimate.high == pytest.approx(inside[-1], rel=0.01)


def test_prior_and_data_are_weighed_by_their_errors() -> None:
    """Closed form: two independent normal statements about ln k; weights are inverse variances."""
    p = 0.3
    k = -math.log(1 - p) / LIGAND_MM
    counts = 2000.0
    error = math.sqrt(p * (1 - p) / (18 * counts)) / ((1 - p) * -math.log(1 - p))
    prior = Prior(1.02 * k, math.exp(error))
    shell = Shell(1.0, tuple(binomial_distribution(18, p)), counts=counts)
    found = fit(rate_problem(vial(shell), prior=prior), profiles=False)
    assert math.log(found.values["k_exchange"] / k) == pytest.approx(0.5 * math.log(1.02), rel=0.02)
    assert math.sqrt(found.covariance[0, 0]) == pytest.approx(error / math.sqrt(2), rel=0.01)


def test_an_unidentifiable_product_is_told() -> None:
    """Property: with kappa [B] << 1 the Langmuir law knows only the product k kappa."""
    start = dataclasses.replace(BINOMIAL, k_exchange=100.0, exchange_affinity=1e-6)
    item = vial(Trace("mean_n", (0.5, 1.0), (1.0, 1.9), (0.1, 0.1)), parameters=start)
    item = dataclasses.replace(item, experiment=dataclasses.replace(item.experiment, exchange_law="langmuir"))
    problem = FitProblem(
        "langmuir",
        (item,),
        (
            fit_parameter("k_exchange", (0,), start=100.0, bounds=(1.0, 1e4)),
            fit_parameter("exchange_affinity", (0,), start=1e-6, bounds=(1e-8, 1e-4)),
        ),
    )
    found = fit(problem)
    assert not any(item.identifiable for item in found.parameters)
    assert found.correlated[0][:2] == ("k_exchange", "exchange_affinity")
    assert found.correlated[0][2] < -0.99
    assert any("do not limit" in text for text in found.warnings)
    product = found.values["k_exchange"] * found.values["exchange_affinity"]
    assert product * LIGAND_MM == pytest.approx(-math.log(1 - 1.9 / 18), rel=0.05)


def test_a_parameter_that_does_nothing_is_told() -> None:
    shell = Shell(1.0, tuple(binomial_distribution(18, 0.3)), counts=200.0)
    problem = rate_problem(vial(shell))
    idle = fit_parameter("k_dissolution", (0,), prior=Prior(2.0, 2.0))
    found = fit(dataclasses.replace(problem, parameters=(*problem.parameters, idle)))
    assert not found.parameters[1].identifiable
    assert found.parameters[1].estimate.value == pytest.approx(2.0, rel=1e-3)
    assert any("its interval is that of the prior" in text for text in found.warnings)


def test_a_bound_in_the_way_is_told() -> None:
    shell = Shell(1.0, tuple(binomial_distribution(18, 0.5)), counts=200.0)
    found = fit(rate_problem(vial(shell), bounds=(1e-4, 5e-4)))
    assert found.parameters[0].at_bound == "upper"
    assert found.parameters[0].estimate.value == pytest.approx(5e-4, rel=1e-6)
    assert any("upper bound" in text for text in found.warnings)
    assert any("not explained" in text for text in found.warnings)


def test_aicc_against_the_formula_and_a_rival_with_an_idle_parameter() -> None:
    """Hurvich & Tsai's formula; a parameter without effect costs exactly its penalty."""
    shell = Shell(1.0, (0.2, 0.3, 0.3, 0.1, 0.1) + (0.0,) * 14, counts=100.0)
    problem = rate_problem(vial(shell, Trace("mean_n", (0.5,), (1.0,), (0.3,))))
    idle = dataclasses.replace(
        problem, name="idle", parameters=(*problem.parameters, fit_parameter("k_dissolution", (0,)))
    )
    found = fit(problem, rivals=(idle,), profiles=False)
    assert found.observations == 5
    assert found.aicc == pytest.approx(aicc(found.log_likelihood, 1, 5))
    assert [item.name for item in found.models] == ["binomial", "idle"]
    assert found.models[1].delta == pytest.approx(2 + 2 * 2 * 3 / 2 - 2 * 1 * 2 / 3, rel=1e-6)
    assert sum(item.weight for item in found.models) == pytest.approx(1.0)


def test_the_right_model_wins() -> None:
    """Recovery: cooperative data are told from independent sites by AICc, and the cooperativity is found."""
    truth = dataclasses.replace(BINOMIAL, cooperativity=0.25)
    item = vial(parameters=truth)
    p = solve(item.experiment, np.array(item.vector), times=(1.0, 3.0)).composition()
    shells = tuple(Shell(time, tuple(row / row.sum()), counts=300.0) for time, row in zip((1.0, 3.0), p, strict=True))
    independent = rate_problem(vial(*shells))
    cooperative = dataclasses.replace(
        independent, name="cooperative", parameters=(*independent.parameters, fit_parameter("cooperativity", (0,)))
    )
    found = fit(cooperative, rivals=(independent,), profiles=False)
    assert found.models[0].name == "cooperative"
    assert found.models[1].delta > 10
    assert found.values["cooperativity"] == pytest.approx(0.25, abs=0.005)
    assert found.values["k_exchange"] == pytest.approx(1e-3, rel=0.01)


def test_gradients_are_checked_and_agree_with_the_closed_form() -> None:
    """Analytic derivative: d mean / d ln k = N k [B] t exp(-k [B] t)."""
    problem = rate_problem(vial(Trace("mean_n", (0.5, 1.0), (3.0, 5.0), (1.0, 1.0))))
    evaluator = Evaluator(problem)
    k = 3e-4
    expected = [18 * k * LIGAND_MM * t * math.exp(-k * LIGAND_MM * t) for t in (0.5, 1.0)]
    assert evaluator.jacobian(problem.start)[:, 0] == pytest.approx(expected, rel=1e-4)
    assert evaluator.slopes(problem.start)[:, 0] == pytest.approx(expected, rel=1e-3)
    assert fit(problem, profiles=False).gradient_error < 1e-3


def test_parameters_of_some_experiments_and_of_each() -> None:
    """Recovery: two vials with clusters of different reactivity, one rate each."""
    rates = (4e-4, 2e-3)
    vials = tuple(
        vial(Trace("mean_n", (1.0,), (18 * (1 - math.exp(-k * LIGAND_MM)),), (0.05,)), name=f"v{i}")
        for i, k in enumerate(rates)
    )
    parameters = tuple(fit_parameter("k_exchange", (i,), name=f"k[{i}]", start=1e-3) for i in range(2))
    found = fit(FitProblem("each", vials, parameters), profiles=False)
    assert list(found.values.values()) == pytest.approx(rates, rel=1e-3)


def test_conditions_can_be_fitted() -> None:
    """Closed form: half the ligand at the same mean doubles the apparent rate; here the feed takes it up instead."""
    k = 1e-3
    observed = 18 * (1 - math.exp(-k * LIGAND_MM * 0.5))
    problem = FitProblem(
        "feed", (vial(Trace("mean_n", (1.0,), (observed,), (0.05,))),), (fit_parameter("feed_factor", (0,)),)
    )
    assert fit(problem, profiles=False).values["feed_factor"] == pytest.approx(0.5, rel=1e-3)


def test_posterior_of_one_rate_is_the_normal_of_its_fisher_information() -> None:
    """Closed form for many clusters: ln k is normal with the error of the Fisher information."""
    p = 0.3
    shell = Shell(1.0, tuple(binomial_distribution(18, p)), counts=500.0)
    found = fit(rate_problem(vial(shell)), profiles=False, posterior_steps=120)
    error = math.sqrt(p * (1 - p) / (18 * 500)) / ((1 - p) * -math.log(1 - p))
    assert found.posterior is not None
    spread = np.log(found.posterior.samples[:, 0]).std()
    assert spread == pytest.approx(error, rel=0.25)


def test_the_same_seed_gives_the_same_fit() -> None:
    shell = Shell(1.0, (0.2, 0.3, 0.3, 0.1, 0.1) + (0.0,) * 14, counts=100.0)
    problem = dataclasses.replace(rate_problem(vial(shell)), starts=4)
    assert score(problem).values == score(problem).values


def test_solutions_are_predicted_with_the_fitted_parameters() -> None:
    found = fit(rate_problem(vial(Range(1.0, 2, 9))), profiles=False)
    item = found.problem.experiments[0]
    vector = np.array(item.vector)
    vector[well_mixed.INDEX["k_exchange"]] = found.values["k_exchange"]
    expected = predict(solve(item.experiment, vector, times=(1.0,)))
    assert found.predictions[0].composition == pytest.approx(expected.composition, abs=1e-5)


# --- the file -------------------------------------------------------------------------------------------------------

FILE = """\
name: cooperative
base:
  cluster: Au25(p-MBSA)18
  incoming: p-MBA
  phases: {water: {volume: 2 mL, cluster: 0.025 mM}, organic: {solvent: ethyl acetate, volume: 2 mL, ligand: 1 mM}}
experiments:
  - name: R4
    override: {phases.organic.ligand: 0.1 mM}
    observations:
      - {kind: range, time: 1 h, low: 3, high: 7}
      - {kind: intact_fraction, time: 30 min, value: 0.99, sd: 0.01}
  - name: R9
    override: {phases.organic.ligand: 0.225 mM}
    observations:
      - {kind: composition, time: 1 h, fractions: {7: 0.2, 8: 0.5, 9: 0.3}, counts: 50}
      - {kind: rate, of: etching, time: 1 h, value: 0.0002 mM/h, factor: 1.5}
fit:
  k_exchange: {start: 30 1/h, prior: {median: 30 1/h, factor: 10}}
  cooperativity: {}
rivals:
  - {name: independent sites, fix: {cooperativity: 0}}
  - {name: feed error, free: {cluster_factor: {prior: {median: 1, factor: 1.2}}}}
starts: 1
"""


@pytest.fixture
def problem_file(tmp_path: Path) -> Path:
    path = tmp_path / "problem.yaml"
    path.write_text(FILE)
    return path


def test_a_file_becomes_a_problem(problem_file: Path) -> None:
    found = read_problem(problem_file)
    first, second = found.problem.experiments
    assert first.experiment.feed_ratio == pytest.approx(4.0)
    assert second.experiment.feed_ratio == pytest.approx(9.0)
    assert found.problem.names == ("k_exchange", "cooperativity")
    assert found.problem.count == 2 + 1 + 2 + 1
    assert [rival.names for rival in found.rivals] == [
        ("k_exchange",),
        ("k_exchange", "cooperativity", "cluster_factor"),
    ]


def test_conditions_from_another_file_and_tables(tmp_path: Path) -> None:
    (tmp_path / "vial.yaml").write_text(
        "cluster: Au25(p-MBSA)18\nincoming: p-MBA\nphases: {water: {volume: 2 mL, cluster: 0.025 mM, ligand: 1 mM}}\n"
        "time: 1 h\nmodel: {parameters: {equilibrium_constant: 7}}\n"
    )
    (tmp_path / "trace.csv").write_text("time_h,absorbance\n0,0.2\n0.5,0.19\n1,0.18\n")
    (tmp_path / "shell.csv").write_text("n,fraction,sd\n3,0.25,0.05\n4,0.5,0.05\n5,0.25,0.05\n")
    (tmp_path / "problem.yaml").write_text(
        "experiments:\n  - name: a\n    file: vial.yaml\n    override: {phases.water.pH: 8}\n    observations:\n"
        "      - {kind: trace, quantity: absorbance, file: trace.csv, sd: 0.002, per_mM: 8 1/mM}\n"
        "      - {kind: composition, file: shell.csv, time: 1 h}\n"
        "fit: {k_exchange: {per: experiment}, k_etching: {experiments: [a]}}\n"
    )
    found = read_problem(tmp_path / "problem.yaml").problem
    trace, shell = found.experiments[0].observations
    assert isinstance(trace, Trace)
    assert isinstance(shell, Shell)
    assert trace.values == (0.2, 0.19, 0.18)
    assert shell.fractions[3:6] == (0.25, 0.5, 0.25)
    assert found.experiments[0].experiment.pH == 8
    assert found.experiments[0].vector[well_mixed.INDEX["equilibrium_constant"]] == 7
    assert found.names == ("k_exchange[a]", "k_etching")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("k_exchange: {start", "k_exchang: {start", 17, "did you mean k_exchange"),
        ("start: 30 1/h", "start: 30", 18, "missing unit"),
        ("start: 30 1/h", "start: 30 mM", 18, "not a quantity"),
        ("start: 30 1/h", "start: -30 1/h", 18, "outside its bounds"),
        ("start: 30 1/h", "start: .nan 1/h", 18, "cannot read"),
        ("median: 30 1/h, factor: 10", "median: 30 1/h, factor: 1", 18, "greater than 1"),
        ("low: 3, high: 7", "low: 8, high: 7", 10, "low is above high"),
        ("low: 3, high: 7", "low: 3, high: 19", 17, "18 sites"),
        ("low: 3, high: 7", "low: 3, hihg: 7", 10, "unknown field"),
        ("time: 1 h, low", "time: 1, low", 10, "missing unit"),
        ("kind: range", "kind: rnage", 10, "did you mean range"),
        ("sd: 0.01", "sd: 0", 11, "greater than 0"),
        ("{7: 0.2, 8: 0.5, 9: 0.3}", "{7: 20, 8: 50, 9: 30}", 15, "not 1"),
        ("counts: 50}", "counts: -50}", 15, "greater than 0"),
        ("counts: 50}", "}", 15, "needs 'counts'"),
        ("phases.organic.ligand: 0.225 mM", "phases.organic.ligand: -1 mM", 12, "at least 0"),
        ("phases.organic.ligand: 0.225 mM", "phases.organic.lignad: 1 mM", 12, "is not a field"),
        ("factor: 1.5}", "factor: 0.5}", 16, "greater than 1"),
        ("fix: {cooperativity: 0}", "fix: {cooprativity: 0}", 21, "did you mean cooperativity"),
        ("- name: R9", "- name: R4", 17, "two experiments are called 'R4'"),
        ("starts: 1", "starts: 0", 23, "greater than or equal to 1"),
    ],
)
def test_bad_files_name_line_and_cure(problem_file: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in FILE
    problem_file.write_text(FILE.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_problem(problem_file)
    assert message in str(caught.value)
    assert f"{problem_file}:{line}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", [1, 60, 400, 700])
def test_truncated_files_are_refused(problem_file: Path, cut: int) -> None:
    problem_file.write_text(FILE[:cut])
    with pytest.raises(InputError):
        read_problem(problem_file)


def test_two_parameters_for_the_same_thing_are_refused(problem_file: Path) -> None:
    problem_file.write_text(FILE.replace("  cooperativity: {}", "  k2: {parameter: k_exchange}\n  cooperativity: {}"))
    with pytest.raises(InputError, match="both set k_exchange of R4"):
        read_problem(problem_file)


def test_empty_tables_and_missing_files(tmp_path: Path) -> None:
    text = FILE.replace(
        "{kind: range, time: 1 h, low: 3, high: 7}", "{kind: trace, quantity: mean_n, file: t.csv, sd: 0.1}"
    )
    (tmp_path / "problem.yaml").write_text(text)
    for content, message in (
        (None, "no such file"),
        ("", "empty"),
        ("time_h,mean_n\n", "no rows"),
        ("time_h,mean\n1,2\n", "'mean_n' is missing"),
        ("time_h,mean_n\n1,two\n", "not a number"),
        ("time_h,mean_n\n1,2\n0.5,3\n", "must increase"),
    ):
        if content is not None:
            (tmp_path / "t.csv").write_text(content)
        with pytest.raises(InputError, match=message):
            read_problem(tmp_path / "problem.yaml")
