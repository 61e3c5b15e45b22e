"""What an explanation of paper Z's compositions holds: models, mechanisms, observations, checks, findings."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldshell.exchange.fit import COUNTING, ExchangeFit, FittedParameter, Misfit, ModelScore

if TYPE_CHECKING:
    import pandas as pd

    from goldshell.exchange.simulate import Simulation

NEEDED = 2.0
"""Gain of ln L above which an observation is said to need a mechanism: a likelihood ratio of 7."""

DECISIVE = 6.0
"""Difference of AICc above which a model is called rejected: an evidence ratio of 20."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one mechanism does for the fit.

    Parameters
    ----------
    key, title, reason : of the mechanism
    chosen : whether the explanation has it
    compared : model that lacks it (or has it, where the explanation does not)
    gain : ln L with the mechanism less ln L without [nat]
    aicc_gain : AICc without less AICc with: positive where the data support it [nat]
    by_observation : (experiment, observation) -> difference of ln L in its favour [nat]
    """

    key: str
    title: str
    reason: str
    chosen: bool
    compared: str
    gain: float
    aicc_gain: float
    by_observation: dict[tuple[str, str], float]

    @property
    def verdict(self) -> str:
        """Computed from the difference of AICc."""
        if self.aicc_gain > DECISIVE:
            return "needed"
        if self.aicc_gain > 0.0:
            return "helps"
        return "rejected" if self.aicc_gain < -DECISIVE else "not supported"

    @property
    def needed_by(self) -> tuple[str, ...]:
        """Observations whose ln L it raises by more than `NEEDED`."""
        return tuple(f"{one}, {label}" for (one, label), gain in self.by_observation.items() if gain > NEEDED)

    def to_dict(self) -> dict[str, Any]:
        """The fields; observations as a list."""
        return {
            "mechanism": self.key,
            "title": self.title,
            "reason": self.reason,
            "in_explanation": self.chosen,
            "compared_with": self.compared,
            "gain": self.gain,
            "aicc_gain": self.aicc_gain,
            "verdict": self.verdict,
            "by_observation": [
                {"experiment": one, "observation": label, "gain": value}
                for (one, label), value in self.by_observation.items()
            ],
            "needed_by": list(self.needed_by),
        }


@dataclass(frozen=True, slots=True)
class Check:
    """Experiments outside the joint fit, with its parameters held.

    Parameters
    ----------
    name : of the series
    own : what was fitted to the series itself, with intervals; nothing for a pure prediction
    reason : why these parameters are its own
    misfits : per observation
    warnings : advice
    """

    name: str
    own: tuple[FittedParameter, ...]
    reason: str
    misfits: tuple[Misfit, ...]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields."""
        return {
            "name": self.name,
            "parameters": [item.to_dict() for item in self.own],
            "reason": self.reason,
            "misfits": [item.to_dict() for item in self.misfits],
            "warnings": list(self.warnings),
        }

    def in_words(self) -> str:
        """How many observations are reproduced, and which are not."""
        missed = [one for one in self.misfits if not one.met]
        how = "predicted without a parameter of its own"
        if self.own:
            fitted = ", ".join(f"{item.parameter.name} {item.estimate.value:.3g}" for item in self.own)
            how = f"with {fitted} fitted ({self.reason})"
        text = f"{self.name}, {how}: {len(self.misfits) - len(missed)} of {len(self.misfits)} reproduced"
        if missed:
            text += "; not " + "; ".join(
                f"{one.experiment} (reported {one.observed}, predicted {one.predicted})" for one in missed
            )
        return text + "."


