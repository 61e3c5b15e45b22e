"""Prints the column `length_nm` of literature/tables/ligands.csv as JSON, computed with RDKit (version on stderr).

Run from the repository root: ``python tests/reference/ligand_lengths.py``. Feeds tests/chemistry/test_ligands.py
(the stored lengths are those that RDKit gives).
"""

from __future__ import annotations

import json
import sys

import rdkit

from goldshell.chemistry import conformer_length, find_ligand, known_ligands

if __name__ == "__main__":
    print(f"RDKit {rdkit.__version__}", file=sys.stderr)
    lengths = {name: round(conformer_length(find_ligand(name).smiles), 3) for name in known_ligands()}
    print(json.dumps(lengths, indent=1))
