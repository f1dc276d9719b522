"""Shape operations: linear maps whose transposes are shape operations again, so they are closed to any order."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from .._primitive import composite, constant, linear, primitive, variadic
from .common import axis_of, refuse_out


def _in_order(order: str) -> str:
    if order not in ("C", "F"):
        raise ValueError(f"order={order!r} depends on the memory layout, which a graph does not keep; use 'C' or 'F'")
    return order


def reshape_rule(g: Any, _y: Any, _a: Any, shape: Any = None, order: str = "C", copy: Any = None) -> Any:
    """Reshape back."""
    return g.reshape(_a.shape, order=order)


def _reshape(a: Any, shape: Any, order: str = "C", copy: Any = None) -> Any:
    return (
        np.reshape(a, shape, order=_in_order(order), copy=copy)
        if copy is not None
        else a.reshape(shape, order=_in_order(order))
    )


linear(np.reshape, reshape_rule, forward=_reshape, words="dA = G reshaped")


@composite(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """Reshape to one axis."""
    return a.reshape(-1, order=_in_order(order))


def _inverse(axes: Any, ndim: int) -> list[int]:
    order = [i % ndim for i in ((axes,) if isinstance(axes, int) else axes)]
    return [order.index(i) for i in range(ndim)]


def transpose_rule(g: Any, _y: Any, _a: Any, axes: Any = None) -> Any:
    """Permute the axes back."""
    return g.transpose() if axes is None else g.transpose(_inverse(axes, _a.ndim))


linear(
    np.transpose,
    transpose_rule,
    forward=lambda a, axes=None: a.transpose() if axes is None else a.transpose(axes),
    words="dA = G transposed",
)
linear(
    np.swapaxes,
    lambda g, _y, _a, axis1, axis2: g.swapaxes(axis1, axis2),
    forward=lambda a, axis1, axis2: a.swapaxes(axis1, axis2),
)
linear(np.moveaxis, lambda g, _y, _a, source, destination: np.moveaxis(g, destination, source))
linear(np.matrix_transpose, lambda g, _y, _a: g.swapaxes(-1, -2), forward=lambda a: a.swapaxes(-1, -2))
linear(np.squeeze, lambda g, _y, _a, axis=None: g.reshape(_a.shape))
linear(np.expand_dims, lambda g, _y, _a, axis: g.reshape(_a.shape))
linear(np.broadcast_to, lambda g, _y, _a, shape: g, words="dA = G summed over the broadcast axes")
linear(np.flip, lambda g, _y, _a, axis=None: np.flip(g, axis))
linear(np.roll, lambda g, _y, _a, shift, axis=None: np.roll(g, _opposite(shift), axis))
linear(np.real, lambda g, _y, _a: g)
linear(np.imag, lambda g, _y, _a: g * -1j)


def _opposite(shift: Any) -> Any:
    return tuple(-s for s in shift) if isinstance(shift, tuple | list) else -shift


@primitive
def astype(a: Any, dtype: Any, casting: str = "unsafe") -> Any:
    """Convert to a dtype."""
    return a.astype(dtype, casting=casting)


@primitive
def copy(a: Any, order: str = "C") -> Any:
    """Copy into memory of its own."""
    return a.copy(order)


linear(astype, lambda g, _y, _a, dtype, casting="unsafe": g, words="dA = G in the dtype of A")
linear(copy, lambda g, _y, _a, order="C": g)


@composite(np.astype)
def astype_function(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """Convert to a dtype."""
    return x.astype(dtype, copy=copy)


@composite(np.copy)
def copy_function(a: Any, order: str = "C", subok: bool = False) -> Any:
    """Copy into memory of its own."""
    return a.copy("C" if order == "K" else order)


@primitive
def join(*arrays: Any, axis: int, starts: tuple[int, ...]) -> Any:
    """Concatenate along an axis; `starts` are where the operands come to lie."""
    return np.concatenate(arrays, axis)


def join_rule(g: Any, _y: Any, i: int, *_arrays: Any, axis: int, starts: tuple[int, ...]) -> Any:
    """Cut out the piece that operand `i` became."""
    return g[(slice(None),) * (axis % g.ndim) + (slice(starts[i], starts[i] + _arrays[i].shape[axis]),)]


variadic(join, join_rule, linear=True, words="dA = G cut at A's place")


@composite(np.concatenate)
def concatenate(arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join along an axis; with ``axis=None`` flattened."""
    parts = _parts("concatenate", arrays, out, dtype, casting)
    if axis is None:
        parts, axis = [np.ravel(a) for a in parts], 0
    return join(*parts, axis=axis, starts=tuple(accumulate((a.shape[axis] for a in parts), initial=0)))


def _parts(name: str, arrays: Any, out: Any, dtype: Any, casting: str) -> list[Any]:
    refuse_out(name, out)
    parts = [np.asarray(a) if isinstance(a, list | tuple | int | float | complex) else a for a in arrays]
    return parts if dtype is None else [a.astype(dtype, casting=casting) for a in parts]


@primitive
def pile(*arrays: Any, axis: int = 0) -> Any:
    """Join along a new axis."""
    place = (slice(None),) * (axis % (arrays[0].ndim + 1)) + (None,)
    return np.concatenate([a[place] for a in arrays], axis)


variadic(
    pile,
    lambda g, _y, i, *_arrays, axis=0: g[(slice(None),) * (axis % g.ndim) + (i,)],
    linear=True,
    words="dA = G at A's place",
)


@composite(np.stack)
def stack(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join along a new axis."""
    parts = _parts("stack", arrays, out, dtype, casting)
    if len({a.shape for a in parts}) != 1:
        raise ValueError(f"stack of arrays of unequal shapes {[a.shape for a in parts]}; they must be equal")
    return pile(*parts, axis=axis_of(axis, parts[0].ndim + 1))


constant(np.zeros_like, np.ones_like, np.empty_like, np.result_type, np.shares_memory, np.may_share_memory)
