"""Diffusion coefficients at infinite dilution in a liquid: four correlations side by side, each with its limits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldshell.errors import AnalysisError, InputError, UnknownNameError
from goldshell.literature import value
from goldshell.transport.film import check_positive
from goldshell.transport.molar_volume import MolarVolume, is_smiles, le_bas_volume, schroeder_volume
from goldshell.transport.solvents import (
    ROOM_TEMPERATURE,
    Viscosity,
    check_temperature,
    find_solvent,
    has_property,
    solvent_molar_volume,
    solvent_names,
    solvent_property,
    solvent_smiles,
    viscosity,
)

if TYPE_CHECKING:
    import pandas as pd

CORRELATIONS = ("wilke_chang", "siddiqi_lucas", "scheibel", "stokes_einstein")
# The organic phases of Z in the order of its Fig. 1e, and water.
DEFAULT_SOLVENTS = ("1-octanol", "1-hexanol", "1-pentanol", "1-butanol", "ethyl acetate", "water")

_BOLTZMANN = 1.380649e-23  # J/K, exact by the definition of the kelvin
_AVOGADRO = 6.02214076e23  # 1/mol, exact by the definition of the mole
_STOKES_EINSTEIN_RADIUS_RATIO = 5.0  # Cussler, Diffusion, 3rd ed. (2009), section 5.2
_CLUSTER = re.compile(r"^\[*(?:(?:Au|Ag|Cu|Pt|Pd|Cd|Hg)\d*)+(?:\(|\]|$)")


def wilke_chang(
    molar_volume: float,
    solvent_molar_mass: float,
    viscosity: float,
    temperature: float = ROOM_TEMPERATURE,
    association_factor: float = 1.0,
) -> float:
    """Diffusion coefficient by Wilke and Chang.

    D = 7.4e-8 (phi M)^0.5 T / (mu V^0.6) in cm²/s, with mu in mPa s and V in cm³/mol

    Parameters
    ----------
    molar_volume : V, of the solute at its normal boiling point [cm³/mol]
    solvent_molar_mass : M [g/mol]
    viscosity : mu, of the solvent [mPa s]
    temperature : T [K]
    association_factor : phi, of the solvent: water 2.6, methanol 1.9, ethanol 1.5, unassociated 1 [1]

    Returns
    -------
    float [m²/s]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Wilke & Chang, AIChE J. 1 (1955) 264-270, doi:10.1002/aic.690010222
    """
    check_positive(
        molar_volume=molar_volume,
        solvent_molar_mass=solvent_molar_mass,
        viscosity=viscosity,
        temperature=temperature,
        association_factor=association_factor,
    )
    return 1e-4 * 7.4e-8 * math.sqrt(association_factor * solvent_molar_mass) * temperature / (
        viscosity * molar_volume**0.6
    )  # fmt: skip


def siddiqi_lucas_aqueous(molar_volume: float, viscosity: float, temperature: float = ROOM_TEMPERATURE) -> float:
    """Diffusion coefficient in water by Siddiqi and Lucas.

    D = 2.98e-7 V^-0.5473 mu^-1.026 T in cm²/s

    Parameters
    ----------
    molar_volume : V, of the solute at its normal boiling point [cm³/mol]
    viscosity : mu, of water [mPa s]
    temperature : T [K]

    Returns
    -------
    float [m²/s]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Siddiqi & Lucas, Can. J. Chem. Eng. 64 (1986) 839-843, doi:10.1002/cjce.5450640519
    """
    check_positive(molar_volume=molar_volume, viscosity=viscosity, temperature=temperature)
    return 1e-4 * 2.98e-7 * molar_volume**-0.5473 * viscosity**-1.026 * temperature


def siddiqi_lucas_organic(
    molar_volume: float, solvent_molar_volume: float, viscosity: float, temperature: float = ROOM_TEMPERATURE
) -> float:
    """Diffusion coefficient in an organic solvent by Siddiqi and Lucas.

    D = 9.89e-8 V_A^-0.45 V_B^0.265 mu^-0.907 T in cm²/s

    Parameters
    ----------
    molar_volume : V_A, of the solute at its normal boiling point [cm³/mol]
    solvent_molar_volume : V_B, of the solvent at its normal boiling point [cm³/mol]
    viscosity : mu, of the solvent [mPa s]
    temperature : T [K]

    Returns
    -------
    float [m²/s]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Siddiqi & Lucas, Can. J. Chem. Eng. 64 (1986) 839-843, doi:10.1002/cjce.5450640519
    """
    check_positive(
        molar_volume=molar_volume,
        solvent_molar_volume=solvent_molar_volume,
        viscosity=viscosity,
        temperature=temperature,
    )
    return 1e-4 * 9.89e-8 * molar_volume**-0.45 * solvent_molar_volume**0.265 * viscosity**-0.907 * temperature


def scheibel(
    molar_volume: float,
    solvent_molar_volume: float,
    viscosity: float,
    temperature: float = ROOM_TEMPERATURE,
    solvent: str = "other",
) -> float:
    """Diffusion coefficient by Scheibel.

    D = K T / (mu V_A^(1/3)) in cm²/s, K = 8.2e-8 [1 + (3 V_B / V_A)^(2/3)]; for small solutes K is a constant:
    25.2e-8 in water when V_A < V_B, 18.9e-8 in benzene when V_A < 2 V_B, 17.5e-8 in others when V_A < 2.5 V_B.

    Parameters
    ----------
    molar_volume : V_A, of the solute at its normal boiling point [cm³/mol]
    solvent_molar_volume : V_B, of the solvent at its normal boiling point [cm³/mol]
    viscosity : mu, of the solvent [mPa s]
    temperature : T [K]
    solvent : "water", "benzene" or "other"

    Returns
    -------
    float [m²/s]

    Raises
    ------
    InputError : a value that is not a positive number, or another ``solvent``

    References
    ----------
    Scheibel, Ind. Eng. Chem. 46 (1954) 2007-2008, doi:10.1021/ie50537a062
    """
    check_positive(
        molar_volume=molar_volume,
        solvent_molar_volume=solvent_molar_volume,
        viscosity=viscosity,
        temperature=temperature,
    )
    small = {"water": (1.0, 25.2e-8), "benzene": (2.0, 18.9e-8), "other": (2.5, 17.5e-8)}
    if solvent not in small:
        raise InputError(f"solvent {solvent!r} of Scheibel's equation", hint="water, benzene or other")
    ratio, constant = small[solvent]
    if molar_volume >= ratio * solvent_molar_volume:
        constant = 8.2e-8 * (1.0 + (3.0 * solvent_molar_volume / molar_volume) ** (2.0 / 3.0))
    return 1e-4 * constant * temperature / (viscosity * molar_volume ** (1.0 / 3.0))


def stokes_einstein(hydrodynamic_diameter: float, viscosity: float, temperature: float = ROOM_TEMPERATURE) -> float:
    """Diffusion coefficient of a sphere by Stokes and Einstein.

    D = k_B T / (3 pi mu d)

    Parameters
    ----------
    hydrodynamic_diameter : d [m]
    viscosity : mu, of the solvent [mPa s]
    temperature : T [K]

    Returns
    -------
    float [m²/s]

    Raises
    ------
    InputError : a value that is not a positive number

    References
    ----------
    Einstein, Ann. Phys. 322 (1905) 549-560, doi:10.1002/andp.19053220806
    """
    check_positive(hydrodynamic_diameter=hydrodynamic_diameter, viscosity=viscosity, temperature=temperature)
    return _BOLTZMANN * temperature / (3.0 * math.pi * viscosity * 1e-3 * hydrodynamic_diameter)


def sphere_diameter(molar_volume: float) -> float:
    """Diameter of the sphere that has the volume of one molecule.

    d = (6 V / (pi N_A))^(1/3)

    Parameters
    ----------
    molar_volume : V [cm³/mol]

    Returns
    -------
    float [m]
    """
    check_positive(molar_volume=molar_volume)
    return float((6.0 * molar_volume * 1e-6 / (math.pi * _AVOGADRO)) ** (1.0 / 3.0))


@dataclass(frozen=True, slots=True)
class DiffusivityRow:
    """One diffusion coefficient.

    Parameters
    ----------
    solvent : name in the solvent table
    correlation : one of `CORRELATIONS`
    diffusivity : D [m²/s]
    viscosity : of the solvent, as used [mPa s]
    viscosity_source : key of the bibliography, or "given"
    valid : the correlation is meant for this solute, solvent and temperature
    note : what was used, what was assumed, why it is not valid
    """

    solvent: str
    correlation: str
    diffusivity: float
    viscosity: float
    viscosity_source: str
    valid: bool
    note: str

    def to_dict(self) -> dict[str, Any]:
        """The row with the names of the JSON output."""
        return {
            "solvent": self.solvent,
            "correlation": self.correlation,
            "D_m2_s": self.diffusivity,
            "viscosity_mPa_s": self.viscosity,
            "viscosity_source": self.viscosity_source,
            "valid": self.valid,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Diffusivities:
    """Diffusion coefficients of one solute in several solvents.

    Parameters
    ----------
    solute : its name
    temperature : [K]
    le_bas, schroeder : molar volume at the normal boiling point with its increments; ``le_bas`` is the one used, and
        holds a volume that the user gave; None for a cluster
    hydrodynamic_diameter : of the sphere that Stokes-Einstein used [m]
    rows : solvent by solvent, correlation by correlation
    warnings : advice
    """

    solute: str
    temperature: float
    le_bas: MolarVolume | None
    schroeder: MolarVolume | None
    hydrodynamic_diameter: float
    rows: tuple[DiffusivityRow, ...]
    warnings: tuple[str, ...] = ()

    def value(self, solvent: str, correlation: str = "wilke_chang") -> float:
        """D of one solvent and correlation [m²/s].

        Raises
        ------
        UnknownNameError : not in this table
        """
        name = find_solvent(solvent)
        for row in self.rows:
            if row.solvent == name and row.correlation == correlation:
                return row.diffusivity
        raise UnknownNameError(
            "diffusivity", f"{name}, {correlation}", (f"{r.solvent}, {r.correlation}" for r in self.rows)
        )

    def to_dict(self) -> dict[str, Any]:
        """The object of ``goldshell diffusivity --json``; ``molar_volume_cm3_mol`` is that of Le Bas."""
        return {
            "solute": self.solute,
            "molar_volume_cm3_mol": None if self.le_bas is None else self.le_bas.value,
            "molar_volume_schroeder_cm3_mol": None if self.schroeder is None else self.schroeder.value,
            "le_bas_increments": [] if self.le_bas is None else self.le_bas.to_dict()["increments"],
            "hydrodynamic_diameter_nm": self.hydrodynamic_diameter * 1e9,
            "temperature_K": self.temperature,
            "rows": [row.to_dict() for row in self.rows],
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One line per solvent and correlation."""
        import pandas as pd

        return pd.DataFrame.from_records([{"solute": self.solute, **row.to_dict()} for row in self.rows])


