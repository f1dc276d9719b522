"""Order statistics: medians and quantiles, through the sorted elements that they are read from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._errors import UnsupportedFunction
from .._primitive import composite, constant, primitive
from .common import array, axes_of, by_numpy, holds_recorded, keep, refuse_out, weights_of_all
from .ordering import along


@primitive
def positions(a: Any, q: Any, method: str) -> Any:
    """Where quantiles stand among the sorted numbers of the last axis, NaN left out; the axes of `q` come first."""
    size, counts = a.shape[-1], a.shape[-1] - np.isnan(a).sum(axis=-1)
    kind = np.float64 if a.dtype == np.float16 else np.finfo(a.dtype).dtype
    q = np.asarray(q)
    if bool(np.all(counts == size)):
        place = np.quantile(np.arange(size, dtype=kind), q, method=method)
        return np.broadcast_to(np.reshape(place, q.shape + (1,) * (a.ndim - 1)), q.shape + a.shape[:-1])
    out = np.zeros(q.shape + a.shape[:-1], kind)
    for n in np.unique(counts[counts > 0]):
        place = np.quantile(np.arange(n, dtype=kind), q, method=method)
        out[..., counts == n] = np.reshape(place, (*q.shape, 1))
    return out


@primitive
def weighted_positions(a: Any, q: Any, weights: Any, method: str) -> Any:
    """Where weighted quantiles stand among the sorted numbers of the last axis."""
    ranks = np.argsort(np.argsort(a, axis=-1), axis=-1)
    return np.quantile(ranks, q, axis=-1, weights=weights, method=method)


constant(positions, weighted_positions)


_DISCRETE = frozenset({"inverted_cdf", "closest_observation", "lower", "higher", "nearest"})


def _merged(a: Any, axis: Any) -> tuple[Any, tuple[int, ...]]:
    """The reduced axes as one last axis."""
    axes = axes_of(axis, a.ndim)
    rest = tuple(i for i in range(a.ndim) if i not in axes)
    moved = np.transpose(a, rest + axes)
    return moved.reshape(*(a.shape[i] for i in rest), math.prod(a.shape[i] for i in axes)), axes


def _quantiles(
    a: Any, q: Any, axis: Any, method: str, keepdims: Any, weights: Any = None, blind: bool = False, median: bool = False
) -> Any:
    """Interpolate between sorted elements at the places that NumPy's method gives; `blind` to NaN, else NaN wins."""
    a = array(a)
    if a.dtype.kind == "c" and not median:
        raise TypeError("a must be an array of real numbers")
    if a.dtype.kind not in "fc":
        a = a.astype(float)
    given = q if hasattr(q, "ndim") else np.asarray(q)
    kind = a.dtype if type(q) in (int, float) or method in _DISCRETE else np.result_type(a.dtype, given.dtype)
    if given.ndim > 2:
        raise ValueError("q must be a scalar or 1d")
    if not bool(np.all((given >= 0) & (given <= 1))):
        raise ValueError("Quantiles must be in the range [0, 1]")
    given = given.astype(np.float64) if given.dtype == np.float16 else given  # float16 has no place 2,049, nor 65,520
    merged, axes = _merged(a, axis)
    n = merged.shape[-1]
    shape = given.shape + tuple(1 if i in axes else m for i, m in enumerate(a.shape) if keepdims or i not in axes)
    if n == 0 and not median and not blind:
        raise IndexError(f"cannot take a quantile of no elements, over axes {axes} of shape {a.shape}")
    if n == 0:
        return np.full(shape, math.nan, a.dtype)
    ordered = np.sort(merged, axis=-1)
    last = np.isnan(ordered[..., -1])
    whole = np.where(last[..., None], 0, merged) if not blind else merged
    if weights is not None:
        if method != "inverted_cdf":
            raise ValueError("Only method 'inverted_cdf' supports weights.")
        weights, _ = _merged(weights_of_all(weights, a, axis), axis)
        place = weighted_positions(merged, given, weights=weights, method=method)
    elif holds_recorded(q):
        if method != "linear":
            raise UnsupportedFunction(
                f"quantile(method={method!r}) of a Tensor q is not differentiable in q; pass q.detach().numpy()"
            )
        place = given.reshape(given.shape + (1,) * (merged.ndim - 1)) * (n - 1) + np.zeros(merged.shape[:-1], kind)
    else:
        place = positions(whole, given, method=method)
    lower = np.floor(place).astype(np.intp)
    # axes of q last, so that one read along the last axis serves all quantiles
    at = np.moveaxis(lower.reshape(given.size, *merged.shape[:-1]), 0, -1)
    above = np.minimum(at + 1, n - 1)
    part = (place - np.floor(place)).astype(np.finfo(kind).dtype)
    part = np.moveaxis(part.reshape(given.size, *merged.shape[:-1]), 0, -1)
    low, high = along(ordered, index=at, axis=merged.ndim - 1), along(ordered, index=above, axis=merged.ndim - 1)
    between = low + (high - low) * part  # not finite beside an infinite element, which an exact place does not read
    y = between if holds_recorded(q) else np.where((part == 0) | (np.isinf(low) & (low == high)), low, between)
    lost = np.isnan(ordered[..., :1]) if blind else last[..., None]
    y = np.where(lost, math.nan if blind else ordered[..., -1:], y)
    return np.moveaxis(y, -1, 0).reshape(shape).astype(kind)


