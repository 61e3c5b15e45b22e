"""Cells and biology: quantitative relations between a particle's shell and what cells do, with what is known of each.

Every relation is one file in `goldshell.cells.models`. What the literature fixes is a range for each parameter and
conditions that every admissible curve must meet; `predict` draws all curves that meet them, `fit_relation` fits own
data.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.cells.fit import RelationFit as RelationFit
    from goldshell.cells.fit import fit_relation as fit_relation
    from goldshell.cells.fit import read_observations as read_observations
    from goldshell.cells.knowledge import Knowledge as Knowledge
    from goldshell.cells.knowledge import knowledge as knowledge
    from goldshell.cells.predict import Prediction as Prediction
    from goldshell.cells.predict import predict as predict
    from goldshell.cells.relation import Relation as Relation
    from goldshell.cells.relation import relation as relation
    from goldshell.cells.relation import relations as relations
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
