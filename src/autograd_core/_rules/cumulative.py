"""Cumulative sums and products, and the linear recurrence that differentiates the product without dividing by zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import composite, general, linear, primitive
from .common import array, axis_of, refuse_out


@primitive
def sums(a: Any, axis: int) -> Any:
    """The running sum along an axis."""
    return np.cumsum(a, axis)


@primitive
def products(a: Any, axis: int) -> Any:
    """The running product along an axis."""
    return np.cumprod(a, axis)


def _part(axis: int, start: int | None, stop: int | None) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, slice(start, stop))


def _shifted(a: Any, axis: int, by: int, fill: float) -> Any:
    """`a` moved `by` places up its axis, with a constant in the places that become free."""
    return np.concatenate([np.full_like(a[_part(axis, 0, by)], fill), a[_part(axis, 0, -by)]], axis=axis)


def recurrence(a: Any, b: Any, axis: int) -> Any:
    """Solve ``c[i] = b[i] + a[i] c[i - 1]`` along an axis, in a number of steps that is the logarithm of its length."""
    step = 1
    while step < b.shape[axis]:
        b = b + a * _shifted(b, axis, step, 0.0)
        a = a * _shifted(a, axis, step, 0.0)
        step *= 2
    return b


def products_rule(g: Any, y: Any, a: Any, axis: int) -> Any:
    """With ``c[i] = g[i] + a[i+1] c[i+1]``, the derivative is ``y[i-1] c[i]``: exact where factors are zero."""
    if a.shape[axis] < 2:
        return g
    following = _shifted(np.flip(a, axis), axis, 1, 0.0)
    return np.flip(recurrence(following, np.flip(g, axis), axis), axis) * _shifted(y, axis, 1, 1.0)


linear(
    sums,
    lambda g, _y, _a, axis: np.flip(sums(np.flip(g, axis), axis=axis), axis),
    words="dA = the running sum of G from the end",
)
general(products, products_rule)


def _along(running: Any, a: Any, axis: Any, dtype: Any, out: Any, name: str) -> Any:
    refuse_out(name, out)
    a = array(a)
    a = a if dtype is None else a.astype(dtype)
    if axis is None or a.ndim == 0:
        a, axis = a.reshape(-1), axis or 0
    total = running(a, axis=axis_of(axis, a.ndim))
    # NumPy widens small integers by itself
    return total if dtype is None or total.dtype == dtype else total.astype(dtype)


@composite(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running sum."""
    return _along(sums, a, axis, dtype, out, "cumsum")


@composite(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running product."""
    return _along(products, a, axis, dtype, out, "cumprod")
