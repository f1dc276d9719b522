"""Weighted means, covariance and correlation."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import composite
from .common import array, is_lazy, keep, weights_of_all


@composite(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = np._NoValue) -> Any:
    """The weighted mean."""
    a, keepdims = array(a), keep(keepdims, False)
    if weights is None:
        y = np.mean(a, axis=axis, keepdims=keepdims)
        total = np.full(y.shape, a.size / max(y.size, 1), y.dtype)
    else:
        weights = weights_of_all(weights, a, axis)
        kind = np.result_type(a.dtype, weights.dtype, *([np.float64] if a.dtype.kind in "iub" else []))
        weights = weights.astype(kind)
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        if not is_lazy(total) and bool(np.any(total == 0)):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        y = np.sum(a.astype(kind) * weights, axis=axis, keepdims=keepdims) / total
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
    if x.ndim > 2:
        raise ValueError("cov takes arrays of at most two axes")
    kind = (
        np.dtype(dtype) if dtype is not None else np.result_type(x.dtype, np.float64, *([] if y is None else [array(y).dtype]))
    )
    rows = np.atleast_2d(x.astype(kind))
    rows = rows.swapaxes(0, 1) if not rowvar and x.ndim != 1 else rows
    if rows.shape[0] == 0:  # of no variables, whatever `y` is
        return np.zeros((0, 0))
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
    factor = max(factor, 0)  # of too few observations a covariance is infinite, or NaN where they do not differ
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
