"""goldshell: a workbench for the ligand shell of gold nanoclusters, from the flask to the mouse."""

__version__ = "0.1.0"
