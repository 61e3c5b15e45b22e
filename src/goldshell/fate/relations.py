"""Relations of the model files, evaluated by name: what a size, an alloy or a shell does to a parameter of fate."""

from __future__ import annotations

from goldshell.fate.models import (
    band_pass,
    glycocalyx_trap,
    kidney_injury,
    liver_penetration,
    minimal,
    protein_adsorption,
    silver_biotransformation,
    tubular_endocytosis,
    tumour_targeting,
    tumour_uptake,
    two_compartment,
)
from goldshell.numerics.relations import Composite, Relations

RELATIONS = Relations(
    {
        module.__name__.rpartition(".")[2]: module
        for module in (
            band_pass, glycocalyx_trap, kidney_injury, liver_penetration, minimal, protein_adsorption,
            silver_biotransformation, tubular_endocytosis, tumour_targeting, tumour_uptake, two_compartment,
        )
    },
    {
        "Shell": Composite(
            protein_adsorption.Shell, {"positive": None, "negative": None, "ligands": 18.0, "core_charge": -1.0}
        )
    },
    left_out=frozenset({"rate_matrix", "courses", "amounts"}),
)  # fmt: skip
"""What ``goldshell fate relation`` lists and evaluates."""
