"""A straight calibration line: slope, intercept, detection limit, concentration from a signal, and lines compared.

    y = a + b x + e,   detection limit x_D = 3.3 s / b,   quantification 10 s / b,   s = residual standard deviation

The interval of a concentration read off the line is Fieller's, which is exact for normal errors and may be open.
Lines are compared by analysis of covariance: F of a common slope against one slope each, over pooled residuals.

References
----------
ICH Q2(R2), Validation of analytical procedures (2023), section 3.2.3 (3.3 s / b and 10 s / b)
Fieller, J. R. Stat. Soc. B 16 (1954) 175-185, doi:10.1111/j.2517-6161.1954.tb00159.x
Draper & Smith, Applied Regression Analysis, 3rd ed., Wiley (1998), doi:10.1002/9781118625590
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError
from goldshell.numerics.estimate import Estimate

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CalibrationLine:
    """A fitted line.

    Parameters
    ----------
    slope, intercept : with intervals [signal per concentration; signal]
    residual_sd : s [signal]
    r_squared : [1]
    detection_limit, quantification_limit : 3.3 s / b and 10 s / b; infinite when the slope may be 0 [concentration]
    x, y : the data
    level : of the intervals [1]
    warnings : advice
    """

    slope: Estimate
    intercept: Estimate
    residual_sd: float
    r_squared: float
    detection_limit: float
    quantification_limit: float
    x: Array
    y: Array
    level: float = 0.95
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Values and intervals of the JSON output."""
        return {
            "slope": self.slope.to_dict(),
            "intercept": self.intercept.to_dict(),
            "residual_sd": self.residual_sd,
            "r_squared": self.r_squared,
            "detection_limit": self.detection_limit,
            "quantification_limit": self.quantification_limit,
            "level": self.level,
            "warnings": list(self.warnings),
        }

    def band(self, at: ArrayLike) -> tuple[Array, Array, Array]:
        """The line and its confidence limits.

        Parameters
        ----------
        at : concentrations (k,)

        Returns
        -------
        middle, low, high : (k,) [signal]
        """
        from scipy.stats import t

        points = np.asarray(at, dtype=float)
        middle = self.intercept.value + self.slope.value * points
        spread = np.sum((self.x - self.x.mean()) ** 2)
        half = self.residual_sd * np.sqrt(1.0 / self.x.size + (points - self.x.mean()) ** 2 / spread)
        half *= t.ppf(0.5 + 0.5 * self.level, self.x.size - 2)
        return middle, middle - half, middle + half

    def concentration(self, signal: float, repeats: int = 1) -> Estimate:
        """Concentration that belongs to a signal, with Fieller's interval.

        Parameters
        ----------
        signal : mean of the repeats [signal]
        repeats : measurements it is the mean of

        Returns
        -------
        Estimate [concentration]; limits infinite when the slope may be 0

        Raises
        ------
        InputError : the slope is 0 or fewer than one repeat
        """
        from scipy.stats import t

        if self.slope.value == 0 or repeats < 1:
            raise InputError("a line without slope tells no concentration")
        quantile = float(t.ppf(0.5 + 0.5 * self.level, self.x.size - 2))
        mean_x, mean_y = float(self.x.mean()), float(self.y.mean())
        spread = float(np.sum((self.x - mean_x) ** 2))
        slope, value = self.slope.value, (signal - self.intercept.value) / self.slope.value
        g = (quantile * self.residual_sd / slope) ** 2 / spread
        if g >= 1.0:
            return Estimate(value, -math.inf, math.inf)
        offset = (signal - mean_y) / slope
        root = math.sqrt((1.0 - g) * (1.0 / repeats + 1.0 / self.x.size) + offset**2 / spread)
        half = quantile * self.residual_sd / abs(slope) * root
        return Estimate(value, mean_x + (offset - half) / (1.0 - g), mean_x + (offset + half) / (1.0 - g))


