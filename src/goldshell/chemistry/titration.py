"""Charge of a ligand shell against pH: independent sites, and the anticooperative titration of a dense shell.

Independent sites (Henderson-Hasselbalch) are what one would expect of free ligands. In a dense shell each charge
makes the next harder to place: Au102(p-MBA)44 titrates with pKa 6.18 +/- 0.05 and Hill coefficient 0.64 +/- 0.04,
against 4.16 and 1 for free p-MBA (Koivisto et al. 2016). These two numbers are carried over to other shells, scaled
in the charge of the shell so that a uniform shell of acids, or of bases, gets them as they are:

- shift of a group's pKa = 2.02 (-z / N) / 0.5, at most 2.02 either way, with z/N the shell charge per ligand at the
  midpoint of that group (-0.5 in Au102(p-MBA)44): anions around hold protons back, cations around drive them off;
- 1/n - 1 = (1/0.64 - 1) f, at most 0.5625, with f the number of such groups per ligand: only the group's own charges
  build up during its titration.

Both follow from a potential that is linear in the charge, capped at what was measured. They are assumptions all the
same: the only shell titrated is larger (44 ligands) and of one ligand, and the charge over radius of Au25 at its
midpoint is half of that (9 / 1.2 nm against 22 / 1.4 nm), which would halve the shift. So "independent" and "hill" are
the ends of a range. The Hill form must not be used for the far wings of a titration.

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
    hill : pKa shift and Hill coefficient of Au102(p-MBA)44 carried over, scaled [elementary charges]
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

    z = sum over groups of -N/(1 + 10^(n (pKa' - pH))) for acids, +N/(1 + 10^(n (pH - pKa'))) for bases, with n = 1 and
    pKa' = pKa (independent) or n and pKa' of the dense shell (hill; see the head of this module). Protons of thiols
    are lost to gold and not counted.

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


def charged_groups(cluster: Cluster, ph: float) -> dict[str, tuple[float, float]]:
    """Mean numbers of positive and of negative groups of the shell at a pH, under each source of pKa values.

    Independent sites: in a zwitterionic shell charges of both signs stand beside each other, and a dense shell shifts
    pKa values less than in one of acids alone.

    Parameters
    ----------
    cluster : from `parse_cluster`
    ph : 0 to 14

    Returns
    -------
    pKa source -> positive, negative [1]

    Raises
    ------
    InputError : a pH out of range
    """
    check_ph(ph)
    fixed = [ligand.formal_charge * number for ligand, number in cluster.ligands]
    found = {}
    for label, groups in _group_sets(cluster):
        charges = [number * ionised_charge(pka.kind, pka.value, ph) for pka, number in groups] + fixed
        found[label] = (
            float(sum(charge for charge in charges if charge > 0)),
            float(-sum(charge for charge in charges if charge < 0)),
        )
    return found


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
    """Charge of the shell at a pH [elementary charges]."""
    total = _fixed_charge(cluster)
    for position, (pka, number) in enumerate(groups):
        midpoint, coefficient = _dense(cluster, groups, position) if hill else (pka.value, 1.0)
        total += number * ionised_charge(pka.kind, midpoint, ph, coefficient)
    return total


def _dense(cluster: Cluster, groups: _Groups, position: int) -> tuple[float, float]:
    """pKa and Hill coefficient of one group in the dense shell."""
    pka, number = groups[position]
    others = sum(
        count * ionised_charge(other.kind, other.value, pka.value)
        for place, (other, count) in enumerate(groups)
        if place != position
    )
    own = 0.5 * number * (-1.0 if pka.kind == "acid" else 1.0)
    per_ligand = (_fixed_charge(cluster) + others + own) / cluster.ligand_count
    shift = pka_shift() * min(max(-per_ligand / 0.5, -1.0), 1.0)
    broadening = (1.0 / hill_coefficient() - 1.0) * min(number / cluster.ligand_count, 1.0)
    return pka.value + shift, 1.0 / (1.0 + broadening)


def _fixed_charge(cluster: Cluster) -> float:
    return float(sum(ligand.formal_charge * number for ligand, number in cluster.ligands))


def _temperature_warnings(temperature: float) -> list[str]:
    low, high = _TEMPERATURE_LIMITS
    if not (math.isfinite(temperature) and low <= temperature <= high):
        raise InputError(f"temperature {temperature:g} K is not between {low:g} and {high:g} K")
    if abs(temperature - PKA_TEMPERATURE) > _TEMPERATURE_TOLERANCE:
        return [f"pKa values are those of 25 degC; at {temperature:g} K amines are off by 0.03 per K, acids by less"]
    return []
