"""Memory: the one door for writing into a Tensor in place, and the allocator's reuse of freed pages."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ._errors import AssignmentError
from ._graph import references

__all__ = ["tune_allocator", "writable"]


class writable:  # noqa: N801  (used as a verb: `with writable(t) as array`)
    """Write into the values of a leaf in place: ``with ac.writable(t) as array: array -= step``.

    The array is the leaf's own if nothing else refers to it, so that an optimizer allocates nothing. If a graph, a view or the
    caller does, it is a copy, which becomes the leaf's when the block ends: no graph ever sees a value change. A block that
    raises leaves a copied leaf as it was.

    Parameters
    ----------
    t : Tensor
        A leaf, or a Tensor without history.

    Raises
    ------
    AssignmentError
        If `t` was computed from Tensors that require grad.

    Examples
    --------
    >>> import autograd_core as ac
    >>> p = ac.tensor([1.0, 2.0], requires_grad=True)
    >>> with ac.writable(p) as array:
    ...     array *= 10
    >>> p
    Tensor([10., 20.], requires_grad=True)
    """

    __slots__ = ("array", "copied", "tensor")

    def __init__(self, t: Any) -> None:
        if not t.is_leaf:
            raise AssignmentError(
                f"writable() of a Tensor of shape {t.shape} computed from others; write into a leaf, or t.detach().copy()"
            )
        if not isinstance(t._array, np.ndarray):
            raise AssignmentError(
                f"writable() of a Tensor of shape {t.shape} over a {type(t.data).__module__} array, which has no memory of its "
                "own; assign by index, or use an operator such as -="
            )
        self.tensor = t

    def call(self, f: Callable[..., Any], *args: Any) -> None:
        """Call ``f(array, *args)``. Unlike the end of a ``with`` block, its end cannot be interrupted."""
        array, copied, write = self._opened()
        try:
            write(True)
            f(array, *args)
            if copied:
                self.tensor._array = array
        finally:
            write(False)

    def _opened(self) -> tuple[np.ndarray[Any, Any], bool, Callable[[bool], None]]:
        """The array, whether it is a copy, and the method that opens and closes it."""
        array = self.tensor._array
        copied = array.base is not None or references(array) > _SOLE
        if copied:
            array = np.array(array)
        return array, copied, array.setflags

    def __enter__(self) -> np.ndarray[Any, Any]:
        self.array, self.copied, write = self._opened()
        try:
            write(True)
        except BaseException:  # an interrupt that waited for the call to return
            write(False)
            raise
        return self.array

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.array.setflags(write=False)
        if self.copied and kind is None:
            self.tensor._array = self.array


class _Slot:
    __slots__ = ("array",)
    array: np.ndarray[Any, Any]


def _references_held_by_one_slot() -> int:
    slot = _Slot()
    slot.array = np.empty(1)
    array = slot.array
    return references(array)


_SOLE = _references_held_by_one_slot()


def tune_allocator() -> bool:
    """Keep the pages of freed arrays for reuse, for the whole process.

    The C library gives large freed arrays back to the kernel, and every new one faults its pages in again: a training step of a
    small convolutional network takes 20 ms with reuse and 30 ms without. The process then keeps the most memory it ever used.
    Never done on import.

    Returns
    -------
    bool
        Whether it took effect: only with glibc.

    References
    ----------
    mallopt(3): M_MMAP_THRESHOLD, M_TRIM_THRESHOLD.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    trim_threshold, mmap_threshold = -1, -3
    return bool(mallopt(mmap_threshold, 1 << 30)) and bool(mallopt(trim_threshold, 2_000_000_000))
