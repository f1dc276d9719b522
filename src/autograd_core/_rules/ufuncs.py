"""Calls of ufuncs that carry keywords, and ufunc methods (`np.add.reduce` and its like), in terms of functions of the table."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._errors import UnsupportedFunction

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


def _absent(out: Any) -> bool:
    """Whether `out=` was not given: NumPy hands it on as a tuple."""
    return out is None or (type(out) is tuple and all(o is None for o in out))


def called(ufunc: np.ufunc, call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a ufunc with keywords: `dtype` converts the operands first; the others are refused.

    Raises
    ------
    UnsupportedFunction
        For `out` and `where`, which leave or write elements of an array the graph cannot see.
    """
    kwargs = {k: v for k, v in kwargs.items() if not (k == "where" and v is True) and not (k == "out" and _absent(v))}
    if "out" in kwargs:
        shapes = [np.shape(a) for a in args]
        raise UnsupportedFunction(
            f"np.{ufunc.__name__}(out=...) writes into an array the graph may still need (operand shapes {shapes}); "
            "use the returned Tensor instead"
        )
    dtype = kwargs.pop("dtype", None)
    if kwargs:
        raise UnsupportedFunction(
            f"np.{ufunc.__name__} with {', '.join(kwargs)} has no derivative here; use np.where on the result, or .astype on the operands"
        )
    if dtype is not None:
        args = tuple(a.astype(dtype) if hasattr(a, "astype") else np.asarray(a, dtype) for a in args)
    return call(ufunc, args, {})


def method(ufunc: np.ufunc, name: str, call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a method of a ufunc through the function of NumPy that means the same.

    Raises
    ------
    UnsupportedFunction
        If there is none.
    """
    function = _METHODS.get((ufunc, name))
    if function is None:
        raise UnsupportedFunction(
            f"np.{ufunc.__name__}.{name} has no derivative rule; use a function of NumPy that means the same, "
            "or call it on t.detach().numpy() to leave the graph on purpose"
        )
    if len(args) == 1 and "axis" not in kwargs:
        kwargs = {**kwargs, "axis": 0}
    if _absent(kwargs.get("out")):
        kwargs.pop("out", None)
    return call(function, args, kwargs)
