"""Repeating, resizing, turning and broadcasting arrays, and windows: compositions of `gather`, `reshape` and `broadcast_to`."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .._primitive import composite, linear, primitive
from .common import array, axes_of, axis_of
from .joining import at_least

# -- repeating and resizing -----------------------------------------------------------------------------------------------


@composite(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Repeat each element, all equally often or each so often."""
    a = array(a)
    if axis is None:
        a, axis = np.ravel(a), 0
    axis = axis_of(axis, a.ndim)
    n = a.shape[axis]
    count = np.asarray(repeats).astype(np.intp, casting="safe").reshape(-1)
    if count.size == 1:
        times = int(count[0])
        if times < 0:
            raise ValueError("repeats may not contain negative values.")
        shape = (*a.shape[: axis + 1], times, *a.shape[axis + 1 :])
        return np.broadcast_to(np.expand_dims(a, axis + 1), shape).reshape(*a.shape[:axis], n * times, *a.shape[axis + 1 :])
    return np.take(a, np.repeat(np.arange(n), count), axis=axis)


@composite(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """Repeat whole arrays along each axis."""
    a = array(A)
    times = tuple(map(operator.index, np.atleast_1d(np.asarray(reps)).tolist()))
    ndim = max(a.ndim, len(times))
    times = (1,) * (ndim - len(times)) + times
    a = a.reshape((1,) * (ndim - a.ndim) + a.shape)
    pairs = tuple(n for pair in zip(times, a.shape, strict=True) for n in pair)
    apart = a.reshape(tuple(n for m in a.shape for n in (1, m)))
    return np.broadcast_to(apart, pairs).reshape(tuple(t * n for t, n in zip(times, a.shape, strict=True)))


@composite(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """Fill a shape with repeated copies of the elements."""
    shape = (new_shape,) if isinstance(new_shape, int | np.integer) else tuple(new_shape)
    if any(n < 0 for n in shape):
        raise ValueError("all elements of `new_shape` must be non-negative")
    flat = np.ravel(array(a))
    size = int(np.prod(shape))
    if flat.shape[0] == 0:
        return np.zeros_like(flat, shape=shape)
    return np.take(flat, np.arange(size) % flat.shape[0]).reshape(shape)


@composite(np.delete)
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """Leave out the elements at some indices."""
    arr = array(arr)
    if axis is None:
        arr, axis = np.ravel(arr), 0
    axis = axis_of(axis, arr.ndim)
    return np.take(arr, np.delete(np.arange(arr.shape[axis]), obj), axis=axis)


@composite(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """Put values before some indices."""
    arr, values = array(arr), array(values)
    if axis is None:
        arr, axis = np.ravel(arr), 0
    axis = axis_of(axis, arr.ndim)
    n = arr.shape[axis]
    count = len(range(n)[obj]) if isinstance(obj, slice) else int(np.sum(obj) if array(obj).dtype == bool else np.size(obj))
    single = not isinstance(obj, slice) and np.size(obj) == 1 and array(obj).dtype != bool
    if single:  # at one place several may be inserted, as many as `values` has along the axis
        values = values.reshape((1,) * (arr.ndim - values.ndim) + values.shape)
        values = np.moveaxis(values, 0, axis) if np.ndim(obj) == 0 else values
        count = values.shape[axis]
        obj = [operator.index(np.asarray(obj).item())] * count
    shape = (*arr.shape[:axis], count, *arr.shape[axis + 1 :])
    joined = np.concatenate([arr, np.broadcast_to(values, shape).astype(arr.dtype)], axis=axis)
    return np.take(joined, np.insert(np.arange(n), obj, n + np.arange(count)), axis=axis)


# -- turning --------------------------------------------------------------------------------------------------------------


@composite(np.fliplr)
def fliplr(m: Any) -> Any:
    """Turn the second axis round."""
    return np.flip(at_least("fliplr", m, 2), 1)


@composite(np.flipud)
def flipud(m: Any) -> Any:
    """Turn the first axis round."""
    return np.flip(at_least("flipud", m, 1), 0)


@composite(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turn the plane of two axes by quarter turns."""
    m = array(m)
    if len(tuple(axes)) != 2:
        raise ValueError("len(axes) must be 2.")
    first, second = axes_of(tuple(axes), m.ndim)
    k = k % 4
    if k == 0:
        return m[:]
    if k == 2:
        return np.flip(np.flip(m, first), second)
    if k == 1:
        return np.flip(m, second).swapaxes(first, second)
    return np.flip(m.swapaxes(first, second), second)


@composite(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """Move an axis before another."""
    a = array(a)
    axis = axis_of(axis, a.ndim)
    start = start + a.ndim if start < 0 else start
    if not 0 <= start <= a.ndim:
        raise np.exceptions.AxisError(f"'start' arg requires {-a.ndim} <= start < {a.ndim + 1}, but {start} was passed in")
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


# -- broadcasting and windows ---------------------------------------------------------------------------------------------


@composite(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    """Broadcast arrays against each other."""
    arrays = [array(a) for a in args]
    shape = np.broadcast_shapes(*(a.shape for a in arrays))
    return tuple(np.broadcast_to(a, shape) for a in arrays)


@composite(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """Spread coordinate vectors over a grid."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    ndim = len(xi)
    parts = []
    for i, x in enumerate(xi):
        at = 1 - i if indexing == "xy" and ndim > 1 and i < 2 else i
        parts.append(np.ravel(array(x)).reshape((1,) * at + (-1,) + (1,) * (ndim - 1 - at)))
    return tuple(parts) if sparse else broadcast_arrays(*parts)


@primitive
def windows_over(x: Any, lengths: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """A view of every window of some lengths over some axes; their places are the last axes."""
    return np.lib.stride_tricks.sliding_window_view(x, lengths, axes)


@primitive
def overlapped(g: Any, shape: tuple[int, ...], lengths: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """Add windows into their places."""
    out = np.zeros(shape, g.dtype)
    places = g.ndim - len(lengths)
    for at in np.ndindex(*lengths):
        index = [slice(None)] * len(shape)
        for i, axis in zip(at, axes, strict=True):
            start = index[axis].start or 0
            index[axis] = slice(start + i, start + i + g.shape[axis])
        out[tuple(index)] += g[(slice(None),) * places + at]
    return out


linear(
    windows_over,
    lambda g, _y, _a, lengths, axes: overlapped(g, shape=_a.shape, lengths=lengths, axes=axes),
    words="dA = G added into the places of its windows",
)
linear(overlapped, lambda g, _y, _a, shape, lengths, axes: windows_over(g, lengths=lengths, axes=axes))


@composite(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False) -> Any:
    """Every window over some axes, without copying."""
    x = array(x)
    lengths = tuple(map(operator.index, [window_shape] if np.ndim(window_shape) == 0 else window_shape))
    axes = (
        axes_of(None, x.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, x.ndim, allow_duplicate=True)
    )
    return windows_over(x, lengths=lengths, axes=tuple(axes))
