"""Zeta potentials and charges: Henry's exact function, published limits, exports as the Zetasizer writes them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from scipy.special import exp1

from goldshell.errors import InputError
from goldshell.plotting import to_svg
from goldshell.spectra import analyse_zeta, read_zeta
from goldshell.spectra import electrokinetics as ek
from goldshell.spectra.figures_nmr_zeta import zeta_figures

WATER = 0.890  # mPa s at 25 degC


def exact_henry(x: float) -> float:
    """Henry 1931: the series with the exponential integral, scaled to run from 1 to 3/2."""
    tail = (x**4 / 8 - x**6 / 96) * math.exp(x) * exp1(x)
    return 1 + x**2 / 16 - 5 * x**3 / 48 - x**4 / 96 + x**5 / 96 + tail


@pytest.mark.parametrize("kappa_a", [0.01, 0.1, 0.43, 1.0, 2.0, 5.0, 10.0])
def test_henrys_function_is_within_one_percent(kappa_a: float) -> None:
    """Ohshima 1994 claims 1 % of the exact function, which is computed here (to x = 10, where its terms cancel)."""
    assert ek.henry_function(kappa_a) == pytest.approx(exact_henry(kappa_a), rel=0.01)


def test_limits_of_henry() -> None:
    assert ek.henry_function(0) == 1
    assert ek.henry_function(1e6) == pytest.approx(1.5, rel=1e-5)


def test_textbook_numbers_of_water() -> None:
    """Handbook: permittivity 78.3 to 78.5 at 25 degC; Debye length 0.304 nm at 1 M, 9.6 nm at 1 mM; Smoluchowski in
    water at 25 degC: 12.8 to 12.9 mV per um cm/(V s)."""
    assert ek.water_permittivity(298.15) == pytest.approx(78.4, abs=0.15)
    assert ek.debye_length(1000) == pytest.approx(0.304, abs=0.002)
    assert ek.debye_length(1) == pytest.approx(9.61, abs=0.05)
    assert ek.zeta_from_mobility(1.0, 1.5, viscosity=WATER) == pytest.approx(12.83, abs=0.06)
    assert ek.mobility_from_zeta(-38.5, 1.5, viscosity=WATER) == pytest.approx(-3.0, abs=0.02)


def test_charge_has_its_limits() -> None:
    """Property: 4 pi eps a zeta (1 + kappa a) for small zeta, and Grahame's plane for a large sphere."""
    for radius, salt in ((1.2, 10.0), (5.0, 100.0)):
        x = radius / ek.debye_length(salt)
        linear = 4 * math.pi * ek.water_permittivity() * ek.VACUUM_PERMITTIVITY * radius * 1e-9 * 1e-3 * (1 + x)
        assert ek.charge_from_zeta(1.0, radius, salt) == pytest.approx(linear / ek.ELEMENTARY_CHARGE, rel=2e-3)
    salt, zeta, radius = 100.0, 80.0, 1e4
    ions, permittivity = ek.AVOGADRO * salt, ek.water_permittivity() * ek.VACUUM_PERMITTIVITY
    thermal = ek.BOLTZMANN * 298.15
    grahame = math.sqrt(8 * ions * permittivity * thermal) * math.sinh(ek.ELEMENTARY_CHARGE * 0.08 / 2 / thermal)
    expected = grahame * 4 * math.pi * (radius * 1e-9) ** 2 / ek.ELEMENTARY_CHARGE
    assert ek.charge_from_zeta(zeta, radius, salt) == pytest.approx(expected, rel=1e-3)
    assert ek.charge_from_zeta(-30, 1.2, 10) == pytest.approx(-ek.charge_from_zeta(30, 1.2, 10))


def test_soft_shell_is_inverted_and_vanishes_without_charge() -> None:
    """Property: round trip; in thick salt the mobility tends to rho / (eta lambda^2) (Ohshima 1995)."""
    options: dict[str, float] = {"softness": 1.0, "viscosity": WATER}
    moving = ek.soft_mobility(-20, 10, 5, 100, **options)
    assert ek.soft_charge(moving, 10, 5, 100, **options) == pytest.approx(-20, rel=1e-6)
    assert ek.soft_charge(0.0, 10, 5, 100, **options) == 0
    volume = 4 / 3 * math.pi * (15**3 - 10**3) * 1e-27
    plateau = -20 * ek.ELEMENTARY_CHARGE / volume * 1e-18 / (1e-3 * WATER) * 1e8
    assert ek.soft_mobility(-20, 10, 5, 1e7, **options) == pytest.approx(plateau, rel=0.01)


