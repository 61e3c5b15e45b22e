"""goldshell beside its peers on the same work, in one run: prints one table per subject.

Each subject is a module ``peers_<subject>.py`` with ``main()``; a subject whose peers are not installed is left out.
Times are wall-clock on the machine that runs this; only ratios mean something.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run the subjects named on the command line, or all."""
    sys.path.insert(0, str(HERE))
    subjects = sys.argv[1:] or sorted(path.stem.removeprefix("peers_") for path in HERE.glob("peers_*.py"))
    for subject in subjects:
        print(f"== {subject}", flush=True)
        try:
            peers = importlib.import_module(f"peers_{subject}")
        except ModuleNotFoundError as problem:
            print(f"left out: {problem} (make bench installs what it needs)")
            continue
        peers.main()


if __name__ == "__main__":
    main()
