"""Many independent tasks on all cores, or on a Dask cluster: one `run`, results in the order of the tasks."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.engine.batch import Batch as Batch
    from goldshell.engine.batch import Outcome as Outcome
    from goldshell.engine.journal import Journal as Journal
    from goldshell.engine.run import core_count as core_count
    from goldshell.engine.run import run as run
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
