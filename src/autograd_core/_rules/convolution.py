"""Convolution and its two transposes, a closed triple: each is linear in both operands, and their rules are one another.

Memory is channels last. Nothing but the operands is kept for the backward pass. A kernel place sees its elements as one slab of
(windows, channels), whose product with a matrix is one call of BLAS; many small slabs are put side by side first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._primitive import general, primitive
from .windows import Windows, channels_first, channels_last, unfold_windows, windows_of

_BESIDE = (
    1 << 22
)  # columns of at most so many bytes are made at once; larger ones leave the cache (7 x 7 kernels: 20 ms, 10 in slabs)
_THIN = 16  # channels; a product with fewer is too thin for BLAS alone


def _side_by_side(x: Any, windows: Windows, count: int, groups: int) -> bool:
    thin = x.shape[1] < _THIN and math.prod(windows.kernel) * x.shape[1] < 8 * _THIN
    return groups == 1 and (thin or count * math.prod(windows.kernel) * x.shape[1] * x.itemsize <= _BESIDE)


def _slabs(x: Any, windows: Windows, lengths: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Any]]:
    """For each kernel place the elements that the windows see there, (windows, channels), in a buffer that is used again."""
    source, padded = channels_last(x), any(map(any, windows.padding))
    slab = np.zeros((x.shape[0], *lengths, x.shape[1]), x.dtype)
    for place, seen, elements in windows.offsets(x.shape[2:], lengths):
        if padded:
            slab[...] = 0
        slab[(slice(None), *seen)] = source[(slice(None), *elements)]
        yield place, slab.reshape(-1, x.shape[1])


def _product(a: Any, b: Any, groups: int) -> Any:
    """Multiply (N, groups * I) by (I, groups * O) group by group."""
    if groups == 1:
        return a @ b
    inside, outside = b.shape[0], b.shape[1] // groups
    if inside == outside == 1:
        return a * b[0]
    y = a.reshape(-1, groups, inside).transpose(1, 0, 2) @ b.reshape(inside, groups, outside).transpose(1, 0, 2)
    return y.transpose(1, 0, 2).reshape(a.shape[0], groups * outside)


def _transposed(a: Any, b: Any, groups: int) -> Any:
    """Multiply (N, groups * I) transposed by (N, groups * O) group by group: (I, groups * O)."""
    if groups == 1:
        return a.transpose() @ b
    of_a, of_b = (m.reshape(m.shape[0], groups, -1).transpose(1, 0, 2) for m in (a, b))
    return (of_a.transpose(0, 2, 1) @ of_b).transpose(1, 0, 2).reshape(of_a.shape[2], b.shape[1])


@primitive
def correlate(x: Any, weight: Any, bias: Any, windows: Windows, groups: int = 1) -> Any:
    """(B, C, *spatial) with (F, C / groups, *kernel) to (B, F, *windows)."""
    lengths, filters = windows.lengths(x.shape[2:]), weight.shape[0]
    count = x.shape[0] * math.prod(lengths)
    kernels = weight.transpose(*range(2, weight.ndim), 1, 0)
    if _side_by_side(x, windows, count, groups):
        y = unfold_windows(x, windows=windows).reshape(count, -1) @ kernels.reshape(-1, filters)
    else:
        y = np.zeros((count, filters), np.result_type(x, weight))
        for place, slab in _slabs(x, windows, lengths):
            y += _product(slab, kernels[place], groups)
    if bias is not None:
        y += bias
    return channels_first(y.reshape(x.shape[0], *lengths, filters))


@primitive
def correlate_input(g: Any, weight: Any, windows: Windows, groups: int, spatial: tuple[int, ...]) -> Any:
    """Spread (B, F, *windows) over the elements that each window saw: (B, C, *spatial)."""
    lengths = g.shape[2:]
    inside = weight.shape[1]
    rows = channels_last(g).reshape(-1, g.shape[1])
    out = np.zeros((g.shape[0], *spatial, inside * groups), np.result_type(g, weight))
    back = weight.reshape(groups, -1, *weight.shape[1:]).transpose(*range(3, weight.ndim + 1), 1, 0, 2)
    back = back.reshape(*windows.kernel, weight.shape[0] // groups, inside * groups)
    for place, seen, elements in windows.offsets(spatial, lengths):
        slab = _product(rows, back[place], groups).reshape(g.shape[0], *lengths, -1)
        out[(slice(None), *elements)] += slab[(slice(None), *seen)]
    return channels_first(out)


@primitive
def correlate_weight(x: Any, g: Any, windows: Windows, groups: int) -> Any:
    """Correlate (B, C, *spatial) with (B, F, *windows): (F, C / groups, *kernel)."""
    lengths, inside = g.shape[2:], x.shape[1] // groups
    rows = channels_last(g).reshape(-1, g.shape[1])
    if _side_by_side(x, windows, rows.shape[0], groups):
        columns = unfold_windows(x, windows=windows).reshape(rows.shape[0], -1)
        out = (columns.transpose() @ rows).reshape(*windows.kernel, inside, g.shape[1])
    else:
        out = np.empty((*windows.kernel, inside, g.shape[1]), np.result_type(x, g))
        for place, slab in _slabs(x, windows, lengths):
            out[place] = _transposed(slab, rows, groups)
    return np.ascontiguousarray(out.transpose(out.ndim - 1, out.ndim - 2, *range(out.ndim - 2)))


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
    ValueError
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
        raise ValueError(
            f"convolution: x of shape {x.shape} and weight of shape {weight.shape} must be (B, C, ...) and (F, C, ...)"
        )
    channels, (filters, inside) = x.shape[1], weight.shape[:2]
    if groups < 1 or channels != inside * groups or filters % groups:
        raise ValueError(
            f"convolution: weight of shape {weight.shape} with groups={groups} takes {inside * groups} channels and a multiple "
            f"of {groups} filters, but x of shape {x.shape} has {channels} channels"
        )
    if bias is not None and bias.shape != (filters,):
        raise ValueError(f"convolution: bias of shape {bias.shape} for {filters} filters; it must be ({filters},)")
    windows = windows_of(x.shape[2:], weight.shape[2:], stride, padding, dilation, "convolution")
    return correlate(x, weight, bias, windows=windows, groups=groups)
