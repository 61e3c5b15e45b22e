"""Transport of ligands and clusters: diffusion, partition, films and drops."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.transport.diffusivity import CORRELATIONS as CORRELATIONS
    from goldshell.transport.diffusivity import DEFAULT_SOLVENTS as DEFAULT_SOLVENTS
    from goldshell.transport.diffusivity import Diffusivities as Diffusivities
    from goldshell.transport.diffusivity import DiffusivityRow as DiffusivityRow
    from goldshell.transport.diffusivity import diffusivities as diffusivities
    from goldshell.transport.diffusivity import scheibel as scheibel
    from goldshell.transport.diffusivity import siddiqi_lucas_aqueous as siddiqi_lucas_aqueous
    from goldshell.transport.diffusivity import siddiqi_lucas_organic as siddiqi_lucas_organic
    from goldshell.transport.diffusivity import spearman as spearman
    from goldshell.transport.diffusivity import sphere_diameter as sphere_diameter
    from goldshell.transport.diffusivity import stokes_einstein as stokes_einstein
    from goldshell.transport.diffusivity import wilke_chang as wilke_chang
    from goldshell.transport.dispersion import VialEstimate as VialEstimate
    from goldshell.transport.dispersion import drop_diameter as drop_diameter
    from goldshell.transport.dispersion import drop_inside_coefficient as drop_inside_coefficient
    from goldshell.transport.dispersion import interfacial_area as interfacial_area
    from goldshell.transport.dispersion import largest_stable_drop as largest_stable_drop
    from goldshell.transport.dispersion import sherwood_number as sherwood_number
    from goldshell.transport.dispersion import stirred_coefficient as stirred_coefficient
    from goldshell.transport.dispersion import vial_estimate as vial_estimate
    from goldshell.transport.dispersion import weber_number as weber_number
    from goldshell.transport.film import enhancement_factor as enhancement_factor
    from goldshell.transport.film import enhancement_limit as enhancement_limit
    from goldshell.transport.film import fick_flux as fick_flux
    from goldshell.transport.film import film_coefficient as film_coefficient
    from goldshell.transport.film import hatta_number as hatta_number
    from goldshell.transport.film import overall_coefficient as overall_coefficient
    from goldshell.transport.molar_volume import MolarVolume as MolarVolume
    from goldshell.transport.molar_volume import le_bas_volume as le_bas_volume
    from goldshell.transport.molar_volume import schroeder_volume as schroeder_volume
    from goldshell.transport.partition import PhaseBalance as PhaseBalance
    from goldshell.transport.partition import Speciation as Speciation
    from goldshell.transport.partition import charge_state_fractions as charge_state_fractions
    from goldshell.transport.partition import competing_speciation as competing_speciation
    from goldshell.transport.partition import distribution_ratio as distribution_ratio
    from goldshell.transport.partition import equilibrium_concentrations as equilibrium_concentrations
    from goldshell.transport.partition import neutral_fraction as neutral_fraction
    from goldshell.transport.partition import saturated_volumes as saturated_volumes
    from goldshell.transport.partition import speciation as speciation
    from goldshell.transport.solvents import SolventProperty as SolventProperty
    from goldshell.transport.solvents import Viscosity as Viscosity
    from goldshell.transport.solvents import find_solvent as find_solvent
    from goldshell.transport.solvents import solvent_names as solvent_names
    from goldshell.transport.solvents import solvent_properties as solvent_properties
    from goldshell.transport.solvents import solvent_property as solvent_property
    from goldshell.transport.solvents import viscosity as viscosity
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
