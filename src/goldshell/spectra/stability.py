"""Stability of clusters from spectra in time: peak position, width, absorbance, isosbestic points, and a verdict.

Each spectrum: the band is fitted in its window as a Gaussian on a quadratic background (position, width); the
absorbance is read at its top as measured, background included. Each quantity: its change from the first spectrum by a
straight line in time (weighted, scatter included), or, where no straight line describes it, by the largest single
difference with Bonferroni's correction. Verdict, by equivalence testing:

    unchanged     the whole interval lies within the tolerance
    changed       the whole interval lies outside
    undetermined  the interval crosses the tolerance, or the spectra end before the time asked about

"No significant change" is not "unchanged": spectra too noisy to show a change give undetermined.

References
----------
Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657-680, doi:10.1007/BF01068419 (equivalence testing)
Zhang et al., Nat. Commun. (2026), doi:10.1038/s41467-026-68345-z (pH 4, 7, 9 and 100 mM NaCl within 24 h)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import AnalysisError, InputError
from goldshell.numerics import Estimate
from goldshell.spectra.isosbestic import Isosbestic, isosbestic
from goldshell.spectra.uvvis_io import SpectraInTime

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Verdict = Literal["unchanged", "changed", "undetermined"]

_FWHM = 2 * math.sqrt(2 * math.log(2))
_LACK_OF_FIT = 0.01


@dataclass(frozen=True, slots=True)
class Criteria:
    """What counts as unchanged.

    Parameters
    ----------
    shift : of the peak, either way [nm]
    broadening : relative change of the width, either way [1]
    loss : relative change of the absorbance at the top, either way [1]
    duration : time that the verdict is about [h]
    """

    shift: float = 2.0
    broadening: float = 0.05
    loss: float = 0.05
    duration: float = 24.0

    def to_dict(self) -> dict[str, float]:
        """Units in the names."""
        return {
            "shift_nm": self.shift,
            "broadening": self.broadening,
            "loss": self.loss,
            "duration_h": self.duration,
        }


@dataclass(frozen=True, slots=True)
class Peak:
    """The band of one spectrum, with standard errors.

    Parameters
    ----------
    time : [h]
    position, position_sd : [nm]
    width, width_sd : full width at half maximum [nm]
    absorbance, absorbance_sd : at the top, background included [1]
    """

    time: float
    position: float
    position_sd: float
    width: float
    width_sd: float
    absorbance: float
    absorbance_sd: float

    def to_dict(self) -> dict[str, float]:
        """Units in the names."""
        return {
            "time_h": self.time,
            "position_nm": self.position,
            "position_sd_nm": self.position_sd,
            "fwhm_nm": self.width,
            "fwhm_sd_nm": self.width_sd,
            "absorbance": self.absorbance,
            "absorbance_sd": self.absorbance_sd,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """Change of one quantity over the time recorded.

    Parameters
    ----------
    quantity : "shift", "broadening" or "absorbance"
    estimate : the change with its interval [nm, or 1 for relative changes]
    tolerance : limit of "unchanged", either way
    way : "straight line" or "largest difference"
    verdict : unchanged, changed or undetermined
    """

    quantity: str
    estimate: Estimate
    tolerance: float
    way: str
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """The estimate with what it was judged by."""
        return {
            "quantity": self.quantity,
            **self.estimate.to_dict(),
            "tolerance": self.tolerance,
            "way": self.way,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True, eq=False)
class ConditionStability:
    """One sample in time.

    Parameters
    ----------
    series : the spectra
    window : of the band [nm]
    peaks : per spectrum
    changes : shift, broadening, absorbance
    isosbestic : points that all spectra share, if the change is of one species into another
    verdict : the worst of the changes
    warnings : advice
    """

    series: SpectraInTime
    window: tuple[float, float]
    peaks: tuple[Peak, ...]
    changes: tuple[Change, ...]
    isosbestic: Isosbestic
    verdict: Verdict
    warnings: tuple[str, ...]

    def change(self, quantity: str) -> Change:
        """One of the changes, by name."""
        return next(one for one in self.changes if one.quantity == quantity)

    def to_dict(self) -> dict[str, Any]:
        """Verdict, changes, peaks and isosbestic points."""
        return {
            "condition": self.series.condition,
            "source": self.series.source,
            "verdict": self.verdict,
            "window_nm": list(self.window),
            **{one.quantity: {key: item for key, item in one.to_dict().items() if key != "quantity"}
               for one in self.changes},
            "peaks": [one.to_dict() for one in self.peaks],
            "isosbestic": self.isosbestic.to_dict(),
            "warnings": list(self.warnings),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class StabilityResult:
    """All samples.

    Parameters
    ----------
    conditions : one per sample
    criteria : what counts as unchanged
    level : probability of the intervals
    verdict : the worst of the samples
    """

    conditions: tuple[ConditionStability, ...]
    criteria: Criteria
    level: float
    verdict: Verdict
    warnings: tuple[str, ...] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """Verdict, criteria, conditions."""
        return {
            "verdict": self.verdict,
            "criteria": self.criteria.to_dict(),
            "level": self.level,
            "conditions": [one.to_dict() for one in self.conditions],
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per condition and quantity."""
        import pandas as pd

        return pd.DataFrame(
            [{"condition": one.series.condition, **change.to_dict()} for one in self.conditions
             for change in one.changes]
        )  # fmt: skip