def diffusivities(
    solute: str,
    temperature: float = ROOM_TEMPERATURE,
    solvents: Sequence[str] | None = None,
    *,
    viscosities: Mapping[str, float] | None = None,
    molar_volume: float | None = None,
) -> Diffusivities:
    """Diffusion coefficients of a ligand, solvent or cluster in solvents, by every correlation that applies to it.

    Parameters
    ----------
    solute : ligand name, solvent name, SMILES, or cluster notation such as ``Au25(p-MBSA)18``
    temperature : [K]
    solvents : names; those of `DEFAULT_SOLVENTS` when None; ``("all",)`` for the whole table
    viscosities : solvent -> viscosity to use instead of the table's [mPa s]
    molar_volume : of the solute at its normal boiling point, instead of Le Bas' increments; not for a cluster [cm³/mol]

    Returns
    -------
    Diffusivities [m²/s]

    Raises
    ------
    UnknownNameError : unknown solute or solvent, with near matches
    InputError : a temperature or viscosity that is not a positive number, or a structure without increments
    """
    check_temperature(temperature)
    names = _solvent_list(solvents)
    given = {find_solvent(name): value for name, value in (viscosities or {}).items()}
    check_positive(**{f"viscosity of {name}": given[name] for name in given})
    name, smiles, diameter = _find_solute(solute)
    volume, second = (None, None) if smiles is None else _volumes(smiles, molar_volume)
    if volume is not None:
        diameter = sphere_diameter(volume.value)
    rows: list[DiffusivityRow] = []
    for solvent in names:
        if solvent in given:
            mu = Viscosity(given[solvent], temperature, "given", True, "viscosity given by the user")
        else:
            mu = viscosity(solvent, temperature)
        if volume is not None and smiles is not None:
            is_water = smiles == solvent_smiles("water")
            rows += _molecule_rows(volume.value, is_water, solvent, mu, temperature)
        rows.append(_sphere_row(diameter, solvent, mu, temperature))
    return Diffusivities(
        solute=name,
        temperature=temperature,
        le_bas=volume,
        schroeder=second,
        hydrodynamic_diameter=diameter,
        rows=tuple(rows),
        warnings=_advice(volume, rows),
    )


