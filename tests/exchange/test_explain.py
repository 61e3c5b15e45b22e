"""The explanation of paper Z: what its parts say, against closed forms and the paper's own numbers."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
import pytest

from goldshell.chemistry import find_ligand
from goldshell.exchange import explain
from goldshell.exchange.acidity import ph_of_distribution_ratio, unbuffered_ph, without_buffer
from goldshell.exchange.examples.make_starts import make_starts
from goldshell.exchange.explain import core_experiments, posed, stored_starts
from goldshell.exchange.explanation import Explanation
from goldshell.exchange.figures_explain import figures
from goldshell.exchange.fit import held_misfits
from goldshell.exchange.mechanisms import CHOSEN, EXPLANATION, MECHANISMS, compared, models, settled, toggled
from goldshell.exchange.observations import Prediction, Range, Rate, Shell, Trace
from goldshell.exchange.problem import FitProblem
from goldshell.exchange.published import other_ligands, solvents, two_phase
from goldshell.plotting import to_svg
from goldshell.transport import distribution_ratio

# --- acidity --------------------------------------------------------------------------------------------------------


def test_unbuffered_ph_of_a_weak_acid_is_the_textbook_one() -> None:
    """Closed form without an organic phase: [H+]^2 = Ka (c - [H+]); 0.1 M acetic acid (pKa 4.756) has pH 2.88."""
    found = unbuffered_ph(100.0 * 2.0, 2.0, 0.0, 1.0, [4.756])
    ka = 10.0**-4.756
    expected = -math.log10((-ka + math.sqrt(ka * ka + 4 * ka * 0.1)) / 2)
    assert found == pytest.approx(expected, abs=1e-6)
    assert found == pytest.approx(2.88, abs=0.005)


def test_no_acid_leaves_water_neutral() -> None:
    assert unbuffered_ph(0.0, 2.0, 2.0, 10.0, [4.5]) == pytest.approx(7.0, abs=1e-6)


def test_ph_of_a_distribution_ratio_inverts_it() -> None:
    """Property: the inverse of `goldshell.transport.distribution_ratio`."""
    for ph in (3.0, 5.5, 8.0):
        ratio = distribution_ratio(ph, 60.0, (4.2, 6.5)).item()
        assert ph_of_distribution_ratio(ratio, 60.0, [4.2, 6.5]) == pytest.approx(ph, abs=1e-8)
    assert math.isnan(ph_of_distribution_ratio(61.0, 60.0, [4.2, 6.5]))


def test_more_acid_means_more_of_it_in_the_organic_phase() -> None:
    """Property: pH falls with the feed, and never rises above the stated one; a base changes nothing."""
    vials = [without_buffer(two_phase("v", feed, ()).experiment) for feed in (1, 10, 100)]
    assert vials[0].pH > vials[1].pH > vials[2].pH
    assert vials[0].incoming_transport[0] < vials[2].incoming_transport[0]
    assert vials[0].pH <= 7.0
    amine = two_phase("a", 100, (), incoming="p-ATP").experiment
    if any(pka.kind == "base" for pka in find_ligand("p-ATP").pka_set()):
        assert without_buffer(amine) == amine


# --- what counts as met ---------------------------------------------------------------------------------------------


def prediction(shell: list[float], *, intact: float = 1.0, cluster: float = 0.025) -> Prediction:
    p = np.zeros((2, 19))
    p[:, : len(shell)] = shell
    return Prediction(np.array([0.0, 1.0]), p, np.array([1.0, intact]), np.array([0.025, cluster]), {})


def test_a_range_is_met_within_one_species_whatever_the_spread() -> None:
    seen = prediction([0.3, 0.4, 0.2, 0.1])
    for spread in (0.1, 5.0):
        assert Range(1.0, 0, 3, spread=spread).met(seen)
        assert Range(1.0, 1, 4, spread=spread).met(seen)
        assert not Range(1.0, 0, 5, spread=spread).met(seen)
        assert not Range(1.0, 2, 3, spread=spread).met(seen)
    assert Range(1.0, None, 4).met(seen)


def test_values_rates_and_compositions_are_met_at_two_standard_deviations() -> None:
    seen = prediction([0.5, 0.5], intact=0.9, cluster=0.0225)
    assert Trace("intact_fraction", (1.0,), (0.94,), (0.021,)).met(seen)
    assert not Trace("intact_fraction", (1.0,), (0.94,), (0.019,)).met(seen)
    assert Rate("etching", 0.0, 1.0, 0.0025 * 1.68, 1.3).met(seen)
    assert not Rate("etching", 0.0, 1.0, 0.0025 * 1.70, 1.3).met(seen)
    # One free fraction: G = 2 M sum o ln(o / p) against chi-square(1) = 3.84.
    near, far = (0.5 + d for d in (0.0960, 0.1000))
    for share, met in ((near, True), (far, False)):
        deviance = 200.0 * (share * math.log(share / 0.5) + (1 - share) * math.log((1 - share) / 0.5))
        assert (deviance < 3.841) == met
        assert Shell(1.0, (share, 1 - share) + (0.0,) * 17, counts=100.0).met(seen) == met


# --- mechanisms -----------------------------------------------------------------------------------------------------


def test_the_data_are_those_of_the_paper() -> None:
    """Z, Fig. 4 and text: ten ranges, 100:1 in both systems, 30 min coverages, pH, counter-ions."""
    core = {item.name: item for item in core_experiments()}
    assert len(core) == 10 + 2 + 2 + 3 + 3
    assert core["two-phase R=6"].experiment.feed_ratio == pytest.approx(6.0)
    assert core["water-only R=100"].experiment.feed_ratio == pytest.approx(100.0)
    one = core["counter-ion TMAC"].observations[0]
    assert isinstance(one, Range)
    assert (one.low, one.high) == (0, 5)
    assert sum(item.name.startswith("p-ATP") for item in other_ligands()) == 5
    assert len(solvents(2.0)) == 5


def test_toggling_keeps_models_sensible() -> None:
    assert toggled(("partition", "mixing"), "unbuffered") == ("mixing", "unbuffered")
    assert toggled(("cooperativity", "curvature"), "cooperativity") is None
    assert toggled(("mixing",), "curvature") is None
    assert toggled(("mixing", "noise"), "noise") == ("mixing",)
    assert set(compared()) <= set(MECHANISMS)
    assert set(CHOSEN) <= set(MECHANISMS)


def test_no_parameter_differs_between_experiments_without_a_reason() -> None:
    """Of every model: a parameter acts on all experiments, or its reason is written."""
    for name, keys in models().items():
        problem = posed(name, keys)
        for item in problem.parameters:
            assert len(item.experiments) == len(problem.experiments) or item.reason, (name, item.name)


def test_settled_experiments_predict_what_the_problem_predicts() -> None:
    """Property: parameters held in the experiments give the misfits of the problem at its starts."""
    problem = posed(EXPLANATION, CHOSEN, start=stored_starts()[0][EXPLANATION])
    one = [item.misfit for item in held_misfits(problem)]
    other = [item.misfit for item in held_misfits(FitProblem("settled", settled(problem), ()))]
    assert other == pytest.approx(one, rel=1e-6)


def test_stored_starts_name_models_and_their_parameters() -> None:
    stored, reached = stored_starts()
    assert set(stored) == set(reached) == set(models())
    for name, keys in models().items():
        assert set(stored[name]) == set(posed(name, keys).names), name
    assert make_starts(stored).count("\n") == sum(len(values) for values in stored.values()) + 3


@pytest.mark.slow
def test_a_start_that_falls_short_is_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorded start from which refinement does not reach the recorded ln L must not become a result."""
    stored, reached = stored_starts()
    name = "without cooperativity"
    spoilt = {key: value * (50.0 if key == "k_exchange" else 1.0) for key, value in stored[name].items()}
    monkeypatch.setattr(
        sys.modules["goldshell.exchange.explain"], "stored_starts", lambda: ({**stored, name: spoilt}, reached)
    )
    found = explain(only=[name], profiles=False, checks=False)
    score = next(one for one in found.models if one.name == name)
    assert score.log_likelihood > reached[name] - 0.5


