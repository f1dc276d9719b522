"""Calls of ufuncs that carry keywords, and ufunc methods (`np.add.reduce` and its like), in terms of functions of the table.

A method without a function that means the same is written out with the ufunc itself, one call for each step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._errors import UnsupportedFunction
from .._primitive import TABLE, Constant, constant, primitive
from .common import array, axes_of, axis_of, keep, refuse_out, slab

__all__ = ["called", "method"]

_METHODS = {
    (np.add, "reduce"): np.sum,
    (np.multiply, "reduce"): np.prod,
    (np.maximum, "reduce"): np.max,
    (np.minimum, "reduce"): np.min,
    (np.logical_and, "reduce"): np.all,
    (np.logical_or, "reduce"): np.any,
    (np.add, "accumulate"): np.cumsum,
    (np.multiply, "accumulate"): np.cumprod,
}
_DEFAULTS = {"where": True, "casting": "same_kind", "order": "K", "subok": True}


def _meant(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The keywords that say something: neither NumPy's defaults nor an `out` of nothing."""
    return {
        k: v
        for k, v in kwargs.items()
        if not (v is np._NoValue or (k == "out" and (v is None or (type(v) is tuple and all(o is None for o in v)))))
        and not (k in _DEFAULTS and (v is True or type(v) is str) and v == _DEFAULTS[k])
    }


@primitive
def constant_method(*operands: Any, ufunc: np.ufunc, name: str, **more: Any) -> Any:
    """A method of a ufunc that has no derivative."""
    return getattr(ufunc, name)(*operands, **more)


constant(constant_method)


def called(ufunc: np.ufunc, call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a ufunc with keywords: `dtype` converts the operands first; most others are refused.

    Raises
    ------
    UnsupportedFunction
        For `out` and `where`, which leave or write elements of an array the graph cannot see.
    """
    kwargs = _meant(kwargs)
    if "out" in kwargs:
        shapes = [np.shape(a) for a in args]
        raise UnsupportedFunction(
            f"np.{ufunc.__name__}(out=...) writes into an array the graph may still need (operand shapes {shapes}); "
            "use the returned Tensor instead"
        )
    dtype = kwargs.pop("dtype", None)
    if kwargs and not (ufunc is np.vecdot and kwargs.keys() <= {"axis", "keepdims"}):
        raise UnsupportedFunction(
            f"np.{ufunc.__name__} with {', '.join(kwargs)} has no derivative here; use np.where on the result, "
            "np.moveaxis or .astype on the operands"
        )
    if dtype is not None:
        args = _cast(ufunc, args, np.dtype(dtype))
    return call(ufunc, args, kwargs)


def _cast(ufunc: np.ufunc, args: tuple[Any, ...], dtype: np.dtype[Any]) -> tuple[Any, ...]:
    """Convert the operands as NumPy does for a result of `dtype`, or raise as it does: no imaginary part is lost."""
    operands = [a if type(a) in (int, float, complex) else array(a) for a in args]
    given = [type(a) if type(a) in (int, float, complex) else a.dtype for a in operands]
    loop = ufunc.resolve_dtypes(
        (*given, *[None] * ufunc.nout), signature=(*[None] * ufunc.nin, *[dtype] * ufunc.nout), casting="same_kind"
    )
    return tuple(array(a).astype(d) for a, d in zip(operands, loop, strict=False))


def method(ufunc: np.ufunc, name: str, call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a method of a ufunc.

    Raises
    ------
    UnsupportedFunction
        For `at`, which writes into its operand.
    """
    if name == "at":
        raise UnsupportedFunction(
            f"np.{ufunc.__name__}.at writes into its operand, which a graph may still need; "
            "assign with t[index] = ..., or add up with np.bincount"
        )
    if type(TABLE.get(ufunc)) is Constant and (ufunc, name) not in _METHODS:
        return constant_method(*args, ufunc=ufunc, name=name, **_meant(kwargs))
    if name == "outer":
        a, b = map(array, args)
        return called(ufunc, call, (a.reshape(a.shape + (1,) * b.ndim), b), kwargs)
    names = {
        "reduce": ("axis", "dtype", "out", "keepdims", "initial", "where"),
        "accumulate": ("axis", "dtype", "out"),
        "reduceat": ("indices", "axis", "dtype", "out"),
    }[name]
    given = dict(zip(names, args[1:], strict=False)) | kwargs
    given = _meant(given)
    refuse_out(f"np.{ufunc.__name__}.{name}", given.get("out"))
    given = {"axis": 0, **{k: v for k, v in given.items() if not (k == "dtype" and v is None)}}
    function = _METHODS.get((ufunc, name))
    if function is not None and (name == "reduce" or np.ndim(args[0])):
        dtype = given.pop("dtype", None) if function in (np.max, np.min, np.all, np.any) else None
        return call(function, (args[0] if dtype is None else array(args[0]).astype(dtype),), given)
    a = array(args[0])
    if a.ndim == 0 and name != "reduce":
        raise TypeError(f"cannot {name} on a scalar")
    if "dtype" in given:
        a = a.astype(given.pop("dtype"))
    bodies: dict[str, Any] = {"reduce": _reduce, "accumulate": _accumulate, "reduceat": _reduceat}
    return call(np.positive, (bodies[name](ufunc, a, **given),), {}) if a.size == 0 else bodies[name](ufunc, a, **given)


def _reduce(ufunc: np.ufunc, a: Any, axis: Any, keepdims: bool = False, initial: Any = None, where: Any = True) -> Any:
    if where is not True:
        raise UnsupportedFunction(
            f"np.{ufunc.__name__}.reduce(where=...) has no rule; put the identity there with np.where first"
        )
    axes = axes_of(axis, a.ndim or 1) if a.ndim or axis is not None else ()
    axes = axes if a.ndim else ()  # NumPy lets a number be reduced along axis 0
    if len(axes) > 1:
        ufunc.reduce(np.ones((1, 1), a.dtype), axis=(0, 1))  # raises where the order of the steps matters
    for i in sorted(axes, reverse=True):
        parts = [a[(slice(None),) * i + (k,)] for k in range(a.shape[i])]
        if initial is not None or not parts:
            start = keep(initial, None)
            start = ufunc.reduce(np.ones(0, a.dtype)) if start is None else start  # raises where there is no identity
            parts.insert(0, np.full((*a.shape[:i], *a.shape[i + 1 :]), start, a.dtype))
            initial = None
        y = parts[0]
        for part in parts[1:]:
            y = ufunc(y, part)
        a = y
    return np.expand_dims(a, axes) if keepdims else a


def _accumulate(ufunc: np.ufunc, a: Any, axis: Any) -> Any:
    axis = axis_of(axis, a.ndim)
    steps = [a[slab(axis, k, k + 1)] for k in range(a.shape[axis])]
    for k in range(1, len(steps)):
        steps[k] = ufunc(steps[k - 1], steps[k])
    return np.concatenate(steps, axis=axis) if steps else a


def _reduceat(ufunc: np.ufunc, a: Any, indices: Any, axis: Any) -> Any:
    axis = axis_of(axis, a.ndim)
    places = [int(i) for i in np.asarray(indices)]
    n = a.shape[axis]
    if any(not 0 <= i < n for i in places):
        raise IndexError(f"index out of bounds in np.{ufunc.__name__}.reduceat({places}) of an axis of length {n}")
    ends = [*places[1:], n]
    parts = [a[slab(axis, i, j if j > i else i + 1)] for i, j in zip(places, ends, strict=True)]
    return np.concatenate([ufunc.reduce(part, axis=axis, keepdims=True) for part in parts], axis=axis)
