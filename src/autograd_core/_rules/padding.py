"""Padding in every mode of NumPy: zeros and their transpose, copies by index, ramps and statistics, axis by axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._errors import UnsupportedFunction
from .._primitive import composite, linear, primitive
from .common import array as as_array
from .common import slab


@primitive
def with_zeros(a: Any, widths: tuple[tuple[int, int], ...]) -> Any:
    """Put zeros before and after on each axis."""
    out = np.zeros(tuple(n + b + e for n, (b, e) in zip(a.shape, widths, strict=True)), a.dtype)
    out[tuple(slice(b, b + n) for n, (b, _) in zip(a.shape, widths, strict=True))] = a
    return out


@primitive
def without_ends(a: Any, widths: tuple[tuple[int, int], ...]) -> Any:
    """Cut so many elements off the ends of each axis."""
    return a[tuple(slice(b, n - e) for n, (b, e) in zip(a.shape, widths, strict=True))]


linear(with_zeros, lambda g, _y, _a, widths: without_ends(g, widths=widths), words="dA = G without the padding")
linear(without_ends, lambda g, _y, _a, widths: with_zeros(g, widths=widths), words="dA = G between zeros")


def _pairs(value: Any, ndim: int, name: str) -> list[tuple[Any, Any]]:
    """One number for all, one for each end, one for each axis and end, or a mapping from axes, as pairs."""
    if isinstance(value, dict):
        pairs = [(0, 0)] * ndim
        for axis, pair in value.items():
            pairs[axis] = (pair, pair) if np.ndim(pair) == 0 else tuple(pair)
        return pairs
    if hasattr(type(value), "__autograd__") or value is None:
        return [(value, value)] * ndim
    given = np.asarray(value)
    if name == "pad_width" and given.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    return [tuple(pair) for pair in np.broadcast_to(given, (ndim, 2)).tolist()]


def _whole(widths: list[tuple[Any, Any]]) -> list[tuple[int, int]]:
    pairs = [(int(b), int(e)) for b, e in widths]
    if any(n < 0 for pair in pairs for n in pair):
        raise ValueError("index can't contain negative values")
    return pairs


@composite(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """Put elements before and after on each axis; `mode` says which."""
    a = as_array(array)
    if callable(mode):
        raise UnsupportedFunction(
            "np.pad(mode=function) lets a function write into an array; use a mode by name, or ac.concatenate"
        )
    if mode not in _ALLOWED:
        raise ValueError(f"mode {mode!r} is not supported; use one of {', '.join(_ALLOWED)}")
    if unknown := set(kwargs) - set(_ALLOWED[mode]):
        raise ValueError(f"unsupported keyword arguments for mode {mode!r}: {unknown}")
    widths = _whole(_pairs(pad_width, a.ndim, "pad_width"))
    if mode in ("constant", "empty"):
        return _with_constant(a, widths, kwargs.get("constant_values", 0))
    if any(n == 0 and pair != (0, 0) for n, pair in zip(a.shape, widths, strict=True)):
        raise ValueError(f"can't extend an empty axis of shape {a.shape} using modes other than 'constant' or 'empty'")
    if mode in ("edge", "wrap") or (mode in ("reflect", "symmetric") and kwargs.get("reflect_type", "even") == "even"):
        for axis, pair in enumerate(widths):
            if pair != (0, 0):
                a = np.take(a, np.pad(np.arange(a.shape[axis]), pair, mode), axis=axis)
        return a
    extend: Any = _odd if mode in ("reflect", "symmetric") else _ramp if mode == "linear_ramp" else _statistic
    option = kwargs.get("end_values", 0) if mode == "linear_ramp" else kwargs.get("stat_length")
    for axis, (pair, value) in enumerate(zip(widths, _pairs(option, a.ndim, "option"), strict=True)):
        if pair != (0, 0):
            a = extend(a, axis, pair, value, mode)
    return a


_ALLOWED: dict[str, tuple[str, ...]] = {
    "constant": ("constant_values",),
    "edge": (),
    "empty": (),
    "linear_ramp": ("end_values",),
    "maximum": ("stat_length",),
    "mean": ("stat_length",),
    "median": ("stat_length",),
    "minimum": ("stat_length",),
    "reflect": ("reflect_type",),
    "symmetric": ("reflect_type",),
    "wrap": (),
}


def _with_constant(a: Any, widths: list[tuple[int, int]], values: Any) -> Any:
    if np.ndim(values) == 0 and not hasattr(values, "ndim") and values == 0:
        return with_zeros(a, widths=tuple(widths))
    for axis, (pair, ends) in enumerate(zip(widths, _pairs(values, a.ndim, "constant_values"), strict=True)):
        first, last = (
            np.broadcast_to(as_array(value).astype(a.dtype), (*a.shape[:axis], width, *a.shape[axis + 1 :]))
            for width, value in zip(pair, ends, strict=True)
        )
        a = np.concatenate([first, a, last], axis=axis)
    return a


def _rounded(values: Any, a: Any) -> Any:
    return values if a.dtype.kind in "fc" else np.round(values).astype(a.dtype)


def _ramp(a: Any, axis: int, pair: tuple[int, int], ends: tuple[Any, Any], _mode: str) -> Any:
    first, last = a[slab(axis, 0, 1)], a[slab(axis, -1, None)]
    shape = (-1,) + (1,) * (a.ndim - 1 - axis)
    parts = [a]
    for width, edge, end, at_start in zip(pair, (first, last), ends, (True, False), strict=True):
        steps = np.arange(width).reshape(shape) / width
        steps = (steps if at_start else np.flip(steps, 0)).astype(a.dtype if a.dtype.kind in "fc" else float)
        block = end + (edge - end) * steps
        block = block if a.dtype.kind in "fc" else np.trunc(block).astype(a.dtype)
        parts.insert(0 if at_start else len(parts), block)
    return np.concatenate(parts, axis=axis)


_STATISTICS: dict[str, Any] = {"maximum": np.max, "minimum": np.min, "mean": np.mean, "median": np.median}


def _statistic(a: Any, axis: int, pair: tuple[int, int], lengths: tuple[Any, Any], mode: str) -> Any:
    n = a.shape[axis]
    parts = [a]
    for width, length, at_start in zip(pair, lengths, (True, False), strict=True):
        count = n if length is None else min(int(length), n)
        if count <= 0:
            raise ValueError(f"np.pad(mode={mode!r}, stat_length={length}): it must be at least 1")
        part = a[slab(axis, 0, count) if at_start else slab(axis, n - count, None)]
        value = _rounded(_STATISTICS[mode](part, axis=axis, keepdims=True), a)
        block = np.broadcast_to(value, (*a.shape[:axis], width, *a.shape[axis + 1 :]))
        parts.insert(0 if at_start else len(parts), block)
    return np.concatenate(parts, axis=axis)


def _odd(a: Any, axis: int, pair: tuple[int, int], _option: Any, mode: str) -> Any:
    """Reflect through the edge value, `2 edge - reflected`, again and again until the widths are filled."""
    original = a.shape[axis]
    start = 0 if mode == "symmetric" else 1
    if original == 1:
        return np.take(a, np.zeros(1 + sum(pair), int), axis=axis)
    before, after = pair
    while before or after:
        n = a.shape[axis]
        whole = (n - start) // (original - start) * (original - start)
        left, right = min(before, whole), min(after, whole)
        last = a[slab(axis, n - 1, n)]
        if left:
            mirrored = np.flip(a[slab(axis, start, start + left)], axis)
            a = np.concatenate([2 * a[slab(axis, 0, 1)] - mirrored, a], axis=axis)
        if right:
            m = a.shape[axis]
            mirrored = np.flip(a[slab(axis, m - start - right, m - start)], axis)
            a = np.concatenate([a, 2 * last - mirrored], axis=axis)
        before, after = before - left, after - right
    return a
