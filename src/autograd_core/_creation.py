"""Making Tensors of values: `tensor` copies, `asarray` shares memory when it can."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ._record import is_numpy
from ._tensor import Tensor, as_tensor, holds_tensor

__all__ = ["asarray", "tensor"]


def asarray(
    x: ArrayLike | Tensor, dtype: DTypeLike | None = None, *, device: Literal["cpu"] | None = None, copy: bool | None = None
) -> Tensor:
    """Convert to a Tensor, sharing memory with an array when possible.

    An array is borrowed: writing to it between the forward and the backward pass would change the derivative.
    A list of Tensors is stacked, with its history.

    Parameters
    ----------
    x : array_like or Tensor
        The values.
    dtype : dtype, optional
        Convert to it.
    device : str, optional
        ``"cpu"``.
    copy : bool, optional
        Always copy, or raise instead of copying.

    Raises
    ------
    ValueError
        If ``copy=False`` and a copy would be needed, or for another device.

    Examples
    --------
    >>> import autograd_core as ac, numpy as np
    >>> a = np.zeros(3)
    >>> np.shares_memory(ac.asarray(a).numpy(), a)
    True
    """
    if device is not None:
        np.empty(0, device=device)  # raises for another device than NumPy's
    if holds_tensor(x):
        if copy is False:
            raise ValueError("asarray of a list of Tensors needs a copy, but copy=False was given; pass a Tensor or an array")
        return Tensor.stacked(x, dtype)  # type: ignore[arg-type]
    t = as_tensor(np.array(x, dtype=dtype, copy=copy) if is_numpy(x) else x)
    if dtype is not None and t.dtype != np.dtype(dtype):
        if copy is False:
            raise ValueError(f"asarray from {t.dtype} to {np.dtype(dtype)} needs a copy, but copy=False was given")
        return t.astype(dtype)  # type: ignore[no-any-return]
    return t.copy() if copy and isinstance(x, Tensor) else t


def tensor(data: Any, *, dtype: DTypeLike | None = None, requires_grad: bool = False, name: str | None = None) -> Tensor:
    """Make a Tensor by copying `data`; nested lists of Tensors are stacked, with their history.

    Parameters and errors are those of `Tensor`.

    Examples
    --------
    >>> import autograd_core as ac
    >>> x = ac.tensor(2.0, requires_grad=True)
    >>> ac.tensor([x, x * x])
    Tensor([2., 4.], from=pile)
    """
    if holds_tensor(data):
        t = Tensor.stacked(data, dtype)
        t.name = name
        return t.requires_grad_() if requires_grad else t
    return Tensor(data, dtype=dtype, requires_grad=requires_grad, name=name)
