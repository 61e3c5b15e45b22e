"""CT lines, Patlak fits (OSIPI's cases), decay correction, ratios, NIR-II performance, heat."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.imaging import ct, mri, nir2, nuclear, photoacoustic
from goldshell.statistics import ratio_of_means

OSIPI = Path(__file__).parent.parent / "reference" / "osipi_patlak.csv"


def osipi() -> list[Any]:
    lines = OSIPI.read_text().splitlines()
    truth = [[float(cell) for cell in line.split(":")[1].split()] for line in lines[:2]]
    data = np.genfromtxt(lines[2:], delimiter=",", names=True)
    return [
        pytest.param(
            data["t"], data[f"tissue_{k}"], data[f"artery_{k}"], truth[0][k - 1], truth[1][k - 1], id=f"case {k}"
        )
        for k in range(1, 10)
    ]


@pytest.mark.parametrize(("time", "tissue", "artery", "vp", "ps"), osipi())
def test_patlak_recovers_osipi(time: Any, tissue: Any, artery: Any, vp: float, ps: float) -> None:
    """OSIPI's tolerances: vp 0.025 absolute; ps 0.005 absolute and 10 % relative."""
    fit = photoacoustic.patlak(time, tissue, artery)
    assert fit.blood_fraction.value == pytest.approx(vp, abs=0.025)
    assert abs(fit.filtration.value - ps) <= 0.005 + 0.1 * ps


def test_patlak_intervals_cover() -> None:
    """Property: with white noise the 95 % interval holds the truth 95 % of the time."""
    random, inside = np.random.default_rng(2), 0
    time = np.arange(0.0, 90.0, 1.0)
    artery = time * np.exp(-time / 12.0)
    integral = np.concatenate([[0.0], np.cumsum(0.5 * (artery[1:] + artery[:-1]))])
    clean = 0.2 * artery + 0.26 / 60.0 * integral
    for _ in range(300):
        fit = photoacoustic.patlak(time, clean + random.normal(0, 0.05, time.size), artery)
        inside += fit.filtration.low <= 0.26 <= fit.filtration.high
    assert 0.92 < inside / 300 < 0.98


def test_patlak_finds_a_delay_and_sees_outflow() -> None:
    time = np.arange(0.0, 120.0, 1.0)
    artery = np.where(time > 5, (time - 5) * np.exp(-(time - 5) / 12.0), 0.0)
    shifted = np.interp(time - 4.0, time, artery, left=0.0)
    integral = np.concatenate([[0.0], np.cumsum(0.5 * (shifted[1:] + shifted[:-1]))])
    kidney = 0.3 * shifted + 0.5 / 60.0 * integral
    fit = photoacoustic.patlak(time, kidney, artery, find_delay=True)
    assert fit.delay == pytest.approx(4.0, abs=0.05)
    assert fit.filtration.value == pytest.approx(0.5, rel=0.01)
    leaking = kidney * np.exp(-np.maximum(time - 40.0, 0.0) / 60.0)
    assert any("outflow" in text for text in photoacoustic.patlak(time, leaking, artery).warnings)


def test_rates_of_the_review_look_swapped() -> None:
    found = photoacoustic.published_rates()
    assert found["looks_swapped"] is True
    assert found["ratio"] == pytest.approx(0.57 / 0.26)


def test_ct_slopes_of_the_review() -> None:
    """S: 17.85 / 4.15 = 4.3; 845 HU / 9 mg/mL = 93.9 HU mL/mg, which is 18.5 HU/mM: 17.85 is near it in HU/mM."""
    found = ct.published_slopes()
    assert found.ratio == pytest.approx(4.3, rel=2e-3)
    assert found.particles_per_millimolar == pytest.approx(845 / 9 * 0.19696657)
    line = ct.ct_line([0, 1, 2, 4, 8.0], [12.0, 30.1, 47.5, 83.6, 154.9], unit="mM")
    assert line.slope.unit == "HU/mM"
    assert line.slope.low < 17.85 < line.slope.high


