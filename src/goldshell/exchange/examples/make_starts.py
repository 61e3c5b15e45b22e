"""Search the models of paper Z's explanation, and record where to start from.

``python -m goldshell.exchange.examples.make_starts --search N`` searches every model of
`goldshell.exchange.mechanisms.models` from N starts around its recorded one and N around that of the explanation, and
rewrites ``published_starts.csv``. ``--choose`` searches stepwise for the set of mechanisms with the lowest AICc, from
the empty set, adding or leaving out one at a time, and prints it: it is what `CHOSEN` should be.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from goldshell.exchange.explain import LOG_LIKELIHOOD, posed, stored_starts
from goldshell.exchange.fit import ModelScore, solved_and_scored
from goldshell.exchange.mechanisms import EXPLANATION, compared, models
from goldshell.files import write_atomically

STARTS = Path(str(files("goldshell.exchange") / "published_starts.csv"))


def make_starts(found: Mapping[str, Mapping[str, float]]) -> str:
    """Text of ``published_starts.csv`` from the best parameters of each model."""
    lines = [
        "# Best parameters of searches from many starts, from which goldshell.exchange.explain optimises again;",
        "# written by python -m goldshell.exchange.examples.make_starts --search N. Not results: starting values.",
        "model,parameter,value",
    ]
    for name in models():
        lines += [f'"{name}","{parameter}",{value:.6g}' for parameter, value in found.get(name, {}).items()]
    return "\n".join(lines) + "\n"


def search(starts: int, seed: int = 1) -> dict[str, dict[str, float]]:
    """Best parameters of every model, from ``starts`` around its recorded start and around that of the explanation."""
    recorded, _ = stored_starts()
    found: dict[str, dict[str, float]] = {}
    for name, mechanisms in models().items():
        around = [recorded[name]] if name in recorded else []
        explanation = found.get(EXPLANATION, recorded.get(EXPLANATION, {}))
        around.append({key: value for key, value in explanation.items() if key != LOG_LIKELIHOOD})
        tried = [
            solved_and_scored(posed(name, mechanisms, starts=starts, seed=seed, start=start))[1] for start in around
        ]
        best = max(tried, key=lambda item: item.log_likelihood)
        found[name] = {**best.values, LOG_LIKELIHOOD: best.log_likelihood}
        _tell(f"{name}: ln L {best.log_likelihood:.2f}, AICc {best.aicc:.2f}")
    return found


def choose(best: tuple[str, ...] = (), starts: int = 2, seed: int = 1) -> tuple[str, ...]:
    """The set of mechanisms that no single addition or omission improves, stepwise from a set (the empty one)."""
    scored = solved_and_scored(posed("search", best, starts=4 * starts, seed=seed))[1]
    known: dict[frozenset[str], ModelScore] = {frozenset(best): scored}
    while True:
        here = known[frozenset(best)]
        for _, mechanisms in compared(best).values():
            key = frozenset(mechanisms)
            if key not in known:
                problem = posed("search", mechanisms, starts=starts, seed=seed, start=here.values)
                known[key] = solved_and_scored(problem)[1]
                _tell(f"{known[key].aicc:.2f} {' + '.join(mechanisms)}")
        nearest = min((mechanisms for _, mechanisms in compared(best).values()), key=lambda m: known[frozenset(m)].aicc)
        if known[frozenset(nearest)].aicc >= here.aicc:
            return best
        best = nearest


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Search, choose."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", type=int, default=0, metavar="N", help="search every model from N starts")
    parser.add_argument("--choose", action="store_true", help="search for the set of mechanisms with the lowest AICc")
    wanted = parser.parse_args()
    if wanted.choose:
        print(", ".join(choose()))
    if wanted.search:
        write_atomically(STARTS, make_starts(search(wanted.search)))


if __name__ == "__main__":
    main()
