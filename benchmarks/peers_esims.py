"""Ligand distributions from ESI spectra: goldshell and masserstein on the same points and species.

masserstein (Wasserstein regression; Ciach et al., Rapid Commun. Mass Spectrom. 2021, doi:10.1002/rcm.8956) is given
what goldshell has to find out: the shift of the calibration and the true Gaussian width. It runs in this interpreter,
or in the one named by the variable MASSERSTEIN_PYTHON. Both are timed alike: CPU time, best of `REPEATS`.
Run ``python benchmarks/peers_esims.py``.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main() -> None:
    """Print time and errors for a broad mixture and a pure sample."""
    import esi_ms_generator as generator

    from goldshell.chemistry import find_ligand, parse_cluster
    from goldshell.spectra import Spectrum, analyse_spectrum
    from goldshell.spectra.esi_ms.grammar import Modification, ions, shells

    python = os.environ.get("MASSERSTEIN_PYTHON", sys.executable)
    n = np.arange(19)
    warm = generator.make(generator.Case("warm", generator.single(3), charges={5: 1.0}, points=4000))
    analyse_spectrum(Spectrum(warm.mz, warm.intensity), "Au25(p-MBSA)18", "p-MBA")
    for name, fractions in (("broad", generator.binomial(0.35)), ("pure", generator.single(0))):
        case = generator.Case(name, generator.trimmed(fractions), charges={4: 0.3, 5: 0.7},
                              adducts={0: 0.6, 1: 0.3, 2: 0.1}, neutral_core=0.0,
                              noise=0.003, baseline=0.0, offset_ppm=5.0, points=10400)  # fmt: skip
        made = generator.make(case)
        truth = case.fractions
        ours = math.inf
        for _ in range(REPEATS):
            begin = time.process_time()
            result = analyse_spectrum(Spectrum(made.mz, made.intensity), "Au25(p-MBSA)18", "p-MBA")
            ours = min(ours, time.process_time() - begin)
        found = np.array([item.value for item in result.fractions])
        _row(name, "goldshell", ours, found, truth)
        species = ions(shells(parse_cluster("Au25(p-MBSA)18"), find_ligand("p-MBA")), (-4, -5), (-1,),
                       [Modification((("Na", k),) if k else ()) for k in range(3)])  # fmt: skip
        same, told = _same_knowledge(made, species, case)
        _row(name, "goldshell, told as much", same, told, truth)
        peer = _masserstein(python, made, species, case)
        if peer is None:
            print(f"{name:<8} masserstein is not installed")
            continue
        share = np.zeros(19)
        for ion, value in zip(species, peer["proportions"], strict=True):
            share[ion.shell.n] += value
        ours_bare = math.inf
        for _ in range(REPEATS):
            begin = time.process_time()
            analyse_spectrum(Spectrum(made.mz, made.intensity), "Au25(p-MBSA)18", "p-MBA", intervals=False)
            ours_bare = min(ours_bare, time.process_time() - begin)
        _row(name, f"masserstein ({len(species)} species)", peer["seconds"], share / share.sum(), truth)
        print(
            f"{name:<8} goldshell is {peer['seconds'] / ours:.0f} times as fast with all to find and intervals, "
            f"{peer['seconds'] / ours_bare:.0f} without intervals, "
            f"{peer['seconds'] / same:.0f} times told as much; true mean n {float(n @ truth):.3f}"
        )


def _same_knowledge(made: object, species: list, case: object) -> tuple[float, np.ndarray]:
    """The same species on the same points with calibration and width given: one non-negative solution."""
    from goldshell.spectra.esi_ms.envelopes import Instrument, columns, ion_peaks
    from goldshell.spectra.esi_ms.linear import baseline_columns, solve_non_negative

    x, y = made.mz, made.intensity
    centre = 0.5 * (x[0] + x[-1])
    best = math.inf
    for _ in range(REPEATS):
        begin = time.process_time()
        instrument = Instrument(centre, 0.5 * (x[-1] - x[0]), case.offset_ppm, 0.0, math.log(case.resolution))
        base = baseline_columns(x)
        design = columns(x, ion_peaks(species), instrument).beside(base)
        free = np.concatenate([np.zeros(len(species), bool), np.ones(base.size, bool)])
        amounts = solve_non_negative(design.gram(), design.dot(y), free)
        best = min(best, time.process_time() - begin)
    share = np.zeros(19)
    for ion, value in zip(species, amounts[: len(species)], strict=True):
        share[ion.shell.n] += value
    return best, share / share.sum()


def _row(name: str, program: str, seconds: float, found: np.ndarray, truth: np.ndarray) -> None:
    n = np.arange(len(truth))
    print(f"{name:<8} {program:<28} {seconds:8.2f} s   largest error {np.abs(found - truth).max():.4f}   "
          f"mean n {float(n @ found):.3f}")  # fmt: skip


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
    main()
