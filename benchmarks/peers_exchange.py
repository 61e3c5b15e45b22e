"""Ligand exchange (level 1): goldshell's integrator beside others, at matched accuracy.

The well-mixed model of Au25(p-MBSA)18 + p-MBA in water and ethyl acetate (51 states, 61 output times, 1 h of reaction),
100 parameter sets about the defaults. Every program gets the same equations: the SBML that goldshell exports, with what
follows from constants written as numbers (libRoadRunner, COPASI), the same formulas as symbols (CasADi), or the same
compiled right-hand side and Jacobian (SciPy, CVODE through scikit-sundae).

Matched accuracy: for each program the loosest tolerance of a scan whose median worst error is at most 5e-7. The worst
error of a set is the largest of any state whose peak exceeds 1e-6 of all clusters, relative to that peak, against CVODE
at rtol 1e-12. All programs then solve the same sets by turns in one process and thread; what is timed is the solution
alone, and for goldshell also the making of its coefficients. Times are CPU times.

libRoadRunner multiplies a scalar absolute tolerance by the size of each state; it gets a vector of equal values.

Run ``python benchmarks/peers_exchange.py [FILE.md]`` with OMP_NUM_THREADS=1; FILE.md gets the results as a page.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import math
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from goldshell.exchange import Experiment, Parameters, kernels, make_experiment, solve
from goldshell.exchange.models import well_mixed
from goldshell.exchange.sbml import build_document
from goldshell.exchange.sbml_document import Document, write_document
from goldshell.exchange.simulate import start_state

SETS = 100
WANTED = 5e-7  # median over the sets of the worst error of any state
SCAN_SETS = 40  # sets of the scan
TIMES = np.linspace(0.0, 1.0, 61)
VIAL = make_experiment(
    "Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, solvent="ethyl acetate", organic_mL=2.0,
    organic_ligand_mM=0.25,
)  # fmt: skip
# Nothing that changes the volume of the interphase, which the other programs hold constant.
SPREAD = {
    "k_exchange": 1.0, "equilibrium_constant": 0.7, "exchange_affinity": 0.7, "k_etching": 0.7,
    "film_water": 0.7, "film_organic": 0.7, "interphase_rate": 1.0, "cluster_partition": 1.0, "class_affinity": 0.5,
    "class_rate": 0.5, "cluster_diffusivity": 0.3,
}  # fmt: skip
FLOOR = 1e-6  # absolute tolerance is rtol times this share of all clusters, as goldshell's own
RTOLS = [10.0**-k for k in (4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11)]


def parameter_sets(count: int) -> list[Parameters]:
    """Log-normal about the defaults; k_exchange about 30 1/h, so that the shell exchanges within the hour."""
    random = np.random.default_rng(2026)
    center = Parameters(k_exchange=30.0)
    return [
        dataclasses.replace(
            center,
            cooperativity=random.normal(0.0, 0.05),
            **{name: getattr(center, name) * math.exp(random.normal(0.0, sd)) for name, sd in SPREAD.items()},
        )
        for _ in range(count)
    ]


def fixed_document(experiment: Experiment, parameters: Parameters) -> Document:
    """The model with all that follows from constants as numbers; the same structure for every parameter set."""
    document = build_document(experiment, parameters)
    document.fix_constants()
    document.drop_unused()
    return document


def species_columns(names: list[str]) -> tuple[list[int], list[int]]:
    """Positions in goldshell's state and in a list of species names of the states that both have."""
    order = []
    for n in range(VIAL.sites + 1):
        order += [f"cluster_water_{n}", f"cluster_interphase_{n}"]
    for region in ("water", "interphase", "organic"):
        order += [f"incoming_{region}", f"outgoing_{region}"]
    order += ["incoming_solid", "unmixed", "etched"]
    order += [f"{ligand}_{pool}" for pool in ("on_etched_gold", "disulfide") for ligand in ("incoming", "outgoing")]
    both = [(i, names.index(name)) for i, name in enumerate(order) if name in names]
    return [i for i, _ in both], [j for _, j in both]


Prepared = Callable[
    [], Any
]  # solves one set and returns (times, states of goldshell); NaN where a program has no state


class Goldshell:
    name = "goldshell"

    def __init__(self, integrator: str = "radau") -> None:
        self.integrator = integrator
        if integrator == "cvode":
            self.name = "CVODE (scikit-sundae), compiled right-hand side and Jacobian"

    def prepare(self, parameters: Parameters, rtol: float) -> Prepared:
        vector = well_mixed.to_vector(parameters)
        return lambda: solve(VIAL, vector, times=TIMES, rtol=rtol, integrator=self.integrator).amounts


