"""From electrophoretic mobility to zeta potential and charge per cluster, beside what the titration model says.

Repeats of a sample give the mean mobility and its t interval; every other number follows from it, so that intervals
carry the scatter of the repeats and nothing else. The electrokinetic charge is what moves with the particle: ions
condensed on a dense shell are in it, so it lies below the charge of the groups, several-fold for highly charged shells.

References
----------
See `goldshell.spectra.electrokinetics`
Manning, J. Phys. Chem. B 111 (2007) 8554-8559, doi:10.1021/jp0670844 (ions condensed on spheres)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.chemistry import Cluster, parse_cluster, shell_charge
from goldshell.errors import InputError
from goldshell.numerics import Estimate
from goldshell.spectra import electrokinetics as ek
from goldshell.spectra.zeta_io import ZetaRecord
from goldshell.transport.solvents import viscosity

if TYPE_CHECKING:
    import pandas as pd

SODIUM_CHLORIDE_CONDUCTIVITY = 0.1264  # limiting molar conductivity of NaCl at 25 degC [mS/cm per mM]
_RELAXATION = 50.0  # zeta above which relaxation of the cloud matters [mV]
_SOFTNESS = (0.1, 0.3, 1.0)  # depth of flow into the shell [nm]: range and middle


@dataclass(frozen=True, slots=True)
class TitrationCharge:
    """Net charge of the cluster (shell and core) by the titration model.

    Parameters
    ----------
    pka_source : source of the pKa values
    independent, hill : the ends of its range [elementary charges]
    """

    pka_source: str
    independent: float
    hill: float

    def to_dict(self) -> dict[str, Any]:
        """JSON types."""
        return {"pka_source": self.pka_source, "independent": self.independent, "hill": self.hill}


@dataclass(frozen=True, slots=True, eq=False)
class ZetaResult:
    """One sample.

    Parameters
    ----------
    sample : name
    records : its measurements
    mobility : mean [um cm/(V s)]
    henry, smoluchowski, hueckel : zeta potentials [mV]
    temperature, ionic_strength, diameter, ph : conditions used [K], [mM], [nm]
    kappa_a, f : radius over Debye length, Henry's function [1]
    charge : electrokinetic, from the Henry zeta [elementary charges]; None without a size
    soft_charge : of a soft shell, at 1/lambda = 0.3 nm [elementary charges]; None without a cluster
    soft_range : of it for 1/lambda from 0.1 to 1 nm
    soft_valid : the shell is thicker than 1/kappa and 1/lambda, as the theory wants
    titration : what the groups carry at this pH; empty without cluster or pH
    reading : the comparison in words
    warnings : advice
    """

    sample: str
    records: tuple[ZetaRecord, ...]
    mobility: Estimate
    henry: Estimate | None
    smoluchowski: Estimate
    hueckel: Estimate
    temperature: float
    ionic_strength: float
    diameter: float
    ph: float
    kappa_a: float
    f: float
    charge: Estimate | None
    soft_charge: Estimate | None
    soft_range: tuple[float, float] | None
    soft_valid: bool
    titration: tuple[TitrationCharge, ...]
    reading: str
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON types."""
        return {
            "sample": self.sample,
            "measurements": len(self.records),
            "mobility": self.mobility.to_dict(),
            "zeta": {
                "henry": self.henry.to_dict() if self.henry else None,
                "smoluchowski": self.smoluchowski.to_dict(),
                "hueckel": self.hueckel.to_dict(),
            },
            "conditions": {
                "temperature_K": self.temperature,
                "ionic_strength_mM": self.ionic_strength,
                "hydrodynamic_diameter_nm": self.diameter,
                "ph": self.ph,
            },
            "kappa_a": self.kappa_a,
            "henry_function": self.f,
            "charge": self.charge.to_dict() if self.charge else None,
            "soft_shell_charge": self.soft_charge.to_dict() if self.soft_charge else None,
            "soft_shell_range": list(self.soft_range) if self.soft_range else None,
            "soft_shell_valid": self.soft_valid,
            "titration": [one.to_dict() for one in self.titration],
            "reading": self.reading,
            "warnings": list(self.warnings),
        }


def zeta_table(results: Sequence[ZetaResult]) -> pd.DataFrame:
    """One row per sample."""
    import pandas as pd

    rows = []
    for one in results:
        row: dict[str, Any] = {"sample": one.sample, "ph": one.ph, "ionic_strength_mM": one.ionic_strength}
        for name, estimate in (("mobility_um_cm_per_V_s", one.mobility), ("zeta_henry_mV", one.henry),
                               ("zeta_smoluchowski_mV", one.smoluchowski), ("zeta_hueckel_mV", one.hueckel),
                               ("charge_e", one.charge), ("soft_shell_charge_e", one.soft_charge)):  # fmt: skip
            if estimate is not None:
                row |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
        rows.append(row)
    return pd.DataFrame(rows)


