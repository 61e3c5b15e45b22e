"""Non-compartmental analysis against WinNonlin (tests/reference/nca) and against exact curves."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.fate import nca, nca_subject, sparse_auc
from goldshell.fate.nca import trapezoids

REFERENCE = Path(__file__).parent.parent / "reference" / "nca"
COLUMNS = {
    "Rsq": "r2", "Rsq_adjusted": "r2_adjusted", "Corr_XY": "correlation", "No_points_lambda_z": "lambda_z_points",
    "Lambda_z": "lambda_z", "Lambda_z_lower": "lambda_z_start", "Lambda_z_upper": "lambda_z_end",
    "HL_Lambda_z": "half_life", "Tlag": "tlag", "Tmax": "tmax", "Cmax": "cmax", "Cmax_D": "cmax_dose", "C0": "c0",
    "Tlast": "tlast", "Clast": "clast", "AUClast": "auc_last", "AUCall": "auc_all", "AUCINF_obs": "auc_inf_obs",
    "AUCINF_D_obs": "auc_inf_obs_dose", "AUC_%Extrap_obs": "auc_extrapolated_obs",
    "AUC_%Back_Ext_obs": "auc_back_obs", "Vz_obs": "vz", "Cl_obs": "cl", "Vz_F_obs": "vz", "Cl_F_obs": "cl",
    "AUCINF_pred": "auc_inf_pred", "AUCINF_D_pred": "auc_inf_pred_dose", "AUC_%Extrap_pred": "auc_extrapolated_pred",
    "AUC_%Back_Ext_pred": "auc_back_pred", "Vz_pred": "vz_pred", "Cl_pred": "cl_pred", "Vz_F_pred": "vz_pred",
    "Cl_F_pred": "cl_pred", "AUMClast": "aumc_last", "AUMCINF_obs": "aumc_inf_obs",
    "AUMC_%Extrap_obs": "aumc_extrapolated_obs", "AUMCINF_pred": "aumc_inf_pred",
    "AUMC_%Extrap_pred": "aumc_extrapolated_pred", "MRTlast": "mrt_last", "MRTINF_obs": "mrt",
    "MRTINF_pred": "mrt_pred", "Vss_obs": "vss", "Vss_pred": "vss_pred",
}  # fmt: skip
DATA = {"Indometh": ("time", 25.0, "bolus"), "Theoph": ("Time", 320.0, "extravascular")}
METHODS = {"Linear": "linear", "Log": "linear-up-log-down"}

# PKNCA, tests/testthat/test-sparse.R
SPARSE_TIME = np.repeat([0.0, 1, 6, 2, 10, 4, 24], 3)
SPARSE_ANIMAL = [1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9, 7, 8, 9]
SPARSE_CONCENTRATION = [
    0, 0, 0, 1.75, 2.2, 1.58, 4.63, 2.99, 1.52, 3.03, 1.98, 2.22, 3.34, 1.3, 1.22, 3.54, 2.84, 2.55, 0.3, 0.0421, 0.231,
]  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", DATA)
def test_every_column_of_winnonlin(name: str, method: str) -> None:
    """Certified values from WinNonlin, every subject and column to 1e-6."""
    time, dose, route = DATA[name]
    table = pd.read_csv(REFERENCE / f"{name}.csv")
    expected = pd.read_csv(REFERENCE / f"winnonlin_{name}_{method}.csv").set_index("Subject")
    result = nca(table["Subject"], table[time], table["conc"], dose=dose, route=route, method=METHODS[method])
    ours = result.to_dataframe()
    ours.index = ours["id"].astype(int)
    for column in expected.columns:
        assert ours[COLUMNS[column]].loc[expected.index].to_numpy() == pytest.approx(
            expected[column].to_numpy(), rel=1e-6, abs=1e-12
        ), column


@settings(deadline=None, max_examples=50)
@given(st.floats(0.01, 5), st.floats(0.1, 100), st.floats(0.1, 1000), st.integers(4, 12))
def test_bolus_into_one_compartment_is_exact(rate: float, volume: float, dose: float, points: int) -> None:
    """Property: logarithmic areas are exact for an exponential, at any samples; CL = k V, Vss = Vz = V, MRT = 1/k."""
    times = np.geomspace(0.05, 5, points) / rate
    found = nca_subject(times, dose / volume * np.exp(-rate * times), dose=dose, route="bolus")
    assert found.c0 == pytest.approx(dose / volume, rel=1e-9)
    assert found.lambda_z == pytest.approx(rate, rel=1e-9)
    assert found.lambda_z_points == points  # all fit alike, so that most points win
    assert found.cl == pytest.approx(rate * volume, rel=1e-8)
    assert found.vz == pytest.approx(volume, rel=1e-8)
    assert found.vss == pytest.approx(volume, rel=1e-8)
    assert found.mrt == pytest.approx(1 / rate, rel=1e-8)
    assert found.auc_inf_obs == pytest.approx(found.auc_inf_pred, rel=1e-8)


def test_infusion_into_one_compartment() -> None:
    """Property: MRT less half the duration is 1/k, CL is dose over area (linear rule while it rises)."""
    rate, volume, duration, dose = 0.4, 5.0, 2.0, 100.0
    times = np.unique(np.concatenate([np.linspace(0, duration, 2001), np.linspace(duration, 30, 57)]))
    during = 1 - np.exp(-rate * np.minimum(times, duration))
    curve = dose / (duration * volume * rate) * during * np.exp(-rate * np.maximum(times - duration, 0))
    found = nca_subject(times, curve, dose=dose, route="infusion", duration=duration)
    assert found.cl == pytest.approx(rate * volume, rel=1e-6)
    assert found.mrt == pytest.approx(1 / rate, rel=1e-6)
    assert found.vss == pytest.approx(volume, rel=1e-6)
    assert "c0" not in found.to_dict()


def test_terminal_slope_starts_after_the_infusion() -> None:
    """Property: a point that happens to be highest during the infusion does not let its decline into the slope."""
    found = nca_subject(
        [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [9, 8.9, 8, 4, 2, 1, 0.5], dose=1, route="infusion", duration=2.0
    )
    assert found.lambda_z_start >= 2.0
    assert found.half_life == pytest.approx(1.0)


def test_absent_quantities_are_left_out() -> None:
    curve = nca_subject([0, 1, 2, 3, 4, 5], [0, 3, 2, 1, 0.5, 0.25], dose=10, route="extravascular").to_dict()
    assert not {"c0", "vss", "auc_back_obs"} & set(curve)
    assert {"cl", "vz", "mrt", "tlag"} <= set(curve)


def test_trailing_and_leading_zeros() -> None:
    """Property: areas end at the last concentration above zero; auc_all has the triangle after it."""
    found = nca_subject([0, 1, 2, 3, 4, 5, 6], [0, 0, 4, 3, 2, 1, 0], dose=1, route="extravascular", method="linear")
    assert (found.tlag, found.tlast, found.clast) == (1.0, 5.0, 1.0)
    assert found.auc_last == pytest.approx(2 + 3.5 + 2.5 + 1.5)
    assert found.auc_all == pytest.approx(found.auc_last + 0.5)


def test_bolus_that_does_not_fall_keeps_its_first_value() -> None:
    found = nca_subject([1, 2, 3, 4, 5], [2, 3, 2, 1, 0.5], dose=1, route="bolus")
    assert found.c0 == 2.0
    assert any("not extrapolated" in text for text in found.warnings)


def test_no_terminal_slope_is_said() -> None:
    found = nca_subject([1, 2, 3], [1, 2, 3], dose=1, route="bolus")
    assert math.isnan(found.lambda_z)
    assert "auc_inf_obs" not in found.to_dict()
    assert any("terminal slope" in text for text in found.warnings)


def test_two_exponentials_warn() -> None:
    times = np.array([0.1, 0.5, 1, 2, 4, 8])
    found = nca_subject(times, 10 * np.exp(-3 * times) + np.exp(-0.05 * times), dose=1, route="bolus")
    assert any("extrapolated" in text for text in found.warnings)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.0, 100.0), min_size=2, max_size=8))
def test_logarithmic_area_is_at_most_the_linear_one(concentrations: list[float]) -> None:
    """Property: the logarithmic mean is at most the arithmetic one; both agree where nothing falls."""
    time, curve = np.arange(len(concentrations), dtype=float), np.array(concentrations)
    linear, logarithmic = (trapezoids(time, curve, method)[0] for method in METHODS.values())
    assert np.all(logarithmic <= linear * (1 + 1e-9) + 1e-12)
    rises = curve[1:] >= curve[:-1]
    assert logarithmic[rises] == pytest.approx(linear[rises])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"concentrations": [1, -1, 0.5]}, "-1 is not within 0"),
        ({"concentrations": [1, math.nan, 0.5]}, "nan is not within 0"),
        ({"concentrations": [1, 1e308, 0.5]}, "1e\\+308 is not within 0"),
        ({"times": [0, 1, math.inf]}, "time inf is not within 0"),
        ({"times": [1, 1, 2]}, "twice"),
        ({"times": [1, 2]}, "2 times and 3"),
        ({"times": [], "concentrations": []}, "0 times"),
        ({"dose": 0.0}, "dose"),
        ({"dose": math.nan}, "dose"),
        ({"route": "infusion"}, "duration"),
        ({"duration": 1.0}, "duration"),
        ({"route": "bolu"}, "bolus"),
        ({"method": "log-linear"}, "linear"),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], message: str) -> None:
    arguments = {"times": [0, 1, 2], "concentrations": [3, 2, 1], "dose": 1.0, "route": "bolus"} | change
    with pytest.raises(InputError, match=message):
        nca_subject(**arguments)  # type: ignore[arg-type]


def test_nothing_above_zero_is_an_analysis_error() -> None:
    with pytest.raises(AnalysisError, match="above zero"):
        nca(["a"] * 3, [0, 1, 2], [0, 0, 0], dose=1, route="bolus")


def test_sparse_area_of_pknca() -> None:
    """PKNCA test-sparse.R: area, standard error and degrees of freedom of one sample per animal."""
    area = sparse_auc(SPARSE_TIME, SPARSE_CONCENTRATION)
    assert area.auc == pytest.approx(39.4689, rel=1e-12)
    assert area.standard_error == pytest.approx(6.86584835083522, rel=1e-12)
    assert area.degrees_of_freedom == pytest.approx(2.82631153092225, rel=1e-12)
    assert area.t_interval[0] < area.bootstrap_interval[0] < area.auc < area.bootstrap_interval[1] < area.t_interval[1]


def test_batch_area_of_pknca() -> None:
    """PKNCA test-sparse.R: each animal sampled two or three times."""
    area = sparse_auc(SPARSE_TIME, SPARSE_CONCENTRATION, SPARSE_ANIMAL)
    assert area.auc == pytest.approx(39.4689, rel=1e-12)
    assert area.standard_error == pytest.approx(7.30997787038754, rel=1e-12)
    assert area.degrees_of_freedom == pytest.approx(2.74598236184576, rel=1e-12)


def test_complete_sampling_is_the_mean_of_areas() -> None:
    """Property: when every animal has every time, SE is that of the mean of the animals' own areas."""
    generator = np.random.default_rng(1)
    times, curves = np.array([0.0, 1, 2, 5]), generator.uniform(1, 2, (6, 4))
    area = sparse_auc(np.tile(times, 6), curves.ravel(), np.repeat(np.arange(6), 4))
    own = np.trapezoid(curves, times, axis=1)
    assert area.auc == pytest.approx(own.mean())
    assert area.standard_error == pytest.approx(own.std(ddof=1) / math.sqrt(6))
    assert area.degrees_of_freedom == pytest.approx(5)


