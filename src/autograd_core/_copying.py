"""Copying and pickling of Tensors: leaves go whole, with what a subclass keeps; a history cannot go, and says so."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._errors import HistoryError
from ._node import Node
from ._record import box, is_numpy

__all__ = ["Copying"]

_OURS = f"{__package__}._"  # modules with the slots that every Tensor has; those of a subclass go along


class Copying:
    """`copy`, `deepcopy` and `pickle` of a Tensor."""

    __slots__ = ()
    _array: Any
    _node: Node | None
    _name: str | None
    shape: Any
    is_leaf: Any
    requires_grad: Any
    name: Any
    grad: Any

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not self.is_leaf:
            raise HistoryError(
                f"a Tensor of shape {self.shape} with history cannot be pickled or deep-copied, since its graph cannot; "
                "use .detach(), or .copy() to keep the history"
            )
        if self.grad is not None and not self.grad.is_leaf:
            raise HistoryError(
                f"a leaf of shape {self.shape} cannot be pickled or deep-copied with a .grad that has a history, as "
                "create_graph=True leaves it; detach .grad or set it to None first"
            )
        array = np.array(self._array) if is_numpy(self._array) else self._array
        return _restored, (type(self), array, self.requires_grad, self.name, self.grad), self._own_state()

    def _own_state(self) -> Any:
        """What a subclass keeps in its own attributes, in the form that `copy` and `pickle` set."""
        classes = [c for c in type(self).__mro__ if issubclass(c, Copying) and not c.__module__.startswith(_OURS)]
        slots = [name for c in classes for name in _slots_of(c)]
        kept = {name: getattr(self, name) for name in slots if hasattr(self, name)}
        own = getattr(self, "__dict__", None)
        return (own or None, kept) if own or kept else None

    def __copy__(self) -> Any:
        if not self.is_leaf:
            return box(self._array, self._node)
        _, args, state = self.__reduce_ex__(4)
        t = _restored(*args)
        for attributes in state or ():
            for name, value in (attributes or {}).items():
                setattr(t, name, value)
        return t


def _restored(cls: Any, array: Any, requires_grad: bool, name: str | None, grad: Any) -> Any:
    t = cls.__new__(cls)
    if is_numpy(array):
        array.setflags(write=False)
    t._array, t._node, t._name = array, None, name
    if requires_grad:
        t.requires_grad_()
    if grad is not None:
        t.grad = grad
    return t


def _slots_of(cls: type) -> tuple[str, ...]:
    slots = vars(cls).get("__slots__", ())
    return tuple(name for name in ((slots,) if isinstance(slots, str) else slots) if not name.startswith("__"))
