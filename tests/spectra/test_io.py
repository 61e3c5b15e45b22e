"""Reading spectra: mzML written here by hand, and the text forms that vendors export."""

from __future__ import annotations

import base64
import gzip
import zlib
from pathlib import Path

import numpy as np
import pytest

from goldshell.errors import InputError
from goldshell.spectra import read_spectrum

_SIGNS = {"negative": "1000129", "positive": "1000130"}
MZ = np.array([1000.0, 1000.01, 1000.02, 1000.03])


def mzml(scans: list[tuple[str, float, np.ndarray]], kind: str = "profile spectrum", zipped: bool = True) -> str:
    """A minimal mzML document; scans are (polarity, minutes, intensities) on the axis MZ."""
    parts = []
    for number, (polarity, minutes, intensity) in enumerate(scans):
        arrays = ""
        for name, accession, values in (("m/z array", "1000514", MZ), ("intensity array", "1000515", intensity)):
            raw = values.astype("<f8").tobytes()
            packed = base64.b64encode(zlib.compress(raw) if zipped else raw).decode()
            coding = ("1000574", "zlib compression") if zipped else ("1000576", "no compression")
            arrays += (
                f'<binaryDataArray encodedLength="{len(packed)}">'
                '<cvParam cvRef="MS" accession="MS:1000523" name="64-bit float"/>'
                f'<cvParam cvRef="MS" accession="MS:{coding[0]}" name="{coding[1]}"/>'
                f'<cvParam cvRef="MS" accession="MS:{accession}" name="{name}"/>'
                f"<binary>{packed}</binary></binaryDataArray>"
            )
        parts.append(
            f'<spectrum index="{number}" id="scan={number + 1}" defaultArrayLength="{len(MZ)}">'
            '<cvParam cvRef="MS" accession="MS:1000511" name="ms level" value="1"/>'
            f'<cvParam cvRef="MS" accession="MS:{_SIGNS[polarity]}" name="{polarity} scan"/>'
            f'<cvParam cvRef="MS" accession="MS:1000128" name="{kind}"/>'
            '<scanList count="1"><scan><cvParam cvRef="MS" accession="MS:1000016" name="scan start time" '
            f'value="{minutes}" unitCvRef="UO" unitAccession="UO:0000031" unitName="minute"/></scan></scanList>'
            f'<binaryDataArrayList count="2">{arrays}</binaryDataArrayList></spectrum>'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><mzML xmlns="http://psi.hupo.org/ms/mzml" version="1.1.0"><run id="r">'
        f'<spectrumList count="{len(scans)}">{"".join(parts)}</spectrumList></run></mzML>'
    )


SCANS = [("negative", 0.1, np.array([0.0, 2.0, 4.0, 0.0])), ("negative", 0.9, np.array([0.0, 4.0, 8.0, 2.0]))]


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_mzml_scans_are_averaged(tmp_path: Path, zipped: bool, packed: bool) -> None:
    """The mean of two scans, plain or compressed, also as .gz."""
    text = mzml(SCANS, zipped=zipped).encode()
    path = tmp_path / ("a.mzML.gz" if packed else "a.mzML")
    path.write_bytes(gzip.compress(text) if packed else text)
    spectrum = read_spectrum(path)
    np.testing.assert_allclose(spectrum.mz, MZ)
    np.testing.assert_allclose(spectrum.intensity, [0.0, 3.0, 6.0, 1.0])
    assert (spectrum.polarity, spectrum.mode, spectrum.scans) == ("negative", "profile", 2)


def test_mzml_scans_are_chosen(tmp_path: Path) -> None:
    path = tmp_path / "a.mzML"
    path.write_text(mzml(SCANS))
    np.testing.assert_allclose(read_spectrum(path, scans=(2, 2)).intensity, SCANS[1][2])
    np.testing.assert_allclose(read_spectrum(path, minutes=(0.0, 0.5)).intensity, SCANS[0][2])
    with pytest.raises(InputError, match="none is in the range"):
        read_spectrum(path, minutes=(5.0, 6.0))


def test_mzml_of_both_polarities_needs_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "a.mzML"
    path.write_text(mzml([*SCANS, ("positive", 1.2, SCANS[0][2])]))
    with pytest.raises(InputError, match="both polarities"):
        read_spectrum(path)
    assert read_spectrum(path, polarity="positive").scans == 1
    path.write_text(mzml(SCANS))
    assert read_spectrum(path, polarity="positive").polarity == "negative"  # the analysis says that it is the wrong one


