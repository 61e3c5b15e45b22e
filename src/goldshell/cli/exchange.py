"""``goldshell exchange``: ligand exchange and etching, simulated, fitted and designed; protocol sheets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

if TYPE_CHECKING:
    from goldshell.exchange import MixedSimulation

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Ligand exchange: simulate a vial, fit data, design a recipe, print a protocol.",
)


@app.callback()
def _group() -> None:
    """Keep sub-commands even while there is one."""


@app.command(help="Simulate the exchange that a YAML file describes: P(n), intact fraction, free ligand over time.")
def simulate(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.yaml", help="Cluster, ligand, phases, time, model (well_mixed, interphase_film, stochastic)."
        ),
    ],
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.exchange import Simulation, level_figures, simulate_file

    result = simulate_file(file, profiles=figures is not None)
    if figures is not None:
        from goldshell.plotting import save

        for name, figure in level_figures(result).items():
            save(figure, figures / f"{name}.svg")
    if json_output:
        print_json(result.to_dict())
        return
    rows = list(range(0, len(result.time_h), max(1, (len(result.time_h) - 1) // 10)))
    if rows[-1] != len(result.time_h) - 1:
        rows.append(len(result.time_h) - 1)
    if not isinstance(result, Simulation):
        _print_mixed(result, rows)
        return
    experiment = result.experiment
    print_table(
        ("time [h]", "intact [%]", "mean n", "B water [mM]", "A water [mM]"),
        [
            (
                float(result.time_h[i]),
                100.0 * float(result.intact_fraction[i]),
                float(result.mean_n[i]),
                float(result.free_mM["water"]["incoming"][i]),
                float(result.free_mM["water"]["outgoing"][i]),
            )
            for i in rows
        ],
        title=f"{experiment.cluster} + {experiment.incoming}, feed {experiment.feed_ratio:.4g} per cluster",
    )
    shell = result.composition[-1]
    print()
    print_table(
        ("n", "P(n) [%]"),
        [(n, 100.0 * float(share)) for n, share in enumerate(shell) if share > 0.001],
        title=f"shell at {float(result.time_h[-1]):g} h (n counts {experiment.incoming}; above 0.1 %)",
    )
    print_warnings(result.warnings)


def _print_mixed(result: MixedSimulation, rows: list[int]) -> None:
    """Tables of an exchange with several incoming ligands."""
    means = result.mean_n()
    water = result.free_mM["water"]
    print_table(
        ("time [h]", "intact [%]", *(f"mean n {name}" for name in means), *(f"{name} water [mM]" for name in water)),
        [
            (
                float(result.time_h[i]),
                100.0 * float(result.intact_fraction[i]),
                *(float(values[i]) for values in means.values()),
                *(float(values[i]) for values in water.values()),
            )
            for i in rows
        ],
        title=f"{result.experiment.vial.cluster} + {' + '.join(means)}",
    )
    shell = sorted(zip(result.composition[-1].tolist(), result.states.tolist(), strict=True), reverse=True)[:12]
    print()
    print_table(
        (*means, "P [%]"),
        [(*state, 100.0 * share) for share, state in shell if share > 0.001],
        title=f"the most frequent of {len(result.states)} compositions at {float(result.time_h[-1]):g} h (above 0.1 %)",
    )
    print_warnings(result.warnings)


@app.command(help="Protocol sheet of the published recipes at any scale: synthesis, two-phase or one-phase exchange.")
def protocol(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="synthesis, two-phase or one-phase.")] = "two-phase",
    scale: Annotated[
        str, typer.Option(metavar="FACTOR", help="Factor on the published amounts, or clusters, as in '0.5 umol'.")
    ] = "1",
    cluster: Annotated[str, typer.Option(help="Shell at the start (exchange).")] = "Au25(p-MBSA)18",
    ligand: Annotated[str | None, typer.Option(help="Incoming ligand (exchange) or ligand (synthesis).")] = None,
    feed: Annotated[float, typer.Option(help="Incoming ligand per cluster [1] (exchange).")] = 100.0,
    solvent: Annotated[str, typer.Option(help="Organic solvent (two-phase).")] = "ethyl acetate",
    ph: Annotated[float, typer.Option(help="pH of the water [1] (exchange).")] = 7.0,
    time: Annotated[str, typer.Option(help="Reaction time, for example '30 min' (exchange).")] = "1 h",
    json_output: JsonOption = False,
) -> None:
    from goldshell.exchange import protocol as make
    from goldshell.units import parse

    options = (
        {"ligand": ligand or "p-MBSA"}
        if kind == "synthesis"
        else {
            "cluster": cluster,
            "incoming": ligand or "p-MBA",
            "feed_ratio": feed,
            "solvent": solvent,
            "pH": ph,
            "time_h": parse(time, "h", where="--time"),
        }
    )
    try:
        factor = float(scale)
    except ValueError:
        factor = parse(scale, "umol", where="--scale") / make(kind, **options).clusters_umol
    sheet = make(kind, scale=factor, **options)
    if json_output:
        print_json(sheet.to_dict())
        return
    print(sheet.to_text(), end="")


@app.command(help="Fit the model to observations of any kind from any number of experiments; compare rival models.")
def fit(
    file: Annotated[Path, typer.Argument(metavar="PROBLEM.yaml", help="Experiments, observations, what is fitted.")],
    profiles: Annotated[
        bool,
        typer.Option("--profiles/--no-profiles", help="Intervals by profile likelihood, or by curvature (faster)."),
    ] = True,
    posterior: Annotated[bool, typer.Option("--posterior", help="Sample the posterior (minutes).")] = False,
    steps: Annotated[int, typer.Option(help="Steps of the posterior sampler, per walker.", min=30)] = 1000,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.exchange import fit as run
    from goldshell.exchange import read_problem

    read = read_problem(file)
    result = run(read.problem, rivals=read.rivals, profiles=profiles, posterior_steps=steps if posterior else 0)
    if figures is not None:
        from goldshell.exchange import figures_fit as draw
        from goldshell.plotting import save

        for name, figure in draw.figures(result).items():
            save(figure, figures / f"{name}.svg")
    if json_output:
        print_json(result.to_dict())
        return
    print_table(
        ("parameter", "value", "low", "high", "unit", "identifiable", "at bound"),
        [
            (
                item.parameter.name,
                item.estimate.value,
                item.estimate.low,
                item.estimate.high,
                item.parameter.unit,
                item.identifiable,
                item.at_bound,
            )
            for item in result.parameters
        ],
        title=f"{result.problem.name}: {100 * result.problem.level:g} % intervals by "
        f"{'profile likelihood' if profiles else 'curvature'}",
    )
    print()
    print_table(
        ("experiment", "observation", "observed", "predicted", "misfit"),
        [(item.experiment, item.label, item.observed, item.predicted, item.misfit) for item in result.misfits],
    )
    print()
    print_table(
        ("model", "parameters", "ln L", "AICc", "difference", "weight"),
        [
            (item.name, item.parameters, item.log_likelihood, item.aicc, item.delta, item.weight)
            for item in result.models
        ],
        title=f"{result.observations} observations",
    )
    print_warnings(result.warnings)


@app.command(help="Find a recipe for a wanted shell: protocol sheet, prediction with intervals, Pareto front.")
def design(
    file: Annotated[Path, typer.Argument(metavar="TARGET.yaml", help="Wishes, and what may be changed.")],
    fit: Annotated[
        Path | None, typer.Option(metavar="FIT", help="Parameters: JSON of 'exchange fit', or CSV of draws.")
    ] = None,
    scale: Annotated[float, typer.Option(help="Factor on the volumes of the recipe [1].")] = 1.0,
    seconds: Annotated[float, typer.Option(help="Time limit of the search [s].")] = 40.0,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.exchange import design as run

    result = run(file, fit=fit, scale=scale, seconds=seconds, progress=_progress())
    if figures is not None:
        from goldshell.exchange import figures_design as draw
        from goldshell.plotting import save

        save(draw.pareto_figure(result), figures / "pareto.svg")
        save(draw.prediction_figure(result), figures / "prediction.svg")
        save(draw.next_experiment_figure(result), figures / "next_experiment.svg")
    if json_output:
        print_json(result.to_dict())
        return
    print(result.recipe.to_text())
    predicted = result.predicted
    print_table(
        ("", "predicted", "low", "high"),
        [
            (name, estimate.value, estimate.low, estimate.high)
            for name, estimate in (
                ("mean n", predicted.mean_n),
                ("variance", predicted.variance),
                ("dispersion index", predicted.dispersion_index),
                ("intact fraction", predicted.intact_fraction),
                *((("charge", predicted.charge),) if predicted.charge else ()),
            )
        ],
        title=f"prediction, {100 * predicted.level:.0f} % over {result.uncertainty.description}",
    )
    print(f"\n{100 * predicted.chance:.0f} % of the draws meet every wish\n")
    print_table(
        ("n", "P(n) [%]", "low", "high"),
        [
            (n, *(100.0 * float(part[n]) for part in predicted.composition))
            for n in range(len(predicted.composition[0]))
            if predicted.composition[2][n] > 0.001
        ],
    )
    print()
    step = max(1, (len(result.pareto) + 9) // 10)
    print_table(
        ("variance", "intact [%]", "time [min]", "conditions"),
        [
            (item.variance, 100.0 * item.intact_fraction, 60.0 * item.conditions.time_h, item.conditions.in_words())
            for item in result.pareto[::step]
        ],
        title=f"Pareto front ({len(result.pareto)} conditions, every {step})" if step > 1 else "Pareto front",
    )
    print(f"\nlimiting: {result.limiting.because}")
    best = result.next_experiment.best
    if best is not None:
        print(
            f"next experiment: {best.in_words()}; standard deviation of the mean {best.sd_before:.3g} -> "
            f"{best.sd_after:.3g}"
        )
    print_warnings(result.warnings)


@app.command(help="Fit a paper's compositions jointly, with and without each mechanism: what each observation needs.")
def explain(
    paper: Annotated[str, typer.Argument(metavar="PAPER", help="zhang2026.")] = "zhang2026",
    starts: Annotated[int, typer.Option(help="Searches per model; 1 starts from the stored best.", min=1)] = 1,
    profiles: Annotated[
        bool,
        typer.Option("--profiles/--no-profiles", help="Intervals by profile likelihood, or by curvature (faster)."),
    ] = True,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.errors import UnknownNameError
    from goldshell.exchange import explain as run

    if paper != "zhang2026":
        raise UnknownNameError("paper", paper, ("zhang2026",))
    result = run(starts=starts, profiles=profiles, progress=_progress())
    if figures is not None:
        from goldshell.exchange import figures_explain as draw
        from goldshell.plotting import save

        for name, figure in draw.figures(result).items():
            save(figure, figures / f"{name}.svg")
    if json_output:
        print_json(result.to_dict())
        return
    print("\n".join(result.findings))
    for table, columns in (
        (result.to_dataframe(), ("experiment", "observation", "observed", "predicted", "verdict", "needs")),
        (result.model_table(), ("model", "parameters", "ln_L", "AICc", "difference", "reproduced")),
    ):
        print()
        print_table(columns, [tuple(row) for row in table[list(columns)].itertuples(index=False)])
    print_warnings(result.fit.warnings)


@app.command(help="Write a vial as SBML, or a fitting problem as PEtab tables, for other simulators and estimators.")
def export(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.yaml", help="As for 'exchange simulate' (SBML), 'exchange fit' (PEtab).")
    ],
    sbml: Annotated[
        Path | None,
        typer.Option(metavar="OUT.xml", dir_okay=False, help="Write SBML: amounts in umol, volumes in mL, time in h."),
    ] = None,
    petab: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Write PEtab tables into this folder.")
    ] = None,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="SBML with numbers for what follows from constants: runs faster.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    from goldshell.errors import InputError

    if (sbml is None) == (petab is None):
        raise InputError("give either --sbml OUT.xml or --petab DIR", where="exchange export", hint="see --help")
    if sbml is not None:
        from goldshell.exchange import read_simulation, to_sbml
        from goldshell.files import write_atomically

        experiment, parameters = read_simulation(file)
        write_atomically(sbml, to_sbml(experiment, parameters, numbers=numbers))
        written: dict[str, list[str]] = {"files": [str(sbml)], "warnings": []}
    else:
        assert petab is not None
        from goldshell.exchange import read_problem, write_petab

        written = write_petab(read_problem(file).problem, petab).to_dict()
    if json_output:
        print_json(written)
        return
    print("\n".join(written["files"]))
    print_warnings(written["warnings"])


def _progress() -> Callable[[float, str], None] | None:
    """A line on stderr that is written over, where stderr is a terminal."""
    if not sys.stderr.isatty():
        return None

    def show(done: float, text: str) -> None:
        print(f"\r{100 * done:3.0f} %  {text:<70}", end="\n" if done >= 1.0 else "", file=sys.stderr, flush=True)

    return show


@app.command(
    help="Make the problem file of 'exchange fit' from compositions at several times: the JSON of 'esims' (P(n)) or "
    "'nmr' (mean n), with the conditions of the vial."
)
def data(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.json...", help="Output of 'goldshell esims --json' or 'nmr --json'.")
    ],
    times: Annotated[str, typer.Option(help="Times of the files, in their order: '10 min, 0.5 h, 1 h'.")],
    vial: Annotated[Path, typer.Option(metavar="VIAL.yaml", help="Conditions, as for 'exchange simulate'.")],
    out: Annotated[Path, typer.Option(metavar="PROBLEM.yaml", help="File to write; tables go beside it.")] = Path(
        "problem.yaml"
    ),
    name: Annotated[str, typer.Option(help="Name of the experiment.")] = "exchange",
    level: Annotated[float, typer.Option(help="Level of the intervals in the files, 0 to 1.")] = 0.95,
    json_output: JsonOption = False,
) -> None:
    from goldshell.workflows.exchange_from_esi_ms import (
        exchange_data,
        parse_times,
        read_measured_shell,
        read_vial,
    )

    hours = parse_times(times, len(files))
    shells = [read_measured_shell(file, time, level=level) for file, time in zip(files, hours, strict=True)]
    result = exchange_data(shells, read_vial(vial), name=name)
    result.write(out)
    if json_output:
        print_json({**result.to_dict(), "problem": str(out)})
        return
    print_table(
        ("time [h]", "observation", "mean n", "file"),
        [(item["time_h"], item["kind"], item["mean_n"], item["source"]) for item in result.to_dict()["observations"]],
        title=f"{out}: edit 'fit', then 'goldshell exchange fit {out}'",
    )
    print_warnings(result.warnings)
