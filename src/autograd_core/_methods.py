"""The methods of a Tensor that NumPy has as functions of the same name."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._call import call_function
from ._errors import DtypeError
from ._primitive import entry_of
from ._record import apply, plain, unary
from ._rules.shapes import astype, copy

__all__ = ["Methods"]

_SUM, _RESHAPE, _TRANSPOSE = entry_of(np.sum), entry_of(np.reshape), entry_of(np.transpose)
_ASTYPE, _COPY = entry_of(astype), entry_of(copy)


def _method(function: Any) -> Any:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return call_function(function, (self, *args), kwargs)

    call.__name__, call.__qualname__ = function.__name__, f"Tensor.{function.__name__}"
    call.__doc__ = f"Return ``np.{function.__name__}(self, ...)``, recorded."
    return call


class Methods:
    """ndarray's methods, with their arguments, returning recorded Tensors."""

    __slots__ = ()

    def sum(self, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **more: Any) -> Any:
        """Return the sum over `axis`, recorded."""
        if axis is None and dtype is None and out is None and not keepdims and not more:
            return unary(_SUM, self)
        if dtype is None and out is None and not more:
            return unary(_SUM, self, {"axis": axis, "keepdims": keepdims})
        return apply(_SUM, (self,), {"axis": axis, "keepdims": keepdims, "dtype": dtype, "out": out, **more})

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
        """Return the elements in another shape; one length may be -1."""
        more: dict[str, Any] = {} if order == "C" else {"order": order}
        if copy is not None:
            more["copy"] = copy
        return unary(_RESHAPE, self, {"shape": plain(shape[0] if len(shape) == 1 else shape, "a shape"), **more})

    def transpose(self, *axes: Any) -> Any:
        """Return the array with its axes permuted, reversed by default."""
        if not axes or axes[0] is None:
            return unary(_TRANSPOSE, self)
        return unary(_TRANSPOSE, self, {"axes": axes[0] if len(axes) == 1 else axes})

    def astype(self, dtype: Any, *, casting: str = "unsafe", copy: bool = True) -> Any:
        """Return the values in another dtype; the history goes on where that is floating or complex."""
        dtype = np.dtype(dtype)
        if dtype.kind not in "biufc":
            raise DtypeError(
                f"a Tensor is of numbers and cannot have dtype {dtype}; convert its array, t.numpy().astype({dtype.str!r})"
            )
        if not copy and dtype == self.dtype:  # type: ignore[attr-defined]
            return self
        return unary(_ASTYPE, self, {"dtype": dtype, "casting": casting})

    def copy(self, order: str = "C") -> Any:
        """Return a copy with memory of its own, recorded."""
        return unary(_COPY, self, {"order": order})

    def flatten(self, order: str = "C") -> Any:
        """Return the elements as a one-dimensional copy."""
        return self.copy(order).reshape(-1, order=order)

    def conj(self) -> Any:
        """Return the complex conjugate; a real Tensor is its own."""
        return call_function(np.conjugate, (self,), {}) if self.dtype.kind == "c" else self  # type: ignore[attr-defined]

    conjugate = conj
    T = property(lambda self: unary(_TRANSPOSE, self), doc="The array with its axes reversed.")
    mT = property(np.matrix_transpose, doc="The array with its last two axes swapped.")  # noqa: N815  (NumPy's name)
    real = property(np.real, doc="The real part.")
    imag = property(np.imag, doc="The imaginary part.")
    flat = property(lambda self: iter(self.reshape(-1)), doc="An iterator over the elements.")

    all, any = _method(np.all), _method(np.any)
    argmax, argmin = _method(np.argmax), _method(np.argmin)
    argsort, argpartition = _method(np.argsort), _method(np.argpartition)
    choose, clip, compress = _method(np.choose), _method(np.clip), _method(np.compress)
    cumprod, cumsum = _method(np.cumprod), _method(np.cumsum)
    diagonal, dot = _method(np.diagonal), _method(np.dot)
    max, mean, min = _method(np.max), _method(np.mean), _method(np.min)
    nonzero, prod, ravel = _method(np.nonzero), _method(np.prod), _method(np.ravel)
    repeat, round, searchsorted = _method(np.repeat), _method(np.round), _method(np.searchsorted)
    squeeze, std, swapaxes = _method(np.squeeze), _method(np.std), _method(np.swapaxes)
    take, trace, var = _method(np.take), _method(np.trace), _method(np.var)
