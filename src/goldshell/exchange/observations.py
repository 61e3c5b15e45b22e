"""What an experiment showed, and how far a predicted P(n) over time is from it.

Each observation gives residuals r whose sum of squares is -2 ln L up to a constant, so that any mix of them can be
fitted by least squares:

    trace, mean n, intact fraction   r = (predicted - observed) / sd
    rate                             r = ln(predicted / observed) / ln(factor)
    composition, effective counts M  r_n = sign(p - o) sqrt(2 M (o ln(o / p) - o + p))     (multinomial deviance)
    composition, standard deviation  r_n = (p - o) / sd
    range (censored)                 r_n = sqrt(-2 ln prob_n),
        prob_n = Phi(z_n) for low <= n <= high (seen), 1 - Phi(z_n) outside (not seen),
        z_n = (ln(P(n) / max P) - ln threshold) / spread

A range says which species rose above the detection threshold, relative to the largest one. `spread` is the scatter of
ln(intensity / threshold) between species: at 0.5 a species at 1.65 times the threshold is seen 84 % of the time.

Limits: detection of one species is taken as independent of that of the next; populations are those of all intact
clusters, whichever region they are in; intensity is taken as amount.

References
----------
Bliss, Science 79 (1934) 38-39, doi:10.1126/science.79.2037.38 (probit)
Zhang et al., Nat. Commun. 17 (2026), doi:10.1038/s41467-026-68345-z (the ranges)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldshell.chemistry.composition import DETECTION_THRESHOLD, detected_range
from goldshell.errors import InputError
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.simulate import States

Array = NDArray[np.float64]

DETECTION_SPREAD = 0.5
"""Scatter of ln(intensity / threshold) between species [1]; an assumption, always stated with the result."""

# Added to every population, so that logarithms of what is not there stay finite and smooth; 1e-7 of the threshold.
_NOTHING = 1e-9

_MET_SD = 2.0  # standard deviations within which a value counts as met

INSTRUMENT = ("detection_threshold", "detection_spread", "absorbance_factor", "absorbance_offset")
"""Parameters of the measurement, not of the vial; a fit may free them."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one solved experiment predicts at the times its observations need.

    Parameters
    ----------
    time_h : (k,) [h]
    composition : P(n) of all intact clusters (k, N + 1) [1]
    intact_fraction : (k,) [1]
    cluster_mM : intact clusters per volume of water (k,) [mM]
    instrument : values of `INSTRUMENT` that the fit sets
    """

    time_h: Array
    composition: Array
    intact_fraction: Array
    cluster_mM: Array
    instrument: dict[str, float]

    def at(self, time: float) -> int:
        """Index of a time that was asked for."""
        return int(np.argmin(np.abs(self.time_h - time)))


def predict(states: States, instrument: dict[str, float] | None = None) -> Prediction:
    """The observable side of a raw solution."""
    clusters = states.clusters().sum(axis=(1, 2, 3))
    return Prediction(
        states.time_h,
        states.composition(),
        states.intact_fraction(),
        clusters / states.volumes_mL[:, 0],
        dict(instrument or {}),
    )


@dataclass(frozen=True, slots=True)
class Trace:
    """Values of one quantity over time; a single value is a trace of one point.

    Parameters
    ----------
    quantity : "intact_fraction" [1], "mean_n" [1] or "absorbance" [1]
    time_h, values, sd : (k,) each [h], [the quantity's unit]
    per_mM : absorbance of 1 mM of intact clusters, epsilon x path [1/mM]; for "absorbance" only
    label, source : name in reports; where the values come from
    """

    quantity: str
    time_h: tuple[float, ...]
    values: tuple[float, ...]
    sd: tuple[float, ...]
    per_mM: float = 1.0
    label: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return self.quantity.replace("_", " ")

    @property
    def times(self) -> tuple[float, ...]:
        """Times that must be solved for [h]."""
        return self.time_h

    @property
    def count(self) -> int:
        """Independent observations."""
        return len(self.values)

    def predicted(self, prediction: Prediction) -> Array:
        """Values that the prediction gives at the trace's times."""
        rows = np.searchsorted(prediction.time_h, np.asarray(self.time_h) - 1e-12)
        if self.quantity == "intact_fraction":
            return prediction.intact_fraction[rows]
        if self.quantity == "mean_n":
            return prediction.composition[rows] @ np.arange(prediction.composition.shape[1])
        factor = prediction.instrument.get("absorbance_factor", 1.0)
        return factor * self.per_mM * prediction.cluster_mM[rows] + prediction.instrument.get("absorbance_offset", 0.0)

    def residuals(self, prediction: Prediction) -> Array:
        """(k,) [1]."""
        return (self.predicted(prediction) - np.asarray(self.values)) / np.asarray(self.sd)

    def met(self, prediction: Prediction) -> bool:
        """Whether the values are met within two standard deviations, root mean square."""
        return bool(np.mean(self.residuals(prediction) ** 2) <= _MET_SD**2)

    def in_words(self, prediction: Prediction) -> tuple[str, str]:
        """Observed and predicted, for a table."""
        values = self.predicted(prediction)
        if len(values) == 1:
            return f"{self.values[0]:.4g} ± {self.sd[0]:.2g}", f"{values[0]:.4g}"
        root = math.sqrt(float(np.mean((values - np.asarray(self.values)) ** 2)))
        return f"{len(values)} points", f"root mean square difference {root:.3g}"


@dataclass(frozen=True, slots=True)
class Shell:
    """A whole composition P(n) at one time, with effective counts or standard deviations.

    Parameters
    ----------
    time_h : [h]
    fractions : (N + 1,) adding to 1 [1]
    counts : effective number of clusters behind the fractions [1]; NaN when ``sd`` is given
    sd : (N + 1,) of the fractions [1]; empty when ``counts`` is given
    label, source : name in reports; where the values come from
    """

    time_h: float
    fractions: tuple[float, ...]
    counts: float = math.nan
    sd: tuple[float, ...] = ()
    label: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return "composition"

    @property
    def times(self) -> tuple[float, ...]:
        """Times that must be solved for [h]."""
        return (self.time_h,)

    @property
    def count(self) -> int:
        """Independent observations: species that were seen, less one because fractions add to 1."""
        return max(1, sum(value > 0.0 for value in self.fractions) - 1)

    def residuals(self, prediction: Prediction) -> Array:
        """(N + 1,) [1]."""
        p = np.maximum(prediction.composition[prediction.at(self.time_h)], 0.0) + _NOTHING
        o = np.asarray(self.fractions)
        if self.sd:
            return np.asarray((p - o) / np.asarray(self.sd))
        seen = np.where(o > 0.0, o, 1.0)
        deviance = np.where(o > 0.0, o * np.log(seen / p), 0.0) - o + p
        return np.asarray(np.sign(p - o) * np.sqrt(2.0 * self.counts * np.maximum(deviance, 0.0)))

    def met(self, prediction: Prediction) -> bool:
        """Whether the deviance is below the 95 % limit of its chi-square distribution."""
        from scipy.stats import chi2

        return bool(np.sum(self.residuals(prediction) ** 2) <= chi2.ppf(0.95, self.count))

    def in_words(self, prediction: Prediction) -> tuple[str, str]:
        """Observed and predicted, for a table."""
        p = prediction.composition[prediction.at(self.time_h)]
        shown = [n for n, share in enumerate(self.fractions) if share > 0.0]
        return tuple(  # type: ignore[return-value]
            ", ".join(f"n{n} {100 * values[n]:.1f} %" for n in shown) for values in (self.fractions, p)
        )


@dataclass(frozen=True, slots=True)
class Range:
    """Species n = low..high were seen at one time, others were not: a censored observation.

    Parameters
    ----------
    time_h : [h]
    low, high : first and last species seen; low None when only the highest was reported
    threshold : smallest population seen, as a fraction of the largest [1]
    spread : scatter of ln(intensity / threshold) [1]
    label, source : name in reports; where the values come from
    """

    time_h: float
    low: int | None
    high: int
    threshold: float = DETECTION_THRESHOLD
    spread: float = DETECTION_SPREAD
    label: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return "range"

    @property
    def times(self) -> tuple[float, ...]:
        """Times that must be solved for [h]."""
        return (self.time_h,)

    @property
    def count(self) -> int:
        """Independent observations: the ends that were reported, not the N + 1 yes-or-no answers they stand for."""
        return 1 if self.low is None else 2

    def settings(self, prediction: Prediction) -> tuple[float, float]:
        """Threshold and spread, those of the fit where it sets them."""
        given = prediction.instrument
        return given.get("detection_threshold", self.threshold), given.get("detection_spread", self.spread)

    def residuals(self, prediction: Prediction) -> Array:
        """(N + 1,) or, when only the highest was reported, (N + 1 - high,) [1]."""
        from scipy.special import log_ndtr

        p = np.maximum(prediction.composition[prediction.at(self.time_h)], 0.0) + _NOTHING
        threshold, spread = self.settings(prediction)
        z = (np.log(p / p.max()) - math.log(threshold)) / spread
        n = np.arange(p.size)
        seen = (n >= (self.high if self.low is None else self.low)) & (n <= self.high)
        found = np.sqrt(-2.0 * log_ndtr(np.where(seen, z, -z)))
        return np.asarray(found if self.low is not None else found[self.high :])

    def detected(self, prediction: Prediction) -> tuple[int, int]:
        """First and last species that the prediction puts above the threshold."""
        return detected_range(prediction.composition[prediction.at(self.time_h)], self.settings(prediction)[0])

    def met(self, prediction: Prediction) -> bool:
        """Whether both ends are met within one species, at the threshold; the fitted spread plays no part."""
        first, last = self.detected(prediction)
        return abs(last - self.high) <= 1 and (self.low is None or abs(first - self.low) <= 1)

    def in_words(self, prediction: Prediction) -> tuple[str, str]:
        """Observed and predicted, for a table."""
        first, last = self.detected(prediction)
        return ("up to " if self.low is None else f"{self.low}-") + f"{self.high}", f"{first}-{last}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A mean rate between two times.

    Parameters
    ----------
    process : "etching" (clusters lost per volume of water) or "exchange" (ligands exchanged per volume of water)
    start_h, time_h : between which the rate was taken [h]
    value : [mM/h]
    factor : uncertainty as a geometric standard deviation, above 1 [1]
    label, source : name in reports; where the values come from
    """

    process: str
    start_h: float
    time_h: float
    value: float
    factor: float
    label: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return f"{self.process} rate"

    @property
    def times(self) -> tuple[float, ...]:
        """Times that must be solved for [h]."""
        return (self.start_h, self.time_h)

    @property
    def count(self) -> int:
        """Independent observations."""
        return 1

    def predicted(self, prediction: Prediction) -> float:
        """The rate [mM/h]."""
        first, last = prediction.at(self.start_h), prediction.at(self.time_h)
        span = self.time_h - self.start_h
        if self.process == "etching":
            return float(prediction.cluster_mM[first] - prediction.cluster_mM[last]) / span
        n = np.arange(prediction.composition.shape[1])
        gained = float((prediction.composition[last] - prediction.composition[first]) @ n)
        return gained * float(prediction.cluster_mM[last]) / span

    def residuals(self, prediction: Prediction) -> Array:
        """(1,) [1]."""
        return np.array([math.log(max(self.predicted(prediction), _NOTHING) / self.value) / math.log(self.factor)])

    def met(self, prediction: Prediction) -> bool:
        """Whether the rate is met within its uncertainty factor squared."""
        return bool(abs(self.residuals(prediction)[0]) <= _MET_SD)

    def in_words(self, prediction: Prediction) -> tuple[str, str]:
        """Observed and predicted, for a table."""
        return f"{self.value:.3g} mM/h (factor {self.factor:g})", f"{self.predicted(prediction):.3g} mM/h"


Observation = Trace | Shell | Range | Rate


def times_of(observations: tuple[Observation, ...]) -> tuple[float, ...]:
    """All times that some observations need, increasing [h]."""
    return tuple(sorted({float(time) for one in observations for time in one.times}))


def check_observation(one: Observation, experiment: Experiment) -> None:
    """Raise InputError when an observation cannot belong to this experiment."""
    if isinstance(one, Range):
        low = 0 if one.low is None else one.low
        if not 0 <= low <= one.high <= experiment.sites:
            raise InputError(
                f"range {low} to {one.high} does not fit the {experiment.sites} sites of {experiment.cluster}",
                hint="n counts incoming ligands, low <= high",
            )
    if isinstance(one, Shell) and len(one.fractions) != experiment.sites + 1:
        raise InputError(f"{len(one.fractions)} fractions for {experiment.sites} sites", hint="give n = 0 to N")
