"""Convolution and its two transposes, a closed triple: each is linear in both operands, and their rules are one another.

Memory is channels last. Nothing but the operands is kept for the backward pass. A product with the kernel is made in one of two
ways: on rows of memory where they lie (`grids`), or on columns, a copy of what each window sees, some images at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from .._errors import ShapeError
from .._primitive import general, primitive
from .grids import Grid, grid_of
from .windows import Windows, channels_first, channels_last, windows_of

_WINDOWS = 2048  # windows copied at once: enough rows for BLAS, few enough to stay in the cache


def _grid(x: Any, windows: Windows, outside: int) -> Grid | None:
    """The layout to multiply on, where that pays."""
    if not x.size or any(s != 1 for s in windows.stride):
        return None
    grid = grid_of(windows, x.shape[2:])
    return grid if grid.pays(outside) else None


def _columns(x: Any, windows: Windows, groups: int) -> Iterator[tuple[slice, tuple[int, ...], Any]]:
    """Some images, a row of the kernel, and what the windows see there: (groups, windows, places * C / groups)."""
    source, lengths = channels_last(x), windows.lengths(x.shape[2:])
    some, inside = max(1, _WINDOWS // math.prod(lengths)), x.shape[1] // groups
    for first in range(0, x.shape[0], some):
        images = slice(first, min(x.shape[0], first + some))
        padded = windows.padded(source[images])
        moves = [n * step for n, step in zip(windows.dilation, padded.strides[1:], strict=False)]
        steps = [n * step for n, step in zip(windows.stride, padded.strides[1:], strict=False)]
        shape = (len(padded), *lengths, windows.kernel[-1], x.shape[1])
        strides = (padded.strides[0], *steps, moves[-1], x.itemsize)
        for at in product(*map(range, windows.kernel[:-1])):
            start = sum(k * move for k, move in zip(at, moves, strict=False))
            seen = np.ndarray(shape, x.dtype, padded, start, strides).reshape(-1, windows.kernel[-1], groups, inside)
            yield images, at, seen.transpose(2, 0, 1, 3).reshape(groups, seen.shape[0], -1)


def _correlated(x: Any, kernels: Any, windows: Windows, dtype: Any) -> Any:
    """Multiply (B, C, *spatial) by kernels (groups, *kernel, C / groups, F / groups): (B, *windows, groups, F / groups)."""
    groups, filters = kernels.shape[0], kernels.shape[-1]
    grid = _grid(x, windows, filters)
    if grid is None:
        y = np.zeros((x.shape[0], *windows.lengths(x.shape[2:]), groups, filters), dtype)
        for images, at, columns in _columns(x, windows, groups):
            target = y[images].reshape(-1, groups, filters).swapaxes(0, 1)
            target += columns @ kernels[(slice(None), *at)].reshape(groups, -1, filters)
        return y
    rows, total, scratch = grid.rows(x, groups), None, None
    for at, parts in grid.parts(rows, x.shape[0]):
        target = np.empty((groups, x.shape[0] * grid.period, filters), dtype) if scratch is None else scratch
        factor = kernels[(slice(None), *at)].reshape(groups, 1, -1, filters)
        for part in parts:
            np.matmul(part.matrix, factor, out=part.of(target, grid.period))
        if total is None:
            total = target
        else:
            scratch, used = target, grid.used(total)
            used += grid.used(scratch)
    return grid.images(total)


@primitive
def correlate(x: Any, weight: Any, bias: Any, windows: Windows, groups: int = 1) -> Any:
    """(B, C, *spatial) with (F, C / groups, *kernel) to (B, F, *windows)."""
    dtype = np.result_type(x, weight)
    split = weight.reshape(groups, -1, *weight.shape[1:])
    kernels = np.ascontiguousarray(split.transpose(0, *range(3, split.ndim), 2, 1))
    found = _correlated(x, kernels, windows, dtype)
    if bias is not None:
        found = np.add(found, bias.reshape(groups, -1), out=np.empty(found.shape, dtype))
    return channels_first(found.reshape(*found.shape[:-2], weight.shape[0]))


@primitive
def correlate_input(g: Any, weight: Any, windows: Windows, groups: int, spatial: tuple[int, ...]) -> Any:
    """Spread (B, F, *windows) over the elements that each window saw: (B, C, *spatial)."""
    dtype, places = np.result_type(g, weight), range(3, weight.ndim + 1)
    split = weight.reshape(groups, -1, *weight.shape[1:]).transpose(0, *places, 1, 2)
    reach = [d * (k - 1) for k, d in zip(windows.kernel, windows.dilation, strict=True)]
    around = tuple((r - before, r - after) for r, (before, after) in zip(reach, windows.padding, strict=True))
    if all(s == 1 for s in windows.stride) and min(map(min, around)) >= 0:
        # an element is seen by the windows around it, by the last place of the kernel first
        turned = windows._replace(padding=around)
        kernels = np.ascontiguousarray(np.flip(split, axis=tuple(range(1, weight.ndim - 1))))
        found = _correlated(g, kernels, turned, dtype)
        return channels_first(found.reshape(*found.shape[:-2], groups * weight.shape[1]))
    lengths, kernels = g.shape[2:], np.ascontiguousarray(split)
    out = np.zeros((g.shape[0], *spatial, groups, weight.shape[1]), dtype)
    rows = channels_last(g).reshape(-1, groups, g.shape[1] // groups).swapaxes(0, 1)
    for place, seen, elements in windows.offsets(spatial, lengths):
        slab = (rows @ kernels[(slice(None), *place)]).swapaxes(0, 1).reshape(g.shape[0], *lengths, groups, weight.shape[1])
        out[(slice(None), *elements)] += slab[(slice(None), *seen)]
    return channels_first(out.reshape(*out.shape[:-2], groups * weight.shape[1]))


@primitive
def correlate_weight(x: Any, g: Any, windows: Windows, groups: int) -> Any:
    """Correlate (B, C, *spatial) with (B, F, *windows): (F, C / groups, *kernel)."""
    inside, filters = x.shape[1] // groups, g.shape[1] // groups
    out = np.zeros((groups, *windows.kernel, inside, filters), np.result_type(x, g))
    grid = _grid(x, windows, filters)
    if grid is None:
        for images, at, columns in _columns(x, windows, groups):
            seen = out[(slice(None), *at)].reshape(groups, -1, filters)
            seen += columns.swapaxes(1, 2) @ channels_last(g[images]).reshape(-1, groups, filters).swapaxes(0, 1)
    else:
        rows, results = grid.rows(x, groups), grid.spread(g, groups)
        for at, parts in grid.parts(rows, x.shape[0]):
            seen = out[(slice(None), *at)].reshape(groups, -1, filters)
            for part in parts:
                seen += (part.matrix.swapaxes(2, 3) @ part.of(results, grid.period)).sum(axis=1)
    transposed = np.ascontiguousarray(out.transpose(0, out.ndim - 1, out.ndim - 2, *range(1, out.ndim - 2)))
    return transposed.reshape(groups * filters, inside, *windows.kernel)


general(
    correlate,
    lambda g, _y, _x, weight, _bias, windows, groups=1: correlate_input(
        g, weight, windows=windows, groups=groups, spatial=_x.shape[2:]
    ),
    lambda g, _y, x, _weight, _bias, windows, groups=1: correlate_weight(x, g, windows=windows, groups=groups),
    lambda g, _y, _x, _weight, _bias, windows, groups=1: g.sum(axis=(0, *range(2, g.ndim))),
    words="dX = G spread by W; dW = X correlated with G; dB = sum(G)",
)
general(
    correlate_input,
    lambda u, _y, _g, weight, windows, groups, spatial: correlate(u, weight, None, windows=windows, groups=groups),
    lambda u, _y, g, _weight, windows, groups, spatial: correlate_weight(u, g, windows=windows, groups=groups),
    multilinear=True,
)
general(
    correlate_weight,
    lambda u, _y, _x, g, windows, groups: correlate_input(g, u, windows=windows, groups=groups, spatial=_x.shape[2:]),
    lambda u, _y, x, _g, windows, groups: correlate(x, u, None, windows=windows, groups=groups),
    multilinear=True,
)


def convolution(
    x: Any, weight: Any, bias: Any = None, *, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Cross-correlate the spatial axes with a kernel, as neural networks call convolution.

    Parameters
    ----------
    x : array_like, shape (B, C, *spatial)
        Batch, channels and any number of spatial axes.
    weight : array_like, shape (F, C / groups, *kernel)
        One kernel an output channel.
    bias : array_like, shape (F,), optional
        Added to each output channel.
    stride, padding, dilation : int or tuple of int
        One number for all spatial axes or one each; `padding` also as (before, after) pairs.
    groups : int
        Channels and output channels are split into so many groups that do not see each other.

    Returns
    -------
    Tensor, shape (B, F, *windows)

    Raises
    ------
    ShapeError
        If the channels of `x` and `weight` do not agree, or no window fits.

    References
    ----------
    V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning, arXiv 1603.07285, section 2.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> x = ac.asarray(np.arange(5.0).reshape(1, 1, 5))
    >>> ac.convolution(x, np.array([[[-1.0, 1.0]]]))
    Tensor([[[1., 1., 1., 1.]]])
    """
    if x.ndim != weight.ndim or x.ndim < 3:
        raise ShapeError(
            f"convolution: x of shape {x.shape} and weight of shape {weight.shape} must be (B, C, ...) and (F, C, ...)"
        )
    channels, (filters, inside) = x.shape[1], weight.shape[:2]
    if groups < 1 or channels != inside * groups or filters % groups:
        raise ShapeError(
            f"convolution: weight of shape {weight.shape} with groups={groups} takes {inside * groups} channels and a multiple "
            f"of {groups} filters, but x of shape {x.shape} has {channels} channels"
        )
    if bias is not None and bias.shape != (filters,):
        raise ShapeError(f"convolution: bias of shape {bias.shape} for {filters} filters; it must be ({filters},)")
    windows = windows_of(x.shape[2:], weight.shape[2:], stride, padding, dilation, "convolution")
    return correlate(x, weight, bias, windows=windows, groups=groups)
