"""Dask arrays inside Tensors: `Chunked` lets the derivative rules run on them, lazily.

Dask turns an array into NumPy's, with a warning, for a function that it does not have; `Chunked` raises instead, so that
nothing is computed, or brought into memory, unless `.numpy()`, `.item()` or a conversion to a Python number asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

import dask.array
import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from ._errors import ShapeError, UnsupportedFunction

__all__ = ["Chunked"]

da: Any = dask.array  # it ships no types

_REDUCTIONS = {
    np.add: "sum",
    np.multiply: "prod",
    np.maximum: "max",
    np.minimum: "min",
    np.logical_and: "all",
    np.logical_or: "any",
}
_METHODS = frozenset({
    "all", "any", "argmax", "argmin", "clip", "cumprod", "cumsum", "dot", "max", "mean", "min", "nonzero", "prod",
    "ravel", "repeat", "round", "squeeze", "std", "sum", "swapaxes", "trace", "transpose", "var",
})  # fmt: skip
_PROPERTIES = frozenset({"T", "dtype", "imag", "itemsize", "nbytes", "ndim", "real", "shape", "size"})
_OWN: dict[Any, Any] = {
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
    np.reshape: lambda a, shape, order="C", **_: Chunked(a).reshape(shape, order=order),
    np.linalg.cholesky: lambda a, /, *, upper=False: da.linalg.cholesky(a, lower=not upper),  # Dask's default is the upper one
}
_DIFFERENT = frozenset({np.linalg.lstsq, np.linalg.svd, np.median, np.nanmedian, np.percentile, np.quantile})
"""Functions whose namesakes in Dask compute something else: other defaults, or an approximation."""


class Chunked(NDArrayOperatorsMixin):
    """A Dask array that is never computed behind its owner's back.

    Parameters
    ----------
    inner : dask.array.Array
        Of known shape.

    Raises
    ------
    ShapeError
        If the shape has an unknown length, as a boolean index leaves it.
    """

    __slots__ = ("inner",)
    __array_priority__ = 10
    base = None

    def __init__(self, inner: Any) -> None:
        if any(math.isnan(n) for n in inner.shape):
            raise ShapeError(
                f"a Dask array of unknown shape {inner.shape} cannot be differentiated; call its compute_chunk_sizes() first"
            )
        self.inner = inner

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
        if any(hasattr(type(a), "__autograd__") for a in args):
            return NotImplemented
        if method == "reduce" and ufunc in _REDUCTIONS:
            names = ("axis", "dtype", "out", "keepdims")
            more = {"axis": 0, **dict(zip(names, args[1:], strict=False)), **kwargs}
            more = {k: v for k, v in more.items() if k == "axis" or not (v is None or (k == "where" and v is True))}
            if more.keys() - {"axis", "dtype", "keepdims"}:
                raise UnsupportedFunction(_missing(f"np.{ufunc.__name__}.reduce({', '.join(more)})", self.shape))
            reduction: Any = getattr(da, _REDUCTIONS[ufunc])
            return _wrapped(reduction(_inner(args[0]), **_inner(more)))
        if method != "__call__" or kwargs.get("out") is not None:
            what = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else "(out=...)")
            raise UnsupportedFunction(_missing(what, self.shape))
        return _wrapped(ufunc(*_inner(args), **_inner(kwargs)))

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if any(hasattr(kind, "__autograd__") for kind in types):
            return NotImplemented
        if function in _OWN:
            return _wrapped(_OWN[function](*_inner(args), **_inner(kwargs)))
        home: Any = da
        for part in (function.__module__ or "numpy").split(".")[1:]:
            home = getattr(home, part, None)
        known: Any = getattr(home, function.__name__, None)
        if known is None or function in _DIFFERENT:
            raise UnsupportedFunction(_missing(f"{function.__module__}.{function.__name__}", self.shape))
        what = f"{function.__module__}.{function.__name__} of these arguments"
        return _wrapped(_asked(what, self.shape, lambda: known(*_inner(args), **_inner(kwargs))))

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise UnsupportedFunction(_missing("conversion to an ndarray", self.shape))

    def __getattr__(self, name: str) -> Any:
        if name in _PROPERTIES:
            return _wrapped(getattr(self.inner, name))
        if name not in _METHODS:
            raise AttributeError(f"a Dask array inside a Tensor has no attribute {name!r}")
        method: Any = getattr(self.inner, name)
        return lambda *args, **kwargs: _wrapped(method(*_inner(args), **_inner(kwargs)))

    def __getitem__(self, index: Any) -> Any:
        if any(isinstance(i, bool | np.bool_) for i in _parts(index)):  # Dask reads True as the number 1
            raise UnsupportedFunction(_missing(f"a single boolean as an index, {index}", self.shape))
        if _moves_axes(index):
            raise UnsupportedFunction(_missing(f"an index of arrays on both sides of a slice, {index}", self.shape))
        return _wrapped(_asked("this index", self.shape, lambda: self.inner[_inner(index)]))

    def __setitem__(self, index: Any, value: Any) -> None:
        index, value = _inner(index), _inner(value)
        shape = self[index].shape
        if 0 in shape:  # Dask does not store nothing
            da.broadcast_to(value, shape)  # raises if it does not fit
            return
        if any(i is None for i in _parts(index)):  # nor at new axes: they have length one
            index = tuple(i for i in _parts(index) if i is not None)
            value = da.broadcast_to(value, shape).reshape(self.inner[index].shape)
        changed = self.inner.copy()  # a Dask array is a recipe, which others may hold: this one gets its own
        _asked("assignment at this index", self.shape, lambda: changed.__setitem__(index, value))
        self.inner = changed

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """Return the elements in another shape, in C order only."""
        if order != "C":
            raise UnsupportedFunction(_missing(f"reshape(order={order!r})", self.shape))
        return _wrapped(_asked("this reshape", self.shape, lambda: self.inner.reshape(*shape)))

    def astype(self, dtype: Any, casting: str = "unsafe", copy: bool = True) -> Any:
        """Return the values in another dtype."""
        return _wrapped(self.inner.astype(dtype, casting=casting, copy=copy))

    def copy(self, _order: str = "C") -> Any:
        """Return itself under another name, since a Dask array does not change."""
        return Chunked(self.inner.copy())

    def conj(self) -> Chunked:
        """Return the complex conjugate; a real array is its own."""
        return Chunked(self.inner.conj()) if self.dtype.kind == "c" else self

    def compute(self) -> np.ndarray[Any, Any]:
        """Run Dask's scheduler and return the values."""
        return np.asarray(self.inner.compute())

    def item(self) -> Any:
        """Compute the value of a one-element array."""
        return self.compute().item()

    def tolist(self) -> Any:
        """Compute the values as nested lists."""
        return self.compute().tolist()

    def __bool__(self) -> bool:
        return bool(self.compute())

    def __int__(self) -> int:
        return int(self.compute())

    def __float__(self) -> float:
        return float(self.compute())

    def __complex__(self) -> complex:
        return complex(self.compute())

    def __len__(self) -> int:
        return len(self.inner)

    def __repr__(self) -> str:
        return repr(self.inner)

    # nothing is written in place, so `a += b` is `a = a + b`
    __iadd__, __isub__ = NDArrayOperatorsMixin.__add__, NDArrayOperatorsMixin.__sub__
    __imul__, __itruediv__ = NDArrayOperatorsMixin.__mul__, NDArrayOperatorsMixin.__truediv__


