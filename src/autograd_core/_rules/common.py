"""What the bodies of composite functions share: arguments as arrays, axes as numbers from 0, and what cannot be recorded."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .._errors import RuleError, UnsupportedFunction
from .._primitive import constant, primitive

__all__ = [
    "array", "axes_of", "axis_of", "by_numpy", "holds", "holds_recorded", "is_lazy", "keep", "refuse_out", "slab", "sum_to",
    "weights_of_all",
]  # fmt: skip


def array(x: Any) -> Any:
    """Make an argument an array or leave it the Tensor it is; a list that holds Tensors is stacked, with their history."""
    if hasattr(x, "ndim"):
        return x
    if isinstance(x, list | tuple) and holds_recorded(x):
        return np.stack([array(v) for v in x])
    return np.asarray(x)


def is_lazy(*operands: Any) -> bool:
    """Whether the values of one are made only when asked for, as a Dask array's are."""
    return any(hasattr(getattr(x, "data", x), "compute") for x in operands)


def holds(condition: Any, what: str) -> bool:
    """Whether a condition on values, by which a function decides what to compute, is true anywhere.

    Raises
    ------
    UnsupportedFunction
        If the values would have to be computed first.
    """
    if is_lazy(condition):
        raise UnsupportedFunction(
            f"{what}, which is not known of an array of shape {condition.shape} before Dask computes it; "
            "call .numpy() to do that on purpose, or use another function"
        )
    return bool(np.any(condition))


def holds_recorded(x: Any) -> bool:
    """Whether a Tensor stands somewhere in nested lists."""
    return any(map(holds_recorded, x)) if isinstance(x, list | tuple) else hasattr(type(x), "__autograd__")


def axis_of(axis: Any, ndim: int) -> int:
    """An axis as a number from 0.

    Raises
    ------
    AxisError
        If there is no such axis.
    """
    return int(np.lib.array_utils.normalize_axis_index(operator.index(axis), ndim))


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """One axis, several, or all for None, as numbers from 0."""
    return tuple(range(ndim)) if axis is None else tuple(np.lib.array_utils.normalize_axis_tuple(axis, ndim))


def slab(axis: int, start: int | None, stop: int | None, step: int | None = None) -> tuple[slice, ...]:
    """An index that cuts one axis."""
    return (*(slice(None),) * axis, slice(start, stop, step))


def sum_to(c: Any, shape: tuple[int, ...]) -> Any:
    """Sum `c` down to `shape`: the transpose of broadcasting `shape` up to `c.shape`."""
    if c.shape == shape:
        return c
    lead = c.ndim - len(shape)
    if lead < 0 or any(n not in (1, m) for n, m in zip(shape, c.shape[lead:], strict=True)):
        raise RuleError(f"a rule returned shape {c.shape} for an operand of shape {shape}")
    axes = (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1 != c.shape[lead + i]))
    return (c.sum(axis=axes) if axes else c).reshape(shape)


def weights_of_all(weights: Any, a: Any, axis: Any) -> Any:
    """A weight for each element of `a`, of weights that are given so or for the elements along `axis`.

    Raises
    ------
    TypeError, ValueError
        If the shape of the weights is neither that of `a` nor that of its axes.
    """
    weights = array(weights)
    if weights.shape == a.shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = axes_of(axis, a.ndim)
    if weights.shape != tuple(a.shape[i] for i in axes):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    weights = np.transpose(weights, np.argsort(axes).tolist())
    return np.broadcast_to(weights.reshape(tuple(n if i in axes else 1 for i, n in enumerate(a.shape))), a.shape)


@primitive
def by_numpy(*operands: Any, function: Any, **more: Any) -> Any:
    """What NumPy itself makes of whole numbers, whose results have no history but dtypes of their own."""
    return function(*operands, **more)


constant(by_numpy)


def keep(value: Any, default: Any) -> Any:
    """A keyword that NumPy may leave out, or its default."""
    return default if value is np._NoValue else value


def refuse_out(name: str, out: Any) -> None:
    """Raise for ``out=``.

    Raises
    ------
    UnsupportedFunction
        If an array to write into was given.
    """
    if out is not None:
        raise UnsupportedFunction(
            f"{name}(out=...) writes into an array the graph may still need; use the returned Tensor instead"
        )
