"""Data sets and loaders (`nn.data`): seeded shuffling, batches, worker threads that prepare batches ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from numbers import Integral
from typing import Any, Protocol, runtime_checkable

import numpy as np

import autograd_core as ac

from ._errors import ArgumentError
from ._rng import Rng, generator

__all__ = ["DataLoader", "Dataset", "Subset", "TensorDataset", "collate", "random_split"]


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
        self.tensors = tuple(t.numpy() if isinstance(t, ac.Tensor) else np.asarray(t) for t in tensors)
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
    arrays = [x.numpy() if isinstance(x, ac.Tensor) else np.asarray(x) for x in items]
    if any(a.shape != arrays[0].shape for a in arrays):
        other = next(a.shape for a in arrays if a.shape != arrays[0].shape)
        raise ac.ShapeError(
            f"examples of shapes {arrays[0].shape} and {other} do not stack to a batch; pad them, or pass collate_fn="
        )
    return np.stack(arrays)


def _sliceable(dataset: Dataset) -> bool:
    """Whether a whole batch can be read by one indexing operation."""
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    return isinstance(dataset, TensorDataset)


class DataLoader:
    """Iterate over a data set in batches of arrays.

    Parameters
    ----------
    dataset : Dataset
        Read by one indexing operation a batch if it is a `TensorDataset`, example by example otherwise.
    batch_size : int
        Examples in a batch; the last one may have fewer.
    shuffle : bool
        Go through the examples in a new random order each time.
    num_workers : int
        Threads that prepare batches ahead; 0 prepares each when it is asked for.
    collate_fn : callable, optional
        Joins a list of examples into a batch.
    drop_last : bool
        Leave out a last batch that is not full.
    prefetch_factor : int
        Batches each worker prepares ahead.
    rng : numpy.random.Generator or int, optional
        Draws the orders; the default generator otherwise.

    Raises
    ------
    ArgumentError
        If the batch size is not positive.

    Examples
    --------
    >>> import nn, numpy as np
    >>> loader = nn.data.DataLoader(nn.data.TensorDataset(np.arange(5)), batch_size=2)
    >>> [batch.tolist() for (batch,) in loader]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        num_workers: int = 0,
        collate_fn: Callable[[Sequence[Any]], Any] | None = None,
        drop_last: bool = False,
        prefetch_factor: int = 2,
        rng: Rng = None,
    ) -> None:
        counts = (batch_size, num_workers, prefetch_factor)
        if not all(isinstance(n, Integral) for n in counts) or batch_size < 1 or num_workers < 0 or prefetch_factor < 1:
            raise ArgumentError(
                f"{batch_size=} and {prefetch_factor=} must be positive integers, {num_workers=} one of at least 0"
            )
        if not isinstance(dataset, Dataset):
            raise ArgumentError(
                f"a DataLoader takes a data set with a length and items by number, not a {type(dataset).__name__}"
            )
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor
        self.collate_fn, self.drop_last = collate_fn, drop_last
        self.rng = generator(rng)

    def __len__(self) -> int:
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        return self.batches()

    def batches(self, skip: int = 0) -> Iterator[Any]:
        """Iterate from the batch number `skip` on, without reading those before: how an interrupted epoch goes on."""
        n = len(self.dataset)
        order = self.rng.permutation(n) if self.shuffle else np.arange(n)
        parts = [order[i * self.batch_size : (i + 1) * self.batch_size] for i in range(skip, len(self))]
        return self._ahead(parts) if self.num_workers else map(self._read, parts)

    def _read(self, indices: np.ndarray[Any, Any]) -> Any:
        if self.collate_fn is None and _sliceable(self.dataset):
            return self.dataset[indices]
        return (self.collate_fn or collate)([self.dataset[int(i)] for i in indices])

    def _ahead(self, parts: list[np.ndarray[Any, Any]]) -> Iterator[Any]:
        """Read batches in threads, in order, keeping at most `num_workers * prefetch_factor` ready."""
        pending: list[Future[Any]] = []
        with ThreadPoolExecutor(self.num_workers, thread_name_prefix="nn.data") as pool:
            try:
                for part in parts:
                    pending.append(pool.submit(self._read, part))
                    if len(pending) >= self.num_workers * self.prefetch_factor:
                        yield pending.pop(0).result()
                while pending:
                    yield pending.pop(0).result()
            finally:  # the reader may stop early
                for future in pending:
                    future.cancel()
