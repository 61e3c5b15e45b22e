"""Design against closed forms, mass balance and counting; front, intervals and next experiment by their laws.

The closed form is the irreversible limit of the model in one pot: exchange of order 0 in thiol, no way back, no
etching, so that every site fills by itself, mean = N (1 - exp(-k t)) and P(n) is binomial.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from goldshell.chemistry import feasible_mean, parse_cluster, shell_charge
from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.exchange import Parameters, design
from goldshell.exchange.models import well_mixed
from goldshell.exchange.next_experiment import expected_variance, next_experiment
from goldshell.exchange.parameter_ensemble import ensemble
from goldshell.exchange.pareto import Search, non_dominated, objectives_of, thinned
from goldshell.exchange.reach import charges_by_n, reachable_means, smallest_variance
from goldshell.exchange.target import Target, TargetFile, parse_bound, parse_species, to_target

K = 2.0
N = 18
IRREVERSIBLE = {
    "exchange_law": "power_law",
    "parameters": {
        "k_exchange": f"{K} 1/h", "exchange_order": 0.0, "equilibrium_constant": 1e9, "k_etching": "0 mM/h",
        "concentration_floor": "1e-9 mM",
    },
}  # fmt: skip
POT = {"solvent": "water only", "pH": 7, "feed_ratio": 100}


def made(**changes: Any) -> Target:
    """A target from the keys of its file."""
    data = {"cluster": "Au25(p-MBSA)18", "incoming": "p-MBA", "target": {"mean_n": 4}, "ensemble": 20, **changes}
    return to_target(TargetFile.model_validate(data))


def irreversible(goals: dict[str, Any], **changes: Any) -> Target:
    return made(target=goals, fixed=POT, model=IRREVERSIBLE, **changes)


def fit_of_k(sd: float) -> dict[str, Any]:
    """What a fit would say that knows ln k to this standard deviation."""
    width = math.exp(1.959963984540054 * sd)
    return {"parameters": [{"name": "k_exchange", "value": K, "low": K / width, "high": K * width, "unit": "1/h"}]}


def test_time_of_the_irreversible_limit() -> None:
    """mean = N (1 - exp(-k t)) = 9 at t = ln 2 / k; P(n) is binomial with p = 1/2, its variance 4.5."""
    result = design(irreversible({"mean_n": 9, "time": "<= 2 h"}), evaluations=1)
    time = math.log(2.0) / K
    assert result.conditions.time_h == pytest.approx(time, abs=0.1 / 60.0)
    assert result.predicted.mean_n.value == pytest.approx(N * (1.0 - math.exp(-K * result.conditions.time_h)), rel=1e-5)
    assert result.predicted.mean_n.value == pytest.approx(9.0, abs=0.05)
    assert result.predicted.variance.value == pytest.approx(4.5, rel=1e-3)
    expected = [math.comb(N, n) * 0.5**N for n in range(N + 1)]
    assert result.predicted.composition[0] == pytest.approx(expected, abs=2e-3)
    assert result.predicted.intact_fraction.value == pytest.approx(1.0)


def test_shortest_time_is_at_the_largest_feed() -> None:
    """Mass action is faster with more ligand: the least time lies at the end of the feed's range, near ln 2 / (k B)."""
    model = {"exchange_law": "mass_action", "parameters": {**IRREVERSIBLE["parameters"], "k_exchange": "2 1/h"}}
    target = made(
        target={"mean_n": 9, "time": "minimal"}, free={"feed_ratio": [20, 200], "time": ["0 h", "2 h"]},
        fixed={"solvent": "water only"}, model=model,
    )  # fmt: skip
    result = design(target, evaluations=150)
    assert result.conditions.feed_ratio > 0.95 * 200
    assert any("feed_ratio" in text for text in result.limiting.at_bounds)
    thiol = 0.025 * result.conditions.feed_ratio
    shortest, longest = (math.log(2.0) / (K * mM) for mM in (thiol, thiol - 9 * 0.025))
    assert shortest - 0.1 / 60 <= result.conditions.time_h <= longest + 0.1 / 60


