"""Samplers: in which order, and how often, a loader reads the examples of a data set.

One of your own draws from a generator that it keeps as its attribute `rng`: exact resume saves and restores that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Sized
from numbers import Integral
from typing import Any, Protocol, runtime_checkable

import numpy as np

from .._errors import ArgumentError
from .._rng import Rng, generator

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
    "sampler_of",
]


@runtime_checkable
class Sampler(Protocol):
    """Anything with a length that gives an epoch's places in a data set when iterated: write `__len__` and `__iter__`."""

    def __len__(self) -> int:
        """Return how many places an epoch has."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the places of a new epoch."""


def sampler_of(sampler: Any, what: str) -> Any:
    """Return `sampler` if it is one; an iterator, which ends with the first epoch, is not."""
    if not isinstance(sampler, Sampler):
        raise ArgumentError(
            f"{what} takes a sampler, which has a length and can be iterated every epoch, not a {type(sampler).__name__}"
        )
    return sampler


def _count(name: str, value: Any) -> int:
    if not isinstance(value, Integral) or value < 1:
        raise ArgumentError(f"{name}={value!r} must be a positive integer")
    return int(value)


class SequentialSampler:
    """All places in order."""

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __len__(self) -> int:
        return len(self.data_source)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))


class RandomSampler:
    """All places in a new random order each epoch, or places drawn at random.

    Parameters
    ----------
    data_source : sized
        The data set.
    replacement : bool
        Draw each place independently of the others.
    num_samples : int, optional
        Places in an epoch, as many as there are examples by default; with more, and without replacement, one random order
        follows another.
    rng : numpy.random.Generator or int, optional
        Draws the orders; the default generator otherwise.

    Raises
    ------
    ArgumentError
        If `num_samples` is not a positive integer.

    Examples
    --------
    >>> import nn
    >>> sorted(nn.data.RandomSampler("abc", num_samples=6))
    [0, 0, 1, 1, 2, 2]
    """

    def __init__(
        self, data_source: Sized, replacement: bool = False, num_samples: int | None = None, *, rng: Rng = None
    ) -> None:
        self.data_source, self.replacement, self._num_samples = data_source, replacement, num_samples
        self.rng = generator(rng)
        _count("num_samples", self.num_samples)

    @property
    def num_samples(self) -> int:
        """Places in an epoch."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __len__(self) -> int:
        return self.num_samples

    def __iter__(self) -> Iterator[int]:
        n, count = len(self.data_source), self.num_samples
        if self.replacement:
            return iter(self.rng.integers(n, size=count).tolist())
        orders = [self.rng.permutation(n) for _ in range(-(-count // n))]
        return iter(np.concatenate(orders)[:count].tolist())


class SubsetRandomSampler:
    """Given places in a new random order each epoch.

    Examples
    --------
    >>> import nn
    >>> sorted(nn.data.SubsetRandomSampler([5, 3, 8], rng=0))
    [3, 5, 8]
    """

    def __init__(self, indices: Sequence[int], *, rng: Rng = None) -> None:
        self.indices, self.rng = indices, generator(rng)

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[int]:
        return (self.indices[i] for i in self.rng.permutation(len(self.indices)).tolist())


class WeightedRandomSampler:
    """Places drawn with probabilities proportional to given weights, for example to see rare classes as often as others.

    Parameters
    ----------
    weights : array_like, shape (N,)
        Of each example; not negative.
    num_samples : int
        Places in an epoch.
    replacement : bool
        Without it, no place is drawn twice in an epoch.
    rng : numpy.random.Generator or int, optional
        Draws the places; the default generator otherwise.

    Raises
    ------
    ArgumentError
        If the weights are no probabilities up to a factor, or too few are positive to be drawn without replacement.

    Examples
    --------
    >>> import nn
    >>> list(nn.data.WeightedRandomSampler([0.0, 2.0, 0.0], 4))
    [1, 1, 1, 1]
    """

    def __init__(self, weights: Any, num_samples: int, replacement: bool = True, *, rng: Rng = None) -> None:
        w = np.asarray(weights, float)
        if w.ndim != 1 or not np.isfinite(w).all() or (w < 0).any() or not w.any():
            raise ArgumentError(
                f"weights of shape {w.shape} must be one number an example, finite, not negative and not all zero"
            )
        self.weights, self.num_samples, self.replacement = w, _count("num_samples", num_samples), replacement
        if not replacement and num_samples > np.count_nonzero(w):
            raise ArgumentError(
                f"{num_samples=} places cannot be drawn without replacement from {np.count_nonzero(w)} positive weights"
            )
        self.rng = generator(rng)

    def __len__(self) -> int:
        return self.num_samples

    def __iter__(self) -> Iterator[int]:
        p = self.weights / self.weights.sum()
        return iter(self.rng.choice(len(p), self.num_samples, self.replacement, p).tolist())


class BatchSampler:
    """The places of another sampler in lists of `batch_size`.

    Parameters
    ----------
    sampler : Sampler
        Gives the places.
    batch_size : int
        Places in a list; the last one may have fewer.
    drop_last : bool
        Leave out a last list that is not full.

    Examples
    --------
    >>> import nn
    >>> list(nn.data.BatchSampler(nn.data.SequentialSampler(range(5)), 2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        self.sampler = sampler_of(sampler, "BatchSampler")
        self.batch_size, self.drop_last = _count("batch_size", batch_size), drop_last

    def __len__(self) -> int:
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        places = list(self.sampler)
        return (places[i * self.batch_size : (i + 1) * self.batch_size] for i in range(len(self)))