# --- the explanation ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    """Two models only; the packaged study compares all of them."""
    return explain(only=["without cooperativity"], profiles=False, checks=False)


def test_gains_add_up_to_the_difference_in_likelihood(explanation: Explanation) -> None:
    """Property: what a mechanism gains in all is the sum over observations, and what priors gain."""
    item = explanation.contributions[0]
    assert item.key == "cooperativity"
    assert item.chosen
    total = sum(item.by_observation.values())
    assert total == pytest.approx(item.gain, abs=3.0)  # three priors, of one standard deviation or so
    assert item.aicc_gain == pytest.approx(
        next(one.aicc for one in explanation.models if one.name == item.compared)
        - next(one.aicc for one in explanation.models if one.name == EXPLANATION)
    )


def test_verdicts_are_computed(explanation: Explanation) -> None:
    table = explanation.to_dataframe()
    assert len(table) == len(explanation.fit.misfits)
    for one, verdict in zip(explanation.fit.misfits, table["verdict"], strict=True):
        assert (verdict == "reproduced") == one.met
    text = " ".join(explanation.findings)
    met = len(explanation.fit.misfits) - len(explanation.fit.missed)
    assert f"reproduces {met} of {len(explanation.fit.misfits)} data" in text
    assert "etches like water" in text
    assert "32 % intact against 32 %" in text or "intact against" in text


def test_the_etching_rate_of_water_contradicts_its_intact_fraction(explanation: Explanation) -> None:
    """Z: 0.111 mM/h would consume 0.025 mM in 13.5 min, yet 34 % are left after 30: no model can give both."""
    found = {(one.experiment, one.label): one for one in explanation.fit.misfits}
    assert not (found["water-only R=100", "etching rate"].met and found["water-only R=100", "intact"].met)


@pytest.mark.slow
def test_figures_are_drawn_with_names_and_units(explanation: Explanation) -> None:
    drawn = {name: to_svg(figure) for name, figure in figures(explanation).items()}
    assert set(drawn) == {"ranges", "needs", "models", "courses"}
    assert "two-phase R=6" in drawn["ranges"]
    assert "AICc relative to the explanation [nat]" in drawn["models"]
    assert "time [h]" in drawn["courses"]


def test_an_unknown_paper_is_refused(goldshell: Callable) -> None:
    result = goldshell("exchange", "explain", "zhang2062")
    assert result.code == 2
    assert "did you mean zhang2026" in result.err


@pytest.mark.slow
def test_the_command_answers_with_one_object(goldshell: Callable) -> None:
    result = goldshell("exchange", "explain", "--no-profiles", "--json")
    assert result.code == 0
    found = result.json
    assert {item["name"] for item in found["models"]} == set(models())
    assert found["schema"] == 1
    assert {"findings", "observations", "contributions", "checks", "assumptions"} <= set(found)
