"""The Tensor that a module owns and an optimizer changes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

__all__ = ["Parameter"]


class Parameter(ac.Tensor):
    """A Tensor that a module owns and an optimizer changes.

    Parameters
    ----------
    data : array_like
        The initial values; copied, and kept in their floating dtype.
    requires_grad : bool
        Whether `backward` computes its gradient.

    Examples
    --------
    >>> import nn
    >>> nn.Parameter([1.0, 2.0]).requires_grad
    True
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True, *, dtype: DTypeLike | None = None) -> None:
        super().__init__(data, dtype=dtype, requires_grad=requires_grad)

    def convert(self, dtype: DTypeLike) -> None:
        """Change the dtype of the values and of the gradient; the object stays the same."""
        if self.dtype == np.dtype(dtype):
            return
        name, grad = self.name, self.grad
        Parameter.__init__(self, self.numpy(), self.requires_grad, dtype=dtype)
        self.name, self.grad = name, None if grad is None else grad.astype(dtype)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        twin = memo[id(self)] = Parameter(self.numpy(), self.requires_grad)
        twin.name = self.name
        return twin

    def __reduce__(self) -> Any:
        return Parameter, (self.numpy(), self.requires_grad)
