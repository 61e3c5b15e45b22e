"""Which shape does an observed composition have? Rival distributions fitted to P(n) and compared by AICc.

Models (occupancies p, N sites)
    binomial                 equal independent sites
    beta_binomial            occupancy varies between clusters (uneven exposure), I > 1
    site_classes             two classes of sites of given sizes, 12 terminal + 6 apex for Au25
    free_site_classes        two classes whose sizes are fitted too, for example 16 + 2
    cooperative              equal sites with an energy for each pair of incoming ligands
    cooperative_site_classes the given classes with that energy

What counts as the data follows from what the composition carries. ``sd``: independent normal errors of each fraction
(a species at zero without an SD is known to the detection threshold only).
``clusters`` M: a multinomial sample of M clusters. Neither: least squares over the N + 1 fractions with one unknown
error, never smaller than the rounding of a published percentage. AICc counts N + 1, M and N + 1 observations.

References
----------
Hurvich & Tsai, Biometrika 76 (1989) 297-307, doi:10.1093/biomet/76.2.297 (AICc)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from goldshell.chemistry.composition import (
    DETECTION_THRESHOLD,
    Composition,
    beta_binomial_distribution,
    binomial_distribution,
    site_class_distribution,
    total_variation,
)
from goldshell.errors import InputError, UnknownNameError
from goldshell.numerics import Estimate, aicc

if TYPE_CHECKING:
    import pandas as pd

MODELS = (
    "binomial",
    "beta_binomial",
    "site_classes",
    "free_site_classes",
    "cooperative",
    "cooperative_site_classes",
)
ROUNDING = 0.0005
"""Half the last digit of a percentage given to 0.1 %: the smallest error a published fraction can have [1]."""

_LOGIT_LIMIT = 13.8  # occupancies from 1e-6 to 1 - 1e-6
_COOPERATIVITY_LIMIT = 3.0
_SIMPLEX_WIDTHS = (0.3, 2.0)  # of the first and the second start of a search, in logits or in alpha


@dataclass(frozen=True, slots=True)
class CompositionModel:
    """One fitted shape.

    Parameters
    ----------
    name : one of ``MODELS``
    label : for people, with the class sizes
    parameters : estimates with profile-likelihood intervals [1]
    at_bound : parameters that ended at the edge of their range
    class_sizes : sites of each class; one class for equal sites
    fractions : fitted P(n) [1]
    total_variation : distance to the observed P(n) [1]
    log_likelihood : at the maximum, without terms that are the same for every model [nat]
    aicc, delta_aicc, weight : Akaike criterion, difference from the best, and Akaike weight
    """

    name: str
    label: str
    parameters: dict[str, Estimate]
    at_bound: tuple[str, ...]
    class_sizes: tuple[int, ...]
    fractions: tuple[float, ...]
    total_variation: float
    log_likelihood: float
    aicc: float
    delta_aicc: float
    weight: float

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON types."""
        out = {name: getattr(self, name) for name in self.__slots__}
        out["parameters"] = {name: estimate.to_dict() for name, estimate in self.parameters.items()}
        return {key: list(item) if isinstance(item, tuple) else item for key, item in out.items()}


@dataclass(frozen=True, slots=True)
class CompositionFit:
    """Every fitted shape, best AICc first.

    Parameters
    ----------
    composition : the observed P(n)
    models : fitted shapes
    errors : "given SD", "multinomial" or "least squares"
    observations : number that AICc counts
    warnings : advice
    """

    composition: Composition
    models: tuple[CompositionModel, ...]
    errors: str
    observations: float
    warnings: tuple[str, ...]

    @property
    def best(self) -> CompositionModel:
        """The model of smallest AICc."""
        return self.models[0]

    def model(self, name: str) -> CompositionModel:
        """The fitted model of that name.

        Raises
        ------
        UnknownNameError : it was not fitted
        """
        for model in self.models:
            if model.name == name:
                return model
        raise UnknownNameError("composition model", name, [model.name for model in self.models])

    def to_dict(self) -> dict[str, Any]:
        """Composition and models as JSON types."""
        return {
            **self.composition.to_dict(),
            "models": [model.to_dict() for model in self.models],
            "errors": self.errors,
            "observations": self.observations,
            "warnings": list(self.warnings),
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row per model."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "model": model.label,
                    "parameters": ", ".join(f"{key} = {item}" for key, item in model.parameters.items()),
                    "total_variation": model.total_variation,
                    "aicc": model.aicc,
                    "delta_aicc": model.delta_aicc,
                    "weight": model.weight,
                }
                for model in self.models
            ]
        )


