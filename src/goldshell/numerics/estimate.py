"""A fitted number with its interval and unit."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval (95 % unless stated otherwise) and unit.

    Parameters
    ----------
    value : point estimate [unit]
    low, high : limits of the interval [unit]
    unit : pint name, "1" for dimensionless
    """

    value: float
    low: float
    high: float
    unit: str = "1"

    def to_dict(self) -> dict[str, float | str]:
        """``{"value", "low", "high", "unit"}`` of the JSON output."""
        return {"value": self.value, "low": self.low, "high": self.high, "unit": self.unit}

    def __str__(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        if math.isnan(self.low) and math.isnan(self.high):
            return f"{self.value:.4g}{unit}"
        return f"{self.value:.4g} ({self.low:.3g} to {self.high:.3g}){unit}"
