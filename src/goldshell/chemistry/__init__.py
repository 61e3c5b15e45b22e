"""Formulas, isotope envelopes, ligands, clusters and the charge of their shell."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.chemistry.clusters import Cluster as Cluster
    from goldshell.chemistry.clusters import known_clusters as known_clusters
    from goldshell.chemistry.clusters import parse_cluster as parse_cluster
    from goldshell.chemistry.composition import DETECTION_THRESHOLD as DETECTION_THRESHOLD
    from goldshell.chemistry.composition import Composition as Composition
    from goldshell.chemistry.composition import Dispersion as Dispersion
    from goldshell.chemistry.composition import beta_binomial_distribution as beta_binomial_distribution
    from goldshell.chemistry.composition import binomial_distribution as binomial_distribution
    from goldshell.chemistry.composition import detected_range as detected_range
    from goldshell.chemistry.composition import detected_species as detected_species
    from goldshell.chemistry.composition import dispersion_index as dispersion_index
    from goldshell.chemistry.composition import read_populations as read_populations
    from goldshell.chemistry.composition import site_class_distribution as site_class_distribution
    from goldshell.chemistry.composition import total_variation as total_variation
    from goldshell.chemistry.composition_fit import CompositionFit as CompositionFit
    from goldshell.chemistry.composition_fit import CompositionModel as CompositionModel
    from goldshell.chemistry.composition_fit import fit_composition_models as fit_composition_models
    from goldshell.chemistry.elements import Isotope as Isotope
    from goldshell.chemistry.elements import abundance_limits as abundance_limits
    from goldshell.chemistry.elements import isotope_table as isotope_table
    from goldshell.chemistry.feasibility import FeasibleMean as FeasibleMean
    from goldshell.chemistry.feasibility import RangeFeasibility as RangeFeasibility
    from goldshell.chemistry.feasibility import feasible_mean as feasible_mean
    from goldshell.chemistry.feasibility import range_feasibility as range_feasibility
    from goldshell.chemistry.formula import Formula as Formula
    from goldshell.chemistry.isomers import Isomer as Isomer
    from goldshell.chemistry.isomers import IsomerCount as IsomerCount
    from goldshell.chemistry.isomers import Isomers as Isomers
    from goldshell.chemistry.isomers import count_isomers as count_isomers
    from goldshell.chemistry.isomers import cycle_index as cycle_index
    from goldshell.chemistry.isomers import enumerate_isomers as enumerate_isomers
    from goldshell.chemistry.isomers import known_frameworks as known_frameworks
    from goldshell.chemistry.isomers import site_permutations as site_permutations
    from goldshell.chemistry.isotopes import Envelope as Envelope
    from goldshell.chemistry.isotopes import envelope as envelope
    from goldshell.chemistry.ligands import Ligand as Ligand
    from goldshell.chemistry.ligands import Pka as Pka
    from goldshell.chemistry.ligands import conformer_length as conformer_length
    from goldshell.chemistry.ligands import find_ligand as find_ligand
    from goldshell.chemistry.ligands import known_ligands as known_ligands
    from goldshell.chemistry.structure import Structure as Structure
    from goldshell.chemistry.structure import build_structure as build_structure
    from goldshell.chemistry.structure import write_structure as write_structure
    from goldshell.chemistry.titration import ShellCharge as ShellCharge
    from goldshell.chemistry.titration import ShellCharges as ShellCharges
    from goldshell.chemistry.titration import charged_groups as charged_groups
    from goldshell.chemistry.titration import shell_charge as shell_charge
    from goldshell.chemistry.titration import titration_curve as titration_curve
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