def stability(
    series: Sequence[SpectraInTime],
    *,
    peak: float | None = None,
    half_window: float = 80.0,
    criteria: Criteria = Criteria(),
    level: float = 0.95,
) -> StabilityResult:
    """Judge whether the spectra of each sample stay as they are.

    Parameters
    ----------
    series : spectra against time, one per condition, of `goldshell.spectra.read_spectra`
    peak : where the band is [nm]; None: the band nearest to 690 nm, the HOMO-LUMO band of Au25
    half_window : of the fit on either side of the band [nm]
    criteria : tolerances and duration
    level : probability of the intervals

    Returns
    -------
    StabilityResult

    Raises
    ------
    InputError : no spectra, a single spectrum, or a window outside the spectra
    AnalysisError : no band in the window
    """
    if not series:
        raise InputError("no spectra", hint="name one file per condition")
    for name, number in {**criteria.to_dict(), "half_window": half_window}.items():
        if not (math.isfinite(number) and number > 0):
            raise InputError(f"{name} is {number:g}", hint="it must be above 0")
    if not 0 < level < 1:
        raise InputError(f"level {level:g} is not between 0 and 1", hint="0.95 gives 95 % intervals")
    judged = tuple(_judge(one, peak, half_window, criteria, level) for one in series)
    return StabilityResult(
        judged,
        criteria,
        level,
        _worst([one.verdict for one in judged]),
        tuple(f"{one.series.condition}: {text}" for one in judged for text in one.warnings),
    )


def fit_peak(wavelength: Array, absorbance: Array, *, centre: float, half_window: float, time: float = 0.0) -> Peak:
    """Position, width and absorbance of a band: a Gaussian on a quadratic background, by least squares.

    Parameters
    ----------
    wavelength : ascending, shape (points,) [nm]
    absorbance : shape (points,) [1]
    centre : where to look [nm]
    half_window : on either side [nm]
    time : of the spectrum [h]

    Returns
    -------
    Peak, errors widened where residuals follow each other

    Raises
    ------
    AnalysisError : no band there
    """
    from scipy.optimize import least_squares

    inside = np.abs(wavelength - centre) <= half_window
    x, y = wavelength[inside], absorbance[inside]
    if x.size < 8:
        raise AnalysisError(
            f"{x.size} points within {half_window:g} nm of {centre:g} nm", hint="another --peak or a wider window"
        )
    u = (x - centre) / half_window
    background = np.column_stack([np.ones_like(u), u, u**2])

    def design(values: Array) -> Array:
        return np.column_stack([np.exp(-0.5 * ((x - values[0]) / values[1]) ** 2), background])

    def residual(values: Array) -> Array:
        columns = design(values)
        return np.asarray(columns @ np.linalg.lstsq(columns, y, rcond=None)[0] - y)

    step = float(np.median(np.diff(x)))
    low, high = (centre - half_window, step), (centre + half_window, 2 * half_window)
    found = min(
        (least_squares(residual, [centre, width * half_window], bounds=(low, high), x_scale=[5.0, 5.0])
         for width in (0.25, 0.5)),
        key=lambda one: float(one.cost),
    )  # fmt: skip
    columns = design(found.x)
    linear = np.linalg.lstsq(columns, y, rcond=None)[0]
    rest = columns @ linear - y
    freedom = x.size - 6
    variance = float(rest @ rest) / freedom
    if linear[0] <= 0 or linear[0] < 3 * math.sqrt(variance) or found.active_mask.any():
        raise AnalysisError(
            f"no band within {half_window:g} nm of {centre:g} nm",
            hint="say where it is with --peak, or widen the window",
        )
    gaussian = columns[:, 0]
    shift = (x - found.x[0]) / found.x[1]
    jacobian = np.column_stack(
        [linear[0] * gaussian * shift / found.x[1], linear[0] * gaussian * shift**2 / found.x[1], columns]
    )
    covariance = variance * np.linalg.pinv(jacobian.T @ jacobian)
    rho = float(rest[1:] @ rest[:-1]) / max(float(rest @ rest), 1e-300)
    widening = math.sqrt((1 + min(rho, 0.95)) / (1 - min(rho, 0.95))) if rho > 2 / math.sqrt(x.size) else 1.0
    errors = widening * np.sqrt(np.diag(covariance))
    top, top_sd = _at_top(x, y, float(found.x[0]), 0.4 * float(found.x[1]))
    return Peak(
        time, float(found.x[0]), float(errors[0]), _FWHM * float(found.x[1]), _FWHM * float(errors[1]), top, top_sd
    )


