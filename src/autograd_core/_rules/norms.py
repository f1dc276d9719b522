"""Norms of vectors and matrices, and the condition number; at 0 a length has the centre of its subdifferential, 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._primitive import composite
from . import linalg as rules
from .common import axes_of
from .decompositions import floating, svdvals


def _length(x: Any, axes: Any, keepdims: Any) -> Any:
    """The root of the sum of squares; its derivative is 0 where that is 0."""
    squares = np.real(x) * np.real(x) + np.imag(x) * np.imag(x) if x.dtype.kind == "c" else x * x
    total = np.sum(squares, axis=axes, keepdims=keepdims)
    zero = total == 0
    return np.where(zero, 0, np.sqrt(np.where(zero, 1, total)))


def _vector_norm(x: Any, ord_: Any, axes: Any, keepdims: Any) -> Any:
    if ord_ is None or ord_ == 2:
        return _length(x, axes, keepdims)
    if ord_ in ("fro", "f", "nuc"):
        raise ValueError(f"Invalid norm order '{ord_}' for vectors")
    if ord_ == 0:
        return np.sum((x != 0).astype(np.finfo(x.dtype).dtype), axis=axes, keepdims=keepdims)
    size = np.abs(x)
    if ord_ == math.inf:
        return np.max(size, axis=axes, keepdims=keepdims, initial=0)
    if ord_ == -math.inf:
        return np.min(size, axis=axes, keepdims=keepdims)
    if ord_ == 1:
        return np.sum(size, axis=axes, keepdims=keepdims)
    p = float(ord_)
    nothing = (size == 0) & (p > 0)  # the powers of 0 have no slope here either
    total = np.sum(np.where(nothing, 0, np.where(nothing, 1, size) ** p), axis=axes, keepdims=keepdims)
    zero = (total == 0) & (p > 0)
    return np.where(zero, 0, np.where(zero, 1, total) ** (1 / p))


def _extreme_value(s: Any, largest: bool) -> Any:
    """The largest or smallest singular value; those equal to rounding share the derivative."""
    top = s[..., :1] if largest else s[..., -1:]
    tied = np.abs(s - top) <= 4 * s.shape[-1] * float(np.finfo(s.dtype).eps) * s[..., :1]
    return np.sum(s * (tied / np.sum(tied, axis=-1, keepdims=True)).astype(s.dtype), axis=-1)


def _matrix_norm(x: Any, ord_: Any, axes: tuple[int, ...], keepdims: Any) -> Any:
    row, col = axes
    if ord_ in (None, "fro", "f"):
        return _length(x, axes, keepdims)
    if ord_ in (1, -1, math.inf, -math.inf):
        inner = row if abs(ord_) == 1 else col
        sums = np.sum(np.abs(x), axis=inner, keepdims=True)
        y = np.max(sums, axis=axes, keepdims=True, initial=0) if ord_ > 0 else np.min(sums, axis=axes, keepdims=True)
    elif ord_ in (2, -2, "nuc"):
        s = svdvals(np.moveaxis(x, (row, col), (-2, -1)))
        y = np.sum(s, axis=-1) if ord_ == "nuc" else _extreme_value(s, ord_ == 2)
        y = np.expand_dims(y, tuple(sorted(axes)))
    else:
        raise ValueError(f"Invalid norm order {ord_!r} for matrices.")
    return y if keepdims else np.squeeze(y, axis=axes)


@composite(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of a vector or a matrix, of every order of NumPy."""
    x = floating(x)
    if ord is None and axis is None:
        return _length(x, None, keepdims)
    axes = axes_of(axis, x.ndim)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes, keepdims)
    if len(axes) == 2:
        if axes[0] == axes[1]:
            raise ValueError("Duplicate axes given.")
        return _matrix_norm(x, ord, axes, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


@composite(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of vectors along axes, all by default."""
    x = floating(x)
    return _vector_norm(x, ord, axes_of(axis, x.ndim), keepdims)


@composite(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of matrices in the last two axes."""
    x = floating(x)
    return _matrix_norm(x, ord, axes_of((-2, -1), x.ndim), keepdims)


@composite(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number with respect to a norm."""
    x = floating(x)
    if p is None or p in (2, -2):
        s = svdvals(x)
        y = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    elif x.shape[-1] != x.shape[-2]:
        raise np.linalg.LinAlgError(f"cond(p={p!r}) inverts square matrices, not ones of shape {x.shape}")
    else:
        y = norm(x, p, (-2, -1)) * norm(rules.inverse(x), p, (-2, -1))
    singular = np.isnan(y) & ~np.any(np.isnan(x), axis=(-2, -1))
    return np.where(singular, math.inf, y)
