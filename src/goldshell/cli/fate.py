"""``goldshell fate``: where an injected dose goes, simulated; concentration curves, analysed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Fate in the body: non-compartmental analysis of curves, simulation of organs and excreta.",
)


@app.command(
    help="Non-compartmental analysis (WinNonlin's rules) of each subject of a table. Units follow the table: areas in "
    "concentration x time, clearance in dose / area, volumes in dose / concentration."
)
def nca(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="CSV or TSV with a header line.")],
    dose: Annotated[float, typer.Option(help="Dose of each subject, in concentration unit x volume unit.")],
    route: Annotated[str, typer.Option(help="bolus, infusion or extravascular.")],
    id_column: Annotated[str, typer.Option("--id", metavar="COLUMN", help="Column of the subject.")] = "id",
    time_column: Annotated[
        str, typer.Option("--time", metavar="COLUMN", help="Column of the time after the dose, for example in h.")
    ] = "time",
    concentration_column: Annotated[
        str, typer.Option("--conc", metavar="COLUMN", help="Column of the concentration.")
    ] = "conc",
    duration: Annotated[float, typer.Option(help="Duration of the infusion, in the unit of time.")] = 0.0,
    method: Annotated[str, typer.Option(help="linear or linear-up-log-down.")] = "linear-up-log-down",
    sparse: Annotated[
        bool, typer.Option("--sparse", help="One curve from all animals together (destructive sampling): area, SE.")
    ] = False,
    level: Annotated[float, typer.Option(help="Level of the intervals of --sparse [1].")] = 0.95,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.fate import nca as analyse
    from goldshell.fate import sparse_auc
    from goldshell.files import read_table

    numeric = (time_column, concentration_column)
    table = read_table(file, (id_column, *numeric), numeric=numeric)
    times, concentrations = (table[name].to_numpy(dtype=float) for name in numeric)
    if sparse:
        area = sparse_auc(times, concentrations, table[id_column].tolist(), level=level)
        if json_output:
            print_json({"sparse": area.to_dict()})
            return
        print_table(
            ("AUC", "SE", "df", "t low", "t high", "bootstrap low", "bootstrap high"),
            [(area.auc, area.standard_error, area.degrees_of_freedom, *area.t_interval, *area.bootstrap_interval)],
            title=f"area to the last time, {100 * level:g} % intervals",
        )
        print_warnings(area.warnings)
        return
    result = analyse(
        table[id_column].tolist(), times, concentrations, dose=dose, route=route, duration=duration, method=method
    )
    if figures is not None:
        from goldshell.fate.figures import nca_curves
        from goldshell.plotting import save

        figures.mkdir(parents=True, exist_ok=True)
        curves = nca_curves(table[id_column].tolist(), times, concentrations, result)
        save(curves, figures / "nca.svg")
    if json_output:
        print_json(result.to_dict())
        return
    names = ("cmax", "tmax", "auc_last", "auc_inf_obs", "half_life", "cl", "vz", "vss", "mrt", "r2_adjusted")
    print_table(
        ("id", "Cmax", "tmax", "AUC last", "AUC inf", "half-life", "CL", "Vz", "Vss", "MRT", "adj. r2"),
        [(subject.id, *(getattr(subject, name) for name in names)) for subject in result.subjects],
        title=f"{route}, {method}, dose {dose:g}" + (" (CL, Vz: over F)" if route == "extravascular" else ""),
    )
    print_warnings(result.warnings)


@app.command(
    help="Simulate where an injected dose goes: amounts [%ID] in plasma, organs and excreta at the times [h] of a YAML "
    "file (species, particle, dose, model, times)."
)
def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Species, particle, dose, model, times.")],
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.fate import read_fate

    problem = read_fate(file)
    result = problem.simulate()
    if figures is not None:
        from goldshell.fate import drawing_times
        from goldshell.fate.figures import mass_balance, time_courses
        from goldshell.plotting import save

        figures.mkdir(parents=True, exist_ok=True)
        smooth = problem.simulate(drawing_times(problem.times, problem.voiding_times))
        save(time_courses(smooth), figures / "time_courses.svg")
        save(mass_balance(smooth), figures / "mass_balance.svg")
    if json_output:
        print_json(result.to_dict())
        return
    print_table(
        ("time [h]", *result.compartments),
        [
            (float(time), *(float(course[row]) for course in result.compartments.values()))
            for row, time in enumerate(result.time_h)
        ],
        title=f"{result.model} model, {result.physiology.species} ({result.physiology.set}), "
        f"{result.physiology.body_weight:g} g: amounts [%ID]",
    )
    if result.measured:
        print()
        print_table(
            ("time [h]", *result.measured),
            [
                (float(time), *(float(course[row]) for course in result.measured.values()))
                for row, time in enumerate(result.time_h)
            ],
            title="organs as dissected, with their residual blood [%ID]",
        )
    print_warnings(result.warnings)
