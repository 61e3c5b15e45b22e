"""Fits and checks of published gold; `tests/reference/fate/README.md` has the sources and what could not be shipped."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.fate import FateFit, FitOptions, fit, lint, read_fate_data
from goldshell.fate.models import tumour_uptake

DATA = Path(__file__).parent.parent / "reference" / "fate"
TUMOURS = ("particle 7", "particle 8", "particle 22", "particle 38")


@pytest.fixture(scope="module")
def tumours(tmp_path_factory: pytest.TempPathFactory) -> FateFit:
    """Four of the twelve published courses, so that the test is short."""
    path = tmp_path_factory.mktemp("tumours") / "some.csv"
    lines = (DATA / "g1_gold_tumour.csv").read_text().splitlines()
    path.write_text("\n".join(line for line in lines if "particle " not in line or line.split(",")[6] in TUMOURS))
    options = FitOptions(model="tumour_uptake", by_group=("CL_tumour", "k_washout"), spread=0.7)
    return fit(read_fate_data(path), options, profiles=False)


def test_published_tumours_are_met(tumours: FateFit) -> None:
    assert set(tumours.group_values) == set(TUMOURS)
    assert all(abs(one.residual) < 3.0 for one in tumours.predictions)
    ratios = [math.log(one.observed / one.predicted) for one in tumours.predictions]
    assert float(np.std(ratios)) < 0.35


def test_washout_is_at_least_the_fall_of_the_published_course(tumours: FateFit) -> None:
    """Property: dA/dt >= -k A, whatever plasma supplies, so k_T is at least the slope of ln A."""
    slopes = {"particle 7": math.log(25.9877 / 11.0873) / 36.0, "particle 8": math.log(29.4515 / 7.30659) / 40.0}
    for group, slope in slopes.items():  # printed numbers of 12 and 48 h, 8 and 48 h
        found = tumours.group_values[group]["k_washout"]
        assert found.high > slope
        assert found.value > 0.75 * slope, "the samples scatter by about 25 %"


def test_tumours_alone_do_not_tell_the_clearance_into_them(tumours: FateFit) -> None:
    """Property: V1, CL and CL_T times one factor leave the tumour as it is."""
    known = {item.parameter.name: item.identifiable for item in tumours.parameters}
    errors = {item.parameter.name: item.data_error for item in tumours.parameters}
    assert errors["k_washout"] < 1.0 < 10.0 < errors["CL_tumour"]
    assert not known["CL_tumour"]
    assert not known["CL"]
    assert not any(value for name, value in known.items() if name.startswith("recovery"))
    assert "No blood or plasma was measured" in tumours.statements[0]
    one, other = (
        tumour_uptake.rate_matrix(
            tumour_uptake.Parameters(V1=factor, CL=1.5 * factor, CL_tumour=0.1 * factor), tumour_weight=0.3
        )
        for factor in (1.0, 3.0)
    )
    assert np.allclose(one, other, rtol=1e-12)


def test_a_tumour_without_its_weight_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("time_h,compartment,value,unit\n1,tumour,2,%ID\n24,tumour,5,%ID\n48,tumour,3,%ID\n")
    with pytest.raises(InputError, match="tumour_weight"):
        fit(read_fate_data(path), FitOptions(model="tumour_uptake"))


def test_a_tumour_too_small_to_be_missed_follows_the_model_per_gram() -> None:
    from goldshell.fate.linear import solve_linear

    parameters, weight, times = tumour_uptake.Parameters(CL_tumour=0.2), 1e-7, np.array([0.5, 6.0, 48.0])
    matrix = tumour_uptake.rate_matrix(parameters, tumour_weight=weight)
    amounts = solve_linear(matrix, np.array([100.0, 0.0, 0.0, 0.0]), times)
    assert np.allclose(amounts[:, 2] / weight, tumour_uptake.courses(times, parameters)[:, 2], rtol=1e-6)
    assert np.allclose(amounts.sum(axis=1), 100.0, rtol=1e-12)


def test_columns_that_do_not_belong_together_are_found_in_a_published_table() -> None:
    findings = lint(read_fate_data(DATA / "g1_particle_27.csv")).findings
    assert [item.code for item in findings] == ["weight"]
    assert "0.216 to 2.71 g" in findings[0].message  # 1.73027 / 8.01052 and 10.368 / 3.82771


def test_table_1_of_sang_2024_is_checked_and_fitted() -> None:
    data = read_fate_data(DATA / "sang2024_table1_gold.csv")
    result = fit(
        data,
        FitOptions(free=("CL_liver", "CL_spleen", "fu_theta"), by_group=("CL_liver", "fu_theta"), spread=0.5),
        profiles=False,
    )
    found = {item["group"]: item["found_percent_id"] for item in result.recoveries}
    weights = {name: data.animal.volumes[name] for name in ("liver", "spleen")}
    # urine and %ID/g times the organs of the set, printed numbers; nothing is clipped and no row is above the dose
    assert found["GS-AuNPs"] == pytest.approx(50.5 + 3.7 * weights["liver"] + 0.3 * weights["spleen"], rel=1e-3)
    assert max(found.values()) < 100.0
    for one in result.predictions:
        if one.relation in "<>":
            assert abs(one.residual) < 2.0, f"{one.group} {one.compartment}"
