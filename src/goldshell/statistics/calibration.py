"""A straight calibration line: slope, intercept, detection limit, concentration from a signal, and lines compared.

    y = a + b x + e,   detection limit x_D = 3.3 s / b,   quantification 10 s / b,   s = residual standard deviation

The interval of a concentration read off the line is Fieller's, which is exact for normal errors and may be open.
Lines are compared by analysis of covariance: F of a common slope against one slope each, over pooled residuals. A large
p of that test does not show that slopes are equal; two one-sided tests (TOST) do, within a margin m that is stated:

    equivalent if b_i > (1 - m) b_j  and  b_i < b_j / (1 - m)  are both shown at the level 1 - level

Both are t tests of a linear contrast of two slopes over the pooled residuals, exact for normal errors of one variance;
the limits 1 - m and 1 / (1 - m) do not depend on which line is named first.

References
----------
ICH Q2(R2), Validation of analytical procedures (2023), section 3.2.3 (3.3 s / b and 10 s / b)
Fieller, J. R. Stat. Soc. B 16 (1954) 175-185, doi:10.1111/j.2517-6161.1954.tb00159.x
Draper & Smith, Applied Regression Analysis, 3rd ed., Wiley (1998), doi:10.1002/9781118625590
Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657-680, doi:10.1007/BF01068419 (two one-sided tests)
Berger & Hsu, Stat. Sci. 11 (1996) 283-319, doi:10.1214/ss/1032280304 (several at once need no correction)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import InputError, located
from goldshell.files import read_table
from goldshell.numerics.estimate import Estimate

Array = NDArray[np.float64]

MARGIN = 0.2  # slopes that differ by less count as equal: limits 0.8 and 1.25


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


def read_lines(
    path: Path,
    *,
    concentration: str = "concentration",
    value: str = "value",
    by: str | None = None,
    by_needed: bool = True,
    level: float = 0.95,
    line: Callable[..., CalibrationLine] = calibration_line,
) -> dict[str, CalibrationLine]:
    """Lines of a table, one for each kind that a column names.

    Parameters
    ----------
    path : CSV or TSV
    concentration, value, by : names of its columns
    by_needed : whether a table without the column ``by`` is refused
    level : of the intervals [1]
    line : fits ``(concentration, value, level=)``

    Returns
    -------
    dict, kind -> line; one called "all" without ``by``

    Raises
    ------
    InputError : a table that cannot be read or fitted; names the file
    """
    needed = (concentration, value, *((by,) if by and by_needed else ()))
    table = read_table(path, needed, numeric=(concentration, value))
    parts = [("all", table)]
    if by is not None and by in table.columns:
        parts = [(str(key), part) for key, part in table.groupby(by, sort=False)]
    lines = {}
    for name, part in parts:
        with located(f"{path}, {by} {name}" if len(parts) > 1 else path):
            lines[name] = line(part[concentration].to_numpy(), part[value].to_numpy(), level=level)
    return lines


@dataclass(frozen=True, slots=True)
class SlopeComparison:
    """Whether lines share a slope.

    Parameters
    ----------
    ratio : of each slope to the first, by the delta method, with interval [1]
    f, p : of one common slope against one each
    degrees_of_freedom : of the numerator and the denominator
    margin : m, the difference that does not matter [1]
    equivalence_p : (g, g), p of the two one-sided tests of lines i and j, the larger of the two [1]
    level : 1 less the level of the tests [1]
    """

    ratio: tuple[Estimate, ...]
    f: float
    p: float
    degrees_of_freedom: tuple[int, int]
    margin: float
    equivalence_p: Array
    level: float = 0.95

    @property
    def largest_p(self) -> float:
        """The p of all lines being equivalent: the largest of the pairs' [1]."""
        return float(self.equivalence_p.max())

    @property
    def equivalent(self) -> bool:
        """Every pair of slopes is shown to agree within the margin."""
        return self.largest_p < 1.0 - self.level

    @property
    def different(self) -> bool:
        """One slope for all is refuted."""
        return self.p < 1.0 - self.level

    @property
    def statement(self) -> str:
        """What the data say, in one sentence."""
        within = f"within {100 * self.margin:g} % (ratio {1 - self.margin:.3g} to {1 / (1 - self.margin):.3g})"
        found = f"F test of equal slopes p = {self.p:.2g}, equivalence p = {self.largest_p:.2g}"
        if self.equivalent:
            more = ", although they differ by a smaller amount" if self.different else ""
            return f"slopes are shown to agree {within}{more} ({found})"
        if self.different:
            return f"slopes differ, and are not shown to agree {within} ({found})"
        return f"undecided: slopes are shown neither to differ nor to agree {within} ({found}); measure more points"

    def to_dict(self) -> dict[str, Any]:
        """Values of the JSON output."""
        return {
            "ratio": [one.to_dict() for one in self.ratio],
            "f": self.f,
            "p": self.p,
            "degrees_of_freedom": list(self.degrees_of_freedom),
            "equivalence": {
                "margin": self.margin,
                "limits": [1.0 - self.margin, 1.0 / (1.0 - self.margin)],
                "p": self.equivalence_p,
                "largest_p": self.largest_p,
                "equivalent": self.equivalent,
            },
            "different": self.different,
            "statement": self.statement,
        }


def compare_slopes(lines: Sequence[CalibrationLine], *, margin: float = MARGIN) -> SlopeComparison:
    """Test whether signals are comparable between lines, say between shells: are slopes different, are they equivalent?

    F = [(S_common - S_each) / (g - 1)] / [S_each / (n - 2 g)]

    Parameters
    ----------
    lines : two or more
    margin : m, the difference of slopes that does not matter [1]

    Returns
    -------
    SlopeComparison

    Raises
    ------
    InputError : fewer than two lines, or a margin that is not between 0 and 1
    """
    from scipy.stats import f as f_distribution
    from scipy.stats import norm

    if len(lines) < 2:
        raise InputError("one line has nothing to be compared with", hint="give two lines or more")
    if not 0 < margin < 1:
        raise InputError(f"a margin of {margin:g}", where="margin", hint="write a share such as 0.2 for 20 %")
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
    variances = np.array([each / within / spread for spread in spreads])
    slopes = np.array([one.slope.value for one in lines])
    return SlopeComparison(
        tuple(ratios), f, float(f_distribution.sf(f, between, within)), (between, within), margin,
        _equivalence(slopes, variances, within, margin), lines[0].level,
    )  # fmt: skip


def _equivalence(slopes: Array, variances: Array, freedom: int, margin: float) -> Array:
    """p of two one-sided tests of every pair, the larger of the two, (g, g); 0 on the diagonal."""
    from scipy.stats import t

    found = np.zeros((slopes.size, slopes.size))
    lower = 1.0 - margin
    for i in range(slopes.size):
        for j in range(slopes.size):
            if i == j:
                continue
            # b_i - L b_j > 0, and the same of j and i; both slopes are taken in the direction that the pair shares
            sign = math.copysign(1.0, slopes[i] + slopes[j])
            contrast = sign * (slopes[i] - lower * slopes[j])
            error = math.sqrt(variances[i] + lower**2 * variances[j])
            one_sided = float(t.sf(contrast / error, freedom)) if error > 0 else float(contrast <= 0)
            found[i, j] = max(found[i, j], one_sided)
            found[j, i] = max(found[j, i], one_sided)
    return found


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
