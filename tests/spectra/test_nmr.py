"""Composition from integrals: analytic error propagation, Z's p-ATP compositions, a Bruker folder made by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.plotting import to_svg
from goldshell.spectra import composition_from_nmr, read_nmr
from goldshell.spectra.figures_nmr_zeta import nmr_figures
from goldshell.spectra.nmr import carbon_protons
from goldshell.spectra.nmr_io import Integral, NmrSample
from reference.nmr_generator import write_bruker

CLUSTER = "Au25(p-MBSA)18"


def sample(*rows: tuple[str, float, float, float]) -> NmrSample:
    return NmrSample("s", tuple(Integral(f"{i}", {name: h}, value, sd) for i, (name, h, value, sd) in enumerate(rows)))


@pytest.mark.parametrize("count", [3, 4, 8, 9])
def test_compositions_of_the_paper(count: int) -> None:
    """Zhang et al. 2026: 3, 4, 8, 9 p-ATP at feeds 4, 20, 50, 150. The SI's integrals are not printed in the text, so
    they are made here from these compositions (2 + 2 protons of either ligand): a check of the arithmetic."""
    rows = [("p-MBSA", 2, 2.0 * (18 - count), math.nan)] * 2 + [("p-ATP", 2, 2.0 * count, math.nan)] * 2
    found = composition_from_nmr(sample(*rows), cluster=CLUSTER, incoming="p-ATP")
    assert found.mean_n is not None
    assert found.mean_n.value == pytest.approx(count)
    assert found.composition == f"Au25(p-MBSA){18 - count}(p-ATP){count}"
    assert found.ratio is not None
    assert found.ratio.value == pytest.approx(count / (18 - count))


def test_interval_is_the_analytic_one() -> None:
    """Error propagation by hand: sd(p) = p (1 - p) sqrt(rA^2 + rB^2); p = 0.25, 2 % and 3 %, normal 95 %."""
    found = composition_from_nmr(
        sample(("p-MBSA", 4, 12.0, 0.02 * 12), ("p-MBA", 4, 4.0, 0.03 * 4)), cluster=CLUSTER, incoming="p-MBA"
    )
    assert found.mean_n is not None
    half = 1.959964 * 18 * 0.25 * 0.75 * math.hypot(0.02, 0.03)
    assert found.mean_n.value == pytest.approx(4.5)
    assert (found.mean_n.high - found.mean_n.low) / 2 == pytest.approx(half, rel=0.01)


def test_intervals_cover() -> None:
    """Property: 400 draws of normal integrals, 95 % intervals hold the truth in 92 to 98.5 %, also at a small share."""
    random = np.random.default_rng(2)
    for truth in (1.0, 9.0):
        held = 0
        for _ in range(400):
            rows = [("p-MBSA", 2, 18 - truth, 0.4), ("p-MBSA", 2, 18 - truth, 0.4), ("p-ATP", 4, 2 * truth, 0.4)]
            noisy = [(name, h, value + sd * random.normal(), sd) for name, h, value, sd in rows]
            mean = composition_from_nmr(sample(*noisy), cluster=CLUSTER, incoming="p-ATP").mean_n
            assert mean is not None
            held += mean.low <= truth <= mean.high
        assert 0.92 <= held / 400 <= 0.985


def test_shared_region_is_used(tmp_path: Path) -> None:
    path = tmp_path / "i.csv"
    path.write_text(
        "# cluster: Au25(p-MBSA)18\n# incoming: p-ATP\nligand;protons;integral\n"
        "p-MBSA + p-ATP;2 + 2;36,0\np-MBSA;2;18,0\n"
    )
    (one,) = read_nmr(path)
    found = composition_from_nmr(one)
    assert found.mean_n is not None
    assert found.mean_n.value == pytest.approx(9)
    assert found.consistency_p is None


def test_regions_that_disagree_widen_the_interval() -> None:
    fine = sample(("p-MBSA", 2, 10.0, 0.1), ("p-MBSA", 2, 10.1, 0.1), ("p-ATP", 2, 5.0, 0.1))
    odd = sample(("p-MBSA", 2, 10.0, 0.1), ("p-MBSA", 2, 13.0, 0.1), ("p-ATP", 2, 5.0, 0.1))
    agree, differ = (composition_from_nmr(one, cluster=CLUSTER, incoming="p-ATP") for one in (fine, odd))
    assert agree.inflation == 1
    assert differ.inflation > 5
    assert any("disagree" in text for text in differ.warnings)


def test_bruker_folder_is_integrated(tmp_path: Path) -> None:
    """Truth by construction: areas 3 : 1 per proton, lines on a tilted base line, noise; n = 18/4 = 4.5."""
    lines = [(7.60, 3.0), (7.40, 3.0), (6.70, 1.0), (6.95, 1.0)]
    write_bruker(tmp_path / "10", lines, noise=0.05)
    regions = tmp_path / "regions.csv"
    regions.write_text(
        "# cluster: Au25(p-MBSA)18\n# incoming: p-ATP\nppm_low,ppm_high,ligand,protons\n"
        "7.52,7.68,p-MBSA,2\n7.32,7.48,p-MBSA,2\n6.62,6.78,p-ATP,2\n6.87,7.03,p-ATP,2\n"
    )
    for path in (tmp_path / "10", tmp_path / "10" / "pdata" / "1", tmp_path / "10" / "pdata" / "1" / "1r"):
        (one,) = read_nmr(path, regions=regions)
        found = composition_from_nmr(one, relative_error=0.02)
        assert found.mean_n is not None
        assert found.mean_n.value == pytest.approx(4.5, abs=0.08)
        assert found.mean_n.low < 4.5 < found.mean_n.high
    assert "chemical shift / ppm" in to_svg(nmr_figures([found])["integrals-1"])
    with pytest.raises(InputError, match="needs its regions"):
        read_nmr(tmp_path / "10")
    (tmp_path / "10" / "pdata" / "1" / "1r").write_bytes(b"\x00" * 4000)
    with pytest.raises(InputError, match="cut off"):
        read_nmr(tmp_path / "10", regions=regions)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="neither"):
        read_nmr(tmp_path / "empty", regions=regions)


def test_protons_on_carbon_are_counted() -> None:
    """Structures: p-MBSA, p-ATP and p-MBA have 4 aromatic CH; NH2, COOH and SH exchange."""
    assert [carbon_protons(name) for name in ("p-MBSA", "p-ATP", "p-MBA")] == [4, 4, 4]


HEAD = "ligand,protons,integral\n"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", InputError, "empty"),
        ("a,b\n1,2\n", InputError, "no header line of integrals"),
        (HEAD, InputError, "no rows"),
        (HEAD + "p-MBSA,2\n", InputError, "cut off"),
        (HEAD + "p-MBSA,2,x\n", InputError, "not a finite number"),
        (HEAD + "p-MBSA,2,inf\n", InputError, "not a finite number"),
        (HEAD + "p-MBSA,2,\n", InputError, "empty"),
        (HEAD + "p-MBSA,0,1\n", InputError, "protons of p-MBSA"),
        (HEAD + "p-MBSA,9,1\np-ATP,2,1\n", InputError, "which has 4 on carbon"),
        (HEAD + "p-MBSX,2,1\n", UnknownNameError, "p-MBSX"),
        (HEAD + "p-MBSA + p-ATP,2,1\n", InputError, "2 ligands"),
        (HEAD + "p-MBSA + p-ATP,2 + 2,1\n", AnalysisError, "cannot tell"),
        (HEAD + "p-MBSA,2,-1\np-ATP,2,-1\n", AnalysisError, "above zero"),
        (HEAD + "p-MBSA,2,0\np-ATP,2,0\n", AnalysisError, "no integral is above zero"),
        (HEAD + "p-MBSA,2,1\np-ATP,2,1e300\n", InputError, "integral of 1e"),
        ("##TITLE=a\n##DATA TYPE=UV-VIS SPECTRUM\n##END=\n", InputError, "expected NMR"),
        (HEAD + "p-MBA,2,1\np-ATP,2,1\n", InputError, "no region of p-MBSA"),
        (HEAD + "p-MBSA,2,1\n", InputError, "no region of the incoming"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, text: str, error: type[Exception], words: str) -> None:
    path = tmp_path / "integrals.csv"
    path.write_text(text)
    with pytest.raises(error, match=words):
        composition_from_nmr(read_nmr(path)[0], cluster=CLUSTER, incoming="p-ATP")


def test_command_prints_the_contract(goldshell: Any, tmp_path: Path) -> None:
    path = tmp_path / "integrals.csv"
    path.write_text("sample,ligand,protons,integral\na,p-MBSA,2,15\na,p-ATP,2,3\nb,p-MBSA,2,9\nb,p-ATP,2,9\n")
    done = goldshell("nmr", path, "--cluster", CLUSTER, "--incoming", "p-ATP", "--json", "--figures", tmp_path / "f")
    assert done.code == 0
    assert [one["mean_n"]["value"] for one in done.json["samples"]] == pytest.approx([3, 9])
    assert set(done.json["samples"][0]["mean_n"]) == {"value", "low", "high", "unit"}
    assert len(list((tmp_path / "f").glob("*.svg"))) == 3
    assert "Au25(p-MBSA)15(p-ATP)3" in goldshell("nmr", path, "--cluster", CLUSTER).out
    assert goldshell("nmr", tmp_path / "x.csv", "--json").code == 2
    nowhere = goldshell("nmr", path, "--cluster", CLUSTER, "--figures", path)
    assert nowhere.code == 2
    assert "cannot be written" in nowhere.err
