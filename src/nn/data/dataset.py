"""Data sets: anything with a length and items by number, arrays as one, parts of one, and how examples join into a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

import autograd_core as ac

from .._arrays import array_of
from .._errors import ArgumentError
from .._rng import Rng, generator

__all__ = ["Dataset", "Subset", "TensorDataset", "collate", "random_split", "sliceable"]


@runtime_checkable
class Dataset(Protocol):
    """Anything with a length and items by number: write `__len__` and `__getitem__`."""

    def __len__(self) -> int:
        """Return the number of examples."""

    def __getitem__(self, index: Any, /) -> Any:
        """Return one example."""


class TensorDataset:
    """Examples that are rows of arrays of equal length.

    Parameters
    ----------
    *tensors : array_like, shape (N, ...)
        Each example is a tuple of their rows.

    Raises
    ------
    autograd_core.ShapeError
        If the lengths differ.

    Examples
    --------
    >>> import nn, numpy as np
    >>> len(nn.data.TensorDataset(np.zeros((5, 2)), np.arange(5)))
    5
    """

    def __init__(self, *tensors: Any) -> None:
        self.tensors = tuple(array_of(t) for t in tensors)
        if not tensors or len({len(t) for t in self.tensors}) != 1:
            raise ac.ShapeError(f"TensorDataset takes arrays of one length, not {[t.shape for t in self.tensors]}")

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return tuple(t[index] for t in self.tensors)


class Subset:
    """The examples of a data set at given places."""

    def __init__(self, dataset: Dataset, indices: Sequence[int] | np.ndarray[Any, Any]) -> None:
        self.dataset, self.indices = dataset, np.asarray(indices)

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: Any) -> Any:
        return self.dataset[self.indices[index]]


def random_split(dataset: Dataset, lengths: Sequence[float], rng: Rng = None) -> list[Subset]:
    """Split at random into parts of given lengths, or of given fractions that add up to 1.

    Raises
    ------
    ArgumentError
        If the lengths do not add up to the data set's.

    Examples
    --------
    >>> import nn, numpy as np
    >>> parts = nn.data.random_split(nn.data.TensorDataset(np.arange(10)), [0.8, 0.2], rng=0)
    >>> [len(part) for part in parts]
    [8, 2]
    """
    n = len(dataset)
    sizes = [int(length) for length in lengths]
    if abs(sum(lengths) - 1) < 1e-9 and n != 1:
        sizes = [int(length * n) for length in lengths]
        for i in range(n - sum(sizes)):  # what rounding left over goes round, as in PyTorch
            sizes[i % len(sizes)] += 1
    if sum(sizes) != n:
        raise ArgumentError(f"lengths {list(lengths)} must add up to {n} examples, or to 1")
    order = generator(rng).permutation(n)
    return [Subset(dataset, part) for part in np.split(order, np.cumsum(sizes)[:-1])]


def collate(items: Sequence[Any]) -> Any:
    """Join examples into a batch: tuples and dictionaries part by part, numbers and arrays stacked."""
    first = items[0]
    if isinstance(first, tuple | list):
        return tuple(collate(part) for part in zip(*items, strict=True))
    if isinstance(first, dict):
        return {key: collate([item[key] for item in items]) for key in first}
    arrays = [array_of(x) for x in items]
    if any(a.shape != arrays[0].shape for a in arrays):
        other = next(a.shape for a in arrays if a.shape != arrays[0].shape)
        raise ac.ShapeError(
            f"examples of shapes {arrays[0].shape} and {other} do not stack to a batch; pad them, or pass collate_fn="
        )
    return np.stack(arrays)


def sliceable(dataset: Dataset) -> bool:
    """Whether a whole batch can be read by one indexing operation."""
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    return isinstance(dataset, TensorDataset)
