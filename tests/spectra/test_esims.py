"""Whole analyses: synthetic spectra of an independent generator, the real spectra of Au25(p-MBA)18, refusals."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from goldshell.errors import AnalysisError, InputError
from goldshell.plotting import to_svg
from goldshell.spectra import EsiMsResult, Spectrum, analyse_spectrum, read_spectrum
from goldshell.spectra import figures as draw
from goldshell.spectra.esi_ms.sharing import share_out

GENERATOR = Path(__file__).resolve().parents[1] / "reference" / "esi_ms_generator.py"
N = np.arange(19)


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("esi_ms_generator", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


generator = _generator()


@functools.cache
def usual() -> Any:
    """The spectrum that most tests look at: binomial, 5- and 6-, 0.3 % noise, 7 ppm off."""
    return made()


@functools.cache
def usual_result() -> EsiMsResult:
    return analysed(usual())


def made(**values: Any) -> Any:
    base: dict[str, Any] = {"fractions": generator.trimmed(generator.binomial(0.35)), "charges": {5: 0.6, 6: 0.4},
                            "noise": 0.003, "offset_ppm": 7.0, "points": 16000}  # fmt: skip
    return generator.make(generator.Case("case", **{**base, **values}))


def analysed(spectrum: Any, **options: Any) -> EsiMsResult:
    return analyse_spectrum(Spectrum(spectrum.mz, spectrum.intensity), "Au25(p-MBSA)18", "p-MBA", **options)


def values(result: EsiMsResult) -> np.ndarray:
    return np.array([item.value for item in result.fractions])


def scores(cases: list[Any]) -> tuple[list[str], list[bool], list[bool]]:
    """Cases out of tolerance, whether each true fraction of 0.01 or more is covered, each absent one excluded."""
    missed, covered, excluded = [], [], []
    for case in cases:
        result = analysed(generator.make(case))
        truth = case.fractions
        if np.abs(values(result) - truth).max() >= 0.01 or abs(result.mean_n.value - N @ truth) >= 0.03:
            missed.append(case.name)
        for item, true in zip(result.fractions, truth, strict=True):
            if true >= 0.01:
                covered.append(item.low <= true <= item.high)
            elif true == 0:
                excluded.append(item.low > 0)
    return missed, covered, excluded


def test_synthetic_spectra_of_some_shapes() -> None:
    """Known composition: narrow, broad and pure, at up to 1 % noise, with fewer points than the benchmark."""
    cases = [
        dataclasses.replace(case, points=20000) for case in generator.cases() if case.name[:2] in {"01", "27", "30"}
    ]
    missed, covered, excluded = scores(cases)
    assert not missed
    assert np.mean(covered) >= 0.85
    assert np.mean(excluded) <= 0.1


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20260101, 7, 8, 9, 101, 102, 103])
def test_synthetic_benchmark(seed: int) -> None:
    """Known composition: 40 cases each; intervals cover at least 90 % of the true, at most 10 % of absent appear.

    Seeds 101 and 103 played no part in development.
    """
    missed, covered, excluded = scores(generator.cases(seed))
    assert not missed
    assert np.mean(covered) >= 0.9
    assert np.mean(excluded) <= 0.1


def test_ions_share_what_shells_have_in_common() -> None:
    """Mathematical: exact products stay; an ion under something else takes what the others predict."""
    f, g = np.array([0.02, 0.4, 0.58]), np.array([0.5, 0.3, 0.2])
    amounts = np.outer(f, g).ravel()
    shell, channel = np.repeat(np.arange(3), 3), np.tile(np.arange(3), 3)
    place = np.array([-0.1, 0.0, 0.1])[shell]
    spread = np.diag(np.full(9, 1e-8))
    alone = np.zeros(9, bool)
    found = share_out(amounts, spread, shell, channel, place, alone)
    np.testing.assert_allclose(found.amounts, amounts, atol=1e-6)
    assert found.scatter < 0.05
    covered = amounts.copy()
    covered[2] += 0.004
    robust = share_out(covered, spread, shell, channel, place, alone)
    assert robust.under == (2,)
    assert robust.amounts[2] == pytest.approx(amounts[2], abs=3e-4)


def test_calibration_resolution_and_core_charge_are_found() -> None:
    """What the generator was given: shift 7 ppm, R 15000, 30 % of core charge 0, 34S 0.0435."""
    result = analysed(made(neutral_core=0.3, sulfur34=0.0435))
    assert result.calibration_ppm == pytest.approx(7.0, abs=0.3)
    assert result.resolution == pytest.approx(15000, rel=0.02)
    assert result.core_charge[0].value == pytest.approx(0.3, abs=0.01)
    assert result.instrument.sulfur34 == pytest.approx(0.0435, abs=0.0003)
    assert result.unexplained_fraction < 0.01


@pytest.mark.slow
def test_intervals_can_be_left_out_and_do_not_move_values() -> None:
    without, with_limits = analysed(usual(), intervals=False), usual_result()
    np.testing.assert_allclose(values(without), values(with_limits))
    assert np.isnan(without.fractions[6].low)
    assert with_limits.fractions[6].low < with_limits.fractions[6].value < with_limits.fractions[6].high


def test_result_does_not_depend_on_the_unit_of_intensity() -> None:
    """Mathematical: intensities in another unit give the same fractions."""
    spectrum = usual()
    scaled = analyse_spectrum(Spectrum(spectrum.mz, 1e-6 * spectrum.intensity), "Au25(p-MBSA)18", "p-MBA")
    np.testing.assert_allclose(values(scaled), values(usual_result()), atol=1e-5)


def test_swapping_the_roles_of_the_ligands_mirrors_the_composition() -> None:
    """Mathematical: n counted from the other end."""
    spectrum = usual()
    other = analyse_spectrum(Spectrum(spectrum.mz, spectrum.intensity), "Au25(p-MBA)18", "p-MBSA")
    np.testing.assert_allclose(values(other)[::-1], values(usual_result()), atol=1e-4)


def test_response_weighs_the_signals() -> None:
    """By hand: f_n r^(-n/18), scaled to one."""
    spectrum = usual()
    plain, weighed = values(usual_result()), values(analysed(spectrum, response=2.0))
    expected = plain * 2.0 ** (-N / 18)
    np.testing.assert_allclose(weighed, expected / expected.sum(), atol=1e-9)


REAL = {
    "panel_9_z3": (2, -1),
    "panel_8_z4": (3, -1),
    "panel_7_z5": (4, -1),
    "panel_4_z7": (7, 0),
}


@pytest.mark.parametrize(("name", "incoming"), [*((name, "p-MBSA") for name in REAL), ("panel_7_z5", None)])
def test_real_windows(shared: Path, name: str, incoming: str | None) -> None:
    """Published spectra of Au25(p-MBA)18: protons lost and core charge as an independent fit found them."""
    lost, core = REAL[name]
    path = shared / "data" / "esi_ms_au25_pmba18" / f"{name}.csv"
    result = analyse_spectrum(read_spectrum(path), "Au25(p-MBA)18", incoming)
    assert result.assignments[0].hydrogens_lost == lost
    assert result.core_charge[core].value >= 0.93
    assert result.r_squared > 0.99
    assert abs(result.calibration_ppm) < 10
    assert result.fractions[0].value == 1.0


def test_real_mixture_of_core_charges(shared: Path) -> None:
    """About 54 : 46 of core charges -1 and 0, within 5 points."""
    path = shared / "data" / "esi_ms_au25_pmba18" / "panel_6_z6.csv"
    result = analyse_spectrum(read_spectrum(path), "Au25(p-MBA)18", "p-MBSA")
    assert result.core_charge[-1].value == pytest.approx(0.54, abs=0.05)
    assert {item.hydrogens_lost for item in result.assignments} == {5, 6}
    assert result.r_squared > 0.99
    assert abs(result.calibration_ppm) < 10


def test_real_larger_cluster(shared: Path) -> None:
    """Au28(p-MBA)20, 7-: the cluster fits, Au25(p-MBA)18 does not."""
    spectrum = read_spectrum(shared / "data" / "esi_ms_au25_pmba18" / "panel_5_z7.csv")
    result = analyse_spectrum(spectrum, "Au28(p-MBA)20", core_charges=[-1, 0, 1])
    assert result.r_squared > 0.99
    with pytest.raises(AnalysisError):
        analyse_spectrum(spectrum, "Au25(p-MBA)18")


def test_wrong_polarity_is_said() -> None:
    spectrum = usual()
    with pytest.raises(AnalysisError, match="recorded in positive mode"):
        analyse_spectrum(Spectrum(spectrum.mz, spectrum.intensity, polarity="positive"), "Au25(p-MBSA)18", "p-MBA")
    with pytest.raises(AnalysisError, match="fits negative ions better"):
        analysed(spectrum, polarity="positive")


@pytest.mark.parametrize(
    ("cluster", "incoming"), [("Au25(GSH)18", "p-MBA"), pytest.param("Au25(p-MBSA)18", "p-ATP", marks=pytest.mark.slow)]
)
def test_wrong_ligand_is_said(cluster: str, incoming: str) -> None:
    spectrum = usual()
    with pytest.raises(AnalysisError, match=r"do not match|no ion|explain little|no isotope"):
        analyse_spectrum(Spectrum(spectrum.mz, spectrum.intensity), cluster, incoming)


def test_low_resolution_is_said() -> None:
    with pytest.raises(AnalysisError, match="too low"):
        analysed(made(resolution=700.0))


def test_saturation_is_said_and_survived() -> None:
    """Clipped at 60 % of the base peak: the clipped points are left out and the mean stays."""
    spectrum = usual()
    clipped = Spectrum(spectrum.mz, np.minimum(spectrum.intensity, 0.6 * spectrum.intensity.max()))
    result = analyse_spectrum(clipped, "Au25(p-MBSA)18", "p-MBA")
    assert any("saturated" in warning for warning in result.warnings)
    assert result.mean_n.value == pytest.approx(N @ spectrum.case.fractions, abs=0.05)


def test_centroids_are_said() -> None:
    spectrum = usual()
    y = spectrum.intensity
    tops = np.flatnonzero((y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:]) & (y[1:-1] > 0.02 * y.max())) + 1
    with pytest.raises(AnalysisError, match="centroids"):
        analyse_spectrum(Spectrum(spectrum.mz[tops], y[tops]), "Au25(p-MBSA)18", "p-MBA")
    with pytest.raises(AnalysisError, match="centroids"):
        analyse_spectrum(Spectrum(spectrum.mz, y, mode="centroid"), "Au25(p-MBSA)18", "p-MBA")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"charges": [0]}, "between 1 and 60"),
        ({"polarity": "minus"}, "polarity"),
        ({"response": -1.0}, "above zero"),
        ({"response": float("nan")}, "above zero"),
        ({"level": 1.0}, "between 0 and 1"),
    ],
)
def test_bad_options(options: dict[str, Any], message: str) -> None:
    spectrum = Spectrum(np.linspace(1500, 1600, 2000), np.ones(2000))
    with pytest.raises(InputError, match=message):
        analyse_spectrum(spectrum, "Au25(p-MBSA)18", "p-MBA", **options)


def test_figures_show_the_result() -> None:
    result = usual_result()
    assert "m/z [Th]" in to_svg(draw.spectrum_figure(result))
    assert "5-" in to_svg(draw.window_figure(result))
    assert "binomial of the same mean" in to_svg(draw.composition_figure(result))
    assert "H lost" in to_svg(draw.assignment_figure(result))


def test_command_prints_the_contract(goldshell: Any, tmp_path: Path) -> None:
    """Keys of the contract, one fraction for each n, charges and figures as asked."""
    spectrum = usual()
    path = tmp_path / "spectrum.csv"
    np.savetxt(path, np.c_[spectrum.mz, spectrum.intensity], delimiter=",", header="mz,intensity", comments="")
    words = ["esims", path, "--cluster", "Au25(p-MBSA)18", "--incoming", "p-MBA", "--charges", "5:6"]
    done = goldshell(*words, "--json", "--figures", tmp_path / "figures")
    assert done.code == 0
    found = done.json
    assert found["schema"] == 1
    assert [item["n"] for item in found["composition"]] == list(range(19))
    assert set(found["mean_n"]) == {"value", "low", "high", "unit"}
    assert {item["z"] for item in found["per_charge"]} == {5, 6}
    assert set(found["core_charge"]) == {"-1", "0"}
    assert {"formula", "z", "mz", "intensity"} <= set(found["assignments"][0])
    for key in ("calibration_ppm", "resolution", "unexplained_fraction", "merged", "dispersion_index"):
        assert key in found
    assert len(list((tmp_path / "figures").glob("*.svg"))) == 4
    plain = goldshell(*words, "--no-bootstrap")
    assert plain.code == 0
    assert "mean n" in plain.out
    assert "nan" not in plain.out
    assert goldshell(*words[:-1], "x:y", "--json").code == 2
    assert "between 1 and 60" in goldshell(*words[:-1], "1:1000000000").err
    unknown = goldshell("esims", path, "--cluster", "Au25(p-MBSA)18", "--incoming", "p-MBB", "--json")
    assert unknown.code == 2
    assert "p-MBA" in unknown.json["error"]["hint"]
