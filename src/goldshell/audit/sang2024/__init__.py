"""Sang et al., Nano-Micro Lett. (2024), doi:10.1007/s40820-023-01266-4: statements that its own numbers can test."""

from goldshell.audit.sang2024 import cells, imaging, organs, table1, tumours

CLAIMS = (
    *cells.CLAIMS,
    *organs.CLAIMS,
    *table1.CLAIMS,
    *tumours.CLAIMS,
    *imaging.CLAIMS,
)
"""Every claim, in the order of the review."""
