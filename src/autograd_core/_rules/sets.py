"""Sets: distinct elements, each as its first occurrence, and what two arrays share."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._primitive import composite, constant, primitive
from .common import array


@primitive
def unique_places(a: Any, axis: Any, equal_nan: bool) -> Any:
    """Where the distinct elements first stand, which of them each element is, and how often each occurs."""
    return np.unique(a, True, True, True, axis, equal_nan=equal_nan)[1:]


@primitive
def common_places(a: Any, b: Any, assume_unique: bool) -> Any:
    """Where the elements that two arrays share stand in each."""
    return np.intersect1d(a, b, assume_unique, return_indices=True)[1:]


constant(unique_places, common_places)


@composite(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The distinct elements, each as its first occurrence, and on request where and how often they stand."""
    a = array(ar)
    index, inverse, counts = unique_places(a, axis=axis, equal_nan=equal_nan)
    values = np.take(np.ravel(a) if axis is None else a, index, axis=0 if axis is None else axis)
    wanted = ((return_index, index), (return_inverse, inverse), (return_counts, counts))
    more = tuple(value for want, value in wanted if want)
    return (values, *more) if more else values


_ONE = np.zeros(1)
UniqueAll, UniqueCounts, UniqueInverse = (type(f(_ONE)) for f in (np.unique_all, np.unique_counts, np.unique_inverse))


@composite(np.unique_all)
def unique_all(x: Any) -> Any:
    """The distinct elements, where they first stand, which each element is, and how often each occurs."""
    return UniqueAll(*unique(x, True, True, True, equal_nan=False))


@composite(np.unique_counts)
def unique_counts(x: Any) -> Any:
    """The distinct elements and how often each occurs."""
    return UniqueCounts(*unique(x, return_counts=True, equal_nan=False))


@composite(np.unique_inverse)
def unique_inverse(x: Any) -> Any:
    """The distinct elements and which of them each element is."""
    return UniqueInverse(*unique(x, return_inverse=True, equal_nan=False))


@composite(np.unique_values)
def unique_values(x: Any) -> Any:
    """The distinct elements."""
    return unique(x, equal_nan=False)


@composite(np.union1d)
def union1d(ar1: Any, ar2: Any) -> Any:
    """The distinct elements of two arrays."""
    return unique(np.concatenate((np.ravel(array(ar1)), np.ravel(array(ar2)))))


@composite(np.intersect1d)
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """The distinct elements that two arrays share, as they stand in the first."""
    first, second = array(ar1), array(ar2)
    index, other = common_places(first, second, assume_unique=assume_unique)
    values = np.take(first, index).astype(np.result_type(first.dtype, second.dtype))
    return (values, index, other) if return_indices else values


@composite(np.setdiff1d)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The distinct elements of the first array that the second does not hold."""
    first = np.ravel(array(ar1)) if assume_unique else unique(ar1)
    return first[np.isin(first, ar2, assume_unique=True, invert=True)]


@composite(np.setxor1d)
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The distinct elements that one of two arrays holds and the other does not."""
    first, second = (np.ravel(array(a)) if assume_unique else unique(a) for a in (ar1, ar2))
    both = np.sort(np.concatenate((first, second)))
    if both.size == 0:
        return both
    edge = np.concatenate([np.array([True]), both[1:] != both[:-1], np.array([True])])
    return both[edge[1:] & edge[:-1]]
