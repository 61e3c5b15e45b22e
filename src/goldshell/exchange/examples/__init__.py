"""Example problems: the composition data of paper Z as a file of ``goldshell exchange fit``."""
