"""Reading, adding and writing at an index: `gather` and `scatter` are each other's transposes; `put` replaces elements."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import composite, general, linear, primitive
from .masks import masked

_BASIC = (int, slice, type(None), type(Ellipsis), np.integer)


def is_basic(index: Any) -> bool:
    """Whether NumPy reads a view at this index, each element once."""
    if type(index) is tuple:
        return all(isinstance(i, _BASIC) and not isinstance(i, bool) for i in index)
    return isinstance(index, _BASIC) and not isinstance(index, bool)


def _distinct(index: Any) -> bool:
    """Whether no element can occur twice: basic indices and boolean masks."""
    parts = index if type(index) is tuple else (index,)
    return all(isinstance(i, bool | np.bool_) or (isinstance(i, np.ndarray) and i.dtype == bool) or is_basic(i) for i in parts)


@primitive
def gather(a: Any, index: Any) -> Any:
    """Read ``a[index]``."""
    return a[index]


@primitive
def scatter(g: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Add `g` into zeros of `shape` at `index`."""
    out = np.zeros(shape, g.dtype)
    add_at(out, g, index)
    return out


def add_at(buffer: Any, g: Any, index: Any) -> None:
    """Add `g` to `buffer` at `index`, each time an element occurs in it."""
    if _distinct(index):
        buffer[index] += g
    elif g.size:  # Dask has no `np.add.at`, and needs none to add nothing
        np.add.at(buffer, index, g)


linear(gather, lambda g, _y, _a, index: scatter(g, index, _a.shape), add_to=add_at, words="dA = G added at the index")
linear(scatter, lambda g, _y, _a, index, shape: gather(g, index), words="dA = G read at the index")


def write(out: Any, value: Any, index: Any) -> None:
    """Do ``out[index] = value``; of several values for one place the last in row-major order stays.

    NumPy itself lets the memory order of `value` decide which is the last, which a rule that keeps only its shape cannot know.
    """
    if type(out) is np.ndarray and type(value) is np.ndarray and value.ndim > 1 and not _distinct(index):
        places = _shape_at(index, out.shape)
        spare = max(value.ndim - len(places), 0)  # NumPy allows axes of length one too many
        value = np.array(np.broadcast_to(value.reshape(value.shape[spare:]), places), order="C")
    out[index] = value


def _shape_at(index: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    return np.broadcast_to(np.False_, shape)[index].shape


def stays(index: Any, shape: tuple[int, ...]) -> Any:
    """Whether each value written at an index of an array of `shape` is still there once all are."""
    numbers = np.empty(shape, np.intp)
    places = _shape_at(index, shape)
    order = np.arange(math.prod(places)).reshape(places)
    numbers[index] = order
    return numbers[index] == order


@primitive
def put(a: Any, value: Any, index: Any) -> Any:
    """Return a copy of `a` with ``a[index]`` replaced by `value`."""
    out = np.array(a) if isinstance(a, np.generic) else a.copy()  # a cotangent of no axes may be a scalar of NumPy
    write(out, value, index)
    return out


def put_value(g: Any, _y: Any, _a: Any, _value: Any, index: Any) -> Any:
    """Read at the index; a value that another one overwrote gets nothing."""
    c = gather(g, index)
    c = c if _distinct(index) else masked(c, stays(index, g.shape))
    return c if _value.ndim <= c.ndim else c.reshape((1,) * (_value.ndim - c.ndim) + c.shape)


general(
    put,
    lambda g, _y, _a, _value, index: put(g, 0, index),
    put_value,
    words="dA = G with 0 at the index; dV = G read at the index",
)


@primitive
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Read a diagonal of two axes; it becomes the last axis."""
    return np.diagonal(a, offset, axis1, axis2)


@primitive
def on_diagonal(g: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Write the last axis on a diagonal of zeros."""
    out = np.zeros(shape, g.dtype)
    view = np.diagonal(out, offset, axis1, axis2)
    view.setflags(write=True)  # it is a view of an array made here
    view[...] = g
    return out


linear(
    diagonal,
    lambda g, _y, _a, offset=0, axis1=0, axis2=1: on_diagonal(g, shape=_a.shape, offset=offset, axis1=axis1, axis2=axis2),
)
linear(
    on_diagonal,
    lambda g, _y, _a, shape, offset, axis1, axis2: diagonal(g, offset=offset, axis1=axis1, axis2=axis2),
)
composite(np.diagonal)(diagonal)
