"""``goldshell ligand``: a ligand by name or SMILES."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings
from goldshell.errors import InputError

app = typer.Typer(add_completion=False)


@app.command(
    help="A ligand by name, alias or SMILES: formula, molar mass [g/mol], pKa values with sources, charge at a pH "
    "under each source, calculated log P, molar volume at the boiling point [cm3/mol]."
)
def ligand(
    name: Annotated[str, typer.Argument(metavar="NAME_OR_SMILES", help="p-MBA, GSH, PEG8-SH, OC(=O)CCS ...")],
    ph: Annotated[float, typer.Option("--ph", help="pH of the charge, 0 to 14.")] = 7.0,
    json_output: JsonOption = False,
) -> None:
    from goldshell.chemistry import find_ligand

    found = find_ligand(name)
    charges = found.charges(ph)
    volumes, warnings = _volumes(found.smiles)
    if found.note:
        warnings.insert(0, f"{found.name}: {found.note}")
    if json_output:
        print_json(
            {
                "name": found.name,
                "smiles": found.smiles,
                "formula": found.formula.hill(),
                "mass": found.mass,
                "thiolate_formula": found.thiolate_formula.hill(),
                "pka": [{"group": item.group, "value": item.value, "source": item.source} for item in found.pka],
                "charge": charges,
                "logp": found.logp,
                "molar_volume_cm3_mol": volumes,
            }
        )
    else:
        print(f"{found.name}  {found.formula.hill()}  {found.mass:.3f} g/mol  {found.smiles}")
        print(f"{found.donor} donor; as bound to gold {found.thiolate_formula.hill()}")
        shown = ", ".join(f"{value:.1f} ({name})" for name, value in volumes.items() if value is not None)
        print(f"log P {found.logp:.2f} (calculated, Crippen); molar volume {shown or 'not known'} cm3/mol\n")
        if found.pka:
            print_table(
                ("group", "pKa", "source", "status", "measured on", "note"),
                [(item.group, item.value, item.source, item.status, item.analogue, item.note) for item in found.pka],
            )
            print()
        print_table(
            ("pKa source", f"charge at pH {ph:g}"), [(item["pka_source"], f"{item['value']:.3f}") for item in charges]
        )
    print_warnings(warnings)


def _volumes(smiles: str) -> tuple[dict[str, Any], list[str]]:
    """Molar volumes [cm3/mol] by both methods, None with a warning where a method has no increment."""
    from goldshell.transport import le_bas_volume, schroeder_volume

    volumes: dict[str, Any] = {}
    warnings: list[str] = []
    for method, calculate in (("le_bas", le_bas_volume), ("schroeder", schroeder_volume)):
        try:
            result = calculate(smiles)
        except InputError as problem:
            volumes[method] = None
            warnings.append(problem.message)
        else:
            volumes[method] = result.value
            warnings.extend(result.warnings)
    return volumes, list(dict.fromkeys(warnings))
