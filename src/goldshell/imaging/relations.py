"""Small relations of imaging, evaluated by name: yield of disassembling particles, heat, ratios, half-lives."""

from __future__ import annotations

from goldshell.imaging import nir2
from goldshell.numerics.relations import Relations
from goldshell.statistics import ratio

RELATIONS = Relations({"nir2": nir2, "ratio": ratio}, {})
"""What ``goldshell image relation`` lists and evaluates."""