MALVERN = (
    "Record\tSample Name\tT\tZP\tMob\tCond\n\t\t°C\tmV\tµmcm/Vs\tmS/cm\n"
    "1\tAu25 1\t25.0\t-38.1\t-2.987\t1.30\n2\tAu25 2\t25.0\t-36.5\t-2.861\t1.30\n3\tAu25 3\t25.0\t-37.9\t-2.972\t1.30\n"
)


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "zeta.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        MALVERN,
        MALVERN.encode("latin-1"),
        MALVERN.encode("utf-16"),
        MALVERN.replace(".", ",").replace("\t", ";"),
        '"Sample Name","Zeta Potential (mV)","Mobility (µmcm/Vs)","Conductivity (mS/cm)","Temperature (°C)"\n'
        + "".join(f'"Au25 {i}",{z},{m},1.30,25.0\n' for i, (z, m) in enumerate(((-38.1, -2.987), (-36.5, -2.861),
                                                                               (-37.9, -2.972)))),
    ],
)  # fmt: skip
def test_exports_however_they_are_written(tmp_path: Path, text: str | bytes) -> None:
    found = read_zeta(write(tmp_path, text))
    assert [one.mobility for one in found] == pytest.approx([-2.987, -2.861, -2.972])
    assert [one.zeta for one in found] == pytest.approx([-38.1, -36.5, -37.9])
    assert {one.sample for one in found} == {"Au25"}
    assert found[0].temperature == pytest.approx(298.15)
    assert found[0].conductivity == pytest.approx(1.30)


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [("Mobility (m2/Vs)", "-2.987e-8", "mobility"), ("Mobility (1e-8 m^2/(V s))", "-2.987", "mobility"),
     ("Zeta [V]", "-0.0381", "zeta"), ("Zeta (mV)", "-38.1", "zeta")],
)  # fmt: skip
def test_units_are_read(tmp_path: Path, name: str, value: str, unit: str) -> None:
    """By hand: 1 um cm/(V s) is 1e-8 m2/(V s); 1300 uS/cm is 1.3 mS/cm."""
    (found,) = read_zeta(write(tmp_path, f"sample,{name},Conductivity (µS/cm)\na,{value},1300\n"))
    assert getattr(found, unit) == pytest.approx({"mobility": -2.987, "zeta": -38.1}[unit])
    assert found.conductivity == pytest.approx(1.3)


def test_sample_is_analysed(tmp_path: Path) -> None:
    """By hand: mean mobility -2.94, t interval with 2 degrees of freedom 4.303 s / sqrt 3; 1.30 mS/cm is 10.3 mM."""
    (one,) = analyse_zeta(read_zeta(write(tmp_path, MALVERN)), cluster="Au25(p-MBSA)18", ph=7)
    assert one.mobility.value == pytest.approx(-2.94)
    s = math.sqrt(((-2.987 + 2.94) ** 2 + (-2.861 + 2.94) ** 2 + (-2.972 + 2.94) ** 2) / 2)
    assert one.mobility.high - one.mobility.low == pytest.approx(2 * 4.3027 * s / math.sqrt(3), rel=1e-4)
    assert one.ionic_strength == pytest.approx(10.3, abs=0.05)
    assert one.smoluchowski.value == pytest.approx(-37.7, abs=0.3)  # what the instrument printed
    assert one.henry is not None
    assert one.hueckel.value < one.henry.value < one.smoluchowski.value
    assert one.charge is not None
    assert -10 < one.charge.value < -4
    assert not one.soft_valid
    assert one.titration[0].independent == pytest.approx(-19, abs=0.1)
    assert "counter-ions" in one.reading


def test_without_mobility_zeta_is_taken_back(tmp_path: Path) -> None:
    text = "sample,zeta_mV,temperature\na,-38.1,25\n"
    (smoluchowski,) = analyse_zeta(read_zeta(write(tmp_path, text)))
    (hueckel,) = analyse_zeta(read_zeta(write(tmp_path, text)), instrument="hueckel")
    assert smoluchowski.smoluchowski.value == pytest.approx(-38.1)
    assert hueckel.hueckel.value == pytest.approx(-38.1)
    assert smoluchowski.henry is None
    assert any("without the size" in text for text in smoluchowski.warnings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "no header line"),
        ("sample,mobility\n", "no rows"),
        ("sample,mobility\na,\n", "neither mobility"),
        ("sample,mobility\na,x1\n", "not a finite"),
        ("sample,mobility\na,-300\n", "expected mobility"),
        ("sample,mobility (furlong)\na,-3\n", "mobility in 'furlong'"),
        ("sample,mobility,ph\na,-3,15\n", "pH 15"),
        ("# ionic_strength_mM: 0\nsample,mobility\na,-3\n", "ionic strength is 0"),
        ("# ionic_strength_mM: some\nsample,mobility\na,-3\n", "not a number"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_zeta(write(tmp_path, text))


def test_command_prints_the_contract(goldshell: Any, tmp_path: Path) -> None:
    path = write(tmp_path, MALVERN)
    words = ["zeta", path, "--cluster", "Au25(p-MBSA)9(p-ATP)9", "--ph", "7"]
    done = goldshell(*words, "--json", "--figures", tmp_path / "f")
    assert done.code == 0
    assert set(done.json["zeta"]["henry"]) == {"value", "low", "high", "unit"}
    assert len(done.json["titration"]) > 1  # p-ATP has competing pKa values
    assert len(list((tmp_path / "f").glob("*.svg"))) == 2
    assert "Henry [mV]" in goldshell(*words).out
    assert goldshell("zeta", path, "--diameter", "0", "--json").code == 2
    figures = zeta_figures(analyse_zeta(read_zeta(path), cluster="Au25(p-MBSA)18", ph=7))
    assert "zeta potential / mV" in to_svg(figures["mobility"])
    assert "charge per cluster / e" in to_svg(figures["charge"])
