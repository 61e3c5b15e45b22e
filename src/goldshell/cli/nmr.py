"""``goldshell nmr``: ligand ratio and mean composition from integrals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(add_completion=False)


@app.command(
    help="Ligand ratio and mean composition from NMR integrals, with intervals: a table of integrals, or a Bruker "
    "folder or JCAMP-DX spectrum with a table of regions [ppm]."
)
def nmr(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="CSV ligand,protons,integral (sample, environment, sd); Bruker folder; JCAMP-DX."
        ),
    ],
    cluster: Annotated[str, typer.Option(help="Starting cluster, 'Au25(p-MBSA)18'; the file's if left out.")] = "",
    incoming: Annotated[str, typer.Option(help="Incoming ligand, which n counts.")] = "",
    regions: Annotated[
        Path | None, typer.Option(metavar="TABLE.csv", help="Regions of a spectrum: ppm_low,ppm_high,ligand,protons.")
    ] = None,
    relative_error: Annotated[
        float, typer.Option(help="Standard error of integrals that state none, of their value [1].")
    ] = 0.05,
    level: Annotated[float, typer.Option(help="Level of the intervals, 0 to 1.")] = 0.95,
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.spectra.nmr import composition_from_nmr
    from goldshell.spectra.nmr_io import read_nmr

    results = [
        composition_from_nmr(sample, cluster=cluster, incoming=incoming, relative_error=relative_error, level=level)
        for sample in read_nmr(file, regions=regions)
    ]
    if figures is not None:
        from goldshell.plotting import save
        from goldshell.spectra.figures_nmr_zeta import nmr_figures

        for name, figure in nmr_figures(results).items():
            save(figure, figures / f"nmr-{name}.svg")
    warnings = [f"{one.sample.name}: {text}" if len(results) > 1 else text for one in results for text in one.warnings]
    if json_output:
        single = results[0].to_dict() if len(results) == 1 else {}
        print_json({**single, "samples": [one.to_dict() for one in results], "warnings": warnings})
        return
    print_table(
        ("sample", "ligand", "share [%]", "low", "high", "per cluster", "low", "high"),
        [
            (one.sample.name, share.ligand, 100 * share.share.value, 100 * share.share.low, 100 * share.share.high,
             *((share.count.value, share.count.low, share.count.high) if share.count else ("", "", "")))
            for one in results
            for share in one.ligands
        ],
        title=f"ligands by NMR, {100 * level:g} % intervals",
    )  # fmt: skip
    for one in results:
        if one.composition:
            print(f"{one.sample.name}: {one.composition}")
    print_warnings(dict.fromkeys(warnings))
