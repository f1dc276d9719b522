"""What losses share: a reduction by name, and the check that input and target fit."""

from __future__ import annotations

from typing import Any

import autograd_core as ac

from .._arrays import tensor_of
from .._errors import ArgumentError

__all__ = ["pair", "reduced"]


def reduced(loss: Any, reduction: str) -> Any:
    """The mean, the sum, or every element as it is."""
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ArgumentError(f"reduction={reduction!r} must be 'mean', 'sum' or 'none'")


def pair(input: Any, target: Any, operation: str) -> tuple[Any, Any]:
    """Both as Tensors of one shape: a target that broadcasts is nearly always a mistake, so it raises."""
    input, target = tensor_of(input), tensor_of(target)
    if input.shape != target.shape:
        raise ac.ShapeError(f"{operation}: input of shape {input.shape} and target of shape {target.shape} must be equal")
    if input.size == 0:
        raise ac.ShapeError(f"{operation} of an empty batch, of shape {input.shape}")
    if target.dtype != input.dtype and not target.requires_grad:
        target = target.astype(input.dtype)  # a float64 target would silently make a float32 model's loss float64
    return input, target
