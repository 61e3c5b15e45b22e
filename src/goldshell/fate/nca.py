"""Non-compartmental analysis of one subject's concentration curve, by the rules of WinNonlin.

Areas by the linear rule, or linear while the concentration rises and logarithmic while it falls. The terminal slope is
the regression of ln(concentration) on time over the last points (at least three) with the best adjusted r²; where
several are within 1e-4 of the best, the one with most points. It starts at the maximum after a bolus and after the
maximum otherwise. C0 of a bolus is extrapolated back through the first two points, if they fall.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import AnalysisError, InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

HIGHEST = 1e100  # of a time or concentration; the moments of larger ones overflow
ROUTES = ("bolus", "infusion", "extravascular")
METHODS = ("linear", "linear-up-log-down")
MINIMUM_POINTS = 3
TIE = 1e-4  # WinNonlin: adjusted r² this close to the best counts as equal, and more points win
_GOOD_R2 = 0.9
_GOOD_EXTRAPOLATION = 20.0  # % of the area, the customary limit of bioequivalence studies
_NAN = math.nan


@dataclass(frozen=True, slots=True)
class NcaSubject:
    """Result for one subject; NaN where the route has no such quantity or the curve does not give it.

    Units follow from the input: time t, concentration c, dose d; areas c t, moments c t², clearance d/(c t), volume
    d/c. After extravascular dosing clearance and volumes are apparent, divided by the bioavailability.

    Parameters
    ----------
    id : subject
    c0 : concentration at time 0 after a bolus [c]
    cmax, tmax : first largest concentration and its time [c, t]
    cmax_dose : cmax over dose [c/d]
    tlag : time of the last zero before the first concentration above it (not after a bolus) [t]
    clast, tlast : last concentration above zero and its time [c, t]
    clast_pred : that of the terminal regression at tlast [c]
    lambda_z, half_life : terminal rate constant and half-life [1/t, t]
    lambda_z_points, lambda_z_start, lambda_z_end : points of the regression, its first and last time [1, t, t]
    r2, r2_adjusted, correlation : of the terminal regression [1]
    auc_last, auc_all : area to tlast, and to the last time with zeros included [c t]
    auc_inf_obs, auc_inf_pred : area to infinity from clast, and from clast_pred [c t]
    auc_inf_obs_dose, auc_inf_pred_dose : over dose [c t/d]
    auc_extrapolated_obs, auc_extrapolated_pred : share of the area beyond tlast [%]
    auc_back_obs, auc_back_pred : share of the area before the first sample of a bolus [%]
    aumc_last, aumc_inf_obs, aumc_inf_pred : first moments [c t²]
    aumc_extrapolated_obs, aumc_extrapolated_pred : share of the moment beyond tlast [%]
    cl, cl_pred : clearance, dose / area [d/(c t)]
    vz, vz_pred : terminal volume, cl / lambda_z [d/c]
    mrt_last, mrt, mrt_pred : mean residence time, less half the duration of an infusion [t]
    vss, vss_pred : volume at steady state, mrt cl (not extravascular) [d/c]
    warnings : advice to the user
    """

    id: str
    c0: float = _NAN
    cmax: float = _NAN
    tmax: float = _NAN
    cmax_dose: float = _NAN
    tlag: float = _NAN
    clast: float = _NAN
    tlast: float = _NAN
    clast_pred: float = _NAN
    lambda_z: float = _NAN
    half_life: float = _NAN
    lambda_z_points: int = 0
    lambda_z_start: float = _NAN
    lambda_z_end: float = _NAN
    r2: float = _NAN
    r2_adjusted: float = _NAN
    correlation: float = _NAN
    auc_last: float = _NAN
    auc_all: float = _NAN
    auc_inf_obs: float = _NAN
    auc_inf_pred: float = _NAN
    auc_inf_obs_dose: float = _NAN
    auc_inf_pred_dose: float = _NAN
    auc_extrapolated_obs: float = _NAN
    auc_extrapolated_pred: float = _NAN
    auc_back_obs: float = _NAN
    auc_back_pred: float = _NAN
    aumc_last: float = _NAN
    aumc_inf_obs: float = _NAN
    aumc_inf_pred: float = _NAN
    aumc_extrapolated_obs: float = _NAN
    aumc_extrapolated_pred: float = _NAN
    cl: float = _NAN
    cl_pred: float = _NAN
    vz: float = _NAN
    vz_pred: float = _NAN
    mrt_last: float = _NAN
    mrt: float = _NAN
    mrt_pred: float = _NAN
    vss: float = _NAN
    vss_pred: float = _NAN
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What was found; absent quantities are left out."""
        found = dataclasses.asdict(self)
        return {
            key: list(item) if isinstance(item, tuple) else item
            for key, item in found.items()
            if not (isinstance(item, float) and math.isnan(item))
        }


