"""Ligand distributions from ESI spectra: goldshell and masserstein on the same points and species.

masserstein (Wasserstein regression; Ciach et al., Rapid Commun. Mass Spectrom. 2021, doi:10.1002/rcm.8956) is given
what goldshell has to find out: the shift of the calibration and the true Gaussian width. It runs in this interpreter,
or in the one named by the variable MASSERSTEIN_PYTHON. Both are timed alike: CPU time, best of `REPEATS`.
Run ``python benchmarks/peers_esims.py [FILE.md]``; FILE.md gets the results as a page.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
REPEATS = 5
sys.path.insert(0, str(HERE.parent / "tests" / "reference"))

PEER = r"""
import json, os, sys
import numpy as np
from masserstein import Spectrum, estimate_proportions
work = json.load(open(sys.argv[1]))
data = np.load(work["points"])
def analyse():
    measured = Spectrum(confs=list(zip(data["x"].tolist(), np.maximum(data["y"], 0.0).tolist())))
    measured.normalize()
    theory = []
    for item in work["species"]:
        one = Spectrum(formula=item["formula"], charge=1, total_prob=0.999)
        z, scale = item["charge"], 1 + 1e-6 * work["ppm"]
        confs = [((m + z * 0.000548579909) / z * scale, p) for m, p in one.confs]
        merged = {}
        for m, p in confs:
            key = round(m * item["charge"])
            total, moment = merged.get(key, (0.0, 0.0))
            merged[key] = (total + p, moment + p * m)
        x, y = data["x"], np.zeros(len(data["x"]))
        for p, moment in merged.values():
            c = moment / p
            sd = c / work["resolution"] / 2.3548
            i, j = np.searchsorted(x, [c - 4 * sd, c + 4 * sd])
            y[i:j] += p * np.exp(-0.5 * ((x[i:j] - c) / sd) ** 2) / sd
        keep = y > 0
        made = Spectrum(confs=list(zip(x[keep].tolist(), y[keep].tolist())))
        made.normalize()
        theory.append(made)
    found = estimate_proportions(measured, theory, MTD=0.1, progress=False)
    return found["proportions"] if isinstance(found, dict) else found

best = float("inf")
for _ in range(work["repeats"]):
    begin = sum(os.times()[:4])  # with child processes: the linear programme may be solved in one
    values = analyse()
    best = min(best, sum(os.times()[:4]) - begin)
print(json.dumps({"seconds": best, "proportions": list(map(float, values))}))
"""


LARGE = r"""
import sys, time
begin = time.perf_counter(), time.process_time()
from goldshell.spectra import analyse_spectrum, read_spectrum
import goldshell.spectra.esi_ms.analyse
marks = [(time.perf_counter(), time.process_time())]
spectrum = read_spectrum(sys.argv[1])
marks.append((time.perf_counter(), time.process_time()))
for intervals in (False, False, True):
    analyse_spectrum(spectrum, "Au25(p-MBSA)18", "p-MBA", intervals=intervals)
    marks.append((time.perf_counter(), time.process_time()))
for (wall, cpu), (before, cpu_before) in zip(marks, [begin, *marks]):
    print(wall - before, cpu - cpu_before)
"""
LARGE_STEPS = ("imports", "read", "first analysis without intervals", "second, without intervals", "with intervals")
SAMPLE = "Au25(p-MBSA)18", "p-MBA"


def main(page: Path | None = None) -> None:
    """Print time and errors for a broad mixture, a pure sample, and a large spectrum; write them to a page if named."""
    import esi_ms_generator as generator

    from goldshell.spectra import Spectrum, analyse_spectrum

    warm = generator.make(generator.Case("warm", generator.single(3), charges={5: 1.0}, points=4000))
    analyse_spectrum(Spectrum(warm.mz, warm.intensity), *SAMPLE)
    rows, notes = [], []
    for name, fractions in (("broad", generator.binomial(0.35)), ("pure", generator.single(0))):
        made_rows, note = _against_masserstein(generator, name, fractions)
        rows += made_rows
        notes.append(note)
    table = [
        "| sample | program | CPU time [s] | largest error of a fraction | mean n (true) |",
        "|---|---|---|---|---|",
        *rows,
    ]
    large = [*_large(generator), "", *_growth(generator)]
    print("\n".join([*table, "", *notes, "", *large]))
    if page is not None:
        page.write_text("\n".join([HEAD, *table, "", METHOD, *notes, "", LARGE_HEAD, *large, ""]), encoding="utf-8")


HEAD = """# ESI-MS against masserstein

