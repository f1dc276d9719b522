"""Attention: each query reads a mean of the values, weighted by how well its key fits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd_core as ac

from .._arrays import tensor_of
from .._errors import ArgumentError
from .._rng import Rng
from .activations import dropout

__all__ = ["attend", "causal_mask", "scaled_dot_product_attention"]


def causal_mask(queries: int, keys: int) -> np.ndarray[Any, Any]:
    """Return which keys come after each query: boolean, (queries, keys), True above the diagonal."""
    return ~np.tri(queries, keys, dtype=bool)


def attend(
    query: Any, key: Any, value: Any, bias: Any, scale: float, p: float, training: bool, rng: Rng = None
) -> tuple[Any, Any]:
    """Return the weighted means (..., L, V) and the weights (..., L, S) before dropout.

    Parameters
    ----------
    query, key, value : Tensor, shapes (..., L, E), (..., S, E), (..., S, V)
    bias : array_like or None
        Added to the scores (..., L, S); -inf where a key must not be read.
    """
    scores = (query * scale) @ key.swapaxes(-1, -2)
    weights = ac.special.softmax(scores if bias is None else scores + bias, axis=-1)
    kept = dropout(weights, p, training, rng=rng) if p else weights
    return kept @ value, weights


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
    *,
    rng: Rng = None,
) -> Any:
    """Return ``softmax(Q K^T / sqrt(E) + mask) V``.

    Parameters
    ----------
    query, key, value : Tensor, shapes (..., L, E), (..., S, E), (..., S, V)
    attn_mask : array_like, broadcasts to (..., L, S), optional
        Boolean, True where a key may be read, or numbers added to the scores.
    dropout_p : float
        Probability with which weights are dropped.
    is_causal : bool
        Let each query read only keys up to its own place.
    scale : float, optional
        Instead of ``1 / sqrt(E)``.
    enable_gqa : bool
        Let groups of query heads, the axis before L, share a head of keys and values.

    Returns
    -------
    Tensor, shape (..., L, V)

    Raises
    ------
    ArgumentError
        If both a mask and `is_causal` are given.

    References
    ----------
    A. Vaswani et al., Attention Is All You Need, arXiv 1706.03762, eq. 1.
    """
    query, key, value = (tensor_of(t) for t in (query, key, value))
    if enable_gqa:
        key, value = (_shared(t, query, name) for t, name in ((key, "key"), (value, "value")))
    if query.shape[-1] != key.shape[-1] or key.shape[-2] != value.shape[-2]:
        raise ac.ShapeError(f"attention of query {query.shape}, key {key.shape} and value {value.shape}: they do not fit")
    if is_causal:
        if attn_mask is not None:
            raise ArgumentError("attention takes attn_mask or is_causal=True, not both")
        attn_mask = ~causal_mask(query.shape[-2], key.shape[-2])
    bias = attn_mask if attn_mask is None or isinstance(attn_mask, ac.Tensor) else np.asarray(attn_mask)
    if bias is not None and bias.dtype.kind != "f":
        bias = additive(~np.asarray(boolean(bias, "attn_mask")), query.dtype)
    scores = (*np.broadcast_shapes(query.shape[:-2], key.shape[:-2]), query.shape[-2], key.shape[-2])
    if bias is not None and not _fits(bias.shape, scores):
        raise ac.ShapeError(f"attn_mask of shape {bias.shape} does not broadcast to scores of shape {scores}")
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    return attend(query, key, value, bias, factor, dropout_p, True, rng)[0]


def _shared(t: Any, query: Any, name: str) -> Any:
    """Repeat every head of keys or values for the query heads that share it."""
    if min(t.ndim, query.ndim) < 3 or query.shape[-3] % t.shape[-3]:
        raise ac.ShapeError(f"attention: the heads of {name} {t.shape} do not divide those of query {query.shape}")
    return ac.repeat(t, query.shape[-3] // t.shape[-3], axis=-3)


def _fits(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an array of one shape broadcasts to another without making it larger."""
    ends = zip(reversed(shape), reversed(whole), strict=False)
    return len(shape) <= len(whole) and all(n in (1, m) for n, m in ends)


def boolean(mask: Any, name: str) -> Any:
    """A mask that holds no numbers to add must be boolean: whether 1 allows or forbids is anybody's guess."""
    if mask.dtype != bool:
        raise ac.DtypeError(f"{name} must be boolean, or floating numbers to add, not {mask.dtype}; convert with .astype(bool)")
    return mask


def additive(forbidden: Any, dtype: Any) -> np.ndarray[Any, Any]:
    """Turn a boolean mask into numbers to add: -inf where True."""
    return np.where(forbidden, -np.inf, 0.0).astype(dtype)
