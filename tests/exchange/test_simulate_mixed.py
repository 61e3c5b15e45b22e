"""Several incoming ligands: lumping to level 1, the exact multinomial, equilibrium, balances, the command."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import multinomial

from goldshell.errors import InputError
from goldshell.exchange import Experiment, MixedExperiment, Withdrawal, make_experiment, simulate, simulate_mixed
from goldshell.exchange.figures_mixed import courses_figure, triangle_figure
from goldshell.exchange.mixed_kernels import entry_count, mixed_jacobian, mixed_rates
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.several_ligands import Parameters, compositions
from goldshell.exchange.simulate_mixed import Entering, LigandFlow, mixed_coefficients
from goldshell.plotting import to_svg

EXAMPLE = Path(__file__).parents[2] / "src/goldshell/exchange/examples/three_ligands.yaml"
TRANSPORT = (3.0, 8e-10, 2e-9)
TWO_PHASE = {"solvent": "ethyl acetate", "organic_mL": 1.5}
RICH = {
    "k_exchange": 20.0, "cooperativity": 0.05, "cooperativity_reverse": 0.4, "cooperativity_quadratic": 0.002,
    "class_affinity": 0.5, "class_rate": 2.0, "released_fraction": 0.2, "k_disulfide": 0.1, "etching_outgoing": 0.5,
    "cluster_partition_growth": 1.5, "k_etching": 0.02,
}  # fmt: skip


def vial(*, two_phase: bool = True, **others) -> Experiment:
    given = {"cluster_mM": 0.025, "water_mL": 2.0, **(TWO_PHASE if two_phase else {}), **others}
    made = make_experiment("Au25(p-MBSA)18", "p-MBA", **given)
    return dataclasses.replace(made, incoming_transport=TRANSPORT, times_h=tuple(np.linspace(0.0, 1.0, 11)))


def several(base: Experiment, *shares: float, amount: float = 0.9, start=None, **own) -> MixedExperiment:
    """The incoming ligand of a vial given as several, in shares of the same amount."""
    entering = []
    for j, share in enumerate(shares, start=1):
        water, organic = (0.0, amount * share) if base.organic_mL else (amount * share, 0.0)
        entering.append(Entering(f"B{j}", water, organic, base.incoming_transport, own.get(f"B{j}", {})))
    return MixedExperiment(base, tuple(entering), start or (0,) * len(shares))


@pytest.mark.parametrize("law", ["langmuir", "power_law", "mass_action"])
@pytest.mark.parametrize("two_phase", [True, False])
def test_alike_ligands_lump_to_level_1(law: str, two_phase: bool) -> None:
    """Mathematical property: n1 + n2 of ligands that are alike follows the binary model, every term on."""
    base = vial(two_phase=two_phase, exchange_law=law, etching_law=law)
    base = dataclasses.replace(base, sites=9, site_classes=(6, 3), initial_shell=(1.0,) + (0.0,) * 9)
    amount = {"organic_ligand_mM": 0.9} if two_phase else {"water_ligand_mM": 0.9}
    binary = simulate(
        dataclasses.replace(base, **amount), well_mixed.Parameters(**RICH), integrator="cvode", rtol=1e-10
    )
    for shares in ((0.3, 0.7), (1.0, 0.0)):
        mixed = simulate_mixed(several(base, *shares), Parameters(**RICH), rtol=1e-10)
        assert mixed.total() == pytest.approx(binary.composition, abs=1e-7)
        assert mixed.intact_fraction == pytest.approx(binary.intact_fraction, abs=1e-7)
        assert mixed.interphase_share == pytest.approx(binary.interphase_share, abs=1e-7)
        for region, ligands in binary.free_mM.items():
            found = mixed.free_mM[region]
            assert found["p-MBSA"] == pytest.approx(ligands["outgoing"], abs=1e-7)
            assert found["B1"] + found["B2"] == pytest.approx(ligands["incoming"], abs=1e-7)
        means = mixed.mean_n()
        assert means["B1"] * shares[1] == pytest.approx(means["B2"] * shares[0], abs=1e-7)


def test_a_ligand_like_the_outgoing_one_lumps_with_it() -> None:
    """Mathematical property: with K = 1 and its own k = k_self, B2 is A; P(n1) follows level 1 with A + B2 outgoing."""
    base = vial(two_phase=False, exchange_law="langmuir", water_outgoing_mM=0.0)
    values = {"k_exchange": 12.0, "equilibrium_constant": 2.0, "k_etching": 0.0}
    mixed = MixedExperiment(
        base,
        (Entering("B1", 0.5, 0.0, TRANSPORT), Entering("B2", 0.4, 0.0, base.outgoing_transport,
         {"k_exchange": 7.0, "equilibrium_constant": 1.0})),
        (0, 0),
    )  # fmt: skip
    found = simulate_mixed(mixed, Parameters(**values, k_self=7.0), rtol=1e-10)
    binary = simulate(
        dataclasses.replace(base, water_ligand_mM=0.5, water_outgoing_mM=0.4), well_mixed.Parameters(**values),
        integrator="cvode", rtol=1e-10,
    )  # fmt: skip
    assert found.marginal("B1") == pytest.approx(binary.composition, abs=1e-7)


def test_equivalent_sites_in_excess_ligand_are_the_exact_multinomial() -> None:
    """Mathematical property: each site is a Markov chain of its own, so P is multinomial with p(t) = expm(Q t)."""
    k, constants, k_self = np.array([3.0, 8.0]), np.array([2.0, 0.5]), 5.0
    free = np.array([1e6, 0.6e6, 0.3e6])  # A, B1, B2 in mM: so much that exchange does not change them
    law = vial(
        two_phase=False, site_classes=(18,), exchange_law="mass_action", water_outgoing_mM=free[0], cluster_mM=1e-6
    )
    own = [
        dict(zip(("k_exchange", "equilibrium_constant"), pair, strict=True)) for pair in zip(k, constants, strict=True)
    ]
    entering = tuple(Entering(f"B{j}", free[j], 0.0, TRANSPORT, own[j - 1]) for j in (1, 2))
    experiment = MixedExperiment(law, entering, (0, 0))
    times = np.array([0.0, 1e-8, 5e-8, 2e-7, 1e-5])
    found = simulate_mixed(experiment, Parameters(k_etching=0.0, k_self=k_self), times=times)
    enter, leave = np.array([k_self, *k]), np.array([1.0, *(k / constants / k_self)])
    rates = np.outer(leave, enter * free)
    np.fill_diagonal(rates, 0.0)
    rates -= np.diag(rates.sum(axis=1))
    states = np.column_stack([18 - found.states.sum(axis=1), found.states])
    for row, time in enumerate(times):
        site = np.array([1.0, 0.0, 0.0]) @ expm(rates * time)
        exact = multinomial.pmf(states, 18, np.maximum(site, 1e-300))
        assert found.composition[row] == pytest.approx(exact, abs=2e-7)


def test_equilibrium_of_a_closed_pot() -> None:
    """Mathematical property: n_j / n_A = K_j B_j / A for every ligand, with the free ligands that remain."""
    base = vial(two_phase=False, exchange_law="mass_action")
    own = {"B1": {"equilibrium_constant": 0.7}, "B2": {"equilibrium_constant": 9.0, "k_exchange": 500.0}}
    found = simulate_mixed(
        several(base, 0.5, 0.5, amount=0.6, start=(3, 0), **own), Parameters(k_exchange=900.0, k_etching=0.0),
        times=[0.0, 40.0],
    )  # fmt: skip
    means = {name: values[-1] for name, values in found.mean_n().items()}
    left = 18.0 - sum(means.values())
    water = {name: values[-1] for name, values in found.free_mM["water"].items()}
    for name, constant in (("B1", 0.7), ("B2", 9.0)):
        assert means[name] / left == pytest.approx(constant * water[name] / water["p-MBSA"], rel=1e-6)
    assert found.mean_n()["B1"][0] == 3.0


@settings(max_examples=12, deadline=None)
@given(
    k=st.tuples(*[st.floats(0.1, 300.0)] * 2),
    constants=st.tuples(*[st.floats(0.05, 50.0)] * 2),
    etching=st.floats(0.0, 0.1),
    released=st.floats(0.0, 1.0),
    thiol=st.floats(0.0, 2.0),
    two_phase=st.booleans(),
    law=st.sampled_from(["langmuir", "power_law", "mass_action"]),
)
def test_gold_and_each_ligand_are_balanced(k, constants, etching, released, thiol, two_phase, law) -> None:
    """Property of issue 3: 1e-9 relative at every output time, with additions and aliquots, for random parameters."""
    base = vial(two_phase=two_phase, exchange_law=law)
    own = {f"B{j}": {"k_exchange": k[j - 1], "equilibrium_constant": constants[j - 1]} for j in (1, 2)}
    small = dataclasses.replace(
        base, sites=5, site_classes=(5,), initial_shell=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0), gold_atoms=10
    )
    experiment = dataclasses.replace(
        several(small, 0.4, 0.6, start=(1, 0), **own),
        flows=(LigandFlow(0.2, 0.3, 0.5, "water", {"B2": 1.0, "p-MBSA": 0.2}, 0.05),),
        aliquots=(Withdrawal(0.0, 0.1), Withdrawal(0.6, 0.4)),
    )
    values = {"k_etching": etching, "released_fraction": released, "thiol_per_gold": thiol, "k_disulfide": 0.3}
    found = simulate_mixed(experiment, Parameters(**values))
    assert max(found.balances.values()) < 1e-9
    there = found.intact_fraction > 1e-4  # without clusters there is no composition
    assert found.composition[there].sum(axis=1) == pytest.approx(1.0, abs=1e-9)
    assert found.composition[there].min() > -1e-9


@pytest.mark.parametrize("law", ["langmuir", "power_law", "mass_action"])
def test_jacobian_is_the_derivative_of_the_rates(law: str) -> None:
    base = vial(exchange_law=law, etching_law=law)
    experiment = several(base, 0.4, 0.3, 0.3, B2={"k_exchange": 4.0, "cluster_partition_growth": 2.0})
    experiment = dataclasses.replace(
        experiment, vial=dataclasses.replace(base, sites=4, site_classes=(4,), initial_shell=(1.0, 0, 0, 0, 0))
    )
    values = {name: value for name, value in RICH.items() if not name.startswith("class_")}
    values |= {"film_water": 5.0, "film_organic": 5.0, "drop_diameter": 0.1, "interphase_thickness": 1e-3}  # slow films
    co = mixed_coefficients(experiment, Parameters(**values), compositions(4, 3))
    states, ligands = co.counts.shape
    size = 2 * states + 5 * ligands + 1
    y = np.random.default_rng(1).uniform(0.01, 0.1, size)
    rows, columns, numbers = np.empty(entry_count(co), int), np.empty(entry_count(co), int), np.empty(entry_count(co))
    slopes = np.empty((2, size))
    count = mixed_jacobian(co, 0.3, y, rows, columns, numbers, slopes)
    full = np.zeros((size, size))
    np.add.at(full, (rows[:count], columns[:count]), numbers[:count])
    for region in range(2):
        full[:, region : 2 * states : 2] += slopes[region][:, None]
    up, down = np.empty(size), np.empty(size)
    for j in range(size):
        step = 1e-6 * y[j]
        moved = y.copy()
        moved[j] += step
        mixed_rates(co, 0.3, moved, up)
        moved[j] -= 2.0 * step
        mixed_rates(co, 0.3, moved, down)
        slope = (up - down) / (2.0 * step)
        assert full[:, j] == pytest.approx(slope, rel=1e-5, abs=1e-6 * np.abs(slope).max() + 1e-9)


def test_one_ligand_after_the_other() -> None:
    """Meaning: before the addition starts there is nothing of the second ligand."""
    base = vial(two_phase=False)
    experiment = dataclasses.replace(
        several(base, 1.0, 0.0, amount=0.4), flows=(LigandFlow(0.5, 0.1, 0.2, "water", {"B2": 6.0}),)
    )
    means = simulate_mixed(experiment, Parameters(k_exchange=30.0)).mean_n()
    assert np.all(means["B2"][:6] == 0.0)
    assert means["B2"][-1] > 1.0


def test_what_the_model_does_not_have() -> None:
    base = vial()
    with pytest.raises(InputError, match="micromixing"):
        simulate_mixed(several(base, 0.5, 0.5), Parameters(micromixing=0.5))
    with pytest.raises(InputError, match="33649 compositions"):
        simulate_mixed(several(base, *[0.2] * 5))
    with pytest.raises(InputError, match="cannot take 2 mL"):
        simulate_mixed(dataclasses.replace(several(base, 0.5, 0.5), aliquots=(Withdrawal(0.5, 2.0),)))


def test_the_command(goldshell: Callable, tmp_path: Path) -> None:
    done = goldshell("exchange", "simulate", EXAMPLE, "--figures", tmp_path, "--json")
    assert done.code == 0, done.err
    out = done.json
    assert out["incoming"] == ["p-MBA", "p-ATP"]
    assert np.asarray(out["states"]).shape == (190, 2)
    shares = np.asarray(out["composition"])
    assert shares.shape == (61, 190)
    states = np.asarray(out["states"])
    for j, name in enumerate(out["incoming"]):
        assert out["mean_n"][name] == pytest.approx((shares @ states[:, j]).tolist())
        assert np.asarray(out["marginals"][name]) @ np.arange(19) == pytest.approx(out["mean_n"][name], abs=1e-9)
    assert np.add(*out["mean_n"].values()) == pytest.approx(out["total"]["mean_n"])
    assert set(out["balances"]) == {"gold", "p-MBSA", "p-MBA", "p-ATP"}
    assert {item.name for item in tmp_path.iterdir()} == {"composition.svg", "courses.svg"}
    plain = goldshell("exchange", "simulate", EXAMPLE)
    assert plain.code == 0
    assert "of 190 compositions" in plain.out


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("ligand: p-ATP", "ligand: p-ATPP"), "did you mean p-ATP"),
        (("ligand: p-ATP", "ligand: p-MBA"), "stands twice"),
        (("k_exchange: 6 1/h", "k_exchange: 6 mM"), "not a quantity in 1/h"),
        (("k_exchange: 6 1/h", "k_etching: 6 mM/h"), "unknown parameter of one ligand"),
        (("cluster: 0.025 mM", "cluster: 0.025 mM, ligand: 1 mM"), "write amounts there"),
        (("Au25(p-MBSA)18", "Au25(p-MBA)18"), "no ligand that is not incoming"),
        (("Au25(p-MBSA)18", "Au25(p-MBSA)16(GSH)2"), "2 ligands that are not incoming"),
        (("k_self: 3 1/h", "k_slef: 3 1/h"), "did you mean k_self"),
        (("organic: 0.5 mM", "orgnic: 0.5 mM"), "did you mean organic"),
        (("time: 1 h", "time: 0 h"), "above 0"),
    ],
)
def test_bad_input_is_one_line(goldshell: Callable, tmp_path: Path, change: tuple, problem: str) -> None:
    file = tmp_path / "vial.yaml"
    file.write_text(EXAMPLE.read_text().replace(*change))
    done = goldshell("exchange", "simulate", file)
    assert done.code == 2
    assert len(done.err.strip().splitlines()) == 1
    assert problem in done.err


def test_figures() -> None:
    result = simulate_mixed(several(vial(), 0.4, 0.6), Parameters(k_exchange=30.0))
    triangle = triangle_figure(result, times=(0.1, 1.0))
    assert len(triangle.axes) == 3
    assert "18 B2" in to_svg(triangle)
    assert "all incoming" in to_svg(courses_figure(result))


def test_in_a_study(tmp_path: Path) -> None:
    from goldshell.study import run_study

    (tmp_path / "vial.yaml").write_text(EXAMPLE.read_text())
    (tmp_path / "study.yaml").write_text(
        "name: three\ntitle: Three ligands\nanalyses: [{id: vial, kind: exchange_simulate, file: vial.yaml}]\n"
    )
    result = run_study(tmp_path, tmp_path / "out")
    assert result.status == "done", result.failures
    assert "p-MBA" in result.analyses[0]["summary"][0]
    assert "p-ATP" in result.analyses[0]["summary"][0]
