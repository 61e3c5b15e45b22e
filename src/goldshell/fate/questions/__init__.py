"""Questions to the published numbers on fate, one file each."""
