"""``goldshell fate``: where an injected dose goes, simulated; concentration curves, analysed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings
from goldshell.cli.relation import ModelArgument, NameArgument, ValuesArgument, assignments, print_relation

if TYPE_CHECKING:
    from goldshell.fate import FateFit

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


@app.command(
    help="Look for what is wrong with a table of measured gold: recovery above 100 %, missing gold, unit slips, values "
    "below their limit, duplicates, labels. Exit code 1 when there are errors."
)
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns time_h, compartment, value, unit, and more.")
    ],
    json_output: JsonOption = False,
) -> None:
    from goldshell.fate import lint, read_fate_data

    result = lint(read_fate_data(file))
    if json_output:
        print_json(result.to_dict())
    else:
        print_table(
            ("severity", "code", "where", "finding", "what to do"),
            [(item.severity, item.code, item.where, item.message, item.hint) for item in result.findings],
            title=f"samples: {len(result.data.samples)}, findings: {len(result.findings)}",
        )
        if result.recoveries:
            print()
            print_table(
                ("group", "time [h]", "found [%ID]", "in"),
                [
                    (item["group"], item["time_h"], item["found_percent_id"], " + ".join(item["compartments"]))
                    for item in result.recoveries
                ],
            )
        print_warnings(result.data.warnings)
    if result.errors:
        raise typer.Exit(1)


@app.command(
    help="Fit a model of fate to measured gold: parameters with intervals, recovery, and what the samples cannot say. "
    "Columns time_h, compartment, value, sd, n, unit, group, animal; see the how-to for units and header lines."
)
def fit(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Measured gold, any of the field's units.")],
    model: Annotated[str, typer.Option(help="Name of a model file of fate.")] = "minimal",
    free: Annotated[str, typer.Option(help="Parameters to fit, comma between; all when left out.")] = "",
    fix: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="Hold a parameter.")] = None,
    by_group: Annotated[
        str | None, typer.Option(help="Parameters that differ between groups, comma between; clearances by default.")
    ] = None,
    covariate: Annotated[
        str | None, typer.Option(help="Column of numbers that explains the groups, shell composition say.")
    ] = None,
    spread: Annotated[
        float | None, typer.Option(help="Spread between groups (sd of ln); estimated when left out.")
    ] = None,
    level: Annotated[float, typer.Option(help="Level of the intervals.")] = 0.95,
    profiles: Annotated[bool, typer.Option(help="Intervals by profile likelihood.")] = True,
    posterior: Annotated[
        int, typer.Option(help="Steps of the posterior sampler (emcee); bands are then its; 0: none.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 0,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.errors import InputError
    from goldshell.fate import FitOptions, read_fate_data
    from goldshell.fate import fit as fit_fate

    if not 0.0 < level < 1.0:
        raise InputError(f"a level of {level:g}", where="--level", hint="0.95 gives 95 % intervals")
    if posterior < 0:
        raise InputError(f"{posterior} steps", where="--posterior", hint="0 for none, better 1000")
    options = FitOptions(
        model=model,
        free=_names(free),
        fixed=assignments(fix or [], "--fix"),
        by_group=None if by_group is None else _names(by_group),
        covariate=covariate,
        spread=spread,
        level=level,
        seed=seed,
    )
    result = fit_fate(read_fate_data(file), options, profiles=profiles, posterior_steps=posterior)
    if figures is not None:
        from goldshell.fate.figures_fit import write_fit_figures

        write_fit_figures(result, figures)
    if json_output:
        print_json(result.to_dict())
        return
    _print_fit(result)


@app.command(
    help="Relations of the model files: without arguments their list; with MODEL and RELATION the value at given "
    "numbers, in the units that the list names (silver_biotransformation contrast silver=1 oxygen=20)."
)
def relation(
    model: ModelArgument = None,
    name: NameArgument = None,
    values: ValuesArgument = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.fate.relations import RELATIONS

    print_relation(RELATIONS, model, name, values, json_output)


def _print_fit(result: FateFit) -> None:
    """Tables of parameters, posterior, groups and recoveries, and what is said of them."""
    print_table(
        ("parameter", "value", "low", "high", "unit", "error of the samples alone [%]", "known from"),
        [
            (
                item.parameter.name,
                item.estimate.value,
                item.estimate.low,
                item.estimate.high,
                item.estimate.unit,
                100.0 * item.data_error,
                "samples" if item.identifiable else "prior",
            )
            for item in result.parameters
            if item.parameter.role != "deviation"
        ],
        title=f"{result.problem.model.name} model, {result.problem.count} samples, "
        f"{100 * result.problem.level:g} % intervals, chi squared {result.chi_squared:.3g} for "
        f"{result.degrees_of_freedom:.3g}",
    )
    if result.posterior is not None:
        print()
        middle = result.posterior.interval(result.problem.level)
        shown = {item.parameter.name for item in result.parameters if item.parameter.role != "deviation"}
        units = {item.parameter.name: item.estimate.unit for item in result.parameters}
        print_table(
            ("parameter", "median", "low", "high", "unit"),
            [
                (name, *(float(value) for value in row), units[name])
                for name, row in zip(result.posterior.names, middle, strict=True)
                if name in shown
            ],
            title=f"posterior (emcee), {len(result.posterior.samples)} samples, "
            f"{result.posterior.effective_samples:.0f} effective, acceptance {result.posterior.acceptance:.2f}",
        )
    if len(result.group_values) > 1:
        print()
        varying = [
            item.parameter.name.split("[")[0] for item in result.parameters if item.parameter.role == "deviation"
        ]
        varying += [item.parameter.name.split(":")[0] for item in result.parameters if item.parameter.role == "slope"]
        print_table(
            ("group", "parameter", "value", "low", "high", "unit"),
            [
                (group, name, one.value, one.low, one.high, one.unit)
                for group, values in result.group_values.items()
                for name, one in values.items()
                if name in varying
            ],
        )
    if result.recoveries:
        print()
        print_table(
            ("group", "time [h]", "found [%ID]"),
            [(item["group"], item["time_h"], item["found_percent_id"]) for item in result.recoveries],
        )
    print()
    for text in result.statements:
        print(f"- {text}")
    print_warnings(result.warnings)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@app.command(
    help="D-optimal times to dissect a number of animals, and what the samples would determine, against the plan (the "
    "times) of a file as of 'fate simulate'."
)
def design(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.yaml", help="Species, particle, model with planned parameters, times.")
    ],
    animals: Annotated[int, typer.Option(help="How many are dissected.")] = 12,
    measure: Annotated[
        str, typer.Option(help="What every animal gives, comma between.")
    ] = "blood,liver,spleen,kidney,urine,faeces",
    earliest: Annotated[str, typer.Option(help="First time that is possible.")] = "5 min",
    latest: Annotated[str, typer.Option(help="Last time.")] = "72 h",
    collections: Annotated[str, typer.Option(help="When cages are changed besides, comma between [h].")] = "6,24,48",
    cv: Annotated[float, typer.Option(help="Coefficient of variation of one sample.")] = 0.25,
    focus: Annotated[str, typer.Option(help="Parameters that the plan is to determine; all when left out.")] = "",
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.errors import InputError
    from goldshell.fate import design as design_fate
    from goldshell.fate import plan_from_parameters, read_fate
    from goldshell.units import parse

    problem = read_fate(file)
    try:
        changes = [float(one) for one in _names(collections)]
    except ValueError as reason:
        raise InputError(f"cannot read {collections!r}", where="--collections", hint="write 6,24,48") from reason
    result = design_fate(
        plan_from_parameters(problem.parameters, problem.animal),
        animals=animals,
        given=problem.times,
        measured=_names(measure),
        earliest=parse(earliest, "h", where="--earliest"),
        latest=parse(latest, "h", where="--latest"),
        collections=changes,
        cv=cv,
        focus=_names(focus),
    )
    if figures is not None:
        from goldshell.fate.figures_design import identifiability_table_bars, sampling_design
        from goldshell.plotting import save

        save(sampling_design(result), figures / "sampling_design.svg")
        save(identifiability_table_bars(result), figures / "identifiability.svg")
    if json_output:
        print_json(result.to_dict())
        return
    print_table(
        ("time [h]", "animals"),
        [(one["time_h"], int(one["animals"])) for one in result.after.schedule()],
        title=f"D-optimal times for {animals} animals (efficiency of the file's: {100 * result.efficiency:.0f} %)",
    )
    print()
    print_table(
        ("parameter", "planned", "unit", "error, file's plan [%]", "error, this plan [%]"),
        [
            (
                item.name,
                item.start,
                item.unit,
                100.0 * result.before.errors[item.name],
                100.0 * result.after.errors[item.name],
            )
            for item in result.parameters
        ],
        title=f"relative standard errors from the samples alone, CV {100 * cv:g} %",
    )
    print()
    shown = [item.name for item in result.parameters]
    print_table(
        ("samples of the file's plan", *shown),
        [(label, *(100.0 * errors[name] for name in shown)) for label, errors in result.identifiability.items()],
        title="what each kind of sample adds: relative standard errors [%]",
    )
    print_warnings(result.warnings)


@app.command(
    help="The published numbers on fate, explained by one model: sizes (sieve or trap), zhang2026 (what the shell "
    "changes), table1 (rows of Sang et al.). Predictions with intervals; what cannot be known. 5 to 10 s each."
)
def explain(
    question: Annotated[
        str | None, typer.Argument(metavar="[QUESTION]", help="sizes, zhang2026 or table1; all when left out.")
    ] = None,
    level: Annotated[float, typer.Option(help="Level of the intervals.")] = 0.95,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 0,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.errors import InputError
    from goldshell.fate.explain import QUESTIONS
    from goldshell.fate.explain import explain as answer

    if not 0.0 < level < 1.0:
        raise InputError(f"a level of {level:g}", where="--level", hint="0.95 gives 95 % intervals")
    found = [answer(one, level=level, seed=seed) for one in (QUESTIONS if question is None else (question,))]
    if figures is not None:
        from goldshell.fate.figures_explain import explanation_figure
        from goldshell.plotting import save

        for one in found:
            save(explanation_figure(one), figures / f"{one.question}.svg")
    if json_output:
        print_json({"explanations": [one.to_dict() for one in found]})
        return
    for one in found:
        print(f"{one.question}: {one.verdict}")
        for text in one.findings:
            print(f"- {text}")
        print("not known:")
        for text in one.unknown:
            print(f"- {text}")
        print_table(
            ("mechanism", "particle", "quantity", "value", "low", "high", "unit", "measured"),
            [
                tuple(
                    item.to_dict()[key]
                    for key in ("mechanism", "subject", "quantity", "value", "low", "high", "unit", "measured")
                )
                for item in one.forecasts
            ],
        )
        print()
