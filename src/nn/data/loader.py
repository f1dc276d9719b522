"""The loader: batches of a data set in the order of a sampler, prepared ahead by worker threads.

The order of an epoch is drawn when it begins, so that an interrupted epoch can go on from the states of the generators alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from numbers import Integral
from typing import Any

import numpy as np

from .._errors import ArgumentError
from .._rng import Rng, generator
from .dataset import Dataset, collate, sliceable
from .sampler import Sampler, sampler_of

__all__ = ["DataLoader"]


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
    sampler : Sampler, optional
        Gives the places of the examples, in place of `shuffle`.
    batch_sampler : Sampler, optional
        Gives the places of each batch, in place of `batch_size`, `shuffle`, `sampler` and `drop_last`.
    num_workers : int
        Threads that prepare batches ahead; 0 prepares each when it is asked for.
    collate_fn : callable, optional
        Joins a list of examples into a batch.
    drop_last : bool
        Leave out a last batch that is not full.
    prefetch_factor : int
        Batches each worker prepares ahead.
    rng : numpy.random.Generator or int, optional
        Draws the orders that `shuffle` asks for; the default generator otherwise.

    Raises
    ------
    ArgumentError
        If the batch size is not positive, or arguments that decide the same thing are given together.

    Examples
    --------
    >>> import nn, numpy as np
    >>> loader = nn.data.DataLoader(nn.data.TensorDataset(np.arange(5)), batch_size=2)
    >>> [batch.tolist() for (batch,) in loader]
    [[0, 1], [2, 3], [4]]
    >>> rare_as_often = nn.data.WeightedRandomSampler([1, 1, 1, 1, 4], 6, rng=0)
    >>> loader = nn.data.DataLoader(loader.dataset, batch_size=3, sampler=rare_as_often)
    >>> [len(batch) for (batch,) in loader]
    [3, 3]
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 1,
        shuffle: bool = False,
        sampler: Sampler | Iterable[int] | None = None,
        batch_sampler: Sampler | Iterable[Sequence[int]] | None = None,
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
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ArgumentError(
                "batch_sampler= decides which examples make a batch; leave out batch_size, shuffle, sampler and drop_last"
            )
        if sampler is not None and shuffle:
            raise ArgumentError("sampler= decides the order; leave out shuffle, or pass nn.data.RandomSampler(dataset)")
        if rng is not None and (sampler is not None or batch_sampler is not None):
            raise ArgumentError(f"rng={rng!r} draws the orders of shuffle=True; give it to the sampler instead")
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.sampler = None if sampler is None else sampler_of(sampler, "sampler=")
        self.batch_sampler = None if batch_sampler is None else sampler_of(batch_sampler, "batch_sampler=")
        self.num_workers, self.prefetch_factor = num_workers, prefetch_factor
        self.collate_fn, self.drop_last = collate_fn, drop_last
        self.rng = generator(rng)

    def __len__(self) -> int:
        if self.batch_sampler is not None:
            return len(self.batch_sampler)
        n = len(self.dataset if self.sampler is None else self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        return self.batches()

    def batches(self, skip: int = 0) -> Iterator[Any]:
        """Iterate from the batch number `skip` on, without reading those before: how an interrupted epoch goes on."""
        parts = self._parts()[skip:]
        return self._ahead(parts) if self.num_workers else map(self._read, parts)

    def _parts(self) -> list[np.ndarray[Any, Any]]:
        """Draw an epoch: the places of the examples of each batch."""
        if self.batch_sampler is not None:
            return [_places(batch) for batch in self.batch_sampler]
        if self.sampler is not None:
            order = _places(self.sampler)
        else:
            n = len(self.dataset)
            order = self.rng.permutation(n) if self.shuffle else np.arange(n)
        whole = len(order) // self.batch_size * self.batch_size if self.drop_last else len(order)
        return [order[i : i + self.batch_size] for i in range(0, whole, self.batch_size)]

    def random_state(self) -> list[Any]:
        """Return the states of the generators that decide the order of the next epoch: the loader's and its samplers'."""
        return [rng.bit_generator.state for rng in self._generators()]

    def set_random_state(self, states: Sequence[Any]) -> None:
        """Put the generators into states that `random_state` returned."""
        for rng, state in zip(self._generators(), states, strict=True):
            rng.bit_generator.state = state

    def _generators(self) -> list[np.random.Generator]:
        found, sampler = [self.rng], self.sampler if self.batch_sampler is None else self.batch_sampler
        while sampler is not None:
            if isinstance(rng := getattr(sampler, "rng", None), np.random.Generator):
                found.append(rng)
            sampler = getattr(sampler, "sampler", None)
        return found

    def _read(self, indices: np.ndarray[Any, Any]) -> Any:
        if self.collate_fn is None and sliceable(self.dataset):
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


def _places(given: Iterable[int]) -> np.ndarray[Any, Any]:
    """What a sampler gave, as an array of whole numbers."""
    places = list(given)
    array = np.asarray(places, None if places else int)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ArgumentError(f"a sampler gives whole numbers, the places of examples, not {places!r:.80}")
    return array
