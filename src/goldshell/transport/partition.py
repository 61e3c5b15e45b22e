"""Speciation against pH, distribution between water and an organic phase, and the mass balances of two phases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import AnalysisError, InputError
from goldshell.transport.solvents import find_solvent, solvent_property

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Speciation:
    """Charge states and distribution ratio of one compound against pH.

    Parameters
    ----------
    label : which compound and which pKa values
    ph : pH values, shape (n,) [1]
    charges : net charge of each state, shape (k,) [e]
    fractions : share of each state, shape (k, n) [1]
    neutral_fraction : share of the uncharged molecule (zwitterions excluded), shape (n,) [1]
    partition_coefficient : P of the uncharged molecule, organic over water [1]
    distribution_ratio : D = P times neutral fraction, shape (n,) [1]
    acid_pkas, base_pkas : pKa values used [1]
    """

    label: str
    ph: NDArray[np.float64]
    charges: NDArray[np.int64]
    fractions: NDArray[np.float64]
    neutral_fraction: NDArray[np.float64]
    partition_coefficient: float
    distribution_ratio: NDArray[np.float64]
    acid_pkas: tuple[float, ...]
    base_pkas: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON types; ``fractions`` by charge."""
        return {
            "label": self.label,
            "acid_pkas": list(self.acid_pkas),
            "base_pkas": list(self.base_pkas),
            "ph": self.ph.tolist(),
            "fractions": {str(charge): row.tolist() for charge, row in zip(self.charges, self.fractions, strict=True)},
            "neutral_fraction": self.neutral_fraction.tolist(),
            "partition_coefficient": self.partition_coefficient,
            "distribution_ratio": self.distribution_ratio.tolist(),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One line per pH."""
        import pandas as pd

        columns = {f"charge_{charge:+d}": row for charge, row in zip(self.charges, self.fractions, strict=True)}
        return pd.DataFrame(
            {
                "label": self.label,
                "ph": self.ph,
                **columns,
                "neutral_fraction": self.neutral_fraction,
                "distribution_ratio": self.distribution_ratio,
            }
        )


@dataclass(frozen=True, slots=True)
class PhaseBalance:
    """A solute at equilibrium between two phases.

    Parameters
    ----------
    water, organic : concentration of all forms in each phase [mM]
    fraction_in_water : share of the amount that is in the water [1]
    average : amount over the total volume [mM]
    distribution_ratio : organic over water [1]
    """

    water: float
    organic: float
    fraction_in_water: float
    average: float
    distribution_ratio: float

    def to_dict(self) -> dict[str, float]:
        """Concentrations with their unit in the key."""
        return {
            "water_mM": self.water,
            "organic_mM": self.organic,
            "fraction_in_water": self.fraction_in_water,
            "average_mM": self.average,
            "distribution_ratio": self.distribution_ratio,
        }


def charge_state_fractions(
    ph: ArrayLike, acid_pkas: Sequence[float] = (), base_pkas: Sequence[float] = ()
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Share of each net charge of a molecule with acidic and basic groups.

    The state that has lost j protons weighs 10^(j pH - pKa_1 - ... - pKa_j), with the pKa of all groups in rising order
    as stepwise (macroscopic) constants. The charge of that state is the number of basic groups minus j.

    Parameters
    ----------
    ph : scalar or shape (n,) [1]
    acid_pkas : of groups that are neutral when protonated (COOH, SH, SO3H) [1]
    base_pkas : of the conjugate acids of groups that are positive when protonated (NH2) [1]

    Returns
    -------
    charges : shape (k,), from all protonated to none [e]
    fractions : shape (k, n) [1]

    Raises
    ------
    InputError : a pH or pKa that is not a finite number
    """
    values = np.atleast_1d(np.asarray(ph, dtype=float))
    pkas = np.sort(np.asarray([*acid_pkas, *base_pkas], dtype=float))
    if not np.all(np.isfinite(values)) or not np.all(np.isfinite(pkas)):
        raise InputError("pH and pKa must be finite numbers")
    lost = np.arange(pkas.size + 1)
    exponents = lost[:, None] * values[None, :] - np.concatenate(([0.0], np.cumsum(pkas)))[:, None]
    weights = 10.0 ** (exponents - exponents.max(axis=0))
    charges = len(base_pkas) - lost
    return charges, weights / weights.sum(axis=0)


def neutral_fraction(
    ph: ArrayLike, acid_pkas: Sequence[float] = (), base_pkas: Sequence[float] = ()
) -> NDArray[np.float64]:
    """Share of the uncharged molecule, the only form that partitions.

    With two acidic groups 1 / (1 + 10^(pH - pKa1) + 10^(2 pH - pKa1 - pKa2)). When there are acidic and basic groups,
    the net-neutral state is divided between the uncharged form and its zwitterions as for independent sites.

    Parameters
    ----------
    ph : scalar or shape (n,) [1]
    acid_pkas : of groups that are neutral when protonated [1]
    base_pkas : of the conjugate acids of basic groups [1]

    Returns
    -------
    shape (n,) [1]

    Raises
    ------
    InputError : a pH or pKa that is not a finite number
    """
    charges, fractions = charge_state_fractions(ph, acid_pkas, base_pkas)
    share: NDArray[np.float64] = fractions[charges == 0][0] * _uncharged_share(acid_pkas, base_pkas)
    return share


def distribution_ratio(
    ph: ArrayLike, partition_coefficient: float, acid_pkas: Sequence[float] = (), base_pkas: Sequence[float] = ()
) -> NDArray[np.float64]:
    """Distribution ratio, organic over water, of all forms together.

    D(pH) = P f_neutral(pH): ions stay in the water.

    Parameters
    ----------
    ph : scalar or shape (n,) [1]
    partition_coefficient : P, concentration of the uncharged molecule in the organic phase over that in water [1]
    acid_pkas : of groups that are neutral when protonated [1]
    base_pkas : of the conjugate acids of basic groups [1]

    Returns
    -------
    shape (n,) [1]

    Raises
    ------
    InputError : a negative or non-finite P, a pH or pKa that is not a finite number
    """
    if not math.isfinite(partition_coefficient) or partition_coefficient < 0:
        raise InputError(f"partition coefficient {partition_coefficient:g}", hint="a number from 0 up (P, not log P)")
    return partition_coefficient * neutral_fraction(ph, acid_pkas, base_pkas)


def speciation(
    ph: ArrayLike,
    acid_pkas: Sequence[float] = (),
    base_pkas: Sequence[float] = (),
    *,
    partition_coefficient: float = 1.0,
    label: str = "",
) -> Speciation:
    """Charge states, neutral fraction and distribution ratio against pH, in one result.

    Parameters
    ----------
    ph : scalar or shape (n,) [1]
    acid_pkas : of groups that are neutral when protonated [1]
    base_pkas : of the conjugate acids of basic groups [1]
    partition_coefficient : P of the uncharged molecule; with the default, the result is D relative to P [1]
    label : which compound and which pKa values

    Returns
    -------
    Speciation

    Raises
    ------
    InputError : as `distribution_ratio`
    """
    charges, fractions = charge_state_fractions(ph, acid_pkas, base_pkas)
    return Speciation(
        label=label,
        ph=np.atleast_1d(np.asarray(ph, dtype=float)),
        charges=charges,
        fractions=fractions,
        neutral_fraction=neutral_fraction(ph, acid_pkas, base_pkas),
        partition_coefficient=partition_coefficient,
        distribution_ratio=distribution_ratio(ph, partition_coefficient, acid_pkas, base_pkas),
        acid_pkas=tuple(acid_pkas),
        base_pkas=tuple(base_pkas),
    )


def competing_speciation(ligand: str, ph: ArrayLike, *, partition_coefficient: float = 1.0) -> tuple[Speciation, ...]:
    """Speciation of a ligand under each source of competing pKa values.

    Parameters
    ----------
    ligand : name or SMILES
    ph : scalar or shape (n,) [1]
    partition_coefficient : P of the uncharged molecule [1]

    Returns
    -------
    one Speciation for each source that gives a competing value; one in all when none compete

    Raises
    ------
    UnknownNameError : unknown ligand
    InputError : as `distribution_ratio`; a ligand with a permanent charge, of which no form is neutral
    """
    from goldshell.chemistry import find_ligand

    found = find_ligand(ligand)
    if found.formal_charge:
        raise InputError(f"{found.name} carries a permanent charge", hint="it has no neutral form that could partition")
    results: dict[tuple[tuple[float, ...], tuple[float, ...]], Speciation] = {}
    for source in found.pka_sources() or ("",):
        values = found.pka_set(source)
        acids = tuple(value.value for value in values if value.kind == "acid" for _ in range(value.count))
        bases = tuple(value.value for value in values if value.kind == "base" for _ in range(value.count))
        groups = ", ".join(f"{value.group} {value.value:g} ({value.source})" for value in values)
        label = f"{found.name}: {groups}" if groups else f"{found.name}: no ionisable group"
        results.setdefault(
            (acids, bases),
            speciation(ph, acids, bases, partition_coefficient=partition_coefficient, label=label),
        )
    return tuple(results.values())


def equilibrium_concentrations(
    water_volume: float,
    organic_volume: float,
    distribution_ratio: float,
    *,
    water: float = 0.0,
    organic: float = 0.0,
) -> PhaseBalance:
    """Concentrations in both phases once a solute has distributed, its amount conserved.

    C_w = (C_w0 V_w + C_o0 V_o) / (V_w + D V_o), C_o = D C_w

    Parameters
    ----------
    water_volume, organic_volume : volumes of the phases [mL]
    distribution_ratio : D, organic over water [1]
    water, organic : concentrations before mixing [mM]

    Returns
    -------
    PhaseBalance [mM]

    Raises
    ------
    InputError : a negative or non-finite value, or no volume at all
    """
    values = {
        "water volume": water_volume,
        "organic volume": organic_volume,
        "distribution ratio": distribution_ratio,
        "water concentration": water,
        "organic concentration": organic,
    }
    for name, value in values.items():
        if not math.isfinite(value) or value < 0:
            raise InputError(f"{name} {value:g} must be a number from 0 up")
    total = water_volume + organic_volume
    capacity = water_volume + distribution_ratio * organic_volume
    if total <= 0 or capacity <= 0:
        raise InputError("no volume to dissolve in", hint="give the volume of the water or of the organic phase")
    amount = water * water_volume + organic * organic_volume
    in_water = amount / capacity
    return PhaseBalance(
        water=in_water,
        organic=distribution_ratio * in_water,
        fraction_in_water=water_volume / capacity,
        average=amount / total,
        distribution_ratio=distribution_ratio,
    )


def saturated_volumes(solvent: str, water_volume: float, organic_volume: float) -> tuple[float, float]:
    """Volumes of the two phases after water and solvent have saturated each other.

    Mass balance of water and solvent with the mutual solubilities of the solvent table; volumes of mixing neglected.

    Parameters
    ----------
    solvent : name in the solvent table
    water_volume, organic_volume : volumes of the pure liquids before mixing [mL]

    Returns
    -------
    water_phase, organic_phase [mL]

    Raises
    ------
    AnalysisError : no mutual solubility in the table, or the two liquids mix to one phase in these amounts
    InputError : a volume that is not a positive number
    """
    name = find_solvent(solvent)
    for value in (water_volume, organic_volume):
        if not math.isfinite(value) or value <= 0:
            raise InputError(f"volume {value:g} mL must be a positive number")
    in_water = solvent_property(name, "solubility_in_water").value / 100.0
    of_water = solvent_property(name, "solubility_of_water").value / 100.0
    density = solvent_property(name, "density").value / 1000.0
    water_density = solvent_property("water", "density").value / 1000.0
    solvent_mass, water_mass = organic_volume * density, water_volume * water_density
    determinant = in_water * of_water - (1.0 - in_water) * (1.0 - of_water)
    if determinant >= 0:
        raise AnalysisError(f"{name} and water mix in all proportions: there is no second phase")
    water_phase = (solvent_mass * of_water - water_mass * (1.0 - of_water)) / determinant
    organic_phase = (in_water * water_mass - (1.0 - in_water) * solvent_mass) / determinant
    if water_phase <= 0 or organic_phase <= 0:
        raise AnalysisError(
            f"{organic_volume:g} mL {name} and {water_volume:g} mL water form one phase",
            hint="bring the volumes closer to each other",
        )
    return (
        water_phase * (in_water / density + (1.0 - in_water) / water_density),
        organic_phase * ((1.0 - of_water) / density + of_water / water_density),
    )


def _uncharged_share(acid_pkas: Sequence[float], base_pkas: Sequence[float]) -> float:
    """Share of the uncharged form among the net-neutral tautomers, for independent sites.

    1 / sum over k of e_k(10^-pKa of acids) e_k(10^pKa of bases), e_k the elementary symmetric polynomials.
    """
    acids = _elementary_symmetric([10.0**-pka for pka in acid_pkas])
    bases = _elementary_symmetric([10.0**pka for pka in base_pkas])
    return 1.0 / sum(a * b for a, b in zip(acids, bases, strict=False))


def _elementary_symmetric(values: Sequence[float]) -> list[float]:
    """e_0, e_1, ... of the values: the coefficients of the product of (1 + value x)."""
    coefficients = [1.0]
    for value in values:
        shifted = [0.0, *(value * c for c in coefficients)]
        coefficients = [a + b for a, b in zip([*coefficients, 0.0], shifted, strict=True)]
    return coefficients
