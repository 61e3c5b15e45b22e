"""Physiology: volume and flow balance of every set, published values, scaling, overrides."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from goldshell.errors import InputError, UnknownNameError
from goldshell.fate import Physiology, physiology, physiology_sets, solve_linear
from goldshell.literature import bibliography, records

SETS = [pytest.param(*names, id=" ".join(names)) for names in physiology_sets()]


def test_the_sets_that_are_promised_are_there() -> None:
    assert {("mouse", "httk"), ("mouse", "brown-davies"), ("rat", "httk"), ("human", "httk")} <= set(physiology_sets())


@pytest.mark.parametrize("weight", [None, 0.5, 2.0])
@pytest.mark.parametrize(("species", "name"), SETS)
def test_volumes_fill_the_body(species: str, name: str, weight: float | None) -> None:
    """Property: organs, blood outside them and the rest weigh what the animal weighs, and nothing is negative."""
    animal = physiology(species, name)
    if weight is not None:
        animal = physiology(species, name, body_weight=weight * animal.body_weight)
    outside = animal.blood_volume - sum(animal.residual_blood.values())
    assert outside > 0
    assert min(animal.volumes.values()) > 0
    assert sum(animal.volumes.values()) + outside == pytest.approx(animal.body_weight, rel=1e-12)
    assert animal.plasma_volume == pytest.approx(animal.blood_volume * (1 - animal.hematocrit), rel=1e-12)


@pytest.mark.parametrize(("species", "name"), SETS)
def test_flows_balance_at_every_organ(species: str, name: str) -> None:
    """Property: what enters an organ leaves it, the portal blood included; the arteries carry the cardiac output."""
    animal = physiology(species, name)
    incoming: dict[str, float] = defaultdict(float)
    outgoing: dict[str, float] = defaultdict(float)
    for (source, target), flow in animal.circulation().items():
        assert flow > 0
        outgoing[source] += flow
        incoming[target] += flow
    assert incoming.keys() == outgoing.keys()
    for organ, flow in incoming.items():
        assert flow == pytest.approx(outgoing[organ], rel=1e-12), organ
    assert incoming["artery"] == pytest.approx(animal.cardiac_output, rel=1e-12)
    assert incoming["liver"] == pytest.approx(animal.liver_flow, rel=1e-12)
    assert animal.glomerular_filtration_rate < animal.flows["kidney"] * (1 - animal.hematocrit)


@pytest.mark.parametrize(("species", "name"), SETS)
def test_steady_state_blood_is_alike_everywhere(species: str, name: str) -> None:
    """Property: without uptake every organ's blood reaches the arterial concentration (ratio 1, liver included)."""
    animal = physiology(species, name)
    edges = animal.circulation()
    places = sorted({place for edge in edges for place in edge})
    volume = np.array([0.05 * animal.blood_volume for _ in places])
    matrix = np.zeros((len(places), len(places)))
    for (source, target), flow in edges.items():
        i, j = places.index(source), places.index(target)
        matrix[i, i] -= flow / volume[i]
        matrix[j, i] += flow / volume[i]
    start = np.zeros(len(places))
    start[places.index("vein")] = 100.0
    concentration = solve_linear(matrix, start, [24.0])[0] / volume
    assert concentration / concentration[places.index("artery")] == pytest.approx(np.ones(len(places)), rel=1e-9)


@pytest.mark.parametrize(
    ("species", "expected"),
    [
        ("mouse", {"cardiac_output": 8.0, "gfr": 0.280, "kidney": 1.30, "liver": 1.80, "portal": 1.45, "spleen": 0.11}),
        ("rat", {"cardiac_output": 74.0, "gfr": 1.31, "kidney": 9.2, "liver": 11.8, "portal": 9.8}),
        ("human", {"cardiac_output": 5600.0, "gfr": 125.0, "kidney": 1240.0, "liver": 1450.0, "portal": 1150.0}),
    ],
)
def test_httk_sets_carry_the_flows_of_davies_and_morris(species: str, expected: dict[str, float]) -> None:
    """Davies & Morris 1993 (doi:10.1023/A:1018943613122), mL/min."""
    animal = physiology(species, "httk")
    found = {
        "cardiac_output": animal.cardiac_output, "gfr": animal.glomerular_filtration_rate,
        "kidney": animal.flows["kidney"], "liver": animal.liver_flow, "portal": animal.portal_flow,
        "spleen": animal.flows["spleen"],
    }  # fmt: skip
    for name, value in expected.items():
        assert found[name] / 60 == pytest.approx(value, rel=5e-3), name


def test_mouse_sets_differ_as_published() -> None:
    """SCIENCE: spleen 5-fold, cardiac output 1.8-fold; urine 1.0 and bile 2.0 mL/day at 20 g in both."""
    httk, brown = physiology("mouse", "httk"), physiology("mouse", "brown-davies")
    assert brown.volumes["spleen"] / httk.volumes["spleen"] == pytest.approx(5, rel=0.05)
    assert brown.cardiac_output / httk.cardiac_output == pytest.approx(1.8, rel=0.03)
    for animal in (httk, brown):
        assert animal.urine_flow * 24 == pytest.approx(1.0, rel=1e-2)
        assert animal.bile_flow * 24 == pytest.approx(2.0, rel=1e-2)
    assert httk.plasma_volume == pytest.approx(1.0)
    assert httk.volumes["liver"] == pytest.approx(1.046, rel=1e-3)
    assert httk.residual_blood_fraction["liver"] == 0.31


def test_scaling_with_body_weight() -> None:
    """Property: volumes with the weight, flows with its power 0.75."""
    small, large = physiology("mouse"), physiology("mouse", body_weight=40.0)
    assert large.volumes["liver"] / small.volumes["liver"] == pytest.approx(2)
    assert large.plasma_volume / small.plasma_volume == pytest.approx(2)
    for flow in ("cardiac_output", "glomerular_filtration_rate", "bile_flow", "liver_flow"):
        assert getattr(large, flow) / getattr(small, flow) == pytest.approx(2**0.75)


def test_measured_organ_weights_override() -> None:
    animal = physiology("mouse", organ_weights={"liver": 1.5, "spleen": 0.09})
    assert animal.volumes["liver"] == 1.5
    assert animal.measured == ("liver", "spleen")
    outside = animal.blood_volume - sum(animal.residual_blood.values())
    assert sum(animal.volumes.values()) + outside == pytest.approx(20.0, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"species": "mous"}, UnknownNameError, "did you mean mouse"),
        ({"set": "http"}, UnknownNameError, "did you mean httk"),
        ({"organ_weights": {"livr": 1.0}}, UnknownNameError, "liver"),
        ({"organ_weights": {"liver": 30.0}}, InputError, "in a body of 20 g"),
        ({"organ_weights": {"liver": -1.0}}, InputError, "above 0"),
        ({"body_weight": 0.0}, InputError, "above 0"),
        ({"body_weight": math.nan}, InputError, "above 0"),
    ],
)
def test_bad_input_is_refused(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        physiology(**arguments)  # type: ignore[arg-type]


def test_every_value_names_its_source() -> None:
    for row in records("physiology"):
        assert row["source"] in bibliography()
        assert row["locator"]
        assert row["status"] in {"measured", "derived", "estimated", "quoted"}
        assert math.isfinite(float(row["value"]))


def test_to_dict_is_complete() -> None:
    animal: Physiology = physiology("human")
    assert animal.to_dict()["liver_flow_mL_h"] == pytest.approx(1450 * 60, rel=1e-3)
    assert "pearce2017" in animal.to_dict()["sources"]
