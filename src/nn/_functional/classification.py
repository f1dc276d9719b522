"""Losses of classes and probabilities: cross-entropies from logits wherever that avoids overflow, and divergence.

Where PyTorch keeps places for arguments it has dropped (`size_average`, `reduce`), what follows is given by name only.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_core as ac

from .._arrays import array_of, tensor_of
from .._errors import ArgumentError, IndexRangeError
from .reductions import pair, reduced

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "kl_div",
    "nll_loss",
]


def _classes_last(input: Any) -> Any:
    """(N, C, d1, ...) as (N * d1 * ..., C)."""
    if input.ndim == 2:
        return input
    return ac.moveaxis(input, 1, -1).reshape(-1, input.shape[1])


def _class_indices(target: Any, shape: tuple[int, ...], classes: int, ignore_index: int, operation: str) -> Any:
    index = array_of(target)
    if index.dtype.kind not in "iu":
        raise ac.DtypeError(f"{operation}: class indices must be integers, not {index.dtype}; convert with target.astype(int)")
    if index.shape != shape:
        raise ac.ShapeError(f"{operation}: class indices of shape {shape} expected, target has shape {index.shape}")
    if index.size == 0:
        raise ac.ShapeError(f"{operation} of an empty batch: the target has shape {index.shape}")
    index = index.reshape(-1)
    # Two reductions find nearly every valid target; the mask is only made when something is outside.
    if index.min() < 0 or index.max() >= classes:
        bad = index[((index < 0) | (index >= classes)) & (index != ignore_index)]
        if bad.size:
            raise IndexRangeError(f"{operation}: class index {bad[0]} is out of range for {classes} classes")
    return index


def nll_loss(input: Any, target: Any, weight: Any = None, *, ignore_index: int = -100, reduction: str = "mean") -> Any:
    """Return minus the log-probability of the target class; the mean is weighted.

    Parameters
    ----------
    input : Tensor, shape (N, C), (N, C, d1, ...) or (C,)
        Log-probabilities.
    target : array_like of int, shape (N,), (N, d1, ...) or ()
        Class indices in [0, C), or `ignore_index`.
    weight : array_like, shape (C,), optional
        Of each class.

    Raises
    ------
    IndexRangeError
        If a class index is out of range.
    """
    input = tensor_of(input)
    if input.ndim == 1:
        alone = nll_loss(input[None], np.asarray(target)[None], weight, ignore_index=ignore_index, reduction=reduction)
        return alone.reshape(()) if reduction == "none" else alone
    shape, classes = (input.shape[0], *input.shape[2:]), input.shape[1]
    index = _class_indices(target, shape, classes, ignore_index, "nll_loss")
    return _picked(_classes_last(input), index, weight, ignore_index, reduction, shape)


def _picked(log_p: Any, index: Any, weight: Any, ignore_index: int, reduction: str, shape: tuple[int, ...]) -> Any:
    """Minus the log-probability (rows, classes) at the class of each row, weighted and reduced."""
    rows, ignored = np.arange(len(index)), index == ignore_index
    some = bool(ignored.any())
    if weight is None and not some:
        picked = log_p[rows, index]
        if reduction == "mean":
            return picked.sum() * (-1 / len(index))
        return reduced(-picked.reshape(shape), reduction)
    index = np.where(ignored, 0, index)
    w = np.ones(len(index), log_p.dtype) if weight is None else _class_weights(weight, log_p.dtype, log_p.shape[1])[index]
    w = np.where(ignored, 0, w).astype(log_p.dtype)
    loss = -log_p[rows, index] * w
    if some:
        loss = ac.where(ignored, 0.0, loss)  # an ignored row may hold -inf, whose product with 0 is NaN
    if reduction == "mean":
        return loss.sum() / float(w.sum()) if w.sum() else loss.sum() * math.nan
    return reduced(loss.reshape(shape), reduction)


def _class_weights(weight: Any, dtype: Any, classes: int) -> Any:
    """One number a class; a list that is too short would weigh other classes than meant."""
    w = array_of(weight).astype(dtype)
    if w.shape != (classes,):
        raise ac.ShapeError(f"weight of shape {w.shape} for {classes} classes; it must have one number a class")
    return w


def cross_entropy(
    input: Any,
    target: Any,
    weight: Any = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Return the cross-entropy of softmax(input) against class indices or class probabilities.

    Parameters
    ----------
    input : Tensor, shape (N, C), (N, C, d1, ...) or (C,)
        Logits; any finite values.
    target : array_like
        Integer class indices of shape (N,), (N, d1, ...) or (), or probabilities of the shape of `input`.
    weight : array_like, shape (C,), optional
        Of each class.
    ignore_index : int
        Rows of this class count for nothing.
    label_smoothing : float
        The share of the target, in [0, 1], that is spread evenly over all classes.

    Raises
    ------
    IndexRangeError
        If a class index is out of range.
    autograd_core.ShapeError
        If the shapes do not fit or the batch is empty.

    References
    ----------
    C. Szegedy et al., Rethinking the Inception Architecture, arXiv 1512.00567, section 7 (label smoothing).

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.functional.cross_entropy(np.array([[1e4, 0.0]]), [1])
    Tensor(10000.)
    """
    input = tensor_of(input)
    if not 0 <= label_smoothing <= 1:
        raise ArgumentError(f"label_smoothing={label_smoothing!r} must lie in [0, 1]")
    if not isinstance(target, ac.Tensor):
        target = np.asarray(target)
    if input.ndim == 1:
        alone = cross_entropy(
            input[None],
            target[None],
            weight,
            ignore_index=ignore_index,
            reduction=reduction,
            label_smoothing=label_smoothing,
        )
        return alone.reshape(()) if reduction == "none" else alone
    if input.ndim < 2:
        raise ac.ShapeError(f"cross_entropy takes logits (N, C, ...) or (C,), not shape {input.shape}")
    shape, classes = (input.shape[0], *input.shape[2:]), input.shape[1]
    if target.dtype.kind in "fc":
        if target.shape == shape != input.shape:
            raise ac.DtypeError(
                f"cross_entropy: class indices must be integers, not {target.dtype}; convert with target.astype(int), or give "
                f"probabilities of shape {input.shape}"
            )
        return _soft_cross_entropy(input, target, weight, reduction, label_smoothing, shape)
    index = _class_indices(target, shape, classes, ignore_index, "cross_entropy")
    log_p = ac.special.log_softmax(_classes_last(input), axis=-1)
    hard = _picked(log_p, index, weight, ignore_index, reduction, shape)
    if not label_smoothing:
        return hard
    w = np.ones(classes, log_p.dtype) if weight is None else _class_weights(weight, log_p.dtype, classes)
    ignored = index == ignore_index
    spread = ac.where(ignored, 0.0, -(log_p * w).sum(axis=-1))
    if reduction == "mean":
        total = float(w[index[~ignored]].sum())
        smooth = spread.sum() / total if total else spread.sum() * math.nan
    else:
        smooth = reduced(spread.reshape(shape), reduction)
    return hard * (1 - label_smoothing) + smooth * (label_smoothing / classes)


