"""Four numbers at once: one vector register as a value inside compiled functions.

Loops over four array elements would do the same, but the compiler must then assume that a store may change what is read
next, and each loop is unrolled, typed and optimised anew; a vector is one value and an operation on it one instruction.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

# "contract" and "reassoc" are what vector instructions need; infinities and NaN keep their meaning. Arrays come from
# the caller, so nothing is counted; a division by zero gives infinity and is caught as a failed step.
OPTIONS: dict[str, Any] = {
    "fastmath": {"contract", "reassoc"}, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True,
}  # fmt: skip
# For functions that only compiled code calls: nothing is made for calling them from Python.
INNER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True}

QUAD = 4
_VECTOR = ir.VectorType(ir.DoubleType(), QUAD)


class QuadType(types.Type):
    """Type of four float64."""

    def __init__(self) -> None:
        super().__init__(name="Quad")


quad = QuadType()


@register_model(QuadType)
class _QuadModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """Address of element ``at`` of a contiguous row, as that of a vector."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), _VECTOR.as_pointer())


def _is_row(row: Any) -> bool:
    return isinstance(row, types.Array) and row.ndim == 1 and row.layout == "C" and row.dtype == types.float64


@intrinsic
def load(typing, row, at):  # type: ignore[no-untyped-def]
    """Four neighbours of a contiguous row, from ``at``."""
    if not _is_row(row):
        return None

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_pointer(context, builder, row, *arguments), align=8)

    return quad(row, types.intp), build


@intrinsic
def store(typing, row, at, x):  # type: ignore[no-untyped-def]
    """Put four numbers into a contiguous row, from ``at``."""
    if not _is_row(row):
        return None

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, index, value = arguments
        builder.store(value, _pointer(context, builder, row, array, index), align=8)
        return context.get_dummy_value()

    return types.void(row, types.intp, quad), build


@intrinsic
def spread(typing, number):  # type: ignore[no-untyped-def]
    """One number four times."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), arguments[0], ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), QUAD), None)
        return builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), mask)

    return quad(types.float64), build


@intrinsic
def plus(typing, x, y):  # type: ignore[no-untyped-def]
    """x + y, element by element."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fadd(*arguments)

    return quad(quad, quad), build


@intrinsic
def ratio(typing, x, y):  # type: ignore[no-untyped-def]
    """x / y, element by element."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fdiv(*arguments)

    return quad(quad, quad), build


def _multiply_add(subtract: bool) -> Any:
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        x, a, b = arguments
        return (builder.fsub if subtract else builder.fadd)(x, builder.fmul(a, b))

    return build


@intrinsic
def plus_product(typing, x, a, b):  # type: ignore[no-untyped-def]
    """x + a b, element by element."""
    return quad(quad, quad, quad), _multiply_add(False)


@intrinsic
def minus_product(typing, x, a, b):  # type: ignore[no-untyped-def]
    """x - a b, element by element."""
    return quad(quad, quad, quad), _multiply_add(True)


@intrinsic
def total(typing, x):  # type: ignore[no-untyped-def]
    """Sum of the four."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        parts = [builder.extract_element(arguments[0], ir.Constant(ir.IntType(32), i)) for i in range(QUAD)]
        return builder.fadd(builder.fadd(parts[0], parts[1]), builder.fadd(parts[2], parts[3]))

    return types.float64(quad), build
