"""Published values, each with its source, and the tables that goldshell's defaults come from."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldshell.literature.cite import bibliography as bibliography
    from goldshell.literature.cite import cite as cite
    from goldshell.literature.cite import references as references
    from goldshell.literature.load import COLUMNS as COLUMNS
    from goldshell.literature.load import Row as Row
    from goldshell.literature.load import records as records
    from goldshell.literature.load import rows as rows
    from goldshell.literature.load import show as show
    from goldshell.literature.load import table as table
    from goldshell.literature.load import value as value
else:
    from goldshell.lazy import lazy_exports

    lazy_exports(__name__)
