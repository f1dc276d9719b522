"""Reductions blind to NaN, as reductions of what is left with a mask of what counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import composite
from .common import array, keep, refuse_out


def _without_nan(a: Any, fill: Any) -> Any:
    return np.where(np.isnan(a), np.full((), fill, a.dtype), a) if a.dtype.kind in "fc" else a


def _numbers(a: Any, where: Any) -> Any:
    """The mask of elements that count."""
    return ~np.isnan(a) & where


@composite(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = np._NoValue,
    initial: Any = np._NoValue,
    where: Any = np._NoValue,
) -> Any:
    """The sum of the elements that are not NaN."""
    refuse_out("nansum", out)
    more = {"initial": initial, "where": where}
    more = {k: v for k, v in more.items() if v is not np._NoValue}
    return np.sum(_without_nan(array(a), 0), axis=axis, dtype=dtype, keepdims=keep(keepdims, False), **more)


@composite(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = np._NoValue,
    initial: Any = np._NoValue,
    where: Any = np._NoValue,
) -> Any:
    """The product of the elements that are not NaN."""
    refuse_out("nanprod", out)
    more = {"initial": initial, "where": where}
    more = {k: v for k, v in more.items() if v is not np._NoValue}
    return np.prod(_without_nan(array(a), 1), axis=axis, dtype=dtype, keepdims=keep(keepdims, False), **more)


@composite(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running sum, NaN counted as 0."""
    return np.cumsum(_without_nan(array(a), 0), axis, dtype, out)


@composite(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """The running product, NaN counted as 1."""
    return np.cumprod(_without_nan(array(a), 1), axis, dtype, out)


@composite(np.nanmean)
def nanmean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = np._NoValue,
    *,
    where: Any = np._NoValue,
) -> Any:
    """The mean of the elements that are not NaN."""
    refuse_out("nanmean", out)
    a, keepdims, where = array(a), keep(keepdims, False), keep(where, True)
    return np.mean(_without_nan(a, 0), axis=axis, dtype=dtype, keepdims=keepdims, where=_numbers(a, where))


@composite(np.nanvar)
def nanvar(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, **more: Any) -> Any:
    """The variance of the elements that are not NaN; NaN where they are no more than `ddof`."""
    a = array(a)
    more["where"] = where = _numbers(a, keep(more.pop("where", np._NoValue), True))
    ddof = keep(more.pop("correction", np._NoValue), ddof)
    y = np.var(_without_nan(a, 0), axis=axis, dtype=dtype, out=out, ddof=ddof, **more)
    few = np.sum(where, axis=axis, keepdims=bool(keep(more.get("keepdims", np._NoValue), False))) <= ddof
    return np.where(few, math.nan, y)


@composite(np.nanstd)
def nanstd(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, **more: Any) -> Any:
    """The square root of `nanvar`, with derivative 0 where that is 0."""
    variance = nanvar(a, axis, dtype, out, ddof, **more)
    flat = variance == 0
    return np.where(flat, 0, np.sqrt(np.where(flat, 1, variance)))


def _nan_extreme(extreme: Any, a: Any, axis: Any, out: Any, more: dict[str, Any]) -> Any:
    refuse_out(f"nan{extreme.__name__}", out)
    a = array(a)
    more = {k: v for k, v in more.items() if v is not np._NoValue}
    if a.dtype.kind not in "fc":
        return extreme(a, axis=axis, **more)
    worst = -math.inf if extreme is np.max else math.inf
    there = _numbers(a, more.get("where", True))
    y = extreme(_without_nan(a, worst), axis=axis, **more)
    return np.where(np.any(there, axis=axis, keepdims=more.get("keepdims", False)), y, y if "initial" in more else math.nan)


@composite(np.nanmax)
def nanmax(a: Any, axis: Any = None, out: Any = None, **more: Any) -> Any:
    """The largest element that is not NaN; NaN if there is none."""
    return _nan_extreme(np.max, a, axis, out, more)


@composite(np.nanmin)
def nanmin(a: Any, axis: Any = None, out: Any = None, **more: Any) -> Any:
    """The smallest element that is not NaN; NaN if there is none."""
    return _nan_extreme(np.min, a, axis, out, more)
