"""Sorting and choosing elements: values go through the permutation or the choice that was actually made."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import composite, constant, linear, primitive
from .common import array, axes_of, axis_of, holds, holds_recorded, refuse_out, slab
from .indexing import diagonal, gather, on_diagonal, put

# -- along an axis --------------------------------------------------------------------------------------------------------


@primitive
def along(a: Any, index: Any, axis: int, distinct: bool = False) -> Any:
    """Read elements by their numbers along an axis; `distinct` promises that none occurs twice."""
    return np.take_along_axis(a, index, axis)


@primitive
def added_along(g: Any, index: Any, axis: int, distinct: bool, shape: tuple[int, ...]) -> Any:
    """Add elements into zeros by their numbers along an axis."""
    out = np.zeros(shape, g.dtype)
    if distinct:
        np.put_along_axis(out, index, g, axis)
        return out
    places = [np.arange(n).reshape((1,) * i + (-1,) + (1,) * (len(shape) - 1 - i)) for i, n in enumerate(shape)]
    places[axis] = index
    np.add.at(out, tuple(places), g)
    return out


linear(
    along,
    lambda g, _y, _a, index, axis, distinct=False: added_along(g, index=index, axis=axis, distinct=distinct, shape=_a.shape),
    words="dA = G put back in its place",
)
linear(
    added_along,
    lambda g, _y, _a, index, axis, distinct, shape: along(g, index=index, axis=axis, distinct=distinct),
)


@composite(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """Read elements by their numbers along an axis."""
    arr, indices = array(arr), array(indices)
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        if indices.ndim != 1:
            raise ValueError(f"take_along_axis with axis=None takes a one-dimensional index, not one of shape {indices.shape}")
        return np.take(np.ravel(arr), indices)
    axis = axis_of(axis, arr.ndim)
    if arr.ndim != indices.ndim:
        raise ValueError(
            f"take_along_axis of shape {arr.shape} by an index of shape {indices.shape}: give both equally many axes"
        )
    return along(arr, index=indices, axis=axis)


def _sorted_by(order: Any, a: Any, axis: Any, **how: Any) -> Any:
    a = array(a)
    if axis is None:
        a, axis = np.ravel(a), -1
    axis = axis_of(axis, a.ndim)
    return along(a, index=order(a, axis=axis, **how), axis=axis, distinct=True)


@composite(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The elements in ascending order."""
    if order is not None:
        raise TypeError(f"sort(order={order!r}) sorts fields of records, which have no derivative")
    return _sorted_by(np.argsort, a, axis, kind=kind, stable=stable)


@composite(np.sort_complex)
def sort_complex(a: Any) -> Any:
    """The elements as complex numbers, by real part and then imaginary part."""
    s = np.sort(array(a))
    if s.dtype.kind == "c":
        return s
    return s.astype(np.complex64 if s.dtype.char in "bhBH" else np.complex128)


@composite(np.partition)
def partition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """The elements with the `kth` in its sorted place, smaller ones before it."""
    if order is not None:
        raise TypeError(f"partition(order={order!r}) sorts fields of records, which have no derivative")
    return _sorted_by(np.argpartition, a, axis, kth=kth, kind=kind)


# -- choosing -------------------------------------------------------------------------------------------------------------


@composite(np.take)
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """Read elements by their numbers; `mode` says what a number out of bounds means."""
    refuse_out("take", out)
    a = array(a)
    index = indices if hasattr(indices, "ndim") else np.asarray(indices)
    if index.dtype.kind not in "iu":
        if index.dtype.kind != "b" and (index.size or index is indices):  # an empty list is an index, and of no dtype
            raise TypeError(f"take by an index of dtype {index.dtype}; convert it with .astype(int)")
        index = index.astype(np.intp)
    if axis is None:
        a, axis = np.ravel(a), 0
    axis = axis_of(axis, a.ndim)
    n = a.shape[axis]
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"take(mode={mode!r}): mode is 'raise', 'wrap' or 'clip'")
    if mode != "raise" and n:
        index = index % n if mode == "wrap" else np.clip(index, 0, n - 1)
    return gather(a, index=(*(slice(None),) * axis, index))