def spearman(
    table: Diffusivities,
    against: str = "polarity_index",
    correlation: str = "wilke_chang",
    solvents: Sequence[str] | None = None,
) -> float:
    """Rank correlation of the diffusion coefficient with a property of the solvent.

    Parameters
    ----------
    table : diffusion coefficients
    against : property of the solvent table (``polarity_index``, ``relative_permittivity``, ``viscosity`` ...)
    correlation : one of `CORRELATIONS`
    solvents : names; all of the table that have the property when None

    Returns
    -------
    float, -1 to 1 [1]

    Raises
    ------
    AnalysisError : fewer than three solvents have both
    """
    from scipy.stats import spearmanr

    wanted = None if solvents is None else {find_solvent(name) for name in solvents}
    x, y = [], []
    for row in table.rows:
        if row.correlation != correlation or (wanted is not None and row.solvent not in wanted):
            continue
        if against == "viscosity":
            x.append(row.viscosity)
        elif has_property(row.solvent, against):
            x.append(solvent_property(row.solvent, against).value)
        else:
            continue
        y.append(row.diffusivity)
    if len(x) < 3:
        raise AnalysisError(f"only {len(x)} solvents have D by {correlation} and {against}", hint="give three or more")
    return float(spearmanr(x, y).statistic)


def _solvent_list(solvents: Sequence[str] | None) -> tuple[str, ...]:
    if solvents is None:
        return DEFAULT_SOLVENTS
    if not solvents:
        raise InputError("no solvent given", hint="name one, or leave the option out")
    if any(name.strip().lower() == "all" for name in solvents):
        return solvent_names()
    return tuple(dict.fromkeys(find_solvent(name) for name in solvents))


