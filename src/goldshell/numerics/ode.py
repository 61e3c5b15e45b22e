"""Stiff initial-value problems with CVODE (SUNDIALS): the oracle and fallback of goldshell's own integrators.

References
----------
Hindmarsh et al., ACM Trans. Math. Softw. 31 (2005) 363-396, doi:10.1145/1089014.1089020
"""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from goldshell.errors import AnalysisError

# SUNDIALS writes its own log to the terminal; what a user has to know is in the error raised here.
_LOGS = ("SUNLOGGER_ERROR_FILENAME", "SUNLOGGER_WARNING_FILENAME")


def solve_cvode(
    right_hand_side: Callable[..., None],
    start: Any,
    times: Any,
    *,
    rtol: float,
    atol: Any,
    jacobian: Callable[..., None] | None = None,
    sparsity: Any = None,
    max_steps: int = 200_000,
) -> Any:
    """Integrate dy/dt = f(t, y) with variable-order BDF.

    Parameters
    ----------
    right_hand_side : f(t, y, out) fills ``out``
    start : y at ``times[0]``, (m,)
    times : output times, increasing, (k,)
    rtol : relative tolerance [1]
    atol : absolute tolerance, number or (m,) [unit of y]
    jacobian : J(t, y, f, out) fills the dense matrix ``out``; finite differences when None
    max_steps : give up when so many steps do not reach the next output time
    sparsity : pattern of a sparse Jacobian; ``out`` is then the values in the order of its CSC form

    Returns
    -------
    array (k, m) [unit of y]

    Raises
    ------
    AnalysisError : the step size fell to nothing; names the time and what to try
    """
    for name in _LOGS:
        os.environ.setdefault(name, os.devnull)
    from sksundae.cvode import CVODE

    options: dict[str, Any] = {"rtol": rtol, "atol": atol, "max_num_steps": max_steps}
    if jacobian is not None:
        options["jacfn"] = jacobian
    if sparsity is not None:
        options |= {"linsolver": "sparse", "sparsity": sparsity}
    points = np.asarray(times, dtype=float)
    if len(points) == 1:
        return np.array([start], dtype=float)
    with warnings.catch_warnings():  # it says that a pattern beside a Jacobian is only a pattern
        warnings.filterwarnings("ignore", message="Custom sparse Jacobian", category=UserWarning)
        solver = CVODE(right_hand_side, **options)
    with contextlib.redirect_stdout(io.StringIO()):  # scikit-sundae prints messages of SUNDIALS
        solution = solver.solve(points if len(points) > 2 else [*points], np.asarray(start))
    if not solution.success or (len(points) > 2 and len(solution.t) != len(points)):
        reached = float(solution.t[-1]) if len(solution.t) else float(points[0])
        raise AnalysisError(
            f"CVODE stopped at t = {reached:g}: {solution.message}",
            hint="check for rate constants that differ by more than 1e10, or loosen rtol",
        )
    values = np.asarray(solution.y)
    return values if len(points) > 2 else values[[0, -1]]
