"""What joins two domains, or runs another part of goldshell many times."""

from goldshell.workflows.etching_from_uvvis import EtchingFit as EtchingFit
from goldshell.workflows.etching_from_uvvis import fit_etching as fit_etching
from goldshell.workflows.sweep import Axis as Axis
from goldshell.workflows.sweep import Sweep as Sweep
from goldshell.workflows.sweep import sweep as sweep
