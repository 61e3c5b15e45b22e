"""95 % profile intervals of NIST nonlinear sets by another program, lmfit 1.3.4 (F test on the sum of squares).

Run with lmfit, numpy and pandas installed: ``python tests/reference/lmfit_profiles.py``. Writes lmfit_profiles.csv,
which feeds tests/numerics/test_identifiability.py. lmfit is not a dependency of goldshell.
"""

from pathlib import Path

import lmfit
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
MODELS = {
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
}


def intervals(name: str) -> pd.DataFrame:
    """Profile intervals of all parameters of one data set."""
    observed = pd.read_csv(HERE / "nist_strd" / "observations.csv").query("dataset == @name")
    certified = pd.read_csv(HERE / "nist_strd" / "certified.csv").query("dataset == @name")
    x, y = observed["x"].to_numpy(), observed["y"].to_numpy()
    parameters = lmfit.Parameters()
    for row in certified.itertuples():
        parameters.add(row.parameter, value=row.start2)

    def residual(given: lmfit.Parameters) -> np.ndarray:
        with np.errstate(all="ignore"):
            return MODELS[name](list(given.valuesdict().values()), x) - y

    fitter = lmfit.Minimizer(residual, parameters, xtol=1e-14, ftol=1e-14)
    best = fitter.minimize(method="leastsq")
    best = fitter.minimize(method="leastsq", params=best.params)
    found = lmfit.conf_interval(fitter, best, sigmas=[0.95], maxiter=1000)
    return pd.DataFrame(
        [{"dataset": name, "parameter": key, "low": ends[0][1], "high": ends[-1][1]} for key, ends in found.items()]
    )


if __name__ == "__main__":
    table = pd.concat([intervals(name) for name in MODELS])
    table.to_csv(HERE / "lmfit_profiles.csv", index=False, float_format="%.9g")
    print(table)
