"""From names (cluster notation, ligands, solvent) to an `Experiment` with its transport properties filled in."""

from __future__ import annotations

import re
from typing import Any

from goldshell.errors import InputError
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.ladder import site_classes as default_site_classes

# Hydrophobic counter-ions that Z used, and "none".
COUNTER_IONS = ("TMAC", "TPAC")


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
    gold, shell = _parse(cluster)
    sites = sum(shell.values())
    others_in_shell = [name for name in shell if name != incoming]
    if len(others_in_shell) > 1:
        raise InputError(f"{cluster}: more than one outgoing ligand", hint="the well-mixed model has one A and one B")
    outgoing = others_in_shell[0] if others_in_shell else incoming
    start = shell.get(incoming, 0)
    classes = tuple(site_classes) if site_classes else default_site_classes(gold, sites)
    if sum(classes) != sites or min(classes) < 1:
        raise InputError(f"site classes {classes} do not add to the {sites} sites of {cluster}")
    return Experiment(
        cluster=cluster,
        incoming=incoming,
        outgoing=outgoing,
        gold_atoms=gold,
        sites=sites,
        site_classes=classes,
        initial_shell=tuple(1.0 if n == start else 0.0 for n in range(sites + 1)),
        cluster_mM=cluster_mM,
        water_mL=water_mL,
        organic_mL=organic_mL,
        pH=pH,
        solvent=solvent,
        incoming_transport=_transport(incoming, solvent, pH),
        outgoing_transport=_transport(outgoing, solvent, pH),
        **others,
    )


def _parse(cluster: str) -> tuple[int, dict[str, int]]:
    """Gold atoms and ligand counts of a notation."""
    match = re.fullmatch(r"\[?Au(\d+)((?:\([^()]+\)\d+)+)\]?[-+\d]*", cluster.strip())
    if not match:
        raise InputError(f"cannot read the cluster {cluster!r}", hint="write for example Au25(p-MBSA)18")
    shell: dict[str, int] = {}
    for name, count in re.findall(r"\(([^()]+)\)(\d+)", match[2]):
        shell[name] = shell.get(name, 0) + int(count)
    return int(match[1]), shell


def _transport(ligand: str, solvent: str, pH: float) -> tuple[float, float, float]:
    """Organic/water distribution ratio [1], diffusivity in water and in the solvent [m²/s] at 298.15 K."""
    # Placeholder until goldshell.transport is there: p-MBA from SCIENCE section 4, log P 1.9.
    ratio = 80.0 / (1.0 + 10.0 ** (pH - 4.16) + 10.0 ** (2 * pH - 4.16 - 6.0)) if ligand != "p-MBSA" else 1e-4
    return ratio, 8.06e-10, 2.28e-9