Written by `python benchmarks/peers_esims.py docs/benchmarks-esi-ms.md` (set `MASSERSTEIN_PYTHON` to an interpreter
that has masserstein). Synthetic spectra of Au25(p-MBSA)18-n(p-MBA)n, 10,400 points, charges 4 and 5, 0 to 2 Na,
R 15,000, 0.3 % noise, 5 ppm off. masserstein (Wasserstein regression,
[Ciach et al. 2021](https://doi.org/10.1002/rcm.8956)) is given the species, the true calibration and the true peak
shape.
"""
METHOD = f"""Both programs are timed alike: CPU time with that of child processes, best of {REPEATS}, envelopes and peak
shapes made anew each time by masserstein and kept between runs by goldshell. *Told as much* is the same task: amounts
of the same given ions on the same points at a given calibration and peak shape, by goldshell's linear step; by itself
it does not keep a pure sample pure. *Told nothing* is the whole analysis, which masserstein does not attempt:
calibration, peak shape, charges, adducts, selection, intervals.
"""
LARGE_HEAD = """## A large spectrum

Times on a shared machine of two cores; they vary by tens of per cent. Compiled code is in numba's cache on disk. The
last table (R 60,000, so that no points are averaged) shows how time grows.
"""


def _against_masserstein(generator: object, name: str, fractions: np.ndarray) -> tuple[list[str], str]:
    """Rows of the table for one sample, and how many times as fast goldshell is."""
    from goldshell.chemistry import find_ligand, parse_cluster
    from goldshell.spectra import Spectrum, analyse_spectrum
    from goldshell.spectra.esi_ms.grammar import Modification, ions, shells

    case = generator.Case(name, generator.trimmed(fractions), charges={4: 0.3, 5: 0.7},
                          adducts={0: 0.6, 1: 0.3, 2: 0.1}, neutral_core=0.0,
                          noise=0.003, baseline=0.0, offset_ppm=5.0, points=10400)  # fmt: skip
    made, truth = generator.make(case), case.fractions
    spectrum = Spectrum(made.mz, made.intensity)
    species = ions(shells(parse_cluster("Au25(p-MBSA)18"), find_ligand("p-MBA")), (-4, -5), (-1,),
                   [Modification((("Na", k),) if k else ()) for k in range(3)])  # fmt: skip
    peer = _masserstein(os.environ.get("MASSERSTEIN_PYTHON", sys.executable), made, species, case)
    same, told = _same_knowledge(made, species, case)
    whole, result = _timed(lambda: analyse_spectrum(spectrum, *SAMPLE))
    bare, _ = _timed(lambda: analyse_spectrum(spectrum, *SAMPLE, intervals=False))
    found = np.array([item.value for item in result.fractions])
    rows = [_row(name, f"goldshell, told as much ({len(species)} species)", same, told, truth),
            _row(name, "goldshell, told nothing, with intervals", whole, found, truth)]  # fmt: skip
    if peer is None:
        return rows, f"- {name}: masserstein is not installed"
    share = np.bincount([ion.shell.n for ion in species], peer["proportions"], minlength=19)
    rows.insert(0, _row(name, f"masserstein ({len(species)} species)", peer["seconds"], share / share.sum(), truth))
    return rows, (
        f"- {name}: goldshell is {peer['seconds'] / same:.0f} times as fast told as much, "
        f"{peer['seconds'] / whole:.1f} times told nothing, "
        f"{peer['seconds'] / bare:.1f} times told nothing and without intervals"
    )


def _large(generator: object) -> list[str]:
    """100,000 points, everything unknown, in a fresh process."""
    case = generator.Case("large", generator.trimmed(generator.binomial(0.35)), points=100_000, noise=0.003)
    made = generator.make(case)
    candidates, further = _candidates(case.charges)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        np.savetxt(path, np.c_[made.mz, made.intensity], delimiter=",", header="m/z,intensity", comments="")
        done = subprocess.run([sys.executable, "-c", LARGE, str(path)], capture_output=True, text=True, check=True)
    times = [line.split() for line in done.stdout.splitlines()]
    lines = [
        f"{len(made.mz):,} points as CSV, R {case.resolution:,.0f}; charges, core charges, adducts, calibration and "
        f"peak shape to be found. {candidates} candidate ions from the start, {further} more where the "
        "residual asks for them.",
        "", "| step, in one fresh process | wall time [s] | CPU time [s] |", "|---|---|---|",
    ]  # fmt: skip
    return lines + [
        f"| {step} | {float(wall):.2f} | {float(cpu):.2f} |"
        for step, (wall, cpu) in zip(LARGE_STEPS, times, strict=True)
    ]


def _growth(generator: object) -> list[str]:
    """CPU time against points (each counts at R 60,000) and against candidate ions (charges looked for)."""
    from goldshell.spectra import Spectrum, analyse_spectrum

    lines = ["| points | charges | candidate ions | CPU time [s] |", "|---|---|---|---|"]
    for points, charges in ((50_000, (5, 6)), (100_000, (5, 6)), (200_000, (5, 6)), (100_000, (5,)),
                            (100_000, (4, 5, 6, 7))):  # fmt: skip
        case = generator.Case("growth", generator.trimmed(generator.binomial(0.35)), points=points, noise=0.003,
                              resolution=60_000.0, charges={z: 1 / len(charges) for z in charges})  # fmt: skip
        made = generator.make(case)
        spectrum = Spectrum(made.mz, made.intensity)
        best, _ = _timed(lambda spectrum=spectrum: analyse_spectrum(spectrum, *SAMPLE), 2)
        count = _candidates(charges)[0]
        lines.append(f"| {points:,} | {', '.join(map(str, charges))} | {count} | {best:.2f} |")
    return lines


def _candidates(charges: Iterable[int]) -> tuple[int, int]:
    """Candidate ions looked for from the start, and those that a residual can ask for."""
    from goldshell.chemistry import find_ligand, parse_cluster
    from goldshell.spectra.esi_ms.grammar import ions, modifications, shells

    every = shells(parse_cluster(SAMPLE[0]), find_ligand(SAMPLE[1]))
    signed = [-z for z in charges]
    first = len(ions(every, signed, (-1, 0), modifications()))
    return first, len(ions(every, signed, (-1, 0), modifications(other=True))) - first


def _timed(work: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    """Smallest CPU time of some runs, and the result."""
    best, result = math.inf, None
    for _ in range(repeats):
        begin = time.process_time()
        result = work()
        best = min(best, time.process_time() - begin)
    return best, result


def _same_knowledge(made: object, species: list, case: object) -> tuple[float, np.ndarray]:
    """The same species on the same points with calibration and width given: one non-negative solution."""
    from goldshell.spectra.esi_ms.envelopes import Instrument, columns, ion_peaks
    from goldshell.spectra.esi_ms.linear import baseline_columns, solve_non_negative

    x, y = made.mz, made.intensity
    centre = 0.5 * (x[0] + x[-1])

    def solved() -> np.ndarray:
        instrument = Instrument(centre, 0.5 * (x[-1] - x[0]), case.offset_ppm, 0.0, math.log(case.resolution))
        base = baseline_columns(x)
        design = columns(x, ion_peaks(species), instrument).beside(base)
        free = np.concatenate([np.zeros(len(species), bool), np.ones(base.size, bool)])
        return solve_non_negative(design.gram(), design.dot(y), free)

    best, amounts = _timed(solved)
    share = np.bincount([ion.shell.n for ion in species], amounts[: len(species)], minlength=19)
    return best, share / share.sum()


def _row(name: str, program: str, seconds: float, found: np.ndarray, truth: np.ndarray) -> str:
    n = np.arange(len(truth))
    return (f"| {name} | {program} | {seconds:.3f} | {np.abs(found - truth).max():.4f} | "
            f"{float(n @ found):.3f} ({float(n @ truth):.3f}) |")  # fmt: skip


def _masserstein(python: str, made: object, species: list, case: object) -> dict | None:
    with tempfile.TemporaryDirectory() as folder:
        points = Path(folder) / "points.npz"
        np.savez(points, x=made.mz, y=made.intensity)
        work = {
            "points": str(points), "repeats": REPEATS, "ppm": case.offset_ppm, "resolution": case.resolution,
            "species": [{"formula": ion.formula.hill(), "charge": abs(ion.charge)} for ion in species],
        }  # fmt: skip
        (Path(folder) / "work.json").write_text(json.dumps(work))
        done = subprocess.run([python, "-c", PEER, str(Path(folder) / "work.json")], capture_output=True, text=True)
        if done.returncode:
            if "No module named 'masserstein'" not in done.stderr:
                print(done.stderr[-600:], file=sys.stderr)
            return None
        return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