def test_decay_correction_inverts_decay() -> None:
    """Property: after one half-life half is left; correction brings it back."""
    hours = nuclear.half_life("198Au")
    assert hours / 24 == pytest.approx(2.695, abs=0.002)  # SCIENCE: 2.695 d
    assert nuclear.half_life("64Cu") == pytest.approx(12.7, abs=0.01)
    assert nuclear.decay_corrected([50.0, 25.0], [hours, 2 * hours], "198Au") == pytest.approx([100.0, 100.0])
    dose = nuclear.percent_injected_dose_per_gram(25.0, 1000.0, 0.5, nuclide="198Au", time=hours)
    assert float(dose) == pytest.approx(10.0)
    assert nuclear.effective_half_life("64Cu", math.inf) == nuclear.half_life("64Cu")
    assert nuclear.effective_half_life("64Cu", nuclear.half_life("64Cu")) == pytest.approx(0.5 * 12.7006)


def test_raman_ratio_holds_what_the_review_quotes() -> None:
    """S: 0.4 +/- 0.2 over 0.2 +/- 0.04, called 2.2; the ratio is 2.0, and 2.2 is inside its interval."""
    found = ratio_of_means(0.4, 0.2, 0.2, 0.04)
    assert found.value == pytest.approx(2.0)
    assert found.low < 2.2 < found.high
    assert ratio_of_means(0.4, 0.2, 0.2, 0.04, animals=4).high < found.high
    line = mri.relaxivity([0.0, 0.5, 1.0, 2.0], 1 / (0.4 + 4.1 * np.array([0.0, 0.5, 1.0, 2.0])))
    assert line.slope.value == pytest.approx(4.1)


def test_disassembly() -> None:
    """S: 1.8 % assembled, 12 % free, more than 6-fold."""
    assert nir2.quantum_yield([0.0, 1.0]) == pytest.approx([0.018, 0.12])
    assert nir2.free_fraction(12 / 1.8) == pytest.approx(1.0)
    assert nir2.free_fraction(1.0) == pytest.approx(0.0)
    with pytest.raises(InputError):
        nir2.free_fraction(8.0)
    assert {row["quantity"] for row in nir2.performance()} >= {"quantum_yield", "emission_wavelength"}


def test_heating() -> None:
    """Energy balance: 0.1 1/mm x 10 mW/mm2 is 1 mW/mm3, 0.239 K/s in water; with loss it levels off at rate x tau."""
    assert nir2.temperature_rise(0.1, 10.0, [10.0]) == pytest.approx([10.0 / 4.18])
    assert nir2.temperature_rise(0.1, 10.0, [1e6], relaxation_time=60.0) == pytest.approx([60.0 / 4.18])


@pytest.mark.parametrize(
    "call",
    [
        lambda: photoacoustic.patlak([0, 1, 2, 3], [0, 1, 2], [0, 1, 2, 3]),
        lambda: photoacoustic.patlak([0, 1, 2, 3.0], [0, 1, 2, 3.0], [0, 0, 0, 0.0]),
        lambda: photoacoustic.patlak([0, 1, 1, 3.0], [0, 1, 2, 3.0], [0, 1, 2, 3.0]),
        lambda: photoacoustic.patlak([0, 1, 2, 3.0], [0, math.nan, 2, 3.0], [0, 1, 2, 3.0]),
        lambda: nuclear.half_life("199Hg"),
        lambda: nuclear.percent_injected_dose_per_gram(1.0, 0.0, 1.0, nuclide="198Au", time=1.0),
        lambda: nuclear.effective_half_life("64Cu", 0.0),
        lambda: ratio_of_means(1.0, 0.1, 0.0, 0.1),
        lambda: mri.relaxivity([0, 1, 2], [1.0, 0.0, 2.0]),
        lambda: nir2.temperature_rise(-1.0, 1.0, [1.0]),
    ],
)
def test_what_cannot_be_is_refused(call: Any) -> None:
    with pytest.raises(InputError):
        call()
