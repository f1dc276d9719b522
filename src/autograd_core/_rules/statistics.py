"""Statistics: order statistics through the sorted elements, NaN-blind reductions through masks, and weighted counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._errors import UnsupportedFunction
from .._primitive import composite, constant, linear, primitive
from .common import array, axes_of, holds_recorded, keep, refuse_out
from .ordering import along

# -- order statistics -----------------------------------------------------------------------------------------------------


@primitive
def positions(a: Any, q: Any, method: str) -> Any:
    """Where quantiles stand among the sorted numbers of the last axis, NaN left out; the axes of `q` come first."""
    size, counts = a.shape[-1], a.shape[-1] - np.isnan(a).sum(axis=-1)
    kind = np.finfo(a.dtype).dtype
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
    if not bool(np.all((given >= 0) & (given <= 1))):
        raise ValueError("Quantiles must be in the range [0, 1]")
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
        weights = array(weights)
        if np.shape(weights) != a.shape:
            weights = np.broadcast_to(weights.reshape((-1,) + (1,) * (a.ndim - 1 - axes[0])), a.shape)
        place = weighted_positions(merged, given, weights=_merged(weights, axis)[0], method=method)
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


# -- blind to NaN ---------------------------------------------------------------------------------------------------------


def _without_nan(a: Any, fill: Any) -> Any:
    return np.where(np.isnan(a), np.full((), fill, a.dtype), a) if a.dtype.kind in "fc" else a


def _numbers(a: Any, where: Any) -> Any:
    """The mask of elements that count."""
    if a.dtype.kind not in "fc":
        return where
    there = ~np.isnan(a)
    return there if where is True else there & where


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
    where = _numbers(a, keep(more.pop("where", np._NoValue), True))
    if where is not True:
        more["where"] = where
    ddof = keep(more.pop("correction", np._NoValue), ddof)
    y = np.var(_without_nan(a, 0), axis=axis, dtype=dtype, out=out, ddof=ddof, **more)
    if where is True:
        return y
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


# -- moments --------------------------------------------------------------------------------------------------------------


@composite(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = np._NoValue) -> Any:
    """The weighted mean."""
    a, keepdims = array(a), keep(keepdims, False)
    if weights is None:
        y = np.mean(a, axis=axis, keepdims=keepdims)
        total = np.full(y.shape, a.size / max(y.size, 1), y.dtype)
    else:
        weights = array(weights)
        axes = axes_of(axis, a.ndim)
        if a.shape != weights.shape:
            if axis is None:
                raise TypeError("Axis must be specified when shapes of a and weights differ.")
            if weights.shape != tuple(a.shape[i] for i in axes):
                raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
            weights = np.transpose(weights, np.argsort(axes).tolist())
            weights = weights.reshape(tuple(n if i in axes else 1 for i, n in enumerate(a.shape)))
        kind = np.result_type(a.dtype, weights.dtype, *([np.float64] if a.dtype.kind in "iub" else []))
        total = (
            np.sum(weights.astype(kind), axis=axis, keepdims=keepdims)
            if a.shape == weights.shape
            else np.sum(np.broadcast_to(weights.astype(kind), a.shape), axis=axis, keepdims=keepdims)
        )
        if bool(np.any(total == 0)):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        y = np.sum(a.astype(kind) * weights.astype(kind), axis=axis, keepdims=keepdims) / total
    return (y, np.broadcast_to(total, y.shape)) if returned else y


@composite(np.cov)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariance matrix of variables, one a row."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    x = array(m)
    if x.ndim > 2 or (y is not None and array(y).ndim > 2):
        raise ValueError("cov takes arrays of at most two axes")
    kind = (
        np.dtype(dtype) if dtype is not None else np.result_type(x.dtype, np.float64, *([] if y is None else [array(y).dtype]))
    )
    rows = np.atleast_2d(x.astype(kind))
    rows = rows.swapaxes(0, 1) if not rowvar and x.ndim != 1 else rows
    if y is not None:
        other = np.atleast_2d(array(y).astype(kind))
        other = other.swapaxes(0, 1) if not rowvar and other.shape[0] != 1 else other
        rows = np.concatenate((rows, other), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    weights: Any = None
    if fweights is not None:
        if np.any(np.asarray(fweights) != np.around(fweights)):
            raise TypeError("fweights must be integer")
        weights = array(fweights).astype(float)
    if aweights is not None:
        weights = array(aweights) if weights is None else weights * array(aweights)
    if weights is None:
        mean, factor = np.mean(rows, axis=1, keepdims=True), rows.shape[1] - ddof
        total: Any = rows.shape[1]
    else:
        total = np.sum(weights)
        mean = np.sum(rows * weights, axis=1, keepdims=True) / total
        factor = total - ddof if ddof == 0 or aweights is None else total - ddof * np.sum(weights * array(aweights)) / total
    d = rows - mean
    product = np.matmul(d if weights is None else d * weights, np.swapaxes(d.conj(), 0, 1))
    factor = math.nan if isinstance(factor, int) and factor <= 0 else factor
    return np.squeeze(product / factor)


@composite(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlation matrix of variables, one a row, clipped to [-1, 1]."""
    c = np.cov(array(x), y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    scale = np.sqrt(np.diagonal(c).real)
    r = c / scale[:, None] / scale[None, :]
    if r.dtype.kind == "c":
        return np.clip(r.real, -1, 1) + 1j * np.clip(r.imag, -1, 1)
    return np.clip(r, -1, 1)


# -- counting -------------------------------------------------------------------------------------------------------------


@primitive
def counted_weights(weights: Any, index: Any, size: int) -> Any:
    """Add weights up by bin; an index of -1 belongs to none."""
    out = np.zeros(size, weights.dtype)
    inside = index >= 0
    np.add.at(out, index[inside], weights[inside])
    return out


@primitive
def weights_of(g: Any, index: Any) -> Any:
    """Read each bin's number for every weight that went into it."""
    return np.where(index >= 0, g[np.maximum(index, 0)], np.zeros((), g.dtype)) if g.size else np.zeros(index.shape, g.dtype)


linear(
    counted_weights,
    lambda g, _y, _a, index, size: weights_of(g, index=index),
    words="dW = G of the bin that W went into",
)
linear(weights_of, lambda g, _y, _a, index: counted_weights(g, index=index, size=_a.shape[0]))


@composite(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number occurs, or the sum of the weights of its occurrences."""
    x = array(x)
    if weights is None:
        return plain_counts(x, minlength=minlength)
    weights = array(weights)
    if x.shape != weights.shape or x.ndim != 1:
        raise ValueError(f"bincount of shape {x.shape} with weights of shape {weights.shape}: give two equal lengths")
    size = int(plain_counts(x, minlength=minlength).shape[0])
    return counted_weights(weights.astype(float), index=x, size=size)


@primitive
def plain_counts(x: Any, minlength: int) -> Any:
    """How often each number occurs."""
    return np.bincount(x, minlength=minlength)


@primitive
def bins_of(sample: Any, *edges: Any) -> Any:
    """The number of the bin that each row of a sample falls into, or -1; the last bin holds its right edge."""
    shape = tuple(len(e) - 1 for e in edges)
    index = np.zeros(sample.shape[0], int)
    outside = np.zeros(sample.shape[0], bool)
    for i, e in enumerate(edges):
        column = sample[:, i]
        place = np.searchsorted(e, column, "right") - 1
        place = np.where(column == e[-1], shape[i] - 1, place)
        outside |= (place < 0) | (place >= shape[i]) | np.isnan(column)
        index = index * shape[i] + np.clip(place, 0, shape[i] - 1)
    return np.where(outside, -1, index)


constant(plain_counts, bins_of)


@composite(np.histogram_bin_edges)
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """The edges of the bins: they move with the smallest and the largest element, unless given."""
    a = np.ravel(array(a))
    if not isinstance(bins, str) and np.ndim(bins) == 1:
        bins = array(bins)
        if bool(np.any(bins[:-1] > bins[1:])):
            raise ValueError("`bins` must increase monotonically, when an array")
        return bins
    count = len(edges_of(a, bins=bins, range_=range)) - 1
    if range is None:
        if a.size == 0:
            return edges_of(a, bins=bins, range_=None)
        low, high = np.min(a), np.max(a)
        low, high = (low - 0.5, high + 0.5) if bool(low == high) else (low, high)
    else:
        return edges_of(a, bins=bins, range_=range)
    return np.linspace(low, high, count + 1)


@primitive
def edges_of(a: Any, bins: Any, range_: Any) -> Any:
    """The edges as NumPy computes them."""
    return np.histogram_bin_edges(a, bins, range_)


constant(edges_of)


@composite(np.histogram)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Sums of weights by bin, differentiable in the weights, and the edges of the bins."""
    a = np.ravel(array(a))
    edges = histogram_bin_edges(a, bins, range)
    where = bins_of(a[:, None], edges)
    y = _in_bins(where, weights, (edges.shape[0] - 1,), density)
    return (y / np.diff(edges) / np.sum(y) if density else y), edges


def _in_bins(where: Any, weights: Any, shape: tuple[int, ...], density: Any) -> Any:
    if weights is None:
        weights = np.ones(where.shape, float if density else int)
    w = np.ravel(array(weights))
    if w.shape != where.shape:
        raise ValueError("weights should have the same shape as a.")
    return counted_weights(w, index=where, size=math.prod(shape)).reshape(shape)


@composite(np.histogramdd)
def histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Sums of weights by bin in several dimensions, differentiable in the weights, and the edges of each."""
    if isinstance(sample, list | tuple):
        sample = np.stack([array(s) for s in sample], axis=1)
    sample = np.atleast_2d(array(sample))
    sample = sample.swapaxes(0, 1) if array(sample).shape[0] == 1 else sample
    ndim = sample.shape[1]
    each = list(bins) if isinstance(bins, list | tuple) else [bins] * ndim
    if len(each) != ndim:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    ranges = [None] * ndim if range is None else list(range)
    edges = [histogram_bin_edges(sample[:, i], b, r) for i, (b, r) in enumerate(zip(each, ranges, strict=True))]
    shape = tuple(e.shape[0] - 1 for e in edges)
    where = bins_of(sample, *edges)
    w = np.ones(where.shape) if weights is None else array(weights).astype(float)
    y = _in_bins(where, w, shape, density)
    if density:
        for i, e in enumerate(edges):
            y = y / np.diff(e).reshape((1,) * i + (-1,) + (1,) * (ndim - 1 - i))
        y = y / np.sum(_in_bins(where, w, shape, density))
    return y, tuple(edges)


@composite(np.histogram2d)
def histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Sums of weights by bin in two dimensions, and the edges of both."""
    if not isinstance(bins, int | np.integer) and len(bins) not in (1, 2):
        bins = [array(bins), array(bins)]
    h, (first, second) = histogramdd([x, y], bins, range, density, weights)
    return h, first, second