def _asked(what: str, shape: tuple[int, ...], call: Callable[[], Any]) -> Any:
    """What Dask answers, unless it says itself that it does not implement it, or an assertion of its own fails."""
    try:
        return call()
    except (NotImplementedError, AssertionError) as error:
        says = str(error).strip() or type(error).__name__
        raise UnsupportedFunction(f"{_missing(what, shape)} (Dask says: {says})") from error


def _parts(index: Any) -> tuple[Any, ...]:
    return index if type(index) is tuple else (index,)


def _moves_axes(index: Any) -> bool:
    """Whether NumPy puts the axes of an index of arrays first, since a slice stands between them; Dask leaves them in place."""
    if type(index) is not tuple or not any(isinstance(i, np.ndarray | list) for i in index):
        return False
    places = [k for k, i in enumerate(index) if not (i is None or i is Ellipsis or isinstance(i, slice))]
    return places != list(range(places[0], places[0] + len(places)))


def _missing(what: str, shape: tuple[int, ...]) -> str:
    return (
        f"Dask does not implement {what}, of an array of shape {shape}, and computing it as one NumPy array might not fit into "
        "memory; call .numpy() to do that on purpose, or use another function"
    )


def _inner(x: Any) -> Any:
    if isinstance(x, Chunked):
        return x.inner
    if type(x) in (tuple, list):
        return type(x)(map(_inner, x))
    if type(x) is dict:
        return {name: _inner(value) for name, value in x.items()}
    return x


def _wrapped(x: Any) -> Any:
    if isinstance(x, da.Array):
        return Chunked(x)
    if type(x) in (tuple, list):
        return type(x)(map(_wrapped, x))
    return x
