"""Studies that come with goldshell, one folder each."""
