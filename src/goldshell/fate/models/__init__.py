"""Models of the fate of a particle in the body, one per file; amounts in %ID, time in h, clearances in mL/h."""

from goldshell.fate.models import band_pass as band_pass
from goldshell.fate.models import glycocalyx_trap as glycocalyx_trap
from goldshell.fate.models import minimal as minimal
from goldshell.fate.models import two_compartment as two_compartment