def _fractions(q: Any) -> Any:
    return q / 100 if type(q) in (int, float) else np.true_divide(q, 100)


@composite(np.quantile)
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """Numbers below which given fractions of the elements lie."""
    refuse_out("quantile", out)
    if array(a).dtype.kind not in "fc" and not holds_recorded(q):
        return by_numpy(a, q, axis, function=np.quantile, method=method, keepdims=keepdims, weights=weights)
    return _quantiles(a, q, axis, method, keepdims, weights)


@composite(np.percentile)
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """Numbers below which given percentages of the elements lie."""
    refuse_out("percentile", out)
    if array(a).dtype.kind not in "fc" and not holds_recorded(q):
        return by_numpy(a, q, axis, function=np.percentile, method=method, keepdims=keepdims, weights=weights)
    return _quantiles(a, _fractions(q), axis, method, keepdims, weights)


@composite(np.median)
def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    """The middle of the sorted elements."""
    refuse_out("median", out)
    return _quantiles(a, 0.5, axis, "linear", keepdims, median=True)


@composite(np.nanquantile)
def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = np._NoValue,
    *,
    weights: Any = None,
) -> Any:
    """As `quantile`, blind to NaN."""
    refuse_out("nanquantile", out)
    if weights is not None:
        raise UnsupportedFunction("nanquantile(weights=...) has no rule; drop the NaN first and use quantile")
    if array(a).dtype.kind not in "fc" and not holds_recorded(q):
        return by_numpy(a, q, axis, function=np.nanquantile, method=method, keepdims=keepdims)
    return _quantiles(a, q, axis, method, keep(keepdims, False), blind=True)


@composite(np.nanpercentile)
def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: Any = np._NoValue,
    *,
    weights: Any = None,
) -> Any:
    """As `percentile`, blind to NaN."""
    return nanquantile(a, _fractions(q), axis, out, overwrite_input, method, keepdims, weights=weights)


@composite(np.nanmedian)
def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = np._NoValue) -> Any:
    """As `median`, blind to NaN."""
    refuse_out("nanmedian", out)
    return _quantiles(a, 0.5, axis, "linear", keep(keepdims, False), blind=True, median=True)


@composite(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = np._NoValue) -> Any:
    """The largest element less the smallest."""
    refuse_out("ptp", out)
    a, keepdims = array(a), keep(keepdims, False)
    return np.subtract(np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims))