class SciPyBDF:
    name = f"SciPy {importlib.metadata.version('scipy')} BDF, same compiled right-hand side and Jacobian"

    def prepare(self, parameters: Parameters, rtol: float) -> Prepared:
        co = well_mixed.coefficients(VIAL, well_mixed.to_vector(parameters))
        start = start_state(VIAL, len(co.exposure))
        parts = kernels.empty_jacobian(len(co.exposure), VIAL.sites)
        out, full = np.empty(len(start)), np.empty((len(start), len(start)))

        def rates(t: float, y: Any) -> Any:
            kernels.rates(co, t, y, out)
            return out.copy()

        def jacobian(t: float, y: Any) -> Any:
            kernels.dense_jacobian(co, t, y, parts, full)
            return full.copy()

        atol = rtol * FLOOR * VIAL.cluster_mM * VIAL.water_mL
        return lambda: (
            solve_ivp(rates, (0.0, 1.0), start, method="BDF", t_eval=TIMES, rtol=rtol, atol=atol, jac=jacobian).y.T
        )


class RoadRunner:
    def __init__(self) -> None:
        import roadrunner

        self.name = f"libRoadRunner {roadrunner.__version__}"
        self.model = roadrunner.RoadRunner(write_document(fixed_document(VIAL, parameter_sets(1)[0])))
        names = list(self.model.model.getFloatingSpeciesIds())
        self.ours, theirs = species_columns(names)
        self.model.timeCourseSelections = [names[j] for j in theirs]
        self.globals = list(self.model.model.getGlobalParameterIds())

    def prepare(self, parameters: Parameters, rtol: float) -> Prepared:
        document = fixed_document(VIAL, parameters)
        known = [
            (i, document.parameters[name].value) for i, name in enumerate(self.globals) if name in document.parameters
        ]
        self.model.reset()
        self.model.model.setGlobalParameterValues([i for i, _ in known], [value for _, value in known])
        integrator = self.model.integrator
        integrator.setValue("relative_tolerance", rtol)
        size = self.model.model.getNumFloatingSpecies()
        integrator.setValue("absolute_tolerance", [rtol * FLOOR * VIAL.cluster_mM * VIAL.water_mL] * size)
        integrator.setValue("maximum_num_steps", 1_000_000)
        return lambda: self._spread(np.asarray(self.model.simulate(0.0, 1.0, len(TIMES))))

    def _spread(self, values: Any) -> Any:
        out = np.full((len(TIMES), 2 * (VIAL.sites + 1) + kernels.EXTRA), np.nan)
        out[:, self.ours] = values
        return out


class Casadi:
    def __init__(self) -> None:
        import casadi

        self.casadi = casadi
        self.name = f"CasADi {casadi.__version__} CVODES"
        document = fixed_document(VIAL, parameter_sets(1)[0])
        self.species = list(document.species)
        self.parameters = list(document.parameters)
        x, p = casadi.SX.sym("x", len(self.species)), casadi.SX.sym("p", len(self.parameters))
        known: dict[str, Any] = {name: x[i] for i, name in enumerate(self.species)}
        known |= {name: p[i] for i, name in enumerate(self.parameters)}
        known |= {name: size.value for name, size in document.compartments.items() if name not in known}
        known |= {"exp": casadi.exp, "sum": lambda *terms: sum(terms), "time": casadi.SX.sym("t")}
        for name, rule in document.rules.items():
            known[name] = eval(rule.formula, {"__builtins__": {}}, known)
        slopes = dict.fromkeys(self.species, casadi.SX(0.0))
        for reaction in document.reactions.values():
            rate = eval(reaction.rate, {"__builtins__": {}}, known)
            for sign, side in ((-1, reaction.reactants), (1, reaction.products)):
                for name, count in side.items():
                    slopes[name] = slopes[name] + sign * count * rate
        self.system = {"x": x, "p": p, "ode": casadi.vertcat(*slopes.values())}
        self.ours, self.theirs = species_columns(self.species)
        self.made: dict[float, Any] = {}

    def prepare(self, parameters: Parameters, rtol: float) -> Prepared:
        document = fixed_document(VIAL, parameters)
        if rtol not in self.made:
            options = {
                "reltol": rtol, "abstol": rtol * FLOOR * VIAL.cluster_mM * VIAL.water_mL, "max_num_steps": 1_000_000,
            }  # fmt: skip
            self.made[rtol] = self.casadi.integrator("f", "cvodes", self.system, 0.0, TIMES[1:].tolist(), options)
        state = start_state(VIAL, 1)
        start = np.zeros(len(self.species))
        start[self.theirs] = state[self.ours]
        values = np.array([document.parameters[name].value for name in self.parameters])

        def run() -> Any:
            found = np.array(self.made[rtol](x0=start, p=values)["xf"]).T
            out = np.full((len(TIMES), len(state)), np.nan)
            out[0, self.ours], out[1:, self.ours] = start[self.theirs], found[:, self.theirs]
            return out

        return run


