"""The rest of NumPy's functions, so that none is forgotten: constants, creation, assignment and refusals with reasons."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from .._primitive import LATE, composite, constant, primitive, refused
from .common import array

# -- creation: `np.zeros(3, like=t)` gives a Tensor -----------------------------------------------------------------------

constant(np.empty, np.zeros, np.ones, np.eye, np.identity, np.tri, np.fromfunction, np.fromiter)


@primitive
def whole_steps(start: Any, stop: Any, step: Any) -> Any:
    """The numbers of the steps of `np.arange`: they do not move with its ends."""
    values = np.arange(start, stop, step)
    return np.arange(len(values), dtype=values.dtype)


constant(whole_steps)


@composite(np.arange)
def arange(start: Any = 0, stop: Any = None, step: Any = 1, dtype: Any = None, **_more: Any) -> Any:
    """Evenly spaced numbers, which move with the start and the step."""
    start, stop = (0, start) if stop is None else (start, stop)
    y = start + whole_steps(start, stop, step) * step
    return y if dtype is None else y.astype(dtype)


@composite(np.full)
def full(shape: Any, fill_value: Any, dtype: Any = None, *_order: Any, **_more: Any) -> Any:
    """An array filled with a value, which may have a history."""
    fill = array(fill_value)
    return np.broadcast_to(fill if dtype is None else fill.astype(dtype), shape)


@composite(np.array)
def array_(object: Any, dtype: Any = None, *, copy: Any = True, ndmin: int = 0, **_more: Any) -> Any:
    """Copy, or stack a nested list, with the history of what is in it."""
    a = array(object)
    a = a if dtype is None else a.astype(dtype)
    a = a.reshape((1,) * (ndmin - a.ndim) + a.shape) if a.ndim < ndmin else a
    return np.copy(a) if copy else a


@composite(np.asarray, np.asanyarray, np.require)
def asarray(a: Any, dtype: Any = None, *_order: Any, **_more: Any) -> Any:
    """Leave a Tensor as it is, or stack a nested list, with its history."""
    a = array(a)
    return a if dtype is None or a.dtype == np.dtype(dtype) else a.astype(dtype)


@composite(np.ascontiguousarray, np.asfortranarray)
def ascontiguousarray(a: Any, dtype: Any = None, **_more: Any) -> Any:
    """As `asarray`, with at least one axis; memory order is not kept in a graph."""
    return np.atleast_1d(asarray(a, dtype))


@composite(np.full_like)
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Any:
    """An array of the shape of another, filled with a value that may have a history."""
    a, fill = array(a), array(fill_value)
    kind = a.dtype if dtype is None else np.dtype(dtype)
    return np.broadcast_to(fill.astype(kind), a.shape if shape is None else shape)


constant(
    np.array2string, np.array_repr, np.array_str, np.can_cast, np.common_type, np.min_scalar_type, np.einsum_path,
    np.ravel_multi_index, np.unravel_index, np.packbits, np.unpackbits,
)  # fmt: skip


_UMATH: Any = vars(np)["_core"].umath  # the ufunc behind np.clip has no public name


@composite(_UMATH.clip)
def clip(a: Any, low: Any, high: Any) -> Any:
    """The ufunc behind `np.clip`."""
    return np.clip(a, low, high)


# -- writing into an array ------------------------------------------------------------------------------------------------


@composite(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Assign with NumPy's casting rules: a Tensor takes the value of ``dst[...] = src``."""
    src = array(src)
    if not np.can_cast(src.dtype, dst.dtype, casting):
        raise TypeError(f"Cannot cast array data from {src.dtype} to {dst.dtype} according to the rule {casting!r}")
    if where is True:
        dst[...] = src
    else:
        where = np.broadcast_to(where, dst.shape)
        dst[where] = np.broadcast_to(src, dst.shape)[where]


@composite(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Assign by numbers along an axis."""
    indices = array(indices)
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        arr[np.unravel_index(indices, arr.shape)] = values
        return
    axis = int(np.lib.array_utils.normalize_axis_index(axis, arr.ndim))
    places: list[Any] = [np.arange(n).reshape((1,) * i + (-1,) + (1,) * (arr.ndim - 1 - i)) for i, n in enumerate(arr.shape)]
    places[axis] = indices
    arr[tuple(places)] = values


@composite(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Assign by numbers of the flattened array."""
    flat = np.asarray(ind).reshape(-1)
    if mode == "wrap":
        flat = flat % a.size
    elif mode == "clip":
        flat = np.clip(flat, 0, a.size - 1)
    elif mode != "raise" or bool(np.any((flat < -a.size) | (flat >= a.size))):
        raise IndexError(f"put at {ind!r} of an array of {a.size} elements with mode={mode!r}")
    v = array(v)
    if v.size:
        values = np.resize(v, flat.shape)
        if a.ndim == 0:
            a[()] = values[-1]
        else:
            a[np.unravel_index(flat % max(a.size, 1), a.shape)] = values


@composite(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """Assign where a mask holds, each element from its own place in `values` repeated."""
    mask = array(mask)
    if mask.shape != a.shape:
        raise ValueError(f"putmask: mask of shape {mask.shape} and data of shape {a.shape} must be the same size")
    values = array(values)
    if values.size == 0:
        return
    a[mask.astype(bool)] = np.resize(values, a.shape)[mask.astype(bool)]


@composite(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Assign where a mask holds, one after the other from `vals` repeated."""
    mask = array(mask).astype(bool)
    if array(vals).size == 0 and bool(np.any(mask)):
        raise ValueError("Cannot insert from an empty array!")
    arr[mask] = np.resize(array(vals), (int(np.count_nonzero(mask)),))


@composite(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Assign the main diagonal."""
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    step = a.shape[1] + 1 if a.ndim == 2 else 1 + int(np.cumprod(a.shape[:-1]).sum())
    end = a.shape[1] * a.shape[1] if a.ndim == 2 and not wrap else a.size
    flat = np.arange(a.size)[:end:step]
    a[np.unravel_index(flat, a.shape)] = np.resize(array(val), flat.shape)


# -- refused --------------------------------------------------------------------------------------------------------------

refused(
    "it reads or writes a file; pass t.detach().numpy(), or use nn.save",
    np.save, np.savez, np.savez_compressed, np.savetxt, np.loadtxt, np.genfromtxt, np.fromfile,
)  # fmt: skip
refused(
    "it reads bytes or text, which have no derivative; make the array first and wrap it in ac.tensor",
    np.frombuffer, np.fromstring,
)  # fmt: skip
refused(
    "dates and times are not numbers that can be differentiated",
    np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string,
)  # fmt: skip


def _of_records() -> None:
    """Refuse the functions of a module whose import costs 25 ms, once a function that is not in the table was called."""
    records = importlib.import_module("numpy.lib.recfunctions")
    refused(
        "fields of records are not recorded; keep a Tensor for each field",
        *(getattr(records, name) for name in records.__all__),
    )


LATE.append(_of_records)
# What NumPy's string functions are, private ones included, is in the module that implements them.
_STRINGS = getattr(np.strings.upper, "_implementation").__globals__  # noqa: B009
refused(
    "strings are not numbers that can be differentiated",
    *(f for f in _STRINGS.values() if callable(f) and getattr(f, "__module__", None) == "numpy.strings"),
    *(f for f in _STRINGS.values() if isinstance(f, np.ufunc) and not f.types),
    *(getattr(np.char, name) for name in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")),
)
refused("it is NumPy's own means of making ones of any dtype; use ac.ones_like", _UMATH._ones_like)