@dataclass(frozen=True, slots=True)
class NcaResult:
    """Results of all subjects.

    Parameters
    ----------
    subjects : in the order of the data
    route, method : as given
    dose, duration : as given [d, t]
    warnings : advice to the user, with the subject's name
    """

    subjects: tuple[NcaSubject, ...]
    route: str
    method: str
    dose: float
    duration: float = 0.0
    warnings: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output (CONTRACT: fate nca)."""
        return {
            "subjects": [subject.to_dict() for subject in self.subjects],
            "route": self.route,
            "method": self.method,
            "dose": self.dose,
            "duration": self.duration,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per subject."""
        import pandas as pd

        return pd.DataFrame([dataclasses.asdict(subject) for subject in self.subjects]).drop(columns="warnings")


def nca(
    identifiers: Sequence[Hashable] | NDArray[Any],
    times: ArrayLike,
    concentrations: ArrayLike,
    *,
    dose: float,
    route: str,
    duration: float = 0.0,
    method: str = "linear-up-log-down",
) -> NcaResult:
    """Non-compartmental analysis of every subject of a table.

    Parameters
    ----------
    identifiers : subject of each row, (m,)
    times : time after the (start of the) dose, (m,) [t]
    concentrations : (m,) [c]
    dose : dose of each subject [d]
    route : bolus, infusion or extravascular
    duration : duration of the infusion [t]
    method : linear or linear-up-log-down

    Returns
    -------
    NcaResult

    Raises
    ------
    UnknownNameError : route or method
    InputError : bad numbers, two rows of a subject with one time, lengths that differ
    AnalysisError : no subject has a concentration above zero
    """
    names = np.array([str(item) for item in identifiers])
    time, concentration = np.asarray(times, dtype=float), np.asarray(concentrations, dtype=float)
    if not names.shape == time.shape == concentration.shape or names.size == 0:
        raise InputError(f"{names.size} subjects, {time.size} times and {concentration.size} concentrations")
    subjects = tuple(
        nca_subject(
            time[names == name], concentration[names == name], dose=dose, route=route, duration=duration,
            method=method, name=name,
        )
        for name in dict.fromkeys(names.tolist())
    )  # fmt: skip
    if all(math.isnan(subject.clast) for subject in subjects):
        raise AnalysisError("no concentration is above zero", hint="is the right column named?")
    warnings = tuple(f"{subject.id}: {text}" for subject in subjects for text in subject.warnings)
    return NcaResult(subjects, route, method, dose, duration, warnings)


