"""What each kind of analysis finds; numbers from the papers' own arithmetic, worked by hand, or mathematical limits."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from goldshell.literature import bibliography
from goldshell.study import RunResult, run_study
from goldshell.study.orderings import rank_agreement, ranks


@pytest.fixture(scope="module")
def record(packaged_run: RunResult) -> dict[str, Any]:
    return json.loads(packaged_run.record.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def entries(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in record["analyses"]}


def number(entry: dict[str, Any], beginning: str) -> float:
    """The first number whose label begins so."""
    return next(item["value"] for item in entry["numbers"] if item["label"].startswith(beginning))


def table(run: RunResult, name: str) -> pd.DataFrame:
    return pd.read_csv(run.record.parent / "tables" / f"{name}.csv")


def test_the_packaged_study_is_done(packaged_run: RunResult) -> None:
    assert packaged_run.status == "done", packaged_run.failures


def test_rates_tell_what_the_paper_s_numbers_imply(entries) -> None:
    # Zhang et al. 2026: 0.111 / 1.61e-3; 66 / 6; ln 0.34 / ln 0.94; 68.9^(1/1.8); 10.5^0.3; 11 / 2
    entry = entries["rate-laws"]
    expected = {
        "slowdown of etching, two-phase against water-only, by rates": 0.111 / 1.61e-3,
        "slowdown of etching, two-phase against water-only, by intact fractions, zero order": 66 / 6,
        "slowdown of etching, two-phase against water-only, by intact fractions, first order": 17.4358,
        "thiol lower": 10.5,
        "slowdown of exchange, two-phase against water-only, that follows": 2.02,
        "slowdown of exchange, two-phase against water-only, by coverages": 5.5,
    }
    for label, value in expected.items():
        assert number(entry, label) == pytest.approx(value, rel=3e-3), label
    assert entry["summary"][0].startswith("No single thiol concentration explains both")
    assert any("13.5 min" in finding and "34 %" in finding for finding in entry["summary"])
    assert any("assumed" in warning for warning in entry["warnings"])


def test_diffusion_runs_against_the_paper_s_argument(entries, packaged_run: RunResult) -> None:
    # Wilke-Chang with V = 160.4 cm3/mol and tabulated viscosities, worked by hand [1e-10 m2/s]
    expected = {
        "1-octanol": 1.64,
        "1-hexanol": 2.34,
        "1-pentanol": 2.86,
        "1-butanol": 3.54,
        "ethyl acetate": 22.8,
        "water": 8.06,
    }
    for solvent, value in expected.items():
        found = number(entries["diffusion"], f"D of p-MBA in {solvent}, Wilke-Chang")
        assert found == pytest.approx(value * 1e-10, rel=0.02)
    assert "the reverse of the order that the source argues from (-1)" in entries["diffusion"]["summary"][1]
    assert len(table(packaged_run, "diffusion-diffusivity")) == 6 * 4


def test_speciation_shows_the_shell_under_each_pka(packaged_run: RunResult) -> None:
    shells = table(packaged_run, "speciation-shells")
    mixed = shells[shells["cluster"] == "Au25(p-MBSA)9(p-ATP)9"].set_index("pka_source")
    # 9 sulfonates and the core's -1; 9 ammonium groups as well when the pKa is 10.46, as the paper quotes
    assert mixed.loc["zhang2026", "net_charge_independent"] == pytest.approx(-1, abs=0.01)
    for source in set(mixed.index) - {"zhang2026"}:
        assert mixed.loc[source, "net_charge_independent"] == pytest.approx(-10, abs=0.1)
    ligands = table(packaged_run, "speciation-ligands")
    # Henderson-Hasselbalch: pKa 4.5 leaves 24 % COOH at pH 5; the thiol takes a little more from the neutral share
    at_5 = ligands[(ligands["ph"] == 5) & ligands["pka"].str.contains("4.5 (zhang2026)", regex=False)]
    assert at_5["neutral_fraction"].item() == pytest.approx(0.24, abs=0.03)


def test_ranges_of_the_two_phase_system_need_skewed_populations(entries, packaged_run: RunResult) -> None:
    found = table(packaged_run, "ranges-ranges").set_index(["system", "feed_ratio"])
    # centres above the feed (mean of Fig. 4's ranges): 3 > 2, 5 > 4, 8 > 6, 10 > 9; 1 = 1 is possible as it is
    assert found.loc["two-phase", "mass_balance"].tolist() == ["possible"] + 4 * ["only if skewed low"]
    assert (found["smallest_mean"] <= found.index.get_level_values("feed_ratio")).all()
    assert entries["ranges"]["summary"][0].startswith("Two-phase: 4 of 5 ranges")


def test_populations_at_100_to_1_are_narrower_than_binomial(entries, packaged_run: RunResult) -> None:
    # 0.9 % n = 15, 36.7 % 16, 42.4 % 17, 20 % 18, worked by hand: mean 16.815, variance 0.5688, binomial 1.107
    entry = entries["populations"]
    assert number(entry, "mean n") == pytest.approx(16.815, abs=1e-9)
    assert number(entry, "variance") == pytest.approx(0.568775, abs=1e-9)
    assert number(entry, "dispersion index") == pytest.approx(0.568775 / (16.815 * (1 - 16.815 / 18)), rel=1e-9)
    shapes = table(packaged_run, "populations-shapes").set_index("model")
    assert shapes.loc["binomial", "total_variation"] > shapes.loc["12 + 6 sites", "total_variation"] > 0.1
    # sixteen full sites and two at p ~ 0.4 resemble it: total variation 0.06
    sixteen = shapes[shapes.index.str.startswith("16 + 2")]
    assert sixteen["total_variation"].item() == pytest.approx(0.06, abs=0.01)


def test_series_and_excretion_tell_what_stands_in_the_tables(entries) -> None:
    assert entries["extent"]["summary"][0] == "Aqueous pH 5 to 9: n rises from 0 to 2."
    # 3 of 4 and 9 of 150 fed ligands
    assert any("75 %" in finding and "6 %" in finding for finding in entries["extent"]["summary"])
    said = " ".join(entries["excretion"]["summary"])
    assert "from 10 %ID (Au25(p-MBSA)18) to 20 %ID (p-ATP feed 150), 2-fold" in said
    assert "75 to 85 %ID" in said  # 100 - 20 - 5 and 100 - 10 - 5


def test_the_audit_brings_its_contradictions(entries, packaged_run: RunResult) -> None:
    entry = entries["audit"]
    verdicts = table(packaged_run, "audit-verdicts")
    assert len(verdicts) >= 30
    assert set(verdicts["verdict"]) <= {
        "agrees", "agrees_within_uncertainty", "contradicts", "underdetermined", "not_testable"
    }  # fmt: skip
    assert len(entry["contradicted"]) == (verdicts["verdict"] == "contradicts").sum() > 0
    assert all(item["statement"] and item["because"] for item in entry["contradicted"])


def test_the_review_can_be_audited_in_a_study(write_study: Callable[..., Path], tmp_path: Path) -> None:
    """A section on the other paper, with the papers that the review quotes among its references."""
    text = "name: review\ntitle: The review\nanalyses:\n  - {id: review, kind: audit, paper: sang2024}\n"
    run = run_study(write_study(text), tmp_path / "out")
    (entry,) = run.analyses
    assert run.status == "done"
    assert any("diseased kidney would filter more" in item["because"] for item in entry["contradicted"])
    assert {"sang2024", "jiang2019b", "kondev2021"} <= set(entry["references"])


def test_a_relation_of_cells_in_a_study(write_study: Callable[..., Path], tmp_path: Path) -> None:
    """Prediction at 32 % coverage, bracketed by the published 82 and 36 %, and a fit of own data."""
    text = (
        "name: cells\ntitle: Cells\nanalyses:\n"
        "  - {id: binding, kind: cells, model: coverage_binding, at: [32], data: own.csv}\n"
    )
    own = "coverage_percent,share_percent,series\n29,80,bound\n35,68,bound\n40,52,bound\n47,34,bound\n"
    run = run_study(write_study(text, {"own.csv": own}), tmp_path / "out")
    (entry,) = run.analyses
    assert run.status == "done"
    bound = next(item for item in entry["numbers"] if "bound at surface coverage 32" in item["label"])
    assert 36 < bound["low"] < bound["value"] < bound["high"] < 82
    assert any("4 points of own.csv: the fit is determined" in finding for finding in entry["summary"])
    assert "gong2019" in entry["references"]


def test_only_used_references_and_rows_are_given_and_all_exist(record: dict[str, Any]) -> None:
    used = {key for entry in record["analyses"] for key in entry["references"]}
    assert set(record["references"]) == used
    assert used <= set(bibliography())
    assert {"zhang2026", "wilke1955", "hurvich1989", "koivisto2016"} <= used
    rows = {identifier for entry in record["analyses"] for identifier in entry["literature"]}
    assert {row["id"] for row in record["literature"]} == rows
    for entry in record["analyses"]:
        assert entry["references"], entry["id"]
        assert entry["method"]
        assert entry["next_measurements"] or entry["kind"] == "audit"


def run_one(tmp_path: Path, analysis: str, files: dict[str, str]) -> dict[str, Any]:
    """Run a study of one analysis and give its entry of the record."""
    (tmp_path / "study.yaml").write_text(f"name: one\ntitle: One\nanalyses:\n  - {analysis}\n")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    result = run_study(tmp_path, tmp_path / "out")
    return json.loads(result.record.read_text())["analyses"][0]


RATES = "{id: r, kind: rates, measured: [{process: etching, data: rates.csv}]}"


def test_measured_rates_of_an_exact_power_law_give_its_orders_back(tmp_path: Path) -> None:
    rows = "".join(
        f"{c},{t},{0.02 * c**0.5 * t**1.8!r}\n" for c, t in [(0.01, 1), (0.01, 4), (0.05, 2), (0.1, 1), (0.1, 8)]
    )
    entry = run_one(tmp_path, RATES, {"rates.csv": f"cluster_mM,thiol_mM,rate_mM_per_h\n{rows}"})
    assert entry["status"] == "done", entry["error"]
    assert number(entry, "etching: order in clusters") == pytest.approx(0.5, abs=1e-9)
    assert number(entry, "etching: order in thiol") == pytest.approx(1.8, abs=1e-9)
    assert number(entry, "etching: ln k") == pytest.approx(math.log(0.02), abs=1e-9)


@pytest.mark.parametrize(
    ("rows", "said"),
    [("0.01,1,-0.1\n0.01,2,0.2\n0.02,3,0.3\n", "no logarithm"), ("0.01,1,0.1\n0.01,1,0.2\n", "the same in all rows")],
)
def test_rates_that_cannot_be_regressed_say_why(tmp_path: Path, rows: str, said: str) -> None:
    entry = run_one(tmp_path, RATES, {"rates.csv": f"cluster_mM,thiol_mM,rate_mM_per_h\n{rows}"})
    assert entry["status"] == "failed"
    assert said in entry["error"]["message"]


def test_one_concentration_that_explains_both_is_said_too(tmp_path: Path) -> None:
    # exact: thiol 4-fold lower, orders 2 and 1, so etching 16-fold and exchange 4-fold slower
    analysis = (
        "{id: r, kind: rates, compare: {orders: orders.csv, systems: systems.csv, reference: a, cluster: 0.1 mM, "
        "thiol: 1 mM}}"
    )
    files = {
        "orders.csv": "process,species,order\netching,thiol,2\netching,cluster,1\nexchange,thiol,1\n",
        "systems.csv": (
            "system,quantity,value,unit,time_h\na,etching_rate,0.16,mM/h,\nb,etching_rate,0.01,mM/h,\n"
            "a,ligand_coverage,20,%,1\nb,ligand_coverage,5,%,1\n"
        ),
    }
    entry = run_one(tmp_path, analysis, files)
    assert entry["status"] == "done", entry["error"]
    assert entry["summary"][0].startswith("One lower thiol concentration explains both")
    assert number(entry, "thiol lower") == pytest.approx(4)
    files["systems.csv"] = files["systems.csv"].replace("0.16,mM/h", "0.16,uM/h")
    assert "unit 'uM/h'" in run_one(tmp_path, analysis, files)["error"]["message"]


COMPOSITION = "{id: c, kind: composition, data: p.csv, sites: 4}"


def test_a_binomial_shell_is_called_consistent_with_binomial(tmp_path: Path) -> None:
    # exact binomial of 4 sites at p = 1/2: 1 4 6 4 1, dispersion index 1
    entry = run_one(tmp_path, COMPOSITION, {"p.csv": "n,population,sd\n0,1,.1\n1,4,.1\n2,6,.1\n3,4,.1\n4,1,.1\n"})
    assert entry["status"] == "done", entry["error"]
    assert number(entry, "dispersion index") == pytest.approx(1)
    assert "consistent with binomial" in entry["summary"][0]
    interval = next(item for item in entry["numbers"] if item["label"] == "dispersion index")
    assert interval["low"] < 1 < interval["high"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("n,population\n5,1\n", "n = 5 is not a whole number from 0 to 4"),
        ("n,population\n1,-1\n", "population of n = 1 is negative"),
        ("n,population\n1,1\n1,2\n", "n = 1 stands twice"),
        ("n,population,sd\n1,1,0.1\n2,2,\n", "filled in some rows only"),
        ("n,population\n1,0\n", "all populations are zero"),
    ],
)
def test_populations_that_cannot_be_are_refused(tmp_path: Path, text: str, said: str) -> None:
    entry = run_one(tmp_path, COMPOSITION, {"p.csv": text})
    assert entry["status"] == "failed"
    assert said in entry["error"]["message"]


def test_an_impossible_range_is_called_impossible(tmp_path: Path) -> None:
    # at least 3 ligands on every cluster, but one was fed
    entry = run_one(
        tmp_path,
        "{id: r, kind: ranges, data: r.csv}",
        {"r.csv": "system,feed_ratio,n_low,n_high\nvial,1,3,5\nvial,9,3,5\n"},
    )
    assert entry["summary"][0] == "Vial: 1 of 2 ranges cannot be true at the stated feed."
    assert entry["warnings"]


def test_orderings_are_compared_by_rank() -> None:
    first = ranks("a > b = c > d")
    assert first == {"a": 0.0, "b": -1.0, "c": -1.0, "d": -2.0}
    assert rank_agreement(first, ranks("a > b = c > d")) == (pytest.approx(1), 4)
    assert rank_agreement(first, ranks("d > b = c > a")) == (pytest.approx(-1), 4)
    assert math.isnan(rank_agreement(first, ranks("a > x"))[0])
