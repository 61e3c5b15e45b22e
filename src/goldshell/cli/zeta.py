"""``goldshell zeta``: zeta potential and charge per cluster from electrophoretic mobility."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(add_completion=False)


@app.command(
    help="Zeta potential [mV] after Henry, Smoluchowski and Hueckel from mobility [um cm/(V s)], charge per cluster, "
    "soft-shell estimate, and the charge of the titration model beside."
)
def zeta(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Export: sample, mobility or zeta (Malvern, plain table)."),
    ],
    cluster: Annotated[str, typer.Option(help="Cluster, for example 'Au25(p-MBSA)9(p-ATP)9'.")] = "",
    diameter: Annotated[
        float | None, typer.Option(help="Hydrodynamic diameter [nm]; estimated from the cluster if left out.")
    ] = None,
    ionic_strength: Annotated[
        float | None, typer.Option(help="Ionic strength [mM]; from the conductivity if left out.")
    ] = None,
    ph: Annotated[float | None, typer.Option(help="pH, for the titration model.")] = None,
    instrument: Annotated[
        str, typer.Option(help="How the instrument made zeta, where it exports no mobility: smoluchowski, hueckel.")
    ] = "smoluchowski",
    level: Annotated[float, typer.Option(help="Level of the intervals, 0 to 1.")] = 0.95,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.spectra.zeta import analyse_zeta
    from goldshell.spectra.zeta_io import read_zeta

    results = analyse_zeta(
        read_zeta(file),
        cluster=cluster,
        diameter=diameter,
        ionic_strength=ionic_strength,
        ph=ph,
        instrument=instrument,
        level=level,
    )
    if figures is not None:
        from goldshell.plotting import save
        from goldshell.spectra.figures_nmr_zeta import zeta_figures

        for name, figure in zeta_figures(results).items():
            save(figure, figures / f"zeta-{name}.svg")
    warnings = [f"{one.sample}: {text}" if len(results) > 1 else text for one in results for text in one.warnings]
    if json_output:
        single = results[0].to_dict() if len(results) == 1 else {}
        print_json({**single, "samples": [one.to_dict() for one in results], "warnings": warnings})
        return
    print_table(
        ("sample", "mobility", "Henry [mV]", "low", "high", "Smoluchowski", "Hueckel", "kappa a", "charge [e]", "low",
         "high", "soft shell [e]"),
        [
            (one.sample, one.mobility.value,
             *((one.henry.value, one.henry.low, one.henry.high) if one.henry else ("", "", "")),
             one.smoluchowski.value, one.hueckel.value, one.kappa_a,
             *((one.charge.value, one.charge.low, one.charge.high) if one.charge else ("", "", "")),
             one.soft_charge.value if one.soft_valid and one.soft_charge else "")
            for one in results
        ],
        title=f"zeta potential and charge, {100 * level:g} % intervals; mobility in um cm/(V s)",
    )  # fmt: skip
    for one in results:
        if one.reading:
            print(f"{one.sample}: {one.reading}")
    print_warnings(dict.fromkeys(warnings))