def test_interval_of_the_mean_is_that_of_the_rate() -> None:
    """The mean rises with k, so its quantiles are those of k put into the closed form."""
    target = irreversible({"mean_n": 9, "time": "<= 2 h"}, ensemble=100)
    result = design(target, fit=fit_of_k(0.3), evaluations=1)
    k = result.uncertainty.draws[:, well_mixed.INDEX["k_exchange"]]
    means = N * (1.0 - np.exp(-k * result.conditions.time_h))
    assert result.uncertainty.origin == "fit"
    assert result.predicted.mean_n.low == pytest.approx(np.quantile(means, 0.025), rel=1e-4)
    assert result.predicted.mean_n.high == pytest.approx(np.quantile(means, 0.975), rel=1e-4)
    assert result.predicted.chances["mean_n"] == pytest.approx(np.mean(np.abs(means - 9.0) <= 0.5), abs=0.02)


def test_next_experiment_has_the_closed_variance() -> None:
    """y_i = N (1 - exp(-k t_i)) +- s and ln k +- c: J_i = N k t exp(-k t), var = g^2 / (1/c^2 + sum J_i^2 / s^2)."""
    sd, noise = 0.3, 0.5
    target = irreversible({"mean_n": 9, "time": "<= 2 h"}, measurement_sd={"mean_n": noise})
    result = design(target, fit=fit_of_k(sd), evaluations=1)
    uncertainty = ensemble(fit_of_k(sd), base=result.uncertainty.parameters)
    found = next_experiment(target, result.conditions, uncertainty, conditions=[result.conditions])
    assert found.considered == 2 * (6 + 1) + 1  # NMR and ESI-MS at each of six times and at three, UV-vis at all six

    def slope(t: float) -> float:
        return N * K * t * math.exp(-K * t)

    g = slope(result.conditions.time_h)
    proposals = [one for one in [found.best, *found.others] if one is not None]
    by_nmr = next(one for one in proposals if one.measurement == "mean_n")
    information = 1.0 / sd**2 + sum(slope(t) ** 2 for t in by_nmr.times_h) / noise**2
    assert by_nmr.sd_before == pytest.approx(g * sd, rel=1e-3)
    assert by_nmr.sd_after == pytest.approx(g / math.sqrt(information), rel=1e-3)
    assert by_nmr.informs == "k_exchange"
    # nothing is etched, so its trace says nothing
    by_uv = next(one for one in proposals if one.measurement == "intact_fraction")
    assert by_uv.sd_after == pytest.approx(by_uv.sd_before, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    jacobian=arrays(float, (4, 3), elements=st.floats(-5.0, 5.0)),
    root=arrays(float, (3, 3), elements=st.floats(-2.0, 2.0)),
    gradient=arrays(float, 3, elements=st.floats(-3.0, 3.0)),
    error=st.floats(0.01, 10.0),
)
def test_a_measurement_never_widens_the_interval(
    jacobian: np.ndarray, root: np.ndarray, gradient: np.ndarray, error: float
) -> None:
    """0 <= var(m | y) <= var(m), less for a better instrument; the same as inverting the summed information."""
    covariance = root @ root.T + 0.01 * np.eye(3)
    before = float(gradient @ covariance @ gradient)
    noise = np.full(4, error)
    after = expected_variance(gradient, covariance, jacobian, noise)
    better = expected_variance(gradient, covariance, jacobian, 0.5 * noise)
    slack = 1e-9 * (1.0 + before)
    assert -slack <= better <= after + slack <= before + 2 * slack
    information = np.linalg.inv(covariance) + jacobian.T @ jacobian / error**2
    assert after == pytest.approx(float(gradient @ np.linalg.solve(information, gradient)), rel=1e-5, abs=1e-8)


