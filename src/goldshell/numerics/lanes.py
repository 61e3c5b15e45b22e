"""Four numbers at once: tuples that the compiler keeps in one vector register.

Written out because a loop over an array would make the compiler assume that a store may change what is read next.
"""

from __future__ import annotations

from typing import Any

import numba

# "contract" and "reassoc" are what vector instructions need; infinities and NaN keep their meaning. Arrays come from
# the caller, so nothing is counted; a division by zero gives infinity and is caught as a failed step.
OPTIONS: dict[str, Any] = {
    "fastmath": {"contract", "reassoc"}, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True,
}  # fmt: skip
# For functions that only compiled code calls: nothing is made for calling them from Python.
INNER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True}

# Tuples become vector instructions only with this pass, which numba leaves out by default.
numba.config.SLP_VECTORIZE = 1  # type: ignore[attr-defined]

ZERO = (0.0, 0.0, 0.0, 0.0)


@numba.njit(inline="always", **INNER)
def load(row, at):
    """Four neighbours of a row, from ``at``."""
    return (row[at], row[at + 1], row[at + 2], row[at + 3])


@numba.njit(inline="always", **INNER)
def store(row, at, x):
    """Put four numbers into a row, from ``at``."""
    row[at] = x[0]
    row[at + 1] = x[1]
    row[at + 2] = x[2]
    row[at + 3] = x[3]


@numba.njit(inline="always", **INNER)
def plus(x, factor, y):
    """x + factor y with one number ``factor``."""
    return (x[0] + factor * y[0], x[1] + factor * y[1], x[2] + factor * y[2], x[3] + factor * y[3])


@numba.njit(inline="always", **INNER)
def plus_product(x, a, b):
    """x + a b, element by element."""
    return (x[0] + a[0] * b[0], x[1] + a[1] * b[1], x[2] + a[2] * b[2], x[3] + a[3] * b[3])


@numba.njit(inline="always", **INNER)
def minus_product(x, a, b):
    """x - a b, element by element."""
    return (x[0] - a[0] * b[0], x[1] - a[1] * b[1], x[2] - a[2] * b[2], x[3] - a[3] * b[3])
