"""``goldshell exchange``: ligand exchange and etching, simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Ligand exchange: simulate a vial.")


@app.callback()
def _group() -> None:
    """Keep sub-commands even while there is one."""


@app.command(help="Simulate the exchange that a YAML file describes: P(n), intact fraction, free ligand over time.")
def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Cluster, ligand, phases, time, model.")],
    figures: Annotated[Path | None, typer.Option(metavar="DIR", help="Write figures (SVG) into this folder.")] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.exchange import read_simulation
    from goldshell.exchange import simulate as run

    experiment, parameters = read_simulation(file)
    result = run(experiment, parameters)
    if json_output:
        print_json(result.to_dict())
        return
    rows = list(range(0, len(result.time_h), max(1, (len(result.time_h) - 1) // 10)))
    if rows[-1] != len(result.time_h) - 1:
        rows.append(len(result.time_h) - 1)
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
