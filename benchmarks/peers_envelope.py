"""Isotope envelopes: goldshell, IsoSpecPy, molmass and pyteomics on the same work, in time and accuracy.

Each program is compared with IsoSpecPy's fine structure to 1 - 1e-8, computed from that program's own isotope table, so
that the errors are those of the method and not of the table. Run ``python benchmarks/peers_envelope.py``.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import IsoSpecPy
import molmass
from pyteomics import mass as pyteomics_mass

from goldshell.chemistry import Formula, envelope, isotope_table
from goldshell.chemistry.isotopes import _power

CLUSTERS = ("C108H90Au25O54S36", "C144H162Au24PtS18", "C480H540Au144S60")
LIGAND = "C6H6O3S2"  # pyteomics lists isotopologues one by one: minutes to hours for a cluster
COVERAGE = 0.999

Peaks = dict[int, tuple[float, float]]  # nucleons -> probability, centroid [Da]
Table = Mapping[str, list[tuple[int, float, float]]]  # element -> nucleons, mass [Da], abundance


def compare() -> list[dict[str, Any]]:
    """One row per program and formula: time [ms] and largest errors over the peaks that goldshell keeps to 99.9 %."""
    rows = []
    for text in (*CLUSTERS, LIGAND):
        formula = Formula.parse(text)
        wanted = set(envelope(formula, coverage=COVERAGE).nucleons.tolist())
        programs: list[tuple[str, Callable[[], Peaks], Table, str]] = [
            ("goldshell, warm", lambda f=formula: _goldshell(f), _goldshell_table(formula), "powers of elements kept"),
            ("goldshell, cold", lambda f=formula: _goldshell_cold(f), _goldshell_table(formula), "nothing kept"),
            ("IsoSpecPy", lambda f=formula: _isospec(f, _goldshell_table(f), COVERAGE), _goldshell_table(formula),
             "fine structure to 99.9 %, summed by nominal mass in Python"),
            ("molmass", lambda f=formula: _molmass(f), _molmass_table(formula), "own table"),
        ]  # fmt: skip
        if text == LIGAND:
            programs.append(("pyteomics", lambda f=formula: _pyteomics(f), _pyteomics_table(formula), "own table"))
        for name, calculate, table, note in programs:
            peaks = calculate()
            reference = _isospec(formula, table, 1 - 1e-8)
            shared = [nucleons for nucleons in wanted if nucleons in peaks]
            rows.append(
                {
                    "work": f"envelope of {text}",
                    "program": name,
                    "time_ms": 1e3 * _time(calculate),
                    "probability_error": max(abs(peaks[n][0] - reference[n][0]) for n in shared),
                    "centroid_error_Da": max(abs(peaks[n][1] - reference[n][1]) for n in shared),
                    "peaks_missing": len(wanted) - len(shared),
                    "note": note,
                }
            )
    rows.append(
        {
            "work": "time of IsoSpecPy without summing",
            "program": "IsoSpecPy",
            "time_ms": 1e3 * _time(lambda: _isospec_only(Formula.parse(CLUSTERS[0]))),
            "note": f"{CLUSTERS[0]}: fine structure only, no nominal masses",
        }
    )
    return rows


def _time(calculate: Callable[[], Any], at_least: float = 0.2) -> float:
    """Time of one call [s]: best mean of three rounds."""
    calculate()
    start = time.perf_counter()
    calculate()
    number = max(1, int(at_least / max(time.perf_counter() - start, 1e-7)))
    rounds = []
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(number):
            calculate()
        rounds.append((time.perf_counter() - start) / number)
    return min(rounds)


def _goldshell(formula: Formula) -> Peaks:
    found = envelope(formula, coverage=COVERAGE)
    rows = zip(found.nucleons.tolist(), found.probabilities.tolist(), found.masses.tolist(), strict=True)
    return {nucleons: (p, mass) for nucleons, p, mass in rows}


def _goldshell_cold(formula: Formula) -> Peaks:
    _power.cache_clear()
    return _goldshell(formula)


def _goldshell_table(formula: Formula) -> Table:
    return {element: list(map(tuple, isotope_table()[element])) for element, _ in formula.atoms}  # type: ignore[misc]


def _molmass_table(formula: Formula) -> Table:
    return {
        element: [
            (number, isotope.mass, isotope.abundance)
            for number, isotope in sorted(molmass.ELEMENTS[element].isotopes.items())
            if isotope.abundance > 0
        ]
        for element, _ in formula.atoms
    }


def _pyteomics_table(formula: Formula) -> Table:
    return {
        element: [
            (number, weight, abundance)
            for number, (weight, abundance) in sorted(pyteomics_mass.nist_mass[element].items())
            if number > 0 and abundance > 0
        ]
        for element, _ in formula.atoms
    }


def _isospec_only(formula: Formula) -> Any:
    table = _goldshell_table(formula)
    return _fine(formula, table, COVERAGE, configurations=False)


def _fine(formula: Formula, table: Table, coverage: float, *, configurations: bool) -> Any:
    return IsoSpecPy.IsoTotalProb(
        coverage,
        atomCounts=[count for _, count in formula.atoms],
        isotopeMasses=[[mass for _, mass, _ in table[element]] for element, _ in formula.atoms],
        isotopeProbabilities=[[p for _, _, p in table[element]] for element, _ in formula.atoms],
        get_confs=configurations,
    )


def _isospec(formula: Formula, table: Table, coverage: float) -> Peaks:
    probability: dict[int, float] = defaultdict(float)
    moment: dict[int, float] = defaultdict(float)
    nucleons = [[number for number, _, _ in table[element]] for element, _ in formula.atoms]
    for mass, p, configuration in _fine(formula, table, coverage, configurations=True):
        number = sum(
            count * size
            for sizes, counts in zip(nucleons, configuration, strict=True)
            for size, count in zip(sizes, counts, strict=True)
        )
        probability[number] += p
        moment[number] += p * mass
    return {number: (probability[number], moment[number] / probability[number]) for number in probability}


def _molmass(formula: Formula) -> Peaks:
    spectrum = molmass.Formula(formula.hill()).spectrum(min_fraction=1e-9)
    return {number: (peak.fraction, peak.mass) for number, peak in spectrum.items()}


def _pyteomics(formula: Formula) -> Peaks:
    probability: dict[int, float] = defaultdict(float)
    moment: dict[int, float] = defaultdict(float)
    found = pyteomics_mass.isotopologues(formula=formula.hill(), report_abundance=True, overall_threshold=1e-8)
    for composition, p in found:
        number = sum(int(name.rstrip("]").partition("[")[2]) * count for name, count in composition.items())
        probability[number] += p
        moment[number] += p * pyteomics_mass.calculate_mass(composition=composition)
    return {number: (probability[number], moment[number] / probability[number]) for number in probability}


def main() -> None:
    """Print the comparison as a table."""
    for row in compare():
        errors = (
            f"{row['probability_error']:.1e}  {row['centroid_error_Da']:.1e} Da  missing {row['peaks_missing']}"
            if "probability_error" in row
            else ""
        )
        print(f"{row['work']:<36} {row['program']:<16} {row['time_ms']:>10.3f} ms  {errors}  {row['note']}")


if __name__ == "__main__":
    main()
