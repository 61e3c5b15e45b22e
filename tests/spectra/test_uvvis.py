"""Beer-Lambert and the stability of spectra: arithmetic, and spectra made with a known change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.errors import AnalysisError, InputError
from goldshell.plotting import to_svg
from goldshell.spectra.figures_uvvis import stability_figures
from goldshell.spectra.stability import Criteria, fit_peak, stability
from goldshell.spectra.uvvis import absorbance, concentration
from goldshell.spectra.uvvis_io import SpectraInTime
from reference import uvvis_generator as generator

AXIS = np.arange(330.0, 901.0)
TIMES = [0.0, 1.0, 3.0, 6.0, 12.0, 24.0]


def made(seed: int = 1, times: list[float] | None = None, **change: Any) -> SpectraInTime:
    """Spectra whose arguments change as functions of time."""
    random = np.random.default_rng(seed)
    times = times or TIMES
    rows = [
        generator.spectrum(
            AXIS, random=random, **{key: value(t) if callable(value) else value for key, value in change.items()}
        )
        for t in times
    ]
    return SpectraInTime("sample", np.array(times), AXIS, np.array(rows), "made")


def test_beer_lambert_is_arithmetic() -> None:
    """0.025 mM, 8800 1/(M cm), 1 cm: 0.22, and back with an offset."""
    assert absorbance(0.025, 8800) == pytest.approx(0.22)
    assert concentration(0.25, 8800, offset=0.03) == pytest.approx(0.025)
    assert concentration([0.44], 8800, path_length=2.0) == pytest.approx([0.025])
    with pytest.raises(InputError, match="epsilon"):
        concentration(0.1, 0.0)


def test_peak_is_found_where_it_was_put() -> None:
    """Truth by construction: 690 nm, sd 35 nm; the error says how far off it may be."""
    found = [fit_peak(AXIS, made(seed).absorbance[0], centre=680, half_window=80) for seed in range(20)]
    off = np.array([(one.position - 690.0) / one.position_sd for one in found])
    assert np.mean(np.abs([one.position - 690.0 for one in found])) < 0.3  # the sloping background is not a parabola
    assert np.std(off) < 2
    assert np.mean([one.width for one in found]) == pytest.approx(35 * 2.3548, rel=0.03)
    with pytest.raises(AnalysisError, match="no band"):
        fit_peak(AXIS, np.exp(-AXIS / 300), centre=800, half_window=60)


def test_unchanged_changed_and_undetermined() -> None:
    """Verdicts of spectra made stable, shifting by 6 nm, losing a third, and too noisy to say."""
    for change, quantity, verdict in (
        ({}, "shift", "unchanged"),
        ({"shift": lambda t: t / 4}, "shift", "changed"),
        ({"broadening": lambda t: 1 + t / 100}, "broadening", "changed"),
        ({"scale": lambda t: 1 - 0.3 * (1 - np.exp(-t / 6))}, "absorbance", "changed"),
        ({"noise": 0.02}, "shift", "undetermined"),
    ):
        result = stability([made(**change)])
        assert result.conditions[0].change(quantity).verdict == verdict, change
        assert result.verdict == verdict
    shifted = stability([made(shift=lambda t: t / 4)]).conditions[0].change("shift").estimate
    assert shifted.value == pytest.approx(6.0, rel=0.02)  # the background under the band is not a parabola


def test_intervals_of_the_shift_hold_the_truth() -> None:
    """3 nm in 24 h, 20 seeds: 95 % intervals hold it in 16 at least, and are not empty words (below 1 nm wide)."""
    found = [
        stability([made(seed, shift=lambda t: t / 8)]).conditions[0].change("shift").estimate for seed in range(20)
    ]
    assert np.mean([one.low < 3.0 < one.high for one in found]) >= 0.8
    assert max(one.high - one.low for one in found) < 1.0


def test_nothing_is_unchanged_before_its_time() -> None:
    result = stability([made(times=[0.0, 1.0, 2.0])])
    assert result.verdict == "undetermined"
    assert any("before the 24 h" in text for text in result.warnings)
    assert stability([made(times=[0.0, 1.0, 2.0])], criteria=Criteria(duration=2.0)).verdict == "unchanged"


def test_isosbestic_points_of_a_conversion() -> None:
    """Truth by construction: where loss and growth cancel, from the noise-free difference."""
    share = lambda t: 1 - np.exp(-t / 6)  # noqa: E731
    series = made(scale=lambda t: 1 - 0.3 * share(t), product=lambda t: 0.25 * share(t))
    clean = generator.spectrum(AXIS, noise=0, scale=0.7, product=0.25) - generator.spectrum(AXIS, noise=0)
    expected = [
        AXIS[i] + clean[i] / (clean[i] - clean[i + 1]) for i in np.flatnonzero(np.diff(np.sign(clean))) if AXIS[i] < 600
    ]
    found = stability([series]).conditions[0].isosbestic
    assert found.shapes == 1
    assert [one.value for one in found.points] == pytest.approx(expected, abs=2)
    assert "one species" in found.reading
    assert stability([made()]).conditions[0].isosbestic.shapes == 0
    two = made(scale=lambda t: 1 - 0.3 * share(t), product=lambda t: 0.2 * np.sin(t / 4))
    assert stability([two]).conditions[0].isosbestic.shapes == 2


@pytest.mark.parametrize(
    ("series", "options", "words"),
    [
        ([], {}, "no spectra"),
        ([made(times=[0.0])], {}, "one spectrum only"),
        ([made()], {"peak": 1200.0}, "outside the spectra"),
        ([made()], {"level": 2.0}, "level"),
        ([made()], {"criteria": Criteria(shift=0.0)}, "shift_nm is 0"),
    ],
)
def test_bad_requests(series: list, options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        stability(series, **options)


def test_command_prints_the_contract(goldshell: Any, tmp_path: Path) -> None:
    for name, change in (("pH4", {}), ("pH9", {"shift": lambda t: t / 4})):
        series = made(**change)
        text = generator.series_csv(TIMES, list(series.absorbance), AXIS, condition=name)
        (tmp_path / f"{name}.csv").write_text(text)
    done = goldshell(
        "uvvis", "stability", tmp_path / "pH4.csv", tmp_path / "pH9.csv", "--json", "--figures", tmp_path / "f"
    )
    assert done.code == 0
    assert [one["verdict"] for one in done.json["conditions"]] == ["unchanged", "changed"]
    assert set(done.json["conditions"][0]["shift"]) >= {"value", "low", "high", "unit"}
    assert done.json["criteria"]["duration_h"] == 24
    assert len(list((tmp_path / "f").glob("*.svg"))) == 3
    assert "unchanged" in goldshell("uvvis", "stability", tmp_path / "pH4.csv").out
    bad = goldshell("uvvis", "stability", tmp_path / "none.csv", "--json")
    assert bad.code == 2
    assert json.loads(bad.out)["error"]["message"] == "no such file"


def test_figures_say_what_they_show() -> None:
    figures = stability_figures(stability([made()]))
    assert "wavelength / nm" in to_svg(figures["spectra-1"])
    assert "change / tolerance" in to_svg(figures["verdicts"])
