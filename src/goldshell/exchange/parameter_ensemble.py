"""What is not known about the parameters, as a centre, a covariance and draws, whichever way it is given.

Positive parameters are taken in logarithms (theta = ln value), others as they are; the covariance is of theta. Three
origins, in this order:

    a fit        value and interval of each fitted parameter, sd = (theta_high - theta_low) / (2 z), and correlations
    vectors      mean and covariance of given draws
    defaults     the interval of the literature row that a default names (low, high, or sd); where the row has none, a
                 stated factor for the parameters of `SCALES`; all others are held

Limits: intervals of a fit are taken as symmetric in theta, correlations that a fit does not list as zero; a fit's joint
posterior, where its file holds draws, is used as it is.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldshell.errors import InputError, UnknownNameError
from goldshell.exchange.experiment import Experiment
from goldshell.exchange.models import well_mixed
from goldshell.exchange.models.well_mixed import Parameters
from goldshell.files import read_table, read_text
from goldshell.literature import show, value
from goldshell.numerics import ParameterInfo, describe_parameters
from goldshell.units import convert

Array = NDArray[np.float64]

SCALES = (
    "k_exchange", "equilibrium_constant", "exchange_affinity", "k_etching", "etching_affinity", "drop_diameter",
    "film_water", "film_organic", "interphase_thickness", "interphase_rate", "cluster_partition", "counter_ion_factor",
    "cluster_diffusivity", "k_dissolution",
)  # fmt: skip
"""Parameters that set a rate or a scale and vary by the stated factor when their row has no interval."""

FACTOR_ROW = "exchange-parameter-spread"
"""Literature row of that factor, a geometric standard deviation [1]."""

_INFO = {item.name: item for item in describe_parameters(Parameters)}
_TWO_PHASE_PREFIXES = ("drop_", "film_", "interphase_", "cluster_partition", "cluster_diffusivity")
_Z95 = 1.959963984540054
_STRONGEST = 0.999  # correlation that keeps a covariance invertible


@dataclass(frozen=True, slots=True)
class Varied:
    """A parameter that is not known exactly.

    Parameters
    ----------
    name, unit : of the parameter
    value : centre [unit]
    sd : standard deviation, of the logarithm where ``logarithmic`` [1 or unit]
    logarithmic : theta is the logarithm
    because : where the spread comes from
    """

    name: str
    unit: str
    value: float
    sd: float
    logarithmic: bool
    because: str

    def to_dict(self) -> dict[str, Any]:
        """Centre and the limits of a 95 % interval."""
        theta = math.log(self.value) if self.logarithmic else self.value
        low, high = theta - _Z95 * self.sd, theta + _Z95 * self.sd
        if self.logarithmic:
            low, high = math.exp(low), math.exp(high)
        return {"name": self.name, "value": self.value, "low": low, "high": high, "unit": self.unit,
                "because": self.because}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParameterEnsemble:
    """Parameters with their uncertainty.

    Parameters
    ----------
    best : centre, in the order of `well_mixed.NAMES` [their units]
    draws : (k, parameters) [their units]
    varied : parameters that are not known exactly
    covariance : of theta, (p, p) in the order of ``varied``
    origin : "fit", "vectors" or "defaults"
    description : what was used, in one sentence
    warnings : advice to the user
    """

    best: Array
    draws: Array
    varied: tuple[Varied, ...]
    covariance: Array
    origin: str
    description: str
    warnings: tuple[str, ...] = ()

    @property
    def parameters(self) -> Parameters:
        """The centre."""
        return well_mixed.from_vector(self.best)

    def shifted(self, position: int, step: float) -> Array:
        """The centre with one varied parameter moved by ``step`` in theta, kept within its bounds."""
        item = self.varied[position]
        vector = self.best.copy()
        index = well_mixed.INDEX[item.name]
        moved = item.value * math.exp(step) if item.logarithmic else item.value + step
        vector[index] = min(max(moved, _INFO[item.name].low), _INFO[item.name].high)
        return vector

    def theta(self, vector: Array, position: int) -> float:
        """Theta of one varied parameter in a vector."""
        number = float(vector[well_mixed.INDEX[self.varied[position].name]])
        return math.log(number) if self.varied[position].logarithmic else number

    def to_dict(self) -> dict[str, Any]:
        """Origin, size and what varies, as JSON types."""
        return {
            "origin": self.origin,
            "description": self.description,
            "draws": len(self.draws),
            "varied": [item.to_dict() for item in self.varied],
        }


def ensemble(
    source: Path | Mapping[str, Any] | Any | None = None,
    *,
    base: Parameters | None = None,
    known: Sequence[str] = (),
    draws: int = 100,
    seed: int = 1,
) -> ParameterEnsemble:
    """Parameters with their uncertainty from a fit, from vectors, or from the defaults.

    Parameters
    ----------
    source : file of ``goldshell exchange fit --json`` (.json) or of draws (.csv, one column per parameter), the object
        of that JSON, an array (k, parameters) in the order of `well_mixed.NAMES`, or None for the defaults
    base : parameters that are not in the source
    known : parameters that are taken as exact when nothing is given
    draws : size of the ensemble
    seed : of the draws

    Raises
    ------
    InputError : a file that cannot be used
    UnknownNameError : a parameter that the model does not have
    """
    centre = base or Parameters()
    if source is None:
        return default_ensemble(centre, known=known, draws=draws, seed=seed)
    if isinstance(source, Path):
        if source.suffix.lower() in (".csv", ".tsv"):
            return _from_columns(source, centre)
        return _from_fit(_read_json(source), centre, draws=draws, seed=seed, name=source.name)
    if isinstance(source, Mapping):
        return _from_fit(source, centre, draws=draws, seed=seed, name="the fit given")
    return ensemble_from_vectors(np.asarray(source, dtype=float), "the parameter vectors given")


def ensemble_from_vectors(
    vectors: Array, description: str, *, best: Array | None = None, origin: str = "vectors"
) -> ParameterEnsemble:
    """An ensemble of given draws; parameters that are the same in all are held.

    Parameters
    ----------
    vectors : (k, parameters) in the order of `well_mixed.NAMES` [their units]
    description : what they are, in one sentence
    best : centre; mean of theta over the draws when None
    origin : see `ParameterEnsemble`

    Raises
    ------
    InputError : shape, a value that is not finite or outside its bounds, fewer than two draws
    """
    if vectors.ndim != 2 or vectors.shape[1] != len(well_mixed.NAMES) or len(vectors) < 2:
        raise InputError(
            f"parameter vectors of shape {vectors.shape}", hint=f"expected (2 or more, {len(well_mixed.NAMES)})"
        )
    centre = np.empty(len(well_mixed.NAMES)) if best is None else np.array(best, dtype=float)
    varied, columns = [], []
    for index, name in enumerate(well_mixed.NAMES):
        column, info = vectors[:, index], _INFO[name]
        if not np.all(np.isfinite(column)) or column.min() < info.low or column.max() > info.high:
            raise InputError(f"{name}: draws must be finite and within {info.low:g} to {info.high:g} {info.unit}")
        logarithmic = bool(column.min() > 0.0 and info.low >= 0.0)
        theta = np.log(column) if logarithmic else column
        if best is None:
            middle = float(theta.mean()) if np.ptp(column) > 0.0 else float(theta[0])
            centre[index] = math.exp(middle) if logarithmic else middle
        if np.ptp(column) > 0.0:
            varied.append(Varied(name, info.unit, float(centre[index]), float(theta.std(ddof=1)), logarithmic, "draws"))
            columns.append(theta)
    covariance = np.atleast_2d(np.cov(np.array(columns))) if columns else np.zeros((0, 0))
    return ParameterEnsemble(
        centre, vectors, tuple(varied), covariance, origin, f"{len(vectors)} draws of {description}"
    )


def default_ensemble(
    base: Parameters | None = None, *, known: Sequence[str] = (), draws: int = 100, seed: int = 1
) -> ParameterEnsemble:
    """The defaults with the intervals of their literature rows, or a stated factor.

    Parameters
    ----------
    base : centre
    known : parameters that are taken as exact
    draws : size of the ensemble
    seed : of the draws
    """
    centre = base or Parameters()
    varied = []
    for item in describe_parameters(Parameters):
        if item.name not in known:
            found = _spread_of_default(item, float(getattr(centre, item.name)))
            if found is not None:
                varied.append(found)
    return _drawn(
        well_mixed.to_vector(centre), varied, np.diag([item.sd**2 for item in varied]), "defaults",
        "default parameters; intervals of their literature rows, else a factor of "
        f"{value(FACTOR_ROW):g} (1 sd) [{FACTOR_ROW}], {len(varied)} of them, independent", draws, seed,
        ("no fit was given: intervals are those of the literature rows and of an assumed spread",),
    )  # fmt: skip


def acts(name: str, experiment: Experiment) -> bool:
    """Whether a parameter of the well-mixed model has any effect on an experiment: phases, laws, solid, counter-ion."""
    exchange, etching = experiment.exchange_law, experiment.etching_law
    conditions = {
        "exchange_order": exchange == "power_law",
        "exchange_affinity": exchange == "langmuir",
        "etching_order_thiol": etching == "power_law",
        "etching_affinity": etching == "langmuir",
        "k_dissolution": experiment.solid,
        "counter_ion_factor": bool(experiment.counter_ion) and experiment.organic_mL > 0.0,
        "class_affinity": len(experiment.site_classes) > 1,
        "class_rate": len(experiment.site_classes) > 1,
    }
    if name in conditions:
        return conditions[name]
    return experiment.organic_mL > 0.0 or not name.startswith(_TWO_PHASE_PREFIXES)


def _spread_of_default(item: ParameterInfo, centre: float) -> Varied | None:
    """Spread of one default from its row, or from the stated factor; None where it is held."""
    logarithmic = item.low >= 0.0 and centre > 0.0
    try:
        row = show(item.source)
    except UnknownNameError:
        row = None
    if row is not None and centre == item.default and row.unit and math.isfinite(row.low) and math.isfinite(row.high):
        low, high = (_in_unit(limit, row.unit, item.unit) for limit in (row.low, row.high))
        if math.isfinite(low) and math.isfinite(high) and high > low and (low > 0.0 or not logarithmic):
            width = math.log(high / low) if logarithmic else high - low
            return Varied(item.name, item.unit, centre, width / (2.0 * _Z95), logarithmic, f"row {row.id}")
    if row is not None and centre == item.default and math.isfinite(row.sd) and row.sd > 0.0:
        sd = _in_unit(row.sd, row.unit, item.unit)
        if math.isfinite(sd):
            relative = sd / centre if logarithmic else sd
            return Varied(item.name, item.unit, centre, relative, logarithmic, f"row {row.id}")
    if item.name in SCALES and logarithmic:
        factor = value(FACTOR_ROW)
        return Varied(item.name, item.unit, centre, math.log(factor), True, f"row {FACTOR_ROW}")
    return None


def _in_unit(number: float, unit: str, wanted: str) -> float:
    """The number in another unit; NaN where the units do not belong together."""
    try:
        return convert(number, unit, wanted)
    except Exception:  # pint raises assorted types
        return math.nan


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(read_text(path))
    except json.JSONDecodeError as problem:
        hint = "write it with 'exchange fit --json'"
        raise InputError(f"not valid JSON: {problem.msg}", where=f"{path}:{problem.lineno}", hint=hint) from problem
    if not isinstance(found, dict):
        raise InputError("expected one JSON object", where=str(path), hint="write it with 'exchange fit --json'")
    return found


def _from_fit(found: Mapping[str, Any], base: Parameters, *, draws: int, seed: int, name: str) -> ParameterEnsemble:
    """From the object of ``goldshell exchange fit --json``."""
    entries = found.get("parameters")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, Mapping) for entry in entries):
        raise InputError("holds no fitted parameters", where=name, hint="write it with 'exchange fit --json'")
    vector = well_mixed.to_vector(base)
    varied: list[Varied] = []
    labels: list[str] = []
    warnings: list[str] = []
    scale = 2.0 * _quantile(float(found.get("level", 0.95)))
    for entry in entries:
        label = str(entry.get("name", ""))
        target = str(entry.get("target", label))
        if target not in _INFO:
            if "target" in entry or target.endswith("_factor") or target.startswith(("detection_", "absorbance_")):
                warnings.append(f"{label} of the fit belongs to its experiments and is not used")
                continue
            raise UnknownNameError("parameter", target, _INFO, where=name)
        if any(item.name == target for item in varied):
            warnings.append(f"{target} was fitted more than once; {label} is not used")
            continue
        info = _INFO[target]
        centre, low, high = (_number(entry.get(key), label, name) for key in ("value", "low", "high"))
        if not math.isfinite(centre) or not info.low <= centre <= info.high:
            raise InputError(f"{label}: {centre:g} is outside {info.low:g} to {info.high:g} {info.unit}", where=name)
        vector[well_mixed.INDEX[target]] = centre
        logarithmic = info.low >= 0.0 and centre > 0.0
        ends = [_limit(limit, centre, logarithmic) for limit in (low, high)]
        known = [end for end in ends if math.isfinite(end)]
        if not known:
            warnings.append(f"{label} has no interval in the fit; the stated factor stands in")
            sd = math.log(value(FACTOR_ROW)) if logarithmic else 0.1 * (info.high - info.low)
        else:
            sd = sum(known) / len(known) * 2.0 / scale
            if len(known) == 1:
                warnings.append(f"{label} has one limit only in the fit; its other side is taken as wide")
        if sd > 0.0:
            varied.append(Varied(target, info.unit, centre, sd, logarithmic, f"fit: {label}"))
            labels.append(label)
    posterior = found.get("posterior")
    if isinstance(posterior, Mapping) and "names" in posterior and "samples" in posterior:
        return _from_posterior(posterior, vector, entries, name, draws, tuple(warnings))
    correlation = np.eye(len(varied))
    for entry in found.get("correlated") or []:
        first, second, r = entry[0], entry[1], float(entry[2])
        if first in labels and second in labels:
            i, j = labels.index(first), labels.index(second)
            correlation[i, j] = correlation[j, i] = min(max(r, -_STRONGEST), _STRONGEST)
    values, vectors = np.linalg.eigh(correlation)
    correlation = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    sds = np.array([item.sd for item in varied])
    return _drawn(
        vector, varied, correlation * np.outer(sds, sds), "fit",
        f"fitted parameters of {name} with intervals and correlations; what it held has its default",
        draws, seed, tuple(warnings),
    )  # fmt: skip


def _from_posterior(
    posterior: Mapping[str, Any], vector: Array, entries: Sequence[Mapping[str, Any]], name: str,
    draws: int, warnings: tuple[str, ...],
) -> ParameterEnsemble:  # fmt: skip
    """Draws of a fit's posterior."""
    samples = np.asarray(posterior["samples"], dtype=float)
    names = [str(item) for item in posterior["names"]]
    if samples.ndim != 2 or samples.shape[1] != len(names):
        raise InputError(f"posterior of shape {samples.shape} for {len(names)} names", where=name)
    samples = samples[np.linspace(0, len(samples) - 1, min(draws, len(samples))).astype(int)]
    targets = {str(entry.get("name")): str(entry.get("target", entry.get("name"))) for entry in entries}
    full = np.repeat(vector[None, :], len(samples), axis=0)
    for column, label in enumerate(names):
        target = targets.get(label, label)
        if target in _INFO:
            full[:, well_mixed.INDEX[target]] = samples[:, column]
    made = ensemble_from_vectors(full, f"the posterior of {name}", best=vector, origin="fit")
    return dataclasses.replace(made, warnings=warnings)


