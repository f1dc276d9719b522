"""Images as rows of memory, on which a shift of the image is an offset: convolutions without a copy of their windows.

The elements of a padded image lie one after another, a row of channels each. What a place of the kernel sees of all windows is
then the same memory from another offset on. So is what a whole row of the kernel sees of every n-th window: a matrix that BLAS
multiplies where it lies. Rows of an image share the zeros between them, so padding adds one gap a row, not two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from .windows import Windows, channels_last

__all__ = ["Grid", "Part", "grid_of"]

_ROWS = 32  # an image with fewer rows than this in a product is not multiplied alone: BLAS wants more at once
_THIN = 16  # columns of a product; one with fewer is too thin for BLAS
_COPY = 5  # products in the time that a copied element costs, which three of a row of the kernel share


class Part(NamedTuple):
    """One factor of a product: a matrix (groups, blocks, rows, K) of elements, and which results it is for."""

    matrix: Any
    first: int
    stride: int

    def of(self, results: Any, period: int) -> Any:
        """The results (groups, rows, F) that the matrix is for, as (groups, blocks, rows, F) of the same memory."""
        groups, blocks, count, _ = self.matrix.shape
        return _view(results, self.first, (groups, blocks, count, results.shape[-1]), period, self.stride)


def _view(rows: Any, first: int, shape: tuple[int, ...], period: int, stride: int) -> Any:
    """Rows from `first` on, every `stride`-th, a block every `period`: a view, whose rows may run over several of memory."""
    group, row, item = rows.strides
    # the constructor checks that the view stays inside, and takes 0.5 us where `as_strided` takes 7
    return np.ndarray(shape, rows.dtype, rows, first * row, (group, period * row, stride * row, item))


class Grid(NamedTuple):
    """The layout of images with gaps of zeros, for windows that move by one element."""

    lengths: tuple[int, ...]
    periods: tuple[int, ...]
    """Rows of an axis, with its gap."""
    offsets: tuple[tuple[int, ...], ...]
    """For each axis and place of the kernel how many rows it is ahead."""
    front: int
    """Rows of zeros before the first image; the gap of the last one is after it."""
    run: int
    """Places of the kernel on the last axis that lie side by side."""

    @property
    def period(self) -> int:
        """Rows from one image to the next."""
        return math.prod(self.periods)

    @property
    def reach(self) -> int:
        """Rows from the first result of an image to its last, which is included."""
        rows = 0
        for n, period in zip(self.lengths, self.periods, strict=True):
            rows = rows * period + n - 1
        return rows + 1

    @property
    def alone(self) -> bool:
        """Whether each image is multiplied alone, which leaves out the gaps between them."""
        return self.period > self.reach >= _ROWS * self.run

    def pays(self, outside: int) -> bool:
        """Whether this is faster than a copy of all windows, for products with so many columns.

        The results in the gaps are computed for nothing, but no window is copied. 16 images of 16 x 16 x 32 by 3 x 3 kernels:
        0.93 ms, with copies 1.39 ms, and a product of the same size in BLAS alone 0.84 ms.
        """
        computed = self.reach if self.alone else self.period
        wasted = computed / math.prod(self.lengths) - 1
        return wasted * outside < _COPY

    def rows(self, images: Any, groups: int) -> Any:
        """Lay images (B, C, *spatial) out as (groups, rows, C / groups), zeros in the gaps."""
        return self._laid(images, groups, self.front)

    def spread(self, results: Any, groups: int) -> Any:
        """Lay (B, F, *lengths) out where results are, zeros between them: (groups, rows, F / groups)."""
        return self._laid(results, groups, 0)

    def _laid(self, images: Any, groups: int, front: int) -> Any:
        batch, channels, *spatial = images.shape
        if groups == 1 and self.periods == tuple(spatial):  # no gaps, so no front either
            return np.ascontiguousarray(channels_last(images)).reshape(1, -1, channels)
        inside = channels // groups
        rows = np.empty((groups, front + batch * self.period, inside), images.dtype)
        rows[:, :front] = 0
        laid = rows[:, front:].reshape(groups, batch, *self.periods, inside)
        place: tuple[slice, ...] = (slice(None), slice(None))
        for n, period in zip(spatial, self.periods, strict=True):
            if n < period:
                laid[(*place, slice(n, None))] = 0
            place += (slice(n),)
        split = images.reshape(batch, groups, inside, *spatial)
        laid[place] = split.transpose(1, 0, *range(3, split.ndim), 2)
        return rows

    def parts(self, rows: Any, batch: int) -> Iterator[tuple[tuple[int, ...], list[Part]]]:
        """Split the sum over all places of a kernel into products of few large matrices.

        Yields places of the kernel, or of all its axes but the last for whole rows of it, and the matrices of what they see.
        """
        groups, _, inside = rows.shape
        if inside * self.run < _THIN:
            yield (), [self._beside(rows, batch)]
            return
        whole = self.run > 1
        blocks, reach = (batch, self.reach) if self.alone else (1, (batch - 1) * self.period + self.reach)
        for at in product(*map(range, (len(o) for o in self.offsets[: -1 if whole else None]))):
            start = self.front + sum(o[k] for o, k in zip(self.offsets, (*at, 0) if whole else at, strict=True))
            parts = []
            for first in range(min(self.run, reach)):
                shape = (groups, blocks, -(-(reach - first) // self.run), self.run * inside)
                parts.append(Part(_view(rows, start + first, shape, self.period, self.run), first, self.run))
            yield at, parts

    def _beside(self, rows: Any, batch: int) -> Part:
        """All places of the kernel side by side in one matrix: copies of long runs of memory."""
        groups, _, inside = rows.shape
        reach = (batch - 1) * self.period + self.reach
        starts = [self.front + sum(at) for at in product(*self.offsets)]
        columns = np.empty((groups, len(starts), inside, reach), rows.dtype)
        for i, start in enumerate(starts):
            columns[:, i] = rows[:, start : start + reach].swapaxes(1, 2)
        return Part(columns.reshape(groups, 1, -1, reach).swapaxes(2, 3), 0, 1)

    def used(self, results: Any) -> Any:
        """See what is used of results (groups, rows, F), and a few between: (groups, B, reach, F)."""
        groups, _, filters = results.shape
        return results.reshape(groups, -1, self.period, filters)[:, :, : self.reach]

    def images(self, results: Any) -> Any:
        """See results (groups, rows, F) as (B, *lengths, groups, F)."""
        groups, _, filters = results.shape
        laid = results.reshape(groups, -1, *self.periods, filters)[(slice(None), slice(None), *map(slice, self.lengths))]
        return laid.transpose(*range(1, laid.ndim - 1), 0, laid.ndim - 1)


@lru_cache(maxsize=512)
def grid_of(windows: Windows, spatial: tuple[int, ...]) -> Grid:
    """Plan the gaps, so that no place of the kernel leaves its row of the image but for zeros; strides are one."""
    lengths = windows.lengths(spatial)
    periods, ahead = [], []
    for n, k, around, d, size in zip(windows.kernel, lengths, windows.padding, windows.dilation, spatial, strict=True):
        periods.append(max(k, size + max(around)))
        ahead.append([place * d - around[0] for place in range(n)])
    steps = [math.prod(periods[axis + 1 :]) for axis in range(len(periods))]
    offsets = tuple(tuple(a * step for a in several) for several, step in zip(ahead, steps, strict=True))
    front = -sum(several[0] for several in offsets)
    run = windows.kernel[-1] if windows.dilation[-1] == 1 else 1
    return Grid(lengths, tuple(periods), offsets, front, run)