def _at_top(x: Array, y: Array, position: float, half: float) -> tuple[float, float]:
    """Absorbance at the top from a parabola through its neighbourhood, and its standard error."""
    near = np.argsort(np.abs(x - position))[: max(7, int(np.count_nonzero(np.abs(x - position) <= half)))]
    u = (x[near] - position) / np.abs(x[near] - position).max()
    design = np.column_stack([np.ones_like(u), u, u**2])
    values = np.linalg.lstsq(design, y[near], rcond=None)[0]
    variance = float(np.sum((design @ values - y[near]) ** 2)) / (near.size - 3)
    return float(values[0]), math.sqrt(max(variance, 1e-14) * float(np.linalg.inv(design.T @ design)[0, 0]))


def _judge(
    series: SpectraInTime, peak: float | None, half_window: float, criteria: Criteria, level: float
) -> ConditionStability:
    if series.time.size < 2:
        raise InputError(
            "one spectrum only: stability needs two times",
            where=series.source,
            hint="give all spectra of a sample the same line '# condition: pH 4' and their '# time_h:'",
        )
    if not np.all(np.isfinite(series.time)):
        raise InputError("spectra without times", where=series.source, hint="name the columns '0 h', '24 h'")
    centre = _find_band(series, half_window) if peak is None else peak
    if not series.wavelength[0] < centre < series.wavelength[-1]:
        raise InputError(
            f"the band at {centre:g} nm is outside the spectra ({series.wavelength[0]:g} to "
            f"{series.wavelength[-1]:g} nm)",
            where=series.source,
        )
    warnings = list(series.warnings)
    try:
        first = fit_peak(series.wavelength, series.absorbance[0], centre=centre, half_window=half_window)
    except AnalysisError as problem:
        problem.where = problem.where or series.source
        raise
    half = min(half_window, 1.5 * first.width) if peak is None else half_window
    peaks = []
    for time, row in zip(series.time, series.absorbance, strict=True):
        try:
            peaks.append(fit_peak(series.wavelength, row, centre=first.position, half_window=half, time=float(time)))
        except AnalysisError:
            warnings.append(f"no band left at {time:g} h")
    if len(peaks) < 2:
        gone = Estimate(-1.0, -1.0, -1.0)
        lost = Change("absorbance", gone, criteria.loss, "band gone", "changed")
        return ConditionStability(
            series, (centre - half, centre + half), tuple(peaks), (lost,), isosbestic(series, level), "changed",
            tuple(warnings),
        )  # fmt: skip
    reaches = float(series.time[-1]) >= criteria.duration * (1 - 1e-6)
    if not reaches:
        warnings.append(
            f"the spectra end at {series.time[-1]:g} h, before the {criteria.duration:g} h asked about: nothing can be "
            "called unchanged"
        )
    changes = tuple(_changes(peaks, criteria, level, reaches))
    if len(peaks) < series.time.size:
        changes = tuple(
            Change(one.quantity, one.estimate, one.tolerance, one.way,
                   "changed" if one.quantity == "absorbance" else one.verdict)
            for one in changes
        )  # fmt: skip
    if np.max(series.absorbance) > 3:
        warnings.append("absorbance above 3: stray light flattens bands, dilute")
    return ConditionStability(
        series=series,
        window=(first.position - half, first.position + half),
        peaks=tuple(peaks),
        changes=changes,
        isosbestic=isosbestic(series, level),
        verdict=_worst([one.verdict for one in changes]),
        warnings=tuple(warnings),
    )


