"""Models of the fate of a particle in the body, one per file; amounts in %ID, time in h, clearances in mL/h."""

from goldshell.fate.models import band_pass as band_pass
from goldshell.fate.models import glycocalyx_trap as glycocalyx_trap
from goldshell.fate.models import kidney_injury as kidney_injury
from goldshell.fate.models import liver_penetration as liver_penetration
from goldshell.fate.models import minimal as minimal
from goldshell.fate.models import permeability_limited as permeability_limited
from goldshell.fate.models import protein_adsorption as protein_adsorption
from goldshell.fate.models import silver_biotransformation as silver_biotransformation
from goldshell.fate.models import tubular_endocytosis as tubular_endocytosis
from goldshell.fate.models import tumour_targeting as tumour_targeting
from goldshell.fate.models import tumour_uptake as tumour_uptake
from goldshell.fate.models import two_compartment as two_compartment