@settings(max_examples=80, deadline=None)
@given(values=arrays(float, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(0, 6).map(float)))
def test_the_front_is_mutually_non_dominated_and_complete(values: np.ndarray) -> None:
    kept = non_dominated(values)
    front = values[kept]

    def beats(a: np.ndarray, b: np.ndarray) -> bool:
        return bool(np.all(a <= b) and np.any(a < b))

    assert kept.any()
    assert not any(beats(a, b) for a in front for b in front)
    assert len(np.unique(front, axis=0)) == len(front)
    for row in values[~kept]:
        assert any(np.all(a <= row) for a in front)
    chosen = thinned(front, 5)
    assert len(chosen) == min(5, len(front))
    assert set(front[chosen].min(axis=0)) <= set(front.min(axis=0))


TRADING = {
    "target": {"mean_n": 6, "spread": "minimal", "intact_fraction": ">= 0.8", "time": "<= 2 h"},
    "free": {"feed_ratio": [6, 200], "pH": [5, 9]},
    "model": {"parameters": {"cluster_partition_growth": 3.0, "interphase_rate": 20.0, "class_rate": 0.3}},
}


def test_a_design_holds_together() -> None:
    """The front is mutually non-dominated and meets the target; the recipe too; the same seed gives the same answer."""
    target = made(**TRADING)
    result = design(target, evaluations=150)
    objectives = np.array([objectives_of(one) for one in result.pareto])
    assert non_dominated(objectives).all()
    for one in result.pareto:
        assert one.mean_n == pytest.approx(6.0, abs=0.05)
        assert one.intact_fraction >= 0.8
        assert one.conditions.time_h <= 2.0
        assert 6 <= one.conditions.feed_ratio <= 200
    assert result.predicted.mean_n.value == pytest.approx(6.0, abs=0.05)
    assert result.predicted.intact_fraction.value >= 0.8
    low, high = np.array(result.predicted.composition[1]), np.array(result.predicted.composition[2])
    assert np.all(low <= result.predicted.composition[0])
    assert np.all(result.predicted.composition[0] <= high)
    # recipe arithmetic: feed x clusters is the ligand of the sheet
    ligand = result.recipe.amount("p-MBA").amount_umol
    assert ligand == pytest.approx(result.conditions.feed_ratio * 0.025 * 2.0)
    again = design(target, evaluations=150)
    assert again.conditions == result.conditions


def test_relaxing_a_wish_never_costs() -> None:
    """What limits is named with what it costs: without it the objective is at most what it is with it."""
    target = made(**{**TRADING, "target": {**TRADING["target"], "intact_fraction": ">= 0.97"}})
    result = design(target, evaluations=200)
    for gain in result.limiting.gains:
        assert gain.without_it < gain.with_it
        assert gain.constraint in ("intact_fraction", "time_h")
    assert result.limiting.because


def test_charge_is_reached() -> None:
    """The charge of the product, recomputed from P(n) with the shell of every n, is the one asked for."""
    target = made(incoming="p-ATP", target={"charge": "-13 at pH 7.4", "time": "<= 2 h"}, free={"feed_ratio": [1, 50]})
    result = design(target, evaluations=60)
    charges = [
        shell_charge(parse_cluster("Au25" + (f"(p-MBSA){N - n}" if n < N else "") + (f"(p-ATP){n}" if n else "")), 7.4)
        for n in range(N + 1)
    ]
    mean = sum(p * z.net() for p, z in zip(result.predicted.composition[0], charges, strict=True))
    assert mean == pytest.approx(-13.0, abs=0.05)
    assert result.predicted.charge is not None
    assert result.predicted.charge.value == pytest.approx(mean, abs=1e-6)
    assert any("pKa values compete" in text for text in result.warnings)


def test_absent_species() -> None:
    target = made(target={"absent": "n < 2", "time": "<= 1 h", "intact_fraction": "maximal"})
    result = design(target, evaluations=80)
    shell = result.predicted.composition[0]
    assert shell[:2].max() <= 0.01 * shell.max()


