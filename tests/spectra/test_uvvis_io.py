"""UV-vis files as instruments write them; the numbers expected are those that were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.spectra import read_spectra, read_traces
from goldshell.spectra.uvvis_io import group_spectra
from reference import uvvis_generator as generator

SHIMADZU_KINETICS = '"Data Set: File_1 - RawData"\r\n"Time (sec.)","Abs."\r\n' + "".join(
    f"{60 * i}.000,{0.5 - 0.01 * i:.4f}\r\n" for i in range(6)
)
CARY_KINETICS = "Vial 1,,Vial 2,\nTime (min),Abs,Time (min),Abs\n" + "".join(
    f"{i},{0.5 - 0.01 * i:.4f},{i},{0.4 - 0.01 * i:.4f},\n" for i in range(6)
) + "\nKinetics log\nInstrument Cary 60\n"  # fmt: skip
COMMA_TAB = "Zeit Abs.\nTime / h\tAbsorbance\n" + "".join(f"{i / 60:.6f}".replace(".", ",") + "\t"
    + f"{0.5 - 0.01 * i:.4f}".replace(".", ",") + "\n" for i in range(6))  # fmt: skip
CONTRACT = "# cluster_mM: 0.025\n# ligand_mM: 2.5\n# wavelength_nm: 698\n# path_cm: 1\n# epsilon_M_cm: 8800\n" \
    "time_h,absorbance\n" + "".join(f"{i / 60},{0.5 - 0.01 * i}\n" for i in range(6))  # fmt: skip


def write(folder: Path, text: str | bytes, name: str = "trace.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "text",
    [
        SHIMADZU_KINETICS,
        COMMA_TAB,
        CONTRACT,
        CONTRACT.replace(",", ";"),
        "\ufeff" + CONTRACT,
        CONTRACT.encode("utf-16"),
        SHIMADZU_KINETICS.encode("latin-1") + b"\xb5m\n",
        CONTRACT.replace("time_h,absorbance\n", "time_h absorbance\n").replace(",", "  "),
    ],
)
def test_one_trace_however_it_is_written(tmp_path: Path, text: str | bytes) -> None:
    (trace,) = read_traces(write(tmp_path, text))
    assert trace.time == pytest.approx(np.arange(6) / 60, abs=1e-6)
    assert trace.absorbance == pytest.approx(0.5 - 0.01 * np.arange(6))


def test_conditions_come_from_header_lines(tmp_path: Path) -> None:
    (trace,) = read_traces(write(tmp_path, CONTRACT))
    assert (trace.cluster, trace.ligand, trace.wavelength, trace.path_length, trace.epsilon) == (
        0.025, 2.5, 698, 1, 8800,
    )  # fmt: skip
    assert trace.name == "trace"


def test_cary_pairs_are_one_trace_each(tmp_path: Path) -> None:
    first, second = read_traces(write(tmp_path, CARY_KINETICS))
    assert (first.name, second.name) == ("Vial 1", "Vial 2")
    assert second.absorbance == pytest.approx(0.4 - 0.01 * np.arange(6))
    assert first.warnings == ()


def test_one_number_for_each_column(tmp_path: Path) -> None:
    text = "# ligand_mM: 0.5, 1, 2\n# cluster_mM: 0.025\ntime_min,a,b,c\n" + "".join(
        f"{i},0.5,0.4,0.3\n" for i in range(5)
    )
    found = read_traces(write(tmp_path, text))
    assert [one.ligand for one in found] == [0.5, 1, 2]
    assert [one.cluster for one in found] == [0.025] * 3
    with pytest.raises(InputError, match="2 numbers for 3"):
        read_traces(write(tmp_path, text.replace("0.5, 1, 2", "0.5, 1")))


def test_transmittance_becomes_absorbance(tmp_path: Path) -> None:
    (trace,) = read_traces(write(tmp_path, "time_h,%T\n0,10\n1,50\n2,100\n"))
    assert trace.absorbance == pytest.approx([1.0, 0.30103, 0.0], abs=1e-5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("hello\nworld\n", "no table of numbers"),
        (b"\x00\x01\x02" * 50, "binary"),
        ("time_h,absorbance\n0,0.5\n", "no table of numbers"),
        ("time_h,absorbance\n0,0.5\n1,0.4\n", "2 points are no trace"),
        ("time,absorbance\n0,0.5\n1,0.4\n2,0.3\n", "unit of the time"),
        ("0,0.5\n1,0.4\n2,0.3\n", "no header"),
        ("time_h,absorbance\n0,0.5\n1,nan\n2,inf\n3,0.1\n4,0.1\n", "'nan' is not a finite"),
        ("time_h,absorbance\n0,0.5\n1,0.4\n2,oops\n3,0.2\n4,0.1\n5,0.1\n", "'oops' is not a finite"),
        ("time_h,absorbance\n0,0.5\n1,0.4\n2,0.3\n3,x\n4,0.1\n5,0.1\n", "'x' is not a finite"),
        ("time_h,absorbance\n0,500\n1,400\n2,300\n", "expected absorbance"),
        ("time_h,absorbance\n0,0.5\n0,0.4\n2,0.3\n", "two points at one time"),
        ("time_h,absorbance\n-1,0.5\n0,0.4\n2,0.3\n", "first time"),
        ("wavelength_nm,absorbance\n400,0.5\n500,0.4\n600,0.3\n", "wavelength"),
        ("# cluster_mM: much\ntime_h,absorbance\n0,0.5\n1,0.4\n2,0.3\n", "cannot read 'much'"),
        ("# cluster_mM: -1\ntime_h,absorbance\n0,0.5\n1,0.4\n2,0.3\n", "cluster is -1"),
        ("time_h,absorbance\n0,5,0,5\n1,0,0,4\n2,0,0,3\n", "cannot be told apart"),
    ],
)
def test_bad_traces_are_refused_in_words(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_traces(write(tmp_path, text))
    assert "trace.csv" in caught.value.where


def test_missing_file_offers_its_neighbour(tmp_path: Path) -> None:
    write(tmp_path, CONTRACT, "vial1.csv")
    with pytest.raises(InputError, match="no such file") as caught:
        read_traces(tmp_path / "vail1.csv")
    assert "vial1.csv" in caught.value.hint


WAVELENGTH = np.arange(400.0, 420.0)


def spectra_text(delimiter: str, decimal: str) -> str:
    lines = [delimiter.join(["Wavelength (nm)", "0 h", "90 min", "1 d"])]
    for w in WAVELENGTH[::-1]:
        cells = [w, w / 1000, w / 500, w / 250]
        lines.append(delimiter.join(f"{cell:.4f}".replace(".", decimal) for cell in cells))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", ","), ("\t", ".")])
def test_spectra_in_time(tmp_path: Path, delimiter: str, decimal: str) -> None:
    found = read_spectra(write(tmp_path, "# condition: pH 4\n" + spectra_text(delimiter, decimal)))
    assert found.condition == "pH 4"
    assert found.time == pytest.approx([0, 1.5, 24])
    assert found.wavelength == pytest.approx(WAVELENGTH)
    assert found.absorbance[1] == pytest.approx(WAVELENGTH / 500, abs=1e-4)


def test_rows_may_be_times(tmp_path: Path) -> None:
    text = "time_h," + ",".join(f"{w:g}" for w in WAVELENGTH) + "\n"
    text += "".join(f"{t}," + ",".join(f"{w / 1000 + t:g}" for w in WAVELENGTH) + "\n" for t in (0, 2))
    found = read_spectra(write(tmp_path, text))
    assert found.time == pytest.approx([0, 2])
    assert found.absorbance[1] == pytest.approx(WAVELENGTH / 1000 + 2)


def test_single_spectra_are_joined_by_condition(tmp_path: Path) -> None:
    for time in (24, 0):
        body = "".join(f"{w},{w / 1000 + time / 100}\n" for w in WAVELENGTH)
        write(tmp_path, f"# condition: pH 9\n# time_h: {time}\nnm,A\n{body}", f"s{time}.csv")
    (series,) = group_spectra(read_spectra(tmp_path / f"s{t}.csv") for t in (24, 0))
    assert series.time == pytest.approx([0, 24])
    assert series.absorbance[0] == pytest.approx(WAVELENGTH / 1000)
    with pytest.raises(InputError, match="at one time"):
        group_spectra([read_spectra(tmp_path / "s0.csv")] * 2)


def jcamp_text(yunits: str = "ABSORBANCE", values: np.ndarray = WAVELENGTH / 1000, points: int = 20) -> str:
    head = f"##TITLE=pH 7\n##JCAMP-DX=4.24\n##DATA TYPE=UV-VIS SPECTRUM\n##XUNITS=NANOMETERS\n##YUNITS={yunits}\n"
    head += (
        f"##FIRSTX=400\n##LASTX=419\n##NPOINTS={points}\n##XFACTOR=1\n##YFACTOR=1\n##DELTAX=1\n##XYDATA=(X++(Y..Y))\n"
    )
    return head + "".join(f"{w:g} {v:.6f}\n" for w, v in zip(WAVELENGTH, values, strict=True)) + "##END=\n"


def test_jcamp(tmp_path: Path) -> None:
    found = read_spectra(write(tmp_path, jcamp_text(), "a_24h.jdx"))
    assert found.wavelength == pytest.approx(WAVELENGTH)
    assert found.absorbance[0] == pytest.approx(WAVELENGTH / 1000, abs=1e-6)
    assert found.time[0] == 24
    bright = read_spectra(write(tmp_path, jcamp_text("TRANSMITTANCE", np.full(20, 0.1)), "b.jdx"))
    assert bright.absorbance[0] == pytest.approx(np.ones(20))
    with pytest.raises(InputError, match="cut off"):
        read_spectra(write(tmp_path, jcamp_text(points=400), "c.jdx"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (spectra_text(",", ".").replace("90 min", "middle"), "states no time"),
        ("nm,A\n" + "".join(f"{i},0.1\n" for i in range(1, 20)), "wavelengths from"),
        ("nm,A\n400,0.1\n401,0.1\n402,0.1\n", "3 wavelengths are no spectrum"),
        ("nm,A\n" + "".join(f"{i},{'1e300' if i == 420 else 0.1}\n" for i in range(400, 450)), "expected absorbance"),
    ],
)
def test_bad_spectra_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_spectra(write(tmp_path, text))


def test_generator_files_come_back(tmp_path: Path) -> None:
    made = generator.traces(seed=4)[0]
    (trace,) = read_traces(write(tmp_path, generator.trace_csv(made)))
    assert trace.absorbance == pytest.approx(made.absorbance, abs=1e-6)
    assert (trace.cluster, trace.ligand) == (made.cluster_mM, made.ligand_mM)
