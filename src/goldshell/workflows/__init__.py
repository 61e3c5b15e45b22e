"""What joins two domains, or runs another part of goldshell many times."""

from goldshell.workflows.sweep import Axis as Axis
from goldshell.workflows.sweep import Sweep as Sweep
from goldshell.workflows.sweep import sweep as sweep
