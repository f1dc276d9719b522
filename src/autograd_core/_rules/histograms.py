"""Counting into bins: linear in the weights, and blind to the numbers that are counted except for where the bins end."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import composite, constant, linear, primitive
from .common import array, is_lazy


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
    if x.shape != weights.shape:
        raise ValueError(f"bincount of shape {x.shape} with weights of shape {weights.shape}: give two equal lengths")
    size = int(plain_counts(x, minlength=minlength).shape[0])
    return counted_weights(weights.astype(float, casting="safe"), index=x, size=size)


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
        if not is_lazy(bins) and bool(np.any(bins[:-1] > bins[1:])):
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
        sample = np.transpose(np.atleast_2d(array(sample)))
    sample = array(sample)
    sample = sample.reshape(-1, 1) if sample.ndim < 2 else sample
    ndim = sample.shape[1]
    each = list(bins) if isinstance(bins, list | tuple) else [bins] * ndim
    if len(each) != ndim:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    ranges = [None] * ndim if range is None else list(range)
    edges = [histogram_bin_edges(sample[:, i], b, r) for i, (b, r) in enumerate(zip(each, ranges, strict=True))]
    shape = tuple(e.shape[0] - 1 for e in edges)
    where = bins_of(sample, *edges)
    w = np.ones(where.shape) if weights is None else array(weights).astype(float, casting="safe")
    y = _in_bins(where, w, shape, density)
    if density:
        for i, e in enumerate(edges):
            y = y / np.diff(e).reshape((1,) * i + (-1,) + (1,) * (ndim - 1 - i))
        y = y / np.sum(_in_bins(where, w, shape, density))
    return y, edges


@composite(np.histogram2d)
def histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Sums of weights by bin in two dimensions, and the edges of both."""
    if not isinstance(bins, int | np.integer) and len(bins) not in (1, 2):
        bins = [array(bins), array(bins)]
    h, (first, second) = histogramdd([x, y], bins, range, density, weights)
    return h, first, second
