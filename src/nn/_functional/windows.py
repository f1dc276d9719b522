"""Convolution, its transpose, and pooling, with PyTorch's arguments; (N, C, *spatial) or, for one example, (C, *spatial)."""

from __future__ import annotations

import math
from functools import lru_cache
from numbers import Integral
from typing import Any

import numpy as np

import autograd_core as ac

from .._arrays import tensor_of
from .._errors import ArgumentError
from .checks import as_input, check_rank

__all__ = ["adaptive_avg_pool", "avg_pool", "conv", "conv_transpose", "max_pool", "pad"]

Sizes = int | tuple[int, ...]
_AXES = {1: "(N, C, L) or (C, L)", 2: "(N, C, H, W) or (C, H, W)", 3: "(N, C, D, H, W) or (C, D, H, W)"}


def numbers(value: Any, n: int, name: str) -> tuple[int, ...]:
    """One entry a spatial axis."""
    several = tuple(value) if isinstance(value, tuple | list) else (value,) * n
    if len(several) == 1:
        several *= n
    if len(several) != n or not all(isinstance(v, Integral) for v in several):
        raise ArgumentError(f"{name}={value!r} must be one integer or {n}")
    return tuple(map(int, several))


def _batched(x: ac.Tensor, n: int, operation: str) -> tuple[ac.Tensor, bool]:
    check_rank(x, (n + 1, n + 2), _AXES[n], operation)
    return (x, False) if x.ndim == n + 2 else (x[None], True)


def pad(input: Any, pad: tuple[int, ...], mode: str = "constant", value: float | None = None) -> Any:
    """Pad the last axes: ``pad`` holds (before, after) pairs, the last axis first.

    Parameters
    ----------
    mode : str
        ``constant``, ``reflect``, ``replicate`` or ``circular``.

    Raises
    ------
    ArgumentError
        If the mode is unknown or a reflection or a turn is longer than the axis.
    """
    x = tensor_of(input)
    if len(pad) % 2 or len(pad) > 2 * x.ndim:
        raise ArgumentError(f"pad={pad!r} must be (before, after) pairs for at most {x.ndim} axes")
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)][::-1]
    first = x.ndim - len(pairs)
    if mode == "constant":
        cut: Any = tuple(slice(max(0, -a), n - max(0, -b)) for (a, b), n in zip(pairs, x.shape[first:], strict=True))
        x = x[(..., *cut)] if any(a < 0 or b < 0 for a, b in pairs) else x
        for axis, (before, after) in enumerate(pairs, first):
            parts = [_filled(x, axis, max(0, n), value or 0.0) for n in (before, after)]
            if max(before, after) > 0:
                x = ac.concatenate([parts[0], x, parts[1]], axis=axis)
        return x
    for axis, (before, after) in enumerate(pairs, first):
        n = x.shape[axis]
        places = np.arange(-before, n + after)
        limit = {"reflect": n - 1, "circular": n, "replicate": math.inf}.get(mode)
        if limit is None:
            raise ArgumentError(f"padding mode {mode!r} is none of constant, reflect, replicate, circular")
        if max(before, after) > limit:
            raise ArgumentError(f"{mode} padding of {max(before, after)} does not fit an axis of length {n}")
        if mode == "reflect":
            places = np.abs(places)
            places = np.where(places >= n, 2 * (n - 1) - places, places)
        places = places % n if mode == "circular" else places.clip(0, n - 1)
        if before or after:
            x = x[(slice(None),) * axis + (places,)]
    return x


def _filled(x: Any, axis: int, n: int, value: float) -> Any:
    return np.full((*x.shape[:axis], n, *x.shape[axis + 1 :]), value, x.dtype)


