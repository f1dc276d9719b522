"""Leaving the graph: numbers, text and iteration. What would lose a history silently raises and names the remedy."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from ._errors import HistoryError
from ._node import ITEM, Node
from ._record import is_numpy

__all__ = ["Conversion"]


class Conversion:
    """What Python and NumPy ask of a Tensor that is not an operation: a number, an array, a text, its elements."""

    __slots__ = ()
    _array: Any
    _node: Node | None
    shape: Any
    ndim: Any
    dtype: Any
    name: str | None

    def item(self) -> Any:
        """Return the value of a one-element Tensor as a Python number."""
        return self._array.item()

    def tolist(self) -> Any:
        """Return the values as nested lists of Python numbers."""
        return self._array.tolist()

    def _refuse(self, what: str) -> NoReturn:
        raise HistoryError(
            f"{what} of a Tensor of shape {self.shape} that requires grad would lose its history silently; "
            "use .item() or .detach() to leave the graph on purpose, ac.stack to join Tensors, or a function of NumPy or ac"
        )

    def __float__(self) -> float:
        return float(self._array) if self._node is None else self._refuse("float()")

    def __int__(self) -> int:
        return int(self._array) if self._node is None else self._refuse("int()")

    def __complex__(self) -> complex:
        return complex(self._array) if self._node is None else self._refuse("complex()")

    def __index__(self) -> int:
        return operator.index(self._array) if self._node is None else self._refuse("an index")

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if self._node is not None:
            self._refuse("conversion to an ndarray")
        return np.array(self._array, dtype=dtype, copy=copy)

    def __bool__(self) -> bool:
        return bool(self._array)

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator[Any]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d Tensor")
        return (self[i] for i in range(len(self)))  # type: ignore[index]

    def __contains__(self, value: Any) -> bool:
        return value._array in self._array if hasattr(type(value), "__autograd__") else value in self._array

    def __repr__(self) -> str:
        text = repr(self._array)
        if is_numpy(self._array):
            text = np.array2string(self._array, separator=", ", prefix="Tensor(", threshold=100, edgeitems=3)
        parts = [text]
        if self.dtype not in (np.dtype(float), np.dtype(int), np.dtype(bool), np.dtype(complex)):
            parts.append(f"dtype={self.dtype}")
        if self._node is not None:
            of = self._node.parents[0] if self._node.primitive is ITEM else self._node
            assert of is not None
            parts.append("requires_grad=True" if of.primitive is None else f"from={of.primitive.name}")
        if self.name is not None:
            parts.append(f"name={self.name!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        return format(self._array[()] if self.ndim == 0 else self._array, spec) if spec else str(self)
