"""What an explanation of paper Z's compositions holds: models, mechanisms, observations, findings."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from goldshell.exchange.fit import COUNTING, FittedParameter, Misfit, ModelScore
from goldshell.exchange.observations import Prediction
from goldshell.exchange.problem import FitExperiment

if TYPE_CHECKING:
    import pandas as pd

REPRODUCED = 4.0
"""Misfit per observation up to which an observation counts as reproduced: two standard deviations."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one mechanism does for the fit.

    Parameters
    ----------
    key, title, reason : of the mechanism
    compared : model without it (or with it, for alternatives)
    gain : difference of ln L in favour of the mechanism [nat]
    aicc_gain : difference of AICc in its favour [nat]
    by_observation : (experiment, observation) -> difference of ln L in its favour [nat]
    needed_by : observations whose ln L it raises by more than 2
    """

    key: str
    title: str
    reason: str
    compared: str
    gain: float
    aicc_gain: float
    by_observation: dict[tuple[str, str], float]
    needed_by: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The fields; observations as a list."""
        return {
            "mechanism": self.key,
            "title": self.title,
            "reason": self.reason,
            "compared_with": self.compared,
            "gain": self.gain,
            "aicc_gain": self.aicc_gain,
            "by_observation": [
                {"experiment": one, "observation": label, "gain": value}
                for (one, label), value in self.by_observation.items()
            ],
            "needed_by": list(self.needed_by),
        }


@dataclass(frozen=True, slots=True)
class Series:
    """A series of experiments fitted with the shared parameters held.

    Parameters
    ----------
    name : of the series
    own : parameters of its own, with intervals
    misfits : per observation
    warnings : advice
    """

    name: str
    own: tuple[FittedParameter, ...]
    misfits: tuple[Misfit, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The fields."""
        return {
            "name": self.name,
            "parameters": [item.to_dict() for item in self.own],
            "misfits": [item.to_dict() for item in self.misfits],
            "warnings": list(self.warnings),
        }


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
    best : name of the model with the lowest AICc
    models : all models, best first
    mechanisms : names of models -> their mechanisms
    parameters : of the best model, with intervals by curvature
    contributions : per mechanism
    reproduced, not_reproduced : observations of the best model
    series : the other series
    orderings : of the organic phases
    findings : in words, each computed
    assumptions : what the paper leaves open and how it was set
    experiments, predictions : of the best model
    observations : number, as counted
    warnings : advice
    """

    best: str
    models: tuple[ModelScore, ...]
    mechanisms: dict[str, tuple[str, ...]]
    parameters: tuple[FittedParameter, ...]
    contributions: tuple[Contribution, ...]
    reproduced: tuple[Misfit, ...]
    not_reproduced: tuple[Misfit, ...]
    series: tuple[Series, ...]
    orderings: tuple[Ordering, ...]
    findings: tuple[str, ...]
    assumptions: dict[str, str]
    experiments: tuple[FitExperiment, ...]
    predictions: tuple[Prediction, ...]
    observations: int
    warnings: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """All but experiments and predictions, as JSON types."""
        return {
            "best": self.best,
            "models": [{**item.to_dict(), "mechanisms": list(self.mechanisms[item.name])} for item in self.models],
            "parameters": [item.to_dict() for item in self.parameters],
            "contributions": [item.to_dict() for item in self.contributions],
            "reproduced": [item.to_dict() for item in self.reproduced],
            "not_reproduced": [item.to_dict() for item in self.not_reproduced],
            "series": [item.to_dict() for item in self.series],
            "orderings": [item.to_dict() for item in self.orderings],
            "findings": list(self.findings),
            "assumptions": self.assumptions,
            "observations": self.observations,
            "counting": COUNTING,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per observation: observed, predicted, misfit, and the gain in ln L of every mechanism."""
        import pandas as pd

        rows = []
        for one in (*self.reproduced, *self.not_reproduced):
            row: dict[str, Any] = {
                "experiment": one.experiment,
                "observation": one.label,
                "observed": one.observed,
                "predicted": one.predicted,
                "misfit": one.misfit,
            }
            for item in self.contributions:
                row[item.key] = item.by_observation.get((one.experiment, one.label), math.nan)
            rows.append(row)
        order = {item.name: position for position, item in enumerate(self.experiments)}
        rows.sort(key=lambda row: order[row["experiment"]])
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
                    "ln L": item.log_likelihood,
                    "AICc": item.aicc,
                    "difference": item.delta,
                    "weight": item.weight,
                }
                for item in self.models
            ]
        )