def conv(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Any:
    """Cross-correlate over as many spatial axes as the weight (F, C / groups, *kernel) has.

    Parameters
    ----------
    padding : int, tuple of int, ``"valid"`` or ``"same"``
        Zeros before and after each spatial axis.

    Raises
    ------
    autograd_core.ShapeError
        If the rank or the number of channels does not fit.
    """
    n = weight.ndim - 2
    operation = f"conv{n}d"
    x, alone = _batched(as_input(x, weight, operation), n, operation)
    if x.shape[1] != weight.shape[1] * groups:
        raise ac.ShapeError(
            f"{operation} expects {weight.shape[1] * groups} channels, for a weight of shape {weight.shape} and "
            f"groups={groups}, but the input has shape {x.shape}"
        )
    if isinstance(padding, str):
        padding = same_padding(weight.shape[2:], padding, stride, dilation)  # type: ignore[assignment]
    y = ac.convolution(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    return y[0] if alone else y


def same_padding(kernel: tuple[int, ...], padding: str, stride: Sizes, dilation: Sizes) -> tuple[tuple[int, int], ...]:
    """(before, after) a spatial axis for ``"valid"`` and ``"same"``."""
    n = len(kernel)
    if padding == "valid":
        return ((0, 0),) * n
    if padding != "same":
        raise ArgumentError(f"padding={padding!r} must be integers, 'valid' or 'same'")
    if any(s != 1 for s in numbers(stride, n, "stride")):
        raise ArgumentError(f"padding='same' needs stride 1, not {stride!r}")
    total = [d * (k - 1) for k, d in zip(kernel, numbers(dilation, n, "dilation"), strict=True)]
    return tuple((t // 2, t - t // 2) for t in total)


def conv_transpose(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Any:
    """Apply the transpose of a convolution: spread each element over a window, weighted, and add up.

    Parameters
    ----------
    input : array_like, shape (N, C, *spatial) or (C, *spatial)
    weight : Tensor, shape (C, F / groups, *kernel)
    output_padding : int or tuple of int
        Further elements at the end of each axis.

    Returns
    -------
    Tensor, shape (N, F, *out), out = (n - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1

    References
    ----------
    V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning, arXiv 1603.07285, section 4.
    """
    n = weight.ndim - 2
    operation = f"conv_transpose{n}d"
    x, alone = _batched(as_input(input, weight, operation), n, operation)
    if x.shape[1] != weight.shape[0]:
        raise ac.ShapeError(
            f"{operation} expects {weight.shape[0]} channels, for a weight of shape {weight.shape}, "
            f"but the input has shape {x.shape}"
        )
    strides, pads, extra, dilations = (
        numbers(v, n, name)
        for v, name in (
            (stride, "stride"),
            (padding, "padding"),
            (output_padding, "output_padding"),
            (dilation, "dilation"),
        )
    )
    if any(e >= max(s, d) for e, s, d in zip(extra, strides, dilations, strict=True)):
        raise ArgumentError(f"output_padding={output_padding!r} must be smaller than stride or dilation")
    batch, channels, *spatial = x.shape
    kernel = weight.shape[2:]
    rows = ac.moveaxis(x, 1, -1).reshape(-1, groups, channels // groups).transpose(1, 0, 2)
    spread = weight.reshape(groups, channels // groups, -1)
    columns = (rows @ spread).transpose(1, 0, 2).reshape(batch, *spatial, groups * weight.shape[1], *kernel)
    columns = ac.moveaxis(columns, 1 + n, -1)
    whole = tuple((m - 1) * s + d * (k - 1) + 1 for m, s, d, k in zip(spatial, strides, dilations, kernel, strict=True))
    y = ac.fold(columns, whole, kernel, stride=strides, dilation=dilations)
    if any(pads) or any(extra):
        missing = [max(0, e - p) for e, p in zip(extra, pads, strict=True)]
        y = pad(y, tuple(v for m in reversed(missing) for v in (0, m)))
        y = y[(..., *(slice(p, w - p + e) for p, w, e in zip(pads, whole, extra, strict=True)))]
    if bias is not None:
        y = y + bias.reshape(-1, *(1,) * n)
    return y[0] if alone else y


# -- pooling --------------------------------------------------------------------------------------------------------------


def _ends(
    spatial: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
    ceil_mode: bool,
    operation: str,
) -> tuple[tuple[int, int], ...]:
    """(before, after) padding; `ceil_mode` pads further so that a last, partial window fits, if it starts inside."""
    pairs = []
    for n, k, s, p, d in zip(spatial, kernel, stride, padding, dilation, strict=True):
        if p > (d * (k - 1) + 1) // 2:
            raise ArgumentError(f"{operation}: padding={padding} must be at most half of the kernel {kernel}")
        span, after = d * (k - 1) + 1, p
        if ceil_mode:
            windows = -(-(n + 2 * p - span) // s) + 1
            if (windows - 1) * s >= n + p:
                windows -= 1
            after = max(p, (windows - 1) * s + span - n - p)
        pairs.append((p, after))
    return tuple(pairs)


def max_pool(
    x: Any,
    n: int,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Take the maximum of each window over `n` spatial axes; of equal ones the first in row-major order has the derivative.

    With `return_indices` also return where each maximum stands in its flattened spatial axes.
    """
    operation = f"max_pool{n}d"
    x, alone = _batched(tensor_of(x), n, operation)
    kernel, dilations = numbers(kernel_size, n, "kernel_size"), numbers(dilation, n, "dilation")
    strides = kernel if stride is None else numbers(stride, n, "stride")
    spatial = x.shape[2:]
    pairs = _ends(spatial, kernel, strides, numbers(padding, n, "padding"), dilations, ceil_mode, operation)
    y = ac.max_pool(x, kernel, stride=strides, padding=pairs, dilation=dilations)
    if not return_indices:
        return y[0] if alone else y

    def windows(a: Any) -> Any:
        columns = ac.unfold(ac.asarray(a), kernel, stride=strides, padding=pairs, dilation=dilations).numpy()
        return columns.reshape(*columns.shape[: 1 + n], math.prod(kernel), columns.shape[-1])

    places = windows(np.arange(1, math.prod(spatial) + 1, dtype=float).reshape(1, 1, *spatial))  # 0 marks padding
    values = np.where(places > 0, windows(x.numpy()), -np.inf)
    best = np.argmax(values, axis=-2)[..., None, :]
    chosen = np.take_along_axis(np.broadcast_to(places, values.shape), best, axis=-2)[..., 0, :]
    index = ac.asarray(np.ascontiguousarray(np.moveaxis(chosen, -1, 1)).astype(np.int64) - 1)
    return (y[0], index[0]) if alone else (y, index)


def avg_pool(
    x: Any,
    n: int,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """Take the mean of each window over `n` spatial axes.

    Parameters
    ----------
    count_include_pad : bool
        Count padding zeros as elements of a window.
    divisor_override : int, optional
        Divide the sums by it instead.
    """
    operation = f"avg_pool{n}d"
    x, alone = _batched(tensor_of(x), n, operation)
    kernel = numbers(kernel_size, n, "kernel_size")
    strides = kernel if stride is None else numbers(stride, n, "stride")
    pads, ones = numbers(padding, n, "padding"), (1,) * n
    pairs = _ends(x.shape[2:], kernel, strides, pads, ones, ceil_mode, operation)
    if kernel == strides and not any(map(any, pairs)):
        sums = _tiles(x, kernel).sum(axis=tuple(range(3, 3 + 2 * n, 2)))
    else:
        columns = ac.unfold(x, kernel, stride=strides, padding=pairs)
        sums = ac.moveaxis(columns.sum(axis=tuple(range(1 + n, 1 + 2 * n))), -1, 1)
    if divisor_override is not None:
        if divisor_override == 0:
            raise ArgumentError(f"{operation}: divisor_override={divisor_override} divides by zero")
        y = sums / divisor_override
    elif not any(map(any, pairs)) or (count_include_pad and all(p == (q, q) for p, q in zip(pairs, pads, strict=True))):
        y = sums / math.prod(kernel)
    else:
        y = sums / _counts(x.shape[2:], kernel, strides, pads, pairs, count_include_pad).astype(x.dtype)
    return y[0] if alone else y


def _tiles(x: Any, kernel: tuple[int, ...]) -> Any:
    """Windows that do not overlap, without a copy: (N, C, windows, places) for each spatial axis; what is left over is cut."""
    counts = [size // k for size, k in zip(x.shape[2:], kernel, strict=True)]
    if x.shape[2:] != tuple(m * k for m, k in zip(counts, kernel, strict=True)):
        x = x[(..., *(slice(m * k) for m, k in zip(counts, kernel, strict=True)))]
    return x.reshape(*x.shape[:2], *(length for pair in zip(counts, kernel, strict=True) for length in pair))


@lru_cache(maxsize=64)
def _counts(
    spatial: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    pairs: tuple[tuple[int, int], ...],
    include: bool,
) -> np.ndarray[Any, Any]:
    """How many elements each window averages: those inside, with the padding asked for if `include`."""
    inside = tuple(n + 2 * p for n, p in zip(spatial, padding, strict=True)) if include else spatial
    pairs = tuple((0, after - p) for (_, after), p in zip(pairs, padding, strict=True)) if include else pairs
    columns = ac.unfold(np.ones((1, 1, *inside)), kernel, stride=stride, padding=pairs).numpy()
    counts: np.ndarray[Any, Any] = columns.sum(axis=tuple(range(1 + len(kernel), 2 + 2 * len(kernel))))
    return counts


@lru_cache(maxsize=64)
def _averaging(n: int, out: int) -> np.ndarray[Any, Any]:
    """The matrix (out, n) whose row i averages elements floor(i n / out) to ceil((i + 1) n / out)."""
    matrix = np.zeros((out, n))
    for i in range(out):
        first, last = i * n // out, -(-(i + 1) * n // out)
        matrix[i, first:last] = 1 / (last - first)
    return matrix


def adaptive_avg_pool(x: Any, n: int, output_size: Any) -> Any:
    """Average over windows chosen so that `n` spatial axes get the lengths `output_size` (None keeps an axis)."""
    operation = f"adaptive_avg_pool{n}d"
    x, alone = _batched(tensor_of(x), n, operation)
    sizes = tuple(output_size) if isinstance(output_size, tuple | list) else (output_size,) * n
    if len(sizes) != n or any(s is not None and (not isinstance(s, Integral) or s < 0) for s in sizes):
        raise ArgumentError(f"{operation}: output_size={output_size!r} must be one length or {n}, each at least 0 or None")
    if all(size == 1 for size in sizes):
        y = x.mean(axis=tuple(range(2, 2 + n)), keepdims=True)
        return y[0] if alone else y
    for axis, size in enumerate(sizes, 2):
        if size is not None and size != x.shape[axis]:
            matrix = _averaging(x.shape[axis], size).astype(x.dtype)
            x = ac.moveaxis(ac.inner(ac.moveaxis(x, axis, -1), matrix), -1, axis)
    return x[0] if alone else x
