"""Relations of a particle's shell and what cells do, one per file; each has a ``RELATION`` and a ``Parameters``."""
