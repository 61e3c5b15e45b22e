"""Charge of a ligand shell against pH: independent sites, and the anticooperative titration of a dense shell.

Independent sites (Henderson-Hasselbalch) are what one would expect of free ligands. In a dense shell each charge
makes the next harder to place: Au102(p-MBA)44 titrates with pKa 6.18 +/- 0.05 and Hill coefficient 0.64 +/- 0.04,
against 4.16 and 1 for free p-MBA (Koivisto et al. 2016). Both numbers are carried over to other shells as they are:

- acids: pKa + 2.02, Hill coefficient 0.64;
- bases: the same size, towards the cation when the shell holds more acid groups than bases (anions around stabilise
  it), towards the neutral form otherwise (cations around do not).

That is an assumption. The only shell titrated is larger (44 ligands) and of one ligand; linear Debye-Hueckel theory
gives about half of that shift for the 18 sites of Au25 (charge over radius at the midpoint: 9 / 1.2 nm against
22 / 1.4 nm), so the two curves are the ends of a range. The Hill form is symmetric about its midpoint and must not be
used for the far wings.

References
----------
Koivisto et al., J. Phys. Chem. C 120 (2016) 10041-10050, doi:10.1021/acs.jpcc.6b00922
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.chemistry.clusters import Cluster
from goldshell.chemistry.ligands import Pka, check_ph, ionised_charge, source_label
from goldshell.errors import InputError
from goldshell.literature import value

if TYPE_CHECKING:
    import pandas as pd

PKA_TEMPERATURE = 298.15  # of the pKa table [K]
_TEMPERATURE_LIMITS = (273.15, 373.15)  # liquid water [K]
_TEMPERATURE_TOLERANCE = 15.0  # pKa values move by up to 0.3 (amines) over this [K]


@dataclass(frozen=True, slots=True)
class ShellCharge:
    """Mean charge of the ligand shell under one source of pKa values; the core charge is not in it.

    Parameters
    ----------
    pka_source : the source that decides where values compete; all sources used when none compete
    independent : sites titrate independently [elementary charges]
    hill : pKa shift and Hill coefficient of Au102(p-MBA)44 carried over [elementary charges]
    """

    pka_source: str
    independent: float
    hill: float

    def to_dict(self) -> dict[str, Any]:
        """``{"pka_source", "independent", "hill"}``."""
        return {"pka_source": self.pka_source, "independent": self.independent, "hill": self.hill}


@dataclass(frozen=True, slots=True)
class ShellCharges:
    """Charge of the shell under every source of pKa values.

    Parameters
    ----------
    cluster : which cluster
    ph : pH
    charges : one for each competing source
    warnings : advice to the user
    """

    cluster: Cluster
    ph: float
    charges: tuple[ShellCharge, ...]
    warnings: tuple[str, ...]

    def net(self, position: int = 0, *, hill: bool = True) -> float:
        """Charge of the whole cluster, shell and core [elementary charges]."""
        charge = self.charges[position]
        return self.cluster.core_charge + (charge.hill if hill else charge.independent)

    def to_dict(self) -> dict[str, Any]:
        """Charges as JSON types, core charge stated apart."""
        return {
            "ph": self.ph,
            "core_charge": self.cluster.core_charge,
            "shell_charge": [charge.to_dict() for charge in self.charges],
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per pKa source."""
        import pandas as pd

        return pd.DataFrame([charge.to_dict() for charge in self.charges])


