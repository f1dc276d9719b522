"""What the array API standard asks of a namespace beyond recorded functions: dtypes, constants, creation, interchange.

`attribute` finds any name of NumPy's that this package has; `__init__` asks it, so that nothing is made before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ._call import call_function, wrapped
from ._namespace import public
from ._primitive import TABLE, Refused
from ._record import plain
from ._tensor import Tensor, as_tensor

__all__ = ["argsort", "attribute", "broadcast_shapes", "clip", "finfo", "from_dlpack", "full", "iinfo", "names", "sort"]

UNCHANGED = frozenset({
    "__array_namespace_info__", "dtype", "e", "errstate", "euler_gamma", "generic", "inf", "isdtype", "issubdtype", "nan",
    "pi", "promote_types",
})  # fmt: skip
"""Names that are NumPy's own, as are its scalar types (`ac.float32`): they neither take nor return arrays."""

CREATION = frozenset({
    "arange", "bartlett", "blackman", "diag_indices", "empty", "eye", "hamming", "hanning", "identity", "indices", "kaiser",
    "mask_indices", "ones", "tri", "tril_indices", "triu_indices", "zeros",
})  # fmt: skip
"""Functions that make arrays of numbers; a number that requires grad raises, since it would lose its history."""


def attribute(name: str) -> Any:
    """Return what this package has under a name of NumPy's; `None` if nothing."""
    thing = getattr(np, name, None)
    if name in UNCHANGED or (isinstance(thing, type) and issubclass(thing, np.generic)):
        return thing
    if name in CREATION:
        return _creation(thing)  # type: ignore[arg-type]
    try:
        entry = TABLE.get(thing)  # type: ignore[arg-type]
    except TypeError:  # not hashable, so not a function
        return None
    return None if entry is None or type(entry) is Refused else public(thing)  # type: ignore[arg-type]


def names() -> list[str]:
    """List the names that `attribute` answers."""
    return [name for name in dir(np) if not name.startswith("_") and attribute(name) is not None]


def _creation(function: Callable[..., Any]) -> Callable[..., Any]:
    name = function.__name__

    def f(*args: Any, **kwargs: Any) -> Any:
        return wrapped(function(*plain(args, name), **{key: plain(value, name) for key, value in kwargs.items()}))

    f.__name__ = f.__qualname__ = name
    f.__module__ = "autograd_core"
    f.__doc__ = f"``np.{name}``, as a Tensor; see NumPy's documentation for its parameters."
    f.__wrapped__ = function  # type: ignore[attr-defined]  # so that inspect.signature shows NumPy's
    return f


def full(shape: Any, fill_value: Any, dtype: DTypeLike | None = None, order: Any = "C", *, device: Any = None) -> Tensor:
    """Return a Tensor of `shape` filled with a value, which may have a history.

    Parameters
    ----------
    shape : int or sequence of int
        The shape.
    fill_value : number or Tensor
        The value, broadcast to `shape`.
    dtype : dtype, optional
        That of the value without it.
    order : str
        Memory layout, ``"C"`` or ``"F"``.
    device : str, optional
        ``"cpu"``.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.grad(lambda x: ac.full((2, 2), x).sum())(3.0)
    Tensor(4.)
    """
    if isinstance(fill_value, Tensor) and fill_value.requires_grad:
        np.empty(0, device=device)
        t = call_function(np.broadcast_to, (fill_value, shape), {}).copy(order)
        return t if dtype is None else t.astype(dtype)  # type: ignore[no-any-return]
    return as_tensor(np.full(shape, plain(fill_value, "full"), dtype, order, device=device))


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """Return a Tensor that shares memory with an array of another library, through DLPack.

    Parameters
    ----------
    x : object with ``__dlpack__`` and ``__dlpack_device__``
        In the memory of the processor.
    device : str, optional
        ``"cpu"``.
    copy : bool, optional
        Always copy, or never.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> ac.from_dlpack(np.arange(3.0))
    Tensor([0., 1., 2.])
    """
    return as_tensor(np.from_dlpack(x, device=device, copy=copy))