def _soft_cross_entropy(input: Any, target: Any, weight: Any, reduction: str, smoothing: float, shape: tuple[int, ...]) -> Any:
    input, target = pair(input, target, "cross_entropy")
    classes = input.shape[1]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / classes
    log_p = ac.special.log_softmax(_classes_last(input), axis=-1)
    target = _classes_last(target)
    if weight is not None:
        target = target * _class_weights(weight, input.dtype, classes)
    loss = -(log_p * target).sum(axis=-1)
    if reduction == "mean":
        return loss.sum() / math.prod(shape)
    return reduced(loss.reshape(shape), reduction)


def binary_cross_entropy(input: Any, target: Any, weight: Any = None, *, reduction: str = "mean") -> Any:
    """Return ``-t log(p) - (1 - t) log(1 - p)``, its logarithms no smaller than -100.

    Raises
    ------
    ArgumentError
        If a probability lies outside [0, 1].
    """
    input, target = pair(input, target, "binary_cross_entropy")
    for p, what in ((input.numpy(), "probabilities"), (target.numpy(), "targets")):
        if not (p.min() >= 0 and p.max() <= 1):  # NaN included
            raise ArgumentError(
                f"binary_cross_entropy: {what} must lie in [0, 1], not [{p.min()}, {p.max()}]; "
                "for logits use binary_cross_entropy_with_logits"
            )
    loss = -(target * _limited_log(input) + (1 - target) * _limited_log(1 - input))
    return reduced(loss if weight is None else loss * weight, reduction)


def _limited_log(p: Any) -> Any:
    """The logarithm, at least -100; constant at 0, where the derivative of `log` would make NaN of a zero cotangent."""
    positive = p > 0
    return ac.where(positive, ac.clip(ac.log(ac.where(positive, p, 1.0)), -100.0, None), -100.0)


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, *, reduction: str = "mean", pos_weight: Any = None
) -> Any:
    """Return the binary cross-entropy of sigmoid(input); finite for any finite logits.

    Parameters
    ----------
    pos_weight : array_like, optional
        Of positive targets; broadcasts to the input.
    """
    input, target = pair(input, target, "binary_cross_entropy_with_logits")
    if pos_weight is None:
        loss = input * (1 - target) - ac.special.log_expit(input)
    else:
        more = 1 + (tensor_of(pos_weight).astype(input.dtype) - 1) * target
        loss = input * (1 - target) - more * ac.special.log_expit(input)
    return reduced(loss if weight is None else loss * tensor_of(weight).astype(input.dtype), reduction)


def kl_div(input: Any, target: Any, *, reduction: str = "mean", log_target: bool = False) -> Any:
    """Return ``t (log t - input)``, the Kullback-Leibler divergence of log-probabilities from the target.

    ``reduction="batchmean"`` divides the sum by the batch size, which is the divergence; ``"mean"`` by the number of elements.
    """
    input, target = pair(input, target, "kl_div")
    if log_target:
        loss = ac.exp(target) * (target - input)
    else:
        positive = target > 0
        entropy = ac.where(positive, target * ac.log(ac.where(positive, target, 1.0)), 0.0)
        loss = entropy - target * input
    if reduction == "batchmean":
        return loss.sum() / (input.shape[0] if input.ndim else 1)
    return reduced(loss, reduction)
