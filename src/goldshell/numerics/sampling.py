"""Posterior samples by an ensemble of walkers that step along their differences (a thin layer over emcee).

References
----------
ter Braak, Stat. Comput. 16 (2006) 239-249, doi:10.1007/s11222-006-8769-1 (differential evolution)
Foreman-Mackey et al., Publ. Astron. Soc. Pac. 125 (2013) 306-312, doi:10.1086/670067 (emcee)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, InputError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

_ENOUGH_TIMES = 50.0  # chain length in autocorrelation times, below which emcee calls its estimate unreliable
_LISTED = 500  # samples written out


@dataclass(frozen=True, slots=True)
class Posterior:
    """Samples of a posterior.

    Parameters
    ----------
    names : parameters
    samples : (m, p), burn-in dropped and thinned [their units]
    log_probability : (m,) up to a constant [nat]
    acceptance : share of moves that were accepted [1]
    autocorrelation : integrated autocorrelation time (p,) [steps]
    effective_samples : of the slowest parameter [1]
    warnings : advice
    """

    names: tuple[str, ...]
    samples: Array
    log_probability: Array
    acceptance: float
    autocorrelation: Array
    effective_samples: float
    warnings: tuple[str, ...]

    def interval(self, level: float = 0.95) -> Array:
        """Median and ends of the central interval of each parameter (p, 3)."""
        tail = 50.0 * (1.0 - level)
        return np.asarray(np.percentile(self.samples, [50.0, tail, 100.0 - tail], axis=0).T)

    def to_dict(self) -> dict[str, Any]:
        """Medians with 95 % intervals, about 500 of the samples, and how well the chain mixed."""
        return {
            "parameters": [
                {"name": name, "value": middle, "low": low, "high": high}
                for name, (middle, low, high) in zip(self.names, self.interval().tolist(), strict=True)
            ],
            "names": list(self.names),
            "samples": self.samples[:: max(1, len(self.samples) // _LISTED)].tolist(),
            "acceptance": self.acceptance,
            "effective_samples": self.effective_samples,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One column per parameter, one row per sample."""
        import pandas as pd

        return pd.DataFrame(self.samples, columns=list(self.names))


def sample_posterior(
    log_probability: Callable[[Array], Any],
    start: Sequence[float] | Array,
    covariance: Array,
    bounds: Sequence[tuple[float, float]],
    names: Sequence[str],
    *,
    seed: int,
    steps: int = 1000,
    walkers: int | None = None,
    vectorised: bool = False,
) -> Posterior:
    """Sample a posterior from around its mode.

    Parameters
    ----------
    log_probability : ln of the posterior up to a constant; not finite where the model cannot be computed
    start : mode (p,)
    covariance : (p, p), from which walkers are scattered; wide or missing directions are cut to the bounds
    bounds : (low, high) per parameter; outside them the probability is 0
    names : parameters
    seed : of the random numbers
    steps : per walker; the first third is dropped
    walkers : 2 per parameter and 2 more, at least 16, when None
    vectorised : ``log_probability`` takes many points (m, p) and returns (m,)

    Returns
    -------
    Posterior

    Raises
    ------
    InputError : fewer than 30 steps
    AnalysisError : no walker could be placed
    """
    import emcee

    if steps < 30:
        raise InputError(f"{steps} steps are too few", hint="give at least 30, better 1000")
    mode = np.asarray(start, dtype=float)
    low, high = np.array(bounds, dtype=float).T
    count = walkers or max(16, 2 * mode.size + 2)
    random = np.random.default_rng(seed)
    # Unidentified directions have no or huge variance: scatter the walkers over a tenth of the range there.
    widest = np.where(np.isfinite(high - low), 0.1 * (high - low), 1.0)
    variances = np.minimum(np.where(np.isfinite(np.diag(covariance)), np.diag(covariance), np.inf), widest**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(np.diag(covariance))
        correlation = np.nan_to_num(covariance / np.outer(deviation, deviation), nan=0.0)
    np.fill_diagonal(correlation, 1.0)
    root = np.linalg.cholesky(correlation * 0.99 + 0.01 * np.eye(mode.size)) * np.sqrt(variances)[:, None]

    def bounded(values: Array) -> Any:
        points = np.atleast_2d(values)
        inside = np.all((points >= low) & (points <= high), axis=1)
        found = np.full(len(points), -math.inf)
        if inside.any():
            found[inside] = log_probability(points[inside] if vectorised else points[0])
        found[~np.isfinite(found)] = -math.inf
        return found if values.ndim == 2 else float(found[0])

    places: list[Array] = []
    for _ in range(50 * count):
        trial = np.clip(mode + root @ random.standard_normal(mode.size), low, high)
        if math.isfinite(bounded(trial)):
            places.append(trial)
        if len(places) == count:
            break
    else:
        raise AnalysisError("no starting points with a finite posterior", hint="fit again, or narrow the bounds")
    # Differential evolution mixes sooner than the stretch move in many dimensions; its full steps reach other modes.
    moves = [(emcee.moves.DEMove(), 0.9), (emcee.moves.DEMove(gamma0=1.0), 0.1)]
    sampler = emcee.EnsembleSampler(count, mode.size, bounded, moves=moves, vectorize=vectorised)
    state = np.random.RandomState(seed)
    sampler.random_state = state.get_state()
    sampler.run_mcmc(np.array(places), steps, skip_initial_state_check=True)
    times = np.asarray(sampler.get_autocorr_time(quiet=True, tol=0), dtype=float)
    slowest = float(np.nanmax(times)) if np.any(np.isfinite(times)) else math.inf
    dropped = steps // 3
    thin = max(1, int(slowest / 2)) if math.isfinite(slowest) else 1
    samples = sampler.get_chain(discard=dropped, thin=thin, flat=True)
    warnings = []
    if not steps >= _ENOUGH_TIMES * slowest:
        warnings.append(
            f"{steps} steps are {steps / slowest:.0f} autocorrelation times: run about {int(_ENOUGH_TIMES * slowest)} "
            "steps before trusting the tails"
        )
    acceptance = float(np.mean(sampler.acceptance_fraction))
    if not 0.1 < acceptance < 0.8:
        warnings.append(
            f"{100 * acceptance:.0f} % of the moves were accepted: the posterior is awkward, read the corner plot"
        )
    return Posterior(
        tuple(names),
        np.asarray(samples),
        np.asarray(sampler.get_log_prob(discard=dropped, thin=thin, flat=True)),
        acceptance,
        times,
        count * (steps - dropped) / slowest if math.isfinite(slowest) else 0.0,
        tuple(warnings),
    )
