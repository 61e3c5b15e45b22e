"""Kidney curve and artery curve to a filtration rate per volume of kidney: the Patlak model.

    C_k(t) = v C_a(t) + G int_0^t C_a dt'

G is the filtration per volume of tissue [mL/min/mL], v the share of blood in it. Fitted by least squares in this linear
form from the first sample (the integral starts at t = 0), over a window that ends before outflow begins.

Meaning: the slope of a Patlak plot, without dividing noise by noise. The artery may be delayed; the delay that fits
best is searched when asked for.

Limits: no outflow from the kidney within the window (urine leaves after 1 to 2 min in mice), both curves in the same
units and equally linear in concentration; artery partial volume scales G and v alike. S quotes 0.26 mL/min/mL for
normal and 0.57 for diseased kidneys, lower for the healthy ones: the two look swapped, and `published_rates` shows it.

References
----------
Patlak et al., J. Cereb. Blood Flow Metab. 3 (1983) 1-7, doi:10.1038/jcbfm.1983.1
Jiang et al. (2019), as reported by Sang et al., Nano-Micro Lett. 16 (2024) 44, doi:10.1007/s40820-023-01266-4
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import cumulative_trapezoid
from scipy.optimize import minimize_scalar

from goldshell.errors import InputError
from goldshell.literature import show
from goldshell.numerics.estimate import Estimate

Array = NDArray[np.float64]

_RUNS = 0.3  # lag-1 correlation of residuals that means the model does not fit


@dataclass(frozen=True, slots=True)
class PatlakFit:
    """A fitted kidney.

    Parameters
    ----------
    filtration : G [mL/min/mL]
    blood_fraction : v [1]
    delay : of the artery, 0 when not searched [s]
    residual_sd : [unit of the curves]
    r_squared : [1]
    time, measured, fitted : inside the window, (k,) [s; unit of the curves]
    warnings : advice
    """

    filtration: Estimate
    blood_fraction: Estimate
    delay: float
    residual_sd: float
    r_squared: float
    time: Array
    measured: Array
    fitted: Array
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The object of the JSON output."""
        return {
            "filtration": self.filtration.to_dict(),
            "blood_fraction": self.blood_fraction.to_dict(),
            "delay_s": self.delay,
            "residual_sd": self.residual_sd,
            "r_squared": self.r_squared,
            "warnings": list(self.warnings),
        }


def patlak(
    time: ArrayLike,
    kidney: ArrayLike,
    artery: ArrayLike,
    *,
    start: float = 0.0,
    stop: float | None = None,
    find_delay: bool = False,
    longest_delay: float = 15.0,
    level: float = 0.95,
) -> PatlakFit:
    """Filtration per volume of kidney from two curves.

    Parameters
    ----------
    time : (k,), increasing [s]
    kidney, artery : (k,), baseline subtracted [one unit]
    start, stop : window of the fit [s]
    find_delay : search the delay of the artery's curve
    longest_delay : of that search [s]
    level : of the intervals [1]

    Returns
    -------
    PatlakFit

    Raises
    ------
    InputError : curves of different length, too few points, an artery without signal
    """
    when, tissue, blood = (np.asarray(one, dtype=float) for one in (time, kidney, artery))
    if not (when.shape == tissue.shape == blood.shape) or when.ndim != 1:
        raise InputError(
            f"curves of {when.size}, {tissue.size} and {blood.size} points", hint="give one of each per time"
        )
    if not all(np.all(np.isfinite(one)) for one in (when, tissue, blood)):
        raise InputError("a time or a value is not a finite number")
    if np.any(np.diff(when) <= 0):
        raise InputError("the times must increase", where="time")
    last = when[-1] if stop is None else stop
    inside = (when >= start) & (when <= last)
    if inside.sum() < 4:
        raise InputError(f"{int(inside.sum())} points between {start:g} and {last:g} s", hint="four or more are needed")
    if not np.max(blood) > 0:
        raise InputError("the artery has no signal above 0", where="artery", hint="subtract the baseline")

    def design(delay: float) -> Array:
        shifted = np.interp(when - delay, when, blood, left=0.0)
        integral = cumulative_trapezoid(shifted, when, initial=0.0) + 0.5 * shifted[0] * max(when[0], 0.0)
        return np.column_stack([integral / 60.0, shifted])[inside]

    def misfit(delay: float) -> float:
        matrix = design(delay)
        solution = np.linalg.lstsq(matrix, tissue[inside], rcond=None)[0]
        return float(np.sum((tissue[inside] - matrix @ solution) ** 2))

    delay = 0.0
    if find_delay:
        grid = np.linspace(0.0, longest_delay, 61)
        best = float(grid[np.argmin([misfit(one) for one in grid])])
        step = grid[1]
        delay = float(
            minimize_scalar(misfit, bounds=(max(0.0, best - step), min(longest_delay, best + step)), method="bounded").x
        )
    matrix = design(delay)
    solution, _, rank, _ = np.linalg.lstsq(matrix, tissue[inside], rcond=None)
    if rank < 2:
        raise InputError("the artery's curve and its integral cannot be told apart", hint="take a longer window")
    fitted = matrix @ solution
    residual = tissue[inside] - fitted
    from scipy.stats import t

    freedom = int(inside.sum()) - 2 - find_delay
    deviation = math.sqrt(float(residual @ residual) / freedom)
    errors = deviation * np.sqrt(np.diag(np.linalg.inv(matrix.T @ matrix)))
    half = float(t.ppf(0.5 + 0.5 * level, freedom)) * errors
    total = float(np.sum((tissue[inside] - tissue[inside].mean()) ** 2))
    warnings = []
    if deviation > 0:
        correlation = float(residual[1:] @ residual[:-1]) / float(residual @ residual)
        if correlation > _RUNS:
            warnings.append(
                f"residuals run in one direction (lag-1 correlation {correlation:.2f}): outflow, or a delay; end the "
                "window earlier or search the delay; the intervals are too narrow"
            )
    if solution[0] - half[0] <= 0:
        warnings.append("the filtration may be 0")
    if not 0 <= solution[1] <= 1:
        warnings.append(f"a blood fraction of {solution[1]:.2g} cannot be: are both curves in one unit?")
    return PatlakFit(
        Estimate(float(solution[0]), float(solution[0] - half[0]), float(solution[0] + half[0]), "mL/min/mL"),
        Estimate(float(solution[1]), float(solution[1] - half[1]), float(solution[1] + half[1])),
        delay, deviation, 1.0 - float(residual @ residual) / total if total > 0 else math.nan,
        when[inside], tissue[inside], fitted, tuple(warnings),
    )  # fmt: skip


def published_rates() -> dict[str, Any]:
    """S's filtration rates of normal and diseased kidneys, and whether their order is the expected one.

    Returns
    -------
    normal, diseased [mL/min/mL], ratio [1], looks_swapped
    """
    normal = show("sang2024-photoacoustic-au25sg18-gfr-normal").number
    diseased = show("sang2024-photoacoustic-au25sg18-gfr-diseased").number
    return {"normal": normal, "diseased": diseased, "ratio": diseased / normal, "looks_swapped": diseased > normal}