@dataclass(frozen=True, slots=True)
class Ordering:
    """A reported ordering of the organic phases against the prediction.

    Parameters
    ----------
    quantity : what is ordered, in words
    reported : names from the largest to the smallest
    predicted : value per name [the quantity's unit]
    rank_correlation : Spearman's, between the reported ranks and the predicted values; NaN where all are alike
    source : literature row
    """

    quantity: str
    reported: tuple[str, ...]
    predicted: dict[str, float]
    rank_correlation: float
    source: str

    def to_dict(self) -> dict[str, Any]:
        """The fields."""
        return dataclasses.asdict(self)

    def in_words(self) -> str:
        """Reported and predicted, in one sentence."""
        values = ", ".join(f"{name} {value:.3g}" for name, value in self.predicted.items())
        if math.isnan(self.rank_correlation):
            return f"Order of solvents in {self.quantity}: the model predicts no difference ({values})."
        verdict = "reproduced" if self.rank_correlation > 0.9 else "not reproduced"
        return (
            f"Order of solvents in {self.quantity} ({' > '.join(self.reported)}): {verdict}, rank correlation "
            f"{self.rank_correlation:.1f} ({values})."
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains paper Z's compositions, and what does not.

    Parameters
    ----------
    fit : the joint fit of the explanation, with intervals
    models : all models, lowest AICc first
    mechanisms : names of models -> their mechanisms
    contributions : per mechanism
    checks : other series, with the parameters of the joint fit
    orderings : of the organic phases
    courses : simulated course of the 100:1 feed, by system
    findings : in words, each computed
    assumptions : what the paper leaves open and how it was set
    """

    fit: ExchangeFit
    models: tuple[ModelScore, ...]
    mechanisms: dict[str, tuple[str, ...]]
    contributions: tuple[Contribution, ...]
    checks: tuple[Check, ...]
    orderings: tuple[Ordering, ...]
    courses: dict[str, Simulation]
    findings: tuple[str, ...]
    assumptions: dict[str, str]

    def met_by(self, misfit: Misfit) -> tuple[str, ...]:
        """Models that reproduce an observation, lowest AICc first."""
        return tuple(
            model.name
            for model in self.models
            for one in model.misfits
            if (one.experiment, one.label) == (misfit.experiment, misfit.label) and one.met
        )

    def needs(self, misfit: Misfit) -> tuple[str, ...]:
        """Mechanisms without which an observation loses more than `NEEDED` in ln L; those that it would gain so."""
        return tuple(
            item.key if item.chosen else f"({item.key})"
            for item in self.contributions
            if item.by_observation.get((misfit.experiment, misfit.label), 0.0) > NEEDED
        )

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output."""
        return {
            "models": [{**item.to_dict(), "mechanisms": list(self.mechanisms[item.name])} for item in self.models],
            "parameters": [item.to_dict() for item in self.fit.parameters],
            "contributions": [item.to_dict() for item in self.contributions],
            "observations": [
                {**one.to_dict(), "reproduced_by": list(self.met_by(one)), "needs": list(self.needs(one))}
                for one in self.fit.misfits
            ],
            "checks": [item.to_dict() for item in self.checks],
            "orderings": [item.to_dict() for item in self.orderings],
            "findings": list(self.findings),
            "assumptions": self.assumptions,
            "counted_observations": self.fit.observations,
            "counting": COUNTING,
            "warnings": list(self.fit.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per observation: observed, predicted, verdict, what it needs."""
        import pandas as pd

        rows = []
        for one in self.fit.misfits:
            others = self.met_by(one)
            verdict = "reproduced" if one.met else "only by another model" if others else "by no model compared"
            rows.append(
                {
                    "experiment": one.experiment,
                    "observation": one.label,
                    "observed": one.observed,
                    "predicted": one.predicted,
                    "verdict": verdict,
                    "models_that_reproduce_it": len(others),
                    "needs": ", ".join(self.needs(one)),
                    "source": one.source,
                }
            )
        return pd.DataFrame(rows)

    def model_table(self) -> pd.DataFrame:
        """One row per model: mechanisms, number of parameters, ln L, AICc, difference, weight."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "model": item.name,
                    "mechanisms": ", ".join(self.mechanisms[item.name]),
                    "parameters": item.parameters,
                    "ln_L": item.log_likelihood,
                    "AICc": item.aicc,
                    "difference": item.delta,
                    "reproduced": sum(one.met for one in item.misfits),
                }
                for item in self.models
            ]
        )

    def mechanism_table(self) -> pd.DataFrame:
        """One row per mechanism: in the explanation or not, gain, verdict, observations that need it, reason."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "mechanism": item.title,
                    "in_explanation": "yes" if item.chosen else "no",
                    "gain_ln_L": item.gain,
                    "gain_AICc": item.aicc_gain,
                    "verdict": item.verdict,
                    "needed_by": "; ".join(item.needed_by),
                    "reason": item.reason,
                }
                for item in self.contributions
            ]
        )

    def check_table(self) -> pd.DataFrame:
        """One row per observation outside the joint fit."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "series": item.name,
                    "own_parameters": ", ".join(one.parameter.name for one in item.own),
                    "experiment": one.experiment,
                    "observed": one.observed,
                    "predicted": one.predicted,
                    "verdict": "reproduced" if one.met else "not reproduced",
                    "source": one.source,
                }
                for item in self.checks
                for one in item.misfits
            ]
        )
