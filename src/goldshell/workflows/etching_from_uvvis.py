"""Orders and rate constant of etching from absorbance traces: integrated fit of all traces, and the paper's regression.

    -dN/dt = k N^x [SR]^y,      A = epsilon l N + offset (+ drift t)

(a) The paper's way: A(t) to c(t), an initial rate of each trace, ln(rate) regressed on ln(concentrations). A blank
offset or a drift passes straight into its rates. Its bias is computed here by running it on traces made from (b).
(b) The integrated law fitted to all traces at once, offset and drift per trace as nuisances, with profile likelihood
intervals. Whether a drift is needed (none, common, each) is decided by AICc: the simplest within 4 of the best, the
intervals covering all within 4. Rival laws are ranked by AICc on the same traces.

Concentrations that were made up wrongly are not in the intervals: an error of 5 % in a thiol concentration moves the
order by about that over the logarithm of its range.

References
----------
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z, Eq. 1-2 and Methods
Burnham & Anderson, Sociol. Methods Res. 33 (2004) 261-304, doi:10.1177/0049124104268644 (AICc, weights)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, GoldshellError, InputError
from goldshell.exchange.models.power_law import rate_constant_unit
from goldshell.exchange.regression import OrderFit
from goldshell.exchange.traces import KineticTrace, RateEstimate, orders_from_traces
from goldshell.numerics import Estimate
from goldshell.spectra.uvvis import concentration, per_millimolar, trace_advice
from goldshell.spectra.uvvis_io import AbsorbanceTrace
from goldshell.workflows.integrated_rate_fit import DRIFTS, IntegratedFit, Observed, families, fit_law, thinned

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
DriftChoice = Literal["auto", "none", "common", "each"]

_RIVAL_DRIFT = 4.0  # AICc; a drift within it of the best widens the interval
_VARIES = 1.05  # factor between concentrations below which an order cannot be asked for
_REPLICATES = 20


@dataclass(frozen=True, slots=True)
class OrdersByFit:
    """Orders of the integrated fit.

    Parameters
    ----------
    x, y : orders in clusters and thiol; y is None where thiol did not vary
    ln_k : ln of k in ``k_unit``
    k_unit : unit of k
    """

    x: Estimate
    y: Estimate | None
    ln_k: Estimate
    k_unit: str


@dataclass(frozen=True, slots=True, eq=False)
class EtchingFit:
    """Orders and rate constant of etching, by both ways.

    Parameters
    ----------
    traces : as given
    observed : as fitted (concentrations filled in, long traces averaged)
    best : the integrated power law with the drift that was chosen
    orders : its orders with profile likelihood intervals
    drifts : drift -> AICc of the power law
    alternatives : every law with the chosen drift, best first
    regression : the paper's way; None where it cannot be done, see ``warnings``
    rates : initial rates behind the regression
    bias : name -> what the paper's way adds to the truth, on traces made from the integrated fit
    level : probability of the intervals
    warnings : advice
    """

    traces: tuple[AbsorbanceTrace, ...]
    observed: tuple[Observed, ...]
    best: IntegratedFit
    orders: OrdersByFit
    drifts: dict[str, float]
    alternatives: tuple[IntegratedFit, ...]
    regression: OrderFit | None
    rates: tuple[RateEstimate, ...]
    bias: dict[str, float]
    level: float
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """``fits``, ``alternatives`` and ``traces``."""
        least = min(one.aicc for one in self.alternatives)
        weights = np.exp([-(one.aicc - least) / 2 for one in self.alternatives])
        fits: list[dict[str, Any]] = [
            {
                "method": "integrated",
                "x": self.orders.x.to_dict(),
                "y": self.orders.y.to_dict() if self.orders.y else None,
                "ln_k": self.orders.ln_k.to_dict(),
                "k_unit": self.orders.k_unit,
                "drift": self.best.drift,
                "drift_aicc": self.drifts,
                "noise": self.best.noise,
                "epsilon_M_cm": self.best.epsilon,
                "degrees_of_freedom": self.best.fit.degrees_of_freedom,
                "residual_tests": self.best.tests.to_dict(),
                "autocorrelation": self.best.autocorrelation,
                "interval_widening": self.best.widening,
                "level": self.level,
            }
        ]
        if self.regression is not None:
            fits.append({**self.regression.to_dict(), "bias": self.bias})
        return {
            "fits": fits,
            "alternatives": [
                {**one.to_dict(), "delta_aicc": one.aicc - least, "weight": float(weight)}
                for one, weight in zip(self.alternatives, weights / weights.sum(), strict=True)
            ],
            "traces": [
                {
                    **trace.to_dict(),
                    "cluster_mM": seen.cluster,
                    "offset": float(offset),
                    "drift_per_h": float(drift),
                    "residual_sd": float(np.std(rest)),
                    "initial_rate_mM_per_h": float(self.best.law().rate(seen.cluster, seen.thiol)),
                }
                for trace, seen, offset, drift, rest in zip(
                    self.traces, self.observed, self.best.offsets, self.best.drifts, self.best.residuals, strict=True
                )
            ],
            "rates": [one.to_dict() for one in self.rates],
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per trace."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["traces"])

    def fits_dataframe(self) -> pd.DataFrame:
        """One row per order and way."""
        import pandas as pd

        rows = []
        for name in ("x", "y", "ln_k"):
            found = getattr(self.orders, name)
            printed = getattr(self.regression, name) if self.regression else None
            for way, one, bias in (("integrated", found, math.nan), ("regression", printed, self.bias.get(name))):
                if one is not None:
                    rows.append({"quantity": name, "method": way, "value": one.value, "low": one.low,
                                 "high": one.high, "bias": bias})  # fmt: skip
        return pd.DataFrame(rows)


def fit_etching(
    traces: Sequence[AbsorbanceTrace],
    *,
    drift: DriftChoice = "auto",
    fit_epsilon: bool = False,
    thiol_per_cluster: float = 0.0,
    level: float = 0.95,
    alternatives: bool = True,
    window: float | None = None,
    seed: int = 0,
) -> EtchingFit:
    """Orders and rate constant from absorbance traces, with rival laws and the paper's regression beside.

    Parameters
    ----------
    traces : of `goldshell.spectra.read_traces`, at several concentrations
    drift : straight drift of the absorbance: "none", "common", "each" trace its own; "auto" decides by AICc
    fit_epsilon : fit the absorption coefficient although it is stated
    thiol_per_cluster : thiols consumed per cluster lost; 0 in excess thiol [1]
    level : probability of the intervals
    alternatives : fit rival laws as well
    window : of the paper's initial rates [h]; until 10 % are consumed when None
    seed : of the replicates that the bias of the paper's way is computed from

    Returns
    -------
    EtchingFit

    Raises
    ------
    InputError : no traces, a trace without its concentrations, or an unknown drift
    AnalysisError : traces that cannot be fitted
    """
    if drift not in ("auto", *DRIFTS):
        raise InputError(f"drift is {drift!r}", hint="auto, none, common or each")
    if not 0 < level < 1:
        raise InputError(f"level {level:g} is not between 0 and 1", hint="0.95 gives 95 % intervals")
    if not (thiol_per_cluster >= 0 and math.isfinite(thiol_per_cluster)):
        raise InputError(f"thiols consumed per cluster is {thiol_per_cluster:g}", hint="give 0 or a positive number")
    if not traces:
        raise InputError("no traces", hint="name one file per experiment")
    if window is not None and not (math.isfinite(window) and window > 0):
        raise InputError(f"window is {window:g} h", hint="it must be above 0")
    observed, warnings = _observed(traces, fit_epsilon)
    thiols = [one.thiol for one in observed]
    thiol_varies = max(thiols) > _VARIES * min(thiols)
    if not thiol_varies:
        warnings.append("thiol does not vary: its order cannot be found, and k holds [SR]^y")
    if max(one.cluster for one in observed) <= _VARIES * min(one.cluster for one in observed):
        warnings.append("clusters do not vary: their order comes from the curvature of the traces alone")
    laws = families(thiol_varies=thiol_varies)
    tried = {}
    for choice in DRIFTS if drift == "auto" else (drift,):
        if choice == "common" and len(observed) == 1 and drift == "auto":
            continue
        try:
            tried[choice] = fit_law(laws[0], observed, drift=choice, thiol_per_cluster=thiol_per_cluster, level=level)
        except AnalysisError:
            if choice == "none" or drift != "auto":
                raise
    least = min(one.aicc for one in tried.values())
    rivals = [one for one in tried.values() if one.aicc - least <= _RIVAL_DRIFT]
    best = rivals[0]  # the simplest
    orders, advice = _orders(best, rivals)
    warnings += advice + _advice(observed, best)
    ranked = [best]
    if alternatives:
        for family in laws[1:]:
            try:
                ranked.append(
                    fit_law(family, observed, drift=best.drift, thiol_per_cluster=thiol_per_cluster, level=level)
                )
            except AnalysisError as problem:
                warnings.append(str(problem))
    ranked.sort(key=lambda one: one.aicc)
    if ranked[0] is not best and best.aicc - ranked[0].aicc > 2:
        warnings.append(
            f"{ranked[0].family.name} describes the traces better than the power law (AICc lower by "
            f"{best.aicc - ranked[0].aicc:.1f}): the orders are apparent ones"
        )
    regression: OrderFit | None = None
    rates: tuple[RateEstimate, ...] = ()
    bias: dict[str, float] = {}
    try:
        regression, rates = _paper_way(traces, observed, best, thiol_per_cluster, window, level)
        warnings += [f"regression: {text}" for text in regression.warnings]
        bias = _bias(traces, observed, best, orders, thiol_per_cluster, window, seed)
    except GoldshellError as problem:
        warnings.append(f"the paper's regression cannot be done: {problem}")
    return EtchingFit(
        traces=tuple(traces),
        observed=observed,
        best=best,
        orders=orders,
        drifts={name: one.aicc for name, one in tried.items()},
        alternatives=tuple(ranked),
        regression=regression,
        rates=rates,
        bias=bias,
        level=level,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _observed(traces: Sequence[AbsorbanceTrace], fit_epsilon: bool) -> tuple[tuple[Observed, ...], list[str]]:
    """Concentrations and scale of each trace; what is not stated is taken from the first absorbance or refused."""
    warnings: list[str] = [text for trace in traces for text in (*trace.warnings, *trace_advice(trace))]
    stated = [trace.epsilon for trace in traces]
    known = all(math.isfinite(value) for value in stated) and not fit_epsilon
    if not known and not all(math.isfinite(trace.cluster) for trace in traces):
        missing = next(trace for trace in traces if not math.isfinite(trace.cluster))
        raise InputError(
            "neither the clusters at the start nor the absorption coefficient is stated",
            where=missing.source,
            hint="add a line '# cluster_mM: 0.025', or '# epsilon_M_cm: 8800'",
        )
    if not known and not fit_epsilon:
        warnings.append("the absorption coefficient is not stated in every file: one for all traces is fitted")
    unknown = [trace for trace in traces if not math.isfinite(trace.ligand)]
    if unknown and len(unknown) < len(traces):
        raise InputError("the ligand is not stated", where=unknown[0].source, hint="add a line '# ligand_mM: 2.5'")
    found = []
    for trace in traces:
        time, absorbance = thinned(trace.time, trace.absorbance)
        if len(time) < len(trace.time):
            warnings.append(f"{trace.name}: {len(trace.time)} points averaged to {len(time)}")
        scale = per_millimolar(trace.epsilon, trace.path_length) if known else math.nan
        cluster = trace.cluster
        if not math.isfinite(cluster):
            blank = trace.blank if math.isfinite(trace.blank) else 0.0
            cluster = (float(absorbance[0]) - blank) / scale
            warnings.append(f"{trace.name}: clusters at the start taken from the first absorbance, {cluster:.4g} mM")
        if not cluster > 0:
            raise InputError(f"clusters at the start are {cluster:.3g} mM", where=trace.source)
        thiol = trace.ligand if math.isfinite(trace.ligand) else 1.0
        if thiol <= 0:
            raise InputError(
                "a trace without thiol has no rate of etching by thiol", where=trace.source, hint="leave it out"
            )
        found.append(Observed(trace.name, time, absorbance, cluster, thiol, scale, trace.path_length))
    return tuple(found), warnings


def _orders(best: IntegratedFit, rivals: Sequence[IntegratedFit]) -> tuple[OrdersByFit, list[str]]:
    """Profile intervals of the best drift, stretched over those of rival drifts."""
    estimates: dict[str, Estimate] = {}
    advice: list[str] = []
    for name in best.family.names:
        centre, warnings = best.interval(name)
        advice += warnings
        low, high = centre.low, centre.high
        for rival in rivals:
            if rival is not best:
                other = rival.interval(name)[0]
                low, high = min(low, other.low), max(high, other.high)
        estimates[name] = Estimate(centre.value, low, high)
    if len(rivals) > 1:
        others = " and ".join(one.drift for one in rivals if one is not best)
        advice.append(
            f"drift {best.drift!r} and {others!r} describe the traces equally well: the intervals cover both; record "
            "until nothing changes, to tell them apart"
        )
    y = estimates.get("y")
    unit = rate_constant_unit(estimates["x"].value, y.value if y else 0.0)
    return OrdersByFit(estimates["x"], y, estimates["ln_k"], unit), advice


def _advice(observed: Sequence[Observed], best: IntegratedFit) -> list[str]:
    advice = []
    if best.widening > 1:
        advice.append(
            f"residuals follow each other (runs test p = {best.tests.runs_p:.1g}): intervals are widened "
            f"{best.widening:.2g}-fold; look at the residuals"
        )
    for one, offset, slope in zip(observed, best.offsets, best.drifts, strict=True):
        scale = one.per_mM if math.isfinite(one.per_mM) else 1e-3 * (best.epsilon or math.nan) * one.path_length
        signal = scale * one.cluster
        if abs(offset) > 0.1 * signal:
            advice.append(
                f"{one.name}: the offset is {offset / signal:+.0%} of the clusters' absorbance: check the blank and "
                "the cluster concentration"
            )
        if abs(slope) * (one.time[-1] - one.time[0]) > 0.1 * signal:
            advice.append(f"{one.name}: the drift adds up to {slope * np.ptp(one.time) / signal:+.0%} of the signal")
    names = best.fit.problem.names
    for name, side in best.fit.at_bound.items():
        if name in names:
            advice.append(f"{name} ended at its {side} bound")
    return advice


def _paper_way(
    traces: Sequence[AbsorbanceTrace],
    observed: Sequence[Observed],
    best: IntegratedFit,
    thiol_per_cluster: float,
    window: float | None,
    level: float,
    signals: Sequence[Array] | None = None,
) -> tuple[OrderFit, tuple[RateEstimate, ...]]:
    """A(t) to c(t), initial rates, regression; a stated blank is subtracted, nothing else."""
    kinetic = []
    for i, (trace, one) in enumerate(zip(traces, observed, strict=True)):
        epsilon = trace.epsilon
        if not math.isfinite(one.per_mM):
            epsilon = best.epsilon if best.epsilon is not None else epsilon
        cluster = concentration(
            one.absorbance if signals is None else signals[i],
            epsilon,
            path_length=trace.path_length,
            offset=trace.blank if math.isfinite(trace.blank) else 0.0,
        )
        kinetic.append(KineticTrace(trace.name, one.time, cluster, one.thiol))
    return orders_from_traces(kinetic, window=window, thiol_per_cluster=thiol_per_cluster, level=level)


def _bias(
    traces: Sequence[AbsorbanceTrace],
    observed: Sequence[Observed],
    best: IntegratedFit,
    orders: OrdersByFit,
    thiol_per_cluster: float,
    window: float | None,
    seed: int,
) -> dict[str, float]:
    """Mean of the paper's way on traces made from the integrated fit, less what they were made with."""
    random = np.random.default_rng(seed)
    found: dict[str, list[float]] = {"x": [], "y": [], "ln_k": []}
    for _ in range(_REPLICATES):
        made = [curve + best.noise * random.normal(size=curve.size) for curve in best.curves]
        try:
            fit, _rates = _paper_way(traces, observed, best, thiol_per_cluster, window, 0.95, made)
        except GoldshellError:
            continue
        for name, values in found.items():
            one = getattr(fit, name)
            if one is not None:
                values.append(one.value)
    truth = {"x": orders.x, "y": orders.y, "ln_k": orders.ln_k}
    return {
        name: float(np.mean(values)) - true.value
        for name, values in found.items()
        if values and (true := truth[name]) is not None
    }
