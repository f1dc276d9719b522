"""Losses of differences and angles between an input and a target of its shape, with PyTorch's arguments and reductions.

Where PyTorch keeps places for arguments it has dropped (`size_average`, `reduce`), what follows is given by name only.
"""

from __future__ import annotations

from typing import Any

import autograd_core as ac

from .._arrays import array_of, tensor_of
from .._errors import ArgumentError
from .reductions import pair, reduced

__all__ = [
    "cosine_embedding_loss",
    "cosine_similarity",
    "hinge_embedding_loss",
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "smooth_l1_loss",
]


def _weighted(loss: Any, weight: Any, reduction: str, operation: str, over_weights: bool = True) -> Any:
    """Weight every element; the mean divides by the sum of weights, or, as PyTorch's Huber loss, by the number of elements."""
    if weight is None:
        return reduced(loss, reduction)
    w = tensor_of(weight).astype(loss.dtype)
    if w.shape != loss.shape:
        raise ac.ShapeError(f"{operation}: weight of shape {w.shape} for an input of shape {loss.shape}; they must be equal")
    return (loss * w).sum() / w.sum() if reduction == "mean" and over_weights else reduced(loss * w, reduction)


def mse_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """Return the squared difference.

    Examples
    --------
    >>> import nn
    >>> nn.functional.mse_loss([1.0, 2.0], [1.0, 4.0])
    Tensor(2.)
    """
    input, target = pair(input, target, "mse_loss")
    return _weighted(ac.square(input - target), weight, reduction, "mse_loss")


def l1_loss(input: Any, target: Any, *, reduction: str = "mean", weight: Any = None) -> Any:
    """Return the absolute difference; the derivative at 0 is 0."""
    input, target = pair(input, target, "l1_loss")
    return _weighted(abs(input - target), weight, reduction, "l1_loss")


def smooth_l1_loss(input: Any, target: Any, *, reduction: str = "mean", beta: float = 1.0) -> Any:
    """Return ``d^2 / (2 beta)`` where the difference d is below `beta`, else ``|d| - beta / 2``."""
    if beta < 0:
        raise ArgumentError(f"smooth_l1_loss: beta={beta!r} must not be negative")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    input, target = pair(input, target, "smooth_l1_loss")
    d = input - target
    size = abs(d)  # the square is of d, since the derivative of |d| at 0 is 0, and so would be the second one of its square
    return reduced(ac.where(size < beta, ac.square(d) * (0.5 / beta), size - 0.5 * beta), reduction)


def huber_loss(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0, weight: Any = None) -> Any:
    """Return ``d^2 / 2`` where the difference d is at most `delta`, else ``delta (|d| - delta / 2)``.

    References
    ----------
    P. J. Huber, Robust Estimation of a Location Parameter, Ann. Math. Statist. 35, 1964, section 2.
    """
    if delta <= 0:
        raise ArgumentError(f"huber_loss: delta={delta!r} must be positive")
    input, target = pair(input, target, "huber_loss")
    d = input - target
    size = abs(d)
    loss = ac.where(size <= delta, ac.square(d) * 0.5, (size - 0.5 * delta) * delta)
    return _weighted(loss, weight, reduction, "huber_loss", over_weights=False)


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, *, reduction: str = "mean") -> Any:
    """Return `input` where the target is 1, and ``max(0, margin - input)`` where it is -1."""
    input, target = pair(input, target, "hinge_embedding_loss")
    loss = ac.where(target != 1, ac.relu(margin - input), 0.0) + ac.where(target != -1, input, 0.0)
    return reduced(loss, reduction)


def cosine_similarity(x1: Any, x2: Any, dim: int = 1, eps: float = 1e-8) -> Any:
    """Return the cosine of the angle between vectors along axis `dim`; norms count as at least `eps`."""
    x1, x2 = tensor_of(x1), tensor_of(x2)
    dot = (x1 * x2).sum(axis=dim)
    a, b = ac.square(x1).sum(axis=dim), ac.square(x2).sum(axis=dim)
    return dot / ac.sqrt(ac.clip(a, eps * eps, None) * ac.clip(b, eps * eps, None))


def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0, *, reduction: str = "mean") -> Any:
    """Return ``1 - cos`` where the target is 1, and ``max(0, cos - margin)`` where it is -1.

    Parameters
    ----------
    input1, input2 : Tensor, shape (N, D) or (D,)
    target : array_like, shape (N,) or ()
    """
    input1, input2 = pair(input1, input2, "cosine_embedding_loss")
    target = array_of(target)
    if target.shape != input1.shape[:-1]:
        raise ac.ShapeError(f"cosine_embedding_loss: target of shape {target.shape} for inputs of shape {input1.shape}")
    # PyTorch's loss adds eps to the squared norms here, unlike its cosine_similarity.
    eps = 1e-12
    a, b = ac.square(input1).sum(axis=-1) + eps, ac.square(input2).sum(axis=-1) + eps
    cosine = (input1 * input2).sum(axis=-1) / ac.sqrt(a * b)
    loss = ac.where(target == 1, 1 - cosine, 0.0) + ac.where(target == -1, ac.relu(cosine - margin), 0.0)
    return reduced(loss, reduction)
