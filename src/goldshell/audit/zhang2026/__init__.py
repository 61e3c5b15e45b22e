"""Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z: statements that its own numbers can test."""

from goldshell.audit.zhang2026 import animals, charge, composition, kinetics, protocol, ranges, transport

CLAIMS = (
    *kinetics.CLAIMS,
    *transport.CLAIMS,
    *charge.CLAIMS,
    *composition.CLAIMS,
    *ranges.CLAIMS,
    *animals.CLAIMS,
    *protocol.CLAIMS,
)
"""Every claim, in the order of the paper's argument."""
