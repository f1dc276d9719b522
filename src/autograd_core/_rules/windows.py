"""Sliding windows over the spatial axes of (batch, channels, *spatial) arrays: `unfold`, its transpose `fold`, and pooling.

Memory is channels last, which makes every inner copy contiguous: 1.3-1.8 x faster than gathered windows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from .._errors import ShapeError
from .._primitive import constant, general, linear, primitive
from .masks import keep_where


class Windows(NamedTuple):
    """The geometry of sliding windows, one entry a spatial axis."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]

    def lengths(self, spatial: tuple[int, ...]) -> tuple[int, ...]:
        """How many windows fit on each axis."""
        return tuple(
            (n + sum(p) - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(spatial, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        )

    def offsets(
        self, spatial: tuple[int, ...], windows: tuple[int, ...]
    ) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...], tuple[slice, ...]]]:
        """For each place in the kernel: the windows that see an element there, and those elements."""
        for place in product(*map(range, self.kernel)):
            seen, elements = [], []
            for k, n, w, s, (before, _), d in zip(
                place, spatial, windows, self.stride, self.padding, self.dilation, strict=True
            ):
                first = k * d - before
                low = max(0, -(first // s))
                high = max(low, min(w, (n - 1 - first) // s + 1))
                seen.append(slice(low, high))
                elements.append(slice(low * s + first, (high - 1) * s + first + 1 if high > low else low * s + first, s))
            yield place, tuple(seen), tuple(elements)

    def padded(self, source: Any) -> Any:
        """Put zeros around (B, *spatial, C), in contiguous memory."""
        if not any(map(any, self.padding)):
            return np.ascontiguousarray(source)
        sizes = source.shape[1:-1]
        lengths = (n + sum(p) for n, p in zip(sizes, self.padding, strict=True))
        padded = np.zeros((len(source), *lengths, source.shape[-1]), source.dtype)
        inner = (slice(p[0], p[0] + n) for n, p in zip(sizes, self.padding, strict=True))
        padded[(slice(None), *inner)] = source
        return padded


def windows_of(spatial: tuple[int, ...], kernel: Any, stride: Any, padding: Any, dilation: Any, operation: str) -> Windows:
    """Complete numbers to one entry a spatial axis, and check that a window fits.

    Raises
    ------
    ShapeError
        If an entry count is wrong, a number is not positive, or no window fits.
    """

    def each(value: Any, what: str, least: int) -> tuple[int, ...]:
        numbers = (value,) * len(spatial) if isinstance(value, int | np.integer) else tuple(value)
        if len(numbers) != len(spatial) or any(int(n) < least for n in numbers):
            raise ShapeError(f"{operation}: {what}={value!r} must be {len(spatial)} integer(s) of at least {least}")
        return tuple(int(n) for n in numbers)

    if not isinstance(padding, int | np.integer) and all(isinstance(p, tuple | list) for p in padding):
        pads = tuple((int(a), int(b)) for a, b in padding)
        if len(pads) != len(spatial) or any(n < 0 for pair in pads for n in pair):
            raise ShapeError(f"{operation}: padding={padding!r} must be {len(spatial)} pairs of integers of at least 0")
    else:
        pads = tuple((p, p) for p in each(padding, "padding", 0))
    w = Windows(each(kernel, "kernel", 1), each(stride, "stride", 1), pads, each(dilation, "dilation", 1))
    if any(n < 1 for n in w.lengths(spatial)):
        raise ShapeError(
            f"{operation}: no window of kernel {w.kernel}, dilation {w.dilation} fits spatial shape {spatial} padded by {pads}"
        )
    return w


def channels_last(x: Any) -> Any:
    """Channels last, as a view."""
    return x.transpose(0, *range(2, x.ndim), 1)


def channels_first(x: Any) -> Any:
    """Channels first, as a view."""
    return x.transpose(0, x.ndim - 1, *range(1, x.ndim - 1))


# -- unfold and fold ------------------------------------------------------------------------------------------------------


@primitive
def unfold_windows(x: Any, windows: Windows) -> Any:
    """Copy every window: (B, C, *spatial) to (B, *windows, *kernel, C)."""
    spatial, channels = x.shape[2:], x.shape[1]
    lengths = windows.lengths(spatial)
    source = channels_last(x)
    shape = (x.shape[0], *lengths, *windows.kernel, channels)
    if all(n == 1 for n in (*windows.kernel, *windows.stride)) and lengths == spatial:
        return source.reshape(shape)
    if windows.dilation[-1] == 1 and windows.kernel[-1] > 1 < channels:
        return _unfold_rows(source, windows, lengths).reshape(shape)
    out = (np.zeros if any(map(any, windows.padding)) else np.empty)(shape, x.dtype)
    for place, seen, elements in windows.offsets(spatial, lengths):
        out[(slice(None), *seen, *place)] = source[(slice(None), *elements)]
    return out


def _unfold_rows(source: Any, windows: Windows, lengths: tuple[int, ...]) -> Any:
    """Copy whole rows of the kernel, which lie side by side in padded memory: fewer, longer runs (7 x 7: 12 ms, was 33)."""
    batch, channels, last = source.shape[0], source.shape[-1], len(lengths) - 1
    padded = windows.padded(source)
    run = windows.kernel[-1] * channels
    out = np.empty((batch, *lengths, *windows.kernel[:-1], run), source.dtype)
    for place in product(*map(range, windows.kernel[:-1])):
        # the view takes its start and steps from `rows`, not its lengths
        rows = padded[
            (slice(None), *(slice(k * d, None, s) for k, d, s in zip(place, windows.dilation, windows.stride, strict=False)))
        ]
        view = np.lib.stride_tricks.as_strided(
            rows,
            (batch, *lengths, run),
            (*rows.strides[: last + 1], padded.strides[-2] * windows.stride[-1], padded.strides[-1]),
            writeable=False,
        )
        out[(slice(None),) * (last + 2) + place] = view
    return out


@primitive
def fold_windows(columns: Any, windows: Windows, spatial: tuple[int, ...]) -> Any:
    """Add every window into its place: (B, *windows, *kernel, C) to (B, C, *spatial)."""
    out = np.zeros((columns.shape[0], *spatial, columns.shape[-1]), columns.dtype)
    lengths = windows.lengths(spatial)
    for place, seen, elements in windows.offsets(spatial, lengths):
        out[(slice(None), *elements)] += columns[(slice(None), *seen, *place)]
    return channels_first(out)


linear(
    unfold_windows,
    lambda g, _y, _a, windows: fold_windows(g, windows=windows, spatial=_a.shape[2:]),
    words="dA = G folded",
)
linear(fold_windows, lambda g, _y, _a, windows, spatial: unfold_windows(g, windows=windows), words="dA = G unfolded")


def unfold(x: Any, kernel: Any, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Any:
    """Copy every window of the spatial axes.

    Parameters
    ----------
    x : array_like, shape (B, C, *spatial)
        Batch, channels and any number of spatial axes.
    kernel, stride, padding, dilation : int or tuple of int
        One number for all spatial axes or one each; `padding` also as (before, after) pairs.

    Returns
    -------
    Tensor, shape (B, *windows, *kernel, C)

    Raises
    ------
    ShapeError
        If no window fits.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.unfold(ac.asarray(np.arange(4.0).reshape(1, 1, 4)), 2)[0, :, :, 0]
    Tensor([[0., 1.],
            [1., 2.],
            [2., 3.]])
    """
    return unfold_windows(x, windows=windows_of(x.shape[2:], kernel, stride, padding, dilation, "unfold"))


def fold(columns: Any, spatial: Any, kernel: Any, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Any:
    """Add windows into their places: the transpose of `unfold`.

    Parameters
    ----------
    columns : array_like, shape (B, *windows, *kernel, C)
        As `unfold` returns.
    spatial : tuple of int
        Lengths of the spatial axes of the result.

    Returns
    -------
    Tensor, shape (B, C, *spatial)

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.fold(ac.asarray(np.ones((1, 3, 2, 1))), (4,), 2)
    Tensor([[[1., 2., 2., 1.]]])
    """
    windows = windows_of(tuple(spatial), kernel, stride, padding, dilation, "fold")
    expected = (*windows.lengths(tuple(spatial)), *windows.kernel)
    if columns.shape[1:-1] != expected:
        raise ShapeError(f"fold: columns of shape {columns.shape} for {expected} windows and kernel; they must agree")
    return fold_windows(columns, windows=windows, spatial=tuple(spatial))


# -- max pooling ----------------------------------------------------------------------------------------------------------


@primitive
def pooled(x: Any, windows: Windows) -> Any:
    """The maximum of each window: (B, C, *spatial) to (B, C, *windows)."""
    spatial = x.shape[2:]
    lengths = windows.lengths(spatial)
    source = channels_last(x)
    out = None
    for _, seen, elements in windows.offsets(spatial, lengths):
        values = source[(slice(None), *elements)]
        if out is None:
            if all(s == slice(0, n) for s, n in zip(seen, lengths, strict=True)):
                out = values.copy()
                continue
            out = np.full((x.shape[0], *lengths, x.shape[1]), -np.inf, x.dtype)
        target = out[(slice(None), *seen)]
        np.maximum(target, values, out=target)
    assert out is not None
    return channels_first(out)


@primitive
def winners(x: Any, y: Any, windows: Windows) -> Any:
    """Which place of the kernel gave each maximum: the first in row-major order, of which NaN is one."""
    lengths = windows.lengths(x.shape[2:])
    source, best = channels_last(x), channels_last(y)
    any_nan = bool((best != best).any())
    missed = np.ones(best.shape, bool)  # by all places so far; counting them needs no branch, unlike writing where they end
    out = np.zeros(best.shape, np.min_scalar_type(math.prod(windows.kernel)))
    for _, seen, elements in windows.offsets(x.shape[2:], lengths):
        values, at = source[(slice(None), *elements)], (slice(None), *seen)
        missed[at] &= (values != best[at]) & (values == values) if any_nan else values != best[at]
        out += missed.view(np.uint8)
    return channels_first(out)


@primitive
def pick(x: Any, choice: Any, windows: Windows) -> Any:
    """Read the chosen element of each window."""
    lengths = windows.lengths(x.shape[2:])
    source, chosen = channels_last(x), channels_last(choice)
    out = np.zeros(chosen.shape, x.dtype)
    for i, (_, seen, elements) in enumerate(windows.offsets(x.shape[2:], lengths)):
        at = (slice(None), *seen)
        out[at] += keep_where(source[(slice(None), *elements)], chosen[at] == i)
    return channels_first(out)


@primitive
def place(g: Any, choice: Any, windows: Windows, spatial: tuple[int, ...]) -> Any:
    """Add each window's number to its chosen element."""
    lengths = windows.lengths(spatial)
    source, chosen = channels_last(g), channels_last(choice)
    out = np.zeros((g.shape[0], *spatial, g.shape[1]), g.dtype)
    apart = all(d == 1 and s >= k for k, s, d in zip(windows.kernel, windows.stride, windows.dilation, strict=True))
    for i, (_, seen, elements) in enumerate(windows.offsets(spatial, lengths)):
        at, target = (slice(None), *seen), out[(slice(None), *elements)]
        if apart:
            keep_where(source[at], chosen[at] == i, out=target)
        else:
            target += keep_where(source[at], chosen[at] == i)
    return channels_first(out)


constant(winners)
general(
    pooled,
    lambda g, y, a, windows: place(g, choice=winners(a, y, windows=windows), windows=windows, spatial=a.shape[2:]),
    words="dA = G at the first maximum of each window",
)
linear(pick, lambda g, _y, _a, choice, windows: place(g, choice=choice, windows=windows, spatial=_a.shape[2:]))
linear(place, lambda g, _y, _a, choice, windows, spatial: pick(g, choice=choice, windows=windows))


def max_pool(x: Any, kernel: Any, *, stride: Any = None, padding: Any = 0, dilation: Any = 1) -> Any:
    """Take the maximum of each window; of equal ones the first in row-major order has the derivative.

    Parameters
    ----------
    x : array_like, shape (B, C, *spatial)
        Batch, channels and any number of spatial axes.
    kernel, stride, padding, dilation : int or tuple of int
        One number for all spatial axes or one each; `stride` is `kernel` by default; padding never wins.

    Returns
    -------
    Tensor, shape (B, C, *windows)

    Raises
    ------
    ShapeError
        If no window fits.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.max_pool(ac.asarray(np.array([[[1.0, 3.0, 2.0, 2.0]]])), 2)
    Tensor([[[3., 2.]]])
    """
    return pooled(
        x, windows=windows_of(x.shape[2:], kernel, kernel if stride is None else stride, padding, dilation, "max_pool")
    )
