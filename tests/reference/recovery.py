"""Recovery study: parameters drawn, data simulated with noise, fitted again; how often are the intervals right?

Run ``python tests/reference/recovery.py [repeats]``: it writes docs/recovery.md. tests/exchange/test_recovery.py runs
the same study (all of it under the mark ``slow``).

Each repeat draws six parameters around their medians and simulates four vials (two feeds, two-phase and one phase).
They give an absorbance-like trace of the intact fraction, mean n at three times (as by NMR), one composition with
multinomial counts, and one range in which every species is detected with its probit probability. The fit starts at the
medians, knows none of the drawn values, and takes 95 % intervals by profile likelihood.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import sys
from datetime import date
from pathlib import Path

import numpy as np
from scipy import stats

from goldshell import engine
from goldshell.exchange import (
    FitExperiment,
    FitProblem,
    Prior,
    Range,
    Shell,
    Trace,
    fit,
    fit_parameter,
    make_experiment,
    solve,
)
from goldshell.exchange.models import well_mixed
from goldshell.exchange.observations import predict
from goldshell.exchange.problem import changed_conditions

PAGE = Path(__file__).parents[2] / "docs" / "recovery.md"
JOURNAL = Path(__file__).parents[2] / "results" / "recovery.jsonl"
REPEATS = 200
LOW, HIGH = 0.90, 0.99  # asked of the coverage
SEED = 20260101
MEDIANS = {
    "k_exchange": 30.0, "equilibrium_constant": 5.0, "cooperativity": 0.05, "k_etching": 0.004, "film_organic": 0.01,
    "cluster_factor": 1.0,
}  # fmt: skip
FACTOR = 1.6  # geometric standard deviation of what is drawn
COOPERATIVITY_SD = 0.03
LEAST_INTACT = 1e-6  # of the clusters, below which their composition cannot be drawn
FEED_FACTOR = 1.1  # of the cluster concentration, known to the fit as its prior
TRACE_TIMES = tuple(float(t) for t in np.linspace(0.0, 1.0, 31))
MEAN_TIMES = (0.1, 0.4, 1.0)
TRACE_SD, MEAN_SD, COUNTS = 0.005, 0.15, 150
VIALS = {
    "two-phase 20": (20.0, True),
    "two-phase 100": (100.0, True),
    "water 10": (10.0, False),
    "water 60": (60.0, False),
}


def conditions(feed: float, two_phase: bool):
    """One vial at 0.025 mM of clusters."""
    given = (
        {"solvent": "ethyl acetate", "organic_mL": 2.0, "organic_ligand_mM": 0.025 * feed}
        if two_phase
        else {"water_ligand_mM": 0.025 * feed}
    )
    return make_experiment("Au25(p-MBSA)18", "p-MBA", cluster_mM=0.025, water_mL=2.0, site_classes=(18,), **given)


def draw(random: np.random.Generator) -> dict[str, float]:
    """True values of one repeat."""
    truth = {name: median * math.exp(random.normal(0.0, math.log(FACTOR))) for name, median in MEDIANS.items()}
    truth["cooperativity"] = random.normal(MEDIANS["cooperativity"], COOPERATIVITY_SD)
    truth["cluster_factor"] = math.exp(random.normal(0.0, math.log(FEED_FACTOR)))
    return truth


def leaves_clusters(truth: dict[str, float]) -> bool:
    """Whether every vial has a composition to measure at its end; draws that etch all clusters are drawn again."""
    vector = well_mixed.to_vector(
        dataclasses.replace(
            well_mixed.Parameters(), **{name: value for name, value in truth.items() if name in well_mixed.INDEX}
        )
    )
    for feed, two_phase in VIALS.values():
        actual = changed_conditions(conditions(feed, two_phase), {"cluster_factor": truth["cluster_factor"]})
        if not predict(solve(actual, vector, times=(1.0,), rtol=1e-8)).intact_fraction[-1] > LEAST_INTACT:
            return False
    return True


def observe(truth: dict[str, float], random: np.random.Generator) -> tuple[FitExperiment, ...]:
    """Simulated vials with noisy observations."""
    parameters = dataclasses.replace(
        well_mixed.Parameters(), **{name: value for name, value in truth.items() if name in well_mixed.INDEX}
    )
    vector = well_mixed.to_vector(parameters)
    found = []
    for name, (feed, two_phase) in VIALS.items():
        experiment = conditions(feed, two_phase)
        actual = changed_conditions(experiment, {"cluster_factor": truth["cluster_factor"]})
        times = tuple(sorted({*TRACE_TIMES, *MEAN_TIMES}))
        seen = predict(solve(actual, vector, times=times, rtol=1e-8))
        intact = Trace("intact_fraction", TRACE_TIMES, (0.0,) * 31, (TRACE_SD,) * 31)
        means = Trace("mean_n", MEAN_TIMES, (0.0,) * 3, (MEAN_SD,) * 3)
        noisy = [
            dataclasses.replace(one, values=tuple(one.predicted(seen) + random.normal(0.0, one.sd[0], one.count)))
            for one in (intact, means)
        ]
        p = np.maximum(seen.composition[-1], 0.0)
        counts = random.multinomial(COUNTS, p / p.sum())
        shell = Shell(1.0, tuple(counts / COUNTS), counts=COUNTS)
        z = (np.log((p + 1e-9) / p.max()) - math.log(0.01)) / 0.5
        detected = np.flatnonzero(random.random(p.size) < stats.norm.cdf(z))
        censored = Range(1.0, int(detected[0]), int(detected[-1]))
        whole = len(detected) == detected[-1] - detected[0] + 1
        extra = (shell,) if two_phase else ((censored,) if whole else ())
        found.append(
            FitExperiment(name, experiment, tuple(well_mixed.to_vector(well_mixed.Parameters())), (*noisy, *extra))
        )
    return tuple(found)


def problem(experiments: tuple[FitExperiment, ...]) -> FitProblem:
    """The fit of one repeat, from the medians."""
    everywhere = tuple(range(len(experiments)))
    two_phase = tuple(i for i, item in enumerate(experiments) if item.experiment.organic_mL > 0.0)
    parameters = []
    for name, median in MEDIANS.items():
        prior = Prior(1.0, FEED_FACTOR) if name == "cluster_factor" else None
        where = two_phase if name == "film_organic" else everywhere
        parameters.append(fit_parameter(name, where, start=median, prior=prior))
    return FitProblem("recovery", experiments, tuple(parameters), starts=1)


def study(repeats: int, seed: int = SEED, *, profiles: bool = True) -> dict[str, float]:
    """Share of repeats whose 95 % interval covers the truth, by parameter."""
    return coverage(run_repeats(repeats, seed, profiles=profiles).values())


def run_repeats(
    repeats: int, seed: int = SEED, *, profiles: bool = True, label: str = "", journal: engine.Journal | None = None
) -> engine.Batch:
    """All repeats, on all cores."""
    task = functools.partial(one_repeat, seed=seed, profiles=profiles)
    return engine.run(task, range(repeats), label=label, journal=journal)


def coverage(found: list[dict[str, bool]]) -> dict[str, float]:
    """Share of repeats whose interval covers the truth, by parameter."""
    return {name: sum(one[name] for one in found) / len(found) for name in MEDIANS}


def one_repeat(repeat: int, seed: int = SEED, *, profiles: bool = True) -> dict[str, bool]:
    """Whether the intervals of one repeat cover the truth, by parameter."""
    random = np.random.default_rng([seed, repeat])
    truth = draw(random)
    while not leaves_clusters(truth):
        truth = draw(random)
    found = fit(problem(observe(truth, random)), profiles=profiles)
    return {
        item.parameter.name: bool(item.estimate.low <= truth[item.parameter.name] <= item.estimate.high)
        for item in found.parameters
    }


def main() -> None:
    """Run the study and write the page; an interrupted run goes on where it stopped."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else REPEATS
    journal = engine.Journal(JOURNAL, f"recovery {SEED}")
    batch = run_repeats(repeats, label="recovery", journal=journal)
    minutes = sum(one.cpu_s for one in batch.outcomes if one is not None) / 60.0
    write_page(coverage(batch.values()), repeats, minutes, batch.workers)
    journal.remove()
    print(PAGE.read_text(encoding="utf-8"))


