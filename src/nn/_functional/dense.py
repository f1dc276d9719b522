"""Dense and table layers as functions: linear, bilinear, embedding."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

import autograd_core as ac

from .._arrays import array_of
from .._errors import ArgumentError, IndexRangeError
from .checks import as_input

__all__ = ["bilinear", "embedding", "linear", "one_hot"]


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Return ``x W^T + b``, where x is the input.

    Parameters
    ----------
    input : array_like, shape (..., in_features)
        Of the dtype of the weight.
    weight : Tensor, shape (out_features, in_features)
    bias : Tensor, shape (out_features,), optional

    Returns
    -------
    Tensor, shape (..., out_features)

    Raises
    ------
    autograd_core.ShapeError
        If the last axis of the input has not in_features elements.
    autograd_core.DtypeError
        If the input has another dtype than the weight.

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.functional.linear(np.ones((2, 3)), np.ones((4, 3))).shape
    (2, 4)
    """
    x = as_input(input, weight, "linear")
    if not x.ndim or x.shape[-1] != weight.shape[-1]:
        raise ac.ShapeError(
            f"linear expects {weight.shape[-1]} features on the last axis, for a weight of shape {weight.shape}, "
            f"but the input has shape {x.shape}"
        )
    y = ac.inner(x, weight)
    return y if bias is None else y + bias


def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """Return ``input1^T W_k input2 + b_k`` for each output feature k.

    Parameters
    ----------
    input1 : array_like, shape (..., in1)
    input2 : array_like, shape (..., in2)
    weight : Tensor, shape (out, in1, in2)
    bias : Tensor, shape (out,), optional

    Returns
    -------
    Tensor, shape (..., out)
    """
    x1, x2 = as_input(input1, weight, "bilinear"), as_input(input2, weight, "bilinear")
    if x1.shape[-1:] != weight.shape[1:2] or x2.shape[-1:] != weight.shape[2:] or x1.shape[:-1] != x2.shape[:-1]:
        raise ac.ShapeError(
            f"bilinear expects (..., {weight.shape[1]}) and (..., {weight.shape[2]}), not {x1.shape} and {x2.shape}"
        )
    y = ac.einsum("...i,oij,...j->...o", x1, weight, x2)
    return y if bias is None else y + bias


def embedding(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
) -> Any:
    """Look up rows of a table.

    Parameters
    ----------
    input : array_like of int, any shape
        Which rows.
    weight : Tensor, shape (entries, width)
    padding_idx : int, optional
        A row that gets no gradient.
    max_norm : float, optional
        First scale the rows looked up, in place, to a `norm_type` norm of at most this.
    scale_grad_by_freq : bool
        Divide each row's gradient by how often it is looked up.

    Returns
    -------
    Tensor, shape (*input, width)

    Raises
    ------
    IndexRangeError
        If an index is not in [0, entries).
    """
    index = array_of(input)
    entries = weight.shape[0]
    if padding_idx is not None and not -entries <= padding_idx < entries:
        raise ArgumentError(f"embedding: padding_idx={padding_idx} must be a row of {entries}")
    if index.dtype.kind not in "iu":
        raise ac.DtypeError(f"embedding takes integer indices, not {index.dtype}; convert with .astype(int)")
    if index.size and (index.min() < 0 or index.max() >= entries):
        raise IndexRangeError(
            f"embedding index {index.min() if index.min() < 0 else index.max()} is out of range for a table of {entries} rows"
        )
    if max_norm is not None:
        rows = np.unique(index)
        norms = np.linalg.norm(weight.numpy()[rows], ord=norm_type, axis=1)
        shrunk = np.where(norms > max_norm, max_norm / (norms + 1e-7), 1)[:, None].astype(weight.dtype) * weight.numpy()[rows]
        ac.writable(weight).call(operator.setitem, rows, shrunk)
    y = weight[index]
    if scale_grad_by_freq:
        share = (1 / np.bincount(index.ravel(), minlength=entries)[index])[..., None].astype(weight.dtype)
        y = y * share + y.detach() * (1 - share)
    if padding_idx is not None:
        y = ac.where((index == padding_idx % entries)[..., None], y.detach(), y)
    return y


def one_hot(tensor: Any, num_classes: int = -1) -> ac.Tensor:
    """Return rows of the identity: (*tensor, num_classes) of int64, one 1 in each row."""
    index = array_of(tensor)
    if index.dtype.kind not in "iu":
        raise ac.DtypeError(f"one_hot takes integers, not {index.dtype}; convert with .astype(int)")
    if not index.size and num_classes == -1:
        raise ArgumentError(f"one_hot of shape {index.shape}: without elements the number of classes must be given")
    classes = int(index.max()) + 1 if num_classes == -1 else num_classes
    if index.size and (index.min() < 0 or index.max() >= classes):
        raise IndexRangeError(f"one_hot: indices in [{index.min()}, {index.max()}] for {classes} classes")
    return ac.asarray((index[..., None] == np.arange(classes)).astype(np.int64))