@composite(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """For each element, the array of `choices` that `a` names there."""
    refuse_out("choose", out)
    a = array(a)
    if a.dtype.kind not in "iub":
        raise TypeError(f"choose by numbers of dtype {a.dtype}; convert them with .astype(int)")
    made = [array(c) for c in choices]
    n = len(made)
    if mode == "raise" and holds((a < 0) | (a >= n), 'np.choose(mode="raise") checks every number'):
        raise ValueError("invalid entry in choice array")
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    a = a % n if mode == "wrap" else np.maximum(a, 0)
    y = made[-1]  # of all numbers beyond the others
    for i in range(n - 1):
        y = np.where(a == i, made[i], y)
    return np.broadcast_to(y, np.broadcast_shapes(a.shape, *(c.shape for c in made))).astype(np.result_type(*made))


@composite(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """For each element, the choice of the first condition that holds there."""
    if len(condlist) != len(choicelist):
        raise ValueError(f"select of {len(condlist)} conditions and {len(choicelist)} choices; give equally many")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    # a Python number has no dtype of its own
    choices = [c if type(c) in (int, float, complex) else array(c) for c in choicelist]
    last = array(default)
    kind = np.result_type(*choices, default if type(default) in (int, float, complex) else last)
    y = last.astype(kind)
    for condition, choice in zip(reversed(list(condlist)), reversed(choices), strict=True):
        condition = array(condition)
        if condition.dtype.kind != "b":
            raise TypeError(f"select: a condition has dtype {condition.dtype}, not bool")
        y = np.where(condition, choice, y)
    return y


@composite(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Apply to each element the function of the last condition that holds there."""
    x = array(x)
    number = np.isscalar(condlist) or (holds_recorded(condlist) and np.ndim(condlist) == 0)
    if number or (x.ndim != 0 and not isinstance(condlist[0], list) and np.ndim(condlist[0]) == 0):
        condlist = [condlist]
    conditions = [array(c).astype(bool) for c in condlist]
    if len(conditions) == len(funclist) - 1:
        rest = conditions[0]
        for condition in conditions[1:]:
            rest = rest | condition
        conditions.append(~rest)
    elif len(conditions) != len(funclist):
        raise ValueError(f"piecewise of {len(conditions)} conditions takes as many functions, or one more, not {len(funclist)}")
    y = np.zeros(x.shape, x.dtype)
    for condition, function in zip(conditions, funclist, strict=True):
        value = function
        if callable(function):
            chosen = x[condition]
            if not chosen.size:  # NumPy calls no function with no elements
                continue
            value = function(chosen, *args, **kw)
        y = put(y, value, index=condition)
    return y


@composite(np.compress)
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The slices along an axis where a condition holds."""
    refuse_out("compress", out)
    condition = array(condition)
    if condition.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return np.take(a, np.flatnonzero(condition), axis=axis)


@composite(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements where a condition holds."""
    return np.take(np.ravel(array(arr)), np.flatnonzero(condition))


# -- diagonals and triangles ----------------------------------------------------------------------------------------------


@composite(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """Read the diagonal of a matrix, or write a vector on one."""
    v = array(v)
    if v.ndim == 1:
        n = v.shape[0] + abs(k)
        return on_diagonal(v, shape=(n, n), offset=k, axis1=0, axis2=1)
    if v.ndim != 2:
        raise ValueError("Input must be 1- or 2-d.")
    return diagonal(v, offset=k)


@composite(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """Write the flattened elements on a diagonal."""
    return diag(np.ravel(array(v)), k)


@composite(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    """The sum of a diagonal."""
    refuse_out("trace", out)
    return np.sum(np.diagonal(array(a), offset, axis1, axis2), axis=-1, dtype=dtype)


def _triangle(m: Any, k: int, lower: bool) -> Any:
    m = array(m)
    if m.ndim == 1:
        m = np.broadcast_to(m, (m.shape[0], m.shape[0]))
    if m.ndim < 2:
        raise ValueError("a triangle takes an array of at least one axis")
    mask = np.tri(*m.shape[-2:], k=k if lower else k - 1, dtype=bool)
    return np.where(mask if lower else ~mask, m, np.zeros((), m.dtype))


@composite(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """The lower triangle of matrices, zero above."""
    return _triangle(m, k, lower=True)


@composite(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """The upper triangle of matrices, zero below."""
    return _triangle(m, k, lower=False)


@composite(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Cut off zeros at the ends."""
    a = array(filt)
    trim = trim.lower()
    if trim not in {"fb", "bf", "f", "b"}:
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    places = np.argwhere(a)
    for i in axes_of(axis, a.ndim):
        n = a.shape[i]
        first, last = (int(places[:, i].min()), int(places[:, i].max()) + 1) if len(places) else (n, n)
        a = a[slab(i, first if "f" in trim else 0, last if "b" in trim and len(places) else (n if "f" in trim else 0))]
    return a


# -- functions applied to slices ------------------------------------------------------------------------------------------


@composite(np.apply_along_axis)
def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """Apply a function to every one-dimensional slice along an axis."""
    arr = array(arr)
    axis = axis_of(axis, arr.ndim)
    last = np.moveaxis(arr, axis, -1)
    rest = last.shape[:-1]
    if 0 in rest:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [array(func1d(last[i], *args, **kwargs)) for i in np.ndindex(*rest)]
    inner = results[0].ndim
    made = np.stack(results).reshape(rest + results[0].shape)
    return np.moveaxis(made, tuple(range(len(rest), len(rest) + inner)), tuple(range(axis, axis + inner)))


@composite(np.apply_over_axes)
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """Apply a reduction over one axis after the other, keeping their number."""
    a = array(a)
    for axis in (axes,) if np.ndim(axes) == 0 else tuple(axes):
        axis = axis_of(axis, a.ndim)
        made = func(a, axis)
        made = made if made.ndim == a.ndim else np.expand_dims(made, axis)
        if made.ndim != a.ndim:
            raise ValueError("function is not returning an array of the correct shape")
        a = made
    return a


constant(
    np.argsort, np.argpartition, np.lexsort, np.searchsorted, np.digitize, np.nonzero, np.flatnonzero, np.argwhere,
    np.nanargmax, np.nanargmin, np.isin, np.tril_indices_from, np.triu_indices_from, np.diag_indices_from,
)  # fmt: skip


@composite(np.ix_)
def ix_(*args: Any) -> Any:
    """Open index arrays of coordinate vectors; they are indices, so they have no derivative."""
    if holds_recorded(list(args)):
        args = tuple(map(array, args))
        if any(a.ndim != 1 for a in args):
            raise ValueError("Cross index must be 1 dimensional")
        args = tuple(np.flatnonzero(a) if a.dtype == bool else a for a in args)
        return tuple(a.reshape((1,) * i + (-1,) + (1,) * (len(args) - 1 - i)) for i, a in enumerate(args))
    return np.ix_(*args)