@dataclass(frozen=True, slots=True)
class _Shape:
    """A model ready to fit: occupancies and rho are held as logits, the cooperativity alpha as it is."""

    name: str
    label: str
    names: tuple[str, ...]
    class_sizes: tuple[int, ...]
    distribution: Callable[[np.ndarray], np.ndarray]
    extra_parameters: int = 0  # fitted outside the optimiser: the class sizes

    def bounds(self) -> list[tuple[float, float]]:
        limits = [_COOPERATIVITY_LIMIT if name == "alpha" else _LOGIT_LIMIT for name in self.names]
        return [(-limit, limit) for limit in limits]

    def starts(self) -> list[tuple[float, ...]]:
        """A grid to start from."""
        occupancy = (-8.0, -4.0, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 4.0, 8.0)
        values = {"alpha": (-0.3, 0.0, 0.3, 0.8), "rho": (-12.0, -6.0, -4.0, -2.0, 0.0)}
        return list(itertools.product(*(values.get(name, occupancy) for name in self.names)))


def fit_composition_models(
    composition: Composition,
    models: Sequence[str] = MODELS,
    *,
    site_classes: tuple[int, int] | None = None,
    level: float | None = 0.95,
    rounding: float = ROUNDING,
) -> CompositionFit:
    """Fit rival shapes to an observed composition and rank them.

    Parameters
    ----------
    composition : observed P(n); its ``sd`` or ``clusters`` decide the error model (module docstring)
    models : names from ``MODELS``
    site_classes : sizes of the two given classes, adding up to N; 12 terminal + 6 apex by default when N = 18
    level : of the profile-likelihood intervals [1]; None leaves the intervals out
    rounding : smallest error of a fraction, added in quadrature to the SDs [1]

    Returns
    -------
    CompositionFit

    Raises
    ------
    UnknownNameError : model
    InputError : class sizes that do not add up to N, or level outside (0, 1)
    """
    for name in models:
        if name not in MODELS:
            raise UnknownNameError("composition model", name, MODELS)
    if not models:
        raise InputError("no composition model is given", hint=f"choose from {', '.join(MODELS)}")
    if level is not None and not 0 < level < 1:
        raise InputError(f"the level must be between 0 and 1, got {level}")
    sizes = site_classes or ((12, 6) if composition.n_sites == 18 else None)
    if sizes is not None and (min(sizes) < 1 or sum(sizes) != composition.n_sites):
        raise InputError(f"site classes {sizes} do not add up to {composition.n_sites} sites")
    warnings = []
    deviance, kind, observations = _deviance(composition, rounding)
    if kind == "least squares":
        warnings.append(
            "no counts or SDs are given: least squares with one unknown error; AICc differences are a guide, not a test"
        )
    fitted = []
    for name in models:
        if sizes is None and name in {"site_classes", "cooperative_site_classes"}:
            warnings.append(f"{name} was left out: give the sizes of the site classes")
            continue
        fitted.append(_fit(_shapes(name, composition.n_sites, sizes), composition, deviance, kind, observations, level))
    best = min(model["aicc"] for model in fitted)
    # All infinite (too few observations for AICc): no ranking, so equal differences
    deltas = [model["aicc"] - best if math.isfinite(best) else math.nan for model in fitted]
    weights = np.exp(-0.5 * np.array(deltas))
    weights = weights / weights.sum()
    if not math.isfinite(best):
        warnings.append("too few observations for AICc: models are not ranked")
    ranked = [
        CompositionModel(**model, delta_aicc=float(delta), weight=float(weight))
        for model, delta, weight in zip(fitted, deltas, weights, strict=True)
    ]
    ranked.sort(key=lambda model: (model.aicc, -model.log_likelihood))
    return CompositionFit(composition, tuple(ranked), kind, observations, tuple(warnings))