def nca_subject(
    times: ArrayLike,
    concentrations: ArrayLike,
    *,
    dose: float,
    route: str,
    duration: float = 0.0,
    method: str = "linear-up-log-down",
    name: str = "1",
) -> NcaSubject:
    """Non-compartmental analysis of one curve.

    AUC = sum of trapezoids + C_last / lambda_z,  CL = dose / AUC,  MRT = AUMC / AUC,  V_ss = MRT CL

    Parameters
    ----------
    times : time after the (start of the) dose, (k,) [t]
    concentrations : (k,) [c]
    dose : [d]
    route : bolus, infusion or extravascular
    duration : duration of the infusion [t]
    method : linear or linear-up-log-down
    name : subject, for messages

    Returns
    -------
    NcaSubject

    Raises
    ------
    UnknownNameError : route or method
    InputError : a number is negative or not finite, a time occurs twice, an infusion lasts no time

    References
    ----------
    Gibaldi & Perrier, Pharmacokinetics, 2nd ed., Marcel Dekker, New York (1982), chapter 11 and appendix D
    """
    time, concentration = _checked(times, concentrations, dose, route, duration, method, name)
    highest = int(np.argmax(concentration))
    warnings: list[str] = []
    found: dict[str, Any] = {
        "id": name,
        "cmax": float(concentration[highest]),
        "tmax": float(time[highest]),
        "cmax_dose": float(concentration[highest]) / dose,
    }
    if concentration[highest] == 0.0:
        return NcaSubject(**found, auc_all=0.0, warnings=("no concentration above zero",))

    last = int(np.flatnonzero(concentration > 0)[-1])
    full_time, full = time, concentration
    if route == "bolus":
        found["c0"] = back_extrapolated(time, concentration)
        if concentration[0] > 0 and found["c0"] == concentration[0] and time[0] > 0:
            warnings.append("the first two concentrations do not fall: C0 is the first one, not extrapolated")
        if time[0] > 0:
            full_time, full = np.insert(time, 0, 0.0), np.insert(concentration, 0, found["c0"])
    else:
        if time[0] > 0:
            full_time, full = np.insert(time, 0, 0.0), np.insert(concentration, 0, 0.0)
        zeros = np.flatnonzero(concentration[:last] == 0.0)
        found["tlag"] = float(time[zeros[-1]]) if zeros.size and concentration[0] == 0.0 else 0.0
    added = len(full) - len(concentration)
    areas, moments = trapezoids(full_time, full, method)
    area, moment = float(np.sum(areas[: last + added])), float(np.sum(moments[: last + added]))
    c_last, t_last = float(concentration[last]), float(time[last])
    found |= {
        "clast": c_last, "tlast": t_last, "auc_last": area, "auc_all": float(np.sum(areas)), "aumc_last": moment,
    }  # fmt: skip
    shift = duration / 2.0 if route == "infusion" else 0.0
    if area > 0:
        found["mrt_last"] = moment / area - shift

    positive = concentration > 0
    slope = terminal_slope(time[positive], concentration[positive], route, duration)
    if slope is None:
        warnings.append("no terminal slope: fewer than three falling points after the maximum; areas end at tlast")
        return NcaSubject(**found, warnings=tuple(warnings))
    found |= slope
    rate = found["lambda_z"]
    for suffix, end in (("obs", c_last), ("pred", found["clast_pred"])):
        total = area + end / rate
        total_moment = moment + end * t_last / rate + end / rate**2
        clearance, residence = dose / total, total_moment / total - shift
        key = "" if suffix == "obs" else "_pred"
        found |= {
            f"auc_inf_{suffix}": total,
            f"auc_inf_{suffix}_dose": total / dose,
            f"auc_extrapolated_{suffix}": 100.0 * (1.0 - area / total),
            f"aumc_inf_{suffix}": total_moment,
            f"aumc_extrapolated_{suffix}": 100.0 * (1.0 - moment / total_moment),
            f"cl{key}": clearance,
            f"vz{key}": clearance / rate,
            f"mrt{key}": residence,
        }
        if route == "bolus":
            found[f"auc_back_{suffix}"] = 100.0 * float(areas[0] if added else 0.0) / total
        if route != "extravascular":
            found[f"vss{key}"] = residence * clearance
    if found["r2_adjusted"] < _GOOD_R2:
        warnings.append(f"adjusted r² of the terminal slope is {found['r2_adjusted']:.2f}: not one exponential")
    if found["auc_extrapolated_obs"] > _GOOD_EXTRAPOLATION:
        warnings.append(f"{found['auc_extrapolated_obs']:.0f} % of the area is extrapolated: sample later")
    return NcaSubject(**found, warnings=tuple(warnings))


def back_extrapolated(time: Array, concentration: Array) -> float:
    """Concentration at time 0 after a bolus, through the first two points when they fall, else the first.

    C0 = C1 (C1 / C2)^(t1 / (t2 - t1))

    Parameters
    ----------
    time, concentration : (k,) [t, c]

    Returns
    -------
    float [c]
    """
    if time[0] == 0.0:
        return float(concentration[0])
    if len(time) > 1 and concentration[0] > concentration[1] > 0:
        return float(concentration[0] * (concentration[0] / concentration[1]) ** (time[0] / (time[1] - time[0])))
    return float(concentration[np.argmax(concentration > 0)])


def trapezoids(time: Array, concentration: Array, method: str) -> tuple[Array, Array]:
    """Area and first moment of each interval.

    linear       A = (C1 + C2) dt / 2,        M = (t1 C1 + t2 C2) dt / 2
    logarithmic  A = (C1 - C2) / k,           M = t1 A + C1 (1 - (1 + k dt) exp(-k dt)) / k²,  k = ln(C1/C2) / dt

    Parameters
    ----------
    time, concentration : (k,) [t, c]
    method : linear, or linear-up-log-down (logarithmic where the concentration falls and stays above zero)

    Returns
    -------
    areas, moments : (k - 1,) [c t, c t²]
    """
    t1, t2, c1, c2 = time[:-1], time[1:], concentration[:-1], concentration[1:]
    step = t2 - t1
    areas, moments = 0.5 * (c1 + c2) * step, 0.5 * (t1 * c1 + t2 * c2) * step
    if method == "linear-up-log-down":
        falls = (c2 < c1) & (c2 > 0)
        start, end, dt = c1[falls], c2[falls], step[falls]
        fall = np.where(
            start < 2 * end, np.log1p((start - end) / np.maximum(end, start / 2)), np.log(start) - np.log(end)
        )
        # x = k dt; the closed form of the moment loses all digits as x -> 0
        small = fall < 1e-3
        x = np.where(small, 1.0, fall)
        inner = np.where(small, 1 / 2 - fall / 3 + fall**2 / 8, (1 - (1 + x) * np.exp(-x)) / x**2)
        areas[falls] = (start - end) / fall * dt
        moments[falls] = t1[falls] * areas[falls] + start * dt**2 * inner
    return areas, moments