class Copasi:
    def __init__(self) -> None:
        import basico
        import COPASI

        self.name = f"COPASI {importlib.metadata.version('python-copasi')} (LSODA)"
        self.copasi = COPASI
        text = write_document(fixed_document(VIAL, parameter_sets(1)[0]))
        self.data = basico.load_model_from_string(text)
        self.model = self.data.getModel()
        self.task = self.data.getTask("Time-Course")
        self.task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        problem = self.task.getProblem()
        problem.setModel(self.model)
        problem.setStepNumber(len(TIMES) - 1)
        problem.setDuration(1.0)
        problem.setTimeSeriesRequested(True)
        problem.setAutomaticStepSize(False)
        self.values = {value.getSBMLId(): value for value in self._all(self.model.getModelValues())}

    @staticmethod
    def _all(items: Any) -> list[Any]:
        return [items.get(i) for i in range(items.size())]

    def prepare(self, parameters: Parameters, rtol: float) -> Prepared:
        document = fixed_document(VIAL, parameters)
        changed = self.copasi.ObjectStdVector()
        for name, value in self.values.items():
            if name in document.parameters:
                value.setInitialValue(document.parameters[name].value)
                changed.append(value.getInitialValueReference())
        self.model.updateInitialValues(changed)
        method = self.task.getMethod()
        method.getParameter("Relative Tolerance").setDblValue(rtol)
        method.getParameter("Absolute Tolerance").setDblValue(rtol * FLOOR * VIAL.cluster_mM * VIAL.water_mL)
        method.getParameter("Max Internal Steps").setUIntValue(1_000_000)

        def run() -> Any:
            if not self.task.process(True):
                raise RuntimeError(self.copasi.CCopasiMessage.getAllMessageText())
            return self.task.getTimeSeries()

        return run

    def read(self, series: Any) -> Any:
        """Amounts of the time series (COPASI gives concentrations unless asked for particle numbers)."""
        count = series.getNumVariables()
        species = {item.getObjectName(): item for item in self._all(self.model.getMetabolites())}
        found = [species.get(series.getTitle(i)) for i in range(count)]
        ours, theirs = species_columns([item.getSBMLId() if item else "" for item in found])
        out = np.full((len(TIMES), 2 * (VIAL.sites + 1) + kernels.EXTRA), np.nan)
        for i, j in zip(ours, theirs, strict=True):
            volume = found[j].getCompartment().getInitialValue()
            out[:, i] = [series.getConcentrationData(k, j) * volume for k in range(len(TIMES))]
        return out


def worst_error(found: Any, reference: Any) -> float:
    """Largest error relative to a state's peak, of the states whose peak exceeds 1e-6 of all clusters [1]."""
    peak = np.abs(reference).max(axis=0)
    counted = (peak > 1e-6 * VIAL.cluster_mM * VIAL.water_mL) & ~np.isnan(found).any(axis=0)
    return float((np.abs(found - reference).max(axis=0)[counted] / peak[counted]).max())


def programs() -> list[Any]:
    """Those that are installed."""
    found: list[Any] = [Goldshell(), Goldshell("cvode"), SciPyBDF()]
    for kind in (RoadRunner, Casadi, Copasi):
        try:
            found.append(kind())
        except ImportError as problem:
            print(f"left out: {problem}", flush=True)
    return found


def matched_tolerance(program: Any, sets: list[Parameters], references: list[Any]) -> tuple[float, float]:
    """The loosest rtol whose median worst error is at most `WANTED`, and that error."""
    error = math.inf
    for rtol in RTOLS:
        errors = []
        for parameters, reference in zip(sets[:SCAN_SETS], references, strict=False):
            try:
                errors.append(worst_error(_solved(program, parameters, rtol)[0], reference))
            except RuntimeError:
                errors.append(math.inf)
        error = float(np.median(errors))
        if error <= WANTED:
            return rtol, error
    return math.nan, error


