"""From names (cluster notation, ligands, solvent) to an `Experiment` with its transport properties filled in."""

from __future__ import annotations

import functools
from typing import Any

from goldshell.chemistry import Ligand, find_ligand, parse_cluster
from goldshell.errors import InputError
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.ladder import site_classes as default_site_classes
from goldshell.transport import diffusivities, distribution_ratio

# Hydrophobic counter-ions that Z used, and "none".
COUNTER_IONS = ("TMAC", "TPAC")

# An ion does not enter the organic phase, but the film equations divide by its ratio.
_SMALLEST_RATIO = 1e-12


def make_experiment(
    cluster: str,
    incoming: str,
    *,
    cluster_mM: float,
    water_mL: float,
    pH: float = 7.0,
    solvent: str = "",
    organic_mL: float = 0.0,
    site_classes: tuple[int, ...] | None = None,
    **others: Any,
) -> Experiment:
    """An experiment from names; the other fields of `Experiment` are taken as keywords.

    Parameters
    ----------
    cluster : notation, with the shell at the start, for example "Au25(p-MBSA)18" or "Au25(p-MBSA)16(p-MBA)2"
    incoming : ligand that comes in
    cluster_mM : clusters in the water [mM]
    water_mL, organic_mL : volumes [mL]
    pH : of the water [1]
    solvent : organic solvent, "" for one phase
    site_classes : sizes of the site classes; 12 + 6 for Au25L18, else one class, when None

    Raises
    ------
    UnknownNameError : ligand or solvent not known
    InputError : notation that cannot be read, site classes that do not add to the sites
    """
    parsed = parse_cluster(cluster)
    entering = find_ligand(incoming)
    leaving = [ligand for ligand, _ in parsed.ligands if ligand.name != entering.name]
    if len(leaving) > 1:
        raise InputError(f"{cluster}: more than one outgoing ligand", hint="the well-mixed model has one A and one B")
    outgoing = leaving[0] if leaving else entering
    gold = sum(count for _, count in parsed.metals)
    sites = sum(count for _, count in parsed.ligands)
    start = sum(count for ligand, count in parsed.ligands if ligand.name == entering.name)
    classes = tuple(site_classes) if site_classes else default_site_classes(gold, sites)
    if sum(classes) != sites or min(classes) < 1:
        raise InputError(f"site classes {classes} do not add to the {sites} sites of {cluster}")
    return Experiment(
        cluster=cluster,
        incoming=entering.name,
        outgoing=outgoing.name,
        gold_atoms=gold,
        sites=sites,
        site_classes=classes,
        initial_shell=tuple(1.0 if n == start else 0.0 for n in range(sites + 1)),
        cluster_mM=cluster_mM,
        water_mL=water_mL,
        organic_mL=organic_mL,
        pH=pH,
        solvent=solvent,
        incoming_transport=_transport(entering, solvent, pH),
        outgoing_transport=_transport(outgoing, solvent, pH),
        **others,
    )


@functools.lru_cache(maxsize=256)
def _diffusion(ligand: str, solvent: str) -> tuple[float, float]:
    """Wilke-Chang diffusion coefficients in water and in the solvent, at 298.15 K [m²/s]."""
    found = diffusivities(ligand, solvents=("water", solvent) if solvent else ("water",))
    return found.value("water"), found.value(solvent or "water")


def _transport(ligand: Ligand, solvent: str, pH: float) -> tuple[float, float, float]:
    """Organic/water distribution ratio [1], diffusion coefficient in water and in the solvent [m²/s].

    P is Crippen's octanol/water value for every solvent: an estimate to be fitted (``distribution_factor``).
    """
    if ligand.formal_charge:
        ratio = 0.0
    else:
        pkas = ligand.pka_set()
        acids = tuple(pka.value for pka in pkas if pka.kind == "acid" for _ in range(pka.count))
        bases = tuple(pka.value for pka in pkas if pka.kind == "base" for _ in range(pka.count))
        ratio = distribution_ratio(pH, 10.0**ligand.logp, acids, bases).item()
    return max(ratio, _SMALLEST_RATIO), *_diffusion(ligand.name, solvent)