@pytest.mark.parametrize(
    ("changes", "error", "parts"),
    [
        ({"target": {"mean_n": 12, "intact_fraction": ">= 0.9"}, "free": {"feed_ratio": [1, 5]}}, InputError,
         ("mass balance", "5.56", "nearest feasible: mean_n")),
        ({"target": {"mean_n": 12}, "free": {"feed_ratio": [1, 5]}}, AnalysisError,
         ("mass balance", "nearest feasible: mean_n")),
        ({"target": {"mean_n": 16, "intact_fraction": ">= 0.95", "time": "<= 1 h"}}, AnalysisError,
         ("impossible", "mean_n = 16", "nearest feasible")),
        ({"target": {"mean_n": 4, "absent": "n < 2"}}, AnalysisError, ("absent n = 0 to 1", "nearest feasible")),
    ],
)  # fmt: skip
def test_impossible_targets_name_the_wish_and_the_nearest(
    changes: dict[str, Any], error: type[Exception], parts: tuple[str, ...]
) -> None:
    with pytest.raises(error) as problem:
        design(made(**changes), evaluations=60)
    assert type(problem.value) is error
    for part in parts:
        assert part in str(problem.value)
    assert len(str(problem.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"target": {"mean_n": 20}}, "18 sites"),
        ({"target": {"mean_n": -1}}, "below 0"),
        ({"target": {"mean_n": 1, "absent": "n < 2"}}, "exclude each other"),
        ({"target": {"mean_n": 4.5, "spread": 0.1}}, "at least 0.25"),
        ({"target": {"charge": "-30 at pH 7"}}, "impossible"),
        ({"target": {"charge": "-12"}}, "names no pH"),
        ({"target": {"charge": "-12 at pH 17"}}, "pH 17"),
        ({"target": {"mean_n": 4, "fate": {"kidney": 1}}}, "fate model"),
        ({"target": {"mean_n": 4, "organ_fate": "kidney"}}, "fate model"),
        ({"target": {"time": "<= 1 h"}}, "no wish about the shell"),
        ({"target": {"mean_n": "four"}}, "four"),
        ({"target": {"mean_n": math.nan}}, "nan"),
        ({"target": {"mean_n": 4, "time": "<= 2"}}, "missing unit"),
        ({"target": {"mean_n": 4, "time": "<= 2 mL"}}, "not a quantity in h"),
        ({"target": {"mean_n": 4, "intact_fraction": ">= 1.2"}}, "between 0 and 1"),
        ({"target": {"mean_n": 4, "absent": "n <"}}, "n < 2"),
        ({"target": {"absent": "n >= 0"}}, "no species"),
        ({"free": {"feed_ratio": [-1, 5]}}, "above 0"),
        ({"free": {"feed_ratio": [5, 1]}}, "above 1"),
        ({"free": {"feed_ratio": [1, 2, 3]}}, "two limits"),
        ({"free": {"pH": [6, 19]}}, "19"),
        ({"free": {"solvent": []}}, "empty list"),
        ({"free": {"solvent": ["etyl acetate"]}}, "ethyl acetate"),
        ({"free": {"counter_ion": ["TPAD"]}}, "TPAC"),
        ({"free": {"organic": [1, 2]}}, "missing unit"),
        ({"fixed": {"addition": "3 h"}}, "longer than"),
        ({"incoming": "p-MBSA"}, "nothing but"),
        ({"incoming": "p-MBX"}, "p-MBA"),
        ({"cluster": "Au25"}, "Au25"),
    ],
)  # fmt: skip
def test_bad_targets(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(InputError) as problem:
        made(**changes)
    assert part in str(problem.value)


@pytest.mark.parametrize(
    ("given", "unit", "low", "high"),
    [
        (4, "1", 4.0, 4.0),
        (">= 0.9", "1", 0.9, math.inf),
        ("90 %", "1", 0.9, 0.9),
        ("<= 2 h", "h", -math.inf, 2.0),
        ("< 30 min", "h", -math.inf, 0.5),
        ("10 min to 2 h", "h", 1.0 / 6.0, 2.0),
        (["1 h", "90 min"], "h", 1.0, 1.5),
        ("-14 to -12", "1", -14.0, -12.0),
        ("≥ 3", "1", 3.0, math.inf),
    ],
)
def test_bounds_are_read(given: Any, unit: str, low: float, high: float) -> None:
    bound = parse_bound(given, unit, "here")
    assert (bound.low, bound.high) == pytest.approx((low, high))


def test_species_are_read() -> None:
    assert parse_species("n < 2", 5) == (0, 1)
    assert parse_species(["n <= 1", "n > 4", "n = 3"], 5) == (0, 1, 3, 5)


@settings(max_examples=100, deadline=None)
@given(arrays(float, 19, elements=st.floats(0.0, 1.0)).filter(lambda p: p.sum() > 0.01))
def test_no_whole_number_is_narrower(shares: np.ndarray) -> None:
    """Any distribution over whole numbers has at least the variance f (1 - f) of its mean."""
    p = shares / shares.sum()
    n = np.arange(19)
    mean = float(p @ n)
    assert float(p @ (n - mean) ** 2) >= smallest_variance(mean) - 1e-9


@pytest.mark.parametrize("lowest", [1, 2, 5])
def test_reachable_mean_is_that_of_the_linear_programme(lowest: int) -> None:
    """Least mean with n < lowest below the threshold, against the linear programme of `feasible_mean`."""
    least, most = reachable_means(range(lowest, N + 1), N, 0.01)
    programme = min(feasible_mean([j], n_sites=N, threshold=0.01).low for j in range(lowest, N + 1))
    assert least == pytest.approx(programme, abs=1e-9)
    assert most == pytest.approx(N)


def test_charges_run_between_the_pure_shells() -> None:
    charges, source, known = charges_by_n("Au25(p-MBSA)18", "p-ATP", 7.0)
    assert charges[0] == pytest.approx(-19.0, abs=0.01)  # 18 sulfonates and the core
    assert charges[-1] == pytest.approx(-1.0, abs=0.1)  # amines of pKa 4.4 are neutral
    assert source in known
    assert len(known) > 1
    with pytest.raises(UnknownNameError):
        charges_by_n("Au25(p-MBSA)18", "p-ATP", 7.0, "nobody2000")


def test_ensemble_of_a_fit_has_its_interval_and_correlation() -> None:
    """Draws of a log-normal with the given 95 % interval: quantiles and correlation come back."""
    fit = {
        "parameters": [
            {"name": "k_exchange", "value": 2.0, "low": 1.0, "high": 4.0, "unit": "1/h"},
            {"name": "K", "target": "equilibrium_constant", "value": 3.0, "low": 2.0, "high": 4.5, "unit": "1"},
            {"name": "feed_factor", "target": "feed_factor", "value": 1.1, "low": 1.0, "high": 1.2, "unit": "1"},
        ],
        "correlated": [["k_exchange", "K", -0.95]],
    }
    found = ensemble(fit, draws=4000)
    assert found.origin == "fit"
    assert any("feed_factor" in text for text in found.warnings)
    k = found.draws[:, well_mixed.INDEX["k_exchange"]]
    ratio = found.draws[:, well_mixed.INDEX["equilibrium_constant"]]
    assert np.quantile(k, [0.025, 0.5, 0.975]) == pytest.approx([1.0, 2.0, 4.0], rel=0.03)
    assert np.corrcoef(np.log(k), np.log(ratio))[0, 1] == pytest.approx(-0.95, abs=0.01)
    held = np.delete(found.draws, [well_mixed.INDEX["k_exchange"], well_mixed.INDEX["equilibrium_constant"]], 1)
    assert np.ptp(held, axis=0).max() == 0.0


def test_ensemble_of_vectors_and_of_defaults(tmp_path: Path) -> None:
    table = tmp_path / "draws.csv"
    table.write_text("k_exchange,class_rate\n1,0.5\n2,0.5\n4,0.5\n")
    found = ensemble(table)
    assert found.origin == "vectors"
    assert [item.name for item in found.varied] == ["k_exchange"]
    assert found.parameters.k_exchange == pytest.approx(2.0)
    assert found.covariance[0, 0] == pytest.approx(math.log(2.0) ** 2)
    assert ensemble(found.draws).best == pytest.approx(found.best)
    default = ensemble(known=("k_exchange",))
    assert default.origin == "defaults"
    assert "k_exchange" not in [item.name for item in default.varied]
    assert default.parameters == Parameters()
    assert all(item.because.startswith("row ") for item in default.varied)


@pytest.mark.parametrize(
    ("text", "part"),
    [("{", "not valid JSON"), ("[1]", "one JSON object"), ("{}", "no fitted parameters"),
     ('{"parameters": [{"name": "k_exchang", "value": 1, "low": 0.5, "high": 2}]}', "k_exchange"),
     ('{"parameters": [{"name": "k_exchange", "value": -1, "low": 0.5, "high": 2}]}', "outside"),
     ('{"parameters": [{"name": "k_exchange", "value": "x"}]}', "expected a number")],
)  # fmt: skip
def test_bad_fits(tmp_path: Path, text: str, part: str) -> None:
    path = tmp_path / "fit.json"
    path.write_text(text)
    with pytest.raises(InputError) as problem:
        ensemble(path)
    assert part in str(problem.value)


def test_an_interrupt_keeps_the_best_so_far() -> None:
    """Ctrl-C during the search ends it; what was found is used."""
    target = made(**TRADING)

    raised: list[float] = []

    def interrupt(done: float, text: str) -> None:
        if not raised and done > 0.1:
            raised.append(done)
            raise KeyboardInterrupt

    result = design(target, evaluations=150, progress=interrupt)
    assert any("an interrupt" in text for text in result.warnings)
    search = Search(target, result.uncertainty.best, seconds=1e-9)
    search.run(50)
    assert "time limit" in search.stopped
    assert search.candidates


def test_command(goldshell: Any, tmp_path: Path) -> None:
    """Keys of the contract, figures, and one line on stderr for bad input."""
    target = tmp_path / "target.yaml"
    target.write_text(
        "cluster: Au25(p-MBSA)18\nincoming: p-ATP\nensemble: 20\n"
        'target: {mean_n: 4, spread: minimal, intact_fraction: ">= 0.9", time: "<= 2 h"}\n'
        "free: {feed_ratio: [1, 200], solvent: [ethyl acetate, 1-butanol], pH: [6, 9]}\n"
    )
    words = ("exchange", "design", target, "--seconds", "3", "--figures", tmp_path / "figures")
    result = goldshell(*words, "--json")
    assert result.code == 0
    data = result.json
    assert {"schema", "recipe", "predicted", "pareto", "limiting", "next_experiment"} <= set(data)
    assert data["predicted"]["mean_n"]["value"] == pytest.approx(4.0, abs=0.05)
    assert sum(item["fraction"] for item in data["predicted"]["composition"]) == pytest.approx(1.0)
    assert {"spread", "intact_fraction", "time_h", "conditions"} <= set(data["pareto"][0])
    assert "1. " in data["recipe"]["sheet"]
    assert json.dumps(data, allow_nan=False)
    for name in ("pareto", "prediction", "next_experiment"):
        assert (tmp_path / "figures" / f"{name}.svg").read_text().lstrip().startswith("<?xml")
    target.write_text("cluster: Au25(p-MBSA)18\nincoming: p-ATP\ntarget: {mean: 4}\n")
    bad = goldshell("exchange", "design", target, "--json")
    assert bad.code == 2
    assert "did you mean mean_n" in bad.json["error"]["hint"]
    assert goldshell("exchange", "design", tmp_path / "none.yaml").code == 2


def test_the_example_is_read() -> None:
    from importlib.resources import files

    from goldshell.exchange import read_target

    target = read_target(Path(str(files("goldshell.exchange") / "examples" / "target.yaml")))
    assert target.goals.mean_n is not None
    assert target.solvents == ("ethyl acetate", "1-butanol")
