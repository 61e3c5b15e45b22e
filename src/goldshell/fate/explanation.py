"""What an explanation of published numbers consists of: rival mechanisms, predictions, findings, a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldshell.fate.fit import FateFit
from goldshell.numerics import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One explanation and how well it meets what is known.

    Parameters
    ----------
    name : in words
    fit : of its problem
    misfit : of numbers and orders at the best parameters, -2 ln L [1]
    priors : share of the sum of squares that the priors pay [1]
    unmet : observations that are missed by more than 2.5 standard deviations
    """

    name: str
    fit: FateFit
    misfit: float
    priors: float
    unmet: tuple[str, ...]

    @property
    def total(self) -> float:
        """Misfit and priors together."""
        return self.misfit + self.priors

    def to_dict(self) -> dict[str, Any]:
        """Name, misfit, what is unmet, and the parameters."""
        return {
            "name": self.name,
            "misfit": self.misfit,
            "prior_cost": self.priors,
            "unmet": list(self.unmet),
            "parameters": [item.to_dict() for item in self.fit.parameters],
        }


@dataclass(frozen=True, slots=True)
class Forecast:
    """A number that was not measured.

    Parameters
    ----------
    mechanism : under which explanation
    subject : particle or shell
    quantity : what, in words
    estimate : with its interval [its unit]
    measured : there is a number or bound for it
    note : extrapolated, say
    """

    mechanism: str
    subject: str
    quantity: str
    estimate: Estimate
    measured: bool = False
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The fields, flat."""
        return {
            "mechanism": self.mechanism,
            "subject": self.subject,
            "quantity": self.quantity,
            **self.estimate.to_dict(),
            "measured": self.measured,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class FateExplanation:
    """The answer to one question.

    Parameters
    ----------
    question : "sizes", "zhang2026" or "table1"
    mechanisms : the best first
    forecasts : predictions with intervals
    findings : computed from the fits, one sentence each
    unknown : what cannot be known from the published numbers
    sources : ids of the literature rows
    verdict : "explained", "underdetermined" or "contradicted"
    """

    question: str
    mechanisms: tuple[Mechanism, ...]
    forecasts: tuple[Forecast, ...]
    findings: tuple[str, ...]
    unknown: tuple[str, ...]
    sources: tuple[str, ...]
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """The object of ``goldshell fate explain --json``."""
        return {
            "question": self.question,
            "verdict": self.verdict,
            "findings": list(self.findings),
            "unknown": list(self.unknown),
            "mechanisms": [item.to_dict() for item in self.mechanisms],
            "predictions": [item.to_dict() for item in self.forecasts],
            "sources": list(self.sources),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """The predictions, one per row."""
        import pandas as pd

        return pd.DataFrame([item.to_dict() for item in self.forecasts])
