"""What arguments become: a Tensor with its history, or an array of values where no derivative is meant."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_core as ac

__all__ = ["array_of", "tensor_of"]


def tensor_of(x: Any) -> Any:
    """Return a Tensor as it is, and anything else as one that shares memory when it can."""
    return x if isinstance(x, ac.Tensor) else ac.asarray(x)


def array_of(x: Any) -> np.ndarray[Any, Any]:
    """Return the values: of a Tensor that requires grad too, whose history is left behind on purpose."""
    return x.numpy() if isinstance(x, ac.Tensor) else np.asarray(x)