def _find_solute(text: str) -> tuple[str, str | None, float]:
    """Name, SMILES (None for a cluster) and, for a cluster, hydrodynamic diameter [m]."""
    from goldshell.chemistry import find_ligand

    wanted = text.strip()
    if not wanted:
        raise InputError("no solute given", hint="a ligand name, a SMILES, or a cluster such as Au25(p-MBSA)18")
    if _CLUSTER.match(wanted):
        return _find_cluster(wanted)
    try:
        ligand = find_ligand(wanted)
        return ligand.name, ligand.smiles, math.nan
    except InputError as not_a_ligand:  # a solvent, or a structure without a donor atom, diffuses too
        try:
            name = find_solvent(wanted)
            return name, solvent_smiles(name), math.nan
        except UnknownNameError:
            if not is_smiles(wanted):
                raise not_a_ligand from None
            return wanted, wanted, math.nan


def _find_cluster(notation: str) -> tuple[str, None, float]:
    from goldshell.chemistry import parse_cluster

    cluster = parse_cluster(notation)
    if not math.isfinite(cluster.hydrodynamic_diameter):
        raise AnalysisError("no hydrodynamic diameter: the length of a ligand is not known", where=notation)
    return cluster.notation, None, cluster.hydrodynamic_diameter * 1e-9


