"""Multi-head attention, and the encoder of the transformer."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_core as ac

from .. import functional
from .. import initializers as init
from .._errors import ArgumentError
from .._functional.attention import additive, attend, boolean, causal_mask
from .._functional.checks import as_input, check_rank
from .._rng import Rng, generator
from ..module import Module
from ._make import empty
from .activations import Dropout
from .containers import ModuleList
from .dense import Linear
from .normalization import LayerNorm

__all__ = ["MultiheadAttention", "TransformerEncoder", "TransformerEncoderLayer"]


class MultiheadAttention(Module):
    """Attend with several heads, each in a projection of its own.

    Parameters
    ----------
    embed_dim, num_heads : int
        Width of queries and outputs, and into how many heads it is split.
    dropout : float
        Probability, while training, with which attention weights are dropped.
    bias : bool
        Whether the projections have offsets.
    add_bias_kv, add_zero_attn : bool
        Append a learned, or a zero, key and value that every query may read.
    kdim, vdim : int, optional
        Widths of keys and values, if not `embed_dim`.
    batch_first : bool
        Whether inputs are (N, L, E) instead of (L, N, E).
    rng : numpy.random.Generator or int, optional
        Draws the initial values (Glorot's uniform distribution for the projections of the inputs) and the dropout.

    Attributes
    ----------
    in_proj_weight : Parameter, shape (3 embed_dim, embed_dim)
        For query, key, value; or separately `q_proj_weight`, `k_proj_weight`, `v_proj_weight` if the widths differ.
    in_proj_bias : Parameter, shape (3 embed_dim,), or None
    out_proj : Linear

    References
    ----------
    A. Vaswani et al., Attention Is All You Need, arXiv 1706.03762, section 3.2.2.

    Examples
    --------
    >>> import nn, numpy as np
    >>> x = np.zeros((2, 5, 8), np.float32)
    >>> y, weights = nn.MultiheadAttention(8, 2, batch_first=True)(x, x, x)
    >>> y.shape, weights.shape
    ((2, 5, 8), (2, 5, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        if num_heads < 1 or embed_dim % num_heads:
            raise ArgumentError(f"MultiheadAttention: {num_heads=} must divide {embed_dim=}")
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, float(dropout)
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self.batch_first, self.add_zero_attn = batch_first, add_zero_attn
        self.rng = np.random.default_rng(rng) if isinstance(rng, int) else rng
        rng, same = generator(self.rng), self.kdim == self.vdim == embed_dim
        self.in_proj_weight = empty(3 * embed_dim, embed_dim, dtype=dtype) if same else None
        self.q_proj_weight = None if same else empty(embed_dim, embed_dim, dtype=dtype)
        self.k_proj_weight = None if same else empty(embed_dim, self.kdim, dtype=dtype)
        self.v_proj_weight = None if same else empty(embed_dim, self.vdim, dtype=dtype)
        for weight in self.parameters():
            init.xavier_uniform_(weight, rng=rng)
        self.in_proj_bias = empty(3 * embed_dim, dtype=dtype) if bias else None
        self.bias_k = empty(1, 1, embed_dim, dtype=dtype) if add_bias_kv else None
        self.bias_v = empty(1, 1, embed_dim, dtype=dtype) if add_bias_kv else None
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra, rng=rng)
        self.out_proj = Linear(embed_dim, embed_dim, bias, dtype, rng=rng)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        """Return the outputs, and the attention weights or None.

        Parameters
        ----------
        query, key, value : Tensor, shapes (L, N, E), (S, N, kdim), (S, N, vdim)
            Or batch first, or without N.
        key_padding_mask : array_like, shape (N, S), optional
            Boolean, True for keys to leave out, or numbers added to the scores.
        need_weights, average_attn_weights : bool
            Return the weights (N, L, S), as the mean over heads, or (N, heads, L, S).
        attn_mask : array_like, shape (L, S) or (N * heads, L, S), optional
            Boolean, True where a key must not be read, or numbers added to the scores.
        is_causal : bool
            Let each query read only keys up to its own place.
        """
        kind = self.in_proj_weight if self.in_proj_weight is not None else self.q_proj_weight
        same = query is key and key is value
        query = as_input(query, kind, "MultiheadAttention")
        key, value = (query, query) if same else (as_input(t, kind, "MultiheadAttention") for t in (key, value))
        check_rank(query, (2, 3), "(L, N, E), (N, L, E) with batch_first, or (L, E)", "MultiheadAttention")
        alone = query.ndim == 2
        if alone:
            query, key, value = (t[None] for t in (query, key, value))
            key_padding_mask = None if key_padding_mask is None else np.asarray(key_padding_mask)[None]
        elif not self.batch_first:
            query, key, value = (t.swapaxes(0, 1) for t in (query, key, value))
        widths = (query.shape[-1], key.shape[-1], value.shape[-1])
        if widths != (self.embed_dim, self.kdim, self.vdim) or key.shape[:2] != value.shape[:2]:
            raise ac.ShapeError(
                f"MultiheadAttention expects widths {(self.embed_dim, self.kdim, self.vdim)} and as many values as keys, "
                f"not query {query.shape}, key {key.shape}, value {value.shape} (batch first)"
            )
        q, k, v = self._heads(query, key, value, same)
        bias = self._bias(q, k.shape[-2], attn_mask, key_padding_mask, is_causal, key.shape[1])
        mean, weights = attend(q, k, v, bias, 1 / math.sqrt(q.shape[-1]), self.dropout, self.training, self.rng)
        batch, length = query.shape[:2]
        y = self.out_proj(mean.swapaxes(1, 2).reshape(batch, length, self.embed_dim))
        if need_weights and average_attn_weights:
            weights = weights.mean(axis=1)
        if alone:
            y, weights = y[0], weights[0]
        elif not self.batch_first:
            y = y.swapaxes(0, 1)
        return y, weights if need_weights else None

    def _heads(self, query: Any, key: Any, value: Any, same: bool) -> tuple[Any, Any, Any]:
        """Project, and split into heads: (N, heads, L or S, E / heads) each."""
        width, heads = self.embed_dim, self.num_heads
        if same and self.in_proj_weight is not None and self.bias_k is None and not self.add_zero_attn:
            x = functional.linear(query, self.in_proj_weight, self.in_proj_bias)  # one product for all three
            x = x.reshape(*x.shape[:2], 3, heads, width // heads).transpose(2, 0, 3, 1, 4)
            return x[0], x[1], x[2]
        given = (query, key, value)
        if self.in_proj_weight is not None:
            weights: Any = [self.in_proj_weight[i * width : (i + 1) * width] for i in range(3)]
        else:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        biases: Any = [None if self.in_proj_bias is None else self.in_proj_bias[i * width : (i + 1) * width] for i in range(3)]
        q, k, v = (functional.linear(t, w, b) for t, w, b in zip(given, weights, biases, strict=True))
        if self.bias_k is not None and self.bias_v is not None:
            shape = (k.shape[0], 1, width)
            k = ac.concatenate([k, ac.broadcast_to(self.bias_k, shape)], axis=1)
            v = ac.concatenate([v, ac.broadcast_to(self.bias_v, shape)], axis=1)
        q, k, v = (t.reshape(*t.shape[:2], heads, width // heads).swapaxes(1, 2) for t in (q, k, v))
        if self.add_zero_attn:
            zeros = np.zeros((*k.shape[:2], 1, k.shape[-1]), k.dtype)
            k, v = ac.concatenate([k, zeros], axis=2), ac.concatenate([v, zeros], axis=2)
        return q, k, v

    def _bias(self, q: Any, keys: int, attn_mask: Any, padding: Any, is_causal: bool, given: int) -> Any:
        """What is added to the scores (N, heads, L, S); appended keys are always read."""
        batch, heads, length = q.shape[:3]
        total: Any = None
        if attn_mask is None and is_causal:
            attn_mask = causal_mask(length, given)
        if attn_mask is not None:
            mask = _numbers(attn_mask, q.dtype, "attn_mask")
            if mask.shape not in ((length, given), (batch * heads, length, given)):
                raise ac.ShapeError(
                    f"attn_mask of shape {mask.shape} must be {(length, given)} or {(batch * heads, length, given)}"
                )
            total = mask.reshape(-1, heads, length, given) if mask.ndim == 3 else mask
        if padding is not None:
            mask = _numbers(padding, q.dtype, "key_padding_mask")
            if mask.shape != (batch, given):
                raise ac.ShapeError(f"key_padding_mask of shape {mask.shape} must be {(batch, given)}")
            mask = mask[:, None, None]
            total = mask if total is None else total + mask
        if total is not None and keys > given:
            zeros = np.zeros((*total.shape[:-1], keys - given), q.dtype)
            total = ac.concatenate([total, zeros], axis=-1)
        return total

    def extra_repr(self) -> str:
        """Return the constructor arguments."""
        return f"embed_dim={self.embed_dim}, num_heads={self.num_heads}, dropout={self.dropout}"


def _numbers(mask: Any, dtype: Any, name: str) -> Any:
    """A mask as numbers to add to scores: boolean ones become -inf where True."""
    mask = mask if isinstance(mask, ac.Tensor) else np.asarray(mask)
    if mask.dtype.kind != "f":
        mask = boolean(mask, name)
        return additive(mask.numpy() if isinstance(mask, ac.Tensor) else mask, dtype)
    return mask.astype(dtype)


class TransformerEncoderLayer(Module):
    """Attend to oneself, then apply a dense network to each place; both are added to their input and normalized.

    Parameters
    ----------
    d_model, nhead, dim_feedforward : int
        Width, heads, and width of the hidden layer.
    dropout : float
        Probability, while training, of dropout in all its places.
    activation : str or callable
        ``relu``, ``gelu``, or a function.
    layer_norm_eps : float
        Of the normalization.
    batch_first : bool
        Whether inputs are (N, L, E) instead of (L, N, E).
    norm_first : bool
        Normalize what enters the two parts, instead of the sums.
    bias : bool
        Whether all its parts have offsets.

    References
    ----------
    A. Vaswani et al., Attention Is All You Need, arXiv 1706.03762, section 3.1; `norm_first` as in R. Xiong et al., arXiv
    2002.04745, figure 1 (b).

    Examples
    --------
    >>> import nn, numpy as np
    >>> nn.TransformerEncoderLayer(8, 2, 16)(np.zeros((5, 3, 8), np.float32)).shape
    (5, 3, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Any], Any] = "relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        dtype: DTypeLike | None = None,
        *,
        rng: Rng = None,
    ) -> None:
        super().__init__()
        rng = np.random.default_rng(rng) if isinstance(rng, int) else rng
        known: dict[str, Callable[[Any], Any]] = {"relu": functional.relu, "gelu": functional.gelu}
        if isinstance(activation, str) and activation not in known:
            raise ArgumentError(f"TransformerEncoderLayer: activation={activation!r} must be 'relu', 'gelu' or a function")
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first, dtype=dtype, rng=rng)
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype, rng=rng)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype, rng=rng)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1, self.dropout2 = Dropout(dropout, rng=rng), Dropout(dropout, rng=rng)
        self.activation = known[activation] if isinstance(activation, str) else activation

    def forward(self, src: Any, src_mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool = False) -> Any:
        """Return the encoded input, of the same shape; masks as for `MultiheadAttention`."""
        x = as_input(src, self.linear1.weight, "TransformerEncoderLayer")
        masks = {"attn_mask": src_mask, "key_padding_mask": src_key_padding_mask, "is_causal": is_causal}
        if self.norm_first:
            x = x + self._attended(self.norm1(x), masks)
            return x + self._dense(self.norm2(x))
        x = self.norm1(x + self._attended(x, masks))
        return self.norm2(x + self._dense(x))

    def _attended(self, x: Any, masks: dict[str, Any]) -> Any:
        return self.dropout1(self.self_attn(x, x, x, need_weights=False, **masks)[0])

    def _dense(self, x: Any) -> Any:
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoder(Module):
    """Encoder layers one after the other, each a copy of one given.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer
        Copied `num_layers` times, initial values included.
    num_layers : int
    norm : Module, optional
        Applied at the end.
    enable_nested_tensor, mask_check : bool
        PyTorch's arguments, which choose how it computes; nothing depends on them here.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        # Random generators are shared by the copies, or all layers would drop the same elements.
        owned = [vars(m).get("rng") for m in encoder_layer.modules()]
        self.layers = ModuleList(
            copy.deepcopy(encoder_layer, {id(g): g for g in owned if isinstance(g, np.random.Generator)})
            for _ in range(num_layers)
        )
        self.num_layers, self.norm = num_layers, norm
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check

    def forward(self, src: Any, mask: Any = None, src_key_padding_mask: Any = None, is_causal: bool | None = None) -> Any:
        """Return the encoded input, of the same shape."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, bool(is_causal))
        return src if self.norm is None else self.norm(src)