def test_cut_mzml_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.mzML"
    text = mzml(SCANS)
    path.write_text(text[: int(0.8 * len(text))])
    with pytest.raises(InputError, match="not a readable mzML") as caught:
        read_spectrum(path)
    assert "\n" not in str(caught.value)


TEXTS = {
    "comma": "mz,intensity\n1000.5,1\n1001.5,3\n",
    "byte-order mark": "\ufeffm/z,Intensity\n1000.5,1\n1001.5,3\n",
    "no header": "1000.5 1\n1001.5 3\n",
    "tab": "Mass\tCounts\r\n1000.5\t1\r\n1001.5\t3\r\n",
    "semicolon and decimal comma": "m/z;Intensität\n1000,5;1,0\n1001,5;3,0\n",
    "tab and decimal comma": "1000,5\t1\n1001,5\t3\n",
    "spaces and decimal comma": "1000,5 1,0\n1001,5 3,0\n",
    "index column named": "#,m/z,Res.,Intens.\n1,1000.5,9000,1\n2,1001.5,9000,3\n",
    "descending": "1001.5,3\n1000.5,1\n",
    "exponents": "1.0005e3,1e0\n1.0015e3,3e0\n",
    "Shimadzu": "[MS Spectrum]\n# of Raw Peaks\t2\nm/z\tAbsolute Intensity\tRelative Intensity\n"
    "1000.5\t1\t33\n1001.5\t3\t100\n",
    "Bruker line": "0.51,-,ESI,ms1,-,profile,900-1100,2,1000.5 1,1001.5 3\n",
    "quoted": '"m/z","intensity"\n"1000.5","1"\n"1001.5","3"\n',
    "comments": "# instrument: TOF\n# negative mode\n1000.5,1\n1001.5,3\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_forms_of_one_spectrum(tmp_path: Path, name: str) -> None:
    """All of them say (1000.5, 1) and (1001.5, 3)."""
    path = tmp_path / "a.txt"
    path.write_bytes(TEXTS[name].encode())
    spectrum = read_spectrum(path)
    np.testing.assert_allclose(spectrum.mz, [1000.5, 1001.5])
    np.testing.assert_allclose(spectrum.intensity, [1.0, 3.0])


def test_utf16_of_a_windows_export(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXTS["tab"].encode("utf-16"))
    np.testing.assert_allclose(read_spectrum(path).mz, [1000.5, 1001.5])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        ("hello\nworld\n", "no line with two numbers"),
        ("mz,intensity\n1000,5,1,0\n1001,5,3,0\n", "decimal commas"),
        ("1000.5,1\n1001.5,nan\n1002,3\n", "not finite"),
        ("1000.5,0\n1001.5,0\n", "no intensity is above zero"),
        ("-3,1\n1001.5,3\n", "not above zero"),
        ("<xml><a/></xml>", "not mzML"),
        ("1000.5,1\n", "fewer than two points"),
        ("1000.5,1\n1001.5,1e300\n", "no reading"),
        ("1000.5,1\noops\n1001.5,3\n1002.5,3\n1003.5,3\n", "cannot read 'oops'"),
    ],
)
def test_bad_text_says_what_and_where(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        read_spectrum(path)
    assert str(path) in caught.value.where


def test_missing_and_binary_files(tmp_path: Path) -> None:
    (tmp_path / "spectrum.csv").write_text("1,2\n3,4\n")
    with pytest.raises(InputError, match="no such file") as caught:
        read_spectrum(tmp_path / "spectrun.csv")
    assert "spectrum.csv" in caught.value.hint
    (tmp_path / "a.raw").write_bytes(b"\x01\x00\x02\x00" * 50)
    with pytest.raises(InputError, match="binary file") as caught:
        read_spectrum(tmp_path / "a.raw")
    assert "mzML" in caught.value.hint
    (tmp_path / "a.gz").write_bytes(b"\x1f\x8bxx")
    with pytest.raises(InputError, match="damaged"):
        read_spectrum(tmp_path / "a.gz")
    (tmp_path / "b.d").mkdir()
    with pytest.raises(InputError, match="folder"):
        read_spectrum(tmp_path / "b.d")
