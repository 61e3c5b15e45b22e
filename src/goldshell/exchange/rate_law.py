"""A rate law and its integration in time.

    dN/dt = -r(N, S),   S = S0 - nu (N0 - N)

N intact clusters, S free thiol, nu thiols consumed per cluster (0 in excess thiol). Complete etching of
[Au25(SR)18]- to Au(I) thiolate takes 7: Au25(SR)18(-) + 7 HSR + 2 O2 + H(+) -> 25 AuSR + 4 H2O.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goldshell.errors import AnalysisError, InputError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RateLaw:
    """A rate law with its parameters filled in.

    Parameters
    ----------
    name : name of the model
    rate : (cluster [mM], thiol [mM]) -> rate of loss of clusters [mM/h]
    decay : closed form at constant thiol, (cluster at t = 0 [mM], thiol [mM], times [h]) -> cluster [mM];
        None where there is none
    """

    name: str
    rate: Callable[[ArrayLike, ArrayLike], Array]
    decay: Callable[[float, float, Array], Array] | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """Concentrations in time.

    Parameters
    ----------
    law : name of the rate law
    times : (n,) [h]
    cluster : intact clusters (n,) [mM]
    thiol : free thiol (n,) [mM]
    closed_form : from the closed form, not from an integrator
    """

    law: str
    times: Array
    cluster: Array
    thiol: Array
    closed_form: bool

    def to_dict(self) -> dict[str, Any]:
        """Times, concentrations and the intact fraction."""
        return {
            "law": self.law,
            "time_h": self.times.tolist(),
            "cluster_mM": self.cluster.tolist(),
            "thiol_mM": self.thiol.tolist(),
            "closed_form": self.closed_form,
        }

    def to_dataframe(self) -> pd.DataFrame:
        """Columns time_h, cluster_mM, thiol_mM."""
        import pandas as pd

        return pd.DataFrame({"time_h": self.times, "cluster_mM": self.cluster, "thiol_mM": self.thiol})


def concentrations(cluster: ArrayLike, thiol: ArrayLike) -> tuple[Array, Array]:
    """Both concentrations as arrays, refused when negative, NaN or infinite.

    Parameters
    ----------
    cluster, thiol : [mM]

    Raises
    ------
    InputError : a concentration is negative or not finite
    """
    arrays = np.asarray(cluster, dtype=float), np.asarray(thiol, dtype=float)
    for name, values in zip(("cluster", "thiol"), arrays, strict=True):
        bad = ~(np.isfinite(values) & (values >= 0))
        if np.any(bad):
            worst = float(values[bad].flat[0])
            raise InputError(f"{name} concentration {worst:g} mM", hint="concentrations are finite and not negative")
    return arrays


def integrate(
    law: RateLaw,
    cluster0: float,
    thiol0: float,
    times: ArrayLike,
    *,
    thiol_per_cluster: float = 0.0,
    relative_tolerance: float = 1e-9,
) -> Course:
    """Intact clusters in time under a rate law; its closed form where it has one, else LSODA.

    Parameters
    ----------
    law : rate law
    cluster0, thiol0 : concentrations at t = 0 [mM]
    times : ascending, from 0 on (n,) [h]
    thiol_per_cluster : thiols consumed per cluster lost; 0 in excess thiol [1]
    relative_tolerance : of the integrator

    Returns
    -------
    Course

    Raises
    ------
    InputError : negative or non-finite concentrations, or times that do not ascend from 0
    AnalysisError : the integrator gave up
    """
    from scipy.integrate import solve_ivp

    concentrations(cluster0, thiol0)
    moments = np.atleast_1d(np.asarray(times, dtype=float))
    if moments.size == 0 or not np.all(np.isfinite(moments)) or moments[0] < 0 or np.any(np.diff(moments) <= 0):
        raise InputError("times must ascend from 0 h on", hint="for example 0, 0.1, 0.2 h")
    if not thiol_per_cluster >= 0:
        raise InputError(f"thiols consumed per cluster is {thiol_per_cluster:g}", hint="give 0 or a positive number")

    def thiol(cluster: Array) -> Array:
        return np.asarray(np.maximum(thiol0 - thiol_per_cluster * (cluster0 - cluster), 0.0))

    if law.decay is not None and thiol_per_cluster == 0:
        cluster = np.asarray(law.decay(cluster0, thiol0, moments))
        return Course(law.name, moments, cluster, thiol(cluster), True)
    if cluster0 == 0 or moments[-1] == 0:
        cluster = np.full(moments.size, float(cluster0))
        return Course(law.name, moments, cluster, thiol(cluster), False)

    def slope(_: float, state: Array) -> Array:
        cluster = np.clip(state, 0.0, cluster0)
        return -law.rate(cluster, thiol(cluster))

    found = solve_ivp(
        slope,
        (0.0, float(moments[-1])),
        [cluster0],
        method="LSODA",
        t_eval=moments,
        rtol=relative_tolerance,
        atol=1e-4 * relative_tolerance * cluster0,
    )
    if not found.success:
        raise AnalysisError(f"the integration stopped: {found.message}", hint="loosen relative_tolerance")
    cluster = np.clip(found.y[0], 0.0, cluster0)
    return Course(law.name, moments, cluster, thiol(cluster), False)
