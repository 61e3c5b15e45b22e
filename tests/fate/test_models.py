"""Models of fate: flow balance, linear limit, saturation, mass balance, closed forms, what the papers' words fix."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldshell.errors import InputError
from goldshell.fate import physiology, physiology_sets, simulate
from goldshell.fate.linear import solve_linear
from goldshell.fate.models import (
    kidney_injury,
    liver_penetration,
    minimal,
    permeability_limited,
    protein_adsorption,
    silver_biotransformation,
    tubular_endocytosis,
    tumour_targeting,
    tumour_uptake,
)
from goldshell.statistics import ratio_of_means

SETS = [pytest.param(*pair, id="-".join(pair)) for pair in physiology_sets()]


@pytest.mark.parametrize(("species", "chosen"), SETS)
def test_organ_plasma_equals_arterial_plasma_without_uptake(species: str, chosen: str) -> None:
    """Property: flows balance in every set, at the liver too (published codes reach 1.55 to 6.2 instead of 1)."""
    animal = physiology(species, chosen)
    for organ in animal.flows:
        assert permeability_limited.organ_over_arterial(organ, animal) == pytest.approx(1.0, rel=1e-8)


@pytest.mark.parametrize(("species", "chosen"), SETS)
def test_plasma_of_the_regions_is_that_of_the_animal(species: str, chosen: str) -> None:
    animal = physiology(species, chosen)
    volumes = permeability_limited.plasma_volumes(animal)
    assert sum(volumes.values()) == pytest.approx(animal.plasma_volume, rel=1e-12)
    assert min(volumes.values()) > 0


def test_nonlinear_model_without_saturation_is_the_linear_one() -> None:
    """Property: with a capacity far above the dose, CVODE gives what the matrix exponential gives."""
    animal, times = physiology("mouse"), [0.1, 1.0, 6.0, 24.0]
    parameters = replace(permeability_limited.Parameters(), capacity_liver=1e12, capacity_spleen=1e12, k_release=0.01)
    start = np.zeros(len(permeability_limited.compartments(animal)))
    start[0] = 100.0
    linear = solve_linear(permeability_limited.rate_matrix(animal, parameters), start, times)
    assert permeability_limited.amounts(times, animal, parameters) == pytest.approx(linear, rel=1e-6, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    clearance=st.floats(0.0, 50.0),
    capacity=st.floats(0.5, 200.0),
    permeability=st.floats(0.0, 100.0),
    sieving=st.floats(0.0, 1.0),
)
def test_nothing_is_lost_and_phagocytes_do_not_overflow(
    clearance: float, capacity: float, permeability: float, sieving: float
) -> None:
    animal = physiology("mouse")
    parameters = replace(
        permeability_limited.Parameters(),
        CL_liver=clearance, capacity_liver=capacity, permeability=permeability, sieving=sieving,
    )  # fmt: skip
    courses = permeability_limited.amounts([0.05, 1.0, 24.0], animal, parameters)
    assert courses.sum(axis=1) == pytest.approx(100.0, rel=1e-10)
    held = courses[:, permeability_limited.compartments(animal).index("liver_phagocytes")]
    assert np.all(held <= capacity * (1 + 1e-6))
    assert courses.min() > -1e-6


def test_full_phagocytes_send_the_dose_elsewhere() -> None:
    """Property: less capacity, less in the liver and more in the urine."""
    animal = physiology("mouse")
    courses = [
        simulate(replace(permeability_limited.Parameters(), capacity_liver=limit, CL_liver=20.0), [24.0], animal)
        for limit in (1e6, 20.0, 5.0)
    ]
    liver = [float(one.compartments["liver"][0]) for one in courses]
    urine = [float(one.compartments["urine"][0]) for one in courses]
    assert liver == sorted(liver, reverse=True)
    assert urine == sorted(urine)
    assert not any("capacity" in text for text in courses[0].warnings)
    assert any("capacity_liver" in text for text in courses[1].warnings)


def test_high_permeability_and_small_clearance_reach_the_minimal_model() -> None:
    """Property: with clearances far below flows, plasma is one pool, so that liver over urine is CL_L over CL_R."""
    animal = physiology("mouse")
    parameters = replace(permeability_limited.Parameters(), CL_liver=0.01, CL_spleen=0.0, sieving=0.0005, k_bile=0.0)
    end = simulate(parameters, [1.0, 5000.0], animal)
    held = permeability_limited.amounts([5000.0], animal, parameters)[
        0, permeability_limited.compartments(animal).index("liver_phagocytes")
    ]
    ratio = held / float(end.compartments["urine"][-1])
    assert ratio == pytest.approx(0.01 / (animal.glomerular_filtration_rate * 0.0005), rel=2e-3)


def test_tubular_cells_keep_mass_and_delay_the_urine() -> None:
    mouse = physiology("mouse")
    with_uptake, without = (
        simulate(replace(tubular_endocytosis.Parameters(), tubular_uptake=share), [24.0, 5000.0], mouse)
        for share in (0.5, 0.0)
    )
    assert with_uptake.balance < 1e-10
    assert with_uptake.compartments["urine"][0] < without.compartments["urine"][0]
    assert with_uptake.compartments["urine"][1] == pytest.approx(without.compartments["urine"][1], rel=1e-6)


def test_alloy_ratio_for_any_assumption_on_gold() -> None:
    """Property: r_AuAg = fold (1 + r_Au) - 1 keeps the fold of contrast."""
    for gold in (0.0, 0.3, 2.0):
        parameters = replace(
            silver_biotransformation.Parameters(),
            ratio_gold=gold, ratio_alloy=silver_biotransformation.alloy_ratio(6.5, gold),
        )  # fmt: skip
        fold = silver_biotransformation.contrast(1.0, parameters) / silver_biotransformation.contrast(0.0, parameters)
        assert fold == pytest.approx(6.5)


def test_words_on_the_liver_leave_the_steepness_open() -> None:
    """Property: at the limit one of s(1.4 nm) and 1 - s(2.4 nm) equals the threshold, the other is below it."""
    steepness = liver_penetration.least_steepness(0.05, 2.0)
    at = replace(liver_penetration.Parameters(), half_diameter=2.0, steepness=steepness)
    assert float(liver_penetration.tissue_fraction(2.4, at)) == pytest.approx(0.95)
    assert float(liver_penetration.tissue_fraction(1.4, at)) < 0.05


def test_a_balanced_shell_contradicts_the_constant_faeces() -> None:
    """Z: urine doubles, faeces stay ~5 %ID; less uptake by the liver cannot leave the faeces alone."""
    balanced = protein_adsorption.fate_parameters(protein_adsorption.Shell(9.0, 9.0))
    assert minimal.amount("urine", 24.0, balanced) == pytest.approx(20.0, rel=2e-3)
    assert minimal.amount("faeces", 24.0, balanced) < 3.5


def test_receptors_far_in_excess_bind_all_that_enters() -> None:
    """Property: uptake without washout is CL_T times the area of the plasma curve, D / CL in the end."""
    parameters = replace(tumour_uptake.Parameters(), receptors=1e4, k_off=0.0, CL_tumour=0.02)
    assert tumour_uptake.uptake(2000.0, parameters) == pytest.approx(100.0 * 0.02 / parameters.CL, rel=1e-3)


def test_receptors_saturate() -> None:
    full = replace(tumour_uptake.Parameters(), receptors=0.5, k_off=0.0, k_on=10.0)
    assert tumour_uptake.courses([500.0], full)[0, 3] == pytest.approx(0.5, rel=1e-3)


def test_ratio_of_uptakes_with_its_interval() -> None:
    """Delta method: 9.5 +/- 2.2 over 4.4 +/- 0.65 is 2.16, ln-sd 0.2747; "twice" lies inside."""
    found = ratio_of_means(9.5, 2.2, 4.4, 0.65)
    assert found.value == pytest.approx(9.5 / 4.4)
    assert np.log(found.high / found.value) == pytest.approx(1.959964 * 0.2747, rel=1e-3)
    assert found.low < 2.0 < found.high


@pytest.mark.parametrize(
    "call",
    [
        lambda: permeability_limited.rate_matrix(
            physiology("mouse"), replace(permeability_limited.Parameters(), sieving=float("nan"))
        ),
        lambda: tubular_endocytosis.rate_matrix(replace(tubular_endocytosis.Parameters(), tubular_uptake=2.0)),
        lambda: tubular_endocytosis.re_eliminated_fraction(-1.0),
        lambda: silver_biotransformation.contrast(2.0),
        lambda: silver_biotransformation.contrast(1.0, oxygen=float("nan")),
        lambda: liver_penetration.tissue_fraction(0.0),
        lambda: liver_penetration.least_steepness(0.6, 2.0),
        lambda: protein_adsorption.unbound_fraction(protein_adsorption.Shell(-1.0, 2.0)),
        lambda: protein_adsorption.unbound_fraction(protein_adsorption.Shell(30.0, 30.0)),
        lambda: tumour_uptake.clearance_for_uptake(0.0, 1.0),
        lambda: ratio_of_means(1.0, 0.1, 0.0, 0.1),
    ],
)
def test_what_cannot_be_is_refused(call: Any) -> None:
    with pytest.raises(InputError):
        call()


@pytest.mark.parametrize("model", ["permeability_limited", "tubular_endocytosis"])
def test_commands_reach_them(goldshell: Any, tmp_path: Any, model: str) -> None:
    file = tmp_path / "fate.yaml"
    file.write_text(f"model: {{name: {model}}}\nparticle: {{cluster: Au25(p-MBSA)18}}\ntimes: [1 h, 24 h]\n")
    found = goldshell("fate", "simulate", file, "--json").json
    assert found["balance"] < 1e-10
    assert found["compartments"]["urine"][1] > found["compartments"]["urine"][0] > 0


@pytest.mark.slow
@pytest.mark.parametrize("model", ["permeability_limited", "tubular_endocytosis"])
def test_their_figures_are_written(goldshell: Any, tmp_path: Any, model: str) -> None:
    file = tmp_path / "fate.yaml"
    file.write_text(f"model: {{name: {model}}}\nparticle: {{cluster: Au25(p-MBSA)18}}\ntimes: [1 h, 24 h]\n")
    assert goldshell("fate", "simulate", file, "--figures", tmp_path / "figures").code == 0
    assert len(list((tmp_path / "figures").iterdir())) == 2


def test_relations_can_be_evaluated_by_name(goldshell: Any) -> None:
    """The same numbers as the functions; what is missing or unknown is said in one line."""
    listed = goldshell("fate", "relation", "--json").json["relations"]
    assert {"contrast", "urine", "sieving_coefficient", "uptake"} <= {one["name"] for one in listed}
    assert all(one["unit"] for one in listed)
    found = goldshell(
        "fate", "relation", "silver_biotransformation", "contrast", "silver=1", "ratio_alloy=6.5", "--json"
    )
    assert found.json["value"] == pytest.approx(0.354 * 7.5)
    shell = goldshell(
        "fate",
        "relation",
        "protein_adsorption",
        "unbound_fraction",
        "positive=9",
        "negative=9",
        "balance_effect=0",
        "--json",
    )
    assert shell.json["value"] == pytest.approx(0.5)
    for arguments, expected in (
        (("silver_biotransformation", "contrst"), "contrast"),
        (("silver_biotransformatio",), "silver_biotransformation"),
        (("band_pass", "high_edge"), "hydrodynamic_diameter"),
        (("band_pass", "high_edge", "hydrodynamic_diameter=2", "edg=1"), "edg"),
        (("tumour_uptake", "uptake", "time=1", "V1=-3"), "outside"),
    ):
        result = goldshell("fate", "relation", *arguments)
        assert result.code == 2
        assert expected in result.err
        assert result.err.count("\n") == 1


def test_acid_kidney_takes_up_and_keeps_more() -> None:
    """Sang et al. 2024: reabsorption and retention, injured > normal, at every time."""
    for time in (1.0, 24.0, 168.0):
        assert kidney_injury.contrast(time, 5.5) > kidney_injury.contrast(time, 6.5) > 1.0


def test_acid_tumours_take_up_more() -> None:
    """Property: the factor rises steadily as the tumour turns acid; normal tissue takes up less than PC-3."""
    factors = [tumour_targeting.acid_factor(ph) for ph in (7.4, 6.9, 6.7, 6.5, 6.0)]
    assert factors == sorted(factors)
    assert factors[0] < 1.0
    with pytest.raises(InputError):
        tumour_targeting.acid_factor(5.0)
