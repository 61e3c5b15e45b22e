"""Information criteria for comparing rival models on the same data."""

from __future__ import annotations

import math


def aicc(log_likelihood: float, parameters: int, observations: int) -> float:
    """Akaike's information criterion with the small-sample correction.

    AICc = 2 k - 2 ln L + 2 k (k + 1) / (n - k - 1)

    Parameters
    ----------
    log_likelihood : ln L at its maximum [nat]
    parameters : number of fitted parameters k, a fitted error variance included
    observations : number of independent observations n

    Returns
    -------
    float [nat]; infinity when n <= k + 1, where the correction is undefined

    References
    ----------
    Hurvich & Tsai, Biometrika 76 (1989) 297-307, doi:10.1093/biomet/76.2.297
    """
    if observations <= parameters + 1:
        return math.inf
    correction = 2 * parameters * (parameters + 1) / (observations - parameters - 1)
    return 2 * parameters - 2 * log_likelihood + correction
