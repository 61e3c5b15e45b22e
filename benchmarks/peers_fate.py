"""Fate of a dose: goldshell's population solver beside libRoadRunner and SciPy, in time and accuracy.

The minimal model (8 states, 50 times) for a population whose parameters vary log-normally. libRoadRunner integrates the
same rates as SBML (CVODE, its default rtol 1e-6, and 1e-9), parameters set one animal at a time, since it has no
populations; LSODA runs at rtol 1e-9. Errors are against the matrix exponential.
A hierarchical fit of a synthetic series of five shells, with profile likelihoods, is timed beside. CPU times.
Run ``python benchmarks/peers_fate.py``, on one core with OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import odeint

from goldshell.fate import fit, read_fate_data
from goldshell.fate.linear import exponential, solve_linear
from goldshell.fate.models import minimal

POPULATION = 100_000
PEER_SAMPLE = 400  # animals that the one-at-a-time programs run
TIMES = np.concatenate([[0.0], np.geomspace(0.05, 72.0, 49)])
SPREAD = 0.3  # of the logarithm of every parameter that varies
VARIED = (
    "V1",
    "k12",
    "k21",
    "CL_liver",
    "CL_spleen",
    "GFR",
    "sieving",
    "k_bile",
    "k_faeces",
    "k_extrusion",
    "k_release",
)


def population(size: int) -> minimal.Parameters:
    """Parameters of many animals, log-normal about the defaults."""
    generator = np.random.default_rng(0)
    center = dataclasses.replace(minimal.Parameters(), k_release=0.01)
    factors = {name: np.exp(SPREAD * generator.standard_normal(size)) for name in VARIED}
    varied: Any = {name: np.clip(getattr(center, name) * factors[name], 0.0, None) for name in VARIED}
    return dataclasses.replace(center, **varied)


def compare() -> list[dict[str, Any]]:
    """One row per program: time per animal [us] and largest error of any compartment [%ID]."""
    animals = population(POPULATION)
    start = np.zeros(8)
    start[0] = 100.0
    minimal.amounts(TIMES, population(10))  # compile
    began = time.process_time()
    matrices = minimal.rate_matrix(animals)
    built = time.process_time()
    ours = solve_linear(matrices, start, TIMES)
    ended = time.process_time()
    sample = matrices[:PEER_SAMPLE]
    exact = np.array([exponential(matrix, start, TIMES) for matrix in sample])
    rows = [
        {
            "program": "goldshell",
            "time_us": 1e6 * (ended - began) / POPULATION,
            "error_pctID": float(np.abs(ours[:PEER_SAMPLE] - exact).max()),
            "note": f"population of {POPULATION}; matrices {1e6 * (built - began) / POPULATION:.1f} us of it; "
            f"balance {float(np.abs(ours.sum(axis=-1) / 100 - 1).max()):.1e}",
        }
    ]
    began = time.process_time()
    theirs = np.array([odeint(lambda x, _, a=matrix: a @ x, start, TIMES, rtol=1e-9, atol=1e-12) for matrix in sample])
    rows.append(_row("SciPy LSODA", began, theirs, exact, "Python right-hand side"))
    try:
        import roadrunner
    except ImportError:
        rows.append(
            {"program": "libRoadRunner", "time_us": float("nan"), "error_pctID": float("nan"), "note": "absent"}
        )
        return rows
    names = minimal.compartments()
    links = [(i, j) for i in range(8) for j in range(8) if i != j and np.any(matrices[:, i, j] > 0)]
    model = roadrunner.RoadRunner(_sbml(links))
    model.selections = list(names)
    when = TIMES.tolist()
    for relative, absolute in ((1e-6, 1e-12), (1e-9, 1e-12)):
        model.integrator.setValue("relative_tolerance", relative)
        model.integrator.setValue("absolute_tolerance", absolute)
        model.reset()
        model.simulate(times=when)
        results = []
        began = time.process_time()
        for matrix in sample:
            model.reset()
            for i, j in links:
                model[f"k{i}_{j}"] = matrix[i, j]
            results.append(np.array(model.simulate(times=when)))
        note = f"CVODE, rtol {relative:g}; parameters set by name"
        rows.append(_row("libRoadRunner", began, np.array(results), exact, note))
    model.integrator.setValue("relative_tolerance", 1e-6)
    began = time.process_time()
    for _ in sample:
        model.reset()
        model.simulate(times=when)
    rows.append(
        {
            "program": "libRoadRunner, no parameters set",
            "time_us": 1e6 * (time.process_time() - began) / PEER_SAMPLE,
            "error_pctID": float("nan"),
            "note": "the integration alone, rtol 1e-06",
        }
    )
    return rows


def _row(program: str, began: float, found: Any, exact: Any, note: str) -> dict[str, Any]:
    return {
        "program": program,
        "time_us": 1e6 * (time.process_time() - began) / PEER_SAMPLE,
        "error_pctID": float(np.abs(found - exact).max()),
        "note": f"{PEER_SAMPLE} animals; {note}",
    }


def _sbml(links: list[tuple[int, int]]) -> str:
    """SBML with one first-order reaction per link, its rate constant a parameter."""
    names = minimal.compartments()
    species = "".join(
        f'<species id="{name}" compartment="c" initialAmount="{100 * (name == "plasma")}" '
        'hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>'
        for name in names
    )
    parameters = "".join(f'<parameter id="k{i}_{j}" value="1" constant="false"/>' for i, j in links)
    side = '<listOf{0}><speciesReference species="{1}" stoichiometry="1" constant="true"/></listOf{0}>'
    reactions = "".join(
        f'<reaction id="r{i}_{j}" reversible="false" fast="false">{side.format("Reactants", names[j])}'
        f'{side.format("Products", names[i])}<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply>'
        f"<times/><ci>k{i}_{j}</ci><ci>{names[j]}</ci></apply></math></kineticLaw></reaction>"
        for i, j in links
    )
    return (
        '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        '<model id="m"><listOfCompartments><compartment id="c" size="1" constant="true" spatialDimensions="3"/>'
        f"</listOfCompartments><listOfSpecies>{species}</listOfSpecies><listOfParameters>{parameters}"
        f"</listOfParameters><listOfReactions>{reactions}</listOfReactions></model></sbml>"
    )


def series(path: Path) -> None:
    """A synthetic table of the p-ATP series: five shells, blood, organs and excreta, CV 15 %."""
    generator = np.random.default_rng(1)
    lines = ["# synthetic: yes", "time_h,compartment,value,sd,n,unit,group,n_ligand"]
    for n in (0, 3, 4, 8, 9):
        shell = minimal.Parameters(CL_liver=1.2 * np.exp(-0.03 * n), sieving=0.012 * np.exp(0.08 * n))
        for hours in (0.083, 0.5, 2, 6, 24):
            found = dict(zip(minimal.compartments(shell), minimal.amounts([hours], shell)[0], strict=True))
            samples = [("blood", "%ID/mL", 0.55 * found["plasma"])]
            if hours >= 6:
                samples += [(name, "%ID", found[name]) for name in ("liver", "spleen", "kidney", "urine", "faeces")]
            for name, unit, amount in samples:
                value = max(amount, 1e-3) * np.exp(0.15 * generator.standard_normal())
                lines.append(f"{hours},{name},{value:.4g},{0.15 * value:.3g},3,{unit},{n} p-ATP,{n}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Print the table."""
    for row in compare():
        print(f"{row['program']:<34} {row['time_us']:9.1f} us  error {row['error_pctID']:.1e} %ID  {row['note']}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.csv"
        series(path)
        began = time.process_time()
        result = fit(read_fate_data(path))
        taken = time.process_time() - began
    groups = len(result.group_values)
    print(
        f"hierarchical fit: {groups} groups, {result.problem.count} samples, {len(result.parameters)} parameters, "
        f"{len(result.profiles)} profiles: {taken:.1f} s"
    )


if __name__ == "__main__":
    main()