def shell_charge(cluster: Cluster, ph: float, *, temperature: float = PKA_TEMPERATURE) -> ShellCharges:
    """Mean charge of a cluster's ligand shell at a pH, under each source of pKa values.

    z = sum over groups of -N/(1 + 10^(n (pKa' - pH))) for acids, +N/(1 + 10^(n (pH - pKa'))) for bases, with
    n = 1, pKa' = pKa (independent) or n = 0.64 and shifted pKa' (hill). Thiol protons are lost to gold and not counted.

    Parameters
    ----------
    cluster : from `parse_cluster`
    ph : 0 to 14
    temperature : 273.15 to 373.15 [K]; pKa values are those of 25 degC and are not corrected

    Returns
    -------
    ShellCharges, the core charge apart

    Raises
    ------
    InputError : pH or temperature out of range

    References
    ----------
    Koivisto et al., J. Phys. Chem. C 120 (2016) 10041-10050, doi:10.1021/acs.jpcc.6b00922
    """
    check_ph(ph)
    warnings = _temperature_warnings(temperature)
    warnings += [f"{ligand.name}: {ligand.note}" for ligand, _ in cluster.ligands if "class" in ligand.note]
    charges = tuple(
        ShellCharge(label, _total(cluster, groups, ph, hill=False), _total(cluster, groups, ph, hill=True))
        for label, groups in _group_sets(cluster)
    )
    return ShellCharges(cluster, ph, charges, tuple(warnings))


def titration_curve(cluster: Cluster, ph: Sequence[float] | np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Shell charge over a range of pH.

    Parameters
    ----------
    cluster : from `parse_cluster`
    ph : 0 to 14, shape (points,)

    Returns
    -------
    pKa source -> {"independent", "hill"}, shape (points,) each [elementary charges]

    Raises
    ------
    InputError : a pH out of range
    """
    for point in ph:
        check_ph(float(point))
    return {
        label: {
            name: np.array([_total(cluster, groups, float(point), hill=name == "hill") for point in ph])
            for name in ("independent", "hill")
        }
        for label, groups in _group_sets(cluster)
    }


def pka_shift() -> float:
    """Shift of the carboxyl pKa from free p-MBA to Au102(p-MBA)44: 6.18 - 4.16."""
    return value("au102-p-mba44-shell-pka") - value("au102-p-mba44-free-pka")


def hill_coefficient() -> float:
    """Hill coefficient of the titration of Au102(p-MBA)44: 0.64."""
    return value("au102-p-mba44-hill-coefficient")


_Groups = tuple[tuple[Pka, int], ...]  # pKa value, number of such groups in the shell


def _group_sets(cluster: Cluster) -> list[tuple[str, _Groups]]:
    """For each competing source: the groups of the shell with the value that holds under it."""
    sources = tuple(dict.fromkeys(source for ligand, _ in cluster.ligands for source in ligand.pka_sources(bound=True)))
    sets = []
    for source in sources or ("",):
        groups = tuple(
            (pka, pka.count * number)
            for ligand, number in cluster.ligands
            for pka in ligand.pka_set(source, bound=True)
        )
        sets.append((source or source_label(tuple(pka for pka, _ in groups)), groups))
    return sets


def _total(cluster: Cluster, groups: _Groups, ph: float, *, hill: bool) -> float:
    fixed = sum(ligand.formal_charge * number for ligand, number in cluster.ligands)
    shift, coefficient = (pka_shift(), hill_coefficient()) if hill else (0.0, 1.0)
    acids = sum(number for pka, number in groups if pka.kind == "acid")
    bases = sum(number for pka, number in groups if pka.kind == "base")
    base_shift = shift if acids > bases else -shift
    return float(fixed) + sum(
        number * ionised_charge(pka.kind, pka.value + (shift if pka.kind == "acid" else base_shift), ph, coefficient)
        for pka, number in groups
    )


def _temperature_warnings(temperature: float) -> list[str]:
    low, high = _TEMPERATURE_LIMITS
    if not (math.isfinite(temperature) and low <= temperature <= high):
        raise InputError(f"{temperature:g} K is not between {low:g} and {high:g} K", where="temperature")
    if abs(temperature - PKA_TEMPERATURE) > _TEMPERATURE_TOLERANCE:
        return [f"pKa values are those of 25 degC; at {temperature:g} K amines are off by 0.03 per K, acids by less"]
    return []
