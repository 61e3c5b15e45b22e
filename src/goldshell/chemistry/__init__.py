"""Formulas, isotope envelopes, ligands, clusters and the charge of their shell."""

from goldshell.chemistry.clusters import Cluster as Cluster
from goldshell.chemistry.clusters import known_clusters as known_clusters
from goldshell.chemistry.clusters import parse_cluster as parse_cluster
from goldshell.chemistry.elements import Isotope as Isotope
from goldshell.chemistry.elements import abundance_limits as abundance_limits
from goldshell.chemistry.elements import isotope_table as isotope_table
from goldshell.chemistry.formula import Formula as Formula
from goldshell.chemistry.isotopes import Envelope as Envelope
from goldshell.chemistry.isotopes import envelope as envelope
from goldshell.chemistry.ligands import Ligand as Ligand
from goldshell.chemistry.ligands import Pka as Pka
from goldshell.chemistry.ligands import conformer_length as conformer_length
from goldshell.chemistry.ligands import find_ligand as find_ligand
from goldshell.chemistry.ligands import known_ligands as known_ligands
from goldshell.chemistry.titration import ShellCharge as ShellCharge
from goldshell.chemistry.titration import ShellCharges as ShellCharges
from goldshell.chemistry.titration import shell_charge as shell_charge
from goldshell.chemistry.titration import titration_curve as titration_curve
