"""Joining and splitting arrays: compositions of `join`, `gather` and `reshape`."""

from __future__ import annotations

import operator
from itertools import pairwise
from typing import Any

import numpy as np

from .._primitive import composite
from .common import array, axis_of, slab

# -- joining --------------------------------------------------------------------------------------------------------------


@composite(np.atleast_1d)
def atleast_1d(*arrays: Any) -> Any:
    """Give a number one axis."""
    made = tuple(a.reshape(1) if a.ndim == 0 else a for a in map(array, arrays))
    return made[0] if len(made) == 1 else made


@composite(np.atleast_2d)
def atleast_2d(*arrays: Any) -> Any:
    """Put axes of length one before, up to two."""
    made = tuple(a.reshape((1,) * (2 - a.ndim) + a.shape) if a.ndim < 2 else a for a in map(array, arrays))
    return made[0] if len(made) == 1 else made


@composite(np.atleast_3d)
def atleast_3d(*arrays: Any) -> Any:
    """Give up to three axes: (n,) becomes (1, n, 1) and (m, n) becomes (m, n, 1)."""

    def one(a: Any) -> Any:
        if a.ndim == 0:
            return a.reshape(1, 1, 1)
        return a[None, :, None] if a.ndim == 1 else a[..., None] if a.ndim == 2 else a

    made = tuple(one(array(a)) for a in arrays)
    return made[0] if len(made) == 1 else made


def _parts(of: Any, tup: Any) -> list[Any]:
    return [of(a) for a in tup]


@composite(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join rows."""
    return np.concatenate(_parts(atleast_2d, tup), 0, dtype=dtype, casting=casting)


@composite(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Join along the second axis, or the only one."""
    parts = _parts(atleast_1d, tup)
    return np.concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1, dtype=dtype, casting=casting)


@composite(np.dstack)
def dstack(tup: Any) -> Any:
    """Join along the third axis."""
    return np.concatenate(_parts(atleast_3d, tup), 2)


@composite(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Join one-dimensional arrays as columns, matrices as they are."""
    parts = [a if a.ndim > 1 else a.reshape(-1, 1) for a in map(array, tup)]
    return np.concatenate(parts, 1)


@composite(np.block)
def block(arrays: Any) -> Any:
    """Join nested lists of blocks, the innermost lists along the last axis."""

    def depth_of(x: Any) -> int:
        if isinstance(x, tuple):
            raise TypeError("block takes nested lists; a tuple would be ambiguous")
        if not isinstance(x, list):
            return 0
        if not x:
            raise ValueError("block of an empty list; give each list at least one block")
        depths = {depth_of(v) for v in x}
        if len(depths) > 1:
            raise ValueError(f"block: lists are nested to different depths {sorted(depths)}")
        return 1 + depths.pop()

    def most_axes(x: Any) -> int:
        return max(map(most_axes, x)) if isinstance(x, list) else array(x).ndim

    depth = depth_of(arrays)
    ndim = max(most_axes(arrays), depth)

    def build(x: Any, level: int) -> Any:
        if level == depth:
            a = array(x)
            return a.reshape((1,) * (ndim - a.ndim) + a.shape)
        return np.concatenate([build(v, level + 1) for v in x], axis=ndim - depth + level)

    made = build(arrays, 0)
    return made if depth else np.copy(made)


@composite(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """Join two arrays; flattened without an axis."""
    arr, values = array(arr), array(values)
    if axis is None:
        return np.concatenate((np.ravel(arr), np.ravel(values)))
    return np.concatenate((arr, values), axis)


# -- splitting ------------------------------------------------------------------------------------------------------------


def _cut(a: Any, sections: Any, axis: int, equal: bool) -> list[Any]:
    a = array(a)
    axis = axis_of(axis, a.ndim)
    n = a.shape[axis]
    if np.ndim(sections) == 0:
        count = int(sections)
        if count <= 0:
            raise ValueError("number sections must be larger than 0.")
        if equal and n % count:
            raise ValueError("array split does not result in an equal division")
        each, more = divmod(n, count)
        ends = [0]
        for i in range(count):
            ends.append(ends[-1] + each + (i < more))
    else:
        cuts = list(map(operator.index, sections))
        return [a[slab(axis, i, j)] for i, j in zip([None, *cuts], [*cuts, None], strict=True)]
    return [a[slab(axis, i, j)] for i, j in pairwise(ends)]


@composite(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Cut into equal parts, or at indices."""
    return _cut(ary, indices_or_sections, axis, equal=True)


@composite(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Cut into parts that may differ by one."""
    return _cut(ary, indices_or_sections, axis, equal=False)


def at_least(name: str, ary: Any, ndim: int) -> Any:
    """The argument as an array of enough axes, or NumPy's exception."""
    ary = array(ary)
    if ary.ndim < ndim:
        raise ValueError(f"{name} only works on arrays of {ndim} or more dimensions, not of shape {ary.shape}")
    return ary


@composite(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut along the second axis, or the only one."""
    ary = at_least("hsplit", ary, 1)
    return _cut(ary, indices_or_sections, 1 if ary.ndim > 1 else 0, equal=True)


@composite(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut along the first axis."""
    return _cut(at_least("vsplit", ary, 2), indices_or_sections, 0, equal=True)


@composite(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Cut along the third axis."""
    return _cut(at_least("dsplit", ary, 3), indices_or_sections, 2, equal=True)


@composite(np.unstack)
def unstack(x: Any, /, *, axis: int = 0) -> Any:
    """Cut into the arrays along an axis."""
    x = array(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    axis = axis_of(axis, x.ndim)
    return tuple(x[(slice(None),) * axis + (i,)] for i in range(x.shape[axis]))