def _solved(program: Any, parameters: Parameters, rtol: float) -> tuple[Any, float]:
    """States and CPU time of one set [s]."""
    run = program.prepare(parameters, rtol)
    began = time.process_time()
    found = run()
    taken = time.process_time() - began
    return (program.read(found) if hasattr(program, "read") else found), taken


def compare() -> list[dict[str, Any]]:
    """One row per program: tolerance, errors, CPU time per solution [ms], ratio to goldshell."""
    sets = parameter_sets(SETS)
    references = [
        solve(VIAL, well_mixed.to_vector(one), times=TIMES, rtol=1e-12, integrator="cvode").amounts for one in sets
    ]
    rows = []
    for program in programs():
        rtol, _ = matched_tolerance(program, sets, references)
        print(f"{program.name}: rtol {rtol:.1e}", flush=True)
        rows.append({"program": program.name, "rtol": rtol, "solver": program, "times": [], "errors": []})
    rows = [row for row in rows if not math.isnan(row["rtol"])]
    for parameters, reference in zip(sets, references, strict=True):
        for row in rows:
            found, taken = _solved(row["solver"], parameters, row["rtol"])
            again = _solved(row["solver"], parameters, row["rtol"])[1]
            row["times"].append(min(taken, again))
            row["errors"].append(worst_error(found, reference))
    ours = np.array(rows[0]["times"])
    for row in rows:
        row["time_ms"] = 1e3 * float(np.median(row["times"]))
        row["ratio"] = float(np.median(np.array(row["times"]) / ours))
        row["median_error"] = float(np.median(row["errors"]))
        row["worst_error"] = float(np.max(row["errors"]))
    return rows


def scaling() -> list[dict[str, float]]:
    """CPU time per solution for ladders of 18, 44 and 144 sites, default tolerances, median of ten sets [ms]."""
    rows = []
    for sites in (18, 44, 144):
        shell = (1.0, *(0.0,) * sites)
        vial = dataclasses.replace(VIAL, sites=sites, site_classes=(sites,), initial_shell=shell)
        times = []
        for parameters in parameter_sets(10):
            vector = well_mixed.to_vector(dataclasses.replace(parameters, cooperativity=0.0))
            solve(vial, vector, times=TIMES)
            began = time.process_time()
            for _ in range(10):
                solve(vial, vector, times=TIMES)
            times.append(0.1 * (time.process_time() - began))
        rows.append({"sites": sites, "time_ms": 1e3 * float(np.median(times))})
    return rows


def page(rows: list[dict[str, Any]], ladder: list[dict[str, float]]) -> str:
    """The results as a documentation page."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `python benchmarks/peers_exchange.py docs/benchmarks.md` on "
        f"{time.strftime('%d %B %Y')} (Python {platform.python_version()}, {platform.machine()}, one thread). CPU "
        "times; only ratios mean something.",
        "",
        "## Ligand exchange, level 1",
        "",
        f"51 states, 61 output times, {SETS} parameter sets; for each program the loosest tolerance whose median worst "
        f"error is at most {WANTED:g} (errors relative to a state's peak, states whose peak exceeds 1e-6 of all "
        "clusters, against CVODE at rtol 1e-12). Ratios are medians over the sets, which all programs solved by turns.",
        "",
        "| Program | rtol | median error | worst error | ms per solution | times goldshell |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row['program']} | {row['rtol']:.1e} | {row['median_error']:.1e} | {row['worst_error']:.1e} "
            f"| {row['time_ms']:.2f} | {row['ratio']:.1f} |"
        )
    lines += [
        "",
        "AMICI has no built package for this Python and is left out.",
        "",
        "Cost against the length of the ladder, goldshell at its default tolerance:",
        "",
        "| N | ms per solution | us per site |",
        "|---|---|---|",
    ]
    lines += [
        f"| {row['sites']:.0f} | {row['time_ms']:.2f} | {1e3 * row['time_ms'] / row['sites']:.0f} |" for row in ladder
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the tables; write them as a page where a file is named."""
    text = page(compare(), scaling())
    print(text)
    if len(sys.argv) > 1 and sys.argv[1].endswith(".md"):
        Path(sys.argv[1]).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