def _find_band(series: SpectraInTime, half_window: float) -> float:
    """The local maximum of the first spectrum, less a straight background, that is nearest to 690 nm."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    step = float(np.median(np.diff(series.wavelength)))
    smooth = gaussian_filter1d(series.absorbance[0], max(5.0 / step, 1.0))
    curvature = -np.gradient(np.gradient(smooth, series.wavelength), series.wavelength)
    curvature = gaussian_filter1d(curvature, max(5.0 / step, 1.0))
    places = find_peaks(curvature, height=0.15 * float(curvature.max()))[0]
    inner = [
        float(series.wavelength[i])
        for i in places
        if series.wavelength[0] + 20 < series.wavelength[i] < series.wavelength[-1] - 20
    ]
    if not inner:
        raise AnalysisError("no band found", where=series.source, hint="say where it is with --peak")
    return min(inner, key=lambda place: abs(place - 690.0))


def _changes(peaks: Sequence[Peak], criteria: Criteria, level: float, reaches: bool) -> list[Change]:
    time = np.array([one.time for one in peaks])
    found = []
    for quantity, values, errors, tolerance, unit in (
        ("shift", [p.position for p in peaks], [p.position_sd for p in peaks], criteria.shift, "nm"),
        ("broadening", [p.width for p in peaks], [p.width_sd for p in peaks], criteria.broadening, "1"),
        ("absorbance", [p.absorbance for p in peaks], [p.absorbance_sd for p in peaks], criteria.loss, "1"),
    ):
        centre, low, high, way = _change(time, np.array(values), np.array(errors), level)
        scale = 1.0 if quantity == "shift" else 1.0 / values[0]
        estimate = Estimate(scale * centre, scale * low, scale * high, unit)
        if estimate.low > tolerance or estimate.high < -tolerance:
            verdict: Verdict = "changed"
        elif reaches and -tolerance <= estimate.low and estimate.high <= tolerance:
            verdict = "unchanged"
        else:
            verdict = "undetermined"
        found.append(Change(quantity, estimate, tolerance, way, verdict))
    return found


def _change(time: Array, values: Array, errors: Array, level: float) -> tuple[float, float, float, str]:
    """Change over the recorded time and its interval: a weighted line, or the largest difference from the first."""
    from scipy import stats

    count = time.size
    if count > 2:
        design = np.column_stack([np.ones(count), time]) / errors[:, None]
        scaled = values / errors
        solution = np.linalg.lstsq(design, scaled, rcond=None)[0]
        chi = float(np.sum((design @ solution - scaled) ** 2))
        freedom = count - 2
        if stats.chi2.sf(chi, freedom) > _LACK_OF_FIT:
            error = math.sqrt(np.linalg.inv(design.T @ design)[1, 1])
            half = float(stats.norm.ppf(0.5 + level / 2)) * error
            if chi > freedom:
                half = float(stats.t.ppf(0.5 + level / 2, freedom)) * error * math.sqrt(chi / freedom)
            span = float(time[-1] - time[0])
            slope = float(solution[1])
            return slope * span, (slope - half) * span, (slope + half) * span, "straight line"
    differences = values[1:] - values[0]
    deviations = np.hypot(errors[1:], errors[0])
    worst = int(np.argmax(np.abs(differences)))
    half = float(stats.norm.ppf(1 - (1 - level) / 2 / (count - 1)) * deviations[worst])
    centre = float(differences[worst])
    return centre, centre - half, centre + half, "largest difference"


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    for verdict in ("changed", "undetermined"):
        if verdict in verdicts:
            return verdict  # type: ignore[return-value]
    return "unchanged"