def calibration_line(
    x: ArrayLike, y: ArrayLike, *, level: float = 0.95, slope_unit: str = "1", signal_unit: str = "1"
) -> CalibrationLine:
    """Least-squares line through measured signals.

    Parameters
    ----------
    x : concentrations (k,)
    y : signals (k,)
    level : of the intervals [1]
    slope_unit, signal_unit : pint names

    Returns
    -------
    CalibrationLine

    Raises
    ------
    InputError : fewer than three points, points that are not finite, or one concentration only
    """
    from scipy.stats import t

    at, signal = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if at.shape != signal.shape or at.ndim != 1 or at.size < 3:
        raise InputError(f"a line through {at.size} points", hint="give three concentrations or more")
    if not (np.all(np.isfinite(at)) and np.all(np.isfinite(signal))):
        raise InputError("a concentration or a signal is not a finite number")
    if not 0 < level < 1:
        raise InputError(f"a level of {level:g}", where="level", hint="write 0.95")
    spread = float(np.sum((at - at.mean()) ** 2))
    if spread == 0:
        raise InputError("all concentrations are the same", hint="a line needs at least two")
    slope = float(np.sum((at - at.mean()) * (signal - signal.mean()))) / spread
    intercept = float(signal.mean()) - slope * float(at.mean())
    residual = signal - intercept - slope * at
    freedom = at.size - 2
    deviation = math.sqrt(float(residual @ residual) / freedom)
    quantile = float(t.ppf(0.5 + 0.5 * level, freedom))
    slope_half = quantile * deviation / math.sqrt(spread)
    intercept_half = quantile * deviation * math.sqrt(1.0 / at.size + float(at.mean()) ** 2 / spread)
    total = float(np.sum((signal - signal.mean()) ** 2))
    sure = abs(slope) > slope_half
    warnings = []
    if not sure:
        warnings.append("the slope may be 0: no detection limit; measure more or higher concentrations")
    curved = _curvature(at, signal)
    if curved is not None and curved < 0.05:
        warnings.append(
            f"the points bend (p = {curved:.2g} of a quadratic term): leave out the ends, or use less range"
        )
    return CalibrationLine(
        Estimate(slope, slope - slope_half, slope + slope_half, slope_unit),
        Estimate(intercept, intercept - intercept_half, intercept + intercept_half, signal_unit),
        deviation,
        1.0 - float(residual @ residual) / total if total > 0 else math.nan,
        3.3 * deviation / abs(slope) if sure else math.inf,
        10.0 * deviation / abs(slope) if sure else math.inf,
        at,
        signal,
        level,
        tuple(warnings),
    )


@dataclass(frozen=True, slots=True)
class SlopeComparison:
    """Whether lines share a slope.

    Parameters
    ----------
    ratio : of each slope to the first, by the delta method, with interval [1]
    f, p : of one common slope against one each
    degrees_of_freedom : of the numerator and the denominator
    """

    ratio: tuple[Estimate, ...]
    f: float
    p: float
    degrees_of_freedom: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        """Values of the JSON output."""
        return {
            "ratio": [one.to_dict() for one in self.ratio],
            "f": self.f,
            "p": self.p,
            "degrees_of_freedom": list(self.degrees_of_freedom),
        }


def compare_slopes(lines: Sequence[CalibrationLine]) -> SlopeComparison:
    """Test by analysis of covariance whether signals are comparable between lines, say between shells.

    F = [(S_common - S_each) / (g - 1)] / [S_each / (n - 2 g)]

    Parameters
    ----------
    lines : two or more

    Returns
    -------
    SlopeComparison

    Raises
    ------
    InputError : fewer than two lines
    """
    from scipy.stats import f as f_distribution
    from scipy.stats import norm

    if len(lines) < 2:
        raise InputError("one line has nothing to be compared with", hint="give two lines or more")
    each = sum(one.residual_sd**2 * (one.x.size - 2) for one in lines)
    spreads = [float(np.sum((one.x - one.x.mean()) ** 2)) for one in lines]
    products = [spread * one.slope.value for spread, one in zip(spreads, lines, strict=True)]
    common = sum(products) / sum(spreads)
    more = sum(spread * (one.slope.value - common) ** 2 for spread, one in zip(spreads, lines, strict=True))
    between, within = len(lines) - 1, sum(one.x.size for one in lines) - 2 * len(lines)
    f = (more / between) / (each / within) if each > 0 else math.inf
    first, half = lines[0], float(norm.ppf(0.5 + 0.5 * lines[0].level))
    ratios = []
    for one, spread in zip(lines, spreads, strict=True):
        ratio = one.slope.value / first.slope.value
        relative = math.hypot(
            one.residual_sd / math.sqrt(spread) / one.slope.value,
            0.0 if one is first else first.residual_sd / math.sqrt(spreads[0]) / first.slope.value,
        )
        width = 0.0 if one is first else half * abs(ratio) * relative
        ratios.append(Estimate(ratio, ratio - width, ratio + width))
    return SlopeComparison(tuple(ratios), f, float(f_distribution.sf(f, between, within)), (between, within))


def _curvature(x: Array, y: Array) -> float | None:
    """p of a quadratic term; None when there are too few points."""
    from scipy.stats import t

    if x.size < 4 or len(np.unique(x)) < 3:
        return None
    centred = (x - x.mean()) / (np.ptp(x) or 1.0)
    design = np.column_stack([np.ones_like(centred), centred, centred**2])
    solution, residual, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    freedom = x.size - 3
    if rank < 3 or not residual.size or float(residual[0]) <= 1e-24 * float(np.sum((y - y.mean()) ** 2)):
        return None
    error = math.sqrt(float(residual[0]) / freedom * float(np.linalg.inv(design.T @ design)[2, 2]))
    return float(2.0 * t.sf(abs(float(solution[2])) / error, freedom))