def _from_columns(path: Path, base: Parameters) -> ParameterEnsemble:
    """Draws from a table with one column per parameter."""
    frame = read_table(path, ())
    unknown = [name for name in frame.columns if name not in _INFO]
    if unknown:
        raise UnknownNameError("parameter", unknown[0], _INFO, where=str(path))
    vectors = np.repeat(well_mixed.to_vector(base)[None, :], len(frame), axis=0)
    for name in frame.columns:
        try:
            vectors[:, well_mixed.INDEX[name]] = frame[name].to_numpy(dtype=float)
        except ValueError as problem:
            raise InputError(f"column {name} holds text", where=str(path), hint="numbers only") from problem
    try:
        return ensemble_from_vectors(vectors, path.name)
    except InputError as problem:
        problem.where = str(path)
        raise


def _drawn(
    vector: Array, varied: Sequence[Varied], covariance: Array, origin: str, description: str, draws: int, seed: int,
    warnings: tuple[str, ...],
) -> ParameterEnsemble:  # fmt: skip
    """Normal draws of theta by scrambled Sobol points, kept within the parameters' bounds."""
    from scipy.stats import norm, qmc

    vectors = np.repeat(vector[None, :], draws, axis=0)
    if varied:
        sobol = qmc.Sobol(len(varied), scramble=True, rng=np.random.default_rng(seed))
        points = sobol.random(1 << (draws - 1).bit_length())
        root = np.linalg.cholesky(covariance + 1e-12 * np.diag(np.diag(covariance)))
        steps = norm.ppf(np.clip(points[:draws], 1e-9, 1.0 - 1e-9)) @ root.T
        for position, item in enumerate(varied):
            info = _INFO[item.name]
            moved = item.value * np.exp(steps[:, position]) if item.logarithmic else item.value + steps[:, position]
            vectors[:, well_mixed.INDEX[item.name]] = np.clip(moved, info.low, info.high)
    return ParameterEnsemble(vector, vectors, tuple(varied), covariance, origin, description, warnings)


def _limit(limit: float, centre: float, logarithmic: bool) -> float:
    """Distance of a limit from the centre in theta; NaN where it is open."""
    if not math.isfinite(limit) or (logarithmic and limit <= 0.0):
        return math.nan
    return abs(math.log(limit / centre)) if logarithmic else abs(limit - centre)


def _number(given: Any, label: str, where: str) -> float:
    if given is None:
        return math.nan
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise InputError(f"{label}: expected a number, got {given!r}", where=where)
    return float(given)


def _quantile(level: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(0.5 * (1.0 + level)))
