"""Orders from traces of an independent generator (tests/reference/uvvis_generator.py), with offset and drift."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.plotting import to_svg
from goldshell.spectra import AbsorbanceTrace
from goldshell.workflows import EtchingFit, fit_etching
from goldshell.workflows.figures_etching import etching_figures
from reference import uvvis_generator as generator

CONDITIONS = ((0.01, 2.5), (0.04, 2.5), (0.025, 0.8), (0.025, 5.0))


def made(*, epsilon: float = 8800.0, **options: Any) -> list[AbsorbanceTrace]:
    return [
        AbsorbanceTrace(str(i), one.time_h, one.absorbance, one.cluster_mM, one.ligand_mM, 698.0, 1.0, epsilon)
        for i, one in enumerate(generator.traces(**options))
    ]


@pytest.fixture(scope="module")
def drifting() -> EtchingFit:
    return fit_etching(made(drift=0.004, offset=0.02, noise=0.002, seed=3))


def test_orders_come_back_with_offset_and_drift(drifting: EtchingFit) -> None:
    """Truth by construction: x = 0.04, y = 1.8, k = 0.0247237; offsets of 9 %, drifts up to 13 % of the signal."""
    orders = drifting.orders
    assert orders.y is not None
    assert orders.x.low < 0.04 < orders.x.high
    assert orders.y.low < 1.8 < orders.y.high
    assert orders.ln_k.low < math.log(0.0247237) < orders.ln_k.high
    assert orders.x.high - orders.x.low < 0.03
    assert drifting.best.drift == "each"
    truth = generator.traces(drift=0.004, offset=0.02, noise=0.002, seed=3)
    assert drifting.best.offsets == pytest.approx([one.offset for one in truth], abs=0.003)
    assert drifting.best.drifts[3] == pytest.approx(truth[3].drift_per_h, abs=0.002)
    assert drifting.best.noise == pytest.approx(0.002, rel=0.1)
    assert drifting.best.widening == 1


def test_the_papers_way_stands_beside_with_its_bias(drifting: EtchingFit) -> None:
    """Its order in clusters is wider by far, and biased upwards by the offsets as its own replicates say."""
    assert drifting.regression is not None
    assert drifting.regression.x is not None
    ours = drifting.orders.x.high - drifting.orders.x.low
    assert drifting.regression.x.high - drifting.regression.x.low > 5 * ours
    assert drifting.bias["x"] == pytest.approx(drifting.regression.x.value - 0.04, abs=0.15)
    assert abs(drifting.bias["x"]) > 3 * ours / 4


def test_rivals_are_ranked(drifting: EtchingFit) -> None:
    """Traces of a power law of order 0.04 in clusters: first order and Langmuir are far behind."""
    names = [one.family.name for one in drifting.alternatives]
    scores = {one.family.name: one.aicc for one in drifting.alternatives}
    assert names[0] == "power_law"
    assert scores["langmuir"] - scores["power_law"] > 50
    assert scores["power_law, first order in clusters"] - scores["power_law"] > 50
    assert [one.aicc for one in drifting.alternatives] == sorted(scores.values())


def test_figures(drifting: EtchingFit) -> None:
    figures = etching_figures(drifting)
    assert "offset and drift" in to_svg(figures["traces"])
    assert "thiol / mM" in to_svg(figures["orders"])
    assert "AICc above the best law" in to_svg(figures["laws"])


def test_first_order_with_unknown_epsilon() -> None:
    """Another law and no coefficient: x = 1, y = 1, and epsilon = 8800 come back."""
    found = fit_etching(
        made(x=1.0, y=1.0, k=0.5, lifetimes=3.0, epsilon=math.nan, noise=0.001, seed=5), drift="none",
        alternatives=False,
    )  # fmt: skip
    assert found.orders.y is not None
    assert found.orders.x.low < 1 < found.orders.x.high
    assert found.orders.y.low < 1 < found.orders.y.high
    assert found.best.epsilon == pytest.approx(8800, rel=0.03)
    assert any("one for all traces is fitted" in text for text in found.warnings)


def test_one_thiol_concentration_leaves_its_order_open() -> None:
    found = fit_etching(
        made(conditions=((0.01, 2.5), (0.025, 2.5), (0.05, 2.5)), seed=2), drift="none", alternatives=False
    )
    assert found.orders.y is None
    assert found.orders.x.low < 0.04 < found.orders.x.high
    assert found.to_dict()["fits"][0]["y"] is None
    assert any("thiol does not vary" in text for text in found.warnings)


def test_correlated_noise_widens_the_intervals() -> None:
    """A slow wave that no straight drift describes: the runs test says so, and intervals are widened."""
    traces = [
        AbsorbanceTrace(
            one.name, one.time, one.absorbance + 0.004 * np.sin(9 * one.time / one.time[-1]), one.cluster, one.ligand,
            698.0, 1.0, 8800.0,
        )
        for one in made(seed=6, points=40, conditions=CONDITIONS)
    ]  # fmt: skip
    found = fit_etching(traces, drift="none", alternatives=False)
    assert found.best.widening > 1.5
    assert any("residuals follow each other" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("traces", "options", "words"),
    [
        ([], {}, "no traces"),
        (made()[:2], {"drift": "some"}, "drift is 'some'"),
        (made()[:2], {"level": 1.5}, "level"),
        (made()[:2], {"thiol_per_cluster": -1.0}, "thiols consumed"),
        ([AbsorbanceTrace("a", np.arange(5.0), np.ones(5))], {}, "neither the clusters"),
        ([*made()[:1], AbsorbanceTrace("a", np.arange(5.0), np.ones(5), 0.02, epsilon=8800.0)], {}, "not stated"),
    ],
)
def test_bad_requests(traces: list, options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        fit_etching(traces, **options)


def test_command_prints_the_contract(goldshell: Any, tmp_path: Path) -> None:
    paths = []
    for i, one in enumerate(generator.traces(points=24, seed=8, conditions=CONDITIONS)):
        paths.append(tmp_path / f"vial{i}.csv")
        paths[-1].write_text(generator.trace_csv(one))
    done = goldshell("uvvis", "etching", *paths, "--drift", "none", "--json", "--figures", tmp_path / "f")
    assert done.code == 0
    found = done.json
    assert [one["method"] for one in found["fits"]] == ["integrated", "regression"]
    for fit in found["fits"]:
        assert set(fit["x"]) == set(fit["y"]) == set(fit["ln_k"]) == {"value", "low", "high", "unit"}
        assert fit["k_unit"].startswith("mM^-")
    assert {"law", "aicc", "parameters"} <= set(found["alternatives"][0])
    assert [one["cluster_mM"] for one in found["traces"]] == [one[0] for one in CONDITIONS]
    assert len(list((tmp_path / "f").glob("*.svg"))) == 3
    assert goldshell("uvvis", "etching", *paths, "--window", "-1").code == 2
    plain = goldshell("uvvis", "etching", *paths[:2], "--drift", "none", "--no-alternatives")
    assert plain.code == 0
    assert "orders of etching" in plain.out


@pytest.mark.slow
def test_intervals_cover() -> None:
    """Truth by construction over 60 sets: laws, conversions 0.3 to 1.5 lifetimes, with and without drift."""
    held: dict[str, list[bool]] = {"x": [], "y": [], "ln_k": []}
    for seed in range(60):
        truth: dict[str, float] = ({"x": 0.04, "y": 1.8, "k": 0.0247}, {"x": 0.5, "y": 1.2, "k": 1.0},
                                   {"x": 1.0, "y": 1.8, "k": 0.3})[seed % 3]  # fmt: skip
        traces = made(
            **truth, noise=0.002, offset=0.02, drift=(0.0, 0.003)[seed % 2], lifetimes=(0.8, 1.5)[(seed // 3) % 2],
            points=60, seed=seed,
        )  # fmt: skip
        orders = fit_etching(traces, alternatives=False).orders
        for name, expected in (("x", truth["x"]), ("y", truth["y"]), ("ln_k", math.log(truth["k"]))):
            one = getattr(orders, name)
            held[name].append(one.low <= expected <= one.high)
    for values in held.values():
        assert np.mean(values) >= 0.88
