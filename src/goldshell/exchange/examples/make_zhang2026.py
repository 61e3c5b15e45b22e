"""Write the packaged fitting problem of paper Z, and the recorded starts of its explanation.

``python -m goldshell.exchange.examples.make_zhang2026`` rewrites ``zhang2026_fit.yaml`` from the literature rows; a
test asserts that it is what this writes. ``--search N`` searches every model of `goldshell.exchange.explain` anew,
from N starts around the recorded one and N around the best of the full model, and rewrites ``published_starts.csv``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from goldshell.exchange.explain import core_experiments, stored_starts
from goldshell.exchange.fit import solved_and_scored
from goldshell.exchange.mechanisms import CAPTION, CAPTION_H, MODELS, model
from goldshell.exchange.problem_text import to_yaml
from goldshell.files import write_atomically

PROBLEM = Path(str(files("goldshell.exchange.examples") / "zhang2026_fit.yaml"))
STARTS = Path(str(files("goldshell.exchange") / "published_starts.csv"))
PROBLEM_MODEL = "fewest, quadratic"
"""Model of the packaged problem."""

_COMMENT = """Composition data of Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z, to be fitted:
Fig. 4 (both systems, five feeds) and the 100:1 feed, one set of parameters. Written by
`python -m goldshell.exchange.examples.make_zhang2026` from the literature rows named under `source`."""


def make_problem() -> str:
    """Text of ``zhang2026_fit.yaml``."""
    mechanisms = MODELS[PROBLEM_MODEL]
    problem = model("zhang2026", mechanisms, core_experiments(), start=stored_starts().get(PROBLEM_MODEL))
    rivals: list[Mapping[str, object]] = [
        {"name": "linear cooperativity", "fix": {"cooperativity_quadratic": 0}},
        {"name": "independent sites", "fix": {"cooperativity": 0, "cooperativity_quadratic": 0}},
        {"name": "feed error", "free": {"cluster_factor": {"prior": {"median": 1, "factor": 1.2}}}},
    ]
    return to_yaml(problem, rivals=rivals, comment=_COMMENT)


def make_starts(found: Mapping[str, Mapping[str, float]]) -> str:
    """Text of ``published_starts.csv`` from the best parameters of each model."""
    lines = [
        "# Best parameters of searches from many starts, from which goldshell.exchange.explain optimises again;",
        "# written by python -m goldshell.exchange.examples.make_zhang2026 --search N. Not results: starting values.",
        "model,parameter,value",
    ]
    for name in MODELS:
        lines += [f'"{name}","{parameter}",{value:.6g}' for parameter, value in found.get(name, {}).items()]
    return "\n".join(lines) + "\n"


def search(starts: int, seed: int = 1) -> dict[str, dict[str, float]]:
    """Best parameters of every model, from ``starts`` around its recorded start and around that of the full model."""
    recorded = stored_starts()
    full = recorded.get("all", {})
    found: dict[str, dict[str, float]] = {}
    for name, mechanisms in MODELS.items():
        core = core_experiments(intact_h=CAPTION_H if name == CAPTION else None)
        tried = []
        for start in (recorded.get(name, full), full):
            problem = model(name, mechanisms, core, starts=starts, seed=seed, start=start)
            tried.append(solved_and_scored(problem)[1])
        best = max(tried, key=lambda item: item.log_likelihood)
        found[name] = best.values
        print(f"{name}: ln L {best.log_likelihood:.2f}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Rewrite the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", type=int, default=0, metavar="N", help="search every model from N starts")
    wanted = parser.parse_args().search
    if wanted:
        write_atomically(STARTS, make_starts(search(wanted)))
        stored_starts.cache_clear()
    write_atomically(PROBLEM, make_problem())


if __name__ == "__main__":
    main()
