"""``goldshell cluster``: a cluster by its notation."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldshell.cli.output import JsonOption, print_json, print_table, print_warnings
from goldshell.errors import InputError

if TYPE_CHECKING:
    from goldshell.chemistry import Cluster, Structure

app = typer.Typer(add_completion=False)


@app.command(
    help="A cluster by its notation: formula (acid groups protonated), masses [Da, g/mol], core charge, superatom "
    "electrons, regio-isomers, charge of the ligand shell at a pH, estimated hydrodynamic diameter [nm]."
)
def cluster(
    notation: Annotated[
        str, typer.Argument(metavar="NOTATION", help="Au25(p-MBSA)16(p-MBA)2, [Au25(SG)18]-, Au24Pt(PET)18 ...")
    ],
    ph: Annotated[float, typer.Option("--ph", help="pH of the shell charge, 0 to 14.")] = 7.0,
    xyz: Annotated[Path | None, typer.Option(help="Write an idealised structure to this XYZ file [angstrom].")] = None,
    pdb: Annotated[Path | None, typer.Option(help="Write an idealised structure to this PDB file.")] = None,
    isomer: Annotated[
        int | None, typer.Option(help="Regio-isomer of the structure, from 1; the likeliest by chance when left out.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    from goldshell.chemistry import parse_cluster, shell_charge

    found = parse_cluster(notation)
    structure, files = _write_structure(found, {"xyz": xyz, "pdb": pdb}, isomer)
    charges = shell_charge(found, ph)
    isomers, advice = _isomers(found)
    facts = found.to_dict()
    if json_output:
        diameter = facts.pop("hydrodynamic_diameter_nm")
        print_json(
            {
                **facts,
                "isomers": isomers,
                "shell_charge": [charge.to_dict() for charge in charges.charges],
                "hydrodynamic_diameter_nm": diameter,
                **({"structure": {**structure.to_dict(), "files": files}} if structure else {}),
            }
        )
    else:
        rows: list[tuple[str, Any]] = [
            ("formula", facts["formula"]),
            ("monoisotopic mass [Da]", f"{found.monoisotopic_mass:.4f}"),
            ("average mass [g/mol]", f"{found.average_mass:.3f}"),
            ("core charge", f"{found.core_charge:+d}"),
            ("superatom electrons", str(found.superatom_electrons)),
            ("core diameter, estimate [nm]", f"{found.core_diameter:.2f}"),
            ("hydrodynamic diameter, estimate [nm]", _diameter(found)),
        ]
        if isomers is not None:
            rows.append(("regio-isomers", f"{isomers['achiral']} (achiral ligands), {isomers['chiral']} (chiral)"))
        print(found.notation)
        width = max(len(name) for name, _ in rows)
        for name, text in rows:
            print(f"  {name:<{width}}  {text}")
        print()
        print_table(
            ("pKa source", "independent sites", "anticooperative (Hill)"),
            [(item.pka_source, f"{item.independent:.2f}", f"{item.hill:.2f}") for item in charges.charges],
            title=f"shell charge at pH {ph:g}, without the core charge",
        )
        if structure is not None:
            which = f"isomer {structure.isomer}" if structure.isomer else "sites drawn at random"
            print(f"\n{len(structure.symbols)} atoms ({which}) written to {', '.join(files)}")
    print_warnings((*found.warnings, *charges.warnings, *advice, *(structure.warnings if structure else ())))


def _write_structure(
    found: Cluster, paths: dict[str, Path | None], isomer: int | None
) -> tuple[Structure | None, list[str]]:
    """The structure, when a file for it is given, and the files written."""
    from goldshell.chemistry.structure import build_structure, check_structure_file, write_structure

    wanted = {suffix: path for suffix, path in paths.items() if path is not None}
    for suffix, path in wanted.items():
        check_structure_file(path, suffix)
    if not wanted:
        if isomer is not None:
            raise InputError("an isomer is chosen but no file for it", where="--isomer", hint="add --xyz or --pdb FILE")
        return None, []
    structure = build_structure(found, isomer)
    for path in wanted.values():
        write_structure(structure, path)
    return structure, [str(path) for path in wanted.values()]


def _diameter(found: Cluster) -> str:
    diameter = found.hydrodynamic_diameter
    return "not known, the ligand is a long coil" if math.isnan(diameter) else f"{diameter:.2f}"


def _isomers(found: Cluster) -> tuple[dict[str, int] | None, list[str]]:
    """Numbers of regio-isomers; None, with the reason, where the sites or the place of a dopant are not known."""
    from goldshell.chemistry import count_isomers, known_frameworks

    if found.framework not in known_frameworks():
        return None, [f"regio-isomers are known only for {', '.join(known_frameworks())}"]
    surface = [element for element, _ in found.metals if element not in {"Au", "Pd", "Pt"}]
    if surface:
        return None, [f"the place of {', '.join(surface)} is not fixed, so regio-isomers are not counted"]
    counts = [count for _, count in found.ligands]
    return count_isomers(found.framework, counts).to_dict(), []
