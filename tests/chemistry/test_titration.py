"""Shell charge: the titration of Au102(p-MBA)44, Henderson-Hasselbalch limits, competing pKa values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldshell.chemistry import charged_groups, parse_cluster, shell_charge, titration_curve
from goldshell.chemistry.figures import shell_charge_figure
from goldshell.chemistry.titration import hill_coefficient, pka_shift
from goldshell.errors import InputError
from goldshell.literature import show

AU102 = "Au102(p-MBA)44"


def charges(notation: str, ph: float) -> dict[str, tuple[float, float]]:
    found = shell_charge(parse_cluster(notation), ph)
    return {item.pka_source: (item.independent, item.hill) for item in found.charges}


def test_au102_titrates_as_published() -> None:
    """Koivisto 2016 (abstract): pKa 6.18, Hill n 0.64: half of 44 at pH 6.18, and a Hill plot of slope 0.64."""
    assert charges(AU102, 6.18)["koivisto2016"][1] == pytest.approx(-22.0, abs=1e-9)
    logits = []
    for ph in (5.18, 7.18):
        ionised = -charges(AU102, ph)["koivisto2016"][1] / 44
        logits.append(math.log10(ionised / (1 - ionised)))
    assert (logits[1] - logits[0]) / 2 == pytest.approx(0.64, abs=1e-9)
    assert pka_shift() == pytest.approx(2.02)
    assert hill_coefficient() == pytest.approx(0.64)
    assert show("au102-p-mba44-shell-pka").sd == pytest.approx(0.05)
    assert show("au102-p-mba44-hill-coefficient").sd == pytest.approx(0.04)


def test_au102_solubility_window() -> None:
    """Koivisto 2016: soluble above 22 deprotonated ligands (pH > 6.18), insoluble below 7 of 44 (about pH 5)."""
    below = -charges(AU102, 4.9)["koivisto2016"][1]
    assert below < 7
    assert -charges(AU102, 6.5)["koivisto2016"][1] > 22


def test_independent_sites_are_the_sum_of_henderson_hasselbalch() -> None:
    """By hand: 18 sites of pKa 4.5 at pH 5 are 76 % ionised, 13.7 charges."""
    assert charges("Au25(p-MBA)18", 5.0)["zhang2026"][0] == pytest.approx(-18 / (1 + 10**-0.5))


@pytest.mark.parametrize("notation", ["Au25(p-MBSA)9(p-ATP)9", "Au25(p-MBSA)18", "Au25(p-MBA)4(p-ATP)14"])
def test_charged_groups_add_up_to_the_charge_of_independent_sites(notation: str) -> None:
    """Property: positive less negative groups are the shell's charge, under each source."""
    cluster = parse_cluster(notation)
    groups = charged_groups(cluster, 7.4)
    for charge in shell_charge(cluster, 7.4).charges:
        positive, negative = groups[charge.pka_source]
        assert positive - negative == pytest.approx(charge.independent, abs=1e-12)
        assert min(positive, negative) >= 0.0


def test_zwitterion_only_under_the_quoted_pka() -> None:
    """Z calls Au25(p-MBSA)9(p-ATP)9 zwitterionic at pH 7 with pKa 10.46; an arylamine's pKa leaves nine anions."""
    found = charges("Au25(p-MBSA)9(p-ATP)9", 7.0)
    assert found["zhang2026"][0] == pytest.approx(0.0, abs=0.01)
    assert found["mansouri2019"][0] == pytest.approx(-9.0, abs=0.05)
    assert found["martell1976"][0] == pytest.approx(-9.0, abs=0.05)
    # sulfonates around them hold protons on the amines: above the independent charge, by more with more sulfonates
    for notation, low, high in (("Au25(p-MBSA)9(p-ATP)9", -9.0, -8.0), ("Au25(p-MBSA)14(p-ATP)4", -14.0, -12.5)):
        independent, hill = charges(notation, 7.0)["mansouri2019"]
        assert low <= independent < hill < high


