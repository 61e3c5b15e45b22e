"""``goldshell uvvis``: orders of etching from absorbance traces, stability from spectra in time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="UV-vis: orders and rate constant of etching from traces, stability from spectra in time.",
)


@app.command(
    help="Orders and rate constant of etching from absorbance traces: an integrated fit of all traces with offset and "
    "drift, the regression of papers beside with its bias, rival rate laws ranked. Rates in mM/h."
)
def etching(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Traces (CSV time_h,absorbance; Shimadzu, Cary, JCAMP-DX) with lines '# cluster_mM:', '# ligand_mM:', "
            "'# path_cm:', '# epsilon_M_cm:' [1/(M cm)].",
        ),
    ],
    drift: Annotated[
        str, typer.Option(help="Straight drift of the absorbance: auto (by AICc), none, common, each.")
    ] = "auto",
    fit_epsilon: Annotated[
        bool, typer.Option("--fit-epsilon", help="Fit the absorption coefficient, though it is stated.")
    ] = False,
    thiol_per_cluster: Annotated[
        float, typer.Option(help="Thiols used up per cluster etched; 0 in excess thiol [1].")
    ] = 0.0,
    window: Annotated[
        float | None, typer.Option(help="Window of the regression's initial rates [h]; 10 % conversion if left out.")
    ] = None,
    alternatives: Annotated[
        bool, typer.Option("--alternatives/--no-alternatives", help="Fit rival rate laws as well.")
    ] = True,
    level: Annotated[float, typer.Option(help="Level of the intervals, 0 to 1.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Seed of the bias of the regression.")] = 0,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.spectra.uvvis_io import read_traces
    from goldshell.workflows import fit_etching

    traces = [trace for file in files for trace in read_traces(file)]
    result = fit_etching(
        traces,
        drift=drift,  # type: ignore[arg-type]
        fit_epsilon=fit_epsilon,
        thiol_per_cluster=thiol_per_cluster,
        level=level,
        alternatives=alternatives,
        window=window,
        seed=seed,
    )
    if figures is not None:
        from goldshell.plotting import save
        from goldshell.workflows.figures_etching import etching_figures

        for name, figure in etching_figures(result).items():
            save(figure, figures / f"etching-{name}.svg")
    found = result.to_dict()
    if json_output:
        print_json(found)
        return
    table = result.fits_dataframe()
    print_table(
        ("quantity", "way", "value", "low", "high", "bias of the way"),
        table[["quantity", "method", "value", "low", "high", "bias"]].itertuples(index=False),
        title=f"orders of etching in clusters (x) and thiol (y); k in {result.orders.k_unit}; {100 * level:g} % "
        f"intervals; drift: {result.best.drift}",
    )
    print()
    print_table(
        ("law", "AICc above best", "weight"),
        [(item["law"], item["delta_aicc"], item["weight"]) for item in found["alternatives"]],
        title="rival laws, offsets and drift fitted alike",
    )
    print()
    print_table(
        ("trace", "clusters [mM]", "ligand [mM]", "offset", "drift [1/h]", "initial rate [mM/h]", "residual sd"),
        [
            (item["name"], item["cluster_mM"], item["ligand_mM"], item["offset"], item["drift_per_h"],
             item["initial_rate_mM_per_h"], item["residual_sd"])
            for item in found["traces"]
        ],
    )  # fmt: skip
    print_warnings(result.warnings)


@app.command(
    help="Do spectra stay as they are? Peak position [nm], width and absorbance in time with intervals, isosbestic "
    "points, and a verdict per sample: unchanged, changed or undetermined."
)
def stability(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Spectra in time: a wavelength column and one column per time ('0 h', '24 h'), or single spectra "
            "with lines '# condition:' and '# time_h:'.",
        ),
    ],
    peak: Annotated[float | None, typer.Option(help="Where the band is [nm]; that nearest 690 nm if left out.")] = None,
    half_window: Annotated[float, typer.Option(help="Window of the fit on either side [nm].")] = 80.0,
    shift: Annotated[float, typer.Option(help="Largest shift that counts as unchanged [nm].")] = 2.0,
    broadening: Annotated[float, typer.Option(help="Largest relative change of the width [1].")] = 0.05,
    loss: Annotated[float, typer.Option(help="Largest relative change of the absorbance [1].")] = 0.05,
    duration: Annotated[float, typer.Option(help="Time that the verdict is about [h].")] = 24.0,
    level: Annotated[float, typer.Option(help="Level of the intervals, 0 to 1.")] = 0.95,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.spectra.stability import Criteria
    from goldshell.spectra.stability import stability as judge
    from goldshell.spectra.uvvis_io import group_spectra, read_spectra

    series = group_spectra(read_spectra(file) for file in files)
    result = judge(
        series,
        peak=peak,
        half_window=half_window,
        criteria=Criteria(shift, broadening, loss, duration),
        level=level,
    )
    if figures is not None:
        from goldshell.plotting import save
        from goldshell.spectra.figures_uvvis import stability_figures

        for name, figure in stability_figures(result).items():
            save(figure, figures / f"stability-{name}.svg")
    if json_output:
        print_json(result.to_dict())
        return
    print_table(
        ("condition", "quantity", "change", "low", "high", "unit", "tolerance", "verdict"),
        [
            (one.series.condition, change.quantity, change.estimate.value, change.estimate.low, change.estimate.high,
             change.estimate.unit, change.tolerance, change.verdict)
            for one in result.conditions
            for change in one.changes
        ],
        title=f"change over the time recorded, {100 * level:g} % intervals: {result.verdict}",
    )  # fmt: skip
    print()
    print_table(
        ("condition", "isosbestic"), [(one.series.condition, one.isosbestic.reading) for one in result.conditions]
    )
    print_warnings(result.warnings)
