"""Clipping of gradients, by their norm together or each value alone."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

import autograd_core as ac

from .._errors import TrainingError, positive

__all__ = ["clip_grad_norm_", "clip_grad_value_", "get_total_norm"]


def _several(tensors: ac.Tensor | Iterable[ac.Tensor]) -> Iterable[ac.Tensor]:
    return [tensors] if isinstance(tensors, ac.Tensor) else tensors


def _gradients(parameters: ac.Tensor | Iterable[ac.Tensor]) -> list[ac.Tensor]:
    return [p.grad for p in _several(parameters) if p.grad is not None]


def get_total_norm(
    tensors: ac.Tensor | Iterable[ac.Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> ac.Tensor:
    """Return the norm of all elements of all Tensors together.

    Parameters
    ----------
    tensors : Tensor or iterable of Tensor
    norm_type, error_if_nonfinite, foreach
        As for `clip_grad_norm_`, which also says what is raised.

    Examples
    --------
    >>> import autograd_core as ac, nn
    >>> nn.utils.get_total_norm([ac.tensor([3.0, 0.0]), ac.tensor(4.0)])
    Tensor(5.)
    """
    del foreach
    positive("norm_type", float(norm_type))
    arrays = [t.numpy().reshape(-1) for t in _several(tensors)]
    norm = _norm(arrays, float(norm_type))
    if error_if_nonfinite and not math.isfinite(norm):
        raise TrainingError(f"the norm of the gradients is {norm}; look for NaN and overflow in the loss, or pass finite data")
    return ac.tensor(norm, dtype=np.finfo(np.result_type(np.float32, *arrays)).dtype)


def _norm(arrays: list[np.ndarray[Any, Any]], p: float) -> float:
    if p == math.inf:
        return float(np.max([np.max(np.abs(a), initial=0.0) for a in arrays], initial=0.0))  # NaN stays NaN, unlike in max()
    if p == 2:
        return math.sqrt(sum(float(np.vdot(a, a).real) for a in arrays))
    return float(sum(float((np.abs(a) ** p).sum()) for a in arrays) ** (1 / p))


def clip_grad_norm_(
    parameters: ac.Tensor | Iterable[ac.Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> ac.Tensor:
    """Scale all gradients by one factor so that their norm together is at most `max_norm`.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those whose `.grad` is scaled, in place.
    max_norm, norm_type : float
        The bound, and which norm; ``math.inf`` for the largest absolute value.
    error_if_nonfinite : bool
        Raise if the norm is NaN or infinite.
    foreach : bool, optional
        PyTorch's argument, which chooses how it computes; nothing depends on it here.

    Returns
    -------
    Tensor, shape ()
        The norm before.

    Raises
    ------
    TrainingError
        If the norm is not finite and `error_if_nonfinite` is set.

    References
    ----------
    R. Pascanu, T. Mikolov and Y. Bengio, On the difficulty of training Recurrent Neural Networks, arXiv 1211.5063, algorithm 1.

    Examples
    --------
    >>> import autograd_core as ac, nn
    >>> p = ac.tensor([3.0, 4.0], requires_grad=True)
    >>> (p * p / 2).sum().backward()
    >>> nn.utils.clip_grad_norm_(p, 1.0)
    Tensor(5.)
    >>> p.grad
    Tensor([0.5999..., 0.7999...])
    """
    positive("max_norm", max_norm, zero=True)
    gradients = _gradients(parameters)
    norm = get_total_norm(gradients, norm_type, error_if_nonfinite, foreach)
    factor = max_norm / (norm.item() + 1e-6)
    if factor < 1 or math.isnan(factor):
        for g in gradients:
            ac.writable(g).call(operator.imul, factor)
    return norm


def clip_grad_value_(parameters: ac.Tensor | Iterable[ac.Tensor], clip_value: float, foreach: bool | None = None) -> None:
    """Limit every element of every gradient to [-clip_value, clip_value], in place; `foreach` is as for `clip_grad_norm_`."""
    del foreach
    positive("clip_value", clip_value)
    for g in _gradients(parameters):
        ac.writable(g).call(_clip, clip_value)


def _clip(array: np.ndarray[Any, Any], bound: float) -> None:
    np.clip(array, -bound, bound, out=array)