def _volumes(smiles: str, given: float | None) -> tuple[MolarVolume, MolarVolume | None]:
    """The given or else the Le Bas volume, and Schroeder's where its table has the elements."""
    if given is None:
        volume = le_bas_volume(smiles)
    else:
        check_positive(molar_volume=given)
        volume = MolarVolume(given, (), ("molar volume given by the user",))
    try:
        return volume, schroeder_volume(smiles)
    except InputError:
        return volume, None


def _molecule_rows(
    volume: float, is_water: bool, solvent: str, mu: Viscosity, temperature: float
) -> list[DiffusivityRow]:
    """Wilke-Chang, Siddiqi-Lucas and Scheibel in one solvent."""
    phi = solvent_property(solvent, "association_factor")
    solvent_volume = solvent_molar_volume(solvent)
    mass = solvent_property(solvent, "molar_mass").value
    aqueous = solvent == "water"
    kind = solvent if solvent in {"water", "benzene"} else "other"
    assumed = ", assumed: none published for this solvent" if phi.status == "estimated" else ""
    form = "aqueous" if aqueous else "organic"

    def organic_or_aqueous() -> float:
        if aqueous:
            return siddiqi_lucas_aqueous(volume, mu.value, temperature)
        return siddiqi_lucas_organic(volume, solvent_volume, mu.value, temperature)

    methods: tuple[tuple[str, Callable[[], float], str], ...] = (
        (
            "wilke_chang",
            lambda: wilke_chang(volume, mass, mu.value, temperature, phi.value),
            f"association factor {phi.value:g} ({phi.source}{assumed})",
        ),
        ("siddiqi_lucas", organic_or_aqueous, f"{form} form"),
        (
            "scheibel",
            lambda: scheibel(volume, solvent_volume, mu.value, temperature, kind),
            f"solvent molar volume {solvent_volume:.1f} cm3/mol",
        ),
    )
    rows = []
    for correlation, compute, detail in methods:
        valid, notes = mu.valid, [mu.note, detail]
        if is_water:
            valid = False
            notes.append("not for water as the solute: about 2.3 times too high in organic solvents (miyabe2011)")
        rows.append(DiffusivityRow(solvent, correlation, compute(), mu.value, mu.source, valid, "; ".join(notes)))
    return rows


def _sphere_row(diameter: float, solvent: str, mu: Viscosity, temperature: float) -> DiffusivityRow:
    """Stokes-Einstein in one solvent; valid only for a solute much larger than the solvent."""
    ratio = diameter / sphere_diameter(solvent_molar_volume(solvent))
    large = ratio > _STOKES_EINSTEIN_RADIUS_RATIO
    notes = [mu.note, f"sphere of {diameter * 1e9:.2f} nm, {ratio:.1f} times the solvent molecule"]
    if not large:
        notes.append(f"meant for more than {_STOKES_EINSTEIN_RADIUS_RATIO:g} times (cussler2009)")
    coefficient = stokes_einstein(diameter, mu.value, temperature)
    return DiffusivityRow(
        solvent, "stokes_einstein", coefficient, mu.value, mu.source, large and mu.valid, "; ".join(notes)
    )


def _advice(volume: MolarVolume | None, rows: Sequence[DiffusivityRow]) -> tuple[str, ...]:
    advice = []
    if volume is None:
        advice.append("a cluster is far outside the data of the molecular correlations: only Stokes-Einstein is given")
    else:
        nonpolar, polar = (value(f"aniceto2021-wilke-chang-error-{kind}") for kind in ("nonpolar", "polar"))
        advice.append(
            "correlations are for the neutral molecule at infinite dilution in the dry pure solvent; on average "
            f"Wilke-Chang is off by {nonpolar:.0f} % in nonpolar and {polar:.0f} % in polar solvents (aniceto2021)"
        )
        advice += volume.warnings
    if volume is not None and not any(row.valid for row in rows):
        advice.append("no row is valid: see the notes")
    return tuple(advice)
