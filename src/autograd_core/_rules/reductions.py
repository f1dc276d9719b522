"""Reductions and their transposes. `restored` puts reduced axes back with length one, so that a result broadcasts again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import composite, constant, general, linear
from .common import refuse_out
from .masks import masked as keep


def reduced_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The reduced axes as a tuple of numbers from 0."""
    if axis is None:
        return tuple(range(ndim))
    if ndim == 0:  # NumPy lets a number be reduced along axis 0
        return ()
    return tuple(i % ndim for i in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def restored(g: Any, _a: Any, axis: Any, keepdims: Any) -> Any:
    """Undo the loss of axes by a reduction of `_a` along `axis`."""
    if keepdims or _a.ndim == 0 or (axis is None and g.ndim == 0):
        return g
    axes = reduced_axes(axis, _a.ndim)
    return g.reshape(tuple(1 if i in axes else n for i, n in enumerate(_a.shape)))


def counted(_a: Any, axis: Any, where: Any) -> Any:
    """How many elements each result was made of: an int, or an array where a mask is given."""
    if where is True:
        return math.prod(_a.shape[i] for i in reduced_axes(axis, _a.ndim))
    return np.broadcast_to(where, _a.shape).sum(axis=None if axis is None else reduced_axes(axis, _a.ndim), keepdims=True)


def over(total: Any, count: Any) -> Any:
    """Divide by a number of elements, in the dtype of `total`; one above 65,504 is infinity in float16, so not in that."""
    narrow = total.dtype == np.float16
    count = count if type(count) in (int, float) else count.astype(np.float32 if narrow else total.dtype)
    return (total.astype(np.float32) / count).astype(np.float16) if narrow else total / count


def masked(g: Any, where: Any) -> Any:
    """Nothing flows to elements that `where=` left out."""
    return g if where is True else keep(g, where)


def sum_rule(
    g: Any,
    _y: Any,
    _a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = 0,
    where: Any = True,
) -> Any:
    """Every element gets the cotangent of the sum it went into."""
    return np.broadcast_to(masked(restored(g, _a, axis, keepdims), where), _a.shape)


# `np.add.reduce` is what `np.sum` calls after 1.5 us of Python; it takes axis=None for all axes
linear(
    np.sum,
    sum_rule,
    forward=lambda a, axis=None, **more: np.add.reduce(a, axis, **more),
    words="dA = G, spread over the summed axes",
)


def mean_rule(g: Any, _y: Any, _a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False, where: Any = True) -> Any:
    """As the sum's, divided by the number of elements."""
    g = over(restored(g, _a, axis, keepdims), counted(_a, axis, where))
    return np.broadcast_to(masked(g, where), _a.shape)


def mean_of(a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False, where: Any = True) -> Any:
    """`np.mean` without its Python wrapper where that computes the same (float16 and integers accumulate in another dtype)."""
    if (
        dtype is None
        and where is True
        and a.dtype.kind in "fc"
        and a.dtype.itemsize > 2
        and a.size
        and (a.ndim or axis is None)
    ):
        return np.add.reduce(a, axis, None, None, keepdims) / counted(a, axis, True)
    return np.mean(a, axis, dtype, keepdims=keepdims, where=where)


linear(np.mean, mean_rule, forward=mean_of, words="dA = G / n, spread over the averaged axes")


def extreme_rule(
    g: Any, y: Any, a: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """Elements that tie share the cotangent evenly; NaN ties with NaN; nothing flows to where `initial` won."""
    y = restored(y, a, axis, keepdims)
    hit = ((a == y) | ((a != a) & (y != y))) & where
    wide = np.float32 if g.dtype == np.float16 else g.dtype  # 65,520 ties are infinity in float16
    count = hit.sum(axis=None if axis is None else reduced_axes(axis, a.ndim), keepdims=True, dtype=wide)
    return keep(restored(g, a, axis, keepdims) / np.maximum(count, 1), hit)


for extreme in (np.max, np.min, np.amax, np.amin):
    general(extreme, extreme_rule, words="dA = G where A is the extreme, shared by ties")


def exclusive_product(a: Any, axis: int) -> Any:
    """The product of all other elements along an axis, exact where some are zero."""
    one = np.ones_like(a[(slice(None),) * axis + (slice(0, 1),)])
    before = (slice(None),) * axis + (slice(0, -1),)
    left = np.concatenate([one, np.cumprod(a, axis=axis)[before]], axis=axis)
    right = np.concatenate([one, np.cumprod(np.flip(a, axis), axis=axis)[before]], axis=axis)
    return left * np.flip(right, axis)


def prod_rule(
    g: Any,
    _y: Any,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = 1,
    where: Any = True,
) -> Any:
    """Exact by exclusive products: with no zero among the factors, with one, and with several."""
    if a.size == 0:
        return np.zeros_like(a)
    if dtype is not None:  # the product is of the converted factors
        a = (np.real(a) if np.dtype(dtype).kind != "c" else a).astype(dtype)
    axes = reduced_axes(axis, a.ndim)
    rest = tuple(i for i in range(a.ndim) if i not in axes)
    factors = (a if where is True else np.where(where, a, 1)).transpose(rest + axes)
    others = exclusive_product(factors.reshape((*(a.shape[i] for i in rest), -1)), len(rest)).reshape(factors.shape)
    inverse = [(*rest, *axes).index(i) for i in range(a.ndim)]
    return masked(restored(g, a, axis, keepdims) * others.transpose(inverse) * initial, where)


general(np.prod, prod_rule, words="dA = G times the product of the other elements")


@composite(np.var)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    where: Any = True,
    mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> Any:
    """The mean squared distance from the mean."""
    keepdims = False if keepdims is np._NoValue else keepdims
    where = True if where is np._NoValue else where
    ddof = ddof if correction is np._NoValue else correction
    refuse_out("var", out)
    # `dtype` is that of the two sums, as in NumPy: a real one takes the imaginary part from the mean only
    wide = {} if dtype is None else {"dtype": dtype}
    if mean is np._NoValue:
        mean = np.mean(a, axis=axis, keepdims=True, where=where, **wide)
    d = a - mean if where is True else keep(a - mean, where)  # what is left out may be NaN, and 0 times that is NaN
    squares = (d * d.conj()).real if d.dtype.kind == "c" else d * d
    count = counted(a, axis, where)
    total = np.sum(squares, axis=axis, keepdims=keepdims, where=where, **wide)
    if where is True:
        return over(total, count - ddof) if count > ddof else total / np.zeros_like(total)
    rest = np.maximum(count - ddof, 0)
    return over(total, rest if keepdims else rest.reshape(total.shape))


@composite(np.std)
def std(a: Any, axis: Any = None, **more: Any) -> Any:
    """The square root of the variance; its derivative is 0 where that is 0."""
    variance = np.var(a, axis=axis, **more)
    flat = variance == 0
    return np.where(flat, 0, np.sqrt(np.where(flat, 1, variance)))


constant(np.all, np.any, np.argmax, np.argmin, np.count_nonzero, np.shape, np.ndim, np.size)
