"""Assignment with value semantics: `x[i] = v` and `x += y` re-point the Tensor `x` at a node that holds the updated value.

Every name for the same Tensor sees it, as in NumPy; what a graph has saved never changes.
"""

from __future__ import annotations

import gc
from functools import partial
from typing import Any, Self, TypeVar

import numpy as np

from ._call import call
from ._errors import AssignmentError, DtypeError, ShapeError
from ._graph import references
from ._memory import writable
from ._modes import MODE
from ._primitive import entry_of
from ._record import apply, explained, is_numpy, operand, plain
from ._rules.indexing import put, write

__all__ = ["assign", "update"]

_C = TypeVar("_C", bound="_Counted")

_PUT = entry_of(put)


def assign(t: Any, index: Any, value: Any) -> None:
    """Do ``t[index] = value``; the history of both goes on.

    Raises
    ------
    AssignmentError
        If `t` is a leaf that requires grad, outside `no_grad`, or its array is a view of another living Tensor's.
    """
    index = plain(index, "an index")
    if _has_no_history(t, value, "x[i] = v"):
        raw = getattr(value, "_array", value)
        if not is_numpy(t._array):
            array = t._array.copy()
            array[index] = raw
            t._array = array
            return
        writable(t).call(write, raw, index)
        return
    result = apply(_PUT, (t, value), {"index": index})
    t._array, t._node = result._array, result._node


def update(t: Any, primitive: Any, other: Any) -> Any:
    """Do ``t += other`` and its like: `t` keeps its shape and, by NumPy's rule of casting within a kind, its dtype.

    Raises
    ------
    ShapeError
        If the result does not have the shape of `t`.
    DtypeError
        If the dtype of the result is of another kind.
    AssignmentError
        As for `assign`.
    """
    temporary = references(t) <= _TEMPORARY  # the view that `x[i] += v` makes: Python assigns the result to x[i] next
    if _has_no_history(t, other, f"an in-place {primitive.name}", temporary):
        raw = operand(getattr(other, "_array", other))
        if not is_numpy(t._array):
            t._array = primitive.function(t._array, raw)
            return t
        try:
            writable(t).call(partial(_in_place, primitive.function), raw)
        except (TypeError, ValueError) as error:
            raise explained(primitive, (t._array, raw), error) from error
        return t
    result = call(primitive, (t, other), {})
    if result.shape != t.shape:
        raise ShapeError(
            f"an in-place {primitive.name} cannot turn a Tensor of shape {t.shape} into one of shape {result.shape}; "
            f"write x = x op y instead"
        )
    if result.dtype != t.dtype:
        if not np.can_cast(result.dtype, t.dtype, "same_kind"):
            raise DtypeError(
                f"an in-place {primitive.name} cannot turn a Tensor of dtype {t.dtype} into {result.dtype}; "
                "convert it with .astype first"
            )
        result = result.astype(t.dtype)
    t._array, t._node = result._array, result._node
    return t


def _in_place(function: Any, array: Any, raw: Any) -> None:
    function(array, raw, out=array)


def _has_no_history(t: Any, other: Any, what: str, temporary: bool = False) -> bool:
    """Whether writing the values is all there is to do; raises where that would be wrong."""
    node, recording = t._node, MODE.get().grad
    if node is not None and node.primitive is None:
        if recording:
            raise AssignmentError(
                f"{what} on a leaf of shape {t.shape} that requires grad would cut it off from its gradient; "
                "do it under ac.no_grad() to set its value, or work on x.copy()"
            )
        return True
    source = getattr(t, "_source", None)
    if source is not None and source() is not None and not temporary:
        gc.collect()  # what only a cycle of garbage still holds is not living
    if source is not None and (living := source()) is not None and not temporary:
        raise AssignmentError(
            f"{what} on a Tensor of shape {t.shape} whose array is a view of another living Tensor of shape {living.shape}: "
            "NumPy would change both; assign to the other by its index, as in x[0, 1] = v, or work on .copy()"
        )
    if node is None:
        return not recording or getattr(other, "_node", None) is None
    if not recording:
        raise AssignmentError(
            f"{what} under no_grad on a Tensor of shape {t.shape} computed by {node.primitive.name} would lose its history; "
            "work on .detach().copy()"
        )
    return False


class _Counted:
    """Measures how many references `update` sees to what is updated: through a name, and as the temporary of ``x[i] += v``."""

    count = 0

    def __iadd__(self, _: Any) -> Self:
        return _update_counting(self, None, None)

    def __getitem__(self, _: Any) -> _Counted:
        return _Counted()

    def __setitem__(self, _: Any, value: _Counted) -> None:
        self.count = value.count


def _update_counting(t: _C, _primitive: None, _other: None) -> _C:
    t.count = references(t)
    return t


def _references_of_a_temporary() -> int:
    named, holder = _Counted(), _Counted()
    named += 1
    holder[0] += 1
    return holder.count if holder.count < named.count else 0  # where the two cannot be told apart, both raise


_TEMPORARY = _references_of_a_temporary()