def test_uniform_shells_get_the_measured_numbers_and_dilute_groups_do_not() -> None:
    """Mathematical: the midpoint of a uniform shell moves by 2.02, up for acids and down for bases.

    A single carboxyl among 17 sulfonates keeps its Hill slope near 1 and is held back by them, at most by 2.02.
    """
    acids = charges("Au25(p-MBA)18", 4.16 + 2.02)["koivisto2016"][1]
    assert acids == pytest.approx(-9.0, abs=1e-6)
    bases = charges("Au25(Cysteamine)18", 10.73 - 2.02)["mansouri2019"][1]
    assert bases == pytest.approx(9.0, abs=1e-6)
    single = {ph: charges("Au25(p-MBSA)17(p-MBA)1", ph)["koivisto2016"][1] + 17 for ph in (5.18, 6.18, 7.18)}
    assert single[6.18] == pytest.approx(-0.5, abs=0.01)
    ratio = (single[7.18] / (-1 - single[7.18])) / (single[5.18] / (-1 - single[5.18]))
    assert math.log10(ratio) / 2 == pytest.approx(1.0, abs=0.05)


@given(
    st.sampled_from(["Au25(p-MBA)18", "Au25(p-MBSA)9(p-ATP)9", "Au25(SG)18", "Au102(p-MBA)44", "Au25(Cysteamine)18"]),
    st.floats(0, 14),
    st.floats(0, 14),
)
def test_charge_falls_with_ph_and_stays_within_the_sites(notation: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    at_low, at_high = charges(notation, low), charges(notation, high)
    cluster = parse_cluster(notation)
    sites = sum(pka.count * number for ligand, number in cluster.ligands for pka in ligand.pka_set(bound=True))
    for source, pair in at_low.items():
        for before, after in zip(pair, at_high[source], strict=True):
            assert after <= before + 1e-9
            assert abs(before) <= sites


def test_dense_shell_titrates_over_a_wider_range() -> None:
    """Mathematical: a Hill coefficient below one stretches 10 to 90 % ionised from 1.91 to 2.98 pH units."""
    ph = np.linspace(0, 14, 1401)
    curve = titration_curve(parse_cluster(AU102), ph)["koivisto2016"]

    def width(values: np.ndarray) -> float:
        ionised = -values / 44
        return float(np.interp(0.9, ionised, ph) - np.interp(0.1, ionised, ph))

    assert width(curve["independent"]) == pytest.approx(2 * math.log10(9), abs=0.01)
    assert width(curve["hill"]) == pytest.approx(2 * math.log10(9) / 0.64, abs=0.01)


def test_core_charge_is_stated_apart() -> None:
    found = shell_charge(parse_cluster("[Au25(p-MBSA)18]-"), 7.0)
    assert found.charges[0].independent == pytest.approx(-18.0, abs=1e-6)
    assert found.net(hill=False) == pytest.approx(-19.0, abs=1e-6)
    assert found.to_dict()["core_charge"] == -1
    assert list(found.to_dataframe().columns) == ["pka_source", "independent", "hill"]


def test_shell_without_ionisable_groups() -> None:
    found = shell_charge(parse_cluster("Au25(PET)18"), 7.0)
    assert [item.to_dict() for item in found.charges] == [{"pka_source": "none", "independent": 0.0, "hill": 0.0}]
    # quaternary ammonium: charged at every pH
    assert shell_charge(parse_cluster("Au25(C[N+](C)(C)CCCS)18"), 7.0).charges[0].hill == pytest.approx(18.0)


@pytest.mark.parametrize("ph", [-1.0, 14.5, float("nan")])
def test_ph_is_limited(ph: float) -> None:
    cluster = parse_cluster("Au25(p-MBA)18")
    with pytest.raises(InputError, match="pH"):
        shell_charge(cluster, ph)
    with pytest.raises(InputError, match="pH"):
        titration_curve(cluster, [7.0, ph])


def test_temperature_is_limited_and_warned_about() -> None:
    cluster = parse_cluster("Au25(p-MBA)18")
    assert shell_charge(cluster, 7.0, temperature=310.15).warnings == ()
    assert "25 degC" in shell_charge(cluster, 7.0, temperature=340.0).warnings[0]
    for temperature in (250.0, 400.0, float("nan")):
        with pytest.raises(InputError, match="temperature"):
            shell_charge(cluster, 7.0, temperature=temperature)


def test_figure_has_a_panel_per_cluster_with_units() -> None:
    figure = shell_charge_figure([parse_cluster("Au25(p-MBA)18"), parse_cluster("Au25(SG)18")], marked_ph=(7.0,))
    assert len(figure.axes) == 2
    assert figure.axes[0].get_ylabel() == "charge of the shell [e]"
    assert figure.axes[1].get_title(loc="left") == "Au25(GSH)18"