def _dtype_of(x: Any) -> Any:
    return x.dtype if isinstance(x, Tensor | np.ndarray) else x


def finfo(type: Any, /) -> np.finfo[Any]:
    """Return the limits of a floating or complex dtype, or of the dtype of an array.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.finfo(ac.ones(2)).bits
    64
    """
    return np.finfo(_dtype_of(type))


def iinfo(type: Any, /) -> np.iinfo[Any]:
    """Return the limits of an integer dtype, or of the dtype of an array.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.iinfo(ac.int8).max
    127
    """
    return np.iinfo(_dtype_of(type))


def broadcast_shapes(*shapes: Any) -> tuple[int, ...]:
    """Return the shape that arrays of these shapes broadcast to.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.broadcast_shapes((3, 1), (2,))
    (3, 2)
    """
    return np.broadcast_shapes(*shapes)


def clip(a: Any, min: Any = None, max: Any = None, *, a_min: Any = None, a_max: Any = None, **others: Any) -> Tensor:
    """Clip to bounds; the derivative is 1 inside and on the bounds, as that of PyTorch's ``clamp``.

    Parameters
    ----------
    a : array_like
        The values.
    min, max : array_like, optional
        The bounds, by place or by name as the array API standard has them; they may have a history.
    a_min, a_max : array_like, optional
        NumPy's names of the same.
    **others
        As for ``np.clip``.

    Raises
    ------
    TypeError
        If a bound is given twice.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.clip([1.0, 2.0, 3.0], 1.5, max=2.5)
    Tensor([1.5, 2. , 2.5])
    """
    for name, bound, other in (("min", min, a_min), ("max", max, a_max)):
        if bound is not None and other is not None:
            raise TypeError(f"clip got one bound twice, {name}={bound!r:.40} and a_{name}={other!r:.40}; pass {name}= only")
    return _clip(a, a_min if min is None else min, a_max if max is None else max, **others)  # type: ignore[no-any-return]


_clip = public(np.clip)


def sort(
    a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None, descending: bool = False
) -> Tensor:
    """Return the elements in order along an axis; gradients go to the places the elements came from.

    Parameters
    ----------
    a : array_like
        The values.
    axis : int or None
        The axis; flattened if `None`.
    kind, order, stable
        As for ``np.sort``.
    descending : bool
        The largest first, as the array API standard has it and NumPy does not.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.sort([1.0, 3.0, 2.0], descending=True)
    Tensor([3., 2., 1.])
    """
    t = call_function(np.sort, (as_tensor(a), axis), {"kind": kind, "order": order, "stable": stable})
    return _flipped(t, axis) if descending else t


def argsort(
    a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None, descending: bool = False
) -> Tensor:
    """Return the places of the elements in order along an axis.

    Parameters
    ----------
    a : array_like
        The values.
    axis : int or None
        The axis; flattened if `None`.
    kind, order, stable
        As for ``np.argsort``.
    descending : bool
        The largest first, as the array API standard has it and NumPy does not; equal elements keep their order if `stable`.

    Examples
    --------
    >>> import autograd_core as ac
    >>> ac.argsort([1.0, 3.0, 1.0], descending=True, stable=True)
    Tensor([1, 0, 2])
    """
    t = as_tensor(a)
    if axis is None:
        t, axis = t.reshape(-1), 0
    how = {"kind": kind, "order": order, "stable": stable}
    if not descending:
        return call_function(np.argsort, (t, axis), how)  # type: ignore[no-any-return]
    # the order of the flipped array, read backwards, keeps equal elements in the order they had
    places = call_function(np.argsort, (_flipped(t, axis), axis), how)
    return _flipped(t.shape[axis] - 1 - places, axis)


def _flipped(t: Any, axis: int | None) -> Tensor:
    return call_function(np.flip, (t, -1 if axis is None else axis), {})  # type: ignore[no-any-return]
