"""asv looks for benchmarks in a package."""