def test_bootstrap_interval_of_many_animals_is_the_normal_one() -> None:
    """Property: with many animals the percentile interval tends to auc ± 1.96 SE."""
    generator = np.random.default_rng(2)
    times = np.repeat([0.0, 1.0, 3.0], 400)
    area = sparse_auc(times, generator.uniform(1, 2, 1200), draws=4000)
    assert area.bootstrap_interval[0] == pytest.approx(
        area.auc - 1.96 * area.standard_error, abs=0.15 * area.standard_error
    )


@pytest.mark.parametrize(
    ("times", "concentrations", "animals", "message"),
    [
        ([0, 0, 1], [1, 1, 1], None, "only one animal"),
        ([0, 0, 1, 1], [1, 1, 1, -1], None, "-1 of sample 4 is not within 0"),
        ([0, 0, 1, 1e300], [1, 1, 1, 1], None, "time 1e\\+300 of sample 4"),
        ([0, 0], [1, 1], None, "two times"),
        ([0, 0, 1, 1], [1, 1, 1, 1], ["a", "a", "b", "b"], "twice"),
        ([0, 0, 1, 1], [1, 1, 1, 1], ["a"], "1 animals"),
    ],
)
def test_sparse_bad_input(times: list[float], concentrations: list[float], animals: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sparse_auc(times, concentrations, animals)


def test_unknown_route_offers_near_matches() -> None:
    with pytest.raises(UnknownNameError, match="did you mean extravascular"):
        nca_subject([0, 1, 2], [3, 2, 1], dose=1, route="extravasal")
