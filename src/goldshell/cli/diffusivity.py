"""``goldshell diffusivity``: diffusion coefficients of a solute in solvents."""

from __future__ import annotations

from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(add_completion=False)


@app.command(
    help="Diffusion coefficient [m2/s] of a ligand, solvent or cluster in solvents, by Wilke-Chang, Siddiqi-Lucas, "
    "Scheibel and Stokes-Einstein; each row says whether the correlation is valid there."
)
def diffusivity(
    solute: Annotated[
        str, typer.Argument(metavar="SOLUTE", help="Ligand name, solvent name, SMILES, or cluster: Au25(p-MBSA)18.")
    ],
    temperature: Annotated[float, typer.Option(help="Temperature [K].")] = 298.15,
    solvent: Annotated[
        list[str] | None,
        typer.Option(
            help="Solvent name; repeat for more, 'all' for every one. Default: 1-octanol, 1-hexanol, 1-pentanol, "
            "1-butanol, ethyl acetate, water."
        ),
    ] = None,
    molar_volume: Annotated[
        float | None,
        typer.Option(help="Molar volume of the solute at its boiling point [cm3/mol], instead of Le Bas' increments."),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.transport import diffusivities

    table = diffusivities(solute, temperature, solvent or None, molar_volume=molar_volume)
    if json_output:
        print_json(table.to_dict())
        return
    origin = "Le Bas" if molar_volume is None else "given"
    volume = "" if table.le_bas is None else f", molar volume {table.le_bas.value:.1f} cm3/mol ({origin})"
    print_table(
        ("solvent", "correlation", "D [m2/s]", "viscosity [mPa s]", "valid", "note"),
        [
            (row.solvent, row.correlation, f"{row.diffusivity:.3g}", row.viscosity, row.valid, row.note)
            for row in table.rows
        ],
        title=f"{table.solute} at {table.temperature:g} K{volume}",
    )
    print_warnings(table.warnings)