def _deviance(composition: Composition, rounding: float) -> tuple[Callable[[np.ndarray], float], str, float]:
    """-2 ln L of a fitted P(n), up to a constant; what kind; and the number of observations."""
    observed = np.asarray(composition.fractions)
    if composition.sd is not None:
        error = np.sqrt(np.asarray(composition.sd) ** 2 + rounding**2)
        unseen = (observed == 0) & (np.asarray(composition.sd) == 0)
        error[unseen] = DETECTION_THRESHOLD * observed.max()
        return lambda fitted: float((((observed - fitted) / error) ** 2).sum()), "given SD", len(observed)
    if composition.clusters is not None:
        seen = observed > 0
        weights = 2 * composition.clusters * observed[seen]
        floor = 1e-300
        return (
            lambda fitted: float(-weights @ np.log(np.maximum(fitted[seen], floor))),
            "multinomial",
            composition.clusters,
        )
    count = len(observed)
    return (
        lambda fitted: float(count * math.log(((observed - fitted) ** 2).mean() + rounding**2)),
        "least squares",
        count,
    )


def _shapes(name: str, n_sites: int, sizes: tuple[int, int] | None) -> list[_Shape]:
    """The shapes that a model name stands for: one, or one for each split into two classes."""
    if name == "binomial":
        return [_Shape(name, "binomial", ("p",), (n_sites,), lambda v: binomial_distribution(n_sites, _expit(v[0])))]
    if name == "beta_binomial":
        return [
            _Shape(name, "beta-binomial", ("p", "rho"), (n_sites,),
                   lambda v: beta_binomial_distribution(n_sites, _expit(v[0]), _expit(v[1])))
        ]  # fmt: skip
    if name == "cooperative":
        return [
            _Shape(name, "cooperative equal sites", ("p", "alpha"), (n_sites,),
                   lambda v: site_class_distribution((n_sites,), (_expit(v[0]),), v[1]))
        ]  # fmt: skip
    if name == "free_site_classes":
        splits = [(n_sites - small, small) for small in range(1, n_sites // 2 + 1)]
        return [_two_classes(name, split, ", sizes fitted", extra_parameters=1) for split in splits]
    assert sizes is not None
    if name == "site_classes":
        return [_two_classes(name, sizes)]
    return [
        _Shape(name, f"cooperative {sizes[0]} + {sizes[1]} sites", ("p1", "p2", "alpha"), sizes,
               lambda v: site_class_distribution(sizes, (_expit(v[0]), _expit(v[1])), v[2]))
    ]  # fmt: skip


def _two_classes(name: str, sizes: tuple[int, int], note: str = "", extra_parameters: int = 0) -> _Shape:
    return _Shape(name, f"{sizes[0]} + {sizes[1]} sites{note}", ("p1", "p2"), sizes,
                  lambda v: site_class_distribution(sizes, (_expit(v[0]), _expit(v[1]))), extra_parameters)  # fmt: skip


def _fit(
    shapes: list[_Shape],
    composition: Composition,
    deviance: Callable[[np.ndarray], float],
    kind: str,
    observations: float,
    level: float | None,
) -> dict[str, Any]:
    """Fit the best of the shapes: fields of `CompositionModel` but the comparison with others."""
    found = [(*_minimise(shape, deviance), shape) for shape in shapes]
    lowest, vector, shape = min(found, key=lambda item: item[0])
    limit = math.nan
    if level is not None:
        from scipy.stats import chi2

        limit = lowest + float(chi2.ppf(level, 1))
    parameters: dict[str, Estimate] = {}
    at_bound = []
    for position, name in enumerate(shape.names):
        ends = (math.nan, math.nan) if level is None else _profile(shape, deviance, vector, position, limit)
        natural = (lambda value: float(value)) if name == "alpha" else _expit
        low, high = (natural(end) for end in ends)
        parameters[name] = Estimate(natural(vector[position]), low, high)
        edge = shape.bounds()[position][1]
        if abs(vector[position]) > edge - 0.5 * (1 if name != "alpha" else 0.1):
            at_bound.append(name)
    if len(shapes) > 1:
        within = [float(item[2].class_sizes[1]) for item in found if item[0] <= limit] or [math.nan]
        parameters["sites_in_class_2"] = Estimate(shape.class_sizes[1], min(within), max(within))
    fitted = shape.distribution(vector)
    fitted_parameters = len(shape.names) + shape.extra_parameters + (kind == "least squares")
    return {
        "name": shape.name,
        "label": shape.label,
        "parameters": parameters,
        "at_bound": tuple(at_bound),
        "class_sizes": shape.class_sizes,
        "fractions": tuple(float(value) for value in fitted),
        "total_variation": total_variation(composition.fractions, fitted),
        "log_likelihood": -lowest / 2,
        "aicc": aicc(-lowest / 2, fitted_parameters, int(observations)),
    }


def _minimise(
    shape: _Shape,
    deviance: Callable[[np.ndarray], float],
    fixed: tuple[int, float] | None = None,
    start: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Smallest deviance and the parameter vector there; one parameter may be held at a value.

    Without a start a grid is searched, and the best point of either order of the first two parameters is tried.
    """
    from scipy.optimize import minimize

    bounds = shape.bounds()
    free = [position for position in range(len(shape.names)) if fixed is None or position != fixed[0]]

    def whole(part: np.ndarray) -> np.ndarray:
        vector = np.empty(len(shape.names))
        vector[free] = part
        if fixed is not None:
            vector[fixed[0]] = fixed[1]
        return vector

    def cost(part: np.ndarray) -> float:
        return deviance(shape.distribution(whole(part)))

    if not free:
        return cost(np.empty(0)), whole(np.empty(0))
    if start is not None:
        starts = [start[free]]
    else:
        ordered = sorted(np.unique(np.array(shape.starts())[:, free], axis=0), key=cost)
        # The other order of the classes, or of the two parameters, may be a valley of its own
        starts = [ordered[0], *(point for point in ordered if _falls(point) != _falls(ordered[0]))][:2]
    limits = [bounds[position] for position in free]
    found = []
    for point in starts:
        # Occupancies near 0 and 1 make flat valleys, where gradients stop early and a simplex needs a wide second start
        for width in _SIMPLEX_WIDTHS:
            inwards = np.diag(np.where(point > 0, -width, width))
            options = {"xatol": 1e-3, "fatol": 1e-5, "initial_simplex": np.vstack([point, point + inwards])}
            found.append(minimize(cost, point, method="Nelder-Mead", bounds=limits, options=options))
            point = found[-1].x
    best = min(found, key=lambda item: float(item.fun))
    return float(best.fun), whole(best.x)


def _falls(point: np.ndarray) -> bool:
    return len(point) > 1 and bool(point[0] > point[1])


def _profile(
    shape: _Shape, deviance: Callable[[np.ndarray], float], vector: np.ndarray, position: int, limit: float
) -> tuple[float, float]:
    """Where the profile deviance of one parameter reaches ``limit`` on either side, or its bound."""
    ends = []
    for bound in shape.bounds()[position]:
        centre, warm = vector[position], [vector]

        def excess(value: float, warm: list[np.ndarray] = warm) -> float:
            lowest, warm[0] = _minimise(shape, deviance, (position, value), warm[0])
            if lowest > limit:  # another valley may lie lower
                lowest, warm[0] = min(
                    (lowest, warm[0]), _minimise(shape, deviance, (position, value)), key=lambda item: item[0]
                )
            return lowest - limit

        direction = math.copysign(1.0, bound - centre) if bound != centre else 0.0
        inner, step, end = centre, 0.25, bound
        while direction and inner != bound:  # walk out, doubling the step, until the limit is passed
            outer = centre + direction * step
            outer = min(outer, bound) if direction > 0 else max(outer, bound)
            if excess(outer) > 0:
                while abs(outer - inner) > 2e-3:
                    middle = (inner + outer) / 2
                    inner, outer = (inner, middle) if excess(middle) > 0 else (middle, outer)
                end = inner
                break
            inner, step = outer, step * 2
        ends.append(end)
    return ends[0], ends[1]


def _expit(value: float) -> float:
    return float(1 / (1 + math.exp(-value)))
