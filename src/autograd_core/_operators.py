"""Python's operators on Tensors, written out, so that each costs one call."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from . import _rules  # noqa: F401  (importing the rules fills the table)
from ._assignment import update
from ._call import call_function, compared
from ._errors import ShapeError
from ._primitive import entry_of, look_up
from ._record import binary, unary

__all__ = ["Operators"]

_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE = map(entry_of, (np.add, np.subtract, np.multiply, np.divide))
_NEGATIVE, _POWER, _MATMUL = map(entry_of, (np.negative, np.power, np.matmul))
_FLOOR_DIVIDE, _REMAINDER, _AND, _OR, _XOR, _LEFT_SHIFT, _RIGHT_SHIFT = map(
    look_up,
    (
        np.floor_divide, np.remainder, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.left_shift, np.right_shift,
    ),
)  # fmt: skip


class Operators:
    """The operators of a Tensor, with NumPy's semantics: they broadcast, promote and return a Tensor."""

    __slots__ = ()

    __hash__ = object.__hash__

    def __neg__(self) -> Any:
        return unary(_NEGATIVE, self)

    def __pos__(self) -> Any:
        return call_function(np.positive, (self,), {})

    def __abs__(self) -> Any:
        return call_function(np.absolute, (self,), {})

    def __invert__(self) -> Any:
        return call_function(np.invert, (self,), {})

    def __round__(self, decimals: int | None = None) -> Any:
        rounded: Any = call_function(np.round, (self, decimals or 0), {})
        return int(rounded) if decimals is None and rounded.ndim == 0 else rounded

    def __add__(self, other: Any) -> Any:
        return binary(_ADD, self, other)

    def __radd__(self, other: Any) -> Any:
        return binary(_ADD, other, self)

    def __sub__(self, other: Any) -> Any:
        return binary(_SUBTRACT, self, other)

    def __rsub__(self, other: Any) -> Any:
        return binary(_SUBTRACT, other, self)

    def __mul__(self, other: Any) -> Any:
        return binary(_MULTIPLY, self, other)

    def __rmul__(self, other: Any) -> Any:
        return binary(_MULTIPLY, other, self)

    def __truediv__(self, other: Any) -> Any:
        return binary(_DIVIDE, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return binary(_DIVIDE, other, self)

    def __pow__(self, other: Any) -> Any:
        return binary(_POWER, self, other)

    def __rpow__(self, other: Any) -> Any:
        return binary(_POWER, other, self)

    def __matmul__(self, other: Any) -> Any:
        return binary(_MATMUL, self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return binary(_MATMUL, other, self)

    def __floordiv__(self, other: Any) -> Any:
        return call_function(np.floor_divide, (self, other), {})

    def __rfloordiv__(self, other: Any) -> Any:
        return call_function(np.floor_divide, (other, self), {})

    def __mod__(self, other: Any) -> Any:
        return call_function(np.remainder, (self, other), {})

    def __rmod__(self, other: Any) -> Any:
        return call_function(np.remainder, (other, self), {})

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __lt__(self, other: Any) -> Any:
        return call_function(np.less, (self, other), {})

    def __le__(self, other: Any) -> Any:
        return call_function(np.less_equal, (self, other), {})

    def __gt__(self, other: Any) -> Any:
        return call_function(np.greater, (self, other), {})

    def __ge__(self, other: Any) -> Any:
        return call_function(np.greater_equal, (self, other), {})

    def __eq__(self, other: object) -> Any:
        if getattr(type(other), "__array_ufunc__", True) is None:  # it asks to be asked, as `pytest.approx` does
            return NotImplemented
        return compared(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        if getattr(type(other), "__array_ufunc__", True) is None:  # it asks to be asked, as `pytest.approx` does
            return NotImplemented
        return compared(operator.ne, self, other)

    def __and__(self, other: Any) -> Any:
        return call_function(np.bitwise_and, (self, other), {})

    def __rand__(self, other: Any) -> Any:
        return call_function(np.bitwise_and, (other, self), {})

    def __or__(self, other: Any) -> Any:
        return call_function(np.bitwise_or, (self, other), {})

    def __ror__(self, other: Any) -> Any:
        return call_function(np.bitwise_or, (other, self), {})

    def __xor__(self, other: Any) -> Any:
        return call_function(np.bitwise_xor, (self, other), {})

    def __rxor__(self, other: Any) -> Any:
        return call_function(np.bitwise_xor, (other, self), {})

    def __lshift__(self, other: Any) -> Any:
        return call_function(np.left_shift, (self, other), {})

    def __rlshift__(self, other: Any) -> Any:
        return call_function(np.left_shift, (other, self), {})

    def __rshift__(self, other: Any) -> Any:
        return call_function(np.right_shift, (self, other), {})

    def __rrshift__(self, other: Any) -> Any:
        return call_function(np.right_shift, (other, self), {})

    def __iadd__(self, other: Any) -> Any:
        return update(self, _ADD, other)

    def __isub__(self, other: Any) -> Any:
        return update(self, _SUBTRACT, other)

    def __imul__(self, other: Any) -> Any:
        return update(self, _MULTIPLY, other)

    def __itruediv__(self, other: Any) -> Any:
        return update(self, _DIVIDE, other)

    def __ipow__(self, other: Any) -> Any:
        return update(self, _POWER, other)

    def __imatmul__(self, other: Any) -> Any:
        if np.ndim(other) < 2:  # NumPy's out= would broadcast the product over self
            raise ShapeError(
                f"an in-place matmul of a Tensor by an operand of shape {np.shape(other)} does not keep its shape; "
                "write x = x @ y instead"
            )
        return update(self, _MATMUL, other)

    def __ifloordiv__(self, other: Any) -> Any:
        return update(self, _FLOOR_DIVIDE, other)

    def __imod__(self, other: Any) -> Any:
        return update(self, _REMAINDER, other)

    def __iand__(self, other: Any) -> Any:
        return update(self, _AND, other)

    def __ior__(self, other: Any) -> Any:
        return update(self, _OR, other)

    def __ixor__(self, other: Any) -> Any:
        return update(self, _XOR, other)

    def __ilshift__(self, other: Any) -> Any:
        return update(self, _LEFT_SHIFT, other)

    def __irshift__(self, other: Any) -> Any:
        return update(self, _RIGHT_SHIFT, other)
