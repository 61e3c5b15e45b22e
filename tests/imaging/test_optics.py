"""Light in tissue: published Monte Carlo values, diffusion against Monte Carlo, conservation, tables, visibility."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldshell.errors import AnalysisError, InputError
from goldshell.imaging.optics import (
    Camera,
    Layer,
    OpticalProperties,
    Probe,
    absorption,
    diffusion,
    properties,
    simulate_layers,
    simulate_voxels,
    tissue,
    tissue_names,
    visibility,
)
from goldshell.imaging.optics.schema import read_depth
from goldshell.imaging.optics.visibility import counts_per_micromolar, least_visible

SLAB = OpticalProperties(1.0, 9.0, 0.75, 1.0)
MUSCLE = properties(tissue("soft tissue"), 808.0)[0]


def test_slab_of_van_de_hulst() -> None:
    """Van de Hulst (1980), albedo 0.9, g 0.75, optical depth 2, matched: R 0.09739, T 0.66096."""
    light = simulate_layers([Layer(SLAB, 0.2)], 300_000)
    assert abs(light.reflectance - 0.09739) < 3 * light.reflectance_error
    assert abs(light.transmittance - 0.66096) < 3 * light.transmittance_error
    assert light.reflectance_error < 0.001


def test_half_space_of_giovanelli() -> None:
    """Giovanelli (1955): albedo 0.9, isotropic, n 1.5; all that comes back, specular included: 0.2600."""
    light = simulate_layers([Layer(OpticalProperties(1.0, 9.0, 0.0, 1.5), math.inf)], 200_000)
    assert light.specular == pytest.approx(0.04)
    assert abs(light.reflectance + light.specular - 0.2600) < 3 * light.reflectance_error


def test_three_layers_of_mcml() -> None:
    """Wang et al. (1995), table of the multi-layered medium: Rd 0.2375, Tt 0.0965 (ten runs of 50,000 packets)."""
    layers = [
        Layer(OpticalProperties(0.1, 10.0, 0.9, 1.37), 1.0),
        Layer(OpticalProperties(0.1, 1.0, 0.0, 1.37), 1.0),
        Layer(OpticalProperties(0.2, 1.0, 0.7, 1.37), 2.0),
    ]
    light = simulate_layers(layers, 200_000)
    assert light.reflectance == pytest.approx(0.2375, abs=0.003)
    assert light.transmittance == pytest.approx(0.0965, abs=0.0015)


def test_voxels_give_the_slab_too() -> None:
    light = simulate_voxels(np.zeros((80, 80, 10), int), [SLAB], 0.02, 20_000, beam_radius=0.02)
    assert abs(light.reflectance - 0.09739) < 4 * light.reflectance_error
    assert light.left == pytest.approx(0.66096, abs=0.012)
    assert light.reflectance + light.left + light.absorbed.sum() + light.specular == pytest.approx(1.0, abs=1e-9)
    assert light.image.sum() == pytest.approx(light.reflectance, rel=1e-12)


def test_voxels_see_the_media_that_they_hold() -> None:
    """Property: a black inclusion takes light that the same block without it does not absorb there."""
    labels = np.zeros((20, 20, 20), int)
    labels[8:12, 8:12, 4:8] = 1
    plain = OpticalProperties(0.01, 1.0, 0.0, 1.37)
    dark = replace(plain, absorption=1.0)
    without, with_it = (simulate_voxels(labels, [plain, one], 0.5, 20_000, seed=2) for one in (plain, dark))
    assert with_it.absorbed[labels == 1].sum() > 5 * without.absorbed[labels == 1].sum()


def test_diffusion_and_monte_carlo_agree_within_five_percent() -> None:
    """Soft tissue at 808 nm, 2 and 5 mm deep."""
    depths = np.array([2.0, 5.0])
    light = simulate_layers([Layer(MUSCLE, math.inf)], 10_000, bins=100, deepest=6.0)
    found = np.interp(depths, light.depth, light.fluence) / (1.0 - light.specular)
    assert found == pytest.approx(diffusion.fluence(MUSCLE, depths), rel=0.05)
    glow = [simulate_layers([Layer(MUSCLE, math.inf)], 6_000, source_depth=d).reflectance for d in depths]
    assert glow == pytest.approx(diffusion.escape(MUSCLE, depths), rel=0.05)


@settings(max_examples=12, deadline=None)
@given(
    mu_a=st.floats(0.02, 5.0), mu_s=st.floats(0.0, 20.0), g=st.floats(-0.9, 0.98), n=st.floats(1.0, 1.6),
    source=st.booleans(),
)  # fmt: skip
def test_light_is_conserved(mu_a: float, mu_s: float, g: float, n: float, source: bool) -> None:
    """Property: specular, reflected, transmitted and absorbed add up to 1, roulette apart."""
    layers = [Layer(OpticalProperties(mu_a, mu_s, g, n), 0.5), Layer(OpticalProperties(0.1, 2.0, 0.8, 1.4), 1.0)]
    light = simulate_layers(layers, 4000, source_depth=0.3 if source else None)
    total = light.specular * (not source) + light.reflectance + light.transmittance + light.absorbed.sum()
    assert total == pytest.approx(1.0, abs=2e-3)


def test_pure_absorber_is_beer_lambert() -> None:
    light = simulate_layers([Layer(OpticalProperties(1.0, 0.0, 0.0, 1.0), 2.0)], 100_000)
    assert abs(light.transmittance - math.exp(-2.0)) < 4 * max(light.transmittance_error, 1e-3)
    assert light.reflectance == 0.0


def test_same_seed_same_light_on_any_number_of_cores() -> None:
    one, two = (simulate_layers([Layer(SLAB, 0.2)], 5000, seed=4, cores=cores) for cores in (1, 3))
    assert one.reflectance == two.reflectance
    assert np.array_equal(one.fluence, two.fluence)
    assert simulate_layers([Layer(SLAB, 0.2)], 5000, seed=5).reflectance != one.reflectance
    blocks = [simulate_voxels(np.zeros((9, 9, 9), int), [SLAB], 0.1, 2000, cores=cores) for cores in (1, 3)]
    assert np.array_equal(blocks[0].absorbed, blocks[1].absorbed)
    assert blocks[0].reflectance == blocks[1].reflectance


def test_stated_error_is_the_scatter_of_runs() -> None:
    runs = [simulate_layers([Layer(SLAB, 0.2)], 3200, seed=seed) for seed in range(60)]
    scatter = np.std([one.reflectance for one in runs], ddof=1)
    assert np.mean([one.reflectance_error for one in runs]) == pytest.approx(scatter, rel=0.3)


def test_internal_reflection_of_haskell() -> None:
    """Haskell et al. (1994): R_eff 0.431 for n 1.33 and 0.493 for n 1.40."""
    assert diffusion.internal_reflection(1.33) == pytest.approx(0.431, abs=0.002)
    assert diffusion.internal_reflection(1.40) == pytest.approx(0.493, abs=0.002)
    assert diffusion.internal_reflection(1.0) == pytest.approx(0.0, abs=1e-9)


def test_diffusion_is_refused_where_it_does_not_hold() -> None:
    with pytest.raises(AnalysisError, match="Monte Carlo"):
        diffusion.fluence(properties(tissue("soft tissue"), 1450.0)[0], [5.0])
    with pytest.raises(AnalysisError, match="surface"):
        diffusion.escape(MUSCLE, [0.1])


def test_absorption_of_water_in_the_windows() -> None:
    """Hale & Querry (1973), k 2.89e-6 at 1.0 um and 9.89e-6 at 1.2 um, within the 20 % that tables differ by."""
    assert absorption("water", 1000.0) == pytest.approx(4 * math.pi * 2.89e-6 / 1e-3, rel=0.2)
    assert absorption("water", 1200.0) == pytest.approx(4 * math.pi * 9.89e-6 / 1.2e-3, rel=0.25)
    assert absorption("water", 1450.0) > 20 * absorption("water", 1300.0)


def test_blood_and_lipid() -> None:
    assert absorption("blood", 800.0) == pytest.approx(0.0641 * 0.1206 * 45.0)  # Meinke 2007
    assert absorption("blood", 1300.0) == pytest.approx(0.75 * absorption("water", 1300.0))
    assert absorption("blood", 1100.0) > absorption("blood", 1150.0) > absorption("water", 1150.0) * 0.5
    assert absorption("lipid", 930.0) == pytest.approx(0.0131)
    assert math.isnan(absorption("lipid", 1200.0))


@pytest.mark.parametrize("name", tissue_names())
def test_every_tissue_has_properties_and_says_what_is_unknown(name: str) -> None:
    medium = tissue(name)
    near, warnings = properties(medium, 1050.0)
    assert near.absorption > 0
    assert near.reduced_scattering > 0
    assert warnings == ()
    assert any("lipid" in text for text in properties(medium, 1500.0)[1])


def test_least_visible_is_at_the_threshold() -> None:
    """Property: signal over noise at the least visible concentration is the threshold."""
    camera = Camera(0.7, 0.05, 0.3, 0.1, dark=100.0, read_noise=30.0, background=20.0)
    least = least_visible([50.0], camera, [0.5], threshold=5.0)[0, 0]
    signal = 50.0 * least * 0.5
    assert signal / math.sqrt(signal + 120.0 * 0.5 + 900.0) == pytest.approx(5.0)


def test_counts_follow_the_chain_by_hand() -> None:
    """By hand for 1e4 1/(M cm) and 1 mW/mm2 at 808 nm: sigma 3.82e-15 mm2, 4.07e15 photons/(s mm2), 15.6 1/s."""
    camera = Camera(1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
    found = counts_per_micromolar([1.0], [1.0], Probe(1e4, 1.0), camera, 1.0)[0]
    absorbed = 1e4 * math.log(10) * 1e3 / 6.02214076e23 * 1e2 * 1e-3 / (6.62607015e-34 * 2.99792458e8 / 808e-9)
    assert found == pytest.approx(absorbed * 6.02214076e11, rel=1e-12)  # 1 uM is 6.02e11 clusters per mm3
    assert absorbed == pytest.approx(15.55, rel=2e-3)


def test_deeper_needs_more_longer_exposure_less() -> None:
    camera = Camera(0.7, 0.05, 0.3, 0.1, dark=100.0, read_noise=30.0)
    found = visibility(
        tissue("soft tissue"),
        Probe(8e3, 0.01, emission=1064.0),
        camera,
        [4.0, 6.0, 12.0],
        [0.1, 1.0, 10.0],
        photons=2000,
    )
    assert set(found.method) == {"diffusion"}
    assert np.all(np.diff(found.least, axis=1) > 0)
    assert np.all(np.diff(found.least, axis=0) < 0)
    assert np.all((found.least_low < found.least) & (found.least < found.least_high))


DEPTH = """\
tissue: soft tissue
probe: {molar_absorption: 8000 1/(M*cm), quantum_yield: 0.01, excitation: 808 nm, emission: 1050 nm}
camera: {irradiance: 70 mW/cm^2, numerical_aperture: 0.05, throughput: 0.3, pixel: 100 um, dark: 100 1/s, read_noise: 3}
depths: [3 mm, 5 mm]
exposures: [100 ms, 1 s]
"""


def test_the_file_and_its_errors(tmp_path: Path) -> None:
    path = tmp_path / "depth.yaml"
    path.write_text(DEPTH)
    problem = read_depth(path)
    assert problem.camera.irradiance == pytest.approx(0.7)
    assert problem.file.exposures == [0.1, 1.0]
    for old, new, expected in (
        ("soft tissue", "soft tisue", "soft tissue"),
        ("808 nm", "300 nm", "at least 700"),
        ("0.3,", "3,", "throughput"),
        ("3 mm", "-3 mm", "above 0"),
        ("3 mm", "3 s", "mm"),
    ):
        path.write_text(DEPTH.replace(old, new))
        with pytest.raises(InputError, match=expected):
            read_depth(path)


@pytest.mark.parametrize(
    "call",
    [
        lambda: simulate_layers([], 100),
        lambda: simulate_layers([Layer(SLAB, 0.0)], 100),
        lambda: simulate_layers([Layer(SLAB, math.inf), Layer(SLAB, 1.0)], 100),
        lambda: simulate_layers([Layer(SLAB, 1.0)], 100, source_depth=2.0),
        lambda: OpticalProperties(math.nan, 1.0),
        lambda: simulate_voxels(np.zeros((2, 2)), [SLAB], 1.0),  # type: ignore[arg-type]
        lambda: simulate_voxels(np.full((2, 2, 2), 1), [SLAB], 1.0),
        lambda: simulate_voxels(np.zeros((2, 2, 2), int), [SLAB, OpticalProperties(1, 1, 0, 1.4)], 1.0),
        lambda: tissue("mucle"),
        lambda: absorption("water", 300.0),
        lambda: Probe(0.0, 0.1),
        lambda: Camera(1.0, 2.0, 0.5, 0.1, 0.0, 0.0),
    ],
)
def test_what_cannot_be_is_refused(call: Any) -> None:
    with pytest.raises(InputError):
        call()