def verdict(share: float) -> str:
    """Whether a coverage is what the test asks for."""
    return "yes" if LOW <= share <= HIGH else "**no**"


def write_page(shares: dict[str, float], repeats: int, minutes: float, workers: int) -> None:
    """Write docs/recovery.md."""
    rows = "\n".join(f"| `{name}` | {100 * share:.1f} | {verdict(share)} |" for name, share in shares.items())
    PAGE.write_text(
        f"""# Do the intervals of a fit cover the truth?

Parameters are drawn, data simulated with noise, and fitted again from the medians; a 95 % interval should cover the
drawn value 95 % of the time. The settings stand in `tests/reference/recovery.py`, which wrote this page.

Last run: {date.today().isoformat()}, {repeats} repeats, seed {SEED}, {minutes:.1f} min of processor time on {workers}
workers. Four vials each
(feeds 10 to 100, two-phase and one phase): a trace of the intact fraction (31 points, sd {TRACE_SD:g}), mean n at three
times (sd {MEAN_SD:g}), a composition ({COUNTS} clusters) or a range (threshold 1 %, spread 0.5). Parameters are drawn
with a factor of {FACTOR:g} (1 sd), the cluster concentration with {FEED_FACTOR:g}, which the fit knows as its prior.
Intervals by profile likelihood. Draws that leave no cluster intact in a vial were drawn again.

| parameter | 95 % intervals that cover the truth [%] | within {100 * LOW:.0f} to {100 * HIGH:.0f} % |
|---|---|---|
{rows}

With {repeats} repeats an exact interval would show 95 ± {196 * math.sqrt(0.95 * 0.05 / repeats):.1f} %.
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