def terminal_slope(time: Array, concentration: Array, route: str, duration: float = 0.0) -> dict[str, Any] | None:
    """Terminal regression of ln(concentration) on time with the best adjusted r², more points winning ties.

    Parameters
    ----------
    time, concentration : points above zero, (k,) [t, c]
    route : a bolus may use its maximum, the others start after it
    duration : of the infusion; no point before its end is used [t]

    Returns
    -------
    dict with lambda_z, half_life, lambda_z_points, lambda_z_start, lambda_z_end, r2, r2_adjusted, correlation,
    clast_pred; None when fewer than three points fall
    """
    first = max(int(np.argmax(concentration)) + (route != "bolus"), int(np.searchsorted(time, duration)))
    fits = []
    for start in range(first, len(time) - MINIMUM_POINTS + 1):
        x, y = time[start:], np.log(concentration[start:])
        dx, dy = x - x.mean(), y - y.mean()
        sxx, sxy, syy = float(dx @ dx), float(dx @ dy), float(dy @ dy)
        if sxy >= 0.0 or syy == 0.0:
            continue
        n, r2 = len(x), sxy**2 / (sxx * syy)
        rate = -sxy / sxx
        fits.append(
            {
                "lambda_z": rate,
                "half_life": math.log(2.0) / rate,
                "lambda_z_points": n,
                "lambda_z_start": float(x[0]),
                "lambda_z_end": float(x[-1]),
                "r2": r2,
                "r2_adjusted": 1.0 - (1.0 - r2) * (n - 1) / (n - 2),
                "correlation": -math.sqrt(r2),
                "clast_pred": math.exp(float(y.mean()) - rate * float(x[-1] - x.mean())),
            }
        )
    if not fits:
        return None
    best = max(fit["r2_adjusted"] for fit in fits)
    return max((fit for fit in fits if best - fit["r2_adjusted"] < TIE), key=lambda fit: fit["lambda_z_points"])


def _checked(
    times: ArrayLike, concentrations: ArrayLike, dose: float, route: str, duration: float, method: str, name: str
) -> tuple[Array, Array]:
    """Times and concentrations in order of time."""
    for kind, given, known in (("route", route, ROUTES), ("method", method, METHODS)):
        if given not in known:
            raise UnknownNameError(kind, given, known)
    where = f"subject {name}"
    time, concentration = np.asarray(times, dtype=float), np.asarray(concentrations, dtype=float)
    if time.ndim != 1 or time.shape != concentration.shape or time.size == 0:
        raise InputError(f"{time.size} times and {concentration.size} concentrations", where=where)
    for what, values in (("time", time), ("concentration", concentration)):
        bad = np.flatnonzero(~((values >= 0) & (values <= HIGHEST)))
        if bad.size:
            hint = "below the limit of quantification: write 0, or leave the row out" if what[0] == "c" else ""
            raise InputError(f"{what} {values[bad[0]]:g} is not within 0 to {HIGHEST:g}", where=where, hint=hint)
    if not (math.isfinite(dose) and dose > 0):
        raise InputError(f"a dose of {dose:g}", where="dose", hint="write a dose above 0")
    if route == "infusion" and not (math.isfinite(duration) and duration > 0):
        raise InputError(f"an infusion of duration {duration:g}", where="duration", hint="give its duration above 0")
    if route != "infusion" and duration != 0.0:
        raise InputError(f"a duration of {duration:g} for route {route}", where="duration", hint="use route infusion")
    order = np.argsort(time, kind="stable")
    time, concentration = time[order], concentration[order]
    twice = np.flatnonzero(np.diff(time) == 0)
    if twice.size:
        raise InputError(
            f"time {time[twice[0]]:g} occurs twice",
            where=where,
            hint="for one sample per animal use the sparse analysis",
        )
    return time, concentration
