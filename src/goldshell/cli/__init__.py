"""The command line: one file per command group; commands call the layers below and compute nothing."""
