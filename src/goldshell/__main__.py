"""``python -m goldshell``."""

from goldshell.cli.main import entry

entry()