def analyse_zeta(
    records: Sequence[ZetaRecord],
    *,
    cluster: str = "",
    diameter: float | None = None,
    ionic_strength: float | None = None,
    ph: float | None = None,
    instrument: str = "smoluchowski",
    level: float = 0.95,
) -> tuple[ZetaResult, ...]:
    """Zeta potential and charge of each sample.

    Parameters
    ----------
    records : of `read_zeta`
    cluster : notation; that of the file when ""
    diameter : hydrodynamic; that of the file, else estimated from the cluster, when None [nm]
    ionic_strength : that of the file, else from the conductivity as NaCl, when None [mM]
    ph : that of the file when None
    instrument : "smoluchowski" or "hueckel": how the instrument made zeta, where it exports no mobility
    level : probability of the intervals

    Returns
    -------
    one result per sample, in the order of the file

    Raises
    ------
    InputError : an unknown model, sizes or strengths not above 0
    UnknownNameError : unknown ligand in the cluster
    """
    if instrument not in ("smoluchowski", "hueckel"):
        raise InputError(f"model of the instrument {instrument!r}", hint="smoluchowski or hueckel")
    if not 0 < level < 1:
        raise InputError(f"level {level:g} is not between 0 and 1", hint="0.95 gives 95 % intervals")
    for name, value in (("diameter", diameter), ("ionic strength", ionic_strength)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InputError(f"{name} is {value:g}", hint="it must be above 0")
    groups: dict[tuple[str, float], list[ZetaRecord]] = {}
    for one in records:
        groups.setdefault((one.sample, -1.0 if math.isnan(one.ph) else one.ph), []).append(one)
    names = [name for name, _ in groups]
    return tuple(
        _analyse(
            name if names.count(name) == 1 else f"{name}, pH {acidity:g}",
            group, cluster, diameter, ionic_strength, ph, instrument, level,
        )
        for (name, acidity), group in groups.items()
    )  # fmt: skip


def _analyse(
    name: str,
    group: list[ZetaRecord],
    notation: str,
    diameter: float | None,
    ionic_strength: float | None,
    ph: float | None,
    instrument: str,
    level: float,
) -> ZetaResult:
    warnings: list[str] = []
    temperature = _mean([one.temperature for one in group])
    if math.isnan(temperature):
        temperature = 298.15
        warnings.append("temperature not stated: 25 degC")
    eta = viscosity("water", temperature).value
    notation = notation or next((one.cluster for one in group if one.cluster), "")
    cluster = parse_cluster(notation) if notation else None
    acidity = ph if ph is not None else _mean([one.ph for one in group])
    size = diameter if diameter is not None else _mean([one.diameter for one in group])
    if math.isnan(size) and cluster is not None:
        size = cluster.hydrodynamic_diameter
        warnings.append(f"hydrodynamic diameter estimated from the cluster: {size:.2g} nm")
    strength = ionic_strength if ionic_strength is not None else _mean([one.ionic_strength for one in group])
    if math.isnan(strength) and not math.isnan(_mean([one.conductivity for one in group])):
        strength = _mean([one.conductivity for one in group]) / SODIUM_CHLORIDE_CONDUCTIVITY
        warnings.append(f"ionic strength from the conductivity, as NaCl: {strength:.3g} mM")
    instrument_f = 1.5 if instrument == "smoluchowski" else 1.0
    if any(math.isnan(one.mobility) for one in group):
        warnings.append(f"no mobility in the file: taken back from zeta as the instrument made it ({instrument})")
    mobilities = [
        ek.mobility_from_zeta(one.zeta, instrument_f, viscosity=eta, temperature=temperature)
        if math.isnan(one.mobility)
        else one.mobility
        for one in group
    ]
    mobility = _with_interval(mobilities, level, warnings)

    def zeta(f: float) -> Estimate:
        return _mapped(mobility, lambda mu: ek.zeta_from_mobility(mu, f, viscosity=eta, temperature=temperature), "mV")

    kappa_a = f = math.nan
    henry = charge = soft = None
    soft_range, soft_valid = None, False
    if math.isnan(size) or math.isnan(strength):
        missing = " and ".join(
            what for what, value in (("the size (--diameter or --cluster)", size),
                                     ("the ionic strength (--ionic-strength)", strength)) if math.isnan(value)
        )  # fmt: skip
        warnings.append(f"without {missing} there are only the limits, Hueckel and Smoluchowski, and no charge")
    else:
        kappa_a = size / 2 / ek.debye_length(strength, temperature)
        f = ek.henry_function(kappa_a)
        henry = zeta(f)
        charge = _mapped(henry, lambda z: ek.charge_from_zeta(z, size / 2, strength, temperature), "1")
        if abs(henry.value) > _RELAXATION:
            warnings.append(
                f"|zeta| above {_RELAXATION:g} mV: the cloud relaxes, Henry's zeta and the charge are too low"
            )
        if kappa_a < 0.5:
            warnings.append(f"kappa a is {kappa_a:.2g}, below 0.5: the charge from zeta is off by more than 1 %")
        if cluster is not None:
            soft, soft_range, soft_valid = _soft(cluster, mobility, size, strength, eta, temperature, warnings)
    titration: tuple[TitrationCharge, ...] = ()
    if cluster is not None and not math.isnan(acidity):
        charges = shell_charge(cluster, acidity, temperature=temperature)
        titration = tuple(
            TitrationCharge(one.pka_source, cluster.core_charge + one.independent, cluster.core_charge + one.hill)
            for one in charges.charges
        )
        warnings += charges.warnings
    elif cluster is not None:
        warnings.append("no pH: the titration model cannot be compared (--ph)")
    return ZetaResult(
        sample=name,
        records=tuple(group),
        mobility=mobility,
        henry=henry,
        smoluchowski=zeta(1.5),
        hueckel=zeta(1.0),
        temperature=temperature,
        ionic_strength=strength,
        diameter=size,
        ph=acidity,
        kappa_a=kappa_a,
        f=f,
        charge=charge,
        soft_charge=soft,
        soft_range=soft_range,
        soft_valid=soft_valid,
        titration=titration,
        reading=_reading(charge, titration),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _soft(
    cluster: Cluster,
    mobility: Estimate,
    diameter: float,
    strength: float,
    eta: float,
    temperature: float,
    warnings: list[str],
) -> tuple[Estimate | None, tuple[float, float] | None, bool]:
    shell = sum(ligand.length * count for ligand, count in cluster.ligands) / cluster.ligand_count
    core = diameter / 2 - shell
    if math.isnan(shell) or core <= 0:
        warnings.append("no soft-shell estimate: the ligands are longer than the hydrodynamic radius")
        return None, None, False

    def at(mu: float, softness: float) -> float:
        return ek.soft_charge(mu, core, shell, strength, softness=softness, viscosity=eta, temperature=temperature)

    ends = sorted(at(mobility.value, softness) for softness in _SOFTNESS)
    debye = ek.debye_length(strength, temperature)
    valid = shell > debye and shell > _SOFTNESS[1]
    if not valid:
        warnings.append(
            f"the soft-shell charge is out of the theory's range and not shown: it wants a shell thicker than 1/kappa "
            f"({debye:.2g} nm) and 1/lambda ({_SOFTNESS[1]:g} nm), this one has {shell:.2g} nm"
        )
    return _mapped(mobility, lambda mu: at(mu, _SOFTNESS[1]), "1"), (ends[0], ends[-1]), valid


def _reading(charge: Estimate | None, titration: Sequence[TitrationCharge]) -> str:
    if charge is None or not titration:
        return ""
    low, high = (
        limit([getattr(one, way) for one in titration for way in ("independent", "hill")]) for limit in (min, max)
    )
    model = f"{low:+.1f}" if abs(high - low) < 0.05 else f"{low:+.1f} to {high:+.1f}"
    said = f"electrokinetic charge {charge.value:+.2g} against {model} of the groups and core"
    if charge.low <= high and charge.high >= low:
        return f"{said}: they agree within the interval"
    nearest = min((low, high), key=lambda value: abs(value - charge.value))
    if nearest * charge.value < 0:
        return f"{said}: opposite signs; check pKa values (their source decides), adsorbed ions, or the pH"
    if abs(charge.value) < abs(nearest):
        return f"{said}: {nearest / charge.value:.2g}-fold less moves with the particle, as when counter-ions condense"
    return f"{said}: more moves than the groups carry; check the size, the ionic strength or aggregation"


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def _with_interval(values: Sequence[float], level: float, warnings: list[str]) -> Estimate:
    from scipy import stats

    unit = "um*cm/(V*s)"
    mean = float(np.mean(values))
    if len(values) < 2:
        warnings.append("one measurement: no interval; three repeats are usual")
        return Estimate(mean, math.nan, math.nan, unit)
    half = float(stats.t.ppf(0.5 + level / 2, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values)))
    return Estimate(mean, mean - half, mean + half, unit)


def _mapped(estimate: Estimate, function: Callable[[float], float], unit: str) -> Estimate:
    """An estimate through an increasing function."""
    ends = [function(limit) if math.isfinite(limit) else math.nan for limit in (estimate.low, estimate.high)]
    return Estimate(function(estimate.value), ends[0], ends[1], unit)
